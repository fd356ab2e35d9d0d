/* The rows of all tables, one after another. */
#ifndef CG_INGEST_AWS_AWS_ANSWERS_H
#define CG_INGEST_AWS_AWS_ANSWERS_H

#include "ingest/aws/aws.h"

typedef struct aws_answer_iter {
    uint32_t table, row;
} aws_answer_iter;
const aws_answer *aws_answer_next(aws_answer_iter *it); /* NULL behind the last */

#endif
