"""Amounts, currencies and rates (contract, section 1, "Money")."""
from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Optional

from currencies import DIGITS
from errors import MissingRates
from instants import to_local
from joins import Book, Deal


class Money:
    """Converts into the currency of the result."""

    def __init__(self, book: Book, asked: Optional[str], zone: str):
        self.base, self.zone = book.snapshot.base, zone
        self.currency = asked or self.default(book)
        self.digits = DIGITS[self.currency]
        self.rates: dict[str, list[tuple[date, bytes, Fraction]]] = {}
        for rate in book.tables["rate"].values():
            self.rates.setdefault(rate["currency"], []).append(
                (rate["date"], rate["id"].encode("utf-8"), rate["value"]))
        self.missing: set[tuple[str, date]] = set()

    def default(self, book: Book) -> str:
        """The one currency that all opportunities of the store carry, else the base."""
        carried = {deal.currency or self.base for deal in book.deals.values()}
        return carried.pop() if len(carried) == 1 else self.base

    def rate(self, currency: str, day: date) -> Fraction:
        """The latest on or before the day; two on a date: the greater id."""
        if currency == self.base:
            return Fraction(1)
        known = [rate for rate in self.rates.get(currency, []) if rate[0] <= day]
        if not known:
            self.missing.add((currency, day))
            return Fraction(1)
        return max(known)[2]

    def convert(self, amount: Optional[Fraction], currency: Optional[str], day: date) -> Fraction:
        """Exact and unrounded.  A null amount, and one already in the result's
        currency, needs no rate."""
        if amount is None:
            return Fraction(0)
        currency = currency or self.base
        if currency == self.currency:
            return amount
        return amount * self.rate(currency, day) / self.rate(self.currency, day)

    def minor(self, amount: Fraction) -> int:
        return round(amount * 10**self.digits)  # half to even

    def of_deal(self, deal: Deal) -> int:
        """In minor units, at the rate of the local close date."""
        day = to_local(deal.closed_at, self.zone).date()
        return self.minor(self.convert(deal.amount, deal.currency, day))

    def sum(self, deals: list[Deal]) -> int:
        """Each opportunity's amount is rounded, then summed."""
        return sum(self.of_deal(deal) for deal in deals)

    def major(self, minor: int) -> Fraction:
        return Fraction(minor, 10**self.digits)

    def text(self, minor: int) -> str:
        sign, digits = ("-" if minor < 0 else ""), str(abs(minor)).zfill(self.digits + 1)
        if self.digits == 0:
            return sign + digits
        return f"{sign}{digits[:-self.digits]}.{digits[-self.digits:]}"

    def refuse_if_missing(self) -> None:
        if self.missing:
            raise MissingRates(self.missing)
