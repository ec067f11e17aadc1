#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: what goes out as Arrow is read alike by every library, and all versions of all tables make an equal store.

    arrow_out.py --build build/release [--quick] [--seed N]

Random messy feeds of all ten tables (tests/model/feeds.py), chosen by hypothesis. Each report, as an array and as a
stream, is read by pyarrow, nanoarrow, polars, pandas and DuckDB: cell by cell what the JSON of the same result says,
and valid by pyarrow's full validation. Each table is exported, current records and all versions, whole and cut by time
and by commit, in arrays of random size: what the libraries read is what the model (tests/model/records.py, written
from docs/metrics.md alone) has kept of the same rows. All versions, ingested into an empty store in any order of the
tables, make one that exports the same bytes and answers the same reports, "as of" too, and goes on alike. An export
holds as much memory of many records as of few, and what is ingested meanwhile is not seen.
"""

import collections
import datetime
import decimal
import json
import pathlib
import random
import sys
from fractions import Fraction

import duckdb
import hypothesis
import nanoarrow
import numpy
import pandas
import polars
import pyarrow
from hypothesis import strategies

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import arrow_export  # noqa: E402
import arrow_ingest  # noqa: E402
import claim  # noqa: E402
import library  # noqa: E402
from cached_equals_uncached import rows_of  # noqa: E402

JSON = 2
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
MINUTE = datetime.timedelta(minutes=1)
LATER = 5680281600 * 10**6  # 2150: after every stamp of a feed
QUERIES = 3

# ------------------------------------------------------------------------------------------- what libraries read


def plain(value):
    """A cell as what it means, whichever library's type it has."""
    if isinstance(value, numpy.generic):
        value = value.item()
    if value is None or value is pandas.NaT or value is pandas.NA or value != value:
        return None
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - EPOCH) // MICROSECOND
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return Fraction(value)
    return value


def plains(rows):
    return [tuple(map(plain, row)) for row in rows]


def read_pyarrow(table):
    for batch in table.to_batches():
        batch.validate(full=True)
    return plains(zip(*[column.to_pylist() for column in table.columns])) if table.num_columns else []


def nanoarrow_cells(array):
    """nanoarrow 0.9 reads a decimal below zero as one without a sign, of whatever origin: its bytes are taken."""
    cells = array.to_pylist()
    if array.schema.type != nanoarrow.Type.DECIMAL128:
        return cells
    data = b"".join(bytes(chunk.buffer(1)) for chunk in array.iter_chunks())
    numbers = [int.from_bytes(data[i : i + 16], sys.byteorder, signed=True) for i in range(0, len(data), 16)]
    scale = 10**array.schema.scale
    return [None if cell is None else Fraction(number, scale) for cell, number in zip(cells, numbers)]


def read_nanoarrow(out):
    array = nanoarrow.Array(out) if hasattr(out, "__arrow_c_array__") else nanoarrow.ArrayStream(out).read_all()
    return plains(zip(*[nanoarrow_cells(child) for child in array.iter_children()]))


def read_duckdb(out):
    relation = duckdb.sql("select * from out")
    columns = [
        f'epoch_us("{name}")' if "TIMESTAMP" in str(kind) else f'"{name}"'
        for name, kind in zip(relation.columns, relation.types)
    ]
    return plains(duckdb.sql(f"select {', '.join(columns)} from out").fetchall())


def read_pandas(out):
    frame = pandas.DataFrame.from_arrow(out)
    return plains(zip(*[frame[name].tolist() for name in frame.columns])) if len(frame.columns) else []


READERS = {
    "nanoarrow": read_nanoarrow,
    "polars": lambda out: plains(polars.DataFrame(out).rows()),
    "pandas": read_pandas,
    "duckdb": read_duckdb,
}


def table_of(out):
    stream = hasattr(out, "__arrow_c_stream__")
    if stream:
        return pyarrow.RecordBatchReader.from_stream(out).read_all()
    return pyarrow.Table.from_batches([pyarrow.record_batch(out)])


class Run:
    """What one call of the claim keeps."""

    def __init__(self, ours):
        self.ours = ours
        self.library = library.Library(ours.build)
        self.counts = collections.Counter()

    def same(self, what, found, expected):
        self.counts["comparisons"] += 1
        if found != expected:
            at = next((i for i, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]), None)
            shown = (found[at], expected[at]) if at is not None else (len(found), len(expected))
            self.ours.check(False, f"{what}: {shown[0]!r}, expected {shown[1]!r}")

    def read_alike(self, what, out, expected):
        """All libraries read these rows, whose order is that of `expected`."""
        table = table_of(out)
        self.same(f"{what}, pyarrow", read_pyarrow(table), expected)
        for name, read in READERS.items():
            # polars and pandas read streams alone
            if name == "nanoarrow" or hasattr(out, "__arrow_c_stream__"):
                self.same(f"{what}, {name}", read(out), expected)
        return table


# ---------------------------------------------------------------------------------------------------- reports

TYPES = {  # of columns, by what the JSON of a result has there
    "week": pyarrow.string(),
    "week_start": pyarrow.date32(),
    "partial": pyarrow.bool_(),
    "over_quota": pyarrow.bool_(),
    "currency": pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
}


def expected_rows(text, schema):
    """The rows that the JSON of a result says, amounts as numbers."""
    money = {field.name for field in schema if pyarrow.types.is_decimal(field.type)}
    return [
        tuple(Fraction(cell) if name in money and cell is not None else cell for name, cell in row.items())
        for row in json.loads(text)
    ]


def asked(store, query):
    """The answer; None where the query asks wrongly, or for a weekday that is none."""
    try:
        return store.result(query)
    except (library.Failure, ValueError):
        return None


def check_report(run, store, what, query):
    result = asked(store, query)
    if not result:
        run.counts["refused"] += 1
        return
    schema = table_of(arrow_export.result_stream(store, result)).schema
    out = arrow_export.result_array(store, result), arrow_export.result_stream(store, result)
    made = [each.make() for each in out]  # the result may go first
    run.counts["reports"] += 1
    expected = expected_rows(store.text(result, JSON), schema)
    run.counts["report rows"] += len(expected)
    for field in schema:
        run.ours.check(field.type == TYPES.get(field.name, field.type), f"{what}: {field}")
        if pyarrow.types.is_string(field.type):
            run.ours.check(field.name == "week", f"{what}: {field.name} has no dictionary")
    told = schema.metadata[b"salesweek.report"].decode(), int(schema.metadata[b"salesweek.commit"])
    run.same(f"{what}, metadata", told, (query["name"], int(store.info()["commits"])))
    for each, structs in zip(out, made):
        each.make = lambda structs=structs: structs
        run.same(f"{what}, pyarrow", read_pyarrow(table_of(each)), expected)


def check_report_alike(run, store, what, query):
    """All libraries, while the result is there."""
    result = asked(store, query)
    if not result:
        return
    stream = arrow_export.result_stream(store, result)
    expected = expected_rows(store.text(store.result(query), JSON), table_of(stream).schema)
    run.read_alike(f"{what} as a stream", stream, expected)
    run.read_alike(f"{what} as an array", arrow_export.result_array(store, result), expected)
    run.library.c.swk_result_free(result)


# ---------------------------------------------------------------------------------------------------- records


def exact(value):
    """As the model keeps numbers: by their digits."""
    if isinstance(value, float):
        return Fraction(decimal.Decimal(repr(value)))
    return value.isoformat() if isinstance(value, datetime.date) else value


def kept(version, id):
    cells = [id, version.recorded_at, *version.values.values(), not version.given]
    return tuple(exact(cell) for cell in cells)


def expected_records(records, table, versions, as_of):
    from records import choose

    found = []
    for id, chain in records.versions[table].items():
        known = [version for version in chain if as_of is None or version.recorded_at <= as_of]
        chosen = known if versions else [choose(chain, as_of)]
        found += [kept(each, id) for each in chosen if each and (versions or not each.values["deleted"])]
    return sorted(found, key=repr)


def check_table(run, store, records, table, luck):
    versions = luck.random() < 0.6
    stamps = [version.recorded_at for chain in records.versions[table].values() for version in chain]
    as_of = luck.choice([None, *stamps, *[stamp - 1 for stamp in stamps if stamp]]) if luck.random() < 0.5 else None
    options = {"as_of": as_of or 0, "batch_rows": luck.choice([0, 1, 3, 50])}
    out = arrow_export.export(store, table, versions, **options)
    what = f"{table}, versions {versions}, {options}"
    read = run.read_alike(what, out, read_pyarrow(table_of(out)))
    rows = sorted((tuple(map(exact, row)) for row in read_pyarrow(read)), key=repr)
    run.same(f"{what}, model", rows, expected_records(records, table, versions, as_of or None))
    run.counts["tables"] += 1
    run.counts["records"] += len(rows)


def check_commits(run, store, table, exports):
    """The rows of the first N commits are those that there were after N commits."""
    for commit, rows in exports.items():
        for versions in (False, True):
            out = arrow_export.export(store, table, versions, at_commit=commit)
            found = sorted(read_pyarrow(table_of(out)), key=repr)
            run.same(f"{table} at commit {commit}", found, rows[versions])


# ----------------------------------------------------------------------------------------------- there and back


def bytes_of(store, tables):
    """The bytes of every array of all versions, without what the schema says about commits."""
    return {
        table: [
            batch.replace_schema_metadata(None).serialize().to_pybytes()
            for batch in table_of(arrow_export.export(store, table, True, batch_rows=64)).to_batches()
        ]
        for table in tables
    }


def answer(store, query):
    try:
        return store.report(query)
    except library.Failure as failure:
        return failure.code
    except ValueError as error:
        return str(error)


def check_round_trip(run, feed, store, more, queries, luck, work):
    from records import TABLES

    other = library.Store(run.library, work / "other", feed.zone, feed.week_start, feed.currency)
    for table in luck.sample(list(TABLES), len(TABLES)):
        out = arrow_export.export(store, table, True, batch_rows=luck.choice([0, 1, 5, 64]))
        counts, rejects = arrow_ingest.ingest(other, table, out)
        run.same(f"{table}, rejects", rejects, [])
        run.same(f"{table}, versions", str(counts.accepted), store.info()[f"{table}_versions"])
        again, _ = arrow_ingest.ingest(store, table, out)
        run.same(f"{table} into itself", (again.accepted, again.unchanged), (0, counts.accepted))
    for step in range(2):
        first, second = bytes_of(store, TABLES), bytes_of(other, TABLES)
        for table in TABLES:
            run.same(f"{table}, bytes, step {step}", second[table], first[table])
        for query in queries:
            run.same(f"{query}, step {step}", answer(other, query), answer(store, query))
        for each in (store, other):
            each.ingest(more, LATER, feed.import_zone)
    run.counts["round trips"] += 1
    other.close()


# ------------------------------------------------------------------------------------------------------ memory


def calls_of(count):
    first = datetime.datetime(2026, 1, 5)
    return pyarrow.table(
        {
            "id": [f"c{number}" for number in range(count)],
            "at": pyarrow.array([first + number * MINUTE for number in range(count)], pyarrow.timestamp("us", "UTC")),
            "lead": [f"l{number % (count // 4)}" for number in range(count)],
            "rep": [f"r{number % 50}" for number in range(count)],
        }
    )


def held_beside(run, count):
    """The most that an export of so many records holds beside the store, which takes a record after each array."""
    with claim.workplace() as work:
        store = library.Store(run.library, work / "store")
        arrow_ingest.ingest(store, "call", calls_of(count))
        before, most, rows = int(store.info()["memory_bytes"]), 0, 0
        for batch in pyarrow.RecordBatchReader.from_stream(arrow_export.export(store, "call", True)):
            most, rows = max(most, int(store.info()["memory_bytes"]) - before), rows + batch.num_rows
            del batch
            store.ingest([{"table": "call", "id": "c1", "at": "2026-01-05", "duration_s": rows}], LATER)
        run.same(f"export of {count} beside a writer", rows, count)
        store.close()
    return most


def check_memory(run, small, large):
    most = [held_beside(run, count) for count in (small, large)]
    run.ours.check(most[1] < 1.25 * most[0], f"an export holds more of more records: {most}")
    print(
        f"memory that an export holds beside the store, an array of 65,536 rows among it: of {small} records "
        f"{most[0] / 2**20:.1f} MiB, of {large} records {most[1] / 2**20:.1f} MiB"
    )


# ------------------------------------------------------------------------------------------------------- feeds


def model_of(feed):
    from records import Records

    return Records(base=feed.currency or "USD")


def check_feed(run, seed):
    from feeds import make_asker, make_feed
    from records import TABLES

    feed, luck = make_feed(seed), random.Random(f"arrow {seed}")
    records, asker = model_of(feed), make_asker(make_feed(seed), random.Random(f"asked {seed}"))
    watched, exports = luck.choice(list(TABLES)), {}
    with claim.workplace() as work:
        store = library.Store(run.library, work / "store", feed.zone, feed.week_start, feed.currency)
        for lines, stamp in zip(feed.batches, feed.first_stamps):
            rows, first = rows_of(lines), store.instant(stamp)
            store.ingest(rows, first, feed.import_zone)
            records.ingest(rows, first, feed.import_zone or feed.zone)
            exports[int(store.info()["commits"])] = {
                versions: sorted(read_pyarrow(table_of(arrow_export.export(store, watched, versions))), key=repr)
                for versions in (False, True)
            }
        exports.pop(0, None)
        queries = [{"now": "2026-12-01", **asker.query()} for _ in range(QUERIES)]
        for query in queries:
            check_report(run, store, f"seed {seed}, {query}", query)
            check_report_alike(run, store, f"seed {seed}, {query}", query)
        for table in TABLES:
            check_table(run, store, records, table, luck)
        check_commits(run, store, watched, exports)
        more = [row for row in rows_of(feed.lines) if row.pop("recorded_at", None) or True][:40]
        check_round_trip(run, feed, store, more, queries, luck, work)
        store.close()
    run.counts["feeds"] += 1


def main():
    ours = claim.Claim(__doc__)
    run = Run(ours)
    examples = ours.scaled(200, 4)

    @hypothesis.seed(ours.seed)
    @hypothesis.settings(max_examples=examples, deadline=None, database=None)
    @hypothesis.given(strategies.integers(1, 10**6))
    def feeds(seed):
        before = ours.wrong
        check_feed(run, seed)
        assert ours.wrong == before, seed

    try:
        feeds()
    except AssertionError as error:
        ours.check(False, f"feed {error}")
    check_memory(run, ours.scaled(200000, 80000), ours.scaled(1000000, 160000))
    counts = run.counts
    ours.check(counts["report rows"] > 0 and counts["records"] > 0, "nothing was compared")
    return ours.end(
        f"feeds {counts['feeds']}, reports {counts['reports']} (refused {counts['refused']}) with "
        f"{counts['report rows']} rows, exported tables {counts['tables']} with {counts['records']} records, "
        f"round trips {counts['round trips']}, comparisons {counts['comparisons']}, differences {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
