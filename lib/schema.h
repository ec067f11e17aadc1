/* SPDX-License-Identifier: MIT
 *
 * schema: what a record is, as constant tables. Everything that walks fields walks these.
 *
 * Field order is the contract's and decides ties between versions: id and recorded_at first, `deleted` last.
 */
#ifndef SWK_SCHEMA_H
#define SWK_SCHEMA_H

#include "base.h"

typedef enum swk__kind {
	SWK__KIND_TEXT,     /* any text; null is the empty text */
	SWK__KIND_ID,       /* 1 to 255 bytes */
	SWK__KIND_REF,      /* the id of a record of another table */
	SWK__KIND_ZONE,     /* an IANA zone name */
	SWK__KIND_ENUM,     /* one of `values` */
	SWK__KIND_BOOL,     /* 0 or 1, never null */
	SWK__KIND_INSTANT,  /* microseconds */
	SWK__KIND_DURATION, /* text and numbers in seconds, kept in microseconds, >= 0 */
	SWK__KIND_NUMBER    /* kept in millionths, >= 0 */
} swk__kind;

/* One a line, in the order of docs/metrics.md. The numbers are written to files of format 0. */
typedef enum swk__table {
	SWK__TABLE_REP,
	SWK__TABLE_LEAD,
	SWK__TABLE_CALL,
	SWK__TABLE_COUNT
} swk__table;

/* The null of every kind but text kinds (whose null is length or number 0), as a column holds it. */
#define SWK__NULL INT64_MIN

typedef struct swk__field {
	const char *name;
	swk__kind kind;
	bool required;
	int64_t preset;            /* the default where a row does not say: SWK__NULL, or a value; ENUM: an index */
	swk__table target;         /* REF: the table */
	const char *const *values; /* ENUM: NULL-terminated, sorted bytewise so that indices compare like texts */
} swk__field;

/* The fields that every table begins with. */
enum {
	SWK__FIELD_ID,
	SWK__FIELD_RECORDED_AT,
	SWK__FIELD_FIRST
};

typedef struct swk__schema {
	const char *name;
	const swk__field *fields;
	unsigned count;
	int instant; /* the field whose instant is the record's own, or -1 */
} swk__schema;

extern const swk__schema swk__schemas[SWK__TABLE_COUNT];

#define SWK__FIELDS_MAX 16

/* Numbers of fields by name, for code that reads one; checked against the names by a test. */
enum {
	SWK__REP_NAME = SWK__FIELD_FIRST,
	SWK__REP_TEAM,
	SWK__REP_REGION,
	SWK__REP_ZONE,
	SWK__REP_CAPACITY,
	SWK__REP_DELETED
};
enum {
	SWK__LEAD_CREATED_AT = SWK__FIELD_FIRST,
	SWK__LEAD_REP,
	SWK__LEAD_ORIGIN,
	SWK__LEAD_SOURCE,
	SWK__LEAD_ASSET,
	SWK__LEAD_REGION,
	SWK__LEAD_SEGMENT,
	SWK__LEAD_ZONE,
	SWK__LEAD_CLOSED_AT,
	SWK__LEAD_MERGED_INTO,
	SWK__LEAD_DELETED
};
enum {
	SWK__CALL_AT = SWK__FIELD_FIRST,
	SWK__CALL_LEAD,
	SWK__CALL_REP,
	SWK__CALL_DIRECTION,
	SWK__CALL_OUTCOME,
	SWK__CALL_DURATION_S,
	SWK__CALL_POSITIVE,
	SWK__CALL_DELETED
};

/* Indices of enum values (sorted bytewise). */
enum {
	SWK__INBOUND,
	SWK__OUTBOUND
};
enum {
	SWK__CALL_ANSWERED,
	SWK__CALL_BUSY,
	SWK__CALL_FAILED,
	SWK__CALL_UNANSWERED,
	SWK__CALL_UNKNOWN,
	SWK__CALL_VOICEMAIL
};

/* The table or field of a name, or -1. */
int swk__schema_find(swk__slice name);
int swk__schema_field(const swk__schema *schema, swk__slice name);

/* What a value of a kind lies between: bytes for kinds whose cells are texts, else the value as a column holds it.
 * An ENUM's index is bounded by its field instead. */
typedef struct swk__limits {
	int64_t low, high;
} swk__limits;

extern const swk__limits swk__kind_limits[];

/* The index of an ENUM field's value, or -1. */
int swk__field_value(const swk__field *field, swk__slice name);

/* True when a row whose defaults are filled in may hold this value, SWK__NULL included. Not for text kinds. */
bool swk__field_allows(const swk__field *field, int64_t value);

/* True for the kinds whose cells are texts: TEXT, ID, REF, ZONE. */
static inline bool swk__kind_is_text(swk__kind kind)
{
	return kind <= SWK__KIND_ZONE;
}

#endif
