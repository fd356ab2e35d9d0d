/* The decision: statements against the request, layers against each other. */
#include "access/eval.h"

#include <stdlib.h>

#define MAX_ACTION 256

/* What a layer says. Allows of a resource's policy are kept by how they name the subject. */
typedef struct layer_answer {
    cg_tri deny, allow;
    cg_tri by_account, by_anyone, by_role, by_self;
} layer_answer;

static const layer_answer silent = { CG_NO, CG_NO, CG_NO, CG_NO, CG_NO, CG_NO };

const char *cg_access_result_name(cg_access_result result)
{
    static const char *const names[] = { "Allowed", "ImplicitlyDenied", "ExplicitlyDenied", "Conditional" };
    return names[result];
}

void cg_decision_init(cg_decision *d, cg_mem *mem)
{
    memset(d, 0, sizeof *d);
    d->mem = mem;
    cg_arena_init(&d->scratch, mem);
}

void cg_decision_free(cg_decision *d)
{
    cg_vec_free(d->mem, &d->deciding);
    cg_vec_free(d->mem, &d->conditions);
    cg_arena_free(&d->scratch);
}

static cg_tri set_holds(cg_eval *e, const cg_pattern_set *set, cg_str text)
{
    cg_tri any = CG_NO;
    bool unresolved = false;
    for (uint32_t i = 0; i < set->count && any != CG_YES; i++)
        any = cg_tri_or(any, cg_eval_pattern(e, &set->items[i], text, &unresolved));
    if (any == CG_NO && set->unreadable)
        any = CG_MAYBE;
    /* "All but what a variable without value names" names nothing. */
    if (set->negated && any == CG_NO && unresolved)
        return CG_NO;
    return set->negated ? cg_tri_not(any) : any;
}

/* Whether the statement applies, and for statements with principals how they name the subject. */
static cg_tri statement_holds(cg_eval *e, const cg_policy *p, const cg_policy_statement *s, uint32_t *names)
{
    *names = CG_NAMES_SELF;
    if (!s->readable && (!s->deny || s->nothing_readable))
        return s->deny ? CG_MAYBE : CG_NO;
    cg_tri applies = set_holds(e, &s->actions, e->request->action);
    if (applies == CG_NO)
        return CG_NO;
    if (p->kind == CG_POLICY_RESOURCE) {
        *names = cg_named_match(&s->principals, &e->subject, e->request->principal_id, s->deny);
        if (!*names && !s->principals.unreadable)
            return CG_NO;
        if (!*names)
            applies = CG_MAYBE;
    }
    if (s->resources.present || p->kind != CG_POLICY_RESOURCE)
        applies = cg_tri_and(applies, set_holds(e, &s->resources, e->request->resource));
    if (applies != CG_NO)
        applies = cg_tri_and(applies, cg_eval_conditions(e, s));
    return s->readable ? applies : cg_tri_and(applies, CG_MAYBE);
}

static void note(cg_eval *e, cg_deciding d)
{
    if (!cg_vec_push(e->out->mem, &e->out->deciding, d))
        e->nomem = true;
}

static void policy_ask(cg_eval *e, const cg_policy *p, cg_access_layer layer, layer_answer *a)
{
    if (p->unreadable) {
        a->deny = cg_tri_or(a->deny, CG_MAYBE);
        note(e, (cg_deciding){ p, UINT32_MAX, layer, true, true, CG_STR_NULL, p->pos });
    }
    for (uint32_t i = 0; i < p->n_statements; i++) {
        const cg_policy_statement *s = &p->statements[i];
        size_t known = e->out->conditions.count;
        uint32_t names;
        if (!s->deny && layer == CG_LAYER_RCP)
            continue; /* the allows of these are implied */
        cg_tri applies = statement_holds(e, p, s, &names);
        if (applies == CG_NO || (applies == CG_YES && e->out->conditions.count > known))
            e->out->conditions.count = known; /* what was not known did not matter */
        if (applies == CG_NO)
            continue;
        note(e, (cg_deciding){ p, i, layer, s->deny, applies == CG_MAYBE, s->sid, s->pos });
        if (s->deny) {
            a->deny = cg_tri_or(a->deny, applies);
            continue;
        }
        a->allow = cg_tri_or(a->allow, applies);
        if (names & CG_NAMES_ACCOUNT)
            a->by_account = cg_tri_or(a->by_account, applies);
        if (names & CG_NAMES_ANYONE)
            a->by_anyone = cg_tri_or(a->by_anyone, applies);
        if (names & CG_NAMES_ROLE)
            a->by_role = cg_tri_or(a->by_role, applies);
        if (names & CG_NAMES_SELF)
            a->by_self = cg_tri_or(a->by_self, applies);
    }
}

static layer_answer list_ask(cg_eval *e, const cg_policy_list *list, cg_access_layer layer)
{
    layer_answer a = silent;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i])
            policy_ask(e, list->items[i], layer, &a);
    return a;
}

typedef struct answers {
    layer_answer identity, session, resource;
    cg_tri deny;          /* anywhere */
    cg_tri boundary, scp; /* every one of them allows */
} answers;

static void ask_all(cg_eval *e, const cg_access_policies *p, answers *out)
{
    out->identity = list_ask(e, &p->identity, CG_LAYER_IDENTITY);
    out->deny = out->identity.deny;
    out->boundary = out->scp = CG_YES;
    for (uint32_t i = 0; i < p->boundaries.count; i++) {
        layer_answer one = list_ask(e, &(cg_policy_list){ p->boundaries.items + i, 1 }, CG_LAYER_BOUNDARY);
        out->deny = cg_tri_or(out->deny, one.deny);
        if (p->boundaries.items[i])
            out->boundary = cg_tri_and(out->boundary, one.allow);
    }
    out->session = list_ask(e, &p->session, CG_LAYER_SESSION);
    out->resource = list_ask(e, &p->resource, CG_LAYER_RESOURCE);
    out->deny = cg_tri_or(out->deny, cg_tri_or(out->session.deny, out->resource.deny));
    if (p->session.count == 0)
        out->session.allow = CG_YES;
    for (uint32_t i = 0; i < p->n_scps; i++) {
        layer_answer one = list_ask(e, &p->scps[i], CG_LAYER_SCP);
        out->deny = cg_tri_or(out->deny, one.deny);
        out->scp = cg_tri_and(out->scp, one.allow);
    }
    for (uint32_t i = 0; i < p->n_rcps; i++)
        out->deny = cg_tri_or(out->deny, list_ask(e, &p->rcps[i], CG_LAYER_RCP).deny);
}

/* Keys and roles are reached only through their own policy, whatever the account says. */
static bool resource_must_allow(const cg_access_request *r)
{
    cg_str prefix = CG_STR("sts:AssumeRole");
    cg_str rest = cg_arn_part(r->resource, 5);
    if (cg_str_eq(cg_arn_part(r->resource, 2), CG_STR("kms")) && cg_str_starts(rest, CG_STR("key/")))
        return true;
    if (r->action.length >= prefix.length && cg_str_eq_nocase((cg_str){ r->action.data, prefix.length }, prefix))
        return true;
    return cg_str_eq_nocase(r->action, CG_STR("sts:TagSession")) || cg_str_eq_nocase(r->action, CG_STR("sts:SetSourceIdentity"));
}

/* Whether the layers together allow; `missing` collects those that do not. */
static cg_tri combine(const cg_eval *e, const answers *a, uint32_t *missing)
{
    const cg_subject *s = &e->subject;
    const layer_answer *r = &a->resource;
    bool has_identity = s->account.data != NULL;
    bool cross = has_identity && e->resource_account.length && !cg_str_eq(e->resource_account, s->account);
    cg_tri identity = s->type == CG_SUBJECT_ROOT ? CG_YES : a->identity.allow;
    cg_tri limits = s->type == CG_SUBJECT_ROOT ? CG_YES : cg_tri_and(a->boundary, a->session.allow);
    cg_tri own = cg_tri_and(identity, limits);
    cg_tri allowed;
    if (!has_identity) {
        allowed = r->allow;
    } else if (cross) {
        allowed = cg_tri_and(own, r->allow);
    } else {
        /* Who is named by the role is held to the role's limits; a user or a session named itself is not. "Everyone" names no one. */
        cg_tri named = cg_tri_or(r->by_self, cg_tri_and(r->by_role, limits));
        named = cg_tri_or(named, s->type == CG_SUBJECT_USER ? r->by_anyone : cg_tri_and(r->by_anyone, limits));
        cg_tri delegated = resource_must_allow(e->request) ? cg_tri_and(r->by_account, own) : own;
        allowed = cg_tri_or(named, delegated);
    }
    if (has_identity)
        allowed = cg_tri_and(allowed, a->scp);
    *missing = 0;
    if (allowed != CG_NO)
        return allowed;
    *missing |= has_identity && identity == CG_NO ? 1u << CG_LAYER_IDENTITY : 0;
    *missing |= has_identity && a->boundary == CG_NO ? 1u << CG_LAYER_BOUNDARY : 0;
    *missing |= has_identity && a->session.allow == CG_NO ? 1u << CG_LAYER_SESSION : 0;
    *missing |= has_identity && a->scp == CG_NO ? 1u << CG_LAYER_SCP : 0;
    *missing |= r->allow == CG_NO && (!has_identity || cross || resource_must_allow(e->request)) ? 1u << CG_LAYER_RESOURCE : 0;
    return CG_NO;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Without case first, so that spellings of one key stand together. */
static int by_name(const void *a, const void *b)
{
    cg_str x = *(const cg_str *)a, y = *(const cg_str *)b;
    for (size_t i = 0; i < x.length && i < y.length; i++)
        if (lower(x.data[i]) != lower(y.data[i]))
            return lower(x.data[i]) < lower(y.data[i]) ? -1 : 1;
    return x.length != y.length ? (x.length < y.length ? -1 : 1) : cg_str_cmp(x, y);
}

/* Keep what stands behind the answer. */
static void settle(cg_decision *d, cg_tri deny, cg_tri allowed)
{
    d->result = deny == CG_YES                       ? CG_ACCESS_EXPLICITLY_DENIED
                : allowed == CG_NO                   ? CG_ACCESS_IMPLICITLY_DENIED
                : deny == CG_NO && allowed == CG_YES ? CG_ACCESS_ALLOWED
                                                     : CG_ACCESS_CONDITIONAL;
    if (d->result != CG_ACCESS_IMPLICITLY_DENIED)
        d->missing = 0;
    size_t kept = 0;
    for (size_t i = 0; i < d->deciding.count; i++) {
        const cg_deciding *one = &d->deciding.data[i];
        bool keep = d->result == CG_ACCESS_EXPLICITLY_DENIED ? one->deny && !one->conditional
                    : d->result == CG_ACCESS_ALLOWED         ? !one->deny && !one->conditional
                                                             : d->result == CG_ACCESS_CONDITIONAL;
        if (keep)
            d->deciding.data[kept++] = *one;
    }
    d->deciding.count = kept;
    if (d->result != CG_ACCESS_CONDITIONAL)
        d->conditions.count = 0;
    if (d->conditions.count > 1)
        qsort(d->conditions.data, d->conditions.count, sizeof *d->conditions.data, by_name);
    kept = 0;
    for (size_t i = 0; i < d->conditions.count; i++)
        if (kept == 0 || !cg_str_eq_nocase(d->conditions.data[kept - 1], d->conditions.data[i]))
            d->conditions.data[kept++] = d->conditions.data[i];
    d->conditions.count = kept;
}

int32_t cg_aws_decide(const cg_access_request *request, const cg_access_policies *policies, cg_decision *out, cspm_error **err)
{
    cg_eval e = { .request = request, .out = out };
    answers a;
    cg_arena_reset(&out->scratch);
    out->deciding.count = out->conditions.count = 0;
    out->missing = 0;
    if (!request->principal.length || !request->action.length || request->action.length > MAX_ACTION)
        return cg_fail(out->mem, err, CSPM_E_INVALID, "a request needs a principal and an action of at most %d bytes", MAX_ACTION);
    cg_subject_read(request, &e.subject);
    e.resource_account = request->resource_account;
    if (!e.resource_account.length)
        e.resource_account = cg_arn_part(request->resource, 4);
    cg_eval_derive(&e);
    ask_all(&e, policies, &a);
    if (e.nomem)
        return cg_nomem(out->mem, err);
    cg_tri allowed = combine(&e, &a, &out->missing);
    settle(out, a.deny, allowed);
    return CSPM_OK;
}
