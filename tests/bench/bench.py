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
    """{engine: {measure: [(seconds, worked)]}} and how many rows of answers were equal."""
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
                seconds[engine][line["measure"]].append((line["seconds"], line["worked"]))
            if engine == "salesweek":
                expected = answers
            elif engine != "limits":
                compare(engine, answers, expected)
    return seconds, len(expected)


def medians(seconds, which):
    return {
        engine: {name: statistics.median(took[which] for took in of) for name, of in told.items()}
        for engine, told in seconds.items()
    }


def print_json(rows, seconds):
    wall, worked = medians(seconds, 0), medians(seconds, 1)
    for engine, told in seconds.items():
        for name in told:
            line = {"engine": engine, "rows": rows, "measure": name}
            print(json.dumps(line | {"seconds": wall[engine][name], "worked": worked[engine][name]}))


def ratios(told, name):
    ours = told["salesweek"][name]
    return [f"{told[engine][name] / ours:.2f}" if name in told[engine] else "" for engine in ENGINES[1:]]


def print_table(arguments, seconds, equal):
    told, worked = medians(seconds, 0), medians(seconds, 1)
    print(f"{arguments.rows} calls; {arguments.repetitions} repetitions, medians; milliseconds")
    print(f"duckdb {duckdb.__version__}, sqlite {sqlite3.sqlite_version}, {platform.machine()}")
    print(f"{'':37}{'by the wall':>40}{'ratio':>20}{'ratio of work':>20}")
    heads = ("salesweek", "DuckDB", "SQLite", "bare", "DuckDB/sw", "SQLite/sw", "DuckDB/sw", "SQLite/sw")
    print(f"{'':37}" + "".join(f"{head:>10}" for head in heads))
    for name, words in MEASURES:
        cells = [f"{1e3 * told[engine][name]:.2f}" if name in told[engine] else "" for engine in (*ENGINES, "limits")]
        cells += ratios(told, name) + ratios(worked, name)
        print(f"{words:37}" + "".join(f"{cell:>10}" for cell in cells))
    copied = told["limits"]["copy_256_mib_again"]
    print(f"memcpy: {COPIED_GIB / copied:.1f} GiB/s")
    print("ratios above 1: salesweek is faster; work: seconds of processors, over all threads")
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
        print_table(arguments, seconds, equal)


if __name__ == "__main__":
    main()
