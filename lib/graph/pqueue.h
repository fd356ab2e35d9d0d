/* Monotone priority queue of (cost, item) for searches with small integer costs: a ring of FIFO buckets when the largest step fits a
 * ring, else a 4-ary heap. Pops come in non-decreasing cost; a popped item may be stale, the caller compares with its own label. */
#ifndef CG_GRAPH_PQUEUE_H
#define CG_GRAPH_PQUEUE_H

#include "base/mem.h"

#define CG_PQ_RING_MAX (1u << 18)
#define CG_PQ_NONE UINT32_MAX

typedef struct cg_pq_cell {
    uint32_t item, next;
} cg_pq_cell;
typedef struct cg_pq_key {
    uint64_t cost;
    uint32_t item;
} cg_pq_key;

typedef struct cg_pq {
    cg_mem *mem;
    uint32_t mask; /* ring size - 1; 0 = heap */
    uint32_t free_cell;
    uint64_t current;
    uint64_t live;
    uint32_t *head, *tail;
    uint64_t *occupied;
    CG_VEC(cg_pq_cell) cells;
    CG_VEC(cg_pq_key) heap;
} cg_pq;

/* `max_step`: largest difference between a pushed cost and the cost last popped (0 before the first pop). */
static inline bool cg_pq_init(cg_pq *q, cg_mem *mem, uint64_t max_step)
{
    memset(q, 0, sizeof *q);
    q->mem = mem;
    q->free_cell = CG_PQ_NONE;
    if (max_step >= CG_PQ_RING_MAX)
        return true;
    uint32_t size = 64;
    while (size <= max_step)
        size <<= 1;
    q->mask = size - 1;
    q->head = cg_alloc_array(mem, size, sizeof *q->head);
    q->tail = cg_alloc_array(mem, size, sizeof *q->tail);
    q->occupied = cg_calloc(mem, size / 64, sizeof *q->occupied);
    return q->head && q->tail && q->occupied;
}

static inline void cg_pq_free(cg_pq *q)
{
    cg_free(q->mem, q->head);
    cg_free(q->mem, q->tail);
    cg_free(q->mem, q->occupied);
    cg_vec_free(q->mem, &q->cells);
    cg_vec_free(q->mem, &q->heap);
}

/* Ready for another search; only an abandoned one leaves anything to clear. */
static inline void cg_pq_reset(cg_pq *q)
{
    if (q->live && q->mask)
        memset(q->occupied, 0, (size_t)(q->mask + 1) / 8);
    q->cells.count = q->heap.count = 0;
    q->free_cell = CG_PQ_NONE;
    q->current = q->live = 0;
}

static inline bool cg_pq_heap_push(cg_pq *q, uint64_t cost, uint32_t item)
{
    if (!cg_vec_push(q->mem, &q->heap, ((cg_pq_key){ cost, item })))
        return false;
    size_t i = q->heap.count - 1;
    cg_pq_key *h = q->heap.data;
    for (size_t up; i && h[up = (i - 1) / 4].cost > cost; i = up)
        h[i] = h[up];
    h[i] = (cg_pq_key){ cost, item };
    return true;
}

static inline void cg_pq_heap_pop(cg_pq *q)
{
    cg_pq_key *h = q->heap.data, last = h[--q->heap.count];
    size_t n = q->heap.count, i = 0;
    for (;;) {
        size_t best = 0, child = 4 * i + 1;
        for (size_t c = child; c < n && c < child + 4; c++)
            if (!best || h[c].cost < h[best].cost)
                best = c;
        if (!best || h[best].cost >= last.cost)
            break;
        h[i] = h[best];
        i = best;
    }
    h[i] = last;
}

/* False when memory is refused. */
static inline bool cg_pq_push(cg_pq *q, uint64_t cost, uint32_t item)
{
    if (!q->mask) {
        q->live++;
        return cg_pq_heap_push(q, cost, item);
    }
    uint32_t cell = q->free_cell;
    if (cell != CG_PQ_NONE) {
        q->free_cell = q->cells.data[cell].next;
    } else {
        if (!cg_vec_reserve(q->mem, &q->cells, 1))
            return false;
        cell = (uint32_t)q->cells.count++;
    }
    q->cells.data[cell] = (cg_pq_cell){ item, CG_PQ_NONE };
    uint32_t b = (uint32_t)cost & q->mask;
    if (q->occupied[b >> 6] >> (b & 63) & 1) {
        q->cells.data[q->tail[b]].next = cell;
    } else {
        q->occupied[b >> 6] |= UINT64_C(1) << (b & 63);
        q->head[b] = cell;
    }
    q->tail[b] = cell;
    q->live++;
    return true;
}

/* False when empty. */
static inline bool cg_pq_pop(cg_pq *q, uint64_t *cost, uint32_t *item)
{
    if (!q->live)
        return false;
    q->live--;
    if (!q->mask) {
        *cost = q->heap.data[0].cost;
        *item = q->heap.data[0].item;
        cg_pq_heap_pop(q);
        return true;
    }
    uint32_t start = (uint32_t)q->current & q->mask, words = (q->mask + 1) / 64, w = start >> 6;
    uint64_t bits = q->occupied[w] & (~UINT64_C(0) << (start & 63));
    while (!bits) {
        w = w + 1 == words ? 0 : w + 1;
        bits = q->occupied[w];
    }
    uint32_t b = w * 64 + (uint32_t)__builtin_ctzll(bits);
    q->current += (b - start) & q->mask;
    uint32_t cell = q->head[b], next = q->cells.data[cell].next;
    *cost = q->current;
    *item = q->cells.data[cell].item;
    if (next == CG_PQ_NONE)
        q->occupied[b >> 6] &= ~(UINT64_C(1) << (b & 63));
    else
        q->head[b] = next;
    q->cells.data[cell].next = q->free_cell;
    q->free_cell = cell;
    return true;
}

#endif
