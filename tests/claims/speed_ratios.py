#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: how much faster than DuckDB, as ratios in one run, beside what they are meant to be.

Ten million records (BENCH_ROWS), ingested and asked by salesweek with one thread and by DuckDB with all cores, in turn;
medians. Every cell of the answers that both compute is equal; that alone is asserted. With --quick few records, and the
ratios say little.
"""

import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import bench
import claim
import queries

RECORDS = int(os.environ.get("BENCH_ROWS", "10000000"))
MIB = 1 << 20


class Ratios:
    def __init__(self, rows, figures):
        self.calls, self.figures = rows * 4 // 10, figures

    def of(self, name, engine="salesweek", what="seconds"):
        return self.figures.get(engine, {}).get(name, {}).get(what)

    def faster(self, name):
        ours, theirs = self.of(name), self.of(name, "duckdb")
        return theirs / ours if ours and theirs else None

    def each(self, kind):
        return [self.faster(f"{question}_{kind}") for question in queries.QUESTIONS]

    def quotient(self, a, b):
        return a / b if a and b else None

    def longer(self):
        """Thirteen weeks of a history ten times as long, all questions together."""
        sums = [
            sum(self.of(f"{question}_13_weeks_{name}") or 0 for question in queries.QUESTIONS) for name in ("10x", "1x")
        ]
        return self.quotient(*sums)

    def bare(self, question):
        took = self.of(f"{question}_cold")
        return self.quotient(took and took / self.calls * 1e9, self.of("count_ns", "limits", "figure"))


def lines(ratios):
    """What, found, must, aim, and whether more is better."""
    yield "ingestion of calls, memory", ratios.faster("ingest"), 8, 12, True
    yield "the same batch again", ratios.faster("ingest_again"), 8, 20, True
    yield "ingestion of calls, file", ratios.faster("ingest_file"), 4, 4, True
    yield "eight reports cold, in sum", ratios.faster("all_cold"), 15, 30, True
    known = [ratio for ratio in ratios.each("cold") if ratio]
    yield "the least of the eight", min(known) if known else None, 5, 5, True
    threads = ratios.quotient(ratios.of("all_cold"), ratios.of("all_cold_threads"))
    yield "two threads against one", threads, 1.6, 1.6, True
    yield "eight reports warm, in sum", ratios.faster("all_warm"), 50, 200, True
    yield "one change, then the report, in sum", ratios.faster("all_changed"), 50, 200, True
    yield "13 weeks of 10 times the history, times", ratios.longer(), 1.2, 1.2, False
    yield "calls by week and rep, times a bare loop", ratios.bare("calls"), 4, 2, False
    yield "hours grid, times a bare loop", ratios.bare("hours"), 4, 2, False
    yield "memory, bytes a record", ratios.of("memory", what="bytes"), 80, 64, False
    yield "disk, bytes a record", ratios.of("disk", what="bytes"), 48, 40, False
    stores = ratios.of("empty_stores", what="bytes")
    yield "a thousand empty stores, MiB", stores and stores / MIB, 256, 256, False


def judge(found, must, aim, more):
    if found is None:
        return "not measured"
    if (found >= aim) if more else (found <= aim):
        return "aim reached"
    return "reached" if ((found >= must) if more else (found <= must)) else "SHORT"


def main():
    self = claim.Claim(__doc__)
    with claim.workplace() as folder:
        library = folder / "libbench.so"
        subprocess.run(["sh", claim.ROOT / "tests/bench/library.sh", self.build, library], check=True)
        words = ["--library", str(library), "--folder", str(folder), "--engines", "salesweek,duckdb"]
        words += ["--rows", str(self.scaled(RECORDS, 25000)), "--turns", str(self.scaled(3, 1))]
        arguments = bench.options(words)
        told, answers, whole = bench.measure(arguments)
        self.check(whole, "an engine failed")
        wrong, cells, totals = bench.check(arguments, answers)
        for text in wrong:
            self.check(False, text)
        figures = bench.medians(told)
    if not self.quick:
        bench.print_table(arguments, figures)
    print(f"{'':42}{'found':>10}{'must':>8}{'aim':>8}")
    found = list(lines(Ratios(arguments.rows, figures)))
    for what, ratio, must, aim, more in found:
        text = "" if ratio is None else f"{ratio:.2f}"
        print(f"{what:42}{text:>10}{must:>8}{aim:>8}  {'' if self.quick else judge(ratio, must, aim, more)}")
    least = statistics.median(ratio for _, ratio, *_ in found if ratio)
    print(f"{arguments.rows} records; the median of these lines is {least:.1f}")
    return self.end(f"{cells} cells of answers are equal, {totals} totals as in closed form")


if __name__ == "__main__":
    sys.exit(main())
