/* Selectors: which pods a service sends to and a network policy applies to. */
#include "access/kubernetes.h"

/* ---- matching ---- */

static cg_str label_of(const cg_tree *labels, cg_str key)
{
    for (uint32_t i = 0; labels && labels->type == CG_TREE_MAP && i < labels->map.count; i++)
        if (cg_str_eq(labels->map.keys[i], key))
            return labels->map.values[i]->type == CG_TREE_STRING ? labels->map.values[i]->string : CG_STR("");
    return CG_STR_NULL;
}

bool kube_matches(const cg_tree *pairs, const cg_tree *labels)
{
    for (uint32_t i = 0; pairs && pairs->type == CG_TREE_MAP && i < pairs->map.count; i++) {
        const cg_str have = label_of(labels, pairs->map.keys[i]);
        if (!have.data || pairs->map.values[i]->type != CG_TREE_STRING || !cg_str_eq(have, pairs->map.values[i]->string))
            return false;
    }
    return true;
}

static bool in_values(const cg_tree *values, cg_str s)
{
    for (uint32_t i = 0; s.data && values && values->type == CG_TREE_LIST && i < values->list.count; i++)
        if (values->list.items[i]->type == CG_TREE_STRING && cg_str_eq(values->list.items[i]->string, s))
            return true;
    return false;
}

static bool expression(const cg_tree *e, const cg_tree *labels)
{
    const cg_str key = cg_tree_string(cg_tree_get(e, "key")), op = cg_tree_string(cg_tree_get(e, "operator"));
    const cg_str have = key.data ? label_of(labels, key) : CG_STR_NULL;
    const bool in = in_values(cg_tree_get(e, "values"), have);

    if (cg_str_eq(op, CG_STR("In")))
        return in;
    if (cg_str_eq(op, CG_STR("NotIn")))
        return !in;
    if (cg_str_eq(op, CG_STR("Exists")))
        return have.data != NULL;
    return cg_str_eq(op, CG_STR("DoesNotExist")) && !have.data;
}

bool kube_selects(const cg_tree *selector, const cg_tree *labels)
{
    const cg_tree *expressions = cg_tree_get(selector, "matchExpressions");

    if (!kube_matches(cg_tree_get(selector, "matchLabels"), labels))
        return false;
    for (uint32_t i = 0; expressions && expressions->type == CG_TREE_LIST && i < expressions->list.count; i++)
        if (!expression(expressions->list.items[i], labels))
            return false;
    return true;
}

/* ---- pods by what they are labelled ---- */

typedef CG_VEC(cg_node) node_list;

/* Pods of a namespace by each pair of key and value. */
typedef struct finder {
    const cg_node *pods;
    const cg_tree **labels;
    uint32_t n;
    cg_intern *pairs;
    uint32_t *start, *at; /* by pair: places in `pods` */
} finder;

static uint32_t pair_id(kube_estate *k, cg_intern *table, cg_str key, const cg_tree *value, bool add)
{
    cg_buf b;
    uint32_t id;

    cg_buf_init(&b, k->mem, 0);
    cg_buf_str(&b, key);
    cg_buf_char(&b, '\0');
    cg_buf_str(&b, cg_tree_string(value));
    id = b.failed ? CG_INTERN_NONE : add ? cg_intern_add(table, b.data, b.length) : cg_intern_find(table, b.data, b.length);
    cg_buf_free(&b);
    return id;
}

static void finder_free(kube_estate *k, finder *f)
{
    cg_intern_free(f->pairs);
    cg_free(k->mem, f->labels);
    cg_free(k->mem, f->start);
    cg_free(k->mem, f->at);
}

static int32_t finder_fill(kube_estate *k, finder *f)
{
    CG_VEC(uint64_t) all = { 0 }; /* pair, place */
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; i < f->n && rc == CSPM_OK; i++) {
        if ((rc = kube_json(k, f->pods[i], "labels", &f->labels[i])) < 0 || !f->labels[i] || f->labels[i]->type != CG_TREE_MAP)
            continue;
        for (uint32_t j = 0; j < f->labels[i]->map.count && rc == CSPM_OK; j++) {
            const uint32_t id = pair_id(k, f->pairs, f->labels[i]->map.keys[j], f->labels[i]->map.values[j], true);
            if (id == CG_INTERN_NONE || !cg_vec_push(k->mem, &all, ((uint64_t)id << 32 | i)))
                rc = cg_nomem(k->mem, k->err);
        }
    }
    const uint32_t n = cg_intern_count(f->pairs);
    f->start = cg_calloc(k->mem, (size_t)n + 2, sizeof *f->start);
    f->at = cg_alloc_array(k->mem, all.count + 1, sizeof *f->at);
    if (rc == CSPM_OK && (!f->start || !f->at))
        rc = cg_nomem(k->mem, k->err);
    for (size_t i = 0; i < all.count && rc == CSPM_OK; i++)
        f->start[(all.data[i] >> 32) + 2]++;
    for (uint32_t i = 2; i < n + 2 && rc == CSPM_OK; i++)
        f->start[i] += f->start[i - 1];
    for (size_t i = 0; i < all.count && rc == CSPM_OK; i++)
        f->at[f->start[(all.data[i] >> 32) + 1]++] = (uint32_t)all.data[i];
    cg_vec_free(k->mem, &all);
    return rc;
}

static int32_t finder_open(kube_estate *k, uint32_t ns, finder *f)
{
    *f = (finder){ .pairs = cg_intern_new(k->mem, 0) };
    f->pods = kube_in(&k->pods, ns, &f->n);
    f->labels = cg_calloc(k->mem, f->n + 1, sizeof *f->labels);
    return f->pairs && f->labels ? finder_fill(k, f) : cg_nomem(k->mem, k->err);
}

/* Pods whose labels hold all the pairs: the rarest of them says where to look. */
static int32_t find_pairs(kube_estate *k, const finder *f, const cg_tree *pairs, node_list *out)
{
    uint32_t best = 0, least = UINT32_MAX;

    out->count = 0;
    for (uint32_t i = 0; i < pairs->map.count; i++) {
        const uint32_t id = pair_id(k, f->pairs, pairs->map.keys[i], pairs->map.values[i], false);
        if (id == CG_INTERN_NONE)
            return CSPM_OK;
        if (f->start[id + 1] - f->start[id] < least) {
            least = f->start[id + 1] - f->start[id];
            best = id;
        }
    }
    for (uint32_t i = f->start[best]; i < f->start[best + 1]; i++)
        if (kube_matches(pairs, f->labels[f->at[i]]) && !cg_vec_push(k->mem, out, f->pods[f->at[i]]))
            return cg_nomem(k->mem, k->err);
    return CSPM_OK;
}

/* ---- services ---- */

/* Where endpoints were exported they say what is behind a service; else its selector does. */
static int32_t services(kube_estate *k, uint32_t ns, const finder *f, node_list *found)
{
    uint32_t n;
    const cg_node *all = kube_in(&k->services, ns, &n);
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        const cg_tree *selector = NULL;
        if (kube_first(k, all[i], CG_OUT, KR_TARGETS) != CG_NO_NODE || (rc = kube_json(k, all[i], "selector", &selector)) < 0)
            continue;
        if (!selector || selector->type != CG_TREE_MAP || !selector->map.count || (rc = find_pairs(k, f, selector, found)) < 0)
            continue;
        rc = kube_join(k, &all[i], 1, KR_TARGETS, found->data, (uint32_t)found->count, false, "the selector of the service");
    }
    return rc;
}

/* ---- network policies ---- */

static int32_t policies(kube_estate *k, uint32_t ns, const finder *f, node_list *found, node_list *all_pods)
{
    uint32_t n;
    const cg_node *all = kube_in(&k->policies, ns, &n);
    int32_t rc = CSPM_OK;

    all_pods->count = 0;
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        const cg_tree *selector = NULL;
        if ((rc = kube_json(k, all[i], "pod_selector", &selector)) < 0)
            return rc;
        if (!selector || selector->type != CG_TREE_MAP || selector->map.count == 0) {
            if (!cg_vec_push(k->mem, all_pods, all[i]))
                return cg_nomem(k->mem, k->err);
            continue;
        }
        found->count = 0;
        for (uint32_t j = 0; j < f->n; j++)
            if (kube_selects(selector, f->labels[j]) && !cg_vec_push(k->mem, found, f->pods[j]))
                return cg_nomem(k->mem, k->err);
        rc = kube_join(k, &all[i], 1, KR_APPLIES_TO, found->data, (uint32_t)found->count, false, "the selector of the policy");
    }
    return rc == CSPM_OK ? kube_join(k, all_pods->data, (uint32_t)all_pods->count, KR_APPLIES_TO, f->pods, f->n, false,
                                     "the policy selects every pod of its namespace")
                         : rc;
}

int32_t kube_select(kube_estate *k)
{
    node_list found = { 0 }, all = { 0 };
    int32_t rc = CSPM_OK;

    for (uint32_t s = 0; s < k->n_namespaces && rc == CSPM_OK; s++) {
        uint32_t n_services, n_policies;
        finder f = { 0 };
        kube_in(&k->services, s, &n_services);
        kube_in(&k->policies, s, &n_policies);
        if (!n_services && !n_policies)
            continue;
        rc = finder_open(k, s, &f);
        if (rc == CSPM_OK)
            rc = services(k, s, &f, &found);
        if (rc == CSPM_OK)
            rc = policies(k, s, &f, &found, &all);
        finder_free(k, &f);
        if (rc == CSPM_OK)
            rc = cg_op_check(k->op, k->mem, k->err);
    }
    cg_vec_free(k->mem, &found);
    cg_vec_free(k->mem, &all);
    return rc;
}
