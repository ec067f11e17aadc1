/* SPDX-License-Identifier: MIT */
#include "measure.h"

/* ----------------------------------------------------------------------------------------- making */

/* The facet, a new one if need be; NULL when there is no room. */
static const swk__facet *facet_add(swk__classes *classes, swk__facet_kind kind, int field, int from, unsigned radix)
{
	for (unsigned f = 0; f < classes->facet_count; f++) {
		const swk__facet *facet = &classes->facets[f];
		if (facet->kind == kind && facet->field == field && facet->from == from)
			return facet;
	}
	if (classes->facet_count == SWK__FACETS_MAX || classes->count * radix >= SWK__CLASSES_MAX)
		return NULL;
	swk__facet *facet = &classes->facets[classes->facet_count++];
	*facet = (swk__facet){ kind, field, from, radix, classes->count };
	classes->count *= radix;
	return facet;
}

/* A BOOL is never null. */
static unsigned code_radix(const swk__field *field)
{
	unsigned values = 0;
	if (field->kind != SWK__KIND_ENUM)
		return 2;
	while (field->values[values])
		values++;
	return values + 1;
}

static bool span(const swk__measure *measure)
{
	return measure->kind == SWK__MEASURE_SPAN || measure->kind == SWK__MEASURE_SPANS ||
	       measure->kind == SWK__MEASURE_BACK;
}

static bool instant(const swk__schema *facts, int field)
{
	return facts->fields[field].kind == SWK__KIND_INSTANT;
}

/* The field without which a measure does not count a row; -1: none. Rows whose own instant has not come are none. */
static int present_of(const swk__schema *facts, const swk__measure *measure)
{
	return measure->present == facts->instant ? -1 : measure->present;
}

/* The facets that tell whether a measure counts a row. */
static bool facets_add(swk__classes *classes, const swk__schema *facts, const swk__measure *measure)
{
	const int present = present_of(facts, measure);
	bool made = true;
	if (measure->given.field >= 0)
		made = facet_add(classes, SWK__FACET_CODE, measure->given.field, -1,
		                 code_radix(&facts->fields[measure->given.field]));
	if (made && present >= 0)
		made = facet_add(classes, instant(facts, present) ? SWK__FACET_COME : SWK__FACET_GIVEN, present, -1, 2);
	if (made && measure->kind == SWK__MEASURE_SUM)
		made = facet_add(classes, SWK__FACET_GIVEN, measure->value, -1, 2);
	if (made && span(measure))
		made = facet_add(classes, SWK__FACET_COME, measure->value, -1, 2) &&
		       facet_add(classes, SWK__FACET_BACK, measure->value, measure->from, 2);
	if (made && measure->kind == SWK__MEASURE_AMOUNT)
		made = facet_add(classes, SWK__FACET_LACKING, measure->value, measure->from, 2);
	return made;
}

/* The value that a measure adds up, a new one if need be; -1: it counts; -2: there is no room. */
static int value_add(swk__classes *classes, const swk__measure *measure)
{
	swk__value wanted = { SWK__VALUE_FIELD, measure->value, -1, -1, { 0 } };
	if (measure->kind == SWK__MEASURE_SPAN)
		wanted = (swk__value){ SWK__VALUE_SPAN, measure->value, measure->from, -1, { 0 } };
	else if (measure->kind == SWK__MEASURE_AMOUNT)
		wanted = (swk__value){ SWK__VALUE_AMOUNT, measure->value, measure->from, measure->present, { 0 } };
	else if (measure->kind != SWK__MEASURE_SUM)
		return -1;
	for (unsigned v = 0; v < classes->value_count; v++) {
		const swk__value *value = &classes->values[v];
		if (value->kind == wanted.kind && value->field == wanted.field && value->from == wanted.from &&
		    value->at == wanted.at)
			return (int)v;
	}
	if (classes->value_count == SWK__VALUES_MAX)
		return -2;
	classes->values[classes->value_count] = wanted;
	return (int)classes->value_count++;
}

/* A class's part in a facet: 0 where the classes do not have it. */
static unsigned facet_of(const swk__classes *classes, unsigned class, swk__facet_kind kind, int field, int from)
{
	for (unsigned f = 0; f < classes->facet_count; f++) {
		const swk__facet *facet = &classes->facets[f];
		if (facet->kind == kind && facet->field == field && facet->from == from)
			return class / facet->stride % facet->radix;
	}
	return 0;
}

/* Whether rows of a class meet a measure's conditions. */
static bool class_counts(const swk__classes *classes, unsigned class, const swk__schema *facts,
                         const swk__measure *measure)
{
	const int given = measure->given.field, present = present_of(facts, measure);
	const int null = given >= 0 && facts->fields[given].kind == SWK__KIND_ENUM;
	if (given >= 0 &&
	    !swk__condition_passes(measure->given, (int)facet_of(classes, class, SWK__FACET_CODE, given, -1) - null))
		return false;
	if (present >= 0 &&
	    !facet_of(classes, class, instant(facts, present) ? SWK__FACET_COME : SWK__FACET_GIVEN, present, -1))
		return false;
	if (!span(measure))
		return true;
	bool back = facet_of(classes, class, SWK__FACET_BACK, measure->value, measure->from);
	return facet_of(classes, class, SWK__FACET_COME, measure->value, -1) &&
	       back == (measure->kind == SWK__MEASURE_BACK);
}

static void measure_enter(swk__classes *classes, const swk__schema *facts, unsigned number, int value)
{
	const swk__measure *measure = &classes->form->measures[number];
	uint32_t bit = UINT32_C(1) << number, lacks = UINT32_C(1) << classes->form->measure_count;
	for (unsigned class = 0; class < classes->count; class ++) {
		if (!class_counts(classes, class, facts, measure))
			continue;
		if (value < 0)
			classes->counts[class] |= bit;
		else
			classes->values[value].adds[class] |= bit;
		if (value >= 0 && measure->kind == SWK__MEASURE_SUM)
			classes->given[value][class] = facet_of(classes, class, SWK__FACET_GIVEN, measure->value, -1);
		if (measure->kind == SWK__MEASURE_AMOUNT)
			classes->given[value][class] = true;
		if (measure->kind == SWK__MEASURE_AMOUNT &&
		    facet_of(classes, class, SWK__FACET_LACKING, measure->value, measure->from))
			classes->counts[class] |= lacks;
	}
}

/* Lists the classes of a measure. */
static void members_list(swk__classes *classes, unsigned measure)
{
	swk__members *members = &classes->members[measure];
	members->value = -1;
	for (unsigned class = 0; class < classes->count; class ++) {
		bool in = (classes->counts[class] >> measure) & 1;
		for (unsigned v = 0; v < classes->value_count; v++) {
			const bool adds = (classes->values[v].adds[class] >> measure) & 1;
			members->value = adds ? (int)v : members->value;
			in |= adds;
		}
		if (in)
			members->classes[members->count++] = (unsigned char)class;
	}
}

bool swk__classes_make(swk__classes *classes, const swk__form *form, unsigned source)
{
	const swk__schema *facts = &swk__schemas[form->sources[source].facts];
	unsigned curve = 0;
	*classes = (swk__classes){ .form = form, .count = 1 };
	for (unsigned m = 0; m < form->measure_count; m++)
		if (form->measures[m].source == source && !facets_add(classes, facts, &form->measures[m]))
			return false;
	for (unsigned m = 0; m < form->measure_count; m++) {
		const swk__measure *measure = &form->measures[m];
		bool curved = measure->kind == SWK__MEASURE_CURVE;
		if (measure->source == source && curved) {
			classes->curves[classes->curve_count++] = (swk__curve){ measure, curve };
		} else if (measure->source == source) {
			int value = value_add(classes, measure);
			if (value == -2)
				return false;
			measure_enter(classes, facts, m, value);
		}
		curve += curved;
	}
	for (unsigned m = 0; m <= form->measure_count; m++)
		members_list(classes, m);
	return true;
}

/* ---------------------------------------------------------------------------------------- sorting */

/* How much the codes of a facet are too great: a BOOL is never null, which 0 stands for. */
static unsigned facet_excess(const swk__facet *facet)
{
	return facet->kind == SWK__FACET_CODE && facet->radix == 2;
}

/* Two instants of the rows as numbers in one unit, and by how many units the coding of `to` begins later; false where
 * they do not lie so, or that is no whole number, or not one of 32 bits. */
static bool instants_pair(swk__block *block, int to_field, int from_field, swk__instants *to, swk__instants *from,
                          int64_t *units)
{
	if (!swk__block_instants(block, to_field, to) || !swk__block_instants(block, from_field, from))
		return false;
	const swk__raw ends = to->coding, begins = from->coding;
	if (ends.unit <= 0 || ends.unit != begins.unit || (ends.base - begins.base) % ends.unit)
		return false;
	*units = (ends.base - begins.base) / ends.unit;
	return *units <= UINT32_MAX && *units >= -(int64_t)UINT32_MAX;
}

/* 1 where a number lies before another one of a coding that begins so many units later, or earlier. No sum is made that
 * might not fit; null lies after nothing, as it is 0. */
static SWK__WIDE void raw_back_fill(const uint32_t *to, const uint32_t *from, int64_t units, uint32_t count,
                                    unsigned char *codes)
{
	const uint32_t later = units > 0 ? (uint32_t)units : 0, earlier = units < 0 ? (uint32_t)-units : 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t begin = (from[i] > later ? from[i] : later) - later,
			       end = (to[i] > earlier ? to[i] : earlier) - earlier;
		codes[i] = end < begin;
	}
}

/* 1 where an instant lies before another; where it has not come, which is asked beside, anything. */
static SWK__WIDE void back_fill(const swk__facet *facet, swk__block *block, unsigned char *codes)
{
	swk__instants to, from;
	int64_t units;
	const uint32_t count = block->count;
	if (instants_pair(block, facet->field, facet->from, &to, &from, &units)) {
		raw_back_fill(to.raw, from.raw, units, count, codes);
		return;
	}
	const int64_t *cells = swk__block_cells(block, facet->field), *before = swk__block_cells(block, facet->from);
	for (uint32_t i = 0; i < count; i++)
		codes[i] = cells[i] < before[i];
}

/* The codes of the rows, in `codes` where they do not lie in the block. */
static const unsigned char *facet_codes(const swk__facet *facet, swk__block *block, unsigned char *codes)
{
	switch (facet->kind) {
	case SWK__FACET_CODE:
		return swk__block_codes(block, facet->field);
	case SWK__FACET_GIVEN:
		swk__cells_given(swk__block_read(block, facet->field), (unsigned)facet->field, block->first,
		                 block->count, codes);
		break;
	case SWK__FACET_COME:
		return swk__block_come(block, facet->field);
	case SWK__FACET_BACK:
		back_fill(facet, block, codes);
		break;
	default: /* SWK__FACET_LACKING is not asked for */
		memset(codes, 0, block->count);
	}
	return codes;
}

/* Sorts the rows into classes, whether they count or not. */
static SWK__WIDE void classes_fill(const swk__classes *classes, swk__block *block, unsigned char *sorted)
{
	unsigned char room[SWK__BLOCK_ROWS];
	const uint32_t count = block->count;
	unsigned excess = 0;
	for (unsigned f = 0; f < classes->facet_count; f++)
		excess += facet_excess(&classes->facets[f]) * classes->facets[f].stride;
	memset(sorted, (unsigned char)-excess, count);
	for (unsigned f = 0; f < classes->facet_count; f++) {
		const unsigned char stride = (unsigned char)classes->facets[f].stride;
		if (classes->facets[f].kind == SWK__FACET_LACKING)
			continue; /* known when amounts are converted */
		const unsigned char *codes = facet_codes(&classes->facets[f], block, room);
		for (uint32_t i = 0; i < count; i++)
			sorted[i] = (unsigned char)(sorted[i] + codes[i] * stride);
	}
}

/* Puts rows that do not count into a class of their own. */
static SWK__WIDE void classes_drop(unsigned char class, const unsigned char *counts, uint32_t count,
                                   unsigned char *sorted)
{
	for (uint32_t i = 0; i < count; i++) {
		const unsigned char kept = (unsigned char)-counts[i];
		sorted[i] = (unsigned char)((sorted[i] & kept) | (class & ~kept));
	}
}

/* Whether rows of this class need their amount: those that lack their rate are not sorted yet. */
static bool amount_needed(const swk__value *value, unsigned class)
{
	return value->adds[class] != 0;
}

static int amount_missing(const swk__classes *classes, const swk__value *value, uint32_t row, swk__sorted *sorted,
                          swk__lacking lacking, void *context, const swk__rate_gap *gap, swk_error *error)
{
	for (unsigned f = 0; f < classes->facet_count; f++) {
		const swk__facet *facet = &classes->facets[f];
		if (facet->kind == SWK__FACET_LACKING && facet->field == value->field && facet->from == value->from)
			sorted->classes[row] = (unsigned char)(sorted->classes[row] + facet->stride);
	}
	return lacking(context, row, gap, error);
}

/* Whether all amounts are the result's. */
static SWK__WIDE bool currencies_same(const swk__value *value, swk__block *block, const swk__money *money)
{
	const swk__coding *coding = &swk__block_read(block, value->from)->codings[value->from];
	const uint32_t count = block->count;
	uint32_t others = 0;
	if (coding->width == 0)
		return money->base == money->result; /* none is named */
	const uint32_t *currencies = swk__block_numbers(block, value->from);
	for (uint32_t i = 0; i < count; i++)
		others |= (currencies[i] ? currencies[i] : money->base) ^ money->result;
	return !others;
}

/* Takes the amounts of all rows as they lie, if each has one and all are the result's in whole minor units, which are
 * hundredths. */
static SWK__WIDE bool amounts_take(const swk__value *value, unsigned number, swk__block *block, const swk__money *money,
                                   swk__sorted *sorted)
{
	const uint32_t count = block->count;
	uint32_t others = 0;
	swk__raw coding;
	const uint32_t *raw = swk__cells_raw(swk__block_read(block, value->field), (unsigned)value->field, block->first,
	                                     count, sorted->rooms[number], &coding);
	if (!raw || money->digits != 2 || coding.base % 100 || coding.unit % 100)
		return false;
	for (uint32_t i = 0; i < count; i++)
		others |= !raw[i];
	if (others || !currencies_same(value, block, money))
		return false;
	sorted->raw[number] = raw;
	sorted->coding[number] = (swk__raw){ coding.base / 100, coding.unit / 100 };
	return true;
}

/* Converts the amounts of the rows whose class adds them up. */
static int amounts_fill(const swk__classes *classes, unsigned number, swk__block *block, const swk__money *money,
                        swk__lacking lacking, void *context, swk__sorted *sorted, swk_error *error)
{
	const swk__value *value = &classes->values[number];
	if (amounts_take(value, number, block, money, sorted))
		return SWK_OK;
	const int64_t *amounts = swk__block_cells(block, value->field), *at = swk__block_cells(block, value->at);
	const uint32_t *currencies = swk__block_numbers(block, value->from);
	swk__rate_gap gap;
	for (uint32_t i = 0; i < block->count; i++) {
		int64_t *minor = &sorted->values[number][i];
		*minor = 0;
		if (!block->counts[i] || !amount_needed(value, sorted->classes[i]) || amounts[i] == SWK__NULL ||
		    swk__money_same(money, amounts[i], currencies[i], minor))
			continue;
		int code = swk__money_convert(money, amounts[i], currencies[i], at[i], minor, &gap, error);
		if (code == SWK_ERR_INVALID)
			code = amount_missing(classes, value, i, sorted, lacking, context, &gap, error);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

/* A field of which null adds nothing. */
static SWK__WIDE void field_fill(const swk__value *value, unsigned number, swk__block *block, swk__sorted *sorted)
{
	sorted->raw[number] = swk__cells_raw(swk__block_read(block, value->field), (unsigned)value->field, block->first,
	                                     block->count, sorted->rooms[number], &sorted->coding[number]);
	if (sorted->raw[number])
		return;
	sorted->coding[number] = (swk__raw){ 0, 0 };
	const int64_t *cells = swk__block_cells(block, value->field);
	for (uint32_t i = 0; i < block->count; i++)
		sorted->values[number][i] = cells[i] == SWK__NULL ? 0 : cells[i];
}

/* Spans in the unit that both instants lie in; false where they do not lie so, or a span is too long. */
static SWK__WIDE bool span_take(const swk__value *value, unsigned number, swk__block *block, swk__sorted *sorted)
{
	swk__instants to, from;
	int64_t later;
	if (!instants_pair(block, value->field, value->from, &to, &from, &later))
		return false;
	const uint32_t *ends = to.raw, *begins = from.raw, count = block->count;
	uint32_t *spans = sorted->rooms[number];
	int64_t all = 0;
	for (uint32_t i = 0; i < count; i++) {
		const int64_t span = later + ends[i] - begins[i], kept = ((span > 0) & (ends[i] != 0)) ? span : 0;
		spans[i] = (uint32_t)kept;
		all |= kept;
	}
	if (all > UINT32_MAX)
		return false;
	sorted->raw[number] = spans;
	sorted->coding[number] = (swk__raw){ 0, to.coding.unit };
	return true;
}

/* Only rows that have come and are in order are added up; of others the difference may be anything. */
static SWK__WIDE void span_fill(const swk__value *value, unsigned number, swk__block *block, swk__sorted *sorted)
{
	if (span_take(value, number, block, sorted))
		return;
	const int64_t *cells = swk__block_cells(block, value->field), *from = swk__block_cells(block, value->from);
	for (uint32_t i = 0; i < block->count; i++)
		sorted->values[number][i] = cells[i] < from[i] ? 0 : cells[i] - from[i];
}

int swk__classes_sort(const swk__classes *classes, swk__block *block, const swk__money *money, swk__lacking lacking,
                      void *context, swk__sorted *sorted, swk_error *error)
{
	int code = SWK_OK;
	classes_fill(classes, block, sorted->classes);
	for (unsigned v = 0; v < classes->value_count && code == SWK_OK; v++) {
		const swk__value *value = &classes->values[v];
		sorted->raw[v] = NULL;
		sorted->coding[v] = (swk__raw){ 0, 0 };
		if (value->kind == SWK__VALUE_AMOUNT)
			code = amounts_fill(classes, v, block, money, lacking, context, sorted, error);
		else if (value->kind == SWK__VALUE_FIELD)
			field_fill(value, v, block, sorted);
		else
			span_fill(value, v, block, sorted);
	}
	classes_drop((unsigned char)classes->count, block->counts, block->count, sorted->classes);
	return code;
}
