/* Decisions: the documents that speak of an action, the keys that are known, and what stands behind the answer. */
#include <stdlib.h>

#include "access/aws_run.h"

/* ---- opening ---- */

static int32_t list_actions(aws_run *r, cspm_error **err)
{
    for (uint32_t i = 0; i < r->grant->n_needs; i++)
        for (uint32_t k = 0; k < r->grant->needs[i].n_actions; k++) {
            if (r->n_actions == AWS_MAX_ACTIONS)
                return cg_fail(r->mem, err, CSPM_E_LIMIT, "rule \"%.*s\" asks for more than %d actions", CG_FMT(r->grant->rule),
                               AWS_MAX_ACTIONS);
            r->actions[r->n_actions].name = r->grant->needs[i].actions[k];
            r->actions[r->n_actions++].need = i;
        }
    return CSPM_OK;
}

int32_t aws_run_open(aws_run *r, aws_estate *e, const cg_grant *grant, cspm_error **err)
{
    memset(r, 0, sizeof *r);
    r->e = e;
    r->grant = grant;
    r->mem = e->mem;
    r->assumed_identity = AWS_NONE;
    cg_arena_init(&r->arena, r->mem);
    cg_arena_init(&r->scratch, r->mem);
    cg_decision_init(&r->decision, r->mem);
    r->grounds = cg_intern_new(r->mem, 0);
    if (!r->grounds)
        return cg_nomem(r->mem, err);
    return list_actions(r, err);
}

void aws_run_rest(aws_run *r)
{
    if (!r->e)
        return;
    cg_free(r->mem, r->views);
    r->views = NULL;
    r->n_views = 0;
    cg_arena_free(&r->scratch);
    cg_arena_free(&r->arena);
    cg_arena_init(&r->scratch, r->mem);
    cg_arena_init(&r->arena, r->mem);
}

void aws_run_close(aws_run *r)
{
    if (!r->e)
        return;
    cg_decision_free(&r->decision);
    cg_intern_free(r->grounds);
    cg_vec_free(r->mem, &r->ground);
    cg_vec_free(r->mem, &r->ground_copy);
    cg_vec_free(r->mem, &r->ground_keys);
    cg_vec_free(r->mem, &r->lists);
    cg_free(r->mem, r->views);
    cg_arena_free(&r->scratch);
    cg_arena_free(&r->arena);
}

/* ---- what a document says of the actions ---- */

static bool speaks_of(const cg_policy_statement *s, cg_str action)
{
    bool any = s->actions.unreadable;
    if (!s->readable && (!s->deny || s->nothing_readable))
        return s->deny;
    for (uint32_t i = 0; i < s->actions.count && !any; i++)
        any = cg_pattern_match(s->actions.items[i].tokens, s->actions.items[i].count, true, action);
    return s->actions.unreadable || any != s->actions.negated;
}

static int32_t fill_view(aws_run *r, uint32_t number, aws_view *v, cspm_error **err)
{
    const aws_doc *doc = &r->e->docs.data[number];
    v->items = cg_arena_calloc(&r->arena, doc->n_effects ? doc->n_effects : 1, sizeof *v->items);
    if (!v->items)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < doc->n_effects; i++) {
        aws_view_item item = { .effect = doc->effects[i], .statement = doc->policy->unreadable ? UINT32_MAX : i };
        for (uint32_t a = 0; a < r->n_actions; a++)
            if (doc->policy->unreadable || speaks_of(&doc->policy->statements[i], r->actions[a].name))
                item.actions |= UINT64_C(1) << a;
        if (!item.actions)
            continue;
        v->items[v->count++] = item;
        v->actions |= item.actions;
        if (!doc->policy->unreadable && !doc->policy->statements[i].deny)
            v->allowed |= item.actions;
    }
    v->known = true;
    return CSPM_OK;
}

const aws_view *aws_view_of(aws_run *r, uint32_t doc, cspm_error **err)
{
    if (doc >= r->n_views) {
        uint32_t n = (uint32_t)r->e->docs.count;
        aws_view *views = cg_resize_array(r->mem, r->views, n, sizeof *views);
        if (!views) {
            cg_nomem(r->mem, err);
            return NULL;
        }
        memset(views + r->n_views, 0, (n - r->n_views) * sizeof *views);
        r->views = views;
        r->n_views = n;
    }
    if (!r->views[doc].known && fill_view(r, doc, &r->views[doc], err) != CSPM_OK)
        return NULL;
    return &r->views[doc];
}

/* ---- grounds ---- */

void aws_ground_begin(aws_run *r)
{
    r->ground.count = 0;
    r->ground_keys.count = 0;
}

static int by_item(const void *a, const void *b)
{
    const aws_ground_item *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    if (x->statement != y->statement)
        return x->statement < y->statement ? -1 : 1;
    return x->flags < y->flags ? -1 : x->flags > y->flags;
}

static int by_key(const void *a, const void *b)
{
    return cg_str_cmp(*(const cg_str *)a, *(const cg_str *)b);
}

int32_t aws_ground_end(aws_run *r, uint32_t *out, cspm_error **err)
{
    cg_buf b;
    uint32_t n = 0;
    if (r->ground.count)
        qsort(r->ground.data, r->ground.count, sizeof *r->ground.data, by_item);
    for (size_t i = 0; i < r->ground.count; i++)
        if (!n || by_item(&r->ground.data[n - 1], &r->ground.data[i]) != 0)
            r->ground.data[n++] = r->ground.data[i];
    if (r->ground_keys.count)
        qsort(r->ground_keys.data, r->ground_keys.count, sizeof *r->ground_keys.data, by_key);
    cg_buf_init(&b, r->mem, 0);
    cg_buf_add(&b, &n, sizeof n);
    cg_buf_add(&b, r->ground.data, n * sizeof *r->ground.data);
    for (size_t i = 0; i < r->ground_keys.count; i++)
        if (i == 0 || !cg_str_eq(r->ground_keys.data[i - 1], r->ground_keys.data[i])) {
            cg_buf_adds(&b, i ? "\n" : "");
            cg_buf_str(&b, r->ground_keys.data[i]);
        }
    *out = b.failed ? CG_INTERN_NONE : cg_intern_add(r->grounds, b.data, b.length);
    cg_buf_free(&b);
    return *out == CG_INTERN_NONE ? cg_nomem(r->mem, err) : CSPM_OK;
}

const aws_ground_item *aws_ground_get(aws_run *r, uint32_t ground, uint32_t *n, cg_str *keys)
{
    cg_str text = cg_intern_get(r->grounds, ground);
    memcpy(n, text.data, sizeof *n);
    size_t bytes = *n * sizeof(aws_ground_item), used = sizeof *n + bytes;
    r->ground_copy.count = 0;
    if (!cg_vec_reserve(r->mem, &r->ground_copy, *n + (size_t)1))
        return NULL;
    memcpy(r->ground_copy.data, text.data + sizeof *n, bytes);
    *keys = (cg_str){ text.data + used, text.length - used };
    return r->ground_copy.data;
}

static int32_t push_key(aws_run *r, cg_str key, cspm_error **err)
{
    char *copy = cg_arena_strndup(&r->arena, key.data, key.length);
    return copy && cg_vec_push(r->mem, &r->ground_keys, ((cg_str){ copy, key.length })) ? CSPM_OK : cg_nomem(r->mem, err);
}

int32_t aws_ground_add(aws_run *r, uint32_t ground, cspm_error **err)
{
    uint32_t n = 0;
    cg_str keys;
    int32_t rc = CSPM_OK;
    const aws_ground_item *items = aws_ground_get(r, ground, &n, &keys);
    if (!items)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        if (!cg_vec_push(r->mem, &r->ground, items[i]))
            return cg_nomem(r->mem, err);
    for (size_t from = 0; rc == CSPM_OK && from < keys.length;) {
        size_t end = cg_str_find(keys, CG_STR("\n"), from);
        end = end == SIZE_MAX ? keys.length : end;
        rc = push_key(r, (cg_str){ keys.data + from, end - from }, err);
        from = end + 1;
    }
    return rc;
}

/* ---- one request ---- */

/* Documents a list hands to the decision: only those that speak of the action. */
static int32_t push_docs(aws_run *r, const aws_attached_list *from, uint32_t action, bool all, cg_policy_list *out, cspm_error **err)
{
    out->count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        const aws_view *v = aws_view_of(r, from->items[i].doc, err);
        if (!v)
            return CSPM_E_NOMEM;
        if (!all && !(v->actions >> action & 1))
            continue;
        if (!cg_vec_push(r->mem, &r->lists, r->e->docs.data[from->items[i].doc].policy))
            return cg_nomem(r->mem, err);
        out->count++;
    }
    return CSPM_OK;
}

static int32_t push_identity(aws_run *r, const aws_subject *s, uint32_t action, cg_policy_list *out, cspm_error **err)
{
    const aws_attached assumed = { r->assumed_identity, CG_NO_NODE };
    aws_attached_list own = r->assumed_identity == AWS_NONE ? s->identity : (aws_attached_list){ &assumed, 1 };
    return push_docs(r, &own, action, false, out, err);
}

#define N_COMMON 6
/* What an attacker chooses or is: encrypted transport, no detour through a service, the clock. */
static uint32_t common_keys(const aws_run *r, const aws_subject *s, uint32_t clock, cg_access_key *out)
{
    static const cg_str yes = { "true", 4 }, no = { "false", 5 };
    uint32_t n = 0;
    out[n++] = (cg_access_key){ CG_STR("aws:SecureTransport"), &yes, 1 };
    out[n++] = (cg_access_key){ CG_STR("aws:PrincipalIsAWSService"), &no, 1 };
    out[n++] = (cg_access_key){ CG_STR("aws:ViaAWSService"), &no, 1 };
    out[n++] = (cg_access_key){ CG_STR("aws:CurrentTime"), &r->e->now[clock], 1 };
    out[n++] = (cg_access_key){ CG_STR("aws:EpochTime"), &r->e->now[clock], 1 };
    /* Sessions carry the time they began; a user's own keys do not. */
    if (s && s->type == AWS_ROLE)
        out[n++] = (cg_access_key){ CG_STR("aws:TokenIssueTime"), &r->e->now[clock], 1 };
    else if (s && s->type == AWS_USER)
        out[n++] = (cg_access_key){ CG_STR("aws:TokenIssueTime"), NULL, 0 };
    return n;
}

/* Which attached document a compiled policy is. */
static uint32_t doc_of(const aws_run *r, const cg_policy *policy, const aws_attached_list *among)
{
    for (uint32_t i = 0; i < among->count; i++)
        if (r->e->docs.data[among->items[i].doc].policy == policy)
            return among->items[i].doc;
    return AWS_NONE;
}

static int32_t keep_reasons(aws_run *r, const aws_subject *s, uint32_t resource_doc, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < r->decision.deciding.count; i++) {
        const cg_deciding *d = &r->decision.deciding.data[i];
        aws_ground_item item = { .doc = resource_doc, .statement = d->statement, .layer = d->layer };
        item.flags = (d->deny ? 1u : 0) | (d->conditional ? 2u : 0);
        if (d->layer == CG_LAYER_IDENTITY && r->assumed_identity == AWS_NONE)
            item.doc = doc_of(r, d->policy, &s->identity);
        else if (d->layer == CG_LAYER_BOUNDARY)
            item.doc = doc_of(r, d->policy, &s->boundary);
        else if (d->layer != CG_LAYER_RESOURCE)
            continue; /* what control policies allow is nothing anybody was given */
        if (item.doc != AWS_NONE && !cg_vec_push(r->mem, &r->ground, item))
            return cg_nomem(r->mem, err);
    }
    for (size_t i = 0; rc == CSPM_OK && i < r->decision.conditions.count; i++)
        rc = push_key(r, r->decision.conditions.data[i], err);
    return rc;
}

static int32_t gather_policies(aws_run *r, const aws_subject *s, uint32_t action, const aws_attached_list *on_resource,
                               cg_access_policies *p, cspm_error **err)
{
    r->lists.count = 0;
    int32_t rc = push_identity(r, s, action, &p->identity, err);
    if (rc == CSPM_OK)
        rc = push_docs(r, &s->boundary, action, true, &p->boundaries, err);
    if (rc == CSPM_OK)
        rc = push_docs(r, on_resource, action, false, &p->resource, err);
    if (r->lists.count) {
        p->identity.items = r->lists.data;
        p->boundaries.items = r->lists.data + p->identity.count;
        p->resource.items = p->boundaries.items + p->boundaries.count;
    }
    if (rc == CSPM_OK && s->account != AWS_NONE && !s->scp_free) {
        const aws_account *a = &r->e->accounts.data[s->account];
        p->scps = a->lists;
        p->n_scps = a->n_levels;
    }
    return rc;
}

static int32_t decide(aws_run *r, const cg_access_request *request, const cg_access_policies *policies, aws_answer_result *out,
                      cspm_error **err)
{
    int32_t rc = cg_aws_decide(request, policies, &r->decision, err);
    *out = r->decision.result == CG_ACCESS_ALLOWED ? AWS_YES : r->decision.result == CG_ACCESS_CONDITIONAL ? AWS_MAYBE : AWS_NO;
    return rc;
}

static int32_t ask_action(aws_run *r, const aws_question *q, uint32_t action, cg_str text, aws_answer_result *out, cspm_error **err)
{
    const aws_subject *s = &r->e->subjects.data[q->subject];
    const cg_grant_need *need = &r->grant->needs[q->need];
    const aws_attached on_resource = { q->doc, CG_NO_NODE };
    const aws_attached_list resource = { &on_resource, q->doc != AWS_NONE };
    cg_access_policies policies = { 0 };
    cg_access_key *keys = cg_arena_alloc(&r->scratch, (N_COMMON + need->n_keys) * sizeof *keys);
    if (!keys)
        return cg_nomem(r->mem, err);
    uint32_t n_keys = common_keys(r, s, 0, keys);
    if (need->n_keys)
        memcpy(keys + n_keys, need->keys, need->n_keys * sizeof *keys);
    cg_access_request request = { .principal = s->principal,
                                  .principal_id = s->unique_id,
                                  .action = r->actions[action].name,
                                  .resource = text,
                                  .resource_account = q->account == AWS_NONE ? CG_STR_NULL : r->e->accounts.data[q->account].number,
                                  .keys = keys,
                                  .n_keys = n_keys + need->n_keys,
                                  .open = true };
    int32_t rc = gather_policies(r, s, action, &resource, &policies, err);
    aws_answer_result early = AWS_NO;
    bool clocks = r->e->timed && !cg_str_eq(r->e->now[0], r->e->now[1]);
    if (rc == CSPM_OK)
        rc = decide(r, &request, &policies, clocks ? &early : out, err);
    if (rc == CSPM_OK && clocks) {
        common_keys(r, s, 1, keys);
        rc = decide(r, &request, &policies, out, err);
        if (*out != early)
            *out = AWS_MAYBE;
    }
    if (rc == CSPM_OK && clocks && *out == AWS_MAYBE && early != AWS_MAYBE)
        rc = push_key(r, CG_STR("aws:CurrentTime"), err);
    return rc != CSPM_OK || *out == AWS_NO ? rc : keep_reasons(r, s, q->doc, err);
}

/* All actions of the need on exactly this text. The ground keeps what they rest on, unless one is refused. */
static int32_t ask_text(aws_run *r, const aws_question *q, cg_str text, aws_answer_result *out, cspm_error **err)
{
    size_t items = r->ground.count, keys = r->ground_keys.count;
    int32_t rc = CSPM_OK;
    *out = AWS_YES;
    for (uint32_t a = 0; rc == CSPM_OK && *out != AWS_NO && a < r->n_actions; a++) {
        aws_answer_result one = AWS_NO;
        if (r->actions[a].need != q->need)
            continue;
        rc = ask_action(r, q, a, text, &one, err);
        *out = aws_and(*out, one);
    }
    if (*out == AWS_NO) {
        r->ground.count = items;
        r->ground_keys.count = keys;
    }
    return rc;
}

/* ---- something of a shape ---- */

#define MAX_WITNESSES 64
typedef struct shapes {
    cg_str texts[MAX_WITNESSES];
    uint32_t n;
} shapes;

static int32_t shapes_of(aws_run *r, const aws_question *q, uint32_t doc, shapes *out, cspm_error **err)
{
    const aws_view *v = aws_view_of(r, doc, err);
    int32_t rc = v ? CSPM_OK : CSPM_E_NOMEM;
    uint64_t wanted = 0;
    for (uint32_t a = 0; a < r->n_actions; a++)
        wanted |= r->actions[a].need == q->need ? UINT64_C(1) << a : 0;
    for (uint32_t i = 0; rc == CSPM_OK && i < v->count; i++) {
        const cg_policy_statement *s =
            v->items[i].statement == UINT32_MAX ? NULL : &r->e->docs.data[doc].policy->statements[v->items[i].statement];
        if (!s || s->deny || !(v->items[i].actions & wanted) || s->resources.negated)
            continue;
        for (uint32_t k = 0; rc == CSPM_OK && k < s->resources.count && out->n < MAX_WITNESSES; k++) {
            cg_str found;
            rc = aws_witness(&r->scratch, q->text, s->resources.items[k].tokens, s->resources.items[k].count, &found, err);
            bool known = !found.data;
            for (uint32_t w = 0; w < out->n && !known; w++)
                known = cg_str_eq(out->texts[w], found);
            if (!known)
                out->texts[out->n++] = found;
        }
    }
    return rc;
}

/* What the last text rests on takes the place of what stands from item and key on; or it is dropped when that place is the end. */
static void keep_better(aws_run *r, size_t item, size_t key, size_t last_item, size_t last_key)
{
    size_t n = r->ground.count - last_item, n_keys = r->ground_keys.count - last_key;
    if (item == r->ground.count && key == r->ground_keys.count) {
        r->ground.count = last_item;
        r->ground_keys.count = last_key;
        return;
    }
    if (n)
        memmove(r->ground.data + item, r->ground.data + last_item, n * sizeof *r->ground.data);
    if (n_keys)
        memmove(r->ground_keys.data + key, r->ground_keys.data + last_key, n_keys * sizeof *r->ground_keys.data);
    r->ground.count = item + n;
    r->ground_keys.count = key + n_keys;
}

int32_t aws_ask(aws_run *r, const aws_question *q, aws_answer_result *out, cspm_error **err)
{
    const aws_subject *s = &r->e->subjects.data[q->subject];
    size_t first_item = r->ground.count, first_key = r->ground_keys.count;
    shapes found = { .n = 0 };
    int32_t rc;
    cg_arena_reset(&r->scratch);
    rc = ask_text(r, q, q->text, out, err);
    if (rc != CSPM_OK || *out == AWS_YES ||
        (cg_str_find(q->text, CG_STR("*"), 0) == SIZE_MAX && cg_str_find(q->text, CG_STR("?"), 0) == SIZE_MAX))
        return rc;
    for (uint32_t i = 0; rc == CSPM_OK && i < s->identity.count && r->assumed_identity == AWS_NONE; i++)
        rc = shapes_of(r, q, s->identity.items[i].doc, &found, err);
    if (rc == CSPM_OK && q->doc != AWS_NONE)
        rc = shapes_of(r, q, q->doc, &found, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < found.n && *out != AWS_YES; i++) {
        size_t items = r->ground.count, keys = r->ground_keys.count;
        aws_answer_result one;
        rc = ask_text(r, q, found.texts[i], &one, err);
        bool better = *out == AWS_NO || one == AWS_YES;
        keep_better(r, better ? first_item : r->ground.count, better ? first_key : r->ground_keys.count, items, keys);
        *out = better ? one : *out;
    }
    return rc;
}

int32_t aws_ask_trust(aws_run *r, cg_node role, uint32_t doc, cg_str service, aws_answer_result *out, cspm_error **err)
{
    cg_access_key keys[N_COMMON + 1];
    const cg_policy *items[1];
    cg_access_policies policies = { .resource = { items, 1 } };
    uint32_t account = AWS_NONE;
    cg_str arn;
    *out = AWS_NO;
    int32_t rc = doc == AWS_NONE ? CSPM_OK : aws_estate_arn(r->e, role, &arn, err);
    if (rc != CSPM_OK || doc == AWS_NONE || !arn.length)
        return rc;
    rc = aws_estate_account_of(r->e, role, &account, err);
    uint32_t n = common_keys(r, NULL, 0, keys);
    if (account != AWS_NONE)
        keys[n++] = (cg_access_key){ CG_STR("aws:SourceAccount"), &r->e->accounts.data[account].number, 1 };
    items[0] = r->e->docs.data[doc].policy;
    cg_access_request request = {
        .principal = service, .action = CG_STR("sts:AssumeRole"), .resource = arn, .keys = keys, .n_keys = n, .open = true
    };
    if (rc == CSPM_OK)
        rc = decide(r, &request, &policies, out, err);
    if (rc != CSPM_OK || *out == AWS_NO)
        return rc;
    const aws_subject nobody = { 0 };
    return keep_reasons(r, &nobody, doc, err);
}
