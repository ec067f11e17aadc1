# SPDX-License-Identifier: MIT
"""Arrow through capsules: who owns what, streams that fail, what consumers may ask for."""

import datetime
import decimal
import gc
import os
import signal
import threading
import tracemalloc
import unittest

import pandas
import polars
import pyarrow

import salesweek

UTC = datetime.timezone.utc
AT = datetime.datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def calls(rows=10, **columns):
    return pyarrow.table({"id": [f"c{at}" for at in range(rows)], "at": [AT] * rows, **columns})


class In(unittest.TestCase):
    def setUp(self):
        self.store = salesweek.open()
        self.addCleanup(self.store.close)

    def test_every_form(self):
        table = calls()
        forms = (
            table,
            table.to_batches()[0],
            table.to_struct_array().chunk(0),
            table.to_reader(),
            polars.DataFrame(table),
            table.slice(3, 4),
        )
        for form in forms:
            with self.subTest(type(form)), salesweek.open() as store:
                self.assertEqual(store.ingest("call", form).accepted, 4 if form is forms[-1] else 10)

    def test_rejects(self):
        given = calls(4, outcome=["answered", "asleep", None, "x" * 500])
        got = self.store.ingest("call", given)
        self.assertEqual((got.accepted, got.rejected), (2, 2))
        self.assertEqual([reject.row for reject in got.rejects], [2, 4])
        self.assertEqual(got.rejects[0].value, "asleep")
        self.assertEqual(got.rejects[-1].value[:3], "xxx")
        self.assertEqual(len(got.rejects[:1]), 1)
        self.assertEqual(got.rejects, list(got.rejects))
        self.assertIn("asleep", repr(got.rejects))
        with self.assertRaises(IndexError):
            got.rejects[2]
        with self.assertRaises(salesweek.RejectedError) as caught:
            self.store.ingest("call", given, strict=True)
        self.assertEqual((caught.exception.row, len(caught.exception.rejects)), (2, 2))

    def test_wrong_columns(self):
        with self.assertRaises(salesweek.InvalidError) as caught:
            self.store.ingest("call", calls(moon=[1] * 10))
        self.assertEqual((caught.exception.table, caught.exception.field), ("call", "moon"))
        self.assertEqual(self.store.ingest("call", calls(moon=[1] * 10), ignore_unknown=True).accepted, 10)
        for wrong in (pyarrow.array([1, 2]), calls(rep=[[1]] * 10)):
            with self.assertRaises(salesweek.InvalidError):
                self.store.ingest("call", wrong)
        with self.assertRaises(salesweek.UsageError):
            self.store.ingest("moon", calls())

    def test_columns_of_mixed_types(self):
        for name, values in (("id", ["a", 2]), ("duration_s", [3, "x"])):
            frame = pandas.DataFrame({"id": ["a", "b"], "at": ["2026-11-02"] * 2, name: values})
            with self.assertRaises(salesweek.InvalidError) as caught:
                self.store.ingest("call", frame)
            error = caught.exception
            self.assertEqual((error.table, error.field), ("call", name))
            self.assertTrue(str(error).startswith(f"call, field {name}: DataFrame could not"), str(error))
            self.assertIn("to_dict('records')", str(error))
            self.assertIsInstance(error.__cause__, pyarrow.ArrowException)
            self.assertEqual(self.store.ingest("call", frame.to_dict("records")).rejected, 1)

    def test_ids_that_are_numbers(self):
        columns = {"id": [1, 2], "at": ["2026-11-02", "soon"]}
        for data in (columns, pandas.DataFrame(columns), polars.DataFrame(columns)):
            reasons = [reject.reason for reject in self.store.ingest("call", data).rejects]
            cure = "; ids are texts: cast the column, as by .astype(str) or .cast(pl.String)"
            self.assertEqual([reason.endswith(cure) for reason in reasons], [True, True], reasons)
        frame = pandas.DataFrame(columns)
        self.assertEqual(self.store.ingest("call", frame.assign(id=frame["id"].astype(str))).accepted, 1)

    def test_a_stream_twice(self):
        reader = calls().to_reader()
        capsule = reader.__arrow_c_stream__()

        class Once:
            def __arrow_c_stream__(self, requested_schema=None):
                return capsule

        self.assertEqual(self.store.ingest("call", Once()).accepted, 10)
        try:  # read to its end: nothing more comes, whether as an end or as an error
            self.assertEqual(self.store.ingest("call", Once()).accepted, 0)
        except salesweek.SalesweekError:
            pass

    def test_not_capsules(self):
        class Wrong:
            def __arrow_c_stream__(self, requested_schema=None):
                return self.what

        for what in (5, calls().schema.__arrow_c_schema__()):
            Wrong.what = what
            with self.assertRaises((TypeError, ValueError)):
                self.store.ingest("call", Wrong())

    def test_a_producer_that_fails(self):
        def batches():
            yield calls().to_batches()[0]
            raise ValueError("the source of it all " + "went away " * 50 + "in the end")

        reader = pyarrow.RecordBatchReader.from_batches(calls().schema, batches())
        with self.assertRaises(salesweek.StoreIOError) as caught:
            self.store.ingest("call", reader)
        self.assertIn("in the end", str(caught.exception))
        self.assertEqual(self.store.info()["commits"], 0)

    def test_ctrl_c_in_a_producer(self):
        def batches():
            yield calls().to_batches()[0]
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(10**7):
                pass
            yield calls().to_batches()[0]

        reader = pyarrow.RecordBatchReader.from_batches(calls().schema, batches())
        with self.assertRaises(KeyboardInterrupt):
            self.store.ingest("call", reader)
        self.assertEqual(self.store.info()["commits"], 0)
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    def test_a_producer_that_reads_another_store(self):
        with salesweek.open() as other:
            other.ingest("call", calls())

            def batches():
                for _ in range(3):
                    other.report("calls", now="2026-11-09")
                    yield from pyarrow.table(other.table("call")).select(["id", "at"]).to_batches()

            reader = pyarrow.RecordBatchReader.from_batches(calls().schema, batches())
            got = self.store.ingest("call", reader)
        self.assertEqual((got.accepted, got.unchanged), (10, 20))

    def test_from_a_thread(self):
        told = []
        thread = threading.Thread(target=lambda: told.append(self.store.ingest("call", calls())))
        thread.start()
        thread.join()
        self.assertEqual(told[0].accepted, 10)

    def test_nothing_is_kept(self):
        held = pyarrow.total_allocated_bytes()
        table = calls(5000)
        self.store.ingest("call", table)
        del table
        gc.collect()
        self.assertLessEqual(pyarrow.total_allocated_bytes(), held)


class Out(unittest.TestCase):
    def setUp(self):
        self.store = salesweek.open()
        self.addCleanup(self.store.close)
        deals = [
            {"id": "o1", "created_at": AT, "closed_at": AT, "outcome": "won", "amount": "1.50", "rep": "ada"},
            {"id": "o2", "created_at": AT, "closed_at": AT, "outcome": "won", "amount": "-2.25"},
        ]
        self.store.ingest("opportunity", deals)
        self.result = self.store.report("deals", by="rep", now="2026-11-09")

    def test_values(self):
        rows = list(self.result)
        self.assertEqual([row["amount"] for row in rows], [decimal.Decimal("-2.25"), decimal.Decimal("1.50")])
        self.assertEqual(self.result.to_arrow().to_pylist(), rows)
        self.assertEqual(self.result.to_polars().to_dicts(), rows)
        frame = self.result.to_pandas()
        self.assertEqual(list(frame.columns), list(self.result.columns))
        self.assertEqual(list(frame["amount"]), [row["amount"] for row in rows])
        self.assertEqual((self.result[0], self.result[-1]), (rows[0], rows[1]))
        with self.assertRaises(IndexError):
            self.result[2]

    def test_numbers_are_not_copied(self):
        one, other = (pyarrow.record_batch(self.result).column("won").buffers()[1].address for _ in range(2))
        self.assertEqual(one, other)

    def test_metadata(self):
        metadata = self.result.to_arrow().schema.metadata
        self.assertEqual((metadata[b"salesweek.report"], metadata[b"salesweek.zone"]), (b"deals", b"UTC"))
        self.assertEqual(pyarrow.schema(self.result), self.result.to_arrow().schema)

    def test_outlives_everything(self):
        table, export = pyarrow.table(self.result), self.store.table("opportunity").__arrow_c_stream__()
        self.store.close()
        self.result = None
        gc.collect()
        self.assertEqual(table.num_rows, 2)

        class Kept:
            def __arrow_c_stream__(self, requested_schema=None):
                return export

        self.assertEqual(pyarrow.table(Kept()).column("id").to_pylist(), ["o1", "o2"])

    def test_unused_capsules(self):
        tracemalloc.start()
        for _ in range(200):
            self.result.__arrow_c_stream__(), self.result.__arrow_c_array__(), self.result.__arrow_c_schema__()
            self.store.table("opportunity").__arrow_c_stream__()
        tracemalloc.stop()

    def test_requested_schema(self):
        target = self.result.to_arrow().schema
        self.assertEqual(pyarrow.table(self.result, schema=target).num_rows, 2)
        with self.assertRaises((TypeError, ValueError)):
            self.result.__arrow_c_stream__(requested_schema=self.result.__arrow_c_stream__())

    def test_tables(self):
        self.store.ingest("opportunity", [{"id": "o1", "created_at": AT, "deleted": True}])
        self.assertEqual(self.store.table("opportunity").to_arrow().column("id").to_pylist(), ["o2"])
        versions = self.store.table("opportunity", versions=True, batch_rows=1).to_arrow()
        self.assertEqual(versions.column("id").to_pylist(), ["o1", "o2", "o1"])
        self.assertEqual(versions.column("amount").num_chunks, 3)
        before = self.store.table("opportunity", at_commit=1).to_arrow()
        self.assertEqual(before.column("amount").to_pylist(), [decimal.Decimal("1.5000"), decimal.Decimal("-2.2500")])
        with self.assertRaises(salesweek.UsageError):
            self.store.table("moon")

    def test_catalog_and_rejects_are_tables_too(self):
        catalog = salesweek.catalog()
        self.assertEqual(polars.DataFrame(catalog).height, len(catalog))


if __name__ == "__main__":
    unittest.main()
