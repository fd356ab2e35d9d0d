/* The picture of an analysis: the routes of its listed patterns laid over each other, the riskiest first, as long as a person can follow.
 */
#include <stdlib.h>

#include "export/analysis_formats.h"

#define MOST_VERTICES 60u

typedef struct edge {
    uint32_t from, to, kind; /* vertex, vertex, kind name id or CG_NO_NAME */
} edge;

typedef struct sketch {
    cg_node *nodes;
    uint32_t *column;
    uint32_t n_nodes;
    edge *edges;
    uint32_t n_edges;
} sketch;

/* Room is made for all steps; the limit keeps the searches short. */
static uint32_t vertex_of(sketch *s, cg_node n, uint32_t column)
{
    for (uint32_t i = 0; i < s->n_nodes; i++)
        if (s->nodes[i] == n) {
            if (column < s->column[i])
                s->column[i] = column;
            return i;
        }
    s->nodes[s->n_nodes] = n;
    s->column[s->n_nodes] = column;
    return s->n_nodes++;
}

static uint32_t count_new(const sketch *s, const cg_pattern_row *p)
{
    uint32_t fresh = 0;
    for (uint32_t i = 0; i <= p->n_steps; i++) {
        cg_node n = p->n_steps == 0 ? p->entries[0] : i ? p->steps[i - 1].to : p->steps[0].from;
        bool known = false;
        for (uint32_t k = 0; k < s->n_nodes && !known; k++)
            known = s->nodes[k] == n;
        fresh += !known;
    }
    return fresh;
}

static void add_edge(sketch *s, edge e)
{
    for (uint32_t i = 0; i < s->n_edges; i++)
        if (s->edges[i].from == e.from && s->edges[i].to == e.to && s->edges[i].kind == e.kind)
            return;
    s->edges[s->n_edges++] = e;
}

/* Columns from left to right: each vertex stands behind all that lead to it, except where they lead round in a circle. */
static void settle_columns(sketch *s)
{
    uint64_t reach[64] = { 0 }; /* MOST_VERTICES fit a word */
    for (uint32_t e = 0; e < s->n_edges; e++)
        reach[s->edges[e].from] |= (uint64_t)1 << s->edges[e].to;
    for (uint32_t via = 0; via < s->n_nodes; via++)
        for (uint32_t v = 0; v < s->n_nodes; v++)
            if (reach[v] >> via & 1)
                reach[v] |= reach[via];
    for (uint32_t pass = 0, moved = 1; moved && pass <= s->n_nodes; pass++) {
        moved = 0;
        for (uint32_t e = 0; e < s->n_edges; e++) {
            uint32_t from = s->edges[e].from, to = s->edges[e].to;
            if (s->column[to] > s->column[from] || reach[to] >> from & 1)
                continue;
            s->column[to] = s->column[from] + 1;
            moved = 1;
        }
    }
}

static int by_column(const void *a, const void *b, void *user)
{
    const sketch *s = user;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (s->column[x] != s->column[y])
        return s->column[x] < s->column[y] ? -1 : 1;
    return s->nodes[x] < s->nodes[y] ? -1 : s->nodes[x] > s->nodes[y];
}

static int by_ends(const void *a, const void *b)
{
    const edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

static int32_t finish(const cg_analysis *a, sketch *s, cg_arena *arena, cg_drawing *out, cspm_error **err)
{
    uint32_t order[MOST_VERTICES + 1], place[MOST_VERTICES + 1];
    *out = (cg_drawing){ .n_nodes = s->n_nodes, .n_edges = s->n_edges };
    out->nodes = cg_arena_alloc(arena, (s->n_nodes + 1) * sizeof *out->nodes);
    out->column = cg_arena_alloc(arena, (s->n_nodes + 1) * sizeof *out->column);
    out->ends = cg_arena_alloc(arena, (2 * (size_t)s->n_edges + 1) * sizeof *out->ends);
    out->kinds = cg_arena_alloc(arena, ((size_t)s->n_edges + 1) * sizeof *out->kinds);
    if (!out->nodes || !out->column || !out->ends || !out->kinds)
        return cg_nomem(a->mem, err);
    for (uint32_t i = 0; i < s->n_nodes; i++)
        order[i] = i;
    qsort_r(order, s->n_nodes, sizeof *order, by_column, s);
    for (uint32_t i = 0; i < s->n_nodes; i++) {
        place[order[i]] = i;
        out->nodes[i] = s->nodes[order[i]];
        out->column[i] = s->column[order[i]];
    }
    for (uint32_t i = 0; i < s->n_edges; i++) {
        s->edges[i].from = place[s->edges[i].from];
        s->edges[i].to = place[s->edges[i].to];
    }
    qsort(s->edges, s->n_edges, sizeof *s->edges, by_ends);
    for (uint32_t i = 0; i < s->n_edges; i++) {
        out->ends[2 * i] = s->edges[i].from;
        out->ends[2 * i + 1] = s->edges[i].to;
        out->kinds[i] = s->edges[i].kind;
    }
    return CSPM_OK;
}

int32_t cg_analysis_drawing(const cg_analysis *a, cg_arena *arena, cg_drawing *out, cspm_error **err)
{
    size_t steps = 0;
    sketch s = { 0 };
    bool outside = false;
    for (uint32_t i = 0; i < a->n_patterns; i++) {
        steps += a->patterns[i].n_steps;
        outside |= a->patterns[i].from_internet;
    }
    s.nodes = cg_arena_alloc(arena, (MOST_VERTICES + 1) * sizeof *s.nodes);
    s.column = cg_arena_alloc(arena, (MOST_VERTICES + 1) * sizeof *s.column);
    s.edges = cg_arena_alloc(arena, (steps + 1) * sizeof *s.edges);
    if (!s.nodes || !s.column || !s.edges)
        return cg_nomem(a->mem, err);
    for (uint32_t i = 0; i < a->n_patterns; i++) {
        const cg_pattern_row *p = &a->patterns[i];
        uint32_t first = outside && !p->from_internet; /* inside entries stand where the exposed ones do */
        if (s.n_nodes + count_new(&s, p) > MOST_VERTICES)
            continue;
        if (!p->n_steps && p->n_entries)
            vertex_of(&s, p->entries[0], first);
        for (uint32_t k = 0; k < p->n_steps; k++) {
            uint32_t from = vertex_of(&s, p->steps[k].from, first + k), to = vertex_of(&s, p->steps[k].to, first + k + 1);
            add_edge(&s, (edge){ from, to, p->steps[k].kind });
        }
    }
    settle_columns(&s);
    return finish(a, &s, arena, out, err);
}
