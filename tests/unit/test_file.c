/* SPDX-License-Identifier: MIT */
#include "file_tools.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

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

/* A commit may be appended to, however long; nobody sees it before it ends, and one that is given up is as if it had
 * never begun. */
static void test_pieces(void **state)
{
	(void)state;
	static const size_t cuts[] = { 0, 1, MIB, 3 * MIB + 7, 5 * MIB };
	store_make(1);
	swk__file *file = open_as(&writing, SWK_OK);
	swk__file_rollback(file); /* of nothing */
	for (unsigned i = 0; i < SWK__COUNT(cuts); i++) {
		swk__slice whole = commit_bytes(i, 5 * MIB), rest = { whole.bytes + cuts[i], whole.length - cuts[i] };
		for (int way = 0; way < 2; way++) {
			assert_int_equal(swk__file_append(file, (swk__slice){ whole.bytes, cuts[i] }, NULL), SWK_OK);
			assert_int_equal(swk__file_append(file, (swk__slice){ "", 0 }, NULL), SWK_OK);
			assert_int_equal(swk__file_commits(file), 1 + i);
			if (i == 0)
				expect_some(&reading, 1); /* a reader meanwhile */
			if (way == 0)
				swk__file_rollback(file);
		}
		assert_int_equal(commit(file, rest, "pieces"), SWK_OK);
	}
	swk__file_append(file, commit_bytes(9, 3 * MIB), NULL);
	swk__file_close(file); /* in the middle of one */
	seen found;
	file = open_as(&reading, SWK_OK);
	assert_true(swk__slice_equal(swk__file_head(file), swk__slice_of("pieces")));
	assert_int_equal(swk__file_append(file, commit_bytes(9, 1), NULL), SWK_ERR_READ_ONLY);
	assert_int_equal(read_all(file, &found), SWK_OK);
	assert_int_equal(found.count, 1 + SWK__COUNT(cuts));
	for (unsigned i = 0; i < SWK__COUNT(cuts); i++)
		assert_true(saw(&found, 1 + i, commit_bytes(i, 5 * MIB)));
	swk__file_close(file);
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

/* Of a long path the end is shown, cut between characters; the longest are refused in words. */
static void test_long_paths(void **state)
{
	(void)state;
	static char path[6000];
	swk_error error = SWK_ERROR_INIT;
	swk__file *file;
	snprintf(at_path, sizeof at_path, "%s/%0100d\xc3\xb6%059d", folder, 0, 7);
	assert_int_equal(swk__file_open(&mem, at_path, &writing, &file, &error), SWK_ERR_NOT_FOUND);
	assert_int_equal(strncmp(error.reason, "...0000", 7), 0);
	assert_non_null(strstr(error.reason, "07: did not exist"));
	store_make(1);
	expect_some(&reading, 1);
	snprintf(path, sizeof path, "%s/%05000d", folder, 0);
	assert_int_equal(swk__file_open(&mem, path, &creating, &file, &error), SWK_ERR_IO);
	snprintf(path, sizeof path, "%s/store.swk", at_path); /* through a file as if it were a folder */
	assert_int_equal(swk__file_open(&mem, path, &creating, &file, &error), SWK_ERR_IO);
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
	assert_non_null(strstr(error.reason, "reads 2"));
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

/* Somebody removed the lock file, and so a second writer got in. */
static void test_two_writers(void **state)
{
	(void)state;
	swk__file *first = open_as(&creating, SWK_OK);
	commit_some(first, 0, 1);
	unlink(suffixed("-lock"));
	swk__file *second = open_as(&writing, SWK_OK);
	commit_some(second, 1, 1);
	swk_error error = SWK_ERROR_INIT;
	assert_int_equal(swk__file_commit(first, commit_bytes(7, 100), swk__slice_of("x"), &error), SWK_ERR_CORRUPT);
	assert_non_null(strstr(error.reason, "changed by another program"));
	commit_some(second, 2, 1);
	swk__file_close(first);
	swk__file_close(second);
	expect_some(&writing, 3);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lengths),
		TEST(test_many_commits_and_heads),
		TEST(test_pieces),
		TEST(test_visitor_stops),
		TEST(test_paths),
		TEST(test_long_paths),
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
		TEST(test_two_writers),
		TEST(test_disturbed_writer),
	};
	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
