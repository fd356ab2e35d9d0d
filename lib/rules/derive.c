/* Derive: meanings first, then networks and permissions, then stratum after stratum. A stratum that reads what it writes runs until a round
 * adds nothing. */
#include "graph/layer.h"
#include "rules/set.h"

#define DEFAULT_ROUNDS 64

typedef struct derivation {
    const cg_ruleset *rs;
    const cg_derive_options *o;
    cg_mem *mem;
    cspm_op *op;
    cspm_error **err;
    cg_graph *below;              /* what the current stratum stands on */
    cg_graph *now;                /* below plus the stratum so far */
    rule_facts facts;             /* of the stratum */
    uint32_t stratum, first, end; /* its rules among the finders */
    size_t last_round;            /* facts before the last round */
    uint32_t ticks;
} derivation;

bool rule_switched_off(const cg_derive_options *o, const rule_entry *e)
{
    for (uint32_t i = 0; o && i < o->n_without; i++)
        if (cg_str_eq(o->without[i], e->rule.id))
            return true;
    return false;
}

static bool known(const cg_graph *g, const rule_fact *fact)
{
    const cg_rule *rule = &fact->rule->rule;
    if (fact->rule->rule.form != CG_RULE_EDGE) {
        uint32_t label = cg_name_find(g, CG_NAMES_LABEL, rule->label);
        return label != CG_NO_NAME && cg_node_has_label(g, fact->a, label);
    }
    uint32_t kind = cg_name_find(g, CG_NAMES_KIND, rule->edge_kind);
    uint64_t word[1] = { 0 };
    uint64_t cursor = 0;
    cg_edge edge;
    if (kind == CG_NO_NAME)
        return false;
    /* A set of one kind needs words up to that kind only; most are small. */
    if (kind < 64) {
        word[0] = UINT64_C(1) << kind;
        cg_kind_set only = { .n_words = 1, .words = word };
        return cg_between_next(g, fact->a, fact->b, &only, &cursor, &edge);
    }
    while (cg_between_next(g, fact->a, fact->b, NULL, &cursor, &edge))
        if (edge.kind == kind)
            return true;
    return false;
}

/* Relationships of the stratum's own unfinished layer have no lasting identity: the nodes stay as evidence, they do not. */
static void drop_own_rels(const derivation *d, rule_fact *fact)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < fact->n_rels; i++) {
        cg_edge edge = cg_rel_get(d->now, fact->rels[i]), found;
        uint64_t cursor = 0;
        bool lasting = false;
        while (!lasting && edge.kind < cg_name_count(d->below, CG_NAMES_KIND) &&
               cg_between_next(d->below, edge.from, edge.to, NULL, &cursor, &found))
            lasting = found.rel == edge.rel;
        if (lasting)
            fact->rels[kept++] = fact->rels[i];
    }
    fact->n_rels = kept;
}

/* Run the rules once over the graph as it stands and keep what is new. */
static int32_t run_round(derivation *d, uint32_t round)
{
    int64_t now = d->o ? d->o->now : INT64_MIN;
    int32_t rc = CSPM_OK;
    d->last_round = d->facts.list.count;
    for (uint32_t i = d->first; rc == CSPM_OK && i < d->end; i++) {
        const rule_entry *e = d->rs->finders[i];
        size_t from = d->facts.list.count, kept = from;
        if (rule_switched_off(d->o, e) || (round > 0 && !e->recursive))
            continue;
        rc = rule_find(e, d->now, now, d->op, &d->facts, d->err);
        for (size_t k = from; rc == CSPM_OK && k < d->facts.list.count; k++) {
            rule_fact *fact = &d->facts.list.data[k];
            if (CG_OP_DUE(d->ticks))
                rc = cg_op_check(d->op, d->mem, d->err);
            if (known(d->now, fact))
                continue;
            if (round > 0)
                drop_own_rels(d, fact);
            d->facts.list.data[kept++] = *fact;
        }
        d->facts.list.count = rc == CSPM_OK ? kept : d->facts.list.count;
    }
    return rc;
}

static int32_t write_edge(derivation *d, cg_layer_builder *l, const rule_fact *fact, uint32_t evidence)
{
    const cg_rule *rule = &fact->rule->rule;
    uint32_t kind = cg_layer_kind(l, rule->edge_kind);
    if (kind == CG_NO_NAME)
        return cg_nomem(d->mem, d->err);
    /* The kind's likelihood is one rule's; another rule of the same kind says its own at each edge. */
    cg_layer_edge edge = { .from = fact->a,
                           .to = fact->b,
                           .kind = kind,
                           .evidence = evidence,
                           .conditional = fact->conditional,
                           .likelihood = fact->likelihood ? fact->likelihood : rule->likelihood };
    return cg_layer_add_edge(l, &edge, d->err);
}

static int32_t write_label(derivation *d, cg_layer_builder *l, const rule_fact *fact, uint32_t evidence)
{
    uint32_t label = cg_layer_label(l, fact->rule->rule.label);
    return label == CG_NO_NAME ? cg_nomem(d->mem, d->err) : cg_layer_add_label(l, fact->a, label, evidence, d->err);
}

/* A kind that the inventory has got its meaning in the first layer already. */
static int32_t write_meanings(derivation *d, cg_layer_builder *l)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < d->facts.list.count; i++) {
        const cg_rule *rule = &d->facts.list.data[i].rule->rule;
        if (rule->form != CG_RULE_EDGE || (i && d->facts.list.data[i - 1].rule == d->facts.list.data[i].rule) ||
            cg_name_find(d->below, CG_NAMES_KIND, rule->edge_kind) != CG_NO_NAME)
            continue;
        const rule_entry *meaning = rule_kind_meaning(d->rs, rule->edge_kind);
        cg_kind_info info = rule_kind_info(d->rs, meaning ? meaning : d->facts.list.data[i].rule);
        uint32_t kind = cg_layer_kind(l, rule->edge_kind);
        rc = kind == CG_NO_NAME ? cg_nomem(d->mem, d->err) : cg_layer_set_kind_info(l, kind, &info, d->err);
    }
    return rc;
}

/* All facts of the stratum as one layer over `below`. */
static int32_t build_layer(derivation *d)
{
    cg_layer_builder *l = NULL;
    cg_graph *next = NULL;
    cg_buf name;
    cg_buf_init(&name, d->mem, 0);
    cg_buf_printf(&name, "rules-%u", (unsigned)d->stratum);
    int32_t rc = name.failed ? cg_nomem(d->mem, d->err) : cg_layer_new(d->below, cg_buf_view(&name), &l, d->err);
    cg_buf_free(&name);
    if (rc == CSPM_OK)
        rc = write_meanings(d, l);
    for (size_t i = 0; rc == CSPM_OK && i < d->facts.list.count; i++) {
        const rule_fact *fact = &d->facts.list.data[i];
        if (CG_OP_DUE(d->ticks) && (rc = cg_op_check(d->op, d->mem, d->err)) != CSPM_OK)
            break;
        cg_evidence e = { .rule = fact->rule->rule.id,
                          .nodes = fact->nodes,
                          .n_nodes = fact->n_nodes,
                          .rels = fact->rels,
                          .n_rels = fact->n_rels,
                          .note = fact->note };
        uint32_t evidence = cg_layer_evidence(l, &e);
        if (evidence == CG_NO_EVIDENCE)
            rc = cg_nomem(d->mem, d->err);
        else
            rc = fact->rule->rule.form == CG_RULE_EDGE ? write_edge(d, l, fact, evidence) : write_label(d, l, fact, evidence);
    }
    if (rc != CSPM_OK) {
        cg_layer_free(l);
        return rc;
    }
    rc = cg_layer_push(l, d->op, &next, d->err);
    if (rc == CSPM_OK) {
        cg_graph_unref(d->now);
        d->now = next;
    }
    return rc;
}

static int32_t too_many_rounds(const derivation *d, uint32_t rounds)
{
    cg_buf names;
    const rule_entry *last = NULL;
    cg_buf_init(&names, d->mem, 0);
    for (uint32_t i = d->first; i < d->end; i++)
        for (size_t k = d->last_round; k < d->facts.list.count; k++)
            if (d->facts.list.data[k].rule == d->rs->finders[i] && last != d->rs->finders[i]) {
                cg_buf_adds(&names, last ? ", " : "");
                cg_buf_str(&names, d->rs->finders[i]->rule.id);
                last = d->rs->finders[i];
            }
    int32_t rc = names.failed ? cg_nomem(d->mem, d->err)
                              : cg_fail(d->mem, d->err, CSPM_E_LIMIT, "rules still add facts after %u rounds: %.*s", (unsigned)rounds,
                                        CG_FMT(cg_buf_view(&names)));
    cg_buf_free(&names);
    return rc;
}

static int32_t run_stratum(derivation *d)
{
    uint32_t limit = d->o && d->o->max_rounds ? d->o->max_rounds : DEFAULT_ROUNDS;
    bool recursive = false;
    int32_t rc = CSPM_OK;
    for (uint32_t i = d->first; i < d->end; i++)
        recursive |= d->rs->finders[i]->recursive;
    rule_facts_init(&d->facts, d->mem);
    for (uint32_t round = 0; rc == CSPM_OK; round++) {
        rc = run_round(d, round);
        if (rc != CSPM_OK || d->facts.list.count == d->last_round)
            break;
        if (round >= limit) {
            rc = too_many_rounds(d, limit);
            break;
        }
        rc = build_layer(d);
        if (!recursive)
            break;
    }
    rule_facts_free(&d->facts, d->mem);
    return rc;
}

static int32_t add_access(derivation *d)
{
    cg_graph *next = NULL;
    int32_t rc = rule_derive_access(d->rs, d->now, d->o, d->op, &next, d->err);
    if (rc == CSPM_OK) {
        cg_graph_unref(d->now);
        d->now = next;
    }
    return rc;
}

int32_t cg_rules_derive(const cg_ruleset *rs, cg_graph *inventory, const cg_derive_options *o, cspm_op *op, cg_graph **out,
                        cspm_error **err)
{
    derivation d = { .rs = rs, .o = o, .mem = cg_graph_mem(inventory), .op = op, .err = err };
    cg_graph *base = NULL;
    int32_t rc = CSPM_OK;
    *out = NULL;
    if (!rs->sealed)
        return cg_fail(d.mem, err, CSPM_E_INVALID, "the rule set is not sealed");
    rc = cg_graph_n_layers(inventory) > 1 ? cg_graph_drop_layers(inventory, 1, &base, err) : CSPM_OK;
    if (rc == CSPM_OK)
        rc = rule_push_meanings(rs, base ? base : inventory, op, &d.now, err);
    cg_graph_unref(base);
    if (rc == CSPM_OK)
        rc = add_access(&d);
    for (d.stratum = 0; rc == CSPM_OK && d.first < rs->n_finders; d.stratum++, d.first = d.end) {
        for (d.end = d.first; d.end < rs->n_finders && rs->finders[d.end]->rule.stratum == d.stratum;)
            d.end++;
        d.below = cg_graph_ref(d.now);
        rc = run_stratum(&d);
        cg_graph_unref(d.below);
    }
    if (rc == CSPM_OK)
        *out = d.now;
    else
        cg_graph_unref(d.now);
    return rc;
}
