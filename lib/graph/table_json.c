/* Cells and rows of a batch as JSON. */
#include "graph/table_internal.h"

#define US_PER_DAY INT64_C(86400000000)

static cg_str text_at(const cspm_column *c, uint64_t row)
{
    int32_t start = c->offsets[row], end = c->offsets[row + 1];
    return (cg_str){ (const char *)c->values + start, (size_t)(end - start) };
}

static void write_quoted_iso(cg_buf *b, cg_value v)
{
    cg_buf_char(b, '"');
    cg_value_write_iso(b, v);
    cg_buf_char(b, '"');
}

static int32_t write_list(cg_buf *b, const cspm_batch *batch, const cspm_column *c, uint64_t row, cspm_error **err);

static int32_t write_cell(cg_buf *b, const cspm_batch *batch, const cspm_column *c, uint64_t row, cspm_error **err)
{
    if (c->type == CSPM_TYPE_NULL || (c->validity && !cg_bit_get(c->validity, row))) {
        cg_buf_adds(b, "null");
        return CSPM_OK;
    }
    switch (c->type) {
    case CSPM_TYPE_BOOL:
        cg_buf_adds(b, cg_bit_get(c->values, row) ? "true" : "false");
        return CSPM_OK;
    case CSPM_TYPE_INT64:
        cg_buf_int(b, ((const int64_t *)c->values)[row]);
        return CSPM_OK;
    case CSPM_TYPE_DOUBLE:
        cg_json_write_double(b, ((const double *)c->values)[row]);
        return CSPM_OK;
    case CSPM_TYPE_DICT_STRING:
        cg_json_write_string(b, text_at(c->children[0], (uint64_t)((const int32_t *)c->values)[row]));
        return CSPM_OK;
    case CSPM_TYPE_NODE:
        return cg_value_write_json(b, batch->graph, cg_v_node(((const uint32_t *)c->values)[row]), err);
    case CSPM_TYPE_EDGE:
        return cg_value_write_json(b, batch->graph, cg_v_rel(((const uint64_t *)c->values)[row]), err);
    case CSPM_TYPE_LIST:
        return write_list(b, batch, c, row, err);
    case CSPM_TYPE_TIMESTAMP_US:
        write_quoted_iso(b, (cg_value){ .type = CG_DATETIME, .microseconds = ((const int64_t *)c->values)[row] });
        return CSPM_OK;
    case CSPM_TYPE_DATE:
        write_quoted_iso(b, (cg_value){ .type = CG_DATE, .microseconds = ((const int32_t *)c->values)[row] * US_PER_DAY });
        return CSPM_OK;
    case CSPM_TYPE_STRING:
    case CSPM_TYPE_DURATION:
        cg_json_write_string(b, text_at(c, row));
        return CSPM_OK;
    default: /* VARIANT and PATH hold JSON already */
        cg_buf_str(b, text_at(c, row));
        return CSPM_OK;
    }
}

/* Lists hold no lists, so this goes one level deep. */
static int32_t write_list(cg_buf *b, const cspm_batch *batch, const cspm_column *c, uint64_t row, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_buf_char(b, '[');
    for (int32_t i = c->offsets[row]; i < c->offsets[row + 1] && rc == CSPM_OK; i++) {
        if (i > c->offsets[row])
            cg_buf_char(b, ',');
        rc = write_cell(b, batch, c->children[0], (uint64_t)i, err);
    }
    cg_buf_char(b, ']');
    return rc;
}

static int32_t write_row(cg_buf *b, const cspm_batch *batch, uint64_t row, bool named, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_buf_char(b, named ? '{' : '[');
    for (uint32_t i = 0; i < batch->n && rc == CSPM_OK; i++) {
        if (i)
            cg_buf_char(b, ',');
        if (named) {
            cg_json_write_string(b, batch->schema->columns[i].name);
            cg_buf_char(b, ':');
        }
        rc = write_cell(b, batch, &batch->columns[i].view, row, err);
    }
    cg_buf_char(b, named ? '}' : ']');
    return rc;
}

int32_t cspm_batch_cell_json(const cspm_batch *batch, uint32_t column, uint64_t row, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    if (out)
        *out = NULL;
    if (!batch || !out)
        return CSPM_E_INVALID;
    if (column >= batch->n || row >= batch->rows)
        return cg_fail(batch->mem, err, CSPM_E_INVALID, "no cell at column %u, row %llu", column, (unsigned long long)row);
    cg_buf_init(&b, batch->mem, 0);
    int32_t rc = write_cell(&b, batch, &batch->columns[column].view, row, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}

int32_t cspm_batch_json(const cspm_batch *batch, uint32_t format, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    int32_t rc = CSPM_OK;
    if (out)
        *out = NULL;
    if (!batch || !out)
        return CSPM_E_INVALID;
    if (format > 1)
        return cg_fail(batch->mem, err, CSPM_E_INVALID, "row format %u is neither 0 (array of arrays) nor 1 (one object a line)", format);
    cg_buf_init(&b, batch->mem, 0);
    if (format == 0)
        cg_buf_char(&b, '[');
    for (uint64_t row = 0; row < batch->rows && rc == CSPM_OK; row++) {
        if (format == 0 && row)
            cg_buf_char(&b, ',');
        rc = write_row(&b, batch, row, format == 1, err);
        if (format == 1)
            cg_buf_char(&b, '\n');
    }
    if (format == 0)
        cg_buf_char(&b, ']');
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}
