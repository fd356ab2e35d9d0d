/* What a run looks at, resolved once: options with their defaults, kinds left out, the weight, entries, targets. */
#include "analysis/run.h"

#include "base/time.h"

enum { DEFAULT_TOP = 50, DEFAULT_LENGTH = 10, DEFAULT_FIXES = 10, LONGEST = 200 };
#define DEFAULT_PATHS 1000000u

bool cg_soften(int32_t *rc, uint32_t *truncated, cspm_error **err)
{
    uint32_t bit = *rc == CSPM_E_TIMEOUT ? CSPM_TRUNCATED_TIME : *rc == CSPM_E_LIMIT ? CSPM_TRUNCATED_MEMORY : 0;
    if (!bit)
        return false;
    if (err) {
        cspm_error_free(*err);
        *err = NULL;
    }
    *truncated |= bit;
    *rc = CSPM_OK;
    return true;
}

int32_t cg_scope_diag(cg_scope *s, const char *code, cspm_error **err, const char *format, ...)
{
    cg_diag d = { .severity = CG_DIAG_WARNING, .offset = UINT64_MAX, .code = cg_str_from(code) };
    cg_buf text;
    va_list args;
    cg_buf_init(&text, s->mem, 0);
    va_start(args, format);
    cg_buf_vprintf(&text, format, args);
    va_end(args);
    d.message = cg_arena_text(&s->arena, &text);
    cg_buf_free(&text);
    return d.message.data && cg_vec_push(s->mem, &s->diags, d) ? CSPM_OK : cg_nomem(s->mem, err);
}

cg_str cg_arena_text(cg_arena *arena, const cg_buf *b)
{
    char *copy = b->failed ? NULL : cg_arena_strndup(arena, b->data ? b->data : "", b->length);
    return copy ? (cg_str){ copy, b->length } : CG_STR_NULL;
}

static void fill_defaults(cg_scope *s)
{
    s->o = s->request->options;
    if (!s->o.top)
        s->o.top = DEFAULT_TOP;
    if (!s->o.max_length)
        s->o.max_length = DEFAULT_LENGTH;
    if (s->o.max_length > LONGEST)
        s->o.max_length = LONGEST;
    if (!s->o.max_fixes)
        s->o.max_fixes = DEFAULT_FIXES;
    if (!s->o.max_paths)
        s->o.max_paths = DEFAULT_PATHS;
    if (s->o.now == INT64_MIN)
        s->o.now = cg_now().microseconds;
    s->alpha = s->risk->alpha ? s->risk->alpha : 1000;
    s->beta = s->risk->beta ? s->risk->beta : 1000;
    s->max_hops[CG_FROM_INTERNET] = s->o.max_length - 1;
    s->max_hops[CG_FROM_INSIDE] = s->o.max_length;
}

static bool kind_set_new(cg_scope *s, cg_kind_set *set)
{
    set->n_words = (cg_name_count(s->g, CG_NAMES_KIND) + 63) / 64;
    set->words = cg_arena_calloc(&s->arena, set->n_words ? set->n_words : 1, sizeof *set->words);
    return set->words != NULL;
}

static int32_t choose_kinds(cg_scope *s, cspm_error **err)
{
    if (!s->request->excluded.count)
        return CSPM_OK;
    if (!kind_set_new(s, &s->exclude))
        return cg_nomem(s->mem, err);
    for (size_t i = 0; i < s->request->excluded.count; i++) {
        cg_str name = s->request->excluded.data[i];
        uint32_t kind = cg_name_find(s->g, CG_NAMES_KIND, name);
        if (kind != CG_NO_NAME)
            s->exclude.words[kind >> 6] |= (uint64_t)1 << (kind & 63);
        else if (cg_scope_diag(s, "unknown-kind", err, "no relationship has the kind \"%.*s\", which was to be left out", CG_FMT(name)) < 0)
            return cg_nomem(s->mem, err);
    }
    s->view.exclude = &s->exclude;
    return CSPM_OK;
}

static int32_t choose_weight(cg_scope *s, cspm_error **err)
{
    cg_str w = s->request->weight;
    s->view.weight_key = CG_NO_NAME;
    if (cg_str_eq(w, CG_STR("likelihood")))
        return CSPM_OK;
    if (w.length) {
        s->view.weight_key = cg_name_find(s->g, CG_NAMES_KEY, w);
        if (s->view.weight_key == CG_NO_NAME)
            return cg_fail(s->mem, err, CSPM_E_NOTFOUND, "no relationship has the property \"%.*s\", which was named as the weight",
                           CG_FMT(w));
        return CSPM_OK;
    }
    s->view.weight_key = cg_name_count(s->g, CG_NAMES_KEY); /* a key nothing has: every relationship counts as a hop */
    return CSPM_OK;
}

/* What anybody may read is nothing to gain; a target that was named is shown with every way to it. */
static int32_t choose_open(cg_scope *s, cspm_error **err)
{
    uint64_t *open = NULL;
    if (s->request->sets[CG_SET_TARGETS].count)
        return CSPM_OK;
    for (uint32_t i = 0; i < s->risk->n_public_labels; i++) {
        uint32_t label = cg_name_find(s->g, CG_NAMES_LABEL, s->risk->public_labels[i]);
        cg_label_iter it;
        cg_node n;
        if (label == CG_NO_NAME)
            continue;
        if (!open && !(open = cg_arena_calloc(&s->arena, (size_t)cg_graph_n_nodes(s->g) / 64 + 1, sizeof *open)))
            return cg_nomem(s->mem, err);
        cg_label_iter_init(&it, s->g, label);
        while (cg_label_iter_next(&it, &n))
            open[n >> 6] |= UINT64_C(1) << (n & 63);
    }
    s->view.open_nodes = open;
    return CSPM_OK;
}

int32_t cg_scope_init(cg_scope *s, cg_graph *g, cg_ruleset *rules, const cg_request *request, bool between, cspm_op *op, cspm_error **err)
{
    *s = (cg_scope){ .mem = cg_graph_mem(g), .g = g, .rules = rules, .risk = cg_ruleset_risk(rules), .request = request };
    cg_arena_init(&s->arena, s->mem);
    fill_defaults(s);
    s->view.exclude_conditional = s->o.exclude_conditional;
    s->view.conditional_factor = s->risk->conditional_factor ? s->risk->conditional_factor : 1000000;
    int32_t rc = choose_kinds(s, err);
    if (rc == CSPM_OK)
        rc = choose_weight(s, err);
    if (rc == CSPM_OK)
        rc = cg_set_resolve(s, CG_SET_WAYPOINTS, &s->waypoints, NULL, op, err);
    if (rc == CSPM_OK)
        rc = cg_scope_entries(s, between, op, err);
    if (rc == CSPM_OK)
        rc = between ? cg_scope_owners(s, err) : cg_scope_dominions(s, op, err);
    if (rc == CSPM_OK && !between)
        rc = choose_open(s, err);
    if (rc == CSPM_OK)
        rc = cg_scope_targets(s, between, op, err);
    if (rc != CSPM_OK)
        cg_scope_free(s);
    return rc;
}

void cg_scope_free(cg_scope *s)
{
    for (int i = 0; i < CG_N_GROUPS; i++)
        cg_vec_free(s->mem, &s->entries[i]);
    cg_vec_free(s->mem, &s->reasons);
    cg_vec_free(s->mem, &s->targets);
    cg_vec_free(s->mem, &s->waypoints);
    cg_vec_free(s->mem, &s->diags);
    cg_arena_free(&s->arena);
}
