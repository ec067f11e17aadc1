# SPDX-License-Identifier: MIT
"""Writes survival.txt: cells of durations and what their Kaplan-Meier curves answer, exact.

    python3 tests/golden/make_survival.py > tests/golden/survival.txt

S is a Fraction, so are the decisions on percentiles; the bands (Greenwood, log(-log), 95 %) are computed with 60
digits. The obvious way: at each time count those at risk. Where lifelines is installed, its KaplanMeierFitter must
agree to 1e-7. With a number as argument: that many random cells instead (a second number is the seed, a third the size
of the largest).

    cell NAME / ended T.. / open T.. / within TIME SHARE LOW HIGH / percentile PART WHOLE TIME LOW HIGH      (-: null)

gehan: 6-mercaptopurine against leukaemia, weeks (Freireich et al. 1963, Blood 21:699; Gehan 1965, Biometrika 52:203).
"""
import random
import sys
from fractions import Fraction

import mpmath

mpmath.mp.dps = 60
Z = mpmath.mpf("1.959963984540054")
PERCENTILES = ((1, 10), (1, 4), (1, 3), (1, 2), (2, 3), (3, 4), (9, 10))


def real(fraction):
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def curve(ended, still):
    """(time, S, low, high) at each time with ends; low and high are None where S is 0."""
    survival, greenwood, steps = Fraction(1), Fraction(0), []
    for time in sorted(set(ended)):
        risk = sum(t >= time for t in ended) + sum(t >= time for t in still)
        ends = ended.count(time)
        survival *= Fraction(risk - ends, risk)
        low = high = None
        if survival:
            greenwood += Fraction(ends, risk * (risk - ends))
            depth = -mpmath.log(real(survival))
            width = mpmath.exp(Z * mpmath.sqrt(real(greenwood)) / depth)
            low, high = mpmath.exp(-depth * width), mpmath.exp(-depth / width)
        steps.append((time, survival, low, high))
    return steps


def within(ended, still, steps, time):
    longest = max(ended + still, default=None)
    last = [step for step in steps if step[0] <= time]
    survival, low, high = last[-1][1:] if last else (Fraction(1), None, None)
    if longest is None or (time > longest and survival):
        return None, None, None
    share = real(1 - survival)
    return (share, None, None) if low is None else (share, 1 - high, 1 - low)


def percentile(steps, part, whole):
    left = 1 - Fraction(part, whole)
    first = lambda column, limit: next((s[0] for s in steps if s[column] is not None and s[column] <= limit), None)
    return first(1, left), first(2, real(left)), first(3, real(left))


def close(steps):
    """Fractions part / whole with whole < 2^31 next to some 1 - S, below and above: as near as 2^-60, or equal."""
    most = 2**31 - 1
    for _, survival, _, _ in steps[1 :: len(steps) // 3 + 1]:
        nearest = (1 - survival).limit_denominator(most)
        part, whole = nearest.as_integer_ratio()
        if 0 < nearest < 1:
            yield part, whole
            # The neighbour c / d on the other side: part d - whole c = 1 or -1, with the greatest such d.
            sign = 1 if nearest > 1 - survival else -1
            rest = sign * pow(part, -1, whole) % whole
            d = most - (most - rest) % whole
            c = (part * d - sign) // whole
            if 0 < c < d:
                yield c, d


def times_of(ended, still):
    seen = sorted(set(ended + still))
    between = seen if len(seen) <= 8 else seen[:: len(seen) // 6] + seen[-2:]
    return sorted({t + d for t in between for d in (-1, 0, 1)} | {0})


def edges():
    yield "gehan", [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    yield "nothing", [], []
    yield "one-ended", [5], []
    yield "one-open", [], [5]
    yield "all-open", [], [1, 2, 2, 3]
    yield "all-ended", [1, 2, 3, 4, 5, 6, 7, 8], []
    yield "all-at-once", [7, 7, 7, 7], []
    yield "zeros", [0, 0, 0, 4], [0, 0, 9]
    yield "tie-of-both", [3, 3, 8], [3, 3, 8]
    yield "last-is-open", [1, 2, 3], [3]
    yield "two", [4], [9]
    # 3/4 * 2/3: exactly a half, over two runs. Then ten times as many, and a third.
    yield "half-in-two-runs", [1, 1, 3], [2, 2, 2, 4, 4]
    yield "half", list(range(1, 11)) + [12] * 4, [11] * 18 + [13] * 8
    yield "third", [1, 1, 3], [2, 2, 4]
    # Few are left late: the upper band rises again.
    yield "band-rises", [1, 2, 3, 4, 20, 21], [5] * 30 + [30]
    yield "far", [-5, 2**62, 2**62 + 1], [-(2**63), 2**63 - 1]


def randoms(count, seed, largest):
    chance = random.Random(seed)
    for number in range(count):
        n = chance.randrange(1, chance.randrange(2, largest + 1))
        span = chance.choice((1, 3, 10, 40, 1000, 10**12))
        share = chance.choice((0, 0.05, 0.3, 0.5, 0.8, 1))
        ends = [chance.random() >= share for _ in range(n)]
        durations = [chance.randrange(span) if chance.random() < 0.9 else 0 for _ in range(n)]
        pick = lambda kind: sorted(d for d, end in zip(durations, ends) if end == kind)
        yield f"random-{number}", pick(True), pick(False)


def text(value):
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else mpmath.nstr(value, 20, strip_zeros=False)


def check_lifelines(ended, still, steps):
    try:
        from lifelines import KaplanMeierFitter, __version__
    except ImportError:
        return None
    if not ended or max(map(abs, ended + still)) > 10**6:
        return __version__
    fit = KaplanMeierFitter().fit(ended + still, [1] * len(ended) + [0] * len(still))
    bands = fit.confidence_interval_
    for time, survival, low, high in steps:
        assert abs(fit.survival_function_.loc[time].iloc[0] - float(survival)) < 1e-7, time
        if low is not None:
            other = bands.loc[time]
            assert abs(other.iloc[0] - low) < 1e-7 and abs(other.iloc[1] - high) < 1e-7, (time, other)
    return __version__


def main():
    numbers = [int(a) for a in sys.argv[1:]]
    cells = randoms(numbers[0], *(numbers[1:] + [5, 120][len(numbers) - 1:])) if numbers else [
        *edges(), *randoms(30, 4, 40)]
    print("# written by make_survival.py: Fractions, bands with 60 digits cut to 20")
    version = None
    for name, ended, still in cells:
        steps = curve(ended, still)
        version = check_lifelines(ended, still, steps) or version
        print("cell", name)
        print("ended", *ended)
        print("open", *still)
        for time in times_of(ended, still):
            if abs(time) < 2**63:
                print("within", time, *map(text, within(ended, still, steps, time)))
        for part, whole in (*PERCENTILES, *(close(steps) if len(steps) > 8 else ())):
            print("percentile", part, whole, *map(text, percentile(steps, part, whole)))
    print(f"# cross-checked with lifelines {version}" if version else "# not cross-checked", file=sys.stderr)


main()
