# SPDX-License-Identifier: MIT
"""Writes ratio.txt: quotients of integers of up to 128 bits, correctly rounded.

    python3 tests/golden/make_ratio.py > tests/golden/ratio.txt

Python divides integers exactly and rounds once, half to even (float(fractions.Fraction(a, b)) says the same).
With a number as argument: that many random cases instead.
"""
import random
import sys
from fractions import Fraction

MAX, MIN = 2**127 - 1, -(2**127)


def edges():
    for b in (1, 2, 3, 7, 10**9, 2**53 - 1, 2**53, 2**64 - 1, 2**64, 2**64 + 1, MAX - 1, MAX):
        for a in (0, 1, 2, 3, 2**53 - 1, 2**53, 2**53 + 1, 2**64 - 1, 2**64 + 1, MAX - 1, MAX, MIN):
            yield a, b
            yield max(-a, MIN) if a != MIN else MAX, b
    # The last remainder of the long division is a lone highest bit.
    yield 15675599380669961122, 909
    yield -15675599380669961122, 909
    # Halfway between two doubles, and a hair beside it.
    for odd in (2**53 + 1, 2**53 + 3, 2**54 - 1):
        for scale in (1, 3, 10**9 + 7, 2**70):
            for hair in (-1, 0, 1):
                yield odd * scale + hair, scale
                yield -(odd * scale + hair), 2 * scale


def randoms(count):
    chance = random.Random(2)
    for _ in range(count):
        a = chance.randrange(1 << chance.randrange(1, 128))
        b = chance.randrange(1 << chance.randrange(1, 128)) + 1
        if chance.random() < 0.2:  # near halfway
            q = (1 << 53) | chance.randrange(1 << 53) | 1
            b = chance.randrange(1, 1 << chance.randrange(1, 73))
            a = min(MAX, q * b + chance.randrange(-1, 2))
        yield (a if chance.random() < 0.5 else -a), min(b, MAX)


def main():
    print("# numerator denominator quotient; written by make_ratio.py")
    cases = randoms(int(sys.argv[1])) if len(sys.argv) > 1 else list(edges()) + list(randoms(200))
    for a, b in cases:
        assert MIN <= a <= MAX and 0 < b <= MAX
        exact = float(Fraction(a, b))
        print(a, b, exact.hex() if a else "0x0p+0")


main()
