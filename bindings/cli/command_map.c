/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "output.h"
#include "salesweek_import.h"
#include "source.h"
#include "suggest.h"
#include "support.h"

static void note(void *context, const char *text)
{
	const char *source = context;
	complain("%s: %s", source, text);
}

static int map_propose(const cli_arguments *arguments)
{
	swk_error error = SWK_ERROR_INIT;
	char more[SUGGEST_TEXT];
	cli_source source;
	int code = source_open(&source, arguments->operands[0]);
	if (code != EXIT_DONE)
		return code;
	const swi_propose_options options = { .size = sizeof options,
		                              .table = arguments->values[OPTION_TABLE],
		                              .name = arguments->operands[0],
		                              .note = note,
		                              .note_context = (void *)(uintptr_t)source.name };
	int failed = swi_map_propose(source_read, &source, &options, output_write, NULL, &error);
	source_close(&source);
	if (failed == SWK_ERR_USAGE)
		return usage(arguments->command, "%s%s", error.reason,
		             options.table ? suggest_choice(options.table, cli_options[OPTION_TABLE].choices, more)
		                           : "");
	return failed ? fail_error(source.name, failed, &error) : EXIT_OK;
}

static int map_preset(const cli_arguments *arguments)
{
	swk_error error = SWK_ERROR_INIT;
	swi_preset preset = { .size = sizeof preset };
	if (arguments->operand_count)
		return usage(arguments->command, "a preset's map is made for no FILE");
	if (!arguments->values[OPTION_TABLE])
		return usage(arguments->command,
		             "option --preset needs --table: what the file holds, such as lead or call");
	if (swi_preset_find(arguments->values[OPTION_PRESET], arguments->values[OPTION_TABLE], &preset, &error))
		return usage(arguments->command, "%s", error.reason);
	output_write(NULL, preset.map, preset.map_length);
	return EXIT_OK;
}

/* What there is for each CRM, and what it was made from. */
static int presets_list(void)
{
	swi_preset preset = { .size = sizeof preset };
	const char *last = "";
	for (size_t i = 0; i < swi_preset_count(); i++) {
		if (swi_preset_get(i, &preset, NULL))
			continue;
		if (strcmp(last, preset.name) != 0)
			output_format("%s%s: %s %s\n", i ? "\n" : "", preset.name,
			              preset.tested ? "tested on" : "not tested on a real export; made from",
			              preset.source);
		output_format("  --preset %s --table %-11s  %s\n", preset.name, preset.table, preset.file);
		last = preset.name;
	}
	output_format(
		"\n`salesweek map --preset NAME --table TABLE` prints the map, to be edited where an export differs.\n"
		"`salesweek map FILE` proposes one for any other file.\n");
	return EXIT_OK;
}

int command_map(const cli_arguments *arguments)
{
	if (arguments->values[OPTION_PRESET])
		return map_preset(arguments);
	if (arguments->operand_count)
		return map_propose(arguments);
	if (arguments->values[OPTION_TABLE])
		return usage(arguments->command, "FILE was not given");
	return presets_list();
}
