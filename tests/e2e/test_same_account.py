#!/usr/bin/env python3
"""One account read from several exports is one graph: authorization details, AWS Config snapshot, Terraform state and plan. TAP on stdout.

usage: test_same_account.py ROOT COMMAND
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
SHARED = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))
LABS = SHARED / "data" / "aws-labs"
IAM = {"AWSUser", "AWSRole", "AWSGroup", "AWSPolicy", "AWSPolicyStatement", "AWSInstanceProfile"}
OWN = {"AWSUser", "AWSRole", "AWSGroup", "AWSPolicy"}


def load(*inputs):
    done = subprocess.run([COMMAND, "export", "--format", "ndjson", "--no-builtin-rules", "--quiet", *map(str, inputs)], capture_output=True,
                          text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, f"{inputs}: exit {done.returncode}\n{done.stderr}"
    nodes, edges = {}, set()
    for line in done.stdout.splitlines():
        item = json.loads(line)
        if "node" in item:
            nodes[item["node"]["id"]] = item["node"]
        else:
            edge = item.get("relationship") or item["edge"]
            edges.add((edge["start"], edge["kind"], edge["end"]))
    return nodes, edges


def iam_of(graph):
    """Principals, policies and statements, without the documents of Amazon's own policies, which only authorization details carry."""
    nodes, edges = graph
    kept = {i for i, n in nodes.items() if IAM & set(n["kinds"]) and not i.startswith("arn:aws:iam::aws:policy/")}
    ties = {e for e in edges if e[0] in kept and e[2] in nodes and (e[2] in kept or e[1] == "POLICY")}
    return kept, {e for e in ties if not (e[1] == "STATEMENT" and e[0].startswith("arn:aws:iam::aws:policy/"))}


# ---- an account of the project's own ----

def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


READ = policy({"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"})
ADMIN = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
TRUST = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
               {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:user/team/ann"}})
ARN = "arn:aws:iam::111122223333:"
DETAILS = {
    "UserDetailList": [{"Path": "/team/", "UserName": "ann", "UserId": "AIDAANN", "Arn": ARN + "user/team/ann", "CreateDate": "2026-01-02T03:04:05Z",
                        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": READ}], "GroupList": ["ops"], "AttachedManagedPolicies": [],
                        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": ARN + "policy/limit"}}],
    "GroupDetailList": [{"Path": "/", "GroupName": "ops", "GroupId": "AGPAOPS", "Arn": ARN + "group/ops", "CreateDate": "2026-01-02T03:04:05Z",
                         "GroupPolicyList": [{"PolicyName": "in-group", "PolicyDocument": READ}],
                         "AttachedManagedPolicies": [{"PolicyName": "limit", "PolicyArn": ARN + "policy/limit"}]}],
    "RoleDetailList": [{"Path": "/", "RoleName": "job", "RoleId": "AROAJOB", "Arn": ARN + "role/job", "CreateDate": "2026-01-02T03:04:05Z",
                        "AssumeRolePolicyDocument": TRUST, "InstanceProfileList": [], "RolePolicyList": [],
                        "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
                                                    {"PolicyName": "limit", "PolicyArn": ARN + "policy/limit"}]}],
    "Policies": [{"PolicyName": "limit", "PolicyId": "ANPALIMIT", "Arn": ARN + "policy/limit", "Path": "/", "DefaultVersionId": "v1",
                  "PolicyVersionList": [{"Document": ADMIN, "VersionId": "v1", "IsDefaultVersion": True}]}],
}
LISTS = {"UserDetailList": ("AWS::IAM::User", "User"), "GroupDetailList": ("AWS::IAM::Group", "Group"),
         "RoleDetailList": ("AWS::IAM::Role", "Role"), "Policies": ("AWS::IAM::Policy", "Policy")}


def lower(value, key=""):
    """As AWS Config writes it: keys begin small, documents are URL-encoded."""
    if key in ("Document", "PolicyDocument", "AssumeRolePolicyDocument"):
        return urllib.parse.quote(json.dumps(value))
    if isinstance(value, dict):
        return {k[0].lower() + k[1:]: lower(v, k) for k, v in value.items()}
    return [lower(v) for v in value] if isinstance(value, list) else value


def config_snapshot():
    items = []
    for member, (kind, prefix) in LISTS.items():
        for item in DETAILS[member]:
            items.append({"configurationItemVersion": "1.3", "configurationItemStatus": "OK", "awsAccountId": "111122223333", "awsRegion": "global",
                          "resourceType": kind, "resourceId": item[prefix + "Id"], "ARN": item["Arn"], "tags": {}, "configuration": lower(item),
                          "supplementaryConfiguration": {}})
    return {"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": items}


def state():
    def resource(kind, called, **values):
        return {"address": f"{kind}.{called}", "mode": "managed", "type": kind, "name": called, "values": values}

    text = json.dumps
    return {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
        resource("aws_iam_policy", "limit", arn=ARN + "policy/limit", name="limit", path="/", policy=text(ADMIN), policy_id="ANPALIMIT"),
        resource("aws_iam_role_policy_attachment", "a", role="job", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
        resource("aws_iam_group_policy", "g", group="ops", name="in-group", policy=text(READ))],
        "child_modules": [{"address": "module.people", "resources": [
            resource("aws_iam_user", "ann", arn=ARN + "user/team/ann", name="ann", path="/team/", unique_id="AIDAANN",
                     permissions_boundary=ARN + "policy/limit"),
            resource("aws_iam_user_policy", "own", user="ann", name="own", policy=text(READ)),
            resource("aws_iam_user_group_membership", "m", user="ann", groups=["ops"]),
            resource("aws_iam_group", "ops", arn=ARN + "group/ops", name="ops", path="/", unique_id="AGPAOPS"),
            resource("aws_iam_role", "job", arn=ARN + "role/job", name="job", path="/", unique_id="AROAJOB", assume_role_policy=text(TRUST)),
            resource("aws_iam_policy_attachment", "all", name="all", roles=["job"], groups=["ops"], users=[], policy_arn=ARN + "policy/limit")]}]}}}


def test_three_exports_of_one_account(folder):
    graphs = {}
    for name, document in ("details", DETAILS), ("config", config_snapshot()), ("state", state()):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        graphs[name] = load(path)
    nodes, edges = iam_of(graphs["details"])
    assert len(nodes) >= 9 and len(edges) >= 11, (sorted(nodes), sorted(edges))
    for name in "config", "state":
        other_nodes, other_edges = iam_of(graphs[name])
        assert other_nodes == nodes, (name, sorted(other_nodes ^ nodes))
        assert other_edges == edges, (name, sorted(other_edges ^ edges))
    together = load(*(folder / f"{name}.json" for name in graphs))
    assert iam_of(together) == (nodes, edges)


def test_labs_state_is_the_account(folder):
    if not (LABS / "pathfinding-labs").is_dir():
        return "no reference data beside this checkout"
    count = 0
    for lab in sorted((LABS / "pathfinding-labs").iterdir()):
        if not (lab / "gaad.json").exists():
            continue
        account, _ = iam_of(load(lab / "gaad.json"))
        planned, _ = iam_of(load(lab / "tfstate.json"))
        # the emulator's own role is nobody's resource
        assert {i for i in account if not i.endswith(":role/moto")} == planned, (lab.name, sorted(account ^ planned))
        count += 1
    assert count >= 60, count


def test_config_snapshot_is_the_account(folder):
    snapshot, details = LABS / "iam-vulnerable" / "dev.config_snapshot.json", LABS / "iam-vulnerable" / "dev.gaad.json"
    if not snapshot.exists():
        return "no reference data beside this checkout"
    account, config = load(details), load(snapshot)
    nodes, edges = iam_of(account)
    assert iam_of(config)[0] == nodes, sorted(iam_of(config)[0] ^ nodes)
    assert edges <= iam_of(config)[1] | {e for e in edges if e[0].startswith("arn:aws:iam::aws:")}


def test_labs_plan_is_the_state(folder):
    """Users, roles, groups and policies of a plan are those of the state, where their names do not depend on what is known after apply."""
    if not (LABS / "pathfinding-labs").is_dir():
        return "no reference data beside this checkout"
    same = total = 0
    for lab in sorted((LABS / "pathfinding-labs").iterdir()):
        if not (lab / "tfplan.json").exists():
            continue
        own = {}
        for name in "tfplan", "tfstate":
            nodes, _ = load(lab / f"{name}.json")
            # what is only referred to is not counted; an inline policy is partial when its text is not known yet
            own[name] = {i for i, n in nodes.items() if OWN & set(n["kinds"]) and not i.startswith("arn:aws:iam::aws:") and
                         (not n["properties"].get("partial") or "/inline_policy/" in i or not i.startswith("arn:"))}
        plan = {(i.rsplit("/", 1)[-1] if i.startswith("arn:") else i) for i in own["tfplan"]}
        after = {i for i in own["tfplan"] if not i.startswith("arn:")}
        for node in own["tfstate"]:
            total += 1
            same += node in own["tfplan"] or node.rsplit("/", 1)[-1] in plan
        # nothing is planned that does not come to be
        assert len(own["tfplan"]) <= len(own["tfstate"]), (lab.name, sorted(own["tfplan"] - own["tfstate"]))
        assert all(i.startswith(("module.", "aws_", "data.")) for i in after), (lab.name, sorted(after))
    print(f"# {same} of {total} principals and policies of the states have their final id in the plan")
    assert same >= total * 0.9, (same, total)


def main():
    tests = [(n, f) for n, f in sorted(globals().items()) if n.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                skip = function(pathlib.Path(folder))
                print(f"ok {number} - {name}" + (f" # SKIP {skip}" if skip else ""))
            except Exception as problem:  # noqa: BLE001
                failed += 1
                print(f"not ok {number} - {name}")
                print("# " + f"{type(problem).__name__}: {problem}"[:3000].replace("\n", "\n# "))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
