/* The Kubernetes part of an inventory as the stage reads it: what is in which namespace of which cluster, and what a role allows. */
#ifndef CG_ACCESS_KUBERNETES_H
#define CG_ACCESS_KUBERNETES_H

#include "access/derive.h"
#include "base/intern.h"

#define KUBE_NONE UINT32_MAX

#define KUBE_KINDS(X)                                                                                                                      \
    X(RESOURCE)                                                                                                                            \
    X(CONTAINS)                                                                                                                            \
    X(RUNS_ON)                                                                                                                             \
    X(MAY_RUN_ON)                                                                                                                          \
    X(RUNS_AS) X(WORKLOAD_PARENT) X(OWNED_BY) X(SUBJECT) X(GRANTS) X(ROLE_REF) X(MOUNTS) X(TARGETS) X(HAS_ENDPOINT) X(HAS_TOKEN_SECRET)    \
        X(ASSUMES_ROLE) X(ROUTES) X(CAN_ACCESS) X(APPLIES_TO) X(POD_CREATE) X(POD_PATCH) X(POD_EXEC) X(TOKEN_BRUTEFORCE) X(TOKEN_LIST)     \
            X(READS_SECRET) X(GENERATE_TOKEN) X(CREATE_POD_WITH_SA) X(IDENTITY_IMPERSONATE) X(ROLE_BIND) X(ROLE_ESCALATE)                  \
                X(PERMISSION_DISCOVER) X(ADMINISTERS) X(CLUSTER_ADMIN) X(MEMBER_OF) X(ENDPOINT_EXPLOIT) X(EXPLOIT_HOST_TRAVERSE)           \
                    X(STS_ASSUMEROLE_ALLOW) X(MAPS_TO)
#define KUBE_LABELS(X)                                                                                                                     \
    X(KubernetesCluster)                                                                                                                   \
    X(KubernetesNode)                                                                                                                      \
    X(Node)                                                                                                                                \
    X(KubernetesAnyNode)                                                                                                                   \
    X(KubernetesNamespace) X(KubernetesPod) X(Pod) X(KubernetesContainer) X(Container) X(KubernetesPodTemplate)                            \
        X(KubernetesContainerTemplate) X(KubernetesTokenVolume) X(KubernetesVolume) X(Volume) X(KubernetesVolumeTemplate)                  \
            X(KubernetesServiceAccount) X(KubernetesUser) X(KubernetesGroup) X(KubernetesIdentity) X(KubernetesSecret) X(KubernetesRole)   \
                X(KubernetesClusterRole) X(KubernetesPermissionSet) X(KubernetesService) X(KubernetesIngress) X(KubernetesGateway)         \
                    X(KubernetesHTTPRoute) X(KubernetesEndpoint) X(KubernetesNetworkPolicy) X(Internet) X(Administrator)
#define KUBE_KIND_NAME(name) KR_##name,
#define KUBE_LABEL_NAME(name) KL_##name,
typedef enum { KUBE_KINDS(KUBE_KIND_NAME) KUBE_N_KINDS } kube_kind;
typedef enum { KUBE_LABELS(KUBE_LABEL_NAME) KUBE_N_LABELS } kube_label;

/* Nodes of one sort, by namespace and by cluster. */
typedef struct kube_set {
    cg_node *nodes; /* in the order of namespaces, those of none first; see start */
    uint32_t n;
    uint32_t *start;     /* by namespace + 1: 0 is "in no namespace" */
    cg_node *by_cluster; /* the same nodes again */
    uint32_t *cluster_start;
} kube_set;

/* What a role allows without naming single objects: one bit each, see kubernetes_rules.c. */
enum {
    KUBE_PODS_CREATE,
    KUBE_PODS_PATCH,
    KUBE_PODS_EXEC,
    KUBE_PODS_ATTACH,
    KUBE_WORKLOADS_CREATE,
    KUBE_DEPLOYMENTS_CREATE,
    KUBE_DAEMONSETS_CREATE,
    KUBE_SECRETS_GET,
    KUBE_SECRETS_LIST,
    KUBE_TOKEN_REQUEST,
    KUBE_IMPERSONATE_USERS,
    KUBE_IMPERSONATE_GROUPS,
    KUBE_IMPERSONATE_ACCOUNTS,
    KUBE_ROLEBINDINGS_CREATE,
    KUBE_CLUSTERROLEBINDINGS_CREATE,
    KUBE_ROLES_BIND,
    KUBE_CLUSTERROLES_BIND,
    KUBE_ROLES_ESCALATE,
    KUBE_CLUSTERROLES_ESCALATE,
    KUBE_NODES_PROXY,
    KUBE_NODES_PROXY_CREATE,
    KUBE_CSR_APPROVE,
    KUBE_WEBHOOKS_CREATE,
    KUBE_CLUSTER_ADMIN,
    KUBE_N_ASKS
};
#define KUBE_BIT(ask) (1u << (ask))

typedef struct kube_rule {
    const cg_tree *groups, *resources, *verbs, *names, *urls;
} kube_rule;
typedef struct kube_role {
    cg_node node;
    kube_rule *rules; /* its own, then those it is made of */
    uint32_t n_rules;
    uint32_t allows; /* bits, of rules that name no single object */
    uint32_t named;  /* bits that some rule allows for single objects */
} kube_role;

/* A role as given to somebody. */
typedef struct kube_grant {
    cg_node node;
    uint32_t cluster, ns;  /* ns: KUBE_NONE = everywhere in the cluster */
    const kube_role *role; /* never NULL; an empty one when the role is not known */
    cg_node role_node;     /* CG_NO_NODE */
    bool of_cluster_role;
    bool admin; /* of the cluster: what more it could do adds nothing, and is not drawn */
} kube_grant;

typedef struct kube_estate {
    cg_graph *g;
    cg_mem *mem;
    cg_arena arena;
    cspm_op *op;
    cg_layer_builder *l;
    cspm_error **err;
    uint32_t ticks;
    uint32_t kinds[KUBE_N_KINDS], labels[KUBE_N_LABELS];         /* of the graph below; CG_NO_NAME when it has none */
    uint32_t new_kinds[KUBE_N_KINDS], new_labels[KUBE_N_LABELS]; /* of the layer; CG_NO_NAME until used */
    uint32_t key_cluster, key_namespace;
    cg_intern *clusters, *namespaces; /* names; "CLUSTER\x1fNAMESPACE" */
    CG_VEC(uint32_t) cluster_of;      /* by namespace */
    uint32_t n_clusters, n_namespaces;
    cg_node *cluster_nodes; /* by cluster; CG_NO_NODE */
    cg_node *namespace_nodes;
    bool *escapes;       /* by namespace: nothing keeps privileged pods out of it */
    bool *secrets_known; /* by cluster: secrets were exported */
    bool *governed;      /* by namespace: something below can make itself its administrator */
    uint64_t *marks;     /* one bit a node: an identity that leads somewhere */
    uint64_t *adopted;   /* one bit a node: a template that stands for pods */
    kube_set nodes, spaces, pods, containers, accounts, users, groups, secrets, roles, services, policies;
    kube_role *all_roles;
    uint32_t n_roles, *role_at; /* by node: KUBE_NONE or its place in all_roles */
    kube_grant *grants;
    uint32_t n_grants;
} kube_estate;

/* ---- kubernetes_read.c ---- */
int32_t kube_load(kube_estate *k);
void kube_unload(kube_estate *k);
/* Place of a node, KUBE_NONE when it states none. */
int32_t kube_place(kube_estate *k, cg_node n, uint32_t *cluster, uint32_t *ns);
cg_str kube_text(kube_estate *k, cg_node n, const char *key); /* null when absent or no string */
bool kube_flag(kube_estate *k, cg_node n, const char *key, bool absent);
int64_t kube_number(kube_estate *k, cg_node n, const char *key, int64_t absent);
/* A property that is JSON text, as a tree in the stage's arena; *out NULL when it is none. */
int32_t kube_json(kube_estate *k, cg_node n, const char *key, const cg_tree **out);
bool kube_is(const kube_estate *k, cg_node n, kube_label label);
const cg_node *kube_in(const kube_set *s, uint32_t ns, uint32_t *n);
const cg_node *kube_in_cluster(const kube_set *s, uint32_t cluster, uint32_t *n);
/* Neighbours: `for (kube_walk w = …; kube_next(&w);)` with w.node. */
typedef struct kube_walk {
    cg_adj_iter it;
    uint32_t kind;
    cg_node from, node;
    bool none;
} kube_walk;
kube_walk kube_walk_start(const kube_estate *k, cg_node n, cg_dir dir, kube_kind kind);
bool kube_next(kube_walk *w);
cg_node kube_first(const kube_estate *k, cg_node n, cg_dir dir, kube_kind kind);
bool kube_joined(const kube_estate *k, cg_node a, kube_kind kind, cg_node b);
static inline bool kube_bit(const uint64_t *bits, cg_node n)
{
    return bits[n >> 6] >> (n & 63) & 1;
}
static inline void kube_set_bit(uint64_t *bits, cg_node n)
{
    bits[n >> 6] |= UINT64_C(1) << (n & 63);
}

/* ---- writing ---- */
int32_t kube_edge(kube_estate *k, cg_node from, kube_kind kind, cg_node to, bool conditional, const char *note);
/* Each of these to each of those, the same decision: a hub where that is smaller. */
int32_t kube_join(kube_estate *k, const cg_node *from, uint32_t n_from, kube_kind kind, const cg_node *to, uint32_t n_to, bool conditional,
                  const char *note);
int32_t kube_label_node(kube_estate *k, cg_node n, kube_label label, const char *note);
int32_t kube_prop(kube_estate *k, cg_node n, const char *key, cg_value value);
int32_t kube_prop_texts(kube_estate *k, cg_node n, const char *key, const cg_str *texts, uint32_t count);

/* ---- kubernetes_rules.c ---- */
int32_t kube_read_roles(kube_estate *k);
/* Whether a rule of the role allows it for this object by name. */
bool kube_allows_named(const kube_role *role, uint32_t ask, cg_str name);
int32_t kube_describe_grants(kube_estate *k);

/* ---- the parts of the stage ---- */
int32_t kube_adopt_templates(kube_estate *k); /* kubernetes_template.c; before pods are collected */
int32_t kube_find_identities(kube_estate *k); /* kubernetes_identity.c */
int32_t kube_use_grants(kube_estate *k);      /* kubernetes_grants.c */
int32_t kube_bind_roles(kube_estate *k);      /* kubernetes_bind.c */
int32_t kube_cross_hosts(kube_estate *k);     /* kubernetes_template.c */
int32_t kube_select(kube_estate *k);          /* kubernetes_select.c */
int32_t kube_join_clouds(kube_estate *k);     /* kubernetes_cloud.c */
int32_t kube_expose(kube_estate *k);          /* kubernetes_expose.c */

/* ---- kubernetes_select.c, for exposure ---- */
bool kube_selects(const cg_tree *selector, const cg_tree *labels); /* a LabelSelector: matchLabels, matchExpressions */
bool kube_matches(const cg_tree *pairs, const cg_tree *labels);    /* a map that labels must hold */

#endif
