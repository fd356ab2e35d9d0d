#include "ingest/dialects.h"

static const cg_dialect *const dialects[] = {
    &cg_dialect_aws,
    &cg_dialect_aws_config,
    &cg_dialect_aws_gaad,
    &cg_dialect_epss,
    &cg_dialect_grype,
    &cg_dialect_kev,
    &cg_dialect_kubernetes,
    &cg_dialect_ocsf,
    &cg_dialect_opengraph,
    &cg_dialect_opengraph_schema,
    &cg_dialect_snapshot,
    &cg_dialect_terraform,
    &cg_dialect_trivy,
};
#define N_DIALECTS (uint32_t)(sizeof dialects / sizeof dialects[0])

uint32_t cg_dialect_count(void)
{
    return N_DIALECTS;
}

const cg_dialect *cg_dialect_get(uint32_t i)
{
    return i < N_DIALECTS ? dialects[i] : NULL;
}

const cg_dialect *cg_dialect_find(cg_str name)
{
    for (uint32_t i = 0; i < N_DIALECTS; i++)
        if (cg_str_eq(name, cg_str_from(dialects[i]->name)))
            return dialects[i];
    return NULL;
}

const cg_dialect *cg_dialect_recognise(const char *head, size_t length, bool whole)
{
    const cg_dialect *best = NULL;
    int best_score = 0;

    for (uint32_t i = 0; i < N_DIALECTS; i++) {
        int score = dialects[i]->recognise(head, length, whole);
        if (score > best_score) {
            best = dialects[i];
            best_score = score;
        }
    }
    return best;
}
