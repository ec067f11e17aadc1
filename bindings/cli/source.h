/* SPDX-License-Identifier: MIT
 *
 * source: a file that is read, or standard input.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include <stddef.h>
#include <stdint.h>

typedef struct cli_source {
	const char *name; /* as messages name it */
	int fd;
	uint64_t size; /* 0: unknown */
} cli_source;

/* Opens a file, "-" for standard input. EXIT_DONE, or EXIT_ERROR after a line. */
int source_open(cli_source *source, const char *path);
void source_close(const cli_source *source);

/* A swi_read; the context is the source. */
int64_t source_read(void *context, char *bytes, size_t size);

#endif
