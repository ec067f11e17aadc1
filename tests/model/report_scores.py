"""Report 4, `scores` (contract, section 4)."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from columns import Column, bare, count, mean, rate
from curves import Curve, Span, within_column
from joins import is_held, is_reply, talks_of_leads
from query import Cell, Fact, Report, Until
from records import Record
from report_calls import COMMON
from report_conversion import DAY


@dataclass
class Scored:
    """A score and what its lead does."""
    score: Record
    lead_id: str
    replies: list[int]
    meetings: list[int]  # held ones
    wins: list[int]

    def first_win(self, until: Until) -> Optional[int]:
        return min((at for at in self.wins if until.sees(at)), default=None)

    def excluded(self, until: Until) -> bool:
        """Of leads that had won at or before it, or written after the first win."""
        win, given = self.first_win(until), self.score["given_recorded_at"]
        if win is None:
            return False
        return win <= self.score["at"] or (given is not None and given > win)

    def later(self, instants: list[int], until: Until) -> bool:
        """Strictly after the score."""
        return any(at > self.score["at"] and until.sees(at) for at in instants)

    def span(self, until: Until) -> Span:
        win = self.first_win(until)
        if win is None:
            return Span(until.instant - self.score["at"], False)
        return Span(win - self.score["at"], True)


def band(value: Fraction) -> int:
    """0, 10 ... 90; a score of 100 is in the last."""
    return min(int(value // 10) * 10, 90)


class Scores(Report):
    DIMENSIONS = COMMON + ["band", "model"]
    DEFAULT_BY = ["band"]
    LATE = {"band"}

    def facts(self) -> list[Fact]:
        """Every score; `pick` takes the last of a period."""
        talks, deals = talks_of_leads(self.book), self.book.deals_of_leads()
        meetings, scores = self.book.of_leads("meeting"), self.book.of_leads("score")
        found = []
        for lead in self.book.leads():
            id, values = lead["id"], self.book.dimensions(lead["rep"], lead)
            replies = [talk["at"] for talk in talks[id] if is_reply(talk)]
            held = [meeting["at"] for meeting in meetings[id] if is_held(meeting)]
            wins = [deal.closed_at for deal in deals[id] if deal.won]
            for score in scores[id]:
                own = {"band": band(score["value"]), "model": score["model"] or ""}
                found.append(Fact(score["at"], {**values, **own},
                                  Scored(score, id, replies, held, wins)))
        return found

    def pick(self, facts: list[Fact]) -> list[Fact]:
        """Each lead once, and per model when grouped by model: its last score."""
        last: dict[tuple, Fact] = {}
        for fact in sorted(facts, key=lambda f: (f.at, f.record.score["id"].encode("utf-8"))):
            model = fact.dimensions["model"] if "model" in self.query.by else ""
            last[fact.record.lead_id, model] = fact
        return list(last.values())

    def measure(self, cell: Cell) -> list[Column]:
        until = cell.period.until
        scored = counted(cell.facts, until)
        leads, value = len(scored), sum((each.score["value"] for each in scored), Fraction(0))
        responded = sum(each.later(each.replies, until) for each in scored)
        engaged = sum(each.later(each.meetings, until) for each in scored)
        bought = sum(each.later(each.wins, until) for each in scored)
        curve = Curve([each.span(until) for each in scored])
        return [
            count("leads", leads),
            mean("mean_score", value, leads),
            count("responded", responded),
            rate("response_rate", responded, leads),
            count("engaged", engaged),
            rate("engage_rate", engaged, leads),
            count("bought", bought),
            rate("buy_rate", bought, leads),
            within_column("bought_90d", curve, 90 * DAY),
            bare("lift", self.lift(cell, leads, bought)),
            count("excluded", len(cell.facts) - leads),
        ]

    def lift(self, cell: Cell, leads: int, bought: int) -> Optional[float]:
        """Against all that is counted in the period, whatever its band."""
        until = cell.period.until
        everyone = counted(cell.period.all, until)
        buyers = sum(each.later(each.wins, until) for each in everyone)
        if leads == 0 or buyers == 0:
            return None
        return float(Fraction(bought, leads) / Fraction(buyers, len(everyone)))


def counted(facts: list[Fact], until: Until) -> list[Scored]:
    return [fact.record for fact in facts if not fact.record.excluded(until)]
