/* Policies evaluated without a graph. */
#include "cspmgraph/access.h"

#include "access/access.h"
#include "api/api.h"

int32_t cspm_can_vectors(cspm_context *context, const char *json, size_t length, const char *name, cspm_op *op, cspm_buffer **out,
                         cspm_error **err)
{
    cg_buf lines;
    if (!out)
        return CSPM_E_INVALID;
    *out = NULL;
    API_CHECK(context ? context->mem : NULL, context, err, "context is NULL");
    API_CHECK(context->mem, json, err, "json is NULL");
    cg_buf_init(&lines, context->mem, 0);
    int32_t rc = cg_access_vectors(context->mem, api_str(json, length), api_str(name ? name : "vectors", CSPM_NUL), op, &lines, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&lines, out, err);
    cg_buf_free(&lines);
    return rc;
}
