/* SPDX-License-Identifier: MIT
 *
 * salesweek: weekly sales reports from the records of a CRM.
 *
 * This header is the contract and the manual, in the order of the data's life:
 * errors, memory, a store, batches of records going in, questions, results coming out.
 *
 *   batch --> store (history --> facts --> rollups) --> report --> result
 *
 * Rules that hold for every function here unless its comment says otherwise:
 *
 * - Errors. A function that can fail returns SWK_OK (0) or a negative swk_code, and fills the caller's
 *   `swk_error` where one is given (NULL is fine). On failure every output is untouched and the store is
 *   as it was before the call. Nothing is printed, nothing aborts, no state is kept per thread.
 * - Ownership. What `create`, `open` or a report hands out is freed with the function of the same noun
 *   (`swk_batch_free`, `swk_store_close`, `swk_result_free`), never with free(). These take NULL.
 *   Batches, results and Arrow structs keep the store's memory alive, so all of them may be freed in any order.
 *   Strings and structs passed in are read during the call only; the library copies what it keeps.
 * - NULL. A pointer that a comment does not call optional must not be NULL: SWK_ERR_USAGE.
 * - Threads. One store may be used by many threads: any number of reports and one ingestion at a time
 *   (a second one waits). A batch belongs to one thread at a time. Results are immutable.
 * - Forks. A store opened before fork() is refused in the child, SWK_ERR_FORKED, and so are the ingestion of a batch
 *   and the writing of a result. Filling a batch and reading the cells of a result touch the child's own memory alone.
 * - Text is UTF-8 without NUL, given with its length in bytes; names and options are NUL-terminated.
 * - Instants are int64_t microseconds since 1970-01-01T00:00:00Z, dates are int32_t days since 1970-01-01.
 * - Option structs begin with their own size in bytes (`sizeof`). Zero in a field means the default; bytes
 *   beyond what this library knows must be zero, else SWK_ERR_USAGE.
 *
 * What every number means is written in docs/metrics.md; `swk_catalog` says it per column.
 */
#ifndef SALESWEEK_H
#define SALESWEEK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the binary interface: the number in the name of the shared library. 0 promises nothing. */
#define SWK_API_VERSION 0

#if defined(SWK_BUILD)
#define SWK_API __attribute__((visibility("default")))
#else
#define SWK_API
#endif

/* The API version of the library that is linked (compare with SWK_API_VERSION). Never fails. */
SWK_API int swk_api_version(void);

/* The version of the package, such as "0.1.0". A static string. Never fails. */
SWK_API const char *swk_version(void);

/* ------------------------------------------------------------------------------------------- errors */

/* The numbers never change. */
typedef enum swk_code {
	SWK_OK = 0,
	SWK_ERR_USAGE = -1,        /* a wrong argument: unknown report, dimension, option, window, NULL */
	SWK_ERR_INVALID = -2,      /* a record was refused: table, row, field, value and reason say why */
	SWK_ERR_REJECTED = -3,     /* an all-or-nothing ingestion met refused rows; nothing went in */
	SWK_ERR_MEMORY = -4,       /* the allocator returned NULL, or a size overflowed */
	SWK_ERR_LIMIT = -5,        /* the store's memory limit is reached, or what a batch or a table can hold */
	SWK_ERR_IO = -6,           /* the file system or SQLite failed; a time zone's data could not be read */
	SWK_ERR_CORRUPT = -7,      /* the file's checksums or structure are wrong */
	SWK_ERR_FORMAT = -8,       /* the file is not a store, or one of another version */
	SWK_ERR_LOCKED = -9,       /* another writer has the store open */
	SWK_ERR_READ_ONLY = -10,   /* the store was opened read-only */
	SWK_ERR_ZONE = -11,        /* a time zone is unknown, or its data is not one's */
	SWK_ERR_INTERRUPTED = -12, /* swk_store_interrupt was called, or the progress function said stop */
	SWK_ERR_FORKED = -13,      /* the store was opened by a parent process */
	SWK_ERR_OVERFLOW = -14,    /* a sum does not fit */
	SWK_ERR_NOT_FOUND = -15    /* there is no such store */
} swk_code;

/* What went wrong, owned by the caller, on the stack if it likes. Texts are NUL-terminated UTF-8, cut with
 * "..." where too long, empty where they do not apply. Set `size` to sizeof(swk_error) before use. */
typedef struct swk_error {
	size_t size;
	int code;         /* a swk_code */
	char table[16];   /* "call" */
	int64_t row;      /* the number given to swk_batch_row; 0: none */
	char field[32];   /* "duration_s" */
	char value[96];   /* the offending value as it was given */
	char reason[160]; /* one line, past tense: "was below 0" */
} swk_error;

/* clang-format off */
#define SWK_ERROR_INIT { sizeof(swk_error), 0, "", 0, "", "", "" }
/* clang-format on */

/* The name of a code, such as "SWK_ERR_IO"; "SWK_ERR_?" for an unknown one. A static string. Never fails. */
SWK_API const char *swk_code_name(int code);

/* Writes the error as one line without a newline, such as
 *   call, row 12, field duration_s, value "-5": was below 0
 * into `text` of `size` bytes, always NUL-terminated when size > 0. Returns the length that the whole line
 * has (snprintf's rule). */
SWK_API size_t swk_error_format(const swk_error *error, char *text, size_t size);

/* ------------------------------------------------------------------------------------------- memory */

/* Where a store takes its memory. Each function gets `context`. `alloc` and `resize` return memory aligned
 * for any type, or NULL; `resize` keeps the old block when it fails. They may be called from any thread. */
typedef struct swk_allocator {
	void *(*alloc)(void *context, size_t size);
	void *(*resize)(void *context, void *block, size_t size);
	void (*free)(void *context, void *block);
	void *context;
} swk_allocator;

/* -------------------------------------------------------------------------------------------- Arrow */

/* The structs of the Arrow C data and C stream interfaces, as https://arrow.apache.org/docs/format/CDataInterface.html
 * and CStreamInterface.html write them down, under the guards that any other copy of them has. */

/* clang-format off */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
	int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
	int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
	const char *(*get_last_error)(struct ArrowArrayStream *);
	void (*release)(struct ArrowArrayStream *);
	void *private_data;
};

#endif
/* clang-format on */

/* -------------------------------------------------------------------------------------------- store */

typedef struct swk_store swk_store;

/* The wall clock a store uses when a query names no `now` and a record no `recorded_at`. Called from the threads of the
 * calls, several at once. */
typedef int64_t (*swk_clock)(void *context);

/* Called now and then during long calls with what is done and what there is to do (0: unknown); a non-zero
 * return stops the call with SWK_ERR_INTERRUPTED. Called on the thread of the call, never concurrently. An ingestion
 * asks for the last time before its commit ends: what it stops has left no trace, and what it no longer asks about goes
 * in. That of an ingestion must not ingest into the same store, which is SWK_ERR_USAGE; that of a report must not ask
 * it for another report, which may end in SWK_ERR_USAGE; neither must wait for a thread that does. */
typedef int (*swk_progress)(void *context, uint64_t done, uint64_t total);

/* Weekdays as week_start takes them; 0 is the default, Monday. */
enum {
	SWK_MONDAY = 1,
	SWK_TUESDAY,
	SWK_WEDNESDAY,
	SWK_THURSDAY,
	SWK_FRIDAY,
	SWK_SATURDAY,
	SWK_SUNDAY
};

/* How a store is opened. */
enum {
	SWK_OPEN_CREATE = 1,   /* create the file if it is not there */
	SWK_OPEN_READ_ONLY = 2 /* take no lock, write nothing; sees what was committed when it was opened */
};

typedef struct swk_store_options {
	size_t size;
	uint32_t flags;                 /* SWK_OPEN_... */
	int32_t week_start;             /* new stores: the first weekday, SWK_MONDAY to SWK_SUNDAY */
	const char *zone;               /* new stores: the IANA zone of the reporting calendar; NULL: UTC */
	const char *currency;           /* new stores: the ISO 4217 base currency; NULL: USD */
	const char *zone_path;          /* the folder of TZif files; NULL: /usr/share/zoneinfo */
	uint64_t memory_limit;          /* bytes; 0: none. Reports and a file's first ingestion need some besides */
	uint32_t lock_timeout;          /* milliseconds to wait for another writer to close; 0: do not wait */
	uint32_t reserved;              /* 0 */
	const swk_allocator *allocator; /* copied; NULL: malloc, realloc, free */
	swk_clock clock;                /* NULL: the system's clock */
	void *clock_context;
	swk_progress progress; /* NULL: none; reports have their own, in the query */
	void *progress_context;
} swk_store_options;

/* Opens the store in the file `path`, or with NULL a store in memory alone. `path` and `options` may be NULL.
 *
 * A file that does not exist is SWK_ERR_NOT_FOUND unless SWK_OPEN_CREATE is set. An existing store keeps the
 * zone, first weekday and currency that it was created with; naming others is SWK_ERR_USAGE. A store has one
 * writer at a time, over all processes: SWK_ERR_LOCKED after `lock_timeout`. Beside the file stand `path-lock` (stays),
 * `path-new` while the file is made, and, while a writer is there, SQLite's `path-wal` and `path-shm`.
 * Opening replays the file, so it takes time in proportion to the records. The index of ids is made by the first
 * ingestion that needs it, which takes more time than the next ones, and is SWK_ERR_CORRUPT where a damaged file names
 * an id twice.
 *
 * On success *store is the caller's, to be closed with swk_store_close. On failure *store is untouched. */
SWK_API int swk_store_open(const char *path, const swk_store_options *options, swk_store **store, swk_error *error);

/* Closes the store; NULL is fine. Commits are durable when they return, so nothing is lost without it.
 * The memory lives until the last batch and result of the store are freed. No other call on this store may
 * be under way. In a forked child it frees nothing and leaves file and lock alone. */
SWK_API void swk_store_close(swk_store *store);

/* Stops the calls that are under way on this store, each with SWK_ERR_INTERRUPTED, at their next check (some
 * thousand rows). From any thread, and from a signal handler. Calls begun later are not affected. */
SWK_API void swk_store_interrupt(swk_store *store);

/* Reads a text as an instant: RFC 3339, or YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]]] in `zone`, else in the
 * store's: `zone` may be NULL. A repeated local time is its first occurrence, a skipped one moves forward by the gap;
 * a text without a time is the date's first instant; digits beyond microseconds are cut.
 * SWK_ERR_INVALID: not such a text, or outside 1970-01-01 to 2200-01-01. SWK_ERR_ZONE: unknown zone. */
SWK_API int swk_store_instant_parse(swk_store *store, const char *zone, const char *text, int64_t *instant,
                                    swk_error *error);

/* ------------------------------------------------------------------------------------ records go in */

/* A batch is a list of rows, each one version of one record, of any tables. It is filled row by row,
 *
 *   swk_batch_row(batch, "call", 1);
 *   swk_batch_text(batch, "id", "c1", 2);
 *   swk_batch_instant(batch, "at", 1793612600000000);
 *   swk_batch_end(batch, NULL);
 *
 * and then ingested as one commit. Every row is checked when it ends: unknown field, wrong type, missing
 * required field, value out of range. A refused row is kept as a reject with its error and leaves no trace
 * in the store; the batch goes on. A field that is not set is null; so is an empty text.
 *
 * Beside its table's fields a row may set `stamped`, a boolean: its recorded_at is a stamp that a store once gave
 * (swk_store_export says so), and counts as one here. Without recorded_at it means nothing. */
typedef struct swk_batch swk_batch;

typedef struct swk_batch_options {
	size_t size;
	const char *zone;        /* of texts with a local time; NULL: the store's */
	uint32_t ignore_unknown; /* 1: fields that the table does not have are skipped, not refused */
	uint32_t reserved;       /* 0 */
} swk_batch_options;

/* Makes an empty batch for the store. `options` may be NULL. SWK_ERR_ZONE: unknown zone.
 * On success *batch is the caller's, to be freed with swk_batch_free. */
SWK_API int swk_batch_create(swk_store *store, const swk_batch_options *options, swk_batch **batch, swk_error *error);

/* Frees the batch and its rows; NULL is fine. */
SWK_API void swk_batch_free(swk_batch *batch);

/* Empties the batch of rows and rejects for the next use and keeps its memory. NULL is fine. */
SWK_API void swk_batch_clear(swk_batch *batch);

/* Begins a row of `table`. `number` is the caller's name for it in errors (a line number, say). An unknown
 * table makes the row a reject. SWK_ERR_USAGE: the row before was not ended. */
SWK_API int swk_batch_row(swk_batch *batch, const char *table, int64_t number);

/* Sets a field of the row that was begun. What is wrong with field or value is told by swk_batch_end, so
 * these return SWK_OK, or SWK_ERR_USAGE without a begun row, or SWK_ERR_MEMORY / SWK_ERR_LIMIT (the row
 * cannot be ended then, only given up by swk_batch_clear). A field set twice is refused.
 *
 * text:    text, ids, names of enums, zones and currencies; instants, dates, amounts and rates as text.
 * parse:   the text form of a field of any type, as CSV files have it: numbers, booleans (true/false, 1/0,
 *          yes/no, y/n in any case).
 * int:     a number in its field's unit (duration_s: seconds).
 * real:    the same, finite, by the shortest digits that read back as it; rounded, or refused for more digits than
 *          its field keeps (an amount its currency's, a count none).
 * bool:    0 or 1.
 * instant: microseconds since 1970 UTC.
 * date:    days since 1970-01-01.
 *
 * `bytes` may be NULL when length is 0. */
SWK_API int swk_batch_text(swk_batch *batch, const char *field, const char *bytes, size_t length);
SWK_API int swk_batch_parse(swk_batch *batch, const char *field, const char *bytes, size_t length);
SWK_API int swk_batch_int(swk_batch *batch, const char *field, int64_t value);
SWK_API int swk_batch_real(swk_batch *batch, const char *field, double value);
SWK_API int swk_batch_bool(swk_batch *batch, const char *field, int value);
SWK_API int swk_batch_instant(swk_batch *batch, const char *field, int64_t value);
SWK_API int swk_batch_date(swk_batch *batch, const char *field, int32_t value);

/* Refuses the begun row for a reason of the caller's (a line that is no JSON, say). `field` and `value` may
 * be NULL. The row is still to be ended. SWK_ERR_USAGE without a begun row, or SWK_ERR_MEMORY / SWK_ERR_LIMIT. */
SWK_API int swk_batch_refuse(swk_batch *batch, const char *field, const char *value, size_t length, const char *reason);

/* Ends the row: SWK_OK, or SWK_ERR_INVALID with the error when the row was refused (and kept as a reject). */
SWK_API int swk_batch_end(swk_batch *batch, swk_error *error);

/* How many rows the batch holds, refused ones not counted; 0 for NULL. */
SWK_API size_t swk_batch_rows(const swk_batch *batch);

/* How many rows were refused; 0 for NULL. */
SWK_API size_t swk_batch_rejects(const swk_batch *batch);

/* The error of the reject `index` (0 to swk_batch_rejects - 1), in the order of the rows, into *error. */
SWK_API int swk_batch_reject(const swk_batch *batch, size_t index, swk_error *error);

typedef struct swk_ingest_options {
	size_t size;
	uint32_t strict;         /* 1: all or nothing, SWK_ERR_REJECTED if a row is refused */
	uint32_t ignore_unknown; /* Arrow alone: 1: unknown columns are skipped, not refused */
	int64_t recorded_at;     /* the stamp of the first row without one; 0: the clock */
	const char *zone;        /* Arrow alone: see swk_store_ingest */
	uint32_t threads;        /* Arrow alone: 2 or more: a second thread stores while the calling one reads ahead */
	uint32_t reserved;       /* 0 */
} swk_ingest_options;

typedef struct swk_ingest_counts {
	size_t size;
	uint64_t accepted;  /* rows stored as a version, current or not */
	uint64_t unchanged; /* rows that said nothing new and stored nothing */
	uint64_t rejected;  /* rows refused */
	uint64_t commit;    /* the number of the last commit of the store; grows only if a row was accepted */
} swk_ingest_counts;

/* Commits the batch to the store: all of its rows are in, durable, and seen by every later report; or, on
 * failure, none is. `options` and `counts` may be NULL. The batch stays the caller's and as it was.
 *
 * Rows without recorded_at are stamped, each one microsecond after the one before and never before the last
 * stamp given; such a row is unchanged when it equals the current version in all its fields. A row with
 * recorded_at is unchanged when that very version is stored already. */
SWK_API int swk_store_ingest_batch(swk_store *store, const swk_batch *batch, const swk_ingest_options *options,
                                   swk_ingest_counts *counts, swk_error *error);

/* A table of typed columns: what a question is answered with, and what an ingestion of Arrow tells of refused rows. */
typedef struct swk_result swk_result;

/* Commits the rows of a struct array (format "+s") to a table: a row is a record, columns are matched to fields by name
 * and given to them as the functions above give theirs (docs/arrow.md says which types a field takes). A null is a
 * field that is not set, and so is a NaN.
 *
 * What is wrong with a row refuses that row, in the words of swk_batch_end: table, row (from 1 on), field, value,
 * reason. What is wrong with the whole fails the call with SWK_ERR_INVALID, naming table and column: a malformed array,
 * a type that no field takes, a column twice, one that the table does not have, a required one that is missing. An
 * unknown table is SWK_ERR_USAGE, an unknown `options->zone` SWK_ERR_ZONE.
 *
 * `options->zone` is that of timestamps without a zone, which are refused without it, and of texts with a local time,
 * which are read in the store's without it.
 *
 * Arrays do not say how long their buffers are: lengths, offsets, indices, views and children are checked against each
 * other before they are believed; that a buffer is as long as its array's length and last offset say, has to be true.
 *
 * Schema and array stay the caller's, on success and on failure, and are only read. `options` and `counts` may be NULL,
 * and so may `rejects`. Where it is given, SWK_OK and SWK_ERR_REJECTED (strict) set *rejects to a result with the
 * columns table, row, field, value, reason: one row for each refused one, in order. It is the caller's
 * (swk_result_free). */
SWK_API int swk_store_ingest(swk_store *store, const char *table, const struct ArrowSchema *schema,
                             const struct ArrowArray *array, const swk_ingest_options *options,
                             swk_ingest_counts *counts, swk_result **rejects, swk_error *error);

/* The same for all arrays of a stream, as one commit; rows are counted over all of them. The columns of some thousand
 * rows at a time are copied, never those of an array. The stream stays the caller's: it is read to its end, or until
 * something fails, and not released; schema and arrays taken from it are released, each once. A failing stream is
 * SWK_ERR_IO (ENOMEM: SWK_ERR_MEMORY, EINTR: SWK_ERR_INTERRUPTED) with what it says. Its functions are called on the
 * calling thread, while other ingestions wait: they must not ingest into this store, which is SWK_ERR_USAGE. */
SWK_API int swk_store_ingest_stream(swk_store *store, const char *table, struct ArrowArrayStream *stream,
                                    const swk_ingest_options *options, swk_ingest_counts *counts, swk_result **rejects,
                                    swk_error *error);

/* ------------------------------------------------------------------------------------ questions */

/* A dimension and one value it may have; the empty text is null. Conditions on one dimension mean "or",
 * on different ones "and". */
typedef struct swk_filter {
	const char *dimension;
	const char *value;
} swk_filter;

/* An option of a report, such as {"direction", "inbound"}. */
typedef struct swk_option {
	const char *name;
	const char *value;
} swk_option;

enum {
	SWK_QUERY_TOTAL = 1,   /* one row per group over the whole window */
	SWK_QUERY_FILL = 2,    /* also rows of zeros for weeks without a fact */
	SWK_QUERY_PREVIOUS = 4 /* beside each figure the one of the week (with total: window) before */
};

typedef struct swk_query {
	size_t size;
	const char *report;    /* "calls" */
	const char *const *by; /* names of dimensions, in the order of the columns */
	size_t by_count;
	const swk_filter *filters;
	size_t filter_count;
	const swk_option *options;
	size_t option_count;
	const char *from;      /* the first week: a label ("2026-W45") or any date in it; NULL: all */
	const char *to;        /* the last week, included; NULL: all */
	uint32_t flags;        /* SWK_QUERY_... */
	int32_t week_start;    /* 0: the store's */
	const char *zone;      /* NULL: the store's */
	int64_t now;           /* 0: as_of where given, else the clock */
	int64_t as_of;         /* versions recorded up to then; 0: all */
	uint64_t at_commit;    /* rows of the first N commits; 0: all */
	const char *currency;  /* NULL: as docs/metrics.md says */
	swk_progress progress; /* asked now and then, done and total 0; NULL: never */
	void *progress_context;
	uint32_t threads;  /* at most so many count weeks, the calling one included, while the call lasts; 0 is 1 */
	uint32_t reserved; /* 0 */
} swk_query;

/* Answers a query from one consistent state of the store: that of the last commit when it began.
 * SWK_ERR_USAGE: unknown report, dimension, option or value of one; a window that ends before it begins; an
 * ISO week label under weeks that do not begin on Monday. SWK_ERR_ZONE: unknown zone.
 * On success *result is the caller's, to be freed with swk_result_free. */
SWK_API int swk_store_report(swk_store *store, const swk_query *query, swk_result **result, swk_error *error);

/* What there is to ask: a row for every report and column with kind, unit, what a rate counts, and the
 * definition; rows of kind "dimension" and "option" for what may be asked by. Needs no store. */
SWK_API int swk_catalog(swk_result **result, swk_error *error);

/* What the store holds: rows of name and value (version, zone, first weekday, currency, commits, records and
 * versions of each table, memory, cache). */
SWK_API int swk_store_info(swk_store *store, swk_result **result, swk_error *error);

/* What to know of the current records before believing a report, as of `now` (0: the clock): rows of table, field,
 * finding, count and value, those without a finding left out.
 *
 *   records      how many there are up to now; value: the instant of the newest, of opportunities also their newest
 *                close up to now (RFC 3339), null for tables without one
 *   later        how many lie after now, and the instant of the latest; they are in no other row
 *   dangling     how many name, in this field, a record that does not exist (or is deleted); value: one such id
 *   no currency  how many have an amount in no currency, which is taken to be the store's
 *
 * Looks at every current record once, so it takes time in proportion to them. Interrupted like a report.
 * On success *result is the caller's, to be freed with swk_result_free. */
SWK_API int swk_store_audit(swk_store *store, int64_t now, swk_result **result, swk_error *error);

/* -------------------------------------------------------------------------------------- results */

typedef enum swk_type {
	SWK_TYPE_TEXT = 1,
	SWK_TYPE_DATE = 2, /* days since 1970-01-01 */
	SWK_TYPE_BOOL = 3,
	SWK_TYPE_INT = 4,
	SWK_TYPE_REAL = 5,
	SWK_TYPE_AMOUNT = 6 /* minor units of the row's currency: swk_result_amount */
} swk_type;

/* Frees the result; NULL is fine. */
SWK_API void swk_result_free(swk_result *result);

SWK_API size_t swk_result_rows(const swk_result *result);    /* 0 for NULL */
SWK_API size_t swk_result_columns(const swk_result *result); /* 0 for NULL */

/* The column's name; valid as long as the result. NULL when there is no such column. */
SWK_API const char *swk_result_name(const swk_result *result, size_t column);

/* The column's type, a swk_type; 0 when there is no such column. */
SWK_API int swk_result_type(const swk_result *result, size_t column);

/* The number of the column with this name, or -1. */
SWK_API int64_t swk_result_find(const swk_result *result, const char *name);

/* 1 when the cell is null or does not exist, else 0. */
SWK_API int swk_result_null(const swk_result *result, size_t row, size_t column);

/* A cell of type date, bool or int as a number; 0 where it is null, of another type or does not exist. */
SWK_API int64_t swk_result_int(const swk_result *result, size_t row, size_t column);

/* A cell of type real or int; 0 where it is null, of another type or does not exist. */
SWK_API double swk_result_real(const swk_result *result, size_t row, size_t column);

/* A cell of type amount: its minor units (cents) into *minor and the decimals of its currency (2) into *digits.
 * `minor` and `digits` may be NULL. Returns 1; 0, and nothing is set, where it is null, of another type, does not
 * exist, or does not fit. */
SWK_API int swk_result_amount(const swk_result *result, size_t row, size_t column, int64_t *minor, unsigned *digits);

/* A cell of type text: NUL-terminated, valid as long as the result, its length in *length; `length` may be NULL.
 * NULL where it is null, of another type or does not exist. */
SWK_API const char *swk_result_text(const swk_result *result, size_t row, size_t column, size_t *length);

/* What the result is about. Each valid as long as the result; NULL or 0 for a NULL result.
 * zone, week_start: its calendar. zone_fingerprint: a hash of the zone data used. now: its present.
 * commit: the number of commits it saw. */
SWK_API const char *swk_result_zone(const swk_result *result);
SWK_API int swk_result_week_start(const swk_result *result);
SWK_API uint64_t swk_result_zone_fingerprint(const swk_result *result);
SWK_API int64_t swk_result_now(const swk_result *result);
SWK_API uint64_t swk_result_commit(const swk_result *result);

typedef enum swk_format {
	SWK_FORMAT_CSV = 1,  /* RFC 4180 with a heading, exact; null is an empty field */
	SWK_FORMAT_JSON = 2, /* an array of objects, exact; amounts as text */
	SWK_FORMAT_TABLE = 3 /* aligned text for people, rounded */
} swk_format;

/* Takes `length` bytes of output; a non-zero return stops the writing with SWK_ERR_IO. */
typedef int (*swk_write)(void *context, const char *bytes, size_t length);

/* Writes the whole result in a format, in pieces, to `write`. */
SWK_API int swk_result_write(const swk_result *result, int format, swk_write write, void *context, swk_error *error);

/* Hands the result over as Arrow: a struct (+s) with a child for each column, in the order and by the name it has here,
 * and a row for each row.
 *
 *   text    utf8; dimensions and currencies, which repeat: dictionary<int32, utf8>
 *   date    date32
 *   bool    bool
 *   int     int64
 *   real    float64
 *   amount  decimal128(38, digits of the currency), major units; the currency is the column `currency`
 *
 * The schema's metadata says what the result is about: salesweek.report, .zone, .week_start (1 to 7), .now (RFC 3339),
 * .commit, .zone_fingerprint (16 hexadecimal digits), .version; a catalog or an info has none.
 *
 * Numbers are not copied; texts are. On success *schema and *array are the caller's, each to be released once by its
 * own `release`, or to be moved away, its children too. They keep what they point to and the store's memory alive, so
 * result, schema and array may go in any order and on any thread, after swk_store_close as well. On failure both are
 * untouched. SWK_ERR_OVERFLOW: the texts of a column are more than 2 GiB. */
SWK_API int swk_result_arrow(const swk_result *result, struct ArrowSchema *schema, struct ArrowArray *array,
                             swk_error *error);

/* The same as an Arrow stream, of one array that is made when it is asked for (its errors then come from the stream:
 * ENOMEM or EINVAL, and get_last_error). On success *stream is the caller's, to be released once by its `release`,
 * before or after the arrays that came from it. It is used by one thread at a time. */
SWK_API int swk_result_stream(const swk_result *result, struct ArrowArrayStream *stream, swk_error *error);

/* Writes a text of `length` bytes so that it is harmless on a terminal and nothing of it is hidden: control
 * characters (C0 and C1, ESC among them), ends of lines, marks and overrides of direction, characters that cannot be
 * seen and bytes that are no UTF-8 become visible escapes (\n, \x1b, \u202e); all else stays. `write` may be NULL;
 * what it returns stops the writing. Returns how many places the whole text takes in a terminal (East Asian wide
 * characters two, combining marks none); 0 for NULL. Shown again, a text stays as it is. Never fails. */
SWK_API size_t swk_text_show(const char *bytes, size_t length, swk_write write, void *context);

/* ------------------------------------------------------------------------------------ records come out */

enum {
	SWK_EXPORT_VERSIONS = 1 /* every version of every record, deleted ones too; not the current ones alone */
};

typedef struct swk_export_options {
	size_t size;
	uint32_t flags;      /* SWK_EXPORT_... */
	uint32_t batch_rows; /* the most rows of an array; 0: 65,536 */
	int64_t as_of;       /* versions recorded up to then; 0: all */
	uint64_t at_commit;  /* rows of the first N commits; 0: all */
} swk_export_options;

/* Hands out the records of a table as an Arrow stream: the current ones that are not deleted, or with
 * SWK_EXPORT_VERSIONS every version there is. `options` may be NULL. Unknown table: SWK_ERR_USAGE.
 *
 * The columns are the table's fields in the order of docs/metrics.md, id and recorded_at first, `deleted` last, and
 * then `stamped`: true where the store gave the recorded_at (swk_store_ingest and the row writer take it back as
 * that).
 *
 *   ids, references       utf8; references to reps: dictionary<int32, utf8>
 *   other texts           dictionary<int32, utf8>; enums: dictionary<int8, utf8>
 *   booleans              bool
 *   instants, dates       timestamp[us, UTC], date32
 *   durations, capacity   float64, seconds and units; they have at most 15 digits, which it holds exactly
 *   scores                float64, likewise
 *   won                   int64
 *   amounts               decimal128(19, 4), major units of the row's currency (null: the base, in the metadata)
 *   rates                 decimal128(19, 12)
 *
 * The schema's metadata says salesweek.table, .currency (the store's base), .commit (the last one seen), .version.
 * Rows come by the UTC week of their own instant (created_at or at), and within one as they were committed. Ingesting
 * all versions of all tables into an empty store of the same zone, first weekday and currency makes one that answers
 * and exports as this one does, questions "as of" included; commits are not kept.
 *
 * The stream sees the state of the store when this returned, whatever is ingested later, and keeps its memory, after
 * swk_store_close as well. An array holds at most `batch_rows` rows (fewer where texts would be more than 2 GiB) and
 * is made when it is asked for: ENOMEM, EINTR (swk_store_interrupt) or EINVAL, and get_last_error; after a failure the
 * array can be asked for again. Stream and arrays are released in any order. One thread at a time uses the stream. */
SWK_API int swk_store_export(swk_store *store, const char *table, const swk_export_options *options,
                             struct ArrowArrayStream *stream, swk_error *error);

#ifdef __cplusplus
}
#endif

#endif
