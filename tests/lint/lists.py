# SPDX-License-Identifier: MIT
"""Lists are one a line and sorted, without doubles, so that two branches that add to one merge; and they are whole."""

import re

import house

# Folders whose meson.build must name each of these files.
WHOLE = (
    ("lib", "*.c"),
    ("bindings/import", "*.c"),
    ("bindings/cli", "*.c"),
    ("tests/unit", "test_*.c"),
    ("tests/api", "test_*.c"),
    ("tests/lint", "[!h]*.py"),
)

FAULTS = re.compile(r"#define SWK__FAULT_POINTS\(X\)(.*?)[^\\]\n", re.DOTALL)
ENTRY = re.compile(r"\s*'([^'\n]*)',\s*(?:#.*)?")


def unsorted(path, entries):
    """Findings for (line, name) pairs that do not ascend."""
    before = None
    for line, name in entries:
        if before is not None and name <= before:
            yield path, line, f"{name} stands twice" if name == before else f"{name} stands after {before}"
        before = name


def faults(root):
    path = root / "lib/base.h"
    text = house.read(path)
    match = FAULTS.search(text)
    if not match:
        yield path, 1, "the list of fault points was not found"
        return
    begin = house.number(text, match.start(1))
    entries = []
    for at, line in enumerate(match.group(0).splitlines()[1:], 1):
        names = re.findall(r"X\((\w+)\)", line)
        if len(names) != 1:
            yield path, begin + at, "not one fault point a line"
        entries += [(begin + at, name) for name in names]
    yield from unsorted(path, entries)


def symbols(root):
    path = root / "lib/salesweek.symbols"
    yield from unsorted(path, enumerate(house.read(path).splitlines(), 1))
    path = root / "lib/salesweek.map"
    lines = list(enumerate(house.read(path).splitlines(), 1))
    yield from unsorted(path, [(at, line.strip()) for at, line in lines if re.match(r"\s*swk_\w+;$", line)])


def meson(root):
    """Runs of quoted entries, one a line, are lists; a list on one line of more than one entry is told."""
    for path in [root / "meson.build", *house.files(root, suffixes=("meson.build",))]:
        run = []
        for at, line in enumerate(house.read(path).splitlines(), 1):
            match = ENTRY.fullmatch(line)
            if match and not match[1].startswith("-"):
                run.append((at, match[1]))
                continue
            yield from sequence(path, run)
            run = []
        yield from sequence(path, run)


def sequence(path, run):
    # project() begins with name and language, dependency() and others with a name: no lists.
    if len(run) > 2 or (run and all("." in name for _, name in run)):
        yield from unsorted(path, run)


def whole(root):
    for folder, pattern in WHOLE:
        build = root / folder / "meson.build"
        if not build.exists():
            continue
        text = house.read(build)
        for path in sorted((root / folder).glob(pattern)):
            if f"'{path.name}'" not in text and f"'{path.stem}'" not in text:
                yield build, 1, f"{path.name} is not named"


def findings(root):
    yield from faults(root)
    yield from symbols(root)
    yield from meson(root)
    yield from whole(root)


if __name__ == "__main__":
    house.main(findings)
