/* Raw bytes of an input: an open file or a buffer, read in pieces of fixed size so that nothing depends on how the system cuts them. */
#ifndef CG_INGEST_SOURCE_H
#define CG_INGEST_SOURCE_H

#include "base/op.h"

#define CG_SOURCE_PIECE (256u << 10)

typedef struct cg_source {
    cg_mem *mem;
    cspm_op *op;
    cg_str name;       /* for errors; borrowed */
    int fd;            /* -1: memory */
    const char *bytes; /* memory */
    uint64_t length;
    uint64_t position; /* of the next piece */
    bool seekable;
    char *buffer; /* of a file: the current piece */
    size_t held;  /* bytes of the current piece */
    bool again;   /* give the current piece once more */
} cg_source;

/* The descriptor stays the caller's. */
int32_t cg_source_open_fd(cg_source *s, cg_mem *mem, cspm_op *op, cg_str name, int fd, cspm_error **err);
void cg_source_open_memory(cg_source *s, cg_mem *mem, cspm_op *op, cg_str name, const void *bytes, size_t length);
void cg_source_close(cg_source *s);
/* Next piece, CG_SOURCE_PIECE bytes except the last; length 0 at the end. Borrowed until the next call. Checks the operation. */
int32_t cg_source_next(cg_source *s, const char **bytes, size_t *length, cspm_error **err);
/* The piece just read will be read again: a look at the head costs nothing. */
void cg_source_unread(cg_source *s);
/* Go to an offset; only when seekable. False when the system refuses. */
bool cg_source_seek(cg_source *s, uint64_t offset);
bool cg_source_size(const cg_source *s, uint64_t *size); /* false when unknown */

#endif
