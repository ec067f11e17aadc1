#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: a record takes at most 80 bytes of memory and 48 of disk, ids of 18 random letters and digits included.

Calls of two years in whole seconds, one lead for every ten, all as Arrow. Memory is the store's own count with ids,
index, rows and the facts folded from them; disk is the file after it was closed. A report from the file opened again
equals the one before.
"""

import pathlib
import string
import sys
import tempfile

import numpy
import pyarrow

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import arrow_ingest  # noqa: E402
import claim  # noqa: E402
import library  # noqa: E402

MEMORY, DISK = 80, 48
BEGIN, SPAN = 1_704_067_200, 2 * 365 * 86400  # 2024-01-01, two years, in seconds
LETTERS = numpy.frombuffer((string.digits + string.ascii_letters).encode(), numpy.uint8)
QUERIES = [{"name": name, "by": ["rep"], "now": "2026-01-05"} for name in ("responses", "calls")]


def ids(chance, count):
    return LETTERS[chance.integers(0, 62, (count, 18))].reshape(-1).view("S18").astype(str)


def instants(seconds):
    return pyarrow.array(seconds * 1_000_000).view(pyarrow.timestamp("us", "UTC"))


def leads(chance, names, reps):
    created = BEGIN + chance.integers(0, SPAN, len(names))
    return pyarrow.record_batch({
        "id": names,
        "recorded_at": instants(created + 60),
        "created_at": instants(created),
        "rep": reps[chance.integers(0, len(reps), len(names))],
        "source": numpy.array(["web", "fair", "partner"])[chance.integers(0, 3, len(names))],
    })


def calls(chance, count, names, reps):
    """By time, a week more or less, as an export lists them."""
    at = BEGIN + numpy.arange(count) * SPAN // count + chance.integers(0, 7 * 86400, count)
    return pyarrow.record_batch({
        "id": ids(chance, count),
        "recorded_at": instants(at + chance.integers(60, 30000, count)),
        "at": instants(at),
        "lead": names[chance.integers(0, len(names), count)],
        "rep": reps[chance.integers(0, len(reps), count)],
        "direction": numpy.where(chance.random(count) < 0.85, "outbound", "inbound"),
        "outcome": numpy.array(["answered", "unanswered", "voicemail", "busy"])[chance.integers(0, 4, count)],
        "duration_s": pyarrow.array(chance.integers(0, 900, count), mask=chance.random(count) < 0.3),
        "positive": chance.random(count) < 0.1,
        "deleted": chance.random(count) < 0.01,
    })


def main():
    run = claim.Claim(__doc__)
    count = run.scaled(4_000_000, 400_000)
    chance = numpy.random.default_rng(1)
    names, reps = ids(chance, count // 10), ids(chance, 40)
    loaded = library.Library(run.build)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "store"
        store = library.Store(loaded, path)
        empty = int(store.info()["memory_bytes"])
        arrow_ingest.ingest(store, "lead", leads(chance, names, reps))
        arrow_ingest.ingest(store, "call", calls(chance, count, names, reps))
        answers = [store.report(query) for query in QUERIES]
        info = store.info()
        memory = (int(info["memory_bytes"]) - int(info["cache_bytes"]) - empty) / (count + len(names))
        store.close()
        disk = sum(file.stat().st_size for file in pathlib.Path(folder).iterdir()) / (count + len(names))
        again = library.Store(loaded, path)
        run.check([again.report(query) for query in QUERIES] == answers, "the file holds something else")
        again.close()
    run.check(memory <= MEMORY, f"a record takes {memory:.1f} bytes of memory")
    run.check(disk <= DISK, f"a record takes {disk:.1f} bytes of disk")
    return run.end(f"{count} calls, {len(names)} leads: {memory:.1f} bytes of memory a record, {disk:.1f} of disk")


if __name__ == "__main__":
    sys.exit(main())
