/* SPDX-License-Identifier: MIT
 *
 * The least that a user of the library does: a store in memory, opened and closed. */
#include <salesweek.h>

#include <stdio.h>

int main(void)
{
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = NULL;
	char line[512];
	if (swk_store_open(NULL, NULL, &store, &error) != SWK_OK) {
		swk_error_format(&error, line, sizeof line);
		fprintf(stderr, "%s\n", line);
		return 1;
	}
	swk_store_close(store);
	printf("salesweek %s\n", swk_version());
	return 0;
}
