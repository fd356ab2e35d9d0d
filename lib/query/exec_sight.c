/* A restricted query: nodes that do not satisfy the host's predicate do not exist for it, nor do their relationships.
 *
 * The nodes hidden are found once a run. Every operator that makes a node looks here: scans, seeks, joins and every step over a
 * relationship. What a query can read beyond that hangs on nodes and relationships it was given, so it stays inside. */
#include "query/exec.h"

static int32_t hide_all_but_label(cg_run *r, uint32_t label)
{
    cg_label_iter it;
    cg_node n;
    cg_label_iter_init(&it, r->g, label);
    while (cg_label_iter_next(&it, &n))
        r->hidden[n >> 6] &= ~((uint64_t)1 << (n & 63));
    return CSPM_OK;
}

static int32_t hide_all_but_property(cg_run *r, uint32_t key, cspm_error **err)
{
    cg_arena arena;
    int32_t rc = CSPM_OK;
    cg_arena_init(&arena, r->mem);
    for (cg_node n = 0; rc >= 0 && n < cg_graph_n_nodes(r->g); n++) {
        cg_value v;
        if (arena.total)
            cg_arena_reset(&arena);
        rc = cg_node_prop(r->g, n, key, &arena, &v, err);
        if (rc >= 0 && v.type == CG_STRING && cg_str_eq(cg_value_str(v), r->q->sight_value))
            r->hidden[n >> 6] &= ~((uint64_t)1 << (n & 63));
        if (rc >= 0 && (n & 4095) == 0)
            rc = cg_op_check(r->op, r->mem, err);
    }
    cg_arena_free(&arena);
    return rc;
}

int32_t q_open_sight(cg_run *r, cspm_error **err)
{
    bool label = r->q->sight == Q_SEE_LABEL;
    if (r->q->sight == Q_SEE_ALL)
        return CSPM_OK;
    size_t words = cg_graph_n_nodes(r->g) / 64 + 1;
    r->hidden = cg_alloc_array(r->mem, words, sizeof *r->hidden);
    if (!r->hidden)
        return cg_nomem(r->mem, err);
    memset(r->hidden, 0xFF, words * sizeof *r->hidden);
    uint32_t name = cg_name_find(r->g, label ? CG_NAMES_LABEL : CG_NAMES_KEY, r->q->sight_name);
    if (name == CG_NO_NAME) /* nobody has it: nothing is to be seen */
        return CSPM_OK;
    return label ? hide_all_but_label(r, name) : hide_all_but_property(r, name, err);
}
