#include "access_test.h"

char *shared_file(cg_mem *mem, const char *name, size_t *length)
{
    const char *root = getenv("CSPM_SHARED");
    char path[1024];
    snprintf(path, sizeof path, "%s/data/%s", root ? root : CSPM_SHARED_DEFAULT, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "skipped: %s is not there\n", path);
        return NULL;
    }
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *text = cg_alloc(mem, (size_t)size + 1);
    ck_assert_ptr_nonnull(text);
    *length = fread(text, 1, (size_t)size, f);
    ck_assert_uint_eq(*length, (size_t)size);
    fclose(f);
    return text;
}

void world_open(world *w, const char *principal, const char *action, const char *resource)
{
    memset(w, 0, sizeof *w);
    w->mem = cg_mem_new(NULL, 0);
    cg_arena_init(&w->arena, w->mem);
    cg_decision_init(&w->decision, w->mem);
    w->request.principal = cg_str_from(principal);
    w->request.action = cg_str_from(action);
    w->request.resource = cg_str_from(resource);
    w->request.keys = w->keys;
    w->policies.scps = w->scps;
    w->policies.rcps = w->rcps;
}

void world_close(world *w)
{
    cg_decision_free(&w->decision);
    cg_arena_free(&w->arena);
    ck_assert_uint_eq(cg_mem_used(w->mem), 0);
    cg_mem_unref(w->mem);
}

cg_policy *world_policy(world *w, cg_policy_kind kind, const char *text)
{
    cg_policy *p = NULL;
    char *copy = cg_arena_strndup(&w->arena, text, strlen(text));
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c == '`' ? '\'' : *c;
    ck_assert_int_eq(cg_policy_parse(&w->arena, cg_str_from(copy), kind, CG_STR("test"), &p, NULL), CSPM_OK);
    return p;
}

static void add(world *w, uint32_t layer, cg_policy_list *list, cg_policy_kind kind, const char *statements)
{
    char text[8192];
    int n = snprintf(text, sizeof text, "{'Version':'2012-10-17','Statement':[%s]}", statements);
    ck_assert_int_lt(n, (int)sizeof text);
    ck_assert_uint_lt(list->count, 4);
    w->lists[layer][list->count++] = world_policy(w, kind, text);
    list->items = w->lists[layer];
}

void world_identity(world *w, const char *statements)
{
    add(w, 0, &w->policies.identity, CG_POLICY_IDENTITY, statements);
}

void world_boundary(world *w, const char *statements)
{
    add(w, 1, &w->policies.boundaries, CG_POLICY_IDENTITY, statements);
}

void world_session(world *w, const char *statements)
{
    add(w, 2, &w->policies.session, CG_POLICY_IDENTITY, statements);
}

void world_resource(world *w, const char *statements)
{
    add(w, 3, &w->policies.resource, CG_POLICY_RESOURCE, statements);
}

void world_scp(world *w, uint32_t level, const char *statements)
{
    if (w->policies.n_scps <= level)
        w->policies.n_scps = level + 1;
    add(w, 4 + level, &w->scps[level], CG_POLICY_IDENTITY, statements);
}

void world_rcp(world *w, const char *statements)
{
    w->policies.n_rcps = 1;
    add(w, 6, &w->rcps[0], CG_POLICY_RESOURCE, statements);
}

void world_key(world *w, const char *name, const char *values)
{
    uint32_t k = w->request.n_keys++, n = 0;
    ck_assert_uint_lt(k, 16);
    for (const char *from = values; from; n++) {
        const char *bar = strchr(from, '|');
        w->values[k][n] = (cg_str){ from, bar ? (size_t)(bar - from) : strlen(from) };
        from = bar ? bar + 1 : NULL;
    }
    w->keys[k] = (cg_access_key){ cg_str_from(name), w->values[k], n };
}

const char *world_decide(world *w)
{
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_aws_decide(&w->request, &w->policies, &w->decision, &err), CSPM_OK);
    ck_assert_ptr_null(err);
    return cg_access_result_name(w->decision.result);
}
