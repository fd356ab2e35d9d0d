/* From the layers of a graph to a view: which relationships count, what they cost, which states they join. */
#include "graph/store.h"
#include "graph/view_arcs.h"

#define CACHE_SIZE 1024u
#define WEIGHT_MAX 1000000.0 /* sums of costs of a longest path stay far below 2^32 */

/* What one kind of relationship needs and gives in this view; CG_NONE32 likelihood: not in it. */
typedef struct meaning {
    bool in;
    uint8_t needs, gives;
} meaning;

/* Where the vertices of one hub begin: itself, then the parts described at `divide`. */
typedef struct hub_plan {
    uint32_t layer, hub, vertex;
    uint32_t n_both; /* sources with a read state that are targets too, when the hub gives them more than it needs */
    uint32_t levels; /* of the tree over them */
} hub_plan;

typedef struct maker {
    cg_graph *g;
    cg_view *v;
    cg_view_options o;
    cspm_op *op;
    cspm_error **err;
    uint32_t polls;
    bool put; /* second pass */
    meaning *kinds;
    CG_VEC(hub_plan) hubs;
    uint32_t *both_rank; /* node -> place among a hub's n_both, CG_NONE32 elsewhere; NULL until needed */
    uint64_t *marked;    /* bitmap over nodes, scratch of split hubs; zero between uses */
    uint64_t *crossed;   /* bitmap over nodes: domains that have left by the hub at hand; NULL without domains */
    struct {
        uint32_t likelihood, cost;
    } cache[CACHE_SIZE];
} maker;

static bool hidden_node(const maker *m, cg_node n)
{
    return m->o.hidden_nodes && (m->o.hidden_nodes[n >> 6] >> (n & 63) & 1);
}

/* First hidden relationship that is not below r. */
static uint32_t hidden_from(const maker *m, cg_rel r)
{
    uint32_t low = 0, high = m->o.n_hidden_rels;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (m->o.hidden_rels[mid] < r)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool hidden_rel(const maker *m, cg_rel r)
{
    if (m->o.n_hidden_rels == 0)
        return false;
    uint32_t i = hidden_from(m, r);
    return i < m->o.n_hidden_rels && m->o.hidden_rels[i] == r;
}

static bool sovereign(const maker *m, cg_node n)
{
    return m->o.sovereigns && (m->o.sovereigns[n >> 6] >> (n & 63) & 1) && m->o.domain[n] != CG_NO_NODE;
}

/* What stands for `own` is, or stands in, `domain`. */
static bool within(const maker *m, cg_node own, cg_node domain)
{
    return own == domain || (own != CG_NO_NODE && m->o.domain[own] == domain);
}

/* Holding the source is holding the target already. */
static bool implied(const maker *m, cg_node from, cg_node to)
{
    return sovereign(m, from) && within(m, m->o.domain[to], m->o.domain[from]) && to != m->o.domain[from];
}

/* Reading it takes no relationship. */
static bool read_anyway(const maker *m, cg_node to, uint32_t kind)
{
    return m->o.open_nodes && (m->o.open_nodes[to >> 6] >> (to & 63) & 1) && m->kinds[kind].gives == CG_CAP_READ;
}

/* A relationship that leads out of the source's domain. */
static bool crosses(const maker *m, cg_node from, cg_node to)
{
    const cg_node *domain = m->o.domain;
    return domain && domain[from] != CG_NO_NODE && from != domain[from] && to != domain[from] && !within(m, domain[to], domain[from]);
}

static bool owned(const maker *m, cg_node from, uint32_t kind)
{
    return m->o.owners && (m->o.owners[from >> 6] >> (from & 63) & 1) && cg_kind_set_has(m->o.owns, kind);
}

/* ---- cost ---- */

static uint32_t likelihood_cost(maker *m, uint32_t likelihood, bool conditional)
{
    if (conditional)
        likelihood = (uint32_t)((uint64_t)likelihood * m->o.conditional_factor / 1000000);
    if (likelihood == 0)
        likelihood = 1;
    uint32_t slot = likelihood % CACHE_SIZE;
    if (m->cache[slot].likelihood != likelihood) {
        m->cache[slot].likelihood = likelihood;
        m->cache[slot].cost = cg_cost_of(likelihood);
    }
    return m->cache[slot].cost;
}

static int32_t weight_cost(const maker *m, cg_rel r, uint32_t *cost)
{
    cg_value value = cg_v_null();
    int32_t rc = cg_rel_prop(m->g, r, m->o.weight_key, NULL, &value, m->err);
    if (rc < 0)
        return rc;
    double weight = 1; /* a relationship without the property counts like a hop */
    if (value.type == CG_INT)
        weight = (double)value.integer;
    else if (value.type == CG_FLOAT)
        weight = value.real;
    else if (value.type != CG_NULL)
        return cg_fail(m->v->mem, m->err, CSPM_E_INVALID, "the weight of a relationship is not a number");
    if (!(weight >= 0 && weight <= WEIGHT_MAX))
        return cg_fail(m->v->mem, m->err, CSPM_E_INVALID, "the weight %g of a relationship is outside 0..%g", weight, WEIGHT_MAX);
    *cost = (uint32_t)(weight * CG_COST_UNIT + 0.5);
    return CSPM_OK;
}

static int32_t rel_cost(maker *m, cg_rel r, bool conditional, uint32_t *cost)
{
    if (m->o.weight_key != CG_NO_NAME)
        return weight_cost(m, r, cost);
    *cost = m->o.only ? CG_COST_UNIT : likelihood_cost(m, cg_rel_likelihood(m->g, r), conditional);
    return CSPM_OK;
}

/* ---- arcs ---- */

static void add(maker *m, uint32_t from, uint32_t to, uint32_t kind, uint32_t cost, cg_rel rel, bool conditional)
{
    if (m->put)
        cg_view_arcs_put(m->v, &(cg_view_arc){ from, to, cost, kind, rel, conditional });
    else
        cg_view_arcs_count(m->v, from);
}

static uint32_t read_state(const maker *m, cg_node n)
{
    return m->v->read_state ? m->v->read_state[n] : CG_NONE32;
}

/* From the states of a node that a relationship of this kind may leave from. */
static void add_from(maker *m, cg_node from, uint32_t to, uint32_t kind, uint32_t cost, cg_rel rel, bool conditional)
{
    add(m, from, to, kind, cost, rel, conditional);
    if (m->kinds[kind].needs == CG_CAP_READ && read_state(m, from) != CG_NONE32)
        add(m, read_state(m, from), to, kind, cost, rel, conditional);
}

static uint32_t given_state(const maker *m, cg_node to, uint32_t kind)
{
    return m->kinds[kind].gives == CG_CAP_READ ? m->v->read_state[to] : to;
}

static int32_t stored_edges(maker *m, const cg_edge_store *s)
{
    uint32_t row = 0;
    for (cg_node n = cg_presence_next(&s->out.at, 0); n != CG_NONE32;
         n = n + 1 < s->out.at.domain ? cg_presence_next(&s->out.at, n + 1) : CG_NONE32) {
        uint32_t begin = s->out.offset[row], end = s->out.offset[row + 1];
        int32_t rc;
        row++;
        if (hidden_node(m, n))
            continue;
        if (CG_OP_DUE(m->polls) && (rc = cg_op_check(m->op, m->v->mem, m->err)) < 0)
            return rc;
        for (uint32_t e = begin; e < end; e++) {
            uint32_t kind = cg_edge_kind(s, e), cost = 0;
            cg_rel rel = s->first + e;
            if (!(m->kinds[kind].in || owned(m, n, kind)) || s->to[e] == n || hidden_node(m, s->to[e]) || hidden_rel(m, rel) ||
                read_anyway(m, s->to[e], kind) || implied(m, n, s->to[e]))
                continue;
            bool conditional = cg_rel_conditional(m->g, rel);
            if (conditional && m->o.exclude_conditional)
                continue;
            if (m->put && (rc = rel_cost(m, rel, conditional, &cost)) < 0)
                return rc;
            add_from(m, n, given_state(m, s->to[e], kind), kind, cost, rel, conditional);
            if (crosses(m, n, s->to[e]))
                add(m, m->o.domain[n], given_state(m, s->to[e], kind), kind, cost, rel, conditional);
        }
    }
    return CSPM_OK;
}

/* ---- hubs ---- */

static bool hub_in(const maker *m, const cg_hub *h)
{
    return m->kinds[h->kind].in && !(h->conditional && m->o.exclude_conditional);
}

/* A hub that needs no more than read and gives control would lead a node that is on both its sides from (s, read) to (s, control), a pair
 * that does not exist. Such sources do not enter the hub with their read state; they enter parts that hold the other targets: one with the
 * targets that are not sources of this sort, and in a binary tree over the rest the brother of every node on the way to themselves. */
static bool divide(const maker *m, const cg_hub *h)
{
    return m->v->read_state && m->kinds[h->kind].needs == CG_CAP_READ && m->kinds[h->kind].gives == CG_CAP_CONTROL;
}

static uint32_t tree_vertices(uint32_t n_both, uint32_t levels)
{
    uint32_t total = n_both ? 1 : 0;
    for (uint32_t j = 0; j < levels; j++)
        total += ((n_both - 1) >> (levels - 1 - j)) + 1;
    return total;
}

/* Vertex of the tree node at level j (0 below the root) whose members have rank >> (levels - 1 - j) == prefix. */
static uint32_t tree_vertex(const hub_plan *p, uint32_t j, uint32_t prefix)
{
    uint32_t at = p->vertex + 2;
    for (uint32_t i = 0; i < j; i++)
        at += ((p->n_both - 1) >> (p->levels - 1 - i)) + 1;
    return at + prefix;
}

/* Rank the sources of a divided hub that are targets too; clear takes the ranks back. */
static uint32_t rank_both(maker *m, const cg_hub_store *s, uint32_t hub, bool clear)
{
    uint32_t n = 0, i = s->in_offset[hub], end_in = s->in_offset[hub + 1];
    for (uint32_t j = s->out_offset[hub]; j < s->out_offset[hub + 1]; j++) {
        cg_node t = s->out_node[j];
        while (i < end_in && s->in_node[i] < t)
            i++;
        if (i < end_in && s->in_node[i] == t && read_state(m, t) != CG_NONE32)
            m->both_rank[t] = clear ? CG_NONE32 : n++;
    }
    return n;
}

static void divided_sources(maker *m, const hub_plan *p, cg_node s, uint32_t kind, uint32_t cost, cg_rel slot, bool conditional)
{
    uint32_t rank = m->both_rank[s], from = read_state(m, s);
    add(m, from, p->vertex + 1, kind, cost, slot, conditional);
    for (uint32_t j = 0; j < p->levels; j++) {
        uint32_t brother = (rank >> (p->levels - 1 - j)) ^ 1u;
        if (brother << (p->levels - 1 - j) < p->n_both)
            add(m, from, tree_vertex(p, j, brother), kind, cost, slot, conditional);
    }
}

/* Nodes of the smaller side that have hidden pairs leave the hub; marks them. True when the sources do. */
static bool mark_split(maker *m, const cg_hub_store *s, uint32_t hub, uint32_t first, uint32_t last, bool mark)
{
    uint32_t sources = 0, targets = 0;
    for (int side = 0; side < 2; side++) {
        for (int clear = 0; clear < 2; clear++) {
            for (uint32_t i = first; i < last; i++) {
                cg_rel r = m->o.hidden_rels[i];
                uint32_t in = cg_rel_in_slot(r) - s->first_in, out = cg_rel_out_slot(r) - s->first_out;
                cg_node n = side ? s->out_node[out] : s->in_node[in];
                uint64_t bit = UINT64_C(1) << (n & 63);
                if (!clear && !(m->marked[n >> 6] & bit))
                    side ? targets++ : sources++;
                m->marked[n >> 6] = clear ? m->marked[n >> 6] & ~bit : m->marked[n >> 6] | bit;
            }
        }
    }
    uint64_t n_in = s->in_offset[hub + 1] - s->in_offset[hub], n_out = s->out_offset[hub + 1] - s->out_offset[hub];
    bool by_source = sources * n_out <= targets * n_in;
    for (uint32_t i = first; i < last && mark; i++) {
        cg_rel r = m->o.hidden_rels[i];
        cg_node n = by_source ? s->in_node[cg_rel_in_slot(r) - s->first_in] : s->out_node[cg_rel_out_slot(r) - s->first_out];
        m->marked[n >> 6] |= UINT64_C(1) << (n & 63);
    }
    return by_source;
}

static bool marked(const maker *m, cg_node n)
{
    return m->marked && (m->marked[n >> 6] >> (n & 63) & 1);
}

/* The pairs of a node that left its hub, as relationships of their own; those with a target that has left it too (`gone`) are its. */
static int32_t split_pairs(maker *m, const cg_hub_store *s, uint32_t hub, uint32_t slot, bool source, bool gone, uint32_t cost)
{
    const cg_hub *h = &s->hubs[hub];
    uint32_t begin = source ? s->out_offset[hub] : s->in_offset[hub], end = source ? s->out_offset[hub + 1] : s->in_offset[hub + 1];
    for (uint32_t i = begin; i < end; i++) {
        uint32_t in = source ? slot : i, out = source ? i : slot;
        cg_node from = s->in_node[in], to = s->out_node[out];
        cg_rel rel = cg_rel_of_slots(s->first_in + in, s->first_out + out);
        int32_t rc;
        if (CG_OP_DUE(m->polls) && (rc = cg_op_check(m->op, m->v->mem, m->err)) < 0)
            return rc;
        if (from != to && !hidden_node(m, from) && !hidden_node(m, to) && !hidden_rel(m, rel) && !read_anyway(m, to, h->kind) &&
            !implied(m, from, to) && !(gone && marked(m, to)))
            add_from(m, from, given_state(m, to, h->kind), h->kind, cost, rel, h->conditional);
    }
    return CSPM_OK;
}

/* The domain of all targets of a hub, CG_NO_NODE when they are of several or of none. */
static cg_node hub_domain(const maker *m, const cg_hub_store *s, uint32_t hub)
{
    const uint32_t first = s->out_offset[hub], end = s->out_offset[hub + 1];
    if (!m->o.sovereigns || first == end)
        return CG_NO_NODE;
    const cg_node domain = m->o.domain[s->out_node[first]];
    for (uint32_t i = first; i < end; i++)
        if (m->o.domain[s->out_node[i]] != domain || s->out_node[i] == domain)
            return CG_NO_NODE;
    return domain;
}

/* One of a domain's sources of a hub lets the whole domain out: all have the same targets, unless pairs of them are hidden (`each`). */
static int32_t hub_domains(maker *m, const hub_plan *p, const cg_hub_store *s, cg_node domain, bool each, uint32_t cost)
{
    const cg_hub *h = &s->hubs[p->hub];
    if (!m->crossed)
        return CSPM_OK;
    for (uint32_t i = s->in_offset[p->hub]; i < s->in_offset[p->hub + 1]; i++) {
        cg_node n = s->in_node[i], own = m->o.domain[n];
        if (own == CG_NO_NODE || own == n || own == domain || hidden_node(m, n) || (m->crossed[own >> 6] >> (own & 63) & 1))
            continue;
        if (!each)
            m->crossed[own >> 6] |= UINT64_C(1) << (own & 63);
        for (uint32_t j = s->out_offset[p->hub]; j < s->out_offset[p->hub + 1]; j++) {
            cg_node to = s->out_node[j];
            cg_rel rel = cg_rel_of_slots(s->first_in + i, s->first_out + j);
            int32_t rc;
            if (CG_OP_DUE(m->polls) && (rc = cg_op_check(m->op, m->v->mem, m->err)) < 0)
                return rc;
            if (crosses(m, n, to) && !hidden_node(m, to) && !hidden_rel(m, rel) && !read_anyway(m, to, h->kind))
                add(m, own, given_state(m, to, h->kind), h->kind, cost, rel, h->conditional);
        }
    }
    for (uint32_t i = s->in_offset[p->hub]; i < s->in_offset[p->hub + 1]; i++) {
        cg_node own = m->o.domain[s->in_node[i]];
        if (own != CG_NO_NODE)
            m->crossed[own >> 6] &= ~(UINT64_C(1) << (own & 63));
    }
    return CSPM_OK;
}

static int32_t hub_sources(maker *m, const hub_plan *p, const cg_hub_store *s, bool split, bool gone, uint32_t cost)
{
    const cg_hub *h = &s->hubs[p->hub];
    const cg_node domain = hub_domain(m, s, p->hub);
    for (uint32_t i = s->in_offset[p->hub]; i < s->in_offset[p->hub + 1]; i++) {
        cg_node n = s->in_node[i];
        cg_rel slot = s->first_in + i;
        if (hidden_node(m, n))
            continue;
        if (sovereign(m, n) && within(m, domain, m->o.domain[n]))
            continue;
        if ((split && marked(m, n)) || (domain == CG_NO_NODE && sovereign(m, n))) {
            int32_t rc = split_pairs(m, s, p->hub, i, true, gone, cost);
            if (rc < 0)
                return rc;
        } else if (p->n_both && m->both_rank[n] != CG_NONE32) {
            add(m, n, p->vertex, h->kind, cost, slot, h->conditional);
            divided_sources(m, p, n, h->kind, cost, slot, h->conditional);
        } else {
            add_from(m, n, p->vertex, h->kind, cost, slot, h->conditional);
        }
    }
    return CSPM_OK;
}

static int32_t hub_targets(maker *m, const hub_plan *p, const cg_hub_store *s, bool split, uint32_t cost)
{
    const cg_hub *h = &s->hubs[p->hub];
    for (uint32_t j = s->out_offset[p->hub]; j < s->out_offset[p->hub + 1]; j++) {
        cg_node n = s->out_node[j];
        cg_rel slot = s->first_out + j;
        if (hidden_node(m, n) || read_anyway(m, n, h->kind))
            continue;
        if (split && marked(m, n)) {
            int32_t rc = split_pairs(m, s, p->hub, j, false, false, cost);
            if (rc < 0)
                return rc;
            continue;
        }
        uint32_t to = given_state(m, n, h->kind);
        add(m, p->vertex, to, h->kind, 0, slot, h->conditional);
        if (!p->n_both)
            continue;
        uint32_t rank = m->both_rank[n];
        if (rank == CG_NONE32)
            add(m, p->vertex + 1, to, h->kind, 0, slot, h->conditional);
        for (uint32_t level = 0; level < p->levels && rank != CG_NONE32; level++)
            add(m, tree_vertex(p, level, rank >> (p->levels - 1 - level)), to, h->kind, 0, slot, h->conditional);
    }
    return CSPM_OK;
}

/* The pairs of a hub have no properties of their own, so by weight they count like a hop. */
static uint32_t hub_cost(maker *m, const cg_hub *h)
{
    if (m->o.weight_key != CG_NO_NAME || m->o.only)
        return CG_COST_UNIT;
    return likelihood_cost(m, h->likelihood ? h->likelihood : m->g->kind_info[h->kind]->likelihood, h->conditional);
}

static int32_t one_hub(maker *m, const hub_plan *p)
{
    const cg_hub_store *s = &m->g->layers[p->layer]->hubs;
    uint32_t first = 0, last = 0, cost;
    bool by_source = false;
    if (m->o.n_hidden_rels && s->in_offset[p->hub] < s->in_offset[p->hub + 1]) {
        first = hidden_from(m, cg_rel_of_slots(s->first_in + s->in_offset[p->hub], 0));
        last = hidden_from(m, cg_rel_of_slots(s->first_in + s->in_offset[p->hub + 1] - 1, UINT32_MAX));
        by_source = first < last && mark_split(m, s, p->hub, first, last, true);
    }
    if (p->n_both)
        rank_both(m, s, p->hub, false);
    cost = hub_cost(m, &s->hubs[p->hub]);
    int32_t rc = hub_sources(m, p, s, first < last && by_source, first < last && !by_source, cost);
    if (rc == CSPM_OK)
        rc = hub_domains(m, p, s, hub_domain(m, s, p->hub), first < last, cost);
    if (rc == CSPM_OK)
        rc = hub_targets(m, p, s, first < last && !by_source, cost);
    if (p->n_both)
        rank_both(m, s, p->hub, true);
    if (first < last)
        memset(m->marked, 0, ((size_t)m->g->n_nodes + 63) / 64 * 8);
    return rc;
}

/* ---- the passes ---- */

static int32_t plan_kinds(maker *m)
{
    uint32_t n = m->g->n_names[CG_NAMES_KIND];
    m->kinds = cg_calloc(m->v->mem, n, sizeof *m->kinds);
    if (!m->kinds)
        return cg_nomem(m->v->mem, m->err);
    for (uint32_t k = 0; k < n; k++) {
        const cg_kind_info *info = m->g->kind_info[k];
        bool in = m->o.only ? cg_kind_set_has(m->o.only, k) : info->traversable;
        if (m->o.exclude && cg_kind_set_has(m->o.exclude, k))
            in = false;
        m->kinds[k] = (meaning){ in, CG_CAP_CONTROL, CG_CAP_CONTROL };
        if (!m->o.only) {
            m->kinds[k].needs = info->needs;
            m->kinds[k].gives = info->gives;
        }
    }
    return CSPM_OK;
}

/* Nodes that some relationship gives only read of. */
static int32_t plan_states(maker *m)
{
    cg_view *v = m->v;
    bool any = m->o.n_read_nodes > 0;
    for (uint32_t k = 0; k < m->g->n_names[CG_NAMES_KIND]; k++)
        any |= m->kinds[k].in && m->kinds[k].gives == CG_CAP_READ;
    v->n_states = v->n_nodes;
    if (!any)
        return CSPM_OK;
    v->read_state = cg_alloc_array(v->mem, v->n_nodes, sizeof *v->read_state);
    if (!v->read_state)
        return cg_nomem(v->mem, m->err);
    memset(v->read_state, 0xff, (size_t)v->n_nodes * sizeof *v->read_state);
    for (uint32_t i = 0; i < m->o.n_read_nodes; i++) {
        if (m->o.read_nodes[i] >= v->n_nodes)
            return cg_fail(v->mem, m->err, CSPM_E_INVALID, "node %u, which is to be read, is not a node of the graph", m->o.read_nodes[i]);
        v->read_state[m->o.read_nodes[i]] = 0;
    }
    for (uint32_t i = 0; i < m->g->n_layers; i++) {
        const cg_edge_store *s = &m->g->layers[i]->edges;
        const cg_hub_store *h = &m->g->layers[i]->hubs;
        for (uint32_t e = 0; e < s->count; e++) {
            uint32_t k = cg_edge_kind(s, e);
            if (m->kinds[k].in && m->kinds[k].gives == CG_CAP_READ)
                v->read_state[s->to[e]] = 0;
        }
        for (uint32_t j = 0; j < h->count; j++)
            for (uint32_t t = h->out_offset[j]; t < h->out_offset[j + 1] && hub_in(m, &h->hubs[j]); t++)
                if (m->kinds[h->hubs[j].kind].gives == CG_CAP_READ)
                    v->read_state[h->out_node[t]] = 0;
    }
    uint32_t count = 0;
    for (cg_node n = 0; n < v->n_nodes; n++)
        count += v->read_state[n] == 0;
    if (v->n_nodes > UINT32_MAX - 1 - count)
        return cg_fail(v->mem, m->err, CSPM_E_LIMIT, "too many nodes");
    v->read_node = cg_alloc_array(v->mem, count, sizeof *v->read_node);
    if (!v->read_node)
        return cg_nomem(v->mem, m->err);
    for (cg_node n = 0; n < v->n_nodes; n++) {
        if (v->read_state[n] != 0)
            continue;
        v->read_node[v->n_states - v->n_nodes] = n;
        v->read_state[n] = v->n_states++;
    }
    return CSPM_OK;
}

static int32_t plan_hubs(maker *m)
{
    cg_view *v = m->v;
    uint64_t next = v->n_states;
    v->first_hub = v->n_states;
    for (uint32_t i = 0; i < m->g->n_layers; i++) {
        const cg_hub_store *s = &m->g->layers[i]->hubs;
        for (uint32_t j = 0; j < s->count; j++) {
            hub_plan p = { i, j, (uint32_t)next, 0, 0 };
            if (!hub_in(m, &s->hubs[j]))
                continue;
            if (divide(m, &s->hubs[j])) {
                if (!m->both_rank) {
                    m->both_rank = cg_alloc_array(v->mem, v->n_nodes, sizeof *m->both_rank);
                    if (!m->both_rank)
                        return cg_nomem(v->mem, m->err);
                    memset(m->both_rank, 0xff, (size_t)v->n_nodes * sizeof *m->both_rank);
                }
                p.n_both = rank_both(m, s, j, false);
                rank_both(m, s, j, true);
                while (p.n_both > (UINT64_C(1) << p.levels))
                    p.levels++;
            }
            next += 1 + (uint64_t)tree_vertices(p.n_both, p.levels);
            if (!cg_vec_push(v->mem, &m->hubs, p))
                return cg_nomem(v->mem, m->err);
        }
    }
    if (next >= UINT32_MAX)
        return cg_fail(v->mem, m->err, CSPM_E_LIMIT, "too many nodes and hubs");
    v->n_vertices = (uint32_t)next;
    if (m->o.domain && m->hubs.count && !(m->crossed = cg_calloc(v->mem, ((size_t)v->n_nodes + 63) / 64, sizeof *m->crossed)))
        return cg_nomem(v->mem, m->err);
    if (m->o.n_hidden_rels && m->hubs.count) {
        m->marked = cg_calloc(v->mem, ((size_t)v->n_nodes + 63) / 64, sizeof *m->marked);
        if (!m->marked)
            return cg_nomem(v->mem, m->err);
    }
    return CSPM_OK;
}

static int32_t pass(maker *m)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < m->g->n_layers && rc == CSPM_OK; i++)
        rc = stored_edges(m, &m->g->layers[i]->edges);
    for (size_t i = 0; i < m->hubs.count && rc == CSPM_OK; i++)
        rc = one_hub(m, &m->hubs.data[i]);
    return rc;
}

int32_t cg_view_build(cg_graph *g, const cg_view_options *o, cspm_op *op, cg_view **out, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    int32_t rc;
    *out = NULL;
    cg_view *v = cg_calloc(mem, 1, sizeof *v);
    maker *m = cg_calloc(mem, 1, sizeof *m);
    if (!v || !m) {
        rc = cg_nomem(mem, err);
        cg_free(mem, v);
        v = NULL;
        goto out;
    }
    v->mem = cg_mem_ref(mem);
    v->graph = cg_graph_ref(g);
    v->n_nodes = g->n_nodes;
    *m = (maker){ .g = g, .v = v, .op = op, .err = err, .o = { .weight_key = CG_NO_NAME } };
    if (o)
        m->o = *o;
    if (m->o.conditional_factor == 0)
        m->o.conditional_factor = 1000000;
    if ((rc = plan_kinds(m)) < 0 || (rc = plan_states(m)) < 0 || (rc = plan_hubs(m)) < 0 || (rc = cg_view_arcs_begin(v, err)) < 0 ||
        (rc = pass(m)) < 0 || (rc = cg_view_arcs_ready(v, err)) < 0)
        goto out;
    m->put = true;
    if ((rc = pass(m)) < 0 || (rc = cg_view_arcs_finish(v, op, err)) < 0)
        goto out;
    *out = v;
    v = NULL;
out:
    if (m) {
        cg_free(mem, m->kinds);
        cg_free(mem, m->both_rank);
        cg_free(mem, m->marked);
        cg_free(mem, m->crossed);
        cg_vec_free(mem, &m->hubs);
    }
    cg_free(mem, m);
    cg_view_free(v);
    return rc;
}
