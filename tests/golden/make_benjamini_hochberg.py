# SPDX-License-Identifier: MIT
"""Writes benjamini_hochberg.txt: p values and their q values, two lines a list.

    python3 tests/golden/make_benjamini_hochberg.py > tests/golden/benjamini_hochberg.txt

q of a p: the least of 1 and p' count / rank over all p' >= p, as Fractions (Benjamini and Hochberg 1995, Journal of the
Royal Statistical Society B 57:289; the list of 15 is theirs). Where statsmodels is installed, multipletests(method=
"fdr_bh") must agree to 1e-12. With a number as argument: that many random lists instead.
"""
import random
import sys
from fractions import Fraction

PAPER = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
         0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def exact(ps):
    ranked = sorted(map(Fraction, ps))
    scaled = [(p, p * len(ps) / rank) for rank, p in enumerate(ranked, 1)]
    return [float(min([Fraction(1)] + [q for other, q in scaled if other >= Fraction(p)])) for p in ps]


def cases():
    yield []
    yield [0.0]
    yield [1.0]
    yield [0.03]
    yield [0.5, 0.5, 0.5]
    yield [1.0, 1.0, 0.0, 0.0]
    yield [0.04, 0.03, 0.02, 0.01]
    yield [0.01, 0.9, 0.02, 0.9, 0.02, 1.0]
    yield PAPER
    yield PAPER[::-1]
    yield [1e-300, 5e-324, 0.2]
    yield from randoms(20)


def randoms(count):
    chance = random.Random(7)
    for _ in range(count):
        digits = chance.choice((1, 2, 17))
        yield [round(chance.random() ** chance.choice((1, 3)), digits) for _ in range(chance.randrange(1, 20))]


def check_statsmodels(rows):
    try:
        from statsmodels import __version__
        from statsmodels.stats.multitest import multipletests
    except ImportError:
        return None
    for ps, qs in rows:
        if ps:
            assert all(abs(q - other) < 1e-12 for q, other in zip(qs, multipletests(ps, method="fdr_bh")[1])), ps
    return __version__


def main():
    rows = [(ps, exact(ps)) for ps in (randoms(int(sys.argv[1])) if len(sys.argv) > 1 else cases())]
    version = check_statsmodels(rows)
    print("# p values, then their q values; written by make_benjamini_hochberg.py, Fractions rounded once")
    print(f"# cross-checked with statsmodels {version}" if version else "# not cross-checked", file=sys.stderr)
    for ps, qs in rows:
        print("p", *ps)
        print("q", *qs)


main()
