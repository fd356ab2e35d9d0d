/* Diagnostics: collected with their source, the first hundred of a code word for word, the rest as a number. */
#include <stdio.h>

#include "graph/build.h"

void cg_diag_list_init(cg_diag_list *l, cg_mem *mem)
{
    memset(l, 0, sizeof *l);
    l->mem = mem;
    cg_arena_init(&l->arena, mem);
}

void cg_diag_list_free(cg_diag_list *l)
{
    if (!l->mem)
        return;
    cg_arena_free(&l->arena);
    cg_intern_free(l->names);
    cg_vec_free(l->mem, &l->groups);
    cg_vec_free(l->mem, &l->kept);
    cg_vec_free(l->mem, &l->beyond);
    l->names = NULL;
}

static cg_diag_group *group_of(cg_diag_list *l, uint32_t source, uint32_t severity, const char *code)
{
    char name[128] = { 0 };
    size_t length = strlen(code);
    if (!l->names)
        l->names = cg_intern_new(l->mem, 0);
    if (!l->names || length > sizeof name - 8)
        return NULL;
    memcpy(name, &source, 4);
    memcpy(name + 4, &severity, 4);
    memcpy(name + 8, code, length);
    if (!cg_vec_reserve(l->mem, &l->groups, 1))
        return NULL;
    uint32_t id = cg_intern_add(l->names, name, length + 8);
    if (id == CG_INTERN_NONE)
        return NULL;
    if (id == l->groups.count)
        l->groups.data[l->groups.count++] = (cg_diag_group){ source, severity, cg_intern_get(l->names, id).data + 8, 0 };
    return &l->groups.data[id];
}

void cg_diag_list_truncate(cg_diag_list *l, uint32_t kept, uint32_t beyond, uint32_t last_beyond)
{
    while (l->kept.count > kept)
        l->groups.data[l->kept.data[--l->kept.count].group].kept--;
    l->beyond.count = beyond;
    if (beyond)
        l->beyond.data[beyond - 1].count = last_beyond;
}

int32_t cg_diag_list_add(cg_diag_list *l, uint32_t source, uint32_t severity, const char *code, cg_pos pos, cspm_error **err,
                         const char *format, va_list args)
{
    cg_diag_group *g = group_of(l, source, severity, code);
    if (!g)
        return cg_nomem(l->mem, err);
    uint32_t group = (uint32_t)(g - l->groups.data);
    if (g->kept >= CG_DIAG_PER_CODE) {
        cg_diag_tally *last = l->beyond.count ? &l->beyond.data[l->beyond.count - 1] : NULL;
        if (last && last->group == group && last->count < UINT32_MAX)
            last->count++;
        else if (!cg_vec_push(l->mem, &l->beyond, ((cg_diag_tally){ group, 1 })))
            return cg_nomem(l->mem, err);
        return CSPM_OK;
    }
    cg_build_diag d = { .group = group, .pos = pos };
    cg_buf text;
    cg_buf_init(&text, l->mem, 0);
    cg_buf_vprintf(&text, format, args);
    d.message = (cg_str){ text.failed ? NULL : cg_arena_strndup(&l->arena, text.data, text.length), text.length };
    cg_buf_free(&text);
    if (!d.message.data || !cg_vec_push(l->mem, &l->kept, d))
        return cg_nomem(l->mem, err);
    g->kept++;
    return CSPM_OK;
}

int cg_diag_cmp(const cg_diag *a, const cg_diag *b)
{
    int c = cg_str_cmp(a->source, b->source);
    if (c == 0)
        c = (a->offset > b->offset) - (a->offset < b->offset);
    if (c == 0)
        c = cg_str_cmp(a->code, b->code);
    if (c == 0)
        c = cg_str_cmp(a->message, b->message);
    if (c == 0)
        c = (int)a->severity - (int)b->severity;
    if (c == 0)
        c = (a->line > b->line) - (a->line < b->line);
    return c ? c : (a->column > b->column) - (a->column < b->column);
}

static void sift(cg_diag *d, uint32_t n, uint32_t i)
{
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= n)
            return;
        if (child + 1 < n && cg_diag_cmp(&d[child + 1], &d[child]) > 0)
            child++;
        if (cg_diag_cmp(&d[i], &d[child]) >= 0)
            return;
        cg_diag t = d[i];
        d[i] = d[child];
        d[child] = t;
        i = child;
    }
}

void cg_diag_sort(cg_diag *d, uint32_t n)
{
    for (uint32_t i = n / 2; i--;)
        sift(d, n, i);
    for (uint32_t end = n; end > 1; end--) {
        cg_diag t = d[0];
        d[0] = d[end - 1];
        d[end - 1] = t;
        sift(d, end - 1, 0);
    }
}

static bool copy_str(cg_owner *o, cg_str s, cg_str *out)
{
    if (!s.data) {
        *out = CG_STR_NULL;
        return true;
    }
    out->data = cg_arena_strndup(&o->arena, s.data, s.length);
    out->length = s.length;
    return out->data != NULL;
}

static bool make_diag(const cg_diag_list *l, uint32_t group, const cg_str *sources, cg_owner *o, cg_str message, cg_pos pos, cg_diag *out)
{
    const cg_diag_group *g = &l->groups.data[group];
    *out = (cg_diag){ .severity = g->severity, .offset = pos.offset, .line = pos.line, .column = pos.column };
    out->source = g->source == CG_NONE32 ? CG_STR_NULL : sources[g->source];
    return copy_str(o, message, &out->message) && copy_str(o, cg_str_from(g->code), &out->code);
}

int32_t cg_diag_list_finish(cg_diag_list *l, const cg_str *sources, cg_owner *o, const cg_diag **out, uint32_t *n, cspm_error **err)
{
    uint32_t groups = (uint32_t)l->groups.count, kept = (uint32_t)l->kept.count, used = 0;
    int32_t rc = CSPM_OK;
    uint64_t *beyond = cg_calloc(l->mem, groups, sizeof *beyond);
    cg_diag *made = cg_owner_calloc(o, (size_t)kept + groups, sizeof *made);
    if (!made || !beyond) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (size_t i = 0; i < l->beyond.count; i++)
        beyond[l->beyond.data[i].group] += l->beyond.data[i].count;
    bool ok = true;
    for (uint32_t i = 0; i < kept && ok; i++)
        ok = make_diag(l, l->kept.data[i].group, sources, o, l->kept.data[i].message, l->kept.data[i].pos, &made[used++]);
    for (uint32_t i = 0; i < groups && ok; i++) {
        char text[48];
        if (!beyond[i])
            continue;
        int length = snprintf(text, sizeof text, "%llu more of this kind", (unsigned long long)beyond[i]);
        ok = make_diag(l, i, sources, o, (cg_str){ text, (size_t)length }, (cg_pos){ .offset = UINT64_MAX }, &made[used++]);
    }
    if (!ok) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    cg_diag_sort(made, used);
    *out = made;
    *n = used;
out:
    cg_free(l->mem, beyond);
    return rc;
}
