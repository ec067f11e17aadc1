#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: files go in as a stream: how long beside DuckDB's reader, and how much memory beside what the store keeps.

    import_speed.py --build build/release [--quick]

Generates 1,000,000 calls as JSON lines, as CSV named as the fields, and as 400 MB of a dialer's export (twenty columns,
a quoted cell in every row) with a map; imports each, and lets DuckDB read the same file into a table, one after the
other in one run, one thread each. Times are ratios. The import checks and versions every record and makes it durable;
DuckDB's table does not. Each import's highest memory, less what the store says it keeps, must not grow with the file:
it is compared with that of a file a quarter as long.
"""

import csv
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

ROWS, QUICK = 1000000, 20000
MIB = 1 << 20
BATCH = 64 * MIB  # memory beside the store: the program, a batch of 50,000 rows and its journal
GROWTH = 8 * MIB  # and how much more of it a file four times as long may take
MAP = {
    "table": "call",
    "zone": "Europe/Berlin",
    "fields": {
        "id": "Call ID",
        "at": {"columns": ["Date", "Time"], "date": "%d/%m/%Y %H:%M:%S"},
        "rep": "Agent",
        "lead": "Contact",
        "direction": {"column": "Direction", "values": {"Outbound": "outbound", "Inbound": "inbound"}},
        "outcome": {"column": "Disposition", "values": {"Answered": "answered", "No answer": "unanswered"}},
        "duration_s": {"column": "Talk Time", "duration": "h:mm:ss"},
        "positive": "Goal Reached",
    },
}
HEADING = ("Call ID,Date,Time,Agent,Agent Email,Contact,Company,Phone,Direction,Disposition,Talk Time,Goal Reached,"
           "Campaign,Notes,Created,Modified,Recording,Cost,Queue,Skill")  # fmt: skip


def calls(count, seed):
    """Number, minute, lead, rep, seconds of each."""
    luck = random.Random(seed)
    for number in range(count):
        yield number, luck.randrange(300 * 1440), luck.randrange(count // 5), luck.randrange(50), luck.randrange(900)


def moment(minute):
    day, rest = divmod(minute, 1440)
    return 1 + day // 28, 1 + day % 28, rest // 60, rest % 60  # month, day, hour, minute


def write_json(file, count, seed):
    for number, minute, lead, rep, seconds in calls(count, seed):
        month, day, hour, rest = moment(minute)
        at, outcome = f"2026-{month:02}-{day:02}T{hour:02}:{rest:02}:00Z", "answered" if seconds < 400 else "unanswered"
        row = {"table": "call", "id": f"c{number}", "at": at, "lead": f"l{lead}", "rep": f"r{rep}", "outcome": outcome}
        if seconds < 400:
            row["duration_s"] = seconds
        file.write(json.dumps(row) + "\n")


def write_plain(file, count, seed):
    file.write("id,at,lead,rep,outcome,duration_s,positive\n")
    for number, minute, lead, rep, seconds in calls(count, seed):
        month, day, hour, rest = moment(minute)
        outcome = f"answered,{seconds}" if seconds < 400 else "unanswered,"
        file.write(f"c{number},2026-{month:02}-{day:02}T{hour:02}:{rest:02}:00Z,l{lead},r{rep},{outcome},no\n")


def write_export(file, count, seed):
    file.write(HEADING + "\n")
    note = "said that the budget is decided in the new year, and asked to be called again then, with an offer for all, "
    for number, minute, lead, rep, seconds in calls(count, seed):
        month, day, hour, rest = moment(minute)
        at = f"2026-{month:02}-{day:02} {hour:02}:{rest:02}:00"
        outcome = f"Answered,0:{seconds // 60:02}:{seconds % 60:02}" if seconds < 400 else "No answer,"
        file.write(
            f"c{number},{day:02}/{month:02}/2026,{hour:02}:{rest:02}:00,r{rep},r{rep}@example.com,l{lead},"
            f"Company {lead % 9999} Ltd,+49 30 {number % 10**7:07},Outbound,{outcome},No,Autumn campaign {rep},"
            f'"{note}{note[: seconds % 70]}""soon""",{at},{at},https://calls.example.com/recordings/{number:010},'
            f"{seconds % 97}.{seconds % 89:02},Main queue,German\n"
        )


class Feed:
    def __init__(self, name, suffix, write, words, sql):
        self.name, self.suffix, self.write, self.words, self.sql = name, suffix, write, words, sql


FEEDS = (
    Feed("JSON lines", "jsonl", write_json, (), "read_json('{}')"),
    Feed("CSV as the fields", "csv", write_plain, ("--table", "call"), "read_csv('{}')"),
    Feed("a dialer's CSV", "csv", write_export, ("--map", "{}"), "read_csv('{}')"),
)


def run_measured(words):
    """Seconds of work (user and system), and the most memory it held, of a process."""
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE)
    said = child.stdout.read().decode()
    child.stdout.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return said, child.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def duckdb_seconds(sql):
    """The same of DuckDB in a process of its own, less its start."""
    program = (
        "import duckdb, os, sys\nconnection = duckdb.connect()\nconnection.execute('SET threads = 1')\n"
        "connection.execute('SET enable_progress_bar = false')\n"
        "before = os.times()\nconnection.execute(sys.argv[1])\nafter = os.times()\n"
        "print(after.user + after.system - before.user - before.system)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, sql], capture_output=True, check=True)
    return float(done.stdout)


def store_memory(ours, store):
    rows = dict(csv.reader(io.StringIO(ours.run("info", store, "--format", "csv").stdout.decode())))
    return int(rows["memory_bytes"])


def take_in(ours, work, feed, count):
    """Generates, imports and measures: bytes of the file, seconds, memory beside the store."""
    path, store = work / f"calls.{feed.suffix}", work / "store.salesweek"
    for old in work.glob("store.salesweek*"):
        old.unlink()
    with open(path, "w", encoding="utf-8") as file:
        feed.write(file, count, ours.seed)
    words = [word.format(work / "map.json") for word in feed.words]
    said, code, seconds, most = run_measured([ours.program, "import", store, *words, path])
    ours.same(f"{feed.name}: import", (code, said), (0, f"accepted {count}, unchanged 0, rejected 0\n"))
    return path, path.stat().st_size, seconds, most - store_memory(ours, store)


def measure(ours, work, feed, count):
    _, _, _, beside_quarter = take_in(ours, work, feed, count // 4)
    path, size, seconds, beside = take_in(ours, work, feed, count)
    theirs = duckdb_seconds(f"CREATE TABLE t AS SELECT * FROM {feed.sql.format(path)}")
    times = f"{seconds:6.2f} s, DuckDB {theirs:6.2f} s: {seconds / theirs:4.1f} times"
    memory = f"beside the store {beside / MIB:5.1f} MiB, of a quarter {beside_quarter / MIB:5.1f} MiB"
    print(f"{feed.name:18} {size / 1e6:7.1f} MB  {times}; {memory}", flush=True)
    ours.check(beside < BATCH, f"{feed.name}: {beside / MIB:.1f} MiB beside the store")
    ours.check(beside < beside_quarter + GROWTH, f"{feed.name}: {beside / MIB:.1f} MiB, of a quarter less")
    path.unlink()


def main():
    ours = claim.Claim(__doc__)
    try:
        import duckdb
    except ImportError:
        claim.skip("needs duckdb (tests/setup.sh installs it into .venv)")
    count = ours.scaled(ROWS, QUICK)
    begin = time.monotonic()
    with claim.workplace() as work:
        (work / "map.json").write_text(json.dumps(MAP))
        for feed in FEEDS:
            measure(ours, work, feed, count)
    print(f"DuckDB {duckdb.__version__}, one thread; seconds of the processor")
    return ours.end(f"rows {count} each, {time.monotonic() - begin:.0f} s in all, contradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
