/**
 * @file metrics.h
 * libcspmgraph-metrics: whole-graph measures and layout by igraph, kept in a library of its own.
 *
 * A binary that links this library also links igraph and falls under the GPL, version 2 or later; the core library does not.
 * Graphs are plain arrays: vertices 0..n-1 and directed edges as index pairs, ends[2 * i] -> ends[2 * i + 1].
 * igraph keeps process-wide state: calls are serialised by one lock inside this library and igraph's handlers are restored after each.
 * A host that calls igraph itself must not do so at the same time. Calls whose estimated memory exceeds what the context may still hold
 * are refused with CSPM_E_LIMIT. Sources: Sugiyama, Tagawa, Toda 1981 (layout); Traag, Waltman, van Eck 2019 (communities); Brandes 2001
 * (betweenness); Goldberg, Tarjan 1988 (cut).
 */
#ifndef CSPMGRAPH_METRICS_H
#define CSPMGRAPH_METRICS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Layered drawing: sources left, targets right, few crossings.
 * @param columns the layer of each vertex, or NULL to let the layout choose
 * @param[out] x,y n places each, scaled to 0..1
 * @return CSPM_OK, CSPM_E_INVALID, CSPM_E_LIMIT, CSPM_E_NOMEM, CSPM_E_CANCELLED, CSPM_E_TIMEOUT
 * @thread any; calls wait for each other
 * @since 0.1
 */
CSPM_API int32_t cspm_metrics_layout_layered(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, const uint32_t *columns,
                                             double *x, double *y, cspm_op *op, cspm_error **err);

/**
 * Shortest-path betweenness of every vertex, paths of at most `cutoff` edges (0 = any length).
 * @param[out] score n values
 * @thread any; calls wait for each other
 * @since 0.1
 */
CSPM_API int32_t cspm_metrics_betweenness(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, uint32_t cutoff, double *score,
                                          cspm_op *op, cspm_error **err);

/**
 * Communities by the Leiden method on the undirected graph, modularity objective. Numbered by their smallest vertex; the same for the same input.
 * @param[out] community n values
 * @param[out] count number of communities; may be NULL
 * @param[out] modularity may be NULL
 * @thread any; calls wait for each other
 * @since 0.1
 */
CSPM_API int32_t cspm_metrics_communities(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, uint32_t *community,
                                          uint32_t *count, double *modularity, cspm_op *op, cspm_error **err);

/**
 * Smallest set of edges that separates all sources from all targets.
 * @param[out] cut room for n_edges edge indices
 * @param[out] n_cut how many were written
 * @thread any; calls wait for each other
 * @since 0.1
 */
CSPM_API int32_t cspm_metrics_min_cut(cspm_context *context, uint32_t n, const uint32_t *ends, uint64_t n_edges, const uint32_t *sources,
                                      uint32_t n_sources, const uint32_t *targets, uint32_t n_targets, uint64_t *cut, uint64_t *n_cut, cspm_op *op,
                                      cspm_error **err);

#ifdef __cplusplus
}
#endif

#endif
