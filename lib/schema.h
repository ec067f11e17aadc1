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
	SWK__KIND_CURRENCY, /* a code of ISO 4217; null is the store's base currency */
	SWK__KIND_ENUM,     /* one of `values` */
	SWK__KIND_BOOL,     /* 0 or 1, never null */
	SWK__KIND_INSTANT,  /* microseconds */
	SWK__KIND_DURATION, /* text and numbers in seconds, kept in microseconds, >= 0 */
	SWK__KIND_NUMBER,   /* kept in millionths, >= 0 */
	SWK__KIND_SCORE,    /* kept in millionths, 0 to 100 */
	SWK__KIND_COUNT,    /* a whole number, >= 0 */
	SWK__KIND_AMOUNT,   /* decimal major units, kept in ten-thousandths */
	SWK__KIND_FACTOR,   /* a positive decimal, kept in 1e-12 */
	SWK__KIND_DATE      /* days since 1970-01-01 */
} swk__kind;

/* One a line, in the order of docs/metrics.md. The numbers are written to files of format 0. */
typedef enum swk__table {
	SWK__TABLE_REP,
	SWK__TABLE_LEAD,
	SWK__TABLE_MESSAGE,
	SWK__TABLE_CALL,
	SWK__TABLE_OPPORTUNITY,
	SWK__TABLE_STAGE,
	SWK__TABLE_SCORE,
	SWK__TABLE_MEETING,
	SWK__TABLE_QUOTA,
	SWK__TABLE_RATE,
	SWK__TABLE_COUNT,
	/* What records of several tables mean together; made by fold, never ingested. */
	SWK__FACT_LEAD = SWK__TABLE_COUNT, /* a lead, at its creation */
	SWK__FACT_OUTREACH,                /* a lead, at the first outreach to it */
	SWK__FACT_OPPORTUNITY,             /* a lead, at its first opportunity's creation */
	SWK__FACT_WIN,                     /* a lead, when it first won */
	SWK__FACT_SCORE,                   /* a score of a lead */
	SWK__FACT_OPENED,                  /* an opportunity, at its creation */
	SWK__FACT_CLOSED,                  /* an opportunity, at its close */
	SWK__FACT_COHORT,                  /* a won opportunity of a lead, at the lead's creation */
	SWK__STATE_COUNT
} swk__table;

#define SWK__FACT_COUNT (SWK__STATE_COUNT - SWK__TABLE_COUNT)

/* The null of every kind but text kinds (whose null is length or number 0), as a column holds it. */
#define SWK__NULL INT64_MIN

typedef struct swk__field {
	const char *name;
	swk__kind kind;
	bool required;
	int64_t preset;            /* the default where a row does not say: SWK__NULL, or a value; ENUM: an index */
	swk__table target;         /* REF: the table */
	const char *const *values; /* ENUM: NULL-terminated, sorted bytewise so that indices compare like texts */
	unsigned once;             /* BOOL: the INSTANT that must have come before it holds; 0: none */
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

/* Of tables, and then of facts. */
extern const swk__schema swk__schemas[SWK__STATE_COUNT];

/* A table has fewer fields: one more place is that of `stamped` while a row is on its way in. */
#define SWK__FIELDS_MAX 16

/* What a row may say beside its table's fields: that its recorded_at is a stamp that a store once gave. */
extern const swk__field swk__stamped;

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
	SWK__MESSAGE_AT = SWK__FIELD_FIRST,
	SWK__MESSAGE_LEAD,
	SWK__MESSAGE_DIRECTION,
	SWK__MESSAGE_REP,
	SWK__MESSAGE_CHANNEL,
	SWK__MESSAGE_AUTOMATED,
	SWK__MESSAGE_DELETED
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
enum {
	SWK__OPPORTUNITY_CREATED_AT = SWK__FIELD_FIRST,
	SWK__OPPORTUNITY_LEAD,
	SWK__OPPORTUNITY_REP,
	SWK__OPPORTUNITY_REGION,
	SWK__OPPORTUNITY_SOURCE,
	SWK__OPPORTUNITY_AMOUNT,
	SWK__OPPORTUNITY_CURRENCY,
	SWK__OPPORTUNITY_OUTCOME,
	SWK__OPPORTUNITY_CLOSED_AT,
	SWK__OPPORTUNITY_DELETED
};
enum {
	SWK__STAGE_AT = SWK__FIELD_FIRST,
	SWK__STAGE_OPPORTUNITY,
	SWK__STAGE_NAME,
	SWK__STAGE_OUTCOME,
	SWK__STAGE_AMOUNT,
	SWK__STAGE_REP,
	SWK__STAGE_DELETED
};
enum {
	SWK__SCORE_AT = SWK__FIELD_FIRST,
	SWK__SCORE_LEAD,
	SWK__SCORE_VALUE,
	SWK__SCORE_MODEL,
	SWK__SCORE_DELETED
};
enum {
	SWK__MEETING_AT = SWK__FIELD_FIRST,
	SWK__MEETING_LEAD,
	SWK__MEETING_OPPORTUNITY,
	SWK__MEETING_REP,
	SWK__MEETING_DURATION_S,
	SWK__MEETING_PLACE,
	SWK__MEETING_TACTIC,
	SWK__MEETING_OUTCOME,
	SWK__MEETING_DELETED
};
enum {
	SWK__QUOTA_FROM = SWK__FIELD_FIRST,
	SWK__QUOTA_TO,
	SWK__QUOTA_REP,
	SWK__QUOTA_TEAM,
	SWK__QUOTA_WON,
	SWK__QUOTA_AMOUNT,
	SWK__QUOTA_CURRENCY,
	SWK__QUOTA_DELETED
};
enum {
	SWK__RATE_CURRENCY = SWK__FIELD_FIRST,
	SWK__RATE_DATE,
	SWK__RATE_VALUE,
	SWK__RATE_DELETED
};
/* Facts begin with the number of what they are about. Amounts are in minor units. */
enum {
	SWK__FACT_LEAD_LEAD,
	SWK__FACT_LEAD_AT,
	SWK__FACT_LEAD_TOUCH_AT,
	SWK__FACT_LEAD_OPPORTUNITY_AT,
	SWK__FACT_LEAD_WON_AT
};
enum {
	SWK__FACT_OUTREACH_LEAD,
	SWK__FACT_OUTREACH_AT,
	SWK__FACT_OUTREACH_REP,
	SWK__FACT_OUTREACH_CHANNEL,
	SWK__FACT_OUTREACH_REPLY_AT
};
enum {
	SWK__FACT_OPPORTUNITY_LEAD,
	SWK__FACT_OPPORTUNITY_AT
};
enum {
	SWK__FACT_WIN_LEAD,
	SWK__FACT_WIN_AT,
	SWK__FACT_WIN_CREATED_AT
};
enum {
	SWK__FACT_SCORE_SCORE,
	SWK__FACT_SCORE_AT,
	SWK__FACT_SCORE_LEAD,
	SWK__FACT_SCORE_VALUE,
	SWK__FACT_SCORE_MODEL,
	SWK__FACT_SCORE_REPLY_AT,
	SWK__FACT_SCORE_HELD_AT,
	SWK__FACT_SCORE_WON_AT,
	SWK__FACT_SCORE_EXCLUDED
};
enum {
	SWK__FACT_OPENED_OPPORTUNITY,
	SWK__FACT_OPENED_AT,
	SWK__FACT_OPENED_LEAD,
	SWK__FACT_OPENED_REP,
	SWK__FACT_OPENED_OUTCOME,
	SWK__FACT_OPENED_CLOSED_AT,
	SWK__FACT_OPENED_AMOUNT,
	SWK__FACT_OPENED_CURRENCY
};
enum {
	SWK__FACT_CLOSED_OPPORTUNITY,
	SWK__FACT_CLOSED_AT,
	SWK__FACT_CLOSED_LEAD,
	SWK__FACT_CLOSED_REP,
	SWK__FACT_CLOSED_OUTCOME,
	SWK__FACT_CLOSED_CLOSED_AT,
	SWK__FACT_CLOSED_AMOUNT,
	SWK__FACT_CLOSED_CURRENCY
};
enum {
	SWK__FACT_COHORT_OPPORTUNITY,
	SWK__FACT_COHORT_AT,
	SWK__FACT_COHORT_LEAD,
	SWK__FACT_COHORT_CLOSED_AT,
	SWK__FACT_COHORT_AMOUNT,
	SWK__FACT_COHORT_CURRENCY
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
enum {
	SWK__LOST,
	SWK__OPEN,
	SWK__WON
};
enum {
	SWK__MEETING_CANCELLED,
	SWK__MEETING_COMPLETED,
	SWK__MEETING_DECLINED,
	SWK__MEETING_DEMO,
	SWK__MEETING_FOLLOW_UP,
	SWK__MEETING_NO_SHOW,
	SWK__MEETING_SALE,
	SWK__MEETING_UNKNOWN
};

/* Fields by which records of one table are found from what they refer to. */
typedef enum swk__link {
	SWK__LINK_LEAD_MERGED,
	SWK__LINK_MESSAGE_LEAD,
	SWK__LINK_CALL_LEAD,
	SWK__LINK_OPPORTUNITY_LEAD,
	SWK__LINK_STAGE_OPPORTUNITY,
	SWK__LINK_SCORE_LEAD,
	SWK__LINK_MEETING_LEAD,
	SWK__LINK_MEETING_OPPORTUNITY,
	SWK__LINK_COUNT
} swk__link;

typedef struct swk__link_about {
	swk__table table;
	unsigned field;
	unsigned extra; /* which of the table's links: 0 or 1 */
} swk__link_about;

extern const swk__link_about swk__links[SWK__LINK_COUNT];

/* The table of a name, or -1. */
int swk__schema_find(swk__slice name);

/* The number of what a row of the table may set by a name: a field's, or `count` for `stamped`; or -1. */
int swk__schema_field(const swk__schema *schema, swk__slice name);

/* What has such a number. */
static inline const swk__field *swk__schema_about(const swk__schema *schema, unsigned number)
{
	return number < schema->count ? &schema->fields[number] : &swk__stamped;
}

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

/* True for the kinds whose cells are texts: TEXT, ID, REF, ZONE, CURRENCY. */
static inline bool swk__kind_is_text(swk__kind kind)
{
	return kind <= SWK__KIND_CURRENCY;
}

#endif
