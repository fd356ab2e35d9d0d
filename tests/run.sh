#!/usr/bin/env bash
# Every suite that continuous integration runs. Installs what is missing, builds, tests; the last line is "N passed, N failed".
#   --quick  build with gcc, unit tests, cases, command, lints: under two minutes
#   --full   longer random suites and the million-node benchmarks on top
set -u
cd "$(dirname "$0")/.."
# shellcheck source=../tools/packages.sh
. tools/packages.sh

mode=default
for argument in "$@"; do
    case "$argument" in
    --quick) mode=quick ;;
    --full) mode=full ;;
    *) echo "usage: tests/run.sh [--quick|--full]" >&2; exit 2 ;;
    esac
done

export LC_ALL=C.UTF-8 CK_FORK=no MESON_TESTTHREADS="${MESON_TESTTHREADS:-$(nproc)}"
export CSPM_SHARED="${CSPM_SHARED:-$(cd .. && pwd)/shared}"
[ -d "$CSPM_SHARED" ] || echo "note: no reference data beside this checkout; suites that read it use the project's own cases and say so"
[ "$mode" = full ] && export CSPM_FULL=1 CSPM_RANDOM_GRAPHS="${CSPM_RANDOM_GRAPHS:-20000}"

need_packages "${build_packages[@]}" "${test_packages[@]}" || exit 1
mkdir -p build/logs
failed=0
logs=()

step() { printf '\n== %s\n' "$*"; }

# build NAME SETUP-ARGUMENTS...: configure once, compile; a failure counts as one failed test.
build() {
    local name=$1; shift
    [ -f "build/$name/build.ninja" ] || meson setup "build/$name" "$@" >"build/logs/$name.setup" 2>&1 || { tail -n 30 "build/logs/$name.setup"; }
    if ! ninja -C "build/$name" >"build/logs/$name.build" 2>&1; then
        tail -n 40 "build/logs/$name.build"
        echo "FAILED: build/$name does not compile"
        failed=$((failed + 1))
        return 1
    fi
}

# suites NAME LOG MESON-TEST-ARGUMENTS...: LOG names the file of results; Meson adds the name of a --setup to the --logbase it is given.
suites() {
    local name=$1 log=$2; shift 2
    meson test -C "build/$name" --no-rebuild --logbase "$log" --print-errorlogs "$@" 2>&1 | grep -avE '^(ninja|$|Full log|Ok:|Expected Fail:|Fail:|Unexpected Pass:|Skipped:|Timeout:)'
    logs+=("build/$name/meson-logs/$log.json")
}

step "gcc: unit tests, cases, command, lints"
if build tests --buildtype=debugoptimized; then
    ln -sfn tests/examples/cli/cspmgraph build/cspmgraph
    if [ "$mode" = quick ]; then
        suites tests testlog --no-suite slow --no-suite bench
    else
        suites tests testlog --no-suite bench
    fi
fi

if [ "$mode" != quick ]; then
    step "clang: address and undefined-behaviour sanitizers"
    if CC=clang build sanitizers --buildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Dmetrics=true; then
        ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 CSPM_RANDOM_GRAPHS=300 \
            suites sanitizers sanitizers --timeout-multiplier 10 --suite unit --suite cases --suite fuzz
    fi
    step "valgrind"
    CSPM_RANDOM_GRAPHS=20 CSPM_SLOW_MACHINE=1 suites tests memory-valgrind --logbase memory --setup valgrind --suite unit --suite cases
    step "benchmarks: gates"
    # Optimised, one at a time, nothing else running: ratios against peers in the same process. A shared machine can spoil a run, so a missed gate is
    # measured again; only one missed three times counts.
    if build bench --buildtype=release; then
        extra=() wanted=()
        [ "$mode" = full ] && extra=(--test-args=--full)
        : >build/logs/bench
        for attempt in 1 2 3; do
            log=bench
            [ "$attempt" -gt 1 ] && log=bench-again-$attempt
            meson test -C build/bench --no-rebuild --logbase "$log" --benchmark --verbose "${extra[@]}" "${wanted[@]}" >>build/logs/bench 2>&1
            logs+=("build/bench/meson-logs/$log.json")
            mapfile -t wanted < <(python3 tests/summary.py --missed "build/bench/meson-logs/$log.json")
            [ "${#wanted[@]}" -gt 0 ] || break
            echo "a gate was missed (attempt $attempt of 3): ${wanted[*]}"
        done
        grep -hoE '\{"name".*\}' build/logs/bench
    fi
fi

step "summary"
exec python3 tests/summary.py "$failed" "${logs[@]}"
