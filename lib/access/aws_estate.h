/* The AWS part of an inventory as the stage reads it: who there is, which documents bind them, and whose everything is. */
#ifndef CG_ACCESS_AWS_ESTATE_H
#define CG_ACCESS_AWS_ESTATE_H

#include "access/derive.h"
#include "access/eval.h"
#include "base/intern.h"

#define AWS_NONE UINT32_MAX

/* A compiled document. Documents of one text are one. */
typedef struct aws_doc {
    const cg_policy *policy;
    const uint32_t *effects; /* of each statement; one of its own when the whole is unreadable */
    uint32_t n_effects;
} aws_doc;

/* Statements that say the same but for their actions are one effect. */
typedef struct aws_effect {
    const cg_policy *policy; /* of the first such statement */
    uint32_t statement;      /* UINT32_MAX: the document is unreadable */
    bool deny;
    uint32_t who;  /* number of its effect, principals and conditions as text: what it says but for actions and resources */
    bool personal; /* depends on who asks, beyond account and type: policy variables, aws:PrincipalArn and the like */
} aws_effect;

typedef struct aws_attached {
    uint32_t doc;
    cg_node node; /* the policy, or for a resource's own the resource */
} aws_attached;
typedef struct aws_attached_list {
    const aws_attached *items;
    uint32_t count;
} aws_attached_list;

typedef enum { AWS_USER, AWS_ROLE, AWS_GROUP, AWS_ROOT, AWS_OUTSIDE } aws_subject_type;

/* Somebody who can act. Of a group: whoever joins it, by its policies alone. AWS_ROOT is the root user of an account of the estate. */
typedef struct aws_subject {
    cg_node node;
    aws_subject_type type;
    cg_str principal, unique_id; /* as in a request */
    uint32_t account;            /* AWS_NONE: none, or not of this estate */
    aws_attached_list identity, boundary;
    bool scp_free; /* service-linked roles */
} aws_subject;

typedef struct aws_account {
    cg_str number;
    cg_node node;              /* CG_NO_NODE when the account itself is not in the inventory */
    aws_attached_list *levels; /* service control policies from the root down */
    cg_policy_list *lists;     /* the same, compiled */
    uint32_t n_levels;
} aws_account;

typedef struct aws_estate {
    cg_graph *g;
    cg_mem *mem;
    cg_arena arena;
    cspm_op *op;
    uint32_t ticks;
    CG_VEC(aws_doc) docs;
    cg_intern *doc_texts; /* kind, text */
    CG_VEC(aws_effect) effects;
    cg_intern *effect_texts, *who_texts;
    CG_VEC(aws_subject) subjects; /* users, roles and groups by node; then others as they are asked for */
    uint32_t *subject_of;         /* by node; AWS_NONE */
    CG_VEC(aws_account) accounts;
    cg_intern *account_numbers;
    uint32_t only_account;       /* the one account with users or roles; AWS_NONE when there are several */
    uint32_t *account_of;        /* by node: number, AWS_NONE = not known, AWS_NONE - 1 = not asked yet */
    uint32_t *resource_doc;      /* by node: the document on it; AWS_NONE = none, AWS_NONE - 1 = not asked yet */
    uint32_t kinds[8], keys[12]; /* see aws_estate.c */
    cg_str now[2];               /* the clock, as seconds; without one the earliest and the latest it may be */
    bool timed;                  /* some statement asks for the time */
} aws_estate;

/* After each subject, target or question: once in a while, whether to go on. */
static inline int32_t aws_step(aws_estate *e, cspm_error **err)
{
    return CG_OP_DUE_BY(e->ticks, 512) ? cg_op_check(e->op, e->mem, err) : CSPM_OK;
}

int32_t aws_estate_load(aws_estate *e, cg_graph *g, int64_t now, cspm_op *op, cspm_error **err);
void aws_estate_free(aws_estate *e);

/* Number of the compiled document of a text. */
int32_t aws_estate_doc(aws_estate *e, cg_str text, cg_policy_kind kind, uint32_t *out, cspm_error **err);
/* The policy on a resource (for a role its trust policy); AWS_NONE when there is none. */
int32_t aws_estate_resource_doc(aws_estate *e, cg_node n, uint32_t *out, cspm_error **err);
int32_t aws_estate_account_of(aws_estate *e, cg_node n, uint32_t *out, cspm_error **err);
/* The subject a node stands for: users, roles and groups, "the internet", else somebody outside who is asked by arn or id. */
int32_t aws_estate_subject(aws_estate *e, cg_node n, uint32_t *out, cspm_error **err);

/* Text of a property; the null string when there is none. */
int32_t aws_estate_text(aws_estate *e, cg_node n, const char *key, cg_str *out, cspm_error **err);
int32_t aws_estate_flag(aws_estate *e, cg_node n, cg_str key, bool *out, cspm_error **err);
/* arn, else the id when it is one, else the null string. */
int32_t aws_estate_arn(aws_estate *e, cg_node n, cg_str *out, cspm_error **err);
/* {{name}} filled in; what is not known becomes a star. `n` may be CG_NO_NODE. */
int32_t aws_estate_fill(aws_estate *e, cg_str pattern, cg_node n, uint32_t account, cg_str partition, cg_str *out, cspm_error **err);
bool aws_estate_has_label(const aws_estate *e, cg_node n, const cg_str *labels, uint32_t count);

#endif
