#include "query/values.h"

#include <math.h>

/* ---- numbers ---- */

/* Exact: no integer is rounded on the way. NaN is not handled here. */
static int cmp_int_double(int64_t i, double d)
{
    if (d >= 9223372036854775808.0)
        return -1;
    if (d < -9223372036854775808.0)
        return 1;
    int64_t whole = (int64_t)d;
    if (i != whole)
        return i < whole ? -1 : 1;
    double rest = d - (double)whole;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

static int cmp_numbers(cg_value a, cg_value b)
{
    if (a.type == CG_INT && b.type == CG_INT)
        return (a.integer > b.integer) - (a.integer < b.integer);
    if (a.type == CG_FLOAT && b.type == CG_FLOAT)
        return (a.real > b.real) - (a.real < b.real);
    return a.type == CG_INT ? cmp_int_double(a.integer, b.real) : -cmp_int_double(b.integer, a.real);
}

static bool is_nan(cg_value v)
{
    return v.type == CG_FLOAT && isnan(v.real);
}

/* ---- equality ---- */

static q_truth equal_lists(const cg_graph *g, const cg_list *a, const cg_list *b)
{
    if (a->count != b->count)
        return Q_FALSE;
    q_truth all = Q_TRUE;
    for (uint32_t i = 0; i < a->count; i++) {
        q_truth t = q_equal(g, a->items[i], b->items[i]);
        if (t == Q_FALSE)
            return Q_FALSE;
        if (t == Q_UNKNOWN)
            all = Q_UNKNOWN;
    }
    return all;
}

static q_truth equal_maps(const cg_graph *g, const cg_map *a, const cg_map *b)
{
    if (a->count != b->count)
        return Q_FALSE;
    q_truth all = Q_TRUE;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!cg_str_eq(a->entries[i].key, b->entries[i].key))
            return Q_FALSE;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        q_truth t = q_equal(g, a->entries[i].value, b->entries[i].value);
        if (t == Q_FALSE)
            return Q_FALSE;
        if (t == Q_UNKNOWN)
            all = Q_UNKNOWN;
    }
    return all;
}

static bool same_path(const cg_path *a, const cg_path *b)
{
    return a->n_rels == b->n_rels && !memcmp(a->nodes, b->nodes, (a->n_rels + 1) * sizeof *a->nodes) &&
           (!a->n_rels || !memcmp(a->rels, b->rels, a->n_rels * sizeof *a->rels));
}

q_truth q_equal(const cg_graph *g, cg_value a, cg_value b)
{
    if (a.type == CG_NULL || b.type == CG_NULL)
        return Q_UNKNOWN;
    if (q_is_number(a) && q_is_number(b))
        return !is_nan(a) && !is_nan(b) && cmp_numbers(a, b) == 0 ? Q_TRUE : Q_FALSE;
    if (a.type != b.type)
        return Q_FALSE;
    bool same = false;
    switch (a.type) {
    case CG_BOOL:
        same = a.boolean == b.boolean;
        break;
    case CG_STRING:
        same = a.length == b.length && (!a.length || !memcmp(a.string, b.string, a.length));
        break;
    case CG_NODE:
        same = a.node == b.node;
        break;
    case CG_REL:
        same = a.rel == b.rel;
        break;
    case CG_PATH:
        same = same_path(a.path, b.path);
        break;
    case CG_DATE:
    case CG_DATETIME:
        same = a.microseconds == b.microseconds;
        break;
    case CG_DURATION:
        same = a.duration->months == b.duration->months && a.duration->days == b.duration->days &&
               a.duration->microseconds == b.duration->microseconds;
        break;
    case CG_LIST:
        return equal_lists(g, a.list, b.list);
    case CG_MAP:
        return equal_maps(g, a.map, b.map);
    default:
        break;
    }
    return same ? Q_TRUE : Q_FALSE;
}

static q_truth sign_truth(int sign, bool or_equal)
{
    return sign < 0 || (or_equal && sign == 0) ? Q_TRUE : Q_FALSE;
}

static int cmp_strings(cg_value a, cg_value b)
{
    uint32_t n = a.length < b.length ? a.length : b.length;
    int d = n ? memcmp(a.string, b.string, n) : 0;
    return d ? d : (a.length > b.length) - (a.length < b.length);
}

static q_truth less_lists(const cg_graph *g, const cg_list *a, const cg_list *b, bool or_equal)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        q_truth t = q_equal(g, a->items[i], b->items[i]);
        if (t == Q_UNKNOWN)
            return Q_UNKNOWN;
        if (t == Q_FALSE)
            return q_less(g, a->items[i], b->items[i], or_equal);
    }
    return sign_truth(a->count < b->count ? -1 : a->count > b->count, or_equal);
}

q_truth q_less(const cg_graph *g, cg_value a, cg_value b, bool or_equal)
{
    if (q_is_number(a) && q_is_number(b))
        return is_nan(a) || is_nan(b) ? Q_FALSE : sign_truth(cmp_numbers(a, b), or_equal);
    if (a.type != b.type)
        return Q_UNKNOWN;
    switch (a.type) {
    case CG_STRING:
        return sign_truth(cmp_strings(a, b), or_equal);
    case CG_BOOL:
        return sign_truth((int)a.boolean - (int)b.boolean, or_equal);
    case CG_DATE:
    case CG_DATETIME:
        return sign_truth((a.microseconds > b.microseconds) - (a.microseconds < b.microseconds), or_equal);
    case CG_LIST:
        return less_lists(g, a.list, b.list, or_equal);
    default:
        return Q_UNKNOWN;
    }
}

/* ---- total order ---- */

static int rank(cg_value v)
{
    static const uint8_t ranks[] = {
        [CG_MAP] = 0,      [CG_NODE] = 1,   [CG_REL] = 2,  [CG_LIST] = 3, [CG_PATH] = 4,   [CG_DATETIME] = 5, [CG_DATE] = 6,
        [CG_DURATION] = 7, [CG_STRING] = 8, [CG_BOOL] = 9, [CG_INT] = 10, [CG_FLOAT] = 10, [CG_NULL] = 12
    };
    return is_nan(v) ? 11 : ranks[v.type];
}

static int order_paths(const cg_graph *g, const cg_path *a, const cg_path *b)
{
    for (uint32_t i = 0;; i++) {
        if (a->nodes[i] != b->nodes[i])
            return a->nodes[i] < b->nodes[i] ? -1 : 1;
        if (i == a->n_rels || i == b->n_rels)
            return (a->n_rels > b->n_rels) - (a->n_rels < b->n_rels);
        int d = a->rels[i] == b->rels[i] ? 0 : cg_rel_cmp(g, a->rels[i], b->rels[i]);
        if (d)
            return d;
    }
}

static int order_maps(const cg_graph *g, const cg_map *a, const cg_map *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        int d = cg_str_cmp(a->entries[i].key, b->entries[i].key);
        if (!d)
            d = q_order(g, a->entries[i].value, b->entries[i].value);
        if (d)
            return d;
    }
    return (a->count > b->count) - (a->count < b->count);
}

static int order_same(const cg_graph *g, cg_value a, cg_value b)
{
    switch (a.type) {
    case CG_STRING:
        return cmp_strings(a, b);
    case CG_BOOL:
        return (int)a.boolean - (int)b.boolean;
    case CG_NODE:
        return (a.node > b.node) - (a.node < b.node);
    case CG_REL:
        return a.rel == b.rel ? 0 : cg_rel_cmp(g, a.rel, b.rel);
    case CG_PATH:
        return order_paths(g, a.path, b.path);
    case CG_MAP:
        return order_maps(g, a.map, b.map);
    case CG_LIST:
        for (uint32_t i = 0; i < a.list->count && i < b.list->count; i++) {
            int d = q_order(g, a.list->items[i], b.list->items[i]);
            if (d)
                return d;
        }
        return (a.list->count > b.list->count) - (a.list->count < b.list->count);
    case CG_DATE:
    case CG_DATETIME:
        return (a.microseconds > b.microseconds) - (a.microseconds < b.microseconds);
    case CG_DURATION: {
        const struct cg_duration *x = a.duration, *y = b.duration;
        if (x->months != y->months)
            return x->months < y->months ? -1 : 1;
        if (x->days != y->days)
            return x->days < y->days ? -1 : 1;
        return (x->microseconds > y->microseconds) - (x->microseconds < y->microseconds);
    }
    default:
        return 0;
    }
}

int q_order(const cg_graph *g, cg_value a, cg_value b)
{
    int ra = rank(a), rb = rank(b);
    if (ra != rb)
        return ra < rb ? -1 : 1;
    return ra == 10 ? cmp_numbers(a, b) : order_same(g, a, b);
}

/* ---- hash ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h ^= v + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
    h *= 0xBF58476D1CE4E5B9u;
    return h ^ (h >> 29);
}

static uint64_t hash_number(const cg_seed *seed, cg_value v)
{
    int64_t i = v.integer;
    if (v.type == CG_FLOAT) {
        double d = v.real;
        if (isnan(d))
            return 0x7FF8;
        if (d >= -9223372036854775808.0 && d < 9223372036854775808.0 && d == (double)(int64_t)d)
            i = (int64_t)d;
        else
            return cg_hash(seed, &d, sizeof d);
    }
    return cg_hash(seed, &i, sizeof i);
}

uint64_t q_hash(const cg_seed *seed, cg_value v)
{
    uint64_t h = v.type == CG_INT ? CG_FLOAT : v.type;
    switch (v.type) {
    case CG_NULL:
        return h;
    case CG_BOOL:
        return mix(h, v.boolean);
    case CG_INT:
    case CG_FLOAT:
        return mix(h, hash_number(seed, v));
    case CG_STRING:
        return mix(h, cg_hash(seed, v.string, v.length));
    case CG_NODE:
        return mix(h, cg_hash(seed, &v.node, sizeof v.node));
    case CG_REL:
        return mix(h, cg_hash(seed, &v.rel, sizeof v.rel));
    case CG_PATH:
        h = mix(h, cg_hash(seed, v.path->nodes, (v.path->n_rels + 1) * sizeof *v.path->nodes));
        return v.path->n_rels ? mix(h, cg_hash(seed, v.path->rels, v.path->n_rels * sizeof *v.path->rels)) : h;
    case CG_LIST:
        for (uint32_t i = 0; i < v.list->count; i++)
            h = mix(h, q_hash(seed, v.list->items[i]));
        return h;
    case CG_MAP:
        for (uint32_t i = 0; i < v.map->count; i++) {
            cg_str key = v.map->entries[i].key;
            h = mix(mix(h, cg_hash(seed, key.data, key.length)), q_hash(seed, v.map->entries[i].value));
        }
        return h;
    case CG_DURATION:
        return mix(h, cg_hash(seed, v.duration, sizeof *v.duration));
    default:
        return mix(h, cg_hash(seed, &v.microseconds, sizeof v.microseconds));
    }
}

/* ---- copies ---- */

cg_list *q_list_new(cg_arena *arena, uint32_t count)
{
    cg_list *l = cg_arena_alloc(arena, sizeof *l + count * sizeof(cg_value));
    if (l)
        l->count = count;
    return l;
}

static bool copy_list(cg_arena *arena, const cg_list *from, cg_value *out)
{
    cg_list *l = q_list_new(arena, from->count);
    for (uint32_t i = 0; l && i < from->count; i++) {
        if (!q_copy_value(arena, from->items[i], &l->items[i]))
            return false;
    }
    out->list = l;
    return l != NULL;
}

static bool copy_map(cg_arena *arena, const cg_map *from, cg_value *out)
{
    cg_map *m = cg_arena_alloc(arena, sizeof *m + from->count * sizeof *m->entries);
    if (!m)
        return false;
    m->count = from->count;
    for (uint32_t i = 0; i < from->count; i++) {
        cg_str key = from->entries[i].key;
        m->entries[i].key = (cg_str){ cg_arena_strndup(arena, key.data, key.length), key.length };
        if (!m->entries[i].key.data || !q_copy_value(arena, from->entries[i].value, &m->entries[i].value))
            return false;
    }
    out->map = m;
    return true;
}

static bool copy_path(cg_arena *arena, const cg_path *from, cg_value *out)
{
    cg_path *p = cg_arena_alloc(arena, sizeof *p);
    if (!p)
        return false;
    p->n_rels = from->n_rels;
    p->nodes = cg_arena_alloc(arena, (from->n_rels + 1) * sizeof *p->nodes);
    p->rels = cg_arena_alloc(arena, (from->n_rels + 1) * sizeof *p->rels);
    if (!p->nodes || !p->rels)
        return false;
    memcpy(p->nodes, from->nodes, (from->n_rels + 1) * sizeof *p->nodes);
    if (from->n_rels)
        memcpy(p->rels, from->rels, from->n_rels * sizeof *p->rels);
    out->path = p;
    return true;
}

bool q_copy_value(cg_arena *arena, cg_value v, cg_value *out)
{
    *out = v;
    switch (v.type) {
    case CG_STRING:
        out->string = cg_arena_strndup(arena, v.length ? v.string : "", v.length);
        return out->string != NULL;
    case CG_LIST:
        return copy_list(arena, v.list, out);
    case CG_MAP:
        return copy_map(arena, v.map, out);
    case CG_PATH:
        return copy_path(arena, v.path, out);
    case CG_DURATION: {
        struct cg_duration *d = cg_arena_alloc(arena, sizeof *d);
        if (d)
            *d = *v.duration;
        out->duration = d;
        return d != NULL;
    }
    default:
        return true;
    }
}

/* Depth is kept in the value itself: `reserved` of lists and maps built by queries. */
uint32_t q_nesting(cg_value v)
{
    return v.type == CG_LIST || v.type == CG_MAP ? (v.reserved ? v.reserved : 1u) : 0;
}

const cg_value *q_map_get(const cg_map *m, cg_str key)
{
    uint32_t low = 0, high = m->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int d = cg_str_cmp(m->entries[mid].key, key);
        if (!d)
            return &m->entries[mid].value;
        if (d < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

bool q_list_push(q_list_builder *b, cg_value v)
{
    uint32_t n = b->list ? b->list->count : 0;
    if (n == b->capacity) {
        uint32_t capacity = b->capacity ? b->capacity * 2 : 8;
        if (capacity < b->capacity)
            return false;
        cg_list *grown = q_list_new(b->arena, capacity);
        if (!grown)
            return false;
        if (n)
            memcpy(grown->items, b->list->items, n * sizeof *grown->items);
        grown->count = n;
        b->list = grown;
        b->capacity = capacity;
    }
    b->list->items[b->list->count++] = v;
    return true;
}

bool q_list_done(q_list_builder *b, cg_value *out)
{
    if (!b->list && !(b->list = q_list_new(b->arena, 0)))
        return false;
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < b->list->count; i++) {
        uint32_t d = q_nesting(b->list->items[i]);
        if (d > deepest)
            deepest = d;
    }
    *out = q_v_list(b->list);
    out->reserved = (uint16_t)(deepest + 1);
    return true;
}
