"""Instants, local times and their texts (contract, section 2).

An instant is an int: microseconds since 1970-01-01T00:00:00Z.
"""
from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)

DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
CLOCK = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?", re.ASCII)
OFFSET = re.compile(r"([Zz])|([+-])(\d\d):(\d\d)", re.ASCII)


@lru_cache(maxsize=None)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def from_datetime(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


# Section 1, "Bad input": instants outside 1970-01-01 to 2200-01-01.
EARLIEST = 0
LATEST = from_datetime(datetime(2200, 1, 1, tzinfo=timezone.utc))


def to_local(instant: int, zone: str) -> datetime:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def from_local(local: datetime, zone: str) -> int:
    """Section 2, "Text instants": a repeated local time is its first
    occurrence, a skipped one moves forward by the gap.  Both are what PEP 495
    calls fold=0: the offset in force before the clock change."""
    return from_datetime(local.replace(tzinfo=ZoneInfo(zone), fold=0))


def first_instant(day: date, zone: str) -> int:
    """Section 2: local midnight of a date.  A skipped midnight is the first
    instant after the gap, a repeated one its first occurrence."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    by_offset_before = from_datetime(midnight.replace(fold=0))
    by_offset_after = from_datetime(midnight.replace(fold=1))
    if by_offset_after >= by_offset_before:  # plain or repeated
        return by_offset_before
    # Skipped.  The clock changes in (by_offset_after, by_offset_before].
    old, new = by_offset_after, by_offset_before
    new_offset = to_local(new, zone).utcoffset()
    while new - old > 1:
        middle = (old + new) // 2
        if to_local(middle, zone).utcoffset() == new_offset:
            new = middle
        else:
            old = middle
    return new


def parse_instant(text: str, zone: str) -> int:
    """A text instant; ValueError when it is none."""
    only_date = DATE.fullmatch(text)
    if only_date:  # "a text without a time is that date's first instant"
        year, month, day = map(int, only_date.groups())
        return first_instant(date(year, month, day), zone)
    clock = CLOCK.match(text)
    if not clock:
        raise ValueError("not an instant")
    year, month, day, hour, minute = map(int, clock.groups()[:5])
    fraction = (clock[7] or "")[:6].ljust(6, "0")  # digits beyond are cut
    local = datetime(year, month, day, hour, minute, int(clock[6] or 0), int(fraction))
    rest = text[clock.end():]
    if not rest:
        return from_local(local, zone)
    if clock[6] is None:  # RFC 3339 has seconds
        raise ValueError("an offset needs seconds")
    return from_datetime(local.replace(tzinfo=timezone.utc)) - parse_offset(rest)


def parse_offset(text: str) -> int:
    """`Z` or `+hh:mm` in microseconds."""
    match = OFFSET.fullmatch(text)
    if not match:
        raise ValueError("not an offset")
    if match[1]:
        return 0
    hours, minutes = int(match[3]), int(match[4])
    if hours > 23 or minutes > 59:
        raise ValueError("not an offset")
    size = (hours * 60 + minutes) * 60_000_000
    return -size if match[2] == "-" else size


def in_range(instant: int) -> bool:
    return EARLIEST <= instant <= LATEST


def utc_text(instant: int) -> str:
    moment = EPOCH + timedelta(microseconds=instant)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"
