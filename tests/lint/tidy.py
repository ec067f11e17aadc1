# SPDX-License-Identifier: MIT
"""clang-tidy has nothing to say about library and bindings; .clang-tidy is the set of checks.

python3 tests/lint/tidy.py [BUILD]   (a configured build folder with compile_commands.json; build/clang by default)
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess

import house

WARNING = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", re.MULTILINE)


def sources(root, build):
    """Each source of lib/ and bindings/ that this build compiles, once."""
    commands = json.loads(house.read(build / "compile_commands.json"))
    paths = {(pathlib.Path(command["directory"]) / command["file"]).resolve() for command in commands}
    ours = [root / "lib", root / "bindings"]
    return sorted(path for path in paths if path.suffix == ".c" and any(map(path.is_relative_to, ours)))


def check(build, path):
    program = shutil.which("clang-tidy-14") or "clang-tidy"
    command = [program, "--quiet", "-p", str(build), str(path)]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    found = set()
    for match in WARNING.finditer(output.stdout):
        found.add((str((build / match[1]).resolve()), int(match[2]), match[3]))
    if output.returncode and not found:
        found.add((str(path), 1, "clang-tidy failed: " + (output.stderr or output.stdout).strip().replace("\n", " ")))
    return found


def findings(root, build=None):
    build = pathlib.Path(build or root / "build/clang").resolve()
    if not (build / "compile_commands.json").exists():
        yield build, 1, "no such build folder: meson setup it first"
        return
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: check(build, path), sources(root, build))
        yield from sorted(set().union(*results))


if __name__ == "__main__":
    house.main(findings, "build")
