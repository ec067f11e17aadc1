# SPDX-License-Identifier: MIT
"""clang-format 14 (Debian 12's) finds nothing to change; .clang-format is the style."""

import re
import shutil
import subprocess

import house

WARNING = re.compile(r"^(.*?):(\d+):\d+: (?:warning|error): ", re.MULTILINE)


def program():
    """Releases differ in details, so the one the style was written for goes first."""
    return shutil.which("clang-format-14") or shutil.which("clang-format")


def findings(root):
    if not program():
        yield root / ".clang-format", 1, "clang-format is not installed (tests/setup.sh installs it)"
        return
    paths = [str(path) for path in house.files(root)]
    command = [program(), "--style=file", "--dry-run", "--ferror-limit=0", *paths]
    output = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    seen = {(match[1], int(match[2])) for match in WARNING.finditer(output.stderr)}
    if output.returncode and not seen:
        yield root / ".clang-format", 1, output.stderr.strip().replace("\n", " ")
    for path, line in sorted(seen):
        yield path, line, "not formatted: clang-format -i says how"


if __name__ == "__main__":
    house.main(findings)
