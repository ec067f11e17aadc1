#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What docs/metrics.md promises of files: encodings, ends of lines, headings, maps, exact numbers, refused rows.

Drives the program that SALESWEEK_PROGRAM names.
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from test_cli import EXAMPLES, Case

SAMPLE = EXAMPLES / "sample"
REPORTS = ("calls", "responses", "first_touch", "deals", "scores", "conversion", "meetings", "win_rate")

CALLS = ["report", "s.swk", "calls", "--set", "direction=both", "--format", "json"]
DONE = "accepted {}, unchanged 0, rejected 0\n"


class Importing(Case):
    def take(self, a_map, content, code=0, **checks):
        """Imports into a new store through a map."""
        (self.folder / "s.swk").unlink(missing_ok=True)
        self.write("m.json", json.dumps(a_map))
        return self.check(code, "import", "s.swk", "--map", "m.json", "-", given=content, **checks)

    def said(self, a_map, content):
        """What is told of the one row that is refused."""
        self.take(a_map, content, code=3)
        return self.run_program("import", "s.swk", "--map", "m.json", "-", given=content).stderr.decode().strip()

    def rows(self, *words):
        return json.loads(self.check(0, *CALLS, *words))

    def reps(self):
        return sorted(row["rep"] for row in self.rows("--by", "rep", "--total"))


def calls(**more):
    return {"table": "call", "fields": {"id": "Id", "at": "Date", "rep": "Agent"}} | more


class Encodings(Importing):
    TEXT = "Id,Date,Agent\nc1,2026-11-02 09:30,Zoë\nc2,2026-11-02 09:31,Müller – Søn €\n"

    def test_every_encoding_says_the_same(self):
        for encoding, python in (
            (None, "utf-8"),
            (None, "utf-8-sig"),
            (None, "utf-16"),
            (None, "utf-16-le"),
            (None, "utf-16-be"),
            ("utf-8", "utf-8"),
            ("UTF-8", "utf-8-sig"),
            ("utf-16", "utf-16"),
            ("utf-16", "utf-16-le"),
            ("windows-1252", "cp1252"),
            ("windows-1252", "utf-8-sig"),
        ):
            with self.subTest(encoding=encoding, python=python):
                a_map = calls(encoding=encoding) if encoding else calls()
                self.take(a_map, self.TEXT.encode(python), out=DONE.format(2))
                self.assertEqual(["Müller – Søn €", "Zoë"], self.reps())

    def test_latin1_is_not_windows_1252(self):
        self.take(calls(encoding="latin1"), "Id,Date,Agent\nc1,2026-11-02,Zoë\n".encode("latin1"))
        self.assertEqual(["Zoë"], self.reps())

    def test_characters_beyond_sixteen_bits_and_across_chunks(self):
        names = ["𝒜" * 20 + str(number) for number in range(3000)]
        text = "Id,Date,Agent\n" + "".join(f"c{n},2026-11-02,{name}\n" for n, name in enumerate(names))
        self.take(calls(), text.encode("utf-16"), out=DONE.format(3000))
        self.assertEqual(sorted(names), self.reps())

    def test_json_lines_in_utf_16(self):
        line = json.dumps({"table": "call", "id": "c", "at": "2026-11-02", "rep": "Zoë"}, ensure_ascii=False)
        self.check(0, "import", "s.swk", "-", given=line.encode("utf-16"), out=DONE.format(1))
        self.assertEqual(["Zoë"], self.reps())

    def test_what_is_not_the_encoding_is_refused(self):
        said = self.said(calls(), "Id,Date,Agent\nc1,2026-11-02,Zoë\n".encode("cp1252"))
        self.assertIn('column "Agent": call, field rep', said)
        self.assertTrue(said.endswith('UTF-8 at byte 3: is the file windows-1252? its map names the "encoding"'))
        half = "Id,Date,Agent\nc1,2026-11-02,Zo\n".encode("utf-16-le")
        self.assertIn("UTF-8", self.said(calls(), b"\xff\xfe" + half[:-2] + b"\x00\xd8\n\x00"))
        self.take(calls(encoding="utf-16"), "Id,Date,Agent\n", code=1, err="is not UTF-16, as the map says")

    def test_files_that_are_no_text(self):
        zip_head = b"PK\x03\x04" + bytes(26)
        for start, err in (
            (zip_head + b"[Content_Types].xml", "is a spreadsheet file (XLSX)"),
            (zip_head + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "is a spreadsheet file (ODS)"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a spreadsheet file (XLS)"),
            (zip_head + b"calls.csv", "an archive (ZIP)"),
            (b"\x1f\x8b\x08", "is compressed (gzip)"),
            (b"<html><table>", "is a page of HTML"),
            (b"%PDF-1.7", "is a PDF"),
        ):
            with self.subTest(err=err):
                self.take(calls(), start + b"\n" * 100, code=1, out="", err=err)


class Kinds(Importing):
    """Files of another kind than was said."""

    def test_csv_for_json_lines(self):
        self.check(1, "import", "s.swk", "-", given="Deal ID;Amount\n1;5\n", out="", err="looks like CSV: name its")
        self.check(3, "import", "s.swk", "-", given="nonsense\n", err="was not JSON")
        for text in ('[{"table":"call"}]\n', '[\n{"table":"call"},\n'):
            self.check(1, "import", "s.swk", "-", given=text, out="", err="one object must stand on each line")

    def test_headings_of_somebody_else(self):
        err = 'has column "Deal ID", which table opportunity has not: it needs a map or a preset'
        self.check(1, "import", "s.swk", "--table", "opportunity", "-", given="Deal ID;Amount\n1;5\n", out="", err=err)

    def test_json_lines_end_as_they_like(self):
        row = {"table": "call", "at": "2026-11-02"}
        lines = [json.dumps(row | {"id": f"c{n}", "rep": "x" * (n % 200)}) for n in range(999)]
        for end in ("\r", "\r\n", "\n"):
            with self.subTest(end=end):
                (self.folder / "s.swk").unlink(missing_ok=True)
                self.check(0, "import", "s.swk", "-", given=end.join(lines), out=DONE.format(999))
                self.check(3, "import", "s.swk", "-", given=end.join([*lines[:3], "", "x", ""]),
                           err="standard input:5: ")  # fmt: skip

    def test_json_lines_for_csv(self):
        self.write("f.jsonl", '{"table":"call"}\n')
        self.check(1, "map", "f.jsonl", out="", err="looks like JSON lines")


class Lines(Importing):
    def test_ends_of_lines_and_what_stands_before_the_heading(self):
        for end in ("\n", "\r\n", "\r"):
            with self.subTest(end=end):
                lines = ['Report "made', "", "Id;Date;Agent", 'c1;2026-11-02;"a', 'b"', "", "c2;2026-11-02;x", ""]
                self.take(calls(skip=2), end.join(lines), out=DONE.format(2))
                self.assertEqual([f"a{end}b", "x"], self.reps())

    def test_lines_are_counted_in_the_file(self):
        text = 'Id,Date,Agent\nc1,2026-11-02,"a\n\n"\n\nc2,never,x\n'
        self.assertIn("standard input:6: column \"Date\": call, field at", self.said(calls(), text))

    def test_long_rows_cross_the_chunks(self):
        text = "Id,Date,Agent,Note\n"
        for number in range(40):
            text += f"c{number},2026-11-02,r{number},{'n' * (number * 5000)}\n"
            text += f'd{number},2026-11-02,r{number},"{"q" * (number * 5000)}"\n'
        self.take(calls(), text, out=DONE.format(80))
        self.assertEqual([2] * 40, [row["made"] for row in self.rows("--by", "rep", "--total")])

    def test_delimiters_are_found_out(self):
        for delimiter in ",;\t|":
            with self.subTest(delimiter=delimiter):
                text = delimiter.join(["Id", '"Date, or; what|ever"', "Agent"]) + "\n"
                text += delimiter.join(["c1", "2026-11-02", '"a, b; c"']) + "\n"
                a_map = calls(fields={"id": "Id", "at": "Date, or; what|ever", "rep": "Agent"})
                self.take(a_map, text, out=DONE.format(1))
        self.take(calls(delimiter="|"), "Id|Date|Agent,;,;,;\n", code=1, err='has no column "Agent"')

    def test_headings(self):
        rows = "c1,2026-11-02,x\n"
        self.take(calls(header=["Id", "Date", "Agent"]), rows, out=DONE.format(1))
        self.take(calls(header=False, fields={"id": "1", "at": "2"}), rows, out=DONE.format(1))
        self.take(calls(header=True), "Id,Date,Agent\n" + rows, out=DONE.format(1))
        for heading, err in (
            ("Id,Date,Agent,Agent", 'has column "Agent" twice'),
            ("Id,Date", 'has no column "Agent"; it has "Id", "Date"'),
            ("Id,Date,agent ", 'has no column "Agent"; it has "agent"'),
        ):
            with self.subTest(heading=heading):
                self.take(calls(), heading + "\n", code=1, err=err)
        text = 'parted by "," it is one column; the map\'s "delimiter" should be ";"'
        self.take(calls(delimiter=","), "Id;Date;Agent\n", code=1, err=text)


class Maps(Importing):
    def test_columns_by_several_names_or_not_at_all(self):
        fields = {
            "id": {"column": ["Record ID", "Id"]},
            "at": "Date",
            "rep": {"column": ["Owner", "Agent"], "optional": True},
            "duration_s": {"column": "Length", "optional": True},
        }
        a_map = calls(fields=fields, when=[{"column": "Kind", "in": ["call"], "optional": True}])
        self.take(a_map, "Id,Date,Agent\nc1,2026-11-02,x\n", out=DONE.format(1))
        self.assertEqual(["x"], self.reps())
        self.take(a_map, "Record ID,Id,Date,Kind\nc1,c1,2026-11-02,call\nc2,c1,2026-11-02,mail\n",
                  out="accepted 1, unchanged 0, rejected 0, skipped 1\n")  # fmt: skip
        self.take(a_map, "Date\n", code=1, err='has no column "Record ID"')

    def test_columns_are_joined_and_prefixed(self):
        fields = {
            "id": {"columns": ["a", "b"], "join": "-", "prefix": "c:"},
            "at": {"columns": ["d", "t"], "date": "%d/%m/%Y %H:%M"},
            "rep": {"columns": ["a", "b"]},
        }
        self.take(calls(fields=fields), "a,b,d,t\n x , 1,2/11/2026,9:30\ny,,3/11/2026,10:00\n", out=DONE.format(2))
        self.assertEqual(["x 1", "y"], self.reps())
        self.take(calls(fields=fields), "a,b,d,t\nx,1,2/11/2026,\n", code=3,
                  err='column "d + t": call, field at, value "2/11/2026": was not a date in the form')  # fmt: skip
        fields["at"]["prefix"] = "x"
        self.take(calls(fields=fields), "", code=1, err='"prefix" is not for dates')

    def test_booleans_in_every_case(self):
        words = ["true", "FALSE", "1", "0", "Yes", "nO", "y", "N", ""]
        text = "Id,Date,Good\n" + "".join(f"c{n},2026-11-02,{word}\n" for n, word in enumerate(words))
        self.take(calls(fields={"id": "Id", "at": "Date", "positive": "Good"}), text, out=DONE.format(len(words)))
        self.assertEqual(4, self.rows("--total")[0]["positive"])

    def test_texts_that_mean_nothing(self):
        fields = {"id": "Id", "at": "Date", "rep": {"column": "Agent", "null": ["n/a"]}, "lead": "Lead"}
        text = "Id,Date,Agent,Lead\nc1,2026-11-02,n/a,0\nc2,2026-11-02,-,n/a\n"
        self.take(calls(fields=fields, null=["-", "0"]), text, out=DONE.format(2))
        self.assertEqual([""], self.reps())

    def test_all_conditions_must_hold(self):
        when = [{"column": "Id", "not": ["", "c3"]}, {"column": "Agent", "in": ["x", "y"]}]
        text = "Id,Date,Agent\nc1,2026-11-02,x\n,,x\nc3,2026-11-02,x\nc4,2026-11-02,z\nc5,2026-11-02,y\n"
        self.take(calls(when=when), text, out="accepted 2, unchanged 0, rejected 0, skipped 3\n")

    def test_several_forms_of_a_date(self):
        forms = ["%d %b, %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%m/%d/%y"]
        fields = {"id": "Id", "at": {"column": "Date", "date": forms}}
        text = 'Id;Date\nc1;02 Nov, 2026 09:30:00\nc2;2026-11-02 09:30:00\nc3;11/2/26\nc4;2.11.2026\n'
        self.assertIn("was not a date in any of the 3 forms", self.said(calls(fields=fields), text))
        self.assertEqual([3], [row["made"] for row in self.rows()])


class Numbers(Importing):
    """Amounts, by every digit."""

    def sum(self):
        words = ("report", "s.swk", "deals", "--total", "--now", "2026-12-01", "--format", "json")
        return json.loads(self.check(0, *words))[0]["amount"]

    def lines(self, amount, code=0, **checks):
        (self.folder / "s.swk").unlink(missing_ok=True)
        line = '{"table":"opportunity","id":"o","created_at":"2026-11-02","outcome":"won","closed_at":"2026-11-02",'
        return self.check(code, "import", "s.swk", "-", given=f'{line}"amount": {amount} ,"rep":"a:{{,"}}\n', **checks)

    def test_json_numbers_go_by_their_digits(self):
        for amount, expected in (
            ("0.1", "0.10"),
            ("123456789012345.67", "123456789012345.67"),
            ("-123456789012345.67", "-123456789012345.67"),
            ("890719925474099.3", "890719925474099.30"),
            ("890719925474099.31000", "890719925474099.31"),
            ("1234567890123456.7e-1", "123456789012345.67"),
            ("12345678901234567e-2", "123456789012345.67"),
            ("1.2345678901234567E+14", "123456789012345.67"),
            ("1e3", "1000.00"),
        ):
            with self.subTest(amount=amount):
                self.lines(amount, out=DONE.format(1))
                self.assertEqual(expected, self.sum())

    def test_digits_too_many_are_refused(self):
        for amount in ("0.1234567890123456789", "123456789012345.671", "1234567890123456789.5"):
            with self.subTest(amount=amount):
                self.lines(amount, code=3, err="field amount")

    def test_a_number_of_many_digits_is_no_text(self):
        line = '{"table":"call","id":1.2345678901234567,"at":"2026-11-02"}'
        self.check(3, "import", "s.swk", "-", given=line, err="field id")

    def test_amounts_of_csv_by_example(self):
        fields = {"id": "Id", "created_at": "Date", "closed_at": "Date", "amount": {"column": "Amount"}}
        for example, cell, expected in (
            ("$1,234.50", "$22,700.00", "22700.00"),
            ("$1,234.50", "($22,700.5)", "-22700.50"),
            ("$1,234.50", "-$1", "-1.00"),
            ("1.234,50 €", "123.456.789.012.345,67 €", "123456789012345.67"),
            ("1 234,50", "1\u202f234\u00a0567,89", "1234567.89"),
            ("1'234.50", "1’234.50", "was not a number as the map's example shows"),
            ("1,234", "12,34,567", "1234567.00"),
            ("1,234.50", "1.234,50", "was not a number as the map's example shows"),
        ):
            with self.subTest(example=example, cell=cell):
                fields["amount"]["number"] = example
                a_map = {"table": "opportunity", "fields": fields, "constants": {"outcome": "won"}}
                text = f'Id,Date,Amount\no1,2026-11-02,"{cell}"\n'
                if expected[0] == "w":
                    self.assertIn(expected, self.said(a_map, text))
                else:
                    self.take(a_map, text, out=DONE.format(1))
                    self.assertEqual(expected, self.sum())


class Told(Importing):
    """What an import says that nobody asked: what was guessed."""

    DEALS = {"table": "opportunity", "fields": {"id": "Id", "created_at": "Date", "closed_at": "Date",
             "amount": {"column": "Amount", "number": "$1,234.50"},
             "outcome": {"column": "Stage", "values": {"Won": "won"}, "else": "open"}}}  # fmt: skip

    def warned(self, a_map, text, *more):
        self.write("m.json", json.dumps(a_map))
        done = self.run_program("import", "s.swk", "--map", "m.json", "-", *more, given=text)
        self.assertEqual(0, done.returncode, done.stderr)
        start = "salesweek: standard input: warning: "
        return [line.removeprefix(start) for line in done.stderr.decode().splitlines()]

    def test_values_that_else_caught(self):
        text = "Id,Date,Amount,Stage\n1,2026-11-02,5,Won\n2,2026-11-02,5,Lost by us\n3,2026-11-02,5,Lost by us\n"
        said = ['field outcome: the map does not list 1 value: "Lost by us", taken for open']
        self.assertEqual(said, self.warned(self.DEALS, text))
        text += "".join(f"x{n},2026-11-02,5,s{n}\n" for n in range(9))
        (said,) = self.warned(self.DEALS, text)
        self.assertIn("does not list 10 values:", said)
        self.assertTrue(said.endswith('"s3", taken for open; ...'), said)

    def test_amounts_in_another_currency_than_the_store(self):
        text = "Id,Date,Amount,Stage\n1,2026-11-02,$5.00,Won\n2,2026-11-02,$6.00,Won\n"
        self.assertEqual([], self.warned(self.DEALS, text))
        (self.folder / "s.swk").unlink()
        self.check(0, "init", "s.swk", "--currency", "EUR")
        (said,) = self.warned(self.DEALS, text)
        self.assertIn("amounts are written with $, but nothing says their currency: taken for EUR", said)
        self.assertEqual([], self.warned(self.DEALS, text.replace("$", "")))
        self.assertEqual([], self.warned(self.DEALS | {"constants": {"currency": "USD"}}, text))

    def test_mistakes_in_a_map_are_told_once_and_where(self):
        fields = calls()["fields"]
        self.write("f.csv", "Id,Date,Agent\nc1,2026-11-02,x\nc2,2026-11-02,x\n")
        for more, err in (
            ({"outcome": {"column": "Agent", "values": {"x": "closed"}}}, 'in field outcome: "closed" '),
            ({"outcome": {"column": "Agent", "values": {"y": "busy"}, "else": "no"}}, 'in field outcome: "no" '),
            ({"nope": "Agent"}, 'wrong: table call has no field "nope"'),
        ):
            with self.subTest(err=err):
                self.write("m.json", json.dumps({"table": "call", "fields": fields | more}))
                said = "salesweek: m.json: the map was wrong"
                self.check(1, "import", "s.swk", "--map", "m.json", "f.csv", out="", err=err)
                self.check(1, "import", "s.swk", "--map", "m.json", "f.csv", out="", err=said)
        self.write("m.json", json.dumps(calls(constants={"outcome": "closed"})))
        self.check(1, "import", "s.swk", "--map", "m.json", "f.csv", out="", err='in field outcome: "closed" ')
        self.write("m.json", json.dumps(calls(table="calls")))
        self.check(1, "import", "s.swk", "--map", "m.json", "f.csv", out="", err="m.json: the map was wrong: there ")

    def test_rejects_never_overwrite_the_map(self):
        self.write("f.csv", "Id,Date,Agent\nc1,never,x\n")
        text = json.dumps(calls())
        self.write("m.json", text)
        self.check(1, "import", "s.swk", "--map", "m.json", "f.csv", "--rejects", "m.json", err="m.json: is the map")
        self.assertEqual(text, (self.folder / "m.json").read_text())

    def test_a_store_that_nothing_went_into_is_not_made(self):
        self.write("f.csv", "Id,Date,Agent\nc1,never,x\n")
        self.write("other.csv", "Id,Date\n")
        self.write("m.json", json.dumps(calls()))
        for code, *words in (
            (1, "--map", "m.json", "other.csv"),
            (2, "--table", "calls", "f.csv"),
            (1, "--table", "call", "f.csv"),
            (3, "--map", "m.json", "f.csv"),
            (3, "--map", "m.json", "f.csv", "--strict"),
            (2, "--map", "m.json", "f.csv", "--recorded-at", "never"),
        ):
            with self.subTest(words=words):
                self.check(code, "import", "s.swk", *words)
                self.assertFalse((self.folder / "s.swk").exists())
                self.check(0, "init", "s.swk", "--currency", "EUR")
                self.check(code, "import", "s.swk", *words)
                self.assertIn("currency,EUR", self.check(0, "info", "s.swk", "--format", "csv"))
                (self.folder / "s.swk").unlink()


class Presets(Case):
    """Rows under the headings that are public; real exports of one CRM are what tests/claims/zoho_preset.py takes."""

    def take(self, preset, table, heading, *rows, **checks):
        text = "\n".join((heading, *rows)) + "\n"
        words = ("import", "s.swk", "--preset", preset, "--table", table, "-")
        return self.check(checks.pop("code", 0), *words, given=text, **checks)

    def deals(self):
        words = ("report", "s.swk", "win_rate", "--by", "rep", "--total", "--now", "2026-12-01", "--format", "json")
        columns = ("rep", "won", "lost", "won_amount")
        return [tuple(row[column] for column in columns) for row in json.loads(self.check(0, *words))]

    def test_deals_of_every_crm(self):
        for preset, heading, *rows in (
            ("salesforce", "Opportunity ID,Opportunity Owner,Opportunity Name,Stage,Total Amount Currency,Total Amount,"
             "Created Date,Close Date", '1,Ann,x,Closed Won,USD,"$1,234,567",10/2/2026,11/13/2026',
             "2,Ann,y,Closed Lost,USD,,10/2/2026,11/14/2026", "3,Ann,z,Prospecting,USD,5,10/2/2026,12/24/2026"),
            ("salesforce", "id,owner_id,is_closed,is_won,amount,created_date,close_date",
             "1,Ann,TRUE,TRUE,1234567,2026-10-02 19:51:13,2026-10-02", "2,Ann,true,false,,2026-10-02T19:51:13.000Z,"
             "2026-11-14 00:00:00", "3,Ann,false,false,5,2026-10-02,2026-12-24"),
            ("hubspot", "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date",
             "1,x,Closed Won,1234567,Ann,2026-11-13 10:00,2026-10-02 09:30", "2,y,closedlost,,Ann,2026-11-14 11:00,"
             "2026-10-02 09:30", "3,z,Contract sent,5,Ann,2026-12-24 12:00,2026-10-02 09:30"),
            ("pipedrive", "Deal - ID,Deal - Status,Deal - Owner,Deal - Value,Deal - Currency,Deal - Deal created,"
             "Deal - Won time,Deal - Lost time", "1,Won,Ann,1234567,USD,2026-10-02 09:30:00,2026-11-13 10:00:00,",
             "2,Lost,Ann,0,USD,2026-10-02 09:30:00,,2026-11-14 10:00:00", "3,Open,Ann,5,USD,2026-10-02 09:30:00,,"),
            ("pipedrive", "Deal – ID,Deal – Status,Deal – Owner,Deal – Value,Deal – Currency,Deal – Add time,"
             "Deal – Closed on", "1,Won,Ann,1234567,USD,2026-10-02 09:30:00,2026-11-13 10:00:00",
             "2,Lost,Ann,0,USD,2026-10-02 09:30:00,2026-11-14 10:00:00", "3,Open,Ann,5,USD,2026-10-02 09:30:00,"),
            ("zoho", "Potential Name,Potential Owner,Created Time,Closing Date,Amount,Stage,Forecast Type,LEADID",
             'x,Ann,"02 Oct, 2026 09:30:00","13 Nov, 2026 00:03:00","$1,234,567.00",Closed Won,Won,0',
             'y,Ann,"02 Oct, 2026 09:30:00","14 Nov, 2026 00:03:00",$5.00,Closed Lost,Lost,7',
             'z,Ann,"02 Oct, 2026 09:30:00","14 Dec, 2026 00:03:00",$5.00,Prospect,Open,'),
        ):  # fmt: skip
            with self.subTest(preset=preset, heading=heading):
                self.take(preset, "opportunity", heading, *rows, out=DONE.format(3))
                self.assertEqual([("Ann", 1, 1, "1234567.00")], self.deals())
                (self.folder / "s.swk").unlink()

    def test_deals_that_were_deleted(self):
        heading = "Deal - ID,Deal - Status,Deal - Owner,Deal - Value,Deal - Deal created,Deal - Closed on"
        self.take("pipedrive", "opportunity", heading, "1,Won,Ann,5,2026-10-02,2026-11-13",
                  "2,Deleted,Ann,5,2026-10-02,2026-11-13", out=DONE.format(2))  # fmt: skip
        self.assertEqual([("Ann", 1, 0, "5.00")], self.deals())

    def test_leads_merged_and_deleted(self):
        heading = "Id,CreatedDate,OwnerId,LeadSource,IsDeleted,MasterRecordId"
        rows = [f"{id},2026-11-02T09:30:00.000+0000,u1,Web,{gone},{into}" for id, gone, into in (
            ("l1", "false", ""), ("l2", "true", ""), ("l3", "TRUE", "l1"))]  # fmt: skip
        self.take("salesforce", "lead", heading, *rows, out=DONE.format(3))
        report = ("report", "s.swk", "conversion", "--total", "--format", "json")
        self.assertEqual(1, json.loads(self.check(0, *report))[0]["leads"])

    def test_calls_and_meetings(self):
        self.take("hubspot", "call", "Record ID,Activity date,Activity assigned to,Call direction,Call outcome",
                  "1,2026-11-02 09:30,Ann,Outbound,Left voicemail", "2,2026-11-02 09:31,Ann,,Connected")  # fmt: skip
        self.take("salesforce", "call", "Id,CreatedDate,OwnerId,TaskSubtype,CallType,CallDurationInSeconds",
                  "3,2026-11-02 09:32:00,Ann,Call,Outbound,61", "4,2026-11-02 09:33:00,Ann,Email,,",
                  out="accepted 1, unchanged 0, rejected 0, skipped 1\n")  # fmt: skip
        row = json.loads(self.check(0, *CALLS, "--total"))[0]
        self.assertEqual((3, 1, 1, 1), tuple(row[name] for name in ("made", "answered", "voicemail", "unknown")))
        self.take("hubspot", "meeting", "engagement_id,start_time,end_time,meeting_outcome",
                  "1,2026-11-02 09:30:00,2026-11-02 11:00:00,COMPLETED", "2,2026-11-03 09:30:00,,NO_SHOW")  # fmt: skip
        report = ("report", "s.swk", "meetings", "--total", "--format", "json")
        row = json.loads(self.check(0, *report))[0]
        self.assertEqual((2, 1, 1, 1.5), tuple(row[name] for name in ("scheduled", "held", "no_show", "hours")))

    def test_the_export_of_another_module_is_refused(self):
        for preset, table, heading in (
            ("zoho", "lead", "Potential Name,Potential Owner,Created Time,Closing Date,Amount,Stage,LEADID"),
            ("zoho", "rep", "LEADID,First Name,Last Name,Company,Lead Owner,Created Time"),
            ("hubspot", "lead", "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date"),
            ("hubspot", "rep", "Record ID,First Name,Last Name,Email,Contact owner,Create Date"),
            ("hubspot", "call", "Record ID,Activity date,Activity assigned to,Meeting outcome"),
            ("salesforce", "lead", "Id,Name,CreatedDate,OwnerId,StageName,CloseDate,LeadSource"),
            ("salesforce", "rep", "Id,Name,Company,Email,CreatedDate"),
            ("salesforce", "call", "Id,Name,Company,CreatedDate,OwnerId"),
        ):
            with self.subTest(preset=preset, table=table):
                row = ",".join("2026-11-02" if "reate" in name else "1" for name in heading.split(","))
                self.take(preset, table, heading, row, code=1, out="", err="row 1: the heading has no column")

    def test_a_file_of_another_kind_is_told(self):
        self.take("hubspot", "opportunity", "Deal Name,Deal Stage", code=1, out="",
                  err='has no column "Record ID"; it has "Deal Name", "Deal Stage"')  # fmt: skip

    def test_tables_of_public_seeds(self):
        folder = pathlib.Path(os.environ.get("SALESWEEK_DATA", ""), "crm_headings")
        if not os.environ.get("SALESWEEK_DATA") or not folder.is_dir():
            self.skipTest("SALESWEEK_DATA names no folder with crm_headings")
        for name, preset, table in (
            ("hubspot_api__contact_data", "hubspot", "lead"),
            ("hubspot_api__deal_data", "hubspot", "opportunity"),
            ("hubspot_api__deal_stage_data", "hubspot", "stage"),
            ("hubspot_api__engagement_call_data", "hubspot", "call"),
            ("hubspot_api__engagement_meeting_data", "hubspot", "meeting"),
            ("hubspot_api__owner_data", "hubspot", "rep"),
            ("salesforce_api__sf_event_data", "salesforce", "meeting"),
            ("salesforce_api__sf_lead_data", "salesforce", "lead"),
            ("salesforce_api__sf_opportunity_data", "salesforce", "opportunity"),
            ("salesforce_api__sf_opportunity_history_data", "salesforce", "stage"),
            ("salesforce_api__sf_task_data", "salesforce", "call"),
        ):
            with self.subTest(name=name):
                said = self.check(0, "import", "s.swk", "--preset", preset, "--table", table, f"{folder}/{name}.csv")
                self.assertIn("rejected 0", said)


class Sample(Case):
    def make(self, *words):
        script = [sys.executable, SAMPLE / "make_sample.py", *words]
        return subprocess.run(script, capture_output=True, check=True).stdout

    def test_it_is_what_its_script_makes(self):
        self.make("--folder", str(self.folder))
        made = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        self.assertEqual(made, {path.name: path.read_bytes() for path in SAMPLE.glob("*.csv")})

    def test_files_through_maps_say_what_the_records_say(self):
        self.check(0, "import", "lines.swk", "-", given=self.make("--jsonl"))
        for path in sorted(SAMPLE.glob("*.csv")):
            self.check(0, "import", "maps.swk", "--map", str(path.with_suffix(".map.json")), str(path))
        for report in REPORTS:
            words = ("--by", "rep,source", "--now", "2026-11-09", "--format", "csv")
            lines, maps = (self.check(0, "report", store, report, *words) for store in ("lines.swk", "maps.swk"))
            self.assertEqual(lines, maps)
            self.assertGreater(lines.count("\n"), 12)


if __name__ == "__main__":
    unittest.main()
