"""Report 1, `calls` (contract, section 4)."""
from __future__ import annotations

from fractions import Fraction
from typing import Optional

from columns import Column, count, mean, rate
from instants import to_local
from query import Cell, Fact, Query, Report, Value
from records import CALL_OUTCOME, Record

COMMON = ["rep", "team", "region", "source", "origin", "asset", "segment"]


def clock(query: Query, at: int, lead: Optional[Record]) -> dict[str, Value]:
    """Section 2: weekday and hour, on the reporting clock or the lead's own."""
    zone = query.calendar.zone
    if query.options.get("clock", "report") == "lead" and lead and lead["zone"]:
        zone = lead["zone"]  # without a zone: the reporting clock
    local = to_local(at, zone)
    return {"weekday": local.isoweekday(), "hour": local.hour}


class Calls(Report):
    DIMENSIONS = COMMON + ["weekday", "hour"]
    OPTIONS = {"direction": ["outbound", "inbound", "both"], "clock": ["report", "lead"]}

    def facts(self) -> list[Fact]:
        direction = self.query.options.get("direction", "outbound")
        return [self.fact(call) for call in self.book.tables["call"].values()
                if direction in ("both", call["direction"])]

    def fact(self, call: Record) -> Fact:
        lead = self.book.lead(call["lead"])
        values = self.book.dimensions(call["rep"], lead)
        return Fact(call["at"], {**values, **clock(self.query, call["at"], lead)}, call)

    def measure(self, cell: Cell) -> list[Column]:
        calls = [fact.record for fact in cell.facts]
        made = len(calls)
        outcome = {name: [c for c in calls if c["outcome"] == name] for name in CALL_OUTCOME}
        answered = outcome["answered"]
        positive = sum(c["positive"] for c in calls)
        durations = [c["duration_s"] for c in answered if c["duration_s"] is not None]
        talk = sum(durations, Fraction(0))
        # "each rate right after the count it rests on"
        return [
            count("made", made),
            count("answered", len(answered)),
            rate("answer_rate", len(answered), made),
            *[count(name, len(outcome[name])) for name in CALL_OUTCOME[1:]],
            count("positive", positive),
            rate("positive_rate", positive, made),
            Column("talk_s", float(talk), []),
            mean("mean_talk_s", talk, len(durations)),
        ]
