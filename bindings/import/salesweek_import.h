/* SPDX-License-Identifier: MIT
 *
 * salesweek_import: files of records into a store. JSON lines, CSV, and a CRM's own CSV through a map.
 *
 *   bytes (read) --> lines, records --> fields (map) --> swk_batch --> swk_store_ingest_batch
 *
 * A client of salesweek.h like any other; the rules of that header hold here too. A file is read as a stream:
 * memory is bounded by `batch_rows` rows and by lines of at most 1 MiB, whatever the size of the file (a strict
 * import, all or nothing, holds all rows).
 *
 * Memory comes from malloc. When there is none a call ends with SWK_ERR_MEMORY, except within jansson, which reads maps
 * and those lines of JSON that are not flat: version 2.14 then may take a text for wrong, or harm its own memory.
 */
#ifndef SALESWEEK_IMPORT_H
#define SALESWEEK_IMPORT_H

#include "salesweek.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest line of JSON, and the longest CSV record, in bytes. Longer ones are refused, not stored. */
#define SWI_LINE_MAX 1048576

/* The longest map, in bytes. */
#define SWI_MAP_MAX 1048576

/* Reads up to `size` bytes: how many were read, 0 at the end, -1 with errno on failure. */
typedef int64_t (*swi_read)(void *context, char *bytes, size_t size);

/* A refused row. Valid during the call only. */
typedef struct swi_rejection {
	size_t size;
	const swk_error
		*error; /* table, row (the line on which the row begins; the first is 1), field, value, reason */
	const char
		*column; /* CSV through a map: the heading of the field's column ("Date + Time": of several); else "" */
	const char *raw; /* the row as it stands in the file, in UTF-8; of one that was too long its beginning */
	size_t raw_length;
} swi_rejection;

/* Told of every refused row, in the order of the file. A non-zero return stops the import with SWK_ERR_IO. */
typedef int (*swi_reject)(void *context, const swi_rejection *rejection);

/* Told once of what is allowed but unwise, as one line. */
typedef void (*swi_warn)(void *context, const char *text);

/* With `map`, or with `table`, the file is CSV; with neither it is JSON lines. */
typedef struct swi_options {
	size_t size;
	const char *table; /* CSV whose heading names the fields of this table */
	const char *map;   /* the JSON text of a map (docs/metrics.md), not NUL-terminated */
	size_t map_length;
	const char *zone;        /* of texts with a local time; NULL: the map's, else the store's */
	int64_t recorded_at;     /* the stamp of the first row without one; 0: the clock */
	uint32_t strict;         /* 1: all rows or none */
	uint32_t ignore_unknown; /* 1: fields that the table does not have are skipped, not refused */
	uint64_t batch_rows;     /* rows a commit; 0: 50,000 */
	uint64_t source_size;    /* bytes of the file, for `progress`; 0: unknown */
	swi_reject reject;       /* NULL: none */
	void *reject_context;
	swi_warn warn; /* NULL: none */
	void *warn_context;
	swk_progress progress; /* NULL: none; called with the bytes read; non-zero stops the import */
	void *progress_context;
} swi_options;

typedef struct swi_counts {
	size_t size;
	uint64_t accepted, unchanged, rejected; /* as in swk_ingest_counts, of all commits */
	uint64_t skipped;                       /* rows that no map wanted (`when`) */
} swi_counts;

/* Imports a file into the store. `options` and `counts` may be NULL.
 *
 * Refused rows are no failure: they are counted and told. Good rows are committed every `batch_rows` rows, so on
 * failure what was committed before stays; *counts says how much, on failure too. With `strict` there is one
 * commit at the end, and none (SWK_ERR_REJECTED, accepted 0) when a row was refused.
 *
 * SWK_ERR_USAGE: an unknown table. SWK_ERR_INVALID: the map or the heading is wrong, the file is no text.
 * SWK_ERR_ZONE: unknown zone. SWK_ERR_IO: reading failed. SWK_ERR_INTERRUPTED. Else what the store says. */
int swi_import(swk_store *store, swi_read read, void *read_context, const swi_options *options, swi_counts *counts,
               swk_error *error);

/* Checks a map without a file or a store: SWK_OK, or SWK_ERR_INVALID with the reason. */
int swi_map_check(const char *map, size_t length, swk_error *error);

typedef struct swi_propose_options {
	size_t size;
	const char *table; /* what the file holds; NULL: the likeliest by its heading */
	const char *name;  /* the file's name, which may tell its table; NULL: unknown */
	uint64_t rows;     /* looked at, at most 10,000; 0: 100 */
	swi_warn note;     /* told of what is unsure, one line each; NULL: none */
	void *note_context;
} swi_propose_options;

/* Looks at a CSV file's heading and first rows (at most 1 MiB of it) and writes a map for it, as JSON to be looked
 * through and edited: encoding, delimiter, table, columns, forms of dates and numbers, values. What it cannot know it
 * takes as is likeliest, and says so by `note`. `options` may be NULL.
 *
 * SWK_ERR_USAGE: an unknown table. SWK_ERR_INVALID: the file is empty, or no text. SWK_ERR_IO: reading or writing
 * failed. */
int swi_map_propose(swi_read read, void *read_context, const swi_propose_options *options, swk_write write,
                    void *write_context, swk_error *error);

/* A map of a particular CRM's export, which ships with the library. All texts are static. */
typedef struct swi_preset {
	size_t size;
	const char *name;   /* "zoho" */
	const char *table;  /* "opportunity" */
	const char *file;   /* what of the CRM is exported: "Potentials (Deals)" */
	const char *source; /* what the map was made from, in words */
	const char *map;    /* its JSON text, for swi_options.map, or to be edited; NUL-terminated */
	size_t map_length;
	uint32_t tested; /* 1: tested on a real export; 0: made from public headings */
	uint32_t reserved;
} swi_preset;

/* How many there are, and each of them (0 to swi_preset_count() - 1), those of one CRM together. The caller has set
 * preset->size. SWK_ERR_USAGE: no such preset. */
size_t swi_preset_count(void);
int swi_preset_get(size_t index, swi_preset *preset, swk_error *error);

/* The one with this name for this table. SWK_ERR_USAGE: there is none; the error names those that there are. */
int swi_preset_find(const char *name, const char *table, swi_preset *preset, swk_error *error);

#ifdef __cplusplus
}
#endif

#endif
