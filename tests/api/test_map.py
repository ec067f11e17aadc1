#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`salesweek map`: what it proposes for files of unknown layout, and what it says it is unsure of.

Drives the program that SALESWEEK_PROGRAM names.
"""

import json
import re
import unittest

from test_cli import EXAMPLES, Case

SAMPLE = EXAMPLES / "sample"
TABLES = {
    "calls": "call",
    "leads": "lead",
    "meetings": "meeting",
    "messages": "message",
    "opportunities": "opportunity",
    "quotas": "quota",
    "rates": "rate",
    "reps": "rep",
    "scores": "score",
    "stages": "stage",
}


class Proposing(Case):
    def propose(self, text, *words, name="file.csv", code=0):
        """The map and the notes for a file."""
        self.write(name, text)
        done = self.run_program("map", name, *words)
        self.assertEqual(code, done.returncode, done.stderr.decode())
        notes = [line.removeprefix(f"salesweek: {name}: ") for line in done.stderr.decode().splitlines()]
        return (json.loads(done.stdout) if not code else None), notes

    def fields(self, text, *words, **more):
        a_map, notes = self.propose(text, *words, **more)
        return a_map["fields"], notes

    def noted(self, notes, words):
        self.assertTrue(any(words in note for note in notes), f"{words!r} is not in {notes}")

    def taken(self, a_map, text, out):
        self.write("m.json", json.dumps(a_map))
        (self.folder / "s.swk").unlink(missing_ok=True)
        self.check(0, "import", "s.swk", "--map", "m.json", "-", given=text, out=out)


def rows(heading, *cells, times=1):
    return "\n".join([heading, *(cell.format(n=n) for n in range(times) for cell in cells)]) + "\n"


class Files(Proposing):
    def test_the_sample_is_understood(self):
        for path in sorted(SAMPLE.glob("*.csv")):
            with self.subTest(path=path.name):
                text = path.read_bytes()
                a_map, _ = self.propose(text, name=path.name)
                self.assertEqual(TABLES[path.stem], a_map["table"])
                count = len(text.splitlines()) - 1
                self.taken(a_map, text, f"accepted {count}, unchanged 0, rejected 0\n")
                ours = json.loads(path.with_suffix(".map.json").read_text())["fields"]
                missing = set(ours) - set(a_map["fields"])
                self.assertFalse(missing)
                for name, field in ours.items():
                    found = a_map["fields"][name]
                    if isinstance(field, dict) and "date" in field:
                        self.assertEqual(field["date"], found["date"])
                    self.assertEqual(self.columns(field), self.columns(found), name)

    @staticmethod
    def columns(field):
        if isinstance(field, str):
            return [field]
        if isinstance(field.get("duration"), dict):
            return list(field["duration"].values())
        return field.get("columns") or [field["column"]]

    def test_tables_by_their_headings_alone(self):
        for table, heading, row in (
            ("call", "Ref;Started At;Agent;Contact;Disposition;Talk Time", "c{n};2026-11-02 09:30;a;l1;Busy;0:01:00"),
            ("opportunity", "Deal ID,Deal Name,Stage,Value,Closing Date,Created", "d{n},x,Won,5,2026-11-02,2026-11-01"),
            ("lead", "Lead ID,Created,Lead Source,Industry,Lead Owner", "l{n},2026-11-01,web,IT,ann"),
            ("meeting", "Event ID,Start,End,Organizer,Location", "e{n},2026-11-01 09:00,2026-11-01 10:00,ann,here"),
            ("score", "Score ID,Lead ID,Score,Model,Scored At", "s{n},l{n},50,m,2026-11-01 09:00"),
            ("stage", "History ID,Deal ID,New Stage,Changed On", "h{n},d{n},Won,2026-11-01 09:00"),
        ):
            with self.subTest(table=table):
                text = rows(heading, row, times=12)
                a_map, notes = self.propose(text)
                self.assertEqual(table, a_map["table"])
                self.noted(notes, f"taken for table {table}")
                self.taken(a_map, text, "accepted 12, unchanged 0, rejected 0\n")

    def test_layouts(self):
        text = "Call ID;Start;Agent\nc1;02.11.2026 09:30;Zoë\nc2;13.11.2026 09:30;Ann\n"
        for what, given, expected in (
            ("windows-1252", text.encode("cp1252"), {"encoding": "windows-1252"}),
            ("utf-16", text.encode("utf-16"), {}),
            ("bars", text.replace(";", "|"), {}),
            ("lines before", "Calls of November\n\n" + text, {"skip": 2}),
            ("commas in the heading", text.replace("Agent", '"Agent, who, made, it"'), {}),
            ("unquoted commas", text.replace("Agent", "Agent,a,b,c"), {"delimiter": ";"}),
        ):
            with self.subTest(what=what):
                a_map, _ = self.propose(given, "--table", "call")
                layout = {key: a_map.get(key) for key in ("encoding", "skip", "delimiter", "header") if key in a_map}
                self.assertEqual(expected, layout)
                self.taken(a_map, given, "accepted 2, unchanged 0, rejected 0\n")

    def test_a_heading_with_a_column_twice(self):
        text = 'Calls\n\nCall ID,Start,Note,"Note",Agent\nc1,2026-11-02 09:30,a,b,ann\nc2,2026-11-02 09:30,,,bob\n'
        a_map, notes = self.propose(text, "--table", "call")
        self.assertEqual(["Call ID", "Start", "Note", "Note (4)", "Agent"], a_map["header"])
        self.noted(notes, 'the heading has column "Note" twice: "header" names the columns apart')
        self.taken(a_map, text, "accepted 2, unchanged 0, rejected 0\n")

    def test_nobody_is_named(self):
        _, notes = self.propose(rows("Deal ID,Created,Amount", "a{n},2026-11-01,5"), "--table", "opportunity")
        self.noted(notes, "no column was found for rep")

    def test_without_a_heading(self):
        text = rows("1,2026-11-02 09:30:00,ann", "{n}0,2026-11-03 09:30:00,bob", times=5)
        a_map, notes = self.propose(text, "--table", "call")
        self.assertIs(False, a_map["header"])
        self.noted(notes, "the file has no heading")
        self.taken(a_map, text, "accepted 6, unchanged 0, rejected 0\n")

    def test_what_cannot_be_read(self):
        for text, err in (("", "the file is empty"), (b"PK\x03\x04", "spreadsheet"), ("\n\n\n", "the file is empty")):
            with self.subTest(err=err):
                _, notes = self.propose(text, code=1)
                self.noted(notes, err)
        for text, err in (
            ('[{"table": "call"}]', "looks like a list of JSON"),
            ("Call ID,Start\nc1,2026-11-02\n".encode("utf-32"), "UTF-32"),
            ("Call ID,Start\nc1,2026-11-02\n".encode("utf-32-le"), "UTF-32"),
            (b"Call ID,Start\nc1,2026-11-02\n" + b"x" * 200 + bytes(9), "bytes of zero"),
            ("account,sector,revenue,employees\nAcme,medical,1100.04,2822\nBetasoloin,medical,251.41,495\n",
             "fits no table"),
            ("a,b\nx,y\nz,w\n", "fits no table"),
        ):  # fmt: skip
            with self.subTest(err=err):
                _, notes = self.propose(text, code=1)
                self.noted(notes, err)
                self.assertEqual(1, len(notes))
        _, notes = self.propose("a\n", "--table", "nope", code=2)
        self.noted(notes, 'no table "nope"')


class Dates(Proposing):
    def at(self, cells, *more, heading="Call ID,Start"):
        text = rows(heading, *(f'c{n},"{cell}"' for n, cell in enumerate(cells)))
        fields, notes = self.fields(text, "--table", "call")
        return fields["at"]["date"], notes

    def test_forms(self):
        for cells, form in (
            (["2026-11-02T09:30:00Z"], "%Y-%m-%dT%H:%M:%S%z"),
            (["2026-11-02T09:30:00.123+01:00"], "%Y-%m-%dT%H:%M:%S.%f%z"),
            (["02 Nov, 2026 09:30:00"], "%d %b, %Y %H:%M:%S"),
            (["Nov 2, 2026 9:30 PM"], "%b %d, %Y %I:%M %p"),
            (["2.11.2026 9:30"], "%d.%m.%Y %H:%M"),
            (["13/11/2026 9:30", "2/11/2026 9:30"], "%d/%m/%Y %H:%M"),
            (["11/13/2026 9:30", "11/2/2026 9:30"], "%m/%d/%Y %H:%M"),
            (["11/13/26", "11/2/26"], "%m/%d/%y"),
            (["1793611800"], "epoch_s"),
            (["1793611800123"], "epoch_ms"),
            (["46328.395833333"], "excel"),
        ):
            with self.subTest(form=form):
                self.assertEqual(form, self.at(cells)[0])

    def test_days_and_months_that_read_both_ways(self):
        form, notes = self.at(["01/02/2026 09:30", "03/04/2026 09:30"])
        self.assertEqual("%m/%d/%Y %H:%M", form)
        self.noted(notes, 'column "Start": every date reads day first and month first alike')
        self.noted(notes, "if that is wrong write %d/%m/%Y %H:%M")
        text = rows("Call ID;Start;Duration (sec)", "c{n};01/02/2026;1,5")
        fields, _ = self.fields(text, "--table", "call")
        self.assertEqual("%d/%m/%Y", fields["at"]["date"])
        # Another column leaves no doubt.
        text = rows("Lead ID,Created Date,Closed Date", "l{n},01/02/2026,25/02/2026")
        fields, notes = self.fields(text, "--table", "lead")
        self.assertEqual("%d/%m/%Y", fields["created_at"]["date"])

    def test_forms_that_differ_in_one_column(self):
        form, _ = self.at(["2026-11-02 09:30:00", "2026-11-03 09:30:00", "4 Nov 2026"])
        self.assertEqual(["%Y-%m-%d %H:%M:%S", "%d %b %Y"], form)
        _, notes = self.at([f"2026-11-{day:02} 09:30" for day in range(2, 25)] + ["someday"])
        self.noted(notes, "1 of 24 dates are written in no form that is known")


class Values(Proposing):
    def amount(self, *cells, delimiter=";"):
        heading = delimiter.join(("Deal ID", "Created", "Amount"))
        lines = (delimiter.join((f"d{n}", "2026-11-02", cell)) for n, cell in enumerate(cells))
        a_map, notes = self.propose(rows(heading, *lines), "--table", "opportunity")
        field = a_map["fields"]["amount"]
        return (field if isinstance(field, str) else field["number"]), a_map.get("constants"), notes

    def test_numbers(self):
        for cells, number, constants in (
            (["12", "1234.5"], "Amount", None),
            (["$1,234.50", "$7"], "$1,234.50", {"currency": "USD"}),
            (["1.234,50 €", "1.234.567,00 €"], "1.234,50 €", {"currency": "EUR"}),
            (["CHF 1'234.50"], "CHF1'234.50", {"currency": "CHF"}),
            (["1 234,50", "7,5"], "1.234,50", None),  # spaces never count
            (["(1,234.00)", "5.25"], "1,234.50", None),
        ):
            with self.subTest(cells=cells):
                self.assertEqual((number, constants), self.amount(*cells)[:2])

    def test_thousands_or_decimals(self):
        number, _, notes = self.amount("1.234", "5.678", delimiter=",")
        self.assertEqual("Amount", number)
        self.noted(notes, 'numbers such as "1.234" may be thousands or decimals')
        self.assertEqual("1.234,50", self.amount("1.234", "5.678,5")[0])

    def test_words(self):
        text = rows("Call ID,Start,Status,Direction", "a{n},2026-11-02 09:30,No Answer,IN",
                    "b{n},2026-11-02 09:30,Gatekeeper,OUT", "c{n},2026-11-02 09:30,Connected - long,IN")  # fmt: skip
        fields, notes = self.fields(text, "--table", "call")
        values = fields["outcome"]["values"]
        self.assertEqual(("unanswered", "answered"), (values["No Answer"], values["Connected - long"]))
        self.assertEqual(("voicemail", "busy"), (values["Left Voicemail"], values["Busy"]), "though not seen")
        self.assertEqual("unknown", fields["outcome"]["else"])
        self.assertEqual({"IN": "inbound", "OUT": "outbound"}, fields["direction"]["values"])
        self.noted(notes, 'column "Status": "Gatekeeper" for outcome: taken for unknown')

    def test_yes_and_no(self):
        text = rows("Opportunity ID,Created,Close Date,Closed,Won", "a{n},2026-11-01,2026-11-02,true,true",
                    "b{n},2026-11-01,2026-11-02,true,false", "c{n},2026-11-01,2026-11-02,false,false")  # fmt: skip
        a_map, _ = self.propose(text, "--table", "opportunity")
        self.taken(a_map, text, "accepted 3, unchanged 0, rejected 0\n")
        done = self.check(0, "report", "s.swk", "win_rate", "--total", "--now", "2026-12-01", "--format", "json")
        self.assertEqual((1, 1), tuple(json.loads(done)[0][name] for name in ("won", "lost")))

    def test_outcomes_that_the_first_rows_do_not_show(self):
        text = rows("Deal ID,Created,Close Date,Stage", *(f"{n},2026-11-01,2026-11-02,Closed Won" for n in range(150)),
                    *(f"{n},2026-11-01,2026-11-03,Closed Lost" for n in range(150, 250)))  # fmt: skip
        a_map, notes = self.propose(text)
        self.assertNotIn("else", a_map["fields"]["outcome"])
        self.noted(notes, 'column "Stage": a value that "values" does not list will be refused and named')
        self.taken(a_map, text, "accepted 250, unchanged 0, rejected 0\n")
        done = self.check(0, "report", "s.swk", "win_rate", "--total", "--now", "2026-12-01", "--format", "json")
        self.assertEqual((150, 100), tuple(json.loads(done)[0][name] for name in ("won", "lost")))
        a_map, notes = self.propose(text.replace("Closed Won", "Nurturing"))
        self.assertEqual("open", a_map["fields"]["outcome"]["values"]["Nurturing"])
        self.noted(notes, 'column "Stage": "Nurturing" for outcome: taken for open')

    def test_no_where_it_is_asked_whether_a_deal_is_won(self):
        text = rows("Deal ID,Created,Close Date,Won?", "a,2026-11-01,2026-11-02,Yes", "b,2026-11-01,2026-11-02,No")
        for text, value in ((text, "lost"), (text + "c,2026-11-01,,No\n", "open")):
            with self.subTest(value=value):
                fields, notes = self.fields(text, "--table", "opportunity")
                self.assertEqual({"Yes": "won", "No": value}, fields["outcome"]["values"])
                self.noted(notes, f'column "Won?": no is taken for {value}')

    def test_a_few_odd_cells(self):
        for number, cells, odd, more in (
            ("Amount", ["1234.5"] * 99, "TBD", '1 of 100 cells, such as "TBD", are no numbers as in 1234.50'),
            ("1.234,50 €", ["1.234,50 €"] * 6 + ["$1,234.50"] * 3, "7,00 €", '3 of 10 cells, such as "$1,234.50"'),
            ("1,234.50", ["1,234.50", "12.00"], "7,234.00-", '1 of 3 cells, such as "7,234.00-"'),
        ):
            with self.subTest(odd=odd):
                found, _, notes = self.amount(*cells, odd)
                self.assertEqual(number, found)
                self.noted(notes, f'column "Amount": {more}')
        text = rows("Call ID,Start,Duration", *(f"c{n},2026-11-02 09:30,0:01:0{n}" for n in range(3)),
                    "d,2026-11-02 09:30,1:30", "e,2026-11-02 09:30,12")  # fmt: skip
        fields, notes = self.fields(text, "--table", "call")
        self.assertEqual({"column": "Duration", "duration": "h:mm:ss"}, fields["duration_s"])
        self.noted(notes, 'column "Duration": 2 of 5 durations are not in the form h:mm:ss')
        text = rows("Lead ID,Create Date", "l{n},2026-11-02", times=4) + "x,TBD\n"
        fields, notes = self.fields(text, "--table", "lead")
        self.assertEqual({"column": "Create Date", "date": "%Y-%m-%d"}, fields["created_at"])
        self.noted(notes, "1 of 5 dates are written in no form")

    def test_an_id_that_stands_twice(self):
        text = rows("Deal ID,Created,Owner", "1,2026-11-01,ann", "2,2026-11-01,ann", "2,2026-11-01,bob")
        fields, notes = self.fields(text, "--table", "opportunity")
        self.assertEqual("Deal ID", fields["id"])
        self.noted(notes, 'column "Deal ID": "2" stands twice')

    def test_durations(self):
        for heading, cell, expected in (
            ("Duration", "0:02:23", {"duration": "h:mm:ss"}),
            ("Duration", "2:23", {"duration": "mm:ss"}),
            ("Duration (minutes)", "2.5", {"duration": "min"}),
            ("Duration (sec)", "90", {"duration": "s"}),
            ("Duration ms", "90000", {"duration": "ms"}),
            ("Duration (min)", '"1,5"', {"number": "1.234,50", "scale": 60}),
        ):
            with self.subTest(heading=heading):
                text = rows(f"Call ID,Start,{heading}", f"c{{n}},2026-11-02 09:30,{cell}")
                fields, _ = self.fields(text, "--table", "call")
                self.assertEqual(expected, {key: fields["duration_s"][key] for key in expected})

    def test_texts_that_mean_nothing(self):
        text = rows("Call ID,Start,Lead ID,Agent", "a{n},2026-11-02 09:30,0,n/a", "b{n},2026-11-02 09:31,l1,ann")
        a_map, _ = self.propose(text, "--table", "call")
        self.assertEqual((["n/a"], ["0"]), (a_map["null"], a_map["fields"]["lead"]["null"]))

    def test_rows_without_what_they_need(self):
        text = rows("Deal ID,Created,Amount", "a{n},2026-11-01,5", "b{n},,5")
        a_map, notes = self.propose(text, "--table", "opportunity")
        self.assertEqual([{"column": "Created", "not": [""]}], a_map["when"])
        self.noted(notes, 'column "Created" is empty in some rows: those are skipped')
        self.taken(a_map, text, "accepted 1, unchanged 0, rejected 0, skipped 1\n")
        text = rows("Deal ID,Created,Amount", "a,2026-11-01,5", "b,2026-11-01,5", ",,10")
        a_map, _ = self.propose(text, "--table", "opportunity")
        self.taken(a_map, text, "accepted 2, unchanged 0, rejected 0, skipped 1\n")

    def test_ids(self):
        text = rows("Deal Name,Created,Owner", "x{n},2026-11-01,ann", "y{n},2026-11-01,bob", times=3)
        fields, notes = self.fields(text, "--table", "opportunity")
        self.assertEqual({"columns": ["Deal Name", "Created"]}, fields["id"], "owners change")
        self.noted(notes, 'no column is an id: it is made of "Deal Name", "Created"')
        text = rows("Deal Name,Created", "x,2026-11-01", "x,2026-11-01")
        fields, notes = self.fields(text, "--table", "opportunity")
        self.assertEqual({"row": True}, fields["id"])
        self.noted(notes, "only for a file that never changes")
        self.noted(notes, "no column says which deals are won or lost")


class Presets(Proposing):
    def test_presets_are_printed_and_listed(self):
        text = self.check(0, "map", "--preset", "zoho", "--table", "lead")
        self.write("m.json", text)
        self.check(0, "import", "s.swk", "--map", "m.json", "-",
                   given='LEADID,Lead Owner,Created Time\nl1,Ann,"15 Apr, 2021 00:03:00"\n')  # fmt: skip
        listed = self.check(0, "map")
        self.assertIn("zoho: tested on real exports", listed)
        for name in ("hubspot", "pipedrive", "salesforce"):
            self.assertIn(f"{name}: not tested on a real export; made from public headings", listed)
        self.assertIn("--preset hubspot --table opportunity  deals\n", listed)
        printed = re.findall("--preset ([a-z]+) --table ([a-z]+)", listed)
        self.assertEqual(18, len(printed))
        for name, table in printed:
            a_map = json.loads(self.check(0, "map", "--preset", name, "--table", table))
            self.assertEqual(table, (a_map if isinstance(a_map, dict) else a_map[0])["table"])
        self.check(2, "map", "--preset", "zoho", err="needs --table")
        self.check(2, "map", "--table", "call", err="FILE was not given")
        self.check(2, "map", "--preset", "x", "--table", "call", err='no preset "x"')
        self.check(2, "map", "f.csv", "--preset", "zoho", "--table", "call", err="no FILE")
        self.check(1, "map", "none.csv", err="No such file")


class Hints(Case):
    def test_refused_rows_say_what_would_read_them(self):
        a_map = {"table": "opportunity", "fields": {"id": "i", "created_at": {"column": "c", "date": "%m/%d/%Y"},
                 "amount": {"column": "a", "number": "1,234.50"}}}  # fmt: skip
        self.write("m.json", json.dumps(a_map))
        for row, err in (
            ("1;13/11/2026;5", "was not a date in the form %m/%d/%Y; %d/%m/%Y would read it"),
            ("1;11/13/2026;1.234,50 €", 'was not a number as the map\'s example shows; "1.234,50 €" would'),
            ("1;soon;5", "was not a date in the form %m/%d/%Y\n"),
            ("1;11/13/2026;much", "was not a number as the map's example shows\n"),
        ):
            with self.subTest(row=row):
                self.check(3, "import", "s.swk", "--map", "m.json", "-", given=f"i;c;a\n{row}\n", err=err)


if __name__ == "__main__":
    unittest.main()
