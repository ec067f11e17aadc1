# SPDX-License-Identifier: MIT
"""The records of the benchmark as Arrow data, made by generate.c; and what is known of them without looking."""

import ctypes
import dataclasses

import numpy
import pyarrow

WEEK_US = 7 * 86400 * 1000000
BEGIN = 1672617600000000  # Monday 2023-01-02
DECK = 1000
REPS = 50

DIRECTIONS = ["inbound", "outbound"]
CALLS = ["answered", "busy", "failed", "unanswered", "unknown", "voicemail"]
DEALS = ["lost", "open", "won"]
MEETINGS = ["cancelled", "completed", "declined", "demo", "follow_up", "no_show", "sale", "unknown"]
CHANNELS = ["chat", "email", "sms"]
SOURCES = ["ads", "event", "fair", "import", "partner", "referral", "search", "web"]
REGIONS = ["AMER", "APAC", "EMEA", "LATAM", "MEA"]
SEGMENTS = ["large", "medium", "small"]
TEAMS = ["East", "North", "South", "West"]

# In the order of bench_table; columns in the order in which generate.c writes them. A list is what codes stand for.
HEAD = [("id", "id"), ("recorded_at", "instant")]
TABLES = {
    "rep": [*HEAD, ("team", TEAMS), ("region", REGIONS)],
    "lead": [
        *HEAD,
        ("created_at", "instant"),
        ("rep", "id"),
        ("source", SOURCES),
        ("region", REGIONS),
        ("segment", SEGMENTS),
    ],
    "message": [
        *HEAD,
        ("at", "instant"),
        ("lead", "id"),
        ("direction", DIRECTIONS),
        ("rep", "id"),
        ("channel", CHANNELS),
        ("automated", "flag"),
    ],
    "call": [
        *HEAD,
        ("at", "instant"),
        ("lead", "id"),
        ("rep", "id"),
        ("direction", DIRECTIONS),
        ("outcome", CALLS),
        ("duration_s", "number"),
        ("positive", "flag"),
    ],
    "opportunity": [
        *HEAD,
        ("created_at", "instant"),
        ("lead", "id"),
        ("rep", "id"),
        ("amount", "number"),
        ("outcome", DEALS),
        ("closed_at", "instant"),
    ],
    "score": [*HEAD, ("at", "instant"), ("lead", "id"), ("value", "number")],
    "meeting": [
        *HEAD,
        ("at", "instant"),
        ("lead", "id"),
        ("rep", "id"),
        ("duration_s", "number"),
        ("outcome", MEETINGS),
    ],
    "quota": [*HEAD, ("from", "date"), ("to", "date"), ("rep", "id"), ("won", "number"), ("amount", "number")],
}
NUMBERS = {name: number for number, name in enumerate(TABLES)}

# Of a hundred records; quotas and reps come on top.
SHARES = {"lead": 10, "message": 30, "call": 40, "opportunity": 4, "score": 12, "meeting": 4}


class CWorld(ctypes.Structure):
    _fields_ = [("begin", ctypes.c_int64), ("end", ctypes.c_int64), ("counts", ctypes.c_int64 * len(TABLES))]


def text_array(values, count):
    offsets = numpy.arange(count + 1, dtype=numpy.int32) * 18
    return pyarrow.Array.from_buffers(
        pyarrow.utf8(), count, [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(values)]
    )


def number_array(type_, values, count):
    """-1 is null."""
    known = values >= 0
    valid = None if known.all() else pyarrow.py_buffer(numpy.packbits(known, bitorder="little"))
    return pyarrow.Array.from_buffers(type_, count, [valid, pyarrow.py_buffer(values)])


def column_array(kind, values, count):
    if kind == "id":
        return text_array(values, count)
    if kind == "instant":
        return number_array(pyarrow.timestamp("us", "UTC"), values, count)
    if kind == "number":
        return number_array(pyarrow.int64(), values, count)
    if kind == "date":
        return number_array(pyarrow.date32(), values, count)
    if kind == "flag":
        bits = numpy.packbits(values, bitorder="little")
        return pyarrow.Array.from_buffers(pyarrow.bool_(), count, [None, pyarrow.py_buffer(bits)])
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(values), pyarrow.array(kind))


WIDTHS = {"id": "S18", "instant": "i8", "number": "i8", "date": "i4"}


@dataclasses.dataclass
class World:
    """`rows` records (a multiple of 25,000) over `weeks` weeks."""

    library: ctypes.CDLL
    rows: int
    weeks: int = 104

    def __post_init__(self):
        counts = {name: self.rows * share // 100 for name, share in SHARES.items()}
        self.counts = {"rep": REPS, **counts, "quota": REPS * -(-self.weeks // 13)}
        self.begin, self.end = BEGIN, BEGIN + self.weeks * WEEK_US
        self.now = self.end + 20 * WEEK_US  # all has happened
        self.c = CWorld(self.begin, self.end, (ctypes.c_int64 * len(TABLES))(*(self.counts[t] for t in TABLES)))

    def table(self, name, first=0, count=None):
        """The records [first, first + count) of a table as one record batch."""
        count = self.counts[name] - first if count is None else count
        columns = [numpy.empty(count, WIDTHS.get(kind, "u1") if isinstance(kind, str) else "u1")
                   for _, kind in TABLES[name]]
        places = (ctypes.c_void_p * len(columns))(*(column.ctypes.data for column in columns))
        self.library.bench_fill(
            ctypes.byref(self.c), NUMBERS[name], ctypes.c_int64(first), ctypes.c_int64(count), places
        )
        arrays = [column_array(kind, values, count) for (_, kind), values in zip(TABLES[name], columns)]
        return pyarrow.RecordBatch.from_arrays(arrays, [column for column, _ in TABLES[name]])

    def cards(self, name):
        """What is dealt to the cards of a table's deck."""
        dealt = (ctypes.c_int64 * 4)()
        for card in range(DECK):
            self.library.bench_card(NUMBERS[name], ctypes.c_int64(card), dealt)
            yield tuple(dealt)

    def expected(self):
        """Totals in closed form: whole decks are dealt."""
        calls, meetings = self.counts["call"] // DECK, self.counts["meeting"] // DECK
        out = [card for card in self.cards("call") if card[0] == 1]
        held = [card for card in self.cards("meeting") if MEETINGS[card[0]] not in ("cancelled", "no_show", "unknown")]
        deals, opportunities = list(self.cards("opportunity")), self.counts["opportunity"] // DECK
        return {
            ("calls", "made"): calls * len(out),
            ("calls", "answered"): calls * sum(card[1] == 0 for card in out),
            ("calls", "positive"): calls * sum(card[3] for card in out),
            ("calls", "talk_s"): calls * sum(card[2] for card in out if card[1] == 0),
            ("meetings", "scheduled"): self.counts["meeting"],
            ("meetings", "held"): meetings * len(held),
            ("meetings", "hours"): meetings * sum(card[1] for card in held) / 3600,
            ("win_rate", "won"): opportunities * sum(card[0] == 2 for card in deals),
            ("win_rate", "lost"): opportunities * sum(card[0] == 0 for card in deals),
            ("win_rate", "won_amount"): opportunities * sum(card[1] for card in deals if card[0] == 2),
            ("win_rate", "leads"): self.counts["lead"],
            ("win_rate", "opened"): self.counts["opportunity"],
            ("conversion", "leads"): self.counts["lead"],
        }
