/* JSON: a streaming reader behind every fence the parser lacks, and a writer. json_read.c is the only file that knows yajl. */
#ifndef CG_BASE_JSON_H
#define CG_BASE_JSON_H

#include "base/error.h"
#include "base/op.h"

/* One event handler a token. Return CSPM_OK to go on; any other value stops the parse and is returned (set *err through your own `user`).
 * Bytes are borrowed until the handler returns; strings are unescaped, strict UTF-8, and may contain NUL only when limits allow. */
typedef struct cg_json_handler {
    int32_t (*null)(void *user);
    int32_t (*boolean)(void *user, bool value);
    int32_t (*number)(void *user, const char *text, size_t length); /* raw text, JSON grammar */
    int32_t (*string)(void *user, const char *bytes, size_t length);
    int32_t (*key)(void *user, const char *bytes, size_t length);
    int32_t (*start_object)(void *user);
    int32_t (*end_object)(void *user);
    int32_t (*start_array)(void *user);
    int32_t (*end_array)(void *user);
    /* A key seen before in the same object. NULL = parse error "duplicate key". Called before key(). */
    int32_t (*duplicate_key)(void *user, const char *bytes, size_t length);
} cg_json_handler;

typedef struct cg_json_limits {
    uint32_t max_depth;        /* 0 = 512 */
    uint64_t max_string_bytes; /* 0 = 64 MiB */
    uint64_t max_input_bytes;  /* 0 = none */
    bool allow_nul;            /* accept \u0000 inside strings */
    bool own_keys;             /* the handler finds duplicate keys itself, because it can do so cheaper; duplicate_key() is not called */
    bool allow_multiple;       /* several documents one after another (NDJSON, concatenated) */
} cg_json_limits;

typedef struct cg_json_reader cg_json_reader;
int32_t cg_json_reader_new(cg_mem *mem, const cg_json_limits *limits, const cg_json_handler *handler, void *user, cg_str source_name,
                           cg_json_reader **out, cspm_error **err);
/* Feed bytes; a UTF-8 BOM at the start is skipped. Errors are CSPM_E_PARSE with offset, line and column, or what a handler returned. */
int32_t cg_json_feed(cg_json_reader *r, const char *bytes, size_t length, cspm_error **err);
int32_t cg_json_finish(cg_json_reader *r, cspm_error **err); /* truncated documents fail here */
void cg_json_reader_free(cg_json_reader *r);
/* Inside a handler: byte offset, line or whole position just after the current token. cg_json_pos reads up to 64 KiB: for errors. */
uint64_t cg_json_offset(const cg_json_reader *r);
uint32_t cg_json_line(const cg_json_reader *r);
cg_pos cg_json_pos(const cg_json_reader *r);
/* Inside string(): where its opening quote stands. */
uint64_t cg_json_string_start(const cg_json_reader *r, const char *bytes);
/* In start_object or start_array: remember where its bracket stands, at no cost. Later, in any handler: that position. */
void cg_json_mark(cg_json_reader *r);
cg_pos cg_json_marked(const cg_json_reader *r);
/* Open objects and arrays: in start_* with the new one, in end_* without the one that ended. */
uint32_t cg_json_depth(const cg_json_reader *r);

/* Writer helpers onto a buffer. */
void cg_json_write_string(cg_buf *b, cg_str s); /* quoted and escaped; invalid UTF-8 becomes U+FFFD; < > & and U+2028/9 escaped (inert in HTML) */
void cg_json_write_double(cg_buf *b, double v); /* NaN and infinities as strings, see contract */

#endif
