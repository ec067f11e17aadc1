/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "output.h"
#include "suggest.h"
#include "support.h"
#include "view.h"

/* A question as the command line asks it. */
typedef struct report_question {
	swk_query query;
	const char **by;
	swk_filter *filters;
	swk_option *options;
} report_question;

static void question_done(report_question *question)
{
	swi__free(question->by);
	swi__free(question->filters);
	swi__free(question->options);
}

/* Cuts the list of --by at its commas, in place. */
static int question_by(const cli_arguments *arguments, report_question *question)
{
	char *list = arguments->values[OPTION_BY];
	size_t count = 0;
	if (!list)
		return EXIT_DONE;
	question->by = swi__alloc(strlen(list) + 1, sizeof *question->by);
	if (!question->by)
		return fail("memory could not be allocated");
	for (char *name = list; name;) {
		char *comma = strchr(name, ',');
		if (comma)
			*comma++ = '\0';
		if (!*name)
			return usage(arguments->command,
			             "option --by has an empty name, not dimensions with commas between them");
		question->by[count++] = name;
		name = comma;
	}
	question->query.by = question->by;
	question->query.by_count = count;
	return EXIT_DONE;
}

/* Cuts "name=value" at its first "=", in place; NULL when there is none. */
static char *pair_cut(char *pair)
{
	char *value = strchr(pair, '=');
	if (value)
		*value++ = '\0';
	return value;
}

static int question_filters(const cli_arguments *arguments, report_question *question)
{
	const option_list *list = &arguments->lists[OPTION_WHERE];
	question->filters = swi__alloc(list->count, sizeof *question->filters);
	if (!question->filters)
		return fail("memory could not be allocated");
	for (size_t i = 0; i < list->count; i++) {
		const char *value = pair_cut(list->values[i]);
		if (!value)
			return usage(arguments->command, "option --where was \"%.60s\", not D=V", list->values[i]);
		question->filters[i] = (swk_filter){ list->values[i], value };
	}
	question->query.filters = question->filters;
	question->query.filter_count = list->count;
	return EXIT_DONE;
}

static int question_options(const cli_arguments *arguments, report_question *question)
{
	const option_list *list = &arguments->lists[OPTION_SET];
	question->options = swi__alloc(list->count, sizeof *question->options);
	if (!question->options)
		return fail("memory could not be allocated");
	for (size_t i = 0; i < list->count; i++) {
		const char *value = pair_cut(list->values[i]);
		if (!value)
			return usage(arguments->command, "option --set was \"%.60s\", not NAME=V", list->values[i]);
		question->options[i] = (swk_option){ list->values[i], value };
	}
	question->query.options = question->options;
	question->query.option_count = list->count;
	return EXIT_DONE;
}

static uint32_t question_flags(const cli_arguments *arguments)
{
	static const struct {
		option_id id;
		uint32_t flag;
	} flags[] = { { OPTION_TOTAL, SWK_QUERY_TOTAL },
		      { OPTION_FILL, SWK_QUERY_FILL },
		      { OPTION_PREVIOUS, SWK_QUERY_PREVIOUS } };
	uint32_t set = 0;
	for (size_t i = 0; i < SWI__COUNT(flags); i++)
		if (arguments->values[flags[i].id])
			set |= flags[i].flag;
	return set;
}

/* All that needs no store. */
static int question_read(const cli_arguments *arguments, report_question *question)
{
	*question = (report_question){ .query = { .size = sizeof question->query,
		                                  .report = arguments->operands[1],
		                                  .from = arguments->values[OPTION_FROM],
		                                  .to = arguments->values[OPTION_TO],
		                                  .flags = question_flags(arguments),
		                                  .zone = arguments->values[OPTION_ZONE],
		                                  .currency = arguments->values[OPTION_CURRENCY] } };
	int code = option_week_start(arguments, &question->query.week_start);
	if (code == EXIT_DONE)
		code = question_by(arguments, question);
	if (code == EXIT_DONE)
		code = question_filters(arguments, question);
	return code == EXIT_DONE ? question_options(arguments, question) : code;
}

static int question_ask(const cli_arguments *arguments, swk_store *store, swk_query *query, int format,
                        const cli_screen *screen)
{
	char text[SUGGEST_TEXT];
	swk_error error = SWK_ERROR_INIT;
	swk_result *result = NULL;
	int code = option_instant(arguments, OPTION_NOW, store, query->zone, &query->now);
	if (code == EXIT_DONE)
		code = option_instant(arguments, OPTION_AS_OF, store, query->zone, &query->as_of);
	if (code != EXIT_DONE)
		return code;
	int failed = swk_store_report(store, query, &result, &error);
	if (failed)
		return fail_error_with(NULL, failed, &error, suggest_for_error(query->report, &error, text));
	if (format != SWK_FORMAT_TABLE)
		return output_result(result, format);
	code = view_report(screen, store, query, result);
	swk_result_free(result);
	return code;
}

int command_report(const cli_arguments *arguments)
{
	report_question question;
	swk_store *store = NULL;
	cli_screen screen;
	int format;
	int code = question_read(arguments, &question);
	if (code == EXIT_DONE)
		code = option_format(arguments, &format);
	if (code == EXIT_DONE)
		code = screen_open(arguments, &screen);
	if (code == EXIT_DONE)
		code = command_open(arguments, NULL, &store);
	if (code == EXIT_DONE)
		code = question_ask(arguments, store, &question.query, format, &screen);
	command_close(store);
	question_done(&question);
	return code;
}
