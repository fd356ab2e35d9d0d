#!/usr/bin/env python3
"""Header exports, symbol map and the built library name the same functions, both ways.

usage: symbols.py MAP LIBRARY HEADER...
"""
import re
import subprocess
import sys


def main() -> int:
    map_path, library, headers = sys.argv[1], sys.argv[2], sys.argv[3:]
    declared = set()
    for header in headers:
        with open(header, encoding="utf-8") as stream:
            text = re.sub(r"/\*.*?\*/|^\s*#[^\n]*", "", stream.read(), flags=re.S | re.M)
        for declaration in re.findall(r"CSPM_API\s+([^;]*?);", text, flags=re.S):
            declared.add(re.search(r"\b(cspm_[a-z0-9_]+)\s*\(", declaration).group(1))
    with open(map_path, encoding="utf-8") as stream:
        mapped = set(re.findall(r"^\s*(cspm_[a-z0-9_]+);", stream.read(), flags=re.M))
    dump = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exported = {line.split()[2].split("@")[0] for line in dump.splitlines() if len(line.split()) > 2 and line.split()[1] in "TDBR"}
    problems = []
    for title, left, right in (("declared but not in the map", declared, mapped), ("in the map but not declared", mapped, declared),
                               ("in the map but not exported", mapped, exported), ("exported but not in the map", exported, mapped)):
        for name in sorted(left - right):
            problems.append(f"{name}: {title}")
    print("\n".join(problems) or f"symbols: {len(declared)} functions, headers, map and library agree")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
