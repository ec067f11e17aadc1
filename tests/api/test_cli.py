#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The program from outside: exit codes, messages, what it refuses and what it lets in.

Drives the program that SALESWEEK_PROGRAM names.
"""

import csv
import io
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.environ.get("SALESWEEK_PROGRAM", "")
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/examples"
LINE_MAX = 1048576

GOOD = '{"table":"call","id":"good","at":"2026-11-02T09:30:00Z"}'


def call(**fields):
    return json.dumps({"table": "call", "id": "c", "at": "2026-11-02T09:30:00Z"} | fields)


class Case(unittest.TestCase):
    """A folder for each test, thrown away after it, in which the program runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *words, given=b"", **options):
        if isinstance(given, str):
            given = given.encode()
        return subprocess.run(
            [PROGRAM, *words], input=given, capture_output=True, cwd=self.folder, timeout=60, check=False, **options
        )

    def check(self, exit_code, *words, given=b"", out=None, err=None):
        """Runs the program; `out` must be the output, `err` stand in the one line on standard error."""
        done = self.run_program(*words, given=given)
        said = done.stderr.decode()
        self.assertEqual(exit_code, done.returncode, said)
        if out is not None:
            self.assertEqual(out, done.stdout.decode())
        if err is not None:
            self.assertIn(err, said)
            self.assertEqual(1, said.count("\n"), said)
            self.assertTrue(said.startswith("salesweek: "), said)
        return done.stdout.decode()

    def write(self, name, content):
        if isinstance(content, str):
            content = content.encode()
        (self.folder / name).write_bytes(content)
        return name

    def rejects(self, *words, given=b"", code=3):
        """Imports, and returns the refused rows as (table, row, field, value, reason)."""
        self.check(code, "import", "s.swk", *words, "--rejects", "r.csv", given=given)
        text = (self.folder / "r.csv").read_bytes().decode("utf-8", "surrogateescape")
        rows = list(csv.reader(io.StringIO(text.replace("\0", "<NUL>"), newline="")))
        self.assertEqual(["table", "row", "field", "value", "reason", "raw"], rows[0])
        return [tuple(row[:5]) for row in rows[1:]]

    def made(self, *words):
        """The calls that the store counts; 0 where none was made, as nothing went in."""
        if not (self.folder / "s.swk").exists():
            return 0
        text = self.check(0, "report", "s.swk", "calls", "--total", "--set", "direction=both", *words, "--format=json")
        rows = json.loads(text)
        return rows[0]["made"] if rows else 0


class Usage(Case):
    def test_wrong_usage_is_2_with_one_line(self):
        self.check(0, "init", "s.swk")
        for err, *words in (
            ("no command",),
            ("unknown command x", "x"),
            ("unknown option --x", "--x"),
            ("unknown option --x", "init", "--x", "s.swk"),
            ("unknown option --x", "init", "s.swk", "--x=1"),
            ("unknown option -x", "init", "-x", "s.swk"),
            ('no table "calls" (did you mean call?)', "import", "s.swk", "-", "--table", "calls"),
            ("unknown option --by", "import", "s.swk", "-", "--by", "rep"),
            ("STORE was not given", "init"),
            ("FILE was not given", "import", "s.swk"),
            ("REPORT was not given", "report", "s.swk"),
            ('unexpected argument "more"', "init", "s.swk", "more"),
            ('unexpected argument "--total"', "report", "s.swk", "calls", "--", "--total"),
            ("--zone needs a value", "init", "s.swk", "--zone"),
            ("--zone was given twice", "init", "s.swk", "--zone", "UTC", "--zone=UTC"),
            ("--total takes no value", "report", "s.swk", "calls", "--total=1"),
            ("not monday to sunday", "init", "s.swk", "--week-start", "someday"),
            ("not table, csv, json or spreadsheet", "report", "s.swk", "calls", "--format", "xml"),
            ("not D=V", "report", "s.swk", "calls", "--where", "rep"),
            ("not NAME=V", "report", "s.swk", "calls", "--set", "basis"),
            ('--now was "soon"', "report", "s.swk", "calls", "--now", "soon"),
            ("must be after", "report", "s.swk", "calls", "--as-of", "1970-01-01"),
            ("do not go together", "import", "s.swk", "-", "--map", "m", "--table", "call"),
            ("needs --table", "import", "s.swk", "-", "--preset", "zoho"),
            ("do not go together", "import", "s.swk", "-", "--preset", "zoho", "--map", "m"),
            ('no preset "sugar", but hubspot', "import", "s.swk", "-", "--preset", "sugar", "--table", "call"),
            ('has no table "quota", but rep, lead', "import", "s.swk", "-", "--preset", "zoho", "--table", "quota"),
            ('"nope"', "report", "s.swk", "nope"),
            ('"nope"', "report", "s.swk", "calls", "--by", "rep,nope"),
            ('"nope"', "report", "s.swk", "calls", "--where", "nope=1"),
            ('"nope"', "report", "s.swk", "calls", "--set", "nope=1"),
            ("2026-W40", "report", "s.swk", "calls", "--from", "2026-W41", "--to", "2026-W40"),
            ("2026-W40", "report", "s.swk", "calls", "--from", "2026-W40", "--week-start", "sunday"),
            ("Nowhere/Land", "report", "s.swk", "calls", "--zone", "Nowhere/Land"),
            ("Nowhere/Land", "init", "t.swk", "--zone", "Nowhere/Land"),
            ('no table "nope"', "import", "s.swk", "-", "--table", "nope"),
        ):
            with self.subTest(words=words):
                self.check(2, *words, out="", err=err)

    def test_other_errors_are_1_with_one_line(self):
        self.check(0, "init", "s.swk")
        self.write("text", "this is no store\n" * 100)
        for err, *words in (
            ("none.swk", "report", "none.swk", "calls"),
            ("none.swk", "info", "none.swk"),
            ("No such file", "import", "s.swk", "none.csv", "--table", "call"),
            ("is a folder", "import", "s.swk", ".", "--table", "call"),
            ("No such file", "import", "s.swk", "-", "--map", "none.json"),
            ("text", "info", "text"),
        ):
            with self.subTest(words=words):
                self.check(1, *words, out="", err=err)

    def test_reading_creates_nothing(self):
        self.check(1, "report", "s.swk", "calls")
        self.check(1, "info", "s.swk")
        self.check(1, "import", "s.swk", "none.jsonl")
        self.check(1, "import", "s.swk", "-", "--map", self.write("m.json", "{"))
        self.assertEqual(["m.json"], [path.name for path in self.folder.iterdir()])

    def test_options_in_any_order(self):
        self.check(0, "import", "s.swk", "-", given=GOOD)
        one = self.check(0, "report", "s.swk", "calls", "--by", "rep", "--total", "--format=csv")
        for words in (
            ("--total", "--by=rep", "--format", "csv", "s.swk", "calls"),
            ("s.swk", "--total", "calls", "--by=rep"),
            ("--by=rep", "--total", "--", "s.swk", "calls"),
        ):
            with self.subTest(words=words):
                self.assertEqual(one, self.check(0, "report", *words))

    def test_where_is_split_at_the_first_equals_sign(self):
        self.check(0, "import", "s.swk", "-", given=call(rep="a=b") + "\n" + call(id="d", rep="x"))
        self.assertEqual(1, self.made("--where", "rep=a=b"))
        self.assertEqual(2, self.made("--where", "rep=a=b", "--where", "rep=x"))

    def test_help_has_an_example(self):
        for command in ("init", "import", "weekly", "report", "info", "catalog", "help"):
            with self.subTest(command=command):
                text = self.check(0, command, "--help")
                self.assertTrue(text.startswith(f"Usage: salesweek {command}"))
                self.assertIn(f"Examples:\n  salesweek {command}", text)
        self.assertIn("Usage: salesweek COMMAND", self.check(0, "--help"))
        self.assertEqual(self.check(0, "--help"), self.check(0, "-h"))
        self.assertEqual(self.check(0, "report", "--help"), self.check(0, "report", "-h"))
        self.assertRegex(self.check(0, "--version"), r"^salesweek \d+\.\d+\.\d+\n$")

    def test_output_that_cannot_be_written_is_an_error(self):
        self.check(0, "import", "s.swk", "-", given=GOOD)
        for words in ("report s.swk calls", "catalog", "info s.swk", "--help", "import s.swk -"):
            with self.subTest(words=words), open("/dev/full", "wb") as full:
                done = subprocess.run(
                    [PROGRAM, *words.split()], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                    cwd=self.folder, timeout=60, check=False,
                )  # fmt: skip
                self.assertEqual((1, b"salesweek: standard output: No space left on device\n"),
                                 (done.returncode, done.stderr))  # fmt: skip
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([PROGRAM, "catalog"], stdout=write, stderr=subprocess.PIPE, timeout=60, check=False)
        os.close(write)
        # Nobody reads on: nothing to complain of.
        self.assertEqual((1, b""), (done.returncode, done.stderr))

    def test_closed_streams_harm_no_store(self):
        self.check(0, "import", "s.swk", "-", given=GOOD)
        script = f'exec "{PROGRAM}" report s.swk calls >&-'
        done = subprocess.run(["sh", "-c", script], cwd=self.folder, capture_output=True, timeout=60, check=False)
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, self.made())

    def test_a_limit_of_file_sizes_is_an_error_like_any_other(self):
        rows = "".join(call(id=f"c{number}") + "\n" for number in range(20000))

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

        done = self.run_program("import", "s.swk", "-", given=rows, preexec_fn=limit)
        self.assertEqual(1, done.returncode)
        self.assertEqual(b"", done.stdout)
        self.assertIn(b"could not be committed", done.stderr)
        self.assertEqual(0, self.made())
        self.check(0, "import", "s.swk", "-", given=rows)
        self.assertEqual(20000, self.made())

    def test_interrupted(self):
        program = subprocess.Popen(
            [PROGRAM, "import", "s.swk", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.folder,
        )  # fmt: skip
        program.stdin.write((GOOD + "\n").encode())
        program.stdin.flush()
        # The store exists once the program reads.
        for _ in range(200):
            if (self.folder / "s.swk").exists():
                break
            time.sleep(0.02)
        time.sleep(0.2)
        program.send_signal(signal.SIGINT)
        self.assertEqual(130, program.wait(timeout=30))
        self.assertEqual((b"", b"salesweek: interrupted\n"), (program.stdout.read(), program.stderr.read()))
        for stream in (program.stdin, program.stdout, program.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass
        self.assertEqual(0, self.made())


# What no row may have: the line, then table, field, value and reason as the rejects file has them. Values and reasons
# of None are not compared in full.
ZOO = (
    (call(id=None), "call", "id", "", "was missing"),
    (call(at=None), "call", "at", "", "was missing"),
    (call(at=""), "call", "at", "", "was missing"),
    (call(id=5), "call", "id", "5", None),
    (call(at=5), "call", "at", "5", None),
    (call(duration_s="long"), "call", "duration_s", "long", None),
    (call(duration_s=True), "call", "duration_s", None, None),
    (call(positive="yes"), "call", "positive", "yes", None),
    (call(duration_s=-5), "call", "duration_s", "-5", "was below 0"),
    (call(duration=5), "call", "duration", "5", None),
    (call(duration=None), "call", "duration", "", None),
    (call(outcome="ignored"), "call", "outcome", "ignored", None),
    (call(outcome="Answered"), "call", "outcome", "Answered", None),
    (call(at="1969-12-31T23:59:59Z"), "call", "at", "1969-12-31T23:59:59Z", None),
    (call(at="2200-01-01T00:00:01Z"), "call", "at", "2200-01-01T00:00:01Z", None),
    (call(at="2026-02-30T00:00:00Z"), "call", "at", "2026-02-30T00:00:00Z", None),
    (call(at="yesterday"), "call", "at", "yesterday", None),
    (call(id="x" * 300), "call", "id", None, None),
    (call(rep=["r1"]), "call", "rep", "[...]", "was a list"),
    (call(rep={"id": "r1"}), "call", "rep", "{...}", "was an object"),
    (call(rep="a\0b"), "call", "rep", None, None),
    (call(duration_s=10**30), "call", "duration_s", "1" + "0" * 30, "was not a number that fits"),
    (call()[:-1] + ',"duration_s":1e999}', "call", "duration_s", "1e999", "was not a number that fits"),
    (call()[:-1] + ',"id":"d"}', "call", "id", "", "was there twice"),
    (call(table="cal"), "", "table", "cal", None),
    (call(table=7), "", "table", "", "was not a text"),
    ('{"id":"c"}', "", "table", "", "was missing"),
    ('{"table":"lead","id":"l","created_at":"2026-01-01","zone":"Mars/Base"}', "lead", "zone", "Mars/Base", None),
    ('{"table":"rep","id":"r","capacity":-1}', "rep", "capacity", "-1", None),
    ("[]", "", "", "", "was not a JSON object"),
    ("{", "", "", "", None),
    (call() + call(), "", "", "", None),
    ("[" * 100000, "", "", "", "was nested too deeply"),
    (b'{"table":"call","id":"a\xffb","at":"2026-01-01"}', "call", "id", "a?b", "was not UTF-8 (byte 24 of the line)"),
    (b'{"table":"call","id":"a\0b","at":"2026-01-01"}', "call", "id", "a?b", "had a NUL (byte 24 of the line)"),
    (b'{"table":"call","id":"' + b"x" * 10_000_000 + b'"}', "", "", "", f"was longer than {LINE_MAX} bytes"),
)


class BadRows(Case):
    """Every beast stands between two good rows, which go in."""

    def test_zoo(self):
        lines = [GOOD.encode()]
        for row, *_ in ZOO:
            lines.append(row if isinstance(row, bytes) else row.encode())
        lines.append(call(id="last").encode())
        refused = self.rejects("-", given=b"\n".join(lines))
        for number, (_, table, field, value, reason) in enumerate(ZOO):
            with self.subTest(row=ZOO[number][0][:80]):
                got = refused[number]
                self.assertEqual((table, str(number + 2), field), got[:3])
                if value is not None:
                    self.assertEqual(value, got[3])
                if reason is not None:
                    self.assertEqual(reason, got[4])
                self.assertTrue(got[4])
        self.assertEqual(len(ZOO), len(refused))
        self.assertEqual(2, self.made())

    def test_strict_leaves_nothing_in(self):
        given = "\n".join([GOOD, call(duration_s=-1), call(id="last")])
        out = "accepted 0, unchanged 0, rejected 1\n"
        self.check(3, "import", "s.swk", "-", "--strict", given=given, out=out, err=":2: call")
        self.assertEqual(0, self.made())
        self.check(0, "import", "s.swk", "-", "--strict", given=GOOD, out="accepted 1, unchanged 0, rejected 0\n")
        self.assertEqual(1, self.made())

    def test_first_ten_are_shown(self):
        name = self.write("f.jsonl", "\n".join(call(duration_s=-n) for n in range(1, 14)))
        lines = self.run_program("import", "s.swk", name).stderr.decode().splitlines()
        self.assertEqual('salesweek: f.jsonl:1: call, field duration_s, value "-1": was below 0', lines[0])
        self.assertEqual(11, len(lines))
        self.assertEqual("salesweek: ... and 3 more (--rejects FILE keeps them all)", lines[-1])

    def test_control_characters_are_escaped(self):
        done = self.run_program("import", "s.swk", "-", given=call(outcome="\x1b[31m\x07\u009bé\n"))
        self.assertEqual([b"\n"], [bytes([byte]) for byte in done.stderr if byte < 0x20])
        self.assertNotIn("\u009b", done.stderr.decode())
        self.assertIn("é", done.stderr.decode())
        self.check(1, "import", "s.swk", "\x1b[31m\n\u009bé", err="salesweek: \\x1b[31m\\n\\x9bé: No such file")

    def test_rejects_keep_the_raw_line(self):
        self.check(3, "import", "s.swk", "-", "--rejects", "r.csv", given='{"a":"b,c"}\n')
        self.assertTrue((self.folder / "r.csv").read_bytes().endswith(b',"{""a"":""b,c""}"\r\n'))
        self.check(0, "import", "s.swk", "-", "--rejects", "r.csv", given=GOOD)
        self.assertEqual(b"table,row,field,value,reason,raw\r\n", (self.folder / "r.csv").read_bytes())

    def test_rejects_never_overwrite_the_store(self):
        self.check(0, "import", "s.swk", "-", given=GOOD)
        os.link(self.folder / "s.swk", self.folder / "other name")
        os.symlink("s.swk-lock", self.folder / "link")
        for name, err in (
            ("s.swk", "is the store"),
            ("./s.swk", "is the store"),
            ("other name", "is the store"),
            ("link", "is a file of the store"),
            ("s.swk-lock", "is a file of the store"),
            ("s.swk-wal", "is a file of the store"),
        ):
            with self.subTest(name=name):
                self.check(1, "import", "s.swk", "-", "--rejects", name, given='{"a":1}\n', out="", err=err)
                self.assertEqual(1, self.made())
        self.check(1, "import", "new.swk", "-", "--rejects", "new.swk", given=GOOD, err="is the store")

    def test_rejects_never_overwrite_the_source(self):
        name = self.write("f.jsonl", GOOD)
        self.check(1, "import", "s.swk", name, "--rejects", name, err="is the file to be imported")
        self.assertEqual(GOOD, (self.folder / name).read_text())


class JsonLines(Case):
    def test_what_is_tolerated(self):
        given = "\ufeff" + GOOD + "\r\n\r\n  \n" + call(id="d", rep=None) + "\n" + call(id="e")
        self.check(0, "import", "s.swk", "-", given=given, out="accepted 3, unchanged 0, rejected 0\n")
        self.check(0, "import", "s.swk", "-", given=given, out="accepted 0, unchanged 3, rejected 0\n")

    def test_ignore_unknown(self):
        self.check(3, "import", "s.swk", "-", given=call(mood="good"))
        self.check(0, "import", "s.swk", "-", "--ignore-unknown", given=call(mood="good"))

    def test_zone_of_local_times(self):
        self.check(0, "import", "s.swk", "-", "--zone", "Asia/Tokyo", given=call(at="2026-11-02 08:30"))
        text = self.check(0, "report", "s.swk", "calls", "--by", "weekday,hour", "--format", "csv")
        self.assertEqual(["7", "23"], text.splitlines()[1].split(",")[3:5])

    def test_recorded_at_decides(self):
        later = call(recorded_at="2026-11-03T00:00:00Z", deleted=True)
        self.check(0, "import", "s.swk", "-", "--recorded-at", "2026-11-05", given=call())
        self.check(0, "import", "s.swk", "-", given=later)
        self.assertEqual(1, self.made())
        self.assertEqual(0, self.made("--as-of", "2026-11-04"))

    def test_more_rows_than_a_batch(self):
        rows = "\n".join(call(id=f"c{n}") for n in range(50_001))
        self.check(0, "import", "s.swk", "-", given=rows, out="accepted 50001, unchanged 0, rejected 0\n")
        self.assertEqual(50_001, self.made())
        self.assertIn("\ncommits,2\r\n", self.check(0, "info", "s.swk", "--format", "csv"))


class Csv(Case):
    def table(self, content, *words, code=0, **checks):
        return self.check(code, "import", "s.swk", "--table", "call", *words, "-", given=content, **checks)

    def test_forms_of_lines_and_delimiters(self):
        heading, row = ["id", "at", "rep", "positive"], ["c{}", " 2026-11-02 09:30 ", '"A ""x"" n"', "y"]
        for number, (delimiter, end) in enumerate(zip(",;\t|", ("\n", "\r\n", "\r", "\n"))):
            with self.subTest(delimiter=delimiter, end=end):
                lines = [delimiter.join(heading), "", delimiter.join(row).format(number)]
                text = "\ufeff" + end.join(lines)
                self.table(text, out="accepted 1, unchanged 0, rejected 0\n")
        self.assertEqual(4, self.made("--where", 'rep=A "x" n'))

    def test_rows_that_are_refused(self):
        text = 'id,at,rep\r\nc1,2026-11-02,"a\r\nb"\r\nc2\r\nc3,2026-11-02,x,y\r\nc"4,2026-11-02,x\r\n\r\nc5,?,x\r\n'
        text += '"' + "x" * (3 * LINE_MAX) + '",2026-11-02,\r\nc6,2026-11-02,\r\n"c7,2026-11-02,\r\n'
        self.assertEqual(
            [
                ("call", "4", "", "", "had 1 cell where the heading has 3"),
                ("call", "5", "", "", "had 4 cells where the heading has 3"),
                ("call", "6", "", "", "had quotes where none may stand"),
                ("call", "8", "at", "?"),
                ("call", "9", "", "", f"was longer than {LINE_MAX} bytes (is a quote not closed?)"),
                ("call", "11", "", "", "had a quote that was not closed"),
            ],
            [row[:4] if row[2] else row for row in self.rejects("--table", "call", "-", given=text)],
        )
        self.assertEqual(2, self.made())

    def test_headings(self):
        for text, err in (
            ("", "there is no heading"),
            ("id,at,mood\n", 'has column "mood"'),
            ("id,at,at\n", 'has column "at" twice'),
            ("id,at,\n", "has no name for column 3"),
            ("at\n", 'has no column "id"'),
            ('id,"at\n', "quote that is not closed"),
            (b"PK\x03\x04zip", "is a spreadsheet file"),
            (b"\xd0\xcf\x11\xe0ole", "is a spreadsheet file"),
        ):
            with self.subTest(text=text):
                self.table(text, code=1, err=err, out="")
        self.table("id,at,mood\nc,2026-11-02,x\n", "--ignore-unknown")
        self.assertEqual(1, self.made())


class Maps(Case):
    def take(self, a_map, content, code=0, **checks):
        text = a_map if isinstance(a_map, str) else json.dumps(a_map)
        name = self.write("m.json", text)
        return self.check(code, "import", "s.swk", "--map", name, "-", given=content, **checks)

    def value(self, field, cell, name="duration_s"):
        """What the map's field makes of a cell: the refused row's value, or the talk time."""
        a_map = {
            "table": "call",
            "fields": {"id": "id", "at": "at", name: {"column": "x"} | field},
            "constants": {"outcome": "answered"},
        }
        given = io.StringIO()
        csv.writer(given).writerows([["id", "at", "x"], ["c", "2026-11-02", cell]])
        (self.folder / "s.swk").unlink(missing_ok=True)
        self.write("m.json", json.dumps(a_map))
        done = self.run_program("import", "s.swk", "--map", "m.json", "-", given=given.getvalue())
        if done.returncode:
            return done.stderr.decode().split(": ")[-1].strip()
        rows = json.loads(self.check(0, "report", "s.swk", "calls", "--total", "--format", "json"))
        return rows[0]["talk_s"]

    def test_mistakes_are_named(self):
        fields = {"id": "1", "at": "2"}
        for change, err in (
            ({"colour": "red"}, 'no key "colour"'),
            ({"fields": fields | {"rep": {"colum": "x"}}}, 'in field rep: there is no key "colum"'),
            ({"fields": fields | {"rep": 5}}, "in field rep"),
            ({"fields": {"at": {"column": "x", "date": "%Y-%m"}}}, "in field at: the form"),
            ({"fields": {"at": {"column": "x", "date": "%Y-%m-%d %Q"}}}, "has a letter that no form has"),
            ({"fields": {"at": {"date": "%Y-%m-%d"}}}, "in field at: neither"),
            ({"fields": {"rep": {"column": "x", "else": "y"}}}, '"else" needs "values"'),
            ({"fields": {"rep": {"column": "x", "columns": ["y"]}}}, "only one of"),
            ({"fields": {"duration_s": {"column": "x", "duration": "h"}}}, "none of h:mm:ss"),
            ({"fields": {"duration_s": {"column": "x", "number": "$"}}}, "does not show how a number"),
            ({"fields": {"to": {"column": "x", "inclusive": True}}}, 'only for the "to" of a quota'),
            ({"encoding": "ebcdic"}, "none of utf-8, utf-16, windows-1252 and latin1"),
            ({"delimiter": "::"}, '"delimiter"'),
            ({"skip": -1}, '"skip"'),
            ({"when": [{"column": "x"}]}, '"when"'),
            ({"constants": {"at": "x"}}, "both a field and a constant"),
            ({"table": None}, '"table" was not a text'),
        ):
            with self.subTest(change=change):
                self.take({"table": "call", "fields": fields} | change, "1,2\n", code=1, err=err)
        self.take("{", "", code=1, err="was not JSON")
        self.take("[]", "", code=1, err="empty list")
        two = [{"table": "call", "fields": fields, "zone": zone} for zone in ("UTC", "Asia/Tokyo")]
        self.take(two, "", code=1, err="zone")
        self.assertFalse((self.folder / "s.swk").exists())
        self.take({"table": "call", "fields": {"id": "id", "mood": "x"}}, "", code=1, err='no field "mood"')
        self.take({"table": "call", "fields": {"id": "id"}}, "at\n", code=1, err='no column "id"')

    def test_durations_and_numbers(self):
        for field, cell, expected in (
            ({"duration": "h:mm:ss"}, "0:02:23", 143),
            ({"duration": "h:mm:ss"}, "100:00:01", 360001),
            ({"duration": "h:mm:ss"}, "0:60:00", "was not a duration in the form h:mm:ss"),
            ({"duration": "h:mm:ss"}, "2:23", "was not a duration in the form h:mm:ss"),
            ({"duration": "mm:ss"}, "75:09", 4509),
            ({"duration": "min"}, "1.5", 90),
            ({"duration": "ms"}, "90000", 90),
            ({"duration": "s"}, "-1", "was below 0"),
            ({"number": "1,234.50"}, "1,234.00", 1234),
            ({"number": "1.234,50"}, "1.234,00", 1234),
            ({"number": "1 234,50"}, "1\u202f234,00", 1234),
            ({"number": "$1,234.50"}, "$ 12", 12),
            ({"number": "$1,234.50"}, "(5)", "was below 0"),
            ({"number": "1,234"}, "12,34", 'was not a number as the map\'s example shows; "1.234,50" would'),
            ({"number": "1.234,50"}, "12.5", 'was not a number as the map\'s example shows; "1234.50" would'),
            ({"number": "1.0", "scale": 60}, "1.5", 90),
            ({"number": "1", "scale": 0.001}, "90000", 90),
            ({"values": {"long": 600}, "else": 5}, "x", 5),
            ({"values": {"long": 600}, "else": 5}, "long", 600),
            ({"values": {"long": 600}}, "x", "was not one of the map's values"),
            ({"null": ["-"]}, "-", 0),
        ):
            with self.subTest(field=field, cell=cell):
                self.assertEqual(expected, self.value(field, cell))

    def test_dates(self):
        heading = "id,at\n"
        for number, (form, cell, weekday, hour) in enumerate(
            (
                ("%d %b, %Y %H:%M:%S", "2 Nov, 2026 09:30:00", 1, 9),
                ("%B %e %Y %I:%M %p", "november 2 2026 12:05 AM", 1, 0),
                ("%m/%d/%y %I%p", "11/2/26 9pm", 1, 21),
                ("%Y-%j", "2026-306", 1, 0),
                ("%Y-%m-%dT%H:%M:%S.%f%z", "2026-11-02T09:30:00.123456789+02:00", 1, 7),
                ("epoch_s", "1793611800", 1, 9),
                ("epoch_ms", "1793611800123", 1, 9),
                ("excel", "46328.395833333", 1, 9),
            )
        ):
            with self.subTest(form=form):
                a_map = {"table": "call", "fields": {"id": "id", "at": {"column": "at", "date": [form]}}}
                self.take(a_map, f'{heading}c{number},"{cell}"\n')
                words = ("report", "s.swk", "calls", "--total", "--by", "weekday,hour", "--format", "json")
                rows = json.loads(self.check(0, *words))
                self.assertEqual((weekday, hour, 1), (rows[0]["weekday"], rows[0]["hour"], rows[0]["made"]))
                (self.folder / "s.swk").unlink()
        a_map = {"table": "call", "fields": {"id": "id", "at": {"column": "at", "date": "%Y-%m-%d"}}}
        self.take(a_map, f"{heading}c,2026-02-30\n", code=3, err="was not a date in the form %Y-%m-%d")

    def test_end_of_the_day(self):
        a_map = {"table": "call", "fields": {"id": "i", "at": {"column": "a", "date": "%Y-%m-%d", "day": "end"}}}
        self.take(a_map | {"zone": "America/New_York"}, "i;a\nc;2026-11-01\n")
        rows = json.loads(self.check(0, "report", "s.swk", "calls", "--total", "--by=weekday,hour", "--format=json"))
        # 25 hours long: the next day begins at 05:00 UTC.
        self.assertEqual((1, 4), (rows[0]["weekday"], rows[0]["hour"]))

    def test_span_of_two_columns(self):
        a_map = {
            "table": "call",
            "fields": {"id": "i", "at": "a", "duration_s": {"duration": {"from": "a", "to": "b"}}},
            "constants": {"outcome": "answered"},
        }
        text = "i,a,b\nc,2026-11-02 09:30,2026-11-02 09:31:30\nd,2026-11-02 09:30,\n"
        self.take(a_map, text)
        self.assertIn('"talk_s":90', self.check(0, "report", "s.swk", "calls", "--total", "--format", "json"))

    def test_rows_of_several_maps(self):
        maps = [
            {
                "table": "call",
                "header": ["no", "kind", "when", "who"],
                "skip": 2,
                "when": [{"column": "kind", "in": ["call"]}],
                "fields": {"id": {"column": "no", "prefix": "c-"}, "at": "when", "rep": "who"},
            },
            {
                "table": "rep",
                "when": [{"column": "kind", "not": ["junk"]}, {"column": "who", "not": [""]}],
                "fields": {"id": "who"},
            },
        ]
        text = "made by a CRM\n---\n1|call|2026-11-02|ann\n2|note||bob\n3|junk||eve\n"
        self.take(maps, text, out="accepted 3, unchanged 0, rejected 0, skipped 1\n")
        info = dict(csv.reader(io.StringIO(self.check(0, "info", "s.swk", "--format", "csv"))))
        self.assertEqual(("1", "2"), (info["call_records"], info["rep_records"]))

    def test_row_numbers_come_with_a_warning(self):
        a_map = {"table": "call", "header": False, "fields": {"id": {"row": True}, "at": "1"}}
        self.take(a_map, "2026-11-02\n", err="warning: field id is the row's number")

    def test_call_centre_log(self):
        folder = os.environ.get("SALESWEEK_DATA", "")
        log = pathlib.Path(folder, "pwc_calls/Call_Center_Dataset.csv")
        if not folder or not log.exists():
            self.skipTest("SALESWEEK_DATA names no folder with pwc_calls")
        self.check(0, "import", "s.swk", "--map", str(EXAMPLES / "pwc_calls.map.json"), str(log))
        words = ("report", "s.swk", "calls", "--set", "direction=inbound", "--by", "rep", "--format", "csv")
        found = {
            (row["week"], row["rep"]): (row["answered"], row["unanswered"], row["talk_s"], row["positive"])
            for row in csv.DictReader(io.StringIO(self.check(0, *words)))
        }
        with open(pathlib.Path(folder, "expected/pwc_agent_week.csv"), newline="") as file:
            expected = {
                (row["iso_week"], row["agent"]): (row["answered"], row["missed"], row["talk_total_s"], row["resolved"])
                for row in csv.DictReader(file)
            }
        self.assertEqual(expected, found)


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SALESWEEK_PROGRAM names no program")
    unittest.main()
