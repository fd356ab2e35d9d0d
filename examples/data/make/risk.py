"""Small estates that show how risk is ranked: one machine three times, and one vulnerability on forty machines."""
from scans import ocsf
from shapes import EVERYBODY, Account, statement

CVE = "CVE-2021-44228"
ACCOUNT = "111122223333"
allow = lambda action, resource: statement("Allow", action, resource)
bucket = lambda name: ["arn:aws:s3:::" + name, f"arn:aws:s3:::{name}/*"]


def account(name):
    a = Account(ACCOUNT, name)
    a.vpc("risk", "10.60.0.0/16")
    front, back = a.subnet("front", "10.60.1.0/24", public=True), a.subnet("back", "10.60.2.0/24")
    a.routes("public", [front], gateway=a.network["igw"])
    a.routes("isolated", [back])
    a.acl("open", [front, back], (100, "allow", "-1", EVERYBODY, None, None), default=True)
    return a


def one(name):
    """The same machine with the same vulnerability: what surrounds it makes the difference."""
    a = account(name)
    a.group("web", (443, EVERYBODY))
    a.group("everything", (None, EVERYBODY))
    a.group("nothing")
    roles = ()
    if name == "exposed-card-data":
        a.bucket("saltmarsh-cards", "restricted")
        roles = a.machine_role("CardService", allow(["s3:GetObject", "s3:ListBucket"], bucket("saltmarsh-cards")))
    inside = name == "isolated"
    a.machine("card-service", a.network["back" if inside else "front"], "10.60.2.10" if inside else "10.60.1.10",
              [a.network["nothing" if inside else "everything" if name == "exposed-card-data" else "web"]], roles, None if inside else "203.0.113.10")
    return a, [ocsf("card-service", CVE)]


# name, how many, exposed to the internet
TIERS = [("admin", 3, True), ("cards", 5, True), ("chain", 2, True), ("chain-end", 1, False), ("logs", 6, True), ("plain", 13, True), ("apart", 10, False)]


def forty():
    """The role of a machine, or of the machine behind it, decides what the same vulnerability costs."""
    a = account("one-cve")
    a.group("web", (443, EVERYBODY))
    a.group("chain")
    a.group("from-chain", (443, a.network["chain"]))
    a.group("nothing")
    a.bucket("saltmarsh-cards", "restricted")
    a.bucket("saltmarsh-archive", "confidential")
    a.bucket("saltmarsh-logs")
    reads = lambda name, what: a.machine_role(name, allow(["s3:GetObject", "s3:ListBucket"], bucket(what)))
    roles = {"admin": a.machine_role("Operator", attached=[a.administrator()]), "cards": reads("CardReader", "saltmarsh-cards"),
             "chain-end": reads("Archivist", "saltmarsh-archive"), "logs": reads("LogReader", "saltmarsh-logs")}
    findings, count = [], 0
    for tier, number, exposed in TIERS:
        for i in range(1, number + 1):
            count += 1
            name = f"{tier}-{i:02}"
            groups = (["web"] if exposed else ["from-chain"] if tier == "chain-end" else ["nothing"]) + (["chain"] if tier == "chain" else [])
            a.machine(name, a.network["front" if exposed else "back"], f"10.60.{1 if exposed else 2}.{count + 10}", [a.network[g] for g in groups], roles.get(tier),
                      f"203.0.113.{count + 10}" if exposed else None)
            findings.append(ocsf(name, CVE))
    return a, findings


def estates():
    out = {name: one(name) for name in ("exposed-card-data", "exposed-no-data", "isolated")}
    out["one-cve"] = forty()
    return out
