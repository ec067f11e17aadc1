/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "output.h"
#include "support.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

typedef enum option_kind {
	KIND_FLAG,
	KIND_VALUE,
	KIND_REPEATED
} option_kind;

static const struct option {
	const char *name;
	option_kind kind;
	const char *value; /* what --help calls it */
	const char *help;
} options[OPTION_COUNT] = {
	[OPTION_AS_OF] = { "as-of", KIND_VALUE, "T", "what was recorded up to T" },
	[OPTION_BY] = { "by", KIND_VALUE, "D,..", "a row for every value of these dimensions" },
	[OPTION_COLOR] = { "color", KIND_VALUE, "WHEN", "auto, always or never (default: auto, on a terminal only)" },
	[OPTION_CURRENCY] = { "currency", KIND_VALUE, "C", "an ISO 4217 code" },
	[OPTION_FILL] = { "fill", KIND_FLAG, NULL, "also rows of zeros for weeks without a fact" },
	[OPTION_FORMAT] = { "format", KIND_VALUE, "F", "table, csv or json (default: table on a terminal, else csv)" },
	[OPTION_FROM] = { "from", KIND_VALUE, "WEEK", "the first week: 2026-W45, or any date in it" },
	[OPTION_HELP] = { "help", KIND_FLAG, NULL, "this text" },
	[OPTION_IGNORE_UNKNOWN] = { "ignore-unknown", KIND_FLAG, NULL, "skip fields that the table does not have" },
	[OPTION_MAP] = { "map", KIND_VALUE, "MAP.json", "FILE is CSV whose columns this map explains" },
	[OPTION_NOW] = { "now", KIND_VALUE, "T", "take T for the present" },
	[OPTION_PRESET] = { "preset", KIND_VALUE, "NAME",
	                    "FILE is an export of salesforce, hubspot, pipedrive or zoho" },
	[OPTION_PREVIOUS] = { "previous", KIND_FLAG, NULL, "beside each figure that of the week before" },
	[OPTION_RECORDED_AT] = { "recorded-at", KIND_VALUE, "T", "the stamp of the first row without one" },
	[OPTION_REJECTS] = { "rejects", KIND_VALUE, "FILE", "write refused rows to this CSV file" },
	[OPTION_SET] = { "set", KIND_REPEATED, "NAME=V", "an option of the report, such as direction=inbound" },
	[OPTION_STRICT] = { "strict", KIND_FLAG, NULL, "all rows or none" },
	[OPTION_TABLE] = { "table", KIND_VALUE, "T", "FILE is CSV whose heading names the fields of table T" },
	[OPTION_TO] = { "to", KIND_VALUE, "WEEK", "the last week, included" },
	[OPTION_TOTAL] = { "total", KIND_FLAG, NULL, "one row per group over all the weeks" },
	[OPTION_WEEK] = { "week", KIND_VALUE, "WEEK", "2026-W45, or any date in it (default: the last that is over)" },
	[OPTION_WEEK_START] = { "week-start", KIND_VALUE, "DAY", "the first weekday, monday to sunday" },
	[OPTION_WHERE] = { "where", KIND_REPEATED, "D=V",
	                   "only where dimension D is V; of one dimension, any of its values" },
	[OPTION_WIDTH] = { "width", KIND_VALUE, "N", "the width of tables (default: that of the terminal, else 80)" },
	[OPTION_ZONE] = { "zone", KIND_VALUE, "Z", "an IANA time zone, such as Europe/Berlin" },
};

/* --------------------------------------------------------------------------------------------- help */

static void help_usage(const cli_command *command)
{
	output_format("Usage: salesweek %s", command->name);
	for (size_t i = 0; i < command->operand_count; i++)
		output_format(" %s", command->operands[i]);
	output_format("%s\n\n%s\n", command->options ? " [OPTION]..." : "", command->summary);
}

void command_help(const cli_command *command)
{
	help_usage(command);
	output_format("\nOptions:\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char name[40];
		if (i != OPTION_HELP && !(command->options & UINT64_C(1) << i))
			continue;
		snprintf(name, sizeof name, "--%s%s%s", options[i].name, options[i].value ? " " : "",
		         options[i].value ? options[i].value : "");
		output_format("  %-20s  %s%s\n", name, options[i].help,
		              options[i].kind == KIND_REPEATED ? " (repeatable)" : "");
	}
	output_format("\nExample:\n  %s\n", command->example);
}

int usage(const cli_command *command, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	complain("%s (see salesweek %s%s--help)", text, command ? command->name : "", command ? " " : "");
	return EXIT_USAGE;
}

/* ------------------------------------------------------------------------------------------ parsing */

/* The option of a name of `length` bytes, or OPTION_COUNT. */
static option_id option_find(const cli_command *command, const char *name, size_t length)
{
	for (option_id id = 0; id < OPTION_COUNT; id++)
		if (strlen(options[id].name) == length && memcmp(options[id].name, name, length) == 0 &&
		    (id == OPTION_HELP || command->options & UINT64_C(1) << id))
			return id;
	return OPTION_COUNT;
}

static int option_set(cli_arguments *arguments, option_id id, char *value, int argc)
{
	const struct option *option = &options[id];
	option_list *list = &arguments->lists[id];
	if (option->kind == KIND_REPEATED) {
		if (!list->values)
			list->values = swi__alloc((size_t)argc, sizeof *list->values);
		if (!list->values)
			return fail("memory could not be allocated");
		list->values[list->count++] = value;
		return EXIT_DONE;
	}
	if (arguments->values[id] && option->kind == KIND_VALUE)
		return usage(arguments->command, "option --%s was given twice", option->name);
	arguments->values[id] = value;
	return EXIT_DONE;
}

/* Takes the option at argv[*at] and moves *at to its last word. */
static int option_take(cli_arguments *arguments, int argc, char **argv, int *at)
{
	static char nothing[1];
	char *name = argv[*at] + 2, *value = strchr(name, '=');
	size_t length = value ? (size_t)(value - name) : strlen(name);
	option_id id = option_find(arguments->command, name, length);
	if (id == OPTION_COUNT)
		return usage(arguments->command, "unknown option --%.*s", length < 64 ? (int)length : 64, name);
	if (options[id].kind == KIND_FLAG) {
		if (value)
			return usage(arguments->command, "option --%s takes no value", options[id].name);
		return option_set(arguments, id, nothing, argc);
	}
	if (!value && *at + 1 == argc)
		return usage(arguments->command, "option --%s needs a value", options[id].name);
	return option_set(arguments, id, value ? value + 1 : argv[++*at], argc);
}

static int operand_take(cli_arguments *arguments, char *operand)
{
	if (arguments->operand_count == arguments->command->operand_count)
		return usage(arguments->command, "unexpected argument \"%.80s\"", operand);
	arguments->operands[arguments->operand_count++] = operand;
	return EXIT_DONE;
}

int arguments_parse(const cli_command *command, int argc, char **argv, cli_arguments *arguments)
{
	bool ended = false;
	int code = EXIT_DONE;
	*arguments = (cli_arguments){ .command = command };
	for (int at = 0; at < argc && code == EXIT_DONE && !arguments->values[OPTION_HELP]; at++) {
		if (ended || argv[at][0] != '-' || strcmp(argv[at], "-") == 0)
			code = operand_take(arguments, argv[at]);
		else if (strcmp(argv[at], "--") == 0)
			ended = true;
		else if (argv[at][1] == '-')
			code = option_take(arguments, argc, argv, &at);
		else
			code = usage(command, "unknown option %.64s", argv[at]);
	}
	if (code != EXIT_DONE)
		return code;
	if (arguments->values[OPTION_HELP]) {
		command_help(command);
		return EXIT_OK;
	}
	if (arguments->operand_count < command->operand_count && command->operands[arguments->operand_count][0] != '[')
		return usage(command, "%s was not given", command->operands[arguments->operand_count]);
	return EXIT_DONE;
}

void arguments_done(cli_arguments *arguments)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		swi__free(arguments->lists[i].values);
}

/* ------------------------------------------------------------------------------------------- values */

int option_week_start(const cli_arguments *arguments, int32_t *week_start)
{
	static const char *const days[] = {
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
	};
	const char *value = arguments->values[OPTION_WEEK_START];
	*week_start = 0;
	if (!value)
		return EXIT_DONE;
	for (size_t i = 0; i < SWI__COUNT(days); i++)
		if (strcasecmp(value, days[i]) == 0)
			*week_start = (int32_t)i + SWK_MONDAY;
	if (*week_start)
		return EXIT_DONE;
	return usage(arguments->command, "option --week-start was \"%.40s\", not monday to sunday", value);
}

int option_format(const cli_arguments *arguments, int *format)
{
	static const char *const formats[] = {
		[SWK_FORMAT_CSV] = "csv", [SWK_FORMAT_JSON] = "json", [SWK_FORMAT_TABLE] = "table"
	};
	const char *value = arguments->values[OPTION_FORMAT];
	if (!value) {
		*format = isatty(STDOUT_FILENO) ? SWK_FORMAT_TABLE : SWK_FORMAT_CSV;
		return EXIT_DONE;
	}
	for (int i = SWK_FORMAT_CSV; i < (int)SWI__COUNT(formats); i++)
		if (strcmp(value, formats[i]) == 0) {
			*format = i;
			return EXIT_DONE;
		}
	return usage(arguments->command, "option --format was \"%.40s\", not table, csv or json", value);
}

int option_instant(const cli_arguments *arguments, option_id id, swk_store *store, const char *zone, int64_t *instant)
{
	swk_error error = SWK_ERROR_INIT;
	const char *value = arguments->values[id];
	*instant = 0;
	if (!value)
		return EXIT_DONE;
	int code = swk_store_instant_parse(store, zone, value, instant, &error);
	if (code == SWK_ERR_INVALID)
		return usage(arguments->command, "option --%s was \"%.60s\", which %s", options[id].name, value,
		             error.reason);
	if (code)
		return fail_error(NULL, code, &error);
	if (*instant == 0)
		return usage(arguments->command, "option --%s must be after 1970-01-01T00:00:00Z", options[id].name);
	return EXIT_DONE;
}
