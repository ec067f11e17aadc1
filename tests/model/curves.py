"""Kaplan-Meier curves (contract, section 3, "Curves").

The survival is an exact product of fractions; the bands are computed to 50 digits.
"""
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Optional

from columns import Z, Column, real

DIGITS = 50
Band = tuple[Optional[Decimal], Optional[Decimal]]


@dataclass
class Span:
    """How long a lead was watched, in microseconds, and whether the event ended it."""
    duration: int
    ended: bool


@dataclass
class Step:
    """From `at` on the survival is `survival`, until the next step."""
    at: int
    survival: Fraction
    band: Band


class Curve:
    def __init__(self, spans: list[Span]):
        self.longest = max((span.duration for span in spans), default=None)
        self.steps: list[Step] = []
        survival, greenwood = Fraction(1), Fraction(0)
        for at in sorted({span.duration for span in spans if span.ended}):
            # Events come before censorings at the same time.
            at_risk = sum(span.duration >= at for span in spans)
            ended = sum(span.ended and span.duration == at for span in spans)
            survival *= 1 - Fraction(ended, at_risk)
            if survival != 0:
                greenwood += Fraction(ended, at_risk * (at_risk - ended))
            self.steps.append(Step(at, survival, band(survival, greenwood)))

    def within(self, limit: int) -> tuple[Optional[float], Optional[float], Optional[float]]:
        """1 - S(t), t included, with its band."""
        if self.longest is None:
            return None, None, None
        reached = [step for step in self.steps if step.at <= limit]
        last = reached[-1] if reached else Step(0, Fraction(1), (None, None))
        if limit > self.longest and last.survival != 0:
            return None, None, None
        low, high = last.band
        return float(1 - last.survival), complement(high), complement(low)

    def percentile(self, p: Fraction) -> tuple[Optional[int], Optional[int], Optional[int]]:
        """The smallest t with S(t) <= 1 - p, and the same of the band's two
        curves (Brookmeyer and Crowley)."""
        with localcontext() as context:
            context.prec = DIGITS
            rest = Decimal(p.denominator - p.numerator) / p.denominator
        return (first(step.at for step in self.steps if step.survival <= 1 - p),
                first(step.at for step in self.steps if below(step.band[0], rest)),
                first(step.at for step in self.steps if below(step.band[1], rest)))


def first(instants) -> Optional[int]:
    return next(iter(instants), None)


def below(bound: Optional[Decimal], limit: Decimal) -> bool:
    return bound is not None and bound <= limit


def complement(bound: Optional[Decimal]) -> Optional[float]:
    if bound is None:
        return None
    with localcontext() as context:
        context.prec = DIGITS
        return float(1 - bound)


def band(survival: Fraction, greenwood: Fraction) -> Band:
    """Greenwood, log(-log): S ** exp(+- z * sqrt(greenwood) / |log S|).
    Undefined where S is 1 or 0."""
    if survival in (0, 1):
        return None, None
    with localcontext() as context:
        context.prec = DIGITS
        log = (Decimal(survival.numerator) / survival.denominator).ln()
        error = (Decimal(greenwood.numerator) / greenwood.denominator).sqrt() / -log
        return (log * (Z * error).exp()).exp(), (log * (-Z * error).exp()).exp()


# ---- columns --------------------------------------------------------------------

def within_column(name: str, curve: Curve, limit: int) -> Column:
    value, low, high = curve.within(limit)
    return Column(name, value, [(name + "_lo", low), (name + "_hi", high)], has_previous=False)


def percentile_column(name: str, curve: Curve, p: Fraction, unit: int) -> Column:
    value, low, high = (real(None if at is None else Fraction(at, unit))
                        for at in curve.percentile(p))
    return Column(name, value, [(name + "_lo", low), (name + "_hi", high)], has_previous=False)
