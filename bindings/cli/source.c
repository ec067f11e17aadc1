/* SPDX-License-Identifier: MIT */
#include "source.h"

#include "interrupt.h"
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int source_open(cli_source *source, const char *path)
{
	struct stat about;
	bool standard = strcmp(path, "-") == 0;
	*source = (cli_source){ standard ? "standard input" : path, STDIN_FILENO, 0 };
	if (!standard)
		source->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (source->fd < 0 || fstat(source->fd, &about))
		return fail_errno(path);
	if (S_ISDIR(about.st_mode))
		return fail("%s: is a folder", path);
	if (S_ISREG(about.st_mode))
		source->size = (uint64_t)about.st_size;
	return EXIT_DONE;
}

void source_close(const cli_source *source)
{
	if (source->fd > STDERR_FILENO)
		close(source->fd);
}

int64_t source_read(void *context, char *bytes, size_t size)
{
	const cli_source *source = context;
	ssize_t count;
	do
		count = read(source->fd, bytes, size);
	while (count < 0 && errno == EINTR && !interrupt_seen());
	return count;
}
