#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: all reports of the sample read the same in all formats, agree with each other, and show every column.

    sample_reports.py --build build/release [--quick]

Imports docs/examples/sample and asks every report of the catalog in several ways. CSV, JSON and the library's
plain table (the program's screens are in screens.py) are parsed apart and compared cell by cell; figures that several
reports or rows tell are compared with each other; and the sample must have something to show in every column, or it is
not much of a sample.
"""

import csv
import io
import json
import pathlib
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import library  # noqa: E402

SIZE_MAX = 1000000
NOW = ("--now", "2026-11-09")
WINDOW = ("--from", "2026-W34", "--to", "2026-W45")  # the twelve weeks
REPORTS = ("calls", "responses", "first_touch", "deals", "scores", "conversion", "meetings", "win_rate")
WAYS = (
    (),
    WINDOW,
    (*WINDOW, "--total"),
    (*WINDOW, "--by", "rep"),
    (*WINDOW, "--by", "rep", "--total"),
    (*WINDOW, "--by", "team", "--fill"),
    ("--from", "2026-W40", "--to", "2026-W45", "--by", "team", "--total", "--previous"),
    ("--by", "source,segment", "--total"),
    ("--zone", "America/New_York", "--week-start", "sunday"),
)


def asked(ours, store, report, way, form):
    done = ours.run("report", store, report, *way, *NOW, "--format", form)
    if done.returncode:
        raise RuntimeError(f"report {report} {way}: exit {done.returncode}, {done.stderr.decode()}")
    return done.stdout.decode()


def as_query(report, way):
    """The words of a way as tests/support/library.py takes a query."""
    query, words = {"name": report, "now": NOW[1]}, iter(way)
    for word in words:
        name = {"--from": "from_", "--week-start": "week_start"}.get(word, word[2:])
        query[name] = True if name in ("total", "fill", "previous") else next(words)
    if "by" in query:
        query["by"] = query["by"].split(",")
    return query


def as_csv(text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return rows[0], rows[1:]


def from_json(value):
    """A JSON value as CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def as_json(text):
    rows = json.loads(text, parse_float=str, parse_int=str)
    return [list(row) for row in rows], [[from_json(value) for value in row.values()] for row in rows]


def as_table(text):
    """Cells by the places of the rulers."""
    heading, rulers, *lines = text.splitlines()
    places, begin = [], 0
    for ruler in rulers.split("  "):
        places.append((begin, begin + len(ruler)))
        begin += len(ruler) + 2
    return [[line[first:last].strip() for first, last in places] for line in (heading, *lines)]


def rounded(cell, shown):
    """Whether the table's cell shows what CSV's holds, which has all digits."""
    if cell == shown:
        return True
    try:
        return abs(Decimal(cell) - Decimal(shown)) <= Decimal("0.00005")
    except ArithmeticError:
        return False


def compare_formats(ours, store, kept, report, way, filled):
    name = f"{report} {' '.join(way)}"
    heading, rows = as_csv(asked(ours, store, report, way, "csv"))
    ours.check(rows, f"{name}: no rows")
    names, cells = as_json(asked(ours, store, report, way, "json"))
    ours.check(all(each == heading for each in names), f"{name}: JSON has other columns")
    ours.same(f"{name}: JSON", cells, rows)
    top, *table = as_table(kept.report(as_query(report, way), library.TABLE).decode())
    ours.same(f"{name}: table", (top, len(table)), (heading, len(rows)))
    for row, shown in zip(rows, table):
        for column, cell, short in zip(heading, row, shown):
            ours.check(rounded(cell, short), f"{name}: {column} is {cell!r} in CSV, {short!r} in the table")
            filled.setdefault((report, column), False)
            filled[report, column] |= cell != ""
    return len(rows) * len(heading)


def compare_reports(ours, store):
    """Figures that several reports or rows tell; how many were compared."""

    def rows(report, *way):
        return ours.rows(store, report, *WINDOW, *way, *NOW)

    def added(found, column):
        return sum(Decimal(row[column]) for row in found)

    pairs = []
    counts = (
        ("calls", ("made", "answered", "voicemail", "positive")),
        ("responses", ("contacted", "responded")),
        ("first_touch", ("leads", "touched")),
        ("deals", ("won", "amount")),
        ("conversion", ("leads", "opportunities", "converted", "amount")),
        ("meetings", ("scheduled", "held", "no_show")),
        ("win_rate", ("won", "lost", "opened", "leads", "won_amount", "lost_amount")),
    )
    for report, columns in counts:
        (total,) = rows(report, "--total")
        for by in ((), ("--by", "rep"), ("--by", "team", "--total"), ("--by", "source")):
            for column in columns:
                pairs.append((f"{report} {by} {column}", added(rows(report, *by), column), Decimal(total[column])))
    for by in ((), ("--by", "rep"), ("--by", "team,source")):
        found = {report: rows(report, *by, "--total") for report in REPORTS if report != "scores"}
        for one, column, other, there in (
            ("deals", "won", "win_rate", "won"),
            ("deals", "amount", "win_rate", "won_amount"),
            ("conversion", "leads", "first_touch", "leads"),
            ("conversion", "leads", "win_rate", "leads"),
        ):
            pairs.append((f"{one} and {other} {by}", added(found[one], column), added(found[other], there)))
    for name, one, other in pairs:
        ours.same(name, one, other)
    return len(pairs)


def what_was_meant(ours, store):
    """What the sample says of itself."""
    reps = ours.rows(store, "win_rate", *WINDOW, "--by", "rep", "--total", *NOW)
    ours.same("reps", len(reps), 8)
    ours.same("reps without a deal", [row["rep"] for row in reps if row["won"] == "0"], ["Hana Sato"])
    weeks = {row["week"] for row in ours.rows(store, "deals", *WINDOW, *NOW)}
    ours.same("weeks", len(weeks), 12)
    best = max(
        ours.rows(store, "calls", "--by", "hour", "--total", "--set", "clock=lead", *NOW),
        key=lambda row: float(row["answer_rate"]),
    )
    ours.check(best["hour"] in ("10", "11"), f"the best hour of the leads' clocks is {best['hour']}")
    bands = ours.rows(store, "scores", "--where", "model=2026", "--total", *NOW)
    ours.check(float(bands[-1]["buy_rate"]) > 3 * float(bands[0]["buy_rate"]), "the score does not tell who buys")
    euros = ours.rows(store, "deals", "--total", "--currency", "EUR", *WINDOW, *NOW)[0]
    dollars = ours.rows(store, "deals", "--total", *WINDOW, *NOW)[0]
    ours.check(Decimal(euros["amount"]) < Decimal(dollars["amount"]), "EUR are worth more than USD in the sample")


def main():
    ours = claim.Claim(__doc__)
    sample = sorted((claim.EXAMPLES / "sample").glob("*.csv"))
    size = sum(path.stat().st_size for path in sample)
    lines = sum(path.read_bytes().count(b"\n") - 1 for path in sample)
    ours.check(size < SIZE_MAX, f"the sample has {size} bytes")
    with claim.workplace() as work:
        store = work / "sample.salesweek"
        ours.same("init", ours.run("init", store, "--zone", "Europe/Berlin").returncode, 0)
        for path in sample:
            done = ours.run("import", store, "--map", path.with_suffix(".map.json"), path)
            ours.check(b", unchanged 0, rejected 0\n" in done.stdout, f"{path.name}: {done.stdout.decode()}")
        filled, cells = {}, 0
        kept = library.Store(library.Library(ours.build), store, "Europe/Berlin")
        for report in REPORTS:
            for way in WAYS:
                cells += compare_formats(ours, store, kept, report, way, filled)
        kept.close()
        ours.same("columns that show nothing", [name for name, some in filled.items() if not some], [])
        pairs = compare_reports(ours, store)
        what_was_meant(ours, store)
    print(f"sample: {lines} records, {size} bytes")
    return ours.end(
        f"reports {len(REPORTS)}, queries {len(REPORTS) * len(WAYS)} in three formats, cells compared {cells}, "
        f"columns {len(filled)}, figures told twice {pairs}, contradictions {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
