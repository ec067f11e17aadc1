/* SPDX-License-Identifier: MIT
 *
 * interrupt: Ctrl-C asks the work under way to stop; a second one ends the program at once.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include "salesweek.h"

#include <stdbool.h>

void interrupt_begin(void);

/* The store whose calls are to stop; NULL: none. */
void interrupt_watch(swk_store *store);

bool interrupt_seen(void);

/* A swk_progress that stops when Ctrl-C was seen. */
int interrupt_progress(void *context, uint64_t done, uint64_t total);

#endif
