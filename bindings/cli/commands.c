/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "hints.h"
#include "interrupt.h"
#include "output.h"
#include "support.h"
#include "view.h"

int command_open(const cli_arguments *arguments, const swk_store_options *options, swk_store **store)
{
	const swk_store_options reading = { .size = sizeof reading,
		                            .flags = SWK_OPEN_READ_ONLY,
		                            .progress = interrupt_progress };
	swk_error error = SWK_ERROR_INIT;
	int code = swk_store_open(arguments->operands[0], options ? options : &reading, store, &error);
	/* Most errors of files name the file. */
	if (code)
		return fail_error(strcmp(error.value, arguments->operands[0]) == 0 ? NULL : arguments->operands[0],
		                  code, &error);
	interrupt_watch(*store);
	return EXIT_DONE;
}

void command_close(swk_store *store)
{
	interrupt_watch(NULL);
	swk_store_close(store);
}

int command_init(const cli_arguments *arguments)
{
	swk_store_options options = { .size = sizeof options,
		                      .flags = SWK_OPEN_CREATE,
		                      .zone = arguments->values[OPTION_ZONE],
		                      .currency = arguments->values[OPTION_CURRENCY],
		                      .progress = interrupt_progress };
	swk_store *store = NULL;
	int code = option_week_start(arguments, &options.week_start);
	if (code == EXIT_DONE)
		code = command_open(arguments, &options, &store);
	command_close(store);
	return code == EXIT_DONE ? EXIT_OK : code;
}

/* Shows a result of texts and frees it. */
static int result_show(const cli_arguments *arguments, swk_result *result,
                       int (*view)(const cli_screen *, const swk_result *))
{
	cli_screen screen;
	int format;
	int code = option_format(arguments, &format);
	if (code == EXIT_DONE)
		code = screen_open(arguments, &screen);
	if (code == EXIT_DONE && format != SWK_FORMAT_TABLE)
		return output_result(result, format);
	if (code == EXIT_DONE)
		code = view(&screen, result);
	swk_result_free(result);
	return code;
}

/* In a terminal also how new the records are, and what is wrong with them. */
static int info_hints(const cli_arguments *arguments, swk_store *store)
{
	cli_screen screen;
	cli_hints hints;
	int format;
	int code = option_format(arguments, &format);
	if (code != EXIT_DONE || format != SWK_FORMAT_TABLE)
		return EXIT_OK;
	code = screen_open(arguments, &screen);
	if (code == EXIT_DONE)
		code = hints_read(store, 0, &hints);
	if (code != EXIT_DONE)
		return code;
	code = hints_dates(&hints, &screen);
	hints_print(&hints, &screen);
	hints_done(&hints);
	return code == EXIT_DONE ? EXIT_OK : code;
}

int command_info(const cli_arguments *arguments)
{
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = NULL;
	swk_result *result = NULL;
	int code = command_open(arguments, NULL, &store);
	if (code == EXIT_DONE) {
		int failed = swk_store_info(store, &result, &error);
		code = failed ? fail_error(arguments->operands[0], failed, &error)
		              : result_show(arguments, result, view_info);
		if (code == EXIT_OK)
			code = info_hints(arguments, store);
	}
	command_close(store);
	return code;
}

int command_catalog(const cli_arguments *arguments)
{
	swk_error error = SWK_ERROR_INIT;
	swk_result *result = NULL;
	int failed = swk_catalog(&result, &error);
	return failed ? fail_error(NULL, failed, &error) : result_show(arguments, result, view_catalog);
}
