#include "base/str.h"

/* Bytes of the well-formed sequence at s[i], or 0. Table 3-7 of the Unicode standard. */
static size_t sequence(const unsigned char *s, size_t i, size_t length)
{
    unsigned char c = s[i];
    size_t left = length - i;
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4 || left < 2)
        return 0;
    unsigned char d = s[i + 1];
    if (c < 0xE0)
        return (d & 0xC0) == 0x80 ? 2 : 0;
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (d < low || d > high || left < 3 || (s[i + 2] & 0xC0) != 0x80)
        return 0;
    if (c < 0xF0)
        return 3;
    return left >= 4 && (s[i + 3] & 0xC0) == 0x80 ? 4 : 0;
}

size_t cg_utf8_check(const char *bytes, size_t length)
{
    const unsigned char *s = (const unsigned char *)bytes;
    size_t i = 0;
    while (i < length) {
        if (s[i] < 0x80) {
            uint64_t word;
            while (length - i >= 8 && (memcpy(&word, s + i, 8), (word & UINT64_C(0x8080808080808080)) == 0))
                i += 8;
            while (i < length && s[i] < 0x80)
                i++;
            continue;
        }
        size_t n = sequence(s, i, length);
        if (n == 0)
            return i;
        i += n;
    }
    return SIZE_MAX;
}

size_t cg_utf8_count(const char *bytes, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += ((unsigned char)bytes[i] & 0xC0) != 0x80;
    return n;
}

uint32_t cg_utf8_next(cg_str s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.data;
    size_t n = sequence(p, *i, s.length);
    p += *i;
    if (n == 0) {
        *i += 1;
        return 0xFFFD;
    }
    *i += n;
    if (n == 1)
        return p[0];
    uint32_t code = p[0] & (0xFFu >> (n + 1));
    for (size_t k = 1; k < n; k++)
        code = (code << 6) | (p[k] & 0x3Fu);
    return code;
}

void cg_buf_utf8(cg_buf *b, uint32_t code_point)
{
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        code_point = 0xFFFD;
    char out[4];
    size_t n;
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        n = 1;
    } else if (code_point < 0x800) {
        out[0] = (char)(0xC0 | (code_point >> 6));
        n = 2;
    } else if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | (code_point >> 12));
        n = 3;
    } else {
        out[0] = (char)(0xF0 | (code_point >> 18));
        n = 4;
    }
    for (size_t k = 1; k < n; k++)
        out[k] = (char)(0x80 | ((code_point >> (6 * (n - 1 - k))) & 0x3F));
    cg_buf_add(b, out, n);
}
