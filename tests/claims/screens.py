#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: screens fit 80 and 120 columns, let nothing but colours through, and show every figure of the CSV, rounded.

    screens.py --build build/release [--quick]

Imports docs/examples/sample, shows every report in a terminal (a pseudo terminal of that size, with 256 colours) in
several ways, prints the main screens, and reads the tables back: no line is wider than the terminal, no escape but
those of colours is in it, and each cell is what CSV says, to the digits shown: shares to 0.1 %, waiting times as they
are written, sums of time to seconds, other numbers to their last digit. Every column of the CSV is on the screen.
"""

import csv
import io
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import screen  # noqa: E402

NOW = ("--now", "2026-11-09")
WINDOW = ("--from", "2026-W34", "--to", "2026-W45")
WIDTHS = (80, 120)
ONLY_LOOKED_AT = (60, 100)
REPORTS = ("calls", "responses", "first_touch", "deals", "scores", "conversion", "meetings", "win_rate")
WAYS = (
    WINDOW,
    (*WINDOW, "--by", "rep", "--total"),
    ("--from", "2026-W43", "--to", "2026-W45", "--by", "team", "--previous"),
)
PRINTED = (
    ("weekly",),
    ("report", "calls"),
    ("report", "calls", "--by", "weekday,hour", "--total", "--set", "clock=lead"),
    ("report", "win_rate", "--by", "rep", "--total"),
    ("report", "deals", "--by", "team", "--from", "2026-W42", "--to", "2026-W45"),
)
FOLDED = re.compile(r"week_start|partial|currency|.*_lo|.*_hi")
WAIT = {"min": 1 / 60, "h": 1, "d": 24}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def number(text):
    """(value, half of the last digit) of a number as it is shown."""
    digits = text.replace(",", "")
    return float(digits), 0.5 * 10.0 ** -(len(digits.split(".")[1]) if "." in digits else 0)


def value(text):
    """(value, tolerance) of a cell's text without its interval; None where it is none."""
    if text in ("–", ""):
        return None
    if re.fullmatch(r"[\d,]+:\d\d:\d\d", text):
        hours, minutes, seconds = text.replace(",", "").split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(seconds), 0.5
    if text == "<0.001":
        return 0.0005, 0.0005
    body, _, unit = text.partition(" ")
    found, half = number(body)
    scale = 0.01 if unit == "%" else WAIT.get(unit, 1)
    return found * scale, half * scale


def bounds(text, share):
    """The two ends of "[a–b]", each (value, tolerance) or None for "?"."""
    ends = []
    for end in text.strip("[]").split("–"):
        if end == "?":
            ends.append(None)
        else:
            ends.append(value(end + (" %" if share else "")))
    return ends


def agrees(found, expected):
    if found is None or expected == "":
        return found is None and expected == ""
    return abs(found[0] - float(expected)) <= found[1] * (1 + 1e-9) + 1e-12


def words_of(column):
    """How a column of the CSV is headed on the screen: (its words, of the week before)."""
    name = column.removesuffix("_previous")
    return re.sub(r"_(s|h|days)$", "", name).replace("_", " "), name != column


def compare_cell(ours, what, column, cell, row):
    """A cell against its row of the CSV."""
    expected = row[column]
    if expected in ("true", "false") or column in ("week", "rep", "team", "band"):
        told = {"true": "yes", "false": "no"}.get(expected, expected)
        ours.check(cell.rstrip("*") in (told, "–" if told == "" else told), f"{what}: {cell!r} for {expected!r}")
        return
    text, _, interval = cell.partition(" [")
    ours.check(agrees(value(text), expected), f"{what}: {cell!r} for {expected!r}")
    if interval:
        for end, name in zip(bounds(interval, text.endswith("%") or "rate" in column), ("_lo", "_hi")):
            ours.check(agrees(end, row[column + name]), f"{what}{name}: {cell!r} for {row[column + name]!r}")


def compare_table(ours, name, text, rows):
    """All blocks of a report's table against the CSV; how many cells."""
    cells, seen = 0, set()
    names = {words_of(column): column for column in rows[0] if not FOLDED.fullmatch(column) or column == "odds_ratio"}
    for block in screen.tables(text):
        for column in block:
            found = names.get((column.heading, column.unit.startswith("before")))
            if not found or (found in seen and found not in ("week", "rep", "team", "band")):
                continue
            seen.add(found)
            if len(column.cells) != len(rows):  # the trends below the table
                continue
            for at, (cell, row) in enumerate(zip(column.cells, rows)):
                compare_cell(ours, f"{name}: {found}, row {at + 1}", found, cell, row)
                cells += 1
    total = {"week"} if "--total" in name else set()
    hidden = [column for column in names.values() if column not in seen | total]
    ours.same(f"{name}: columns that are not shown", hidden, [])
    return cells


def compare_grid(ours, name, text, rows):
    """The best hours against the CSV: for each weekday the rates, and the counts."""
    cells = 0
    for at, (column, shown) in enumerate((("answer_rate", lambda n: f"{100 * float(n):.0f}"), ("made", str))):
        for day, label in enumerate(DAYS, 1):
            line = [line for line in text.splitlines() if line.startswith(label)][at]
            expected = [shown(row[column]) for row in rows if row["weekday"] == str(day)]
            ours.same(f"{name}: {column}, {label}", re.findall(r"\d+", line), expected)
            cells += len(expected)
    return cells


def look(ours, store, words, width):
    """A screen without its colours, and what is wrong with it."""
    code, text = screen.shown([ours.program, words[0], store, *words[1:], *NOW], width)
    name = f"{' '.join(words)} at {width}"
    ours.same(f"{name}: exit", code, 0)
    bare = screen.plain(text)
    ours.check("\x1b[" in text, f"{name}: no colours in a terminal")
    ours.same(f"{name}: what a terminal obeys", screen.OBEYED.findall(bare), [])
    ours.same(f"{name}: too wide", [line for line in bare.splitlines() if screen.places(line) > width], [])
    return name, bare


def main():
    ours = claim.Claim(__doc__)
    cells = screens = 0
    with claim.workplace() as work:
        store = work / "sample.salesweek"
        ours.same("init", ours.run("init", store, "--zone", "Europe/Berlin").returncode, 0)
        for path in sorted((claim.EXAMPLES / "sample").glob("*.csv")):
            ours.same(path.name, ours.run("import", store, "--map", path.with_suffix(".map.json"), path).returncode, 0)
        for width in ONLY_LOOKED_AT:
            for words in PRINTED:
                look(ours, store, words, width)
                screens += 1
        for width in WIDTHS:
            for words in PRINTED:
                name, text = look(ours, store, words, width)
                print(f"\n======== {name}\n{text}")
                screens += 1
                if "weekday,hour" in words:
                    cells += compare_grid(ours, name, text, csv_rows(ours, store, words))
            for report in REPORTS:
                for way in WAYS:
                    words = ("report", report, *way)
                    name, text = look(ours, store, words, width)
                    cells += compare_table(ours, name, text, csv_rows(ours, store, words))
                    screens += 1
    return ours.end(f"screens {screens}, cells that say what CSV says {cells}, contradictions {ours.wrong}")


def csv_rows(ours, store, words):
    done = ours.run("report", store, *words[1:], *NOW, "--format", "csv")
    return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))


if __name__ == "__main__":
    sys.exit(main())
