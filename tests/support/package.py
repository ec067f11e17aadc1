# SPDX-License-Identifier: MIT
"""The Python package of this tree with the library of a build, for claims."""

import importlib
import os
import sys

import claim

LIBRARY = "bindings/python/libsalesweek_python.so"


def environment(build):
    """For a process of its own."""
    return {
        **os.environ,
        "PYTHONPATH": str(claim.ROOT / "bindings/python/src"),
        "SALESWEEK_LIBRARY": str(build / LIBRARY),
    }


def load(build):
    os.environ.update(environment(build))
    sys.path.insert(0, os.environ["PYTHONPATH"])
    return importlib.import_module("salesweek")
