# SPDX-License-Identifier: MIT
"""Finds and loads the one compiled library, and checks that it is the one this package was made for."""

from __future__ import annotations

import ctypes
import os
import pathlib
import sys
from typing import Any

from . import _raw

OVERRIDE = "SALESWEEK_LIBRARY"
NAME = "libsalesweek_python.dylib" if sys.platform == "darwin" else "libsalesweek_python.so"

# What the library needs at run time, and what brings it on Debian; a wheel repaired by auditwheel has its own copies.
NEEDS = "SQLite, jansson and libcsv (on Debian: apt install libsqlite3-0 libjansson4 libcsv3)"


def library_path() -> pathlib.Path:
    """The one place where the library is looked for: beside this file, or where SALESWEEK_LIBRARY says."""
    named = os.environ.get(OVERRIDE)
    return pathlib.Path(named) if named else pathlib.Path(__file__).with_name(NAME)


def _load(path: pathlib.Path) -> ctypes.CDLL:
    why = f"named by the environment variable {OVERRIDE}" if os.environ.get(OVERRIDE) else "beside the package"
    if not path.is_file():
        raise ImportError(
            f"salesweek tried {path} ({why}), and no other place: there is no such file. "
            f"Install the package (pip install bindings/python), or name a built {NAME} by {OVERRIDE}."
        )
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise ImportError(
            f"salesweek tried {path} ({why}), and no other place: it could not be loaded: {error}. "
            f"It needs {NEEDS}."
        ) from error


def _check(path: pathlib.Path, loaded: _raw.Functions) -> str:
    version = loaded.swk_api_version()
    if version != _raw.SWK_API_VERSION:
        raise ImportError(
            f"{path} has version {version} of the binary interface, this package was made for "
            f"{_raw.SWK_API_VERSION}: they do not belong together"
        )
    return str(loaded.swk_version().decode())


PATH = library_path()
_library = _load(PATH)

# Calls that may take long let other threads run; those of a microsecond keep Python's lock, which is cheaper than
# giving it up and getting it back.
lib = _raw.Functions(_library)
quick = _raw.Functions(ctypes.PyDLL(str(PATH)))
VERSION = _check(PATH, quick)


def address(function: Any) -> int:
    """Where a function of ctypes lies, for C to call it. (ctypes.cast leaves a cycle behind.)"""
    return ctypes.c_void_p.from_buffer(function).value or 0
