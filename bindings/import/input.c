/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <errno.h>

#define CHUNK_SIZE 65536

/* How much of a text that is too long is told: no tool stumbles over it, and a person knows it again. */
#define BEGINNING 1024

enum {
	BYTE_END = -1,
	BYTE_FAILED = -2
};

/* --------------------------------------------------------------------------------------------- bytes */

/* Reads more bytes behind those that are left. False at the end and on failure. */
static bool input_fill(swi__input *input)
{
	if (input->ended || input->code)
		return false;
	if (input->progress && input->progress(input->progress_context, input->done, input->total)) {
		input->code = swi__fail(input->error, SWK_ERR_INTERRUPTED, "the import was interrupted");
		return false;
	}
	size_t left = input->length - input->at;
	memmove(input->chunk, input->chunk + input->at, left);
	input->at = 0;
	input->length = left;
	int64_t count = input->read(input->read_context, input->chunk + left, CHUNK_SIZE - left);
	if (count < 0 || (uint64_t)count > CHUNK_SIZE - left) {
		char text[128];
		input->code = swi__fail(input->error, SWK_ERR_IO, "reading failed: %s",
		                        strerror_r(errno, text, sizeof text));
		return false;
	}
	input->ended = count == 0;
	input->length += (size_t)count;
	input->done += (uint64_t)count;
	return count > 0;
}

static int input_peek(swi__input *input)
{
	if (input->at == input->length && !input_fill(input))
		return input->code ? BYTE_FAILED : BYTE_END;
	return (unsigned char)input->chunk[input->at];
}

static bool input_starts(const swi__input *input, const char *bytes, size_t length)
{
	return input->length >= length && memcmp(input->chunk, bytes, length) == 0;
}

static int input_refuse_kind(swi__input *input)
{
	if (input_starts(input, "PK\x03\x04", 4) || input_starts(input, "\xd0\xcf\x11\xe0", 4))
		return swi__fail(input->error, SWK_ERR_INVALID, "is a spreadsheet file, not CSV: save it as CSV first");
	if (input_starts(input, "\xff\xfe", 2) || input_starts(input, "\xfe\xff", 2))
		return swi__fail(input->error, SWK_ERR_INVALID,
		                 "is UTF-16, which is not supported yet: save it as UTF-8");
	return SWK_OK;
}

int swi__input_begin(swi__input *input)
{
	input->chunk = swi__alloc(CHUNK_SIZE, 1);
	input->line = 1;
	if (!input->chunk)
		return swi__fail_memory(input->error);
	while (input->length < 4 && input_fill(input))
		;
	if (input->code)
		return input->code;
	if (input_starts(input, "\xef\xbb\xbf", 3))
		input->at = 3;
	return input_refuse_kind(input);
}

void swi__input_done(swi__input *input)
{
	swi__free(input->chunk);
	swi__text_done(&input->text);
	input->chunk = NULL;
}

/* --------------------------------------------------------------------------------------------- lines */

static void input_start(swi__input *input)
{
	swi__text_clear(&input->text);
	input->number = input->line;
}

/* Keeps as much of the bytes as fits; false when they did not all fit. */
static bool input_keep(swi__input *input, const char *bytes, size_t length)
{
	size_t room = SWI_LINE_MAX - input->text.length;
	swi__text_append(&input->text, bytes, length < room ? length : room);
	return length <= room;
}

static swi__got input_result(swi__input *input, swi__got got)
{
	if (input->code)
		return SWI__GOT_FAILED;
	if (got == SWI__GOT_LONG && input->text.length > BEGINNING)
		input->text.length = BEGINNING;
	if (!input->text.failed)
		return got;
	input->code = swi__fail_memory(input->error);
	return SWI__GOT_FAILED;
}

swi__got swi__input_line(swi__input *input)
{
	bool whole = true, some = false;
	input_start(input);
	while (input_peek(input) >= 0) {
		const char *from = input->chunk + input->at;
		size_t left = input->length - input->at;
		const char *end = memchr(from, '\n', left);
		size_t length = end ? (size_t)(end - from) : left;
		some = true;
		whole = input_keep(input, from, length) && whole;
		input->at += length + (end != NULL);
		if (end) {
			input->line++;
			break;
		}
	}
	swi__text *text = &input->text;
	if (whole && text->length && text->bytes[text->length - 1] == '\r')
		text->length--;
	return input_result(input, !some ? SWI__GOT_END : whole ? SWI__GOT_ONE : SWI__GOT_LONG);
}

/* ------------------------------------------------------------------------------------------- records */

typedef enum field_state {
	FIELD_START,
	FIELD_PLAIN,
	FIELD_QUOTED,
	FIELD_CLOSED
} field_state;

static field_state field_next(field_state state, int byte, const char *delimiters)
{
	if (state == FIELD_QUOTED)
		return byte == '"' ? FIELD_CLOSED : FIELD_QUOTED;
	if (byte && strchr(delimiters, byte))
		return FIELD_START;
	if (byte == '"' && state != FIELD_PLAIN)
		return FIELD_QUOTED;
	if (byte == ' ' || byte == '\t')
		return state;
	return FIELD_PLAIN;
}

/* Takes the end of line that begins with `byte` and counts it. Inside quotes it belongs to the record. */
static bool input_newline(swi__input *input, int byte, bool quoted)
{
	bool whole = !quoted || input_keep(input, byte == '\n' ? "\n" : "\r", 1);
	input->at++;
	if (byte == '\r' && input_peek(input) == '\n') {
		whole = (!quoted || input_keep(input, "\n", 1)) && whole;
		input->at++;
	}
	input->line++;
	return whole;
}

/* Takes the bytes up to the next quote or end of line that lie in one chunk: most of them need no state. */
static bool input_quoted_run(swi__input *input)
{
	const char *from = input->chunk + input->at;
	size_t left = input->length - input->at, length = 0;
	while (length < left && from[length] != '"' && from[length] != '\n' && from[length] != '\r')
		length++;
	input->at += length;
	return input_keep(input, from, length);
}

swi__got swi__input_record(swi__input *input, const char *delimiters)
{
	field_state state = FIELD_START;
	bool whole = true, some = false;
	int byte;
	input_start(input);
	while ((byte = input_peek(input)) >= 0) {
		some = true;
		if (byte == '\n' || byte == '\r') {
			whole = input_newline(input, byte, state == FIELD_QUOTED) && whole;
			if (state != FIELD_QUOTED)
				break;
			continue;
		}
		if (state == FIELD_QUOTED && byte != '"') {
			whole = input_quoted_run(input) && whole;
			continue;
		}
		state = field_next(state, byte, delimiters);
		whole = input_keep(input, input->chunk + input->at, 1) && whole;
		input->at++;
	}
	if (!some)
		return input_result(input, SWI__GOT_END);
	if (!whole)
		return input_result(input, SWI__GOT_LONG);
	return input_result(input, byte == BYTE_END && state == FIELD_QUOTED ? SWI__GOT_OPEN : SWI__GOT_ONE);
}
