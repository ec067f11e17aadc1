#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: the Python package installs into a fresh environment, as one py3-none wheel that works elsewhere too, and
from a source distribution.

    python_wheel.py --build build/release [--quick]

Makes virtual environments: in one, `pip install ./bindings/python` and the tutorial's cells are run; then a wheel is
built, its tag and contents are listed, what it links (ldd) and what auditwheel says; it is installed into another
environment and used from another folder, and so are the self-contained wheel that auditwheel makes of it and what pip
makes of the source distribution. Needs a package index (pip's own settings). --quick builds and uses the wheel, and
builds the source distribution.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import venv
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

PACKAGE = claim.ROOT / "bindings/python"
TUTORIAL = PACKAGE / "docs/tutorial.ipynb"
ELSEWHERE = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "SALESWEEK_LIBRARY")}
LINKED = {"libcsv", "libjansson", "libm", "libsqlite3"}

USE = """
import salesweek
with salesweek.open("x.swk") as store:
    store.ingest("call", [{"id": "c1", "at": "2026-11-02T09:30:00Z", "outcome": "answered"}])
with salesweek.open("x.swk") as store:
    row, = store.report("calls", now="2026-11-09")
    print(salesweek.__version__, row["week"], row["answer_rate"], salesweek.library_path)
"""


def run(*words, **options):
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, env=ELSEWHERE, **options
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def environment(folder):
    """A fresh virtual environment; its Python."""
    venv.create(folder, with_pip=True)
    return folder / "bin/python"


def pip(python, *words):
    return run(python, "-m", "pip", "install", "--quiet", *words)


def reachable(python, work):
    words = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(work), "meson"]
    return subprocess.run(words, capture_output=True, check=False, env=ELSEWHERE).returncode == 0


def use(ours, python, work, what):
    work.mkdir()
    said = run(python, "-c", USE, cwd=work)
    print(f"{what}: {said.strip()}", flush=True)
    ours.check("2026-W45 1.0" in said and str(claim.ROOT) not in said, f"{what} said {said!r}")


def tutorial(ours, python, work):
    """The cells of the notebook, one after the other."""
    cells = json.loads(TUTORIAL.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    script = work / "tutorial.py"
    script.write_text("display = print\n" + "\n\n".join(code), encoding="utf-8")
    said = run(python, script, cwd=work)
    print(f"tutorial: {len(code)} cells run, {len(said.splitlines())} lines printed", flush=True)
    ours.check(code, "the tutorial has no cells")


def links(path):
    """The names of the libraries that a library is linked with, and whether each was found."""
    lines = run("ldd", path).splitlines()
    return {line.split()[0].split(".so")[0]: "not found" not in line for line in lines if "=>" in line}


def contents(ours, wheel, work):
    """Lists what the wheel holds; its library, unpacked."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            print(f"    {entry.file_size:8} {entry.filename}")
        names = archive.namelist()
        library = next(name for name in names if name.endswith(".so"))
        archive.extractall(work)
        tags = archive.read(next(name for name in names if name.endswith(".dist-info/WHEEL"))).decode()
    ours.same("libraries of the package", [name for name in names if name.startswith("salesweek/lib")], [library])
    ours.check("salesweek/py.typed" in names, "py.typed is missing")
    ours.check(re.search(r"^Tag: py3-none-linux_\w+$|^Tag: py3-none-manylinux", tags, re.MULTILINE), f"tags: {tags}")
    return work / library


def built(python, work, *options):
    run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", *options, "--wheel-dir", work, PACKAGE)
    return next(work.glob("*.whl"))


def distributed(ours, python, work, *options):
    """The source distribution."""
    run(python, "-m", "build", "--sdist", *options, "--outdir", work, PACKAGE)
    found = next(work.glob("*.tar.gz"))
    with tarfile.open(found) as archive:
        names = [name.split("/", 1)[1] for name in archive.getnames()]
    sources = sum(name.endswith((".c", ".h")) for name in names)
    print(f"source distribution: {found.name}, {found.stat().st_size} bytes, {sources} files of C", flush=True)
    wanted = {f"sources/{each.relative_to(claim.ROOT)}" for each in (claim.ROOT / "lib").glob("*.[ch]")}
    ours.same("files of lib that it lacks", sorted(wanted - set(names)), [])
    return found


def repaired(ours, wheel, work):
    """The wheel with its own copies of what it links."""
    shown = run(sys.executable, "-m", "auditwheel", "show", wheel)
    print("auditwheel show: " + " ".join(shown.split())[:400], flush=True)
    search = {**ELSEWHERE, "PATH": f"{pathlib.Path(sys.executable).parent}:{ELSEWHERE['PATH']}"}
    words = [sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", str(work), str(wheel)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=search)
    if done.returncode:
        ours.check(False, f"auditwheel repair: {done.stdout}{done.stderr}")
        return None
    found = next(work.glob("*.whl"))
    print(f"self-contained: {found.name}, {found.stat().st_size} bytes", flush=True)
    with zipfile.ZipFile(found) as archive:
        bundled = sorted(name for name in archive.namelist() if ".so" in name and ".libs/" in name)
    print("    brings " + ", ".join(bundled), flush=True)
    return found


def main():
    ours = claim.Claim(__doc__)
    with claim.workplace() as work:
        if not ours.quick:
            python = environment(work / "first")
            if not reachable(python, work / "reached"):
                claim.skip("no package index can be reached")
            pip(python, PACKAGE)
            use(ours, python, work / "one", "pip install ./bindings/python")
            pip(python, "build", "pandas", "polars", "pyarrow")
            tutorial(ours, python, work / "one")
        builder = sys.executable if ours.quick else python
        wheel = built(builder, work / "wheels", *(["--no-build-isolation"] if ours.quick else []))
        print(f"wheel: {wheel.name}, {wheel.stat().st_size} bytes", flush=True)
        library = contents(ours, wheel, work / "unpacked")
        linked = links(library)
        print("links: " + ", ".join(sorted(linked)), flush=True)
        ours.same("what it links besides libc", {name for name in linked if name != "libc"}, LINKED)
        second = environment(work / "second")
        pip(second, "--no-index", wheel)
        use(ours, second, work / "two", "the wheel elsewhere")
        local = ["--no-isolation", "--skip-dependency-check"] if ours.quick else []
        packed = distributed(ours, builder, work / "packed", *local)
        if not ours.quick:
            third = environment(work / "unpacked-elsewhere")
            pip(third, packed)
            use(ours, third, work / "four", "pip install of the source distribution")
            whole = repaired(ours, wheel, work / "repaired")
            if whole:
                third = environment(work / "third")
                pip(third, "--no-index", whole)
                use(ours, third, work / "three", "the self-contained wheel")
    return ours.end(f"contradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
