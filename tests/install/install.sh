#!/bin/sh
# Install into an empty prefix, then build and run the embedding example against it through pkg-config, shared and static.
# usage: install.sh BUILD_DIR SOURCE_DIR
set -eu
build=$1 source=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
DESTDIR=$prefix/root meson install -C "$build" --no-rebuild >"$prefix/log" 2>&1 || { cat "$prefix/log"; exit 1; }
pc=$(find "$prefix/root" -name cspmgraph.pc)
lib=$(dirname "$(dirname "$pc")")
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$prefix/root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
flags=$(pkg-config --cflags --libs cspmgraph)
# shellcheck disable=SC2086
cc -std=c99 -Wall -Wextra -Werror "$source/examples/embed/embed.c" $flags -o "$prefix/embed"
LD_LIBRARY_PATH=$lib "$prefix/embed" "$source/examples/data/opengraph/estate" >"$prefix/shared"
[ -s "$prefix/shared" ] || { echo "the embedding example printed nothing"; exit 1; }
unset PKG_CONFIG_SYSROOT_DIR
# The library itself static, what it needs shared: distributions do not ship every third-party library as an archive.
needs=$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --print-requires-private cspmgraph | cut -d' ' -f1)
# shellcheck disable=SC2086
others="$(pkg-config --libs $needs) -lm -pthread"
include=$(dirname "$(dirname "$(find "$prefix/root" -name cspmgraph.h)")")
# shellcheck disable=SC2086
cc -std=c99 "-I$include" "$source/examples/embed/embed.c" "$lib/libcspmgraph.a" $others -o "$prefix/embed-static"
"$prefix/embed-static" "$source/examples/data/opengraph/estate" >"$prefix/static"
cmp "$prefix/shared" "$prefix/static"
for name in "$lib"/libcspmgraph.so.0 "$lib"/pkgconfig/cspmgraph.pc; do [ -e "$name" ] || { echo "not installed: $name"; exit 1; }; done
echo "installed, linked through pkg-config (shared and static), same rows"
