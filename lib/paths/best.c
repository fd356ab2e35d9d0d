/* Best-first search over the core; see best.h for why its order is exact. */
#include "paths/best.h"

#include "paths/sort.h"

enum { COMPLETE = 0, SINGLE = 1, LAZY = 2 };

/* ---- order of partial walks with equal keys ---- */

/* The state a partial walk has come to: a walk that stands in a hub has not left its last state yet. */
static uint32_t at_state(const cg_best *s, uint32_t p)
{
    return core_is_hub(s->c, s->tree.data[p].vertex) ? s->tree.data[p].parent : p;
}

static uint32_t state_before(const cg_best *s, uint32_t p)
{
    uint32_t parent = s->tree.data[p].parent;
    return parent == CG_NONE ? CG_NONE : at_state(s, parent);
}

static cg_rel rel_into(const cg_best *s, uint32_t p)
{
    const cg_partial *w = &s->tree.data[p], *from = &s->tree.data[w->parent];
    const cg_core *c = s->c;
    if (core_is_hub(c, from->vertex))
        return cg_view_rel(c->view, c->arc[from->arc], c->arc[w->arc]);
    return cg_view_rel(c->view, c->arc[w->arc], CG_NONE);
}

static int tie_cmp(const cg_best *s, uint32_t a, uint32_t b)
{
    const cg_core *c = s->c;
    uint32_t p = at_state(s, a), q = at_state(s, b);
    uint32_t length_p = s->tree.data[p].walked & CG_HOP_MASK, length_q = s->tree.data[q].walked & CG_HOP_MASK;
    int by_length = length_p < length_q ? -1 : length_p > length_q, by_node = 0, by_rel = 0;
    for (; length_p > length_q; length_p--)
        p = state_before(s, p);
    for (; length_q > length_p; length_q--)
        q = state_before(s, q);
    while (p != q && p != CG_NONE) {
        cg_node np = core_node(c, s->tree.data[p].vertex), nq = core_node(c, s->tree.data[q].vertex);
        if (np != nq)
            by_node = np < nq ? -1 : 1; /* the last one found is the first of the sequence */
        if (length_p) {
            int order = cg_rel_order(c, rel_into(s, p), rel_into(s, q));
            by_rel = order ? order : by_rel;
            length_p--;
        }
        p = state_before(s, p);
        q = state_before(s, q);
    }
    return by_node ? by_node : by_length ? by_length : by_rel ? by_rel : a < b ? -1 : a > b;
}

static bool open_before(const cg_best *s, const cg_open *a, const cg_open *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    int tie = tie_cmp(s, a->partial, b->partial);
    return tie ? tie < 0 : a->what < b->what;
}

static int32_t open_push(cg_best *s, uint64_t key, uint32_t partial, uint32_t what, cspm_error **err)
{
    cg_open item = { key, partial, what };
    if (!cg_vec_push(s->c->mem, &s->heap, item))
        return cg_nomem(s->c->mem, err);
    size_t i = s->heap.count - 1;
    for (size_t up; i && open_before(s, &item, &s->heap.data[up = (i - 1) / 2]); i = up)
        s->heap.data[i] = s->heap.data[up];
    s->heap.data[i] = item;
    return CSPM_OK;
}

static cg_open open_pop(cg_best *s)
{
    cg_open *h = s->heap.data, top = h[0], last = h[--s->heap.count];
    size_t n = s->heap.count, i = 0, child;
    while ((child = 2 * i + 1) < n) {
        if (child + 1 < n && open_before(s, &h[child + 1], &h[child]))
            child++;
        if (!open_before(s, &h[child], &last))
            break;
        h[i] = h[child];
        i = child;
    }
    h[i] = last;
    return top;
}

/* ---- rows in the order of what their arcs lead to ---- */

/* `c` of the order is NULL where the items are entries, not arcs. */
typedef struct row_item {
    uint64_t key;
    uint32_t node; /* 0 for hubs, else node + 1: a walk that stands in a hub is still shorter */
    uint32_t arc;
} row_item;

static bool row_before(const cg_core *c, const row_item *a, const row_item *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    if (a->node != b->node)
        return a->node < b->node;
    int order = a->node && c ? cg_rel_order(c, c->view->out_rel[c->arc[a->arc]], c->view->out_rel[c->arc[b->arc]]) : 0;
    return order ? order < 0 : a->arc < b->arc;
}

CG_DEFINE_SORT(row_sort, const cg_core *, row_item, row_before)

static int32_t sort_row(cg_best *s, uint32_t u, cspm_error **err)
{
    const cg_core *c = s->c;
    if (s->sorted[u >> 6] >> (u & 63) & 1)
        return CSPM_OK;
    uint32_t begin = c->out[u], n = 0, degree = c->out[u + 1] - begin;
    row_item few[32], *items = degree <= 32 ? few : cg_alloc_array(c->mem, degree, sizeof *items);
    if (!items || !cg_vec_push(c->mem, &s->touched, u)) {
        if (items != few)
            cg_free(c->mem, items);
        return cg_nomem(c->mem, err);
    }
    for (uint32_t a = begin; a < begin + degree; a++) {
        uint32_t w = c->to[a];
        if (s->rest[w] != CG_NEVER && s->hops[w] != CG_UNREACHED)
            items[n++] = (row_item){ core_weight(c, u, a) + s->rest[w], core_is_hub(c, w) ? 0 : core_node(c, w) + 1, a };
    }
    row_sort(c, items, n);
    for (uint32_t i = 0; i < n; i++)
        s->order[begin + i] = items[i].arc;
    s->row_count[u] = n;
    s->sorted[u >> 6] |= UINT64_C(1) << (u & 63);
    if (items != few)
        cg_free(c->mem, items);
    return CSPM_OK;
}

/* ---- growing the tree ---- */

static int32_t add_partial(cg_best *s, const cg_partial *p, uint32_t *index, cspm_error **err)
{
    *index = CG_NONE;
    if (s->tree.count >= CG_NONE - 1 || !cg_vec_push(s->c->mem, &s->tree, *p))
        return cg_nomem(s->c->mem, err);
    *index = (uint32_t)s->tree.count - 1;
    return CSPM_OK;
}

static bool visited(const cg_best *s, uint32_t parent, uint32_t vertex)
{
    const cg_core *c = s->c;
    if (core_is_hub(c, vertex))
        return false;
    for (uint32_t p = parent; p != CG_NONE; p = s->tree.data[p].parent)
        if (c->same[s->tree.data[p].vertex] == c->same[vertex])
            return true;
    return false;
}

static uint32_t waypoint_bit(const cg_best *s, uint32_t vertex)
{
    uint32_t bits = 0;
    if (!s->full_mask || core_is_hub(s->c, vertex))
        return 0;
    cg_node node = core_node(s->c, vertex);
    for (uint32_t i = 0; i < s->c->n_waypoints; i++)
        bits |= (uint32_t)(s->c->waypoints[i] == node) << i;
    return bits;
}

/* Lower bound for a walk that stands at `vertex` with `walked` behind it; CG_NEVER when it cannot be finished within the limit. */
static uint64_t bound(const cg_best *s, uint64_t walked, uint32_t vertex, uint32_t mask)
{
    const cg_core *c = s->c;
    uint32_t so_far = walked & CG_HOP_MASK;
    if (s->hops[vertex] == CG_UNREACHED || so_far + s->hops[vertex] > c->max_length)
        return CG_NEVER;
    uint64_t rest = s->by_hops ? s->by_hops[(size_t)(c->max_length - so_far) * c->n + vertex] : s->rest[vertex];
    for (uint32_t i = 0; i < c->n_waypoints && s->full_mask; i++) {
        if (mask >> i & 1)
            continue;
        uint64_t to = s->way[(size_t)i * c->n + vertex], on = core_add(to, s->way_rest[i]);
        if (on == CG_NEVER)
            return CG_NEVER;
        if ((on & CG_HOP_MASK) > CG_REST_HOPS_CAP)
            on = (on & ~CG_HOP_MASK) | CG_REST_HOPS_CAP;
        rest = on > rest ? on : rest;
    }
    return core_add(walked, rest);
}

/* Open the arc at `slot` of the sorted row behind partial `parent`, if there is one. Its later siblings are opened when it is taken. */
static int32_t open_slot(cg_best *s, uint32_t parent, uint32_t slot, cspm_error **err)
{
    const cg_core *c = s->c;
    uint32_t u = s->tree.data[parent].vertex, index;
    if (slot >= s->row_count[u])
        return CSPM_OK;
    uint32_t a = s->order[c->out[u] + slot], w = c->to[a];
    cg_partial p = { s->tree.data[parent].walked + core_weight(c, u, a), parent, w, a, slot, 0, 0 };
    int32_t rc = add_partial(s, &p, &index, err);
    return rc < 0 ? rc : open_push(s, p.walked + s->rest[w], index, LAZY, err);
}

/* Open every arc at once, under the sharpest bounds. Where rest costs ignore the hop limit or waypoints, the sorted row says nothing. */
static int32_t open_all(cg_best *s, uint32_t parent, uint64_t key, cspm_error **err)
{
    const cg_core *c = s->c;
    uint32_t u = s->tree.data[parent].vertex, mask = s->tree.data[parent].mask, index;
    for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++) {
        uint32_t w = c->to[a];
        cg_partial p = { s->tree.data[parent].walked + core_weight(c, u, a), parent, w, a, 0, mask | waypoint_bit(s, w), 0 };
        int32_t rc = work_add(s->work, 1, err);
        if (rc != CSPM_OK)
            return rc;
        uint64_t low = bound(s, p.walked, w, p.mask);
        if (low == CG_NEVER || visited(s, parent, w))
            continue;
        if ((rc = add_partial(s, &p, &index, err)) < 0 || (rc = open_push(s, low > key ? low : key, index, SINGLE, err)) < 0)
            return rc;
    }
    return CSPM_OK;
}

static int32_t open_root(cg_best *s, uint32_t slot, cspm_error **err)
{
    if (slot >= s->roots.count)
        return CSPM_OK;
    uint32_t entry = s->roots.data[slot], v = s->c->entry_vertex[entry], index;
    cg_partial p = { core_entry_weight(s->c, entry), CG_NONE, v, entry, slot, waypoint_bit(s, v), 0 };
    int32_t rc = add_partial(s, &p, &index, err);
    return rc < 0 ? rc : open_push(s, p.walked + s->rest[v], index, LAZY, err);
}

/* The rest costs at hand ignore the hop limit where it bites: make the table that knows it, once. */
static int32_t need_by_hops(cg_best *s, cspm_error **err)
{
    if (s->by_hops_tried)
        return CSPM_OK;
    s->by_hops_tried = true;
    return cg_rest_by_hops(s->c, s->work->op, &s->by_hops, err);
}

static int32_t expand(cg_best *s, cg_open item, cspm_error **err)
{
    const cg_core *c = s->c;
    cg_partial p = s->tree.data[item.partial];
    int32_t rc;
    uint64_t rest = s->rest[p.vertex];
    bool fits = ((p.walked + rest) & CG_HOP_MASK) <= c->max_length;
    if (item.what == LAZY && (!fits || s->full_mask)) {
        if (!fits && !s->full_mask && s->one == CG_NONE && (rc = need_by_hops(s, err)) < 0)
            return rc;
        uint64_t low = bound(s, p.walked, p.vertex, p.mask);
        if (low == CG_NEVER)
            return CSPM_OK;
        return open_push(s, low > item.key ? low : item.key, item.partial, SINGLE, err);
    }
    uint32_t target = core_is_hub(c, p.vertex) ? CG_NONE : c->target_at[p.vertex];
    if (target != CG_NONE && (s->one == CG_NONE || s->one == target) && p.mask == s->full_mask) {
        uint64_t done = p.walked + core_target_weight(c, target);
        if ((done & CG_HOP_MASK) <= c->max_length && (rc = open_push(s, done, item.partial, COMPLETE, err)) < 0)
            return rc;
    }
    if (!fits || s->full_mask)
        return open_all(s, item.partial, item.key, err);
    if ((rc = sort_row(s, p.vertex, err)) < 0)
        return rc;
    return open_slot(s, item.partial, 0, err);
}

/* ---- the search ---- */

static int32_t emit(const cg_best *s, uint32_t partial, cg_arena *arena, cg_found *out, cspm_error **err)
{
    uint32_t arcs[2 * CG_MAX_HOPS + 2], n = 0, p = partial;
    for (; s->tree.data[p].parent != CG_NONE; p = s->tree.data[p].parent)
        n++;
    uint32_t entry = s->tree.data[p].arc, i = n;
    for (p = partial; i; p = s->tree.data[p].parent)
        arcs[--i] = s->tree.data[p].arc;
    return cg_found_make(s->c, arena, entry, s->c->target_at[s->tree.data[partial].vertex], arcs, n, out, err);
}

int32_t cg_best_next(cg_best *s, cg_arena *arena, cg_found *out, cspm_error **err)
{
    while (s->heap.count) {
        int32_t rc = work_add(s->work, 1, err);
        if (rc != CSPM_OK)
            return rc;
        cg_open item = open_pop(s);
        if (item.what == COMPLETE)
            return emit(s, item.partial, arena, out, err);
        const cg_partial *p = &s->tree.data[item.partial];
        if (item.what == LAZY) {
            uint32_t parent = p->parent, vertex = p->vertex;
            rc = parent == CG_NONE ? open_root(s, p->slot + 1, err) : open_slot(s, parent, p->slot + 1, err);
            if (rc < 0)
                return rc;
            if (visited(s, parent, vertex))
                continue;
        }
        if ((rc = expand(s, item, err)) != CSPM_OK)
            return rc;
    }
    return CSPM_DONE;
}

int32_t cg_best_init(cg_best *s, const cg_core *c, cg_work *work, const uint8_t *hops, uint64_t *rest, uint32_t one, cspm_error **err)
{
    *s = (cg_best){ .c = c, .work = work, .hops = hops, .rest = rest, .one = one };
    s->by_hops_tried = one != CG_NONE;
    s->order = cg_alloc_array(c->mem, c->m, sizeof *s->order);
    s->row_count = cg_alloc_array(c->mem, c->n, sizeof *s->row_count);
    s->sorted = cg_calloc(c->mem, ((size_t)c->n + 63) / 64, sizeof *s->sorted);
    return s->order && s->row_count && s->sorted ? CSPM_OK : cg_nomem(c->mem, err);
}

static int32_t costs_to_waypoints(cg_best *s, cspm_error **err)
{
    const cg_core *c = s->c;
    cg_pq q;
    int32_t rc = CSPM_OK;
    s->way = cg_alloc_array(c->mem, (size_t)c->n * c->n_waypoints, sizeof *s->way);
    bool made = cg_rest_queue(c, &q);
    if (!s->way || !made)
        rc = cg_nomem(c->mem, err);
    for (uint32_t i = 0; i < c->n_waypoints && rc == CSPM_OK; i++)
        rc = cg_rest_to_node(c, c->waypoints[i], &q, s->work->op, s->way + (size_t)i * c->n, err);
    cg_pq_free(&q);
    return rc;
}

int32_t cg_best_waypoints(cg_best *s, cspm_error **err)
{
    const cg_core *c = s->c;
    int32_t rc;
    if (c->n_waypoints == 0)
        return CSPM_OK;
    if (!s->way && (rc = costs_to_waypoints(s, err)) < 0)
        return rc;
    s->full_mask = (UINT32_C(1) << c->n_waypoints) - 1;
    for (uint32_t i = 0; i < c->n_waypoints; i++) {
        s->way_rest[i] = CG_NEVER;
        for (uint32_t v = 0; v < c->first_hub; v++)
            if (core_node(c, v) == c->waypoints[i] && s->rest[v] < s->way_rest[i])
                s->way_rest[i] = s->rest[v];
    }
    return CSPM_OK;
}

int32_t cg_best_begin(cg_best *s, uint32_t entry, cspm_error **err)
{
    const cg_core *c = s->c;
    s->tree.count = s->heap.count = s->roots.count = 0;
    if (entry != CG_NONE) {
        if (!cg_vec_push(c->mem, &s->roots, entry))
            return cg_nomem(c->mem, err);
        return s->rest[c->entry_vertex[entry]] == CG_NEVER ? CSPM_OK : open_root(s, 0, err);
    }
    row_item *items = cg_alloc_array(c->mem, c->n_entries, sizeof *items);
    int32_t rc = CSPM_OK;
    size_t n = 0;
    if (!items || !cg_vec_reserve(c->mem, &s->roots, c->n_entries)) {
        rc = cg_nomem(c->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t v = c->entry_vertex[i];
        if (v != CG_NONE && s->rest[v] != CG_NEVER)
            items[n++] = (row_item){ core_entry_weight(c, i) + s->rest[v], c->entries[i].node, i };
    }
    row_sort(NULL, items, n);
    for (size_t i = 0; i < n; i++)
        s->roots.data[s->roots.count++] = items[i].arc;
    rc = open_root(s, 0, err);
out:
    cg_free(c->mem, items);
    return rc;
}

void cg_best_forget(cg_best *s)
{
    for (size_t i = 0; i < s->touched.count; i++)
        s->sorted[s->touched.data[i] >> 6] = 0;
    s->touched.count = 0;
}

void cg_best_free(cg_best *s)
{
    cg_mem *mem = s->c->mem;
    cg_free(mem, s->by_hops);
    cg_free(mem, s->way);
    cg_free(mem, s->order);
    cg_free(mem, s->row_count);
    cg_free(mem, s->sorted);
    cg_vec_free(mem, &s->touched);
    cg_vec_free(mem, &s->tree);
    cg_vec_free(mem, &s->heap);
    cg_vec_free(mem, &s->roots);
}

static int32_t run_best(const cg_core *c, cg_work *work, uint64_t *rest, uint64_t k, cg_found_list *out, cspm_error **err)
{
    cg_best s;
    cg_found path;
    int32_t rc = cg_best_init(&s, c, work, c->b, rest, CG_NONE, err);
    if (rc == CSPM_OK && (rc = cg_best_waypoints(&s, err)) == CSPM_OK)
        rc = cg_best_begin(&s, CG_NONE, err);
    while (rc == CSPM_OK && out->paths.count < k) {
        if ((rc = cg_best_next(&s, &out->arena, &path, err)) == CSPM_OK && !cg_vec_push(c->mem, &out->paths, path))
            rc = cg_nomem(c->mem, err);
    }
    cg_best_free(&s);
    if (work->exhausted)
        out->truncated |= CSPM_TRUNCATED_WORK;
    return rc < 0 ? rc : CSPM_OK;
}

int32_t cg_paths_best(const cg_core *c, uint64_t k, cspm_op *op, cg_found_list *out, cspm_error **err)
{
    memset(out, 0, sizeof *out);
    cg_arena_init(&out->arena, c->mem);
    cg_work work = work_start(c, op);
    cg_pq q;
    uint64_t *rest = cg_alloc_array(c->mem, c->n, sizeof *rest);
    bool made = cg_rest_queue(c, &q);
    int32_t rc = rest && made ? cg_rest_static(c, &q, op, rest, err) : cg_nomem(c->mem, err);
    if (rc == CSPM_OK)
        rc = run_best(c, &work, rest, k ? k : c->k, out, err);
    cg_pq_free(&q);
    cg_free(c->mem, rest);
    if (rc < 0)
        cg_found_list_free(out);
    return rc;
}
