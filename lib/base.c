/* SPDX-License-Identifier: MIT */
#include "base.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

const char *const swk__fault_names[SWK__FAULT_COUNT] = {
#define SWK__FAULT_NAME(name) #name,
	SWK__FAULT_POINTS(SWK__FAULT_NAME)
#undef SWK__FAULT_NAME
};

int swk__slice_compare(swk__slice a, swk__slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;
	if (order != 0)
		return order;
	return (a.length > b.length) - (a.length < b.length);
}

/* ------------------------------------------------------------------------------------------ memory */

/* Stands before every block so that freeing knows what to subtract. */
typedef union block_head {
	size_t size;
	max_align_t align;
} block_head;

static void *system_alloc(void *context, size_t size)
{
	(void)context;
	return malloc(size);
}

static void *system_resize(void *context, void *block, size_t size)
{
	(void)context;
	return realloc(block, size);
}

static void system_free(void *context, void *block)
{
	(void)context;
	free(block);
}

void swk__mem_init(swk__mem *mem, const swk_allocator *allocator, uint64_t limit)
{
	static const swk_allocator system = { system_alloc, system_resize, system_free, NULL };
	*mem = (swk__mem){ .allocator = allocator ? *allocator : system, .limit = limit };
}

/* Takes `more` from the limit; false when it is reached. */
static bool mem_charge(swk__mem *mem, size_t more)
{
	uint64_t before = atomic_fetch_add_explicit(&mem->used, more, memory_order_relaxed);
	if (mem->limit == 0 || before + more <= mem->limit)
		return true;
	atomic_fetch_sub_explicit(&mem->used, more, memory_order_relaxed);
	atomic_store_explicit(&mem->limit_hit, true, memory_order_relaxed);
	return false;
}

static void mem_discharge(swk__mem *mem, size_t less)
{
	atomic_fetch_sub_explicit(&mem->used, less, memory_order_relaxed);
}

/* The size of a block with its head, or 0 when it cannot be said. */
static size_t block_size(size_t count, size_t size)
{
	size_t bytes;
	if (!swk__mul_size(count, size, &bytes) || !swk__add_size(bytes, sizeof(block_head), &bytes))
		return 0;
	return bytes;
}

static void *mem_failed(swk__mem *mem)
{
	atomic_store_explicit(&mem->limit_hit, false, memory_order_relaxed);
	return NULL;
}

void *swk__alloc(swk__mem *mem, swk__fault point, size_t count, size_t size)
{
	size_t bytes = block_size(count, size);
	if (bytes == 0 || swk__fault_hit(mem, point))
		return mem_failed(mem);
	if (!mem_charge(mem, bytes))
		return NULL;
	/* What the system has just mapped is zero already. */
	const bool system = mem->allocator.alloc == system_alloc;
	block_head *head = system ? calloc(1, bytes) : mem->allocator.alloc(mem->allocator.context, bytes);
	if (!head) {
		mem_discharge(mem, bytes);
		return mem_failed(mem);
	}
	if (!system)
		memset(head, 0, bytes);
	head->size = bytes;
	return head + 1;
}

void *swk__resize(swk__mem *mem, swk__fault point, void *block, size_t count, size_t size)
{
	if (!block)
		return swk__alloc(mem, point, count, size);
	block_head *old = (block_head *)block - 1;
	size_t before = old->size, bytes = block_size(count, size);
	if (bytes == 0 || swk__fault_hit(mem, point))
		return mem_failed(mem);
	if (bytes > before && !mem_charge(mem, bytes - before))
		return NULL;
	block_head *head = mem->allocator.resize(mem->allocator.context, old, bytes);
	if (!head) {
		if (bytes > before)
			mem_discharge(mem, bytes - before);
		return mem_failed(mem);
	}
	if (bytes < before)
		mem_discharge(mem, before - bytes);
	head->size = bytes;
	return head + 1;
}

void swk__free(swk__mem *mem, void *block)
{
	if (!block)
		return;
	block_head *head = (block_head *)block - 1;
	mem_discharge(mem, head->size);
	mem->allocator.free(mem->allocator.context, head);
}

int swk__mem_code(const swk__mem *mem)
{
	return atomic_load_explicit(&mem->limit_hit, memory_order_relaxed) ? SWK_ERR_LIMIT : SWK_ERR_MEMORY;
}

size_t swk__grown(size_t capacity, size_t needed)
{
	size_t twice;
	if (!swk__mul_size(capacity, 2, &twice))
		return 0;
	if (twice < 16)
		twice = 16;
	return twice > needed ? twice : needed;
}

/* ----------------------------------------------------------------------------------------- buffers */

void swk__buf_init(swk__buf *buf, swk__mem *mem, size_t maximum)
{
	*buf = (swk__buf){ .mem = mem, .maximum = maximum };
}

void swk__buf_done(swk__buf *buf)
{
	if (buf->mem)
		swk__free(buf->mem, buf->bytes);
	*buf = (swk__buf){ .mem = buf->mem, .maximum = buf->maximum };
}

bool swk__buf_reserve(swk__buf *buf, size_t more)
{
	size_t needed;
	if (buf->failed)
		return false;
	if (!swk__add_size(buf->length, more, &needed) || needed > buf->maximum) {
		buf->failed = true;
		mem_failed(buf->mem);
		return false;
	}
	if (needed <= buf->capacity)
		return true;
	size_t capacity = swk__grown(buf->capacity, needed);
	if (capacity > buf->maximum)
		capacity = buf->maximum;
	char *bytes = swk__resize(buf->mem, SWK__FAULT_buffer_grow, buf->bytes, capacity, 1);
	if (!bytes) {
		buf->failed = true;
		return false;
	}
	buf->bytes = bytes;
	buf->capacity = capacity;
	return true;
}

bool swk__buf_append(swk__buf *buf, const void *bytes, size_t length)
{
	if (!swk__buf_reserve(buf, length))
		return false;
	if (length)
		memcpy(buf->bytes + buf->length, bytes, length);
	buf->length += length;
	return true;
}

bool swk__buf_byte(swk__buf *buf, unsigned char byte)
{
	return swk__buf_append(buf, &byte, 1);
}

bool swk__buf_slice(swk__buf *buf, swk__slice slice)
{
	return swk__buf_append(buf, slice.bytes, slice.length);
}

bool swk__buf_format(swk__buf *buf, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (NEVER(length < 0 || (size_t)length >= sizeof text)) {
		buf->failed = true;
		return false;
	}
	return swk__buf_append(buf, text, (size_t)length);
}

bool swk__buf_varint(swk__buf *buf, swk__u128 value)
{
	unsigned char bytes[19];
	size_t length = 0;
	do {
		unsigned char low = (unsigned char)(value & 0x7f);
		value >>= 7;
		bytes[length++] = (unsigned char)(low | (value ? 0x80 : 0));
	} while (value);
	return swk__buf_append(buf, bytes, length);
}

bool swk__buf_zigzag(swk__buf *buf, swk__i128 value)
{
	swk__u128 twice = (swk__u128)value << 1;
	return swk__buf_varint(buf, value < 0 ? ~twice : twice);
}

unsigned char swk__read_byte(swk__reader *reader)
{
	if (reader->failed || reader->at >= reader->length) {
		reader->failed = true;
		return 0;
	}
	return (unsigned char)reader->bytes[reader->at++];
}

swk__slice swk__read_slice(swk__reader *reader, size_t length)
{
	if (reader->failed || length > reader->length - reader->at) {
		reader->failed = true;
		return (swk__slice){ NULL, 0 };
	}
	swk__slice slice = { reader->bytes + reader->at, length };
	reader->at += length;
	return slice;
}

swk__u128 swk__read_varint(swk__reader *reader)
{
	swk__u128 value = 0;
	for (unsigned shift = 0; shift < 133; shift += 7) {
		unsigned char byte = swk__read_byte(reader);
		if (shift == 126 && byte > 3)
			break;
		value |= (swk__u128)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			if (byte == 0 && shift > 0)
				break;
			return reader->failed ? 0 : value;
		}
	}
	reader->failed = true;
	return 0;
}

uint64_t swk__read_varint64(swk__reader *reader)
{
	swk__u128 value = swk__read_varint(reader);
	if (value > UINT64_MAX) {
		reader->failed = true;
		return 0;
	}
	return (uint64_t)value;
}

swk__i128 swk__read_zigzag(swk__reader *reader)
{
	swk__u128 value = swk__read_varint(reader);
	return (swk__i128)(value >> 1) ^ -(swk__i128)(value & 1);
}

int64_t swk__read_zigzag64(swk__reader *reader)
{
	swk__i128 value = swk__read_zigzag(reader);
	if (value > INT64_MAX || value < INT64_MIN) {
		reader->failed = true;
		return 0;
	}
	return (int64_t)value;
}

/* ------------------------------------------------------------------------------------------- hashes */

uint64_t swk__hash(const void *bytes, size_t length, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, length, seed);
}

uint64_t swk__random_key(void)
{
	uint64_t key;
	if (getrandom(&key, sizeof key, GRND_NONBLOCK) == (ssize_t)sizeof key)
		return key;
	/* No randomness at early boot: time and address still differ from process to process. */
	struct timespec now = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t parts[3] = { (uint64_t)now.tv_nsec, (uint64_t)getpid(), (uint64_t)(uintptr_t)&now };
	return swk__hash(parts, sizeof parts, 0);
}

/* The length of the UTF-8 character at p of at most n bytes, 0 when there is none (RFC 3629, table 3-7 of
 * Unicode: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	static const struct {
		unsigned char first, last, low, high, length;
	} forms[] = {
		{ 0x00, 0x7f, 0x80, 0xbf, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	for (size_t i = 0; i < SWK__COUNT(forms); i++) {
		if (p[0] < forms[i].first || p[0] > forms[i].last)
			continue;
		size_t length = forms[i].length;
		if (length > n || (length > 1 && (p[1] < forms[i].low || p[1] > forms[i].high)))
			return 0;
		for (size_t k = 2; k < length; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return length;
	}
	return 0;
}

bool swk__utf8_valid(swk__slice text, size_t *at)
{
	const unsigned char *p = (const unsigned char *)text.bytes;
	for (size_t i = 0; i < text.length;) {
		size_t length = p[i] < 0x80 ? 1 : utf8_length(p + i, text.length - i);
		if (length == 0) {
			if (at)
				*at = i;
			return false;
		}
		i += length;
	}
	return true;
}

size_t swk__utf8_cut(swk__slice text, size_t limit)
{
	if (text.length <= limit)
		return text.length;
	size_t end = limit;
	while (end > 0 && ((unsigned char)text.bytes[end] & 0xc0) == 0x80)
		end--;
	return end;
}
