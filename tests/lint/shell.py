# SPDX-License-Identifier: MIT
"""Scripts are POSIX: sh -n reads them, and shellcheck, where it is installed, has nothing to say."""

import re
import shutil
import subprocess

import house

SYNTAX = re.compile(r"^.*?: (?:line )?(\d+): (.*)$", re.MULTILINE)
CHECK = re.compile(r"^(.*?):(\d+):\d+: (.*)$", re.MULTILINE)


def scripts(root):
    return list(house.files(root, suffixes=(".sh", "run")))


def findings(root):
    paths = scripts(root)
    for path in paths:
        output = subprocess.run(["sh", "-n", str(path)], capture_output=True, text=True, check=False)
        for match in SYNTAX.finditer(output.stderr):
            yield path, int(match[1]), match[2]
        text = house.read(path)
        if not text.startswith("#!/bin/sh\n") or "\nset -eu\n" not in text:
            yield path, 1, "does not begin with #!/bin/sh and set -eu (`sh FILE` does not read what stands after #!)"
    if shutil.which("shellcheck") and paths:
        command = ["shellcheck", "--format=gcc", "--shell=sh", *map(str, paths)]
        output = subprocess.run(command, capture_output=True, text=True, check=False)
        for match in CHECK.finditer(output.stdout):
            yield match[1], int(match[2]), match[3]


if __name__ == "__main__":
    house.main(findings)
