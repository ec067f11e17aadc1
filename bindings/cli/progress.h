/* SPDX-License-Identifier: MIT
 *
 * progress: how much of a file is read, on standard error when that is a terminal.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

void progress_begin(void);

/* A swk_progress; stops when Ctrl-C was seen. */
int progress_show(void *context, uint64_t done, uint64_t total);

/* Takes the line away, if there is one, so that something else can be said. */
void progress_clear(void);

#endif
