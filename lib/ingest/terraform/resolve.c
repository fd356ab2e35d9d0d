/* Values of attributes; in a plan also those known after apply only: their expressions say what they refer to. */
#include "ingest/terraform/terraform.h"

#define MAX_STEPS 24u /* variables and outputs between an attribute and the resource it comes from */

/* What an expression comes to: a value, or an attribute of a resource that is not known yet. */
typedef struct found {
    const cg_tree *value;
    const tf_resource *resource;
    cg_str attribute;
} found;
typedef struct search {
    tf_document *d;
    found *out;
    uint32_t count, capacity;
} search;

static cg_str segment(const char **path)
{
    const char *begin = *path, *p = begin;
    while (*p && *p != '.')
        p++;
    *path = *p ? p + 1 : p;
    return (cg_str){ begin, (size_t)(p - begin) };
}

static const cg_tree *member(const cg_tree *t, cg_str key)
{
    if (!t)
        return NULL;
    if (t->type == CG_TREE_LIST && key.length == 1 && key.data[0] >= '0' && key.data[0] <= '9') {
        const uint32_t i = (uint32_t)(key.data[0] - '0');
        return i < t->list.count ? t->list.items[i] : NULL;
    }
    for (uint32_t i = 0; t->type == CG_TREE_MAP && i < t->map.count; i++)
        if (cg_str_eq(t->map.keys[i], key))
            return t->map.values[i];
    return NULL;
}

static const cg_tree *walk(const cg_tree *t, const char *path)
{
    while (t && *path)
        t = member(t, segment(&path));
    return t && t->type != CG_TREE_NULL ? t : NULL;
}

static void expression(search *s, cg_str module, const cg_tree *e, uint32_t steps);

static void take(search *s, found f)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (f.resource ? s->out[i].resource == f.resource : s->out[i].value == f.value)
            return;
    if (s->count < s->capacity)
        s->out[s->count++] = f;
}

/* Part of a reference up to the next dot, keys left out: "aws_subnet.a[0].id" has aws_subnet, a, id. */
static cg_str reference_part(cg_str *ref)
{
    size_t i = 0, end;
    cg_str part;

    while (i < ref->length && ref->data[i] != '.' && ref->data[i] != '[')
        i++;
    part = (cg_str){ ref->data, i };
    end = i;
    while (end < ref->length && ref->data[end] != '.')
        end++;
    end += end < ref->length;
    *ref = (cg_str){ ref->data + end, ref->length - end };
    return part;
}

static void variable(search *s, cg_str module, cg_str name, uint32_t steps)
{
    cg_str call;
    const cg_str parent = tf_module_parent(module, &call);

    if (!call.data) {
        const cg_tree *value = walk(member(cg_tree_get(s->d->root, "variables"), name), "value");
        if (value)
            take(s, (found){ .value = value });
        return;
    }
    const cg_tree *given = walk(member(cg_tree_get(tf_module_config(s->d, parent), "module_calls"), call), "expressions");
    const cg_tree *e = member(given, name);
    if (e) {
        expression(s, parent, e, steps + 1);
        return;
    }
    const cg_tree *value = walk(member(cg_tree_get(tf_module_config(s->d, module), "variables"), name), "default");
    if (value)
        take(s, (found){ .value = value });
}

static void output(search *s, cg_str module, cg_str call, cg_str name, uint32_t steps)
{
    tf_document *d = s->d;
    const size_t length = module.length + 8 + call.length;
    char *child = cg_arena_alloc(&d->made, length + 1);
    size_t n = 0;

    if (!child) {
        d->refused = true;
        return;
    }
    if (module.length) {
        memcpy(child, module.data, module.length);
        child[n = module.length] = '.';
        n++;
    }
    memcpy(child + n, "module.", 7);
    memcpy(child + n + 7, call.data, call.length);
    const cg_str path = { child, n + 7 + call.length };
    const cg_tree *e = walk(member(cg_tree_get(tf_module_config(d, path), "outputs"), name), "expression");
    if (e)
        expression(s, path, e, steps + 1);
}

static void resource_attribute(search *s, cg_str module, cg_str ref, bool data)
{
    tf_document *d = s->d;
    const cg_str whole = ref, type = reference_part(&ref), name = reference_part(&ref);
    const size_t length = type.length + 1 + name.length;
    char room[256];

    if (!name.length || !ref.length || length + 5 > sizeof room || !memchr(whole.data, '.', whole.length))
        return;
    size_t n = 0;
    if (data) {
        memcpy(room, "data.", 5);
        n = 5;
    }
    memcpy(room + n, type.data, type.length);
    room[n + type.length] = '.';
    memcpy(room + n + type.length + 1, name.data, name.length);
    const tf_resource *r = tf_find(d, module, (cg_str){ room, n + length });
    if (!r)
        return;
    const cg_str attribute = reference_part(&ref);
    const cg_tree *value = member(r->values, attribute);
    if (value && value->type != CG_TREE_NULL)
        take(s, (found){ .value = value, .resource = r, .attribute = attribute });
    else
        take(s, (found){ .resource = r, .attribute = attribute });
}

static void reference(search *s, cg_str module, cg_str ref, uint32_t steps)
{
    cg_str rest = ref;
    const cg_str first = reference_part(&rest);

    if (steps > MAX_STEPS || !rest.length)
        return;
    if (cg_str_eq(first, CG_STR("var"))) {
        variable(s, module, reference_part(&rest), steps);
    } else if (cg_str_eq(first, CG_STR("module"))) {
        const cg_str call = reference_part(&rest);
        if (rest.length)
            output(s, module, call, reference_part(&rest), steps);
    } else if (cg_str_eq(first, CG_STR("data"))) {
        resource_attribute(s, module, rest, true);
    } else if (!cg_str_eq(first, CG_STR("local")) && !cg_str_eq(first, CG_STR("each")) && !cg_str_eq(first, CG_STR("count")) &&
               !cg_str_eq(first, CG_STR("path")) && !cg_str_eq(first, CG_STR("self"))) {
        resource_attribute(s, module, ref, false);
    }
}

static void expression(search *s, cg_str module, const cg_tree *e, uint32_t steps)
{
    const cg_tree *constant = walk(e, "constant_value"), *references = walk(e, "references");

    if (constant)
        take(s, (found){ .value = constant });
    for (uint32_t i = 0; references && references->type == CG_TREE_LIST && i < references->list.count; i++)
        reference(s, module, cg_tree_string(references->list.items[i]), steps);
}

static uint32_t search_for(tf_document *d, const tf_resource *r, const char *path, found *out, uint32_t capacity)
{
    search s = { .d = d, .out = out, .capacity = capacity };
    const cg_tree *e = walk(r->expressions, path);

    if (e)
        expression(&s, r->module, e, 0);
    return s.count;
}

const cg_tree *tf_value(tf_document *d, const tf_resource *r, const char *path)
{
    const cg_tree *value = walk(r->values, path);
    found f;

    if (value || !r->expressions)
        return value;
    return search_for(d, r, path, &f, 1) ? f.value : NULL;
}

const tf_resource *tf_target(tf_document *d, const tf_resource *r, const char *path)
{
    found f;
    return r->expressions && search_for(d, r, path, &f, 1) ? f.resource : NULL;
}

static cg_str text_of(tf_document *d, const found *f)
{
    char attribute[64];

    if (f->value)
        return cg_tree_string(f->value);
    if (!f->resource || f->attribute.length >= sizeof attribute)
        return CG_STR_NULL;
    memcpy(attribute, f->attribute.data, f->attribute.length);
    attribute[f->attribute.length] = '\0';
    return tf_identity(d, f->resource, attribute);
}

cg_str tf_text(tf_document *d, const tf_resource *r, const char *path)
{
    const cg_tree *value = walk(r->values, path);
    found f;

    if (value)
        return value->type == CG_TREE_STRING && value->string.length ? value->string : CG_STR_NULL;
    if (!r->expressions || !search_for(d, r, path, &f, 1))
        return CG_STR_NULL;
    const cg_str text = text_of(d, &f);
    return text.length ? text : CG_STR_NULL;
}

uint32_t tf_texts(tf_document *d, const tf_resource *r, const char *path, cg_str *out, uint32_t capacity)
{
    const cg_tree *value = walk(r->values, path);
    found f[16];
    uint32_t n = 0;

    if (value && value->type == CG_TREE_LIST) {
        for (uint32_t i = 0; i < value->list.count && n < capacity; i++)
            if (value->list.items[i]->type == CG_TREE_STRING)
                out[n++] = value->list.items[i]->string;
        if (n == value->list.count)
            return n;
    }
    const uint32_t refs = r->expressions ? search_for(d, r, path, f, 16) : 0;
    for (uint32_t i = 0; i < refs && n < capacity; i++) {
        const cg_str text = text_of(d, &f[i]);
        if (text.length)
            out[n++] = text;
    }
    return n;
}

cg_str tf_identity(tf_document *d, const tf_resource *r, const char *attribute)
{
    const cg_str known = cg_tree_string(walk(r->values, attribute));
    const tf_type_seen *seen = &d->seen.data[r->type_id];
    const tf_type *type = seen->row;
    const bool arn = strcmp(attribute, "arn") == 0;

    if (known.length)
        return known;
    if (arn && seen->iam)
        return tf_iam_arn(d, r);
    if (arn && type && type->arn && r->values) {
        d->aws.item_partition = d->aws.partition;
        d->aws.item_account = d->aws.account;
        d->aws.item_region = d->aws.region;
        const cg_str text = aws_text(&d->aws, r->values, type->arn);
        if (text.data)
            return text;
    }
    if (seen->iam) { /* users, roles and groups are known by their names */
        const cg_str name = cg_tree_string(walk(r->values, "name"));
        if (name.length)
            return name;
    }
    return r->address;
}
