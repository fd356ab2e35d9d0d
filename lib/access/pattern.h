/* Texts of policies compiled for matching: wildcards and policy variables. */
#ifndef CG_ACCESS_PATTERN_H
#define CG_ACCESS_PATTERN_H

#include "base/mem.h"
#include "base/str.h"

/* What is known: not every condition key has to be. */
typedef enum { CG_NO, CG_YES, CG_MAYBE } cg_tri;
static inline cg_tri cg_tri_and(cg_tri a, cg_tri b)
{
    return a == CG_NO || b == CG_NO ? CG_NO : a == CG_YES && b == CG_YES ? CG_YES : CG_MAYBE;
}
static inline cg_tri cg_tri_or(cg_tri a, cg_tri b)
{
    return a == CG_YES || b == CG_YES ? CG_YES : a == CG_NO && b == CG_NO ? CG_NO : CG_MAYBE;
}
static inline cg_tri cg_tri_not(cg_tri a)
{
    return a == CG_MAYBE ? CG_MAYBE : a == CG_YES ? CG_NO : CG_YES;
}

typedef enum { CG_TOKEN_TEXT, CG_TOKEN_ONE, CG_TOKEN_MANY, CG_TOKEN_VARIABLE } cg_token_type;
typedef struct cg_token {
    cg_token_type type;
    cg_str text;     /* the literal, or the variable's key */
    cg_str fallback; /* of a variable; null = none */
} cg_token;

typedef struct cg_pattern {
    const cg_token *tokens;
    uint32_t count;
    bool has_variables;
    bool nocase;
} cg_pattern;

enum { CG_PATTERN_WILDCARDS = 1, CG_PATTERN_VARIABLES = 2, CG_PATTERN_NOCASE = 4 };
/* Longer texts are refused as malformed; no document of the cloud holds such. With the cap a match is bounded whatever the pattern. */
#define CG_PATTERN_MAX 16384u

typedef enum { CG_PATTERN_OK, CG_PATTERN_BAD, CG_PATTERN_NOMEM } cg_pattern_status;
/* `why` is set to a static text when the pattern is bad. */
cg_pattern_status cg_pattern_compile(cg_arena *arena, cg_str text, uint32_t flags, cg_pattern *out, const char **why);
/* Tokens without variables against a text. `?` takes one character. Time is bounded by length of text times length of pattern; parts
 * without `?` are found in linear time. */
bool cg_pattern_match(const cg_token *tokens, uint32_t count, bool nocase, cg_str text);

#endif
