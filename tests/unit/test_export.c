/* SPDX-License-Identifier: MIT */
#include "export.h"
#include "scene.h"

#include <stdlib.h>

static scene s;

static int setup(void **state)
{
	(void)state;
	scene_open(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

/* ---------------------------------------------------------------------------------------- as a text */

static swk__export_plan plan_of(swk__table table)
{
	return (swk__export_plan){ .table = table,
		                   .batch_rows = 1000,
		                   .text_bytes = INT32_MAX,
		                   .cut = { INT64_MAX, INT64_MAX, UINT64_MAX },
		                   .currency = { "USD", 3 } };
}

static swk__export *export_open(const swk__export_plan *plan)
{
	swk__export *export = NULL;
	assert_int_equal(swk__export_open(&s.history, s.history.published, plan, NULL, NULL, &export, NULL), SWK_OK);
	return export;
}

static swk__slice text_at(const swk__arrow_texts *texts, int64_t at)
{
	assert_in_range(at, 0, texts->count - 1);
	return (swk__slice){ texts->bytes + texts->starts[at], (size_t)(texts->starts[at + 1] - texts->starts[at]) };
}

static void cell_print(swk__buf *buf, const swk__arrow_field *field, const swk__arrow_out_cells *cells, int64_t row)
{
	char text[64] = "";
	size_t at = (size_t)row;
	switch (field->form) {
	case SWK__ARROW_TEXT:
		swk__buf_slice(buf, text_at(&cells->texts, row));
		return;
	case SWK__ARROW_CHOICE:
		swk__buf_slice(buf, text_at(&cells->texts, ((const int8_t *)cells->values)[row]));
		return;
	case SWK__ARROW_REPEATS:
		swk__buf_slice(buf, text_at(&cells->texts, ((const int32_t *)cells->values)[row]));
		return;
	case SWK__ARROW_BOOL:
		snprintf(text, sizeof text, "%d", swk__bit_at(cells->values, at));
		break;
	case SWK__ARROW_DATE:
		swk__date_format(((const int32_t *)cells->values)[row], text);
		break;
	case SWK__ARROW_INSTANT:
		swk__instant_format(((const int64_t *)cells->values)[row], text);
		break;
	case SWK__ARROW_INT:
		snprintf(text, sizeof text, "%" PRId64, ((const int64_t *)cells->values)[row]);
		break;
	case SWK__ARROW_REAL:
		snprintf(text, sizeof text, "%.15g", ((const double *)cells->values)[row]);
		break;
	case SWK__ARROW_DECIMAL:
		snprintf(text, sizeof text, "%" PRId64 "e-%u", (int64_t)((const swk__i128 *)cells->values)[row],
		         field->scale);
	}
	swk__buf_append(buf, text, strlen(text));
}

/* The zeros that a null must have. */
static void null_check(const swk__arrow_field *field, const swk__arrow_out_cells *cells, int64_t row)
{
	static const unsigned char sizes[] = {
		[SWK__ARROW_CHOICE] = 1, [SWK__ARROW_REPEATS] = 4, [SWK__ARROW_DATE] = 4,    [SWK__ARROW_INSTANT] = 8,
		[SWK__ARROW_INT] = 8,    [SWK__ARROW_REAL] = 8,    [SWK__ARROW_DECIMAL] = 16
	};
	assert_true(field->nullable);
	if (field->form == SWK__ARROW_TEXT) {
		assert_int_equal(text_at(&cells->texts, row).length, 0);
		return;
	}
	const char *cell = (const char *)cells->values + row * sizes[field->form];
	for (int i = 0; i < sizes[field->form]; i++)
		assert_int_equal(cell[i], 0);
}

/* A line a row, fields with values alone; a line of dashes after each batch. */
static void batch_print(swk__export *export, const swk__arrow_out_cells *cells, int64_t rows, swk__buf *buf)
{
	size_t count;
	const swk__arrow_field *fields = swk__export_fields(export, &count);
	int64_t nulls[SWK__FIELDS_MAX + 1] = { 0 };
	for (int64_t row = 0; row < rows; row++) {
		for (size_t f = 0; f < count; f++) {
			if (cells[f].nulls && !swk__bit_at(cells[f].valid, (size_t)row)) {
				null_check(&fields[f], &cells[f], row);
				nulls[f]++;
				continue;
			}
			swk__buf_format(buf, "%s%s=", f ? " " : "", fields[f].name);
			cell_print(buf, &fields[f], &cells[f], row);
		}
		swk__buf_byte(buf, '\n');
	}
	for (size_t f = 0; f < count; f++)
		assert_int_equal(nulls[f], cells[f].nulls);
	swk__buf_append(buf, "--\n", 3);
}

/* Reads on to the end. */
static const char *export_rest(swk__export *export)
{
	swk__arrow_out_cells cells[SWK__FIELDS_MAX + 1];
	swk__buf buf;
	size_t count;
	swk__buf_init(&buf, &s.mem, sizeof s.told - 1);
	swk__export_fields(export, &count);
	for (bool ended = false; !ended;) {
		int64_t rows = -1;
		memset(cells, 0, sizeof cells);
		assert_int_equal(swk__export_next(export, cells, &rows, &ended, NULL, NULL, NULL), SWK_OK);
		if (!ended)
			batch_print(export, cells, rows, &buf);
		swk__arrow_out_cells_free(&s.mem, cells, count);
	}
	assert_false(buf.failed);
	if (buf.length)
		memcpy(s.told, buf.bytes, buf.length);
	s.told[buf.length] = '\0';
	swk__buf_done(&buf);
	return s.told;
}

static const char *exported(const swk__export_plan *plan)
{
	swk__export *export = export_open(plan);
	const char *text = export_rest(export);
	swk__export_close(export);
	return text;
}

#define TIMES "recorded_at=2026-11-20T12:00:00Z"

/* --------------------------------------------------------------------------------------------- columns */

static void test_every_kind(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	(void)state;
	scene_commit(&s,
	             "rep r1 recorded_at=2026-11-20T12:00:00Z name='Ann Bo' team=A zone=Europe/Berlin capacity=0.5\n"
	             "call c1 " TIMES " at=2026-11-02T09:30:00.000001Z rep=r1 lead=l1 duration_s=999999999.999999 "
	             "positive=true\n"
	             "opportunity o1 " TIMES " created_at=2026-11-02 amount=-12.05 currency=EUR outcome=won "
	             "closed_at=2026-11-03\n"
	             "stage s1 " TIMES " at=2026-11-02 opportunity=o1 amount=900000000000000\n"
	             "score x1 " TIMES " at=2026-11-02 lead=l1 value=33.333333\n"
	             "quota q1 " TIMES " from=2026-10-01 to=2027-01-01 team=A won=7\n"
	             "rate f1 " TIMES " currency=EUR date=2026-11-02 value=1.234567890123");
	assert_string_equal(exported(&plan),
	                    "id=r1 " TIMES " name=Ann Bo team=A zone=Europe/Berlin capacity=0.5 deleted=0 "
	                    "stamped=0\n--\n");
	plan.table = SWK__TABLE_CALL;
	assert_string_equal(exported(&plan),
	                    "id=c1 " TIMES " at=2026-11-02T09:30:00.000001Z lead=l1 rep=r1 "
	                    "direction=outbound outcome=unknown duration_s=999999999.999999 positive=1 "
	                    "deleted=0 stamped=0\n--\n");
	plan.table = SWK__TABLE_OPPORTUNITY;
	assert_string_equal(exported(&plan), "id=o1 " TIMES " created_at=2026-11-02T00:00:00Z amount=-120500e-4 "
	                                     "currency=EUR outcome=won closed_at=2026-11-03T00:00:00Z deleted=0 "
	                                     "stamped=0\n--\n");
	plan.table = SWK__TABLE_STAGE;
	assert_string_equal(exported(&plan), "id=s1 " TIMES " at=2026-11-02T00:00:00Z opportunity=o1 "
	                                     "amount=9000000000000000000e-4 deleted=0 stamped=0\n--\n");
	plan.table = SWK__TABLE_SCORE;
	assert_string_equal(exported(&plan),
	                    "id=x1 " TIMES " at=2026-11-02T00:00:00Z lead=l1 value=33.333333 deleted=0 "
	                    "stamped=0\n--\n");
	plan.table = SWK__TABLE_QUOTA;
	assert_string_equal(exported(&plan), "id=q1 " TIMES " from=2026-10-01 to=2027-01-01 team=A won=7 deleted=0 "
	                                     "stamped=0\n--\n");
	plan.table = SWK__TABLE_RATE;
	assert_string_equal(exported(&plan), "id=f1 " TIMES " currency=EUR date=2026-11-02 value=1234567890123e-12 "
	                                     "deleted=0 stamped=0\n--\n");
	plan.table = SWK__TABLE_MEETING;
	assert_string_equal(exported(&plan), "");
}

/* ------------------------------------------------------------------------------------ versions and cuts */

#define REP(team, at, more) "id=r1 recorded_at=2026-11-" at " team=" team " capacity=1 deleted=" more "\n"

/* The history of one rep: A, B, deleted; a stamped one; a late version between. */
static void history_make(void)
{
	scene_commit(&s, "rep r1 recorded_at=2026-11-01 team=A");
	scene_commit(&s, "rep r1 recorded_at=2026-11-03 team=C deleted=true\nrep r2");
	scene_commit(&s, "rep r1 recorded_at=2026-11-02 team=B");
}

#define A REP("A", "01T00:00:00Z", "0 stamped=0")
#define B REP("B", "02T00:00:00Z", "0 stamped=0")
#define C REP("C", "03T00:00:00Z", "1 stamped=0")
#define STAMPED "id=r2 recorded_at=2026-11-20T12:00:00Z capacity=1 deleted=0 stamped=1\n"

static void test_current_and_versions(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	(void)state;
	assert_string_equal(exported(&plan), "");
	history_make();
	assert_string_equal(exported(&plan), STAMPED "--\n");
	plan.versions = true;
	assert_string_equal(exported(&plan), A C STAMPED B "--\n");
	plan.batch_rows = 3;
	assert_string_equal(exported(&plan), A C STAMPED "--\n" B "--\n");
	plan.batch_rows = 1;
	assert_string_equal(exported(&plan), A "--\n" C "--\n" STAMPED "--\n" B "--\n");
}

static void test_cuts(void **state)
{
	(void)state;
	history_make();
	const struct {
		const char *as_of;
		uint64_t commit;
		const char *current, *versions;
	} rows[] = {
		{ "2026-10-01", UINT64_MAX, "", "" },
		{ "2026-11-01", UINT64_MAX, A "--\n", A "--\n" },
		{ "2026-11-02", UINT64_MAX, B "--\n", A B "--\n" },
		{ "2026-11-03", UINT64_MAX, "", A C B "--\n" },
		{ "2027-01-01", 1, A "--\n", A "--\n" },
		{ "2027-01-01", 2, STAMPED "--\n", A C STAMPED "--\n" },
		{ "2026-11-02", 2, A "--\n", A "--\n" },
		{ "2027-01-01", 3, STAMPED "--\n", A C STAMPED B "--\n" },
	};
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		swk__export_plan plan = plan_of(SWK__TABLE_REP);
		plan.cut.as_of = instant(rows[i].as_of);
		plan.cut.commit = rows[i].commit;
		assert_string_equal(exported(&plan), rows[i].current);
		plan.versions = true;
		assert_string_equal(exported(&plan), rows[i].versions);
	}
}

/* What a writer does meanwhile is not seen: new versions, new parts, new texts. */
static void test_snapshot_stays(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_CALL);
	swk__arrow_out_cells cells[SWK__FIELDS_MAX + 1] = { { 0 } };
	int64_t rows;
	bool ended;
	(void)state;
	scene_commit(&s, "call c1 at=2026-11-02\ncall c2 at=2026-11-02\ncall c3 at=2026-11-09");
	char *before = strdup(exported(&plan));
	plan.batch_rows = 1;
	swk__export *export = export_open(&plan), *next = export_open(&plan);
	assert_int_equal(swk__export_next(next, cells, &rows, &ended, NULL, NULL, NULL), SWK_OK);
	swk__arrow_out_cells_free(&s.mem, cells, SWK__COUNT(cells));
	for (int i = 0; i < 200; i++)
		scene_commit(
			&s,
			"call c1 at=2026-11-02 outcome=busy\ncall c2 at=2026-10-02 lead=new\ncall c4 at=2026-11-02");
	plan.batch_rows = 1000;
	char *all = strdup(export_rest(export));
	assert_int_equal(strlen(all), strlen(before) + 6); /* two more lines of dashes */
	const char *rest = export_rest(next);
	assert_string_equal(rest, strstr(all, "--\n") + 3);
	assert_null(strstr(rest, "busy"));
	swk__export_close(export);
	swk__export_close(next);
	free(all);
	free(before);
}

/* Texts that no longer fit are left for the next batch, and so is their whole row. */
static void test_texts_fit(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	(void)state;
	scene_commit(&s, "rep aaaaaa name=x\nrep bbbbbb name=yyyyyyy\nrep cccccc name=zzzzzzz\nrep dddddd\n"
	                 "rep e name=12345678901234567");
	char *whole = strdup(exported(&plan));
	plan.text_bytes = 17;
	const char *parts = exported(&plan);
	char rows[sizeof s.told] = "";
	int batches = 0;
	for (const char *line = parts; *line; line = strchr(line, '\n') + 1) {
		if (strncmp(line, "--", 2) == 0)
			batches++;
		else
			strncat(rows, line, (size_t)(strchr(line, '\n') + 1 - line));
	}
	strcat(rows, "--\n");
	assert_string_equal(rows, whole);
	assert_int_equal(batches, 3); /* by ids: a b | c d e; by names x y | z | 12345678901234567 */
	free(whole);
}

/* --------------------------------------------------------------------------------------- interruptions */

static int stop_at(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	(void)done;
	(void)total;
	return --*(int *)context == 0 ? swk__fail(error, SWK_ERR_INTERRUPTED, "stopped") : SWK_OK;
}

/* A cut of the past looks at every version, and can be stopped there. */
static void test_open_stopped(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	swk__export *export = NULL;
	int checks = 1;
	(void)state;
	history_make();
	plan.cut.commit = 1;
	assert_int_equal(swk__export_open(&s.history, s.history.published, &plan, stop_at, &checks, &export, NULL),
	                 SWK_ERR_INTERRUPTED);
	assert_null(export);
}

/* What was stopped, or found no memory, can be asked for again. */
static void test_again_after_failure(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	swk__arrow_out_cells cells[SWK__FIELDS_MAX + 1] = { { 0 } };
	int64_t rows;
	bool ended;
	int checks = 1;
	(void)state;
	history_make();
	plan.versions = true;
	char *whole = strdup(exported(&plan));
	swk__export *export = export_open(&plan);
	assert_int_equal(swk__export_next(export, cells, &rows, &ended, stop_at, &checks, NULL), SWK_ERR_INTERRUPTED);
	for (int at = 1;; at++) {
		sweep once = { .at = at };
		s.mem.fault = sweep_hook;
		s.mem.fault_context = &once;
		int code = swk__export_next(export, cells, &rows, &ended, NULL, NULL, NULL);
		s.mem.fault = NULL;
		swk__arrow_out_cells_free(&s.mem, cells, SWK__COUNT(cells));
		if (code == SWK_OK) {
			assert_true(at > 10);
			break;
		}
		assert_int_equal(code, SWK_ERR_MEMORY);
	}
	assert_int_equal(rows, 4);
	assert_string_equal(export_rest(export), "");
	swk__export_close(export);
	free(whole);
}

static void test_open_sweep(void **state)
{
	(void)state;
	history_make();
	for (int at = 1;; at++) {
		sweep once = { .at = at };
		swk__export_plan plan = plan_of(SWK__TABLE_REP);
		swk__export *export = NULL;
		uint64_t used = s.mem.used;
		plan.cut.commit = 1;
		s.mem.fault = sweep_hook;
		s.mem.fault_context = &once;
		int code = swk__export_open(&s.history, s.history.published, &plan, NULL, NULL, &export, NULL);
		s.mem.fault = NULL;
		assert_int_equal(code == SWK_OK, export != NULL);
		if (export)
			swk__export_close(export);
		assert_int_equal(s.mem.used, used);
		if (code == SWK_OK) {
			assert_true(at > 5);
			break;
		}
		assert_int_equal(code, SWK_ERR_MEMORY);
	}
}

/* --------------------------------------------------------------------------------------- stamps come back */

/* A stamp that comes back is a stamp, and the next one given lies behind it; one that is given is not. */
static void test_stamped_comes_back(void **state)
{
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	(void)state;
	scene_commit(&s, "rep r1 recorded_at=2026-12-01 stamped=true\nrep r2 stamped=true\nrep r3 stamped=false "
	                 "recorded_at=2026-12-05");
	scene_commit(&s, "rep r4");
	assert_string_equal(exported(&plan),
	                    "id=r1 recorded_at=2026-12-01T00:00:00Z capacity=1 deleted=0 stamped=1\n"
	                    "id=r2 recorded_at=2026-12-01T00:00:00.000001Z capacity=1 deleted=0 stamped=1\n"
	                    "id=r3 recorded_at=2026-12-05T00:00:00Z capacity=1 deleted=0 stamped=0\n"
	                    "id=r4 recorded_at=2026-12-01T00:00:00.000002Z capacity=1 deleted=0 stamped=1\n--\n");
}

/* Versions that differ in whose time it is are two, in whatever order they come; the one whose time was given is the
 * current one. */
static void test_stamped_and_given(void **state)
{
	static const char *const orders[][2] = { { "true", "false" }, { "false", "true" } };
	swk__export_plan plan = plan_of(SWK__TABLE_REP);
	(void)state;
	for (int together = 0; together < 2; together++) {
		for (size_t i = 0; i < 2; i++) {
			const char *lines[] = { orders[i][0], orders[i][1], "true", "false" };
			char text[1024] = "";
			uint64_t accepted = 0;
			for (size_t l = 0; l < SWK__COUNT(lines); l++) {
				size_t length = together ? strlen(text) : 0;
				snprintf(text + length, sizeof text - length,
				         "rep r%d%zu recorded_at=2026-12-01 stamped=%s\n", together, i, lines[l]);
				if (!together)
					accepted += scene_commit(&s, text).accepted;
			}
			if (together)
				accepted = scene_commit(&s, text).accepted;
			assert_int_equal(accepted, 2);
		}
	}
	char *text = strdup(exported(&plan));
	assert_null(strstr(text, "stamped=1"));
	scene_commit(&s, "rep later recorded_at=2026-12-09"); /* so that a cut leaves something out */
	plan.cut.as_of = instant("2026-12-02");
	assert_string_equal(exported(&plan), text);
	free(text);
	plan.versions = true;
	assert_non_null(strstr(exported(&plan), "stamped=1"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_kind),
		TEST(test_current_and_versions),
		TEST(test_cuts),
		TEST(test_snapshot_stays),
		TEST(test_texts_fit),
		TEST(test_again_after_failure),
		TEST(test_open_sweep),
		TEST(test_stamped_comes_back),
		TEST(test_stamped_and_given),
		TEST(test_open_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
