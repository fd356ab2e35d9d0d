#!/usr/bin/env bash
# The Go module and the example service against an uninstalled build: vet, tests, race detector, pointer checks, fuzz seeds, static core. TAP on stdout.
#   go.sh ROOT BUILD
# No network is needed: the module uses Go's standard library only.
set -u
root=$1 build=$2
export PATH="$PATH:/usr/local/go/bin"
if ! command -v go >/dev/null; then
    echo "1..0 # SKIP no Go toolchain; Go 1.23 or newer is needed"
    exit 0
fi
if ! command -v pkg-config >/dev/null; then
    echo "1..0 # SKIP no pkg-config"
    exit 0
fi
export PKG_CONFIG_PATH="$build/meson-uninstalled" LD_LIBRARY_PATH="$build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod CGO_ENABLED=1 GOCACHE="${GOCACHE:-$build/go-cache}"
count=0 failed=0

# check NAME FOLDER COMMAND...: one test; what it printed is shown when it fails.
check() {
    local name=$1 folder=$2 log begun=$SECONDS; shift 2
    count=$((count + 1))
    if log=$(cd "$root/$folder" && "$@" 2>&1); then
        echo "ok $count - $name ($((SECONDS - begun)) s)"
    else
        failed=1
        echo "not ok $count - $name"
        tail -n 40 <<<"$log" | sed 's/^/# /'
    fi
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
    echo "# skipped: $1: $2"
}

formatted() { local bad; bad=$(gofmt -l .) && [ -z "$bad" ] || { echo "not formatted: $bad"; return 1; }; }

check "module: gofmt" bindings/go formatted
check "module: vet" bindings/go go vet ./...
check "module: tests, cases, 10,000 cycles" bindings/go go test -count=1 ./...
if echo 'package p' >"$build/norace.go" && (cd "$build" && go vet -race norace.go) >/dev/null 2>&1; then
    check "module: race detector" bindings/go go test -count=1 -race ./...
    check "service: race detector" examples/service go test -count=1 -race ./...
else
    skip "race detector" "this toolchain has none"
    check "service: tests" examples/service go test -count=1 ./...
fi
rm -f "$build/norace.go"
check "module: cgocheck2" bindings/go env GOEXPERIMENT=cgocheck2 go test -count=1 -run 'Test[^T]' .
check "service: gofmt and vet" examples/service sh -c 'test -z "$(gofmt -l .)" && go vet ./...'
static_core() {
    go build -tags cspmgraph_static -o "$build/service-static" . || return 1
    if ldd "$build/service-static" | grep libcspmgraph; then
        echo "the static program wants the shared core"
        return 1
    fi
}
check "service: static core" examples/service static_core
for target in FuzzQuery FuzzParams FuzzBuilder; do
    check "module: $target" bindings/go go test -count=1 -run '^$' -fuzz "^$target\$" -fuzztime "${CSPM_FUZZ_TIME:-3s}" -parallel 2 .
done
echo "1..$count"
exit $failed
