/* SPDX-License-Identifier: MIT */
#include "flat.h"

/* No number of so many digits overflows. */
#define DIGITS_MAX 18

/* Text and how far it was read. */
typedef struct flat_scan {
	const char *at, *end;
} flat_scan;

static void skip_spaces(flat_scan *scan)
{
	while (scan->at < scan->end &&
	       (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
		scan->at++;
}

static bool take_byte(flat_scan *scan, char byte)
{
	skip_spaces(scan);
	if (scan->at == scan->end || *scan->at != byte)
		return false;
	scan->at++;
	return true;
}

/* What stands between quotes, without a backslash and control characters. */
static bool take_text(flat_scan *scan, swi__slice *text)
{
	if (!take_byte(scan, '"'))
		return false;
	const char *from = scan->at;
	while (scan->at < scan->end && *scan->at != '"') {
		if (*scan->at == '\\' || (unsigned char)*scan->at < 0x20)
			return false;
		scan->at++;
	}
	*text = (swi__slice){ from, (size_t)(scan->at - from) };
	return scan->at++ < scan->end;
}

static bool take_word(flat_scan *scan, const char *word)
{
	size_t length = strlen(word);
	if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
		return false;
	scan->at += length;
	return true;
}

/* "0", or digits that do not begin with 0; a minus before. A fraction or an exponent behind is no comma: not flat. */
static bool take_int(flat_scan *scan, int64_t *number)
{
	bool negative = *scan->at == '-';
	const char *from = scan->at += negative;
	int64_t made = 0;
	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9' && scan->at - from < DIGITS_MAX)
		made = made * 10 + (*scan->at++ - '0');
	*number = negative ? -made : made;
	return scan->at > from && (*from != '0' || scan->at == from + 1);
}

static bool take_value(flat_scan *scan, swi__flat_member *member)
{
	skip_spaces(scan);
	if (scan->at == scan->end)
		return false;
	switch (*scan->at) {
	case '"':
		member->kind = SWI__FLAT_TEXT;
		return take_text(scan, &member->text);
	case 't':
	case 'f':
		member->kind = SWI__FLAT_BOOL;
		member->number = *scan->at == 't';
		return take_word(scan, member->number ? "true" : "false");
	case 'n':
		member->kind = SWI__FLAT_NULL;
		return take_word(scan, "null");
	default:
		member->kind = SWI__FLAT_INT;
		return take_int(scan, &member->number);
	}
}

/* Keeps the key, unless it is the one that stood here in the line before. False: it is too long, or there already. */
static bool keep_key(swi__flat *flat, swi__slice key)
{
	size_t at = flat->count;
	if (key.length >= SWI__FLAT_KEY)
		return false;
	for (size_t i = 0; i < at; i++)
		if (flat->key_lengths[i] == key.length && memcmp(flat->keys[i], key.bytes, key.length) == 0)
			return false;
	if (flat->key_lengths[at] != key.length || memcmp(flat->keys[at], key.bytes, key.length) != 0) {
		memcpy(flat->keys[at], key.bytes, key.length);
		flat->keys[at][key.length] = '\0';
		flat->key_lengths[at] = key.length;
	}
	return true;
}

bool swi__flat_read(swi__flat *flat, swi__slice line)
{
	flat_scan scan = { line.bytes, line.bytes + line.length };
	swi__slice key;
	flat->count = 0;
	if (!take_byte(&scan, '{'))
		return false;
	do {
		if (flat->count == SWI__FLAT_MEMBERS || !take_text(&scan, &key) || !keep_key(flat, key) ||
		    !take_byte(&scan, ':') || !take_value(&scan, &flat->members[flat->count]))
			return false;
		flat->count++;
	} while (take_byte(&scan, ','));
	if (!take_byte(&scan, '}'))
		return false;
	skip_spaces(&scan);
	return scan.at == scan.end;
}
