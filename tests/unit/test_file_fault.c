/* SPDX-License-Identifier: MIT */
#include "file_tools.h"

#include <sys/mman.h>

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
		"UPDATE journal SET number = -number; UPDATE journal SET number = 7 + number",
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
		"UPDATE manifest SET format = 3",
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

/* A blob of another store with the same number is whole in itself: only the chain tells. */
static void test_swapped_row(void **state)
{
	(void)state;
	static seen want;
	char text[400];
	swk__file *file = open_as(&creating, SWK_OK);
	commit_some(file, 100, 3);
	swk__file_close(file);
	assert_int_equal(rename(at_path, suffixed("-other")), 0);
	file = open_as(&creating, SWK_OK);
	commit_some(file, 0, 3);
	assert_int_equal(read_all(file, &want), SWK_OK);
	swk__file_close(file);
	snprintf(text, sizeof text,
	         "ATTACH '%s' AS other; REPLACE INTO journal SELECT * FROM other.journal WHERE number = 3",
	         suffixed("-other"));
	sql(at_path, text);
	for (int way = 0; way < 2; way++) {
		seen found;
		file = open_as(way ? &writing : &reading, SWK_OK);
		assert_int_equal(read_all(file, &found), SWK_ERR_CORRUPT);
		assert_int_equal(found.count, 3); /* what was handed on counts when the reading succeeds, not before */
		swk__file_close(file);
	}
}

/* A free list that names a page in use: all can be read, and the next commit would overwrite it. */
static void test_false_free_page(void **state)
{
	(void)state;
	static char bytes[200000];
	static seen want;
	size_t length = damage_make(bytes, sizeof bytes, &want), refusals = 0;
	for (size_t page = 2; page <= length / 4096; page++) {
		folder_empty(folder);
		bytes[35] = (char)page;
		bytes[39] = 1;
		file_save(at_path, bytes, length);
		assert_int_equal(read_damaged(&reading, &want, NULL), SWK_OK);
		refusals += !damage_written_on(&want);
	}
	assert_in_range(refusals, length / 4096 - 2, length / 4096 - 1);
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
	assert_int_equal(found.count, 1);
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
	return commit_bytes(which, scenario_lengths[which % SWK__COUNT(scenario_lengths)]);
}

/* The second is appended in pieces, after it was given up once. */
static int scenario_commit(swk__file *file, unsigned which)
{
	swk__slice bytes = scenario_bytes(which);
	const size_t cut = which == 1 ? MIB : 0;
	int code = cut ? swk__file_append(file, (swk__slice){ bytes.bytes, 9000 }, NULL) : SWK_OK;
	swk__file_rollback(file);
	if (code == SWK_OK && cut)
		code = swk__file_append(file, (swk__slice){ bytes.bytes, cut }, NULL);
	if (code != SWK_OK)
		return code;
	return swk__file_commit(file, (swk__slice){ bytes.bytes + cut, bytes.length - cut }, swk__slice_of("h"), NULL);
}

static void scenario_commits(swk__file *file, told *result, void (*report)(unsigned ok))
{
	for (unsigned i = 0; i < 3; i++) {
		int code = scenario_commit(file, i);
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
		for (int at = 1; hit; at += at < 150 ? 1 : 11) {
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
	const struct CMUnitTest tests[] = {
		TEST(test_flipped_bytes),
		TEST(test_flipped_wal),
		TEST(test_damaged_rows),
		TEST(test_swapped_row),
		TEST(test_false_free_page),
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
