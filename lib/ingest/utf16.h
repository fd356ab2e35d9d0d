/* UTF-16 text, as consoles of Windows write it into redirected files, piece by piece as UTF-8. */
#ifndef CG_INGEST_UTF16_H
#define CG_INGEST_UTF16_H

#include "base/str.h"

typedef struct cg_utf16 {
    bool big;
    uint8_t odd; /* the byte that waits for its second half, when has_odd */
    bool has_odd;
    uint16_t high;   /* a high surrogate that waits for its partner; 0 none */
    uint64_t offset; /* of the next code unit, in bytes of the original */
} cg_utf16;

/* By the byte order mark, or by where the zero byte of an opening bracket stands. */
void cg_utf16_start(cg_utf16 *u, const char *head, size_t length);
/* Adds the text to `out`, the byte order mark left out. False at half a surrogate pair; u->offset says where. */
bool cg_utf16_feed(cg_utf16 *u, const char *bytes, size_t length, cg_buf *out);
bool cg_utf16_ends(const cg_utf16 *u); /* nothing waits for its other half */

#endif
