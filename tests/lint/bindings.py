#!/usr/bin/env python3
"""Every public function has its face in every language: maps of exported symbols, headers and bindings name the same functions.

usage: bindings.py ROOT

Python: cspmgraph/_bindings.py is what its generator writes from the headers, and the package uses every function it binds. Go, where it is there: the
package calls every function of the core. A function that a language has no use for stands in EXEMPT with the reason.
"""
import pathlib
import re
import subprocess
import sys

EXEMPT = {
    "python": {name: reason for reason, names in {
        "objects are counted by Python's own references": ("analysis_ref", "batch_ref", "context_ref", "query_ref", "ruleset_ref"),
        "libraries layered on this one are written in C": ("error_new",),
    }.items() for name in names},
    "go": {},
}


def exported(path: pathlib.Path) -> set[str]:
    return set(re.findall(r"^\s*cspm_([a-z0-9_]+);", path.read_text(encoding="utf-8"), flags=re.M))


def used(folder: pathlib.Path, pattern: str, expression: str, *leave_out: str) -> set[str]:
    found: set[str] = set()
    for path in folder.rglob(pattern):
        if path.name not in leave_out and not path.name.endswith("_test.go"):
            found |= set(re.findall(expression, path.read_text(encoding="utf-8")))
    return found


def missing(language: str, wanted: set[str], have: set[str]) -> list[str]:
    problems = [f"{language}: cspm_{name} is not used; give it a face, or a reason in tests/lint/bindings.py" for name in sorted(wanted - have - set(EXEMPT[language]))]
    return problems + [f"{language}: cspm_{name} is exempt, but used or gone" for name in sorted(set(EXEMPT[language]) - (wanted - have))]


def python(root: pathlib.Path, core: set[str], metrics: set[str]) -> list[str]:
    package = root / "bindings/python/cspmgraph"
    text = (package / "_bindings.py").read_text(encoding="utf-8")
    bound = set(re.findall(r'^    "cspm_([a-z0-9_]+)": ', text, flags=re.M))
    problems = [f"python: cspm_{name} is bound or exported, not both" for name in sorted(bound ^ (core | metrics))]
    run = subprocess.run([sys.executable, str(root / "bindings/python/tools/generate.py"), str(root / "include")], capture_output=True, text=True)
    if run.returncode:
        problems.append(f"python: the generator fails: {run.stderr.strip().splitlines()[-1]}")
    elif run.stdout != text:
        problems.append("python: run bindings/python/tools/generate.py include -o bindings/python/cspmgraph/_bindings.py")
    return problems + missing("python", core | metrics, used(package, "*.py", r"\.cspm_([a-z0-9_]+)", "_bindings.py"))


def main() -> int:
    root = pathlib.Path(sys.argv[1]).resolve()
    core, metrics = exported(root / "lib/cspmgraph.map"), exported(root / "lib-metrics/cspmgraph-metrics.map")
    languages = []
    problems = []
    if (root / "bindings/python").exists():
        languages.append("Python")
        problems += python(root, core, metrics)
    if (root / "bindings/go/go.mod").exists():
        languages.append("Go")
        problems += missing("go", core, used(root / "bindings/go", "*.[gch]*", r"\bcspm_([a-z0-9_]+)\("))
    print("\n".join(problems) or f"bindings: {' and '.join(languages)} name all {len(core | metrics)} functions")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
