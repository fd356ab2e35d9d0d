/* Names and texts of an attack path: type, id, title, story, score. */
#include "analysis/run.h"

#include "base/intern.h"

/* Hashed fields are ended by a byte that no UTF-8 text contains, so no two different triples hash the same bytes. */
#define ID_SEPARATOR '\xff'

typedef struct variables {
    cg_run_state *r;
    const cg_triple *t;
    cg_node resource;
    cg_rel rel;
    char number[24];
} variables;

static cg_str node_field(const cg_graph *g, cg_node n, cg_str field)
{
    if (n == CG_NO_NODE)
        return CG_STR_NULL;
    if (cg_str_eq(field, CG_STR("name")))
        return cg_node_name(g, n);
    if (cg_str_eq(field, CG_STR("id")))
        return cg_node_id(g, n);
    return cg_str_eq(field, CG_STR("kind")) ? cg_kind_of_node(g, n) : CG_STR_NULL;
}

static cg_str lookup(void *user, cg_str name)
{
    variables *v = user;
    const cg_graph *g = v->r->scope.g;
    size_t dot = cg_str_find(name, CG_STR("."), 0);
    if (cg_str_eq(name, CG_STR("length")) && v->t) {
        cg_buf b;
        cg_buf_init(&b, v->r->scope.mem, 0);
        cg_buf_int(&b, (int64_t)v->t->n_hops + v->t->from_internet);
        size_t n = b.failed || b.length >= sizeof v->number ? 0 : b.length;
        if (n)
            memcpy(v->number, b.data, n);
        cg_buf_free(&b);
        return (cg_str){ v->number, n };
    }
    if (dot == SIZE_MAX)
        return CG_STR_NULL;
    cg_str subject = { name.data, dot }, field = { name.data + dot + 1, name.length - dot - 1 };
    if (v->t && cg_str_eq(subject, CG_STR("entry")))
        return node_field(g, v->t->entry, field);
    if (v->t && cg_str_eq(subject, CG_STR("target")))
        return node_field(g, v->t->target, field);
    if (cg_str_eq(subject, CG_STR("resource")) || cg_str_eq(subject, CG_STR("node")))
        return node_field(g, v->resource, field);
    if (v->rel != CG_NO_REL && cg_str_eq(subject, CG_STR("from")))
        return node_field(g, cg_rel_get(g, v->rel).from, field);
    if (v->rel != CG_NO_REL && cg_str_eq(subject, CG_STR("to")))
        return node_field(g, cg_rel_get(g, v->rel).to, field);
    return CG_STR_NULL;
}

cg_str cg_run_text(cg_run_state *r, cg_str text, const cg_triple *t, cg_node resource, cg_rel rel)
{
    variables v = { .r = r, .t = t, .resource = resource, .rel = rel };
    cg_buf b;
    cg_buf_init(&b, r->scope.mem, 0);
    cg_rule_text(&b, text, lookup, &v);
    cg_str out = cg_arena_text(r->text, &b);
    cg_buf_free(&b);
    return out;
}

void cg_type_write(const cg_run_state *r, const cg_triple *t, cg_buf *out)
{
    if (t->type != CG_NO_TYPE) {
        cg_buf_str(out, r->types.rules[t->type]->id);
        return;
    }
    /* Entry and target alone decide it: another route between the same two is the same path, changed. */
    cg_buf_str(out, cg_kind_of_node(r->scope.g, t->entry));
    cg_buf_char(out, '>');
    cg_buf_str(out, cg_kind_of_node(r->scope.g, t->target));
}

void cg_triple_id(const cg_graph *g, cg_str type, cg_node entry, cg_node target, cg_buf *scratch, char out[17])
{
    char hex[65];
    cg_buf_clear(scratch);
    cg_buf_str(scratch, type);
    cg_buf_char(scratch, ID_SEPARATOR);
    cg_buf_str(scratch, cg_node_id(g, entry));
    cg_buf_char(scratch, ID_SEPARATOR);
    cg_buf_str(scratch, cg_node_id(g, target));
    cg_sha256_hex(scratch->data, scratch->length, hex);
    memcpy(out, hex, 16);
    out[16] = 0;
}

cg_str cg_path_title(cg_run_state *r, const cg_triple *t)
{
    const cg_graph *g = r->scope.g;
    cg_buf b;
    if (t->type != CG_NO_TYPE)
        return cg_run_text(r, r->types.rules[t->type]->title, t, t->target, CG_NO_REL);
    cg_buf_init(&b, r->scope.mem, 0);
    cg_str entry = cg_kind_of_node(g, t->entry), target = cg_kind_of_node(g, t->target);
    if (t->entry == t->target)
        cg_buf_printf(&b, t->from_internet ? "Critical %.*s is exposed to the internet" : "Critical %.*s is assumed breached",
                      CG_FMT(target));
    else
        cg_buf_printf(&b, t->from_internet ? "Internet-exposed %.*s reaches %.*s" : "%.*s reaches %.*s", CG_FMT(entry), CG_FMT(target));
    cg_str out = cg_arena_text(r->text, &b);
    cg_buf_free(&b);
    return out;
}

static cg_str plain_description(cg_run_state *r, const cg_triple *t)
{
    const cg_graph *g = r->scope.g;
    uint32_t n = t->n_hops + t->from_internet;
    cg_buf b;
    cg_buf_init(&b, r->scope.mem, 0);
    cg_str entry = cg_node_name(g, t->entry), target = cg_node_name(g, t->target);
    if (t->entry == t->target)
        cg_buf_printf(&b, "%.*s is worth protecting and is %s.", CG_FMT(target),
                      t->from_internet ? "itself reachable from the internet" : "itself assumed breached");
    else
        cg_buf_printf(&b, "An attacker who starts %s %.*s reaches %.*s in %u step%s.", t->from_internet ? "from the internet at" : "at",
                      CG_FMT(entry), CG_FMT(target), n, n == 1 ? "" : "s");
    cg_str out = cg_arena_text(r->text, &b);
    cg_buf_free(&b);
    return out;
}

static cg_str plain_impact(cg_run_state *r, const cg_triple *t)
{
    const cg_graph *g = r->scope.g;
    cg_str label;
    cg_buf b;
    cg_criticality_of(&r->scope, t->target, &label);
    cg_buf_init(&b, r->scope.mem, 0);
    cg_buf_printf(&b, "Whoever follows this path holds %.*s (%.*s)", CG_FMT(cg_node_name(g, t->target)),
                  CG_FMT(cg_kind_of_node(g, t->target)));
    if (label.length)
        cg_buf_printf(&b, ", which is marked %.*s", CG_FMT(label));
    cg_buf_char(&b, '.');
    cg_str out = cg_arena_text(r->text, &b);
    cg_buf_free(&b);
    return out;
}

static int32_t tell(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err)
{
    uint32_t n = out->n_steps ? out->n_steps : 1;
    cg_str *story = cg_arena_calloc(r->text, n, sizeof *story);
    cg_buf b;
    int32_t rc = CSPM_OK;
    if (!story)
        return cg_nomem(r->scope.mem, err);
    cg_buf_init(&b, r->scope.mem, 0);
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        cg_buf_clear(&b);
        cg_buf_printf(&b, "%u. ", i + 1);
        if (out->n_steps)
            cg_buf_str(&b, out->steps[i].story);
        else
            cg_buf_printf(&b, "%.*s (%.*s) is assumed breached and is itself the target", CG_FMT(cg_node_name(r->scope.g, t->target)),
                          CG_FMT(cg_kind_of_node(r->scope.g, t->target)));
        story[i] = cg_arena_text(r->text, &b);
        if (!story[i].data)
            rc = cg_nomem(r->scope.mem, err);
    }
    cg_buf_free(&b);
    out->story = story;
    out->n_story = n;
    return rc;
}

static void fill_score(const cg_run_state *r, const cg_triple *t, cg_attack_path *out)
{
    const cg_scope *s = &r->scope;
    cg_str label;
    out->score =
        (cg_score){ .total = t->tenths / 10.0, .likelihood = t->likelihood, .edges = t->edges, .alpha = s->alpha, .beta = s->beta };
    out->score.exposure = cg_exposure_of(s, t->entry, &out->score.exposure_label);
    if (!t->from_internet) {
        out->score.exposure = s->risk->exposure_assume_breach ? s->risk->exposure_assume_breach : 1000000;
        out->score.exposure_label = CG_STR_NULL;
    }
    out->score.impact = cg_criticality_of(s, t->target, &label);
    out->score.impact_label = label;
    out->level = cg_level_of(s->risk, out->score.total);
}

int32_t cg_path_describe(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err)
{
    cg_buf b;
    const cg_rule *rule = t->type == CG_NO_TYPE ? NULL : r->types.rules[t->type];
    *out = (cg_attack_path){ .type = rule, .entry = t->entry, .target = t->target, .from_internet = t->from_internet };
    if (t->from_internet)
        cg_entry_access(&r->scope, t->entry, &out->conditional);
    out->conditional |= t->conditional;
    cg_buf_init(&b, r->scope.mem, 0);
    cg_type_write(r, t, &b);
    out->type_id = cg_arena_text(r->text, &b);
    cg_triple_id(r->scope.g, out->type_id, t->entry, t->target, &b, out->id);
    bool failed = b.failed;
    cg_buf_free(&b);
    out->title = cg_path_title(r, t);
    out->description =
        rule && rule->description.length ? cg_run_text(r, rule->description, t, t->target, CG_NO_REL) : plain_description(r, t);
    out->impact = rule && rule->impact.length ? cg_run_text(r, rule->impact, t, t->target, CG_NO_REL) : plain_impact(r, t);
    if (failed || !out->type_id.data || !out->title.data || !out->description.data || !out->impact.data)
        return cg_nomem(r->scope.mem, err);
    if (rule) {
        out->categories = rule->categories;
        out->n_categories = rule->n_categories;
    }
    fill_score(r, t, out);
    int32_t rc = cg_steps_make(r, r->text, t->nodes, t->rels, t->n_hops, t->from_internet, &out->steps, &out->n_steps, err);
    if (rc == CSPM_OK)
        rc = tell(r, t, out, err);
    if (rc == CSPM_OK)
        rc = cg_path_surroundings(r, t, out, err);
    return rc == CSPM_OK ? cg_path_recommend(r, t, out, err) : rc;
}
