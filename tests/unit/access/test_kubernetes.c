/* Permissions, selectors and exposure in Kubernetes, on small clusters written as manifests; what must not follow stands beside what must.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/derive.h"
#include "ingest/ingest.h"

typedef struct cluster {
    cg_mem *mem;
    cg_graph *g;
    int32_t rc;
} cluster;

static cluster derived(const char *yaml, uint64_t budget)
{
    cluster c = { .mem = cg_mem_new(NULL, budget) };
    const cg_derive_request request = { 0 };
    cg_builder *b = NULL;
    cg_graph *inventory = NULL;
    cspm_error *err = NULL;

    c.rc = cg_builder_new(c.mem, cg_mem_limits(c.mem), &b, &err);
    if (c.rc == CSPM_OK)
        c.rc = cg_ingest_bytes(b, yaml, strlen(yaml), CG_STR("k.yaml"), NULL, NULL, &err);
    if (c.rc == CSPM_OK)
        c.rc = cg_builder_freeze(b, NULL, &inventory, &err);
    if (c.rc == CSPM_OK)
        c.rc = cg_access_derive(inventory, &request, NULL, &c.g, &err);
    if (budget == 0)
        ck_assert_msg(c.rc == CSPM_OK, "%s", err ? cspm_error_text(err, NULL) : "failed without an error");
    cspm_error_free(err);
    cg_graph_unref(inventory);
    cg_builder_free(b);
    return c;
}

static void drop(cluster *c)
{
    cg_graph_unref(c->g);
    ck_assert_uint_eq(cg_mem_used(c->mem), 0);
    cg_mem_unref(c->mem);
}

static cg_node find(const cluster *c, const char *id)
{
    return cg_node_find(c->g, id, strlen(id));
}

/* 0: no such relationship, 1: conditional, 2: certain. */
static int joined(const cluster *c, const char *from, const char *kind, const char *to)
{
    const cg_node a = find(c, from), b = find(c, to);
    const uint32_t name = cg_name_find(c->g, CG_NAMES_KIND, cg_str_from(kind));
    cg_adj_iter it;
    cg_edge e;
    int found = 0;

    ck_assert_msg(a != CG_NO_NODE, "no node %s", from);
    ck_assert_msg(b != CG_NO_NODE, "no node %s", to);
    if (name == CG_NO_NAME)
        return 0;
    for (cg_adj_init(&it, c->g, a, CG_OUT, NULL); cg_adj_next(&it, &e);)
        if (e.kind == name && e.to == b)
            found = cg_rel_conditional(c->g, e.rel) && found < 2 ? 1 : 2;
    return found;
}

static bool labelled(const cluster *c, const char *id, const char *label)
{
    const uint32_t name = cg_name_find(c->g, CG_NAMES_LABEL, cg_str_from(label));
    ck_assert_msg(find(c, id) != CG_NO_NODE, "no node %s", id);
    return name != CG_NO_NAME && cg_node_has_label(c->g, find(c, id), name);
}

#define YES(from, kind, to) ck_assert_msg(joined(&c, from, kind, to) == 2, "%s -%s-> %s: %d", from, kind, to, joined(&c, from, kind, to))
#define MAYBE(from, kind, to) ck_assert_msg(joined(&c, from, kind, to) == 1, "%s -%s-> %s: %d", from, kind, to, joined(&c, from, kind, to))
#define NO(from, kind, to) ck_assert_msg(joined(&c, from, kind, to) == 0, "%s -%s-> %s: %d", from, kind, to, joined(&c, from, kind, to))

#define NEXT "---\n"
#define POD_IN(ns, name, labels, more)                                                                                                     \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns ", labels: {" labels                                            \
    "}}\nspec: {serviceAccountName: sa, nodeName: n, "                                                                                     \
    "containers: [{name: c, ports: [{containerPort: 80, name: web}]}]" more "}\n" NEXT
#define ACCOUNT(ns, name) "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: " name ", namespace: " ns "}\n" NEXT
#define NODE(more) "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n" more NEXT
#define RBAC "apiVersion: rbac.authorization.k8s.io/v1\n"
#define ROLE(ns, name, rules) RBAC "kind: Role\nmetadata: {name: " name ", namespace: " ns "}\nrules: [" rules "]\n" NEXT
#define WIDE(name, rules) RBAC "kind: ClusterRole\nmetadata: {name: " name "}\nrules: [" rules "]\n" NEXT
#define RULE(group, resources, verbs) "{apiGroups: ['" group "'], resources: [" resources "], verbs: [" verbs "]}"
#define NAMED(group, resources, verbs, names)                                                                                              \
    "{apiGroups: ['" group "'], resources: [" resources "], verbs: [" verbs "], resourceNames: [" names "]}"
#define BIND(ns, name, kind, role, who)                                                                                                    \
    RBAC "kind: RoleBinding\nmetadata: {name: '" name "', namespace: " ns "}\nroleRef: {kind: " kind ", name: " role "}\nsubjects: [" who    \
         "]\n" NEXT
#define BIND_WIDE(name, role, who)                                                                                                         \
    RBAC "kind: ClusterRoleBinding\nmetadata: {name: '" name "'}\nroleRef: {kind: ClusterRole, name: " role "}\nsubjects: [" who "]\n" NEXT
#define SA(ns, name) "{kind: ServiceAccount, namespace: " ns ", name: " name "}"
#define GROUP(name) "{kind: Group, name: '" name "'}"
#define SET(ns, name) "cluster/" ns "/PermissionSet/" name
#define WSET(name) "cluster/PermissionSet/" name

/* ---- bad first ---- */

START_TEST(nothing_of_kubernetes_adds_nothing)
{
    cluster c = derived("apiVersion: v1\nkind: Config\nclusters: []\n", 0);
    ck_assert_uint_eq(cg_graph_n_derived(c.g), 0);
    drop(&c);
}
END_TEST

START_TEST(odd_rules_give_nothing)
{
    cluster c = derived(POD_IN("a", "p", "x: y", "")
                            WIDE("r", "7, null, [], {}, {verbs: x, resources: 7, apiGroups: {}}, {verbs: ['*'], nonResourceURLs: ['*']}")
                                BIND_WIDE("b", "r", SA("a", "sa")) BIND_WIDE("none", "missing", SA("a", "sa")),
                        0);
    NO(WSET("r::b"), "POD_EXEC", "cluster/a/Pod/p");
    NO(WSET("missing::none"), "POD_EXEC", "cluster/a/Pod/p");
    ck_assert(!labelled(&c, "cluster/a/ServiceAccount/sa", "Administrator"));
    drop(&c);
}
END_TEST

START_TEST(memory_refused_anywhere_leaves_nothing_behind)
{
    static const char text[] = NODE("") POD_IN("a", "p", "x: y", "") ACCOUNT("a", "t")
        ROLE("a", "r", RULE("", "pods/exec", "create") "," RULE("", "secrets", "list")) BIND(
            "a", "b", "Role", "r",
            SA("a", "sa") "," SA("a", "t")) "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: a}\nspec: {type: LoadBalancer, "
                                            "selector: {x: y}, ports: [{port: 80}]}\n";
    cluster whole = derived(text, 0);
    const uint64_t peak = cg_mem_peak(whole.mem);
    int refused = 0;

    drop(&whole);
    for (uint64_t budget = peak / 3; budget < peak; budget += peak / 97) {
        cluster c = derived(text, budget);
        ck_assert_msg(c.rc == CSPM_OK || c.rc == CSPM_E_LIMIT || c.rc == CSPM_E_NOMEM, "%d", c.rc);
        refused += c.rc != CSPM_OK;
        drop(&c);
    }
    ck_assert_int_gt(refused, 20);
}
END_TEST

/* ---- roles ---- */

START_TEST(subresources_are_resources_of_their_own)
{
    cluster c =
        derived(POD_IN("a", "p", "x: y", "") ROLE("a", "pods", RULE("", "pods", "'*'")) ROLE("a", "exec", RULE("", "pods/exec", "create"))
                    ROLE("a", "any", RULE("", "'*/exec'", "create")) ROLE("a", "star", RULE("", "'pods/*'", "create"))
                        ROLE("a", "group", RULE("apps", "pods/exec", "create")) ROLE("a", "get", RULE("", "pods/exec", "get"))
                            ROLE("a", "attach", RULE("", "pods/attach", "create")) BIND("a", "1", "Role", "pods", SA("a", "sa"))
                                BIND("a", "2", "Role", "exec", SA("a", "sa")) BIND("a", "3", "Role", "any", SA("a", "sa"))
                                    BIND("a", "4", "Role", "star", SA("a", "sa")) BIND("a", "5", "Role", "group", SA("a", "sa"))
                                        BIND("a", "6", "Role", "get", SA("a", "sa")) BIND("a", "7", "Role", "attach", SA("a", "sa")),
                0);
    NO(SET("a", "pods::1"), "POD_EXEC", "cluster/a/Pod/p");
    YES(SET("a", "pods::1"), "POD_PATCH", "cluster/a/Pod/p");
    YES(SET("a", "exec::2"), "POD_EXEC", "cluster/a/Pod/p");
    YES(SET("a", "any::3"), "POD_EXEC", "cluster/a/Pod/p");
    NO(SET("a", "star::4"), "POD_EXEC", "cluster/a/Pod/p");
    NO(SET("a", "group::5"), "POD_EXEC", "cluster/a/Pod/p");
    NO(SET("a", "get::6"), "POD_EXEC", "cluster/a/Pod/p");
    MAYBE(SET("a", "attach::7"), "POD_EXEC", "cluster/a/Pod/p");
    drop(&c);
}
END_TEST

START_TEST(bindings_keep_to_their_namespace)
{
    cluster c = derived(POD_IN("a", "p", "x: y", "") POD_IN("b", "q", "x: y", "") WIDE("exec", RULE("", "pods/exec", "create"))
                            WIDE("who", RULE("", "users, groups", "impersonate")) BIND("a", "narrow", "ClusterRole", "exec", SA("b", "sa"))
                                BIND_WIDE("wide", "exec", SA("b", "sa")) BIND("a", "no", "ClusterRole", "who", SA("b", "sa"))
                                    BIND_WIDE("yes", "who", SA("b", "sa") "," GROUP("dev")),
                        0);
    YES(SET("a", "exec::narrow"), "POD_EXEC", "cluster/a/Pod/p");
    NO(SET("a", "exec::narrow"), "POD_EXEC", "cluster/b/Pod/q");
    YES(WSET("exec::wide"), "POD_EXEC", "cluster/b/Pod/q");
    NO(SET("a", "who::no"), "IDENTITY_IMPERSONATE", "cluster/Group/dev"); /* groups stand in no namespace */
    YES(WSET("who::yes"), "IDENTITY_IMPERSONATE", "cluster/Group/dev");
    YES(WSET("who::yes"), "IDENTITY_IMPERSONATE", "cluster"); /* as system:masters */
    drop(&c);
}
END_TEST

START_TEST(names_limit_a_rule)
{
    cluster c =
        derived(POD_IN("a", "p", "x: y", "") POD_IN("a", "q", "x: y", "")
                    ROLE("a", "r", NAMED("", "pods/exec", "create", "p") "," NAMED("", "secrets", "get", "s1"))
                        BIND("a", "b", "Role", "r", SA("a", "sa")) "apiVersion: v1\nkind: Secret\nmetadata: {name: s1, namespace: a}\n" NEXT
                                                                   "apiVersion: v1\nkind: Secret\nmetadata: {name: s2, namespace: a}\n",
                0);
    YES(SET("a", "r::b"), "POD_EXEC", "cluster/a/Pod/p");
    NO(SET("a", "r::b"), "POD_EXEC", "cluster/a/Pod/q");
    YES(SET("a", "r::b"), "READS_SECRET", "cluster/a/Secret/s1");
    NO(SET("a", "r::b"), "READS_SECRET", "cluster/a/Secret/s2");
    drop(&c);
}
END_TEST

START_TEST(roles_are_made_of_roles)
{
    cluster c =
        derived(POD_IN("a", "p", "x: y", "") RBAC
                "kind: ClusterRole\nmetadata: {name: top, labels: {up: 'no'}}\naggregationRule: {clusterRoleSelectors: [{matchLabels: {up: "
                "'yes'}}]}\nrules: []\n" NEXT RBAC "kind: ClusterRole\nmetadata: {name: middle, labels: {up: 'yes'}}\naggregationRule: "
                                                   "{clusterRoleSelectors: [{matchExpressions: [{key: low, operator: "
                "Exists}]}]}\nrules: []\n" NEXT RBAC "kind: ClusterRole\nmetadata: {name: leaf, labels: {low: ''}}\nrules: [" RULE(
                    "", "pods/exec", "create") "]\n" NEXT RBAC
                                               "kind: ClusterRole\nmetadata: {name: apart, labels: {other: ''}}\nrules: [" RULE(
                                                   "", "pods", "patch") "]\n" NEXT BIND_WIDE("b", "top", SA("a", "sa")),
                0);
    YES(WSET("top::b"), "POD_EXEC", "cluster/a/Pod/p");
    NO(WSET("top::b"), "POD_PATCH", "cluster/a/Pod/p");
    drop(&c);
}
END_TEST

START_TEST(administrators_are_told)
{
    cluster c =
        derived(ACCOUNT("a", "sa") WIDE("all", RULE("*", "'*'", "'*'")) WIDE("core", RULE("", "'*'", "'*'"))
                    BIND_WIDE("1", "all", SA("a", "one")) BIND_WIDE("2", "core", SA("a", "two"))
                        BIND("a", "3", "ClusterRole", "all", SA("a", "three")) BIND_WIDE("4", "cluster-admin", SA("a", "four"))
                            BIND_WIDE("5", "view", GROUP("system:masters")) BIND_WIDE("6", "all", GROUP("system:serviceaccounts:a")),
                0);
    ck_assert(labelled(&c, "cluster", "Administrator"));
    ck_assert(labelled(&c, "cluster/a/ServiceAccount/one", "Administrator"));
    ck_assert(!labelled(&c, "cluster/a/ServiceAccount/two", "Administrator"));
    ck_assert(!labelled(&c, "cluster/a/ServiceAccount/three", "Administrator"));
    ck_assert(labelled(&c, "cluster/a/ServiceAccount/four", "Administrator")); /* every API server has cluster-admin */
    ck_assert(labelled(&c, "cluster/Group/system:masters", "Administrator"));
    YES(WSET("all::1"), "CLUSTER_ADMIN", "cluster");
    YES("cluster/a/ServiceAccount/sa", "MEMBER_OF", "cluster/Group/system:serviceaccounts:a");
    drop(&c);
}
END_TEST

START_TEST(binding_needs_both_rights)
{
    cluster c = derived(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n" NEXT WIDE(
            "bind", RULE("rbac.authorization.k8s.io", "clusterrolebindings", "create") "," RULE("rbac.authorization.k8s.io", "clusterroles",
                                                                                                "bind"))
            WIDE("half", RULE("rbac.authorization.k8s.io", "clusterrolebindings", "create")) WIDE("power", RULE("", "pods/exec", "create"))
                WIDE("named", RULE("rbac.authorization.k8s.io", "clusterrolebindings", "create") "," NAMED("rbac.authorization.k8s.io",
                                                                                                           "clusterroles", "bind", "power"))
                    ROLE("a", "ns",
                         RULE("rbac.authorization.k8s.io", "rolebindings", "create") "," RULE("rbac.authorization.k8s.io",
                                                                                              "clusterroles", "bind"))
                        WIDE("write", RULE("rbac.authorization.k8s.io", "clusterroles", "escalate, update"))
                            WIDE("only", RULE("rbac.authorization.k8s.io", "clusterroles", "escalate")) BIND_WIDE("1", "bind", SA("a", "s"))
                                BIND_WIDE("2", "half", SA("a", "s")) BIND_WIDE("3", "power", SA("a", "s"))
                                    BIND_WIDE("4", "named", SA("a", "s")) BIND("a", "5", "Role", "ns", SA("a", "s"))
                                        BIND_WIDE("6", "write", SA("a", "s")) BIND_WIDE("7", "only", SA("a", "s")),
        0);
    YES(WSET("bind::1"), "ROLE_BIND", "cluster");
    YES(WSET("bind::1"), "ROLE_BIND", WSET("power::3"));
    NO(WSET("half::2"), "ROLE_BIND", WSET("power::3"));
    YES(WSET("named::4"), "ROLE_BIND", WSET("power::3"));
    NO(WSET("named::4"), "ROLE_BIND", WSET("bind::1"));
    NO(WSET("named::4"), "ROLE_BIND", "cluster");
    YES(SET("a", "ns::5"), "ROLE_BIND", "cluster/Namespace/a");
    NO(SET("a", "ns::5"), "ROLE_BIND", "cluster");
    YES(WSET("write::6"), "ROLE_ESCALATE", "cluster");
    NO(WSET("only::7"), "ROLE_ESCALATE", "cluster");
    drop(&c);
}
END_TEST

START_TEST(pod_security_keeps_pods_from_nodes)
{
    cluster c = derived(
        NODE("") "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {pod-security.kubernetes.io/enforce: restricted}}\n" NEXT
                 "apiVersion: v1\nkind: Namespace\nmetadata: {name: b, labels: {pod-security.kubernetes.io/warn: restricted}}\n" NEXT ROLE(
                     "a", "r", RULE("", "pods", "create")) ROLE("b", "r", RULE("apps", "deployments", "create"))
                     BIND("a", "x", "Role", "r", SA("a", "s")) BIND("b", "x", "Role", "r", SA("b", "s")),
        0);
    NO(SET("a", "r::x"), "POD_CREATE", "cluster/Node/n");
    YES(SET("a", "r::x"), "CREATE_POD_WITH_SA", "cluster/a/ServiceAccount/s");
    YES(SET("b", "r::x"), "POD_CREATE", "cluster/Node/n");
    NO(SET("b", "r::x"), "CREATE_POD_WITH_SA", "cluster/a/ServiceAccount/s");
    drop(&c);
}
END_TEST

START_TEST(tokens_lie_in_secrets_when_they_were_exported)
{
#define LISTS                                                                                                                              \
    ROLE("a", "r", RULE("", "secrets", "list")) BIND("a", "x", "Role", "r", SA("a", "one") "," SA("a", "two")) ACCOUNT("a", "unbound")
    cluster c = derived(LISTS, 0);
    MAYBE(SET("a", "r::x"), "TOKEN_LIST", "cluster/a/ServiceAccount/one");
    NO(SET("a", "r::x"), "TOKEN_LIST", "cluster/a/ServiceAccount/unbound");
    drop(&c);
    c = derived(LISTS
                "apiVersion: v1\nkind: Secret\nmetadata: {name: t, namespace: a, annotations: {kubernetes.io/service-account.name: one}}\n"
                "type: kubernetes.io/service-account-token\n",
                0);
    YES(SET("a", "r::x"), "TOKEN_LIST", "cluster/a/ServiceAccount/one");
    NO(SET("a", "r::x"), "TOKEN_LIST", "cluster/a/ServiceAccount/two");
    YES(SET("a", "r::x"), "READS_SECRET", "cluster/a/Secret/t");
    drop(&c);
}
END_TEST

START_TEST(many_to_many_is_stored_once)
{
    cg_buf b;
    cg_mem *mem = cg_mem_new(NULL, 0);

    cg_buf_init(&b, mem, 0);
    cg_buf_adds(&b, ROLE("a", "r", RULE("", "pods/exec", "create")));
    for (int i = 0; i < 60; i++) {
        cg_buf_printf(&b,
                      RBAC "kind: RoleBinding\nmetadata: {name: b%d, namespace: a}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: "
                           "User, name: u%d}]\n" NEXT,
                      i, i);
        cg_buf_printf(&b, "apiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: a}\nspec: {containers: [{name: c}]}\n" NEXT, i);
    }
    cg_buf_char(&b, '\0');
    cluster c = derived(b.data, 0);
    ck_assert_uint_eq(cg_kind_count(c.g, cg_name_find(c.g, CG_NAMES_KIND, CG_STR("POD_EXEC"))), 3600);
    YES(SET("a", "r::b17"), "POD_EXEC", "cluster/a/Pod/p42");
    ck_assert_uint_lt(cg_graph_n_stored(c.g), 3600);
    drop(&c);
    cg_buf_free(&b);
    cg_mem_unref(mem);
}
END_TEST

/* ---- templates, tokens ---- */

START_TEST(templates_stand_for_pods_nobody_exported)
{
#define DEPLOY(name, more)                                                                                                                 \
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " name ", namespace: a}\nspec: {" more                                        \
    "template: {spec: {containers: [{name: c, securityContext: {privileged: true}}]}}}\n" NEXT
    cluster c = derived(DEPLOY("alone", "") DEPLOY("none", "replicas: 0, ")
                            DEPLOY("web", "") "apiVersion: v1\nkind: Pod\nmetadata: {name: web-7d9f-x, namespace: a, labels: "
                                              "{pod-template-hash: 7d9f}, ownerReferences: [{kind: ReplicaSet, name: web-7d9f}]}\n"
                                              "spec: {containers: [{name: c}]}\n",
                        0);
    ck_assert(labelled(&c, "cluster/a/Deployment/alone/Pod", "KubernetesPod"));
    ck_assert(labelled(&c, "cluster/a/Deployment/alone/Pod/Container/c", "KubernetesContainer"));
    YES("cluster/a/Deployment/alone/Pod", "RUNS_ON", "cluster/Node/*");
    ck_assert(!labelled(&c, "cluster/a/Deployment/web/Pod", "KubernetesPod"));
    ck_assert_uint_eq(find(&c, "cluster/a/Deployment/none/Pod"), CG_NO_NODE);
    drop(&c);
}
END_TEST

START_TEST(an_account_may_refuse_to_be_mounted)
{
#define BARE(ns, more)                                                                                                                     \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: " ns "}\nspec: {serviceAccountName: sa, " more                              \
    "containers: [{name: c}]}\n" NEXT
#define GIVES(ns) ROLE(ns, "r", RULE("", "pods/exec", "create")) BIND(ns, "b", "Role", "r", SA(ns, "sa"))
#define TOKEN(ns) "cluster/" ns "/Pod/p/Container/c/Volume/var/run/secrets/kubernetes.io/serviceaccount"
    cluster c = derived(
        BARE("a", "") BARE("b", "") BARE("d", "automountServiceAccountToken: true, ") GIVES("a") GIVES("b") GIVES(
            "d") "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: b}\nautomountServiceAccountToken: false\n" NEXT
                 "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: d}\nautomountServiceAccountToken: false\n",
        0);
    ck_assert(labelled(&c, TOKEN("a"), "KubernetesVolume"));
    ck_assert(!labelled(&c, TOKEN("b"), "KubernetesVolume"));
    ck_assert(labelled(&c, TOKEN("d"), "KubernetesVolume")); /* the pod's word counts more */
    drop(&c);
}
END_TEST

/* ---- exposure ---- */

#define SERVICE(name, spec, more)                                                                                                          \
    "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: a" more "}\nspec: {selector: {app: " name                        \
    "}, ports: [{port: 443, targetPort: web}], " spec "}\n"
#define WITH(name, spec, more) POD_IN("a", name, "app: " name, "") SERVICE(name, spec, more) NEXT
#define POD(name) "cluster/a/Pod/" name

START_TEST(balancers_expose_what_is_behind_them)
{
    cluster c = derived(
        NODE("status: {addresses: [{type: InternalIP, address: 10.0.0.9}]}\n") WITH("open", "type: LoadBalancer", "")
            WITH("inside", "type: ClusterIP", "")
                WITH("internal", "type: LoadBalancer", ", annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internal}")
                    WITH("partners", "type: LoadBalancer, loadBalancerSourceRanges: [198.51.100.0/24]", "")
                        WITH("office", "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]", "") WITH("port", "type: NodePort", "")
                            WITH("address", "type: ClusterIP, externalIPs: [203.0.113.7]", "") POD_IN("a", "private", "app: private", "")
                                SERVICE("private", "type: LoadBalancer", "") "status: {loadBalancer: {ingress: [{ip: 10.1.2.3}]}}\n",
        0);
    YES("internet", "CAN_ACCESS", POD("open"));
    NO("internet", "CAN_ACCESS", POD("inside"));
    NO("internet", "CAN_ACCESS", POD("internal"));
    YES("internet", "CAN_ACCESS", POD("partners"));
    NO("internet", "CAN_ACCESS", POD("office"));
    NO("internet", "CAN_ACCESS", POD("port")); /* no node has a public address */
    YES("internet", "CAN_ACCESS", POD("address"));
    NO("internet", "CAN_ACCESS", POD("private"));
    YES("cluster/a/Service/open", "TARGETS", POD("open"));
    NO("cluster/a/Service/open", "TARGETS", POD("inside"));
    drop(&c);
    c = derived(WITH("port", "type: NodePort", ""), 0);
    MAYBE("internet", "CAN_ACCESS", POD("port")); /* whether nodes have one is not known */
    drop(&c);
}
END_TEST

#define POLICY(name, app, ingress)                                                                                                         \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name                                                        \
    ", namespace: a}\nspec: {podSelector: {matchLabels: {app: " app "}}, policyTypes: [Ingress]" ingress "}\n" NEXT

START_TEST(policies_keep_the_internet_out)
{
    cluster c = derived(
        NODE("status: {addresses: [{type: InternalIP, address: 10.0.0.9}]}\n") WITH("closed", "type: LoadBalancer", "")
            WITH("anyone", "type: LoadBalancer", "") WITH("own", "type: LoadBalancer", "") WITH("port", "type: LoadBalancer",
                                                                                                "") WITH("other", "type: LoadBalancer", "")
                WITH("nodes", "type: LoadBalancer", "") WITH("local", "type: LoadBalancer, externalTrafficPolicy: Local",
                                                             "") WITH("egress", "type: LoadBalancer", "") POLICY("p1", "closed", "")
                    POLICY("p2", "anyone", ", ingress: [{}]") POLICY("p3", "own", ", ingress: [{from: [{podSelector: {}}]}]")
                        POLICY("p4", "port", ", ingress: [{ports: [{port: 80}], from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]")
                            POLICY("p5", "other", ", ingress: [{ports: [{port: 9000}]}]")
                                POLICY("p6", "nodes", ", ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24}}]}]") POLICY(
                                    "p7", "local",
                                    ", ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/24}}]}]") "apiVersion: networking.k8s.io/v1\nkind: "
                                                                                             "NetworkPolicy\nmetadata: {name: p8, "
                                                                                             "namespace: a}\nspec: {podSelector: "
                                                                                             "{matchLabels: {app: egress}}, policyTypes: "
                                                                                             "[Egress]}\n",
        0);
    NO("internet", "CAN_ACCESS", POD("closed"));
    YES("internet", "CAN_ACCESS", POD("anyone"));
    NO("internet", "CAN_ACCESS", POD("own"));
    YES("internet", "CAN_ACCESS", POD("port"));
    NO("internet", "CAN_ACCESS", POD("other"));
    YES("internet", "CAN_ACCESS", POD("nodes")); /* the balancer hands over from a node's address */
    NO("internet", "CAN_ACCESS", POD("local"));  /* here the client's address stays */
    YES("internet", "CAN_ACCESS", POD("egress"));
    drop(&c);
}
END_TEST

START_TEST(ingresses_come_through_their_controller)
{
#define INGRESS(name, more)                                                                                                                \
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " name                                                              \
    ", namespace: a}\nspec: {rules: [{http: {paths: [{backend: {service: {name: " name "}}}]}}]}\n" more NEXT
#define PUBLIC "status: {loadBalancer: {ingress: [{ip: 203.0.113.9}]}}\n"
    cluster c = derived(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: front, labels: {role: front}}\n" NEXT
        "apiVersion: v1\nkind: Pod\nmetadata: {name: nginx, namespace: front, labels: {app: nginx}}\nspec: {containers: [{name: c, ports: "
        "[{containerPort: 80}]}]}\n" NEXT
        "apiVersion: v1\nkind: Service\nmetadata: {name: nginx, namespace: front}\nspec: {type: LoadBalancer, selector: {app: nginx}, "
        "ports: [{port: 80}]}\n" NEXT WITH("shop", "type: ClusterIP", "") WITH("admin", "type: ClusterIP", "")
            WITH("back", "type: ClusterIP", "") WITH("far", "type: ClusterIP", "") INGRESS("shop", PUBLIC) INGRESS("admin", PUBLIC) INGRESS(
                "back", PUBLIC) INGRESS("far", "status: {loadBalancer: {ingress: [{ip: 10.0.0.3}]}}\n")
                POLICY("p1", "admin", ", ingress: [{from: [{namespaceSelector: {matchLabels: {role: office}}}]}]") POLICY(
                    "p2", "back",
                    ", ingress: [{from: [{namespaceSelector: {matchLabels: {role: front}}, podSelector: {matchLabels: {app: nginx}}}]}]"),
        0);
    YES("internet", "CAN_ACCESS", "cluster/a/Ingress/shop");
    YES("internet", "CAN_ACCESS", POD("shop"));
    NO("internet", "CAN_ACCESS", POD("admin"));
    YES("internet", "CAN_ACCESS", POD("back"));
    NO("internet", "CAN_ACCESS", POD("far"));
    drop(&c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("kubernetes");
    TCase *t = tcase_create("kubernetes");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, nothing_of_kubernetes_adds_nothing);
    tcase_add_test(t, odd_rules_give_nothing);
    tcase_add_test(t, memory_refused_anywhere_leaves_nothing_behind);
    tcase_add_test(t, subresources_are_resources_of_their_own);
    tcase_add_test(t, bindings_keep_to_their_namespace);
    tcase_add_test(t, names_limit_a_rule);
    tcase_add_test(t, roles_are_made_of_roles);
    tcase_add_test(t, administrators_are_told);
    tcase_add_test(t, binding_needs_both_rights);
    tcase_add_test(t, pod_security_keeps_pods_from_nodes);
    tcase_add_test(t, tokens_lie_in_secrets_when_they_were_exported);
    tcase_add_test(t, many_to_many_is_stored_once);
    tcase_add_test(t, templates_stand_for_pods_nobody_exported);
    tcase_add_test(t, an_account_may_refuse_to_be_mounted);
    tcase_add_test(t, balancers_expose_what_is_behind_them);
    tcase_add_test(t, policies_keep_the_internet_out);
    tcase_add_test(t, ingresses_come_through_their_controller);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
