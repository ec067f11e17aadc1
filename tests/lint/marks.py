# SPDX-License-Identifier: MIT
"""No notes of unfinished work in the tree: what is left to do is an issue."""

import re

import house

MARKS = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")


def findings(root):
    for path in house.files(root, suffixes=house.CODE + ("meson.build", "run", ".md", ".json", ".jsonl")):
        for at, line in enumerate(house.read(path).splitlines(), 1):
            match = MARKS.search(line)
            if match:
                yield path, at, f"{match.group()} left in the tree"


if __name__ == "__main__":
    house.main(findings)
