/* From an OpenGraph file to a frozen inventory, against yajl alone with callbacks that count: CPU time and bytes per stored edge.
 * One JSON line a row; the exit status is 1 when a gate is missed. Both sides read the same file with read(), 256 KiB at a time. */
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "estate.h"
#include "reading.h"

#define MAX_ROUNDS 31

typedef struct settings {
    uint32_t nodes;
    uint32_t rounds;
    bool grouped;
    const char *size; /* as rows name it */
    double time_gate, time_goal;
} settings;

/* ---- rows ---- */

static bool row(const settings *s, const char *name, double ours, double peer, double ratio, double gate, double goal, bool higher)
{
    bool ok = higher ? ratio >= gate : ratio <= gate;
    printf("{\"name\":\"%s\",\"size\":\"%s\",\"ours\":%.4f,\"peer\":%.4f,\"ratio\":%.4f,\"gate\":%.2f,\"goal\":%.2f,\"extrapolated\":false,"
           "\"better\":\"%s\",\"ok\":%s}\n",
           name, s->size, ours, peer, ratio, gate, goal, higher ? "higher" : "lower", ok ? "true" : "false");
    fflush(stdout);
    return ok;
}

static bool bench_time(const settings *s, const char *path, const estate *e)
{
    double peer[MAX_ROUNDS], ours[MAX_ROUNDS];

    bench_yajl(path); /* the file is in the page cache after this */
    for (uint32_t i = 0; i < s->rounds; i++) {
        double start = bench_cpu_seconds();
        bench_yajl(path);
        peer[i] = bench_cpu_seconds() - start;

        cg_mem *mem = cg_mem_new(NULL, 0);
        start = bench_cpu_seconds();
        cg_graph *g = bench_load(mem, path);
        ours[i] = bench_cpu_seconds() - start;
        if (cg_graph_n_nodes(g) != e->n_nodes || cg_graph_n_rels(g) > e->n_edges || cg_graph_n_rels(g) < e->n_edges - e->n_edges / 10)
            bench_die("the graph read is not the one written");
        cg_graph_unref(g);
        cg_mem_unref(mem);
        malloc_trim(0);
        fprintf(stderr, "round %u: yajl %.3f s, ours %.3f s (%.3f)\n", i + 1, peer[i], ours[i], peer[i] / ours[i]);
    }
    double a = bench_median(ours, s->rounds), b = bench_median(peer, s->rounds);
    return row(s, s->grouped ? "ingest-time-grouped" : "ingest-time", a, b, b / a, s->time_gate, s->time_goal, true);
}

/* ---- memory, in a process of its own ---- */

static uint64_t status_bytes(const char *field)
{
    char line[256];
    uint64_t kib = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, field, strlen(field)) == 0)
            kib = strtoull(line + strlen(field), NULL, 10);
    if (f)
        fclose(f);
    return kib * 1024;
}

typedef struct footprint {
    uint64_t edges, peak, used, resident;
} footprint;

static footprint measure(const char *path)
{
    footprint f = { 0 };
    uint64_t before = status_bytes("VmRSS:");
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_graph *g = bench_load(mem, path);

    f.edges = cg_graph_n_stored(g);
    f.peak = status_bytes("VmHWM:") - before;
    f.used = cg_mem_used(mem);
    malloc_trim(0);
    f.resident = status_bytes("VmRSS:") - before;
    cg_graph_unref(g);
    cg_mem_unref(mem);
    return f;
}

static bool bench_memory(const settings *s, const char *path)
{
    footprint f = { 0 };
    int ends[2], status;

    malloc_trim(0);
    if (pipe(ends) != 0)
        bench_die("no pipe");
    pid_t child = fork();
    if (child < 0)
        bench_die("no child process");
    if (child == 0) {
        f = measure(path);
        _exit(write(ends[1], &f, sizeof f) == (ssize_t)sizeof f ? 0 : 1);
    }
    close(ends[1]);
    if (read(ends[0], &f, sizeof f) != (ssize_t)sizeof f || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0)
        bench_die("the measuring process failed");
    close(ends[0]);
    double n = (double)f.edges;
    bool ok = row(s, "ingest-peak-bytes-per-edge", (double)f.peak / n, 0, (double)f.peak / n, 150, 115, false);
    ok = row(s, "ingest-steady-bytes-per-edge", (double)f.used / n, 0, (double)f.used / n, 115, 90, false) && ok;
    return row(s, "ingest-steady-rss-per-edge", (double)f.resident / n, 0, (double)f.resident / n, 115, 90, false) && ok;
}

static bool bench(const settings *s)
{
    char path[] = "/tmp/cspm-bench-XXXXXX";
    int fd = mkstemp(path);
    FILE *out = fd >= 0 ? fdopen(fd, "wb") : NULL;
    estate *e = estate_make(s->nodes, 'g', 42);
    estate head;

    if (!out || !e)
        bench_die("cannot make the estate");
    estate_write_opengraph(e, out, s->grouped);
    if (fclose(out) != 0)
        bench_die("cannot write the file");
    head = *e;
    estate_free(e);
    bool ok = bench_memory(s, path);
    ok = bench_time(s, path, &head) && ok;
    unlink(path);
    return ok;
}

int main(int argc, char **argv)
{
    uint32_t rounds = 5, nodes = 0;
    bool full = false, grouped = false, ok = true;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--full") == 0)
            full = true;
        else if (strcmp(argv[i], "--grouped") == 0)
            grouped = true;
        else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--nodes") == 0 && i + 1 < argc)
            nodes = (uint32_t)strtoul(argv[++i], NULL, 10);
        else {
            fprintf(stderr, "usage: bench_ingest [--full] [--grouped] [--rounds N] [--nodes N]\n");
            return 2;
        }
    }
    if (rounds < 1 || rounds > MAX_ROUNDS)
        bench_die("rounds must be 1 to 31");
    if (nodes) {
        char size[16];
        snprintf(size, sizeof size, "%" PRIu32, nodes);
        const settings s = { nodes, rounds, grouped, size, nodes > 300000 ? 0.33 : 0.45, nodes > 300000 ? 0.45 : 0.55 };
        return bench(&s) ? 0 : 1;
    }
    const settings small = { 100000, rounds, grouped, "100k", 0.45, 0.55 }, large = { 1000000, rounds, grouped, "1M", 0.33, 0.45 };
    ok = bench(&small);
    if (full)
        ok = bench(&large) && ok;
    return ok ? 0 : 1;
}
