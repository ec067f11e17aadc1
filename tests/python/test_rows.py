# SPDX-License-Identifier: MIT
"""Python's own values as records: exact, in their zones, and refused row by row where they are wrong."""

import datetime
import decimal
import fractions
import unittest
import uuid
import zoneinfo

import numpy
import pandas

import salesweek

UTC = datetime.timezone.utc
AT = datetime.datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def amounts(store, **asked):
    return store.report("deals", now="2026-12-31", weeks=("2026-W40", "2026-W45"), **asked).column("amount")


def deal(amount, **more):
    return {"id": "o1", "created_at": AT, "closed_at": AT, "outcome": "won", "amount": amount, **more}


class Rows(unittest.TestCase):
    def setUp(self):
        self.store = salesweek.open()
        self.addCleanup(self.store.close)

    def refused(self, table, row, **more):
        """The reject of the one wrong row between two good ones."""
        good = {"call": {"at": AT}, "opportunity": {"created_at": AT}}[table]
        before = self.store.info()[f"{table}_records"]
        got = self.store.ingest(table, [{"id": "a", **good}, {"id": "b", **good, **row}, {"id": "z", **good}], **more)
        self.assertEqual((got.accepted + got.unchanged, got.rejected, len(got.rejects)), (2, 1, 1))
        self.assertIn(self.store.info()[f"{table}_records"], (before, before + 2))
        reject = got.rejects[0]
        self.assertEqual((reject.table, reject.row), (table, 2))
        return reject

    def test_decimals_are_exact(self):
        big = decimal.Decimal("1234567890123.45")
        self.store.ingest("opportunity", [deal(big)])
        self.assertEqual(amounts(self.store), [big])
        self.store.ingest("opportunity", [deal(decimal.Decimal("1E+3"))])
        self.assertEqual(amounts(self.store), [decimal.Decimal("1000.00")])
        self.store.ingest("opportunity", [deal(0.1)])
        self.assertEqual(amounts(self.store), [decimal.Decimal("0.10")])
        self.assertEqual(str(amounts(self.store)[0]), "0.10")
        self.store.ingest("opportunity", [deal(5, currency="JPY")])
        self.assertEqual(str(amounts(self.store)[0]), "5")

    def test_digits_too_many(self):
        reject = self.refused("opportunity", {"amount": decimal.Decimal("1.001")})
        self.assertEqual((reject.field, reject.value), ("amount", "1.001"))
        for value in (decimal.Decimal("Infinity"), float("inf"), 10**40):
            self.assertEqual(self.refused("opportunity", {"amount": value}).field, "amount")

    def test_datetimes(self):
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
        for at in (
            AT.replace(hour=10, tzinfo=berlin),
            AT.astimezone(datetime.timezone(datetime.timedelta(hours=-5))),
            pandas.Timestamp(AT) + pandas.Timedelta(999, "ns"),
            "2026-11-02T10:30:00+01:00",
        ):
            self.store.ingest("call", [{"id": "c", "at": at}])
        hours = self.store.report("calls", by=["weekday", "hour"], now="2026-12-31")
        self.assertEqual([(row["weekday"], row["hour"], row["made"]) for row in hours], [(1, 9, 1)])

    def test_naive_datetimes(self):
        naive = AT.replace(tzinfo=None)
        reject = self.refused("call", {"at": naive})
        self.assertEqual((reject.field, reject.value), ("at", "2026-11-02 09:30:00"))
        self.assertIn("without a zone", reject.reason)
        self.store.ingest("call", [{"id": "n", "at": naive}], zone="America/New_York")
        hours = self.store.report("calls", by="hour", now="2026-12-31")
        self.assertEqual({row["hour"]: row["made"] for row in hours}, {9: 2, 14: 1})

    def test_nulls(self):
        nothing = (None, "", float("nan"), numpy.float64("nan"), pandas.NaT, pandas.NA, decimal.Decimal("NaN"))
        for at, value in enumerate(nothing):
            got = self.store.ingest("call", [{"id": f"c{at}", "at": AT, "duration_s": value, "rep": None}])
            self.assertEqual((got.accepted, got.rejects), (1, []), repr(value))

    def test_numbers(self):
        durations = (60, numpy.int64(60), numpy.uint8(60), 60.0, numpy.float32(60), datetime.timedelta(minutes=1),
                     decimal.Decimal(60), fractions.Fraction(60))
        for at, value in enumerate(durations):
            got = self.store.ingest("call", [{"id": f"c{at}", "at": AT, "outcome": "answered", "duration_s": value,
                                              "positive": numpy.bool_(True)}])
            self.assertEqual((got.accepted, got.rejects), (1, []), repr(value))
        row = next(iter(self.store.report("calls", now="2026-12-31")))
        self.assertEqual((row["talk_s"], row["positive"]), (60 * len(durations), len(durations)))

    def test_wrong_types(self):
        for value in ([1], {"a": 1}, b"bytes", object, 1j):
            reject = self.refused("call", {"rep": value})
            self.assertIn(f"was a Python {type(value).__name__}", reject.reason)
        self.assertEqual(self.refused("call", {"rep": 5}).field, "rep")
        self.assertEqual(self.refused("call", {"duration_s": "long"}).value, "long")
        self.assertEqual(self.refused("call", {"rep": "\ud800"}).field, "rep")
        self.assertEqual(self.refused("call", {"rep": "a\0b"}).field, "rep")
        self.assertEqual(self.refused("call", {"moon": 1}).field, "moon")
        moon = {"id": "m", "at": AT, "moon": 1}
        self.assertEqual(self.store.ingest("call", [moon], ignore_unknown=True).accepted, 1)
        number = uuid.uuid4()
        self.assertEqual(self.store.ingest("call", [{"id": number, "at": AT}]).accepted, 1)

    def test_dates(self):
        day = datetime.date(2026, 10, 1)
        quota = {"id": "q", "from": day, "to": datetime.date(2026, 11, 1), "won": 31}
        self.assertEqual(self.store.ingest("quota", [quota]).accepted, 1)
        result = self.store.report("deals", now=datetime.date(2026, 12, 1), weeks=datetime.date(2026, 10, 7))
        self.assertEqual(result.column("quota_won"), [7.0])
        self.assertEqual(result.column("week_start"), [datetime.date(2026, 10, 5)])

    def test_columns(self):
        for columns in (
            {"id": ["a", "b"], "at": [AT, AT], "duration_s": [1, None]},
            {"id": ("a", "b"), "at": numpy.array([AT, AT]), "duration_s": numpy.array([1, 2])},
            pandas.DataFrame({"id": ["a", "b"], "at": [AT, AT]}).to_dict("list"),
            {"id": iter(["a", "b"]), "at": pandas.Series([AT, AT])},
        ):
            with salesweek.open() as store:
                self.assertEqual(store.ingest("call", columns).accepted, 2)
        instants = numpy.array(["2026-11-02T09:30", "NaT"], dtype="datetime64[ns]")
        got = self.store.ingest("call", {"id": ["a", "b"], "at": instants})
        self.assertEqual([(reject.row, reject.field) for reject in got.rejects], [(1, "at"), (2, "at")])
        self.assertEqual(self.store.ingest("call", {"id": ["a"], "at": instants[:1]}, zone="UTC").accepted, 1)
        with self.assertRaisesRegex(salesweek.UsageError, "different lengths: id 1, at 2"):
            self.store.ingest("call", {"id": ["a"], "at": [AT, AT]})
        for wrong in ("text", 5, [5], {"id": "abc"}, {"id": 5}, [[1]]):
            with self.assertRaises(TypeError):
                self.store.ingest("call", wrong)

    def test_strict(self):
        rows = [{"id": "a", "at": AT}, {"id": "", "at": AT}, {"id": "c", "at": "soon"}]
        with self.assertRaises(salesweek.RejectedError) as caught:
            self.store.ingest("call", rows, strict=True)
        self.assertEqual([reject.row for reject in caught.exception.rejects], [2, 3])
        self.assertEqual((caught.exception.row, caught.exception.field), (2, "id"))
        self.assertEqual(self.store.info()["call_records"], 0)

    def test_a_generator_that_fails(self):
        def rows():
            yield {"id": "a", "at": AT}
            raise RuntimeError("no more")

        with self.assertRaisesRegex(RuntimeError, "no more"):
            self.store.ingest("call", rows())
        self.assertEqual(self.store.info()["commits"], 0)

    def test_recorded_at_and_as_of(self):
        stamp = datetime.datetime(2026, 11, 3, tzinfo=UTC)
        self.store.ingest("call", [{"id": "a", "at": AT, "outcome": "busy"}], recorded_at=stamp)
        got = self.store.ingest("call", [{"id": "a", "at": AT, "outcome": "answered"}])
        self.assertEqual((got.accepted, got.commit), (1, 2))
        self.assertEqual(self.store.ingest("call", [{"id": "a", "at": AT, "outcome": "answered"}]).unchanged, 1)
        for asked, busy in (({"as_of": stamp}, 1), ({"at_commit": 1}, 1), ({}, 0)):
            self.assertEqual(self.store.report("calls", now="2026-12-31", **asked).column("busy"), [busy])

    def test_naive_question(self):
        with self.assertRaises(salesweek.UsageError) as caught:
            self.store.report("calls", now=datetime.datetime(2026, 11, 9))
        self.assertEqual(caught.exception.field, "now")
        asked = self.store.report("calls", now=datetime.datetime(2026, 11, 9), zone="Asia/Tokyo")
        self.assertEqual(asked.now, datetime.datetime(2026, 11, 8, 15, tzinfo=UTC))
        self.assertEqual((asked.zone, asked.week_start, len(asked)), ("Asia/Tokyo", "monday", 0))


class Answers(unittest.TestCase):
    def setUp(self):
        self.store = salesweek.open()
        self.addCleanup(self.store.close)
        rows = [{"id": f"c{at}", "at": AT + datetime.timedelta(days=at), "rep": "<b>&"} for at in range(10)]
        self.store.ingest("call", rows)

    def test_types(self):
        result = self.store.report("calls", now="2026-11-20", by="rep", previous=True)
        for row in result:
            self.assertEqual(tuple(row), result.columns)
            for name, value in row.items():
                self.assertTrue(value is None or type(value) is result.types[name], name)
        self.assertEqual(result.column("made"), [7, 3])
        self.assertEqual(result.column("made_previous"), [0, 7])
        self.assertIn("before", result.definition("made_previous"))
        with self.assertRaises(salesweek.UsageError):
            result.column("moon")
        with self.assertRaises(salesweek.UsageError):
            result.definition("moon")

    def test_every_column_is_defined(self):
        catalog = salesweek.catalog()
        for report in catalog.reports:
            result = self.store.report(report, by=catalog.dimensions(report), previous=True, now="2026-11-20")
            for name in result.columns:
                self.assertTrue(result.definition(name), f"{report}.{name}")
            for option, values in catalog.options(report).items():
                for value in values:
                    self.store.report(report, now="2026-11-20", **{option: value})
            self.assertTrue(catalog.describe(report))

    def test_where(self):
        asked = {"now": "2026-11-20", "total": True}
        for where, made in (
            ({"rep": "<b>&"}, 10),
            ({"rep": ["x", "<b>&"]}, 10),
            ({"rep": None}, 0),
            ({"region": None}, 10),
            ({"weekday": 1}, 2),
            ({"weekday": [1, 2]}, 4),
            ({"rep": "x", "weekday": 1}, 0),
        ):
            result = self.store.report("calls", where=where, **asked)
            self.assertEqual(sum(result.column("made")), made, where)

    def test_html_is_escaped(self):
        result = self.store.report("calls", now="2026-11-20", by="rep")
        for shown in (result._repr_html_(), self.store._repr_html_(), salesweek.catalog()._repr_html_()):
            self.assertIn("<table>", shown)
        self.assertIn("&lt;b&gt;&amp;", result._repr_html_())
        self.assertNotIn("<b>&", result._repr_html_())
        got = self.store.ingest("call", [{"id": "x", "at": "<i>"}])
        self.assertIn("&lt;i&gt;", got._repr_html_())
        self.assertIn("2026-W45", str(result))

    def test_texts(self):
        result = self.store.report("calls", now="2026-11-20", by="rep")
        self.assertTrue(result.to_csv().startswith("week,week_start,partial,rep,made,"))
        self.assertTrue(result.to_json().startswith("["))


if __name__ == "__main__":
    unittest.main()
