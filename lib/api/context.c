#include "api/api.h"

#include <stdatomic.h>

cg_str api_str(const char *text, size_t length)
{
    if (!text)
        return CG_STR_NULL;
    return (cg_str){ text, length == CSPM_NUL ? strlen(text) : length };
}

bool api_sized(void *to, uint32_t known_size, const void *from)
{
    uint32_t size;
    memset(to, 0, known_size);
    memcpy(to, &known_size, sizeof known_size);
    if (!from)
        return true;
    memcpy(&size, from, sizeof size);
    if (size < 2 * sizeof(uint32_t))
        return false;
    for (uint32_t i = known_size; i < size; i++)
        if (((const unsigned char *)from)[i])
            return false;
    memcpy(to, from, size < known_size ? size : known_size);
    memcpy(to, &known_size, sizeof known_size);
    return true;
}

int32_t api_invalid(cg_mem *mem, cspm_error **err, const char *what)
{
    return mem ? cg_fail(mem, err, CSPM_E_INVALID, "%s", what) : CSPM_E_INVALID;
}

void cspm_limits_init(cspm_limits *limits, uint32_t struct_size)
{
    if (!limits || struct_size < sizeof(uint32_t))
        return;
    memset(limits, 0, struct_size);
    limits->struct_size = struct_size;
}

int32_t cspm_context_new(const cspm_allocator *allocator, const cspm_limits *limits, cspm_context **out, cspm_error **err)
{
    cspm_limits known;
    if (!out)
        return CSPM_E_INVALID;
    *out = NULL;
    bool limits_fit = api_sized(&known, sizeof known, limits);
    bool allocator_fits = !allocator || (allocator->struct_size >= sizeof(cspm_allocator) && allocator->resize);
    cg_mem *mem = cg_mem_new(allocator_fits ? allocator : NULL, limits_fit ? known.max_memory_bytes : 0);
    if (!mem)
        return cg_nomem(NULL, err);
    int32_t rc = CSPM_OK;
    if (!limits_fit || !allocator_fits)
        rc = cg_fail(mem, err, CSPM_E_ABI, "%s",
                     limits_fit ? "cspm_allocator has an unknown size or no resize function"
                                : "cspm_limits has fields this library does not know");
    cspm_context *context = rc == CSPM_OK ? cg_alloc(mem, sizeof *context) : NULL;
    if (rc == CSPM_OK && !context)
        rc = cg_nomem(mem, err);
    if (rc != CSPM_OK) {
        cg_mem_unref(mem);
        return rc;
    }
    cg_mem_set_limits(mem, &known);
    atomic_init(&context->refs, 1);
    context->mem = mem;
    *out = context;
    return CSPM_OK;
}

cspm_context *cspm_context_ref(cspm_context *context)
{
    if (context)
        atomic_fetch_add_explicit(&context->refs, 1, memory_order_relaxed);
    return context;
}

void cspm_context_unref(cspm_context *context)
{
    if (!context || atomic_fetch_sub_explicit(&context->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = context->mem;
    cg_free(mem, context);
    cg_mem_unref(mem);
}

uint64_t cspm_context_memory(const cspm_context *context, uint64_t *peak)
{
    if (peak)
        *peak = context ? cg_mem_peak(context->mem) : 0;
    return context ? cg_mem_used(context->mem) : 0;
}

uint64_t cspm_context_memory_left(const cspm_context *context)
{
    uint64_t budget = context ? cg_mem_budget(context->mem) : 0;
    if (budget == 0 || budget == UINT64_MAX)
        return UINT64_MAX;
    uint64_t used = cg_mem_used(context->mem);
    return used < budget ? budget - used : 0;
}

cspm_error *cspm_error_new(cspm_context *context, int32_t code, const char *message, size_t length)
{
    cspm_error *error = NULL;
    cg_str text = api_str(message, length);
    if (!context)
        cg_nomem(NULL, &error);
    else
        cg_fail(context->mem, &error, code < 0 ? code : CSPM_E_INTERNAL, "%.*s", CG_FMT(text));
    return error;
}

int32_t cspm_op_new(cspm_context *context, cspm_op **out, cspm_error **err)
{
    if (!out)
        return CSPM_E_INVALID;
    *out = NULL;
    API_CHECK(context ? context->mem : NULL, context, err, "context is NULL");
    return cg_op_new(context->mem, out, err);
}

int32_t cspm_op_status(const cspm_op *op)
{
    return cg_op_check((cspm_op *)op, NULL, NULL);
}
