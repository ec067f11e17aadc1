#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: a thousand empty stores open at once take less than 256 MiB.

Memory that the process has touched before and after, of stores in memory alone.
"""

import ctypes
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim
import library

LIMIT = 256 << 20
STORES = 1000


def resident():
    pages = int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main():
    self = claim.Claim(__doc__)
    loaded = library.Library(self.build)
    options = library.StoreOptions(size=ctypes.sizeof(library.StoreOptions))
    stores, before = [], resident()
    for _ in range(STORES):
        stores.append(ctypes.c_void_p())
        loaded.call("swk_store_open", None, ctypes.byref(options), ctypes.byref(stores[-1]))
    taken = resident() - before
    for store in stores:
        loaded.c.swk_store_close(store)
    self.check(taken < LIMIT, f"{taken} bytes")
    return self.end(f"{STORES} empty stores: {taken / (1 << 20):.1f} MiB, {taken / STORES / 1024:.1f} KiB each")


if __name__ == "__main__":
    sys.exit(main())
