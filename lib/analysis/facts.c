/* Which facts on the way can be taken away, and what falls with each: what it proves, and what was derived from that. */
#include "analysis/facts.h"

#include <stdlib.h>

static int compare_rels(const void *a, const void *b)
{
    cg_rel x = *(const cg_rel *)a, y = *(const cg_rel *)b;
    return x < y ? -1 : x > y;
}

void cg_rels_sort(cg_rel_vec *v)
{
    size_t kept = 0;
    if (v->count > 1)
        qsort(v->data, v->count, sizeof *v->data, compare_rels);
    for (size_t i = 0; i < v->count; i++)
        if (!kept || v->data[kept - 1] != v->data[i])
            v->data[kept++] = v->data[i];
    v->count = kept;
}

static bool has_rel(const cg_rel_vec *v, cg_rel rel)
{
    return v->count && bsearch(&rel, v->data, v->count, sizeof rel, compare_rels);
}

static int32_t add_covered(cg_rel_vec *v, cg_run_state *r, const cg_core *core, cspm_op *op, cspm_error **err)
{
    cg_rel *rels = NULL;
    uint64_t *walks = NULL;
    uint32_t n = 0;
    int32_t rc = cg_paths_coverage(core, op, &rels, &walks, &n, err);
    if (cg_soften(&rc, &r->a->truncated, err))
        n = 0;
    if (rc == CSPM_OK && n && !cg_vec_reserve(r->scope.mem, v, n))
        rc = cg_nomem(r->scope.mem, err);
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++)
        v->data[v->count++] = rels[i];
    cg_free(r->scope.mem, rels);
    cg_free(r->scope.mem, walks);
    return rc;
}

int32_t cg_facts_init(cg_facts *f, cg_run_state *r, cspm_op *op, cspm_error **err)
{
    cg_rel_vec v = { 0 };
    int32_t rc = CSPM_OK;
    *f = (cg_facts){ 0 };
    for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++)
        if (r->search.groups[which].core)
            rc = add_covered(&v, r, r->search.groups[which].core, op, err);
    cg_rels_sort(&v);
    if (rc == CSPM_OK) {
        f->evidence = cg_alloc_array(r->scope.mem, v.count + 1, sizeof *f->evidence);
        if (!f->evidence)
            rc = cg_nomem(r->scope.mem, err);
    }
    if (rc != CSPM_OK) {
        cg_vec_free(r->scope.mem, &v);
        return rc;
    }
    f->rels = v.data;
    f->n_rels = (uint32_t)v.count;
    for (uint32_t i = 0; i < f->n_rels; i++)
        f->evidence[i] = cg_rel_evidence(r->scope.g, f->rels[i]);
    return CSPM_OK;
}

void cg_facts_free(cg_facts *f, cg_mem *mem)
{
    cg_vec_free(mem, &f->items);
    cg_free(mem, f->slots);
    cg_free(mem, f->rels);
    cg_free(mem, f->evidence);
}

bool cg_facts_same(const cg_fact *a, const cg_fact *b)
{
    return a->form == b->form && a->key == b->key;
}

static uint32_t hash(const cg_fact *fact)
{
    uint64_t h = (fact->key ^ (uint64_t)fact->form << 61) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> 32);
}

static int32_t grow(cg_facts *f, cg_mem *mem, cspm_error **err)
{
    uint32_t n = f->n_slots ? f->n_slots * 2 : 64;
    uint32_t *slots = cg_calloc(mem, n, sizeof *slots);
    if (!slots)
        return cg_nomem(mem, err);
    for (uint32_t i = 0; i < f->items.count; i++) {
        uint32_t at = hash(&f->items.data[i]) & (n - 1);
        while (slots[at])
            at = (at + 1) & (n - 1);
        slots[at] = i + 1;
    }
    cg_free(mem, f->slots);
    f->slots = slots;
    f->n_slots = n;
    return CSPM_OK;
}

static int32_t count_use(cg_facts *f, const cg_run_state *r, cg_fact fact, uint32_t route, cspm_error **err)
{
    int32_t rc = (f->items.count + 1) * 2 > f->n_slots ? grow(f, r->scope.mem, err) : CSPM_OK;
    if (rc != CSPM_OK)
        return rc;
    uint32_t at = hash(&fact) & (f->n_slots - 1);
    for (; f->slots[at]; at = (at + 1) & (f->n_slots - 1)) {
        cg_fact *known = &f->items.data[f->slots[at] - 1];
        if (!cg_facts_same(known, &fact))
            continue;
        known->uses += known->last != route + 1;
        known->last = route + 1;
        return CSPM_OK;
    }
    fact.uses = 1;
    fact.last = route + 1;
    if (!cg_vec_push(r->scope.mem, &f->items, fact))
        return cg_nomem(r->scope.mem, err);
    f->slots[at] = (uint32_t)f->items.count;
    return CSPM_OK;
}

static int32_t count_vulnerabilities(cg_facts *f, const cg_run_state *r, uint32_t evidence, const cg_rule *rule, uint32_t route,
                                     cspm_error **err)
{
    cg_evidence e;
    int32_t rc = CSPM_OK;
    if (evidence == CG_NO_EVIDENCE || !cg_evidence_get(r->scope.g, evidence, &e) || !e.rule.length)
        return CSPM_OK;
    for (uint32_t i = 0; i < e.n_nodes && rc == CSPM_OK; i++)
        if (cg_has_label_named(r->scope.g, e.nodes[i], CG_STR("Vulnerability")))
            rc = count_use(f, r,
                           (cg_fact){ .form = CG_FACT_NODE,
                                      .key = e.nodes[i],
                                      .resource = e.nodes[i],
                                      .sample = CG_NO_REL,
                                      .rule = rule,
                                      .advice = cg_run_advice(r, rule, NULL) },
                           route, err);
    return rc;
}

static int32_t count_rel(cg_facts *f, const cg_run_state *r, cg_rel rel, uint32_t route, cspm_error **err)
{
    cg_evidence e;
    cg_edge edge = cg_rel_get(r->scope.g, rel);
    uint32_t evidence = cg_rel_evidence(r->scope.g, rel);
    bool derived = evidence != CG_NO_EVIDENCE && cg_evidence_get(r->scope.g, evidence, &e) && e.rule.length;
    const cg_rule *rule = cg_run_rule_of(r, rel, edge.kind), *advice = cg_run_advice(r, rule, r->kind_advice[edge.kind]);
    cg_fact fact = { .form = derived ? CG_FACT_MATCH : CG_FACT_REL, .key = derived ? evidence : rel, .sample = rel, .rule = rule };
    fact.advice = advice;
    fact.resource = edge.from;
    if (!rule || rule->removable || advice) { /* a kind whose rule offers no way out is structure */
        int32_t rc = count_use(f, r, fact, route, err);
        if (rc != CSPM_OK)
            return rc;
    }
    return count_vulnerabilities(f, r, evidence, rule, route, err);
}

static int32_t count_exposure(cg_facts *f, const cg_run_state *r, cg_node entry, uint32_t route, cspm_error **err)
{
    const cg_scope *s = &r->scope;
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < s->risk->n_entry_labels && rc == CSPM_OK; i++) {
        uint32_t label = cg_name_find(s->g, CG_NAMES_LABEL, s->risk->entry_labels[i]);
        if (label != CG_NO_NAME && cg_node_has_label(s->g, entry, label))
            rc = count_vulnerabilities(f, r, cg_label_evidence(s->g, entry, label), cg_run_rule_of_label(r, entry, label), route, err);
    }
    if (rc != CSPM_OK)
        return rc;
    cg_fact fact = { .form = CG_FACT_EXPOSURE, .key = entry, .resource = entry, .sample = CG_NO_REL };
    fact.advice = cg_reasons_advice(r, entry);
    return count_use(f, r, fact, route, err);
}

static int by_uses(const void *a, const void *b)
{
    const cg_fact *x = a, *y = b;
    if (x->uses != y->uses)
        return x->uses > y->uses ? -1 : 1;
    if (x->resource != y->resource)
        return x->resource < y->resource ? -1 : 1;
    if (x->form != y->form)
        return x->form < y->form ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static bool is_gone(const cg_triple *t, const cg_removal *gone)
{
    cg_rel_vec rels = { .data = (cg_rel *)gone->rels, .count = gone->n_rels };
    for (uint32_t i = 0; i < gone->n_entries; i++)
        if (t->from_internet && gone->entries[i] == t->entry)
            return true;
    for (uint32_t i = 0; i < t->n_hops; i++)
        if (has_rel(&rels, t->rels[i]))
            return true;
    return false;
}

int32_t cg_facts_gather(cg_facts *f, const cg_run_state *r, const cg_search *x, const cg_removal *gone, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    bool named = r->scope.request->sets[CG_SET_ENTRIES].count > 0; /* a named entry stays one, exposed or not */
    f->items.count = 0;
    if (f->n_slots)
        memset(f->slots, 0, f->n_slots * sizeof *f->slots);
    for (size_t i = 0; i < x->triples.count && rc == CSPM_OK; i++) {
        const cg_triple *t = &x->triples.data[i];
        if (is_gone(t, gone))
            continue;
        if (t->from_internet && !named)
            rc = count_exposure(f, r, t->entry, (uint32_t)i, err);
        for (uint32_t k = 0; k < t->n_hops && rc == CSPM_OK; k++)
            rc = count_rel(f, r, t->rels[k], (uint32_t)i, err);
    }
    if (f->items.count > 1)
        qsort(f->items.data, f->items.count, sizeof *f->items.data, by_uses);
    return rc;
}

static bool evidence_has_node(const cg_graph *g, uint32_t evidence, cg_node n)
{
    cg_evidence e;
    if (evidence == CG_NO_EVIDENCE || !cg_evidence_get(g, evidence, &e) || !e.rule.length)
        return false;
    for (uint32_t i = 0; i < e.n_nodes; i++)
        if (e.nodes[i] == n)
            return true;
    return false;
}

static bool evidence_has_rel(const cg_graph *g, uint32_t evidence, const cg_rel_vec *gone)
{
    cg_evidence e;
    if (evidence == CG_NO_EVIDENCE || !cg_evidence_get(g, evidence, &e))
        return false;
    for (uint32_t i = 0; i < e.n_rels; i++)
        if (has_rel(gone, e.rels[i]))
            return true;
    return false;
}

/* Every entry label of n rests on the node or on one of the relationships that go. */
static bool exposure_falls(const cg_run_state *r, cg_node n, cg_node vulnerability, const cg_rel_vec *gone)
{
    bool any = false;
    for (uint32_t i = 0; i < r->scope.risk->n_entry_labels; i++) {
        uint32_t label = cg_name_find(r->scope.g, CG_NAMES_LABEL, r->scope.risk->entry_labels[i]);
        if (label == CG_NO_NAME || !cg_node_has_label(r->scope.g, n, label))
            continue;
        uint32_t evidence = cg_label_evidence(r->scope.g, n, label);
        if (!(vulnerability != CG_NO_NODE && evidence_has_node(r->scope.g, evidence, vulnerability)) &&
            !evidence_has_rel(r->scope.g, evidence, gone))
            return false;
        any = true;
    }
    return any;
}

static int32_t take_parallel(const cg_run_state *r, cg_rel rel, cg_rel_vec *rels, cspm_error **err)
{
    cg_edge e = cg_rel_get(r->scope.g, rel), other;
    uint64_t cursor = 0;
    while (cg_between_next(r->scope.g, e.from, e.to, NULL, &cursor, &other)) {
        if (other.kind != e.kind || cg_run_rule_of(r, other.rel, e.kind) != cg_run_rule_of(r, rel, e.kind))
            continue;
        if (!cg_vec_push(r->scope.mem, rels, other.rel))
            return cg_nomem(r->scope.mem, err);
    }
    return cg_vec_push(r->scope.mem, rels, rel) ? CSPM_OK : cg_nomem(r->scope.mem, err);
}

static int32_t take_direct(const cg_facts *f, const cg_run_state *r, const cg_fact *fact, cg_rel_vec *rels, cspm_error **err)
{
    if (fact->form == CG_FACT_REL)
        return take_parallel(r, fact->key, rels, err);
    if (fact->sample != CG_NO_REL && !cg_vec_push(r->scope.mem, rels, fact->sample))
        return cg_nomem(r->scope.mem, err);
    for (uint32_t i = 0; i < f->n_rels; i++) {
        bool goes = (fact->form == CG_FACT_MATCH && f->evidence[i] == fact->key) ||
                    (fact->form == CG_FACT_NODE && evidence_has_node(r->scope.g, f->evidence[i], (cg_node)fact->key));
        if (goes && !cg_vec_push(r->scope.mem, rels, f->rels[i]))
            return cg_nomem(r->scope.mem, err);
    }
    return CSPM_OK;
}

/* Relationships derived from ones that go, until nothing more falls. */
static int32_t take_derived(const cg_facts *f, const cg_run_state *r, cg_rel_vec *rels, cspm_error **err)
{
    for (size_t before = SIZE_MAX; before != rels->count && rels->count;) {
        before = rels->count;
        cg_rel_vec more = { 0 };
        bool ok = true;
        for (uint32_t i = 0; i < f->n_rels && ok; i++)
            if (!has_rel(rels, f->rels[i]) && evidence_has_rel(r->scope.g, f->evidence[i], rels))
                ok = cg_vec_push(r->scope.mem, &more, f->rels[i]);
        for (size_t i = 0; i < more.count && ok; i++)
            ok = cg_vec_push(r->scope.mem, rels, more.data[i]);
        cg_vec_free(r->scope.mem, &more);
        cg_rels_sort(rels);
        if (!ok)
            return cg_nomem(r->scope.mem, err);
    }
    return CSPM_OK;
}

int32_t cg_facts_expand(const cg_facts *f, const cg_run_state *r, const cg_fact *fact, cg_rel_vec *rels, cg_node_vec *entries,
                        cspm_error **err)
{
    int32_t rc = CSPM_OK;
    if (fact->form == CG_FACT_EXPOSURE) {
        if (!cg_vec_push(r->scope.mem, entries, (cg_node)fact->key))
            return cg_nomem(r->scope.mem, err);
    } else {
        rc = take_direct(f, r, fact, rels, err);
        cg_rels_sort(rels);
        if (rc == CSPM_OK)
            rc = take_derived(f, r, rels, err);
    }
    const cg_endpoint_vec *exposed = &r->scope.entries[CG_FROM_INTERNET];
    cg_node vulnerability = fact->form == CG_FACT_NODE ? (cg_node)fact->key : CG_NO_NODE;
    for (size_t i = 0; fact->form != CG_FACT_EXPOSURE && i < exposed->count && rc == CSPM_OK; i++)
        if (exposure_falls(r, exposed->data[i].node, vulnerability, rels) && !cg_vec_push(r->scope.mem, entries, exposed->data[i].node))
            rc = cg_nomem(r->scope.mem, err);
    cg_nodes_sort(entries);
    return rc;
}
