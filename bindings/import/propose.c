/* SPDX-License-Identifier: MIT */
#include "propose.h"

#include <stdarg.h>
#include <stdio.h>

/* Rows looked at unless told otherwise. */
#define ROWS 100

/* A line of JSON that is longer is broken up. */
#define LINE 100

void swi__note(const swi__proposal *proposal, const char *format, ...)
{
	char text[640];
	va_list arguments;
	if (!proposal->options->note)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	proposal->options->note(proposal->options->note_context, text);
}

/* ------------------------------------------------------------------------------------------ writing */

static int dump_append(const char *bytes, size_t size, void *context)
{
	return swi__text_append(context, bytes, size) ? 0 : -1;
}

static void indent(swi__text *text, size_t depth)
{
	for (size_t i = 0; i < 2 * depth; i++)
		swi__text_byte(text, ' ');
}

/* Objects and lists that fit stand on one line, others member by member. */
static void json_write(swi__text *text, const json_t *value, size_t depth)
{
	swi__text flat = { NULL, 0, 0, false };
	const char *key;
	json_t *member;
	size_t at = 0;
	if (json_dump_callback(value, dump_append, &flat, JSON_ENCODE_ANY))
		text->failed = true;
	if (depth > 0 && (!json_is_object(value) || flat.length + 2 * depth <= LINE) &&
	    !(depth == 1 && json_is_object(value))) {
		swi__text_append(text, flat.bytes, flat.length);
		swi__text_done(&flat);
		return;
	}
	swi__text_done(&flat);
	swi__text_append(text, "{", 1);
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		json_t *name = json_string(key);
		if (at++ > 0)
			swi__text_byte(text, ',');
		swi__text_byte(text, '\n');
		indent(text, depth + 1);
		if (!name || json_dump_callback(name, dump_append, text, JSON_ENCODE_ANY))
			text->failed = true;
		json_decref(name);
		swi__text_append(text, ": ", 2);
		json_write(text, member, depth + 1);
	}
	swi__text_byte(text, '\n');
	indent(text, depth);
	swi__text_append(text, "}", 1);
}

static int map_write(const json_t *map, swk_write write, void *context, swk_error *error)
{
	swi__text text = { NULL, 0, 0, false };
	json_write(&text, map, 0);
	swi__text_byte(&text, '\n');
	int code = SWK_OK;
	if (text.failed)
		code = swi__fail_memory(error);
	else if (write(context, text.bytes, text.length))
		code = swi__fail(error, SWK_ERR_IO, "the map could not be written");
	swi__text_done(&text);
	return code;
}

/* -------------------------------------------------------------------------------------------- public */

static int propose(swi__proposal *proposal, swi_read read, void *read_context, json_t **map)
{
	uint64_t rows = proposal->options->rows ? proposal->options->rows : ROWS;
	int code = swi__sample_read(&proposal->sample, read, read_context, (size_t)rows, proposal->error);
	if (code)
		return code;
	if (!swi__profile_columns(proposal))
		return swi__fail_memory(proposal->error);
	code = swi__choose(proposal);
	if (code)
		return code;
	*map = swi__compose(proposal);
	return *map ? SWK_OK : swi__fail_memory(proposal->error);
}

static void proposal_done(swi__proposal *proposal)
{
	swi__sample_done(&proposal->sample);
	swi__free(proposal->profiles);
	swi__free(proposal->used);
	json_decref(proposal->nulls);
}

int swi_map_propose(swi_read read, void *read_context, const swi_propose_options *options, swk_write write,
                    void *write_context, swk_error *error)
{
	static const swi_propose_options defaults = { .size = sizeof defaults };
	json_t *map = NULL;
	swi__proposal proposal = { .options = options ? options : &defaults, .error = error };
	if (!read || !write || proposal.options->size < sizeof defaults || proposal.options->rows > 10000)
		return swi__fail(error, SWK_ERR_USAGE, "an argument was wrong");
	int code = propose(&proposal, read, read_context, &map);
	if (!code)
		code = map_write(map, write, write_context, error);
	json_decref(map);
	proposal_done(&proposal);
	return code;
}
