#include "ingest/aws/aws.h"

const aws_answer aws_answers_ec2[] = {
    { .operation = NULL },
};
