/* Inputs: a named thing the user gave (file, directory, archive, compressed file, bytes) becomes nodes and edges in a builder. */
#ifndef CG_INGEST_INGEST_H
#define CG_INGEST_INGEST_H

#include "graph/builder.h"

/* One input dialect. New dialects are one file with one of these, and a line in dialects.c. */
typedef struct cg_dialect {
    const char *name;       /* "opengraph" */
    const char *title;      /* "BloodHound OpenGraph" */
    const char *recognised; /* one line for `formats`: how it is told from others */
    uint32_t rank;          /* precedence when sources disagree */
    bool repeats;           /* defines nodes again wherever it meets them: only values that disagree are worth a diagnostic */
    bool yields;            /* its words on a node are copied from elsewhere; see graph/builder.h */
    /* How sure this dialect is of owning content that starts so (up to 64 KiB, decompressed); 0 = not mine, 100 = certain. */
    int (*recognise)(const char *head, size_t length, bool whole);
    /* Streaming reader over the whole content. */
    int32_t (*open)(cg_builder *b, cg_str source, cspm_op *op, void **state, cspm_error **err);
    int32_t (*feed)(void *state, const char *bytes, size_t length, cspm_error **err);
    int32_t (*finish)(void *state, cspm_error **err);
    void (*close)(void *state);
    /* In place of the four above: content that is opened as a file of its own. */
    int32_t (*load)(cg_builder *b, const char *path, cspm_op *op, cspm_error **err);
} cg_dialect;

uint32_t cg_dialect_count(void);
const cg_dialect *cg_dialect_get(uint32_t i); /* in the order `formats` lists them */
const cg_dialect *cg_dialect_find(cg_str name);

enum { CG_INGEST_KEEP_GOING = 1 };
typedef struct cg_ingest_options {
    cg_str format; /* dialect name, or null to recognise */
    uint32_t flags;
} cg_ingest_options;

/* A file, a directory (walked in byte order of names, links not followed out of it), an archive (.zip, .tar.*), a .gz/.zst/.xz/.bz2 file,
 * or "-" (standard input). A failed call leaves the builder as before. A named file that is unreadable, empty or unrecognised is an error;
 * in a directory or archive unrecognised content is a diagnostic, malformed content of a recognised dialect an error unless KEEP_GOING,
 * and nothing recognised at all CSPM_E_UNRECOGNISED. Nested archives are a diagnostic, not opened. */
int32_t cg_ingest_path(cg_builder *b, const char *path, const cg_ingest_options *o, cspm_op *op, cspm_error **err);
int32_t cg_ingest_bytes(cg_builder *b, const void *bytes, size_t length, cg_str name, const cg_ingest_options *o, cspm_op *op,
                        cspm_error **err);

/* Give the graph's diagnostics that know only a byte offset their line and column, reading plain source files once more where they still
 * are. For a graph just frozen, before anybody else sees it. */
int32_t cg_ingest_locate(cg_graph *g, cspm_op *op, cspm_error **err);

#endif
