# SPDX-License-Identifier: MIT
"""Writes odds.txt: sample odds ratios of fourfold tables and their 95 % intervals (Woolf 1955).

    python3 tests/golden/make_odds.py > tests/golden/odds.txt

log(a d / (b c)) +- z sqrt(1/a + 1/b + 1/c + 1/d) with 50 digits; 0.5 is added to all four when one is zero. Where
statsmodels is installed, Table2x2.oddsratio_confint must agree to 1e-9. A "-" where nobody won or lost, or one side
has nobody. With a number as argument: that many random tables instead.
"""
import itertools
import random
import sys

import mpmath

mpmath.mp.dps = 50
Z = mpmath.mpf("1.959963984540054")


def exact(a, b, c, d):
    if 0 in (a + b, c + d, a + c, b + d):
        return None
    if 0 in (a, b, c, d):
        a, b, c, d = (mpmath.mpf(x) + mpmath.mpf("0.5") for x in (a, b, c, d))
    ratio = mpmath.mpf(a) * d / (mpmath.mpf(b) * c)
    factor = mpmath.exp(Z * mpmath.sqrt(sum(mpmath.mpf(1) / x for x in (a, b, c, d))))
    return ratio, ratio / factor, ratio * factor


def cases():
    yield from itertools.product((0, 1, 2), repeat=4)
    yield from ((8, 2, 1, 5), (10, 90, 20, 80), (10**9, 1, 1, 10**9), (10**9, 0, 5, 7), (123456, 654321, 98765, 56789))


def randoms(count):
    chance = random.Random(6)
    for _ in range(count):
        yield tuple(chance.randrange(1 << chance.randrange(1, 30)) for _ in range(4))


def check_statsmodels(rows):
    try:
        from statsmodels import __version__
        from statsmodels.stats.contingency_tables import Table2x2
    except ImportError:
        return None
    for cells, values in rows:
        if 0 not in cells:
            table = Table2x2([list(cells[:2]), list(cells[2:])])
            for mine, other in zip(values, (table.oddsratio, *table.oddsratio_confint())):
                assert abs(mine - other) < 1e-9 * mine, cells
    return __version__


def main():
    rows = [(cells, exact(*cells)) for cells in (randoms(int(sys.argv[1])) if len(sys.argv) > 1 else cases())]
    version = check_statsmodels(rows)
    print("# won lost others_won others_lost ratio low high; written by make_odds.py, 50 digits cut to 20")
    print(f"# cross-checked with statsmodels {version}" if version else "# not cross-checked", file=sys.stderr)
    for cells, values in rows:
        print(*cells, *(mpmath.nstr(v, 20) for v in values) if values else "-")


main()
