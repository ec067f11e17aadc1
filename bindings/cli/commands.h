/* SPDX-License-Identifier: MIT
 *
 * commands: one function a command; each returns the exit code.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "options.h"

int command_init(const cli_arguments *arguments);
int command_import(const cli_arguments *arguments);
int command_map(const cli_arguments *arguments);
int command_report(const cli_arguments *arguments);
int command_weekly(const cli_arguments *arguments);
int command_info(const cli_arguments *arguments);
int command_catalog(const cli_arguments *arguments);
int command_help(const cli_arguments *arguments);

/* Opens the store that the first operand names. `options` may be NULL: for reading, never creating. EXIT_DONE, or the
 * exit code after a line. command_close takes NULL. */
int command_open(const cli_arguments *arguments, const swk_store_options *options, swk_store **store);
void command_close(swk_store *store);

/* Wrong usage: there is no such command. Returns EXIT_USAGE. */
int command_unknown(const char *name);

#endif
