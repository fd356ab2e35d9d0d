/* Patterns of statements against what requests name: exactly, and as far as stars on both sides can meet. */
#include "access/aws_run.h"
#include "base/sort.h"

/* ---- a text two patterns share ---- */

#define MAX_WITNESS 4096

/* A pattern as single places: a character, one of any, or any number of any. */
typedef struct places {
    char *chars;
    uint8_t *types; /* cg_token_type of the place: TEXT, ONE, MANY */
    uint32_t n;
} places;

static bool places_alloc(cg_arena *arena, size_t n, places *p)
{
    p->chars = cg_arena_alloc(arena, n + 1);
    p->types = cg_arena_alloc(arena, n + 1);
    return p->chars && p->types;
}

static void place(places *p, uint8_t type, char c)
{
    p->types[p->n] = type;
    p->chars[p->n++] = c;
}

static bool places_of_text(cg_arena *arena, cg_str text, places *p)
{
    if (!places_alloc(arena, text.length, p))
        return false;
    for (size_t i = 0; i < text.length; i++)
        place(p, text.data[i] == '*' ? CG_TOKEN_MANY : text.data[i] == '?' ? CG_TOKEN_ONE : CG_TOKEN_TEXT, text.data[i]);
    return true;
}

static bool places_of_tokens(cg_arena *arena, const cg_token *tokens, uint32_t n, places *p)
{
    size_t length = 0;
    for (uint32_t i = 0; i < n; i++)
        length += tokens[i].type == CG_TOKEN_TEXT ? tokens[i].text.length : 1;
    if (!places_alloc(arena, length, p))
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (tokens[i].type != CG_TOKEN_TEXT)
            place(p, tokens[i].type == CG_TOKEN_ONE ? CG_TOKEN_ONE : CG_TOKEN_MANY, 0);
        for (size_t k = 0; tokens[i].type == CG_TOKEN_TEXT && k < tokens[i].text.length; k++)
            place(p, CG_TOKEN_TEXT, tokens[i].text.data[k]);
    }
    return true;
}

static bool meets(const places *a, uint32_t i, const places *b, uint32_t j)
{
    return a->types[i] != CG_TOKEN_TEXT || b->types[j] != CG_TOKEN_TEXT || a->chars[i] == b->chars[j];
}

static char common(const places *a, uint32_t i, const places *b, uint32_t j)
{
    return a->types[i] == CG_TOKEN_TEXT ? a->chars[i] : b->types[j] == CG_TOKEN_TEXT ? b->chars[j] : 'x';
}

/* can[i][j]: what is left of both from here has a text in common. */
static void fill_table(const places *a, const places *b, uint8_t *can)
{
    size_t width = (size_t)b->n + 1;
    for (uint32_t i = a->n + 1; i-- > 0;)
        for (uint32_t j = b->n + 1; j-- > 0;) {
            bool many_a = i < a->n && a->types[i] == CG_TOKEN_MANY, many_b = j < b->n && b->types[j] == CG_TOKEN_MANY;
            bool yes = i == a->n && j == b->n;
            yes = yes || (many_a && (can[(i + 1) * width + j] || (j < b->n && can[i * width + j + 1])));
            yes = yes || (many_b && (can[i * width + j + 1] || (i < a->n && can[(i + 1) * width + j])));
            yes = yes || (i < a->n && j < b->n && !many_a && !many_b && meets(a, i, b, j) && can[(i + 1) * width + j + 1]);
            can[i * width + j] = yes;
        }
}

/* One way through the table, writing what both consume. */
static size_t walk(const places *a, const places *b, const uint8_t *can, char *out)
{
    size_t width = (size_t)b->n + 1, n = 0;
    for (uint32_t i = 0, j = 0; i < a->n || j < b->n;) {
        bool many_a = i < a->n && a->types[i] == CG_TOKEN_MANY, many_b = j < b->n && b->types[j] == CG_TOKEN_MANY;
        if (many_a && can[(i + 1) * width + j]) {
            i++;
        } else if (many_b && can[i * width + j + 1]) {
            j++;
        } else if (many_a) {
            out[n++] = b->types[j] == CG_TOKEN_TEXT ? b->chars[j] : 'x';
            j++;
        } else if (many_b) {
            out[n++] = a->types[i] == CG_TOKEN_TEXT ? a->chars[i] : 'x';
            i++;
        } else {
            out[n++] = common(a, i++, b, j++);
        }
    }
    return n;
}

int32_t aws_witness(cg_arena *arena, cg_str text, const cg_token *tokens, uint32_t n_tokens, cg_str *out, cspm_error **err)
{
    places a = { 0 }, b = { 0 };
    *out = CG_STR_NULL;
    if (text.length > MAX_WITNESS)
        return CSPM_OK;
    if (!places_of_text(arena, text, &a) || !places_of_tokens(arena, tokens, n_tokens, &b))
        return cg_nomem(arena->mem, err);
    if (b.n > MAX_WITNESS)
        return CSPM_OK;
    uint8_t *can = cg_arena_calloc(arena, ((size_t)a.n + 1) * ((size_t)b.n + 1), 1);
    char *found = cg_arena_alloc(arena, (size_t)a.n + b.n + 1);
    if (!can || !found)
        return cg_nomem(arena->mem, err);
    fill_table(&a, &b, can);
    if (can[0])
        *out = (cg_str){ found, walk(&a, &b, can, found) };
    return CSPM_OK;
}

/* ---- which targets a statement may be about ---- */

typedef struct sorted_text {
    cg_str text;
    uint32_t target;
} sorted_text;

static int by_text(const void *a, const void *b)
{
    const sorted_text *x = a, *y = b;
    int c = cg_str_cmp(x->text, y->text);
    return c ? c : x->target < y->target ? -1 : x->target > y->target;
}

int32_t aws_arns_sort(aws_arns *a, cspm_op *op, cg_mem *mem, cspm_error **err)
{
    sorted_text *list = cg_alloc_array(mem, a->n ? a->n : 1, sizeof *list);
    if (!list)
        return cg_nomem(mem, err);
    for (uint32_t i = 0; i < a->n; i++)
        list[i] = (sorted_text){ a->text[i], i };
    const int32_t rc = cg_sort(list, a->n, sizeof *list, by_text, op, mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < a->n; i++) {
        size_t at = 0;
        cg_str text = a->text[i];
        a->order[i] = list[i].target;
        while (at < text.length && text.data[at] != '*' && text.data[at] != '?')
            at++;
        a->stars_at[i] = (uint32_t)at;
        if (at < text.length && at < a->n_star_places)
            a->star_places[at] = 1;
    }
    cg_free(mem, list);
    return rc;
}

/* First place in the order whose text is not below `key`. */
static uint32_t lower_bound(const aws_arns *a, cg_str key)
{
    uint32_t low = 0, high = a->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cg_str_cmp(a->text[a->order[middle]], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The tokens with what is known of the subject in place of variables; other variables stand for anything. */
static void fill_in(cg_token *token, const aws_subject *subject, bool *unknown)
{
    if (token->type != CG_TOKEN_VARIABLE)
        return;
    if (subject->type != AWS_USER || !cg_str_eq_nocase(token->text, CG_STR("aws:username"))) {
        token->type = CG_TOKEN_MANY;
        *unknown = true;
        return;
    }
    cg_str name = cg_arn_part(subject->principal, 5);
    for (size_t k = name.length; k > 0; k--)
        if (name.data[k - 1] == '/') {
            name = (cg_str){ name.data + k, name.length - k };
            break;
        }
    *token = (cg_token){ CG_TOKEN_TEXT, name, CG_STR_NULL };
}

typedef struct toucher {
    const aws_arns *a;
    const cg_token *tokens;
    uint32_t n_tokens;
    bool unknown;   /* variables stand for anything */
    cg_arena arena; /* of one comparison */
    aws_touches *out;
    cspm_op *op;
    uint32_t ticks;
} toucher;

static int32_t touch_one(toucher *t, uint32_t target, cspm_error **err)
{
    cg_str text = t->a->text[target], witness = CG_STR_NULL;
    bool exact = cg_pattern_match(t->tokens, t->n_tokens, false, text);
    bool stars = t->a->stars_at[target] < text.length;
    int32_t rc = exact || !stars ? CSPM_OK : aws_witness(&t->arena, text, t->tokens, t->n_tokens, &witness, err);
    cg_arena_reset(&t->arena);
    if (rc != CSPM_OK || (!exact && !witness.data))
        return rc;
    aws_touch touch = { target, t->unknown ? 3 : exact ? 1 : 2 };
    return cg_vec_push(t->arena.mem, t->out, touch) ? CSPM_OK : cg_nomem(t->arena.mem, err);
}

static int32_t touch_range(toucher *t, cg_str prefix, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = lower_bound(t->a, prefix); rc == CSPM_OK && i < t->a->n; i++) {
        if (!cg_str_starts(t->a->text[t->a->order[i]], prefix))
            break;
        rc = touch_one(t, t->a->order[i], err);
        if (rc == CSPM_OK && CG_OP_DUE_BY(t->ticks, 16))
            rc = cg_op_check(t->op, t->arena.mem, err);
    }
    return rc;
}

/* Texts that begin as the pattern does, and texts whose own stars come before the pattern's beginning ends. */
static int32_t touch_pattern(toucher *t, cspm_error **err)
{
    cg_str prefix = t->n_tokens && t->tokens[0].type == CG_TOKEN_TEXT ? t->tokens[0].text : CG_STR("");
    int32_t rc = touch_range(t, prefix, err);
    for (uint32_t at = 0; rc == CSPM_OK && at < prefix.length && at < t->a->n_star_places; at++) {
        static const char marks[2] = { '*', '?' };
        if (!t->a->star_places[at])
            continue;
        char *start = cg_alloc(t->arena.mem, at + 1);
        if (!start)
            return cg_nomem(t->arena.mem, err);
        memcpy(start, prefix.data, at);
        for (uint32_t m = 0; rc == CSPM_OK && m < 2; m++) {
            start[at] = marks[m];
            rc = prefix.data[at] == marks[m] ? CSPM_OK : touch_range(t, (cg_str){ start, at + 1 }, err);
        }
        cg_free(t->arena.mem, start);
    }
    return rc;
}

static int by_target(const void *a, const void *b)
{
    const aws_touch *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->how < y->how ? -1 : x->how > y->how;
}

static int32_t touch_item(const aws_estate *e, const cg_pattern *p, const aws_subject *subject, toucher *t, cspm_error **err)
{
    cg_token *own = NULL;
    t->tokens = p->tokens;
    t->n_tokens = p->count;
    t->unknown = false;
    if (p->has_variables) {
        own = cg_alloc_array(e->mem, p->count, sizeof *own);
        if (!own)
            return cg_nomem(e->mem, err);
        memcpy(own, p->tokens, p->count * sizeof *own);
        for (uint32_t i = 0; i < p->count; i++)
            fill_in(&own[i], subject, &t->unknown);
        t->tokens = own;
    }
    int32_t rc = touch_pattern(t, err);
    cg_free(e->mem, own);
    return rc;
}

int32_t aws_touched(const aws_estate *e, const aws_arns *a, const cg_pattern_set *set, const aws_subject *subject, bool *all,
                    aws_touches *out, cspm_error **err)
{
    toucher t = { .a = a, .out = out, .op = e->op };
    int32_t rc = CSPM_OK;
    size_t kept = 0;
    uint32_t exact = 0;
    *all = false;
    out->count = 0;
    for (uint32_t i = 0; i < set->count; i++)
        *all |= set->items[i].count == 1 && set->items[i].tokens[0].type == CG_TOKEN_MANY;
    if (*all)
        return CSPM_OK;
    cg_arena_init(&t.arena, e->mem);
    for (uint32_t i = 0; rc == CSPM_OK && i < set->count; i++)
        rc = touch_item(e, &set->items[i], subject, &t, err);
    if (rc == CSPM_OK)
        rc = cg_sort(out->data, out->count, sizeof *out->data, by_target, e->op, e->mem, err);
    for (size_t i = 0; i < out->count; i++)
        if (!kept || out->data[kept - 1].target != out->data[i].target) {
            out->data[kept++] = out->data[i];
            exact += out->data[i].how == 1;
        }
    out->count = kept;
    *all = exact == a->n;
    out->count = *all ? 0 : kept;
    cg_arena_free(&t.arena);
    return rc;
}
