# SPDX-License-Identifier: MIT
"""mypy --strict and pyright have nothing to say about the package, nor about a program that uses it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "bindings/python"

PROGRAM = """\
import datetime
from typing import Any

import salesweek

with salesweek.open("x", zone="UTC", memory_limit=1 << 30) as store:
    got: salesweek.Ingested = store.ingest("call", [{"id": "c1"}], zone="Europe/Berlin")
    rejects: list[str] = [reject.reason for reject in got.rejects]
    result = store.report(
        "win_rate",
        by=["rep"],
        where={"region": ["emea", None], "team": "north"},
        weeks=("2026-W40", datetime.date(2026, 11, 1)),
        now=datetime.datetime.now(datetime.timezone.utc),
        threads=2,
        basis="created",
    )
    rows: list[dict[str, Any]] = list(result) + result[:1]
    proposed: dict[str, Any] = salesweek.propose_map("x.csv", table="call")
    names: tuple[str, ...] = result.columns
    text: str = result.definition("win_rate")
    done: salesweek.Imported = salesweek.import_file(store, "x.csv", map={"table": "call", "fields": {"id": "Nr"}})
    copied: salesweek.Ingested = store.ingest("call", store.table("call", versions=True))
"""
WRONG = 'import salesweek\n\nsalesweek.open(zone=5)\nx: int = salesweek.catalog().reports\n'


def run(*words):
    done = subprocess.run(words, cwd=PACKAGE, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def mypy(*words):
    with tempfile.TemporaryDirectory() as cache:
        return run(sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", cache, *words)


def pyright(*words):
    return run(sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *words)


class Types(unittest.TestCase):
    def check_program(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "program.py"
            path.write_text(text)
            return mypy(str(path)), pyright(str(path))

    def test_package(self):
        for code, said in (mypy(), pyright("-p", "pyproject.toml")):
            self.assertEqual(code, 0, said)

    def test_program(self):
        for code, said in self.check_program(PROGRAM):
            self.assertEqual(code, 0, said)

    def test_wrong_program(self):
        for code, said in self.check_program(WRONG):
            self.assertEqual(code, 1, said)
            self.assertIn("program.py:3", said)
            self.assertIn("program.py:4", said)


if __name__ == "__main__":
    unittest.main()
