/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static volatile sig_atomic_t seen;
static swk_store *_Atomic watched;

static void on_signal(int number)
{
	(void)number;
	seen = 1;
	swk_store *store = watched;
	if (store)
		swk_store_interrupt(store);
}

void interrupt_begin(void)
{
	struct sigaction action = { .sa_flags = (int)SA_RESETHAND };
	struct sigaction ignore = { .sa_flags = 0 };
	action.sa_handler = on_signal;
	sigaction(SIGINT, &action, NULL);
	/* A closed pipe is an error like any other, and so is the limit of a file's size. */
	ignore.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

void interrupt_watch(swk_store *store)
{
	watched = store;
}

bool interrupt_seen(void)
{
	return seen != 0;
}

int interrupt_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	(void)done;
	(void)total;
	return interrupt_seen();
}
