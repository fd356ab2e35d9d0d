/* Kubernetes objects, as kubectl writes them, become nodes and edges. kubernetes.c reads the text, object.c takes one object apart, the
 * other files say what each kind means. Errors are sticky: once c->rc is negative, every call below does nothing. */
#ifndef CG_INGEST_KUBERNETES_H
#define CG_INGEST_KUBERNETES_H

#include "base/tree.h"
#include "graph/builder.h"

#define K8S_NAMES 509u
typedef struct k8s_name {
    const char *name; /* a literal */
    uint32_t (*find)(cg_builder *, const char *, size_t);
    uint32_t id;
} k8s_name;

typedef struct k8s_ctx {
    cg_builder *b;
    cg_mem *mem;
    cspm_error **err; /* of the call that is running */
    int32_t rc;
    cg_arena arena; /* of the object at hand */
    cg_str source;
    cg_str home;              /* the cluster's name when the object itself names none */
    bool met_home;            /* its node is made */
    bool internet;            /* the node of the internet is made */
    uint64_t *said;           /* what needs to be said once an input, by hash; 0 = free */
    size_t n_said, room_said; /* room: a power of two */
    cg_seed seed;
    k8s_name names[K8S_NAMES];
    /* the object at hand */
    const cg_tree *object, *meta;
    uint64_t offset;
    cg_str cluster, kind, group, ns, name, uid;
    cg_str id; /* its node's */
} k8s_ctx;

typedef enum {
    K8S_AS_IS, /* scalars as they are, lists of strings as lists */
    K8S_TEXT,  /* any scalar as a string */
    K8S_JSON,  /* the value as JSON text */
    K8S_TIME,  /* RFC 3339 as seconds since the epoch */
    K8S_COUNT, /* number of items or members */
    K8S_KEYS   /* the names of the members, in byte order */
} k8s_as;

/* A path is member names joined by dots. */
typedef struct k8s_field {
    const char *property;
    const char *path;
    k8s_as as;
} k8s_field;

/* What a kind of object means. */
typedef struct k8s_shape {
    const char *kind;      /* "Pod" */
    const char *groups;    /* API groups it is known in, joined by a blank; "core" is the group without a name. NULL: any */
    const char *labels[4]; /* NULL: no node of its own */
    bool clusterwide;
    bool contained; /* (:KubernetesNamespace)-[:CONTAINS]->(it) */
    const k8s_field *fields;
    void (*more)(k8s_ctx *c); /* further nodes and relationships; c->id is the node's id. May be NULL */
} k8s_shape;

const k8s_shape *k8s_shape_find(cg_str group, cg_str kind);
bool k8s_is_quiet(cg_str group, cg_str kind); /* known, and says nothing about access: no node, no diagnostic */
/* One object. `kind` and `api` are those of the list it stands in, for objects that state none themselves. */
int32_t k8s_take(k8s_ctx *c, const cg_tree *object, cg_str kind, cg_str api, cspm_error **err);

/* ---- reading ---- */
const cg_tree *k8s_get(const cg_tree *t, const char *path); /* NULL when absent or null */
cg_str k8s_str(const cg_tree *t, const char *path);         /* null when absent, no string, empty or with U+0000 */
bool k8s_true(const cg_tree *t, const char *path);
const cg_tree *k8s_list(const cg_tree *t, const char *path); /* NULL when it is no list; see k8s_items */
uint32_t k8s_count(const cg_tree *list);
cg_str k8s_annotation(const k8s_ctx *c, const char *key); /* null when absent */
/* True the first time for a text in this input: users, images and namespaces come with every pod. */
bool k8s_once(k8s_ctx *c, cg_str what);
bool k8s_is(cg_str s, const char *text);
bool k8s_one_of(cg_str s, const char *words); /* words joined by blanks */

/* ---- making text; lives until the object is done ---- */
cg_str k8s_text(k8s_ctx *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
cg_str k8s_json_text(k8s_ctx *c, const cg_tree *t);
/* Ids: CLUSTER/NAMESPACE/Kind/name, CLUSTER/Kind/name. */
cg_str k8s_id(k8s_ctx *c, cg_str ns, const char *kind, cg_str name);

/* ---- making nodes and edges ---- */
void k8s_node(k8s_ctx *c, cg_str id, const char *const *labels);
void k8s_partial(k8s_ctx *c); /* the open node counts only when no input defines it */
void k8s_alias(k8s_ctx *c, cg_str key);
void k8s_prop(k8s_ctx *c, const char *key, cg_value value);
void k8s_prop_text(k8s_ctx *c, const char *key, cg_str text); /* a null string is no property */
void k8s_prop_bool(k8s_ctx *c, const char *key, bool value);
void k8s_prop_int(k8s_ctx *c, const char *key, int64_t value);
void k8s_prop_texts(k8s_ctx *c, const char *key, const cg_str *texts, uint32_t n);
void k8s_prop_tree(k8s_ctx *c, const char *key, const cg_tree *t, k8s_as as);
void k8s_fields(k8s_ctx *c, const cg_tree *t, const k8s_field *fields);
void k8s_node_end(k8s_ctx *c, bool owned); /* owned: (:KubernetesCluster)-[:RESOURCE]->(node) */
/* The node of an object: names, times and labels of its metadata; the caller adds and ends. */
void k8s_object_node(k8s_ctx *c, const char *const *labels);
/* `partial` is the label of the node to make should nobody define the end `to`; NULL = that end is sure to be defined. */
void k8s_edge(k8s_ctx *c, cg_str from, const char *kind, cg_str to, const char *partial);
void k8s_edge_from(k8s_ctx *c, cg_str from, const char *partial, const char *kind, cg_str to); /* the label is for `from` */
void k8s_edge_open(k8s_ctx *c, cg_str from, const char *kind, cg_str to, const char *partial); /* properties follow, then k8s_edge_end */
void k8s_edge_end(k8s_ctx *c);
void k8s_internet(k8s_ctx *c); /* the node everybody outside stands for */
void k8s_bad(k8s_ctx *c, const cg_tree *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- shared by kinds ---- */
cg_str k8s_service_account(k8s_ctx *c, cg_str ns, cg_str name); /* id of the account; makes a partial node of it */
/* A pod, or the template of a controller (`owner` is then the controller's id and `name` made up from it). */
typedef struct k8s_pod {
    const cg_tree *spec, *status, *meta;
    cg_str id, name, owner;
    bool template;
} k8s_pod;
void k8s_pod_parts(k8s_ctx *c, const k8s_pod *p); /* containers, volumes, secrets, account, host */
void k8s_container(k8s_ctx *c, const k8s_pod *p, const cg_tree *container, const char *role);
/* Image by digest, or by its reference when the digest is not known; the null string when neither is. Makes the node. */
cg_str k8s_image(k8s_ctx *c, cg_str reference, cg_str image_id);
bool k8s_looks_secret(cg_str name, cg_str value);

void k8s_more_pod(k8s_ctx *c);
void k8s_more_controller(k8s_ctx *c);
void k8s_more_replica_set(k8s_ctx *c);
void k8s_more_node(k8s_ctx *c);
void k8s_more_namespace(k8s_ctx *c);
void k8s_more_service_account(k8s_ctx *c);
void k8s_more_role(k8s_ctx *c);
void k8s_more_binding(k8s_ctx *c);
void k8s_more_service(k8s_ctx *c);
void k8s_more_endpoints(k8s_ctx *c);
void k8s_more_slice(k8s_ctx *c);
void k8s_more_ingress(k8s_ctx *c);
void k8s_more_route(k8s_ctx *c);
void k8s_more_gateway(k8s_ctx *c);
void k8s_more_policy(k8s_ctx *c);
void k8s_more_secret(k8s_ctx *c);
void k8s_more_config_map(k8s_ctx *c);
void k8s_more_claim(k8s_ctx *c);
void k8s_more_volume(k8s_ctx *c);
void k8s_more_kubeconfig(k8s_ctx *c);

extern const k8s_field k8s_no_fields[], k8s_pod_fields[], k8s_deployment_fields[], k8s_stateful_fields[], k8s_daemon_fields[],
    k8s_job_fields[], k8s_cron_fields[], k8s_replica_fields[], k8s_node_fields[], k8s_namespace_fields[], k8s_account_fields[],
    k8s_role_fields[], k8s_binding_fields[], k8s_service_fields[], k8s_slice_fields[], k8s_ingress_fields[], k8s_route_fields[],
    k8s_gateway_fields[], k8s_policy_fields[], k8s_secret_fields[], k8s_config_fields[], k8s_claim_fields[], k8s_volume_fields[],
    k8s_admission_fields[];

#endif
