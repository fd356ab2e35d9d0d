/* Compiled statements, for the files of this folder. */
#ifndef CG_ACCESS_POLICY_H
#define CG_ACCESS_POLICY_H

#include "access/access.h"
#include "access/pattern.h"
#include "base/net.h"
#include "base/time.h"

typedef struct cg_pattern_set {
    cg_pattern *items;
    uint32_t count;
    bool present, negated; /* NotAction, NotResource */
    bool unreadable;       /* some item could not be read */
} cg_pattern_set;

typedef enum { CG_NAMED_ANYONE, CG_NAMED_ACCOUNT, CG_NAMED_AWS, CG_NAMED_SERVICE, CG_NAMED_FEDERATED, CG_NAMED_OTHER } cg_named_type;
typedef struct cg_named {
    cg_named_type type;
    cg_str text; /* an account's number, else as written */
} cg_named;
typedef struct cg_named_set {
    cg_named *items;
    uint32_t count;
    bool present, negated, unreadable;
} cg_named_set;

typedef enum { CG_OP_STRING, CG_OP_NUMERIC, CG_OP_DATE, CG_OP_BOOL, CG_OP_BINARY, CG_OP_IP, CG_OP_ARN, CG_OP_NULL } cg_op_type;
typedef enum { CG_ORDER_EQUAL, CG_ORDER_LESS, CG_ORDER_LESS_EQUAL, CG_ORDER_GREATER, CG_ORDER_GREATER_EQUAL } cg_op_order;
typedef enum { CG_QUANTIFIER_NONE, CG_QUANTIFIER_ALL, CG_QUANTIFIER_ANY } cg_quantifier;

typedef struct cg_operator {
    cg_op_type type;
    cg_op_order order;
    cg_quantifier quantifier;
    bool negated, like, nocase, if_exists;
} cg_operator;

#define CG_ARN_PARTS 6
typedef struct cg_condition_value {
    cg_pattern pattern; /* STRING, BINARY */
    cg_pattern *parts;  /* ARN: CG_ARN_PARTS of them; NULL = any */
    double number;
    cg_instant instant;
    cg_cidr block;
    bool boolean;
} cg_condition_value;

typedef struct cg_condition {
    cg_operator op;
    cg_str key;
    cg_condition_value *values;
    uint32_t n_values;
} cg_condition;

struct cg_policy_statement {
    cg_str sid;
    cg_pos pos;
    const cg_tree *tree;   /* as written */
    bool variables;        /* policy variables mean something in it */
    bool deny;             /* also when the effect could not be read */
    bool readable;         /* every element; a statement that is not never allows */
    bool nothing_readable; /* not even an object */
    cg_pattern_set actions, resources;
    cg_named_set principals;
    cg_condition *conditions;
    uint32_t n_conditions;
    bool conditions_unreadable; /* beside those listed */
};

/* One compilation. Memory refused anywhere sets `nomem`, which the entry point turns into the error. */
typedef struct cg_compile {
    cg_arena *arena;
    cg_policy *policy;
    cg_policy_diag **tail;
    uint32_t statement;
    bool variables; /* the document's Version knows policy variables */
    bool nomem;
} cg_compile;
void cg_compile_diag(cg_compile *c, cg_pos pos, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));
void *cg_compile_alloc(cg_compile *c, size_t count, size_t size);
/* A single value counts as a list of one. */
uint32_t cg_value_count(const cg_tree *t);
const cg_tree *cg_value_at(const cg_tree *t, uint32_t i);

/* condition.c: read a Condition element. */
void cg_conditions_compile(cg_compile *c, const cg_tree *element, cg_policy_statement *out);
/* principal_read.c: read Principal or NotPrincipal. */
void cg_named_compile(cg_compile *c, const cg_tree *element, bool negated, cg_named_set *out);

#endif
