"""The Kubernetes cluster "ferries", as kubectl prints it."""
from production import IMAGES
from shapes import REGION, WHEN, ec2_id, hexadecimal

REGISTRY = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"


def uid(kind, name, namespace):
    return f"{hexadecimal(kind, 8)}-0000-4000-8000-{hexadecimal(f'{namespace}/{name}', 12)}"


def meta(name, namespace=None, **more):
    out = {"name": name, "creationTimestamp": WHEN}
    if namespace:
        out["namespace"] = namespace
    out.update(more)
    return out


def item(kind, version, metadata, **more):
    return {"apiVersion": version, "kind": kind, "metadata": {**metadata, "uid": uid(kind, metadata["name"], metadata.get("namespace"))}, **more}


def pod(name, namespace, image, node, account="default", token=True, privileged=False, host_path=None, secret=None, address=None):
    container = {"name": name, "image": f"{REGISTRY}/{image.replace('-fixed', '')}:{'2.1' if 'fixed' in image else '2.0'}",
                 "ports": [{"containerPort": 8443, "protocol": "TCP"}], "volumeMounts": []}
    spec = {"serviceAccountName": account, "serviceAccount": account, "automountServiceAccountToken": token, "nodeName": node, "containers": [container],
            "volumes": [], "restartPolicy": "Always"}
    if privileged:
        container["securityContext"] = {"privileged": True}
    if host_path:
        spec["volumes"].append({"name": "host", "hostPath": {"path": host_path, "type": "Directory"}})
        container["volumeMounts"].append({"name": "host", "mountPath": "/host"})
    if secret:
        spec["volumes"].append({"name": "credentials", "secret": {"secretName": secret, "defaultMode": 420}})
        container["volumeMounts"].append({"name": "credentials", "mountPath": "/etc/credentials", "readOnly": True})
    if token:
        spec["volumes"].append({"name": "kube-api-access-" + hexadecimal(name, 5), "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}, {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}]}})
        container["volumeMounts"].append({"name": spec["volumes"][-1]["name"], "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": True})
    return item("Pod", "v1", meta(f"{name}-0", namespace, labels={"app": name}, ownerReferences=[
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "uid": uid("StatefulSet", name, namespace), "controller": True}]), spec=spec, status={
            "phase": "Running", "podIP": address, "hostIP": "10.20.11.101" if node.endswith("101") else "10.20.11.102", "containerStatuses": [
                {"name": name, "ready": True, "image": container["image"], "imageID": f"{container['image'].split(':')[0]}@{IMAGES[image]}",
                 "containerID": "containerd://" + hexadecimal(namespace + name, 64), "state": {"running": {"startedAt": WHEN}}}]})


def service(name, namespace, kind="ClusterIP", annotations=None):
    out = item("Service", "v1", meta(name, namespace), spec={
        "type": kind, "selector": {"app": name}, "clusterIP": f"172.20.0.{1 + int(hexadecimal(name, 4), 16) % 250}",
        "ports": [{"name": "https", "port": 443, "targetPort": 8443, "protocol": "TCP"}]}, status={"loadBalancer": {}})
    if annotations:
        out["metadata"]["annotations"] = annotations
    if kind == "LoadBalancer":
        inner = "internal-" if annotations else ""
        out["spec"]["ports"][0]["nodePort"] = 30000 + int(hexadecimal(name + "port", 4), 16) % 2000
        out["status"]["loadBalancer"] = {"ingress": [{"hostname": f"{inner}{hexadecimal(name, 32)}.elb.{REGION}.amazonaws.com"}]}
    return out


def ingress(name, namespace, **backends):
    return item("Ingress", "networking.k8s.io/v1", meta(name, namespace, annotations={"alb.ingress.kubernetes.io/scheme": "internet-facing"}), spec={
        "ingressClassName": "alb", "rules": [{"host": f"{backend.replace('_', '-')}.ferries.example.com", "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": backend.replace("_", "-"), "port": {"number": port}}}}]}}
            for backend, port in backends.items()]},
        status={"loadBalancer": {"ingress": [{"hostname": f"k8s-{namespace}-{hexadecimal(name, 10)}.{REGION}.elb.amazonaws.com"}]}})


def kinds():
    one, two = "ip-10-20-11-101", "ip-10-20-11-102"
    node = lambda name, machine, address: item("Node", "v1", meta(name, labels={"kubernetes.io/hostname": name, "topology.kubernetes.io/region": REGION}), spec={
        "providerID": f"aws:///{REGION}a/{ec2_id('i', machine)}"}, status={"addresses": [{"type": "InternalIP", "address": address}], "nodeInfo": {
            "kubeletVersion": "v1.31.2-eks", "osImage": "Amazon Linux 2023", "containerRuntimeVersion": "containerd://1.7.22", "architecture": "amd64"},
            "conditions": [{"type": "Ready", "status": "True"}]})
    account = lambda name, namespace, **annotations: item("ServiceAccount", "v1", meta(name, namespace, **({"annotations": {
        "eks.amazonaws.com/role-arn": annotations["role"]}} if annotations else {})))
    bind = lambda kind, name, role, role_kind, namespace, who, whose: item(kind, "rbac.authorization.k8s.io/v1", meta(name, namespace), roleRef={
        "apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role}, subjects=[{"kind": "ServiceAccount", "name": who, "namespace": whose}])
    roles = lambda kind, name, namespace, *rules: item(kind, "rbac.authorization.k8s.io/v1", meta(name, namespace), rules=list(rules))
    role_arn = "arn:aws:iam::111122223333:role/Receipts"
    pods = [
        pod("storefront", "shop", "storefront", one, "storefront", address="10.20.11.110"),
        pod("storefront-preview", "shop", "storefront", one, "storefront", token=False, address="10.20.11.111"),
        pod("storefront-staff", "shop", "storefront", one, "storefront", address="10.20.11.112"),
        pod("ais-collector", "tracking", "ais-collector", two, privileged=True, host_path="/", token=False, address="10.20.11.120"),
        pod("ais-archive", "tracking", "ais-collector", two, privileged=True, host_path="/", token=False, address="10.20.11.121"),
        pod("ais-admin", "harbour", "ais-collector", two, privileged=True, host_path="/", token=False, address="10.20.11.122"),
        pod("map-tiles", "tracking", "map-tiles", one, token=False, address="10.20.11.123"),
        pod("receipts", "payments", "receipts", one, "receipts", address="10.20.11.130"),
        pod("receipts-export", "payments", "receipts", one, "receipts-export", address="10.20.11.131"),
        pod("receipts-next", "payments", "receipts-fixed", one, "receipts", address="10.20.11.132"),
        pod("gateway", "payments", "storefront", one, "gateway", secret="acquirer-credentials", token=False, address="10.20.11.133"),
        pod("gateway-status", "payments", "storefront", one, "gateway", token=False, address="10.20.11.134"),
    ]
    sets = [item("StatefulSet", "apps/v1", meta(p["metadata"]["labels"]["app"], p["metadata"]["namespace"]), spec={
        "replicas": 1, "serviceName": p["metadata"]["labels"]["app"], "selector": {"matchLabels": p["metadata"]["labels"]}, "template": {
            "metadata": {"labels": p["metadata"]["labels"]}, "spec": {k: v for k, v in p["spec"].items() if k != "nodeName"}}}) for p in pods]
    services = [
        service("storefront", "shop", "LoadBalancer"), service("storefront-preview", "shop", "LoadBalancer"),
        service("storefront-staff", "shop", "LoadBalancer", {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
                                                             "service.beta.kubernetes.io/aws-load-balancer-internal": "true"}),
        service("ais-collector", "tracking"), service("map-tiles", "tracking"), service("ais-admin", "harbour", "LoadBalancer"), service("ais-archive", "tracking"),
        service("receipts", "payments"), service("receipts-export", "payments"), service("receipts-next", "payments"), service("gateway", "payments"),
        service("gateway-status", "payments")]
    return {
        "nodes": [node(one, "ferries-node-1", "10.20.11.101"), node(two, "ferries-node-2", "10.20.11.102")],
        "namespaces": [item("Namespace", "v1", meta(name, labels={"kubernetes.io/metadata.name": name}), status={"phase": "Active"})
                       for name in ("default", "kube-system", "shop", "tracking", "payments", "harbour")],
        "pods": pods, "statefulsets": sets, "services": services,
        "ingresses": [ingress("tracking", "tracking", ais_collector=443, map_tiles=443),
                      ingress("payments", "payments", receipts=443, receipts_export=443, receipts_next=443, gateway=443, gateway_status=443)],
        "serviceaccounts": [account("storefront", "shop"), account("default", "tracking"), account("default", "harbour"), account("gateway", "payments"),
                            account("receipts", "payments", role=role_arn), account("receipts-export", "payments", role=role_arn)],
        "rbac": [roles("ClusterRole", "cluster-admin", None, {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}),
                 roles("Role", "read-settings", "payments", {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}),
                 bind("ClusterRoleBinding", "storefront-admin", "cluster-admin", "ClusterRole", None, "storefront", "shop"),
                 bind("RoleBinding", "receipts-settings", "read-settings", "Role", "payments", "receipts", "payments")],
        "secrets": [item("Secret", "v1", meta("acquirer-credentials", "payments", labels={"data-classification": "restricted"}), type="Opaque",
                         data={"username": "UkVEQUNURUQ=", "password": "UkVEQUNURUQ="})],
        "networkpolicies": [item("NetworkPolicy", "networking.k8s.io/v1", meta("only-from-harbour", "harbour"), spec={
            "podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]})],
    }


def lists():
    return {name: {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items} for name, items in kinds().items()}
