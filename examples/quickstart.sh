#!/usr/bin/env bash
# Install what is missing, build, analyse the bundled sample estate, print its attack paths and fixes, write an HTML report.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=../tools/packages.sh
. tools/packages.sh

log=build/quickstart/build.log
need_packages "${build_packages[@]}"
mkdir -p build/quickstart
echo "building …" >&2
if ! { { [ -f build/meson/build.ninja ] || meson setup build/meson -Dtests=false -Dwerror=false --buildtype=release; } && ninja -C build/meson; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "the build failed; all of its output is in $log" >&2
    exit 1
fi
ln -sfn meson/examples/cli/cspmgraph build/cspmgraph

sample=examples/data/estate
build/cspmgraph analyze "$sample" --quiet --format table
build/cspmgraph analyze "$sample" --quiet --format html -o build/quickstart/report.html
echo
echo "report: build/quickstart/report.html"
echo "next:   build/cspmgraph query 'MATCH (n:InternetExposed) RETURN n.name, n.riskLevel' $sample"
