#!/usr/bin/env python3
"""Networks of exports: what the internet reaches in the sample estate and in the labs, and what it does not. TAP on stdout.

usage: test_network.py ROOT COMMAND
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
SHARED = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared"))
ESTATE = ROOT / "examples" / "data" / "estate"
LABS = SHARED / "data" / "aws-labs"
REACHED = ("MATCH (i:Internet)-[r:CAN_ACCESS]->(n) "
           "RETURN coalesce(n.name, n.id) AS name, n.internetExposure, n.exposedPorts, n.partial ORDER BY name")


class Skip(Exception):
    pass


def rows(query, *inputs):
    done = subprocess.run([COMMAND, "query", query, *map(str, inputs), "--format", "json", "--quiet"],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[:500]}"
    return json.loads(done.stdout)["rows"]


def lab(*parts):
    folder = LABS.joinpath(*parts)
    if not folder.exists():
        raise Skip(f"{folder} is not there")
    return folder


def test_estate(folder):
    found = {name: (exposure, ports) for name, exposure, ports, _ in rows(REACHED, ESTATE)}
    for name in ("web-booking", "wiki", "event-broker", "fares-loader", "batch-control", "build-runner", "refund-status", "checkout",
                 "loyalty"):
        assert found.get(name, [None])[0] == "wide", f"{name}: {found.get(name)}"
    assert found["harbour-portal"][0] == "range", found["harbour-portal"]
    for name in ("legacy-schedule", "wiki-restore", "crew-db", "crew-db-standby", "refund-status-agents", "backoffice", "loyalty-test",
                 "loyalty-reports"):
        assert name not in found, f"{name} is reached"


def test_inside_the_estate(folder):
    pairs = rows("MATCH (a:AWSEC2Instance)-[:CAN_CONNECT]->(b:AWSEC2Instance) WHERE a.name = 'event-broker' RETURN b.name", ESTATE)
    names = {name for name, in pairs}
    assert "crew-db" in names and "crew-db-standby" not in names, names


def test_same_bytes_in_any_order(folder):
    """Files under other names, and so in another order, say the same."""
    services = ("ec2", "elbv2", "lambda", "rds")
    files = sorted(p for p in ESTATE.rglob("*.json") if "111122223333" in p.parts and p.parent.name in services)
    for i, path in enumerate(files):
        target = folder / "copy" / path.parent.name / f"{len(files) - i:03d}-{path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    query = "MATCH (a)-[r:CAN_ACCESS|CAN_CONNECT]->(b) RETURN a.id AS a, type(r) AS kind, b.id AS b, b.exposedPorts ORDER BY a, kind, b"
    plain = rows(query, *sorted({p.parent for p in files}))
    assert plain and plain == rows(query, folder / "copy")


def test_labs(folder):
    """Every exposed machine of a CloudGoat scenario is open to the player's own address, and to nobody else."""
    wanted = {"cloud_breach_s3": {"tcp/22", "tcp/80"}, "data_secrets": {"tcp/22"}, "sqs_flag_shop": {"tcp/22", "tcp/5000"},
              "rds_snapshot": {"tcp/22"}, "iam_privesc_by_attachment": {"tcp/22", "tcp/80", "tcp/443"}}
    for name, ports in wanted.items():
        found = rows(REACHED, lab("cloudgoat", name, "inventory.json"))
        assert len(found) == 1 and found[0][1] == "range" and set(found[0][2]) == ports, f"{name}: {found}"
    found = {row[0]: row for row in rows(REACHED, lab("cloudgoat", "rce_web_app", "inventory.json"))}
    balancer = next(row for name, row in found.items() if "lb" in name)
    assert balancer[3] is True, "the scheme of the balancer is not in the export: only possible"


def test_public_function(folder):
    """The lab whose start is the internet: its function answers everybody."""
    base = lab("pathfinding-labs", "cspm-toxic-combo--public-lambda-with-admin")
    found = rows(REACHED, base)
    assert [row[:2] for row in found] == [["hello-world-admin", "wide"]], found


def test_dropping_evidence_never_makes_it_safe(folder):
    """Whatever answer is left out of an export, what was reached is still reached, for certain or possibly."""
    whole = json.loads(lab("cloudgoat", "cloud_breach_s3", "inventory.json").read_text())
    machine = rows(REACHED, LABS / "cloudgoat" / "cloud_breach_s3" / "inventory.json")[0][0]
    unsure = ("security-groups", "route-tables", "network-acls")
    for answer in (*unsure, "internet-gateways", "subnets", "vpcs", "network-interfaces"):
        key = f"ec2.describe-{answer}"
        part = folder / f"without-{key}.json"
        part.write_text(json.dumps({k: v for k, v in whole.items() if k != key}))
        found = {row[0]: row for row in rows(REACHED, part)}
        assert machine in found, f"without {key} it is safe"
        if answer in unsure:
            assert found[machine][3] is True, f"without {key} it is certain: {found[machine]}"


def test_paths_that_start_perhaps(folder):
    """An entry that is only possibly reached makes a conditional path, which --conditional exclude leaves out."""
    group = {"GroupId": "sg-1", "GroupName": "web"}
    machine = {"InstanceId": "i-0123456789abcdef0", "State": {"Name": "running"}, "PrivateIpAddress": "10.0.0.5",
               "PublicIpAddress": "54.1.2.3", "SubnetId": "subnet-1", "VpcId": "vpc-1", "SecurityGroups": [group]}
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    (folder / "aws.json").write_text(json.dumps({
        "ec2.describe-instances": {"Reservations": [{"ReservationId": "r-1", "OwnerId": "111122223333", "Instances": [machine]}]},
        "ec2.describe-security-groups": {"SecurityGroups": [{**group, "VpcId": "vpc-1", "OwnerId": "111122223333",
                                                             "IpPermissions": [rule]}]}}))
    (folder / "cve.json").write_text(json.dumps({"graph": {
        "nodes": [{"id": machine["InstanceId"], "kinds": ["AWSEC2Instance"]},
                  {"id": "CVE-2099-1", "kinds": ["CVE"], "properties": {"cvss": 9.8, "remote_code_execution": True}}],
        "edges": [{"kind": "AFFECTS", "start": {"value": "CVE-2099-1"}, "end": {"value": machine["InstanceId"]}}]}}))
    paths = []
    for flags in ([], ["--conditional", "exclude"]):
        done = subprocess.run([COMMAND, "analyze", "--quiet", "--format", "json", *flags, str(folder)],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[:500]
        paths.append(json.loads(done.stdout)["attack_paths"])
    (path,), rest = paths
    assert path["conditional"] and path["steps"][0]["conditional"] and rest == []
    notes = [e["note"] for e in path["steps"][0]["evidence"] if e.get("note")]
    assert notes == ["tcp/443 from 0.0.0.0/0 (possible: its subnet is not in the export)"], notes


def test_steps_that_rest_on_what_is_missing(folder):
    """Without a network ACL in the export an exploit from subnet to subnet is conditional; within a subnet it is not."""
    def machine(number, subnet):
        return {"InstanceId": f"i-{number:017x}", "State": {"Name": "running"}, "PrivateIpAddress": f"10.0.{subnet}.{number}",
                "SubnetId": f"subnet-{subnet}", "VpcId": "vpc-1", "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "all"}]}
    rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    (folder / "aws.json").write_text(json.dumps({
        "ec2.describe-vpcs": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}]},
        "ec2.describe-subnets": {"Subnets": [{"SubnetId": f"subnet-{s}", "VpcId": "vpc-1", "CidrBlock": f"10.0.{s}.0/24",
                                              "OwnerId": "111122223333"} for s in (1, 2)]},
        "ec2.describe-instances": {"Reservations": [{"ReservationId": "r-1", "OwnerId": "111122223333",
                                                     "Instances": [machine(5, 1), machine(6, 1), machine(7, 2)]}]},
        "ec2.describe-security-groups": {"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "all", "VpcId": "vpc-1",
                                                             "OwnerId": "111122223333", "IpPermissions": [rule],
                                                             "IpPermissionsEgress": [rule]}]}}))
    ids = [f"i-{n:017x}" for n in (5, 6, 7)]
    (folder / "cve.json").write_text(json.dumps({"graph": {
        "nodes": [{"id": ids[0], "kinds": ["AWSEC2Instance"], "properties": {"compromised": True}}]
                 + [{"id": i, "kinds": ["AWSEC2Instance"], "properties": {"criticality": "critical"}} for i in ids[1:]]
                 + [{"id": "CVE-2099-1", "kinds": ["CVE"], "properties": {"cvss": 9.8, "remote_code_execution": True}}],
        "edges": [{"kind": "AFFECTS", "start": {"value": "CVE-2099-1"}, "end": {"value": i}} for i in ids[1:]]}}))
    done = subprocess.run([COMMAND, "analyze", "--quiet", "--format", "json", str(folder)],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[:500]
    paths = json.loads(done.stdout)["attack_paths"]
    steps = {(s["from"], s["to"]): s["conditional"] for p in paths for s in p["steps"] if s["kind"] == "EXPLOITS"}
    assert steps.get((ids[0], ids[1])) is False and steps.get((ids[0], ids[2])) is True, steps


def main() -> int:
    tests = [(name, function) for name, function in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(pathlib.Path(folder))
                print(f"ok {number} - {name}")
            except Skip as reason:
                print(f"ok {number} - {name} # SKIP {reason}")
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}")
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
