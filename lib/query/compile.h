/* The parts of a compile that run after binding. */
#ifndef CG_QUERY_COMPILE_H
#define CG_QUERY_COMPILE_H

#include "query/bind.h"
#include "query/parser.h"

/* Fill q->reads. */
int32_t q_find_reads(q_context *c);

#endif
