"""Asking (contract, section 3): window, groups, total, fill, previous."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Callable, Optional, Union

from columns import Column
from errors import UsageError
from instants import from_local, to_local
from weeks import WEEK, Calendar

Value = Union[str, int]
Group = tuple[Value, ...]
NUMBERED = {"weekday": (1, 7), "hour": (0, 23)}  # compared as numbers


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


@dataclass
class Fact:
    at: int
    dimensions: dict[str, Value]
    record: Any


Measure = Callable[[list[Fact]], list[Column]]


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
    low, high = NUMBERED[name]
    digits = str(value)
    if not (digits.isascii() and digits.isdigit() and low <= int(digits) <= high):
        raise UsageError(f"{name} cannot be {value!r}")
    return int(digits)


def passes(query: Query, fact: Fact) -> bool:
    return all(fact.dimensions[name] in values for name, values in query.where.items())


def group_key(group: Group) -> tuple:
    """Text bytewise; weekday and hour as numbers."""
    return tuple(v.encode("utf-8") if isinstance(v, str) else v for v in group)


class Answer:
    """The rows of a report whose every column is measured on a list of facts."""

    def __init__(self, query: Query, facts: list[Fact], measure: Measure):
        self.query, self.measure = query, measure
        self.calendar = query.calendar
        self.by_week: dict[date, dict[Group, list[Fact]]] = {}
        for fact in facts:
            if passes(query, fact):
                self.add(fact)
        self.weeks = self.window()

    def add(self, fact: Fact) -> None:
        group = tuple(fact.dimensions[name] for name in self.query.by)
        groups = self.by_week.setdefault(self.calendar.week_of(fact.at), {})
        groups.setdefault(group, []).append(fact)

    def window(self) -> list[date]:
        """Both ends included; an end that is not given is that of the facts."""
        first, last = self.query.from_week, self.query.to_week
        if first is not None and last is not None and last < first:
            raise UsageError("the window ends before it begins")
        if first is None:
            first = min(self.by_week, default=None)
        if last is None:
            last = max(self.by_week, default=None)
        if first is None or last is None:
            return []
        return weeks_between(first, last)

    def groups(self) -> list[Group]:
        """The groups of the window.  Without dimensions there is always one."""
        found = {group for week in self.weeks for group in self.by_week.get(week, {})}
        if not self.query.by and self.weeks and self.query.fill:
            found.add(())
        return sorted(found, key=group_key)

    def facts(self, weeks: list[date], group: Group) -> list[Fact]:
        return [fact for week in weeks
                for fact in self.by_week.get(week, {}).get(group, [])]

    def earlier(self, weeks: list[date], group: Group) -> list[Fact]:
        """The same group in as many weeks just before."""
        before = [week - len(weeks) * WEEK for week in weeks]
        facts = self.facts(before, group)
        if self.partial(weeks[-1]):
            cut = self.now_earlier(len(weeks))
            facts = [fact for fact in facts if fact.at < cut]
        return facts

    def now_earlier(self, weeks: int) -> int:
        """The local weekday and time of `now`, some weeks earlier."""
        local = to_local(self.query.now, self.calendar.zone).replace(tzinfo=None)
        return from_local(local - timedelta(days=7 * weeks), self.calendar.zone)

    def partial(self, week: date) -> bool:
        return self.calendar.end(week) > self.query.now

    def row(self, head: list[Any], weeks: list[date], group: Group) -> list[Any]:
        row = head + list(group)
        columns = self.measure(self.facts(weeks, group))
        earlier = self.measure(self.earlier(weeks, group)) if self.query.previous else []
        for index, column in enumerate(columns):
            row.append(column.value)
            row.extend(value for _, value in column.followers)
            if self.query.previous and column.has_previous:
                row.append(earlier[index].value)
        return row

    def names(self) -> list[str]:
        names = ["week", "week_start", "partial"] + self.query.by
        for column in self.measure([]):
            names.append(column.name)
            names.extend(name for name, _ in column.followers)
            if self.query.previous and column.has_previous:
                names.append(column.name + "_previous")
        return names

    def rows(self) -> list[list[Any]]:
        groups = self.groups()
        if self.query.total:
            return [self.row(["total", None, None], self.weeks, group) for group in groups]
        rows = []
        for week in self.weeks:
            head = [self.calendar.label(week), week.isoformat(), self.partial(week)]
            for group in groups:
                if self.query.fill or self.facts([week], group):
                    rows.append(self.row(head, [week], group))
        return rows


def weeks_between(first: date, last: date) -> list[date]:
    weeks = []
    while first <= last:
        weeks.append(first)
        first += WEEK
    return weeks
