/* SPDX-License-Identifier: MIT
 *
 * The versions of header, library and package are one. */
#include "salesweek.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
	if (swk_api_version() != SWK_API_VERSION) {
		fprintf(stderr, "the library says API %d, the header %d\n", swk_api_version(), SWK_API_VERSION);
		return 1;
	}
	if (strcmp(swk_version(), PACKAGE_VERSION) != 0) {
		fprintf(stderr, "the library says %s, the package %s\n", swk_version(), PACKAGE_VERSION);
		return 1;
	}
	return 0;
}
