/* SPDX-License-Identifier: MIT */
#include "file.h"

#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	READER_TRIES = 8,
	BESIDE_BYTES = PATH_MAX + 16,
	WHOLE_BLOB = SWK__DATABASE_BLOB,
};

_Static_assert(SWK__FILE_BLOB == WHOLE_BLOB, "what is appended whole is a whole blob");

struct swk__file {
	swk__mem *mem;
	swk__database database;
	swk__buf path;
	int lock; /* -1: none */
	bool read_only, immutable;
	struct stat seen; /* the file when an immutable reader opened it */
};

static int fail_system(const swk__file *file, swk_error *error, const char *what)
{
	char text[128];
	return swk__database_fail(&file->database, error, SWK_ERR_IO, "%s (%s)", what,
	                          strerror_r(errno, text, sizeof text));
}

/* ------------------------------------------------------------------------------------------- paths */

/* The path without links, so that one file has one lock whatever it is called by. */
static int path_resolve(swk__file *file, const char *path, swk_error *error)
{
	char whole[PATH_MAX], folder[PATH_MAX];
	struct stat link;
	const char *slash = strrchr(path, '/'), *name = "";
	if (!realpath(path, whole)) {
		if (errno != ENOENT)
			return fail_system(file, error, "could not be found");
		if (lstat(path, &link) == 0)
			return swk__database_fail(&file->database, error, SWK_ERR_NOT_FOUND,
			                          "was a symbolic link to nothing");
		name = slash ? slash + 1 : path;
		size_t length = (size_t)(name - path);
		if (*name == '\0' || strlen(path) >= sizeof folder)
			return swk__database_fail(&file->database, error, SWK_ERR_NOT_FOUND, "did not name a file");
		memcpy(folder, slash ? path : ".", slash ? length : 1);
		folder[slash ? length : 1] = '\0';
		if (!realpath(folder, whole))
			return swk__database_fail(&file->database, error, SWK_ERR_NOT_FOUND,
			                          "did not exist, nor did its folder");
	}
	const char *between = *name && strcmp(whole, "/") != 0 ? "/" : "";
	if (strlen(whole) + strlen(name) + 2 > PATH_MAX)
		return swk__database_fail(&file->database, error, SWK_ERR_IO, "had too long a path");
	swk__buf_append(&file->path, whole, strlen(whole));
	swk__buf_append(&file->path, between, strlen(between));
	return swk__buf_append(&file->path, name, strlen(name) + 1) ? SWK_OK : swk__fail_memory(error, file->mem);
}

/* Size -1: there is none. Never opens it: closing a descriptor would drop the locks that SQLite holds on the same file
 * in this process. */
static int path_look(const swk__file *file, struct stat *status, swk_error *error)
{
	if (stat(file->path.bytes, status) != 0) {
		status->st_size = -1;
		return errno == ENOENT ? SWK_OK : fail_system(file, error, "could not be found");
	}
	if (S_ISDIR(status->st_mode))
		return swk__database_fail(&file->database, error, SWK_ERR_IO, "was a directory");
	return S_ISREG(status->st_mode)
	               ? SWK_OK
	               : swk__database_fail(&file->database, error, SWK_ERR_IO, "was not a regular file");
}

/* The path + suffix. */
static const char *path_beside(const swk__file *file, const char *suffix, char beside[BESIDE_BYTES])
{
	snprintf(beside, BESIDE_BYTES, "%s%s", file->path.bytes, suffix);
	return beside;
}

/* The size of path + suffix, -1 when there is none. */
static int64_t beside_size(const swk__file *file, const char *suffix)
{
	char beside[BESIDE_BYTES];
	struct stat status;
	return stat(path_beside(file, suffix, beside), &status) == 0 ? (int64_t)status.st_size : -1;
}

/* -------------------------------------------------------------------------------------------- lock */

static int64_t clock_ms(void)
{
	struct timespec now = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One try. *lock stays -1 when another one has it. */
static int lock_try(swk__file *file, const char *name, swk_error *error)
{
	struct stat held, there;
	if (swk__database_fault(&file->database, SWK__FAULT_file_lock, error))
		return SWK_ERR_IO;
	int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock < 0)
		return fail_system(file, error, "its lock file could not be opened");
	int code = SWK_OK;
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			code = fail_system(file, error, "could not be locked");
	} else if (fstat(lock, &held) == 0 && stat(name, &there) == 0 && held.st_ino == there.st_ino &&
	           held.st_dev == there.st_dev) {
		/* Else somebody removed the lock file in between, and what is held is not what others see. */
		file->lock = lock;
		return SWK_OK;
	}
	close(lock);
	return code;
}

static int lock_take(swk__file *file, uint32_t timeout, swk_error *error)
{
	char name[BESIDE_BYTES];
	int64_t end = clock_ms() + timeout;
	path_beside(file, "-lock", name);
	for (;;) {
		int code = lock_try(file, name, error);
		int64_t left = end - clock_ms();
		if (code != SWK_OK || file->lock >= 0)
			return code;
		if (left <= 0)
			return swk__database_fail(&file->database, error, SWK_ERR_LOCKED, "another writer had it open");
		struct timespec pause = { 0, (left < 5 ? left : 5) * 1000000 };
		nanosleep(&pause, NULL);
	}
}

/* ----------------------------------------------------------------------------------------- creation */

static int folder_sync(const swk__file *file, swk_error *error)
{
	char folder[PATH_MAX];
	size_t length = (size_t)(strrchr(file->path.bytes, '/') - file->path.bytes);
	memcpy(folder, file->path.bytes, length);
	memcpy(folder + length, "/", 2);
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return fail_system(file, error, "its folder could not be opened");
	int code = SWK_OK;
	if (fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
		code = fail_system(file, error, "its folder could not be written");
	close(descriptor);
	return code;
}

/* Gives the made file its name. An empty file that was there hands on its mode; a file that came up meanwhile is
 * not replaced. */
static int store_name(const swk__file *file, const char *made, const struct stat *status, swk_error *error)
{
	if (swk__database_fault(&file->database, SWK__FAULT_file_create, error))
		return SWK_ERR_IO;
	if (status->st_size == 0) {
		if (chmod(made, status->st_mode & 07777) != 0 || rename(made, file->path.bytes) != 0)
			return fail_system(file, error, "could not be created");
	} else if (renameat2(AT_FDCWD, made, AT_FDCWD, file->path.bytes, RENAME_NOREPLACE) != 0) {
		if ((errno != EINVAL && errno != ENOSYS) || rename(made, file->path.bytes) != 0)
			return fail_system(file, error, "could not be created");
	}
	return folder_sync(file, error);
}

static int store_create(const swk__file *file, const struct stat *status, swk__slice head, swk_error *error)
{
	char made[BESIDE_BYTES];
	/* Without its file this belongs to a store that somebody took away: SQLite would replay it into the new one. */
	if (beside_size(file, "-wal") > 0 || beside_size(file, "-journal") > 0)
		return swk__database_fail(&file->database, error, SWK_ERR_IO,
		                          "could not be created beside another store's -wal or -journal");
	if (swk__database_fault(&file->database, SWK__FAULT_file_create, error))
		return SWK_ERR_IO;
	if (unlink(path_beside(file, "-new", made)) != 0 && errno != ENOENT)
		return fail_system(file, error, "could not be created");
	int code = swk__database_create(&file->database, made, head, error);
	if (code == SWK_OK)
		code = store_name(file, made, status, error);
	if (code != SWK_OK)
		unlink(made);
	return code;
}

/* ------------------------------------------------------------------------------------------ opening */

/* Connects, perhaps again. Without a WAL there is no writer, and an immutable connection makes none: mode=ro alone
 * would leave one behind, perhaps one that the writer's user may not open. */
static int reader_connect(swk__file *file, swk_error *error)
{
	swk__database_disconnect(&file->database, false);
	if (stat(file->path.bytes, &file->seen) != 0)
		return fail_system(file, error, "could not be found");
	file->immutable = beside_size(file, "-wal") < 0 && beside_size(file, "-journal") < 0;
	return swk__database_connect(&file->database, file->path.bytes,
	                             file->immutable ? SWK__DATABASE_IMMUTABLE : SWK__DATABASE_READ, error);
}

/* True when what an immutable reader found wrong may be a writer that came up meanwhile. */
static bool reader_disturbed(const swk__file *file, int code)
{
	struct stat now;
	if (!file->immutable || (code != SWK_ERR_CORRUPT && code != SWK_ERR_FORMAT && code != SWK_ERR_IO))
		return false;
	if (stat(file->path.bytes, &now) != 0)
		return false;
	return beside_size(file, "-wal") >= 0 || now.st_ino != file->seen.st_ino || now.st_size != file->seen.st_size ||
	       memcmp(&now.st_mtim, &file->seen.st_mtim, sizeof now.st_mtim) != 0;
}

static int reader_open(swk__file *file, swk_error *error)
{
	swk_error last = SWK_ERROR_INIT;
	int code, tries = 0;
	do {
		code = reader_connect(file, &last);
		if (code == SWK_OK)
			code = swk__database_manifest(&file->database, &last);
	} while (reader_disturbed(file, code) && ++tries < READER_TRIES);
	if (code != SWK_OK)
		swk__error_copy(error, &last);
	return code;
}

static int writer_open(swk__file *file, const swk__file_options *options, swk_error *error)
{
	struct stat status;
	int code = lock_take(file, options->lock_timeout, error);
	if (code == SWK_OK)
		code = path_look(file, &status, error);
	if (code == SWK_OK && status.st_size <= 0)
		code = options->create
		               ? store_create(file, &status, options->head, error)
		               : swk__database_fail(&file->database, error, SWK_ERR_NOT_FOUND, "was removed meanwhile");
	if (code == SWK_OK)
		code = swk__database_connect(&file->database, file->path.bytes, SWK__DATABASE_WRITE, error);
	return code == SWK_OK ? swk__database_manifest(&file->database, error) : code;
}

/* Refuses what is not a store before a lock file is put beside it. */
static int path_probe(const swk__file *file, const swk__file_options *options, swk_error *error)
{
	struct stat status;
	bool create = options->create && !options->read_only;
	int code = path_look(file, &status, error);
	if (code != SWK_OK)
		return code;
	if (status.st_size < 0)
		return create ? SWK_OK : swk__database_fail(&file->database, error, SWK_ERR_NOT_FOUND, "did not exist");
	if (status.st_size == 0)
		return create ? SWK_OK
		              : swk__database_fail(&file->database, error, SWK_ERR_FORMAT,
		                                   "was empty, not a salesweek store");
	return swk__database_probe(&file->database, file->path.bytes, error);
}

/* Gives back what is left of the handle; nothing is written. */
static void handle_free(swk__file *file)
{
	swk__database_done(&file->database);
	if (file->lock >= 0) {
		flock(file->lock, LOCK_UN); /* in words, as a forked child may still hold a copy of the descriptor */
		close(file->lock);
	}
	swk__buf_done(&file->path);
	swk__free(file->mem, file);
}

int swk__file_open(swk__mem *mem, const char *path, const swk__file_options *options, swk__file **file,
                   swk_error *error)
{
	swk__file *self = swk__alloc(mem, SWK__FAULT_file_handle, 1, sizeof *self);
	if (!self)
		return swk__fail_memory(error, mem);
	self->mem = mem;
	self->lock = -1;
	self->read_only = options->read_only;
	swk__buf_init(&self->path, mem, SIZE_MAX);
	swk__database_init(&self->database, mem, path, options->vfs);
	int code = path_resolve(self, path, error);
	if (code == SWK_OK)
		code = path_probe(self, options, error);
	if (code == SWK_OK)
		code = self->read_only ? reader_open(self, error) : writer_open(self, options, error);
	if (code != SWK_OK) {
		handle_free(self);
		return code;
	}
	*file = self;
	return SWK_OK;
}

void swk__file_close(swk__file *file)
{
	if (!file)
		return;
	swk__file_rollback(file);
	swk__database_disconnect(&file->database, !file->read_only);
	handle_free(file);
}

void swk__file_abandon(swk__file *file)
{
	if (!file)
		return;
	/* A flock belongs to the open file, not to the descriptor: closing ours leaves the parent's in force. */
	if (file->lock >= 0)
		close(file->lock);
	file->lock = -1;
	file->database.handle = NULL;
	file->database.insert = NULL;
	handle_free(file);
}

swk__slice swk__file_head(const swk__file *file)
{
	return (swk__slice){ file->database.head.bytes, file->database.head.length };
}

uint64_t swk__file_commits(const swk__file *file)
{
	return file->database.state.commits;
}

/* ------------------------------------------------------------------------------- reading and writing */

static int reader_run(swk__file *file, swk__reading *reading, swk_error *error)
{
	swk_error last = SWK_ERROR_INIT;
	int code = swk__database_read(&file->database, reading, &last);
	for (int i = 0; i < READER_TRIES && !reading->stopped && reader_disturbed(file, code); i++) {
		reading->resumed = true;
		code = reader_connect(file, &last);
		if (code == SWK_OK)
			code = swk__database_read(&file->database, reading, &last);
	}
	swk__database_disconnect(&file->database, false);
	if (code != SWK_OK)
		swk__error_copy(error, &last);
	return code;
}

static int writer_run(swk__file *file, swk__reading *reading, swk_error *error)
{
	int code = swk__database_read(&file->database, reading, error);
	return code == SWK_OK ? swk__database_check(&file->database, error) : code;
}

int swk__file_read(swk__file *file, swk__file_visit visit, void *context, swk_error *error)
{
	if (!file->database.handle)
		return swk__database_fail(&file->database, error, SWK_ERR_USAGE, "was read before");
	swk__reading reading = { .visit = visit, .context = context };
	return file->read_only ? reader_run(file, &reading, error) : writer_run(file, &reading, error);
}

int swk__file_append(swk__file *file, swk__slice bytes, swk_error *error)
{
	swk__database *database = &file->database;
	if (file->read_only)
		return swk__database_fail(database, error, SWK_ERR_READ_ONLY, "was opened read-only");
	int code = database->insert ? SWK_OK : swk__database_begin(database, error);
	if (code == SWK_OK)
		code = swk__database_append(database, bytes, error);
	if (code != SWK_OK)
		swk__database_rollback(database);
	return code;
}

int swk__file_commit(swk__file *file, swk__slice bytes, swk__slice head, swk_error *error)
{
	int code = swk__file_append(file, bytes, error);
	if (code != SWK_OK)
		return code;
	code = swk__database_commit(&file->database, head, error);
	if (code != SWK_OK)
		swk__database_rollback(&file->database);
	return code;
}

void swk__file_rollback(swk__file *file)
{
	if (file->database.insert)
		swk__database_rollback(&file->database);
}
