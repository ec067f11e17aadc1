#!/bin/sh
# SPDX-License-Identifier: MIT
#
# From a fresh clone on Debian 12 to the first report: installs what building needs (as root or with sudo, only what is
# missing), builds salesweek into build/quickstart and asks it about the sample data. Run it again at any time.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

# One a line, sorted.
packages='
gcc
libc6-dev
libcsv-dev
libjansson-dev
libsqlite3-dev
libxxhash-dev
meson
ninja-build
pkg-config
tzdata
'

# The sample data, one file a line, each with its map.
samples='
calls
leads
meetings
messages
opportunities
quotas
rates
reps
scores
stages
'

build=build/quickstart
store=$build/sample.salesweek
salesweek=$build/bindings/cli/salesweek

say()
{
	printf '\n== %s\n' "$*"
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		echo "neither root nor sudo; run as root: $*" >&2
		return 1
	fi
}

installed()
{
	dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

install_missing()
{
	missing=
	for package in $packages; do
		installed "$package" || missing="$missing $package"
	done
	if [ -z "$missing" ]; then
		echo 'nothing is missing'
		return 0
	fi
	as_root apt-get update -q
	# shellcheck disable=SC2086  # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

run()
{
	printf '\n$ %s\n' "$*"
	"$@"
}

say 'Installing what building needs'
install_missing

say "Building into $build"
if [ ! -f "$build/build.ninja" ]; then
	rm -rf "$build"
	meson setup "$build" --buildtype=release -Dtests=false -Dwerror=false
fi
ninja -C "$build"

say 'Asking about the sample'
rm -f "$store" "$store"-*
run "$salesweek" init "$store" --zone Europe/Berlin
for sample in $samples; do
	file=docs/examples/sample/$sample
	run "$salesweek" import "$store" --map "$file.map.json" "$file.csv"
done
run "$salesweek" weekly "$store" --now 2026-11-09
run "$salesweek" report "$store" calls --by weekday,hour --total --set clock=lead --now 2026-11-09 --format table
run "$salesweek" report "$store" deals --by team --to 2026-W45 --now 2026-11-09 --format table
run "$salesweek" report "$store" win_rate --by rep --total --now 2026-11-09 --format table

say "Done. The program is $salesweek, the sample store $store; docs/tutorial.md goes on from here"
