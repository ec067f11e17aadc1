#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: a new user gets from a fresh clone to a report on an export of their own, and three typical mistakes are told.

    new_user_path.py --build build/release [--quick]

Runs docs/quickstart.sh (not with --quick: then the program of --build is taken; tests/claims/quickstart_bare.sh runs
both on a bare system). Then an export that nobody has described goes through `salesweek map`; its map is spoilt as
people do (the wrong form of dates, the wrong delimiter, a decimal point for a comma), and what the user sees is printed
each time.
"""

import csv
import datetime
import io
import json
import pathlib
import random
import subprocess
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

DEALS = 400
REPS = ("Jürgen Weiß", "Zoë Dubois", "Søren Holm")
PLACES = {"Won": 0.3, "Lost - price": 0.2, "Lost - no reply": 0.1, "Proposal": 0.25, "First talk": 0.15}
NOW = ("--now", "2026-11-09")
SHOWN = 9  # lines of what a command said


def euros(amount):
    """1234567.5 as 1.234.567,50 €."""
    return f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") + " €"


def export(luck):
    """Deals as a tool in Europe might export them, and the same as a person would count them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Ref", "Title", "Opened", "Salesperson", "Worth", "Where it stands", "Closed on"])
    deals = []
    for number in range(DEALS):
        opened = datetime.datetime(2026, 8, 3, 8) + datetime.timedelta(minutes=luck.randrange(90 * 1440))
        closed = opened.date() + datetime.timedelta(days=luck.randrange(1, 40))
        place = luck.choices(tuple(PLACES), tuple(PLACES.values()))[0]
        done = place.startswith(("Won", "Lost")) and closed < datetime.date(2026, 11, 9)
        place = place if done or not place.startswith(("Won", "Lost")) else "Proposal"
        amount = Decimal(luck.randrange(10**5, 10**8)) / 100
        rep = luck.choice(REPS)
        title, close = f"Größe {number}; neu", f"{closed:%d/%m/%Y}" if done else ""
        writer.writerow([f"D-{number:04}", title, f"{opened:%d/%m/%Y %H:%M}", rep, euros(amount), place, close])
        deals.append((rep, place, amount))
    return text.getvalue().encode("cp1252"), deals


class User:
    """Somebody who types commands and reads what they say."""

    def __init__(self, ours, program, folder):
        self.ours, self.program, self.folder = ours, program, folder
        self.seen = ""

    def types(self, *words, out=None, code=0):
        done = subprocess.run([self.program, *words], cwd=self.folder, capture_output=True, timeout=60, check=False)
        print("$ salesweek", *words, *(("> " + out,) if out else ()))
        if out:
            (self.folder / out).write_bytes(done.stdout)
        shown = done.stderr.decode() + ("" if out else done.stdout.decode())
        lines = shown.splitlines()
        shortened = lines if len(lines) <= SHOWN else [*lines[: SHOWN - 2], "...", lines[-1]]
        for line in shortened:
            print("  " + line[:200])
        self.seen = shown
        self.ours.same(f"exit of {' '.join(words)}", done.returncode, code)
        return done.stdout.decode()

    def reads(self, words):
        self.ours.check(words in self.seen, f"the user did not read {words!r}")

    def edits(self, **fields):
        """Changes the map; says what."""
        a_map = json.loads((self.folder / "deals.map.json").read_text())
        for name, value in fields.items():
            owner = a_map["fields"] if name in a_map["fields"] else a_map
            owner[name] = value
            print(f"# in the map: {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
        (self.folder / "wrong.map.json").write_text(json.dumps(a_map))


def quickstart(ours):
    """The program that the quickstart built, and the end of what it showed."""
    print("$ sh docs/quickstart.sh")
    done = subprocess.run(["sh", "docs/quickstart.sh"], cwd=claim.ROOT, capture_output=True, timeout=1800, check=False)
    lines = done.stdout.decode().splitlines()
    ours.same("exit of the quickstart", done.returncode, 0)
    for line in [line for line in lines if line.startswith("== ") or line.startswith("accepted")]:
        print("  " + line[:110])
    return claim.ROOT / "build/quickstart/bindings/cli/salesweek"


def compare(ours, user, deals):
    """The report is what a person would count."""
    text = user.types("report", "deals.salesweek", "win_rate", "--by", "rep", "--total", *NOW, "--format", "csv")
    found = {row["rep"]: row for row in csv.DictReader(io.StringIO(text))}
    for rep in REPS:
        mine = [deal for deal in deals if deal[0] == rep]
        won = [amount for _, place, amount in mine if place == "Won"]
        lost = [amount for _, place, amount in mine if place.startswith("Lost")]
        row = found[rep]
        ours.same(f"{rep}: won, lost", (row["won"], row["lost"]), (str(len(won)), str(len(lost))))
        ours.same(f"{rep}: amounts", (row["won_amount"], row["lost_amount"]), (str(sum(won)), str(sum(lost))))
        ours.same(f"{rep}: currency", row["currency"], "EUR")


def main():
    ours = claim.Claim(__doc__)
    program = ours.program if ours.quick else quickstart(ours)
    content, deals = export(random.Random(ours.seed))
    with claim.workplace() as work:
        user = User(ours, program, work)
        (work / "deals.csv").write_bytes(content)

        print("\n-- an export that nobody has described")
        user.types("map", "deals.csv", out="deals.map.json")
        print((work / "deals.map.json").read_text())
        for words in (
            "taken for table opportunity",
            '"Worth" was taken for amount by its cells',
            '"Where it stands" was taken for outcome',
            '"Proposal"',
            "taken for EUR",
            "windows-1252",
            "times say no zone",
        ):
            user.reads(words)

        print("-- mistake 1: the form of dates that others use")
        user.edits(created_at={"column": "Opened", "date": "%m/%d/%Y %H:%M"})
        user.types("import", "x.salesweek", "--map", "wrong.map.json", "deals.csv", code=3)
        user.reads('column "Opened": opportunity, field created_at')
        user.reads("was not a date in the form %m/%d/%Y %H:%M; %d/%m/%Y %H:%M would read it")

        print("\n-- mistake 2: the delimiter of other countries")
        user.edits(delimiter=",")
        user.types("import", "y.salesweek", "--map", "wrong.map.json", "deals.csv", code=1)
        user.reads('the map\'s "delimiter" should be ";"')

        print("\n-- mistake 3: a decimal point where the file has commas")
        user.edits(amount={"column": "Worth", "number": "1,234.50"})
        user.types("import", "z.salesweek", "--map", "wrong.map.json", "deals.csv", "--strict", code=3)
        user.reads('column "Worth": opportunity, field amount')
        user.reads("€\" would")
        user.reads("accepted 0, unchanged 0, rejected")

        print("\n-- the map as it was proposed")
        user.types("import", "deals.salesweek", "--map", "deals.map.json", "deals.csv")
        ours.same("the last line", user.seen, f"accepted {DEALS}, unchanged 0, rejected 0\n")
        compare(ours, user, deals)
    return ours.end(f"deals {DEALS}, mistakes made 3, contradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
