/* The tables every graph has: nodes, edges, diagnostics, schema, sources. Rows come straight from the graph, a batch at a time. */
#include "cspmgraph/graph.h"
#include "graph/layer.h"
#include "graph/table_internal.h"

typedef struct ready {
    cg_mem *mem;
    cg_graph *graph;
    cg_batch_builder *batch;
    int32_t (*row)(struct ready *r, bool *end, cspm_error **err); /* appends the next row, or says there is none */
    uint64_t next;
    uint32_t names; /* SCHEMA: cg_names being listed */
    cg_rel_iter rels;
    cg_arena arena;
} ready;

enum { NODE_ID, NODE_NAME, NODE_KINDS, NODE_LABELS, NODE_PROPERTIES };
static const cg_column_spec node_columns[] = { { { "id", 2 }, CSPM_TYPE_STRING, 0 },
                                               { { "name", 4 }, CSPM_TYPE_STRING, 0 },
                                               { { "kinds", 5 }, CSPM_TYPE_LIST, CSPM_TYPE_DICT_STRING },
                                               { { "labels", 6 }, CSPM_TYPE_LIST, CSPM_TYPE_DICT_STRING },
                                               { { "properties", 10 }, CSPM_TYPE_VARIANT, 0 } };
enum { EDGE_ID, EDGE_FROM, EDGE_KIND, EDGE_TO, EDGE_CONDITIONAL, EDGE_LIKELIHOOD, EDGE_PROPERTIES };
static const cg_column_spec edge_columns[] = { { { "id", 2 }, CSPM_TYPE_EDGE, 0 },
                                               { { "from", 4 }, CSPM_TYPE_STRING, 0 },
                                               { { "kind", 4 }, CSPM_TYPE_DICT_STRING, 0 },
                                               { { "to", 2 }, CSPM_TYPE_STRING, 0 },
                                               { { "conditional", 11 }, CSPM_TYPE_BOOL, 0 },
                                               { { "likelihood", 10 }, CSPM_TYPE_DOUBLE, 0 },
                                               { { "properties", 10 }, CSPM_TYPE_VARIANT, 0 } };
static const cg_column_spec diagnostic_columns[] = {
    { { "severity", 8 }, CSPM_TYPE_DICT_STRING, 0 }, { { "source", 6 }, CSPM_TYPE_STRING, 0 }, { { "offset", 6 }, CSPM_TYPE_INT64, 0 },
    { { "line", 4 }, CSPM_TYPE_INT64, 0 },           { { "column", 6 }, CSPM_TYPE_INT64, 0 },  { { "code", 4 }, CSPM_TYPE_STRING, 0 },
    { { "message", 7 }, CSPM_TYPE_STRING, 0 }
};
static const cg_column_spec schema_columns[] = { { { "what", 4 }, CSPM_TYPE_DICT_STRING, 0 },
                                                 { { "name", 4 }, CSPM_TYPE_STRING, 0 },
                                                 { { "count", 5 }, CSPM_TYPE_INT64, 0 } };
static const cg_column_spec source_columns[] = { { { "name", 4 }, CSPM_TYPE_STRING, 0 },
                                                 { { "dialect", 7 }, CSPM_TYPE_STRING, 0 },
                                                 { { "bytes", 5 }, CSPM_TYPE_INT64, 0 },
                                                 { { "nodes", 5 }, CSPM_TYPE_INT64, 0 },
                                                 { { "edges", 5 }, CSPM_TYPE_INT64, 0 } };

static const cg_str severities[] = { { "warning", 7 }, { "error", 5 } };
static const cg_str name_sorts[] = { { "label", 5 }, { "relationship", 12 }, { "property", 8 } };

static cg_value text_or_null(cg_str s)
{
    return s.data ? cg_v_str(s) : cg_v_null();
}
static cg_value count_of(uint64_t n)
{
    return cg_v_int(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static int32_t put(ready *r, uint32_t column, cg_value v, cspm_error **err)
{
    return cg_batch_append(r->batch, column, v, err);
}

/* VARIANT takes any value as JSON, so the map goes in as it is. */
static int32_t put_map(ready *r, uint32_t column, const cg_map *map, cspm_error **err)
{
    static const cg_map empty;
    return put(r, column, (cg_value){ .type = CG_MAP, .map = map ? map : &empty }, err);
}

static int32_t put_labels(ready *r, uint32_t column, const uint32_t *labels, uint32_t n, cspm_error **err)
{
    cg_list *list = cg_arena_alloc(&r->arena, sizeof *list + n * sizeof list->items[0]);
    if (!list)
        return cg_nomem(r->mem, err);
    list->count = n;
    for (uint32_t i = 0; i < n; i++)
        list->items[i] = cg_v_int(labels[i]);
    return put(r, column, (cg_value){ .type = CG_LIST, .list = list }, err);
}

static int32_t node_row(ready *r, bool *end, cspm_error **err)
{
    const cg_map *props = NULL;
    int32_t rc;
    if (r->next >= cg_graph_n_nodes(r->graph)) {
        *end = true;
        return CSPM_OK;
    }
    cg_node n = (cg_node)r->next++;
    uint32_t count = cg_node_labels(r->graph, n, NULL, 0), base = cg_node_n_base_labels(r->graph, n);
    uint32_t *labels = cg_arena_alloc(&r->arena, ((size_t)count + 1) * sizeof *labels);
    if (!labels)
        return cg_nomem(r->mem, err);
    cg_node_labels(r->graph, n, labels, count);
    if (base > count)
        base = count;
    if ((rc = put(r, NODE_ID, cg_v_str(cg_node_id(r->graph, n)), err)) < 0 ||
        (rc = put(r, NODE_NAME, cg_v_str(cg_node_name(r->graph, n)), err)) < 0 || (rc = put_labels(r, NODE_KINDS, labels, base, err)) < 0 ||
        (rc = put_labels(r, NODE_LABELS, labels + base, count - base, err)) < 0 ||
        (rc = cg_node_props(r->graph, n, &r->arena, &props, err)) < 0)
        return rc;
    return put_map(r, NODE_PROPERTIES, props, err);
}

static int32_t edge_row(ready *r, bool *end, cspm_error **err)
{
    const cg_map *props = NULL;
    cg_edge e;
    int32_t rc;
    if (!cg_rel_iter_next(&r->rels, &e)) {
        *end = true;
        return CSPM_OK;
    }
    if ((rc = put(r, EDGE_ID, cg_v_rel(e.rel), err)) < 0 || (rc = put(r, EDGE_FROM, cg_v_str(cg_node_id(r->graph, e.from)), err)) < 0 ||
        (rc = put(r, EDGE_KIND, cg_v_int(e.kind), err)) < 0 || (rc = put(r, EDGE_TO, cg_v_str(cg_node_id(r->graph, e.to)), err)) < 0 ||
        (rc = put(r, EDGE_CONDITIONAL, cg_v_bool(cg_rel_conditional(r->graph, e.rel)), err)) < 0 ||
        (rc = put(r, EDGE_LIKELIHOOD, cg_v_float(cg_rel_likelihood(r->graph, e.rel) / 1e6), err)) < 0 ||
        (rc = cg_rel_props(r->graph, e.rel, &r->arena, &props, err)) < 0)
        return rc;
    return put_map(r, EDGE_PROPERTIES, props, err);
}

static int32_t diagnostic_row(ready *r, bool *end, cspm_error **err)
{
    if (r->next >= cg_diag_count(r->graph)) {
        *end = true;
        return CSPM_OK;
    }
    cg_diag d = cg_diag_get(r->graph, (uint32_t)r->next++);
    const cg_value cells[] = { cg_v_int(d.severity == CG_DIAG_ERROR),
                               text_or_null(d.source),
                               d.offset == UINT64_MAX ? cg_v_null() : count_of(d.offset),
                               d.line ? cg_v_int(d.line) : cg_v_null(),
                               d.column ? cg_v_int(d.column) : cg_v_null(),
                               cg_v_str(d.code),
                               cg_v_str(d.message) };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < sizeof cells / sizeof cells[0] && rc == CSPM_OK; i++)
        rc = put(r, i, cells[i], err);
    return rc;
}

static uint64_t name_uses(const cg_graph *g, cg_names which, uint32_t id)
{
    return which == CG_NAMES_LABEL ? cg_label_count(g, id) : which == CG_NAMES_KIND ? cg_kind_count(g, id) : cg_key_count(g, id);
}

static int32_t schema_row(ready *r, bool *end, cspm_error **err)
{
    int32_t rc;
    while (r->names <= CG_NAMES_KEY && r->next >= cg_name_count(r->graph, (cg_names)r->names)) {
        r->names++;
        r->next = 0;
    }
    if (r->names > CG_NAMES_KEY) {
        *end = true;
        return CSPM_OK;
    }
    cg_names which = (cg_names)r->names;
    uint32_t id = (uint32_t)r->next++;
    if ((rc = put(r, 0, cg_v_int(which), err)) < 0 || (rc = put(r, 1, cg_v_str(cg_name_get(r->graph, which, id)), err)) < 0)
        return rc;
    return put(r, 2, count_of(name_uses(r->graph, which, id)), err);
}

static int32_t source_row(ready *r, bool *end, cspm_error **err)
{
    if (r->next >= cg_source_count(r->graph)) {
        *end = true;
        return CSPM_OK;
    }
    cg_source_info s = cg_source_get(r->graph, (uint32_t)r->next++);
    const cg_value cells[] = { text_or_null(s.name), text_or_null(s.dialect), count_of(s.bytes), count_of(s.nodes), count_of(s.edges) };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < sizeof cells / sizeof cells[0] && rc == CSPM_OK; i++)
        rc = put(r, i, cells[i], err);
    return rc;
}

static int32_t ready_next(void *self, cspm_batch **out, cspm_error **err)
{
    ready *r = self;
    bool end = false;
    while (!end && !cg_batch_builder_full(r->batch)) {
        int32_t rc = r->row(r, &end, err);
        cg_arena_reset(&r->arena);
        if (rc < 0)
            return rc;
    }
    if (!cg_batch_builder_rows(r->batch))
        return CSPM_DONE;
    return cg_batch_builder_finish(r->batch, out, err);
}

static void ready_free(void *self)
{
    ready *r = self;
    cg_mem *mem = r->mem;
    cg_batch_builder_free(r->batch);
    cg_arena_free(&r->arena);
    cg_graph_unref(r->graph);
    cg_free(mem, r);
    cg_mem_unref(mem);
}

/* The dictionary of a column is every name of that sort in the graph, so cells are just their numbers. */
static int32_t name_dictionary(ready *r, uint32_t column, cg_names which, cspm_error **err)
{
    uint32_t n = cg_name_count(r->graph, which);
    cg_str *names = cg_alloc_array(r->mem, n, sizeof *names);
    if (!names)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        names[i] = cg_name_get(r->graph, which, i);
    int32_t rc = cg_batch_builder_dictionary(r->batch, column, names, n, err);
    cg_free(r->mem, names);
    return rc;
}

static int32_t set_dictionaries(ready *r, uint32_t table, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    if (table == CSPM_TABLE_NODES && (rc = name_dictionary(r, NODE_KINDS, CG_NAMES_LABEL, err)) == CSPM_OK)
        rc = name_dictionary(r, NODE_LABELS, CG_NAMES_LABEL, err);
    else if (table == CSPM_TABLE_EDGES)
        rc = name_dictionary(r, EDGE_KIND, CG_NAMES_KIND, err);
    else if (table == CSPM_TABLE_DIAGNOSTICS)
        rc = cg_batch_builder_dictionary(r->batch, 0, severities, 2, err);
    else if (table == CSPM_TABLE_SCHEMA)
        rc = cg_batch_builder_dictionary(r->batch, 0, name_sorts, 3, err);
    return rc;
}

#define COLUMNS(a) a, sizeof a / sizeof a[0]

int32_t cg_graph_table(cg_graph *g, uint32_t table, cspm_cursor **out, cspm_error **err)
{
    static const struct {
        const cg_column_spec *columns;
        size_t n;
        int32_t (*row)(ready *r, bool *end, cspm_error **err);
    } tables[] = { [CSPM_TABLE_NODES] = { COLUMNS(node_columns), node_row },
                   [CSPM_TABLE_EDGES] = { COLUMNS(edge_columns), edge_row },
                   [CSPM_TABLE_DIAGNOSTICS] = { COLUMNS(diagnostic_columns), diagnostic_row },
                   [CSPM_TABLE_SCHEMA] = { COLUMNS(schema_columns), schema_row },
                   [CSPM_TABLE_SOURCES] = { COLUMNS(source_columns), source_row } };
    static const cg_cursor_ops ops = { ready_next, NULL, ready_free };
    cg_mem *mem = cg_graph_mem(g);
    *out = NULL;
    if (table >= sizeof tables / sizeof tables[0] || !tables[table].row)
        return cg_fail(mem, err, CSPM_E_INVALID, "a graph has no table number %u", table);
    ready *r = cg_calloc(mem, 1, sizeof *r);
    if (!r)
        return cg_nomem(mem, err);
    r->mem = cg_mem_ref(mem);
    r->graph = cg_graph_ref(g);
    r->row = tables[table].row;
    cg_arena_init(&r->arena, mem);
    cg_rel_iter_init(&r->rels, g);
    int32_t rc = cg_batch_builder_new(mem, g, tables[table].columns, (uint32_t)tables[table].n, &r->batch, err);
    if (rc == CSPM_OK)
        rc = set_dictionaries(r, table, err);
    if (rc == CSPM_OK)
        rc = cg_cursor_new(mem, tables[table].columns, (uint32_t)tables[table].n, &ops, r, out, err);
    if (rc < 0)
        ready_free(r);
    return rc;
}
