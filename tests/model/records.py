"""Tables, validation of rows and the version rule (contract, section 1)."""
from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from errors import BadRow
from instants import in_range, parse_instant, zone_names


@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # text, zone, instant, boolean, choice, seconds, number
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


def text(name: str) -> Field:
    return Field(name, "text")


def instant(name: str, required: bool = False) -> Field:
    return Field(name, "instant", required)


DIRECTION = ("outbound", "inbound")
CALL_OUTCOME = ("answered", "unanswered", "voicemail", "busy", "failed", "unknown")

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
    "call": [
        instant("at", required=True), text("lead"), text("rep"),
        Field("direction", "choice", default="outbound", choices=DIRECTION),
        Field("outcome", "choice", default="unknown", choices=CALL_OUTCOME),
        Field("duration_s", "seconds"),
        Field("positive", "boolean", default=False),
    ],
}
DELETED = Field("deleted", "boolean", default=False)
OWN_INSTANT = {"rep": None, "lead": "created_at", "call": "at"}


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


def check_number(value: Any) -> Fraction:
    """A number by its digits, not below 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise BadRow("not a number")
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and not value.is_finite():
        raise BadRow("not a number")
    number = Fraction(value)
    if number < 0:
        raise BadRow("below 0")
    return number


def check_seconds(value: Any) -> Fraction:
    """Kept to the microsecond; digits beyond are cut, as in instants."""
    return Fraction(check_number(value) * 1_000_000 // 1, 1_000_000)


def check_value(spec: Field, value: Any, zone: str) -> Any:
    if value is None or value == "":  # "An empty text is null"
        if spec.required:
            raise BadRow(f"{spec.name} is required")
        return spec.default
    if spec.kind == "text":
        return check_text(value)
    if spec.kind == "instant":
        return check_instant(value, zone)
    if spec.kind == "number":
        return check_number(value)
    if spec.kind == "seconds":
        return check_seconds(value)
    if spec.kind == "boolean":
        if not isinstance(value, bool):
            raise BadRow(f"{spec.name} is not a boolean")
        return value
    allowed = zone_names() if spec.kind == "zone" else spec.choices
    if check_text(value) not in allowed:
        raise BadRow(f"{spec.name}: unknown value")
    return value


@dataclass
class Row:
    """A good row, not yet a version when `recorded_at` is null."""
    table: str
    id: str
    recorded_at: int | None
    values: dict[str, Any]  # the table's fields and `deleted`, defaults filled in


def check_row(row: Any, zone: str) -> Row:
    if not isinstance(row, dict):
        raise BadRow("not an object")
    table = row.get("table")
    if not isinstance(table, str) or table not in TABLES:
        raise BadRow("unknown table")
    fields = TABLES[table] + [DELETED]
    known = {"table", "id", "recorded_at"} | {spec.name for spec in fields}
    for name in row:
        if name not in known:
            raise BadRow(f"unknown field {name}")
    id = check_value(Field("id", "text", required=True), row.get("id"), zone)
    if len(id.encode("utf-8")) > 255:
        raise BadRow("id longer than 255 bytes")
    recorded_at = check_value(instant("recorded_at"), row.get("recorded_at"), zone)
    values = {spec.name: check_value(spec, row.get(spec.name), zone) for spec in fields}
    return Row(table, id, recorded_at, values)


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

    def key(self) -> tuple:
        """The greatest is current; `values` is in the order of the table with
        `deleted` last."""
        return (self.recorded_at, [value_key(value) for value in self.values.values()])


@dataclass
class Counts:
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass
class Records:
    """All versions of all records, in no order that matters."""
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
                row = check_row(raw, zone)
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
            version = Version(recorded_at, row.values)
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
    record = {"id": id, **version.values}
    closed_at = record.get("closed_at")
    if closed_at is not None and closed_at > now:
        record["closed_at"] = None  # section 2, `now`
    return record
