#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: whatever allocation or I/O call fails, once or from then on, the store is as before and nothing leaks.

    fault_sweep.py --build build/release [--quick]

Runs tests/fault/test_sweep.c, which makes every passage of every fault point fail, and prints its table. The same
setting with and without --quick.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402


def main():
    ours = claim.Claim(__doc__)
    tests = sorted((ours.build / "tests/fault").glob("*test_sweep"))
    if not tests:
        claim.skip(f"there is no test_sweep in {ours.build / 'tests/fault'}")
    done = subprocess.run(
        [str(tests[0])], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=3600, check=False
    )
    print(done.stdout.decode("utf-8", "replace").rstrip())
    ours.same("exit", done.returncode, 0)
    return ours.end(f"contradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
