#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: records go from pandas, polars, pyarrow, DuckDB and nanoarrow into a store and back, whatever is in them, and
every refused row comes back with its number and reason.

    python_roundtrip.py --build build/release [--quick] [--seed N]

hypothesis makes tables of calls and opportunities: nulls, texts of all kinds, instants, exact amounts, and rows that
are to be refused. Each goes in from every library and as dicts of Python's values: the same counts and the same
rejects. What the store then hands out goes through every library into an empty store: the same records. Results are
read by every library: the same values as Python's objects.
"""

import datetime
import importlib.metadata
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import package  # noqa: E402

LIBRARIES = ("duckdb", "nanoarrow", "pandas", "polars", "pyarrow")
UTC = datetime.timezone.utc
STAMP = datetime.datetime(2026, 12, 1, tzinfo=UTC)


def carried(library, table):
    """A pyarrow table as another library has it."""
    if library == "pandas":
        import pandas

        return table.to_pandas(types_mapper=pandas.ArrowDtype if len(table) % 2 else None)
    if library == "polars":
        import polars

        return polars.DataFrame(table)
    if library == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        return connection.from_arrow(table)
    if library == "nanoarrow":
        import nanoarrow

        return nanoarrow.ArrayStream(table)
    return table


def rows_read(library, exported):
    """What a library reads of an exporter of Arrow, as a list of dicts of Python's values."""
    import pyarrow

    if library == "pandas":
        import pandas

        frame = exported.to_pandas(types_mapper=pandas.ArrowDtype)
        return pyarrow.Table.from_pandas(frame, preserve_index=False).to_pylist()
    if library == "polars":
        return exported.to_polars().to_dicts()
    if library == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        found = connection.from_arrow(pyarrow.table(exported)).arrow()
        return pyarrow.table(found).to_pylist()
    if library == "nanoarrow":
        import nanoarrow

        return pyarrow.table(nanoarrow.ArrayStream(exported)).to_pylist()
    return pyarrow.table(exported).to_pylist()


def schemas():
    import pyarrow

    instant = pyarrow.timestamp("us", "UTC")
    call = {
        "id": pyarrow.string(),
        "recorded_at": instant,
        "at": instant,
        "lead": pyarrow.string(),
        "rep": pyarrow.string(),
        "outcome": pyarrow.string(),
        "duration_s": pyarrow.int64(),
        "positive": pyarrow.bool_(),
    }
    deal = {
        "id": pyarrow.string(),
        "recorded_at": instant,
        "created_at": instant,
        "closed_at": instant,
        "outcome": pyarrow.string(),
        "region": pyarrow.string(),
        "amount": pyarrow.decimal128(18, 2),
        "currency": pyarrow.string(),
    }
    return {"call": pyarrow.schema(call), "opportunity": pyarrow.schema(deal)}


def strategies():
    from hypothesis import strategies as st

    some = st.none() | st.sampled_from(["", "North", "Süd", "東京", 'say "hi"', "two\nlines", "é,\r\n"]) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6
    )
    ids = st.sampled_from([f"c{at}" for at in range(12)]) | st.sampled_from(["", "é", "x,y"])
    instants = st.datetimes(datetime.datetime(1969, 12, 31), datetime.datetime(2026, 11, 30), timezones=st.just(UTC))
    # Stamps differ, so that the greatest is the current one whatever else a row says.
    stamps = st.integers(0, 10**9).map(lambda at: STAMP + datetime.timedelta(microseconds=at))
    call = st.fixed_dictionaries(
        {
            "id": ids,
            "recorded_at": stamps,
            "at": st.none() | instants,
            "lead": some,
            "rep": some,
            "outcome": st.sampled_from([None, *["answered", "busy", "voicemail"] * 4, "asleep"]),
            "duration_s": st.none() | st.integers(0, 2**40) | st.integers(-2, 9),
            "positive": st.none() | st.booleans(),
        }
    )
    deal = st.fixed_dictionaries(
        {
            "id": ids,
            "recorded_at": stamps,
            "created_at": instants,
            "closed_at": st.none() | instants | instants | instants,
            "outcome": st.sampled_from([None, "open", "open", "won", "lost"]),
            "region": some,
            "amount": st.none() | st.decimals(-(10**12), 10**12, places=2),
            "currency": st.sampled_from([None, *["USD", "KWD"] * 4, "JPY", "XXY"]),
        }
    )
    return {"call": st.lists(call, max_size=25), "opportunity": st.lists(deal, max_size=25)}


def exact(row):
    """A row for comparison: decimals by value, instants in UTC."""
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime.datetime) else value for name, value in row.items()
    }


def current(store, table, library="pyarrow"):
    rows = map(exact, rows_read(library, store.table(table)))
    return sorted(({k: v for k, v in row.items() if k != "stamped"} for row in rows), key=lambda row: row["id"])


class RoundTrips:
    def __init__(self, ours, salesweek):
        self.ours, self.salesweek = ours, salesweek
        self.tables = self.rows = self.rejects = self.cells = 0

    def one(self, table, rows):
        """One table of random rows, through everything."""
        import pyarrow

        given = pyarrow.Table.from_pylist(rows, schema=schemas()[table])
        self.tables += 1
        self.rows += len(rows)
        with self.salesweek.open() as plain:
            expected = plain.ingest(table, rows)
            records = current(plain, table)
            self.rejects += expected.rejected
            self.ours.same("rejects told", len(expected.rejects), expected.rejected)
            for library in LIBRARIES:
                self.into(library, table, given, expected, records)
                self.ours.check(current(plain, table, library) == records, f"{library} reads other records")
                with self.salesweek.open() as empty:
                    exported = plain.table(table, versions=True, batch_rows=len(rows) % 7 + 1)
                    empty.ingest(table, carried(library, exported.to_arrow()))
                    self.ours.same(f"{table} through {library} and back", current(empty, table), records)
            self.answers(plain, "calls" if table == "call" else "deals")

    def into(self, library, table, given, expected, records):
        with self.salesweek.open() as store:
            got = store.ingest(table, carried(library, given))
            counts = ("accepted", "unchanged", "rejected")
            for name in counts:
                self.ours.same(f"{library}, {table}: {name}", getattr(got, name), getattr(expected, name))
            for have, want in zip(got.rejects, expected.rejects):
                same = have[:3] + have[4:] == want[:3] + want[4:] or have[:2] == want[:2] and self.also(have, given)
                self.ours.check(same, f"{library}, {table}: a reject {have}, as dicts {want}")
            self.ours.check(current(store, table) == records, f"{library}: other records of {table}")

    def also(self, reject, given):
        """Whether the field that a reject names is wrong by itself: of two wrong fields either may be told."""
        good = {"id": "x", "at": STAMP} if reject.table == "call" else {"id": "x", "created_at": STAMP}
        value = given.slice(reject.row - 1, 1).to_pylist()[0][reject.field]
        with self.salesweek.open() as store:
            alone = store.ingest(reject.table, [{**good, reject.field: value}]).rejects
        return [(one.field, one.reason) for one in alone] == [(reject.field, reject.reason)]

    def answers(self, store, report):
        for code in ("JPY", "KWD"):
            store.ingest("rate", [{"id": code, "currency": code, "date": "1970-01-01", "value": 1}])
        result = store.report(report, now="2026-12-31", by=["rep", "region"], currency="USD")
        rows = list(result)
        self.cells += len(rows) * len(result.columns)
        for library in LIBRARIES:
            read = rows_read(library, result)
            self.ours.same(f"{report} as {library} reads it", read, rows)

    def naive(self):
        """Instants without a zone are refused, and taken with one; each library's own kind of them."""
        import pyarrow

        at = pyarrow.array([datetime.datetime(2026, 11, 2, 9, 30)], pyarrow.timestamp("us"))
        given = pyarrow.table({"id": ["c"], "at": at})
        for library in LIBRARIES:
            with self.salesweek.open() as store:
                try:
                    got = store.ingest("call", carried(library, given))
                    refused = got.rejected == 1 and "zone" in got.rejects[0].reason
                except self.salesweek.InvalidError as error:
                    refused = error.field == "at" and "zone" in error.reason
                self.ours.check(refused, f"{library}: an instant without a zone was not refused")
                store.ingest("call", carried(library, given), zone="Europe/Berlin")
                found = current(store, "call")[0]["at"]
                self.ours.same(f"{library}: at", found, datetime.datetime(2026, 11, 2, 8, 30, tzinfo=UTC))


def search(ours, table, strategy, trips):
    """hypothesis looks for a table that does not make the trip, and then for the smallest."""
    import hypothesis

    settings = hypothesis.settings(
        max_examples=ours.scaled(300, 8),
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate] + ours.scaled([hypothesis.Phase.shrink], []),
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def run(rows):
        wrong = ours.wrong
        trips.one(table, rows)
        assert ours.wrong == wrong, "a table did not make the trip: see above"

    try:
        hypothesis.seed(ours.seed)(settings(hypothesis.given(strategy)(run)))()
    except AssertionError as error:
        print(error)


def main():
    ours = claim.Claim(__doc__)
    trips = RoundTrips(ours, package.load(ours.build))
    for table, rows in strategies().items():
        search(ours, table, rows, trips)
    trips.naive()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return ours.end(
        f"{versions}: tables {trips.tables}, rows {trips.rows}, of them refused {trips.rejects}, cells of results "
        f"{trips.cells}; contradictions {ours.wrong}"
    )


if __name__ == "__main__":
    sys.exit(main())
