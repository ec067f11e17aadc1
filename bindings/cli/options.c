/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "manual.h"
#include "output.h"
#include "spreadsheet.h"
#include "suggest.h"
#include "support.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

/* clang-format off */
#define FLAG(name, help) { name, KIND_FLAG, NULL, help, NULL }
#define VALUE(name, value, help) { name, KIND_VALUE, value, help, NULL }
#define CHOICE(name, value, help, choices) { name, KIND_VALUE, value, help, choices }
#define REPEATED(name, value, help) { name, KIND_REPEATED, value, help, NULL }

const cli_option cli_options[OPTION_COUNT] = {
	[OPTION_AS_OF] = VALUE("as-of", "T", "what was recorded up to T"),
	[OPTION_BY] = VALUE("by", "D,..", "a row for every value of these dimensions"),
	[OPTION_COLOR] = CHOICE("color", "WHEN", "auto, always or never (default: auto, on a terminal only)",
	                          "auto always never"),
	[OPTION_CURRENCY] = VALUE("currency", "C", "an ISO 4217 code"),
	[OPTION_FILL] = FLAG("fill", "also rows of zeros for weeks without a fact"),
	[OPTION_FORMAT] = CHOICE("format", "F",
	                          "table, csv, json, or spreadsheet (default: table on a terminal, else csv)",
	                          "table csv json spreadsheet"),
	[OPTION_FROM] = VALUE("from", "WEEK", "the first week: 2026-W45, or any date in it"),
	[OPTION_HELP] = FLAG("help", "this text"),
	[OPTION_IGNORE_UNKNOWN] = FLAG("ignore-unknown", "skip fields that the table does not have"),
	[OPTION_MAN] = FLAG("man", "as a man page, for man -l or mandoc"),
	[OPTION_MAP] = VALUE("map", "MAP.json", "FILE is CSV whose columns this map explains"),
	[OPTION_NOW] = VALUE("now", "T", "take T for the present"),
	[OPTION_PRESET] = CHOICE("preset", "NAME", "the map is for an export of this CRM",
	                          "hubspot pipedrive salesforce zoho"),
	[OPTION_PREVIOUS] = FLAG("previous", "beside each figure that of the week before"),
	[OPTION_RECORDED_AT] = VALUE("recorded-at", "T", "the stamp of the first row without one"),
	[OPTION_REJECTS] = VALUE("rejects", "FILE", "write refused rows to this CSV file"),
	[OPTION_SET] = REPEATED("set", "NAME=V", "an option of the report, such as direction=inbound"),
	[OPTION_STRICT] = FLAG("strict", "all rows or none"),
	[OPTION_TABLE] = CHOICE("table", "T", "the table in FILE; without a map the heading names its fields",
	                          "call lead meeting message opportunity quota rate rep score stage"),
	[OPTION_TO] = VALUE("to", "WEEK", "the last week, included"),
	[OPTION_TOTAL] = FLAG("total", "one row per group over all the weeks"),
	[OPTION_WEEK] = VALUE("week", "WEEK", "2026-W45, or any date in it (default: the last that is over)"),
	[OPTION_WEEK_START] = CHOICE("week-start", "DAY", "the first weekday, monday to sunday",
	                          "monday tuesday wednesday thursday friday saturday sunday"),
	[OPTION_WHERE] = REPEATED("where", "D=V", "only where dimension D is V; of one dimension, any of its values"),
	[OPTION_WIDTH] = VALUE("width", "N", "the width of tables (default: that of the terminal, else 80)"),
	[OPTION_ZONE] = VALUE("zone", "Z", "an IANA time zone, such as Europe/Berlin"),
};
/* clang-format on */

/* ---------------------------------------------------------------------------------------- mistakes */

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

option_id option_find(const cli_command *command, const char *name, size_t length)
{
	for (option_id id = 0; id < OPTION_COUNT; id++)
		if (strlen(cli_options[id].name) == length && memcmp(cli_options[id].name, name, length) == 0 &&
		    (id == OPTION_HELP || command->options & UINT64_C(1) << id))
			return id;
	return OPTION_COUNT;
}

static int option_unknown(const cli_command *command, const char *name, size_t length)
{
	char text[SUGGEST_TEXT], word[65];
	cli_guess guess;
	snprintf(word, sizeof word, "%.*s", (int)(length < 64 ? length : 64), name);
	suggest_begin(&guess, word);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (i == OPTION_HELP || command->options & UINT64_C(1) << i)
			suggest_offer(&guess, cli_options[i].name);
	return usage(command, "unknown option --%s%s", word, suggest_text(&guess, "--", text));
}

static int option_set(cli_arguments *arguments, option_id id, char *value, int argc)
{
	const cli_option *option = &cli_options[id];
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
		return option_unknown(arguments->command, name, length);
	if (cli_options[id].kind == KIND_FLAG) {
		if (value)
			return usage(arguments->command, "option --%s takes no value", cli_options[id].name);
		return option_set(arguments, id, nothing, argc);
	}
	if (!value && *at + 1 == argc)
		return usage(arguments->command, "option --%s needs a value", cli_options[id].name);
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
		else if (strcmp(argv[at], "-h") == 0)
			arguments->values[OPTION_HELP] = argv[at];
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
		return help_show(command);
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
	static const char *const formats[] = { [SWK_FORMAT_CSV] = "csv",
		                               [SWK_FORMAT_JSON] = "json",
		                               [SWK_FORMAT_TABLE] = "table",
		                               [FORMAT_SPREADSHEET] = "spreadsheet" };
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
	return usage(arguments->command, "option --format was \"%.40s\", not table, csv, json or spreadsheet", value);
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
		return usage(arguments->command, "option --%s was \"%.60s\", which %s", cli_options[id].name, value,
		             error.reason);
	if (code)
		return fail_error(NULL, code, &error);
	if (*instant == 0)
		return usage(arguments->command, "option --%s must be after 1970-01-01T00:00:00Z",
		             cli_options[id].name);
	return EXIT_DONE;
}
