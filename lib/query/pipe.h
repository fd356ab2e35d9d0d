/* The pipe form: a table, then operators, each on the rows of the one before it. Names are resolved while the text is read, because what
 * stands to the left of a bar is known when the bar is reached; the result is a list of stages over slots of the common executor. */
#ifndef CG_QUERY_PIPE_H
#define CG_QUERY_PIPE_H

#include "query/func.h"
#include "query/parser.h"
#include "query/table_source.h"

#define Q_MAX_COLUMNS 1024u
#define Q_MAX_JOINS 16u

/* Tokens that only this form has. */
enum { PK_TIMESPAN = QK_PUNCT + 1, PK_DATETIME };
enum { PP_EQ = 200, PP_NE, PP_EQ_NOCASE, PP_NE_NOCASE };

int32_t qp_pipe_lex(q_context *c, q_tokens *out);

/* ---- what the text means ---- */

typedef struct pipe_column {
    cg_str name;
    uint32_t slot, type;
} pipe_column;

typedef struct pipe_schema {
    pipe_column *items; /* in the query's arena */
    uint32_t n, capacity;
} pipe_schema;

typedef enum {
    PS_TABLE,
    PS_PRINT,
    PS_FILTER,
    PS_PROJECT,
    PS_AGGREGATE,
    PS_DISTINCT,
    PS_SORT,
    PS_TAKE,
    PS_EXPAND,
    PS_JOIN,
    PS_PARSE
} pipe_kind;
typedef enum { PJ_INNERUNIQUE, PJ_INNER, PJ_LEFTOUTER, PJ_LEFTSEMI, PJ_LEFTANTI } pipe_join;

/* One piece of a parse pattern. */
typedef struct pipe_piece {
    cg_str text;   /* a literal; null for a wildcard */
    uint32_t slot; /* of the column that takes what stands here; Q_NO_SLOT for * */
    uint32_t type; /* QT_* the text is turned into */
} pipe_piece;

typedef struct pipe_stage {
    uint8_t kind, join;
    bool bag_array, must_match, relaxed;
    uint32_t start, index_slot;
    struct pipe_stage *next;
    struct pipe_stage *right; /* PS_JOIN: the other pipeline */
    const cg_table_info *table;
    q_expr *expr;       /* filter; number of rows; text to parse */
    q_projection *proj; /* project, aggregate */
    q_sort_key *keys;
    uint32_t n_keys;
    uint32_t n_slots;
    uint32_t *slots; /* table: one a column; others: columns of the result */
    uint32_t n_exprs;
    q_expr **exprs;         /* expand: lists; join: keys of the left side */
    q_expr **right_exprs;   /* join: keys of the right side */
    uint32_t *expand_types; /* QT_* or 0 */
    pipe_piece *pieces;
    uint32_t n_pieces;
} pipe_stage;

typedef struct q_pipe {
    pipe_stage *first;
    bool needs_sources;
    uint32_t n_warnings;
    cg_str *warnings;
} q_pipe;

/* ---- reading the text ---- */

typedef struct pipe_item {
    cg_str name;
    q_expr *expr;
} pipe_item;

typedef struct pipe_parser {
    q_parser base;                           /* token helpers of the graph form */
    pipe_schema *schema;                     /* columns in reach */
    pipe_schema *left_schema, *right_schema; /* in the `on` of a join: $left and $right */
    bool aggregates;                         /* allowed here: in summarize */
    bool in_aggregate;
    CG_VEC(q_expr *) aggs;      /* collected */
    CG_VEC(pipe_item) extra;    /* further columns of the aggregate in hand: arg_max(x, a, b) */
    const cg_table_info *table; /* of the pipeline in hand */
    uint32_t type_slot;         /* its column `type`; Q_NO_SLOT = none */
    q_pipe *pipe;
    uint32_t n_stages, n_joins;
} pipe_parser;

typedef CG_VEC(q_expr *) pipe_exprs;

int32_t qp_pipe_parse(q_context *c, const q_tokens *tokens, q_pipe **out);
pipe_stage *qp_pipe_source(pipe_parser *x, pipe_schema *schema);
pipe_stage *qp_pipe_pipeline(pipe_parser *x, pipe_schema *schema, bool nested);
pipe_stage *qp_pipe_summarize(pipe_parser *x, pipe_schema *schema, uint32_t start);
pipe_stage *qp_pipe_join(pipe_parser *x, pipe_schema *schema, uint32_t start);
pipe_stage *qp_pipe_parse_op(pipe_parser *x, pipe_schema *schema, uint32_t start, bool where);
pipe_stage *qp_pipe_expand(pipe_parser *x, pipe_schema *schema, uint32_t start);
pipe_stage *qp_pipe_sort(pipe_parser *x, pipe_schema *schema, uint32_t start, q_expr *limit);

pipe_stage *pipe_stage_new(pipe_parser *x, pipe_kind kind, uint32_t start);
uint32_t pipe_slot(pipe_parser *x); /* a fresh one; Q_NO_SLOT and sticky error when refused */
void pipe_use(pipe_parser *x, uint32_t slot);
bool pipe_keep_slots(pipe_parser *x, pipe_stage *s, const pipe_schema *schema);
bool pipe_take_word(pipe_parser *x, const char *word); /* if it stands there */
bool pipe_push(pipe_parser *x, pipe_exprs *list, q_expr *e);
void pipe_warn(pipe_parser *x, cg_str text);

/* ---- columns ---- */
pipe_column *pipe_find(pipe_schema *s, cg_str name);
bool pipe_add(pipe_parser *x, pipe_schema *s, cg_str name, uint32_t slot, uint32_t type); /* a name may stand once */
void pipe_remove(pipe_schema *s, cg_str name);
bool pipe_copy(pipe_parser *x, const pipe_schema *from, pipe_schema *to);
bool pipe_column_name(pipe_parser *x, cg_str *out, uint32_t *at); /* a name or ['name'] */
/* What a column is called when nobody says: of a path its parts, of a conversion its argument. Null when it has no such name. */
uint32_t pipe_distance(cg_str a, cg_str b); /* letters to change to make one name of the other */
cg_str pipe_natural_name(pipe_parser *x, const q_expr *e);
cg_str pipe_fresh_name(pipe_parser *x, const pipe_schema *s, const char *prefix); /* prefix and the first number not taken */
int32_t pipe_no_column(pipe_parser *x, const pipe_schema *s, cg_str name, uint32_t at);
q_expr *pipe_column_expr(pipe_parser *x, const pipe_column *c, uint32_t at);

/* ---- expressions ---- */
q_expr *pipe_expr(pipe_parser *x);
q_expr *pipe_predicate(pipe_parser *x); /* usable as a condition */
q_expr *pipe_as_predicate(pipe_parser *x, q_expr *e);
q_expr *pipe_call(pipe_parser *x, const q_func *f, uint32_t start, q_expr *const *args, uint32_t n);
q_expr *pipe_literal(pipe_parser *x, cg_value v, uint32_t start);
q_expr *pipe_literal_token(pipe_parser *x); /* NULL without an error when no literal stands there */
q_expr *pipe_function(pipe_parser *x);      /* name ( ... */
bool pipe_is_aggregate(cg_str name);
q_expr *pipe_aggregate(pipe_parser *x, cg_str name, uint32_t start); /* after the opening bracket */
uint32_t pipe_type_name(cg_str name);                                /* QT_* of string, long, ...; 0 = no type */
extern const char *const pipe_type_names[];

/* ---- functions ---- */
const q_func *pipe_func_find(cg_str name);
const char *pipe_func_nearest(cg_str name);
const q_func *pipe_op_find(const char *name); /* operators are functions too: "==", "contains" */
const q_func *pipe_op_text(cg_str name);      /* a text operator such as has, !startswith or in~; NULL = no such */

/* ---- planning ---- */
int32_t q_pipe_plan(cg_run *r, cspm_error **err);

#endif
