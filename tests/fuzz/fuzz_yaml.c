/* The YAML reader under any bytes; what it reads must survive as JSON. */
#include <stdlib.h>

#include "base/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cg_json_limits limits = { .max_depth = 64, .max_string_bytes = 65536 };
    cg_mem *mem = cg_mem_new(NULL, 0);
    if (!mem)
        return 0;
    cg_arena arena;
    cg_arena_init(&arena, mem);
    cspm_error *err = NULL;
    cg_tree *tree, *again;
    int32_t rc = cg_tree_from_yaml(&arena, (cg_str){ (const char *)data, size }, CG_STR("in"), &limits, &tree, &err);
    if (rc != cspm_error_code(err) || (rc == CSPM_OK) != (tree != NULL))
        abort();
    cspm_error_text(err, NULL);
    cspm_error_free(err);
    if (rc == CSPM_OK) {
        cg_buf first, second;
        cg_buf_init(&first, mem, 0);
        cg_buf_init(&second, mem, 0);
        cg_tree_write_json(&first, tree);
        limits.max_depth++; /* the list around several documents */
        if (cg_tree_from_json(&arena, cg_buf_view(&first), CG_STR("again"), &limits, &again, NULL) != CSPM_OK)
            abort();
        cg_tree_write_json(&second, again);
        if (!cg_str_eq(cg_buf_view(&first), cg_buf_view(&second)))
            abort();
        cg_buf_free(&first);
        cg_buf_free(&second);
    }
    cg_arena_free(&arena);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
