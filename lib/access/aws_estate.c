/* Principals, documents and accounts out of an inventory. */
#include "access/aws_estate.h"

#define NOT_ASKED (AWS_NONE - 1)
/* Without a clock: estates are not older than this library, nor read when it is forgotten. 2025-01-01, 2100-01-01. */
#define EARLIEST INT64_C(1735689600)
#define LATEST INT64_C(4102444800)
/* What stands in for a boundary nobody exported: it may or may not allow. */
#define UNKNOWN_BOUNDARY                                                                                                                   \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"Null\":"        \
    "{\"permissions boundary not exported\":\"true\"}}}]}"

enum { K_POLICY, K_MEMBER, K_BOUNDARY, K_SCP, K_CONTAINS, K_RESOURCE, N_KINDS };
static const char *const kind_names[N_KINDS] = { "POLICY", "MEMBER_AWS_GROUP", "PERMISSIONS_BOUNDARY", "SCP", "CONTAINS", "RESOURCE" };
enum { P_DOCUMENT, P_POLICY, P_TRUST, P_ARN, P_MANAGEMENT, P_USER_ID, P_ROLE_ID, N_KEYS };
static const char *const key_names[N_KEYS] = { "document", "policy", "assumerolepolicydocument", "arn", "is_management_account",
                                               "userid",   "roleid" };

/* ---- properties ---- */

static int32_t text_of(aws_estate *e, cg_node n, uint32_t key, cg_str *out, cspm_error **err)
{
    cg_value v = cg_v_null();
    int32_t rc = key == CG_NO_NAME ? CSPM_OK : cg_node_prop(e->g, n, key, &e->arena, &v, err);
    *out = v.type == CG_STRING ? cg_value_str(v) : CG_STR_NULL;
    return rc;
}

int32_t aws_estate_text(aws_estate *e, cg_node n, const char *key, cg_str *out, cspm_error **err)
{
    return text_of(e, n, cg_name_find(e->g, CG_NAMES_KEY, cg_str_from(key)), out, err);
}

int32_t aws_estate_flag(aws_estate *e, cg_node n, cg_str key, bool *out, cspm_error **err)
{
    uint32_t k = cg_name_find(e->g, CG_NAMES_KEY, key);
    cg_value v = cg_v_null();
    int32_t rc = k == CG_NO_NAME ? CSPM_OK : cg_node_prop(e->g, n, k, &e->arena, &v, err);
    *out = v.type == CG_BOOL && v.boolean;
    return rc;
}

int32_t aws_estate_arn(aws_estate *e, cg_node n, cg_str *out, cspm_error **err)
{
    cg_str id = cg_node_id(e->g, n);
    int32_t rc = text_of(e, n, e->keys[P_ARN], out, err);
    if (!cg_str_starts(*out, CG_STR("arn:")))
        *out = cg_str_starts(id, CG_STR("arn:")) ? id : CG_STR_NULL;
    return rc;
}

bool aws_estate_has_label(const aws_estate *e, cg_node n, const cg_str *labels, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t label = cg_name_find(e->g, CG_NAMES_LABEL, labels[i]);
        if (label != CG_NO_NAME && cg_node_has_label(e->g, n, label))
            return true;
    }
    return false;
}

/* ---- documents and effects ---- */

static bool is_personal_key(cg_str key)
{
    return cg_str_eq_nocase(key, CG_STR("aws:PrincipalArn")) || cg_str_eq_nocase(key, CG_STR("aws:username"));
}

static bool is_timed(const cg_policy_statement *s)
{
    bool yes = false;
    for (uint32_t i = 0; i < s->n_conditions; i++)
        yes |= cg_str_eq_nocase(s->conditions[i].key, CG_STR("aws:CurrentTime")) ||
               cg_str_eq_nocase(s->conditions[i].key, CG_STR("aws:EpochTime")) ||
               cg_str_eq_nocase(s->conditions[i].key, CG_STR("aws:TokenIssueTime"));
    return yes;
}

static bool is_personal(const cg_policy_statement *s)
{
    bool yes = false;
    for (uint32_t i = 0; i < s->resources.count; i++)
        yes |= s->resources.items[i].has_variables;
    for (uint32_t i = 0; i < s->n_conditions; i++) {
        const cg_condition *c = &s->conditions[i];
        yes |= is_personal_key(c->key);
        for (uint32_t k = 0; k < c->n_values; k++) {
            yes |= c->values[k].pattern.has_variables;
            for (uint32_t part = 0; c->values[k].parts && part < CG_ARN_PARTS; part++)
                yes |= c->values[k].parts[part].has_variables;
        }
    }
    return yes;
}

static void write_element(cg_buf *b, const cg_tree *statement, const char *name)
{
    const cg_tree *t = cg_tree_get(statement, name);
    cg_buf_char(b, '\n');
    if (t)
        cg_tree_write_json(b, t);
}

/* What a statement says but for its actions, as text; from the third element on without its resources. */
static void write_effect(cg_buf *b, const cg_policy *p, uint32_t doc, uint32_t index, uint32_t from)
{
    static const char *const elements[] = { "Resource", "NotResource", "Principal", "NotPrincipal", "Condition" };
    const cg_policy_statement *s = &p->statements[index];
    if (!s->readable) {
        cg_buf_printf(b, "?%u/%u", (unsigned)doc, (unsigned)index);
        return;
    }
    cg_buf_printf(b, "%c%c%c", s->deny ? 'D' : 'A', s->variables ? 'V' : '-', p->kind == CG_POLICY_RESOURCE ? 'R' : 'I');
    for (size_t i = from; i < sizeof elements / sizeof *elements; i++)
        write_element(b, s->tree, elements[i]);
}

static uint32_t intern_effect(cg_intern *table, aws_estate *e, const cg_policy *p, uint32_t doc, uint32_t index, uint32_t from)
{
    cg_buf text;
    cg_buf_init(&text, e->mem, 0);
    if (index == UINT32_MAX)
        cg_buf_printf(&text, "?%u", (unsigned)doc);
    else
        write_effect(&text, p, doc, index, from);
    uint32_t id = text.failed ? CG_INTERN_NONE : cg_intern_add(table, text.data, text.length);
    cg_buf_free(&text);
    return id;
}

static int32_t add_effect(aws_estate *e, const cg_policy *p, uint32_t doc, uint32_t index, uint32_t *out, cspm_error **err)
{
    *out = intern_effect(e->effect_texts, e, p, doc, index, 0);
    if (*out == CG_INTERN_NONE)
        return cg_nomem(e->mem, err);
    if (*out < e->effects.count)
        return CSPM_OK;
    aws_effect effect = { .policy = p, .statement = index, .deny = true, .who = intern_effect(e->who_texts, e, p, doc, index, 2) };
    if (index != UINT32_MAX) {
        effect.deny = p->statements[index].deny;
        effect.personal = is_personal(&p->statements[index]);
        e->timed |= is_timed(&p->statements[index]);
    }
    if (effect.who == CG_INTERN_NONE || !cg_vec_push(e->mem, &e->effects, effect))
        return cg_nomem(e->mem, err);
    return CSPM_OK;
}

static int32_t add_doc(aws_estate *e, cg_str text, cg_policy_kind kind, cspm_error **err)
{
    cg_policy *policy = NULL;
    uint32_t number = (uint32_t)e->docs.count;
    int32_t rc = cg_policy_parse(&e->arena, text, kind, CG_STR_NULL, &policy, err);
    if (rc != CSPM_OK)
        return rc;
    aws_doc doc = { .policy = policy, .n_effects = policy->unreadable ? 1 : policy->n_statements };
    uint32_t *effects = cg_arena_calloc(&e->arena, doc.n_effects ? doc.n_effects : 1, sizeof *effects);
    if (!effects)
        return cg_nomem(e->mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < doc.n_effects; i++)
        rc = add_effect(e, policy, number, policy->unreadable ? UINT32_MAX : i, &effects[i], err);
    doc.effects = effects;
    if (rc == CSPM_OK && !cg_vec_push(e->mem, &e->docs, doc))
        rc = cg_nomem(e->mem, err);
    return rc;
}

int32_t aws_estate_doc(aws_estate *e, cg_str text, cg_policy_kind kind, uint32_t *out, cspm_error **err)
{
    cg_buf b;
    cg_buf_init(&b, e->mem, 0);
    cg_buf_char(&b, kind == CG_POLICY_RESOURCE ? 'R' : 'I');
    cg_buf_str(&b, text);
    uint32_t id = b.failed ? CG_INTERN_NONE : cg_intern_add(e->doc_texts, b.data, b.length);
    cg_buf_free(&b);
    *out = id;
    if (id == CG_INTERN_NONE)
        return cg_nomem(e->mem, err);
    if (id < e->docs.count)
        return CSPM_OK;
    cg_str kept = cg_intern_get(e->doc_texts, id);
    return add_doc(e, (cg_str){ kept.data + 1, kept.length - 1 }, kind, err);
}

int32_t aws_estate_resource_doc(aws_estate *e, cg_node n, uint32_t *out, cspm_error **err)
{
    cg_str text = { 0 };
    int32_t rc = CSPM_OK;
    if (e->resource_doc[n] == NOT_ASKED) {
        e->resource_doc[n] = AWS_NONE;
        rc = text_of(e, n, e->keys[P_TRUST], &text, err);
        if (rc == CSPM_OK && !text.length)
            rc = text_of(e, n, e->keys[P_POLICY], &text, err);
        if (rc == CSPM_OK && text.length)
            rc = aws_estate_doc(e, text, CG_POLICY_RESOURCE, &e->resource_doc[n], err);
    }
    *out = e->resource_doc[n];
    return rc;
}

/* ---- accounts ---- */

static int32_t account_number(aws_estate *e, cg_str digits, uint32_t *out, cspm_error **err)
{
    uint32_t id = cg_intern_add(e->account_numbers, digits.data, digits.length);
    *out = id;
    if (id == CG_INTERN_NONE)
        return cg_nomem(e->mem, err);
    if (id < e->accounts.count)
        return CSPM_OK;
    aws_account account = { .number = cg_intern_get(e->account_numbers, id), .node = cg_node_find(e->g, digits.data, digits.length) };
    return cg_vec_push(e->mem, &e->accounts, account) ? CSPM_OK : cg_nomem(e->mem, err);
}

static bool is_account(cg_str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.length == 12;
}

static bool next_end(aws_estate *e, cg_adj_iter *it, uint32_t kind, cg_dir dir, cg_node *out)
{
    cg_edge edge;
    while (cg_adj_next(it, &edge))
        if (edge.kind == e->kinds[kind]) {
            *out = dir == CG_OUT ? edge.to : edge.from;
            return true;
        }
    return false;
}

int32_t aws_estate_account_of(aws_estate *e, cg_node n, uint32_t *out, cspm_error **err)
{
    cg_str arn, digits = cg_node_id(e->g, n);
    int32_t rc = CSPM_OK;
    if (e->account_of[n] == NOT_ASKED) {
        cg_adj_iter it;
        cg_node owner;
        e->account_of[n] = AWS_NONE;
        if (!is_account(digits)) {
            rc = aws_estate_arn(e, n, &arn, err);
            digits = arn.data ? cg_arn_part(arn, 4) : CG_STR_NULL;
        }
        cg_adj_init(&it, e->g, n, CG_IN, NULL);
        while (!is_account(digits) && next_end(e, &it, K_RESOURCE, CG_IN, &owner))
            digits = cg_node_id(e->g, owner);
        if (rc == CSPM_OK && is_account(digits))
            rc = account_number(e, digits, &e->account_of[n], err);
    }
    *out = e->account_of[n];
    if (*out == AWS_NONE)
        *out = e->only_account;
    return rc;
}

/* ---- what is attached ---- */

typedef CG_VEC(aws_attached) attached_vec;

static int32_t attach_policies(aws_estate *e, cg_node from, uint32_t kind, attached_vec *out, cspm_error **err)
{
    cg_adj_iter it;
    cg_node policy;
    int32_t rc = CSPM_OK;
    cg_adj_init(&it, e->g, from, CG_OUT, NULL);
    while (rc == CSPM_OK && next_end(e, &it, kind, CG_OUT, &policy)) {
        aws_attached a = { .node = policy };
        cg_str text;
        rc = text_of(e, policy, e->keys[P_DOCUMENT], &text, err);
        if (rc == CSPM_OK && !text.length && kind == K_BOUNDARY)
            text = CG_STR(UNKNOWN_BOUNDARY);
        if (rc != CSPM_OK || !text.length)
            continue;
        rc = aws_estate_doc(e, text, CG_POLICY_IDENTITY, &a.doc, err);
        bool known = false;
        for (size_t i = 0; i < out->count; i++)
            known |= out->data[i].node == policy;
        if (rc == CSPM_OK && !known && !cg_vec_push(e->mem, out, a))
            rc = cg_nomem(e->mem, err);
    }
    return rc;
}

static int32_t keep_attached(aws_estate *e, attached_vec *v, aws_attached_list *out, cspm_error **err)
{
    aws_attached *items = v->count ? cg_arena_alloc(&e->arena, v->count * sizeof *items) : NULL;
    if (v->count && !items)
        return cg_nomem(e->mem, err);
    if (v->count)
        memcpy(items, v->data, v->count * sizeof *items);
    *out = (aws_attached_list){ items, (uint32_t)v->count };
    v->count = 0;
    return CSPM_OK;
}

static int32_t load_attached(aws_estate *e, aws_subject *s, cspm_error **err)
{
    attached_vec v = { 0 };
    cg_adj_iter it;
    cg_node group;
    int32_t rc = attach_policies(e, s->node, K_POLICY, &v, err);
    cg_adj_init(&it, e->g, s->node, CG_OUT, NULL);
    while (rc == CSPM_OK && s->type == AWS_USER && next_end(e, &it, K_MEMBER, CG_OUT, &group))
        rc = attach_policies(e, group, K_POLICY, &v, err);
    if (rc == CSPM_OK)
        rc = keep_attached(e, &v, &s->identity, err);
    if (rc == CSPM_OK)
        rc = attach_policies(e, s->node, K_BOUNDARY, &v, err);
    if (rc == CSPM_OK)
        rc = keep_attached(e, &v, &s->boundary, err);
    cg_vec_free(e->mem, &v);
    return rc;
}

/* ---- service control policies ---- */

static int32_t load_level(aws_estate *e, cg_node at, aws_attached_list *out, cg_policy_list *list, cspm_error **err)
{
    attached_vec v = { 0 };
    int32_t rc = attach_policies(e, at, K_SCP, &v, err);
    if (rc == CSPM_OK)
        rc = keep_attached(e, &v, out, err);
    cg_vec_free(e->mem, &v);
    const cg_policy **items = rc == CSPM_OK && out->count ? cg_arena_calloc(&e->arena, out->count, sizeof *items) : NULL;
    if (rc == CSPM_OK && out->count && !items)
        return cg_nomem(e->mem, err);
    for (uint32_t i = 0; items && i < out->count; i++)
        items[i] = e->docs.data[out->items[i].doc].policy;
    *list = (cg_policy_list){ items, out->count };
    return rc;
}

#define MAX_TREE 16

/* Root first. A level nobody attached anything to was not exported: at least one policy always hangs there. */
static int32_t load_scps(aws_estate *e, aws_account *a, cspm_error **err)
{
    cg_node way[MAX_TREE];
    uint32_t n = 0;
    bool management = false, more = true;
    int32_t rc = CSPM_OK;
    if (a->node == CG_NO_NODE)
        return CSPM_OK;
    rc = aws_estate_flag(e, a->node, cg_str_from(key_names[P_MANAGEMENT]), &management, err);
    if (rc != CSPM_OK || management)
        return rc;
    for (way[n++] = a->node; more && n < MAX_TREE;) {
        cg_adj_iter it;
        cg_adj_init(&it, e->g, way[n - 1], CG_IN, NULL);
        more = next_end(e, &it, K_CONTAINS, CG_IN, &way[n]);
        n += more;
    }
    a->levels = cg_arena_calloc(&e->arena, n, sizeof *a->levels);
    a->lists = cg_arena_calloc(&e->arena, n, sizeof *a->lists);
    if (!a->levels || !a->lists)
        return cg_nomem(e->mem, err);
    while (rc == CSPM_OK && n > 0) {
        rc = load_level(e, way[--n], &a->levels[a->n_levels], &a->lists[a->n_levels], err);
        a->n_levels += rc == CSPM_OK && a->levels[a->n_levels].count > 0;
    }
    return rc;
}

/* ---- subjects ---- */

static int32_t add_subject(aws_estate *e, cg_node n, aws_subject_type type, uint32_t *out, cspm_error **err)
{
    aws_subject s = { .node = n, .type = type, .account = AWS_NONE };
    int32_t rc = aws_estate_arn(e, n, &s.principal, err);
    if (rc != CSPM_OK)
        return rc;
    if (!s.principal.data)
        s.principal = cg_node_id(e->g, n);
    if (type == AWS_OUTSIDE) {
        cg_str internet = CG_STR("Internet");
        if (aws_estate_has_label(e, n, &internet, 1))
            s.principal = CG_STR("*");
    } else {
        rc = aws_estate_account_of(e, n, &s.account, err);
        if (rc == CSPM_OK)
            rc = text_of(e, n, e->keys[type == AWS_ROLE ? P_ROLE_ID : P_USER_ID], &s.unique_id, err);
        if (rc == CSPM_OK)
            rc = load_attached(e, &s, err);
        s.scp_free = cg_str_starts(cg_arn_part(s.principal, 5), CG_STR("role/aws-service-role/"));
    }
    if (rc == CSPM_OK && type == AWS_GROUP && s.account != AWS_NONE) {
        cg_buf b;
        cg_buf_init(&b, e->mem, 0);
        cg_buf_printf(&b, "arn:%.*s:iam::%.*s:user/*", CG_FMT(cg_arn_part(s.principal, 1)), CG_FMT(e->accounts.data[s.account].number));
        s.principal = (cg_str){ b.failed ? NULL : cg_arena_strndup(&e->arena, b.data, b.length), b.length };
        cg_buf_free(&b);
        if (!s.principal.data)
            rc = cg_nomem(e->mem, err);
    }
    *out = (uint32_t)e->subjects.count;
    if (rc == CSPM_OK && !cg_vec_push(e->mem, &e->subjects, s))
        rc = cg_nomem(e->mem, err);
    if (rc == CSPM_OK)
        e->subject_of[n] = *out;
    return rc;
}

/* The root user of an account whose users and roles are known. */
static bool is_own_root(const aws_estate *e, cg_node n)
{
    cg_str id = cg_node_id(e->g, n);
    if (!cg_str_eq(cg_arn_part(id, 5), CG_STR("root")))
        return false;
    for (size_t i = 0; i < e->subjects.count; i++)
        if (e->subjects.data[i].type <= AWS_ROLE && e->subjects.data[i].account != AWS_NONE &&
            cg_str_eq(e->accounts.data[e->subjects.data[i].account].number, cg_arn_part(id, 4)))
            return true;
    return false;
}

int32_t aws_estate_subject(aws_estate *e, cg_node n, uint32_t *out, cspm_error **err)
{
    static const struct {
        const char *label;
        aws_subject_type type;
    } types[] = { { "AWSUser", AWS_USER }, { "AWSRole", AWS_ROLE }, { "AWSGroup", AWS_GROUP } };
    *out = e->subject_of[n];
    if (*out != AWS_NONE)
        return CSPM_OK;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        cg_str label = cg_str_from(types[i].label);
        if (aws_estate_has_label(e, n, &label, 1))
            return add_subject(e, n, types[i].type, out, err);
    }
    return add_subject(e, n, is_own_root(e, n) ? AWS_ROOT : AWS_OUTSIDE, out, err);
}

/* ---- texts with {{name}} ---- */

static int32_t fill_one(aws_estate *e, cg_str name, cg_node n, uint32_t account, cg_str partition, cg_buf *out, cspm_error **err)
{
    cg_str value = CG_STR_NULL;
    int32_t rc = CSPM_OK;
    if (cg_str_eq(name, CG_STR("account")))
        value = account == AWS_NONE ? value : e->accounts.data[account].number;
    else if (cg_str_eq(name, CG_STR("partition")))
        value = partition;
    else if (n != CG_NO_NODE && cg_str_eq(name, CG_STR("arn")))
        rc = aws_estate_arn(e, n, &value, err);
    else if (n != CG_NO_NODE && cg_str_eq(name, CG_STR("id")))
        value = cg_node_id(e->g, n);
    else if (n != CG_NO_NODE)
        rc = text_of(e, n, cg_name_find(e->g, CG_NAMES_KEY, name), &value, err);
    cg_buf_str(out, value.length ? value : CG_STR("*"));
    return rc;
}

int32_t aws_estate_fill(aws_estate *e, cg_str pattern, cg_node n, uint32_t account, cg_str partition, cg_str *out, cspm_error **err)
{
    cg_buf b;
    int32_t rc = CSPM_OK;
    cg_buf_init(&b, e->mem, 0);
    for (size_t i = 0; rc == CSPM_OK && i < pattern.length;) {
        cg_str rest = { pattern.data + i, pattern.length - i };
        size_t end = cg_str_starts(rest, CG_STR("{{")) ? cg_str_find(rest, CG_STR("}}"), 0) : SIZE_MAX;
        if (end == SIZE_MAX) {
            cg_buf_char(&b, pattern.data[i++]);
            continue;
        }
        rc = fill_one(e, (cg_str){ rest.data + 2, end - 2 }, n, account, partition, &b, err);
        i += end + 2;
    }
    *out = (cg_str){ b.failed ? NULL : cg_arena_strndup(&e->arena, b.data ? b.data : "", b.length), b.length };
    cg_buf_free(&b);
    return rc != CSPM_OK ? rc : out->data ? CSPM_OK : cg_nomem(e->mem, err);
}

/* ---- life ---- */

static int32_t load_label(aws_estate *e, const char *name, aws_subject_type type, cspm_error **err)
{
    uint32_t label = cg_name_find(e->g, CG_NAMES_LABEL, cg_str_from(name)), number;
    cg_label_iter it;
    cg_node n;
    int32_t rc = CSPM_OK;
    if (label == CG_NO_NAME)
        return CSPM_OK;
    cg_label_iter_init(&it, e->g, label);
    while (rc == CSPM_OK && cg_label_iter_next(&it, &n)) {
        if (type == AWS_OUTSIDE)
            rc = aws_estate_account_of(e, n, &number, err);
        else if (e->subject_of[n] == AWS_NONE)
            rc = add_subject(e, n, type, &number, err);
        if (rc == CSPM_OK)
            rc = aws_step(e, err);
    }
    return rc;
}

static void find_only_account(aws_estate *e)
{
    for (size_t i = 0; i < e->subjects.count; i++) {
        uint32_t account = e->subjects.data[i].account;
        if (e->only_account != AWS_NONE && account != e->only_account) {
            e->only_account = AWS_NONE;
            return;
        }
        e->only_account = account;
    }
    if (!e->subjects.count && e->accounts.count == 1)
        e->only_account = 0;
}

static int32_t prepare(aws_estate *e, int64_t now, cspm_error **err)
{
    uint32_t n = cg_graph_n_nodes(e->g);
    e->doc_texts = cg_intern_new(e->mem, 0);
    e->effect_texts = cg_intern_new(e->mem, 0);
    e->who_texts = cg_intern_new(e->mem, 0);
    e->account_numbers = cg_intern_new(e->mem, 0);
    e->subject_of = cg_alloc_array(e->mem, n, sizeof *e->subject_of);
    e->account_of = cg_alloc_array(e->mem, n, sizeof *e->account_of);
    e->resource_doc = cg_alloc_array(e->mem, n, sizeof *e->resource_doc);
    if (!e->doc_texts || !e->effect_texts || !e->who_texts || !e->account_numbers || !e->subject_of || !e->account_of || !e->resource_doc)
        return cg_nomem(e->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        e->subject_of[i] = AWS_NONE;
        e->account_of[i] = e->resource_doc[i] = NOT_ASKED;
    }
    for (uint32_t i = 0; i < N_KINDS; i++)
        e->kinds[i] = cg_name_find(e->g, CG_NAMES_KIND, cg_str_from(kind_names[i]));
    for (uint32_t i = 0; i < N_KEYS; i++)
        e->keys[i] = cg_name_find(e->g, CG_NAMES_KEY, cg_str_from(key_names[i]));
    for (uint32_t i = 0; i < 2; i++) {
        cg_buf b;
        cg_buf_init(&b, e->mem, 0);
        cg_buf_int(&b, now != INT64_MIN ? now / 1000000 : i ? LATEST : EARLIEST); /* conditions take seconds as well */
        e->now[i] = (cg_str){ b.failed ? NULL : cg_arena_strndup(&e->arena, b.data, b.length), b.length };
        cg_buf_free(&b);
        if (!e->now[i].data)
            return cg_nomem(e->mem, err);
    }
    return CSPM_OK;
}

int32_t aws_estate_load(aws_estate *e, cg_graph *g, int64_t now, cspm_op *op, cspm_error **err)
{
    memset(e, 0, sizeof *e);
    e->g = g;
    e->mem = cg_graph_mem(g);
    e->op = op;
    e->only_account = AWS_NONE;
    cg_arena_init(&e->arena, e->mem);
    int32_t rc = prepare(e, now, err);
    if (rc == CSPM_OK)
        rc = load_label(e, "AWSAccount", AWS_OUTSIDE, err);
    if (rc == CSPM_OK)
        rc = load_label(e, "AWSUser", AWS_USER, err);
    if (rc == CSPM_OK)
        rc = load_label(e, "AWSRole", AWS_ROLE, err);
    if (rc == CSPM_OK)
        find_only_account(e);
    for (size_t i = 0; rc == CSPM_OK && i < e->accounts.count; i++)
        rc = load_scps(e, &e->accounts.data[i], err);
    return rc;
}

void aws_estate_free(aws_estate *e)
{
    cg_vec_free(e->mem, &e->docs);
    cg_vec_free(e->mem, &e->effects);
    cg_vec_free(e->mem, &e->subjects);
    cg_vec_free(e->mem, &e->accounts);
    cg_intern_free(e->doc_texts);
    cg_intern_free(e->effect_texts);
    cg_intern_free(e->who_texts);
    cg_intern_free(e->account_numbers);
    cg_free(e->mem, e->subject_of);
    cg_free(e->mem, e->account_of);
    cg_free(e->mem, e->resource_doc);
    cg_arena_free(&e->arena);
}
