"""The columns of a cell: counts, rates with their intervals, means."""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Optional

Z = Decimal("1.959963984540054")


@dataclass
class Column:
    name: str
    value: Any
    followers: list[tuple[str, Any]]  # `x_rate_lo`, `x_rate_hi`
    has_previous: bool = True  # a count, amount, rate or mean


def count(name: str, value: int) -> Column:
    return Column(name, value, [])


def ratio(part: Any, whole: Any) -> Optional[float]:
    """"A zero denominator gives null, never 0." """
    return None if whole == 0 else float(Fraction(part) / Fraction(whole))


def mean(name: str, total: Fraction, number: int) -> Column:
    return Column(name, ratio(total, number), [])


def rate(name: str, hits: int, trials: int) -> Column:
    low, high = wilson(hits, trials)
    return Column(name, ratio(hits, trials), [(name + "_lo", low), (name + "_hi", high)])


def share(name: str, part: Any, whole: Any) -> Column:
    """A rate that is no share of a count: without an interval."""
    return Column(name, ratio(part, whole), [])


def bare(name: str, value: Any) -> Column:
    """Neither count, amount, rate nor mean: without `_previous`."""
    return Column(name, value, [], has_previous=False)


def real(number: Optional[Fraction]) -> Optional[float]:
    return None if number is None else float(number)


def wilson(hits: int, trials: int) -> tuple[Optional[float], Optional[float]]:
    """Section 3: the 95 % Wilson score interval, to 60 digits, rounded once."""
    if trials == 0:
        return None, None
    with localcontext() as context:
        context.prec = 60
        n, p = Decimal(trials), Decimal(hits) / Decimal(trials)
        middle = p + Z * Z / (2 * n)
        spread = Z * (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt()
        scale = 1 + Z * Z / n
        low, high = float((middle - spread) / scale), float((middle + spread) / scale)
    return (0.0 if hits == 0 else low), (1.0 if hits == trials else high)
