/* Smallest node cuts before one target: augmenting paths searched backward from the target, so that only its surroundings are touched. */
#include "paths/core.h"

/* Each node passes one unit; hubs, entries and arcs any number. A flow node is the first state of a graph node, or a hub; its two sides are
 * 2 * v (in) and 2 * v + 1 (out, the only one of a hub). Both states of a node are one here: that may join walks that do not exist (in by
 * read, out by control), so the set found is thinned out afterwards against the states themselves. An entry that is only read keeps its
 * states apart, for what it takes to control it is on the way: its read state is where flow comes from, its control state lets any
 * number pass. */
typedef struct cut_search {
    const cg_core *c;
    cg_work work;
    cg_node target;
    uint32_t target_states[2];
    uint32_t n_target_states;
    uint32_t *other;  /* second state of a first one; NULL: nobody has two */
    uint8_t *entry;   /* flow nodes the attacker starts from */
    uint8_t *wide;    /* flow nodes that pass any number: hubs, and control states of entries that are only read */
    uint8_t *used;    /* flow nodes a unit goes through */
    uint32_t *flow;   /* by core arc */
    uint32_t *leaves; /* used flow node -> arc its unit leaves by */
    uint32_t *seen;   /* by side: round of the search */
    uint32_t *nearer; /* by side: the next side on the way to the target; END before it */
    uint32_t *over;   /* by side: arc on that way, or INSIDE */
    bool *cancels;    /* by side: that step takes flow back */
    uint32_t *queue, head, tail;
    uint32_t round;
} cut_search;

#define END UINT32_MAX
#define INSIDE UINT32_MAX

/* Flow node of a vertex. */
static uint32_t flow_node(const cut_search *s, uint32_t vertex)
{
    uint32_t first = s->c->same[vertex];
    return s->wide[first] ? vertex : first;
}

static uint32_t out_side(const cut_search *s, uint32_t vertex)
{
    return 2 * flow_node(s, vertex) + 1;
}

static uint32_t in_side(const cut_search *s, uint32_t vertex)
{
    uint32_t node = flow_node(s, vertex);
    return 2 * node + s->wide[node];
}

static void reach_side(cut_search *s, uint32_t side, uint32_t nearer, uint32_t over, bool cancels)
{
    if (s->seen[side] == s->round)
        return;
    s->seen[side] = s->round;
    s->nearer[side] = nearer;
    s->over[side] = over;
    s->cancels[side] = cancels;
    s->queue[s->tail++] = side;
}

/* Whatever has an arc into `vertex`. The target node itself is no way round to the target. */
static void reach_sources(cut_search *s, uint32_t vertex, uint32_t nearer)
{
    const cg_core *c = s->c;
    for (uint32_t e = c->in[vertex]; e < c->in[vertex + 1]; e++) {
        uint32_t u = c->from[e];
        if (core_is_hub(c, u) || core_node(c, u) != s->target)
            reach_side(s, out_side(s, u), nearer, c->in_arc[e], false);
    }
}

/* Sides that can push one more unit into this one. */
static void expand_side(cut_search *s, uint32_t side)
{
    const cg_core *c = s->c;
    uint32_t v = side / 2;
    if (s->wide[v]) {
        reach_sources(s, v, side);
        for (uint32_t a = c->out[v]; a < c->out[v + 1]; a++)
            if (s->flow[a] && (core_is_hub(c, c->to[a]) || core_node(c, c->to[a]) != s->target))
                reach_side(s, in_side(s, c->to[a]), side, a, true);
    } else if (side & 1) {
        if (!s->used[v])
            reach_side(s, side - 1, side, INSIDE, false);
        else if (core_is_hub(c, c->to[s->leaves[v]]) || core_node(c, c->to[s->leaves[v]]) != s->target)
            reach_side(s, in_side(s, c->to[s->leaves[v]]), side, s->leaves[v], true);
    } else {
        reach_sources(s, v, side);
        if (s->other && s->other[v] != CG_NONE)
            reach_sources(s, s->other[v], side);
        if (s->used[v])
            reach_side(s, side + 1, side, INSIDE, true);
    }
}

/* One more unit from the entry side just found to the target. */
static void augment(cut_search *s, uint32_t side)
{
    for (; side != END; side = s->nearer[side]) {
        uint32_t v = side / 2, over = s->over[side];
        if (over == INSIDE) {
            s->used[v] = !s->cancels[side];
            continue;
        }
        s->flow[over] += s->cancels[side] ? UINT32_MAX : 1; /* minus one */
        if (!s->cancels[side])
            s->leaves[v] = over;
    }
}

/* CSPM_OK: one more unit flows. CSPM_DONE: no more can, and `seen` holds what can still reach the target; or the work is used up. */
static int32_t search_once(cut_search *s, cspm_error **err)
{
    s->round++;
    s->head = s->tail = 0;
    for (uint32_t i = 0; i < s->n_target_states; i++)
        reach_sources(s, s->target_states[i], END);
    for (; s->head < s->tail; s->head++) {
        uint32_t side = s->queue[s->head];
        int32_t rc = work_add(&s->work, 1, err);
        if (rc != CSPM_OK)
            return rc;
        if ((side & 1) && s->entry[side / 2]) {
            augment(s, side);
            return CSPM_OK;
        }
        expand_side(s, side);
    }
    return CSPM_DONE;
}

/* Nothing but hubs and entries between an entry and the target: removing other nodes cannot cut that. */
static bool adjacent(cut_search *s)
{
    const cg_core *c = s->c;
    s->round++;
    s->head = s->tail = 0;
    for (uint32_t i = 0; i < s->n_target_states; i++)
        s->queue[s->tail++] = s->target_states[i];
    for (; s->head < s->tail; s->head++) {
        uint32_t w = s->queue[s->head];
        for (uint32_t e = c->in[w]; e < c->in[w + 1]; e++) {
            uint32_t u = c->from[e];
            if (s->seen[u] == s->round || (!core_is_hub(c, u) && core_node(c, u) == s->target))
                continue;
            if (s->entry[flow_node(s, u)])
                return true;
            s->seen[u] = s->round;
            if (s->wide[flow_node(s, u)])
                s->queue[s->tail++] = u;
        }
    }
    return false;
}

/* Does the target stay out of reach when these flow nodes are removed? Over states, so exact. */
static bool disconnected(cut_search *s, const uint8_t *removed)
{
    const cg_core *c = s->c;
    s->round++;
    s->head = s->tail = 0;
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t v = c->entry_vertex[i];
        if (v != CG_NONE && core_node(c, v) != s->target) {
            s->seen[v] = s->round;
            s->queue[s->tail++] = v;
        }
    }
    for (; s->head < s->tail; s->head++) {
        uint32_t u = s->queue[s->head];
        for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++) {
            uint32_t w = c->to[a];
            for (uint32_t i = 0; i < s->n_target_states; i++)
                if (w == s->target_states[i])
                    return false;
            if (s->seen[w] == s->round || (!core_is_hub(c, w) && (removed[c->same[w]] || core_node(c, w) == s->target)))
                continue;
            s->seen[w] = s->round;
            s->queue[s->tail++] = w;
        }
    }
    return true;
}

static int32_t collect_cut(cut_search *s, cg_node **cut, uint32_t *n, cspm_error **err)
{
    const cg_core *c = s->c;
    uint32_t count = 0;
    memset(s->used, 0, c->n);
    for (uint32_t i = 0; i < s->tail; i++) {
        uint32_t side = s->queue[i], v = side / 2;
        if ((side & 1) && !s->wide[v] && !s->entry[v] && s->seen[side - 1] != s->round) {
            s->used[v] = 1;
            count++;
        }
    }
    for (uint32_t v = 0; v < c->first_hub && c->twin_states && count > 1; v++) {
        if (!s->used[v])
            continue;
        s->used[v] = 0;
        if (disconnected(s, s->used))
            count--;
        else
            s->used[v] = 1;
    }
    *cut = cg_alloc_array(c->mem, count, sizeof **cut);
    if (!*cut)
        return cg_nomem(c->mem, err);
    for (uint32_t v = 0; v < c->first_hub; v++)
        if (s->used[v])
            (*cut)[(*n)++] = core_node(c, v);
    return CSPM_OK;
}

static int32_t prepare(cut_search *s, uint32_t target, cspm_error **err)
{
    const cg_core *c = s->c;
    size_t sides = 2 * (size_t)c->n;
    uint32_t states[2], n = core_target_states(c, states, true, target);
    s->target = c->targets[target].node;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t v = core_find(c, states[i]);
        if (v != CG_NONE)
            s->target_states[s->n_target_states++] = v;
    }
    s->entry = cg_calloc(c->mem, c->n, 1);
    s->wide = cg_calloc(c->mem, c->n, 1);
    s->used = cg_calloc(c->mem, c->n, 1);
    s->flow = cg_calloc(c->mem, c->m, sizeof *s->flow);
    s->leaves = cg_alloc_array(c->mem, c->n, sizeof *s->leaves);
    s->seen = cg_calloc(c->mem, sides, sizeof *s->seen);
    s->nearer = cg_alloc_array(c->mem, sides, sizeof *s->nearer);
    s->over = cg_alloc_array(c->mem, sides, sizeof *s->over);
    s->cancels = cg_alloc_array(c->mem, sides, sizeof *s->cancels);
    s->queue = cg_alloc_array(c->mem, sides, sizeof *s->queue);
    if (!s->entry || !s->wide || !s->used || !s->flow || !s->leaves || !s->seen || !s->nearer || !s->over || !s->cancels || !s->queue)
        return cg_nomem(c->mem, err);
    for (uint32_t h = c->first_hub; h < c->n; h++)
        s->wide[h] = 1;
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t both[2];
        core_states(c, c->entries[i].node, both);
        for (int j = 0; j < 2 && c->entries[i].reads_only; j++)
            if (both[j] != CG_NONE)
                s->wide[both[j]] = 1;
        if (c->entry_vertex[i] != CG_NONE)
            s->entry[flow_node(s, c->entry_vertex[i])] = 1;
    }
    return c->twin_states ? cg_core_other_states(c, &s->other, err) : CSPM_OK;
}

static void release(cut_search *s)
{
    void *blocks[] = { s->other, s->entry, s->wide, s->used, s->flow, s->leaves, s->seen, s->nearer, s->over, s->cancels, s->queue };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        cg_free(s->c->mem, blocks[i]);
}

int32_t cg_paths_min_cut(const cg_core *c, uint32_t target, cspm_op *op, cg_node **cut, uint32_t *n, bool *possible, cspm_error **err)
{
    cut_search s = { .c = c, .work = work_start(c, op) };
    *cut = NULL;
    *n = 0;
    *possible = false;
    if (target >= c->n_targets)
        return cg_fail(c->mem, err, CSPM_E_INVALID, "there is no target %u", target);
    int32_t rc = prepare(&s, target, err);
    bool is_entry = false;
    for (uint32_t i = 0; i < c->n_entries; i++)
        is_entry |= c->entries[i].node == s.target && !(c->entries[i].reads_only && c->targets[target].needs_control);
    if (rc < 0 || is_entry || adjacent(&s))
        goto out;
    while ((rc = search_once(&s, err)) == CSPM_OK)
        ;
    if (rc == CSPM_DONE && s.work.exhausted)
        rc = cg_fail(c->mem, err, CSPM_E_LIMIT, "the work limit is too small for the cut before target %u", target);
    else if (rc == CSPM_DONE)
        rc = collect_cut(&s, cut, n, err);
    *possible = rc == CSPM_OK;
out:
    release(&s);
    return rc < 0 ? rc : CSPM_OK;
}
