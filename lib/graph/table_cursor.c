/* Cursors: named columns and a source of batches. */
#include "graph/table_internal.h"

struct cspm_cursor {
    cg_mem *mem;
    cg_table_schema *schema;
    const cg_cursor_ops *ops;
    void *self;
    int32_t ended; /* 0, CSPM_DONE, or the error the source stopped with */
};

int32_t cg_cursor_new(cg_mem *mem, const cg_column_spec *columns, uint32_t n, const cg_cursor_ops *ops, void *self, cspm_cursor **out,
                      cspm_error **err)
{
    *out = NULL;
    cspm_cursor *c = cg_calloc(mem, 1, sizeof *c);
    cg_table_schema *schema = c ? cg_table_schema_new(mem, columns, n) : NULL;
    if (!schema) {
        cg_free(mem, c);
        return cg_nomem(mem, err);
    }
    *c = (cspm_cursor){ .mem = cg_mem_ref(mem), .schema = schema, .ops = ops, .self = self };
    *out = c;
    return CSPM_OK;
}

cg_table_schema *cg_cursor_schema(const cspm_cursor *cursor)
{
    return cursor->schema;
}
cg_mem *cg_cursor_mem(const cspm_cursor *cursor)
{
    return cursor->mem;
}

int32_t cspm_cursor_next(cspm_cursor *cursor, cspm_batch **out, cspm_error **err)
{
    if (out)
        *out = NULL;
    if (!cursor || !out)
        return CSPM_E_INVALID;
    if (cursor->ended < 0)
        return cg_fail(cursor->mem, err, cursor->ended, "this table stopped with an error before");
    if (cursor->ended)
        return CSPM_DONE;
    int32_t rc = cursor->ops->next(cursor->self, out, err);
    if (rc < 0 || rc == CSPM_DONE)
        cursor->ended = rc;
    return rc;
}

uint32_t cspm_cursor_columns(const cspm_cursor *cursor)
{
    return cursor ? cursor->schema->n : 0;
}

const char *cspm_cursor_column_name(const cspm_cursor *cursor, uint32_t column, size_t *length)
{
    bool known = cursor && column < cursor->schema->n;
    cg_str name = known ? cursor->schema->columns[column].name : CG_STR("");
    if (length)
        *length = name.length;
    return name.data;
}

uint32_t cspm_cursor_column_type(const cspm_cursor *cursor, uint32_t column)
{
    return cursor && column < cursor->schema->n ? cursor->schema->columns[column].type : (uint32_t)CSPM_TYPE_NULL;
}

uint32_t cspm_cursor_truncated(const cspm_cursor *cursor)
{
    return cursor && cursor->ops->truncated ? cursor->ops->truncated(cursor->self) : 0;
}

void cspm_cursor_free(cspm_cursor *cursor)
{
    if (!cursor)
        return;
    cg_mem *mem = cursor->mem;
    if (cursor->ops->free)
        cursor->ops->free(cursor->self);
    cg_table_schema_unref(cursor->schema);
    cg_free(mem, cursor);
    cg_mem_unref(mem);
}
