/* The executor: pull-based operators over one frame of slots.
 *
 * Every variable of a query has a slot of its own in the run's frame, so an operator never overwrites what another still reads. `next` asks
 * for one more row: CSPM_OK means the operator's slots are set, CSPM_DONE that there is none. A row's values stay valid until the operator
 * that made them is asked again, because each operator owns the arena its values live in; operators that keep rows copy them. */
#ifndef CG_QUERY_EXEC_H
#define CG_QUERY_EXEC_H

#include "query/func.h"
#include "query/values.h"

#define Q_MAX_OPS 4096u /* of one plan; they call each other */

/* Internal status: a budget is used up, unwind. Never leaves cg_run_next. */
#define Q_STOP (-1000)

typedef struct q_op q_op;
typedef struct q_eval {
    cg_run *run;
    cg_arena *arena; /* where results go */
} q_eval;

typedef struct q_op_class {
    const char *name;
    int32_t (*next)(cg_run *r, q_op *op, cspm_error **err);
    void (*rewind)(cg_run *r, q_op *op); /* start again with the frame as it is now; the input was rewound already */
    void (*close)(cg_run *r, q_op *op);
    void (*describe)(const cg_run *r, const q_op *op, cg_buf *out); /* details for explain */
} q_op_class;

struct q_op {
    const q_op_class *cls;
    q_op *input;  /* NULL for the start of a plan */
    q_op *second; /* right side: optional, call, union */
    cg_arena arena;
    bool has_arena;
    q_op *next_op; /* of the run's list */
    double rows;   /* estimate */
    uint64_t produced;
};

struct q_regex;
struct q_in_set;

struct cg_run {
    cg_query *q;
    cg_graph *g;
    cg_mem *mem;
    cspm_op *op;
    cg_arena arena; /* plan, parameters */
    cg_value *frame;
    uint64_t *hidden; /* nodes that do not exist for this query, as bits; NULL = none */
    uint32_t *names;  /* ids in this graph of q->names; CG_NO_NAME when it has none such */
    cg_value *params; /* by index */
    bool *has_param;
    struct q_regex **regex;
    struct q_in_set **sets; /* of constant lists, by index */
    q_op **subs;            /* plans of subqueries, by index */
    q_op *root;
    q_op *ops; /* all operators, to close them */
    uint32_t n_ops;
    cg_value *row;
    cg_seed seed, dice; /* of tables; of rand(), drawn when it is first asked */
    uint32_t n_slots, max_path_length, truncated;
    uint32_t id_key, objectid_key; /* names[] entries that read the unique id in this graph */
    uint64_t max_memory;
    uint64_t max_rows, max_work, work, rows, tick, draws;
    int64_t now;
    struct cg_table_source *sources; /* of flat tables */
    uint32_t n_sources;
    bool explain; /* no parameter values yet */
    bool in_host; /* a function of the host is running */
    bool done;
    bool named_limit; /* the error is a limit other than memory */
};

/* ---- types of the columns (types.c): a set of QT_* each, borrowed from the run ---- */
int32_t q_column_types(cg_run *r, const uint32_t **out, cspm_error **err);

/* ---- what the query may see (exec_sight.c) ---- */
int32_t q_open_sight(cg_run *r, cspm_error **err);
static inline bool q_visible(const cg_run *r, cg_node n)
{
    return !r->hidden || !(r->hidden[n >> 6] >> (n & 63) & 1);
}

/* ---- running ---- */
int32_t q_next(cg_run *r, q_op *op, cspm_error **err);
void q_rewind(cg_run *r, q_op *op);
void q_close_all(cg_run *r);
/* Empty the operator's arena for the next row. */
cg_arena *q_arena_empty(cg_run *r, q_op *op);
static inline cg_arena *q_arena(cg_run *r, q_op *op)
{
    return op->has_arena && !op->arena.total ? &op->arena : q_arena_empty(r, op);
}
/* Count work; Q_STOP when the budget is used up, or cancel and deadline. */
int32_t q_tick(cg_run *r, uint64_t amount, cspm_error **err);
static inline int32_t q_work(cg_run *r, cspm_error **err)
{
    r->work++;
    return r->work >= r->tick ? q_tick(r, 0, err) : CSPM_OK;
}

/* ---- errors while running: position of the expression ---- */
int32_t q_run_error(cg_run *r, cspm_error **err, const q_expr *at, const char *error_class, const char *detail, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
int32_t q_run_limit(cg_run *r, cspm_error **err, const char *limit, uint64_t value);

/* ---- expressions ---- */
int32_t q_evaluate(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_fetch_prop(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err); /* of a property */
/* The same; what there is most of without a detour: variables, literals, properties. */
static inline int32_t q_fetch(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    if (x->kind == X_VAR || x->kind == X_LITERAL) {
        *out = x->kind == X_VAR ? e->run->frame[x->slot] : x->value;
        return CSPM_OK;
    }
    return x->kind == X_PROP ? q_fetch_prop(e, x, out, err) : q_evaluate(e, x, out, err);
}
/* The same where it stands, if it stands anywhere, else in `room`: copying what was written a moment ago in parts makes the processor wait. */
static inline int32_t q_peek(q_eval *e, const q_expr *x, cg_value *room, const cg_value **out, cspm_error **err)
{
    *out = x->kind == X_VAR ? &e->run->frame[x->slot] : x->kind == X_LITERAL ? &x->value : room;
    return *out != room ? CSPM_OK : x->kind == X_PROP ? q_fetch_prop(e, x, room, err) : q_evaluate(e, x, room, err);
}
/* A predicate: *out is what it says; any other type than boolean or null is an error. */
int32_t q_test(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err);
int32_t q_arithmetic(q_eval *e, const q_expr *x, uint8_t op, cg_value a, cg_value b, cg_value *out, cspm_error **err);
/* Parts of temporal values by name, and their arithmetic (func_time.c). */
bool q_is_time(cg_value v);
cg_value q_time_part(cg_value v, cg_str key);
int32_t q_time_arithmetic(q_eval *e, const q_expr *x, uint8_t op, cg_value a, cg_value b, cg_value *out, cspm_error **err);
/* eval_list.c */
int32_t q_eval_list(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_map(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_index(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_slice(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_comprehension(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_quantifier(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_reduce(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
int32_t q_eval_in(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err);
void q_sets_close(cg_run *r);
int32_t q_contained(q_eval *e, cg_value item, const cg_list *list, q_truth *out, cspm_error **err);
bool q_has_labels(const cg_run *r, const q_labels *l, cg_value v);
int32_t q_property(q_eval *e, const q_expr *x, cg_value base, uint32_t name, cg_value *out, cspm_error **err);
int32_t q_regex_match(q_eval *e, const q_expr *x, cg_value text, cg_value pattern, cg_value *out, cspm_error **err);
/* The first place at or after `from` where the pattern fits, and one of its groups; x->index says where the compiled pattern is kept. */
typedef struct q_match {
    bool found, has_group;
    size_t start, end, group_start, group_end;
} q_match;
int32_t q_regex_search(q_eval *e, const q_expr *x, cg_str text, cg_str pattern, size_t from, uint32_t group, q_match *out,
                       cspm_error **err);
void q_regex_close(cg_run *r);
cg_value q_new_string(q_eval *e, cg_str s, bool *ok); /* copied to the arena */

/* ---- operators (constructors; NULL = memory refused) ---- */
void *q_op_new(cg_run *r, const q_op_class *cls, size_t size, q_op *input);
q_op *q_op_start(cg_run *r);
q_op *q_op_all_nodes(cg_run *r, q_op *input, uint32_t slot);
q_op *q_op_label_scan(cg_run *r, q_op *input, uint32_t slot, uint32_t label);
q_op *q_op_id_seek(cg_run *r, q_op *input, uint32_t slot, const q_expr *value, bool in_list);
/* Nodes (of a label) whose `key` equals `probe`; the key reads nothing but the node. */
q_op *q_op_hash_join(cg_run *r, q_op *input, uint32_t slot, bool any_label, uint32_t label, const q_expr *key, const q_expr *probe);
q_op *q_op_check_node(cg_run *r, q_op *input, uint32_t slot, uint32_t pos);

/* Relationships that must differ from the one being bound: earlier ones of the same MATCH. */
typedef struct q_uses {
    uint32_t n;
    const uint32_t *slots; /* relationships or lists of them */
} q_uses;
/* all(x IN nodes(p) WHERE ...) and its like, tested on one element of a path. */
typedef struct q_path_filter {
    const q_expr *quantifier;
    bool nodes; /* or relationships */
    bool none;  /* the predicate must be false, not true */
} q_path_filter;
typedef struct q_step {
    const q_rel_pat *rel;
    uint32_t from, to;      /* slots */
    cg_dir dir;             /* as walked from `from` */
    bool into;              /* `to` is bound already */
    bool rel_bound;         /* the relationship variable is bound already */
    bool keep;              /* the list of a variable-length relationship is needed */
    bool reversed;          /* walked from the right end of the pattern: the list is turned around */
    cg_kind_set *kinds;     /* NULL = all */
    bool no_kind;           /* names types the graph does not have: nothing matches */
    const q_labels *target; /* of the far end when it is not bound: prunes the search */
    q_uses uses;
    uint32_t n_filters, n_tests; /* shortest paths only */
    const q_path_filter *filters;
    const q_expr *const *tests; /* of whole paths */
    bool fixed;                 /* what the search tests does not change from row to row */
} q_step;
/* Do the step's filter and the path's element predicates let this node or relationship pass? 1 yes, 0 no, negative error. */
int32_t q_element_allowed(q_eval *e, const q_step *s, cg_value element, cspm_error **err);
/* The path variable from the pattern's bound elements. */
int32_t q_build_path(cg_run *r, cg_arena *arena, const q_path_pat *pat, cspm_error **err);
q_op *q_op_expand(cg_run *r, q_op *input, const q_step *step);
q_op *q_op_var_expand(cg_run *r, q_op *input, const q_step *step);
q_op *q_op_reach(cg_run *r, q_op *input, const q_step *step);
q_op *q_op_shortest(cg_run *r, q_op *input, const q_step *step, const q_path_pat *path);
q_op *q_op_shortest_tested(cg_run *r, q_op *input, const q_step *step, const q_path_pat *path);
q_op *q_op_path(cg_run *r, q_op *input, const q_path_pat *path);
void q_describe_step(const cg_run *r, const q_step *s, cg_buf *out);
bool q_is_used(const cg_run *r, const q_uses *uses, cg_rel rel);

q_op *q_op_filter(cg_run *r, q_op *input, const q_expr *const *predicates, uint32_t n);
q_op *q_op_project(cg_run *r, q_op *input, const q_projection *p);
q_op *q_op_aggregate(cg_run *r, q_op *input, const q_projection *p);
q_op *q_op_distinct(cg_run *r, q_op *input, const uint32_t *slots, uint32_t n);
/* Keep: slots restored for each row. limit NULL = all rows. */
q_op *q_op_sort(cg_run *r, q_op *input, const q_sort_key *keys, uint32_t n_keys, const uint32_t *keep, uint32_t n_keep, const q_expr *skip,
                const q_expr *limit);
q_op *q_op_skip(cg_run *r, q_op *input, const q_expr *count);
q_op *q_op_limit(cg_run *r, q_op *input, const q_expr *count);
q_op *q_op_unwind(cg_run *r, q_op *input, const q_clause *clause);
q_op *q_op_optional(cg_run *r, q_op *input, q_op *right, const uint32_t *slots, uint32_t n);
q_op *q_op_call(cg_run *r, q_op *input, q_op *right, const q_clause *clause);
q_op *q_op_union(cg_run *r, q_op *const *parts, const q_regular *query);
uint32_t q_union_parts(const q_op *op, q_op *const **parts); /* 0 = not a union */
/* SKIP and LIMIT values: integers, not negative. */
int32_t q_count_value(cg_run *r, const q_expr *e, uint64_t *out, cspm_error **err);

/* ---- a set of distinct rows of values, in first-seen order ---- */
typedef struct q_table {
    cg_mem *mem;
    cg_arena arena;
    uint32_t width, mask; /* slots = mask + 1, or none yet */
    uint32_t *slots;      /* index + 1; 0 = empty */
    CG_VEC(cg_value *) rows;
    CG_VEC(uint64_t) hashes;
} q_table;
void q_table_init(q_table *t, cg_mem *mem, uint32_t width);
void q_table_free(q_table *t);
void q_table_clear(q_table *t);
uint32_t q_table_find(const cg_run *r, const q_table *t, const cg_value *row); /* UINT32_MAX = absent */
/* Index of the row, added (copied) when new; UINT32_MAX when memory is refused. */
uint32_t q_table_add(const cg_run *r, q_table *t, const cg_value *row, bool *added);
/* The same where only membership counts: many nodes are then bits. */
typedef struct q_set {
    q_table rows;
    uint64_t *nodes; /* NULL = not many yet */
} q_set;
void q_set_init(q_set *s, cg_mem *mem, uint32_t width);
void q_set_free(q_set *s);
void q_set_clear(q_set *s);
bool q_set_add(const cg_run *r, q_set *s, const cg_value *row, bool *added); /* false when memory is refused */

/* ---- planning ---- */
int32_t q_plan(cg_run *r, cspm_error **err);
/* `once`: whoever reads the rows cannot tell a row from two like it. */
q_op *q_plan_regular(cg_run *r, const q_regular *query, uint32_t level, bool once, cspm_error **err);
q_op *q_plan_match(cg_run *r, q_op *input, const q_pattern *p, uint32_t level, uint64_t *bound, bool once, cspm_error **err);
uint64_t *q_bitmap(cg_run *r);
static inline bool q_bit(const uint64_t *b, uint32_t i)
{
    return b[i >> 6] >> (i & 63) & 1;
}
static inline void q_bit_set(uint64_t *b, uint32_t i)
{
    b[i >> 6] |= (uint64_t)1 << (i & 63);
}
/* Every slot the expression reads is bound, seen from a plan at this nesting level. */
bool q_ready(const cg_run *r, const q_expr *e, uint32_t level, const uint64_t *bound);
double q_node_estimate(const cg_run *r, const q_labels *l);

#endif
