/* SPDX-License-Identifier: MIT
 *
 * options: the command line as one table of options and one of commands (manual.h). Parsing, --help, the man pages and
 * what shells complete walk the same tables.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "salesweek.h"

#include <stdbool.h>

typedef enum option_id {
	OPTION_AS_OF,
	OPTION_BY,
	OPTION_COLOR,
	OPTION_CURRENCY,
	OPTION_FILL,
	OPTION_FORMAT,
	OPTION_FROM,
	OPTION_HELP,
	OPTION_IGNORE_UNKNOWN,
	OPTION_MAN,
	OPTION_MAP,
	OPTION_NOW,
	OPTION_PRESET,
	OPTION_PREVIOUS,
	OPTION_RECORDED_AT,
	OPTION_REJECTS,
	OPTION_SET,
	OPTION_STRICT,
	OPTION_TABLE,
	OPTION_TO,
	OPTION_TOTAL,
	OPTION_WEEK,
	OPTION_WEEK_START,
	OPTION_WHERE,
	OPTION_WIDTH,
	OPTION_ZONE,
	OPTION_COUNT
} option_id;

#define OPTION_BIT(id) (UINT64_C(1) << OPTION_##id)

#define OPERANDS_MAX 2
#define EXAMPLES_MAX 6

typedef enum option_kind {
	KIND_FLAG,
	KIND_VALUE,
	KIND_REPEATED
} option_kind;

typedef struct cli_option {
	const char *name;
	option_kind kind;
	const char *value; /* what --help calls it; NULL for flags */
	const char *help;
	const char *choices; /* the words it may be, for shells to complete; NULL: any */
} cli_option;

extern const cli_option cli_options[OPTION_COUNT];

typedef struct cli_arguments cli_arguments;

typedef struct cli_command {
	const char *name;
	const char *operands[OPERANDS_MAX]; /* "FILE" must be given, "[FILE]" may */
	size_t operand_count;
	uint64_t options;        /* OPTION_BIT of those it takes; --help goes without saying */
	const char *summary;     /* one sentence */
	const char *description; /* paragraphs, a line each; NULL: the summary says it all */
	struct {
		const char *command, *does;
	} examples[EXAMPLES_MAX];
	int (*run)(const cli_arguments *arguments); /* returns the exit code */
} cli_command;

/* The values of an option that may be repeated, in their order. */
typedef struct option_list {
	char **values;
	size_t count;
} option_list;

struct cli_arguments {
	const cli_command *command;
	char *operands[OPERANDS_MAX];
	size_t operand_count;
	char *values[OPTION_COUNT]; /* NULL: not given; of a flag the empty text */
	option_list lists[OPTION_COUNT];
};

/* Reads what follows the command's name. EXIT_DONE, or the exit code when the program is to end now (a mistake, which
 * was told, or --help, which was shown). arguments_done frees what was allocated, in either case. */
int arguments_parse(const cli_command *command, int argc, char **argv, cli_arguments *arguments);
void arguments_done(cli_arguments *arguments);

/* The option of a name of `length` bytes that the command takes, or OPTION_COUNT. */
option_id option_find(const cli_command *command, const char *name, size_t length);

/* One line on wrong usage; returns EXIT_USAGE. */
int usage(const cli_command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value of --week-start as a weekday, 0 when it was not given; of --format as a swk_format (its default depends on
 * what standard output is). They tell mistakes: EXIT_DONE or EXIT_USAGE. */
int option_week_start(const cli_arguments *arguments, int32_t *week_start);
int option_format(const cli_arguments *arguments, int *format);

/* The instant of an option that names one, 0 when it was not given, read in `zone` (NULL: the store's). */
int option_instant(const cli_arguments *arguments, option_id id, swk_store *store, const char *zone, int64_t *instant);

#endif
