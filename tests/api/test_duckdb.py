# SPDX-License-Identifier: MIT
"""docs/examples/duckdb.c runs against DuckDB and prints what docs/examples/duckdb.csv says.

    test_duckdb.py INCLUDE LIBRARY CACHE

The library of DuckDB is the one in its Python package, whose symbols this process lends to the example; the header of
the same release comes out of the crate libduckdb-sys, which cargo fetches into CACHE once. Where there is no cargo or
no network the test is skipped.
"""

import contextlib
import ctypes
import difflib
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

SKIPPED = 77
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "docs/examples"
CRATE = "1.20000.1"  # of DuckDB 2.0.0, as in tests/requirements.txt
MANIFEST = f"""[package]
name = "header"
version = "0.0.0"
edition = "2021"

[dependencies]
libduckdb-sys = {{ version = "={CRATE}", default-features = false }}
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def cargo(folder, *words):
    """What cargo prints; None where it fails."""
    environment = {**os.environ, "CARGO_NET_RETRY": "0"}
    command = ["cargo", *words, "--manifest-path", str(folder / "Cargo.toml")]
    try:
        done = subprocess.run(command, capture_output=True, timeout=100, check=False, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def header(cache):
    """The folder of duckdb.h, fetched if it is not there."""
    folder = cache / CRATE
    if (folder / "duckdb.h").exists():
        return folder
    with tempfile.TemporaryDirectory() as work:
        project = pathlib.Path(work)
        (project / "Cargo.toml").write_text(MANIFEST)
        (project / "src").mkdir()
        (project / "src/lib.rs").touch()
        told = cargo(project, "fetch") is not None and cargo(project, "metadata", "--format-version=1", "--offline")
    if not told:
        skip("the header of DuckDB is not to be had: cargo or the network is missing")
    crate = next(each for each in json.loads(told)["packages"] if each["name"] == "libduckdb-sys")
    with tarfile.open(pathlib.Path(crate["manifest_path"]).parent / "duckdb.tar.gz") as archive:
        text = archive.extractfile("duckdb/src/include/duckdb.h").read()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "duckdb.tmp").write_bytes(text)
    (folder / "duckdb.tmp").rename(folder / "duckdb.h")
    return folder


@contextlib.contextmanager
def output_of_c():
    """What C prints meanwhile, as a list that is filled at the end."""
    lines, kept = [], os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            yield lines
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            file.seek(0)
            lines += file.read().decode().splitlines()


def main():
    include, library, cache = map(pathlib.Path, sys.argv[1:])
    duckdb = importlib.util.find_spec("_duckdb")
    if not duckdb:
        skip("the Python package of DuckDB is not installed")
    with tempfile.TemporaryDirectory() as work:
        program = pathlib.Path(work) / "example.so"
        options = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-DDUCKDB_API_NO_DEPRECATED"]
        folders = [f"-I{include}", f"-isystem{header(cache)}", f"-L{library.parent}", f"-Wl,-rpath,{library.parent}"]
        compiler = os.environ.get("CC", "cc").split()
        source = str(EXAMPLES / "duckdb.c")
        subprocess.run([*compiler, *options, *folders, source, "-lsalesweek", "-o", str(program)], check=True)
        ctypes.CDLL(duckdb.origin, ctypes.RTLD_GLOBAL)
        with output_of_c() as found:
            status = ctypes.CDLL(str(program)).main()
    expected = (EXAMPLES / "duckdb.csv").read_text().splitlines()
    for line in difflib.unified_diff(expected, found, "docs/examples/duckdb.csv", "printed", lineterm=""):
        print(line)
    return 1 if status or found != expected else 0


if __name__ == "__main__":
    sys.exit(main())
