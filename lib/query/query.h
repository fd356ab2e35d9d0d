/* Query language: text to plan to rows. Compile once, run against any graph; a compiled query is immutable and belongs to any thread. */
/* Order of rows. With ORDER BY: by its keys, ties in the order the rows below it came. Without: a pattern of one node gives ascending ids (bytes);
 * every larger pattern is walked from ascending start nodes over relationships in adjacency order, so the rows of one query text on one graph
 * come in one order, whatever the order of the inputs or the hash seed, and LIMIT stops the work. Which node a larger pattern starts from is
 * the planner's choice from the graph's statistics: another graph may be walked from another end. Groups, DISTINCT and UNION keep the order of
 * first appearance.
 *
 * `n.id` and `n.objectid` read the unique id of a node when no node of the graph has a property of that name and at least one input was a file of
 * some dialect (graphs that a host builds node by node have exactly the properties it gave). keys() and properties() never show them. */
#ifndef CG_QUERY_QUERY_H
#define CG_QUERY_QUERY_H

#include "graph/table.h"
#include "query/table_source.h"

typedef struct cspm_query cg_query;
typedef struct cg_run cg_run;

enum { CG_LANG_GRAPH = 0, CG_LANG_PIPE = 1 };

/* `source` names the text in errors ("query", or a rule file) and `base` is where it starts there (line/column of a YAML scalar; 0 = 1:1).
 */
int32_t cg_query_compile(cg_mem *mem, cg_str text, uint32_t language, cg_str source, cg_pos base, cg_query **out, cspm_error **err);
/* What a host adds to the language, and what it takes away. Built by one thread, then only read; queries copy what they need. */
typedef struct cspm_language cg_language;
int32_t cg_language_new(cg_mem *mem, cg_language **out, cspm_error **err);
void cg_language_free(cg_language *l);
cg_mem *cg_language_mem(const cg_language *l);
/* The name stands for these relationship kinds in patterns; one call for each kind. */
int32_t cg_language_add_type(cg_language *l, cg_str set, cg_str kind, cspm_error **err);
void cg_language_search_regex(cg_language *l, bool search); /* =~ finds anywhere in the text */
/* Queries see only nodes with this label, or whose property is this text, and relationships between those. Setting replaces. */
int32_t cg_language_restrict_label(cg_language *l, cg_str label, cspm_error **err);
int32_t cg_language_restrict_property(cg_language *l, cg_str key, cg_str value, cspm_error **err);
int32_t cg_query_compile_with(cg_mem *mem, const cg_language *host, cg_str text, uint32_t language, cg_str source, cg_pos base,
                              cg_query **out, cspm_error **err);
cg_query *cg_query_ref(cg_query *q);
void cg_query_unref(cg_query *q);
uint32_t cg_query_n_columns(const cg_query *q);
cg_str cg_query_column(const cg_query *q, uint32_t i);

/* What a query can touch, for ordering rules: names of labels, relationship kinds and property keys it reads; and those it reads under
 * negation, counting or any other non-monotone construct. `everything` is set when it reads an untyped relationship or all labels. */
typedef struct cg_query_reads {
    const cg_str *labels, *kinds, *keys;
    uint32_t n_labels, n_kinds, n_keys;
    const cg_str *negated_labels, *negated_kinds;
    uint32_t n_negated_labels, n_negated_kinds;
    bool any_kind, any_label, negated_any;
} cg_query_reads;
const cg_query_reads *cg_query_get_reads(const cg_query *q);
/* Does it read rows that a table source must bring? (pipe form) */
bool cg_query_needs_sources(const cg_query *q);
/* What the reader of an answer should know and the text already tells. */
uint32_t cg_query_n_warnings(const cg_query *q);
cg_str cg_query_warning(const cg_query *q, uint32_t i);

typedef struct cg_param {
    cg_str name;
    cg_value value;
} cg_param;

typedef struct cg_run_limits { /* 0 = default of query-language.md 7.4 / context */
    uint64_t max_rows, max_work, max_memory;
    uint32_t max_path_length;
    int64_t now; /* the clock, microseconds since the epoch; INT64_MIN = unset, datetime() then fails by name */
    /* Rows of flat tables (pipe form); copied, and each is released with the run, also when it could not be opened. */
    const cg_table_source *sources;
    uint32_t n_sources;
} cg_run_limits;

int32_t cg_query_run(cg_query *q, cg_graph *g, const cg_param *params, uint32_t n_params, const cg_run_limits *limits, cspm_op *op,
                     cg_run **out, cspm_error **err);
/* Budgets: max_rows sets CSPM_TRUNCATED_ROWS, max_work and max_path_length CSPM_TRUNCATED_WORK, the op's deadline CSPM_TRUNCATED_TIME; each ends
 * the rows with CSPM_DONE. max_memory sets CSPM_TRUNCATED_MEMORY when rows were returned before, else it is CSPM_E_LIMIT. Named limits (nesting of
 * values, regular expression steps and bytes, plan operators) are CSPM_E_LIMIT always. A cancel is CSPM_E_CANCELLED.
 * CSPM_OK: *row points at n_columns values, valid until the next call. CSPM_DONE at the end (also when truncated; ask). */
int32_t cg_run_next(cg_run *r, const cg_value **row, cspm_error **err);
uint32_t cg_run_truncated(const cg_run *r); /* CSPM_TRUNCATED_* */
uint64_t cg_run_work(const cg_run *r);
void cg_run_free(cg_run *r);
/* The run as a cursor; consumes it. slice_ms 0 = none; batch_rows 0 = CG_BATCH_ROWS. Column types: the single type the column
 * can have in this graph and with these parameters, else VARIANT. */
int32_t cg_run_cursor(cg_run *r, uint32_t batch_rows, uint64_t slice_ms, cspm_cursor **out, cspm_error **err);
/* Plan as text, one operator a line, indented, with estimated rows. */
int32_t cg_query_explain(cg_query *q, cg_graph *g, cg_buf *out, cspm_error **err);
/* Run to the end, throw the rows away, and give the plan with the rows each operator made. */
int32_t cg_query_profile(cg_query *q, cg_graph *g, const cg_param *params, uint32_t n_params, const cg_run_limits *limits, cspm_op *op,
                         cg_buf *out, cspm_error **err);

#endif
