/* The stage of Amazon's permissions: every access rule over the estate. */
#include <stdlib.h>

#include "access/aws_run.h"

/* Joining a group comes first: then the group acts in the other rules. */
static bool joins_group(const cg_grant *grant)
{
    for (uint32_t i = 0; i < grant->n_labels; i++)
        if (cg_str_eq(grant->labels[i], CG_STR("AWSGroup")))
            return true;
    return false;
}

static bool concerns(const cg_graph *g)
{
    static const char *const labels[] = { "AWSAccount", "AWSUser", "AWSRole", "AWSGroup" };
    bool any = false;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        uint32_t label = cg_name_find(g, CG_NAMES_LABEL, cg_str_from(labels[i]));
        any |= label != CG_NO_NAME && cg_label_count(g, label) > 0;
    }
    return any;
}

typedef struct turn {
    uint32_t grant, n_actions;
    bool first;
} turn;

/* Of two rules that find one relationship the one that needs more says how. */
static int by_turn(const void *a, const void *b)
{
    const turn *x = a, *y = b;
    if (x->first != y->first)
        return x->first ? -1 : 1;
    if (x->n_actions != y->n_actions)
        return x->n_actions > y->n_actions ? -1 : 1;
    return x->grant < y->grant ? -1 : x->grant > y->grant;
}

static int32_t run_rules(aws_stage *stage, cspm_error **err)
{
    const cg_derive_request *request = stage->request;
    turn *turns = cg_calloc(stage->e.mem, request->n_grants, sizeof *turns);
    int32_t rc = turns ? CSPM_OK : cg_nomem(stage->e.mem, err);
    for (uint32_t i = 0; turns && i < request->n_grants; i++) {
        turns[i] = (turn){ .grant = i, .first = joins_group(&request->grants[i]) };
        for (uint32_t k = 0; k < request->grants[i].n_needs; k++)
            turns[i].n_actions += request->grants[i].needs[k].n_actions;
    }
    if (turns)
        qsort(turns, request->n_grants, sizeof *turns, by_turn);
    for (uint32_t i = 0; rc == CSPM_OK && i < request->n_grants; i++)
        rc = aws_rule_run(stage, &request->grants[turns[i].grant], err);
    cg_free(stage->e.mem, turns);
    return rc;
}

static int32_t run(cg_graph *g, const cg_derive_request *request, cg_layer_builder *l, cspm_op *op, cspm_error **err)
{
    aws_stage stage = { .request = request, .l = l };
    int32_t rc;
    if (!request->n_grants || !concerns(g))
        return CSPM_OK;
    rc = aws_estate_load(&stage.e, g, request->now, op, err);
    if (rc == CSPM_OK)
        rc = run_rules(&stage, err);
    /* A relationship two rules find is certain when one of them is. */
    for (uint32_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; rc == CSPM_OK && i < stage.rules.count; i++)
            rc = aws_emit_write(&stage.rules.data[i]->emit, pass == 1, err);
    for (size_t i = 0; i < stage.rules.count; i++)
        aws_rule_free(stage.rules.data[i], stage.e.mem);
    cg_vec_free(stage.e.mem, &stage.rules);
    cg_vec_free(stage.e.mem, &stage.may_rise);
    cg_vec_free(stage.e.mem, &stage.joinable);
    aws_estate_free(&stage.e);
    return rc;
}

const cg_stage cg_stage_aws = { "aws", run };
