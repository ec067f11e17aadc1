# SPDX-License-Identifier: MIT
"""What bindings/api.json says of NULL is true of the library: where a pointer must not be NULL the call is refused, and
where it may be nothing breaks."""

import ctypes
import json
import pathlib
import unittest

import salesweek
from salesweek import _raw
from salesweek._library import lib

API = json.loads((pathlib.Path(__file__).resolve().parents[2] / "bindings/api.json").read_text(encoding="utf-8"))

# Handles that are there, so that what comes after them is what is refused.
HANDLES = ("swk_store *", "swk_batch *", "const swk_batch *", "const swk_result *")


def pointers(function):
    return [parameter for parameter in function["parameters"] if "nullable" in parameter]


class Null(unittest.TestCase):
    def setUp(self):
        self.store = salesweek.open()
        self.addCleanup(self.store.close)
        self.result = self.store.report("calls", now="2026-11-09")
        self.batch = ctypes.c_void_p()
        store = self.store._handle.pointer
        self.assertEqual(lib.swk_batch_create(store, None, ctypes.byref(self.batch), None), _raw.SWK_OK)
        self.addCleanup(lib.swk_batch_free, self.batch)
        self.assertEqual(lib.swk_batch_row(self.batch, b"call", 1), _raw.SWK_OK)
        held = (store, self.batch, self.batch, self.result._pointer)
        self.handles = dict(zip(HANDLES, held))

    def call(self, function, handles):
        """With the handles given, and NULL or 0 for everything else."""
        bound = getattr(lib, function["name"])
        arguments = []
        for parameter, kind in zip(function["parameters"], bound.argtypes):
            if parameter["type"] in handles:
                arguments.append(handles[parameter["type"]])
            elif isinstance(kind, type) and issubclass(kind, ctypes._CFuncPtr):
                arguments.append(kind())
            else:
                arguments.append(None if "nullable" in parameter else 0)
        return bound(*arguments)

    def test_all_null(self):
        for function in API["functions"]:
            with self.subTest(function["name"]):
                answer = self.call(function, {})
                needed = [parameter for parameter in pointers(function) if not parameter["nullable"]]
                if function["returns"].get("meaning") == "code" and needed:
                    self.assertEqual(answer, _raw.SWK_ERR_USAGE)

    def test_null_beside_handles(self):
        tried = 0
        for function in API["functions"]:
            owned = any(parameter.get("ownership") == "taken" for parameter in function["parameters"])
            needed = [
                parameter
                for parameter in pointers(function)
                if not parameter["nullable"] and parameter["type"] not in HANDLES
            ]
            if owned or not needed or function["returns"].get("meaning") != "code":
                continue
            tried += 1
            with self.subTest(function["name"]):
                self.assertEqual(self.call(function, self.handles), _raw.SWK_ERR_USAGE)
        self.assertGreater(tried, 10)


if __name__ == "__main__":
    unittest.main()
