#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The benchmark: `sh tests/bench/run.sh [ROWS] [--json] [--turns N] [--engines a,b,..]`, 1,000,000 records where nothing
# else is said, a multiple of 25,000. What is timed is said in docs/performance.md. Everything it makes is under build/.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

rows=1000000
case ${1:-} in
[1-9]*)
	rows=$1
	shift
	;;
esac

# Warnings are the business of the tests.
build=build/bench
[ -f "$build/build.ninja" ] || meson setup "$build" --buildtype=release -Dtests=false -Dcli=false -Dwerror=false >&2
ninja -C "$build" >&2
sh tests/bench/library.sh "$build" "$build/libbench.so"

folder=$(mktemp -d "$root/$build/rows.XXXXXX")
trap 'rm -rf "$folder"' EXIT INT TERM
"$root/.venv/bin/python3" tests/bench/bench.py --library "$build/libbench.so" --folder "$folder" --rows "$rows" "$@"
