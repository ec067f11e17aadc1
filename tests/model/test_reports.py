#!/usr/bin/env python3
"""Self-checks of the reports on all tables, with expectations worked out by hand."""
from __future__ import annotations

import unittest
from fractions import Fraction
from math import exp, sqrt
from typing import Any

from curves import Curve, Span
from errors import MissingRates, UsageError
from odds import benjamini_hochberg, fisher, odds_ratio
from test_twin import call, lead, rep
from twin import REPORTS, Twin

Z = 1.959963984540054
LATE = "2199-01-01T00:00:00Z"


def row(table: str, id: str, **fields: Any) -> dict[str, Any]:
    names = {"from_": "from"}
    return {"table": table, "id": id, "recorded_at": "2020-01-01T00:00:00Z",
            **{names.get(key, key): value for key, value in fields.items()}}


def deal(id: str, outcome: str = "open", closed_at: Any = None, **fields: Any) -> dict[str, Any]:
    fields.setdefault("created_at", "2026-01-05")
    return row("opportunity", id, outcome=outcome, closed_at=closed_at, **fields)


def stage(id: str, opportunity: str, at: str, outcome: Any = None, **fields: Any) -> dict[str, Any]:
    return row("stage", id, opportunity=opportunity, at=at, outcome=outcome, **fields)


def sent(id: str, lead: str, at: str, **fields: Any) -> dict[str, Any]:
    return row("message", id, lead=lead, at=at, direction="outbound", **fields)


def got(id: str, lead: str, at: str, **fields: Any) -> dict[str, Any]:
    return row("message", id, lead=lead, at=at, direction="inbound", **fields)


def quota(id: str, from_: str, to: str, **fields: Any) -> dict[str, Any]:
    return row("quota", id, from_=from_, to=to, **fields)


def rate(id: str, currency: str, date: str, value: Any) -> dict[str, Any]:
    return row("rate", id, currency=currency, date=date, value=value)


def ask(report: str, rows: list[Any], columns: str, currency_of_store: str = "USD",
        **query: Any) -> list[list[Any]]:
    """The named columns (separated by spaces) of the answer; every row must be good."""
    twin = Twin(currency=currency_of_store)
    counts = twin.ingest(rows, "2021-01-01T00:00:00Z")
    assert counts.rejected == 0, counts
    query.setdefault("now", LATE)
    names, answer = twin.report(report, **query)
    return [[each[names.index(name)] for name in columns.split()] for each in answer]


class Tables(unittest.TestCase):
    def counts(self, rows: list[Any], currency: str = "USD") -> tuple[int, int]:
        counts = Twin(currency=currency).ingest(rows)
        return counts.accepted, counts.rejected

    def test_refused(self) -> None:
        from feeds_all import BAD
        self.assertEqual(self.counts([{"id": "bad", **bad} for bad in BAD]), (0, len(BAD)))

    def test_digits_of_the_currency(self) -> None:
        good = [deal("a", amount="1.50"), deal("b", amount="1.5000"), deal("c", amount="7", currency="JPY"),
                deal("d", amount="1.005", currency="KWD"), deal("e", amount=0.25), deal("f", amount="-3")]
        bad = [deal("g", amount="1.005"), deal("h", amount="1.5", currency="JPY"), deal("i", amount="1e2"),
               deal("j", amount="92233720368547758.08")]
        self.assertEqual(self.counts(good + bad), (6, 4))
        # A null currency is the store's.
        self.assertEqual(self.counts([deal("a", amount="1.5")], "JPY"), (0, 1))

    def test_open_deals_may_have_any_close(self) -> None:
        rows = [deal("a", "open", "2026-01-06")]
        self.assertEqual(ask("win_rate", rows, "won lost opened"), [[0, 0, 1]])


class Curves(unittest.TestCase):
    # Freireich 1963, 6-MP: the textbook example of Kaplan-Meier.
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    still_open = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]

    def curve(self) -> Curve:
        return Curve([Span(t, True) for t in self.ended] + [Span(t, False) for t in self.still_open])

    def test_survival(self) -> None:
        steps = {step.at: step.survival for step in self.curve().steps}
        self.assertEqual(steps[6], Fraction(18, 21))
        self.assertEqual(steps[7], Fraction(18, 21) * Fraction(16, 17))
        self.assertEqual(steps[10], steps[7] * Fraction(14, 15))
        self.assertAlmostEqual(float(steps[23]), 0.448, 3)

    def test_log_log_band(self) -> None:
        published = {6: (0.620, 0.952), 7: (0.563, 0.923), 10: (0.503, 0.889), 23: (0.188, 0.680)}
        for at, (low, high) in published.items():
            _, within_low, within_high = self.curve().within(at)
            self.assertAlmostEqual(1 - within_high, low, 3)
            self.assertAlmostEqual(1 - within_low, high, 3)

    def test_percentiles(self) -> None:
        self.assertEqual(self.curve().percentile(Fraction(1, 2)), (23, 13, None))
        self.assertEqual(self.curve().percentile(Fraction(9, 10)), (None, None, None))

    def test_two_answers_the_median_is_the_earlier(self) -> None:
        self.assertEqual(Curve([Span(3, True), Span(8, True)]).percentile(Fraction(1, 2))[0], 3)

    def test_ends(self) -> None:
        curve = Curve([Span(4, True), Span(9, False)])
        self.assertEqual(curve.within(3), (0.0, None, None))  # S = 1: no band
        self.assertEqual(curve.within(9)[0], 0.5)
        self.assertEqual(curve.within(10), (None, None, None))
        done = Curve([Span(4, True), Span(4, False), Span(6, True)])
        self.assertEqual(done.within(4)[0], float(Fraction(1, 3)))  # events before censorings
        self.assertEqual(done.within(100), (1.0, None, None))  # S = 0
        self.assertEqual(Curve([]).within(0), (None, None, None))


class Odds(unittest.TestCase):
    def test_tea(self) -> None:
        self.assertEqual(fisher((3, 1, 1, 3)), Fraction(34, 70))
        ratio, low, high = odds_ratio((3, 1, 1, 3))
        self.assertEqual(ratio, 9)
        self.assertAlmostEqual(low, 9 * exp(-Z * sqrt(8 / 3)), 12)
        self.assertAlmostEqual(high / (9 * exp(Z * sqrt(8 / 3))), 1, 12)

    def test_zero_cells(self) -> None:
        self.assertEqual(odds_ratio((2, 0, 1, 3))[0], 2.5 * 3.5 / (0.5 * 1.5))
        self.assertIsNone(odds_ratio((0, 2, 0, 3)))
        self.assertEqual(fisher((0, 2, 0, 3)), 1)
        self.assertEqual(fisher((5, 0, 0, 5)), Fraction(2, 252))

    def test_benjamini_hochberg(self) -> None:
        p = [Fraction(n, 100) for n in (4, 1, 3, 90, 2)]
        self.assertEqual(benjamini_hochberg(p), [Fraction(5, 100)] * 3 + [Fraction(90, 100), Fraction(5, 100)])
        self.assertEqual(benjamini_hochberg([Fraction(1, 100), Fraction(3, 4)]), [Fraction(2, 100), Fraction(3, 4)])


class Responses(unittest.TestCase):
    def test_outreach_and_reply(self) -> None:
        rows = [lead("a"), lead("b"), lead("c"),
                got("m0", "a", "2026-02-01T00:00:00Z"),  # before any outreach: no reply
                sent("m1", "a", "2026-02-02T07:00:00Z", automated=True, rep="robot"),
                sent("m2", "a", "2026-02-02T08:00:00Z", rep="x", channel="email"),
                call("c1", "2026-02-02T08:00:00Z", lead="a", outcome="voicemail", rep="y"),
                got("m3", "a", "2026-02-02T09:00:00Z", automated=True),
                call("c2", "2026-02-02T10:00:00Z", lead="a", outcome="answered"),
                call("c3", "2026-02-03T08:00:00Z", lead="b", outcome="busy"),  # no outreach
                call("c4", "2026-02-03T09:00:00Z", lead="c", outcome="voicemail"),
                call("c5", "2026-02-03T09:00:00Z", lead="c", outcome="failed", direction="inbound")]
        self.assertEqual(
            ask("responses", rows, "rep channel contacted responded mean_h median_h", by=["rep", "channel"]),
            [["", "call", 1, 1, 0.0, 0.0], ["x", "email", 1, 1, 2.0, 2.0]])

    def test_silence_pulls_the_median_up(self) -> None:
        now = "2026-03-01T00:00:00Z"
        answered = [r for i in (1, 2) for r in (lead(f"a{i}"), sent(f"s{i}", f"a{i}", "2026-02-02T00:00:00Z"),
                                                 got(f"g{i}", f"a{i}", f"2026-02-02T0{i}:00:00Z"))]
        self.assertEqual(ask("responses", answered, "median_h within_1h", now=now), [[1.0, 0.5]])
        silent = [r for i in (3, 4, 5) for r in (lead(f"a{i}"), sent(f"s{i}", f"a{i}", "2026-02-02T00:00:00Z"))]
        self.assertEqual(ask("responses", answered + silent[:4], "median_h mean_h", now=now), [[2.0, 1.5]])
        self.assertEqual(ask("responses", answered + silent, "median_h mean_h within_1h", now=now),
                         [[None, 1.5, 0.2]])
        closed = [{**r, "closed_at": "2026-02-02T00:30:00Z"} if r["table"] == "lead" else r for r in silent]
        self.assertEqual(ask("responses", answered + closed, "median_h mean_h within_1h", now=now),
                         [[None, 1.5, 0.2]])

    def test_merged_counts_once(self) -> None:
        rows = [lead("a", merged_into="b"), lead("b", created_at="2026-01-02"),
                sent("s1", "a", "2026-02-02T00:00:00Z"), sent("s2", "b", "2026-02-03T00:00:00Z"),
                got("g", "a", "2026-02-04T00:00:00Z"), sent("s3", "nobody", "2026-02-02")]
        self.assertEqual(ask("responses", rows, "contacted responded mean_h"), [[1, 1, 48.0]])
        self.assertEqual(ask("first_touch", rows, "leads touched mean_h"), [[1, 1, 31 * 24.0]])
        self.assertEqual(ask("conversion", rows, "leads"), [[1]])

    def test_partial_previous_watches_until_the_cut(self) -> None:
        rows = [lead("a"), lead("b"), sent("s1", "a", "2026-02-02T10:00:00Z"), sent("s2", "b", "2026-02-09T10:00:00Z"),
                got("g", "a", "2026-02-03T12:00:00Z")]
        for now, previous in (("2026-02-10T12:00:00Z", 0), ("2026-02-10T12:00:00.000001Z", 1)):
            self.assertEqual(ask("responses", rows, "contacted_previous responded_previous", previous=True,
                                 from_="2026-02-09", now=now), [[1, previous]])
        self.assertEqual(ask("responses", rows, "responded_previous", previous=True, from_="2026-02-09"), [[1]])

    def test_first_touch(self) -> None:
        rows = [lead("a", rep="r"), lead("b", rep="r"), lead("c"), sent("s", "a", "2025-12-31"),
                call("c1", "2026-01-01T00:05:00Z", lead="b", outcome="failed", rep="other"),
                sent("robot", "c", "2026-01-01", automated=True)]
        self.assertEqual(ask("first_touch", rows, "rep leads touched touch_rate mean_h within_5m", by=["rep"],
                             now="2026-01-02"), [["", 1, 0, 0.0, None, 0.0], ["r", 2, 2, 1.0, 1 / 24, 1.0]])


class Deals(unittest.TestCase):
    def test_reopened_is_not_won_until_won_again(self) -> None:
        rows = [deal("d", "won", "2026-01-10", amount="5.00", rep="own"),
                stage("s1", "d", "2026-02-02", "won", amount="7.00", rep="first"),
                stage("s2", "d", "2026-02-10", "open"), stage("s5", "d", "2026-03-01"),
                stage("s3", "d", "2026-02-17", "won", name="again", amount="9.00"),
                stage("s4", "d", "2026-02-24", "won", name="onboarding", amount="11.00", rep="late")]
        columns = "week_start won amount rep"
        self.assertEqual(ask("deals", rows[:1], columns, by=["rep"]), [["2026-01-05", 1, "5.00", "own"]])
        self.assertEqual(ask("deals", rows[:2], columns, by=["rep"]), [["2026-02-02", 1, "7.00", "first"]])
        self.assertEqual(ask("deals", rows[:4], columns, by=["rep"]), [])
        self.assertEqual(ask("deals", rows, columns, by=["rep"]), [["2026-02-16", 1, "9.00", "own"]])
        self.assertEqual(ask("deals", rows, columns, by=["rep"], now="2026-02-05"),
                         [["2026-02-02", 1, "7.00", "first"]])

    def test_stages_at_one_instant(self) -> None:
        rows = [deal("d"), stage("z", "d", "2026-02-02", "open"), stage("a", "d", "2026-02-02", "won"),
                stage("b", "d", "2026-02-02", "lost")]
        self.assertEqual(ask("win_rate", rows[:3], "won lost", from_="2026-02-02"), [[1, 0]])
        self.assertEqual(ask("win_rate", rows, "won lost", from_="2026-02-02"), [[0, 1]])

    def test_later_close_is_open(self) -> None:
        rows = [deal("d", "won", "2026-02-02T10:00:00Z")]
        self.assertEqual(ask("deals", rows, "won", now="2026-02-02T09:59:59Z"), [])
        self.assertEqual(ask("deals", rows, "won", now="2026-02-02T10:00:00Z"), [[1]])

    def test_amount_zero_and_null_count(self) -> None:
        rows = [deal("a", "won", "2026-01-06", amount="0.00"), deal("b", "won", "2026-01-06"),
                deal("c", "won", "2026-01-06", amount="9.00")]
        self.assertEqual(ask("deals", rows, "won amount mean_amount"), [[3, "9.00", 3.0]])

    def test_last_day_of_the_year_counts(self) -> None:
        rows = [deal("a", "won", "2026-12-31T23:59:59.999999Z"), deal("b", "won", "2027-01-03T23:59:59Z"),
                deal("c", "won", "2027-01-04")]
        self.assertEqual(ask("deals", rows, "week won", to="2026-12-31"), [["2026-W53", 2]])
        # Sunday weeks: 2026-12-27 to 2027-01-02, then from the 3rd.
        self.assertEqual(ask("deals", rows, "week week_start won", week_start="sunday"),
                         [["2026-12-27", "2026-12-27", 1], ["2027-01-03", "2027-01-03", 2]])

    def test_currencies(self) -> None:
        rows = [deal("a", "won", "2026-01-06", amount="10.00", currency="EUR"),
                deal("b", "won", "2026-01-07", amount=1000, currency="JPY")]
        self.assertEqual(ask("deals", rows[:1], "amount currency"), [["10.00", "EUR"]])
        with self.assertRaises(MissingRates) as failure:
            ask("deals", rows, "amount")
        self.assertEqual([(code, str(day)) for code, day in failure.exception.missing],
                         [("EUR", "2026-01-06"), ("JPY", "2026-01-07")])
        rates = [rate("1", "EUR", "2026-01-06", 1.25), rate("2", "EUR", "2026-01-06", 1.5),
                 rate("3", "EUR", "2026-01-07", 9), rate("4", "JPY", "2025-01-01", 0.01)]
        self.assertEqual(ask("deals", rows + rates, "amount currency"), [["25.00", "USD"]])
        self.assertEqual(ask("deals", rows + rates, "amount currency", currency="JPY"), [["2500", "JPY"]])
        # The local date: in New York the first deal closes on the 5th, before any rate of EUR.
        with self.assertRaises(MissingRates):
            ask("deals", rows + rates, "amount", zone="America/New_York")
        rates.append(rate("0", "EUR", "2026-01-01", 1))
        self.assertEqual(ask("deals", rows + rates, "amount", zone="America/New_York"), [["20.00"]])

    def test_rounding(self) -> None:
        rows = [deal(f"d{i}", "won", "2026-01-06", amount=amount, currency="EUR")
                for i, amount in enumerate(["0.05", "0.15", "-0.05"])] + [rate("r", "EUR", "2026-01-01", 0.1)]
        # 0.005, 0.015, -0.005: half to even, each on its own.
        self.assertEqual(ask("deals", rows, "amount", currency="USD"), [["0.02"]])
        fine = [deal("d", amount="1", currency="JPY"), stage("s", "d", "2026-01-06", "won", amount="2.5")]
        self.assertEqual(ask("deals", fine, "amount currency"), [["2", "JPY"]])

    def test_rank(self) -> None:
        rows = [deal(f"d{i}", "won", "2026-01-06", rep=name, amount=amount)
                for i, (name, amount) in enumerate([("a", 5), ("b", 2), ("b", 3), ("c", 9), ("d", 5), ("e", 0)])]
        self.assertEqual(ask("deals", rows, "rep rank", by=["rep"]),
                         [["a", 3], ["b", 2], ["c", 1], ["d", 3], ["e", 4]])


class Quotas(unittest.TestCase):
    people = [rep("a", team="T"), rep("b", team="T"), rep("c")]

    def test_shares(self) -> None:
        # 31 days; the weeks of January 2026 have 4, 7, 7, 7, 6 of them.
        rows = self.people + [quota("q", "2026-01-01", "2026-02-01", rep="a", won=31, amount="310.00"),
                              deal("d", "won", "2026-01-06", rep="a", amount="80.00")]
        self.assertEqual(ask("deals", rows, "week rep won quota_won quota_amount attainment_won "
                                            "attainment_amount over_quota", by=["rep"], now="2026-01-12"),
                         [["2026-W01", "a", 0, 4.0, "40.00", 0.0, 0.0, False],
                          ["2026-W02", "a", 1, 7.0, "70.00", 1 / 7, 8 / 7, True],
                          ["2026-W03", "a", 0, 7.0, "70.00", 0.0, 0.0, False]])
        self.assertEqual(ask("deals", rows, "quota_won", total=True, now="2026-01-12"), [[18.0]])
        self.assertEqual(ask("deals", rows, "quota_won", total=True, now="2026-01-12", to="2026-02-28"), [[31.0]])
        self.assertEqual(ask("deals", rows, "quota_won rank", by=["region"], now="2026-01-12"), [[None, 1]])

    def test_levels(self) -> None:
        week = ("2026-01-05", "2026-01-12")
        rows = self.people + [quota("1", *week, rep="a", won=1, amount="100.00"), quota("2", *week, rep="b", won=2),
                              quota("3", *week, rep="c", won=4), quota("4", *week, team="T", amount="50.00"),
                              quota("5", *week, rep="a", won=8)]
        query: dict[str, Any] = {"now": "2026-01-11"}
        columns = "quota_won quota_amount"
        self.assertEqual(ask("deals", rows, "rep " + columns, by=["rep"], **query),
                         [["a", 9.0, "100.00"], ["b", 2.0, None], ["c", 4.0, None]])
        self.assertEqual(ask("deals", rows, "team " + columns, by=["team"], **query),
                         [["", 4.0, None], ["T", 11.0, "50.00"]])
        self.assertEqual(ask("deals", rows, columns, **query), [[15.0, "50.00"]])
        own = rows + [quota("6", *week, won=3)]
        self.assertEqual(ask("deals", own, columns, **query), [[3.0, "50.00"]])
        self.assertEqual(ask("deals", own, columns, where=[("team", "T")], **query), [[11.0, "50.00"]])
        self.assertEqual(ask("deals", own, columns, where=[("rep", "b"), ("rep", "c")], **query), [[6.0, None]])
        self.assertEqual(ask("deals", own, "team " + columns, by=["team"], where=[("rep", "a")], **query),
                         [["T", 9.0, "100.00"]])

    def test_zero(self) -> None:
        rows = [quota("1", "2026-01-05", "2026-01-12", won=0, amount="0"), deal("d", "won", "2026-01-06")]
        self.assertEqual(ask("deals", rows, "quota_won quota_amount attainment_won attainment_amount over_quota",
                             now="2026-01-11"), [[0.0, "0.00", None, None, None]])
        rows[0] = quota("1", "2026-01-05", "2026-01-12", won=1)
        self.assertEqual(ask("deals", rows, "attainment_won over_quota", now="2026-01-11"), [[1.0, False]])

    def test_currency(self) -> None:
        rows = [quota("1", "2026-01-05", "2026-01-12", amount="0.01", currency="EUR"),
                quota("2", "2026-01-05", "2026-01-12", amount="0.01", currency="EUR"),
                rate("r", "EUR", "2026-01-05", 0.5), rate("s", "EUR", "2026-01-06", 100)]
        self.assertEqual(ask("deals", rows, "quota_amount", now="2026-01-11"), [["0.01"]])  # rounded once
        with self.assertRaises(MissingRates):
            ask("deals", rows[:2], "quota_amount", now="2026-01-11")
        self.assertEqual(ask("deals", rows[:2], "quota_amount", now="2026-01-11", from_="2026-01-12"), [])


class Scores(unittest.TestCase):
    def score(self, id: str, lead: str, at: str, value: Any, **fields: Any) -> dict[str, Any]:
        return row("score", id, lead=lead, at=at, value=value, **fields)

    def test_last_of_the_period(self) -> None:
        rows = [lead("a"), self.score("1", "a", "2026-01-06", 20, model="x"),
                self.score("2", "a", "2026-01-07", 100, model="y"),
                self.score("3", "a", "2026-01-13", 30, model="x"), self.score("4", "gone", "2026-01-06", 50)]
        self.assertEqual(ask("scores", rows, "week band leads mean_score"),
                         [["2026-W02", 90, 1, 100.0], ["2026-W03", 30, 1, 30.0]])
        self.assertEqual(ask("scores", rows, "band leads", total=True), [[30, 1]])
        self.assertEqual(ask("scores", rows, "model leads mean_score", by=["model"], total=True),
                         [["x", 1, 30.0], ["y", 1, 100.0]])
        self.assertEqual(ask("scores", rows, "band leads", where=[("model", "y")], total=True), [[90, 1]])
        self.assertEqual(ask("scores", rows, "band leads", where=[("band", "90")], total=True), [])
        self.assertEqual(ask("scores", rows, "week band leads", where=[("band", "90")]), [["2026-W02", 90, 1]])

    def test_outcomes_and_lift(self) -> None:
        at = "2026-01-06T10:00:00Z"
        rows = [lead(x) for x in "abcde"] + [self.score(x, x, at, 85 if x in "ab" else 5) for x in "abcde"]
        rows += [got("r1", "a", at), got("r2", "b", "2026-01-06T10:00:01Z"),
                 row("meeting", "m1", at="2026-01-07", lead="c", outcome="no_show"),
                 row("meeting", "m2", at="2026-01-07", opportunity="o1", outcome="declined"),
                 deal("o1", "won", "2026-02-01", lead="a"), deal("o2", "won", at, lead="e"),
                 deal("o3", "won", "2026-03-01", lead="c")]
        self.assertEqual(ask("scores", rows, "band leads responded engaged bought buy_rate lift excluded"),
                         [[0, 2, 0, 0, 1, 0.5, 1.0, 1], [80, 2, 1, 1, 1, 0.5, 1.0, 0]])
        self.assertEqual(ask("scores", rows, "lift", where=[("band", "80")]), [[1.0]])

    def test_excluded_alone_is_a_row(self) -> None:
        rows = [lead("a"), deal("o", "won", "2026-01-08", lead="a"),
                {**self.score("s", "a", "2026-01-06", 5), "recorded_at": "2026-01-08T00:00:00.000001Z"}]
        self.assertEqual(ask("scores", rows, "leads lift excluded"), [[0, None, 1]])
        rows[2]["recorded_at"] = "2026-01-08T00:00:00Z"
        self.assertEqual(ask("scores", rows, "leads bought bought_90d excluded"), [[1, 1, 1.0, 0]])
        del rows[2]["recorded_at"]  # stamped at ingestion: says nothing
        self.assertEqual(ask("scores", rows, "leads excluded", as_of=None), [[1, 0]])


class Conversion(unittest.TestCase):
    rows = [rep("r", team="T"), lead("a", rep="r"), lead("b", rep="r"), lead("c", rep="r"),
            deal("1", "won", "2026-01-11", lead="a", amount="10.00", created_at="2026-01-02"),
            deal("2", "won", "2026-02-01", lead="a", amount="5.00", rep="other"),
            deal("3", "won", "2025-12-30", lead="b", created_at="2025-12-29"),
            deal("4", "lost", "2026-01-20", lead="c"), deal("5", "won", "2026-01-20", amount="99.00")]

    def test_cohort(self) -> None:
        self.assertEqual(ask("conversion", self.rows, "team leads opportunities opportunity_rate converted "
                             "conversion_rate amount mean_days excluded converted_90d", by=["team"]),
                         [["T", 3, 3, 1.0, 2, 2 / 3, "15.00", 10.0, 1, 2 / 3]])

    def test_a_rate_of_a_team_is_never_above_one(self) -> None:
        many = [lead("a")] + [deal(str(i), "won", "2026-01-11", lead="a") for i in range(5)]
        self.assertEqual(ask("conversion", many, "opportunity_rate conversion_rate conversion_rate_hi"),
                         [[1.0, 1.0, 1.0]])

    def test_activity(self) -> None:
        self.assertEqual(ask("conversion", self.rows, "week leads opportunities converted conversion_rate "
                             "conversion_rate_hi amount mean_days excluded converted_90d",
                             options={"basis": "activity"}),
                         [["2026-W01", 3, 2, 1, 1 / 3, None, "0.00", None, 1, None],
                          ["2026-W02", 0, 1, 1, None, None, "10.00", 10.0, 0, None],
                          ["2026-W05", 0, 0, 0, None, None, "5.00", None, 0, None]])

    def test_closing_hopeless_leads_does_not_raise_the_curve(self) -> None:
        query: dict[str, Any] = {"now": "2026-06-01"}
        before = ask("conversion", self.rows, "converted_90d conversion_rate", **query)
        closed = [{**r, "closed_at": "2026-01-02"} if r["id"] == "c" else r for r in self.rows]
        self.assertEqual(ask("conversion", closed, "converted_90d conversion_rate", **query), before)


class SoFar(unittest.TestCase):
    """`previous` of a partial week: Wednesday noon against Wednesday noon."""
    rows = [lead("a", created_at="2026-02-02"), lead("b", created_at="2026-02-09"),
            deal("o", "won", "2026-02-05T00:00:00Z", lead="a", created_at="2026-02-03", amount="8.00")]
    query: dict[str, Any] = {"previous": True, "from_": "2026-02-09"}
    columns = "opportunities_previous converted_previous conversion_rate_previous amount_previous"

    def test_conversion(self) -> None:
        self.assertEqual(ask("conversion", self.rows, self.columns, now="2026-02-11T12:00:00Z", **self.query),
                         [[1, 0, 0.0, "0.00"]])
        self.assertEqual(ask("conversion", self.rows, self.columns, now="2026-02-12T12:00:00Z", **self.query),
                         [[1, 1, 1.0, "8.00"]])
        self.assertEqual(ask("conversion", self.rows, self.columns, now="2026-02-16", **self.query),
                         [[1, 1, 1.0, "8.00"]])

    def test_win_rate_by_creation(self) -> None:
        for now, want in (("2026-02-11T12:00:00Z", [[0, 1]]), ("2026-02-16", [[1, 0]])):
            self.assertEqual(ask("win_rate", self.rows, "won_previous open_previous", now=now,
                                 options={"basis": "created"}, **self.query), want)


class Meetings(unittest.TestCase):
    def test_counts(self) -> None:
        outcomes = ["sale", "demo", "follow_up", "declined", "completed", "no_show", "cancelled", None]
        rows = [row("meeting", f"m{i}", at="2026-01-06", outcome=outcome, duration_s=1800)
                for i, outcome in enumerate(outcomes)] + [row("meeting", "x", at="2026-01-06", outcome="sale")]
        self.assertEqual(ask("meetings", rows, "scheduled held sale completed unknown success_rate no_show_rate hours"),
                         [[9, 6, 2, 1, 1, 3 / 5, 1 / 7, 2.5]])
        self.assertEqual(ask("meetings", rows, "scheduled", now="2026-01-05T23:00:00Z"), [])

    def test_dimensions(self) -> None:
        rows = [lead("a", segment="S", source="L", zone="Asia/Kathmandu", region="LR"),
                deal("o", lead="a", source="O"), row("meeting", "m", at="2026-01-06T20:00:00Z", opportunity="o"),
                row("meeting", "n", at="2026-01-06T20:00:00Z", opportunity="o", lead="none", rep="r"),
                rep("r", region="RR")]
        by = ["segment", "source", "region", "weekday", "hour"]
        self.assertEqual(ask("meetings", rows, " ".join(by), by=by, options={"clock": "lead"}),
                         [["", "O", "RR", 2, 20], ["S", "O", "LR", 3, 1]])


class WinRate(unittest.TestCase):
    def deals(self, name: str, won: int, lost: int, **fields: Any) -> list[dict[str, Any]]:
        return [deal(f"{name}{i}", "won" if i < won else "lost", "2026-02-03", rep=name, **fields)
                for i in range(won + lost)]

    def test_wins_without_losses_are_all(self) -> None:
        self.assertEqual(ask("win_rate", self.deals("x", 3, 0), "rep won lost win_rate win_rate_hi odds_ratio p_value",
                             by=["rep"], from_="2026-02-02"), [["x", 3, 0, 1.0, 1.0, None, None]])

    def test_odds(self) -> None:
        rows = self.deals("x", 3, 1) + self.deals("y", 1, 3) + [deal("z", rep="z")]
        answer = ask("win_rate", rows, "rep win_rate odds_ratio p_value q_value opened", by=["rep"], total=True)
        p = float(Fraction(34, 70))
        self.assertEqual(answer, [["x", 0.75, 9.0, p, p, 4], ["y", 0.25, 1 / 9, p, p, 4],
                                  ["z", None, None, None, None, 1]])

    def test_columns(self) -> None:
        names, _ = Twin().report("win_rate")
        self.assertEqual(names[3:8], ["won", "win_rate", "win_rate_lo", "win_rate_hi", "lost"])
        self.assertNotIn("odds_ratio", names)
        self.assertIn("open", Twin().report("win_rate", options={"basis": "created"})[0])

    def test_amounts(self) -> None:
        rows = self.deals("x", 1, 1, amount="30.00") + self.deals("y", 0, 1, amount="60.00")
        self.assertEqual(ask("win_rate", rows, "won_amount lost_amount value_win_rate", from_="2026-02-02"),
                         [["30.00", "90.00", 0.25]])

    def test_rows_of_leads_and_basis(self) -> None:
        rows = [lead("a", rep="r"), deal("o", "won", "2026-02-03", lead="a", rep="s", created_at="2026-01-13"),
                deal("p", created_at="2026-01-13", rep="s"), stage("1", "o", "2026-01-28", "won", rep="t")]
        self.assertEqual(ask("win_rate", rows, "week rep won lost leads opened", by=["rep"]),
                         [["2026-W01", "r", 0, 0, 1, 0], ["2026-W03", "s", 0, 0, 0, 1],
                          ["2026-W03", "t", 0, 0, 0, 1], ["2026-W05", "t", 1, 0, 0, 0]])
        self.assertEqual(ask("win_rate", rows, "week won lost open opened", options={"basis": "created"}),
                         [["2026-W01", 0, 0, 0, 0], ["2026-W03", 1, 0, 1, 2]])


class Usage(unittest.TestCase):
    def test_wrong(self) -> None:
        for name, query in (("scores", {"where": [("band", "75")]}), ("deals", {"currency": "XYZ"}),
                            ("responses", {"by": ["hour"]}), ("meetings", {"by": ["origin"]}),
                            ("win_rate", {"options": {"basis": "cohort"}}), ("deals", {"by": ["channel"]})):
            with self.assertRaises(UsageError):
                Twin().report(name, **query)

    def test_names(self) -> None:
        for name in REPORTS:
            names, rows = Twin().report(name, previous=True)
            self.assertEqual((len(set(names)), rows), (len(names), []))


if __name__ == "__main__":
    unittest.main()
