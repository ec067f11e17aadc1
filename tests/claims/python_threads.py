#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: in Python, eight threads report while one ingests, correctly and on more than one core; Ctrl-C ends a long
ingestion within a second, with the store as before, or, if its commit has just ended, says what went in.

    python_threads.py --build build/release [--quick] [--seed N]

Every answer given beside the ingestion is asked again at the commit it saw, when all is in: the same bytes. Cores are
processor time by elapsed time; on a machine that is busy with other things they are only printed. Interrupts are sent
to processes of their own, at moments spread over an ingestion of four million rows from a pyarrow table into a file,
from a stream whose producer is Python code, and over long reports; most of them at the end of the ingestion, where the
file is written. A KeyboardInterrupt with `ingested` must come with all rows in the store, here and in the file; one
without with none.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import package  # noqa: E402

READERS = 8
NEVER = 1e6  # seconds
TURNS = 3  # of strikes, with twice as many rows each
NOW = "2027-01-01T00:00:00Z"
QUESTIONS = (
    ("calls", {"by": ["rep"]}),
    ("calls", {"by": ["weekday", "hour"], "total": True}),
    ("calls", {"by": ["region"], "previous": True}),
    ("responses", {"by": ["rep"]}),
)


def calls(rows, first, seed):
    """Calls as a pyarrow table: ids from `first` on, over thirteen weeks."""
    import numpy
    import pyarrow

    random = numpy.random.default_rng(seed)
    outcomes = pyarrow.array(["answered", "voicemail", "busy", "unanswered"])
    at = 1_790_000_000_000_000 + random.integers(0, 7_776_000, rows) * 1_000_000
    return pyarrow.table(
        {
            "id": numpy.char.add("c", numpy.arange(first, first + rows).astype(str)),
            "at": pyarrow.array(at, pyarrow.timestamp("us", "UTC")),
            "lead": numpy.char.add("l", random.integers(0, rows // 8 + 1, rows).astype(str)),
            "rep": numpy.char.add("r", random.integers(0, 50, rows).astype(str)),
            "outcome": outcomes.take(pyarrow.array(random.integers(0, 4, rows))),
            "duration_s": random.integers(0, 900, rows),
        }
    )


# ---- threads


def read_on(store, stop, told, failures):
    """Asks in turn until told to stop; remembers some answers, with the commit that each saw."""
    try:
        count = 0
        while not stop.is_set():
            name, options = QUESTIONS[count % len(QUESTIONS)]
            result = store.report(name, now=NOW, **options)
            if count % 5 < 4:
                told.append((count % len(QUESTIONS), result.commit, result.to_csv()))
            count += 1
        told.append(count)
    except BaseException as error:
        failures.append(error)


def beside(ours, salesweek):
    rows, commits = ours.scaled(100_000, 5_000), ours.scaled(20, 6)
    store, stop, failures = salesweek.open(), threading.Event(), []
    busy = os.getloadavg()[0]  # by others: they take what this is to show
    tables = [calls(rows, at * rows, ours.seed + at) for at in range(commits)]
    told = [[] for _ in range(READERS)]
    store.ingest("call", tables[0])
    threads = [threading.Thread(target=read_on, args=(store, stop, mine, failures)) for mine in told]
    begun, used = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for table in tables[1:]:
        store.ingest("call", table)
    stop.set()
    for thread in threads:
        thread.join()
    cores = (time.process_time() - used) / (time.monotonic() - begun)
    ours.same("failures", failures, [])
    answers = {}
    for mine in told:
        for question, commit, text in (each for each in mine if isinstance(each, tuple)):
            ours.check(answers.setdefault((question, commit), text) == text, "two answers at one commit differ")
    for (question, commit), text in answers.items():
        name, options = QUESTIONS[question]
        again = store.report(name, now=NOW, at_commit=commit, **options).to_csv()
        ours.check(again == text, f"{name} {options} at commit {commit}: another answer afterwards")
    asked = sum(each for mine in told for each in mine if isinstance(each, int))
    seen = {commit for _, commit in answers}
    print(
        f"{READERS} readers beside a writer of {commits - 1} commits of {rows} rows: {asked} answers, those at "
        f"{len(seen)} commits asked again, cores {cores:.2f} of {os.cpu_count()} (load by others {busy:.1f})",
        flush=True,
    )
    ours.check(len(seen) > 1, "the readers saw one commit alone")
    if not ours.quick and os.cpu_count() - busy > 1:
        ours.check(cores > 1, f"no more than one core of processor time: {cores:.2f}")


# ---- interrupts, in a process of its own


def work_of(kind, store, table):
    """What is interrupted."""
    import pyarrow

    if kind == "table":
        return lambda: store.ingest("call", table)
    if kind == "producer":
        batches = (batch for batch in table.to_batches(max_chunksize=20_000))
        return lambda: store.ingest("call", pyarrow.RecordBatchReader.from_batches(table.schema, batches))
    store.ingest("call", table)
    return lambda: [store.report("calls", now=NOW, by=["rep", "hour"], zone=zone) for zone in ZONES]


ZONES = ("UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu") * 200


def victim(kind, rows, delay, path):
    """Prints how it ended, as JSON."""
    import salesweek

    table = calls(rows, 1_000_000, 7)
    store = salesweek.open(path)
    store.ingest("call", calls(1000, 0, 3))
    work = work_of(kind, store, table)
    before = store.info(), store.report("calls", now=NOW).to_csv()
    sent = []

    def interrupt():
        if delay >= NEVER:
            return
        time.sleep(delay)
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    begun = time.monotonic()
    ended, went_in = "finished", None
    try:
        thread.start()
        work()
    except KeyboardInterrupt as error:
        ended = "KeyboardInterrupt"
        went_in = getattr(error, "ingested", None)
    except Exception as error:
        ended = repr(error)
    at = time.monotonic()
    if ended == "finished":
        try:
            thread.join()
            time.sleep(0.2)
        except KeyboardInterrupt:
            pass
    info, answer = store.info(), store.report("calls", now=NOW).to_csv()
    new = {"commits": 1, "call_records": rows, "call_versions": rows} if went_in else {}
    records = ("commits", "call_records", "call_versions")
    right = all(info[name] == before[0][name] + new.get(name, 0) for name in records)
    right = right and (answer == before[1] if went_in is None else went_in.accepted == rows)
    store.close()
    with salesweek.open(path) as again:
        right = right and again.report("calls", now=NOW).to_csv() == answer
    late = at - sent[0] if sent else 0
    print(json.dumps({"ended": ended, "took": at - begun, "late": late, "right": right, "in": went_in is not None}))


def strike(ours, kind, rows, delay):
    with claim.workplace() as work:
        words = [sys.executable, __file__, "--victim", kind, str(rows), str(delay), str(work / "store")]
        done = subprocess.run(
            words, env=package.environment(ours.build), capture_output=True, text=True, check=False, timeout=600
        )
    if done.returncode:
        ours.check(False, f"{kind}: exit {done.returncode}: {done.stderr[-500:]}")
        return {"ended": "failed", "took": 0, "late": 0, "right": False, "in": False}
    ours.check("ignored" not in done.stderr, f"{kind}: Python ignored something: {done.stderr[-500:]}")
    return json.loads(done.stdout)


def moments(ours, kind, rows):
    """When to strike: spread over the work, and densely over the end of an ingestion, where it is written."""
    if kind == "report":
        return ours.scaled([0.3, 1, 2.3], [0.02])
    took = strike(ours, kind, rows, NEVER)["took"]
    step = ours.scaled(0.1, took / 8)
    spread = [took * part for part in ours.scaled((0.05, 0.3, 0.55, 0.8), (0.3,))]
    return spread + [took + step * at for at in range(ours.scaled(-4, -1), 1)]


def interrupts(ours, kind):
    """Strikes until something was interrupted before it had gone in: on a busy machine a signal may come too late."""
    least, late, struck, went_in = ours.scaled(4_000_000 if kind != "report" else 1_000_000, 200_000), [], 0, 0
    for turn in range(TURNS):
        rows = least << turn
        for delay in moments(ours, kind, rows):
            told = strike(ours, kind, rows, delay)
            struck += 1
            if told["ended"] == "finished":
                continue
            went_in += told["in"]
            late.append(told["late"])
            ours.same(f"{kind}: ended by", told["ended"], "KeyboardInterrupt")
            ours.check(told["right"], f"{kind}: the store is not as {'told' if told['in'] else 'before'}")
            ours.check(ours.quick or told["late"] < 1, f"{kind}: KeyboardInterrupt after {told['late']:.2f} s")
        if went_in < len(late):
            break
    ours.check(went_in < len(late), f"{kind}: nothing was interrupted before it had gone in")
    print(
        f"Ctrl-C, {kind}, {rows} rows: {len(late)} of {struck} interrupted, latest after "
        f"{max(late, default=0):.3f} s; {went_in} of them told that all had gone in just before",
        flush=True,
    )


def main():
    if sys.argv[1:2] == ["--victim"]:
        kind, rows, delay, path = sys.argv[2:]
        victim(kind, int(rows), float(delay), path)
        return 0
    ours = claim.Claim(__doc__)
    beside(ours, package.load(ours.build))
    for kind in ("table", "producer", "report"):
        interrupts(ours, kind)
    return ours.end(f"contradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
