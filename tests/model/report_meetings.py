"""Report 6, `meetings` (contract, section 4)."""
from __future__ import annotations

from fractions import Fraction

from columns import Column, count, rate
from joins import is_held
from query import Cell, Fact, Report
from records import MEETING_OUTCOME, Record
from report_calls import clock


class Meetings(Report):
    DIMENSIONS = ["rep", "team", "region", "source", "segment", "place", "tactic",
                  "weekday", "hour"]
    OPTIONS = {"clock": ["report", "lead"]}

    def facts(self) -> list[Fact]:
        return [self.fact(meeting) for meeting in self.book.tables["meeting"].values()]

    def fact(self, meeting: Record) -> Fact:
        lead = self.book.meeting_lead(meeting)
        deal = self.book.deals.get(meeting["opportunity"])
        values = self.book.dimensions(meeting["rep"], lead, deal.record if deal else None)
        own = {"place": meeting["place"] or "", "tactic": meeting["tactic"] or ""}
        return Fact(meeting["at"], {**values, **own, **clock(self.query, meeting["at"], lead)},
                    meeting)

    def measure(self, cell: Cell) -> list[Column]:
        meetings = [fact.record for fact in cell.facts]
        number = {name: sum(m["outcome"] == name for m in meetings) for name in MEETING_OUTCOME}
        held = [meeting for meeting in meetings if is_held(meeting)]
        seconds = sum((m["duration_s"] or Fraction(0) for m in held), Fraction(0))
        success = number["sale"] + number["demo"]
        columns = [count("scheduled", len(meetings)), count("held", len(held))]
        for name in MEETING_OUTCOME:
            columns.append(count(name, number[name]))
            if name == "no_show":
                columns.append(rate("no_show_rate", number[name], len(held) + number[name]))
        return columns + [
            rate("success_rate", success, len(held) - number["completed"]),
            Column("hours", float(seconds / 3600), []),
        ]
