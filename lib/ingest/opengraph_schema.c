/* OpenGraph extension definition: {"schema", "node_kinds", "relationship_kinds": [{"name", "is_traversable"}], …}. It brings no nodes or
 * edges; it says which relationship kinds can be traversed. Icons, colours and finding texts in it are for a user interface only. */
#include "ingest/dialects.h"
#include "ingest/sniff.h"

#define DEFINITION_BYTES_MAX (64u << 20) /* read as a whole; real ones are tens of kilobytes */

typedef struct definition {
    cg_builder *b;
    cg_mem *mem;
    cg_str source;
    cg_buf text;
    char name[];
} definition;

static int definition_recognise(const char *head, size_t length, bool whole)
{
    cg_peek top, inner;
    cg_str key, rest;
    bool schema = false, kinds = false;

    (void)whole;
    if (!cg_peek_object(&top, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        schema = schema || (cg_peek_is(key, "schema") && cg_peek_object(&inner, rest));
        kinds = kinds || ((cg_peek_is(key, "node_kinds") || cg_peek_is(key, "relationship_kinds")) && cg_peek_array(&inner, rest));
        if (cg_peek_is(key, "graph"))
            return 0;
    }
    return schema && kinds ? 100 : 0;
}

static void definition_close(void *state)
{
    definition *d = state;

    if (!d)
        return;
    cg_buf_free(&d->text);
    cg_free(d->mem, d);
}

static int32_t definition_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    definition *d = cg_alloc(mem, sizeof *d + source.length + 1);

    (void)op;
    *out = d;
    if (!d)
        return cg_nomem(mem, err);
    d->b = b;
    d->mem = mem;
    memcpy(d->name, source.data, source.length);
    d->source = (cg_str){ d->name, source.length };
    cg_buf_init(&d->text, mem, 0);
    return CSPM_OK;
}

static int32_t definition_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    definition *d = state;

    if (length > DEFINITION_BYTES_MAX - d->text.length)
        return cg_fail_at(d->mem, err, CSPM_E_LIMIT, d->source, (cg_pos){ 0 }, "extension definition is larger than %u bytes",
                          DEFINITION_BYTES_MAX);
    cg_buf_add(&d->text, bytes, length);
    return d->text.failed ? cg_nomem(d->mem, err) : CSPM_OK;
}

static int32_t declare(definition *d, const cg_tree *item, size_t index, cspm_error **err)
{
    const cg_tree *name = cg_tree_get(item, "name");
    const cg_tree *traversable = cg_tree_get(item, "is_traversable");
    const char *fault = NULL;

    if (item->type != CG_TREE_MAP)
        fault = "it must be an object";
    else if (!name || name->type != CG_TREE_STRING || name->string.length == 0)
        fault = "name must be a string";
    else if (memchr(name->string.data, '\0', name->string.length))
        fault = "its name holds the character U+0000";
    else if (traversable && traversable->type != CG_TREE_BOOL && traversable->type != CG_TREE_NULL)
        fault = "is_traversable must be a boolean";
    if (fault)
        return cg_builder_diag(d->b, CG_DIAG_WARNING, "bad-item", item->pos, err, "relationship_kinds[%zu] skipped: %s", index, fault);

    uint32_t kind = cg_builder_kind(d->b, name->string.data, name->string.length);
    if (kind == CG_NO_NAME)
        return cg_nomem(d->mem, err);
    return cg_builder_declare_kind(d->b, kind, traversable && traversable->type == CG_TREE_BOOL && traversable->boolean, err);
}

static int32_t declare_all(definition *d, const cg_tree *kinds, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    if (!kinds || kinds->type == CG_TREE_NULL)
        return CSPM_OK;
    if (kinds->type != CG_TREE_LIST)
        return cg_fail_at(d->mem, err, CSPM_E_PARSE, d->source, kinds->pos, "relationship_kinds must be an array");
    for (uint32_t i = 0; i < kinds->list.count && rc == CSPM_OK; i++)
        rc = declare(d, kinds->list.items[i], i, err);
    return rc;
}

static int32_t definition_finish(void *state, cspm_error **err)
{
    definition *d = state;
    const cspm_limits *limits = cg_builder_limits(d->b);
    const cg_json_limits json_limits = {
        .max_depth = limits->max_depth > UINT32_MAX ? UINT32_MAX : (uint32_t)limits->max_depth,
        .max_string_bytes = limits->max_string_bytes,
        .allow_nul = true,
    };
    cg_arena arena;
    cg_tree *root;
    int32_t rc;

    cg_arena_init(&arena, d->mem);
    rc = cg_tree_from_json(&arena, cg_buf_view(&d->text), d->source, &json_limits, &root, err);
    if (rc == CSPM_OK && root->type != CG_TREE_MAP)
        rc = cg_fail_at(d->mem, err, CSPM_E_PARSE, d->source, root->pos, "the top level must be an object");
    if (rc == CSPM_OK)
        rc = declare_all(d, cg_tree_get(root, "relationship_kinds"), err);
    cg_arena_free(&arena);
    return rc;
}

const cg_dialect cg_dialect_opengraph_schema = {
    .name = "opengraph-schema",
    .title = "OpenGraph extension definition",
    .recognised = "a JSON object with a \"schema\" object and \"node_kinds\" or \"relationship_kinds\"",
    .rank = 50,
    .recognise = definition_recognise,
    .open = definition_open,
    .feed = definition_feed,
    .finish = definition_finish,
    .close = definition_close,
};
