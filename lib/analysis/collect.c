/* From found paths to the best one of every (type, entry, target). */
#include "analysis/search.h"

/* Beyond the budget, this many of the cheapest paths are looked at for types that a pair's best path does not have. */
#define EXTRA_PATHS 10000u

typedef struct collector {
    cg_search *x;
    const cg_scope *s;
    const cg_types *t;
    const cg_search_group *group;
    bool from_internet;
    uint32_t max_hops;
    uint64_t *entry_bits, *target_bits; /* a row of t->words each */
    uint32_t *slots;                    /* index into triples + 1; open addressing */
    uint32_t n_slots, used;
    cspm_error **err;
} collector;

static uint32_t hash(uint32_t type, cg_node entry, cg_node target)
{
    uint64_t h = ((uint64_t)entry << 32 | target) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 29 ^ type) * 0xbf58476d1ce4e5b9u;
    return (uint32_t)(h >> 32);
}

static int32_t grow(collector *c)
{
    uint32_t n = c->n_slots ? c->n_slots * 2 : 256;
    uint32_t *slots = cg_calloc(c->x->mem, n, sizeof *slots);
    if (!slots)
        return cg_nomem(c->x->mem, c->err);
    for (uint32_t i = 0; i < c->n_slots; i++)
        if (c->slots[i]) {
            const cg_triple *t = &c->x->triples.data[c->slots[i] - 1];
            uint32_t at = hash(t->type, t->entry, t->target) & (n - 1);
            while (slots[at])
                at = (at + 1) & (n - 1);
            slots[at] = c->slots[i];
        }
    cg_free(c->x->mem, c->slots);
    c->slots = slots;
    c->n_slots = n;
    return CSPM_OK;
}

static int32_t slot_of(collector *c, uint32_t type, cg_node entry, cg_node target, cg_triple **out, bool *fresh)
{
    int32_t rc = (c->used + 1) * 2 > c->n_slots ? grow(c) : CSPM_OK;
    if (rc != CSPM_OK)
        return rc;
    uint32_t at = hash(type, entry, target) & (c->n_slots - 1);
    *fresh = false;
    for (; c->slots[at]; at = (at + 1) & (c->n_slots - 1)) {
        *out = &c->x->triples.data[c->slots[at] - 1];
        if ((*out)->type == type && (*out)->entry == entry && (*out)->target == target)
            return CSPM_OK;
    }
    cg_triple t = { .type = type, .entry = entry, .target = target, .from_internet = c->from_internet };
    if (!cg_vec_push(c->x->mem, &c->x->triples, t))
        return cg_nomem(c->x->mem, c->err);
    c->slots[at] = (uint32_t)c->x->triples.count;
    c->used++;
    *out = &c->x->triples.data[c->x->triples.count - 1];
    *fresh = true;
    return CSPM_OK;
}

static int32_t take(void *user, const cg_found *f)
{
    collector *c = user;
    cg_triple *t = NULL;
    bool fresh;
    if (f->n_hops > c->max_hops)
        return CSPM_OK;
    uint32_t type = cg_types_match(c->t, c->s->g, c->entry_bits + (size_t)f->entry * c->t->words,
                                   c->target_bits + (size_t)f->target * c->t->words, f->rels, f->n_hops);
    int32_t rc = slot_of(c, type, c->group->request.entries[f->entry].node, c->group->request.targets[f->target].node, &t, &fresh);
    if (rc != CSPM_OK || (!fresh && cg_triple_cmp(c->s->g, t, f) <= 0))
        return rc;
    return cg_triple_take(c->x, t, f, c->err);
}

static int32_t take_list(collector *c, const cg_found_list *list)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < list->paths.count && rc == CSPM_OK; i++)
        rc = take(c, &list->paths.data[i]);
    if (list->truncated) {
        c->x->truncated |= list->truncated;
        c->x->estimated = true;
    }
    return rc;
}

static int32_t take_pairs(collector *c, cspm_op *op)
{
    cg_found_list list = { 0 };
    int32_t rc = cg_paths_best_per_pair(c->group->core, c->s->o.max_paths, op, &list, c->err);
    if (cg_soften(&rc, &c->x->truncated, c->err))
        c->x->estimated = true;
    else if (rc == CSPM_OK)
        rc = take_list(c, &list);
    cg_found_list_free(&list);
    return rc;
}

static int32_t take_all(collector *c, cspm_op *op)
{
    uint32_t truncated = 0;
    int32_t rc = cg_paths_all(c->group->core, op, take, c, &truncated, c->err);
    if (cg_soften(&rc, &truncated, c->err) || truncated) {
        c->x->truncated |= truncated;
        c->x->estimated = true;
    }
    return rc == CSPM_DONE ? CSPM_OK : rc;
}

static int32_t take_best(collector *c, cspm_op *op)
{
    cg_found_list list = { 0 };
    int32_t rc = cg_paths_best(c->group->core, EXTRA_PATHS, op, &list, c->err);
    if (!cg_soften(&rc, &c->x->truncated, c->err) && rc == CSPM_OK) {
        list.truncated &= ~(uint32_t)CSPM_TRUNCATED_ROWS; /* never meant to be all of them */
        rc = take_list(c, &list);
    }
    c->x->estimated = true;
    cg_found_list_free(&list);
    return rc;
}

static int32_t prepare(collector *c, cspm_op *op)
{
    const cg_path_request *r = &c->group->request;
    size_t words = c->t->words;
    uint32_t ticks = 0;
    int32_t rc = CSPM_OK;
    c->entry_bits = cg_alloc_array(c->x->mem, r->n_entries * words + 1, sizeof *c->entry_bits);
    c->target_bits = cg_alloc_array(c->x->mem, r->n_targets * words + 1, sizeof *c->target_bits);
    if (!c->entry_bits || !c->target_bits)
        return cg_nomem(c->x->mem, c->err);
    for (uint32_t i = 0; rc == CSPM_OK && i < r->n_entries; i++) {
        cg_types_of_entry(c->t, c->s, r->entries[i].node, c->entry_bits + i * words);
        if (CG_OP_DUE_BY(ticks, 64))
            rc = cg_op_check(op, c->x->mem, c->err);
    }
    for (uint32_t i = 0; rc == CSPM_OK && i < r->n_targets; i++) {
        cg_types_of_target(c->t, c->s, r->targets[i].node, c->target_bits + i * words);
        if (CG_OP_DUE_BY(ticks, 64))
            rc = cg_op_check(op, c->x->mem, c->err);
    }
    return rc;
}

int32_t cg_search_collect(cg_search *x, const cg_scope *s, const cg_types *t, int which, cspm_op *op, cspm_error **err)
{
    collector c = { .x = x, .s = s, .t = t, .group = &x->groups[which], .from_internet = which == CG_FROM_INTERNET, .err = err };
    c.max_hops = s->max_hops[which];
    int32_t rc = prepare(&c, op);
    if (rc != CSPM_OK)
        goto done;
    /* The best path of each pair is also the best of its type, unless types look at steps: then every path has to be looked at. */
    if (!t->by_steps || !c.max_hops) {
        rc = take_pairs(&c, op);
    } else if (c.group->walks <= s->o.max_paths) {
        rc = take_all(&c, op);
    } else {
        rc = take_pairs(&c, op);
        if (rc == CSPM_OK)
            rc = take_best(&c, op);
    }
done:
    cg_free(x->mem, c.entry_bits);
    cg_free(x->mem, c.target_bits);
    cg_free(x->mem, c.slots);
    return rc;
}
