#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes calls.jsonl: twelve weeks of calls of a company that does not exist.

Everything here is generated from a fixed seed; no person, company or call in it is real. The calls follow a rhythm
(leads pick up in the late morning and on Tuesday to Thursday, by their own clocks), so that the best hours show.

    python3 docs/examples/make_sample.py > docs/examples/calls.jsonl
"""

import datetime
import json
import random
import sys

SEED = 20261108
FIRST_DAY = datetime.date(2026, 8, 17)  # a Monday; twelve weeks end on Sunday, 2026-11-08
WEEKS = 12
LEADS = 120
CALLS = 1500

REPS = (
    # id, name, team, region, skill: how much likelier than usual a call gets what it was for
    ("r1", "Ada", "North", "EMEA", 1.25),
    ("r2", "Bruno", "North", "EMEA", 1.0),
    ("r3", "Chen", "North", "APAC", 1.1),
    ("r4", "Dalia", "North", "EMEA", 0.8),
    ("r5", "Emeka", "South", "AMER", 1.2),
    ("r6", "Fiona", "South", "AMER", 0.9),
    ("r7", "Gustav", "South", "AMER", 1.0),
    ("r8", "Hana", "South", "APAC", 0.7),
)
# zone, hours east of Greenwich before 25 October (of Europe) or 1 November (of America), and after; region
ZONES = (
    ("Europe/Berlin", 2, 1, "EMEA"),
    ("Europe/London", 1, 0, "EMEA"),
    ("Africa/Cairo", 3, 2, "EMEA"),
    ("America/New_York", -4, -5, "AMER"),
    ("America/Los_Angeles", -7, -8, "AMER"),
    ("Asia/Tokyo", 9, 9, "APAC"),
)
SOURCES = ("advertisement", "event", "partner", "referral", "web")
SEGMENTS = ("small", "medium", "large")
ASSETS = ("webinar", "white paper", "")
# How likely a call is answered at an hour of the lead's clock, and by weekday (Monday first).
HOURS = {8: 0.25, 9: 0.35, 10: 0.55, 11: 0.60, 12: 0.30, 13: 0.30, 14: 0.40, 15: 0.45, 16: 0.50, 17: 0.35}
WEEKDAYS = (0.8, 1.1, 1.2, 1.1, 0.7)


def utc(date, zone, hour, minute, second):
    """The text of an instant given by a lead's clock."""
    _, before, after, region = zone
    change = datetime.date(2026, 11, 1) if region == "AMER" else datetime.date(2026, 10, 25)
    if zone[0] == "Africa/Cairo":
        change = datetime.date(2026, 10, 30)
    offset = before if date < change else after
    local = datetime.datetime.combine(date, datetime.time(hour, minute, second))
    return (local - datetime.timedelta(hours=offset)).strftime("%Y-%m-%dT%H:%M:%SZ")


def reps():
    for number, name, team, region, _ in REPS:
        yield {"table": "rep", "id": number, "name": name, "team": team, "region": region}


def make_leads(rng):
    leads = []
    for number in range(1, LEADS + 1):
        zone = rng.choice(ZONES)
        region = zone[3]
        rep = rng.choice([rep for rep in REPS if rep[3] == region])
        day = FIRST_DAY - datetime.timedelta(days=21) + datetime.timedelta(days=rng.randrange(7 * WEEKS))
        leads.append((f"l{number}", rep, zone, day))
    return leads


def lead_row(rng, lead):
    number, rep, zone, day = lead
    row = {
        "table": "lead",
        "id": number,
        "created_at": utc(day, zone, rng.randrange(8, 18), rng.randrange(60), 0),
        "rep": rep[0],
        "origin": rng.choice(("marketing", "marketing", "sales")),
        "source": rng.choice(SOURCES),
        "region": zone[3],
        "segment": rng.choice(SEGMENTS),
        "zone": zone[0],
    }
    asset = rng.choice(ASSETS)
    if asset and row["origin"] == "marketing":
        row["asset"] = asset
    return row


def outcome(rng, chance):
    if rng.random() < chance:
        return "answered"
    return rng.choices(("voicemail", "unanswered", "busy", "failed"), (55, 35, 8, 2))[0]


def call_row(rng, leads):
    lead, rep, zone, created = rng.choice(leads)
    days = [FIRST_DAY + datetime.timedelta(days=n) for n in range(7 * WEEKS)]
    day = rng.choice([day for day in days if day.weekday() < 5 and day > created])
    hour = rng.choice(tuple(HOURS))
    inbound = rng.random() < 0.06
    result = "answered" if inbound and rng.random() < 0.8 else outcome(rng, HOURS[hour] * WEEKDAYS[day.weekday()])
    row = {"table": "call", "at": utc(day, zone, hour, rng.randrange(60), rng.randrange(60)), "lead": lead}
    # Now and then a colleague steps in.
    row["rep"] = rep[0] if rng.random() < 0.95 else rng.choice(REPS)[0]
    if inbound:
        row["direction"] = "inbound"
    row["outcome"] = result
    if result == "answered":
        row["duration_s"] = round(rng.lognormvariate(4.9, 0.8))
        if rng.random() < 0.22 * rep[4]:
            row["positive"] = True
    elif result == "voicemail":
        row["duration_s"] = rng.randrange(8, 45)
    return row


def rows():
    rng = random.Random(SEED)
    yield from reps()
    leads = make_leads(rng)
    for lead in leads:
        yield lead_row(rng, lead)
    calls = sorted((call_row(rng, leads) for _ in range(CALLS)), key=lambda row: row["at"])
    for number, call in enumerate(calls, 1):
        yield {"table": "call", "id": f"c{number}", **call}


def main():
    for row in rows():
        sys.stdout.write(json.dumps(row, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
