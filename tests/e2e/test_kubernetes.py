#!/usr/bin/env python3
"""Kubernetes exports through the command: KubeHound's cluster gives KubeHound's attack edges, a real dump the permissions another program worked out,
manifests their risk factors; and the answer is the same however the files are cut. TAP on stdout.

usage: test_kubernetes.py ROOT COMMAND
"""
import collections
import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(sys.argv[1]).resolve()
COMMAND = sys.argv[2]
DATA = pathlib.Path(os.environ.get("CSPM_SHARED") or ROOT.parent / "shared") / "data"
KUBEHOUND = DATA / "kubehound"
EXPORT = KUBEHOUND / "kubectl" / "all.json"
# What an attacker follows. Other relationships (RUNS_ON, CONTAINS) are inventory and no step.
STEPS = ["PERMISSION_DISCOVER", "POD_CREATE", "POD_PATCH", "POD_EXEC", "CREATE_POD_WITH_SA", "TOKEN_BRUTEFORCE", "TOKEN_LIST", "GENERATE_TOKEN",
         "IDENTITY_IMPERSONATE", "ROLE_BIND", "ROLE_ESCALATE", "CLUSTER_ADMIN", "EXPLOIT_HOST_TRAVERSE", "ENDPOINT_EXPLOIT", "IDENTITY_ASSUME",
         "VOLUME_DISCOVER", "VOLUME_ACCESS", "TOKEN_STEAL", "POD_ATTACH", "CONTAINER_ATTACH", "SHARE_PS_NAMESPACE", "EXPLOIT_HOST_WRITE",
         "EXPLOIT_HOST_READ", "EXPLOIT_CONTAINERD_SOCK", "CE_PRIV_MOUNT", "CE_NSENTER", "CE_MODULE_LOAD", "CE_SYS_PTRACE", "CE_UMH_CORE_PATTERN",
         "CE_VAR_LOG_SYMLINK", "READS_SECRET"]


class Missing(Exception):
    """The collected data are not on this machine."""


def need(*paths):
    for path in paths:
        if not path.exists():
            raise Missing(f"{path} is not here")


def run(*arguments, code=0):
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, timeout=240)
    assert done.returncode == code, f"exit {done.returncode}, wanted {code}: {arguments}\n{done.stderr.decode()[:800]}"
    return done.stdout.decode()


@functools.lru_cache(maxsize=None)
def rows(text, *inputs):
    return [tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in json.loads(run("query", text, *inputs, "--format", "json", "--quiet"))["rows"]]


def complaints(*inputs):
    return [d for d in json.loads(run("analyze", *inputs, "--format", "json", "--quiet"))["diagnostics"] if d["source"]]


# ---- KubeHound's cluster ----

@functools.lru_cache(maxsize=None)
def edges():
    """(kind, from's properties, to's properties): name, label, namespace, isNamespaced."""
    side = "labels({0}), {0}.name, {0}.namespace, {0}.isNamespaced, elementId({0})"
    text = f"MATCH (a)-[r]->(b) WHERE type(r) IN {json.dumps(STEPS)} RETURN type(r), {side.format('a')}, {side.format('b')}"
    return [(row[0], row[1:6], row[6:11]) for row in rows(text, EXPORT)]


def of(kind, source=None, target=None):
    """Edges of a kind between vertices of KubeHound's classes."""
    fits = lambda end, label: label is None or label in end[0] or "Kubernetes" + label in end[0]
    return [(a, b) for k, a, b in edges() if k == kind and fits(a, source) and fits(b, target)]


def pairs(found):
    return collections.Counter((a[1], b[1]) for a, b in found)


def wanted(assertion):
    return collections.Counter((p["from"], p["to"]) for p in assertion["pairs"])


def in_default(found, *ends):
    return [(a, b) for a, b in found if all((a, b)[end][2] == "default" for end in ends)]


def check_edge(a):
    test, kind = a["test"], a["edge"]
    found = of(kind, a["from_class"], a["to_class"]) if kind else []
    if a["assert"] == "at_least_one":
        assert any(x[1] in a["from_any_of"] and y[1] in a["to_any_of"] for x, y in found), found
    elif test == "Test_NoEdgeCase":
        leaving = [(k, x[1], y[1]) for k, x, y in edges() if "Container" in x[0] and x[1] == "control-pod"]
        assert not leaving, leaving
    elif test in ("TestEdge_CONTAINER_ATTACH", "TestEdge_VOLUME_ACCESS", "TestEdge_VOLUME_DISCOVER"):
        vertices = {row[0] for row in rows(f"MATCH (v:{a['to_class']}) RETURN elementId(v)", EXPORT)}
        reached = [y[4] for _, y in found]
        assert vertices and set(reached) == vertices and len(set(found)) == len(vertices), vertices ^ set(reached)
    elif test == "TestEdge_TOKEN_STEAL":
        assert collections.Counter(y[1] for _, y in in_default(found, 1)) == collections.Counter(a["values"])
    elif test == "TestEdge_EXPLOIT_HOST_WRITE":
        writable = {x[4] for x, _ in found}
        mounted = {(x[1], y[1]) for x, y in of("VOLUME_DISCOVER", "Container", "Volume") if y[4] in writable}
        assert {(p["from"], p["to"]) for p in a["pairs"]} <= mounted, mounted
    elif test == "TestEdge_EXPLOIT_HOST_TRAVERSE":
        steal = {x[4]: y[1] for x, y in of("TOKEN_STEAL")}
        cross = collections.defaultdict(set)
        for x, y in of(kind):
            cross[x[4]].add(y[4])
        node = dict(rows("MATCH (c:KubernetesContainer) RETURN elementId(c), c.node", EXPORT))
        for container in ("host-read-exploit-pod", "host-write-exploit-pod"):
            here = next(x[4] for x, _ in of("VOLUME_DISCOVER") if x[1] == container)
            volumes = [y[4] for x, y in of("VOLUME_DISCOVER") if x[4] == here]
            got = collections.Counter(steal[token] for volume in volumes for token in cross[volume])
            there = collections.Counter(y[1] for x, y in of("IDENTITY_ASSUME", "Container") if node[x[4]] == node[here])
            assert got == there and got, (container, got - there, there - got)
    elif kind == "ENDPOINT_EXPLOIT":
        exposure = {"TestEdge_ENDPOINT_EXPLOIT_ContainerPort": "ClusterIP", "TestEdge_ENDPOINT_EXPLOIT_NodePort": "NodeIP",
                    "TestEdge_ENDPOINT_EXPLOIT_External": "External"}[test]
        text = f"MATCH (e:Endpoint)-[:ENDPOINT_EXPLOIT]->(c:Container) WHERE e.exposure = '{exposure}' RETURN e.serviceEndpoint"
        assert set(a["values"]) <= {row[0] for row in rows(text, EXPORT)}
    elif kind == "ROLE_BIND":
        namespaced = a["filters"][0]["value"] == "true"
        got = pairs((x, y) for x, y in found if x[3] is namespaced and y[1].startswith(a["filters"][1]["value"]))
        assert got == wanted(a), (got - wanted(a), wanted(a) - got)
    elif a["assert"] == "exact_multiset":
        got = pairs(in_default(found, 0) if a.get("filters") else found)
        assert got == wanted(a), (got - wanted(a), wanted(a) - got)
    else:
        assert a["assert"] == "subset", a
        assert set(wanted(a)) <= set(pairs(found)), set(wanted(a)) - set(pairs(found))


def test_kubehound_edges(folder):
    need(EXPORT)
    expected = json.loads((KUBEHOUND / "expected_edges.json").read_text())
    assert len(expected) >= 24, len(expected)
    for a in expected:
        try:
            check_edge(a)
        except AssertionError as error:
            raise AssertionError(f"{a['test']}: {str(error)[:1500]}") from error


def test_role_bind_in_a_namespace(folder):
    """Whoever may bind any cluster role in a namespace governs it: KubeHound leaves that case out."""
    need(EXPORT)
    text = "MATCH (s:KubernetesPermissionSet)-[:ROLE_BIND]->(n:KubernetesNamespace) WHERE s.isNamespaced = true RETURN s.name, n.name"
    assert ("rolebind-rb-cr-rb-cr::pod-bind-role-rb-cr-rb-cr", "default") in rows(text, EXPORT)
    assert not any("crb-cr-fail" in name for name, _ in rows(text, EXPORT))


def test_kubehound_vertices(folder):
    need(EXPORT)
    expected = json.loads((KUBEHOUND / "expected_vertices.json").read_text())
    text = "MATCH (v:{}) RETURN v.name, v.namespace, v.{} AS other"
    for group, label, other, key in (("Pods", "KubernetesPod", "service_account_name", "ServiceAccount"), ("Nodes", "KubernetesNode", "name", "Name"),
                                     ("Volumes", "Volume", "mountPath", "MountPath"), ("Containers", "KubernetesContainer", "pod", "Pod"),
                                     ("PermissionSets", "KubernetesPermissionSet", "role", "Role"), ("Identities", "KubernetesIdentity", "type", "Type")):
        have = set(rows(text.format(label, other), EXPORT))
        want = {(v["Name"], v["Namespace"] or None, v[key]) for v in expected[group]}
        assert want and want <= have, (group, want - have)
    rules = dict(rows("MATCH (s:PermissionSet) RETURN s.name, s.rules", EXPORT))
    for s in expected["PermissionSets"]:
        assert sorted(rules[s["Name"]]) == sorted(s["Rules"]), (s["Name"], rules[s["Name"]], s["Rules"])
    flags = {name: rest for name, *rest in rows("MATCH (c:KubernetesContainer) RETURN c.name, c.privileged, c.hostPid, c.hostNetwork, c.runAsUser", EXPORT)}
    for c in expected["Containers"]:
        assert flags[c["Name"]] == [c["Privileged"], c["HostPID"], c["HostNetwork"], c["RunAsUser"]], (c, flags[c["Name"]])


# ---- permissions, as another program worked them out ----

def check_permissions(folder, *inputs):
    expected = json.loads((folder / "expected_rbac.json").read_text())["permissions"]
    held = collections.defaultdict(set)
    text = "MATCH (i)<-[:SUBJECT]-(b)-[:GRANTS]->(s:KubernetesPermissionSet) RETURN i.type, i.namespace, i.name, s.namespace, s.permissions"
    for kind, ns, name, where, permissions in rows(text, *inputs):
        who = f"{kind}:{ns}/{name}" if ns else f"{kind}:{name}"
        for p in permissions or ():
            held[p, where].add(who)
    assert len(expected) == 18
    for permission, want in expected.items():
        assert held.pop((permission, None), set()) == set(want["cluster"]), (permission, held)
        for ns, who in want["namespaced"].items():
            assert held.pop((permission, ns), set()) == set(who), (permission, ns)
    left = {key: who for key, who in held.items() if key[0] in expected}
    assert not left, left


def test_permissions_of_kubehound(folder):
    need(EXPORT)
    check_permissions(KUBEHOUND, EXPORT)


def test_permissions_of_a_real_cluster(folder):
    need(DATA / "fixinventory-k8s")
    check_permissions(DATA / "fixinventory-k8s", DATA / "fixinventory-k8s")


def test_pods_hold_what_their_account_holds(folder):
    inputs = DATA / "fixinventory-k8s"
    need(inputs)
    expected = json.loads((inputs / "expected_rbac.json").read_text())["pods_with_permission"]
    text = ("MATCH (p:KubernetesPod)-[:RUNS_AS]->(a)<-[:SUBJECT]-(b)-[:GRANTS]->(s:KubernetesPermissionSet) UNWIND s.permissions AS what "
            "RETURN p.namespace, p.name, what, s.namespace")
    have = {(f"{ns}/{name}", what, where or "cluster") for ns, name, what, where in rows(text, inputs)}
    want = {(p["pod"], p["permission"], p["scope"]) for p in expected}
    assert want and want <= have, want - have


# ---- manifests ----

def test_risk_factors_of_manifests(folder):
    inputs = DATA / "kubernetes-goat" / "kubectl-list.json"
    need(inputs)
    expected = json.loads((inputs.parent / "expected_risk_factors.json").read_text())
    have = collections.defaultdict(set)
    for name, pid, ipc, network in rows("MATCH (p:KubernetesPod) RETURN p.name, p.host_pid, p.host_ipc, p.host_network", inputs):
        have[name] |= {flag for flag, on in (("hostPID", pid), ("hostIPC", ipc), ("hostNetwork", network)) if on}
    for pod, name, privileged, labels, caps, secrets, filled in rows("MATCH (c:KubernetesContainer) RETURN c.pod, c.name, c.privileged, labels(c), "
                                                                     "c.capabilities, c.secret_env_names, c.env_names_from_secrets", inputs):
        assert privileged == ("PrivilegedContainer" in labels) and bool(secrets) == ("PlaintextSecret" in labels), (pod, labels)
        have[pod] |= {f"privileged:{name}"} if privileged else set()
        have[pod] |= {f"cap:{cap}:{name}" for cap in caps or ()} | {f"secret-in-env:{variable}" for variable in (secrets or ()) + (filled or ())}
    for pod, path in rows("MATCH (v:KubernetesVolume) WHERE v.type = 'HostPath' RETURN v.pod, v.sourcePath", inputs):
        have[pod].add(f"hostPath:{path}")
    strip = lambda factors: {f.rstrip("/") if f != "hostPath:/" else f for f in factors}
    for w in expected["workloads"]:
        want = {f for f in w["factors"] if not f.startswith(("no-limits", "allowPrivilegeEscalation"))}
        assert strip(have[w["name"]]) == strip(want), (w["name"], have[w["name"]] ^ want)
    services = set(rows("MATCH (s:KubernetesService) RETURN s.name, s.namespace, s.type", inputs))
    assert services == {(s["name"], s["namespace"], s["type"]) for s in expected["services"]}
    text = "MATCH (b)-[:ROLE_REF]->(r) WHERE b.role_kind IS NOT NULL MATCH (b)-[:SUBJECT]->(s) RETURN b.name, r.name, s.name"
    have_bindings = {(b, s) for b, _, s in rows(text, inputs)}
    assert have_bindings == {(b["binding"], s["name"]) for b in expected["bindings"] for s in b["subjects"]}, have_bindings
    # cluster-admin is in no manifest: every API server has it.
    assert ("superadmin",) in rows("MATCH (a:KubernetesServiceAccount:Administrator) RETURN a.name", inputs)


# ---- loading ----

EXPLAINED = {"not-exported", "template", "unrecognised"}


def test_everything_loads(folder):
    for inputs in (EXPORT, KUBEHOUND / "kubectl", DATA / "fixinventory-k8s", DATA / "kubernetes-goat" / "kubectl-list.json", DATA / "kubernetes-goat" / "manifests"):
        need(inputs)
        strange = [d for d in complaints(inputs) if d["code"] not in EXPLAINED]
        assert not strange, (inputs, strange[:5])


def graph(*inputs):
    text = run("export", *inputs, "--format", "opengraph", "--quiet")
    g = json.loads(text)["graph"]
    return sorted(json.dumps(n, sort_keys=True) for n in g["nodes"]), sorted(json.dumps(e, sort_keys=True) for e in g["edges"])


def same(folder, change):
    need(EXPORT)
    items = json.loads(EXPORT.read_text())["items"]
    change(items, folder)
    whole, cut = graph(EXPORT), graph(folder)
    assert whole == cut, (set(whole[0]) ^ set(cut[0]) or set(whole[1]) ^ set(cut[1]))


def test_same_from_one_object_a_file(folder):
    def change(items, folder):
        for i, item in enumerate(items):
            (folder / f"{i:04}.json").write_text(json.dumps(item))
    same(folder, change)


def test_same_in_reverse(folder):
    same(folder, lambda items, folder: (folder / "all.json").write_text(json.dumps({"items": items[::-1], "kind": "List", "apiVersion": "v1"})))


def test_same_from_documents_in_a_row(folder):
    same(folder, lambda items, folder: (folder / "all.json").write_text("\n".join(json.dumps(item) for item in items)))


def test_same_from_typed_lists(folder):
    def change(items, folder):
        kinds = collections.defaultdict(list)
        for item in items:
            kinds[item["kind"], item["apiVersion"]].append({k: v for k, v in item.items() if k not in ("kind", "apiVersion")})
        for (kind, api), members in kinds.items():
            # Sorted keys, as some tools write them: what the items are comes last.
            (folder / f"{kind}.json").write_text(json.dumps({"apiVersion": api, "items": members, "kind": kind + "List"}))
    same(folder, change)


def test_same_in_every_run(folder):
    need(EXPORT)
    assert run("export", EXPORT, "--format", "opengraph", "--quiet") == run("export", EXPORT, "--format", "opengraph", "--quiet")


def main() -> int:
    tests = [(name, value) for name, value in sorted(globals().items()) if name.startswith("test_")]
    only = os.environ.get("ONLY")
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        if only and only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                print(f"ok {number} - {name}")
            except Missing as why:
                print(f"ok {number} - {name} # SKIP {why}")
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}")
                for line in traceback.format_exc().splitlines():
                    print(f"# {line[:1500]}")
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
