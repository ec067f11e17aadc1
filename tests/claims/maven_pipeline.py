#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: a published sales pipeline gives the published wins, losses, amounts and ranks, for every week and rep.

    maven_pipeline.py --build build/release [--quick]

Imports maven_crm/sales_pipeline.csv (SALESWEEK_DATA names the folder above) by docs/examples/maven_pipeline.map.json
and compares with the figures of expected/, which were worked out elsewhere, and with what DuckDB's SQL finds in the raw
file. The 500 rows without an engage date were never engaged, and the map's `when` skips them.
"""

import csv
import pathlib
import sys
from decimal import Decimal
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

NOW = ("--now", "2018-02-01")

SQL = """
WITH raw AS (FROM read_csv(?, types = {'engage_date': 'DATE', 'close_date': 'DATE', 'close_value': 'BIGINT'})),
closed AS (
	SELECT strftime(close_date, '%G-W%V') AS week, sales_agent AS rep,
		count(*) FILTER (deal_stage = 'Won') AS won, count(*) FILTER (deal_stage = 'Lost') AS lost,
		coalesce(sum(close_value) FILTER (deal_stage = 'Won'), 0) AS won_amount,
		coalesce(sum(close_value) FILTER (deal_stage = 'Lost'), 0) AS lost_amount
	FROM raw WHERE engage_date IS NOT NULL AND deal_stage IN ('Won', 'Lost') GROUP BY ALL
),
opened AS (
	SELECT strftime(engage_date, '%G-W%V') AS week, sales_agent AS rep, count(*) AS opened
	FROM raw WHERE engage_date IS NOT NULL GROUP BY ALL
)
SELECT week, rep, coalesce(won, 0) AS won, coalesce(lost, 0) AS lost, coalesce(won_amount, 0) AS won_amount,
	coalesce(lost_amount, 0) AS lost_amount, coalesce(opened, 0) AS opened
FROM closed FULL JOIN opened USING (week, rep) ORDER BY week, rep
"""


def expected(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rate(text, digits=6):
    return f"{float(text):.{digits}f}" if text else ""


def compare_weeks(ours, folder, store):
    """All weeks of the file, and no others; the number of figures compared."""
    plan = (("opened", "opened"), ("won", "won"), ("lost", "lost"), ("won_amount", "won_value"))
    rows = expected(folder, "maven_winrate_week.csv")
    found = {row["week"]: row for row in ours.rows(store, "win_rate", *NOW)}
    ours.same("weeks", sorted(found), [row["iso_week"] for row in rows])
    for row in rows:
        here = found.get(row["iso_week"], {})
        for column, there in plan:
            ours.same(f"{row['iso_week']} {column}", here.get(column), row[there])
        ours.same(f"{row['iso_week']} win_rate", rate(here.get("win_rate")), row["win_rate"])
    print(f"maven_winrate_week.csv: {len(rows)} weeks compared")
    return len(rows) * (len(plan) + 1)


def dense_ranks(rows):
    """The contract's rank out of the published figures: by amount, then by deals won, of those who won at all."""
    keys = {row["sales_agent"]: (Decimal(row["won_value"]), int(row["won"])) for row in rows if int(row["won"])}
    order = sorted(set(keys.values()), reverse=True)
    return {rep: order.index(key) + 1 for rep, key in keys.items()}


def compare_leaderboard(ours, folder, store):
    """Every week and rep; the published rank (ties by name) is ours in weeks in which no two winners sold as much."""
    weeks = {}
    for row in expected(folder, "maven_leaderboard_week.csv"):
        weeks.setdefault(row["iso_week"], []).append(row)
    rates = {(row["week"], row["rep"]): row for row in ours.rows(store, "win_rate", "--by", "rep", *NOW)}
    deals = {(row["week"], row["rep"]): row for row in ours.rows(store, "deals", "--by", "rep", *NOW)}
    figures, same_rank, total = 0, 0, 0
    for week, rows in weeks.items():
        ranks = dense_ranks(rows)
        untied = len({row["won_value"] for row in rows if row["sales_agent"] in ranks}) == len(ranks)
        for row in rows:
            key, total = (week, row["sales_agent"]), total + 1
            here, deal = rates.get(key, {}), deals.pop(key, {})
            for column, there in (("won", "won"), ("lost", "lost"), ("won_amount", "won_value")):
                ours.same(f"{key} {column}", here.get(column), row[there])
            ours.same(f"{key} win_rate", rate(here.get("win_rate")), row["win_rate"])
            rank = ranks.get(row["sales_agent"])
            ours.same(f"{key} rank", deal.get("rank"), None if rank is None else str(rank))
            figures += 5
            if rank and untied:
                ours.same(f"{key} published rank", deal.get("rank"), row["rank_by_value_then_name"])
                ours.same(f"{key} amount", deal.get("amount"), row["won_value"])
                figures, same_rank = figures + 2, same_rank + 1
    ours.same("deals of reps that the leaderboard does not have", list(deals), [])
    print(f"maven_leaderboard_week.csv: {total} rows compared; the published rank is ours by definition in {same_rank}")
    return figures


def compare_reps(ours, folder, store):
    rows = expected(folder, "maven_winrate_rep.csv")
    found = {row["rep"]: row for row in ours.rows(store, "win_rate", "--by", "rep", "--total", *NOW)}
    ours.same("reps", sorted(found), sorted(row["sales_agent"] for row in rows))
    for row in rows:
        here = found.get(row["sales_agent"], {})
        for column, there in (("won", "won"), ("lost", "lost"), ("won_amount", "won_value")):
            ours.same(f"{row['sales_agent']} {column}", here.get(column), row[there])
        ours.same(f"{row['sales_agent']} win_rate", rate(here.get("win_rate")), row["win_rate"])
    print(f"maven_winrate_rep.csv: {len(rows)} reps compared")
    return len(rows) * 4


def compare_sql(ours, raw, store):
    """Every week and rep as DuckDB counts them in the raw file; the number of figures compared."""
    try:
        import duckdb
    except ImportError:
        if ours.wrong:
            return 0
        claim.skip("needs duckdb (tests/setup.sh installs it into .venv)")
    cursor = duckdb.execute(SQL, [str(raw)])
    names = [each[0] for each in cursor.description]
    rows = [dict(zip(names, row)) for row in cursor.fetchall()]
    found = ours.rows(store, "win_rate", "--by", "rep", *NOW)
    ours.same("cells", [(here["week"], here["rep"]) for here in found], [(row["week"], row["rep"]) for row in rows])
    for here, row in zip(found, rows):
        key = f"{row['week']} {row['rep']}"
        for name in ("won", "lost", "opened"):
            ours.same(f"{key} {name}", here[name], str(row[name]))
        for name in ("won_amount", "lost_amount"):
            ours.same(f"{key} {name}", here[name], f"{int(row[name])}.00")
        for name, some, other in (("win_rate", "won", "lost"), ("value_win_rate", "won_amount", "lost_amount")):
            whole = int(row[some]) + int(row[other])
            exact = float(Fraction(int(row[some]), whole)) if whole else None
            ours.same(f"{key} {name}", float(here[name]) if here[name] else None, exact)
    print(f"DuckDB {duckdb.__version__} on the raw file: {len(rows)} cells of week and rep compared")
    return len(rows) * 7


def main():
    ours = claim.Claim(__doc__)
    raw = claim.data_folder("maven_crm") / "sales_pipeline.csv"
    folder = claim.data_folder("expected")
    with claim.workplace() as work:
        store = work / "maven.salesweek"
        for accepted in (8300, 0):
            last = f"accepted {accepted}, unchanged {8300 - accepted}, rejected 0, skipped 500\n"
            done = ours.run("import", store, "--map", claim.EXAMPLES / "maven_pipeline.map.json", raw)
            ours.same("import", (done.returncode, done.stdout.decode(), done.stderr), (0, last, b""))
        total = ours.rows(store, "win_rate", "--total", *NOW)[0]
        print(f"won {total['won']}, lost {total['lost']}, rate {total['win_rate']}, {total['won_amount']}")
        ours.same("total", [total[c] for c in ("won", "lost", "won_amount")], ["4238", "2473", "10005534.00"])
        deals = ours.rows(store, "deals", "--total", *NOW)[0]
        ours.same("deals", (deals["won"], deals["amount"]), ("4238", "10005534.00"))
        figures = compare_weeks(ours, folder, store) + compare_leaderboard(ours, folder, store)
        figures += compare_reps(ours, folder, store) + compare_sql(ours, raw, store)
    return ours.end(f"figures compared {figures}, different {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
