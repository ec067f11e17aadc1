/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <float.h>
#include <math.h>

_Static_assert(FLT_RADIX == 2 && DBL_MANT_DIG == 53 && sizeof(double) == 8, "doubles are IEEE 754 binary64");

/* The textbook form of the lower bound, (A - B) / (2 (n + z^2)), loses all digits when the count is small. Since
 * A^2 - B^2 = 4 k^2 (n + z^2) / n, it equals 2 k^2 / (n (A + B)): no subtraction is left in either bound. */
swk__interval swk__wilson(int64_t count, int64_t total)
{
	const double z = SWK__Z95;
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

/* ---------------------------------------------------------------------------- products of many integers */

/* A difference that the dropping may have made fits these limbs. After a drop the greater product has at least
 * 2^(64 * 255), so 2^(64 * 36) is less than 2^-14000 of it. */
#define LIMBS_BLURRED 36

void swk__products_init(swk__products *products)
{
	products->length = 1;
	products->cut = false;
	products->left[0] = products->right[0] = 1;
}

/* limbs *= factor; what does not fit. */
static uint64_t multiply(uint64_t *limbs, unsigned length, uint64_t factor)
{
	uint64_t carry = 0;
	for (unsigned i = 0; i < length; i++) {
		swk__u128 product = (swk__u128)limbs[i] * factor + carry;
		limbs[i] = (uint64_t)product;
		carry = (uint64_t)(product >> 64);
	}
	return carry;
}

static void drop_lowest(uint64_t *limbs)
{
	memmove(limbs, limbs + 1, (SWK__PRODUCT_LIMBS - 1) * sizeof *limbs);
}

void swk__products_multiply(swk__products *products, uint64_t a, uint64_t b)
{
	uint64_t left = multiply(products->left, products->length, a);
	uint64_t right = multiply(products->right, products->length, b);
	if ((left | right) == 0)
		return;
	if (products->length == SWK__PRODUCT_LIMBS) {
		drop_lowest(products->left);
		drop_lowest(products->right);
		products->cut = true;
		products->length--;
	}
	products->left[products->length] = left;
	products->right[products->length] = right;
	products->length++;
}

/* Whether greater - lesser is at least 2^(64 * LIMBS_BLURRED); both are SWK__PRODUCT_LIMBS long. */
static bool far_apart(const uint64_t *greater, const uint64_t *lesser)
{
	uint64_t borrow = 0, high = 0;
	for (unsigned i = 0; i < SWK__PRODUCT_LIMBS; i++) {
		swk__u128 difference = (swk__u128)greater[i] - lesser[i] - borrow;
		borrow = (uint64_t)(difference >> 64) & 1;
		if (i >= LIMBS_BLURRED)
			high |= (uint64_t)difference;
	}
	return high != 0;
}

int swk__products_compare(const swk__products *products)
{
	const uint64_t *left = products->left, *right = products->right;
	unsigned i = products->length;
	while (i > 0 && left[i - 1] == right[i - 1])
		i--;
	if (i == 0)
		return 0;
	bool greater = left[i - 1] > right[i - 1];
	if (products->cut && !far_apart(greater ? left : right, greater ? right : left))
		return 0;
	return greater ? 1 : -1;
}

/* ------------------------------------------------------------------------------------------ two by two */

swk__odds swk__odds_ratio(swk__fourfold table)
{
	double a = (double)table.won, b = (double)table.lost;
	double c = (double)table.others_won, d = (double)table.others_lost;
	if (a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0)
		return (swk__odds){ false, 0, { 0, 0 } };
	if (a == 0 || b == 0 || c == 0 || d == 0) {
		a += 0.5;
		b += 0.5;
		c += 0.5;
		d += 0.5;
	}
	double ratio = a * d / (b * c);
	double factor = exp(SWK__Z95 * sqrt(1 / a + 1 / b + 1 / c + 1 / d));
	return (swk__odds){ true, ratio, { ratio / factor, ratio * factor } };
}

/* A walk over the tables with the same margins: the next one is the last one times grow * grow_too / ((shrink + 1) *
 * (shrink_too + 1)) as likely. */
typedef struct walk {
	double grow, grow_too, shrink, shrink_too;
} walk;

static double walk_on(walk *w)
{
	return w->grow-- * w->grow_too-- / (++w->shrink * ++w->shrink_too);
}

/* The sum of the probabilities of a table and those further on, in the units of the first one's. Each term is less than
 * the one before, by a factor that falls too. */
static double tail(walk w, double first)
{
	double term = first, sum = first;
	while (term > 1e-18 * sum) {
		term *= walk_on(&w);
		sum += term;
	}
	return sum;
}

#define CLOSE 1e-6 /* doubles decide which of two tables is likelier unless they are so close */

/* Whether the table with `down` fewer won is likelier. */
static bool likelier(const swk__fourfold *table, int64_t down)
{
	swk__products products;
	swk__products_init(&products);
	for (int64_t i = 0; i < down; i++)
		swk__products_multiply(&products, (uint64_t)(table->won - i) * (uint64_t)(table->others_lost - i),
		                       (uint64_t)(table->lost + 1 + i) * (uint64_t)(table->others_won + 1 + i));
	return swk__products_compare(&products) > 0;
}

/* In units of the table's own probability, so that no factorial is needed: all terms are positive, and nothing cancels.
 */
double swk__fisher(swk__fourfold table)
{
	swk__i128 a = table.won, b = table.lost, c = table.others_won, d = table.others_lost;
	/* Turned so that the likeliest table has fewer won than this one; none has: it is this one. */
	if (b * c > (a + 1) * (d + 1))
		table = (swk__fourfold){ table.lost, table.won, table.others_lost, table.others_won };
	else if (a * d <= (b + 1) * (c + 1))
		return 1;
	double won = (double)table.won, lost = (double)table.lost;
	double others_won = (double)table.others_won, others_lost = (double)table.others_lost;
	walk down = { won, others_lost, lost, others_won };
	double beyond = tail((walk){ lost, others_won, won, others_lost }, 1), between = 0, term = walk_on(&down);

	/* Down over the likeliest, to the first on the other side that is not likelier, if there is one. */
	for (int64_t steps = 1; term > 1 + CLOSE || (term > 1 - CLOSE && likelier(&table, steps)); steps++) {
		if (term > 1e300)
			return 0;
		between += term;
		term *= walk_on(&down);
	}
	beyond += tail(down, term);
	return beyond / (beyond + between);
}

/* ---------------------------------------------------------------------------------- Benjamini-Hochberg */

/* Lets order[root] sink until no child of it has a greater p. */
static void sift(const double *p, size_t *order, size_t root, size_t count)
{
	size_t index = order[root];
	for (;;) {
		size_t child = 2 * root + 1;
		if (child + 1 < count && p[order[child + 1]] > p[order[child]])
			child++;
		if (child >= count || p[order[child]] <= p[index])
			break;
		order[root] = order[child];
		root = child;
	}
	order[root] = index;
}

/* A heap gives up the greatest p first, which is the order in which q values are made; and unlike qsort it takes no
 * memory. */
void swk__benjamini_hochberg(double *p, size_t count, size_t *order)
{
	double least = 1;
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count / 2; i-- > 0;)
		sift(p, order, i, count);
	for (size_t rank = count; rank > 0; rank--) {
		size_t index = order[0];
		order[0] = order[rank - 1];
		sift(p, order, 0, rank - 1);
		double q = p[index] * ((double)count / (double)rank);
		least = q < least ? q : least;
		p[index] = least;
	}
}
