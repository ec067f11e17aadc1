/* SPDX-License-Identifier: MIT */
#include "reps.h"

#include <stdio.h>

struct rep_name {
	size_t id, name; /* where they begin in the bytes; NUL-terminated */
};

static bool valid(const struct ArrowArray *array, int64_t row)
{
	const unsigned char *bits = array->buffers[0];
	int64_t at = array->offset + row;
	return !bits || (bits[at / 8] >> (at % 8) & 1);
}

/* A cell of utf8; an empty text for null. */
static swi__slice utf8_at(const struct ArrowArray *array, int64_t row)
{
	const int32_t *offsets = array->buffers[1];
	const char *bytes = array->buffers[2];
	int64_t at = array->offset + row;
	if (!valid(array, row) || offsets[at] == offsets[at + 1])
		return (swi__slice){ "", 0 };
	return (swi__slice){ bytes + offsets[at], (size_t)(offsets[at + 1] - offsets[at]) };
}

/* A cell of dictionary<int32, utf8>. */
static swi__slice dictionary_at(const struct ArrowArray *array, int64_t row)
{
	const int32_t *indices = array->buffers[1];
	if (!valid(array, row) || !array->dictionary)
		return (swi__slice){ "", 0 };
	return utf8_at(array->dictionary, indices[array->offset + row]);
}

static size_t keep(cli_reps *reps, swi__slice text)
{
	size_t at = reps->bytes.length;
	swi__text_append(&reps->bytes, text.bytes, text.length);
	swi__text_byte(&reps->bytes, '\0');
	return at;
}

static bool rep_add(cli_reps *reps, swi__slice id, swi__slice name)
{
	bool same = id.length == name.length && memcmp(id.bytes, name.bytes, id.length) == 0;
	if (!name.length || same)
		return true;
	if (reps->count == reps->room) {
		size_t room = reps->room ? reps->room * 2 : 64;
		struct rep_name *list = swi__resize(reps->list, room, sizeof *list);
		if (!list)
			return false;
		reps->list = list;
		reps->room = room;
	}
	reps->list[reps->count].id = keep(reps, id);
	reps->list[reps->count++].name = keep(reps, name);
	return !reps->bytes.failed;
}

/* The child of a name, or -1. */
static int64_t child_find(const struct ArrowSchema *schema, const char *name)
{
	for (int64_t i = 0; i < schema->n_children; i++)
		if (strcmp(schema->children[i]->name, name) == 0)
			return i;
	return -1;
}

/* Takes the reps of all arrays. False where anything failed. */
static bool stream_read(struct ArrowArrayStream *stream, cli_reps *reps)
{
	struct ArrowSchema schema = { 0 };
	struct ArrowArray array = { 0 };
	if (stream->get_schema(stream, &schema))
		return false;
	int64_t id = child_find(&schema, "id"), name = child_find(&schema, "name");
	bool good = id >= 0 && name >= 0;
	schema.release(&schema);
	while (good) {
		if (stream->get_next(stream, &array))
			return false;
		if (!array.release)
			break;
		for (int64_t row = 0; row < array.length && good; row++)
			good = rep_add(reps, utf8_at(array.children[id], row),
			               dictionary_at(array.children[name], row));
		array.release(&array);
	}
	return good;
}

void reps_read(swk_store *store, cli_reps *reps)
{
	struct ArrowArrayStream stream = { 0 };
	*reps = (cli_reps){ .count = 0 };
	if (swk_store_export(store, "rep", NULL, &stream, NULL))
		return;
	if (!stream_read(&stream, reps))
		reps_done(reps);
	stream.release(&stream);
}

void reps_done(cli_reps *reps)
{
	swi__free(reps->list);
	swi__text_done(&reps->bytes);
	*reps = (cli_reps){ .count = 0 };
}

const char *reps_name(const cli_reps *reps, const char *id)
{
	for (size_t i = 0; i < reps->count; i++)
		if (strcmp(reps->bytes.bytes + reps->list[i].id, id) == 0)
			return reps->bytes.bytes + reps->list[i].name;
	return NULL;
}

const char *reps_call(const cli_reps *reps, const char *id, char *text, size_t size)
{
	const char *name = reps_name(reps, id);
	size_t same = 0;
	if (!name)
		return id;
	for (size_t i = 0; i < reps->count; i++)
		same += strcmp(reps->bytes.bytes + reps->list[i].name, name) == 0;
	if (same > 1)
		snprintf(text, size, "%s (%s)", name, id);
	else
		snprintf(text, size, "%s", name);
	return text;
}
