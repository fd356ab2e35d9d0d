/* Values compared, ordered, hashed and copied. Nesting of lists and maps is bounded (Q_MAX_NESTING), so recursion here is too. */
#ifndef CG_QUERY_VALUES_H
#define CG_QUERY_VALUES_H

#include "base/intern.h"
#include "graph/graph.h"

#define Q_MAX_NESTING 1000u

typedef enum { Q_FALSE = 0, Q_TRUE = 1, Q_UNKNOWN = 2 } q_truth;

static inline q_truth q_truth_of(cg_value v)
{
    return v.type == CG_BOOL ? (v.boolean ? Q_TRUE : Q_FALSE) : Q_UNKNOWN;
}
static inline cg_value q_truth_value(q_truth t)
{
    return t == Q_UNKNOWN ? cg_v_null() : cg_v_bool(t == Q_TRUE);
}
static inline bool q_is_number(cg_value v)
{
    return v.type == CG_INT || v.type == CG_FLOAT;
}
static inline double q_as_double(cg_value v)
{
    return v.type == CG_INT ? (double)v.integer : v.real;
}

q_truth q_equal(const cg_graph *g, cg_value a, cg_value b);
/* a < b (or <= with or_equal) in three-valued logic; unknown when the two have no common order. */
q_truth q_less(const cg_graph *g, cg_value a, cg_value b, bool or_equal);
/* Total order over all values: map < node < relationship < list < path < temporal < string < boolean < number < NaN < null. */
int q_order(const cg_graph *g, cg_value a, cg_value b);
/* Equal values (q_order == 0) have equal hashes under one seed. */
uint64_t q_hash(const cg_seed *seed, cg_value v);
/* Deep copy into the arena; false when memory is refused. */
bool q_copy_value(cg_arena *arena, cg_value v, cg_value *out);

/* Lists and maps with their nesting recorded; false = memory refused (NULL list) or nesting over the limit. */
cg_list *q_list_new(cg_arena *arena, uint32_t count); /* items are uninitialised; NULL when refused */
static inline cg_value q_v_list(const cg_list *l)
{
    return (cg_value){ .type = CG_LIST, .list = l };
}
static inline cg_value q_v_map(const cg_map *m)
{
    return (cg_value){ .type = CG_MAP, .map = m };
}
static inline cg_value q_v_path(const cg_path *p)
{
    return (cg_value){ .type = CG_PATH, .path = p };
}
uint32_t q_nesting(cg_value v);
const cg_value *q_map_get(const cg_map *m, cg_str key); /* NULL when absent */

/* A list that grows in an arena. */
typedef struct q_list_builder {
    cg_arena *arena;
    cg_list *list;
    uint32_t capacity;
} q_list_builder;
bool q_list_push(q_list_builder *b, cg_value v);
bool q_list_done(q_list_builder *b, cg_value *out);

#endif
