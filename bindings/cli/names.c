/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "support.h"

void names_each(const char *report, const char *kind, names_take take, void *context)
{
	static const char *const headings[] = { "report", "kind", "name", "unit" };
	const char *cells[SWI__COUNT(headings)];
	swk_result *catalog = NULL;
	if (swk_catalog(&catalog, NULL))
		return;
	bool all = strcmp(kind, "report") == 0;
	for (size_t row = 0; row < swk_result_rows(catalog); row++) {
		for (size_t i = 0; i < SWI__COUNT(headings); i++)
			cells[i] = swk_result_text(catalog, row, (size_t)swk_result_find(catalog, headings[i]), NULL);
		if (strcmp(cells[1], kind) == 0 && (all || strcmp(cells[0], report) == 0))
			take(context, all ? cells[0] : cells[2], cells[3] ? cells[3] : "");
	}
	swk_result_free(catalog);
}
