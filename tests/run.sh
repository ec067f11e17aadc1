#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs the tests: `sh tests/run.sh [LANE]...`, from any folder; without a lane `full`. Installs what is missing first
# (tests/setup.sh). One line a step; stops at the first that fails and shows the end of its log. Everything it makes is
# under build/. Tests on real data read the folder SALESWEEK_DATA and are skipped, and say so, where it is not set.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

# A lane is a line here and a function lane_NAME below.
lanes()
{
	cat <<'END'
quick      a debug build, its tests and the lints: under two minutes
full       what a change must pass: all lanes down to tidy, and nothing left behind: under thirty minutes
debug      gcc, debug: all suites, with lints, models, claims and consumers
sanitize   gcc, AddressSanitizer and UndefinedBehaviorSanitizer
clang      clang, debug
release    gcc, optimised, without assertions
thread     clang, ThreadSanitizer: the tests that start threads
coverage   every branch of the pure rooms is taken by the unit tests (tests/coverage.py)
budgets    callgrind counts as many instructions for a record and a report as tests/bench/instructions.txt says
tidy       clang-tidy
claims     what the docs claim, in full (campaign, minutes)
fuzz       mutated Arrow arrays and files, built as for sanitize (campaign; FUZZ_SECONDS, 1800; FUZZ_FILES, 5000)
twin       the program against the model on many random feeds (campaign; TWIN_SEEDS and TWIN_FIRST choose them)
valgrind   gcc, debug, under valgrind (campaign, minutes)
bench      the benchmark against DuckDB and SQLite (campaign, minutes; BENCH_ROWS chooses the records)
END
}

# What every build of the library runs.
core='--suite unit --suite api --suite golden --suite fault --suite abi'

passed=0
failed=0
skipped=0

usage()
{
	printf 'usage: sh tests/run.sh [LANE]...\n\n'
	lanes
}

summary()
{
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
}

# number LOG WORDS: what Meson's summary says of these, summed.
number()
{
	sed -n -E "s/^($2): +([0-9]+) *\$/\\2/p" "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Adds up Meson's summary, or a step that is a single check.
count()
{
	if [ "$1" = tests ] && grep -q '^Ok: ' "$3"; then
		passed=$((passed + $(number "$3" 'Ok|Expected Fail')))
		failed=$((failed + $(number "$3" 'Fail|Unexpected Pass|Timeout')))
		skipped=$((skipped + $(number "$3" 'Skipped')))
	elif [ "$2" = 77 ]; then
		skipped=$((skipped + 1))
	elif [ "$2" != 0 ]; then
		failed=$((failed + 1))
	elif [ "$1" = check ]; then
		passed=$((passed + 1))
	fi
}

# step KIND NAME COMMAND...: KIND is build (counts only when it fails), check (counts as one) or tests (Meson's). A
# command that exits with 77 was skipped and said why in its last line.
step()
{
	kind=$1
	name=$2
	shift 2
	log=build/logs/$(printf '%s' "$name" | tr ' ' '-').log
	begin=$(date +%s)
	printf '%-24s' "$name"
	status=0
	"$@" >"$log" 2>&1 || status=$?
	count "$kind" "$status" "$log"
	case $status in
	0) result=ok ;;
	77) result="skipped: $(tail -n 1 "$log" | sed 's/^skipped: //')" ;;
	*) result=FAILED ;;
	esac
	printf '%5d s  %s\n' $(($(date +%s) - begin)) "$result"
	if [ "$result" = FAILED ]; then
		printf -- '---- the end of %s\n' "$log"
		grep -vE ' (OK|SKIP) +[0-9.]+s *$|^\[[0-9]+/[0-9]+\] (Comp|Gener|Link)' "$log" | tail -n 60
		printf -- '----\n'
		summary
		exit 1
	fi
	grep -E ' SKIP +[0-9.]+s' "$log" | sed -E 's/^ *[0-9]+\/[0-9]+ /    skipped: /; s/ +SKIP.*//' || true
}

# configure NAME COMPILER OPTION...: build/NAME, anew if it was configured otherwise before.
configure()
{
	folder=build/$1
	compiler=$2
	[ -f "$folder/build.ninja" ] && [ "$(cat "$folder/.options" 2>/dev/null)" = "$*" ] && return
	rm -rf "$folder"
	case $compiler in
	gcc) cxx=g++ ;;
	*) cxx=$compiler++ ;;
	esac
	options=$*
	shift 2
	CC=$compiler CXX=$cxx meson setup "$folder" "$@" && printf '%s\n' "$options" >"$folder/.options"
}

make_build()
{
	configure "$@" && ninja -C "build/$1"
}

build()
{
	step build "$1 build" make_build "$@"
}

# run_tests NAME OPTION...
run_tests()
{
	folder=build/$1
	shift
	step tests "${folder#build/} tests" meson test -C "$folder" --no-rebuild --print-errorlogs "$@"
}

lane_quick()
{
	build debug gcc
	# shellcheck disable=SC2086  # a list of words
	run_tests debug $core --suite lint --suite python
}

lane_debug()
{
	build debug gcc
	run_tests debug
}

lane_sanitize()
{
	build sanitize gcc -Db_sanitize=address,undefined
	# shellcheck disable=SC2086
	run_tests sanitize $core --suite model --timeout-multiplier 5
}

lane_clang()
{
	build clang clang
	# shellcheck disable=SC2086
	run_tests clang $core
}

lane_release()
{
	build release gcc --buildtype=release
	# shellcheck disable=SC2086
	run_tests release $core --suite model
}

# Where the kernel spreads addresses wide, this ThreadSanitizer finds no room for its shadow: without spreading it does.
threads_fixed()
{
	fixed=
	setarch "$(uname -m)" -R true 2>/dev/null && fixed="setarch $(uname -m) -R"
	$fixed meson test -C build/thread --no-rebuild --print-errorlogs --suite thread --timeout-multiplier 10
}

lane_thread()
{
	build thread clang -Db_sanitize=thread -Db_lundef=false -Dcli=false
	step tests 'thread tests' threads_fixed
}

coverage_fresh()
{
	make_build coverage gcc -Db_coverage=true -Dcoverage=true -Dcli=false &&
		find build/coverage -name '*.gcda' -delete
}

lane_coverage()
{
	step build 'coverage build' coverage_fresh
	run_tests coverage --suite unit
	step check 'coverage gate' "$python" tests/coverage.py build/coverage
}

lane_budgets()
{
	build release gcc --buildtype=release
	step check instructions "$python" tests/bench/instructions.py --build build/release
}

lane_tidy()
{
	step build 'tidy setup' configure clang clang
	step check tidy "$python" tests/lint/tidy.py build/clang
}

lane_claims()
{
	build release gcc --buildtype=release
	for script in tests/claims/*.py tests/claims/*.sh; do
		[ -f "$script" ] || continue
		case $script in
		*/calendar_zoneinfo.py) set -- "$python" "$script" --dump build/release/tests/calendar_dump ;;
		*.py) set -- "$python" "$script" --build build/release ;;
		*) set -- sh "$script" --build build/release ;;
		esac
		step check "claim $(basename "${script%.*}")" "$@"
	done
}

lane_twin()
{
	build release gcc --buildtype=release
	step check twin "$python" tests/model/compare.py --program build/release/bindings/cli/salesweek \
		--first "${TWIN_FIRST:-1}" --seeds "${TWIN_SEEDS:-500}"
}

lane_fuzz()
{
	build sanitize gcc -Db_sanitize=address,undefined
	step check 'fuzz arrow' build/sanitize/tests/fuzz/fuzz_arrow --first "${FUZZ_FIRST:-1}" \
		--seconds "${FUZZ_SECONDS:-1800}"
	step check 'fuzz file' build/sanitize/tests/fuzz/fuzz_file "${FUZZ_FIRST:-1}" "${FUZZ_FILES:-5000}"
	cat build/logs/fuzz-arrow.log build/logs/fuzz-file.log
}

lane_valgrind()
{
	build debug gcc
	run_tests debug --setup valgrind --suite unit --suite api
}

lane_bench()
{
	step check benchmark sh tests/bench/run.sh "${BENCH_ROWS:-1000000}"
	sed -n '/ records; /,$p' build/logs/benchmark.log
}

# Files that are new to the tree, or that the tests forgot among their own.
left_behind()
{
	find build/tmp -mindepth 1 | sed 's/^/left behind: /' >build/logs/left
	if [ -f build/logs/tree ]; then
		git status --porcelain | diff build/logs/tree - | sed -n 's/^> /new in the tree: /p' >>build/logs/left
	fi
	cat build/logs/left
	[ ! -s build/logs/left ]
}

lane_full()
{
	for part in debug sanitize clang release thread coverage budgets tidy; do
		"lane_$part"
	done
	step check 'nothing left behind' left_behind
}

[ $# -gt 0 ] || set -- full
for lane in "$@"; do
	if ! lanes | grep -q "^$lane "; then
		usage >&2
		exit 2
	fi
done

sh tests/setup.sh
python=$root/.venv/bin/python3
rm -rf build/tmp
mkdir -p build/logs build/tmp
rm -f build/logs/tree
git status --porcelain >build/logs/tree 2>/dev/null || rm -f build/logs/tree
export LC_ALL=C.UTF-8
export PYTHONDONTWRITEBYTECODE=1
export TMPDIR="$root/build/tmp"
export ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1:halt_on_error=1:strict_string_checks=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
if [ -z "${SALESWEEK_DATA:-}" ]; then
	echo 'SALESWEEK_DATA is not set: tests on real data are skipped'
fi
for lane in "$@"; do
	"lane_$lane"
done
rm -rf build/tmp
summary
