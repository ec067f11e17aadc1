/* SPDX-License-Identifier: MIT
 *
 * database: what lies in a store's SQLite file, and whether it is whole. Bytes and keys, no meaning; no paths but those
 * that are handed in, no locks but SQLite's. The only includer of sqlite3.h.
 *
 *   manifest  one row: format, head (bytes of the store's), commits, blobs, chain, checksum of the row itself
 *   journal   blobs of at most 1 MiB, each with its number, its commit, and a checksum over all of these
 *
 * `chain` is a hash over the checksums of all blobs in order: SQLite alone does not notice lost or renumbered
 * rows, and a list of all blobs in the manifest would make n commits cost n * n.
 *
 * Invariant: `state` and `head` are what was read or committed last; a transaction that was rolled back, or whose
 * commit failed, has left no trace in them or in the file.
 */
#ifndef SWK_DATABASE_H
#define SWK_DATABASE_H

#include "error.h"

/* What the files of this library carry as their version; of 0.x, every other one is refused. */
#define SWK__DATABASE_FORMAT 2

#define SWK__DATABASE_BLOB ((size_t)1 << 20) /* bytes of a whole blob, at most */

/* What the manifest row says, but the head. */
typedef struct swk__manifest {
	uint64_t commits, blobs, chain, checksum;
} swk__manifest;

typedef struct swk__database {
	swk__mem *mem;
	const char *vfs;             /* NULL: SQLite's default */
	struct sqlite3 *handle;      /* NULL: not connected */
	swk__manifest state;         /* as committed last */
	swk__buf head;               /* likewise */
	swk__manifest next;          /* of the transaction under way */
	struct sqlite3_stmt *insert; /* of its blobs; NULL: there is none */
	bool doubtful;               /* a COMMIT failed: its frames may still lie in the WAL */
	char shown[64];              /* the path as given, for messages */
} swk__database;

/* `path` and `vfs` are only for messages and for SQLite; the path is copied. */
void swk__database_init(swk__database *self, swk__mem *mem, const char *path, const char *vfs);

/* Disconnects as swk__database_disconnect without `checkpoint`, and gives back what it holds. */
void swk__database_done(swk__database *self);

/* An error whose reason begins with the path. */
int swk__database_fail(const swk__database *self, swk_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* True, with the error set, when a test wants this point to fail. */
bool swk__database_fault(const swk__database *self, swk__fault point, swk_error *error);

/* ------------------------------------------------------------------------------------- connections */

typedef enum swk__database_way {
	SWK__DATABASE_WRITE,
	SWK__DATABASE_READ,     /* begins a transaction; makes a WAL where there is none */
	SWK__DATABASE_IMMUTABLE /* the same without a WAL, of a file that nobody writes to meanwhile */
} swk__database_way;

/* Refuses a file that is not a store of this format: SWK_ERR_FORMAT. Nothing of it or beside it changes. */
int swk__database_probe(const swk__database *self, const char *path, swk_error *error);

/* Makes an empty store in a file that is not there. What is left of it on failure is the caller's to remove. */
int swk__database_create(const swk__database *self, const char *path, swk__slice head, swk_error *error);

/* Connects, and makes sure that it is a store. On failure there may be a connection left. */
int swk__database_connect(swk__database *self, const char *path, swk__database_way way, swk_error *error);

/* Reads the manifest into `state` and `head`, which are as before on failure. */
int swk__database_manifest(swk__database *self, swk_error *error);

/* Closes the connection, if there is one. A writer that was in order does a `checkpoint`: a reader beside it would keep
 * SQLite from doing so. Without, nothing is written, not even what the WAL holds. */
void swk__database_disconnect(swk__database *self, bool checkpoint);

/* ----------------------------------------------------------------------------------------- reading */

/* As swk__file_visit. */
typedef int (*swk__database_visit)(void *context, uint64_t commit, swk__slice bytes, swk_error *error);

/* How far the journal has been read; survives a change of connection. */
typedef struct swk__reading {
	swk__database_visit visit;
	void *context;
	uint64_t blobs, commit, chain;
	bool stopped; /* the visitor did not want more */
	bool resumed; /* beside a writer that may have committed since */
} swk__reading;

/* Reads on, up to what `state` says. */
int swk__database_read(const swk__database *self, swk__reading *reading, swk_error *error);

/* A flipped bit in SQLite's own bookkeeping can leave all rows readable and yet make the next commit overwrite one:
 * a writer wants the structure whole before it believes it. */
int swk__database_check(const swk__database *self, swk_error *error);

/* ----------------------------------------------------------------------------------------- writing */

/* Begins a transaction of one commit, and makes sure that the file is still the one that was connected to. After a
 * failure, here or below, swk__database_rollback is due. */
int swk__database_begin(swk__database *self, swk_error *error);

/* Appends bytes to the commit, in blobs. */
int swk__database_append(swk__database *self, swk__slice bytes, swk_error *error);

/* Ends the commit, synchronously, with a new head. */
int swk__database_commit(swk__database *self, swk__slice head, swk_error *error);

/* Takes back the transaction, if there is one. */
void swk__database_rollback(swk__database *self);

#endif
