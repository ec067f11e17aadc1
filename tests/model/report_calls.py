"""Report 1, `calls` (contract, section 4)."""
from __future__ import annotations

from fractions import Fraction

from columns import Column, count, mean, rate
from instants import to_local
from joins import dimensions, final_lead
from query import Fact, Query
from records import CALL_OUTCOME, Record, Snapshot

DIMENSIONS = ["rep", "team", "region", "source", "origin", "asset", "segment",
              "weekday", "hour"]
OPTIONS = {"direction": ["outbound", "inbound", "both"], "clock": ["report", "lead"]}


def facts(snapshot: Snapshot, query: Query) -> list[Fact]:
    direction = query.options.get("direction", "outbound")
    return [fact(snapshot, query, call) for call in snapshot.tables["call"].values()
            if direction in ("both", call["direction"])]


def fact(snapshot: Snapshot, query: Query, call: Record) -> Fact:
    lead = final_lead(snapshot, call["lead"])
    zone = query.calendar.zone
    if query.options.get("clock", "report") == "lead" and lead and lead["zone"]:
        zone = lead["zone"]  # section 2; without a zone: the reporting clock
    local = to_local(call["at"], zone)
    values = dimensions(snapshot, call["rep"], lead)
    return Fact(call["at"], {**values, "weekday": local.isoweekday(), "hour": local.hour}, call)


def measure(found: list[Fact]) -> list[Column]:
    calls = [fact.record for fact in found]
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
