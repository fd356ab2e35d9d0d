/* What the fuzz targets of dialects share: a small builder, and a document read in pieces. Whatever is broken ends the process. */
#ifndef CG_FUZZ_DIALECT_H
#define CG_FUZZ_DIALECT_H

#include "ingest/dialects.h"

/* Refuses documents beyond 1 MiB, strings beyond 64 KiB and values nested deeper than 64. */
cg_builder *fuzz_builder(cg_mem *mem);
/* A document called NAME, read by the dialect in pieces of PIECE bytes. */
int32_t fuzz_read(cg_builder *b, const cg_dialect *d, const char *name, const char *bytes, size_t length, size_t piece);
/* Read whole and in small pieces, frozen: both must come to the same end and to the same graph. */
void fuzz_compare(cg_mem *mem, const cg_dialect *d, const char *name, const char *bytes, size_t length);
/* Read by whichever dialect recognises it, if any. */
void fuzz_ingest(cg_mem *mem, const char *bytes, size_t length);

#endif
