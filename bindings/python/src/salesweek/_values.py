# SPDX-License-Identifier: MIT
"""Values of Python as the library takes them: instants, dates, weeks, names."""

from __future__ import annotations

import ctypes
import datetime
import numbers
import operator
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Union

from . import _raw
from ._calls import call
from ._errors import InvalidError, UsageError
from ._library import quick

if TYPE_CHECKING:
    import zoneinfo

# A moment: a datetime with a zone, a text as docs/metrics.md says, or microseconds since 1970 UTC.
Instant = Union[datetime.datetime, str, int]
# A zone of the IANA data: its name, or zoneinfo's object.
Zone = Union[str, "zoneinfo.ZoneInfo"]
# A week: its label ("2026-W45"), or any date in it.
Week = Union[str, datetime.date]
# What a dimension may be: one value or some; None is the empty text, "not known".
Values = Union[str, int, None, Iterable[Union[str, int, None]]]

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
EPOCH_DATE = datetime.date(1970, 1, 1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_US = 86_400_000_000
UINT32, UINT64 = 2**32 - 1, 2**64 - 1


def misused(field: str, value: object, reason: str) -> UsageError:
    """The exception for an argument that the library never sees."""
    return UsageError(f'field {field}, value "{value}": {reason}', field=field, value=str(value), reason=reason)


def named(text: str, what: str = "a name") -> bytes:
    """A name or an option as C takes it, which ends a text at its first NUL."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is a text, not {type(text).__name__}")
    if "\0" in text:
        raise UsageError(f"{text!r}: had a NUL in it", value=text, reason="had a NUL in it")
    return text.encode("utf-8", "surrogatepass")


def encoded(text: str | None, what: str = "a name") -> bytes | None:
    return None if text is None else named(text, what)


def encoded_zone(zone: Zone | None) -> bytes | None:
    """A zone's name; that of a zoneinfo.ZoneInfo is its key."""
    key: str | None = getattr(zone, "key", None)
    return encoded(zone if key is None else key, "zone")  # type: ignore[arg-type]


def encoded_path(path: str | os.PathLike[str] | None) -> bytes | None:
    """A path as the file system has it, of whatever bytes."""
    if path is None:
        return None
    name = os.fsencode(path)
    if b"\0" in name:
        raise misused("path", repr(path), "had a NUL in it")
    return name


def whole(value: Any, name: str, last: int) -> int:
    """A number from 0 (or None) to `last`; ctypes would cut another one to fit, without a word."""
    try:
        number = 0 if value is None else operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is a whole number, not {type(value).__name__}") from None
    if not 0 <= number <= last:
        raise misused(name, number, f"was outside 0 to {last}")
    return number


def flag(value: Any, name: str, bit: int) -> int:
    """A bit of the library's flags, or 0; what is neither true nor false may have been meant otherwise."""
    if value not in (True, False):
        raise TypeError(f"{name} is True or False, not {value!r}")
    return bit if value else 0


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


def instant(store: int, value: Instant | datetime.date | None, zone: Zone | None, name: str) -> int:
    """A moment as microseconds, 0 for None; texts, dates and naive datetimes in `zone`, else in the store's."""
    if value is None:
        return 0
    found = _instant(store, value, zone, name)
    if found <= 0:  # to the library 0 is "not given"
        raise misused(name, value, "was not after 1970-01-01T00:00:00Z")
    if found >= 2**63:
        raise misused(name, value, "was outside 1970-01-01 to 2200-01-01")
    return found


def _instant(store: int, value: Instant | datetime.date, zone: Zone | None, name: str) -> int:
    if value != value:  # pandas.NaT
        raise misused(name, value, "was no instant")
    if isinstance(value, datetime.datetime):
        if not is_naive(value):
            return microseconds(value)
        if zone is None:
            raise misused(name, value, "was a datetime without a zone, and no zone= was given")
        text = wall_clock(value)
    elif isinstance(value, datetime.date):
        text = value.isoformat()
    elif isinstance(value, str):
        text = value
    elif isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    else:
        raise TypeError(f"{name} is a datetime, a date, a text or microseconds, not {type(value).__name__}")
    found = ctypes.c_int64()
    try:
        call(quick.swk_store_instant_parse, store, encoded_zone(zone), named(text), ctypes.byref(found))
    except InvalidError as error:
        raise InvalidError(f"field {name}, {error}", field=name, value=error.value, reason=error.reason) from None
    return found.value


def week_start_number(name: str | None) -> int:
    """1 to 7, or 0 for None."""
    if name is None:
        return 0
    if name not in WEEKDAYS:
        raise misused("week_start", name, "is none of " + ", ".join(WEEKDAYS))
    return WEEKDAYS.index(name) + 1


def week_text(week: Week | None) -> str | None:
    if week is None or isinstance(week, str):
        return week
    if week != week:  # pandas.NaT
        raise misused("weeks", week, "was no date")
    if isinstance(week, datetime.datetime):
        if not is_naive(week):
            # Whose date is meant? At midnight it would be another week than that of the calendar.
            raise misused("weeks", week, "was an instant; give a date, or a label such as 2026-W45")
        return week.date().isoformat()
    if isinstance(week, datetime.date):
        return week.isoformat()
    raise TypeError(f"a week is a label or a date, not {type(week).__name__}")


def window(weeks: Week | tuple[Week | None, Week | None] | None) -> tuple[Week | None, Week | None]:
    """The first week and the last one."""
    if isinstance(weeks, list):
        raise TypeError("weeks is one week, or a tuple (first, last), not a list")
    if not isinstance(weeks, tuple):
        return weeks, weeks
    if len(weeks) != 2:
        raise TypeError(f"weeks is one week, or a tuple (first, last), not one of {len(weeks)}")
    return weeks


def names(by: str | Iterable[str] | None) -> list[str]:
    if by is None or isinstance(by, str):
        return [] if by is None else [by]
    if not isinstance(by, Iterable):
        raise TypeError(f"by is the name of a dimension, or a list of such, not {type(by).__name__}")
    return list(by)


def value_text(dimension: str, value: Any) -> str:
    """A value as filters have it; what pandas and numpy write for "not there" is the empty text."""
    if isinstance(value, str):
        return value
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return str(int(value))
    raise TypeError(f"where: a value of {dimension} is a text, a whole number or None, not {type(value).__name__}")


def pairs(where: Mapping[str, Values] | None) -> list[tuple[str, str]]:
    """Conditions one by one, as the library takes them."""
    if where is not None and not isinstance(where, Mapping):
        raise TypeError(f'where maps dimensions to values, such as {{"rep": ["ada"]}}; it is no {type(where).__name__}')
    found = []
    for dimension, given in (where or {}).items():
        alone = isinstance(given, (str, bytes)) or not isinstance(given, Iterable)
        values: list[Any] = [given] if alone else list(given)  # type: ignore[arg-type]
        if not values:
            # To the library a condition without a value is none at all, and every row would be counted.
            raise misused(f"where[{dimension!r}]", "[]", "had no value; leave the dimension out to take all")
        found += [(dimension, value_text(dimension, value)) for value in values]
    return found


def array(struct: Any, items: list[tuple[str, str]]) -> Any:
    """An array of swk_filter or swk_option."""
    return (struct * len(items))(*[struct(named(name, "a dimension"), named(value)) for name, value in items])


def texts(items: list[str]) -> Any:
    return (ctypes.c_char_p * len(items))(*[named(item, "a dimension") for item in items])


def query(
    store: int,
    report: str,
    by: str | Iterable[str] | None,
    where: Mapping[str, Values] | None,
    weeks: Week | tuple[Week | None, Week | None] | None,
    flags: int,
    zone: Zone | None,
    week_start: str | None,
    now: Instant | datetime.date | None,
    as_of: Instant | datetime.date | None,
    at_commit: int | None,
    currency: str | None,
    threads: int | None,
    options: Mapping[str, Any],
) -> _raw.swk_query:
    """A question as the library takes it; the struct keeps what it points to."""
    first, last = window(weeks)
    dimensions, filters = names(by), pairs(where)
    chosen = [(name, str(value)) for name, value in options.items() if value is not None]
    return _raw.swk_query(
        size=ctypes.sizeof(_raw.swk_query),
        report=named(report, "the name of a report"),
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
        zone=encoded_zone(zone),
        now=instant(store, now, zone, "now"),
        as_of=instant(store, as_of, zone, "as_of"),
        at_commit=whole(at_commit, "at_commit", UINT64),
        currency=encoded(currency, "currency"),
        threads=whole(threads, "threads", UINT32),
    )
