/* SPDX-License-Identifier: MIT
 *
 * support: memory, growing text and errors of the bindings. The only place in bindings/ that calls malloc.
 */
#ifndef SWI_SUPPORT_H
#define SWI_SUPPORT_H

#include "salesweek.h"

#include <stdbool.h>
#include <string.h>

#define SWI__COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Bytes that somebody else owns. */
typedef struct swi__slice {
	const char *bytes;
	size_t length;
} swi__slice;

static inline swi__slice swi__slice_of(const char *text)
{
	return (swi__slice){ text, text ? strlen(text) : 0 };
}

static inline bool swi__slice_is(swi__slice slice, const char *text)
{
	return slice.length == strlen(text) && memcmp(slice.bytes, text, slice.length) == 0;
}

/* Zeroed memory for count * size bytes, or NULL. */
void *swi__alloc(size_t count, size_t size);
void *swi__resize(void *block, size_t count, size_t size);
void swi__free(void *block);

/* Growing bytes. All zero is the empty text. After a failure `failed` stays set until swi__text_clear. */
typedef struct swi__text {
	char *bytes;
	size_t length, capacity;
	bool failed;
} swi__text;

bool swi__text_append(swi__text *text, const char *bytes, size_t length);
bool swi__text_byte(swi__text *text, char byte);
bool swi__text_reserve(swi__text *text, size_t length); /* room for so many more bytes */
void swi__text_clear(swi__text *text);                  /* keeps the memory */
void swi__text_done(swi__text *text);

static inline swi__slice swi__text_slice(const swi__text *text)
{
	return (swi__slice){ text->length ? text->bytes : "", text->length };
}

/* The length of the white space that begins at `at`: ASCII, no-break and the other Unicode spaces; 0: none. */
size_t swi__space(swi__slice text, size_t at);

/* Without spaces at both ends. */
swi__slice swi__trim(swi__slice text);

/* True when the bytes are UTF-8 without NUL; else *at, if given, is the place of the first wrong byte. */
bool swi__utf8_valid(swi__slice text, size_t *at);

/* Fills *error (which may be NULL) and returns `code`. */
int swi__fail(swk_error *error, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
int swi__fail_memory(swk_error *error);

/* The same of one row; field may be NULL, value is cut where it is too long. */
int swi__fail_row(swk_error *error, int code, int64_t row, const char *field, swi__slice value, const char *reason);

#endif
