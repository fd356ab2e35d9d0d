/* The dialects there are; dialects.c lists them. */
#ifndef CG_INGEST_DIALECTS_H
#define CG_INGEST_DIALECTS_H

#include "ingest/ingest.h"

extern const cg_dialect cg_dialect_aws;
extern const cg_dialect cg_dialect_aws_config;
extern const cg_dialect cg_dialect_aws_gaad;
extern const cg_dialect cg_dialect_epss;
extern const cg_dialect cg_dialect_grype;
extern const cg_dialect cg_dialect_kev;
extern const cg_dialect cg_dialect_kubernetes;
extern const cg_dialect cg_dialect_ocsf;
extern const cg_dialect cg_dialect_opengraph;
extern const cg_dialect cg_dialect_opengraph_schema;
extern const cg_dialect cg_dialect_snapshot;
extern const cg_dialect cg_dialect_terraform;
extern const cg_dialect cg_dialect_trivy;

/* The dialect that is surest of owning the content; NULL when none wants it. */
const cg_dialect *cg_dialect_recognise(const char *head, size_t length, bool whole);

#endif
