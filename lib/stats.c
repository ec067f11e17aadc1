/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <float.h>
#include <math.h>

_Static_assert(FLT_RADIX == 2 && DBL_MANT_DIG == 53 && sizeof(double) == 8, "doubles are IEEE 754 binary64");

/* The textbook form of the lower bound, (A - B) / (2 (n + z^2)), loses all digits when the count is small. Since
 * A^2 - B^2 = 4 k^2 (n + z^2) / n, it equals 2 k^2 / (n (A + B)): no subtraction is left in either bound. */
swk__interval swk__wilson(int64_t count, int64_t total)
{
	const double z = 1.959963984540054;
	double k = (double)count, rest = (double)(total - count), n = (double)total;
	double a = 2 * k + z * z;
	double b = z * sqrt(z * z + 4 * k * rest / n);
	double low = 2 * k * k / (n * (a + b));
	double high = (a + b) / (2 * (n + z * z));
	if (count == total || high > 1)
		high = 1;
	/* Beyond 2^53 the interval is narrower than a double's last digit, and rounding could turn it round. */
	return (swk__interval){ low < high ? low : high, high };
}

static int leading_zeros(swk__u128 value)
{
	uint64_t high = (uint64_t)(value >> 64);
	return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)value);
}

/* floor(a / b * 2^63) for a and b with their highest bit set; the lowest bit is set too when a remainder is left. */
static uint64_t quotient(swk__u128 a, swk__u128 b)
{
	uint64_t bits = 0;
	swk__u128 rest = a;
	bool carry = false;
	for (int i = 0; i < 64; i++) {
		bool one = carry || rest >= b;
		if (one)
			rest -= b;
		bits = bits << 1 | one;
		carry = rest >> 127;
		rest <<= 1;
	}
	return bits | (carry || rest != 0);
}

double swk__ratio(swk__i128 numerator, swk__i128 denominator)
{
	if (numerator == 0)
		return 0;
	swk__u128 a = numerator < 0 ? -(swk__u128)numerator : (swk__u128)numerator;
	swk__u128 b = (swk__u128)denominator;
	/* Two exact doubles: the machine's own division rounds once, too. */
	if ((a | b) >> DBL_MANT_DIG == 0)
		return (double)(int64_t)numerator / (double)(int64_t)denominator;
	int shift_a = leading_zeros(a), shift_b = leading_zeros(b);
	uint64_t bits = quotient(a << shift_a, b << shift_b);

	/* 63 or 64 bits become 53, half to even. Rounding up to 2^53 carries into the exponent, as it should. */
	int drop = 64 - __builtin_clzll(bits) - 53;
	uint64_t kept = bits >> drop, half = UINT64_C(1) << (drop - 1), dropped = bits & (2 * half - 1);
	kept += dropped > half || (dropped == half && (kept & 1));
	uint64_t exponent = (uint64_t)(1023 + 52 + drop - 63 + shift_b - shift_a);
	uint64_t word = (exponent << 52) + (kept - (UINT64_C(1) << 52)) + ((uint64_t)(numerator < 0) << 63);
	double ratio;
	memcpy(&ratio, &word, sizeof ratio);
	return ratio;
}
