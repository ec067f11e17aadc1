# SPDX-License-Identifier: MIT
"""How large things may be. Functions are measured by lizard (tests/requirements.txt)."""

import house

FUNCTION_LINES = 80
FUNCTION_PATHS = 15
FILE_LINES = 1000
LINE_COLUMNS = 120

# "path" or "path:function" -> why it may be larger. Empty, and meant to stay so.
EXCEPTIONS = {}

TEXTS = house.CODE + ("meson.build", "run")


def sizes(root):
    for path in house.files(root, suffixes=TEXTS):
        name = str(house.relative(root, path))
        lines = house.read(path).splitlines()
        if len(lines) > FILE_LINES and name not in EXCEPTIONS:
            yield path, FILE_LINES + 1, f"{len(lines)} lines, more than {FILE_LINES}"
        for at, line in enumerate(lines, 1):
            columns = len(line.expandtabs(8))
            if columns > LINE_COLUMNS:
                yield path, at, f"{columns} columns, more than {LINE_COLUMNS}"


def functions(root):
    import lizard

    for path in house.files(root, suffixes=house.C):
        for function in lizard.analyze_file(str(path)).function_list:
            if f"{house.relative(root, path)}:{function.name}" in EXCEPTIONS:
                continue
            lines = function.end_line - function.start_line + 1
            paths = function.cyclomatic_complexity
            if lines > FUNCTION_LINES:
                yield path, function.start_line, f"{function.name}: {lines} lines, more than {FUNCTION_LINES}"
            if paths > FUNCTION_PATHS:
                yield path, function.start_line, f"{function.name}: complexity {paths}, more than {FUNCTION_PATHS}"


def stale(root):
    for name in EXCEPTIONS:
        if not (root / name.split(":")[0]).exists():
            yield root / "tests/lint/ceilings.py", 1, f"the exception for {name} is no longer needed"


def findings(root):
    yield from sizes(root)
    yield from functions(root)
    yield from stale(root)


if __name__ == "__main__":
    house.main(findings)
