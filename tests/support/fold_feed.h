/* SPDX-License-Identifier: MIT
 *
 * fold_feed: lines of all records that facts are folded from, at random, and what facts a state holds, told by ids.
 */
#ifndef SWK_TEST_FOLD_FEED_H
#define SWK_TEST_FOLD_FEED_H

#include "random_feed.h"

#include <stdlib.h>

enum {
	FOLD_LEADS = 7,
	FOLD_DEALS = 6
};

static inline void fold_choice(swk__buf *line, uint64_t *random, const char *name, const char *const *values)
{
	unsigned count = 0;
	while (values[count])
		count++;
	line_choice(line, random, name, values, count);
}

static inline void fold_lead(swk__buf *line, uint64_t *random)
{
	swk__buf_format(line, "lead l%u created_at=2026-10-0%u", random_below(random, FOLD_LEADS),
	                1 + random_below(random, 3));
	if (!random_one_in(random, 4))
		swk__buf_format(line, " merged_into=l%u", random_below(random, FOLD_LEADS));
}

static inline void fold_touch(swk__buf *line, uint64_t *random, bool call)
{
	static const char *const outcomes[] = { "answered", "voicemail", "busy", NULL };
	swk__buf_format(line, "%s t%u lead=l%u at=2026-10-%02u direction=%s rep=r%u", call ? "call" : "message",
	                random_below(random, 12), random_below(random, FOLD_LEADS), 1 + random_below(random, 20),
	                random_one_in(random, 2) ? "inbound" : "outbound", random_below(random, 3));
	if (call)
		fold_choice(line, random, "outcome", outcomes);
	else if (random_one_in(random, 4))
		swk__buf_format(line, " automated=true");
}

static inline void fold_deal(swk__buf *line, uint64_t *random)
{
	static const char *const outcomes[] = { "open", "won", "lost", NULL };
	swk__buf_format(line, "opportunity o%u created_at=2026-10-%02u closed_at=2026-10-%02u",
	                random_below(random, FOLD_DEALS), 1 + random_below(random, 9), 5 + random_below(random, 20));
	fold_choice(line, random, "outcome", outcomes);
	if (!random_one_in(random, 5))
		swk__buf_format(line, " lead=l%u", random_below(random, FOLD_LEADS));
	if (random_one_in(random, 2))
		swk__buf_format(line, " amount=%u", random_below(random, 100));
}

static inline void fold_stage(swk__buf *line, uint64_t *random)
{
	static const char *const outcomes[] = { "open", "won", "won", "lost", NULL };
	swk__buf_format(line, "stage s%u opportunity=o%u at=2026-10-%02u", random_below(random, 12),
	                random_below(random, FOLD_DEALS), 1 + random_below(random, 12));
	fold_choice(line, random, "outcome", outcomes);
	if (random_one_in(random, 3))
		swk__buf_format(line, " amount=%u rep=r%u", random_below(random, 100), random_below(random, 3));
}

static inline void fold_score(swk__buf *line, uint64_t *random)
{
	swk__buf_format(line, "score p%u lead=l%u at=2026-10-%02u value=%u", random_below(random, 8),
	                random_below(random, FOLD_LEADS), 1 + random_below(random, 20), random_below(random, 101));
}

static inline void fold_meeting(swk__buf *line, uint64_t *random)
{
	static const char *const outcomes[] = { "sale", "demo", "no_show", "completed", NULL };
	swk__buf_format(line, "meeting m%u at=2026-10-%02u", random_below(random, 8), 1 + random_below(random, 20));
	fold_choice(line, random, "outcome", outcomes);
	if (random_one_in(random, 2))
		swk__buf_format(line, " lead=l%u", random_below(random, FOLD_LEADS));
	if (!random_one_in(random, 4))
		swk__buf_format(line, " opportunity=o%u", random_below(random, FOLD_DEALS));
}

/* Appends one line; `stamp` is its recorded_at. */
static inline void fold_line(swk__buf *line, uint64_t *random, int64_t stamp)
{
	switch (random_below(random, 10)) {
	case 0:
	case 1:
	case 2:
		fold_lead(line, random);
		break;
	case 3:
		fold_touch(line, random, true);
		break;
	case 4:
		fold_touch(line, random, false);
		break;
	case 5:
	case 6:
		fold_deal(line, random);
		break;
	case 7:
		fold_stage(line, random);
		break;
	case 8:
		fold_score(line, random);
		break;
	default:
		fold_meeting(line, random);
	}
	line_instant(line, "recorded_at", stamp);
	if (random_one_in(random, 7))
		swk__buf_format(line, " deleted=true");
	swk__buf_byte(line, '\n');
}

/* ------------------------------------------------------------------------------------------------ telling */

static inline int fold_text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A cell as whoever asks at `now` reads it: later instants are null. */
static inline int64_t cell_at(const swk__field *field, int64_t cell, int64_t now)
{
	return field->kind == SWK__KIND_INSTANT && cell > now ? SWK__NULL : cell;
}

/* One line a fact that has come by `now`, fields by name, in no order. Checks that the state counts what it holds. */
static inline size_t fact_lines(const scene *s, const swk__table_state *states, swk__table fact, int64_t now,
                                char **lines)
{
	const swk__schema *schema = &swk__schemas[fact];
	size_t count = 0, all = 0;
	uint64_t live = 0;
	const swk__directory *directory = states[fact].directory;
	for (uint32_t i = 0; directory && i < directory->count; i++)
		live += directory->parts[i] ? directory->parts[i]->live : 0;
	for (uint32_t key = 0; entity_next(states[fact].current, &key); key++) {
		swk__place place = swk__pages_get(states[fact].current, key);
		char text[1024];
		assert_true(
			swk__part_live(swk__directory_part(directory, swk__place_week(place)), swk__place_row(place)));
		assert_int_equal(swk__state_get(&states[fact], place, 0), key);
		all++;
		if (swk__state_get(&states[fact], place, (unsigned)schema->instant) > now)
			continue;
		size_t length = (size_t)snprintf(text, sizeof text, "%s", schema->name);
		for (unsigned f = 0; f < schema->count; f++) {
			char cell[128];
			cell_tell(&s->history, &schema->fields[f],
			          cell_at(&schema->fields[f], swk__state_get(&states[fact], place, f), now), cell,
			          sizeof cell);
			length += (size_t)snprintf(text + length, sizeof text - length, " %s=%s",
			                           schema->fields[f].name, cell);
		}
		lines[count] = test_malloc(length + 1);
		memcpy(lines[count++], text, length + 1);
	}
	assert_int_equal(live, all);
	assert_int_equal(states[fact].live, all);
	return count;
}

/* All facts that states hold, as they are read at `now`, sorted, as one text; freed with test_free. */
static inline char *facts_told_at(const scene *s, const swk__table_state *states, int64_t now)
{
	char *lines[512];
	size_t count = 0, length = 1, at = 0;
	for (unsigned fact = SWK__TABLE_COUNT; fact < SWK__STATE_COUNT; fact++)
		count += fact_lines(s, states, (swk__table)fact, now, lines + count);
	assert_true(count < SWK__COUNT(lines));
	qsort(lines, count, sizeof *lines, fold_text_order);
	for (size_t i = 0; i < count; i++)
		length += strlen(lines[i]) + 1;
	char *text = test_malloc(length);
	for (size_t i = 0; i < count; i++) {
		at += (size_t)snprintf(text + at, length - at, "%s\n", lines[i]);
		test_free(lines[i]);
	}
	text[at] = '\0';
	return text;
}

static inline char *facts_told(const scene *s, const swk__table_state *states)
{
	return facts_told_at(s, states, INT64_MAX);
}

/* Folds everything anew over the records of the published state, and tells. */
static inline char *facts_anew(scene *s)
{
	swk__snapshot *anew = swk__snapshot_copy(s->history.published);
	swk__fold fold;
	for (unsigned fact = SWK__TABLE_COUNT; fact < SWK__STATE_COUNT; fact++)
		swk__state_release(&anew->tables[fact]);
	swk__fold_init(&fold, &s->history, anew, NULL);
	assert_int_equal(swk__fold_all(&fold, NULL), SWK_OK);
	swk__fold_done(&fold);
	char *text = facts_told(s, anew->tables);
	swk__snapshot_release(anew);
	return text;
}

#endif
