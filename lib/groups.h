/* SPDX-License-Identifier: MIT
 *
 * groups: counts, sums and lists by group, while facts are counted; a rollup at the end.
 *
 *   values of `by` --codes--> place in a grid --> group       (what the grid does not know yet or cannot hold: by hash)
 *   label, class --> rows, values added up --flush--> sums[] of the label's group; spans and starts of curves
 *
 * A row's label is its group or, where a byte of the row tells the group, that byte: rows are added up by what lies
 * there, and only sums are taken to groups.
 *
 * Groups, their codes and their keys' texts stay from one rollup to the next, as weeks have much the same groups; where
 * they have not, groups that pile up are forgotten.
 *
 * Invariant: the numbers by which groups are found leave no trace in the rollup, nor does the way in which they are.
 */
#ifndef SWK_GROUPS_H
#define SWK_GROUPS_H

#include "measure.h"
#include "rollup.h"

/* Observations of curves: list 2c of a group holds the ended spans of curve c, 2c + 1 the starts of those open. */
typedef struct swk__observed {
	size_t count, capacity;
	uint32_t *lists; /* of all groups: group * lists + list */
	int64_t *values;
} swk__observed;

/* What rows are added up by. */
typedef struct swk__labels {
	const uint32_t *numbers;    /* of groups */
	const unsigned char *bytes; /* that tell groups; NULL: numbers do */
} swk__labels;

/* A dimension's values as small numbers, in the order in which they were met. */
typedef struct swk__coder {
	uint32_t *codes;      /* by value: 1 + code, 0: not met yet */
	uint32_t size, count; /* size: 0 or a power of two */
} swk__coder;

typedef struct swk__groups {
	swk__mem *mem;
	unsigned width, measures, lists; /* values of a key; sums and lists of a group */
	uint32_t count, capacity;
	uint32_t *keys;
	swk__i128 *sums;
	bool *counted;   /* a row of the group counts: only such groups are in the rollup */
	uint32_t *index; /* open addressing: group, or none */
	uint32_t index_mask;
	swk__observed observed;
	/* What was observed, sorted into the lists of the groups: list l of group g is
	 * list_values[list_ends[g * lists + l - 1] .. list_ends[g * lists + l]). As many values lie behind
	 * value_capacity, to sort with. */
	size_t *list_ends, list_capacity, value_capacity;
	int64_t *list_values;
	/* keys as the rollup has them: of group g names[ends[g - 1] .. ends[g]); `named` groups have one, in `order` */
	swk__buf names;
	size_t *ends;
	uint32_t *order;
	uint32_t named;
	/* the short way to a group */
	bool direct; /* it is in use; tests turn it off */
	swk__coder coders[SWK__DIMENSION_COUNT];
	unsigned char bits[SWK__DIMENSION_COUNT];
	uint32_t *grid;                                 /* 1 + group by codes, 0: not known */
	unsigned char byte_values[2][SWK__BLOCK_BYTES]; /* the key that a byte tells, by dimension */
	uint32_t of_byte[SWK__BLOCK_BYTES];             /* 1 + group by byte, 0: not known */
	/* rows and values by label and class */
	bool by_byte;    /* the labels are bytes */
	unsigned stride; /* classes of the source, that of the rows that do not count included */
	size_t tally_capacity;
	uint32_t *tally;
	swk__i128 *adding[SWK__VALUES_MAX];
	bool wide[SWK__VALUES_MAX];     /* some were added there since the last flush */
	uint64_t *raw[SWK__VALUES_MAX]; /* before they are multiplied, all by one coding; the first with its rows */
	swk__raw coding[SWK__VALUES_MAX];
	uint64_t tallied;        /* rows since the last flush, at most */
	uint64_t joined;         /* sum of the first values that were added with their rows since then */
	uint32_t least, touched; /* labels that may have some of them: those from the one on and below the other */
} swk__groups;

void swk__groups_init(swk__groups *groups, swk__mem *mem, unsigned width, unsigned measures, unsigned lists);
void swk__groups_done(swk__groups *groups);

/* Forgets what was counted, and groups too where many have come together and few of them were met. */
void swk__groups_clear(swk__groups *groups);

/* The group of a key, a new one if need be; UINT32_MAX when memory failed. */
uint32_t swk__groups_find(swk__groups *groups, const uint32_t *key);

static inline swk__i128 *swk__groups_sums(const swk__groups *groups, uint32_t group)
{
	return groups->sums + (size_t)group * groups->measures;
}

/* The groups of rows whose values of dimension d are values[d][0 .. count). False when memory failed. */
bool swk__groups_number(swk__groups *groups, const uint32_t *const *values, uint32_t count, uint32_t *numbers);

/* The same for rows of which a byte tells the group. */
bool swk__groups_number_bytes(swk__groups *groups, const unsigned char *bytes, uint32_t count, uint32_t *numbers);

/* The group that a byte tells, a new one if need be; UINT32_MAX when memory failed. */
uint32_t swk__groups_of_byte(swk__groups *groups, unsigned char byte);

/* Adds a block's rows, sorted into the classes of its source, to their labels. False when memory failed. */
bool swk__groups_tally(swk__groups *groups, const swk__classes *classes, const swk__block *block,
                       const swk__sorted *sorted, const swk__labels *labels);

/* Adds what was tallied to the groups' sums. To be called before rows of another source are. False when memory failed;
 * then nothing but swk__groups_clear may follow. */
bool swk__groups_flush(swk__groups *groups, const swk__classes *classes);

/* Makes room for observations behind those there are. False when memory failed. */
bool swk__groups_expect(swk__groups *groups, size_t count);

/* A group's key, as the rollup will have it; valid until groups are added. */
int swk__groups_key(swk__groups *groups, const swk__facts *facts, const swk__dimension *by, uint32_t group,
                    swk__slice *key, swk_error *error);

/* Builds the rollup, keys written as the dimensions' texts and numbers. */
int swk__groups_build(swk__groups *groups, const swk__facts *facts, const swk__dimension *by, swk__rollup **rollup,
                      swk_error *error);

#endif
