#!/usr/bin/env python3
"""Prowler's own attack path queries, unchanged, on labs whose technique they are about: each returns the principal the attack starts from. TAP on stdout.

usage: test_prowler.py ROOT COMMAND
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
SHARED = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))
LABS = SHARED / "data" / "aws-labs" / "pathfinding-labs"
CORPUS = SHARED / "queries" / "prowler.json"
PAGE = ROOT / "doc" / "query-language.md"

# The lab and the query number different techniques alike; the second is what Prowler numbers the lab's technique.
NUMBERED_OTHERWISE = {"ec2-003": "ec2instanceconnect-003", "ec2-004": "ec2-003"}
# The principal assumes a role first and the role has the permission. The query asks for who has it, and returns the role.
THROUGH_A_ROLE = {
    "privesc-one-hop--to-bucket--iam-012-iam-updateassumerolepolicy",
    "privesc-self-escalation--to-admin--iam-001-iam-createpolicyversion",
    "privesc-self-escalation--to-admin--iam-009-iam-attachrolepolicy",
    "privesc-self-escalation--to-bucket--iam-005-iam-putrolepolicy",
    "privesc-self-escalation--to-bucket--iam-009-iam-attachrolepolicy",
}


def queries() -> dict[str, list[dict]]:
    """Those that stand for a technique, by its number: "Lambda Function Code Injection (LAMBDA-003)"."""
    found = {}
    for query in json.loads(CORPUS.read_text(encoding="utf-8")):
        number = re.search(r"\(([A-Z0-9]+-[0-9]{3})\b", query["title"])
        if number:
            found.setdefault(number[1].lower(), []).append(query)
    return found


def answer(lab: pathlib.Path, expected: dict, query: dict) -> str:
    account = expected["starting_principal"].split(":")[4]
    flags = [f for name in sorted(set(re.findall(r"\$([A-Za-z_]+)", query["query"]))) for f in ("--param", f'{name}="{account}"')]
    inputs = [f for pattern in ("gaad*.json", "inventory*.json") for f in sorted(lab.glob(pattern))]
    done = subprocess.run([COMMAND, "query", query["query"], *map(str, inputs), "--format", "ndjson", "--quiet", *flags],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{lab.name}, {query['id']}: exit {done.returncode}\n{done.stderr}"
    return done.stdout


def returns_start(lab: pathlib.Path, expected: dict, query: dict) -> bool:
    return json.dumps(expected["starting_principal"]) in answer(lab, expected, query)


def roles_of(lab: pathlib.Path, principal: str) -> list[str]:
    """Roles whose trust policy names it."""
    roles = [r for file in lab.glob("gaad*.json") for r in json.loads(file.read_text(encoding="utf-8"))["RoleDetailList"]]
    return [r["Arn"] for r in roles if json.dumps(principal) in json.dumps(r["AssumeRolePolicyDocument"])]


def cases():
    known = queries()
    for file in sorted(LABS.glob("*/expected.json")):
        expected = json.loads(file.read_text(encoding="utf-8"))
        for query in known.get(expected["pathfinding_cloud_id"], []):
            yield file.parent, expected, query


def each(function, items: list) -> list:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda item: function(*item), items))


def test_the_start_is_returned(folder):
    if not LABS.exists() or not CORPUS.exists():
        return "the labs and the corpora (shared/data, shared/queries) are not here"
    items = list(cases())
    labs = {lab.name for lab, _, _ in items}
    assert len(labs) >= 54 and len(items) >= 93, (len(labs), len(items))
    for (lab, expected, query), found in zip(items, each(returns_start, items)):
        other = expected["pathfinding_cloud_id"] in NUMBERED_OTHERWISE or lab.name in THROUGH_A_ROLE
        assert found != other, f"{lab.name}: {query['id']} {'returns' if found else 'does not return'} {expected['starting_principal']}"
    return None


def test_what_is_numbered_otherwise_is_found_by_the_right_query(folder):
    if not LABS.exists() or not CORPUS.exists():
        return "the labs and the corpora (shared/data, shared/queries) are not here"
    known, seen = queries(), set()
    for lab, expected, _ in cases():
        right = NUMBERED_OTHERWISE.get(expected["pathfinding_cloud_id"])
        if right and lab.name not in seen:
            seen.add(lab.name)
            for query in known[right]:
                assert returns_start(lab, expected, query), f"{lab.name}: {query['id']}"
    assert len(seen) == len(NUMBERED_OTHERWISE), seen
    return None


def test_the_role_in_between_is_returned(folder):
    if not LABS.exists() or not CORPUS.exists():
        return "the labs and the corpora (shared/data, shared/queries) are not here"
    seen = set()
    for lab, expected, query in cases():
        if lab.name in THROUGH_A_ROLE:
            seen.add(lab.name)
            text = answer(lab, expected, query)
            assert any(json.dumps(role) in text for role in roles_of(lab, expected["starting_principal"])), f"{lab.name}: {query['id']}"
    assert seen == THROUGH_A_ROLE, THROUGH_A_ROLE - seen
    return None


def test_the_page_names_the_exceptions(folder):
    text = PAGE.read_text(encoding="utf-8")
    for lab in THROUGH_A_ROLE:
        assert f"`{lab}`" in text, f"{PAGE.name} lacks {lab}"
    for lab, right in NUMBERED_OTHERWISE.items():
        assert f"| `{lab}` | `{right.upper()}` |" in text, f"{PAGE.name} lacks {lab}"


def main() -> int:
    tests = [(name, value) for name, value in sorted(globals().items()) if name.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                skipped = test(pathlib.Path(folder))
                print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""))
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}")
                for line in traceback.format_exc().splitlines():
                    print(f"# {line}")
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
