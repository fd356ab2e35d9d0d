#!/usr/bin/env bash
# The Go module beside the C calls under it: bench_go.sh ROOT BUILD. Exit status 77 without a Go toolchain.
set -eu
root=$1 build=$2
export PATH="$PATH:/usr/local/go/bin"
for tool in go pkg-config; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
export PKG_CONFIG_PATH="$build/meson-uninstalled" LD_LIBRARY_PATH="$build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod CGO_ENABLED=1 GOCACHE="${GOCACHE:-$build/go-cache}"
cd "$root/tests/bench/columns"
go build -o "$build/columns" .
exec "$build/columns"
