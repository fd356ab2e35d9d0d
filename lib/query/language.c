/* What a host adds to the language and takes away from its sight. */
#include "query/ast.h"
#include "query/host.h"

int32_t cg_language_new(cg_mem *mem, cg_language **out, cspm_error **err)
{
    cg_language *l = cg_calloc(mem, 1, sizeof *l);
    *out = l;
    if (!l)
        return cg_nomem(mem, err);
    l->mem = cg_mem_ref(mem);
    cg_arena_init(&l->arena, mem);
    return CSPM_OK;
}

void cg_language_free(cg_language *l)
{
    if (!l)
        return;
    cg_mem *mem = l->mem;
    for (size_t i = 0; i < l->functions.count; i++)
        q_host_unref(l->functions.data[i]);
    cg_vec_free(mem, &l->functions);
    cg_vec_free(mem, &l->types);
    cg_arena_free(&l->arena);
    cg_free(mem, l);
    cg_mem_unref(mem);
}

cg_mem *cg_language_mem(const cg_language *l)
{
    return l->mem;
}

static bool copy(cg_language *l, cg_str s, cg_str *out)
{
    out->data = cg_arena_strndup(&l->arena, s.length ? s.data : "", s.length);
    out->length = s.length;
    return out->data != NULL;
}

int32_t cg_language_add_type(cg_language *l, cg_str set, cg_str kind, cspm_error **err)
{
    q_type_set entry;
    if (!copy(l, set, &entry.name) || !copy(l, kind, &entry.kind) || !cg_vec_push(l->mem, &l->types, entry))
        return cg_nomem(l->mem, err);
    return CSPM_OK;
}

void cg_language_search_regex(cg_language *l, bool search)
{
    l->regex_search = search;
}

static int32_t restrict_to(cg_language *l, q_sight sight, cg_str name, cg_str value, cspm_error **err)
{
    cg_str own_name, own_value;
    if (!copy(l, name, &own_name) || !copy(l, value, &own_value))
        return cg_nomem(l->mem, err);
    l->sight = sight;
    l->sight_name = own_name;
    l->sight_value = own_value;
    return CSPM_OK;
}

int32_t cg_language_restrict_label(cg_language *l, cg_str label, cspm_error **err)
{
    return restrict_to(l, Q_SEE_LABEL, label, CG_STR(""), err);
}

int32_t cg_language_restrict_property(cg_language *l, cg_str key, cg_str value, cspm_error **err)
{
    return restrict_to(l, Q_SEE_PROPERTY, key, value, err);
}
