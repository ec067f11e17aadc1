#!/usr/bin/env python3
"""The blind twin: what salesweek should compute, slowly, from the contract alone.

    twin.py FEED.jsonl REPORT [report flags] [--store-zone Z] [--store-week-start DAY]
                              [--store-currency C] [--import-zone Z] [--recorded-at T]
    twin.py init|import|report STORE ...     the same flags as `salesweek`
"""
from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, Optional, Union

from currencies import DIGITS
from errors import MissingRates, UsageError
from instants import in_range, parse_instant, zone_names
from joins import Book
from query import Answer, Query, Report, check_by, check_options, read_filters
from records import Counts, Records, Snapshot
from report_calls import Calls
from report_conversion import Conversion
from report_deals import Deals
from report_meetings import Meetings
from report_responses import FirstTouch, Responses
from report_scores import Scores
from report_win_rate import WinRate
from weeks import DAYS, Calendar

REPORTS: dict[str, type[Report]] = {
    "calls": Calls, "responses": Responses, "first_touch": FirstTouch, "deals": Deals,
    "scores": Scores, "conversion": Conversion, "meetings": Meetings, "win_rate": WinRate}

When = Union[int, str, None]  # microseconds, a text instant, or not given


def wall_clock() -> int:
    return time.time_ns() // 1000


class Twin:
    def __init__(self, zone: str = "UTC", week_start: str = "monday", currency: str = "USD"):
        check_calendar(zone, week_start)
        check_currency(currency)
        self.zone, self.week_start, self.currency = zone, week_start, currency
        self.records = Records(base=currency)

    def ingest(self, rows: list[Any], recorded_at: When = None,
               zone: Optional[str] = None) -> Counts:
        zone = zone or self.zone
        check_calendar(zone, "monday")
        first_stamp = read_when(recorded_at, zone)
        return self.records.ingest(rows, wall_clock() if first_stamp is None else first_stamp, zone)

    def report(self, name: str, by: list[str] = [], where: list[tuple[str, Any]] = [],
               from_: Optional[str] = None, to: Optional[str] = None, total: bool = False,
               fill: bool = False, previous: bool = False, zone: Optional[str] = None,
               week_start: Optional[str] = None, now: When = None, as_of: When = None,
               currency: Optional[str] = None, options: dict[str, str] = {},
               ) -> tuple[list[str], list[list[Any]]]:
        if name not in REPORTS:
            raise UsageError(f"no report {name}")
        report = REPORTS[name]
        zone, week_start = zone or self.zone, week_start or self.week_start
        check_calendar(zone, week_start)
        check_currency(currency)
        by = by or report.DEFAULT_BY
        check_by(by, report.DIMENSIONS)
        check_options(options, report.OPTIONS)
        calendar = Calendar(zone, week_start)
        as_of_instant, now_instant = read_when(as_of, zone), read_when(now, zone)
        if now_instant is None:  # default: the wall clock; with as_of, that
            now_instant = wall_clock() if as_of_instant is None else as_of_instant
        query = Query(
            calendar, now_instant, by, read_filters(where, report.DIMENSIONS),
            calendar.parse_week(from_) if from_ is not None else None,
            calendar.parse_week(to) if to is not None else None,
            total, fill, previous, options, currency)
        book = Book(Snapshot(self.records, as_of_instant, now_instant))
        asked = report(book, query)
        answer = Answer(query, asked)
        names, rows = answer.names(), answer.rows()
        asked.refuse()
        return names, rows


def check_currency(code: Optional[str]) -> None:
    if code is not None and code not in DIGITS:
        raise UsageError(f"unknown currency {code!r}")


def check_calendar(zone: str, week_start: str) -> None:
    if zone not in zone_names():
        raise UsageError(f"unknown zone {zone!r}")
    if week_start not in DAYS:
        raise UsageError(f"unknown weekday {week_start!r}")


def read_when(value: When, zone: str) -> Optional[int]:
    if isinstance(value, str):
        try:
            value = parse_instant(value, zone)
        except (ValueError, OverflowError):
            raise UsageError(f"not an instant: {value!r}") from None
        if not in_range(value):
            raise UsageError("an instant outside 1970-01-01 to 2200-01-01")
    return value


# ---- lines in, CSV out ------------------------------------------------------

def read_lines(lines: list[str]) -> list[Any]:
    return [read_line(line) for line in lines if line.strip()]


def read_line(line: str) -> Any:
    """Numbers by their digits; a line that is not JSON is a bad row."""
    try:
        return json.loads(line, parse_float=Decimal, parse_constant=refuse_constant)
    except ValueError:
        return None


def refuse_constant(name: str) -> None:
    raise ValueError(name)


def csv_field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        shortest = repr(value)
        return shortest[:-2] if shortest.endswith(".0") else shortest
    return str(value)


def print_csv(names: list[str], rows: list[list[Any]]) -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    out = csv.writer(sys.stdout)
    out.writerow(names)
    out.writerows([csv_field(value) for value in row] for row in rows)


# ---- command line -----------------------------------------------------------

def add_report_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report")
    parser.add_argument("--by", action="append", default=[])
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--from", dest="from_")
    parser.add_argument("--to")
    for flag in ("--total", "--fill", "--previous"):
        parser.add_argument(flag, action="store_true")
    for flag in ("--zone", "--week-start", "--now", "--as-of", "--currency"):
        parser.add_argument(flag)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--format", choices=["csv"], default="csv")


def split(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")  # split at the first `=`
    if not equals:
        raise UsageError(f"no = in {pair!r}")
    return name, value


def run_report(twin: Twin, args: argparse.Namespace) -> int:
    print_csv(*twin.report(
        args.report, by=[name for part in args.by for name in part.split(",")],
        where=[split(pair) for pair in args.where], from_=args.from_, to=args.to,
        total=args.total, fill=args.fill, previous=args.previous, zone=args.zone,
        week_start=args.week_start, now=args.now, as_of=args.as_of, currency=args.currency,
        options=dict(split(pair) for pair in args.set)))
    return 0


def feed_command(argv: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("feed")
    add_report_flags(parser)
    parser.add_argument("--store-zone", default="UTC")
    parser.add_argument("--store-week-start", default="monday")
    parser.add_argument("--store-currency", default="USD")
    parser.add_argument("--import-zone")
    parser.add_argument("--recorded-at")
    args = parser.parse_args(argv)
    twin = Twin(args.store_zone, args.store_week_start, args.store_currency)
    twin.ingest(read_lines(read_feed(args.feed)), args.recorded_at, args.import_zone)
    return run_report(twin, args)


def read_feed(path: str) -> list[str]:
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    return data.decode("utf-8").split("\n")


def load(path: str) -> dict[str, Any]:
    """A store of the twin is a JSON file: settings and the batches so far."""
    if Path(path).exists():
        return json.loads(Path(path).read_text(encoding="utf-8"))
    return {"zone": "UTC", "week_start": "monday", "currency": "USD", "batches": []}


def replay(store: dict[str, Any]) -> tuple[Twin, Counts]:
    twin, counts = Twin(store["zone"], store["week_start"], store["currency"]), Counts()
    for batch in store["batches"]:
        counts = twin.ingest(read_lines(batch["lines"]), batch["recorded_at"], batch["zone"])
    return twin, counts


def store_command(argv: list[str]) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init")
    init.add_argument("store")
    init.add_argument("--zone", default="UTC")
    init.add_argument("--week-start", default="monday")
    init.add_argument("--currency", default="USD")
    load_feed = commands.add_parser("import")
    for name in ("store", "feed", "--zone", "--recorded-at"):
        load_feed.add_argument(name)
    ask = commands.add_parser("report")
    ask.add_argument("store")
    add_report_flags(ask)
    args = parser.parse_args(argv)
    if args.command == "report":
        return run_report(replay(load(args.store))[0], args)
    return init_store(args) if args.command == "init" else import_feed(args)


def init_store(args: argparse.Namespace) -> int:
    check_calendar(args.zone, args.week_start)
    check_currency(args.currency)
    save(args.store, {"zone": args.zone, "week_start": args.week_start,
                      "currency": args.currency, "batches": []})
    return 0


def import_feed(args: argparse.Namespace) -> int:
    store = load(args.store)
    stamp = read_when(args.recorded_at, args.zone or store["zone"])
    store["batches"].append({"lines": read_feed(args.feed), "zone": args.zone,
                             "recorded_at": wall_clock() if stamp is None else stamp})
    counts = replay(store)[1]
    save(args.store, store)
    print(f"accepted {counts.accepted}, unchanged {counts.unchanged}, "
          f"rejected {counts.rejected}")
    return 3 if counts.rejected else 0


def save(path: str, store: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps(store), encoding="utf-8")


def main(argv: list[str]) -> int:
    try:
        if argv[:1] and argv[0] in ("init", "import", "report"):
            return store_command(argv)
        return feed_command(argv)
    except UsageError as error:
        print(f"twin: {error}", file=sys.stderr)
        return 2
    except MissingRates as error:
        print(f"twin: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
