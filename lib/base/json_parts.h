/* Parts of the JSON reader that know nothing of the parser: looking at raw bytes before it does, duplicate keys, and its messages in our words. */
#ifndef CG_BASE_JSON_PARTS_H
#define CG_BASE_JSON_PARTS_H

#include "base/error.h"
#include "base/intern.h"

/* What one pass over a window of raw bytes finds. */
typedef struct cg_json_survey {
    uint64_t newlines;
    bool high; /* a byte above 0x7F */
    bool backslash;
    bool odd_blank; /* a vertical tab or form feed, which the parser would take for white space */
} cg_json_survey;
cg_json_survey cg_json_survey_bytes(const char *bytes, size_t length);
uint64_t cg_json_newlines(const char *bytes, size_t length);
/* Bytes at the end that start a UTF-8 sequence which is not complete: 0..3. */
size_t cg_json_cut_sequence(const char *bytes, size_t length);

/* As much of the token at `p` as an error message shows. */
cg_str cg_json_shown(const char *p, size_t left);

/* Follows escapes across windows; \u escapes must pair surrogates and, unless allowed, must not make NUL. */
typedef struct cg_json_escapes {
    uint8_t state;
    uint8_t digits;  /* hexadecimal digits read */
    bool after_high; /* a high surrogate waits for its partner */
    uint16_t value;
    uint64_t at; /* offset of the escape in hand, of the high surrogate when one waits */
} cg_json_escapes;
/* Offset of the first bad escape, or UINT64_MAX; *what names the fault. */
uint64_t cg_json_escapes_scan(cg_json_escapes *e, const char *bytes, size_t length, uint64_t base, bool allow_nul, const char **what);
static inline bool cg_json_escapes_open(const cg_json_escapes *e)
{
    return e->state != 0;
}

/* What the parser says, in our words; NULL when it says something new. */
typedef struct cg_json_complaint {
    const char *theirs, *detail, *ours;
    const char *expected[4]; /* set: a whole token is wrong, not one character */
} cg_json_complaint;
const cg_json_complaint *cg_json_complaint_of(const char *theirs);

/* Keys of the objects now open. Small objects compare hashes in line, large ones use a seeded hash set: linear either way. */
typedef struct cg_json_key {
    uint64_t head, tail; /* up to 16 bytes: all of the key; longer ones: where it is in bytes, and 0 */
    uint32_t length;
    uint32_t hash;
} cg_json_key;
typedef struct cg_json_frame {
    uint64_t bloom;
    uint64_t first_byte; /* where this object's keys start in bytes and in keys */
    uint32_t first_key;
    uint32_t mask; /* of the set; 0 = none */
    uint32_t *set; /* index + 1 of a key, relative to first_key */
} cg_json_frame;
typedef struct cg_json_keys {
    cg_mem *mem;
    cg_seed seed;
    CG_VEC(cg_json_frame) frames;
    CG_VEC(cg_json_key) keys;
    CG_VEC(char) bytes;
} cg_json_keys;
void cg_json_keys_init(cg_json_keys *k, cg_mem *mem);
void cg_json_keys_free(cg_json_keys *k);
bool cg_json_keys_open(cg_json_keys *k); /* false when memory is refused */
void cg_json_keys_close(cg_json_keys *k);
typedef enum { CG_KEY_NEW, CG_KEY_SEEN, CG_KEY_NOMEM } cg_key_answer;
/* `room`: bytes that may be read from `bytes` on, at least length. */
cg_key_answer cg_json_keys_add(cg_json_keys *k, const char *bytes, size_t length, size_t room);

#endif
