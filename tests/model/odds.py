"""Odds ratio, Fisher's exact test, Benjamini-Hochberg (contract, section 4, report 7)."""
from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb
from typing import Optional

from columns import Z

DIGITS = 50
Table = tuple[int, int, int, int]  # won, lost of the group; won, lost of the others


def is_defined(table: Table) -> bool:
    """Both sides have a closed deal."""
    return table[0] + table[1] > 0 and table[2] + table[3] > 0


def odds_ratio(table: Table) -> Optional[tuple[float, float, float]]:
    """The sample odds ratio with Woolf's interval; null when nobody won or
    nobody lost; 0.5 added to all four cells when one is zero."""
    if table[0] + table[2] == 0 or table[1] + table[3] == 0:
        return None
    half = Fraction(1, 2) if 0 in table else Fraction(0)
    won, lost, others_won, others_lost = (cell + half for cell in table)
    ratio = won * others_lost / (lost * others_won)
    variance = 1 / won + 1 / lost + 1 / others_won + 1 / others_lost
    with localcontext() as context:
        context.prec = DIGITS
        log = (Decimal(ratio.numerator) / ratio.denominator).ln()
        spread = Z * (Decimal(variance.numerator) / variance.denominator).sqrt()
        return float(ratio), float((log - spread).exp()), float((log + spread).exp())


def fisher(table: Table) -> Fraction:
    """The probability of the tables with the same margins that are not likelier."""
    won, lost, others_won, others_lost = table
    size, winners, everyone = won + lost, won + others_won, sum(table)

    def ways(inside: int) -> int:
        return comb(winners, inside) * comb(everyone - winners, size - inside)

    possible = [ways(inside) for inside in range(size + 1)]
    return Fraction(sum(each for each in possible if each <= ways(won)), sum(possible))


def benjamini_hochberg(p_values: list[Fraction]) -> list[Fraction]:
    """q of each p: the smallest p_j * m / rank_j among those not smaller."""
    m = len(p_values)
    ordered = sorted(p_values)
    scaled = [p * m / rank for rank, p in enumerate(ordered, start=1)]
    return [min([Fraction(1)] + [q for other, q in zip(ordered, scaled) if other >= p])
            for p in p_values]
