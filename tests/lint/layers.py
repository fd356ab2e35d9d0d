#!/usr/bin/env python3
"""A file includes its own folder and lower floors only; front ends include public headers only."""
import pathlib
import re
import sys

FLOOR = {"base": 0, "graph": 1, "ingest": 2, "access": 2, "query": 2, "paths": 2, "rules": 3, "packs": 3, "analysis": 4, "posture": 5, "export": 6, "api": 7}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def includes(path: pathlib.Path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def check(root: pathlib.Path) -> list[str]:
    problems = []
    for path in sorted((root / "lib").rglob("*.[ch]")):
        room = path.relative_to(root / "lib").parts[0]
        if room not in FLOOR:
            problems.append(f"{path}: folder {room} has no floor")
            continue
        for number, quote, target in includes(path):
            where = f"{path.relative_to(root)}:{number}"
            if quote == "<" or target.startswith("cspmgraph/") or "/" not in target:
                continue
            other = target.split("/")[0]
            if other == room:
                continue
            if other not in FLOOR:
                problems.append(f"{where}: {target} is no room of lib/")
            elif FLOOR[other] >= FLOOR[room]:
                problems.append(f"{where}: {room} (floor {FLOOR[room]}) includes {other} (floor {FLOOR[other]})")
    for folder in ("include", "examples", "bindings", "lib-metrics"):
        for path in sorted((root / folder).rglob("*.[ch]")) if (root / folder).exists() else []:
            for number, quote, target in includes(path):
                where = f"{path.relative_to(root)}:{number}"
                if target.split("/")[0] in FLOOR and "/" in target:
                    problems.append(f"{where}: internal header {target} outside lib/")
    return problems


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(found) or "layers: every include goes down")
    sys.exit(bool(found))
