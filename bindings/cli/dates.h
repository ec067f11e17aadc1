/* SPDX-License-Identifier: MIT
 *
 * dates: days and instants in words.
 */
#ifndef CLI_DATES_H
#define CLI_DATES_H

#include "salesweek.h"

#define DATE_TEXT 64
#define DAY_US INT64_C(86400000000)

/* Of days since 1970-01-01: "2 Nov", "Mon 2 Nov 2026", "2026-11-02". */
void date_short(int64_t days, char text[DATE_TEXT]);
void date_long(int64_t days, char text[DATE_TEXT]);
void date_iso(int64_t days, char text[DATE_TEXT]);

/* Of microseconds since 1970, as the clocks of a zone show it: "2026-11-09 00:00"; where they show one time twice, and
 * the second is meant, "2026-11-08 23:00 UTC". */
void instant_local(swk_store *store, const char *zone, int64_t instant, char text[DATE_TEXT]);

/* "Mon" for 1 to "Sun" for 7. */
const char *weekday_name(int64_t weekday);

/* 1 (Monday) to 7. */
int weekday_of(int64_t days);

/* The clock, in microseconds since 1970: what the library takes for now. */
int64_t clock_now(void);

#endif
