/* Out of memory at every allocation of load, query and analyze, through the public interface.
 *
 * Two sweeps over the same scenario: one refuses the n-th request to the context's allocator, the other the n-th call of malloc, calloc or realloc
 * anywhere in the process, which covers the libraries that do not use our allocator. In each run the scenario must end with an answer or with an
 * out-of-memory error, never a crash, never a wrong answer; and give back everything.
 *
 * usage: torture INPUT SAMPLES
 */
#include <cspmgraph/cspmgraph.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

/* ---- the process-wide refusal ---- */
static bool armed;
static unsigned long long calls, refuse_at;
static bool refused;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);

static bool refuse(void)
{
    if (!armed)
        return false;
    if (++calls != refuse_at)
        return false;
    refused = true;
    return true;
}

void *malloc(size_t size)
{
    return refuse() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return refuse() ? NULL : __libc_realloc(block, size);
}

/* ---- the scenario ---- */
static const char *input;

typedef struct outcome {
    int32_t status;
    uint64_t nodes, critical, rows;
    size_t bytes;
} outcome;

typedef struct handles {
    cspm_context *context;
    cspm_builder *builder;
    cspm_ruleset *rules;
    cspm_graph *graph;
    cspm_query *query;
    cspm_cursor *cursor;
    cspm_request *request;
    cspm_analysis *analysis;
    cspm_buffer *text;
    cspm_error *error;
} handles;

static int32_t steps(const cspm_allocator *allocator, handles *h, outcome *out)
{
    static const char text[] = "MATCH (a)-[r*1..2]->(b) WHERE a.name IS NOT NULL AND size(labels(b)) > 0 WITH b, count(*) AS n "
                               "RETURN b.name AS name, labels(b) AS kinds, n ORDER BY n DESC, name LIMIT 20";
    cspm_batch *batch;
    int32_t rc;
    if ((rc = cspm_context_new(allocator, NULL, &h->context, &h->error)) < 0 || (rc = cspm_ruleset_new(h->context, &h->rules, &h->error)) < 0 ||
        (rc = cspm_ruleset_add_builtin(h->rules, &h->error)) < 0 || (rc = cspm_builder_new(h->context, &h->builder, &h->error)) < 0 ||
        (rc = cspm_builder_add_path(h->builder, input, CSPM_NUL, NULL, NULL, NULL, &h->error)) < 0 ||
        (rc = cspm_builder_finish(h->builder, h->rules, NULL, &h->graph, &h->error)) < 0)
        return rc;
    out->nodes = cspm_graph_node_count(h->graph);
    if ((rc = cspm_query_compile(h->context, text, CSPM_NUL, CSPM_LANG_GRAPH, &h->query, &h->error)) < 0 ||
        (rc = cspm_query_run(h->query, h->graph, NULL, NULL, NULL, &h->cursor, &h->error)) < 0)
        return rc;
    while ((rc = cspm_cursor_next(h->cursor, &batch, &h->error)) == CSPM_OK) {
        out->rows += cspm_batch_rows(batch);
        cspm_batch_unref(batch);
    }
    if (rc < 0)
        return rc;
    if (cspm_cursor_truncated(h->cursor))
        return CSPM_E_NOMEM; /* cut short for memory: an honest answer too */
    if ((rc = cspm_request_new(h->context, NULL, &h->request, &h->error)) < 0 ||
        (rc = cspm_analyze(h->graph, h->rules, h->request, NULL, &h->analysis, &h->error)) < 0)
        return rc;
    if (cspm_analysis_truncated(h->analysis))
        return CSPM_E_NOMEM;
    out->critical = cspm_analysis_count(h->analysis, CSPM_LEVEL_CRITICAL);
    if ((rc = cspm_analysis_export(h->analysis, "csv", NULL, NULL, &h->text, &h->error)) < 0)
        return rc;
    cspm_buffer_data(h->text, &out->bytes);
    return CSPM_OK;
}

static outcome run(const cspm_allocator *allocator)
{
    handles h = { 0 };
    outcome out = { 0 };
    out.status = steps(allocator, &h, &out);
    if (out.status < 0 && h.error && cspm_error_code(h.error) != out.status)
        out.status = CSPM_E_INTERNAL;
    cspm_error_free(h.error);
    cspm_buffer_unref(h.text);
    cspm_analysis_unref(h.analysis);
    cspm_request_free(h.request);
    cspm_cursor_free(h.cursor);
    cspm_query_unref(h.query);
    cspm_graph_unref(h.graph);
    cspm_builder_free(h.builder);
    cspm_ruleset_unref(h.rules);
    cspm_context_unref(h.context);
    return out;
}

static bool same(const outcome *a, const outcome *b)
{
    return a->status == CSPM_OK && a->nodes == b->nodes && a->rows == b->rows && a->critical == b->critical && a->bytes == b->bytes;
}

static int n_tests;

static bool result(bool good, const char *what, unsigned long long tried, unsigned long long total)
{
    printf("%sok %d - %s: %llu of %llu refusals tried\n", good ? "" : "not ", ++n_tests, what, tried, total);
    return good;
}

static bool sweep_allocator(uint64_t samples, const outcome *reference)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    unsigned long long tried = 0, bad = 0;
    CG_FAULT_SWEEP(&f, samples)
    {
        outcome o = run(&a);
        tried++;
        bool good = cg_fault_clean(&f) && (o.status == CSPM_E_NOMEM || same(&o, reference));
        if (!good && bad++ < 10)
            printf("# request %llu refused: status %s; %s\n", (unsigned long long)f.fail_at, cspm_status_name(o.status), cg_fault_report(&f));
    }
    return result(bad == 0, "the context's allocator", tried, f.total);
}

static bool sweep_process(uint64_t samples, const outcome *reference)
{
    unsigned long long tried = 0, bad = 0;
    armed = true;
    calls = 0;
    refuse_at = 0;
    run(NULL);
    armed = false;
    unsigned long long total = calls, step = samples && total > samples ? total / samples : 1;
    for (unsigned long long n = 1; n <= total; n += step, tried++) {
        calls = 0;
        refused = false;
        refuse_at = n;
        armed = true;
        outcome o = run(NULL);
        armed = false;
        if (o.status != CSPM_E_NOMEM && !same(&o, reference) && bad++ < 10)
            printf("# malloc call %llu refused (%s): status %s\n", n, refused ? "reached" : "not reached", cspm_status_name(o.status));
    }
    return result(bad == 0, "malloc anywhere in the process", tried, total);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    input = argv[1];
    uint64_t samples = strtoull(argv[2], NULL, 10);
    outcome reference = run(NULL);
    bool good = result(reference.status == CSPM_OK && reference.nodes > 0 && reference.rows > 0, "the scenario works", 0, 0);
    if (good) {
        good = sweep_allocator(samples, &reference);
        good = sweep_process(samples, &reference) && good;
    }
    printf("1..%d\n", n_tests);
    return !good;
}
