/* Any bytes as a share link: refused, or made into a query that compiles. */
#include <stdlib.h>

#include "query/explorer.h"
#include "query/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cg_mem *mem = cg_mem_new(NULL, 64u << 20);
    cg_query *q = NULL;
    cspm_error *err = NULL;
    cg_buf text;
    if (!mem)
        return 0;
    cg_buf_init(&text, mem, 0);
    int32_t rc = cg_explorer_to_query(mem, (cg_str){ (const char *)data, size }, &text, &err);
    if ((rc < 0) != (err != NULL) || rc == CSPM_E_INTERNAL)
        abort();
    if (rc >= 0 && cg_query_compile(mem, cg_buf_view(&text), CG_LANG_GRAPH, CG_STR("explorer"), (cg_pos){ 0 }, &q, &err) < 0 &&
        cspm_error_code(err) != CSPM_E_LIMIT)
        abort();
    if (err)
        cspm_error_text(err, NULL);
    cspm_error_free(err);
    cg_query_unref(q);
    cg_buf_free(&text);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
