/**
 * @file table.h
 * Tables: a cursor gives immutable columnar batches in Arrow memory layout.
 */
#ifndef CSPMGRAPH_TABLE_H
#define CSPMGRAPH_TABLE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Column types. NODE is a node number (uint32) and EDGE a relationship identity (uint64), both valid for one graph. */
enum {
    CSPM_TYPE_NULL = 0,
    CSPM_TYPE_BOOL = 1,         /**< bitmap */
    CSPM_TYPE_INT64 = 2,
    CSPM_TYPE_DOUBLE = 3,
    CSPM_TYPE_STRING = 4,       /**< int32 offsets + UTF-8 bytes */
    CSPM_TYPE_DICT_STRING = 5,  /**< int32 indices + dictionary in children[0] */
    CSPM_TYPE_NODE = 6,
    CSPM_TYPE_EDGE = 7,
    CSPM_TYPE_LIST = 8,         /**< int32 offsets + items in children[0] */
    CSPM_TYPE_TIMESTAMP_US = 9, /**< int64 microseconds since the epoch, UTC */
    CSPM_TYPE_STRUCT = 10,
    CSPM_TYPE_MAP = 11,
    CSPM_TYPE_PATH = 12,        /**< UTF-8 JSON of a path */
    CSPM_TYPE_DATE = 13,        /**< int32 days since the epoch */
    CSPM_TYPE_DURATION = 14,    /**< ISO 8601 text */
    CSPM_TYPE_VARIANT = 15      /**< UTF-8 JSON; the column's values can have more than one type */
};

/** One column of a batch; pointers are borrowed from the batch. */
typedef struct cspm_column {
    uint32_t struct_size;
    uint32_t type;
    uint64_t length;
    uint64_t null_count;
    uint64_t offset;                          /**< first row within the buffers */
    const uint8_t *validity;                  /**< bit set = present; NULL = no nulls */
    const void *values;                       /**< fixed width values, bitmap, or UTF-8 bytes */
    const int32_t *offsets;                   /**< length + 1 entries: STRING, VARIANT, PATH, LIST, MAP */
    uint64_t values_bytes;
    uint64_t n_children;
    const struct cspm_column *const *children;
    uint64_t reserved[4];
} cspm_column;

/**
 * The next batch of rows.
 * @param[out] out the batch, the caller's to unref; NULL unless CSPM_OK
 * @return CSPM_OK and a batch; CSPM_DONE at the end; CSPM_MORE when the time slice is over and no batch is full yet (call again); or the error
 *  of the call behind the cursor
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_cursor_next(cspm_cursor *cursor, cspm_batch **out, cspm_error **err);
/**
 * Number of columns.
 * @thread any
 * @since 0.1
 */
CSPM_API uint32_t cspm_cursor_columns(const cspm_cursor *cursor);
/**
 * Name of a column.
 * @param[out] length bytes; may be NULL
 * @return borrowed until the cursor is freed; "" when there is no such column
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_cursor_column_name(const cspm_cursor *cursor, uint32_t column, size_t *length);
/**
 * Type of a column, CSPM_TYPE_*; the same in every batch.
 * @thread any
 * @since 0.1
 */
CSPM_API uint32_t cspm_cursor_column_type(const cspm_cursor *cursor, uint32_t column);
/**
 * Which limits cut the rows short so far.
 * @return mask of CSPM_TRUNCATED_*; 0 = complete
 * @thread one
 * @since 0.1
 */
CSPM_API uint32_t cspm_cursor_truncated(const cspm_cursor *cursor);
/**
 * Release a cursor; batches it gave stay valid. NULL is fine.
 * @thread one
 * @since 0.1
 */
CSPM_API void cspm_cursor_free(cspm_cursor *cursor);

/**
 * Number of rows, at most 65,536.
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_batch_rows(const cspm_batch *batch);
/**
 * Borrow one column.
 * @param[in,out] out the caller sets struct_size; pointers in it are borrowed until the batch is released
 * @return CSPM_OK, or CSPM_E_INVALID when there is no such column
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_batch_column(const cspm_batch *batch, uint32_t column, cspm_column *out);
/**
 * One cell as JSON text, whatever its column's type.
 * @param[out] out the caller's to unref
 * @return CSPM_OK or CSPM_E_INVALID when there is no such cell
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_batch_cell_json(const cspm_batch *batch, uint32_t column, uint64_t row, cspm_buffer **out, cspm_error **err);
/**
 * All rows as JSON text.
 * @param format 0 = one array of arrays; 1 = one object a line
 * @param[out] out the caller's to unref
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_batch_json(const cspm_batch *batch, uint32_t format, cspm_buffer **out, cspm_error **err);
/**
 * One more reference.
 * @return the same batch
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_batch *cspm_batch_ref(cspm_batch *batch);
/**
 * One reference less. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_batch_unref(cspm_batch *batch);

/**
 * The bytes of a buffer; a NUL follows them.
 * @param[out] length bytes; may be NULL
 * @return borrowed until the buffer is released
 * @thread any
 * @since 0.1
 */
CSPM_API const void *cspm_buffer_data(const cspm_buffer *buffer, size_t *length);
/**
 * Release a buffer. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_buffer_unref(cspm_buffer *buffer);

#ifdef __cplusplus
}
#endif

#endif
