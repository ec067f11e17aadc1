/* SPDX-License-Identifier: MIT */
#include "map.h"

#include "dateform.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

/* Where the parser stands. */
typedef struct map_parser {
	swi__maps *maps;
	swi__map *map;
	swi__field *field; /* NULL outside of fields */
	swk_error *error;
} map_parser;

/* A key that an object may have, and what reads its value. */
typedef struct map_key {
	const char *name;
	int (*read)(map_parser *parser, json_t *value);
} map_key;

static int wrong(map_parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(map_parser *parser, const char *format, ...)
{
	char reason[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	if (parser->field)
		return swi__fail(parser->error, SWK_ERR_INVALID, "the map was wrong in field %s: %s",
		                 parser->field->name, reason);
	return swi__fail(parser->error, SWK_ERR_INVALID, "the map was wrong: %s", reason);
}

static int read_keys(map_parser *parser, json_t *object, const map_key *keys, size_t count)
{
	const char *name;
	json_t *value;
	json_object_foreach(object, name, value)
	{
		size_t i = 0;
		while (i < count && strcmp(keys[i].name, name) != 0)
			i++;
		if (i == count)
			return wrong(parser, "there is no key \"%s\" here", name);
		int code = keys[i].read ? keys[i].read(parser, value) : SWK_OK;
		if (code)
			return code;
	}
	return SWK_OK;
}

static int read_text(map_parser *parser, json_t *value, const char *name, const char **text)
{
	if (!json_is_string(value))
		return wrong(parser, "\"%s\" was not a text", name);
	*text = json_string_value(value);
	return SWK_OK;
}

static int read_flag(map_parser *parser, json_t *value, const char *name, bool *flag)
{
	if (!json_is_boolean(value))
		return wrong(parser, "\"%s\" was neither true nor false", name);
	*flag = json_is_true(value);
	return SWK_OK;
}

static int check_texts(map_parser *parser, json_t *list, const char *name)
{
	size_t at;
	json_t *text;
	if (!json_is_array(list) || json_array_size(list) == 0)
		return wrong(parser, "\"%s\" was not a list of texts", name);
	json_array_foreach(list, at, text) if (!json_is_string(text)) return wrong(
		parser, "\"%s\" was not a list of texts", name);
	return SWK_OK;
}

static int no_memory(map_parser *parser)
{
	return swi__fail_memory(parser->error);
}

/* ------------------------------------------------------------------------------------- field keys */

static int set_how(map_parser *parser, swi__how how)
{
	if (parser->field->how != SWI__HOW_PLAIN && parser->field->how != how)
		return wrong(parser, "only one of \"date\", \"number\", \"duration\" and \"values\" may be there");
	parser->field->how = how;
	return SWK_OK;
}

/* A column is named by a text, or by a list of texts that different exports call it by. */
static int read_column(map_parser *parser, json_t *value, const char *name, swi__column *column)
{
	if (!json_is_string(value) && (!json_is_array(value) || check_texts(parser, value, name)))
		return wrong(parser, "\"%s\" was neither a text nor a list of texts", name);
	*column = (swi__column){ value, SWI__NO_COLUMN };
	return SWK_OK;
}

static int set_columns(map_parser *parser, size_t count)
{
	swi__field *field = parser->field;
	if (field->columns || field->row)
		return wrong(parser, "only one of \"column\", \"columns\" and \"row\" may be there");
	field->columns = swi__alloc(count, sizeof *field->columns);
	if (!field->columns)
		return no_memory(parser);
	field->column_count = count;
	return SWK_OK;
}

static int field_column(map_parser *parser, json_t *value)
{
	int code = set_columns(parser, 1);
	if (code || !parser->field->columns)
		return code;
	return read_column(parser, value, "column", parser->field->columns);
}

static int field_columns(map_parser *parser, json_t *value)
{
	size_t at;
	json_t *item;
	if (!json_is_array(value) || json_array_size(value) == 0)
		return wrong(parser, "\"columns\" was not a list of texts");
	int code = set_columns(parser, json_array_size(value));
	if (code || !parser->field->columns)
		return code;
	json_array_foreach(value, at, item)
	{
		if (!code)
			code = read_column(parser, item, "columns", &parser->field->columns[at]);
	}
	return code;
}

static int field_optional(map_parser *parser, json_t *value)
{
	return read_flag(parser, value, "optional", &parser->field->optional);
}

static int field_join(map_parser *parser, json_t *value)
{
	return read_text(parser, value, "join", &parser->field->join);
}

static int field_prefix(map_parser *parser, json_t *value)
{
	return read_text(parser, value, "prefix", &parser->field->prefix);
}

static int field_row(map_parser *parser, json_t *value)
{
	bool row = false;
	int code = read_flag(parser, value, "row", &row);
	if (!code && row && parser->field->columns)
		return wrong(parser, "only one of \"column\", \"columns\" and \"row\" may be there");
	parser->field->row = row;
	return code;
}

static int field_date(map_parser *parser, json_t *value)
{
	swi__field *field = parser->field;
	bool list = json_is_array(value);
	size_t count = list ? json_array_size(value) : 1;
	int code = list ? check_texts(parser, value, "date") : SWK_OK;
	if (!code && field->how != SWI__HOW_SPAN)
		code = set_how(parser, SWI__HOW_DATE);
	if (code)
		return code;
	field->forms = swi__alloc(count, sizeof *field->forms);
	if (!field->forms)
		return no_memory(parser);
	for (size_t i = 0; i < count && !code; i++) {
		code = read_text(parser, list ? json_array_get(value, i) : value, "date", &field->forms[i]);
		const char *reason = code ? NULL : swi__dateform_check(field->forms[i]);
		if (reason)
			return wrong(parser, "the form \"%s\" %s", field->forms[i], reason);
	}
	field->form_count = count;
	return code;
}

static int field_day(map_parser *parser, json_t *value)
{
	const char *day = "";
	int code = read_text(parser, value, "day", &day);
	if (code)
		return code;
	parser->field->day_end = strcmp(day, "end") == 0;
	if (!parser->field->day_end && strcmp(day, "start") != 0)
		return wrong(parser, "\"day\" was \"%s\", neither start nor end", day);
	return SWK_OK;
}

static int field_number(map_parser *parser, json_t *value)
{
	const char *example = NULL;
	int code = read_text(parser, value, "number", &example);
	if (!code)
		code = set_how(parser, SWI__HOW_NUMBER);
	if (!code && !swi__number_learn(swi__slice_of(example), &parser->field->number))
		return wrong(parser, "\"%s\" does not show how a number is written", example);
	return code;
}

/* The decimal that the map's author wrote: the one with the fewest places that is the same number. */
static bool scale_of_real(double value, swi__decimal *scale)
{
	double power = 1;
	for (unsigned places = 0; places <= 15; places++) {
		double size = (value < 0 ? -value : value) * power, nearest;
		if (size > 1e15)
			return false;
		nearest = (double)(int64_t)(size + 0.5);
		double off = size > nearest ? size - nearest : nearest - size;
		if (nearest > 0 && off <= size * 1e-13) {
			*scale = (swi__decimal){ value < 0 ? -(int64_t)nearest : (int64_t)nearest, places };
			return true;
		}
		power *= 10;
	}
	return false;
}

static int field_scale(map_parser *parser, json_t *value)
{
	swi__decimal *scale = &parser->field->scale;
	bool fits = false;
	if (json_is_integer(value)) {
		*scale = (swi__decimal){ json_integer_value(value), 0 };
		fits = true;
	} else if (json_is_real(value)) {
		fits = scale_of_real(json_real_value(value), scale);
	}
	return fits ? SWK_OK : wrong(parser, "\"scale\" was not a number");
}

static int duration_span(map_parser *parser, json_t *value)
{
	json_t *from = json_object_get(value, "from"), *to = json_object_get(value, "to");
	swi__field *field = parser->field;
	if (json_object_size(value) != 2 || !from || !to)
		return wrong(parser,
		             "\"duration\" needs \"from\" and \"to\", the names of two columns, and nothing else");
	if (field->columns)
		return wrong(parser, "a duration from one column to another takes no \"column\"");
	int code = set_columns(parser, 2);
	if (code || !field->columns)
		return code;
	code = read_column(parser, from, "from", &field->columns[0]);
	if (!code)
		code = read_column(parser, to, "to", &field->columns[1]);
	field->how = SWI__HOW_SPAN;
	return code;
}

static int field_duration(map_parser *parser, json_t *value)
{
	static const char *const units[] = { [SWI__UNIT_HMS] = "h:mm:ss",
		                             [SWI__UNIT_MS] = "mm:ss",
		                             [SWI__UNIT_SECOND] = "s",
		                             [SWI__UNIT_MINUTE] = "min",
		                             [SWI__UNIT_MILLISECOND] = "ms" };
	const char *name = NULL;
	if (json_is_object(value))
		return parser->field->how == SWI__HOW_PLAIN || parser->field->how == SWI__HOW_DATE
		               ? duration_span(parser, value)
		               : set_how(parser, SWI__HOW_SPAN);
	int code = read_text(parser, value, "duration", &name);
	if (!code)
		code = set_how(parser, SWI__HOW_DURATION);
	if (code || !name)
		return code;
	for (size_t i = 0; i < SWI__COUNT(units); i++)
		if (strcmp(units[i], name) == 0) {
			parser->field->unit = (swi__unit)i;
			return SWK_OK;
		}
	return wrong(parser, "\"duration\" was \"%s\", none of h:mm:ss, mm:ss, s, min and ms", name);
}

/* Texts stay, true, false and whole numbers become texts, null stays. */
static json_t *value_text(json_t *value)
{
	char text[32];
	if (json_is_string(value) || json_is_null(value))
		return json_incref(value);
	if (json_is_boolean(value))
		return json_string(json_is_true(value) ? "true" : "false");
	if (!json_is_integer(value))
		return NULL;
	snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
	return json_string(text);
}

/* Turns a value into a text that lives as long as the maps. */
static int keep_text(map_parser *parser, json_t *value, const char *name, json_t **text)
{
	*text = value_text(value);
	if (!*text)
		return wrong(parser, "\"%s\" was neither a text, a whole number, true, false nor null", name);
	return json_array_append_new(parser->maps->texts, *text) ? no_memory(parser) : SWK_OK;
}

static int field_values(map_parser *parser, json_t *value)
{
	const char *from;
	json_t *to, *text;
	if (!json_is_object(value))
		return wrong(parser, "\"values\" was not an object");
	int code = set_how(parser, SWI__HOW_VALUES);
	parser->field->values = json_object();
	if (!code && (!parser->field->values || json_array_append_new(parser->maps->texts, parser->field->values)))
		return no_memory(parser);
	json_object_foreach(value, from, to)
	{
		if (!code)
			code = keep_text(parser, to, from, &text);
		if (!code && json_object_set(parser->field->values, from, text))
			code = no_memory(parser);
	}
	return code;
}

static int field_else(map_parser *parser, json_t *value)
{
	json_t *text = NULL;
	int code = keep_text(parser, value, "else", &text);
	parser->field->otherwise = text;
	return code;
}

static int field_null(map_parser *parser, json_t *value)
{
	parser->field->nulls = value;
	return check_texts(parser, value, "null");
}

static int field_inclusive(map_parser *parser, json_t *value)
{
	return read_flag(parser, value, "inclusive", &parser->field->inclusive);
}

static const map_key field_keys[] = {
	{ "column", field_column },     { "columns", field_columns },     { "join", field_join },
	{ "row", field_row },           { "prefix", field_prefix },       { "date", field_date },
	{ "day", field_day },           { "number", field_number },       { "scale", field_scale },
	{ "duration", field_duration }, { "values", field_values },       { "else", field_else },
	{ "null", field_null },         { "inclusive", field_inclusive }, { "optional", field_optional },
};

/* A key that means nothing without another is a mistake, not a wish. */
static int check_field(map_parser *parser)
{
	const swi__field *field = parser->field;
	const bool date = field->how == SWI__HOW_DATE, span = field->how == SWI__HOW_SPAN;
	const bool moment = date || span;
	const bool plain = field->how == SWI__HOW_PLAIN, values = field->how == SWI__HOW_VALUES;
	const bool scaled = field->how == SWI__HOW_NUMBER || field->how == SWI__HOW_DURATION;
	const struct {
		bool wrong;
		const char *reason;
	} rules[] = {
		{ !field->columns && !field->row, "neither \"column\", \"columns\" nor \"row\" was there" },
		{ field->join && (span || field->column_count < 2), "\"join\" needs \"columns\"" },
		{ field->day_end && !(moment && field->form_count), "\"day\" needs \"date\"" },
		{ field->scale.digits != 1 && !scaled, "\"scale\" needs \"number\" or \"duration\"" },
		{ field->inclusive && !plain && !date, "\"inclusive\" needs a date" },
		{ field->prefix && moment, "\"prefix\" is not for dates and durations" },
		{ field->otherwise && !values, "\"else\" needs \"values\"" },
	};
	for (size_t i = 0; i < SWI__COUNT(rules); i++)
		if (rules[i].wrong)
			return wrong(parser, "%s", rules[i].reason);
	return SWK_OK;
}

static int read_field(map_parser *parser, const char *name, json_t *value, bool instead)
{
	int code;
	parser->field = &parser->map->fields[parser->map->field_count++];
	*parser->field = (swi__field){ .name = name, .scale = { 1, 0 }, .instead = instead };
	if (json_is_string(value))
		code = field_column(parser, value);
	else if (json_is_object(value))
		code = read_keys(parser, value, field_keys, SWI__COUNT(field_keys));
	else
		return wrong(parser, "it was neither the name of a column nor an object, nor a list of such");
	if (!code)
		code = check_field(parser);
	parser->field = NULL;
	return code;
}

/* A list holds what may be tried in its order, for headings that differ. */
static int read_fields(map_parser *parser, const char *name, json_t *value)
{
	size_t at;
	json_t *item;
	int code = SWK_OK;
	if (!json_is_array(value) || json_array_size(value) == 0)
		return read_field(parser, name, value, false);
	json_array_foreach(value, at, item)
	{
		if (!code)
			code = read_field(parser, name, item, at > 0);
	}
	return code;
}

/* ---------------------------------------------------------------------------------------- map keys */

static int map_table(map_parser *parser, json_t *value)
{
	return read_text(parser, value, "table", &parser->map->table);
}

static int map_zone(map_parser *parser, json_t *value)
{
	return read_text(parser, value, "zone", &parser->map->zone);
}

static int map_fields(map_parser *parser, json_t *value)
{
	const char *name;
	json_t *field;
	size_t count = 0;
	swi__map *map = parser->map;
	if (!json_is_object(value) || json_object_size(value) == 0)
		return wrong(parser, "\"fields\" was not an object of fields");
	json_object_foreach(value, name, field) count += json_is_array(field) ? json_array_size(field) + 1 : 1;
	map->fields = swi__alloc(count, sizeof *map->fields);
	if (!map->fields)
		return no_memory(parser);
	json_object_foreach(value, name, field)
	{
		int code = read_fields(parser, name, field);
		if (code)
			return code;
	}
	return SWK_OK;
}

static int map_constants(map_parser *parser, json_t *value)
{
	const char *name;
	json_t *constant, *text;
	swi__map *map = parser->map;
	if (!json_is_object(value))
		return wrong(parser, "\"constants\" was not an object");
	map->constants = swi__alloc(json_object_size(value), sizeof *map->constants);
	if (!map->constants)
		return no_memory(parser);
	json_object_foreach(value, name, constant)
	{
		int code = keep_text(parser, constant, name, &text);
		if (code)
			return code;
		map->constants[map->constant_count++] = (swi__constant){ name, json_string_value(text) };
	}
	return SWK_OK;
}

static int condition_wrong(map_parser *parser)
{
	return wrong(parser,
	             "a condition in \"when\" needs \"column\", one of \"in\" and \"not\", and nothing else but "
	             "\"optional\"");
}

static int read_condition(map_parser *parser, json_t *value, swi__condition *condition)
{
	json_t *column = json_object_get(value, "column"), *optional = json_object_get(value, "optional");
	json_t *in = json_object_get(value, "in"), *not = json_object_get(value, "not");
	size_t keys = optional ? 3 : 2;
	if (!column || json_object_size(value) != keys || (!in && !not ))
		return condition_wrong(parser);
	*condition = (swi__condition){ .texts = in ? in : not, .in = in != NULL };
	int code = read_column(parser, column, "column", &condition->column);
	if (!code && optional)
		code = read_flag(parser, optional, "optional", &condition->optional);
	return code ? code : check_texts(parser, in ? in : not, in ? "in" : "not");
}

static int map_when(map_parser *parser, json_t *value)
{
	size_t at;
	json_t *condition;
	swi__map *map = parser->map;
	if (!json_is_array(value))
		return wrong(parser, "\"when\" was not a list of conditions");
	map->conditions = swi__alloc(json_array_size(value), sizeof *map->conditions);
	if (!map->conditions)
		return no_memory(parser);
	json_array_foreach(value, at, condition)
	{
		int code = read_condition(parser, condition, &map->conditions[map->condition_count++]);
		if (code)
			return code;
	}
	return SWK_OK;
}

static int map_requires(map_parser *parser, json_t *value)
{
	size_t at;
	json_t *column;
	swi__map *map = parser->map;
	if (!json_is_array(value))
		return wrong(parser, "\"requires\" was not a list of columns");
	map->required = swi__alloc(json_array_size(value), sizeof *map->required);
	if (!map->required)
		return no_memory(parser);
	json_array_foreach(value, at, column)
	{
		int code = read_column(parser, column, "requires", &map->required[map->required_count++]);
		if (code)
			return code;
	}
	return SWK_OK;
}

static int map_null(map_parser *parser, json_t *value)
{
	parser->map->nulls = value;
	return check_texts(parser, value, "null");
}

static int map_delimiter(map_parser *parser, json_t *value)
{
	const char *text = "";
	int code = read_text(parser, value, "delimiter", &text);
	if (code)
		return code;
	if (strcmp(text, "tab") == 0)
		text = "\t";
	unsigned char byte = (unsigned char)text[0];
	if (strlen(text) != 1 || byte >= 0x80 || byte == '"' || byte == ' ' || byte == '\n' || byte == '\r')
		return wrong(parser, "\"delimiter\" was \"%s\", not one character such as , or ; (or tab)", text);
	parser->maps->delimiter = text[0];
	return SWK_OK;
}

static int map_header(map_parser *parser, json_t *value)
{
	if (!json_is_array(value))
		return read_flag(parser, value, "header", &parser->maps->header);
	parser->maps->header = false;
	parser->maps->names = value;
	return check_texts(parser, value, "header");
}

static int map_skip(map_parser *parser, json_t *value)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > 1000000)
		return wrong(parser, "\"skip\" was not a number of lines");
	parser->maps->skip = (size_t)json_integer_value(value);
	return SWK_OK;
}

static int map_encoding(map_parser *parser, json_t *value)
{
	const char *name = "";
	int code = read_text(parser, value, "encoding", &name);
	if (!code && !swi__encoding_named(name, &parser->maps->encoding))
		return wrong(parser, "\"encoding\" was \"%s\", none of utf-8, utf-16, windows-1252 and latin1", name);
	return code;
}

static const map_key map_keys[] = {
	{ "table", map_table },         { "zone", map_zone },         { "fields", map_fields },
	{ "constants", map_constants }, { "when", map_when },         { "null", map_null },
	{ "delimiter", map_delimiter }, { "header", map_header },     { "skip", map_skip },
	{ "encoding", map_encoding },   { "requires", map_requires },
};

/* What is said of the file can be said once only. */
static const char *const file_keys[] = { "delimiter", "header", "skip", "encoding", "zone" };

static int check_file_keys(map_parser *parser, json_t *list)
{
	for (size_t i = 0; i < SWI__COUNT(file_keys); i++) {
		json_t *first = NULL, *object;
		size_t at;
		json_array_foreach(list, at, object)
		{
			json_t *value = json_object_get(object, file_keys[i]);
			if (first && value && !json_equal(first, value))
				return wrong(parser, "two maps of one file name a different \"%s\"", file_keys[i]);
			first = first ? first : value;
		}
	}
	return SWK_OK;
}

static int check_inclusive(map_parser *parser)
{
	const swi__map *map = parser->map;
	for (size_t i = 0; i < map->field_count; i++)
		if (map->fields[i].inclusive &&
		    (strcmp(map->table, "quota") != 0 || strcmp(map->fields[i].name, "to") != 0))
			return wrong(parser, "\"inclusive\" is only for the \"to\" of a quota");
	return SWK_OK;
}

static int check_map(map_parser *parser)
{
	const swi__map *map = parser->map;
	if (!map->table)
		return wrong(parser, "\"table\" was missing");
	if (!map->fields)
		return wrong(parser, "\"fields\" was missing");
	for (size_t c = 0; c < map->constant_count; c++)
		for (size_t f = 0; f < map->field_count; f++)
			if (strcmp(map->constants[c].name, map->fields[f].name) == 0)
				return wrong(parser, "\"%s\" was both a field and a constant", map->fields[f].name);
	if (map->zone)
		parser->maps->zone = map->zone;
	return check_inclusive(parser);
}

/* ------------------------------------------------------------------------------------------- maps */

static int read_maps(map_parser *parser, json_t *list)
{
	size_t at;
	json_t *object;
	swi__maps *maps = parser->maps;
	maps->maps = swi__alloc(json_array_size(list), sizeof *maps->maps);
	if (!maps->maps)
		return no_memory(parser);
	json_array_foreach(list, at, object)
	{
		if (!json_is_object(object))
			return wrong(parser, "it was neither an object nor a list of objects");
		parser->map = &maps->maps[maps->count++];
		int code = read_keys(parser, object, map_keys, SWI__COUNT(map_keys));
		if (!code)
			code = check_map(parser);
		if (code)
			return code;
	}
	return maps->count ? check_file_keys(parser, list) : wrong(parser, "it was an empty list");
}

/* The map's JSON as a list of maps. */
static int root_load(const char *text, size_t length, json_t **list, swk_error *error)
{
	json_error_t reason;
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		length -= 3;
	}
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &reason);
	/* jansson says nothing when memory fails in its lexer. */
	if (!root && reason.text[0] == '\0')
		return swi__fail_memory(error);
	if (!root)
		return swi__fail(error, SWK_ERR_INVALID, "the map was not JSON: line %d: %s", reason.line, reason.text);
	*list = root;
	if (json_is_array(root))
		return SWK_OK;
	*list = json_array();
	if (json_array_append_new(*list, root) == 0)
		return SWK_OK;
	json_decref(*list);
	return swi__fail_memory(error);
}

int swi__maps_parse(const char *text, size_t length, swi__maps **maps, swk_error *error)
{
	json_t *root = NULL;
	int code = root_load(text, length, &root, error);
	if (code)
		return code;
	swi__maps *made = swi__alloc(1, sizeof *made);
	if (!made) {
		json_decref(root);
		return swi__fail_memory(error);
	}
	map_parser parser = { .maps = made, .error = error };
	made->root = root;
	made->header = true;
	made->texts = json_array();
	code = made->texts ? read_maps(&parser, root) : swi__fail_memory(error);
	if (code)
		swi__maps_free(made);
	else
		*maps = made;
	return code;
}

static void map_free(swi__map *map)
{
	for (size_t i = 0; i < map->field_count; i++) {
		swi__free(map->fields[i].columns);
		swi__free(map->fields[i].forms);
	}
	swi__free(map->fields);
	swi__free(map->constants);
	swi__free(map->conditions);
	swi__free(map->required);
}

void swi__maps_free(swi__maps *maps)
{
	if (!maps)
		return;
	for (size_t i = 0; i < maps->count; i++)
		map_free(&maps->maps[i]);
	swi__free(maps->maps);
	json_decref(maps->texts);
	json_decref(maps->root);
	swi__free(maps);
}

/* ------------------------------------------------------------------------------------------- binding */

const char *swi__column_name(const swi__column *column)
{
	return json_string_value(json_is_array(column->names) ? json_array_get(column->names, 0) : column->names);
}

static size_t name_find(const json_t *name, const swi__slice *names, size_t count)
{
	swi__slice wanted = { json_string_value(name), json_string_length(name) };
	for (size_t i = 0; i < count; i++)
		if (names[i].length == wanted.length && memcmp(names[i].bytes, wanted.bytes, wanted.length) == 0)
			return i;
	return SWI__NO_COLUMN;
}

/* What a heading is matched against, and for which messages. */
typedef struct map_heading {
	const swi__slice *names;
	size_t count;
	int64_t line;
	char delimiter;
	swk_error *error;
} map_heading;

static bool column_bind(swi__column *column, const map_heading *heading)
{
	size_t at;
	json_t *name;
	if (!json_is_array(column->names)) {
		column->index = name_find(column->names, heading->names, heading->count);
		return column->index != SWI__NO_COLUMN;
	}
	json_array_foreach(column->names, at, name)
	{
		column->index = name_find(name, heading->names, heading->count);
		if (column->index != SWI__NO_COLUMN)
			return true;
	}
	return false;
}

/* Of names that differ in case, spaces and punctuation alone, the letters and digits are the same. */
static bool names_alike(swi__slice one, swi__slice other)
{
	size_t at = 0, there = 0;
	for (;;) {
		while (at < one.length && !isalnum((unsigned char)one.bytes[at]))
			at++;
		while (there < other.length && !isalnum((unsigned char)other.bytes[there]))
			there++;
		if (at == one.length || there == other.length)
			return at == one.length && there == other.length && at > 0 && there > 0;
		if (tolower((unsigned char)one.bytes[at++]) != tolower((unsigned char)other.bytes[there++]))
			return false;
	}
}

/* What may have gone wrong, as more of the sentence: a wrong delimiter, a name written otherwise, else the names. */
static void heading_hint(const map_heading *heading, const char *wanted, char *hint, size_t size)
{
	size_t length = 0;
	swi__slice only = heading->count == 1 ? heading->names[0] : (swi__slice){ "", 0 };
	for (const char *other = ",;\t|"; *other; other++)
		if (*other != heading->delimiter && only.length && memchr(only.bytes, *other, only.length)) {
			snprintf(hint, size,
			         ": parted by \"%c\" it is one column; the map's \"delimiter\" should be \"%s\"",
			         heading->delimiter, *other == '\t' ? "tab" : (char[]){ *other, '\0' });
			return;
		}
	for (size_t i = 0; i < heading->count; i++)
		if (names_alike(heading->names[i], swi__slice_of(wanted))) {
			snprintf(hint, size, "; it has \"%.*s\"", (int)heading->names[i].length,
			         heading->names[i].bytes);
			return;
		}
	length = (size_t)snprintf(hint, size, "; it has");
	for (size_t i = 0; i < heading->count && length < size; i++)
		length += (size_t)snprintf(hint + length, size - length, "%s \"%.*s\"", i ? "," : "",
		                           (int)heading->names[i].length, heading->names[i].bytes);
}

static int column_missing(const swi__column *column, const map_heading *heading)
{
	char hint[160] = "", reason[256];
	const char *name = swi__column_name(column);
	heading_hint(heading, name, hint, sizeof hint);
	snprintf(reason, sizeof reason, "the heading has no column \"%.60s\"%s", name, hint);
	return swi__fail_row(heading->error, SWK_ERR_INVALID, heading->line, NULL, (swi__slice){ "", 0 }, reason);
}

/* The first column that the heading lacks, or NULL. */
static const swi__column *field_bind(swi__field *field, const map_heading *heading)
{
	for (size_t c = 0; c < field->column_count; c++)
		if (!column_bind(&field->columns[c], heading))
			return &field->columns[c];
	return NULL;
}

/* Binds a field and those that may stand for it: the first that fits counts, the others are absent. */
static int fields_bind(swi__field *field, size_t count, const map_heading *heading)
{
	const swi__column *missing = NULL;
	bool found = false;
	for (size_t i = 0; i < count; i++) {
		const swi__column *lacks = found ? NULL : field_bind(&field[i], heading);
		field[i].absent = found || lacks;
		found |= !lacks;
		missing = missing ? missing : lacks;
	}
	return found || field[count - 1].optional ? SWK_OK : column_missing(missing, heading);
}

static int map_bind(swi__map *map, const map_heading *heading)
{
	int code = SWK_OK;
	for (size_t f = 0, count; f < map->field_count && !code; f += count) {
		for (count = 1; f + count < map->field_count && map->fields[f + count].instead;)
			count++;
		code = fields_bind(&map->fields[f], count, heading);
	}
	for (size_t i = 0; i < map->condition_count && !code; i++)
		if (!column_bind(&map->conditions[i].column, heading) && !map->conditions[i].optional)
			code = column_missing(&map->conditions[i].column, heading);
	for (size_t i = 0; i < map->required_count && !code; i++)
		if (!column_bind(&map->required[i], heading))
			code = column_missing(&map->required[i], heading);
	return code;
}

int swi__maps_bind(swi__maps *maps, const swi__slice *names, size_t count, int64_t line, char delimiter,
                   swk_error *error)
{
	const map_heading heading = { names, count, line, delimiter, error };
	int code = SWK_OK;
	for (size_t i = 0; i < maps->count && !code; i++)
		code = map_bind(&maps->maps[i], &heading);
	return code;
}
