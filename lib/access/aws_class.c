/* Subjects with the same statements about the actions of a rule are asked once. */
#include <stdlib.h>

#include "access/aws_run.h"

typedef struct said {
    uint32_t effect;
    uint64_t actions;
} said;

static int by_effect(const void *a, const void *b)
{
    const said *x = a, *y = b;
    if (x->effect != y->effect)
        return x->effect < y->effect ? -1 : 1;
    return x->actions < y->actions ? -1 : x->actions > y->actions;
}

typedef struct keyer {
    aws_run *r;
    cg_buf key;
    CG_VEC(said) said;
    bool personal;
    uint64_t allowed;
} keyer;

static int32_t add_docs(keyer *k, const aws_attached_list *list, bool identity, cspm_error **err)
{
    uint32_t n = 0;
    k->said.count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const aws_view *v = aws_view_of(k->r, list->items[i].doc, err);
        if (!v)
            return CSPM_E_NOMEM;
        for (uint32_t j = 0; j < v->count; j++) {
            k->personal |= k->r->e->effects.data[v->items[j].effect].personal;
            if (!cg_vec_push(k->r->mem, &k->said, ((said){ v->items[j].effect, v->items[j].actions })))
                return cg_nomem(k->r->mem, err);
        }
        k->allowed |= identity ? v->allowed : 0;
    }
    if (k->said.count)
        qsort(k->said.data, k->said.count, sizeof *k->said.data, by_effect);
    for (size_t i = 0; i < k->said.count; i++)
        if (i == 0 || by_effect(&k->said.data[i - 1], &k->said.data[i]) != 0) {
            cg_buf_add(&k->key, &k->said.data[i].effect, sizeof(uint32_t));
            cg_buf_add(&k->key, &k->said.data[i].actions, sizeof(uint64_t));
            n++;
        }
    cg_buf_add(&k->key, &n, sizeof n);
    return CSPM_OK;
}

/* Control policies are the account's: what they say is in the account's number, unless they ask who comes. */
static int32_t look_at_scps(keyer *k, const aws_subject *s, cspm_error **err)
{
    if (s->account == AWS_NONE || s->scp_free)
        return CSPM_OK;
    const aws_account *a = &k->r->e->accounts.data[s->account];
    for (uint32_t i = 0; i < a->n_levels; i++)
        for (uint32_t d = 0; d < a->levels[i].count; d++) {
            const aws_view *v = aws_view_of(k->r, a->levels[i].items[d].doc, err);
            if (!v)
                return CSPM_E_NOMEM;
            for (uint32_t j = 0; j < v->count; j++)
                k->personal |= k->r->e->effects.data[v->items[j].effect].personal;
        }
    return CSPM_OK;
}

static bool is_named(const aws_targets *t, uint32_t subject)
{
    size_t low = 0, high = t->named.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->named.data[middle] >> 32 < subject)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->named.count && t->named.data[low] >> 32 == subject;
}

static int32_t write_key(keyer *k, const aws_targets *t, uint32_t number, bool *named, cspm_error **err)
{
    const aws_subject *s = &k->r->e->subjects.data[number];
    char type = (char)s->type, scp_free = (char)s->scp_free;
    cg_buf_clear(&k->key);
    k->personal = false;
    k->allowed = 0;
    cg_buf_add(&k->key, &s->account, sizeof s->account);
    cg_buf_add(&k->key, &type, 1);
    cg_buf_add(&k->key, &scp_free, 1);
    int32_t rc = add_docs(k, &s->identity, true, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < s->boundary.count; i++)
        rc = add_docs(k, &(aws_attached_list){ s->boundary.items + i, 1 }, false, err);
    if (rc == CSPM_OK)
        rc = look_at_scps(k, s, err);
    *named = is_named(t, number);
    if (k->personal || *named || s->type == AWS_OUTSIDE)
        cg_buf_add(&k->key, &number, sizeof number);
    return rc == CSPM_OK && k->key.failed ? cg_nomem(k->r->mem, err) : rc;
}

int32_t aws_classes_make(aws_run *r, const aws_targets *t, const uint32_t *subjects, uint32_t n, aws_classes *out, cspm_error **err)
{
    keyer k = { .r = r };
    cg_intern *keys = cg_intern_new(r->mem, 0);
    int32_t rc = keys ? CSPM_OK : cg_nomem(r->mem, err);
    cg_buf_init(&k.key, r->mem, 0);
    for (uint32_t i = 0; rc == CSPM_OK && i < n; i++) {
        bool named = false;
        rc = write_key(&k, t, subjects[i], &named, err);
        uint32_t id = rc == CSPM_OK ? cg_intern_add(keys, k.key.data, k.key.length) : CG_INTERN_NONE;
        if (rc == CSPM_OK && id == CG_INTERN_NONE)
            rc = cg_nomem(r->mem, err);
        aws_class fresh = { .subject = subjects[i], .allowed = k.allowed, .named = named };
        if (rc == CSPM_OK && id == out->list.count && !cg_vec_push(r->mem, &out->list, fresh))
            rc = cg_nomem(r->mem, err);
        if (rc == CSPM_OK && !cg_vec_push(r->mem, &out->list.data[id].members, subjects[i]))
            rc = cg_nomem(r->mem, err);
        if (rc == CSPM_OK)
            rc = aws_step(r->e, err);
    }
    cg_buf_free(&k.key);
    cg_vec_free(r->mem, &k.said);
    cg_intern_free(keys);
    return rc;
}

void aws_classes_free(aws_classes *c, cg_mem *mem)
{
    for (size_t i = 0; i < c->list.count; i++)
        cg_vec_free(mem, &c->list.data[i].members);
    cg_vec_free(mem, &c->list);
}
