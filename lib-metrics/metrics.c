/* igraph behind one lock. The only file of the project that calls it outside the tests. */
#include "cspmgraph/metrics.h"

#include <igraph/igraph.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cspmgraph/context.h"
#include "cspmgraph/error.h"
#include "cspmgraph/op.h"

/* igraph's handlers and random generator are process-wide; so is this lock, and what its interruption handler polls. */
static pthread_mutex_t igraph_lock = PTHREAD_MUTEX_INITIALIZER;
static const cspm_op *running_op;

static int32_t fail(cspm_context *context, cspm_error **err, int32_t code, const char *message)
{
    if (err)
        *err = cspm_error_new(context, code, message, CSPM_NUL);
    return code;
}

/* igraph leaves it to this handler to release what the interrupted call holds. */
static igraph_error_t poll_op(void *unused)
{
    (void)unused;
    if (!running_op || cspm_op_status(running_op) == CSPM_OK)
        return IGRAPH_SUCCESS;
    IGRAPH_FINALLY_FREE();
    return IGRAPH_INTERRUPTED;
}

static void ignore_warning(const char *reason, const char *file, int line)
{
    (void)reason;
    (void)file;
    (void)line;
}

typedef struct session {
    igraph_error_handler_t *error;
    igraph_warning_handler_t *warning;
    igraph_interruption_handler_t *interruption;
} session;

static void enter(session *s, const cspm_op *op)
{
    pthread_mutex_lock(&igraph_lock);
    running_op = op;
    s->error = igraph_set_error_handler(igraph_error_handler_ignore);
    s->warning = igraph_set_warning_handler(ignore_warning);
    s->interruption = igraph_set_interruption_handler(poll_op);
}

static void leave(const session *s)
{
    igraph_set_interruption_handler(s->interruption);
    igraph_set_warning_handler(s->warning);
    igraph_set_error_handler(s->error);
    running_op = NULL;
    pthread_mutex_unlock(&igraph_lock);
}

static int32_t status_of(cspm_context *context, igraph_error_t code, const cspm_op *op, cspm_error **err)
{
    if (code == IGRAPH_SUCCESS)
        return CSPM_OK;
    if (code == IGRAPH_ENOMEM)
        return fail(context, err, CSPM_E_NOMEM, "igraph ran out of memory");
    if (code == IGRAPH_INTERRUPTED) {
        int32_t status = op ? cspm_op_status(op) : CSPM_E_CANCELLED;
        return fail(context, err, status, status == CSPM_E_TIMEOUT ? "the deadline has passed" : "cancelled");
    }
    return fail(context, err, CSPM_E_INTERNAL, igraph_strerror(code));
}

/* igraph holds 8-byte ids in eight vectors an edge, and every measure needs a few vectors a vertex. */
static int32_t check(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, uint64_t per_vertex, uint64_t per_edge,
                     cspm_error **err)
{
    if (!context)
        return CSPM_E_INVALID;
    if (n_edges > UINT64_MAX / 512 || (n_edges && !ends))
        return fail(context, err, CSPM_E_INVALID, "edges are missing or too many");
    for (uint64_t i = 0; i < 2 * n_edges; i++)
        if (ends[i] >= n)
            return fail(context, err, CSPM_E_INVALID, "an edge ends at a vertex that does not exist");
    uint64_t need = (uint64_t)n * per_vertex + n_edges * per_edge;
    if (need > cspm_context_memory_left(context))
        return fail(context, err, CSPM_E_LIMIT, "the graph is too large for the memory that is left (max_memory_bytes)");
    return CSPM_OK;
}

static igraph_error_t make_graph(igraph_t *graph, uint32_t n, const uint32_t *ends, uint64_t n_edges, bool directed)
{
    igraph_vector_int_t list;
    igraph_error_t rc = igraph_vector_int_init(&list, (igraph_integer_t)(2 * n_edges));
    if (rc != IGRAPH_SUCCESS)
        return rc;
    for (uint64_t i = 0; i < 2 * n_edges; i++)
        VECTOR(list)[i] = ends[i];
    rc = igraph_create(graph, &list, n, directed);
    igraph_vector_int_destroy(&list);
    return rc;
}

static void scale(const igraph_matrix_t *places, uint32_t n, int column, double *out)
{
    double low = n ? MATRIX(*places, 0, column) : 0, high = low;
    for (uint32_t i = 0; i < n; i++) {
        double v = MATRIX(*places, i, column);
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    for (uint32_t i = 0; i < n; i++)
        out[i] = high > low ? (MATRIX(*places, i, column) - low) / (high - low) : 0.5;
}

static igraph_error_t layout(uint32_t n, const uint32_t *ends, uint64_t n_edges, const uint32_t *columns, double *x, double *y)
{
    igraph_t graph;
    igraph_matrix_t places;
    igraph_vector_int_t layers;
    igraph_error_t rc = make_graph(&graph, n, ends, n_edges, true);
    if (rc != IGRAPH_SUCCESS)
        return rc;
    if ((rc = igraph_matrix_init(&places, 0, 0)) == IGRAPH_SUCCESS) {
        if ((rc = igraph_vector_int_init(&layers, n)) == IGRAPH_SUCCESS) {
            for (uint32_t i = 0; columns && i < n; i++)
                VECTOR(layers)[i] = columns[i];
            rc = igraph_layout_sugiyama(&graph, &places, NULL, NULL, columns ? &layers : NULL, 1, 1, 100, NULL);
            if (rc == IGRAPH_SUCCESS) {
                /* Sugiyama draws downwards; a path reads from left to right. */
                scale(&places, n, 1, x);
                scale(&places, n, 0, y);
            }
            igraph_vector_int_destroy(&layers);
        }
        igraph_matrix_destroy(&places);
    }
    igraph_destroy(&graph);
    return rc;
}

int32_t cspm_metrics_layout_layered(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, const uint32_t *columns,
                                    double *x, double *y, cspm_op *op, cspm_error **err)
{
    session s;
    int32_t rc = check(context, n, ends, n_edges, 512, 512, err);
    if (rc != CSPM_OK)
        return rc;
    if (n && (!x || !y))
        return fail(context, err, CSPM_E_INVALID, "x and y are needed");
    if (n == 0)
        return CSPM_OK;
    enter(&s, op);
    igraph_error_t code = layout(n, ends, n_edges, columns, x, y);
    leave(&s);
    return status_of(context, code, op, err);
}

int32_t cspm_metrics_betweenness(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, uint32_t cutoff, double *score,
                                 cspm_op *op, cspm_error **err)
{
    session s;
    igraph_t graph;
    igraph_vector_t result;
    int32_t rc = check(context, n, ends, n_edges, 160, 160, err);
    if (rc != CSPM_OK)
        return rc;
    if (n && !score)
        return fail(context, err, CSPM_E_INVALID, "score is needed");
    enter(&s, op);
    igraph_error_t code = make_graph(&graph, n, ends, n_edges, true);
    if (code == IGRAPH_SUCCESS) {
        if ((code = igraph_vector_init(&result, 0)) == IGRAPH_SUCCESS) {
            code = igraph_betweenness_cutoff(&graph, &result, igraph_vss_all(), IGRAPH_DIRECTED, NULL, cutoff ? (igraph_real_t)cutoff : -1);
            for (uint32_t i = 0; code == IGRAPH_SUCCESS && i < n; i++)
                score[i] = VECTOR(result)[i];
            igraph_vector_destroy(&result);
        }
        igraph_destroy(&graph);
    }
    leave(&s);
    return status_of(context, code, op, err);
}

/* Number communities by their smallest vertex, so that equal partitions read the same. `map` has n slots, all UINT32_MAX. */
static uint32_t renumber(const igraph_vector_int_t *membership, uint32_t n, uint32_t *map, uint32_t *community)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = (uint32_t)VECTOR(*membership)[i];
        if (map[c] == UINT32_MAX)
            map[c] = next++;
        community[i] = map[c];
    }
    return next;
}

static igraph_error_t leiden(const igraph_t *graph, igraph_vector_int_t *membership, double *quality)
{
    igraph_vector_t degree;
    igraph_integer_t clusters;
    igraph_real_t q = 0;
    igraph_rng_t generator, *previous = igraph_rng_default();
    igraph_error_t rc = igraph_rng_init(&generator, &igraph_rngtype_pcg32);
    if (rc != IGRAPH_SUCCESS)
        return rc;
    if ((rc = igraph_vector_init(&degree, 0)) == IGRAPH_SUCCESS) {
        igraph_rng_seed(&generator, 42);
        igraph_rng_set_default(&generator);
        rc = igraph_strength(graph, &degree, igraph_vss_all(), IGRAPH_ALL, true, NULL);
        igraph_integer_t edges = igraph_ecount(graph);
        /* Modularity is the constant Potts model with degrees as vertex weights and resolution 1 / 2m. */
        if (rc == IGRAPH_SUCCESS && edges > 0)
            rc = igraph_community_leiden(graph, NULL, &degree, 1.0 / (2.0 * (double)edges), 0.01, false, 2, membership, &clusters, &q);
        igraph_rng_set_default(previous);
        igraph_vector_destroy(&degree);
    }
    igraph_rng_destroy(&generator);
    *quality = q;
    return rc;
}

int32_t cspm_metrics_communities(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, uint32_t *community,
                                 uint32_t *count, double *modularity, cspm_op *op, cspm_error **err)
{
    session s;
    igraph_t graph;
    igraph_vector_int_t membership;
    double quality = 0;
    uint32_t found = 0;
    int32_t rc = check(context, n, ends, n_edges, 256, 256, err);
    if (rc != CSPM_OK)
        return rc;
    if (n && !community)
        return fail(context, err, CSPM_E_INVALID, "community is needed");
    uint32_t *map = malloc((size_t)n * sizeof *map + 1);
    if (!map)
        return fail(context, err, CSPM_E_NOMEM, "out of memory");
    memset(map, 0xff, (size_t)n * sizeof *map);
    enter(&s, op);
    igraph_error_t code = make_graph(&graph, n, ends, n_edges, false);
    if (code == IGRAPH_SUCCESS) {
        if ((code = igraph_vector_int_init_range(&membership, 0, n)) == IGRAPH_SUCCESS) {
            code = leiden(&graph, &membership, &quality);
            if (code == IGRAPH_SUCCESS)
                found = renumber(&membership, n, map, community);
            igraph_vector_int_destroy(&membership);
        }
        igraph_destroy(&graph);
    }
    leave(&s);
    free(map);
    if (code == IGRAPH_SUCCESS && count)
        *count = found;
    if (code == IGRAPH_SUCCESS && modularity)
        *modularity = quality;
    return status_of(context, code, op, err);
}

/* Super-source n and super-target n + 1; their edges, numbered after the real ones, must never be cut: capacity n_edges + 1. */
static igraph_error_t cut_graph(igraph_t *graph, igraph_vector_t *capacity, uint32_t n, const uint32_t *ends, uint64_t n_edges,
                                const uint32_t *sources, uint32_t n_sources, const uint32_t *targets, uint32_t n_targets)
{
    igraph_vector_int_t list;
    uint64_t total = n_edges + n_sources + n_targets;
    igraph_error_t rc = igraph_vector_int_init(&list, (igraph_integer_t)(2 * total));
    if (rc != IGRAPH_SUCCESS)
        return rc;
    for (uint64_t i = 0; i < 2 * n_edges; i++)
        VECTOR(list)[i] = ends[i];
    for (uint64_t i = 0; i < n_sources; i++) {
        VECTOR(list)[2 * (n_edges + i)] = n;
        VECTOR(list)[2 * (n_edges + i) + 1] = sources[i];
    }
    for (uint64_t i = 0; i < n_targets; i++) {
        VECTOR(list)[2 * (n_edges + n_sources + i)] = targets[i];
        VECTOR(list)[2 * (n_edges + n_sources + i) + 1] = (igraph_integer_t)n + 1;
    }
    rc = igraph_create(graph, &list, (igraph_integer_t)n + 2, true);
    igraph_vector_int_destroy(&list);
    if (rc != IGRAPH_SUCCESS)
        return rc;
    if ((rc = igraph_vector_init(capacity, (igraph_integer_t)total)) != IGRAPH_SUCCESS) {
        igraph_destroy(graph);
        return rc;
    }
    for (uint64_t i = 0; i < total; i++)
        VECTOR(*capacity)[i] = i < n_edges ? 1.0 : (double)(n_edges + 1);
    return IGRAPH_SUCCESS;
}

int32_t cspm_metrics_min_cut(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, const uint32_t *sources,
                             uint32_t n_sources, const uint32_t *targets, uint32_t n_targets, uint64_t *cut, uint64_t *n_cut, cspm_op *op,
                             cspm_error **err)
{
    session s;
    igraph_t graph;
    igraph_vector_t capacity;
    igraph_vector_int_t edges;
    igraph_real_t value = 0;
    bool apart = true;
    int32_t rc = check(context, n, ends, n_edges, 256, 320, err);
    if (rc != CSPM_OK)
        return rc;
    if (!n_cut || (n_edges && !cut) || (n_sources && !sources) || (n_targets && !targets))
        return fail(context, err, CSPM_E_INVALID, "cut, sources and targets are needed");
    for (uint32_t i = 0; i < n_sources; i++)
        apart = apart && sources[i] < n;
    for (uint32_t i = 0; i < n_targets; i++)
        apart = apart && targets[i] < n;
    if (!apart)
        return fail(context, err, CSPM_E_INVALID, "a source or target does not exist");
    *n_cut = 0;
    enter(&s, op);
    igraph_error_t code = cut_graph(&graph, &capacity, n, ends, n_edges, sources, n_sources, targets, n_targets);
    if (code == IGRAPH_SUCCESS) {
        if ((code = igraph_vector_int_init(&edges, 0)) == IGRAPH_SUCCESS) {
            code = igraph_st_mincut(&graph, &value, &edges, NULL, NULL, n, (igraph_integer_t)n + 1, &capacity);
            for (igraph_integer_t i = 0; code == IGRAPH_SUCCESS && i < igraph_vector_int_size(&edges); i++) {
                uint64_t edge = (uint64_t)VECTOR(edges)[i];
                apart = apart && edge < n_edges;
                if (edge < n_edges)
                    cut[(*n_cut)++] = edge;
            }
            igraph_vector_int_destroy(&edges);
        }
        igraph_vector_destroy(&capacity);
        igraph_destroy(&graph);
    }
    leave(&s);
    if (code == IGRAPH_SUCCESS && !apart) {
        *n_cut = 0;
        return fail(context, err, CSPM_E_INVALID, "a source is also a target; no set of edges separates them");
    }
    return status_of(context, code, op, err);
}
