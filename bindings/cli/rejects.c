/* SPDX-License-Identifier: MIT */
#include "rejects.h"

#include "output.h"
#include "progress.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 10

/* A cell of RFC 4180 and what follows it. */
static void cell_write(FILE *file, const char *bytes, size_t length, const char *end)
{
	bool quoted = false;
	for (size_t i = 0; i < length; i++)
		quoted |= bytes[i] == '"' || bytes[i] == ',' || bytes[i] == '\n' || bytes[i] == '\r';
	if (quoted)
		fputc('"', file);
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '"')
			fputc('"', file);
		fputc(bytes[i], file);
	}
	if (quoted)
		fputc('"', file);
	fputs(end, file);
}

static bool file_same(const char *one, const char *other)
{
	struct stat of_one, of_other;
	if (strcmp(one, other) == 0)
		return true;
	return !stat(one, &of_one) && !stat(other, &of_other) && of_one.st_dev == of_other.st_dev &&
	       of_one.st_ino == of_other.st_ino;
}

/* Looks without opening: a store's file that is opened and closed once more loses SQLite's locks. */
static int store_spare(const char *path, const char *store)
{
	static const char *const suffixes[] = { "", "-lock", "-wal", "-shm", "-journal", "-new" };
	char beside[4096];
	for (size_t i = 0; i < SWI__COUNT(suffixes); i++) {
		snprintf(beside, sizeof beside, "%s%s", store, suffixes[i]);
		if (file_same(path, beside))
			return fail("%s: is %s", path, i ? "a file of the store" : "the store");
	}
	return EXIT_DONE;
}

/* Truncates only after it is sure that this is not the file to be imported. */
static int file_take(reject_log *rejects, int fd, int input)
{
	struct stat kept, read;
	if (fstat(fd, &kept) || fstat(input, &read))
		return fail_errno(rejects->path);
	if (S_ISREG(kept.st_mode) && kept.st_dev == read.st_dev && kept.st_ino == read.st_ino)
		return fail("%s: is the file to be imported", rejects->path);
	if (S_ISREG(kept.st_mode) && ftruncate(fd, 0))
		return fail_errno(rejects->path);
	rejects->file = fdopen(fd, "w");
	return rejects->file ? EXIT_DONE : fail_errno(rejects->path);
}

int rejects_open(reject_log *rejects, const char *store, const char *source, const char *path, const char *map,
                 int input)
{
	*rejects = (reject_log){ .source = source, .path = path };
	if (!path)
		return EXIT_DONE;
	if (store_spare(path, store) != EXIT_DONE)
		return EXIT_ERROR;
	if (map && file_same(path, map))
		return fail("%s: is the map", path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail_errno(rejects->path);
	int code = file_take(rejects, fd, input);
	if (code != EXIT_DONE)
		close(fd);
	else
		fputs("table,row,field,value,reason,raw\r\n", rejects->file);
	return code;
}

/* The column by the name that the file has for it, unless that is the field's. */
static void line_show(const reject_log *rejects, const swi_rejection *rejection)
{
	char text[512];
	swk_error shown = *rejection->error;
	const char *column = strcmp(rejection->column, shown.field) == 0 ? "" : rejection->column;
	shown.row = 0;
	swk_error_format(&shown, text, sizeof text);
	progress_clear();
	complain("%s:%" PRId64 ": %s%.100s%s%s", rejects->source, rejection->error->row, *column ? "column \"" : "",
	         column, *column ? "\": " : "", text);
}

int rejects_add(void *context, const swi_rejection *rejection)
{
	reject_log *rejects = context;
	const swk_error *error = rejection->error;
	if (rejects->count++ < SHOWN)
		line_show(rejects, rejection);
	FILE *file = rejects->file;
	if (!file)
		return 0;
	cell_write(file, error->table, strlen(error->table), ",");
	fprintf(file, "%" PRId64 ",", error->row);
	cell_write(file, error->field, strlen(error->field), ",");
	cell_write(file, error->value, strlen(error->value), ",");
	cell_write(file, error->reason, strlen(error->reason), ",");
	cell_write(file, rejection->raw, rejection->raw_length, "\r\n");
	return ferror(file);
}

static void rest_show(const reject_log *rejects)
{
	if (rejects->count <= SHOWN)
		return;
	uint64_t more = rejects->count - SHOWN;
	if (rejects->path)
		complain("... and %" PRIu64 " more in %s", more, rejects->path);
	else
		complain("... and %" PRIu64 " more (--rejects FILE keeps them all)", more);
}

int rejects_close(reject_log *rejects)
{
	int code = EXIT_DONE;
	rest_show(rejects);
	if (!rejects->file)
		return code;
	bool failed = ferror(rejects->file) != 0;
	if (fclose(rejects->file) || failed)
		code = fail_errno(rejects->path);
	rejects->file = NULL;
	return code;
}
