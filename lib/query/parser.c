/* Statements and clauses. */
#include "query/parser.h"

bool qp_is_word(const q_token *t, const char *keyword)
{
    return t->kind == QK_NAME && cg_str_eq_nocase(t->text, cg_str_from(keyword));
}

void qp_expect(q_parser *p, const char *shown)
{
    if (p->expected_at != p->at) {
        p->expected_at = p->at;
        p->n_expected = 0;
    }
    for (uint32_t i = 0; i < p->n_expected; i++) {
        if (!strcmp(p->expected[i], shown))
            return;
    }
    if (p->n_expected < QP_MAX_EXPECTED)
        p->expected[p->n_expected++] = shown;
}

bool qp_punct(q_parser *p, uint8_t punct, const char *shown)
{
    if (qp_is(qp_look(p, 0), punct)) {
        p->at++;
        return true;
    }
    qp_expect(p, shown);
    return false;
}

bool qp_word(q_parser *p, const char *keyword)
{
    if (qp_is_word(qp_look(p, 0), keyword)) {
        p->at++;
        return true;
    }
    qp_expect(p, keyword);
    return false;
}

void *qp_unexpected(q_parser *p)
{
    q_context *c = p->c;
    if (c->status < 0)
        return NULL;
    const q_token *t = qp_look(p, 0);
    cg_str found = { c->q->text.data + t->start, t->length };
    cspm_error *local = NULL;
    cspm_error **own = c->err;
    if (!c->err)
        c->err = &local;
    if (t->kind == QK_END)
        q_fail(c, t->start, "syntax", "UnexpectedSyntax", "unexpected end of query");
    else
        q_fail(c, t->start, "syntax", "UnexpectedSyntax", "unexpected %.*s%s", (int)(found.length > 60 ? 60 : found.length), found.data,
               found.length > 60 ? "..." : "");
    if (*c->err) {
        cg_error_set_found(*c->err, t->kind == QK_END ? CG_STR("end of query") : found);
        for (uint32_t i = 0; p->expected_at == p->at && i < p->n_expected; i++)
            cg_error_add_expected(*c->err, cg_str_from(p->expected[i]));
        if (qp_is(t, QP_BANG_NE))
            cg_error_set_hint(*c->err, CG_STR("write <> for \"not equal\""));
    }
    if (local)
        cspm_error_free(local);
    c->err = own;
    return NULL;
}

bool qp_need(q_parser *p, uint8_t punct, const char *shown)
{
    if (qp_punct(p, punct, shown))
        return true;
    qp_unexpected(p);
    return false;
}

bool qp_need_word(q_parser *p, const char *keyword)
{
    if (qp_word(p, keyword))
        return true;
    qp_unexpected(p);
    return false;
}

bool qp_name(q_parser *p, cg_str *out, const char *what)
{
    const q_token *t = qp_look(p, 0);
    if (t->kind == QK_NAME || t->kind == QK_QUOTED) {
        *out = t->text;
        p->at++;
        return true;
    }
    qp_expect(p, what);
    qp_unexpected(p);
    return false;
}

bool qp_enter(q_parser *p)
{
    if (p->c->status < 0)
        return false;
    if (p->depth >= Q_MAX_DEPTH) {
        q_fail_limit(p->c, qp_look(p, 0)->start, "nesting depth", Q_MAX_DEPTH);
        return false;
    }
    p->depth++;
    return true;
}

uint32_t qp_end(const q_parser *p)
{
    const q_token *t = &p->tokens[p->at ? p->at - 1 : 0];
    return t->start + t->length;
}

uint32_t qp_name_index(q_context *c, cg_names which, cg_str text)
{
    cg_query *q = c->q;
    for (size_t i = 0; i < q->names.count; i++) {
        if (q->names.data[i].which == which && cg_str_eq(q->names.data[i].text, text))
            return (uint32_t)i;
    }
    if (q->names.count >= Q_MAX_NAMES) {
        q_fail_limit(c, 0, "distinct names", Q_MAX_NAMES);
        return UINT32_MAX;
    }
    q_name name = { which, text };
    if (!cg_vec_push(q->mem, &q->names, name)) {
        q_nomem(c);
        return UINT32_MAX;
    }
    return (uint32_t)(q->names.count - 1);
}

uint32_t qp_param_index(q_context *c, cg_str name, uint32_t at)
{
    cg_query *q = c->q;
    for (size_t i = 0; i < q->params.count; i++) {
        if (cg_str_eq(q->params.data[i], name))
            return (uint32_t)i;
    }
    if (q->params.count >= Q_MAX_NAMES) {
        q_fail_limit(c, at, "distinct parameters", Q_MAX_NAMES);
        return UINT32_MAX;
    }
    if (!cg_vec_push(q->mem, &q->params, name) || !cg_vec_push(q->mem, &q->params_at, at)) {
        q_nomem(c);
        return UINT32_MAX;
    }
    return (uint32_t)(q->params.count - 1);
}

/* ---- projections ---- */

static bool parse_item(q_parser *p, q_item *item)
{
    uint32_t start = qp_look(p, 0)->start;
    item->expr = qp_expr(p);
    if (!item->expr)
        return false;
    cg_str text = { p->c->q->text.data + start, qp_end(p) - start };
    if (qp_word(p, "AS")) {
        item->has_alias = true;
        return qp_name(p, &item->name, "name");
    }
    /* A plain variable is named without its quotes; everything else as written. */
    item->name = item->expr->kind == X_VAR && !item->expr->parens ? item->expr->name : text;
    return true;
}

static bool parse_items(q_parser *p, q_projection *proj)
{
    CG_VEC(q_item) items = { 0 };
    bool ok = false;
    if (qp_punct(p, '*', "*")) {
        proj->star = true;
        if (!qp_punct(p, ',', ","))
            return true;
    }
    do {
        q_item item = { 0 };
        if (!parse_item(p, &item))
            goto out;
        if (!cg_vec_push(p->c->q->mem, &items, item)) {
            q_nomem(p->c);
            goto out;
        }
    } while (qp_punct(p, ',', ","));
    proj->items = q_alloc(p->c, items.count, sizeof *proj->items);
    if (!proj->items)
        goto out;
    memcpy(proj->items, items.data, items.count * sizeof *items.data);
    proj->n_items = (uint32_t)items.count;
    ok = true;
out:
    cg_vec_free(p->c->q->mem, &items);
    return ok;
}

static bool parse_order(q_parser *p, q_projection *proj)
{
    CG_VEC(q_sort_key) keys = { 0 };
    bool ok = false;
    do {
        q_sort_key key = { 0 };
        key.expr = qp_expr(p);
        if (!key.expr)
            goto out;
        if (qp_word(p, "DESC") || qp_word(p, "DESCENDING"))
            key.descending = true;
        else if (!qp_word(p, "ASC"))
            qp_word(p, "ASCENDING");
        if (!cg_vec_push(p->c->q->mem, &keys, key)) {
            q_nomem(p->c);
            goto out;
        }
    } while (qp_punct(p, ',', ","));
    proj->order = q_alloc(p->c, keys.count, sizeof *proj->order);
    if (!proj->order)
        goto out;
    memcpy(proj->order, keys.data, keys.count * sizeof *keys.data);
    proj->n_order = (uint32_t)keys.count;
    ok = true;
out:
    cg_vec_free(p->c->q->mem, &keys);
    return ok;
}

static q_projection *parse_projection(q_parser *p, bool with)
{
    q_projection *proj = q_alloc(p->c, 1, sizeof *proj);
    if (!proj)
        return NULL;
    const q_token *next = qp_look(p, 1);
    if (qp_is_word(qp_look(p, 0), "DISTINCT") && next->kind != QK_END && !qp_is(next, ',') && !qp_is(next, '.') &&
        !qp_is_word(next, "AS")) {
        p->at++;
        proj->distinct = true;
    }
    if (!parse_items(p, proj))
        return NULL;
    if (qp_word(p, "ORDER") && (!qp_need_word(p, "BY") || !parse_order(p, proj)))
        return NULL;
    if ((qp_word(p, "SKIP") || qp_word(p, "OFFSET")) && !(proj->skip = qp_expr(p)))
        return NULL;
    if (qp_word(p, "LIMIT") && !(proj->limit = qp_expr(p)))
        return NULL;
    if (with && qp_word(p, "WHERE") && !(proj->where = qp_expr(p)))
        return NULL;
    return proj;
}

/* ---- clauses ---- */

static q_clause *new_clause(q_parser *p, q_clause_kind kind, uint32_t start)
{
    q_clause *clause = q_alloc(p->c, 1, sizeof *clause);
    if (clause) {
        clause->kind = (uint8_t)kind;
        clause->start = start;
        clause->slot = Q_NO_SLOT;
    }
    return clause;
}

static q_clause *parse_match(q_parser *p, uint32_t start, bool optional)
{
    q_clause *clause = new_clause(p, QC_MATCH, start);
    if (!clause)
        return NULL;
    clause->optional = optional;
    clause->pattern = qp_pattern(p);
    return clause->pattern ? clause : NULL;
}

static q_clause *parse_unwind(q_parser *p, uint32_t start)
{
    q_clause *clause = new_clause(p, QC_UNWIND, start);
    if (!clause || !(clause->list = qp_expr(p)) || !qp_need_word(p, "AS") || !qp_name(p, &clause->var, "name"))
        return NULL;
    return clause;
}

static bool parse_imports(q_parser *p, q_clause *clause)
{
    clause->has_imports = true;
    if (qp_punct(p, '*', "*")) {
        clause->imports_all = true;
        return qp_need(p, ')', ")");
    }
    cg_str names[Q_MAX_PATTERN];
    uint32_t pos[Q_MAX_PATTERN];
    uint32_t n = 0;
    if (!qp_punct(p, ')', ")")) {
        do {
            if (n == Q_MAX_PATTERN) {
                q_fail_limit(p->c, qp_look(p, 0)->start, "imported variables", Q_MAX_PATTERN);
                return false;
            }
            pos[n] = qp_look(p, 0)->start;
            if (!qp_name(p, &names[n++], "name"))
                return false;
        } while (qp_punct(p, ',', ","));
        if (!qp_need(p, ')', ")"))
            return false;
    }
    clause->imports = q_alloc(p->c, n, sizeof *clause->imports);
    clause->import_pos = q_alloc(p->c, n, sizeof *clause->import_pos);
    if (!clause->imports || !clause->import_pos)
        return false;
    memcpy(clause->imports, names, n * sizeof *names);
    memcpy(clause->import_pos, pos, n * sizeof *pos);
    clause->n_imports = n;
    return true;
}

static q_clause *parse_call(q_parser *p, uint32_t start, bool optional)
{
    q_clause *clause = new_clause(p, QC_CALL, start);
    if (!clause)
        return NULL;
    clause->optional = optional;
    if (qp_punct(p, '(', "(") && !parse_imports(p, clause))
        return NULL;
    if (!qp_is(qp_look(p, 0), '{')) {
        q_fail(p->c, start, "unsupported-feature", "ProcedureCall", "CALL of a procedure is not supported; CALL { ... } is");
        return NULL;
    }
    clause->sub = qp_sub(p);
    if (!clause->sub)
        return NULL;
    if (qp_is_word(qp_look(p, 0), "IN") && qp_is_word(qp_look(p, 1), "TRANSACTIONS")) {
        q_fail(p->c, qp_look(p, 0)->start, "unsupported-feature", "CallInTransactions",
               "CALL { } IN TRANSACTIONS: the language is read-only");
        return NULL;
    }
    return clause;
}

/* What other dialects have and this one does not: named, so that the reader need not guess. */
static bool refuse_clause(q_parser *p)
{
    static const char *const writes[] = { "CREATE",  "MERGE",  "SET",  "REMOVE", "DELETE", "DETACH", "NODETACH",
                                          "FOREACH", "INSERT", "DROP", "ALTER",  "GRANT",  "DENY",   "REVOKE" };
    static const char *const others[] = { "LOAD",      "USE",    "SHOW",   "START", "EXPLAIN", "PROFILE",
                                          "TERMINATE", "FINISH", "FILTER", "LET",   "FOR" };
    const q_token *t = qp_look(p, 0);
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        if (!qp_is_word(t, writes[i]))
            continue;
        q_fail(p->c, t->start, "unsupported-feature", "WriteClause", "%s: the language is read-only", writes[i]);
        if (p->c->err && *p->c->err)
            cg_error_set_hint(*p->c->err, CG_STR("read-only: use MATCH, WITH, UNWIND, CALL { } and RETURN"));
        return true;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!qp_is_word(t, others[i]))
            continue;
        q_fail(p->c, t->start, "unsupported-feature", "Clause", "%s is not supported", others[i]);
        return true;
    }
    return false;
}

static q_clause *parse_clause(q_parser *p)
{
    uint32_t start = qp_look(p, 0)->start;
    if (qp_word(p, "MATCH"))
        return parse_match(p, start, false);
    if (qp_word(p, "OPTIONAL")) {
        if (qp_word(p, "CALL"))
            return parse_call(p, start, true);
        return qp_need_word(p, "MATCH") ? parse_match(p, start, true) : NULL;
    }
    if (qp_word(p, "UNWIND"))
        return parse_unwind(p, start);
    bool with = qp_word(p, "WITH");
    if (with || qp_word(p, "RETURN")) {
        q_clause *clause = new_clause(p, with ? QC_WITH : QC_RETURN, start);
        if (!clause)
            return NULL;
        clause->proj = parse_projection(p, with);
        return clause->proj ? clause : NULL;
    }
    if (qp_word(p, "CALL"))
        return parse_call(p, start, false);
    if (refuse_clause(p))
        return NULL;
    return qp_unexpected(p);
}

static bool ends_single(q_parser *p, bool nested)
{
    const q_token *t = qp_look(p, 0);
    return t->kind == QK_END || qp_is(t, ';') || (nested && qp_is(t, '}')) || qp_is_word(t, "UNION");
}

static q_single *parse_single(q_parser *p, bool nested)
{
    q_clause *list[Q_MAX_CLAUSES];
    uint32_t n = 0;
    do {
        if (n == Q_MAX_CLAUSES) {
            q_fail_limit(p->c, qp_look(p, 0)->start, "clauses", Q_MAX_CLAUSES);
            return NULL;
        }
        if (n && list[n - 1]->kind == QC_RETURN) {
            static const char *const starts[] = { "MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL" };
            for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
                if (qp_is_word(qp_look(p, 0), starts[i])) {
                    q_fail(p->c, qp_look(p, 0)->start, "syntax", "InvalidClauseComposition", "RETURN can only be the last clause");
                    return NULL;
                }
            }
            return refuse_clause(p) ? NULL : qp_unexpected(p);
        }
        list[n] = parse_clause(p);
        if (!list[n])
            return NULL;
        n++;
    } while (!ends_single(p, nested));
    if (list[n - 1]->kind != QC_RETURN && !nested) {
        if (list[n - 1]->kind == QC_WITH || list[n - 1]->kind == QC_MATCH || list[n - 1]->kind == QC_UNWIND) {
            qp_expect(p, "RETURN");
            return qp_unexpected(p);
        }
        q_fail(p->c, list[n - 1]->start, "syntax", "InvalidClauseComposition", "a query ends with RETURN");
        return NULL;
    }
    q_single *s = q_alloc(p->c, 1, sizeof *s);
    if (!s || !(s->clauses = q_alloc(p->c, n, sizeof *s->clauses)))
        return NULL;
    memcpy(s->clauses, list, n * sizeof *list);
    s->n = n;
    return s;
}

q_regular *qp_regular(q_parser *p, bool nested)
{
    q_regular *r = NULL;
    q_single *parts[Q_MAX_PATTERN];
    uint32_t n = 0;
    bool all_seen = false, distinct_seen = false;
    if (!qp_enter(p))
        return NULL;
    do {
        if (n == Q_MAX_PATTERN) {
            q_fail_limit(p->c, qp_look(p, 0)->start, "parts of a UNION", Q_MAX_PATTERN);
            goto out;
        }
        parts[n] = parse_single(p, nested);
        if (!parts[n++])
            goto out;
        if (!qp_is_word(qp_look(p, 0), "UNION"))
            break;
        uint32_t at = qp_look(p, 0)->start;
        p->at++;
        if (qp_word(p, "ALL"))
            all_seen = true;
        else {
            qp_word(p, "DISTINCT");
            distinct_seen = true;
        }
        if (all_seen && distinct_seen) {
            q_fail(p->c, at, "syntax", "InvalidClauseComposition", "UNION and UNION ALL cannot be mixed");
            goto out;
        }
    } while (true);
    r = q_alloc(p->c, 1, sizeof *r);
    if (!r || !(r->parts = q_alloc(p->c, n, sizeof *r->parts))) {
        r = NULL;
        goto out;
    }
    memcpy(r->parts, parts, n * sizeof *parts);
    r->n = n;
    r->distinct = distinct_seen;
out:
    qp_leave(p);
    return r;
}

q_sub *qp_sub(q_parser *p)
{
    q_sub *sub = q_alloc(p->c, 1, sizeof *sub);
    if (!sub || !qp_need(p, '{', "{"))
        return NULL;
    sub->query = qp_regular(p, true);
    if (!sub->query || !qp_need(p, '}', "}"))
        return NULL;
    return sub;
}

static bool match_brackets(q_parser *p)
{
    CG_VEC(uint32_t) open = { 0 };
    bool ok = true;
    for (uint32_t i = 0; i < p->n && ok; i++) {
        const q_token *t = &p->tokens[i];
        p->match[i] = UINT32_MAX;
        if (t->kind != QK_PUNCT)
            continue;
        if (t->punct == '(' || t->punct == '[' || t->punct == '{') {
            ok = cg_vec_push(p->c->q->mem, &open, i);
        } else if (open.count && (t->punct == ')' || t->punct == ']' || t->punct == '}')) {
            uint32_t o = open.data[--open.count];
            p->match[o] = i;
        }
    }
    cg_vec_free(p->c->q->mem, &open);
    if (!ok)
        q_nomem(p->c);
    return ok;
}

int32_t q_parse(q_context *c, const q_tokens *tokens, q_regular **out)
{
    q_parser p = { .c = c, .tokens = tokens->data, .n = (uint32_t)tokens->count, .expected_at = UINT32_MAX };
    p.match = cg_alloc_array(c->q->mem, tokens->count, sizeof *p.match);
    if (!p.match)
        return q_nomem(c);
    if (match_brackets(&p)) {
        *out = qp_regular(&p, false);
        if (*out) {
            while (qp_is(qp_look(&p, 0), ';'))
                p.at++;
            if (qp_look(&p, 0)->kind != QK_END)
                qp_unexpected(&p);
        }
    }
    cg_free(c->q->mem, p.match);
    return c->status < 0 ? c->status : CSPM_OK;
}
