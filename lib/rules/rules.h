/* Rule packs: load, check, order into strata, apply to a graph. The YAML format is doc/schema/rule-pack.json, explained in doc/rule-packs.md. */
#ifndef CG_RULES_RULES_H
#define CG_RULES_RULES_H

#include "graph/layer.h"
#include "query/query.h"

typedef struct cspm_ruleset cg_ruleset;

typedef enum { CG_RULE_LABEL, CG_RULE_EDGE, CG_RULE_EDGE_KIND, CG_RULE_PATH, CG_RULE_CRITICALITY, CG_RULE_RISK, CG_RULE_RECOMMENDATION, CG_RULE_ACCESS } cg_rule_form;

int32_t cg_ruleset_new(cg_mem *mem, cg_ruleset **out, cspm_error **err);
cg_ruleset *cg_ruleset_ref(cg_ruleset *rs);
void cg_ruleset_unref(cg_ruleset *rs);
/* The packs embedded in the library at build. */
int32_t cg_ruleset_add_builtin(cg_ruleset *rs, cspm_error **err);
/* Every *.yaml below a directory (or one file), in byte order of paths. Equal rule ids replace earlier ones. */
int32_t cg_ruleset_add_path(cg_ruleset *rs, const char *path, cspm_error **err);
int32_t cg_ruleset_add_text(cg_ruleset *rs, cg_str yaml, cg_str source, cspm_error **err);
int32_t cg_ruleset_disable(cg_ruleset *rs, cg_str rule_or_pack_id, cspm_error **err); /* CSPM_E_NOTFOUND */
/* Compile every pattern, compute strata; refuses negation or counting over what the same stratum writes, naming the cycle. Idempotent; needed before use. */
int32_t cg_ruleset_seal(cg_ruleset *rs, cspm_error **err);

typedef struct cg_pack_info {
    cg_str id, version, title;
    char sha256[65];
    cg_str source;
} cg_pack_info;
uint32_t cg_ruleset_n_packs(const cg_ruleset *rs);
const cg_pack_info *cg_ruleset_pack(const cg_ruleset *rs, uint32_t i);

typedef struct cg_rule {
    cg_str id, title, description, impact, severity; /* description and impact may hold {{variables}}, see cg_rule_text */
    cg_rule_form form;
    cg_str technique, tactic;      /* ATT&CK */
    const cg_str *categories;
    uint32_t n_categories;
    cg_str manual_steps, remediation;
    cg_str recommendation_id, recommendation_title; /* what removes the fact: null when none */
    cg_str risk_factor;            /* label rules: text shown for the label, e.g. "Internet exposure"; null none */
    cg_str label;                  /* label rules, and access rules that have one: the label they set */
    cg_str edge_kind;              /* edge, edge-kind and access rules */
    bool traversable;
    uint8_t needs, gives;          /* cg_capability; label rules of entry points: gives is what anybody on the internet has of the node */
    uint32_t likelihood;           /* millionths */
    cg_str verb;                   /* edge story text: "can read the data of"; label rules of entry points: what anybody on the internet can do to the node */
    cg_query *pattern;             /* NULL for edge-kind and tables */
    uint32_t criticality;          /* millionths */
    /* path types: conditions on entry, target and steps, most specific first by `priority` */
    const cg_str *entry_labels, *target_labels, *step_kinds; /* any-of sets; empty = no condition; labels may be joined: "A&B" is both */
    uint32_t n_entry_labels, n_target_labels, n_step_kinds;
    uint32_t priority;
    uint32_t stratum;
    uint32_t pack;                 /* index */
    cg_str source;
    cg_pos pos;
    bool removable;                /* the fact can be taken away by somebody: a candidate for fixes */
    bool enabled;
    bool family;                   /* label rules: a cloud-neutral family; data may carry the label itself */
    const cg_str *match_labels;    /* label rules without a pattern: nodes with any of these labels */
    uint32_t n_match_labels;
    const cg_str *removes_labels, *removes_kinds; /* recommendations: facts that go away once it is followed */
    uint32_t n_removes_labels, n_removes_kinds;
    cg_str table_id;               /* edge-kind rules: id of the table they stand in; their own id is table_id/kind */
    cg_str yaml;                   /* the rule's text as it stands in its pack */
} cg_rule;
uint32_t cg_ruleset_n_rules(const cg_ruleset *rs);
const cg_rule *cg_ruleset_rule(const cg_ruleset *rs, uint32_t i); /* ordered by id */
const cg_rule *cg_ruleset_find(const cg_ruleset *rs, cg_str id);

/* The risk tables in force (the last pack that has them wins). Millionths unless said. */
typedef struct cg_risk {
    uint32_t alpha, beta;                 /* in 1/1000 */
    uint32_t conditional_factor;
    uint32_t exposure_default, exposure_assume_breach;
    struct { cg_str label; uint32_t factor; } exposure[32]; /* highest that applies */
    uint32_t n_exposure;
    struct { cg_str label; uint32_t factor; } criticality[64]; /* highest that applies; nodes with one of these are targets */
    uint32_t n_criticality;
    uint32_t criticality_default;
    uint32_t likelihood_default;          /* traversable kinds nobody gave one */
    double critical_from, high_from, medium_from; /* score thresholds, 0..100 */
    cg_str entry_labels[16];              /* labels that make a node an entry from outside */
    uint32_t n_entry_labels;
    cg_str breach_labels[16];             /* extra entries under --assume-breach */
    uint32_t n_breach_labels;
    cg_str dominion_labels[16];           /* whoever holds a node with one of these holds its domain: see doc/rule-packs.md */
    uint32_t n_dominion_labels;
    cg_str dominion_contains[16];         /* relationship kinds from the node that stands for a domain to what is in it */
    uint32_t n_dominion_contains;
    cg_str dominion_is[16];               /* kinds from a node in one domain to the node that stands for another: they are the same */
    uint32_t n_dominion_is;
    cg_str public_labels[16];             /* anybody may read a node with one of these */
    uint32_t n_public_labels;
} cg_risk;
const cg_risk *cg_ruleset_risk(const cg_ruleset *rs);

/* Derive: kind meanings, then what lib/access finds (networks, permissions by the access rules), then stratum after stratum, each to its fixpoint under
 * the round limit; one layer a stratum. Inventory labels that carry the name of a label some rule sets are not believed: moved to the property
 * "claimedLabels" with a diagnostic. */
typedef struct cg_derive_options {
    int64_t now;
    uint32_t max_rounds; /* 0 = 64 */
    const cg_str *without; /* rule ids switched off for this run (verification of fixes) */
    uint32_t n_without;
} cg_derive_options;
int32_t cg_rules_derive(const cg_ruleset *rs, cg_graph *inventory, const cg_derive_options *o, cspm_op *op, cg_graph **out, cspm_error **err);

/* Run every rule's own matching and non-matching example; one line a failure onto `report`. Counts through the pointers. */
int32_t cg_rules_test(const cg_ruleset *rs, cspm_op *op, cg_buf *report, uint32_t *passed, uint32_t *failed, cspm_error **err);

/* Rules as a table (columns: see cspm_ruleset_table), and one rule as it stands in its pack. */
int32_t cg_ruleset_table(cg_ruleset *rs, cspm_cursor **out, cspm_error **err);
int32_t cg_ruleset_show(const cg_ruleset *rs, cg_str id, cg_buf *out, cspm_error **err);
cg_mem *cg_ruleset_mem(const cg_ruleset *rs);

/* Does the node carry one of these labels? "A&B" wants both; no labels are no condition. */
bool cg_rule_labels_fit(const cg_graph *g, cg_node n, const cg_str *labels, uint32_t count);

/* Text with {{entry.name}}, {{target.name}}, {{target.kind}}, {{length}} and so on filled in; unknown variables stay visible. */
typedef cg_str (*cg_rule_variable)(void *user, cg_str name);
void cg_rule_text(cg_buf *out, cg_str text, cg_rule_variable lookup, void *user);

#endif
