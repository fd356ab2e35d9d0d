#!/usr/bin/env python3
"""Permissions of AWS on estates whose answers are known: who becomes administrator, who does not, and who reads what. TAP on stdout.

usage: test_aws_access.py ROOT COMMAND

The floors are what this library reached when they were written; doc/access.md says what is not reached and why.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
LABS = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared")) / "data" / "aws-labs"


def run(*arguments):
    return subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120)


def path(start, target, inputs):
    """The rules along the best path, [] when there is none."""
    done = run("path", start, target, *inputs, "--format", "json", "--top", "1", "--quiet")
    assert done.returncode in (0, 1), f"exit {done.returncode}: {done.args}\n{done.stderr[:400]}"
    if done.returncode == 1:
        return []
    steps = json.loads(done.stdout)["paths"][0]["steps"]
    return [evidence.get("rule") for step in steps for evidence in step["evidence"]] or ["itself"]


def rows(query, inputs):
    done = run("query", query, *inputs, "--format", "json", "--quiet")
    assert done.returncode == 0, done.stderr[:400]
    return json.loads(done.stdout)["rows"]


def inputs_of(folder):
    return [f for pattern in ("gaad*.json", "inventory*.json", "scps.json") for f in sorted(folder.glob(pattern))]


def buckets(inputs):
    names = [b["Name"] for f in inputs if f.name.startswith("inventory") for b in json.loads(f.read_text()).get("s3api.list-buckets", {}).get("Buckets", [])]
    return [f"arn:aws:s3:::{name}" for name in names]


def reach(expected, inputs):
    """Rules on the way to what the lab is about, [] when nothing is reached."""
    targets = ["label:Administrator"] if expected["target"] == "to-admin" else buckets(inputs)
    found = []
    for target in targets:
        found = found or path(expected["starting_principal"], target, inputs)
    return found


def each(function, items):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


def test_labs_are_reached():
    labs = sorted(p for p in (LABS / "pathfinding-labs").iterdir() if p.is_dir())
    results = each(lambda lab: (lab, json.loads((lab / "expected.json").read_text()), inputs_of(lab)), labs)
    found = each(lambda item: reach(item[1], item[2]), results)
    reached = [item for item, rules in zip(results, found) if rules]
    named = [1 for item, rules in zip(results, found) if item[1].get("pathfinding_cloud_id") in rules]
    missed = [item[0].name for item, rules in zip(results, found) if not rules]
    print(f"# {len(reached)} of {len(results)} labs are reached, {len(named)} by the rule of their name; not: {', '.join(missed)}")
    assert len(reached) >= len(results) - 5, missed
    assert len(named) >= 48, len(named)


def test_changed_labs_are_not():
    cases = sorted(p for p in (LABS / "pathfinding-labs-negative").iterdir() if p.is_dir())

    def wrong(case):
        expected = json.loads((case / "expected.json").read_text())
        base = LABS / "pathfinding-labs" / expected["based_on"]
        inputs = inputs_of(case) + [base / "inventory.json"]
        target = json.loads((base / "expected.json").read_text())["target"]
        return reach({**expected, "target": target}, inputs)

    found = each(wrong, cases)
    false = [(case.name, rules) for case, rules in zip(cases, found) if rules]
    print(f"# {len(cases) - len(false)} of {len(cases)} changed labs are not reached")
    assert not false, false


def test_iam_vulnerable():
    folder = LABS / "iam-vulnerable"
    principals = json.loads((folder / "dev.expected.json").read_text())["principals"]
    inputs = [folder / "dev.gaad.json", folder / "inventory.json"]
    known = [(arn, p["can_reach_admin"]) for arn, p in sorted(principals.items()) if p["can_reach_admin"] is not None]
    with tempfile.TemporaryDirectory() as scratch:
        snapshot = pathlib.Path(scratch) / "account.cspm"
        assert run("snapshot", *inputs, "-o", snapshot).returncode == 0
        found = each(lambda item: bool(path(item[0], "label:Administrator", [snapshot])), known)
    wrong = [(arn, expected) for (arn, expected), got in zip(known, found) if expected != got]
    print(f"# {len(known) - len(wrong)} of {len(known)} principals are told right")
    assert not wrong, wrong


def test_effective_administrators():
    folder = LABS / "pathfinding-labs" / "tool-testing--test-effective-permissions-evaluation"
    expected = json.loads((folder / "expected.json").read_text())["expected_is_admin"]
    # The answers of the API left boundaries of users out; the plan has them.
    inputs = [folder / "gaad.json", folder / "inventory.json", folder / "tfplan.json"]
    labelled = {row[0] for row in rows("MATCH (n:Administrator) WHERE n:AWSUser OR n:AWSRole RETURN n.arn", inputs)}
    leading = {row[0] for row in rows("MATCH (n)-[:ADMINISTERS]->(:AWSAccount) RETURN n.arn", inputs)}
    for arn, admin in expected.items():
        assert (arn in labelled) == admin, (arn, admin)
        assert (arn in leading) == admin, (arn, admin)


def test_evidence_names_the_statement():
    folder = LABS / "pathfinding-labs" / "privesc-self-escalation--to-admin--iam-007-iam-putuserpolicy"
    start = json.loads((folder / "expected.json").read_text())["starting_principal"]
    done = run("path", start, "label:Administrator", *inputs_of(folder), "--format", "json", "--quiet")
    evidence = json.loads(done.stdout)["paths"][0]["steps"][0]["evidence"][0]
    assert evidence["rule"] == "iam-007", evidence
    assert any("/statement/" in node for node in evidence["nodes"]), evidence
    assert "allowed by policy" in evidence["note"], evidence


def test_switching_a_rule_off():
    folder = LABS / "pathfinding-labs" / "privesc-self-escalation--to-admin--iam-007-iam-putuserpolicy"
    start = json.loads((folder / "expected.json").read_text())["starting_principal"]
    done = run("path", start, "label:Administrator", *inputs_of(folder), "--no-builtin-rules", "--quiet")
    assert done.returncode != 0, done.stdout


def main():
    tests = [(name, f) for name, f in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for i, (name, function) in enumerate(tests, 1):
        if not LABS.is_dir():
            print(f"ok {i} - {name} # SKIP no labs at {LABS}")
            continue
        try:
            function()
            print(f"ok {i} - {name}", flush=True)
        except Exception as problem:  # noqa: BLE001
            failed += 1
            print(f"not ok {i} - {name}\n# {type(problem).__name__}: {str(problem)[:1500]}", flush=True)
    return 1 if failed else 0


sys.exit(main())
