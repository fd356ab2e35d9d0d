/* The rows of all tables, one after another. */
#ifndef CG_INGEST_AWS_AWS_ANSWERS_H
#define CG_INGEST_AWS_AWS_ANSWERS_H

#include "ingest/aws/aws.h"

typedef struct aws_answer_iter {
    uint32_t table, row;
} aws_answer_iter;
const aws_answer *aws_answer_next(aws_answer_iter *it); /* NULL behind the last */

/* Rows of one operation (and path of items, when not NULL), remembered by the addresses of both: for dialects that bring items of few
 * operations many times. Starts zeroed. */
#define AWS_ROWS_SLOTS 256
#define AWS_ROWS_MOST 6
typedef struct aws_rows {
    struct aws_rows_slot {
        const char *operation, *items;
        uint32_t n;
        const aws_answer *rows[AWS_ROWS_MOST];
    } slots[AWS_ROWS_SLOTS];
} aws_rows;
/* `operation` may carry the path of the items behind a blank. */
const struct aws_rows_slot *aws_rows_of(aws_rows *r, const char *operation, const char *items);

#endif
