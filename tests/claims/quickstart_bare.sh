#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: on a bare Debian 12, `sh docs/quickstart.sh` ends with a report, a new user's own export goes in by a proposed
# map, and `sh tests/run.sh quick` passes, for root and for a user with sudo.
#
#     quickstart_bare.sh [--build FOLDER] [--quick]      --build is taken and ignored: everything is built in the bare
#                                                        system; --quick: without the tests, by root alone
#
# Makes a minimal system (debootstrap, with git and sudo) in a temporary folder, puts a clone of HEAD into it and runs
# both there. How Debian's mirror and PyPI are reached is taken from the running system: its apt sources, the proxy,
# pip and certificate settings. Needs root, Debian's debootstrap and some 5 GB; says it is skipped (exit 77) without.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
suite=bookworm
quick=
inside=

while [ $# -gt 0 ]; do
	case $1 in
	--build) shift ;;
	--quick) quick=yes ;;
	--inside) inside=$2 && shift ;;
	*)
		echo 'usage: quickstart_bare.sh [--build FOLDER] [--quick]' >&2
		exit 2
		;;
	esac
	shift
done

skip()
{
	echo "skipped: $*"
	exit 77
}

# ---- making the system

# Debian's own repositories as the running system reaches them: URI, release, component a line.
repositories()
{
	# shellcheck disable=SC2016  # apt's variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		grep -E " $suite(-updates|-security)? " | sort -u
}

# How apt and pip reach the world, and by whose certificates.
reach_copy()
{
	repositories | sed 's/^/deb /' >"$1/etc/apt/sources.list"
	apt-config dump Acquire | grep -v '^Acquire::IndexTargets' >"$1/etc/apt/apt.conf.d/99reach"
	for path in /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/pip.conf /etc/resolv.conf /etc/hosts \
		/etc/ssl/certs/ca-certificates.crt; do
		[ -e "$path" ] || continue
		mkdir -p "$1$(dirname "$path")"
		cp -RL "$path" "$1$(dirname "$path")/"
	done
}

system_make()
{
	mirror=$(repositories | sed -n "s/ $suite main\$//p" | head -n 1)
	debootstrap --variant=minbase --include=ca-certificates,git,sudo "$suite" "$1" "$mirror" \
		>"$folder/debootstrap.log" 2>&1 || {
		tail -n 20 "$folder/debootstrap.log"
		return 1
	}
	rm -f "$1"/var/cache/apt/archives/*.deb
	reach_copy "$1"
	chroot "$1" useradd --create-home --shell /bin/sh seller
	echo 'seller ALL=(ALL) NOPASSWD: ALL' >"$1/etc/sudoers.d/seller"
}

# Mounts live in a namespace of their own and go with it.
mounts_make()
{
	seen=
	for mount in 'proc proc' 'sysfs sys' 'devpts dev/pts' 'tmpfs dev/shm'; do
		mkdir -p "$1/${mount#* }"
		mount -t "${mount% *}" none "$1/${mount#* }" 2>/dev/null && seen="$seen /${mount#* }" ||
			seen="$seen (no /${mount#* })"
	done
	echo "mounted:$seen"
}

# ---- running in it

# The caller's settings of pip (but for folders of wheels) and proxies, one NAME=VALUE a line.
settings()
{
	env | grep -E '^(PIP_[A-Z_]*|[a-zA-Z]*_proxy|[A-Z]*_PROXY)=' | grep -v '^PIP_FIND_LINKS=' || true
}

# run_in SYSTEM USER COMMAND: in the user's clone.
run_in()
{
	home=$(chroot "$1" getent passwd "$2" | cut -d: -f6)
	log=$folder/run.log
	begin=$(date +%s)
	status=0
	settings | (
		set -- "$1" "$2" "$3"
		while IFS= read -r setting; do
			set -- "$@" "$setting"
		done
		system=$1 user=$2 command=$3
		shift 3
		exec chroot --userspec="$user:$user" "$system" env -i HOME="$home" USER="$user" LOGNAME="$user" \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" \
			sh -c "cd ~/salesweek && $command" </dev/null
	) >"$log" 2>&1 || status=$?
	printf '\n== %s: %s: %d s, exit %d\n' "$2" "$3" "$(($(date +%s) - begin))" "$status"
	if [ "$status" != 0 ]; then
		tail -n 60 "$log" | sed 's/^/    /'
		exit 1
	fi
	tail -n "$4" "$log" | cut -c 1-110 | sed 's/^/    /'
}

clone_make()
{
	home=$(chroot "$1" getent passwd "$2" | cut -d: -f6)
	git -c safe.directory='*' -c advice.detachedHead=false clone -q --no-hardlinks --no-local \
		"$root" "$1$home/salesweek"
	chroot "$1" chown -R "$2:$2" "$home/salesweek"
}

check_as()
{
	echo
	echo "---- a fresh system for $1"
	cp -a "$folder/bare" "$folder/$1"
	mounts_make "$folder/$1"
	clone_make "$folder/$1" "$1"
	run_in "$folder/$1" "$1" 'sh docs/quickstart.sh' 8
	run_in "$folder/$1" "$1" 'python3 tests/claims/new_user_path.py --quick --build build/quickstart' 12
	if [ -z "$quick" ]; then
		run_in "$folder/$1" "$1" 'sh tests/run.sh quick' 12
	fi
	rm -rf "$folder/${1:?}/var/cache" "$folder/${1:?}/usr"
}

if [ -z "$inside" ]; then
	[ "$(id -u)" = 0 ] || skip 'needs root'
	command -v debootstrap >/dev/null || skip 'needs debootstrap (apt-get install debootstrap)'
	command -v unshare >/dev/null || skip 'needs unshare'
	unshare --mount --pid --fork true 2>/dev/null || skip 'namespaces for mounts and processes are not allowed here'
	[ -n "$(repositories)" ] || skip "apt knows no repository of Debian $suite"
	folder=$(mktemp -d)
	trap 'rm -rf --one-file-system "$folder"' EXIT
	trap 'exit 130' INT TERM
	unshare --mount --pid --fork --kill-child sh "$0" --inside "$folder" ${quick:+--quick}
	exit
fi

folder=$inside
begin=$(date +%s)
system_make "$folder/bare"
echo "bare Debian $(cat "$folder/bare/etc/debian_version"): $(chroot "$folder/bare" dpkg-query -W | wc -l) packages," \
	"made in $(($(date +%s) - begin)) s"
check_as root
if [ -n "$quick" ]; then
	printf '\nthe quickstart passed on a bare Debian 12\n'
	exit
fi
check_as seller
printf '\nthe quickstart and the quick tests passed on a bare Debian 12, for root and for a user with sudo\n'
