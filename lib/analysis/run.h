/* What the files of analysis/ share; nobody else includes this. */
#ifndef CG_ANALYSIS_RUN_H
#define CG_ANALYSIS_RUN_H

#include "analysis/analysis.h"

#define CG_N_SETS 3
typedef struct cg_selector {
    cg_str text;     /* an id or label:NAME */
    cg_query *query; /* instead of the text */
} cg_selector;

struct cspm_request {
    cg_mem *mem;
    cg_arena arena;
    uint32_t refs;
    CG_VEC(cg_selector) sets[CG_N_SETS];
    CG_VEC(cg_str) excluded;
    cg_str weight;
    cg_request_options options;
};

const char *cg_set_name(cg_request_set which);

typedef CG_VEC(cg_node) cg_node_vec;
typedef CG_VEC(cg_rel) cg_rel_vec;
typedef CG_VEC(cg_endpoint) cg_endpoint_vec;

/* ---- score.c ---- */
uint32_t cg_risk_tenths(uint32_t impact, uint32_t likelihood, uint32_t alpha, uint32_t beta);
uint32_t cg_millionths_mul(uint32_t a, uint32_t b);
typedef struct cg_product {
    uint64_t value; /* in units of 10^-18, so that twelve digits below a millionth survive a long path */
} cg_product;
void cg_product_init(cg_product *p);
void cg_product_mul(cg_product *p, uint32_t millionths);
uint32_t cg_product_get(const cg_product *p);
cg_level cg_level_of(const cg_risk *risk, double score);

/* ---- scope.c, sets.c, entries.c: what a run looks at, resolved once ---- */
enum { CG_FROM_INTERNET = 0, CG_FROM_INSIDE = 1, CG_N_GROUPS = 2 };
typedef struct cg_reason {
    cg_node node;
    const cg_rule *rule;
} cg_reason;
typedef struct cg_scope {
    cg_mem *mem;
    cg_arena arena;
    cg_graph *g;
    cg_ruleset *rules;
    const cg_risk *risk;
    const cg_request *request;
    cg_request_options o; /* defaults filled in */
    uint32_t alpha, beta; /* defaults filled in */
    cg_endpoint_vec entries[CG_N_GROUPS];
    uint32_t max_hops[CG_N_GROUPS]; /* the step from the internet counts as one */
    CG_VEC(cg_reason) reasons;      /* which rules make which node an entry, by node and rule id */
    cg_endpoint_vec targets;
    cg_node_vec waypoints;
    cg_view_options view;
    cg_kind_set exclude;
    uint32_t truncated;
    CG_VEC(cg_diag) diags;
} cg_scope;
/* `between`: entries as named, nothing from the internet, no tables consulted. */
int32_t cg_scope_init(cg_scope *s, cg_graph *g, cg_ruleset *rules, const cg_request *request, bool between, cspm_op *op, cspm_error **err);
void cg_scope_free(cg_scope *s);
int32_t cg_scope_diag(cg_scope *s, const char *code, cspm_error **err, const char *format, ...) __attribute__((format(printf, 4, 5)));
int32_t cg_scope_entries(cg_scope *s, bool between, cspm_op *op, cspm_error **err);
/* dominion.c: domains of the view, by the risk tables. */
int32_t cg_scope_dominions(cg_scope *s, cspm_op *op, cspm_error **err);
/* Between two sets of nodes: whoever holds what stands for a domain holds what is in it, one step each. */
int32_t cg_scope_owners(cg_scope *s, cspm_error **err);
bool cg_scope_rules_domain(const cg_scope *s, cg_node n);
int32_t cg_scope_targets(cg_scope *s, bool between, cspm_op *op, cspm_error **err);
/* The nodes one set of the request names, ascending, each once. `internet` (may be NULL): the word itself was among them. */
int32_t cg_set_resolve(cg_scope *s, cg_request_set which, cg_node_vec *out, bool *internet, cspm_op *op, cspm_error **err);
void cg_nodes_sort(cg_node_vec *v);
bool cg_has_label_named(const cg_graph *g, cg_node n, cg_str name);
/* The label behind a factor of a risk table, CG_NO_NAME when it is the default's. */
uint32_t cg_exposure_of(const cg_scope *s, cg_node n, cg_str *label);
/* By which relationship the internet reaches it, a certain one before conditional ones; CG_NO_REL when none says so. */
cg_rel cg_entry_access(const cg_scope *s, cg_node n, bool *conditional);
uint32_t cg_criticality_of(const cg_scope *s, cg_node n, cg_str *label);
/* The first of the entry labels that n carries, or the null string. */
cg_str cg_entry_label_of(const cg_scope *s, cg_node n);

/* A step that ran out of time or of its memory budget keeps what was found: the error becomes a bit. True when it did. */
bool cg_soften(int32_t *rc, uint32_t *truncated, cspm_error **err);

/* ---- path_type.c ---- */
#define CG_NO_TYPE UINT32_MAX
typedef struct cg_types {
    const cg_rule **rules; /* by priority, then id */
    uint32_t n, words, n_kinds;
    bool by_steps; /* some rule looks at the steps, so one pair can have paths of several types */
    uint64_t *any_step, *kind_bits;
} cg_types;
int32_t cg_types_init(cg_types *t, const cg_scope *s, cspm_error **err);
void cg_types_free(cg_types *t, cg_mem *mem);
void cg_types_of_entry(const cg_types *t, const cg_scope *s, cg_node n, uint64_t *bits);
void cg_types_of_target(const cg_types *t, const cg_scope *s, cg_node n, uint64_t *bits);
/* Index of the type's rule, CG_NO_TYPE when none matches. */
uint32_t cg_types_match(const cg_types *t, const cg_graph *g, const uint64_t *entry, const uint64_t *target, const cg_rel *rels,
                        uint32_t n_hops);

/* ---- search.c: one run over cores ---- */
typedef struct cg_triple {
    cg_node entry, target;
    uint32_t type; /* index into cg_types, or CG_NO_TYPE */
    bool from_internet, conditional;
    uint32_t n_hops;
    uint64_t cost;
    uint32_t edges, likelihood; /* millionths */
    uint32_t tenths;
    cg_node *nodes;
    cg_rel *rels;
} cg_triple;
typedef struct cg_removal { /* facts taken away: relationships and exposures, both ascending */
    const cg_rel *rels;
    uint32_t n_rels;
    const cg_node *entries;
    uint32_t n_entries;
} cg_removal;
typedef struct cg_search_group {
    cg_endpoint_vec entries;
    cg_path_request request;
    cg_core *core; /* NULL: no entries, or no hop allowed */
    uint64_t walks;
    uint64_t *per_pair; /* simple paths by entry and target, made when first asked for; NULL: over the budget */
    bool counted;
} cg_search_group;
typedef struct cg_search {
    cg_mem *mem;
    cg_arena arena;
    cg_view *view;
    cg_search_group groups[CG_N_GROUPS];
    CG_VEC(cg_triple) triples; /* best score first; ties: cost, hops, entry, target, type */
    uint32_t truncated;
    bool estimated; /* there may be more triples than these */
} cg_search;
void cg_triple_score(cg_triple *t, const cg_scope *s, uint32_t exposure, uint32_t impact);
int32_t cg_search_run(cg_search *out, const cg_scope *s, const cg_types *t, const cg_removal *removal, cspm_op *op, cspm_error **err);
void cg_search_free(cg_search *x);
/* Pairs of entry and target joined within the longest length; pairs.c. */
int32_t cg_pairs_count(const cg_scope *s, const cg_removal *removal, cspm_op *op, uint64_t *pairs, cspm_error **err);
/* Simple paths from one entry to one target. */
int32_t cg_search_occurrences(cg_search *x, const cg_scope *s, const cg_triple *t, cspm_op *op, uint64_t *count, bool *estimated,
                              cspm_error **err);
/* First 16 hex digits of SHA-256 over type, entry id and target id, each but the last ended by the byte 0xff. */
void cg_triple_id(const cg_graph *g, cg_str type, cg_node entry, cg_node target, cg_buf *scratch, char out[17]);

/* ---- describe: a triple becomes an attack path ---- */
typedef struct cg_run_state {
    cg_scope scope;
    cg_types types;
    cg_search search;
    cg_analysis *a;
    /* Rules by what they give, made once; all in the scope's arena. */
    const cg_rule **label_rules; /* by label: a rule that sets it and says most about it; NULL none */
    const cg_rule **kind_rules;  /* by relationship kind: the rule that gives its meaning; NULL none */
    const cg_rule **label_advice, **kind_advice; /* recommendations that take labels and kinds away; NULL none */
    cg_arena *text;              /* the analysis' arena: what is kept */
} cg_run_state;
int32_t cg_run_index_rules(cg_run_state *r, cspm_error **err);
/* The rule behind a relationship: the one that made it, else the one that gives its kind a meaning; NULL none. */
const cg_rule *cg_run_rule_of(const cg_run_state *r, cg_rel rel, uint32_t kind);
const cg_rule *cg_run_rule_of_label(const cg_run_state *r, cg_node n, uint32_t label);
/* The recommendation against a fact: the one its rule names, else the one that takes its label or kind away; NULL none. */
const cg_rule *cg_run_advice(const cg_run_state *r, const cg_rule *rule, const cg_rule *general);
int32_t cg_steps_make(const cg_run_state *r, cg_arena *arena, const cg_node *nodes, const cg_rel *rels, uint32_t n_hops, bool from_internet,
                      const cg_step **out, uint32_t *n, cspm_error **err);
int32_t cg_path_describe(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err);
int32_t cg_path_recommend(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err);
int32_t cg_node_recommend(cg_run_state *r, cg_node n, const cg_recommendation **out, uint32_t *count, cspm_error **err);
int32_t cg_path_surroundings(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err);
/* The type's rule id, or "EntryKind>TargetKind" when no path rule matched; onto `out`. */
void cg_type_write(const cg_run_state *r, const cg_triple *t, cg_buf *out);
cg_str cg_path_title(cg_run_state *r, const cg_triple *t);
/* Text of a rule with its variables filled in, in the arena of the analysis; the null string when memory is refused. */
cg_str cg_run_text(cg_run_state *r, cg_str text, const cg_triple *t, cg_node resource, cg_rel rel);
cg_str cg_kind_of_node(const cg_graph *g, cg_node n); /* the label people know it by; "Node" when it has none */
cg_str cg_arena_text(cg_arena *arena, const cg_buf *b);

int32_t cg_chokes_collect(cg_graph *g, cg_ruleset *rules, const cg_request *request, cspm_op *op, cg_choke_list *out, cspm_error **err);
int32_t cg_scope_reasons(cg_scope *s, cspm_op *op, cspm_error **err);
/* Is n an entry only because everybody may read it? */
bool cg_reasons_read_only(const cg_scope *s, cg_node n);
/* Following the advice leaves no rule that makes n an entry. */
bool cg_reasons_end(const cg_run_state *r, cg_node n, const cg_rule *advice);
/* A recommendation that does; NULL when it takes more than one. */
const cg_rule *cg_reasons_advice(const cg_run_state *r, cg_node n);

int32_t cg_run_patterns(cg_run_state *r, cspm_op *op, cspm_error **err);
int32_t cg_run_chokes(cg_run_state *r, cspm_op *op, cspm_error **err);
int32_t cg_run_fixes(cg_run_state *r, cspm_op *op, cspm_error **err);
int32_t cg_run_node_risks(cg_run_state *r, cspm_op *op, cspm_error **err);

#endif
