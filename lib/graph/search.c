/* Search primitives over a view: reachability, hop distances, cheapest costs. */
#include "graph/pqueue.h"
#include "graph/view.h"

/* One direction of the view's arcs. */
typedef struct side {
    const uint32_t *offset, *ends;
    uint32_t first_hub;
    bool out;
} side;

static side side_of(const cg_view *v, cg_dir dir)
{
    if (dir == CG_OUT)
        return (side){ v->out_offset, v->out_to, v->first_hub, true };
    return (side){ v->in_offset, v->in_from, v->first_hub, false };
}

static inline bool bit_test_set(uint64_t *bits, uint32_t i)
{
    uint64_t mask = UINT64_C(1) << (i & 63), old = bits[i >> 6];
    bits[i >> 6] = old | mask;
    return old & mask;
}

/* Random access is what a search costs: ask for the offsets of the vertex 16 places on, and for the row of the one 8 places on. Always
 * inlined, because gcc takes a function that only prefetches for one without effect and drops the call. */
__attribute__((always_inline)) static inline void prefetch_ahead(const side *s, const uint32_t *queue, uint32_t head, uint32_t tail)
{
    if (head + 16 < tail)
        __builtin_prefetch(&s->offset[queue[head + 16]]);
    if (head + 8 < tail)
        __builtin_prefetch(&s->ends[s->offset[queue[head + 8]]]);
}

/* Append the ends of a row that are not seen yet. Whether an end is new cannot be predicted, so there is no branch on it: every end is
 * written, and the tail moves on or not. The queue needs room for one more than there are vertices. */
static inline uint32_t push_new(const side *s, uint32_t u, uint64_t *seen, uint32_t *queue, uint32_t tail)
{
    const uint32_t *ends = s->ends;
    for (uint32_t i = s->offset[u], end = s->offset[u + 1]; i < end; i++) {
        uint32_t w = ends[i];
        uint64_t word = seen[w >> 6], bit = UINT64_C(1) << (w & 63);
        seen[w >> 6] = word | bit;
        queue[tail] = w;
        tail += !(word & bit);
    }
    return tail;
}

int32_t cg_view_reach(const cg_view *v, cg_dir dir, const uint32_t *start, uint32_t n_start, cspm_op *op, uint64_t *bitmap,
                      uint32_t *reached, cspm_error **err)
{
    side s = side_of(v, dir);
    uint32_t head = 0, tail = 0, polls = 0;
    int32_t rc = CSPM_OK;
    uint32_t *queue = cg_alloc_array(v->mem, (size_t)v->n_vertices + 1, sizeof *queue);
    if (!queue)
        return cg_nomem(v->mem, err);
    memset(bitmap, 0, ((size_t)v->n_vertices + 63) / 64 * 8);
    for (uint32_t i = 0; i < n_start; i++)
        if (!bit_test_set(bitmap, start[i]))
            queue[tail++] = start[i];
    for (; head < tail; head++) {
        if (CG_OP_DUE(polls) && (rc = cg_op_check(op, v->mem, err)) < 0)
            break;
        prefetch_ahead(&s, queue, head, tail);
        tail = push_new(&s, queue[head], bitmap, queue, tail);
    }
    if (reached)
        *reached = tail;
    cg_free(v->mem, queue);
    return rc;
}

typedef struct hop_search {
    side s;
    const uint8_t *other; /* distance on the far side, or NULL */
    uint32_t max_hops, tail, reached;
    uint64_t *seen; /* found, or of no interest */
    uint32_t *queue;
    uint8_t *dist;
} hop_search;

/* Give everything queued from `first` on its distance, and take out what is too far from the other side: it would be later, too. A hub is
 * expanded at once, its other side belongs to the same level; counted from the targets it is itself one hop nearer. */
static void hop_settle(hop_search *h, uint32_t first, uint32_t hops)
{
    uint32_t kept = first;
    for (uint32_t i = first; i < h->tail; i++) {
        uint32_t w = h->queue[i];
        bool hub = w >= h->s.first_hub;
        uint32_t d = hub && !h->s.out ? hops - 1 : hops;
        if (d > h->max_hops || (h->other && d + h->other[w] > h->max_hops))
            continue;
        h->dist[w] = (uint8_t)d;
        h->reached++;
        if (hub)
            h->tail = push_new(&h->s, w, h->seen, h->queue, h->tail);
        else
            h->queue[kept++] = w;
    }
    h->tail = kept;
}

/* Start vertices have 0 hops. The other side of a hub among them is 0 hops away going out, one hop going in. */
static void hop_start(hop_search *h, const uint32_t *start, uint32_t n_start)
{
    for (uint32_t i = 0; i < n_start; i++)
        if ((start[i] < h->s.first_hub || h->s.out) && !bit_test_set(h->seen, start[i]))
            h->queue[h->tail++] = start[i];
    hop_settle(h, 0, 0);
}

static void hop_start_hubs(hop_search *h, const uint32_t *start, uint32_t n_start)
{
    for (uint32_t i = 0; i < n_start && !h->s.out; i++)
        if (start[i] >= h->s.first_hub && !bit_test_set(h->seen, start[i]))
            h->queue[h->tail++] = start[i];
}

int32_t cg_view_hops_within(const cg_view *v, cg_dir dir, const uint32_t *start, uint32_t n_start, uint32_t max_hops, const uint8_t *other,
                            cspm_op *op, uint8_t *dist, uint32_t *reached, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint32_t polls = 0;
    hop_search h = {
        .s = side_of(v, dir), .other = other, .max_hops = max_hops < CG_UNREACHED ? max_hops : CG_UNREACHED - 1, .dist = dist
    };
    h.seen = cg_calloc(v->mem, ((size_t)v->n_vertices + 63) / 64, sizeof *h.seen);
    h.queue = cg_alloc_array(v->mem, (size_t)v->n_vertices + 1, sizeof *h.queue);
    if (!h.seen || !h.queue) {
        rc = cg_nomem(v->mem, err);
        goto out;
    }
    memset(dist, CG_UNREACHED, v->n_vertices);
    for (uint32_t w = 0; other && w < v->n_vertices; w++)
        h.seen[w >> 6] |= (uint64_t)(other[w] == CG_UNREACHED) << (w & 63);
    hop_start(&h, start, n_start);
    for (uint32_t head = 0, level = h.tail, hops = 1; head < level || hops == 1; level = h.tail, hops++) {
        uint32_t tail = h.tail;
        for (; head < level; head++) {
            if (CG_OP_DUE(polls) && (rc = cg_op_check(op, v->mem, err)) < 0)
                goto out;
            prefetch_ahead(&h.s, h.queue, head, tail);
            tail = push_new(&h.s, h.queue[head], h.seen, h.queue, tail);
        }
        h.tail = tail;
        if (hops == 1)
            hop_start_hubs(&h, start, n_start);
        hop_settle(&h, level, hops);
    }
    if (reached)
        *reached = h.reached;
out:
    cg_free(v->mem, h.seen);
    cg_free(v->mem, h.queue);
    return rc;
}

int32_t cg_view_hops(const cg_view *v, cg_dir dir, const uint32_t *start, uint32_t n_start, uint32_t max_hops, cspm_op *op, uint8_t *dist,
                     uint32_t *reached, cspm_error **err)
{
    return cg_view_hops_within(v, dir, start, n_start, max_hops, NULL, op, dist, reached, err);
}

/* Sums stop short of the value that means unreachable. */
static inline uint32_t cost_add(uint32_t a, uint32_t b)
{
    uint64_t sum = (uint64_t)a + b;
    return sum >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)sum;
}

static bool costs_start(const cg_view *v, cg_pq *q, const uint32_t *start, const uint32_t *start_cost, uint32_t n_start, uint32_t *cost)
{
    uint64_t step = 0;
    for (uint32_t i = 0; i < v->n_arcs; i++)
        step = v->out_cost[i] > step ? v->out_cost[i] : step;
    for (uint32_t i = 0; start_cost && i < n_start; i++)
        step = start_cost[i] > step ? start_cost[i] : step;
    if (!cg_pq_init(q, v->mem, step))
        return false;
    memset(cost, 0xff, (size_t)v->n_vertices * sizeof *cost);
    for (uint32_t i = 0; i < n_start; i++) {
        uint32_t c = start_cost ? cost_add(start_cost[i], 0) : 0;
        if (c >= cost[start[i]])
            continue;
        cost[start[i]] = c;
        if (!cg_pq_push(q, c, start[i]))
            return false;
    }
    return true;
}

int32_t cg_view_costs(const cg_view *v, cg_dir dir, const uint32_t *start, const uint32_t *start_cost, uint32_t n_start, cspm_op *op,
                      uint32_t *cost, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint32_t u, polls = 0;
    uint64_t c;
    side s = side_of(v, dir);
    cg_pq q;
    if (!costs_start(v, &q, start, start_cost, n_start, cost)) {
        rc = cg_nomem(v->mem, err);
        goto out;
    }
    while (cg_pq_pop(&q, &c, &u)) {
        if (CG_OP_DUE(polls) && (rc = cg_op_check(op, v->mem, err)) < 0)
            goto out;
        if (c != cost[u])
            continue;
        for (uint32_t i = s.offset[u], end = s.offset[u + 1]; i < end; i++) {
            uint32_t w = s.ends[i], arc = s.out ? i : v->in_arc[i], next = cost_add(cost[u], v->out_cost[arc]);
            if (next >= cost[w])
                continue;
            cost[w] = next;
            if (!cg_pq_push(&q, next, w)) {
                rc = cg_nomem(v->mem, err);
                goto out;
            }
        }
    }
out:
    cg_pq_free(&q);
    return rc;
}
