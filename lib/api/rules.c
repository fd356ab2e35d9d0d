/* Rule sets. */
#include "cspmgraph/rules.h"

#include "api/api.h"
#include "rules/rules.h"

int32_t cspm_ruleset_new(cspm_context *context, cspm_ruleset **out, cspm_error **err)
{
    if (!context || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    return cg_ruleset_new(context->mem, out, err);
}

int32_t cspm_ruleset_add_builtin(cspm_ruleset *rules, cspm_error **err)
{
    return rules ? cg_ruleset_add_builtin(rules, err) : CSPM_E_INVALID;
}

int32_t cspm_ruleset_add_path(cspm_ruleset *rules, const char *path, size_t path_length, cspm_error **err)
{
    cg_str text = api_str(path, path_length);
    cg_arena arena;
    if (!rules || !text.data)
        return CSPM_E_INVALID;
    cg_mem *mem = cg_ruleset_mem(rules);
    API_CHECK(mem, text.length > 0 && !memchr(text.data, 0, text.length), err, "path is empty or contains a NUL byte");
    cg_arena_init(&arena, mem);
    char *copy = cg_arena_strndup(&arena, text.data, text.length);
    int32_t rc = copy ? cg_ruleset_add_path(rules, copy, err) : cg_nomem(mem, err);
    cg_arena_free(&arena);
    return rc;
}

int32_t cspm_ruleset_add_text(cspm_ruleset *rules, const char *yaml, size_t length, const char *source, cspm_error **err)
{
    return rules && yaml ? cg_ruleset_add_text(rules, api_str(yaml, length), source ? api_str(source, CSPM_NUL) : CG_STR("pack"), err)
                         : CSPM_E_INVALID;
}

int32_t cspm_ruleset_disable(cspm_ruleset *rules, const char *id, size_t id_length, cspm_error **err)
{
    return rules && id ? cg_ruleset_disable(rules, api_str(id, id_length), err) : CSPM_E_INVALID;
}

int32_t cspm_ruleset_seal(cspm_ruleset *rules, cspm_error **err)
{
    return rules ? cg_ruleset_seal(rules, err) : CSPM_E_INVALID;
}

int32_t cspm_ruleset_table(cspm_ruleset *rules, cspm_cursor **out, cspm_error **err)
{
    if (!rules || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    return cg_ruleset_table(rules, out, err);
}

int32_t cspm_ruleset_show(cspm_ruleset *rules, const char *id, size_t id_length, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    if (!rules || !id || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_buf_init(&b, cg_ruleset_mem(rules), 0);
    int32_t rc = cg_ruleset_show(rules, api_str(id, id_length), &b, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}

int32_t cspm_ruleset_test(cspm_ruleset *rules, cspm_op *op, uint32_t *passed, uint32_t *failed, cspm_buffer **report, cspm_error **err)
{
    cg_buf b;
    uint32_t good = 0, bad = 0;
    if (!rules || !report)
        return CSPM_E_INVALID;
    *report = NULL;
    int32_t rc = cg_ruleset_seal(rules, err);
    if (rc != CSPM_OK)
        return rc;
    cg_buf_init(&b, cg_ruleset_mem(rules), 0);
    rc = cg_rules_test(rules, op, &b, &good, &bad, err);
    if (passed)
        *passed = good;
    if (failed)
        *failed = bad;
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, report, err);
    cg_buf_free(&b);
    return rc;
}

cspm_ruleset *cspm_ruleset_ref(cspm_ruleset *rules)
{
    return rules ? cg_ruleset_ref(rules) : NULL;
}

void cspm_ruleset_unref(cspm_ruleset *rules)
{
    if (rules)
        cg_ruleset_unref(rules);
}
