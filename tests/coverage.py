# SPDX-License-Identifier: MIT
"""The gate: every branch of the pure rooms is taken by the unit tests. Prints what the other rooms have, too.

python3 tests/coverage.py BUILD   (built with -Db_coverage=true -Dcoverage=true, its unit tests run)
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Rooms that take values and return values: one a line, sorted.
GATED = (
    "lib/calendar.c",
    "lib/currency.c",
    "lib/rollup.c",
    "lib/stats.c",
    "lib/survival.c",
)


def measure(build):
    """file -> its lines, as gcovr tells them."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "gcovr", "--root", ROOT, "--filter", ROOT / "lib", "--json", output, build]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"gcovr failed: {done.stderr}")
        return {file["file"]: file["lines"] for file in json.loads(output.read_text())["files"]}


def branches(lines):
    """(line, taken) for every branch."""
    return [(line["line_number"], branch["count"] > 0) for line in lines for branch in line["branches"]]


def findings(name, lines):
    for line in lines:
        if line["count"] == 0:
            yield f"{name}:{line['line_number']}: never run"
    for number, taken in branches(lines):
        if not taken:
            yield f"{name}:{number}: a branch was never taken"


def main():
    measured = measure(sys.argv[1])
    for name, lines in sorted(measured.items()):
        taken = [taken for _, taken in branches(lines)]
        run = [line["count"] > 0 for line in lines]
        print(f"{name}: {sum(taken)} of {len(taken)} branches, {sum(run)} of {len(run)} lines")
    found = [finding for name in GATED for finding in findings(name, measured.get(name, []))]
    found += [f"{name}:1: was not measured" for name in GATED if name not in measured]
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
