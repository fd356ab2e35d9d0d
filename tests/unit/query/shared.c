#include "query_test.h"

#include "query/exec.h"

#include <stdio.h>
#include <stdlib.h>

bool load_shared_json(cg_arena *arena, const char *name, cg_tree **out)
{
    char path[1024];
    const char *root = getenv("CSPM_SHARED");
    snprintf(path, sizeof path, "%s/%s", root ? root : "../shared", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    cg_buf b;
    char block[65536];
    size_t n;
    cg_buf_init(&b, arena->mem, 0);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        cg_buf_add(&b, block, n);
    fclose(f);
    cspm_error *err = NULL;
    int32_t rc = cg_tree_from_json(arena, cg_buf_view(&b), cg_str_from(name), NULL, out, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", cspm_error_text(err, NULL));
    cspm_error_free(err);
    cg_buf_free(&b);
    return rc >= 0;
}

int32_t next_row(cg_run *r, const uint32_t **types, const cg_value **row, cspm_error **err)
{
    int32_t rc = *types ? CSPM_OK : q_column_types(r, types, err);
    if (rc >= 0)
        rc = cg_run_next(r, row, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < r->q->root->n_columns; i++) {
        ck_assert_msg((*row)[i].type == CG_NULL || (*types)[i] >> (*row)[i].type & 1, "column %u of \"%.*s\": a value of type %u, promised %x", i,
                      CG_FMT(r->q->text), (*row)[i].type, (*types)[i]);
    }
    return rc;
}
