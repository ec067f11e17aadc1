#!/usr/bin/env python3
"""Seeded messy feeds and random queries for them.

    feeds.py SEED [all|calls]     prints the feed of a seed as JSON lines
"""
from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Optional

from instants import (EARLIEST, EPOCH, LATEST, MICROSECOND, first_instant, from_datetime,
                      from_local, parse_instant, to_local, utc_text)
from weeks import DAYS, WEEK, Calendar

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

ZONES = ["UTC", "America/St_Johns", "America/Havana", "Pacific/Apia", "Africa/Cairo",
         "Asia/Beirut", "Australia/Lord_Howe", "Antarctica/Troll", "Europe/Zurich",
         "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Europe/Dublin",
         "Africa/Casablanca", "Pacific/Kiritimati", "Asia/Tehran", "America/Nuuk",
         "Africa/Monrovia", "Pacific/Kwajalein", "Asia/Gaza", "Etc/GMT+12"]

# A feed lives in one of these spans (first day, last day).
SPANS = [("2026-09-01", "2026-12-20"), ("2025-03-01", "2025-04-10"), ("2011-12-15", "2012-01-15"),
         ("1970-01-01", "1970-03-01"), ("1970-01-01", "2199-12-31"), ("2006-03-25", "2006-11-05"),
         ("2010-09-20", "2010-11-20"), ("2023-04-01", "2023-11-10"), ("2037-10-01", "2038-04-01"),
         ("1993-08-10", "1993-09-05"), ("2150-03-01", "2150-04-15"), ("2018-10-15", "2019-03-01")]
WIDE = 4

# Days on which the clocks change at or near midnight, or by much.
HOT = [("America/St_Johns", "2010-11-07"), ("America/St_Johns", "2011-03-13"),
       ("America/St_Johns", "1988-04-03"), ("America/St_Johns", "2009-11-01"),
       ("America/Goose_Bay", "2010-11-07"), ("America/Moncton", "2000-10-29"),
       ("America/Havana", "2026-11-01"),
       ("America/Havana", "2026-03-08"), ("America/Havana", "2099-11-01"),
       ("Pacific/Apia", "2011-12-30"), ("Africa/Cairo", "2024-04-26"),
       ("Africa/Cairo", "2023-10-27"), ("Asia/Beirut", "2026-03-29"), ("Asia/Beirut", "2026-10-25"),
       ("America/Sao_Paulo", "2018-11-04"), ("America/Sao_Paulo", "2019-02-17"),
       ("Asia/Tehran", "2022-03-22"), ("Pacific/Kwajalein", "1993-08-21"),
       ("Antarctica/Troll", "2026-03-29"), ("Australia/Lord_Howe", "2026-04-05"),
       ("Africa/Monrovia", "1972-01-07"), ("Antarctica/Vostok", "2023-12-18"),
       ("Atlantic/Azores", "2026-10-25"), ("Atlantic/Azores", "2026-03-29"),
       ("Asia/Gaza", "2024-04-20"), ("America/Asuncion", "2023-10-01")]

TEXTS = ["North", "north", "South", "", None, "Süd", "東京", "a,b", 'say "hi"', "two\nlines",
         "Zürich", "😀", " West ", "=1+1", "tab\there", "ﬁ", "e\u0301", "é", "é,\"\r\n", "NULL", "0"]
ID_TAILS = ["", "", "", "é", ",x", '"q"', "\nz", "😀", " b", "東", "%", "=", "'"]
ORIGINS = ["marketing", "sales", "referral", "", None]
OUTCOMES = ["answered", "answered", "answered", "unanswered", "voicemail", "busy", "failed",
            "unknown", None, ""]


@dataclass
class Feed:
    seed: int
    zone: str
    week_start: str
    init: bool  # False: the import creates the store with the defaults
    import_zone: Optional[str]
    stamped: str  # full, partly, none
    wide: bool
    lines: list[str] = field(default_factory=list)
    first_stamps: list[str] = field(default_factory=list)  # --recorded-at, by batch
    batches: list[list[str]] = field(default_factory=list)
    instants: list[int] = field(default_factory=list)  # of the facts
    stamps: list[int] = field(default_factory=list)
    texts: list[Any] = field(default_factory=list)
    reps: list[str] = field(default_factory=list)
    currency: Optional[str] = None  # of the store; None: not said
    grain: int = 1  # what all instants are multiples of


def chance(rng: random.Random, probability: float) -> bool:
    return rng.random() < probability


def clock_changes(zone: str, first: int, last: int) -> list[int]:
    """The first instants of new offsets, found by halving steps of a day."""
    found, step = [], DAY
    offset = to_local(first, zone).utcoffset()
    for start in range(first, last, step):
        later = to_local(start + step, zone).utcoffset()
        if later != offset:
            old, new = start, start + step
            while new - old > 1:
                middle = (old + new) // 2
                if to_local(middle, zone).utcoffset() == offset:
                    old = middle
                else:
                    new = middle
            found.append(new)
        offset = later
    return found


class Maker:
    def __init__(self, seed: int):
        rng = self.rng = random.Random(seed)
        init = chance(rng, 0.85)
        self.feed = Feed(
            seed, rng.choice(ZONES) if init else "UTC",
            (rng.choice(DAYS) if chance(rng, 0.5) else "monday") if init else "monday", init,
            rng.choice(ZONES) if chance(rng, 0.4) else None,
            rng.choice(["full", "full", "partly", "none"]), False)
        self.choose_span()
        self.zones = rng.sample(ZONES, 3) + [self.feed.zone]
        self.anchors = self.make_anchors()
        self.feed.texts = rng.sample(TEXTS, rng.randint(3, 8))
        self.base_stamp = from_datetime(EPOCH.replace(year=rng.choice([1980, 2020, 2026, 2100])))
        self.stamp_pool = [self.base_stamp + rng.choice([1, SECOND, HOUR, DAY]) * rng.randint(0, 50)
                           for _ in range(rng.randint(2, 25))]

    def choose_span(self) -> None:
        self.hot: list[int] = []
        if self.feed.init and chance(self.rng, 0.5):
            self.choose_hot_day()
            return
        number = self.rng.randrange(len(SPANS))
        if self.feed.zone == "Pacific/Apia" and chance(self.rng, 0.7):
            number = 2
        self.feed.wide = number == WIDE
        first, last = SPANS[number]
        self.first, self.last = parse_instant(first, "UTC"), parse_instant(last, "UTC")

    def choose_hot_day(self) -> None:
        rng, feed = self.rng, self.feed
        feed.zone, text = rng.choice(HOT)
        day = date.fromisoformat(text)
        if chance(rng, 0.8):
            feed.week_start = DAYS[day.weekday()]
        middle = first_instant(day, feed.zone)
        self.first, self.last = middle - 21 * DAY, middle + 21 * DAY
        self.hot = [middle, *clock_changes(feed.zone, middle - 2 * DAY, middle + 2 * DAY)]

    def make_anchors(self) -> list[int]:
        """Week boundaries, midnights and clock changes worth standing near."""
        rng, anchors = self.rng, self.hot * 12
        for zone in dict.fromkeys([self.feed.zone, rng.choice(self.zones)]):
            calendar = Calendar(zone, self.feed.week_start)
            spots = [rng.randint(self.first, self.last) for _ in range(6)]
            changes = self.changes(zone)
            for spot in spots + rng.sample(changes, min(4, len(changes))):
                week = calendar.week_of(spot)
                anchors += [spot, calendar.start(week), calendar.end(week)]
            anchors += rng.sample(changes, min(6, len(changes)))
        return anchors

    def changes(self, zone: str) -> list[int]:
        first, last = self.first, self.last
        if self.feed.wide:
            first = self.rng.randint(first, last - 800 * DAY)
            last = first + 800 * DAY
        return clock_changes(zone, first, last)

    # ---- values -------------------------------------------------------------

    def moment(self) -> int:
        rng = self.rng
        if chance(rng, 0.2) and self.feed.instants:
            moment = self.weeks_apart(rng.choice(self.feed.instants))
        elif chance(rng, 0.5):
            moment = rng.randint(self.first, self.last)
        else:
            moment = rng.choice(self.anchors) + rng.choice(
                [0, 0, 0, -1, 1, -SECOND, SECOND, -1800 * SECOND, 1800 * SECOND, -HOUR, HOUR,
                 -2 * HOUR, DAY, -DAY, 7 * DAY, -7 * DAY, rng.randint(-3 * HOUR, 3 * HOUR)])
        if chance(rng, 0.3):
            moment -= moment % (60 * SECOND)
        return min(max(moment, EARLIEST), LATEST - DAY)

    def weeks_apart(self, moment: int) -> int:
        """The same local weekday and time some weeks away (or, rarely, next to it)."""
        local = to_local(moment, self.feed.zone).replace(tzinfo=None)
        local += timedelta(days=7 * self.rng.choice([-4, -2, -1, -1, -1, 1]))
        if local.year < 1970:
            return moment
        return from_local(local, self.feed.zone) + self.rng.choice([0, 0, 0, -1, 1])

    def moment_text(self, moment: int) -> str:
        """The instant, or something near it, in one of the written forms."""
        rng = self.rng
        form = rng.choice(["Z", "Z", "short", "offset", "long", "local", "local", "minute", "date"])
        import_zone = self.feed.import_zone or self.feed.zone
        if form == "Z":
            return utc_text(moment)
        if form == "short" and moment % SECOND == 0:
            return utc_text(moment)[:19] + "Z"
        if form == "long":
            return utc_text(moment)[:-1] + str(rng.randint(0, 999)).zfill(rng.randint(1, 3))[:3] + "Z"
        if form == "offset":
            minutes = rng.choice([0, 60, -210, 345, 840, -720, 5])
            shifted = EPOCH + moment * MICROSECOND + timedelta(minutes=minutes)
            sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
            return shifted.strftime("%Y-%m-%dT%H:%M:%S.%f") + f"{sign}{size // 60:02d}:{size % 60:02d}"
        local = to_local(moment, import_zone).replace(tzinfo=None)
        if form == "date" and chance(rng, 0.5):
            return local.strftime("%Y-%m-%d")
        if form == "minute":
            return local.strftime("%Y-%m-%d %H:%M")
        text = local.strftime(rng.choice(["%Y-%m-%dT", "%Y-%m-%d ", "%Y-%m-%d "]) + "%H:%M:%S")
        digits = rng.randint(0, 9)
        return text + (f".{local.microsecond:06d}789"[:digits + 1] if digits else "")

    def stamp(self) -> Optional[str]:
        rng = self.rng
        if self.feed.stamped == "none" or (self.feed.stamped == "partly" and chance(rng, 0.5)):
            return None
        stamp = rng.choice(self.stamp_pool)
        self.feed.stamps.append(stamp)
        return utc_text(stamp)

    def text(self) -> Any:
        return self.rng.choice(self.feed.texts)

    def duration(self) -> Any:
        rng = self.rng
        return rng.choice([None, 0, rng.randint(1, 3600), rng.randint(1, 3600),
                           round(rng.uniform(0, 600), rng.randint(1, 6)), 0.1, 0.000001, 1e2])

    def ids(self, letter: str, number: int) -> list[str]:
        return [f"{letter}{index}{self.rng.choice(ID_TAILS)}" for index in range(1, number + 1)]

    def maybe(self, values: list[Any], nothing: float = 0.15) -> Any:
        return self.rng.choice([None, ""]) if chance(self.rng, nothing) else self.rng.choice(values)

    # ---- rows ---------------------------------------------------------------

    def finish(self, table: str, id: str, row: dict[str, Any]) -> dict[str, Any]:
        """Common fields; nulls and defaults sometimes left out, keys in any order."""
        rng = self.rng
        row = {"table": table, "id": id, "recorded_at": self.stamp(), **row}
        if chance(rng, 0.07):
            row["deleted"] = True
        elif chance(rng, 0.1):
            row["deleted"] = rng.choice([False, None])
        items = [(k, v) for k, v in row.items() if v is not None or chance(rng, 0.2)]
        if chance(rng, 0.3):
            rng.shuffle(items)
        return dict(items)

    def rep(self, id: str) -> dict[str, Any]:
        rng = self.rng
        return self.finish("rep", id, {
            "name": self.text(), "team": self.text(), "region": self.text(),
            "zone": self.maybe(self.zones), "capacity": rng.choice([None, 1, 2, 1.0, 0.5])})

    def lead(self, id: str, leads: list[str], reps: list[str]) -> dict[str, Any]:
        rng = self.rng
        at = self.moment()
        self.feed.instants.append(at)
        return self.finish("lead", id, {
            "created_at": self.moment_text(at), "rep": self.maybe(reps),
            "origin": rng.choice(ORIGINS), "source": self.text(), "asset": self.text(),
            "region": self.text(), "segment": self.text(), "zone": self.maybe(self.zones, 0.3),
            "closed_at": self.moment_text(self.moment()) if chance(rng, 0.2) else None,
            "merged_into": rng.choice(leads) if chance(rng, 0.35) else None})

    def call(self, id: str, leads: list[str], reps: list[str]) -> dict[str, Any]:
        rng = self.rng
        at = self.moment()
        self.feed.instants.append(at)
        return self.finish("call", id, {
            "at": self.moment_text(at), "lead": self.maybe(leads), "rep": self.maybe(reps),
            "direction": rng.choice([None, "", "outbound", "outbound", "inbound"]),
            "outcome": rng.choice(OUTCOMES), "duration_s": self.duration(),
            "positive": rng.choice([None, True, False])})

    def bad_line(self) -> str:
        rng = self.rng
        call = {"table": "call", "id": "bad", "at": "2026-11-02T09:30:00Z"}
        changes: list[dict[str, Any]] = [
            {"at": None}, {"at": "yesterday"}, {"at": "2026-02-30"}, {"at": "2026-11-02T25:00:00Z"},
            {"at": "1969-12-31T23:59:59.999999Z"}, {"at": "2200-01-01T00:00:00.000001Z"},
            {"at": 1762000000}, {"id": None}, {"id": ""}, {"id": 7}, {"id": "x" * 256},
            {"id": "é" * 128}, {"id": "nul\0"}, {"rep": "nul\0"}, {"rep": 7}, {"rep": True},
            {"nonsense": 1}, {"direction": "sideways"}, {"direction": "Outbound"},
            {"outcome": "maybe"}, {"duration_s": -1}, {"duration_s": -0.000001},
            {"duration_s": "long"}, {"positive": "maybe"}, {"positive": 2}, {"table": "nothing"},
            {"table": "lead"}, {"table": "lead", "at": None, "created_at": "2026-01-01",
                                "zone": "Europe/Atlantis"},
            {"table": "rep", "at": None, "zone": "Mars"}, {"recorded_at": "soon"},
            {"recorded_at": "2201-01-01T00:00:00Z"}, {"at": None, "deleted": True},
            {"deleted": "perhaps"}, {"name": "not of calls"}, {"lead": ["l1"]}, {"lead": {}}]
        if chance(rng, 0.1):
            return rng.choice(["{", "[]", "7", '{"table":"call"', "not json"])
        row = {**call, **rng.choice(changes)}
        if row["table"] != "call" and row.get("at") is None:
            row.pop("at", None)
        if self.feed.stamped == "full" and "recorded_at" not in row:
            row["recorded_at"] = utc_text(self.stamp_pool[0])
        return json.dumps(row, ensure_ascii=chance(rng, 0.5))

    def copies(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """A row, sometimes replayed, sometimes with another value at the same stamp."""
        rng, rows = self.rng, [line]
        if chance(rng, 0.15):
            rows.append(dict(line))
        if chance(rng, 0.1) and line["table"] == "call":
            rows.append({**line, rng.choice(["outcome", "direction"]): "",
                         "duration_s": rng.choice([None, 1, 2.5]),
                         "positive": rng.choice([True, False])})
        return rows

    def rows(self) -> list[dict[str, Any]]:
        rng = self.rng
        reps = self.ids("r", rng.randint(1, 5))
        leads = self.ids("l", rng.randint(1, 10))
        calls = self.ids("c", rng.choice([0, 3, 20, 60, 60, 120, 120]))
        self.feed.reps = reps
        some_reps, some_leads = reps + ["r-none"], leads + ["l-none"]
        rows: list[dict[str, Any]] = []
        for id in reps:
            for _ in range(rng.choice([0, 1, 1, 2])):
                rows += self.copies(self.rep(id))
        for id in leads:
            for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
                rows += self.copies(self.lead(id, some_leads, some_reps))
        for id in calls:
            for _ in range(rng.choice([1, 1, 1, 1, 1, 2, 3])):
                rows += self.copies(self.call(id, some_leads, some_reps))
        if chance(rng, 0.7):
            rng.shuffle(rows)
        return rows

    def mark_stamped(self, rows: list[dict[str, Any]]) -> None:
        """In some feeds rows say that their `recorded_at` is a stamp, or that it is none."""
        rng = random.Random(f"stamped {self.feed.seed}")
        if chance(rng, 0.3):
            for row in rows:
                if chance(rng, 0.2):
                    row["stamped"] = rng.choice([True, True, False, None])

    def make(self) -> Feed:
        rng, feed = self.rng, self.feed
        rows = self.rows()
        self.mark_stamped(rows)
        feed.lines = [json.dumps(row, ensure_ascii=chance(rng, 0.3)) for row in rows]
        if chance(rng, 0.3):
            for _ in range(rng.randint(1, 5)):
                feed.lines.insert(rng.randint(0, len(feed.lines)), self.bad_line())
        self.split()
        return feed

    def split(self) -> None:
        rng, feed = self.rng, self.feed
        parts = rng.choice([1, 1, 2, 3, 6])
        cuts = sorted(rng.randint(0, len(feed.lines)) for _ in range(parts - 1))
        for first, last in zip([0] + cuts, cuts + [len(feed.lines)]):
            feed.batches.append(feed.lines[first:last])
            # Sometimes before what has been given already, or amid carried stamps.
            stamp = rng.choice([rng.choice(self.stamp_pool), self.base_stamp,
                                self.base_stamp + len(feed.batches) * HOUR])
            feed.first_stamps.append(utc_text(stamp))
            feed.stamps += [stamp + rng.randint(0, len(feed.lines)) for _ in range(3)]


def make_feed(seed: int, tables: str = "all") -> Feed:
    """`calls`: a feed of rep, lead and call alone."""
    if tables == "calls":
        return Maker(seed).make()
    from feeds_all import AllMaker  # which builds on this module
    return AllMaker(seed).make()


# ---- queries ------------------------------------------------------------------

DIMENSIONS = ["rep", "team", "region", "source", "origin", "asset", "segment", "weekday", "hour"]


class Asker:
    """Random queries of the report `calls`, as arguments of Twin.report."""

    def __init__(self, feed: Feed, rng: random.Random):
        self.feed, self.rng = feed, rng

    def query(self) -> dict[str, Any]:
        rng = self.rng
        query: dict[str, Any] = {"name": "calls"}
        if chance(rng, 0.3):
            query["zone"] = rng.choice(ZONES)
        if chance(rng, 0.3):
            query["week_start"] = rng.choice(DAYS)
        self.zone = query.get("zone", self.feed.zone)
        self.calendar = Calendar(self.zone, query.get("week_start", self.feed.week_start))
        if chance(rng, 0.7):
            query["by"] = rng.sample(DIMENSIONS, rng.choice([1, 1, 1, 2, 2, 3]))
        if chance(rng, 0.4):
            query["where"] = self.filters()
        query.update({flag: True for flag in ("total", "previous") if chance(rng, 0.4)})
        self.window(query)
        self.when(query)
        options = {}
        if chance(rng, 0.4):
            options["direction"] = rng.choice(["outbound", "inbound", "both", "both"])
        if chance(rng, 0.4):
            options["clock"] = rng.choice(["lead", "lead", "report"])
        if options:
            query["options"] = options
        if chance(rng, 0.04):
            query.update(self.wrong())
        return query

    def filters(self) -> list[tuple[str, str]]:
        """Mostly several values of one dimension, so that something passes."""
        rng = self.rng
        filters = []
        for name in rng.sample(DIMENSIONS, rng.choice([1, 1, 1, 2])):
            filters += [self.filter(name) for _ in range(rng.choice([1, 3, 6]))]
        rng.shuffle(filters)
        return filters

    def filter(self, name: str) -> tuple[str, str]:
        rng = self.rng
        if name == "weekday":
            return name, str(rng.randint(1, 7))
        if name == "hour":
            return name, str(rng.randint(0, 23))
        if name == "rep":
            return name, rng.choice(self.feed.reps + ["", "r-none", "nobody"])
        if name == "origin":
            return name, rng.choice(["marketing", "sales", "referral", ""])
        return name, rng.choice(self.feed.texts) or ""

    def window(self, query: dict[str, Any]) -> None:
        rng = self.rng
        instants = self.feed.instants or [0]
        some = sorted(self.calendar.week_of(rng.choice(instants)) for _ in range(2))
        first = some[0] + rng.choice([-2, -1, 0, 0, 0, 0, 1]) * WEEK
        last = max(some[1] + rng.choice([-1, 0, 0, 0, 1, 3]) * WEEK, first)
        if self.feed.wide and "total" not in query:
            last = min(last, first + 30 * WEEK)
        given = rng.choice(["none", "none", "from", "to", "both"])
        if self.feed.wide and "total" not in query and chance(rng, 0.5):
            given = "both"
        if given in ("from", "both"):
            query["from_"] = self.week_text(first)
        if given in ("to", "both"):
            query["to"] = self.week_text(last)
        bounded = given == "both" or not self.feed.wide or "total" in query
        if bounded and chance(rng, 0.4):
            query["fill"] = True

    def week_text(self, week: Any) -> str:
        if self.calendar.first_weekday == 0 and chance(self.rng, 0.6):
            return self.calendar.label(week)
        return (week + timedelta(days=self.rng.randint(0, 6))).isoformat()

    def when(self, query: dict[str, Any]) -> None:
        rng = self.rng
        if chance(rng, 0.4):
            query["as_of"] = self.when_text(self.feed.stamps)
        if chance(rng, 0.9):
            query["now"] = self.when_text(self.feed.instants)

    def when_text(self, instants: list[int]) -> str:
        rng = self.rng
        moment = self.late(instants or [DAY]) + rng.choice(
            [0, 0, 0, -1, 1, HOUR, 3 * DAY, 8 * DAY, rng.randint(-20 * DAY, 20 * DAY)])
        moment = min(max(moment, EARLIEST), LATEST - DAY)
        local = to_local(moment, self.zone).replace(tzinfo=None)
        form = rng.choice(["Z", "Z", "Z", "local", "date"])
        if form == "Z" or local.year < 1970 or local < local.replace(1970, 1, 3):
            return utc_text(moment)
        return local.strftime("%Y-%m-%d" if form == "date" else "%Y-%m-%d %H:%M:%S.%f")

    def late(self, instants: list[int]) -> int:
        """One of them, rather a late one: early ones leave little to compare."""
        ordered = sorted(instants)
        if chance(self.rng, 0.3):
            return ordered[-1]
        return ordered[int(len(ordered) * self.rng.random() ** 0.5)]

    def wrong(self) -> dict[str, Any]:
        """Wrong usage, or nearly."""
        return self.rng.choice([
            {"by": ["channel"]}, {"by": ["nonsense"]}, {"where": [("place", "x")]},
            {"options": {"basis": "cohort"}}, {"options": {"clock": "moon"}},
            {"options": {"direction": ""}}, {"from_": "2026-W10", "to": "2026-W09"},
            {"from_": "2026-03-09", "to": "2026-03-01"}, {"from_": "2026-W54"}, {"to": "someday"},
            {"from_": "2026-W10", "week_start": "sunday"}, {"zone": "Europe/Atlantis"},
            {"name": "nonsense"}, {"week_start": "someday"}, {"now": "soon"}])


def make_asker(feed: Feed, rng: random.Random, tables: str = "all",
               reports: tuple[str, ...] = ()) -> Asker:
    if tables == "calls":
        return Asker(feed, rng)
    from feeds_all import AllAsker
    return AllAsker(feed, rng, reports)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    for each in make_feed(int(sys.argv[1]), *sys.argv[2:3]).lines:
        print(each)
