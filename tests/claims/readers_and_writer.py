#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: many readers beside a writer, on one store, meet no data race and only whole commits.

    readers_and_writer.py --build build/release [--quick]

Runs tests/api/test_threads.c for half a minute in a build with ThreadSanitizer, the folder `thread` beside the given
one (`sh tests/run.sh thread` makes it; where it is missing it is made here) and prints what the test counted. With
--quick, two seconds in the given build, without ThreadSanitizer unless that has it.
"""

import os
import pathlib
import platform
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

TARGET = "tests/api/api_test_threads"
SETUP = ("--buildtype=debug", "-Db_sanitize=thread", "-Db_lundef=false", "-Dcli=false", "-Dwerror=false")


def build_make(folder):
    """The test in a build with ThreadSanitizer; the folder is configured where it is not."""
    if not (folder / "build.ninja").exists():
        environment = {**os.environ, "CC": "clang", "CXX": "clang++"}
        words = ["meson", "setup", folder, claim.ROOT, *SETUP]
        subprocess.run(words, env=environment, check=True, capture_output=True)
    subprocess.run(["ninja", "-C", folder, TARGET], check=True, capture_output=True)


def fixed_addresses():
    """Where the kernel spreads addresses wide, this ThreadSanitizer finds no room for its shadow: so without."""
    words = ["setarch", platform.machine(), "-R"]
    if not shutil.which("setarch"):
        return []
    tried = subprocess.run([*words, "true"], check=False, capture_output=True)
    return [] if tried.returncode else words


def main():
    ours = claim.Claim(__doc__)
    folder = ours.build if ours.quick else ours.build.parent / "thread"
    if not ours.quick:
        build_make(folder)
    test = folder / TARGET
    if not test.exists():
        claim.skip(f"{folder} has no {TARGET}")
    watched = b"__tsan_init" in test.read_bytes()
    ours.check(watched or ours.quick, f"{test} was not built with ThreadSanitizer")
    seconds = ours.scaled(30, 2)
    environment = {
        **os.environ,
        "SWK_THREAD_SECONDS": str(seconds),
        "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
    }
    words = [*(fixed_addresses() if watched else []), str(test)]
    limit = seconds * 20 + 240
    done = subprocess.run(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit, check=False
    )
    said = done.stdout.decode("utf-8", "replace")
    print(said.rstrip())
    ours.same("exit", done.returncode, 0)
    ours.check("ThreadSanitizer:" not in said, "ThreadSanitizer found something")
    return ours.end(f"seconds {seconds}, {'with' if watched else 'without'} ThreadSanitizer, findings {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
