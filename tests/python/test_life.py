# SPDX-License-Identifier: MIT
"""Stores and results in any order of their ends: closed, collected, forked, used by threads, at the end of Python."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import unittest.mock

import salesweek

CALLS = [{"id": f"c{at}", "at": f"2026-11-{2 + at % 20:02}T09:30:00Z", "rep": f"r{at % 7}"} for at in range(1000)]


def made(store):
    return sum(store.report("calls", now="2026-12-31").column("made"))


def arrow(rows):
    import pyarrow

    return pyarrow.Table.from_pylist(rows)


def filled():
    store = salesweek.open()
    store.ingest("call", CALLS)
    return store


def program(text, *options):
    words = [sys.executable, *options, "-c", text]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


class Ends(unittest.TestCase):
    def test_closed(self):
        store = filled()
        result = store.report("calls", now="2026-12-31")
        store.close()
        store.close()
        self.assertTrue(store.closed)
        self.assertEqual(sum(result.column("made")), 1000)
        self.assertIn("closed", repr(store) + store._repr_html_())
        for use in (made, salesweek.Store.info, salesweek.Store.interrupt, lambda s: s.ingest("call", [])):
            with self.assertRaises(salesweek.ClosedError):
                use(store)

    def test_collected_in_any_order(self):
        for order in ((0, 1), (1, 0)):
            things = [filled()]
            things.append(things[0].report("calls", now="2026-12-31"))
            for at in order:
                things[at] = None
                gc.collect()

    def test_cycles(self):
        for _ in range(20):
            store = filled()
            store.own = [store, store.report("calls", now="2026-12-31")]
        del store
        self.assertGreaterEqual(gc.collect(), 20)

    def test_calls_leave_nothing_to_the_collector(self):
        store = filled()
        columns = {"id": ["x"], "at": ["soon"]}

        def use():
            list(store.report("calls", now="2026-12-31", by="rep"))
            store.ingest("call", columns)
            store.table("call").__arrow_c_stream__()

        use()
        gc.collect()
        gc.disable()
        try:
            for _ in range(50):
                use()
            self.assertLess(gc.collect(), 50)
        finally:
            gc.enable()

    def test_close_waits_for_calls(self):
        store, begun, told = filled(), threading.Event(), []

        def rows():
            begun.set()
            for at in range(20000):
                yield {"id": f"x{at}", "at": "2026-11-02T09:30:00Z"}

        thread = threading.Thread(target=lambda: told.append(store.ingest("call", rows())))
        thread.start()
        begun.wait()
        store.close()
        thread.join()
        self.assertEqual(told[0].accepted, 20000)

    def test_end_of_python(self):
        for leave in (
            "",
            "del store",
            "sys.exit(0)",
            "import atexit; atexit.register(lambda: print(len(list(result))))",
            "threading.Thread(target=lambda: [store.report('calls', now='2026-12-31') for _ in range(10**6)], "
            "daemon=True).start(); time.sleep(0.1)",
        ):
            code, said, wrong = program(
                "import salesweek, sys, threading, time\n"
                "store = salesweek.open()\n"
                "store.ingest('call', [{'id': 'a', 'at': '2026-11-02'}])\n"
                "result = store.report('calls', now='2026-12-31')\n" + leave
            )
            self.assertEqual((code, wrong), (0, ""), leave)

    def test_files_are_closed_at_the_end(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/crm.swk"
            text = f"import salesweek\nstore = salesweek.open({path!r})\nstore.ingest('call', [{CALLS[0]!r}])\n"
            self.assertEqual(program(text), (0, "", ""))
            self.assertEqual(sorted(os.listdir(folder)), ["crm.swk", "crm.swk-lock"])


class Forks(unittest.TestCase):
    def test_refused_in_the_child(self):
        store = filled()
        result = store.report("calls", now="2026-12-31")
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            said = []
            for use in (made, lambda s: s.ingest("call", CALLS[:1]), lambda s: result.to_csv(), lambda s: s.info()):
                try:
                    use(store)
                    said.append("done")
                except salesweek.ForkedError:
                    said.append("refused")
            said.append(str(sum(result.column("made"))))
            said += [repr(store), str("another process" in store._repr_html_()), str("made" in result._repr_html_())]
            store.close()
            os.write(writer, ",".join(said).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            shown = "<salesweek.Store in memory, of another process>,True,True"
            self.assertEqual(pipe.read(), f"refused,refused,refused,refused,1000,{shown}")
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(made(store), 1000)


class Interrupts(unittest.TestCase):
    """Ctrl-C while C works is tests/claims/python_threads.py's matter; here it comes when C has just returned."""

    FORMS = (lambda rows: rows, lambda rows: arrow(rows), lambda rows: arrow(rows).to_batches()[0])

    def interrupted(self, store, rows, stop_before):
        called = salesweek._store.call

        def late(*arguments, **options):
            if not stop_before:
                called(*arguments, **options)
            raise KeyboardInterrupt

        with unittest.mock.patch("salesweek._store.call", late), self.assertRaises(KeyboardInterrupt) as caught:
            store.ingest("call", rows)
        return caught.exception

    def test_what_went_in_is_told(self):
        rows = [*CALLS[:3], {"id": "x", "at": "yesterday"}]
        for form in self.FORMS:
            with salesweek.open() as store:
                self.assertFalse(hasattr(self.interrupted(store, form(rows), True), "ingested"))
                self.assertEqual(store.info()["commits"], 0)
                told = self.interrupted(store, form(rows), False).ingested
                self.assertEqual((told.accepted, told.rejected, told.commit), (3, 1, 1))
                self.assertEqual((told.rejects[0].row, told.rejects[0].value), (4, "yesterday"))
                self.assertEqual(store.info()["commits"], 1)
                self.assertEqual(store.ingest("call", form(rows)).unchanged, 3)


class Nesting(unittest.TestCase):
    def test_no_ingestion_within_another(self):
        store = salesweek.open()

        def rows():
            yield CALLS[0]
            store.ingest("call", CALLS[:1])

        def batches():
            yield from arrow(CALLS).to_batches()
            store.ingest("call", CALLS[:1])

        def ask(_done, _total):
            store.ingest("call", CALLS[:1])

        import pyarrow

        reader = pyarrow.RecordBatchReader.from_batches(arrow(CALLS).schema, batches())
        for data, progress, kind in (
            (rows(), None, salesweek.UsageError),
            (CALLS, ask, salesweek.UsageError),
            (reader, None, salesweek.StoreIOError),  # a stream's producer
        ):
            with self.assertRaisesRegex(kind, "within another one"):
                store.ingest("call", data, progress=progress)
        self.assertEqual(store.ingest("call", CALLS).accepted, len(CALLS))


class Threads(unittest.TestCase):
    def test_reports_beside_an_ingestion(self):
        store, wrong, stop = salesweek.open(), [], threading.Event()

        def ask():
            while not stop.is_set():
                count = made(store)
                if count % 1000:
                    wrong.append(count)

        readers = [threading.Thread(target=ask) for _ in range(8)]
        writers = [
            threading.Thread(
                target=lambda at=at: store.ingest("call", [{**row, "id": f"{at}-{row['id']}"} for row in CALLS])
            )
            for at in range(4)
        ]
        for thread in readers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        stop.set()
        for thread in readers:
            thread.join()
        self.assertEqual((wrong, made(store)), ([], 4000))

    def test_interrupt(self):
        store, told, begun = filled(), [], threading.Event()

        def ask():
            begun.set()
            try:
                for _ in range(100000):
                    store.report("calls", now="2026-12-31", by=["rep", "hour", "weekday"])
            except salesweek.CallInterruptedError as error:
                told.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        begun.wait()
        while thread.is_alive():
            store.interrupt()
        thread.join()
        self.assertEqual(len(told), 1)


class Progress(unittest.TestCase):
    def test_told_and_stopped(self):
        rows, told = [{"id": f"x{at}", "at": "2026-11-02T09:30:00Z"} for at in range(60000)], []
        with salesweek.open() as store:
            store.ingest("call", rows, progress=lambda done, total: told.append((done, total)))
            self.assertTrue(all(done <= total for done, total in told))
            self.assertEqual(store.info()["commits"], 1)

            def stop(_done, _total):
                raise RuntimeError("enough")

            with self.assertRaisesRegex(RuntimeError, "enough"):
                store.ingest("call", [{**row, "rep": "x"} for row in rows], progress=stop)
            self.assertEqual(store.info()["commits"], 1)

    def test_tqdm(self):
        code, _, wrong = program(
            "import salesweek\n"
            "with salesweek.open() as store:\n"
            "    rows = ({'id': f'x{at}', 'at': '2026-11-02'} for at in range(50000))\n"
            "    assert store.ingest('call', rows, progress=True).accepted == 50000\n"
        )
        self.assertEqual(code, 0, wrong)
        self.assertIn("ingest call", wrong)

    def test_without_tqdm(self):
        code, _, wrong = program(
            "import sys; sys.modules['tqdm.auto'] = None\n"
            "import salesweek\n"
            "with salesweek.open() as store:\n"
            "    assert store.ingest('call', [{'id': 'a', 'at': '2026-11-02'}], progress=True).accepted == 1\n"
        )
        self.assertEqual((code, wrong), (0, ""))


class Signals(unittest.TestCase):
    def test_what_a_handler_raises_is_raised(self):
        class Alarm(Exception):
            pass

        def ring(_number, _frame):
            raise Alarm

        before = signal.signal(signal.SIGALRM, ring)
        try:
            store = filled()
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with self.assertRaises(Alarm):
                for at in range(10**6):
                    store.report("calls", now="2026-12-31", by=["rep", "hour", "weekday"])
            self.assertEqual(made(store), 1000)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    unittest.main()
