# SPDX-License-Identifier: MIT
"""Every code is a class; errors say where and why; the library is found, or it is said what was tried."""

import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import unittest

import salesweek
from salesweek import _errors, _raw

CALL = {"id": "c1", "at": "2026-11-02T09:30:00Z"}


def program(text, **environment):
    """Runs a program; its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", text], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


class Classes(unittest.TestCase):
    def test_every_code(self):
        codes = {name for name in vars(_raw) if name.startswith("SWK_ERR_")}
        self.assertEqual(set(_errors.KINDS), codes)

    def test_also_pythons_own(self):
        for kind, own in (
            (salesweek.UsageError, ValueError),
            (salesweek.NotFoundError, FileNotFoundError),
            (salesweek.ZoneError, KeyError),
            (salesweek.LimitError, MemoryError),
            (salesweek.LockedError, OSError),
            (salesweek.ReadOnlyError, PermissionError),
        ):
            self.assertTrue(issubclass(kind, own) and issubclass(kind, salesweek.SalesweekError), kind)

    def test_places(self):
        with salesweek.open() as store, self.assertRaises(salesweek.ZoneError) as caught:
            store.report("calls", zone="Mars/Olympus")
        error = caught.exception
        self.assertEqual((error.code, error.field, error.value), ("SWK_ERR_ZONE", "zone", "Mars/Olympus"))
        self.assertIn("Mars/Olympus", str(error))
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((type(again), str(again), again.reason), (type(error), str(error), error.reason))

    def test_usage(self):
        with salesweek.open() as store:
            for asked in (
                {"by": "moon"},
                {"where": {"moon": "x"}},
                {"weeks": ("2026-W45", "2026-W44")},
                {"moon": "x"},
                {"direction": "sideways"},
                {"week_start": "someday"},
                {"currency": "XXXX"},
            ):
                with self.subTest(asked), self.assertRaises(salesweek.UsageError):
                    store.report("calls", **asked)
            with self.assertRaises(salesweek.UsageError):
                store.report("ca\0lls")
            for wrong in ({"now": 1.5}, {"weeks": ["2026-W45", "2026-W46"]}, {"total": 2}, {"fill": "no"}):
                with self.assertRaises(TypeError):
                    store.report("calls", **wrong)

    def test_suggestions(self):
        import pyarrow

        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name) / "calls.csv"
        path.write_text("id,at\n", encoding="utf-8")
        with salesweek.open() as store:
            for ask, word in (
                (lambda: store.report("call"), "did you mean calls?"),
                (lambda: store.report("zzz"), "there are: calls, responses, first_touch"),
                (lambda: store.report("calls", by="reps"), "did you mean rep?"),
                (lambda: store.report("calls", by="rep,team"), "several are a list"),
                (lambda: store.report("calls", where={"regoin": "x"}), "did you mean region?"),
                (lambda: store.report("calls", directoin="both"), "did you mean direction?"),
                (lambda: store.report("calls", direction="inbond"), "did you mean inbound?"),
                (lambda: store.report("calls", week="2026-W45"), "did you mean weeks?"),
                (lambda: store.report("calls", zone="Europe/Berln"), "did you mean Europe/Berlin?"),
                (lambda: store.ingest("calls", [{"id": "a"}]), "did you mean call?"),
                (lambda: store.ingest("call", pyarrow.table({"duration": [1]})), "did you mean duration_s?"),
                (lambda: store.table("zzz"), "there are: rep, lead, message, call"),
                (lambda: salesweek.import_file(store, path, table="calls"), "did you mean call?"),
                (lambda: salesweek.catalog().dimensions("call"), "did you mean calls?"),
                (lambda: salesweek.catalog().options("winrate"), "did you mean win_rate?"),
                (lambda: salesweek.catalog().describe("calls", "mad"), "did you mean made?"),
            ):
                with self.assertRaises(salesweek.SalesweekError) as caught:
                    ask()
                self.assertIn(word, str(caught.exception))
                self.assertNotIn(word, caught.exception.reason)


class Opening(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "crm.swk"

    def test_not_found(self):
        for how in ({"create": False}, {"read_only": True}):
            with self.assertRaises(salesweek.NotFoundError):
                salesweek.open(self.path, **how)
        self.assertFalse(self.path.exists())

    def test_settings_stay(self):
        salesweek.open(self.path, zone="Europe/Berlin", currency="EUR", week_start="sunday").close()
        with salesweek.open(self.path) as store:
            info = store.info()
            self.assertEqual((info["zone"], info["currency"], info["week_start"]), ("Europe/Berlin", "EUR", "sunday"))
        with self.assertRaises(salesweek.UsageError) as caught:
            salesweek.open(self.path, zone="UTC")
        self.assertEqual(caught.exception.field, "zone")

    def test_wrong_settings(self):
        for wrong in ({"memory_limit": -1}, {"memory_limit": 2**64}, {"lock_timeout": -1}, {"lock_timeout": 1e9}):
            with self.assertRaises(salesweek.UsageError) as caught:
                salesweek.open(**wrong)
            self.assertEqual(caught.exception.field, next(iter(wrong)))

    def test_names_of_any_bytes(self):
        folder = os.path.dirname(os.fspath(self.path))
        name = os.path.join(os.fsencode(folder), b"caf\xe9.swk")
        for path in (name, os.fsdecode(name)):
            salesweek.open(path).close()
        self.assertIn(b"caf\xe9.swk", os.listdir(os.fsencode(folder)))

    def test_closed(self):
        store = salesweek.open()
        store.close()
        with self.assertRaises(salesweek.ClosedError):
            with store:
                self.fail()

    def test_locked_and_read_only(self):
        with salesweek.open(self.path) as store:
            store.ingest("call", [CALL])
            with self.assertRaises(salesweek.LockedError):
                salesweek.open(self.path)
            with salesweek.open(self.path, read_only=True) as reader:
                self.assertEqual(reader.report("calls", now="2026-11-09").column("made"), [1])
                with self.assertRaises(salesweek.ReadOnlyError):
                    reader.ingest("call", [{**CALL, "id": "c2"}])

    def test_not_a_store(self):
        self.path.write_text("words\n" * 1000)
        with self.assertRaises(salesweek.FormatError):
            salesweek.open(self.path)

    def test_memory_limit(self):
        with salesweek.open(memory_limit=1 << 20) as store:
            rows = ({"id": f"c{at}", "at": CALL["at"], "rep": f"rep {at}"} for at in range(100_000))
            with self.assertRaises(salesweek.LimitError):
                store.ingest("call", rows)
            self.assertEqual(store.info()["call_records"], 0)


class Library(unittest.TestCase):
    def test_not_there(self):
        code, said = program("import salesweek", SALESWEEK_LIBRARY="/nowhere/lib.so")
        self.assertEqual(code, 1)
        self.assertIn("ImportError: salesweek tried /nowhere/lib.so (named by the environment variable", said)

    def test_not_a_library(self):
        with tempfile.NamedTemporaryFile(suffix=".so") as file:
            code, said = program("import salesweek", SALESWEEK_LIBRARY=file.name)
        self.assertEqual(code, 1)
        self.assertIn(f"tried {file.name}", said)
        self.assertIn("libsqlite3-0", said)

    def test_another_version(self):
        # The raw layer is changed before the package compares it: by a finder that loads it and then changes it.
        text = (
            "import sys, importlib.util, importlib.machinery\n"
            "class Finder(importlib.machinery.PathFinder):\n"
            "    @classmethod\n"
            "    def find_spec(cls, name, path=None, target=None):\n"
            "        spec = super().find_spec(name, path, target)\n"
            "        if name == 'salesweek._raw':\n"
            "            run = spec.loader.exec_module\n"
            "            def changed(module): run(module); module.SWK_API_VERSION = 99\n"
            "            spec.loader.exec_module = changed\n"
            "        return spec\n"
            "sys.meta_path.insert(0, Finder)\n"
            "import salesweek\n"
        )
        code, said = program(text)
        self.assertEqual(code, 1)
        self.assertIn("this package was made for 99", said)


if __name__ == "__main__":
    unittest.main()
