/* One evaluation: the request made ready, and the parts of a statement against it. */
#ifndef CG_ACCESS_EVAL_H
#define CG_ACCESS_EVAL_H

#include "access/policy.h"

typedef enum {
    CG_SUBJECT_USER,
    CG_SUBJECT_ROLE,
    CG_SUBJECT_SESSION,
    CG_SUBJECT_FEDERATED_USER,
    CG_SUBJECT_ROOT,
    CG_SUBJECT_SERVICE,
    CG_SUBJECT_FEDERATED,
    CG_SUBJECT_NOBODY
} cg_subject_type;

/* Who asks, taken apart. */
typedef struct cg_subject {
    cg_subject_type type;
    cg_str text;    /* as given */
    cg_str account; /* null for services, federated and nobody */
    cg_str name;    /* of the user; of a session's role; without path */
    cg_str role;    /* ARN of the role of a session, when it is known with its path */
} cg_subject;

#define CG_N_DERIVED 5
typedef struct cg_eval {
    const cg_access_request *request;
    cg_decision *out;
    cg_subject subject;
    cg_str resource_account; /* null: not known */
    cg_access_key derived[CG_N_DERIVED];
    cg_str derived_values[CG_N_DERIVED];
    uint32_t n_derived;
    bool nomem;
} cg_eval;

/* subject.c */
void cg_subject_read(const cg_access_request *request, cg_subject *out);
cg_str cg_arn_part(cg_str arn, uint32_t part); /* 0..5; null when there are not so many */
/* How a policy names the subject: a statement can name it in several ways at once. */
enum { CG_NAMES_ACCOUNT = 1, CG_NAMES_ANYONE = 2, CG_NAMES_ROLE = 4, CG_NAMES_SELF = 8 };
/* Ways in which the set names the subject; for NotPrincipal CG_NAMES_ANYONE when the statement is about it. */
uint32_t cg_named_match(const cg_named_set *set, const cg_subject *subject, cg_str principal_id, bool deny);

/* context.c: condition keys */
void cg_eval_derive(cg_eval *e); /* keys that follow from principal and resource, when the context is open */
/* CG_YES with the key, CG_NO when it is absent; CG_MAYBE when nobody knows, which is noted in the decision. */
cg_tri cg_eval_key(cg_eval *e, cg_str name, const cg_access_key **out);
/* A pattern against a text. CG_NO when a policy variable has no value (`unresolved` is then set), CG_MAYBE when that is not known. */
cg_tri cg_eval_pattern(cg_eval *e, const cg_pattern *pattern, cg_str text, bool *unresolved);

/* condition_eval.c */
cg_tri cg_eval_conditions(cg_eval *e, const cg_policy_statement *s);

#endif
