/* SPDX-License-Identifier: MIT */
#include "spreadsheet.h"

#include "support.h"

/* Where in the library's CSV we are. */
typedef struct csv_filter {
	const swk_result *result;
	swk_write write;
	void *context;
	size_t row, column;
	bool heading, begun, quoted; /* in the heading; in a cell; in a quoted one */
} csv_filter;

/* Whether the cell is a text that is taken for a formula: by its first character, which may be a fullwidth one, behind
 * byte order marks, which are not seen. */
static bool dangerous(const csv_filter *filter)
{
	static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠" };
	static const char mark[] = "\xef\xbb\xbf";
	if (filter->heading || swk_result_type(filter->result, filter->column) != SWK_TYPE_TEXT)
		return false;
	const char *text = swk_result_text(filter->result, filter->row, filter->column, NULL);
	while (text && strncmp(text, mark, strlen(mark)) == 0)
		text += strlen(mark);
	for (size_t i = 0; text && i < SWI__COUNT(signs); i++)
		if (strncmp(text, signs[i], strlen(signs[i])) == 0)
			return true;
	return false;
}

/* Moves over a byte; returns what is to be put before it. */
static const char *filter_step(csv_filter *filter, char byte)
{
	if (!filter->begun && !filter->quoted && byte == '"') {
		filter->quoted = true;
		return "";
	}
	bool first = !filter->begun;
	if (!filter->quoted && (byte == ',' || byte == '\r' || byte == '\n')) {
		filter->begun = false;
		filter->column = byte == ',' ? filter->column + 1 : 0;
		filter->row += byte == '\n' && !filter->heading;
		filter->heading &= byte != '\n';
		return "";
	}
	filter->begun = true;
	if (byte == '"')
		filter->quoted = !filter->quoted;
	return first && dangerous(filter) ? "'" : "";
}

static int filter_write(void *context, const char *bytes, size_t length)
{
	csv_filter *filter = context;
	size_t written = 0;
	int code = 0;
	for (size_t i = 0; i < length && !code; i++) {
		const char *before = filter_step(filter, bytes[i]);
		if (!*before)
			continue;
		code = filter->write(filter->context, bytes + written, i - written);
		if (!code)
			code = filter->write(filter->context, before, 1);
		written = i;
	}
	return code ? code : filter->write(filter->context, bytes + written, length - written);
}

int spreadsheet_write(const swk_result *result, swk_write write, void *context, swk_error *error)
{
	csv_filter filter = { .result = result, .write = write, .context = context, .heading = true };
	/* A refusal is seen again by the next write. */
	write(context, "\xef\xbb\xbf", 3);
	return swk_result_write(result, SWK_FORMAT_CSV, filter_write, &filter, error);
}
