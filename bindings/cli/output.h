/* SPDX-License-Identifier: MIT
 *
 * output: what the program says, and how it ends. Text goes to standard output as it is, to standard error as one line
 * with control characters escaped, because it may hold data.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "salesweek.h"

enum {
	EXIT_DONE = -1, /* not an exit: go on */
	EXIT_OK = 0,
	EXIT_ERROR = 1,
	EXIT_USAGE = 2,
	EXIT_REJECTED = 3,
	EXIT_INTERRUPTED = 130
};

/* A swk_write to standard output. The first failure is remembered. */
int output_write(void *context, const char *bytes, size_t length);
void output_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes out what is buffered. Returns `code`, or EXIT_ERROR with a line when anything could not be written. */
int output_finish(int code);

/* Opens standard streams that the caller closed, so that no file of ours gets their numbers. */
void output_guard(void);

/* "salesweek: ..." on standard error, one line. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same; returns EXIT_ERROR. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "subject: " and what errno says; returns EXIT_ERROR. */
int fail_errno(const char *subject);

/* The line of an error of the library, "subject: " before it (NULL: none); returns the exit code of `code`. */
int fail_error(const char *subject, int code, const swk_error *error);

/* The same with more behind it. */
int fail_error_with(const char *subject, int code, const swk_error *error, const char *more);

/* Writes a result to standard output and frees it; returns the exit code. */
int output_result(swk_result *result, int format);

#endif
