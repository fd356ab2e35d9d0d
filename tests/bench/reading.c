#include "reading.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#define PIECE (256u << 10)

void bench_die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(2);
}

double bench_cpu_seconds(void)
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

double bench_median(double *values, uint32_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* ---- the peer ---- */

typedef struct counts {
    uint64_t values, keys, brackets, bytes;
} counts;

static int count_null(void *ctx)
{
    ((counts *)ctx)->values++;
    return 1;
}

static int count_boolean(void *ctx, int value)
{
    (void)value;
    return count_null(ctx);
}

static int count_integer(void *ctx, long long value)
{
    (void)value;
    return count_null(ctx);
}

static int count_double(void *ctx, double value)
{
    (void)value;
    return count_null(ctx);
}

static int count_string(void *ctx, const unsigned char *bytes, size_t length)
{
    (void)bytes;
    ((counts *)ctx)->bytes += length;
    return count_null(ctx);
}

static int count_key(void *ctx, const unsigned char *bytes, size_t length)
{
    (void)bytes;
    ((counts *)ctx)->keys++;
    ((counts *)ctx)->bytes += length;
    return 1;
}

static int count_bracket(void *ctx)
{
    ((counts *)ctx)->brackets++;
    return 1;
}

uint64_t bench_yajl(const char *path)
{
    static const yajl_callbacks callbacks = { count_null,    count_boolean, count_integer, count_double,  NULL,         count_string,
                                              count_bracket, count_key,     count_bracket, count_bracket, count_bracket };
    counts c = { 0 };
    yajl_handle parser = yajl_alloc(&callbacks, NULL, &c);
    unsigned char *piece = malloc(PIECE);
    yajl_config(parser, yajl_allow_multiple_values, 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0 || !piece || !parser)
        bench_die("cannot open the file");
    while ((n = read(fd, piece, PIECE)) > 0)
        if (yajl_parse(parser, piece, (size_t)n) != yajl_status_ok)
            bench_die("yajl refuses the file");
    if (yajl_complete_parse(parser) != yajl_status_ok)
        bench_die("yajl refuses the file");
    close(fd);
    free(piece);
    yajl_free(parser);
    return c.values + c.keys;
}

/* ---- ours ---- */

cg_graph *bench_load(cg_mem *mem, const char *path)
{
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cspm_error *err = NULL;

    if (cg_builder_new(mem, NULL, &b, &err) < 0 || cg_ingest_path(b, path, NULL, NULL, &err) < 0 ||
        cg_builder_freeze(b, NULL, &g, &err) < 0)
        bench_die(cspm_error_text(err, NULL));
    cg_builder_free(b);
    return g;
}
