#!/usr/bin/env python3
"""Write doc/query-language-conformance.md: how many conformance scenarios of each feature pass.

usage: conformance.py [--check] UNIT-QUERY [SHARED]

UNIT-QUERY is the test program build/.../tests/unit/query/unit-query, SHARED the folder with tck/tck.json (default: $CSPM_SHARED, else
../shared). The program runs the scenarios itself; this only adds up what it prints. Exit status 1 when a scenario fails, or with --check
when the page is stale, 77 when the program or the scenarios are not there.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "doc" / "query-language-conformance.md"
HEAD = """# Conformance

The graph form of the query language is a documented read-only subset of openCypher 9 (see [query-language.md](query-language.md)). The openCypher project
publishes a Technology Compatibility Kit (commit 677cbafa, Apache-2.0): scenarios with a graph, a query, and the rows or the error that must come out. Of its
3,897 scenarios, {all} need neither writing, procedures, the full temporal types nor pattern comprehension. This page counts those, by feature file.

**{passed} of {active} pass; {ignored} is marked to be ignored upstream** (Graph5 [2]). Scenarios count as expanded from their outlines.

Left out: 318 that write in the tested query, 1,051 for temporal types (`date`, `datetime` and `duration` here are smaller), 52 for procedures, and 16
for pattern comprehension, which the language has and tests of its own cover. What the kit has no scenarios for is tested apart too: `shortestPath`,
`allShortestPaths`, `=~`, `reduce`, `COUNT {{}}`, `CALL {{}}`, label expressions, and the limits.

The scenarios themselves are not in this repository. With them beside it (`$CSPM_SHARED/tck/tck.json`), `tests/run.sh` runs all of them and fails when
fewer pass than before. This page is written by `tools/conformance.py` from the output of that run.

| feature | scenarios | passed | ignored |
|---|---:|---:|---:|
"""


def run(program: str, shared: pathlib.Path) -> dict[str, tuple[int, int]]:
    """Passed and tried of each feature, as the test program tells."""
    environment = {**os.environ, "TCK_VERBOSE": "1", "CK_RUN_SUITE": "tck", "CK_FORK": "no", "CSPM_SHARED": str(shared),
                   "CSPM_QUERY_TESTS": str(ROOT / "tests" / "unit" / "query"), "CK_TAP_LOG_FILE_NAME": "-"}
    done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=600)
    counts = {m[3]: (int(m[1]), int(m[2])) for m in re.finditer(r"^# +(\d+) of +(\d+)  (\S+\.feature)$", done.stdout, re.M)}
    if not counts:
        sys.exit(f"{program} printed no counts:\n{done.stdout[-500:]}{done.stderr[-500:]}")
    return counts


def page(counts: dict[str, tuple[int, int]], vectors: collections.Counter) -> str:
    folders = collections.defaultdict(list)
    for feature in sorted(vectors, key=lambda f: (f.rsplit("/", 1)[0], [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", f)])):
        folders[feature.rsplit("/", 1)[0]].append(feature)
    lines = []
    for folder, features in folders.items():
        tried = sum(counts.get(f, (0, 0))[1] for f in features)
        lines.append(f"| **{folder}** | **{sum(vectors[f] for f in features)}** | **{sum(counts.get(f, (0, 0))[0] for f in features)}** "
                     f"| **{sum(vectors[f] for f in features) - tried}** |\n")
        for feature in features:
            passed, all_ = counts.get(feature, (0, 0))
            name = feature.rsplit("/", 1)[1].removesuffix(".feature")
            lines.append(f"| {name} | {vectors[feature]} | {passed} | {vectors[feature] - all_} |\n")
    passed, active, every = (sum(p for p, _ in counts.values()), sum(a for _, a in counts.values()), sum(vectors.values()))
    lines.append(f"| **all** | **{every}** | **{passed}** | **{every - active}** |\n")
    return HEAD.format(all=f"{every:,}", passed=f"{passed:,}", active=f"{active:,}", ignored=every - active) + "".join(lines)


def main() -> int:
    arguments = [a for a in sys.argv[1:] if a != "--check"]
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    if not pathlib.Path(arguments[0]).exists():
        print(f"{arguments[0]} is not built", file=sys.stderr)
        return 77
    shared = pathlib.Path(arguments[1] if len(arguments) > 1 else os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))
    if not (shared / "tck" / "tck.json").exists():
        print(f"the conformance vectors ({shared / 'tck' / 'tck.json'}) are not here", file=sys.stderr)
        return 77
    vectors = collections.Counter(s["feature"] for s in json.loads((shared / "tck" / "tck.json").read_text(encoding="utf-8")))
    counts = run(arguments[0], shared)
    text = page(counts, vectors)
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") == text:
            return 0
        print(f"{PAGE} is stale: run tools/conformance.py", file=sys.stderr)
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0 if all(p == a for p, a in counts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
