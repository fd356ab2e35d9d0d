#include "access/kubernetes.h"

#define NAME_STRING(name) #name,
static const char *const kind_names[] = { KUBE_KINDS(NAME_STRING) };
static const char *const label_names[] = { KUBE_LABELS(NAME_STRING) };

/* ---- properties ---- */

static cg_value value_of(kube_estate *k, cg_node n, const char *key)
{
    const uint32_t name = cg_name_find(k->g, CG_NAMES_KEY, cg_str_from(key));
    cg_value v = cg_v_null();
    cspm_error *err = NULL;

    if (name == CG_NO_NAME || cg_node_prop(k->g, n, name, &k->arena, &v, &err) < 0)
        v = cg_v_null();
    cspm_error_free(err);
    return v;
}

cg_str kube_text(kube_estate *k, cg_node n, const char *key)
{
    const cg_value v = value_of(k, n, key);
    return v.type == CG_STRING ? cg_value_str(v) : CG_STR_NULL;
}

bool kube_flag(kube_estate *k, cg_node n, const char *key, bool absent)
{
    const cg_value v = value_of(k, n, key);
    return v.type == CG_BOOL ? v.boolean : absent;
}

int64_t kube_number(kube_estate *k, cg_node n, const char *key, int64_t absent)
{
    const cg_value v = value_of(k, n, key);
    return v.type == CG_INT ? v.integer : absent;
}

/* Inventories may come from anywhere: text that is no JSON is as if it were not there. */
int32_t kube_json(kube_estate *k, cg_node n, const char *key, const cg_tree **out)
{
    const cg_str text = kube_text(k, n, key);
    const cg_json_limits limits = { .max_depth = 64, .allow_nul = true };
    cspm_error *err = NULL;
    cg_tree *tree = NULL;

    *out = NULL;
    if (!text.data)
        return CSPM_OK;
    int32_t rc = cg_tree_from_json(&k->arena, text, CG_STR("property"), &limits, &tree, &err);
    cspm_error_free(err);
    if (rc == CSPM_E_NOMEM || (rc == CSPM_E_LIMIT && cg_mem_over_budget(k->mem)))
        return cg_nomem(k->mem, k->err);
    if (rc == CSPM_OK)
        *out = tree;
    return CSPM_OK;
}

bool kube_is(const kube_estate *k, cg_node n, kube_label label)
{
    return n != CG_NO_NODE && k->labels[label] != CG_NO_NAME && cg_node_has_label(k->g, n, k->labels[label]);
}

/* ---- places ---- */

static int32_t intern(kube_estate *k, cg_intern *table, cg_str text, uint32_t *out)
{
    *out = cg_intern_add(table, text.data, text.length);
    return *out == CG_INTERN_NONE ? cg_nomem(k->mem, k->err) : CSPM_OK;
}

static cg_str prop_text(kube_estate *k, cg_node n, uint32_t key)
{
    cg_value v = cg_v_null();
    cspm_error *err = NULL;

    if (key == CG_NO_NAME || cg_node_prop(k->g, n, key, &k->arena, &v, &err) < 0)
        v = cg_v_null();
    cspm_error_free(err);
    return v.type == CG_STRING ? cg_value_str(v) : CG_STR_NULL;
}

int32_t kube_place(kube_estate *k, cg_node n, uint32_t *cluster, uint32_t *ns)
{
    const cg_str c = prop_text(k, n, k->key_cluster), s = prop_text(k, n, k->key_namespace);
    int32_t rc;

    *cluster = *ns = KUBE_NONE;
    if (!c.data)
        return CSPM_OK;
    if ((rc = intern(k, k->clusters, c, cluster)) < 0 || !s.data)
        return rc;
    char *both = cg_arena_alloc(&k->arena, c.length + s.length + 1);
    if (!both)
        return cg_nomem(k->mem, k->err);
    memcpy(both, c.data, c.length);
    both[c.length] = '\x1f';
    memcpy(both + c.length + 1, s.data, s.length);
    if ((rc = intern(k, k->namespaces, (cg_str){ both, c.length + s.length + 1 }, ns)) < 0)
        return rc;
    if (*ns == k->cluster_of.count && !cg_vec_push(k->mem, &k->cluster_of, *cluster))
        return cg_nomem(k->mem, k->err);
    return CSPM_OK;
}

/* ---- sets ---- */

typedef struct placed {
    cg_node node;
    uint32_t cluster, ns;
} placed;
typedef CG_VEC(placed) placed_list;

static int32_t gather(kube_estate *k, kube_label label, placed_list *out)
{
    cg_label_iter it;
    cg_node n;
    int32_t rc;

    if (k->labels[label] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[label]); cg_label_iter_next(&it, &n);) {
        placed p = { n, 0, 0 };
        if ((rc = kube_place(k, n, &p.cluster, &p.ns)) < 0)
            return rc;
        if (p.cluster != KUBE_NONE && !cg_vec_push(k->mem, out, p))
            return cg_nomem(k->mem, k->err);
        if (CG_OP_DUE(k->ticks) && (rc = cg_op_check(k->op, k->mem, k->err)) < 0)
            return rc;
    }
    return CSPM_OK;
}

static bool bucket(kube_estate *k, const placed_list *all, bool by_cluster, cg_node **nodes, uint32_t **start)
{
    const uint32_t n = by_cluster ? k->n_clusters : k->n_namespaces + 1;

    *start = cg_calloc(k->mem, (size_t)n + 2, sizeof **start);
    *nodes = cg_alloc_array(k->mem, all->count + 1, sizeof **nodes);
    if (!*start || !*nodes)
        return false;
    for (size_t i = 0; i < all->count; i++)
        (*start)[(by_cluster ? all->data[i].cluster : all->data[i].ns + 1) + 2]++;
    for (uint32_t i = 2; i < n + 2; i++)
        (*start)[i] += (*start)[i - 1];
    for (size_t i = 0; i < all->count; i++)
        (*nodes)[(*start)[(by_cluster ? all->data[i].cluster : all->data[i].ns + 1) + 1]++] = all->data[i].node;
    return true;
}

static int32_t arrange(kube_estate *k, const placed_list *all, kube_set *s)
{
    s->n = (uint32_t)all->count;
    if (!bucket(k, all, false, &s->nodes, &s->start) || !bucket(k, all, true, &s->by_cluster, &s->cluster_start))
        return cg_nomem(k->mem, k->err);
    return CSPM_OK;
}

const cg_node *kube_in(const kube_set *s, uint32_t ns, uint32_t *n)
{
    *n = s->start[ns + 2] - s->start[ns + 1];
    return s->nodes + s->start[ns + 1];
}

const cg_node *kube_in_cluster(const kube_set *s, uint32_t cluster, uint32_t *n)
{
    *n = s->cluster_start[cluster + 1] - s->cluster_start[cluster];
    return s->by_cluster + s->cluster_start[cluster];
}

/* ---- walking ---- */

kube_walk kube_walk_start(const kube_estate *k, cg_node n, cg_dir dir, kube_kind kind)
{
    kube_walk w = { .kind = k->kinds[kind], .from = n, .none = k->kinds[kind] == CG_NO_NAME };

    if (!w.none)
        cg_adj_init(&w.it, k->g, n, dir, NULL);
    return w;
}

bool kube_next(kube_walk *w)
{
    cg_edge e;

    if (w->none)
        return false;
    while (cg_adj_next(&w->it, &e))
        if (e.kind == w->kind) {
            w->node = e.from == w->from ? e.to : e.from;
            return true;
        }
    return false;
}

cg_node kube_first(const kube_estate *k, cg_node n, cg_dir dir, kube_kind kind)
{
    kube_walk w = kube_walk_start(k, n, dir, kind);
    return kube_next(&w) ? w.node : CG_NO_NODE;
}

bool kube_joined(const kube_estate *k, cg_node a, kube_kind kind, cg_node b)
{
    cg_edge e;
    uint64_t cursor = 0;

    if (k->kinds[kind] == CG_NO_NAME)
        return false;
    while (cg_between_next(k->g, a, b, NULL, &cursor, &e))
        if (e.kind == k->kinds[kind] && e.from == a)
            return true;
    return false;
}

/* ---- loading ---- */

static int32_t place_nodes(kube_estate *k)
{
    cg_label_iter it;
    cg_node n;
    uint32_t c, s;

    k->cluster_nodes = cg_alloc_array(k->mem, k->n_clusters + 1, sizeof *k->cluster_nodes);
    k->namespace_nodes = cg_alloc_array(k->mem, k->n_namespaces + 1, sizeof *k->namespace_nodes);
    k->escapes = cg_calloc(k->mem, k->n_namespaces + 1, sizeof *k->escapes);
    k->governed = cg_calloc(k->mem, k->n_namespaces + 1, sizeof *k->governed);
    k->secrets_known = cg_calloc(k->mem, k->n_clusters + 1, sizeof *k->secrets_known);
    if (!k->cluster_nodes || !k->namespace_nodes || !k->escapes || !k->governed || !k->secrets_known)
        return cg_nomem(k->mem, k->err);
    memset(k->cluster_nodes, 0xff, (k->n_clusters + 1) * sizeof *k->cluster_nodes);
    memset(k->namespace_nodes, 0xff, (k->n_namespaces + 1) * sizeof *k->namespace_nodes);
    memset(k->escapes, true, (k->n_namespaces + 1) * sizeof *k->escapes);
    for (c = 0; c < k->n_clusters; c++) {
        const cg_str name = cg_intern_get(k->clusters, c);
        n = cg_node_find(k->g, name.data, name.length);
        k->cluster_nodes[c] = kube_is(k, n, KL_KubernetesCluster) ? n : CG_NO_NODE;
    }
    for (uint32_t i = 0; i < k->secrets.n; i++)
        if (!kube_flag(k, k->secrets.nodes[i], "partial", false) && kube_place(k, k->secrets.nodes[i], &c, &s) == CSPM_OK &&
            c < k->n_clusters)
            k->secrets_known[c] = true;
    if (k->labels[KL_KubernetesNamespace] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[KL_KubernetesNamespace]); cg_label_iter_next(&it, &n);) {
        /* A namespace stands in itself: its name is what the others name. */
        const cg_str cluster = prop_text(k, n, k->key_cluster), name = cg_node_name(k->g, n),
                     level = kube_text(k, n, "pod_security_enforce");
        cg_buf b;
        cg_buf_init(&b, k->mem, 0);
        cg_buf_str(&b, cluster);
        cg_buf_char(&b, '\x1f');
        cg_buf_str(&b, name);
        s = b.failed ? KUBE_NONE : cg_intern_find(k->namespaces, b.data, b.length);
        cg_buf_free(&b);
        if (s == KUBE_NONE)
            continue;
        k->namespace_nodes[s] = n;
        k->escapes[s] = !cg_str_eq(level, CG_STR("restricted")) && !cg_str_eq(level, CG_STR("baseline"));
    }
    return CSPM_OK;
}

/* Pods are those that run, and the templates that stand for such. */
static int32_t gather_pods(kube_estate *k, kube_label label, kube_label template, placed_list *out)
{
    placed_list more = { 0 };
    int32_t rc = gather(k, label, out);

    if (rc == CSPM_OK)
        rc = gather(k, template, &more);
    for (size_t i = 0; rc == CSPM_OK && i < more.count; i++)
        if (kube_bit(k->adopted, more.data[i].node) && !kube_is(k, more.data[i].node, label) && !cg_vec_push(k->mem, out, more.data[i]))
            rc = cg_nomem(k->mem, k->err);
    cg_vec_free(k->mem, &more);
    if (label != KL_KubernetesPod)
        return rc;
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++) {
        const cg_str phase = kube_text(k, out->data[i].node, "status_phase");
        if (!cg_str_eq(phase, CG_STR("Succeeded")) && !cg_str_eq(phase, CG_STR("Failed")))
            out->data[kept++] = out->data[i];
    }
    out->count = kept;
    return rc;
}

int32_t kube_load(kube_estate *k)
{
    static const struct {
        kube_label label;
        size_t at;
    } sorts[] = { { KL_KubernetesNode, offsetof(kube_estate, nodes) },
                  { KL_KubernetesNamespace, offsetof(kube_estate, spaces) },
                  { KL_KubernetesServiceAccount, offsetof(kube_estate, accounts) },
                  { KL_KubernetesUser, offsetof(kube_estate, users) },
                  { KL_KubernetesGroup, offsetof(kube_estate, groups) },
                  { KL_KubernetesSecret, offsetof(kube_estate, secrets) },
                  { KL_KubernetesRole, offsetof(kube_estate, roles) },
                  { KL_KubernetesService, offsetof(kube_estate, services) },
                  { KL_KubernetesNetworkPolicy, offsetof(kube_estate, policies) } };
    enum { N = sizeof sorts / sizeof sorts[0] };
    placed_list lists[N + 2] = { 0 };
    int32_t rc = CSPM_OK;

    for (int i = 0; i < KUBE_N_KINDS; i++) {
        k->kinds[i] = cg_name_find(k->g, CG_NAMES_KIND, cg_str_from(kind_names[i]));
        k->new_kinds[i] = CG_NO_NAME;
    }
    for (int i = 0; i < KUBE_N_LABELS; i++) {
        k->labels[i] = cg_name_find(k->g, CG_NAMES_LABEL, cg_str_from(label_names[i]));
        k->new_labels[i] = CG_NO_NAME;
    }
    k->key_cluster = cg_name_find(k->g, CG_NAMES_KEY, CG_STR("cluster_name"));
    k->key_namespace = cg_name_find(k->g, CG_NAMES_KEY, CG_STR("namespace"));
    const size_t words = cg_graph_n_nodes(k->g) / 64 + 1;
    k->marks = cg_calloc(k->mem, words, sizeof *k->marks);
    k->adopted = cg_calloc(k->mem, words, sizeof *k->adopted);
    k->clusters = cg_intern_new(k->mem, 0);
    k->namespaces = cg_intern_new(k->mem, 0);
    if (!k->marks || !k->adopted || !k->clusters || !k->namespaces)
        return cg_nomem(k->mem, k->err);
    rc = kube_adopt_templates(k);
    for (int i = 0; i < N && rc == CSPM_OK; i++)
        rc = gather(k, sorts[i].label, &lists[i]);
    if (rc == CSPM_OK)
        rc = gather_pods(k, KL_KubernetesPod, KL_KubernetesPodTemplate, &lists[N]);
    if (rc == CSPM_OK)
        rc = gather_pods(k, KL_KubernetesContainer, KL_KubernetesContainerTemplate, &lists[N + 1]);
    if (rc == CSPM_OK)
        rc = kube_read_roles(k); /* the last to name clusters and namespaces */
    k->n_clusters = cg_intern_count(k->clusters);
    k->n_namespaces = cg_intern_count(k->namespaces);
    for (int i = 0; i < N && rc == CSPM_OK; i++)
        rc = arrange(k, &lists[i], (kube_set *)(void *)((char *)k + sorts[i].at));
    if (rc == CSPM_OK)
        rc = arrange(k, &lists[N], &k->pods);
    if (rc == CSPM_OK)
        rc = arrange(k, &lists[N + 1], &k->containers);
    if (rc == CSPM_OK)
        rc = place_nodes(k);
    for (int i = 0; i < N + 2; i++)
        cg_vec_free(k->mem, &lists[i]);
    return rc;
}

void kube_unload(kube_estate *k)
{
    kube_set *const sets[] = { &k->nodes,  &k->spaces,  &k->pods,  &k->containers, &k->accounts, &k->users,
                               &k->groups, &k->secrets, &k->roles, &k->services,   &k->policies };

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        cg_free(k->mem, sets[i]->nodes);
        cg_free(k->mem, sets[i]->start);
        cg_free(k->mem, sets[i]->by_cluster);
        cg_free(k->mem, sets[i]->cluster_start);
    }
    cg_free(k->mem, k->cluster_nodes);
    cg_free(k->mem, k->namespace_nodes);
    cg_free(k->mem, k->escapes);
    cg_free(k->mem, k->governed);
    cg_free(k->mem, k->secrets_known);
    cg_free(k->mem, k->marks);
    cg_free(k->mem, k->adopted);
    cg_free(k->mem, k->role_at);
    cg_vec_free(k->mem, &k->cluster_of);
    cg_intern_free(k->clusters);
    cg_intern_free(k->namespaces);
    cg_arena_free(&k->arena);
}

/* ---- writing ---- */

static uint32_t new_kind(kube_estate *k, kube_kind kind)
{
    if (k->new_kinds[kind] == CG_NO_NAME)
        k->new_kinds[kind] = cg_layer_kind(k->l, cg_str_from(kind_names[kind]));
    return k->new_kinds[kind];
}

static int32_t decision(kube_estate *k, kube_kind kind, bool conditional, const char *note, const cg_node *nodes, uint32_t n,
                        cg_layer_edge *out)
{
    char rule[64] = "kubernetes/";
    const size_t length = strlen(kind_names[kind]);

    memcpy(rule + 11, kind_names[kind], length);
    const cg_evidence e = { .rule = { rule, 11 + length }, .nodes = nodes, .n_nodes = n, .note = cg_str_from(note) };
    *out = (cg_layer_edge){ .kind = new_kind(k, kind), .evidence = cg_layer_evidence(k->l, &e), .conditional = conditional };
    return out->kind == CG_NO_NAME || out->evidence == CG_NO_EVIDENCE ? cg_nomem(k->mem, k->err) : CSPM_OK;
}

int32_t kube_edge(kube_estate *k, cg_node from, kube_kind kind, cg_node to, bool conditional, const char *note)
{
    cg_layer_edge e;

    if (from == CG_NO_NODE || to == CG_NO_NODE)
        return CSPM_OK;
    int32_t rc = decision(k, kind, conditional, note, NULL, 0, &e);
    e.from = from;
    e.to = to;
    return rc < 0 ? rc : cg_layer_add_edge(k->l, &e, k->err);
}

int32_t kube_join(kube_estate *k, const cg_node *from, uint32_t n_from, kube_kind kind, const cg_node *to, uint32_t n_to, bool conditional,
                  const char *note)
{
    cg_layer_edge e;
    int32_t rc;

    if (!n_from || !n_to)
        return CSPM_OK;
    if ((rc = decision(k, kind, conditional, note, NULL, 0, &e)) < 0)
        return rc;
    if (n_from > 1 && n_to > 1 && (uint64_t)n_from * n_to > (uint64_t)n_from + n_to)
        return cg_layer_add_hub(k->l, &e, from, n_from, to, n_to, k->err);
    for (uint32_t i = 0; i < n_from; i++)
        for (uint32_t j = 0; j < n_to && rc == CSPM_OK; j++) {
            e.from = from[i];
            e.to = to[j];
            if (e.from != e.to)
                rc = cg_layer_add_edge(k->l, &e, k->err);
        }
    return rc;
}

int32_t kube_label_node(kube_estate *k, cg_node n, kube_label label, const char *note)
{
    const cg_evidence e = { .rule = CG_STR("kubernetes"), .nodes = &n, .n_nodes = 1, .note = cg_str_from(note) };

    if (n == CG_NO_NODE)
        return CSPM_OK;
    if (k->new_labels[label] == CG_NO_NAME)
        k->new_labels[label] = cg_layer_label(k->l, cg_str_from(label_names[label]));
    const uint32_t evidence = cg_layer_evidence(k->l, &e);
    if (k->new_labels[label] == CG_NO_NAME || evidence == CG_NO_EVIDENCE)
        return cg_nomem(k->mem, k->err);
    return cg_layer_add_label(k->l, n, k->new_labels[label], evidence, k->err);
}

int32_t kube_prop(kube_estate *k, cg_node n, const char *key, cg_value value)
{
    const uint32_t name = cg_layer_key(k->l, cg_str_from(key));
    return name == CG_NO_NAME ? cg_nomem(k->mem, k->err) : cg_layer_set_prop(k->l, n, name, value, k->err);
}

int32_t kube_prop_texts(kube_estate *k, cg_node n, const char *key, const cg_str *texts, uint32_t count)
{
    cg_list *list = cg_arena_alloc(&k->arena, sizeof *list + count * sizeof list->items[0]);

    if (!count)
        return CSPM_OK;
    if (!list)
        return cg_nomem(k->mem, k->err);
    list->count = count;
    for (uint32_t i = 0; i < count; i++)
        list->items[i] = cg_v_str(texts[i]);
    return kube_prop(k, n, key, (cg_value){ .type = CG_LIST, .list = list });
}
