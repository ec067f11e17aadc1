/* SPDX-License-Identifier: MIT */
#include "arrow_out.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------------------- blocks */

/* What all structs of one schema or one array share. */
struct block {
	_Atomic uint32_t references;
	pid_t process;
	swk__arrow_owner owner;
	void (*clear)(struct block *block); /* may be NULL */
};

static void block_begin(struct block *block, const swk__arrow_owner *owner, uint32_t references)
{
	block->references = references;
	block->process = getpid();
	block->owner = *owner;
}

/* The owner goes last: the memory may be its own. In a forked child nothing is freed: the owner's locks and files
 * belong to the parent. */
static void block_drop(struct block *block)
{
	if (block->process != getpid() || atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel) > 1)
		return;
	const swk__arrow_owner owner = block->owner;
	if (block->clear)
		block->clear(block);
	swk__free(owner.mem, block);
	if (owner.drop)
		owner.drop(owner.owner);
}

static bool has_dictionary(swk__arrow_form form)
{
	return form == SWK__ARROW_CHOICE || form == SWK__ARROW_REPEATS;
}

/* How many structs there are: the whole, its children, and their dictionaries. */
static uint32_t structs_count(const swk__arrow_field *fields, size_t count)
{
	uint32_t structs = 1;
	for (size_t i = 0; i < count; i++)
		structs += 1 + has_dictionary(fields[i].form);
	return structs;
}

/* A block of `head` bytes, `count` nodes and as many pointers, and `more` bytes. */
static void *block_alloc(swk__mem *mem, size_t head, size_t count, size_t node, size_t more)
{
	size_t nodes, size;
	if (!swk__mul_size(count, node + sizeof(void *), &nodes) || !swk__add_size(nodes, head, &size) ||
	    !swk__add_size(size, more, &size))
		return NULL;
	return swk__alloc(mem, SWK__FAULT_arrow_block, size, 1);
}

/* --------------------------------------------------------------------------------------------- schemas */

struct schema_node {
	struct ArrowSchema schema, dictionary;
	char format[16];
};

/* Behind the nodes stand pointers to them, and the metadata. */
struct schema_block {
	struct block block;
	struct schema_node nodes[];
};

static const char *const formats[] = {
	[SWK__ARROW_TEXT] = "u", [SWK__ARROW_CHOICE] = "c", [SWK__ARROW_REPEATS] = "i",
	[SWK__ARROW_BOOL] = "b", [SWK__ARROW_DATE] = "tdD", [SWK__ARROW_INSTANT] = "tsu:UTC",
	[SWK__ARROW_INT] = "l",  [SWK__ARROW_REAL] = "g",   [SWK__ARROW_DECIMAL] = NULL,
};

static void schema_release(struct ArrowSchema *schema)
{
	struct block *block = schema->private_data;
	for (int64_t i = 0; i < schema->n_children; i++)
		if (schema->children[i]->release)
			schema->children[i]->release(schema->children[i]);
	if (schema->dictionary && schema->dictionary->release)
		schema->dictionary->release(schema->dictionary);
	schema->release = NULL;
	block_drop(block);
}

static void schema_node_fill(struct schema_node *node, const swk__arrow_field *field, struct block *block)
{
	const char *format = formats[field->form];
	if (!format) {
		snprintf(node->format, sizeof node->format, "d:%u,%u", field->precision, field->scale);
		format = node->format;
	}
	node->schema = (struct ArrowSchema){ .format = format,
		                             .name = field->name,
		                             .flags = field->nullable ? ARROW_FLAG_NULLABLE : 0,
		                             .release = schema_release,
		                             .private_data = block };
	if (!has_dictionary(field->form))
		return;
	node->dictionary = (struct ArrowSchema){
		.format = "u", .name = "", .release = schema_release, .private_data = block
	};
	node->schema.dictionary = &node->dictionary;
}

int swk__arrow_schema(const swk__arrow_owner *owner, const swk__arrow_field *fields, size_t count, swk__slice metadata,
                      struct ArrowSchema *schema, swk_error *error)
{
	struct schema_block *made = block_alloc(owner->mem, sizeof *made, count, sizeof made->nodes[0],
	                                        metadata.length);
	if (!made)
		return swk__fail_memory(error, owner->mem);
	struct ArrowSchema **children = (struct ArrowSchema **)(void *)&made->nodes[count];
	char *copy = (char *)&children[count];
	block_begin(&made->block, owner, structs_count(fields, count));
	for (size_t i = 0; i < count; i++) {
		schema_node_fill(&made->nodes[i], &fields[i], &made->block);
		children[i] = &made->nodes[i].schema;
	}
	if (metadata.length)
		memcpy(copy, metadata.bytes, metadata.length);
	*schema = (struct ArrowSchema){ .format = "+s",
		                        .name = "",
		                        .metadata = metadata.length ? copy : NULL,
		                        .n_children = (int64_t)count,
		                        .children = children,
		                        .release = schema_release,
		                        .private_data = made };
	return SWK_OK;
}

/* The number of pairs, then each text with its length before it, in the machine's order of bytes. */
void swk__arrow_metadata(swk__buf *metadata, const char *key, const char *value)
{
	const char *const texts[] = { key, value };
	int32_t pairs = 0;
	if (metadata->length == 0)
		swk__buf_append(metadata, &pairs, sizeof pairs);
	for (size_t i = 0; i < SWK__COUNT(texts); i++) {
		int32_t length = (int32_t)strlen(texts[i]);
		swk__buf_append(metadata, &length, sizeof length);
		swk__buf_append(metadata, texts[i], (size_t)length);
	}
	if (metadata->failed)
		return;
	memcpy(&pairs, metadata->bytes, sizeof pairs);
	pairs++;
	memcpy(metadata->bytes, &pairs, sizeof pairs);
}

/* ---------------------------------------------------------------------------------------------- arrays */

struct array_node {
	struct ArrowArray array, dictionary;
	const void *buffers[3], *entries[3];
	void *made[SWK__COUNT(((swk__arrow_out_cells *)0)->made)];
};

/* Behind the nodes stand pointers to them. */
struct array_block {
	struct block block;
	const void *valid; /* of the struct: NULL, all rows are */
	size_t count;
	struct array_node nodes[];
};

/* Stands where there is no cell: a consumer may look at a buffer before it looks at the length. */
static const int64_t nothing[8];

static const void *buffer_of(const void *cells)
{
	return cells ? cells : nothing;
}

static void array_clear(struct block *block)
{
	struct array_block *made = (struct array_block *)(void *)block;
	for (size_t i = 0; i < made->count; i++)
		for (size_t m = 0; m < SWK__COUNT(made->nodes[i].made); m++)
			swk__free(block->owner.mem, made->nodes[i].made[m]);
}

static void array_release(struct ArrowArray *array)
{
	struct block *block = array->private_data;
	for (int64_t i = 0; i < array->n_children; i++)
		if (array->children[i]->release)
			array->children[i]->release(array->children[i]);
	if (array->dictionary && array->dictionary->release)
		array->dictionary->release(array->dictionary);
	array->release = NULL;
	block_drop(block);
}

static void texts_fill(const swk__arrow_texts *texts, const void **buffers)
{
	buffers[1] = buffer_of(texts->starts);
	buffers[2] = buffer_of(texts->bytes);
}

static void array_node_fill(struct array_node *node, const swk__arrow_field *field, const swk__arrow_out_cells *cells,
                            int64_t rows, struct block *block)
{
	const bool text = field->form == SWK__ARROW_TEXT;
	memcpy(node->made, cells->made, sizeof node->made);
	node->buffers[0] = cells->nulls ? cells->valid : NULL;
	if (text)
		texts_fill(&cells->texts, node->buffers);
	else
		node->buffers[1] = buffer_of(cells->values);
	node->array = (struct ArrowArray){ .length = rows,
		                           .null_count = cells->nulls,
		                           .n_buffers = text ? 3 : 2,
		                           .buffers = node->buffers,
		                           .release = array_release,
		                           .private_data = block };
	if (!has_dictionary(field->form))
		return;
	texts_fill(&cells->texts, node->entries);
	node->dictionary = (struct ArrowArray){ .length = cells->texts.count,
		                                .n_buffers = 3,
		                                .buffers = node->entries,
		                                .release = array_release,
		                                .private_data = block };
	node->array.dictionary = &node->dictionary;
}

int swk__arrow_array(const swk__arrow_owner *owner, const swk__arrow_field *fields, const swk__arrow_out_cells *cells,
                     size_t count, int64_t rows, struct ArrowArray *array, swk_error *error)
{
	struct array_block *made = block_alloc(owner->mem, sizeof *made, count, sizeof made->nodes[0], 0);
	if (!made)
		return swk__fail_memory(error, owner->mem);
	struct ArrowArray **children = (struct ArrowArray **)(void *)&made->nodes[count];
	block_begin(&made->block, owner, structs_count(fields, count));
	made->block.clear = array_clear;
	made->count = count;
	for (size_t i = 0; i < count; i++) {
		array_node_fill(&made->nodes[i], &fields[i], &cells[i], rows, &made->block);
		children[i] = &made->nodes[i].array;
	}
	*array = (struct ArrowArray){ .length = rows,
		                      .n_buffers = 1,
		                      .n_children = (int64_t)count,
		                      .buffers = &made->valid,
		                      .children = children,
		                      .release = array_release,
		                      .private_data = made };
	return SWK_OK;
}

void swk__arrow_out_cells_free(swk__mem *mem, swk__arrow_out_cells *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t m = 0; m < SWK__COUNT(cells[i].made); m++)
			swk__free(mem, cells[i].made[m]);
		cells[i] = (swk__arrow_out_cells){ 0 };
	}
}

/* --------------------------------------------------------------------------------------------- streams */

struct stream {
	swk__arrow_source source;
	pid_t process;
	char message[320];
	swk__arrow_out_cells cells[];
};

/* Keeps the error for get_last_error and translates its code. */
static int stream_fail(struct stream *stream, const swk_error *error)
{
	swk_error_format(error, stream->message, sizeof stream->message);
	switch (error->code) {
	case SWK_ERR_MEMORY:
	case SWK_ERR_LIMIT:
		return ENOMEM;
	case SWK_ERR_INTERRUPTED:
		return EINTR;
	default:
		return EINVAL;
	}
}

/* Takes the owner's reference that the next struct needs. */
static int stream_begin(struct stream *stream, swk_error *error)
{
	if (stream->process != getpid())
		return swk__fail(error, SWK_ERR_FORKED, "the stream was made by a parent process");
	stream->source.keep(stream->source.owner.owner);
	return SWK_OK;
}

static int stream_schema(struct ArrowArrayStream *self, struct ArrowSchema *schema)
{
	struct stream *stream = self->private_data;
	const swk__arrow_source *source = &stream->source;
	swk_error error = SWK_ERROR_INIT;
	if (stream_begin(stream, &error) != SWK_OK)
		return stream_fail(stream, &error);
	if (swk__arrow_schema(&source->owner, source->fields, source->count, source->metadata, schema, &error) ==
	    SWK_OK)
		return 0;
	source->owner.drop(source->owner.owner);
	return stream_fail(stream, &error);
}

static int stream_next(struct ArrowArrayStream *self, struct ArrowArray *array)
{
	struct stream *stream = self->private_data;
	const swk__arrow_source *source = &stream->source;
	swk_error error = SWK_ERROR_INIT;
	int64_t rows = 0;
	bool ended = false;
	if (stream_begin(stream, &error) != SWK_OK)
		return stream_fail(stream, &error);
	memset(stream->cells, 0, source->count * sizeof stream->cells[0]);
	int code = source->next(source->context, stream->cells, &rows, &ended, &error);
	if (code == SWK_OK && !ended) {
		code = swk__arrow_array(&source->owner, source->fields, stream->cells, source->count, rows, array,
		                        &error);
		if (code == SWK_OK)
			return 0;
	}
	swk__arrow_out_cells_free(source->owner.mem, stream->cells, source->count);
	source->owner.drop(source->owner.owner);
	if (code != SWK_OK)
		return stream_fail(stream, &error);
	*array = (struct ArrowArray){ 0 };
	return 0;
}

static const char *stream_error(struct ArrowArrayStream *self)
{
	struct stream *stream = self->private_data;
	return stream->message[0] ? stream->message : NULL;
}

static void stream_release(struct ArrowArrayStream *self)
{
	struct stream *stream = self->private_data;
	self->release = NULL;
	if (stream->process != getpid())
		return;
	const swk__arrow_source source = stream->source;
	source.done(source.context);
	swk__free(source.owner.mem, stream);
	source.owner.drop(source.owner.owner);
}

int swk__arrow_stream(const swk__arrow_source *source, struct ArrowArrayStream *stream, swk_error *error)
{
	struct stream *made = swk__alloc(source->owner.mem, SWK__FAULT_arrow_block,
	                                 sizeof *made + source->count * sizeof made->cells[0], 1);
	if (!made)
		return swk__fail_memory(error, source->owner.mem);
	made->source = *source;
	made->process = getpid();
	*stream = (struct ArrowArrayStream){ .get_schema = stream_schema,
		                             .get_next = stream_next,
		                             .get_last_error = stream_error,
		                             .release = stream_release,
		                             .private_data = made };
	return SWK_OK;
}

/* ---------------------------------------------------------------------------------------- texts to cells */

void swk__arrow_gather_init(swk__arrow_gather *gather, swk__mem *mem, swk__arrow_form form)
{
	*gather = (swk__arrow_gather){ .mem = mem, .form = form };
	swk__buf_init(&gather->codes, mem, SIZE_MAX);
	swk__buf_init(&gather->starts, mem, SIZE_MAX);
	swk__buf_init(&gather->bytes, mem, INT32_MAX);
	if (form == SWK__ARROW_REPEATS)
		gather->key = swk__random_key();
}

void swk__arrow_gather_done(swk__arrow_gather *gather)
{
	swk__buf_done(&gather->codes);
	swk__buf_done(&gather->starts);
	swk__buf_done(&gather->bytes);
	swk__free(gather->mem, gather->slots);
	gather->slots = NULL;
}

/* Puts a text at the end. */
static bool text_put(swk__arrow_gather *gather, swk__slice text)
{
	int32_t start = (int32_t)gather->bytes.length;
	if (!swk__buf_reserve(&gather->bytes, text.length) || !swk__buf_append(&gather->starts, &start, sizeof start))
		return false;
	swk__buf_slice(&gather->bytes, text);
	gather->count++;
	return true;
}

static swk__slice text_at(const swk__arrow_gather *gather, uint32_t number)
{
	const int32_t *starts = (const int32_t *)(const void *)gather->starts.bytes;
	size_t start = (size_t)starts[number];
	size_t end = number + 1 < gather->count ? (size_t)starts[number + 1] : gather->bytes.length;
	return (swk__slice){ gather->bytes.bytes + start, end - start };
}

/* The slot of a text: that which has it, or the free one where it belongs. There is always a free one. */
static uint32_t *slot_find(const swk__arrow_gather *gather, swk__slice text)
{
	uint32_t at = (uint32_t)swk__hash(text.bytes, text.length, gather->key) & (gather->slot_count - 1);
	while (gather->slots[at] && !swk__slice_equal(text_at(gather, gather->slots[at] - 1), text))
		at = (at + 1) & (gather->slot_count - 1);
	return &gather->slots[at];
}

/* Makes room for one more text: at most half of the slots are taken. */
static bool slots_reserve(swk__arrow_gather *gather)
{
	swk__arrow_gather grown = *gather;
	if (gather->slot_count > 2 * gather->count)
		return true;
	grown.slot_count = gather->slot_count ? 2 * gather->slot_count : 64;
	grown.slots = swk__alloc(gather->mem, SWK__FAULT_arrow_block, grown.slot_count, sizeof *grown.slots);
	if (!grown.slots)
		return false;
	for (uint32_t i = 0; i < gather->count; i++)
		*slot_find(&grown, text_at(gather, i)) = i + 1;
	swk__free(gather->mem, gather->slots);
	*gather = grown;
	return true;
}

static bool code_put(swk__arrow_gather *gather, uint32_t code)
{
	gather->last = code;
	return swk__buf_append(&gather->codes, &code, sizeof code);
}

bool swk__arrow_gather_fits(const swk__arrow_gather *gather, swk__slice text)
{
	return text.length <= gather->bytes.maximum - gather->bytes.length;
}

bool swk__arrow_gather_add(swk__arrow_gather *gather, swk__slice text)
{
	if (gather->form == SWK__ARROW_TEXT)
		return text_put(gather, text);
	if (gather->count && swk__slice_equal(text_at(gather, gather->last), text))
		return code_put(gather, gather->last);
	if (!slots_reserve(gather))
		return false;
	uint32_t *slot = slot_find(gather, text);
	if (!*slot) {
		if (!text_put(gather, text))
			return false;
		*slot = gather->count;
	}
	return code_put(gather, *slot - 1);
}

bool swk__arrow_gather_null(swk__arrow_gather *gather)
{
	uint32_t zero = 0;
	if (gather->form == SWK__ARROW_TEXT)
		return text_put(gather, (swk__slice){ "", 0 });
	return swk__buf_append(&gather->codes, &zero, sizeof zero);
}

bool swk__arrow_gather_finish(swk__arrow_gather *gather, swk__arrow_out_cells *cells)
{
	int32_t end = (int32_t)gather->bytes.length;
	if (!swk__buf_append(&gather->starts, &end, sizeof end))
		return false;
	cells->texts = (swk__arrow_texts){ gather->count, (const int32_t *)(const void *)gather->starts.bytes,
		                           gather->bytes.bytes };
	cells->values = gather->codes.bytes;
	cells->made[1] = gather->starts.bytes;
	cells->made[2] = gather->bytes.bytes;
	cells->made[3] = gather->codes.bytes;
	swk__free(gather->mem, gather->slots);
	*gather = (swk__arrow_gather){ 0 };
	return true;
}
