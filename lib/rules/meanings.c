/* The first derived layer: what each relationship kind of the inventory means to an attacker, and labels that came with the data and are
 * not believed. */
#include <stdlib.h>

#include "graph/layer.h"
#include "rules/set.h"

cg_kind_info rule_kind_info(const cg_ruleset *rs, const rule_entry *e)
{
    const cg_rule *rule = &e->rule;
    return (cg_kind_info){ .traversable = rule->traversable,
                           .needs = rule->needs,
                           .gives = rule->gives,
                           .likelihood = rule->likelihood ? rule->likelihood : rs->risk.likelihood_default,
                           .technique = rule->technique,
                           .tactic = rule->tactic,
                           .title = rule->verb };
}

/* What an input declares about a kind decides whether it can be traversed; the tables say the rest. */
static int32_t push_kind(const cg_ruleset *rs, cg_graph *g, uint32_t kind, cg_layer_builder *l, cspm_error **err)
{
    cg_str name = cg_name_get(g, CG_NAMES_KIND, kind);
    int declared = cg_kind_declared_traversable(g, kind);
    const rule_entry *e = rule_kind_meaning(rs, name);
    cg_kind_info info = { .needs = CG_CAP_CONTROL, .gives = CG_CAP_CONTROL, .likelihood = rs->risk.likelihood_default };
    if (e)
        info = rule_kind_info(rs, e);
    if (declared >= 0)
        info.traversable = declared == 1;
    int32_t rc = CSPM_OK;
    if (!e && declared < 0 && cg_kind_count(g, kind) > 0)
        rc = cg_layer_diag(
            l, CG_DIAG_WARNING, "unknown-kind", err,
            "relationship kind \"%.*s\" (%llu relationships) is in no table and no input declares it: taken as not traversable",
            CG_FMT(name), (unsigned long long)cg_kind_count(g, kind));
    return rc == CSPM_OK ? cg_layer_set_kind_info(l, kind, &info, err) : rc;
}

/* ---- claimed labels ---- */

typedef struct claim {
    cg_node node;
    uint32_t name; /* index into the rule set's claimed names, which are sorted */
} claim;

static int by_node(const void *a, const void *b)
{
    const claim *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

typedef CG_VEC(claim) claims;

static int32_t collect_claims(const cg_ruleset *rs, cg_graph *g, cg_layer_builder *l, claims *out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < rs->n_claimed; i++) {
        cg_str name = rs->claimed[i].name;
        uint32_t label = cg_name_find(g, CG_NAMES_LABEL, name);
        uint64_t count = label == CG_NO_NAME ? 0 : cg_label_count(g, label);
        cg_label_iter it;
        cg_node n;
        if (!count)
            continue;
        cg_label_iter_init(&it, g, label);
        while (cg_label_iter_next(&it, &n))
            if (!cg_vec_push(cg_graph_mem(g), out, ((claim){ n, i })))
                return cg_nomem(cg_graph_mem(g), err);
        rc = cg_layer_disbelieve_label(l, label, err);
        if (rc == CSPM_OK)
            rc = cg_layer_diag(l, CG_DIAG_WARNING, "claimed-label", err,
                               "%llu nodes came with the label \"%.*s\", which only rules may set: kept as property claimedLabels",
                               (unsigned long long)count, CG_FMT(name));
    }
    return rc;
}

static int32_t keep_claims(const cg_ruleset *rs, cg_graph *g, cg_layer_builder *l, claims *list, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    uint32_t key = list->count ? cg_layer_key(l, CG_STR("claimedLabels")) : 0;
    int32_t rc = key == CG_NO_NAME ? cg_nomem(mem, err) : CSPM_OK;
    if (list->count)
        qsort(list->data, list->count, sizeof *list->data, by_node);
    for (size_t i = 0, end; rc == CSPM_OK && i < list->count; i = end) {
        for (end = i + 1; end < list->count && list->data[end].node == list->data[i].node;)
            end++;
        cg_list *names = cg_alloc(mem, sizeof *names + (end - i) * sizeof *names->items);
        if (!names)
            return cg_nomem(mem, err);
        names->count = (uint32_t)(end - i);
        for (size_t k = i; k < end; k++)
            names->items[k - i] = cg_v_str(rs->claimed[list->data[k].name].name);
        rc = cg_layer_set_prop(l, list->data[i].node, key, (cg_value){ .type = CG_LIST, .list = names }, err);
        cg_free(mem, names);
    }
    return rc;
}

int32_t rule_push_meanings(const cg_ruleset *rs, cg_graph *inventory, cspm_op *op, cg_graph **out, cspm_error **err)
{
    cg_layer_builder *l = NULL;
    claims list = { 0 };
    int32_t rc = cg_layer_new(inventory, CG_STR("meanings"), &l, err);
    uint32_t n = rc == CSPM_OK ? cg_name_count(inventory, CG_NAMES_KIND) : 0;
    for (uint32_t kind = 0; rc == CSPM_OK && kind < n; kind++)
        rc = push_kind(rs, inventory, kind, l, err);
    if (rc == CSPM_OK)
        rc = collect_claims(rs, inventory, l, &list, err);
    if (rc == CSPM_OK)
        rc = keep_claims(rs, inventory, l, &list, err);
    if (rc == CSPM_OK) {
        rc = cg_layer_push(l, op, out, err);
        l = NULL;
    }
    cg_vec_free(cg_graph_mem(inventory), &list);
    cg_layer_free(l);
    return rc;
}
