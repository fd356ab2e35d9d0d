/* Finished bytes handed to the host. */
#include <stdatomic.h>

#include "graph/table.h"

struct cspm_buffer {
    _Atomic uint32_t refs;
    cg_mem *mem;
    char *data;
    size_t length;
};

static int32_t wrap(cg_mem *mem, char *data, size_t length, cspm_buffer **out, cspm_error **err)
{
    cspm_buffer *buffer = data ? cg_calloc(mem, 1, sizeof *buffer) : NULL;
    *out = NULL;
    if (!buffer) {
        cg_free(mem, data);
        return cg_nomem(mem, err);
    }
    atomic_init(&buffer->refs, 1);
    buffer->mem = cg_mem_ref(mem);
    buffer->data = data;
    buffer->length = length;
    *out = buffer;
    return CSPM_OK;
}

int32_t cg_buffer_from_buf(cg_buf *b, cspm_buffer **out, cspm_error **err)
{
    cg_buf_char(b, '\0'); /* hosts that treat it as a C string find an end */
    bool failed = b->failed;
    size_t length = failed ? 0 : b->length - 1;
    char *data = failed ? NULL : b->data;
    if (failed)
        cg_buf_free(b);
    int32_t rc = wrap(b->mem, data, length, out, err);
    cg_buf_init(b, b->mem, b->ceiling);
    return rc;
}

int32_t cg_buffer_new(cg_mem *mem, size_t size, cspm_buffer **out, void **bytes, cspm_error **err)
{
    char *data = cg_calloc(mem, size ? size : 1, 1);
    int32_t rc = wrap(mem, data, size, out, err);
    *bytes = rc == CSPM_OK ? data : NULL;
    return rc;
}

const void *cspm_buffer_data(const cspm_buffer *buffer, size_t *length)
{
    if (length)
        *length = buffer ? buffer->length : 0;
    return buffer ? buffer->data : "";
}

void cspm_buffer_unref(cspm_buffer *buffer)
{
    if (!buffer || atomic_fetch_sub_explicit(&buffer->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = buffer->mem;
    cg_free(mem, buffer->data);
    cg_free(mem, buffer);
    cg_mem_unref(mem);
}
