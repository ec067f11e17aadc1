# SPDX-License-Identifier: MIT
"""What the lints share: the tree's files, code without comments and texts, and how findings are told.

A lint is a module with a function `findings(root)` that yields (path, line, message). Run alone it prints one line a
finding and exits 1 when there is one:  python3 tests/lint/NAME.py [--root TREE]
"""

import argparse
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("include", "lib", "bindings", "tests", "docs", ".ci")
SKIPPED = {"build", ".venv", "__pycache__", "subprojects"}

C = (".c", ".h", ".cpp")
CODE = C + (".py", ".sh")


def files(root, folders=FOLDERS, suffixes=C):
    """The files with these suffixes, sorted; ".build" stands for meson.build files."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if SKIPPED.intersection(path.relative_to(root).parts) or not path.is_file():
                continue
            if path.suffix in suffixes or path.name in suffixes:
                yield path


def number(text, offset):
    return text.count("\n", 0, offset) + 1


TOKENS = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.DOTALL | re.VERBOSE
)


def blank(text):
    """Spaces of the same shape, so that offsets and lines stay true."""
    return re.sub(r"[^\n]", " ", text)


def strip(text, texts=True):
    """C code with its comments, and if asked its string and character literals, blanked."""

    def replace(match):
        token = match.group()
        if token[0] == "/" or texts:
            return blank(token)
        return token

    return TOKENS.sub(replace, text)


def read(path):
    return path.read_text(encoding="utf-8")


def relative(root, path):
    path = pathlib.Path(path)
    return path.relative_to(root) if path.is_absolute() and path.is_relative_to(root) else path


def report(root, found):
    """Prints the findings; the exit code."""
    count = 0
    for path, line, message in found:
        print(f"{relative(root, path)}:{line}: {message}")
        count += 1
    return 1 if count else 0


def main(findings, *more):
    """Runs a lint; `more` are names of further arguments, handed to it as texts (None where not given)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, default=HERE)
    for name in more:
        parser.add_argument(name, nargs="?")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    sys.exit(report(root, findings(root, *(getattr(arguments, name) for name in more))))
