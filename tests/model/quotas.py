"""Quotas (contract, section 4, report 3)."""
from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Callable, Optional

from joins import Book
from money import Money
from query import Group, Query
from records import Record
from weeks import WEEK

Owner = tuple[str, str]  # ("rep", id), ("team", name) or ("organisation", "")
Total = Optional[Fraction]


def owner(quota: Record) -> Owner:
    if quota["rep"] is not None:
        return "rep", quota["rep"]
    if quota["team"] is not None:
        return "team", quota["team"]
    return "organisation", ""


def days_shared(quota: Record, week: date) -> int:
    """`to` is excluded, and so is the week's end."""
    shared = min(quota["to"], week + WEEK) - max(quota["from"], week)
    return max(shared, timedelta(0)).days


def add(totals: list[Total]) -> Total:
    """The sum of what is there; null when nothing is."""
    there = [total for total in totals if total is not None]
    return sum(there, Fraction(0)) if there else None


class Quotas:
    def __init__(self, book: Book, query: Query, money: Money):
        self.book, self.query, self.money = book, query, money
        self.of_owner: dict[Owner, list[Record]] = {}
        for quota in book.tables["quota"].values():
            self.of_owner.setdefault(owner(quota), []).append(quota)
        self.reps = [name for kind, name in self.of_owner if kind == "rep"]
        self.teams = sorted({name for kind, name in self.of_owner if kind == "team"}
                            | {book.team(rep) for rep in self.reps})
        self.level = self.find_level()

    def find_level(self) -> Optional[str]:
        """"The finest of rep and team named in `by` or the filters, else the
        organisation"; none with any other dimension."""
        named = set(self.query.by) | set(self.query.where)
        if named - {"rep", "team"}:
            return None
        return next((level for level in ("rep", "team") if level in named), "organisation")

    # ---- targets of a week ------------------------------------------------------

    def share(self, quota: Record, week: date, what: str) -> Fraction:
        """target x days shared / days of the quota, exact and unrounded."""
        target = quota[what]
        if what == "amount":
            target = self.money.convert(target, quota["currency"], quota["from"])
        return target * days_shared(quota, week) / (quota["to"] - quota["from"]).days

    def own(self, owner: Owner, week: date, what: str) -> Total:
        """Overlapping quotas of one owner add up."""
        return add([self.share(quota, week, what) for quota in self.of_owner.get(owner, [])
                    if quota[what] is not None and days_shared(quota, week) > 0])

    def team(self, team: str, week: date, what: str) -> Total:
        own = self.own(("team", team), week, what)
        if own is not None:
            return own
        return add([self.own(("rep", rep), week, what) for rep in self.reps
                    if self.book.team(rep) == team])

    def organisation(self, week: date, what: str) -> Total:
        own = self.own(("organisation", ""), week, what)
        if own is not None:
            return own
        return add([self.team(team, week, what) for team in self.teams])

    # ---- groups -------------------------------------------------------------------

    def parts(self) -> list[tuple[dict[str, str], Callable[[date, str], Total]]]:
        """What is summed into groups: the dimensions and the target of each part."""
        if self.level == "rep":
            return [({"rep": rep, "team": self.book.team(rep)},
                     lambda week, what, rep=rep: self.own(("rep", rep), week, what))
                    for rep in self.reps]
        if self.level == "team":
            return [({"team": team}, lambda week, what, team=team: self.team(team, week, what))
                    for team in self.teams]
        return [({}, self.organisation)] if self.level else []

    def target(self, group: Group, weeks: list[date], what: str) -> Total:
        """Of a group in some weeks; `what` is won or amount."""
        return add([part(week, what) for week in weeks for dimensions, part in self.parts()
                    if self.passes(dimensions) and self.group(dimensions) == group])

    def passes(self, dimensions: dict[str, str]) -> bool:
        return all(dimensions[name] in values for name, values in self.query.where.items())

    def group(self, dimensions: dict[str, str]) -> Group:
        return tuple(dimensions[name] for name in self.query.by)

    def groups(self, weeks: list[date]) -> set[Group]:
        """The groups with a quota in one of the weeks."""
        return {self.group(dimensions) for dimensions, _ in self.parts()
                if self.passes(dimensions) and any(self.covers(dimensions, week) for week in weeks)}

    def covers(self, dimensions: dict[str, str], week: date) -> bool:
        """Whether any quota behind a part shares a day with the week."""
        return any(days_shared(quota, week) > 0 for (kind, name), quotas in self.of_owner.items()
                   for quota in quotas if self.stands_behind(kind, name, dimensions))

    def stands_behind(self, kind: str, name: str, dimensions: dict[str, str]) -> bool:
        if self.level == "organisation":
            return True
        if self.level == "team":
            team = self.book.team(name) if kind == "rep" else name
            return kind != "organisation" and team == dimensions["team"]
        return kind == "rep" and name == dimensions["rep"]

    def first_day(self) -> Optional[date]:
        return min((quota["from"] for quota in self.book.tables["quota"].values()), default=None)
