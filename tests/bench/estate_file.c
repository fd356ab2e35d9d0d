/* Writes a generated estate as an OpenGraph document, for benchmarks that read files: estate_file FILE NODES DENSITY SEED. */
#include <stdlib.h>

#include "estate.h"

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: estate_file FILE NODES DENSITY SEED\n", stderr);
        return 2;
    }
    estate *e = estate_make((uint32_t)strtoul(argv[2], NULL, 10), argv[3][0], strtoull(argv[4], NULL, 10));
    FILE *out = fopen(argv[1], "wb");
    if (!e || !out || !estate_write_opengraph(e, out, false) || fclose(out) != 0) {
        fputs("estate_file: cannot make or write the estate\n", stderr);
        return 1;
    }
    printf("{\"nodes\":%u,\"edges\":%u,\"attack_edges\":%u,\"targets\":%u}\n", e->n_nodes, e->n_edges, e->n_attack_edges, e->n_targets);
    estate_free(e);
    return 0;
}
