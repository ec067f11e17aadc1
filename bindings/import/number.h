/* SPDX-License-Identifier: MIT
 *
 * number: texts of numbers to exact decimals, and back to the plain text that the library reads. Pure.
 */
#ifndef SWI_NUMBER_H
#define SWI_NUMBER_H

#include "support.h"

#include <stdint.h>

__extension__ typedef __int128 swi__i128;

/* digits / 10^places. */
typedef struct swi__decimal {
	swi__i128 digits;
	unsigned places;
} swi__decimal;

/* How an example such as "$1,234.50" writes numbers. */
typedef struct swi__number {
	char symbol[32]; /* "$"; empty: none */
	char group[4];   /* "," or "" */
	char mark[4];    /* "." or "": no decimals */
} swi__number;

/* Enough for any decimal's text. */
#define SWI__DECIMAL_TEXT 64

/* Plain digits with an optional sign and "."; at most 24 digits. */
bool swi__decimal_parse(swi__slice text, swi__decimal *value);

/* False when the product does not fit. */
bool swi__decimal_multiply(swi__decimal a, swi__decimal b, swi__decimal *product);

/* Writes "-12.5"; returns the length. */
size_t swi__decimal_text(swi__decimal value, char text[SWI__DECIMAL_TEXT]);

/* Learns from an example; false when it shows no number. */
bool swi__number_learn(swi__slice example, swi__number *number);

/* Reads a cell as the example shows. The symbol may be absent; parentheses are negative; spaces do not count. */
bool swi__number_parse(const swi__number *number, swi__slice text, swi__decimal *value);

/* The code of the currency that a symbol stands for, "USD" for "$"; NULL: of none, or of several. */
const char *swi__symbol_currency(const char *symbol);

#endif
