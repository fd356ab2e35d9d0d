#include "export/cells.h"

typedef struct range {
    uint32_t from, to;
} range;

/* Control and format characters: escapes, C1, bidirectional marks and overrides, separators of lines, tags, and what takes no column. */
static const range unsafe[] = { { 0, 0x1f },        { 0x7f, 0x9f },     { 0xad, 0xad },     { 0x61c, 0x61c },   { 0x200b, 0x200f },
                                { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff } };
static const range zero[] = { { 0x300, 0x36f },   { 0x483, 0x489 },   { 0x591, 0x5bd },    { 0x610, 0x61a },
                              { 0x64b, 0x65f },   { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },  { 0x20d0, 0x20ff },
                              { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef } };
static const range wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0x303e },   { 0x3041, 0x33ff },   { 0x3400, 0x4dbf },   { 0x4e00, 0x9fff },
                              { 0xa000, 0xa4cf }, { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
                              { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd } };

static bool within(const range *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

#define WITHIN(ranges, c) within((ranges), sizeof(ranges) / sizeof *(ranges), (c))

static uint32_t make_safe(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' ? ' ' : WITHIN(unsafe, c) ? 0xfffd : c;
}

static uint32_t columns_of(uint32_t c)
{
    return WITHIN(zero, c) ? 0 : WITHIN(wide, c) ? 2 : 1;
}

uint32_t cg_cell_width(cg_str s)
{
    uint32_t width = 0;
    for (size_t i = 0; i < s.length;)
        width += columns_of(make_safe(cg_utf8_next(s, &i)));
    return width;
}

uint32_t cg_cell_write(cg_buf *b, cg_str s, uint32_t columns)
{
    bool cut = cg_cell_width(s) > columns;
    uint32_t room = cut && columns ? columns - 1 : columns, used = 0;
    for (size_t i = 0; i < s.length;) {
        uint32_t c = make_safe(cg_utf8_next(s, &i));
        if (used + columns_of(c) > room)
            break;
        used += columns_of(c);
        cg_buf_utf8(b, c);
    }
    if (cut && columns) {
        cg_buf_utf8(b, 0x2026);
        used++;
    }
    return used;
}

void cg_cell_spaces(cg_buf *b, uint32_t n)
{
    while (n--)
        cg_buf_char(b, ' ');
}

void cg_cell_pad(cg_buf *b, cg_str s, uint32_t columns)
{
    cg_cell_spaces(b, columns - cg_cell_write(b, s, columns));
}

void cg_cell_wrap(cg_buf *b, cg_str s, uint32_t columns, uint32_t indent)
{
    uint32_t used = 0;
    for (size_t i = 0; i < s.length;) {
        size_t end = i;
        while (end < s.length && s.data[end] != ' ' && s.data[end] != '\n')
            end++;
        cg_str word = { s.data + i, end - i };
        uint32_t width = cg_cell_width(word);
        if (used && used + 1 + width > columns) {
            cg_buf_char(b, '\n');
            cg_cell_spaces(b, indent);
            used = 0;
        } else if (used) {
            cg_buf_char(b, ' ');
            used++;
        }
        used += cg_cell_write(b, word, columns > used ? columns - used : 1);
        i = end + 1;
    }
}
