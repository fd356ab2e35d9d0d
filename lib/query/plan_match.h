/* What the files that plan one MATCH share. */
#ifndef CG_QUERY_PLAN_MATCH_H
#define CG_QUERY_PLAN_MATCH_H

#include "query/exec.h"

#define Q_EXACT_ORDER 8u /* relationships; more are ordered greedily */
#define Q_PLAN_NODES (2 * Q_MAX_PATTERN + 2)

typedef struct plan_node {
    uint32_t slot, pos;
    const q_labels *labels[4]; /* conjunction; more are tested but not estimated */
    uint32_t n_labels;
    double rows;         /* estimate when it is the first */
    double share;        /* of all nodes, estimate */
    uint32_t scan_label; /* smallest label to scan, or CG_NO_NAME */
    bool has_label, fresh;
    const q_expr *seek; /* value of the unique id */
    bool seek_list;
    const q_expr *key, *probe; /* an equality that joins it to what is bound */
} plan_node;

typedef struct plan_rel {
    const q_rel_pat *rel;
    const q_path_pat *path;
    uint32_t left, right; /* plan nodes */
    cg_kind_set *kinds;
    bool no_kind, shortest;
    double edges;     /* relationships of these types */
    double fan[2][2]; /* rows one row becomes: [from the left node][both ends are bound] */
} plan_rel;

typedef struct match_plan {
    cg_run *r;
    const q_pattern *p;
    uint32_t level;
    uint64_t *bound;
    plan_node *nodes; /* as many as the pattern can have; so the rels */
    plan_rel *rels;
    uint32_t n_nodes, n_rels;
    uint32_t since[Q_PLAN_NODES], n_since; /* when each node was bound */
    bool done_rel[Q_MAX_PATTERN], done_node[Q_PLAN_NODES];
    bool *placed, *path_done;
    bool once;                              /* repeated rows cannot be told apart from one */
    uint32_t order[Q_MAX_PATTERN], n_order; /* relationships planned so far */
    q_op *op;
} match_plan;

/* ---- plan_order.c ---- */
bool q_slot_ready(const cg_run *r, uint32_t slot, uint32_t level, const uint64_t *bound);
/* Estimates of nodes and relationships with what is bound now. */
void q_estimate_nodes(match_plan *m);
/* The relationship to walk next; false when none touches what is bound. */
bool q_next_rel(const match_plan *m, uint32_t *best);
/* The node to start from; UINT32_MAX when all are bound. */
uint32_t q_choose_anchor(const match_plan *m);
bool q_rel_startable(const match_plan *m, const plan_rel *x);

/* ---- plan_shortest.c ---- */
/* Move the predicates over a shortest path into its search; false when memory is refused. */
bool q_plan_shortest(match_plan *m, const plan_rel *x, q_step *step);

#endif
