/* Findings to relationships: sources that reach the same targets meet in a hub, the others get edges; with what stands behind each. */
#include <stdlib.h>

#include "access/aws_run.h"

#define MAX_EVIDENCE 64
#define MAX_REASONS 6

int32_t aws_emit_open(aws_emit *m, aws_run *r, cg_layer_builder *l, cspm_error **err)
{
    *m = (aws_emit){ .r = r, .l = l, .target_lists = cg_intern_new(r->mem, 0), .bundle_keys = cg_intern_new(r->mem, 0) };
    return m->target_lists && m->bundle_keys ? CSPM_OK : cg_nomem(r->mem, err);
}

void aws_emit_close(aws_emit *m)
{
    if (!m->r)
        return;
    cg_mem *mem = m->r->mem;
    for (size_t i = 0; i < m->bundles.count; i++) {
        cg_vec_free(mem, &m->bundles.data[i].subjects);
        cg_vec_free(mem, &m->bundles.data[i].grounds);
        cg_vec_free(mem, &m->bundles.data[i].via);
    }
    cg_vec_free(mem, &m->bundles);
    cg_intern_free(m->target_lists);
    cg_intern_free(m->bundle_keys);
}

int32_t aws_emit_add(aws_emit *m, const aws_finding *f, cspm_error **err)
{
    cg_mem *mem = m->r->mem;
    struct {
        uint32_t targets, conditional, ground;
    } key = { 0, f->why.result == AWS_MAYBE, f->n_targets <= AWS_OWN_REASON_TARGETS ? f->why.ground : UINT32_MAX };
    if (!f->n_targets || !f->n_subjects)
        return CSPM_OK;
    key.targets = cg_intern_add(m->target_lists, (const char *)f->targets, f->n_targets * sizeof *f->targets);
    uint32_t id = key.targets == CG_INTERN_NONE ? CG_INTERN_NONE : cg_intern_add(m->bundle_keys, (const char *)&key, sizeof key);
    if (id == CG_INTERN_NONE)
        return cg_nomem(mem, err);
    aws_bundle fresh = { .targets = key.targets, .conditional = key.conditional };
    if (id == m->bundles.count && !cg_vec_push(mem, &m->bundles, fresh))
        return cg_nomem(mem, err);
    aws_bundle *b = &m->bundles.data[id];
    for (uint32_t i = 0; i < f->n_subjects; i++)
        if (!cg_vec_push(mem, &b->subjects, f->subjects[i]) || !cg_vec_push(mem, &b->grounds, f->why.ground))
            return cg_nomem(mem, err);
    for (uint32_t i = 0; i < f->n_via; i++)
        if (!cg_vec_push(mem, &b->via, f->via[i]))
            return cg_nomem(mem, err);
    return CSPM_OK;
}

/* ---- evidence ---- */

typedef struct reasons {
    CG_VEC(cg_node) nodes;
    cg_buf note;
    uint32_t n_noted, n_left;
} reasons;

static int32_t add_node(aws_emit *m, reasons *w, cg_node n, cspm_error **err)
{
    for (size_t i = 0; i < w->nodes.count; i++)
        if (w->nodes.data[i] == n)
            return CSPM_OK;
    if (n == CG_NO_NODE || w->nodes.count >= MAX_EVIDENCE)
        return CSPM_OK;
    return cg_vec_push(m->r->mem, &w->nodes, n) ? CSPM_OK : cg_nomem(m->r->mem, err);
}

static cg_node node_of(const aws_attached_list *list, uint32_t doc)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].doc == doc)
            return list->items[i].node;
    return CG_NO_NODE;
}

/* The node of a statement, where the inventory has one: named by its Sid, else by its number among those without. */
static int32_t statement_node(const aws_emit *m, cg_node policy, const aws_ground_item *item, cg_node *out, cspm_error **err)
{
    const cg_policy *p = m->r->e->docs.data[item->doc].policy;
    cg_str sid = p->statements[item->statement].sid;
    uint32_t unnamed = 0;
    cg_buf id;
    for (uint32_t i = 0; i <= item->statement; i++)
        unnamed += p->statements[i].sid.length == 0;
    cg_buf_init(&id, m->r->mem, 0);
    cg_buf_printf(&id, "%.*s/statement/", CG_FMT(cg_node_id(m->r->e->g, policy)));
    if (sid.length)
        cg_buf_str(&id, sid);
    else
        cg_buf_printf(&id, "%u", (unsigned)unnamed);
    int32_t rc = id.failed ? cg_nomem(m->r->mem, err) : CSPM_OK;
    *out = rc == CSPM_OK ? cg_node_find(m->r->e->g, id.data, id.length) : CG_NO_NODE;
    cg_buf_free(&id);
    return rc;
}

static void note_item(aws_emit *m, reasons *w, const aws_ground_item *item, cg_node policy)
{
    const cg_policy *p = m->r->e->docs.data[item->doc].policy;
    cg_str sid = item->statement == UINT32_MAX ? CG_STR_NULL : p->statements[item->statement].sid;
    if (w->n_noted >= MAX_REASONS) {
        w->n_left++;
        return;
    }
    cg_buf_adds(&w->note, w->n_noted++ ? "; " : "");
    cg_buf_adds(&w->note, item->flags & 1 ? "may be denied by " : item->flags & 2 ? "perhaps allowed by " : "allowed by ");
    if (item->layer == CG_LAYER_RESOURCE)
        cg_buf_adds(&w->note, "the policy of the target");
    else
        cg_buf_printf(&w->note, "%s%.*s", item->layer == CG_LAYER_BOUNDARY ? "boundary " : "policy ",
                      CG_FMT(policy == CG_NO_NODE ? CG_STR("?") : cg_node_name(m->r->e->g, policy)));
    if (item->statement == UINT32_MAX)
        cg_buf_adds(&w->note, ", which cannot be read");
    else if (sid.length)
        cg_buf_printf(&w->note, ", statement %.*s", CG_FMT(sid));
    else
        cg_buf_printf(&w->note, ", statement %u", (unsigned)item->statement + 1);
}

static int32_t add_ground(aws_emit *m, reasons *w, uint32_t subject, uint32_t ground, bool note, cspm_error **err)
{
    const aws_subject *s = &m->r->e->subjects.data[subject];
    uint32_t n = 0;
    cg_str keys;
    const aws_ground_item *items = aws_ground_get(m->r, ground, &n, &keys);
    int32_t rc = items ? CSPM_OK : cg_nomem(m->r->mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < n; i++) {
        cg_node policy = items[i].layer == CG_LAYER_BOUNDARY   ? node_of(&s->boundary, items[i].doc)
                         : items[i].layer == CG_LAYER_IDENTITY ? node_of(&s->identity, items[i].doc)
                                                               : CG_NO_NODE;
        if (note)
            note_item(m, w, &items[i], policy);
        rc = add_node(m, w, policy, err);
        cg_node statement = CG_NO_NODE;
        if (rc == CSPM_OK && policy != CG_NO_NODE && items[i].statement != UINT32_MAX)
            rc = statement_node(m, policy, &items[i], &statement, err);
        if (rc == CSPM_OK)
            rc = add_node(m, w, statement, err);
    }
    if (note && keys.length) {
        cg_buf_adds(&w->note, "; depends on ");
        for (size_t i = 0; i < keys.length; i++)
            if (keys.data[i] == '\n')
                cg_buf_adds(&w->note, ", ");
            else
                cg_buf_char(&w->note, keys.data[i]);
    }
    return rc;
}

static int by_node(const void *a, const void *b)
{
    cg_node x = *(const cg_node *)a, y = *(const cg_node *)b;
    return x < y ? -1 : x > y;
}

/* Evidence of the subjects from..end of a bundle. */
static int32_t make_evidence(aws_emit *m, const aws_bundle *b, size_t from, size_t end, uint32_t *out, cspm_error **err)
{
    reasons w = { 0 };
    int32_t rc = CSPM_OK;
    cg_buf_init(&w.note, m->r->mem, 0);
    for (size_t i = from; rc == CSPM_OK && i < end; i++)
        if ((rc = aws_step(m->r->e, err)) == CSPM_OK)
            rc = add_ground(m, &w, b->subjects.data[i], b->grounds.data[i], i == from, err);
    for (size_t i = 0; rc == CSPM_OK && i < b->via.count; i++)
        rc = add_node(m, &w, b->via.data[i], err);
    if (w.n_left)
        cg_buf_printf(&w.note, "; and %u more", (unsigned)w.n_left);
    if (end - from > 1)
        cg_buf_printf(&w.note, "; likewise for %zu more", end - from - 1);
    if (w.nodes.count)
        qsort(w.nodes.data, w.nodes.count, sizeof *w.nodes.data, by_node);
    cg_evidence e = { .rule = m->r->grant->rule,
                      .nodes = w.nodes.data,
                      .n_nodes = (uint32_t)w.nodes.count,
                      .note = w.note.length ? cg_buf_view(&w.note) : CG_STR_NULL };
    if (rc == CSPM_OK && w.note.failed)
        rc = cg_nomem(m->r->mem, err);
    if (rc == CSPM_OK && (*out = cg_layer_evidence(m->l, &e)) == CG_NO_EVIDENCE)
        rc = cg_nomem(m->r->mem, err);
    cg_buf_free(&w.note);
    cg_vec_free(m->r->mem, &w.nodes);
    return rc;
}

/* ---- writing ---- */

static int32_t write_label(aws_emit *m, const aws_bundle *b, const cg_node *targets, uint32_t n, cspm_error **err)
{
    bool on_principal = m->r->grant->yields != CG_YIELDS_TARGET;
    uint32_t label = cg_layer_label(m->l, m->r->grant->label), evidence;
    int32_t rc = label == CG_NO_NAME ? cg_nomem(m->r->mem, err) : CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && on_principal && i < b->subjects.count; i++) {
        rc = make_evidence(m, b, i, i + 1, &evidence, err);
        if (rc == CSPM_OK)
            rc = cg_layer_add_label(m->l, m->r->e->subjects.data[b->subjects.data[i]].node, label, evidence, err);
    }
    if (rc == CSPM_OK && !on_principal)
        rc = make_evidence(m, b, 0, b->subjects.count, &evidence, err);
    for (uint32_t i = 0; rc == CSPM_OK && !on_principal && i < n; i++)
        rc = cg_layer_add_label(m->l, targets[i], label, evidence, err);
    return rc;
}

static int32_t write_edges(aws_emit *m, const aws_bundle *b, const cg_node *targets, uint32_t n, cg_layer_edge *edge, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < b->subjects.count; i++) {
        rc = make_evidence(m, b, i, i + 1, &edge->evidence, err);
        edge->from = m->r->e->subjects.data[b->subjects.data[i]].node;
        for (uint32_t k = 0; rc == CSPM_OK && k < n; k++) {
            edge->to = targets[k];
            if (edge->to != edge->from)
                rc = cg_layer_add_edge(m->l, edge, err);
        }
    }
    return rc;
}

static int32_t write_hub(aws_emit *m, const aws_bundle *b, const cg_node *targets, uint32_t n, cg_layer_edge *edge, cspm_error **err)
{
    cg_node *from = cg_alloc_array(m->r->mem, b->subjects.count, sizeof *from);
    int32_t rc = from ? make_evidence(m, b, 0, b->subjects.count, &edge->evidence, err) : cg_nomem(m->r->mem, err);
    for (size_t i = 0; from && i < b->subjects.count; i++)
        from[i] = m->r->e->subjects.data[b->subjects.data[i]].node;
    if (rc == CSPM_OK)
        rc = cg_layer_add_hub(m->l, edge, from, (uint32_t)b->subjects.count, targets, n, err);
    cg_free(m->r->mem, from);
    return rc;
}

static int32_t write_bundle(aws_emit *m, const aws_bundle *b, const cg_node *targets, uint32_t n, cspm_error **err)
{
    const cg_grant *grant = m->r->grant;
    cg_layer_edge edge = { .likelihood = grant->likelihood, .conditional = b->conditional };
    int32_t rc = grant->label.length && !b->conditional ? write_label(m, b, targets, n, err) : CSPM_OK;
    if (rc != CSPM_OK || !grant->kind.length)
        return rc;
    edge.kind = cg_layer_kind(m->l, grant->kind);
    if (edge.kind == CG_NO_NAME)
        return cg_nomem(m->r->mem, err);
    bool hub = aws_bundle_cost(b->subjects.count, n) < b->subjects.count * (uint64_t)n;
    return hub ? write_hub(m, b, targets, n, &edge, err) : write_edges(m, b, targets, n, &edge, err);
}

int32_t aws_emit_write(aws_emit *m, bool conditional, cspm_error **err)
{
    bool done = false;
    int32_t rc = aws_emit_atoms(m, conditional, write_bundle, &done, err);
    for (size_t i = 0; rc == CSPM_OK && i < m->bundles.count; i++) {
        const aws_bundle *b = &m->bundles.data[i];
        cg_str list = cg_intern_get(m->target_lists, b->targets);
        uint32_t n = (uint32_t)(list.length / sizeof(cg_node));
        if (b->conditional != conditional || (done && n > AWS_OWN_REASON_TARGETS))
            continue;
        cg_node *targets = cg_alloc_array(m->r->mem, n, sizeof *targets);
        if (!targets)
            return cg_nomem(m->r->mem, err);
        memcpy(targets, list.data, list.length);
        rc = write_bundle(m, b, targets, n, err);
        cg_free(m->r->mem, targets);
    }
    return rc;
}
