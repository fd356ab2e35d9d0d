/* Names to slots, static types, and every check that needs no data. */
#ifndef CG_QUERY_BIND_H
#define CG_QUERY_BIND_H

#include "query/func.h"
#include "query/lexer.h"

typedef struct q_var {
    cg_str name;
    uint32_t slot, type, elem;
} q_var;

/* Where an expression stands. */
enum {
    QB_PREDICATE = 1, /* a bare pattern is allowed */
    QB_AGG = 2,       /* aggregates are allowed */
    QB_IN_AGG = 4     /* inside an aggregate */
};

typedef struct q_binder {
    q_context *c;
    CG_VEC(q_var) vars;
    size_t floor; /* variables below are invisible */
    size_t base;  /* WITH drops variables from here up */
    uint16_t level;
    CG_VEC(q_sub *) active; /* subqueries being bound, outermost first */
} q_binder;

int32_t q_bind(q_context *c);

/* ---- shared by the bind_*.c files; false = sticky error ---- */
q_var *qb_find(q_binder *b, cg_str name);
bool qb_push(q_binder *b, cg_str name, uint32_t slot, uint32_t type, uint32_t elem);
uint32_t qb_slot(q_binder *b); /* Q_NO_SLOT and sticky error when refused */
void qb_use(q_binder *b, uint32_t slot);
bool qb_expr(q_binder *b, q_expr *e, uint32_t where);
bool qb_predicate(q_binder *b, q_expr *e, uint32_t where); /* an expression that must be boolean */
bool qb_pattern(q_binder *b, q_pattern *p, bool only_bound, bool optional);
bool qb_projection(q_binder *b, q_projection *p, bool with, uint32_t at);
bool qb_regular(q_binder *b, q_regular *r);
bool qb_sub(q_binder *b, q_sub *sub, bool only_bound);
bool qb_same(const q_expr *a, const q_expr *b); /* structurally equal */
uint32_t qb_arith_type(uint32_t a, uint8_t op, uint32_t b); /* types of `a op b` */
q_expr *qb_var_expr(q_binder *b, uint32_t slot, uint32_t type, uint32_t at);
/* Replace grouping keys and aggregates in an expression evaluated after grouping. */
bool qb_after_grouping(q_binder *b, q_projection *p, q_expr **e, bool order);

#endif
