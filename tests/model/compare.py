#!/usr/bin/env python3
"""Compares the program with the model on random feeds and queries.

    compare.py --program PATH [--seeds N] [--first SEED] [--queries N] [--shuffle] [--keep DIR]
                              [--tables all|calls] [--reports a,b]
    compare.py --self                       the model against itself: tests this harness

Every difference is one line that holds what is needed to see it again:
`--first SEED --seeds 1 --keep DIR` leaves the batches of that seed in DIR.
"""
from __future__ import annotations

import argparse
import csv
import io
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Optional

from errors import MissingRates, UsageError
from feeds import Asker, Feed, make_asker, make_feed
from twin import REPORTS, Twin, read_lines

COUNTS = re.compile(r"accepted (\d+), unchanged (\d+), rejected (\d+)")
SHOWN = 3  # rows shown for each kind of difference in a query
TOLERANCE = 1e-12
LOOSE_TOLERANCE = 1e-9  # "columns through log or exp"
FIRST_COLUMNS = {"made", "contacted", "leads", "won", "scheduled"}
LOOSE = re.compile(r"((within_\w+|\w+_90d|median_h|p90_h|odds_ratio)_(lo|hi)|[pq]_value)")


class Comparison:
    def __init__(self, program: list[str], queries: int, tables: str = "all",
                 reports: tuple[str, ...] = tuple(REPORTS)):
        self.program, self.queries_each = program, queries
        self.tables, self.reports = tables, reports
        self.feeds = self.queries = self.rows = self.differences = self.without_rates = 0

    def differ(self, seed: int, what: str) -> None:
        self.differences += 1
        print(f"DIFF seed {seed}: {what}", flush=True)

    def run(self, *argv: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run([*self.program, *argv], capture_output=True, timeout=300)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess([*self.program, *argv], -1, b"", b"no end in 300 s")

    # ---- stores -------------------------------------------------------------

    def make_store(self, feed: Feed, store: Path, batches: list[list[str]]) -> Optional[list[str]]:
        """Imports the batches; the last lines of the imports, None on failure."""
        if feed.init:
            currency = ["--currency", feed.currency] if feed.currency else []
            done = self.run("init", str(store), "--zone", feed.zone,
                            "--week-start", feed.week_start, *currency)
            if done.returncode != 0:
                self.differ(feed.seed, f"init: exit {done.returncode} {done.stderr!r}")
                return None
        lines = []
        for number, batch in enumerate(batches):
            path = store.parent / f"{store.name}-{number}.jsonl"
            path.write_bytes("".join(line + "\n" for line in batch).encode("utf-8"))
            argv = ["import", str(store), str(path), "--recorded-at",
                    feed.first_stamps[number % len(feed.first_stamps)]]
            if feed.import_zone:
                argv += ["--zone", feed.import_zone]
            done = self.run(*argv)
            last = last_line(done.stdout) or last_line(done.stderr)
            counts = COUNTS.match(last)
            if not counts or done.returncode != (3 if int(counts[3]) else 0):
                self.differ(feed.seed, f"import {argv}: exit {done.returncode}, "
                                       f"{last!r}, {done.stderr!r}")
                return None
            lines.append(last)
        return lines

    def make_twin(self, feed: Feed, lines: list[str]) -> Twin:
        twin = Twin(feed.zone, feed.week_start, feed.currency or "USD")
        for number, batch in enumerate(feed.batches):
            counts = twin.ingest(read_lines(batch), feed.first_stamps[number], feed.import_zone)
            expected = (f"accepted {counts.accepted}, unchanged {counts.unchanged}, "
                        f"rejected {counts.rejected}")
            if lines[number] != expected:
                self.differ(feed.seed, f"import of batch {number}: "
                                       f"program {lines[number]!r}, model {expected!r}")
        return twin

    # ---- queries ------------------------------------------------------------

    def asker(self, feed: Feed) -> Asker:
        return make_asker(feed, random.Random(f"queries {feed.seed}"), self.tables, self.reports)

    def compare_feed(self, seed: int, folder: Path) -> None:
        feed = make_feed(seed, self.tables)
        self.feeds += 1
        lines = self.make_store(feed, folder / f"store{seed}", feed.batches)
        if lines is None:
            return
        twin = self.make_twin(feed, lines)
        asker = self.asker(feed)
        for _ in range(self.queries_each):
            self.compare_query(feed, twin, folder / f"store{seed}", asker.query())

    def compare_query(self, feed: Feed, twin: Twin, store: Path, query: dict[str, Any]) -> None:
        self.queries += 1
        argv = report_argv(store, query)
        done = self.run(*argv)
        try:
            names, rows = twin.report(**query)
        except UsageError as error:
            if done.returncode != 2:
                self.differ(feed.seed, f"{argv}: exit {done.returncode}, model: wrong usage: {error}")
            return
        except MissingRates as error:
            self.without_rates += 1
            if done.returncode != 1 or not names_first(error, done.stderr):
                self.differ(feed.seed, f"{argv}: exit {done.returncode}, {done.stderr!r}, model: {error}")
            return
        if done.returncode != 0:
            self.differ(feed.seed, f"{argv}: exit {done.returncode}: {done.stderr!r}")
            return
        for difference in self.differences_in(names, rows, done.stdout.decode("utf-8", "replace")):
            self.differ(feed.seed, f"{argv}: {difference}")

    def differences_in(self, names: list[str], rows: list[list[Any]], text: str) -> list[str]:
        table = list(csv.reader(io.StringIO(text, newline="")))
        if not table:
            return ["no heading"]
        heading, got = table[0], [dict(zip(table[0], row)) for row in table[1:]]
        found = [f"row {row} has {len(row)} fields" for row in table[1:]
                 if len(row) != len(heading)][:SHOWN]
        if heading != names:
            found.append(f"columns: program {heading}, model {names}")
        expected = [dict(zip(names, row)) for row in rows]
        self.rows += len(expected)
        keys = names[:first_own_column(names)]
        wanted_keys = [tuple(shown(row[name]) for name in keys) for row in expected]
        got_keys = [tuple(row.get(name, "") for name in keys) for row in got]
        if wanted_keys != got_keys:
            return found + key_differences(wanted_keys, got_keys)
        wrong = [row_difference(want, have) for want, have in zip(expected, got)]
        wrong = [each for each in wrong if each]
        more = [f"... and {len(wrong) - SHOWN} more rows"] if len(wrong) > SHOWN else []
        return found + wrong[:SHOWN] + more

    # ---- order of arrival ---------------------------------------------------

    def shuffle_feed(self, seed: int, folder: Path) -> None:
        """Fully stamped: order, batches and replays never change any number."""
        feed = make_feed(seed, self.tables)
        if feed.stamped != "full":
            return
        self.feeds += 1
        rng = random.Random(f"shuffle {seed}")
        lines = feed.lines + rng.sample(feed.lines, len(feed.lines) // 5)
        rng.shuffle(lines)
        parts = rng.randint(1, 5)
        straight, mixed = folder / f"straight{seed}", folder / f"mixed{seed}"
        if self.make_store(feed, straight, [feed.lines]) is None:
            return
        if self.make_store(feed, mixed, [lines[part::parts] for part in range(parts)]) is None:
            return
        asker = self.asker(feed)
        for _ in range(self.queries_each):
            query = asker.query()
            query.setdefault("now", "2026-11-01T00:00:00Z")
            self.queries += 1
            first, second = (self.run(*report_argv(store, query)) for store in (straight, mixed))
            self.rows += max(first.stdout.count(b"\n") - 1, 0)
            if (first.returncode, first.stdout) != (second.returncode, second.stdout):
                self.differ(seed, f"{report_argv(straight, query)}: differs when the feed comes "
                                  f"shuffled in {parts} batches: exit {first.returncode} and "
                                  f"{second.returncode}; {line_difference(first.stdout, second.stdout)}")


def last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def report_argv(store: Path, query: dict[str, Any]) -> list[str]:
    argv = ["report", str(store), query["name"], "--format", "csv"]
    if query.get("by"):
        argv += ["--by", ",".join(query["by"])]
    for name, value in query.get("where", []):
        argv += ["--where", f"{name}={value}"]
    for name, value in query.get("options", {}).items():
        argv += ["--set", f"{name}={value}"]
    for key in ("from_", "to", "zone", "week_start", "now", "as_of", "currency"):
        if key in query:
            argv += ["--" + key.strip("_").replace("_", "-"), query[key]]
    return argv + ["--" + flag for flag in ("total", "fill", "previous") if query.get(flag)]


def names_first(error: MissingRates, message: bytes) -> bool:
    """A failure names the first of the missing rates, by date and then by currency."""
    text = message.decode("utf-8", "replace")
    code, day = error.first
    return code in text and day.isoformat() in text


def first_own_column(names: list[str]) -> int:
    """After week, week_start, partial and the dimensions."""
    return next(i for i, name in enumerate(names) if i >= 3 and name in FIRST_COLUMNS)


def shown(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def same(name: str, want: Any, have: str) -> bool:
    """Counts and amounts exactly, reals within the contract's tolerance."""
    if not isinstance(want, float):
        return shown(want) == have
    try:
        number = float(have)
    except ValueError:
        return False
    tolerance = LOOSE_TOLERANCE if LOOSE.fullmatch(name) else TOLERANCE
    return abs(number - want) <= tolerance * max(abs(number), abs(want))


def row_difference(want: dict[str, Any], have: dict[str, str]) -> str:
    wrong = [name for name in want if name in have and not same(name, want[name], have[name])]
    if not wrong:
        return ""
    fields = ", ".join(f"{name}: program {have[name]!r}, model {shown(want[name])!r}" for name in wrong)
    model_row = {name: shown(value) for name, value in want.items()}
    return f"{fields}; program row {have}; model row {model_row}"


def key_differences(wanted: list[tuple], got: list[tuple]) -> list[str]:
    missing = [key for key in wanted if key not in set(got)]
    extra = [key for key in got if key not in set(wanted)]
    if not missing and not extra:
        at = next((i for i, (a, b) in enumerate(zip(wanted, got)) if a != b), len(wanted))
        return [f"order or repetition of rows from row {at}: program {got[at:at + SHOWN]}, "
                f"model {wanted[at:at + SHOWN]}"]
    return [f"rows: program {len(got)}, model {len(wanted)}; only in the program "
            f"({len(extra)}) {extra[:SHOWN]}; only in the model ({len(missing)}) {missing[:SHOWN]}"]


def line_difference(first: bytes, second: bytes) -> str:
    for one, other in zip(first.split(b"\n"), second.split(b"\n")):
        if one != other:
            return f"{one!r} and {other!r}"
    return "one ends before the other"


def compare_all(comparison: Comparison, args: argparse.Namespace, folder: Path) -> None:
    for seed in range(args.first, args.first + args.seeds):
        if args.shuffle:
            comparison.shuffle_feed(seed, folder)
        else:
            comparison.compare_feed(seed, folder)


def chosen_reports(parser: argparse.ArgumentParser, args: argparse.Namespace) -> tuple[str, ...]:
    if args.reports is None:
        return tuple(REPORTS) if args.tables == "all" else ("calls",)
    reports = tuple(args.reports.split(","))
    for name in reports:
        if name not in REPORTS:
            parser.error(f"no report {name}")
    if args.tables == "calls" and reports != ("calls",):
        parser.error("--tables calls has the report calls alone")
    return reports


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program")
    parser.add_argument("--self", action="store_true")
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--queries", type=int, default=12)
    parser.add_argument("--keep", help="a new directory to leave stores and batches in")
    parser.add_argument("--tables", choices=["all", "calls"], default="all",
                        help="feeds of all tables, or of rep, lead and call alone")
    parser.add_argument("--reports", help="comma-separated; default: all that the tables feed")
    args = parser.parse_args()
    reports = chosen_reports(parser, args)
    if bool(args.program) == args.self:
        parser.error("either --program PATH or --self")
    program = [args.program] if args.program else [
        sys.executable, str(Path(__file__).with_name("twin.py"))]
    comparison = Comparison(program, args.queries, args.tables, reports)
    if args.keep:
        Path(args.keep).mkdir(parents=True)
        compare_all(comparison, args, Path(args.keep))
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare_all(comparison, args, Path(folder))
    print(f"feeds {comparison.feeds}, queries {comparison.queries}, "
          f"rows compared {comparison.rows}, missing rates {comparison.without_rates}, "
          f"differences {comparison.differences}")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
