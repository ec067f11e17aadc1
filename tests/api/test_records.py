#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records of every table through the program: what goes in as JSON lines, as CSV and through maps, and what does not.

Drives the program that SALESWEEK_PROGRAM names.
"""

import json
import unittest

from test_cli import Case

AT = "2026-11-02T09:30:00Z"
ROWS = (
    {"table": "rep", "id": "ann", "name": "Ann", "team": "north", "zone": "Europe/Berlin", "capacity": 0.8},
    {"table": "lead", "id": "l1", "created_at": AT, "rep": "ann", "origin": "marketing", "asset": "white paper"},
    {"table": "message", "id": "m1", "at": AT, "lead": "l1", "direction": "outbound", "automated": False},
    {"table": "call", "id": "c1", "at": AT, "lead": "l1", "outcome": "answered", "duration_s": 61.5},
    {"table": "opportunity", "id": "o1", "created_at": AT, "lead": "l1", "amount": "1234.50", "currency": "EUR",
     "outcome": "won", "closed_at": AT},
    {"table": "stage", "id": "s1", "at": AT, "opportunity": "o1", "name": "Signed", "outcome": "won",
     "amount": 1234.5},
    {"table": "score", "id": "x1", "at": AT, "lead": "l1", "value": 87.5, "model": "m1"},
    {"table": "meeting", "id": "e1", "at": AT, "opportunity": "o1", "outcome": "follow_up", "tactic": "demo"},
    {"table": "quota", "id": "q1", "from": "2026-10-01", "to": "2027-01-01", "rep": "ann", "won": 3, "amount": 50000},
    {"table": "rate", "id": "r1", "currency": "EUR", "date": "2026-11-02", "value": 1.0845},
)


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def of(table, **fields):
    """The row of the table above with other fields; None takes one away."""
    row = next(row for row in ROWS if row["table"] == table) | fields
    return {name: value for name, value in row.items() if value is not None}


class Lines(Case):
    def test_a_row_of_every_table_goes_in(self):
        self.write("all.jsonl", lines(*ROWS))
        self.check(0, "import", "s.swk", "all.jsonl", out="accepted 10, unchanged 0, rejected 0\n")
        self.check(0, "import", "s.swk", "all.jsonl", out="accepted 0, unchanged 10, rejected 0\n")

    def test_texts_and_numbers_of_amounts_are_one(self):
        """Each comes back unchanged when it is said in another way."""
        for text, *others in (
            ("1234.50", 1234.5, "1234.5", "+1234.5000", "01234.50"),
            ("100000", 100000, 1e5, 100000.0, "100000.00"),
            ("-0.29", -0.29, "-.29"),
            ("899999999999999.9", 899999999999999.9),
        ):
            row = of("opportunity", id=text, amount=text)
            self.check(0, "import", "s.swk", "-", given=lines(row), out="accepted 1, unchanged 0, rejected 0\n")
            for other in others:
                given = lines(row | {"amount": other})
                self.check(0, "import", "s.swk", "-", given=given, out="accepted 0, unchanged 1, rejected 0\n")

    def test_what_is_refused_is_told(self):
        zoo = (
            (of("opportunity", amount="1e5"), "amount", "1e5", "was not a number"),
            (of("opportunity", amount="1,234"), "amount", "1,234", "was not a number"),
            (of("opportunity", amount=True), "amount", "1", "expected an amount, was a boolean"),
            (of("opportunity", amount=1.005), "amount", "1.005", "had more digits than EUR has"),
            (of("opportunity", amount=0.5, currency="JPY"), "amount", "0.5", "had more digits than JPY has"),
            (of("opportunity", amount=0.5, currency="jpy"), "currency", "jpy", "is no ISO 4217 currency"),
            (of("opportunity", closed_at=None), "closed_at", "", "was missing where outcome was won"),
            (of("stage", amount="0.00001"), "amount", "0.00001", "had more than 4 decimals"),
            (of("score", value="87.5"), "value", "87.5", "expected a number, was a text"),
            (of("score", value=100.5), "value", "100.5", "was above 100"),
            (of("score", value=None), "value", "", "was missing"),
            (of("quota", won=1.5), "won", "1.5", "was not a whole number"),
            (of("quota", to="2026-10-01"), "to", "2026-10-01", "was not after from"),
            (of("quota", to=AT), "to", AT, "was no date such as 2026-11-02"),
            (of("quota", to=20000), "to", "20000", "expected a date, was a number"),
            (of("quota", team="north"), "team", "north", "was given beside rep"),
            (of("quota", won=None, amount=None), "won", "", "was missing, and so was amount"),
            (of("rate", value=0), "value", "0", "was 0 to 12 decimals"),
            (of("rate", value=9000001), "value", "9000001", "was above 9000000"),
            (of("rate", currency="XAU"), "currency", "XAU", "is no ISO 4217 currency"),
        )
        want = [(row["table"], str(n), field, value, reason) for n, (row, field, value, reason) in enumerate(zoo, 1)]
        self.assertEqual(want, self.rejects("-", given=lines(*(row for row, *_ in zoo))))

    def test_the_base_currency_counts_where_none_is_named(self):
        self.check(0, "init", "s.swk", "--currency", "JPY")
        rows = self.rejects("-", given=lines(of("opportunity", currency=None)))
        self.assertEqual([("opportunity", "1", "amount", "1234.5", "had more digits than JPY has")], rows)
        self.check(2, "init", "t.swk", "--currency", "ABC", err="is no ISO 4217 currency")


class Tables(Case):
    def same(self, given, table, row, *words):
        """The CSV file makes the very row that the JSON line says."""
        self.check(0, "import", "s.swk", *words, "-", given=given, out="accepted 1, unchanged 0, rejected 0\n")
        self.check(0, "import", "s.swk", "-", given=lines({"table": table} | row),
                   out="accepted 0, unchanged 1, rejected 0\n")

    def mapped(self, given, table, fields, row, **more):
        self.write("m.json", json.dumps({"table": table, "fields": {"id": "Id"} | fields} | more))
        self.same(given, table, row, "--map", "m.json")

    def test_csv_named_as_the_fields(self):
        self.same("id,from,to,won,amount,currency\nq,2026-10-01,2027-01-01,3.0,50000.00,EUR\n", "quota",
                  {"id": "q", "from": "2026-10-01", "to": "2027-01-01", "won": 3, "amount": 50000, "currency": "EUR"},
                  "--table", "quota")
        self.same("id,currency,date,value\nr,EUR,2026-11-02,1.0845\n", "rate",
                  {"id": "r", "currency": "EUR", "date": "2026-11-02", "value": 1.0845}, "--table", "rate")

    def test_dates_by_form(self):
        want = {"id": "r", "currency": "EUR", "date": "2026-11-02", "value": "1.0845"}
        for n, (cell, form) in enumerate((
            ("02.11.2026", "%d.%m.%Y"),
            ("2026-11-02 17:45", "%Y-%m-%d %H:%M"),
            ("46328", "excel"),
            ("46328.99", "excel"),
        )):
            self.mapped(f"Id;Day;Rate\nr{n};{cell};1,0845\n", "rate",
                        {"date": {"column": "Day", "date": form}, "value": {"column": "Rate", "number": "1.234,50"}},
                        want | {"id": f"r{n}"}, constants={"currency": "EUR"})

    def test_an_instant_is_no_date(self):
        fields = {"id": "Id", "value": "V", "date": {"column": "D", "date": ["epoch_s", "%Y-%m-%d %H:%M%z"]}}
        self.write("m.json", json.dumps({"table": "rate", "fields": fields, "constants": {"currency": "EUR"}}))
        rows = self.rejects("--map", "m.json", "-", given="Id,D,V\nr,1793577600,1\ns,2026-11-02 09:30+01:00,1\n")
        self.assertEqual([("rate", "2", "date", "1793577600", "was an instant, not a date"),
                          ("rate", "3", "date", "2026-11-02 09:30+01:00", "was an instant, not a date")], rows)

    def test_a_last_day_that_is_included(self):
        want = {"id": "q", "from": "2026-10-01", "to": "2027-01-01", "won": 3}
        self.mapped("Id,From,To,Won\nq,2026-10-01,2026-12-31,3\n", "quota",
                    {"from": "From", "to": {"column": "To", "inclusive": True}, "won": "Won"}, want)
        self.mapped("Id,From,To,Won\nq2,10/1/2026,12/31/2026,3\n", "quota",
                    {"from": {"column": "From", "date": "%m/%d/%Y"}, "won": "Won",
                     "to": {"column": "To", "date": "%m/%d/%Y", "inclusive": True}}, want | {"id": "q2"})
        self.mapped("Id,From,To,Won\nq3,2026-10-01,2027-01-01,3\n", "quota",
                    {"from": "From", "to": {"column": "To", "inclusive": False}, "won": "Won"}, want | {"id": "q3"})
        rows = self.rejects("--map", "m.json", "-", given="Id,From,To,Won\nq,2026-10-01,soon,3\n")
        self.assertEqual([("quota", "2", "to", "soon", "was no date such as 2026-11-02")], rows)

    def test_amounts_by_example(self):
        for n, (cell, example, amount) in enumerate((
            ('"$1,234.50"', "$1,234.50", "1234.50"),
            ('"(1,234.50)"', "$1,234.50", "-1234.50"),
            ('"-1.234,50 €"', "1.234,50 €", "-1234.50"),
        )):
            self.mapped(f"Id,Sum\no{n},{cell}\n", "opportunity", {"amount": {"column": "Sum", "number": example}},
                        {"id": f"o{n}", "created_at": AT, "amount": amount, "currency": "EUR"},
                        constants={"created_at": AT, "currency": "EUR"})

    def test_mistakes_of_maps_are_named(self):
        for fields, reason in (
            ({"from": {"column": "To", "inclusive": True}}, 'is only for the "to" of a quota'),
            ({"to": {"column": "To", "inclusive": "yes"}}, "was neither true nor false"),
            ({"to": {"column": "To", "inclusive": True, "number": "1.5"}}, '"inclusive" needs a date'),
            ({"to": {"column": "To", "date": "%Y-%m-%d", "day": "end"}}, '"day" is for instants, not for dates'),
        ):
            self.write("m.json", json.dumps({"table": "quota", "fields": {"id": "Id"} | fields}))
            self.check(1, "import", "s.swk", "--map", "m.json", "-", given="Id,To\n", err=reason)


if __name__ == "__main__":
    unittest.main()
