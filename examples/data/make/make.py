#!/usr/bin/env python3
"""Write examples/data/estate and examples/data/risk: the clouds of Saltmarsh Ferries, a company that does not exist, as their own tools would have
exported them. Run it again and the same bytes come out. What is planted, and what only looks like it, stands in estate/EXPECTED.md.
"""
import json
import os
import shutil

import cluster
import plants
import production
import risk
import scans
import tooling
from shapes import REGION, write

DATA = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ESTATE = os.path.join(DATA, "estate")
KEEP = {"EXPECTED.md"}


def fresh(folder):
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif name not in KEEP:
            os.remove(path)


def command_answers(folder, account):
    """One file a command, by region. Answers that name no resource are asked for many at once: {"service.command": [answers]}."""
    here = os.path.join(folder, REGION)
    write(os.path.join(folder, "iam", "get-account-authorization-details.json"), account.gaad())
    for key, members, name in (("list-access-keys", account.key_metadata, "AccessKeyMetadata"), ("list-mfa-devices", account.mfa_devices, "MFADevices")):
        if members:
            write(os.path.join(folder, "iam", key + ".json"), {name: members})
    for profile in account.login_profiles:
        write(os.path.join(folder, "iam", "get-login-profile", profile["UserName"] + ".json"), {"LoginProfile": profile})
    write(os.path.join(folder, "s3.json"), account.s3())
    for data in account.user_data:
        write(os.path.join(here, "ec2", "describe-instance-attribute", data["InstanceId"] + ".json"), data)
    for operation, answer in {**account.ec2(), **account.answers}.items():
        service, command = operation.split(".")
        at = folder if service == "iam" else here
        if isinstance(answer, list):
            write(os.path.join(at, service, command + ".json"), {"sts.get-caller-identity": account.caller(), operation: answer})
        else:
            write(os.path.join(at, service, command + ".json"), answer)


def inventory(account):
    """The same in one file, as collectors write it."""
    answers = {**account.s3(), **account.ec2(), **account.answers}
    for key, members, name in (("iam.list-access-keys", account.key_metadata, "AccessKeyMetadata"),):
        if members:
            answers[key] = {name: members}
    return {key: answers[key] for key in sorted(answers)}


def main():
    fresh(ESTATE)
    fresh(os.path.join(DATA, "risk"))
    first, second = production.build(), tooling.build()
    command_answers(os.path.join(ESTATE, first.number), first)
    write(os.path.join(ESTATE, second.number, "gaad.json"), second.gaad())
    write(os.path.join(ESTATE, second.number, REGION, "inventory.json"), inventory(second))
    write(os.path.join(ESTATE, "organization.json"), tooling.organisation())
    for name, listed in cluster.lists().items():
        write(os.path.join(ESTATE, "ferries", name + ".json"), listed)
    for name, report in scans.reports().items():
        write(os.path.join(ESTATE, "scans", name + ".json"), report)
    write(os.path.join(ESTATE, "scans", "known-exploited.json"), scans.kev(scans.KNOWN))
    with open(os.path.join(ESTATE, "scans", "epss.csv"), "w", encoding="utf-8", newline="\n") as out:
        out.write(scans.epss(scans.KNOWN))
    for name, (account, findings) in risk.estates().items():
        folder = os.path.join(DATA, "risk", name)
        write(os.path.join(folder, account.number, "gaad.json"), account.gaad())
        write(os.path.join(folder, account.number, REGION, "inventory.json"), inventory(account))
        write(os.path.join(folder, "findings.json"), findings)
        write(os.path.join(folder, "known-exploited.json"), scans.kev([risk.CVE]))
    write(os.path.join(ESTATE, "expected.json"), plants.expected())
    files = sum(len(names) for _, _, names in os.walk(ESTATE))
    size = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(ESTATE) for name in names)
    print(json.dumps({"files": files, "bytes": size}))


if __name__ == "__main__":
    main()
