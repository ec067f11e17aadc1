/* SPDX-License-Identifier: MIT */
#include "zones.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 64
#define FILE_MAX_SIZE (1 << 20)

struct swk__zone_entry {
	swk__zone_entry *next;
	swk__zone zone;
	size_t length; /* of the name */
	char name[NAME_MAX_LENGTH];
	unsigned char bytes[];
};

/* What a search is about, so that every message can name it. */
typedef struct request {
	swk__zones *zones;
	swk__slice name;
	swk_error *error;
} request;

int swk__zones_init(swk__zones *zones, swk__mem *mem, const char *path, swk_error *error)
{
	swk__slice from = swk__slice_of(path ? path : "/usr/share/zoneinfo");
	char *copy = swk__alloc(mem, SWK__FAULT_zone_entry, from.length + 1, 1);
	if (!copy)
		return swk__fail_memory(error, mem);
	memcpy(copy, from.bytes, from.length);
	zones->mem = mem;
	zones->path = copy;
	atomic_init(&zones->first, NULL);
	return SWK_OK;
}

void swk__zones_done(swk__zones *zones)
{
	if (!zones || !zones->mem)
		return;
	swk__zone_entry *entry = atomic_load_explicit(&zones->first, memory_order_acquire);
	while (entry) {
		swk__zone_entry *next = entry->next;
		swk__free(zones->mem, entry);
		entry = next;
	}
	swk__free(zones->mem, zones->path);
	zones->path = NULL;
	atomic_store_explicit(&zones->first, NULL, memory_order_relaxed);
}

/* ------------------------------------------------------------------------------------------- names */

/* As much of a name, which may be any bytes, as a message of one line can show. */
static swk__slice name_shown(swk__slice name)
{
	swk__slice shown = { name.bytes, swk__utf8_cut(name, NAME_MAX_LENGTH) };
	size_t valid = shown.length;
	swk__utf8_valid(shown, &valid);
	for (size_t i = 0; i < valid; i++)
		if ((unsigned char)name.bytes[i] < ' ' || name.bytes[i] == 0x7f)
			valid = i;
	return (swk__slice){ name.bytes, valid };
}

static int fail_zone(const request *ask, const char *what)
{
	return swk__fail_at(ask->error, SWK_ERR_ZONE, NULL, 0, "zone", name_shown(ask->name), what);
}

static int fail_read(const request *ask, const char *where, int cause)
{
	char reason[256];
	snprintf(reason, sizeof reason, "could not be read%s%s (errno %d)", *where ? ": folder " : "", where, cause);
	return swk__fail_at(ask->error, SWK_ERR_IO, NULL, 0, "zone", name_shown(ask->name), reason);
}

static bool name_byte(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
	       byte == '_' || byte == '+' || byte == '-';
}

/* Files in the folder that are no IANA zones: other readings of the same names, and what this machine is set to,
 * which would make one store mean different things on different machines. */
static bool name_reserved(swk__slice name)
{
	static const struct {
		const char *text;
		size_t length;
		bool whole;
	} reserved[] = {
		{ "posix/", 6, false }, { "right/", 6, false }, { "localtime", 9, true }, { "posixrules", 10, true }
	};
	for (size_t i = 0; i < SWK__COUNT(reserved); i++) {
		bool fits = reserved[i].whole ? name.length == reserved[i].length : name.length >= reserved[i].length;
		if (fits && memcmp(name.bytes, reserved[i].text, reserved[i].length) == 0)
			return true;
	}
	return false;
}

/* Components of letters, digits, _, + and -, so never "..", with one slash between them. */
static bool name_valid(swk__slice name)
{
	if (name.length == 0 || name.length > NAME_MAX_LENGTH)
		return false;
	bool component = false;
	for (size_t i = 0; i < name.length; i++) {
		bool slash = name.bytes[i] == '/';
		if (slash ? !component : !name_byte(name.bytes[i]))
			return false;
		component = !slash;
	}
	return component && !name_reserved(name);
}

/* ------------------------------------------------------------------------------------------- files */

/* These take and return what open, fstat and read do, and pass the fault point before. */

static bool read_faulty(const request *ask)
{
	if (!swk__fault_hit(ask->zones->mem, SWK__FAULT_zone_read))
		return false;
	errno = EIO;
	return true;
}

/* Not blocking, so that a pipe in the folder cannot hold us. */
static int file_open(const request *ask, int folder, const char *name, int flags)
{
	return read_faulty(ask) ? -1 : openat(folder, name, flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static int file_stat(const request *ask, int file, struct stat *status)
{
	return read_faulty(ask) ? -1 : fstat(file, status);
}

static ssize_t file_read(const request *ask, int file, unsigned char *bytes, size_t length)
{
	ssize_t count;
	if (read_faulty(ask))
		return -1;
	do
		count = read(file, bytes, length);
	while (count < 0 && errno == EINTR);
	return count;
}

/* Opening failed: because there is no such file, or because there is trouble? */
static int fail_open(const request *ask)
{
	static const int absent[] = { ENOENT, ENOTDIR, ELOOP, ENXIO };
	int cause = errno;
	for (size_t i = 0; i < SWK__COUNT(absent); i++)
		if (cause == absent[i])
			return fail_zone(ask, "is no time zone in the database");
	return fail_read(ask, "", cause);
}

static int entry_open(const request *ask, int *file)
{
	char name[NAME_MAX_LENGTH + 1] = "";
	memcpy(name, ask->name.bytes, ask->name.length);
	int folder = file_open(ask, AT_FDCWD, ask->zones->path, O_DIRECTORY);
	if (folder < 0)
		return fail_read(ask, ask->zones->path, errno);
	int opened = file_open(ask, folder, name, 0), code = opened < 0 ? fail_open(ask) : SWK_OK;
	close(folder);
	if (code == SWK_OK)
		*file = opened;
	return code;
}

/* Fills an entry of `size` bytes of data. A file that shrank meanwhile is read short and then refused. */
static int entry_fill(const request *ask, int file, size_t size, swk__zone_entry *entry)
{
	size_t length = 0;
	ssize_t count = 1;
	while (length < size && count > 0) {
		count = file_read(ask, file, entry->bytes + length, size - length);
		if (count < 0)
			return fail_read(ask, "", errno);
		length += (size_t)count;
	}
	memcpy(entry->name, ask->name.bytes, ask->name.length);
	entry->length = ask->name.length;
	const char *wrong = swk__zone_parse(entry->bytes, length, &entry->zone);
	return wrong ? fail_zone(ask, wrong) : SWK_OK;
}

static int entry_load(const request *ask, int file, swk__zone_entry **entry)
{
	struct stat status;
	if (file_stat(ask, file, &status) != 0)
		return fail_read(ask, "", errno);
	if (!S_ISREG(status.st_mode))
		return fail_zone(ask, "is no time zone in the database");
	if (status.st_size > FILE_MAX_SIZE)
		return fail_zone(ask, "was larger than a zone's file can be");
	size_t size = (size_t)status.st_size;
	swk__zone_entry *made = swk__alloc(ask->zones->mem, SWK__FAULT_zone_entry, sizeof *made + size, 1);
	if (!made)
		return swk__fail_memory(ask->error, ask->zones->mem);
	int code = entry_fill(ask, file, size, made);
	if (code == SWK_OK)
		*entry = made;
	else
		swk__free(ask->zones->mem, made);
	return code;
}

/* ------------------------------------------------------------------------------------------- chain */

/* Searches from an entry to another, excluded. */
static swk__zone_entry *chain_find(swk__zone_entry *from, const swk__zone_entry *to, swk__slice name)
{
	while (from != to && !swk__slice_equal((swk__slice){ from->name, from->length }, name))
		from = from->next;
	return from == to ? NULL : from;
}

/* Puts an entry in front. Where another thread was faster with the same name, that one's entry is returned and
 * this one is freed. */
static const swk__zone_entry *chain_add(swk__zones *zones, swk__zone_entry *entry, swk__zone_entry *known,
                                        swk__slice name)
{
	entry->next = known;
	while (!atomic_compare_exchange_weak_explicit(&zones->first, &entry->next, entry, memory_order_acq_rel,
	                                              memory_order_acquire)) {
		const swk__zone_entry *faster = chain_find(entry->next, known, name);
		if (faster) {
			swk__free(zones->mem, entry);
			return faster;
		}
		known = entry->next;
	}
	return entry;
}

int swk__zones_find(swk__zones *zones, swk__slice name, const swk__zone **zone, swk_error *error)
{
	static const swk__zone utc = { 0 };
	const request ask = { zones, name.length > 0 ? name : swk__slice_of(""), error };
	if (swk__slice_equal(name, swk__slice_of("UTC"))) {
		*zone = &utc;
		return SWK_OK;
	}
	swk__zone_entry *known = atomic_load_explicit(&zones->first, memory_order_acquire);
	const swk__zone_entry *found = chain_find(known, NULL, name);
	if (!found) {
		int file = -1;
		swk__zone_entry *entry = NULL;
		if (!name_valid(name))
			return fail_zone(&ask, "is no time zone in the database");
		int code = entry_open(&ask, &file);
		if (code != SWK_OK)
			return code;
		code = entry_load(&ask, file, &entry);
		close(file);
		if (code != SWK_OK)
			return code;
		found = chain_add(zones, entry, known, name);
	}
	*zone = &found->zone;
	return SWK_OK;
}
