/* Random graphs and random patterns against a naive evaluator that tries every assignment: equal multisets of rows.
 * $CSPM_RANDOM_GRAPHS sets how many graphs (default 150). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query_test.h"

#define MAX_NODES 6
#define MAX_EDGES 7
#define MAX_HOPS 3

typedef struct sample {
    uint32_t n, m;
    bool label[MAX_NODES]; /* has :L */
    uint32_t from[MAX_EDGES], to[MAX_EDGES], kind[MAX_EDGES];
} sample;

typedef struct hop {
    int dir;  /* 1 out, 2 in, 3 both */
    int kind; /* -1 any, 0, 1, 2 = either */
    uint32_t min, max;
    bool var;
} hop;

typedef struct pattern {
    uint32_t hops, n_vars;
    uint32_t var[MAX_HOPS + 1]; /* variable of each node position */
    bool labelled[MAX_HOPS + 1];
    hop hop[MAX_HOPS];
    uint32_t split; /* hops from here on stand in a second comma pattern; `hops` = none */
} pattern;

static uint64_t state;
static uint32_t draw(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static void make_sample(sample *s)
{
    s->n = 1 + draw(MAX_NODES);
    s->m = draw(MAX_EDGES + 1);
    for (uint32_t i = 0; i < s->n; i++)
        s->label[i] = draw(2);
    for (uint32_t i = 0; i < s->m; i++) {
        s->from[i] = draw(s->n);
        s->to[i] = draw(s->n);
        s->kind[i] = draw(2);
    }
}

static void create_text(const sample *s, cg_buf *b)
{
    cg_buf_adds(b, "CREATE ");
    for (uint32_t i = 0; i < s->n; i++)
        cg_buf_printf(b, "%s(n%u%s {i: %u})", i ? ", " : "", i, s->label[i] ? ":L" : "", i);
    for (uint32_t i = 0; i < s->m; i++)
        cg_buf_printf(b, ", (n%u)-[:K%u {i: %u}]->(n%u)", s->from[i], s->kind[i], i, s->to[i]);
    cg_buf_char(b, '\0');
}

static void make_pattern(pattern *p)
{
    p->hops = 1 + draw(MAX_HOPS);
    p->n_vars = 0;
    for (uint32_t i = 0; i <= p->hops; i++) {
        p->var[i] = p->n_vars && draw(5) == 0 ? draw(p->n_vars) : p->n_vars;
        p->n_vars += p->var[i] == p->n_vars;
        p->labelled[i] = draw(3) == 0;
    }
    for (uint32_t i = 0; i < p->hops; i++) {
        hop *h = &p->hop[i];
        h->dir = 1 + (int)draw(3);
        h->kind = (int)draw(4) - 1;
        h->var = draw(2);
        h->min = h->var ? draw(3) : 1;
        h->max = h->var ? (draw(3) ? h->min + draw(3) : UINT32_MAX) : 1;
    }
    p->split = p->hops > 1 && draw(3) == 0 ? 1 + draw(p->hops - 1) : p->hops;
}

static void node_text(const pattern *p, uint32_t i, cg_buf *b)
{
    cg_buf_printf(b, "(v%u%s)", p->var[i], p->labelled[i] ? ":L" : "");
}

static void pattern_text(const pattern *p, cg_buf *b)
{
    static const char *const kinds[] = { "", ":K0", ":K1", ":K0|K1" };
    node_text(p, 0, b);
    for (uint32_t i = 0; i < p->hops; i++) {
        const hop *h = &p->hop[i];
        if (i == p->split) {
            cg_buf_adds(b, ", ");
            cg_buf_printf(b, "(v%u)", p->var[i]);
        }
        cg_buf_printf(b, "%s[r%u%s", h->dir == 2 ? "<-" : "-", i, kinds[h->kind + 1]);
        if (h->var && h->max == UINT32_MAX)
            cg_buf_printf(b, "*%u..", h->min);
        else if (h->var)
            cg_buf_printf(b, "*%u..%u", h->min, h->max);
        cg_buf_adds(b, h->dir == 1 ? "]->" : "]-");
        node_text(p, i + 1, b);
    }
}

static void query_text(const pattern *p, cg_buf *b)
{
    cg_buf_adds(b, "MATCH ");
    pattern_text(p, b);
    cg_buf_adds(b, " RETURN ");
    for (uint32_t i = 0; i < p->n_vars; i++)
        cg_buf_printf(b, "%sv%u.i AS a%u", i ? ", " : "", i, i);
    for (uint32_t i = 0; i < p->hops; i++)
        cg_buf_printf(b, p->hop[i].var ? ", [e IN r%u | e.i] AS b%u" : ", [r%u.i] AS b%u", i, i);
    cg_buf_char(b, '\0');
}

typedef CG_VEC(char *) lines;
typedef struct naive {
    const sample *s;
    const pattern *p;
    cg_mem *mem;
    lines *out;
    uint32_t bound[MAX_HOPS + 1]; /* node of each variable, UINT32_MAX = none */
    bool used[MAX_EDGES];
    uint32_t walk[MAX_HOPS][MAX_EDGES], length[MAX_HOPS];
} naive;

static void add_line(cg_mem *mem, lines *l, const char *text, size_t length)
{
    char *copy = cg_alloc(mem, length + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    ck_assert(cg_vec_push(mem, l, copy));
}

static void emit(naive *x)
{
    cg_buf b;
    cg_buf_init(&b, x->mem, 0);
    for (uint32_t i = 0; i < x->p->n_vars; i++)
        cg_buf_printf(&b, "%s%u", i ? " | " : "", x->bound[i]);
    for (uint32_t i = 0; i < x->p->hops; i++) {
        cg_buf_adds(&b, " | [");
        for (uint32_t k = 0; k < x->length[i]; k++)
            cg_buf_printf(&b, "%s%u", k ? ", " : "", x->walk[i][k]);
        cg_buf_char(&b, ']');
    }
    add_line(x->mem, x->out, b.data, b.length);
    cg_buf_free(&b);
}

static void from_position(naive *x, uint32_t i);

static bool node_fits(const naive *x, uint32_t i, uint32_t node)
{
    return !x->p->labelled[i] || x->s->label[node];
}

/* Node position i is `node`: bind or compare, go on, unbind. */
static void place(naive *x, uint32_t i, uint32_t node)
{
    uint32_t v = x->p->var[i], before = x->bound[v];
    if (!node_fits(x, i, node) || (before != UINT32_MAX && before != node))
        return;
    x->bound[v] = node;
    from_position(x, i);
    x->bound[v] = before;
}

static void walk(naive *x, uint32_t i, uint32_t at)
{
    const hop *h = &x->p->hop[i];
    if (x->length[i] >= h->min)
        place(x, i + 1, at);
    if (x->length[i] >= h->max)
        return;
    for (uint32_t e = 0; e < x->s->m; e++) {
        if (x->used[e] || (h->kind >= 0 && h->kind < 2 && x->s->kind[e] != (uint32_t)h->kind))
            continue;
        for (int way = 1; way <= 2; way++) {
            uint32_t from = way == 1 ? x->s->from[e] : x->s->to[e], to = way == 1 ? x->s->to[e] : x->s->from[e];
            if (!(h->dir & way) || from != at || (way == 2 && (h->dir & 1) && x->s->from[e] == x->s->to[e]))
                continue;
            x->used[e] = true;
            x->walk[i][x->length[i]++] = e;
            walk(x, i, to);
            x->length[i]--;
            x->used[e] = false;
        }
    }
}

static void from_position(naive *x, uint32_t i)
{
    if (i == x->p->hops)
        emit(x);
    else
        walk(x, i, x->bound[x->p->var[i]]);
}

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_lines(cg_mem *mem, lines *l)
{
    for (size_t i = 0; i < l->count; i++)
        cg_free(mem, l->data[i]);
    cg_vec_free(mem, l);
}

static void split_rows(cg_mem *mem, const char *text, lines *out)
{
    while (*text) {
        const char *end = strstr(text, "; ");
        size_t n = end ? (size_t)(end - text) : strlen(text);
        add_line(mem, out, text, n);
        text += n + (end ? 2 : 0);
    }
}

static void compare(bench *b, const sample *s, const pattern *p, const char *create)
{
    cg_buf text;
    lines want = { 0 }, got = { 0 };
    cg_buf_init(&text, b->mem, 0);
    query_text(p, &text);
    naive x = { .s = s, .p = p, .mem = b->mem, .out = &want };
    memset(x.bound, 0xFF, sizeof x.bound);
    for (uint32_t v = 0; v < s->n; v++)
        place(&x, 0, v);
    const char *answer = ask(b, text.data);
    ck_assert_msg(answer[0] != '!', "%s\n%s\n%s", create, text.data, answer);
    split_rows(b->mem, answer, &got);
    if (want.count)
        qsort(want.data, want.count, sizeof *want.data, by_line);
    if (got.count)
        qsort(got.data, got.count, sizeof *got.data, by_line);
    ck_assert_msg(want.count == got.count, "%s\n%s\n%zu rows, not %zu", create, text.data, got.count, want.count);
    for (size_t i = 0; i < want.count; i++)
        ck_assert_msg(!strcmp(want.data[i], got.data[i]), "%s\n%s\nrow %s, not %s", create, text.data, got.data[i], want.data[i]);
    free_lines(b->mem, &want);
    free_lines(b->mem, &got);
    cg_buf_free(&text);
}

static uint32_t n_graphs(void)
{
    return getenv("CSPM_RANDOM_GRAPHS") ? (uint32_t)strtoul(getenv("CSPM_RANDOM_GRAPHS"), NULL, 10) : 150;
}

/* Rows in order, each once. */
static void sorted_rows(bench *b, const char *query, lines *out)
{
    const char *answer = ask(b, query);
    ck_assert_msg(answer[0] != '!', "%s\n%s", query, answer);
    split_rows(b->mem, answer, out);
    if (out->count)
        qsort(out->data, out->count, sizeof *out->data, by_line);
    size_t n = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (n && !strcmp(out->data[n - 1], out->data[i]))
            cg_free(b->mem, out->data[i]);
        else
            out->data[n++] = out->data[i];
    }
    out->count = n;
}

/* Where repeated rows do not show, a search may replace the enumeration of trails: what it finds must be the same. */
static void compare_reach(bench *b, const pattern *p, const char *create)
{
    cg_buf pat, text;
    uint32_t last = p->var[p->hops];
    cg_buf_init(&pat, b->mem, 0);
    cg_buf_init(&text, b->mem, 0);
    pattern_text(p, &pat);
    cg_buf_char(&pat, '\0');
    for (uint32_t form = 0; form < 6; form++) {
        static const char *const plain[] = { "MATCH %s RETURN v0.i AS a, v%u.i AS b",
                                             "MATCH %s RETURN v0.i AS a",
                                             "MATCH %s RETURN count(DISTINCT v%u.i) AS n, count(*) * 0 AS z",
                                             "MATCH %s RETURN max(v%u.i) AS m, count(*) * 0 AS z",
                                             "MATCH (v0), (v%u) MATCH %s RETURN v0.i AS a, v%u.i AS b",
                                             "MATCH %s RETURN v0.i AS a" };
        static const char *const once[] = { "MATCH %s RETURN DISTINCT v0.i AS a, v%u.i AS b",
                                            "MATCH (v0) WHERE EXISTS { %s } RETURN v0.i AS a",
                                            "MATCH %s RETURN count(DISTINCT v%u.i) AS n, count(DISTINCT 1) * 0 AS z",
                                            "MATCH %s RETURN max(v%u.i) AS m, count(DISTINCT 1) * 0 AS z",
                                            "MATCH (v0), (v%u) WHERE EXISTS { %s } RETURN v0.i AS a, v%u.i AS b",
                                            "MATCH (v0) CALL { WITH v0 MATCH %s RETURN DISTINCT 1 AS one } RETURN v0.i AS a" };
        lines want = { 0 }, got = { 0 };
        if (form == 4 && last == 0)
            continue;
        for (int side = 0; side < 2; side++) {
            cg_buf_clear(&text);
            const char *format = side ? once[form] : plain[form];
            for (const char *c = format; *c; c++) {
                if (c[0] == '%')
                    cg_buf_printf(&text, *++c == 's' ? "%s" : "", pat.data);
                else
                    cg_buf_char(&text, *c);
                if (c[0] == 'u')
                    cg_buf_printf(&text, c[-1] == '%' ? "%u" : "", last);
            }
            cg_buf_char(&text, '\0');
            sorted_rows(b, text.data, side ? &got : &want);
        }
        ck_assert_msg(want.count == got.count, "%s\n%s\n%zu rows, not %zu", create, text.data, got.count, want.count);
        for (size_t i = 0; i < want.count; i++)
            ck_assert_msg(!strcmp(want.data[i], got.data[i]), "%s\n%s\nrow %s, not %s", create, text.data, got.data[i], want.data[i]);
        free_lines(b->mem, &want);
        free_lines(b->mem, &got);
    }
    cg_buf_free(&pat);
    cg_buf_free(&text);
}

START_TEST(reachability_equals_trails)
{
    uint32_t graphs = n_graphs();
    cg_mem *mem = cg_mem_new(NULL, 0);
    state = 9;
    for (uint32_t i = 0; i < graphs; i++) {
        sample s;
        bench b;
        cg_buf text;
        make_sample(&s);
        cg_buf_init(&text, mem, 0);
        create_text(&s, &text);
        bench_open(&b, text.data);
        for (int k = 0; k < 8; k++) {
            pattern p;
            make_pattern(&p);
            for (uint32_t h = 0; h < p.hops; h++) {
                p.hop[h].min = p.hop[h].var && p.hop[h].min > 1 ? 1 : p.hop[h].min;
                p.hop[h].max = p.hop[h].var && p.hop[h].max == 1 ? 2 : p.hop[h].max;
            }
            if (k & 1) { /* most ways to search are with one relationship */
                p.hops = p.split = 1;
                p.n_vars = p.var[1] + 1;
                p.hop[0].var = true;
            }
            compare_reach(&b, &p, text.data);
        }
        bench_close(&b);
        cg_buf_free(&text);
    }
    cg_mem_unref(mem);
}
END_TEST

/* The shortest of the trails that satisfy a predicate, found by listing them all. */
START_TEST(shortest_paths_under_predicates)
{
    static const char *const predicates[] = { "true",
                                              "all(r IN relationships(p) WHERE r.i % 3 <> 0)",
                                              "none(n IN nodes(p) WHERE n:L)",
                                              "NOT any(n IN nodes(p) WHERE n.i = 2)",
                                              "any(r IN relationships(p) WHERE r:K1)",
                                              "length(p) > 2",
                                              "length(p) < 3",
                                              "nodes(p)[1].i > 1",
                                              "all(n IN nodes(p) WHERE n.i <= a.i + 2)",
                                              "all(n IN nodes(p) WHERE n.i <> 1) AND single(r IN rels(p) WHERE r:K0)" };
    static const char *const ways[] = { "(a)-[*]->(b)", "(a)<-[*]-(b)", "(a)-[*]-(b)", "(a)-[:K1*..3]-(b)" };
    uint32_t graphs = n_graphs() / 2;
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf text;
    state = 77;
    cg_buf_init(&text, mem, 0);
    for (uint32_t i = 0; i < graphs; i++) {
        sample s;
        bench b;
        cg_buf create;
        make_sample(&s);
        cg_buf_init(&create, mem, 0);
        create_text(&s, &create);
        bench_open(&b, create.data);
        for (size_t k = 0; k < 10; k++) {
            lines want = { 0 }, got = { 0 }, one = { 0 };
            const char *way = ways[draw(4)];
            cg_buf_clear(&text);
            cg_buf_printf(&text,
                          "MATCH p = %s WHERE %s AND a.i <> b.i WITH a, b, length(p) AS l, count(*) AS c ORDER BY l "
                          "WITH a, b, collect([l, c])[0] AS f RETURN a.i AS x, b.i AS y, f[0] AS l, f[1] AS c",
                          way, predicates[k]);
            cg_buf_char(&text, '\0');
            sorted_rows(&b, text.data, &want);
            cg_buf_clear(&text);
            cg_buf_printf(&text, "MATCH p = shortestPath(%s) WHERE %s RETURN a.i AS x, b.i AS y, length(p) AS l, count(*) AS c", way,
                          predicates[k]);
            cg_buf_char(&text, '\0');
            sorted_rows(&b, text.data, &one);
            ck_assert_msg(one.count == want.count, "%s\n%s\n%zu rows, not %zu", create.data, text.data, one.count, want.count);
            for (size_t n = 0; n < one.count; n++) /* one path each; the number of equally short ones stands last */
                ck_assert_msg(!strncmp(one.data[n], want.data[n], strlen("1 | 2 | 3")), "%s\n%s\n%s, not %s", create.data, text.data,
                              one.data[n], want.data[n]);
            cg_buf_clear(&text);
            cg_buf_printf(&text, "MATCH p = allShortestPaths(%s) WHERE %s RETURN a.i AS x, b.i AS y, length(p) AS l, count(*) AS c", way,
                          predicates[k]);
            cg_buf_char(&text, '\0');
            sorted_rows(&b, text.data, &got);
            ck_assert_msg(got.count == want.count, "%s\n%s\n%zu rows, not %zu", create.data, text.data, got.count, want.count);
            for (size_t n = 0; n < got.count; n++)
                ck_assert_msg(!strcmp(got.data[n], want.data[n]), "%s\n%s\n%s, not %s", create.data, text.data, got.data[n], want.data[n]);
            free_lines(b.mem, &want);
            free_lines(b.mem, &got);
            free_lines(b.mem, &one);
        }
        bench_close(&b);
        cg_buf_free(&create);
    }
    cg_buf_free(&text);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(patterns_equal_brute_force)
{
    uint32_t graphs = n_graphs();
    cg_mem *mem = cg_mem_new(NULL, 0);
    state = 20261122;
    for (uint32_t i = 0; i < graphs; i++) {
        sample s;
        bench b;
        cg_buf text;
        make_sample(&s);
        cg_buf_init(&text, mem, 0);
        create_text(&s, &text);
        bench_open(&b, text.data);
        for (int k = 0; k < 12; k++) {
            pattern p;
            make_pattern(&p);
            compare(&b, &s, &p, text.data);
        }
        bench_close(&b);
        cg_buf_free(&text);
    }
    cg_mem_unref(mem);
}
END_TEST

/* CONTAINS against the obvious loop, on texts where the needle nearly stands everywhere. */
START_TEST(contains_equals_a_loop)
{
    static const char *const alphabets[] = { "ab", "y", "xyz ", "payments-", "qQ#" };
    cg_param params[2] = { { CG_STR("s"), cg_v_null() }, { CG_STR("t"), cg_v_null() } };
    bench b;
    bench_open(&b, "");
    b.params = params;
    b.n_params = 2;
    state = 20261123;
    for (uint32_t i = 0; i < 20000; i++) {
        const char *letters = alphabets[i % 5];
        char s[120], t[90];
        uint32_t n = draw(120), m = draw(i % 3 ? 12 : 90);
        for (uint32_t k = 0; k < n; k++)
            s[k] = letters[draw((uint32_t)strlen(letters))];
        for (uint32_t k = 0; k < m; k++)
            t[k] = letters[draw((uint32_t)strlen(letters))];
        if (m && n > m && i % 2)
            memcpy(t, s + draw(n - m), m); /* it is there */
        bool there = m == 0;
        for (uint32_t k = 0; !there && k + m <= n; k++)
            there = memcmp(s + k, t, m) == 0;
        params[0].value = cg_v_str((cg_str){ s, n });
        params[1].value = cg_v_str((cg_str){ t, m });
        char literal[160];
        snprintf(literal, sizeof literal, "RETURN $s CONTAINS '%.*s'", (int)m, t);
        ck_assert_msg(!strcmp(ask(&b, literal), there ? "true" : "false"), "%.*s in %.*s", (int)m, t, (int)n, s);
        ck_assert_msg(!strcmp(ask(&b, "RETURN $s CONTAINS $t"), there ? "true" : "false"), "%.*s in %.*s", (int)m, t, (int)n, s);
    }
    bench_close(&b);
}
END_TEST

/* Grouping by properties, where groups are found again without hashing, against grouping by expressions, where they are not. */
START_TEST(groups_by_properties_equal_groups_by_expressions)
{
    static const char *const values[] = { "'a'", "'b'", "''", "1", "1.0", "2", "true", "false", "2.5", "[1]", "'a'" };
    cg_buf create;
    bench b;
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf_init(&create, mem, 0);
    state = 20261124;
    cg_buf_adds(&create, "CREATE (:N {i: 0}), (:N {k: 'a', i: 3}), (:N {l: 1, i: 2})");
    for (uint32_t i = 1; i < 50; i++)
        cg_buf_printf(&create, ", (:N {i: %u, k: %s, l: %s, m: %u, f: %u.5})", i % 7, values[draw(11)], values[draw(11)], draw(600),
                      draw(9));
    cg_buf_char(&create, '\0');
    bench_open(&b, create.data);
    static const char *const pairs[][2] = {
        { "MATCH (n:N), (o:N) RETURN n.k, o.l, count(*), sum(n.i), min(n.f), max(o.m)",
          "MATCH (n:N), (o:N) RETURN coalesce(n.k), coalesce(o.l), count(*), reduce(s = 0, x IN collect(n.i) | s + x), min(coalesce(n.f)), "
          "max(o.m)" },
        { "MATCH (n:N), (o:N) RETURN n.m, o.m, count(n.k), min(n.m), max(o.f)",
          "MATCH (n:N), (o:N) RETURN coalesce(n.m), coalesce(o.m), count(n.k), min(n.m), max(o.f)" },
        { "MATCH (n:N), (o:N) RETURN n.k, min(o.l), max(o.l), sum(o.m)",
          "MATCH (n:N), (o:N) RETURN coalesce(n.k), min(coalesce(o.l)), max(coalesce(o.l)), sum(o.m + 0)" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char *first = strdup(ask(&b, pairs[i][0]));
        ck_assert(first && strlen(first) > 100 && first[0] != '!');
        const char *second = ask(&b, pairs[i][1]);
        size_t k = 0;
        while (first[k] && first[k] == second[k])
            k++;
        ck_assert_msg(first[k] == second[k], "%s\n%.80s\n%.80s", pairs[i][0], first + (k > 20 ? k - 20 : 0),
                      second + (k > 20 ? k - 20 : 0));
        free(first);
    }
    bench_close(&b);
    cg_buf_free(&create);
    cg_mem_unref(mem);
}
END_TEST

Suite *random_suite(void)
{
    Suite *s = suite_create("random");
    TCase *tc = tcase_create("brute force");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, patterns_equal_brute_force);
    tcase_add_test(tc, reachability_equals_trails);
    tcase_add_test(tc, shortest_paths_under_predicates);
    tcase_add_test(tc, contains_equals_a_loop);
    tcase_add_test(tc, groups_by_properties_equal_groups_by_expressions);
    suite_add_tcase(s, tc);
    return s;
}
