# SPDX-License-Identifier: MIT
"""The shared library through ctypes, as far as claims need it: a store that lives long, batches, answers as CSV."""

import csv
import ctypes
import io
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

OK, INVALID = 0, -2
OPEN_CREATE = 1
CSV, TABLE = 1, 3
FLAGS = {"total": 1, "fill": 2, "previous": 4}
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WRITE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)


class Error(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("code", c_int),
        ("table", ctypes.c_char * 16),
        ("row", c_int64),
        ("field", ctypes.c_char * 32),
        ("value", ctypes.c_char * 96),
        ("reason", ctypes.c_char * 160),
    ]


class StoreOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("flags", c_uint32),
        ("week_start", c_int32),
        ("zone", c_char_p),
        ("currency", c_char_p),
        ("zone_path", c_char_p),
        ("memory_limit", c_uint64),
        ("lock_timeout", c_uint32),
        ("reserved", c_uint32),
        ("allocator", c_void_p),
        ("clock", c_void_p),
        ("clock_context", c_void_p),
        ("progress", c_void_p),
        ("progress_context", c_void_p),
    ]


class BatchOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("zone", c_char_p), ("ignore_unknown", c_uint32), ("reserved", c_uint32)]


class IngestOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("strict", c_uint32),
        ("ignore_unknown", c_uint32),
        ("recorded_at", c_int64),
        ("zone", c_char_p),
        ("threads", c_uint32),
        ("reserved", c_uint32),
    ]


class Pair(ctypes.Structure):
    """A filter or an option."""

    _fields_ = [("name", c_char_p), ("value", c_char_p)]


class Query(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("report", c_char_p),
        ("by", POINTER(c_char_p)),
        ("by_count", c_size_t),
        ("filters", POINTER(Pair)),
        ("filter_count", c_size_t),
        ("options", POINTER(Pair)),
        ("option_count", c_size_t),
        ("from_", c_char_p),
        ("to", c_char_p),
        ("flags", c_uint32),
        ("week_start", c_int32),
        ("zone", c_char_p),
        ("now", c_int64),
        ("as_of", c_int64),
        ("at_commit", c_uint64),
        ("currency", c_char_p),
    ]


class Failure(Exception):
    def __init__(self, code, error):
        super().__init__(f"code {code}: {error.field!r} {error.value!r} {error.reason!r}")
        self.code, self.table = code, error.table.decode()


def encoded(text):
    return None if text is None else text.encode()


def pairs(items):
    return (Pair * len(items))(*[Pair(encoded(name), encoded(value)) for name, value in items])


class Library:
    def __init__(self, build):
        self.c = ctypes.CDLL(str(next((build / "lib").glob("libsalesweek.so"))))
        signatures = {
            "swk_store_open": (c_char_p, POINTER(StoreOptions), POINTER(c_void_p), POINTER(Error)),
            "swk_store_instant_parse": (c_void_p, c_char_p, c_char_p, POINTER(c_int64), POINTER(Error)),
            "swk_store_report": (c_void_p, POINTER(Query), POINTER(c_void_p), POINTER(Error)),
            "swk_store_audit": (c_void_p, c_int64, POINTER(c_void_p), POINTER(Error)),
            "swk_store_info": (c_void_p, POINTER(c_void_p), POINTER(Error)),
            "swk_store_ingest_batch": (c_void_p, c_void_p, POINTER(IngestOptions), c_void_p, POINTER(Error)),
            "swk_batch_create": (c_void_p, POINTER(BatchOptions), POINTER(c_void_p), POINTER(Error)),
            "swk_batch_row": (c_void_p, c_char_p, c_int64),
            "swk_batch_text": (c_void_p, c_char_p, c_char_p, c_size_t),
            "swk_batch_int": (c_void_p, c_char_p, c_int64),
            "swk_batch_real": (c_void_p, c_char_p, c_double),
            "swk_batch_bool": (c_void_p, c_char_p, c_int),
            "swk_batch_end": (c_void_p, POINTER(Error)),
            "swk_result_write": (c_void_p, c_int, WRITE, c_void_p, POINTER(Error)),
        }
        for name, arguments in signatures.items():
            getattr(self.c, name).argtypes = arguments
        for name in ("swk_store_close", "swk_batch_free", "swk_result_free"):
            getattr(self.c, name).argtypes, getattr(self.c, name).restype = [c_void_p], None

    def call(self, name, *arguments):
        error = Error(size=ctypes.sizeof(Error))
        code = getattr(self.c, name)(*arguments, byref(error))
        if code != OK:
            raise Failure(code, error)


class Store:
    """A store that this process opens and keeps."""

    def __init__(self, library, path, zone="UTC", week_start="monday", currency=None):
        self.library, self.handle = library, c_void_p()
        options = StoreOptions(
            size=ctypes.sizeof(StoreOptions),
            flags=OPEN_CREATE,
            zone=encoded(zone),
            week_start=DAYS.index(week_start) + 1,
            currency=encoded(currency),
        )
        library.call("swk_store_open", path and encoded(str(path)), byref(options), byref(self.handle))

    def close(self):
        self.library.c.swk_store_close(self.handle)

    def instant(self, text, zone=None):
        if isinstance(text, int):
            return text
        instant = c_int64()
        self.library.call("swk_store_instant_parse", self.handle, encoded(zone), encoded(text), byref(instant))
        return instant.value

    def set(self, batch, field, value):
        c, field = self.library.c, encoded(field)
        if isinstance(value, bool):
            return c.swk_batch_bool(batch, field, value)
        if isinstance(value, int):
            return c.swk_batch_int(batch, field, value)
        if isinstance(value, float):
            return c.swk_batch_real(batch, field, value)
        text = encoded(value or "")
        return c.swk_batch_text(batch, field, text, len(text))

    def ingest(self, rows, recorded_at, zone=None):
        """Rows as JSON objects; refused ones are left out, as the program does it."""
        c, batch = self.library.c, c_void_p()
        options = BatchOptions(size=ctypes.sizeof(BatchOptions), zone=encoded(zone))
        self.library.call("swk_batch_create", self.handle, byref(options), byref(batch))
        for number, row in enumerate(rows, 1):
            c.swk_batch_row(batch, encoded(row["table"]), number)
            for field, value in row.items():
                if field != "table":
                    self.set(batch, field, value)
            c.swk_batch_end(batch, None)
        ingest = IngestOptions(size=ctypes.sizeof(IngestOptions), recorded_at=recorded_at)
        try:
            self.library.call("swk_store_ingest_batch", self.handle, batch, byref(ingest), None)
        finally:
            c.swk_batch_free(batch)

    def text(self, result, form=CSV):
        """A result in a format, freed."""
        pieces = []

        def write(_context, piece, length):
            pieces.append(ctypes.string_at(piece, length))
            return 0

        self.library.call("swk_result_write", result, form, WRITE(write), None)
        self.library.c.swk_result_free(result)
        return b"".join(pieces)

    def report(self, query, form=CSV):
        """The answer to a query of tests/model/feeds.py, in a format."""
        return self.text(self.result(query), form)

    def result(self, query):
        """The answer itself."""
        by, result, zone = query.get("by", []), c_void_p(), query.get("zone")
        where, options = query.get("where", []), list(query.get("options", {}).items())
        week_start = query.get("week_start")
        asked = Query(
            size=ctypes.sizeof(Query),
            report=encoded(query["name"]),
            by=(c_char_p * len(by))(*map(encoded, by)),
            by_count=len(by),
            filters=pairs(where),
            filter_count=len(where),
            options=pairs(options),
            option_count=len(options),
            from_=encoded(query.get("from_")),
            to=encoded(query.get("to")),
            flags=sum(bit for name, bit in FLAGS.items() if query.get(name)),
            week_start=DAYS.index(week_start) + 1 if week_start else 0,
            zone=encoded(zone),
            now=self.instant(query["now"], zone),
            as_of=self.instant(query["as_of"], zone) if "as_of" in query else 0,
            currency=encoded(query.get("currency")),
        )
        self.library.call("swk_store_report", self.handle, byref(asked), byref(result))
        return result

    def audit(self, now):
        """(table, field, finding, count, value) of every finding."""
        result = c_void_p()
        self.library.call("swk_store_audit", self.handle, now, byref(result))
        rows = list(csv.reader(io.StringIO(self.text(result).decode(), newline="")))
        return [tuple(row) for row in rows[1:]]

    def info(self):
        result = c_void_p()
        self.library.call("swk_store_info", self.handle, byref(result))
        lines = self.text(result).decode().splitlines()[1:]
        return dict(line.split(",", 1) for line in lines)
