#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: through the Python package the feeds of the blind model are answered as by the program, byte for byte.

    python_twin.py --build build/release [--quick] [--seed N]

Random messy feeds and queries of tests/model over all tables and reports. Each feed goes into a store of the program's
and into two of the package's: its files by salesweek.import_file, and, where every row carries its stamp, its rows as
dicts of Python's own values, table by table, by Store.ingest. Then counts, answers as CSV and errors are compared, and
the rows of a result as Python's objects with its CSV.
"""

import csv
import decimal
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402
import package  # noqa: E402

QUERIES = 12
FLAGS = ("total", "fill", "previous")


def asked(query):
    """A query of tests/model/feeds.py as arguments of Store.report."""
    where = {}
    for dimension, value in query.get("where", []):
        where.setdefault(dimension, []).append(value)
    plain = ("zone", "week_start", "now", "as_of", "currency")
    return {
        "by": query.get("by", []),
        "where": where,
        "weeks": (query.get("from_"), query.get("to")),
        **{name: bool(query.get(name)) for name in FLAGS},
        **{name: query[name] for name in plain if name in query},
        **query.get("options", {}),
    }


def rows_by_table(lines):
    """The rows of a feed that are objects, by table."""
    tables = {}
    for line in lines:
        try:
            row = json.loads(line, parse_float=decimal.Decimal)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("table"), str):
            tables.setdefault(row.pop("table"), []).append(row)
    return tables


def shown(value):
    """A value of a result as CSV has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def make_campaign(salesweek):
    import compare
    from feeds import make_feed

    class Campaign(compare.Comparison):
        """Program and package on the same feeds; what the model says is another claim's matter."""

        exact = 0  # queries answered with the same bytes
        refused = 0  # queries refused alike
        objects = 0  # feeds that went in as Python's objects too

        def package_store(self, feed, path):
            settings = {"zone": feed.zone, "week_start": feed.week_start, "currency": feed.currency}
            return salesweek.open(path, **(settings if feed.init else {}))

        def package_import(self, feed, store, batches, folder, lines):
            for number, line in enumerate(lines):
                path = folder / f"store{feed.seed}-{number}.jsonl"
                stamp = feed.first_stamps[number % len(feed.first_stamps)]
                done = salesweek.import_file(store, path, zone=feed.import_zone, recorded_at=stamp)
                said = f"accepted {done.accepted}, unchanged {done.unchanged}, rejected {done.rejected}"
                if said != line or done.rejected != len(done.rejects):
                    self.differ(feed.seed, f"import of batch {number}: program {line!r}, package {said!r}")

        def package_ingest(self, feed, store):
            for table, rows in rows_by_table(feed.lines).items():
                try:
                    store.ingest(table, rows, zone=feed.import_zone)
                except salesweek.UsageError:
                    pass  # a table that there is not

        def compare_feed(self, seed, folder):
            feed = make_feed(seed, self.tables)
            self.feeds += 1
            lines = self.make_store(feed, folder / f"store{seed}", feed.batches)
            if lines is None:
                return
            with self.package_store(feed, folder / f"package{seed}") as store, self.package_store(feed, None) as other:
                self.package_import(feed, store, feed.batches, folder, lines)
                stores = [store]
                if feed.stamped == "full":
                    self.package_ingest(feed, other)
                    self.objects += 1
                    stores.append(other)
                asker = self.asker(feed)
                for _ in range(self.queries_each):
                    self.compare_answers(feed, stores, folder / f"store{seed}", asker.query())

        def compare_answers(self, feed, stores, path, query):
            self.queries += 1
            if "now" not in query:
                query["now"] = "2026-11-01T00:00:00Z"
            argv = compare.report_argv(path, query)
            done = self.run(*argv)
            for store in stores:
                try:
                    result = store.report(query["name"], **asked(query))
                except salesweek.SalesweekError as error:
                    self.compare_failure(feed, argv, done, error)
                    continue
                text = result.to_csv()
                if done.returncode or done.stdout != text.encode():
                    told = compare.line_difference(done.stdout, text.encode())
                    self.differ(feed.seed, f"{argv}: exit {done.returncode} {done.stderr!r}; {told}")
                    continue
                self.exact += 1
                self.rows += len(result)
                self.compare_objects(feed, argv, result, text)

        def compare_failure(self, feed, argv, done, error):
            words = error.reason in done.stderr.decode("utf-8", "replace")
            usage = done.returncode == 2 and isinstance(error, salesweek.UsageError)  # the program speaks of options
            if not done.returncode or not (words or usage):
                self.differ(feed.seed, f"{argv}: exit {done.returncode} {done.stderr!r}; package {error!r}")
            self.refused += 1

        def compare_objects(self, feed, argv, result, text):
            table = list(csv.reader(io.StringIO(text, newline="")))
            rows = [[shown(value) for value in row.values()] for row in result]
            for want, have in zip(table[1:], rows):
                pairs = zip(result.columns, want, have)
                wrong = [(name, a, b) for name, a, b in pairs if a != b and not self.same_number(a, b)]
                if wrong:
                    self.differ(feed.seed, f"{argv}: as objects {wrong[:3]}")
                    return
            if table[0] != list(result.columns) or len(table) != len(rows) + 1:
                self.differ(feed.seed, f"{argv}: other columns or rows as objects")

        @staticmethod
        def same_number(one, other):
            """Reals are written differently, and read back as the same."""
            try:
                return float(one) == float(other)
            except ValueError:
                return False

    return Campaign


def main():
    ours = claim.Claim(__doc__)
    salesweek = package.load(ours.build)
    from twin import REPORTS

    campaign = make_campaign(salesweek)([str(ours.program)], QUERIES, reports=tuple(REPORTS))
    feeds, seed = ours.scaled(150, 6), ours.seed
    while campaign.feeds < feeds:
        with claim.workplace() as work:
            campaign.compare_feed(seed, work)
        seed += 1
    ours.check(campaign.rows and campaign.objects, "nothing was compared")
    ours.wrong += campaign.differences
    return ours.end(
        f"feeds {campaign.feeds}, also as Python's objects {campaign.objects}, queries {campaign.queries}, "
        f"same bytes {campaign.exact}, rows {campaign.rows}, refused alike {campaign.refused}, "
        f"differences {campaign.differences}"
    )


if __name__ == "__main__":
    sys.exit(main())
