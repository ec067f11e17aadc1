/* SPDX-License-Identifier: MIT
 *
 * spreadsheet: CSV that a spreadsheet may open. It takes a text that begins with = + - @, a tab or the end of a line
 * for a formula, so an apostrophe is put before such texts; numbers stay numbers. A byte order mark says: UTF-8.
 */
#ifndef CLI_SPREADSHEET_H
#define CLI_SPREADSHEET_H

#include "salesweek.h"

/* The number of this format, beside those of the library. */
#define FORMAT_SPREADSHEET 4

/* Writes a result; as swk_result_write. */
int spreadsheet_write(const swk_result *result, swk_write write, void *context, swk_error *error);

#endif
