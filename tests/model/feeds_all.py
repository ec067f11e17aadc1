"""Messy feeds over all ten tables, and queries of all reports."""
from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Optional

from currencies import DIGITS
from feeds import DAY, DIMENSIONS, HOUR, SECOND, Asker, Feed, Maker, chance
from instants import EARLIEST, LATEST, to_local, utc_text
from query import NUMBERED
from records import MEETING_OUTCOME
from twin import REPORTS
from weeks import WEEK

MINUTE = 60 * SECOND
CURRENCIES = ["USD", "EUR", "JPY", "KWD", "CHF", "CLF"]
CHANNELS = ["email", "email", "linkedin", "call", "", None]
MODELS = ["m1", "m2", "M2", None]
DEAL_OUTCOMES = ["won", "won", "won", "lost", "lost", "lost", "open", None]
STAGE_NAMES = ["qualified", "Qualified", "proposal", "onboarding", "", None]

# How far one thing follows another; some come before it.
STEPS = [0, 0, 0, 1, -1, SECOND, 5 * MINUTE, 5 * MINUTE, HOUR, HOUR, HOUR + 1, 20 * HOUR, DAY, 7 * DAY,
         30 * DAY, 90 * DAY, 90 * DAY + 1, -HOUR, -3 * DAY]


class AllMaker(Maker):
    def __init__(self, seed: int):
        super().__init__(seed)
        rng = self.rng
        self.feed.currency = rng.choice([None, "USD", "EUR", "JPY", "KWD"]) if self.feed.init else None
        self.base = self.feed.currency or "USD"
        self.currencies = self.choose_currencies()
        self.rates_known = rng.choice(["always", "always", "always", "some", "none"])
        # Half of the feeds are dense: their leads come within a few weeks.
        self.spot = rng.choice(self.anchors) if chance(rng, 0.5) else None
        # A third knows days only, so that many things are of one instant.
        self.feed.grain = rng.choice([1, 1, DAY])
        self.lead_at: dict[str, int] = {}
        self.deal_at: dict[str, int] = {}
        self.win_at: dict[Optional[str], int] = {}  # of leads
        self.close_days: list[date] = []
        self.deal_currency: dict[str, Optional[str]] = {}

    def choose_currencies(self) -> list[Optional[str]]:
        """What opportunities carry: one, the base in two ways, or several."""
        rng = self.rng
        return rng.choice([[None], [None, self.base], [rng.choice(CURRENCIES)],
                           [None] + rng.sample(CURRENCIES, 2), rng.sample(CURRENCIES, 4)])

    # ---- values -----------------------------------------------------------------

    def moment(self) -> int:
        if self.spot is None or chance(self.rng, 0.3):
            return self.grained(super().moment())
        return self.grained(self.spot + self.rng.randint(-10 * DAY, 10 * DAY))

    def grained(self, moment: int) -> int:
        moment = min(max(moment, EARLIEST), LATEST - DAY)
        return moment - moment % self.feed.grain

    def note(self, moment: int) -> str:
        if self.feed.grain > 1:
            return self.exact(moment)
        self.feed.instants.append(moment)
        return self.moment_text(moment)

    def exact(self, moment: int) -> str:
        """The very instant, so that things fall together."""
        moment = self.grained(moment)
        self.feed.instants.append(moment)
        return utc_text(moment)

    def after(self, moment: int) -> int:
        """Soon after, at the very instant, or before."""
        rng = self.rng
        if chance(rng, 0.1):
            return self.moment()
        moment += rng.choice(STEPS) if chance(rng, 0.5) else rng.randint(-DAY, 40 * DAY)
        return self.grained(moment)

    def lead_time(self, id: Optional[str]) -> int:
        return self.lead_at.get(id) or self.moment()

    def amount(self, currency: Optional[str], finer: bool = False) -> Any:
        """Major units as text or number; zeros beyond the currency's digits."""
        rng, digits = self.rng, DIGITS[currency or self.base]
        minor = rng.choice([None, 0, 1, 5, 10, 10**digits, rng.randint(1, 10**6),
                            rng.randint(1, 10**6), 10 * rng.randint(1, 10**5),
                            rng.randint(1, 10**12), -rng.randint(1, 10**5)])
        if minor is None:
            return rng.choice([None, ""])
        if finer and digits < 4 and chance(rng, 0.3):
            digits = rng.randint(digits, 4)
        major = Decimal(minor).scaleb(-digits)
        if minor % 10**digits == 0 and chance(rng, 0.3):
            return minor // 10**digits
        if minor < 10**9 and chance(rng, 0.3):
            return float(major)
        return f"{major:f}" + ("0" * rng.randint(1, 3) if "." in f"{major:f}" and chance(rng, 0.2) else "")

    def score_value(self) -> Any:
        rng = self.rng
        return rng.choice([0, 10, 69.999999, 70, 90, 100, 99.5, rng.randint(0, 100),
                           rng.randint(0, 100), rng.randint(0, 100), round(rng.uniform(0, 100), 6),
                           round(rng.uniform(0, 100), rng.randint(1, 8))])

    def day(self, spread: int) -> date:
        local = to_local(self.after(self.moment()), self.feed.zone).date()
        local += timedelta(days=self.rng.randint(-spread, spread))
        return min(max(local, date(1970, 1, 1)), date(2199, 6, 1))

    # ---- rows -------------------------------------------------------------------

    def lead(self, id: str, leads: list[str], reps: list[str]) -> dict[str, Any]:
        row = super().lead(id, leads, reps)
        if self.feed.grain > 1:
            row["created_at"] = utc_text(self.feed.instants[-1])
        self.lead_at[id] = self.feed.instants[-1]
        if chance(self.rng, 0.5):  # merged leads take much away
            row.pop("merged_into", None)
        return row

    def call(self, id: str, leads: list[str], reps: list[str]) -> dict[str, Any]:
        row = super().call(id, leads, reps)
        if chance(self.rng, 0.5):
            row["at"] = self.note(self.after(self.lead_time(row.get("lead"))))
        elif chance(self.rng, 0.3):  # the lead's latest message is of that instant
            row.update({"at": self.exact(self.lead_time(row.get("lead"))), "outcome": "voicemail"})
        return row

    def message(self, id: str, leads: list[str], reps: list[str]) -> dict[str, Any]:
        rng, lead = self.rng, self.rng.choice(leads)
        at = self.after(self.lead_time(lead))
        if chance(rng, 0.3):
            self.lead_at[lead] = at  # the next may be an answer to this one
        return self.finish("message", id, {
            "at": self.exact(at) if chance(rng, 0.5) else self.note(at), "lead": lead,
            "direction": rng.choice(["outbound", "outbound", "inbound"]),
            "rep": self.maybe(reps), "channel": rng.choice(CHANNELS),
            "automated": rng.choice([None, False, False, False, True])})

    def opportunity(self, id: str, leads: list[str], reps: list[str]) -> dict[str, Any]:
        rng, lead = self.rng, self.maybe(leads)
        at, currency = self.after(self.lead_time(lead)), rng.choice(self.currencies)
        self.deal_at[id], self.deal_currency[id] = at, currency
        outcome = rng.choice(DEAL_OUTCOMES)
        close = self.after(at)
        closed = self.exact(close) if outcome in ("won", "lost") or chance(rng, 0.3) else None
        if outcome == "won":
            self.win_at[lead] = close
            self.close_days += [to_local(close, zone).date() for zone in (self.feed.zone, "UTC")]
        return self.finish("opportunity", id, {
            "created_at": self.note(at), "lead": lead, "rep": self.maybe(reps),
            "region": self.text() if chance(rng, 0.4) else None,
            "source": self.text() if chance(rng, 0.4) else None,
            "amount": self.amount(currency), "currency": currency if currency or chance(rng, 0.5) else "",
            "outcome": outcome, "closed_at": closed})

    def stage(self, id: str, deals: list[str], reps: list[str]) -> dict[str, Any]:
        rng, deal = self.rng, self.rng.choice(deals)
        before = self.deal_at.get(deal) or self.moment()
        at = before if chance(rng, 0.3) else self.after(before)  # several at one instant
        if chance(rng, 0.6):
            self.deal_at[deal] = at
        return self.finish("stage", id, {
            "at": self.exact(at), "opportunity": deal, "name": rng.choice(STAGE_NAMES),
            "outcome": rng.choice([None, "open", "won", "won", "won", "lost"]),
            "amount": self.amount(self.deal_currency.get(deal), True) if chance(rng, 0.4) else None,
            "rep": self.maybe(reps, 0.5)})

    def score(self, id: str, leads: list[str]) -> dict[str, Any]:
        rng, lead = self.rng, self.rng.choice(leads)
        at = self.after(self.lead_time(lead))
        win = self.win_at.get(lead)
        if win is not None and chance(rng, 0.2):
            at = win - rng.choice([0, 1, DAY])
        text = self.exact(at) if win is not None else self.note(at)
        row = self.finish("score", id, {"at": text, "lead": lead,
                                        "value": self.score_value(), "model": rng.choice(MODELS)})
        if row.get("recorded_at") and win is not None and chance(rng, 0.3):
            row["recorded_at"] = utc_text(max(win + rng.choice([0, 0, 1]), EARLIEST))
        elif row.get("recorded_at") and chance(rng, 0.5):  # written about then, maybe after a win
            stamp = self.after(at)
            self.feed.stamps.append(stamp)
            row["recorded_at"] = utc_text(stamp)
        return row

    def meeting(self, id: str, leads: list[str], deals: list[str], reps: list[str]) -> dict[str, Any]:
        rng, lead = self.rng, self.maybe(leads, 0.4)
        return self.finish("meeting", id, {
            "at": self.note(self.after(self.lead_time(lead))), "lead": lead,
            "opportunity": self.maybe(deals, 0.4), "rep": self.maybe(reps),
            "duration_s": self.duration(), "place": self.text(), "tactic": self.text(),
            "outcome": rng.choice([None, "", *MEETING_OUTCOME, "sale", "demo"])})

    def quota(self, id: str, reps: list[str]) -> dict[str, Any]:
        rng, begin = self.rng, self.day(20)
        if chance(rng, 0.3):
            begin = begin.replace(day=1)
        end = begin + timedelta(days=rng.choice([1, 6, 7, 28, 30, 31, 90, 91, 92, rng.randint(1, 120)]))
        currency = rng.choice(self.currencies + [None])
        owner = rng.choice([{"rep": rng.choice(reps)}, {"rep": rng.choice(reps)},
                            {"team": self.maybe([t for t in self.feed.texts if t] or ["T"], 0)}, {}])
        amount = self.amount(currency)
        if isinstance(amount, str):
            amount = amount.lstrip("-")
        amount = abs(amount) if isinstance(amount, (int, float)) else amount
        won = rng.choice([None, 0, 1, 2, 3, 7, 100])
        if won is None and amount in (None, ""):
            won = 5
        return self.finish("quota", id, {
            "from": begin.isoformat(), "to": end.isoformat(), **owner,
            "won": won, "amount": amount, "currency": currency})

    def rate(self, id: str, currency: str, day: date) -> dict[str, Any]:
        rng = self.rng
        value = rng.choice([1, 0.5, 0.007, 1.08, 3.25, 0.00652, round(rng.uniform(0.001, 9), 6), 40])
        return self.finish("rate", id, {"currency": currency, "date": day.isoformat(), "value": value})

    def rates(self) -> list[dict[str, Any]]:
        rng, rows = self.rng, []
        if self.rates_known == "none":
            return rows
        for currency in CURRENCIES + ["GBP"]:
            days = [self.day(5) for _ in range(rng.randint(0, 6))]
            days += rng.sample(self.close_days, min(4, len(self.close_days)))
            if self.rates_known == "always":
                days.append(date(1970, 1, 1))
            days += rng.sample(days, min(1, len(days)))  # two on a date
            for number, day in enumerate(days):
                row = self.rate(f"{currency}{number}{rng.choice(['', 'é', ',x'])}", currency, day)
                if day == date(1970, 1, 1):
                    row.pop("deleted", None)
                rows += self.copies(row)
        return rows

    def rows(self) -> list[dict[str, Any]]:
        rng = self.rng
        reps, leads = self.ids("r", rng.randint(1, 5)), self.ids("l", rng.choice([2, 10, 30, 60]))
        deals = self.ids("o", rng.choice([0, 5, 20, 40, 80]))
        self.feed.reps = reps
        some_reps, some_leads = reps + ["r-none"], leads + ["l-none"]
        some_deals = deals + ["o-none"]
        rows: list[dict[str, Any]] = []

        def add(ids: list[str], versions: list[int], make: Any) -> None:
            for id in ids:
                for _ in range(rng.choice(versions)):
                    rows.extend(self.copies(make(id)))

        often = [1, 1, 1, 1, 1, 2, 3]
        add(reps, [0, 1, 1, 2], self.rep)
        add(leads, [0, 1, 1, 1, 1, 1, 2, 3], lambda id: self.lead(id, some_leads, some_reps))
        add(self.ids("c", rng.choice([0, 3, 20, 40])), often,
            lambda id: self.call(id, some_leads, some_reps))
        add(self.ids("m", rng.choice([0, 20, 80, 150])), often,
            lambda id: self.message(id, some_leads, some_reps))
        add(deals, often, lambda id: self.opportunity(id, some_leads, some_reps))
        add(self.ids("s", rng.choice([0, 0, 10, 50])), often,
            lambda id: self.stage(id, some_deals, some_reps))
        add(self.ids("v", rng.choice([0, 10, 50, 100])), often, lambda id: self.score(id, some_leads))
        add(self.ids("g", rng.choice([0, 20, 80])), often,
            lambda id: self.meeting(id, some_leads, some_deals, some_reps))
        add(self.ids("q", rng.choice([0, 3, 8, 16])), often, lambda id: self.quota(id, some_reps))
        rows += self.rates()
        if chance(rng, 0.7):
            rng.shuffle(rows)
        return rows

    def copies(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """A row, sometimes replayed, sometimes with another value at the same stamp."""
        rng, rows = self.rng, super().copies(line)
        changes = {"message": {"automated": True}, "opportunity": {"amount": 7}, "stage": {"amount": None},
                   "score": {"value": 50}, "meeting": {"outcome": "sale"}, "rate": {"value": 2},
                   "quota": {"won": 4}, "lead": {"rep": None}, "rep": {"team": None}}
        if chance(rng, 0.06) and line["table"] in changes:
            rows.append({**line, **changes[line["table"]]})
        return rows

    def bad_line(self) -> str:
        rng = self.rng
        if chance(rng, 0.3):
            return super().bad_line()
        row = {"id": "bad", **rng.choice(BAD)}
        if self.feed.stamped == "full":
            row["recorded_at"] = utc_text(self.stamp_pool[0])
        return json.dumps(row, ensure_ascii=chance(rng, 0.5))


AT = "2026-11-02T09:30:00Z"
MESSAGE = {"table": "message", "at": AT, "lead": "l1", "direction": "inbound"}
DEAL = {"table": "opportunity", "created_at": AT, "amount": "1.00", "currency": "USD"}
STAGE = {"table": "stage", "at": AT, "opportunity": "o1"}
SCORE = {"table": "score", "at": AT, "lead": "l1", "value": 5}
MEETING = {"table": "meeting", "at": AT}
QUOTA = {"table": "quota", "from": "2026-10-01", "to": "2026-11-01", "won": 1}
RATE = {"table": "rate", "currency": "EUR", "date": "2026-11-01", "value": 1.1}

# Rows that are refused.
BAD: list[dict[str, Any]] = [
    {**MESSAGE, "lead": None}, {**MESSAGE, "direction": ""}, {**MESSAGE, "at": None},
    {**MESSAGE, "outcome": "answered"}, {**MESSAGE, "automated": "perhaps"},
    {**DEAL, "outcome": "won"}, {**DEAL, "outcome": "lost", "closed_at": ""},
    {**DEAL, "outcome": "paid", "closed_at": AT}, {**DEAL, "created_at": None},
    {**DEAL, "amount": "1.001"}, {**DEAL, "amount": "1.5", "currency": "JPY"},
    {**DEAL, "amount": "1.0001", "currency": "KWD"}, {**DEAL, "amount": "much"},
    {**DEAL, "amount": "1,000.00"}, {**DEAL, "amount": True}, {**DEAL, "amount": "1" + "0" * 30},
    {**DEAL, "amount": 0.001}, {**DEAL, "currency": "XYZ"}, {**DEAL, "currency": "usd"},
    {**DEAL, "currency": "EURO"}, {**DEAL, "currency": 5}, {**DEAL, "at": AT},
    {**STAGE, "opportunity": None}, {**STAGE, "outcome": "sale"}, {**STAGE, "amount": "x"},
    {**STAGE, "currency": "USD"}, {**SCORE, "value": 100.000001}, {**SCORE, "value": -0.000001},
    {**SCORE, "value": None}, {**SCORE, "lead": ""}, {**MEETING, "outcome": "held"},
    {**MEETING, "duration_s": -1}, {**QUOTA, "to": "2026-10-01"}, {**QUOTA, "to": None},
    {**QUOTA, "from": "2026-10-01T00:00:00Z"}, {**QUOTA, "from": "2026-02-29"},
    {**QUOTA, "rep": "r1", "team": "T"}, {**QUOTA, "won": None}, {**QUOTA, "won": -1},
    {**QUOTA, "currency": "XYZ"}, {**QUOTA, "from": "1969-12-31"}, {**QUOTA, "to": "2200-01-02"},
    {**RATE, "value": 0}, {**RATE, "value": -1}, {**RATE, "value": None}, {**RATE, "currency": None},
    {**RATE, "currency": "ABC"}, {**RATE, "date": None}, {**RATE, "date": "1.11.2026"},
    {**RATE, "at": AT}]


class AllAsker(Asker):
    """Random queries of some reports."""

    def __init__(self, feed: Feed, rng: random.Random, reports: tuple[str, ...]):
        super().__init__(feed, rng)
        self.reports = reports or tuple(REPORTS)

    def query(self) -> dict[str, Any]:
        rng, name = self.rng, self.rng.choice(self.reports)
        self.report = REPORTS[name]
        query = super().query()
        if query["name"] == "calls":  # else it asks wrongly
            query["name"] = name
            self.adapt(query)
        self.see_more(query)
        if name in ("deals", "conversion", "win_rate") and chance(rng, 0.3):
            query["currency"] = rng.choice(CURRENCIES + ["GBP"])
        if query.get("fill") and name == "deals":
            query.setdefault("now", self.when_text(self.feed.instants))
        if chance(rng, 0.03):
            query.update(self.wrong_money())
        return query

    def see_more(self, query: dict[str, Any]) -> None:
        """Rather all versions, a late `now` and one row of many facts."""
        rng = self.rng
        if chance(rng, 0.5):
            query.pop("as_of", None)
        if chance(rng, 0.5) and self.feed.instants and "now" in query:
            ordered = sorted(self.feed.instants)
            query["now"] = utc_text(min(rng.choice(ordered[-len(ordered) // 10 - 1:])
                                        + rng.choice([0, 1, 60 * DAY]), LATEST - DAY))
        elif chance(rng, 0.6) and self.feed.instants and "now" in query:
            # So long after something that an open wait is as long as an ended one, or as a limit.
            query["now"] = utc_text(min(rng.choice(self.feed.instants) + rng.choice(
                [max(step, 0) for step in STEPS] + [DAY, 7 * DAY]), LATEST - DAY))
        if chance(rng, 0.3):
            query["total"] = True
        if chance(rng, 0.4):  # many facts in one cell: curves with bands, odds with both sides
            query.pop("where", None)
            query.pop("as_of", None)
            query["total"] = chance(rng, 0.8)
            query["by"] = query.get("by", [])[:1]
        if query["name"] == "scores" and chance(rng, 0.25):
            query["where"] = [self.filter("band") for _ in range(4)]
        if self.feed.instants and chance(rng, 0.2):
            self.so_far(query)
        if query["name"] == "deals" and chance(rng, 0.5):
            query.pop("where", None)
            query["by"] = rng.choice([[], ["rep"], ["team"], ["team", "rep"]])

    def so_far(self, query: dict[str, Any]) -> None:
        """A week that is not over, against the one before."""
        rng = self.rng
        now = min(rng.choice(self.feed.instants) + rng.randint(DAY, 10 * DAY), LATEST - DAY)
        query.pop("to", None)
        query.pop("as_of", None)
        query.update({"previous": True, "total": chance(rng, 0.3), "now": utc_text(now),
                      "from_": (self.calendar.week_of(now) - rng.choice([0, 0, 1]) * WEEK).isoformat()})

    def adapt(self, query: dict[str, Any]) -> None:
        """The dimensions and options of the report for those of `calls`."""
        rng, dimensions = self.rng, self.report.DIMENSIONS
        if set(query.get("by", [])) <= set(DIMENSIONS):
            query.pop("by", None)
            if chance(rng, 0.75):
                query["by"] = self.some(dimensions, [1, 1, 1, 1, 2, 2, 3])
        if query.get("where") and query["where"][0][0] in DIMENSIONS:
            query["where"] = self.filters_of(dimensions)
        if self.report is not REPORTS["calls"] and "basis" not in query.get("options", {}):
            query.pop("options", None)
            query["options"] = {option: rng.choice(values)
                                for option, values in self.report.OPTIONS.items() if chance(rng, 0.5)}

    def some(self, dimensions: list[str], numbers: list[int]) -> list[str]:
        """Rather those that quotas, bands and models hang on."""
        rng, found = self.rng, []
        for _ in range(rng.choice(numbers)):
            special = [name for name in ("rep", "team", "band", "model", "channel", "place")
                       if name in dimensions]
            found.append(rng.choice(special if chance(rng, 0.5) else dimensions))
        return list(dict.fromkeys(found))

    def filters_of(self, dimensions: list[str]) -> list[tuple[str, str]]:
        rng, filters = self.rng, []
        for name in self.some(dimensions, [1, 1, 1, 2]):
            filters += [self.filter(name) for _ in range(rng.choice([1, 3, 6]))]
        rng.shuffle(filters)
        return filters

    def filter(self, name: str) -> tuple[str, str]:
        if name in NUMBERED:
            return name, str(self.rng.choice(NUMBERED[name]))
        known = {"channel": CHANNELS, "model": MODELS}
        if name in known:
            return name, self.rng.choice(known[name]) or ""
        return super().filter(name)

    def wrong_money(self) -> dict[str, Any]:
        return self.rng.choice([
            {"currency": "XYZ"}, {"currency": "usd"}, {"currency": ""}, {"by": ["band", "hour"]},
            {"where": [("band", "75")]}, {"where": [("band", "high")]}, {"options": {"basis": "moon"}},
            {"options": {"clock": "moon"}}])


