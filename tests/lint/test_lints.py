# SPDX-License-Identifier: MIT
"""The lints find what they are there to find: a small tree without a finding, then one breach at a time."""

import pathlib
import tempfile
import unittest

import banned
import ceilings
import format as formatting
import header
import house
import includes
import lists
import marks
import shell
import symbols

BASE_H = """\
/* A licence
 *
 * base: memory. */
#define SWK__FAULT_POINTS(X) \\
	X(alpha)             \\
	X(beta)
"""

SALESWEEK_H = """\
#define SWK_API_VERSION 0
#define SWK_API
typedef enum swk_code {
	SWK_OK = 0, /* fine */
} swk_code;
typedef struct swk_error {
	int code;
} swk_error;

/* Says one. */
SWK_API int swk_one(void);

/* Say two and three. */
SWK_API int swk_three(void);
SWK_API int swk_two(void);
"""

TREE = {
    ".clang-format": house.read(house.HERE / ".clang-format"),
    "include/salesweek.h": SALESWEEK_H,
    "lib/base.c": '#include "base.h"\n\nvoid *f(void)\n{\n\treturn malloc(1);\n}\n',
    "lib/base.h": BASE_H,
    "lib/database.c": '#include "base.h"\n\n#include <sqlite3.h>\n',
    "lib/file.c": '#include "base.h"\n',
    "lib/meson.build": "files(\n  'base.c',\n  'database.c',\n  'file.c',\n)\n",
    "lib/salesweek.map": "SALESWEEK_0 {\n\tglobal:\n\t\tswk_one;\n\t\tswk_three;\n\t\tswk_two;\n\tlocal:\n\t\t*;\n};\n",
    "lib/salesweek.symbols": "swk_one\nswk_three\nswk_two\n",
    "meson.build": "project(\n  'x',\n  'c',\n)\n",
    "tests/abi/pins.c": "PIN(SWK_OK == 0);\nPLACE(swk_error, code, 0);\n",
    "tests/run.sh": "#!/bin/sh\nset -eu\necho\n",
}

LONG = "int f(void)\n{\n" + "\tint x;\n" * 80 + "}\n"
BRANCHED = "int f(int x)\n{\n" + "\tif (x)\n\t\tx--;\n" * 15 + "\treturn x;\n}\n"

# lint, path, text, line of the finding, a word of its message
BREACHES = (
    (banned, "lib/file.c", "void f(void)\n{\n\tfree(0);\n}\n", 3, "free"),
    (banned, "bindings/cli/main.c", "char *f(char *a)\n{\n\treturn strcpy(a, a);\n}\n", 3, "strcpy"),
    (banned, "lib/file.c", 'void f(void)\n{\n\tprintf("x");\n}\n', 3, "print"),
    (ceilings, "lib/file.c", LONG, 1, "83 lines"),
    (ceilings, "lib/file.c", BRANCHED, 1, "complexity 16"),
    (ceilings, "lib/file.c", "\n" * 1001, 1001, "1001 lines"),
    (ceilings, "lib/file.c", "/* " + "x" * 118 + "\n", 1, "columns"),
    (formatting, "lib/file.c", "int f(void) {\n\treturn 0;\n}\n", 1, "format"),
    (header, "include/salesweek.h", SALESWEEK_H.replace("/* Says one. */\n", ""), 10, "swk_one has no comment"),
    (header, "include/salesweek.h", SALESWEEK_H.replace("= 0,", "= 0, SWK_NEW = 1,"), 4, "SWK_NEW is not pinned"),
    (header, "include/salesweek.h", SALESWEEK_H.replace("int code;", "int code;\n\tint row[4];"), 8, "swk_error.row"),
    (header, "lib/base.h", BASE_H.replace("base: memory", "memory"), 1, "does not open"),
    (includes, "lib/base.c", '#include "file.h"\n', 1, "base includes file, which lies below"),
    (includes, "lib/base.c", "#include <sqlite3.h>\n", 1, "only database"),
    (includes, "lib/calendar.c", '#include "base.h"\n\n#include <time.h>\n', 3, "pure"),
    (includes, "lib/file.c", '\n#include "batch.h"\n', 2, "never know"),
    (includes, "lib/history.c", '#include "zones.h"\n', 1, "never know"),
    (includes, "lib/nowhere.c", "", 1, "no room"),
    (includes, "lib/report_calls.c", '#include "store.h"\n', 1, "below"),
    (includes, "lib/report_calls.c", '#include "file.h"\n', 1, "below"),
    (includes, "lib/file.c", "struct ArrowArray *x;\n", 1, "Arrow"),
    (includes, "lib/store.c", "struct ArrowArray x;\n", 1, "Arrow"),
    (includes, "lib/store.c", 'char *x = "/usr/share/zoneinfo";\n', 1, "zone files"),
    (includes, "bindings/cli/main.c", '#include "base.h"\n', 1, "internal"),
    (includes, "bindings/import/csv.c", '#include "../cli/main.h"\n', 1, "program"),
    (lists, "lib/base.h", BASE_H.replace("beta", "aaa"), 6, "aaa stands after alpha"),
    (lists, "lib/base.h", BASE_H.replace("beta", "alpha"), 6, "alpha stands twice"),
    (lists, "lib/meson.build", "files(\n  'database.c',\n  'base.c',\n  'file.c',\n)\n", 3, "base.c stands after"),
    (lists, "lib/meson.build", "files(\n  'base.c',\n  'database.c',\n)\n", 1, "file.c is not named"),
    (lists, "lib/salesweek.symbols", "swk_two\nswk_one\n", 2, "swk_one stands after"),
    (lists, "lib/salesweek.map", "SALESWEEK_0 {\n\t\tswk_two;\n\t\tswk_one;\n", 3, "swk_one; stands after"),
    (marks, "lib/file.c", "\n/* TO" + "DO: more */\n", 2, "left in the tree"),
    (shell, "tests/run.sh", "#!/bin/sh\nset -eu\nif true; then\n", 4, "end of file"),
    (shell, "tests/run.sh", "#!/bin/sh -eu\necho\n", 1, "begin"),
    (symbols, "lib/salesweek.symbols", "swk_one\nswk_two\n", 14, "swk_three is missing in lib/salesweek.symbols"),
    (symbols, "lib/salesweek.map", TREE["lib/salesweek.map"].replace("\t\tswk_two;\n", ""), 3, "swk_two is missing"),
    (symbols, "lib/salesweek.map", TREE["lib/salesweek.map"].replace("K_0", "K_1"), 1, "node"),
)

ALLOWED = (
    (banned, "lib/file.c", "void f(void)\n{\n\tmem->allocator.free(0); /* free() */\n\tswk__free(\"free()\");\n}\n"),
    (includes, "lib/report_calls.c", '#include "report.h"\n\n#include "stats.h"\n'),
    (includes, "lib/api.c", '#include "store.h"\n'),
    (includes, "bindings/cli/main.c", '#include "salesweek.h"\n'),
    (marks, "lib/file.c", 'char path[] = "/tmp/XX' + 'XXXX";\n'),
)


def plant(folder, changes):
    root = pathlib.Path(folder)
    for path, text in (TREE | changes).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def found(lint, changes):
    with tempfile.TemporaryDirectory() as folder:
        root = plant(folder, changes).resolve()
        return [(str(house.relative(root, path)), line, what) for path, line, what in lint.findings(root)]


class Lints(unittest.TestCase):
    def test_sound_tree(self):
        for lint in sorted({breach[0] for breach in BREACHES}, key=lambda module: module.__name__):
            with self.subTest(lint.__name__):
                self.assertEqual(found(lint, {}), [])

    def test_breaches(self):
        for lint, path, text, line, word in BREACHES:
            with self.subTest(f"{lint.__name__}: {word}"):
                findings = found(lint, {path: text})
                self.assertTrue(
                    any(at == line and word in what for _, at, what in findings), f"{word!r} not in {findings}"
                )

    def test_allowed(self):
        for lint, path, text in ALLOWED:
            with self.subTest(f"{lint.__name__}: {path}"):
                self.assertEqual(found(lint, {path: text}), [])


if __name__ == "__main__":
    unittest.main()
