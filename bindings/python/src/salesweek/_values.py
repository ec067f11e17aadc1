# SPDX-License-Identifier: MIT
"""Values of Python as the library takes them: instants, dates, weeks, names."""

from __future__ import annotations

import ctypes
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Union

from . import _raw
from ._calls import call
from ._errors import UsageError
from ._library import quick

# A moment: a datetime with a zone, a text as docs/metrics.md says, or microseconds since 1970 UTC.
Instant = Union[datetime.datetime, str, int]
# A week: its label ("2026-W45"), or any date in it.
Week = Union[str, datetime.date]
# What a dimension may be: one value or some; None is the empty text, "not known".
Values = Union[str, int, None, Iterable[Union[str, int, None]]]

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
EPOCH_DATE = datetime.date(1970, 1, 1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_US = 86_400_000_000


def named(text: str) -> bytes:
    """A name or an option as C takes it, which ends a text at its first NUL."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text, not {type(text).__name__}")
    if "\0" in text:
        raise UsageError(f"{text!r}: had a NUL in it", value=text, reason="had a NUL in it")
    return text.encode("utf-8", "surrogatepass")


def encoded(text: str | None) -> bytes | None:
    return None if text is None else named(text)


def microseconds(moment: datetime.datetime) -> int:
    """A datetime with a zone, exactly; what is finer is cut."""
    since = moment - EPOCH
    return since.days * DAY_US + since.seconds * 1_000_000 + since.microseconds


def from_microseconds(instant: int) -> datetime.datetime:
    return EPOCH + datetime.timedelta(microseconds=instant)


def is_naive(moment: datetime.datetime) -> bool:
    return moment.utcoffset() is None


def wall_clock(moment: datetime.datetime) -> str:
    """A naive datetime as the text of a local time."""
    return moment.replace(tzinfo=None).isoformat(sep="T", timespec="microseconds")


def instant(store: int, value: Instant | datetime.date, zone: str | None, name: str) -> int:
    """A moment as microseconds; texts, dates and naive datetimes in `zone`, else in the store's."""
    if isinstance(value, bool) or not isinstance(value, (str, int, datetime.date)):
        raise TypeError(f"{name} is a datetime, a date, a text or microseconds, not {type(value).__name__}")
    if isinstance(value, int):
        return value
    if isinstance(value, datetime.datetime):
        if not is_naive(value):
            return microseconds(value)
        if zone is None:
            raise UsageError(
                f'field {name}, value "{value}": was a datetime without a zone, and no zone= was given',
                field=name,
                value=str(value),
                reason="was a datetime without a zone, and no zone= was given",
            )
        value = wall_clock(value)
    elif isinstance(value, datetime.date):
        value = value.isoformat()
    found = ctypes.c_int64()
    call(quick.swk_store_instant_parse, store, encoded(zone), named(value), ctypes.byref(found))
    return found.value


def week_start_number(name: str | None) -> int:
    """1 to 7, or 0 for None."""
    if name is None:
        return 0
    if name not in WEEKDAYS:
        reason = "is none of " + ", ".join(WEEKDAYS)
        raise UsageError(
            f'field week_start, value "{name}": {reason}', field="week_start", value=str(name), reason=reason
        )
    return WEEKDAYS.index(name) + 1


def week_text(week: Week | None) -> str | None:
    if week is None or isinstance(week, str):
        return week
    if isinstance(week, datetime.datetime):
        return week.date().isoformat()
    if isinstance(week, datetime.date):
        return week.isoformat()
    raise TypeError(f"a week is a label or a date, not {type(week).__name__}")


def names(by: str | Iterable[str]) -> list[str]:
    return [by] if isinstance(by, str) else list(by)


def pairs(where: Mapping[str, Values]) -> list[tuple[str, str]]:
    """Conditions one by one, as the library takes them."""
    found = []
    for dimension, values in where.items():
        if values is None or isinstance(values, (str, int)):
            values = [values]
        found += [(dimension, "" if value is None else str(value)) for value in values]
    return found


def array(struct: Any, items: list[tuple[str, str]]) -> Any:
    """An array of swk_filter or swk_option."""
    return (struct * len(items))(*[struct(named(name), named(value)) for name, value in items])


def texts(items: list[str]) -> Any:
    return (ctypes.c_char_p * len(items))(*[named(item) for item in items])


def query(
    store: int,
    report: str,
    by: str | Iterable[str],
    where: Mapping[str, Values],
    weeks: Week | tuple[Week | None, Week | None] | None,
    flags: int,
    zone: str | None,
    week_start: str | None,
    now: Instant | datetime.date | None,
    as_of: Instant | datetime.date | None,
    at_commit: int | None,
    currency: str | None,
    options: Mapping[str, Any],
) -> _raw.swk_query:
    """A question as the library takes it; the struct keeps what it points to."""
    first, last = weeks if isinstance(weeks, tuple) else (weeks, weeks)
    dimensions, filters = names(by), pairs(where)
    chosen = [(name, str(value)) for name, value in options.items() if value is not None]
    return _raw.swk_query(
        size=ctypes.sizeof(_raw.swk_query),
        report=named(report),
        by=texts(dimensions),
        by_count=len(dimensions),
        filters=array(_raw.swk_filter, filters),
        filter_count=len(filters),
        options=array(_raw.swk_option, chosen),
        option_count=len(chosen),
        from_=encoded(week_text(first)),
        to=encoded(week_text(last)),
        flags=flags,
        week_start=week_start_number(week_start),
        zone=encoded(zone),
        now=0 if now is None else instant(store, now, zone, "now"),
        as_of=0 if as_of is None else instant(store, as_of, zone, "as_of"),
        at_commit=at_commit or 0,
        currency=encoded(currency),
    )
