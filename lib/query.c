/* SPDX-License-Identifier: MIT */
#include "query.h"

#include "currency.h"

#define TEXT_MAX ((size_t)1 << 24)

static int usage(swk_error *error, const char *field, const char *value, const char *reason)
{
	return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, field, swk__slice_of(value), reason);
}

/* ------------------------------------------------------------------------------- report and dimensions */

static int dimension_find(const swk__plan *plan, const char *name, swk__dimension *dimension, swk_error *error)
{
	int found = name ? swk__report_dimension(plan->report, swk__slice_of(name)) : -1;
	if (found < 0)
		return usage(error, "dimension", name, "is no dimension of this report");
	*dimension = (swk__dimension)found;
	return SWK_OK;
}

static void dimension_use(swk__plan *plan, swk__dimension dimension)
{
	for (unsigned d = 0; d < plan->used_count; d++)
		if (plan->used[d] == dimension)
			return;
	plan->used[plan->used_count++] = dimension;
}

static void by_add(swk__plan *plan, swk__dimension dimension)
{
	plan->by[plan->by_count++] = dimension;
	plan->by_mask |= 1u << dimension;
	dimension_use(plan, dimension);
}

static int by_resolve(const swk_query *query, swk__plan *plan, swk_error *error)
{
	for (size_t i = 0; i < query->by_count; i++) {
		swk__dimension dimension;
		int code = dimension_find(plan, query->by[i], &dimension, error);
		if (code != SWK_OK)
			return code;
		if (plan->by_mask & (1u << dimension))
			return usage(error, "by", query->by[i], "was named twice");
		by_add(plan, dimension);
	}
	for (int d = 0; d < SWK__DIMENSION_COUNT && query->by_count == 0; d++)
		if (plan->report->by & (1u << d))
			by_add(plan, (swk__dimension)d);
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ filters */

/* The number that a filter on weekday or hour names, or -1. */
static int number_parse(const swk__dimension_about *about, swk__slice text)
{
	int number = 0;
	if (text.length < 1 || text.length > 2)
		return -1;
	for (size_t i = 0; i < text.length; i++) {
		if (text.bytes[i] < '0' || text.bytes[i] > '9')
			return -1;
		number = number * 10 + (text.bytes[i] - '0');
	}
	bool fits = number >= about->least && number <= about->most && number % about->step == 0;
	return fits ? number : -1;
}

/* Keeps a filter's value: a text as it is, a number as one byte. The slices get their bytes in filters_resolve. */
static int value_keep(swk__plan *plan, swk__dimension dimension, const char *value, swk__slice *kept, swk_error *error)
{
	swk__slice text = swk__slice_of(value);
	unsigned char number;
	if (swk__dimensions[dimension].number) {
		int parsed = number_parse(&swk__dimensions[dimension], text);
		if (parsed < 0)
			return usage(error, swk__dimensions[dimension].name, value, "was not one of its numbers");
		number = (unsigned char)parsed;
		text = (swk__slice){ (const char *)&number, 1 };
	}
	*kept = (swk__slice){ NULL, text.length };
	return swk__buf_slice(&plan->bytes, text) ? SWK_OK : swk__fail_memory(error, plan->mem);
}

/* Gathers the values of one dimension, in the order of the query. */
static int filter_resolve(const swk_query *query, swk__dimension dimension, swk__plan *plan, uint32_t *count,
                          swk_error *error)
{
	swk__plan_filter filter = { dimension, *count, 0 };
	for (size_t i = 0; i < query->filter_count; i++) {
		swk__dimension other;
		int code = dimension_find(plan, query->filters[i].dimension, &other, error);
		if (code == SWK_OK && !query->filters[i].value)
			code = usage(error, "filter", query->filters[i].dimension, "had no value");
		if (code == SWK_OK && other == dimension) {
			code = value_keep(plan, dimension, query->filters[i].value, &plan->values[*count], error);
			filter.count++;
			(*count)++;
		}
		if (code != SWK_OK)
			return code;
	}
	if (filter.count) {
		plan->filters[plan->filter_count++] = filter;
		dimension_use(plan, dimension);
	}
	return SWK_OK;
}

static int filters_resolve(const swk_query *query, swk__plan *plan, swk_error *error)
{
	uint32_t count = 0;
	plan->values = swk__alloc(plan->mem, SWK__FAULT_report_plan, query->filter_count, sizeof *plan->values);
	if (!plan->values)
		return swk__fail_memory(error, plan->mem);
	for (int d = 0; d < SWK__DIMENSION_COUNT; d++) {
		int code = filter_resolve(query, (swk__dimension)d, plan, &count, error);
		if (code != SWK_OK)
			return code;
	}
	const char *bytes = plan->bytes.bytes ? plan->bytes.bytes : ""; /* all values were the empty text */
	for (uint32_t i = 0; i < count; i++) {
		plan->values[i].bytes = bytes;
		bytes += plan->values[i].length;
	}
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ options */

static const swk__choice *choice_find(const swk__report_option *option, const char *value)
{
	for (const swk__choice *choice = option->choices; value && choice->value; choice++)
		if (swk__slice_equal(swk__slice_of(choice->value), swk__slice_of(value)))
			return choice;
	return NULL;
}

/* What the query says of an option: *choice stays where it says nothing. */
static int option_resolve(const swk_query *query, const swk__report_option *option, const swk__choice **choice,
                          swk_error *error)
{
	bool given = false;
	for (size_t i = 0; i < query->option_count; i++) {
		const swk_option *asked = &query->options[i];
		if (!asked->name || !swk__slice_equal(swk__slice_of(asked->name), swk__slice_of(option->name)))
			continue;
		if (given)
			return usage(error, option->name, asked->value, "was given twice");
		given = true;
		*choice = choice_find(option, asked->value);
		if (!*choice)
			return usage(error, option->name, asked->value, "is no value of this option");
	}
	return SWK_OK;
}

static void option_take(swk__plan *plan, const swk__report_option *option, const swk__choice *choice)
{
	switch (option->kind) {
	case SWK__OPTION_CONDITION:
		plan->conditions[plan->condition_count++] = (swk__condition){ option->field, choice->mask };
		break;
	case SWK__OPTION_CLOCK:
		plan->lead_clock = choice != option->choices;
		break;
	default:
		plan->form = &plan->report->forms[choice - option->choices];
	}
}

static int options_resolve(const swk_query *query, swk__plan *plan, swk_error *error)
{
	for (size_t i = 0; i < query->option_count; i++) {
		const char *name = query->options[i].name;
		if (!name || !swk__report_option_find(plan->report, swk__slice_of(name)))
			return usage(error, "option", name, "is no option of this report");
	}
	for (const swk__report_option *option = plan->report->options; option->name; option++) {
		const swk__choice *choice = option->choices;
		int code = option_resolve(query, option, &choice, error);
		if (code != SWK_OK)
			return code;
		option_take(plan, option, choice);
	}
	if (plan->lead_clock)
		plan->joins |= 1u << SWK__TABLE_LEAD;
	return SWK_OK;
}

/* --------------------------------------------------------------------------------- calendar and window */

static int calendar_resolve(const swk__asker *asker, const swk_query *query, swk__plan *plan, swk_error *error)
{
	if (query->week_start < 0 || query->week_start > SWK_SUNDAY)
		return usage(error, "week_start", NULL, "was not a weekday");
	plan->calendar.week_start = query->week_start ? query->week_start : asker->week_start;
	swk__slice zone = query->zone ? swk__slice_of(query->zone) : asker->zone;
	if (!swk__buf_slice(&plan->zone, zone) || !swk__buf_byte(&plan->zone, 0))
		return swk__fail_memory(error, plan->mem);
	return swk__zones_find(asker->zones, zone, &plan->calendar.zone, error);
}

static int week_resolve(const swk__plan *plan, const char *name, const char *text, int32_t *week, swk_error *error)
{
	const char *wrong = swk__week_parse(plan->calendar.week_start, swk__slice_of(text), week);
	return wrong ? usage(error, name, text, wrong) : SWK_OK;
}

static int window_resolve(const swk_query *query, swk__plan *plan, swk_error *error)
{
	int code = SWK_OK;
	plan->from_given = query->from != NULL;
	plan->to_given = query->to != NULL;
	if (plan->from_given)
		code = week_resolve(plan, "from", query->from, &plan->from, error);
	if (code == SWK_OK && plan->to_given)
		code = week_resolve(plan, "to", query->to, &plan->to, error);
	if (code == SWK_OK && plan->from_given && plan->to_given && plan->to < plan->from)
		code = usage(error, "to", query->to, "was a week before that of from");
	return code;
}

static int cut_resolve(const swk__asker *asker, const swk_query *query, swk__plan *plan, swk_error *error)
{
	if (query->as_of < 0 || query->as_of > SWK__INSTANT_MAX)
		return usage(error, "as_of", NULL, "was outside 1970-01-01 to 2200-01-01");
	plan->cut.as_of = query->as_of ? query->as_of : INT64_MAX;
	plan->cut.commit = query->at_commit ? query->at_commit : UINT64_MAX;
	plan->cut.now = query->now ? query->now : query->as_of ? query->as_of : asker->now;
	if (plan->cut.now < 0 || plan->cut.now > SWK__INSTANT_MAX) /* the clock is a caller's function too */
		return usage(error, "now", NULL, "was outside 1970-01-01 to 2200-01-01");
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ the plan */

/* The tables of a dimension's values: of a fact that names its rep itself no lead is asked for it. */
static unsigned dimension_joins(const swk__plan *plan, swk__dimension dimension)
{
	unsigned joins = swk__dimensions[dimension].joins;
	if (dimension != SWK__DIMENSION_REP && dimension != SWK__DIMENSION_TEAM)
		return joins;
	for (unsigned s = 0; s < plan->form->source_count; s++)
		if (!plan->form->sources[s].own[SWK__DIMENSION_REP])
			return joins;
	return joins & ~(1u << SWK__TABLE_LEAD);
}

/* The tables that dimensions, sources and measures are looked up in. */
static void joins_resolve(swk__plan *plan)
{
	const swk__form *form = plan->form;
	for (unsigned d = 0; d < plan->used_count; d++)
		plan->joins |= dimension_joins(plan, plan->used[d]);
	for (unsigned s = 0; s < form->source_count; s++) {
		if (form->sources[s].lead_needed)
			plan->joins |= 1u << SWK__TABLE_LEAD;
		if (form->sources[s].opportunity >= 0 && (plan->joins & (1u << SWK__TABLE_LEAD)))
			plan->joins |= 1u << SWK__TABLE_OPPORTUNITY;
	}
	for (unsigned m = 0; m < form->measure_count; m++)
		if (form->measures[m].kind == SWK__MEASURE_AMOUNT)
			plan->joins |= 1u << SWK__TABLE_RATE;
}

/* Writes what decides a week's rollup, apart from the week, the facts and `now`. */
static int shape_write(swk__plan *plan, swk_error *error)
{
	swk__buf *shape = &plan->shape;
	swk__buf_append(shape, plan->report->name, strlen(plan->report->name) + 1);
	swk__buf_varint(shape, plan->calendar.zone->fingerprint);
	swk__buf_byte(shape, (unsigned char)plan->calendar.week_start);
	swk__buf_byte(shape, plan->lead_clock);
	swk__buf_byte(shape, (unsigned char)(plan->form - plan->report->forms));
	swk__buf_byte(shape, (unsigned char)plan->by_count);
	for (unsigned i = 0; i < plan->by_count; i++)
		swk__buf_byte(shape, (unsigned char)plan->by[i]);
	for (unsigned i = 0; i < plan->condition_count; i++)
		swk__buf_varint(shape, plan->conditions[i].mask);
	for (unsigned i = 0; i < plan->filter_count; i++) {
		const swk__plan_filter *filter = &plan->filters[i];
		swk__buf_byte(shape, (unsigned char)filter->dimension);
		swk__buf_varint(shape, filter->count);
		for (uint32_t v = 0; v < filter->count; v++) {
			swk__buf_varint(shape, plan->values[filter->first + v].length);
			swk__buf_slice(shape, plan->values[filter->first + v]);
		}
	}
	return shape->failed ? swk__fail_memory(error, plan->mem) : SWK_OK;
}

static int currency_resolve(const swk_query *query, swk__plan *plan, swk_error *error)
{
	if (!query->currency)
		return SWK_OK;
	if (swk__currency_digits(swk__slice_of(query->currency)) < 0)
		return usage(error, "currency", query->currency, "is no ISO 4217 currency");
	memcpy(plan->currency, query->currency, sizeof plan->currency);
	return SWK_OK;
}

int swk__plan_make(const swk__asker *asker, const swk_query *query, swk__plan *plan, swk_error *error)
{
	const uint32_t known = SWK_QUERY_TOTAL | SWK_QUERY_FILL | SWK_QUERY_PREVIOUS;
	*plan = (swk__plan){ .mem = asker->mem, .flags = query->flags };
	plan->report = query->report ? swk__report_find(swk__slice_of(query->report)) : NULL;
	if (!plan->report)
		return usage(error, "report", query->report, "is no report");
	plan->form = plan->report->forms;
	if (query->flags & ~known)
		return usage(error, "flags", NULL, "had an unknown bit set");
	swk__buf_init(&plan->zone, plan->mem, TEXT_MAX);
	swk__buf_init(&plan->bytes, plan->mem, TEXT_MAX);
	swk__buf_init(&plan->shape, plan->mem, TEXT_MAX);
	int code = by_resolve(query, plan, error);
	if (code == SWK_OK)
		code = options_resolve(query, plan, error);
	if (code == SWK_OK)
		code = filters_resolve(query, plan, error);
	if (code == SWK_OK)
		code = calendar_resolve(asker, query, plan, error);
	if (code == SWK_OK)
		code = window_resolve(query, plan, error);
	if (code == SWK_OK)
		code = cut_resolve(asker, query, plan, error);
	joins_resolve(plan);
	if (code == SWK_OK)
		code = currency_resolve(query, plan, error);
	if (code == SWK_OK)
		code = shape_write(plan, error);
	if (code != SWK_OK)
		swk__plan_done(plan);
	return code;
}

void swk__plan_done(swk__plan *plan)
{
	swk__free(plan->mem, plan->values);
	plan->values = NULL;
	swk__buf_done(&plan->zone);
	swk__buf_done(&plan->bytes);
	swk__buf_done(&plan->shape);
}

int64_t swk__plan_now_before(const swk__plan *plan, int32_t days)
{
	int64_t local = swk__zone_local(plan->calendar.zone, plan->cut.now);
	return swk__zone_instant(plan->calendar.zone, local - days * SWK__US_DAY);
}
