/* Who inside reaches whom: endpoints that no filter tells apart are one class, each pair of classes is decided once, and pairs with the
 * same decision meet in hubs. */
#include "access/network_hubs.h"

#include <stdlib.h>

#include "access/network_front.h"
#include "base/sort.h"

/* A decision for a pair of classes. */
typedef struct pair {
    uint32_t decision, from, to;
} pair;
typedef struct decision {
    cg_ranges sure, maybe;
    uint32_t missing;
    const cg_node *nodes; /* evidence */
    uint32_t n_nodes;
} decision;

/* How much a decision keeps apart: each level stores less. Which pairs connect is exact on all of them. */
typedef enum { BY_RULES, BY_SERVICES, BY_CERTAINTY, N_LEVELS } level;

typedef struct state {
    cg_network *n;
    cg_layer_builder *l;
    cg_arena *arena;
    cspm_op *op;
    cg_intern *classes, *shapes, *sets, *names;
    CG_VEC(uint32_t) sample;   /* by class: an endpoint of it */
    CG_VEC(uint32_t) class_of; /* by endpoint */
    uint32_t *first, *members; /* by class: nodes, ascending */
    CG_VEC(decision) decisions;
    CG_VEC(pair) pairs;
    CG_VEC(uint32_t) words;
    uint32_t *alike; /* by subnet: the first one that no list and no route tells from it */
    uint32_t kind;
} state;

static bool word(state *s, uint32_t v)
{
    return cg_vec_push(s->n->mem, &s->words, v);
}

static bool lets_all(cg_packets p, cg_ranges addresses)
{
    return p.count == 1 && p.bands[0].from == 0 && p.bands[0].to == CG_SERVICE_MAX && cg_ranges_covers(p.bands[0].addresses, addresses);
}

/* In a plain subnet it makes no difference whether a neighbour is in the same one: its list is open, and no route leads astray inside. */
static bool is_plain(const cg_network *n, const cg_net_subnet *s)
{
    static const cg_range v4_line = { { 0, UINT64_C(0xFFFF00000000) }, { 0, UINT64_C(0xFFFFFFFFFFFF) } };
    if (s->vpc == CG_NET_NONE || s->acl == CG_NET_NONE || s->table == CG_NET_NONE || n->attachments.count)
        return false;
    const cg_net_table *table = &n->tables[s->table];
    const cg_net_acl *acl = &n->acls[s->acl];
    const cg_ranges inside = n->vpcs[s->vpc].cidrs, v4 = { 1, &v4_line };
    for (uint32_t i = 0; i < table->n_routes; i++) {
        const cg_ip *base = &table->routes[i].block.base;
        if (table->routes[i].hop != CG_NET_LOCAL && cg_ranges_has(inside, cg_u128_of_ip(base)) && table->routes[i].block.prefix > 0)
            return false;
    }
    return inside.count && lets_all(acl->in, inside) && lets_all(acl->out, inside) && lets_all(acl->in, v4) && lets_all(acl->out, v4);
}

static int32_t find_alike(state *s, cspm_error **err)
{
    cg_network *n = s->n;
    cg_intern *names = cg_intern_new(n->mem, 0);
    uint32_t *first = cg_arena_alloc(s->arena, ((size_t)n->n_subnets + 1) * sizeof *first);
    s->alike = cg_arena_alloc(s->arena, ((size_t)n->n_subnets + 1) * sizeof *s->alike);
    int32_t rc = names && first && s->alike ? CSPM_OK : cg_nomem(n->mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < n->n_subnets; i++) {
        const cg_net_subnet *subnet = &n->subnets[i];
        uint32_t before = cg_intern_count(names);
        s->alike[i] = i;
        if (!is_plain(n, subnet))
            continue;
        const uint32_t name[] = { subnet->vpc, subnet->table };
        uint32_t id = cg_intern_add(names, (const char *)name, sizeof name);
        if (id == CG_INTERN_NONE)
            rc = cg_nomem(n->mem, err);
        else if (id == before)
            first[id] = i;
        if (rc == CSPM_OK)
            s->alike[i] = first[id];
    }
    cg_intern_free(names);
    return rc;
}

/* Interfaces are alike when subnet and groups are the same and no filter or route separates their addresses. */
static int32_t shape_of(state *s, const cg_net_interface *i, uint32_t *out, cspm_error **err)
{
    const cg_u128 *samples;
    uint32_t count;
    int32_t rc = cg_net_samples(s->n, s->arena, i->addresses, &samples, &count, err);
    if (rc < 0)
        return rc;
    s->words.count = 0;
    bool ok = word(s, i->subnet == CG_NET_NONE ? CG_NET_NONE : s->alike[i->subnet]) && word(s, i->guard) && word(s, i->exact);
    for (uint32_t k = 0; ok && k < count; k++)
        ok = word(s, cg_net_stretch(s->n, samples[k]));
    *out = ok ? cg_intern_add(s->shapes, (const char *)s->words.data, s->words.count * sizeof(uint32_t)) : CG_INTERN_NONE;
    return *out == CG_INTERN_NONE ? cg_nomem(s->n->mem, err) : CSPM_OK;
}

static int32_t set_id(state *s, cg_ranges set, uint32_t *out, cspm_error **err)
{
    *out = cg_intern_add(s->sets, set.count ? (const char *)set.items : "", set.count * sizeof *set.items);
    return *out == CG_INTERN_NONE ? cg_nomem(s->n->mem, err) : CSPM_OK;
}

static int by_word(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return a < b ? -1 : a > b;
}

static int32_t classify(state *s, cspm_error **err)
{
    cg_network *n = s->n;
    for (uint32_t i = 0; i < n->endpoints.count; i++) {
        const cg_net_endpoint *e = &n->endpoints.data[i];
        uint32_t services, *shapes = cg_arena_alloc(s->arena, ((size_t)e->n_interfaces + 1) * sizeof *shapes);
        int32_t rc = set_id(s, e->services, &services, err);
        if (rc == CSPM_OK && !shapes)
            rc = cg_nomem(n->mem, err);
        for (uint32_t k = 0; rc == CSPM_OK && k < e->n_interfaces; k++)
            rc = shape_of(s, &e->interfaces[k], &shapes[k], err);
        if (rc < 0)
            return rc;
        qsort(shapes, e->n_interfaces, sizeof *shapes, by_word);
        s->words.count = 0;
        bool ok = word(s, e->source | e->target << 1 | e->one_of << 2) && word(s, e->missing) && word(s, services);
        for (uint32_t k = 0; ok && k < e->n_interfaces; k++)
            ok = (k && shapes[k] == shapes[k - 1]) || word(s, shapes[k]);
        uint32_t before = cg_intern_count(s->classes);
        uint32_t id = ok ? cg_intern_add(s->classes, (const char *)s->words.data, s->words.count * sizeof(uint32_t)) : CG_INTERN_NONE;
        if (id == CG_INTERN_NONE || (id == before && !cg_vec_push(n->mem, &s->sample, i)) || !cg_vec_push(n->mem, &s->class_of, id))
            return cg_nomem(n->mem, err);
    }
    return CSPM_OK;
}

static int32_t list_members(state *s, cspm_error **err)
{
    size_t classes = s->sample.count, endpoints = s->n->endpoints.count;
    s->first = cg_arena_calloc(s->arena, classes + 2, sizeof *s->first);
    s->members = cg_arena_alloc(s->arena, (endpoints + 1) * sizeof *s->members);
    if (!s->first || !s->members)
        return cg_nomem(s->n->mem, err);
    for (size_t i = 0; i < endpoints; i++)
        s->first[s->class_of.data[i] + 2]++;
    for (size_t c = 2; c < classes + 2; c++)
        s->first[c] += s->first[c - 1];
    for (size_t i = 0; i < endpoints; i++)
        s->members[s->first[s->class_of.data[i] + 1]++] = s->n->endpoints.data[i].node;
    return CSPM_OK;
}

/* Decisions with equal names are one. */
static int32_t name_decision(state *s, const cg_net_verdict *v, const cg_net_trace *trace, uint32_t *out, cspm_error **err)
{
    uint32_t sure, maybe;
    int32_t rc;
    if ((rc = set_id(s, v->sure, &sure, err)) < 0 || (rc = set_id(s, v->maybe, &maybe, err)) < 0)
        return rc;
    s->words.count = 0;
    bool ok = word(s, sure) && word(s, maybe) && word(s, v->missing);
    for (size_t i = 0; ok && i < trace->nodes.count && i < 64; i++)
        ok = word(s, trace->nodes.data[i]);
    uint32_t before = cg_intern_count(s->names);
    *out = ok ? cg_intern_add(s->names, (const char *)s->words.data, s->words.count * sizeof(uint32_t)) : CG_INTERN_NONE;
    if (*out == CG_INTERN_NONE)
        return cg_nomem(s->n->mem, err);
    if (*out != before)
        return CSPM_OK;
    uint32_t n_nodes = (uint32_t)s->words.count - 3;
    cg_node *nodes = cg_arena_alloc(s->arena, ((size_t)n_nodes + 1) * sizeof *nodes);
    decision d = { .missing = v->missing, .nodes = nodes, .n_nodes = n_nodes };
    cg_ranges none = { 0, NULL };
    if (!nodes || !cg_ranges_combine(s->arena, v->sure, none, CG_SET_OR, &d.sure) ||
        !cg_ranges_combine(s->arena, v->maybe, none, CG_SET_OR, &d.maybe))
        return cg_nomem(s->n->mem, err);
    memcpy(nodes, s->words.data + 3, n_nodes * sizeof *nodes);
    return cg_vec_push(s->n->mem, &s->decisions, d) ? CSPM_OK : cg_nomem(s->n->mem, err);
}

static int32_t decide(state *s, cspm_error **err)
{
    cg_arena scratch;
    uint32_t work = 0;
    int32_t rc = CSPM_OK;
    cg_arena_init(&scratch, s->n->mem);
    for (uint32_t a = 0; rc == CSPM_OK && a < s->sample.count; a++) {
        const cg_net_endpoint *from = &s->n->endpoints.data[s->sample.data[a]];
        for (uint32_t b = 0; rc == CSPM_OK && from->source && b < s->sample.count; b++) {
            const cg_net_endpoint *to = &s->n->endpoints.data[s->sample.data[b]];
            cg_net_trace trace = { .stopped_at = CG_NO_NODE };
            cg_net_verdict v;
            pair p = { 0, a, b };
            if (!to->target)
                continue;
            cg_arena_reset(&scratch);
            rc = cg_net_connect(s->n, &scratch, from, to, &v, &trace, err);
            if (rc == CSPM_OK && v.maybe.count) {
                if (trace.nodes.count)
                    qsort(trace.nodes.data, trace.nodes.count, sizeof *trace.nodes.data, by_word);
                rc = name_decision(s, &v, &trace, &p.decision, err);
                if (rc == CSPM_OK && !cg_vec_push(s->n->mem, &s->pairs, p))
                    rc = cg_nomem(s->n->mem, err);
            }
            cg_vec_free(s->n->mem, &trace.nodes);
            if (rc == CSPM_OK && CG_OP_DUE_BY(work, 64))
                rc = cg_op_check(s->op, s->n->mem, err);
        }
    }
    cg_arena_free(&scratch);
    return rc;
}

/* ---- pairs of one decision as hubs ---- */

typedef struct line {
    uint32_t set, one; /* which list of classes; the class that has it */
} line;

static int by_decision_to(const void *x, const void *y)
{
    const pair *a = x, *b = y;
    if (a->decision != b->decision)
        return a->decision < b->decision ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

static int by_set(const void *x, const void *y)
{
    const line *a = x, *b = y;
    if (a->set != b->set)
        return a->set < b->set ? -1 : 1;
    return a->one < b->one ? -1 : a->one > b->one;
}

static int by_decision_from(const void *x, const void *y)
{
    const pair *a = x, *b = y;
    if (a->decision != b->decision)
        return a->decision < b->decision ? -1 : 1;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

typedef CG_VEC(line) line_list;

/* Pairs of one decision, sorted by the side that is grouped: those with the same partners share a hub. */
static int32_t group(state *s, const pair *pairs, size_t count, bool by_to, cg_intern *sets, line_list *lines, cspm_error **err)
{
    lines->count = 0;
    for (size_t i = 0; i < count;) {
        uint32_t one = by_to ? pairs[i].to : pairs[i].from;
        s->words.count = 0;
        for (; i < count && (by_to ? pairs[i].to : pairs[i].from) == one; i++)
            if (!word(s, by_to ? pairs[i].from : pairs[i].to))
                return cg_nomem(s->n->mem, err);
        uint32_t set = cg_intern_add(sets, (const char *)s->words.data, s->words.count * sizeof(uint32_t));
        if (set == CG_INTERN_NONE || !cg_vec_push(s->n->mem, lines, ((line){ set, one })))
            return cg_nomem(s->n->mem, err);
    }
    if (lines->count)
        qsort(lines->data, lines->count, sizeof *lines->data, by_set);
    return CSPM_OK;
}

static uint32_t members_of(const state *s, uint32_t class_id)
{
    return s->first[class_id + 1] - s->first[class_id];
}

static uint64_t cost(const state *s, const cg_intern *sets, const line_list *lines)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < lines->count; i++) {
        sum += members_of(s, lines->data[i].one);
        if (i && lines->data[i].set == lines->data[i - 1].set)
            continue;
        cg_str set = cg_intern_get(sets, lines->data[i].set);
        for (size_t k = 0; k < set.length; k += sizeof(uint32_t)) {
            uint32_t one;
            memcpy(&one, set.data + k, sizeof one);
            sum += members_of(s, one);
        }
    }
    return sum;
}

static int32_t gather(state *s, const uint32_t *classes, size_t count, cg_node **out, uint32_t *n, cspm_error **err)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += members_of(s, classes[i]);
    *out = cg_alloc_array(s->n->mem, total + 1, sizeof **out);
    *n = 0;
    if (!*out)
        return cg_nomem(s->n->mem, err);
    for (size_t i = 0; i < count; i++)
        for (uint32_t m = s->first[classes[i]]; m < s->first[classes[i] + 1]; m++)
            (*out)[(*n)++] = s->members[m];
    qsort(*out, *n, sizeof **out, by_word);
    return CSPM_OK;
}

static int32_t write_hub(state *s, const decision *d, uint32_t evidence, const uint32_t *many, size_t n_many, const uint32_t *ones,
                         size_t n_ones, bool by_to, cspm_error **err)
{
    cg_node *from = NULL, *to = NULL;
    uint32_t n_from, n_to;
    cg_layer_edge edge = { .kind = s->kind, .evidence = evidence, .conditional = d->sure.count == 0 };
    int32_t rc = gather(s, by_to ? many : ones, by_to ? n_many : n_ones, &from, &n_from, err);
    if (rc == CSPM_OK)
        rc = gather(s, by_to ? ones : many, by_to ? n_ones : n_many, &to, &n_to, err);
    if (rc == CSPM_OK && (n_from > 1 || n_to > 1 || from[0] != to[0]))
        rc = cg_layer_add_hub(s->l, &edge, from, n_from, to, n_to, err);
    cg_free(s->n->mem, from);
    cg_free(s->n->mem, to);
    return rc;
}

static int32_t write_evidence(state *s, const decision *d, level at, uint32_t *out, cspm_error **err)
{
    cg_buf note;
    cg_buf_init(&note, s->n->mem, 1024);
    if (at == BY_CERTAINTY)
        cg_buf_adds(&note, "on services that differ from pair to pair");
    else
        cg_services_write(&note, d->sure.count ? d->sure : d->maybe, 8);
    if (d->missing) {
        cg_buf_adds(&note, d->sure.count ? " (more is possible: " : " (possible: ");
        net_missing_write(&note, d->missing);
        cg_buf_char(&note, ')');
    }
    cg_evidence e = { .rule = CG_STR("aws-network"), .nodes = d->nodes, .n_nodes = d->n_nodes, .note = cg_buf_view(&note) };
    *out = note.failed ? CG_NO_EVIDENCE : cg_layer_evidence(s->l, &e);
    cg_buf_free(&note);
    return *out == CG_NO_EVIDENCE ? cg_nomem(s->n->mem, err) : CSPM_OK;
}

/* One decision: the cheaper of both groupings; its cost, and the hubs when they are wanted. */
static int32_t lay_out(state *s, const decision *d, level at, pair *pairs, size_t count, bool write, uint64_t *total, cspm_error **err)
{
    cg_intern *sets[2] = { cg_intern_new(s->n->mem, 0), cg_intern_new(s->n->mem, 0) };
    line_list lines[2] = { { NULL, 0, 0 }, { NULL, 0, 0 } };
    uint64_t costs[2] = { 0, 0 };
    uint32_t evidence = CG_NO_EVIDENCE;
    int32_t rc = sets[0] && sets[1] ? CSPM_OK : cg_nomem(s->n->mem, err);
    for (int by_to = 0; rc == CSPM_OK && by_to < 2; by_to++) {
        rc = cg_sort(pairs, count, sizeof *pairs, by_to ? by_decision_to : by_decision_from, s->op, s->n->mem, err);
        if (rc == CSPM_OK)
            rc = group(s, pairs, count, by_to, sets[by_to], &lines[by_to], err);
        costs[by_to] = cost(s, sets[by_to], &lines[by_to]);
    }
    bool by_to = costs[1] <= costs[0];
    *total += costs[by_to];
    if (rc == CSPM_OK && write)
        rc = write_evidence(s, d, at, &evidence, err);
    for (size_t i = 0; rc == CSPM_OK && write && i < lines[by_to].count;) {
        uint32_t set = lines[by_to].data[i].set;
        if ((rc = cg_op_check(s->op, s->n->mem, err)) != CSPM_OK)
            break;
        cg_str bytes = cg_intern_get(sets[by_to], set);
        uint32_t *many = cg_alloc_array(s->n->mem, bytes.length / sizeof *many + 1, sizeof *many);
        s->words.count = 0;
        if (!many)
            rc = cg_nomem(s->n->mem, err);
        for (; rc == CSPM_OK && i < lines[by_to].count && lines[by_to].data[i].set == set; i++)
            if (!word(s, lines[by_to].data[i].one))
                rc = cg_nomem(s->n->mem, err);
        if (rc == CSPM_OK) {
            memcpy(many, bytes.data, bytes.length);
            rc = write_hub(s, d, evidence, many, bytes.length / sizeof *many, s->words.data, s->words.count, by_to, err);
        }
        cg_free(s->n->mem, many);
    }
    for (int i = 0; i < 2; i++) {
        cg_vec_free(s->n->mem, &lines[i]);
        cg_intern_free(sets[i]);
    }
    return rc;
}

static int32_t all_decisions(state *s, level at, bool write, uint64_t *total, cspm_error **err)
{
    *total = 0;
    int32_t rc = cg_sort(s->pairs.data, s->pairs.count, sizeof *s->pairs.data, by_decision_to, s->op, s->n->mem, err);
    for (size_t i = 0; rc == CSPM_OK && i < s->pairs.count;) {
        size_t end = i;
        while (end < s->pairs.count && s->pairs.data[end].decision == s->pairs.data[i].decision)
            end++;
        uint32_t id = s->pairs.data[i].decision;
        rc = lay_out(s, &s->decisions.data[id], at, s->pairs.data + i, end - i, write, total, err);
        i = end;
    }
    return rc;
}

/* Decisions that differ only in what the next level drops become one. */
static int32_t coarsen(state *s, level to, cspm_error **err)
{
    cg_intern *names = cg_intern_new(s->n->mem, 0);
    CG_VEC(decision) merged = { NULL, 0, 0 };
    uint32_t *now = cg_alloc_array(s->n->mem, s->decisions.count + 1, sizeof *now);
    int32_t rc = names && now ? CSPM_OK : cg_nomem(s->n->mem, err);
    for (size_t i = 0; rc == CSPM_OK && i < s->decisions.count; i++) {
        const decision *d = &s->decisions.data[i];
        uint32_t sure = 0, maybe = 0;
        if (to == BY_SERVICES && ((rc = set_id(s, d->sure, &sure, err)) < 0 || (rc = set_id(s, d->maybe, &maybe, err)) < 0))
            break;
        const uint32_t name[] = { sure, maybe, to == BY_SERVICES ? d->missing : 0, d->sure.count == 0 };
        uint32_t before = cg_intern_count(names);
        now[i] = cg_intern_add(names, (const char *)name, sizeof name);
        if (now[i] == CG_INTERN_NONE || (now[i] == before && !cg_vec_push(s->n->mem, &merged, *d)))
            rc = cg_nomem(s->n->mem, err);
        else if (now[i] != before)
            merged.data[now[i]].missing |= d->missing;
    }
    if (rc == CSPM_OK) {
        for (size_t i = 0; i < s->pairs.count; i++)
            s->pairs.data[i].decision = now[s->pairs.data[i].decision];
        for (size_t i = 0; i < merged.count; i++)
            s->decisions.data[i] = merged.data[i];
        s->decisions.count = merged.count;
    }
    cg_vec_free(s->n->mem, &merged);
    cg_free(s->n->mem, now);
    cg_intern_free(names);
    return rc;
}

static int32_t write_hubs(state *s, cspm_error **err)
{
    /* What is stored stays within what the inventory has; a small estate may have a little more. */
    uint64_t budget = cg_graph_n_base_rels(s->n->g) + 64, total;
    level at = BY_RULES;
    int32_t rc = all_decisions(s, at, false, &total, err);
    while (rc == CSPM_OK && total > budget && at + 1 < N_LEVELS) {
        rc = coarsen(s, ++at, err);
        if (rc == CSPM_OK)
            rc = all_decisions(s, at, false, &total, err);
    }
    return rc == CSPM_OK ? all_decisions(s, at, true, &total, err) : rc;
}

int32_t net_write_connections(cg_network *n, cg_layer_builder *l, cg_arena *arena, cspm_op *op, cspm_error **err)
{
    state s = { .n = n, .l = l, .arena = arena, .op = op };
    int32_t rc = CSPM_OK;
    if (n->endpoints.count == 0)
        return CSPM_OK;
    s.classes = cg_intern_new(n->mem, 0);
    s.shapes = cg_intern_new(n->mem, 0);
    s.sets = cg_intern_new(n->mem, 0);
    s.names = cg_intern_new(n->mem, 0);
    s.kind = cg_layer_kind(l, CG_STR("CAN_CONNECT"));
    if (!s.classes || !s.shapes || !s.sets || !s.names || s.kind == CG_NO_NAME)
        rc = cg_nomem(n->mem, err);
    if (rc == CSPM_OK && (rc = find_alike(&s, err)) == CSPM_OK && (rc = classify(&s, err)) == CSPM_OK &&
        (rc = list_members(&s, err)) == CSPM_OK && (rc = decide(&s, err)) == CSPM_OK)
        rc = write_hubs(&s, err);
    cg_vec_free(n->mem, &s.sample);
    cg_vec_free(n->mem, &s.class_of);
    cg_vec_free(n->mem, &s.decisions);
    cg_vec_free(n->mem, &s.pairs);
    cg_vec_free(n->mem, &s.words);
    cg_intern_free(s.classes);
    cg_intern_free(s.shapes);
    cg_intern_free(s.sets);
    cg_intern_free(s.names);
    return rc;
}
