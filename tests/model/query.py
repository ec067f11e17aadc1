"""Asking (contract, section 3): window, groups, total, fill, previous."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Optional, Union

from columns import Column
from errors import UsageError
from instants import from_local, to_local
from joins import Book
from weeks import WEEK, Calendar

Value = Union[str, int]
Group = tuple[Value, ...]
# Dimensions compared as numbers, and the values they have.
NUMBERED = {"weekday": range(1, 8), "hour": range(24), "band": range(0, 100, 10)}


@dataclass
class Query:
    calendar: Calendar
    now: int
    by: list[str]
    where: dict[str, set[Value]]
    from_week: Optional[date]
    to_week: Optional[date]
    total: bool
    fill: bool
    previous: bool
    options: dict[str, str]
    currency: Optional[str] = None


@dataclass
class Fact:
    at: int
    dimensions: dict[str, Value]
    record: Any


@dataclass(frozen=True)
class Until:
    """Where observation ends: at `now`, or before the cut of a partial week's
    `previous` ("only what lies before")."""
    instant: int
    is_cut: bool = False

    def sees(self, at: Optional[int]) -> bool:
        if at is None:
            return False
        return at < self.instant if self.is_cut else at <= self.instant


@dataclass
class Period:
    """The facts of a week or of several, which a row is measured in."""
    weeks: list[date]
    until: Until
    all: list[Fact]  # before the filters that act late
    groups: dict[Group, list[Fact]]
    shown: list[Group] = field(default_factory=list)  # the groups with a row
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass
class Cell:
    group: Group
    facts: list[Fact]
    period: Period


class Report:
    """What a report adds to the rules of section 3."""
    DIMENSIONS: list[str] = []
    OPTIONS: dict[str, list[str]] = {}
    DEFAULT_BY: list[str] = []
    LATE: set[str] = set()  # filters that act after `pick`

    def __init__(self, book: Book, query: Query):
        self.book, self.query = book, query

    def facts(self) -> list[Fact]:
        raise NotImplementedError

    def pick(self, facts: list[Fact]) -> list[Fact]:
        """Of the facts of a period those that count."""
        return facts

    def measure(self, cell: Cell) -> list[Column]:
        raise NotImplementedError

    def further_groups(self, weeks: list[date]) -> set[Group]:
        """Groups that have a row without a fact."""
        return set()

    def refuse(self) -> None:
        """Fails when the rows needed what is not there."""

    def first_week(self, weeks: list[date]) -> Optional[date]:
        """The beginning of a window that is not given; `weeks` hold facts."""
        return min(weeks, default=None)

    def last_week(self, weeks: list[date]) -> Optional[date]:
        return max(weeks, default=None)


def check_options(options: dict[str, str], allowed: dict[str, list[str]]) -> None:
    for name, value in options.items():
        if name not in allowed:
            raise UsageError(f"no option {name}")
        if value not in allowed[name]:
            raise UsageError(f"option {name} cannot be {value!r}")


def check_by(by: list[str], dimensions: list[str]) -> None:
    for name in by:
        if name not in dimensions:
            raise UsageError(f"no dimension {name}")
    if len(set(by)) != len(by):
        raise UsageError("a dimension twice")


def read_filters(where: list[tuple[str, Any]], dimensions: list[str]) -> dict[str, set[Value]]:
    """Section 5: repeating a dimension means or, different ones and."""
    filters: dict[str, set[Value]] = {}
    for name, value in where:
        if name not in dimensions:
            raise UsageError(f"no dimension {name}")
        filters.setdefault(name, set()).add(read_filter_value(name, value))
    return filters


def read_filter_value(name: str, value: Any) -> Value:
    if name not in NUMBERED:
        return value
    digits = str(value)
    if not (digits.isascii() and digits.isdigit() and int(digits) in NUMBERED[name]):
        raise UsageError(f"{name} cannot be {value!r}")
    return int(digits)


def passes(fact: Fact, filters: dict[str, set[Value]]) -> bool:
    return all(fact.dimensions[name] in values for name, values in filters.items())


def group_key(group: Group) -> tuple:
    """Text bytewise; weekday and hour as numbers."""
    return tuple(v.encode("utf-8") if isinstance(v, str) else v for v in group)


class Answer:
    """The rows of a query."""

    def __init__(self, query: Query, report: Report):
        self.query, self.report, self.calendar = query, report, query.calendar
        self.late = {k: v for k, v in query.where.items() if k in report.LATE}
        early = {k: v for k, v in query.where.items() if k not in report.LATE}
        self.by_week: dict[date, list[Fact]] = {}
        for fact in report.facts():
            if passes(fact, early):
                self.by_week.setdefault(self.calendar.week_of(fact.at), []).append(fact)
        self.weeks = self.window()

    def window(self) -> list[date]:
        """Both ends included; an end that is not given is that of the facts."""
        first, last = self.query.from_week, self.query.to_week
        if first is not None and last is not None and last < first:
            raise UsageError("the window ends before it begins")
        weeks = list(self.by_week)  # a late filter does not move the ends
        if first is None:
            first = self.report.first_week(weeks)
        if last is None:
            last = self.report.last_week(weeks)
        if first is None or last is None:
            return []
        return weeks_between(first, last)

    # ---- periods --------------------------------------------------------------

    def period(self, weeks: list[date], until: Optional[Until] = None) -> Period:
        until = until or Until(self.query.now)
        facts = [fact for week in weeks for fact in self.by_week.get(week, [])
                 if until.sees(fact.at)]
        picked = self.report.pick(facts)
        groups: dict[Group, list[Fact]] = {}
        for fact in picked:
            if passes(fact, self.late):
                group = tuple(fact.dimensions[name] for name in self.query.by)
                groups.setdefault(group, []).append(fact)
        return Period(weeks, until, picked, groups)

    def earlier(self, weeks: list[date]) -> Period:
        """As many weeks just before."""
        before = [week - len(weeks) * WEEK for week in weeks]
        if not self.partial(weeks[-1]):
            return self.period(before)
        return self.period(before, Until(self.now_earlier(len(weeks)), is_cut=True))

    def now_earlier(self, weeks: int) -> int:
        """The local weekday and time of `now`, some weeks earlier."""
        local = to_local(self.query.now, self.calendar.zone).replace(tzinfo=None)
        return from_local(local - timedelta(days=7 * weeks), self.calendar.zone)

    def partial(self, week: date) -> bool:
        return self.calendar.end(week) > self.query.now

    # ---- rows -----------------------------------------------------------------

    def groups_with_rows(self, period: Period) -> set[Group]:
        return set(period.groups) | self.report.further_groups(period.weeks)

    def filled_groups(self) -> set[Group]:
        """The groups of the window.  Without dimensions there is always one."""
        found = {()} if not self.query.by and self.weeks else set()
        if self.query.total:
            return found
        return found.union(*(self.groups_with_rows(self.period([week])) for week in self.weeks))

    def period_rows(self, head: list[Any], weeks: list[date], filled: set[Group]) -> list[list[Any]]:
        period = self.period(weeks)
        period.shown = sorted(self.groups_with_rows(period) | filled, key=group_key)
        before = self.earlier(weeks) if self.query.previous and weeks else None
        return [self.row(head, group, period, before) for group in period.shown]

    def row(self, head: list[Any], group: Group, period: Period, before: Optional[Period]) -> list[Any]:
        row = head + list(group)
        columns = self.report.measure(Cell(group, period.groups.get(group, []), period))
        earlier: list[Column] = []
        if before is not None:
            earlier = self.report.measure(Cell(group, before.groups.get(group, []), before))
        for index, column in enumerate(columns):
            row.append(column.value)
            row.extend(value for _, value in column.followers)
            if before is not None and column.has_previous:
                row.append(earlier[index].value)
        return row

    def names(self) -> list[str]:
        names = ["week", "week_start", "partial"] + self.query.by
        for column in self.report.measure(Cell((), [], Period([], Until(self.query.now), [], {}))):
            names.append(column.name)
            names.extend(name for name, _ in column.followers)
            if self.query.previous and column.has_previous:
                names.append(column.name + "_previous")
        return names

    def rows(self) -> list[list[Any]]:
        filled = self.filled_groups() if self.query.fill else set()
        if self.query.total:
            return self.period_rows(["total", None, None], self.weeks, filled) if self.weeks else []
        rows = []
        for week in self.weeks:
            head = [self.calendar.label(week), week.isoformat(), self.partial(week)]
            rows += self.period_rows(head, [week], filled)
        return rows


def weeks_between(first: date, last: date) -> list[date]:
    weeks = []
    while first <= last:
        weeks.append(first)
        first += WEEK
    return weeks
