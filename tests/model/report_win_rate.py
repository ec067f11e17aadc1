"""Report 7, `win_rate` (contract, section 4)."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from columns import Column, bare, count, rate, real, share
from joins import Deal
from odds import Table, benjamini_hochberg, fisher, is_defined, odds_ratio
from query import Cell, Fact, Group, Period, Until
from report_deals import MoneyReport


@dataclass
class Event:
    kind: str  # deal (closed, or created with basis=created), lead, opened
    deal: Optional[Deal] = None


class WinRate(MoneyReport):
    DIMENSIONS = ["rep", "team", "region", "source", "segment"]
    OPTIONS = {"basis": ["closed", "created"]}

    def by_creation(self) -> bool:
        return self.query.options.get("basis", "closed") == "created"

    def facts(self) -> list[Fact]:
        """Closed deals, leads by their own dimensions, opportunities created."""
        found = [Fact(lead["created_at"], self.book.dimensions(lead["rep"], lead), Event("lead"))
                 for lead in self.book.leads()]
        for deal in self.book.deals.values():
            values = self.book.dimensions(deal.rep, deal.lead, deal.record)
            found.append(Fact(deal.created_at, values, Event("opened")))
            at = deal.created_at if self.by_creation() else deal.closed_at
            if at is not None:
                found.append(Fact(at, values, Event("deal", deal)))
        return found

    def measure(self, cell: Cell) -> list[Column]:
        number = {kind: sum(fact.record.kind == kind for fact in cell.facts)
                  for kind in ("lead", "opened", "deal")}
        closed = closed_deals(cell.facts, cell.period.until)
        won = [deal for deal in closed if deal.won]
        lost = [deal for deal in closed if not deal.won]
        won_amount, lost_amount = self.money.sum(won), self.money.sum(lost)
        still_open = [count("open", number["deal"] - len(closed))] if self.by_creation() else []
        return [
            count("won", len(won)),
            rate("win_rate", len(won), len(closed)),
            count("lost", len(lost)),
            *still_open,
            self.currency(),
            self.amount("won_amount", won_amount),
            self.amount("lost_amount", lost_amount),
            share("value_win_rate", won_amount, won_amount + lost_amount),
            count("leads", number["lead"]),
            count("opened", number["opened"]),
            *(self.odds(cell) if self.query.by else []),
        ]

    def odds(self, cell: Cell) -> list[Column]:
        table = self.tables(cell.period).get(cell.group)
        found = odds_ratio(table) if table else None
        ratio, low, high = found or (None, None, None)
        p, q = self.tests(cell.period).get(cell.group, (None, None))
        return [bare("odds_ratio", ratio), bare("odds_ratio_lo", low), bare("odds_ratio_hi", high),
                bare("p_value", real(p)), bare("q_value", real(q))]

    def tables(self, period: Period) -> dict[Group, Table]:
        """Each group against all others of the period, where both have a closed deal."""
        if "tables" not in period.memory:
            results = {group: wins_and_losses(facts, period.until)
                       for group, facts in period.groups.items()}
            won = sum(result[0] for result in results.values())
            lost = sum(result[1] for result in results.values())
            tables = {group: (w, l, won - w, lost - l) for group, (w, l) in results.items()}
            period.memory["tables"] = {g: t for g, t in tables.items() if is_defined(t)}
        return period.memory["tables"]

    def tests(self, period: Period) -> dict[Group, tuple[Fraction, Fraction]]:
        """p, and q over the groups of the period that have a p."""
        if "tests" not in period.memory:
            tables = self.tables(period)
            p_values = [fisher(table) for table in tables.values()]
            pairs = zip(p_values, benjamini_hochberg(p_values))
            period.memory["tests"] = dict(zip(tables, pairs))
        return period.memory["tests"]


def closed_deals(facts: list[Fact], until: Until) -> list[Deal]:
    deals = [fact.record.deal for fact in facts if fact.record.kind == "deal"]
    return [deal for deal in deals if until.sees(deal.closed_at)]


def wins_and_losses(facts: list[Fact], until: Until) -> tuple[int, int]:
    closed = closed_deals(facts, until)
    won = sum(deal.won for deal in closed)
    return won, len(closed) - won
