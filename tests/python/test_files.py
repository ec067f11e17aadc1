# SPDX-License-Identifier: MIT
"""Files through the package: as the program imports them, and what a caller's own file objects may do."""

import gzip
import io
import json
import pathlib
import tempfile
import unittest
import warnings

import salesweek

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs/examples/sample"
LINE = b'{"table":"call","id":"c%d","at":"2026-11-02T09:30:00Z"}\n'
MAP = {"table": "call", "fields": {"id": "Nr", "at": "Wann"}}


class Files(unittest.TestCase):
    def setUp(self):
        self.store = salesweek.open()
        self.addCleanup(self.store.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_sample(self):
        for path in sorted(SAMPLE.glob("*.csv")):
            mapped = json.loads(path.with_suffix(".map.json").read_text())
            done = salesweek.import_file(self.store, path, map=mapped)
            self.assertEqual((done.accepted > 0, done.rejects), (True, []), path.name)
            again = salesweek.import_file(self.store, str(path), map=mapped)
            self.assertEqual((again.accepted, again.rejected), (0, 0), path.name)
        self.assertGreater(sum(self.store.report("calls", now="2026-12-31").column("made")), 1000)

    def map_file(self):
        path = self.folder / "map.json"
        path.write_text(json.dumps(MAP))
        return path

    def test_proposal(self):
        text = "Call ID;Start time;Owner\n7;02.11.2026 09:30;Zoë\n8;23.11.2026 10:00;Bo\n".encode()
        path = self.folder / "calls.csv"
        path.write_bytes(text)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            proposed = salesweek.propose_map(path)
            again = salesweek.propose_map(io.BytesIO(text), table="call", rows=2)
        self.assertEqual((proposed["table"], proposed["fields"]), ("call", again["fields"]))
        done = salesweek.import_file(self.store, path, map=proposed, zone="UTC")
        self.assertEqual((done.accepted, done.rejects), (2, []))
        self.assertEqual(self.store.table("call").to_arrow()["at"][1].as_py().day, 23)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaises(UserWarning):
                salesweek.propose_map(io.BytesIO(b"Call ID,Start\n1,02.03.2026\n"), table="call")
        for wrong, kind in (({"table": "moon"}, salesweek.UsageError), ({"rows": -1}, salesweek.UsageError)):
            with self.assertRaises(kind):
                salesweek.propose_map(path, **wrong)
        with self.assertRaises(salesweek.InvalidError):
            salesweek.propose_map(io.BytesIO(b""))
        with self.assertRaisesRegex(TypeError, "'rb'"):
            salesweek.propose_map(io.StringIO("text"))

    def test_kinds(self):
        for how, text in (
            ({"table": "call"}, b"id,at\na,2026-11-02\n"),
            ({"map": MAP}, b"Nr,Wann\na,2026-11-02\n"),
            ({"map": [MAP]}, b"Nr,Wann\na,2026-11-02\n"),
            ({"map": json.dumps(MAP)}, b"Nr,Wann\na,2026-11-02\n"),
            ({"map": self.map_file()}, b"Nr,Wann\na,2026-11-02\n"),
            ({"map": str(self.map_file())}, b"Nr,Wann\na,2026-11-02\n"),
            ({}, LINE % 1),
        ):
            with self.subTest(how), salesweek.open() as store:
                self.assertEqual(salesweek.import_file(store, io.BytesIO(text), **how).accepted, 1)
        with self.assertRaises(TypeError):
            salesweek.import_file(self.store, io.BytesIO(b""), map=MAP, table="call")

    def test_presets(self):
        names = {(preset.name, preset.table) for preset in salesweek.presets()}
        self.assertIn(("zoho", "opportunity"), names)
        for preset in salesweek.presets():
            self.assertTrue(preset.map and preset.file and preset.source)
            with self.assertRaises(salesweek.InvalidError):  # the heading lacks columns
                salesweek.import_file(
                    self.store, io.BytesIO(b"x,y\n1,2\n"), preset=preset.name, table=preset.table
                )
        for wrong in ({"preset": "moon", "table": "lead"}, {"preset": "zoho", "table": "moon"}, {"preset": "zoho"}):
            with self.assertRaises(salesweek.UsageError):
                salesweek.import_file(self.store, io.BytesIO(b""), **wrong)

    def test_rejects(self):
        text = "id,at,rep\na,2026-11-02,Zoë\nb,soon,Ada\n,2026-11-02,\nc,2026-11-02,\n".encode()
        done = salesweek.import_file(self.store, io.BytesIO(text), table="call")
        self.assertEqual((done.accepted, done.rejected), (2, 2))
        first, second = done.rejects
        self.assertEqual((first.row, first.field, first.value, first.raw), (3, "at", "soon", "b,soon,Ada"))
        self.assertEqual((second.row, second.field), (4, "id"))
        self.assertIn("soon", done._repr_html_())

    def test_strict(self):
        text = b"id,at\na,2026-11-02\nb,soon\n"
        with self.assertRaises(salesweek.RejectedError) as caught:
            salesweek.import_file(self.store, io.BytesIO(text), table="call", strict=True)
        self.assertEqual([reject.row for reject in caught.exception.rejects], [3])
        self.assertEqual((caught.exception.row, caught.exception.field, caught.exception.value), (3, "at", "soon"))
        self.assertEqual((self.store.info()["commits"], caught.exception.imported.accepted), (0, 0))

    def test_file_objects(self):
        path = self.folder / "calls.jsonl.gz"
        path.write_bytes(gzip.compress(b"".join(LINE % at for at in range(100_000))))
        told = []
        with gzip.open(path) as file:
            done = salesweek.import_file(self.store, file, progress=lambda *pair: told.append(pair))
        self.assertEqual(done.accepted, 100_000)
        with self.assertRaisesRegex(TypeError, "'rb'"):
            salesweek.import_file(self.store, io.StringIO("text"))

    def test_a_file_that_fails(self):
        class Broken(io.RawIOBase):
            reads = 0

            def read(self, size=-1):
                self.reads += 1
                if self.reads > 2:
                    raise ConnectionResetError("gone")
                return b"".join(LINE % at for at in range(1000))

        with self.assertRaises(ConnectionResetError) as caught:
            salesweek.import_file(self.store, Broken(), batch_rows=100)
        done = caught.exception.imported
        self.assertGreaterEqual(done.accepted, 1000)
        self.assertEqual(self.store.info()["call_records"], 1000)

    def test_errors_name_the_file(self):
        path = self.folder / "calls.csv"
        path.write_text("id;when\na;2026-11-02\n", encoding="utf-8")
        fields = {"id": "id", "at": "At"}
        for how, row, words in (
            ({"table": "call"}, 1, 'row 1: the heading has column "when"'),
            ({"map": {"table": "call", "fields": fields}}, 1, 'row 1: the heading has no column "At"'),
            ({}, None, "looks like CSV: name its table, a map or a preset"),
        ):
            with self.assertRaises(salesweek.InvalidError) as caught:
                salesweek.import_file(self.store, path, **how)
            error = caught.exception
            self.assertEqual((error.file, error.table, error.row), (str(path), how.get("table"), row))
            self.assertTrue(str(error).startswith(f"{path}: ") and words in str(error), str(error))
            with self.assertRaises(salesweek.InvalidError) as caught:
                salesweek.import_file(self.store, io.BytesIO(path.read_bytes()), **how)
            self.assertEqual((caught.exception.file, caught.exception.row), (None, row))
        with self.assertRaisesRegex(TypeError, "takes a store and then a file, not PosixPath first"):
            salesweek.import_file(path, self.store, table="call")

    def test_not_there(self):
        with self.assertRaises(FileNotFoundError):
            salesweek.import_file(self.store, self.folder / "nowhere.csv", table="call")

    def test_warning(self):
        numbered = {"table": "call", "fields": {"id": {"row": True}, "at": "Wann"}}
        text = b"Wann\n2026-11-02\n"
        with self.assertWarns(UserWarning):
            salesweek.import_file(self.store, io.BytesIO(text), map=numbered)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaises(UserWarning):
                salesweek.import_file(self.store, io.BytesIO(text), map=numbered)

    def test_wrong_maps(self):
        with self.assertRaises(FileNotFoundError):
            salesweek.import_file(self.store, io.BytesIO(b"x\n1\n"), map="map-that-is-not-there.json")
        for wrong in ("{no json", {"table": "moon", "fields": {}}, {"table": "call", "fields": {"moon": "x"}}):
            with self.assertRaises((salesweek.InvalidError, salesweek.UsageError)):
                salesweek.import_file(self.store, io.BytesIO(b"x\n1\n"), map=wrong)


if __name__ == "__main__":
    unittest.main()
