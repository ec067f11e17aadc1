# SPDX-License-Identifier: MIT
"""bindings/api.json, and what is made from it, say what the headers say; and places in structs are those of pins.c.

`python3 bindings/describe.py` writes them anew; its beginning is the dialect of the headers.
"""

import json
import re
import sys

import house

sys.path.insert(0, str(house.HERE / "bindings"))
import describe  # noqa: E402

PLACE = re.compile(r"^(SIZE|PLACE)\((\w+), (?:(\w+), )?(\d+)\);", re.MULTILINE)


def misplaced(root):
    """What tests/abi/pins.c, which the compiler checks, says otherwise."""
    path = root / "tests/abi/pins.c"
    structs = {struct["name"]: struct for struct in json.loads(house.read(root / "bindings/api.json"))["structs"]}
    text = house.read(path)
    for match in PLACE.finditer(text):
        kind, name, field, number = match.groups()
        struct = structs.get(name, {"size": None, "fields": []})
        places = {each["name"]: each["offset"] for each in struct["fields"]}
        found = struct["size"] if kind == "SIZE" else places.get(field)
        if found != int(number):
            what = f"{name}.{field}" if field else f"the size of {name}"
            yield path, house.number(text, match.start()), f"{what} is {number} here and {found} in bindings/api.json"


def findings(root):
    if not (root / "bindings/describe.py").exists():  # a tree without bindings
        return
    for name, line, message in describe.stale(root):
        yield root / name, line, message
    yield from misplaced(root)


if __name__ == "__main__":
    house.main(findings)
