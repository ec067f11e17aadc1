"""The ways to be wrong."""
from __future__ import annotations

from datetime import date


class UsageError(Exception):
    """Wrong usage: exit status 2."""


class BadRow(Exception):
    """A refused row; the message says why."""


class MissingRates(Exception):
    """Rates that the rows of an answer need and nobody gave: exit status 1."""

    def __init__(self, missing: set[tuple[str, date]]):
        self.missing = sorted(missing, key=lambda rate: (rate[1], rate[0]))
        self.first = self.missing[0]
        super().__init__("; ".join(f"no rate of {code} on or before {day}"
                                   for code, day in self.missing))
