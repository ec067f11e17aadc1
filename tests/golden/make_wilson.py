# SPDX-License-Identifier: MIT
"""Writes wilson.txt: 95 % Wilson score bounds, exact to 30 digits, and the bits every machine must give.

    python3 tests/golden/make_wilson.py > tests/golden/wilson.txt

The exact values are the roots of n (p - k/n)^2 = z^2 p (1 - p) in 120-digit decimals (Wilson 1927), from the
formula as textbooks print it, not the rearranged one of lib/stats.c. Where statsmodels is installed, its
proportion_confint(k, n, method="wilson") must agree to 1e-9 for totals up to a million. The bits are those of
the same operations in the same order on Python's doubles.
"""
import decimal
import math
import random
import sys

D = decimal.Decimal
Z = D("1.959963984540054")


def exact(k, n):
    k, n = D(k), D(n)
    middle = k / n + Z * Z / (2 * n)
    half = Z * (k * (n - k) / n**3 + Z * Z / (4 * n * n)).sqrt()
    scale = 1 + Z * Z / n
    low = D(0) if k == 0 else (middle - half) / scale
    high = D(1) if k == n else (middle + half) / scale
    return low, high


def bits(k, n):
    z, rest = 1.959963984540054, float(n - k)
    full, k, n = k == n, float(k), float(n)
    a = 2 * k + z * z
    b = z * math.sqrt(z * z + 4 * k * rest / n)
    high = 1.0 if full else min(1.0, (a + b) / (2 * (n + z * z)))
    return min(2 * k * k / (n * (a + b)), high).hex(), high.hex()


def cases():
    totals = [1, 2, 3, 5, 7, 10, 29, 100, 263, 1000, 10**6, 10**9, 2**31, 10**12, 2**52 + 1, 2**53 - 1, 2**53]
    for n in totals:
        for k in sorted({0, 1, 2, n // 3, n // 2, n - n // 7, n - 2, n - 1, n}):
            if 0 <= k <= n:
                yield k, n
    chance = random.Random(1)
    for _ in range(200):
        n = chance.randrange(1, 1 << chance.randrange(1, 54))
        yield min(n, chance.randrange(1 << chance.randrange(1, 54))), n


def check_statsmodels(rows):
    try:
        from statsmodels import __version__
        from statsmodels.stats.proportion import proportion_confint
    except ImportError:
        return None
    for k, n, low, high in rows:
        if n <= 10**6:
            other = proportion_confint(k, n, method="wilson")
            assert abs(other[0] - float(low)) < 1e-9 and abs(other[1] - float(high)) < 1e-9, (k, n, other)
    return __version__


def main():
    decimal.getcontext().prec = 120
    rows = [(k, n, *exact(k, n)) for k, n in cases()]
    version = check_statsmodels(rows)
    print("# count total low high low-bits high-bits; written by make_wilson.py, 120-digit decimals cut to 30")
    print(f"# cross-checked with statsmodels {version}" if version else "# not cross-checked", file=sys.stderr)
    for k, n, low, high in rows:
        print(k, n, f"{low:.29e}", f"{high:.29e}", *bits(k, n))


main()
