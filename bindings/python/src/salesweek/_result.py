# SPDX-License-Identifier: MIT
"""What a report answers: typed columns, that Python, pandas, polars and everything that reads Arrow can take."""

from __future__ import annotations

import ctypes
import datetime
import decimal
import functools
import operator
import weakref
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, overload

from . import _arrow, _html, _raw
from ._calls import call
from ._errors import SalesweekError, SumOverflowError, UsageError
from ._library import lib, quick
from ._values import EPOCH_DATE, WEEKDAYS, from_microseconds, misused


def _text(result: int, row: int, column: int) -> str:
    return str(quick.swk_result_text(result, row, column, None).decode())


def _date(result: int, row: int, column: int) -> datetime.date:
    return EPOCH_DATE + datetime.timedelta(days=quick.swk_result_int(result, row, column))


def _bool(result: int, row: int, column: int) -> bool:
    return bool(quick.swk_result_int(result, row, column))


def _int(result: int, row: int, column: int) -> int:
    return int(quick.swk_result_int(result, row, column))


def _real(result: int, row: int, column: int) -> float:
    return float(quick.swk_result_real(result, row, column))


def _amount(result: int, row: int, column: int) -> decimal.Decimal:
    minor, digits = ctypes.c_int64(), ctypes.c_uint()
    if not quick.swk_result_amount(result, row, column, ctypes.byref(minor), ctypes.byref(digits)):
        raise SumOverflowError(f"row {row}: an amount does not fit 64 bits of minor units", row=row)
    return decimal.Decimal(minor.value).scaleb(-digits.value)


_READERS: dict[int, Callable[[int, int, int], Any]] = {
    _raw.SWK_TYPE_AMOUNT: _amount,
    _raw.SWK_TYPE_BOOL: _bool,
    _raw.SWK_TYPE_DATE: _date,
    _raw.SWK_TYPE_INT: _int,
    _raw.SWK_TYPE_REAL: _real,
    _raw.SWK_TYPE_TEXT: _text,
}

_TYPES: dict[int, type] = {
    _raw.SWK_TYPE_AMOUNT: decimal.Decimal,
    _raw.SWK_TYPE_BOOL: bool,
    _raw.SWK_TYPE_DATE: datetime.date,
    _raw.SWK_TYPE_INT: int,
    _raw.SWK_TYPE_REAL: float,
    _raw.SWK_TYPE_TEXT: str,
}

_FORMATS = {"csv": _raw.SWK_FORMAT_CSV, "json": _raw.SWK_FORMAT_JSON, "table": _raw.SWK_FORMAT_TABLE}


class Result(_arrow.ArrowTable):
    """An answer: rows of named, typed columns. It never changes, and outlives its store.

    Everything that reads Arrow takes it as it is: ``polars.DataFrame(result)``, ``pyarrow.table(result)``,
    ``duckdb.sql("from result")``.

    Iterating gives a dict for each row: counts are ``int``, rates ``float``, amounts ``decimal.Decimal``, dates
    ``datetime.date``, and what is not known is ``None``.

    >>> import salesweek
    >>> with salesweek.open() as store:
    ...     got = store.ingest("call", [{"id": "c1", "at": "2026-11-02T09:30:00Z", "outcome": "answered"}])
    ...     result = store.report("calls", now="2026-11-09")
    >>> len(result), result.columns[:4]
    (1, ('week', 'week_start', 'partial', 'made'))
    >>> [(row["week"], row["made"], row["answer_rate"]) for row in result]
    [('2026-W45', 1, 1.0)]
    >>> result.definition("answer_rate")
    'answered calls of all made'
    """

    def __init__(self, pointer: int, report: str | None = None) -> None:
        self._pointer = pointer
        # Not at the end of the process, where a thread may still read it.
        weakref.finalize(self, lib.swk_result_free, pointer).atexit = False
        self.report = report
        count = quick.swk_result_columns(pointer)
        #: The names of the columns, in order.
        self.columns: tuple[str, ...] = tuple(quick.swk_result_name(pointer, at).decode() for at in range(count))
        kinds = [quick.swk_result_type(pointer, at) for at in range(count)]
        #: The Python type of each column's values.
        self.types: dict[str, type] = {name: _TYPES[kind] for name, kind in zip(self.columns, kinds)}
        self._readers = [_READERS[kind] for kind in kinds]
        self._length: int = quick.swk_result_rows(pointer)

    def __len__(self) -> int:
        return self._length

    # It never changes, so a copy is itself; one with the pointer alone would read what was freed.
    def __copy__(self) -> Result:
        return self

    def __deepcopy__(self, _seen: object) -> Result:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is memory of this process: pickle its to_arrow(), or list() of it")

    @overload
    def __getitem__(self, row: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, row: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, row: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """A row, or those of a slice as a list."""
        if isinstance(row, slice):
            return [self._row(at) for at in range(*row.indices(self._length))]
        if isinstance(row, str):
            raise TypeError(f"rows have numbers; column({row!r}) gives a column")
        at = operator.index(row)
        at += self._length if at < 0 else 0
        if not 0 <= at < self._length:
            raise IndexError(f"row {row} of {self._length}")
        return self._row(at)

    def _row(self, at: int) -> dict[str, Any]:
        return {name: self._cell(at, column) for column, name in enumerate(self.columns)}

    def _cell(self, row: int, column: int) -> Any:
        if quick.swk_result_null(self._pointer, row, column):
            return None
        return self._readers[column](self._pointer, row, column)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(self._row, range(self._length))

    def column(self, name: str) -> list[Any]:
        """The values of one column."""
        if name not in self.columns:
            raise UsageError(f'column "{name}": is none of {", ".join(self.columns)}', field=name)
        at = self.columns.index(name)
        return [self._cell(row, at) for row in range(self._length)]

    # ---- what it is about

    @property
    def zone(self) -> str:
        """The zone of its calendar."""
        return str(quick.swk_result_zone(self._pointer).decode())

    @property
    def week_start(self) -> str:
        """The first weekday of its calendar, such as ``"monday"``."""
        return WEEKDAYS[quick.swk_result_week_start(self._pointer) - 1]

    @property
    def now(self) -> datetime.datetime:
        """Its present: what is later is absent."""
        return from_microseconds(quick.swk_result_now(self._pointer))

    @property
    def commit(self) -> int:
        """The number of commits of the store that it saw."""
        return int(quick.swk_result_commit(self._pointer))

    @property
    def zone_fingerprint(self) -> int:
        """A hash of the zone data that was used."""
        return int(quick.swk_result_zone_fingerprint(self._pointer))

    def definition(self, name: str) -> str:
        """What a column means, as the catalog says it."""
        if self.report is None:
            raise UsageError("only the columns of a report have definitions")
        if name not in self.columns:
            raise UsageError(f'column "{name}": is none of {", ".join(self.columns)}', field=name)
        known = definitions()
        found = known.get((self.report, name))
        if found is None and name.endswith("_previous"):
            return known[self.report, name.removesuffix("_previous")] + ", one week (with total: window) before"
        return found or ""

    # ---- as Arrow

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule with a stream of one array, which keeps what it needs alive by itself."""
        _arrow.requested(requested_schema)
        capsule, pointer = _arrow.STREAM.capsule()
        call(lib.swk_result_stream, self._pointer, pointer)
        return capsule

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Capsules with a schema and an array: a struct with a child for each column."""
        _arrow.requested(requested_schema)
        schema, schema_pointer = _arrow.SCHEMA.capsule()
        array, array_pointer = _arrow.ARRAY.capsule()
        call(lib.swk_result_arrow, self._pointer, schema_pointer, array_pointer)
        return schema, array

    def __arrow_c_schema__(self) -> object:
        """A capsule with the schema."""
        return self.__arrow_c_array__()[0]

    # ---- as text

    def _written(self, form: str) -> str:
        return written(lib.swk_result_write, self._pointer, _FORMATS[form]).decode()

    def to_csv(self) -> str:
        """RFC 4180 with a heading, exact: the bytes that ``salesweek report --format csv`` prints."""
        return self._written("csv")

    def to_json(self) -> str:
        """An array of objects, exact; amounts as text."""
        return self._written("json")

    def __str__(self) -> str:
        return self._written("table")

    def __repr__(self) -> str:
        what = f" of {self.report}" if self.report else ""
        return f"<salesweek.{type(self).__name__}{what}: {len(self)} rows, {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        caption = f"{self.report}, {self.zone}, weeks from {self.week_start}, now {self.now}" if self.report else ""
        definitions_ = {name: self.definition(name) for name in self.columns} if self.report else {}
        return _html.table(self.columns, self, len(self), caption, definitions_)


class Catalog(Result):
    """What there is to ask: a row for every report, column, dimension and option, with its definition.

    >>> import salesweek
    >>> catalog = salesweek.catalog()
    >>> catalog.reports
    ('calls', 'responses', 'first_touch', 'deals', 'scores', 'conversion', 'meetings', 'win_rate')
    >>> catalog.dimensions("scores")[-2:]
    ('band', 'model')
    >>> catalog.options("win_rate")
    {'basis': ('closed', 'created')}
    """

    def _check(self, report: str) -> None:
        if report not in self.reports:
            error = misused("report", report, "is no report")
            error._suggest(report, self.reports)
            raise error

    def _names(self, report: str, kind: str) -> tuple[str, ...]:
        self._check(report)
        return tuple(row["name"] for row in self if row["report"] == report and row["kind"] == kind)

    @property
    def reports(self) -> tuple[str, ...]:
        """The names of the reports."""
        return tuple(row["report"] for row in self if row["kind"] == "report")

    def dimensions(self, report: str) -> tuple[str, ...]:
        """By what a report can be grouped and filtered."""
        return self._names(report, "dimension")

    def options(self, report: str) -> dict[str, tuple[str, ...]]:
        """The options of a report and their values, the default first."""
        self._check(report)
        rows = [row for row in self if row["report"] == report and row["kind"] == "option"]
        return {row["name"]: tuple(row["unit"].split("|")) for row in rows}

    def describe(self, report: str, name: str | None = None) -> str:
        """The definition of a report, or of one of its columns, dimensions and options."""
        self._check(report)
        key = (report, name or "")
        if key not in definitions():
            error = misused("name", name, f"is nothing of {report}")
            error._suggest(name, (known for of, known in definitions() if of == report))
            raise error
        return definitions()[key]


def written(function: Any, *arguments: Any) -> bytes:
    """What a function writes that takes a swk_write, its context and an error at last."""
    pieces: list[bytes] = []
    kept: list[BaseException] = []

    def write(_context: int, piece: int, length: int) -> int:
        try:
            pieces.append(ctypes.string_at(piece, length))
        except BaseException as error:  # Ctrl-C: ctypes would drop it and the piece
            kept.append(error)
        return len(kept)

    try:
        call(function, *arguments, _raw.swk_write(write), None)
    except SalesweekError:
        if kept:
            raise kept[0] from None
        raise
    return b"".join(pieces)


def pointer_from(function: Any, *arguments: Any) -> int:
    """The handle that a function puts before its error."""
    handle = ctypes.c_void_p()
    call(function, *arguments, ctypes.byref(handle))
    return handle.value or 0


def catalog() -> Catalog:
    """What there is to ask; needs no store."""
    return Catalog(pointer_from(lib.swk_catalog))


@functools.cache
def definitions() -> dict[tuple[str, str], str]:
    """(report, name) -> definition; the report's own under the empty name."""
    return {(row["report"], row["name"] or ""): row["definition"] for row in catalog()}
