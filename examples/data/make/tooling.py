"""The platform account, where software is built, and the organisation both accounts belong to."""
from shapes import EVERYBODY, WHEN, Account, document, ec2_id, hexadecimal, statement, tags, text, trust

PRODUCTION = "111122223333"
ROOT = "999988887777"
GITHUB = "token.actions.githubusercontent.com"
allow = lambda action, resource, **more: statement("Allow", action, resource, **more)


def build():
    p = Account("444455556666", "saltmarsh-platform")
    p.vpc("tooling", "10.40.0.0/16")
    front = p.subnet("front", "10.40.1.0/24", public=True)
    p.routes("public", [front], gateway=p.network["igw"])
    p.acl("open", [front], (100, "allow", "-1", EVERYBODY, None, None), default=True)
    p.group("jenkins", (8080, EVERYBODY))
    p.group("cache", (443, EVERYBODY))

    runner = p.machine_role("BuildRunner", allow("sts:AssumeRole", [f"arn:aws:iam::{PRODUCTION}:role/DeployFromPlatform",
                                                                  f"arn:aws:iam::{PRODUCTION}:role/EmergencyAccess"]))
    p.machine("build-runner", front, "10.40.1.10", [p.network["jenkins"]], runner, "203.0.113.110", image=p.image("build-runner"), environment="platform")
    cache = p.machine_role("BuildCache", allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::saltmarsh-signing-keys", "arn:aws:s3:::saltmarsh-signing-keys/*"]))
    p.machine("build-cache", front, "10.40.1.20", [p.network["cache"]], cache, "203.0.113.120", image=p.image("build-cache"), environment="platform")

    p.answers["iam.list-open-id-connect-providers"] = {"OpenIDConnectProviderList": [{"Arn": p.iam("oidc-provider/" + GITHUB)}]}
    provider = {"Federated": p.iam("oidc-provider/" + GITHUB)}
    web = "sts:AssumeRoleWithWebIdentity"
    p.role("GithubDeploy", trust(provider, web, {"StringEquals": {GITHUB + ":aud": "sts.amazonaws.com"}}), attached=[p.administrator()])
    p.role("GithubRelease", trust(provider, web, {"StringEquals": {GITHUB + ":aud": "sts.amazonaws.com",
                                                                   GITHUB + ":sub": "repo:saltmarsh-ferries/booking:ref:refs/heads/main"}}),
           attached=[p.administrator()])

    p.bucket("saltmarsh-incidents-mirror", "internal", [allow("s3:GetObject", "arn:aws:s3:::saltmarsh-incidents-mirror/*", sid="Read", principal="*")], blocked=False)
    p.bucket("saltmarsh-signing-keys", "restricted")
    p.bucket("saltmarsh-build-logs")
    return p


def organisation():
    """Answers of the management account: who belongs together, and what the service control policies forbid."""
    accounts = [("saltmarsh-root", ROOT), ("saltmarsh-production", PRODUCTION), ("saltmarsh-platform", "444455556666")]
    root, production_unit, platform_unit = "r-salt", "ou-salt-production0", "ou-salt-platform00"
    account = lambda name, number: {"Id": number, "Arn": f"arn:aws:organizations::{ROOT}:account/o-saltmarsh00/{number}", "Email": f"{name}@example.com",
                                    "Name": name, "Status": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": WHEN}
    unit = lambda number, name: {"Id": number, "Arn": f"arn:aws:organizations::{ROOT}:ou/o-saltmarsh00/{number}", "Name": name}
    policies = {"p-FullAWSAccess": ("FullAWSAccess", document(allow("*", "*"))),
                "p-keepkeys0": ("KeepSigningKeys", document(statement("Deny", "s3:*", ["arn:aws:s3:::saltmarsh-signing-keys", "arn:aws:s3:::saltmarsh-signing-keys/*"],
                                                                      sid="NobodyReadsSigningKeys")))}
    target = lambda number, name, kind: {"TargetId": number, "Arn": f"arn:aws:organizations::{ROOT}:{kind.lower()}/o-saltmarsh00/{number}", "Name": name, "Type": kind}
    everywhere = [target(root, "Root", "ROOT"), target(production_unit, "Production", "ORGANIZATIONAL_UNIT"), target(platform_unit, "Platform", "ORGANIZATIONAL_UNIT")]
    everywhere += [target(number, name, "ACCOUNT") for name, number in accounts]
    return {
        "organizations.describe-organization": {"Organization": {
            "Id": "o-saltmarsh00", "Arn": f"arn:aws:organizations::{ROOT}:organization/o-saltmarsh00", "FeatureSet": "ALL", "MasterAccountId": ROOT,
            "MasterAccountArn": account(*accounts[0])["Arn"], "MasterAccountEmail": "saltmarsh-root@example.com"}},
        "organizations.list-roots": {"Roots": [{"Id": root, "Arn": f"arn:aws:organizations::{ROOT}:root/o-saltmarsh00/{root}", "Name": "Root",
                                                "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]},
        "organizations.list-accounts": {"Accounts": [account(*a) for a in accounts]},
        "organizations.list-organizational-units-for-parent": [{"ParentId": root, "OrganizationalUnits": [
            unit(production_unit, "Production"), unit(platform_unit, "Platform")]}],
        "organizations.list-accounts-for-parent": [{"ParentId": parent, "Accounts": [account(*a)]} for parent, a in zip((root, production_unit, platform_unit), accounts)],
        "organizations.describe-policy": [{"Policy": {"PolicySummary": {
            "Id": number, "Arn": f"arn:aws:organizations::{ROOT}:policy/o-saltmarsh00/service_control_policy/{number}", "Name": name, "Description": "",
            "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": number == "p-FullAWSAccess"}, "Content": text(value)}} for number, (name, value) in policies.items()],
        "organizations.list-targets-for-policy": [{"PolicyId": "p-FullAWSAccess", "Targets": everywhere}, {"PolicyId": "p-keepkeys0", "Targets": [everywhere[2]]}],
    }
