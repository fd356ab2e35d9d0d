#include "base/error.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/json.h"

#define MAX_EXPECTED 16
#define MAX_MESSAGE 2000
#define MAX_FIELD 4096
#define WINDOW 100 /* code points of the source line kept on each side of the column */

struct cspm_error {
    cg_mem *mem; /* NULL: a static object, never changed or freed */
    int32_t code;
    uint32_t line, column;
    uint32_t caret; /* code points before the caret in source_line */
    uint64_t offset;
    const char *error_class, *detail, *message, *source, *found, *hint, *source_line;
    const char *expected[MAX_EXPECTED];
    uint32_t n_expected;
    const char *json, *text;
};

#define STATIC_ERROR(CODE, CLASS, DETAIL, MESSAGE)                                                                                         \
    {                                                                                                                                      \
        .code = CODE, .error_class = CLASS, .detail = DETAIL, .message = MESSAGE,                                                          \
        .json = "{\"error\":{\"code\":\"" #CODE "\",\"class\":\"" CLASS "\",\"detail\":\"" DETAIL "\",\"message\":\"" MESSAGE              \
                "\",\"source\":\"\",\"offset\":0,\"line\":0,\"column\":0,\"found\":\"\",\"expected\":[]}}",                                \
        .text = "error: " MESSAGE                                                                                                          \
    }

/* Complete errors that need no memory: for when there is none, and for stopping, which must always work. */
static const struct cspm_error error_nomem = STATIC_ERROR(CSPM_E_NOMEM, "memory", "OutOfMemory", "the system refused memory");
static const struct cspm_error error_budget = STATIC_ERROR(CSPM_E_LIMIT, "memory", "MemoryLimit", "the memory limit was reached");
static const struct cspm_error error_cancelled = STATIC_ERROR(CSPM_E_CANCELLED, "stopped", "Cancelled", "cancelled");
static const struct cspm_error error_timeout = STATIC_ERROR(CSPM_E_TIMEOUT, "stopped", "Timeout", "the deadline has passed");

static int32_t give_static(cspm_error **err, const struct cspm_error *e)
{
    if (!err)
        return e->code;
    if (*err)
        return (*err)->code;
    *err = (cspm_error *)(uintptr_t)e; /* mem NULL marks it read-only for everything below */
    return e->code;
}

int32_t cg_nomem(cg_mem *mem, cspm_error **err)
{
    return give_static(err, mem && cg_mem_over_budget(mem) ? &error_budget : &error_nomem);
}

int32_t cg_fail_stopped(cspm_error **err, int32_t code)
{
    return give_static(err, code == CSPM_E_TIMEOUT ? &error_timeout : &error_cancelled);
}

/* Errors are shown on terminals and in logs: one line, valid UTF-8, no control characters, of bounded length. */
static void add_clean(cg_buf *b, cg_str s, size_t limit)
{
    for (size_t i = 0; i < s.length;) {
        if (b->length + 4 > limit) {
            cg_buf_adds(b, "\xE2\x80\xA6");
            return;
        }
        uint32_t c = cg_utf8_next(s, &i);
        if (c == '\t' || c == '\n')
            c = ' ';
        else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
                 (c >= 0x2066 && c <= 0x2069))
            c = 0xFFFD;
        cg_buf_utf8(b, c);
    }
}

static const char *clean_copy(cg_mem *mem, cg_str s, size_t limit)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    add_clean(&b, s, limit);
    if (b.failed) {
        cg_buf_free(&b);
        return NULL;
    }
    return b.data;
}

static void set_field(cspm_error *e, const char **field, cg_str s, size_t limit)
{
    if (!e || !e->mem)
        return;
    const char *copy = s.length ? clean_copy(e->mem, s, limit) : NULL;
    if (s.length && !copy)
        return;
    cg_free(e->mem, (void *)(uintptr_t)*field);
    *field = copy;
}

static const char *default_class(int32_t code)
{
    switch (code) {
    case CSPM_E_PARSE:
    case CSPM_E_QUERY:
        return "syntax";
    case CSPM_E_NOMEM:
        return "memory";
    case CSPM_E_IO:
    case CSPM_E_NOTFOUND:
    case CSPM_E_UNRECOGNISED:
        return "input";
    case CSPM_E_LIMIT:
        return "limit";
    case CSPM_E_CANCELLED:
    case CSPM_E_TIMEOUT:
        return "stopped";
    case CSPM_E_INTERNAL:
        return "internal";
    default:
        return "usage";
    }
}

static int32_t fail_v(cg_mem *mem, cspm_error **err, int32_t code, cg_str source, cg_pos pos, const char *format, va_list args)
{
    if (!err)
        return code;
    if (*err)
        return (*err)->code;
    cg_buf raw;
    cg_buf_init(&raw, mem, 0);
    cg_buf_vprintf(&raw, format, args);
    struct cspm_error *e = cg_calloc(mem, 1, sizeof *e);
    if (e && !raw.failed)
        e->message = clean_copy(mem, raw.length ? cg_buf_view(&raw) : CG_STR("error"), MAX_MESSAGE);
    bool ok = e && e->message;
    cg_buf_free(&raw);
    if (!ok) {
        cg_free(mem, e);
        return cg_nomem(mem, err);
    }
    e->mem = cg_mem_ref(mem);
    e->code = code;
    e->offset = pos.offset;
    e->line = pos.line;
    e->column = pos.column;
    set_field(e, &e->source, source, MAX_FIELD);
    *err = e;
    return code;
}

int32_t cg_fail(cg_mem *mem, cspm_error **err, int32_t code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    code = fail_v(mem, err, code, CG_STR_NULL, (cg_pos){ 0 }, format, args);
    va_end(args);
    return code;
}

int32_t cg_fail_at(cg_mem *mem, cspm_error **err, int32_t code, cg_str source, cg_pos pos, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    code = fail_v(mem, err, code, source, pos, format, args);
    va_end(args);
    return code;
}

void cg_error_set_class(cspm_error *e, const char *error_class, const char *detail)
{
    if (!e)
        return;
    if (error_class)
        set_field(e, &e->error_class, cg_str_from(error_class), MAX_FIELD);
    if (detail)
        set_field(e, &e->detail, cg_str_from(detail), MAX_FIELD);
}

void cg_error_set_found(cspm_error *e, cg_str found)
{
    if (e)
        set_field(e, &e->found, found, 200);
}

void cg_error_set_source(cspm_error *e, cg_str source)
{
    if (e)
        set_field(e, &e->source, source, MAX_FIELD);
}

void cg_error_set_hint(cspm_error *e, cg_str hint)
{
    if (e)
        set_field(e, &e->hint, hint, MAX_MESSAGE);
}

void cg_error_add_expected(cspm_error *e, cg_str token)
{
    if (!e || !e->mem || token.length == 0)
        return;
    const char *copy = clean_copy(e->mem, token, 200);
    if (!copy)
        return;
    uint32_t at = 0;
    int order = 1;
    while (at < e->n_expected && (order = strcmp(e->expected[at], copy)) < 0)
        at++;
    if ((at < e->n_expected && order == 0) || at == MAX_EXPECTED) {
        cg_free(e->mem, (void *)(uintptr_t)copy);
        return;
    }
    /* The smallest ones are kept, so the set does not depend on the order of calls. */
    if (e->n_expected == MAX_EXPECTED)
        cg_free(e->mem, (void *)(uintptr_t)e->expected[--e->n_expected]);
    memmove(e->expected + at + 1, e->expected + at, (e->n_expected - at) * sizeof *e->expected);
    e->expected[at] = copy;
    e->n_expected++;
}

void cg_error_set_source_line(cspm_error *e, cg_str line_text)
{
    if (!e || !e->mem)
        return;
    while (line_text.length && (line_text.data[line_text.length - 1] == '\n' || line_text.data[line_text.length - 1] == '\r'))
        line_text.length--;
    /* Of a very long line only the neighbourhood of the column is shown. */
    uint32_t caret = e->column ? e->column - 1 : 0;
    uint32_t skip = caret > WINDOW ? caret - WINDOW : 0;
    size_t from = 0, to, n = 0;
    while (n < skip && from < line_text.length) {
        cg_utf8_next(line_text, &from);
        n++;
    }
    for (to = from; n < (size_t)caret + WINDOW && to < line_text.length; n++)
        cg_utf8_next(line_text, &to);
    set_field(e, &e->source_line, (cg_str){ line_text.data + from, to - from }, MAX_FIELD);
    e->caret = caret - skip;
}

static const char *or_empty(const char *s, size_t *length)
{
    if (!s)
        s = "";
    if (length)
        *length = strlen(s);
    return s;
}

CSPM_API const char *cspm_status_name(int32_t code)
{
#define NAME(C)                                                                                                                            \
    case C:                                                                                                                                \
        return #C
    switch (code) {
        NAME(CSPM_OK);
        NAME(CSPM_DONE);
        NAME(CSPM_MORE);
        NAME(CSPM_E_INVALID);
        NAME(CSPM_E_NOMEM);
        NAME(CSPM_E_IO);
        NAME(CSPM_E_PARSE);
        NAME(CSPM_E_LIMIT);
        NAME(CSPM_E_CANCELLED);
        NAME(CSPM_E_TIMEOUT);
        NAME(CSPM_E_NOTFOUND);
        NAME(CSPM_E_UNSUPPORTED);
        NAME(CSPM_E_ABI);
        NAME(CSPM_E_INTERNAL);
        NAME(CSPM_E_QUERY);
        NAME(CSPM_E_UNRECOGNISED);
    default:
        return "unknown";
    }
#undef NAME
}

CSPM_API int32_t cspm_error_code(const cspm_error *error)
{
    return error ? error->code : CSPM_OK;
}

CSPM_API const char *cspm_error_message(const cspm_error *error, size_t *length)
{
    return or_empty(error ? error->message : NULL, length);
}

CSPM_API const char *cspm_error_source(const cspm_error *error, size_t *length)
{
    return or_empty(error ? error->source : NULL, length);
}

CSPM_API void cspm_error_position(const cspm_error *error, uint64_t *offset, uint32_t *line, uint32_t *column)
{
    if (offset)
        *offset = error ? error->offset : 0;
    if (line)
        *line = error ? error->line : 0;
    if (column)
        *column = error ? error->column : 0;
}

static void json_field(cg_buf *b, const char *name, const char *value)
{
    cg_buf_printf(b, ",\"%s\":", name);
    cg_json_write_string(b, cg_str_from(value ? value : ""));
}

static void write_json(cg_buf *b, const cspm_error *e)
{
    cg_buf_printf(b, "{\"error\":{\"code\":\"%s\"", cspm_status_name(e->code));
    json_field(b, "class", e->error_class ? e->error_class : default_class(e->code));
    json_field(b, "detail", e->detail);
    json_field(b, "message", e->message);
    json_field(b, "source", e->source);
    cg_buf_printf(b, ",\"offset\":%llu,\"line\":%u,\"column\":%u", (unsigned long long)e->offset, e->line, e->column);
    json_field(b, "found", e->found);
    cg_buf_adds(b, ",\"expected\":[");
    for (uint32_t i = 0; i < e->n_expected; i++) {
        if (i)
            cg_buf_char(b, ',');
        cg_json_write_string(b, cg_str_from(e->expected[i]));
    }
    cg_buf_char(b, ']');
    if (e->hint)
        json_field(b, "hint", e->hint);
    if (e->source_line)
        json_field(b, "source_line", e->source_line);
    cg_buf_adds(b, "}}");
}

static void write_text(cg_buf *b, const cspm_error *e)
{
    if (e->source)
        cg_buf_printf(b, "%s:", e->source);
    if (e->line)
        cg_buf_printf(b, "%u:%u:", e->line, e->column);
    cg_buf_printf(b, "%serror: %s", b->length ? " " : "", e->message);
    if (e->source_line && e->line) {
        cg_buf_printf(b, "\n%s\n", e->source_line);
        for (uint32_t i = 0; i < e->caret; i++)
            cg_buf_char(b, ' ');
        cg_buf_char(b, '^');
    }
    if (e->hint)
        cg_buf_printf(b, "\nhint: %s", e->hint);
}

/* The text is made once and kept; an error is used by one thread at a time. */
static const char *render(cspm_error *e, const char **cache, void (*write)(cg_buf *, const cspm_error *), const char *fallback,
                          size_t *length)
{
    if (!e)
        return or_empty(NULL, length);
    if (!*cache && e->mem) {
        cg_buf b;
        cg_buf_init(&b, e->mem, 0);
        write(&b, e);
        if (b.failed)
            cg_buf_free(&b);
        else
            *cache = b.data;
    }
    return or_empty(*cache ? *cache : fallback, length);
}

CSPM_API const char *cspm_error_json(cspm_error *error, size_t *length)
{
    return render(error, error ? &error->json : NULL, write_json, error_nomem.json, length);
}

CSPM_API const char *cspm_error_text(cspm_error *error, size_t *length)
{
    return render(error, error ? &error->text : NULL, write_text, error ? error->message : "", length);
}

CSPM_API void cspm_error_free(cspm_error *error)
{
    if (!error || !error->mem)
        return;
    cg_mem *mem = error->mem;
    const char *owned[] = { error->error_class, error->detail,      error->message, error->source, error->found,
                            error->hint,        error->source_line, error->json,    error->text };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        cg_free(mem, (void *)(uintptr_t)owned[i]);
    for (uint32_t i = 0; i < error->n_expected; i++)
        cg_free(mem, (void *)(uintptr_t)error->expected[i]);
    cg_free(mem, error);
    cg_mem_unref(mem);
}
