/* SPDX-License-Identifier: MIT
 *
 * Arrow in and out by hand: four calls go in as columns made here, and the columns of a weekly report come out. No
 * library of Arrow is needed; docs/arrow.md says which types there are.
 */
#include <salesweek.h>
#include <stdio.h>
#include <string.h>

#define US_HOUR INT64_C(3600000000)
#define MONDAY (INT64_C(20759) * 24 * US_HOUR) /* 2 November 2026 */

/* ------------------------------------------------------------------------------------------- in */

/* Everything is static, so there is nothing to free: a release says that it was called, and no more. */
static void schema_release(struct ArrowSchema *schema)
{
	schema->release = NULL;
}

static void array_release(struct ArrowArray *array)
{
	array->release = NULL;
}

enum {
	ROWS = 4,
	COLUMNS = 4
};

/* Texts lie end to end: text i ends where text i + 1 begins. */
static const char ids[] = "c1c2c3c4";
static const int32_t id_starts[ROWS + 1] = { 0, 2, 4, 6, 8 };
static const int64_t ats[ROWS] = { MONDAY + 9 * US_HOUR, MONDAY + 16 * US_HOUR, MONDAY + 170 * US_HOUR,
	                           MONDAY + 172 * US_HOUR };
/* What repeats is an index into a dictionary. */
static const char outcomes[] = "answeredvoicemail";
static const int32_t outcome_starts[] = { 0, 8, 17 };
static const int8_t outcome_codes[ROWS] = { 0, 1, 0, 1 };
/* A bit a row, the first the lowest: rows 0 and 2 have a duration. */
static const double durations[ROWS] = { 95, 0, 312.5, 0 };
static const uint8_t durations_valid[] = { 5 };

static int ingest(swk_store *store, swk_error *error)
{
	const void *buffers[COLUMNS][3] = {
		{ NULL, id_starts, ids }, { NULL, ats }, { NULL, outcome_codes }, { durations_valid, durations }
	};
	const void *dictionary_buffers[] = { NULL, outcome_starts, outcomes }, *none[] = { NULL };
	struct ArrowSchema names = { .format = "u", .name = "", .release = schema_release };
	struct ArrowSchema fields[COLUMNS] = {
		{ .format = "u", .name = "id", .release = schema_release },
		{ .format = "tsu:UTC", .name = "at", .release = schema_release },
		{ .format = "c", .name = "outcome", .dictionary = &names, .release = schema_release },
		{ .format = "g", .name = "duration_s", .flags = ARROW_FLAG_NULLABLE, .release = schema_release },
	};
	struct ArrowArray dictionary = { .length = 2, .n_buffers = 3, .buffers = dictionary_buffers };
	struct ArrowArray columns[COLUMNS];
	struct ArrowSchema *field_list[COLUMNS];
	struct ArrowArray *column_list[COLUMNS];
	dictionary.release = array_release;
	for (int i = 0; i < COLUMNS; i++) {
		columns[i] = (struct ArrowArray){ .length = ROWS, .n_buffers = 2, .buffers = buffers[i] };
		columns[i].release = array_release;
		field_list[i] = &fields[i];
		column_list[i] = &columns[i];
	}
	columns[0].n_buffers = 3;
	columns[2].dictionary = &dictionary;
	columns[3].null_count = 2;

	/* Rows are a struct, columns its children. */
	struct ArrowSchema schema = { .format = "+s", .name = "", .n_children = COLUMNS, .children = field_list };
	struct ArrowArray array = { .length = ROWS, .n_buffers = 1, .buffers = none, .n_children = COLUMNS };
	schema.release = schema_release;
	array.children = column_list;
	array.release = array_release;

	/* All or nothing: else refused rows would be counted, and told by the last argument but one. */
	const swk_ingest_options options = { .size = sizeof options, .strict = 1 };
	return swk_store_ingest(store, "call", &schema, &array, &options, NULL, NULL, error);
}

/* ------------------------------------------------------------------------------------------ out */

static const struct ArrowArray *column(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                       const char *name)
{
	for (int64_t i = 0; i < schema->n_children; i++)
		if (strcmp(schema->children[i]->name, name) == 0)
			return array->children[i];
	return NULL;
}

static int null(const struct ArrowArray *array, int64_t row)
{
	const uint8_t *valid = array->buffers[0];
	return valid && !(valid[row / 8] >> row % 8 & 1);
}

static void print(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
	const struct ArrowArray *week = column(schema, array, "week"), *rate = column(schema, array, "answer_rate");
	const int32_t *starts = week->buffers[1];
	const int64_t *made = column(schema, array, "made")->buffers[1];
	for (int64_t row = 0; row < array->length; row++) {
		printf("%.*s: %lld made", (int)(starts[row + 1] - starts[row]),
		       (const char *)week->buffers[2] + starts[row], (long long)made[row]);
		if (null(rate, row))
			printf(", nothing to say about answers\n");
		else
			printf(", %.0f %% answered\n", 100 * ((const double *)rate->buffers[1])[row]);
	}
}

int main(void)
{
	swk_query query = { .size = sizeof query, .report = "calls", .from = "2026-W45", .to = "2026-W47" };
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = NULL;
	swk_result *result = NULL;
	struct ArrowSchema schema = { .release = NULL };
	struct ArrowArray array = { .release = NULL };

	query.flags = SWK_QUERY_FILL;
	if (swk_store_open(NULL, NULL, &store, &error) || ingest(store, &error) ||
	    swk_store_report(store, &query, &result, &error) || swk_result_arrow(result, &schema, &array, &error))
		fprintf(stderr, "%s\n", error.reason);

	/* The columns stay as long as they are held. */
	swk_result_free(result);
	swk_store_close(store);
	if (array.release) {
		print(&schema, &array);
		schema.release(&schema);
		array.release(&array);
	}
	return error.code != SWK_OK;
}
