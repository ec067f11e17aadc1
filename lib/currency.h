/* SPDX-License-Identifier: MIT
 *
 * currency: which currencies there are and how many digits their minor units have. Pure: a table.
 */
#ifndef SWK_CURRENCY_H
#define SWK_CURRENCY_H

#include "base.h"

#define SWK__CURRENCY_DIGITS_MAX 4

/* The digits of a currency's minor unit, 0 to 4 (USD 2, JPY 0), or -1 when the text is no code of ISO 4217 in three
 * capitals, or one without a minor unit (XAU). */
int swk__currency_digits(swk__slice code);

#endif
