/* One access rule: who may use it, on what, and what that yields. */
#include <stdlib.h>

#include "access/aws_run.h"
#include "base/sort.h"

/* ---- who ---- */

static int32_t add_labelled(aws_work *w, cg_str name, cspm_error **err)
{
    aws_estate *e = &w->stage->e;
    uint32_t label = cg_name_find(e->g, CG_NAMES_LABEL, name), subject;
    cg_label_iter it;
    cg_node n;
    int32_t rc = CSPM_OK;
    if (label == CG_NO_NAME)
        return CSPM_OK;
    cg_label_iter_init(&it, e->g, label);
    while (rc == CSPM_OK && cg_label_iter_next(&it, &n)) {
        rc = aws_estate_subject(e, n, &subject, err);
        /* A root user assumes no roles; of an estate's own account it stands for nobody else. */
        if (rc == CSPM_OK && e->subjects.data[subject].type == AWS_ROOT && w->grant->yields != CG_YIELDS_SELF)
            continue;
        if (rc == CSPM_OK && !cg_vec_push(w->r->mem, &w->subjects, subject))
            rc = cg_nomem(w->r->mem, err);
        if (rc == CSPM_OK)
            rc = aws_step(e, err);
    }
    return rc;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static int32_t find_subjects(aws_work *w, cspm_error **err)
{
    static const cg_str everybody[] = { { "AWSUser", 7 }, { "AWSRole", 7 } };
    const cg_str *labels = w->grant->n_principals ? w->grant->principals : everybody;
    uint32_t n = w->grant->n_principals ? w->grant->n_principals : 2;
    int32_t rc = CSPM_OK;
    size_t kept = 0;
    for (uint32_t i = 0; rc == CSPM_OK && i < n; i++)
        rc = add_labelled(w, labels[i], err);
    for (size_t i = 0; rc == CSPM_OK && !w->grant->n_principals && i < w->stage->joinable.count; i++)
        if (!cg_vec_push(w->r->mem, &w->subjects, w->stage->joinable.data[i]))
            rc = cg_nomem(w->r->mem, err);
    if (w->subjects.count)
        qsort(w->subjects.data, w->subjects.count, sizeof *w->subjects.data, by_value);
    for (size_t i = 0; i < w->subjects.count; i++)
        if (!kept || w->subjects.data[kept - 1] != w->subjects.data[i])
            w->subjects.data[kept++] = w->subjects.data[i];
    w->subjects.count = kept;
    return rc;
}

/* ---- findings ---- */

/* Where the relationship to a target of this rule ends; CG_NO_NODE when nothing comes of it. */
static int32_t end_of(aws_work *w, cg_node target, uint32_t account, aws_answer_result *result, cg_node *out, cspm_error **err)
{
    uint32_t subject;
    aws_answer_result rise;
    *out = target;
    if (w->grant->yields == CG_YIELDS_TARGET)
        return CSPM_OK;
    *out = account == AWS_NONE ? CG_NO_NODE : w->r->e->accounts.data[account].node;
    int32_t rc = aws_estate_subject(w->r->e, target, &subject, err);
    if (rc == CSPM_OK)
        rc = aws_may_rise(w->stage, subject, &rise, err);
    if (rc == CSPM_OK)
        *result = aws_and(*result, rise);
    return rc;
}

static int by_node(const void *a, const void *b)
{
    cg_node x = *(const cg_node *)a, y = *(const cg_node *)b;
    return x < y ? -1 : x > y;
}

static int32_t emit_some(aws_work *w, const uint32_t *subjects, uint32_t n, aws_result why, cspm_error **err)
{
    size_t kept = 0;
    if (w->nodes.count)
        qsort(w->nodes.data, w->nodes.count, sizeof *w->nodes.data, by_node);
    for (size_t i = 0; i < w->nodes.count; i++)
        if (!kept || w->nodes.data[kept - 1] != w->nodes.data[i])
            w->nodes.data[kept++] = w->nodes.data[i];
    aws_finding f = { .subjects = subjects,
                      .n_subjects = n,
                      .targets = w->nodes.data,
                      .n_targets = (uint32_t)kept,
                      .via = w->via.data,
                      .n_via = (uint32_t)w->via.count,
                      .why = why };
    return why.result == AWS_NO ? CSPM_OK : aws_emit_add(w->emit, &f, err);
}

static int by_reason(const void *a, const void *b)
{
    const aws_hit *x = a, *y = b;
    if (x->why.result != y->why.result)
        return x->why.result < y->why.result ? -1 : 1;
    if (x->why.ground != y->why.ground)
        return x->why.ground < y->why.ground ? -1 : 1;
    return x->target < y->target ? -1 : x->target > y->target;
}

/* The hits of these subjects, grouped by what they rest on. */
static int32_t emit_hits(aws_work *w, const uint32_t *subjects, uint32_t n, aws_result own, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0, end; rc == CSPM_OK && i < w->hits.count; i = end) {
        aws_result why = { aws_and(w->hits.data[i].why.result, own.result), 0 };
        w->nodes.count = w->via.count = 0;
        for (end = i; end < w->hits.count && w->hits.data[end].why.result == w->hits.data[i].why.result &&
                      w->hits.data[end].why.ground == w->hits.data[i].why.ground;
             end++) {
            const aws_target *t = &w->targets.list.data[w->hits.data[end].target];
            aws_answer_result result = AWS_YES;
            cg_node node;
            rc = end_of(w, t->node, t->account, &result, &node, err);
            if (rc != CSPM_OK || (rc = aws_step(w->r->e, err)) != CSPM_OK)
                return rc;
            why.result = result == AWS_MAYBE ? aws_and(why.result, AWS_MAYBE) : why.result;
            if (result == AWS_NO || node == CG_NO_NODE)
                continue;
            if (!cg_vec_push(w->r->mem, &w->nodes, node) || (node != t->node && !cg_vec_push(w->r->mem, &w->via, t->node)))
                return cg_nomem(w->r->mem, err);
        }
        aws_ground_begin(w->r);
        rc = aws_ground_add(w->r, w->hits.data[i].why.ground, err);
        if (rc == CSPM_OK)
            rc = aws_ground_add(w->r, own.ground, err);
        if (rc == CSPM_OK)
            rc = aws_ground_end(w->r, &why.ground, err);
        if (rc == CSPM_OK)
            rc = emit_some(w, subjects, n, why, err);
    }
    return rc;
}

/* Rules without targets: the principal's own account. */
static int32_t emit_self(aws_work *w, uint32_t subject, aws_result why, cspm_error **err)
{
    const aws_subject *s = &w->r->e->subjects.data[subject];
    cg_node account = s->account == AWS_NONE ? CG_NO_NODE : w->r->e->accounts.data[s->account].node;
    aws_answer_result rise = AWS_YES;
    bool is_label = w->grant->label.length > 0; /* the very definition */
    int32_t rc = is_label ? CSPM_OK : aws_may_rise(w->stage, subject, &rise, err);
    why.result = aws_and(why.result, rise);
    w->nodes.count = w->via.count = 0;
    if (rc != CSPM_OK || account == CG_NO_NODE)
        return rc;
    if (!cg_vec_push(w->r->mem, &w->nodes, account))
        return cg_nomem(w->r->mem, err);
    return emit_some(w, &subject, 1, why, err);
}

/* ---- a class ---- */

static int32_t check_targets(aws_work *w, uint32_t subject, cspm_error **err)
{
    size_t kept = 0;
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < w->hits.count; i++) {
        aws_hit hit = w->hits.data[i];
        rc = aws_need_ask(w, subject, AWS_FOR_TARGET, w->targets.list.data[hit.target].node, hit.why, &hit.why, err);
        if (rc == CSPM_OK)
            rc = aws_step(w->r->e, err);
        if (hit.why.result != AWS_NO)
            w->hits.data[kept++] = hit;
    }
    w->hits.count = kept;
    return rc == CSPM_OK ? cg_sort(w->hits.data, kept, sizeof *w->hits.data, by_reason, w->r->e->op, w->r->mem, err) : rc;
}

/* Groups that can be joined act from then on: whoever joins has what they have. */
static int32_t note_joinable(aws_work *w, cspm_error **err)
{
    cg_str group = CG_STR("AWSGroup");
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < w->hits.count && w->grant->yields == CG_YIELDS_TARGET; i++) {
        uint32_t subject;
        cg_node n = w->targets.list.data[w->hits.data[i].target].node;
        if (!aws_estate_has_label(w->r->e, n, &group, 1))
            continue;
        rc = aws_estate_subject(w->r->e, n, &subject, err);
        if (rc == CSPM_OK && !cg_vec_push(w->r->mem, &w->stage->joinable, subject))
            rc = cg_nomem(w->r->mem, err);
    }
    return rc;
}

/* Targets whose policies ask who exactly comes, member by member. */
static int32_t emit_alone(aws_work *w, const aws_class *c, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < c->members.count; i++) {
        if (w->members.data[i].result == AWS_NO)
            continue;
        rc = aws_pairs_alone(&w->pairs, c, c->members.data[i], &w->hits, err);
        if (rc == CSPM_OK)
            rc = check_targets(w, c->members.data[i], err);
        if (rc == CSPM_OK)
            rc = emit_hits(w, &c->members.data[i], 1, w->members.data[i], err);
    }
    return rc;
}

/* Members with equal answers of their own, one group after another. */
static int32_t emit_members(aws_work *w, const aws_class *c, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < c->members.count; i++) {
        aws_result why = w->members.data[i];
        if (why.result == AWS_NO)
            continue;
        w->some.count = 0;
        for (size_t k = i; k < c->members.count; k++) {
            aws_result *other = &w->members.data[k];
            if ((rc = aws_step(w->r->e, err)) != CSPM_OK)
                return rc;
            if (other->result != why.result || other->ground != why.ground)
                continue;
            if (!cg_vec_push(w->r->mem, &w->some, c->members.data[k]))
                return cg_nomem(w->r->mem, err);
            other->result = AWS_NO; /* done */
        }
        rc = emit_hits(w, w->some.data, (uint32_t)w->some.count, why, err);
    }
    return rc;
}

/* What needs on nothing but the class and its members say; false in *any when nobody is left. */
static int32_t ask_members(aws_work *w, const aws_class *c, bool *any, cspm_error **err)
{
    aws_result all, empty = { AWS_YES, 0 };
    w->members.count = 0;
    *any = false;
    aws_ground_begin(w->r);
    int32_t rc = aws_ground_end(w->r, &empty.ground, err);
    if (rc == CSPM_OK)
        rc = aws_need_ask(w, c->subject, AWS_FOR_CLASS, CG_NO_NODE, empty, &all, err);
    for (size_t i = 0; rc == CSPM_OK && all.result != AWS_NO && i < c->members.count; i++) {
        aws_result one;
        rc = aws_need_ask(w, c->members.data[i], AWS_FOR_MEMBER, CG_NO_NODE, all, &one, err);
        if (rc == CSPM_OK && !cg_vec_push(w->r->mem, &w->members, one))
            rc = cg_nomem(w->r->mem, err);
        *any |= rc == CSPM_OK && one.result != AWS_NO;
        if (rc == CSPM_OK)
            rc = aws_step(w->r->e, err);
    }
    return rc;
}

static int32_t run_class(aws_work *w, const aws_class *c, cspm_error **err)
{
    bool any = false;
    int32_t rc = ask_members(w, c, &any, err);
    if (rc != CSPM_OK || !any)
        return rc;
    for (size_t i = 0; rc == CSPM_OK && !w->grant->n_labels && i < c->members.count; i++)
        if (w->members.data[i].result != AWS_NO)
            rc = emit_self(w, c->members.data[i], w->members.data[i], err);
    if (rc != CSPM_OK || !w->grant->n_labels)
        return rc;
    rc = emit_alone(w, c, err);
    if (rc == CSPM_OK)
        rc = aws_pairs_find(&w->pairs, c, &w->hits, err);
    if (rc == CSPM_OK)
        rc = check_targets(w, c->subject, err);
    if (rc == CSPM_OK)
        rc = note_joinable(w, err);
    return rc == CSPM_OK ? emit_members(w, c, err) : rc;
}

/* ---- the rule ---- */

static int32_t run(aws_work *w, cspm_error **err)
{
    int32_t rc = find_subjects(w, err);
    if (rc != CSPM_OK || !w->subjects.count)
        return rc;
    rc = aws_targets_find(w->r, &w->targets, err);
    if (rc != CSPM_OK || (w->grant->n_labels && !w->targets.list.count))
        return rc;
    rc = aws_classes_make(w->r, &w->targets, w->subjects.data, (uint32_t)w->subjects.count, &w->classes, err);
    if (rc == CSPM_OK)
        rc = aws_pairs_open(&w->pairs, w->r, &w->targets, err);
    for (size_t i = 0; rc == CSPM_OK && i < w->classes.list.count; i++) {
        rc = aws_step(w->r->e, err);
        if (rc == CSPM_OK)
            rc = run_class(w, &w->classes.list.data[i], err);
    }
    return rc;
}

void aws_rule_free(aws_rule *rule, cg_mem *mem)
{
    aws_emit_close(&rule->emit);
    aws_run_close(&rule->run);
    cg_free(mem, rule);
}

int32_t aws_rule_run(aws_stage *stage, const cg_grant *grant, cspm_error **err)
{
    cg_mem *mem = stage->e.mem;
    aws_rule *rule = cg_calloc(mem, 1, sizeof *rule);
    if (!rule)
        return cg_nomem(mem, err);
    aws_work w = { .stage = stage, .r = &rule->run, .emit = &rule->emit, .grant = grant };
    int32_t rc = aws_run_open(&rule->run, &stage->e, grant, err);
    if (rc == CSPM_OK)
        rc = aws_emit_open(&rule->emit, &rule->run, stage->l, err);
    if (rc == CSPM_OK)
        rc = run(&w, err);
    aws_pairs_close(&w.pairs);
    aws_classes_free(&w.classes, mem);
    aws_targets_free(&w.targets, mem);
    cg_vec_free(mem, &w.hits);
    cg_vec_free(mem, &w.subjects);
    cg_vec_free(mem, &w.members);
    cg_vec_free(mem, &w.some);
    cg_vec_free(mem, &w.nodes);
    cg_vec_free(mem, &w.via);
    aws_run_rest(&rule->run);
    if (rc == CSPM_OK && rule->emit.bundles.count && cg_vec_push(mem, &stage->rules, rule))
        return CSPM_OK;
    if (rc == CSPM_OK && rule->emit.bundles.count)
        rc = cg_nomem(mem, err);
    aws_rule_free(rule, mem);
    return rc;
}
