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

/* Reads bytes as they stand in the file; 0 at the end and on failure. */
static size_t input_read(swi__input *input, char *to, size_t room)
{
	if (input->ended || input->code)
		return 0;
	if (input->progress && input->progress(input->progress_context, input->done, input->total)) {
		input->code = swi__fail(input->error, SWK_ERR_INTERRUPTED, "the import was interrupted");
		return 0;
	}
	int64_t count = input->read(input->read_context, to, room);
	if (count < 0 || (uint64_t)count > room) {
		char text[128];
		input->code = swi__fail(input->error, SWK_ERR_IO, "reading failed: %s",
		                        strerror_r(errno, text, sizeof text));
		return 0;
	}
	input->ended = count == 0;
	input->done += (uint64_t)count;
	return (size_t)count;
}

/* Decodes what was read. The rest of a character that was cut stays. */
static void input_decode(swi__input *input)
{
	size_t used;
	swi__slice raw = { input->raw, input->raw_length };
	input->length += swi__encoding_decode(input->encoding, raw, input->ended, input->chunk + input->length, &used);
	input->raw_length -= used;
	memmove(input->raw, input->raw + used, input->raw_length);
}

/* Reads more bytes behind those that are left, which move to the chunk's beginning. False when there was no more, no
 * room, or on failure. */
static bool input_fill(swi__input *input)
{
	if (input->ended || input->code)
		return false;
	size_t left = input->length - input->at;
	memmove(input->chunk, input->chunk + input->at, left);
	input->at = 0;
	input->length = left;
	size_t room = input->capacity - left;
	if (!input->raw) {
		input->length += room ? input_read(input, input->chunk + left, room) : 0;
		return input->length > left;
	}
	room /= SWI__ENCODING_GROWTH;
	while (input->length == left && room > input->raw_length && !input->ended && !input->code) {
		room = room < CHUNK_SIZE ? room : CHUNK_SIZE;
		input->raw_length += input_read(input, input->raw + input->raw_length, room - input->raw_length);
		if (!input->code)
			input_decode(input);
	}
	return input->length > left;
}

static int input_peek(swi__input *input)
{
	if (input->at == input->length && !input_fill(input))
		return input->code ? BYTE_FAILED : BYTE_END;
	return (unsigned char)input->chunk[input->at];
}

/* What was read to look at becomes what is to be decoded. */
static int input_transcode(swi__input *input, size_t mark)
{
	input->raw = input->chunk;
	input->raw_length = input->length - mark;
	memmove(input->raw, input->raw + mark, input->raw_length);
	input->capacity = CHUNK_SIZE * SWI__ENCODING_GROWTH + CHUNK_SIZE;
	input->chunk = swi__alloc(input->capacity, 1);
	input->length = 0;
	if (!input->chunk)
		return swi__fail_memory(input->error);
	input_decode(input);
	return SWK_OK;
}

int swi__input_begin(swi__input *input)
{
	size_t mark = 0;
	input->chunk = swi__alloc(CHUNK_SIZE, 1);
	input->capacity = CHUNK_SIZE;
	input->line = 1;
	if (!input->chunk)
		return swi__fail_memory(input->error);
	while (input->length < SWI__ENCODING_LOOK && input_fill(input))
		;
	if (input->code)
		return input->code;
	swi__slice start = { input->chunk, input->length };
	const char *wrong = swi__encoding_refusal(start);
	if (!wrong)
		wrong = swi__encoding_settle(start, &input->encoding, &mark);
	if (wrong)
		return swi__fail(input->error, SWK_ERR_INVALID, "%s", wrong);
	if (input->encoding != SWI__ENCODING_UTF8)
		return input_transcode(input, mark);
	input->at = mark;
	return SWK_OK;
}

void swi__input_done(swi__input *input)
{
	swi__free(input->chunk);
	swi__free(input->raw);
	swi__text_done(&input->text);
	input->chunk = input->raw = NULL;
}

/* --------------------------------------------------------------------------------------------- lines */

static void input_start(swi__input *input)
{
	swi__text_clear(&input->text);
	input->number = input->line;
}

/* Finds the end of the line that begins here, reading on while the chunk has room: most lines lie in it in one piece.
 * False when the end is not there, though the file may go on. *length: without the LF. */
static bool input_window(swi__input *input, size_t *length)
{
	size_t looked = 0;
	for (;;) {
		const char *from = input->chunk + input->at;
		size_t left = input->length - input->at;
		const char *end = memchr(from + looked, '\n', left - looked);
		*length = end ? (size_t)(end - from) : left;
		if (end)
			return true;
		looked = left;
		if (!input_fill(input))
			return input->ended && !input->code && left > 0;
	}
}

/* Takes the line in the chunk as the row. */
static swi__got input_take(swi__input *input, size_t length)
{
	const char *from = input->chunk + input->at;
	input->number = input->line;
	input->at += length;
	if (input->at < input->length) {
		input->at++;
		input->line++;
	}
	input->row = (swi__slice){ from, length && from[length - 1] == '\r' ? length - 1 : length };
	return SWI__GOT_ONE;
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
	input->row = swi__text_slice(&input->text);
	input->quotes = SWI__QUOTES_ANY;
	if (!input->text.failed)
		return got;
	input->code = swi__fail_memory(input->error);
	return SWI__GOT_FAILED;
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

/* The first end of a line, CR or LF; NULL: there is none. */
static const char *line_end(const char *from, size_t length)
{
	const char *feed = memchr(from, '\n', length);
	const char *mark = memchr(from, '\r', feed ? (size_t)(feed - from) : length);
	return mark ? mark : feed;
}

swi__got swi__input_line(swi__input *input)
{
	bool whole = true, some = false;
	size_t length;
	if (input_window(input, &length)) {
		const char *from = input->chunk + input->at;
		/* One at the end belongs to the LF. */
		const char *mark = length > 1 ? memchr(from, '\r', length - 1) : NULL;
		return input_take(input, mark ? (size_t)(mark - from) : length);
	}
	input_start(input);
	while (input_peek(input) >= 0) {
		const char *from = input->chunk + input->at;
		size_t left = input->length - input->at;
		const char *end = line_end(from, left);
		length = end ? (size_t)(end - from) : left;
		some = true;
		whole = input_keep(input, from, length) && whole;
		input->at += length;
		if (end) {
			input_newline(input, *end, false);
			break;
		}
	}
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

/* True when the record that begins here is one line that lies in the chunk, quoted regularly if at all. */
static bool input_simple(swi__input *input, const char *delimiters, size_t *length)
{
	if (!input_window(input, length) || *length == 0)
		return false;
	const char *from = input->chunk + input->at;
	if (memchr(from, '\r', *length - 1))
		return false;
	size_t ends = from[*length - 1] == '\r';
	input->quotes = swi__quotes_of((swi__slice){ from, *length - ends }, delimiters[0]);
	/* Where a cell begins is known of one delimiter. */
	return input->quotes == SWI__QUOTES_NONE || (input->quotes == SWI__QUOTES_REGULAR && !delimiters[1]);
}

swi__got swi__input_record(swi__input *input, const char *delimiters)
{
	field_state state = FIELD_START;
	bool whole = true, some = false;
	int byte;
	size_t length;
	if (input_simple(input, delimiters, &length))
		return input_take(input, length);
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

bool swi__input_skip(swi__input *input)
{
	int byte;
	while ((byte = input_peek(input)) >= 0 && byte != '\n' && byte != '\r')
		input->at++;
	if (byte >= 0)
		input_newline(input, byte, false);
	return !input->code;
}
