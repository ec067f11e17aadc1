# SPDX-License-Identifier: MIT
"""The engines under one roof: records in as Arrow data, questions out as columns."""

import csv
import ctypes
import datetime
import io
import os
import sqlite3

import queries
import world

OK = 0
TYPES = {"id": "VARCHAR", "instant": "TIMESTAMP", "number": "BIGINT", "date": "INTEGER", "flag": "BOOLEAN"}


def renamed(column):
    """Words of SQL are no names of columns."""
    return {"at": '"at"', "from": "q_from", "to": "q_to"}.get(column, column)


def text_label(day):
    """A day since 1970 as a query's text; None is none."""
    if day is None:
        return None
    return datetime.date.fromordinal(datetime.date(1970, 1, 1).toordinal() + day).isoformat().encode()


# --------------------------------------------------------------------------------------------- salesweek


class Error(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("code", ctypes.c_int),
        ("table", ctypes.c_char * 16),
        ("row", ctypes.c_int64),
        ("field", ctypes.c_char * 32),
        ("value", ctypes.c_char * 96),
        ("reason", ctypes.c_char * 160),
    ]


class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("flags", ctypes.c_uint32), ("week_start", ctypes.c_int32)]


class Query(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("report", ctypes.c_char_p),
        ("by", ctypes.POINTER(ctypes.c_char_p)),
        ("by_count", ctypes.c_size_t),
        ("filters", ctypes.c_void_p),
        ("filter_count", ctypes.c_size_t),
        ("options", ctypes.c_void_p),
        ("option_count", ctypes.c_size_t),
        ("from_", ctypes.c_char_p),
        ("to", ctypes.c_char_p),
        ("flags", ctypes.c_uint32),
        ("week_start", ctypes.c_int32),
        ("zone", ctypes.c_char_p),
        ("now", ctypes.c_int64),
        ("as_of", ctypes.c_int64),
        ("at_commit", ctypes.c_uint64),
        ("currency", ctypes.c_char_p),
        ("progress", ctypes.c_void_p),
        ("progress_context", ctypes.c_void_p),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class Ingest(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("strict", ctypes.c_uint32),
        ("ignore_unknown", ctypes.c_uint32),
        ("recorded_at", ctypes.c_int64),
        ("zone", ctypes.c_char_p),
        ("threads", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class Given(ctypes.Structure):
    """Room for an ArrowSchema or an ArrowArray, which is not larger; its release ends it."""

    _fields_ = [("bytes", ctypes.c_int64 * 16)]


WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class Salesweek:
    name = "salesweek"
    questions = tuple(queries.QUESTIONS)
    files = True

    def __init__(self, library, path=None):
        self.c, self.store = library, ctypes.c_void_p()
        options = Options(size=ctypes.sizeof(Options), flags=1)
        name = os.fsencode(path) if path else None
        self.call("swk_store_open", name, ctypes.byref(options), ctypes.byref(self.store))

    def call(self, name, *arguments):
        error = Error(size=ctypes.sizeof(Error))
        code = getattr(self.c, name)(*arguments, ctypes.byref(error))
        if code != OK:
            raise RuntimeError(f"{name}: {code}, {error.table} {error.row} {error.field} {error.value} {error.reason}")

    def close(self):
        self.c.swk_store_close(self.store)

    @staticmethod
    def prepared(name, batch):
        """Schema and array as the Arrow C data interface has them; both stay ours."""
        schema, array = Given(), Given()
        batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
        return name.encode(), schema, array

    def ingest(self, prepared, threads=1):
        name, schema, array = prepared
        options = Ingest(size=ctypes.sizeof(Ingest), threads=threads)
        given = ctypes.byref(schema), ctypes.byref(array), ctypes.byref(options)
        self.call("swk_store_ingest", self.store, name, *given, None, None)

    def query(self, question, first=None, last=None, now=0, threads=1):
        report, by, flags = queries.QUESTIONS[question]
        return Query(
            size=ctypes.sizeof(Query),
            report=report.encode(),
            by=(ctypes.c_char_p * len(by))(*(d.encode() for d in by)),
            by_count=len(by),
            from_=text_label(first),
            to=text_label(last),
            flags=flags,
            now=now,
            threads=threads,
        )

    def ask(self, query):
        result = ctypes.c_void_p()
        self.call("swk_store_report", self.store, ctypes.byref(query), ctypes.byref(result))
        return result

    def columns(self, result):
        pieces = []

        @WRITE
        def write(_context, piece, length):
            pieces.append(ctypes.string_at(piece, length))
            return 0

        self.call("swk_result_write", result, 1, write, None)
        self.c.swk_result_free(result)
        rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode(), newline="")))
        columns = {name: [value(row[name]) for row in rows] for name in (rows[0] if rows else [])}
        epoch = datetime.date(1970, 1, 1).toordinal()
        days = [d and datetime.date.fromisoformat(d).toordinal() - epoch for d in columns.pop("week_start", [])]
        return columns | {"week": days}

    def forget(self):
        self.c.bench_forget(self.store)

    def info(self):
        result = ctypes.c_void_p()
        self.call("swk_store_info", self.store, ctypes.byref(result))
        columns = self.columns(result)
        return dict(zip(columns["name"], columns["value"]))


def value(text):
    if text == "":
        return None
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


# -------------------------------------------------------------------------------------------------- SQL


class Duckdb:
    name = "duckdb"
    questions = tuple(queries.QUESTIONS)
    files = True

    def __init__(self, _library, path=None):
        import duckdb

        self.base = duckdb.connect(str(path) if path else ":memory:")
        self.texts = queries.sql("duckdb")
        for table, columns in world.TABLES.items():
            fields = ", ".join(
                f"{renamed(c)} {TYPES.get(k) if isinstance(k, str) else self.enum(k)}"
                + (" PRIMARY KEY" if c == "id" else "")
                for c, k in columns
            )
            self.base.execute(f"CREATE TABLE IF NOT EXISTS {table} ({fields})")

    @staticmethod
    def enum(values):
        return "ENUM (" + ", ".join(f"'{v}'" for v in values) + ")"

    def close(self):
        self.base.close()

    def prepared(self, name, batch):
        """The same buffers as a table with timestamps without a zone: what DuckDB is faster with."""
        import pyarrow

        table = pyarrow.table(batch)
        for i, (column, kind) in enumerate(world.TABLES[name]):
            if kind == "instant":
                table = table.set_column(i, column, table.column(i).cast(pyarrow.timestamp("us")))
            if kind == "date":
                table = table.set_column(i, column, table.column(i).cast(pyarrow.int32()))
        return name, table

    def ingest(self, prepared):
        name, rows = prepared
        self.base.register("rows", rows)
        self.base.execute(f"INSERT OR REPLACE INTO {name} SELECT * FROM rows")
        self.base.unregister("rows")

    def query(self, question, **_):
        return self.texts[question]

    def ask(self, query):
        return self.base.execute(query).fetchnumpy()

    @staticmethod
    def columns(answer):
        plain = {}
        for name, values in answer.items():
            values = values.filled(None) if hasattr(values, "filled") and values.dtype == object else values
            mask = getattr(values, "mask", None)
            plain[name] = [
                None if (mask is not None and mask.shape and mask[i]) or v != v else v
                for i, v in enumerate(values.tolist())
            ]
        return plain


class Sqlite:
    name = "sqlite"
    questions = tuple(queries.QUESTIONS)
    files = True

    def __init__(self, _library, path=None):
        self.base = sqlite3.connect(str(path) if path else ":memory:", isolation_level=None)
        self.base.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        self.texts = queries.sql("sqlite")
        for table, columns in world.TABLES.items():
            fields = ", ".join(f"{renamed(c)}" + (" TEXT PRIMARY KEY" if c == "id" else "") for c, _ in columns)
            self.base.execute(f"CREATE TABLE IF NOT EXISTS {table} ({fields})")

    def close(self):
        self.base.close()

    def prepared(self, name, batch):
        import pyarrow

        columns = []
        for array, (_, kind) in zip(batch.columns, world.TABLES[name]):
            if kind == "instant":
                array = array.cast(pyarrow.int64())
            if kind == "date":
                array = array.cast(pyarrow.int32())
            columns.append(array.to_pylist())
        return name, columns

    def ingest(self, prepared):
        name, columns = prepared
        marks = ", ".join("?" * len(columns))
        self.base.execute("BEGIN")
        self.base.executemany(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", zip(*columns))
        self.base.execute("COMMIT")

    def query(self, question, **_):
        return self.texts[question]

    def ask(self, query):
        cursor = self.base.execute(query)
        return [column[0] for column in cursor.description], cursor.fetchall()

    @staticmethod
    def columns(answer):
        names, rows = answer
        return {name: [row[i] for row in rows] for i, name in enumerate(names)}


ENGINES = {engine.name: engine for engine in (Salesweek, Duckdb, Sqlite)}
