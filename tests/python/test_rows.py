# SPDX-License-Identifier: MIT
"""Python's own values as records: exact, in their zones, and refused row by row where they are wrong."""

import copy
import datetime
import decimal
import fractions
import gc
import pickle
import unittest
import unittest.mock
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

    def test_numpys_times(self):
        moment, length = numpy.datetime64("2026-11-02T09:30"), numpy.timedelta64(90, "s")
        row = {"id": "n", "at": moment, "duration_s": length}
        self.assertIn("without a zone", self.refused("call", {"at": moment}).reason)
        self.assertEqual(self.refused("call", {"at": numpy.datetime64("NaT")}).reason, "was missing")
        self.assertEqual(self.store.ingest("call", [row], zone=zoneinfo.ZoneInfo("Asia/Tokyo")).accepted, 1)
        self.assertEqual(self.store.table("call").to_pandas().set_index("id").loc["n", "at"].hour, 0)
        day = {"id": "q", "from": numpy.datetime64("2026-10-01"), "to": numpy.datetime64("2026-11-01"), "won": 1}
        self.assertEqual(self.store.ingest("quota", [day]).accepted, 1)

    def test_wrong_table(self):
        for data in ([{"id": "a", "at": AT}], [], {}, pandas.DataFrame({"id": ["a"]})):
            with self.assertRaises(salesweek.UsageError) as caught:
                self.store.ingest("calls", data)
            self.assertEqual((caught.exception.field, caught.exception.value), ("table", "calls"))
        with self.assertRaisesRegex(TypeError, "name of a table"):
            self.store.ingest([], "call")

    def test_which_row_is_none(self):
        good = {"id": "a", "at": AT}
        for wrong in (("b", AT), {1: "b"}):
            with self.assertRaisesRegex(TypeError, "row 2"):
                self.store.ingest("call", [good, wrong])
        self.assertEqual(self.store.info()["commits"], 0)

    def test_strict(self):
        rows = [{"id": "a", "at": AT}, {"id": "", "at": AT}, {"id": "c", "at": "soon"}]
        with self.assertRaises(salesweek.RejectedError) as caught:
            self.store.ingest("call", rows, strict=True)
        self.assertEqual([reject.row for reject in caught.exception.rejects], [2, 3])
        self.assertEqual((caught.exception.row, caught.exception.field), (2, "id"))
        self.assertEqual(self.store.info()["call_records"], 0)
        with self.assertRaises(salesweek.RejectedError) as caught:
            self.store.ingest("call", pandas.DataFrame(rows).astype(str), strict=True)
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((again.row, [reject.row for reject in again.rejects]), (2, [2, 3]))

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
        same = ({"rep": numpy.array(["<b>&"])}, {"weekday": numpy.arange(1, 8)}, {"region": [float("nan")]}, None)
        for where in same:
            result = self.store.report("calls", where=where, by=None, **asked)
            self.assertEqual(sum(result.column("made")), 10, where)
        # Each of these once counted something else than was asked for, without a word.
        for where in ({"rep": b"x"}, {"weekday": 1.5}, {"weekday": True}, [("rep", "x")], "rep=x"):
            with self.assertRaises(TypeError, msg=where):
                self.store.report("calls", where=where, **asked)
        with self.assertRaises(salesweek.UsageError):
            self.store.report("calls", where={"rep": []}, **asked)

    def test_questions_that_would_be_others(self):
        epoch = datetime.datetime(1970, 1, 1, tzinfo=UTC)
        for asked, field in (
            ({"as_of": epoch}, "as_of"),
            ({"now": 0}, "now"),
            ({"now": 2**64}, "now"),
            ({"now": "soon"}, "now"),
            ({"at_commit": -1}, "at_commit"),
            ({"at_commit": 2**64 + 1}, "at_commit"),
            ({"threads": -1}, "threads"),
            ({"weeks": AT}, "weeks"),
            ({"weeks": pandas.NaT}, "weeks"),
        ):
            with self.assertRaises(ValueError, msg=asked) as caught:
                self.store.report("calls", **asked)
            self.assertEqual(caught.exception.field, field)
        for weeks in (("2026-W45",), ["2026-W45", "2026-W46"], 45):
            with self.assertRaisesRegex(TypeError, "week"):
                self.store.report("calls", weeks=weeks)

    def test_threads(self):
        one, many = (self.store.report("calls", now="2026-11-20", by="rep", threads=at).to_csv() for at in (1, 4))
        self.assertEqual(one, many)
        self.assertEqual(self.store.ingest("call", [{"id": "t", "at": AT}], threads=2).accepted, 1)

    def test_copies(self):
        result = self.store.report("calls", now="2026-11-20")
        text, copies = result.to_csv(), [copy.copy(result), copy.deepcopy(result)]
        del result
        gc.collect()
        self.assertEqual([each.to_csv() for each in copies], [text, text])
        for each in (copies[0], salesweek.catalog(), self.store):
            with self.assertRaises(TypeError):
                pickle.dumps(each)

    def test_rows_by_number(self):
        result = self.store.report("calls", now="2026-11-20")
        rows = list(result)
        self.assertEqual((result[-1], result[numpy.int64(0)], result[:]), (rows[-1], rows[0], rows))
        with self.assertRaisesRegex(TypeError, "column"):
            result["made"]
        with self.assertRaises(IndexError):
            result[2]

    def test_interrupted_while_written(self):
        result = self.store.report("calls", now="2026-11-20")
        with unittest.mock.patch("ctypes.string_at", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                result.to_csv()

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
