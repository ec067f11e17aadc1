/* SPDX-License-Identifier: MIT
 *
 * The public header first and alone, as C99 and as C11, without GNU extensions. */
#include "salesweek.h"

int main(void)
{
	swk_error error = SWK_ERROR_INIT;
	swk_query query = { .size = sizeof query };
	return error.size == sizeof error && query.report == NULL && swk_version() ? 0 : 1;
}
