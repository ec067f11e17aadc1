# SPDX-License-Identifier: MIT
"""scikit-build-core, with a source distribution that holds the sources of the library.

They lie above this folder, from where a source distribution can take nothing. So it is made of a copy in which they lie
in the folder `sources`, and what names them by way of `../..` (pyproject.toml, CMakeLists.txt) names that instead.
"""

import contextlib
import os
import pathlib
import shutil
import tempfile

from scikit_build_core import build
from scikit_build_core.build import *  # noqa: F403  # the other hooks as they are

HERE = pathlib.Path(__file__).resolve().parent
ABOVE, INSIDE = "../..", "sources"
PACKAGE = ("CMakeLists.txt", "COPYING", "README.md", "backend.py", "pyproject.toml", "src")
LIBRARY = (
    "COPYING",
    "bindings/cli",
    "bindings/import",
    "bindings/python/meson.build",
    "bindings/python/native",
    "docs/man",
    "include",
    "lib",
    "meson.build",
    "meson_options.txt",
)


def _copy(names, source, target):
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy2(source / name, target / name)


@contextlib.contextmanager
def _inside(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def build_sdist(sdist_directory, config_settings=None):
    if (HERE / INSIDE).is_dir():  # this is an unpacked one
        return build.build_sdist(sdist_directory, config_settings)
    with tempfile.TemporaryDirectory() as made:
        copy = pathlib.Path(made)
        _copy(PACKAGE, HERE, copy)
        _copy(LIBRARY, HERE / ABOVE, copy / INSIDE)
        for name in ("CMakeLists.txt", "pyproject.toml"):
            text = (copy / name).read_text(encoding="utf-8")
            (copy / name).write_text(text.replace(ABOVE, INSIDE), encoding="utf-8")
        target = os.path.abspath(sdist_directory)
        with _inside(copy):
            return build.build_sdist(target, config_settings)
