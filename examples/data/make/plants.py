"""What is planted in the estate and what only looks like it, by id: written to estate/expected.json, which the tests read. EXPECTED.md says why."""
from production import KEYS
from shapes import REGION, ec2_id, hexadecimal

PRODUCTION, PLATFORM = "111122223333", "444455556666"
machine = lambda name: ec2_id("i", name)
bucket = lambda name: "arn:aws:s3:::saltmarsh-" + name
arn = lambda service, rest: f"arn:aws:{service}:{REGION}:{PRODUCTION}:{rest}"
user = lambda name: f"arn:aws:iam::{PRODUCTION}:user/{name}"
role = lambda account, name: f"arn:aws:iam::{account}:role/{name}"
task = lambda service: arn("ecs", "task/sales/" + hexadecimal(service, 32))
pod = lambda namespace, name: f"ferries/{namespace}/Pod/{name}-0"
gateway_secret = arn("secretsmanager", "secret:payments/gateway-h7LmTz")

# number in EXPECTED.md, type, entry, target
PATHS = [
    (1, "aws-ec2-s3-sensitive", machine("web-booking"), bucket("passenger-manifests")),
    (2, "aws-ec2-account", machine("wiki"), PRODUCTION),
    (3, "aws-ec2-ssh", machine("event-broker"), machine("crew-db")),
    (4, "aws-ec2-secret-s3", machine("fares-loader"), bucket("fare-contracts")),
    (5, "aws-ec2-account", machine("batch-control"), PRODUCTION),
    (6, "aws-ec2-account", machine("build-runner"), PRODUCTION),
    (7, "aws-function-data", arn("lambda", "function:refund-status"), arn("rds", "db:booking")),
    (8, "aws-service-secret", task("checkout"), gateway_secret),
    (9, "aws-s3-public-sensitive", bucket("crew-scans"), bucket("crew-scans")),
    (10, "aws-s3-replica-sensitive", bucket("incidents-mirror"), bucket("incidents-mirror")),
    (11, "aws-rds-snapshot-sensitive", arn("rds", "snapshot:booking-before-upgrade"), arn("rds", "snapshot:booking-before-upgrade")),
    (12, "aws-db-wide-sensitive", arn("rds", "db:loyalty"), arn("rds", "db:loyalty")),
    (13, "aws-db-range-sensitive", arn("rds", "db:harbour-portal"), arn("rds", "db:harbour-portal")),
    (14, "aws-kms-public", arn("kms", "key/" + KEYS["manifest-export"]), arn("kms", "key/" + KEYS["manifest-export"])),
    (15, "aws-user-account", user("lena.contractor"), PRODUCTION),
    (16, "aws-github-account", role(PLATFORM, "GithubDeploy"), PLATFORM),
    (17, "kubernetes-pod-cluster", pod("shop", "storefront"), "ferries"),
    (18, "kubernetes-pod-identity", pod("tracking", "ais-collector"), bucket("cluster-backups")),
    (19, "kubernetes-pod-identity", pod("payments", "receipts"), bucket("card-receipts")),
    (20, "kubernetes-pod-rce", pod("payments", "gateway"), "ferries/payments/Secret/acquirer-credentials"),
    (21, "path-external-account", "arn:aws:iam::222200003333:root", bucket("lost-property")),
]
# entry, target (None: no path from there at all), why
NOT_PATHS = [
    (machine("web-booking-b"), None, "the package is patched: the finding is resolved"),
    (machine("legacy-schedule"), None, "the network access list refuses the port"),
    (machine("wiki-restore"), None, "behind a NAT gateway, which lets nobody in"),
    (machine("tracking-gateway"), bucket("passenger-manifests"), "an explicit deny beats the allow"),
    (machine("status-page"), PRODUCTION, "the permissions boundary leaves it nothing but logs"),
    (machine("event-broker"), machine("crew-db-standby"), "the security group does not let the broker in"),
    (machine("fares-loader-old"), bucket("charter-contracts"), "the key in its user data is inactive"),
    (machine("batch-report"), PRODUCTION, "it may pass only a role without permissions"),
    (machine("build-runner"), role(PRODUCTION, "EmergencyAccess"), "the role does not trust the account of the machine"),
    ("arn:aws:iam::999988887777:root", None, "an account of the same organisation"),
    (machine("build-cache"), bucket("signing-keys"), "a service control policy denies it"),
    (arn("lambda", "function:refund-status-agents"), None, "the address asks for a signed request"),
    (arn("lambda", "function:tide-table"), None, "anybody may call it, and it may write logs, nothing else"),
    (task("backoffice"), None, "the load balancer in front of it is internal"),
    (bucket("press"), None, "public on purpose"),
    (bucket("invoices"), None, "its access list lets everybody read, and such lists are ignored"),
    (bucket("charter-contracts"), None, "only for one role of the organisation"),
    (bucket("port-feeds"), None, "only for some roles through one endpoint of the network"),
    (bucket("lost-property-copy"), None, "the copy is as private as the original"),
    (arn("rds", "snapshot:loyalty-2026-09"), None, "shared with one account, not with all"),
    (arn("rds", "db:loyalty-test"), None, "not publicly accessible, whatever its security group says"),
    (arn("rds", "db:loyalty-reports"), None, "publicly accessible, and its security group lets nobody in from outside"),
    (arn("kms", "key/" + KEYS["harbour-share"]), None, "only for one role of the organisation"),
    (user("otto.contractor"), None, "asks for a second factor"),
    (user("nils.contractor"), None, "cannot sign in with a password"),
    (role(PLATFORM, "GithubRelease"), None, "only for the main branch of one repository"),
    (pod("shop", "storefront-preview"), "ferries", "no token is mounted"),
    (pod("shop", "storefront-staff"), None, "the load balancer in front of it is internal"),
    (pod("tracking", "ais-archive"), None, "nothing routes to it"),
    (pod("harbour", "ais-admin"), None, "a network policy keeps everybody else out"),
    (pod("tracking", "map-tiles"), bucket("cluster-backups"), "neither privileged nor with a path of the host"),
    (pod("payments", "receipts-export"), bucket("card-receipts"), "the role trusts another service account"),
    (pod("payments", "receipts-next"), None, "the image is patched"),
    (pod("payments", "gateway-status"), "ferries/payments/Secret/acquirer-credentials", "the secret is not mounted"),
]


def expected():
    return {"attack_paths": [{"number": n, "type": kind, "entry": e, "target": t} for n, kind, e, t in PATHS],
            "not_paths": [{"entry": e, "target": t, "why": why} for e, t, why in NOT_PATHS]}
