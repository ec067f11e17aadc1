# SPDX-License-Identifier: MIT
"""Writes fisher.txt: two-sided p values of Fisher's exact test.

    python3 tests/golden/make_fisher.py > tests/golden/fisher.txt

Small tables: all tables with the same margins as integers, binomial times binomial; those not greater than the observed
one, as a Fraction. Tables above 20,000 in all: 80-digit logarithms of factorials and ratios of neighbours, where
what agrees to 1e-60 is equal. Where scipy is installed, fisher_exact must agree to 1e-7, except on the CLOSE tables:
there a table on the other side is so nearly as likely that programs with a tolerance (R: 1e-7) take both for equal.
With a number as argument: that many random tables instead.

3 1 1 3 is the lady tasting tea (Fisher 1935, The Design of Experiments): 34/70. 8 2 1 5: scipy's manual, 0.0350.
"""
import itertools
import random
import sys
from fractions import Fraction
from math import comb

import mpmath

mpmath.mp.dps = 80

# Pairs with the same margins, on either side of the likeliest table, whose probabilities differ by 2.5e-8, 4.3e-8 and
# 5.7e-8 (relative); found by search.
CLOSE = (
    (35, 94, 260, 281), (79, 50, 216, 325), (93, 26, 258, 375), (19, 100, 332, 301), (86, 292, 253, 358),
    (174, 204, 165, 446),
)

LARGE = (
    (5000000, 5000100, 5002000, 5000900), (5003000, 4997000, 4997000, 5003000), (10**7, 9990000, 5000, 4000),
    (30, 10**7, 10, 10**7), (0, 10**7, 20, 10**7), (5020000, 4980000, 4980000, 5020000), (10**6, 3, 999990, 20),
)


def small(a, b, c, d):
    row, other, column = a + b, c + d, a + c
    weights = [comb(row, x) * comb(other, column - x) for x in range(max(0, column - other), min(row, column) + 1)]
    observed = comb(row, a) * comb(other, c)
    p = Fraction(sum(w for w in weights if w <= observed), sum(weights))
    return mpmath.mpf(p.numerator) / p.denominator


def large(a, b, c, d):
    log = lambda n: mpmath.loggamma(n + 1)
    margins = log(a + b) + log(c + d) + log(a + c) + log(b + d) - log(a + b + c + d)
    observed = mpmath.exp(margins - log(a) - log(b) - log(c) - log(d))

    def side(step):
        """Those in one direction: (sum of what is not likelier, whether the next is likelier)."""
        w, x, y, z, p, total = a, b, c, d, observed, mpmath.mpf(0)
        while (p := p * (x * y if step > 0 else w * z) / ((w + 1) * (z + 1) if step > 0 else (x + 1) * (y + 1))) > (
                observed * mpmath.mpf(10) ** -40):
            w, x, y, z = w + step, x - step, y - step, z + step
            if p <= observed * (1 + mpmath.mpf(10) ** -60):
                total += p
        return total

    return observed + side(1) + side(-1)


def exact(*cells):
    return small(*cells) if sum(cells) <= 20000 else large(*cells)


def cases():
    yield from itertools.product((0, 1, 3), repeat=4)
    yield from ((3, 1, 1, 3), (8, 2, 1, 5), (2, 8, 5, 1), (10, 0, 0, 10), (0, 15, 15, 0), (7, 7, 7, 7), (1, 9, 11, 3))
    yield from ((200, 300, 310, 190), (500, 500, 500, 500), (400, 100, 100, 400), (1000, 4000, 1003, 3990))
    yield from CLOSE
    yield from LARGE
    yield from randoms(60)


def randoms(count):
    chance = random.Random(8)
    for _ in range(count):
        largest = chance.choice((3, 8, 30, 200, 1000))
        a, b = chance.randrange(largest), chance.randrange(largest)
        yield (a, b, b, a) if chance.random() < 0.2 else (a, b, chance.randrange(largest), chance.randrange(largest))


def check_scipy(rows):
    try:
        from scipy import __version__
        from scipy.stats import fisher_exact
    except ImportError:
        return None
    for cells, p in rows:
        if sum(cells) and cells not in CLOSE and sum(cells) < 20000:
            other = fisher_exact([cells[:2], cells[2:]])[1]
            assert abs(other - p) <= 1e-7 * p + 1e-300, (cells, other, p)
    return __version__


def main():
    rows = [(cells, exact(*cells)) for cells in (randoms(int(sys.argv[1])) if len(sys.argv) > 1 else cases())]
    version = check_scipy(rows)
    print("# won lost others_won others_lost p; written by make_fisher.py, exact values cut to 20 digits")
    print(f"# cross-checked with scipy {version}" if version else "# not cross-checked", file=sys.stderr)
    for cells, p in rows:
        print(*cells, mpmath.nstr(p, 20))


main()
