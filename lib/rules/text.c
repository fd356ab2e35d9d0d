/* Texts with {{variables}}, and conditions written as joined labels. */
#include "rules/rules.h"

void cg_rule_text(cg_buf *out, cg_str text, cg_rule_variable lookup, void *user)
{
    size_t from = 0;
    while (from < text.length) {
        size_t open = cg_str_find(text, CG_STR("{{"), from);
        size_t close = open == SIZE_MAX ? SIZE_MAX : cg_str_find(text, CG_STR("}}"), open + 2);
        if (close == SIZE_MAX)
            break;
        cg_buf_add(out, text.data + from, open - from);
        cg_str value = lookup(user, (cg_str){ text.data + open + 2, close - open - 2 });
        if (value.data)
            cg_buf_str(out, value);
        else
            cg_buf_add(out, text.data + open, close + 2 - open);
        from = close + 2;
    }
    if (from < text.length)
        cg_buf_add(out, text.data + from, text.length - from);
}

static bool has_all(const cg_graph *g, cg_node n, cg_str joined)
{
    for (size_t from = 0, to = 0; from < joined.length; from = to + 1) {
        for (to = from; to < joined.length && joined.data[to] != '&';)
            to++;
        uint32_t label = cg_name_find(g, CG_NAMES_LABEL, (cg_str){ joined.data + from, to - from });
        if (label == CG_NO_NAME || !cg_node_has_label(g, n, label))
            return false;
    }
    return true;
}

bool cg_rule_labels_fit(const cg_graph *g, cg_node n, const cg_str *labels, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (has_all(g, n, labels[i]))
            return true;
    return count == 0;
}
