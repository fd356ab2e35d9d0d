#!/usr/bin/env python3
"""Write doc/cookbook.md from the heads of the queries in examples/queries/cookbook.

usage: cookbook.py [--check]

A query starts with comment lines `// key: value`: title, asks, rows (on the sample estate), and where it needs them param (NAME = JSON),
now (RFC 3339), rows on github (on the published GitHub sample).
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "examples" / "queries" / "cookbook"
PAGE = ROOT / "doc" / "cookbook.md"
HEAD = """# Cookbook

Security questions as queries, in `examples/queries/cookbook/`. Each runs on the bundled sample estate, and a test holds it to the number of rows given
here. Most use only the cloud-neutral labels that the rule packs set (`InternetExposed`, `SensitiveData`, `Administrator` and so on, see
[rule-packs.md](rule-packs.md)), so they read the same on your own data. The language is described in [query-language.md](query-language.md).

    cspmgraph query "$(cat examples/queries/cookbook/01-public-buckets.gq)" examples/data/opengraph/estate

Queries marked *parameter* want a value, such as `--param 'cve="CVE-2021-44228"'`. Those marked *clock* compare with today; `--now` makes them
repeatable. Those that read `riskScore`, `riskLevel` or `attackPaths` take longer on large estates: the command analyses the graph first.

A query that follows relationships follows those it names, in the direction it names, and nothing else. `cspmgraph analyze` knows more: that reading a
machine's disk is not controlling it, what a condition allows, how likely a step is. Use queries to look, and the analysis to rank.

This page is written by `tools/cookbook.py`.

| query | what it answers | rows |
|---|---|---|
"""
FOOT = """
The last three look at GitHub and find nothing in the sample estate; the second number is theirs on the GitHub organisation that SpecterOps publishes with
GitHound.
"""


def head_of(text: str) -> dict[str, str]:
    """The `// key: value` lines a query starts with."""
    head = {}
    for line in text.splitlines():
        match = re.fullmatch(r"// ([a-z ]+): (.+)", line)
        if not match:
            break
        head[match[1]] = match[2]
    return head


def page() -> str:
    lines = []
    for file in sorted(FOLDER.glob("*.gq")):
        head = head_of(file.read_text(encoding="utf-8"))
        marks = [mark for key, mark in (("param", "parameter"), ("now", "clock")) if key in head]
        rows = head["rows"] + (f", {head['rows on github']}" if "rows on github" in head else "")
        note = f" *{', '.join(marks)}*" if marks else ""
        lines.append(f"| [{head['title']}](../examples/queries/cookbook/{file.name}) | {head['asks']}{note} | {rows} |\n")
    return HEAD + "".join(lines) + FOOT


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    fresh = PAGE.read_text(encoding="utf-8") == page()
    if not fresh:
        print(f"{PAGE} is stale: run tools/cookbook.py", file=sys.stderr)
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
