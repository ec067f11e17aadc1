#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the engines in turn, each in a process of its own, and compares medians and answers. Nothing is asserted about
time; that all engines give the same answers, and the totals known in closed form, is.

    bench.py --library FILE --folder FOLDER [--rows N] [--turns N] [--engines a,b,..] [--json]
"""

import argparse
import collections
import json
import math
import os
import pathlib
import pickle
import platform
import statistics
import subprocess
import sys

import queries
import turn
import world

HERE = pathlib.Path(__file__).resolve().parent
ONCE = 2000000  # from so many records on the slow engines take one turn
FAST = ("salesweek", "duckdb")

# The allocator keeps what is freed, so that memory was touched before all but the first ingestion.
ENVIRONMENT = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_ARENA_MAX": "1"}

INGESTION = (
    ("ingest_first_touch", "calls, memory touched for the first time"),
    ("ingest", "calls, fresh"),
    ("ingest_again", "calls, the same again"),
    ("ingest_threads", "calls, fresh, two threads"),
    ("ingest_again_threads", "calls, the same again, two threads"),
    ("ingest_shuffled", "calls, shuffled"),
    ("ingest_file", "calls, into a file"),
    ("ingest_rest", "messages, opportunities, scores, meetings"),
    ("fold", "the fold of all facts"),
    ("open", "opening the file"),
)


def one_turn(arguments, engine, number):
    """Lines of figures and the answers; what fails is said and left out."""
    label = f"{engine}_{number}"
    command = [sys.executable, HERE / "turn.py", engine, arguments.library, arguments.rows, arguments.folder, label]
    done = subprocess.run(
        [*map(str, command)], stdout=subprocess.PIPE, text=True, check=False, env=os.environ | ENVIRONMENT
    )
    if done.returncode:
        print(f"bench: {engine} failed: {done.returncode}", file=sys.stderr)
    answers = arguments.folder / f"{label}.pickle"
    return map(json.loads, done.stdout.splitlines()), pickle.loads(answers.read_bytes()) if answers.exists() else {}


def measure(arguments):
    """{engine: {measure: [line]}}, {engine: answers} and whether all turns ended."""
    told, answers, whole = collections.defaultdict(lambda: collections.defaultdict(list)), {}, True
    for number in range(arguments.turns):
        for engine in ("limits", *arguments.engines):
            if number and engine not in ("limits", *FAST) and arguments.rows >= ONCE:
                continue
            print(f"bench: turn {number + 1}, {engine}", file=sys.stderr, flush=True)
            lines, answered = one_turn(arguments, engine, number)
            for line in lines:
                told[engine][line["measure"]].append(line)
            whole &= engine == "limits" or bool(answered)
            answers[engine] = answered or answers.get(engine, {})
    return told, answers, whole


# -------------------------------------------------------------------------------------------------- answers


def keyed(columns):
    """{key: row} of an answer."""
    keys = [columns[key] for key in queries.KEYS if key in columns]
    return {key: i for i, key in enumerate(zip(*keys))}


def near(a, b):
    if a is None or b is None or isinstance(a, str):
        return a == b
    return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)


def compare(question, ours, theirs, engine):
    """What differs, in words; and how many cells were compared."""
    names = [name for name in theirs if name in ours]
    mine, others = keyed({name: ours[name] for name in names}), keyed({name: theirs[name] for name in names})
    if mine.keys() != others.keys():
        return [f"{question}: {len(mine)} rows, {engine} has {len(others)}"], 0
    wrong = [
        f"{question} {key} {name}: {ours[name][i]!r}, {engine} has {theirs[name][others[key]]!r}"
        for key, i in mine.items()
        for name in names
        if not near(ours[name][i], theirs[name][others[key]])
    ]
    return wrong[:5], len(names) * len(mine)


def check(arguments, answers):
    """Everything that contradicts salesweek's answers; and how many cells agree."""
    ours, wrong, cells = answers.get("salesweek", {}), [], 0
    for engine, theirs in answers.items():
        for question in theirs if engine != "salesweek" else ():
            if question in ours:
                differing, compared = compare(question, ours[question], theirs[question], engine)
                wrong += differing
                cells += compared
    for question in queries.QUESTIONS:  # a changed call said nothing else
        if (question, "changed") in ours and ours[question, "changed"] != ours[question]:
            wrong.append(f"{question}: another answer after a change that changed nothing")
    expected = world.World(turn.load(arguments.library), arguments.rows).expected()
    for (question, column), total in expected.items() if ours else ():
        found = sum(ours[question][column])
        if not near(found, total):
            wrong.append(f"{question}: {column} sums to {found}, in closed form {total}")
    return wrong, cells, len(expected)


# -------------------------------------------------------------------------------------------------- figures


def medians(told):
    """{engine: {measure: {figure: median}}}, with what follows from others."""
    figures = {}
    for engine, measures in told.items():
        figures[engine] = {
            name: {
                what: statistics.median(line[what] for line in lines)
                for what in ("seconds", "worked", "bytes", "figure")
                if what in lines[0]
            }
            for name, lines in measures.items()
        }
        of = figures[engine]
        for kind in ("cold", "cold_threads", "warm", "changed"):
            parts = [of.get(f"{question}_{kind}") for question in queries.QUESTIONS]
            if all(parts):
                of[f"all_{kind}"] = {what: sum(part[what] for part in parts) for what in ("seconds", "worked")}
    return figures


def cell(figures, engine, name, what="seconds"):
    return figures.get(engine, {}).get(name, {}).get(what)


def print_row(arguments, figures, name, words):
    ours, work = cell(figures, "salesweek", name), cell(figures, "salesweek", name, "worked")
    cells = [cell(figures, engine, name) for engine in arguments.engines]
    texts = ["" if taken is None else f"{1e3 * taken:.2f}" for taken in cells]
    texts += ["" if taken is None or not ours else f"{taken / ours:.1f}" for taken in cells[1:]]
    theirs = cell(figures, "duckdb", name, "worked")
    texts.append(f"{theirs / work:.1f}" if theirs and work else "")
    print(f"{words:44}" + "".join(f"{text:>11}" for text in texts))


def print_table(arguments, figures):
    import duckdb
    import sqlite3

    print(f"{arguments.rows} records; {arguments.turns} turns, medians; milliseconds")
    print(f"duckdb {duckdb.__version__}, sqlite {sqlite3.sqlite_version}, {platform.machine()}, {os.cpu_count()} cores")
    heads = [*arguments.engines, *(f"{engine}/sw" for engine in arguments.engines[1:]), "work"]
    print(f"{'':44}" + "".join(f"{head:>11}" for head in heads))
    for name, words in INGESTION:
        print_row(arguments, figures, name, words)
    kinds = (("cold", "cold"), ("cold_threads", "cold, two threads"), ("warm", "warm"), ("changed", "after one change"))
    for kind, words in kinds:
        for question in (*queries.QUESTIONS, "all"):
            print_row(arguments, figures, f"{question}_{kind}", f"{question}, {words}")
    for question in queries.QUESTIONS:
        short, long = (cell(figures, "salesweek", f"{question}_13_weeks_{name}") for name in ("1x", "10x"))
        if short and long:
            print(f"{question + ', 13 weeks, 10 times the history':44}{1e3 * long:>11.2f}  {long / short:.2f} times")
    print_limits(arguments, figures)


def print_limits(arguments, figures):
    limit = {name: of["figure"] for name, of in figures.get("limits", {}).items()}
    if limit:
        words = "limits: copy {copy_gb_s:.1f} GB/s, independent load {load_ns:.1f} ns, bare count {count_ns:.2f} ns"
        print(words.format(**limit))
    calls = arguments.rows * 4 // 10
    for question in ("calls", "hours"):
        ours = cell(figures, "salesweek", f"{question}_cold")
        if limit and ours:
            each = ours / calls * 1e9
            print(f"{question}: {each:.2f} ns a call, {each / limit['count_ns']:.1f} times bare")
    ours = cell(figures, "salesweek", "ingest")
    if limit and ours:
        print(f"ingestion: {ours / calls * 1e9:.0f} ns a call, {ours / calls * 1e9 / limit['load_ns']:.1f} loads")
    for engine in arguments.engines:
        for name in ("memory", "disk", "empty_stores"):
            if cell(figures, engine, name, "bytes"):
                print(f"{name}: {engine} {cell(figures, engine, name, 'bytes'):.1f} bytes")


def options(words=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--engines", default="salesweek,duckdb,sqlite,polars,pandas")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(words)
    arguments.engines = arguments.engines.split(",")
    if arguments.rows % 25000:
        parser.error("--rows is a multiple of 25,000")
    return arguments


def main():
    arguments = options()
    told, answers, whole = measure(arguments)
    figures = medians(told)
    if arguments.json:
        for engine, measures in figures.items():
            for name, figure in measures.items():
                print(json.dumps({"engine": engine, "rows": arguments.rows, "measure": name} | figure))
    else:
        print_table(arguments, figures)
    wrong, cells, totals = check(arguments, answers)
    right = f"{cells} cells of answers are equal, {totals} totals as in closed form"
    print("\n".join(wrong[:20]) or right, file=sys.stderr)
    return 1 if wrong or not whole else 0


if __name__ == "__main__":
    sys.exit(main())
