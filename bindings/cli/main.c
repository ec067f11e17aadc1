/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "interrupt.h"
#include "output.h"
#include "support.h"

/* What every command takes that shows a result. */
#define SHOWN (OPTION_BIT(FORMAT) | OPTION_BIT(WIDTH) | OPTION_BIT(COLOR))

static const cli_command commands[] = {
	{ "init",
	  { "STORE" },
	  1,
	  OPTION_BIT(ZONE) | OPTION_BIT(WEEK_START) | OPTION_BIT(CURRENCY),
	  "Creates a store with its reporting calendar (UTC, monday) and base currency (USD).",
	  "salesweek init sales.swk --zone Europe/Berlin --currency EUR",
	  command_init },
	{ "import",
	  { "STORE", "FILE" },
	  2,
	  OPTION_BIT(ZONE) | OPTION_BIT(TABLE) | OPTION_BIT(MAP) | OPTION_BIT(PRESET) | OPTION_BIT(RECORDED_AT) |
	          OPTION_BIT(STRICT) | OPTION_BIT(REJECTS) | OPTION_BIT(IGNORE_UNKNOWN),
	  "Reads records from FILE (-: standard input) into the store, creating it with the defaults.\n"
	  "FILE holds JSON lines; with --table, --map or --preset it is CSV. Exit 3: some rows were refused.",
	  "salesweek import sales.swk --table call calls.csv --rejects refused.csv",
	  command_import },
	{ "map",
	  { "[FILE]" },
	  1,
	  OPTION_BIT(TABLE) | OPTION_BIT(PRESET),
	  "Proposes a map for a CSV file with somebody else's headings, for you to look through and edit.\n"
	  "The map goes to standard output, what is unsure to standard error. With --preset and --table it\n"
	  "prints the map that ships for a CRM; without anything it lists those.",
	  "salesweek map deals.csv > deals.map.json && salesweek import sales.swk --map deals.map.json deals.csv",
	  command_map },
	{ "report",
	  { "STORE", "REPORT" },
	  2,
	  OPTION_BIT(BY) | OPTION_BIT(WHERE) | OPTION_BIT(FROM) | OPTION_BIT(TO) | OPTION_BIT(TOTAL) |
	          OPTION_BIT(FILL) | OPTION_BIT(PREVIOUS) | OPTION_BIT(ZONE) | OPTION_BIT(WEEK_START) |
	          OPTION_BIT(NOW) | OPTION_BIT(AS_OF) | OPTION_BIT(CURRENCY) | OPTION_BIT(SET) | SHOWN,
	  "Answers a question from the store. `salesweek catalog` lists reports, dimensions and columns.",
	  "salesweek report sales.swk calls --by rep --where team=North --from 2026-W40",
	  command_report },
	{ "weekly",
	  { "STORE" },
	  1,
	  OPTION_BIT(WEEK) | OPTION_BIT(NOW) | OPTION_BIT(ZONE) | OPTION_BIT(WEEK_START) | OPTION_BIT(CURRENCY) |
	          OPTION_BIT(WIDTH) | OPTION_BIT(COLOR),
	  "Shows all reports of one week, the week before beside it.",
	  "salesweek weekly sales.swk --week 2026-W45",
	  command_weekly },
	{ "info",
	  { "STORE" },
	  1,
	  SHOWN,
	  "Says what the store holds.",
	  "salesweek info sales.swk --format json",
	  command_info },
	{ "catalog",
	  { NULL },
	  0,
	  SHOWN,
	  "Lists every report with its dimensions, options and columns.",
	  "salesweek catalog --format table",
	  command_catalog },
};

static int program_help(void)
{
	output_format("Usage: salesweek COMMAND ...\n\nWeekly sales reports from the records of a CRM.\n\nCommands:\n");
	for (size_t i = 0; i < SWI__COUNT(commands); i++) {
		size_t line = strcspn(commands[i].summary, "\n");
		output_format("  %-8s  %.*s\n", commands[i].name, (int)line, commands[i].summary);
	}
	output_format(
		"\n`salesweek COMMAND --help` tells more, `salesweek --version` the version.\n"
		"\nExample:\n  salesweek import sales.swk calls.jsonl && salesweek report sales.swk calls --by team\n");
	return EXIT_OK;
}

static int program_run(int argc, char **argv)
{
	cli_arguments arguments;
	if (argc < 2)
		return usage(NULL, "no command was given");
	if (strcmp(argv[1], "--help") == 0)
		return program_help();
	if (strcmp(argv[1], "--version") == 0) {
		output_format("salesweek %s\n", swk_version());
		return EXIT_OK;
	}
	for (size_t i = 0; i < SWI__COUNT(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		int code = arguments_parse(&commands[i], argc - 2, argv + 2, &arguments);
		if (code == EXIT_DONE)
			code = commands[i].run(&arguments);
		arguments_done(&arguments);
		return code;
	}
	return usage(NULL, "unknown %s %.64s", argv[1][0] == '-' ? "option" : "command", argv[1]);
}

int main(int argc, char **argv)
{
	output_guard();
	interrupt_begin();
	return output_finish(program_run(argc, argv));
}
