/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>

#define BUSY_MS 2000 /* how long SQLite waits for a reader's recovery or a writer's closing */

#define APPLICATION_ID 0x53574b53 /* "SWKS" */
#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number
#define VERSION_SQL "PRAGMA user_version = " TEXT_OF(SWK__DATABASE_FORMAT)
#define SEED UINT64_C(0x73616c65737765) /* fixed: checksums are the same everywhere */

#define MANIFEST_SQL                                                                                     \
	"CREATE TABLE manifest(id INTEGER PRIMARY KEY, format INTEGER, commits INTEGER, blobs INTEGER, " \
	"chain INTEGER, checksum INTEGER, head BLOB)"
#define JOURNAL_SQL \
	"CREATE TABLE journal(number INTEGER PRIMARY KEY, commit_number INTEGER, checksum INTEGER, bytes BLOB)"

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

int swk__database_fail(const swk__database *self, swk_error *error, int code, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return swk__fail(error, code, "%s: %s", self->shown, text);
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

/* For the last call on the connection that failed. */
static int fail_sqlite(const swk__database *self, swk_error *error, const char *what)
{
	sqlite3 *db = self->handle;
	char text[128];
	int result = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
	int number = db ? sqlite3_system_errno(db) : 0;
	int code = sqlite_code(result);
	const char *message = db ? sqlite3_errmsg(db) : "out of memory";
	if (code == SWK_ERR_IO && number != 0)
		return swk__database_fail(self, error, code, "%s (%s: %s)", what, message,
		                          strerror_r(number, text, sizeof text));
	return swk__database_fail(self, error, code, "%s (%s)", what, message);
}

bool swk__database_fault(const swk__database *self, swk__fault point, swk_error *error)
{
	if (!swk__fault_hit(self->mem, point))
		return false;
	swk__database_fail(self, error, SWK_ERR_IO, "an input or output error occurred (%s)", swk__fault_names[point]);
	return true;
}

/* -------------------------------------------------------------------------------------------- life */

void swk__database_init(swk__database *self, swk__mem *mem, const char *path, const char *vfs)
{
	*self = (swk__database){ .mem = mem, .vfs = vfs };
	swk__buf_init(&self->head, mem, SIZE_MAX);
	path_show(path, self->shown, sizeof self->shown);
}

void swk__database_done(swk__database *self)
{
	swk__database_disconnect(self, false);
	swk__buf_done(&self->head);
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

/* Connects without reading more than SQLite does by itself, and without a lock. */
static int connection_open(swk__database *self, const char *path, const char *query, swk_error *error)
{
	swk__buf uri;
	int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	bool writer = strncmp(query, "?mode=rw", 8) == 0;
	flags |= writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	swk__buf_init(&uri, self->mem, SIZE_MAX);
	int code = SWK_OK;
	if (!uri_build(&uri, path, query))
		code = swk__fail_memory(error, self->mem);
	else if (swk__database_fault(self, SWK__FAULT_file_open, error))
		code = SWK_ERR_IO;
	else if (sqlite3_open_v2(uri.bytes, &self->handle, flags, self->vfs) != SQLITE_OK)
		code = fail_sqlite(self, error, "could not be opened");
	else if (writer && sqlite3_db_readonly(self->handle, "main") == 1)
		code = swk__database_fail(self, error, SWK_ERR_IO, "could not be opened for writing");
	swk__buf_done(&uri);
	if (code != SWK_OK) {
		sqlite3_close(self->handle);
		self->handle = NULL;
		return code;
	}
	sqlite3_extended_result_codes(self->handle, 1);
	connection_defend(self->handle, writer);
	return SWK_OK;
}

static uint32_t big_endian(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Reads the first bytes through SQLite's own descriptor: no lock, no WAL, nothing of a foreign file changes. */
static int connection_identify(const swk__database *self, swk_error *error)
{
	static const char magic[16] = "SQLite format 3";
	unsigned char bytes[100] = { 0 };
	sqlite3_file *handle = NULL;
	sqlite3_file_control(self->handle, "main", SQLITE_FCNTL_FILE_POINTER, &handle);
	if (NEVER(!handle || !handle->pMethods) || swk__database_fault(self, SWK__FAULT_file_read, error))
		return SWK_ERR_IO;
	int result = handle->pMethods->xRead(handle, bytes, (int)sizeof bytes, 0);
	if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ)
		return swk__database_fail(self, error, SWK_ERR_IO, "could not be read (%s)", sqlite3_errstr(result));
	uint32_t application = big_endian(bytes + 68), version = big_endian(bytes + 60);
	if (memcmp(bytes, magic, sizeof magic) != 0)
		return swk__database_fail(self, error, SWK_ERR_FORMAT, "was not a salesweek store");
	if (application != APPLICATION_ID)
		return swk__database_fail(self, error, SWK_ERR_FORMAT,
		                          "was an SQLite database of another program (id %" PRIu32 ")", application);
	if (version != SWK__DATABASE_FORMAT)
		return swk__database_fail(self, error, SWK_ERR_FORMAT,
		                          "was of format %" PRIu32 ", but this library reads %d only", version,
		                          SWK__DATABASE_FORMAT);
	return SWK_OK;
}

static int sql_run(const swk__database *self, const char *sql, const char *what, swk_error *error)
{
	return sqlite3_exec(self->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? SWK_OK : fail_sqlite(self, error, what);
}

/* Runs a statement that returns one text and compares it. */
static int sql_expect(const swk__database *self, const char *sql, const char *wanted, int code, const char *what,
                      swk_error *error)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW) {
		code = fail_sqlite(self, error, what);
	} else {
		const char *text = (const char *)sqlite3_column_text(statement, 0);
		if (text && strcmp(text, wanted) == 0)
			code = SWK_OK;
		else
			code = swk__database_fail(self, error, text ? code : SWK_ERR_MEMORY, "%s (%s)", what,
			                          text ? text : "");
	}
	sqlite3_finalize(statement);
	return code;
}

static int schema_check(const swk__database *self, swk_error *error)
{
	static const char sql[] = "SELECT count(*) FROM sqlite_master WHERE (name = 'manifest' AND sql = '" MANIFEST_SQL
				  "') OR (name = 'journal' AND sql = '" JOURNAL_SQL "')";
	return sql_expect(self, sql, "2", SWK_ERR_CORRUPT, "its tables were damaged", error);
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

static uint64_t manifest_checksum(const swk__manifest *row, swk__slice head)
{
	return numbers_hash((uint64_t[]){ SWK__DATABASE_FORMAT, row->commits, row->blobs, row->chain, head.length,
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

static int manifest_write(const swk__database *self, swk__manifest *row, swk__slice head, swk_error *error)
{
	static const char sql[] = "REPLACE INTO manifest(id, format, commits, blobs, chain, checksum, head)"
				  "VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6)";
	row->checksum = manifest_checksum(row, head);
	uint64_t numbers[] = { SWK__DATABASE_FORMAT, row->commits, row->blobs, row->chain, row->checksum };
	sqlite3_stmt *statement = NULL;
	if (swk__database_fault(self, SWK__FAULT_file_write, error))
		return SWK_ERR_IO;
	bool done = sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL) == SQLITE_OK;
	done = done && numbers_bind(statement, numbers, SWK__COUNT(numbers)) && blob_bind(statement, 6, head) &&
	       sqlite3_step(statement) == SQLITE_DONE;
	int code = done ? SWK_OK : fail_sqlite(self, error, "its manifest could not be written");
	sqlite3_finalize(statement);
	return code;
}

/* The row under the cursor, checked; the head belongs to the statement. */
static int manifest_decode(const swk__database *self, sqlite3_stmt *statement, swk__manifest *row, swk__slice *head,
                           swk_error *error)
{
	uint64_t format;
	bool whole = column_number(statement, 0, &format) && column_number(statement, 1, &row->commits) &&
	             column_number(statement, 2, &row->blobs) && column_number(statement, 3, &row->chain) &&
	             column_number(statement, 4, &row->checksum);
	int code = column_blob(statement, 5, head);
	if (code == SWK_ERR_MEMORY)
		return swk__database_fail(self, error, code, "memory for its manifest could not be allocated");
	if (!whole || code != SWK_OK || format != SWK__DATABASE_FORMAT ||
	    row->checksum != manifest_checksum(row, *head))
		return swk__database_fail(self, error, SWK_ERR_CORRUPT, "its manifest was damaged");
	return SWK_OK;
}

/* Reads the one row; `head` is replaced on success only. */
static int manifest_read(const swk__database *self, swk__manifest *row, swk__buf *head, swk_error *error)
{
	static const char sql[] = "SELECT format, commits, blobs, chain, checksum, head FROM manifest WHERE id = 1";
	sqlite3_stmt *statement = NULL;
	swk__slice bytes = { NULL, 0 };
	swk__buf copy;
	swk__manifest read;
	if (swk__database_fault(self, SWK__FAULT_file_read, error))
		return SWK_ERR_IO;
	swk__buf_init(&copy, self->mem, SIZE_MAX);
	int code, result = sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		code = manifest_decode(self, statement, &read, &bytes, error);
	else if (result == SQLITE_DONE)
		code = swk__database_fail(self, error, SWK_ERR_CORRUPT, "its manifest was lost");
	else
		code = fail_sqlite(self, error, "its manifest could not be read");
	if (code == SWK_OK && !swk__buf_slice(&copy, bytes))
		code = swk__fail_memory(error, self->mem);
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

static int store_fill(const swk__database *self, swk__slice head, swk_error *error)
{
	/* No rollback journal: nobody sees this file before it is renamed. */
	static const char sql[] = "PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = MEMORY;"
				  "PRAGMA synchronous = FULL; BEGIN; " MANIFEST_SQL ";" JOURNAL_SQL ";" VERSION_SQL ";"
				  "PRAGMA application_id = " TEXT_OF(APPLICATION_ID);
	static const char what[] = "could not be created";
	swk__manifest row = { 0 };
	int code = sql_run(self, sql, what, error);
	if (code == SWK_OK)
		code = manifest_write(self, &row, head, error);
	if (code == SWK_OK)
		code = sql_run(self, "COMMIT", what, error);
	if (code == SWK_OK)
		code = sql_expect(self, "PRAGMA journal_mode = WAL", "wal", SWK_ERR_IO, what, error);
	return code;
}

/* ----------------------------------------------------------------------------- opening and closing */

static int writer_connect(swk__database *self, const char *path, swk_error *error)
{
	static const char what[] = "could not be opened";
	int code = connection_open(self, path, "?mode=rw", error);
	if (code == SWK_OK)
		code = connection_identify(self, error);
	if (code == SWK_OK)
		code = sql_run(self,
		               "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA synchronous = FULL;"
		               "PRAGMA cell_size_check = ON",
		               what, error);
	if (code == SWK_OK)
		code = sql_expect(self, "PRAGMA journal_mode = WAL", "wal", SWK_ERR_IO, what, error);
	return code == SWK_OK ? schema_check(self, error) : code;
}

static int reader_connect(swk__database *self, const char *path, bool immutable, swk_error *error)
{
	int code = connection_open(self, path, immutable ? "?mode=ro&immutable=1" : "?mode=ro", error);
	if (code == SWK_OK)
		code = connection_identify(self, error);
	if (code == SWK_OK && swk__database_fault(self, SWK__FAULT_file_begin, error))
		code = SWK_ERR_IO;
	if (code == SWK_OK)
		code = sql_run(self,
		               "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; BEGIN",
		               "could not be opened", error);
	return code == SWK_OK ? schema_check(self, error) : code;
}

int swk__database_connect(swk__database *self, const char *path, swk__database_way way, swk_error *error)
{
	return way == SWK__DATABASE_WRITE ? writer_connect(self, path, error)
	                                  : reader_connect(self, path, way == SWK__DATABASE_IMMUTABLE, error);
}

int swk__database_probe(const swk__database *self, const char *path, swk_error *error)
{
	swk__database apart = *self;
	int code = connection_open(&apart, path, "?mode=ro", error);
	if (code == SWK_OK)
		code = connection_identify(&apart, error);
	sqlite3_close(apart.handle);
	return code;
}

int swk__database_create(const swk__database *self, const char *path, swk__slice head, swk_error *error)
{
	swk__database apart = *self;
	int code = connection_open(&apart, path, "?mode=rwc", error);
	if (code == SWK_OK)
		code = store_fill(&apart, head, error);
	sqlite3_close(apart.handle);
	return code;
}

int swk__database_manifest(swk__database *self, swk_error *error)
{
	return manifest_read(self, &self->state, &self->head, error);
}

void swk__database_disconnect(swk__database *self, bool checkpoint)
{
	if (!self->handle)
		return;
	if (checkpoint)
		sqlite3_wal_checkpoint_v2(self->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	else
		connection_defend(self->handle, false);
	sqlite3_close(self->handle);
	self->handle = NULL;
}

/* ----------------------------------------------------------------------------------------- reading */

/* Hands on the blob under the cursor, which must be the next one of this commit or the first of the next. */
static int reading_blob(const swk__database *self, swk__reading *reading, sqlite3_stmt *statement, swk_error *error)
{
	uint64_t number = 0, commit = 0, checksum = 0;
	swk__slice bytes;
	bool whole = column_number(statement, 0, &number) && column_number(statement, 1, &commit) &&
	             column_number(statement, 2, &checksum);
	int code = column_blob(statement, 3, &bytes);
	if (code == SWK_ERR_MEMORY)
		return swk__database_fail(self, error, code, "memory for blob %" PRIu64 " could not be allocated",
		                          number);
	whole = whole && code == SWK_OK && number == reading->blobs + 1 && number <= self->state.blobs &&
	        (commit == reading->commit + 1 || (commit == reading->commit && commit > 0)) &&
	        checksum == blob_checksum(number, commit, bytes);
	if (!whole)
		return swk__database_fail(self, error, SWK_ERR_CORRUPT, "its journal was damaged at blob %" PRIu64,
		                          reading->blobs + 1);
	reading->commit = commit;
	reading->blobs = number;
	reading->chain = chain_next(reading->chain, checksum);
	code = reading->visit(reading->context, commit, bytes, error);
	reading->stopped = code != SWK_OK;
	return code;
}

static int reading_rows(const swk__database *self, swk__reading *reading, sqlite3_stmt *statement, swk_error *error)
{
	for (;;) {
		if (swk__database_fault(self, SWK__FAULT_file_read, error))
			return SWK_ERR_IO;
		int result = sqlite3_step(statement);
		bool beyond = reading->resumed && reading->blobs == self->state.blobs;
		if (result == SQLITE_DONE || (result == SQLITE_ROW && beyond))
			return SWK_OK;
		if (result != SQLITE_ROW)
			return fail_sqlite(self, error, "its journal could not be read");
		int code = reading_blob(self, reading, statement, error);
		if (code != SWK_OK)
			return code;
	}
}

int swk__database_read(const swk__database *self, swk__reading *reading, swk_error *error)
{
	static const char sql[] = "SELECT number, commit_number, checksum, bytes FROM journal WHERE number > ?1 "
				  "ORDER BY number";
	/* From the least number, so that a row below the first one is noticed. */
	sqlite3_int64 after = reading->blobs ? (sqlite3_int64)reading->blobs : INT64_MIN;
	sqlite3_stmt *statement = NULL;
	int code;
	if (sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_bind_int64(statement, 1, after) != SQLITE_OK)
		code = fail_sqlite(self, error, "its journal could not be read");
	else
		code = reading_rows(self, reading, statement, error);
	sqlite3_finalize(statement);
	if (code != SWK_OK)
		return code;
	if (reading->blobs != self->state.blobs || reading->commit != self->state.commits ||
	    reading->chain != self->state.chain)
		return swk__database_fail(self, error, SWK_ERR_CORRUPT,
		                          "its journal did not match its manifest after blob %" PRIu64, reading->blobs);
	return SWK_OK;
}

int swk__database_check(const swk__database *self, swk_error *error)
{
	static const char sql[] = "PRAGMA quick_check(1)", what[] = "its structure could not be checked";
	sqlite3_stmt *statement = NULL;
	const char *text = NULL;
	int code = SWK_OK;
	int result = sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL);
	if (result == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(statement, 0);
	if (!text)
		code = fail_sqlite(self, error, what);
	else if (strstr(text, "get page") || strstr(text, "get the page")) /* how it reports a read that failed */
		code = swk__database_fail(self, error, SWK_ERR_IO, "%s (%s)", what, text);
	else if (strcmp(text, "ok") != 0)
		code = swk__database_fail(self, error, SWK_ERR_CORRUPT, "its structure was damaged (%s)", text);
	sqlite3_finalize(statement);
	sqlite3_db_release_memory(self->handle);
	return code;
}

/* ----------------------------------------------------------------------------------------- writing */

/* The frames of a COMMIT that failed may lie in the WAL with a valid end, and a process that is killed would leave
 * them to be found. The next transaction overwrites them, so there is one at once: this pragma writes a page even
 * where nothing changes, which an UPDATE does not. */
static int doubt_settle(swk__database *self, swk_error *error)
{
	static const char sql[] = "BEGIN IMMEDIATE; " VERSION_SQL "; COMMIT";
	int code = sql_run(self, sql, "an earlier commit could not be undone", error);
	self->doubtful = code != SWK_OK;
	if (!sqlite3_get_autocommit(self->handle))
		sqlite3_exec(self->handle, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

int swk__database_begin(swk__database *self, swk_error *error)
{
	static const char sql[] = "INSERT INTO journal(number, commit_number, checksum, bytes) VALUES(?1, ?2, ?3, ?4)";
	static const char what[] = "could not be written";
	swk__buf head;
	int moved = 0;
	sqlite3_file_control(self->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved)
		return swk__database_fail(self, error, SWK_ERR_IO, "was moved or removed while it was open");
	int code = self->doubtful ? doubt_settle(self, error) : SWK_OK;
	if (code == SWK_OK && swk__database_fault(self, SWK__FAULT_file_begin, error))
		code = SWK_ERR_IO;
	if (code == SWK_OK)
		code = sql_run(self, "BEGIN IMMEDIATE", what, error);
	if (code != SWK_OK)
		return code;
	swk__buf_init(&head, self->mem, SIZE_MAX);
	code = manifest_read(self, &self->next, &head, error);
	swk__buf_done(&head);
	if (code == SWK_OK && memcmp(&self->next, &self->state, sizeof self->next) != 0)
		code = swk__database_fail(self, error, SWK_ERR_CORRUPT,
		                          "was changed by another program while it was open");
	if (code == SWK_OK && sqlite3_prepare_v2(self->handle, sql, -1, &self->insert, NULL) != SQLITE_OK)
		code = fail_sqlite(self, error, what);
	self->next.commits++;
	return code;
}

static int blob_insert(swk__database *self, swk__slice blob, swk_error *error)
{
	swk__manifest *row = &self->next;
	if (swk__database_fault(self, SWK__FAULT_file_write, error))
		return SWK_ERR_IO;
	uint64_t checksum = blob_checksum(++row->blobs, row->commits, blob);
	row->chain = chain_next(row->chain, checksum);
	bool done = numbers_bind(self->insert, (uint64_t[]){ row->blobs, row->commits, checksum }, 3) &&
	            blob_bind(self->insert, 4, blob) && sqlite3_step(self->insert) == SQLITE_DONE;
	done = sqlite3_reset(self->insert) == SQLITE_OK && done;
	return done ? SWK_OK : fail_sqlite(self, error, "could not be written");
}

int swk__database_append(swk__database *self, swk__slice bytes, swk_error *error)
{
	int code = SWK_OK;
	for (size_t at = 0; at < bytes.length && code == SWK_OK; at += SWK__DATABASE_BLOB) {
		const size_t left = bytes.length - at, size = left < SWK__DATABASE_BLOB ? left : SWK__DATABASE_BLOB;
		code = blob_insert(self, (swk__slice){ bytes.bytes + at, size }, error);
	}
	return code;
}

int swk__database_commit(swk__database *self, swk__slice head, swk_error *error)
{
	swk__buf kept;
	int code = SWK_OK;
	swk__buf_init(&kept, self->mem, SIZE_MAX);
	if (!swk__buf_slice(&kept, head))
		code = swk__fail_memory(error, self->mem);
	/* Every commit has a blob, be it of no bytes. */
	if (code == SWK_OK && self->next.blobs == self->state.blobs)
		code = blob_insert(self, (swk__slice){ "", 0 }, error);
	if (code == SWK_OK)
		code = manifest_write(self, &self->next, head, error);
	if (code == SWK_OK && swk__database_fault(self, SWK__FAULT_file_commit, error))
		code = SWK_ERR_IO;
	if (code == SWK_OK) {
		code = sql_run(self, "COMMIT", "could not be committed", error);
		self->doubtful = code != SWK_OK;
	}
	if (code != SWK_OK) {
		swk__buf_done(&kept);
		return code;
	}
	sqlite3_finalize(self->insert);
	self->insert = NULL;
	sqlite3_db_release_memory(self->handle);
	swk__buf_done(&self->head);
	self->head = kept;
	self->state = self->next;
	return SWK_OK;
}

void swk__database_rollback(swk__database *self)
{
	sqlite3_finalize(self->insert);
	self->insert = NULL;
	if (!sqlite3_get_autocommit(self->handle))
		sqlite3_exec(self->handle, "ROLLBACK", NULL, NULL, NULL);
	if (self->doubtful)
		(void)doubt_settle(self, NULL);
}
