# SPDX-License-Identifier: MIT
"""What Arrow brings in is what the row writer would have been given, whichever library hands it over.

Random columns of all types, with nulls, slices, dictionaries and chunks, go in from pyarrow, nanoarrow, polars, pandas
and duckdb. The same object, read by pyarrow, is written row by row into the same store: every row that went in is then
unchanged in all its fields, and every row that did not is refused with the same row, field, value and reason.
"""

import collections
import ctypes
import datetime
import decimal
import pathlib
import sys
import zoneinfo
from ctypes import byref, c_void_p

import duckdb
import hypothesis
import nanoarrow
import numpy
import polars
import pyarrow as pa
from hypothesis import strategies as st

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import arrow_ingest  # noqa: E402
import claim  # noqa: E402
import library  # noqa: E402

ZONE = "America/New_York"
LIMIT = 84006 * 86400 * 10**6  # 2200-01-01, in microseconds

EPOCH = datetime.datetime(1970, 1, 1)
decimal.getcontext().prec = 100

# field:kind; a star marks a required field
TABLES = {
    "rep": "name:text team:text region:text zone:zone capacity:number",
    "lead": "created_at:instant* rep:text origin:text source:text asset:text region:text segment:text zone:zone"
    " closed_at:instant merged_into:text",
    "message": "at:instant* lead:text* direction:direction* rep:text channel:text automated:bool",
    "call": "at:instant* lead:text rep:text direction:direction outcome:call duration_s:number positive:bool",
    "opportunity": "created_at:instant* lead:text rep:text region:text source:text amount:amount currency:currency"
    " outcome:outcome closed_at:instant",
    "stage": "at:instant* opportunity:text* name:text outcome:outcome amount:amount rep:text",
    "score": "at:instant* lead:text* value:score* model:text",
    "meeting": "at:instant* lead:text opportunity:text rep:text duration_s:number place:text tactic:text"
    " outcome:meeting",
    "quota": "from:date* to:date* rep:text team:text won:count amount:amount currency:currency",
    "rate": "currency:currency* date:date* value:factor*",
}
ALWAYS = "recorded_at:instant deleted:bool stamped:bool"
WORDS = {
    "text": ["", "Ann", "Bjørn", "東京", "a" * 13, "ß" * 40, "x" * 300, "nul\0nul", "same", "same too"],
    "zone": ["UTC", "Europe/Berlin", "America/New_York", "Mars/Olympus", ""],
    "currency": ["USD", "EUR", "JPY", "KWD", "XXQ", "usd", ""],
    "direction": ["inbound", "outbound", "sideways", "Inbound", ""],
    "call": ["answered", "unanswered", "voicemail", "busy", "failed", "unknown", "answer", "answered!"],
    "outcome": ["open", "won", "lost", "opened", ""],
    "meeting": ["sale", "demo", "follow_up", "declined", "completed", "no_show", "cancelled", "unknown", "follow up"],
    "instant": ["2026-11-02T09:30:00Z", "2026-11-01 01:30", "2026-03-08 02:30:00.5", "2026-11-02", "never", ""],
    "date": ["2026-11-02", "2026-02-30", "", "1969-12-31"],
    "amount": ["12.34", "-5", "0.12345", "1e5", "900000000000000", "900000000000001", "12.3400"],
    "factor": ["1.25", "0", "0.000000000001", "-1"],
}
NUMBERS = [0, 1, -1, 7, 60, 100, 101, 32767, 10**9, 10**9 + 1, 2**31 - 1, 9 * 10**14, 2**63 - 1, -(2**63), 2**64 - 1]
REALS = [0.0, -0.0, 0.1, 12.5, 99.9999995, 1e-7, 1e-12, 0.3, 1 / 3, 100.0000001, 1e15, 1e300]
REALS += [float("inf"), float("nan"), -2.5, 12.34, 37.7, 9007199254740993.0, 5e-324, 65504.0]
INSTANTS = [0, 1, -1, 1793612600123456, 1772953200000000, 1793511000000000, LIMIT, LIMIT + 1, -(2**62), 2**62]
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
DATES = [0, -1, 20759, 20760, 84006, 84007, 2**31 - 1, -(2**31)]

INTS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
FLOATS = [pa.float16(), pa.float32(), pa.float64()]
DECIMALS = [pa.decimal32(9, 2), pa.decimal64(18, 4), pa.decimal128(38, 6), pa.decimal128(20, 0), pa.decimal256(76, 12)]
DECIMALS += [pa.decimal128(38, -3), pa.decimal256(60, 20)]
TEXTS = [pa.string(), pa.large_string(), pa.string_view()]
STAMPS = [pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns") for zone in ("UTC", "Asia/Tokyo", None)]
SPANS = [pa.duration(unit) for unit in ("s", "ms", "us", "ns")]
DAYS = [pa.date32(), pa.date64()]
NUMERIC = {"number", "score", "count", "amount", "factor"}
FITTING = {"bool": [pa.bool_()], "instant": STAMPS + TEXTS, "date": DAYS + TEXTS, "amount": TEXTS, "factor": TEXTS}
ANY = TEXTS + INTS + FLOATS + DAYS + [pa.bool_(), pa.null(), pa.timestamp("us", "UTC")]


def fields_of(table):
    pairs = [word.split(":") for word in f"{TABLES[table]} {ALWAYS}".split()]
    return [(name, kind.rstrip("*"), kind.endswith("*")) for name, kind in pairs]


def types_for(name, kind):
    if kind in NUMERIC:
        return FITTING.get(kind, []) + INTS + FLOATS + DECIMALS + (SPANS if name == "duration_s" else [])
    return FITTING.get(kind, TEXTS)


def fitting(number, low, high):
    """A number brought into a type's range, so that no draw is in vain."""
    return number if low <= number <= high else number % (high + 1)


def pool(kind, type_):
    """Values of an Arrow type, as what pyarrow.array takes for it (integers for times)."""
    if pa.types.is_null(type_):
        return [None]
    if pa.types.is_boolean(type_):
        return [True, False]
    if pa.types.is_integer(type_):
        signed, bits = pa.types.is_signed_integer(type_), type_.bit_width
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
        # The row writer takes larger ones by their digits, which only numbers have.
        high = min(high, 2**63 - 1) if kind not in NUMERIC else high
        return [fitting(number, low, high) for number in NUMBERS]
    if pa.types.is_floating(type_):
        return REALS
    if pa.types.is_decimal(type_):
        step = decimal.Decimal(1).scaleb(-type_.scale)
        digits = [0, 1, -1, 5, 50, 12345, 100000, -250, 999999999, 9 * 10**8]
        digits.append(10 ** (type_.precision - 1 + min(type_.scale, 0)))
        return [step * digit for digit in digits if len(str(abs(digit))) <= type_.precision]
    if pa.types.is_timestamp(type_):
        if type_.unit == "ns":
            return [instant if abs(instant) > 2**60 else instant * 1000 + 7 for instant in INSTANTS]
        return [instant // (10**6 // UNITS[type_.unit]) for instant in INSTANTS]
    if pa.types.is_duration(type_):
        return [0, 1, -1, 60, 1500, 61_500_000, 123456789, 10**15, 2**63 - 1]
    if pa.types.is_date32(type_):
        return DATES
    if pa.types.is_date64(type_):
        return [date * 86400000 for date in DATES] + [86400001]
    return WORDS.get(kind, WORDS["text"]) + ["7", "true"]


def build(values, type_):
    """An array of a pool's values."""
    if pa.types.is_float16(type_):
        with numpy.errstate(over="ignore"):
            halves = numpy.array([numpy.nan if value is None else value for value in values], dtype=numpy.float16)
        return pa.array(halves, type=type_, mask=numpy.array([value is None for value in values], dtype=bool))
    if pa.types.is_timestamp(type_) or pa.types.is_duration(type_) or pa.types.is_date64(type_):
        return pa.array(values, pa.int64()).view(type_)
    if pa.types.is_date32(type_):
        return pa.array(values, pa.int32()).view(type_)
    return pa.array(values, type=type_)


def nullable(draw, values, rows, nulls):
    items = st.sampled_from(values)
    if nulls:
        items = st.one_of(items, items, st.none())
    return draw(st.lists(items, min_size=rows, max_size=rows))


def coded(draw, values, type_, rows, nulls):
    """A dictionary of a few of the values, a null among them perhaps, and indices of any type into it."""
    entries = draw(st.lists(st.sampled_from(values + [None] if nulls else values), min_size=1, max_size=6))
    index = draw(st.sampled_from(INTS))
    indices = nullable(draw, list(range(len(entries))), rows, nulls)
    return pa.DictionaryArray.from_arrays(pa.array(indices, index), build(entries, type_))


def column(draw, name, kind, rows, required):
    fits = draw(st.integers(0, 9)) > 0
    type_ = draw(st.sampled_from(types_for(name, kind) if fits else ANY))
    values = pool(kind, type_)
    nulls = not required or draw(st.integers(0, 5)) == 0
    lead = draw(st.integers(0, 9))
    plain = pa.types.is_null(type_) or draw(st.integers(0, 3)) > 0
    whole = lead + rows + draw(st.integers(0, 3))
    made = build(nullable(draw, values, whole, nulls), type_) if plain else coded(draw, values, type_, whole, nulls)
    return made.slice(lead, rows)


@st.composite
def tables(draw):
    """A table's name and its rows as a pyarrow.Table, of one chunk or more."""
    name = draw(st.sampled_from(list(TABLES)))
    rows = draw(st.one_of(st.integers(0, 12), st.integers(60, 140)))
    wanted = [field for field in fields_of(name) if field[2] or draw(st.booleans())]
    columns = {field: column(draw, field, kind, rows, required) for field, kind, required in wanted}
    columns["id"] = pa.array([f"{name}-{row}" for row in range(rows)], draw(st.sampled_from(TEXTS)))
    order = draw(st.permutations(list(columns)))
    table = pa.table({field: columns[field] for field in order})
    cut = draw(st.integers(0, rows))
    if draw(st.booleans()):
        table = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    return name, table


def polars_frame(table):
    """Polars stops with a panic at decimals of other than 128 bits."""
    types = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    if any(pa.types.is_decimal(type_) and not pa.types.is_decimal128(type_) for type_ in types):
        raise NotImplementedError
    return polars.from_arrow(table)


# How each library hands a table over; what it cannot hold it refuses itself.
GIVERS = {
    "pyarrow stream": lambda table: table,
    "pyarrow batch": lambda table: table.combine_chunks().to_batches()[0] if table.num_rows else None,
    "nanoarrow": nanoarrow.c_array_stream,
    "polars": polars_frame,
    "pandas": lambda table: table.to_pandas(safe=False, date_as_object=table.num_rows % 2 == 0),
    "duckdb": lambda table: duckdb.from_arrow(table),
}
OTHERS = (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, NotImplementedError, TypeError, ValueError)
OTHERS += (duckdb.Error, polars.exceptions.PolarsError, OverflowError)


def foreign(type_):
    """A type that no field takes."""
    return pa.types.is_nested(type_) or pa.types.is_interval(type_) or pa.types.is_binary(type_)


class Given:
    """The same rows handed over twice: once to be ingested, once to be read by pyarrow."""

    def __init__(self, giver, table):
        self.made, source = giver(table), giver(table)
        if hasattr(source, "__arrow_c_stream__"):
            self.table = pa.RecordBatchReader.from_stream(source).read_all()
        else:
            self.table = pa.Table.from_batches([pa.record_batch(source)])


def cells(chunked):
    """The cells of a column as pyarrow reads them: None, or (setter, value)."""
    for chunk in chunked.chunks:
        if pa.types.is_dictionary(chunk.type):
            values = list(map(cell_maker(chunk.type.value_type), stored(chunk.dictionary)))
            yield from (values[index] if index is not None else None for index in chunk.indices.to_pylist())
        else:
            yield from map(cell_maker(chunk.type), stored(chunk))


def stored(array):
    """Cells as Python has them: texts as bytes, times as integers."""
    type_ = array.type
    if pa.types.is_timestamp(type_) or pa.types.is_duration(type_) or pa.types.is_date64(type_):
        return array.view(pa.int64()).to_pylist()
    if pa.types.is_date32(type_):
        return array.view(pa.int32()).to_pylist()
    if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return array.cast(pa.large_string()).cast(pa.large_binary()).to_pylist()
    if pa.types.is_float16(type_) or pa.types.is_float32(type_):
        short = numpy.float16 if pa.types.is_float16(type_) else numpy.float32
        return [real if real is None or real % 1 == 0 else float(str(short(real))) for real in array.to_pylist()]
    return array.to_pylist()


def saturated(number):
    return max(-(2**63), min(2**63 - 1, number))


def cell_maker(type_):
    if pa.types.is_boolean(type_):
        return lambda value: value is not None and ("bool", value)
    if pa.types.is_integer(type_):
        return lambda value: value is not None and (("int", value) if value < 2**63 else ("parse", str(value).encode()))
    if pa.types.is_floating(type_):
        return lambda value: value is not None and value == value and ("real", value)
    if pa.types.is_decimal(type_):
        return lambda value: value is not None and ("parse", f"{value:f}".encode())
    if pa.types.is_timestamp(type_):
        per = UNITS[type_.unit]
        kind = "instant" if type_.tz else "local"
        return lambda value: value is not None and (kind, saturated(value * 10**6 // per))
    if pa.types.is_duration(type_):
        per = decimal.Decimal(UNITS[type_.unit])
        places = len(str(UNITS[type_.unit])) - 1
        return lambda value: value is not None and ("parse", f"{value / per:.{places}f}".encode())
    if pa.types.is_date(type_):
        per = 86400000 if pa.types.is_date64(type_) else 1
        return lambda value: value is not None and ("date", value // per)
    return lambda value: value is not None and ("text", value)


class Writer:
    """The row writer, given what pyarrow read."""

    def __init__(self, store):
        self.store, self.c = store, store.library.c
        for name, type_ in (("parse", None), ("instant", ctypes.c_int64), ("date", ctypes.c_int32)):
            tail = (ctypes.c_char_p, ctypes.c_size_t) if type_ is None else (type_,)
            getattr(self.c, f"swk_batch_{name}").argtypes = (c_void_p, ctypes.c_char_p, *tail)

    def local(self, value):
        """A wall clock's time as an instant, where it is near enough to the instants that there are."""
        day = 86400 * 10**6
        if not -2 * day <= value <= LIMIT + 2 * day:
            return value
        wall = EPOCH + datetime.timedelta(microseconds=value)
        instant = wall.replace(tzinfo=zoneinfo.ZoneInfo(ZONE)).astimezone(datetime.UTC).replace(tzinfo=None)
        return (instant - EPOCH) // datetime.timedelta(microseconds=1)

    def set(self, batch, field, how, value):
        if how == "local":
            how, value = "instant", self.local(value)
        tail = (value, len(value)) if how in ("text", "parse") else (value,)
        getattr(self.c, f"swk_batch_{how}")(batch, field.encode(), *tail)

    def write(self, name, table):
        """Counts and rejects of a table written row by row."""
        batch, counts = c_void_p(), arrow_ingest.Counts(size=ctypes.sizeof(arrow_ingest.Counts))
        options = library.BatchOptions(size=ctypes.sizeof(library.BatchOptions), zone=ZONE.encode())
        self.store.library.call("swk_batch_create", self.store.handle, byref(options), byref(batch))
        rejects = []
        columns = [list(cells(column)) for column in table.columns]
        for row in range(table.num_rows):
            error = library.Error(size=ctypes.sizeof(library.Error))
            self.c.swk_batch_row(batch, name.encode(), row + 1)
            for field, column in zip(table.column_names, columns):
                if column[row]:
                    self.set(batch, field, *column[row])
            if self.c.swk_batch_end(batch, byref(error)):
                told = (error.table, error.field, error.value, error.reason)
                texts = [text.decode() for text in told]
                rejects.append((texts[0], error.row, *texts[1:]))
        try:
            self.store.library.call("swk_store_ingest_batch", self.store.handle, batch, None, byref(counts))
        finally:
            self.c.swk_batch_free(batch)
        return counts, rejects


def refused_alike(store, name, table, failure):
    """A table is refused as a whole for a type that no field takes, or where the row writer fails as well."""
    if "which no field takes" in str(failure):
        assert any(map(foreign, table.schema.types)), failure
        return
    try:
        Writer(store).write(name, table)
    except library.Failure as other:
        assert str(other) == str(failure), (other, failure)
        return
    raise AssertionError(failure)


def main():
    run = claim.Claim(__doc__)
    lib = library.Library(run.build)
    lib.c.swk_store_ingest_batch.argtypes = (c_void_p,) * 2 + (c_void_p, c_void_p, ctypes.POINTER(library.Error))
    figures = collections.Counter()

    def compare(giver, name, table):
        try:
            given = Given(GIVERS[giver], table)
        except (*OTHERS, pa.ArrowException):
            figures[giver, "refused by it"] += 1
            return
        store = library.Store(lib, None)
        try:
            wants = ("array",) if giver == "pyarrow batch" else ("stream",)
            try:
                counts, rejects = arrow_ingest.ingest(store, name, given.made, wants, zone=ZONE)
            except library.Failure as failure:
                refused_alike(store, name, given.table, failure)
                figures[giver, "refused whole"] += 1
                return
            again, expected = Writer(store).write(name, given.table)
        except library.Failure as failure:
            # The rows went in, the last stamp is now the last instant there is: no second time.
            assert "the stamp of a row" in str(failure), failure
            figures[giver, "refused whole"] += 1
            return
        finally:
            store.close()
        assert rejects == expected, (giver, rejects, expected, given.table.schema)
        assert counts.accepted + counts.rejected == given.table.num_rows
        assert (again.accepted, again.unchanged) == (0, counts.accepted), (giver, given.table.schema)
        figures[giver, "rows taken"] += counts.accepted
        figures[giver, "rows refused"] += counts.rejected
        figures[giver, "tables"] += 1

    @hypothesis.seed(run.seed)
    @hypothesis.settings(
        max_examples=run.scaled(1500, 40),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    @hypothesis.given(tables())
    def same(drawn):
        for giver in GIVERS:
            if giver != "pyarrow batch" or drawn[1].num_rows:
                compare(giver, *drawn)

    try:
        same()
    except AssertionError as error:
        run.check(False, str(error))
    shown = ("tables", "rows taken", "rows refused", "refused by it", "refused whole")
    lines = [f"{'given by':16}" + "".join(f"{what:>15}" for what in shown)]
    lines += [f"{giver:16}" + "".join(f"{figures[giver, what]:>15}" for what in shown) for giver in GIVERS]
    return run.end("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
