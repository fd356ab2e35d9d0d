/* Reading a file, by this library and by yajl alone: what the benchmarks of inputs share. */
#ifndef BENCH_READING_H
#define BENCH_READING_H

#include <stdint.h>
#include <stdio.h>

#include "ingest/ingest.h"

void bench_die(const char *what) __attribute__((noreturn));
double bench_cpu_seconds(void);
double bench_median(double *values, uint32_t n); /* sorts them */
/* The file through yajl with callbacks that count; any number of documents. The number of values and keys. */
uint64_t bench_yajl(const char *path);
/* The file into a frozen inventory. */
cg_graph *bench_load(cg_mem *mem, const char *path);

#endif
