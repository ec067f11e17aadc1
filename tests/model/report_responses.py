"""Reports 2, `responses` and `first_touch` (contract, section 4)."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from columns import Column, count, mean, rate
from curves import Curve, Span, percentile_column, within_column
from joins import is_outreach, is_reply, is_touch, talks_of_leads
from query import Cell, Fact, Report, Until
from report_calls import COMMON

SECOND = 1_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND


@dataclass
class Wait:
    """From an instant to the first of something."""
    begin: int
    end: Optional[int]

    def span(self, until: Until) -> Span:
        """An earlier end counts as zero; without an end it is open."""
        if until.sees(self.end):
            return Span(max(self.end - self.begin, 0), True)
        return Span(until.instant - self.begin, False)


def wait_columns(spans: list[Span], names: tuple[str, str, str],
                 limits: dict[str, int]) -> list[Column]:
    ended = [span.duration for span in spans if span.ended]
    curve = Curve(spans)
    return [
        count(names[0], len(spans)),
        count(names[1], len(ended)),
        rate(names[2], len(ended), len(spans)),
        mean("mean_h", Fraction(sum(ended), HOUR), len(ended)),
        percentile_column("median_h", curve, Fraction(1, 2), HOUR),
        percentile_column("p90_h", curve, Fraction(9, 10), HOUR),
        *[within_column(name, curve, limit) for name, limit in limits.items()],
    ]


class Responses(Report):
    """How long leads take to answer us, in the week of the first outreach."""
    DIMENSIONS = COMMON + ["channel"]
    LIMITS = {"within_1h": HOUR, "within_24h": 24 * HOUR, "within_168h": 168 * HOUR}

    def facts(self) -> list[Fact]:
        found = []
        for id, talks in talks_of_leads(self.book).items():
            outreach = next((talk for talk in talks if is_outreach(talk)), None)
            if outreach is None:
                continue
            reply = next((talk["at"] for talk in talks
                          if is_reply(talk) and talk["at"] >= outreach["at"]), None)
            values = self.book.dimensions(outreach["rep"], self.book.lead(id))
            channel = outreach["channel"] or "" if "channel" in outreach else "call"
            found.append(Fact(outreach["at"], {**values, "channel": channel},
                              Wait(outreach["at"], reply)))
        return found

    def measure(self, cell: Cell) -> list[Column]:
        spans = [fact.record.span(cell.period.until) for fact in cell.facts]
        return wait_columns(spans, ("contacted", "responded", "response_rate"), self.LIMITS)


class FirstTouch(Report):
    """Our own speed, in the week of the lead's creation."""
    DIMENSIONS = COMMON
    LIMITS = {"within_5m": 5 * MINUTE, "within_1h": HOUR, "within_24h": 24 * HOUR}

    def facts(self) -> list[Fact]:
        talks = talks_of_leads(self.book)
        found = []
        for lead in self.book.leads():
            touch = next((talk["at"] for talk in talks[lead["id"]] if is_touch(talk)), None)
            found.append(Fact(lead["created_at"], self.book.dimensions(lead["rep"], lead),
                              Wait(lead["created_at"], touch)))
        return found

    def measure(self, cell: Cell) -> list[Column]:
        spans = [fact.record.span(cell.period.until) for fact in cell.facts]
        return wait_columns(spans, ("leads", "touched", "touch_rate"), self.LIMITS)
