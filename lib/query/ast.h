/* What the text means, as a tree in the query's arena: built by the parser, completed in place by the binder, read by planner and
 * evaluator. */
#ifndef CG_QUERY_AST_H
#define CG_QUERY_AST_H

#include "graph/graph.h"
#include "query/query.h"

#define Q_NO_SLOT UINT32_MAX
#define Q_MAX_DEPTH 200       /* nesting of brackets, subqueries and operators; protects the C stack */
#define Q_MAX_HEIGHT 400      /* of an expression tree; long chains of one operator are one node */
#define Q_MAX_TEXT (1u << 20) /* bytes */
#define Q_MAX_TOKENS 262144u
#define Q_MAX_LIST 65536u /* elements of a literal list */
#define Q_SHORT_LIST 8u   /* IN walks lists up to here */
#define Q_MAX_PATTERN 64u /* relationships of one MATCH */
#define Q_MAX_CLAUSES 256u
#define Q_MAX_NAMES 8192u  /* distinct labels, types and keys */
#define Q_MAX_SLOTS 16384u /* variables, named or not */

/* Static types: a set of possible value types. */
enum {
    QT_NULL = 1u << CG_NULL,
    QT_BOOL = 1u << CG_BOOL,
    QT_INT = 1u << CG_INT,
    QT_FLOAT = 1u << CG_FLOAT,
    QT_STRING = 1u << CG_STRING,
    QT_LIST = 1u << CG_LIST,
    QT_MAP = 1u << CG_MAP,
    QT_NODE = 1u << CG_NODE,
    QT_REL = 1u << CG_REL,
    QT_PATH = 1u << CG_PATH,
    QT_DATE = 1u << CG_DATE,
    QT_DATETIME = 1u << CG_DATETIME,
    QT_DURATION = 1u << CG_DURATION,
    QT_NUMBER = QT_INT | QT_FLOAT,
    QT_ANY = (1u << (CG_DURATION + 1)) - 1
};

typedef enum {
    X_LITERAL, /* value */
    X_PARAM,   /* name, index of the parameter */
    X_VAR,     /* name, slot */
    X_PROP,    /* args[0].name; index of the key */
    X_LIST,    /* args */
    X_MAP,     /* keys[i]: args[i] */
    X_AND,     /* args, two or more */
    X_OR,
    X_XOR,
    X_NOT,     /* args[0] */
    X_COMPARE, /* args[0] ops[0] args[1] ops[1] ... */
    X_ARITH,   /* args[0] ops[0] args[1] ..., left to right, one precedence */
    X_NEG,
    X_PLUS,
    X_IN, /* args[0] IN args[1] */
    X_STARTS,
    X_ENDS,
    X_CONTAINS, /* slot2: place + 1 of a rare byte of a literal args[1], else 0 */
    X_REGEX,    /* index of the compiled-pattern cache */
    X_IS_NULL,
    X_IS_NOT_NULL,
    X_LABEL,         /* args[0] : labels */
    X_INDEX,         /* args[0][args[1]] */
    X_SLICE,         /* args[0][args[1]..args[2]], either may be NULL */
    X_CALL,          /* func, args, distinct */
    X_AGG,           /* func, args, distinct; slot of the result */
    X_CASE,          /* args: [subject or NULL, when, then, when, then, ..., else or NULL] */
    X_COMPREHENSION, /* slot; args: list, predicate or NULL, map or NULL */
    X_ALL,           /* slot; args: list, predicate */
    X_ANY,
    X_NONE,
    X_SINGLE,
    X_REDUCE,      /* slot: accumulator, slot2: element; args: start, list, step */
    X_EXISTS,      /* sub: at least one row */
    X_COUNT_SUB,   /* sub: number of rows */
    X_COLLECT_SUB, /* sub: column 0 of every row as a list (pattern comprehension) */
    X_PATH         /* path: a path value from bound pattern elements */
} q_expr_kind;

typedef enum { Q_EQ, Q_NE, Q_LT, Q_LE, Q_GT, Q_GE, Q_ADD, Q_SUB, Q_MUL, Q_DIV, Q_MOD, Q_POW } q_operator;

struct q_func;
struct q_sub;
struct q_path_pat;

/* Label expression: a name, or a combination. */
typedef enum { QL_NAME, QL_AND, QL_OR, QL_NOT, QL_ANY } q_label_kind;
typedef struct q_labels {
    q_label_kind kind;
    uint32_t name; /* index into q_query names */
    uint32_t n;
    struct q_labels **items;
} q_labels;

typedef struct q_expr {
    uint8_t kind;
    bool distinct;
    bool parens;  /* written in parentheses */
    bool has_agg; /* contains an aggregate somewhere below */
    uint16_t height;
    uint32_t type;       /* QT_* after binding */
    uint32_t elem;       /* of a list: QT_* of its items */
    uint32_t start, end; /* byte range in the text */
    uint32_t n;
    struct q_expr **args;
    uint32_t slot, slot2, index;
    cg_str name;
    uint8_t *ops; /* q_operator */
    cg_str *keys;
    cg_value value;
    q_labels *labels;
    const struct q_func *func;
    struct q_sub *sub;
    struct q_path_pat *path;
} q_expr;

typedef struct q_node_pat {
    cg_str var; /* null when anonymous */
    uint32_t pos, slot;
    q_labels *labels;
    q_expr *props;
    bool fresh; /* this position introduces the variable */
} q_node_pat;

typedef struct q_rel_pat {
    cg_str var;
    uint32_t pos, slot;
    uint32_t *types; /* names */
    uint32_t n_types;
    uint8_t dir; /* cg_dir from the left node */
    bool var_length, fresh;
    bool used;          /* the value of a variable-length relationship is needed */
    uint32_t step_slot; /* variable length: the relationship under test while walking */
    uint32_t min, max;  /* UINT32_MAX = no upper bound */
    q_expr *props;
    q_expr *step_filter; /* props as a predicate over step_slot */
} q_rel_pat;

typedef enum { Q_PATH_PLAIN, Q_PATH_SHORTEST, Q_PATH_ALL_SHORTEST } q_path_kind;
typedef struct q_path_pat {
    cg_str var;
    uint32_t pos, slot;
    uint8_t kind; /* q_path_kind */
    bool used;
    uint32_t n_rels;
    q_node_pat **nodes; /* n_rels + 1 */
    q_rel_pat **rels;
} q_path_pat;

typedef struct q_pattern {
    uint32_t n;
    q_path_pat **paths;
    q_expr *where;        /* NULL or predicate */
    uint32_t n_conjuncts; /* WHERE, labels and property maps, split at AND; filled by the binder */
    q_expr **conjuncts;
} q_pattern;

typedef struct q_item {
    q_expr *expr;
    cg_str name;
    bool has_alias;
    uint32_t slot;
} q_item;

typedef struct q_sort_key {
    q_expr *expr;
    bool descending;
} q_sort_key;

typedef struct q_projection {
    bool distinct, star, aggregate;
    uint32_t n_items, n_order, n_aggs;
    q_item *items;
    q_sort_key *order;
    q_expr **aggs; /* X_AGG, each with its slot */
    q_expr *skip, *limit, *where;
} q_projection;

typedef enum { QC_MATCH, QC_UNWIND, QC_WITH, QC_RETURN, QC_CALL } q_clause_kind;
typedef struct q_clause {
    uint8_t kind;
    bool optional;
    uint32_t start;
    q_pattern *pattern;
    q_expr *list; /* UNWIND */
    cg_str var;
    uint32_t slot;
    q_projection *proj;
    struct q_sub *sub; /* CALL { } */
    bool has_imports, imports_all;
    uint32_t n_imports; /* CALL (x) { } */
    cg_str *imports;
    uint32_t *import_pos;
} q_clause;

typedef struct q_single {
    uint32_t n;
    q_clause **clauses;
} q_single;

typedef struct q_regular {
    uint32_t n; /* parts joined by UNION */
    q_single **parts;
    bool distinct; /* UNION rather than UNION ALL */
    uint32_t n_columns;
    cg_str *columns;
    uint32_t *slots; /* result */
    uint32_t *types;
} q_regular;

/* A query inside an expression or a CALL: EXISTS { }, COUNT { }, a pattern predicate, a pattern comprehension. */
typedef struct q_sub {
    q_regular *query;
    q_pattern *pattern; /* instead of a query */
    q_expr *collect;    /* pattern comprehension: what to collect */
    bool call;          /* CALL { }: planned where it stands */
    bool exists;        /* only whether there is a row matters */
    uint32_t level;     /* nesting level of the slots it introduces */
    uint32_t index;     /* of the run's plan table */
    uint32_t n_outer;   /* slots of outer levels it reads */
    uint32_t *outer;
} q_sub;

typedef struct q_name {
    cg_names which;
    cg_str text;
} q_name;

typedef enum { Q_SEE_ALL, Q_SEE_LABEL, Q_SEE_PROPERTY } q_sight;
typedef struct q_type_set {
    cg_str name, kind;
} q_type_set;
struct cspm_language {
    cg_mem *mem;
    cg_arena arena;
    CG_VEC(q_type_set) types; /* one entry for each kind of a set */
    CG_VEC(struct q_host_func *) functions;
    bool regex_search;
    q_sight sight;
    cg_str sight_name, sight_value;
};

struct cspm_query {
    uint32_t refs; /* atomic */
    cg_mem *mem;
    cg_arena arena;
    cg_str text, source;
    cg_pos base;
    q_regular *root;
    CG_VEC(q_name) names;
    CG_VEC(cg_str) params;
    CG_VEC(uint32_t) params_at;         /* where the text names each first */
    CG_VEC(struct q_host_func *) hosts; /* functions it calls; a reference each */
    CG_VEC(uint16_t) levels;            /* nesting level of each slot */
    CG_VEC(bool) used;                  /* some expression reads the slot */
    uint32_t n_regex, n_subs;
    uint32_t n_sets; /* IN over a constant list: X_IN.index - 1 is its number */
    CG_VEC(q_sub *) subs;
    cg_query_reads reads;
    bool has_columns;
    struct q_pipe *pipe; /* the pipe form's stages; NULL = graph form */
    bool regex_search;
    q_sight sight; /* which nodes exist for the query */
    cg_str sight_name, sight_value;
    bool has_volatile; /* calls a function whose answer may differ from row to row */
};

/* AD_ATTACK_PATHS and AZ_ATTACK_PATHS, unless the graph has a relationship kind of that name. */
static inline bool q_is_builtin_set(cg_str name)
{
    return cg_str_eq(name, CG_STR("AD_ATTACK_PATHS")) || cg_str_eq(name, CG_STR("AZ_ATTACK_PATHS"));
}

#endif
