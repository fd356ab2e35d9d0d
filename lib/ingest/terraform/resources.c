/* The resources of a document, whatever its form: modules of a state or plan, or the flat list of a state file. */
#include "ingest/terraform/terraform.h"

#define MAX_MODULES 64u /* nested */

static const cg_tree *list_in(const cg_tree *map, const char *key)
{
    const cg_tree *t = cg_tree_get(map, key);
    return t && t->type == CG_TREE_LIST ? t : NULL;
}

/* ---- look-up ---- */

static uint32_t key_of(tf_document *d, cg_str module, cg_str type_and_name, bool add)
{
    char room[512];
    const size_t length = module.length + 1 + type_and_name.length;
    char *key = length <= sizeof room ? room : cg_arena_alloc(&d->made, length);

    if (!key) {
        d->refused = true;
        return CG_INTERN_NONE;
    }
    if (module.length)
        memcpy(key, module.data, module.length);
    key[module.length] = ' ';
    memcpy(key + module.length + 1, type_and_name.data, type_and_name.length);
    return add ? cg_intern_add(d->names, key, length) : cg_intern_find(d->names, key, length);
}

const tf_resource *tf_find(const tf_document *d, cg_str module, cg_str type_and_name)
{
    const uint32_t id = key_of((tf_document *)d, module, type_and_name, false);
    return id == CG_INTERN_NONE || d->first.data[id] == UINT32_MAX ? NULL : &d->resources.data[d->first.data[id]];
}

const tf_resource *tf_first(const tf_document *d, const char *type)
{
    const uint32_t id = cg_intern_find(d->types, type, strlen(type));
    return id == CG_INTERN_NONE ? NULL : &d->resources.data[d->seen.data[id].first];
}

const tf_resource *tf_next(const tf_document *d, const tf_resource *r)
{
    return r->next_of_type == UINT32_MAX ? NULL : &d->resources.data[r->next_of_type];
}

/* ---- collecting ---- */

static cg_str joined(tf_document *d, cg_str a, const char *between, cg_str b)
{
    const size_t n = strlen(between);
    char *text = cg_arena_alloc(&d->arena, a.length + n + b.length + 1);

    if (!text) {
        d->refused = true;
        return CG_STR("");
    }
    if (a.length)
        memcpy(text, a.data, a.length);
    memcpy(text + a.length, between, n);
    memcpy(text + a.length + n, b.data, b.length);
    text[a.length + n + b.length] = '\0';
    return (cg_str){ text, a.length + n + b.length };
}

static int32_t add(tf_document *d, tf_resource r, cspm_error **err)
{
    if (!r.type.length || !r.name.length || (r.values && r.values->type != CG_TREE_MAP))
        return aws_skip(&d->aws, r.values, "malformed-resource", err, "resource \"%.*s\" has no type, name or values: skipped",
                        CG_FMT(r.address));
    r.next_of_type = UINT32_MAX;
    return cg_vec_push(d->mem, &d->resources, r) ? CSPM_OK : cg_nomem(d->mem, err);
}

static int32_t add_resource(tf_document *d, const cg_tree *t, cg_str module, cspm_error **err)
{
    tf_resource r = { .module = module,
                      .address = cg_tree_string(cg_tree_get(t, "address")),
                      .type = cg_tree_string(cg_tree_get(t, "type")),
                      .name = cg_tree_string(cg_tree_get(t, "name")),
                      .values = cg_tree_get(t, "values"),
                      .data = cg_str_eq(cg_tree_string(cg_tree_get(t, "mode")), CG_STR("data")) };
    if (r.values && r.values->type == CG_TREE_NULL)
        r.values = NULL;
    if (!r.address.data)
        r.address = r.type.data && r.name.data ? joined(d, r.type, ".", r.name) : CG_STR("?");
    return add(d, r, err);
}

static int32_t add_module(tf_document *d, const cg_tree *module, uint32_t depth, cspm_error **err)
{
    const cg_tree *resources = list_in(module, "resources"), *children = list_in(module, "child_modules");
    const cg_str address = cg_tree_string(cg_tree_get(module, "address"));
    int32_t rc = CSPM_OK;

    if (depth > MAX_MODULES)
        return aws_skip(&d->aws, module, "too-deep", err, "modules are nested deeper than %u: skipped", MAX_MODULES);
    for (uint32_t i = 0; resources && i < resources->list.count && rc == CSPM_OK; i++)
        rc = add_resource(d, resources->list.items[i], address.data ? address : CG_STR(""), err);
    for (uint32_t i = 0; children && i < children->list.count && rc == CSPM_OK; i++)
        rc = add_module(d, children->list.items[i], depth + 1, err);
    return rc;
}

/* A state file: {"resources": [{"module", "mode", "type", "name", "instances": [{"index_key", "attributes"}]}]} */
static int32_t add_state_file(tf_document *d, const cg_tree *resources, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < resources->list.count && rc == CSPM_OK; i++) {
        const cg_tree *t = resources->list.items[i], *instances = list_in(t, "instances");
        tf_resource r = { .module = cg_tree_string(cg_tree_get(t, "module")),
                          .type = cg_tree_string(cg_tree_get(t, "type")),
                          .name = cg_tree_string(cg_tree_get(t, "name")),
                          .data = cg_str_eq(cg_tree_string(cg_tree_get(t, "mode")), CG_STR("data")) };
        if (!r.module.data)
            r.module = CG_STR("");
        r.address = r.type.data && r.name.data ? joined(d, r.type, ".", r.name) : CG_STR("?");
        if (r.module.length)
            r.address = joined(d, r.module, ".", r.address);
        for (uint32_t k = 0; instances && k < instances->list.count && rc == CSPM_OK; k++) {
            r.values = cg_tree_get(instances->list.items[k], "attributes");
            rc = add(d, r, err);
        }
    }
    return rc;
}

/* ---- the configuration behind a plan ---- */

/* Take the first call off an address. Calls are named without the instance keys that addresses carry: "module.web[0].module.db" is web,
 * then db. */
static bool next_call(cg_str *module, cg_str *name)
{
    const char *p = module->data, *end = p + module->length;

    if (end - p < 8 || memcmp(p, "module.", 7) != 0)
        return false;
    name->data = p += 7;
    while (p < end && *p != '.' && *p != '[')
        p++;
    name->length = (size_t)(p - name->data);
    if (p < end && *p == '[') { /* a key may hold any character but is quoted then */
        bool quoted = false;
        for (; p < end && (quoted || *p != ']'); p++)
            quoted ^= *p == '"';
        p += p < end;
    }
    p += p < end && *p == '.';
    *module = (cg_str){ p, (size_t)(end - p) };
    return true;
}

const cg_tree *tf_module_config(const tf_document *d, cg_str module)
{
    const cg_tree *at = d->configuration;
    cg_str name;

    while (at && next_call(&module, &name)) {
        const cg_tree *calls = cg_tree_get(at, "module_calls"), *call = NULL;
        for (uint32_t i = 0; calls && calls->type == CG_TREE_MAP && i < calls->map.count; i++)
            if (cg_str_eq(calls->map.keys[i], name))
                call = calls->map.values[i];
        at = cg_tree_get(call, "module");
    }
    return module.length ? NULL : at;
}

cg_str tf_module_parent(cg_str module, cg_str *call)
{
    cg_str rest = module, name, parent = { module.data, 0 };

    *call = CG_STR_NULL;
    while (next_call(&rest, &name)) {
        const char *begin = name.data - 7;
        parent.length = begin > module.data ? (size_t)(begin - module.data) - 1 : 0;
        *call = name;
    }
    return parent;
}

static const cg_tree *expressions_of(const tf_document *d, const tf_resource *r)
{
    const cg_tree *resources = list_in(tf_module_config(d, r->module), "resources");

    for (uint32_t i = 0; resources && i < resources->list.count; i++) {
        const cg_tree *c = resources->list.items[i];
        if (cg_str_eq(cg_tree_string(cg_tree_get(c, "name")), r->name) && cg_str_eq(cg_tree_string(cg_tree_get(c, "type")), r->type) &&
            cg_str_eq(cg_tree_string(cg_tree_get(c, "mode")), CG_STR("data")) == r->data)
            return cg_tree_get(c, "expressions");
    }
    return NULL;
}

/* ---- all of it ---- */

static int32_t link_resource(tf_document *d, uint32_t i, uint32_t *last_of_type, cspm_error **err)
{
    tf_resource *r = &d->resources.data[i];
    const uint32_t known = cg_intern_count(d->types);
    const uint32_t type = cg_intern_add(d->types, r->type.data, r->type.length);

    if (type == CG_INTERN_NONE ||
        (type == known && !cg_vec_push(d->mem, &d->seen, ((tf_type_seen){ i, tf_is_iam(r->type), tf_type_find(r->type) }))))
        return cg_nomem(d->mem, err);
    if (type < known)
        d->resources.data[last_of_type[type]].next_of_type = i;
    r->type_id = type;
    last_of_type[type] = i;
    if (!d->configuration) /* only its expressions name resources */
        return CSPM_OK;
    cg_str name = joined(d, r->type, ".", r->name);
    if (r->data)
        name = joined(d, CG_STR("data"), ".", name);
    const uint32_t id = key_of(d, r->module, name, true);
    if (id == CG_INTERN_NONE)
        return cg_nomem(d->mem, err);
    while (d->first.count <= id)
        if (!cg_vec_push(d->mem, &d->first, UINT32_MAX))
            return cg_nomem(d->mem, err);
    d->first.data[id] = i;
    return CSPM_OK;
}

int32_t tf_index(tf_document *d, cspm_error **err)
{
    const cg_tree *values = cg_tree_get(d->root, "planned_values"), *state = list_in(d->root, "resources");
    const cg_tree *prior = cg_tree_get(cg_tree_get(d->root, "prior_state"), "values");
    int32_t rc = CSPM_OK;

    d->configuration = cg_tree_get(cg_tree_get(d->root, "configuration"), "root_module");
    if (!values)
        values = cg_tree_get(d->root, "values");
    if (values && values->type == CG_TREE_MAP)
        rc = add_module(d, cg_tree_get(values, "root_module"), 0, err);
    else if (state)
        rc = add_state_file(d, state, err);
    /* A plan keeps the data sources it has read apart. */
    const size_t planned = d->resources.count;
    if (rc == CSPM_OK && prior && values != prior)
        rc = add_module(d, cg_tree_get(prior, "root_module"), 0, err);
    size_t kept = planned;
    for (size_t i = planned; i < d->resources.count; i++)
        if (d->resources.data[i].data)
            d->resources.data[kept++] = d->resources.data[i];
    d->resources.count = kept;

    uint32_t *last_of_type = cg_alloc_array(d->mem, d->resources.count + 1, sizeof *last_of_type);
    if (!last_of_type)
        return cg_nomem(d->mem, err);
    for (uint32_t i = 0; i < d->resources.count && rc == CSPM_OK; i++) {
        if (d->configuration)
            d->resources.data[i].expressions = expressions_of(d, &d->resources.data[i]);
        rc = link_resource(d, i, last_of_type, err);
        if (rc == CSPM_OK)
            rc = cg_op_check(d->op, d->mem, err);
    }
    cg_free(d->mem, last_of_type);
    return rc == CSPM_OK && d->refused ? cg_nomem(d->mem, err) : rc;
}
