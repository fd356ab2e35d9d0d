"""What the scanners found, and how dangerous the world thinks it is. The vulnerabilities are published ones; the findings are made up."""
from production import IMAGES
from shapes import REGION, WHEN, ec2_id, hexadecimal

REGISTRY = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"
NETWORK_9_8 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
# id: (package, installed, fixed, score, vector, weakness, title, in the catalogue of exploited ones, probability of exploitation)
KNOWN = {
    "CVE-2022-22965": ("org.springframework:spring-beans", "5.3.16", "5.3.18", 9.8, NETWORK_9_8, "CWE-94", "Remote code execution via data binding in Spring", True, 0.94432),
    "CVE-2023-22527": ("confluence", "8.5.3", "8.5.4", 9.8, NETWORK_9_8, "CWE-74", "Template injection in Confluence", True, 0.94361),
    "CVE-2021-44228": ("org.apache.logging.log4j:log4j-core", "2.14.1", "2.15.0", 10.0, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "CWE-917",
                       "Remote code execution through lookups in Log4j", True, 0.94358),
    "CVE-2021-41773": ("httpd", "2.4.49", "2.4.51", 9.8, NETWORK_9_8, "CWE-22", "Path traversal and code execution in the Apache server", True, 0.94405),
    "CVE-2024-27198": ("teamcity", "2023.11.3", "2023.11.4", 9.8, NETWORK_9_8, "CWE-288", "Authentication bypass in TeamCity", True, 0.94577),
    "CVE-2023-46604": ("org.apache.activemq:activemq-client", "5.17.5", "5.17.6", 9.8, NETWORK_9_8, "CWE-502", "Remote code execution in ActiveMQ", True, 0.94441),
    "CVE-2024-23897": ("jenkins", "2.441", "2.442", 9.8, NETWORK_9_8, "CWE-22", "Arbitrary file read leading to code execution in Jenkins", True, 0.94461),
    "CVE-2017-5638": ("org.apache.struts:struts2-core", "2.3.31", "2.3.32", 9.8, NETWORK_9_8, "CWE-20", "Remote code execution in Struts", True, 0.94267),
    "CVE-2022-42889": ("org.apache.commons:commons-text", "1.9", "1.10.0", 9.8, NETWORK_9_8, "CWE-94", "Remote code execution in Commons Text", False, 0.94173),
    "CVE-2016-2781": ("coreutils", "8.32-4", "", 6.5, "CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:C/C:N/I:H/A:N", "CWE-20", "Session escape with chroot", False, 0.00046),
}
MACHINES = {"web-booking": "CVE-2022-22965", "legacy-schedule": "CVE-2022-22965", "wiki": "CVE-2023-22527", "wiki-restore": "CVE-2023-22527",
            "tracking-gateway": "CVE-2021-44228", "status-page": "CVE-2021-41773", "fares-loader": "CVE-2021-44228", "fares-loader-old": "CVE-2021-44228",
            "batch-control": "CVE-2024-27198", "batch-report": "CVE-2024-27198", "web-booking-b": "CVE-2022-22965"}


def severity(score):
    return "CRITICAL" if score >= 9 else "HIGH" if score >= 7 else "MEDIUM"


def ocsf(name, cve, resolved=False, account="111122223333"):
    """One Vulnerability Finding of the Open Cybersecurity Schema Framework, as an inspector of machines sends it."""
    package, installed, fixed, score, vector, weakness, title, _, _ = KNOWN[cve]
    number = ec2_id("i", name)
    return {"class_uid": 2002, "class_name": "Vulnerability Finding", "category_uid": 2, "category_name": "Findings", "type_uid": 200201, "activity_id": 3 if resolved else 1,
            "time": 1789373551000, "severity_id": 5 if score >= 9 else 3, "severity": "Critical" if score >= 9 else "Medium",
            "status_id": 4 if resolved else 1, "status": "Resolved" if resolved else "New",
            "metadata": {"version": "1.4.0", "product": {"name": "Machine inspector", "vendor_name": "Saltmarsh Ferries"}},
            "cloud": {"provider": "AWS", "region": REGION, "account": {"uid": account, "type": "AWS Account"}},
            "finding_info": {"uid": hexadecimal(name + cve, 32), "title": f"{cve} - {package}", "desc": title, "created_time": 1789373551000},
            "resources": [{"uid": f"arn:aws:ec2:{REGION}:{account}:instance/{number}", "type": "AwsEc2Instance", "name": name, "region": REGION}],
            "vulnerabilities": [{"title": title, "severity": "Critical" if score >= 9 else "Medium", "is_fix_available": bool(fixed),
                                 "cve": {"uid": cve, "cvss": [{"version": "3.1", "base_score": score, "vector_string": vector}], "related_cwes": [{"uid": weakness}]},
                                 "affected_packages": [{"name": package, "version": installed, "fixed_in_version": fixed}]}]}


def trivy(artifact, kind, target, cves, secrets=(), digest=None, family="java"):
    """A report of `trivy image` or `trivy vm`."""
    found = []
    for cve in cves:
        package, installed, fixed, score, vector, weakness, title, _, _ = KNOWN[cve]
        found.append({"VulnerabilityID": cve, "PkgID": f"{package}:{installed}", "PkgName": package, "InstalledVersion": installed, "FixedVersion": fixed,
                      "Status": "fixed" if fixed else "affected", "SeveritySource": "nvd", "PrimaryURL": f"https://avd.example.com/nvd/{cve.lower()}", "Title": title,
                      "Severity": severity(score), "CweIDs": [weakness], "CVSS": {"nvd": {"V3Vector": vector, "V3Score": score}}, "PublishedDate": "2024-01-01T00:00:00Z"})
    out = {"SchemaVersion": 2, "CreatedAt": WHEN, "ArtifactName": artifact, "ArtifactType": kind, "Metadata": {"OS": {"Family": "amazon", "Name": "2023"}},
           "Results": [{"Target": target, "Class": "lang-pkgs", "Type": family, "Vulnerabilities": found}]}
    if digest:
        repository, tag = artifact.rsplit(":", 1)
        out["Metadata"].update(ImageID="sha256:" + hexadecimal("config " + artifact, 64), RepoTags=[artifact], RepoDigests=[f"{repository}@{digest}"])
    for path in secrets:
        out["Results"].append({"Target": path, "Class": "secret", "Secrets": [{
            "RuleID": "private-key", "Category": "AsymmetricPrivateKey", "Severity": "HIGH", "Title": "Asymmetric Private Key", "StartLine": 1, "EndLine": 1,
            "Match": "----BEGIN RSA PRIVATE KEY-----****************-----END RSA PRIVATE"}]})
    return out


def grype(image, digest, cves):
    matches = []
    for cve in cves:
        package, installed, fixed, score, vector, weakness, title, _, _ = KNOWN[cve]
        matches.append({
            "vulnerability": {"id": cve, "dataSource": f"https://nvd.example.com/vuln/detail/{cve}", "namespace": "nvd:cpe", "severity": severity(score).capitalize(),
                              "description": title, "cvss": [{"source": "nvd", "type": "Primary", "version": "3.1", "vector": vector, "metrics": {"baseScore": score}}],
                              "fix": {"versions": [fixed] if fixed else [], "state": "fixed" if fixed else "not-fixed"}, "advisories": []},
            "relatedVulnerabilities": [], "matchDetails": [{"type": "cpe-match", "matcher": "java-matcher"}],
            "artifact": {"id": hexadecimal(image + package, 16), "name": package.split(":")[-1], "version": installed, "type": "java-archive", "language": "java",
                         "purl": f"pkg:maven/{package.replace(':', '/')}@{installed}", "locations": [{"path": "/app/app.jar"}]}})
    repository, tag = image.rsplit(":", 1)
    return {"matches": matches, "source": {"type": "image", "target": {
        "userInput": image, "imageID": "sha256:" + hexadecimal("config " + image, 64), "manifestDigest": digest, "tags": [image], "repoDigests": [f"{repository}@{digest}"],
        "architecture": "amd64", "os": "linux"}}, "distro": {"name": "debian", "version": "12"}, "descriptor": {"name": "grype", "version": "0.84.0", "timestamp": WHEN}}


def kev(cves):
    chosen = sorted(c for c in cves if KNOWN[c][7])
    return {"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.20", "dateReleased": "2026-11-20T17:00:00.0000Z", "count": len(chosen),
            "vulnerabilities": [{"cveID": c, "vendorProject": KNOWN[c][0].split(":")[0], "product": KNOWN[c][0].split(":")[-1], "vulnerabilityName": KNOWN[c][6],
                                 "dateAdded": "2024-01-24", "shortDescription": KNOWN[c][6], "requiredAction": "Apply mitigations per vendor instructions.",
                                 "dueDate": "2024-02-14", "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": [KNOWN[c][5]]} for c in chosen]}


def epss(cves):
    rows = "".join(f"{c},{KNOWN[c][8]:.5f},{min(0.99999, KNOWN[c][8] + 0.05):.5f}\n" for c in sorted(cves))
    return "#model_version:v2026.03.01,score_date:2026-11-21T00:00:00+0000\ncve,epss,percentile\n" + rows


def reports():
    image = lambda name, tag="2.0": f"{REGISTRY}/{name}:{tag}"
    out = {"machines.ocsf": [ocsf(name, cve, resolved=name == "web-booking-b") for name, cve in MACHINES.items()] + [ocsf("web-booking-b", "CVE-2016-2781")],
           "trivy-event-broker": trivy("ami:" + ec2_id("ami", "event-broker111122223333"), "vm", "opt/broker/lib", ["CVE-2023-46604"], ["/home/ec2-user/.ssh/fleet-ops.pem"]),
           "trivy-build-runner": trivy("ami:" + ec2_id("ami", "build-runner444455556666"), "vm", "usr/share/jenkins/jenkins.war", ["CVE-2024-23897"]),
           "trivy-build-cache": trivy("ami:" + ec2_id("ami", "build-cache444455556666"), "vm", "usr/sbin/httpd", ["CVE-2021-41773"]),
           "grype-checkout": grype(image("checkout"), IMAGES["checkout"], ["CVE-2022-42889"])}
    for name, cves in (("storefront", ["CVE-2021-44228"]), ("ais-collector", ["CVE-2017-5638"]), ("receipts", ["CVE-2022-22965"]), ("map-tiles", ["CVE-2021-41773"])):
        out["trivy-" + name] = trivy(image(name), "container_image", "app.jar", cves, digest=IMAGES[name])
    out["trivy-receipts-fixed"] = trivy(image("receipts", "2.1"), "container_image", "app.jar", ["CVE-2016-2781"], digest=IMAGES["receipts-fixed"])
    return out
