/* SPDX-License-Identifier: MIT */
#include "fault_vfs.h"
#include "file.h"
#include "sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MIB = 1 << 20,
	MOST = 512
};

static char folder[64], at_path[256];
static swk__mem mem;
static char content[5 * MIB + MOST]; /* bytes that repeat nowhere near */

/* ------------------------------------------------------------------------------------------- tools */

/* The bytes of commit `which`: others for every commit. */
static swk__slice commit_bytes(unsigned which, size_t length)
{
	return (swk__slice){ content + which % MOST, length };
}

static void folder_empty(const char *path)
{
	char name[600];
	DIR *entries = opendir(path);
	for (struct dirent *entry; (entry = readdir(entries));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		if (unlink(name) != 0) {
			folder_empty(name);
			rmdir(name);
		}
	}
	closedir(entries);
}

static int folder_count(void)
{
	int count = 0;
	DIR *entries = opendir(folder);
	while (readdir(entries))
		count++;
	closedir(entries);
	return count - 2;
}

/* The path with a suffix; valid until the next call. */
static const char *suffixed(const char *suffix)
{
	static char name[300];
	snprintf(name, sizeof name, "%s%s", at_path, suffix);
	return name;
}

static bool beside(const char *suffix)
{
	return access(suffixed(suffix), F_OK) == 0;
}

static int set_up_all(void **state)
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

static int tear_down_all(void **state)
{
	(void)state;
	folder_empty(folder);
	return rmdir(folder);
}

static int set_up(void **state)
{
	(void)state;
	folder_empty(folder);
	snprintf(at_path, sizeof at_path, "%s/store.swk", folder);
	swk__mem_init(&mem, NULL, 0);
	fault_vfs_fail(0, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	assert_int_equal(mem.used, 0);
	return 0;
}

static const swk__file_options creating = { .create = true, .head = { "head 0", 6 } };
static const swk__file_options writing = { .create = false };
static const swk__file_options reading = { .read_only = true };

/* Opens and wants `code`; a failure must be told on one line with the path, and leave the output alone. */
static swk__file *open_as(const swk__file_options *options, int code)
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

static int commit(swk__file *file, swk__slice bytes, const char *head)
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

static void seen_add(seen *self, swk__slice bytes)
{
	assert_true(self->count < MOST);
	self->lengths[self->count] = bytes.length;
	self->hashes[self->count++] = swk__hash(bytes.bytes, bytes.length, 1);
}

static int see(void *context, uint64_t number, swk__slice bytes, swk_error *error)
{
	seen *self = context;
	assert_int_equal(number, self->count + 1);
	seen_add(self, bytes);
	return number == self->stop_at ? swk__fail(error, SWK_ERR_INTERRUPTED, "stopped") : SWK_OK;
}

static int read_all(swk__file *file, seen *found)
{
	swk_error error = SWK_ERROR_INIT;
	memset(found, 0, sizeof *found);
	int code = swk__file_read(file, see, found, &error);
	assert_int_equal(code, error.code);
	return code;
}

static bool saw(const seen *found, uint64_t i, swk__slice bytes)
{
	return i < found->count && found->lengths[i] == bytes.length &&
	       found->hashes[i] == swk__hash(bytes.bytes, bytes.length, 1);
}

/* Commits numbered from `first`, of 100 bytes. */
static void commit_some(swk__file *file, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		assert_int_equal(commit(file, commit_bytes(i, 100), "head"), SWK_OK);
}

/* Reopens and wants exactly `count` commits as commit_some makes them. */
static void expect_some(const swk__file_options *options, unsigned count)
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

static void store_make(unsigned commits)
{
	swk__file *file = open_as(&creating, SWK_OK);
	commit_some(file, 0, commits);
	swk__file_close(file);
}

static size_t file_load(const char *path, char *bytes, size_t size)
{
	int file = open(path, O_RDONLY);
	ssize_t length = read(file, bytes, size);
	close(file);
	assert_true(length >= 0);
	return (size_t)length;
}

static void file_save(const char *path, const char *bytes, size_t length)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(file, bytes, length), length);
	close(file);
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db;
	char *message = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int child_wait(pid_t child)
{
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* -------------------------------------------------------------------------------------- round trips */

static void test_lengths(void **state)
{
	(void)state;
	static const size_t lengths[] = { 0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB, 0 };
	seen found;
	swk__file *file = open_as(&creating, SWK_OK);
	assert_true(swk__slice_equal(swk__file_head(file), swk__slice_of("head 0")));
	assert_int_equal(swk__file_commits(file), 0);
	assert_int_equal(read_all(file, &found), SWK_OK);
	for (unsigned i = 0; i < SWK__COUNT(lengths); i++) {
		char head[16];
		snprintf(head, sizeof head, "head %u", i + 1);
		assert_int_equal(commit(file, commit_bytes(i, lengths[i]), head), SWK_OK);
		assert_true(swk__slice_equal(swk__file_head(file), swk__slice_of(head)));
	}
	for (int round = 0; round < 3; round++) {
		assert_int_equal(read_all(file, &found), SWK_OK);
		assert_int_equal(found.count, SWK__COUNT(lengths));
		for (unsigned i = 0; i < SWK__COUNT(lengths); i++)
			assert_true(saw(&found, i, commit_bytes(i, lengths[i])));
		swk__file_close(file);
		assert_false(beside("-wal"));
		file = open_as(round ? &reading : &writing, SWK_OK);
		assert_true(swk__slice_equal(swk__file_head(file), swk__slice_of("head 7")));
	}
	swk__file_close(file);
}

static void test_many_commits_and_heads(void **state)
{
	(void)state;
	static const size_t heads[] = { 0, 20000, 3, 2 * MIB, 1 };
	store_make(0);
	swk__file *file = open_as(&writing, SWK_OK);
	for (unsigned i = 0; i < 300; i++) {
		swk__slice head = commit_bytes(i, heads[i % SWK__COUNT(heads)]);
		assert_int_equal(swk__file_commit(file, commit_bytes(i, 100), head, NULL), SWK_OK);
		assert_true(swk__slice_equal(swk__file_head(file), head));
		if (i % 100 == 99) {
			swk__file_close(file);
			expect_some(&reading, i + 1);
			file = open_as(&writing, SWK_OK);
			assert_true(swk__slice_equal(swk__file_head(file), head));
		}
	}
	/* The head that a handle hands out may be given to it again. */
	assert_int_equal(swk__file_commit(file, commit_bytes(300, 100), swk__file_head(file), NULL), SWK_OK);
	swk__file_close(file);
	expect_some(&writing, 301);
}

static void test_visitor_stops(void **state)
{
	(void)state;
	store_make(3);
	for (unsigned at = 1; at <= 3; at++) {
		seen found = { .stop_at = at };
		swk__file *file = open_as(at == 2 ? &reading : &writing, SWK_OK);
		assert_int_equal(swk__file_read(file, see, &found, NULL), SWK_ERR_INTERRUPTED);
		assert_int_equal(found.count, at);
		swk__file_close(file);
	}
	swk__file_close(NULL);
	swk__file_abandon(NULL);
}

static void test_paths(void **state)
{
	(void)state;
	static const char *const names[] = {
		"a?b=c",         "100%",  "%41",      "a#b",   "two  words",         "W\xc3\xb6rter",
		"\xff\xfe",      "a'\"b", ":memory:", "-dash", "file:x?mode=memory", "line\nbreak",
		"a&cache=shared"
	};
	char before[256];
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < SWK__COUNT(names); i++) {
		snprintf(at_path, sizeof at_path, "%s%s", i % 2 ? "" : "./", names[i]);
		open_as(&writing, SWK_ERR_NOT_FOUND);
		store_make(2);
		expect_some(&reading, 2);
		assert_int_equal(folder_count(), 2);
		assert_true(beside("-lock"));
		folder_empty(folder);
	}
	assert_int_equal(chdir(before), 0);
}

static void test_links(void **state)
{
	(void)state;
	char store[256];
	store_make(1);
	memcpy(store, at_path, sizeof store);
	swk__file *file = open_as(&writing, SWK_OK);
	snprintf(at_path, sizeof at_path, "%s/link", folder);
	assert_int_equal(symlink("store.swk", at_path), 0);
	open_as(&writing, SWK_ERR_LOCKED); /* one lock for all names */
	swk__file_close(file);
	expect_some(&writing, 1);
	assert_int_equal(unlink(store), 0);
	open_as(&creating, SWK_ERR_NOT_FOUND);
	assert_int_equal(folder_count(), 2);
}

/* ----------------------------------------------------------------------------------- foreign files */

/* Refused by writer, creator and reader; no byte of it changes and nothing appears beside it. */
static void refused(int code, const char *word)
{
	static const swk__file_options *const ways[] = { &creating, &writing, &reading };
	static char before[9000], after[9000];
	struct stat status;
	bool regular = stat(at_path, &status) == 0 && S_ISREG(status.st_mode);
	size_t length = regular ? file_load(at_path, before, sizeof before) : 0;
	int count = folder_count();
	for (size_t i = 0; i < SWK__COUNT(ways); i++) {
		swk_error error = SWK_ERROR_INIT;
		swk__file *file = NULL;
		assert_int_equal(swk__file_open(&mem, at_path, ways[i], &file, &error), code);
		if (!strstr(error.reason, word) || !strstr(error.reason, at_path))
			fail_msg("%s", error.reason);
	}
	assert_int_equal(folder_count(), count);
	if (regular) {
		assert_int_equal(file_load(at_path, after, sizeof after), length);
		assert_memory_equal(before, after, length);
	}
}

static void test_foreign_files(void **state)
{
	(void)state;
	file_save(at_path, "id,name\n1,Anna\n", 15);
	refused(SWK_ERR_FORMAT, "not a salesweek store");
	file_save(at_path, "SQLite format 3", 16);
	refused(SWK_ERR_FORMAT, "another program");
	unlink(at_path);
	sql(at_path, "PRAGMA application_id = 252006673; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
	refused(SWK_ERR_FORMAT, "another program (id 252006673)");
	unlink(at_path);
	sql(at_path, "PRAGMA journal_mode = WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
	refused(SWK_ERR_FORMAT, "another program (id 0)");
	unlink(at_path);
	assert_int_equal(mkdir(at_path, 0755), 0);
	refused(SWK_ERR_IO, "was a directory");
	rmdir(at_path);
	assert_int_equal(mkfifo(at_path, 0644), 0);
	refused(SWK_ERR_IO, "not a regular file");
}

static void test_other_version(void **state)
{
	(void)state;
	swk__file *file;
	swk_error error = SWK_ERROR_INIT;
	store_make(1);
	sql(at_path, "PRAGMA user_version = 7");
	open_as(&writing, SWK_ERR_FORMAT);
	assert_int_equal(swk__file_open(&mem, at_path, &reading, &file, &error), SWK_ERR_FORMAT);
	assert_non_null(strstr(error.reason, "format 7"));
	assert_non_null(strstr(error.reason, "reads 1"));
}

static void test_missing_and_empty(void **state)
{
	(void)state;
	struct stat status;
	swk__file_options both = creating;
	both.read_only = true;
	open_as(&writing, SWK_ERR_NOT_FOUND);
	open_as(&reading, SWK_ERR_NOT_FOUND);
	open_as(&both, SWK_ERR_NOT_FOUND);
	file_save(at_path, "", 0);
	open_as(&writing, SWK_ERR_FORMAT);
	open_as(&reading, SWK_ERR_FORMAT);
	assert_int_equal(folder_count(), 1);
	assert_int_equal(chmod(at_path, 0600), 0);
	store_make(2);
	assert_int_equal(stat(at_path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	expect_some(&reading, 2);
	snprintf(at_path, sizeof at_path, "%s/none/store.swk", folder);
	open_as(&creating, SWK_ERR_NOT_FOUND);
	snprintf(at_path, sizeof at_path, "%s/", folder);
	open_as(&creating, SWK_ERR_IO);
	at_path[0] = '\0';
	open_as(&creating, SWK_ERR_NOT_FOUND);
}

static void test_leftovers(void **state)
{
	(void)state;
	file_save(suffixed("-new"), "half a store", 12);
	store_make(1); /* a creation that was cut off is begun again */
	assert_int_equal(folder_count(), 2);
	unlink(at_path);
	file_save(suffixed("-wal"), "commits of a store whose file is gone", 37);
	open_as(&creating, SWK_ERR_IO);
	assert_int_equal(folder_count(), 2);
	file_save(suffixed("-wal"), "", 0);
	store_make(1);
	expect_some(&writing, 1);
}

/* Runs in a child, as nobody where we are root: SWK_ERR_IO with the word in its reason, or a reading. */
static void as_nobody(const swk__file_options *options, const char *word)
{
	pid_t child = fork();
	if (child == 0) {
		swk__file *file;
		seen found = { 0 };
		swk_error error = SWK_ERROR_INIT;
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(0);
		int code = swk__file_open(&mem, at_path, options, &file, &error);
		if (word)
			_exit(code != SWK_ERR_IO || !strstr(error.reason, word));
		_exit(code != SWK_OK || swk__file_read(file, see, &found, &error) != SWK_OK || found.count != 3);
	}
	assert_int_equal(child_wait(child), 0);
}

static void test_permissions(void **state)
{
	(void)state;
	store_make(3);
	chmod(at_path, 0444);
	chmod(suffixed("-lock"), 0644);
	chmod(folder, 0555);
	as_nobody(&reading, NULL); /* read-only medium: the same path through the code */
	if (geteuid() == 0) {
		as_nobody(&writing, "denied");
		chmod(suffixed("-lock"), 0666);
		as_nobody(&writing, "for writing");
	}
	chmod(at_path, 0000);
	as_nobody(&reading, "denied");
	as_nobody(&writing, "denied");
	chmod(at_path, 0444);
	chmod(folder, 0700);
	if (geteuid() == 0)
		as_nobody(&reading, "denied");
}

/* ----------------------------------------------------------------------------------------- readers */

static void test_reader_beside_writer(void **state)
{
	(void)state;
	seen found;
	swk__file *writer = open_as(&creating, SWK_OK);
	commit_some(writer, 0, 2);
	swk__file *reader = open_as(&reading, SWK_OK);
	for (unsigned i = 2; i < 6; i++) /* enough that the writer checkpoints by itself */
		assert_int_equal(commit(writer, commit_bytes(i, 2 * MIB), "later"), SWK_OK);
	assert_int_equal(swk__file_commits(reader), 2);
	assert_true(swk__slice_equal(swk__file_head(reader), swk__slice_of("head")));
	assert_int_equal(read_all(reader, &found), SWK_OK);
	assert_int_equal(found.count, 2);
	assert_true(saw(&found, 1, commit_bytes(1, 100)));
	assert_int_equal(read_all(reader, &found), SWK_ERR_USAGE);
	assert_int_equal(commit(reader, commit_bytes(0, 1), ""), SWK_ERR_READ_ONLY);
	swk__file *second = open_as(&reading, SWK_OK);
	swk__file_close(writer);
	assert_true(beside("-wal")); /* the last to close, but a reader */
	assert_int_equal(read_all(second, &found), SWK_OK);
	assert_int_equal(found.count, 6);
	assert_true(saw(&found, 5, commit_bytes(5, 2 * MIB)));
	swk__file_close(reader);
	swk__file_close(second);
	assert_true(beside("-wal"));
	writer = open_as(&writing, SWK_OK);
	assert_int_equal(read_all(writer, &found), SWK_OK);
	assert_int_equal(found.count, 6);
	swk__file_close(writer);
	assert_false(beside("-wal"));
}

static void test_reader_leaves_nothing(void **state)
{
	(void)state;
	store_make(3);
	unlink(suffixed("-lock"));
	expect_some(&reading, 3);
	swk__file_close(open_as(&reading, SWK_OK));
	assert_int_equal(folder_count(), 1);
}

/* A reader that found no writer, and then one comes and moves the pages under it. */
static void test_reader_disturbed(void **state)
{
	(void)state;
	for (int stays = 0; stays < 2; stays++) {
		set_up(NULL);
		seen found;
		store_make(3);
		swk__file *reader = open_as(&reading, SWK_OK), *writer = open_as(&writing, SWK_OK);
		for (unsigned i = 0; i < 40; i++)
			assert_int_equal(commit(writer, commit_bytes(i, 300000), "later"), SWK_OK);
		if (!stays)
			swk__file_close(writer);
		assert_int_equal(swk__file_commits(reader), 3);
		assert_int_equal(read_all(reader, &found), SWK_OK);
		assert_int_equal(found.count, 3);
		for (unsigned i = 0; i < 3; i++)
			assert_true(saw(&found, i, commit_bytes(i, 100)));
		swk__file_close(reader);
		if (stays)
			swk__file_close(writer);
	}
}

/* ------------------------------------------------------------------------------------------ writers */

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_second_writer(void **state)
{
	(void)state;
	swk__file_options waiting = { .lock_timeout = 60 };
	store_make(1);
	swk__file *file = open_as(&writing, SWK_OK);
	open_as(&writing, SWK_ERR_LOCKED);
	open_as(&creating, SWK_ERR_LOCKED);
	int64_t begun = now_ms();
	open_as(&waiting, SWK_ERR_LOCKED);
	assert_in_range(now_ms() - begun, 60, 2000);
	expect_some(&reading, 1);
	int pipes[2];
	char byte;
	assert_int_equal(pipe(pipes), 0);
	pid_t child = fork();
	if (child == 0) { /* another process waits for its turn */
		waiting.lock_timeout = 10000;
		swk__file_abandon(file);
		if (write(pipes[1], "x", 1) != 1 || swk__file_open(&mem, at_path, &waiting, &file, NULL) != SWK_OK)
			_exit(1);
		int code = swk__file_commit(file, commit_bytes(1, 100), swk__slice_of("child"), NULL);
		swk__file_close(file);
		_exit(code != SWK_OK);
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	nanosleep(&(struct timespec){ 0, 30000000 }, NULL);
	swk__file_close(file);
	assert_int_equal(child_wait(child), 0);
	close(pipes[0]);
	close(pipes[1]);
	expect_some(&writing, 2);
}

/* The parent's lock and connection are as they were after a child let go of its copies; and a child that keeps its
 * copies does not keep the lock once the parent closes. */
static void test_abandon(void **state)
{
	(void)state;
	int pipes[2];
	char byte;
	store_make(0);
	swk__file *file = open_as(&writing, SWK_OK);
	commit_some(file, 0, 1);
	pid_t child = fork();
	if (child == 0) {
		swk__file_abandon(file);
		_exit(mem.used != 0 || swk__file_open(&mem, at_path, &writing, &file, NULL) != SWK_ERR_LOCKED);
	}
	assert_int_equal(child_wait(child), 0);
	open_as(&writing, SWK_ERR_LOCKED);
	commit_some(file, 1, 1);
	assert_true(beside("-wal"));
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		close(pipes[1]);
		_exit((int)read(pipes[0], &byte, 1));
	}
	swk__file_close(file);
	expect_some(&writing, 2);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(child_wait(child), 0);
}

static void test_lock_file_removed(void **state)
{
	(void)state;
	store_make(1);
	unlink(suffixed("-lock"));
	expect_some(&writing, 1);
	unlink(suffixed("-lock"));
	assert_int_equal(mkdir(suffixed("-lock"), 0755), 0);
	open_as(&writing, SWK_ERR_IO);
}

/* Commits until it is killed; round 0 ends without closing. */
static void killed_child(unsigned round, _Atomic unsigned *done)
{
	swk__file *file;
	if (swk__file_open(&mem, at_path, &creating, &file, NULL) != SWK_OK)
		_exit(1);
	for (unsigned i = 0; i < MOST; i++) {
		if (swk__file_commit(file, commit_bytes(i, 200000 * (i % 8)), swk__slice_of("h"), NULL) != SWK_OK)
			_exit(1);
		++*done;
		if (round == 0 && i == 5)
			_exit(0);
	}
	_exit(1);
}

static void test_killed_writer(void **state)
{
	(void)state;
	_Atomic unsigned *done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	seen found;
	for (unsigned round = 0; round < 12; round++) {
		set_up(NULL);
		*done = 0;
		pid_t child = fork();
		if (child == 0)
			killed_child(round, done);
		while (round > 0 && *done < 3 + round)
			nanosleep(&(struct timespec){ 0, 100000 }, NULL);
		nanosleep(&(struct timespec){ 0, 333000 * round }, NULL);
		if (round > 0)
			kill(child, SIGKILL);
		assert_int_equal(child_wait(child), round > 0 ? -1 : 0);
		swk__file *file = open_as(round % 2 ? &writing : &reading, SWK_OK);
		assert_int_equal(read_all(file, &found), SWK_OK);
		assert_in_range(found.count, *done, *done + 1);
		for (unsigned i = 0; i < found.count; i++)
			assert_true(saw(&found, i, commit_bytes(i, 200000 * (i % 8))));
		swk__file_close(file);
	}
	munmap((void *)done, 4096);
}

static void test_changed_beneath(void **state)
{
	(void)state;
	static const char *const changes[] = { "UPDATE manifest SET commits = commits + 1", "DELETE FROM manifest",
		                               "UPDATE manifest SET checksum = 5" };
	for (size_t i = 0; i < SWK__COUNT(changes); i++) {
		set_up(NULL);
		store_make(1);
		swk__file *file = open_as(&writing, SWK_OK);
		commit_some(file, 1, 1);
		sql(at_path, changes[i]);
		assert_int_equal(commit(file, commit_bytes(2, 100), "x"), SWK_ERR_CORRUPT);
		assert_int_equal(swk__file_commits(file), 2);
		assert_true(swk__slice_equal(swk__file_head(file), swk__slice_of("head")));
		swk__file_close(file);
	}
}

static void test_disturbed_writer(void **state)
{
	(void)state;
	char moved[300];
	sqlite3 *db;
	swk__file *file = open_as(&creating, SWK_OK);
	assert_int_equal(sqlite3_open(at_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(commit(file, commit_bytes(0, 100), "x"), SWK_ERR_LOCKED);
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	commit_some(file, 0, 1);
	snprintf(moved, sizeof moved, "%s-moved", at_path);
	assert_int_equal(rename(at_path, moved), 0);
	assert_int_equal(commit(file, commit_bytes(1, 100), "x"), SWK_ERR_IO);
	assert_int_equal(rename(moved, at_path), 0);
	commit_some(file, 1, 1);
	swk__file_close(file);
	expect_some(&writing, 2);
}

/* ------------------------------------------------------------------------------------------- damage */

/* Opens and reads: SWK_OK only with exactly the commits of `want`, else a code for damage. */
static int read_damaged(const swk__file_options *options, const seen *want, swk__file **kept)
{
	swk__file *file;
	swk_error error = SWK_ERROR_INIT;
	static seen found;
	found.count = 0;
	int code = swk__file_open(&mem, at_path, options, &file, &error);
	if (code == SWK_OK) {
		code = swk__file_read(file, see, &found, &error);
		for (uint64_t i = 0; i < found.count; i++)
			assert_true(found.hashes[i] == want->hashes[i] && found.lengths[i] == want->lengths[i]);
		if (code == SWK_OK && kept)
			*kept = file;
		else
			swk__file_close(file);
	}
	if (code == SWK_OK)
		assert_int_equal(found.count, want->count);
	else if (code != SWK_ERR_CORRUPT && code != SWK_ERR_FORMAT)
		fail_msg("%s: %s", swk_code_name(code), error.reason);
	return code;
}

/* A store with shorter and longer commits, and room that a head freed when it shrank. */
static size_t damage_make(char *bytes, size_t size, seen *want)
{
	static const size_t lengths[] = { 100, 9000, 0, 4000, 30, 20000 };
	swk__file *file = open_as(&creating, SWK_OK);
	for (unsigned i = 0; i < SWK__COUNT(lengths); i++) {
		swk__slice head = commit_bytes(9, i == 4 ? 25000 : 50);
		assert_int_equal(swk__file_commit(file, commit_bytes(i, lengths[i]), head, NULL), SWK_OK);
	}
	assert_int_equal(read_all(file, want), SWK_OK);
	swk__file_close(file);
	return file_load(at_path, bytes, size);
}

/* What a writer adds to a damaged file that seemed whole must last too. */
static bool damage_written_on(const seen *want)
{
	swk__file *file = NULL;
	seen longer = *want;
	if (read_damaged(&writing, want, &file) != SWK_OK)
		return false;
	for (unsigned i = 0; i < 3 && commit(file, commit_bytes(50 + i, 9000), "h") == SWK_OK; i++)
		seen_add(&longer, commit_bytes(50 + i, 9000));
	swk__file_close(file);
	assert_int_equal(read_damaged(&writing, &longer, NULL), SWK_OK);
	return true;
}

static void test_flipped_bytes(void **state)
{
	(void)state;
	static char bytes[200000];
	static const unsigned char masks[] = { 0x01, 0x80, 0xff, 0x04 };
	static seen want;
	size_t length = damage_make(bytes, sizeof bytes, &want), noticed = 0, harmless = 0, written = 0;
	assert_in_range(length, 50000, sizeof bytes - 1);
	for (size_t at = 0, step = 0; at < length; at += at < 110 ? 1 : at < 4200 ? 7 : 23, step++) {
		char right = bytes[at];
		bytes[at] = (char)(right ^ masks[step % 4]);
		file_save(at_path, bytes, length);
		if (read_damaged(&reading, &want, NULL) == SWK_OK)
			harmless++;
		else
			noticed++;
		if (at < 110 || step % 10 == 0)
			written += damage_written_on(&want);
		bytes[at] = right;
		folder_empty(folder);
	}
	print_message("flipped bytes: %zu noticed, %zu harmless, %zu written on\n", noticed, harmless, written);
	assert_true(noticed > 500 && harmless > 0 && written > 0);
}

static void test_flipped_wal(void **state)
{
	(void)state;
	static char bytes[200000], wal[200000];
	static seen want, found;
	swk__file *file = open_as(&creating, SWK_OK);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(commit(file, commit_bytes(i, 5000), "h"), SWK_OK);
	assert_int_equal(read_all(file, &want), SWK_OK);
	size_t length = file_load(at_path, bytes, sizeof bytes), frames = file_load(suffixed("-wal"), wal, sizeof wal);
	assert_in_range(frames, 20000, sizeof wal - 1);
	swk__file_close(file);
	for (size_t at = 0; at < frames; at += at < 100 ? 1 : 101) {
		folder_empty(folder);
		wal[at] = (char)(wal[at] ^ 0x10);
		file_save(at_path, bytes, length);
		file_save(suffixed("-wal"), wal, frames);
		file = open_as(at % 2 ? &writing : &reading, SWK_OK);
		assert_int_equal(read_all(file, &found), SWK_OK); /* a prefix: SQLite cuts a WAL where it is wrong */
		assert_true(found.count <= want.count);
		for (uint64_t i = 0; i < found.count; i++)
			assert_int_equal(found.hashes[i], want.hashes[i]);
		swk__file_close(file);
		wal[at] = (char)(wal[at] ^ 0x10);
	}
}

static void test_damaged_rows(void **state)
{
	(void)state;
	static const char *const damages[] = {
		"DELETE FROM journal WHERE number = 3",
		"DELETE FROM journal WHERE number = 1",
		"DELETE FROM journal WHERE number = 6",
		"DELETE FROM journal",
		"UPDATE journal SET number = 7 WHERE number = 6",
		"UPDATE journal SET number = -1 WHERE number = 1",
		"UPDATE journal SET number = 70 WHERE number = 2; UPDATE journal SET number = 2 WHERE number = 3;"
		"UPDATE journal SET number = 3 WHERE number = 70",
		"UPDATE journal SET commit_number = 2 WHERE number = 3",
		"UPDATE journal SET commit_number = commit_number + 1 WHERE number > 3",
		"UPDATE journal SET bytes = zeroblob(3) WHERE number = 3",
		"UPDATE journal SET bytes = NULL WHERE number = 3",
		"UPDATE journal SET bytes = 'text' WHERE number = 2",
		"UPDATE journal SET bytes = CAST(bytes AS TEXT) WHERE number = 2",
		"UPDATE journal SET checksum = NULL WHERE number = 2",
		"UPDATE journal SET checksum = checksum + 1 WHERE number = 6",
		"INSERT INTO journal SELECT 7, 7, checksum, bytes FROM journal WHERE number = 6",
		"INSERT INTO journal SELECT 0, 0, checksum, bytes FROM journal WHERE number = 1",
		"DELETE FROM manifest",
		"UPDATE manifest SET id = 2",
		"UPDATE manifest SET commits = commits - 1, blobs = blobs - 1",
		"UPDATE manifest SET chain = chain + 1",
		"UPDATE manifest SET head = x'00'",
		"UPDATE manifest SET head = NULL",
		"UPDATE manifest SET head = CAST(head AS TEXT)",
		"UPDATE manifest SET format = 2",
		"UPDATE manifest SET checksum = 'x'",
		"DROP TABLE journal",
		"DROP TABLE manifest",
		"ALTER TABLE journal RENAME TO j; CREATE VIEW journal AS SELECT * FROM j",
		"ALTER TABLE journal ADD COLUMN more",
	};
	static char bytes[200000];
	static seen want;
	size_t length = damage_make(bytes, sizeof bytes, &want);
	for (size_t i = 0; i < SWK__COUNT(damages); i++) {
		folder_empty(folder);
		file_save(at_path, bytes, length);
		sql(at_path, damages[i]);
		if (read_damaged(&reading, &want, NULL) != SWK_ERR_CORRUPT ||
		    read_damaged(&writing, &want, NULL) != SWK_ERR_CORRUPT)
			fail_msg("not noticed: %s", damages[i]);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	static char bytes[200000];
	static seen want;
	size_t length = damage_make(bytes, sizeof bytes, &want);
	for (size_t cut = 1; cut < length; cut += cut < 200 ? 9 : 997) {
		folder_empty(folder);
		file_save(at_path, bytes, length - cut);
		assert_int_not_equal(read_damaged(&reading, &want, NULL), SWK_OK);
		assert_int_not_equal(read_damaged(&writing, &want, NULL), SWK_OK);
	}
}

/* ------------------------------------------------------------------------------------------- faults */

typedef struct point {
	swk__fault which;
	int skip, hits;
} point;

static bool point_hook(void *context, swk__fault which)
{
	point *self = context;
	return which == self->which && ++self->hits > self->skip;
}

static point armed;

static void point_arm(swk__fault which, int skip)
{
	armed = (point){ .which = which, .skip = skip };
	mem.fault = point_hook;
	mem.fault_context = &armed;
}

static void test_fault_points_of_opening(void **state)
{
	(void)state;
	static const swk__fault creation[] = { SWK__FAULT_file_create, SWK__FAULT_file_open, SWK__FAULT_file_lock,
		                               SWK__FAULT_file_write };
	static const swk__fault looking[] = { SWK__FAULT_file_begin, SWK__FAULT_file_open, SWK__FAULT_file_read };
	for (size_t i = 0; i < SWK__COUNT(creation); i++) {
		point_arm(creation[i], 0);
		open_as(&creating, SWK_ERR_IO);
		assert_int_equal(armed.hits, 1);
		assert_false(beside("") || beside("-new"));
		mem.fault = NULL;
	}
	store_make(1);
	for (size_t i = 0; i < SWK__COUNT(looking); i++) {
		point_arm(looking[i], 0);
		open_as(&reading, SWK_ERR_IO);
		mem.fault = NULL;
	}
	expect_some(&writing, 1);
}

static void test_fault_points_of_committing(void **state)
{
	(void)state;
	static const struct {
		swk__fault which;
		int skip;
	} points[] = { { SWK__FAULT_file_begin, 0 }, { SWK__FAULT_file_read, 0 },  { SWK__FAULT_file_write, 0 },
		       { SWK__FAULT_file_write, 1 }, { SWK__FAULT_file_write, 2 }, { SWK__FAULT_file_commit, 0 } };
	seen found;
	swk__file *file = open_as(&creating, SWK_OK);
	for (unsigned i = 0; i < SWK__COUNT(points); i++) {
		point_arm(points[i].which, points[i].skip);
		assert_int_equal(commit(file, commit_bytes(7, MIB + 1), "lost"), SWK_ERR_IO);
		mem.fault = NULL;
		assert_int_equal(swk__file_commits(file), i);
		assert_true(swk__slice_equal(swk__file_head(file), swk__slice_of(i ? "head" : "head 0")));
		commit_some(file, i, 1);
	}
	point_arm(SWK__FAULT_file_read, 1);
	assert_int_equal(read_all(file, &found), SWK_ERR_IO);
	assert_int_equal(found.count, 0);
	mem.fault = NULL;
	swk__file_close(file);
	expect_some(&writing, SWK__COUNT(points));
}

/* What a scenario was told. */
typedef struct told {
	unsigned count, ok[3]; /* the commits that returned SWK_OK */
	int lost;              /* the first that did not; -1: none */
	int code;              /* of the first failure */
} told;

static const size_t scenario_lengths[] = { 3000, MIB + 5000, 0 };

static swk__slice scenario_bytes(unsigned which)
{
	return commit_bytes(which, scenario_lengths[which]);
}

static void scenario_commits(swk__file *file, told *result, void (*report)(unsigned ok))
{
	for (unsigned i = 0; i < 3; i++) {
		int code = swk__file_commit(file, scenario_bytes(i), swk__slice_of("h"), NULL);
		if (code == SWK_OK)
			result->ok[result->count++] = i;
		else if (result->lost < 0)
			result->lost = (int)i;
		if (code == SWK_OK && report)
			report(result->count);
		result->code = result->code ? result->code : code;
		assert_int_equal(swk__file_commits(file), result->count);
	}
}

/* Creates, commits three times, closes, reopens and reads as reader and writer, as far as it gets. */
static told scenario(const char *vfs, void (*report)(unsigned ok))
{
	told result = { .lost = -1 };
	const swk__file_options *const ways[] = { &creating, &reading, &writing };
	static seen found;
	for (size_t i = 0; i < SWK__COUNT(ways) && (i == 0 || result.count > 0); i++) {
		swk__file *file;
		swk__file_options options = *ways[i];
		options.vfs = vfs;
		found.count = 0;
		int code = swk__file_open(&mem, at_path, &options, &file, NULL);
		if (code == SWK_OK) {
			if (i == 0)
				scenario_commits(file, &result, report);
			else
				code = swk__file_read(file, see, &found, NULL);
			swk__file_close(file);
		}
		result.code = result.code ? result.code : code;
	}
	return result;
}

/* The file holds what was told to be in it and, if there is doubt, perhaps the first commit that failed. */
static void scenario_check(const told *result, bool doubt)
{
	static seen found;
	swk__file *file = open_as(&creating, SWK_OK);
	assert_int_equal(read_all(file, &found), SWK_OK);
	assert_true(found.count >= result->count);
	for (unsigned i = 0; i < result->count; i++)
		assert_true(saw(&found, i, scenario_bytes(result->ok[i])));
	if (found.count > result->count) {
		assert_true(doubt && found.count == result->count + 1 && result->lost >= 0);
		assert_true(saw(&found, result->count, scenario_bytes((unsigned)result->lost)));
	}
	assert_int_equal(commit(file, commit_bytes(9, 10), "h"), SWK_OK);
	swk__file_close(file);
}

static void test_memory_sweep(void **state)
{
	(void)state;
	int points = 0;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		sweep self = { .for_ever = for_ever };
		do {
			set_up(NULL);
			self = (sweep){ .at = self.at + 1, .for_ever = for_ever };
			mem.fault = sweep_hook;
			mem.fault_context = &self;
			told result = scenario(NULL, NULL);
			mem.fault = NULL;
			assert_int_equal(mem.used, 0);
			if (sweep_hit(&self))
				assert_true(result.code == SWK_ERR_MEMORY || result.code == SWK_ERR_IO);
			else
				assert_true(result.code == SWK_OK && result.count == 3);
			scenario_check(&result, false);
			points += sweep_hit(&self);
		} while (sweep_hit(&self));
	}
	print_message("fault points swept: %d\n", points);
}

/* Disk full and failing I/O, once and for ever. */
static void test_io_sweep(void **state)
{
	(void)state;
	int points = 0;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		bool hit = true;
		for (int at = 1; hit; at += at < 150 ? 1 : 5) {
			set_up(NULL);
			fault_vfs_fail(at, for_ever);
			told result = scenario(FAULT_VFS, NULL);
			hit = fault_vfs_passed() >= at;
			fault_vfs_fail(0, false);
			assert_int_equal(mem.used, 0);
			scenario_check(&result, for_ever);
			if (result.code != SWK_OK && (!hit || result.code != SWK_ERR_IO))
				fail_msg("passage %d: %s", at, swk_code_name(result.code));
			points += hit;
		}
	}
	print_message("reads, writes, syncs and truncations swept: %d\n", points);
}

/* SQLite's own memory, which the process may configure before SQLite is used. */
static sqlite3_mem_methods sqlite_memory;
static sweep sqlite_sweep;

static bool sqlite_hit(void)
{
	return sweep_hook(&sqlite_sweep, SWK__FAULT_file_open);
}

static void *sqlite_alloc(int size)
{
	return sqlite_hit() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_resize(void *block, int size)
{
	return sqlite_hit() ? NULL : sqlite_memory.xRealloc(block, size);
}

static void sqlite_memory_set(void)
{
	sqlite3_mem_methods failing;
	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory);
	failing = sqlite_memory;
	failing.xMalloc = sqlite_alloc;
	failing.xRealloc = sqlite_resize;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}

static void test_sqlite_memory_sweep(void **state)
{
	(void)state;
	int points = 0, noticed = 0;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		bool hit = true;
		for (int at = 1; hit; at += at < 400 ? 3 : 17) {
			set_up(NULL);
			sqlite_sweep = (sweep){ .at = at, .for_ever = for_ever };
			told result = scenario(NULL, NULL);
			hit = sweep_hit(&sqlite_sweep);
			sqlite_sweep = (sweep){ 0 };
			assert_int_equal(mem.used, 0);
			scenario_check(&result, for_ever);
			if (result.code != SWK_OK && result.code != SWK_ERR_MEMORY)
				fail_msg("allocation %d: %s", at, swk_code_name(result.code));
			points += hit;
			noticed += result.code == SWK_ERR_MEMORY;
		}
	}
	print_message("SQLite's allocations swept: %d, %d of them mattered\n", points, noticed);
	assert_true(noticed > 100);
}

/* A commit whose sync failed is told to have failed; killed right after, its frames must not come back. */
static void test_failed_commit_leaves_no_trace(void **state)
{
	(void)state;
	int result = 0;
	swk__file_options options = creating;
	options.vfs = FAULT_VFS;
	for (int at = 1; result != 4; at++) {
		set_up(NULL);
		pid_t child = fork();
		if (child == 0) {
			swk__file *file;
			if (swk__file_open(&mem, at_path, &options, &file, NULL) != SWK_OK)
				_exit(1);
			commit_some(file, 0, 2);
			fault_vfs_fail(at, false);
			int code = swk__file_commit(file, commit_bytes(2, 100), swk__slice_of("h"), NULL);
			_exit(fault_vfs_passed() < at ? 4 : code == SWK_OK ? 2 : 3);
		}
		result = child_wait(child);
		assert_in_range(result, 2, 4);
		expect_some(&writing, result == 3 ? 2 : 3);
	}
}

static _Atomic unsigned *reported;

static void report(unsigned ok)
{
	*reported = ok;
}

/* Power lost at every write, sync, truncation and deletion, with a random part of what was not synced. More rounds,
 * with other dice, by the environment. */
static void test_crash_sweep(void **state)
{
	(void)state;
	const char *wish = getenv("SWK_TEST_CRASH_ROUNDS");
	long points = 0, rounds = wish ? strtol(wish, NULL, 10) : 1;
	reported = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (long round = 0; round < rounds; round++) {
		int result = FAULT_VFS_CRASHED;
		for (int at = 1; result == FAULT_VFS_CRASHED; at += at < 60 ? 1 : 7) {
			set_up(NULL);
			*reported = 0;
			pid_t child = fork();
			if (child == 0) {
				fault_vfs_crash(at, (uint64_t)(at + 10000 * round));
				_exit(scenario(FAULT_VFS, report).code == SWK_OK ? 0 : 1);
			}
			result = child_wait(child);
			assert_true(result == 0 || result == FAULT_VFS_CRASHED);
			unsigned count = *reported;
			told all = { .count = count, .ok = { 0, 1, 2 }, .lost = count < 3 ? (int)count : -1 };
			scenario_check(&all, true);
			points += result == FAULT_VFS_CRASHED;
		}
	}
	print_message("losses of power: %ld\n", points);
	assert_true(points > 50);
	munmap((void *)reported, 4096);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_lengths),
		TEST(test_many_commits_and_heads),
		TEST(test_visitor_stops),
		TEST(test_paths),
		TEST(test_links),
		TEST(test_foreign_files),
		TEST(test_other_version),
		TEST(test_missing_and_empty),
		TEST(test_leftovers),
		TEST(test_permissions),
		TEST(test_reader_beside_writer),
		TEST(test_reader_leaves_nothing),
		TEST(test_reader_disturbed),
		TEST(test_second_writer),
		TEST(test_abandon),
		TEST(test_lock_file_removed),
		TEST(test_killed_writer),
		TEST(test_changed_beneath),
		TEST(test_disturbed_writer),
		TEST(test_flipped_bytes),
		TEST(test_flipped_wal),
		TEST(test_damaged_rows),
		TEST(test_truncated),
		TEST(test_fault_points_of_opening),
		TEST(test_fault_points_of_committing),
		TEST(test_memory_sweep),
		TEST(test_io_sweep),
		TEST(test_sqlite_memory_sweep),
		TEST(test_failed_commit_leaves_no_trace),
		TEST(test_crash_sweep),
	};
	sqlite_memory_set();
	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
