/* Who asks, and whether a Principal element means them. */
#include "access/eval.h"

cg_str cg_arn_part(cg_str arn, uint32_t part)
{
    size_t from = 0;
    for (uint32_t i = 0; i < part; i++) {
        size_t colon = cg_str_find(arn, CG_STR(":"), from);
        if (colon == SIZE_MAX)
            return CG_STR_NULL;
        from = colon + 1;
    }
    size_t to = part < CG_ARN_PARTS - 1 ? cg_str_find(arn, CG_STR(":"), from) : arn.length;
    return to == SIZE_MAX ? CG_STR_NULL : (cg_str){ arn.data + from, to - from };
}

static cg_str behind(cg_str s, size_t n)
{
    return (cg_str){ s.data + n, s.length - n };
}

static cg_str last_segment(cg_str s)
{
    for (size_t i = s.length; i > 0; i--)
        if (s.data[i - 1] == '/')
            return behind(s, i);
    return s;
}

static bool is_account_number(cg_str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.length == 12;
}

static void read_session(const cg_access_request *request, cg_str rest, cg_subject *out)
{
    size_t slash = cg_str_find(rest, CG_STR("/"), 0);
    out->type = CG_SUBJECT_SESSION;
    out->name = slash == SIZE_MAX ? rest : (cg_str){ rest.data, slash };
    /* The ARN of a session leaves out the path of its role; the request may tell it. */
    for (uint32_t i = 0; i < request->n_keys; i++) {
        const cg_access_key *k = &request->keys[i];
        if (k->n_values != 1 || !cg_str_eq_nocase(k->name, CG_STR("aws:PrincipalArn")))
            continue;
        cg_str resource = cg_arn_part(k->values[0], 5);
        if (cg_str_starts(resource, CG_STR("role/")) && cg_str_eq(last_segment(resource), out->name) &&
            cg_str_eq(cg_arn_part(k->values[0], 4), out->account))
            out->role = k->values[0];
    }
}

void cg_subject_read(const cg_access_request *request, cg_subject *out)
{
    cg_str text = request->principal;
    cg_str service = cg_arn_part(text, 2), rest = cg_arn_part(text, 5);
    *out = (cg_subject){ .type = CG_SUBJECT_FEDERATED, .text = text };
    if (cg_str_eq(text, CG_STR("*"))) {
        out->type = CG_SUBJECT_NOBODY;
        return;
    }
    if (is_account_number(text)) {
        out->type = CG_SUBJECT_ROOT;
        out->account = text;
        return;
    }
    if (cg_str_ends(text, CG_STR(".amazonaws.com")) || cg_str_ends(text, CG_STR(".amazonaws.com.cn"))) {
        if (!cg_str_eq(text, CG_STR("cognito-identity.amazonaws.com")))
            out->type = CG_SUBJECT_SERVICE;
        return;
    }
    bool iam = cg_str_eq(service, CG_STR("iam")), sts = cg_str_eq(service, CG_STR("sts"));
    if (!rest.data || (!iam && !sts))
        return;
    cg_str account = cg_arn_part(text, 4);
    if (iam && cg_str_starts(rest, CG_STR("user/"))) {
        out->type = CG_SUBJECT_USER;
        out->name = last_segment(rest);
    } else if (iam && cg_str_starts(rest, CG_STR("role/"))) {
        out->type = CG_SUBJECT_ROLE;
        out->name = last_segment(rest);
    } else if (iam && cg_str_eq(rest, CG_STR("root"))) {
        out->type = CG_SUBJECT_ROOT;
    } else if (sts && cg_str_starts(rest, CG_STR("assumed-role/"))) {
        out->account = account;
        read_session(request, behind(rest, strlen("assumed-role/")), out);
    } else if (sts && cg_str_starts(rest, CG_STR("federated-user/"))) {
        out->type = CG_SUBJECT_FEDERATED_USER;
        out->name = last_segment(rest);
    } else {
        return; /* a SAML or OpenID Connect provider */
    }
    out->account = account;
}

static bool names_role(cg_str text, const cg_subject *s)
{
    if (s->role.data)
        return cg_str_eq(text, s->role);
    cg_str resource = cg_arn_part(text, 5);
    return cg_str_starts(resource, CG_STR("role/")) && cg_str_eq(cg_arn_part(text, 2), CG_STR("iam")) &&
           cg_str_eq(last_segment(resource), s->name) && cg_str_eq(cg_arn_part(text, 4), s->account);
}

static uint32_t named_by(const cg_named *n, const cg_subject *s, cg_str principal_id)
{
    switch (n->type) {
    case CG_NAMED_ANYONE:
        return CG_NAMES_ANYONE;
    case CG_NAMED_ACCOUNT:
        return s->account.data && cg_str_eq(n->text, s->account) ? CG_NAMES_ACCOUNT : 0;
    case CG_NAMED_SERVICE:
        return s->type == CG_SUBJECT_SERVICE && cg_str_eq_nocase(n->text, s->text) ? CG_NAMES_SELF : 0;
    case CG_NAMED_FEDERATED:
        return s->type == CG_SUBJECT_FEDERATED && cg_str_eq(n->text, s->text) ? CG_NAMES_SELF : 0;
    case CG_NAMED_OTHER:
        return 0;
    case CG_NAMED_AWS:
        break;
    }
    bool id = principal_id.length && cg_str_eq(n->text, principal_id);
    if (s->type == CG_SUBJECT_SESSION && (id || names_role(n->text, s)))
        return CG_NAMES_ROLE;
    if (!id && !cg_str_eq(n->text, s->text))
        return 0;
    return s->type == CG_SUBJECT_ROLE ? CG_NAMES_ROLE : CG_NAMES_SELF;
}

uint32_t cg_named_match(const cg_named_set *set, const cg_subject *subject, cg_str principal_id, bool deny)
{
    uint32_t names = 0;
    for (uint32_t i = 0; i < set->count; i++)
        names |= named_by(&set->items[i], subject, principal_id);
    if (!set->negated)
        return names;
    /* A Deny spares only those named by every name they have: the account, and the role behind a session. An Allow leaves out whoever is
     * named by any. */
    uint32_t needed = subject->account.data && subject->type != CG_SUBJECT_ROOT ? CG_NAMES_ACCOUNT : 0;
    if (subject->type == CG_SUBJECT_ROOT)
        needed = CG_NAMES_ACCOUNT;
    else if (subject->type == CG_SUBJECT_ROLE)
        needed |= CG_NAMES_ROLE;
    else if (subject->type == CG_SUBJECT_SESSION)
        needed |= CG_NAMES_ROLE | CG_NAMES_SELF;
    else
        needed |= CG_NAMES_SELF;
    bool spared = (names & CG_NAMES_ANYONE) || (deny ? (names & needed) == needed : names != 0);
    return spared ? 0 : CG_NAMES_ANYONE;
}
