/* SPDX-License-Identifier: MIT
 *
 * lexicon: the words that CRMs have for tables, fields and values: by them a heading is understood. Pure.
 */
#ifndef SWI_LEXICON_H
#define SWI_LEXICON_H

#include "support.h"

/* What a field takes. */
typedef enum swi__kind {
	SWI__KIND_ID,
	SWI__KIND_REF, /* another record's id */
	SWI__KIND_TEXT,
	SWI__KIND_INSTANT,
	SWI__KIND_DATE,
	SWI__KIND_NUMBER,
	SWI__KIND_AMOUNT,
	SWI__KIND_DURATION,
	SWI__KIND_FLAG,
	SWI__KIND_WORD, /* one of a few values */
	SWI__KIND_CURRENCY,
	SWI__KIND_ZONE
} swi__kind;

typedef struct swi__lexeme {
	const char *table, *field;
	swi__kind kind;
	bool required;
	const char *words; /* headings, the likeliest first, parted by "|" */
} swi__lexeme;

/* Of all tables, the fields of each together, in the order in which a map names them. */
extern const swi__lexeme swi__lexicon[];
extern const size_t swi__lexicon_count;

/* NULL-terminated. */
extern const char *const swi__lexicon_tables[];

/* How well a heading names the field: 0 not at all, 100 exactly by its likeliest word. */
int swi__lexicon_match(const swi__lexeme *lexeme, swi__slice heading);

/* How often the words of a heading, or of a file's name, are the table's own ("deal" for opportunity). */
int swi__lexicon_table_words(const char *table, swi__slice text);

/* The value of a field of kind WORD that a cell means, such as "unanswered" for "No Answer"; NULL: none is known. */
const char *swi__lexicon_value(const char *table, const char *field, swi__slice cell);

/* Whether a heading holds the word, in any case. */
bool swi__lexicon_has(swi__slice heading, const char *word);

#endif
