/* SPDX-License-Identifier: MIT */
#include "../support/sweep.h"
#include "zones.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The smallest TZif file: one type, no changes, two hours east of Greenwich by the footer. */
#define ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define BLOCK "TZif2" ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0"
static const char good[] = BLOCK BLOCK "\nABC-2\n";
static const char other[] = BLOCK BLOCK "\nABC-3\n";

static char folder[] = "/tmp/swk-zones-XXXXXX";
static swk__mem mem;
static swk__zones zones;
static swk_error error;

static int path_of(char *path, size_t size, const char *name)
{
	return snprintf(path, size, "%s/%s", folder, name) < (int)size ? 0 : -1;
}

static void file_write(const char *name, const void *bytes, size_t length)
{
	char path[256];
	assert_int_equal(path_of(path, sizeof path, name), 0);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, bytes, length), (ssize_t)length);
	close(file);
}

static void folder_make(const char *name)
{
	char path[256];
	assert_int_equal(path_of(path, sizeof path, name), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int folder_fill(void **state)
{
	char path[256];
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	folder_make("Area");
	folder_make("posix");
	folder_make("right");
	file_write("Area/Good_One-2+3", good, sizeof good - 1);
	file_write("Second", other, sizeof other - 1);
	file_write("posix/Second", other, sizeof other - 1);
	file_write("right/Second", other, sizeof other - 1);
	file_write("localtime", other, sizeof other - 1);
	file_write("posixrules", other, sizeof other - 1);
	file_write("zone.tab", other, sizeof other - 1);
	file_write("Empty", "", 0);
	file_write("Table", "# a text, not a zone\n", 21);
	file_write("Cut", good, sizeof good - 2);
	file_write("Large", "", 0);
	if (path_of(path, sizeof path, "Large") != 0 || truncate(path, (1 << 20) + 1) != 0)
		return -1;
	file_write("Largest", good, sizeof good - 1);
	if (path_of(path, sizeof path, "Largest") != 0 || truncate(path, 1 << 20) != 0)
		return -1;
	if (path_of(path, sizeof path, "Pipe") != 0 || mkfifo(path, 0600) != 0)
		return -1;
	return path_of(path, sizeof path, "Loop") != 0 ? -1 : symlink("Loop", path);
}

static int folder_remove(void **state)
{
	/* clang-format off */
	static const char *const names[] = {
		"Area/Good_One-2+3", "Second", "posix/Second", "right/Second", "localtime", "posixrules",
		"zone.tab", "Empty", "Table", "Cut", "Large", "Largest", "Pipe", "Loop", "Area", "posix", "right",
		""
	};
	/* clang-format on */
	char path[256];
	int status = 0;
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(names); i++)
		if (path_of(path, sizeof path, names[i]) != 0 || remove(path) != 0)
			status = -1;
	return status;
}

static int zones_open(void **state)
{
	(void)state;
	error = (swk_error)SWK_ERROR_INIT;
	swk__mem_init(&mem, NULL, 0);
	return swk__zones_init(&zones, &mem, folder, &error);
}

static int zones_close(void **state)
{
	(void)state;
	swk__zones_done(&zones);
	return mem.used == 0 ? 0 : -1;
}

static int find(const char *name, const swk__zone **zone)
{
	return swk__zones_find(&zones, swk__slice_of(name), zone, &error);
}

static const swk__zone *found(const char *name)
{
	const swk__zone *zone = NULL;
	assert_int_equal(find(name, &zone), SWK_OK);
	assert_non_null(zone);
	return zone;
}

static void assert_unfound(swk__slice name, int code, const char *shown, const char *reason)
{
	const swk__zone *zone = NULL;
	uint64_t used = mem.used;
	assert_int_equal(swk__zones_find(&zones, name, &zone, &error), code);
	assert_null(zone);
	assert_int_equal(mem.used, used);
	assert_int_equal(error.code, code);
	assert_string_equal(error.field, "zone");
	assert_string_equal(error.value, shown);
	assert_string_equal(error.reason, reason);
}

#define UNKNOWN "is no time zone in the database"

/* --------------------------------------------------------------------------------------------- finding */

static void utc_needs_no_file(void **state)
{
	swk__zones nowhere;
	const swk__zone *zone = NULL;
	(void)state;
	assert_int_equal(swk__zones_init(&nowhere, &mem, "/nonexistent", &error), SWK_OK);
	assert_int_equal(swk__zones_find(&nowhere, swk__slice_of("UTC"), &zone, NULL), SWK_OK);
	assert_int_equal(swk__zone_offset(zone, 0), 0);
	zone = NULL;
	assert_int_equal(swk__zones_find(&nowhere, swk__slice_of("Second"), &zone, &error), SWK_ERR_IO);
	assert_string_equal(error.value, "Second");
	assert_string_equal(error.reason, "could not be read: folder /nonexistent (errno 2)");
	assert_null(zone);
	swk__zones_done(&nowhere);
}

static void zones_are_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(swk__zone_offset(found("Area/Good_One-2+3"), 0), 7200);
	assert_int_equal(swk__zone_offset(found("Second"), 0), 10800);
	assert_ptr_equal(found("Second"), found("Second"));
	assert_ptr_equal(found("Area/Good_One-2+3"), found("Area/Good_One-2+3"));
	assert_true(found("Second")->fingerprint != found("Area/Good_One-2+3")->fingerprint);
}

static void a_zone_stays_as_it_was_handed_out(void **state)
{
	(void)state;
	const swk__zone *zone = found("Second");
	file_write("Second", good, sizeof good - 1);
	assert_ptr_equal(found("Second"), zone);
	assert_int_equal(swk__zone_offset(zone, 0), 10800);
	file_write("Second", other, sizeof other - 1);
}

static void names_that_are_unknown(void **state)
{
	/* clang-format off */
	static const char *const names[] = {
		"Nowhere", "second", "Area", "Area/", "/Second", "Area//Good_One-2+3", "../etc/passwd", "..", ".",
		"Area/../Second", "./Second", "zone.tab", "posix/Second", "right/Second", "localtime", "posixrules",
		"Second/x", "Pipe", "Loop", "posix", "localtimes", "/", "Second ", " ", "Se@ond", "Se[ond",
		"Se{ond", "Se:ond", "Se`ond", "Se\\ond", "utc", "local"
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(names); i++)
		assert_unfound(swk__slice_of(names[i]), SWK_ERR_ZONE, names[i], UNKNOWN);
	assert_unfound((swk__slice){ NULL, 0 }, SWK_ERR_ZONE, "", UNKNOWN);
	assert_unfound((swk__slice){ "Second\0", 7 }, SWK_ERR_ZONE, "Second", UNKNOWN);
}

static void names_that_no_line_can_show(void **state)
{
	static const char long_name[] = "Abcdefghijklmnopqrstuvwxyz/Abcdefghijklmnopqrstuvwxyz/Abcdefghijklmn";
	(void)state;
	assert_unfound((swk__slice){ long_name, 64 }, SWK_ERR_ZONE,
	               "Abcdefghijklmnopqrstuvwxyz/Abcdefghijklmnopqrstuvwxyz/Abcdefghij", UNKNOWN);
	assert_unfound((swk__slice){ long_name, 65 }, SWK_ERR_ZONE,
	               "Abcdefghijklmnopqrstuvwxyz/Abcdefghijklmnopqrstuvwxyz/Abcdefghij", UNKNOWN);
	assert_unfound(swk__slice_of("Euro\npe"), SWK_ERR_ZONE, "Euro", UNKNOWN);
	assert_unfound(swk__slice_of("Euro\x7fpe"), SWK_ERR_ZONE, "Euro", UNKNOWN);
	assert_unfound(swk__slice_of("Euro\xffpe"), SWK_ERR_ZONE, "Euro", UNKNOWN);
	assert_unfound(swk__slice_of("M\xc3\xbcnchen"), SWK_ERR_ZONE, "M\xc3\xbcnchen", UNKNOWN);
}

static void files_that_are_refused(void **state)
{
	(void)state;
	assert_unfound(swk__slice_of("Empty"), SWK_ERR_ZONE, "Empty", "was no TZif data");
	assert_unfound(swk__slice_of("Table"), SWK_ERR_ZONE, "Table", "was no TZif data");
	assert_unfound(swk__slice_of("Cut"), SWK_ERR_ZONE, "Cut", "had no footer");
	assert_unfound(swk__slice_of("Large"), SWK_ERR_ZONE, "Large", "was larger than a zone's file can be");
	assert_unfound(swk__slice_of("Largest"), SWK_ERR_ZONE, "Largest", "had no footer");
}

static void nothing_is_left_open(void **state)
{
	(void)state;
	const swk__zone *zone;
	int before = open("/dev/null", O_RDONLY), after;
	close(before);
	find("Second", &zone);
	find("Area", &zone);
	find("Pipe", &zone);
	find("Nowhere", &zone);
	find("Cut", &zone);
	after = open("/dev/null", O_RDONLY);
	close(after);
	assert_int_equal(after, before);
}

static void done_takes_anything(void **state)
{
	swk__zones empty = { 0 };
	(void)state;
	swk__zones_done(NULL);
	swk__zones_done(&empty);
	swk__zones_done(&zones);
	swk__zones_done(&zones);
	assert_int_equal(mem.used, 0);
}

static void the_default_folder_is_the_systems(void **state)
{
	swk__zones system;
	(void)state;
	assert_int_equal(swk__zones_init(&system, &mem, NULL, &error), SWK_OK);
	assert_string_equal(system.path, "/usr/share/zoneinfo");
	swk__zones_done(&system);
}

/* --------------------------------------------------------------------------------------------- faults */

typedef struct faults {
	sweep sweep;
	swk__fault hit; /* the last point that was made to fail */
} faults;

static bool faults_hook(void *context, swk__fault point)
{
	faults *self = context;
	bool fails = sweep_hook(&self->sweep, point);
	if (fails)
		self->hit = point;
	return fails;
}

static void every_fault(void **state)
{
	(void)state;
	int failures = 0;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int code = -1;
		for (int at = 1; code != SWK_OK; at++) {
			faults now = { .sweep = { .at = at, .for_ever = for_ever } };
			swk__zones some = { 0 };
			const swk__zone *zone = NULL;
			swk__mem own;
			swk__mem_init(&own, NULL, 0);
			own.fault = faults_hook;
			own.fault_context = &now;
			code = swk__zones_init(&some, &own, folder, &error);
			if (code == SWK_OK)
				code = swk__zones_find(&some, swk__slice_of("Second"), &zone, &error);
			bool hit = sweep_hit(&now.sweep);
			int expected = now.hit == SWK__FAULT_zone_entry ? SWK_ERR_MEMORY : SWK_ERR_IO;
			assert_int_equal(code, hit ? expected : SWK_OK);
			assert_int_equal(zone != NULL, !hit);
			failures += hit;
			swk__zones_done(&some);
			assert_int_equal(own.used, 0);
		}
	}
	/* The path; folder, file, size; the entry; its bytes. */
	assert_int_equal(failures, 2 * 6);
}

/* Cuts the file after its size was taken. */
static bool cutter_hook(void *context, swk__fault point)
{
	if (point == SWK__FAULT_zone_entry)
		file_write("Second", other, 50);
	(void)context;
	return false;
}

static void a_file_that_shrinks_is_refused(void **state)
{
	(void)state;
	mem.fault = cutter_hook;
	assert_unfound(swk__slice_of("Second"), SWK_ERR_ZONE, "Second", "was cut short");
	mem.fault = NULL;
	file_write("Second", other, sizeof other - 1);
}

static void a_limit_is_told_apart(void **state)
{
	swk__mem small;
	swk__zones some = { 0 };
	const swk__zone *zone = NULL;
	(void)state;
	swk__mem_init(&small, NULL, 128);
	assert_int_equal(swk__zones_init(&some, &small, folder, &error), SWK_OK);
	assert_int_equal(swk__zones_find(&some, swk__slice_of("Second"), &zone, &error), SWK_ERR_LIMIT);
	assert_null(zone);
	swk__zones_done(&some);
	assert_int_equal(small.used, 0);
}

/* -------------------------------------------------------------------------------------------- threads */

/* Finds zones in the middle of somebody else's finding, as another thread would. */
typedef struct intruder {
	const char *names[2];
	const swk__zone *zones[2];
	bool came;
} intruder;

static bool intruder_hook(void *context, swk__fault point)
{
	intruder *self = context;
	if (point != SWK__FAULT_zone_entry || self->came)
		return false;
	self->came = true;
	for (size_t i = 0; i < 2 && self->names[i]; i++)
		assert_int_equal(find(self->names[i], &self->zones[i]), SWK_OK);
	return false;
}

static void the_loser_takes_the_winners_zone(void **state)
{
	(void)state;
	intruder faster = { .names = { "Second", "Area/Good_One-2+3" } };
	mem.fault = intruder_hook;
	mem.fault_context = &faster;
	const swk__zone *zone = found("Second");
	mem.fault = NULL;
	assert_true(faster.came);
	assert_ptr_equal(zone, faster.zones[0]);
	assert_ptr_equal(found("Second"), zone);
	assert_ptr_equal(found("Area/Good_One-2+3"), faster.zones[1]);
}

static void others_entries_are_kept(void **state)
{
	(void)state;
	intruder faster = { .names = { "Area/Good_One-2+3" } };
	mem.fault = intruder_hook;
	mem.fault_context = &faster;
	const swk__zone *zone = found("Second");
	mem.fault = NULL;
	assert_int_equal(swk__zone_offset(zone, 0), 10800);
	assert_ptr_equal(found("Second"), zone);
	assert_ptr_equal(found("Area/Good_One-2+3"), faster.zones[0]);
}

#define THREADS 8

static pthread_barrier_t start;

static void *racer(void *out)
{
	const swk__zone **answers = out;
	swk_error own = SWK_ERROR_INIT;
	pthread_barrier_wait(&start);
	for (int i = 0; i < 2; i++)
		if (swk__zones_find(&zones, swk__slice_of(i ? "Second" : "Area/Good_One-2+3"), &answers[i], &own) !=
		    SWK_OK)
			answers[i] = NULL;
	return NULL;
}

static void threads_get_one_zone_for_one_name(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		pthread_t threads[THREADS];
		const swk__zone *answers[THREADS][2] = { { NULL } };
		swk__zones_done(&zones);
		assert_int_equal(swk__zones_init(&zones, &mem, folder, &error), SWK_OK);
		assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, racer, answers[i]), 0);
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		pthread_barrier_destroy(&start);
		for (int i = 0; i < THREADS; i++) {
			assert_ptr_equal(answers[i][0], found("Area/Good_One-2+3"));
			assert_ptr_equal(answers[i][1], found("Second"));
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, zones_open, zones_close)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(utc_needs_no_file),
		TEST(zones_are_found_by_name),
		TEST(a_zone_stays_as_it_was_handed_out),
		TEST(names_that_are_unknown),
		TEST(names_that_no_line_can_show),
		TEST(files_that_are_refused),
		TEST(nothing_is_left_open),
		TEST(done_takes_anything),
		TEST(the_default_folder_is_the_systems),
		TEST(every_fault),
		TEST(a_file_that_shrinks_is_refused),
		TEST(a_limit_is_told_apart),
		TEST(the_loser_takes_the_winners_zone),
		TEST(others_entries_are_kept),
		TEST(threads_get_one_zone_for_one_name),
	};
	return cmocka_run_group_tests(tests, folder_fill, folder_remove);
}
