/* Text to tokens, all at once: later stages look ahead freely. */
#ifndef CG_QUERY_LEXER_H
#define CG_QUERY_LEXER_H

#include "query/ast.h"

typedef enum {
    QK_END,
    QK_NAME,   /* identifier or keyword: keywords are soft */
    QK_QUOTED, /* `identifier` */
    QK_INT,
    QK_FLOAT,
    QK_STRING,
    QK_PARAM,
    QK_PUNCT
} q_token_kind;

/* Punctuation of two characters. */
enum { QP_DOTDOT = 128, QP_NE, QP_LE, QP_GE, QP_REGEX, QP_BANG_NE };

typedef struct q_token {
    uint8_t kind;
    uint8_t punct; /* the character, or QP_* */
    uint32_t start, length;
    union {
        cg_str text;      /* NAME, QUOTED, STRING, PARAM: decoded */
        uint64_t integer; /* at most 2^63; that one only after a minus sign */
        double real;
    };
} q_token;

/* Where a compile stands: error target, text, arena. */
typedef struct q_context {
    cg_query *q;
    cspm_error **err;
    int32_t status; /* sticky */
    const struct cspm_language *host; /* NULL = nothing added */
} q_context;

typedef CG_VEC(q_token) q_tokens;
int32_t q_lex(q_context *c, q_tokens *out);

/* Set the error once: position from a byte offset, source line for the caret, class and detail. Always returns a negative status. */
int32_t q_fail(q_context *c, uint32_t offset, const char *error_class, const char *detail, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
int32_t q_fail_limit(q_context *c, uint32_t offset, const char *limit, uint64_t value);
int32_t q_nomem(q_context *c);
void *q_alloc(q_context *c, size_t count, size_t size); /* zeroed, from the query's arena; NULL and sticky error when refused */
cg_str q_copy(q_context *c, cg_str s);
/* Line and column of an offset, relative to the query's base. */
cg_pos q_position(const cg_query *q, uint32_t offset);
cg_str q_source_line(const cg_query *q, uint32_t offset);

#endif
