/* Walk coverage: forward times backward counts, layer by layer. */
#include "paths/coverage.h"

#include "paths/sort.h"

static inline uint64_t sat_mul_add(uint64_t sum, uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : sat_add(sum, product);
}

/* table[i * n + v]: walks of at most i hops from an entry to v. */
static int32_t forward_table(const cg_core *c, cspm_op *op, uint64_t *own, uint64_t **out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint64_t *table = cg_alloc_array(c->mem, ((size_t)c->max_length + 1) * c->n, sizeof *table);
    uint64_t *now = cg_calloc(c->mem, c->n, sizeof *now), *next = cg_alloc_array(c->mem, c->n, sizeof *next);
    *out = table;
    if (!table || !now || !next) {
        rc = cg_nomem(c->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < c->n_entries; i++)
        if (c->entry_vertex[i] != CG_NONE)
            now[c->entry_vertex[i]]++;
    for (uint32_t hops = 0; hops <= c->max_length; hops++) {
        uint64_t *row = table + (size_t)hops * c->n;
        const uint64_t *above = hops ? row - c->n : NULL;
        if ((rc = cg_op_check(op, c->mem, err)) < 0)
            goto out;
        for (uint32_t v = 0; v < c->n; v++)
            row[v] = above ? sat_add(above[v], now[v]) : now[v];
        if (hops == c->max_length)
            break;
        cg_walk_forward(c, now, next, own);
        uint64_t *swap = now;
        now = next;
        next = swap;
    }
out:
    cg_free(c->mem, now);
    cg_free(c->mem, next);
    return rc;
}

/* Walks that use a hub with `ahead` walks from each target on and `behind` walks up to each source. */
static void cover_hub(const cg_core *c, cg_coverage *v, uint32_t h, const uint64_t *behind, const uint64_t *ahead, uint64_t *own)
{
    uint32_t outs = c->out[h + 1] - c->out[h];
    uint64_t all = 0, *pair = v->pair_first[h - c->first_hub] == CG_NONE ? NULL : v->pair + v->pair_first[h - c->first_hub];
    for (uint32_t a = c->out[h]; a < c->out[h + 1]; a++) {
        all = sat_add(all, ahead[c->to[a]]);
        own[c->same[c->to[a]]] = sat_add(own[c->same[c->to[a]]], ahead[c->to[a]]);
    }
    for (uint32_t e = c->in[h]; e < c->in[h + 1]; e++) {
        uint32_t s = c->from[e];
        if (!behind[s] || !all)
            continue;
        v->vertex[h] = sat_mul_add(v->vertex[h], behind[s], all == UINT64_MAX ? all : all - own[c->same[s]]);
        for (uint32_t i = 0; pair && i < outs; i++) {
            uint32_t t = c->to[c->out[h] + i];
            uint64_t *one = &pair[(size_t)(e - c->in[h]) * outs + i];
            if (c->same[s] != c->same[t])
                *one = sat_mul_add(*one, behind[s], ahead[t]);
        }
    }
    for (uint32_t a = c->out[h]; a < c->out[h + 1]; a++)
        own[c->same[c->to[a]]] = 0;
}

static void cover_layer(const cg_core *c, cg_coverage *v, const uint64_t *upto, const uint64_t *behind, const uint64_t *ahead,
                        uint64_t *own)
{
    for (uint32_t u = 0; u < c->first_hub; u++) {
        v->vertex[u] = sat_mul_add(v->vertex[u], upto[u], ahead[u]);
        for (uint32_t a = c->out[u]; behind && a < c->out[u + 1]; a++)
            if (!core_is_hub(c, c->to[a]))
                v->arc[a] = sat_mul_add(v->arc[a], behind[u], ahead[c->to[a]]);
    }
    for (uint32_t h = c->first_hub; behind && h < c->n; h++)
        cover_hub(c, v, h, behind, ahead, own);
}

static int32_t plan_pairs(const cg_core *c, bool pairs, cg_coverage *v, cspm_error **err)
{
    v->pair_first = cg_alloc_array(c->mem, c->n - c->first_hub, sizeof *v->pair_first);
    if (!v->pair_first)
        return cg_nomem(c->mem, err);
    for (uint32_t h = c->first_hub; h < c->n; h++) {
        uint64_t n = (uint64_t)(c->in[h + 1] - c->in[h]) * (c->out[h + 1] - c->out[h]);
        bool fits = pairs && n <= CG_HUB_PAIRS_MAX - v->n_pairs;
        v->pair_first[h - c->first_hub] = fits ? v->n_pairs : CG_NONE;
        v->n_pairs += fits ? (uint32_t)n : 0;
    }
    v->pair = cg_calloc(c->mem, v->n_pairs, sizeof *v->pair);
    return v->pair ? CSPM_OK : cg_nomem(c->mem, err);
}

int32_t cg_coverage_make(const cg_core *c, bool pairs, cspm_op *op, cg_coverage *v, cspm_error **err)
{
    *v = (cg_coverage){ 0 };
    uint64_t *forward = NULL, *ahead = cg_calloc(c->mem, c->n, sizeof *ahead), *before = cg_alloc_array(c->mem, c->n, sizeof *before);
    uint64_t *own = cg_calloc(c->mem, c->n, sizeof *own);
    v->vertex = cg_calloc(c->mem, c->n, sizeof *v->vertex);
    v->arc = cg_calloc(c->mem, c->m, sizeof *v->arc);
    int32_t rc = ahead && before && own && v->vertex && v->arc ? plan_pairs(c, pairs, v, err) : cg_nomem(c->mem, err);
    if (rc == CSPM_OK)
        rc = forward_table(c, op, own, &forward, err);
    for (uint32_t u = 0; rc == CSPM_OK && u < c->first_hub; u++)
        ahead[u] = c->target_at[u] != CG_NONE;
    for (uint32_t hops = 0; rc == CSPM_OK && hops <= c->max_length; hops++) {
        const uint64_t *upto = forward + (size_t)(c->max_length - hops) * c->n;
        cover_layer(c, v, upto, hops < c->max_length ? upto - c->n : NULL, ahead, own);
        rc = cg_op_check(op, c->mem, err);
        cg_walk_backward(c, ahead, before, own);
        uint64_t *swap = ahead;
        ahead = before;
        before = swap;
    }
    cg_free(c->mem, forward);
    cg_free(c->mem, ahead);
    cg_free(c->mem, before);
    cg_free(c->mem, own);
    return rc;
}

void cg_coverage_free(const cg_core *c, cg_coverage *v)
{
    cg_free(c->mem, v->vertex);
    cg_free(c->mem, v->arc);
    cg_free(c->mem, v->pair);
    cg_free(c->mem, v->pair_first);
}

bool cg_hub_some_rel(const cg_core *c, uint32_t hub, cg_rel *rel)
{
    for (uint32_t e = c->in[hub]; e < c->in[hub + 1]; e++) {
        for (uint32_t a = c->out[hub]; a < c->out[hub + 1]; a++) {
            if (c->same[c->from[e]] == c->same[c->to[a]])
                continue;
            *rel = cg_view_rel(c->view, c->arc[c->in_arc[e]], c->arc[a]);
            return true;
        }
    }
    return false;
}

typedef struct used_rel {
    cg_rel rel;
    uint64_t walks;
} used_rel;

typedef CG_VEC(used_rel) used_list;

static bool used_before(const cg_core *c, const used_rel *a, const used_rel *b)
{
    (void)c;
    return a->rel < b->rel;
}
CG_DEFINE_SORT(sort_used, const cg_core *, used_rel, used_before)

static bool list_hub(const cg_core *c, const cg_coverage *v, uint32_t h, used_list *list)
{
    cg_rel rel;
    uint32_t outs = c->out[h + 1] - c->out[h], first = v->pair_first[h - c->first_hub];
    if (first == CG_NONE)
        return !cg_hub_some_rel(c, h, &rel) || cg_vec_push(c->mem, list, ((used_rel){ rel, v->vertex[h] }));
    for (uint32_t e = c->in[h]; e < c->in[h + 1]; e++) {
        for (uint32_t i = 0; i < outs; i++) {
            uint64_t walks = v->pair[first + (size_t)(e - c->in[h]) * outs + i];
            rel = cg_view_rel(c->view, c->arc[c->in_arc[e]], c->arc[c->out[h] + i]);
            if (walks && !cg_vec_push(c->mem, list, ((used_rel){ rel, walks })))
                return false;
        }
    }
    return true;
}

static bool list_all(const cg_core *c, const cg_coverage *v, used_list *list)
{
    for (uint32_t u = 0; u < c->first_hub; u++)
        for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++)
            if (!core_is_hub(c, c->to[a]) && v->arc[a] &&
                !cg_vec_push(c->mem, list, ((used_rel){ c->view->out_rel[c->arc[a]], v->arc[a] })))
                return false;
    for (uint32_t h = c->first_hub; h < c->n; h++)
        if (!list_hub(c, v, h, list))
            return false;
    return true;
}

int32_t cg_paths_coverage(const cg_core *c, cspm_op *op, cg_rel **rels, uint64_t **walks, uint32_t *n, cspm_error **err)
{
    cg_coverage v;
    used_list list = { 0 };
    *rels = NULL;
    *walks = NULL;
    *n = 0;
    int32_t rc = cg_coverage_make(c, true, op, &v, err);
    if (rc == CSPM_OK && !list_all(c, &v, &list))
        rc = cg_nomem(c->mem, err);
    if (rc == CSPM_OK) {
        *rels = cg_alloc_array(c->mem, list.count, sizeof **rels);
        *walks = cg_alloc_array(c->mem, list.count, sizeof **walks);
        if (!*rels || !*walks)
            rc = cg_nomem(c->mem, err);
    }
    if (rc == CSPM_OK) {
        sort_used(c, list.data, list.count);
        for (size_t i = 0; i < list.count; i++) { /* a relationship may leave from both states of a node */
            if (*n && (*rels)[*n - 1] == list.data[i].rel) {
                (*walks)[*n - 1] = sat_add((*walks)[*n - 1], list.data[i].walks);
                continue;
            }
            (*rels)[*n] = list.data[i].rel;
            (*walks)[(*n)++] = list.data[i].walks;
        }
    } else {
        cg_free(c->mem, *rels);
        cg_free(c->mem, *walks);
        *rels = NULL;
        *walks = NULL;
    }
    cg_vec_free(c->mem, &list);
    cg_coverage_free(c, &v);
    return rc;
}
