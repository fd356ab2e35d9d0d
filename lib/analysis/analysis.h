/* One run end to end: entries and targets, core, prediction, paths, patterns, choke points, fixes verified by running again, scores. */
#ifndef CG_ANALYSIS_ANALYSIS_H
#define CG_ANALYSIS_ANALYSIS_H

#include "paths/paths.h"
#include "rules/rules.h"

typedef struct cspm_request cg_request;
typedef struct cspm_analysis cg_analysis;

/* ---- request: everything that is not a scalar goes through setters ---- */
int32_t cg_request_new(cg_mem *mem, cg_request **out, cspm_error **err);
cg_request *cg_request_ref(cg_request *r);
void cg_request_unref(cg_request *r);
typedef enum { CG_SET_ENTRIES, CG_SET_TARGETS, CG_SET_WAYPOINTS } cg_request_set;
int32_t cg_request_add_query(cg_request *r, cg_request_set which, cg_str query, cspm_error **err); /* one node column */
int32_t cg_request_add_id(cg_request *r, cg_request_set which, cg_str id_or_label, cspm_error **err); /* "label:Administrator" or an id */
int32_t cg_request_exclude_kind(cg_request *r, cg_str kind, cspm_error **err);
int32_t cg_request_set_weight(cg_request *r, cg_str weight, cspm_error **err); /* "" hops, "likelihood", or a property */
typedef struct cg_request_options {
    uint32_t top;            /* 0 = 50 */
    uint32_t max_length;     /* 0 = 10 */
    bool assume_breach;
    bool exclude_conditional;
    bool no_fixes;
    uint32_t max_fixes;      /* 0 = 10 */
    int64_t now;             /* microseconds; INT64_MIN = system clock */
    uint64_t max_work, max_paths;
} cg_request_options;
void cg_request_set_options(cg_request *r, const cg_request_options *o);
const cg_request_options *cg_request_get_options(const cg_request *r);

/* The relationship kind of the step from the internet, which no input has. */
#define CG_INTERNET_KIND "CAN_ACCESS"

typedef struct cg_step {
    cg_node from, to;        /* CG_NO_NODE as `from` = internet */
    cg_rel rel;              /* CG_NO_REL for the step from the internet */
    uint32_t kind;           /* CG_NO_NAME for the step from the internet */
    cg_str kind_name, technique, tactic, story; /* story: "1. …" without the number */
    uint32_t likelihood;     /* millionths */
    bool conditional;
    const uint32_t *evidence; /* ids of the graph */
    uint32_t n_evidence;
} cg_step;

typedef struct cg_recommendation {
    cg_str id, title, remediation;
    cg_node resource;
    bool breaks_path;
} cg_recommendation;

typedef enum { CG_LEVEL_LOW = 1, CG_LEVEL_MEDIUM = 2, CG_LEVEL_HIGH = 3, CG_LEVEL_CRITICAL = 4 } cg_level;
const char *cg_level_name(cg_level level);

typedef struct cg_score {
    double total;                       /* 0..100, from integers: cg_risk_score */
    uint32_t exposure, likelihood, impact, edges; /* millionths: exposure(entry), exposure*edges, criticality(target), product of edges */
    uint32_t alpha, beta;               /* in 1/1000 */
    cg_str exposure_label, impact_label; /* the labels the two factors come from; null: the default */
} cg_score;

typedef struct cg_attack_path {
    char id[17];
    const cg_rule *type;      /* NULL: no path type matched; signature is the type then */
    cg_str type_id, title, description, impact;
    cg_level level;
    cg_score score;
    cg_node entry, target;
    bool from_internet;
    const cg_step *steps;
    uint32_t n_steps;         /* = length */
    uint64_t occurrences;
    bool occurrences_estimated;
    bool conditional;
    const cg_str *risk_factors, *categories, *environments;
    uint32_t n_risk_factors, n_categories, n_environments;
    const cg_str *story;
    uint32_t n_story;
    const cg_recommendation *recommendations;
    uint32_t n_recommendations;
    cg_str tenant, subscription, manual_remediation;
} cg_attack_path;

typedef struct cg_pattern_row {
    char id[17];
    cg_str signature, title;
    cg_level level;
    uint64_t count;
    char exemplar[17];       /* path id of the exemplar's (type, entry, target); it may stand below `top` */
    bool from_internet;
    const cg_step *steps;    /* of the exemplar */
    uint32_t n_steps;
    const cg_node *entries, *targets;
    uint32_t n_entries, n_targets, n_hops, twins;
    double score;
    uint64_t cost;
} cg_pattern_row;

typedef struct cg_fix {
    char id[17];
    cg_str title, remediation;
    cg_node resource;         /* CG_NO_NODE none */
    cg_node closes;           /* the entry whose exposure it takes away; CG_NO_NODE none */
    const cg_rel *removes;
    uint32_t n_removes;
    const cg_rule *rule;      /* NULL: a fact of the inventory */
    uint64_t paths_closed, cumulative_closed; /* (type, entry, target) paths, by analysing again */
    bool verified;
} cg_fix;

typedef struct cg_node_risk {
    cg_node node;
    double score;
    cg_level level;          /* on no path: low while it carries a risk factor that can be taken away, else 0 */
    uint64_t paths;          /* attack paths, before `top`, whose best route passes the node */
    const cg_recommendation *recommendations;
    uint32_t n_recommendations;
} cg_node_risk;

struct cspm_analysis {
    cg_mem *mem;
    cg_arena arena;
    uint32_t refs;
    cg_graph *graph;          /* with a last layer that holds riskScore, riskLevel, attackPaths */
    cg_graph *derived;        /* the one given; nodes, names and relationships are the same in both */
    uint32_t max_length;      /* in force, with the internet step counted */
    bool assume_breach;
    cg_ruleset *rules;
    int64_t generated_at;
    uint32_t truncated;       /* CSPM_TRUNCATED_* */
    uint64_t n_paths;         /* before top */
    bool estimated;
    uint64_t by_level[5];     /* index cg_level */
    uint32_t n_entries, n_targets, targets_beyond;
    const cg_attack_path *paths;
    uint32_t n_listed;
    const cg_pattern_row *patterns;
    uint32_t n_patterns;
    const cg_choke *chokes;
    uint32_t n_chokes;
    const cg_fix *fixes;
    uint32_t n_fixes;
    const cg_node_risk *node_risks; /* nodes on listed paths and choke points, ascending */
    uint32_t n_node_risks;
    const cg_diag *diags;     /* of this run, on top of the graph's */
    uint32_t n_diags;
};

/* Derived graph in, answer out. `base` may carry derived layers already (from cg_rules_derive with the same rules). */
int32_t cg_analyze(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, cg_analysis **out, cspm_error **err);
cg_analysis *cg_analysis_ref(cg_analysis *a);
void cg_analysis_unref(cg_analysis *a);

/* Best paths between two sets (the `path` command), hop steps as in an analysis. */
typedef struct cg_between {
    cg_mem *mem;
    cg_arena arena;
    struct cg_between_path { uint64_t cost; double likelihood; cg_node from, to; const cg_step *steps; uint32_t n_steps; bool conditional; } *paths;
    uint32_t n_paths;
    uint32_t truncated;
} cg_between;
int32_t cg_paths_between(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, cg_between **out, cspm_error **err);
void cg_between_free(cg_between *b);
/* `cost` counts in units of CG_COST_UNIT. Columns: rank, cost, likelihood, length, conditional, from, to, steps (JSON). Consumes b. */
int32_t cg_between_table(cg_between *b, cg_graph *g, cspm_cursor **out, cspm_error **err);
/* Simple paths from the request's entries to its targets, exact or (over the budget) the walk-count prediction. */
int32_t cg_paths_count_between(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, uint64_t *count, bool *estimated, cspm_error **err);
/* Choke points between the request's sets. Columns: node, from, kind, to, paths, targets, entries, cuts_all. */
int32_t cg_chokes_between(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, cspm_cursor **out, cspm_error **err);
/* The parts of an analysis as tables; `which` is CSPM_ANALYSIS_*. */
int32_t cg_analysis_table(cg_analysis *a, uint32_t which, cspm_cursor **out, cspm_error **err);

/* ---- pieces of the contract's JSON that tables and exports share ---- */
/* Lines of input files, counted when first asked for. The file must still be there and be as long as it was when it was read. */
typedef struct cg_lines cg_lines;
int32_t cg_lines_new(const cg_graph *g, cspm_op *op, cg_lines **out, cspm_error **err); /* stopped by `op` (may be NULL), it knows no lines */
void cg_lines_free(cg_lines *l);
uint32_t cg_lines_find(cg_lines *l, cg_str source, uint64_t offset); /* from 1; 0 = unknown */
void cg_evidence_write_json(cg_buf *b, const cg_graph *g, uint32_t evidence, cg_lines *lines);
void cg_step_write_json(cg_buf *b, const cg_graph *g, const cg_step *s, cg_lines *lines);
void cg_rel_write_json(cg_buf *b, const cg_graph *g, cg_rel rel); /* ["from","KIND","to"] */
void cg_node_write_id(cg_buf *b, const cg_graph *g, cg_node n);   /* CG_NO_NODE is "internet" */

/* score = 100 * impact^alpha * likelihood^beta by the published formula, deterministic: integers and an integer log table. */
double cg_risk_score(uint32_t impact, uint32_t likelihood, uint32_t alpha, uint32_t beta);

#endif
