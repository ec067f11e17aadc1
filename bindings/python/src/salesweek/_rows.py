# SPDX-License-Identifier: MIT
"""Records that are Python objects, row by row into a batch of the library."""

from __future__ import annotations

import ctypes
import datetime
import decimal
import numbers
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from . import _raw
from ._errors import UsageError, decoded, error_struct, exception, hint
from ._library import quick
from ._values import EPOCH_DATE, Zone, encoded_zone, is_naive, microseconds, named, wall_clock

NAIVE = "was a datetime without a zone; name one with zone=, or give datetimes with zones"
INT64 = range(-(2**63), 2**63)
NUMPY_TIMES = ("datetime64", "timedelta64")


class Batch:
    """Rows on their way in, checked by the library one by one; refused ones are kept with their reasons."""

    def __init__(self, store: int, table: str, zone: Zone | None, ignore_unknown: bool) -> None:
        self.table, self.zone = named(table, "the name of a table"), zone
        self.rows = 0
        self._names: dict[Any, bytes] = {}
        self._pointer = ctypes.c_void_p()
        options = _raw.swk_batch_options(
            size=ctypes.sizeof(_raw.swk_batch_options), zone=encoded_zone(zone), ignore_unknown=ignore_unknown
        )
        error = error_struct()
        code = quick.swk_batch_create(store, ctypes.byref(options), ctypes.byref(self._pointer), ctypes.byref(error))
        if code:
            raise exception(code, error)
        self._check_table()
        self._setters: dict[type, Callable[[bytes, Any], int]] = {
            bool: self._bool,
            datetime.date: self._date,
            datetime.datetime: self._datetime,
            datetime.timedelta: self._timedelta,
            decimal.Decimal: self._decimal,
            float: self._float,
            int: self._int,
            str: self._text,
            type(None): self._null,
            uuid.UUID: self._parse,
        }

    def _check_table(self) -> None:
        """To the library an unknown table is the fault of one row; here it is that of the whole."""
        error = error_struct()
        quick.swk_batch_row(self._pointer, self.table, 0)
        quick.swk_batch_end(self._pointer, ctypes.byref(error))
        quick.swk_batch_clear(self._pointer)
        if error.field == b"table":
            quick.swk_batch_free(self._pointer)
            raise exception(_raw.SWK_ERR_USAGE, error)

    def close(self) -> None:
        pointer, self._pointer = self._pointer, ctypes.c_void_p()
        quick.swk_batch_free(pointer)
        self._setters.clear()  # methods of this object, which without them needs no collector

    @property
    def pointer(self) -> ctypes.c_void_p:
        return self._pointer

    def add(self, row: Mapping[str, Any]) -> None:
        """One row; what is wrong with it makes it a reject."""
        batch = self._pointer
        self.rows += 1
        code = quick.swk_batch_row(batch, self.table, self.rows)
        for name, value in row.items():
            setter = self._setters.get(type(value)) or self._setter(value)
            code = code or setter(self._name(name), value)
        if code == 0:
            code = quick.swk_batch_end(batch, None)
        if code not in (_raw.SWK_OK, _raw.SWK_ERR_INVALID):
            raise exception(code, error_struct())

    def reject(self, index: int) -> _raw.swk_error:
        error = error_struct()
        quick.swk_batch_reject(self._pointer, index, ctypes.byref(error))
        return error

    def rejects(self) -> int:
        return int(quick.swk_batch_rejects(self._pointer))

    # ---- fields

    def _name(self, name: Any) -> bytes:
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = named(name, f"row {self.rows}: the name of a field")
        return found

    def _setter(self, value: Any) -> Callable[[bytes, Any], int]:
        """For subclasses, and for numbers of other packages."""
        if type(value).__name__ in NUMPY_TIMES:  # one of them says that it is an integer
            return self._numpy_time
        for kind in (str, bool, numbers.Integral, datetime.datetime, datetime.date, datetime.timedelta):
            if isinstance(value, kind):
                known = int if kind is numbers.Integral else kind
                return self._setters[known]
        if isinstance(value, decimal.Decimal):
            return self._decimal
        if isinstance(value, numbers.Real):
            return self._float
        if type(value).__name__ == "bool_" or type(value).__name__ == "bool":  # numpy's
            return self._bool
        if type(value).__name__ == "NAType":  # pandas'
            return self._null
        return self._refuse_type

    def _null(self, _field: bytes, _value: None) -> int:
        return 0

    def _text(self, field: bytes, value: str) -> int:
        text = value.encode("utf-8", "surrogatepass")
        return int(quick.swk_batch_text(self._pointer, field, text, len(text)))

    def _parse(self, field: bytes, value: object) -> int:
        text = str(value).encode()
        return int(quick.swk_batch_parse(self._pointer, field, text, len(text)))

    def _bool(self, field: bytes, value: object) -> int:
        return int(quick.swk_batch_bool(self._pointer, field, 1 if value else 0))

    def _int(self, field: bytes, value: Any) -> int:
        number = int(value)
        if number not in INT64:
            return self._parse(field, number)
        return int(quick.swk_batch_int(self._pointer, field, number))

    def _float(self, field: bytes, value: Any) -> int:
        number = float(value)
        if number != number:  # pandas and numpy write "not there" so
            return 0
        return int(quick.swk_batch_real(self._pointer, field, number))

    def _decimal(self, field: bytes, value: decimal.Decimal) -> int:
        if value.is_nan():
            return 0
        return self._parse(field, format(value, "f") if value.is_finite() else value)

    def _timedelta(self, field: bytes, value: datetime.timedelta) -> int:
        if value != value:
            return 0
        seconds, rest = divmod(value, datetime.timedelta(seconds=1))
        return self._int(field, seconds) if not rest else self._float(field, value.total_seconds())

    def _date(self, field: bytes, value: datetime.date) -> int:
        return int(quick.swk_batch_date(self._pointer, field, value.toordinal() - EPOCH_DATE.toordinal()))

    def _datetime(self, field: bytes, value: datetime.datetime) -> int:
        if value != value:  # pandas.NaT
            return 0
        if not is_naive(value):
            return int(quick.swk_batch_instant(self._pointer, field, microseconds(value)))
        if self.zone is None:
            return self._refuse(field, str(value), NAIVE)
        return self._text(field, wall_clock(value))

    def _numpy_time(self, field: bytes, value: Any) -> int:
        plain = (value if value.dtype == "datetime64[D]" else value.astype(f"{type(value).__name__}[us]")).item()
        return (self._refuse_type if isinstance(plain, int) else self._setters[type(plain)])(field, plain)

    def _refuse_type(self, field: bytes, value: object) -> int:
        return self._refuse(field, repr(value), f"was a Python {type(value).__name__}, which no field takes")

    def _refuse(self, field: bytes, value: str, reason: str) -> int:
        given = value.encode("utf-8", "replace")
        return int(quick.swk_batch_refuse(self._pointer, field, given, len(given), reason.encode()))


def column_values(name: str, column: Any) -> list[Any]:
    """A column as a list; of numpy's instants, which have no zone, naive datetimes."""
    if isinstance(column, (str, bytes)) or not isinstance(column, Iterable):
        raise TypeError(
            f"column {name} is a list of values, not {type(column).__name__} (one record is a list of one dict)"
        )
    if getattr(getattr(column, "dtype", None), "kind", "") == "M" and type(column).__module__ == "numpy":
        column = column.astype("datetime64[us]")  # type: ignore[attr-defined]
    tolist = getattr(column, "tolist", None)
    return list(column if tolist is None else tolist())


def columns_as_rows(columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A dict of columns as rows; all of one length."""
    lists = {name: column_values(name, column) for name, column in columns.items()}
    lengths = {len(values) for values in lists.values()}
    if len(lengths) > 1:
        shown = ", ".join(f"{name} {len(values)}" for name, values in lists.items())
        raise UsageError(f"the columns have different lengths: {shown}")
    names = list(lists)
    return (dict(zip(names, values)) for values in zip(*lists.values()))


def _instead(data: Any) -> str:
    if isinstance(data, (str, os.PathLike)):
        return ": salesweek.import_file reads files"
    return ": collect() it first" if hasattr(data, "collect") else ""


def rows_of(data: Any) -> Iterable[Mapping[str, Any]]:
    """A dict of columns, or an iterable of dicts."""
    if isinstance(data, Mapping):
        return columns_as_rows(data)
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise TypeError(
            "data is anything with __arrow_c_stream__ or __arrow_c_array__, a dict of lists, or an iterable of "
            f"dicts, not {type(data).__name__}" + _instead(data)
        )
    return (mapping(number, row) for number, row in enumerate(data, 1))


def mapping(number: int, row: Any) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise TypeError(f"row {number}: a row is a dict, not {type(row).__name__}")
    return row


def reject_tuple(error: _raw.swk_error) -> tuple[str, int, str, str, str]:
    reason = decoded(error.reason)
    return (
        decoded(error.table),
        int(error.row),
        decoded(error.field),
        decoded(error.value),
        reason + hint(reason),
    )
