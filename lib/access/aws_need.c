/* What a rule needs beside its target: something that could be made, the principal itself, something that exists. */
#include "access/aws_run.h"

#define ALLOW_ALL "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"

/* Ends of relationships of the need's kind that carry one of its labels and belong to `account`; asked until one is allowed. */
typedef struct search {
    aws_work *w;
    uint32_t subject, need, account;
    aws_answer_result best;
} search;

static int32_t ask_node(search *s, cg_node n, cspm_error **err)
{
    aws_run *r = s->w->r;
    const cg_grant_need *need = &s->w->grant->needs[s->need];
    aws_question q = { .subject = s->subject, .need = s->need };
    size_t items = r->ground.count, keys = r->ground_keys.count;
    aws_answer_result one = AWS_NO;
    cg_str arn;
    if (s->best == AWS_YES || !aws_estate_has_label(r->e, n, need->labels, need->n_labels))
        return CSPM_OK;
    int32_t rc = aws_estate_account_of(r->e, n, &q.account, err);
    if (rc == CSPM_OK)
        rc = aws_estate_arn(r->e, n, &arn, err);
    if (rc == CSPM_OK)
        rc = aws_estate_resource_doc(r->e, n, &q.doc, err);
    if (rc != CSPM_OK || (s->account != AWS_NONE && q.account != s->account) ||
        (cg_str_starts(arn, CG_STR("arn:")) && cg_str_eq(cg_arn_part(arn, 4), CG_STR("aws"))))
        return rc; /* what the cloud itself owns cannot be changed */
    rc = aws_estate_fill(r->e, need->arn.length ? need->arn : CG_STR("{{arn}}"), n, q.account,
                         arn.length ? cg_arn_part(arn, 1) : CG_STR("aws"), &q.text, err);
    if (rc == CSPM_OK)
        rc = aws_ask(r, &q, &one, err);
    if (one == AWS_NO || one <= s->best) {
        r->ground.count = items;
        r->ground_keys.count = keys;
    }
    s->best = one == AWS_YES || s->best == AWS_NO ? one : s->best;
    return rc;
}

static int32_t ask_ends(search *s, cg_node from, cspm_error **err)
{
    cg_graph *g = s->w->r->e->g;
    uint32_t kind = cg_name_find(g, CG_NAMES_KIND, s->w->grant->needs[s->need].link);
    cg_adj_iter it;
    cg_edge edge;
    int32_t rc = CSPM_OK;
    cg_adj_init(&it, g, from, CG_OUT, NULL);
    while (rc == CSPM_OK && kind != CG_NO_NAME && cg_adj_next(&it, &edge))
        if (edge.kind == kind)
            rc = ask_node(s, edge.to, err);
    return rc;
}

/* From the subject, and for a user from its groups too: what they have, it has. */
static int32_t ask_linked(search *s, cg_node from, bool groups, cspm_error **err)
{
    cg_graph *g = s->w->r->e->g;
    uint32_t member = cg_name_find(g, CG_NAMES_KIND, CG_STR("MEMBER_AWS_GROUP"));
    cg_adj_iter it;
    cg_edge edge;
    int32_t rc = ask_ends(s, from, err);
    cg_adj_init(&it, g, from, CG_OUT, NULL);
    while (rc == CSPM_OK && groups && member != CG_NO_NAME && cg_adj_next(&it, &edge))
        if (edge.kind == member)
            rc = ask_ends(s, edge.to, err);
    return rc;
}

static int32_t ask_labelled(search *s, cspm_error **err)
{
    const cg_grant_need *need = &s->w->grant->needs[s->need];
    cg_graph *g = s->w->r->e->g;
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < need->n_labels; i++) {
        uint32_t label = cg_name_find(g, CG_NAMES_LABEL, need->labels[i]);
        cg_label_iter it;
        cg_node n;
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, g, label);
        while (rc == CSPM_OK && s->best != AWS_YES && cg_label_iter_next(&it, &n))
            rc = ask_node(s, n, err);
    }
    return rc;
}

static int32_t ask_new(aws_work *w, uint32_t subject, uint32_t need, aws_answer_result *out, cspm_error **err)
{
    const aws_subject *s = &w->r->e->subjects.data[subject];
    aws_question q = { .subject = subject, .need = need, .account = s->account, .doc = AWS_NONE };
    *out = AWS_NO;
    if (s->type == AWS_OUTSIDE)
        return CSPM_OK;
    int32_t rc = aws_estate_fill(w->r->e, w->grant->needs[need].arn, s->node, s->account, cg_arn_part(s->principal, 1), &q.text, err);
    return rc == CSPM_OK ? aws_ask(w->r, &q, out, err) : rc;
}

static int32_t ask_self(aws_work *w, uint32_t subject, uint32_t need, aws_answer_result *out, cspm_error **err)
{
    const aws_subject *s = &w->r->e->subjects.data[subject];
    aws_question q = { .subject = subject, .need = need, .account = s->account, .text = s->principal };
    *out = AWS_NO;
    if (s->type != AWS_USER && s->type != AWS_ROLE)
        return CSPM_OK;
    int32_t rc = aws_estate_resource_doc(w->r->e, s->node, &q.doc, err);
    if (rc == CSPM_OK && w->grant->needs[need].arn.length)
        rc = aws_estate_fill(w->r->e, w->grant->needs[need].arn, s->node, s->account, cg_arn_part(s->principal, 1), &q.text, err);
    return rc == CSPM_OK ? aws_ask(w->r, &q, out, err) : rc;
}

static aws_asked need_is_for(const cg_grant_need *need)
{
    if (need->on == CG_NEED_NEW || (need->on == CG_NEED_SOME && !need->link.length))
        return AWS_FOR_CLASS;
    return need->on == CG_NEED_SELF || (need->on == CG_NEED_SOME && !need->link_target) ? AWS_FOR_MEMBER : AWS_FOR_TARGET;
}

/* All needs of a sort but those on the target itself; the ground being collected grows. */
static int32_t ask_needs(aws_work *w, uint32_t subject, aws_asked sort, cg_node target, aws_answer_result *out, cspm_error **err)
{
    const aws_subject *s = &w->r->e->subjects.data[subject];
    int32_t rc = CSPM_OK;
    for (uint32_t k = 0; rc == CSPM_OK && *out != AWS_NO && k < w->grant->n_needs; k++) {
        const cg_grant_need *need = &w->grant->needs[k];
        search look = { .w = w, .subject = subject, .need = k, .account = s->account };
        if (need->on == CG_NEED_TARGET || need_is_for(need) != sort)
            continue;
        if (need->on == CG_NEED_NEW)
            rc = ask_new(w, subject, k, &look.best, err);
        else if (need->on == CG_NEED_SELF)
            rc = ask_self(w, subject, k, &look.best, err);
        else if (sort == AWS_FOR_TARGET)
            rc = ask_linked(&look, target, false, err);
        else if (need->link.length)
            rc = ask_linked(&look, s->node, s->type == AWS_USER, err);
        else
            rc = ask_labelled(&look, err);
        *out = aws_and(*out, look.best);
    }
    return rc;
}

int32_t aws_need_ask(aws_work *w, uint32_t subject, aws_asked sort, cg_node target, aws_result before, aws_result *out, cspm_error **err)
{
    *out = before;
    aws_ground_begin(w->r);
    int32_t rc = aws_ground_add(w->r, before.ground, err);
    if (rc == CSPM_OK)
        rc = ask_needs(w, subject, sort, target, &out->result, err);
    return rc == CSPM_OK ? aws_ground_end(w->r, &out->ground, err) : rc;
}

/* ---- could somebody rise? ---- */

static const cg_grant *administrator(const cg_derive_request *request)
{
    for (uint32_t i = 0; i < request->n_grants; i++)
        if (request->grants[i].yields == CG_YIELDS_SELF && request->grants[i].label.length)
            return &request->grants[i];
    return NULL;
}

/* Were it given every permission, would it be administrator? Boundary and control policies may be in the way. */
int32_t aws_may_rise(aws_stage *stage, uint32_t subject, aws_answer_result *out, cspm_error **err)
{
    const cg_grant *grant = administrator(stage->request);
    aws_run run;
    aws_emit none = { 0 };
    *out = AWS_YES;
    while (stage->may_rise.count <= subject)
        if (!cg_vec_push(stage->e.mem, &stage->may_rise, 0))
            return cg_nomem(stage->e.mem, err);
    const aws_subject *s = &stage->e.subjects.data[subject];
    bool free = !s->boundary.count && (s->account == AWS_NONE || !stage->e.accounts.data[s->account].n_levels);
    if (!grant || free)
        return CSPM_OK;
    if (stage->may_rise.data[subject]) {
        *out = (aws_answer_result)(stage->may_rise.data[subject] - 1);
        return CSPM_OK;
    }
    int32_t rc = aws_run_open(&run, &stage->e, grant, err);
    if (rc == CSPM_OK)
        rc = aws_estate_doc(&stage->e, CG_STR(ALLOW_ALL), CG_POLICY_IDENTITY, &run.assumed_identity, err);
    aws_work w = { .stage = stage, .r = &run, .emit = &none, .grant = grant };
    if (rc == CSPM_OK)
        rc = ask_needs(&w, subject, AWS_FOR_CLASS, CG_NO_NODE, out, err);
    if (rc == CSPM_OK)
        stage->may_rise.data[subject] = (uint8_t)(*out + 1);
    aws_run_close(&run);
    return rc;
}
