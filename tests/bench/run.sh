#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The benchmark: `sh tests/bench/run.sh [ROWS] [--json]`, 1,000,000 calls where nothing else is said. What is timed is
# said in docs/performance.md. Everything it makes is under build/.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"

rows=1000000
json=
for argument in "$@"; do
	case $argument in
	--json) json=--json ;;
	[1-9]*) rows=$argument ;;
	*)
		echo 'usage: sh tests/bench/run.sh [ROWS] [--json]' >&2
		exit 2
		;;
	esac
done

# Warnings are the business of the tests.
build=build/bench
[ -f "$build/build.ninja" ] || meson setup "$build" --buildtype=release -Dtests=false -Dcli=false -Dwerror=false >&2
ninja -C "$build" >&2
cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Iinclude tests/bench/*.c -o "$build/engines" \
	-L"$build/lib" -Wl,-rpath,"$root/$build/lib" -lsalesweek -lsqlite3

folder=$(mktemp -d "$root/$build/rows.XXXXXX")
trap 'rm -rf "$folder"' EXIT INT TERM
# shellcheck disable=SC2086  # empty or an option
"$root/.venv/bin/python3" tests/bench/bench.py --bench "$build/engines" --folder "$folder" --rows "$rows" $json
