/* The function table: one row a function, looked up by name without regard to case. */
#ifndef CG_QUERY_FUNC_H
#define CG_QUERY_FUNC_H

#include "query/ast.h"

struct q_eval;

typedef enum {
    QA_NONE,
    QA_COUNT,
    QA_COUNT_STAR,
    QA_COLLECT,
    QA_SUM,
    QA_AVG,
    QA_MIN,
    QA_MAX,
    QA_PERCENTILE_CONT,
    QA_PERCENTILE_DISC,
    QA_STDEV,
    QA_STDEVP
} q_agg;

enum {
    QF_NULLS = 1,   /* called with null arguments too; otherwise any null argument gives null */
    QF_VOLATILE = 2, /* rand(): not allowed in aggregates */
    QF_AS_ARGS = 4   /* the result has the type of an argument */
};

typedef int32_t (*q_func_fn)(struct q_eval *e, const q_expr *call, const cg_value *args, uint32_t n, cg_value *out, cspm_error **err);
typedef struct q_func {
    const char *name;
    uint8_t min_args, max_args, flags, aggregate; /* q_agg */
    uint32_t arg_types[3];                        /* accepted; the last one stands for the rest */
    uint32_t result;                              /* QT_* */
    q_func_fn fn;
} q_func;

const q_func *q_func_find(cg_str name);
/* The known name nearest to a misspelt one, or NULL. */
const char *q_func_nearest(cg_str name);
extern const q_func q_count_star;
/* Place, + 1, of the byte of a text that other texts have least, for CONTAINS; 0 = none. */
uint32_t q_rare_byte(cg_str t);

#endif
