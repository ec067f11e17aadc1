/* SPDX-License-Identifier: MIT
 *
 * encoding: what a file's bytes are, told by its first ones or by a name, and how they become UTF-8. Pure.
 */
#ifndef SWI_ENCODING_H
#define SWI_ENCODING_H

#include "support.h"

typedef enum swi__encoding {
	SWI__ENCODING_UNKNOWN, /* not named: a byte order mark tells, else UTF-8 */
	SWI__ENCODING_UTF8,
	SWI__ENCODING_UTF16, /* named; its byte order is still to be found out */
	SWI__ENCODING_UTF16LE,
	SWI__ENCODING_UTF16BE,
	SWI__ENCODING_WINDOWS_1252,
	SWI__ENCODING_LATIN1
} swi__encoding;

/* The most bytes of UTF-8 that one byte becomes. */
#define SWI__ENCODING_GROWTH 3

/* How many of a file's first bytes are looked at. */
#define SWI__ENCODING_LOOK 64

/* By name, in any case: "utf-8", "utf-16", "windows-1252", "latin1". False: there is no such name. */
bool swi__encoding_named(const char *name, swi__encoding *encoding);
const char *swi__encoding_name(swi__encoding encoding);

/* Settles the encoding by a file's first bytes: a byte order mark, whose length goes into *mark, wins over a name.
 * Returns NULL, or in words why the bytes cannot be so. */
const char *swi__encoding_settle(swi__slice start, swi__encoding *encoding, size_t *mark);

/* In words what a file is that is no text (a spreadsheet, an archive, a page of HTML), by its first bytes; NULL when
 * nothing speaks against text. */
const char *swi__encoding_refusal(swi__slice start);

/* Turns bytes of an encoding other than UTF-8 into UTF-8 at `to`, which has room for SWI__ENCODING_GROWTH times as
 * many. Returns the length made; *used says how many bytes were taken: less than all when a character is cut at the
 * end and more is to come (`last` is false). What is no character becomes a byte that UTF-8 never has. */
size_t swi__encoding_decode(swi__encoding encoding, swi__slice from, bool last, char *to, size_t *used);

#endif
