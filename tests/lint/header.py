# SPDX-License-Identifier: MIT
"""Every public function of salesweek.h is told about, and internal headers say what their room is.

A public function has a comment: a block before it, a block before the run of declarations it stands in, or one at the
end of its line. Constants and fields are pinned in tests/abi/pins.c. An internal header opens with its name and a
line about it.
"""

import re

import house

DECLARATION = re.compile(r"^SWK_API\b[^;{]*?\b(swk_\w+)\s*\([^;]*;[^\n]*", re.MULTILINE)


def functions(text):
    """(begin, end of its last line, name) of every public function, in order."""
    for match in DECLARATION.finditer(house.strip(text)):
        yield match.start(), match.end(), match[1]


def uncommented(path):
    text = house.read(path)
    covered = None  # the end of the last declaration that a block comment speaks of
    for begin, end, name in functions(text):
        if text.endswith("*/\n", 0, begin) or text[covered:begin] == "\n":
            covered = end
        elif "/*" not in text[begin:end]:
            yield path, house.number(text, begin), f"{name} has no comment"


def unpinned(root):
    """Constants, and fields of public structs, that tests/abi/pins.c does not pin."""
    path = root / "include/salesweek.h"
    code = house.strip(house.read(path))
    pins = house.read(root / "tests/abi/pins.c")
    for enum in re.finditer(r"\benum\b[^{;]*\{([^}]*)\}", code):
        for match in re.finditer(r"\bSWK_\w+", enum[1]):
            if f"PIN({match.group()} == " not in pins:
                yield path, house.number(code, enum.start(1) + match.start()), f"{match.group()} is not pinned"
    for struct in re.finditer(r"\bstruct (\w+) \{([^}]*)\}", code):
        for match in re.finditer(r"(?:\(\*)?(\w+)\)?(?:\([^;]*\)|\[[^;]*\])?;", struct[2]):
            if f"PLACE({struct[1]}, {match[1]}, " not in pins:
                line = house.number(code, struct.start(2) + match.start())
                yield path, line, f"{struct[1]}.{match[1]} is not pinned"


def openings(root):
    for path in house.files(root, ("lib",), (".h",)):
        head = house.read(path).split("*/", 1)[0]
        if not re.search(rf"^ \* {path.stem}: ", head, re.MULTILINE):
            yield path, 1, f'does not open with what it is ("{path.stem}: ...")'


def findings(root):
    yield from uncommented(root / "include/salesweek.h")
    yield from unpinned(root)
    yield from openings(root)


if __name__ == "__main__":
    house.main(findings)
