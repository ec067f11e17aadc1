#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: in every zone, from 1970 to 2200, offsets, local times, days and weeks are what Python's zoneinfo says.

    calendar_zoneinfo.py --build build/release [--quick] [--folder /usr/share/zoneinfo]

Only offsets of instants and of local times are taken from zoneinfo; the first instant of a day and the
week of an instant are worked out here from these, slowly and in another way than the library does it.
Exits 1 when anything differs.
"""

import argparse
import os
import random
import subprocess
import sys
import zoneinfo
from datetime import datetime, timedelta

SECOND = 1_000_000
DAY = 86_400
EPOCH = datetime(1970, 1, 1)
END = (datetime(2200, 1, 1) - EPOCH).days * DAY
NOT_IANA = {"localtime", "posixrules"}  # this machine's settings


class Clock:
    """A zone as zoneinfo has it. Seconds, except where a name says micros."""

    def __init__(self, name):
        self.zone = zoneinfo.ZoneInfo(name)
        self.starts = {}

    def offset(self, seconds):
        utc = EPOCH + timedelta(0, seconds)
        local = self.zone.fromutc(utc.replace(tzinfo=self.zone)).replace(tzinfo=None)
        return round((local - utc).total_seconds())

    def instant(self, local_micros, fold=0):
        local = (EPOCH + timedelta(0, 0, local_micros)).replace(tzinfo=self.zone, fold=fold)
        return local_micros - round(local.utcoffset().total_seconds()) * SECOND

    def local_micros(self, micros):
        return micros + self.offset(micros // SECOND) * SECOND

    def change(self, low, high):
        """The first second with the offset of `high`, when there is one change between the two."""
        before = self.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def changes(self, step):
        """All changes of offset that a grid of `step` finds: (second, offset before, offset after)."""
        found, at, offset = [], 0, self.offset(0)
        while at < END:
            later = min(at + step, END)
            then = self.offset(later)
            while then != offset:
                change = self.change(at, later)
                after = self.offset(change)
                found.append((change, offset, after))
                at, offset = change, after
            at = later
        return found

    def day_start(self, date):
        """Midnight by PEP 495; where that does not exist, the change that skipped it."""
        if date not in self.starts:
            midnight = date * DAY * SECOND
            start = self.instant(midnight)
            if self.local_micros(start) != midnight:
                gap = sorted((self.instant(midnight, fold=0), self.instant(midnight, fold=1)))
                start = self.change(gap[0] // SECOND - 1, gap[1] // SECOND) * SECOND
            self.starts[date] = start
        return self.starts[date]

    def week(self, week_start, micros):
        """The one week whose bounds enclose the instant, among all that might."""
        date = self.local_micros(micros) // (DAY * SECOND)
        firsts = [d for d in range(date - 9, date + 10) if (d + 3) % 7 + 1 == week_start]
        inside = [d for d in firsts if self.day_start(d) <= micros < self.day_start(d + 7)]
        return inside[0] if len(inside) == 1 else None


def questions(clock, step, samples, luck):
    """(kind, question, expected answer), all in 1970 to 2200."""
    top = END * SECOND
    instants, locals_, dates, weeks = [], [], [], []
    for change, before, after in clock.changes(step):
        micros = change * SECOND
        instants += [micros - SECOND, micros - 1, micros, micros + SECOND]
        for offset in (before, after):
            locals_ += [micros + offset * SECOND + shift for shift in (-SECOND, -1, 0, SECOND)]
        locals_.append(micros + (before + after) // 2 * SECOND)
        first = (change + min(before, after)) // DAY
        last = (change + max(before, after)) // DAY
        dates += range(first, last + 2)
        begin = (last + 3) % 7 + 1
        weeks += [(begin, micros + shift * SECOND) for shift in (-1, 0, 61)]
        weeks.append((luck.randint(1, 7), micros))
    for _ in range(samples):
        micros = luck.randrange(top)
        instants.append(micros)
        locals_.append(luck.randrange(top))
        dates.append(luck.randrange(END // DAY))
        weeks.append((luck.randint(1, 7), micros))
    for micros in instants:
        yield "offsets", f"o {micros}", clock.offset(micros // SECOND)
    for micros in locals_:
        yield "local times", f"i {micros}", clock.instant(micros)
    for date in dates:
        yield "days", f"d {date}", clock.day_start(date)
    for begin, micros in weeks:
        yield "weeks", f"w {begin} {micros}", clock.week(begin, micros)


def ask(dump, folder, name, lines):
    text = "\n".join([f"zone {name}", *lines, ""])
    run = subprocess.run([dump, folder], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return [int(line) for line in run.stdout.split()]


def week_hours(clock):
    """The lengths of the weeks whose two bounds were worked out."""
    starts = clock.starts
    return {(starts[d + 7] - starts[d]) / (3600 * SECOND) for d in starts if d + 7 in starts}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--build", help="a folder made by meson")
    where.add_argument("--dump", help="path of the program calendar_dump, where it is not in tests/ of the build")
    parser.add_argument("--quick", action="store_true", help="one zone in eight")
    parser.add_argument("--folder", default="/usr/share/zoneinfo", help="folder of TZif files")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dump = options.dump or os.path.join(options.build, "tests/calendar_dump")

    luck = random.Random(options.seed)
    zoneinfo.reset_tzpath([options.folder])
    names = sorted(n for n in zoneinfo.available_timezones() - NOT_IANA if os.path.exists(f"{options.folder}/{n}"))
    if options.quick:
        names = sorted(luck.sample(names, len(names) // 8))
    compared = {"offsets": 0, "local times": 0, "days": 0, "weeks": 0}
    differences, hours = 0, set()
    for name in names:
        clock = Clock(name)
        asked = list(questions(clock, 3 * DAY, 100, luck))
        answers = ask(dump, options.folder, name, [line for _, line, _ in asked])
        if answers[0] != 0 or len(answers) != len(asked) + 1:
            print(f"{name}: refused, code {answers[0]}")
            differences += 1
            continue
        for (kind, line, expected), answer in zip(asked, answers[1:]):
            compared[kind] += 1
            if answer != expected:
                differences += 1
                if differences <= 50:
                    print(f"{name}: {line}: {answer}, expected {expected}")
        hours |= week_hours(clock)
    print(f"weeks of {min(hours):g} to {max(hours):g} hours seen")
    print(
        f"zones {len(names)}, offsets compared {compared['offsets']}, local times {compared['local times']}, "
        f"days {compared['days']}, weeks {compared['weeks']}, differences {differences}"
    )
    return 1 if differences or not all(compared.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
