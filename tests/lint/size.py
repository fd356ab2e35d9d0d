#!/usr/bin/env python3
"""No source file past 800 lines; no C line past 160 characters (180 in headers)."""
import pathlib
import sys

CAP = 800
WIDTH = {".c": 160, ".h": 180}
SUFFIXES = {".c", ".h", ".py", ".go", ".ts", ".sh", ".yaml"}


def check(root: pathlib.Path) -> list[str]:
    problems = []
    for folder in ("include", "lib", "lib-metrics", "examples", "bindings", "tests", "tools"):
        for path in sorted((root / folder).rglob("*")) if (root / folder).exists() else []:
            if path.suffix not in SUFFIXES or "corpus" in path.parts or not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            if len(lines) > CAP:
                problems.append(f"{path.relative_to(root)}: {len(lines)} lines, at most {CAP}")
            if path.suffix in {".c", ".h"}:
                for number, line in enumerate(lines, 1):
                    if len(line) > WIDTH[path.suffix] and not path.is_relative_to(root / "include"):
                        problems.append(f"{path.relative_to(root)}:{number}: {len(line)} characters, at most {WIDTH[path.suffix]}")
    return problems


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(found) or "size: every file fits")
    sys.exit(bool(found))
