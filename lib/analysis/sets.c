/* Sets of nodes a request names: ids, label:NAME, queries of one node column. */
#include "analysis/run.h"

#include <stdlib.h>

static int compare_nodes(const void *a, const void *b)
{
    cg_node x = *(const cg_node *)a, y = *(const cg_node *)b;
    return x < y ? -1 : x > y;
}

void cg_nodes_sort(cg_node_vec *v)
{
    size_t kept = 0;
    if (v->count > 1)
        qsort(v->data, v->count, sizeof *v->data, compare_nodes);
    for (size_t i = 0; i < v->count; i++)
        if (!kept || v->data[kept - 1] != v->data[i])
            v->data[kept++] = v->data[i];
    v->count = kept;
}

bool cg_has_label_named(const cg_graph *g, cg_node n, cg_str name)
{
    uint32_t label = cg_name_find(g, CG_NAMES_LABEL, name);
    return label != CG_NO_NAME && cg_node_has_label(g, n, label);
}

const char *cg_set_name(cg_request_set which)
{
    static const char *const names[] = { "entry points", "targets", "way points" };
    return names[which];
}

static int32_t add_label(cg_scope *s, cg_request_set which, cg_str name, cg_node_vec *out, cspm_error **err)
{
    uint32_t label = cg_name_find(s->g, CG_NAMES_LABEL, name);
    size_t before = out->count;
    cg_label_iter it;
    cg_node n;
    if (label != CG_NO_NAME) {
        cg_label_iter_init(&it, s->g, label);
        while (cg_label_iter_next(&it, &n))
            if (!cg_vec_push(s->mem, out, n))
                return cg_nomem(s->mem, err);
    }
    if (out->count == before)
        return cg_scope_diag(s, "empty-set", err, "no node carries the label \"%.*s\", which was named for the %s", CG_FMT(name),
                             cg_set_name(which));
    return CSPM_OK;
}

static int32_t take_row(cg_scope *s, cg_request_set which, cg_value v, cg_node_vec *out, cspm_error **err)
{
    if (v.type == CG_NULL)
        return CSPM_OK;
    if (v.type != CG_NODE)
        return cg_fail(s->mem, err, CSPM_E_QUERY, "the query for the %s must return nodes, and this one returned another value",
                       cg_set_name(which));
    return cg_vec_push(s->mem, out, v.node) ? CSPM_OK : cg_nomem(s->mem, err);
}

static int32_t add_query(cg_scope *s, cg_request_set which, cg_query *q, cg_node_vec *out, cspm_op *op, cspm_error **err)
{
    cg_run *run = NULL;
    const cg_value *row;
    cg_run_limits limits = { .now = s->o.now };
    int32_t rc = cg_query_run(q, s->g, NULL, 0, &limits, op, &run, err);
    if (rc != CSPM_OK)
        goto done;
    while ((rc = cg_run_next(run, &row, err)) == CSPM_OK)
        if ((rc = take_row(s, which, row[0], out, err)) != CSPM_OK)
            goto done;
    if (rc == CSPM_DONE) {
        s->truncated |= cg_run_truncated(run);
        rc = CSPM_OK;
    }
done:
    if (run)
        cg_run_free(run);
    return rc;
}

static int32_t add_id(cg_scope *s, cg_request_set which, cg_str text, cg_node_vec *out, bool *internet, cspm_error **err)
{
    cg_str prefix = CG_STR("label:");
    cg_node n = cg_node_find(s->g, text.data, text.length);
    /* As a start "internet" is the outside of every attack path, whether or not some input drew a node for it. */
    bool outside = internet && cg_str_eq(text, CG_STR("internet"));
    if (outside)
        *internet = true;
    if (n != CG_NO_NODE)
        return cg_vec_push(s->mem, out, n) ? CSPM_OK : cg_nomem(s->mem, err);
    if (outside)
        return CSPM_OK;
    if (cg_str_starts(text, prefix))
        return add_label(s, which, (cg_str){ text.data + prefix.length, text.length - prefix.length }, out, err);
    return cg_fail(s->mem, err, CSPM_E_NOTFOUND, "no node has the id \"%.*s\" (named for the %s)", CG_FMT(text), cg_set_name(which));
}

int32_t cg_set_resolve(cg_scope *s, cg_request_set which, cg_node_vec *out, bool *internet, cspm_op *op, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < s->request->sets[which].count && rc == CSPM_OK; i++) {
        const cg_selector *sel = &s->request->sets[which].data[i];
        rc = sel->query ? add_query(s, which, sel->query, out, op, err) : add_id(s, which, sel->text, out, internet, err);
    }
    cg_nodes_sort(out);
    return rc;
}
