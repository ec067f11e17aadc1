"""Report 3, `deals` (contract, section 4)."""
from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Optional

from columns import Column, bare, count, mean, real
from joins import Book
from money import Money
from query import Cell, Fact, Group, Query, Report
from quotas import Quotas
from report_calls import COMMON


class MoneyReport(Report):
    """A report with amounts."""

    def __init__(self, book: Book, query: Query):
        super().__init__(book, query)
        self.money = Money(book, query.currency, query.calendar.zone)

    def refuse(self) -> None:
        self.money.refuse_if_missing()

    def amount(self, name: str, minor: int) -> Column:
        return Column(name, self.money.text(minor), [])

    def currency(self) -> Column:
        return bare("currency", self.money.currency)


class Deals(MoneyReport):
    DIMENSIONS = COMMON

    def __init__(self, book: Book, query: Query):
        super().__init__(book, query)
        self.quotas = Quotas(book, query, self.money)

    def facts(self) -> list[Fact]:
        return [Fact(deal.closed_at, self.book.dimensions(deal.rep, deal.lead, deal.record), deal)
                for deal in self.book.deals.values() if deal.won]

    # ---- rows and window --------------------------------------------------------

    def week_of_now(self) -> date:
        return self.query.calendar.week_of(self.query.now)

    def further_groups(self, weeks: list[date]) -> set[Group]:
        """"A group with a quota in a week of the window, up to the week of `now`." """
        return self.quotas.groups([week for week in weeks if week <= self.week_of_now()])

    def first_week(self, weeks: list[date]) -> Optional[date]:
        """The first week that has a fact or a quota, filters aside."""
        calendar, day = self.query.calendar, self.quotas.first_day()
        begun = [calendar.week_of(fact.at) for fact in self.facts()]
        if day is not None:
            begun.append(calendar.week_with(day))
        return min(begun, default=None)

    def last_week(self, weeks: list[date]) -> Optional[date]:
        return self.week_of_now()

    # ---- columns ------------------------------------------------------------------

    def measure(self, cell: Cell) -> list[Column]:
        won, amount = self.result(cell.facts)
        weeks = cell.period.weeks
        quota_won = self.quotas.target(cell.group, weeks, "won")
        quota_amount = self.quotas.target(cell.group, weeks, "amount")
        attained_won = attainment(Fraction(won), quota_won)
        attained_amount = attainment(self.money.major(amount), quota_amount)
        quota_text = None if quota_amount is None else self.money.text(self.money.minor(quota_amount))
        return [
            count("won", won),
            self.amount("amount", amount),
            mean("mean_amount", self.money.major(amount), won),
            self.currency(),
            Column("quota_won", real(quota_won), []),
            Column("quota_amount", quota_text, []),
            bare("attainment_won", real(attained_won)),
            bare("attainment_amount", real(attained_amount)),
            bare("over_quota", over(attained_won if quota_amount is None else attained_amount)),
            bare("rank", self.rank(cell)),
        ]

    def result(self, facts: list[Fact]) -> tuple[int, int]:
        return len(facts), self.money.sum([fact.record for fact in facts])

    def rank(self, cell: Cell) -> int:
        """Dense within the week, by amount, then won, descending."""
        memory = cell.period.memory
        if "results" not in memory:
            memory["results"] = {group: self.result(cell.period.groups.get(group, []))[::-1]
                                 for group in cell.period.shown}
        mine = memory["results"].get(cell.group, (0, 0))
        return 1 + len({result for result in memory["results"].values() if result > mine})


def attainment(result: Fraction, quota: Optional[Fraction]) -> Optional[Fraction]:
    """Null without a quota or with a quota of 0."""
    return result / quota if quota else None


def over(attained: Optional[Fraction]) -> Optional[bool]:
    return None if attained is None else attained > 1
