# SPDX-License-Identifier: MIT
"""Writes presets.c from the presets: embed.py OUT FILE.json...

A preset is a CRM's name, what its maps were made from, and a map for each table. "@forms" in a map stands for the
preset's list of date forms.
"""

import json
import pathlib
import sys


def filled(value, forms):
    if isinstance(value, dict):
        return {key: filled(each, forms) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, forms) for each in value]
    return forms if value == "@forms" else value


def text(value, indent=0, width=100):
    """JSON on few lines that a person can edit."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or (len(flat) + indent <= width and indent > 0):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        members = [f"{json.dumps(key, ensure_ascii=False)}: {text(each, indent + 2)}" for key, each in value.items()]
    else:
        members = [text(each, indent + 2) for each in value]
    brackets = "{}" if isinstance(value, dict) else "[]"
    return brackets[0] + "\n" + ",\n".join(inner + member for member in members) + "\n" + " " * indent + brackets[1]


def literal(string):
    """A C string, a line of it a line."""
    lines = [json.dumps(line, ensure_ascii=False) for line in string.splitlines(keepends=True)]
    return "\n\t  ".join(lines)


def entries(path):
    preset = json.loads(path.read_text(encoding="utf-8"))
    for table, entry in preset["tables"].items():
        words = [preset["preset"], table, entry["export"], preset["source"]]
        fields = ", ".join(literal(word) for word in words)
        tested = int(preset.get("tested", False))
        yield f"\t{{ {fields}, {tested},\n\t  {literal(text(filled(entry['map'], preset['forms'])) + chr(10))} }},\n"


def main():
    out, *paths = map(pathlib.Path, sys.argv[1:])
    body = "".join(entry for path in sorted(paths) for entry in entries(path))
    out.write_text(
        "/* Made by embed.py from the presets; not to be edited. */\n"
        '#include "preset.h"\n\n'
        f"const swi__preset swi__presets[] = {{\n{body}}};\n\n"
        "const size_t swi__preset_count = sizeof swi__presets / sizeof swi__presets[0];\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
