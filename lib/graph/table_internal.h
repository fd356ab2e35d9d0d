/* What batches, cursors and the Arrow export share. Private to lib/graph/table_*.c and arrow.c. */
#ifndef CG_GRAPH_TABLE_INTERNAL_H
#define CG_GRAPH_TABLE_INTERNAL_H

#include <stdatomic.h>

#include "graph/table.h"

/* Names and types of a table's columns, shared by a builder and its batches. */
typedef struct cg_table_schema {
    _Atomic uint32_t refs;
    cg_mem *mem;
    uint32_t n;
    cg_column_spec *columns; /* names NUL-terminated; types as they are held (STRUCT and MAP are VARIANT) */
    char *text;
} cg_table_schema;

cg_table_schema *cg_table_schema_new(cg_mem *mem, const cg_column_spec *columns, uint32_t n); /* NULL when memory is refused */
cg_table_schema *cg_table_schema_ref(cg_table_schema *s);
void cg_table_schema_unref(cg_table_schema *s);

/* Distinct values of a DICT_STRING column. */
typedef struct cg_dictionary {
    _Atomic uint32_t refs;
    cg_mem *mem;
    int32_t *offsets;
    char *bytes;
    cspm_column view;
} cg_dictionary;

cg_dictionary *cg_dictionary_ref(cg_dictionary *d);
void cg_dictionary_unref(cg_dictionary *d);

/* One column as stored: `view` points into the blocks it owns, into `item` or into the dictionary. */
typedef struct cg_batch_column {
    cspm_column view;
    struct cg_batch_column *item; /* LIST */
    cg_dictionary *dictionary;    /* DICT_STRING */
    const cspm_column *child[1];
    uint8_t *validity;
    char *values;
    int32_t *offsets;
} cg_batch_column;

struct cspm_batch {
    _Atomic uint32_t refs;
    cg_mem *mem;
    cg_graph *graph; /* may be NULL */
    cg_table_schema *schema;
    uint64_t rows;
    uint32_t n;
    cg_batch_column *columns;
};

cg_table_schema *cg_cursor_schema(const cspm_cursor *cursor);
cg_mem *cg_cursor_mem(const cspm_cursor *cursor);

static inline bool cg_column_is_text(uint32_t type)
{
    return type == CSPM_TYPE_STRING || type == CSPM_TYPE_VARIANT || type == CSPM_TYPE_PATH || type == CSPM_TYPE_DURATION;
}
static inline bool cg_bit_get(const uint8_t *bits, uint64_t i) { return bits[i >> 3] >> (i & 7) & 1; }

#endif
