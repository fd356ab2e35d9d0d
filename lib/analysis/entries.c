/* Where paths start and end: named by the request, else read off the labels that the risk tables list. */
#include "analysis/run.h"

#define MILLION 1000000u

static uint32_t in_range(uint32_t factor)
{
    return factor < 1 ? 1 : factor > MILLION ? MILLION : factor;
}

cg_rel cg_entry_access(const cg_scope *s, cg_node n, bool *conditional)
{
    uint32_t kind = cg_name_find(s->g, CG_NAMES_KIND, CG_STR(CG_INTERNET_KIND));
    uint64_t words[64] = { 0 };
    const cg_kind_set only = { kind / 64 + 1, words };
    cg_rel found = CG_NO_REL;
    cg_adj_iter it;
    cg_edge e;
    *conditional = false;
    if (kind == CG_NO_NAME)
        return found;
    if (kind / 64 < 64)
        words[kind / 64] = UINT64_C(1) << (kind % 64);
    cg_adj_init(&it, s->g, n, CG_IN, kind / 64 < 64 ? &only : NULL);
    while (cg_adj_next(&it, &e)) {
        if (e.kind != kind || e.to != n)
            continue;
        bool open = cg_rel_conditional(s->g, e.rel);
        if (found == CG_NO_REL || (*conditional && !open))
            found = e.rel;
        *conditional = (found == e.rel) ? open : *conditional;
    }
    return found;
}

uint32_t cg_exposure_of(const cg_scope *s, cg_node n, cg_str *label)
{
    bool conditional;
    uint32_t best = 0;
    *label = CG_STR_NULL;
    for (uint32_t i = 0; i < s->risk->n_exposure; i++)
        if (s->risk->exposure[i].factor > best && cg_has_label_named(s->g, n, s->risk->exposure[i].label)) {
            best = s->risk->exposure[i].factor;
            *label = s->risk->exposure[i].label;
        }
    best = label->data ? best : s->risk->exposure_default;
    cg_entry_access(s, n, &conditional);
    return in_range(conditional ? cg_millionths_mul(in_range(best), s->view.conditional_factor) : best);
}

uint32_t cg_criticality_of(const cg_scope *s, cg_node n, cg_str *label)
{
    uint32_t best = 0;
    *label = CG_STR_NULL;
    for (uint32_t i = 0; i < s->risk->n_criticality; i++)
        if (s->risk->criticality[i].factor > best && cg_has_label_named(s->g, n, s->risk->criticality[i].label)) {
            best = s->risk->criticality[i].factor;
            *label = s->risk->criticality[i].label;
        }
    return in_range(label->data ? best : s->risk->criticality_default);
}

cg_str cg_entry_label_of(const cg_scope *s, cg_node n)
{
    for (uint32_t i = 0; i < s->risk->n_entry_labels; i++)
        if (cg_has_label_named(s->g, n, s->risk->entry_labels[i]))
            return s->risk->entry_labels[i];
    return CG_STR_NULL;
}

static int32_t add_labelled(cg_scope *s, cg_str name, cg_node_vec *out, cspm_error **err)
{
    uint32_t label = cg_name_find(s->g, CG_NAMES_LABEL, name);
    cg_label_iter it;
    cg_node n;
    if (label == CG_NO_NAME)
        return CSPM_OK;
    cg_label_iter_init(&it, s->g, label);
    while (cg_label_iter_next(&it, &n))
        if (!cg_vec_push(s->mem, out, n))
            return cg_nomem(s->mem, err);
    return CSPM_OK;
}

static int32_t add_all_labelled(cg_scope *s, const cg_str *names, uint32_t n, cg_node_vec *out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++)
        rc = add_labelled(s, names[i], out, err);
    return rc;
}

/* A node that carries an entry label is entered from outside, whoever named it. */
static int32_t place_entries(cg_scope *s, const cg_node_vec *nodes, bool between, bool internet, cspm_error **err)
{
    cg_str label;
    for (size_t i = 0; i < nodes->count; i++) {
        cg_node n = nodes->data[i];
        bool outside = between ? internet && cg_entry_label_of(s, n).data : cg_entry_label_of(s, n).data != NULL;
        bool conditional = false;
        if (outside)
            cg_entry_access(s, n, &conditional);
        if (conditional && s->o.exclude_conditional)
            continue;
        uint32_t factor = outside ? cg_exposure_of(s, n, &label) : between ? MILLION : s->risk->exposure_assume_breach;
        cg_endpoint e = { .node = n, .factor = factor ? in_range(factor) : MILLION };
        e.reads_only = outside && cg_reasons_read_only(s, n);
        if (!cg_vec_push(s->mem, &s->entries[outside ? CG_FROM_INTERNET : CG_FROM_INSIDE], e))
            return cg_nomem(s->mem, err);
    }
    return CSPM_OK;
}

/* Whoever only reads an entry starts in a state of its own. */
static int32_t ask_read_states(cg_scope *s, cspm_error **err)
{
    const cg_endpoint_vec *entries = &s->entries[CG_FROM_INTERNET];
    cg_node *nodes = cg_arena_alloc(&s->arena, (entries->count + 1) * sizeof *nodes);
    if (!nodes)
        return cg_nomem(s->mem, err);
    for (size_t i = 0; i < entries->count; i++)
        if (entries->data[i].reads_only)
            nodes[s->view.n_read_nodes++] = entries->data[i].node;
    s->view.read_nodes = nodes;
    return CSPM_OK;
}

static int32_t say_no_entries(cg_scope *s, cspm_error **err)
{
    cg_buf names;
    cg_buf_init(&names, s->mem, 0);
    for (uint32_t i = 0; i < s->risk->n_entry_labels; i++) {
        cg_buf_adds(&names, i ? ", " : "");
        cg_buf_str(&names, s->risk->entry_labels[i]);
    }
    int32_t rc =
        names.failed ? cg_nomem(s->mem, err)
        : s->risk->n_entry_labels
            ? cg_scope_diag(s, "no-entry-points", err,
                            "no node can be entered from outside (none carries %.*s); name entry points by id or query, add a rule "
                            "that labels them, or assume breach to start inside",
                            CG_FMT(cg_buf_view(&names)))
            : cg_scope_diag(s, "no-entry-points", err,
                            "no rule pack says which labels make an entry point; load a pack with risk tables, or name entry points "
                            "by id or query");
    cg_buf_free(&names);
    return rc;
}

int32_t cg_scope_entries(cg_scope *s, bool between, cspm_op *op, cspm_error **err)
{
    cg_node_vec nodes = { 0 };
    bool internet = false;
    bool named = s->request->sets[CG_SET_ENTRIES].count > 0;
    int32_t rc = cg_set_resolve(s, CG_SET_ENTRIES, &nodes, &internet, op, err);
    if (rc == CSPM_OK && (internet || (!named && !between)))
        rc = add_all_labelled(s, s->risk->entry_labels, s->risk->n_entry_labels, &nodes, err);
    if (rc == CSPM_OK && s->o.assume_breach && !named && !between)
        rc = add_all_labelled(s, s->risk->breach_labels, s->risk->n_breach_labels, &nodes, err);
    if (rc != CSPM_OK)
        goto done;
    cg_nodes_sort(&nodes);
    if (!between || internet)
        rc = cg_scope_reasons(s, op, err);
    if (rc == CSPM_OK)
        rc = place_entries(s, &nodes, between, internet, err);
    if (rc == CSPM_OK)
        rc = ask_read_states(s, err);
    if (rc == CSPM_OK && !nodes.count && !between)
        rc = say_no_entries(s, err);
done:
    cg_vec_free(s->mem, &nodes);
    return rc;
}

/* Reading an identity or an account is not holding it. */
static bool needs_control(const cg_scope *s, cg_node n)
{
    return cg_has_label_named(s->g, n, CG_STR("Administrator")) || cg_has_label_named(s->g, n, CG_STR("Identity")) ||
           cg_has_label_named(s->g, n, CG_STR("Account"));
}

int32_t cg_scope_targets(cg_scope *s, bool between, cspm_op *op, cspm_error **err)
{
    cg_node_vec nodes = { 0 };
    cg_str label;
    bool named = s->request->sets[CG_SET_TARGETS].count > 0;
    int32_t rc = cg_set_resolve(s, CG_SET_TARGETS, &nodes, NULL, op, err);
    for (uint32_t i = 0; !named && !between && i < s->risk->n_criticality && rc == CSPM_OK; i++)
        rc = add_labelled(s, s->risk->criticality[i].label, &nodes, err);
    if (rc != CSPM_OK)
        goto done;
    cg_nodes_sort(&nodes);
    for (size_t i = 0; i < nodes.count && rc == CSPM_OK; i++) {
        cg_endpoint e = { .node = nodes.data[i], .factor = MILLION };
        if (!named && cg_scope_rules_domain(s, e.node))
            continue; /* the domain it rules is the target */
        if (!between)
            e.factor = cg_criticality_of(s, e.node, &label);
        e.needs_control = !named && !between && needs_control(s, e.node);
        if (!cg_vec_push(s->mem, &s->targets, e))
            rc = cg_nomem(s->mem, err);
    }
    if (rc == CSPM_OK && !nodes.count && !between)
        rc = cg_scope_diag(s, "no-targets", err,
                           "nothing is marked as worth reaching (no node carries a label of the criticality table); name targets by id or "
                           "query, or add a criticality rule");
done:
    cg_vec_free(s->mem, &nodes);
    return rc;
}
