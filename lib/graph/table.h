/* Cursors over immutable columnar batches in Arrow memory layout: the one shape every table of the library has. */
#ifndef CG_GRAPH_TABLE_H
#define CG_GRAPH_TABLE_H

#include "base/op.h"
#include "cspmgraph/table.h"
#include "graph/graph.h"

/* Build one batch column by column; at most CG_BATCH_ROWS rows. STRUCT and MAP columns are held as VARIANT: each row may have other fields. */
#define CG_BATCH_ROWS 65536
typedef struct cg_batch_builder cg_batch_builder;
typedef struct cg_column_spec {
    cg_str name;
    uint32_t type; /* CSPM_TYPE_* */
    uint32_t item; /* LIST: type of the items; 0 = STRING. Lists of lists are VARIANT */
} cg_column_spec;
int32_t cg_batch_builder_new(cg_mem *mem, cg_graph *g, const cg_column_spec *columns, uint32_t n, cg_batch_builder **out, cspm_error **err);
/* Append one cell to column i; every column must have the same number of cells at finish. A value of another type than the column's goes in
 * as JSON when the column is VARIANT, else CSPM_E_INTERNAL. */
int32_t cg_batch_append(cg_batch_builder *bb, uint32_t column, cg_value v, cspm_error **err);
/* The dictionary of a DICT_STRING column (or of a LIST of them): fixed before the first row, shared by every batch of this builder.
 * Cells are then strings that stand in it, or CG_INT positions in it. Values are copied. */
int32_t cg_batch_builder_dictionary(cg_batch_builder *bb, uint32_t column, const cg_str *values, uint32_t n, cspm_error **err);
uint64_t cg_batch_builder_rows(const cg_batch_builder *bb);
/* Time to finish this batch: CG_BATCH_ROWS rows, or so much text that offsets and memory should not grow further. Ask between rows. */
bool cg_batch_builder_full(const cg_batch_builder *bb);
int32_t cg_batch_builder_finish(cg_batch_builder *bb, cspm_batch **out, cspm_error **err); /* resets the builder for the next batch */
void cg_batch_builder_free(cg_batch_builder *bb);

/* A cursor is a source of batches. `next` gives CSPM_OK and a batch, CSPM_DONE, CSPM_MORE, or an error; it is not called again after DONE or an
 * error. `truncated` and `free` may be NULL. cg_cursor_new takes `self` only on success. */
typedef struct cg_cursor_ops {
    int32_t (*next)(void *self, cspm_batch **out, cspm_error **err);
    uint32_t (*truncated)(const void *self);
    void (*free)(void *self);
} cg_cursor_ops;
int32_t cg_cursor_new(cg_mem *mem, const cg_column_spec *columns, uint32_t n, const cg_cursor_ops *ops, void *self, cspm_cursor **out, cspm_error **err);

/* A finished text as a public buffer, refcounted; takes over the bytes of `b` (which is reset) on success and frees them on failure. */
int32_t cg_buffer_from_buf(cg_buf *b, cspm_buffer **out, cspm_error **err);
/* A buffer over fixed bytes with room for a few arrays: one block of `size` zeroed bytes. */
int32_t cg_buffer_new(cg_mem *mem, size_t size, cspm_buffer **out, void **bytes, cspm_error **err);

/* JSON of any value as the contract writes it (nodes with kinds and properties, paths, floats with a point). */
int32_t cg_value_write_json(cg_buf *b, const cg_graph *g, cg_value v, cspm_error **err);
/* Text for tables and CSV: strings bare, the rest as JSON; a node by its name or id. */
int32_t cg_value_write_text(cg_buf *b, const cg_graph *g, cg_value v, cspm_error **err);
/* Properties alone, as a JSON object. */
int32_t cg_map_write_json(cg_buf *b, const cg_graph *g, const cg_map *map, cspm_error **err);
/* Dates, instants and durations as ISO 8601 text, without quotes. */
void cg_value_write_iso(cg_buf *b, cg_value v);
/* A tree (JSON parameter) as a value in arena. */
int32_t cg_value_from_tree(cg_arena *arena, const cg_tree *t, cg_value *out);

/* Ready-made tables of a graph: CSPM_TABLE_NODES, _EDGES, _DIAGNOSTICS, _SCHEMA, _SOURCES. */
int32_t cg_graph_table(cg_graph *g, uint32_t table, cspm_cursor **out, cspm_error **err);

#endif
