/* SPDX-License-Identifier: MIT
 *
 * A producer of Arrow arrays for tests: every struct and buffer is a block of its own and exactly as long as it says,
 * so that AddressSanitizer sees a read beyond; what was handed out and what was released is counted.
 */
#ifndef ARROW_MAKE_H
#define ARROW_MAKE_H

#include "salesweek.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAKE_BUFFERS 6

typedef struct make_buffer {
	const void *bytes; /* NULL: the buffer is NULL */
	size_t size;
} make_buffer;

/* What an array without children, and its schema, are made from. */
typedef struct make_column {
	const char *name, *format;
	int64_t length, null_count, offset, n_buffers;
	make_buffer buffers[MAKE_BUFFERS];
	const struct make_column *dictionary;
} make_column;

#define MAKE_BUFFER(...)                           \
	{                                          \
		(__VA_ARGS__), sizeof(__VA_ARGS__) \
	}
#define MAKE_NULL       \
	{               \
		NULL, 0 \
	}

/* Four calls, c1 to c4, the third of which is refused for its duration; the second has none. */
static const int32_t make_ids[] = { 0, 2, 4, 6, 8 };
static const int64_t make_times[] = { 1793612600, 1793612601, 1793612602, 1793612603 };
static const int32_t make_durations[] = { 60, 0, -5, 7 };
static const unsigned char make_second_null[] = { 0x0d };

static const int8_t make_codes[] = { 0, 1, 1, 0 };
static const int32_t make_names[] = { 0, 3, 6 };
static const make_column make_reps = { "",  "u", 2, 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(make_names), { "annbob", 6 } },
	                               NULL };

static const make_column make_calls[] = {
	{ "id", "u", 4, 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(make_ids), { "c1c2c3c4", 8 } }, NULL },
	{ "at", "tss:UTC", 4, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(make_times) }, NULL },
	{ "duration_s", "i", 4, -1, 0, 2, { MAKE_BUFFER(make_second_null), MAKE_BUFFER(make_durations) }, NULL },
	{ "rep", "c", 4, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(make_codes) }, &make_reps },
};

/* Of all that was made: how much was handed out and not yet released, and releases in all. */
static int make_alive, make_releases;

static inline void *make_copy(const void *bytes, size_t size)
{
	void *copy = malloc(size ? size : 1);
	if (copy && bytes)
		memcpy(copy, bytes, size);
	return copy;
}

/* Frees what hangs on a schema that is released with its base. */
static inline void make_schema_clear(struct ArrowSchema *schema)
{
	for (int64_t i = 0; i < schema->n_children; i++) {
		if (schema->children[i]->release)
			make_schema_clear(schema->children[i]);
		free(schema->children[i]);
	}
	if (schema->dictionary) {
		make_schema_clear(schema->dictionary);
		free(schema->dictionary);
	}
	free(schema->children);
	schema->release = NULL;
}

static inline void make_schema_release(struct ArrowSchema *schema)
{
	make_alive--;
	make_releases++;
	make_schema_clear(schema);
}

static inline void make_array_clear(struct ArrowArray *array)
{
	for (int64_t i = 0; i < array->n_children; i++) {
		if (array->children[i]->release)
			make_array_clear(array->children[i]);
		free(array->children[i]);
	}
	if (array->dictionary) {
		make_array_clear(array->dictionary);
		free(array->dictionary);
	}
	for (int64_t i = 0; i < array->n_buffers; i++)
		free((void *)(uintptr_t)array->buffers[i]);
	free(array->children);
	free(array->buffers);
	array->release = NULL;
}

static inline void make_array_release(struct ArrowArray *array)
{
	make_alive--;
	make_releases++;
	make_array_clear(array);
}

static inline void make_column_schema(const make_column *from, struct ArrowSchema *schema)
{
	*schema = (struct ArrowSchema){ .format = from->format, .name = from->name, .flags = ARROW_FLAG_NULLABLE };
	schema->release = make_schema_release;
	if (from->dictionary) {
		schema->dictionary = malloc(sizeof *schema->dictionary);
		make_column_schema(from->dictionary, schema->dictionary);
	}
}

static inline void make_column_array(const make_column *from, struct ArrowArray *array)
{
	*array = (struct ArrowArray){ .length = from->length,
		                      .null_count = from->null_count,
		                      .offset = from->offset,
		                      .n_buffers = from->n_buffers,
		                      .release = make_array_release };
	array->buffers = make_copy(NULL, MAKE_BUFFERS * sizeof *array->buffers);
	for (int64_t i = 0; i < from->n_buffers; i++)
		array->buffers[i] = from->buffers[i].bytes ? make_copy(from->buffers[i].bytes, from->buffers[i].size)
		                                           : NULL;
	if (from->dictionary) {
		array->dictionary = malloc(sizeof *array->dictionary);
		make_column_array(from->dictionary, array->dictionary);
	}
}

/* A schema of a struct with these columns. */
static inline void make_schema(const make_column *columns, int64_t count, struct ArrowSchema *schema)
{
	*schema = (struct ArrowSchema){
		.format = "+s", .name = "", .n_children = count, .release = make_schema_release
	};
	schema->children = malloc((size_t)(count + 1) * sizeof(void *));
	for (int64_t i = 0; i < count; i++) {
		schema->children[i] = malloc(sizeof **schema->children);
		make_column_schema(&columns[i], schema->children[i]);
	}
	make_alive++;
}

/* An array of that struct: `length` rows from `offset` of the columns on; `valid`, a bit for each of offset + length,
 * may have no bytes. */
static inline void make_array(const make_column *columns, int64_t count, int64_t length, int64_t offset,
                              make_buffer valid, struct ArrowArray *array)
{
	*array = (struct ArrowArray){ .length = length, .null_count = -1, .offset = offset, .n_buffers = 1 };
	array->n_children = count;
	array->release = make_array_release;
	array->buffers = malloc(sizeof *array->buffers);
	array->buffers[0] = valid.bytes ? make_copy(valid.bytes, valid.size) : NULL;
	array->children = malloc((size_t)(count + 1) * sizeof(void *));
	for (int64_t i = 0; i < count; i++) {
		array->children[i] = malloc(sizeof **array->children);
		make_column_array(&columns[i], array->children[i]);
	}
	make_alive++;
}

/* A stream of `arrays` times the same columns; get_schema fails with `schema_result`, and the get_next after the last
 * of them with `end_result`, where these are not 0. */
typedef struct make_stream {
	const make_column *columns;
	int64_t count, length;
	int arrays, schema_result, end_result;
} make_stream;

static inline int make_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
	const make_stream *from = stream->private_data;
	if (from->schema_result)
		return from->schema_result;
	make_schema(from->columns, from->count, schema);
	return 0;
}

static inline int make_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
	make_stream *from = stream->private_data;
	if (from->arrays == 0 && from->end_result)
		return from->end_result;
	if (from->arrays == 0) {
		*array = (struct ArrowArray){ 0 };
		return 0;
	}
	from->arrays--;
	make_array(from->columns, from->count, from->length, 0, (make_buffer){ NULL, 0 }, array);
	return 0;
}

static inline const char *make_stream_error(struct ArrowArrayStream *stream)
{
	(void)stream;
	return "the well ran dry";
}

static inline void make_stream_release(struct ArrowArrayStream *stream)
{
	make_alive--;
	make_releases++;
	stream->release = NULL;
}

static inline void make_stream_init(make_stream *from, struct ArrowArrayStream *stream)
{
	*stream = (struct ArrowArrayStream){ make_stream_schema, make_stream_next, make_stream_error,
		                             make_stream_release, from };
	make_alive++;
}

#endif
