#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The benchmark's machine code and the library under test as one shared object: `library.sh BUILD OUT`, BUILD a folder
# made by meson.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -fPIC -shared -I"$root/include" -I"$root/lib" \
	"$root"/tests/bench/*.c -o "$2" \
	-Wl,--whole-archive "$1/lib/libsalesweek.a" -Wl,--no-whole-archive -lsqlite3 -lm -lpthread \
	-Wl,--wrap=getrandom
