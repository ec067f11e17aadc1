#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: every kind of bad row is refused with its line, field, value and reason, and the good rows beside it go in.

    bad_rows.py --build build/release [--quick]

Prints what the user sees for each kind. Then the same file all or nothing, and what --rejects keeps. The same setting
with and without --quick.
"""

import csv
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

LONG = 10 << 20
LINE_MAX = 1 << 20
SHOWN = 10  # refusals on standard error
BYTES = b'{"table":"call","id":"c","at":"2026-11-02T09:30:00Z",'


def call(**fields):
    row = {"table": "call", "id": "c", "at": "2026-11-02T09:30:00Z", **fields}
    return json.dumps({name: value for name, value in row.items() if value is not ...}, ensure_ascii=False).encode()


# what is wrong, the line, and what is said of it: table, field, value (None: its beginning does), a part of the reason
KINDS = (
    ("a required field is missing", call(at=...), "call", "at", "", "missing"),
    ("a required field is null", call(at=None), "call", "at", "", "missing"),
    ("a required field is empty", call(id=""), "call", "id", "", "missing"),
    ("a number for a text", call(rep=7), "call", "rep", "7", "text"),
    ("a text for a number", call(duration_s="long"), "call", "duration_s", "long", "number"),
    ("a text for a boolean", call(positive="maybe"), "call", "positive", "maybe", "boolean"),
    ("a number for an instant", call(at=1762000000), "call", "at", "1762000000", ""),
    ("no instant", call(at="yesterday"), "call", "at", "yesterday", ""),
    ("no such day", call(at="2026-02-30"), "call", "at", "2026-02-30", ""),
    ("an unknown field", call(nonsense=1), "call", "nonsense", "1", "field"),
    ("a field of another table", call(team="North"), "call", "team", "North", "field"),
    ("a value in no list", call(outcome="sideways"), "call", "outcome", "sideways", ""),
    ("a value in other case", call(direction="Outbound"), "call", "direction", "Outbound", ""),
    (
        "an unknown zone",
        b'{"table":"rep","id":"r1","zone":"Europe/Atlantis"}',
        "rep",
        "zone",
        "Europe/Atlantis",
        "zone",
    ),
    ("a zone that climbs", b'{"table":"rep","id":"r1","zone":"../../etc/passwd"}', "rep", "zone", None, "zone"),
    ("a negative duration", call(duration_s=-5), "call", "duration_s", "-5", "below 0"),
    ("a duration of no size", BYTES + b'"duration_s":1e300}', "call", "duration_s", None, ""),
    ("a number that does not fit", BYTES + b'"duration_s":1e999}', "call", "duration_s", "1e999", "fit"),
    (
        "an integer that does not fit",
        BYTES + b'"duration_s":99999999999999999999}',
        "call",
        "duration_s",
        "99999999999999999999",
        "fit",
    ),
    ("not a number", BYTES + b'"duration_s":NaN}', "", "", "", "JSON"),
    ("before 1970", call(at="1969-12-31T23:59:59.999999Z"), "call", "at", None, "1970"),
    ("after 2200", call(at="2200-01-01T00:00:00.000001Z"), "call", "at", None, "2200"),
    ("a stamp after 2200", call(recorded_at="2201-01-01T00:00:00Z"), "call", "recorded_at", None, "2200"),
    ("an id of 256 bytes", call(id="x" * 256), "call", "id", None, "255"),
    ("an id of 300 bytes", call(id="x" * 300), "call", "id", None, "255"),
    ("an id of 128 characters, 256 bytes", call(id="é" * 128), "call", "id", None, "255"),
    ("a text of 70,000 bytes", call(rep="r" * 70000), "call", "rep", None, ""),
    ("a NUL, escaped", call(rep="nul\0here"), "call", "rep", None, "NUL"),
    ("a NUL, raw", BYTES + b'"rep":"nul\0here"}', "call", "rep", None, "NUL"),
    ("no UTF-8", BYTES + b'"rep":"Z\xfcrich"}', "call", "rep", None, "UTF-8"),
    ("half a pair of surrogates", BYTES + rb'"rep":"\ud83d"}', "", "", "", "JSON"),
    ("overlong UTF-8", BYTES + b'"rep":"\xc0\xaf"}', "call", "rep", None, "UTF-8"),
    ("broken JSON", BYTES + b'"rep":', "", "", "", "JSON"),
    ("two objects in a line", call() + b" " + call(), "", "", "", "JSON"),
    ("a list", b"[1, 2]", "", "", "", "object"),
    ("a number alone", b"7", "", "", "", "object"),
    ("nested 100,000 deep", b'{"table":' + b"[" * 100000, "", "", "", ""),
    ("a nested object", BYTES + b'"rep":{"id":"r1"}}', "call", "rep", "{...}", "object"),
    ("a nested list", BYTES + b'"lead":["l1","l2"]}', "call", "lead", "[...]", "list"),
    ("a key twice", BYTES + b'"rep":"a","rep":"b"}', "call", "rep", None, "twice"),
    ("an unknown table", b'{"table":"deal","id":"d1"}', "", "table", "deal", "no table"),
    ("no table", b'{"id":"d1"}', "", "table", "", "missing"),
    ("a table that is a number", b'{"table":7,"id":"d1"}', "", "table", None, ""),
    ("a deleted row without what it needs", call(at=None, deleted=True), "call", "at", "", "missing"),
    ("a line of 10 MB", BYTES + b'"rep":"' + b"x" * LONG + b'"}', "", "", "", "longer"),
    ("a line of 10 MB, no JSON", b"\xff" * LONG, "", "", "", "longer"),
)


def feed():
    """Good rows with a bad one after each; the number of good ones."""
    lines = []
    for number, kind in enumerate(KINDS):
        lines += [call(id=f"good {number}"), kind[1]]
    lines.append(call(id="good last"))
    return b"\n".join(lines) + b"\n", len(KINDS) + 1


def rejects_of(path):
    text = path.read_bytes().decode("utf-8", "surrogateescape").replace("\0", "\u2400")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return rows[0], rows[1:]


def shown(text, length):
    text = text.encode("unicode_escape", "backslashreplace").decode()
    return text if len(text) <= length else text[: length - 3] + "..."


def compare_kind(ours, number, kind, row):
    what, line, table, field, value, reason = kind
    print(f"{row[1]:>4}  {what:36} {row[0]:5} {row[2]:12} {shown(row[3], 26):26} {row[4]}")
    ours.same(f"{what}: row", row[1], str(2 * number + 2))
    ours.same(f"{what}: table and field", (row[0], row[2]), (table, field))
    ours.check(value is None or row[3] == value, f"{what}: value {row[3]!r}, expected {value!r}")
    ours.check(reason in row[4] and row[4], f"{what}: reason {row[4]!r} without {reason!r}")
    ours.check(len(row[3]) < 96 and "\n" not in row[3] + row[4], f"{what}: value or reason {row[3:5]!r}")
    raw = line.decode("utf-8", "surrogateescape").replace("\0", "\u2400")
    kept = raw if len(line) <= LINE_MAX else raw[: len(row[5])]
    ours.check(row[5] == kept and row[5], f"{what}: the raw line was not kept: {row[5][:60]!r}")


def compare_said(ours, name, said):
    """Standard error: a line for each of the first refusals, then how many more."""
    lines = said.decode().splitlines()
    ours.same("lines on standard error", len(lines), SHOWN + 1)
    for number, (kind, line) in enumerate(zip(KINDS, lines[:SHOWN])):
        begin = f"salesweek: {name}:{2 * number + 2}: "
        ours.check(line.startswith(begin) and kind[3] in line, f"{kind[0]}: {line!r}")
    ours.check(f"{len(KINDS) - SHOWN} more" in lines[-1], lines[-1])
    for line in lines[:3] + lines[-1:]:
        print(line)


def info(ours, store):
    done = ours.run("info", store, "--format", "csv")
    return dict(csv.reader(io.StringIO(done.stdout.decode())))


def made(ours, store):
    rows = ours.rows(store, "calls", "--set", "direction=both", "--total")
    return int(rows[0]["made"]) if rows else 0


def main():
    ours = claim.Claim(__doc__)
    text, good = feed()
    with claim.workplace() as work:
        file, rejects, store, strict = (work / name for name in ("feed.jsonl", "rejects.csv", "store", "strict"))
        file.write_bytes(text)
        last = f"accepted {good}, unchanged 0, rejected {len(KINDS)}\n"

        done = ours.run("import", store, file, "--rejects", rejects)
        ours.same("import", (done.returncode, done.stdout.decode()), (3, last))
        heading, rows = rejects_of(rejects)
        ours.same("heading", heading, ["table", "row", "field", "value", "reason", "raw"])
        ours.same("refused rows", len(rows), len(KINDS))
        print(f"{'line':>4}  {'what is wrong':36} {'table':5} {'field':12} {'value':26} reason")
        for number, (kind, row) in enumerate(zip(KINDS, rows)):
            compare_kind(ours, number, kind, row)
        print("on standard error:")
        compare_said(ours, file, done.stderr)
        ours.same("calls in the store", made(ours, store), good)

        done = ours.run("import", strict, file, "--strict", "--rejects", rejects)
        print(f"--strict: exit {done.returncode}, {done.stdout.decode().strip()}")
        ours.same(
            "strict import",
            (done.returncode, done.stdout.decode()),
            (3, f"accepted 0, unchanged 0, rejected {len(KINDS)}\n"),
        )
        ours.same("rows kept by a strict import", rejects_of(rejects)[1], rows)
        ours.same("a store after a strict import that made it", strict.exists(), False)

        again = ours.run("import", store, file, "--strict")
        ours.same("strict import into a full store", (again.returncode, made(ours, store)), (3, good))
        ours.same("commits of the full store", info(ours, store)["commits"], "1")
    return ours.end(f"kinds of bad rows {len(KINDS)}, good rows {good}, contradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
