/* Building the core: backward hops from the targets, forward hops that still leave room to a target, renumber, sort rows. */
#include "paths/core.h"

static uint32_t gcd(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static int32_t check_ends(const cg_view *v, const char *what, const cg_endpoint *ends, uint32_t n, cspm_error **err)
{
    for (uint32_t i = 0; i < n; i++) {
        if (ends[i].node >= v->n_nodes)
            return cg_fail(v->mem, err, CSPM_E_INVALID, "%s %u is not a node of the graph", what, i);
        if (i && ends[i].node <= ends[i - 1].node)
            return cg_fail(v->mem, err, CSPM_E_INVALID, "%s must be sorted by node without repeats", what);
        if (ends[i].factor == 0 || ends[i].factor > 1000000)
            return cg_fail(v->mem, err, CSPM_E_INVALID, "factor %u of %s %u is outside 1..1000000", ends[i].factor, what, i);
    }
    return CSPM_OK;
}

static int32_t check_request(const cg_view *v, const cg_path_request *q, cspm_error **err)
{
    int32_t rc = check_ends(v, "entry", q->entries, q->n_entries, err);
    if (rc == CSPM_OK)
        rc = check_ends(v, "target", q->targets, q->n_targets, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < q->n_entries; i++)
        if (q->entries[i].reads_only && (!v->read_state || v->read_state[q->entries[i].node] == UINT32_MAX))
            rc = cg_fail(v->mem, err, CSPM_E_INVALID, "entry %u is only read, and the view has no read state for it", i);
    if (rc < 0)
        return rc;
    if (q->n_waypoints > CG_MAX_WAYPOINTS)
        return cg_fail(v->mem, err, CSPM_E_INVALID, "%u waypoints given, at most %u are possible", q->n_waypoints, CG_MAX_WAYPOINTS);
    for (uint32_t i = 0; i < q->n_waypoints; i++)
        if (q->waypoints[i] >= v->n_nodes)
            return cg_fail(v->mem, err, CSPM_E_INVALID, "waypoint %u is not a node of the graph", i);
    if (q->max_length > CG_MAX_HOPS)
        return cg_fail(v->mem, err, CSPM_E_INVALID, "paths of %u hops asked for, at most %u are possible", q->max_length, CG_MAX_HOPS);
    if (q->alpha > CG_MAX_WEIGHT || q->beta > CG_MAX_WEIGHT)
        return cg_fail(v->mem, err, CSPM_E_INVALID, "weights of impact and likelihood go up to %u thousandths", CG_MAX_WEIGHT);
    return CSPM_OK;
}

static void *copy_array(cg_mem *mem, const void *items, uint32_t n, size_t size)
{
    void *copy = cg_alloc_array(mem, n, size);
    if (copy && n)
        memcpy(copy, items, n * size);
    return copy;
}

static int32_t copy_request(cg_core *c, const cg_path_request *q, cspm_error **err)
{
    c->n_entries = q->n_entries;
    c->n_targets = q->n_targets;
    c->max_length = q->max_length ? q->max_length : 10;
    c->k = q->k ? q->k : 100;
    c->max_enumerated = q->max_enumerated ? q->max_enumerated : 1000000;
    c->max_work = q->max_work ? q->max_work : 1000000000;
    c->alpha = q->alpha ? q->alpha : 1000;
    c->beta = q->beta ? q->beta : 1000;
    c->unit = gcd(c->alpha, c->beta);
    c->entries = copy_array(c->mem, q->entries, q->n_entries, sizeof *q->entries);
    c->targets = copy_array(c->mem, q->targets, q->n_targets, sizeof *q->targets);
    c->waypoints = cg_alloc_array(c->mem, q->n_waypoints, sizeof *q->waypoints);
    c->entry_vertex = cg_alloc_array(c->mem, q->n_entries, sizeof *c->entry_vertex);
    if (!c->entries || !c->targets || !c->waypoints || !c->entry_vertex)
        return cg_nomem(c->mem, err);
    memset(c->entry_vertex, 0xff, q->n_entries * sizeof *c->entry_vertex);
    for (uint32_t i = 0; i < q->n_waypoints; i++) {
        bool repeat = false;
        for (uint32_t j = 0; j < c->n_waypoints; j++)
            repeat |= c->waypoints[j] == q->waypoints[i];
        if (!repeat)
            c->waypoints[c->n_waypoints++] = q->waypoints[i];
    }
    return CSPM_OK;
}

uint32_t core_target_states(const cg_core *c, uint32_t *out, bool one, uint32_t which)
{
    const cg_view *v = c->view;
    uint32_t n = 0;
    for (uint32_t i = one ? which : 0, end = one ? which + 1 : c->n_targets; i < end; i++) {
        out[n++] = c->targets[i].node;
        if (!c->targets[i].needs_control && v->read_state && v->read_state[c->targets[i].node] != UINT32_MAX)
            out[n++] = v->read_state[c->targets[i].node];
    }
    return n;
}

uint32_t core_entry_state(const cg_core *c, uint32_t entry)
{
    const cg_endpoint *e = &c->entries[entry];
    return e->reads_only ? c->view->read_state[e->node] : e->node;
}

/* Scratch of one build. */
typedef struct build {
    uint8_t *f, *b; /* by view vertex */
    uint32_t *start, *number;
    uint32_t *row_arc;
    uint8_t *row_key;
} build;

static int32_t search_both_ways(cg_core *c, build *t, cspm_op *op, cspm_error **err)
{
    const cg_view *v = c->view;
    uint32_t reached;
    t->f = cg_alloc_array(c->mem, v->n_vertices, 1);
    t->b = cg_alloc_array(c->mem, v->n_vertices, 1);
    size_t most = c->n_targets * (size_t)2 > c->n_entries ? c->n_targets * (size_t)2 : c->n_entries;
    t->start = cg_alloc_array(c->mem, most, sizeof *t->start);
    if (!t->f || !t->b || !t->start)
        return cg_nomem(c->mem, err);
    uint32_t n = core_target_states(c, t->start, false, 0);
    int32_t rc = cg_view_hops(v, CG_IN, t->start, n, c->max_length, op, t->b, &reached, err);
    if (rc < 0)
        return rc;
    for (uint32_t i = 0; i < c->n_entries; i++)
        t->start[i] = core_entry_state(c, i);
    return cg_view_hops_within(v, CG_OUT, t->start, c->n_entries, c->max_length, t->b, op, t->f, &c->n, err);
}

/* Core vertices in view order. */
static int32_t renumber(cg_core *c, build *t, cspm_error **err)
{
    const cg_view *v = c->view;
    t->number = cg_alloc_array(c->mem, v->n_vertices, sizeof *t->number);
    c->vertex = cg_alloc_array(c->mem, c->n, sizeof *c->vertex);
    c->same = cg_alloc_array(c->mem, c->n, sizeof *c->same);
    c->f = cg_alloc_array(c->mem, c->n, 1);
    c->b = cg_alloc_array(c->mem, c->n, 1);
    c->target_at = cg_alloc_array(c->mem, c->n, sizeof *c->target_at);
    if (!t->number || !c->vertex || !c->same || !c->f || !c->b || !c->target_at)
        return cg_nomem(c->mem, err);
    memset(c->target_at, 0xff, c->n * sizeof *c->target_at);
    uint32_t n = 0, i = 0;
    c->first_hub = c->n;
    while (i < v->n_vertices) {
        uint64_t eight;
        if (i + 8 <= v->n_vertices && (memcpy(&eight, t->f + i, 8), eight == UINT64_MAX)) {
            i += 8;
            continue;
        }
        if (t->f[i] != CG_UNREACHED) {
            if (i >= v->first_hub && c->first_hub == c->n)
                c->first_hub = n;
            c->vertex[n] = i;
            c->same[n] = n;
            c->f[n] = t->f[i];
            c->b[n] = t->b[i];
            t->number[i] = n++;
        }
        i++;
    }
    for (uint32_t s = 0; s < c->first_hub && v->read_state; s++) {
        if (c->vertex[s] < v->n_nodes)
            continue;
        cg_node node = cg_view_node(v, c->vertex[s]);
        if (t->f[node] != CG_UNREACHED) {
            c->same[s] = t->number[node];
            c->twin_states = true;
        }
    }
    return CSPM_OK;
}

static void mark_ends(cg_core *c, build *t)
{
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t state = core_entry_state(c, i);
        if (t->f[state] == CG_UNREACHED)
            continue;
        c->entry_vertex[i] = t->number[state];
        c->live_entries++;
    }
    for (uint32_t i = 0; i < c->n_targets; i++) {
        uint32_t states[2], n = core_target_states(c, states, true, i);
        bool live = false;
        for (uint32_t s = 0; s < n; s++) {
            if (t->f[states[s]] == CG_UNREACHED)
                continue;
            c->target_at[t->number[states[s]]] = i;
            live = true;
        }
        c->live_targets += live;
    }
}

/* Stable order of one row by hops left: insertion for short rows, counting for long ones. */
static void sort_row(uint32_t *arc, uint8_t *key, uint32_t n, uint32_t *tmp)
{
    if (n <= 24) {
        for (uint32_t i = 1; i < n; i++) {
            uint32_t a = arc[i], j = i;
            uint8_t k = key[i];
            for (; j && key[j - 1] > k; j--) {
                arc[j] = arc[j - 1];
                key[j] = key[j - 1];
            }
            arc[j] = a;
            key[j] = k;
        }
        return;
    }
    uint32_t place[257] = { 0 };
    for (uint32_t i = 0; i < n; i++)
        place[key[i] + 1]++;
    for (uint32_t i = 1; i < 257; i++)
        place[i] += place[i - 1];
    for (uint32_t i = 0; i < n; i++)
        tmp[place[key[i]]++] = arc[i];
    memcpy(arc, tmp, n * sizeof *arc);
}

/* One row into the core arrays, sorted. Pointers are local copies: every store might otherwise change them for all the compiler knows. */
static void fill_row(cg_core *c, build *t, uint32_t u, uint32_t widest)
{
    const cg_view *v = c->view;
    const uint8_t *b = t->b, *f = t->f;
    const uint32_t *out_to = v->out_to, *out_cost = v->out_cost, *number = t->number;
    uint32_t *row_arc = t->row_arc, *to = c->to + c->m, *arc = c->arc + c->m, *cost = c->cost + c->m;
    uint8_t *row_key = t->row_key, before = 0;
    uint32_t from = c->vertex[u], n = 0, room = c->max_length - c->f[u] - core_hop(c, u);
    bool sorted = true;
    if (c->max_length < c->f[u] + core_hop(c, u))
        return;
    for (uint32_t a = v->out_offset[from], end = v->out_offset[from + 1]; a < end; a++) {
        uint32_t w = out_to[a];
        if (f[w] == CG_UNREACHED || b[w] > room)
            continue;
        sorted &= b[w] >= before;
        before = b[w];
        row_arc[n] = a;
        row_key[n++] = before;
    }
    if (!sorted)
        sort_row(row_arc, row_key, n, row_arc + widest);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = row_arc[i];
        to[i] = number[out_to[a]];
        arc[i] = a;
        cost[i] = out_cost[a];
    }
    c->m += n;
}

static void find_max_step(cg_core *c)
{
    uint32_t most = 0, factor = 0;
    for (uint32_t a = 0; a < c->m; a++)
        most = c->cost[a] > most ? c->cost[a] : most;
    c->max_step = (uint64_t)most * (c->beta / c->unit);
    for (uint32_t i = 0; i < c->n_targets; i++) {
        if (c->targets[i].factor == factor)
            continue; /* mostly they are alike, and a cost takes a while to compute */
        factor = c->targets[i].factor;
        uint64_t w = core_target_weight(c, i) >> CG_HOP_BITS;
        c->max_step = w > c->max_step ? w : c->max_step;
    }
}

static int32_t fill_rows(cg_core *c, build *t, cspm_op *op, cspm_error **err)
{
    const cg_view *v = c->view;
    uint64_t most = 0;
    uint32_t widest = 0, polls = 0;
    for (uint32_t u = 0; u < c->n; u++) {
        if (u + 16 < c->n)
            __builtin_prefetch(&v->out_offset[c->vertex[u + 16]]);
        uint32_t degree = v->out_offset[c->vertex[u] + 1] - v->out_offset[c->vertex[u]];
        most += degree;
        widest = degree > widest ? degree : widest;
    }
    c->out = cg_alloc_array(c->mem, (size_t)c->n + 1, sizeof *c->out);
    c->to = cg_alloc_array(c->mem, most, sizeof *c->to);
    c->arc = cg_alloc_array(c->mem, most, sizeof *c->arc);
    c->cost = cg_alloc_array(c->mem, most, sizeof *c->cost);
    t->row_arc = cg_alloc_array(c->mem, widest, 2 * sizeof *t->row_arc);
    t->row_key = cg_alloc_array(c->mem, widest, 1);
    if (!c->out || !c->to || !c->arc || !c->cost || !t->row_arc || !t->row_key)
        return cg_nomem(c->mem, err);
    for (uint32_t u = 0; u < c->n; u++) {
        int32_t rc;
        if (CG_OP_DUE(polls) && (rc = cg_op_check(op, c->mem, err)) < 0)
            return rc;
        if (u + 8 < c->n) {
            __builtin_prefetch(&v->out_to[v->out_offset[c->vertex[u + 8]]]);
            __builtin_prefetch(&v->out_cost[v->out_offset[c->vertex[u + 8]]]);
        }
        c->out[u] = c->m;
        fill_row(c, t, u, widest);
    }
    c->out[c->n] = c->m;
    find_max_step(c);
    return CSPM_OK;
}

static int32_t fill_reverse(cg_core *c, cspm_error **err)
{
    c->in = cg_calloc(c->mem, (size_t)c->n + 2, sizeof *c->in);
    c->from = cg_alloc_array(c->mem, c->m, sizeof *c->from);
    c->in_arc = cg_alloc_array(c->mem, c->m, sizeof *c->in_arc);
    c->in_cost = cg_alloc_array(c->mem, c->m, sizeof *c->in_cost);
    if (!c->in || !c->from || !c->in_arc || !c->in_cost)
        return cg_nomem(c->mem, err);
    uint32_t *place = c->in + 1; /* shifted by one while filling, so no second array is needed */
    uint32_t *from = c->from, *in_arc = c->in_arc, *in_cost = c->in_cost;
    const uint32_t *to = c->to, *cost = c->cost, *out = c->out;
    for (uint32_t a = 0, m = c->m; a < m; a++)
        place[to[a] + 1]++;
    for (uint32_t u = 0; u < c->n; u++)
        place[u + 1] += place[u];
    for (uint32_t u = 0, n = c->n; u < n; u++) {
        for (uint32_t a = out[u], end = out[u + 1]; a < end; a++) {
            uint32_t p = place[to[a]]++;
            from[p] = u;
            in_arc[p] = a;
            in_cost[p] = cost[a];
        }
    }
    return CSPM_OK;
}

int32_t cg_core_build(const cg_view *view, const cg_path_request *request, cspm_op *op, cg_core **out, cspm_error **err)
{
    *out = NULL;
    int32_t rc = check_request(view, request, err);
    if (rc < 0)
        return rc;
    build t = { 0 };
    cg_core *c = cg_calloc(view->mem, 1, sizeof *c);
    if (!c)
        return cg_nomem(view->mem, err);
    c->mem = cg_mem_ref(view->mem);
    c->view = view;
    if ((rc = copy_request(c, request, err)) < 0 || (rc = search_both_ways(c, &t, op, err)) < 0 || (rc = renumber(c, &t, err)) < 0)
        goto out;
    mark_ends(c, &t);
    if ((rc = fill_rows(c, &t, op, err)) < 0 || (rc = fill_reverse(c, err)) < 0)
        goto out;
    *out = c;
    c = NULL;
out:
    cg_free(view->mem, t.f);
    cg_free(view->mem, t.b);
    cg_free(view->mem, t.start);
    cg_free(view->mem, t.number);
    cg_free(view->mem, t.row_arc);
    cg_free(view->mem, t.row_key);
    cg_core_free(c);
    return rc;
}

void cg_core_free(cg_core *c)
{
    if (!c)
        return;
    cg_mem *mem = c->mem;
    void *blocks[] = { c->entries, c->targets, c->waypoints, c->vertex, c->same,   c->f,       c->b,         c->out,          c->to,
                       c->arc,     c->cost,    c->in,        c->from,   c->in_arc, c->in_cost, c->target_at, c->entry_vertex, c };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        cg_free(mem, blocks[i]);
    cg_mem_unref(mem);
}

int32_t cg_core_other_states(const cg_core *c, uint32_t **other, cspm_error **err)
{
    *other = cg_alloc_array(c->mem, c->n, sizeof **other);
    if (!*other)
        return cg_nomem(c->mem, err);
    memset(*other, 0xff, c->n * sizeof **other);
    for (uint32_t v = 0; v < c->first_hub; v++)
        if (c->same[v] != v)
            (*other)[c->same[v]] = v;
    return CSPM_OK;
}

uint32_t cg_core_n_vertices(const cg_core *c)
{
    return c->n;
}

uint32_t cg_core_n_arcs(const cg_core *c)
{
    return c->m;
}

uint32_t cg_core_live_entries(const cg_core *c)
{
    return c->live_entries;
}

uint32_t cg_core_live_targets(const cg_core *c)
{
    return c->live_targets;
}

int32_t cg_core_targets_beyond(const cg_core *c, cspm_op *op, uint32_t *out, cspm_error **err)
{
    const cg_view *v = c->view;
    uint64_t *seen = cg_alloc_array(c->mem, ((size_t)v->n_vertices + 63) / 64, sizeof *seen);
    uint32_t *start = cg_alloc_array(c->mem, c->n_entries, sizeof *start), reached = 0;
    int32_t rc = CSPM_OK;
    *out = 0;
    if (!seen || !start) {
        rc = cg_nomem(c->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < c->n_entries; i++)
        start[i] = core_entry_state(c, i);
    if ((rc = cg_view_reach(v, CG_OUT, start, c->n_entries, op, seen, &reached, err)) < 0)
        goto out;
    for (uint32_t i = 0; i < c->n_targets; i++) {
        uint32_t states[2], n = core_target_states(c, states, true, i);
        for (uint32_t s = 0; s < n; s++) {
            if (seen[states[s] >> 6] >> (states[s] & 63) & 1) {
                ++*out;
                break;
            }
        }
    }
    *out -= c->live_targets;
out:
    cg_free(c->mem, seen);
    cg_free(c->mem, start);
    return rc;
}
