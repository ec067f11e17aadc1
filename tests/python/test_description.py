# SPDX-License-Identifier: MIT
"""The headers as data: what the dialect says is found, what it does not have is refused with its line."""

import ctypes
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings"))
import describe  # noqa: E402
from salesweek import _raw  # noqa: E402

HEADER = """\
/* A licence. */
#ifndef X_H
#define X_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version. */
#define SWK_API_VERSION 3

/* ------------------------------------------------------------- things */

typedef enum swk_code {
	SWK_OK = 0, /* fine */
	SWK_ERR_USAGE = -1 /* a wrong
	                      argument */
} swk_code;

enum {
	SWK_MONDAY = 1,
	SWK_TUESDAY /* counted on */
};

/* An error. */
typedef struct swk_error {
	size_t size;
	int code; /* a swk_code */
	char table[16];
	int64_t row;
} swk_error;

#ifndef ARROW
#define ARROW
struct ArrowSchema {
	const char *format;
	struct ArrowSchema **children;
	void (*release)(struct ArrowSchema *);
};
#endif

typedef struct swk_store swk_store;

typedef int (*swk_progress)(void *context, uint64_t done);

/* Opens. `path` and `schema` may be NULL. SWK_ERR_USAGE: so. Since 0.2. */
SWK_API int swk_store_open(const char *path, const struct ArrowSchema *schema, swk_store **store, swk_error *error);

/* Closes; NULL is fine. */
SWK_API void swk_store_close(swk_store *store);

/* The stream `given` stays the caller's. */
SWK_API int swk_store_take(swk_store *store, struct ArrowSchema *given, swk_error *error);
SWK_API int swk_store_give(swk_store *store, struct ArrowSchema *made, swk_progress progress, swk_error *error);

SWK_API int swk_store_rows(const swk_store *store); /* 0 for NULL */

#ifdef __cplusplus
}
#endif

#endif
"""

WRONG = (
    ("int swk_x(missing *a);", "missing"),
    ("int swk_x(int);", "no parameter"),
    ("typedef struct swk_a swk_b;", "called"),
    ("typedef union swk_a { int b; } swk_a;", "no declaration"),
    ("enum { SWK_A = 1 << 2 };", "no value"),
    ("typedef struct swk_a { int b : 3; } swk_a;", "no field"),
)


def described(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "x.h"
        path.write_text(text)
        return describe.describe(pathlib.Path(folder), ["x.h"])


def named(entries):
    return {entry["name"]: entry for entry in entries}


class Dialect(unittest.TestCase):
    def setUp(self):
        self.api = described(HEADER)
        self.functions = named(self.api["functions"])

    def parameter(self, function, name):
        return named(self.functions[function]["parameters"])[name]

    def test_constants_and_enums(self):
        self.assertEqual([(c["name"], c["value"], c["doc"]) for c in self.api["constants"]],
                         [("SWK_API_VERSION", 3, "The version.")])
        code, days = self.api["enums"]
        self.assertEqual(code["name"], "swk_code")
        self.assertEqual([(v["value"], v["doc"]) for v in code["values"]], [(0, "fine"), (-1, "a wrong argument")])
        self.assertEqual([(v["value"], v["doc"]) for v in days["values"]], [(1, ""), (2, "counted on")])
        self.assertEqual(code["section"], "things")

    def test_structs(self):
        error, schema = self.api["structs"]
        self.assertEqual([(f["name"], f["offset"]) for f in error["fields"]],
                         [("size", 0), ("code", 8), ("table", 12), ("row", 32)])
        self.assertEqual((error["size"], error["doc"]), (40, "An error."))
        self.assertEqual([f["offset"] for f in schema["fields"]], [0, 8, 16])
        self.assertEqual(schema["fields"][2]["callback"]["returns"]["type"], "void")

    def test_functions(self):
        opened = self.functions["swk_store_open"]
        self.assertEqual((opened["since"], opened["returns"]["meaning"]), ("0.2", "code"))
        self.assertTrue(self.parameter("swk_store_open", "path")["nullable"])
        self.assertTrue(self.parameter("swk_store_open", "schema")["nullable"])
        self.assertEqual(self.parameter("swk_store_open", "store"),
                         {"name": "store", "type": "swk_store **", "direction": "out", "nullable": False,
                          "ownership": "caller", "freed_with": "swk_store_close"})
        self.assertEqual(self.parameter("swk_store_close", "store")["ownership"], "taken")
        self.assertTrue(self.parameter("swk_store_close", "store")["nullable"])
        self.assertTrue(self.parameter("swk_store_rows", "store")["nullable"])
        self.assertNotIn("meaning", self.functions["swk_store_rows"]["returns"])

    def test_arrow(self):
        self.assertEqual(self.parameter("swk_store_take", "given")["direction"], "inout")
        self.assertEqual(self.parameter("swk_store_give", "made")["direction"], "out")
        self.assertEqual(self.parameter("swk_store_give", "made")["freed_with"], "release")
        self.assertEqual(self.functions["swk_store_give"]["doc"], self.functions["swk_store_take"]["doc"])

    def test_wrong(self):
        for line, word in WRONG:
            with self.subTest(line), self.assertRaisesRegex(describe.DialectError, word) as caught:
                described(HEADER.replace("typedef struct swk_store swk_store;", line))
            line = HEADER[: HEADER.index("typedef struct swk_store swk_store")].count("\n") + 1
            self.assertEqual((caught.exception.header, caught.exception.line), ("x.h", line))


class Tree(unittest.TestCase):
    """The headers of this tree."""

    def setUp(self):
        self.api = describe.describe()

    def test_nothing_is_stale(self):
        self.assertEqual(list(describe.stale()), [])

    def test_everything_has_a_text(self):
        for function in self.api["functions"]:
            self.assertTrue(function["doc"], function["name"])

    def test_sizes(self):
        for struct in self.api["structs"]:
            if not struct["name"].startswith("Arrow"):
                raw = getattr(_raw, struct["name"])
                self.assertEqual(ctypes.sizeof(raw), struct["size"], struct["name"])
                for field in struct["fields"]:
                    place = getattr(raw, field["name"] + "_" * (field["name"] == "from"))
                    self.assertEqual(place.offset, field["offset"], f"{struct['name']}.{field['name']}")


if __name__ == "__main__":
    unittest.main()
