/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "interrupt.h"
#include "output.h"
#include "progress.h"
#include "rejects.h"
#include "salesweek_import.h"
#include "source.h"
#include "suggest.h"
#include "support.h"

#include <inttypes.h>
#include <unistd.h>

/* How long another import may take to end before this one gives up. */
#define LOCK_TIMEOUT_MS 2000

/* --------------------------------------------------------------------------------------------- maps */

static int map_read(const char *path, swi__text *text)
{
	char chunk[4096];
	size_t count;
	FILE *file = fopen(path, "rbe");
	if (!file)
		return fail_errno(path);
	while ((count = fread(chunk, 1, sizeof chunk, file)) > 0 && text->length <= SWI_MAP_MAX)
		swi__text_append(text, chunk, count);
	int code = EXIT_DONE;
	if (ferror(file))
		code = fail_errno(path);
	else if (text->failed)
		code = fail("%s: memory could not be allocated", path);
	else if (text->length > SWI_MAP_MAX)
		code = fail("%s: is longer than %d bytes", path, SWI_MAP_MAX);
	fclose(file);
	return code;
}

static int preset_take(const cli_arguments *arguments, swi_options *options)
{
	swk_error error = SWK_ERROR_INIT;
	swi_preset preset = { .size = sizeof preset };
	if (swi_preset_find(arguments->values[OPTION_PRESET], arguments->values[OPTION_TABLE], &preset, &error))
		return usage(arguments->command, "%s", error.reason);
	options->table = NULL;
	options->map = preset.map;
	options->map_length = preset.map_length;
	return EXIT_DONE;
}

/* Before anything else is touched, so that a wrong map leaves no empty store. */
static int map_take(const cli_arguments *arguments, swi__text *text, swi_options *options)
{
	swk_error error = SWK_ERROR_INIT;
	const char *path = arguments->values[OPTION_MAP];
	if (arguments->values[OPTION_PRESET])
		return preset_take(arguments, options);
	if (!path)
		return EXIT_DONE;
	int code = map_read(path, text);
	if (code != EXIT_DONE)
		return code;
	options->map = text->length ? text->bytes : "";
	options->map_length = text->length;
	int failed = swi_map_check(options->map, options->map_length, &error);
	return failed ? fail_error(path, failed, &error) : EXIT_DONE;
}

/* ------------------------------------------------------------------------------------------- importing */

static void warn(void *context, const char *text)
{
	const char *source = context;
	progress_clear();
	complain("%s: warning: %s", source, text);
}

static void counts_say(const swi_counts *counts)
{
	output_format("accepted %" PRIu64 ", unchanged %" PRIu64 ", rejected %" PRIu64, counts->accepted,
	              counts->unchanged, counts->rejected);
	if (counts->skipped)
		output_format(", skipped %" PRIu64, counts->skipped);
	output_format("\n");
}

/* What was committed before a failure stays; whoever reads the line must know. */
static int import_failed(const cli_arguments *arguments, const cli_source *source, int code, const swk_error *error,
                         const swi_counts *counts)
{
	static const char map_wrong[] = "the map was wrong";
	const char *map = arguments->values[OPTION_MAP];
	bool in_map = map && strncmp(error->reason, map_wrong, strlen(map_wrong)) == 0;
	const char *table = code == SWK_ERR_USAGE ? arguments->values[OPTION_TABLE] : NULL;
	char more[SUGGEST_TEXT] = "";
	if (table)
		suggest_choice(table, cli_options[OPTION_TABLE].choices, more);
	code = fail_error_with(in_map ? map : source->name, code, error, more);
	uint64_t before = counts->accepted + counts->unchanged;
	if (before)
		complain("%" PRIu64 " rows before that went in", before);
	return code;
}

static int import_run(const cli_arguments *arguments, swk_store *store, cli_source *source, swi_options *options)
{
	swk_error error = SWK_ERROR_INIT;
	swi_counts counts = { .size = sizeof counts };
	reject_log rejects;
	int code = rejects_open(&rejects, arguments->operands[0], source->name, arguments->values[OPTION_REJECTS],
	                        arguments->values[OPTION_MAP], source->fd);
	if (code != EXIT_DONE)
		return code;
	options->reject = rejects_add;
	options->reject_context = &rejects;
	progress_begin();
	int failed = swi_import(store, source_read, source, options, &counts, &error);
	progress_clear();
	code = rejects_close(&rejects);
	if (failed && failed != SWK_ERR_REJECTED)
		return import_failed(arguments, source, failed, &error, &counts);
	counts_say(&counts);
	if (code == EXIT_DONE)
		code = counts.rejected ? EXIT_REJECTED : EXIT_OK;
	return code;
}

/* Whether nothing was ever committed. */
static bool store_empty(swk_store *store)
{
	swk_result *result = NULL;
	bool empty = false;
	if (swk_store_info(store, &result, NULL))
		return false;
	for (size_t row = 0; row < swk_result_rows(result); row++)
		if (strcmp(swk_result_text(result, row, 0, NULL), "commits") == 0)
			empty = strcmp(swk_result_text(result, row, 1, NULL), "0") == 0;
	swk_result_free(result);
	return empty;
}

/* A store that this call made and that holds nothing is taken away again: it would keep the defaults for good, which
 * nobody chose. Called while its lock is held, which stays: others may wait for it. */
static void store_withdraw(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	char beside[4096];
	for (size_t i = 0; i < SWI__COUNT(suffixes); i++)
		if (snprintf(beside, sizeof beside, "%s%s", path, suffixes[i]) < (int)sizeof beside)
			unlink(beside);
}

static int import_into_store(const cli_arguments *arguments, cli_source *source, swi_options *options)
{
	const swk_store_options open = { .size = sizeof open,
		                         .flags = SWK_OPEN_CREATE,
		                         .lock_timeout = LOCK_TIMEOUT_MS,
		                         .progress = interrupt_progress };
	swk_store *store = NULL;
	const bool made = access(arguments->operands[0], F_OK) != 0;
	int code = command_open(arguments, &open, &store);
	if (code == EXIT_DONE)
		code = option_instant(arguments, OPTION_RECORDED_AT, store, options->zone, &options->recorded_at);
	if (code == EXIT_DONE)
		code = import_run(arguments, store, source, options);
	if (made && store && code != EXIT_OK && store_empty(store))
		store_withdraw(arguments->operands[0]);
	command_close(store);
	return code;
}

static int import_check(const cli_arguments *arguments)
{
	if (arguments->values[OPTION_MAP] && arguments->values[OPTION_PRESET])
		return usage(arguments->command, "options --map and --preset do not go together");
	if (arguments->values[OPTION_MAP] && arguments->values[OPTION_TABLE])
		return usage(arguments->command, "options --map and --table do not go together");
	if (arguments->values[OPTION_PRESET] && !arguments->values[OPTION_TABLE])
		return usage(arguments->command,
		             "option --preset needs --table: what the file holds, such as lead or call");
	return EXIT_DONE;
}

int command_import(const cli_arguments *arguments)
{
	cli_source source = { .fd = -1 };
	swi__text map = { NULL, 0, 0, false };
	swi_options options = { .size = sizeof options,
		                .table = arguments->values[OPTION_TABLE],
		                .zone = arguments->values[OPTION_ZONE],
		                .strict = arguments->values[OPTION_STRICT] != NULL,
		                .ignore_unknown = arguments->values[OPTION_IGNORE_UNKNOWN] != NULL,
		                .warn = warn,
		                .progress = progress_show };
	int code = import_check(arguments);
	if (code == EXIT_DONE)
		code = map_take(arguments, &map, &options);
	if (code == EXIT_DONE)
		code = source_open(&source, arguments->operands[1]);
	options.source_size = source.size;
	options.warn_context = (void *)(uintptr_t)source.name;
	if (code == EXIT_DONE)
		code = import_into_store(arguments, &source, &options);
	source_close(&source);
	swi__text_done(&map);
	return code;
}
