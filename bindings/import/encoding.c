/* SPDX-License-Identifier: MIT */
#include "encoding.h"

#include <stdint.h>
#include <strings.h>

/* No byte of UTF-8: whoever checks the text refuses it. */
#define NO_CHARACTER '\xff'

/* ------------------------------------------------------------------------------------------- names */

static const struct {
	const char *name;
	swi__encoding encoding;
} names[] = {
	{ "utf-8", SWI__ENCODING_UTF8 },          { "utf8", SWI__ENCODING_UTF8 },
	{ "utf-16", SWI__ENCODING_UTF16 },        { "utf-16le", SWI__ENCODING_UTF16LE },
	{ "utf-16be", SWI__ENCODING_UTF16BE },    { "windows-1252", SWI__ENCODING_WINDOWS_1252 },
	{ "cp1252", SWI__ENCODING_WINDOWS_1252 }, { "latin1", SWI__ENCODING_LATIN1 },
	{ "iso-8859-1", SWI__ENCODING_LATIN1 },
};

bool swi__encoding_named(const char *name, swi__encoding *encoding)
{
	for (size_t i = 0; i < SWI__COUNT(names); i++)
		if (strcasecmp(name, names[i].name) == 0) {
			*encoding = names[i].encoding;
			return true;
		}
	return false;
}

const char *swi__encoding_name(swi__encoding encoding)
{
	for (size_t i = 0; i < SWI__COUNT(names); i++)
		if (names[i].encoding == encoding)
			return names[i].name;
	return "utf-8";
}

/* ------------------------------------------------------------------------------------- first bytes */

static bool holds(swi__slice start, size_t offset, const char *bytes, size_t length)
{
	return start.length >= offset + length && memcmp(start.bytes + offset, bytes, length) == 0;
}

static const struct {
	const char *bytes;
	size_t length;
	swi__encoding encoding;
} marks[] = {
	{ "\xef\xbb\xbf", 3, SWI__ENCODING_UTF8 },
	{ "\xff\xfe", 2, SWI__ENCODING_UTF16LE },
	{ "\xfe\xff", 2, SWI__ENCODING_UTF16BE },
};

/* ASCII in two bytes a character: every other byte is NUL. */
static swi__encoding encoding_of_nuls(swi__slice start)
{
	if (start.length < 4)
		return SWI__ENCODING_UNKNOWN;
	const char *byte = start.bytes;
	if (byte[0] && !byte[1] && byte[2] && !byte[3])
		return SWI__ENCODING_UTF16LE;
	if (!byte[0] && byte[1] && !byte[2] && byte[3])
		return SWI__ENCODING_UTF16BE;
	return SWI__ENCODING_UNKNOWN;
}

const char *swi__encoding_settle(swi__slice start, swi__encoding *encoding, size_t *mark)
{
	*mark = 0;
	for (size_t i = 0; i < SWI__COUNT(marks); i++)
		if (holds(start, 0, marks[i].bytes, marks[i].length)) {
			*encoding = marks[i].encoding;
			*mark = marks[i].length;
			return NULL;
		}
	swi__encoding wide = encoding_of_nuls(start);
	if (*encoding == SWI__ENCODING_UTF16 && wide == SWI__ENCODING_UNKNOWN && start.length)
		return "is not UTF-16, as the map says: no byte order mark, and its first bytes are no such text";
	if (*encoding == SWI__ENCODING_UTF16 || *encoding == SWI__ENCODING_UNKNOWN)
		*encoding = wide == SWI__ENCODING_UNKNOWN ? SWI__ENCODING_UTF8 : wide;
	return NULL;
}

/* What stands at a place of files that are no text, most telling first. */
static const struct {
	size_t offset;
	const char *bytes;
	size_t length;
	const char *words;
} kinds[] = {
#define KIND(offset, bytes, words)                     \
	{                                              \
		offset, bytes, sizeof bytes - 1, words \
	}
	KIND(38, "application/vnd.oasis.opendocument", "is a spreadsheet file (ODS), not text: save it as CSV first"),
	KIND(30, "[Content_Types].xml", "is a spreadsheet file (XLSX), not text: save it as CSV first"),
	KIND(30, "xl/", "is a spreadsheet file (XLSX), not text: save it as CSV first"),
	KIND(30, "_rels/", "is a spreadsheet file (XLSX), not text: save it as CSV first"),
	KIND(0, "PK\x03\x04",
	     "is a spreadsheet file (XLSX, ODS) or an archive (ZIP), not text: save it as CSV, or unpack it"),
	KIND(0, "\xd0\xcf\x11\xe0", "is a spreadsheet file (XLS), not text: save it as CSV first"),
	KIND(0, "\xff\xfe\0\0", "is UTF-32: save it as UTF-8"),
	KIND(0, "\0\0\xfe\xff", "is UTF-32: save it as UTF-8"),
	KIND(1, "\0\0\0", "is UTF-32, or no text: save it as UTF-8"),
	KIND(0, "\x1f\x8b", "is compressed (gzip): unpack it first"),
	KIND(0, "%PDF", "is a PDF, not text: export the records as CSV"),
	KIND(0, "<?xml", "is XML (a spreadsheet, it may be), not CSV: save it as CSV first"),
	KIND(0, "<html", "is a page of HTML (some CRMs name theirs .xls), not CSV: export it as CSV"),
	KIND(0, "<HTML", "is a page of HTML (some CRMs name theirs .xls), not CSV: export it as CSV"),
	KIND(0, "<!DOCTYPE", "is a page of HTML (some CRMs name theirs .xls), not CSV: export it as CSV"),
	KIND(0, "<table", "is a page of HTML (some CRMs name theirs .xls), not CSV: export it as CSV"),
#undef KIND
};

const char *swi__encoding_refusal(swi__slice start)
{
	for (size_t i = 0; i < SWI__COUNT(kinds); i++)
		if (holds(start, kinds[i].offset, kinds[i].bytes, kinds[i].length) &&
		    (kinds[i].offset <= 1 || holds(start, 0, "PK\x03\x04", 4)))
			return kinds[i].words;
	return NULL;
}

/* ---------------------------------------------------------------------------------------- decoding */

/* The characters of windows-1252 from 0x80 to 0x9f (https://encoding.spec.whatwg.org/#windows-1252). */
static const uint16_t windows_1252[32] = {
	0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static char *character_put(uint32_t code, char *to)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xf0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

static size_t decode_bytes(bool windows, swi__slice from, char *to)
{
	char *end = to;
	for (size_t i = 0; i < from.length; i++) {
		unsigned char byte = (unsigned char)from.bytes[i];
		end = character_put(windows && byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80] : byte, end);
	}
	return (size_t)(end - to);
}

static uint32_t unit_at(bool big, const char *bytes)
{
	unsigned char one = (unsigned char)bytes[0], two = (unsigned char)bytes[1];
	return big ? (uint32_t)one << 8 | two : (uint32_t)two << 8 | one;
}

/* The half of a pair that comes first, or second. */
static bool unit_first(uint32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool unit_second(uint32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

static size_t decode_units(bool big, swi__slice from, bool last, char *to, size_t *used)
{
	char *end = to;
	size_t at = 0;
	for (; at + 2 <= from.length; at += 2) {
		uint32_t unit = unit_at(big, from.bytes + at);
		if (!unit_first(unit) && !unit_second(unit)) {
			end = character_put(unit, end);
			continue;
		}
		if (unit_first(unit) && at + 4 > from.length && !last)
			break;
		uint32_t next = at + 4 <= from.length ? unit_at(big, from.bytes + at + 2) : 0;
		if (unit_first(unit) && unit_second(next)) {
			end = character_put(0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00), end);
			at += 2;
		} else {
			*end++ = NO_CHARACTER;
		}
	}
	if (last && at < from.length) {
		*end++ = NO_CHARACTER;
		at = from.length;
	}
	*used = at;
	return (size_t)(end - to);
}

size_t swi__encoding_decode(swi__encoding encoding, swi__slice from, bool last, char *to, size_t *used)
{
	*used = from.length;
	if (encoding == SWI__ENCODING_WINDOWS_1252 || encoding == SWI__ENCODING_LATIN1)
		return decode_bytes(encoding == SWI__ENCODING_WINDOWS_1252, from, to);
	return decode_units(encoding == SWI__ENCODING_UTF16BE, from, last, to, used);
}
