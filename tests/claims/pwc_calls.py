#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: the published call-centre log gives the published figures, for every week, hour and agent.

    pwc_calls.py --build build/release [--quick]

Imports pwc_calls/Call_Center_Dataset.csv (SALESWEEK_DATA names the folder above) by docs/examples/pwc_calls.map.json
and compares with the figures of expected/, which were worked out elsewhere, and with what DuckDB's SQL finds in the raw
file. Rates and means must be the floating-point numbers nearest to the exact fractions.
"""

import csv
import math
import pathlib
import sys
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

Z = 1.959963984540054
ASKED = ("calls", "--set", "direction=inbound", "--now", "2022-01-01")

SQL = """
SELECT strftime("Date", '%G-W%V') AS week, extract(isodow FROM "Date") AS weekday, extract(hour FROM "Time") AS hour,
	"Agent" AS rep, count(*) AS made, count(*) FILTER ("Answered (Y/N)" = 'Y') AS answered,
	count(*) FILTER ("Resolved" = 'Y') AS positive,
	coalesce(sum(epoch("AvgTalkDuration")) FILTER ("Answered (Y/N)" = 'Y'), 0) AS talk_s,
	count("AvgTalkDuration") FILTER ("Answered (Y/N)" = 'Y') AS talks
FROM read_csv(?, types = {'Date': 'DATE', 'Time': 'TIME', 'AvgTalkDuration': 'TIME'})
GROUP BY ALL ORDER BY week, weekday, hour, rep
"""


def wilson(some, all_):
    """Both bounds, in 200 bits or more of exact arithmetic but for the root."""
    z = Fraction(Z)
    middle = Fraction(some) + z * z / 2
    inside = z * z * (Fraction(some * (all_ - some), all_) + z * z / 4)
    root = Fraction(math.isqrt(inside.numerator * inside.denominator << 400), inside.denominator << 200)
    whole = all_ + z * z
    low = Fraction(0) if some == 0 else (middle - root) / whole
    high = Fraction(1) if some == all_ else (middle + root) / whole
    return float(low), float(high)



def number(text):
    """As the program writes it: the shortest text that reads back the same, integers without a point."""
    return float(text) if text else None


def expected(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compare_published(ours, folder, store):
    """All rows of the three files; the number of figures compared."""
    plans = (
        # file, dimension, its column there, further figures: (column there, column here, digits)
        ("pwc_calls_week_hour.csv", "hour", "hour", (("answer_rate", "answer_rate", 6),)),
        ("pwc_calls_week.csv", None, None, (("answer_rate", "answer_rate", 6), ("talk_mean_s", "mean_talk_s", 3))),
        ("pwc_agent_week.csv", "rep", "agent", (("talk_total_s", "talk_s", 0), ("resolved", "positive", 0))),
    )
    figures = 0
    for name, dimension, column, more in plans:
        by = ["--by", dimension] if dimension else []
        found = {(row["week"], row.get(dimension)): row for row in ours.rows(store, *ASKED, *by)}
        rows = expected(folder, name)
        ours.same(f"{name}: rows", len(found), len(rows))
        for row in rows:
            key = (row["iso_week"], row[column] if column else None)
            here = found.get(key)
            if not ours.check(here, f"{name}: no row {key}"):
                continue
            ours.same(f"{name} {key} answered", here["answered"], row["answered"])
            ours.same(f"{name} {key} missed", here["unanswered"], row["missed"])
            for there, column_here, digits in more:
                shown = f"{float(here[column_here]):.{digits}f}"
                ours.same(f"{name} {key} {there}", shown, f"{float(row[there]):.{digits}f}")
            figures += 2 + len(more)
        print(f"{name}: {len(rows)} rows compared")
    return figures


def compare_sql(ours, raw, store):
    """Every week, weekday, hour and agent as DuckDB counts them in the raw file; the number of figures compared."""
    try:
        import duckdb
    except ImportError:
        claim.skip("needs duckdb (tests/setup.sh installs it into .venv)")
    cursor = duckdb.execute(SQL, [str(raw)])
    names = [each[0] for each in cursor.description]
    rows = [dict(zip(names, row)) for row in cursor.fetchall()]
    found = ours.rows(store, *ASKED, "--by", "weekday,hour,rep")
    ours.same("cells", len(found), len(rows))
    figures = 0
    for here, row in zip(found, rows):
        key = tuple(str(row[name]) for name in ("week", "weekday", "hour", "rep"))
        ours.same("cell", tuple(here[name] for name in ("week", "weekday", "hour", "rep")), key)
        counts = [(name, int(row[name])) for name in ("made", "answered", "positive")]
        reals = [
            ("answer_rate", Fraction(row["answered"], row["made"])),
            ("positive_rate", Fraction(row["positive"], row["made"])),
            ("talk_s", Fraction(row["talk_s"])),
            ("mean_talk_s", Fraction(int(row["talk_s"]), row["talks"]) if row["talks"] else None),
        ]
        bounds = zip(("answer_rate_lo", "answer_rate_hi"), wilson(row["answered"], row["made"]))
        for name, count in counts:
            ours.same(f"{key} {name}", here[name], str(count))
        for name, real in reals:
            ours.same(f"{key} {name}", number(here[name]), None if real is None else float(real))
        for name, bound in bounds:
            close = math.isclose(float(here[name]), bound, rel_tol=1e-12, abs_tol=1e-300)
            ours.check(close, f"{key} {name}: {here[name]}, expected {bound!r}")
        figures += len(counts) + len(reals) + 2
    print(f"DuckDB {duckdb.__version__} on the raw file: {len(rows)} cells of week, weekday, hour and agent compared")
    return figures


def main():
    ours = claim.Claim(__doc__)
    raw = claim.data_folder("pwc_calls") / "Call_Center_Dataset.csv"
    folder = claim.data_folder("expected")
    with claim.workplace() as work:
        store = work / "pwc.salesweek"
        for last in ("accepted 5000, unchanged 0, rejected 0\n", "accepted 0, unchanged 5000, rejected 0\n"):
            done = ours.run("import", store, "--map", claim.EXAMPLES / "pwc_calls.map.json", raw)
            ours.same("import", (done.returncode, done.stdout.decode(), done.stderr), (0, last, b""))
        total = ours.rows(store, *ASKED, "--total")[0]
        print(f"answered {total['answered']} of {total['made']}, rate {total['answer_rate']}")
        ours.same("total", (total["made"], total["answered"], total["unanswered"]), ("5000", "4054", "946"))
        first = ours.rows(store, *ASKED)[0]
        print(f"{first['week']}: answered {first['answered']}, missed {first['unanswered']}")
        ours.same("first week", [first[c] for c in ("week", "answered", "unanswered")], ["2020-W53", "141", "35"])
        figures = compare_published(ours, folder, store) + compare_sql(ours, raw, store)
    return ours.end(f"figures compared {figures}, different {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
