#include "base/json_parts.h"

typedef uint8_t lanes __attribute__((vector_size(16)));
#define WIDE(byte) ((lanes){ byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, byte })

static inline lanes load(const char *p)
{
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t sum(lanes v)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < sizeof v; i++)
        n += v[i];
    return n;
}

static inline bool any(lanes v)
{
    uint64_t half[2];
    memcpy(half, &v, sizeof half);
    return (half[0] | half[1]) != 0;
}

cg_json_survey cg_json_survey_bytes(const char *bytes, size_t length)
{
    cg_json_survey s = { 0 };
    lanes high = WIDE(0), slash = WIDE(0), odd = WIDE(0);
    size_t i = 0;
    while (length - i >= 16) {
        /* Counts live in bytes, so they are summed before one can overflow. */
        lanes lines = WIDE(0);
        size_t end = length - i >= 16 * 255 ? i + (size_t)16 * 255 : i + ((length - i) & ~(size_t)15);
        for (; i < end; i += 16) {
            lanes v = load(bytes + i);
            lines -= (lanes)(v == WIDE('\n'));
            slash |= (lanes)(v == WIDE('\\'));
            odd |= (lanes)(v == WIDE(0x0B)) | (lanes)(v == WIDE(0x0C));
            high |= v;
        }
        s.newlines += sum(lines);
    }
    s.high = any(high & WIDE(0x80));
    s.backslash = any(slash);
    s.odd_blank = any(odd);
    for (; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        s.newlines += c == '\n';
        s.high |= c >= 0x80;
        s.backslash |= c == '\\';
        s.odd_blank |= c == 0x0B || c == 0x0C;
    }
    return s;
}

uint64_t cg_json_newlines(const char *bytes, size_t length)
{
    return cg_json_survey_bytes(bytes, length).newlines;
}

size_t cg_json_cut_sequence(const char *bytes, size_t length)
{
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        unsigned char c = (unsigned char)bytes[length - back];
        if (c < 0x80)
            return 0;
        if (c < 0xC0)
            continue;
        size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
        return need > back ? back : 0;
    }
    return 0;
}

cg_str cg_json_shown(const char *p, size_t left)
{
    size_t n = 1;
    bool quoted = *p == '"';
    if (strchr("{}[],:", *p) == NULL || *p == '\0')
        while (n < left && n < 24 && !strchr(quoted ? "\"\n" : "{}[],: \t\r\n\"", p[n]))
            n++;
    if (quoted && n < left && p[n] == '"')
        n++;
    return (cg_str){ p, n };
}

enum { PLAIN, BACKSLASH, HEX, WANT_BACKSLASH, WANT_U };

static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits are there: is the code unit allowed here? */
static const char *judge_unit(cg_json_escapes *e, bool allow_nul)
{
    uint16_t v = e->value;
    bool low = v >= 0xDC00 && v <= 0xDFFF;
    if (e->after_high) {
        e->after_high = false;
        e->state = PLAIN;
        return low ? NULL : "surrogate escape without its partner";
    }
    if (low)
        return "surrogate escape without its partner";
    if (v == 0 && !allow_nul)
        return "NUL character in a string";
    e->after_high = v >= 0xD800 && v <= 0xDBFF;
    e->state = e->after_high ? WANT_BACKSLASH : PLAIN;
    return NULL;
}

uint64_t cg_json_escapes_scan(cg_json_escapes *e, const char *bytes, size_t length, uint64_t base, bool allow_nul, const char **what)
{
    static const char alone[] = "surrogate escape without its partner";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        switch (e->state) {
        case PLAIN: {
            const char *hit = memchr(bytes + i, '\\', length - i);
            /* Most escapes are one letter: pass over them here. */
            while (hit && hit + 1 < bytes + length && hit[1] != 'u')
                hit = memchr(hit + 2, '\\', (size_t)(bytes + length - hit - 2));
            if (!hit)
                return UINT64_MAX;
            i = (size_t)(hit - bytes);
            e->at = base + i;
            e->state = BACKSLASH;
            break;
        }
        case BACKSLASH: /* a wrong letter or digit is left to the parser, which stops there */
            e->state = c == 'u' ? HEX : PLAIN;
            e->digits = 0;
            e->value = 0;
            break;
        case HEX: {
            int digit = hex_value(c);
            if (digit < 0) {
                e->state = PLAIN;
                e->after_high = false;
                break;
            }
            e->value = (uint16_t)(e->value << 4 | digit);
            if (++e->digits == 4 && (*what = judge_unit(e, allow_nul)) != NULL)
                return e->at;
            break;
        }
        case WANT_BACKSLASH:
        case WANT_U:
            if (c != (e->state == WANT_U ? 'u' : '\\')) {
                *what = alone;
                return e->at;
            }
            e->state = e->state == WANT_U ? HEX : WANT_U;
            e->digits = 0;
            e->value = 0;
            break;
        }
    }
    return UINT64_MAX;
}

static const cg_json_complaint complaints[] = {
    { "after array element", "UnexpectedToken", "expected ',' or ']' after this array element", { "','", "']'" } },
    { "after key and value", "UnexpectedToken", "expected ',' or '}' after this member", { "','", "'}'" } },
    { "invalid object key", "UnexpectedToken", "expected a string as the key of a member", { "string", "'}'" } },
    { "separated by a colon", "UnexpectedToken", "expected ':' between key and value", { "':'" } },
    { "unallowed token", "UnexpectedToken", "expected a value", { "value" } },
    { "trailing garbage", "UnexpectedToken", "text after the end of the document", { "end of text" } },
    { "invalid char in json", "InvalidCharacter", "this character does not belong to JSON", { "value" } },
    { "probable comment", "Comment", "comments are not allowed in JSON", { NULL } },
    { "occurs before a character", "InvalidEscape", "invalid escape in a string", { NULL } },
    { "non-hex", "InvalidEscape", "'\\u' needs four hexadecimal digits", { NULL } },
    { "invalid character inside string", "ControlCharacter", "control character in a string", { NULL } },
    { "invalid string", "InvalidLiteral", "expected true, false or null", { NULL } },
    { "malformed number", "InvalidNumber", "malformed number", { NULL } },
};

const cg_json_complaint *cg_json_complaint_of(const char *theirs)
{
    for (size_t i = 0; i < sizeof complaints / sizeof *complaints; i++)
        if (strstr(theirs, complaints[i].theirs))
            return &complaints[i];
    return NULL;
}
