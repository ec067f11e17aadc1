/* SPDX-License-Identifier: MIT
 *
 * Files whose checksums hold but whose journal was damaged before they were made:
 *
 *     fuzz_file [SEED [CASES]]
 *
 * A case takes the commits of a store, the first of which has rows of every table, mutates their bytes, cells, order or
 * the settings, and writes them with good checksums into another file. What must hold of it: it is refused with a
 * reason, or it opens and answers whatever is asked; then rows go in, or are refused and nothing has changed; and what
 * opened once opens again, answers the same and takes rows. What was not mutated answers as before. Prints the seed of
 * what does not hold; a case is made from its seed alone.
 */
#include "file.h"
#include "fuzz.h"
#include "history.h"
#include "journal.h"

#include <unistd.h>

#define COMMITS 3
#define CASES_A_SOURCE 20
#define DAY INT64_C(86400000000)
#define NOW (20789 * DAY) /* 2026-12-02 */

/* ------------------------------------------------------------------------------------------- folder */

static char folder[200], source_path[220], damaged_path[220];

static void folder_make(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%.150s/swk-fuzz-XXXXXX", base ? base : "/tmp");
	HOLDS(mkdtemp(folder));
	snprintf(source_path, sizeof source_path, "%s/source", folder);
	snprintf(damaged_path, sizeof damaged_path, "%s/damaged", folder);
}

static void file_remove(const char *path)
{
	static const char *const suffixes[] = { "", "-lock", "-wal", "-shm", "-journal", "-new" };
	for (size_t i = 0; i < SWK__COUNT(suffixes); i++) {
		char name[240];
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

static int64_t clock_read(void *context)
{
	(void)context;
	return NOW;
}

/* NULL: refused, with *error. */
static swk_store *store_open(const char *path, swk_error *error)
{
	swk_store *store = NULL;
	const swk_store_options options = { .size = sizeof options, .flags = SWK_OPEN_CREATE, .clock = clock_read };
	int code = swk_store_open(path, &options, &store, error);
	HOLDS(code == SWK_OK ? store != NULL : !store && error->code == code && error->reason[0]);
	return store;
}

/* --------------------------------------------------------------------------------------------- rows */

static const char *word_of(const char *const *words, size_t count)
{
	return words[luck(count)];
}

#define WORD_OF(...) \
	word_of((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* A form of a value that the field takes. Ids are few, so that records come again and refer to each other. */
static void form_make(swk__table table, const swk__field *field, char form[64])
{
	const unsigned day = 10 + (unsigned)luck(20), number = (unsigned)luck(100);
	switch (field->kind) {
	case SWK__KIND_ID:
	case SWK__KIND_REF: {
		const swk__table of = field->kind == SWK__KIND_ID ? table : field->target;
		snprintf(form, 64, of == SWK__TABLE_LEAD ? "l%u" : "identifier %u",
		         number % (of == SWK__TABLE_REP ? 5 : 20));
		break;
	}
	case SWK__KIND_INSTANT:
		snprintf(form, 64, "2026-%s-%u %02u:%02u", WORD_OF("10", "11"), day, number % 24, number % 60);
		break;
	case SWK__KIND_DATE:
		snprintf(form, 64, "2026-%s-%u", WORD_OF("09", "10", "11"), day);
		break;
	case SWK__KIND_ENUM: {
		size_t count = 0;
		while (field->values[count])
			count++;
		snprintf(form, 64, "%s", word_of(field->values, count));
		break;
	}
	case SWK__KIND_BOOL:
		snprintf(form, 64, "%s", luck(8) ? "false" : "true");
		break;
	case SWK__KIND_CURRENCY:
		snprintf(form, 64, "%s", WORD_OF("EUR", "CHF", "JPY", "USD"));
		break;
	case SWK__KIND_ZONE:
		snprintf(form, 64, "%s", WORD_OF("Europe/Zurich", "UTC"));
		break;
	case SWK__KIND_TEXT:
		snprintf(form, 64, "%s %u", WORD_OF("north", "a longer text", "x"), number % 4);
		break;
	default:
		snprintf(form, 64, "%u", 1 + number);
	}
}

static void row_put(swk_batch *batch, swk__table table, int64_t row)
{
	const swk__schema *schema = &swk__schemas[table];
	char form[64];
	HOLDS(swk_batch_row(batch, schema->name, row) == SWK_OK);
	for (unsigned f = 0; f < schema->count; f++) {
		form_make(table, &schema->fields[f], form);
		if (schema->fields[f].required || luck(3))
			HOLDS(swk_batch_parse(batch, schema->fields[f].name, form, strlen(form)) == SWK_OK);
	}
	if (luck(8) == 0)
		HOLDS(swk_batch_parse(batch, swk__stamped.name, "true", 4) == SWK_OK);
	swk_batch_end(batch, NULL); /* some are refused: a quota without a figure, a deal that is open and has closed */
}

/* From before all amounts, so that what is asked about them is answered. */
static void rates_put(swk_batch *batch)
{
	static const char *const currencies[] = { "CHF", "EUR", "JPY" };
	for (size_t i = 0; i < SWK__COUNT(currencies); i++) {
		HOLDS(swk_batch_row(batch, "rate", 0) == SWK_OK);
		HOLDS(swk_batch_parse(batch, "id", currencies[i], 3) == SWK_OK);
		HOLDS(swk_batch_parse(batch, "currency", currencies[i], 3) == SWK_OK);
		HOLDS(swk_batch_parse(batch, "date", "2026-01-01", 10) == SWK_OK);
		HOLDS(swk_batch_parse(batch, "recorded_at", "2026-01-01", 10) == SWK_OK);
		HOLDS(swk_batch_parse(batch, "value", "1.25", 4) == SWK_OK);
		HOLDS(swk_batch_end(batch, NULL) == SWK_OK);
	}
}

/* So many rows of each table from `first` to before `end`. */
static int rows_ingest(swk_store *store, unsigned first, unsigned end, unsigned each, swk_error *error)
{
	swk_batch *batch = NULL;
	const swk_ingest_options options = { .size = sizeof options, .threads = 1 + (uint32_t)luck(2) };
	int code = swk_batch_create(store, NULL, &batch, error);
	if (code)
		return code;
	rates_put(batch);
	for (unsigned i = 0; i < each * (end - first); i++)
		row_put(batch, (swk__table)(first + i % (end - first)), i);
	code = swk_store_ingest_batch(store, batch, &options, NULL, error);
	swk_batch_free(batch);
	return code;
}

/* ------------------------------------------------------------------------------------------- asking */

static int text_write(void *context, const char *data, size_t length)
{
	return fwrite(data, 1, length, context) != length;
}

/* What came of a question: its answer, or why there is none. Rates may be missing, sums overflow, zones be unknown. */
static void answer_tell(int code, swk_result *result, const swk_error *error, FILE *told)
{
	HOLDS(code == SWK_OK || code == SWK_ERR_INVALID || code == SWK_ERR_OVERFLOW || code == SWK_ERR_ZONE);
	HOLDS(code == SWK_OK ? result != NULL : error->reason[0]);
	fprintf(told, "%d %s\n", code, code ? error->reason : "");
	if (code == SWK_OK)
		HOLDS(swk_result_write(result, SWK_FORMAT_CSV, text_write, told, NULL) == SWK_OK);
	swk_result_free(result);
}

/* Every question to every report, but for those that are one report's own. Few ask about all weeks there are. */
static void reports_tell(swk_store *store, FILE *told)
{
	static const char *const reports[] = { "calls",    "conversion", "deals",  "first_touch",
		                               "meetings", "responses",  "scores", "win_rate" };
	static const char *const by[] = { "rep", "team", "region", "hour" };
	static const swk_filter filter = { "rep", "identifier 1" };
	static const swk_option clock = { "clock", "lead" };
	static const swk_query asked[] = {
		{ .flags = SWK_QUERY_TOTAL, .currency = "CHF" },
		{ .by = by, .by_count = 1, .flags = SWK_QUERY_FILL | SWK_QUERY_PREVIOUS },
		{ .by = by + 1, .by_count = 2, .threads = 2, .as_of = NOW - 14 * DAY, .zone = "America/New_York" },
		{ .filters = &filter, .filter_count = 1, .at_commit = 2 },
		{ .report = "calls", .by = by + 3, .by_count = 1, .options = &clock, .option_count = 1 },
		{ .report = "deals", .flags = SWK_QUERY_TOTAL },
		{ .report = "meetings" },
	};
	for (size_t i = 0; i < SWK__COUNT(reports) * SWK__COUNT(asked); i++) {
		const char *report = reports[i / SWK__COUNT(asked)];
		swk_query query = asked[i % SWK__COUNT(asked)];
		swk_error error = SWK_ERROR_INIT;
		swk_result *result = NULL;
		if (query.report && strcmp(query.report, report) != 0)
			continue;
		query.size = sizeof query;
		query.report = report;
		query.from = query.by || query.currency ? "2026-10-12" : NULL;
		query.to = "2026-11-29";
		query.now = NOW;
		int code = swk_store_report(store, &query, &result, &error);
		answer_tell(code, result, &error, told);
	}
}

/* Every table, exported into a store in memory; the answers of that tell what came. */
static void exports_tell(swk_store *store, FILE *told)
{
	swk_error error = SWK_ERROR_INIT;
	swk_store *copy = store_open(NULL, &error);
	for (int table = 0; table < SWK__TABLE_COUNT; table++) {
		const char *name = swk__schemas[table].name;
		const swk_export_options versions = { .size = sizeof versions,
			                              .flags = SWK_EXPORT_VERSIONS,
			                              .batch_rows = 17 };
		struct ArrowArrayStream stream;
		swk_ingest_counts counts = { .size = sizeof counts };
		swk_result *rejects = NULL;
		HOLDS(swk_store_export(store, name, &versions, &stream, &error) == SWK_OK);
		HOLDS(swk_store_ingest_stream(copy, name, &stream, NULL, &counts, &rejects, &error) == SWK_OK);
		fprintf(told, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", name, counts.accepted, counts.unchanged,
		        counts.rejected);
		answer_tell(SWK_OK, rejects, &error, told);
		if (stream.release)
			stream.release(&stream);
	}
	reports_tell(copy, told);
	swk_store_close(copy);
}

/* All that a store tells, to be freed. */
static char *answers(swk_store *store)
{
	char *text = NULL;
	size_t length = 0;
	swk_error error = SWK_ERROR_INIT;
	swk_result *result = NULL;
	FILE *told = open_memstream(&text, &length);
	HOLDS(told);
	int code = swk_store_audit(store, NOW, &result, &error);
	answer_tell(code, result, &error, told);
	reports_tell(store, told);
	exports_tell(store, told);
	HOLDS(fclose(told) == 0);
	return text;
}

/* Frees both; what does not hold is shown. */
static bool same(char *one, char *two)
{
	bool equal = strcmp(one, two) == 0;
	if (!equal)
		fprintf(stderr, "%s\n---- before; after:\n%s\n", one, two);
	free(one);
	free(two);
	return equal;
}

/* ------------------------------------------------------------------------------------------- source */

/* What the source's file holds, and what it answers. */
static struct {
	fuzz_text commits[COMMITS], head;
	char *answers;
} source;

static swk__mem mem;

static int commit_take(void *context, uint64_t commit, swk__slice data, swk_error *error)
{
	fuzz_text *taken = &source.commits[commit - 1];
	(void)context;
	(void)error;
	HOLDS(commit <= COMMITS && taken->length + data.length <= TEXT_MAX);
	memcpy(taken->bytes + taken->length, data.bytes, data.length);
	taken->length += data.length;
	return SWK_OK;
}

static void source_make(uint64_t seed)
{
	swk__file *file = NULL;
	swk_error error = SWK_ERROR_INIT;
	const swk__file_options options = { .read_only = true };
	free(source.answers);
	memset(&source, 0, sizeof source);
	luck_begin(seed);
	file_remove(source_path);
	swk_store *store = store_open(source_path, &error);
	HOLDS(store);
	HOLDS(rows_ingest(store, 0, SWK__TABLE_COUNT, 2 + (unsigned)luck(12), &error) == SWK_OK);
	for (int commit = 1; commit < COMMITS; commit++) {
		const unsigned table = (unsigned)luck(SWK__TABLE_COUNT);
		HOLDS(rows_ingest(store, table, table + 1, 1 + (unsigned)luck(40), &error) == SWK_OK);
	}
	source.answers = answers(store);
	swk_store_close(store);
	HOLDS(swk__file_open(&mem, source_path, &options, &file, &error) == SWK_OK);
	swk__slice head = swk__file_head(file);
	source.head.length = head.length;
	memcpy(source.head.bytes, head.bytes, head.length);
	HOLDS(swk__file_read(file, commit_take, NULL, &error) == SWK_OK);
	swk__file_close(file);
}

/* ---------------------------------------------------------------------------------------- mutations */

static fuzz_text commits[COMMITS], head;

/* Ends of numbers are where lengths, counts and codes go wrong. */
static void byte_mutate(fuzz_text *of)
{
	static const unsigned char ends[] = { 0x00, 0x01, 0x3f, 0x40, 0x41, 0x7f, 0x80, 0xfe, 0xff };
	if (of->length == 0)
		return;
	char *byte = &of->bytes[luck(of->length)];
	switch (luck(4)) {
	case 0:
		*byte = (char)luck(256);
		break;
	case 1:
		*byte = (char)(*byte ^ 1 << luck(8));
		break;
	case 2:
		*byte = (char)(*byte + (luck(2) ? 1 : -1));
		break;
	default:
		*byte = (char)ends[luck(SWK__COUNT(ends))];
	}
}

static void bytes_mutate(fuzz_text *of)
{
	const fuzz_text *other = &source.commits[luck(COMMITS)];
	const size_t at = (size_t)luck(of->length + 1), left = of->length - at;
	const size_t from = (size_t)luck(other->length);
	const size_t few = (size_t)luck(other->length - from < 16 ? other->length - from + 1 : 16);
	switch (luck(12)) {
	case 0:
		cut(of, at, left < few ? left : few);
		break;
	case 1:
		put(of, at, other->bytes + from, few);
		break;
	case 2: /* splice */
		of->length = at;
		put(of, at, other->bytes + from, other->length - from);
		break;
	case 3:
		of->length = luck(2) ? at : 0;
		break;
	default:
		for (uint64_t times = 1 + luck(2); times > 0; times--)
			byte_mutate(of);
	}
}

/* Another value, which the field may not have here, or one that another row has. */
static void cell_mutate(swk__journal_rows *rows)
{
	int64_t *cells = rows->cells[luck(swk__schemas[rows->table].count)], *cell = &cells[luck(rows->count)];
	const int64_t was = *cell == SWK__NULL ? 0 : *cell, other = cells[luck(rows->count)];
	const int64_t values[] = { SWK__NULL, was + 1, was - 1, other, other, 0, INT64_MAX / 2 };
	*cell = values[luck(SWK__COUNT(values))];
}

/* Reads the next run of a commit and, where `made` is given, writes it there with a cell mutated. The new texts go to
 * the first field of their dictionary. */
static void run_pass(const swk__dictionaries *all, swk__reader *reader, swk__buf *made)
{
	static swk__journal_rows rows;
	static uint32_t picked[SWK__JOURNAL_ROWS];
	uint32_t ids[SWK__TABLE_COUNT], texts = swk__text_count(all->texts);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		ids[t] = swk__text_count(&all->ids[t]);
	HOLDS(swk__journal_decode(all, reader, &rows, NULL) == SWK_OK);
	if (!made)
		return;
	swk__journal_run run = { .table = rows.table, .picked = picked, .count = rows.count, .stamped = rows.stamped };
	for (unsigned f = 0; f < swk__schemas[rows.table].count; f++) {
		const swk__field *field = &swk__schemas[rows.table].fields[f];
		swk__text *of = swk__kind_is_text(field->kind) ? swk__dictionary(all, rows.table, field) : NULL;
		run.values[f] = rows.cells[f];
		if (!of)
			continue;
		uint32_t *before = of == all->texts ? &texts : &ids[of - all->ids];
		run.first[f] = *before;
		run.end[f] = *before = swk__text_count(of);
	}
	for (uint32_t i = 0; i < rows.count; i++)
		picked[i] = i;
	for (uint64_t times = luck(3); times > 0; times--)
		cell_mutate(&rows);
	swk__journal_encode(all, &run, made);
}

/* Cells of a commit, whose bytes stay such as are written. */
static void cells_mutate(size_t which)
{
	swk__history history; /* for its dictionaries, which begin as those of the file's store do */
	swk__buf made;
	HOLDS(swk__history_init(&history, &mem, NULL) == SWK_OK);
	const swk__dictionaries all = { &history.texts, history.ids };
	swk__buf_init(&made, &mem, TEXT_MAX);
	for (size_t i = 0; i <= which; i++) {
		swk__reader reader = { commits[i].bytes, commits[i].length, 0, false };
		while (reader.at < reader.length)
			run_pass(&all, &reader, i == which ? &made : NULL);
	}
	commits[which].length = 0;
	if (made.length) /* no bytes are at no address */
		put(&commits[which], 0, made.bytes, made.length);
	swk__buf_done(&made);
	swk__history_done(&history);
}

static void commits_mutate(void)
{
	const size_t one = (size_t)luck(COMMITS), other = (size_t)luck(COMMITS);
	switch (luck(10)) {
	case 0:
		commits[one] = source.commits[other];
		commits[other] = source.commits[one];
		break;
	case 1:
		byte_mutate(&head);
		break;
	case 2:
		commits[one] = source.commits[other];
		break;
	case 3:
	case 4:
	case 5:
		cells_mutate(one);
		break;
	default:
		bytes_mutate(&commits[one]);
	}
}

/* --------------------------------------------------------------------------------------------- case */

/* Each commit in blobs of any size, which may end within a run. */
static void damaged_write(void)
{
	swk__file *file = NULL;
	swk_error error = SWK_ERROR_INIT;
	const swk__slice settings = { head.bytes, head.length };
	const swk__file_options options = { .create = true, .head = settings };
	file_remove(damaged_path);
	HOLDS(swk__file_open(&mem, damaged_path, &options, &file, &error) == SWK_OK);
	for (int i = 0; i < COMMITS; i++) {
		size_t done = 0;
		while (luck(3) && done < commits[i].length) {
			size_t length = 1 + (size_t)luck(commits[i].length - done);
			HOLDS(swk__file_append(file, (swk__slice){ commits[i].bytes + done, length }, &error) ==
			      SWK_OK);
			done += length;
		}
		const swk__slice last = { commits[i].bytes + done, commits[i].length - done };
		HOLDS(swk__file_commit(file, last, settings, &error) == SWK_OK);
	}
	swk__file_close(file);
}

/* What an ingestion into a damaged store may end with. */
static bool code_is_allowed(int code)
{
	return code == SWK_ERR_CORRUPT || code == SWK_ERR_LIMIT || code == SWK_ERR_ZONE;
}

/* Whether the damaged file opened. */
static bool damaged_judge(bool whole)
{
	swk_error error = SWK_ERROR_INIT;
	swk_store *store = store_open(damaged_path, &error);
	if (!store) {
		HOLDS(!whole && error.code == SWK_ERR_CORRUPT);
		return false;
	}
	char *before = answers(store);
	HOLDS(!whole || strcmp(before, source.answers) == 0);
	int code = rows_ingest(store, 0, SWK__TABLE_COUNT, 1, &error);
	HOLDS(code == SWK_OK || (!whole && code_is_allowed(code) && error.reason[0]));
	char *after = answers(store);
	if (code)
		HOLDS(same(before, strdup(after)));
	else
		free(before);
	swk_store_close(store);
	store = store_open(damaged_path, &error);
	HOLDS(store);
	HOLDS(same(after, answers(store)));
	code = rows_ingest(store, 0, SWK__TABLE_COUNT, 1, &error);
	HOLDS(code == SWK_OK || (!whole && code_is_allowed(code)));
	swk_store_close(store);
	return true;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1,
		 count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000, made = UINT64_MAX, opened = 0;
	folder_make();
	swk__mem_init(&mem, NULL, 0);
	for (uint64_t i = 0; i < count; i++) {
		case_seed = seed + i;
		if (made != case_seed / CASES_A_SOURCE)
			source_make(made = case_seed / CASES_A_SOURCE);
		luck_begin(case_seed);
		memcpy(commits, source.commits, sizeof commits);
		head = source.head;
		const bool whole = case_seed % CASES_A_SOURCE == 0;
		if (!whole)
			commits_mutate();
		damaged_write();
		opened += damaged_judge(whole);
	}
	free(source.answers);
	file_remove(source_path);
	file_remove(damaged_path);
	rmdir(folder);
	printf("%" PRIu64 " cases from seed %" PRIu64 ", %" PRIu64 " of them opened\n", count, seed, opened);
	return 0;
}
