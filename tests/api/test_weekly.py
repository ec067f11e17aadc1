#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The screen of a week: its figures against the reports, which week it is, what it says of changes, and its hints.

Drives the program that SALESWEEK_PROGRAM names, and where it is named the library SALESWEEK_LIBRARY.
"""

import csv
import datetime
import io
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

from statsmodels.stats.proportion import confint_proportions_2indep

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import library  # noqa: E402
import screen  # noqa: E402

PROGRAM = os.environ.get("SALESWEEK_PROGRAM", "")
LIBRARY = os.environ.get("SALESWEEK_LIBRARY", "")
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "docs/examples/sample"


def micros(text):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()) * 1000000


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *words, given="", code=0):
        done = subprocess.run(
            [PROGRAM, *words], input=given.encode(), capture_output=True, cwd=self.folder, timeout=60, check=False
        )
        self.assertEqual(code, done.returncode, done.stderr.decode())
        return done.stdout.decode() if code == 0 else done.stderr.decode()

    def give(self, *rows):
        self.run_program("import", "s.swk", "-", given="\n".join(map(json.dumps, rows)))

    def rows(self, *words):
        text = self.run_program("report", "s.swk", *words, "--format", "csv")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def week(self, *words, width=100):
        return self.run_program("weekly", "s.swk", *words, "--width", str(width))

    def fits(self, text, width):
        self.assertEqual([], [line for line in text.splitlines() if screen.places(line) > width])

    def line(self, text, label):
        """The cells of a line that begins with this label."""
        found = [line for line in text.splitlines() if line.startswith(f"  {label}  ")]
        self.assertEqual(1, len(found), f"{label} in\n{text}")
        return found[0][len(label) + 2:].split()


class Sample(Case):
    def setUp(self):
        super().setUp()
        self.run_program("init", "s.swk", "--zone", "Europe/Berlin")
        for path in sorted(SAMPLE.glob("*.csv")):
            self.run_program("import", "s.swk", "--map", str(path.with_suffix(".map.json")), str(path))

    def test_figures_are_those_of_the_reports(self):
        now = ("--now", "2026-11-09")
        text = self.week(*now)
        self.assertTrue(text.startswith("Week 2026-W45: Mon 2 Nov 2026 to Sun 8 Nov 2026\n"))
        window = ("--from", "2026-W45", "--to", "2026-W45", "--previous", *now)
        (calls,) = self.rows("calls", *window)
        made = self.line(text, "calls made")
        self.assertEqual([calls["made"], calls["made_previous"]], made[:2])
        self.assertEqual(int(calls["made"]) - int(calls["made_previous"]), int(made[2]))
        share, low, high, before = (100 * float(calls[name]) for name in (
            "answer_rate", "answer_rate_lo", "answer_rate_hi", "answer_rate_previous"))  # fmt: skip
        self.assertEqual([f"{share:.1f}", "%", f"[{low:.1f}–{high:.1f}]", f"{before:.1f}", "%"],
                         self.line(text, "answered")[:5])  # fmt: skip
        (deals,) = self.rows("deals", *window)
        self.assertEqual([deals["won"], deals["won_previous"]], self.line(text, "deals won")[:2])
        self.assertEqual(f"{round(float(deals['amount'])):,}", self.line(text, "worth")[0])
        (meetings,) = self.rows("meetings", *window)
        self.assertEqual([meetings["held"], meetings["held_previous"]], self.line(text, "meetings held")[:2])
        self.assertIn(f"7 Win rate: {deals['won']} won, ", text)
        for row in self.rows("calls", "--by", "rep", "--from", "2026-W45", "--to", "2026-W45", *now):
            (found,) = [line for line in text.splitlines() if line.startswith(row["rep"] + " ")]
            self.assertEqual(row["made"], found[len(row["rep"]):].split()[0])

    def test_which_week(self):
        for words, label in (
            (("--now", "2026-11-09"), "2026-W45"),
            (("--now", "2026-11-08T23:59:59"), "2026-W44"),
            (("--now", "2026-11-08T23:30:00Z"), "2026-W45"),
            (("--now", "2026-11-08T23:30:00Z", "--zone", "America/New_York"), "2026-W44"),
            (("--week", "2026-10-01", "--now", "2026-11-09"), "2026-W40"),
            (("--week", "2026-W40", "--now", "2026-11-09"), "2026-W40"),
            (("--week-start", "sunday", "--now", "2026-11-09"), "2026-11-01"),
        ):
            with self.subTest(words=words):
                self.assertTrue(self.week(*words).startswith(f"Week {label}: "))
        self.assertIn("2026-W54", self.run_program("weekly", "s.swk", "--week", "2026-W54", code=2))

    def test_a_week_under_way_is_compared_to_the_same_hour(self):
        now = ("--now", "2026-11-04T12:00")
        text = self.week("--week", "2026-W45", *now)
        self.assertIn("the week is not over", text)
        (calls,) = self.rows("calls", "--from", "2026-W45", "--to", "2026-W45", "--previous", *now)
        self.assertEqual([calls["made"], calls["made_previous"]], self.line(text, "calls made")[:2])

    def test_a_week_under_way_is_marked_and_one_to_come_is_said_to_be(self):
        text = self.week("--week", "2026-W45", "--now", "2026-11-04T12:00")
        self.assertIn("* the week is not over", text)
        self.assertRegex(text, r"\n  calls made .*[▁▂▃▄▅▆▇]{12}\*\n")
        self.assertNotIn("*", self.week("--week", "2026-W44", "--now", "2026-11-04T12:00"))
        text = self.week("--week", "2026-W46", "--now", "2026-11-04T12:00")
        self.assertIn("the week has not begun", text)
        self.assertNotIn("not over", text)
        self.assertIn("the week is not over", self.week("--week", "2026-W46", "--now", "2026-11-09T00:00"))

    def test_widths(self):
        for width in (40, 60, 80, 100, 120):
            with self.subTest(width=width):
                text = self.week("--now", "2026-11-09", width=width)
                self.fits(text, width)
                self.assertEqual(1, text.count("1 Calls: "))
                self.assertNotIn("\n\n\n", text)
        # At 80 places all is in one block, its last column too.
        self.assertIn("last 12", self.week("--now", "2026-11-09", width=80))

    def test_a_score_is_not_beside_another_week(self):
        text = self.week("--now", "2026-11-09")
        (high,) = [row for row in self.rows("scores", "--from", "2026-W33", "--to", "2026-W45", "--total", "--now",
                                            "2026-11-09") if row["band"] == "90"]  # fmt: skip
        self.assertIn(f"{high['leads']} leads scored 90 to 100", " ".join(text.split()))
        self.assertEqual(3, len(self.line(text, "scored 90 to 100")))

    def test_data_that_ended(self):
        text = self.week("--now", "2026-12-01")
        self.assertIn("Nothing happened in 2026-W48", text)
        self.assertIn("salesweek weekly s.swk --week 2026-W45\n", text)
        self.assertIn("22 days before now: is an import missing?", text)
        self.assertNotIn("is an import missing?", self.week("--now", "2026-11-10"))
        self.assertIn("Week 2026-W47", self.week("--now", "2026-12-01", "--week", "2026-W47"))


class Told(Case):
    """What is said of changes, and of records."""

    def calls(self, day, made, answered):
        return [
            {"table": "call", "id": f"{day}-{n}", "at": f"{day}T10:00:00Z", "rep": "r",
             "outcome": "answered" if n < answered else "busy"}
            for n in range(made)
        ]  # fmt: skip

    def test_chance_is_told_apart(self):
        # Newcombe's interval leaves 0 out, or holds it.
        for name, (before, now), mark in (
            ("clear", ((20, 100), (50, 100)), "▲"),
            ("fall", ((50, 100), (20, 100)), "▼"),
            ("chance", ((40, 100), (50, 100)), "≈"),
            ("just", ((36, 100), (50, 100)), "▲"),
            ("not quite", ((37, 100), (50, 100)), "≈"),
            ("rare", ((0, 30), (4, 30)), "≈"),
            ("no longer", ((4, 30), (0, 30)), "≈"),
            ("gone", ((6, 30), (0, 30)), "▼"),
            ("few", ((1, 4), (3, 4)), "too"),
        ):
            with self.subTest(name=name):
                (self.folder / "s.swk").unlink(missing_ok=True)
                self.give(*self.calls("2026-10-27", before[1], before[0]), *self.calls("2026-11-03", now[1], now[0]))
                cells = self.line(self.week("--now", "2026-11-09"), "answered")
                self.assertEqual(mark, cells[5])
                if mark != "too":
                    low, high = confint_proportions_2indep(now[0], now[1], *before, method="newcomb")
                    self.assertEqual("▲" if low > 0 else "▼" if high < 0 else "≈", mark)

    def test_reps_are_called_by_name(self):
        self.give(*self.calls("2026-11-03", 3, 1), {"table": "call", "id": "x", "at": "2026-11-03", "rep": "q"},
                  {"table": "call", "id": "y", "at": "2026-11-03", "rep": "p"},
                  {"table": "call", "id": "z", "at": "2026-11-03", "rep": "o"},
                  {"table": "rep", "id": "r", "name": "Ruth Roe\x1b[1m"}, {"table": "rep", "id": "q", "name": "Kim"},
                  {"table": "rep", "id": "p", "name": "Kim"}, {"table": "rep", "id": "o", "name": "o"})  # fmt: skip
        text = self.week("--now", "2026-11-09")
        for line in ("Ruth Roe\\x1b[1m  ", "Kim (q) ", "Kim (p) ", "o  "):
            self.assertIn("\n" + line, text)
        words = ("report", "s.swk", "calls", "--by", "rep", "--now", "2026-11-09", "--format", "table")
        for more in ((), ("--total",)):
            text = self.run_program(*words, *more)
            self.assertRegex(text, r"\brep  name ")
            self.assertRegex(text, r"\bq    Kim ")
            self.assertRegex(text, r"\br    Ruth Roe\\x1b\[1m ")

    def test_no_records(self):
        self.run_program("init", "s.swk")
        self.assertIn("There is no record in this store yet", self.week())

    def test_info_tells_how_new_records_are(self):
        self.give(*self.calls("2026-11-03", 3, 1), *self.calls("2026-10-03", 3, 1), {"table": "rep", "id": "r"},
                  {"table": "lead", "id": "l", "created_at": "2026-11-02"})  # fmt: skip
        text = self.run_program("info", "s.swk", "--format", "table")
        self.assertRegex(text, r"\ncall +Tue 3 Nov 2026\n")
        self.assertRegex(text, r"\nlead +Mon 2 Nov 2026\n")
        self.assertNotIn("cache_", text)
        self.assertIn("cache_hits", self.run_program("info", "s.swk", "--format", "csv"))

    def test_the_command_of_a_hint_can_be_copied(self):
        name = "a store's name; with 'everything' that a shell could take for something of its own.swk"
        rows = json.dumps({"table": "call", "id": "c", "at": "2026-11-07T23:30:00Z"})
        self.run_program("import", name, "-", given=rows)
        words = ("--zone", "Asia/Tokyo", "--week-start", "sunday", "--currency", "EUR")
        text = self.run_program("weekly", name, *words, "--now", "2026-12-01", "--width", "60")
        (line,) = [line for line in text.splitlines() if line.startswith("  salesweek ")]
        self.assertEqual(["salesweek", "weekly", name, "--week", "2026-11-08", *words], shlex.split(line))
        self.assertTrue(self.run_program(*shlex.split(line)[1:]).startswith("Week 2026-11-08: "))

    def test_a_week_that_is_none_is_named(self):
        self.run_program("init", "s.swk")
        said = self.run_program("weekly", "s.swk", "--week", "2026-W60", code=2)
        self.assertIn("field week", said)
        self.assertIn("--week was empty", self.run_program("weekly", "s.swk", "--week", "", code=2))
        for by in ("", "rep,", ",rep"):
            self.assertIn("--by", self.run_program("report", "s.swk", "calls", "--by", by, code=2))
        self.assertEqual(1, self.run_program("weekly", "nosuch.swk", code=1).count("nosuch.swk"))

    def test_a_close_is_a_record_of_its_week(self):
        self.give({"table": "opportunity", "id": "o", "created_at": "2026-10-05", "closed_at": "2026-11-03",
                   "outcome": "won"}, {"table": "opportunity", "id": "p", "created_at": "2026-10-06",
                   "closed_at": "2026-12-01", "outcome": "won"})  # fmt: skip
        self.assertTrue(self.week("--now", "2026-11-09").startswith("Week 2026-W45"))
        text = self.week("--now", "2026-11-16")
        self.assertIn("salesweek weekly s.swk --week 2026-W45", text)
        self.assertIn("the newest record is an opportunity of Tue 3 Nov 2026, 13 days before now", text)

    def test_missing_rate_leaves_the_other_reports(self):
        for number, (currency, outcome) in enumerate((("EUR", "won"), ("USD", "won"))):
            self.give({"table": "opportunity", "id": f"o{number}", "created_at": "2026-11-02", "amount": 5,
                       "currency": currency, "outcome": outcome, "closed_at": "2026-11-03"})  # fmt: skip
        self.give(*self.calls("2026-11-03", 3, 1))
        text = self.week("--now", "2026-11-09")
        self.assertRegex(text, r"3 Deals: not told: .*EUR.*2026-11-03")
        self.assertIn("1 Calls: 3 calls made", text)
        self.assertIn("6 Meetings: nothing in these twelve weeks\n\n", text)

    def audited(self, now, counts, newest):
        """What the library finds."""
        if not LIBRARY:
            return
        store = library.Store(library.Library(pathlib.Path(LIBRARY).parents[1]), self.folder / "s.swk")
        found = store.audit(micros(now))
        store.close()
        self.assertEqual(counts, {row[:3]: int(row[3]) for row in found if row[2] in ("dangling", "no currency")})
        self.assertEqual({table: at + "T00:00:00Z" if at else "" for table, at in newest.items()},
                         {row[0]: row[4] for row in found if row[2] == "records"})  # fmt: skip
        self.assertEqual([("call", "at", "later", "1", "2026-12-05T00:00:00Z")],
                         [row for row in found if row[2] == "later"])  # fmt: skip

    def test_what_is_spared_where_the_screen_is_narrow(self):
        deals = [
            {"table": "opportunity", "id": f"o{n}", "created_at": "2026-10-27", "amount": 10**n, "outcome": "won",
             "closed_at": "2026-11-03", "rep": "r"} for n in range(15)
        ]  # fmt: skip
        self.give(*deals)
        text = self.week("--now", "2026-11-09", width=80)
        self.fits(text, 80)
        self.assertNotIn("last 12", text)
        self.assertEqual(1, text.count("3 Deals: 15 won for"), text)
        self.assertIn("last 12", self.week("--now", "2026-11-09", width=120))

    def test_meetings_whose_end_nobody_wrote_down(self):
        self.give(*({"table": "meeting", "id": f"m{n}", "at": "2026-11-03", "outcome": outcome}
                    for n, outcome in enumerate(["unknown"] * 3 + ["sale"] * 2 + ["no_show"])))  # fmt: skip
        text = " ".join(self.week("--now", "2026-11-09").split())
        self.assertIn("6 Meetings: 6 scheduled, 6 more than the week before; 2 held, 1 did not come, "
                      "how 3 of them went is not known ", text)  # fmt: skip
        self.run_program("import", "t.swk", "-", given=json.dumps({"table": "meeting", "id": "m", "at": "2026-11-03"}))
        text = self.run_program("weekly", "t.swk", "--now", "2026-11-09")
        self.assertIn("6 Meetings: 1 scheduled, 1 more than the week before, how 1 of them went", text)

    def test_what_was_never_imported_takes_a_line(self):
        self.give(*self.calls("2026-10-27", 3, 1), {"table": "lead", "id": "l", "created_at": "2026-11-03"},
                  {"table": "lead", "id": "m", "created_at": "2026-11-03"})  # fmt: skip
        text = self.week("--now", "2026-11-09")
        for title in ("2 Responses", "3 Deals", "6 Meetings", "7 Win rate"):
            self.assertIn(f"\n\n{title}: nothing in these twelve weeks\n\n", text)
        # A rate that is not known is not told in the headline.
        self.assertIn("\n1 Calls: 0 calls made, 3 fewer than the week before\n", text)
        self.assertIn("\n2 First touch: 2 new leads, 2 more than the week before\n", text)
        self.run_program("import", "t.swk", "-", given=json.dumps(
            {"table": "call", "id": "c", "at": "2026-11-03", "direction": "inbound"}))  # fmt: skip
        text = self.run_program("weekly", "t.swk", "--now", "2026-11-09")
        self.assertIn("1 Calls: no outbound call in these twelve weeks", text)
        self.assertNotIn("[95 %]", text)

    def test_more_reps_than_a_screen_holds(self):
        deals = [
            {"table": "opportunity", "id": f"o{n}", "created_at": "2026-11-02", "amount": (n * 7) % 40, "rep": f"r{n}",
             "outcome": "won", "closed_at": "2026-11-03"} for n in range(40)
        ]  # fmt: skip
        self.give(*deals)
        text = self.week("--now", "2026-11-09")
        best = [deal["rep"] for deal in sorted(deals, key=lambda deal: -deal["amount"])[:25]]
        self.assertEqual(best, [line.split()[0] for line in text.splitlines() if line.startswith("r") and
                                line[1].isdigit()])  # fmt: skip
        self.assertIn("The 25 of 40 reps with the most money won", text)
        self.give(*({"table": "rep", "id": f"r{n}", "team": f"team {n % 3}"} for n in range(39)))
        text = self.week("--now", "2026-11-09")
        self.assertIn("\nteam 2 ", text)
        self.assertIn("\n(none) ", text)
        self.assertNotIn("\nr1", text)

    def test_hints_are_what_python_counts(self):
        rows = [
            {"table": "rep", "id": "r1"},
            {"table": "lead", "id": "l1", "created_at": "2026-11-01", "rep": "r1"},
            {"table": "lead", "id": "l2", "created_at": "2026-11-01", "rep": "nobody", "merged_into": "l9"},
            {"table": "lead", "id": "l3", "created_at": "2026-11-02", "deleted": True},
            {"table": "call", "id": "c1", "at": "2026-11-03", "lead": "l1", "rep": "r1"},
            {"table": "call", "id": "c2", "at": "2026-11-04", "lead": "l3", "rep": "r9"},
            {"table": "call", "id": "c3", "at": "2026-11-05", "lead": "l8"},
            {"table": "call", "id": "c4", "at": "2026-12-05", "lead": "l8"},
            {"table": "message", "id": "m1", "at": "2026-10-01", "lead": "l7", "direction": "inbound"},
            {"table": "score", "id": "s1", "at": "2026-11-05", "lead": "l7", "value": 5},
            {"table": "opportunity", "id": "o1", "created_at": "2026-11-05", "lead": "l7", "amount": 5},
            {"table": "opportunity", "id": "o2", "created_at": "2026-11-05", "amount": 5, "currency": "USD"},
            {"table": "opportunity", "id": "o3", "created_at": "2026-11-05"},
            {"table": "opportunity", "id": "o4", "created_at": "2026-11-05"},
            {"table": "stage", "id": "t1", "at": "2026-11-05", "opportunity": "o9"},
            {"table": "meeting", "id": "e1", "at": "2026-11-05", "opportunity": "o9", "lead": "l1"},
        ]
        self.give(*rows)
        now = "2026-11-09"
        there = {(row["table"], row["id"]) for row in rows if not row.get("deleted")}
        targets = {"lead": "lead", "rep": "rep", "opportunity": "opportunity", "merged_into": "lead"}
        counts, newest = {}, {}
        for row in rows:
            at = row.get("at") or row.get("created_at") or ""
            if row.get("deleted") or at > now:
                continue
            newest[row["table"]] = max(newest.get(row["table"], ""), at)
            for field, target in targets.items():
                if field in row and (target, row[field]) not in there:
                    counts[row["table"], field, "dangling"] = counts.get((row["table"], field, "dangling"), 0) + 1
            if "amount" in row and "currency" not in row:
                counts[row["table"], "amount", "no currency"] = 1
        self.audited(now, counts, newest)
        text = self.run_program("weekly", "s.swk", "--now", now, "--width", "400")
        for hint in (
            '! 2 calls: a lead does not exist (such as "l8")',
            '! 1 call: a rep does not exist (such as "r9")',
            '! 1 stage record: an opportunity does not exist (such as "o9")',
            '! 1 meeting: an opportunity does not exist (such as "o9")',
            '! 1 lead: a lead does not exist (such as "l9"): they stay leads of their own',
            "! 1 opportunity with an amount and no currency",
            "! 1 call will be later than now (the latest Sat 5 Dec 2026)",
            "! the newest message is of Thu 1 Oct 2026, 35 days before the newest call",
        ):
            self.assertIn(hint, text)


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SALESWEEK_PROGRAM names no program")
    unittest.main()
