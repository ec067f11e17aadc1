/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "grid.h"
#include "manual.h"
#include "output.h"

#include <ctype.h>
#include <stdio.h>

#define WIDTH 80

/* Paragraphs of the program as a whole. */
static const char about[] =
	"Turns the records of a CRM into weekly sales reports whose every number is defined, exact, and comes with its "
	"uncertainty. Records go into a store, which is one file; reports are asked from it.";

static const struct {
	const char *code, *meaning;
} exits[] = {
	{ "0", "all went well" },
	{ "1", "something failed; one line on standard error says what" },
	{ "2", "wrong usage: an unknown report, dimension, option or value" },
	{ "3", "import: some rows were refused, the others went in (with --strict none)" },
	{ "130", "interrupted" },
};

static const struct {
	const char *name, *meaning;
} variables[] = {
	{ "COLUMNS", "the width of tables, where --width is not given" },
	{ "NO_COLOR", "if it is set: no colours" },
	{ "TERM", "dumb: no colours, and ASCII alone" },
	{ "LC_ALL, LC_CTYPE, LANG", "a character set other than UTF-8: tables are drawn with ASCII" },
};

/* The option as it is written, with its value. */
static void option_write(option_id id, char *text, size_t size)
{
	const cli_option *option = &cli_options[id];
	snprintf(text, size, "--%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
}

static bool option_taken(const cli_command *command, size_t id)
{
	return id == OPTION_HELP || (command->options & UINT64_C(1) << id) != 0;
}

static const char *repeatable(size_t id)
{
	return cli_options[id].kind == KIND_REPEATED ? " (repeatable)" : "";
}

static void synopsis_write(const cli_command *command, char *text, size_t size)
{
	size_t length = (size_t)snprintf(text, size, "salesweek %s", command->name);
	for (size_t i = 0; i < command->operand_count && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, " %s", command->operands[i]);
	if (length < size)
		snprintf(text + length, size - length, " [OPTION]...");
}

/* -------------------------------------------------------------------------------------------- help */

static const cli_screen screen = { .width = WIDTH };

static void paragraphs_print(const char *text)
{
	char paragraph[1024];
	while (text && *text) {
		size_t length = strcspn(text, "\n");
		snprintf(paragraph, sizeof paragraph, "%.*s", (int)length, text);
		output_format("\n");
		grid_wrap(&screen, 0, paragraph, STYLE_PLAIN);
		text += length + (text[length] == '\n');
	}
}

static void row_add(cli_grid *grid, const char *name, const char *meaning)
{
	char text[160];
	snprintf(text, sizeof text, "  %s", name);
	grid_text(grid, text, STYLE_PLAIN);
	grid_text(grid, meaning, STYLE_PLAIN);
}

static void columns_begin(cli_grid *grid, const char *heading)
{
	output_format("\n%s:\n", heading);
	grid_column(grid, "", "", GRID_KEY);
	grid_column(grid, "", "", 0);
}

static int columns_end(cli_grid *grid, int code)
{
	int printed = grid_print(grid, &screen);
	grid_done(grid);
	return code == EXIT_OK && printed != EXIT_DONE ? printed : code;
}

static int command_print(const cli_command *command)
{
	char text[256];
	cli_grid grid = { 0 };
	synopsis_write(command, text, sizeof text);
	output_format("Usage: %s\n\n%s\n", text, command->summary);
	paragraphs_print(command->description);
	columns_begin(&grid, "Options");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char name[64];
		if (!option_taken(command, i))
			continue;
		option_write((option_id)i, name, sizeof name);
		snprintf(text, sizeof text, "%s%s", cli_options[i].help, repeatable(i));
		row_add(&grid, name, text);
	}
	int code = columns_end(&grid, EXIT_OK);
	output_format("\nExamples:\n");
	for (size_t i = 0; i < EXAMPLES_MAX && command->examples[i].command; i++) {
		output_format("  %s\n", command->examples[i].command);
		if (command->examples[i].does[0])
			output_format("      %s\n", command->examples[i].does);
	}
	return code;
}

static int program_print(void)
{
	cli_grid grid = { 0 };
	output_format("Usage: salesweek COMMAND ...\n");
	paragraphs_print(about);
	columns_begin(&grid, "Commands");
	for (size_t i = 0; i < cli_command_count; i++)
		row_add(&grid, cli_commands[i].name, cli_commands[i].summary);
	int code = columns_end(&grid, EXIT_OK);
	columns_begin(&grid, "Exit codes");
	for (size_t i = 0; i < SWI__COUNT(exits); i++)
		row_add(&grid, exits[i].code, exits[i].meaning);
	code = columns_end(&grid, code);
	columns_begin(&grid, "Environment");
	for (size_t i = 0; i < SWI__COUNT(variables); i++)
		row_add(&grid, variables[i].name, variables[i].meaning);
	code = columns_end(&grid, code);
	output_format("\nsalesweek help COMMAND tells more, salesweek --version the version.\n"
	              "\nExamples:\n  salesweek import sales.swk records.jsonl\n  salesweek weekly sales.swk\n");
	return code;
}

int help_show(const cli_command *command)
{
	return command ? command_print(command) : program_print();
}

/* ------------------------------------------------------------------------------------------ man pages */

/* Text for troff: hyphens as they are typed, and nothing that is taken for a request. */
static void roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		output_format("\\&");
	for (; *text; text++) {
		if (*text == '-')
			output_format("\\-");
		else if (*text == '\\')
			output_format("\\e");
		else
			output_format("%c", *text);
	}
}

static void roff_line(const char *before, const char *text)
{
	output_format("%s", before);
	roff(text);
	output_format("\n");
}

static void roff_item(const char *name, const char *meaning, const char *more)
{
	roff_line(".TP\n.B ", name);
	roff(meaning);
	roff_line("", more);
}

static void page_begin(const char *name, const char *summary)
{
	char title[64];
	size_t length = (size_t)snprintf(title, sizeof title, "salesweek%s%s", *name ? "-" : "", name);
	output_format(".\\\" SPDX-License-Identifier: MIT\n.\\\" Written by salesweek help --man%s%s.\n.TH ",
	              *name ? " " : "", name);
	for (size_t i = 0; i < length; i++)
		output_format("%c", toupper((unsigned char)title[i]));
	output_format(" 1 \"\" \"salesweek %s\" \"User Commands\"\n.SH NAME\n", swk_version());
	roff(title);
	output_format(" \\- ");
	/* As whatis likes it: a small letter first, no point at the end. */
	output_format("%c%.*s\n", tolower((unsigned char)summary[0]), (int)strlen(summary) - 2, summary + 1);
}

static void roff_paragraphs(const char *text)
{
	char paragraph[1024];
	for (bool first = true; text && *text; first = false) {
		size_t length = strcspn(text, "\n");
		snprintf(paragraph, sizeof paragraph, "%.*s", (int)length, text);
		roff_line(first ? "" : ".PP\n", paragraph);
		text += length + (text[length] == '\n');
	}
}

static void page_end(void)
{
	output_format(".SH EXIT STATUS\n");
	for (size_t i = 0; i < SWI__COUNT(exits); i++)
		roff_item(exits[i].code, exits[i].meaning, "");
	output_format(".SH ENVIRONMENT\n");
	for (size_t i = 0; i < SWI__COUNT(variables); i++)
		roff_item(variables[i].name, variables[i].meaning, "");
}

static void page_links(const cli_command *command)
{
	output_format(".SH SEE ALSO\n");
	if (command)
		output_format(".BR salesweek (1)");
	for (size_t i = 0; i < cli_command_count; i++)
		if (&cli_commands[i] != command)
			output_format("%s.BR salesweek\\-%s (1)", i || command ? ",\n" : "", cli_commands[i].name);
	output_format("\n");
}

static void page_command(const cli_command *command)
{
	char text[256];
	page_begin(command->name, command->summary);
	synopsis_write(command, text, sizeof text);
	roff_line(".SH SYNOPSIS\n.B ", text);
	output_format(".SH DESCRIPTION\n");
	roff_paragraphs(command->description ? command->description : command->summary);
	output_format(".SH OPTIONS\n");
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!option_taken(command, i))
			continue;
		option_write((option_id)i, text, sizeof text);
		roff_item(text, cli_options[i].help, repeatable(i));
	}
	output_format(".SH EXAMPLES\n");
	for (size_t i = 0; i < EXAMPLES_MAX && command->examples[i].command; i++)
		roff_item(command->examples[i].command, command->examples[i].does, "");
}

int help_page(const cli_command *command)
{
	if (command) {
		page_command(command);
	} else {
		page_begin("", "Weekly sales reports from the records of a CRM.");
		output_format(".SH SYNOPSIS\n.B salesweek\n.I COMMAND\n\\&...\n.SH DESCRIPTION\n");
		roff_paragraphs(about);
		output_format(".SH COMMANDS\n");
		for (size_t i = 0; i < cli_command_count; i++)
			roff_item(cli_commands[i].name, cli_commands[i].summary, "");
	}
	page_end();
	page_links(command);
	return EXIT_OK;
}

int command_help(const cli_arguments *arguments)
{
	const char *name = arguments->operands[0];
	const cli_command *command = name ? command_find(name) : NULL;
	if (name && !command)
		return command_unknown(name);
	return arguments->values[OPTION_MAN] ? help_page(command) : help_show(command);
}
