#include "ingest/utf16.h"

void cg_utf16_start(cg_utf16 *u, const char *head, size_t length)
{
    *u = (cg_utf16){ .big = length > 0 && (head[0] == '\xfe' || head[0] == '\0') };
}

static void add_scalar(cg_buf *out, uint32_t c)
{
    if (c < 0x80) {
        cg_buf_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        cg_buf_char(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            cg_buf_char(out, (char)(0xe0 | c >> 12));
        } else {
            cg_buf_char(out, (char)(0xf0 | c >> 18));
            cg_buf_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        cg_buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    cg_buf_char(out, (char)(0x80 | (c & 0x3f)));
}

static bool add_unit(cg_utf16 *u, uint16_t unit, cg_buf *out)
{
    const bool high = (unit & 0xfc00) == 0xd800, low = (unit & 0xfc00) == 0xdc00;

    if (low != (u->high != 0))
        return false;
    if (low)
        add_scalar(out, 0x10000u + ((uint32_t)(u->high & 0x3ff) << 10) + (unit & 0x3ffu));
    else if (!high && !(unit == 0xfeff && u->offset == 0))
        add_scalar(out, unit);
    u->high = high ? unit : 0;
    u->offset += 2;
    return true;
}

bool cg_utf16_feed(cg_utf16 *u, const char *bytes, size_t length, cg_buf *out)
{
    for (size_t i = 0; i < length; i++) {
        const uint8_t byte = (uint8_t)bytes[i];
        if (!u->has_odd) {
            u->odd = byte;
            u->has_odd = true;
            continue;
        }
        u->has_odd = false;
        if (!add_unit(u, u->big ? (uint16_t)(u->odd << 8 | byte) : (uint16_t)(byte << 8 | u->odd), out))
            return false;
    }
    return true;
}

bool cg_utf16_ends(const cg_utf16 *u)
{
    return !u->has_odd && !u->high;
}
