/* SPDX-License-Identifier: MIT
 *
 * fault_vfs: an SQLite VFS under its own name that lets every n-th read, write, sync or truncate fail, or lets the
 * machine lose its power there.
 *
 *   fault_vfs_fail    the call fails, once or with all after it; half of a failing write is written
 *   fault_vfs_crash   every file gets what was synced and a random part of what was not, and the process ends
 *
 * It is the default VFS with four of its file methods replaced. One process, one thread.
 */
#ifndef SWK_TEST_FAULT_VFS_H
#define SWK_TEST_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_VFS "fault"

/* Once, before its first use. */
void fault_vfs_register(void);

/* Counts from anew; the `at`-th passage fails, from 1; 0: none. */
void fault_vfs_fail(int at, bool for_ever);

/* As above, with writes, syncs, truncations and deletions counted alone. At the `at`-th one the files are left as a
 * loss of power could leave them, chosen by `seed`, and the process ends with status FAULT_VFS_CRASHED. To be called
 * in a forked child before any file is opened. */
void fault_vfs_crash(int at, uint64_t seed);

enum {
	FAULT_VFS_CRASHED = 77
};

/* How many passages there were. */
int fault_vfs_passed(void);

#endif
