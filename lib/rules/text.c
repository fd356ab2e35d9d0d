/* Texts with {{variables}}. */
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
