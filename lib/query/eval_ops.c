/* Arithmetic, and regular expressions. The only file that knows PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "query/exec.h"

#include <math.h>
#include <pcre2.h>

#define Q_REGEX_STEPS 1000000u

static int32_t overflow(q_eval *e, const q_expr *x, cspm_error **err)
{
    return q_run_error(e->run, err, x, "runtime", "IntegerOverflow", "integer overflow");
}

static int32_t int_arithmetic(q_eval *e, const q_expr *x, uint8_t op, int64_t a, int64_t b, cg_value *out, cspm_error **err)
{
    int64_t v = 0;
    bool bad = false;
    switch (op) {
    case Q_ADD:
        bad = __builtin_add_overflow(a, b, &v);
        break;
    case Q_SUB:
        bad = __builtin_sub_overflow(a, b, &v);
        break;
    case Q_MUL:
        bad = __builtin_mul_overflow(a, b, &v);
        break;
    case Q_DIV:
    case Q_MOD:
        if (b == 0)
            return q_run_error(e->run, err, x, "runtime", "DivisionByZero", "division by zero");
        bad = op == Q_DIV && a == INT64_MIN && b == -1;
        if (!bad)
            v = op == Q_DIV ? a / b : b == -1 ? 0 : a % b;
        break;
    default:
        *out = cg_v_float(pow((double)a, (double)b));
        return CSPM_OK;
    }
    if (bad)
        return overflow(e, x, err);
    *out = cg_v_int(v);
    return CSPM_OK;
}

static int32_t append_lists(q_eval *e, cg_value a, cg_value b, cg_value *out, cspm_error **err)
{
    const uint32_t na = a.type == CG_LIST ? a.list->count : 1, nb = b.type == CG_LIST ? b.list->count : 1;
    if (q_nesting(a) >= Q_MAX_NESTING || q_nesting(b) >= Q_MAX_NESTING)
        return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
    if ((uint64_t)na + nb > UINT32_MAX)
        return q_run_limit(e->run, err, "list length", UINT32_MAX);
    q_list_builder l = { .arena = e->arena, .list = q_list_new(e->arena, na + nb), .capacity = na + nb };
    if (!l.list)
        return cg_nomem(e->run->mem, err);
    for (uint32_t i = 0; i < na; i++)
        l.list->items[i] = a.type == CG_LIST ? a.list->items[i] : a;
    for (uint32_t i = 0; i < nb; i++)
        l.list->items[na + i] = b.type == CG_LIST ? b.list->items[i] : b;
    int32_t rc = q_tick(e->run, (na + nb) / 16, err);
    return rc < 0 ? rc : q_list_done(&l, out) ? CSPM_OK : cg_nomem(e->run->mem, err);
}

static int32_t append_strings(q_eval *e, cg_value a, cg_value b, cg_value *out, cspm_error **err)
{
    cg_buf text;
    int32_t rc = CSPM_OK;
    cg_buf_init(&text, e->run->mem, UINT32_MAX);
    for (int i = 0; i < 2; i++) {
        cg_value v = i ? b : a;
        if (v.type == CG_STRING)
            cg_buf_add(&text, v.string, v.length);
        else if (v.type == CG_INT)
            cg_buf_int(&text, v.integer);
        else if (v.type == CG_FLOAT)
            cg_buf_double(&text, v.real);
        else
            cg_buf_adds(&text, v.boolean ? "true" : "false");
    }
    bool ok = !text.failed;
    if (ok)
        *out = q_new_string(e, cg_buf_view(&text), &ok);
    if (!ok)
        rc = cg_nomem(e->run->mem, err);
    cg_buf_free(&text);
    return rc < 0 ? rc : q_tick(e->run, out->length / 256, err);
}

int32_t q_arithmetic(q_eval *e, const q_expr *x, uint8_t op, cg_value a, cg_value b, cg_value *out, cspm_error **err)
{
    if (op == Q_ADD && (a.type == CG_LIST || b.type == CG_LIST)) {
        if ((a.type == CG_NULL && b.type == CG_LIST) || (b.type == CG_NULL && a.type == CG_LIST)) {
            *out = cg_v_null();
            return CSPM_OK;
        }
        return append_lists(e, a, b, out, err);
    }
    if (a.type == CG_NULL || b.type == CG_NULL) {
        *out = cg_v_null();
        return CSPM_OK;
    }
    if (a.type == CG_INT && b.type == CG_INT)
        return int_arithmetic(e, x, op, a.integer, b.integer, out, err);
    if (q_is_number(a) && q_is_number(b)) {
        double p = q_as_double(a), q = q_as_double(b);
        *out = cg_v_float(op == Q_ADD   ? p + q
                          : op == Q_SUB ? p - q
                          : op == Q_MUL ? p * q
                          : op == Q_DIV ? p / q
                          : op == Q_MOD ? fmod(p, q)
                                        : pow(p, q));
        return CSPM_OK;
    }
    if (q_is_time(a) || q_is_time(b))
        return q_time_arithmetic(e, x, op, a, b, out, err);
    if (op == Q_ADD && (a.type == CG_STRING || b.type == CG_STRING)) {
        cg_value other = a.type == CG_STRING ? b : a;
        if (other.type == CG_STRING || q_is_number(other) || other.type == CG_BOOL)
            return append_strings(e, a, b, out, err);
    }
    return q_run_error(e->run, err, x, "type", "InvalidArgumentType", "these types cannot be combined by this operator");
}

/* ---- =~ ---- */

struct q_regex {
    pcre2_general_context *memory;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_code *code;
    char *text; /* the pattern compiled last */
    uint32_t length;
};

static void *regex_alloc(size_t size, void *mem)
{
    return cg_alloc(mem, size);
}
static void regex_free(void *p, void *mem)
{
    cg_free(mem, p);
}

static void regex_forget(cg_run *r, struct q_regex *x)
{
    pcre2_match_data_free(x->data);
    pcre2_code_free(x->code);
    cg_free(r->mem, x->text);
    x->data = NULL;
    x->code = NULL;
    x->text = NULL;
}

void q_regex_close(cg_run *r)
{
    for (uint32_t i = 0; r->regex && i < r->q->n_regex; i++) {
        struct q_regex *x = r->regex[i];
        if (!x)
            continue;
        regex_forget(r, x);
        pcre2_match_context_free(x->match);
        pcre2_general_context_free(x->memory);
        cg_free(r->mem, x);
        r->regex[i] = NULL;
    }
}

static struct q_regex *regex_open(cg_run *r, uint32_t index)
{
    struct q_regex *x = r->regex[index];
    if (x)
        return x;
    x = cg_calloc(r->mem, 1, sizeof *x);
    if (!x)
        return NULL;
    x->memory = pcre2_general_context_create(regex_alloc, regex_free, r->mem);
    x->match = x->memory ? pcre2_match_context_create(x->memory) : NULL;
    if (!x->match) {
        pcre2_general_context_free(x->memory);
        cg_free(r->mem, x);
        return NULL;
    }
    pcre2_set_match_limit(x->match, Q_REGEX_STEPS);
    pcre2_set_depth_limit(x->match, 10000);
    pcre2_set_heap_limit(x->match, 16384); /* KiB */
    r->regex[index] = x;
    return x;
}

static int32_t regex_compile(q_eval *e, const q_expr *at, struct q_regex *x, cg_value pattern, cspm_error **err)
{
    cg_run *r = e->run;
    int code;
    PCRE2_SIZE offset;
    if (x->code && x->length == pattern.length && !memcmp(x->text, pattern.string, pattern.length))
        return CSPM_OK;
    regex_forget(r, x);
    if (pattern.length > 65536)
        return q_run_limit(r, err, "regular expression bytes", 65536);
    pcre2_compile_context *c = pcre2_compile_context_create(x->memory);
    if (!c)
        return cg_nomem(r->mem, err);
    pcre2_set_parens_nest_limit(c, 100);
    x->code = pcre2_compile((PCRE2_SPTR)pattern.string, pattern.length, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, c);
    pcre2_compile_context_free(c);
    if (!x->code) {
        PCRE2_UCHAR message[128];
        if (code == 121) /* PCRE2_ERROR_HEAP_FAILED */
            return cg_nomem(r->mem, err);
        pcre2_get_error_message(code, message, sizeof message);
        return q_run_error(r, err, at->args[1], "runtime", "InvalidRegularExpression", "regular expression: %s (at character %zu)",
                           (char *)message, (size_t)offset + 1);
    }
    x->data = pcre2_match_data_create_from_pattern(x->code, x->memory);
    x->text = cg_alloc(r->mem, pattern.length ? pattern.length : 1);
    if (!x->data || !x->text) {
        regex_forget(r, x);
        return cg_nomem(r->mem, err);
    }
    memcpy(x->text, pattern.string, pattern.length);
    x->length = pattern.length;
    return CSPM_OK;
}

/* The whole string must match, unless the host asked for search. */
int32_t q_regex_match(q_eval *e, const q_expr *x, cg_value text, cg_value pattern, cg_value *out, cspm_error **err)
{
    struct q_regex *re = regex_open(e->run, x->index);
    if (!re)
        return cg_nomem(e->run->mem, err);
    int32_t rc = regex_compile(e, x, re, pattern, err);
    if (rc < 0)
        return rc;
    uint32_t anchors = e->run->q->regex_search ? 0 : PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    int n = pcre2_match(re->code, (PCRE2_SPTR)text.string, text.length, 0, anchors, re->data, re->match);
    if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_DEPTHLIMIT || n == PCRE2_ERROR_HEAPLIMIT)
        return q_run_limit(e->run, err, "regular expression steps", Q_REGEX_STEPS);
    if (n == PCRE2_ERROR_NOMEMORY)
        return cg_nomem(e->run->mem, err);
    *out = cg_v_bool(n >= 0);
    return q_tick(e->run, 4 + text.length / 64, err);
}

int32_t q_regex_search(q_eval *e, const q_expr *x, cg_str text, cg_str pattern, size_t from, uint32_t group, q_match *out, cspm_error **err)
{
    struct q_regex *re = regex_open(e->run, x->index);
    *out = (q_match){ 0 };
    if (!re)
        return cg_nomem(e->run->mem, err);
    int32_t rc = regex_compile(e, x, re, cg_v_str(pattern), err);
    if (rc < 0)
        return rc;
    int n = pcre2_match(re->code, (PCRE2_SPTR)(text.length ? text.data : ""), text.length, from, PCRE2_NO_UTF_CHECK, re->data, re->match);
    if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_DEPTHLIMIT || n == PCRE2_ERROR_HEAPLIMIT)
        return q_run_limit(e->run, err, "regular expression steps", Q_REGEX_STEPS);
    if (n == PCRE2_ERROR_NOMEMORY)
        return cg_nomem(e->run->mem, err);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(re->data);
    out->found = n > 0;
    if (n > 0) {
        out->start = at[0] < at[1] ? at[0] : at[1]; /* \K may turn them around */
        out->end = at[1];
        out->has_group = group < (uint32_t)n && at[2 * group] != PCRE2_UNSET && at[2 * group] <= at[2 * group + 1];
    }
    if (out->has_group) {
        out->group_start = at[2 * group];
        out->group_end = at[2 * group + 1];
    }
    return q_tick(e->run, 4 + (text.length - from) / 64, err);
}
