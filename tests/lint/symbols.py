# SPDX-License-Identifier: MIT
"""One truth about what is exported: header = lib/salesweek.symbols = version script = the built library.

python3 tests/lint/symbols.py [LIBRARY]   (without a library the first three are compared)
"""

import re
import subprocess

import header
import house

HEADER = "include/salesweek.h"
LIST = "lib/salesweek.symbols"
MAP = "lib/salesweek.map"


def lines(root, name, pattern):
    """name -> line for every match of the pattern's first group."""
    text = house.read(root / name)
    return {match[1]: house.number(text, match.start(1)) for match in re.finditer(pattern, text, re.MULTILINE)}


def declared(root):
    text = house.read(root / HEADER)
    return {name: house.number(text, begin) for begin, _, name in header.functions(text)}


def exported(library):
    """name -> version node of what the dynamic linker sees."""
    output = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    symbols = {}
    for line in output.splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":
            symbol, _, node = name.partition("@@")
            symbols[symbol] = node
    return symbols


def node(root):
    version = re.search(r"#define SWK_API_VERSION (\d+)", house.read(root / HEADER))
    return f"SALESWEEK_{version[1]}" if version else None


def compare(root, name, these, those, what):
    for symbol in sorted(these.keys() - those.keys()):
        yield root / name, these[symbol] if isinstance(these[symbol], int) else 1, f"{symbol} is missing {what}"


def findings(root, library=None):
    heads = declared(root)
    listed = lines(root, LIST, r"^(\w+)$")
    mapped = lines(root, MAP, r"^\t\t(swk_\w+);$")
    yield from compare(root, HEADER, heads, listed, f"in {LIST}")
    yield from compare(root, LIST, listed, heads, f"in {HEADER}")
    yield from compare(root, LIST, listed, mapped, f"in {MAP}")
    yield from compare(root, MAP, mapped, listed, f"in {LIST}")
    if not re.match(rf"{node(root)} \{{", house.read(root / MAP)):
        yield root / MAP, 1, f"the node is not {node(root)}, the API version of the header"
    if library:
        built = exported(library)
        yield from compare(root, LIST, listed, built, "in the built library")
        yield from compare(root, LIST, built, listed, "here, but the built library exports it")
        for symbol, version in sorted(built.items()):
            if version != node(root):
                yield root / MAP, 1, f"{symbol} was built with version {version or 'none'}"


if __name__ == "__main__":
    house.main(findings, "library")
