/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "currency.h"

/* ISO 4217, list one: every code whose minor unit has not two digits. */
static const struct {
	const char *code;
	int digits;
} odd[] = {
	{ "BHD", 3 }, { "BIF", 0 }, { "CLF", 4 }, { "CLP", 0 }, { "DJF", 0 }, { "GNF", 0 }, { "IQD", 3 },
	{ "ISK", 0 }, { "JOD", 3 }, { "JPY", 0 }, { "KMF", 0 }, { "KRW", 0 }, { "KWD", 3 }, { "LYD", 3 },
	{ "OMR", 3 }, { "PYG", 0 }, { "RWF", 0 }, { "TND", 3 }, { "UGX", 0 }, { "UYI", 0 }, { "UYW", 4 },
	{ "VND", 0 }, { "VUV", 0 }, { "XAF", 0 }, { "XOF", 0 }, { "XPF", 0 },
};

static int digits(const char *code)
{
	return swk__currency_digits(swk__slice_of(code));
}

static void test_known(void **state)
{
	(void)state;
	static const char *const two[] = {
		"AED", "AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "INR", "USD", "XCG", "ZWG"
	};
	for (size_t i = 0; i < SWK__COUNT(two); i++)
		assert_int_equal(digits(two[i]), 2);
	for (size_t i = 0; i < SWK__COUNT(odd); i++)
		assert_int_equal(digits(odd[i].code), odd[i].digits);
}

static void test_unknown(void **state)
{
	(void)state;
	static const char *const none[] = { "",    "U",   "US",  "USDX", "usd", "Usd", "AAA", "ZZZ", "M00",      "US ",
		                            "XAU", "XDR", "XTS", "XBA",  "XUA", "XSU", "DEM", "US$", "\xc3\xa9u" };
	for (size_t i = 0; i < SWK__COUNT(none); i++)
		assert_int_equal(digits(none[i]), -1);
	assert_int_equal(swk__currency_digits((swk__slice){ NULL, 0 }), -1);
}

/* Walks all codes of three capitals: each is found where the table has it, so the table is sorted and whole. */
static void test_all(void **state)
{
	(void)state;
	int count[SWK__CURRENCY_DIGITS_MAX + 1] = { 0 }, found = 0;
	for (int n = 0; n < 26 * 26 * 26; n++) {
		char code[] = { (char)('A' + n / 676), (char)('A' + n / 26 % 26), (char)('A' + n % 26) };
		int minor = swk__currency_digits((swk__slice){ code, sizeof code });
		assert_in_range(minor + 1, 0, SWK__CURRENCY_DIGITS_MAX + 1);
		if (minor < 0)
			continue;
		count[minor]++;
		found++;
	}
	assert_int_equal(count[0], 18);
	assert_int_equal(count[1], 0);
	assert_int_equal(count[3], 7);
	assert_int_equal(count[4], 2);
	assert_int_equal(found, 176);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
