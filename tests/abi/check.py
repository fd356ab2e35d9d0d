#!/usr/bin/env python3
"""Compare the built library's binary interface with the recorded one. Growth needs a refreshed record in the same change; a break needs more.

usage: check.py RECORD_DIR INCLUDE_DIR LIBRARY [--record]
"""
import pathlib
import shutil
import subprocess
import sys


def main() -> int:
    record, include, library = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    baseline = record / "libcspmgraph.so.0.abi"
    if not shutil.which("abidw"):
        print("skipped: abidw (abigail-tools) is not installed")
        return 77
    if "--record" in sys.argv:
        record.mkdir(exist_ok=True)
        subprocess.run(["abidw", "--headers-dir", include, "--drop-private-types", "--no-show-locs", "--no-comp-dir-path", "--no-corpus-path", "--out-file", str(baseline), library], check=True)
        return 0
    if not baseline.exists():
        print(f"FAILED: {baseline} is missing; record it with --record")
        return 1
    run = subprocess.run(["abidiff", "--headers-dir2", include, "--no-show-locs", str(baseline), library], capture_output=True, text=True)
    if run.returncode == 0:
        print("abi: as recorded")
        return 0
    print(run.stdout or run.stderr)
    print("FAILED: the binary interface differs from abi/libcspmgraph.so.0.abi; if that is meant, record it anew (tests/abi/check.py … --record) and say so in CHANGELOG.md")
    return 1


if __name__ == "__main__":
    sys.exit(main())
