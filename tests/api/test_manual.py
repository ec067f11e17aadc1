#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Help, man pages, what shells complete, and what is suggested for a slip of the keys.

Drives the program that SALESWEEK_PROGRAM names; bash, and where they are installed zsh and mandoc.
"""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ.get("SALESWEEK_PROGRAM", "")
ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs/man"
COMPLETIONS = ROOT / "bindings/cli/completions"
SAMPLE = ROOT / "docs/examples/sample"


def run(*words, code=0, **options):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, **options)
    if done.returncode != code:
        raise AssertionError(f"{words}: exit {done.returncode}\n{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def commands():
    return run(PROGRAM, "complete", "").split("\n--help")[0].split()


def examples(command):
    """The command lines that help shows."""
    text = run(PROGRAM, command, "--help").split("\nExamples:\n")[1]
    return [line.strip() for line in text.splitlines() if not line.startswith("      ")]


class Help(unittest.TestCase):
    def test_every_command_has_help_that_fits(self):
        self.assertEqual(run(PROGRAM, "--help"), run(PROGRAM, "help"))
        for command in commands():
            with self.subTest(command=command):
                text = run(PROGRAM, command, "--help")
                self.assertEqual(text, run(PROGRAM, "help", command))
                self.assertTrue(text.startswith(f"Usage: salesweek {command}"))
                self.assertTrue(examples(command))
                body = text.split("\nExamples:\n")[0]
                self.assertEqual([], [line for line in body.splitlines() if len(line) > 80])
                self.assertIn(f"  {command} ", run(PROGRAM, "help"))

    def test_examples_run(self):
        with tempfile.TemporaryDirectory() as folder:
            ran = 0
            for path in sorted(SAMPLE.glob("*.csv")):
                run(PROGRAM, "import", "sales.swk", "--map", str(path.with_suffix(".map.json")), str(path), cwd=folder)
            for command in commands():
                for example in examples(command) if command not in ("import", "map") else ():
                    line = example.replace("init sales.swk", "init new.swk")
                    words = shlex.split(line.split(" > ")[0])
                    with self.subTest(example=example):
                        self.assertTrue(run(PROGRAM, *words[1:], cwd=folder) or command == "init")
                        ran += 1
            self.assertGreater(ran, 12)

    def test_examples_of_import_and_map_run(self):
        at = '"at":"2026-11-02T09:30:00Z"'
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "records.jsonl").write_text(f'{{"table":"call","id":"c1",{at}}}\n')
            (folder / "calls.csv").write_text("id,at\nc1,2026-11-02\n")
            (folder / "export.csv").write_text("Id,When\nc1,2026-11-02\n")
            (folder / "crm.map.json").write_text('{"table":"call","fields":{"id":"Id","at":"When"}}')
            for example in examples("import"):
                words = shlex.split(example)
                if words[0] != "salesweek" or "--preset" in words:
                    continue
                with self.subTest(example=example):
                    self.assertIn("accepted", run(PROGRAM, *words[1:], cwd=folder))
            (folder / "deals.csv").write_text("Deal ID,Created,Value\nd1,2026-11-02,5\n")
            for example in examples("map"):
                with self.subTest(example=example):
                    self.assertTrue(run(PROGRAM, *shlex.split(example.split(" > ")[0])[1:], cwd=folder))


class Pages(unittest.TestCase):
    def names(self):
        return {"": "salesweek.1"} | {command: f"salesweek-{command}.1" for command in commands()}

    def test_pages_are_what_the_program_says(self):
        self.assertEqual(sorted(self.names().values()), sorted(path.name for path in PAGES.iterdir()))
        for command, page in self.names().items():
            with self.subTest(page=page):
                words = [command] if command else []
                self.assertEqual(run(PROGRAM, "help", *words, "--man"), (PAGES / page).read_text(),
                                 f"salesweek help {command} --man > docs/man/{page}")  # fmt: skip
                self.assertIn(page, (ROOT / "bindings/cli/meson.build").read_text())

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_reads_them(self):
        for page in sorted(PAGES.iterdir()):
            with self.subTest(page=page.name):
                words = ["mandoc", "-T", "lint", "-W", "error", str(page)]
                done = subprocess.run(words, capture_output=True, text=True, check=False)
                self.assertEqual((0, ""), (done.returncode, done.stdout))
        text = run("mandoc", "-T", "ascii", str(PAGES / "salesweek-report.1"))
        plain = "".join(text[at] for at in range(len(text)) if text[at + 1:at + 2] != "\b" and text[at] != "\b")
        for words in ("salesweek report STORE REPORT [OPTION]...", "--where D=V", "EXIT STATUS", "NO_COLOR"):
            self.assertIn(words, plain)


# The line up to the cursor, and what it may be completed with.
LINES = (
    ("salesweek re", ["report"]),
    ("salesweek --v", ["--version"]),
    ("salesweek report s.swk win", ["win_rate"]),
    ("salesweek report s.swk calls --prev", ["--previous"]),
    ("salesweek report s.swk calls --by rep,wee", ["rep,weekday"]),
    ("salesweek report s.swk calls --by rep,team,re", ["rep,team,region"]),
    ("salesweek report s.swk win_rate --by wee", []),
    ("salesweek report --by rep s.swk meetings --where ta", ["tactic="]),
    ("salesweek report s.swk conversion --set bas", ["basis="]),
    ("salesweek report s.swk x --format j", ["json"]),
    ("salesweek weekly s.swk --color n", ["never"]),
    ("salesweek import s.swk --preset pi", ["pipedrive"]),
    ("salesweek import s.swk --table op", ["opportunity"]),
    ("salesweek import s.swk --preset zoho --table sc", []),
    ("salesweek import s.swk --preset zoho --table op", ["opportunity"]),
    ("salesweek init s.swk --week-start su", ["sunday"]),
    ("salesweek help in", ["init", "info"]),
    ("salesweek report s", []),  # a file
    ("salesweek nope ", []),
)


class Completion(unittest.TestCase):
    def test_bash(self):
        script = r"""
            source "$1"; shift
            salesweek() { "$PROGRAM" "$@"; }
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _salesweek
            printf '%s\n' "${COMPREPLY[@]}"
        """
        more = (
            # bash cuts at "=" and completes what stands behind it.
            (["salesweek", "report", "s.swk", "calls", "--set", "direction", "=", "in"], ["inbound"]),
            (["salesweek", "report", "s.swk", "calls", "--format", "=", "c"], ["csv"]),
            (["salesweek", "report", "s.swk", "calls", "--format", "="], ["table", "csv", "json", "spreadsheet"]),
        )
        for words, expected in (*((line.split(" "), found) for line, found in LINES), *more):
            with self.subTest(words=words):
                text = run("bash", "-c", script, "bash", str(COMPLETIONS / "salesweek.bash"), *words,
                           env=os.environ | {"PROGRAM": PROGRAM})  # fmt: skip
                self.assertEqual(expected, text.split())

    def test_bash_completes_files_where_a_file_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "sales.swk").touch()
            script = f'source "{COMPLETIONS}/salesweek.bash"; complete -p salesweek'
            self.assertIn("-o default", run("bash", "-c", script, cwd=folder))

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh(self):
        # The functions of zsh's completion stand only in an interactive shell: here they say what they were given.
        script = r"""
            compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }
            _files() { }
            salesweek() { "$PROGRAM" "$@" }
            file=$1; shift; words=("$@"); CURRENT=$#; source "$file"
        """
        for line, expected in LINES:
            with self.subTest(line=line):
                text = run("zsh", "-f", "-c", script, "zsh", str(COMPLETIONS / "_salesweek"), *line.split(" "),
                           env=os.environ | {"PROGRAM": PROGRAM})  # fmt: skip
                self.assertEqual(expected, text.split())


class Suggestions(unittest.TestCase):
    def test_slips(self):
        with tempfile.TemporaryDirectory() as folder:
            run(PROGRAM, "init", "s.swk", cwd=folder)
            for meant, *words in (
                ("report", "reprot"),
                ("weekly", "weekley"),
                ("--format", "report", "s.swk", "calls", "--fromat", "csv"),
                ("--previous", "report", "s.swk", "calls", "--previus"),
                ("calls", "report", "s.swk", "call"),
                ("win_rate", "report", "s.swk", "winrate"),
                ("region", "report", "s.swk", "calls", "--by", "regoin"),
                ("source", "report", "s.swk", "calls", "--where", "sourse=x"),
                ("direction", "report", "s.swk", "calls", "--set", "dirction=inbound"),
                ("info", "help", "inof"),
            ):
                with self.subTest(words=words):
                    said = run(PROGRAM, *words, code=2, cwd=folder)
                    self.assertIn(f"(did you mean {meant}?)", said)
                    self.assertEqual(1, said.count("\n"))
            for words in ("frobnicate", "report s.swk revenue", "report s.swk calls --zzz", "x" * 99):
                self.assertNotIn("did you mean", run(PROGRAM, *words.split(" "), code=2, cwd=folder))


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SALESWEEK_PROGRAM names no program")
    unittest.main()
