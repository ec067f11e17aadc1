#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a terminal gets: swk_text_show against Unicode's tables, tables that fit, and content that wants to harm.

Drives the program that SALESWEEK_PROGRAM names, and where it is named the library SALESWEEK_LIBRARY.
"""

import csv
import ctypes
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata
import unittest

import wcwidth

PROGRAM = os.environ.get("SALESWEEK_PROGRAM", "")
LIBRARY = os.environ.get("SALESWEEK_LIBRARY", "")
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs/examples/sample"

WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

# Whatever is shown, none of these may reach a terminal: controls, and what turns or hides text. A left-to-right mark is
# what the program itself puts behind text that runs from right to left.
FORBIDDEN = [chr(point) for point in (*range(0x20), *range(0x7F, 0xA0)) if chr(point) != "\n"] + list(
    "\u00ad\u061c\u180e\u200b\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)

HOSTILE = {
    "newline": "two\nlines",
    "tab": "a\tb",
    "return": "over\rwritten",
    "quotes": "say \"hi\", 'you'",
    "clear": "\x1b[2J\x1b[1;31mred",
    "title": "\x1b]0;owned\x07",
    "c1": "\u009b2J\u009d0;owned\u009c",
    "override": "exe\u202etxt.\u202c",
    "isolate": "\u2067abc\u2069",
    "marks": "a\u200e\u200f\u061cb",
    "hidden": "Ann\u200b\u2060\ufeff\u00ad",
    "joiner": "An\u200dn",
    "wide": "東京営業部",
    "combining": "e\u0301\u0323" * 5,
    "hebrew": "שרה לוי",
    "arabic": "محمد",
    "emoji": "\U0001f680 rocket",
    "formula": "=HYPERLINK(\"http://evil\",\"x\")",
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "fullwidth": "＝1＋1",
    "marked": "\ufeff=1+1",
    "tag": "a\U000e0041b",
    "percent": "%s%n%d",
    "markup": "<b>&amp;</b>",
    "long": "x" * 255,
    "long_wide": "長" * 85,
    "words": ("many words " * 24)[:255].strip(),
}


def places(text):
    """The places of a line, by Unicode's tables."""
    return sum(max(wcwidth.wcwidth(letter), 0) for letter in text)


@unittest.skipUnless(LIBRARY, "SALESWEEK_LIBRARY names no library")
class Shown(unittest.TestCase):
    """swk_text_show."""

    def setUp(self):
        self.function = ctypes.CDLL(LIBRARY).swk_text_show
        self.function.restype = ctypes.c_size_t
        self.function.argtypes = [ctypes.c_char_p, ctypes.c_size_t, WRITE, ctypes.c_void_p]

    def show(self, raw):
        pieces = []

        def write(_, data, length):
            pieces.append(ctypes.string_at(data, length))
            return 0

        width = self.function(raw, len(raw), WRITE(write), None)
        self.assertEqual(width, self.function(raw, len(raw), WRITE(0), None))
        return b"".join(pieces), width

    def test_every_character(self):
        kept = 0
        for point in range(0x110000):
            letter = chr(point)
            if unicodedata.category(letter) in ("Cn", "Cs", "Co") or point in (0x200C, 0x200D):
                continue
            shown, width = self.show(letter.encode())
            if shown != letter.encode():
                self.assertTrue(shown.isascii() and shown.startswith(b"\\") and width == len(shown), hex(point))
                self.assertIn(unicodedata.category(letter), ("Cc", "Cf", "Zl", "Zp", "Lo"), hex(point))
                continue
            kept += 1
            self.assertNotIn(unicodedata.category(letter), ("Cc", "Zl", "Zp"), hex(point))
            self.assertEqual(max(wcwidth.wcwidth(letter), 0), width, hex(point))
        self.assertGreater(kept, 140000)

    def test_known_ones(self):
        for raw, shown, width in (
            (b"", b"", 0),
            (b"Ann", b"Ann", 3),
            ("é東e\u0301".encode(), "é東e\u0301".encode(), 4),
            (b"a\tb\nc\rd\0e", rb"a\tb\nc\rd\x00e", 15),
            ("\x1b[1m\u009b\u202e\U000e0041".encode(), rb"\x1b[1m\x9b\u202e\U000e0041", 27),
            (b"\xff\xc3(\xe2\x82", rb"\xff\xc3(\xe2\x82", 17),
            (b"\xed\xa0\x80", rb"\xed\xa0\x80", 12),
            ("می\u200cخواهم".encode(), "می\u200cخواهم".encode(), 7),
            ("A\u200dB".encode(), rb"A\u200dB", 8),
            (rb"a\b", rb"a\b", 3),
        ):
            with self.subTest(raw=raw):
                self.assertEqual((shown, width), self.show(raw))
                self.assertEqual((shown, width), self.show(shown))

    def test_null_and_a_write_that_stops(self):
        self.assertEqual(0, self.function(None, 5, WRITE(0), None))
        self.assertEqual(2, self.function(b"ab", 2, WRITE(lambda *_: 1), None))


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")
        }

    def run_program(self, *words, given="", code=0, **environment):
        done = subprocess.run(
            [PROGRAM, *words], input=given.encode(), capture_output=True, cwd=self.folder, timeout=60, check=False,
            env=self.environment | environment,
        )  # fmt: skip
        self.assertEqual(code, done.returncode, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def table(self, *words, **environment):
        return self.run_program(*words, "--format", "table", **environment)[0]

    def harmless(self, text):
        self.assertEqual([], [letter for letter in FORBIDDEN if letter in text])

    def fits(self, text, width):
        self.assertEqual([], [line for line in text.splitlines() if places(line) > width])
        self.assertEqual([], [line for line in text.splitlines() if line != line.rstrip(" ")])


class Hostile(Case):
    """Names that want to harm, in every place that a report shows texts."""

    def setUp(self):
        super().setUp()
        rows = []
        for number, (name, text) in enumerate(HOSTILE.items()):
            rows += [
                {"table": "rep", "id": text, "name": text, "team": text, "region": text},
                {"table": "lead", "id": f"l{number}", "created_at": "2026-11-02T08:00:00Z", "rep": text, "source": text,
                 "segment": text},
                {"table": "call", "id": f"c{number}", "at": "2026-11-02T09:00:00Z", "lead": f"l{number}", "rep": text,
                 "outcome": "answered", "duration_s": 60 * number},
            ]  # fmt: skip
        self.given = "\n".join(map(json.dumps, rows))
        self.run_program("import", "s.swk", "-", given=self.given)

    def test_tables_are_true_and_harmless(self):
        for width in (40, 80, 120):
            for words in (
                ("--by", "rep"), ("--by", "rep", "--total"), ("--by", "team,segment", "--total", "--previous"),
            ):  # fmt: skip
                with self.subTest(width=width, words=words):
                    text = self.table("report", "s.swk", "calls", *words, "--width", str(width))
                    self.harmless(text)
                    self.fits(text, width)
        text = self.table("report", "s.swk", "calls", "--by", "rep", "--total", "--width", "400")
        for escape in (r"two\nlines", r"a\tb", r"over\rwritten", r"\x1b[2J\x1b[1;31mred", r"\x1b]0;owned\x07",
                       r"\x9b2J\x9d0;owned\x9c", r"exe\u202etxt.\u202c", r"\u2067abc\u2069",
                       r"Ann\u200b\u2060\ufeff\u00ad",
                       r"An\u200dn", "東京営業部", "שרה לוי", "=HYPERLINK", "%s%n%d", "<b>&amp;</b>"):  # fmt: skip
            self.assertIn(escape, text)
        # A mark of direction follows what runs from right to left, and not wide forms of Latin ones.
        self.assertIn("שרה לוי\u200e", text)
        self.assertNotIn("＝1＋1\u200e", text)
        # A name that is too wide goes on below; all of it is there.
        letters = sum(line.split(" ")[0].count("x") for line in self.table(
            "report", "s.swk", "calls", "--by", "rep", "--total", "--width", "80").split("\n\n")[1].splitlines()
            if set(line.split(" ")[0]) == {"x"})  # fmt: skip
        self.assertEqual(255, letters)

    def test_csv_and_json_are_exact(self):
        expected = sorted(HOSTILE.values(), key=lambda text: text.encode())
        text = self.run_program("report", "s.swk", "calls", "--by", "rep", "--total", "--format", "csv")[0]
        self.assertEqual(expected, [row["rep"] for row in csv.DictReader(io.StringIO(text, newline=""))])
        text = self.run_program("report", "s.swk", "calls", "--by", "rep", "--total", "--format", "json")[0]
        self.assertEqual(expected, [row["rep"] for row in json.loads(text)])
        self.harmless(text)
        self.assertIn('"exe\\u202etxt.\\u202c"', text)
        self.assertIn('"a\\udb40\\udc41b"', text)
        self.assertIn('"東京営業部"', text)

    def test_spreadsheets_take_no_cell_for_a_formula(self):
        words = ("report", "s.swk", "calls", "--by", "rep", "--total", "--format")
        exact = list(csv.DictReader(io.StringIO(self.run_program(*words, "csv")[0], newline="")))
        text = self.run_program(*words, "spreadsheet")[0]
        self.assertTrue(text.startswith("\ufeffweek,"))
        safe = list(csv.DictReader(io.StringIO(text[1:], newline="")))
        told = 0
        for row, kept in zip(safe, exact, strict=True):
            quoted = kept["rep"].lstrip("\ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
            told += quoted
            self.assertEqual(row, kept | {"rep": "'" * quoted + kept["rep"]})
        self.assertEqual(6, told)
        # Numbers below 0 stay numbers.
        self.run_program("import", "m.swk", "-", given=json.dumps(
            {"table": "opportunity", "id": "o", "created_at": "2026-11-02", "amount": -5, "outcome": "won",
             "closed_at": "2026-11-02", "source": "-x,\"y\""}))  # fmt: skip
        text = self.run_program("report", "m.swk", "deals", "--by", "source", "--total", "--format", "spreadsheet")[0]
        self.assertIn(',"\'-x,""y""",1,-5.00,', text)

    def test_errors_that_quote_are_harmless(self):
        for name, text in HOSTILE.items():
            row = json.dumps({"table": "call", "id": "bad", "at": text})
            for words, given, code in (
                (("import", "s.swk", "-"), row, 3),
                (("import", "s.swk", "--", text), "", 1),
                (("report", "s.swk", text), "", 2),
                (("report", "s.swk", "calls", "--by", text), "", 2),
                (("report", "s.swk", "calls", "--where", f"{text}=1"), "", 2),
                (("report", "s.swk", "calls", "--zone", text), "", 2),
                ((f"x{text}",), "", 2),
                (("report", f"--x{text}"), "", 2),
            ):
                with self.subTest(name=name, words=words):
                    said = self.run_program(*words, given=given, code=code)[1]
                    self.harmless(said)
                    self.assertTrue(said.startswith("salesweek: "))
                    self.assertEqual(1, said.count("\n"), said)


class Tables(Case):
    """Widths, colours and letters, as options and environment ask for them."""

    def setUp(self):
        super().setUp()
        for path in sorted(SAMPLE.glob("*.csv")):
            self.run_program("import", "s.swk", "--map", str(path.with_suffix(".map.json")), str(path))
        self.words = ("report", "s.swk", "calls", "--by", "team", "--total", "--now", "2026-11-09")

    def test_width_is_that_of_the_option_or_of_columns(self):
        at_80 = self.table(*self.words)
        self.fits(at_80, 80)
        self.assertEqual(at_80, self.table(*self.words, "--width", "80"))
        self.assertEqual(at_80, self.table(*self.words, COLUMNS="80"))
        self.assertEqual(self.table(*self.words, "--width", "120"), self.table(*self.words, COLUMNS="120"))
        self.assertNotEqual(at_80, self.table(*self.words, COLUMNS="120"))
        self.assertEqual(at_80, self.table(*self.words, COLUMNS="wide"))
        for width in ("39", "0", "-1", "80x", "", "1001", "99999999999999999999"):
            self.assertIn("--width", self.run_program(*self.words, "--width", width, code=2)[1])

    def test_no_screen_is_too_narrow(self):
        for report in ("calls", "responses", "first_touch", "deals", "scores", "conversion", "meetings", "win_rate"):
            for more in ((), ("--by", "rep"), ("--by", "rep", "--previous", "--total")):
                with self.subTest(report=report, more=more):
                    words = ("report", "s.swk", report, *more, "--now", "2026-11-09", "--width", "40")
                    self.assertEqual([], [line for line in self.table(*words).splitlines() if places(line) > 40])
        self.fits(self.table("info", "s.swk", "--width", "40"), 40)
        self.fits(self.table("catalog", "--width", "40"), 40)

    def test_hours_of_all_days_stay_apart(self):
        def calls(name, hours, each):
            rows = [{"table": "call", "id": f"{hour}-{n}", "at": f"2026-11-02T{hour:02}:30:00Z", "rep": "r",
                     "outcome": "answered"} for hour in hours for n in range(each)]  # fmt: skip
            self.run_program("import", name, "-", given="\n".join(map(json.dumps, rows)))

        calls("day.swk", range(24), 2)
        calls("many.swk", range(2), 1234)
        words = ("calls", "--by", "weekday,hour", "--total", "--width")
        for width, lines in ((40, 3), (60, 2), (80, 2), (100, 2), (120, 1)):
            for color in ("never", "always"):
                text = self.table("report", "day.swk", *words, str(width), "--color", color)
                text = re.sub("\x1b\\[[0-9;]*m", "", text)
                self.fits(re.sub(" +$", "", text, flags=re.MULTILINE), width)
                # Every rate of the day, in order, and what parts it from the one before: a shade, or on colour a space.
                found = [re.findall(r"([ ░▒▓█])(\d+)", line) for line in text.splitlines() if line.startswith("Mon")]
                self.assertEqual([[("█" if color == "never" else " ", "100")] * (24 // lines)] * lines, found[:lines])
        text = self.table("report", "many.swk", *words, "40")
        self.assertIn("██1234 ██1234", text)

    def test_colour_is_for_terminals_and_carries_nothing(self):
        plain = self.table(*self.words)
        self.assertNotIn("\x1b", plain)
        self.assertNotIn("\x1b", self.table(*self.words, "--color", "auto", TERM="xterm-256color"))
        coloured = self.table(*self.words, "--color", "always")
        self.assertIn("\x1b[1m", coloured)
        for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[36m"):
            coloured = coloured.replace(code, "")
        self.assertEqual(plain, coloured)
        self.assertIn("--color", self.run_program(*self.words, "--color", "blue", code=2)[1])

    def test_ascii_where_the_terminal_knows_no_more(self):
        for environment in ({"TERM": "dumb"}, {"LC_ALL": "de_DE.ISO-8859-1"}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}):
            text = self.table(*self.words, **environment)
            self.assertTrue(text.isascii())
            self.fits(text, 80)
        for locale in ("C.UTF-8", "en_US.utf8", "de_DE"):
            self.assertIn("█", self.table(*self.words, LC_ALL=locale))


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SALESWEEK_PROGRAM names no program")
    unittest.main()
