/* SPDX-License-Identifier: MIT
 *
 * The public header first and alone, as C++17; its functions link under their C names. */
#include "salesweek.h"

int main()
{
	swk_error error = SWK_ERROR_INIT;
	swk_query query{};
	query.size = sizeof query;
	return error.size == sizeof error && query.report == nullptr && swk_version() ? 0 : 1;
}
