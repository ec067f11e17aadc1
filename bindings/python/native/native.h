/* SPDX-License-Identifier: MIT
 *
 * native: what the Python package cannot do by ctypes alone. No Python.h: functions of Python come in as addresses.
 *
 * Python runs the handlers of its signals, Ctrl-C's too, only between the instructions of its own code on the main
 * thread, so a long call in C must let it. A function that ctypes calls cannot catch what a handler raises before its
 * first line; a generator that waits inside a `try` can. So what C calls takes one argument, as generator.send does,
 * and the rest stands in a struct.
 */
#ifndef SWP_NATIVE_H
#define SWP_NATIVE_H

#include "salesweek_import.h"

#include <string.h>

/* What a call of this thread is to tell. */
typedef struct swp_watch {
	int (*tick)(struct swp_watch *watch); /* some times a second; non-zero stops the call */
	void *source;                         /* whose progress is told: the context that came with it */
	uint64_t done, total;
	int64_t next; /* nanoseconds of the monotonic clock */
	int stop;
} swp_watch;

/* Bytes that Python reads. */
typedef struct swp_reader {
	int (*fill)(struct swp_reader *reader); /* sets bytes and length, 0 at the end; non-zero: reading failed */
	const char *bytes;
	size_t length, at;
} swp_reader;

/* Puts `watch`, or NULL, in charge of this thread; the one that was before. */
swp_watch *swp_watch_set(swp_watch *watch);

/* A swk_progress: lets the watch of this thread tick. Cheap without one. */
int swp_progress(void *context, uint64_t done, uint64_t total);

/* A swi_read of the swp_reader `context`. */
int64_t swp_read(void *context, char *bytes, size_t size);

/* Told of an import's rejects and warnings, one at a time. */
typedef struct swp_listener {
	int (*take)(struct swp_listener *listener); /* non-zero stops the import */
	const swi_rejection *rejection;
	const char *warning; /* where it is set, there is no rejection */
} swp_listener;

/* A swi_reject and a swi_warn for the swp_listener `context`. */
int swp_reject(void *context, const swi_rejection *rejection);
void swp_warn(void *context, const char *text);

/* PyCapsule_GetPointer and PyCapsule_IsValid of the Python that loaded this. */
typedef void *(*swp_get_pointer)(void *capsule, const char *name);
typedef int (*swp_is_valid)(void *capsule, const char *name);

/* Called once, before a capsule is made. */
void swp_capsule_setup(swp_get_pointer get, swp_is_valid valid);

/* Room for what a capsule will hold, zeroed; NULL without memory. Freed by the capsule's destructor. */
struct ArrowSchema *swp_schema_create(void);
struct ArrowArray *swp_array_create(void);
struct ArrowArrayStream *swp_stream_create(void);

/* Destructors of capsules: what nobody has moved away is released. Called with Python's lock. */
void swp_schema_destroy(void *capsule);
void swp_array_destroy(void *capsule);
void swp_stream_destroy(void *capsule);

#endif
