/* The snapshot file as its writer and its reader see it; doc/formats/snapshot.md says it in words. Private to lib/graph/snapshot_*.c. */
#ifndef CG_GRAPH_SNAPSHOT_FORMAT_H
#define CG_GRAPH_SNAPSHOT_FORMAT_H

#include "graph/snapshot.h"
#include "graph/store.h"

#define CG_SNAP_VERSION 1u
#define CG_SNAP_BLOCK 65536u
#define CG_SNAP_ALIGN 64u        /* of sections */
#define CG_SNAP_DATA_ALIGN 4096u /* of the first section */
#define CG_SNAP_COMPAT 0u        /* compatible features this code writes; unknown ones are ignored */
#define CG_SNAP_INCOMPAT 0u      /* features a reader must know */

/* All numbers little-endian. */
typedef struct cg_snap_header {
    char magic[8];
    uint32_t version;
    uint32_t header_bytes;
    uint64_t compat, incompat;
    uint64_t file_bytes;
    uint64_t directory_offset, n_sections;
    uint64_t sums_offset, n_blocks; /* XXH3-64 of each block; blocks start at data_offset, the last may be short */
    uint64_t data_offset;
    uint32_t block_bytes;
    uint32_t n_layers;
    uint64_t n_nodes, n_edges; /* for tools that only look */
    uint64_t directory_sum, sums_sum;
    uint64_t header_sum; /* of the bytes before it */
} cg_snap_header;
_Static_assert(sizeof(cg_snap_header) == 128, "the header is 128 bytes on every machine");

/* Directory entries ascend by (layer, kind, index). */
typedef struct cg_snap_section {
    uint32_t layer, kind, index;
    uint32_t element; /* bytes of one element; 1 for texts and descriptions */
    uint64_t offset, bytes;
} cg_snap_section;
_Static_assert(sizeof(cg_snap_section) == 32, "a directory entry is 32 bytes on every machine");

/* Section kinds; the numbers are the format. A presence takes three (bits, rank, list), rows four (presence, offsets). */
enum {
    CG_SNAP_DESCRIPTION = 1, /* counts and small texts of a layer, see cg_snap_layer */
    CG_SNAP_SEGMENT = 2,     /* one an input: index is its number */
    CG_SNAP_ID = 10,         /* starts; bytes are the next kind, as with every string table */
    CG_SNAP_ALIAS = 12,
    CG_SNAP_ALIAS_NODE = 14,
    CG_SNAP_ALIAS_ORDER = 15,
    CG_SNAP_NODE_KINDSET = 16,
    CG_SNAP_KINDSET_OFFSET = 17,
    CG_SNAP_KINDSET_LABELS = 18,
    CG_SNAP_NODE_AT = 19,
    CG_SNAP_EDGE_AT = 20,
    CG_SNAP_DECLARED = 21,
    CG_SNAP_NAME = 24, /* index: cg_names */
    CG_SNAP_NAME_SORTED = 26,
    CG_SNAP_LABEL = 30, /* presence; index: position among the layer's label sets */
    CG_SNAP_LABEL_EVIDENCE = 33,
    CG_SNAP_OUT = 40, /* rows */
    CG_SNAP_TO = 44,
    CG_SNAP_KIND = 45,
    CG_SNAP_ROW_HINT = 46,
    CG_SNAP_IN = 50, /* rows */
    CG_SNAP_ARCS = 54,
    CG_SNAP_EDGE_EVIDENCE = 55,
    CG_SNAP_EDGE_LIKELIHOOD = 56,
    CG_SNAP_EDGE_CONDITIONAL = 57,
    CG_SNAP_HUB = 60,
    CG_SNAP_HUB_IN_OFFSET = 61,
    CG_SNAP_HUB_IN_NODE = 62,
    CG_SNAP_HUB_IN_HUB = 63,
    CG_SNAP_HUB_OUT_OFFSET = 64,
    CG_SNAP_HUB_OUT_NODE = 65,
    CG_SNAP_HUB_OUT_HUB = 66,
    CG_SNAP_HUB_SOURCE = 70, /* rows */
    CG_SNAP_SOURCE_SLOT = 74,
    CG_SNAP_HUB_TARGET = 80, /* rows */
    CG_SNAP_TARGET_SLOT = 84,
    CG_SNAP_EVIDENCE_NODES = 90,
    CG_SNAP_EVIDENCE_RELS = 91,
    CG_SNAP_SAMPLES = 92,
    CG_SNAP_DISBELIEVED = 93,
    CG_SNAP_KEY_NEW = 94,
    CG_SNAP_STRING = 100,      /* lazily checked from here on */
    CG_SNAP_NODE_COLUMN = 110, /* presence; index: position among the layer's node columns */
    CG_SNAP_NODE_VALUES = 113,
    CG_SNAP_EDGE_COLUMN = 120,
    CG_SNAP_EDGE_VALUES = 123
};

/* ---- an open file ---- */

/* What one touch checks: a column with its presence and values, and its range of the layer's strings. */
typedef struct cg_snap_unit {
    _Atomic uint8_t sound;
    const cg_column *column;
    const cg_layer *layer;
    uint64_t begin[4], bytes[4]; /* ranges of the file: bits, rank, list, values */
} cg_snap_unit;

typedef struct cg_snap_file {
    _Atomic uint32_t refs; /* one a layer, one while opening */
    cg_mem *mem;
    char *name;
    const char *base;
    uint64_t bytes;
    void *mapping; /* to unmap; NULL when `copy` holds the bytes */
    void *copy;
    cg_snap_header header;
    const cg_snap_section *sections;
    const uint64_t *sums;
    _Atomic uint8_t *block_sound;
    CG_VEC(cg_snap_unit) units; /* a column's section number is its unit's + 1 */
} cg_snap_file;

void cg_snap_file_unref(void *file);
/* CSPM_E_PARSE naming the file: "damaged snapshot: …"; offset UINT64_MAX = not known. */
int32_t cg_snap_damaged(const cg_snap_file *f, uint64_t offset, cspm_error **err, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Checksums of every block that holds some of these bytes, each block once. */
int32_t cg_snap_verify(cg_snap_file *f, uint64_t offset, uint64_t bytes, cspm_error **err);
const cg_snap_section *cg_snap_find(const cg_snap_file *f, uint32_t layer, uint32_t kind, uint32_t index); /* NULL when absent */
uint64_t cg_snap_sum(const void *bytes, size_t length);

/* ---- one description of a layer for both directions ----
 * cg_snap_layer walks over every field of a layer in one fixed order; writing, it notes arrays as sections and scalars in a stream;
 * reading, it takes them back from there. So the two cannot drift apart. Errors are sticky in `rc`. */
typedef struct cg_snap_out {
    cg_snap_section section;
    const void *data;
} cg_snap_out;

typedef struct cg_snap_io {
    cg_mem *mem;
    cspm_error **err;
    int32_t rc;
    bool writing;
    uint32_t layer;
    /* writing */
    CG_VEC(cg_snap_out) sections;
    CG_VEC(void *) blocks; /* of mem: sections that exist only in the file */
    cg_buf *stream;
    /* reading */
    cg_snap_file *file;
    cg_owner *owner;
    const char *at, *end;
    const cg_layer *reading_layer;
    cg_snap_unit *unit; /* of the column being read, NULL outside */
} cg_snap_io;
void cg_snap_layer(cg_snap_io *io, cg_layer *l);

/* Are the arrays of layer i sound in themselves and towards the layers below? Needs the sums of their blocks checked. */
typedef struct cg_snap_totals {
    uint32_t n_nodes;
    uint64_t names[3];
    uint64_t edges, in_slots, out_slots, evidence;
} cg_snap_totals;
int32_t cg_snap_check_layer(cg_snap_file *f, const cg_layer *l, uint32_t i, cg_snap_totals *below, cspm_op *op, cspm_error **err);
int32_t cg_snap_check_column(cg_snap_file *f, const cg_snap_unit *unit, cspm_error **err);

#endif
