# SPDX-License-Identifier: MIT
"""The traps of the field: figures that tools of the trade get wrong, each on a feed small enough to check by hand.

    SALESWEEK_PROGRAM=build/release/bindings/cli/salesweek python3 tests/golden/traps.py [NAME]...

A trap is a function: its docstring says what goes wrong elsewhere, its body imports a few rows and expects figures that
were worked out by hand. Without a name all of them run.
"""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = os.environ["SALESWEEK_PROGRAM"]


class Store:
    """A store in a folder of its own, and what is asked of it."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "s.salesweek")
        self.wrong = []

    def run(self, *words, given=""):
        return subprocess.run(
            [PROGRAM, *words], input=given.encode(), capture_output=True, timeout=60, check=False, env=os.environ
        )

    def init(self, *words):
        self.need(self.run("init", self.path, *words))

    def need(self, done):
        if done.returncode:
            raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode()}")

    def add(self, *rows):
        given = "".join(json.dumps(row) + "\n" for row in rows)
        self.need(self.run("import", self.path, "-", given=given))

    def rows(self, report, *words):
        done = self.run("report", self.path, report, "--format", "csv", *words)
        self.need(done)
        return list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))

    def row(self, report, *words):
        """The one row there is."""
        rows = self.rows(report, *words)
        if len(rows) != 1:
            self.wrong.append(f"{report} {words}: {len(rows)} rows, expected one: {rows}")
        return rows[0] if rows else {}

    def expect(self, row, **figures):
        found = {name: row.get(name) for name in figures}
        if found != figures:
            self.wrong.append(f"found {found}, expected {figures}")

    def fail(self, why, *words):
        done = self.run("report", self.path, *words)
        if done.returncode != 1 or not all(each in done.stderr.decode() for each in why):
            self.wrong.append(f"{words}: exit {done.returncode}, {done.stderr}, expected words {why}")


def record(table, id, **fields):
    return {"table": table, "id": id, **{name.rstrip("_"): value for name, value in fields.items()}}


def lead(id, at="2026-11-02T08:00:00Z", **fields):
    return record("lead", id, created_at=at, **fields)


def deal(id, closed, outcome="won", **fields):
    return record("opportunity", id, created_at="2026-10-01", closed_at=closed, outcome=outcome, **fields)


def stage(id, opportunity, at, outcome, **fields):
    return record("stage", id, opportunity=opportunity, at=at, outcome=outcome, **fields)


def call(id, at, **fields):
    return record("call", id, at=at, **fields)


def message(id, at, lead, direction="outbound", **fields):
    return record("message", id, at=at, lead=lead, direction=direction, **fields)


# --------------------------------------------------------------------------------------------------------- rates


def wins_without_losses(store):
    """A rep with wins and no losses has won 100 %, not 0 % and not nothing; one without a closed deal has no rate."""
    store.add(deal("o1", "2026-11-03", rep="a", amount="1"), deal("o2", "2026-11-04", rep="a", amount="1"))
    store.add(deal("o3", "2026-11-04", "lost", rep="b", amount="1"))
    store.add(record("opportunity", "o4", created_at="2026-11-02", rep="c"))
    a, b, c = store.rows("win_rate", "--by", "rep", "--from", "2026-W45", "--now", "2026-11-20")
    # Two of two, Wilson: 2 / (2 + z^2) = 0.3423802275066532...
    store.expect(a, rep="a", won="2", lost="0", win_rate="1", win_rate_hi="1", value_win_rate="1")
    if not 0.34238022750 < float(a["win_rate_lo"]) < 0.34238022751:
        store.wrong.append(f"the lower bound of two of two was {a['win_rate_lo']}")
    store.expect(b, rep="b", won="0", lost="1", win_rate="0", win_rate_lo="0")
    store.expect(c, rep="c", won="0", lost="0", win_rate="", win_rate_lo="", win_rate_hi="", opened="1")


def team_rate_not_above_one(store):
    """A team's rate comes from its counts, not from adding up or averaging the rates of its reps."""
    store.add(record("rep", "a", team="T"), record("rep", "b", team="T"))
    store.add(call("c1", "2026-11-02T09:00:00Z", rep="a", outcome="answered"))
    store.add(call("c2", "2026-11-02T10:00:00Z", rep="b", outcome="answered"))
    store.add(*(call(f"n{n}", "2026-11-02T11:00:00Z", rep="b", outcome="unanswered") for n in range(3)))
    team = store.row("calls", "--by", "team", "--now", "2026-11-20")
    store.expect(team, team="T", made="5", answered="2", answer_rate="0.4")  # not 1 + 1/4, not (1 + 1/4) / 2
    store.add(lead("l1", rep="a"))
    store.add(*(deal(f"o{n}", "2026-11-03", lead="l1", rep="a", amount="1") for n in range(3)))
    row = store.row("conversion", "--by", "team", "--now", "2026-11-20")
    store.expect(row, leads="1", opportunities="1", converted="1", conversion_rate="1", amount="3.00")


# --------------------------------------------------------------------------------------------------------- weeks


def last_day_counts(store):
    """The last day of a range counts to its last microsecond, that of a year too; the next week begins at midnight."""
    store.init("--zone", "Europe/Berlin")
    store.add(call("sunday", "2026-11-08T22:59:59.999999Z"), call("monday", "2026-11-08T23:00:00Z"))
    row = store.row("calls", "--from", "2026-11-02", "--to", "2026-11-08", "--now", "2026-11-20")
    store.expect(row, week="2026-W45", made="1")
    store.add(call("eve", "2026-12-31T22:59:59.999999Z"), call("new year", "2026-12-31T23:00:00Z"))
    row = store.row("calls", "--from", "2026-12-31", "--to", "2026-12-31", "--now", "2027-02-01")
    store.expect(row, week="2026-W53", week_start="2026-12-28", made="2")  # one ISO week, over New Year
    store.add(record("quota", "q", from_="2026-11-02", to="2026-11-09", won=7))
    store.add(deal("o", "2026-11-08T22:59:59.999999Z", amount="1"))
    row = store.row("deals", "--from", "2026-W45", "--to", "2026-W45", "--now", "2026-11-20")
    store.expect(row, won="1", quota_won="7")  # `to` is the first day that no longer belongs to it


def previous_week_as_many_days(store):
    """On a Wednesday noon this week so far stands against last week until Wednesday noon by the local clock, also when
    the clocks changed in between."""
    store.init("--zone", "Europe/Berlin")  # clocks went back on Sunday 2026-10-25
    store.add(call("m1", "2026-10-19T09:00:00+02:00"), call("w1", "2026-10-21T11:59:59+02:00"))
    store.add(call("w2", "2026-10-21T12:00:00+02:00"), call("f1", "2026-10-23T09:00:00+02:00"))
    store.add(call("m2", "2026-10-26T09:00:00+01:00"))
    words = ("calls", "--previous", "--from", "2026-W44", "--to", "2026-W44", "--now")
    store.expect(store.row(*words, "2026-10-28T12:00:00+01:00"), partial="true", made="1", made_previous="2")
    store.expect(store.row(*words, "2026-11-02T00:00:00+01:00"), partial="false", made="1", made_previous="4")


def hindsight_of_the_week_before(store):
    """The week before is told as it stood at this hour of it: a win that came later leaves no score of it out."""
    store.init("--zone", "UTC")
    store.add(lead("l", "2026-10-01T00:00:00Z"), lead("other", "2026-10-01T00:00:00Z"))
    score = {"at": "2026-10-20T09:00:00Z", "recorded_at": "2026-10-23T09:00:00Z", "value": 42}
    store.add(record("score", "s", lead="l", **score), deal("o", "2026-10-22T09:00:00Z", lead="l"))
    store.add(record("score", "t", lead="other", at="2026-10-27T09:00:00Z", value=42))
    words = ("scores", "--previous", "--from", "2026-W44", "--to", "2026-W44", "--now")
    row = store.row(*words, "2026-10-28T12:00:00Z")
    store.expect(row, leads_previous="1", excluded_previous="0", mean_score_previous="42", bought_previous="0")
    row = store.row(*words, "2026-11-02T00:00:00Z")
    store.expect(row, leads_previous="0", excluded_previous="1")


def sunday_first_over_new_year(store):
    """Sunday-first weeks over New Year: one week, not two halves, and no ISO label under a week that is none."""
    store.init("--week-start", "sunday")
    days = ("2026-12-26", "2026-12-27", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03")
    store.add(*(call(day, f"{day}T12:00:00Z") for day in days))
    rows = store.rows("calls", "--now", "2027-02-01")
    found = [(row["week"], row["week_start"], row["made"]) for row in rows]
    weeks = [("2026-12-20", "1"), ("2026-12-27", "4"), ("2027-01-03", "1")]
    if found != [(day, day, made) for day, made in weeks]:
        store.wrong.append(f"found {found}, expected {weeks}")
    done = store.run("report", store.path, "calls", "--from", "2026-W53")
    if done.returncode != 2:
        store.wrong.append(f"an ISO label with Sunday-first weeks: exit {done.returncode}, expected 2")


# --------------------------------------------------------------------------------------------------------- deals


def reopened_deal(store):
    """A deal reopened is not won until it is won again, and then in the week and with the amount of the second time."""
    store.add(record("opportunity", "o", created_at="2026-10-01", amount="10"))
    store.add(stage("s1", "o", "2026-10-20", "won", amount="100"))
    store.expect(store.row("deals", "--now", "2026-11-20", "--total"), won="1", amount="100.00")
    store.add(stage("s2", "o", "2026-10-28", "open"))
    if store.rows("deals", "--now", "2026-11-20"):
        store.wrong.append("a reopened deal counted as won")
    store.add(stage("s3", "o", "2026-11-10", "won", amount="80"))
    row = store.row("deals", "--now", "2026-11-20")
    store.expect(row, week="2026-W46", won="1", amount="80.00")


def won_for_nothing(store):
    """A won deal of amount 0, or without one, is a won deal."""
    store.add(deal("o1", "2026-11-03", amount="0"), deal("o2", "2026-11-03"), deal("o3", "2026-11-03", amount="9"))
    row = store.row("deals", "--now", "2026-11-20")
    store.expect(row, won="3", amount="9.00", mean_amount="3")
    row = store.row("win_rate", "--from", "2026-W45", "--now", "2026-11-20")
    store.expect(row, won="3", lost="0", win_rate="1", won_amount="9.00")


def currencies_never_added(store):
    """100 EUR and 100 USD are not 200 of anything: without a rate there is an error, not a number."""
    store.add(deal("o1", "2026-11-03", amount="100", currency="EUR"))
    store.expect(store.row("deals", "--now", "2026-11-20"), currency="EUR", amount="100.00")
    store.add(deal("o2", "2026-11-03", amount="100", currency="USD"))
    store.fail(("EUR", "2026-11-03"), "deals", "--now", "2026-11-20")
    store.add(record("rate", "r1", currency="EUR", date="2026-11-02", value="1.25"))
    store.add(record("rate", "r2", currency="EUR", date="2026-11-04", value="9"))  # after the close
    store.expect(store.row("deals", "--now", "2026-11-20"), currency="USD", amount="225.00")
    store.expect(store.row("deals", "--now", "2026-11-20", "--currency", "EUR"), currency="EUR", amount="180.00")
    store.add(deal("o3", "2026-11-03", amount="100", currency="JPY"))  # no decimals: 100 yen are not 1.00
    store.add(record("rate", "r3", currency="JPY", date="2026-11-01", value="0.01"))
    store.expect(store.row("deals", "--now", "2026-11-20"), won="3", amount="226.00")


# --------------------------------------------------------------------------------------------------------- leads


def silent_leads_pull_the_median_up(store):
    """Of three leads two answered, after 1 and 3 hours; the third never did. The median is 3 hours, not 2: the third
    waits longer than both. With two silent ones of four it is the slower answer's; with three of five there is none."""

    def outreach(name):
        return (lead(name), message(f"out {name}", "2026-11-02T09:00:00Z", name))

    store.add(*outreach("a"), *outreach("b"), *outreach("c"))
    store.add(message("in a", "2026-11-02T10:00:00Z", "a", "inbound"))
    store.add(message("in b", "2026-11-02T12:00:00Z", "b", "inbound"))
    words = ("responses", "--now", "2026-11-20")
    store.expect(store.row(*words), contacted="3", responded="2", mean_h="2", median_h="3", p90_h="")
    store.add(*outreach("d"))
    store.expect(store.row(*words), contacted="4", responded="2", median_h="3", within_1h="0.25", within_24h="0.5")
    store.add(*outreach("e"))
    store.expect(store.row(*words), contacted="5", responded="2", mean_h="2", median_h="", within_24h="0.4")


def hopeless_leads_closed_early(store):
    """Closing hopeless leads early does not make the team look faster: a closed lead has not answered either."""
    for name in ("a", "b", "c", "d"):
        store.add(lead(name), message(f"out {name}", "2026-11-02T09:00:00Z", name))
    store.add(message("in a", "2026-11-02T15:00:00Z", "a", "inbound"))
    before = store.row("responses", "--now", "2026-11-20")
    store.expect(before, contacted="4", responded="1", response_rate="0.25", within_1h="0", within_24h="0.25")
    store.add(*(lead(name, closed_at="2026-11-02T10:00:00Z") for name in ("b", "c", "d")))
    after = store.row("responses", "--now", "2026-11-20")
    if before != after:
        store.wrong.append(f"closing leads changed {before} to {after}")


def merged_person_counts_once(store):
    """The same person under two records counts once, with the earlier of two first touches and all deals."""
    store.add(lead("l1", source="web"), lead("l2", "2026-11-03T08:00:00Z", source="event"))
    store.add(message("m2", "2026-11-03T09:00:00Z", "l2"), message("m1", "2026-11-04T08:00:00Z", "l1"))
    store.add(deal("o", "2026-11-05", lead="l2", amount="5"))
    store.expect(store.row("conversion", "--now", "2026-11-20"), leads="2", converted="1", conversion_rate="0.5")
    store.add(lead("l2", "2026-11-03T08:00:00Z", source="event", merged_into="l1"))
    row = store.row("conversion", "--by", "source", "--now", "2026-11-20")
    store.expect(row, source="web", leads="1", opportunities="1", converted="1", conversion_rate="1", amount="5.00")
    row = store.row("first_touch", "--now", "2026-11-20")
    store.expect(row, leads="1", touched="1", mean_h="25")  # by l2's message, a day and an hour after l1
    store.expect(store.row("responses", "--now", "2026-11-20"), contacted="1")


TRAPS = (
    wins_without_losses,
    team_rate_not_above_one,
    last_day_counts,
    previous_week_as_many_days,
    hindsight_of_the_week_before,
    sunday_first_over_new_year,
    reopened_deal,
    won_for_nothing,
    currencies_never_added,
    silent_leads_pull_the_median_up,
    hopeless_leads_closed_early,
    merged_person_counts_once,
)


def main():
    names = sys.argv[1:] or [trap.__name__ for trap in TRAPS]
    known = {trap.__name__: trap for trap in TRAPS}
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(folder)
            known[name](store)
            failed += bool(store.wrong)
            print(f"{name}: {'WRONG' if store.wrong else 'right'}")
            for line in store.wrong:
                print(f"  {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
