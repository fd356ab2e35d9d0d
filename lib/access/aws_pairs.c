/* A class of subjects against all targets: decided once for all targets that no pattern tells apart. */
#include "access/aws_run.h"
#include "base/sort.h"

int32_t aws_pairs_open(aws_pairs *p, aws_run *r, const aws_targets *t, cspm_error **err)
{
    *p = (aws_pairs){ .r = r, .t = t };
    p->mark = cg_calloc(r->mem, t->list.count ? t->list.count : 1, sizeof *p->mark);
    p->n_cached = (uint32_t)r->e->effects.count;
    p->cache = cg_calloc(r->mem, (size_t)p->n_cached * r->grant->n_needs + 1, sizeof *p->cache);
    return p->mark && p->cache ? CSPM_OK : cg_nomem(r->mem, err);
}

void aws_pairs_close(aws_pairs *p)
{
    if (!p->r)
        return;
    for (size_t i = 0; p->cache && i < (size_t)p->n_cached * p->r->grant->n_needs; i++)
        cg_vec_free(p->r->mem, &p->cache[i].touches);
    cg_free(p->r->mem, p->cache);
    cg_free(p->r->mem, p->mark);
    cg_vec_free(p->r->mem, &p->touched);
    cg_vec_free(p->r->mem, &p->groups);
}

/* ---- what the statements of a class touch ---- */

/* Marks of a target that shares its answer with no other; the second kind is named by its own policy, so that another account's may open.
 */
#define CODE_ALONE 0x80000000u
#define CODE_NAMED 0xc0000000u

static bool same_for_all(const cg_pattern_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->items[i].has_variables)
            return false;
    return true;
}

static int32_t touch_need(aws_pairs *p, const aws_subject *s, uint32_t effect, uint32_t need, cspm_error **err)
{
    const aws_effect *e = &p->r->e->effects.data[effect];
    const cg_pattern_set *set = &e->policy->statements[e->statement].resources;
    struct aws_touch_list own = { .known = false }, *list = &own;
    bool shared = effect < p->n_cached && same_for_all(set);
    int32_t rc = CSPM_OK;
    if (shared)
        list = &p->cache[(size_t)effect * p->r->grant->n_needs + need];
    if (!list->known)
        rc = aws_touched(p->r->e, &p->t->arns[need], set, s, &list->all, &list->touches, err);
    list->known = rc == CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < list->touches.count; i++) {
        const aws_touch *touch = &list->touches.data[i];
        /* Part of what a target stands for may be allowed while the rest is not: each such target is asked itself. */
        uint32_t code = touch->how == 1 ? effect * p->r->grant->n_needs + need : CODE_ALONE | touch->target;
        if (!cg_vec_push(p->r->mem, &p->touched, (uint64_t)touch->target << 32 | code))
            rc = cg_nomem(p->r->mem, err);
    }
    if (!shared)
        cg_vec_free(p->r->mem, &own.touches);
    return rc;
}

static int32_t touch_docs(aws_pairs *p, const aws_subject *s, const aws_attached_list *list, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < list->count; i++) {
        const aws_view *v = aws_view_of(p->r, list->items[i].doc, err);
        if (!v)
            return CSPM_E_NOMEM;
        for (uint32_t j = 0; rc == CSPM_OK && j < v->count; j++)
            for (uint32_t a = 0, last = UINT32_MAX; rc == CSPM_OK && v->items[j].statement != UINT32_MAX && a < p->r->n_actions; a++) {
                uint32_t need = p->r->actions[a].need;
                if (!(v->items[j].actions >> a & 1) || need == last || p->r->grant->needs[need].on != CG_NEED_TARGET)
                    continue;
                last = need;
                rc = touch_need(p, s, v->items[j].effect, need, err);
                if (rc == CSPM_OK)
                    rc = aws_step(p->r->e, err);
            }
    }
    return rc;
}

static size_t first_named(const aws_targets *t, uint32_t subject)
{
    size_t low = 0, high = t->named.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->named.data[middle] >> 32 < subject)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int32_t collect_touched(aws_pairs *p, const aws_class *c, cspm_error **err)
{
    const aws_subject *s = &p->r->e->subjects.data[c->subject];
    p->touched.count = 0;
    int32_t rc = touch_docs(p, s, &s->identity, err);
    if (rc == CSPM_OK)
        rc = touch_docs(p, s, &s->boundary, err);
    const aws_account *a = s->account == AWS_NONE || s->scp_free ? NULL : &p->r->e->accounts.data[s->account];
    for (uint32_t i = 0; rc == CSPM_OK && a && i < a->n_levels; i++)
        rc = touch_docs(p, s, &a->levels[i], err);
    for (size_t i = first_named(p->t, c->subject); c->named && rc == CSPM_OK && i < p->t->named.count; i++) {
        if (p->t->named.data[i] >> 32 != c->subject)
            break;
        uint32_t target = (uint32_t)p->t->named.data[i];
        if (!cg_vec_push(p->r->mem, &p->touched, (uint64_t)target << 32 | CODE_NAMED | target))
            rc = cg_nomem(p->r->mem, err);
    }
    return rc == CSPM_OK ? cg_sort(p->touched.data, p->touched.count, sizeof *p->touched.data, by_number, p->r->e->op, p->r->mem, err) : rc;
}

/* ---- decisions ---- */

static int32_t ask_target(aws_pairs *p, uint32_t subject, uint32_t index, aws_result *out, cspm_error **err)
{
    aws_run *r = p->r;
    const aws_target *target = &p->t->list.data[index];
    aws_answer_result all = target->trust.result;
    int32_t rc = CSPM_OK;
    aws_ground_begin(r);
    for (uint32_t k = 0; rc == CSPM_OK && all != AWS_NO && k < r->grant->n_needs; k++) {
        aws_answer_result one;
        aws_question q = { .subject = subject, .need = k, .account = target->account, .doc = target->doc };
        if (r->grant->needs[k].on != CG_NEED_TARGET)
            continue;
        q.text = p->t->arns[k].text[index];
        rc = aws_ask(r, &q, &one, err);
        all = aws_and(all, one);
    }
    /* Whose it is nobody said, and there are several who could own it. */
    if (all == AWS_YES && target->account == AWS_NONE && r->e->subjects.data[subject].account != AWS_NONE)
        all = AWS_MAYBE;
    out->result = all;
    out->ground = 0;
    if (rc != CSPM_OK || all == AWS_NO)
        return rc;
    rc = aws_ground_add(r, target->trust.ground, err);
    return rc == CSPM_OK ? aws_ground_end(r, &out->ground, err) : rc;
}

/* Can anything come of it? Another account's targets open only by a policy of their own. */
static bool is_hopeless(const aws_pairs *p, const aws_class *c, const aws_cell *cell)
{
    const aws_subject *s = &p->r->e->subjects.data[c->subject];
    if (cell->opens)
        return false;
    if (s->type == AWS_OUTSIDE || (cell->account != AWS_NONE && cell->account != s->account))
        return true;
    for (uint32_t a = 0; a < p->r->n_actions; a++)
        if (p->r->grant->needs[p->r->actions[a].need].on == CG_NEED_TARGET && !(c->allowed >> a & 1))
            return true;
    return false;
}

/* Touched targets with the same marks in the same cell are a group; `mark` holds its number. */
static int32_t ask_touched(aws_pairs *p, const aws_class *c, cspm_error **err)
{
    cg_intern *keys = cg_intern_new(p->r->mem, 0);
    cg_buf key;
    int32_t rc = keys ? CSPM_OK : cg_nomem(p->r->mem, err);
    cg_buf_init(&key, p->r->mem, 0);
    p->groups.count = 0;
    for (size_t i = 0, end; rc == CSPM_OK && i < p->touched.count; i = end) {
        uint32_t target = (uint32_t)(p->touched.data[i] >> 32);
        const aws_target *t = &p->t->list.data[target];
        bool named = false;
        cg_buf_clear(&key);
        cg_buf_add(&key, &t->cell, sizeof t->cell);
        for (end = i; end < p->touched.count && p->touched.data[end] >> 32 == target; end++) {
            uint32_t code = (uint32_t)p->touched.data[end];
            named |= (code & CODE_NAMED) == CODE_NAMED;
            cg_buf_add(&key, &code, sizeof code);
        }
        uint32_t group = key.failed ? CG_INTERN_NONE : cg_intern_add(keys, key.data, key.length);
        if (group == CG_INTERN_NONE) {
            rc = cg_nomem(p->r->mem, err);
            break;
        }
        if (group == p->groups.count) {
            aws_result result = { AWS_NO, 0 };
            if (!t->alone && (named || !is_hopeless(p, c, &p->t->cells.data[t->cell])))
                rc = ask_target(p, c->subject, target, &result, err);
            if (rc == CSPM_OK && !cg_vec_push(p->r->mem, &p->groups, result))
                rc = cg_nomem(p->r->mem, err);
        }
        p->mark[target] = group + 1;
        if (rc == CSPM_OK)
            rc = aws_step(p->r->e, err);
    }
    cg_buf_free(&key);
    cg_intern_free(keys);
    return rc;
}

static int by_hit(const void *a, const void *b)
{
    const aws_hit *x = a, *y = b;
    return x->target < y->target ? -1 : x->target > y->target;
}

static int32_t ask_cell(aws_pairs *p, const aws_class *c, const aws_cell *cell, aws_hits *out, cspm_error **err)
{
    aws_result general = { AWS_NO, 0 };
    bool asked = is_hopeless(p, c, cell);
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < cell->n; i++) {
        uint32_t target = p->t->cell_members.data[cell->first + i];
        if (p->t->list.data[target].alone)
            continue;
        if (!p->mark[target] && !asked) {
            rc = ask_target(p, c->subject, target, &general, err);
            asked = true;
        }
        aws_result result = p->mark[target] ? p->groups.data[p->mark[target] - 1] : general;
        if (rc == CSPM_OK && result.result != AWS_NO && !cg_vec_push(p->r->mem, out, ((aws_hit){ target, result })))
            rc = cg_nomem(p->r->mem, err);
        if (rc == CSPM_OK)
            rc = aws_step(p->r->e, err);
    }
    return rc;
}

int32_t aws_pairs_find(aws_pairs *p, const aws_class *c, aws_hits *out, cspm_error **err)
{
    out->count = 0;
    int32_t rc = collect_touched(p, c, err);
    if (rc == CSPM_OK)
        rc = ask_touched(p, c, err);
    for (size_t i = 0; rc == CSPM_OK && i < p->t->cells.count; i++) {
        const aws_cell *cell = &p->t->cells.data[i];
        if (c->named || !is_hopeless(p, c, cell))
            rc = ask_cell(p, c, cell, out, err);
    }
    for (size_t i = 0; i < p->touched.count; i++)
        p->mark[p->touched.data[i] >> 32] = 0;
    return rc == CSPM_OK ? cg_sort(out->data, out->count, sizeof *out->data, by_hit, p->r->e->op, p->r->mem, err) : rc;
}

int32_t aws_pairs_alone(aws_pairs *p, const aws_class *c, uint32_t subject, aws_hits *out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    out->count = 0;
    for (size_t i = 0; rc == CSPM_OK && i < p->t->alone.count; i++) {
        aws_hit hit = { .target = p->t->alone.data[i] };
        if (!c->named && is_hopeless(p, c, &p->t->cells.data[p->t->list.data[hit.target].cell]))
            continue;
        rc = ask_target(p, subject, hit.target, &hit.why, err);
        if (rc == CSPM_OK && hit.why.result != AWS_NO && !cg_vec_push(p->r->mem, out, hit))
            rc = cg_nomem(p->r->mem, err);
        if (rc == CSPM_OK)
            rc = aws_step(p->r->e, err);
    }
    return rc;
}
