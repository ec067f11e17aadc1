"""Tables, validation of rows and the version rule (contract, section 1)."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from currencies import DIGITS, MOST_DIGITS
from errors import BadRow
from instants import DATE, LATEST, in_range, parse_instant, zone_names


@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # text, zone, currency, instant, date, boolean, choice, or a kind of number
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


def text(name: str) -> Field:
    return Field(name, "text")


def instant(name: str, required: bool = False) -> Field:
    return Field(name, "instant", required)


DIRECTION = ("outbound", "inbound")
CALL_OUTCOME = ("answered", "unanswered", "voicemail", "busy", "failed", "unknown")

DEAL_OUTCOME = ("open", "won", "lost")
HELD = ("sale", "demo", "follow_up", "declined", "completed")
MEETING_OUTCOME = HELD + ("no_show", "cancelled", "unknown")

# The fields in the order of the contract's table; `deleted` is compared last.
# A further table is a further entry here.
TABLES: dict[str, list[Field]] = {
    "rep": [
        text("name"), text("team"), text("region"), Field("zone", "zone"),
        Field("capacity", "number", default=Fraction(1)),
    ],
    "lead": [
        instant("created_at", required=True), text("rep"), text("origin"),
        text("source"), text("asset"), text("region"), text("segment"),
        Field("zone", "zone"), instant("closed_at"), text("merged_into"),
    ],
    "message": [
        instant("at", required=True), Field("lead", "text", required=True),
        Field("direction", "choice", required=True, choices=DIRECTION),
        text("rep"), text("channel"), Field("automated", "boolean", default=False),
    ],
    "call": [
        instant("at", required=True), text("lead"), text("rep"),
        Field("direction", "choice", default="outbound", choices=DIRECTION),
        Field("outcome", "choice", default="unknown", choices=CALL_OUTCOME),
        Field("duration_s", "seconds"),
        Field("positive", "boolean", default=False),
    ],
    "opportunity": [
        instant("created_at", required=True), text("lead"), text("rep"), text("region"),
        text("source"), Field("amount", "amount"), Field("currency", "currency"),
        Field("outcome", "choice", default="open", choices=DEAL_OUTCOME), instant("closed_at"),
    ],
    "stage": [
        instant("at", required=True), Field("opportunity", "text", required=True), text("name"),
        Field("outcome", "choice", choices=DEAL_OUTCOME), Field("amount", "amount"), text("rep"),
    ],
    "score": [
        instant("at", required=True), Field("lead", "text", required=True),
        Field("value", "score", required=True), text("model"),
    ],
    "meeting": [
        instant("at", required=True), text("lead"), text("opportunity"), text("rep"),
        Field("duration_s", "seconds"), text("place"), text("tactic"),
        Field("outcome", "choice", default="unknown", choices=MEETING_OUTCOME),
    ],
    "quota": [
        Field("from", "date", required=True), Field("to", "date", required=True),
        text("rep"), text("team"), Field("won", "count"), Field("amount", "amount"),
        Field("currency", "currency"),
    ],
    "rate": [
        Field("currency", "currency", required=True), Field("date", "date", required=True),
        Field("value", "rate", required=True),
    ],
}
DELETED = Field("deleted", "boolean", default=False)
OWN_INSTANT = {
    "rep": None, "lead": "created_at", "message": "at", "call": "at", "opportunity": "created_at",
    "stage": "at", "score": "at", "meeting": "at", "quota": None, "rate": None}
MOST_MINOR = 2**63 - 1  # an amount, in minor units


# ---- validation -----------------------------------------------------------

def check_text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadRow("not a text")
    if "\0" in value:
        raise BadRow("NUL in text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRow("not valid Unicode") from None
    return value


def check_instant(value: Any, zone: str) -> int:
    try:
        moment = parse_instant(check_text(value), zone)
    except (ValueError, OverflowError):
        raise BadRow("not an instant") from None
    if not in_range(moment):
        raise BadRow("instant outside 1970-01-01 to 2200-01-01")
    return moment


def check_date(value: Any) -> date:
    match = DATE.fullmatch(check_text(value))
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None:
        raise BadRow("not a date")
    if not date(1970, 1, 1) <= day <= date(2200, 1, 1):
        raise BadRow("date outside 1970-01-01 to 2200-01-01")
    return day


def by_digits(value: Any) -> Fraction:
    """A number by its digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise BadRow("not a number")
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite() or abs(number.adjusted()) > 100:
        raise BadRow("not a number")
    return Fraction(number)


def check_number(value: Any) -> Fraction:
    number = by_digits(value)
    if number < 0:
        raise BadRow("below 0")
    return number


def check_seconds(value: Any) -> Fraction:
    """Kept to the microsecond; digits beyond are cut, as in instants."""
    number = check_number(value)
    if number * 1_000_000 > LATEST:
        raise BadRow("longer than 1970-01-01 to 2200-01-01")
    return Fraction(number * 1_000_000 // 1, 1_000_000)


def check_score(value: Any) -> Fraction:
    """0 to 100; kept to 1e-6."""
    number = check_number(value)
    if number > 100:
        raise BadRow("above 100")
    return Fraction(round(number * 1_000_000), 1_000_000)  # half to even


def check_count(value: Any) -> Fraction:
    number = check_number(value)
    if number.denominator != 1 or number > MOST_MINOR:
        raise BadRow("not a count")
    return number


def check_rate(value: Any) -> Fraction:
    number = check_number(value)
    if number == 0:
        raise BadRow("not above 0")
    if not Fraction(1, 10**18) <= number < 10**18 or significant_digits(value) > 18:
        raise BadRow("more digits than a rate can have")
    return number


def significant_digits(value: Any) -> int:
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    return len(number.normalize().as_tuple().digits)


def check_amount(value: Any) -> Fraction:
    """Text or number, decimal major units; its digits are checked with the row."""
    if not isinstance(value, str):
        return by_digits(value)
    if not re.fullmatch(r"-?\d{1,40}(\.\d{1,40})?", value, re.ASCII):
        raise BadRow("not an amount")
    return Fraction(value)


def check_value(spec: Field, value: Any, zone: str) -> Any:
    if value is None or value == "":  # "An empty text is null"
        if spec.required:
            raise BadRow(f"{spec.name} is required")
        return spec.default
    if spec.kind == "instant":
        return check_instant(value, zone)
    if spec.kind in CHECKS:
        return CHECKS[spec.kind](value)
    if spec.kind == "boolean":
        if not isinstance(value, bool):
            raise BadRow(f"{spec.name} is not a boolean")
        return value
    allowed = {"zone": zone_names(), "currency": DIGITS}.get(spec.kind, spec.choices)
    if check_text(value) not in allowed:
        raise BadRow(f"{spec.name}: unknown value")
    return value


CHECKS = {"text": check_text, "date": check_date, "number": check_number, "seconds": check_seconds,
          "score": check_score, "count": check_count, "rate": check_rate, "amount": check_amount}


# ---- fields that depend on one another --------------------------------------

def check_digits(amount: Any, digits: int) -> None:
    """Section 1, "Money": digits beyond the currency's are refused unless zero."""
    if amount is None:
        return
    minor = amount * 10**digits
    if minor.denominator != 1:
        raise BadRow("more digits than the currency has")
    if abs(minor) > MOST_MINOR:
        raise BadRow("amount too large")


def check_opportunity(values: dict[str, Any], base: str) -> None:
    if values["outcome"] != "open" and values["closed_at"] is None:
        raise BadRow("closed_at is required when won or lost")
    check_digits(values["amount"], DIGITS[values["currency"] or base])


def check_stage(values: dict[str, Any], base: str) -> None:
    """The opportunity, and so the currency, may not be known yet."""
    check_digits(values["amount"], MOST_DIGITS)


def check_quota(values: dict[str, Any], base: str) -> None:
    if values["from"] >= values["to"]:
        raise BadRow("from is not before to")
    if values["rep"] is not None and values["team"] is not None:
        raise BadRow("rep and team")
    if values["won"] is None and values["amount"] is None:
        raise BadRow("neither won nor amount")
    check_digits(values["amount"], DIGITS[values["currency"] or base])
    if values["amount"] is not None and values["amount"] < 0:
        raise BadRow("below 0")


ROW_CHECKS = {"opportunity": check_opportunity, "stage": check_stage, "quota": check_quota}


@dataclass
class Row:
    """A good row, not yet a version when `recorded_at` is null."""
    table: str
    id: str
    recorded_at: int | None
    values: dict[str, Any]  # the table's fields and `deleted`, defaults filled in
    stamped: bool  # `recorded_at`, if it is there, is a stamp that a store once gave


def check_row(row: Any, zone: str, base: str) -> Row:
    if not isinstance(row, dict):
        raise BadRow("not an object")
    table = row.get("table")
    if not isinstance(table, str) or table not in TABLES:
        raise BadRow("unknown table")
    fields = TABLES[table] + [DELETED]
    known = {"table", "id", "recorded_at", "stamped"} | {spec.name for spec in fields}
    for name in row:
        if name not in known:
            raise BadRow(f"unknown field {name}")
    id = check_value(Field("id", "text", required=True), row.get("id"), zone)
    if len(id.encode("utf-8")) > 255:
        raise BadRow("id longer than 255 bytes")
    recorded_at = check_value(instant("recorded_at"), row.get("recorded_at"), zone)
    values = {spec.name: check_value(spec, row.get(spec.name), zone) for spec in fields}
    if table in ROW_CHECKS:
        ROW_CHECKS[table](values, base)
    stamped = check_value(Field("stamped", "boolean", default=False), row.get("stamped"), zone)
    return Row(table, id, recorded_at, values, stamped)


# ---- versions -------------------------------------------------------------

def value_key(value: Any) -> tuple:
    """null first, false before true, text bytewise, numbers by value."""
    if value is None:
        return (0,)
    if isinstance(value, str):
        return (1, value.encode("utf-8"))
    return (1, value)


@dataclass
class Version:
    recorded_at: int
    values: dict[str, Any]
    given: bool = True  # the row carried `recorded_at`, not as a stamp

    def key(self) -> tuple:
        """The greatest is current; `values` is in the order of the table with
        `deleted` last; a time that was given is greater than a stamp."""
        return (self.recorded_at, [value_key(value) for value in self.values.values()], self.given)


@dataclass
class Counts:
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass
class Records:
    """All versions of all records, in no order that matters."""
    base: str = "USD"  # the store's base currency
    versions: dict[str, dict[str, list[Version]]] = field(
        default_factory=lambda: {table: {} for table in TABLES})
    last_stamp_given: int = -1

    def current(self, table: str, id: str) -> Version | None:
        return max(self.versions[table].get(id, []), key=Version.key, default=None)

    def ingest(self, rows: list[Any], first_stamp: int, zone: str) -> Counts:
        counts = Counts()
        stamp = max(first_stamp, self.last_stamp_given + 1)
        for raw in rows:
            try:
                row = check_row(raw, zone, self.base)
            except BadRow:
                counts.rejected += 1
                continue
            recorded_at = row.recorded_at
            if recorded_at is None:
                recorded_at = self.last_stamp_given = stamp
                stamp += 1
                current = self.current(row.table, row.id)
                if current is not None and current.values == row.values:
                    counts.unchanged += 1
                    continue
            elif row.stamped:
                self.last_stamp_given = max(self.last_stamp_given, recorded_at)
                stamp = max(stamp, self.last_stamp_given + 1)
            given = row.recorded_at is not None and not row.stamped
            version = Version(recorded_at, row.values, given)
            stored = self.versions[row.table].setdefault(row.id, [])
            if any(other.key() == version.key() for other in stored):
                counts.unchanged += 1
                continue
            stored.append(version)
            counts.accepted += 1
        return counts


Record = dict[str, Any]  # the fields of a current version, with its `id`


class Snapshot:
    """What exists as of an instant and at a `now`."""

    def __init__(self, records: Records, as_of: int | None, now: int):
        # "versions are chosen first": as_of, then deletions, then now.
        self.now, self.base = now, records.base
        self.tables: dict[str, dict[str, Record]] = {}
        for table, by_id in records.versions.items():
            chosen = {id: choose(versions, as_of) for id, versions in by_id.items()}
            self.tables[table] = {
                id: present(table, id, version, now)
                for id, version in chosen.items()
                if version is not None and exists(table, version, now)}


def choose(versions: list[Version], as_of: int | None) -> Version | None:
    """As of T: the versions with recorded_at <= T."""
    known = [v for v in versions if as_of is None or v.recorded_at <= as_of]
    return max(known, key=Version.key, default=None)


def exists(table: str, version: Version, now: int) -> bool:
    if version.values["deleted"]:
        return False
    own = OWN_INSTANT[table]
    return own is None or version.values[own] <= now


def present(table: str, id: str, version: Version, now: int) -> Record:
    """Section 2, `now`: a later `closed_at` is null and its outcome open."""
    record = {"id": id, **version.values,
              "given_recorded_at": version.recorded_at if version.given else None}
    closed_at = record.get("closed_at")
    if closed_at is not None and closed_at > now:
        record["closed_at"] = None
        if table == "opportunity":
            record["outcome"] = "open"
    return record
