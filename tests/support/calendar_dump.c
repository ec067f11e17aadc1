/* SPDX-License-Identifier: MIT
 *
 * Answers questions about zones and weeks on standard input, one a line, with one number a line:
 *
 *   zone NAME              0, or the code of the error (its message goes to standard error)
 *   o INSTANT              the offset in seconds
 *   i LOCAL                the instant of a wall clock's time
 *   d DATE                 the first instant of a date
 *   w WEEK_START INSTANT   the first date of the week
 *
 * Instants and local times are in microseconds, dates in days since 1970. The first argument, if any, is the
 * folder of zone files. Exits 2 on a line it does not understand.
 */
#include "zones.h"

#include <inttypes.h>
#include <stdio.h>

static bool answer(const swk__zone *zone, const char *line, int64_t *number)
{
	int64_t value;
	int week_start;
	if (sscanf(line, "o %" SCNd64, &value) == 1)
		*number = swk__zone_offset(zone, value);
	else if (sscanf(line, "i %" SCNd64, &value) == 1)
		*number = swk__zone_instant(zone, value);
	else if (sscanf(line, "d %" SCNd64, &value) == 1)
		*number = swk__zone_day_start(zone, (int32_t)value);
	else if (sscanf(line, "w %d %" SCNd64, &week_start, &value) == 2)
		*number = swk__week_of_instant(&(swk__calendar){ zone, week_start }, value);
	else
		return false;
	return true;
}

static int zone_choose(swk__zones *zones, char *name, const swk__zone **zone)
{
	swk_error error = SWK_ERROR_INIT;
	name[strcspn(name, "\n")] = '\0';
	int code = swk__zones_find(zones, swk__slice_of(name), zone, &error);
	if (code != SWK_OK)
		fprintf(stderr, "%s\n", error.reason);
	return code;
}

int main(int argc, char **argv)
{
	static char output[1 << 16];
	char line[256];
	int status = 0;
	swk__mem mem;
	swk__zones zones;
	const swk__zone *zone = NULL;
	swk__mem_init(&mem, NULL, 0);
	if (swk__zones_init(&zones, &mem, argc > 1 ? argv[1] : NULL, NULL) != SWK_OK ||
	    swk__zones_find(&zones, swk__slice_of("UTC"), &zone, NULL) != SWK_OK)
		return 1;
	setvbuf(stdout, output, _IOFBF, sizeof output);
	while (status == 0 && fgets(line, sizeof line, stdin)) {
		int64_t number = 0;
		if (strncmp(line, "zone ", 5) == 0)
			number = zone_choose(&zones, line + 5, &zone);
		else if (!answer(zone, line, &number))
			status = 2;
		printf("%" PRId64 "\n", number);
	}
	swk__zones_done(&zones);
	return status;
}
