/* SPDX-License-Identifier: MIT
 *
 * Memory that fails in the bindings: each allocation in turn, once, while files are imported and a map is proposed.
 * What the bindings, libcsv and the library take by calloc and realloc is made to fail here; what jansson takes by
 * malloc is not: version 2.14 writes beyond its buffers then (valgrind shows it with json_set_alloc_funcs).
 */
#include "salesweek_import.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

/* glibc's own, under the names that stand behind calloc and realloc. */
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static uint64_t passed, failing; /* calls so far; the one that fails, 0: none */

static int fails(void)
{
	return ++passed == failing;
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return fails() ? NULL : __libc_realloc(block, size);
}

typedef struct rest {
	const char *bytes;
	size_t length;
} rest;

static int64_t rest_read(void *context, char *bytes, size_t size)
{
	rest *left = context;
	size_t count = left->length < size ? left->length : size;
	memcpy(bytes, left->bytes, count);
	*left = (rest){ left->bytes + count, left->length - count };
	return (int64_t)count;
}

static int ignore_reject(void *context, const swi_rejection *rejection)
{
	(void)context;
	return rejection->error->reason[0] == '\0';
}

static int ignore_bytes(void *context, const char *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
	return 0;
}

static const char map[] =
	"{\"table\":\"call\",\"encoding\":\"latin1\",\"fields\":{\"id\":\"Id\",\"at\":{\"columns\":"
	"[\"Date\",\"Time\"],\"date\":\"%Y-%m-%d %H:%M\"},\"outcome\":{\"column\":\"Kind\",\"values\":"
	"{\"x\":\"answered\"}}},\"constants\":{\"direction\":\"inbound\"}}";
static const char csv[] =
	"Id,Date,Time,Kind\nc1,2026-11-02,09:30,x\nc2,2026-11-02,\"09:\"\"\",y\n\"c\n3\",2026-11-02,,x\n";
static const char plain[] = "id,at,rep\nc1,2026-11-02,\"a \"\"b\"\"\"\nc2,never,\"x\ny\"\n";
static const char lines[] =
	"{\"table\":\"call\",\"id\":\"c1\",\"at\":\"2026-11-02\"}\n{\"table\":\"call\",\"id\":\"\\u0041\"}\n";

static int take_in(swk_store *store, const char *bytes, size_t length, const char *map_text, const char *table)
{
	rest left = { bytes, length };
	swk_error error = SWK_ERROR_INIT;
	swi_counts counts = { .size = sizeof counts };
	const swi_options options = { .size = sizeof options,
		                      .map = map_text,
		                      .map_length = map_text ? strlen(map_text) : 0,
		                      .table = table,
		                      .reject = ignore_reject };
	int code = swi_import(store, rest_read, &left, &options, &counts, &error);
	assert_int_equal(code, code ? error.code : SWK_OK);
	return code;
}

static int import_map(swk_store *store)
{
	return take_in(store, csv, sizeof csv - 1, map, NULL);
}

static int import_table(swk_store *store)
{
	return take_in(store, plain, sizeof plain - 1, NULL, "call");
}

static int import_lines(swk_store *store)
{
	return take_in(store, lines, sizeof lines - 1, NULL, NULL);
}

static int propose(swk_store *store)
{
	rest left = { csv, sizeof csv - 1 };
	swk_error error = SWK_ERROR_INIT;
	(void)store;
	return swi_map_propose(rest_read, &left, NULL, ignore_bytes, NULL, &error);
}

/* Fails each allocation until none is left to fail: SWK_ERR_MEMORY each time, and the store goes on. */
static void sweep(int (*scenario)(swk_store *store))
{
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = NULL;
	uint64_t point = 0;
	int code;
	assert_int_equal(swk_store_open(NULL, NULL, &store, &error), SWK_OK);
	do {
		passed = 0;
		failing = ++point;
		code = scenario(store);
		uint64_t reached = passed;
		failing = 0;
		assert_true(code == SWK_OK || code == SWK_ERR_MEMORY);
		assert_true(code == SWK_OK || reached >= point);
		if (code == SWK_OK && reached < point)
			break;
	} while (point < 100000);
	assert_true(point > 2);
	assert_int_equal(scenario(store), SWK_OK);
	swk_store_close(store);
}

static void test_map(void **state)
{
	(void)state;
	sweep(import_map);
}

static void test_table(void **state)
{
	(void)state;
	sweep(import_table);
}

static void test_lines(void **state)
{
	(void)state;
	sweep(import_lines);
}

static void test_propose(void **state)
{
	(void)state;
	sweep(propose);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_propose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
