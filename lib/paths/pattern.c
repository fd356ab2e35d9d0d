/* Patterns: depth-first through the trie of sequences, cheapest bound first, keeping the best. */
#include "paths/pattern.h"
#include "paths/sort.h"

#define DEFAULT_PATTERNS 10000u

/* ---- classes of hops ---- */

/* Open addressing over t->steps: slots hold step numbers. */
typedef struct step_index {
    cg_trie *t;
    uint32_t *slots, size; /* a power of two */
} step_index;

static bool index_grow(step_index *x)
{
    uint32_t size = x->size ? 2 * x->size : 256;
    uint32_t *slots = cg_alloc_array(x->t->c->mem, size, sizeof *slots);
    if (!slots)
        return false;
    memset(slots, 0xff, size * sizeof *slots);
    for (uint32_t i = 0; i < x->t->steps.count; i++) {
        cg_step_class s = x->t->steps.data[i];
        uint32_t at = (s.kind * 2654435761u + s.label * 40503u) & (size - 1);
        while (slots[at] != CG_NONE)
            at = (at + 1) & (size - 1);
        slots[at] = i;
    }
    cg_free(x->t->c->mem, x->slots);
    x->slots = slots;
    x->size = size;
    return true;
}

/* CG_NONE when memory is refused. */
static uint32_t step_number(step_index *x, uint32_t kind, uint32_t label)
{
    if (x->t->steps.count * 2 >= x->size && !index_grow(x))
        return CG_NONE;
    uint32_t at = (kind * 2654435761u + label * 40503u) & (x->size - 1);
    for (; x->slots[at] != CG_NONE; at = (at + 1) & (x->size - 1)) {
        cg_step_class s = x->t->steps.data[x->slots[at]];
        if (s.kind == kind && s.label == label)
            return x->slots[at];
    }
    if (!cg_vec_push(x->t->c->mem, &x->t->steps, ((cg_step_class){ kind, label })))
        return CG_NONE;
    return x->slots[at] = (uint32_t)x->t->steps.count - 1;
}

static bool number_steps(cg_trie *t)
{
    const cg_core *c = t->c;
    step_index x = { .t = t };
    bool ok = true;
    for (uint32_t a = 0; a < c->m && ok; a++) {
        t->step_of[a] = CG_NONE;
        if (!core_is_hub(c, c->to[a]))
            ok = (t->step_of[a] = step_number(&x, c->view->out_kind[c->arc[a]], t->label[c->to[a]])) != CG_NONE;
    }
    for (uint32_t i = 0; i < c->n_entries && ok; i++)
        if (c->entry_vertex[i] != CG_NONE)
            ok = (t->entry_step[c->entry_vertex[i]] = step_number(&x, CG_NO_NAME, t->label[c->entry_vertex[i]])) != CG_NONE;
    cg_free(c->mem, x.slots);
    return ok;
}

/* ---- making and keeping ---- */

typedef struct keeper {
    cg_trie t;
    cg_pattern_list *out;
    uint64_t max;
    bool dropped;
} keeper;

static int name_cmp(const cg_core *c, cg_names which, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    if (a == CG_NO_NAME || b == CG_NO_NAME || !c->view->graph)
        return a == CG_NO_NAME ? -1 : b == CG_NO_NAME ? 1 : a < b ? -1 : 1;
    return cg_str_cmp(cg_name_get(c->view->graph, which, a), cg_name_get(c->view->graph, which, b));
}

static bool pattern_before(const cg_core *c, const cg_pattern *a, const cg_pattern *b)
{
    if (a->cost != b->cost)
        return a->cost < b->cost;
    if (a->n_hops != b->n_hops)
        return a->n_hops < b->n_hops;
    int order = name_cmp(c, CG_NAMES_LABEL, a->labels[0], b->labels[0]);
    for (uint32_t i = 0; i < a->n_hops && order == 0; i++) {
        order = name_cmp(c, CG_NAMES_KIND, a->kinds[i], b->kinds[i]);
        if (order == 0)
            order = name_cmp(c, CG_NAMES_LABEL, a->labels[i + 1], b->labels[i + 1]);
    }
    return order < 0;
}
CG_DEFINE_SORT(sort_patterns, const cg_core *, cg_pattern, pattern_before)

static void sift_worst(const cg_core *c, cg_pattern *h, size_t i, size_t n)
{
    cg_pattern item = h[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && pattern_before(c, &h[child], &h[child + 1]))
            child++;
        if (!pattern_before(c, &item, &h[child]))
            break;
        h[i] = h[child];
    }
    h[i] = item;
}

/* The list is a heap with the worst on top until it is finished. */
static bool keep(keeper *k, cg_pattern p)
{
    const cg_core *c = k->t.c;
    cg_pattern *h = k->out->patterns.data;
    if (k->out->patterns.count == k->max) {
        k->dropped = true;
        if (pattern_before(c, &p, &h[0])) {
            h[0] = p;
            sift_worst(c, h, 0, k->out->patterns.count);
        }
        return true;
    }
    if (!cg_vec_push(c->mem, &k->out->patterns, p))
        return false;
    h = k->out->patterns.data;
    size_t i = k->out->patterns.count - 1;
    for (size_t up; i && pattern_before(c, &h[up = (i - 1) / 2], &p); i = up)
        h[i] = h[up];
    h[i] = p;
    return true;
}

/* Scaled cost, as in cg_found, of a packed one. */
static uint64_t full_cost(const cg_core *c, uint64_t packed)
{
    return (packed >> CG_HOP_BITS) * c->unit;
}

static bool hopeless(const keeper *k, uint64_t low)
{
    return low == CG_NEVER || (k->out->patterns.count == k->max && full_cost(k->t.c, low) > k->out->patterns.data[0].cost);
}

static bool node_before(const cg_core *c, const cg_node *a, const cg_node *b)
{
    (void)c;
    return *a < *b;
}
CG_DEFINE_SORT(sort_nodes, const cg_core *, cg_node, node_before)

/* Nodes of the live spots of a level, ascending, each once. */
static int32_t live_nodes(keeper *k, cg_level *l, cg_node **nodes, uint32_t *n, cspm_error **err)
{
    const cg_trie *t = &k->t;
    size_t count = l->live.count;
    cg_node *list = cg_arena_alloc(&k->out->arena, count * sizeof *list);
    if (!list)
        return cg_nomem(t->c->mem, err);
    for (size_t i = 0; i < count; i++)
        list[i] = core_node(t->c, cg_place_vertex(t, l->spots.data[l->live.data[i]].place));
    sort_nodes(t->c, list, count);
    *n = 0;
    for (size_t i = 0; i < count; i++)
        if (*n == 0 || list[*n - 1] != list[i])
            list[(*n)++] = list[i];
    *nodes = list;
    return CSPM_OK;
}

static uint32_t most_twins(const cg_trie *t, uint32_t hops)
{
    uint32_t most = 1;
    for (uint32_t level = 0; level <= hops; level++) {
        const cg_level *l = &t->levels[level];
        for (size_t i = 0; i < l->live.count; i++) {
            uint32_t size = t->twins[cg_place_vertex(t, l->spots.data[l->live.data[i]].place)];
            most = size > most ? size : most;
        }
    }
    return most;
}

static int32_t make_pattern(keeper *k, uint32_t hops, uint64_t count, cspm_error **err)
{
    cg_trie *t = &k->t;
    cg_pattern p = { .n_hops = hops, .count = count };
    int32_t rc = cg_pattern_exemplar(t, hops, &k->out->arena, &p.exemplar, err);
    if (rc == CSPM_DONE)
        return t->work.exhausted ? CSPM_DONE : CSPM_OK; /* only walks that repeat a node */
    if (rc < 0)
        return rc;
    p.cost = p.exemplar.cost;
    if (hopeless(k, p.cost / t->c->unit << CG_HOP_BITS)) {
        k->dropped = true;
        return CSPM_OK;
    }
    p.labels = cg_arena_alloc(&k->out->arena, (hops + 1u) * sizeof *p.labels);
    p.kinds = cg_arena_alloc(&k->out->arena, hops * sizeof *p.kinds);
    if (!p.labels || !p.kinds)
        return cg_nomem(t->c->mem, err);
    for (uint32_t i = 0; i <= hops; i++) {
        cg_step_class s = t->steps.data[cg_level_group(&t->levels[i])->step];
        p.labels[i] = s.label;
        if (i)
            p.kinds[i - 1] = s.kind;
    }
    p.twins = most_twins(t, hops);
    if ((rc = live_nodes(k, &t->levels[0], &p.entries, &p.n_entries, err)) < 0 ||
        (rc = live_nodes(k, &t->levels[hops], &p.targets, &p.n_targets, err)) < 0)
        return rc;
    return keep(k, p) ? CSPM_OK : cg_nomem(t->c->mem, err);
}

/* Does the current sequence end at targets? Then it is a pattern. */
static int32_t consider(keeper *k, uint32_t hops, cspm_error **err)
{
    const cg_trie *t = &k->t;
    const cg_level *l = &t->levels[hops];
    const cg_group *g = &l->groups.data[l->at];
    uint64_t count = 0, low = CG_NEVER;
    for (uint32_t i = g->begin; i < g->end; i++) {
        const cg_spot *s = &l->spots.data[i];
        uint32_t target = t->c->target_at[cg_place_vertex(t, s->place)];
        if (target == CG_NONE || (s->place & t->full_mask) != t->full_mask)
            continue;
        uint64_t cost = s->cost + t->target_weight[target];
        count = sat_add(count, s->count);
        low = cost < low ? cost : low;
    }
    if (count == 0)
        return CSPM_OK;
    if (hopeless(k, low)) {
        k->dropped = true;
        return CSPM_OK;
    }
    int32_t rc = cg_pattern_rest(&k->t, hops, err);
    if (rc == CSPM_OK)
        rc = make_pattern(k, hops, count, err);
    cg_pattern_forget(&k->t, hops);
    return rc;
}

static int32_t walk_trie(keeper *k, cspm_error **err)
{
    cg_trie *t = &k->t;
    uint32_t hops = 0;
    if (!cg_trie_start(t))
        return cg_nomem(t->c->mem, err);
    t->levels[0].at = 0;
    for (;;) {
        cg_level *l = &t->levels[hops];
        if (l->at == l->groups.count) {
            if (hops-- == 0)
                return CSPM_OK;
            t->levels[hops].at++;
            continue;
        }
        if (hopeless(k, cg_level_group(l)->low)) { /* so are the groups behind it: they come in the order of their bounds */
            k->dropped |= cg_level_group(l)->low != CG_NEVER;
            l->at = (uint32_t)l->groups.count;
            continue;
        }
        int32_t rc = consider(k, hops, err);
        if (rc != CSPM_OK)
            return rc;
        if (hops == t->c->max_length) {
            l->at++;
            continue;
        }
        if ((rc = cg_trie_step(t, hops, err)) != CSPM_OK)
            return rc;
        t->levels[++hops].at = 0;
    }
}

/* ---- set up ---- */

static int32_t prepare(cg_trie *t, cspm_op *op, cspm_error **err)
{
    const cg_core *c = t->c;
    t->bits = c->n_waypoints;
    t->full_mask = (UINT32_C(1) << t->bits) - 1;
    uint64_t places = (uint64_t)c->n << t->bits;
    if (places > UINT32_C(1) << 28)
        return cg_fail(c->mem, err, CSPM_E_LIMIT, "patterns through %u waypoints of a core of %u vertices need too much memory", t->bits,
                       c->n);
    t->label = cg_alloc_array(c->mem, c->n, sizeof *t->label);
    t->step_of = cg_alloc_array(c->mem, c->m, sizeof *t->step_of);
    t->entry_step = cg_alloc_array(c->mem, c->n, sizeof *t->entry_step);
    t->own = cg_calloc(c->mem, c->n, sizeof *t->own);
    t->rest = cg_alloc_array(c->mem, c->n, sizeof *t->rest);
    t->target_weight = cg_alloc_array(c->mem, c->n_targets, sizeof *t->target_weight);
    t->twins = cg_calloc(c->mem, c->n, sizeof *t->twins);
    t->slot = cg_alloc_array(c->mem, places, sizeof *t->slot);
    t->stamp = cg_calloc(c->mem, places, sizeof *t->stamp);
    if (!t->label || !t->step_of || !t->entry_step || !t->own || !t->rest || !t->target_weight || !t->twins || !t->slot || !t->stamp)
        return cg_nomem(c->mem, err);
    for (uint32_t i = 0; i < c->n_targets; i++)
        t->target_weight[i] = i && c->targets[i].factor == c->targets[i - 1].factor ? t->target_weight[i - 1] : core_target_weight(c, i);
    for (uint32_t v = 0; v < c->n; v++) {
        t->label[v] = CG_NO_NAME;
        if (!core_is_hub(c, v) && c->view->graph)
            cg_node_labels(c->view->graph, core_node(c, v), &t->label[v], 1);
    }
    if (!number_steps(t) || !(t->step_count = cg_calloc(c->mem, t->steps.count, sizeof *t->step_count)))
        return cg_nomem(c->mem, err);
    cg_pq q;
    int32_t rc = cg_rest_queue(c, &q) ? cg_rest_static(c, &q, op, t->rest, err) : cg_nomem(c->mem, err);
    cg_pq_free(&q);
    return rc < 0 ? rc : cg_twins_find(c, t->label, op, t->twins, err);
}

static void release(cg_trie *t)
{
    cg_mem *mem = t->c->mem;
    void *blocks[] = { t->label, t->step_of, t->entry_step, t->own, t->rest, t->target_weight, t->twins, t->slot, t->stamp, t->step_count };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        cg_free(mem, blocks[i]);
    cg_vec_free(mem, &t->steps);
    cg_vec_free(mem, &t->steps_hit);
    cg_vec_free(mem, &t->emitted);
    cg_vec_free(mem, &t->visits);
    cg_vec_free(mem, &t->passed);
    cg_vec_free(mem, &t->grouped);
    for (uint32_t i = 0; i <= CG_MAX_HOPS; i++) {
        cg_vec_free(mem, &t->levels[i].spots);
        cg_vec_free(mem, &t->levels[i].groups);
        cg_vec_free(mem, &t->levels[i].links);
        cg_vec_free(mem, &t->levels[i].passages);
        cg_vec_free(mem, &t->levels[i].sources);
        cg_vec_free(mem, &t->levels[i].live);
        cg_vec_free(mem, &t->levels[i].rest);
    }
}

int32_t cg_paths_patterns(const cg_core *c, uint64_t max_patterns, cspm_op *op, cg_pattern_list *out, cspm_error **err)
{
    memset(out, 0, sizeof *out);
    cg_arena_init(&out->arena, c->mem);
    keeper *k = cg_calloc(c->mem, 1, sizeof *k);
    if (!k)
        return cg_nomem(c->mem, err);
    *k = (keeper){ .t = { .c = c, .work = work_start(c, op) }, .out = out, .max = max_patterns ? max_patterns : DEFAULT_PATTERNS };
    int32_t rc = prepare(&k->t, op, err);
    if (rc == CSPM_OK)
        rc = walk_trie(k, err);
    if (k->dropped)
        out->truncated |= CSPM_TRUNCATED_ROWS;
    if (k->t.work.exhausted)
        out->truncated |= CSPM_TRUNCATED_WORK;
    release(&k->t);
    cg_free(c->mem, k);
    if (rc < 0)
        cg_pattern_list_free(out);
    else
        sort_patterns(c, out->patterns.data, out->patterns.count);
    return rc < 0 ? rc : CSPM_OK;
}

void cg_pattern_list_free(cg_pattern_list *l)
{
    if (!l->arena.mem)
        return;
    cg_vec_free(l->arena.mem, &l->patterns);
    cg_arena_free(&l->arena);
}
