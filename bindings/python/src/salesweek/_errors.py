# SPDX-License-Identifier: MIT
"""What can go wrong, as classes: one for each code of the library, each also what Python would call it."""

from __future__ import annotations

import ctypes
import difflib
from collections.abc import Iterable
from typing import Any

from . import _raw
from ._library import quick


class SalesweekError(Exception):
    """Everything that salesweek refuses or fails at.

    ``table``, ``row``, ``field``, ``value`` and, of an import, ``file`` say where, ``reason`` says why in one line;
    what does not apply is ``None``. ``code`` is the name of the library's code.

    >>> import salesweek
    >>> with salesweek.open() as store:
    ...     store.report("colls")
    Traceback (most recent call last):
    ...
    salesweek.UsageError: field report, value "colls": is no report (did you mean calls?)
    """

    code = "SWK_ERR_?"

    def __init__(
        self,
        message: str,
        *,
        table: str | None = None,
        row: int | None = None,
        field: str | None = None,
        value: str | None = None,
        reason: str | None = None,
        file: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.table, self.row, self.field, self.value, self.file = table, row, field, value, file
        self.reason = message if reason is None else reason

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _remake, (type(self), self.message, {name: getattr(self, name) for name in _PLACES})

    def _suggest(self, given: str | None, names: Iterable[str], most: int = 50) -> None:
        """Adds which of the names may have been meant, or that these are all if they are not too many."""
        known = list(names)
        close = difflib.get_close_matches(given or "", known, 1)
        more = f" (did you mean {close[0]}?)" if close else f" (there are: {', '.join(known)})"
        if close or 0 < len(known) <= most:
            self.message += more


_PLACES = ("table", "row", "field", "value", "reason", "file")


def _remake(kind: type[SalesweekError], message: str, places: dict[str, Any]) -> SalesweekError:
    return kind(message, **places)


class UsageError(SalesweekError, ValueError):
    """A wrong argument: an unknown report, dimension, option or table; a window that ends before it begins."""

    code = "SWK_ERR_USAGE"


class InvalidError(SalesweekError, ValueError):
    """Data or a text that is not what it should be: table, row, field, value and reason say why."""

    code = "SWK_ERR_INVALID"


class RejectedError(SalesweekError, ValueError):
    """An all-or-nothing ingestion met refused rows, and nothing went in; ``rejects`` are those rows."""

    code = "SWK_ERR_REJECTED"
    rejects: Any = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return (*super().__reduce__(), {"rejects": list(self.rejects)})


class OutOfMemoryError(SalesweekError, MemoryError):
    """The machine has no memory left, or a size overflowed."""

    code = "SWK_ERR_MEMORY"


class LimitError(SalesweekError, MemoryError):
    """The store's own ``memory_limit`` is reached, or what a table can hold."""

    code = "SWK_ERR_LIMIT"


class StoreIOError(SalesweekError, OSError):
    """The file system or SQLite failed, or a producer of data did."""

    code = "SWK_ERR_IO"


class CorruptError(SalesweekError, OSError):
    """The file's checksums or structure are wrong."""

    code = "SWK_ERR_CORRUPT"


class FormatError(SalesweekError, ValueError):
    """The file is not a store, or one of another version."""

    code = "SWK_ERR_FORMAT"


class LockedError(SalesweekError, BlockingIOError):
    """Another writer has the store open."""

    code = "SWK_ERR_LOCKED"


class ReadOnlyError(SalesweekError, PermissionError):
    """The store was opened read-only."""

    code = "SWK_ERR_READ_ONLY"


class ZoneError(SalesweekError, KeyError):
    """A time zone is unknown, or its data is not one's."""

    code = "SWK_ERR_ZONE"


class CallInterruptedError(SalesweekError, InterruptedError):
    """``Store.interrupt`` was called while this call was under way."""

    code = "SWK_ERR_INTERRUPTED"


class ForkedError(SalesweekError, RuntimeError):
    """The store was opened by a parent process: open it anew in the child."""

    code = "SWK_ERR_FORKED"


class SumOverflowError(SalesweekError, OverflowError):
    """A sum does not fit."""

    code = "SWK_ERR_OVERFLOW"


class NotFoundError(SalesweekError, FileNotFoundError):
    """There is no such store."""

    code = "SWK_ERR_NOT_FOUND"


class ClosedError(SalesweekError, ValueError):
    """The store was closed before; or it is being closed."""

    code = "CLOSED"


KINDS: dict[str, type[SalesweekError]] = {
    kind.code: kind
    for kind in (
        CallInterruptedError,
        CorruptError,
        ForkedError,
        FormatError,
        InvalidError,
        LimitError,
        LockedError,
        NotFoundError,
        OutOfMemoryError,
        ReadOnlyError,
        RejectedError,
        StoreIOError,
        SumOverflowError,
        UsageError,
        ZoneError,
    )
}


def error_struct() -> _raw.swk_error:
    return _raw.swk_error(size=ctypes.sizeof(_raw.swk_error))


def decoded(text: bytes) -> str:
    """Texts of errors may be cut in the middle of a character's bytes by those who gave them."""
    return text.decode("utf-8", "replace")


def line(error: _raw.swk_error) -> str:
    """The error as one line, as the program prints it."""
    room = ctypes.create_string_buffer(512)
    quick.swk_error_format(ctypes.byref(error), room, len(room))
    return decoded(room.value)


# What to do about refusals: the library does not know what it is called from.
HINTS = {
    "expected a text, was a number": "ids are texts: cast the column, as by .astype(str) or .cast(pl.String)",
    "is no field of this table": "ignore_unknown=True skips it",
    "was of timestamps without a zone, and no zone was named for such": "zone= names it",
}


def hint(reason: str) -> str:
    found = HINTS.get(reason)
    return f"; {found}" if found else ""


def exception(code: int, error: _raw.swk_error) -> SalesweekError:
    """The exception for a code and what the library said with it."""
    name = quick.swk_code_name(code).decode()
    kind = KINDS.get(name, SalesweekError)
    reason = decoded(error.reason) or name
    made = kind(
        (line(error) or name) + hint(reason),
        table=decoded(error.table) or None,
        row=error.row or None,
        field=decoded(error.field) or None,
        value=decoded(error.value) or None,
        reason=reason + hint(reason),
    )
    if kind is ZoneError:
        import zoneinfo

        made._suggest(made.value, zoneinfo.available_timezones())
    return made
