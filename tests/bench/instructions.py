#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions of ingestions and reports and compares them with instructions.txt, within 5 %.

    instructions.py --build FOLDER [--write | --grow]

FOLDER is a release build. `--write` writes the file anew; `--grow` prints how the cost of questions grows, the table of
docs/performance.md. What is counted does not depend on how busy the machine is, but on compiler, C library and the
processor's vectors: with others than those of the file the check is skipped.
"""

import argparse
import ctypes
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUDGETS = HERE / "instructions.txt"
RECORDS, WEEKS, REPS = 100000, 10, 50
GROWN = {
    "100,000 records, 10 weeks, 50 reps": (RECORDS, WEEKS, REPS),
    "4 × the records": (4 * RECORDS, WEEKS, REPS),
    "4 × the weeks": (RECORDS, 4 * WEEKS, REPS),
    "10 × the reps": (RECORDS, WEEKS, 10 * REPS),
}
TOLERANCE = 0.05
SKIPPED = 77
HEAD = """\
# Instructions for a record (of an ingestion, of opening a file, of the first ingestion of what it holds), for a lead
# (of the fold of all facts) and for a record of the tables that a report reads (of a report, cold and warm), as
# callgrind counts them. Written by tests/bench/instructions.py --write; checked within 5 %.
"""
# The tables that a report reads.
READ = {
    "calls": ("call",),
    "hours": ("call",),
    "responses": ("lead",),
    "deals": ("opportunity",),
    "scores": ("score",),
    "conversion": ("lead",),
    "meetings": ("meeting",),
    "win_rate": ("opportunity", "lead"),
}


def tools():
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    flags = re.search(r"^flags\s*:(.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    wide = "avx2" if flags and "avx2" in flags[1].split() else "no avx2"
    return f"{compiler}, {' '.join(platform.libc_ver())}, {platform.machine()}, {wide}"


# ------------------------------------------------------------------------------------- under callgrind


def act(library_path, records, weeks, reps):
    """What is counted; in a process of its own that callgrind runs."""
    import engines
    import turn
    import world

    library = turn.load(library_path)
    world.REPS = reps
    made = world.World(library, records, weeks)
    engine = engines.Salesweek(library)

    def counted(name, what):
        library.bench_count_begin()
        got = what()
        library.bench_count_end(name.encode())
        return got

    for table in world.TABLES:
        rows = engine.prepared(table, made.table(table))
        counted(f"ingest_{table}", lambda rows=rows: engine.ingest(rows))
        if table == "call":
            counted("ingest_call_again", lambda rows=rows: engine.ingest(rows))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "store"
        filled = engines.Salesweek(library, path)
        for table in world.TABLES:
            filled.ingest(filled.prepared(table, made.table(table)))
        filled.close()
        opened = counted("open", lambda: engines.Salesweek(library, path))
        rows = opened.prepared("call", made.table("call"))
        counted("open_call_again", lambda: opened.ingest(rows))
        opened.close()
    after = made.now // world.WEEK_US * 7 + 4  # a week without facts: what is left is their fold
    query = engine.query("responses", after, after, made.now)
    library.swk_result_free(counted("fold", lambda: engine.ask(query)))
    for question in READ:
        query = engine.query(question, now=made.now)
        for kind in ("cold", "warm"):
            library.swk_result_free(counted(f"{question}_{kind}", lambda query=query: engine.ask(query)))


def count(build, setting=(RECORDS, WEEKS, REPS)):
    """{name: instructions}."""
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder) / "libbench.so"
        subprocess.run(["sh", HERE / "library.sh", build, library], check=True)
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/counted"]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        command += [sys.executable, str(HERE / "instructions.py"), "--act", str(library), *map(str, setting)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            sys.exit(f"instructions: {done.stdout}{done.stderr}")
        counted = {}
        for path in pathlib.Path(folder).glob("counted.*"):
            text = path.read_text(encoding="utf-8")
            name, total = re.search(r"Client Request: (\w+)", text), re.search(r"^totals: (\d+)", text, re.MULTILINE)
            if name and total:
                counted[name[1]] = int(total[1])
    return counted


def records(name):
    import world

    counts = world.World(ctypes.CDLL(None), RECORDS, WEEKS).counts
    if name == "fold":
        return counts["lead"]
    if name == "open":
        return sum(counts.values())
    if name.startswith(("ingest_", "open_")):
        return counts[name.split("_")[1]]
    return sum(counts[table] for table in READ[name.rsplit("_", 1)[0]])


# ------------------------------------------------------------------------------------------ comparing


def read():
    lines = [line for line in BUDGETS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return lines[0], {name: float(number) for name, number in map(str.split, lines[1:])}


def write(counted):
    lines = [f"{name} {number:.1f}" for name, number in sorted(counted.items())]
    BUDGETS.write_text(HEAD + tools() + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def grow(build):
    """Millions of instructions of a question, cold and warm, in each setting."""
    counted = [count(build, setting) for setting in GROWN.values()]
    print(f"| | {' | '.join(GROWN)} |")
    print("|---" * (1 + len(GROWN)) + "|")
    for question in READ:
        cells = [f"{of[question + '_cold'] / 1e6:.1f}, {of[question + '_warm'] / 1e6:.1f}" for of in counted]
        print(f"| {question} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--grow", action="store_true")
    parser.add_argument("--act", nargs=4)
    arguments = parser.parse_args()
    if arguments.act:
        act(arguments.act[0], *map(int, arguments.act[1:]))
        return 0
    if arguments.grow:
        grow(arguments.build.resolve())
        return 0
    if not arguments.write and read()[0] != tools():
        print(f"skipped: the budgets are those of {read()[0]}, here is {tools()}")
        return SKIPPED
    counted = {name: number / records(name) for name, number in count(arguments.build.resolve()).items()}
    if arguments.write:
        write(counted)
        return 0
    budgets, wrong = read()[1], 0
    for name in sorted(budgets.keys() | counted.keys()):
        budget, found = budgets.get(name, 0), counted.get(name, 0)
        far = abs(found - budget) > TOLERANCE * budget
        wrong += far
        print(f"{name:20}{found:10.1f}{budget:10.1f}{'  WRONG' if far else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
