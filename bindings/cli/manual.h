/* SPDX-License-Identifier: MIT
 *
 * manual: every command with its operands, options, description and examples. The program runs by this table; its help,
 * its man pages (docs/man) and what shells complete are made of it.
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "options.h"

/* In the order in which they are listed. */
extern const cli_command cli_commands[];
extern const size_t cli_command_count;

/* The command of a name, or NULL. */
const cli_command *command_find(const char *name);

/* What --help says of a command; NULL: of the program. Returns the exit code. */
int help_show(const cli_command *command);

/* The same as a man page. */
int help_page(const cli_command *command);

#endif
