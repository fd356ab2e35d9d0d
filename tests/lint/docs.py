#!/usr/bin/env python3
"""Every public function has a doc comment right above it that names its thread class and the version it came with.

usage: docs.py HEADER...
"""
import re
import sys


def main() -> int:
    problems, count = [], 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        for match in re.finditer(r"^CSPM_API\s[^;]*?\b(cspm_[a-z0-9_]+)\s*\(", text, re.M):
            count += 1
            above = text[: match.start()].rstrip()
            comment = above[above.rfind("/**"):] if above.endswith("*/") else ""
            if not comment or "*/" in comment[:-2]:
                problems.append(f"{path}: {match.group(1)} has no doc comment")
                continue
            for tag in ("@since", "@thread"):
                if tag not in comment:
                    problems.append(f"{path}: {match.group(1)} does not say {tag}")
    print("\n".join(problems) or f"docs: {count} public functions are documented")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
