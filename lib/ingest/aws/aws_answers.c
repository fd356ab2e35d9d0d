/* All tables of the services. */
#include "ingest/aws/aws_answers.h"

#include <string.h>

static const aws_answer *const tables[] = {
    aws_answers_iam,      aws_answers_organizations, aws_answers_ec2,       aws_answers_launch, aws_answers_network, aws_answers_transit,
    aws_answers_elb,      aws_answers_containers,    aws_answers_eks,       aws_answers_lambda, aws_answers_edge,    aws_answers_storage,
    aws_answers_database, aws_answers_secrets,       aws_answers_messaging, aws_answers_build,  aws_answers_ml,      aws_answers_management,
    aws_answers_api,      aws_answers_dns,
};

const aws_answer *aws_answer_next(aws_answer_iter *it)
{
    while (it->table < sizeof tables / sizeof tables[0]) {
        const aws_answer *row = &tables[it->table][it->row++];
        if (row->operation)
            return row;
        it->table++;
        it->row = 0;
    }
    return NULL;
}

const aws_answer *aws_answer_find(cg_str operation)
{
    aws_answer_iter it = { 0 };
    const aws_answer *row;

    while ((row = aws_answer_next(&it)))
        if (cg_str_eq(operation, cg_str_from(row->operation)))
            return row;
    return NULL;
}

static void find_rows(struct aws_rows_slot *slot, const char *operation, const char *items)
{
    const char *blank = strchr(operation, ' ');
    const cg_str name = { operation, blank ? (size_t)(blank - operation) : strlen(operation) };
    aws_answer_iter it = { 0 };
    const aws_answer *row;

    slot->operation = operation;
    slot->items = items;
    slot->n = 0;
    if (blank)
        items = blank + 1;
    while ((row = aws_answer_next(&it)))
        if (slot->n < AWS_ROWS_MOST && cg_str_eq(cg_str_from(row->operation), name) && (!items || strcmp(row->items, items) == 0))
            slot->rows[slot->n++] = row;
}

const struct aws_rows_slot *aws_rows_of(aws_rows *r, const char *operation, const char *items)
{
    const uint64_t h = ((uint64_t)(uintptr_t)operation ^ (uint64_t)(uintptr_t)items << 1) * UINT64_C(0x9E3779B97F4A7C15);
    struct aws_rows_slot *slot = &r->slots[h >> 56];

    if (slot->operation != operation || slot->items != items) /* whoever comes later takes the place */
        find_rows(slot, operation, items);
    return slot;
}
