#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the engines in turn, three times, each in a process of its own, and compares medians. Nothing is asserted about
time; that all engines give the same answers is.

    bench.py --bench PROGRAM --folder FOLDER [--rows ROWS] [--repetitions N] [--json]
"""

import argparse
import collections
import json
import pathlib
import platform
import sqlite3
import statistics
import subprocess
import sys

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
ENGINES = ("salesweek", "duckdb", "sqlite")
COPIED_GIB = 0.25

# measure, its words
MEASURES = (
    ("ingest", "ingest all calls"),
    ("ingest_commit", "  the commit of it"),
    ("ingest_again", "the same batch again"),
    ("ingest_again_commit", "  the commit of it"),
    ("correct", "correct 1 % of the calls"),
    ("rep", "by rep, all weeks, first ask"),
    ("rep_again", "by rep, all weeks, again"),
    ("grid", "hours grid, total, first ask"),
    ("grid_again", "hours grid, total, again"),
    ("window", "by lead source, 13 weeks, first ask"),
    ("window_again", "by lead source, 13 weeks, again"),
)


def run(command, folder, engine):
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {engine} failed")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    answers = sorted((folder / f"{engine}.answers").read_text(encoding="utf-8").splitlines())
    return told, answers


def hand_over(bench, rows, folder):
    for table in ("call", "correction", "lead"):
        with (folder / f"{table}.csv").open("wb") as out:
            subprocess.run([bench, "rows", str(rows), table], stdout=out, check=True)


def compare(engine, answers, expected):
    if answers == expected:
        return
    for a, b in zip(answers, expected):
        if a != b:
            sys.exit(f"bench: {engine} answered {a!r}, salesweek {b!r}")
    sys.exit(f"bench: {engine} gave {len(answers)} rows, salesweek {len(expected)}")


def measure(arguments):
    """{engine: {measure: [seconds]}} and how many rows of answers were equal."""
    folder, rows = arguments.folder, arguments.rows
    seconds = collections.defaultdict(lambda: collections.defaultdict(list))
    expected = None
    for _ in range(arguments.repetitions):
        for engine in ("limits", *ENGINES):
            command = [arguments.bench, engine, rows, folder / f"{engine}.answers"]
            if engine == "duckdb":
                command = [sys.executable, HERE / "duckdb_side.py", rows, folder / "duckdb.answers", folder]
            told, answers = run(command, folder, engine)
            for line in told:
                seconds[engine][line["measure"]].append(line["seconds"])
            if engine == "salesweek":
                expected = answers
            elif engine != "limits":
                compare(engine, answers, expected)
    return seconds, len(expected)


def medians(seconds):
    return {engine: {name: statistics.median(of) for name, of in told.items()} for engine, told in seconds.items()}


def print_json(rows, seconds):
    for engine, told in seconds.items():
        for name, of in told.items():
            line = {"engine": engine, "rows": rows, "measure": name, "seconds": statistics.median(of), "all": of}
            print(json.dumps(line))


def print_table(arguments, told, equal):
    print(f"{arguments.rows} calls; {arguments.repetitions} repetitions, medians; milliseconds")
    print(f"duckdb {duckdb.__version__}, sqlite {sqlite3.sqlite_version}, {platform.machine()}")
    print(f"{'':37}{'salesweek':>11}{'DuckDB':>11}{'SQLite':>11}{'bare':>11}{'DuckDB/sw':>11}{'SQLite/sw':>11}")
    for name, words in MEASURES:
        ours = told["salesweek"][name]
        cells = [f"{1e3 * told[engine][name]:.2f}" if name in told[engine] else "" for engine in (*ENGINES, "limits")]
        ratios = [f"{told[engine][name] / ours:.2f}" if name in told[engine] else "" for engine in ENGINES[1:]]
        print(f"{words:37}" + "".join(f"{cell:>11}" for cell in (*cells, *ratios)))
    copied = told["limits"]["copy_256_mib_again"]
    print(f"memcpy: {COPIED_GIB / copied:.1f} GiB/s; ratios above 1: salesweek is faster")
    print(f"answers: {equal} rows, equal in all engines")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    hand_over(arguments.bench, arguments.rows, arguments.folder)
    seconds, equal = measure(arguments)
    if arguments.json:
        print_json(arguments.rows, seconds)
    else:
        print_table(arguments, medians(seconds), equal)


if __name__ == "__main__":
    main()
