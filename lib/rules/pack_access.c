/* The fields of access rules: who needs which permissions on what, and what that yields. */
#include "rules/pack.h"

#define MAX_ACTIONS 64

/* ---- target ---- */

static int32_t read_linked(pack_reader *r, const cg_tree *t, cg_grant *out)
{
    static const char *const keys[] = { "kind", "label", "fewer_than", NULL };
    const cg_tree *fewer = cg_tree_get(t, "fewer_than");
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "linked");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "linked", keys);
    for (uint32_t i = 0; rc == CSPM_OK && i < 2; i++) {
        const cg_tree *v = cg_tree_get(t, keys[i]);
        rc = v ? pack_name(r, v, keys[i], false, i ? &out->linked_label : &out->linked_kind)
               : pack_fail(r, t->pos, "linked has no field \"%s\"", keys[i]);
    }
    if (rc == CSPM_OK && fewer && fewer->type != CG_TREE_INT)
        return pack_need(r, fewer, CG_TREE_INT, "fewer_than");
    return rc == CSPM_OK && fewer ? pack_number(r, fewer, "fewer_than", 1000, false, 1, &out->linked_fewer) : rc;
}

int32_t pack_grant_target(pack_reader *r, const cg_tree *t, cg_grant *out)
{
    static const char *const keys[] = { "labels", "trusts", "role_trusts", "when", "unless", "linked", NULL };
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "target");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "target", keys);
    if (rc == CSPM_OK && !cg_tree_get(t, "labels"))
        return pack_fail(r, t->pos, "target has no field \"labels\"");
    if (rc == CSPM_OK)
        rc = pack_strings(r, cg_tree_get(t, "labels"), "target.labels", true, false, &out->labels, &out->n_labels);
    if (rc == CSPM_OK && cg_tree_get(t, "trusts"))
        rc = pack_strings(r, cg_tree_get(t, "trusts"), "target.trusts", false, false, &out->trusts, &out->n_trusts);
    if (rc == CSPM_OK && cg_tree_get(t, "role_trusts"))
        rc = pack_strings(r, cg_tree_get(t, "role_trusts"), "target.role_trusts", false, false, &out->role_trusts, &out->n_role_trusts);
    if (rc == CSPM_OK && cg_tree_get(t, "when"))
        rc = pack_strings(r, cg_tree_get(t, "when"), "target.when", false, false, &out->when, &out->n_when);
    if (rc == CSPM_OK && cg_tree_get(t, "unless"))
        rc = pack_strings(r, cg_tree_get(t, "unless"), "target.unless", false, false, &out->unless, &out->n_unless);
    if (rc == CSPM_OK && cg_tree_get(t, "linked"))
        rc = read_linked(r, cg_tree_get(t, "linked"), out);
    return rc;
}

/* ---- requires ---- */

static int32_t read_actions(pack_reader *r, const cg_tree *t, cg_grant_need *out)
{
    int32_t rc = pack_strings(r, t, "actions", false, false, &out->actions, &out->n_actions);
    for (uint32_t i = 0; rc == CSPM_OK && i < out->n_actions; i++) {
        cg_str a = out->actions[i];
        size_t colon = cg_str_find(a, CG_STR(":"), 0);
        bool stars = cg_str_find(a, CG_STR("*"), 0) != SIZE_MAX || cg_str_find(a, CG_STR("?"), 0) != SIZE_MAX;
        if (colon == SIZE_MAX || colon == 0 || colon + 1 == a.length || stars)
            rc =
                pack_fail(r, t->list.items[i]->pos, "action \"%.*s\" is not of the form service:Name; it stands for one action", CG_FMT(a));
    }
    return rc;
}

static int32_t read_pattern(pack_reader *r, const cg_tree *t, cg_str *out)
{
    int32_t rc = pack_text(r, t, "resource", out);
    for (size_t at = 0; rc == CSPM_OK && (at = cg_str_find(*out, CG_STR("{{"), at)) != SIZE_MAX; at += 2) {
        size_t end = cg_str_find(*out, CG_STR("}}"), at);
        if (end == SIZE_MAX)
            return pack_fail(r, t->pos, "resource opens {{ and never closes it");
        if (end == at + 2)
            return pack_fail(r, t->pos, "resource names no property between {{ and }}");
    }
    return rc;
}

static int32_t read_context(pack_reader *r, const cg_tree *t, cg_grant_need *out)
{
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "context");
    if (rc != CSPM_OK)
        return rc;
    cg_access_key *keys = cg_arena_calloc(&r->pack->arena, t->map.count ? t->map.count : 1, sizeof *keys);
    if (!keys)
        return cg_nomem(r->mem, r->err);
    for (uint32_t i = 0; rc == CSPM_OK && i < t->map.count; i++) {
        const cg_tree *v = t->map.values[i];
        keys[i].name = t->map.keys[i];
        if (v->type == CG_TREE_LIST) {
            rc = pack_strings(r, v, "a value of context", false, false, &keys[i].values, &keys[i].n_values);
            continue;
        }
        cg_str *value = cg_arena_calloc(&r->pack->arena, 1, sizeof *value);
        if (!value)
            return cg_nomem(r->mem, r->err);
        rc = pack_text(r, v, "a value of context", value);
        keys[i].values = value;
        keys[i].n_values = 1;
    }
    out->keys = keys;
    out->n_keys = t->map.count;
    return rc;
}

static int32_t read_need(pack_reader *r, const cg_tree *t, cg_grant_need *out)
{
    static const char *const keys[] = { "actions", "on", "resource", "labels", "link", "of", "context", NULL };
    static const char *const places[] = { "target", "self", "new", "some", NULL }, *const starts[] = { "self", "target", NULL };
    const cg_tree *v;
    uint32_t on = CG_NEED_TARGET, of = 0;
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "an element of requires");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "an element of requires", keys);
    if (rc == CSPM_OK && !cg_tree_get(t, "actions"))
        return pack_fail(r, t->pos, "an element of requires has no field \"actions\"");
    if (rc == CSPM_OK)
        rc = read_actions(r, cg_tree_get(t, "actions"), out);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "on")))
        rc = pack_one_of(r, v, "on", places, &on);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "resource")))
        rc = read_pattern(r, v, &out->arn);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "labels")))
        rc = pack_strings(r, v, "labels", true, false, &out->labels, &out->n_labels);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "link")))
        rc = pack_name(r, v, "link", false, &out->link);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "of")))
        rc = pack_one_of(r, v, "of", starts, &of);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "context")))
        rc = read_context(r, v, out);
    if (rc != CSPM_OK)
        return rc;
    out->on = (cg_need_on)on;
    out->link_target = of == 1;
    if (on == CG_NEED_NEW && !out->arn.length)
        return pack_fail(r, t->pos, "on: new needs a resource: what the new thing is called");
    if ((on == CG_NEED_SOME) != (out->n_labels > 0))
        return pack_fail(
            r, t->pos, on == CG_NEED_SOME ? "on: some needs labels" : "labels belong to on: some; those of the target stand under target");
    if (cg_tree_get(t, "link") && on != CG_NEED_SOME)
        return pack_fail(r, cg_tree_get(t, "link")->pos, "link belongs to on: some");
    if (cg_tree_get(t, "of") && !out->link.length)
        return pack_fail(r, cg_tree_get(t, "of")->pos, "of belongs to a link");
    return CSPM_OK;
}

int32_t pack_grant_needs(pack_reader *r, const cg_tree *t, cg_grant *out)
{
    int32_t rc = pack_need(r, t, CG_TREE_LIST, "requires");
    uint32_t n_actions = 0;
    if (rc == CSPM_OK && t->list.count == 0)
        return pack_fail(r, t->pos, "requires is empty");
    if (rc != CSPM_OK)
        return rc;
    cg_grant_need *needs = cg_arena_calloc(&r->pack->arena, t->list.count, sizeof *needs);
    if (!needs)
        return cg_nomem(r->mem, r->err);
    for (uint32_t i = 0; rc == CSPM_OK && i < t->list.count; i++) {
        rc = read_need(r, t->list.items[i], &needs[i]);
        n_actions += needs[i].n_actions;
    }
    if (rc == CSPM_OK && n_actions > MAX_ACTIONS)
        return pack_fail(r, t->pos, "requires names %u actions; at most %d are possible", (unsigned)n_actions, MAX_ACTIONS);
    out->needs = needs;
    out->n_needs = t->list.count;
    return rc;
}

/* ---- the whole ---- */

int32_t pack_grant_yields(pack_reader *r, const cg_tree *t, cg_grant *out)
{
    static const char *const words[] = { "target", "self", "account", NULL };
    uint32_t i = 0;
    int32_t rc = pack_one_of(r, t, "yields", words, &i);
    out->yields = (cg_grant_yields)i;
    return rc;
}

int32_t pack_grant_check(pack_reader *r, rule_entry *e)
{
    const cg_rule *rule = &e->rule;
    const cg_grant *grant = &e->grant;
    cg_pos pos = e->body->pos;
    bool on_target = false;
    if (!rule->edge_kind.length && !rule->label.length)
        return pack_fail(r, pos, "rule \"%.*s\" needs kind or label", CG_FMT(rule->id));
    if (rule->edge_kind.length && !rule->likelihood)
        return pack_fail(r, pos, "rule \"%.*s\" has a kind and no likelihood", CG_FMT(rule->id));
    for (uint32_t i = 0; i < grant->n_needs; i++)
        on_target |= grant->needs[i].on == CG_NEED_TARGET || grant->needs[i].link_target;
    if (grant->yields == CG_YIELDS_SELF && grant->n_labels)
        return pack_fail(r, pos, "rule \"%.*s\" yields self and has a target", CG_FMT(rule->id));
    if (grant->yields != CG_YIELDS_SELF && !grant->n_labels)
        return pack_fail(r, pos, "rule \"%.*s\" yields something of a target and has none", CG_FMT(rule->id));
    if (on_target && !grant->n_labels)
        return pack_fail(r, pos, "rule \"%.*s\" requires actions on a target and has none", CG_FMT(rule->id));
    if (!on_target && grant->n_labels)
        return pack_fail(r, pos, "rule \"%.*s\" has a target and requires no action on it", CG_FMT(rule->id));
    return CSPM_OK;
}
