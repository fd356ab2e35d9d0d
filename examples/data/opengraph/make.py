#!/usr/bin/env python3
"""Write the sample estate: the cloud of Lanternfish Logistics, a company that does not exist.

Four OpenGraph files in estate/: what the relationship kinds mean, and one file a cloud. Run it again and the same bytes come out.
What is planted, and what only looks like it, stands in EXPECTED.md; the list that tests read is expected.json, written from PATHS below.
"""
import json
import os
import random

SEED = 20261122
HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = os.path.join(HERE, "estate")  # nothing but inputs, so that the folder can be analysed as it is

NODE_KINDS = [
    ("Internet", "Everybody who is not us"), ("PublicIp", "A public address"), ("LoadBalancer", "Spreads traffic over machines"),
    ("ApiEndpoint", "A published interface"), ("VirtualMachine", "A machine"), ("ContainerInstance", "A running container"),
    ("ContainerImage", "What a container is made from"), ("Function", "Code that runs when called"), ("Pipeline", "Builds and deploys"),
    ("User", "A person's account"), ("Group", "A group of accounts"), ("ServiceIdentity", "The identity of a workload"),
    ("CloudRole", "A role that identities assume"), ("Bucket", "Object storage"), ("Database", "A managed database"),
    ("HostedDatabase", "A database on a machine of ours"), ("Snapshot", "A copy of a database"), ("Vault", "Keeps secrets"),
    ("VaultSecret", "A secret in a vault"), ("AccessKey", "A key of an identity"), ("ConnectionString", "An address with a password in it"),
    ("EncryptionKey", "Encrypts data"), ("Repository", "Code"), ("CloudAccount", "An account, subscription or project"),
    ("CVE", "A published vulnerability"), ("Monitor", "Watches resources"), ("AWSResource", "Lives in AWS"), ("AzureResource", "Lives in Azure"),
    ("GCPResource", "Lives in Google Cloud"),
]
KINDS = [
    ("USES_IDENTITY", "A workload can get tokens of the identity", True), ("CAN_ASSUME", "An identity can assume the role", True),
    ("MEMBER_OF", "An account is in the group", True), ("ADMINISTERS", "An identity administers the account or resource", True),
    ("CAN_EXECUTE_ON", "An identity can run commands on the machine", True), ("CAN_UPDATE_CODE", "An identity can replace the code", True),
    ("CAN_RESET_PASSWORD", "An account can reset the password of another", True), ("HAS_SESSION", "A person is signed in on the machine", True),
    ("CAN_READ", "An identity can read the content", True), ("READS_SECRET", "An identity can read the secret or the vault", True),
    ("HOLDS", "A vault holds the secret", True), ("STORES", "A secret lies in it in plain text", True),
    ("AUTHENTICATES_TO", "A secret opens it", True), ("CONNECTS_TO", "An interface queries the database", True),
    ("CAN_PUSH", "An identity can push code", True), ("BUILDS", "A pipeline builds the image", True), ("DEPLOYS", "It deploys the code", True),
    ("RUNS", "A machine runs it", True), ("ROUTES_TO", "Traffic gets there", False), ("CAN_CONNECT", "A machine reaches another", False),
    ("CONTAINS", "An account contains the resource", False), ("RUNS_IMAGE", "A container is made from the image", False),
    ("AFFECTS", "A vulnerability is in it", False), ("REPLICATES_TO", "Data is copied there", False),
    ("SNAPSHOT_OF", "A copy of the database", False), ("TRIGGERS", "A change starts the pipeline", False),
    ("ELIGIBLE_FOR", "Somebody may ask for the role", False), ("DENIED", "A policy denies the access", False),
    ("WAS_GRANTED", "The access was taken back", False), ("MONITORS", "It watches the resource", False),
]
CLOUDS = {
    "aws": ("AWSResource", "aws-prod", "111122223333"),
    "azure": ("AzureResource", "azure-corp", "00000000-0000-4000-8000-00000000c0de"),
    "gcp": ("GCPResource", "gcp-data", "lanternfish-data"),
}
FIRST = "ada ben cleo dana eve finn grace hugo iris jon kira leo mina nils olga pia quin rosa sven tara udo vera wim xena yara zoe".split()


class Estate:
    def __init__(self):
        self.nodes = {}
        self.edges = []
        self.cloud = None

    def node(self, id, kind, **properties):
        assert id not in self.nodes, id
        kinds = [kind] if self.cloud is None else [kind, CLOUDS[self.cloud][0]]
        base = {"name": id.split("/")[-1]}
        if self.cloud:
            base["account_id"] = CLOUDS[self.cloud][2]
            base["tenant_id"] = "lanternfish.example.com"
        base.update(properties)
        self.nodes[id] = (self.cloud, {"id": id, "kinds": kinds, "properties": base})
        if self.cloud and kind not in ("CloudAccount", "CVE"):
            self.edge(CLOUDS[self.cloud][1], "CONTAINS", id)
        return id

    def edge(self, start, kind, end, **properties):
        edge = {"start": {"value": start}, "end": {"value": end}, "kind": kind}
        if properties:
            edge["properties"] = properties
        self.edges.append((self.cloud, edge))

    def public(self, address, target, through=None, port=443, blocked=False, trusted=False):
        """Internet -> address -> [load balancer ->] target."""
        ip = self.node("ip/" + address, "PublicIp", address=address)
        route = {"port": port}
        self.edge("internet", "ROUTES_TO", ip, **(dict(route, trusted=True, source="198.51.100.0/24") if trusted else route))
        last = ip
        if through:
            last = self.node(through, "LoadBalancer")
            self.edge(ip, "ROUTES_TO", last, port=port)
        self.edge(last, "ROUTES_TO", target, **(dict(route, blocked=True) if blocked else route))


# Entry, target, level: every attack path there is, and nothing else.
PATHS = []


def plant(entry, *targets):
    for target, level in targets:
        PATHS.append({"entry": entry, "target": target, "level": level})


def vulnerabilities(e):
    e.node("CVE-2099-1001", "CVE", cvss=9.8, severity="Critical", remote_code_execution=True, known_exploited=True, epss=0.94)
    e.node("CVE-2099-1002", "CVE", cvss=9.1, severity="Critical", remote_code_execution=True, known_exploited=False, epss=0.41)
    e.node("CVE-2099-1003", "CVE", cvss=7.5, severity="High", remote_code_execution=False, known_exploited=False, epss=0.12)
    e.node("CVE-2099-1004", "CVE", cvss=5.3, severity="Medium", remote_code_execution=False, known_exploited=False, epss=0.02)
    e.node("CVE-2099-1005", "CVE", cvss=3.1, severity="Low", remote_code_execution=False, known_exploited=False, epss=0.01)


def aws(e):
    e.cloud = "aws"
    e.node("aws-prod", "CloudAccount", criticality="critical")
    # 1. A machine with an exploited vulnerability whose identity administers the account.
    web = e.node("vm/web-01", "VirtualMachine", os="linux", region="eu-central-1")
    role = e.node("id/web-role", "ServiceIdentity", managed=True)
    e.public("203.0.113.10", web, through="lb/web")
    e.edge("CVE-2099-1001", "AFFECTS", web, status="open")
    e.edge(web, "USES_IDENTITY", role)
    e.edge(role, "ADMINISTERS", "aws-prod")
    plant(web, (role, "Critical"), ("aws-prod", "Critical"), (web, "Medium"))
    # Looks like 1: the same machine patched; and unpatched behind a closed port.
    patched = e.node("vm/web-02", "VirtualMachine", os="linux", region="eu-central-1")
    e.edge("lb/web", "ROUTES_TO", patched, port=443)
    e.edge("CVE-2099-1001", "AFFECTS", patched, status="fixed")
    e.edge(patched, "USES_IDENTITY", role)
    closed = e.node("vm/web-03", "VirtualMachine", os="linux", region="eu-central-1")
    e.public("203.0.113.11", closed, port=22, blocked=True)
    e.edge("CVE-2099-1001", "AFFECTS", closed, status="open")
    e.edge(closed, "USES_IDENTITY", role)
    # 2. A shop machine reads a bucket of customer data by assuming a role.
    shop = e.node("vm/shop-01", "VirtualMachine", os="linux", region="eu-central-1")
    reader = e.node("id/shop-reader", "ServiceIdentity", managed=True)
    exports = e.node("role/exports-reader", "CloudRole")
    customers = e.node("bucket/customer-exports", "Bucket", sensitive_data=True, data_classes=["email", "address"])
    e.public("203.0.113.12", shop)
    e.edge("CVE-2099-1002", "AFFECTS", shop)
    e.edge(shop, "USES_IDENTITY", reader)
    e.edge(reader, "CAN_ASSUME", exports)
    e.edge(exports, "CAN_READ", customers)
    artifacts = e.node("bucket/deploy-artifacts", "Bucket")
    e.edge(reader, "CAN_READ", artifacts)
    plant(shop, (customers, "High"), (artifacts, "Medium"), (shop, "Medium"))
    # Reading the artifacts is where that way ends: who only reads them cannot change what is deployed from them.
    ops = e.node("fn/ops-admin", "Function", runtime="python3.12")
    ops_id = e.node("id/ops-admin", "ServiceIdentity", managed=True)
    e.edge(artifacts, "DEPLOYS", ops)
    e.edge(ops, "USES_IDENTITY", ops_id)
    e.edge(ops_id, "ADMINISTERS", "aws-prod")
    # Looks like 2: the role is denied; or was taken back.
    denied = e.node("vm/shop-02", "VirtualMachine", os="linux", region="eu-west-1")
    denied_id = e.node("id/shop-denied", "ServiceIdentity", managed=True)
    e.public("203.0.113.13", denied)
    e.edge("CVE-2099-1002", "AFFECTS", denied)
    e.edge(denied, "USES_IDENTITY", denied_id)
    e.edge(denied_id, "DENIED", customers)
    e.edge(denied_id, "WAS_GRANTED", exports)
    plant(denied, (denied, "Medium"))
    # 3. A reporting machine keeps a connection string in a file.
    report = e.node("vm/report-01", "VirtualMachine", os="windows", region="eu-central-1")
    conn = e.node("secret/billing-connection", "ConnectionString", found_in="/srv/report/app.conf")
    billing = e.node("db/billing", "Database", engine="postgres", sensitive_data=True)
    e.public("203.0.113.14", report)
    e.edge("CVE-2099-1003", "AFFECTS", report)
    e.edge(report, "STORES", conn)
    e.edge(conn, "AUTHENTICATES_TO", billing)
    plant(report, (billing, "High"), (conn, "Medium"), (report, "Low"))
    # Looks like 3: a machine that is reachable only from the office keeps a secret that works.
    office = e.node("vm/report-02", "VirtualMachine", os="windows", region="eu-central-1")
    payroll_conn = e.node("secret/payroll-connection", "ConnectionString", found_in="/srv/report/payroll.conf")
    payroll = e.node("db/payroll", "Database", engine="postgres", sensitive_data=True)
    e.public("203.0.113.15", office, trusted=True)
    e.edge("CVE-2099-1003", "AFFECTS", office)
    e.edge(office, "STORES", payroll_conn)
    e.edge(payroll_conn, "AUTHENTICATES_TO", payroll)
    # 4. A privileged container escapes to its host, whose identity reads the key of the payment gateway.
    image = e.node("image/cart", "ContainerImage", tag="4.2.0")
    cart = e.node("container/cart", "ContainerInstance", privileged=True)
    host = e.node("vm/node-01", "VirtualMachine", os="linux", region="eu-central-1")
    host_id = e.node("id/node", "ServiceIdentity", managed=True)
    gateway = e.node("secret/payment-gateway", "VaultSecret")
    payments = e.node("db/payments", "Database", engine="mysql", sensitive_data=True, criticality="critical")
    e.public("203.0.113.16", cart, through="lb/cart")
    e.edge("CVE-2099-1002", "AFFECTS", image)
    e.edge(cart, "RUNS_IMAGE", image)
    e.edge(host, "RUNS", cart)
    e.edge(host, "USES_IDENTITY", host_id)
    e.edge(host_id, "READS_SECRET", gateway)
    e.edge(gateway, "AUTHENTICATES_TO", payments)
    plant(cart, (gateway, "Medium"), (payments, "High"))
    # Looks like 4: the same image in a container without privileges, on a host with an identity that administers.
    search = e.node("container/search", "ContainerInstance", privileged=False)
    host2 = e.node("vm/node-02", "VirtualMachine", os="linux", region="eu-central-1")
    e.edge("lb/cart", "ROUTES_TO", search, port=443)
    e.edge(search, "RUNS_IMAGE", image)
    e.edge(host2, "RUNS", search)
    e.edge(host2, "USES_IDENTITY", ops_id)
    # 5. The entry machine of the network reaches an unpatched build machine where a database administrator is signed in.
    vpn = e.node("vm/vpn-01", "VirtualMachine", os="linux", region="eu-central-1")
    build = e.node("vm/build-01", "VirtualMachine", os="linux", region="eu-central-1")
    ledger = e.node("db/ledger", "Database", engine="postgres", criticality="critical")
    e.public("203.0.113.17", vpn, port=1194)
    e.edge("CVE-2099-1001", "AFFECTS", vpn)
    e.edge("CVE-2099-1002", "AFFECTS", build)
    e.edge(vpn, "CAN_CONNECT", build, port=8080)
    e.edge(build, "HAS_SESSION", "user/dana")
    e.edge("user/dana", "CAN_READ", ledger)
    plant(vpn, (ledger, "High"), (vpn, "Medium"))
    # Looks like 5: the firewall is closed.
    backup = e.node("vm/backup-01", "VirtualMachine", os="linux", region="eu-central-1")
    e.edge("CVE-2099-1002", "AFFECTS", backup)
    e.edge(vpn, "CAN_CONNECT", backup, port=445, blocked=True)
    e.edge(backup, "USES_IDENTITY", ops_id)
    # 6. A machine in one cloud keeps a key of another.
    etl = e.node("vm/etl-01", "VirtualMachine", os="linux", region="eu-central-1")
    key = e.node("key/telemetry-loader", "AccessKey", found_in="/home/etl/.config/key.json", last_rotated="2024-02-11")
    e.public("203.0.113.18", etl)
    e.edge("CVE-2099-1001", "AFFECTS", etl)
    e.edge(etl, "STORES", key)
    e.edge(key, "AUTHENTICATES_TO", "id/telemetry-loader")
    plant(etl, ("bucket/telemetry-lake", "Critical"), (key, "Medium"), (etl, "Medium"))


def azure(e):
    e.cloud = "azure"
    e.node("azure-corp", "CloudAccount")
    # 7. Nobody asks eve for a second factor; her group resets passwords, and otto is an administrator.
    eve = e.node("user/eve", "User", mail="eve@example.com", mfa_enabled=False, password_login=True)
    otto = e.node("user/otto", "User", mail="otto@example.com", mfa_enabled=True, password_login=True)
    desk = e.node("group/helpdesk", "Group")
    admins = e.node("group/cloud-admins", "Group")
    e.edge(eve, "MEMBER_OF", desk)
    e.edge(desk, "CAN_RESET_PASSWORD", otto)
    e.edge(otto, "MEMBER_OF", admins)
    e.edge(admins, "ADMINISTERS", "azure-corp")
    plant(eve, (otto, "High"), (admins, "High"), ("azure-corp", "High"))
    # Looks like 7: finn may ask for the role and has to be approved; grace's account signs in only by certificate.
    finn = e.node("user/finn", "User", mail="finn@example.com", mfa_enabled=False, password_login=True)
    owner = e.node("role/corp-owner", "CloudRole")
    e.edge(finn, "ELIGIBLE_FOR", owner)
    e.edge(owner, "ADMINISTERS", "azure-corp")
    grace = e.node("user/grace", "User", mail="grace@example.com", mfa_enabled=False, password_login=False)
    e.edge(grace, "MEMBER_OF", desk)
    # 8. A public repository has an access key in its history.
    theme = e.node("repo/intranet-theme", "Repository", public_access=True)
    key = e.node("key/deployer", "AccessKey", found_in="history of deploy.sh")
    deployer = e.node("id/deployer", "ServiceIdentity", managed=False)
    invoice = e.node("fn/invoice", "Function", runtime="node20")
    invoice_id = e.node("id/invoice", "ServiceIdentity", managed=True)
    invoices = e.node("bucket/invoices", "Bucket", sensitive_data=True, data_classes=["bank account"])
    e.edge(theme, "STORES", key)
    e.edge(key, "AUTHENTICATES_TO", deployer)
    e.edge(deployer, "CAN_UPDATE_CODE", invoice)
    e.edge(invoice, "USES_IDENTITY", invoice_id)
    e.edge(invoice_id, "CAN_READ", invoices)
    plant(theme, (key, "Medium"), (invoices, "High"))
    # Looks like 8: the secret lies in a private repository.
    core = e.node("repo/billing-core", "Repository", public_access=False)
    core_key = e.node("key/billing-core", "AccessKey", found_in="test/fixtures.json")
    e.edge(core, "STORES", core_key)
    e.edge(core_key, "AUTHENTICATES_TO", deployer)
    # 9. Anybody's pull request runs in the pipeline that builds the image of the storefront.
    front = e.node("repo/storefront", "Repository", public_access=True)
    ci = e.node("pipeline/storefront", "Pipeline")
    image = e.node("image/storefront", "ContainerImage", tag="2026.11")
    shop = e.node("container/storefront", "ContainerInstance", privileged=False)
    shop_id = e.node("id/storefront", "ServiceIdentity", managed=True)
    orders = e.node("bucket/orders", "Bucket", sensitive_data=True)
    e.edge(front, "TRIGGERS", ci, outsiders=True)
    e.edge(ci, "BUILDS", image)
    e.edge(shop, "RUNS_IMAGE", image)
    e.edge(shop, "USES_IDENTITY", shop_id)
    e.edge(shop_id, "CAN_READ", orders)
    plant(front, (orders, "High"))
    # Looks like 9: a public repository whose pipeline runs for members only, with an identity that administers.
    samples = e.node("repo/sdk-samples", "Repository", public_access=True)
    ci2 = e.node("pipeline/sdk-samples", "Pipeline")
    e.edge(samples, "TRIGGERS", ci2, outsiders=False)
    e.edge(ci2, "USES_IDENTITY", owner)
    # 10. A guest of another company reads the tenders.
    guest = e.node("user/guest-consultant", "User", mail="consultant@partner.example.com", external=True, mfa_enabled=True)
    tenders = e.node("bucket/tenders", "Bucket", sensitive_data=True)
    e.edge(guest, "CAN_READ", tenders)
    plant(guest, (tenders, "Medium"))
    # Looks like 10: a guest whose account is switched off.
    left = e.node("user/guest-auditor", "User", mail="auditor@partner.example.com", external=True, enabled=False, mfa_enabled=True)
    e.edge(left, "CAN_READ", tenders)
    # 11. A database server anybody can reach runs commands on its machine, and the machine reads a vault.
    sql = e.node("db/legacy-sql", "HostedDatabase", engine="mssql", public_network_access=True, allowed_range="0.0.0.0/0", authentication="basic",
                 common_usernames=True, host_code_execution=True)
    legacy = e.node("vm/legacy-01", "VirtualMachine", os="windows", region="westeurope")
    legacy_id = e.node("id/legacy", "ServiceIdentity", managed=True)
    vault = e.node("vault/corp", "Vault")
    smtp = e.node("secret/hr-database", "VaultSecret")
    hr = e.node("db/hr", "Database", engine="postgres", sensitive_data=True)
    e.edge(legacy, "RUNS", sql)
    e.edge(legacy, "USES_IDENTITY", legacy_id)
    e.edge(legacy_id, "READS_SECRET", vault)
    e.edge(vault, "HOLDS", smtp)
    e.edge(smtp, "AUTHENTICATES_TO", hr)
    plant(sql, (vault, "Medium"), (smtp, "Medium"), (hr, "High"), (sql, "Medium"))


def gcp(e):
    e.cloud = "gcp"
    e.node("gcp-data", "CloudAccount")
    # 6, second half: the identity that the stolen key opens.
    loader = e.node("id/telemetry-loader", "ServiceIdentity", managed=False)
    lake = e.node("bucket/telemetry-lake", "Bucket", sensitive_data=True)
    e.edge(loader, "CAN_READ", lake)
    # 12. A customer database open to every address asks for nothing but a password.
    crm = e.node("db/crm", "Database", engine="mysql", public_network_access=True, allowed_range="0.0.0.0/0", authentication="basic",
                 sensitive_data=True)
    plant(crm, (crm, "High"))
    # Looks like 12: the same, open to one partner only.
    e.node("db/partner-portal", "Database", engine="mysql", public_network_access=True, allowed_range="198.51.100.0/24", authentication="basic",
           sensitive_data=True)
    # 13. Private research data is copied to a bucket that everybody reads.
    research = e.node("bucket/research", "Bucket", sensitive_data=True)
    mirror = e.node("bucket/research-mirror", "Bucket", public_access=True)
    e.edge(research, "REPLICATES_TO", mirror)
    plant(mirror, (mirror, "Critical"))
    # Looks like 13: public on purpose, nothing sensitive in it.
    e.node("bucket/press-kit", "Bucket", public_access=True)
    # 14. A snapshot of the customer database is public.
    snapshot = e.node("snapshot/crm-2026-10", "Snapshot", public_access=True)
    e.edge(snapshot, "SNAPSHOT_OF", crm)
    plant(snapshot, (snapshot, "Critical"))
    # 15. An interface that asks nobody who he is queries the shipments.
    api = e.node("api/tracking", "ApiEndpoint", authentication="none")
    shipments = e.node("db/shipments", "Database", engine="postgres", sensitive_data=True)
    e.edge("internet", "ROUTES_TO", api, port=443)
    e.edge(api, "CONNECTS_TO", shipments)
    plant(api, (shipments, "Critical"))
    # Looks like 15: the partners' interface wants a token.
    partner = e.node("api/partner", "ApiEndpoint", authentication="token")
    e.edge("internet", "ROUTES_TO", partner, port=443)
    e.edge(partner, "CONNECTS_TO", shipments)


def everyday(e, rng):
    """What a company has besides: people, groups, machines, stores. None of it starts a path."""
    e.cloud = "azure"
    groups = [e.node("group/" + name, "Group") for name in ("engineering", "finance", "sales", "support", "warehouse")]
    for name in FIRST:
        if "user/" + name not in e.nodes:
            user = e.node("user/" + name, "User", mail=name + "@example.com", mfa_enabled=True, password_login=True)
            if name != "dana":
                e.edge(user, "MEMBER_OF", rng.choice(groups))
    for cloud, machines, stores in (("aws", 16, 9), ("azure", 9, 6), ("gcp", 7, 6)):
        e.cloud = cloud
        short = {"aws": "a", "azure": "z", "gcp": "g"}[cloud]
        buckets = [e.node("bucket/%s-store-%02d" % (short, i), "Bucket") for i in range(1, stores + 1)]
        vault = e.node("vault/%s-platform" % short, "Vault")
        secret = e.node("secret/%s-platform" % short, "VaultSecret")
        e.edge(vault, "HOLDS", secret)
        key = e.node("cmk/%s-data" % short, "EncryptionKey")
        monitor = e.node("monitor/%s" % short, "Monitor")
        e.edge(monitor, "MONITORS", key)
        previous = None
        for i in range(1, machines + 1):
            vm = e.node("vm/%s-app-%02d" % (short, i), "VirtualMachine", os=rng.choice(["linux", "linux", "windows"]))
            e.edge(monitor, "MONITORS", vm)
            if i % 2:
                identity = e.node("id/%s-app-%02d" % (short, i), "ServiceIdentity", managed=True)
                e.edge(vm, "USES_IDENTITY", identity)
                e.edge(identity, "CAN_READ", rng.choice(buckets))
                if i % 5 == 0:
                    e.edge(identity, "READS_SECRET", secret)
            if previous:
                e.edge(previous, "CAN_CONNECT", vm, port=443)
            if i % 4 == 0:
                e.edge(rng.choice(["CVE-2099-1004", "CVE-2099-1005"]), "AFFECTS", vm)
            if i % 6 == 0:
                e.edge("CVE-2099-1003", "AFFECTS", vm)
            previous = vm
        for group in groups[:3]:
            e.edge(group, "CAN_READ", rng.choice(buckets))


def write(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as f:
        json.dump(value, f, indent=1, ensure_ascii=False)
        f.write("\n")


def graph_file(e, cloud):
    own = (lambda c: c == cloud) if cloud != "azure" else (lambda c: c in (cloud, None))
    return {"metadata": {"source_kind": "LanternfishCloud"},
            "graph": {"nodes": [n for c, n in e.nodes.values() if own(c)], "edges": [x for c, x in e.edges if own(c)]}}


def definition():
    return {
        "schema": {"name": "LanternfishCloud", "display_name": "Lanternfish Logistics, sample estate", "version": "v1.0.0", "namespace": "LF"},
        "node_kinds": [{"name": k, "display_name": k, "description": d, "is_display_kind": not k.endswith("Resource")} for k, d in NODE_KINDS],
        "relationship_kinds": [{"name": k, "description": d, "is_traversable": t} for k, d, t in KINDS],
    }


def main():
    e = Estate()
    rng = random.Random(SEED)
    e.node("internet", "Internet")
    vulnerabilities(e)
    aws(e)
    azure(e)
    gcp(e)
    everyday(e, rng)
    known = {k for k, _ in NODE_KINDS}, {k for k, _, _ in KINDS}
    for _, n in e.nodes.values():
        assert set(n["kinds"]) <= known[0], n
    for _, x in e.edges:
        assert x["kind"] in known[1] and x["start"]["value"] in e.nodes and x["end"]["value"] in e.nodes, x
    os.makedirs(INPUTS, exist_ok=True)
    write(INPUTS, "definition.json", definition())
    for cloud in CLOUDS:
        write(INPUTS, cloud + ".json", graph_file(e, cloud))
    write(HERE, "expected.json", {"nodes": len(e.nodes), "edges": len(e.edges),
                                  "attack_paths": sorted(PATHS, key=lambda p: (p["entry"], p["target"]))})
    print("%d nodes, %d relationships, %d attack paths" % (len(e.nodes), len(e.edges), len(PATHS)))


if __name__ == "__main__":
    main()
