#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every command of docs/tutorial.md in a terminal of 80 columns, and compares what it prints with what is shown.

    SALESWEEK_PROGRAM=... test_tutorial.py [--write]

Commands stand in blocks fenced by ```console, behind "$ " (and "> " where they go on); what follows is what they print.
--write puts what they print there.
"""

import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import screen  # noqa: E402

PROGRAM = os.environ.get("SALESWEEK_PROGRAM", "")
ROOT = pathlib.Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs/tutorial.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def split(block):
    """[command lines, shown] of a block."""
    commands = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(([line], []))
        elif line.startswith("> ") and not commands[-1][1]:
            commands[-1][0].append(line)
        else:
            commands[-1][1].append(line)
    return commands


class Shell:
    """Runs commands one by one; a change of folder lasts."""

    def __init__(self, folder):
        self.folder, self.place = folder, folder
        (folder / "bin").mkdir()
        (folder / "bin/salesweek").symlink_to(PROGRAM)
        shutil.copytree(ROOT / "docs/examples/sample", folder / "docs/examples/sample")

    def run(self, lines):
        command = "\n".join(line[2:] for line in lines)
        if command.startswith("cd "):
            self.place = self.place / command[3:]
            return []
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        code, text = screen.shown(["sh", "-c", command], 80, self.place, PATH=path, NO_COLOR="1")
        if code not in (0, 3):
            raise RuntimeError(f"{command}: exit {code}\n{text}")
        # What a slow machine shows of the progress is wiped out again.
        text = re.sub("(\r\x1b\\[K[^\r\n]*)*\r\x1b\\[K", "", text)
        # A byte order mark is shown by nothing, and CSV ends its lines with two characters.
        return [line.rstrip("\r") for line in text.lstrip("\ufeff").splitlines()]


def main():
    text, wrong, ran = TUTORIAL.read_text(), 0, 0
    with tempfile.TemporaryDirectory() as name:
        shell = Shell(pathlib.Path(name))

        def again(match):
            nonlocal wrong, ran
            lines = []
            for command, shown in split(match.group()):
                printed = shell.run(command)
                ran += 1
                lines += command + printed
                if printed != shown:
                    wrong += 1
                    if "--write" not in sys.argv:
                        print("\n".join(["", *command, "-- shown:", *shown, "-- printed:", *printed]))
            return "".join(line + "\n" for line in lines)

        written = BLOCK.sub(again, text)
    if "--write" in sys.argv:
        TUTORIAL.write_text(written)
        return 0
    print(f"commands {ran}, other outputs than shown {wrong}")
    return 1 if wrong or ran < 10 else 0


if __name__ == "__main__":
    if not PROGRAM:
        sys.exit("SALESWEEK_PROGRAM names no program")
    sys.exit(main())
