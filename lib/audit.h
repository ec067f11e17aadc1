/* SPDX-License-Identifier: MIT
 *
 * audit: what a person should know of the current records before believing a report.
 *
 *   live rows of every table, once --> per table: newest, not yet happened, references to nothing, amounts in no
 *                                      currency
 *
 * Knows tables and fields, no report: what a finding does to a figure is for whoever shows it.
 */
#ifndef SWK_AUDIT_H
#define SWK_AUDIT_H

#include "history.h"
#include "result.h"

/* Adds the columns table, field, finding, count, value and a row for every finding. Records later than `now` are
 * counted as such and looked at no further. */
int swk__audit_fill(const swk__history *history, const swk__snapshot *snapshot, int64_t now, swk__check check,
                    void *context, swk_result *result, swk_error *error);

#endif
