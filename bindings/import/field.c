/* SPDX-License-Identifier: MIT */
#include "field.h"

#include "dateform.h"
#include "sniff.h"

#include <stdio.h>

/* One value on its way from cells to the batch. */
typedef struct field_passage {
	swi__run *run;
	const swi__map *map;
	const swi__field *field;
	const swi__slice *cells;
	swi__text *scratch;
	swi__slice text; /* trimmed; empty is null */
	char row[24];    /* of a field that is the row's number */
} field_passage;

static bool listed(const json_t *list, swi__slice text)
{
	size_t at;
	json_t *item;
	json_array_foreach(list, at,
	                   item) if (json_string_length(item) == text.length &&
	                             memcmp(json_string_value(item), text.bytes, text.length) == 0) return true;
	return false;
}

static swi__slice cell_text(const field_passage *passage, const swi__column *column)
{
	swi__slice text = passage->cells[column->index];
	if (listed(passage->field->nulls, text) || listed(passage->map->nulls, text))
		text.length = 0;
	return text;
}

/* ------------------------------------------------------------------------------------------- setting */

static int set_code(field_passage *passage, int code)
{
	return code ? swi__fail(passage->run->error, code, "line %lld could not be kept in memory",
	                        (long long)passage->run->input.number)
	            : SWK_OK;
}

static int refuse(field_passage *passage, const char *reason)
{
	return swi__run_refuse_field(passage->run, passage->field->name, passage->text, reason);
}

/* Hands a text over, with the field's prefix before it. */
static int set_text(field_passage *passage, swi__slice text)
{
	const char *prefix = passage->field->prefix;
	char bytes[512];
	swk_batch *batch = passage->run->batch;
	if (!prefix || !text.length)
		return set_code(passage, swk_batch_parse(batch, passage->field->name, text.bytes, text.length));
	if (strlen(prefix) + text.length > sizeof bytes)
		return refuse(passage, "was too long to take a prefix");
	memcpy(bytes, prefix, strlen(prefix));
	memcpy(bytes + strlen(prefix), text.bytes, text.length);
	return set_code(passage, swk_batch_parse(batch, passage->field->name, bytes, strlen(prefix) + text.length));
}

static int set_decimal(field_passage *passage, swi__decimal value)
{
	char text[SWI__DECIMAL_TEXT];
	size_t length = swi__decimal_text(value, text);
	return set_text(passage, (swi__slice){ text, length });
}

/* -------------------------------------------------------------------------------------------- dates */

static bool forms_parse(const swi__field *field, swi__slice text, swi__moment *moment)
{
	for (size_t i = 0; i < field->form_count; i++)
		if (swi__dateform_parse(field->forms[i], text, moment))
			return true;
	return false;
}

static int refuse_form(field_passage *passage)
{
	char reason[160], form[SWI__FORM_TEXT];
	const swi__field *field = passage->field;
	const char *fits = swi__sniff_date(passage->text, form);
	size_t length;
	if (field->form_count == 1)
		length = (size_t)snprintf(reason, sizeof reason, "was not a date in the form %.80s", field->forms[0]);
	else
		length = (size_t)snprintf(reason, sizeof reason, "was not a date in any of the %zu forms",
		                          field->form_count);
	if (fits)
		snprintf(reason + length, sizeof reason - length, "; %s would read it", fits);
	return refuse(passage, reason);
}

/* The instant of a text that the library can read; false when it cannot. */
static bool text_instant(field_passage *passage, const char *text, int64_t *instant)
{
	return swk_store_instant_parse(passage->run->store, passage->run->zone, text, instant, NULL) == SWK_OK;
}

/* The last microsecond of the date: what comes before the next one, however long the day is. */
static int set_day_end(field_passage *passage, const swi__moment *moment)
{
	char text[SWI__MOMENT_TEXT];
	swi__moment next = swi__moment_next_day(moment);
	int64_t instant;
	swi__moment_text(&next, text);
	if (!text_instant(passage, text, &instant))
		return refuse(passage, "was outside 1970-01-01 to 2200-01-01");
	return set_code(passage, swk_batch_instant(passage->run->batch, passage->field->name, instant - 1));
}

/* Of a local time the date counts; an instant has none before it has a zone. */
static int set_civil(field_passage *passage, const swi__moment *moment)
{
	char text[SWI__MOMENT_TEXT];
	swi__moment date = { .year = moment->year, .month = moment->month, .day = moment->day };
	if (moment->offset)
		return refuse(passage, "was an instant, not a date");
	if (passage->field->inclusive)
		date = swi__moment_next_day(moment);
	size_t length = swi__moment_text(&date, text);
	return set_code(passage, swk_batch_parse(passage->run->batch, passage->field->name, text, length));
}

static int set_date(field_passage *passage)
{
	char text[SWI__MOMENT_TEXT];
	swi__moment moment;
	if (!forms_parse(passage->field, passage->text, &moment))
		return refuse_form(passage);
	if (passage->field->date)
		return set_civil(passage, &moment);
	if (passage->field->day_end && !moment.time)
		return set_day_end(passage, &moment);
	size_t length = swi__moment_text(&moment, text);
	return set_code(passage, swk_batch_parse(passage->run->batch, passage->field->name, text, length));
}

/* ----------------------------------------------------------------------------------------- durations */

/* A whole number below `limit` up to the next colon, which is taken with it. */
static bool clock_part(swi__slice *text, int64_t limit, int64_t *value)
{
	swi__decimal part;
	const char *colon = memchr(text->bytes, ':', text->length);
	size_t length = colon ? (size_t)(colon - text->bytes) : 0;
	if (length == 0 || !swi__decimal_parse((swi__slice){ text->bytes, length }, &part) || part.places ||
	    part.digits < 0 || part.digits >= limit)
		return false;
	*value = (int64_t)part.digits;
	*text = (swi__slice){ colon + 1, text->length - length - 1 };
	return true;
}

/* "h:mm:ss" and "mm:ss": the first part may be any number, the others are below 60; seconds may have decimals. */
static bool clock_seconds(swi__slice text, bool hours, swi__decimal *seconds)
{
	int64_t hour = 0, minute;
	swi__decimal second;
	if ((hours && !clock_part(&text, INT32_MAX, &hour)) || !clock_part(&text, hours ? 60 : INT32_MAX, &minute) ||
	    !swi__decimal_parse(text, &second) || second.digits < 0 || second.places > 12)
		return false;
	swi__i128 ten = 1;
	for (unsigned i = 0; i < second.places; i++)
		ten *= 10;
	if (second.digits >= 60 * ten)
		return false;
	*seconds = (swi__decimal){ ((swi__i128)hour * 3600 + minute * 60) * ten + second.digits, second.places };
	return true;
}

static bool duration_seconds(swi__unit unit, swi__slice text, swi__decimal *seconds)
{
	static const swi__decimal factors[] = {
		[SWI__UNIT_SECOND] = { 1, 0 }, [SWI__UNIT_MINUTE] = { 60, 0 }, [SWI__UNIT_MILLISECOND] = { 1, 3 }
	};
	if (unit == SWI__UNIT_HMS || unit == SWI__UNIT_MS)
		return clock_seconds(text, unit == SWI__UNIT_HMS, seconds);
	return swi__decimal_parse(text, seconds) && swi__decimal_multiply(*seconds, factors[unit], seconds);
}

static int set_duration(field_passage *passage)
{
	static const char *const reasons[] = { [SWI__UNIT_HMS] = "was not a duration in the form h:mm:ss",
		                               [SWI__UNIT_MS] = "was not a duration in the form mm:ss",
		                               [SWI__UNIT_SECOND] = "was not a number of seconds",
		                               [SWI__UNIT_MINUTE] = "was not a number of minutes",
		                               [SWI__UNIT_MILLISECOND] = "was not a number of milliseconds" };
	swi__decimal seconds;
	swi__unit unit = passage->field->unit;
	if (!duration_seconds(unit, passage->text, &seconds) ||
	    !swi__decimal_multiply(seconds, passage->field->scale, &seconds))
		return refuse(passage, reasons[unit]);
	return set_decimal(passage, seconds);
}

/* The instant in one column of a span; false when it was refused, with the code in *code. */
static bool span_instant(field_passage *passage, const swi__column *column, int64_t *instant, int *code)
{
	char text[SWI__MOMENT_TEXT];
	swi__moment moment;
	swi__slice cell = passage->text = cell_text(passage, column);
	size_t length = cell.length < sizeof text ? cell.length : 0;
	memcpy(text, cell.bytes, length);
	text[length] = '\0';
	if (passage->field->form_count) {
		if (!forms_parse(passage->field, cell, &moment)) {
			*code = refuse_form(passage);
			return false;
		}
		swi__moment_text(&moment, text);
	}
	if (text_instant(passage, text, instant))
		return true;
	*code = refuse(passage, "was not an instant");
	return false;
}

static int set_span(field_passage *passage)
{
	const swi__column *columns = passage->field->columns;
	int64_t from, to;
	int code = SWK_OK;
	if (!cell_text(passage, &columns[0]).length || !cell_text(passage, &columns[1]).length)
		return SWK_OK;
	if (!span_instant(passage, &columns[0], &from, &code) || !span_instant(passage, &columns[1], &to, &code))
		return code;
	return set_decimal(passage, (swi__decimal){ to - from, 6 });
}

/* ------------------------------------------------------------------------------------------- values */

/* With an example that would read it, where there is one. */
static int refuse_number(field_passage *passage)
{
	char reason[160], example[48];
	const char *fits = swi__sniff_number(passage->text, example);
	snprintf(reason, sizeof reason, "was not a number as the map's example shows%s%s%s", fits ? "; \"" : "",
	         fits ? fits : "", fits ? "\" would" : "");
	return refuse(passage, reason);
}

/* The cell shows a currency that nothing in the map says. */
static void symbol_tell(field_passage *passage)
{
	char text[256];
	swi__run *run = passage->run;
	const char *symbol = passage->field->number.symbol;
	if (run->symbol_told || strcmp(passage->field->name, "amount") != 0 ||
	    !memmem(passage->text.bytes, passage->text.length, symbol, strlen(symbol)))
		return;
	snprintf(text, sizeof text,
	         "amounts are written with %s, but nothing says their currency: taken for %s, the store's; "
	         "\"constants\": {\"currency\": \"%s\"} in a map would say so",
	         symbol, passage->map->base, passage->map->shown);
	run->symbol_told = true;
	run->options->warn(run->options->warn_context, text);
}

static int set_number(field_passage *passage)
{
	swi__decimal value;
	if (passage->map->shown)
		symbol_tell(passage);
	if (!swi__number_parse(&passage->field->number, passage->text, &value))
		return refuse_number(passage);
	if (!swi__decimal_multiply(value, passage->field->scale, &value))
		return refuse(passage, "was not a number that fits");
	return set_decimal(passage, value);
}

/* More than that are counted as that many. */
#define CAUGHT_MAX 100

/* Keeps what "else" caught where a wrong guess changes what reports count, to be told once. */
static int caught_keep(field_passage *passage)
{
	swi__run *run = passage->run;
	swi__slice text = passage->text;
	const swi__field *field = passage->field;
	bool counts = strcmp(field->name, "outcome") == 0 || strcmp(field->name, "direction") == 0;
	if (!counts || !run->options->warn || json_is_null(field->otherwise) || !swi__utf8_valid(text, NULL))
		return SWK_OK;
	if (!run->caught)
		run->caught = json_object();
	json_t *values = json_object_get(run->caught, field->name);
	if (!values && json_object_set_new(run->caught, field->name, values = json_object()))
		return swi__fail_memory(run->error);
	if (json_object_size(values) >= CAUGHT_MAX || json_object_getn(values, text.bytes, text.length))
		return SWK_OK;
	json_t *otherwise = json_string(json_string_value(field->otherwise));
	return json_object_setn_new(values, text.bytes, text.length, otherwise) ? swi__fail_memory(run->error) : SWK_OK;
}

static int set_value(field_passage *passage)
{
	int code = SWK_OK;
	const swi__field *field = passage->field;
	const json_t *value = json_object_getn(field->values, passage->text.bytes, passage->text.length);
	if (!value && !passage->text.length)
		return SWK_OK;
	if (!value && field->otherwise) {
		value = field->otherwise;
		code = caught_keep(passage);
	}
	if (code)
		return code;
	if (!value)
		return refuse(passage, "was not one of the map's values");
	if (json_is_null(value))
		return SWK_OK;
	return set_text(passage, (swi__slice){ json_string_value(value), json_string_length(value) });
}

/* A last day that the library cannot read as a date is left to it to refuse. */
static int set_plain(field_passage *passage)
{
	swi__moment last;
	if (passage->field->inclusive && passage->text.length == strlen("2026-03-31") &&
	    swi__dateform_parse("%Y-%m-%d", passage->text, &last))
		return set_civil(passage, &last);
	return set_text(passage, passage->text);
}

/* The trimmed text that the columns make together; those that are empty are left out. */
static int take_text(field_passage *passage)
{
	const swi__field *field = passage->field;
	const char *join = field->join ? field->join : " ";
	if (field->row) {
		int length = snprintf(passage->row, sizeof passage->row, "%lld", (long long)passage->run->input.number);
		passage->text = (swi__slice){ passage->row, (size_t)length };
		return SWK_OK;
	}
	passage->text = cell_text(passage, &field->columns[0]);
	if (field->column_count == 1 || field->how == SWI__HOW_SPAN)
		return SWK_OK;
	swi__text_clear(passage->scratch);
	for (size_t i = 0; i < field->column_count; i++) {
		swi__slice part = cell_text(passage, &field->columns[i]);
		if (part.length && passage->scratch->length)
			swi__text_append(passage->scratch, join, strlen(join));
		swi__text_append(passage->scratch, part.bytes, part.length);
	}
	passage->text = swi__text_slice(passage->scratch);
	return passage->scratch->failed ? swi__fail_memory(passage->run->error) : SWK_OK;
}

static int set_field(field_passage *passage)
{
	static int (*const setters[])(field_passage *) = {
		[SWI__HOW_PLAIN] = set_plain,       [SWI__HOW_DATE] = set_date, [SWI__HOW_NUMBER] = set_number,
		[SWI__HOW_DURATION] = set_duration, [SWI__HOW_SPAN] = set_span, [SWI__HOW_VALUES] = set_value,
	};
	swi__how how = passage->field->how;
	int code = take_text(passage);
	if (code || (!passage->text.length && how != SWI__HOW_VALUES && how != SWI__HOW_SPAN))
		return code;
	return setters[how](passage);
}

int swi__field_row(swi__run *run, const swi__map *map, const swi__slice *cells, swi__text *scratch)
{
	field_passage passage = { .run = run, .map = map, .cells = cells, .scratch = scratch };
	int code = SWK_OK;
	for (size_t i = 0; i < map->field_count && !code; i++) {
		passage.field = &map->fields[i];
		code = passage.field->absent ? SWK_OK : set_field(&passage);
	}
	for (size_t i = 0; i < map->constant_count && !code; i++) {
		const swi__constant *constant = &map->constants[i];
		if (constant->text)
			code = set_code(&passage, swk_batch_parse(run->batch, constant->name, constant->text,
			                                          strlen(constant->text)));
	}
	return code;
}

bool swi__field_wanted(const swi__map *map, const swi__slice *cells)
{
	for (size_t i = 0; i < map->condition_count; i++) {
		const swi__condition *condition = &map->conditions[i];
		if (condition->column.index == SWI__NO_COLUMN)
			continue;
		if (listed(condition->texts, cells[condition->column.index]) != condition->in)
			return false;
	}
	return true;
}
