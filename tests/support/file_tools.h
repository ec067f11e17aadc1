/* SPDX-License-Identifier: MIT
 *
 * file_tools: a folder with one store in it, and what the tests of the file do to it. Commits are numbered, and the
 * number alone says what is in them.
 */
#ifndef SWK_TEST_FILE_TOOLS_H
#define SWK_TEST_FILE_TOOLS_H

#include "fault_vfs.h"
#include "file.h"
#include "sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MIB = 1 << 20,
	MOST = 512
};

static char folder[64], at_path[256]; /* where the store is */
static swk__mem mem;
static char content[5 * MIB + MOST]; /* bytes that repeat nowhere near */

/* The bytes of commit `which`: others for every commit. */
static inline swk__slice commit_bytes(unsigned which, size_t length)
{
	return (swk__slice){ content + which % MOST, length };
}

/* Of files and empty folders. */
static inline void folder_empty(const char *path)
{
	DIR *entries = opendir(path);
	for (struct dirent *entry; (entry = readdir(entries));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    unlinkat(dirfd(entries), entry->d_name, 0) != 0)
			assert_int_equal(unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR), 0);
	closedir(entries);
}

static inline int folder_count(void)
{
	int count = 0;
	DIR *entries = opendir(folder);
	while (readdir(entries))
		count++;
	closedir(entries);
	return count - 2;
}

/* The path with a suffix; valid until the next call. */
static inline const char *suffixed(const char *suffix)
{
	static char name[300];
	snprintf(name, sizeof name, "%s%s", at_path, suffix);
	return name;
}

static inline bool beside(const char *suffix)
{
	return access(suffixed(suffix), F_OK) == 0;
}

static inline int set_up_all(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/swk-file-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(folder));
	uint64_t x = 1;
	for (size_t i = 0; i < sizeof content; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		content[i] = (char)(x >> 56);
	}
	fault_vfs_register();
	return 0;
}

static inline int tear_down_all(void **state)
{
	(void)state;
	folder_empty(folder);
	return rmdir(folder);
}

static inline int set_up(void **state)
{
	(void)state;
	folder_empty(folder);
	snprintf(at_path, sizeof at_path, "%s/store.swk", folder);
	swk__mem_init(&mem, NULL, 0);
	fault_vfs_fail(0, false);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	assert_int_equal(mem.used, 0);
	return 0;
}

static const swk__file_options creating = { .create = true, .head = { "head 0", 6 } };
static const swk__file_options writing = { .create = false };
static const swk__file_options reading = { .read_only = true };

/* Opens and wants `code`; a failure must be told on one line with the path, and leave the output alone. */
static inline swk__file *open_as(const swk__file_options *options, int code)
{
	swk__file *untouched = (swk__file *)(void *)folder, *file = untouched;
	swk_error error = SWK_ERROR_INIT;
	int got = swk__file_open(&mem, at_path, options, &file, &error);
	if (got != code)
		print_error("%s instead of %s: %s\n", swk_code_name(got), swk_code_name(code), error.reason);
	assert_int_equal(got, code);
	if (code == SWK_OK)
		return file;
	assert_ptr_equal(file, untouched);
	assert_int_equal(error.code, code);
	assert_non_null(strstr(error.reason, ": "));
	assert_null(strchr(error.reason, '\n'));
	return NULL;
}

static inline int commit(swk__file *file, swk__slice bytes, const char *head)
{
	swk_error error = SWK_ERROR_INIT;
	int code = swk__file_commit(file, bytes, swk__slice_of(head), &error);
	assert_int_equal(code, error.code);
	return code;
}

/* What a reading found. */
typedef struct seen {
	uint64_t count, stop_at;
	uint64_t hashes[MOST];
	size_t lengths[MOST];
} seen;

static inline void seen_add(seen *self, swk__slice bytes)
{
	assert_true(self->count < MOST);
	self->lengths[self->count] = bytes.length;
	self->hashes[self->count++] = swk__hash(bytes.bytes, bytes.length, 1);
}

/* A commit comes in blobs; what is seen of it is all of them. */
static inline int see(void *context, uint64_t number, swk__slice bytes, swk_error *error)
{
	static char whole[sizeof content];
	seen *self = context;
	size_t before = 0;
	if (number == self->count)
		before = self->lengths[--self->count];
	assert_int_equal(number, self->count + 1);
	assert_true(bytes.length <= SWK__FILE_BLOB && bytes.length <= sizeof whole - before);
	if (bytes.length)
		memcpy(whole + before, bytes.bytes, bytes.length);
	seen_add(self, (swk__slice){ whole, before + bytes.length });
	return number == self->stop_at ? swk__fail(error, SWK_ERR_INTERRUPTED, "stopped") : SWK_OK;
}

static inline int read_all(swk__file *file, seen *found)
{
	swk_error error = SWK_ERROR_INIT;
	memset(found, 0, sizeof *found);
	int code = swk__file_read(file, see, found, &error);
	assert_int_equal(code, error.code);
	return code;
}

static inline bool saw(const seen *found, uint64_t i, swk__slice bytes)
{
	return i < found->count && found->lengths[i] == bytes.length &&
	       found->hashes[i] == swk__hash(bytes.bytes, bytes.length, 1);
}

/* Commits numbered from `first`, of 100 bytes. */
static inline void commit_some(swk__file *file, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		assert_int_equal(commit(file, commit_bytes(i, 100), "head"), SWK_OK);
}

/* Reopens and wants exactly `count` commits as commit_some makes them. */
static inline void expect_some(const swk__file_options *options, unsigned count)
{
	seen found;
	swk__file *file = open_as(options, SWK_OK);
	assert_int_equal(swk__file_commits(file), count);
	assert_int_equal(read_all(file, &found), SWK_OK);
	assert_int_equal(found.count, count);
	for (unsigned i = 0; i < count; i++)
		assert_true(saw(&found, i, commit_bytes(i, 100)));
	swk__file_close(file);
}

static inline void store_make(unsigned commits)
{
	swk__file *file = open_as(&creating, SWK_OK);
	commit_some(file, 0, commits);
	swk__file_close(file);
}

static inline size_t file_load(const char *path, char *bytes, size_t size)
{
	int file = open(path, O_RDONLY);
	ssize_t length = read(file, bytes, size);
	close(file);
	assert_true(length >= 0);
	return (size_t)length;
}

static inline void file_save(const char *path, const char *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(file, bytes, length), length);
	close(file);
}

static inline void sql(const char *path, const char *text)
{
	sqlite3 *db;
	char *message = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline int child_wait(pid_t child)
{
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
