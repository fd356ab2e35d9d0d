/* Inside of the rules room: the rule set and what its parts do for each other. */
#ifndef CG_RULES_SET_H
#define CG_RULES_SET_H

#include <stdatomic.h>

#include "rules/pack.h"

/* Labels and kinds are named in one space: kind false is a label. */
typedef struct rule_name {
    cg_str name;
    bool kind;
} rule_name;

struct cspm_ruleset {
    atomic_uint refs;
    cg_mem *mem;
    CG_VEC(rule_pack *) packs;
    CG_VEC(cg_str) disabled; /* owned copies */
    bool sealed;
    rule_entry **rules; /* by id, after sealing */
    uint32_t n_rules;
    rule_entry **finders; /* enabled rules that find something, by stratum and id */
    uint32_t n_finders, n_strata;
    rule_name *claimed; /* labels only rules may set, by name */
    uint32_t n_claimed;
    cg_risk risk;
};

/* Does a rule look for something in the graph (pattern or match_labels)? */
static inline bool rule_finds(const rule_entry *e)
{
    return e->rule.form != CG_RULE_EDGE_KIND && (e->match || e->rule.n_match_labels);
}
static inline bool rule_writes_label(const rule_entry *e)
{
    return rule_finds(e) && e->rule.form != CG_RULE_EDGE;
}

int32_t rule_compile(cg_ruleset *rs, rule_entry *e, cspm_error **err);  /* pattern, columns, reads; seal.c */
int32_t rule_risk_merge(cg_ruleset *rs, cspm_error **err);              /* risk.c */
int32_t rule_strata(cg_ruleset *rs, cspm_error **err);                  /* strata.c: fills finders, stratum, recursive */
const rule_entry *rule_kind_meaning(const cg_ruleset *rs, cg_str kind); /* the last table entry, else the first edge rule; NULL none */
const rule_entry *ruleset_entry(const cg_ruleset *rs, cg_str id);       /* sealed sets only */

/* Takes `inner`; what the query engine calls a wrong query becomes CSPM_E_PARSE of the pack; query_error.c */
int32_t rule_query_error(cg_mem *mem, const rule_entry *e, int32_t rc, cspm_error *inner, cspm_error **err);

/* ---- what a rule finds in a graph: derive.c and test.c ---- */
#define RULE_EVIDENCE_MAX 64
typedef struct rule_fact {
    const rule_entry *rule;
    cg_node a, b;        /* label rules: a; edge rules: from a to b */
    uint32_t likelihood; /* millionths; 0 = as the rule says */
    bool conditional;
    cg_node *nodes; /* evidence, ascending, in the arena of the facts */
    cg_rel *rels;
    uint32_t n_nodes, n_rels;
    cg_str note;
} rule_fact;
typedef struct rule_facts {
    cg_arena arena;
    CG_VEC(rule_fact) list;
} rule_facts;
void rule_facts_init(rule_facts *f, cg_mem *mem);
void rule_facts_free(rule_facts *f, cg_mem *mem);
/* Append what the rule finds in g, one fact a node or pair, ordered by node numbers. */
int32_t rule_find(const rule_entry *e, cg_graph *g, int64_t now, cspm_op *op, rule_facts *out, cspm_error **err);

/* Kind meanings and disbelieved labels as one layer over the inventory; *out is referenced. derive_kinds.c */
int32_t rule_push_meanings(const cg_ruleset *rs, cg_graph *inventory, cspm_op *op, cg_graph **out, cspm_error **err);
cg_kind_info rule_kind_info(const cg_ruleset *rs, const rule_entry *e);

/* access.c: what lib/access finds, as layers over `below`; rules named in `o` are left out. */
int32_t rule_derive_access(const cg_ruleset *rs, cg_graph *below, const cg_derive_options *o, cspm_op *op, cg_graph **out, cspm_error **err);
/* What one access rule finds in a graph, as facts: pairs, or with a label alone nodes. */
int32_t rule_find_access(const rule_entry *e, cg_graph *g, cspm_op *op, rule_facts *out, cspm_error **err);
bool rule_switched_off(const cg_derive_options *o, const rule_entry *e);

/* files.c */
typedef int32_t (*rule_file_visit)(void *user, cg_str text, cg_str name, cspm_error **err);
int32_t rule_files_each(cg_mem *mem, const char *path, rule_file_visit visit, void *user, cspm_error **err);

/* Made at build from lib/packs by tools/embed_packs.py. */
typedef struct rule_embedded {
    const char *name;
    const unsigned char *text;
    uint32_t length;
} rule_embedded;
extern const rule_embedded rule_embedded_packs[];
extern const uint32_t rule_n_embedded_packs;

#endif
