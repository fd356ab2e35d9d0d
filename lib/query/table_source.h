/* Flat tables that pipe queries read. Names and columns are fixed here, so a query is checked without a graph; `nodes` and `edges` are read
 * from the graph, rows of the others come from a source that the host of a run passes along. A table without a source has no rows. */
#ifndef CG_QUERY_TABLE_SOURCE_H
#define CG_QUERY_TABLE_SOURCE_H

#include "graph/graph.h"

typedef struct cg_table_column {
    const char *name;
    uint32_t types; /* set of 1 << cg_type that its values have */
} cg_table_column;

typedef struct cg_table_info {
    const char *name; /* lower case; queries may write it in any case */
    const cg_table_column *columns;
    uint32_t n_columns;
    bool built_in;            /* read from the graph itself */
    const char *const *kinds; /* values of the column `type` that rows can have; NULL = not told by type */
    uint32_t n_kinds;
} cg_table_info;

const cg_table_info *cg_table_find(cg_str name); /* NULL = no such table */
uint32_t cg_table_count(void);
const cg_table_info *cg_table_at(uint32_t i);

/* Rows of one table for one run, made when the first one is asked for. */
typedef struct cg_table_source {
    const char *table;
    void *user;
    int32_t (*open)(void *user, cspm_op *op, void **rows, cspm_error **err);
    /* One row: n_columns cells in the order of cg_table_info, null where there is nothing. Cells may live in `arena`, which is emptied
     * before the next row, or in the source. CSPM_OK, CSPM_DONE or an error. */
    int32_t (*next)(void *rows, cg_arena *arena, cg_value *cells, cspm_error **err);
    uint32_t (*truncated)(const void *rows); /* after CSPM_DONE: limits that cut the rows short, CSPM_TRUNCATED_*; NULL = never */
    void (*close)(void *rows);
    void (*release)(void *user); /* with the run; NULL = nothing to do */
} cg_table_source;

#endif
