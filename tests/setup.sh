#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs what building and testing need and what is missing: Debian 12 packages (as root or with sudo), and Python
# tools into .venv (tests/requirements.txt). Says what it does. Where nothing is missing it touches nothing and needs
# no network. Run it again at any time.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)

# One a line, sorted.
packages='
clang
clang-format
clang-tidy
g++
gcc
libc6-dev
libclang-rt-dev
libcmocka-dev
libcsv-dev
libjansson-dev
libsqlite3-dev
libxxhash-dev
mandoc
meson
ninja-build
nodejs
pkg-config
python3
python3-venv
shellcheck
tzdata
valgrind
zsh
'

say()
{
	printf 'setup: %s\n' "$*"
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		say "neither root nor sudo; run as root: $*" >&2
		return 1
	fi
}

installed()
{
	dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'
}

# Installs from what apt knows already, and asks for new lists only if that fails.
install_packages()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" && return
	say 'updating the lists of packages'
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

setup_packages()
{
	missing=
	for package in $packages; do
		installed "$package" || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	say "installing Debian packages:$missing"
	# shellcheck disable=SC2086  # a list of words
	install_packages $missing
}

# Debian's own python3: one from elsewhere on PATH may be built without what venv needs.
setup_python()
{
	venv=$root/.venv
	if "$venv/bin/python3" -c '' 2>/dev/null && cmp -s "$root/tests/requirements.txt" "$venv/requirements.txt"; then
		return 0
	fi
	say 'installing Python tools into .venv'
	/usr/bin/python3 -m venv --clear "$venv"
	"$venv/bin/python3" -m pip install --quiet --no-deps -r "$root/tests/requirements.txt"
	cp "$root/tests/requirements.txt" "$venv/requirements.txt"
}

setup_packages
setup_python
say 'all there'
