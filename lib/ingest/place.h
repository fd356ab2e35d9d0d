/* Line and column of byte offsets in content that is fed in pieces, whatever the size of the pieces. */
#ifndef CG_INGEST_PLACE_H
#define CG_INGEST_PLACE_H

#include "base/error.h"

typedef struct cg_place {
    const char *chunk; /* the piece being read; borrowed */
    size_t length;
    uint64_t base;         /* offset of its first byte */
    uint32_t line, column; /* of its first byte */
} cg_place;

void cg_place_init(cg_place *p);
void cg_place_begin(cg_place *p, const char *chunk, size_t length); /* call cg_place_end when it is read */
void cg_place_end(cg_place *p);
/* Position of an offset within the current piece (clamped to it). */
cg_pos cg_place_at(const cg_place *p, uint64_t offset);

#endif
