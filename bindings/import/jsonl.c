/* SPDX-License-Identifier: MIT */
#include "run.h"

#include "flat.h"
#include "number.h"

#include <jansson.h>
#include <stdio.h>

#define PARSE_FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY)

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

static const swi__slice NO_VALUE = { "", 0 };

/* The row's table as far as the line tells it. */
static const char *object_table(const json_t *object)
{
	const char *table = json_string_value(json_object_get(object, "table"));
	return table ? table : "";
}

/* -------------------------------------------------------------------------- lines that are no JSON */

/* The key under which two objects differ, or NULL. */
static const char *object_difference(json_t *one, json_t *other)
{
	const char *key;
	json_t *value;
	json_object_foreach(one, key, value) if (!json_equal(value, json_object_get(other, key))) return key;
	return NULL;
}

/* To tell which field a bad stretch of a line belongs to, the line is read twice, with two harmless fillers in its
 * place: the field is the one in which the readings differ. */
typedef void (*line_patch)(char *line, size_t length, size_t at, char filler);

static json_t *line_patched(swi__slice line, size_t at, line_patch patch, char filler, swi__text *copy)
{
	swi__text_clear(copy);
	if (!swi__text_append(copy, line.bytes, line.length))
		return NULL;
	patch(copy->bytes, copy->length, at, filler);
	return json_loadb(copy->bytes, copy->length, PARSE_FLAGS, NULL);
}

static int line_blame(swi__run *run, size_t at, line_patch patch, char filler, char other, swi__slice value,
                      const char *reason)
{
	swi__text copy = { NULL, 0, 0, false };
	swi__slice line = run->input.row;
	json_t *one = line_patched(line, at, patch, filler, &copy);
	json_t *two = line_patched(line, at, patch, other, &copy);
	const char *field = object_difference(one, two);
	const char *text = field ? json_string_value(json_object_get(one, field)) : NULL;
	if (!value.length && text)
		value = (swi__slice){ text, json_string_length(json_object_get(one, field)) };
	int code = swi__run_refuse(run, object_table(one), field, value, reason);
	json_decref(one);
	json_decref(two);
	swi__text_done(&copy);
	return code;
}

static void patch_bytes(char *line, size_t length, size_t at, char filler)
{
	size_t bad;
	while (!swi__utf8_valid((swi__slice){ line + at, length - at }, &bad)) {
		at += bad;
		line[at] = filler;
	}
}

static int line_refuse_bytes(swi__run *run, size_t at)
{
	char reason[80];
	bool nul = run->input.row.bytes[at] == '\0';
	snprintf(reason, sizeof reason, "%s (byte %zu of the line)", nul ? "had a NUL" : "was not UTF-8", at + 1);
	return line_blame(run, at, patch_bytes, '?', '!', NO_VALUE, reason);
}

static bool in_number(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte && strchr("+-.eE", byte));
}

static void patch_number(char *line, size_t length, size_t at, char filler)
{
	line[at] = filler;
	for (size_t i = at + 1; i < length && in_number(line[i]); i++)
		line[i] = ' ';
}

/* `end` is a place behind the number, or in it. */
static int line_refuse_number(swi__run *run, size_t end)
{
	swi__slice line = run->input.row;
	size_t from = end < line.length ? end : line.length;
	while (from > 0 && !in_number(line.bytes[from - 1]))
		from--;
	size_t to = from;
	while (from > 0 && in_number(line.bytes[from - 1]))
		from--;
	while (to < line.length && in_number(line.bytes[to]))
		to++;
	return line_blame(run, from, patch_number, '0', '1', (swi__slice){ line.bytes + from, to - from },
	                  "was not a number that fits");
}

/* jansson names the key in its message: duplicate object key near '"id"'. */
static int line_refuse_duplicate(swi__run *run, const json_error_t *error)
{
	char key[sizeof error->text] = "";
	const char *from = strchr(error->text, '"');
	size_t length = from ? strcspn(from + 1, "\"") : 0;
	memcpy(key, from ? from + 1 : "", length);
	swi__slice line = run->input.row;
	json_t *object = json_loadb(line.bytes, line.length, PARSE_FLAGS & ~(size_t)JSON_REJECT_DUPLICATES, NULL);
	int code = swi__run_refuse(run, object_table(object), key, NO_VALUE, "was there twice");
	json_decref(object);
	return code;
}

static int line_refuse_json(swi__run *run, const json_error_t *error)
{
	char reason[160];
	/* jansson says nothing when memory fails in its lexer. */
	if (error->text[0] == '\0')
		return swi__fail_memory(run->error);
	switch (json_error_code(error)) {
	case json_error_out_of_memory:
		return swi__fail_memory(run->error);
	case json_error_numeric_overflow:
		return line_refuse_number(run, (size_t)error->position);
	case json_error_duplicate_key:
		return line_refuse_duplicate(run, error);
	case json_error_stack_overflow:
		return swi__run_refuse(run, "", NULL, NO_VALUE, "was nested too deeply");
	case json_error_null_byte_in_key:
		return swi__run_refuse(run, "", NULL, NO_VALUE, "had a NUL in a key");
	default:
		snprintf(reason, sizeof reason, "was not JSON: %.*s (byte %d)", 100, error->text, error->position);
		return swi__run_refuse(run, "", NULL, NO_VALUE, reason);
	}
}

/* --------------------------------------------------------------------------------------------- rows */

/* The place behind the string that begins at `at`. The line is known to be JSON. */
static size_t string_end(swi__slice line, size_t at)
{
	for (at++; at < line.length && line.bytes[at] != '"'; at++)
		at += line.bytes[at] == '\\';
	return at + 1;
}

/* The place behind the value that begins at `at`, or before it in white space: the comma or brace that ends it. */
static size_t value_end(swi__slice line, size_t at)
{
	size_t depth = 0;
	while (at < line.length) {
		char byte = line.bytes[at];
		if (depth == 0 && (byte == ',' || byte == '}'))
			break;
		depth += byte == '{' || byte == '[';
		depth -= byte == '}' || byte == ']';
		at = byte == '"' ? string_end(line, at) : at + 1;
	}
	return at;
}

/* The text of the member `number` (from 0) of the object on the line: members come in its order, each key once. */
static swi__slice member_text(swi__slice line, size_t number)
{
	const char *brace = memchr(line.bytes, '{', line.length);
	size_t at = brace ? (size_t)(brace - line.bytes) + 1 : line.length, colon;
	for (;; number--) {
		while (at < line.length && line.bytes[at] != '"')
			at++;
		colon = string_end(line, at);
		while (colon < line.length && line.bytes[colon] != ':')
			colon++;
		at = colon < line.length ? value_end(line, colon + 1) : line.length;
		if (number == 0 || at >= line.length)
			break;
	}
	return colon < at ? swi__trim((swi__slice){ line.bytes + colon + 1, at - colon - 1 }) : NO_VALUE;
}

/* The significant digits of a JSON number. */
static size_t digits_count(swi__slice number)
{
	size_t count = 0, zeros = 0;
	for (size_t i = 0; i < number.length && number.bytes[i] != 'e' && number.bytes[i] != 'E'; i++) {
		char byte = number.bytes[i];
		if (byte < '0' || byte > '9')
			continue;
		zeros = byte == '0' ? zeros + 1 : 0;
		count += count > 0 || byte != '0';
	}
	return count > zeros ? count - zeros : count;
}

/* A JSON number with a fraction or an exponent as plain digits with a ".": false when it has too many. */
static bool number_plain(swi__slice number, char text[SWI__DECIMAL_TEXT], size_t *length)
{
	size_t mantissa = 0;
	swi__decimal value, ten = { 10, 0 }, tenth = { 1, 1 };
	while (mantissa < number.length && number.bytes[mantissa] != 'e' && number.bytes[mantissa] != 'E')
		mantissa++;
	if (!swi__decimal_parse((swi__slice){ number.bytes, mantissa }, &value))
		return false;
	swi__decimal exponent = { 0, 0 };
	if (mantissa < number.length &&
	    !swi__decimal_parse((swi__slice){ number.bytes + mantissa + 1, number.length - mantissa - 1 }, &exponent))
		return false;
	if (exponent.digits > 24 || exponent.digits < -24)
		return false;
	for (; exponent.digits > 0; exponent.digits--)
		if (!swi__decimal_multiply(value, ten, &value))
			return false;
	for (; exponent.digits < 0; exponent.digits++)
		if (value.places > 24 || !swi__decimal_multiply(value, tenth, &value))
			return false;
	*length = swi__decimal_text(value, text);
	return true;
}

/* A double keeps 15 digits: a number with more goes by its own, as a text, where the field takes numbers at all. */
static int field_set_real(swi__run *run, const char *table, const char *field, const json_t *value, size_t number)
{
	char text[SWI__DECIMAL_TEXT];
	size_t length;
	bool takes = false;
	swi__slice digits = member_text(run->input.row, number);
	if (digits_count(digits) <= 15 || !number_plain(digits, text, &length))
		return swk_batch_real(run->batch, field, json_real_value(value));
	int code = swi__run_field_real(run, table, field, &takes);
	if (code)
		return code;
	return takes ? swk_batch_parse(run->batch, field, text, length)
	             : swk_batch_real(run->batch, field, json_real_value(value));
}

/* The member `number` of the line's object. */
static int field_set(swi__run *run, const char *table, const char *field, const json_t *value, size_t number)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return swk_batch_text(run->batch, field, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		return swk_batch_int(run->batch, field, json_integer_value(value));
	case JSON_REAL:
		return field_set_real(run, table, field, value, number);
	case JSON_TRUE:
	case JSON_FALSE:
		return swk_batch_bool(run->batch, field, json_is_true(value));
	case JSON_OBJECT:
		return swk_batch_refuse(run->batch, field, "{...}", 5, "was an object");
	case JSON_ARRAY:
		return swk_batch_refuse(run->batch, field, "[...]", 5, "was a list");
	default: /* null; said all the same, for a field that the table does not have */
		return swk_batch_text(run->batch, field, "", 0);
	}
}

static int object_row(swi__run *run, json_t *object)
{
	const char *key;
	json_t *value, *table = json_object_get(object, "table");
	if (!json_is_object(object))
		return swi__run_refuse(run, "", NULL, NO_VALUE, "was not a JSON object");
	if (!table)
		return swi__run_refuse(run, "", "table", NO_VALUE, "was missing");
	if (!json_is_string(table))
		return swi__run_refuse(run, "", "table", NO_VALUE, "was not a text");
	const char *name = json_string_value(table);
	size_t number = 0;
	int code = swk_batch_row(run->batch, name, run->input.number);
	json_object_foreach(object, key, value)
	{
		if (!code && value != table)
			code = field_set(run, name, key, value, number);
		number++;
	}
	if (code)
		return swi__fail(run->error, code, "line %lld could not be kept in memory",
		                 (long long)run->input.number);
	return swi__run_end_row(run, run->input.row);
}

static int flat_set(swi__run *run, const char *field, const swi__flat_member *member)
{
	switch (member->kind) {
	case SWI__FLAT_TEXT:
		return swk_batch_text(run->batch, field, member->text.bytes, member->text.length);
	case SWI__FLAT_INT:
		return swk_batch_int(run->batch, field, member->number);
	case SWI__FLAT_BOOL:
		return swk_batch_bool(run->batch, field, member->number != 0);
	default:
		return swk_batch_text(run->batch, field, "", 0);
	}
}

/* A line that is flat and names its table; *taken is false when it is neither, and nothing was done. */
static int flat_row(swi__run *run, swi__flat *flat, bool *taken)
{
	char table[SWI__FLAT_KEY];
	size_t at = 0;
	*taken = swi__flat_read(flat, run->input.row);
	while (*taken && at < flat->count && strcmp(flat->keys[at], "table") != 0)
		at++;
	*taken = *taken && at < flat->count && flat->members[at].kind == SWI__FLAT_TEXT &&
	         flat->members[at].text.length < sizeof table;
	if (!*taken)
		return SWK_OK;
	memcpy(table, flat->members[at].text.bytes, flat->members[at].text.length);
	table[flat->members[at].text.length] = '\0';
	int code = swk_batch_row(run->batch, table, run->input.number);
	for (size_t i = 0; i < flat->count && !code; i++)
		if (i != at)
			code = flat_set(run, flat->keys[i], &flat->members[i]);
	if (code)
		return swi__fail(run->error, code, "line %lld could not be kept in memory",
		                 (long long)run->input.number);
	return swi__run_end_row(run, run->input.row);
}

static int line_row(swi__run *run, swi__flat *flat)
{
	swi__slice line = run->input.row;
	json_error_t error;
	size_t bad;
	if (swi__trim(line).length == 0)
		return SWK_OK;
	if (!swi__utf8_valid(line, &bad))
		return line_refuse_bytes(run, bad);
	bool taken;
	int code = flat_row(run, flat, &taken);
	if (taken)
		return code;
	json_t *object = json_loadb(line.bytes, line.length, PARSE_FLAGS, &error);
	if (!object)
		return line_refuse_json(run, &error);
	code = object_row(run, object);
	json_decref(object);
	return code;
}

/* A first line that is no object, and has cells: what was meant is CSV. */
static bool looks_like_csv(swi__slice line)
{
	line = swi__trim(line);
	if (!line.length || memchr("{[", line.bytes[0], 2))
		return false;
	for (const char *delimiter = SWI__DELIMITERS; *delimiter; delimiter++)
		if (memchr(line.bytes, *delimiter, line.length))
			return true;
	return false;
}

/* A first line that begins a list, and does not end it. */
static bool looks_like_list(swi__slice line)
{
	line = swi__trim(line);
	return line.length && line.bytes[0] == '[' &&
	       (line.bytes[line.length - 1] != ']' || memchr(line.bytes, '{', line.length));
}

int swi__jsonl(swi__run *run)
{
	swi__flat flat = { .count = 0 };
	int code = SWK_OK;
	while (!code) {
		swi__got got = swi__input_line(&run->input);
		if (got == SWI__GOT_END)
			break;
		if (got == SWI__GOT_FAILED)
			return run->input.code;
		if (got == SWI__GOT_LONG)
			code = swi__run_refuse(run, "", NULL, NO_VALUE,
			                       "was longer than " STRINGIFY(SWI_LINE_MAX) " bytes");
		else if (run->input.number == 1 && looks_like_list(run->input.row))
			return swi__fail(run->error, SWK_ERR_INVALID, "%s", SWI__JSON_LIST);
		else if (run->input.number == 1 && looks_like_csv(run->input.row))
			return swi__fail(run->error, SWK_ERR_INVALID,
			                 "is no JSON lines, but looks like CSV: name its table, a map or a preset");
		else
			code = line_row(run, &flat);
	}
	return code;
}
