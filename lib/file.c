/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	BLOB_BYTES = 1 << 20,
	BUSY_MS = 2000, /* how long SQLite waits for a reader's recovery or a writer's closing */
	READER_TRIES = 8,
	BESIDE_BYTES = PATH_MAX + 16,
};

#define APPLICATION_ID 0x53574b53 /* "SWKS" */
#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number
#define VERSION_SQL "PRAGMA user_version = " TEXT_OF(SWK__FILE_FORMAT)
#define SEED UINT64_C(0x73616c65737765) /* fixed: checksums are the same everywhere */

#define MANIFEST_SQL                                                                                     \
	"CREATE TABLE manifest(id INTEGER PRIMARY KEY, format INTEGER, commits INTEGER, blobs INTEGER, " \
	"chain INTEGER, checksum INTEGER, head BLOB)"
#define JOURNAL_SQL \
	"CREATE TABLE journal(number INTEGER PRIMARY KEY, commit_number INTEGER, checksum INTEGER, bytes BLOB)"

/* What the manifest row says, but the head. */
typedef struct manifest {
	uint64_t commits, blobs, chain, checksum;
} manifest;

struct swk__file {
	swk__mem *mem;
	sqlite3 *db; /* NULL: a reader that has read */
	swk__buf path, head;
	const char *vfs;
	manifest state;
	int lock; /* -1: none */
	bool read_only, immutable;
	bool doubtful;    /* a COMMIT failed: its frames may still lie in the WAL */
	struct stat seen; /* the file when an immutable reader opened it */
	char shown[64];   /* the path as given, for messages */
};

/* ------------------------------------------------------------------------------------------ errors */

/* The end of the path, which tells more than its beginning, on one line and in UTF-8. */
static void path_show(const char *path, char *shown, size_t size)
{
	size_t length = strlen(path), room = size - 1, at = 0;
	if (length > room) {
		memcpy(shown, "...", 3);
		at = 3;
		path += length - (room - 3);
		while (((unsigned char)*path & 0xc0) == 0x80)
			path++;
	}
	bool valid = swk__utf8_valid(swk__slice_of(path), NULL);
	for (; *path; path++) {
		unsigned char byte = (unsigned char)*path;
		shown[at++] = (char)(byte < 0x20 || byte == 0x7f || (byte > 0x7f && !valid) ? '?' : byte);
	}
	shown[at] = '\0';
}

static int __attribute__((format(printf, 4, 5)))
fail(const swk__file *file, swk_error *error, int code, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return swk__fail(error, code, "%s: %s", file->shown, text);
}

static int fail_system(const swk__file *file, swk_error *error, const char *what)
{
	char text[128];
	return fail(file, error, SWK_ERR_IO, "%s (%s)", what, strerror_r(errno, text, sizeof text));
}

static int sqlite_code(int result)
{
	static const struct {
		int result, code;
	} codes[] = {
		{ SQLITE_NOMEM, SWK_ERR_MEMORY },     { SQLITE_CORRUPT, SWK_ERR_CORRUPT },
		{ SQLITE_ERROR, SWK_ERR_CORRUPT },    { SQLITE_CONSTRAINT, SWK_ERR_CORRUPT },
		{ SQLITE_MISMATCH, SWK_ERR_CORRUPT }, { SQLITE_NOTADB, SWK_ERR_FORMAT },
		{ SQLITE_BUSY, SWK_ERR_LOCKED },      { SQLITE_LOCKED, SWK_ERR_LOCKED },
	};
	if (result == SQLITE_IOERR_NOMEM)
		return SWK_ERR_MEMORY;
	for (size_t i = 0; i < SWK__COUNT(codes); i++)
		if ((result & 0xff) == codes[i].result)
			return codes[i].code;
	return SWK_ERR_IO;
}

/* For the last call on `db` that failed. */
static int fail_sqlite(const swk__file *file, sqlite3 *db, swk_error *error, const char *what)
{
	char text[128];
	int result = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
	int number = db ? sqlite3_system_errno(db) : 0;
	int code = sqlite_code(result);
	const char *message = db ? sqlite3_errmsg(db) : "out of memory";
	if (code == SWK_ERR_IO && number != 0)
		return fail(file, error, code, "%s (%s: %s)", what, message, strerror_r(number, text, sizeof text));
	return fail(file, error, code, "%s (%s)", what, message);
}

/* True, with the error set, when the test wants this point to fail. */
static bool fault(const swk__file *file, swk__fault point, swk_error *error)
{
	if (!swk__fault_hit(file->mem, point))
		return false;
	fail(file, error, SWK_ERR_IO, "an input or output error occurred (%s)", swk__fault_names[point]);
	return true;
}

/* ------------------------------------------------------------------------------------------- paths */

/* The path without links, so that one file has one lock whatever it is called by. */
static int path_resolve(swk__file *file, const char *path, swk_error *error)
{
	char whole[PATH_MAX], folder[PATH_MAX];
	struct stat link;
	const char *slash = strrchr(path, '/'), *name = "";
	if (!realpath(path, whole)) {
		if (errno != ENOENT)
			return fail_system(file, error, "could not be found");
		if (lstat(path, &link) == 0)
			return fail(file, error, SWK_ERR_NOT_FOUND, "was a symbolic link to nothing");
		name = slash ? slash + 1 : path;
		size_t length = (size_t)(name - path);
		if (*name == '\0' || strlen(path) >= sizeof folder)
			return fail(file, error, SWK_ERR_NOT_FOUND, "did not name a file");
		memcpy(folder, slash ? path : ".", slash ? length : 1);
		folder[slash ? length : 1] = '\0';
		if (!realpath(folder, whole))
			return fail(file, error, SWK_ERR_NOT_FOUND, "did not exist, nor did its folder");
	}
	const char *between = *name && strcmp(whole, "/") != 0 ? "/" : "";
	if (strlen(whole) + strlen(name) + 2 > PATH_MAX)
		return fail(file, error, SWK_ERR_IO, "had too long a path");
	swk__buf_append(&file->path, whole, strlen(whole));
	swk__buf_append(&file->path, between, strlen(between));
	return swk__buf_append(&file->path, name, strlen(name) + 1) ? SWK_OK : swk__fail_memory(error, file->mem);
}

/* Size -1: there is none. Never opens it: closing a descriptor would drop the locks that SQLite holds on the same file
 * in this process. */
static int path_look(const swk__file *file, struct stat *status, swk_error *error)
{
	if (stat(file->path.bytes, status) != 0) {
		status->st_size = -1;
		return errno == ENOENT ? SWK_OK : fail_system(file, error, "could not be found");
	}
	if (S_ISDIR(status->st_mode))
		return fail(file, error, SWK_ERR_IO, "was a directory");
	return S_ISREG(status->st_mode) ? SWK_OK : fail(file, error, SWK_ERR_IO, "was not a regular file");
}

/* The path + suffix. */
static const char *path_beside(const swk__file *file, const char *suffix, char beside[BESIDE_BYTES])
{
	snprintf(beside, BESIDE_BYTES, "%s%s", file->path.bytes, suffix);
	return beside;
}

/* The size of path + suffix, -1 when there is none. */
static int64_t beside_size(const swk__file *file, const char *suffix)
{
	char beside[BESIDE_BYTES];
	struct stat status;
	return stat(path_beside(file, suffix, beside), &status) == 0 ? (int64_t)status.st_size : -1;
}

/* -------------------------------------------------------------------------------------------- lock */

static int64_t clock_ms(void)
{
	struct timespec now = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* One try. *lock stays -1 when another one has it. */
static int lock_try(swk__file *file, const char *name, swk_error *error)
{
	struct stat held, there;
	if (fault(file, SWK__FAULT_file_lock, error))
		return SWK_ERR_IO;
	int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (lock < 0)
		return fail_system(file, error, "its lock file could not be opened");
	int code = SWK_OK;
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			code = fail_system(file, error, "could not be locked");
	} else if (fstat(lock, &held) == 0 && stat(name, &there) == 0 && held.st_ino == there.st_ino &&
	           held.st_dev == there.st_dev) {
		/* Else somebody removed the lock file in between, and what is held is not what others see. */
		file->lock = lock;
		return SWK_OK;
	}
	close(lock);
	return code;
}

static int lock_take(swk__file *file, uint32_t timeout, swk_error *error)
{
	char name[BESIDE_BYTES];
	int64_t end = clock_ms() + timeout;
	path_beside(file, "-lock", name);
	for (;;) {
		int code = lock_try(file, name, error);
		int64_t left = end - clock_ms();
		if (code != SWK_OK || file->lock >= 0)
			return code;
		if (left <= 0)
			return fail(file, error, SWK_ERR_LOCKED, "another writer had it open");
		struct timespec pause = { 0, (left < 5 ? left : 5) * 1000000 };
		nanosleep(&pause, NULL);
	}
}

/* -------------------------------------------------------------------------------------- connection */

/* "file://" and the path with everything escaped that a URI could take for its own, and the query. */
static bool uri_build(swk__buf *uri, const char *path, const char *query)
{
	swk__buf_append(uri, "file://", 7);
	for (; *path; path++) {
		unsigned char byte = (unsigned char)*path;
		unsigned char letter = byte | 0x20;
		if ((letter >= 'a' && letter <= 'z') || (byte >= '0' && byte <= '9') || strchr("/-._~", byte))
			swk__buf_byte(uri, byte);
		else
			swk__buf_format(uri, "%%%02X", byte);
	}
	return swk__buf_append(uri, query, strlen(query) + 1);
}

/* What the file says about itself is not believed: no triggers, no views, no functions with side effects. */
static void connection_defend(sqlite3 *db, bool writer)
{
	static const int off[] = { SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
		                   SQLITE_DBCONFIG_ENABLE_VIEW };
	for (size_t i = 0; i < SWK__COUNT(off); i++)
		sqlite3_db_config(db, off[i], 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, writer ? 0 : 1, NULL);
	sqlite3_wal_autocheckpoint(db, writer ? 1000 : 0);
	sqlite3_busy_timeout(db, BUSY_MS);
}

/* Opens without reading more than SQLite does by itself, and without a lock. */
static int connection_open(const swk__file *file, const char *path, const char *query, sqlite3 **db, swk_error *error)
{
	swk__buf uri;
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	bool writer = strncmp(query, "?mode=rw", 8) == 0;
	flags |= writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	swk__buf_init(&uri, file->mem, SIZE_MAX);
	int code = SWK_OK;
	sqlite3 *opened = NULL;
	if (!uri_build(&uri, path, query))
		code = swk__fail_memory(error, file->mem);
	else if (fault(file, SWK__FAULT_file_open, error))
		code = SWK_ERR_IO;
	else if (sqlite3_open_v2(uri.bytes, &opened, flags, file->vfs) != SQLITE_OK)
		code = fail_sqlite(file, opened, error, "could not be opened");
	else if (writer && sqlite3_db_readonly(opened, "main") == 1)
		code = fail(file, error, SWK_ERR_IO, "could not be opened for writing");
	swk__buf_done(&uri);
	if (code != SWK_OK) {
		sqlite3_close(opened);
		return code;
	}
	sqlite3_extended_result_codes(opened, 1);
	connection_defend(opened, writer);
	*db = opened;
	return SWK_OK;
}

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Reads the first bytes through SQLite's own descriptor: no lock, no WAL, nothing of a foreign file changes. */
static int connection_identify(const swk__file *file, sqlite3 *db, swk_error *error)
{
	static const char magic[16] = "SQLite format 3";
	unsigned char bytes[100] = { 0 };
	sqlite3_file *handle = NULL;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &handle);
	if (NEVER(!handle || !handle->pMethods) || fault(file, SWK__FAULT_file_read, error))
		return SWK_ERR_IO;
	int result = handle->pMethods->xRead(handle, bytes, (int)sizeof bytes, 0);
	if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ)
		return fail(file, error, SWK_ERR_IO, "could not be read (%s)", sqlite3_errstr(result));
	uint32_t application = big_endian(bytes + 68), version = big_endian(bytes + 60);
	if (memcmp(bytes, magic, sizeof magic) != 0)
		return fail(file, error, SWK_ERR_FORMAT, "was not a salesweek store");
	if (application != APPLICATION_ID)
		return fail(file, error, SWK_ERR_FORMAT, "was an SQLite database of another program (id %" PRIu32 ")",
		            application);
	if (version != SWK__FILE_FORMAT)
		return fail(file, error, SWK_ERR_FORMAT, "was of format %" PRIu32 ", but this library reads %d only",
		            version, SWK__FILE_FORMAT);
	return SWK_OK;
}

static int sql_run(const swk__file *file, sqlite3 *db, const char *sql, const char *what, swk_error *error)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? SWK_OK : fail_sqlite(file, db, error, what);
}

/* Runs a statement that returns one text and compares it. */
static int sql_expect(const swk__file *file, sqlite3 *db, const char *sql, const char *wanted, int code,
                      const char *what, swk_error *error)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW) {
		code = fail_sqlite(file, db, error, what);
	} else {
		const char *text = (const char *)sqlite3_column_text(statement, 0);
		if (text && strcmp(text, wanted) == 0)
			code = SWK_OK;
		else
			code = fail(file, error, text ? code : SWK_ERR_MEMORY, "%s (%s)", what, text ? text : "");
	}
	sqlite3_finalize(statement);
	return code;
}

static int schema_check(const swk__file *file, sqlite3 *db, swk_error *error)
{
	static const char sql[] = "SELECT count(*) FROM sqlite_master WHERE (name = 'manifest' AND sql = '" MANIFEST_SQL
				  "') OR (name = 'journal' AND sql = '" JOURNAL_SQL "')";
	return sql_expect(file, db, sql, "2", SWK_ERR_CORRUPT, "its tables were damaged", error);
}

/* ---------------------------------------------------------------------------------------- checksums */

/* A hash of numbers as little-endian bytes, the same on every machine. */
static uint64_t numbers_hash(const uint64_t *numbers, size_t count)
{
	unsigned char bytes[6 * 8];
	for (size_t i = 0; i < count * 8; i++)
		bytes[i] = (unsigned char)(numbers[i / 8] >> (i % 8 * 8));
	return swk__hash(bytes, count * 8, SEED);
}

static uint64_t blob_checksum(uint64_t number, uint64_t commit, swk__slice bytes)
{
	uint64_t hash = swk__hash(bytes.bytes, bytes.length, SEED);
	return numbers_hash((uint64_t[]){ number, commit, bytes.length, hash }, 4);
}

static uint64_t chain_next(uint64_t chain, uint64_t checksum)
{
	return numbers_hash((uint64_t[]){ chain, checksum }, 2);
}

static uint64_t manifest_checksum(const manifest *row, swk__slice head)
{
	return numbers_hash((uint64_t[]){ SWK__FILE_FORMAT, row->commits, row->blobs, row->chain, head.length,
	                                  swk__hash(head.bytes, head.length, SEED) },
	                    6);
}

/* --------------------------------------------------------------------------------------- statements */

static bool column_number(sqlite3_stmt *statement, int column, uint64_t *number)
{
	*number = (uint64_t)sqlite3_column_int64(statement, column);
	return sqlite3_column_type(statement, column) == SQLITE_INTEGER;
}

/* The bytes belong to the statement. */
static int column_blob(sqlite3_stmt *statement, int column, swk__slice *blob)
{
	if (sqlite3_column_type(statement, column) != SQLITE_BLOB)
		return SWK_ERR_CORRUPT;
	blob->bytes = sqlite3_column_blob(statement, column);
	blob->length = (size_t)sqlite3_column_bytes(statement, column);
	return blob->bytes || blob->length == 0 ? SWK_OK : SWK_ERR_MEMORY;
}

/* From parameter 1. */
static bool numbers_bind(sqlite3_stmt *statement, const uint64_t *numbers, int count)
{
	for (int i = 0; i < count; i++)
		if (sqlite3_bind_int64(statement, i + 1, (sqlite3_int64)numbers[i]) != SQLITE_OK)
			return false;
	return true;
}

/* Bytes without length are a blob too, not a null. */
static bool blob_bind(sqlite3_stmt *statement, int at, swk__slice blob)
{
	const char *bytes = blob.length ? blob.bytes : "";
	return sqlite3_bind_blob64(statement, at, bytes, blob.length, SQLITE_STATIC) == SQLITE_OK;
}

static int manifest_write(const swk__file *file, sqlite3 *db, manifest *row, swk__slice head, swk_error *error)
{
	static const char sql[] = "REPLACE INTO manifest(id, format, commits, blobs, chain, checksum, head)"
				  "VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6)";
	row->checksum = manifest_checksum(row, head);
	uint64_t numbers[] = { SWK__FILE_FORMAT, row->commits, row->blobs, row->chain, row->checksum };
	sqlite3_stmt *statement = NULL;
	if (fault(file, SWK__FAULT_file_write, error))
		return SWK_ERR_IO;
	bool done = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK;
	done = done && numbers_bind(statement, numbers, SWK__COUNT(numbers)) && blob_bind(statement, 6, head) &&
	       sqlite3_step(statement) == SQLITE_DONE;
	int code = done ? SWK_OK : fail_sqlite(file, db, error, "its manifest could not be written");
	sqlite3_finalize(statement);
	return code;
}

/* The row under the cursor, checked; the head belongs to the statement. */
static int manifest_decode(const swk__file *file, sqlite3_stmt *statement, manifest *row, swk__slice *head,
                           swk_error *error)
{
	uint64_t format;
	bool whole = column_number(statement, 0, &format) && column_number(statement, 1, &row->commits) &&
	             column_number(statement, 2, &row->blobs) && column_number(statement, 3, &row->chain) &&
	             column_number(statement, 4, &row->checksum);
	int code = column_blob(statement, 5, head);
	if (code == SWK_ERR_MEMORY)
		return fail(file, error, code, "memory for its manifest could not be allocated");
	if (!whole || code != SWK_OK || format != SWK__FILE_FORMAT || row->checksum != manifest_checksum(row, *head))
		return fail(file, error, SWK_ERR_CORRUPT, "its manifest was damaged");
	return SWK_OK;
}

/* Reads the one row; `head` is replaced on success only. */
static int manifest_read(const swk__file *file, sqlite3 *db, manifest *row, swk__buf *head, swk_error *error)
{
	static const char sql[] = "SELECT format, commits, blobs, chain, checksum, head FROM manifest WHERE id = 1";
	sqlite3_stmt *statement = NULL;
	swk__slice bytes = { NULL, 0 };
	swk__buf copy;
	manifest read;
	if (fault(file, SWK__FAULT_file_read, error))
		return SWK_ERR_IO;
	swk__buf_init(&copy, file->mem, SIZE_MAX);
	int code, result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		code = manifest_decode(file, statement, &read, &bytes, error);
	else if (result == SQLITE_DONE)
		code = fail(file, error, SWK_ERR_CORRUPT, "its manifest was lost");
	else
		code = fail_sqlite(file, db, error, "its manifest could not be read");
	if (code == SWK_OK && !swk__buf_slice(&copy, bytes))
		code = swk__fail_memory(error, file->mem);
	sqlite3_finalize(statement);
	if (code != SWK_OK) {
		swk__buf_done(&copy);
		return code;
	}
	swk__buf_done(head);
	*head = copy;
	*row = read;
	return SWK_OK;
}

/* ----------------------------------------------------------------------------------------- creation */

static int store_fill(const swk__file *file, sqlite3 *db, swk__slice head, swk_error *error)
{
	/* No rollback journal: nobody sees this file before it is renamed. */
	static const char sql[] = "PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = MEMORY;"
				  "PRAGMA synchronous = FULL; BEGIN; " MANIFEST_SQL ";" JOURNAL_SQL ";" VERSION_SQL ";"
				  "PRAGMA application_id = " TEXT_OF(APPLICATION_ID);
	static const char what[] = "could not be created";
	manifest row = { 0 };
	int code = sql_run(file, db, sql, what, error);
	if (code == SWK_OK)
		code = manifest_write(file, db, &row, head, error);
	if (code == SWK_OK)
		code = sql_run(file, db, "COMMIT", what, error);
	if (code == SWK_OK)
		code = sql_expect(file, db, "PRAGMA journal_mode = WAL", "wal", SWK_ERR_IO, what, error);
	return code;
}

static int folder_sync(const swk__file *file, swk_error *error)
{
	char folder[PATH_MAX];
	size_t length = (size_t)(strrchr(file->path.bytes, '/') - file->path.bytes);
	memcpy(folder, file->path.bytes, length);
	memcpy(folder + length, "/", 2);
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return fail_system(file, error, "its folder could not be opened");
	int code = SWK_OK;
	if (fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
		code = fail_system(file, error, "its folder could not be written");
	close(descriptor);
	return code;
}

/* Gives the made file its name. An empty file that was there hands on its mode; a file that came up meanwhile is
 * not replaced. */
static int store_name(const swk__file *file, const char *made, const struct stat *status, swk_error *error)
{
	if (fault(file, SWK__FAULT_file_create, error))
		return SWK_ERR_IO;
	if (status->st_size == 0) {
		if (chmod(made, status->st_mode & 07777) != 0 || rename(made, file->path.bytes) != 0)
			return fail_system(file, error, "could not be created");
	} else if (renameat2(AT_FDCWD, made, AT_FDCWD, file->path.bytes, RENAME_NOREPLACE) != 0) {
		if ((errno != EINVAL && errno != ENOSYS) || rename(made, file->path.bytes) != 0)
			return fail_system(file, error, "could not be created");
	}
	return folder_sync(file, error);
}

static int store_create(const swk__file *file, const struct stat *status, swk__slice head, swk_error *error)
{
	char made[BESIDE_BYTES];
	sqlite3 *db = NULL;
	/* Without its file this belongs to a store that somebody took away: SQLite would replay it into the new one. */
	if (beside_size(file, "-wal") > 0 || beside_size(file, "-journal") > 0)
		return fail(file, error, SWK_ERR_IO, "could not be created beside another store's -wal or -journal");
	if (fault(file, SWK__FAULT_file_create, error))
		return SWK_ERR_IO;
	if (unlink(path_beside(file, "-new", made)) != 0 && errno != ENOENT)
		return fail_system(file, error, "could not be created");
	int code = connection_open(file, made, "?mode=rwc", &db, error);
	if (code == SWK_OK)
		code = store_fill(file, db, head, error);
	sqlite3_close(db);
	if (code == SWK_OK)
		code = store_name(file, made, status, error);
	if (code != SWK_OK)
		unlink(made);
	return code;
}

/* ------------------------------------------------------------------------------------------ opening */

static int writer_connect(swk__file *file, swk_error *error)
{
	static const char what[] = "could not be opened";
	int code = connection_open(file, file->path.bytes, "?mode=rw", &file->db, error);
	if (code == SWK_OK)
		code = connection_identify(file, file->db, error);
	if (code == SWK_OK)
		code = sql_run(file, file->db,
		               "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA synchronous = FULL;"
		               "PRAGMA cell_size_check = ON",
		               what, error);
	if (code == SWK_OK)
		code = sql_expect(file, file->db, "PRAGMA journal_mode = WAL", "wal", SWK_ERR_IO, what, error);
	if (code == SWK_OK)
		code = schema_check(file, file->db, error);
	if (code == SWK_OK)
		code = manifest_read(file, file->db, &file->state, &file->head, error);
	return code;
}

/* Connects, perhaps again, and begins the transaction. Without a WAL there is no writer, and an immutable connection
 * makes none: mode=ro alone would leave one behind, perhaps one that the writer's user may not open. */
static int reader_connect(swk__file *file, swk_error *error)
{
	sqlite3_close(file->db);
	file->db = NULL;
	if (stat(file->path.bytes, &file->seen) != 0)
		return fail_system(file, error, "could not be found");
	file->immutable = beside_size(file, "-wal") < 0 && beside_size(file, "-journal") < 0;
	const char *query = file->immutable ? "?mode=ro&immutable=1" : "?mode=ro";
	int code = connection_open(file, file->path.bytes, query, &file->db, error);
	if (code == SWK_OK)
		code = connection_identify(file, file->db, error);
	if (code == SWK_OK && fault(file, SWK__FAULT_file_begin, error))
		code = SWK_ERR_IO;
	if (code == SWK_OK)
		code = sql_run(file, file->db,
		               "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; BEGIN",
		               "could not be opened", error);
	if (code == SWK_OK)
		code = schema_check(file, file->db, error);
	return code;
}

/* True when what an immutable reader found wrong may be a writer that came up meanwhile. */
static bool reader_disturbed(const swk__file *file, int code)
{
	struct stat now;
	if (!file->immutable || (code != SWK_ERR_CORRUPT && code != SWK_ERR_FORMAT && code != SWK_ERR_IO))
		return false;
	if (stat(file->path.bytes, &now) != 0)
		return false;
	return beside_size(file, "-wal") >= 0 || now.st_ino != file->seen.st_ino || now.st_size != file->seen.st_size ||
	       memcmp(&now.st_mtim, &file->seen.st_mtim, sizeof now.st_mtim) != 0;
}

static int reader_open(swk__file *file, swk_error *error)
{
	swk_error last = SWK_ERROR_INIT;
	int code, tries = 0;
	do {
		code = reader_connect(file, &last);
		if (code == SWK_OK)
			code = manifest_read(file, file->db, &file->state, &file->head, &last);
	} while (reader_disturbed(file, code) && ++tries < READER_TRIES);
	if (code != SWK_OK)
		swk__error_copy(error, &last);
	return code;
}

static int writer_open(swk__file *file, const swk__file_options *options, swk_error *error)
{
	struct stat status;
	int code = lock_take(file, options->lock_timeout, error);
	if (code == SWK_OK)
		code = path_look(file, &status, error);
	if (code == SWK_OK && status.st_size <= 0)
		code = options->create ? store_create(file, &status, options->head, error)
		                       : fail(file, error, SWK_ERR_NOT_FOUND, "was removed meanwhile");
	if (code == SWK_OK)
		code = writer_connect(file, error);
	return code;
}

/* Refuses what is not a store before a lock file is put beside it. */
static int path_probe(const swk__file *file, const swk__file_options *options, swk_error *error)
{
	struct stat status;
	sqlite3 *db = NULL;
	bool create = options->create && !options->read_only;
	int code = path_look(file, &status, error);
	if (code != SWK_OK)
		return code;
	if (status.st_size < 0)
		return create ? SWK_OK : fail(file, error, SWK_ERR_NOT_FOUND, "did not exist");
	if (status.st_size == 0)
		return create ? SWK_OK : fail(file, error, SWK_ERR_FORMAT, "was empty, not a salesweek store");
	code = connection_open(file, file->path.bytes, "?mode=ro", &db, error);
	if (code == SWK_OK)
		code = connection_identify(file, db, error);
	sqlite3_close(db);
	return code;
}

/* Closes and gives back what is left of the handle. */
static void handle_free(swk__file *file)
{
	sqlite3_close(file->db);
	if (file->lock >= 0) {
		flock(file->lock, LOCK_UN); /* in words, as a forked child may still hold a copy of the descriptor */
		close(file->lock);
	}
	swk__buf_done(&file->path);
	swk__buf_done(&file->head);
	swk__free(file->mem, file);
}

int swk__file_open(swk__mem *mem, const char *path, const swk__file_options *options, swk__file **file,
                   swk_error *error)
{
	swk__file *self = swk__alloc(mem, SWK__FAULT_file_handle, 1, sizeof *self);
	if (!self)
		return swk__fail_memory(error, mem);
	self->mem = mem;
	self->lock = -1;
	self->vfs = options->vfs;
	self->read_only = options->read_only;
	swk__buf_init(&self->path, mem, SIZE_MAX);
	swk__buf_init(&self->head, mem, SIZE_MAX);
	path_show(path, self->shown, sizeof self->shown);
	int code = path_resolve(self, path, error);
	if (code == SWK_OK)
		code = path_probe(self, options, error);
	if (code == SWK_OK)
		code = self->read_only ? reader_open(self, error) : writer_open(self, options, error);
	if (code != SWK_OK) {
		/* Nothing is written to what could not be opened, not even what its WAL holds. */
		if (self->db)
			connection_defend(self->db, false);
		handle_free(self);
		return code;
	}
	*file = self;
	return SWK_OK;
}

void swk__file_close(swk__file *file)
{
	if (!file)
		return;
	/* A reader beside us would keep SQLite from doing this when it closes. */
	if (file->db && !file->read_only)
		sqlite3_wal_checkpoint_v2(file->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	handle_free(file);
}

void swk__file_abandon(swk__file *file)
{
	if (!file)
		return;
	/* A flock belongs to the open file, not to the descriptor: closing ours leaves the parent's in force. */
	if (file->lock >= 0)
		close(file->lock);
	file->lock = -1;
	file->db = NULL;
	handle_free(file);
}

swk__slice swk__file_head(const swk__file *file)
{
	return (swk__slice){ file->head.bytes, file->head.length };
}

uint64_t swk__file_commits(const swk__file *file)
{
	return file->state.commits;
}

/* ------------------------------------------------------------------------------------------ reading */

/* How far the journal has been read; survives a change of connection. */
typedef struct reading {
	swk__file_visit visit;
	void *context;
	uint64_t blobs, commit, chain;
	swk__buf bytes; /* of the commit that is under way */
	bool stopped;   /* the visitor did not want more */
	bool resumed;   /* beside a writer that may have committed since */
} reading;

static int reading_deliver(reading *self, swk_error *error)
{
	if (self->commit == 0)
		return SWK_OK;
	swk__slice bytes = { self->bytes.bytes, self->bytes.length };
	int code = self->visit(self->context, self->commit, bytes, error);
	self->stopped = code != SWK_OK;
	self->bytes.length = 0;
	return code;
}

/* Takes the blob under the cursor, which must be the next one of this commit or the first of the next. */
static int reading_blob(const swk__file *file, reading *self, sqlite3_stmt *statement, swk_error *error)
{
	uint64_t number = 0, commit = 0, checksum = 0;
	swk__slice bytes;
	bool whole = column_number(statement, 0, &number) && column_number(statement, 1, &commit) &&
	             column_number(statement, 2, &checksum);
	int code = column_blob(statement, 3, &bytes);
	if (code == SWK_ERR_MEMORY)
		return fail(file, error, code, "memory for blob %" PRIu64 " could not be allocated", number);
	whole = whole && code == SWK_OK && number == self->blobs + 1 && number <= file->state.blobs &&
	        (commit == self->commit + 1 || (commit == self->commit && commit > 0)) &&
	        checksum == blob_checksum(number, commit, bytes);
	if (!whole)
		return fail(file, error, SWK_ERR_CORRUPT, "its journal was damaged at blob %" PRIu64, self->blobs + 1);
	code = commit > self->commit ? reading_deliver(self, error) : SWK_OK;
	if (code != SWK_OK)
		return code;
	if (!swk__buf_slice(&self->bytes, bytes))
		return swk__fail_memory(error, file->mem);
	self->commit = commit;
	self->blobs = number;
	self->chain = chain_next(self->chain, checksum);
	return SWK_OK;
}

static int reading_rows(const swk__file *file, reading *self, sqlite3_stmt *statement, swk_error *error)
{
	for (;;) {
		if (fault(file, SWK__FAULT_file_read, error))
			return SWK_ERR_IO;
		int result = sqlite3_step(statement);
		bool beyond = self->resumed && self->blobs == file->state.blobs;
		if (result == SQLITE_DONE || (result == SQLITE_ROW && beyond))
			return SWK_OK;
		if (result != SQLITE_ROW)
			return fail_sqlite(file, file->db, error, "its journal could not be read");
		int code = reading_blob(file, self, statement, error);
		if (code != SWK_OK)
			return code;
	}
}

static int reading_run(const swk__file *file, reading *self, swk_error *error)
{
	static const char sql[] = "SELECT number, commit_number, checksum, bytes FROM journal WHERE number > ?1 "
				  "ORDER BY number";
	/* From the least number, so that a row below the first one is noticed. */
	sqlite3_int64 after = self->blobs ? (sqlite3_int64)self->blobs : INT64_MIN;
	sqlite3_stmt *statement = NULL;
	int code;
	if (sqlite3_prepare_v2(file->db, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 1, after) != SQLITE_OK)
		code = fail_sqlite(file, file->db, error, "its journal could not be read");
	else
		code = reading_rows(file, self, statement, error);
	sqlite3_finalize(statement);
	if (code != SWK_OK)
		return code;
	if (self->blobs != file->state.blobs || self->commit != file->state.commits || self->chain != file->state.chain)
		return fail(file, error, SWK_ERR_CORRUPT, "its journal did not match its manifest after blob %" PRIu64,
		            self->blobs);
	return reading_deliver(self, error);
}

static int reader_run(swk__file *file, reading *self, swk_error *error)
{
	swk_error last = SWK_ERROR_INIT;
	int code = reading_run(file, self, &last);
	for (int i = 0; i < READER_TRIES && !self->stopped && reader_disturbed(file, code); i++) {
		self->resumed = true;
		code = reader_connect(file, &last);
		if (code == SWK_OK)
			code = reading_run(file, self, &last);
	}
	sqlite3_close(file->db);
	file->db = NULL;
	if (code != SWK_OK)
		swk__error_copy(error, &last);
	return code;
}

/* A flipped bit in SQLite's own bookkeeping can leave all rows readable and yet make the next commit overwrite one:
 * a writer wants the structure whole before it believes it. */
static int structure_check(const swk__file *file, swk_error *error)
{
	static const char sql[] = "PRAGMA quick_check(1)", what[] = "its structure could not be checked";
	sqlite3_stmt *statement = NULL;
	const char *text = NULL;
	int code = SWK_OK;
	int result = sqlite3_prepare_v2(file->db, sql, -1, &statement, NULL);
	if (result == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(statement, 0);
	if (!text)
		code = fail_sqlite(file, file->db, error, what);
	else if (strstr(text, "get page") || strstr(text, "get the page")) /* how it reports a read that failed */
		code = fail(file, error, SWK_ERR_IO, "%s (%s)", what, text);
	else if (strcmp(text, "ok") != 0)
		code = fail(file, error, SWK_ERR_CORRUPT, "its structure was damaged (%s)", text);
	sqlite3_finalize(statement);
	return code;
}

static int writer_run(swk__file *file, reading *self, swk_error *error)
{
	int code = reading_run(file, self, error);
	if (code == SWK_OK)
		code = structure_check(file, error);
	sqlite3_db_release_memory(file->db);
	return code;
}

int swk__file_read(swk__file *file, swk__file_visit visit, void *context, swk_error *error)
{
	if (!file->db)
		return fail(file, error, SWK_ERR_USAGE, "was read before");
	reading self = { .visit = visit, .context = context };
	swk__buf_init(&self.bytes, file->mem, SIZE_MAX);
	int code = file->read_only ? reader_run(file, &self, error) : writer_run(file, &self, error);
	swk__buf_done(&self.bytes);
	return code;
}

/* ------------------------------------------------------------------------------------------ writing */

/* The frames of a COMMIT that failed may lie in the WAL with a valid end, and a process that is killed would leave
 * them to be found. The next transaction overwrites them, so there is one at once: this pragma writes a page even
 * where nothing changes, which an UPDATE does not. */
static int doubt_settle(swk__file *file, swk_error *error)
{
	static const char sql[] = "BEGIN IMMEDIATE; " VERSION_SQL "; COMMIT";
	int code = sql_run(file, file->db, sql, "an earlier commit could not be undone", error);
	file->doubtful = code != SWK_OK;
	if (!sqlite3_get_autocommit(file->db))
		sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* Begins, and makes sure that the file is still the one this handle knows. */
static int transaction_begin(swk__file *file, swk_error *error)
{
	manifest row;
	swk__buf head;
	int moved = 0;
	sqlite3_file_control(file->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved)
		return fail(file, error, SWK_ERR_IO, "was moved or removed while it was open");
	int code = file->doubtful ? doubt_settle(file, error) : SWK_OK;
	if (code == SWK_OK && fault(file, SWK__FAULT_file_begin, error))
		code = SWK_ERR_IO;
	if (code == SWK_OK)
		code = sql_run(file, file->db, "BEGIN IMMEDIATE", "could not be written", error);
	if (code != SWK_OK)
		return code;
	swk__buf_init(&head, file->mem, SIZE_MAX);
	code = manifest_read(file, file->db, &row, &head, error);
	swk__buf_done(&head);
	if (code == SWK_OK && memcmp(&row, &file->state, sizeof row) != 0)
		code = fail(file, error, SWK_ERR_CORRUPT, "was changed by another program while it was open");
	return code;
}

static bool blob_insert(sqlite3_stmt *statement, manifest *row, swk__slice blob)
{
	uint64_t checksum = blob_checksum(++row->blobs, row->commits, blob);
	row->chain = chain_next(row->chain, checksum);
	bool done = numbers_bind(statement, (uint64_t[]){ row->blobs, row->commits, checksum }, 3) &&
	            blob_bind(statement, 4, blob) && sqlite3_step(statement) == SQLITE_DONE;
	return sqlite3_reset(statement) == SQLITE_OK && done;
}

/* Inserts the blobs of the next commit, one of no bytes for an empty one, and moves `row` on. */
static int journal_append(const swk__file *file, swk__slice bytes, manifest *row, swk_error *error)
{
	static const char sql[] = "INSERT INTO journal(number, commit_number, checksum, bytes) VALUES(?1, ?2, ?3, ?4)";
	sqlite3_stmt *statement = NULL;
	int code = SWK_OK;
	size_t at = 0;
	row->commits++;
	if (sqlite3_prepare_v2(file->db, sql, -1, &statement, NULL) != SQLITE_OK)
		code = fail_sqlite(file, file->db, error, "could not be written");
	do {
		size_t left = bytes.length - at;
		swk__slice blob = { left ? bytes.bytes + at : "", left < BLOB_BYTES ? left : BLOB_BYTES };
		if (code == SWK_OK && fault(file, SWK__FAULT_file_write, error))
			code = SWK_ERR_IO;
		if (code == SWK_OK && !blob_insert(statement, row, blob))
			code = fail_sqlite(file, file->db, error, "could not be written");
		at += blob.length;
	} while (code == SWK_OK && at < bytes.length);
	sqlite3_finalize(statement);
	return code;
}

int swk__file_commit(swk__file *file, swk__slice bytes, swk__slice head, swk_error *error)
{
	swk__buf kept;
	manifest row = file->state;
	if (file->read_only)
		return fail(file, error, SWK_ERR_READ_ONLY, "was opened read-only");
	swk__buf_init(&kept, file->mem, SIZE_MAX);
	if (!swk__buf_slice(&kept, head)) {
		swk__buf_done(&kept);
		return swk__fail_memory(error, file->mem);
	}
	int code = transaction_begin(file, error);
	if (code == SWK_OK)
		code = journal_append(file, bytes, &row, error);
	if (code == SWK_OK)
		code = manifest_write(file, file->db, &row, head, error);
	if (code == SWK_OK && fault(file, SWK__FAULT_file_commit, error))
		code = SWK_ERR_IO;
	if (code == SWK_OK) {
		code = sql_run(file, file->db, "COMMIT", "could not be committed", error);
		file->doubtful = code != SWK_OK;
	}
	if (code != SWK_OK) {
		if (!sqlite3_get_autocommit(file->db))
			sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
		if (file->doubtful)
			(void)doubt_settle(file, NULL);
		swk__buf_done(&kept);
		return code;
	}
	sqlite3_db_release_memory(file->db);
	swk__buf_done(&file->head);
	file->head = kept;
	file->state = row;
	return SWK_OK;
}
