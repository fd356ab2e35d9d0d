#include "base/str.h"

#include <stdio.h>

cg_str cg_str_from(const char *nul_terminated)
{
    if (!nul_terminated)
        return CG_STR_NULL;
    return (cg_str){ nul_terminated, strlen(nul_terminated) };
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool cg_str_eq_nocase(cg_str a, cg_str b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

int cg_str_cmp(cg_str a, cg_str b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int c = common ? memcmp(a.data, b.data, common) : 0;
    if (c != 0)
        return c < 0 ? -1 : 1;
    return a.length < b.length ? -1 : a.length > b.length;
}

bool cg_str_starts(cg_str s, cg_str prefix)
{
    return s.length >= prefix.length && (prefix.length == 0 || memcmp(s.data, prefix.data, prefix.length) == 0);
}

bool cg_str_ends(cg_str s, cg_str suffix)
{
    return s.length >= suffix.length && (suffix.length == 0 || memcmp(s.data + s.length - suffix.length, suffix.data, suffix.length) == 0);
}

size_t cg_str_find(cg_str s, cg_str needle, size_t from)
{
    if (from > s.length || needle.length > s.length - from)
        return SIZE_MAX;
    if (needle.length == 0)
        return from;
    const char *hit = memmem(s.data + from, s.length - from, needle.data, needle.length);
    return hit ? (size_t)(hit - s.data) : SIZE_MAX;
}

void cg_buf_init(cg_buf *b, cg_mem *mem, size_t ceiling)
{
    *b = (cg_buf){ .mem = mem, .ceiling = ceiling };
}

/* Room for `extra` more bytes and a closing NUL. */
static bool make_room(cg_buf *b, size_t extra)
{
    if (b->failed)
        return false;
    size_t limit = b->ceiling && b->ceiling < SIZE_MAX / 2 ? b->ceiling : SIZE_MAX / 2;
    if (extra > limit || b->length > limit - extra) {
        b->failed = true;
        return false;
    }
    size_t need = b->length + extra + 1;
    if (need <= b->capacity)
        return true;
    size_t grown = b->capacity < ((size_t)16 << 20) ? b->capacity * 2 : b->capacity + b->capacity / 2;
    if (grown > limit + 1)
        grown = limit + 1;
    if (grown < need)
        grown = need;
    if (grown < 64)
        grown = 64;
    char *moved = cg_resize_array(b->mem, b->data, grown, 1);
    if (!moved) {
        b->failed = true;
        return false;
    }
    b->data = moved;
    b->capacity = grown;
    return true;
}

void cg_buf_add(cg_buf *b, const void *bytes, size_t length)
{
    if (!make_room(b, length))
        return;
    if (length)
        memcpy(b->data + b->length, bytes, length);
    b->length += length;
    b->data[b->length] = '\0';
}

void cg_buf_adds(cg_buf *b, const char *nul_terminated)
{
    cg_buf_add(b, nul_terminated, strlen(nul_terminated));
}

void cg_buf_str(cg_buf *b, cg_str s)
{
    cg_buf_add(b, s.data, s.length);
}

void cg_buf_char(cg_buf *b, char c)
{
    if (b->length + 1 < b->capacity && !b->failed && (!b->ceiling || b->length < b->ceiling)) {
        b->data[b->length++] = c;
        b->data[b->length] = '\0';
        return;
    }
    cg_buf_add(b, &c, 1);
}

void cg_buf_vprintf(cg_buf *b, const char *format, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    if (n < 0)
        b->failed = true;
    else if ((size_t)n < sizeof small)
        cg_buf_add(b, small, (size_t)n);
    else if (make_room(b, (size_t)n)) {
        vsnprintf(b->data + b->length, (size_t)n + 1, format, again);
        b->length += (size_t)n;
    }
    va_end(again);
}

void cg_buf_printf(cg_buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cg_buf_vprintf(b, format, args);
    va_end(args);
}

void cg_buf_int(cg_buf *b, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (v < 0)
        digits[--at] = '-';
    cg_buf_add(b, digits + at, sizeof digits - at);
}

void cg_buf_clear(cg_buf *b)
{
    b->length = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void cg_buf_free(cg_buf *b)
{
    cg_free(b->mem, b->data);
    *b = (cg_buf){ .mem = b->mem, .ceiling = b->ceiling };
}
