/* Borrowed strings and growable byte buffers. */
#ifndef CG_BASE_STR_H
#define CG_BASE_STR_H

#include <stdarg.h>

#include "base/mem.h"

typedef struct cg_str {
    const char *data; /* not necessarily NUL-terminated */
    size_t length;
} cg_str;

#define CG_STR(literal) ((cg_str){ "" literal, sizeof(literal) - 1 })
#define CG_STR_NULL ((cg_str){ NULL, 0 })
#define CG_FMT(s) (int)(s).length, (s).data /* for "%.*s" */

cg_str cg_str_from(const char *nul_terminated); /* NULL gives the null string */
/* Equal bytes, without a call for the short ones: names are compared more often than anything else. */
static inline bool cg_bytes_same(const char *a, const char *b, size_t length)
{
    if (length > 16)
        return memcmp(a, b, length) == 0;
    if (length >= 8) {
        uint64_t x[2], y[2];
        memcpy(&x[0], a, 8);
        memcpy(&x[1], a + length - 8, 8);
        memcpy(&y[0], b, 8);
        memcpy(&y[1], b + length - 8, 8);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    if (length >= 4) {
        uint32_t x[2], y[2];
        memcpy(&x[0], a, 4);
        memcpy(&x[1], a + length - 4, 4);
        memcpy(&y[0], b, 4);
        memcpy(&y[1], b + length - 4, 4);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    return length == 0 || (a[0] == b[0] && a[length - 1] == b[length - 1] && a[length / 2] == b[length / 2]);
}
static inline bool cg_str_eq(cg_str a, cg_str b)
{
    return a.length == b.length && cg_bytes_same(a.data, b.data, a.length);
}
bool cg_str_eq_nocase(cg_str a, cg_str b); /* ASCII only */
int cg_str_cmp(cg_str a, cg_str b);        /* bytewise, shorter first: the order of every result */
bool cg_str_starts(cg_str s, cg_str prefix);
bool cg_str_ends(cg_str s, cg_str suffix);
/* Offset of the first `needle` at or after `from`, or SIZE_MAX. */
size_t cg_str_find(cg_str s, cg_str needle, size_t from);

/* Growable bytes with a ceiling. Errors are sticky: check `failed` once at the end. */
typedef struct cg_buf {
    cg_mem *mem;
    char *data;
    size_t length, capacity, ceiling;
    bool failed;
} cg_buf;
void cg_buf_init(cg_buf *b, cg_mem *mem, size_t ceiling); /* ceiling 0 = none */
void cg_buf_add(cg_buf *b, const void *bytes, size_t length);
void cg_buf_adds(cg_buf *b, const char *nul_terminated);
void cg_buf_str(cg_buf *b, cg_str s);
void cg_buf_char(cg_buf *b, char c);
void cg_buf_printf(cg_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cg_buf_vprintf(cg_buf *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void cg_buf_int(cg_buf *b, int64_t v);
void cg_buf_double(cg_buf *b, double v); /* shortest text that reads back equal; always has '.' or exponent; NaN, Infinity, -Infinity bare */
void cg_buf_clear(cg_buf *b);
void cg_buf_free(cg_buf *b);
static inline cg_str cg_buf_view(const cg_buf *b) { return (cg_str){ b->data, b->length }; }

/* Number texts, locale-independent. Return false when the text is not exactly one such number or does not fit. */
bool cg_parse_int64(cg_str s, int64_t *out);
bool cg_parse_double(cg_str s, double *out); /* overflow to infinity is refused */

/* Strict UTF-8 (no overlong forms, no surrogates). Offset of the first bad byte, or SIZE_MAX when all is well. */
size_t cg_utf8_check(const char *bytes, size_t length);
/* Number of code points; input must be valid. */
size_t cg_utf8_count(const char *bytes, size_t length);
/* Decode one code point at s[*i], advance *i. */
uint32_t cg_utf8_next(cg_str s, size_t *i);
void cg_buf_utf8(cg_buf *b, uint32_t code_point);

#endif
