#include "export/escape.h"

static bool xml_holds(uint32_t c)
{
    return (c >= 0x20 && c <= 0xd7ff) || c == '\t' || c == '\n' || c == '\r' || (c >= 0xe000 && c <= 0xfffd) || c >= 0x10000;
}

void cg_escape_xml(cg_buf *b, cg_str s)
{
    for (size_t i = 0; i < s.length;) {
        uint32_t c = cg_utf8_next(s, &i);
        switch (c) {
        case '&':
            cg_buf_adds(b, "&amp;");
            break;
        case '<':
            cg_buf_adds(b, "&lt;");
            break;
        case '>':
            cg_buf_adds(b, "&gt;");
            break;
        case '"':
            cg_buf_adds(b, "&quot;");
            break;
        case '\'':
            cg_buf_adds(b, "&#39;");
            break;
        case '\t':
        case '\n':
        case '\r': /* written out, a reader would turn them into spaces */
            cg_buf_printf(b, "&#%u;", c);
            break;
        default:
            cg_buf_utf8(b, xml_holds(c) ? c : 0xfffd);
        }
    }
}

void cg_escape_dot(cg_buf *b, cg_str s)
{
    cg_buf_char(b, '"');
    for (size_t i = 0; i < s.length; i++) {
        char c = s.data[i];
        if (c == '"' || c == '\\') {
            cg_buf_char(b, '\\');
            cg_buf_char(b, c);
        } else if (c == '&') {
            cg_buf_adds(b, "&amp;");
        } else if (c == '\n') {
            cg_buf_adds(b, "\\n");
        } else {
            cg_buf_char(b, (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c);
        }
    }
    cg_buf_char(b, '"');
}

void cg_escape_csv(cg_buf *b, cg_str s)
{
    bool formula = s.length && memchr("=+-@\t\r\n", s.data[0], 7) != NULL, quote = formula;
    for (size_t i = 0; i < s.length && !quote; i++)
        quote = s.data[i] == ',' || s.data[i] == '"' || s.data[i] == '\n' || s.data[i] == '\r';
    if (!quote) {
        cg_buf_str(b, s);
        return;
    }
    cg_buf_adds(b, formula ? "\"'" : "\"");
    for (size_t i = 0; i < s.length; i++) {
        if (s.data[i] == '"')
            cg_buf_char(b, '"');
        cg_buf_char(b, s.data[i]);
    }
    cg_buf_char(b, '"');
}
