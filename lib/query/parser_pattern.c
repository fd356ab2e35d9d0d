/* Patterns: nodes, relationships, paths, labels. */
#include "query/parser.h"

/* ---- look-ahead: is the bracket at `at` the first node of a pattern with at least one relationship? ---- */

static const q_token *token(const q_parser *p, uint32_t i)
{
    return &p->tokens[i < p->n ? i : p->n - 1];
}

static bool is_name(const q_token *t)
{
    return t->kind == QK_NAME || t->kind == QK_QUOTED;
}

static bool opens_node(const q_parser *p, uint32_t at)
{
    if (!qp_is(token(p, at), '(') || p->match[at] == UINT32_MAX || !qp_is(token(p, p->match[at]), ')'))
        return false;
    uint32_t i = at + 1;
    if (is_name(token(p, i)))
        i++;
    const q_token *t = token(p, i);
    return qp_is(t, ')') || qp_is(t, ':') || qp_is(t, '{') || t->kind == QK_PARAM || qp_is_word(t, "WHERE");
}

/* Index after a relationship that starts at `at`, or 0. */
static uint32_t skip_rel(const q_parser *p, uint32_t at)
{
    if (qp_is(token(p, at), '<'))
        at++;
    if (!qp_is(token(p, at), '-'))
        return 0;
    at++;
    if (qp_is(token(p, at), '[')) {
        uint32_t i = at + 1;
        if (is_name(token(p, i)))
            i++;
        const q_token *t = token(p, i);
        if (!(qp_is(t, ']') || qp_is(t, ':') || qp_is(t, '*') || qp_is(t, '{') || t->kind == QK_PARAM || qp_is_word(t, "WHERE")))
            return 0;
        if (p->match[at] == UINT32_MAX)
            return 0;
        at = p->match[at] + 1;
    }
    if (!qp_is(token(p, at), '-'))
        return 0;
    at++;
    if (qp_is(token(p, at), '>'))
        at++;
    return opens_node(p, at) ? at : 0;
}

bool qp_looks_like_pattern(const q_parser *p, uint32_t at)
{
    return opens_node(p, at) && skip_rel(p, p->match[at] + 1) != 0;
}

uint32_t qp_skip_pattern(const q_parser *p, uint32_t at)
{
    for (;;) {
        uint32_t end = p->match[at] + 1;
        uint32_t next = skip_rel(p, end);
        if (!next)
            return end;
        at = next;
    }
}

/* ---- labels ---- */

static q_labels *new_labels(q_parser *p, q_label_kind kind)
{
    q_labels *l = q_alloc(p->c, 1, sizeof *l);
    if (l)
        l->kind = kind;
    return l;
}

static bool label_push(q_parser *p, q_labels *l, q_labels *item)
{
    if (l->n >= 1024) {
        q_fail_limit(p->c, qp_look(p, 0)->start, "labels of one expression", 1024);
        return false;
    }
    if ((l->n & (l->n - 1)) == 0) { /* grow at powers of two; the arena keeps the old array */
        q_labels **items = q_alloc(p->c, l->n ? 2 * l->n : 1, sizeof *items);
        if (!items)
            return false;
        if (l->n)
            memcpy(items, l->items, l->n * sizeof *items);
        l->items = items;
    }
    l->items[l->n++] = item;
    return true;
}

static q_labels *label_or(q_parser *p, bool allow_bar);

static q_labels *label_atom(q_parser *p)
{
    q_labels *l = NULL;
    if (!qp_enter(p))
        return NULL;
    if (qp_punct(p, '!', "!")) {
        q_labels *inner = label_atom(p);
        l = inner ? new_labels(p, QL_NOT) : NULL;
        if (l && !label_push(p, l, inner))
            l = NULL;
    } else if (qp_punct(p, '%', "%")) {
        l = new_labels(p, QL_ANY);
    } else if (qp_punct(p, '(', "(")) {
        l = label_or(p, true);
        if (l && !qp_need(p, ')', ")"))
            l = NULL;
    } else {
        cg_str name;
        if (qp_name(p, &name, "label") && (l = new_labels(p, QL_NAME))) {
            l->name = qp_name_index(p->c, CG_NAMES_LABEL, name);
            if (l->name == UINT32_MAX)
                l = NULL;
        }
    }
    qp_leave(p);
    return l;
}

static q_labels *label_and(q_parser *p)
{
    q_labels *first = label_atom(p), *all = NULL;
    while (first && qp_punct(p, '&', "&")) {
        q_labels *next = label_atom(p);
        if (!next)
            return NULL;
        if (!all && (!(all = new_labels(p, QL_AND)) || !label_push(p, all, first)))
            return NULL;
        if (!label_push(p, all, next))
            return NULL;
    }
    return all ? all : first;
}

static q_labels *label_or(q_parser *p, bool allow_bar)
{
    q_labels *first = label_and(p), *all = NULL;
    while (first && allow_bar && qp_punct(p, '|', "|")) {
        if (qp_is(qp_look(p, 0), ':'))
            p->at++;
        q_labels *next = label_and(p);
        if (!next)
            return NULL;
        if (!all && (!(all = new_labels(p, QL_OR)) || !label_push(p, all, first)))
            return NULL;
        if (!label_push(p, all, next))
            return NULL;
    }
    return all ? all : first;
}

q_labels *qp_labels(q_parser *p, bool allow_bar)
{
    q_labels *first = label_or(p, allow_bar), *all = NULL;
    while (first && qp_is(qp_look(p, 0), ':')) {
        p->at++;
        q_labels *next = label_or(p, allow_bar);
        if (!next)
            return NULL;
        if (!all && (!(all = new_labels(p, QL_AND)) || !label_push(p, all, first)))
            return NULL;
        if (!label_push(p, all, next))
            return NULL;
    }
    return all ? all : first;
}

/* ---- nodes and relationships ---- */

static bool parse_props(q_parser *p, q_expr **props, q_expr **where)
{
    const q_token *t = qp_look(p, 0);
    if (qp_is(t, '{')) {
        if (!(*props = qp_map(p)))
            return false;
    } else if (t->kind == QK_PARAM) {
        q_fail(p->c, t->start, "syntax", "InvalidParameterUse",
               "a parameter cannot stand for a property map here; write {key: $parameter.key}");
        return false;
    } else {
        qp_expect(p, "{");
    }
    (void)where;
    if (qp_is_word(qp_look(p, 0), "WHERE")) {
        q_fail(p->c, qp_look(p, 0)->start, "unsupported-feature", "InlineWhere",
               "WHERE inside a pattern element is not supported; write it after the pattern");
        return false;
    }
    return true;
}

static q_node_pat *parse_node(q_parser *p)
{
    q_node_pat *n = q_alloc(p->c, 1, sizeof *n);
    if (!n)
        return NULL;
    n->pos = qp_look(p, 0)->start;
    n->slot = Q_NO_SLOT;
    if (!qp_need(p, '(', "("))
        return NULL;
    const q_token *t = qp_look(p, 0);
    if (is_name(t) && !(qp_is_word(t, "WHERE") && !qp_is(qp_look(p, 1), ')') && !qp_is(qp_look(p, 1), ':') && !qp_is(qp_look(p, 1), '{'))) {
        n->pos = t->start;
        n->var = t->text;
        p->at++;
    } else {
        qp_expect(p, "variable");
    }
    if (qp_punct(p, ':', ":") && !(n->labels = qp_labels(p, true)))
        return NULL;
    if (!parse_props(p, &n->props, NULL) || !qp_need(p, ')', ")"))
        return NULL;
    return n;
}

#define MAX_TYPES 1024u

static bool add_type(q_parser *p, uint32_t at, cg_str name, uint32_t *types, uint32_t *n)
{
    if (*n == MAX_TYPES) {
        q_fail_limit(p->c, at, "relationship types of one pattern", MAX_TYPES);
        return false;
    }
    types[*n] = qp_name_index(p->c, CG_NAMES_KIND, name);
    return types[(*n)++] != UINT32_MAX;
}

/* A type, or a set of types by the name the host gave it. */
static bool add_type_or_set(q_parser *p, uint32_t at, cg_str name, uint32_t *types, uint32_t *n)
{
    const struct cspm_language *host = p->c->host;
    bool set = false;
    for (size_t i = 0; host && i < host->types.count; i++) {
        if (!cg_str_eq(host->types.data[i].name, name))
            continue;
        set = true;
        if (!add_type(p, at, host->types.data[i].kind, types, n))
            return false;
    }
    return set || add_type(p, at, name, types, n);
}

static bool parse_types(q_parser *p, q_rel_pat *r)
{
    uint32_t types[MAX_TYPES];
    uint32_t n = 0;
    do {
        if (n)
            qp_punct(p, ':', ":");
        const q_token *t = qp_look(p, 0);
        if (qp_is(t, '!') || qp_is(t, '%') || qp_is(t, '(')) {
            q_fail(p->c, t->start, "unsupported-feature", "TypeExpression", "relationship types can only be listed: :A|B");
            return false;
        }
        cg_str name;
        if (!qp_name(p, &name, "relationship type"))
            return false;
        if (!add_type_or_set(p, t->start, name, types, &n))
            return false;
    } while (qp_punct(p, '|', "|"));
    if (!(r->types = q_alloc(p->c, n, sizeof *r->types)))
        return false;
    memcpy(r->types, types, n * sizeof *types);
    r->n_types = n;
    return true;
}

static bool parse_bound(q_parser *p, uint32_t *out)
{
    const q_token *t = qp_look(p, 0);
    if (t->kind != QK_INT) {
        qp_expect(p, "integer");
        return false;
    }
    *out = t->integer >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)t->integer;
    p->at++;
    return true;
}

static bool parse_range(q_parser *p, q_rel_pat *r)
{
    r->var_length = true;
    r->min = 1;
    r->max = UINT32_MAX;
    bool lower = parse_bound(p, &r->min);
    if (qp_punct(p, QP_DOTDOT, ".."))
        parse_bound(p, &r->max);
    else if (lower)
        r->max = r->min;
    const q_token *t = qp_look(p, 0);
    if (qp_is(t, '-') || t->kind == QK_FLOAT) {
        q_fail(p->c, t->start, "syntax", "InvalidRelationshipPattern", "lengths are whole numbers, 0 or more");
        return false;
    }
    return true;
}

static bool parse_rel_detail(q_parser *p, q_rel_pat *r)
{
    const q_token *t = qp_look(p, 0);
    if (is_name(t)) {
        r->pos = t->start;
        r->var = t->text;
        p->at++;
    } else {
        qp_expect(p, "variable");
    }
    if (qp_punct(p, ':', ":") && !parse_types(p, r))
        return false;
    if (qp_punct(p, '*', "*")) {
        if (!parse_range(p, r))
            return false;
    } else if (qp_is(qp_look(p, 0), QP_DOTDOT)) {
        q_fail(p->c, qp_look(p, 0)->start, "syntax", "InvalidRelationshipPattern", "a length needs *, as in *1..3");
        return false;
    }
    return parse_props(p, &r->props, NULL) && qp_need(p, ']', "]");
}

static q_rel_pat *parse_rel(q_parser *p)
{
    q_rel_pat *r = q_alloc(p->c, 1, sizeof *r);
    if (!r)
        return NULL;
    r->pos = qp_look(p, 0)->start;
    r->slot = r->step_slot = Q_NO_SLOT;
    bool left = qp_punct(p, '<', "<");
    if (!qp_need(p, '-', "-"))
        return NULL;
    if (qp_punct(p, '[', "[") && !parse_rel_detail(p, r))
        return NULL;
    if (!qp_need(p, '-', "-"))
        return NULL;
    bool right = qp_punct(p, '>', ">");
    r->dir = left == right ? CG_BOTH : right ? CG_OUT : CG_IN;
    return r;
}

static bool parse_chain(q_parser *p, q_path_pat *path)
{
    q_node_pat *nodes[Q_MAX_PATTERN + 1];
    q_rel_pat *rels[Q_MAX_PATTERN];
    uint32_t n = 0;
    nodes[0] = parse_node(p);
    if (!nodes[0])
        return false;
    for (;;) {
        const q_token *t = qp_look(p, 0);
        qp_expect(p, "-");
        if (!qp_is(t, '-') && !(qp_is(t, '<') && qp_is(qp_look(p, 1), '-')))
            break;
        if (n == Q_MAX_PATTERN) {
            q_fail_limit(p->c, t->start, "pattern elements", Q_MAX_PATTERN);
            return false;
        }
        if (!(rels[n] = parse_rel(p)) || !(nodes[n + 1] = parse_node(p)))
            return false;
        n++;
    }
    path->n_rels = n;
    path->nodes = q_alloc(p->c, n + 1, sizeof *path->nodes);
    path->rels = q_alloc(p->c, n, sizeof *path->rels);
    if (!path->nodes || !path->rels)
        return false;
    memcpy(path->nodes, nodes, (n + 1) * sizeof *nodes);
    memcpy(path->rels, rels, n * sizeof *rels);
    return true;
}

static bool parse_shortest(q_parser *p, q_path_pat *path)
{
    uint32_t start = qp_look(p, 0)->start;
    path->kind = qp_is_word(qp_look(p, 0), "shortestPath") ? Q_PATH_SHORTEST : Q_PATH_ALL_SHORTEST;
    p->at += 2;
    if (!parse_chain(p, path) || !qp_need(p, ')', ")"))
        return false;
    if (path->n_rels != 1) {
        q_fail(p->c, start, "syntax", "InvalidRelationshipPattern", "a shortest path is one relationship pattern between two nodes");
        return false;
    }
    q_rel_pat *r = path->rels[0];
    if (!r->var_length)
        r->min = r->max = 1;
    r->var_length = true;
    if (r->min > 1) {
        q_fail(p->c, r->pos, "unsupported-feature", "ShortestPathLength", "the lower bound of a shortest path is 0 or 1");
        return false;
    }
    return true;
}

q_path_pat *qp_path(q_parser *p, bool allow_var)
{
    q_path_pat *path = q_alloc(p->c, 1, sizeof *path);
    if (!path || !qp_enter(p))
        return NULL;
    bool ok;
    path->slot = Q_NO_SLOT;
    path->pos = qp_look(p, 0)->start;
    if (allow_var && is_name(qp_look(p, 0)) && qp_is(qp_look(p, 1), '=')) {
        path->var = qp_look(p, 0)->text;
        p->at += 2;
    }
    const q_token *t = qp_look(p, 0);
    if (qp_is(qp_look(p, 1), '(') && (qp_is_word(t, "shortestPath") || qp_is_word(t, "allShortestPaths"))) {
        ok = parse_shortest(p, path);
    } else if (qp_is_word(t, "SHORTEST") || qp_is_word(t, "ALL") || qp_is_word(t, "ANY")) {
        q_fail(p->c, t->start, "unsupported-feature", "PathSelector",
               "path selectors are not supported; use shortestPath or allShortestPaths");
        ok = false;
    } else if (qp_is(t, '(') && qp_is(qp_look(p, 1), '(')) {
        q_fail(p->c, t->start, "unsupported-feature", "QuantifiedPathPattern", "quantified path patterns are not supported; use -[*1..3]-");
        ok = false;
    } else {
        ok = parse_chain(p, path);
    }
    qp_leave(p);
    return ok ? path : NULL;
}

q_pattern *qp_pattern(q_parser *p)
{
    q_path_pat *paths[Q_MAX_PATTERN];
    uint32_t n = 0, rels = 0;
    q_pattern *pattern = q_alloc(p->c, 1, sizeof *pattern);
    if (!pattern)
        return NULL;
    do {
        uint32_t at = qp_look(p, 0)->start;
        if (n == Q_MAX_PATTERN || rels > Q_MAX_PATTERN) {
            q_fail_limit(p->c, at, "pattern elements", Q_MAX_PATTERN);
            return NULL;
        }
        paths[n] = qp_path(p, true);
        if (!paths[n])
            return NULL;
        rels += paths[n++]->n_rels;
    } while (qp_punct(p, ',', ","));
    if (rels > Q_MAX_PATTERN) {
        q_fail_limit(p->c, paths[0]->pos, "pattern elements", Q_MAX_PATTERN);
        return NULL;
    }
    if (!(pattern->paths = q_alloc(p->c, n, sizeof *pattern->paths)))
        return NULL;
    memcpy(pattern->paths, paths, n * sizeof *paths);
    pattern->n = n;
    if (qp_word(p, "WHERE") && !(pattern->where = qp_expr(p)))
        return NULL;
    return pattern;
}
