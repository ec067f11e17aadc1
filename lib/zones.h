/* SPDX-License-Identifier: MIT
 *
 * zones: finds zones by name in a folder of TZif files and keeps them. The only reader of those files.
 *
 *   name --> entry { name, bytes, swk__zone } --> (chain, never removed)
 *
 * Invariant: a zone that was handed out stays valid and unchanged until swk__zones_done, so two queries of one
 * store can never see two versions of one zone. Any number of threads.
 */
#ifndef SWK_ZONES_H
#define SWK_ZONES_H

#include "calendar.h"
#include "error.h"

typedef struct swk__zone_entry swk__zone_entry;

typedef struct swk__zones {
	swk__mem *mem;
	char *path;
	_Atomic(swk__zone_entry *) first;
} swk__zones;

/* `path` NULL: /usr/share/zoneinfo. The text is copied. */
int swk__zones_init(swk__zones *zones, swk__mem *mem, const char *path, swk_error *error);
void swk__zones_done(swk__zones *zones);

/* The zone of an IANA name. "UTC" needs no file. SWK_ERR_ZONE: no such name (or one that leaves the folder, such as
 * "../x" or "/etc/localtime"), or data that is refused; SWK_ERR_IO: it could not be read. The name is compared as it
 * stands: "europe/berlin" is unknown. */
int swk__zones_find(swk__zones *zones, swk__slice name, const swk__zone **zone, swk_error *error);

#endif
