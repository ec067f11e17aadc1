#!/usr/bin/env python3
"""Self-checks of the model, with expectations worked out by hand."""
from __future__ import annotations

import unittest
from datetime import date
from typing import Any

from errors import UsageError
from instants import first_instant, parse_instant, utc_text
from twin import Twin, csv_field
from weeks import Calendar

HOUR = 3_600_000_000


def call(id: str, at: str, **fields: Any) -> dict[str, Any]:
    return {"table": "call", "id": id, "at": at, "recorded_at": "2020-01-01T00:00:00Z", **fields}


def lead(id: str, **fields: Any) -> dict[str, Any]:
    return {"table": "lead", "id": id, "created_at": "2026-01-01",
            "recorded_at": "2020-01-01T00:00:00Z", **fields}


def rep(id: str, **fields: Any) -> dict[str, Any]:
    return {"table": "rep", "id": id, "recorded_at": "2020-01-01T00:00:00Z", **fields}


def ask(rows: list[Any], *columns: str, twin: Twin | None = None, **query: Any) -> list[list[Any]]:
    """The named columns of the answer; `now` is late unless given."""
    twin = twin or Twin()
    twin.ingest(rows, "2021-01-01T00:00:00Z")
    query.setdefault("now", "2199-01-01T00:00:00Z")
    names, answer = twin.report("calls", **query)
    return [[row[names.index(name)] for name in columns] for row in answer]


class Times(unittest.TestCase):
    def at(self, text: str, zone: str) -> str:
        return utc_text(parse_instant(text, zone))

    def test_forms(self) -> None:
        self.assertEqual(self.at("2026-11-02T09:30:00.123456789Z", "UTC"), "2026-11-02T09:30:00.123456Z")
        self.assertEqual(self.at("2026-11-02T09:30:00-03:30", "UTC"), "2026-11-02T13:00:00.000000Z")
        self.assertEqual(self.at("2026-11-02 09:30", "Europe/Zurich"), "2026-11-02T08:30:00.000000Z")
        for bad in ("2026-11-02T09:30Z", "2026-11-02T24:00:00Z", "2026-1-2", "20261102", "2026-02-30"):
            with self.assertRaises(ValueError):
                parse_instant(bad, "UTC")

    def test_repeated_and_skipped(self) -> None:
        # Zurich: 02:00 to 03:00 is skipped on 2026-03-29, repeated on 2026-10-25.
        self.assertEqual(self.at("2026-10-25 02:30", "Europe/Zurich"), "2026-10-25T00:30:00.000000Z")
        self.assertEqual(self.at("2026-03-29 02:30", "Europe/Zurich"), "2026-03-29T01:30:00.000000Z")
        # Apia had no 2011-12-30 (from -10 to +14).
        self.assertEqual(self.at("2011-12-30 05:00", "Pacific/Apia"), "2011-12-30T15:00:00.000000Z")
        self.assertEqual(self.at("2011-12-30", "Pacific/Apia"), "2011-12-30T10:00:00.000000Z")
        # Havana: 2026-03-08 begins at 01:00 (-4); 2026-11-01 has two midnights.
        self.assertEqual(self.at("2026-03-08", "America/Havana"), "2026-03-08T05:00:00.000000Z")
        self.assertEqual(self.at("2026-11-01", "America/Havana"), "2026-11-01T04:00:00.000000Z")
        # St John's 2010: at 00:01 back to 23:01 of the day before.
        self.assertEqual(self.at("2010-11-07", "America/St_Johns"), "2010-11-07T02:30:00.000000Z")

    def test_weeks(self) -> None:
        apia = Calendar("Pacific/Apia", "monday")
        week = date(2011, 12, 26)
        self.assertEqual(apia.end(week) - apia.start(week), 144 * HOUR)
        self.assertEqual(apia.label(date(2026, 12, 28)), "2026-W53")
        self.assertEqual(Calendar("UTC", "sunday").label(date(2026, 11, 1)), "2026-11-01")
        self.assertEqual(apia.parse_week("2026-W45"), date(2026, 11, 2))
        self.assertEqual(apia.parse_week("2026-11-08"), date(2026, 11, 2))
        with self.assertRaises(UsageError):
            Calendar("UTC", "sunday").parse_week("2026-W45")

    def test_instant_after_repeated_midnight_stays_in_its_week(self) -> None:
        calendar = Calendar("America/St_Johns", "sunday")  # 2010-11-07 is a Sunday
        shows_saturday = parse_instant("2010-11-07T02:31:00Z", "UTC")
        self.assertEqual(calendar.week_of(shows_saturday), date(2010, 11, 7))
        self.assertEqual(first_instant(date(2010, 11, 7), "America/St_Johns"),
                         parse_instant("2010-11-07T02:30:00Z", "UTC"))


class Versions(unittest.TestCase):
    def test_ties_go_to_the_greater_row(self) -> None:
        rows = [call("a", "2026-11-02", outcome="voicemail"), call("a", "2026-11-02", outcome="answered"),
                call("b", "2026-11-02", positive=True), call("b", "2026-11-02", positive=False),
                call("c", "2026-11-02", duration_s=None, outcome="answered"),
                call("c", "2026-11-02", duration_s=2, outcome="answered"),
                call("d", "2026-11-02", deleted=True), call("d", "2026-11-02")]
        want = [[3, 1, 1, 1, 1, 2.0]]
        columns = ("made", "answered", "voicemail", "unknown", "positive", "talk_s")
        self.assertEqual(ask(rows, *columns), want)
        self.assertEqual(ask(rows[::-1], *columns), want)

    def test_stamps_and_unchanged(self) -> None:
        twin = Twin()
        row = {"table": "call", "id": "a", "at": "2026-11-02"}
        counts = twin.ingest([row, {**row, "outcome": ""}, {**row, "outcome": "busy"}, {"table": "call"},
                              {**row, "id": "b"}], "2025-01-01T00:00:00Z")
        self.assertEqual((counts.accepted, counts.unchanged, counts.rejected), (3, 1, 1))
        stamps = [v.recorded_at - twin.records.versions["call"]["a"][0].recorded_at
                  for id in "ab" for v in twin.records.versions["call"][id]]
        self.assertEqual(stamps, [0, 2, 3])
        twin.ingest([{**row, "id": "c"}], "2024-01-01T00:00:00Z")  # not before the last given
        self.assertEqual(utc_text(twin.records.versions["call"]["c"][0].recorded_at),
                         "2025-01-01T00:00:00.000004Z")
        self.assertEqual(ask([], "made", twin=twin, as_of="2025-01-01T00:00:00Z"), [[1]])
        self.assertEqual(ask([], "busy", twin=twin, as_of="2025-01-01T00:00:00.000002Z"), [[1]])

    def test_refused(self) -> None:
        good = call("a", "2026-11-02")
        bad = [{"at": None}, {"id": ""}, {"id": "é" * 128}, {"rep": "\0"}, {"x": 1}, {"outcome": "no"},
               {"duration_s": -1}, {"duration_s": "1"}, {"positive": "yes"}, {"deleted": 0}, {"rep": 7},
               {"at": "1969-12-31T23:59:59Z"}, {"at": "2200-01-01T00:00:01Z"}, {"table": "nothing"}]
        counts = Twin().ingest([{**good, **change} for change in bad] + [good, {**good, "id": "é" * 127}])
        self.assertEqual((counts.accepted, counts.rejected), (2, len(bad)))

    def test_now_and_as_of(self) -> None:
        rows = [call("a", "2026-11-02T10:00:00Z"),
                {**call("a", "2026-11-02T10:00:00Z", outcome="busy"), "recorded_at": "2022-01-01T00:00:00Z"}]
        self.assertEqual(ask(rows, "busy", "partial", now="2026-11-02T10:00:00Z"), [[1, True]])
        self.assertEqual(ask(rows, "busy", now="2026-11-02T09:59:59.999999Z"), [])
        self.assertEqual(ask(rows, "busy", as_of="2021-12-31"), [[0]])
        self.assertEqual(ask(rows, "partial", now="2026-11-09"), [[False]])
        twin = Twin()
        twin.ingest(rows)
        self.assertEqual(twin.report("calls", as_of="2022-01-01")[1], [])  # now = as_of


class Joins(unittest.TestCase):
    def regions(self, leads: list[dict[str, Any]], **query: Any) -> list[list[Any]]:
        return ask(leads + [call("c", "2026-11-02", lead="a")], "region", by=["region"], **query)

    def test_chain(self) -> None:
        chain = [lead("a", region="A", merged_into="b"), lead("b", region="B", merged_into="c")]
        self.assertEqual(self.regions(chain), [["B"]])
        self.assertEqual(self.regions(chain + [lead("c", region="C")]), [["C"]])
        self.assertEqual(self.regions(chain + [lead("c", region="C", deleted=True)]), [["B"]])
        late = lead("c", region="C", created_at="2026-12-01T00:00:00Z")
        self.assertEqual(self.regions(chain + [late], now="2026-11-30"), [["B"]])
        self.assertEqual(self.regions(chain + [late], now="2026-12-01"), [["C"]])

    def test_cycles(self) -> None:
        self.assertEqual(self.regions([lead("a", region="A", merged_into="a")]), [["A"]])
        ring = [lead("b", region="B", merged_into="c"), lead("c", region="C", merged_into="b")]
        self.assertEqual(self.regions([lead("a", region="A", merged_into="b")] + ring), [["B"]])
        self.assertEqual(self.regions([lead("a", region="A", merged_into="b"),
                                       lead("b", region="B", merged_into="a")]), [["A"]])

    def test_region_falls_back_to_the_rep(self) -> None:
        rows = [rep("r", region="R", team="T"), lead("a", region="", source="S"),
                call("c", "2026-11-02", lead="a", rep="r"), call("d", "2026-11-02", lead="none", rep="none")]
        self.assertEqual(ask(rows, "rep", "team", "region", "source", by=["rep", "team", "region", "source"]),
                         [["none", "", "", ""], ["r", "T", "R", "S"]])
        self.assertEqual(ask(rows, "made", where=[("region", "")]), [[1]])
        self.assertEqual(ask(rows, "made", where=[("region", ""), ("region", "R")]), [[2]])
        self.assertEqual(ask(rows, "made", where=[("region", ""), ("rep", "r")]), [])

    def test_lead_clock(self) -> None:
        rows = [lead("a", zone="Asia/Kathmandu"), lead("b"), call("c", "2026-11-01T20:00:00Z", lead="a"),
                call("d", "2026-11-01T20:00:00Z", lead="b")]
        query: dict[str, Any] = {"by": ["weekday", "hour"], "options": {"clock": "lead"}}
        self.assertEqual(ask(rows, "week", "weekday", "hour", **query),
                         [["2026-W44", 1, 1], ["2026-W44", 7, 20]])


class Asking(unittest.TestCase):
    rows = [call("a", "2026-11-02T10:00:00Z", rep="x", outcome="answered", duration_s=30.5),
            call("b", "2026-11-03T10:00:00Z", rep="x", outcome="answered"),
            call("c", "2026-11-03T11:00:00Z", rep="x", outcome="busy", duration_s=9),
            call("d", "2026-11-10T10:00:00Z", rep="x", positive=True),
            call("e", "2026-11-24T10:00:00Z", rep="y"),
            call("f", "2026-11-24T10:00:00Z", rep="x", direction="inbound")]

    def test_columns(self) -> None:
        names, _ = Twin().report("calls", by=["rep"], previous=True)
        self.assertEqual(names[:11], [
            "week", "week_start", "partial", "rep", "made", "made_previous", "answered", "answered_previous",
            "answer_rate", "answer_rate_lo", "answer_rate_hi"])
        self.assertEqual(names[11:13], ["answer_rate_previous", "unanswered"])

    def test_measures(self) -> None:
        (row,) = ask(self.rows, "made", "answered", "answer_rate", "answer_rate_lo", "answer_rate_hi",
                     "talk_s", "mean_talk_s", to="2026-W45")
        self.assertEqual(row[:3] + row[5:], [3, 2, 2 / 3, 30.5, 30.5])
        # Wilson by hand, 2 of 3 with z^2 = 3.841458820694124 (2/3 +- ...).
        z2 = 1.959963984540054 ** 2
        middle, spread = 2 / 3 + z2 / 6, (z2 * (2 / 27 + z2 / 36)) ** 0.5
        self.assertAlmostEqual(row[3], (middle - spread) / (1 + z2 / 3), 12)
        self.assertAlmostEqual(row[4], (middle + spread) / (1 + z2 / 3), 12)

    def test_direction(self) -> None:
        self.assertEqual(ask(self.rows, "made", total=True), [[5]])
        self.assertEqual(ask(self.rows, "made", total=True, options={"direction": "inbound"}), [[1]])
        self.assertEqual(ask(self.rows, "made", total=True, options={"direction": "both"}), [[6]])

    def test_fill(self) -> None:
        self.assertEqual(ask(self.rows, "week", "made", fill=True),
                         [["2026-W45", 3], ["2026-W46", 1], ["2026-W47", 0], ["2026-W48", 1]])
        self.assertEqual(ask(self.rows, "rep", "made", "answer_rate", by=["rep"], fill=True,
                             from_="2026-W47", to="2026-W48"),
                         [["y", 0, None], ["y", 1, 0.0]])
        self.assertEqual(ask(self.rows, "made", fill=True, from_="2026-W01", to="2026-W02"), [[0], [0]])
        self.assertEqual(ask(self.rows, "made", fill=True, by=["rep"], from_="2026-W01", to="2026-W02"), [])

    def test_previous(self) -> None:
        self.assertEqual(ask(self.rows, "made", "made_previous", "answer_rate_previous", previous=True,
                             from_="2026-W46", to="2026-W46"), [[1, 3, 2 / 3]])
        # Tuesday 10:00: of the week before only Monday's call lies before that.
        self.assertEqual(ask(self.rows, "made", "made_previous", previous=True, from_="2026-W46",
                             now="2026-11-10T10:00:00Z"), [[1, 1]])
        self.assertEqual(ask(self.rows, "made", "made_previous", previous=True, from_="2026-W46",
                             now="2026-11-10T10:00:00.000001Z"), [[1, 2]])
        self.assertEqual(ask(self.rows, "week", "made", "made_previous", previous=True, total=True,
                             from_="2026-W47", to="2026-W48"), [["total", 1, 4]])
        # Two weeks: W45 whole, W46 before Tuesday 10:00 (the call at 10:00 is out).
        self.assertEqual(ask(self.rows, "made", "made_previous", previous=True, total=True,
                             from_="2026-W47", to="2026-W48", now="2026-11-24T10:00:00Z"), [[1, 3]])

    def test_wrong_usage(self) -> None:
        for query in ({"by": ["channel"]}, {"where": [("place", "x")]}, {"options": {"basis": "x"}},
                      {"from_": "2026-W10", "to": "2026-W09"}, {"zone": "Mars"}, {"by": ["rep", "rep"]},
                      {"from_": "2026-W54"}, {"from_": "2026-W10", "week_start": "sunday"}):
            with self.assertRaises(UsageError):
                Twin().report("calls", **query)

    def test_order(self) -> None:
        rows = [call(f"{hour}{rep}", f"2026-11-02T{hour:02d}:00:00Z", rep=rep)
                for hour, rep in ((10, "b"), (9, "é"), (9, "B"), (9, "z"))]
        self.assertEqual(ask(rows, "hour", "rep", by=["hour", "rep"]),
                         [[9, "B"], [9, "z"], [9, "é"], [10, "b"]])

    def test_csv_texts(self) -> None:
        self.assertEqual([csv_field(v) for v in (None, True, 3, 30.0, 0.1, "")], ["", "true", "3", "30", "0.1", ""])


if __name__ == "__main__":
    unittest.main()
