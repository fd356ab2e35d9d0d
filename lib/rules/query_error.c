/* An error of a rule's pattern is an error of its pack: the same place and words, with the line of the file around it. */
#include "rules/set.h"

static cg_str line_of(cg_str text, uint32_t line)
{
    size_t from = 0;
    for (uint32_t i = 1; i < line && from < text.length; i++) {
        size_t end = cg_str_find(text, CG_STR("\n"), from);
        from = end == SIZE_MAX ? text.length : end + 1;
    }
    size_t end = cg_str_find(text, CG_STR("\n"), from);
    return (cg_str){ text.data + from, (end == SIZE_MAX ? text.length : end) - from };
}

/* Found, expected, class and hint are read off the error's JSON, the one complete view of it. */
static void copy_details(cg_mem *mem, cspm_error *from, cspm_error *to)
{
    size_t length = 0;
    const char *json = cspm_error_json(from, &length);
    cg_tree *root = NULL;
    cg_arena arena;
    cg_arena_init(&arena, mem);
    if (cg_tree_from_json(&arena, (cg_str){ json, length }, CG_STR("error"), NULL, &root, NULL) == CSPM_OK) {
        const cg_tree *e = cg_tree_get(root, "error"), *expected = cg_tree_get(e, "expected");
        cg_str class = cg_tree_string(cg_tree_get(e, "class")), detail = cg_tree_string(cg_tree_get(e, "detail"));
        cg_str found = cg_tree_string(cg_tree_get(e, "found")), hint = cg_tree_string(cg_tree_get(e, "hint"));
        if (class.length)
            cg_error_set_class(to, class.data, detail.length ? detail.data : "");
        if (found.length)
            cg_error_set_found(to, found);
        if (hint.length)
            cg_error_set_hint(to, hint);
        for (uint32_t i = 0; expected && expected->type == CG_TREE_LIST && i < expected->list.count; i++)
            cg_error_add_expected(to, cg_tree_string(expected->list.items[i]));
    }
    cg_arena_free(&arena);
}

int32_t rule_query_error(cg_mem *mem, const rule_entry *e, int32_t rc, cspm_error *inner, cspm_error **err)
{
    bool pattern = rc == CSPM_E_QUERY || rc == CSPM_E_UNSUPPORTED || rc == CSPM_E_INVALID || rc == CSPM_E_PARSE;
    if (!inner || !pattern) {
        if (inner && err && !*err)
            *err = inner;
        else
            cspm_error_free(inner);
        return rc;
    }
    cg_pos pos = { 0 };
    size_t length = 0;
    cspm_error_position(inner, &pos.offset, &pos.line, &pos.column);
    if (!pos.line)
        pos = e->match ? e->match->pos : e->rule.pos;
    const char *message = cspm_error_message(inner, &length);
    cspm_error *outer = NULL;
    rc = cg_fail_at(mem, &outer, CSPM_E_PARSE, e->rule.source, pos, "rule \"%.*s\": %.*s", CG_FMT(e->rule.id), (int)length, message);
    if (rc == CSPM_E_PARSE && outer) {
        copy_details(mem, inner, outer);
        cg_error_set_source_line(outer, line_of(e->pack->text, pos.line));
    }
    cspm_error_free(inner);
    if (err && !*err)
        *err = outer;
    else
        cspm_error_free(outer);
    return rc;
}
