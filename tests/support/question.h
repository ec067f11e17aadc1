/* SPDX-License-Identifier: MIT
 *
 * question: a query written as words, asked of a scene:
 *
 *   assert_answer(&i, "calls by=rep where=team:A from=2026-W45 now=2026-11-09 fill show=week,rep,made",
 *                 "2026-W45,r1,2");
 *
 * Words: report, by=, where=D:V, set=O:V, from=, to=, total, fill, previous, zone=, week_start=, now=, as_of=,
 * at_commit=; show= names the columns that are compared. Amounts are shown in minor units.
 */
#ifndef SWK_TEST_QUESTION_H
#define SWK_TEST_QUESTION_H

#include "answer.h"
#include "scene.h"

#include <stdlib.h>

typedef struct question {
	swk_query query;
	char bytes[4096];
	size_t used;
	const char *by[16];
	swk_filter filters[16];
	swk_option options[16];
	const char *show;
} question;

/* Where questions are asked: the clock, the cache (NULL: none) and the snapshot (NULL: the published one). */
typedef struct inquiry {
	scene *scene;
	swk__cache *cache;
	swk__snapshot *snapshot;
	const char *now;
	unsigned threads;
	swk_error error;
} inquiry;

static inline const char *question_keep(question *q, const char *text)
{
	size_t size = strlen(text) + 1;
	assert_true(q->used + size <= sizeof q->bytes);
	memcpy(q->bytes + q->used, text, size);
	q->used += size;
	return q->bytes + q->used - size;
}

static inline void question_by(question *q, const char *names)
{
	char *name = (char *)question_keep(q, names);
	while (name) {
		char *comma = strchr(name, ',');
		if (comma)
			*comma = '\0';
		q->by[q->query.by_count++] = name;
		name = comma ? comma + 1 : NULL;
	}
}

static inline const char *question_pair(question *q, const char *pair, const char **name)
{
	char *kept = (char *)question_keep(q, pair), *colon = strchr(kept, ':');
	assert_non_null(colon);
	*colon = '\0';
	*name = kept;
	return colon + 1;
}

static inline void question_text(question *q, const char *word, const char *value)
{
	const struct {
		const char *word;
		const char **place;
	} texts[] = {
		{ "from", &q->query.from },         { "to", &q->query.to }, { "zone", &q->query.zone },
		{ "currency", &q->query.currency }, { "show", &q->show },
	};
	for (size_t i = 0; i < SWK__COUNT(texts); i++)
		if (strcmp(word, texts[i].word) == 0)
			*texts[i].place = question_keep(q, value);
}

static inline void question_number(question *q, const char *word, const char *value)
{
	if (strcmp(word, "now") == 0)
		q->query.now = instant(value);
	if (strcmp(word, "as_of") == 0)
		q->query.as_of = instant(value);
	if (strcmp(word, "at_commit") == 0)
		q->query.at_commit = strtoull(value, NULL, 10);
	if (strcmp(word, "week_start") == 0)
		q->query.week_start = (int32_t)strtol(value, NULL, 10);
}

static inline void question_flag(question *q, const char *word)
{
	if (strcmp(word, "total") == 0)
		q->query.flags |= SWK_QUERY_TOTAL;
	else if (strcmp(word, "fill") == 0)
		q->query.flags |= SWK_QUERY_FILL;
	else if (strcmp(word, "previous") == 0)
		q->query.flags |= SWK_QUERY_PREVIOUS;
	else
		q->query.report = question_keep(q, word);
}

static inline void question_read(question *q, const char *words)
{
	char word[1024];
	memset(q, 0, sizeof *q);
	q->query.size = sizeof q->query;
	q->query.by = q->by;
	q->query.filters = q->filters;
	q->query.options = q->options;
	while (word_next(&words, word, sizeof word)) {
		const char *value = word_split(word);
		if (!value) {
			question_flag(q, word);
		} else if (strcmp(word, "by") == 0) {
			question_by(q, value);
		} else if (strcmp(word, "where") == 0) {
			swk_filter *filter = &q->filters[q->query.filter_count++];
			filter->value = question_pair(q, value, &filter->dimension);
		} else if (strcmp(word, "set") == 0) {
			swk_option *option = &q->options[q->query.option_count++];
			option->value = question_pair(q, value, &option->name);
		} else {
			question_text(q, word, value);
			question_number(q, word, value);
		}
	}
}

/* ---------------------------------------------------------------------------------------------- asking */

static inline void inquiry_open(inquiry *i, scene *s)
{
	*i = (inquiry){ .scene = s, .now = "2026-11-30", .error = SWK_ERROR_INIT };
}

static inline int inquiry_plan(inquiry *i, const question *q, swk__plan *plan)
{
	swk__asker asker = { &i->scene->mem, &i->scene->zones, { "UTC", 3 }, SWK_MONDAY, instant(i->now) };
	return swk__plan_make(&asker, &q->query, plan, &i->error);
}

static inline swk__desk inquiry_desk(inquiry *i)
{
	return (swk__desk){ .mem = &i->scene->mem,
		            .zones = &i->scene->zones,
		            .cache = i->cache,
		            .currency = { "USD", 3 },
		            .threads = i->threads };
}

static inline int inquiry_facts(inquiry *i, const swk__plan *plan, swk__facts *facts)
{
	swk__history *history = &i->scene->history;
	return swk__facts_open(facts, history, i->snapshot ? i->snapshot : history->published, plan->cut, true, NULL,
	                       NULL, &i->error);
}

static inline int inquiry_ask(inquiry *i, const question *q, swk_result **result)
{
	swk__plan plan;
	swk__facts facts;
	swk__desk desk = inquiry_desk(i);
	int code = inquiry_plan(i, q, &plan);
	if (code != SWK_OK)
		return code;
	code = inquiry_facts(i, &plan, &facts);
	if (code == SWK_OK) {
		code = swk__answer_make(&desk, &plan, &facts, result, &i->error);
		swk__facts_close(&facts);
	}
	swk__plan_done(&plan);
	return code;
}

/* The rollup of the whole window, with a reference of the caller's. */
static inline swk__rollup *inquiry_rollup(inquiry *i, const char *words)
{
	question q;
	swk__plan plan;
	swk__facts facts;
	swk__rollup *rollup = NULL;
	swk__desk desk = inquiry_desk(i);
	question_read(&q, words);
	assert_int_equal(inquiry_plan(i, &q, &plan), SWK_OK);
	assert_int_equal(inquiry_facts(i, &plan, &facts), SWK_OK);
	assert_int_equal(swk__answer_rollup(&desk, &plan, &facts, &rollup, NULL), SWK_OK);
	swk__facts_close(&facts);
	swk__plan_done(&plan);
	return rollup;
}

/* --------------------------------------------------------------------------------------------- answers */

static inline size_t cell_print(const swk_result *result, size_t row, size_t column, char *text, size_t size)
{
	char number[48] = "";
	int64_t minor = 0;
	if (swk_result_null(result, row, column))
		return 0;
	switch (swk_result_type(result, column)) {
	case SWK_TYPE_TEXT:
		return (size_t)snprintf(text, size, "%s", swk_result_text(result, row, column, NULL));
	case SWK_TYPE_DATE:
		swk__date_format((int32_t)swk_result_int(result, row, column), number);
		break;
	case SWK_TYPE_BOOL:
		return (size_t)snprintf(text, size, "%s", swk_result_int(result, row, column) ? "true" : "false");
	case SWK_TYPE_INT:
		return (size_t)snprintf(text, size, "%lld", (long long)swk_result_int(result, row, column));
	case SWK_TYPE_AMOUNT:
		assert_true(swk_result_amount(result, row, column, &minor, NULL));
		return (size_t)snprintf(text, size, "%lld", (long long)minor);
	default:
		swk__real_format(swk_result_real(result, row, column), number);
	}
	return (size_t)snprintf(text, size, "%s", number);
}

/* The columns of `show` (names with commas), rows apart by newlines. */
static inline void result_print(const swk_result *result, const char *show, char *text, size_t size)
{
	size_t length = 0;
	for (size_t row = 0; row < swk_result_rows(result); row++) {
		for (const char *name = show; *name;) {
			char column[64];
			size_t n = strcspn(name, ",");
			assert_true(n < sizeof column);
			snprintf(column, sizeof column, "%.*s", (int)n, name);
			int64_t found = swk_result_find(result, column);
			if (found < 0)
				fail_msg("no column %s", column);
			if (name != show)
				text[length++] = ',';
			length += cell_print(result, row, (size_t)found, text + length, size - length);
			assert_true(length + 2 < size);
			name += n + (name[n] == ',');
		}
		text[length++] = '\n';
	}
	text[length ? length - 1 : 0] = '\0';
}

/* Asks and compares the columns of show=; rows are lines of `expected`. */
static inline void assert_answer(inquiry *i, const char *words, const char *expected)
{
	question q;
	char text[16384];
	swk_result *result = NULL;
	question_read(&q, words);
	int code = inquiry_ask(i, &q, &result);
	if (code != SWK_OK)
		fail_msg("%s: %s", words, i->error.reason);
	assert_non_null(q.show);
	result_print(result, q.show, text, sizeof text);
	swk_result_free(result);
	if (strcmp(text, expected) != 0)
		fail_msg("%s\n--- answered\n%s\n--- expected\n%s", words, text, expected);
}

static inline int csv_take(void *context, const char *bytes, size_t length)
{
	return swk__buf_append(context, bytes, length) ? 0 : 1;
}

/* The whole answer as CSV in a buffer to be done with. */
static inline swk__buf answer_csv(inquiry *i, const char *words)
{
	static swk__mem mem;
	question q;
	swk_result *result = NULL;
	swk__buf buf;
	swk__mem_init(&mem, NULL, 0);
	swk__buf_init(&buf, &mem, SIZE_MAX);
	question_read(&q, words);
	int code = inquiry_ask(i, &q, &result);
	if (code != SWK_OK)
		fail_msg("%s: %s", words, i->error.reason);
	assert_int_equal(swk_result_write(result, SWK_FORMAT_CSV, csv_take, &buf, NULL), SWK_OK);
	swk_result_free(result);
	swk__buf_byte(&buf, 0);
	assert_false(buf.failed);
	return buf;
}

/* Two ways to the same answer, byte for byte. */
static inline void assert_same_answer(inquiry *a, const char *words_a, inquiry *b, const char *words_b)
{
	swk__buf text_a = answer_csv(a, words_a), text_b = answer_csv(b, words_b);
	if (strcmp(text_a.bytes, text_b.bytes) != 0)
		fail_msg("%s\n--- first\n%s\n--- second\n%s", words_a, text_a.bytes, text_b.bytes);
	swk__buf_done(&text_a);
	swk__buf_done(&text_b);
}

#endif
