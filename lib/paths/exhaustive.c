/* Every simple path, listed or counted: depth-first search on the core, without recursion. Rows are sorted by the hops left behind an arc,
 * so the first arc that leads too far ends its row. */
#include "paths/core.h"

#define BLOCKED 255u /* on the walk already; above every number of hops left */

/* ---- counting where a vertex is a node: no hubs, no second states, no waypoints ---- */

typedef struct fast_count {
    const cg_core *c;
    cg_work *work;
    uint8_t *left;   /* c->b, BLOCKED for vertices on the walk */
    uint32_t *final; /* arcs of a vertex that end at a target */
    uint64_t count, most;
    uint32_t targets_on; /* targets on the walk: while there is none, the last hop needs no look at its ends */
    uint32_t stack[CG_MAX_HOPS + 1], next[CG_MAX_HOPS + 1];
} fast_count;

static uint64_t count_last(const fast_count *f, uint32_t u)
{
    if (!f->targets_on)
        return f->final[u];
    uint64_t n = 0;
    for (uint32_t a = f->c->out[u], end = a + f->final[u]; a < end; a++)
        n += f->left[f->c->to[a]] != BLOCKED;
    return n;
}

static int32_t fast_from(fast_count *f, uint32_t entry, cspm_error **err)
{
    const cg_core *c = f->c;
    uint32_t depth = 0, limit = c->max_length, steps = 0;
    f->stack[0] = entry;
    f->next[0] = c->out[entry];
    f->left[entry] = BLOCKED;
    f->targets_on = c->target_at[entry] != CG_NONE;
    f->count += f->targets_on;
    for (;;) {
        uint32_t u = f->stack[depth], a = f->next[depth], end = c->out[u + 1], room = limit - depth - 1;
        if (depth + 1 == limit) {
            f->count += count_last(f, u);
            steps++;
            a = end;
        }
        for (; a < end; a++) {
            uint32_t w = c->to[a], left = f->left[w];
            steps++;
            if (left == BLOCKED)
                continue;
            if (left > room) {
                a = end;
                break;
            }
            bool target = left == 0;
            f->count += target;
            if (room == 1 && !f->targets_on) {
                f->count += f->final[w];
                continue;
            }
            f->next[depth++] = a + 1;
            f->stack[depth] = w;
            f->next[depth] = c->out[w];
            f->left[w] = BLOCKED;
            f->targets_on += target;
            break;
        }
        if (steps >= 4096 || f->count > f->most) {
            int32_t rc = work_add(f->work, steps, err);
            steps = 0;
            if (rc != CSPM_OK)
                return rc;
            if (f->count > f->most) {
                f->work->exhausted = true;
                return CSPM_DONE;
            }
        }
        if (a < end)
            continue;
        f->left[u] = c->b[u];
        f->targets_on -= c->target_at[u] != CG_NONE;
        if (depth-- == 0)
            break;
    }
    return work_add(f->work, steps, err);
}

static int32_t count_fast(const cg_core *c, cg_work *work, uint64_t most, uint64_t *count, cspm_error **err)
{
    fast_count f = { .c = c, .work = work, .most = most };
    int32_t rc = CSPM_OK;
    f.left = cg_alloc_array(c->mem, c->n, 1);
    f.final = cg_calloc(c->mem, c->n, sizeof *f.final);
    if (!f.left || !f.final) {
        rc = cg_nomem(c->mem, err);
        goto out;
    }
    memcpy(f.left, c->b, c->n);
    for (uint32_t u = 0; u < c->n; u++)
        while (c->out[u] + f.final[u] < c->out[u + 1] && c->b[c->to[c->out[u] + f.final[u]]] == 0)
            f.final[u]++;
    for (uint32_t i = 0; i < c->n_entries && rc == CSPM_OK; i++)
        if (c->entry_vertex[i] != CG_NONE)
            rc = fast_from(&f, c->entry_vertex[i], err);
    *count = f.count;
out:
    cg_free(c->mem, f.left);
    cg_free(c->mem, f.final);
    return rc < 0 ? rc : CSPM_OK;
}

/* ---- the general walk ---- */

typedef struct full_walk {
    const cg_core *c;
    cg_work *work;
    uint8_t *on; /* by c->same */
    /* When paths are reported; NULL visit: only counted. */
    cg_path_visit visit;
    void *user;
    cg_found path;
    uint64_t count, most;
    uint64_t *per_pair;
    uint32_t full_mask;
    uint32_t conditions;  /* conditional arcs on the walk */
    uint32_t depth, hops; /* vertices above the entry; states among them */
    uint32_t stack[2 * CG_MAX_HOPS + 1], next[2 * CG_MAX_HOPS + 1], arc[2 * CG_MAX_HOPS + 1];
    uint32_t mask[2 * CG_MAX_HOPS + 1];
    cg_node nodes[CG_MAX_HOPS + 1];
    cg_rel rels[CG_MAX_HOPS];
} full_walk;

static uint32_t waypoint_mask(const cg_core *c, uint32_t vertex)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < c->n_waypoints; i++)
        mask |= (uint32_t)(core_node(c, vertex) == c->waypoints[i]) << i;
    return mask;
}

/* The walk stands at a target, having passed all waypoints. */
static int32_t arrive(full_walk *f, uint32_t target)
{
    const cg_core *c = f->c;
    f->count++;
    if (f->per_pair)
        f->per_pair[(size_t)f->path.entry * c->n_targets + target]++;
    if (!f->visit)
        return CSPM_OK;
    f->path.target = target;
    f->path.n_hops = f->hops;
    f->path.conditional = f->conditions;
    f->path.cost = (f->path.edge_cost + cg_cost_of(c->entries[f->path.entry].factor)) * c->beta +
                   (uint64_t)cg_cost_of(c->targets[target].factor) * c->alpha;
    return f->visit(f->user, &f->path);
}

static bool arc_conditional(const cg_core *c, uint32_t a)
{
    return c->view->out_conditional[c->arc[a] >> 3] >> (c->arc[a] & 7) & 1;
}

/* Step over arc a (CG_NONE: start) to vertex w. */
static int32_t enter(full_walk *f, uint32_t a, uint32_t w)
{
    const cg_core *c = f->c;
    uint32_t before = f->depth ? f->mask[f->depth - 1] : 0;
    f->stack[f->depth] = w;
    f->next[f->depth] = c->out[w];
    f->arc[f->depth] = a;
    if (a != CG_NONE) {
        f->path.edge_cost += c->cost[a];
        f->conditions += arc_conditional(c, a);
    }
    if (core_is_hub(c, w)) {
        f->mask[f->depth++] = before;
        return CSPM_OK;
    }
    if (a != CG_NONE) {
        bool through = core_is_hub(c, f->stack[f->depth - 1]);
        if (f->visit)
            f->rels[f->hops] =
                through ? cg_view_rel(c->view, c->arc[f->arc[f->depth - 1]], c->arc[a]) : cg_view_rel(c->view, c->arc[a], CG_NONE);
        f->hops++;
    }
    f->nodes[f->hops] = core_node(c, w);
    f->on[c->same[w]] = 1;
    f->mask[f->depth] = before | waypoint_mask(c, w);
    uint32_t target = c->target_at[w], mask = f->mask[f->depth++];
    return target != CG_NONE && mask == f->full_mask ? arrive(f, target) : CSPM_OK;
}

static void leave(full_walk *f)
{
    const cg_core *c = f->c;
    uint32_t w = f->stack[--f->depth], a = f->arc[f->depth];
    if (a != CG_NONE) {
        f->path.edge_cost -= c->cost[a];
        f->conditions -= arc_conditional(c, a);
    }
    if (core_is_hub(c, w))
        return;
    f->on[c->same[w]] = 0;
    f->hops -= a != CG_NONE;
}

static int32_t walk_from(full_walk *f, uint32_t entry, cspm_error **err)
{
    const cg_core *c = f->c;
    uint32_t steps = 0;
    f->path.entry = entry;
    int32_t rc = enter(f, CG_NONE, c->entry_vertex[entry]);
    while (f->depth && rc == CSPM_OK) {
        uint32_t u = f->stack[f->depth - 1], a = f->next[f->depth - 1], end = c->out[u + 1];
        /* Standing in a hub, the hop into it is not among f->hops yet; its end is one hop further all the same. */
        uint32_t so_far = f->hops + 1;
        while (a < end && so_far + c->b[c->to[a]] <= c->max_length && !core_is_hub(c, c->to[a]) && f->on[c->same[c->to[a]]]) {
            a++;
            steps++;
        }
        steps++;
        if (a < end && so_far + c->b[c->to[a]] <= c->max_length) {
            f->next[f->depth - 1] = a + 1;
            rc = enter(f, a, c->to[a]);
        } else {
            leave(f);
        }
        if (rc == CSPM_OK && (steps >= 1024 || f->count > f->most)) {
            rc = work_add(f->work, steps, err);
            steps = 0;
            if (f->count > f->most) {
                f->work->exhausted = true;
                rc = rc < 0 ? rc : CSPM_DONE;
            }
        }
    }
    while (f->depth)
        leave(f);
    return rc;
}

static int32_t walk_all(const cg_core *c, cg_work *work, uint64_t most, cg_path_visit visit, void *user, uint64_t *per_pair,
                        uint64_t *count, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    full_walk *f = cg_calloc(c->mem, 1, sizeof *f);
    uint8_t *on = cg_calloc(c->mem, c->n, 1);
    if (!f || !on) {
        rc = cg_nomem(c->mem, err);
        goto out;
    }
    *f = (full_walk){ .c = c, .work = work, .on = on, .visit = visit, .user = user, .most = most, .per_pair = per_pair };
    f->full_mask = (UINT32_C(1) << c->n_waypoints) - 1;
    f->path.nodes = f->nodes;
    f->path.rels = f->rels;
    for (uint32_t i = 0; i < c->n_entries && rc == CSPM_OK; i++)
        if (c->entry_vertex[i] != CG_NONE)
            rc = walk_from(f, i, err);
    *count = f->count;
out:
    cg_free(c->mem, f);
    cg_free(c->mem, on);
    return rc < 0 ? rc : CSPM_OK;
}

/* ---- the two questions ---- */

static bool plain(const cg_core *c)
{
    return c->first_hub == c->n && !c->twin_states && c->n_waypoints == 0;
}

/* How many paths may come: no bound when the prediction keeps within the limit, else the limit. */
static int32_t allowance(const cg_core *c, cspm_op *op, uint64_t *most, cspm_error **err)
{
    uint64_t walks;
    int32_t rc = cg_core_predict(c, op, &walks, err);
    *most = rc == CSPM_OK && walks <= c->max_enumerated ? UINT64_MAX : c->max_enumerated;
    return rc;
}

int32_t cg_paths_count(const cg_core *c, cspm_op *op, uint64_t *count, uint64_t *per_pair, uint32_t *truncated, cspm_error **err)
{
    cg_work work = work_start(c, op);
    uint64_t most;
    *count = 0;
    *truncated = 0;
    if (per_pair)
        memset(per_pair, 0, (size_t)c->n_entries * c->n_targets * sizeof *per_pair);
    int32_t rc = allowance(c, op, &most, err);
    if (rc < 0)
        return rc;
    if (plain(c) && !per_pair)
        rc = count_fast(c, &work, most, count, err);
    else
        rc = walk_all(c, &work, most, NULL, NULL, per_pair, count, err);
    if (work.exhausted)
        *truncated |= CSPM_TRUNCATED_WORK;
    return rc;
}

int32_t cg_paths_all(const cg_core *c, cspm_op *op, cg_path_visit visit, void *user, uint32_t *truncated, cspm_error **err)
{
    cg_work work = work_start(c, op);
    uint64_t most, count = 0;
    *truncated = 0;
    int32_t rc = allowance(c, op, &most, err);
    if (rc < 0)
        return rc;
    if (most != UINT64_MAX) { /* predicted beyond the limit: walks repeat nodes, so the paths may still be within it */
        rc = plain(c) ? count_fast(c, &work, most, &count, err) : walk_all(c, &work, most, NULL, NULL, NULL, &count, err);
        if (rc < 0)
            return rc;
    }
    if (!work.exhausted)
        rc = walk_all(c, &work, UINT64_MAX, visit, user, NULL, &count, err);
    if (work.exhausted)
        *truncated |= CSPM_TRUNCATED_WORK;
    return rc;
}
