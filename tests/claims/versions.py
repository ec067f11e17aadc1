#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: many versions cost what they are, in whatever order they come, and corrections without end do not pile up.

    versions.py --build build/release [--quick] [--seed N]

Three tables, of seconds of the processor and of the store's own count of memory. Calls and leads of a year with 1, 2, 4
and 8 versions each, all versions shuffled together, so that rows that are no longer current lie among the others: the
answers are those of the last versions alone. Versions of one record, oldest first, newest first and shuffled. And a
year of days on each of which one record in a hundred is corrected, with a question about facts every day: the memory
that a correction leaves behind.
"""

import pathlib
import sys
import time

import numpy
import pyarrow

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import arrow_ingest  # noqa: E402
import claim  # noqa: E402
import library  # noqa: E402

BEGIN, SPAN = 1_704_067_200, 365 * 86400  # 2024, in seconds
OUTCOMES = numpy.array(["answered", "unanswered", "voicemail", "busy"])
SOURCES = numpy.array(["web", "fair", "partner"])
NOW = "2026-01-05"
CALLS = {"name": "calls", "by": ["rep"], "now": NOW}
FACTS = {"name": "responses", "by": ["source"], "now": NOW}
CORRECTION = 160  # bytes that a corrected call or lead may leave behind


def instants(seconds):
    return pyarrow.array(seconds * 1_000_000).view(pyarrow.timestamp("us", "UTC"))


def names(kind, numbers):
    return numpy.char.add(kind, numbers.astype(str))


def leads(numbers, ages):
    """Versions of leads: `ages` is how many newer ones there are, so that those of age 0 are always the same."""
    return {
        "id": names("l", numbers),
        "recorded_at": instants(BEGIN + 2 * SPAN - ages),
        "created_at": instants(BEGIN + numbers * 7919 % SPAN),
        "source": SOURCES[(numbers + ages) % len(SOURCES)],
    }


def calls(numbers, ages, count):
    return {
        "id": names("c", numbers),
        "recorded_at": instants(BEGIN + 2 * SPAN - ages),
        "at": instants(BEGIN + numbers * 104729 % SPAN + ages),
        "lead": names("l", numbers * 31 % count),
        "rep": names("r", numbers % 20),
        "outcome": OUTCOMES[(numbers + ages) % len(OUTCOMES)],
    }


class Room:
    """A store whose ingestions and questions are timed."""

    def __init__(self, run, loaded):
        self.run, self.store = run, library.Store(loaded, None)

    def timed(self, act):
        begin = time.process_time()
        got = act()
        return got, time.process_time() - begin

    def put(self, table, columns):
        batch = pyarrow.record_batch(columns)
        return self.timed(lambda: arrow_ingest.ingest(self.store, table, batch))[1]

    def ask(self, query):
        return self.timed(lambda: self.store.report(query))

    def memory(self):
        info = self.store.info()
        return int(info["memory_bytes"]) - int(info["cache_bytes"])


def each(run, loaded, count, chance):
    """All records with several versions each."""
    print(f"{count} calls of {count // 10} leads, all versions shuffled together")
    print("versions each   us a version   bytes a version   calls: cold, warm ms   responses: with the fold, warm ms")
    answers = None
    for versions in (1, 2, 4, 8):
        room = Room(run, loaded)
        empty, took = room.memory(), 0
        for table, number in (("lead", count // 10), ("call", count)):
            order = chance.permutation(number * versions)
            numbers, ages = order // versions, order % versions
            took += room.put(table, leads(numbers, ages) if table == "lead" else calls(numbers, ages, count // 10))
        rows = versions * (count + count // 10)
        asked = [room.ask(query) for query in (CALLS, CALLS, FACTS, FACTS)]
        found = [asked[0][0], asked[2][0]]
        answers = answers or found
        run.check(found == answers, f"{versions} versions answer otherwise")
        run.same("versions", int(room.store.info()["call_versions"]), count * versions)
        times = [1000 * seconds for _, seconds in asked]
        print(
            f"{versions:13}{1e6 * took / rows:15.2f}{(room.memory() - empty) / rows:18.1f}"
            f"{times[0]:15.1f},{times[1]:6.1f}{times[2]:24.1f},{times[3]:6.1f}"
        )
        room.store.close()


def one(run, loaded, most, chance):
    """Many versions of one record."""
    print("\nversions of one call, us a version    oldest first   newest first       shuffled")
    for versions in (most // 16, most // 4, most):
        ages = numpy.arange(versions)
        line, answers = f"{versions:36}", set()
        for order in (ages[::-1], ages, chance.permutation(versions)):
            room = Room(run, loaded)
            took = room.put("call", calls(numpy.zeros(versions, int), order, 1))
            took_again = room.put("call", calls(numpy.zeros(versions, int), order, 1))
            run.same("versions", int(room.store.info()["call_versions"]), versions)
            answers.add(room.ask(CALLS)[0])
            line += f"{1e6 * took / versions:8.2f},{1e6 * took_again / versions:6.2f}"
            room.store.close()
        run.same("answers", len(answers), 1)
        print(line)
    print("(the second figure: the same again)")


def year(run, loaded, count, days, chance):
    """Corrections, day by day."""
    print(f"\n{count} calls of {count // 10} leads, one in a hundred corrected on each of {days} days")
    print("day   ms a day's question   bytes left behind by a correction")
    room, corrected = Room(run, loaded), 0
    room.put("lead", leads(numpy.arange(count // 10), numpy.full(count // 10, days)))
    room.put("call", calls(numpy.arange(count), numpy.full(count, days), count // 10))
    room.ask(FACTS)
    before, took = room.memory(), 0
    for day in range(1, days + 1):
        for table, number in (("lead", count // 10), ("call", count)):
            chosen = chance.choice(number, number // 100, replace=False)
            ages = numpy.full(len(chosen), days - day)
            room.put(table, leads(chosen, ages) if table == "lead" else calls(chosen, ages, count // 10))
            corrected += len(chosen)
        took += room.ask(FACTS)[1]
        if day % (days // 4) == 0:
            left = (room.memory() - before) / corrected
            print(f"{day:3}{1000 * took / (days // 4):22.1f}{left:36.1f}")
            took = 0
    run.check(left <= CORRECTION, f"a correction leaves {left:.1f} bytes behind")
    room.store.close()


def main():
    run = claim.Claim(__doc__)
    chance = numpy.random.default_rng(run.seed)
    loaded = library.Library(run.build)
    each(run, loaded, run.scaled(200_000, 10_000), chance)
    one(run, loaded, run.scaled(64_000, 4_000), chance)
    year(run, loaded, run.scaled(200_000, 10_000), run.scaled(364, 20), chance)
    return run.end(f"\ncontradictions {run.wrong}")


if __name__ == "__main__":
    sys.exit(main())
