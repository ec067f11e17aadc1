/* SPDX-License-Identifier: MIT */
#include "native.h"

#include "support.h"

static swp_get_pointer get_pointer;
static swp_is_valid is_valid;

void swp_capsule_setup(swp_get_pointer get, swp_is_valid valid)
{
	get_pointer = get;
	is_valid = valid;
}

struct ArrowSchema *swp_schema_create(void)
{
	return swi__alloc(1, sizeof(struct ArrowSchema));
}

struct ArrowArray *swp_array_create(void)
{
	return swi__alloc(1, sizeof(struct ArrowArray));
}

struct ArrowArrayStream *swp_stream_create(void)
{
	return swi__alloc(1, sizeof(struct ArrowArrayStream));
}

/* Python ignores what a destructor fails at, so one that meets another capsule leaves it alone. */
static void *contents(void *capsule, const char *name)
{
	return is_valid(capsule, name) ? get_pointer(capsule, name) : NULL;
}

void swp_schema_destroy(void *capsule)
{
	struct ArrowSchema *schema = contents(capsule, "arrow_schema");
	if (schema && schema->release)
		schema->release(schema);
	swi__free(schema);
}

void swp_array_destroy(void *capsule)
{
	struct ArrowArray *array = contents(capsule, "arrow_array");
	if (array && array->release)
		array->release(array);
	swi__free(array);
}

void swp_stream_destroy(void *capsule)
{
	struct ArrowArrayStream *stream = contents(capsule, "arrow_array_stream");
	if (stream && stream->release)
		stream->release(stream);
	swi__free(stream);
}
