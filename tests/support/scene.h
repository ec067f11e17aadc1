/* SPDX-License-Identifier: MIT
 *
 * scene: a history in memory with a fixed clock, told in lines:
 *
 *   scene_commit(&s, "rep r1 team=A\n"
 *                    "call c1 at=2026-11-02T09:30:00Z outcome=answered rep=r1 note='in quotes'");
 *   assert_string_equal(scene_tell(&s, "call c1 outcome"), "answered");
 */
#ifndef SWK_TEST_SCENE_H
#define SWK_TEST_SCENE_H

#include "calendar.h"
#include "fold.h"
#include "sweep.h"

#include <stdio.h>

typedef struct scene {
	swk__mem mem;
	swk__zones zones;
	swk__history history;
	int64_t clock; /* the stamp of a commit's first row without one */
	char told[4096];
} scene;

static inline int64_t instant(const char *text)
{
	int64_t parsed = 0;
	const swk__zone utc = { 0 };
	const char *wrong = swk__instant_parse(swk__slice_of(text), &utc, &parsed);
	if (wrong)
		fail_msg("%s: %s", text, wrong);
	return parsed;
}

static inline void scene_open(scene *s)
{
	memset(s, 0, sizeof *s);
	swk__mem_init(&s->mem, NULL, 0);
	assert_int_equal(swk__zones_init(&s->zones, &s->mem, NULL, NULL), SWK_OK);
	assert_int_equal(swk__history_init(&s->history, &s->mem, NULL), SWK_OK);
	s->clock = instant("2026-11-20T12:00:00Z");
}

static inline void scene_close(scene *s)
{
	s->mem.fault = NULL;
	swk__history_done(&s->history);
	swk__zones_done(&s->zones);
	assert_int_equal(s->mem.used, 0);
}

/* -------------------------------------------------------------------------------------------- lines */

/* The next word of a line; quotes keep blanks in it. */
static inline bool word_next(const char **at, char *word, size_t size)
{
	const char *from = *at;
	size_t length = 0;
	bool quoted = false;
	while (*from == ' ')
		from++;
	*at = from;
	if (!*from || *from == '\n')
		return false;
	for (; *from && *from != '\n' && (quoted || *from != ' '); from++) {
		if (*from == '\'') {
			quoted = !quoted;
			continue;
		}
		assert_true(length + 1 < size);
		word[length++] = *from;
	}
	word[length] = '\0';
	*at = from;
	return true;
}

/* Splits "name=value"; the value, or NULL where there is no "=". */
static inline char *word_split(char *word)
{
	char *equals = strchr(word, '=');
	if (!equals)
		return NULL;
	*equals = '\0';
	return equals + 1;
}

static inline void batch_line(swk_batch *batch, const char **at)
{
	char word[1024];
	swk_error error = SWK_ERROR_INIT;
	assert_true(word_next(at, word, sizeof word));
	assert_int_equal(swk_batch_row(batch, word, 0), SWK_OK);
	assert_true(word_next(at, word, sizeof word));
	assert_int_equal(swk_batch_text(batch, "id", word, strlen(word)), SWK_OK);
	while (word_next(at, word, sizeof word)) {
		const char *value = word_split(word);
		assert_non_null(value);
		assert_int_equal(swk_batch_parse(batch, word, value, strlen(value)), SWK_OK);
	}
	if (swk_batch_end(batch, &error) != SWK_OK)
		fail_msg("%s %s: %s", error.field, error.value, error.reason);
}

/* A batch of the lines, to be freed with swk_batch_free. */
static inline swk_batch *scene_batch(scene *s, const char *lines)
{
	static const swk__zone utc = { 0 };
	swk_batch *batch = NULL;
	assert_int_equal(
		swk__batch_create(&s->mem, &s->zones, &utc, swk__slice_of("USD"), false, NULL, NULL, &batch, NULL),
		SWK_OK);
	while (*lines) {
		batch_line(batch, &lines);
		while (*lines == '\n')
			lines++;
	}
	return batch;
}

/* ------------------------------------------------------------------------------------------ commits */

/* Brings the facts of the transaction up to its records. */
static inline int scene_fold(scene *s)
{
	swk__fold fold;
	swk__history_count(&s->history); /* a store folds what is published */
	swk__fold_init(&fold, &s->history, s->history.working, &s->history.touched);
	int code = swk__fold_changes(&fold, NULL);
	swk__fold_done(&fold);
	return code;
}

/* Commits a batch as a store does: all of it or nothing, and no commit when nothing was accepted. */
static inline int scene_ingest(scene *s, const swk_batch *batch, swk__applied *applied)
{
	swk__history *history = &s->history;
	*applied = (swk__applied){ 0 };
	int code = swk__history_begin(history, history->published, NULL);
	if (code != SWK_OK)
		return code;
	code = swk__history_apply(history, batch,
	                          &(swk__intake_wish){ .commit = history->published->commit + 1, .stamp = s->clock },
	                          applied, NULL);
	if (code == SWK_OK)
		code = scene_fold(s);
	if (code == SWK_OK && applied->accepted)
		swk__snapshot_release(swk__history_publish(history));
	else
		swk__history_rollback(history);
	return code;
}

static inline swk__applied scene_commit(scene *s, const char *lines)
{
	swk__applied applied;
	swk_batch *batch = scene_batch(s, lines);
	assert_int_equal(scene_ingest(s, batch, &applied), SWK_OK);
	swk_batch_free(batch);
	return applied;
}

static inline swk__snapshot *scene_pin(scene *s)
{
	atomic_fetch_add(&s->history.published->references, 1);
	return s->history.published;
}

/* ---------------------------------------------------------------------------------------- what is told */

/* A cell as text: "null", a text, the name of an enum's value, an instant, or a number. */
static inline void cell_tell(const swk__history *history, const swk__field *field, int64_t cell, char *text,
                             size_t size)
{
	const swk__text *texts = field->kind == SWK__KIND_REF ? &history->ids[field->target] : &history->texts;
	if (swk__kind_is_text(field->kind) ? cell == 0 : cell == SWK__NULL) {
		snprintf(text, size, "null");
	} else if (swk__kind_is_text(field->kind)) {
		swk__slice slice = swk__text_get(texts, (uint32_t)cell);
		snprintf(text, size, "%.*s", (int)slice.length, slice.bytes);
	} else if (field->kind == SWK__KIND_ENUM) {
		snprintf(text, size, "%s", field->values[cell]);
	} else if (field->kind == SWK__KIND_INSTANT) {
		char formatted[40];
		swk__instant_format(cell, formatted);
		snprintf(text, size, "%s", formatted);
	} else {
		snprintf(text, size, "%lld", (long long)cell);
	}
}

typedef struct told {
	swk__table table;
	unsigned field;
	swk__place place; /* of the current version, deleted or not */
} told;

/* Finds "call c1 outcome" in a snapshot. */
static inline told told_find(const scene *s, const swk__snapshot *snapshot, const char *what)
{
	char table[32], id[256], field[32];
	told found = { 0 };
	uint32_t entity;
	assert_true(word_next(&what, table, sizeof table) && word_next(&what, id, sizeof id) &&
	            word_next(&what, field, sizeof field));
	found.table = (swk__table)swk__schema_find(swk__slice_of(table));
	found.field = (unsigned)swk__schema_field(&swk__schemas[found.table], swk__slice_of(field));
	if (swk__text_find(&s->history.ids[found.table], swk__slice_of(id), &entity))
		found.place = swk__pages_get(snapshot->tables[found.table].current, entity);
	return found;
}

/* All rows of a record, the greatest first by the version rule; how many. */
static inline unsigned versions_list(const scene *s, const swk__table_state *state, swk__table table, int64_t entity,
                                     swk__place *places, unsigned most)
{
	unsigned count = 0;
	for (uint32_t i = 0; state->directory && i < state->directory->count; i++) {
		const swk__part *part = state->directory->parts[i];
		for (uint32_t row = 0; part && row < part->rows; row++) {
			swk__place place = swk__place_make(state->directory->first + (int32_t)i, row);
			unsigned at = count;
			if (swk__columns_get(part->columns, SWK__FIELD_ID, row) != entity)
				continue;
			assert_true(++count <= most);
			for (; at > 0 && swk__history_compare(&s->history, table, state, places[at - 1], place) < 0;
			     at--)
				places[at] = places[at - 1];
			places[at] = place;
		}
	}
	return count;
}

/* One field of the versions of a record as a snapshot has them, the current one first: "answered, unknown"; "none"
 * where there is no such record. Valid until the next telling. */
static inline const char *scene_chain_in(scene *s, const swk__snapshot *snapshot, const char *what, bool whole)
{
	told found = told_find(s, snapshot, what);
	const swk__table_state *state = &snapshot->tables[found.table];
	const swk__field *field = &swk__schemas[found.table].fields[found.field];
	swk__place places[64];
	snprintf(s->told, sizeof s->told, "none");
	if (!found.place)
		return s->told;
	unsigned count = versions_list(s, state, found.table, swk__state_get(state, found.place, SWK__FIELD_ID), places,
	                               SWK__COUNT(places));
	size_t length = 0;
	assert_int_equal(places[0], found.place);
	for (unsigned i = 0; i < (whole ? count : 1); i++) {
		char cell[512];
		cell_tell(&s->history, field, swk__state_get(state, places[i], found.field), cell, sizeof cell);
		length += (size_t)snprintf(s->told + length, sizeof s->told - length, "%s%s", length ? ", " : "", cell);
		assert_true(length < sizeof s->told);
	}
	return s->told;
}

static inline const char *scene_chain(scene *s, const char *what)
{
	return scene_chain_in(s, s->history.published, what, true);
}

/* One field of a record's current version. */
static inline const char *scene_tell(scene *s, const char *what)
{
	return scene_chain_in(s, s->history.published, what, false);
}

/* ---------------------------------------------------------------------------------------------- states */

/* Goes on to the next entity that has a row, from *entity on; false when there is none. */
static inline bool entity_next(const swk__pages *pages, uint32_t *entity)
{
	uint64_t next = *entity;
	const uint64_t end = pages ? (uint64_t)pages->count * SWK__NODE_PAGES * SWK__PAGE_HANDLES : 0;
	while (next < end && !swk__pages_handle(pages, (uint32_t)next))
		next += swk__pages_at(pages, (uint32_t)next) ? 1 : SWK__PAGE_HANDLES - next % SWK__PAGE_HANDLES;
	*entity = (uint32_t)next;
	return next < end;
}

/* Whether the history knows a row as an older version; once. */
static inline bool row_older(const swk__history *history, swk__table table, const swk__table_state *state,
                             swk__place place)
{
	const uint32_t own = swk__columns_handle(swk__state_columns(state, place), swk__place_row(place));
	unsigned found = 0;
	size_t step = 0;
	for (uint32_t handle; (handle = swk__versions_next(&history->older[table],
	                                                   swk__history_hash(history, table, state, place), &step));)
		found += handle == own;
	assert_true(found <= 1);
	return found == 1;
}

/* Writes what a table's state is made of: numbers, live bits, commits, all cells of all rows, current places; with the
 * history which rows it knows as older versions, too. */
static inline void state_print(const swk__table_state *state, swk__table table, const swk__history *older,
                               swk__buf *buf)
{
	swk__buf_format(buf, "epoch %llu versions %llu live %llu latest %lld\n", (unsigned long long)state->epoch,
	                (unsigned long long)state->versions, (unsigned long long)state->live, (long long)state->latest);
	for (uint32_t i = 0; state->directory && i < state->directory->count; i++) {
		const swk__part *part = state->directory->parts[i];
		if (!part)
			continue;
		const swk__layout *layout = part->columns->layout;
		swk__buf_format(buf, "week %d version %llu live %u\n", (int)(state->directory->first + (int32_t)i),
		                (unsigned long long)part->version, part->live);
		for (uint32_t row = 0; row < part->rows; row++) {
			swk__place place = swk__place_make(state->directory->first + (int32_t)i, row);
			swk__buf_format(buf, "%d:", swk__part_live(part, row));
			for (unsigned f = 0; f < layout->count; f++)
				swk__buf_format(buf, " %lld", (long long)swk__columns_get(part->columns, f, row));
			if (part->commits)
				swk__buf_format(buf, " commit %llu %d",
				                (unsigned long long)swk__part_commit(part, row)->commit,
				                swk__part_commit(part, row)->stamped);
			if (older && part->commits)
				swk__buf_format(buf, " older %d", row_older(older, table, state, place));
			swk__buf_byte(buf, '\n');
		}
	}
	for (uint32_t entity = 0; entity_next(state->current, &entity); entity++)
		swk__buf_format(buf, "%u at %llx\n", entity,
		                (unsigned long long)swk__pages_get(state->current, entity));
}

/* All that a snapshot is, as text; freed with state_free. Without `older` (NULL) what readers see of it: older versions
 * are the history's, whose writer adds to them under a pinned snapshot. */
static inline char *state_text(const swk__snapshot *snapshot, const swk__history *older)
{
	static swk__mem mem;
	swk__buf buf;
	swk__mem_init(&mem, NULL, 0);
	swk__buf_init(&buf, &mem, SIZE_MAX);
	swk__buf_format(&buf, "commit %llu stamp %lld recorded %lld\n", (unsigned long long)snapshot->commit,
	                (long long)snapshot->last_stamp, (long long)snapshot->latest_recorded);
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		state_print(&snapshot->tables[t], (swk__table)t, older, &buf);
	swk__buf_byte(&buf, 0);
	assert_false(buf.failed);
	char *text = test_malloc(buf.length);
	memcpy(text, buf.bytes, buf.length);
	swk__buf_done(&buf);
	return text;
}

static inline void state_free(char *text)
{
	test_free(text);
}

/* Fails unless the published state is what it was, older versions and all; frees `before`. */
static inline void assert_state(const swk__history *history, char *before)
{
	char *now = state_text(history->published, history);
	assert_string_equal(now, before);
	state_free(now);
	state_free(before);
}

#endif
