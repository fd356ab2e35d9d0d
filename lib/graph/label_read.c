/* Labels of a finished graph, over all layers. */
#include "graph/store.h"

bool cg_node_has_label(const cg_graph *g, cg_node n, uint32_t label)
{
    if (label >= g->n_names[CG_NAMES_LABEL] || n >= g->n_nodes)
        return false;
    for (uint32_t i = g->label_first[label]; i < g->label_first[label + 1]; i++)
        if (cg_presence_has(&g->label_refs[i].set->nodes, n))
            return true;
    return false;
}

static bool is_hidden(const cg_graph *g, uint32_t label)
{
    return g->hidden_labels && (g->hidden_labels[label >> 6] >> (label & 63) & 1);
}

static uint32_t base_labels(const cg_graph *g, cg_node n, uint32_t *out, uint32_t cap)
{
    const cg_inventory *inv = g->inventory;
    uint32_t k = inv->node_kindset[n], count = 0;
    for (uint32_t i = inv->kindset_offset[k]; i < inv->kindset_offset[k + 1]; i++)
        if (!is_hidden(g, inv->kindset_labels[i])) {
            if (count < cap)
                out[count] = inv->kindset_labels[i];
            count++;
        }
    return count;
}

uint32_t cg_node_n_base_labels(const cg_graph *g, cg_node n)
{
    return base_labels(g, n, NULL, 0);
}

/* Derived labels, put into byte order of their names as they are found; when cap is too small, which of them are written is not defined,
 * the count is. */
uint32_t cg_node_labels(const cg_graph *g, cg_node n, uint32_t *out, uint32_t cap)
{
    uint32_t base = base_labels(g, n, out, cap), count = base;
    for (uint32_t l = 1; l < g->n_layers; l++)
        for (uint32_t i = 0; i < g->layers[l]->n_labels; i++) {
            const cg_label_set *s = &g->layers[l]->labels[i];
            if (!cg_presence_has(&s->nodes, n))
                continue;
            if (count < cap) {
                uint32_t at = count;
                cg_str name = cg_name_get(g, CG_NAMES_LABEL, s->label);
                for (; at > base && cg_str_cmp(cg_name_get(g, CG_NAMES_LABEL, out[at - 1]), name) > 0; at--)
                    out[at] = out[at - 1];
                out[at] = s->label;
            }
            count++;
        }
    return count;
}

uint64_t cg_label_count(const cg_graph *g, uint32_t label)
{
    uint64_t n = 0;
    /* A layer only holds what the layers below do not. */
    for (uint32_t i = label < g->n_names[CG_NAMES_LABEL] ? g->label_first[label] : 1;
         label < g->n_names[CG_NAMES_LABEL] && i < g->label_first[label + 1]; i++)
        n += g->label_refs[i].set->nodes.count;
    return n;
}

uint32_t cg_label_evidence(const cg_graph *g, cg_node n, uint32_t label)
{
    if (label >= g->n_names[CG_NAMES_LABEL] || n >= g->n_nodes)
        return CG_NO_EVIDENCE;
    for (uint32_t i = g->label_first[label]; i < g->label_first[label + 1]; i++) {
        const cg_label_set *s = g->label_refs[i].set;
        uint32_t at = cg_presence_find(&s->nodes, n);
        if (at != CG_NONE32)
            return s->evidence ? s->evidence[at] : CG_NO_EVIDENCE;
    }
    return CG_NO_EVIDENCE;
}

void cg_label_iter_init(cg_label_iter *it, const cg_graph *g, uint32_t label)
{
    memset(it, 0, sizeof *it);
    it->g = g;
    it->label = label;
    if (label >= g->n_names[CG_NAMES_LABEL])
        return;
    for (uint32_t i = g->label_first[label], k = 0; i < g->label_first[label + 1]; i++, k++)
        it->layer_pos[k] = cg_presence_next(&g->label_refs[i].set->nodes, 0);
}

bool cg_label_iter_next(cg_label_iter *it, cg_node *out)
{
    const cg_graph *g = it->g;
    uint32_t best = CG_NONE32;
    if (it->label >= g->n_names[CG_NAMES_LABEL])
        return false;
    uint32_t first = g->label_first[it->label], n = g->label_first[it->label + 1] - first;
    for (uint32_t k = 0; k < n; k++)
        best = it->layer_pos[k] < best ? it->layer_pos[k] : best;
    if (best == CG_NONE32)
        return false;
    for (uint32_t k = 0; k < n; k++)
        if (it->layer_pos[k] == best)
            it->layer_pos[k] = cg_presence_next(&g->label_refs[first + k].set->nodes, best + 1);
    it->next = best + 1;
    *out = best;
    return true;
}
