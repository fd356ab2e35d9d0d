/* Exports of a made-up estate in the words of clouds, clusters and scanners, of any size: the same bytes each time. */
#ifndef BENCH_EXPORTS_H
#define BENCH_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct export_kind {
    const char *name;                             /* of the dialect */
    uint32_t (*write)(FILE *out, uint64_t bytes); /* at least so many bytes; the number of items */
    uint32_t share;                               /* there is at least one node for so many items */
    uint32_t indent;                              /* blanks a level, as the tool prints it; 0 = one line */
    double gate;                                  /* what must not be lost; the goal is the same for all */
} export_kind;
/* The same document with line breaks and blanks. */
void export_indented(FILE *in, FILE *out, uint32_t indent);
extern const export_kind export_kinds[]; /* ended by a null name */

#endif
