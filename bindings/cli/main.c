/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "complete.h"
#include "interrupt.h"
#include "manual.h"
#include "output.h"
#include "suggest.h"
#include "support.h"

int command_unknown(const char *name)
{
	char text[SUGGEST_TEXT];
	cli_guess guess;
	suggest_begin(&guess, name);
	for (size_t i = 0; i < cli_command_count; i++)
		suggest_offer(&guess, cli_commands[i].name);
	return usage(NULL, "unknown %s %.64s%s", name[0] == '-' ? "option" : "command", name,
	             suggest_text(&guess, "", text));
}

static int program_run(int argc, char **argv)
{
	cli_arguments arguments;
	if (argc < 2)
		return usage(NULL, "no command was given");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help_show(NULL);
	if (strcmp(argv[1], "--version") == 0) {
		output_format("salesweek %s\n", swk_version());
		return EXIT_OK;
	}
	if (strcmp(argv[1], "complete") == 0)
		return complete_run(argc - 2, argv + 2);
	const cli_command *command = command_find(argv[1]);
	if (!command)
		return command_unknown(argv[1]);
	int code = arguments_parse(command, argc - 2, argv + 2, &arguments);
	if (code == EXIT_DONE)
		code = command->run(&arguments);
	arguments_done(&arguments);
	return code;
}

int main(int argc, char **argv)
{
	output_guard();
	interrupt_begin();
	return output_finish(program_run(argc, argv));
}
