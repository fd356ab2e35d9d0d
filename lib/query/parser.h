/* Recursive descent over the token array. Functions return NULL after the sticky error of the context was set. */
#ifndef CG_QUERY_PARSER_H
#define CG_QUERY_PARSER_H

#include "query/lexer.h"

#define QP_MAX_EXPECTED 48

typedef struct q_parser {
    q_context *c;
    const q_token *tokens;
    uint32_t n, at, depth;
    uint32_t *match; /* of each bracket token its partner, or UINT32_MAX */
    bool bar_ends;   /* '|' ends the expression being parsed (inside a comprehension) */
    const char *expected[QP_MAX_EXPECTED];
    uint32_t n_expected, expected_at;
} q_parser;

/* ---- tokens ---- */
static inline const q_token *qp_look(const q_parser *p, uint32_t ahead)
{
    uint32_t i = p->at + ahead;
    return &p->tokens[i < p->n ? i : p->n - 1];
}
static inline bool qp_is(const q_token *t, uint8_t punct)
{
    return t->kind == QK_PUNCT && t->punct == punct;
}
bool qp_is_word(const q_token *t, const char *keyword);
/* Take the token if it is this one; otherwise remember that it was expected here. */
bool qp_punct(q_parser *p, uint8_t punct, const char *shown);
bool qp_word(q_parser *p, const char *keyword);
/* As above, but a syntax error when it is not there. */
bool qp_need(q_parser *p, uint8_t punct, const char *shown);
bool qp_need_word(q_parser *p, const char *keyword);
bool qp_name(q_parser *p, cg_str *out, const char *what); /* any name, keywords included */
void qp_expect(q_parser *p, const char *shown);
/* Syntax error at the current token, with everything that was expected there. Returns NULL. */
void *qp_unexpected(q_parser *p);
bool qp_enter(q_parser *p); /* depth guard; false = sticky limit error */
static inline void qp_leave(q_parser *p)
{
    p->depth--;
}
uint32_t qp_end(const q_parser *p); /* byte offset after the last taken token */

/* ---- query name table ---- */
uint32_t qp_name_index(q_context *c, cg_names which, cg_str text); /* UINT32_MAX and sticky error when refused */
uint32_t qp_param_index(q_context *c, cg_str name, uint32_t at);

/* ---- grammar ---- */
int32_t q_parse(q_context *c, const q_tokens *tokens, q_regular **out);
q_regular *qp_regular(q_parser *p, bool nested);
q_expr *qp_expr(q_parser *p);
q_expr *qp_new(q_parser *p, q_expr_kind kind, uint32_t start);
/* Give a node its children: copies the array, sets height; NULL and sticky error when too high. */
q_expr *qp_args(q_parser *p, q_expr *e, q_expr *const *args, uint32_t n);
typedef CG_VEC(q_expr *) q_expr_vec;
bool qp_push(q_parser *p, q_expr_vec *v, q_expr *e);               /* false for a NULL expression, or sticky error */
q_expr *qp_finish(q_parser *p, q_expr *e, q_expr_vec *v, bool ok); /* `e` over the vector, which is freed in any case */
q_expr *qp_wrap1(q_parser *p, q_expr_kind kind, uint32_t start, q_expr *a);
q_expr *qp_literal(q_parser *p, cg_value v, uint32_t type); /* takes one token */
q_expr *qp_atom(q_parser *p);
q_expr *qp_map(q_parser *p);
q_pattern *qp_pattern(q_parser *p);
q_path_pat *qp_path(q_parser *p, bool allow_var);
q_labels *qp_labels(q_parser *p, bool allow_bar); /* after the ':' */
bool qp_looks_like_pattern(const q_parser *p, uint32_t at);
q_sub *qp_sub(q_parser *p);
/* EXISTS, COUNT and COLLECT subqueries: `{` was not taken yet. */
q_sub *qp_sub_block(q_parser *p);
/* Index after a pattern that starts at token `at`. */
uint32_t qp_skip_pattern(const q_parser *p, uint32_t at);

#endif
