/* Documents to compiled statements. What cannot be read stays in place, marked, because a Deny nobody understood may still deny. */
#include "access/policy.h"

void cg_compile_diag(cg_compile *c, cg_pos pos, const char *code, const char *format, ...)
{
    cg_policy_diag *d = cg_compile_alloc(c, 1, sizeof *d);
    if (!d)
        return;
    cg_buf text;
    va_list args;
    cg_buf_init(&text, c->arena->mem, 512);
    va_start(args, format);
    cg_buf_vprintf(&text, format, args);
    va_end(args);
    char *copy = cg_arena_strndup(c->arena, text.length ? text.data : "", text.length);
    *d = (cg_policy_diag){ .pos = pos, .statement = c->statement, .code = code, .message = { copy, text.length } };
    if (!copy)
        c->nomem = true;
    cg_buf_free(&text);
    *c->tail = d;
    c->tail = &d->next;
}

void *cg_compile_alloc(cg_compile *c, size_t count, size_t size)
{
    void *p = cg_arena_calloc(c->arena, count ? count : 1, size);
    if (!p)
        c->nomem = true;
    return p;
}

uint32_t cg_value_count(const cg_tree *t)
{
    return t->type == CG_TREE_LIST ? t->list.count : 1;
}

const cg_tree *cg_value_at(const cg_tree *t, uint32_t i)
{
    return t->type == CG_TREE_LIST ? t->list.items[i] : t;
}

static void set_compile(cg_compile *c, const cg_tree *element, const char *name, uint32_t flags, bool action, cg_pattern_set *out)
{
    uint32_t n = cg_value_count(element);
    if (out->present) {
        cg_compile_diag(c, element->pos, "policy-element", "%s stands beside its opposite", name);
        out->unreadable = true;
        return;
    }
    out->present = true;
    out->items = cg_compile_alloc(c, n, sizeof *out->items);
    if (n == 0)
        cg_compile_diag(c, element->pos, "policy-element", "%s is empty", name);
    for (uint32_t i = 0; i < n && out->items; i++) {
        const cg_tree *item = cg_value_at(element, i);
        const char *why = "a text is needed";
        cg_pattern_status status = CG_PATTERN_BAD;
        cg_str text = cg_tree_string(item);
        if (action && text.data && text.length && cg_str_find(text, CG_STR(":"), 0) == SIZE_MAX && !cg_str_eq(text, CG_STR("*")))
            why = "an action is written service:name";
        else if (text.data && text.length)
            status = cg_pattern_compile(c->arena, text, flags, &out->items[out->count], &why);
        else if (text.data)
            why = "the text is empty";
        if (status == CG_PATTERN_OK) {
            out->count++;
        } else if (status == CG_PATTERN_NOMEM) {
            c->nomem = true;
        } else {
            cg_compile_diag(c, item->pos, "policy-value", "%s: %s", name, why);
            out->unreadable = true;
        }
    }
    out->unreadable = out->unreadable || n == 0;
}

static void element_compile(cg_compile *c, cg_str key, cg_pos key_pos, const cg_tree *value, cg_policy_statement *s)
{
    uint32_t plain = CG_PATTERN_WILDCARDS, resource = plain | (c->variables ? CG_PATTERN_VARIABLES : 0);
    if (cg_str_eq(key, CG_STR("Effect"))) {
        cg_str effect = cg_tree_string(value);
        s->deny = !cg_str_eq(effect, CG_STR("Allow"));
        if (s->deny && !cg_str_eq(effect, CG_STR("Deny"))) {
            cg_compile_diag(c, value->pos, "policy-value", "Effect is Allow or Deny");
            s->readable = false;
        }
    } else if (cg_str_eq(key, CG_STR("Sid"))) {
        s->sid = cg_tree_string(value);
        if (!s->sid.data)
            cg_compile_diag(c, value->pos, "policy-value", "Sid is a text");
    } else if (cg_str_eq(key, CG_STR("Action"))) {
        set_compile(c, value, "Action", plain | CG_PATTERN_NOCASE, true, &s->actions);
    } else if (cg_str_eq(key, CG_STR("NotAction"))) {
        set_compile(c, value, "NotAction", plain | CG_PATTERN_NOCASE, true, &s->actions);
        s->actions.negated = true;
    } else if (cg_str_eq(key, CG_STR("Resource"))) {
        set_compile(c, value, "Resource", resource, false, &s->resources);
    } else if (cg_str_eq(key, CG_STR("NotResource"))) {
        set_compile(c, value, "NotResource", resource, false, &s->resources);
        s->resources.negated = true;
    } else if (cg_str_eq(key, CG_STR("Principal"))) {
        cg_named_compile(c, value, false, &s->principals);
    } else if (cg_str_eq(key, CG_STR("NotPrincipal"))) {
        cg_named_compile(c, value, true, &s->principals);
    } else if (cg_str_eq(key, CG_STR("Condition"))) {
        cg_conditions_compile(c, value, s);
    } else {
        cg_compile_diag(c, key_pos, "policy-element", "a statement has no element %.*s", CG_FMT(key));
        s->readable = false;
    }
}

/* Elements a statement must have, and what it must not. */
static void shape_check(cg_compile *c, const cg_tree *tree, cg_policy_statement *s)
{
    bool resource = c->policy->kind == CG_POLICY_RESOURCE;
    if (!cg_tree_get(tree, "Effect")) {
        cg_compile_diag(c, tree->pos, "policy-element", "the statement has no Effect");
        s->deny = true;
        s->readable = false;
    }
    if (!s->actions.present) {
        cg_compile_diag(c, tree->pos, "policy-element", "the statement has neither Action nor NotAction");
        s->actions.unreadable = true;
    }
    if (!s->resources.present && !resource) {
        cg_compile_diag(c, tree->pos, "policy-element", "the statement has neither Resource nor NotResource");
        s->resources.unreadable = true;
    }
    if (!s->principals.present && resource) {
        cg_compile_diag(c, tree->pos, "policy-element", "the statement has neither Principal nor NotPrincipal");
        s->principals.unreadable = true;
    }
    if (s->principals.present && !resource) {
        cg_compile_diag(c, tree->pos, "policy-element", "a policy of this kind names no principals");
        s->principals.unreadable = true;
    }
    if (s->actions.unreadable || s->resources.unreadable || s->principals.unreadable || s->conditions_unreadable)
        s->readable = false;
}

static void statement_compile(cg_compile *c, const cg_tree *tree, cg_policy_statement *s)
{
    s->pos = tree->pos;
    s->tree = tree;
    s->variables = c->variables;
    s->readable = true;
    if (tree->type != CG_TREE_MAP) {
        cg_compile_diag(c, tree->pos, "policy-element", "a statement is an object");
        s->deny = s->nothing_readable = true;
        s->readable = false;
        return;
    }
    for (uint32_t i = 0; i < tree->map.count; i++)
        element_compile(c, tree->map.keys[i], tree->map.key_pos[i], tree->map.values[i], s);
    shape_check(c, tree, s);
}

static void document_compile(cg_compile *c, const cg_tree *document)
{
    const cg_tree *version = cg_tree_get(document, "Version"), *list = cg_tree_get(document, "Statement");
    cg_policy *p = c->policy;
    c->statement = UINT32_MAX;
    if (document->type != CG_TREE_MAP || !list || (list->type != CG_TREE_LIST && list->type != CG_TREE_MAP)) {
        cg_compile_diag(c, document->pos, "policy-element",
                        document->type == CG_TREE_MAP ? "the policy has no list of statements" : "a policy is an object");
        p->unreadable = true;
        return;
    }
    /* A version from the future may mean anything; the old one is read as the old one. */
    bool old = !version || cg_str_eq(cg_tree_string(version), CG_STR("2008-10-17"));
    bool known = old || cg_str_eq(cg_tree_string(version), CG_STR("2012-10-17"));
    c->variables = !old;
    if (!known)
        cg_compile_diag(c, version->pos, "policy-value", "Version is 2012-10-17 or 2008-10-17");
    p->n_statements = cg_value_count(list);
    cg_policy_statement *statements = cg_compile_alloc(c, p->n_statements, sizeof *statements);
    p->statements = statements;
    if (!statements) {
        p->n_statements = 0;
        return;
    }
    for (uint32_t i = 0; i < p->n_statements && !c->nomem; i++) {
        c->statement = i;
        statement_compile(c, cg_value_at(list, i), &statements[i]);
        if (!known)
            statements[i].readable = false;
    }
}

static int32_t compile_new(cg_compile *c, cg_arena *arena, cg_policy_kind kind, cg_str source)
{
    *c = (cg_compile){ .arena = arena, .statement = UINT32_MAX };
    c->policy = cg_compile_alloc(c, 1, sizeof *c->policy);
    if (!c->policy)
        return CSPM_E_NOMEM;
    c->policy->kind = kind;
    c->policy->source = source;
    c->tail = (cg_policy_diag **)&c->policy->diags;
    return CSPM_OK;
}

static int32_t compile_end(cg_compile *c, cg_policy **out, cspm_error **err)
{
    if (c->nomem)
        return cg_nomem(c->arena->mem, err);
    *out = c->policy;
    return CSPM_OK;
}

int32_t cg_policy_compile(cg_arena *arena, const cg_tree *document, cg_policy_kind kind, cg_str source, cg_policy **out, cspm_error **err)
{
    cg_compile c;
    *out = NULL;
    if (document->type == CG_TREE_STRING)
        return cg_policy_parse(arena, document->string, kind, source, out, err);
    if (compile_new(&c, arena, kind, source) == CSPM_OK) {
        c.policy->pos = document->pos;
        document_compile(&c, document);
    }
    return compile_end(&c, out, err);
}

static int32_t hex(char ch)
{
    return ch >= '0' && ch <= '9' ? ch - '0' : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* Per cent escapes of RFC 3986. A bad one stays as it is; the JSON reader then says where. */
static cg_str url_decode(cg_compile *c, cg_str text)
{
    char *to = cg_compile_alloc(c, text.length + 1, 1);
    size_t n = 0;
    for (size_t i = 0; to && i < text.length; i++) {
        int32_t high = text.data[i] == '%' && i + 2 < text.length ? hex(text.data[i + 1]) : -1;
        int32_t low = high >= 0 ? hex(text.data[i + 2]) : -1;
        to[n++] = low >= 0 ? (char)(high * 16 + low) : text.data[i];
        i += low >= 0 ? 2 : 0;
    }
    return (cg_str){ to, n };
}

int32_t cg_policy_parse(cg_arena *arena, cg_str text, cg_policy_kind kind, cg_str source, cg_policy **out, cspm_error **err)
{
    cg_compile c;
    cg_tree *tree = NULL;
    cspm_error *problem = NULL;
    size_t start = 0;
    *out = NULL;
    if (compile_new(&c, arena, kind, source) != CSPM_OK)
        return cg_nomem(arena->mem, err);
    while (start < text.length && strchr(" \t\r\n", text.data[start]) && text.data[start])
        start++;
    if (start < text.length && text.data[start] == '%')
        text = url_decode(&c, text);
    if (c.nomem)
        return compile_end(&c, out, err);
    cg_json_limits limits = { .max_depth = 64 };
    int32_t rc = cg_tree_from_json(arena, text, source, &limits, &tree, &problem);
    if (rc == CSPM_OK && tree->type != CG_TREE_STRING) {
        c.policy->pos = tree->pos;
        document_compile(&c, tree);
    } else if (rc == CSPM_E_PARSE || rc == CSPM_OK || (rc == CSPM_E_LIMIT && !cg_mem_over_budget(arena->mem))) {
        cg_pos pos = { 0, 1, 1 };
        cspm_error_position(problem, &pos.offset, &pos.line, &pos.column);
        if (pos.line == 0)
            pos = (cg_pos){ 0, 1, 1 };
        cg_compile_diag(&c, pos, "policy-syntax", "%s", problem ? cspm_error_message(problem, NULL) : "a policy is an object");
        c.policy->unreadable = true;
        c.policy->pos = pos;
    } else {
        c.nomem = true;
    }
    cspm_error_free(problem);
    return compile_end(&c, out, err);
}

void cg_policy_statement_facts(const cg_policy *policy, uint32_t index, cg_statement_facts *out)
{
    const cg_policy_statement *s = &policy->statements[index];
    *out = (cg_statement_facts){ .sid = s->sid, .pos = s->pos, .deny = s->deny, .readable = s->readable };
    out->conditional = s->n_conditions > 0 || s->conditions_unreadable;
    out->any_principal = s->principals.present && s->principals.negated;
    for (uint32_t i = 0; i < s->principals.count; i++)
        out->any_principal = out->any_principal || s->principals.items[i].type == CG_NAMED_ANYONE;
}
