#include <math.h>

#include "base/json.h"

static const char hex[] = "0123456789abcdef";

static void add_u(cg_buf *b, uint32_t c)
{
    char out[6] = { '\\', 'u', hex[(c >> 12) & 15], hex[(c >> 8) & 15], hex[(c >> 4) & 15], hex[c & 15] };
    cg_buf_add(b, out, sizeof out);
}

static void add_escaped(cg_buf *b, unsigned char c)
{
    const char *at = strchr("\"\"\\\\\nn\rr\tt\bb\ff", c);
    if (c && at) {
        cg_buf_char(b, '\\');
        cg_buf_char(b, at[1]);
    } else
        add_u(b, c);
}

/* Characters that leave as they are: not control, quote, backslash, or anything that opens a tag or entity in HTML. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

void cg_json_write_string(cg_buf *b, cg_str s)
{
    cg_buf_char(b, '"');
    for (size_t i = 0; i < s.length;) {
        size_t run = i;
        while (run < s.length && is_plain((unsigned char)s.data[run]))
            run++;
        if (run > i) {
            cg_buf_add(b, s.data + i, run - i);
            i = run;
            continue;
        }
        unsigned char c = (unsigned char)s.data[i];
        if (c < 0x80) {
            add_escaped(b, c);
            i++;
            continue;
        }
        uint32_t code = cg_utf8_next(s, &i);
        if (code == 0x2028 || code == 0x2029)
            add_u(b, code);
        else
            cg_buf_utf8(b, code);
    }
    cg_buf_char(b, '"');
}

void cg_json_write_double(cg_buf *b, double v)
{
    if (isfinite(v)) {
        cg_buf_double(b, v);
        return;
    }
    cg_buf_char(b, '"');
    cg_buf_double(b, v);
    cg_buf_char(b, '"');
}
