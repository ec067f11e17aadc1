/* SPDX-License-Identifier: MIT
 *
 * Mutated Arrow arrays: each case makes an array of random columns for a random table, breaks it in up to three places
 * (lengths, offsets, indices, null pointers, view fields, formats, counts of children and buffers), and ingests it as
 * an array or as a stream. Whatever comes back must be a code that the manual names, and what was handed out must be
 * released exactly once. Every buffer is a block of its own, as long as the array says and no longer, so that
 * AddressSanitizer sees a read beyond it; lies that no reader could notice (a buffer shorter than the array says, more
 * children than there are pointers) are not told.
 *
 * fuzz_arrow [--first N] [--cases N | --seconds N]: a case is made from its number alone.
 */
#include "salesweek.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BLOCKS_MAX 512
#define COLUMNS_MAX 16
#define POINTERS 8 /* of the buffers of every array, NULL behind the last */
#define STORE_CASES 500
#define WIDE 32 /* bytes of a cell that any type may be read from */

/* One case under way. */
typedef struct fuzz {
	uint64_t number;
	uint64_t state;
	void *blocks[BLOCKS_MAX];
	size_t block_count;
	int64_t rows, first; /* of the record batch, and its offset */
	int64_t count;       /* of columns */
	const char *word;    /* that most texts of the column are; NULL: any */
	struct ArrowSchema schema, schemas[COLUMNS_MAX], values_schemas[COLUMNS_MAX];
	struct ArrowArray array, arrays[COLUMNS_MAX], values[COLUMNS_MAX];
	bool steep; /* an offset may point beyond the texts, but not the last: all of them are to be seen */
	int given, released, left; /* left: arrays that the stream will still give */
} fuzz;

static fuzz *current;

/* ---------------------------------------------------------------------------------------- chance */

static uint64_t next(fuzz *self)
{
	uint64_t z = self->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to `end` - 1. */
static int64_t below(fuzz *self, int64_t end)
{
	return end > 0 ? (int64_t)(next(self) % (uint64_t)end) : 0;
}

static bool chance(fuzz *self, int64_t of)
{
	return below(self, of) == 0;
}

/* ---------------------------------------------------------------------------------------- blocks */

static void *block(fuzz *self, int64_t size)
{
	void *made = malloc((size_t)size);
	if (self->block_count == BLOCKS_MAX || (!made && size))
		abort();
	self->blocks[self->block_count++] = made;
	return made;
}

static void *bytes_random(fuzz *self, int64_t size)
{
	unsigned char *made = block(self, size);
	for (int64_t i = 0; i < size; i++)
		made[i] = (unsigned char)next(self);
	return made;
}

static void schema_release(struct ArrowSchema *schema)
{
	current->released++;
	schema->release = NULL;
}

static void array_release(struct ArrowArray *array)
{
	current->released++;
	array->release = NULL;
}

/* ------------------------------------------------------------------------------------------ cells */

/* A column, and what makes it one that is taken. */
typedef struct column_about {
	const char *name, *word, *format;
} column_about;

static const char *const words[] = { "",
	                             "a",
	                             "inbound",
	                             "outbound",
	                             "answered",
	                             "won",
	                             "open",
	                             "sale",
	                             "USD",
	                             "JPY",
	                             "UTC",
	                             "Europe/Berlin",
	                             "2026-11-02T09:30:00Z",
	                             "2026-11-02",
	                             "12.5",
	                             "-1",
	                             "gr\xc3\xbc\xc3\x9f dich, Welt",
	                             "\xff\xfe",
	                             "cut \xe2\x82",
	                             "unanswered, and longer than a view" };

static const char *word(fuzz *self)
{
	return self->word && !chance(self, 50) ? self->word : words[below(self, COUNT(words))];
}

/* A number that fits often enough to be taken. */
static int64_t number(fuzz *self)
{
	static const int64_t some[] = { 0, 1, 60, -1, 20759, 1793612600, 1793612600000000, INT64_MAX, INT64_MIN };
	if (self->word && !chance(self, 50))
		return 1793612600;
	return chance(self, 3) ? (int64_t)next(self) : some[below(self, COUNT(some))];
}

static const void *numbers(fuzz *self, int64_t cells, int64_t width)
{
	unsigned char *made = block(self, cells * width);
	for (int64_t i = 0; i < cells; i++) {
		int64_t value = number(self);
		for (int64_t k = 0; k < width; k++)
			made[i * width + k] = (unsigned char)(k < 8 ? value >> 8 * k : value >> 63);
	}
	return made;
}

/* Offsets of 4 or 8 bytes and the bytes of texts. */
static void texts(fuzz *self, struct ArrowArray *array, int64_t cells, int64_t width)
{
	int64_t *offsets = calloc((size_t)cells + 1, sizeof *offsets);
	const char **chosen = calloc((size_t)cells + 1, sizeof *chosen);
	for (int64_t i = 0; i < cells; i++) {
		chosen[i] = word(self);
		offsets[i + 1] = offsets[i] + (int64_t)strlen(chosen[i]);
	}
	char *bytes = block(self, offsets[cells]);
	for (int64_t i = 0; i < cells; i++)
		memcpy(bytes + offsets[i], chosen[i], strlen(chosen[i]));
	/* All but the last, which is what the length of the bytes is known by, may be anything. */
	if (cells && chance(self, 8)) {
		self->steep = true;
		offsets[below(self, cells)] = chance(self, 2) ? number(self) : below(self, 64) - 8;
	}
	unsigned char *made = block(self, (cells + 1) * width);
	for (int64_t i = 0; i <= cells; i++)
		for (int64_t k = 0; k < width; k++)
			made[i * width + k] = (unsigned char)(offsets[i] >> 8 * k);
	array->n_buffers = 3;
	array->buffers[1] = made;
	array->buffers[2] = offsets[cells] || chance(self, 2) ? bytes : NULL;
	if (chance(self, 40))
		array->buffers[2] = NULL;
	free(offsets);
	free(chosen);
}

/* Texts of at most 12 bytes in their views, longer ones in one of two blocks. */
static void views(fuzz *self, struct ArrowArray *array, int64_t cells)
{
	char *blocks[2] = { block(self, 256), block(self, 256) };
	int64_t *sizes = block(self, 2 * sizeof *sizes), used[2] = { 0, 0 };
	unsigned char *made = block(self, cells * 16);
	memset(made, 0, (size_t)cells * 16);
	for (int64_t i = 0; i < cells; i++) {
		const char *text = word(self);
		int32_t length = (int32_t)strlen(text), which = (int32_t)below(self, 2), offset = (int32_t)used[which];
		if (length > 12 && used[which] + length > 256)
			continue;
		memcpy(made + i * 16, &length, 4);
		memcpy(made + i * 16 + 4, text, length > 12 ? 4 : (size_t)length);
		if (length <= 12)
			continue;
		memcpy(made + i * 16 + 8, &which, 4);
		memcpy(made + i * 16 + 12, &offset, 4);
		memcpy(blocks[which] + offset, text, (size_t)length);
		used[which] += length;
	}
	for (int64_t left = cells ? below(self, 8) - 4 : 0; left > 0; left--) {
		int32_t value = chance(self, 2) ? (int32_t)next(self) : (int32_t)below(self, 300) - 20;
		memcpy(made + below(self, cells) * 16 + below(self, 4) * 4, &value, 4);
	}
	for (int i = 0; i < 2; i++) {
		char *whole = block(self, used[i]);
		memcpy(whole, blocks[i], (size_t)used[i]);
		array->buffers[2 + i] = used[i] || chance(self, 2) ? whole : NULL;
		sizes[i] = chance(self, 20) ? used[i] - below(self, 300) : used[i];
	}
	array->n_buffers = 5;
	array->buffers[1] = made;
	array->buffers[4] = chance(self, 30) ? NULL : sizes;
	if (chance(self, 15))
		array->buffers[2 + below(self, 2)] = NULL;
}

/* ----------------------------------------------------------------------------------------- arrays */

static const struct {
	const char *format;
	int64_t width; /* 0: bits; -4, -8: offsets of so many; -16: views; -1: nothing */
} types[] = { { "u", -4 },
	      { "U", -8 },
	      { "vu", -16 },
	      { "n", -1 },
	      { "b", 0 },
	      { "c", 1 },
	      { "s", 2 },
	      { "i", 4 },
	      { "l", 8 },
	      { "C", 1 },
	      { "S", 2 },
	      { "I", 4 },
	      { "L", 8 },
	      { "e", 2 },
	      { "f", 4 },
	      { "g", 8 },
	      { "tdD", 4 },
	      { "tdm", 8 },
	      { "tss:UTC", 8 },
	      { "tsm:UTC", 8 },
	      { "tsu:UTC", 8 },
	      { "tsn:Asia/Tokyo", 8 },
	      { "tsu:", 8 },
	      { "tDs", 8 },
	      { "tDm", 8 },
	      { "tDu", 8 },
	      { "tDn", 8 },
	      { "d:9,2,32", 4 },
	      { "d:18,4,64", 8 },
	      { "d:38,6", 16 },
	      { "d:76,12,256", 32 },
	      { "d:38,-3", 16 } };

/* What no field takes, and what is no format. */
static const char *const odd_formats[] = { "",         "+s",        "+l",      "+w:2",       "z",   "Z",     "vz",
	                                   "w:16",     "+r",        "+ud:0,1", "tts",        "tiM", "ts",    "tsx:UTC",
	                                   "ts:",      "tD",        "d:",      "d:1",        "d:,", "d:0,0", "d:77,0",
	                                   "d:9,2,31", "d:99999,1", "d:9,99",  "d:9,2,32,1", "uu",  "t",     "d:-1,-1",
	                                   "x",        "tdx",       "tsu",     "+" };

static void validity(fuzz *self, struct ArrowArray *array, int64_t cells)
{
	static const int64_t counts[] = { -1, -1, -1, 0, 1 };
	array->null_count = -1;
	if (chance(self, 2))
		return;
	array->buffers[0] = bytes_random(self, (cells + 7) / 8);
	array->null_count = counts[below(self, COUNT(counts))];
}

/* An array of a type, `rows` of it from `first` on, and as long as that and no longer in memory. */
static void array_make(fuzz *self, const char *format, int64_t width, int64_t rows, struct ArrowArray *array)
{
	const int64_t offset = chance(self, 2) ? 0 : below(self, 6), cells = offset + rows;
	(void)format;
	*array = (struct ArrowArray){ .length = rows, .offset = offset, .n_buffers = 2, .release = array_release };
	array->buffers = block(self, POINTERS * (int64_t)sizeof *array->buffers);
	memset(array->buffers, 0, POINTERS * sizeof *array->buffers);
	if (width == -1) {
		array->n_buffers = 0;
		return;
	}
	validity(self, array, cells);
	if (width == -16)
		views(self, array, cells);
	else if (width < 0)
		texts(self, array, cells, -width);
	else
		array->buffers[1] = width ? numbers(self, cells, width) : bytes_random(self, (cells + 7) / 8);
}

/* A column whose format says something else than its buffers were made for: zeros, wide enough for anything. */
static void wide_make(fuzz *self, struct ArrowArray *array)
{
	const int64_t cells = self->first + self->rows;
	*array = (struct ArrowArray){ .length = cells, .n_buffers = 3, .release = array_release };
	array->buffers = block(self, POINTERS * (int64_t)sizeof *array->buffers);
	memset(array->buffers, 0, POINTERS * sizeof *array->buffers);
	for (int i = 1; i < 3; i++)
		array->buffers[i] = memset(block(self, (cells + 1) * WIDE), 0, (size_t)(cells + 1) * WIDE);
	if (chance(self, 2))
		array->n_buffers = 2;
}

/* Indices into a dictionary of a few values. */
static void dictionary_make(fuzz *self, int64_t column, int64_t type)
{
	static const struct {
		const char *format;
		int64_t width;
	} indices[] = {
		{ "c", 1 }, { "s", 2 }, { "i", 4 }, { "l", 8 }, { "C", 1 }, { "S", 2 }, { "I", 4 }, { "L", 8 }
	};
	const int64_t index = below(self, COUNT(indices)), width = indices[index].width, values = below(self, 6);
	struct ArrowArray *array = &self->arrays[column];
	array_make(self, indices[index].format, width, self->first + self->rows, array);
	unsigned char *cells = (unsigned char *)(uintptr_t)array->buffers[1];
	for (int64_t i = 0; i < array->offset + array->length; i++) {
		int64_t value = chance(self, 200) ? number(self) : below(self, values);
		for (int64_t k = 0; k < width; k++)
			cells[i * width + k] = (unsigned char)(value >> 8 * k);
	}
	self->schemas[column].format = indices[index].format;
	self->values_schemas[column] = (struct ArrowSchema){ .format = types[type].format, .release = schema_release };
	self->schemas[column].dictionary = &self->values_schemas[column];
	array_make(self, types[type].format, types[type].width, values, &self->values[column]);
	array->dictionary = &self->values[column];
}

static int64_t type_choose(fuzz *self, const column_about *about)
{
	int64_t type = 0;
	self->word = NULL;
	/* Texts are what most fields take, and what can be wrong in most ways. */
	if (chance(self, 6))
		return chance(self, 2) ? below(self, 3) : below(self, COUNT(types));
	self->word = about->word ? about->word : "";
	while (strcmp(types[type].format, about->format) != 0)
		type++;
	return type;
}

static void column_make(fuzz *self, int64_t column, const column_about *about)
{
	const int64_t type = type_choose(self, about);
	self->schemas[column] = (struct ArrowSchema){ .format = types[type].format, .name = about->name };
	self->schemas[column].release = schema_release;
	if (chance(self, 60)) {
		wide_make(self, &self->arrays[column]);
		self->schemas[column].format = chance(self, 2) ? odd_formats[below(self, COUNT(odd_formats))]
		                                               : types[below(self, COUNT(types))].format;
	} else if (chance(self, 4)) {
		dictionary_make(self, column, type);
	} else {
		array_make(self, types[type].format, types[type].width, self->first + self->rows,
		           &self->arrays[column]);
	}
}

static const struct {
	const char *name;
	column_about columns[12];
} tables[] = {
	{ "call",
	  { { "id", "a", "u" },
	    { "at", NULL, "tsu:UTC" },
	    { "lead", "gr\xc3\xbc\xc3\x9f dich, Welt", "vu" },
	    { "rep", "a", "U" },
	    { "direction", "inbound", "u" },
	    { "outcome", "unanswered", "vu" },
	    { "duration_s", NULL, "C" },
	    { "positive", NULL, "b" },
	    { "deleted", NULL, "n" } } },
	{ "opportunity",
	  { { "id", "a", "vu" },
	    { "created_at", "2026-11-02", "u" },
	    { "amount", NULL, "d:38,6" },
	    { "currency", "JPY", "u" },
	    { "outcome", "open", "U" },
	    { "closed_at", NULL, "tsn:Asia/Tokyo" },
	    { "region", "a", "u" },
	    { "recorded_at", NULL, "tss:UTC" } } },
	{ "quota",
	  { { "id", "a", "U" },
	    { "from", "2026-11-02", "u" },
	    { "to", "2026-12-31", "vu" },
	    { "rep", "", "u" },
	    { "team", "a", "u" },
	    { "won", NULL, "C" },
	    { "amount", NULL, "l" },
	    { "currency", "USD", "u" } } },
	{ "rate",
	  { { "id", "a", "u" },
	    { "currency", "JPY", "u" },
	    { "date", "2026-11-02", "u" },
	    { "value", "12.5", "vu" } } },
	{ "rep",
	  { { "id", "a", "u" },
	    { "name", "unanswered, and longer than a view", "vu" },
	    { "zone", "Europe/Berlin", "u" },
	    { "capacity", NULL, "C" },
	    { "deleted", NULL, "b" } } },
	{ "score",
	  { { "id", "a", "u" },
	    { "at", "2026-11-02T09:30:00Z", "u" },
	    { "lead", "a", "u" },
	    { "value", NULL, "b" },
	    { "model", "a", "vu" } } },
};

static void case_make(fuzz *self, int64_t table)
{
	self->rows = chance(self, 30) ? below(self, 9000) : below(self, 80);
	self->first = chance(self, 2) ? 0 : below(self, 5);
	struct ArrowSchema **schemas = block(self, (COLUMNS_MAX + 4) * (int64_t)sizeof *schemas);
	struct ArrowArray **arrays = block(self, (COLUMNS_MAX + 4) * (int64_t)sizeof *arrays);
	memset(schemas, 0, (COLUMNS_MAX + 4) * sizeof *schemas);
	memset(arrays, 0, (COLUMNS_MAX + 4) * sizeof *arrays);
	for (self->count = 0; tables[table].columns[self->count].name; self->count++) {
		column_make(self, self->count, &tables[table].columns[self->count]);
		schemas[self->count] = &self->schemas[self->count];
		arrays[self->count] = &self->arrays[self->count];
	}
	self->schema = (struct ArrowSchema){
		.format = "+s", .name = "", .n_children = self->count, .children = schemas
	};
	self->schema.release = schema_release;
	self->array = (struct ArrowArray){ .length = self->rows, .offset = self->first, .n_buffers = 1 };
	self->array.n_children = self->count;
	self->array.children = arrays;
	self->array.buffers = block(self, POINTERS * (int64_t)sizeof(void *));
	memset(self->array.buffers, 0, POINTERS * sizeof(void *));
	self->array.release = array_release;
	validity(self, &self->array, self->first + self->rows);
}

/* --------------------------------------------------------------------------------------- mutations */

/* A length or offset that asks for less than there is, where that is small and may be known. */
static int64_t lesser(fuzz *self, int64_t number)
{
	return self->steep || number < 0 || number > 100000 ? -2 : below(self, number + 1);
}

/* Breaks lengths and counts in ways that can be noticed. */
static void array_mutate(fuzz *self, struct ArrowArray *array, bool view)
{
	static const int64_t never[] = { -1, INT64_MIN, INT64_MAX, INT64_MAX / 2, -1000 };
	switch (below(self, 10)) {
	case 0:
		array->length = never[below(self, COUNT(never))];
		break;
	case 1:
		array->length = lesser(self, array->length);
		break;
	case 2:
		array->offset = never[below(self, COUNT(never))];
		break;
	case 3:
		array->offset = lesser(self, array->offset);
		break;
	case 4:
		array->null_count = chance(self, 2) ? never[below(self, COUNT(never))] : below(self, 100) - 2;
		break;
	case 5:
		array->n_buffers = view ? below(self, 3) : below(self, POINTERS) - 1;
		break;
	case 6:
		if (array->buffers)
			array->buffers[below(self, 3)] = NULL;
		break;
	case 7:
		array->buffers = NULL;
		break;
	case 8:
		array->release = NULL;
		break;
	default:
		array->n_children = below(self, 4) - 1;
	}
}

static void tree_mutate(fuzz *self)
{
	const int64_t column = below(self, self->count);
	switch (below(self, 12)) {
	case 0:
		if (self->array.children)
			self->array.children[column] = NULL;
		break;
	case 1:
		self->schema.children[column] = NULL;
		break;
	case 2:
		self->array.n_children = below(self, self->count + 5) - 1;
		break;
	case 3:
		self->schema.n_children = below(self, self->count + 5) - 1;
		break;
	case 4:
		self->arrays[column].dictionary = self->arrays[column].dictionary ? NULL : &self->arrays[0];
		break;
	case 5:
		self->schemas[column].name = chance(self, 2) ? NULL : self->schemas[below(self, self->count)].name;
		break;
	case 6:
		self->schemas[column].name = "colour";
		break;
	case 7:
		self->schemas[column].release = NULL;
		break;
	case 8:
		self->schema.format = odd_formats[below(self, COUNT(odd_formats))];
		break;
	case 9:
		self->schemas[column].format = NULL;
		break;
	case 10:
		self->array.children = NULL;
		break;
	default:
		self->schemas[column].n_children = below(self, 3) - 1;
	}
}

static void case_mutate(fuzz *self)
{
	for (int64_t left = below(self, 6) - 2; left > 0; left--) {
		const int64_t column = below(self, self->count);
		struct ArrowArray *array = &self->arrays[column];
		const struct ArrowSchema *schema = &self->schemas[column];
		if (chance(self, 3)) {
			tree_mutate(self);
		} else if (chance(self, 6)) {
			array_mutate(self, &self->array, false);
		} else if (array->dictionary && chance(self, 2)) {
			schema = schema->dictionary;
			array_mutate(self, array->dictionary, schema && schema->format && schema->format[0] == 'v');
		} else {
			array_mutate(self, array, schema->format && schema->format[0] == 'v');
		}
	}
}

/* ------------------------------------------------------------------------------------------ stream */

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
	fuzz *self = stream->private_data;
	if (chance(self, 50))
		return EINVAL;
	*schema = self->schema;
	self->given += schema->release != NULL;
	return 0;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
	fuzz *self = stream->private_data;
	if (chance(self, 50))
		return EIO;
	*array = (struct ArrowArray){ 0 };
	if (self->left-- > 0)
		*array = self->array;
	self->given += array->release != NULL;
	return 0;
}

static void stream_release(struct ArrowArrayStream *stream)
{
	stream->release = NULL;
}

/* ------------------------------------------------------------------------------------------- cases */

static uint64_t codes[2][-SWK_ERR_NOT_FOUND + 1], accepted, rejected;

/* Called by AddressSanitizer, where there is one, when it has found something. */
void __asan_on_error(void);

void __asan_on_error(void)
{
	fprintf(stderr, "in case %" PRIu64 "\n", current->number);
}

/* Ends the run where a promise was broken. */
static void promise(bool kept, const char *what, uint64_t number)
{
	if (kept)
		return;
	printf("case %" PRIu64 ": %s\n", number, what);
	exit(1);
}

static int ingest(fuzz *self, swk_store *store, const char *table, bool stream, swk_ingest_counts *counts,
                  swk_result **rejects, swk_error *error)
{
	swk_ingest_options options = { .size = sizeof options };
	struct ArrowArrayStream from = { stream_schema, stream_next, NULL, stream_release, self };
	options.ignore_unknown = (uint32_t)below(self, 2);
	options.zone = chance(self, 2) ? "Europe/Berlin" : NULL;
	options.strict = chance(self, 10);
	self->left = (int)below(self, 4);
	if (stream)
		return swk_store_ingest_stream(store, table, &from, &options, counts, rejects, error);
	return swk_store_ingest(store, table, &self->schema, &self->array, &options, counts, rejects, error);
}

static void case_run(swk_store *store, uint64_t number)
{
	static fuzz whole;
	fuzz *self = &whole;
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	swk_error error = SWK_ERROR_INIT;
	memset(self, 0, sizeof *self);
	self->number = number;
	current = self;
	self->state = number;
	const int64_t table = below(self, COUNT(tables));
	case_make(self, table);
	case_mutate(self);
	const bool stream = chance(self, 3), told = chance(self, 2);
	int code = ingest(self, store, tables[table].name, stream, &counts, told ? &rejects : NULL, &error);
	promise(code == SWK_OK || code == SWK_ERR_INVALID || code == SWK_ERR_REJECTED ||
	                (stream && (code == SWK_ERR_IO || code == SWK_ERR_USAGE)),
	        error.reason, number);
	promise(code == error.code && (code == SWK_OK) == (error.reason[0] == '\0'), "the error was not told", number);
	promise(self->released == self->given, "a release was not called exactly once", number);
	promise(stream || code != SWK_OK ||
	                counts.accepted + counts.unchanged + counts.rejected == (uint64_t)self->array.length,
	        "a row was lost", number);
	promise(!told || code != SWK_OK || swk_result_rows(rejects) == counts.rejected, "a reject was lost", number);
	swk_result_free(rejects);
	codes[stream][-code]++;
	accepted += counts.accepted;
	rejected += counts.rejected;
	for (size_t i = 0; i < self->block_count; i++)
		free(self->blocks[i]);
}

int main(int argc, char **argv)
{
	uint64_t first = 1, cases = 1000, seconds = 0;
	for (int i = 1; i + 1 < argc; i += 2) {
		uint64_t value = strtoull(argv[i + 1], NULL, 10);
		first = strcmp(argv[i], "--first") == 0 ? value : first;
		cases = strcmp(argv[i], "--cases") == 0 ? value : cases;
		seconds = strcmp(argv[i], "--seconds") == 0 ? value : seconds;
	}
	const time_t begin = time(NULL);
	swk_store *store = NULL;
	uint64_t done = 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; seconds ? time(NULL) - begin < (time_t)seconds : done < cases; done++) {
		if (done % STORE_CASES == 0) {
			swk_store_close(store);
			store = NULL;
			if (swk_store_open(NULL, NULL, &store, NULL) != SWK_OK)
				return 1;
		}
		case_run(store, first + done);
	}
	swk_store_close(store);
	printf("%" PRIu64 " cases; %" PRIu64 " rows taken, %" PRIu64 " refused\n", done, accepted, rejected);
	for (int stream = 0; stream < 2; stream++)
		for (int code = 0; code <= -SWK_ERR_NOT_FOUND; code++)
			if (codes[stream][code])
				printf("%s %-18s %" PRIu64 "\n", stream ? "stream" : "array ", swk_code_name(-code),
				       codes[stream][code]);
	return 0;
}
