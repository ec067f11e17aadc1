/* SPDX-License-Identifier: MIT */
#include "native.h"

#include <stddef.h>
#include <time.h>

/* How often a long call looks whether Python wants something. */
#define TICK_NS INT64_C(50000000)

static _Thread_local swp_watch *current;

swp_watch *swp_watch_set(swp_watch *watch)
{
	swp_watch *before = current;
	current = watch;
	return before;
}

static int64_t nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int swp_progress(void *context, uint64_t done, uint64_t total)
{
	swp_watch *watch = current;
	if (!watch)
		return 0;
	if (context == watch->source) {
		watch->done = done;
		watch->total = total;
	}
	int64_t now = nanoseconds();
	if (!watch->stop && now >= watch->next) {
		watch->next = now + TICK_NS;
		watch->stop = watch->tick(watch);
	}
	return watch->stop;
}

int64_t swp_read(void *context, char *bytes, size_t size)
{
	swp_reader *reader = context;
	if (reader->at == reader->length) {
		reader->at = reader->length = 0;
		if (reader->fill(reader))
			return -1;
	}
	size_t left = reader->length - reader->at;
	if (size > left)
		size = left;
	if (size)
		memcpy(bytes, reader->bytes + reader->at, size);
	reader->at += size;
	return (int64_t)size;
}

int swp_reject(void *context, const swi_rejection *rejection)
{
	swp_listener *listener = context;
	listener->rejection = rejection;
	return listener->take(listener);
}

void swp_warn(void *context, const char *text)
{
	swp_listener *listener = context;
	listener->warning = text;
	listener->take(listener);
	listener->warning = NULL;
}
