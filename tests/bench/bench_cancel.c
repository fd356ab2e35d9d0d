/* How long a call goes on after it is cancelled: every long call, cancelled at many moments from its first to its last, the worst of all.
 * The time is the wall's, because that is what who pressed Ctrl-C sees; the best of a few tries at each moment, because a machine that others
 * use adds its own waits.
 *
 * usage: bench_cancel [--full] [--show] [--only estate|DIALECT]
 * One JSON line a call; exit status 1 when one goes on for more than the 50 ms that bindings promise. */
#include <cspmgraph/cspmgraph.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "estate.h"
#include "exports.h"

#define GATE_SECONDS 0.050
#define MOMENTS 15
#define TRIES 3
#define MEASURED_AGAIN 0.020 /* a wait worth a second look */

typedef struct bench {
    cspm_context *context;
    cspm_ruleset *rules;
    char *folder, *snapshot; /* where the estate is */
    char *input;             /* a file for `read` */
    cspm_builder *builder;
    cspm_graph *graph;
    cspm_analysis *analysis;
    double returned; /* when the call under test came back */
    const char *only;
    bool full, show, met;
} bench;

typedef struct task {
    const char *name;
    int32_t (*prepare)(bench *b, cspm_error **err); /* not timed; may be NULL */
    int32_t (*call)(bench *b, cspm_op *op, cspm_error **err);
    const char *text; /* of a query */
} task;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what, cspm_error *err)
{
    fprintf(stderr, "bench_cancel: %s: %s\n", what, err ? cspm_error_text(err, NULL) : "failed");
    exit(2);
}

/* ---- what is cancelled ---- */

static int32_t new_builder(bench *b, cspm_error **err)
{
    cspm_builder_free(b->builder);
    b->builder = NULL;
    return cspm_builder_new(b->context, &b->builder, err);
}

static int32_t read_call(bench *b, cspm_op *op, cspm_error **err)
{
    return cspm_builder_add_path(b->builder, b->input, strlen(b->input), NULL, NULL, op, err);
}

static int32_t filled_builder(bench *b, cspm_error **err)
{
    const int32_t rc = new_builder(b, err);
    return rc == CSPM_OK ? read_call(b, NULL, err) : rc;
}

static int32_t finish_with(bench *b, const cspm_ruleset *rules, cspm_op *op, cspm_error **err)
{
    cspm_graph *g = NULL;
    const int32_t rc = cspm_builder_finish(b->builder, rules, op, &g, err);
    cspm_graph_unref(g);
    return rc;
}

static int32_t freeze_call(bench *b, cspm_op *op, cspm_error **err)
{
    return finish_with(b, NULL, op, err);
}

static int32_t derive_call(bench *b, cspm_op *op, cspm_error **err)
{
    cspm_graph *g = NULL;
    const int32_t rc = cspm_graph_derive(b->graph, b->rules, op, &g, err);
    cspm_graph_unref(g);
    return rc;
}

static int32_t analyze(bench *b, cspm_op *op, cspm_analysis **out, cspm_error **err)
{
    cspm_request *request = NULL;
    int32_t rc = cspm_request_new(b->context, NULL, &request, err);
    if (rc == CSPM_OK)
        rc = cspm_analyze(b->graph, b->rules, request, op, out, err);
    cspm_request_free(request);
    return rc;
}

static int32_t analyze_call(bench *b, cspm_op *op, cspm_error **err)
{
    cspm_analysis *a = NULL;
    const int32_t rc = analyze(b, op, &a, err);
    cspm_analysis_unref(a);
    return rc;
}

static int32_t paths_call(bench *b, cspm_op *op, cspm_error **err)
{
    static const char from[] = "MATCH (n:Internet) RETURN n", to[] = "MATCH (n:SensitiveStore) RETURN n";
    cspm_request *request = NULL;
    cspm_cursor *c = NULL;
    int32_t rc = cspm_request_new(b->context, NULL, &request, err);
    if (rc == CSPM_OK)
        rc = cspm_request_add_query(request, CSPM_SET_ENTRIES, from, sizeof from - 1, err);
    if (rc == CSPM_OK)
        rc = cspm_request_add_query(request, CSPM_SET_TARGETS, to, sizeof to - 1, err);
    if (rc == CSPM_OK)
        rc = cspm_choke_points(b->graph, b->rules, request, op, &c, err);
    cspm_cursor_free(c);
    cspm_request_free(request);
    return rc;
}

static int32_t save_call(bench *b, cspm_op *op, cspm_error **err)
{
    return cspm_graph_save(b->graph, b->snapshot, strlen(b->snapshot), op, err);
}

static int32_t saved(bench *b, cspm_error **err)
{
    return access(b->snapshot, R_OK) == 0 ? CSPM_OK : save_call(b, NULL, err);
}

static int32_t open_call(bench *b, cspm_op *op, cspm_error **err)
{
    cspm_graph *g = NULL;
    const int32_t rc = cspm_graph_open(b->context, b->snapshot, strlen(b->snapshot), op, &g, err);
    cspm_graph_unref(g);
    return rc;
}

static int32_t export_as(bench *b, const char *format, cspm_op *op, cspm_error **err)
{
    cspm_buffer *out = NULL;
    const int32_t rc = cspm_graph_export(b->graph, format, op, &out, err);
    cspm_buffer_unref(out);
    return rc;
}

static int32_t export_call(bench *b, cspm_op *op, cspm_error **err)
{
    return export_as(b, "opengraph", op, err);
}

static int32_t graphml_call(bench *b, cspm_op *op, cspm_error **err)
{
    return export_as(b, "graphml", op, err);
}

static int32_t html_call(bench *b, cspm_op *op, cspm_error **err)
{
    cspm_buffer *out = NULL;
    const int32_t rc = cspm_analysis_export(b->analysis, "html", NULL, op, &out, err);
    cspm_buffer_unref(out);
    return rc;
}

static int32_t analysis_graph(bench *b, cspm_error **err)
{
    return b->analysis ? CSPM_OK : analyze(b, NULL, &b->analysis, err);
}

static int32_t query_text(bench *b, const char *text, cspm_op *op, cspm_error **err)
{
    cspm_run_options options;
    cspm_query *q = NULL;
    cspm_cursor *c = NULL;
    cspm_batch *batch;
    int32_t rc = cspm_query_compile(b->context, text, strlen(text), CSPM_LANG_GRAPH, &q, err);
    cspm_run_options_init(&options, sizeof options);
    options.max_work = options.max_memory_bytes = UINT64_MAX;
    if (rc == CSPM_OK)
        rc = cspm_query_run(q, b->graph, NULL, &options, op, &c, err);
    while (rc == CSPM_OK && (rc = cspm_cursor_next(c, &batch, err)) == CSPM_OK)
        cspm_batch_unref(batch);
    b->returned = now();
    cspm_cursor_free(c);
    cspm_query_unref(q);
    return rc == CSPM_DONE ? CSPM_OK : rc;
}

/* ---- cancelling ---- */

typedef struct canceller {
    pthread_t thread;
    cspm_op *op;
    double after, at; /* seconds into the call; when it was done */
} canceller;

static void *cancel_later(void *user)
{
    canceller *c = user;
    struct timespec wait = { (time_t)c->after, (long)((c->after - (double)(time_t)c->after) * 1e9) };
    while (nanosleep(&wait, &wait) != 0 && errno == EINTR)
        ;
    c->at = now();
    cspm_op_cancel(c->op);
    return NULL;
}

static int32_t call(bench *b, const task *t, cspm_op *op, cspm_error **err)
{
    if (t->text)
        return query_text(b, t->text, op, err);
    const int32_t rc = t->call(b, op, err);
    b->returned = now();
    return rc;
}

/* Seconds from the cancel to the return; negative: the call was over before. */
static double late(bench *b, const task *t, double after)
{
    canceller c = { .after = after };
    cspm_error *err = NULL;
    if ((t->prepare && t->prepare(b, &err) != CSPM_OK) || cspm_op_new(b->context, &c.op, &err) != CSPM_OK)
        die(t->name, err);
    if (pthread_create(&c.thread, NULL, cancel_later, &c) != 0)
        die(t->name, NULL);
    const int32_t rc = call(b, t, c.op, &err);
    pthread_join(c.thread, NULL);
    cspm_op_unref(c.op);
    if (rc != CSPM_OK && rc != CSPM_E_CANCELLED)
        die(t->name, err);
    cspm_error_free(err);
    return b->returned - c.at;
}

static void measure(bench *b, const char *input, const task *t)
{
    cspm_error *err = NULL;
    if (t->prepare && t->prepare(b, &err) != CSPM_OK)
        die(t->name, err);
    const double begun = now();
    if (call(b, t, NULL, &err) != CSPM_OK)
        die(t->name, err);
    const double whole = now() - begun;
    double worst = 0, worst_at = 0;
    for (uint32_t i = 0; i < MOMENTS; i++) {
        const double after = whole * ((double)i + 0.5) / MOMENTS;
        double seconds = late(b, t, after);
        for (uint32_t k = 1; k < TRIES && seconds > MEASURED_AGAIN; k++) {
            const double again = late(b, t, after);
            seconds = again < seconds ? again : seconds;
        }
        if (b->show && seconds > MEASURED_AGAIN)
            fprintf(stderr, "  %s: cancelled at %.0f of %.0f ms, %.0f ms late\n", t->name, 1e3 * after, 1e3 * whole, 1e3 * seconds);
        if (seconds > worst) {
            worst = seconds;
            worst_at = after;
        }
    }
    const bool ok = worst <= GATE_SECONDS;
    b->met = b->met && ok;
    printf("{\"name\":\"cancelled: %s\",\"size\":\"%s\",\"whole\":%.3f,\"worst\":%.4f,\"worst_at\":%.3f,\"gate\":%.3f,\"ok\":%s}\n", t->name, input, whole,
           worst, worst_at, GATE_SECONDS, ok ? "true" : "false");
    fflush(stdout);
}

/* ---- inputs ---- */

static char *in_folder(const bench *b, const char *name)
{
    const size_t length = strlen(b->folder) + strlen(name) + 2;
    char *path = malloc(length);
    if (!path)
        die(name, NULL);
    snprintf(path, length, "%s/%s", b->folder, name);
    return path;
}

static FILE *create(bench *b, const char *name)
{
    free(b->input);
    b->input = in_folder(b, name);
    FILE *out = fopen(b->input, "wb");
    if (!out)
        die(b->input, NULL);
    return out;
}

/* What the generated estate's words mean: built-in packs know none of them. */
static void add_estate_rules(bench *b)
{
    static const char head[] = "schema: cspmgraph/rule-pack/1\n"
                               "pack: { id: bench, version: 1.0.0, title: The generated estate }\n"
                               "rules:\n"
                               "  - { id: bench-entry, form: label, title: Next to the internet, label: EntryPoint,\n"
                               "      verb: reaches, technique: T1190, tactic: initial-access,\n"
                               "      match: 'MATCH (:Internet)-->(n) RETURN n AS node', reads: { labels: [Internet], kinds: ['*'] },\n"
                               "      example: { nodes: [{ id: i, kinds: [Internet] }, { id: n, kinds: [X] }], edges: [{ start: i, end: n, kind: R }] },\n"
                               "      counter_example: { nodes: [{ id: n, kinds: [X] }] } }\n"
                               "  - { id: bench-target, form: label, title: Holds what matters, label: SensitiveData, match_labels: [SensitiveStore],\n"
                               "      example: { nodes: [{ id: s, kinds: [SensitiveStore] }] }, counter_example: { nodes: [{ id: r, kinds: [Resource] }] } }\n"
                               "  - id: bench-kinds\n"
                               "    form: edge-kind\n"
                               "    title: Relationship kinds of the generated estate\n"
                               "    example: { nodes: [{ id: a, kinds: [X] }, { id: b, kinds: [X] }], edges: [{ start: a, end: b, kind: CanAssume }] }\n"
                               "    counter_example: { nodes: [{ id: a, kinds: [X] }, { id: b, kinds: [X] }], edges: [{ start: a, end: b, kind: InSubnet }] }\n"
                               "    kinds:\n";
    char text[8192];
    cspm_error *err = NULL;
    int length = snprintf(text, sizeof text, "%s", head);
    for (uint32_t k = 0; k < ESTATE_EDGE_KINDS; k++) {
        const char *name = estate_edge_kind_name(k);
        if (k < ESTATE_TRAVERSABLE)
            length += snprintf(text + length, sizeof text - (size_t)length,
                               "      - { kind: %s, likelihood: 0.%06u, technique: T1078, tactic: lateral-movement, verb: reaches }\n", name,
                               estate_likelihood(k) % 1000000);
        else
            length += snprintf(text + length, sizeof text - (size_t)length, "      - { kind: %s, traversable: false, verb: touches }\n", name);
    }
    if (cspm_ruleset_add_text(b->rules, text, (size_t)length, "bench.yaml", &err) != CSPM_OK)
        die("rules", err);
}

static void load_graph(bench *b)
{
    cspm_error *err = NULL;
    cspm_graph_unref(b->graph);
    cspm_analysis_unref(b->analysis);
    b->graph = NULL;
    b->analysis = NULL;
    if (filled_builder(b, &err) != CSPM_OK || cspm_builder_finish(b->builder, b->rules, NULL, &b->graph, &err) != CSPM_OK)
        die("load", err);
}

static const task reading[] = { { "read", new_builder, read_call, NULL }, { "freeze", filled_builder, freeze_call, NULL } };
static const task asking[] = {
    { "derive", NULL, derive_call, NULL },
    { "analyze", NULL, analyze_call, NULL },
    { "choke points", NULL, paths_call, NULL },
    { "save", NULL, save_call, NULL },
    { "open", saved, open_call, NULL },
    { "export opengraph", NULL, export_call, NULL },
    { "export graphml", NULL, graphml_call, NULL },
    { "export html", analysis_graph, html_call, NULL },
    { "query: filter", NULL, NULL, "MATCH (n) WHERE n.name CONTAINS 'zz' RETURN count(n)" },
    { "query: sort", NULL, NULL, "MATCH (n) RETURN n ORDER BY n.name DESC, elementId(n)" },
    { "query: group", NULL, NULL, "MATCH (n)-[r]->(m) RETURN n.name, count(DISTINCT m), collect(type(r))" },
    { "query: hops", NULL, NULL, "MATCH (a)-[*1..3]->(b) WHERE b.name = 'nobody' RETURN count(*)" },
    { "query: shortest", NULL, NULL, "MATCH (a:Internet), (b:SensitiveStore) MATCH p = shortestPath((a)-[*..12]->(b)) RETURN max(length(p))" },
};

static void all(bench *b, const char *input, const task *tasks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        measure(b, input, &tasks[i]);
}

static void estates(bench *b)
{
    const uint32_t nodes = b->full ? 1000000 : 100000;
    const char *size = b->full ? "estate 1M" : "estate 100k";
    estate *e = estate_make(nodes, 'g', 7);
    FILE *out = create(b, "estate.json");
    if (!e || !estate_write_opengraph(e, out, false) || fclose(out) != 0)
        die("estate", NULL);
    estate_free(e);
    all(b, size, reading, 2);
    load_graph(b);
    all(b, size, asking, sizeof asking / sizeof asking[0]);
}

static void exports(bench *b)
{
    for (const export_kind *kind = export_kinds; kind->name; kind++) {
        char name[64];
        if (b->only && strcmp(b->only, kind->name) != 0)
            continue;
        snprintf(name, sizeof name, "%s.json", kind->name);
        FILE *out = create(b, name);
        if (!kind->write(out, (uint64_t)(b->full ? 24 : 8) << 20) || fclose(out) != 0)
            die(name, NULL);
        all(b, kind->name, reading, 1);
        load_graph(b);
        all(b, kind->name, asking, 1);
        unlink(b->input);
    }
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/bench-cancel-XXXXXX";
    bench b = { .met = true };
    cspm_error *err = NULL;
    for (int i = 1; i < argc; i++) {
        b.full = b.full || !strcmp(argv[i], "--full");
        b.show = b.show || !strcmp(argv[i], "--show");
        if (!strcmp(argv[i], "--only") && i + 1 < argc)
            b.only = argv[++i];
    }
    if (!(b.folder = mkdtemp(folder)))
        die("temporary folder", NULL);
    b.snapshot = in_folder(&b, "saved.cspm");
    if (cspm_context_new(NULL, NULL, &b.context, &err) != CSPM_OK || cspm_ruleset_new(b.context, &b.rules, &err) != CSPM_OK ||
        cspm_ruleset_add_builtin(b.rules, &err) != CSPM_OK)
        die("rules", err);
    add_estate_rules(&b);
    if (cspm_ruleset_seal(b.rules, &err) != CSPM_OK)
        die("rules", err);
    if (!b.only || !strcmp(b.only, "estate"))
        estates(&b);
    exports(&b);
    unlink(b.snapshot);
    if (b.input)
        unlink(b.input);
    char *first = in_folder(&b, "estate.json");
    unlink(first);
    rmdir(b.folder);
    free(first);
    free(b.snapshot);
    free(b.input);
    cspm_builder_free(b.builder);
    cspm_analysis_unref(b.analysis);
    cspm_graph_unref(b.graph);
    cspm_ruleset_unref(b.rules);
    cspm_context_unref(b.context);
    return !b.met;
}
