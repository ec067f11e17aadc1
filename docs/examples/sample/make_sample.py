#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the sample: the ten CSV files of this folder, each as another tool would export it. Nothing in it is real.

Eight reps of two teams sell for twelve weeks, Monday 2026-08-17 to Sunday 2026-11-08, and the numbers have something to
say: people pick up in the late morning and on Tuesday to Thursday, by their own clocks; the sooner the first touch, the
more deals; a score that knows a little; two teams in two currencies; a rep without a deal (Hana Sato, who began late);
a team with a quota of its own beside its reps'; voicemails; leads entered twice and merged; deals that were reopened;
weeks in which the clocks go back.

    python3 docs/examples/sample/make_sample.py            writes the files
    python3 docs/examples/sample/make_sample.py --jsonl    prints the same records as JSON lines
"""

import argparse
import csv
import datetime
import io
import json
import pathlib
import random
import sys
import zoneinfo

SEED = 20261108
FIRST_DAY = datetime.date(2026, 8, 17)  # a Monday; twelve weeks end on Sunday, 2026-11-08
WEEKS = 12
END = datetime.datetime(2026, 11, 8, 18, tzinfo=datetime.timezone.utc)
LEADS = 320
CALLS = 1400

REPS = (
    # name, team, region, skill: how much likelier than usual a call or a deal gets what it was for
    ("Ada Moreau", "North", "EMEA", 1.25),
    ("Bruno Keller", "North", "EMEA", 1.0),
    ("Chen Wei", "North", "APAC", 1.1),
    ("Dalia Haddad", "North", "EMEA", 0.8),
    ("Emeka Obi", "South", "AMER", 1.2),
    ("Fiona Walsh", "South", "AMER", 0.9),
    ("Gustav Lindström", "South", "AMER", 1.0),
    ("Hana Sato", "South", "APAC", 0.0),
)
NOT_SELLING = "Hana Sato"
ZONES = (
    ("Europe/Berlin", "EMEA"),
    ("Europe/London", "EMEA"),
    ("Africa/Cairo", "EMEA"),
    ("America/New_York", "AMER"),
    ("America/Los_Angeles", "AMER"),
    ("Asia/Tokyo", "APAC"),
)
SOURCES = ("advertisement", "event", "partner", "referral", "web")
LIKES = {"advertisement": 0.6, "event": 0.9, "partner": 1.2, "referral": 1.6, "web": 0.9}  # how readily they buy
SEGMENTS = {"small": 4000, "medium": 15000, "large": 60000}  # and what they spend
ASSETS = ("webinar", "white paper", "")
TACTICS = ("cold pitch", "workshop", "reference visit")
# How likely a call is answered at an hour of the lead's clock, and by weekday (Monday first).
HOURS = {8: 0.25, 9: 0.35, 10: 0.55, 11: 0.60, 12: 0.30, 13: 0.30, 14: 0.40, 15: 0.45, 16: 0.50, 17: 0.35}
WEEKDAYS = (0.8, 1.1, 1.2, 1.1, 0.7)


def hours(count):
    return datetime.timedelta(hours=count)


def local(day, zone, hour, minute, second=0):
    """An instant given by a lead's clock."""
    clock = datetime.time(hour, minute, second, tzinfo=zoneinfo.ZoneInfo(zone))
    return datetime.datetime.combine(day, clock).astimezone(datetime.timezone.utc)


def text(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of(day):
    """The last instant of a date, where a tool says no more than the date."""
    return f"{day}T23:59:59.999999Z"


class Lead:
    def __init__(self, rng, number):
        self.id = f"l{number}"
        self.zone, self.region = rng.choice(ZONES)
        self.rep = rng.choice([rep for rep in REPS if rep[2] == self.region])
        self.day = FIRST_DAY + datetime.timedelta(days=rng.randrange(-21, 7 * WEEKS - 3))
        self.at = local(self.day, self.zone, rng.randrange(8, 18), rng.randrange(60))
        self.origin = rng.choice(("marketing", "marketing", "sales"))
        self.source = rng.choice(SOURCES)
        self.segment = rng.choice(tuple(SEGMENTS))
        self.asset = rng.choice(ASSETS)
        # Hours until the first touch: at once, some time, or never.
        self.wait = rng.choice((rng.uniform(0.02, 0.2), *(rng.lognormvariate(1.6, 1.4) for _ in range(5)), None))
        # What nobody sees: how likely this one buys.
        self.will = LIKES[self.source] * self.rep[3] * rng.uniform(0, 1) ** 1.5 / (1 + (self.wait or 90) / 60)
        self.closed = self.at + hours(rng.uniform(300, 900)) if self.will < 0.1 else None

    def row(self):
        row = {
            "table": "lead",
            "id": self.id,
            "created_at": text(self.at),
            "rep": self.rep[0],
            "origin": self.origin,
            "source": self.source,
            "region": self.region,
            "segment": self.segment,
            "zone": self.zone,
        }
        if self.asset and self.origin == "marketing":
            row["asset"] = self.asset
        if self.closed and self.closed < END:
            row["closed_at"] = end_of(self.closed.date())
        return row


class Sample:
    def __init__(self):
        self.rng = random.Random(SEED)
        self.leads = [Lead(self.rng, number) for number in range(1, LEADS + 1)]
        self.wins = {}  # of a lead
        self.deals = []  # id, lead, created, whether it was won

    def known(self, instant):
        return instant < END

    # ---- who, and what is expected of them -----------------------------------------------------

    def reps(self):
        for name, team, region, _ in REPS:
            row = {"table": "rep", "id": name, "name": name, "team": team, "region": region}
            yield {**row, "capacity": 0.5} if name == NOT_SELLING else row

    def quotas(self):
        """What was left of a quarter, and the next; South has a target of its own, North's is the sum of its reps'."""
        quarters = ((3, 1, "2026-08-17", "2026-10-01"), (4, 2, "2026-10-01", "2027-01-01"))
        for quarter, share, begin, end in quarters:
            term = {"table": "quota", "from": begin, "to": end}
            for name, team, _, _ in REPS:
                currency = "EUR" if team == "North" else "USD"
                if name != NOT_SELLING:
                    target = {"won": 8 * share, "amount": str(150000 * share), "currency": currency}
                    yield {**term, "id": f"Q{quarter} {name}", "rep": name, **target}
            yield {**term, "id": f"Q{quarter} South", "team": "South", "won": 20 * share, "amount": str(450000 * share)}

    def rates(self):
        value = 1.08
        for week in range(-4, WEEKS):
            day = FIRST_DAY + datetime.timedelta(days=7 * week)
            yield {"table": "rate", "id": f"EUR {day}", "currency": "EUR", "date": str(day), "value": f"{value:.4f}"}
            value += self.rng.uniform(-0.012, 0.013)

    # ---- talking -------------------------------------------------------------------------------

    def outcome(self, likely):
        if self.rng.random() < likely:
            return "answered"
        return self.rng.choices(("voicemail", "unanswered", "busy", "failed"), (55, 35, 8, 2))[0]

    def call(self):
        rng = self.rng
        days = [FIRST_DAY + datetime.timedelta(days=n) for n in range(7 * WEEKS)]
        day = rng.choice([day for day in days if day.weekday() < 5])
        begin = day - datetime.timedelta(days=28)
        lead = rng.choice([lead for lead in self.leads if begin < lead.day < day and lead.wait is not None])
        hour = rng.choice(tuple(HOURS))
        inbound = rng.random() < 0.06
        likely = HOURS[hour] * WEEKDAYS[day.weekday()]
        result = "answered" if inbound and rng.random() < 0.8 else self.outcome(likely)
        row = {"table": "call", "at": text(local(day, lead.zone, hour, rng.randrange(60), rng.randrange(60)))}
        # Now and then a colleague steps in.
        row |= {"lead": lead.id, "rep": lead.rep[0] if rng.random() < 0.95 else rng.choice(REPS)[0]}
        if inbound:
            row["direction"] = "inbound"
        row["outcome"] = result
        if result == "answered":
            row["duration_s"] = round(rng.lognormvariate(4.9, 0.8))
            if rng.random() < 0.22 * max(lead.rep[3], 0.5):
                row["positive"] = True
        elif result == "voicemail":
            row["duration_s"] = rng.randrange(8, 45)
        return row

    def messages(self, lead):
        """A welcome by a machine, some mails of the rep, and answers of those who care."""
        rng = self.rng

        def row(at, direction, **more):
            return at, {"table": "message", "at": text(at), "lead": lead.id, "direction": direction, **more}

        if lead.origin == "marketing":
            yield row(lead.at, "outbound", channel="email", automated=True)
        if lead.wait is None:
            return
        at = lead.at + hours(lead.wait)
        for _ in range(rng.choice((0, 1, 2, 2, 3, 4))):
            channel = rng.choice(("email", "email", "email", "linkedin"))
            yield row(at, "outbound", rep=lead.rep[0], channel=channel)
            if rng.random() < 0.2 + 0.4 * lead.will:
                yield row(at + hours(rng.lognormvariate(1.5, 1.6)), "inbound", channel=channel)
                break
            at += hours(rng.uniform(24, 120))

    # ---- selling -------------------------------------------------------------------------------

    def deal(self, lead):
        """An opportunity, its stages and its meetings."""
        rng, id = self.rng, f"o{len(self.deals) + 1}"
        at = lead.at + hours((lead.wait or 0) + rng.uniform(20, 150))
        amount = round(SEGMENTS[lead.segment] * rng.lognormvariate(0, 0.4), 2)
        row = {"table": "opportunity", "id": id, "created_at": text(at), "lead": lead.id, "rep": lead.rep[0],
               "amount": f"{amount:.2f}", "currency": "EUR" if lead.region == "EMEA" else "USD"}  # fmt: skip
        won = rng.random() < lead.will
        events = [(at, {"table": "opportunity", **row})]
        at += hours(rng.uniform(48, 300))
        events.append((at, self.stage(id, at, "proposal")))
        for _ in range(rng.choice((0, 1, 1, 2))):
            events.append(self.meeting(lead, id, at + hours(rng.uniform(-40, 100)), won))
        at += hours(rng.uniform(72, 500) * (1 if won else 1.6))
        events.append((at, self.stage(id, at, "won" if won else "lost", amount)))
        if won and rng.random() < 0.06:  # the customer stepped back and came again for less
            back = at + hours(rng.uniform(24, 120))
            again = back + hours(rng.uniform(100, 300))
            events.append((back, self.stage(id, back, "reopened")))
            events.append((again, self.stage(id, again, "won", round(amount * 0.8, 2))))
        elif won:
            onboard = at + hours(24)
            events.append((onboard, self.stage(id, onboard, "onboarding")))
        if won:
            self.wins[lead.id] = at
        self.deals.append(id)
        return events

    def stage(self, id, at, name, amount=None):
        outcomes = {"won": "won", "onboarding": "won", "lost": "lost", "reopened": "open"}
        row = {"table": "stage", "at": text(at), "opportunity": id, "name": name}
        if name in outcomes:
            row["outcome"] = outcomes[name]
        if amount is not None and name == "won":
            row["amount"] = f"{amount:.2f}"
        return row

    def meeting(self, lead, deal, at, won):
        rng = self.rng
        at = at.replace(hour=rng.randrange(8, 17), minute=rng.choice((0, 15, 30)), second=0)
        weights = (6, 8, 5, 1, 2, 2, 1) if won else (0, 8, 8, 6, 3, 4, 1)
        names = ("sale", "demo", "follow_up", "declined", "completed", "no_show", "cancelled")
        row = {"table": "meeting", "at": text(at), "opportunity": deal, "rep": lead.rep[0],
               "place": rng.choice(("video", "video", "on site", "phone")), "tactic": rng.choice(TACTICS),
               "outcome": rng.choices(names, weights)[0]}  # fmt: skip
        if row["outcome"] not in ("no_show", "cancelled"):
            row["duration_s"] = rng.choice((1200, 1800, 2700, 3600))
        return at, row

    def scores(self, lead):
        """Two models, weekly; the newer one knows more, and speaks last."""
        rng = self.rng
        for week in range(rng.choice((1, 2, 2, 3))):
            at = lead.at + hours(2 + 168 * week)
            for model, noise in (("2025", 45), ("2026", 15)):
                at += hours(1)
                value = min(max(100 * lead.will + rng.gauss(0, noise), 0), 100)
                yield at, {"table": "score", "at": text(at), "lead": lead.id, "value": round(value, 1), "model": model}

    def twins(self):
        """Six people are in the system twice; the second record is merged into the first."""
        for number, lead in enumerate(self.leads[10:16], LEADS + 1):
            again = {**lead.row(), "id": f"l{number}", "merged_into": lead.id}
            at = lead.at + hours(30)
            yield {**again, "created_at": text(at)}
            message = {"table": "message", "id": f"m-l{number}", "at": text(at + hours(1)), "lead": f"l{number}"}
            yield {**message, "direction": "inbound", "channel": "email"}

    # ---- all of it -----------------------------------------------------------------------------

    def numbered(self, letter, events):
        """What had happened by the end, by time, with ids."""
        rows = sorted((each for each in events if self.known(each[0])), key=lambda each: each[0])
        for number, (_, row) in enumerate(rows, 1):
            yield {"table": row["table"], "id": f"{letter}{number}", **row}

    def rows(self):
        yield from self.reps()
        yield from (lead.row() for lead in self.leads)
        yield from self.twins()
        calls = sorted((self.call() for _ in range(CALLS)), key=lambda row: row["at"])
        yield from ({"table": "call", "id": f"c{number}", **call} for number, call in enumerate(calls, 1))
        yield from self.numbered("m", [each for lead in self.leads for each in self.messages(lead)])
        buyers = [lead for lead in self.leads if lead.rep[0] != NOT_SELLING and self.rng.random() < 0.35 + lead.will]
        events = [each for lead in buyers for each in self.deal(lead)]
        for letter, table in (("o", "opportunity"), ("s", "stage"), ("g", "meeting")):
            yield from self.numbered(letter, [each for each in events if each[1]["table"] == table])
        yield from self.numbered("v", [each for lead in self.leads for each in self.scores(lead)])
        yield from self.quotas()
        yield from self.rates()


# ---- as other tools export it ----------------------------------------------------------------------

COMPANIES = (
    "Bäckerei Süß",
    "Cafés Émile",
    "Fjällräv AB",
    "Harbour & Sons",
    "Müller GmbH",
    "Niño Textil",
    "O'Brien Ltd",
)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
DISPOSITIONS = {
    "answered": "Connected",
    "unanswered": "No answer",
    "voicemail": "Left voicemail",
    "busy": "Busy",
    "failed": "Wrong number",
}
STAGES = {
    "proposal": "Proposal sent",
    "won": "Closed won",
    "lost": "Closed lost",
    "reopened": "Reopened",
    "onboarding": "Onboarding",
}
RESULTS = {
    "sale": "Signed",
    "demo": "Demo given",
    "follow_up": "Next meeting agreed",
    "declined": "Not interested",
    "completed": "Held",
    "no_show": "No show",
    "cancelled": "Cancelled",
}


def when(row, name="at"):
    return datetime.datetime.fromisoformat(row[name].replace("Z", "+00:00")) if name in row else None


def grouped(amount, group, mark):
    """1234567.5 as 1.234.567,50."""
    return f"{float(amount):,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)


def clock(seconds):
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds is not None else ""


def rep_cells(row):
    return row["name"], row["team"], row["region"], f"{round(100 * row.get('capacity', 1))}%"


def lead_cells(row):
    created, closed = when(row, "created_at"), when(row, "closed_at")
    return (row["id"], created.strftime("%m/%d/%Y %I:%M %p"), row["rep"], row["origin"].title(), row["source"],
            row.get("asset", ""), row["region"], row["segment"], row["zone"], row.get("merged_into", ""),
            closed.strftime("%m/%d/%Y") if closed else "")  # fmt: skip


def message_cells(row):
    kind = "OUT" if row["direction"] == "outbound" else "IN"
    return (row["id"], round(when(row).timestamp() * 1000), kind, row["lead"], row.get("rep", ""),
            row.get("channel", "").title(), "Y" if row.get("automated") else "N")  # fmt: skip


def call_cells(row):
    at = when(row).astimezone(BERLIN)
    return (row["id"], at.strftime("%d.%m.%Y"), at.strftime("%H:%M:%S"), row["rep"], row["lead"],
            row.get("direction", "outbound").title(), DISPOSITIONS[row["outcome"]], clock(row.get("duration_s")),
            "Yes" if row.get("positive") else "No")  # fmt: skip


def opportunity_cells(row):
    company = COMPANIES[int(row["id"][1:]) % len(COMPANIES)]
    return (row["id"], f"{company} – {row['lead']}", when(row, "created_at").strftime("%d.%m.%Y %H:%M:%S"), row["rep"],
            row["lead"], grouped(row["amount"], ".", ","), row["currency"])  # fmt: skip


def stage_cells(row):
    amount = grouped(row["amount"], ",", ".") if "amount" in row else ""
    return row["id"], row["opportunity"], row["at"].replace("Z", "+0000"), STAGES[row["name"]], amount


def score_cells(row):
    return row["id"], row["lead"], row["model"], round(when(row).timestamp()), str(row["value"]).replace(".", ",")


def meeting_cells(row):
    at = when(row)
    end = at + datetime.timedelta(seconds=row["duration_s"]) if "duration_s" in row else None
    return (row["id"], at.strftime("%b %d, %Y %H:%M"), end.strftime("%b %d, %Y %H:%M") if end else "", row["rep"],
            row["opportunity"], row["place"], row["tactic"], RESULTS[row["outcome"]])  # fmt: skip


def quota_cells(row):
    begin, end = datetime.date.fromisoformat(row["from"]), datetime.date.fromisoformat(row["to"])
    last = end - datetime.timedelta(days=1)
    return (row["id"], row.get("rep", ""), row.get("team", ""), begin.strftime("%d %b %Y"), last.strftime("%d %b %Y"),
            row["won"], f"{int(row['amount']):,}", row.get("currency", ""))  # fmt: skip


def rate_cells(row):
    return row["date"], row["currency"], row["value"]


# table: the file, what parts its cells, how it is encoded, its heading, and a record as cells
FILES = {
    "rep": ("reps", ",", "utf-8", "Full Name,Sales Team,Territory,Working Time", rep_cells),
    "lead": ("leads", ",", "utf-8", "Lead ID,Created Date,Lead Owner,Origin,Lead Source,Asset Downloaded,Region,"
             "Segment,Time Zone,Merged Into,Closed Date", lead_cells),
    "message": ("messages", "\t", "utf-8", "message_id,sent_ms,kind,contact,user,medium,auto", message_cells),
    "call": ("calls", ";", "utf-8-sig", "Call ID,Date,Time,Agent,Contact,Direction,Disposition,Talk Time,Goal Reached",
             call_cells),
    "opportunity": ("opportunities", ";", "cp1252", "Record ID,Deal Name,Create Date,Deal Owner,Contact ID,Amount,"
                    "Currency", opportunity_cells),
    "stage": ("stages", ",", "utf-8", "History ID,Deal ID,Changed On,New Stage,Amount", stage_cells),
    "score": ("scores", ";", "utf-8", "Score ID,Contact,Model,Scored At,Score", score_cells),
    "meeting": ("meetings", ",", "utf-8", "Event ID,Start,End,Organizer,Deal ID,Location,Format,Result", meeting_cells),
    "quota": ("quotas", "|", "utf-8", "Plan,Person,Team,First Day,Last Day,Deals,Revenue,Currency", quota_cells),
    "rate": ("rates", ",", "utf-8", "Date,Currency,Dollars for one", rate_cells),
}  # fmt: skip


def files(rows):
    """The name and the bytes of each file."""
    rows = list(rows)
    for table, (name, delimiter, encoding, heading, cells) in FILES.items():
        text = io.StringIO()
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n" if delimiter == ";" else "\n")
        writer.writerow(heading.split(","))
        writer.writerows(cells(row) for row in rows if row["table"] == table)
        yield f"{name}.csv", text.getvalue().encode(encoding)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jsonl", action="store_true")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    arguments = parser.parse_args()
    rows = Sample().rows()
    if arguments.jsonl:
        for row in rows:
            sys.stdout.write(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n")
        return
    for name, content in files(rows):
        (arguments.folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
