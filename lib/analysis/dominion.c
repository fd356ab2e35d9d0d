/* Domains: whoever administers an account or a cluster holds all that is in it, so what follows inside is no step worth a line. */
#include "analysis/run.h"

static bool set_of_kinds(cg_scope *s, const cg_str *names, uint32_t n, cg_kind_set *set)
{
    bool any = false;
    set->n_words = (cg_name_count(s->g, CG_NAMES_KIND) + 63) / 64;
    set->words = cg_arena_calloc(&s->arena, set->n_words ? set->n_words : 1, sizeof *set->words);
    for (uint32_t i = 0; set->words && i < n; i++) {
        uint32_t kind = cg_name_find(s->g, CG_NAMES_KIND, names[i]);
        if (kind == CG_NO_NAME)
            continue;
        set->words[kind >> 6] |= UINT64_C(1) << (kind & 63);
        any = true;
    }
    return any;
}

/* The first node that contains n, which its own domain stands for. */
static cg_node domain_of(const cg_scope *s, cg_node n, const cg_kind_set *contains)
{
    cg_adj_iter it;
    cg_edge e;
    cg_node best = CG_NO_NODE;
    cg_adj_init(&it, s->g, n, CG_IN, contains);
    while (cg_adj_next(&it, &e))
        if (e.from != n && e.from < best)
            best = e.from;
    return best;
}

/* Paths can go from n to the node that stands for its domain. */
static bool administers(const cg_scope *s, cg_node n, cg_node domain)
{
    uint64_t cursor = 0;
    cg_edge e;
    while (cg_between_next(s->g, n, domain, NULL, &cursor, &e))
        if (cg_kind_get_info(s->g, e.kind)->traversable && !cg_rel_conditional(s->g, e.rel) &&
            !(s->view.exclude && cg_kind_set_has(s->view.exclude, e.kind)))
            return true;
    return false;
}

static bool has_dominion_label(const cg_scope *s, cg_node n)
{
    for (uint32_t i = 0; i < s->risk->n_dominion_labels; i++)
        if (cg_has_label_named(s->g, n, s->risk->dominion_labels[i]))
            return true;
    return false;
}

bool cg_scope_rules_domain(const cg_scope *s, cg_node n)
{
    return s->view.sovereigns && (s->view.sovereigns[n >> 6] >> (n & 63) & 1);
}

/* What is known in one domain by another name stands for a domain of its own: a managed cluster, as the account that runs it and as its own
 * objects tell. */
static void join_domains(const cg_scope *s, const cg_kind_set *is, uint32_t n, cg_node *domain)
{
    for (cg_node i = 0; i < n; i++) {
        const cg_node own = domain[i];
        cg_adj_iter it;
        cg_edge e;
        if (own == CG_NO_NODE || domain[own] != CG_NO_NODE)
            continue;
        cg_adj_init(&it, s->g, own, CG_IN, is);
        while (cg_adj_next(&it, &e))
            if (e.from != own && domain[e.from] != own && domain[e.from] < domain[own])
                domain[own] = domain[e.from];
    }
}

static bool has(const uint64_t *bitmap, cg_node n)
{
    return n != CG_NO_NODE && (bitmap[n >> 6] >> (n & 63) & 1);
}

int32_t cg_scope_owners(cg_scope *s, cspm_error **err)
{
    const uint32_t n = cg_graph_n_nodes(s->g);
    cg_kind_set *owns = cg_arena_calloc(&s->arena, 1, sizeof *owns);
    uint64_t *owners = cg_arena_calloc(&s->arena, ((size_t)n + 63) / 64 + 1, sizeof *owners);

    if (!owns || !owners)
        return cg_nomem(s->mem, err);
    if (!s->risk->n_dominion_labels || !set_of_kinds(s, s->risk->dominion_contains, s->risk->n_dominion_contains, owns))
        return owns->words || !s->risk->n_dominion_labels ? CSPM_OK : cg_nomem(s->mem, err);
    for (uint32_t i = 0; i < s->risk->n_dominion_labels; i++) {
        const uint32_t label = cg_name_find(s->g, CG_NAMES_LABEL, s->risk->dominion_labels[i]);
        cg_label_iter it;
        cg_node node;
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, s->g, label);
        while (cg_label_iter_next(&it, &node))
            owners[node >> 6] |= UINT64_C(1) << (node & 63);
    }
    if (s->view.exclude) /* what the request leaves out stays out */
        for (uint32_t w = 0; w < owns->n_words && w < s->view.exclude->n_words; w++)
            owns->words[w] &= ~s->view.exclude->words[w];
    s->view.owners = owners;
    s->view.owns = owns;
    return CSPM_OK;
}

int32_t cg_scope_dominions(cg_scope *s, cspm_op *op, cspm_error **err)
{
    const uint32_t n = cg_graph_n_nodes(s->g);
    cg_kind_set contains = { 0 }, is = { 0 };
    uint64_t *sovereigns, *ruled;
    cg_node *domain;
    bool any = false;
    int32_t rc = CSPM_OK;

    if (!s->risk->n_dominion_labels || !set_of_kinds(s, s->risk->dominion_contains, s->risk->n_dominion_contains, &contains))
        return contains.words || !s->risk->n_dominion_labels ? CSPM_OK : cg_nomem(s->mem, err);
    sovereigns = cg_arena_calloc(&s->arena, ((size_t)n + 63) / 64 + 1, sizeof *sovereigns);
    ruled = cg_arena_calloc(&s->arena, ((size_t)n + 63) / 64 + 1, sizeof *ruled);
    domain = cg_arena_alloc(&s->arena, ((size_t)n + 1) * sizeof *domain);
    if (!sovereigns || !ruled || !domain)
        return cg_nomem(s->mem, err);
    for (cg_node i = 0; i < n && rc == CSPM_OK; i++) {
        domain[i] = domain_of(s, i, &contains);
        if (domain[i] != CG_NO_NODE && has_dominion_label(s, i) && administers(s, i, domain[i])) {
            sovereigns[i >> 6] |= UINT64_C(1) << (i & 63);
            ruled[domain[i] >> 6] |= UINT64_C(1) << (domain[i] & 63);
            any = true;
        }
        if ((i & 4095) == 0)
            rc = cg_op_check(op, s->mem, err);
    }
    if (rc == CSPM_OK && set_of_kinds(s, s->risk->dominion_is, s->risk->n_dominion_is, &is))
        join_domains(s, &is, n, domain);
    if (rc == CSPM_OK && !is.words)
        rc = cg_nomem(s->mem, err);
    for (cg_node i = 0; i < n && rc == CSPM_OK; i++) /* domains nobody rules are of no use to anybody */
        if (domain[i] != CG_NO_NODE && !has(ruled, domain[i]) && !has(ruled, domain[domain[i]]))
            domain[i] = CG_NO_NODE;
    if (any && rc == CSPM_OK) {
        s->view.sovereigns = sovereigns;
        s->view.domain = domain;
    }
    return rc;
}
