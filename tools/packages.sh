# Debian and Ubuntu packages by purpose; sourced by examples/quickstart.sh and tests/run.sh.
# shellcheck shell=bash
build_packages=(gcc libc6-dev make meson ninja-build pkg-config python3 libyajl-dev libyaml-dev libmd-dev libarchive-dev libxxhash-dev libpcre2-dev libigraph-dev)
test_packages=(g++ check valgrind clang python3-pycparser python3-networkx python3-venv abigail-tools binutils zstd zip xz-utils)

# Install what is missing; say so, once, and only when something is.
need_packages() {
    local missing=() package sudo=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if ! command -v apt-get >/dev/null; then
        echo "these packages are needed and this system has no apt-get: ${missing[*]}" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "run as root, or install: ${missing[*]}" >&2; return 1; }
        sudo=(sudo)
    fi
    echo "installing: ${missing[*]}" >&2
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}
