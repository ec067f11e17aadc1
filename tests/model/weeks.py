"""The reporting calendar: a zone and a first weekday (contract, section 2)."""
from __future__ import annotations

import re
from datetime import date, timedelta

from errors import UsageError
from instants import DATE, first_instant, to_local

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEK = timedelta(days=7)
ISO_LABEL = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)


class Calendar:
    """A week is named by its first day, a civil date."""

    def __init__(self, zone: str, week_start: str):
        self.zone = zone
        self.first_weekday = DAYS.index(week_start)
        self._starts: dict[date, int] = {}

    def week_with(self, day: date) -> date:
        """The first day of the week that holds a civil date."""
        return day - timedelta(days=(day.weekday() - self.first_weekday) % 7)

    def start(self, week: date) -> int:
        if week not in self._starts:
            self._starts[week] = first_instant(week, self.zone)
        return self._starts[week]

    def end(self, week: date) -> int:
        """The local midnight seven days later: the first instant not in it."""
        return self.start(week + WEEK)

    def week_of(self, instant: int) -> date:
        """The week whose interval holds the instant, whatever local date the
        instant shows."""
        week = self.week_with(to_local(instant, self.zone).date())
        while instant < self.start(week):
            week -= WEEK
        while instant >= self.end(week):
            week += WEEK
        return week

    def label(self, week: date) -> str:
        if self.first_weekday != 0:
            return week.isoformat()
        year, number, _ = week.isocalendar()
        return f"{year:04d}-W{number:02d}"

    def parse_week(self, text: str) -> date:
        """Section 5: WEEK is `2026-W45` or any date in it."""
        try:
            label = ISO_LABEL.fullmatch(text)
            if label:
                if self.first_weekday != 0:
                    raise UsageError("an ISO week label needs Monday weeks")
                return date.fromisocalendar(int(label[1]), int(label[2]), 1)
            day = DATE.fullmatch(text)
            if day:
                return self.week_with(date(*map(int, day.groups())))
        except (ValueError, OverflowError):
            pass
        raise UsageError(f"not a week: {text!r}")
