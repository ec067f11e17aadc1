/* SPDX-License-Identifier: MIT */
#include "complete.h"

#include "manual.h"
#include "names.h"
#include "output.h"
#include "salesweek_import.h"
#include "support.h"

#include <stdio.h>

/* What is to be completed, and what stands before it on the line. */
typedef struct cli_completion {
	const char *start;  /* what candidates begin with */
	const char *prefix; /* what is put before each: "rep," of "rep,so" */
	size_t prefix_length;
	const char *report; /* NULL: not given yet */
	const char *option; /* of --set: the name whose values are wanted */
	const char *preset; /* NULL: none */
} cli_completion;

static void offer(const cli_completion *completion, const char *candidate, const char *after)
{
	if (strncmp(candidate, completion->start, strlen(completion->start)) == 0)
		output_format("%.*s%s%s\n", (int)completion->prefix_length, completion->prefix, candidate, after);
}

static void offer_name(void *context, const char *name, const char *values)
{
	(void)values;
	offer(context, name, "");
}

/* A dimension that stands not yet before the last comma. */
static void offer_dimension(void *context, const char *name, const char *values)
{
	const cli_completion *completion = context;
	size_t length = strlen(name);
	(void)values;
	for (const char *at = completion->prefix; at < completion->start;) {
		size_t other = strcspn(at, ",=");
		if (other == length && memcmp(at, name, length) == 0)
			return;
		at += other + 1;
	}
	offer(completion, name, "");
}

/* The tables that a preset has maps for. */
static void offer_tables(const cli_completion *completion)
{
	for (size_t i = 0; i < swi_preset_count(); i++) {
		swi_preset preset = { .size = sizeof preset };
		if (!swi_preset_get(i, &preset, NULL) && strcmp(preset.name, completion->preset) == 0)
			offer(completion, preset.table, "");
	}
}

static void offer_pair(void *context, const char *name, const char *values)
{
	(void)values;
	offer(context, name, "=");
}

/* The values of one option, which stand with bars between them. */
static void offer_values(void *context, const char *name, const char *values)
{
	const cli_completion *completion = context;
	char value[64];
	if (strcmp(name, completion->option) != 0)
		return;
	for (const char *at = values; *at;) {
		size_t length = strcspn(at, "|");
		snprintf(value, sizeof value, "%.*s", (int)length, at);
		offer(completion, value, "");
		at += length + (at[length] == '|');
	}
}

/* Words with spaces between them. */
static void offer_words(const cli_completion *completion, const char *words, const char *before)
{
	char word[64];
	for (const char *at = words; *at;) {
		size_t length = strcspn(at, " ");
		snprintf(word, sizeof word, "%s%.*s", before, (int)length, at);
		offer(completion, word, "");
		at += length + (at[length] == ' ');
	}
}

/* Moves what is to be completed behind the last `mark` of it. */
static void split(cli_completion *completion, char mark)
{
	const char *last = strrchr(completion->start, mark);
	if (!last)
		return;
	completion->prefix_length = (size_t)(last + 1 - completion->prefix);
	completion->start = last + 1;
}

static void complete_set(cli_completion *completion)
{
	char name[64];
	size_t length = strcspn(completion->start, "=");
	if (!completion->start[length]) {
		names_each(completion->report, "option", offer_pair, completion);
		return;
	}
	snprintf(name, sizeof name, "%.*s", (int)length, completion->start);
	completion->option = name;
	split(completion, '=');
	names_each(completion->report, "option", offer_values, completion);
}

static void complete_value(cli_completion *completion, const cli_option *option)
{
	if (option == &cli_options[OPTION_TABLE] && completion->preset)
		offer_tables(completion);
	else if (option->choices)
		offer_words(completion, option->choices, "");
	if (!completion->report)
		return;
	if (option == &cli_options[OPTION_BY]) {
		split(completion, ',');
		names_each(completion->report, "dimension", offer_dimension, completion);
	} else if (option == &cli_options[OPTION_WHERE] && !strchr(completion->start, '=')) {
		names_each(completion->report, "dimension", offer_pair, completion);
	} else if (option == &cli_options[OPTION_SET]) {
		complete_set(completion);
	}
}

static void complete_options(const cli_completion *completion, const cli_command *command)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (i == OPTION_HELP || command->options & UINT64_C(1) << i)
			offer_words(completion, cli_options[i].name, "--");
}

static void complete_commands(const cli_completion *completion)
{
	for (size_t i = 0; i < cli_command_count; i++)
		offer(completion, cli_commands[i].name, "");
}

/* The option that a word is, with its value or without; NULL: none of this command. */
static const cli_option *option_of(const cli_command *command, const char *word)
{
	if (strncmp(word, "--", 2) != 0)
		return NULL;
	option_id id = option_find(command, word + 2, strcspn(word + 2, "="));
	return id < OPTION_COUNT ? &cli_options[id] : NULL;
}

static void complete_operand(cli_completion *completion, const cli_command *command, size_t operand)
{
	const char *name = operand < command->operand_count ? command->operands[operand] : "";
	if (strcmp(name, "REPORT") == 0)
		names_each("", "report", offer_name, completion);
	else if (strcmp(name, "[COMMAND]") == 0)
		complete_commands(completion);
}

/* Remembers the preset that a word names, behind its option or in it. */
static void preset_take(cli_completion *completion, const cli_option *pending, const cli_option *option, char *word)
{
	const cli_option *preset = &cli_options[OPTION_PRESET];
	const char *value = strchr(word, '=');
	if (pending == preset)
		completion->preset = word;
	else if (!pending && option == preset && value)
		completion->preset = value + 1;
}

static void complete_words(const cli_command *command, int count, char **words)
{
	cli_completion completion = { .start = words[count - 1], .prefix = words[count - 1] };
	const cli_option *pending = NULL;
	size_t operands = 0;
	for (int i = 0; i + 1 < count; i++) {
		const cli_option *option = option_of(command, words[i]);
		if (!pending && !option && operands < command->operand_count &&
		    strcmp(command->operands[operands++], "REPORT") == 0)
			completion.report = words[i];
		preset_take(&completion, pending, option, words[i]);
		pending = !pending && option && option->value && !strchr(words[i], '=') ? option : NULL;
	}
	const cli_option *option = option_of(command, completion.start);
	if (pending) {
		complete_value(&completion, pending);
	} else if (option && option->value && strchr(completion.start, '=')) {
		completion.start = strchr(completion.start, '=') + 1;
		completion.prefix_length = (size_t)(completion.start - completion.prefix);
		complete_value(&completion, option);
	} else if (completion.start[0] == '-') {
		complete_options(&completion, command);
	} else {
		complete_operand(&completion, command, operands);
	}
}

int complete_run(int count, char **words)
{
	if (count < 1)
		return EXIT_OK;
	if (count == 1) {
		const cli_completion completion = { .start = words[0], .prefix = words[0] };
		complete_commands(&completion);
		offer_words(&completion, "--help --version", "");
		return EXIT_OK;
	}
	const cli_command *command = command_find(words[0]);
	if (command)
		complete_words(command, count - 1, words + 1);
	return EXIT_OK;
}
