/* Functions of the host: the public face of query/host.h. A cspm_value is a cg_value that only this file looks into. */
#include "cspmgraph/function.h"

#include "api/api.h"
#include "query/host.h"

_Static_assert((int)CSPM_VALUE_NULL == CG_NULL && (int)CSPM_VALUE_STRING == CG_STRING && (int)CSPM_VALUE_MAP == CG_MAP &&
                   (int)CSPM_VALUE_NODE == CG_NODE && (int)CSPM_VALUE_PATH == CG_PATH && (int)CSPM_VALUE_DURATION == CG_DURATION,
               "types of values are numbered alike");

static cg_value of(const cspm_value *value)
{
    return value ? *(const cg_value *)(const void *)value : cg_v_null();
}

static const cspm_value *outside(const cg_value *value)
{
    return (const cspm_value *)(const void *)value;
}

int32_t cspm_language_add_function(cspm_language *language, const char *name, size_t name_length, uint32_t min_args, uint32_t max_args,
                                   uint32_t flags, cspm_function function, void *user, void (*release)(void *user), cspm_error **err)
{
    bool known = flags <= (CSPM_FUNCTION_NULLS | CSPM_FUNCTION_CHANGES);
    if (!language || !known) {
        if (release)
            release(user);
        return language ? api_invalid(cg_language_mem(language), err, "a flag of the function is not known") : CSPM_E_INVALID;
    }
    return cg_language_add_function(language, api_str(name, name_length), min_args, max_args, flags & CSPM_FUNCTION_NULLS,
                                    flags & CSPM_FUNCTION_CHANGES, function, user, release, err);
}

uint32_t cspm_call_arg_count(const cspm_call *call)
{
    return call ? cg_call_count(call) : 0;
}

const cspm_value *cspm_call_arg(const cspm_call *call, uint32_t i)
{
    return call ? outside(cg_call_arg(call, i)) : NULL;
}

int32_t cspm_call_return_bool(cspm_call *call, int32_t value)
{
    return call ? cg_call_return(call, cg_v_bool(value != 0)) : CSPM_E_INVALID;
}

int32_t cspm_call_return_int(cspm_call *call, int64_t value)
{
    return call ? cg_call_return(call, cg_v_int(value)) : CSPM_E_INVALID;
}

int32_t cspm_call_return_double(cspm_call *call, double value)
{
    return call ? cg_call_return(call, cg_v_float(value)) : CSPM_E_INVALID;
}

int32_t cspm_call_return_string(cspm_call *call, const char *text, size_t length)
{
    cg_str s = api_str(text, length);
    if (!call)
        return CSPM_E_INVALID;
    if (!s.data || s.length > UINT32_MAX)
        return cg_call_fail(call, s.data ? CG_STR("the text is over 4 GiB") : CG_STR("the text is NULL"));
    return cg_call_return_text(call, s);
}

int32_t cspm_call_return_json(cspm_call *call, const char *json, size_t length)
{
    if (!call)
        return CSPM_E_INVALID;
    return cg_call_return_json(call, json ? api_str(json, length) : CG_STR(""));
}

int32_t cspm_call_return_value(cspm_call *call, const cspm_value *value)
{
    return call ? cg_call_return(call, of(value)) : CSPM_E_INVALID;
}

int32_t cspm_call_fail(cspm_call *call, const char *message, size_t length)
{
    return call ? cg_call_fail(call, message ? api_str(message, length) : CG_STR("")) : CSPM_E_INVALID;
}

uint32_t cspm_value_type(const cspm_value *value)
{
    return of(value).type;
}

int64_t cspm_value_int(const cspm_value *value)
{
    cg_value v = of(value);
    switch (v.type) {
    case CG_INT:
        return v.integer;
    case CG_BOOL:
        return v.boolean;
    case CG_DATE:
    case CG_DATETIME:
        return v.microseconds;
    default:
        return 0;
    }
}

double cspm_value_double(const cspm_value *value)
{
    cg_value v = of(value);
    return v.type == CG_FLOAT ? v.real : v.type == CG_INT ? (double)v.integer : 0.0;
}

static const char *text(cg_str s, size_t *length)
{
    if (length)
        *length = s.length;
    return s.data;
}

const char *cspm_value_string(const cspm_value *value, size_t *length)
{
    cg_value v = of(value);
    return text(v.type == CG_STRING ? cg_value_str(v) : CG_STR_NULL, length);
}

uint32_t cspm_value_count(const cspm_value *value)
{
    cg_value v = of(value);
    return v.type == CG_LIST ? v.list->count : v.type == CG_MAP ? v.map->count : 0;
}

const cspm_value *cspm_value_item(const cspm_value *value, uint32_t i)
{
    cg_value v = of(value);
    if (i >= cspm_value_count(value))
        return NULL;
    return outside(v.type == CG_LIST ? &v.list->items[i] : &v.map->entries[i].value);
}

const char *cspm_value_key(const cspm_value *value, uint32_t i, size_t *length)
{
    cg_value v = of(value);
    return text(v.type == CG_MAP && i < v.map->count ? v.map->entries[i].key : CG_STR_NULL, length);
}
