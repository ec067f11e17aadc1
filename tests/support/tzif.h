/* SPDX-License-Identifier: MIT
 *
 * tzif: writes small TZif files (RFC 8536), right ones and wrong ones.
 */
#ifndef SWK_TEST_TZIF_H
#define SWK_TEST_TZIF_H

#include "base.h"

typedef struct tzif_change {
	int64_t time; /* seconds */
	unsigned char type;
} tzif_change;

typedef struct tzif_type {
	int32_t offset;
	unsigned char daylight, text;
} tzif_type;

/* What a test file holds; counts of 0 are right for a small file. */
typedef struct tzif_file {
	const tzif_change *changes;
	uint32_t change_count;
	tzif_type types[4];
	uint32_t type_count; /* 0: one type, UTC */
	uint32_t standard_count, utc_count, leap_count;
	unsigned char flag;
	const char *footer; /* with its newlines; NULL: none at all */
	bool fat;           /* with data for readers of version 1 */
} tzif_file;

typedef struct tzif_bytes {
	unsigned char at[4096];
	size_t length;
} tzif_bytes;

static inline void tzif_put(tzif_bytes *to, uint64_t value, int size)
{
	while (size-- > 0)
		to->at[to->length++] = (unsigned char)(value >> (8 * size));
}

static inline void tzif_put_block(tzif_bytes *to, const tzif_file *from, int time_size)
{
	static const char texts[] = "LMT\0XST";
	uint32_t type_count = from->type_count ? from->type_count : 1;
	uint32_t counts[] = { from->utc_count,    from->standard_count, from->leap_count,
		              from->change_count, type_count,           sizeof texts };
	memcpy(to->at + to->length, "TZif2", 5);
	to->length += 20;
	for (size_t i = 0; i < SWK__COUNT(counts); i++)
		tzif_put(to, counts[i], 4);
	for (uint32_t i = 0; i < from->change_count; i++)
		tzif_put(to, (uint64_t)from->changes[i].time, time_size);
	for (uint32_t i = 0; i < from->change_count; i++)
		tzif_put(to, from->changes[i].type, 1);
	for (uint32_t i = 0; i < type_count; i++) {
		tzif_put(to, (uint32_t)from->types[i % 4].offset, 4);
		tzif_put(to, from->types[i % 4].daylight, 1);
		tzif_put(to, from->types[i % 4].text, 1);
	}
	memcpy(to->at + to->length, texts, sizeof texts);
	to->length += sizeof texts;
	for (uint32_t i = 0; i < from->leap_count; i++)
		to->length += (size_t)time_size + 4;
	for (uint32_t i = 0; i < from->standard_count + from->utc_count; i++)
		tzif_put(to, from->flag, 1);
}

static inline tzif_bytes tzif_write(const tzif_file *from)
{
	tzif_bytes made = { .length = 0 };
	tzif_put_block(&made, from->fat ? from : &(tzif_file){ 0 }, 4);
	tzif_put_block(&made, from, 8);
	for (const char *at = from->footer; at && *at; at++)
		tzif_put(&made, (unsigned char)*at, 1);
	return made;
}

#endif
