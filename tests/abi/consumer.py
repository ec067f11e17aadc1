# SPDX-License-Identifier: MIT
"""Other projects find the library and run with it.

consumer.py subproject SOURCE BUILD   a Meson project that falls back on salesweek as a subproject
consumer.py installed SOURCE BUILD    `meson install` into a folder; then pkg-config, shared and static, and Meson
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent / "consumer"

# Meson points its tests at the library that was just built; a consumer must find its own.
PLAIN = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **more)
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(folder, environment, *options):
    """Configures and builds the consumer; its program."""
    run("meson", "setup", *options, folder / "build", folder, env=environment)
    run("ninja", "-C", folder / "build", env=environment)
    return folder / "build/consumer"


def expect(program, environment, version):
    said = run(program, env=environment)
    if said != f"salesweek {version}\n":
        sys.exit(f"{program} said {said!r}")


def subproject(source, _, folder, version):
    consumer = folder / "consumer"
    shutil.copytree(HERE, consumer)
    (consumer / "subprojects").mkdir()
    (consumer / "subprojects/salesweek").symlink_to(source)
    program = build(consumer, PLAIN, "--wrap-mode=forcefallback")
    expect(program, PLAIN, version)
    if (consumer / "build/subprojects/salesweek/tests").exists():
        sys.exit("the tests were built in a subproject")


def names(root):
    """What was installed, without the machine's own folder of libraries, and without manual pages and completions."""
    paths = (path.relative_to(root) for path in root.rglob("*") if not path.is_dir())
    found = {re.sub(r"^usr/local/lib/.*?(?=pkgconfig/|libsalesweek)", "lib/", str(path)) for path in paths}
    return {name for name in found if not name.startswith("usr/local/share/")}


def installed(source, built, folder, version):
    root = folder / "root"
    run("meson", "install", "--no-rebuild", "-C", built, "--destdir", root)
    api = re.search(r"#define SWK_API_VERSION (\d+)", (source / "include/salesweek.h").read_text())[1]
    expected = {
        "lib/libsalesweek.a",
        "lib/libsalesweek.so",
        f"lib/libsalesweek.so.{api}",
        "lib/pkgconfig/salesweek.pc",
        "usr/local/bin/salesweek",
        "usr/local/include/salesweek.h",
    }
    if names(root) != expected:
        sys.exit(f"installed is not what was expected: {sorted(names(root) ^ expected)}")

    libraries = next(root.rglob("libsalesweek.so")).parent
    environment = PLAIN | {
        "LD_LIBRARY_PATH": str(libraries),
        "PKG_CONFIG_PATH": str(libraries / "pkgconfig"),
        "PKG_CONFIG_SYSROOT_DIR": str(root),
    }
    flags = run("pkg-config", "--cflags", "--libs", "salesweek", env=environment).split()
    program = folder / "shared"
    run("cc", HERE / "consumer.c", *flags, "-o", program)
    expect(program, environment, version)

    private = run("pkg-config", "--libs", "sqlite3").split()
    program = folder / "static"
    run("cc", f"-I{root}/usr/local/include", HERE / "consumer.c", libraries / "libsalesweek.a", *private, "-lm",
        "-o", program)
    expect(program, PLAIN, version)

    consumer = folder / "consumer"
    shutil.copytree(HERE, consumer)
    expect(build(consumer, environment, "--wrap-mode=nofallback"), environment, version)


def main():
    way, source, built = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    version = re.search(r"^\s*version: '([^']+)'", (source / "meson.build").read_text(), re.MULTILINE)[1]
    with tempfile.TemporaryDirectory() as folder:
        {"subproject": subproject, "installed": installed}[way](source, built, pathlib.Path(folder), version)


if __name__ == "__main__":
    main()
