# SPDX-License-Identifier: MIT
"""What the scripts of tests/claims share: their arguments, the program, a place to work in, and how they end.

A claim prints its figures, then what contradicts it, and exits 0 (it holds), 1 (it does not) or 77 (skipped: it says
why).
"""

import argparse
import contextlib
import csv
import io
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/examples"
SKIPPED = 77
SHOWN = 20  # contradictions that are printed

sys.path.insert(0, str(ROOT / "tests/model"))


class Claim:
    """One run of a script: `--build FOLDER [--quick] [--seed N]`."""

    def __init__(self, text):
        parser = argparse.ArgumentParser(description=text.splitlines()[0])
        parser.add_argument("--build", type=pathlib.Path, required=True, help="a folder made by meson")
        parser.add_argument("--quick", action="store_true", help="a short setting")
        parser.add_argument("--seed", type=int, default=1)
        options = parser.parse_args()
        self.build = options.build.resolve()
        self.quick, self.seed = options.quick, options.seed
        self.program = self.build / "bindings/cli/salesweek"
        self.wrong = 0

    def scaled(self, whole, quick):
        return quick if self.quick else whole

    def check(self, holds, text):
        """Counts, and prints, what contradicts the claim."""
        if not holds:
            self.wrong += 1
            if self.wrong <= SHOWN:
                print(f"WRONG: {text}", flush=True)
        return holds

    def same(self, what, found, expected):
        return self.check(found == expected, f"{what}: {found!r}, expected {expected!r}")

    def run(self, *words, given=b"", timeout=600, **options):
        words = [str(self.program), *map(str, words)]
        return subprocess.run(words, input=given, capture_output=True, timeout=timeout, check=False, **options)

    def rows(self, *words):
        """A report as CSV: a list of rows by column."""
        done = self.run("report", *words, "--format", "csv")
        if done.returncode:
            raise RuntimeError(f"report {words}: exit {done.returncode}, {done.stderr.decode()}")
        return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))

    def end(self, figures):
        print(figures)
        if self.wrong:
            print(f"contradictions: {self.wrong}")
        return 1 if self.wrong else 0


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def data_folder(name):
    """A folder of the real data."""
    base = os.environ.get("SALESWEEK_DATA")
    if not base:
        skip("SALESWEEK_DATA is not set: it names a folder of real data")
    folder = pathlib.Path(base) / name
    if not folder.is_dir():
        skip(f"SALESWEEK_DATA has no {name}")
    return folder


@contextlib.contextmanager
def workplace():
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder)
