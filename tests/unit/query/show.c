#include "show.h"

#include <stdlib.h>

typedef CG_VEC(char *) texts;

/* Keys sort by their own bytes: what follows the name (a colon) must not take part. */
static int by_text(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    for (; *x && *x == *y; x++, y++)
        ;
    unsigned char p = (unsigned char)(*x == ':' ? 1 : *x), q = (unsigned char)(*y == ':' ? 1 : *y);
    return (p > q) - (p < q);
}

/* Take the buffer's text as one item of a list that is sorted later. */
static void keep(cg_buf *b, texts *list)
{
    char *copy = cg_alloc(b->mem, b->length + 1);
    if (copy) {
        memcpy(copy, b->data ? b->data : "", b->length);
        copy[b->length] = '\0';
        if (!cg_vec_push(b->mem, list, copy))
            cg_free(b->mem, copy);
    }
}

static void pour(cg_buf *b, texts *list, bool sorted, const char *separator)
{
    if (sorted && list->count)
        qsort(list->data, list->count, sizeof *list->data, by_text);
    for (size_t i = 0; i < list->count; i++) {
        cg_buf_adds(b, i ? separator : "");
        cg_buf_adds(b, list->data[i]);
        cg_free(b->mem, list->data[i]);
    }
    cg_vec_free(b->mem, list);
}

static void show_props(cg_buf *b, const cg_graph *g, const cg_map *m, bool space)
{
    if (!m->count)
        return;
    cg_buf_adds(b, space ? " {" : "{");
    for (uint32_t i = 0; i < m->count; i++) {
        cg_buf_adds(b, i ? ", " : "");
        cg_buf_str(b, m->entries[i].key);
        cg_buf_adds(b, ": ");
        show_value(b, g, m->entries[i].value, false);
    }
    cg_buf_char(b, '}');
}

static void show_node(cg_buf *b, const cg_graph *g, cg_node n)
{
    uint32_t ids[64], count = cg_node_labels(g, n, ids, 64);
    texts labels = { 0 };
    cg_arena arena;
    const cg_map *props;
    cg_arena_init(&arena, b->mem);
    for (uint32_t i = 0; i < count; i++) {
        cg_buf one;
        cg_buf_init(&one, b->mem, 0);
        cg_buf_char(&one, ':');
        cg_buf_str(&one, cg_name_get(g, CG_NAMES_LABEL, ids[i]));
        keep(&one, &labels);
        cg_buf_free(&one);
    }
    cg_buf_char(b, '(');
    pour(b, &labels, true, "");
    if (cg_node_props(g, n, &arena, &props, NULL) >= 0)
        show_props(b, g, props, count > 0);
    cg_buf_char(b, ')');
    cg_arena_free(&arena);
}

static void show_rel(cg_buf *b, const cg_graph *g, cg_rel r)
{
    cg_arena arena;
    const cg_map *props;
    cg_arena_init(&arena, b->mem);
    cg_buf_adds(b, "[:");
    cg_buf_str(b, cg_name_get(g, CG_NAMES_KIND, cg_rel_get(g, r).kind));
    if (cg_rel_props(g, r, &arena, &props, NULL) >= 0)
        show_props(b, g, props, true);
    cg_buf_char(b, ']');
    cg_arena_free(&arena);
}

static void show_path(cg_buf *b, const cg_graph *g, const cg_path *p)
{
    cg_buf_char(b, '<');
    show_node(b, g, p->nodes[0]);
    for (uint32_t i = 0; i < p->n_rels; i++) {
        bool forward = cg_rel_get(g, p->rels[i]).from == p->nodes[i];
        cg_buf_adds(b, forward ? "-" : "<-");
        show_rel(b, g, p->rels[i]);
        cg_buf_adds(b, forward ? "->" : "-");
        show_node(b, g, p->nodes[i + 1]);
    }
    cg_buf_char(b, '>');
}

void show_value(cg_buf *b, const cg_graph *g, cg_value v, bool lists_unordered)
{
    switch (v.type) {
    case CG_NULL:
        cg_buf_adds(b, "null");
        break;
    case CG_BOOL:
        cg_buf_adds(b, v.boolean ? "true" : "false");
        break;
    case CG_INT:
        cg_buf_int(b, v.integer);
        break;
    case CG_FLOAT:
        cg_buf_double(b, v.real == 0 ? 0.0 : v.real); /* minus zero equals zero */
        break;
    case CG_STRING:
        cg_buf_char(b, '\'');
        cg_buf_str(b, cg_value_str(v));
        cg_buf_char(b, '\'');
        break;
    case CG_NODE:
        show_node(b, g, v.node);
        break;
    case CG_REL:
        show_rel(b, g, v.rel);
        break;
    case CG_PATH:
        show_path(b, g, v.path);
        break;
    case CG_MAP:
        if (v.map->count)
            show_props(b, g, v.map, false);
        else
            cg_buf_adds(b, "{}");
        break;
    case CG_LIST: {
        texts items = { 0 };
        for (uint32_t i = 0; i < v.list->count; i++) {
            cg_buf one;
            cg_buf_init(&one, b->mem, 0);
            show_value(&one, g, v.list->items[i], lists_unordered);
            keep(&one, &items);
            cg_buf_free(&one);
        }
        cg_buf_char(b, '[');
        pour(b, &items, lists_unordered, ", ");
        cg_buf_char(b, ']');
        break;
    }
    default:
        cg_buf_adds(b, "?");
    }
}

/* ---- expected cells ---- */

typedef struct reader {
    cg_str s;
    size_t at;
    bool unordered;
} reader;

static char look(const reader *r)
{
    return r->at < r->s.length ? r->s.data[r->at] : '\0';
}
static void blanks(reader *r)
{
    while (look(r) == ' ')
        r->at++;
}
static bool take(reader *r, char c)
{
    blanks(r);
    if (look(r) != c)
        return false;
    r->at++;
    return true;
}
static bool read_value(reader *r, cg_buf *b);

static void read_word(reader *r, cg_buf *b)
{
    while (look(r) && !strchr(" ,:{}()[]<>", look(r)))
        cg_buf_char(b, r->s.data[r->at++]);
}

/* {k: v, ...}, keys sorted; the brace was taken. */
static bool read_map(reader *r, cg_buf *b)
{
    texts items = { 0 };
    bool ok = true;
    blanks(r);
    while (ok && look(r) != '}') {
        cg_buf one;
        cg_buf_init(&one, b->mem, 0);
        blanks(r);
        read_word(r, &one);
        ok = take(r, ':');
        cg_buf_adds(&one, ": ");
        ok = ok && read_value(r, &one);
        keep(&one, &items);
        cg_buf_free(&one);
        blanks(r);
        if (look(r) == ',')
            r->at++;
        else if (look(r) != '}')
            ok = false;
    }
    r->at++;
    cg_buf_char(b, '{');
    pour(b, &items, true, ", ");
    cg_buf_char(b, '}');
    return ok;
}

/* The inside of ( ) or [:T ]. */
static bool read_element(reader *r, cg_buf *b, char end)
{
    texts labels = { 0 };
    bool any = false, ok = true;
    blanks(r);
    while (look(r) == ':') {
        cg_buf one;
        r->at++;
        cg_buf_init(&one, b->mem, 0);
        cg_buf_char(&one, ':');
        read_word(r, &one);
        keep(&one, &labels);
        cg_buf_free(&one);
        any = true;
        blanks(r);
    }
    pour(b, &labels, true, "");
    if (look(r) == '{') {
        r->at++;
        if (any)
            cg_buf_char(b, ' ');
        ok = read_map(r, b);
    }
    ok = ok && take(r, end);
    cg_buf_char(b, end);
    return ok;
}

static bool read_path(reader *r, cg_buf *b)
{
    cg_buf_char(b, '<');
    for (;;) {
        if (!take(r, '('))
            return false;
        cg_buf_char(b, '(');
        if (!read_element(r, b, ')'))
            return false;
        blanks(r);
        if (take(r, '>')) {
            cg_buf_char(b, '>');
            return true;
        }
        if (take(r, '<'))
            cg_buf_char(b, '<');
        if (!take(r, '-') || !take(r, '['))
            return false;
        cg_buf_adds(b, "-[");
        if (!read_element(r, b, ']') || !take(r, '-'))
            return false;
        cg_buf_char(b, '-');
        if (look(r) == '>') {
            r->at++;
            cg_buf_char(b, '>');
        }
    }
}

static bool read_list(reader *r, cg_buf *b)
{
    texts items = { 0 };
    bool ok = true;
    blanks(r);
    while (ok && look(r) != ']') {
        cg_buf one;
        cg_buf_init(&one, b->mem, 0);
        ok = read_value(r, &one);
        keep(&one, &items);
        cg_buf_free(&one);
        blanks(r);
        if (look(r) == ',')
            r->at++;
        else if (look(r) != ']')
            ok = false;
    }
    r->at++;
    cg_buf_char(b, '[');
    pour(b, &items, r->unordered, ", ");
    cg_buf_char(b, ']');
    return ok;
}

static bool read_string(reader *r, cg_buf *b)
{
    cg_buf_char(b, '\'');
    while (look(r) != '\'') {
        if (!look(r))
            return false;
        if (look(r) == '\\' && r->at + 1 < r->s.length)
            r->at++;
        cg_buf_char(b, r->s.data[r->at++]);
    }
    r->at++;
    cg_buf_char(b, '\'');
    return true;
}

static bool read_scalar(reader *r, cg_buf *b)
{
    cg_buf word;
    double d;
    int64_t i;
    cg_buf_init(&word, b->mem, 0);
    read_word(r, &word);
    cg_str s = cg_buf_view(&word);
    bool ok = s.length > 0;
    if (ok && cg_parse_int64(s, &i))
        cg_buf_int(b, i);
    else if (ok && s.data[0] == '.') { /* .5 */
        cg_buf fixed;
        cg_buf_init(&fixed, b->mem, 0);
        cg_buf_char(&fixed, '0');
        cg_buf_str(&fixed, s);
        if (cg_parse_double(cg_buf_view(&fixed), &d))
            cg_buf_double(b, d == 0 ? 0.0 : d);
        cg_buf_free(&fixed);
    } else if (ok && cg_parse_double(s, &d))
        cg_buf_double(b, d);
    else
        cg_buf_str(b, s);
    cg_buf_free(&word);
    return ok;
}

static bool read_value(reader *r, cg_buf *b)
{
    blanks(r);
    char c = look(r);
    if (c == '\'' || c == '(' || c == '<' || c == '{' || c == '[')
        r->at++;
    if (c == '\'')
        return read_string(r, b);
    if (c == '(') {
        cg_buf_char(b, '(');
        return read_element(r, b, ')');
    }
    if (c == '<')
        return read_path(r, b);
    if (c == '{')
        return read_map(r, b);
    if (c == '[' && look(r) == ':') {
        cg_buf_char(b, '[');
        return read_element(r, b, ']');
    }
    return c == '[' ? read_list(r, b) : read_scalar(r, b);
}

bool show_expected(cg_buf *b, cg_str text, bool lists_unordered)
{
    reader r = { text, 0, lists_unordered };
    return read_value(&r, b) && (blanks(&r), r.at == text.length);
}
