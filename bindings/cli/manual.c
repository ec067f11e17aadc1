/* SPDX-License-Identifier: MIT */
#include "manual.h"

#include "commands.h"
#include "support.h"

/* What every command takes that shows a result. */
#define SHOWN (OPTION_BIT(FORMAT) | OPTION_BIT(WIDTH) | OPTION_BIT(COLOR))

/* clang-format off */
const cli_command cli_commands[] = {
	{ .name = "init", .operands = { "STORE" }, .operand_count = 1,
	  .options = OPTION_BIT(ZONE) | OPTION_BIT(WEEK_START) | OPTION_BIT(CURRENCY),
	  .summary = "Creates a store with its reporting calendar and base currency.",
	  .description =
		"A store is one file. Its weeks begin on --week-start (monday) in the time zone --zone (UTC); "
		"amounts without a currency are in --currency (USD). These are kept with the store: name them "
		"before the first import, which else creates the store with the defaults. A report may ask for "
		"another calendar or currency.",
	  .examples = { { "salesweek init sales.swk --zone Europe/Berlin --currency EUR",
	                  "weeks from Monday as Berlin's clocks have it, amounts in euros" },
	                { "salesweek init us.swk --zone America/New_York --week-start sunday",
	                  "weeks from Sunday" } },
	  .run = command_init },
	{ .name = "import", .operands = { "STORE", "FILE" }, .operand_count = 2,
	  .options = OPTION_BIT(ZONE) | OPTION_BIT(TABLE) | OPTION_BIT(MAP) | OPTION_BIT(PRESET) |
	             OPTION_BIT(RECORDED_AT) | OPTION_BIT(STRICT) | OPTION_BIT(REJECTS) | OPTION_BIT(IGNORE_UNKNOWN),
	  .summary = "Reads records from a file into a store.",
	  .description =
		"FILE is a text file, or - for standard input. It holds JSON lines, one record each; with --table "
		"it is CSV whose heading names the fields of that table, with --map CSV of any layout, as the map "
		"explains, and with --preset and --table the export of a known CRM. Importing a file again "
		"changes nothing; newer versions of a record replace what reports see, and the older ones stay "
		"for questions about the past.\n"
		"Rows that are wrong are refused one by one, with file, line, field, value and reason; the others "
		"go in. The last line says how many: accepted, unchanged, rejected. --rejects keeps them as they "
		"are, to be mended and imported: a spreadsheet may take such cells for formulas.",
	  .examples = { { "salesweek import sales.swk records.jsonl", "JSON lines of any tables" },
	                { "salesweek import sales.swk --table call calls.csv --rejects refused.csv",
	                  "CSV with our own headings; what is refused is kept" },
	                { "salesweek import sales.swk --map crm.map.json export.csv",
	                  "CSV as another tool exports it" },
	                { "salesweek import sales.swk --preset hubspot --table opportunity deals.csv",
	                  "the export of a known CRM" },
	                { "zcat calls.csv.gz | salesweek import sales.swk --table call -", "from standard input" } },
	  .run = command_import },
	{ .name = "map", .operands = { "[FILE]" }, .operand_count = 1,
	  .options = OPTION_BIT(TABLE) | OPTION_BIT(PRESET),
	  .summary = "Proposes a map for a CSV file with somebody else's headings.",
	  .description =
		"Looks at the headings and a hundred rows of FILE. The map goes to standard output, for you to look "
		"through and edit; what is unsure goes to standard error. With --preset and --table it prints the "
		"map that ships for a CRM; without anything it lists those.",
	  .examples = { { "salesweek map deals.csv > deals.map.json", "a proposal to edit" },
	                { "salesweek map deals.csv --table opportunity", "the file holds deals" },
	                { "salesweek map --preset hubspot --table lead", "a map that ships" },
	                { "salesweek map", "which there are" } },
	  .run = command_map },
	{ .name = "weekly", .operands = { "STORE" }, .operand_count = 1,
	  .options = OPTION_BIT(WEEK) | OPTION_BIT(NOW) | OPTION_BIT(ZONE) | OPTION_BIT(WEEK_START) |
	             OPTION_BIT(CURRENCY) | OPTION_BIT(WIDTH) | OPTION_BIT(COLOR),
	  .summary = "Shows all reports of one week, the week before beside it.",
	  .description =
		"The week is the last one that is over, or that of --week. A week under way is compared with the "
		"one before up to the same weekday and hour. Each report has a headline, its main figures with "
		"their 95 % intervals, and the last twelve weeks as a sparkline; below stands who did what. A "
		"difference that may be chance is told apart from one that is more than that. Records that look "
		"wrong are named at the end: data that ended weeks ago, references to nothing, amounts in no "
		"currency.",
	  .examples = { { "salesweek weekly sales.swk", "the last week" },
	                { "salesweek weekly sales.swk --week 2026-W45", "a week by its label, or by any date in it" },
	                { "salesweek weekly sales.swk --width 120 --color never > week.txt", "as a plain text file" } },
	  .run = command_weekly },
	{ .name = "report", .operands = { "STORE", "REPORT" }, .operand_count = 2,
	  .options = OPTION_BIT(BY) | OPTION_BIT(WHERE) | OPTION_BIT(FROM) | OPTION_BIT(TO) | OPTION_BIT(TOTAL) |
	             OPTION_BIT(FILL) | OPTION_BIT(PREVIOUS) | OPTION_BIT(ZONE) | OPTION_BIT(WEEK_START) |
	             OPTION_BIT(NOW) | OPTION_BIT(AS_OF) | OPTION_BIT(CURRENCY) | OPTION_BIT(SET) | SHOWN,
	  .summary = "Answers a question from a store.",
	  .description =
		"REPORT is calls, responses, first_touch, deals, scores, conversion, meetings or win_rate; "
		"salesweek catalog lists the dimensions, options and columns of each. There is a row for every "
		"week and group, or with --total one for every group over all the weeks.\n"
		"On a terminal the answer is a table for people, rounded, with charts; wide ones come in several "
		"blocks. Else it is CSV (RFC 4180), exact; so is --format json. Spreadsheets take a text that "
		"begins with = + - @ for a formula: --format spreadsheet is CSV with an apostrophe before such "
		"texts, for files that are opened with one.",
	  .examples = { { "salesweek report sales.swk calls --by rep --total",
	                  "who called how often, and who was reached" },
	                { "salesweek report sales.swk calls --by weekday,hour --total --set clock=lead",
	                  "the best hours to call, on the clocks of the leads" },
	                { "salesweek report sales.swk deals --by team --from 2026-W40 --previous",
	                  "what each team sold, beside the week before" },
	                { "salesweek report sales.swk win_rate --by rep --total --from 2026-W33",
	                  "who wins more, and whether that is more than luck" },
	                { "salesweek report sales.swk calls --where team=North --where team=South --format json",
	                  "of two teams, for a program" },
	                { "salesweek report sales.swk deals --as-of 2026-10-01", "as it was known on a day" } },
	  .run = command_report },
	{ .name = "info", .operands = { "STORE" }, .operand_count = 1, .options = SHOWN,
	  .summary = "Says what a store holds.",
	  .description =
		"Its calendar and currency, the records and versions of each table, and on a terminal what looks "
		"wrong with them.",
	  .examples = { { "salesweek info sales.swk", "" },
	                { "salesweek info sales.swk --format json", "for a program" } },
	  .run = command_info },
	{ .name = "catalog", .options = SHOWN,
	  .summary = "Lists every report with its dimensions, options and columns.",
	  .examples = { { "salesweek catalog", "" },
	                { "salesweek catalog --format csv", "with units and what rates count" } },
	  .run = command_catalog },
	{ .name = "help", .operands = { "[COMMAND]" }, .operand_count = 1,
	  .options = OPTION_BIT(MAN),
	  .summary = "Tells about a command, or about the program.",
	  .examples = { { "salesweek help report", "" } },
	  .run = command_help },
};
/* clang-format on */

const size_t cli_command_count = SWI__COUNT(cli_commands);

const cli_command *command_find(const char *name)
{
	for (size_t i = 0; i < cli_command_count; i++)
		if (strcmp(cli_commands[i].name, name) == 0)
			return &cli_commands[i];
	return NULL;
}
