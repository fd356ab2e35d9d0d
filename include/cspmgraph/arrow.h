/**
 * @file arrow.h
 * Arrow C data interface export (https://arrow.apache.org/docs/format/CDataInterface.html).
 */
#ifndef CSPMGRAPH_ARROW_H
#define CSPMGRAPH_ARROW_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

/**
 * Export a batch as one struct array. Buffers are shared, not copied; release() drops the reference on the batch.
 * Strings are utf8; VARIANT and PATH columns are utf8 with the extension name "arrow.json"; nodes uint32, relationships uint64.
 * @param[out] schema,array filled; the consumer moves or releases them
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_batch_export_arrow(cspm_batch *batch, struct ArrowSchema *schema, struct ArrowArray *array, cspm_error **err);
/**
 * Export a cursor as a stream of struct arrays.
 * @param cursor taken over on CSPM_OK; the stream's release() frees it
 * @param[out] stream filled; one thread at a time
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_cursor_export_arrow(cspm_cursor *cursor, struct ArrowArrayStream *stream, cspm_error **err);

#ifdef __cplusplus
}
#endif

#endif
