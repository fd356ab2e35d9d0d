/* Inside of the rules room: one pack as read from YAML, and what a rule carries beyond its public face. */
#ifndef CG_RULES_PACK_H
#define CG_RULES_PACK_H

#include "access/derive.h"
#include "base/tree.h"
#include "rules/rules.h"

/* What a rule says its pattern touches; checked against the compiled pattern. */
typedef struct rule_touches {
    const cg_str *labels, *kinds;
    uint32_t n_labels, n_kinds;
    bool any_label, any_kind;
    bool given;
    cg_pos pos;
} rule_touches;

/* Columns of a pattern that mean something by themselves; the others are evidence. UINT32_MAX = not there. */
typedef struct rule_columns {
    uint32_t node, from, to, likelihood, conditional, note;
} rule_columns;

typedef struct rule_entry {
    cg_rule rule; /* first, so that a public rule leads back here */
    const cg_tree *body;
    const cg_tree *match, *example, *counter_example, *risk_exposure, *risk_criticality, *risk_thresholds;
    rule_touches reads, writes;
    rule_columns columns;
    cg_str recommendation; /* id of a recommendation rule, as written */
    cg_pos recommendation_pos;
    uint32_t weight_alpha, weight_beta, conditional_factor, likelihood_default; /* risk rules; 0 = not given */
    const cg_str *risk_entries, *risk_breach, *risk_dominion, *risk_contains, *risk_is, *risk_public;
    uint32_t n_risk_entries, n_risk_breach, n_risk_dominion, n_risk_contains, n_risk_is, n_risk_public;
    cg_grant grant; /* access rules: as lib/access takes it */
    bool removable_given;
    bool first_of_table; /* edge-kind: carries the table's examples */
    bool recursive;      /* reads what its own stratum writes */
    const struct rule_pack *pack;
} rule_entry;

typedef struct rule_pack {
    cg_pack_info info;
    cg_arena arena;
    cg_str text;
    CG_VEC(rule_entry *) rules; /* in file order, tables spread out to one rule a kind */
    uint32_t index;
} rule_pack;

/* Everything a reader of one pack needs to say where something is wrong. */
typedef struct pack_reader {
    cg_mem *mem;
    rule_pack *pack;
    cspm_error **err;
} pack_reader;

int32_t rule_pack_read(cg_mem *mem, cg_str yaml, cg_str source, rule_pack **out, cspm_error **err);
void rule_pack_free(cg_mem *mem, rule_pack *pack);

/* pack_value.c: one value of the tree each, or an error at its place. */
int32_t pack_fail(pack_reader *r, cg_pos pos, const char *format, ...) __attribute__((format(printf, 3, 4)));
int32_t pack_need(pack_reader *r, const cg_tree *t, cg_tree_type type, const char *what);
int32_t pack_text(pack_reader *r, const cg_tree *t, const char *field, cg_str *out);
int32_t pack_id(pack_reader *r, const cg_tree *t, const char *field, cg_str *out);
int32_t pack_name(pack_reader *r, const cg_tree *t, const char *field, bool star, cg_str *out);
int32_t pack_joined_names(pack_reader *r, const cg_tree *t, const char *field, const cg_str **out, uint32_t *n); /* "A", "A&B" */
int32_t pack_strings(pack_reader *r, const cg_tree *t, const char *field, bool names, bool star, const cg_str **out, uint32_t *n);
/* A number above 0 (at or above 0 when zero_ok) and at most `max`, times `scale`, rounded. */
int32_t pack_number(pack_reader *r, const cg_tree *t, const char *field, double max, bool zero_ok, double scale, uint32_t *out);
int32_t pack_bool(pack_reader *r, const cg_tree *t, const char *field, bool *out);
int32_t pack_capability(pack_reader *r, const cg_tree *t, const char *field, uint8_t *out);
int32_t pack_severity(pack_reader *r, const cg_tree *t, cg_str *out);
int32_t pack_technique(pack_reader *r, const cg_tree *t, cg_str *out);
int32_t pack_tactic(pack_reader *r, const cg_tree *t, cg_str *out);
int32_t pack_touches(pack_reader *r, const cg_tree *t, const char *field, rule_touches *out);
/* Every key of the map is one of `allowed` (NULL-terminated). `what` names the map in the message. */
int32_t pack_only_keys(pack_reader *r, const cg_tree *map, const char *what, const char *const *allowed);
int32_t pack_variables(pack_reader *r, const cg_tree *t, const char *field);

/* pack_access.c */
int32_t pack_grant_target(pack_reader *r, const cg_tree *t, cg_grant *out);
int32_t pack_grant_needs(pack_reader *r, const cg_tree *t, cg_grant *out);
int32_t pack_grant_yields(pack_reader *r, const cg_tree *t, cg_grant *out);
int32_t pack_grant_check(pack_reader *r, rule_entry *e); /* what one field alone cannot say; fills in the rest */
int32_t pack_one_of(pack_reader *r, const cg_tree *t, const char *field, const char *const *words, uint32_t *index);

/* pack_example.c */
int32_t pack_example(pack_reader *r, const cg_tree *t, const char *field, const rule_entry *e);
/* The text of the pattern as the query compiler should see it: with the indentation of the file, so that positions are those of the file.
 */
cg_str rule_match_text(const rule_entry *e, cg_pos *base);

/* The fields of each form, for the check that the published schema says the same. Names end with NULL. */
const char *rule_form_name(cg_rule_form form);
#define RULE_FORMS 8
uint32_t rule_form_fields(cg_rule_form form, const char **out, uint32_t cap);

#endif
