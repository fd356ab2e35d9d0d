/* The rule set: packs in the order they were added, what is switched off, and look-ups. */
#include "rules/set.h"

#include "graph/table.h"

int32_t cg_ruleset_new(cg_mem *mem, cg_ruleset **out, cspm_error **err)
{
    cg_ruleset *rs = cg_calloc(mem, 1, sizeof *rs);
    *out = rs;
    if (!rs)
        return cg_nomem(mem, err);
    atomic_init(&rs->refs, 1);
    rs->mem = cg_mem_ref(mem);
    return CSPM_OK;
}

cg_ruleset *cg_ruleset_ref(cg_ruleset *rs)
{
    atomic_fetch_add_explicit(&rs->refs, 1, memory_order_relaxed);
    return rs;
}

void cg_ruleset_unref(cg_ruleset *rs)
{
    if (!rs || atomic_fetch_sub_explicit(&rs->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = rs->mem;
    for (size_t i = 0; i < rs->packs.count; i++)
        rule_pack_free(mem, rs->packs.data[i]);
    for (size_t i = 0; i < rs->disabled.count; i++)
        cg_free(mem, (void *)(uintptr_t)rs->disabled.data[i].data);
    cg_vec_free(mem, &rs->packs);
    cg_vec_free(mem, &rs->disabled);
    cg_free(mem, rs->rules);
    cg_free(mem, rs->finders);
    cg_free(mem, rs->claimed);
    cg_free(mem, rs);
    cg_mem_unref(mem);
}

cg_mem *cg_ruleset_mem(const cg_ruleset *rs)
{
    return rs->mem;
}

static int32_t need_open(const cg_ruleset *rs, cspm_error **err)
{
    return rs->sealed ? cg_fail(rs->mem, err, CSPM_E_INVALID, "the rule set is sealed and cannot change any more") : CSPM_OK;
}

/* A pack with the id of an earlier one takes its place, rules and all. */
static int32_t add_pack(cg_ruleset *rs, rule_pack *pack, cspm_error **err)
{
    for (size_t i = 0; i < rs->packs.count; i++)
        if (cg_str_eq(rs->packs.data[i]->info.id, pack->info.id)) {
            rule_pack_free(rs->mem, rs->packs.data[i]);
            memmove(&rs->packs.data[i], &rs->packs.data[i + 1], (rs->packs.count - i - 1) * sizeof *rs->packs.data);
            rs->packs.count--;
            break;
        }
    if (!cg_vec_push(rs->mem, &rs->packs, pack)) {
        rule_pack_free(rs->mem, pack);
        return cg_nomem(rs->mem, err);
    }
    rs->n_rules = rs->n_finders = 0; /* lists of a failed sealing may name rules of a pack that is gone */
    for (uint32_t p = 0; p < rs->packs.count; p++) {
        rs->packs.data[p]->index = p;
        for (size_t i = 0; i < rs->packs.data[p]->rules.count; i++)
            rs->packs.data[p]->rules.data[i]->rule.pack = p;
    }
    return CSPM_OK;
}

int32_t cg_ruleset_add_text(cg_ruleset *rs, cg_str yaml, cg_str source, cspm_error **err)
{
    rule_pack *pack = NULL;
    int32_t rc = need_open(rs, err);
    if (rc == CSPM_OK)
        rc = rule_pack_read(rs->mem, yaml, source, &pack, err);
    return rc == CSPM_OK ? add_pack(rs, pack, err) : rc;
}

int32_t cg_ruleset_add_builtin(cg_ruleset *rs, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < rule_n_embedded_packs; i++) {
        cg_str text = { (const char *)rule_embedded_packs[i].text, rule_embedded_packs[i].length };
        rc = cg_ruleset_add_text(rs, text, cg_str_from(rule_embedded_packs[i].name), err);
    }
    return rc;
}

static int32_t add_file(void *user, cg_str text, cg_str name, cspm_error **err)
{
    return cg_ruleset_add_text(user, text, name, err);
}

int32_t cg_ruleset_add_path(cg_ruleset *rs, const char *path, cspm_error **err)
{
    int32_t rc = need_open(rs, err);
    return rc == CSPM_OK ? rule_files_each(rs->mem, path, add_file, rs, err) : rc;
}

static bool known_id(const cg_ruleset *rs, cg_str id)
{
    for (size_t p = 0; p < rs->packs.count; p++) {
        const rule_pack *pack = rs->packs.data[p];
        if (cg_str_eq(pack->info.id, id))
            return true;
        for (size_t i = 0; i < pack->rules.count; i++)
            if (cg_str_eq(pack->rules.data[i]->rule.id, id) || cg_str_eq(pack->rules.data[i]->rule.table_id, id))
                return true;
    }
    return false;
}

int32_t cg_ruleset_disable(cg_ruleset *rs, cg_str id, cspm_error **err)
{
    int32_t rc = need_open(rs, err);
    if (rc != CSPM_OK)
        return rc;
    if (!known_id(rs, id))
        return cg_fail(rs->mem, err, CSPM_E_NOTFOUND, "no rule or pack has the id \"%.*s\"", CG_FMT(id));
    char *copy = cg_alloc(rs->mem, id.length + 1);
    if (!copy)
        return cg_nomem(rs->mem, err);
    memcpy(copy, id.data, id.length);
    copy[id.length] = 0;
    if (!cg_vec_push(rs->mem, &rs->disabled, ((cg_str){ copy, id.length }))) {
        cg_free(rs->mem, copy);
        return cg_nomem(rs->mem, err);
    }
    return CSPM_OK;
}

uint32_t cg_ruleset_n_packs(const cg_ruleset *rs)
{
    return (uint32_t)rs->packs.count;
}

const cg_pack_info *cg_ruleset_pack(const cg_ruleset *rs, uint32_t i)
{
    return &rs->packs.data[i]->info;
}

uint32_t cg_ruleset_n_rules(const cg_ruleset *rs)
{
    return rs->n_rules;
}

const cg_rule *cg_ruleset_rule(const cg_ruleset *rs, uint32_t i)
{
    return &rs->rules[i]->rule;
}

const cg_rule *cg_ruleset_find(const cg_ruleset *rs, cg_str id)
{
    const rule_entry *e = ruleset_entry(rs, id);
    return e ? &e->rule : NULL;
}

const cg_risk *cg_ruleset_risk(const cg_ruleset *rs)
{
    return &rs->risk;
}

/* ---- one rule as it stands in its pack ---- */

static void write_lines(cg_str text, cg_buf *out)
{
    size_t indent = 0, from = 0;
    while (indent < text.length && (text.data[indent] == ' ' || text.data[indent] == '-'))
        indent++;
    while (from < text.length) {
        size_t end = cg_str_find(text, CG_STR("\n"), from);
        end = end == SIZE_MAX ? text.length : end;
        size_t skip = from == 0 ? indent : 0;
        while (from && skip < indent && from + skip < end && text.data[from + skip] == ' ')
            skip++;
        cg_buf_add(out, text.data + from + skip, end - from - skip);
        cg_buf_char(out, '\n');
        from = end + 1;
    }
}

int32_t cg_ruleset_show(const cg_ruleset *rs, cg_str id, cg_buf *out, cspm_error **err)
{
    for (size_t p = rs->packs.count; p-- > 0;)
        for (size_t i = 0; i < rs->packs.data[p]->rules.count; i++) {
            const cg_rule *rule = &rs->packs.data[p]->rules.data[i]->rule;
            if (!cg_str_eq(rule->id, id) && !cg_str_eq(rule->table_id, id))
                continue;
            write_lines(rule->yaml, out);
            return out->failed ? cg_nomem(rs->mem, err) : CSPM_OK;
        }
    return cg_fail(rs->mem, err, CSPM_E_NOTFOUND, "no rule has the id \"%.*s\"", CG_FMT(id));
}

/* ---- rules as a table ---- */

enum {
    C_ID,
    C_FORM,
    C_TITLE,
    C_SEVERITY,
    C_LABEL,
    C_KIND,
    C_TECHNIQUE,
    C_TACTIC,
    C_PACK,
    C_STRATUM,
    C_ENABLED,
    C_DESCRIPTION,
    C_REMEDIATION,
    N_COLUMNS
};

static const cg_column_spec columns[N_COLUMNS] = {
    [C_ID] = { { "id", 2 }, CSPM_TYPE_STRING },
    [C_FORM] = { { "form", 4 }, CSPM_TYPE_STRING },
    [C_TITLE] = { { "title", 5 }, CSPM_TYPE_STRING },
    [C_SEVERITY] = { { "severity", 8 }, CSPM_TYPE_STRING },
    [C_LABEL] = { { "label", 5 }, CSPM_TYPE_STRING },
    [C_KIND] = { { "edge_kind", 9 }, CSPM_TYPE_STRING },
    [C_TECHNIQUE] = { { "technique", 9 }, CSPM_TYPE_STRING },
    [C_TACTIC] = { { "tactic", 6 }, CSPM_TYPE_STRING },
    [C_PACK] = { { "pack", 4 }, CSPM_TYPE_STRING },
    [C_STRATUM] = { { "stratum", 7 }, CSPM_TYPE_INT64 },
    [C_ENABLED] = { { "enabled", 7 }, CSPM_TYPE_BOOL },
    [C_DESCRIPTION] = { { "description", 11 }, CSPM_TYPE_STRING },
    [C_REMEDIATION] = { { "remediation", 11 }, CSPM_TYPE_STRING },
};

typedef struct rules_table {
    cg_ruleset *rs;
    cg_batch_builder *batch;
    uint32_t next;
} rules_table;

static cg_value text_value(cg_str s)
{
    return s.length ? cg_v_str(s) : cg_v_null();
}

static int32_t append_rule(rules_table *t, const rule_entry *e, cspm_error **err)
{
    const cg_rule *rule = &e->rule;
    cg_value row[N_COLUMNS] = {
        [C_ID] = text_value(rule->id),
        [C_FORM] = text_value(cg_str_from(rule_form_name(rule->form))),
        [C_TITLE] = text_value(rule->title),
        [C_SEVERITY] = text_value(rule->severity),
        [C_LABEL] = text_value(rule->label),
        [C_KIND] = text_value(rule->edge_kind),
        [C_TECHNIQUE] = text_value(rule->technique),
        [C_TACTIC] = text_value(rule->tactic),
        [C_PACK] = text_value(e->pack->info.id),
        [C_STRATUM] = rule_finds(e) && rule->enabled ? cg_v_int(rule->stratum) : cg_v_null(),
        [C_ENABLED] = cg_v_bool(rule->enabled),
        [C_DESCRIPTION] = text_value(rule->description),
        [C_REMEDIATION] = text_value(rule->remediation),
    };
    int32_t rc = CSPM_OK;
    for (uint32_t c = 0; rc == CSPM_OK && c < N_COLUMNS; c++)
        rc = cg_batch_append(t->batch, c, row[c], err);
    return rc;
}

static int32_t table_next(void *self, cspm_batch **out, cspm_error **err)
{
    rules_table *t = self;
    int32_t rc = CSPM_OK;
    if (t->next >= t->rs->n_rules)
        return CSPM_DONE;
    for (uint32_t n = 0; rc == CSPM_OK && n < CG_BATCH_ROWS && t->next < t->rs->n_rules; n++)
        rc = append_rule(t, t->rs->rules[t->next++], err);
    return rc == CSPM_OK ? cg_batch_builder_finish(t->batch, out, err) : rc;
}

static uint32_t table_truncated(const void *self)
{
    return 0;
}

static void table_free(void *self)
{
    rules_table *t = self;
    cg_ruleset *rs = t->rs;
    cg_batch_builder_free(t->batch);
    cg_free(rs->mem, t);
    cg_ruleset_unref(rs);
}

int32_t cg_ruleset_table(cg_ruleset *rs, cspm_cursor **out, cspm_error **err)
{
    static const cg_cursor_ops ops = { .next = table_next, .truncated = table_truncated, .free = table_free };
    int32_t rc = cg_ruleset_seal(rs, err);
    *out = NULL;
    if (rc != CSPM_OK)
        return rc;
    rules_table *t = cg_calloc(rs->mem, 1, sizeof *t);
    if (!t)
        return cg_nomem(rs->mem, err);
    t->rs = cg_ruleset_ref(rs);
    rc = cg_batch_builder_new(rs->mem, NULL, columns, N_COLUMNS, &t->batch, err);
    if (rc == CSPM_OK)
        rc = cg_cursor_new(rs->mem, columns, N_COLUMNS, &ops, t, out, err);
    if (rc != CSPM_OK)
        table_free(t);
    return rc;
}
