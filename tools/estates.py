#!/usr/bin/env python3
"""Load real exports and record what becomes of them: nodes, relationships, derived ones, attack paths, diagnostics by code.

usage: estates.py COMMAND DATA [--write PAGE | --check]

DATA is the folder with the reference data; nothing of it is part of this repository. --write replaces the table between the marks of PAGE; --check fails on a
diagnostic whose code is not explained on the page.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "doc" / "estates.md"
BEGIN, END = "<!-- estates -->", "<!-- end of estates -->"


def sets_of(data: pathlib.Path):
    """Name, and the inputs of each estate of the set."""
    labs = data / "aws-labs"

    def each(folder, *names):
        return [[p for n in names for p in sorted(lab.glob(n))] for lab in sorted(folder.iterdir()) if lab.is_dir()]

    account = ("gaad*.json", "inventory.json", "scps.json")
    yield "sample estate", [[ROOT / "examples" / "data" / "estate"]]
    yield "pathfinding labs, account", each(labs / "pathfinding-labs", *account)
    yield "pathfinding labs, Terraform state", each(labs / "pathfinding-labs", "tfstate.json")
    yield "pathfinding labs, Terraform plan", each(labs / "pathfinding-labs", "tfplan.json")
    yield "pathfinding labs, changed", each(labs / "pathfinding-labs-negative", *account)
    yield "iam-vulnerable", [[labs / "iam-vulnerable" / n for n in ("dev.gaad.json", "inventory.json")]]
    yield "iam-vulnerable, Config snapshot", [[labs / "iam-vulnerable" / "dev.config_snapshot.json"]]
    yield "CloudGoat", each(labs / "cloudgoat", *account)
    yield "cloudsplaining", [[p] for p in sorted((data / "cloudsplaining").rglob("*.json")) if "example.json" == p.name]
    yield "fixinventory, AWS", [[data / "fixinventory-aws" / "files"]]
    yield "batfish, AWS networks", [[p] for p in sorted((data / "batfish").rglob("aws_configs"))]
    yield "KubeHound", [[data / "kubehound" / "kubectl" / "all.json"]]
    yield "fixinventory, Kubernetes", [[data / "fixinventory-k8s"]]
    yield "Kubernetes Goat", [[data / "kubernetes-goat" / "kubectl-list.json"]]
    yield "Trivy reports", [[data / "trivy"]]
    yield "Grype reports", [[data / "grype"]]
    yield "Prowler findings", [[data / "prowler" / "output"]]
    yield "checkov's Terraform plans", [[data / "checkov-tfplan"]]


def analyse(command, inputs):
    done = subprocess.run([command, "analyze", "--format", "json", "--keep-going", "--top", "1", "--quiet", *map(str, inputs)], capture_output=True,
                          text=True, encoding="utf-8", timeout=600)
    if done.returncode not in (0, 4):
        return None, done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else f"exit {done.returncode}"
    return json.loads(done.stdout), None


def survey(command, data):
    for name, estates in sets_of(data):
        total, codes, failed = collections.Counter(), collections.Counter(), []
        for inputs in estates:
            inputs = [p for p in inputs if p.exists()]
            if not inputs:
                continue
            answer, fault = analyse(command, inputs)
            total["estates"] += 1
            if fault:
                failed.append(fault)
                continue
            for key in ("nodes", "edges", "derived_edges", "entry_points", "targets", "attack_paths"):
                total[key] += answer["summary"][key]
            for diagnostic in answer["diagnostics"]:
                codes[diagnostic["code"]] += 1
        if total["estates"]:
            yield name, total, codes, failed


def table(rows):
    lines = ["| estates | how many | nodes | relationships | derived | entry points | targets | attack paths | diagnostics |", "|---|--:|--:|--:|--:|--:|--:|--:|---|"]
    for name, total, codes, failed in rows:
        said = ", ".join(f"{code} {n}" for code, n in sorted(codes.items())) or "none"
        said += f"; {len(failed)} cannot be read" if failed else ""
        cells = [f"{total[k]:,}" for k in ("estates", "nodes", "edges", "derived_edges", "entry_points", "targets", "attack_paths")]
        lines.append(f"| {name} | {' | '.join(cells)} | {said} |")
    return "\n".join(lines)


def explained(page):
    return set(re.findall(r"^\| `([a-z-]+)` \|", page, re.M))


def main(argv):
    if len(argv) < 3:
        sys.exit(__doc__)
    rows = list(survey(argv[1], pathlib.Path(argv[2])))
    text = table(rows)
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else f"{BEGIN}\n{END}\n"
    strange = sorted({code for _, _, codes, _ in rows for code in codes} - explained(page))
    if "--write" in argv:
        head, rest = page.split(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    else:
        print(text)
    for name, _, _, failed in rows:
        for fault in failed:
            print(f"{name}: {fault}", file=sys.stderr)
    if strange:
        print("not explained on the page:", ", ".join(strange), file=sys.stderr)
    return bool(strange) if "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
