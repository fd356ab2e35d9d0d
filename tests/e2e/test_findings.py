#!/usr/bin/env python3
"""Scanner reports and catalogues through the command: every report of the collected data loads or is declined for what it is, counts are what Python
counts in the same files, and risk factors reach what runs a vulnerable image. TAP on stdout.

usage: test_findings.py ROOT COMMAND
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
SHARED = pathlib.Path(os.environ.get("CSPM_SHARED", ROOT.parent / "shared")) / "data"
DECLINED = {"$schema": "", "bomFormat": "CycloneDX", "spdxVersion": "SPDX", "runs": "SARIF", "artifacts": "Syft", "payloadType": "attestation",
            "Findings": "AWS Security Finding Format"}


class Skip(Exception):
    pass


def run(*arguments, code=0):
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, timeout=240)
    assert done.returncode == code, f"exit {done.returncode}, wanted {code}: {arguments}\n{done.stderr.decode()[:800]}"
    return done


def rows(query, *inputs):
    return json.loads(run("query", query, *inputs, "--format", "json", "--quiet").stdout)["rows"]


def warnings(*inputs):
    return run("query", "MATCH (n) RETURN count(*)", *inputs, "--format", "json").stderr.decode()


def shared(*parts):
    path = SHARED.joinpath(*parts)
    if not path.exists():
        raise Skip(f"{path} is not there")
    return path


def documents(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, json.loads(path.read_text())


def counted(path):
    """What a report says by itself: distinct vulnerabilities, and those of each package."""
    ids, pairs = set(), set()
    for result in json.loads(path.read_text()).get("Results") or []:
        for v in result.get("Vulnerabilities") or []:
            named = [v["VulnerabilityID"], *(v.get("VendorIDs") or [])]
            cves = [i for i in named if i.startswith("CVE-")]
            ids.add(cves[0] if len(cves) == 1 else named[0])
            pairs.add((v["VulnerabilityID"], v["PkgName"], v["InstalledVersion"]))
    return len(ids), len(pairs)


def test_every_trivy_report_loads_or_is_declined(folder):
    loaded = declined = 0
    for path, document in documents(shared("trivy", "integration")):
        if "SchemaVersion" in document:
            assert not warnings(path), (path, warnings(path))
            found = rows("MATCH (v:TrivyImageFinding) RETURN count(v)", path)[0][0]
            affected = rows("MATCH (v:TrivyImageFinding)-[a:AFFECTS]->(n) WHERE NOT n:Package RETURN count(a)", path)[0][0]
            assert found == affected == counted(path)[0], (path, found, affected, counted(path))
            loaded += 1
        else:
            what = next(DECLINED[key] for key in document if DECLINED.get(key))
            message = run("query", "MATCH (n) RETURN n", path, code=3).stderr.decode()
            assert what in message, (path, message)
            declined += 1
    assert (loaded, declined) == (60, 11), (loaded, declined)


def test_all_trivy_reports_are_one_graph(folder):
    reports = [path for path, document in documents(shared("trivy", "integration")) if "SchemaVersion" in document]
    text = warnings(*reports)
    assert "property-conflict" not in text and "duplicate-id" not in text, text
    forth, back = (run("export", "--format", "opengraph", *some, "--quiet").stdout for some in (reports, reports[::-1]))
    assert forth == back
    vulnerabilities = {i for path in reports for r in json.loads(path.read_text()).get("Results") or [] for v in r.get("Vulnerabilities") or []
                       for i in [v["VulnerabilityID"]]}
    assert rows("MATCH (v:TrivyImageFinding) RETURN count(v)", *reports)[0][0] == len(vulnerabilities)


def test_every_grype_report_loads_or_is_declined(folder):
    loaded = declined = 0
    for path, document in documents(shared("grype")):
        if "matches" not in document:
            what = next(DECLINED[key] for key in document if DECLINED.get(key))
            assert what in run("query", "MATCH (n) RETURN n", path, code=3).stderr.decode(), path
            declined += 1
            continue
        packages = {(m["artifact"]["name"], m["artifact"]["version"]) for m in document["matches"]}
        assert rows("MATCH (p:GrypePackage) RETURN count(p)", path)[0][0] == len(packages), path
        vulnerabilities = rows("MATCH (v:GrypeFinding)-[:AFFECTS]->(n) WHERE NOT n:Package RETURN count(DISTINCT v)", path)[0][0]
        assert bool(vulnerabilities) == bool(document["matches"]), path
        loaded += 1
    assert (loaded, declined) == (6, 8), (loaded, declined)


def test_cartography_s_fixtures_give_its_ids(folder):
    for path, document in documents(shared("cartography", "trivy", "fixtures")):
        for report in document.values():
            inner = folder / path.name
            inner.write_text(json.dumps(report))
            digest = report["Metadata"]["RepoDigests"][0].split("@")[1]
            expected = sorted({"TIF|" + v["VulnerabilityID"] for r in report["Results"] for v in r.get("Vulnerabilities") or []})
            found = rows("MATCH (f:TrivyImageFinding)-[:AFFECTS]->(i:Image) RETURN f.id, i.digest ORDER BY f.id", inner)
            assert found == [[i, digest] for i in expected], (path, found)
            packages = sorted({v["InstalledVersion"] + "|" + v["PkgName"] for r in report["Results"] for v in r.get("Vulnerabilities") or []})
            assert [r[0] for r in rows("MATCH (p:TrivyPackage)-[:DEPLOYED]->(i:Image) WHERE EXISTS { (f:TrivyImageFinding)-[:AFFECTS]->(p) } "
                                       "RETURN p.id ORDER BY p.id", inner)] == packages


def test_prowler_s_findings_hang_on_their_resources(folder):
    for path in sorted(shared("prowler", "output").glob("*.ocsf.json")):
        document = json.loads(path.read_text())
        findings = {f["finding_info"]["uid"] for f in document}
        resources = {r["uid"] for f in document for r in f["resources"]}
        assert rows("MATCH (f:ProwlerFinding) RETURN count(f)", path)[0][0] == len(findings), path
        assert rows("MATCH (r)-[:HAS_FINDING]->(f:ProwlerFinding) RETURN count(DISTINCT r)", path)[0][0] == len(resources), path
        assert rows("MATCH (n)-[pfr:HAS_FINDING]-(pf:ProwlerFinding {status: 'FAIL'}) RETURN count(*) > 0", path)[0][0] in (True, False)


def test_catalogues_enrich_and_add_nothing(folder):
    kev, epss = shared("kev", "known_exploited_vulnerabilities.json"), shared("epss-synthetic", "epss_scores.csv")
    assert rows("MATCH (n) RETURN labels(n)[0], count(*)", kev, epss) == [["CVEMetadataFeed", 2]]
    reports = [path for path, document in documents(shared("trivy", "integration")) if "SchemaVersion" in document]
    packed = folder / "epss_scores.csv.gz"
    packed.write_bytes(gzip.compress(epss.read_bytes()))
    known = {v["cveID"] for v in json.loads(kev.read_text())["vulnerabilities"]}
    scored = {line.split(",")[0]: float(line.split(",")[1]) for line in epss.read_text().splitlines()[2:]}
    found = rows("MATCH (v:CVE) RETURN v.cve_id, v.is_kev, v.epss_score", *reports, kev, packed)
    assert found and all(bool(is_kev) == (cve in known) and score == scored.get(cve) for cve, is_kev, score in found)
    assert any(is_kev for _, is_kev, _ in found)
    analysis = json.loads(run("analyze", kev, epss, reports[0], "--format", "json", "--quiet").stdout)
    assert (analysis["tool"]["kev_date"], analysis["tool"]["epss_date"]) == ("2025-08-25", "2026-01-01")
    assert json.loads(run("analyze", reports[0], "--format", "json", "--quiet").stdout)["tool"]["kev_date"] is None


def test_risk_factors_reach_what_runs_the_image(folder):
    digest, safe = "sha256:" + "1" * 64, "sha256:" + "2" * 64
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "uid": name},
             "spec": {"containers": [{"name": "c", "image": "registry.example.com/shop@" + image}]},
             "status": {"containerStatuses": [{"name": "c", "imageID": "registry.example.com/shop@" + image}]}}
            for name, image in (("bad", digest), ("good", safe))]
    (folder / "pods.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))

    def report(image, severity, status="fixed"):
        return {"SchemaVersion": 2, "ArtifactName": "registry.example.com/shop", "ArtifactType": "container_image",
                "Metadata": {"RepoDigests": ["registry.example.com/shop@" + image]},
                "Results": [{"Target": "t", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": [
                    {"VulnerabilityID": "CVE-2021-44228", "PkgName": "p", "InstalledVersion": "1", "FixedVersion": "2", "Status": status, "Severity": severity,
                     "CVSS": {"nvd": {"V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V3Score": 9.8}}}]}]}

    (folder / "bad.json").write_text(json.dumps(report(digest, "CRITICAL")))
    (folder / "good.json").write_text(json.dumps(report(safe, "LOW", "not_affected")))
    labels = {name: set(found) for name, found in rows("MATCH (p:KubernetesPod) RETURN p.name, labels(p)", folder)}
    wanted = {"HighSeverityVulnerabilities", "RemoteCodeExecution"}
    assert wanted <= labels["bad"] and not wanted & labels["good"], labels
    assert "KnownExploited" not in labels["bad"]
    (folder / "kev.json").write_text(json.dumps({"catalogVersion": "1", "dateReleased": "2026-01-01T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2021-44228"}]}))
    labels = {name: set(found) for name, found in rows("MATCH (p:KubernetesPod) RETURN p.name, labels(p)", folder)}
    assert "KnownExploited" in labels["bad"] and "KnownExploited" not in labels["good"], labels


def main():
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
                print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
