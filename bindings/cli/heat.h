/* SPDX-License-Identifier: MIT
 *
 * heat: the grid of weekdays and hours: a rate in each hour of the week, darker where it is higher, and the count that
 * it rests on.
 */
#ifndef CLI_HEAT_H
#define CLI_HEAT_H

#include "figures.h"

/* True for a question by weekday and hour, in either order, over a window. */
bool heat_fits(const swk_query *query);

/* EXIT_OK, or the exit code after a line. */
int heat_print(const cli_screen *screen, const swk_query *query, const swk_result *result, const cli_figures *figures);

#endif
