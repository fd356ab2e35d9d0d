#include "access/pattern.h"

static bool is_special(cg_str text, size_t i, uint32_t flags)
{
    char c = text.data[i];
    if (c == '*' || c == '?')
        return (flags & CG_PATTERN_WILDCARDS) != 0;
    return c == '$' && i + 1 < text.length && text.data[i + 1] == '{' && (flags & CG_PATTERN_VARIABLES);
}

static cg_str slice(cg_str s, size_t from, size_t to)
{
    return (cg_str){ s.data + from, to - from };
}

static cg_str trim(cg_str s)
{
    while (s.length && s.data[0] == ' ')
        s = slice(s, 1, s.length);
    while (s.length && s.data[s.length - 1] == ' ')
        s.length--;
    return s;
}

/* ${key}, ${key, 'default'}, ${*}, ${?}, ${$}; *i stands on '$' and ends behind '}'. */
static const char *read_variable(cg_str text, size_t *i, cg_token *out)
{
    size_t end = cg_str_find(text, CG_STR("}"), *i), quote;
    if (end == SIZE_MAX)
        return "a policy variable is not closed";
    cg_str inside = slice(text, *i + 2, end);
    cg_str comma = { 0 };
    size_t at = cg_str_find(inside, CG_STR(","), 0);
    if (at != SIZE_MAX) {
        quote = cg_str_find(text, CG_STR("'"), *i + 2 + at);
        size_t close = quote == SIZE_MAX ? SIZE_MAX : cg_str_find(text, CG_STR("'"), quote + 1);
        if (close == SIZE_MAX || trim(slice(text, *i + 2 + at + 1, quote)).length)
            return "the default of a policy variable must stand in single quotes";
        comma = slice(text, quote + 1, close);
        end = cg_str_find(text, CG_STR("}"), close);
        if (end == SIZE_MAX || trim(slice(text, close + 1, end)).length)
            return "a policy variable is not closed";
        inside = slice(inside, 0, at);
    }
    cg_str key = trim(inside);
    if (!key.length)
        return "a policy variable has no name";
    bool escape = key.length == 1 && strchr("*?$", key.data[0]);
    *out = (cg_token){ escape ? CG_TOKEN_TEXT : CG_TOKEN_VARIABLE, key, comma };
    *i = end + 1;
    return NULL;
}

/* Tokens into `out` (NULL = count only). */
static const char *tokenise(cg_str text, uint32_t flags, cg_token *out, uint32_t *count)
{
    uint32_t n = 0;
    bool many = false;
    for (size_t i = 0; i < text.length;) {
        cg_token token = { 0 };
        if (!is_special(text, i, flags)) {
            size_t from = i;
            while (i < text.length && !is_special(text, i, flags))
                i++;
            token = (cg_token){ CG_TOKEN_TEXT, slice(text, from, i), CG_STR_NULL };
        } else if (text.data[i] == '$') {
            const char *why = read_variable(text, &i, &token);
            if (why)
                return why;
        } else {
            token.type = text.data[i++] == '*' ? CG_TOKEN_MANY : CG_TOKEN_ONE;
        }
        if (token.type == CG_TOKEN_MANY && many)
            continue; /* two stars mean one */
        many = token.type == CG_TOKEN_MANY;
        if (out)
            out[n] = token;
        n++;
    }
    *count = n;
    return NULL;
}

cg_pattern_status cg_pattern_compile(cg_arena *arena, cg_str text, uint32_t flags, cg_pattern *out, const char **why)
{
    memset(out, 0, sizeof *out);
    if (text.length > CG_PATTERN_MAX) {
        *why = "the text is too long";
        return CG_PATTERN_BAD;
    }
    *why = tokenise(text, flags, NULL, &out->count);
    if (*why)
        return CG_PATTERN_BAD;
    cg_token *tokens = cg_arena_calloc(arena, out->count ? out->count : 1, sizeof *tokens);
    if (!tokens)
        return CG_PATTERN_NOMEM;
    tokenise(text, flags, tokens, &out->count);
    for (uint32_t i = 0; i < out->count; i++)
        out->has_variables = out->has_variables || tokens[i].type == CG_TOKEN_VARIABLE;
    out->tokens = tokens;
    out->nocase = (flags & CG_PATTERN_NOCASE) != 0;
    return CG_PATTERN_OK;
}

static bool same(const char *a, const char *b, size_t n, bool nocase)
{
    return nocase ? cg_str_eq_nocase((cg_str){ a, n }, (cg_str){ b, n }) : memcmp(a, b, n) == 0;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* A run of tokens without a star at exactly this place; the end of the match, or SIZE_MAX. */
static size_t run_at(const cg_token *run, uint32_t n, bool nocase, cg_str text, size_t at)
{
    for (uint32_t i = 0; i < n; i++) {
        if (run[i].type == CG_TOKEN_ONE) {
            if (at >= text.length)
                return SIZE_MAX;
            for (at++; at < text.length && continues(text.data[at]); at++)
                continue;
        } else {
            cg_str want = run[i].text;
            if (text.length - at < want.length || (want.length && !same(text.data + at, want.data, want.length, nocase)))
                return SIZE_MAX;
            at += want.length;
        }
    }
    return at;
}

/* The first place at or after `from` where the run fits; its end, or SIZE_MAX. */
static size_t run_find(const cg_token *run, uint32_t n, bool nocase, cg_str text, size_t from)
{
    if (n == 1 && run[0].type == CG_TOKEN_TEXT && !nocase) {
        size_t at = cg_str_find(text, run[0].text, from);
        return at == SIZE_MAX ? SIZE_MAX : at + run[0].text.length;
    }
    for (size_t at = from; at <= text.length; at++) {
        size_t end = at < text.length && continues(text.data[at]) ? SIZE_MAX : run_at(run, n, nocase, text, at);
        if (end != SIZE_MAX)
            return end;
    }
    return SIZE_MAX;
}

/* Where a run must start to end with the text: as many characters from its end as the run has. */
static size_t run_last(const cg_token *run, uint32_t n, cg_str text, size_t from)
{
    size_t characters = 0, at = text.length;
    for (uint32_t i = 0; i < n; i++) {
        if (run[i].type == CG_TOKEN_ONE)
            characters++;
        else
            for (size_t k = 0; k < run[i].text.length; k++)
                characters += !continues(run[i].text.data[k]);
    }
    for (; characters; characters--) {
        if (at <= from)
            return SIZE_MAX;
        for (at--; at > from && continues(text.data[at]); at--)
            continue;
    }
    return at;
}

bool cg_pattern_match(const cg_token *tokens, uint32_t count, bool nocase, cg_str text)
{
    uint32_t i = 0;
    while (i < count && tokens[i].type != CG_TOKEN_MANY)
        i++;
    size_t at = run_at(tokens, i, nocase, text, 0);
    if (at == SIZE_MAX || i == count)
        return at == text.length;
    for (;;) {
        uint32_t from = ++i; /* behind a star */
        while (i < count && tokens[i].type != CG_TOKEN_MANY)
            i++;
        if (i == count) {
            size_t start = run_last(tokens + from, i - from, text, at);
            return start != SIZE_MAX && run_at(tokens + from, i - from, nocase, text, start) == text.length;
        }
        at = run_find(tokens + from, i - from, nocase, text, at);
        if (at == SIZE_MAX)
            return false;
    }
}
