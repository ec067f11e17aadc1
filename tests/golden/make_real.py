# SPDX-License-Identifier: MIT
"""Writes real.txt: doubles and the shortest decimal text that reads back as them.

    python3 tests/golden/make_real.py > tests/golden/real.txt

The digits are those of Python's repr (David Gay's shortest, nearest among those); plain form while
1e-5 <= |x| < 1e16, as lib/result.h says. With a number as argument: that many random doubles instead.
"""
import random
import struct
import sys


def text(value):
    sign = "-" if struct.pack(">d", value)[0] & 128 else ""
    if value == 0:
        return sign + "0"
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits, point = whole + part, len(whole) + int(power or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if -5 <= point - 1 < 16:
        if point <= 0:
            return sign + "0." + "0" * -point + digits
        padded = digits.ljust(point, "0")
        return sign + padded[:point] + ("." + padded[point:] if padded[point:] else "")
    return f"{sign}{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{point - 1:+03d}"


def edges():
    yield from (0.0, -0.0, 0.25, 3922.0, 1e-7, 0.1, 1 / 3, 100.0, -2.5, 123456789.125, 5e-324, sys.float_info.max)
    yield from (2.2250738585072014e-308, 2.225073858507201e-308, 2.0**53, 2.0**53 + 2, 2.0**64, 1e22, 1e23, 9e15)
    for base in (1e-6, 1e-5, 1e-4, 0.001, 1.0, 10.0, 1e15, 1e16, 1e17):
        yield from (base, base * (1 - 2**-53), base * (1 + 2**-52), 9.5 * base)
    for power in range(-1074, 1024):
        if power % 37 == 0 or power in (-1022, -1023, -44, 9, 44, 53, 60, 100):
            yield 2.0**power
            yield -(2.0**power) * 3


def randoms(count):
    chance = random.Random(3)
    while count:
        value = struct.unpack("<d", chance.randbytes(8))[0]
        if value - value == 0:
            kind = chance.random()
            if kind < 0.3:
                value = chance.random() * 10 ** chance.randrange(-8, 18)
            elif kind < 0.5:
                value = round(chance.uniform(-1e6, 1e6), chance.randrange(9))
            yield value
            count -= 1


def main():
    print("# double text; written by make_real.py")
    for value in randoms(int(sys.argv[1])) if len(sys.argv) > 1 else [*edges(), *randoms(150)]:
        print(value.hex(), text(value))


main()
