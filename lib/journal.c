/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "currency.h"

enum {
	WIDTH_VALUES = 64,
	WIDTH_STEPS = 65,
	NULLS = 0x80 /* over the place of the unit */
};

/* ---------------------------------------------------------------------------------------------- texts */

/* The length that all texts from `first` to before `end` have, or -1. */
static int64_t texts_length(const swk__text *texts, uint32_t first, uint32_t end)
{
	size_t length = first < end ? swk__text_get(texts, first).length : 0;
	for (uint32_t number = first; number < end; number++)
		if (swk__text_get(texts, number).length != length)
			return -1;
	return (int64_t)length;
}

static void texts_encode(const swk__text *texts, uint32_t first, uint32_t end, swk__buf *buf)
{
	int64_t length = texts_length(texts, first, end);
	swk__buf_varint(buf, end - first);
	if (first == end)
		return;
	swk__buf_varint(buf, (uint64_t)length + 1);
	for (uint32_t number = first; number < end; number++) {
		swk__slice text = swk__text_get(texts, number);
		if (length < 0)
			swk__buf_varint(buf, text.length);
		swk__buf_slice(buf, text);
	}
}

/* How many new texts a field has, and 1 + their length if all have the same, or 0; false when the bytes were none that
 * encode wrote. */
static bool texts_begin(swk__reader *reader, uint64_t *count, uint64_t *length)
{
	const uint64_t longest = (uint64_t)swk__kind_limits[SWK__KIND_TEXT].high;
	*count = swk__read_varint64(reader);
	*length = *count ? swk__read_varint64(reader) : 0;
	return *count <= SWK__JOURNAL_ROWS && *length <= longest + 1;
}

/* Passes over the new texts of a field. */
static bool texts_pass(swk__reader *reader)
{
	uint64_t count, length;
	if (!texts_begin(reader, &count, &length))
		return false;
	if (length)
		swk__read_slice(reader, count * (length - 1));
	for (uint64_t i = 0; i < count && !length && !reader->failed; i++)
		swk__read_slice(reader, swk__read_varint64(reader));
	return true;
}

/* Reads them. */
static bool texts_read(swk__reader *reader, swk__slice *texts, uint64_t *count)
{
	uint64_t length;
	if (!texts_begin(reader, count, &length))
		return false;
	if (length) {
		const swk__slice all = swk__read_slice(reader, *count * (length - 1));
		for (uint64_t i = 0; i < *count && !reader->failed; i++)
			texts[i] = (swk__slice){ all.bytes + i * (length - 1), length - 1 };
		return !reader->failed;
	}
	for (uint64_t i = 0; i < *count && !reader->failed; i++)
		texts[i] = swk__read_slice(reader, swk__read_varint64(reader));
	return !reader->failed;
}

/* Puts the new texts of a field in; *wrong when it may not have them. */
static int texts_decode(swk__text *texts, const swk__field *field, swk__reader *reader, bool *wrong, swk_error *error)
{
	const uint64_t most = (uint64_t)swk__kind_limits[field->kind].high;
	swk__slice found[SWK__JOURNAL_ROWS];
	uint64_t count;
	*wrong = !texts_read(reader, found, &count);
	for (uint64_t i = 0; i < count && !*wrong; i++)
		*wrong = found[i].length == 0 || found[i].length > most;
	return *wrong ? SWK_OK : swk__text_append_run(texts, found, count, error);
}

/* --------------------------------------------------------------------------------------------- columns */

static bool steps_up(const int64_t *values, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (values[i] != values[0] + i)
			return false;
	return count > 1;
}

/* How many bits the numbers from 0 to `most` need. */
static unsigned bits_for(uint64_t most)
{
	return most ? 64u - (unsigned)__builtin_clzll(most) : 0;
}

static inline __attribute__((always_inline)) void cells_fill(const int64_t *values, uint32_t count, int64_t base,
                                                             uint64_t unit, bool nulls, uint64_t *cells)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t cell = ((uint64_t)values[i] - (uint64_t)base) / unit + nulls;
		cells[i] = nulls && values[i] == SWK__NULL ? 0 : cell;
	}
}

static void bits_write(const uint64_t *cells, uint32_t count, unsigned width, swk__buf *buf)
{
	const size_t size = ((size_t)count * width + 7) / 8;
	unsigned char *to;
	uint64_t held = 0;
	unsigned bits = 0;
	if (!swk__buf_reserve(buf, size + 8))
		return;
	to = (unsigned char *)buf->bytes + buf->length;
	for (uint32_t i = 0; i < count; i++) {
		held |= cells[i] << bits;
		bits += width;
		if (bits < 64)
			continue;
		for (unsigned byte = 0; byte < 8; byte++)
			*to++ = (unsigned char)(held >> byte * 8);
		bits -= 64;
		held = bits ? cells[i] >> (width - bits) : 0;
	}
	for (unsigned byte = 0; byte * 8 < bits; byte++)
		*to++ = (unsigned char)(held >> byte * 8);
	buf->length += size;
}

static void values_write(const int64_t *values, uint32_t count, swk__buf *buf)
{
	swk__buf_byte(buf, WIDTH_VALUES);
	for (uint32_t i = 0; i < count; i++)
		for (unsigned byte = 0; byte < 8; byte++)
			swk__buf_byte(buf, (unsigned char)((uint64_t)values[i] >> byte * 8));
}

static void column_encode(const int64_t *values, uint32_t count, swk__buf *buf)
{
	swk__spread of = { 0 };
	uint64_t cells[SWK__JOURNAL_ROWS];
	if (steps_up(values, count)) {
		swk__buf_byte(buf, WIDTH_STEPS);
		swk__buf_zigzag(buf, values[0]);
		return;
	}
	swk__spread_add(&of, SWK__NULL, values, count);
	if (!of.any || (of.low == of.high && !of.null)) {
		swk__buf_byte(buf, 0);
		swk__buf_zigzag(buf, values[0]);
		return;
	}
	const uint64_t unit = swk__units[of.unit], apart = (uint64_t)of.high - (uint64_t)of.low;
	const unsigned width = apart > INT64_MAX / 2 ? 64 : bits_for(apart / unit + of.null);
	if (width == 64) {
		values_write(values, count, buf);
		return;
	}
	if (unit == 1)
		cells_fill(values, count, of.low, 1, of.null, cells);
	else if (unit == 1000000)
		cells_fill(values, count, of.low, 1000000, of.null, cells);
	else
		cells_fill(values, count, of.low, unit, of.null, cells);
	swk__buf_byte(buf, (unsigned char)width);
	swk__buf_byte(buf, (unsigned char)(of.unit | (of.null ? NULLS : 0)));
	swk__buf_zigzag(buf, of.low);
	bits_write(cells, count, width, buf);
}

/* What is known of values that were read: they lie between two of them, or are null. */
typedef struct reach {
	int64_t low, high;
	bool any, null;
} reach;

/* Eight bytes, the least first. */
static inline uint64_t word_at(const unsigned char *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof word);
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* The cell of so many bits that begins at a bit; 16 bytes from there on are read. */
static inline uint64_t cell_at(const unsigned char *bytes, size_t bit, unsigned width)
{
	const unsigned char *from = bytes + bit / 8;
	uint64_t cell = word_at(from) >> bit % 8;
	if (width > 57 && bit % 8)
		cell |= word_at(from + 8) << (64 - bit % 8);
	return cell & ((UINT64_C(1) << width) - 1);
}

/* The values of cells; returns the greatest cell. */
static inline __attribute__((always_inline)) uint64_t cells_read(const unsigned char *bytes, unsigned width,
                                                                 uint32_t count, int64_t base, uint64_t unit,
                                                                 bool nulls, int64_t *values)
{
	const uint64_t least = (uint64_t)base - nulls * unit;
	uint64_t most = 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t cell = cell_at(bytes, (size_t)i * width, width), value = least + cell * unit;
		values[i] = nulls && cell == 0 ? SWK__NULL : (int64_t)value;
		most = cell > most ? cell : most;
	}
	return most;
}

/* The same, with what is usual known to the compiler. */
static uint64_t cells_take(const unsigned char *bytes, unsigned width, uint32_t count, int64_t base, uint64_t unit,
                           bool nulls, int64_t *values)
{
	if (width > 57)
		return cells_read(bytes, width, count, base, unit, nulls, values);
	return nulls       ? cells_read(bytes, width, count, base, unit, true, values)
	       : unit == 1 ? cells_read(bytes, width, count, base, 1, false, values)
	                   : cells_read(bytes, width, count, base, unit, false, values);
}

static bool bits_read(swk__reader *reader, unsigned width, uint32_t count, int64_t *values, reach *of)
{
	const unsigned char kind = swk__read_byte(reader), unit = kind & (NULLS - 1);
	const bool nulls = kind & NULLS;
	const int64_t base = swk__read_zigzag64(reader);
	const swk__slice bytes = swk__read_slice(reader, ((size_t)count * width + 7) / 8);
	unsigned char copy[SWK__JOURNAL_ROWS * 8 + 16];
	int64_t apart;
	if (reader->failed || unit >= SWK__UNIT_COUNT || base == SWK__NULL)
		return false;
	memcpy(copy, bytes.bytes, bytes.length);
	memset(copy + bytes.length, 0, 16);
	const uint64_t most = cells_take(copy, width, count, base, swk__units[unit], nulls, values);
	*of = (reach){ .low = base, .any = true, .null = nulls };
	return !__builtin_mul_overflow(most - nulls, swk__units[unit], &apart) &&
	       !__builtin_add_overflow(base, apart, &of->high);
}

static bool values_read(swk__reader *reader, uint32_t count, int64_t *values, reach *of)
{
	const swk__slice bytes = swk__read_slice(reader, (size_t)count * 8);
	swk__spread found = { 0 };
	if (reader->failed)
		return false;
	for (uint32_t i = 0; i < count; i++)
		values[i] = (int64_t)word_at((const unsigned char *)bytes.bytes + (size_t)i * 8);
	swk__spread_add(&found, SWK__NULL, values, count);
	*of = (reach){ found.low, found.high, found.any, found.null };
	return true;
}

static bool column_decode(swk__reader *reader, uint32_t count, int64_t *values, reach *of)
{
	const unsigned width = swk__read_byte(reader);
	if (width == WIDTH_VALUES)
		return values_read(reader, count, values, of);
	if (width > 0 && width < WIDTH_VALUES)
		return bits_read(reader, width, count, values, of);
	const int64_t first = swk__read_zigzag64(reader);
	if (reader->failed || width > WIDTH_STEPS || (width && first > INT64_MAX - SWK__JOURNAL_ROWS))
		return false;
	for (uint32_t i = 0; i < count; i++)
		values[i] = width ? first + i : first;
	const bool null = first == SWK__NULL;
	*of = (reach){ first, values[count - 1], !null || width, null };
	return true;
}

/* Whether a text may be in a field, beyond being in its dictionary: others of that may be longer. */
static bool text_allowed(const swk__field *field, swk__slice text)
{
	if (field->kind == SWK__KIND_CURRENCY && text.length)
		return swk__currency_digits(text) >= 0;
	return text.length <= (size_t)swk__kind_limits[field->kind].high;
}

/* Whether a text field may hold the texts that it was read to have. */
static bool texts_allowed(const swk__text *texts, const swk__field *field, uint32_t count, const int64_t *values,
                          const reach *of)
{
	const bool stricter = field->kind == SWK__KIND_ZONE || field->kind == SWK__KIND_CURRENCY;
	if (of->null || of->low < field->required || of->high >= swk__text_count(texts))
		return false;
	for (uint32_t i = 0; i < count && stricter; i++) {
		const bool again = i > 0 && values[i] == values[i - 1];
		if (!again && !text_allowed(field, swk__text_get(texts, (uint32_t)values[i])))
			return false;
	}
	return true;
}

/* Whether a field may hold what was read. What is allowed lies between two values, but for null. */
static bool column_allowed(const swk__dictionaries *all, swk__table table, const swk__field *field, uint32_t count,
                           const int64_t *values, const reach *of)
{
	if (swk__kind_is_text(field->kind))
		return texts_allowed(swk__dictionary(all, table, field), field, count, values, of);
	return (!of->null || swk__field_allows(field, SWK__NULL)) &&
	       (!of->any || (swk__field_allows(field, of->low) && swk__field_allows(field, of->high)));
}

/* ------------------------------------------------------------------------------------------------ runs */

void swk__journal_encode(const swk__dictionaries *all, const swk__journal_run *run, swk__buf *buf)
{
	const swk__schema *schema = &swk__schemas[run->table];
	int64_t values[SWK__JOURNAL_ROWS] = { 0 };
	swk__buf_varint(buf, run->table);
	swk__buf_varint(buf, run->count);
	for (unsigned f = 0; f < schema->count; f++)
		if (swk__kind_is_text(schema->fields[f].kind))
			texts_encode(swk__dictionary(all, run->table, &schema->fields[f]), run->first[f], run->end[f],
			             buf);
	for (unsigned f = 0; f < schema->count; f++) {
		for (uint32_t i = 0; i < run->count; i++)
			values[i] = run->values[f][run->picked[i]];
		column_encode(values, run->count, buf);
	}
	for (uint32_t i = 0; i < run->count; i++)
		values[i] = run->stamped[run->picked[i]];
	column_encode(values, run->count, buf);
}

/* Puts the new texts of a run in. */
static int run_texts(const swk__dictionaries *all, swk__table table, swk__reader *reader, bool *wrong, swk_error *error)
{
	const swk__schema *schema = &swk__schemas[table];
	int code = SWK_OK;
	for (unsigned f = 0; f < schema->count && code == SWK_OK && !*wrong; f++)
		if (swk__kind_is_text(schema->fields[f].kind))
			code = texts_decode(swk__dictionary(all, table, &schema->fields[f]), &schema->fields[f], reader,
			                    wrong, error);
	return code;
}

/* Whether opportunities have closed where they are not open: counting goes by that instant. */
static bool closings_allowed(const swk__journal_rows *rows)
{
	const int64_t *outcomes = rows->cells[SWK__OPPORTUNITY_OUTCOME],
		      *closed = rows->cells[SWK__OPPORTUNITY_CLOSED_AT];
	for (uint32_t i = 0; i < rows->count; i++)
		if (outcomes[i] != SWK__OPEN && closed[i] == SWK__NULL)
			return false;
	return true;
}

/* Whether the fields of a run may hold what was read, now that its texts are in. */
static bool run_allowed(const swk__dictionaries *all, const swk__journal_rows *rows, const reach *of)
{
	const swk__schema *schema = &swk__schemas[rows->table];
	bool good = !of[SWK__FIELD_RECORDED_AT].null;
	for (unsigned f = 0; f < schema->count && good; f++)
		good = column_allowed(all, rows->table, &schema->fields[f], rows->count, rows->cells[f], &of[f]);
	return good && (rows->table != SWK__TABLE_OPPORTUNITY || closings_allowed(rows));
}

/* Reads all of a run but its texts, which it passes over; false when the bytes were none that encode wrote. */
static bool run_read(swk__reader *reader, swk__journal_rows *rows, reach *of, swk__reader *texts)
{
	const uint64_t table = swk__read_varint64(reader), count = swk__read_varint64(reader);
	int64_t stamped[SWK__JOURNAL_ROWS];
	reach flags = { 0 };
	bool good = table < SWK__TABLE_COUNT && count > 0 && count <= SWK__JOURNAL_ROWS;
	if (!good)
		return false;
	const swk__schema *schema = &swk__schemas[table];
	rows->table = (swk__table)table;
	rows->count = (uint32_t)count;
	*texts = *reader;
	for (unsigned f = 0; f < schema->count && good; f++)
		good = !swk__kind_is_text(schema->fields[f].kind) || texts_pass(reader);
	for (unsigned f = 0; f < schema->count && good; f++)
		good = column_decode(reader, rows->count, rows->cells[f], &of[f]);
	good = good && column_decode(reader, rows->count, stamped, &flags);
	for (uint32_t i = 0; i < rows->count && good; i++)
		rows->stamped[i] = stamped[i] != 0;
	return good;
}

int swk__journal_decode(const swk__dictionaries *all, swk__reader *reader, swk__journal_rows *rows, swk_error *error)
{
	reach of[SWK__FIELDS_MAX] = { 0 };
	swk__reader texts = { 0 };
	bool wrong = !run_read(reader, rows, of, &texts);
	if (reader->failed)
		return SWK_OK;
	if (!wrong)
		rows->new_ids = swk__text_count(&all->ids[rows->table]);
	int code = wrong ? SWK_OK : run_texts(all, rows->table, &texts, &wrong, error);
	if (code == SWK_OK && (wrong || !run_allowed(all, rows, of)))
		return swk__fail(error, SWK_ERR_CORRUPT, "the journal was corrupt");
	return code;
}
