/* SPDX-License-Identifier: MIT
 *
 * file: one store's file in its folder: names, locks, life. What lies in it is the room database's.
 *
 *   path ──► lock (path-lock) ──► made (path-new, renamed) ──► connected ──► read; commits appended to and ended
 *
 * Invariant: what swk__file_commit returned SWK_OK for is durable and is read back byte for byte, or the reading
 * fails with SWK_ERR_CORRUPT; a commit that failed left no trace.
 *
 * One writer over all processes holds an flock on `path-lock`, which is never removed; SQLite's own locks would not
 * do, as any close() of another descriptor of the file in this process drops them. The writer is the only one that
 * checkpoints the WAL. A reader opens with mode=ro, reads all in one short transaction, and then holds no lock and
 * no connection. Where there is no WAL, which is also all that works on read-only media, it opens with immutable=1
 * and so leaves no WAL behind; should a writer come in between, it reads what is missing again beside it: the journal
 * only grows, and the chain of the manifest it read vouches for the part it wants.
 *
 * A new file is made whole under the name `path-new` and then renamed: at `path` is never half a store.
 */
#ifndef SWK_FILE_H
#define SWK_FILE_H

#include "error.h"

typedef struct swk__file swk__file;

/* Receives the journal in order, blob by blob: the number of the commit (from 1) and bytes of it, valid during the
 * call; every commit has some blob, be it of no bytes. A non-zero return ends the reading and is what swk__file_read
 * returns. */
typedef int (*swk__file_visit)(void *context, uint64_t commit, swk__slice bytes, swk_error *error);

typedef struct swk__file_options {
	bool create, read_only;
	uint32_t lock_timeout; /* milliseconds */
	swk__slice head;       /* what the manifest of a new file carries */
	const char *vfs;       /* NULL: SQLite's default; tests put theirs here */
} swk__file_options;

/* Opens or creates. SWK_ERR_NOT_FOUND: no file and not to be created. SWK_ERR_FORMAT: not a store of this format
 * version (the reason names both versions). SWK_ERR_LOCKED: another writer. SWK_ERR_IO, SWK_ERR_CORRUPT (manifest).
 * With `create` an empty file becomes a store; any other foreign file is never touched, and neither is a WAL or
 * rollback journal without its file, which is SWK_ERR_IO. On success *file is the caller's (swk__file_close). */
int swk__file_open(swk__mem *mem, const char *path, const swk__file_options *options, swk__file **file,
                   swk_error *error);

/* NULL is fine. Checkpoints and removes the WAL (writer), gives the lock back. */
void swk__file_close(swk__file *file);

/* Lets go of everything that belongs to the process that opened it, without touching file or lock: for a forked
 * child. */
void swk__file_abandon(swk__file *file);

/* The head as it was last committed; valid until the next call. */
swk__slice swk__file_head(const swk__file *file);

/* How many commits the file holds. */
uint64_t swk__file_commits(const swk__file *file);

/* Reads the whole journal and checks every checksum before its blob is handed on, in the end their chain and their
 * number against the manifest: what was visited is to be believed when this returns SWK_OK. A reader's
 * connection is closed afterwards, so this can be called once. */
int swk__file_read(swk__file *file, swk__file_visit visit, void *context, swk_error *error);

/* As many bytes are appended as one blob; more are cut, and fewer make smaller ones. */
#define SWK__FILE_BLOB ((size_t)1 << 20)

/* Appends bytes to the commit under way, which the first call begins: nobody sees them, and they are not synced, before
 * it ends. On failure the commit is given up and the file is as before. */
int swk__file_append(swk__file *file, swk__slice bytes, swk_error *error);

/* Ends the commit under way, or one that it begins, with these last bytes (any length) and a new head, synchronously.
 * On failure the file is as before the commit. */
int swk__file_commit(swk__file *file, swk__slice bytes, swk__slice head, swk_error *error);

/* Gives up the commit under way, if there is one. */
void swk__file_rollback(swk__file *file);

#endif
