/* What clouds, clusters and scanners export, into a frozen inventory, against yajl alone over the same bytes: CPU time, medians of rounds
 * that alternate. One JSON line a dialect; the exit status is 1 when a gate is missed. */
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exports.h"
#include "reading.h"

#define MAX_ROUNDS 31
#define GOAL 0.30

static bool bench(const export_kind *kind, uint64_t bytes, uint32_t rounds)
{
    char path[] = "/tmp/cspm-bench-XXXXXX";
    double peer[MAX_ROUNDS], ours[MAX_ROUNDS];
    const int fd = mkstemp(path);
    FILE *out = fd >= 0 ? fdopen(fd, "wb") : NULL;

    if (!out)
        bench_die("cannot make the file");
    FILE *plain = kind->indent ? tmpfile() : out;
    if (!plain)
        bench_die("cannot make the file");
    const uint32_t items = kind->write(plain, kind->indent ? bytes / 2 : bytes);
    if (kind->indent) {
        rewind(plain);
        export_indented(plain, out, kind->indent);
        fclose(plain);
    }
    if (fclose(out) != 0)
        bench_die("cannot write the file");
    bench_yajl(path); /* the file is in the page cache after this */
    for (uint32_t i = 0; i < rounds; i++) {
        double start = bench_cpu_seconds();
        bench_yajl(path);
        peer[i] = bench_cpu_seconds() - start;

        cg_mem *mem = cg_mem_new(NULL, 0);
        start = bench_cpu_seconds();
        cg_graph *g = bench_load(mem, path);
        ours[i] = bench_cpu_seconds() - start;
        if (cg_graph_n_nodes(g) < items / kind->share)
            bench_die("the graph read is not the one written");
        fprintf(stderr, "%s, round %u: yajl %.3f s, ours %.3f s (%.3f), %u nodes, %" PRIu64 " relationships\n", kind->name, i + 1, peer[i],
                ours[i], peer[i] / ours[i], cg_graph_n_nodes(g), cg_graph_n_rels(g));
        cg_graph_unref(g);
        cg_mem_unref(mem);
        malloc_trim(0);
    }
    unlink(path);
    const double a = bench_median(ours, rounds), b = bench_median(peer, rounds);
    printf("{\"name\":\"ingest-%s\",\"size\":\"%" PRIu64 " MB\",\"ours\":%.4f,\"peer\":%.4f,\"ratio\":%.4f,\"gate\":%.2f,\"goal\":%.2f,"
           "\"extrapolated\":false,\"better\":\"higher\",\"ok\":%s}\n",
           kind->name, bytes >> 20, a, b, b / a, kind->gate, GOAL, b / a >= kind->gate ? "true" : "false");
    fflush(stdout);
    return b / a >= kind->gate;
}

int main(int argc, char **argv)
{
    uint32_t rounds = 5;
    uint64_t bytes = UINT64_C(24) << 20;
    const char *only = NULL;
    bool ok = true;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--mb") == 0 && i + 1 < argc)
            bytes = (uint64_t)strtoul(argv[++i], NULL, 10) << 20;
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            only = argv[++i];
        else {
            fprintf(stderr, "usage: bench_dialects [--rounds N] [--mb N] [--only DIALECT]\n");
            return 2;
        }
    }
    if (rounds < 1 || rounds > MAX_ROUNDS)
        bench_die("rounds must be 1 to 31");
    for (const export_kind *kind = export_kinds; kind->name; kind++)
        if (!only || strcmp(only, kind->name) == 0)
            ok = bench(kind, bytes, rounds) && ok;
    return ok ? 0 : 1;
}
