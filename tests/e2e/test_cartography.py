#!/usr/bin/env python3
"""Cartography's own expectations for AWS, through the command: its fixtures, wrapped as the answers of the API they were cut from, give the
nodes and relationships its integration tests look for. What cannot be compared is listed with the reason. TAP on stdout.

usage: test_cartography.py ROOT COMMAND [-v]
"""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
DATA = pathlib.Path(os.environ.get("CSPM_SHARED") or ROOT.parent / "shared") / "data" / "cartography" / "aws"
DEFAULT_ACCOUNT = "000000000000"  # of the fixtures that name none


# ---- fixtures as answers ----

def listed(operation, key):
    """A constant that is the list of items, or the answer around it."""
    return lambda value: {operation: value if isinstance(value, dict) and key in value else {key: value}}


def owned(kind, operation, members):
    """{owner's ARN: {policy: statements}} as one answer for each owner and policy."""
    def wrap(value):
        answers = []
        for owner, policies in value.items():
            name = {kind: owner.rsplit("/", 1)[-1]}
            answers += [{**name, **members(policy, statements)} for policy, statements in policies.items()]
        return {operation: answers}
    return wrap


def inline(kind, operation):
    return owned(kind, operation, lambda policy, statements: {"PolicyName": policy, "PolicyDocument": {"Statement": statements}})


def managed(kind, operation):
    def wrap(value):
        attached = owned(kind, operation, lambda policy, _: {"AttachedPolicies": [{"PolicyArn": policy}]})(value)
        versions = [{"PolicyArn": policy, "PolicyVersion": {"IsDefaultVersion": True, "Document": {"Statement": statements}}}
                    for policies in value.values() for policy, statements in policies.items()]
        return {**attached, "iam.get-policy-version": versions}
    return wrap


def memberships(value):
    return {"iam.get-group": [{"Group": {"Arn": group, "GroupName": group.rsplit("/", 1)[-1]},
                               "Users": [{"Arn": u, "UserName": u.rsplit("/", 1)[-1]} for u in users]} for group, users in value.items()]}


def per_parent(operation, key):
    return lambda value: {operation: [{"ParentId": parent, key: items} for parent, items in value.items()]}


def described_role(value):
    return {"iam.list-roles": {"Roles": [{"AssumeRolePolicyDocument": {"Statement": []}, **value}]}}


def single(operation, key):
    return lambda value: {operation: {key: value}}


WRAPS = {
    "iam.access_keys": {"GET_USER_ACCESS_KEYS_DATA": lambda v: {"iam.list-access-keys": [{"AccessKeyMetadata": keys} for keys in v.values()]}},
    "iam.account_summary": {"GET_ACCOUNT_SUMMARY_RESPONSE": single("iam.get-account-summary", "SummaryMap")},
    "iam.mfa_devices": {"LIST_MFA_DEVICES": listed("iam.list-mfa-devices", "MFADevices")},
    "iam.roles": {"ROLES": listed("iam.list-roles", "Roles")},
    "iam.instance_profiles": {"INSTANCE_PROFILES": listed("iam.list-instance-profiles", "InstanceProfiles")},
    "iam.group_policies": {
        "GET_GROUP_INLINE_POLS_SAMPLE": inline("GroupName", "iam.get-group-policy"),
        "GET_GROUP_MANAGED_POLICY_DATA": managed("GroupName", "iam.list-attached-group-policies"),
        "GET_GROUP_MEMBERSHIPS_DATA": memberships,
        "LIST_GROUPS_SAMPLE": listed("iam.list-groups", "Groups"),
    },
    "iam.role_policies": {
        "ANOTHER_GET_ROLE_LIST_DATASET": listed("iam.list-roles", "Roles"),
        "GET_ROLE_MANAGED_POLICY_DATA": managed("RoleName", "iam.list-attached-role-policies"),
    },
    "iam.role_inline_policies": {"GET_ROLE_INLINE_POLS_SAMPLE": inline("RoleName", "iam.get-role-policy")},
    "iam.user_policies": {
        "GET_USER_LIST_DATA": listed("iam.list-users", "Users"),
        "GET_USER_MANAGED_POLS_SAMPLE": managed("UserName", "iam.list-attached-user-policies"),
        "GET_ROLE_LIST_DATA": listed("iam.list-roles", "Roles"),
    },
    "iam.user_inline_policies": {"GET_USER_INLINE_POLS_SAMPLE": inline("UserName", "iam.get-user-policy")},
    "organizations": {
        "TEST_ORGANIZATION": single("organizations.describe-organization", "Organization"),
        "TEST_ORGANIZATION_ACCOUNTS": listed("organizations.list-accounts", "Accounts"),
        "TEST_ORGANIZATION_ROOTS": listed("organizations.list-roots", "Roots"),
        "TEST_ORGANIZATIONAL_UNITS": per_parent("organizations.list-organizational-units-for-parent", "OrganizationalUnits"),
        "TEST_ACCOUNTS_FOR_PARENT": per_parent("organizations.list-accounts-for-parent", "Accounts"),
    },
    "identitycenter": {
        "LIST_USERS": listed("identitystore.list-users", "Users"),
        "LIST_GROUPS": listed("identitystore.list-groups", "Groups"),
        "LIST_INSTANCES": listed("sso-admin.list-instances", "Instances"),
        "MOCK_AWS_ROLE_US_EAST_1": described_role,
        "MOCK_AWS_ROLE_US_WEST_2": described_role,
        "LIST_PERMISSION_SETS": lambda v: {"sso-admin.describe-permission-set": [{"PermissionSet": s} for s in v]},
    },
    "ec2.instances": {
        "DESCRIBE_INSTANCES": listed("ec2.describe-instances", "Reservations"),
        "INSTANCE_WITH_IAM_PROFILE": listed("ec2.describe-instances", "Reservations"),
    },
    "ec2.volumes": {"DESCRIBE_VOLUMES": listed("ec2.describe-volumes", "Volumes")},
    "ec2.network_interfaces": {"DESCRIBE_NETWORK_INTERFACES": listed("ec2.describe-network-interfaces", "NetworkInterfaces")},
    "ec2.subnets": {
        "DESCRIBE_SUBNETS": listed("ec2.describe-subnets", "Subnets"),
        "DESCRIBE_VPCS": listed("ec2.describe-vpcs", "Vpcs"),
    },
    "ec2.vpcs": {"TEST_VPCS": listed("ec2.describe-vpcs", "Vpcs")},
    "ec2.vpc_peerings": {"DESCRIBE_VPC_PEERINGS": listed("ec2.describe-vpc-peering-connections", "VpcPeeringConnections")},
    "ec2.security_groups": {"DESCRIBE_SGS": listed("ec2.describe-security-groups", "SecurityGroups")},
    "ec2.internet_gateways": {"TEST_INTERNET_GATEWAYS": listed("ec2.describe-internet-gateways", "InternetGateways")},
    "ec2.route_tables": {"DESCRIBE_ROUTE_TABLES": listed("ec2.describe-route-tables", "RouteTables")},
    "ec2.vpc_endpoints": {"DESCRIBE_VPC_ENDPOINTS": listed("ec2.describe-vpc-endpoints", "VpcEndpoints")},
    "ec2.network_acls.network_acls": {"DESCRIBE_NETWORK_ACLS": listed("ec2.describe-network-acls", "NetworkAcls")},
    "ec2.network_acls.instances": {"INSTANCES_FOR_ACL_TEST": listed("ec2.describe-instances", "Reservations")},
    "ec2.network_acls.subnets": {"DESCRIBE_SUBNETS_FOR_ACL_TEST": listed("ec2.describe-subnets", "Subnets")},
    "ec2.network_acls.vpcs": {"DESCRIBE_VPCS_FOR_ACL_TEST": listed("ec2.describe-vpcs", "Vpcs")},
}

# Test files whose fixtures are wrapped above. The others' fixtures are values its getters had reworked, or of services without a table.
COVERED = ["iam/test_iam_account_summary", "iam/test_iam_mfa_devices", "iam/test_iam_sync", "test_iam_instance_profiles",
           "test_organizations", "test_identitycenter", "ec2/test_ec2_network_acls", "ec2/test_ec2_network_interfaces", "ec2/test_ec2_volumes"]
# (test file, test or "", label, relationship or attribute, or ""): why the check says nothing here.
LATER = "the state after a second synchronisation, with fixtures the test changes in place"
UNCOLLECTED = "what it refers to is in fixtures that were not collected"
NOT_COMPARABLE = [
    ("iam/test_iam_sync", "", "AWSGroup", "MEMBER_AWS_GROUP", UNCOLLECTED),
    ("iam/test_iam_sync", "", "AWSGroup", "MEMBER_OF", UNCOLLECTED),
    ("iam/test_iam_sync", "", "AWSAccount", "RESOURCE", UNCOLLECTED),
    ("test_iam_instance_profiles", "", "AWSEC2Instance", "ASSUMES", "a second name of STS_ASSUMEROLE_ALLOW"),
    ("test_organizations", "test_sync_aws_accounts", "AWSAccount", "name", "names out of Cartography's configuration"),
    ("test_organizations", "test_sync_aws_accounts_removes_stale_foreign_flag", "AWSAccount", "", LATER),
    ("test_organizations", "test_sync_aws_organization_hierarchy", "AWSAccount", "_ont_status", "a property of Cartography's ontology"),
    ("test_organizations", "test_sync_aws_organization_hierarchy", "AWSOrganizationRoot", "RESOURCE",
     "the root owns nested units there; here a unit belongs to its parent alone"),
    ("test_organizations", "test_sync_aws_organization_scopes_root_and_ou_ids_by_organization", "AWSOrganizationRoot", "", LATER),
    ("test_organizations", "test_sync_aws_organization_scopes_root_and_ou_ids_by_organization", "AWSOrganizationalUnit", "", LATER),
    ("test_organizations", "test_sync_aws_organization_moves_account_between_parents", "AWSAccount", "", LATER),
    ("test_organizations", "test_sync_aws_organization_cleans_deleted_ous_without_deleting_accounts", "AWSAccount", "", LATER),
    ("test_organizations", "test_sync_aws_organization_cleanup_preserves_configured_account_scope", "AWSAccount", "", LATER),
    ("test_organizations", "test_sync_aws_organization_cleans_ous_before_stale_roots", "AWSOrganizationRoot", "", LATER),
    ("test_identitycenter", "test_link_sso_group_to_permission_set", "AWSSSOGroup", "", "assignments made up inside the test"),
    ("test_identitycenter", "test_group_allowed_by_role", "AWSRole", "", "assignments made up inside the test"),
    ("ec2/test_ec2_network_interfaces", "", "AWSNetworkInterface", "attach_time", "times are RFC 3339 here"),
    ("ec2/test_ec2_volumes", "test_sync_ebs_volumes_e2e", "AWSEBSVolume", "encrypted", "volumes known from instances alone"),
]


# ---- running ----

def same_accounts(text):
    """The fixtures' short account numbers become twelve digits: nothing shorter is an account."""
    text = re.sub(r"(?<=:)1234567890(?=:)", "001234567890", text)
    return re.sub(r'(?<=[:"])1234(?=[:"/])', "000000001234", text)


@functools.lru_cache(maxsize=None)
def fixture(module):
    path = DATA / "fixtures" / f"{module}.json"
    return json.loads(same_accounts(path.read_text())) if path.exists() else {}


def inventory(modules):
    answers = {}
    for module in modules:
        for constant, wrap in WRAPS.get(module, {}).items():
            value = fixture(module).get(constant)
            if value is None:
                continue
            for operation, answer in wrap(value).items():
                answers.setdefault(operation, []).extend(answer if isinstance(answer, list) else [answer])
    return answers


def account_of(checks):
    found = re.search(r'"(\d{12})"|:(\d{12}):', json.dumps(checks))
    return (found.group(1) or found.group(2)) if found else DEFAULT_ACCOUNT


def region_of(checks):
    found = re.search(r":([a-z]{2}-[a-z]+-\d):", json.dumps(checks))
    return found.group(1) if found else "us-east-1"


def rows(query, path):
    done = subprocess.run([COMMAND, "query", query, str(path), "--format", "json", "--quiet"], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()[:400]
    return [tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in json.loads(done.stdout)["rows"]]


def missing(check, path):
    expected = {tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in check["expected"]}
    if check["kind"] == "nodes":
        query = f"MATCH (n:{check['label']}) RETURN " + ", ".join(f"n.{a}" for a in check["attrs"])
    else:
        left, right = ("<-", "-") if check["direction"] == "<-" else ("-", "->")
        query = (f"MATCH (a:{check['from_label']}){left}[:{check['rel']}]{right}(b:{check['to_label']}) "
                 f"RETURN a.{check['from_attr']}, b.{check['to_attr']}")
    return sorted(expected - set(rows(query, path)), key=repr)


def excuse(name, test, check, used):
    for entry in NOT_COMPARABLE:
        where, which, label, what, why = entry
        labels = [check.get("label"), check.get("from_label"), check.get("to_label")]
        if name == where and which in ("", test) and label in labels and what in ("", check.get("rel"), *check.get("attrs", [])):
            used.add(entry)
            return why
    return None


def run_file(name, entry, folder):
    entry = json.loads(same_accounts(json.dumps(entry)))
    modules = sorted({m.split("tests.data.aws.", 1)[-1] for m in entry["fixture_modules"]} & set(WRAPS))
    account = account_of([t["checks"] for t in entry["tests"]])
    path = pathlib.Path(folder) / account / region_of([t["checks"] for t in entry["tests"]]) / (name.replace("/", "-") + ".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(inventory(modules) or {"iam.list-users": {"Users": []}}))
    good, excused, bad, used = 0, [], [], set()
    for test in entry["tests"]:
        for check in test["checks"]:
            lacking = missing(check, path)
            if not lacking:
                good += 1
            elif why := excuse(name, test["test"], check, used):
                excused.append(why)
            else:
                bad.append(f"{test['test']}: {check.get('label') or check['from_label'] + ' ' + check['rel'] + ' ' + check['to_label']}"
                           f" {check.get('attrs', '')}: lacks {lacking[:3]}")
    bad += [f"an excuse that is not needed: {e}" for e in NOT_COMPARABLE if e[0] == name and e not in used]
    return good, excused, bad


def main():
    if not (DATA / "expected.json").exists():
        print("1..0 # SKIP the collected data are not on this machine")
        return 0
    expected = {k.split("intel/aws/", 1)[-1].removesuffix(".py"): v for k, v in json.loads((DATA / "expected.json").read_text()).items()}
    names = list(expected) if "-v" in sys.argv else COVERED
    failed = 0
    print(f"1..{len(names)}")
    with tempfile.TemporaryDirectory() as folder:
        for i, name in enumerate(names, 1):
            good, excused, bad = run_file(name, expected[name], folder)
            failed += bool(bad)
            print(f"{'not ok' if bad else 'ok'} {i} - {name}: {good} checks hold, {len(excused)} are not comparable")
            for line in bad:
                print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
