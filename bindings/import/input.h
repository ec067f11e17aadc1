/* SPDX-License-Identifier: MIT
 *
 * input: a stream of bytes as lines or as CSV records, each with the number of the line on which it begins.
 *
 * Invariant: `text` never holds more than SWI_LINE_MAX bytes; what is longer is read past, not kept.
 */
#ifndef SWI_INPUT_H
#define SWI_INPUT_H

#include "salesweek_import.h"
#include "support.h"

typedef struct swi__input {
	swi_read read;
	void *read_context;
	swk_progress progress;
	void *progress_context;
	uint64_t done, total; /* bytes */
	char *chunk;
	size_t at, length;
	bool ended;
	int code;       /* why reading failed */
	int64_t line;   /* of the next byte */
	int64_t number; /* of the line on which `text` begins */
	swi__text text; /* without its end of line */
	swk_error *error;
} swi__input;

typedef enum swi__got {
	SWI__GOT_END,
	SWI__GOT_ONE,
	SWI__GOT_LONG,  /* longer than SWI_LINE_MAX; `text` is its beginning */
	SWI__GOT_OPEN,  /* the file ended inside quotes */
	SWI__GOT_FAILED /* input->code says why, the error is filled */
} swi__got;

/* Takes read, progress, total and error as the caller set them, looks at the first bytes and skips a byte order
 * mark. Refused: spreadsheet files and UTF-16. */
int swi__input_begin(swi__input *input);
void swi__input_done(swi__input *input);

/* Lines end with LF or CRLF. */
swi__got swi__input_line(swi__input *input);

/* Records end with LF, CRLF or CR outside quotes. A field's quotes count only where the field begins, so the
 * bytes that may part fields must be known: `delimiters`. */
swi__got swi__input_record(swi__input *input, const char *delimiters);

#endif
