/* SPDX-License-Identifier: MIT */
#include "preset.h"

#include "salesweek_import.h"
#include "support.h"

#include <stdio.h>

size_t swi_preset_count(void)
{
	return swi__preset_count;
}

int swi_preset_get(size_t index, swi_preset *preset, swk_error *error)
{
	if (!preset || preset->size < sizeof *preset || index >= swi__preset_count)
		return swi__fail(error, SWK_ERR_USAGE, "there is no such preset");
	const swi__preset *found = &swi__presets[index];
	*preset = (swi_preset){ .size = preset->size,
		                .name = found->name,
		                .table = found->table,
		                .file = found->file,
		                .source = found->source,
		                .map = found->map,
		                .map_length = strlen(found->map),
		                .tested = (uint32_t)found->tested };
	return SWK_OK;
}

/* The names, or of one name the tables, as "a, b, c". */
static void presets_say(const char *name, char *text, size_t size)
{
	const char *last = "";
	size_t length = 0;
	text[0] = '\0';
	for (size_t i = 0; i < swi__preset_count && length < size; i++) {
		const char *word = name ? swi__presets[i].table : swi__presets[i].name;
		if (strcmp(word, last) == 0 || (name && strcmp(swi__presets[i].name, name) != 0))
			continue;
		length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", word);
		last = word;
	}
}

int swi_preset_find(const char *name, const char *table, swi_preset *preset, swk_error *error)
{
	char words[96];
	bool known = false;
	if (!name || !table)
		return swi__fail(error, SWK_ERR_USAGE, "a preset needs a name and a table");
	for (size_t i = 0; i < swi__preset_count; i++) {
		if (strcmp(swi__presets[i].name, name) != 0)
			continue;
		known = true;
		if (strcmp(swi__presets[i].table, table) == 0)
			return swi_preset_get(i, preset, error);
	}
	presets_say(known ? name : NULL, words, sizeof words);
	if (!known)
		return swi__fail(error, SWK_ERR_USAGE, "there is no preset \"%.40s\", but %s", name, words);
	return swi__fail(error, SWK_ERR_USAGE, "preset %.20s has no table \"%.20s\", but %s", name, table, words);
}
