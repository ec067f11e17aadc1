# SPDX-License-Identifier: MIT
"""The order of the rooms: a file of lib/ includes its own room and rooms above it, and never a forbidden one."""

import re

import house

# What rooms of bytes without meaning do not know.
BYTES = (
    "calendar stats survival zones text schema batch journal columns parts versions history facts rollup cache result "
    "arrow export report query block groups money fold scan finish quota figure answer catalog"
)

# Top to bottom. A file belongs to the room with the longest name that begins its own: batch_value.c to batch,
# report_calls.c to report. `never`: rooms above it that it must not know either.
ROOMS = (
    # room, never
    ("base", ""),
    ("error", ""),
    ("crew", ""),
    ("relay", "crew"),
    ("calendar", "error"),
    ("fraction", "error calendar"),
    ("currency", "error calendar"),
    ("display", "error calendar fraction currency"),
    ("stats", "error calendar"),
    ("survival", "error calendar"),
    ("zones", "stats survival"),
    ("text", "calendar stats survival zones"),
    ("schema", "stats survival zones text"),
    ("batch", "stats survival text"),
    ("columns", "calendar stats survival zones text batch journal"),
    ("journal", "calendar stats survival zones batch"),
    ("parts", "calendar stats survival zones text batch journal"),
    ("versions", "calendar stats survival zones text schema batch journal columns parts"),
    ("cells", "calendar stats survival zones text batch journal"),
    ("touched", "calendar stats survival zones text schema batch journal columns parts versions cells"),
    ("history", "stats survival zones"),
    ("fold", "stats survival zones batch journal"),
    ("facts", "stats survival batch journal"),
    ("join", "stats survival zones batch journal"),
    ("money", "stats survival zones batch journal"),
    ("rollup", "calendar stats survival zones text schema batch journal columns parts versions history facts"),
    ("cache", "calendar stats survival zones text schema batch journal columns parts versions history facts"),
    ("result", "stats survival zones text schema batch journal columns parts versions history facts rollup cache"),
    ("arrow", "stats survival zones journal facts rollup"),
    ("audit", "stats survival zones journal facts money rollup cache arrow"),
    ("export", "stats survival zones batch journal rollup cache result"),
    ("report", "batch journal arrow audit export"),
    ("query", "stats survival batch journal arrow export"),
    ("block", "stats survival batch journal rollup cache result arrow export"),
    ("measure", "stats survival batch journal rollup cache result arrow export"),
    ("groups", "stats survival batch journal cache result arrow export"),
    ("scan", "stats survival batch journal cache result arrow export"),
    ("tally", "stats survival batch journal result arrow export"),
    ("finish", "stats survival batch journal cache arrow export block groups scan"),
    ("quota", "stats survival batch journal cache arrow export"),
    ("report_deals", "survival batch journal cache arrow export groups scan"),
    ("report_scores", "survival batch journal cache arrow export groups scan"),
    ("report_win_rate", "survival batch journal cache arrow export groups scan"),
    ("figure", "batch journal cache arrow export block groups scan quota"),
    ("answer", "batch journal arrow export"),
    ("catalog", "batch journal arrow export scan answer"),
    ("database", BYTES),
    ("file", BYTES),
    ("store", "stats survival"),
    ("api", ""),
)
ORDER = [room for room, _ in ROOMS]
# Rooms that are another one's: who must not know it must not know them either.
OWNERS = {"touched": "history"}
NEVER = {
    room: set(never.split()) | {owned for owned, owner in OWNERS.items() if owner in never.split()}
    for room, never in ROOMS
}

# Headers from outside that only these rooms may see, and the reason.
ONLY = {
    "sqlite3.h": ({"database"}, "only database knows SQLite"),
    "xxhash.h": ({"base"}, "only base knows the hash"),
}

# Headers from outside that these rooms must not see.
PURE = {"calendar", "currency", "display", "fraction", "stats", "survival"}
CLOCKS_AND_FILES = {"fcntl.h", "locale.h", "time.h", "unistd.h"}
EXECUTOR = {"report", "query", "scan", "answer"}
LOCKS = {"pthread.h", "threads.h"}
UNLOCKED = {"report", "query", "scan", "answer", "catalog"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)
ARROW = re.compile(r"\bArrow(?:Array|Schema|ArrayStream)\b")
HANDS_ON = {"export", "store", "api"}  # pointers to Arrow structs, from the caller to the room arrow
ZONE_FILES = re.compile(r'"[^"\n]*zoneinfo[^"\n]*"')


def room_of(stem):
    names = [room for room in ORDER if stem == room or stem.startswith(room + "_")]
    return max(names, key=len) if names else None


def system(room, header):
    """Why a room must not include a header from outside, or None."""
    if header in ONLY and room not in ONLY[header][0]:
        return f"{room} includes <{header}>: {ONLY[header][1]}"
    if room in PURE and (header in CLOCKS_AND_FILES or header.startswith("sys/")):
        return f"{room} includes <{header}>: {room} is pure"
    if room in UNLOCKED and header in LOCKS:
        return f"{room} includes <{header}>: reports know no locks"
    return None


def internal(room, header):
    """Why a room must not include a header of the library, or None."""
    if header == "salesweek.h":
        return None
    other = room_of(header.removesuffix(".h"))
    if other is None:
        return f'"{header}" belongs to no room'
    if other == room:
        return None
    if ORDER.index(other) > ORDER.index(room):
        return f"{room} includes {other}, which lies below it"
    if other in NEVER[room]:
        return f"{room} includes {other}, which it must never know"
    return None


def library(root):
    for path in house.files(root, ("lib",)):
        room = room_of(path.stem)
        if room is None:
            yield path, 1, "belongs to no room"
            continue
        text = house.strip(house.read(path), texts=False)
        for match in INCLUDE.finditer(text):
            why = (system if match[1] == "<" else internal)(room, match[2])
            if why:
                yield path, house.number(text, match.start()), why
        for pattern, owner, what in ((ARROW, "arrow", "an Arrow struct"), (ZONE_FILES, "zones", "the zone files")):
            for match in pattern.finditer(text) if room != owner else ():
                if pattern is ARROW and room in HANDS_ON and text[match.end() :].lstrip().startswith("*"):
                    continue
                yield path, house.number(text, match.start()), f"{room} names {what}: only {owner} does"


def outside(root):
    """Bindings and the tests of the public interface stand on the public header alone."""
    rooms = {path.name for path in (root / "lib").glob("*.h")}
    for path in house.files(root, ("bindings", "tests/api", "docs")):
        text = house.strip(house.read(path), texts=False)
        for match in INCLUDE.finditer(text):
            name = match[2].rsplit("/", 1)[-1]
            own = match[1] == '"' and (path.parent / match[2]).exists() and "lib" not in match[2].split("/")
            line = house.number(text, match.start())
            if name == "sqlite3.h" and "bindings" in path.parts:
                yield path, line, "only lib/database.c knows SQLite"
            elif name in rooms and match[1] == '"' and not own:
                yield path, line, f"includes {name}, which is internal to lib/"
            elif path.parent.name == "import" and "cli/" in match[2]:
                yield path, line, "import must not know the program"


def findings(root):
    yield from library(root)
    yield from outside(root)


if __name__ == "__main__":
    house.main(findings)
