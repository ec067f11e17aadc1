/* SPDX-License-Identifier: MIT
 *
 * input: a stream of bytes as lines or as CSV records in UTF-8, each with the number of the line on which it begins.
 *
 *   read --> raw --decode--> chunk --> row (a slice of the chunk, or of `text` where it lies there in pieces)
 *
 * Invariant: a row never holds more than SWI_LINE_MAX bytes; what is longer is read past, not kept.
 */
#ifndef SWI_INPUT_H
#define SWI_INPUT_H

#include "cells.h"
#include "encoding.h"
#include "salesweek_import.h"

typedef struct swi__input {
	swi_read read;
	void *read_context;
	swk_progress progress;
	void *progress_context;
	uint64_t done, total;   /* bytes */
	swi__encoding encoding; /* as the caller knows it; settled by swi__input_begin */
	char *raw; /* what was read and is still to be decoded; NULL: UTF-8, which is read into the chunk */
	size_t raw_length;
	char *chunk;
	size_t at, length, capacity;
	bool ended;
	int code;           /* why reading failed */
	int64_t line;       /* of the next byte */
	int64_t number;     /* of the line on which `row` begins */
	swi__slice row;     /* without its end of line; valid until the next one is got */
	swi__quotes quotes; /* a record: how it is quoted */
	swi__text text;     /* the row's bytes where they are no slice of the chunk */
	swk_error *error;
} swi__input;

typedef enum swi__got {
	SWI__GOT_END,
	SWI__GOT_ONE,
	SWI__GOT_LONG,  /* longer than SWI_LINE_MAX; `row` is its beginning */
	SWI__GOT_OPEN,  /* the file ended inside quotes */
	SWI__GOT_FAILED /* input->code says why, the error is filled */
} swi__got;

/* Takes read, progress, total, encoding and error as the caller set them, looks at the first bytes, settles the
 * encoding and skips a byte order mark. Refused: files that are no text. */
int swi__input_begin(swi__input *input);
void swi__input_done(swi__input *input);

/* Lines end with LF or CRLF. */
swi__got swi__input_line(swi__input *input);

/* Records end with LF, CRLF or CR outside quotes. A field's quotes count only where the field begins, so the
 * bytes that may part fields must be known: `delimiters`. */
swi__got swi__input_record(swi__input *input, const char *delimiters);

/* Reads past a line that ends with LF, CRLF or CR, whatever is in it. False: input->code says why. */
bool swi__input_skip(swi__input *input);

/* What is said of a file of JSON that is a list of records. */
#define SWI__JSON_LIST "looks like a list of JSON, not JSON lines: one object must stand on each line, without [ , ]"

#endif
