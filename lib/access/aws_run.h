/* One access rule at work: who is asked about what, and what comes of it. */
#ifndef CG_ACCESS_AWS_RUN_H
#define CG_ACCESS_AWS_RUN_H

#include "access/aws_estate.h"

/* ---- aws_match.c: patterns of statements against what requests name ---- */

/* A text both patterns match: `*` and `?` in `text` stand for anything and for one character. Null when there is none; lives in `arena`. */
int32_t aws_witness(cg_arena *arena, cg_str text, const cg_token *tokens, uint32_t n_tokens, cg_str *out, cspm_error **err);

/* What the requests of one need name, target by target. */
typedef struct aws_arns {
    cg_str *text;
    uint32_t *order;      /* targets by text */
    uint32_t *stars_at;   /* where the first star of a text stands; its length when there is none */
    uint8_t *star_places; /* places where some text has its first star */
    uint32_t n, n_star_places;
} aws_arns;
int32_t aws_arns_sort(aws_arns *a, cspm_op *op, cg_mem *mem, cspm_error **err);

typedef struct aws_touch {
    uint32_t target;
    uint32_t how; /* 1 the text matches, 2 something the text stands for does, 3 that depends on what is not known */
} aws_touch;
typedef CG_VEC(aws_touch) aws_touches;
/* Targets whose text the patterns of a statement may match. `all`: they match every target alike, and nothing is listed. */
int32_t aws_touched(const aws_estate *e, const aws_arns *a, const cg_pattern_set *set, const aws_subject *subject, bool *all,
                    aws_touches *out, cspm_error **err);

/* ---- aws_ask.c: decisions ---- */

#define AWS_MAX_ACTIONS 64

/* Statements of a document that speak of the actions of the rule. */
typedef struct aws_view_item {
    uint32_t effect, statement;
    uint64_t actions; /* bit i: action i */
} aws_view_item;
typedef struct aws_view {
    aws_view_item *items;
    uint32_t count;
    bool known;
    uint64_t actions, allowed; /* of all of them; of those that allow */
} aws_view;

/* Statements behind an answer, sorted, with the keys nobody knows. Grounds are numbers in a table of texts. */
typedef struct aws_ground_item {
    uint32_t doc, statement;
    uint32_t layer, flags; /* 1 denies, 2 conditional */
} aws_ground_item;

/* Subjects for whom every request of the rule is decided alike. */
typedef struct aws_class {
    CG_VEC(uint32_t) members;
    uint32_t subject; /* one of them */
    uint64_t allowed; /* actions some identity statement allows */
    bool named;       /* of its own: some policy on a target names it */
} aws_class;

typedef enum { AWS_NO, AWS_YES, AWS_MAYBE } aws_answer_result;
typedef struct aws_result {
    aws_answer_result result;
    uint32_t ground;
} aws_result;

typedef struct aws_run {
    aws_estate *e;
    const cg_grant *grant;
    cg_mem *mem;
    cg_arena arena;   /* of the rule */
    cg_arena scratch; /* of one question */
    struct {
        cg_str name;
        uint32_t need;
    } actions[AWS_MAX_ACTIONS];
    uint32_t n_actions;
    aws_view *views; /* by document */
    uint32_t n_views;
    cg_decision decision;
    cg_intern *grounds;
    CG_VEC(aws_ground_item) ground, ground_copy; /* being collected; of the last aws_ground_get */
    CG_VEC(cg_str) ground_keys;
    CG_VEC(const cg_policy *) lists; /* scratch of a question */
    uint32_t assumed_identity;       /* document that stands for the subject's own policies; AWS_NONE = its own */
} aws_run;

int32_t aws_run_open(aws_run *r, aws_estate *e, const cg_grant *grant, cspm_error **err);
void aws_run_rest(aws_run *r); /* nothing more will be asked: give up what only questions need */
void aws_run_close(aws_run *r);
const aws_view *aws_view_of(aws_run *r, uint32_t doc, cspm_error **err); /* NULL: no memory */

typedef struct aws_question {
    uint32_t subject;
    uint32_t need;
    cg_str text;      /* what the request names; with stars: something of that shape */
    uint32_t account; /* of the resource */
    uint32_t doc;     /* on the resource; AWS_NONE */
} aws_question;
/* All actions of the need on one resource. What decided is added to the ground being collected, unless the answer is no. */
int32_t aws_ask(aws_run *r, const aws_question *q, aws_answer_result *out, cspm_error **err);
/* Does the role trust the service? */
int32_t aws_ask_trust(aws_run *r, cg_node role, uint32_t doc, cg_str service, aws_answer_result *out, cspm_error **err);
void aws_ground_begin(aws_run *r);
int32_t aws_ground_add(aws_run *r, uint32_t ground, cspm_error **err);
int32_t aws_ground_end(aws_run *r, uint32_t *out, cspm_error **err);
/* Items of a ground until the next call, NULL when memory is refused; and the unknown keys, one a line. */
const aws_ground_item *aws_ground_get(aws_run *r, uint32_t ground, uint32_t *n, cg_str *keys);

static inline aws_answer_result aws_and(aws_answer_result a, aws_answer_result b)
{
    return a == AWS_NO || b == AWS_NO ? AWS_NO : a == AWS_YES && b == AWS_YES ? AWS_YES : AWS_MAYBE;
}

/* ---- aws_target.c: what the rule is about ---- */

typedef struct aws_target {
    cg_node node;
    uint32_t account, doc, cell;
    aws_result trust; /* of the service the rule needs */
    bool alone;       /* its policy asks who exactly comes: decided subject by subject */
} aws_target;

/* Targets that differ in nothing but what patterns of identities make of their names. */
typedef struct aws_cell {
    uint32_t first, n; /* among cell_members, ascending */
    uint32_t account;
    bool opens; /* the policies on its targets allow something to people they do not name */
} aws_cell;

typedef struct aws_targets {
    CG_VEC(aws_target) list; /* by node */
    aws_arns *arns;          /* by need; filled for those on the target */
    CG_VEC(aws_cell) cells;
    CG_VEC(uint32_t) cell_members;
    CG_VEC(uint32_t) alone; /* those decided subject by subject */
    CG_VEC(uint64_t) named; /* subject << 32 | target: the target's policy names the subject; sorted */
} aws_targets;
int32_t aws_targets_find(aws_run *r, aws_targets *t, cspm_error **err);
void aws_targets_free(aws_targets *t, cg_mem *mem);

/* ---- aws_emit.c: from answers to relationships ---- */

/* Above this many targets, sources with different reasons share a hub rather than each having one of its own. */
#define AWS_OWN_REASON_TARGETS 8

/* Same sources to same targets with the same certainty. */
typedef struct aws_bundle {
    CG_VEC(uint32_t) subjects;
    CG_VEC(uint32_t) grounds; /* of each subject */
    CG_VEC(cg_node) via;      /* further nodes behind it */
    uint32_t targets;         /* number of a list of nodes */
    bool conditional;
} aws_bundle;

typedef struct aws_emit {
    aws_run *r;
    cg_layer_builder *l;
    cg_intern *target_lists, *bundle_keys;
    CG_VEC(aws_bundle) bundles;
} aws_emit;

typedef struct aws_finding {
    const uint32_t *subjects;
    uint32_t n_subjects;
    const cg_node *targets; /* ascending */
    uint32_t n_targets;
    const cg_node *via;
    uint32_t n_via;
    aws_result why;
} aws_finding;

int32_t aws_emit_open(aws_emit *m, aws_run *r, cg_layer_builder *l, cspm_error **err);
void aws_emit_close(aws_emit *m);
int32_t aws_emit_add(aws_emit *m, const aws_finding *f, cspm_error **err);
/* Those that are certain, or those that hang on a condition. */
int32_t aws_emit_write(aws_emit *m, bool conditional, cspm_error **err);

/* Edges, or memberships of a hub, whichever are fewer. */
static inline uint64_t aws_bundle_cost(uint64_t n_subjects, uint64_t n_targets)
{
    uint64_t pairs = n_subjects * n_targets, members = n_subjects + n_targets;
    return pairs < members ? pairs : members;
}

/* aws_atoms.c: bundles whose targets overlap, cut into parts that do not, when that stores less; *done tells whether it did. */
typedef int32_t (*aws_bundle_write)(aws_emit *m, const aws_bundle *b, const cg_node *targets, uint32_t n, cspm_error **err);
int32_t aws_emit_atoms(aws_emit *m, bool conditional, aws_bundle_write write, bool *done, cspm_error **err);

/* ---- aws_class.c: who is decided alike ---- */

typedef struct aws_classes {
    CG_VEC(aws_class) list;
} aws_classes;
int32_t aws_classes_make(aws_run *r, const aws_targets *t, const uint32_t *subjects, uint32_t n, aws_classes *out, cspm_error **err);
void aws_classes_free(aws_classes *c, cg_mem *mem);

/* ---- aws_pairs.c: a class against all targets ---- */

typedef struct aws_hit {
    uint32_t target;
    aws_result why;
} aws_hit;
typedef CG_VEC(aws_hit) aws_hits;

typedef struct aws_pairs {
    aws_run *r;
    const aws_targets *t;
    struct aws_touch_list {
        aws_touches touches;
        bool all, known;
    } * cache; /* by effect and need, for effects that mean the same for everybody */
    uint32_t n_cached;
    CG_VEC(uint64_t) touched; /* target << 32 | code, of the class at hand */
    uint32_t *mark;           /* by target: number of its group + 1 in the class at hand */
    CG_VEC(aws_result) groups;
} aws_pairs;
int32_t aws_pairs_open(aws_pairs *p, aws_run *r, const aws_targets *t, cspm_error **err);
void aws_pairs_close(aws_pairs *p);
/* Targets the class may act on, ascending; those decided alone are left out. */
int32_t aws_pairs_find(aws_pairs *p, const aws_class *c, aws_hits *out, cspm_error **err);
/* Those decided alone, for one member of the class. */
int32_t aws_pairs_alone(aws_pairs *p, const aws_class *c, uint32_t subject, aws_hits *out, cspm_error **err);

/* ---- aws_rule.c ---- */

/* A rule that has been run and waits for its findings to be written: what is certain first, over all rules. */
typedef struct aws_rule {
    aws_run run;
    aws_emit emit;
} aws_rule;

typedef struct aws_stage {
    aws_estate e;
    const cg_derive_request *request;
    cg_layer_builder *l;
    CG_VEC(aws_rule *) rules;
    CG_VEC(uint8_t) may_rise;  /* by subject: 0 not asked, else the answer + 1 */
    CG_VEC(uint32_t) joinable; /* groups somebody can join, as subjects */
} aws_stage;

/* A rule while it runs. */
typedef struct aws_work {
    aws_stage *stage;
    aws_run *r;
    aws_emit *emit;
    const cg_grant *grant;
    aws_targets targets;
    aws_classes classes;
    aws_pairs pairs;
    aws_hits hits;
    CG_VEC(uint32_t) subjects;
    CG_VEC(aws_result) members; /* of the class at hand: what needs of each member's own say */
    CG_VEC(uint32_t) some;      /* subjects of one finding */
    CG_VEC(cg_node) nodes, via; /* targets of one finding */
} aws_work;

int32_t aws_rule_run(aws_stage *stage, const cg_grant *grant, cspm_error **err);
/* ---- aws_need.c ---- */

/* Needs beside the target are asked for the whole class, for each member, or for each target. */
typedef enum { AWS_FOR_CLASS, AWS_FOR_MEMBER, AWS_FOR_TARGET } aws_asked;
/* All needs of a sort, together with what was found before. */
int32_t aws_need_ask(aws_work *w, uint32_t subject, aws_asked sort, cg_node target, aws_result before, aws_result *out, cspm_error **err);
/* Were the subject given every permission, would it be administrator? Boundary and control policies may be in the way. */
int32_t aws_may_rise(aws_stage *stage, uint32_t subject, aws_answer_result *out, cspm_error **err);
void aws_rule_free(aws_rule *rule, cg_mem *mem);

#endif
