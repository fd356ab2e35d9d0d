/* Path searches beside igraph in one process: rounds interleaved, CPU time, medians. One JSON line per row:
 * {"name","size","ours","peer","ratio","gate","goal","extrapolated","ok"}; seconds. Exit 1 when a ratio is below its gate.
 * bench_paths [--full] [nodes-for-lists] [nodes-for-reach] [rounds]; defaults 100000 1000000 5.
 * bench_paths --edges FILE NODES DENSITY HOPS [rounds] is for peers in other processes: writes the attack edges as text and prints how many
 * paths there are and how long listing and counting them take here. */
#include <igraph.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "estate.h"
#include "graph/view_arcs.h"
#include "paths/paths.h"

#define PEER_LIMIT 60.0 /* seconds after which a peer is stopped and its time extrapolated */
#define MAX_ROUNDS 25

static double cpu_now(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *t, int n)
{
    qsort(t, (size_t)n, sizeof *t, by_value);
    return n % 2 ? t[n / 2] : (t[n / 2 - 1] + t[n / 2]) / 2;
}

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_paths: %s\n", what);
    exit(2);
}

/* ---- the same estate twice ---- */

typedef struct pair {
    estate *e;
    cg_view *v;
    igraph_t g;
    igraph_vector_t weights;
    uint32_t *target_list;
} pair;

static void make_view(pair *p, cg_mem *mem)
{
    estate *e = p->e;
    cg_view *v = cg_calloc(mem, 1, sizeof *v);
    check(v != NULL, "out of memory");
    v->mem = cg_mem_ref(mem);
    v->n_nodes = v->n_states = v->first_hub = v->n_vertices = e->n_nodes;
    check(cg_view_arcs_begin(v, NULL) == CSPM_OK, "out of memory");
    for (uint32_t i = 0; i < e->n_edges; i++)
        if (e->edge_kind[i] < ESTATE_TRAVERSABLE)
            cg_view_arcs_count(v, e->from[i]);
    check(cg_view_arcs_ready(v, NULL) == CSPM_OK, "out of memory");
    for (uint32_t i = 0; i < e->n_edges; i++)
        if (e->edge_kind[i] < ESTATE_TRAVERSABLE)
            cg_view_arcs_put(
                v, &(cg_view_arc){ e->from[i], e->to[i], cg_cost_of(estate_likelihood(e->edge_kind[i])), e->edge_kind[i], i, false });
    check(cg_view_arcs_finish(v, NULL, NULL) == CSPM_OK, "out of memory");
    p->v = v;
}

static void list_targets(pair *p)
{
    p->target_list = malloc(p->e->n_targets * sizeof *p->target_list);
    check(p->target_list != NULL, "out of memory");
    for (uint32_t n = 0, t = 0; n < p->e->n_nodes; n++)
        if (p->e->sensitive[n])
            p->target_list[t++] = n;
}

/* igraph gets the attack edges only, and a sink behind the targets whose edges cost nothing. */
static void make_igraph(pair *p)
{
    estate *e = p->e;
    igraph_vector_int_t edges;
    igraph_integer_t at = 0, m = (igraph_integer_t)e->n_attack_edges + e->n_targets;
    check(igraph_vector_int_init(&edges, 2 * m) == IGRAPH_SUCCESS && igraph_vector_init(&p->weights, m) == IGRAPH_SUCCESS, "out of memory");
    for (uint32_t i = 0; i < e->n_edges; i++) {
        if (e->edge_kind[i] >= ESTATE_TRAVERSABLE)
            continue;
        VECTOR(edges)[2 * at] = e->from[i];
        VECTOR(edges)[2 * at + 1] = e->to[i];
        VECTOR(p->weights)[at++] = cg_cost_of(estate_likelihood(e->edge_kind[i]));
    }
    list_targets(p);
    for (uint32_t t = 0; t < e->n_targets; t++) {
        VECTOR(edges)[2 * at] = p->target_list[t];
        VECTOR(edges)[2 * at + 1] = e->n_nodes;
        VECTOR(p->weights)[at++] = 0;
    }
    check(igraph_create(&p->g, &edges, (igraph_integer_t)e->n_nodes + 1, true) == IGRAPH_SUCCESS, "igraph_create failed");
    igraph_vector_int_destroy(&edges);
}

static void make_pair(pair *p, cg_mem *mem, uint32_t nodes, char density)
{
    uint64_t counted, expected;
    p->e = estate_make(nodes, density, 1);
    check(p->e != NULL, "out of memory");
    if (nodes >= 100000 && !estate_check(p->e, &counted, &expected)) {
        fprintf(stderr, "bench_paths: estate %c%u has %llu paths of 6 hops, expected about %llu\n", density, nodes,
                (unsigned long long)counted, (unsigned long long)expected);
        exit(2);
    }
    make_view(p, mem);
    make_igraph(p);
}

static void free_pair(pair *p)
{
    cg_view_free(p->v);
    igraph_destroy(&p->g);
    igraph_vector_destroy(&p->weights);
    free(p->target_list);
    estate_free(p->e);
}

static cg_core *make_core(const pair *p, uint32_t max_length, uint64_t max_enumerated)
{
    cg_endpoint entry = { 0, 1000000, false }, *targets = malloc(p->e->n_targets * sizeof *targets);
    cg_core *c;
    check(targets != NULL, "out of memory");
    for (uint32_t i = 0; i < p->e->n_targets; i++)
        targets[i] = (cg_endpoint){ p->target_list[i], 1000000, false };
    cg_path_request q = { .entries = &entry, .n_entries = 1, .targets = targets, .n_targets = p->e->n_targets, .max_length = max_length };
    q.max_enumerated = max_enumerated;
    check(cg_core_build(p->v, &q, NULL, &c, NULL) == CSPM_OK, "core failed");
    free(targets);
    return c;
}

/* ---- rows ---- */

static bool failed;

static void row(const char *name, char density, uint32_t size, double ours, double peer, double gate, double goal, bool extrapolated)
{
    double ratio = ours > 0 ? peer / ours : 0;
    printf("{\"name\":\"%s\",\"size\":\"%c%u\",\"ours\":%.6f,\"peer\":%.6f,\"ratio\":%.1f,\"gate\":%g,\"goal\":%g,\"extrapolated\":%s,"
           "\"ok\":%s}\n",
           name, density, size, ours, peer, ratio, gate, goal, extrapolated ? "true" : "false", ratio >= gate ? "true" : "false");
    fflush(stdout);
    failed |= ratio < gate;
}

static uint64_t *top_ours(const pair *p, uint32_t k, double *seconds)
{
    uint64_t *costs = malloc(k * sizeof *costs);
    cg_found_list found;
    double start = cpu_now();
    cg_core *c = make_core(p, 254, 0);
    check(cg_paths_best(c, k, NULL, &found, NULL) == CSPM_OK && found.truncated == 0 && found.paths.count == k, "best paths failed");
    *seconds = cpu_now() - start;
    for (uint32_t i = 0; i < k && costs; i++)
        costs[i] = found.paths.data[i].edge_cost;
    cg_found_list_free(&found);
    cg_core_free(c);
    return costs;
}

static void top_igraph(const pair *p, uint32_t k, double *seconds, const uint64_t *expected)
{
    igraph_vector_int_list_t edges;
    igraph_vector_int_list_init(&edges, 0);
    double start = cpu_now();
    check(igraph_get_k_shortest_paths(&p->g, &p->weights, NULL, &edges, k, 0, p->e->n_nodes, IGRAPH_OUT) == IGRAPH_SUCCESS,
          "igraph failed");
    *seconds = cpu_now() - start;
    check(igraph_vector_int_list_size(&edges) == (igraph_integer_t)k, "igraph found another number of paths");
    for (uint32_t i = 0; i < k && expected; i++) {
        const igraph_vector_int_t *one = igraph_vector_int_list_get_ptr(&edges, i);
        uint64_t cost = 0;
        for (igraph_integer_t j = 0; j < igraph_vector_int_size(one); j++)
            cost += (uint64_t)VECTOR(p->weights)[VECTOR(*one)[j]];
        check(cost == expected[i], "the cost of a path differs from igraph's");
    }
    igraph_vector_int_list_destroy(&edges);
}

static void bench_top(const pair *p, int rounds)
{
    double ours[MAX_ROUNDS], peer[MAX_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        uint64_t *costs = top_ours(p, 100, &ours[i]);
        top_igraph(p, 100, &peer[i], costs);
        free(costs);
    }
    row("top-100 paths vs igraph_get_k_shortest_paths", p->e->density, p->e->n_nodes, median(ours, rounds), median(peer, rounds), 50, 140,
        false);
}

static void bench_reach(const pair *p, int rounds)
{
    double ours[MAX_ROUNDS], peer[MAX_ROUNDS];
    uint64_t *forward = malloc(((size_t)p->v->n_vertices + 63) / 8 + 8), *backward = malloc(((size_t)p->v->n_vertices + 63) / 8 + 8);
    check(forward && backward, "out of memory");
    for (int i = 0; i < rounds; i++) {
        uint32_t start = 0, a = 0, b = 0;
        igraph_vector_int_t out, in;
        igraph_vector_int_init(&out, 0);
        igraph_vector_int_init(&in, 0);
        double t = cpu_now();
        check(cg_view_reach(p->v, CG_OUT, &start, 1, NULL, forward, &a, NULL) == CSPM_OK &&
                  cg_view_reach(p->v, CG_IN, p->target_list, p->e->n_targets, NULL, backward, &b, NULL) == CSPM_OK,
              "reach failed");
        ours[i] = cpu_now() - t;
        t = cpu_now();
        check(igraph_subcomponent(&p->g, &out, 0, IGRAPH_OUT) == IGRAPH_SUCCESS &&
                  igraph_subcomponent(&p->g, &in, p->e->n_nodes, IGRAPH_IN) == IGRAPH_SUCCESS,
              "igraph failed");
        peer[i] = cpu_now() - t;
        check(igraph_vector_int_size(&in) == (igraph_integer_t)b + 1 && igraph_vector_int_size(&out) - 1 == (igraph_integer_t)a,
              "igraph reaches another number of nodes");
        igraph_vector_int_destroy(&out);
        igraph_vector_int_destroy(&in);
    }
    free(forward);
    free(backward);
    row("forward + backward reach vs igraph_subcomponent", p->e->density, p->e->n_nodes, median(ours, rounds), median(peer, rounds), 6, 12,
        false);
}

/* ---- enumeration ---- */

static double peer_started;

static igraph_error_t interrupt_late(void *data)
{
    (void)data;
    return cpu_now() - peer_started > PEER_LIMIT ? IGRAPH_INTERRUPTED : IGRAPH_SUCCESS;
}

/* CPU seconds, or negative when it was interrupted. */
static double enumerate_igraph(const pair *p, uint32_t hops, uint64_t *count)
{
    igraph_vector_int_t res, ends;
    igraph_vs_t targets;
    igraph_vector_int_init(&res, 0);
    igraph_vector_int_init(&ends, p->e->n_targets);
    for (uint32_t i = 0; i < p->e->n_targets; i++)
        VECTOR(ends)[i] = p->target_list[i];
    igraph_vs_vector(&targets, &ends);
    igraph_set_interruption_handler(interrupt_late);
    peer_started = cpu_now();
    igraph_error_t rc = igraph_get_all_simple_paths(&p->g, &res, 0, targets, (igraph_integer_t)hops, IGRAPH_OUT);
    double seconds = cpu_now() - peer_started;
    igraph_set_interruption_handler(NULL);
    *count = 0;
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(&res); i++)
        *count += VECTOR(res)[i] < 0;
    igraph_vs_destroy(&targets);
    igraph_vector_int_destroy(&ends);
    igraph_vector_int_destroy(&res);
    return rc == IGRAPH_SUCCESS ? seconds : -seconds;
}

static int32_t visit_counting(void *user, const cg_found *path)
{
    *(uint64_t *)user += path->n_hops > 0;
    return CSPM_OK;
}

static double enumerate_ours(const pair *p, uint32_t hops, uint64_t *count, bool list)
{
    uint32_t truncated;
    double start = cpu_now();
    cg_core *c = make_core(p, hops, UINT64_MAX);
    *count = 0;
    int32_t rc =
        list ? cg_paths_all(c, NULL, visit_counting, count, &truncated, NULL) : cg_paths_count(c, NULL, count, NULL, &truncated, NULL);
    check(rc == CSPM_OK && truncated == 0, "enumeration failed");
    cg_core_free(c);
    return cpu_now() - start;
}

/* The report by pattern, core and all, beside listing the same paths one by one. */
static void bench_patterns(const pair *p, uint32_t hops, int rounds)
{
    double ours[MAX_ROUNDS], listed[MAX_ROUNDS];
    uint64_t paths, walks;
    char name[96];
    for (int i = 0; i < rounds; i++) {
        cg_pattern_list list;
        double start = cpu_now();
        cg_core *c = make_core(p, hops, 0);
        check(cg_paths_patterns(c, 0, NULL, &list, NULL) == CSPM_OK && list.truncated == 0, "patterns failed");
        ours[i] = cpu_now() - start;
        walks = 0;
        for (size_t j = 0; j < list.patterns.count; j++)
            walks += list.patterns.data[j].count;
        cg_pattern_list_free(&list);
        cg_core_free(c);
        listed[i] = enumerate_ours(p, hops, &paths, true);
        check(walks >= paths, "the patterns stand for fewer walks than there are paths");
    }
    snprintf(name, sizeof name, "patterns of %u hops vs listing the %llu paths behind them", hops, (unsigned long long)paths);
    row(name, p->e->density, p->e->n_nodes, median(ours, rounds), median(listed, rounds), 0.2, hops > 8 ? 5 : 1, false);
}

static void bench_enumerate(const pair *p, uint32_t hops, int rounds)
{
    double listed[MAX_ROUNDS], counted[MAX_ROUNDS], peer[MAX_ROUNDS];
    uint64_t a, b, n;
    bool extrapolated = false;
    int done = 0;
    for (int i = 0; i < rounds; i++) {
        listed[i] = enumerate_ours(p, hops, &a, true);
        counted[i] = enumerate_ours(p, hops, &b, false);
        check(a == b, "counting and listing disagree");
        if (extrapolated)
            continue;
        peer[done] = enumerate_igraph(p, hops, &n);
        if (peer[done] < 0) {
            peer[done] = -peer[done] * (double)a / (double)(n ? n : 1);
            extrapolated = true;
        } else {
            check(n == a, "igraph finds another number of paths");
        }
        done++;
    }
    double theirs = median(peer, done);
    char name[96];
    snprintf(name, sizeof name, "list %llu simple paths of %u hops vs igraph_get_all_simple_paths", (unsigned long long)a, hops);
    row(name, p->e->density, p->e->n_nodes, median(listed, rounds), theirs, a >= 100000 ? 20 : 5, a >= 100000 ? 50 : 10, extrapolated);
    snprintf(name, sizeof name, "count %llu simple paths of %u hops vs igraph_get_all_simple_paths", (unsigned long long)a, hops);
    row(name, p->e->density, p->e->n_nodes, median(counted, rounds), theirs, a >= 100000 ? 20 : 5, a >= 100000 ? 50 : 10, extrapolated);
}

/* ---- the same question for peers in other processes ---- */

/* "nodes edges", the targets in one line (the source is node 0), then an edge a line. */
static bool write_edges(const pair *p, FILE *out)
{
    const estate *e = p->e;
    fprintf(out, "%u %u\n", e->n_nodes, e->n_attack_edges);
    for (uint32_t i = 0; i < e->n_targets; i++)
        fprintf(out, "%s%u", i ? " " : "", p->target_list[i]);
    for (uint32_t i = 0; i < e->n_edges; i++)
        if (e->edge_kind[i] < ESTATE_TRAVERSABLE)
            fprintf(out, "\n%u %u", e->from[i], e->to[i]);
    fputc('\n', out);
    return !ferror(out) && fclose(out) == 0;
}

static int serve(int argc, char **argv)
{
    check(argc == 6 || argc == 7, "usage: bench_paths --edges FILE NODES DENSITY HOPS [rounds <= 25]");
    uint32_t nodes = (uint32_t)strtoul(argv[3], NULL, 10), hops = (uint32_t)strtoul(argv[5], NULL, 10);
    int rounds = argc == 7 ? atoi(argv[6]) : 5;
    double listed[MAX_ROUNDS], counted[MAX_ROUNDS];
    uint64_t a = 0, b = 0;
    pair p = { .e = estate_make(nodes, argv[4][0], 1) };
    cg_mem *mem = cg_mem_new(NULL, 0);
    FILE *out = fopen(argv[2], "w");
    check(p.e && mem && out && hops > 0 && hops < 255 && rounds > 0 && rounds <= MAX_ROUNDS, "bad arguments, or no memory");
    list_targets(&p);
    check(write_edges(&p, out), "cannot write the edges");
    make_view(&p, mem);
    for (int i = 0; i < rounds; i++) {
        listed[i] = enumerate_ours(&p, hops, &a, true);
        counted[i] = enumerate_ours(&p, hops, &b, false);
        check(a == b, "counting and listing disagree");
    }
    printf("{\"paths\":%llu,\"list\":%.6f,\"count\":%.6f}\n", (unsigned long long)a, median(listed, rounds), median(counted, rounds));
    cg_view_free(p.v);
    free(p.target_list);
    estate_free(p.e);
    cg_mem_unref(mem);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--edges") == 0)
        return serve(argc, argv);
    if (argc > 1 && strcmp(argv[1], "--full") == 0) { /* the other benchmarks take it; everything is in the default run here */
        argv++;
        argc--;
    }
    uint32_t lists = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000,
             reach = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000;
    int rounds = argc > 3 ? atoi(argv[3]) : 5;
    cg_mem *mem = cg_mem_new(NULL, 0);
    pair p = { 0 };
    check(mem && rounds > 0 && rounds <= MAX_ROUNDS && lists >= 1000 && reach >= 1000,
          "usage: bench_paths [nodes] [nodes for reach] [rounds <= 25]");
    igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_set_warning_handler(igraph_warning_handler_ignore);
    for (const char *density = "gd"; *density; density++) {
        make_pair(&p, mem, lists, *density);
        bench_top(&p, rounds);
        bench_enumerate(&p, *density == 'g' ? 10 : 8, rounds);
        for (uint32_t hops = 8; *density == 'd' && hops <= 10; hops += 2)
            bench_patterns(&p, hops, rounds);
        free_pair(&p);
    }
    make_pair(&p, mem, reach, 'g');
    bench_reach(&p, rounds);
    free_pair(&p);
    cg_mem_unref(mem);
    return failed;
}
