/* What a path touches: risk factors, environments, the tenant and the subscription or account of its target. */
#include "analysis/run.h"

#include <stdlib.h>

static const struct {
    const char *prefix, *environment;
} kind_prefixes[] = {
    { "AWS", "AWS" },
    { "EC2", "AWS" },
    { "S3", "AWS" },
    { "Azure", "Azure" },
    { "AZ", "Azure" },
    { "Entra", "Azure" },
    { "GCP", "GCP" },
    { "Google", "GCP" },
    { "GSuite", "GCP" },
    { "Kubernetes", "Kubernetes" },
    { "K8s", "Kubernetes" },
    { "KubeHound", "Kubernetes" },
    { "GH", "GitHub" },
    { "GitHub", "GitHub" },
    { "GitLab", "GitLab" },
    { "Okta", "Okta" },
    { "Snowflake", "Snowflake" },
    { "OCI", "Oracle Cloud" },
    { "Docker", "Docker" },
};

static const char *const tenant_keys[] = { "tenantId", "tenantid", "tenant_id", "tenant" };
static const char *const subscription_keys[] = { "subscriptionId", "subscriptionid", "subscription_id", "accountId",     "accountid",
                                                 "account_id",     "projectId",      "project_id",      "environmentid", "environment_id" };

/* A prefix ends where the next word begins: "AZVM" is Azure's, "AZebra" is not. */
static const char *environment_of(cg_str label)
{
    for (size_t i = 0; i < sizeof kind_prefixes / sizeof *kind_prefixes; i++) {
        cg_str prefix = cg_str_from(kind_prefixes[i].prefix);
        if (cg_str_starts(label, prefix) &&
            (label.length == prefix.length || label.data[prefix.length] < 'a' || label.data[prefix.length] > 'z'))
            return kind_prefixes[i].environment;
    }
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    return cg_str_cmp(*(const cg_str *)a, *(const cg_str *)b);
}

typedef CG_VEC(cg_str) texts;

static int32_t keep_sorted(cg_run_state *r, texts *v, const cg_str **out, uint32_t *n, cspm_error **err)
{
    size_t kept = 0;
    if (v->count > 1)
        qsort(v->data, v->count, sizeof *v->data, by_text);
    for (size_t i = 0; i < v->count; i++)
        if (!kept || !cg_str_eq(v->data[kept - 1], v->data[i]))
            v->data[kept++] = v->data[i];
    cg_str *copy = cg_arena_alloc(r->text, (kept + 1) * sizeof *copy);
    if (!copy)
        return cg_nomem(r->scope.mem, err);
    if (kept)
        memcpy(copy, v->data, kept * sizeof *copy);
    *out = copy;
    *n = (uint32_t)kept;
    return CSPM_OK;
}

static int32_t look_at_node(cg_run_state *r, cg_node n, texts *factors, texts *environments, cspm_error **err)
{
    const cg_graph *g = r->scope.g;
    uint32_t labels[64], count = cg_node_labels(g, n, labels, 64);
    for (uint32_t i = 0; i < count && i < 64; i++) {
        const cg_rule *rule = cg_run_rule_of_label(r, n, labels[i]);
        const char *environment = environment_of(cg_name_get(g, CG_NAMES_LABEL, labels[i]));
        if (rule && rule->risk_factor.length && !cg_vec_push(r->scope.mem, factors, rule->risk_factor))
            return cg_nomem(r->scope.mem, err);
        if (environment && !cg_vec_push(r->scope.mem, environments, cg_str_from(environment)))
            return cg_nomem(r->scope.mem, err);
    }
    return CSPM_OK;
}

static int32_t first_text(cg_run_state *r, cg_node n, const char *const *keys, size_t n_keys, cg_str *out, cspm_error **err)
{
    cg_value v;
    for (size_t i = 0; i < n_keys; i++) {
        uint32_t key = cg_name_find(r->scope.g, CG_NAMES_KEY, cg_str_from(keys[i]));
        if (key == CG_NO_NAME)
            continue;
        int32_t rc = cg_node_prop(r->scope.g, n, key, r->text, &v, err);
        if (rc != CSPM_OK)
            return rc;
        if (v.type == CG_STRING && v.length) {
            *out = cg_value_str(v);
            return CSPM_OK;
        }
    }
    return CSPM_OK;
}

/* /subscriptions/ID/… of an ARM id, the account of an ARN, the project of a GCP full resource name. */
static cg_str subscription_of_id(cg_str id)
{
    static const struct {
        const char *before;
        char after;
    } places[] = { { "/subscriptions/", '/' }, { "/SUBSCRIPTIONS/", '/' }, { "/projects/", '/' } };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        cg_str before = cg_str_from(places[i].before);
        size_t at = cg_str_find(id, before, 0);
        if (at == SIZE_MAX)
            continue;
        size_t end = at + before.length;
        while (end < id.length && id.data[end] != places[i].after)
            end++;
        return (cg_str){ id.data + at + before.length, end - at - before.length };
    }
    if (!cg_str_starts(id, CG_STR("arn:")))
        return CG_STR_NULL;
    size_t colons = 0, start = 0;
    for (size_t i = 0; i < id.length; i++)
        if (id.data[i] == ':' && ++colons == 4)
            start = i + 1;
        else if (id.data[i] == ':' && colons == 5)
            return (cg_str){ id.data + start, i - start };
    return CG_STR_NULL;
}

/* The account that contains it, or the account it is. */
static cg_str account_of(const cg_graph *g, cg_node n)
{
    cg_adj_iter it;
    cg_edge e;
    cg_node best = cg_has_label_named(g, n, CG_STR("Account")) ? n : CG_NO_NODE;
    if (best == CG_NO_NODE) {
        cg_adj_init(&it, g, n, CG_IN, NULL);
        while (cg_adj_next(&it, &e))
            if (e.from < best && cg_has_label_named(g, e.from, CG_STR("Account")))
                best = e.from;
    }
    return best == CG_NO_NODE ? CG_STR_NULL : cg_node_id(g, best);
}

int32_t cg_path_surroundings(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err)
{
    texts factors = { 0 }, environments = { 0 };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i <= t->n_hops && rc == CSPM_OK; i++)
        rc = look_at_node(r, t->nodes[i], &factors, &environments, err);
    for (uint32_t i = 0; i < t->n_hops && rc == CSPM_OK; i++) {
        const cg_rule *rule = cg_run_rule_of(r, t->rels[i], cg_rel_get(r->scope.g, t->rels[i]).kind);
        if (rule && rule->risk_factor.length && !cg_vec_push(r->scope.mem, &factors, rule->risk_factor))
            rc = cg_nomem(r->scope.mem, err);
    }
    if (rc == CSPM_OK)
        rc = keep_sorted(r, &factors, &out->risk_factors, &out->n_risk_factors, err);
    if (rc == CSPM_OK)
        rc = keep_sorted(r, &environments, &out->environments, &out->n_environments, err);
    if (rc == CSPM_OK)
        rc = first_text(r, t->target, tenant_keys, sizeof tenant_keys / sizeof *tenant_keys, &out->tenant, err);
    if (rc == CSPM_OK)
        rc = first_text(r, t->target, subscription_keys, sizeof subscription_keys / sizeof *subscription_keys, &out->subscription, err);
    if (rc == CSPM_OK && !out->subscription.length)
        out->subscription = subscription_of_id(cg_node_id(r->scope.g, t->target));
    if (rc == CSPM_OK && !out->subscription.length)
        out->subscription = account_of(r->scope.g, t->target);
    cg_vec_free(r->scope.mem, &factors);
    cg_vec_free(r->scope.mem, &environments);
    return rc;
}
