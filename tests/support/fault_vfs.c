/* SPDX-License-Identifier: MIT */
#include "fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The default VFS has one table of methods for each way of locking; each gets a copy, which is found from the file by
 * its first member. */
typedef struct shim {
	sqlite3_io_methods methods;
	const sqlite3_io_methods *inner;
} shim;

/* A write that was not synced, or a truncation (bytes NULL). */
typedef struct change {
	struct change *next;
	sqlite3_int64 offset;
	int length;
	unsigned char *bytes;
} change;

/* A file as the disk has it, whatever it is called by. */
typedef struct image {
	char path[512];
	dev_t device;
	ino_t inode;
	bool used, deleted;
	unsigned char *bytes; /* what was synced */
	sqlite3_int64 length, capacity;
	change *first, *last;
} image;

static sqlite3_vfs vfs;
static sqlite3_vfs *original;
static shim shims[8];
static image images[32];
static struct {
	sqlite3_file *file;
	image *image;
} handles[32];

static int passed, fail_at;
static bool fail_for_ever, crashing;
static uint64_t dice;

static uint64_t roll(uint64_t sides)
{
	dice += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = (dice ^ (dice >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % sides;
}

/* -------------------------------------------------------------------------------------------- crash */

static void image_grow(image *self, sqlite3_int64 length)
{
	if (length > self->capacity) {
		self->capacity = 2 * length;
		self->bytes = sqlite3_realloc64(self->bytes, (sqlite3_uint64)self->capacity);
	}
	if (length > self->length)
		memset(self->bytes + self->length, 0, (size_t)(length - self->length));
	self->length = length;
}

static void image_apply(image *self, const change *made, int length)
{
	if (!made->bytes) {
		image_grow(self, made->offset);
		return;
	}
	if (made->offset + length > self->length)
		image_grow(self, made->offset + length);
	memcpy(self->bytes + made->offset, made->bytes, (size_t)length);
}

static void image_sync(image *self)
{
	for (change *made = self->first; made;) {
		change *next = made->next;
		image_apply(self, made, made->length);
		sqlite3_free(made->bytes);
		sqlite3_free(made);
		made = next;
	}
	self->first = self->last = NULL;
}

static void image_change(image *self, sqlite3_int64 offset, const void *bytes, int length)
{
	change *made = sqlite3_malloc64(sizeof *made);
	*made = (change){ .offset = offset, .length = length };
	if (bytes) {
		made->bytes = sqlite3_malloc64((sqlite3_uint64)length + 1);
		memcpy(made->bytes, bytes, (size_t)length);
	}
	if (self->last)
		self->last->next = made;
	else
		self->first = made;
	self->last = made;
}

/* Each change reached the disk, did not, or did in part, by whole sectors. */
static void image_settle(image *self)
{
	for (change *made = self->first; made; made = made->next) {
		uint64_t fate = roll(4);
		if (fate < 2)
			image_apply(self, made, made->length);
		else if (fate == 2 && made->length > 512)
			image_apply(self, made, (int)(512 * (1 + roll((uint64_t)made->length / 512))) % made->length);
	}
}

static bool image_there(const image *self)
{
	struct stat status;
	return stat(self->path, &status) == 0 && status.st_ino == self->inode && status.st_dev == self->device;
}

static void crash(void)
{
	for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
		image *self = &images[i];
		bool back = self->used && self->deleted && access(self->path, F_OK) != 0 && roll(2);
		if (!self->used || !(back || (!self->deleted && image_there(self))))
			continue;
		image_settle(self);
		int file = open(self->path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (file < 0 || write(file, self->bytes, (size_t)self->length) != self->length)
			_exit(1);
		close(file);
	}
	_exit(FAULT_VFS_CRASHED);
}

static void image_load(image *self)
{
	int file = open(self->path, O_RDONLY);
	struct stat status;
	if (file < 0 || fstat(file, &status) != 0)
		_exit(1);
	image_grow(self, status.st_size);
	if (read(file, self->bytes, (size_t)status.st_size) != status.st_size)
		_exit(1);
	close(file);
	self->device = status.st_dev;
	self->inode = status.st_ino;
	self->used = true;
}

/* The image of a file that was just opened: one that is known under another name was renamed. */
static image *image_find(const char *path)
{
	image *free_one = NULL;
	for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
		image *self = &images[i];
		if (!self->used) {
			free_one = free_one ? free_one : self;
			continue;
		}
		char before[512];
		memcpy(before, self->path, sizeof before);
		snprintf(self->path, sizeof self->path, "%s", path);
		if (!self->deleted && image_there(self))
			return self;
		memcpy(self->path, before, sizeof before);
	}
	if (!free_one)
		_exit(1);
	snprintf(free_one->path, sizeof free_one->path, "%s", path);
	image_load(free_one);
	return free_one;
}

static image *image_of(sqlite3_file *file)
{
	for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
		if (handles[i].file == file)
			return handles[i].image;
	return NULL;
}

/* ------------------------------------------------------------------------------------------ methods */

static bool hit(void)
{
	passed++;
	bool now = fail_at > 0 && (fail_for_ever ? passed >= fail_at : passed == fail_at);
	if (now && crashing)
		crash();
	return now;
}

static const sqlite3_io_methods *inner_of(sqlite3_file *file)
{
	return ((const shim *)(const void *)file->pMethods)->inner;
}

static int shim_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
	if (!crashing && hit())
		return SQLITE_IOERR_READ;
	return inner_of(file)->xRead(file, bytes, length, offset);
}

static int shim_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
	image *self = image_of(file);
	if (self)
		image_change(self, offset, bytes, length);
	if (hit()) {
		inner_of(file)->xWrite(file, bytes, length / 2, offset);
		return passed % 2 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	}
	return inner_of(file)->xWrite(file, bytes, length, offset);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	image *self = image_of(file);
	if (hit())
		return SQLITE_IOERR_FSYNC;
	if (self)
		image_sync(self);
	return inner_of(file)->xSync(file, flags);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 length)
{
	image *self = image_of(file);
	if (self)
		image_change(self, length, NULL, 0);
	if (hit())
		return SQLITE_IOERR_TRUNCATE;
	return inner_of(file)->xTruncate(file, length);
}

static int shim_close(sqlite3_file *file)
{
	for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
		if (handles[i].file == file)
			handles[i].file = NULL;
	return inner_of(file)->xClose(file);
}

static const sqlite3_io_methods *shim_of(const sqlite3_io_methods *inner)
{
	size_t i = 0;
	while (shims[i].inner && shims[i].inner != inner)
		if (++i == sizeof shims / sizeof shims[0])
			_exit(1);
	if (!shims[i].inner) {
		shims[i] = (shim){ *inner, inner };
		shims[i].methods.xRead = shim_read;
		shims[i].methods.xWrite = shim_write;
		shims[i].methods.xSync = shim_sync;
		shims[i].methods.xTruncate = shim_truncate;
		shims[i].methods.xClose = shim_close;
	}
	return &shims[i].methods;
}

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *given)
{
	int result = original->xOpen(self, name, file, flags, given);
	if (result != SQLITE_OK || !file->pMethods)
		return result;
	file->pMethods = shim_of(file->pMethods);
	for (size_t i = 0; crashing && name && i < sizeof handles / sizeof handles[0]; i++) {
		if (handles[i].file)
			continue;
		handles[i].file = file;
		handles[i].image = image_find(name);
		break;
	}
	return result;
}

static int vfs_delete(sqlite3_vfs *self, const char *name, int sync)
{
	if (crashing) {
		hit();
		for (size_t i = 0; i < sizeof images / sizeof images[0]; i++)
			if (images[i].used && !images[i].deleted && strcmp(images[i].path, name) == 0)
				images[i].deleted = true;
	}
	return original->xDelete(self, name, sync);
}

void fault_vfs_register(void)
{
	original = sqlite3_vfs_find(NULL);
	vfs = *original;
	vfs.zName = FAULT_VFS;
	vfs.pNext = NULL;
	vfs.xOpen = vfs_open;
	vfs.xDelete = vfs_delete;
	sqlite3_vfs_register(&vfs, 0);
}

void fault_vfs_fail(int at, bool for_ever)
{
	passed = 0;
	fail_at = at;
	fail_for_ever = for_ever;
	crashing = false;
}

void fault_vfs_crash(int at, uint64_t seed)
{
	fault_vfs_fail(at, false);
	crashing = true;
	dice = seed;
}

int fault_vfs_passed(void)
{
	return passed;
}
