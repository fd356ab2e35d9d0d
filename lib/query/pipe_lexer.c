/* Text of the pipe form to tokens. */
#include "base/time.h"
#include "query/pipe.h"

typedef struct lexer {
    q_context *c;
    cg_str text;
    size_t at;
    bool after_bar; /* an operator's name may have hyphens */
} lexer;

static unsigned char peek(const lexer *x, size_t ahead)
{
    return x->at + ahead < x->text.length ? (unsigned char)x->text.data[x->at + ahead] : 0;
}
static bool is_digit(unsigned char ch)
{
    return ch >= '0' && ch <= '9';
}
static bool is_letter(unsigned char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
}
static bool is_blank(unsigned char ch)
{
    return ch == ' ' || (ch >= 9 && ch <= 13);
}

static int32_t bad(const lexer *x, size_t at, const char *detail, const char *message)
{
    return q_fail(x->c, (uint32_t)at, "lex", detail, "%s", message);
}

static void skip_blank(lexer *x)
{
    for (;;) {
        if (is_blank(peek(x, 0)) && x->at < x->text.length) {
            x->at++;
        } else if (peek(x, 0) == 0xC2 && peek(x, 1) == 0xA0) { /* no-break spaces come with text copied from pages */
            x->at += 2;
        } else if (peek(x, 0) == 0xEF && peek(x, 1) == 0xBB && peek(x, 2) == 0xBF) {
            x->at += 3;
        } else if (peek(x, 0) == '/' && peek(x, 1) == '/') {
            while (x->at < x->text.length && x->text.data[x->at] != '\n')
                x->at++;
        } else {
            return;
        }
    }
}

/* ---- strings ---- */

static int32_t read_unicode(lexer *x, int digits, cg_buf *b)
{
    size_t start = x->at - 2;
    uint32_t cp = 0;
    for (int i = 0; i < digits; i++, x->at++) {
        unsigned char ch = peek(x, 0), low = (unsigned char)(ch | 32);
        if (!is_digit(ch) && !(low >= 'a' && low <= 'f'))
            return bad(x, start, "InvalidUnicodeLiteral", "expected hexadecimal digits in the escape");
        cp = cp * 16 + (uint32_t)(is_digit(ch) ? ch - '0' : low - 'a' + 10);
    }
    if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        return bad(x, start, "InvalidUnicodeLiteral", "no such character");
    cg_buf_utf8(b, cp);
    return CSPM_OK;
}

static int32_t read_escape(lexer *x, cg_buf *b)
{
    static const char from[] = "\\'\"/ntrbfav", to[] = "\\'\"/\n\t\r\b\f\a\v";
    size_t start = x->at - 1;
    char e = (char)peek(x, 0);
    x->at++;
    const char *known = e ? strchr(from, e) : NULL;
    if (known) {
        cg_buf_char(b, to[known - from]);
        return CSPM_OK;
    }
    if (e == 'u' || e == 'U' || e == 'x')
        return read_unicode(x, e == 'u' ? 4 : e == 'U' ? 8 : 2, b);
    return bad(x, start, "InvalidEscape", "unknown escape; a string with backslashes is written @'...'");
}

static int32_t read_string(lexer *x, cg_str *out)
{
    size_t start = x->at;
    if (peek(x, 0) == 'h' || peek(x, 0) == 'H') /* a mark for logs that hide the text */
        x->at++;
    bool verbatim = peek(x, 0) == '@';
    x->at += verbatim;
    char quote = (char)peek(x, 0);
    x->at++;
    int32_t rc = CSPM_OK;
    cg_buf b;
    cg_buf_init(&b, x->c->q->mem, 0);
    while (rc >= 0) {
        char ch = (char)peek(x, 0);
        if (x->at >= x->text.length || (ch == '\n' && !verbatim)) {
            rc = bad(x, start, "UnexpectedSyntax", "string is not closed");
            break;
        }
        x->at++;
        if (ch == quote) {
            if (!verbatim || (char)peek(x, 0) != quote)
                break;
            x->at++;
        }
        if (ch == '\\' && !verbatim)
            rc = read_escape(x, &b);
        else
            cg_buf_char(&b, ch);
    }
    if (rc >= 0 && b.failed)
        rc = q_nomem(x->c);
    if (rc >= 0)
        *out = q_copy(x->c, cg_buf_view(&b));
    cg_buf_free(&b);
    return rc < 0 ? rc : x->c->status;
}

/* ---- numbers ---- */

static int64_t unit_of(cg_str s)
{
    static const struct {
        const char *name;
        int64_t microseconds;
    } units[] = { { "d", 86400000000 },    { "day", 86400000000 },  { "days", 86400000000 }, { "h", 3600000000 },   { "hr", 3600000000 },
                  { "hour", 3600000000 },  { "hours", 3600000000 }, { "m", 60000000 },       { "min", 60000000 },   { "minute", 60000000 },
                  { "minutes", 60000000 }, { "s", 1000000 },        { "sec", 1000000 },      { "second", 1000000 }, { "seconds", 1000000 },
                  { "ms", 1000 },          { "milli", 1000 },       { "microsecond", 1 },    { "microseconds", 1 } };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (cg_str_eq(s, cg_str_from(units[i].name)))
            return units[i].microseconds;
    }
    return 0;
}

static int32_t read_hex(lexer *x, q_token *t)
{
    uint64_t v = 0;
    x->at += 2;
    size_t start = x->at;
    for (;; x->at++) {
        unsigned char ch = peek(x, 0), low = (unsigned char)(ch | 32);
        if (!is_digit(ch) && !(low >= 'a' && low <= 'f'))
            break;
        if (v >> 59)
            return bad(x, t->start, "IntegerOverflow", "integer does not fit 64 bits");
        v = v * 16 + (uint32_t)(is_digit(ch) ? ch - '0' : low - 'a' + 10);
    }
    t->kind = QK_INT;
    t->integer = v;
    return x->at > start && !is_letter(peek(x, 0)) ? CSPM_OK : bad(x, t->start, "InvalidNumberLiteral", "invalid character in number");
}

static int32_t read_number(lexer *x, q_token *t)
{
    size_t start = x->at;
    bool real = false;
    if (peek(x, 0) == '0' && (peek(x, 1) | 32) == 'x')
        return read_hex(x, t);
    while (is_digit(peek(x, 0)))
        x->at++;
    if (peek(x, 0) == '.' && is_digit(peek(x, 1))) {
        real = true;
        for (x->at++; is_digit(peek(x, 0));)
            x->at++;
    }
    size_t sign = peek(x, 1) == '+' || peek(x, 1) == '-' ? 2 : 1;
    if ((peek(x, 0) | 32) == 'e' && is_digit(peek(x, sign))) {
        real = true;
        for (x->at += sign; is_digit(peek(x, 0));)
            x->at++;
    }
    cg_str text = { x->text.data + start, x->at - start };
    size_t suffix = x->at;
    while (is_letter(peek(x, 0)) || is_digit(peek(x, 0)))
        x->at++;
    int64_t unit = x->at > suffix ? unit_of((cg_str){ x->text.data + suffix, x->at - suffix }) : 0;
    if (x->at > suffix && !unit)
        return bad(x, suffix, "InvalidNumberLiteral", "invalid character in number; a timespan ends in d, h, m, s or ms");
    if (real || unit) {
        double v = 0;
        if (!cg_parse_double(text, &v) || (unit && v > 9.0e18 / (double)unit))
            return bad(x, start, "NumberOutOfRange", "number is too large");
        t->kind = unit ? PK_TIMESPAN : QK_FLOAT;
        if (unit) /* whole numbers exactly */
            t->integer = real ? (uint64_t)(v * (double)unit + 0.5) : (uint64_t)v * (uint64_t)unit;
        else
            t->real = v;
        return CSPM_OK;
    }
    t->kind = QK_INT;
    t->integer = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned d = (unsigned)(text.data[i] - '0');
        if (t->integer > (((uint64_t)1 << 63) - d) / 10)
            return bad(x, start, "IntegerOverflow", "integer does not fit 64 bits");
        t->integer = t->integer * 10 + d;
    }
    return CSPM_OK;
}

/* ---- names and what begins with them ---- */

/* [d.]hh:mm[:ss[.ffffff]], as a timespan is printed; or a number with a unit. */
static bool read_timespan(lexer *x, cg_str s, int64_t *out)
{
    int64_t part[5] = { 0 }, sign = 1, total;
    size_t i = 0, colons = 0;
    if (i < s.length && s.data[i] == '-') {
        sign = -1;
        i++;
    }
    size_t number = i;
    while (i < s.length && is_digit((unsigned char)s.data[i]))
        i++;
    bool days = i > number && i < s.length && s.data[i] == '.';
    if (!days)
        i = number;
    for (size_t k = number; days && k < i; k++)
        part[0] = part[0] * 10 + (s.data[k] - '0');
    if (days && i - number > 7)
        return false;
    i += days;
    for (size_t p = 1; p <= 3; p++) {
        size_t digits = i;
        for (; i < s.length && is_digit((unsigned char)s.data[i]); i++)
            part[p] = part[p] * 10 + (s.data[i] - '0');
        if (i == digits || i - digits > 2)
            return false;
        if (i >= s.length || s.data[i] != ':' || p == 3)
            break;
        colons++;
        i++;
    }
    if (colons == 2 && i < s.length && s.data[i] == '.') {
        int64_t scale = 1000000;
        for (i++; i < s.length && is_digit((unsigned char)s.data[i]); i++) {
            scale /= 10;
            part[4] += (s.data[i] - '0') * scale;
        }
    }
    if (!colons || i != s.length)
        return false;
    total = ((part[0] * 24 + part[1]) * 60 + part[2]) * 60 + part[3];
    *out = sign * (total * 1000000 + part[4]);
    return true;
}

/* datetime(2024-01-01), timespan(1.02:00:00), guid(...): what is in the brackets is no expression. */
static int32_t read_typed(lexer *x, q_token *t, cg_str name)
{
    size_t open = x->at;
    while (is_blank((unsigned char)peek(x, 0)) && x->at < x->text.length)
        x->at++;
    x->at++;
    size_t from = x->at, to = cg_str_find(x->text, CG_STR(")"), from);
    if (to == SIZE_MAX)
        return bad(x, open, "UnexpectedSyntax", "bracket is not closed");
    x->at = to + 1;
    while (from < to && (is_blank((unsigned char)x->text.data[from]) || x->text.data[from] == '"' || x->text.data[from] == '\''))
        from++;
    while (to > from && (is_blank((unsigned char)x->text.data[to - 1]) || x->text.data[to - 1] == '"' || x->text.data[to - 1] == '\''))
        to--;
    cg_str inside = { x->text.data + from, to - from };
    if (cg_str_eq(inside, CG_STR("null"))) {
        t->kind = QK_NAME;
        t->text = CG_STR("null");
    } else if (cg_str_eq_nocase(name, CG_STR("guid"))) {
        t->kind = QK_STRING;
        t->text = q_copy(x->c, inside);
    } else if (cg_str_eq_nocase(name, CG_STR("datetime")) || cg_str_eq_nocase(name, CG_STR("date"))) {
        cg_instant at;
        if (!cg_instant_parse(inside, &at))
            return bad(x, from, "InvalidDatetime",
                       "not a date or an instant; write datetime(2024-05-31) or datetime(2024-05-31T12:00:00Z)");
        t->kind = PK_DATETIME;
        t->integer = (uint64_t)at.microseconds;
    } else {
        int64_t span;
        lexer sub = { x->c, inside, 0, false };
        q_token inner = { .start = (uint32_t)from };
        t->kind = PK_TIMESPAN;
        if (read_timespan(x, inside, &span)) {
            t->integer = (uint64_t)span;
        } else if (inside.length && is_digit((unsigned char)inside.data[0])) {
            int32_t rc = read_number(&sub, &inner);
            if (rc < 0)
                return rc;
            if (inner.kind != PK_TIMESPAN || sub.at != inside.length)
                return bad(x, from, "InvalidTimespan", "not a timespan; write 2d, 30m or timespan(1.12:00:00)");
            t->integer = inner.integer;
        } else {
            return bad(x, from, "InvalidTimespan", "not a timespan; write 2d, 30m or timespan(1.12:00:00)");
        }
    }
    return x->c->status;
}

static bool opens_typed(const lexer *x, cg_str name)
{
    static const char *const names[] = { "datetime", "date", "timespan", "time", "guid" };
    size_t at = x->at;
    while (at < x->text.length && is_blank((unsigned char)x->text.data[at]))
        at++;
    if (at >= x->text.length || x->text.data[at] != '(')
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(names[i])))
            return true;
    }
    return false;
}

static int32_t read_name(lexer *x, q_token *t)
{
    size_t start = x->at;
    while (is_letter(peek(x, 0)) || is_digit(peek(x, 0)))
        x->at++;
    while (x->after_bar && peek(x, 0) == '-' && is_letter(peek(x, 1))) {
        for (x->at++; is_letter(peek(x, 0)) || is_digit(peek(x, 0));)
            x->at++;
    }
    t->kind = QK_NAME;
    t->text = (cg_str){ x->text.data + start, x->at - start };
    if (cg_str_eq_nocase(t->text, CG_STR("in")) && peek(x, 0) == '~') {
        x->at++;
        t->text.length++;
    }
    return opens_typed(x, t->text) ? read_typed(x, t, t->text) : CSPM_OK;
}

/* !contains, !in~: one name, its mark included. */
static int32_t read_negated(lexer *x, q_token *t)
{
    size_t start = x->at++;
    while (is_letter(peek(x, 0)))
        x->at++;
    if (x->at - start == 3 && peek(x, 0) == '~')
        x->at++;
    t->kind = QK_NAME;
    t->text = (cg_str){ x->text.data + start, x->at - start };
    return CSPM_OK;
}

static void read_punct(lexer *x, q_token *t)
{
    static const struct {
        char a, b;
        uint8_t punct;
    } pairs[] = { { '.', '.', QP_DOTDOT }, { '<', '=', QP_LE }, { '>', '=', QP_GE },        { '=', '=', PP_EQ },
                  { '!', '=', PP_NE },     { '<', '>', PP_NE }, { '=', '~', PP_EQ_NOCASE }, { '!', '~', PP_NE_NOCASE } };
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

static bool starts_string(const lexer *x)
{
    size_t i = (peek(x, 0) | 32) == 'h';
    i += peek(x, i) == '@';
    return peek(x, i) == '\'' || peek(x, i) == '"';
}

static int32_t read_one(lexer *x, q_token *t)
{
    unsigned char ch = peek(x, 0);
    if (starts_string(x)) {
        t->kind = QK_STRING;
        return read_string(x, &t->text);
    }
    if (is_digit(ch))
        return read_number(x, t);
    if (is_letter(ch))
        return read_name(x, t);
    if (ch == '!' && is_letter(peek(x, 1)))
        return read_negated(x, t);
    if (ch == '$' && is_letter(peek(x, 1))) {
        size_t start = ++x->at;
        while (is_letter(peek(x, 0)) || is_digit(peek(x, 0)))
            x->at++;
        t->kind = QK_PARAM;
        t->text = (cg_str){ x->text.data + start, x->at - start };
        return CSPM_OK;
    }
    if (ch >= 0x80) {
        size_t i = x->at;
        return q_fail(x->c, t->start, "lex", "InvalidUnicodeCharacter", "unexpected character U+%04X; other names are written ['name']",
                      cg_utf8_next(x->text, &i));
    }
    if (!ch || !strchr("()[]{},:;.|+-*/%=<>!~", ch))
        return q_fail(x->c, t->start, "lex", "UnexpectedSyntax",
                      ch < 32 || ch == 127 ? "unexpected control character 0x%02X" : "unexpected character '%c'", ch);
    read_punct(x, t);
    return CSPM_OK;
}

int32_t qp_pipe_lex(q_context *c, q_tokens *out)
{
    lexer x = { .c = c, .text = c->q->text, .after_bar = true };
    size_t wrong = cg_utf8_check(x.text.data, x.text.length);
    if (wrong != SIZE_MAX)
        return q_fail(c, (uint32_t)wrong, "lex", "InvalidUnicodeCharacter", "query text is not valid UTF-8");
    for (;;) {
        skip_blank(&x);
        q_token t = { .kind = QK_END, .start = (uint32_t)x.at };
        int32_t rc = x.at < x.text.length ? read_one(&x, &t) : CSPM_OK;
        if (rc < 0)
            return rc;
        t.length = (uint32_t)(x.at - t.start);
        x.after_bar = t.kind == QK_PUNCT && t.punct == '|';
        if (out->count >= Q_MAX_TOKENS)
            return q_fail_limit(c, t.start, "query tokens", Q_MAX_TOKENS);
        if (!cg_vec_push(c->q->mem, out, t))
            return q_nomem(c);
        if (t.kind == QK_END)
            return CSPM_OK;
    }
}
