#include "query/lexer.h"

#include <stdio.h>

/* ---- errors and memory of a compile ---- */

cg_pos q_position(const cg_query *q, uint32_t offset)
{
    cg_pos pos = { .offset = q->base.offset + offset, .line = 1, .column = 1 };
    for (size_t i = 0; i < offset && i < q->text.length; i++) {
        unsigned char ch = (unsigned char)q->text.data[i];
        if (ch == '\n') {
            pos.line++;
            pos.column = 1;
        } else if ((ch & 0xC0) != 0x80) {
            pos.column++;
        }
    }
    if (q->base.line) {
        if (pos.line == 1)
            pos.column += q->base.column ? q->base.column - 1 : 0;
        pos.line += q->base.line - 1;
    }
    return pos;
}

cg_str q_source_line(const cg_query *q, uint32_t offset)
{
    size_t at = offset < q->text.length ? offset : q->text.length, from = at, to = at;
    while (from > 0 && q->text.data[from - 1] != '\n')
        from--;
    while (to < q->text.length && q->text.data[to] != '\n' && q->text.data[to] != '\r')
        to++;
    return (cg_str){ q->text.data + from, to - from };
}

int32_t q_fail(q_context *c, uint32_t offset, const char *error_class, const char *detail, const char *format, ...)
{
    if (c->status < 0)
        return c->status;
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    size_t bad = cg_utf8_check(message, strlen(message)); /* a long name may have been cut inside a character */
    if (bad != SIZE_MAX)
        message[bad] = '\0';
    cspm_error *local = NULL;
    cspm_error **err = c->err ? c->err : &local;
    c->status = cg_fail_at(c->q->mem, err, CSPM_E_QUERY, c->q->source, q_position(c->q, offset), "%s", message);
    if (*err) {
        cg_error_set_class(*err, error_class, detail);
        cg_error_set_source_line(*err, q_source_line(c->q, offset));
    }
    if (local)
        cspm_error_free(local);
    return c->status;
}

int32_t q_fail_limit(q_context *c, uint32_t offset, const char *limit, uint64_t value)
{
    if (c->status < 0)
        return c->status;
    cspm_error *local = NULL;
    cspm_error **err = c->err ? c->err : &local;
    c->status = cg_fail_at(c->q->mem, err, CSPM_E_LIMIT, c->q->source, q_position(c->q, offset), "limit reached: %s (%llu)", limit,
                           (unsigned long long)value);
    if (*err) {
        cg_error_set_class(*err, "limit", limit);
        cg_error_set_source_line(*err, q_source_line(c->q, offset));
    }
    if (local)
        cspm_error_free(local);
    return c->status;
}

int32_t q_nomem(q_context *c)
{
    if (c->status >= 0)
        c->status = cg_nomem(c->q->mem, c->err);
    return c->status;
}

void *q_alloc(q_context *c, size_t count, size_t size)
{
    if (c->status < 0)
        return NULL;
    void *p = cg_arena_calloc(&c->q->arena, count ? count : 1, size);
    if (!p)
        q_nomem(c);
    return p;
}

cg_str q_copy(q_context *c, cg_str s)
{
    char *p = c->status < 0 ? NULL : cg_arena_strndup(&c->q->arena, s.data ? s.data : "", s.length);
    if (!p && c->status >= 0)
        q_nomem(c);
    return p ? (cg_str){ p, s.length } : CG_STR_NULL;
}

/* ---- the lexer ---- */

typedef struct lexer {
    q_context *c;
    cg_str text;
    size_t at;
    bool after_brace; /* where a map key is expected, a number is no number at all */
} lexer;

static bool is_digit(unsigned char ch)
{
    return ch >= '0' && ch <= '9';
}
static bool is_name_start(unsigned char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' || ch >= 0x80;
}
static bool is_name_part(unsigned char ch)
{
    return is_name_start(ch) || is_digit(ch);
}

static int digit_of(unsigned char ch)
{
    if (is_digit(ch))
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    if (ch >= 'A' && ch <= 'F')
        return ch - 'A' + 10;
    return 99;
}

static unsigned char peek(const lexer *x, size_t ahead)
{
    return x->at + ahead < x->text.length ? (unsigned char)x->text.data[x->at + ahead] : 0;
}

/* Code points above ASCII that may stand in a name: everything except spaces, dashes, quotes, arrows and the like. */
static bool is_name_code(uint32_t cp)
{
    if (cp < 0xAA || cp == 0xAB || cp == 0xBB || cp == 0xD7 || cp == 0xF7)
        return false;
    if ((cp >= 0x2000 && cp <= 0x206F) || (cp >= 0x2190 && cp <= 0x2BFF) || (cp >= 0x3000 && cp <= 0x3004))
        return false;
    return cp != 0xFEFF && cp != 0x1680 && cp != 0xFFFD && !(cp >= 0xE000 && cp <= 0xF8FF);
}

static bool is_space_code(uint32_t cp)
{
    return cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F ||
           cp == 0x3000 || cp == 0xFEFF;
}

/* Skip blanks and comments. */
static int32_t skip_blank(lexer *x)
{
    for (;;) {
        unsigned char ch = peek(x, 0);
        if (x->at >= x->text.length)
            return CSPM_OK;
        if (ch == ' ' || (ch >= 9 && ch <= 13) || (ch >= 28 && ch <= 31)) {
            x->at++;
        } else if (ch == '/' && peek(x, 1) == '/') {
            while (x->at < x->text.length && x->text.data[x->at] != '\n')
                x->at++;
        } else if (ch == '/' && peek(x, 1) == '*') {
            size_t end = cg_str_find(x->text, CG_STR("*/"), x->at + 2);
            if (end == SIZE_MAX)
                return q_fail(x->c, (uint32_t)x->at, "lex", "UnexpectedSyntax", "comment is not closed");
            x->at = end + 2;
        } else if (ch >= 0x80) {
            size_t i = x->at;
            if (!is_space_code(cg_utf8_next(x->text, &i)))
                return CSPM_OK;
            x->at = i;
        } else {
            return CSPM_OK;
        }
    }
}

static int32_t lex_name(lexer *x, cg_str *out)
{
    size_t start = x->at;
    while (is_name_part(peek(x, 0))) {
        if (peek(x, 0) < 0x80) {
            x->at++;
            continue;
        }
        size_t i = x->at;
        if (!is_name_code(cg_utf8_next(x->text, &i)))
            break;
        x->at = i;
    }
    *out = (cg_str){ x->text.data + start, x->at - start };
    return CSPM_OK;
}

/* A quoted text: `...` doubles the quote, '...' and "..." use escapes. */
static int32_t lex_backtick(lexer *x, cg_str *out)
{
    size_t start = x->at++;
    cg_buf b;
    cg_buf_init(&b, x->c->q->mem, 0);
    int32_t rc = CSPM_OK;
    for (;;) {
        if (x->at >= x->text.length) {
            rc = q_fail(x->c, (uint32_t)start, "lex", "UnexpectedSyntax", "quoted name is not closed");
            goto out;
        }
        char ch = x->text.data[x->at++];
        if (ch == '`') {
            if (peek(x, 0) != '`')
                break;
            x->at++;
        }
        cg_buf_char(&b, ch);
    }
    if (b.failed)
        rc = q_nomem(x->c);
    else
        *out = q_copy(x->c, cg_buf_view(&b));
out:
    cg_buf_free(&b);
    return rc < 0 ? rc : x->c->status;
}

static int32_t lex_unicode(lexer *x, cg_buf *b, int digits)
{
    size_t start = x->at - 2;
    uint32_t cp = 0;
    for (int i = 0; i < digits; i++) {
        int d = x->at < x->text.length ? digit_of((unsigned char)x->text.data[x->at]) : 99;
        if (d > 15)
            return q_fail(x->c, (uint32_t)start, "lex", "InvalidUnicodeLiteral", "expected %d hexadecimal digits after \\%c", digits,
                          digits == 4 ? 'u' : 'U');
        cp = cp * 16 + (uint32_t)d;
        x->at++;
    }
    if (cp >= 0xD800 && cp <= 0xDBFF && digits == 4 && peek(x, 0) == '\\' && peek(x, 1) == 'u') {
        uint32_t low = 0;
        int i = 0;
        for (; i < 4 && digit_of(peek(x, 2 + (size_t)i)) < 16; i++)
            low = low * 16 + (uint32_t)digit_of(peek(x, 2 + (size_t)i));
        if (i == 4 && low >= 0xDC00 && low <= 0xDFFF) {
            x->at += 6;
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF) || cp == 0)
        return q_fail(x->c, (uint32_t)start, "lex", "InvalidUnicodeLiteral", "no such character: U+%04X", cp);
    cg_buf_utf8(b, cp);
    return CSPM_OK;
}

static int32_t lex_string(lexer *x, cg_str *out)
{
    size_t start = x->at;
    char quote = x->text.data[x->at++];
    cg_buf b;
    cg_buf_init(&b, x->c->q->mem, 0);
    int32_t rc = CSPM_OK;
    while (rc >= 0) {
        if (x->at >= x->text.length) {
            rc = q_fail(x->c, (uint32_t)start, "lex", "UnexpectedSyntax", "string is not closed");
            break;
        }
        char ch = x->text.data[x->at++];
        if (ch == quote)
            break;
        if (ch != '\\') {
            cg_buf_char(&b, ch);
            continue;
        }
        char e = (char)peek(x, 0);
        x->at++;
        switch (e) {
        case '\\':
        case '\'':
        case '"':
        case '/':
        case '`':
            cg_buf_char(&b, e);
            break;
        case 'b':
        case 'B':
            cg_buf_char(&b, '\b');
            break;
        case 'f':
        case 'F':
            cg_buf_char(&b, '\f');
            break;
        case 'n':
        case 'N':
            cg_buf_char(&b, '\n');
            break;
        case 'r':
        case 'R':
            cg_buf_char(&b, '\r');
            break;
        case 't':
        case 'T':
            cg_buf_char(&b, '\t');
            break;
        case 'u':
            rc = lex_unicode(x, &b, 4);
            break;
        case 'U':
            rc = lex_unicode(x, &b, 8);
            break;
        default:
            /* Corpora write regular expressions such as '(?i)S-1-5-.*-512' and "\.": unknown escapes keep the backslash. */
            cg_buf_char(&b, '\\');
            x->at--;
        }
    }
    if (rc >= 0 && b.failed)
        rc = q_nomem(x->c);
    if (rc >= 0)
        *out = q_copy(x->c, cg_buf_view(&b));
    cg_buf_free(&b);
    return rc < 0 ? rc : x->c->status;
}

static int32_t lex_radix(lexer *x, q_token *t, unsigned radix)
{
    uint64_t v = 0;
    size_t digits = 0;
    bool over = false;
    x->at += 2;
    for (; is_name_part(peek(x, 0)); x->at++, digits++) {
        unsigned d = (unsigned)digit_of(peek(x, 0));
        if (d >= radix)
            return q_fail(x->c, t->start, "lex", "InvalidNumberLiteral", "invalid digit in number");
        if (v > (UINT64_MAX - d) / radix)
            over = true;
        v = v * radix + d;
    }
    if (!digits)
        return q_fail(x->c, t->start, "lex", "InvalidNumberLiteral", "number has no digits");
    if (over || v > (uint64_t)1 << 63)
        return q_fail(x->c, t->start, "lex", "IntegerOverflow", "integer does not fit 64 bits");
    t->kind = QK_INT;
    t->integer = v;
    return CSPM_OK;
}

static int32_t lex_number(lexer *x, q_token *t)
{
    if (peek(x, 0) == '0' && (peek(x, 1) == 'x' || peek(x, 1) == 'X'))
        return lex_radix(x, t, 16);
    if (peek(x, 0) == '0' && (peek(x, 1) == 'o' || peek(x, 1) == 'O'))
        return lex_radix(x, t, 8);
    size_t start = x->at;
    bool real = false;
    while (is_digit(peek(x, 0)))
        x->at++;
    if (peek(x, 0) == '.' && is_digit(peek(x, 1))) {
        real = true;
        x->at++;
        while (is_digit(peek(x, 0)))
            x->at++;
    }
    size_t sign = peek(x, 1) == '+' || peek(x, 1) == '-' ? 2 : 1;
    if ((peek(x, 0) == 'e' || peek(x, 0) == 'E') && is_digit(peek(x, sign))) {
        real = true;
        x->at += sign;
        while (is_digit(peek(x, 0)))
            x->at++;
    }
    if (is_name_start(peek(x, 0)) && peek(x, 0) < 0x80)
        return q_fail(x->c, t->start, "lex", x->after_brace ? "UnexpectedSyntax" : "InvalidNumberLiteral", "invalid character in number");
    cg_str text = { x->text.data + start, x->at - start };
    if (real) {
        t->kind = QK_FLOAT;
        if (text.data[0] == '.') { /* ".5": the number reader wants a digit first */
            char *fixed = cg_arena_alloc(&x->c->q->arena, text.length + 1);
            if (!fixed)
                return q_nomem(x->c);
            fixed[0] = '0';
            memcpy(fixed + 1, text.data, text.length);
            text = (cg_str){ fixed, text.length + 1 };
        }
        if (!cg_parse_double(text, &t->real))
            return q_fail(x->c, t->start, "lex", "FloatingPointOverflow", "number does not fit a 64-bit float");
        return CSPM_OK;
    }
    t->kind = QK_INT;
    t->integer = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned d = (unsigned)(text.data[i] - '0');
        if (t->integer > (((uint64_t)1 << 63) - d) / 10)
            return q_fail(x->c, t->start, "lex", "IntegerOverflow", "integer does not fit 64 bits");
        t->integer = t->integer * 10 + d;
    }
    return CSPM_OK;
}

static int32_t lex_param(lexer *x, q_token *t)
{
    x->at++;
    t->kind = QK_PARAM;
    if (peek(x, 0) == '`')
        return lex_backtick(x, &t->text);
    if (!is_name_part(peek(x, 0)))
        return q_fail(x->c, t->start, "lex", "UnexpectedSyntax", "expected a parameter name after $");
    return lex_name(x, &t->text);
}

static void lex_punct(lexer *x, q_token *t)
{
    static const struct {
        char a, b;
        uint8_t punct;
    } pairs[] = { { '.', '.', QP_DOTDOT }, { '<', '>', QP_NE },    { '<', '=', QP_LE },
                  { '>', '=', QP_GE },     { '=', '~', QP_REGEX }, { '!', '=', QP_BANG_NE } };
    t->kind = QK_PUNCT;
    t->punct = peek(x, 0);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (peek(x, 0) == (unsigned char)pairs[i].a && peek(x, 1) == (unsigned char)pairs[i].b) {
            t->punct = pairs[i].punct;
            x->at += 2;
            return;
        }
    }
    x->at++;
}

static int32_t lex_one(lexer *x, q_token *t)
{
    unsigned char ch = peek(x, 0);
    if (is_digit(ch) || (ch == '.' && is_digit(peek(x, 1))))
        return lex_number(x, t);
    if (ch == '\'' || ch == '"') {
        t->kind = QK_STRING;
        return lex_string(x, &t->text);
    }
    if (ch == '`') {
        t->kind = QK_QUOTED;
        return lex_backtick(x, &t->text);
    }
    if (ch == '$')
        return lex_param(x, t);
    if (is_name_start(ch)) {
        size_t i = x->at;
        uint32_t cp = cg_utf8_next(x->text, &i);
        if (ch < 0x80 || is_name_code(cp)) {
            t->kind = QK_NAME;
            return lex_name(x, &t->text);
        }
        return q_fail(x->c, t->start, "lex", "InvalidUnicodeCharacter", "unexpected character U+%04X", cp);
    }
    if (!strchr("()[]{},:;.|+-*/%^=<>&!", ch) || ch == 0)
        return q_fail(x->c, t->start, "lex", "UnexpectedSyntax",
                      ch < 32 || ch == 127 ? "unexpected control character 0x%02X" : "unexpected character '%c'", ch);
    lex_punct(x, t);
    return CSPM_OK;
}

int32_t q_lex(q_context *c, q_tokens *out)
{
    lexer x = { .c = c, .text = c->q->text };
    if (x.text.length > Q_MAX_TEXT)
        return q_fail_limit(c, 0, "query bytes", Q_MAX_TEXT);
    size_t bad = cg_utf8_check(x.text.data, x.text.length);
    if (bad != SIZE_MAX)
        return q_fail(c, (uint32_t)bad, "lex", "InvalidUnicodeCharacter", "query text is not valid UTF-8");
    for (;;) {
        int32_t rc = skip_blank(&x);
        if (rc < 0)
            return rc;
        q_token t = { .kind = QK_END, .start = (uint32_t)x.at };
        if (x.at < x.text.length && (rc = lex_one(&x, &t)) < 0)
            return rc;
        t.length = (uint32_t)(x.at - t.start);
        x.after_brace = t.kind == QK_PUNCT && t.punct == '{';
        if (out->count >= Q_MAX_TOKENS)
            return q_fail_limit(c, t.start, "query tokens", Q_MAX_TOKENS);
        if (!cg_vec_push(c->q->mem, out, t))
            return q_nomem(c);
        if (t.kind == QK_END)
            return CSPM_OK;
    }
}
