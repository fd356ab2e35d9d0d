/* Order of rules: who reads what another writes comes later; cycles stay together and run to a fixpoint, unless one of their reads is a
 * negation or a count, which no order can serve. */
#include <stdlib.h>

#include "rules/set.h"

/* Each stratum is one layer of the graph, beside the inventory, meanings, four of lib/access and those of callers. Above this many, strata
 * that only add to each other are joined and run to a fixpoint together. */
#define MAX_STRATA 8

typedef struct need {
    uint32_t reader, writer;
    cg_str name;
    bool negative;
} need;

typedef struct writer {
    cg_str name;
    bool kind;
    uint32_t rule;
} writer;

typedef struct strata {
    cg_ruleset *rs;
    cg_mem *mem;
    rule_entry **rules; /* finders by id */
    uint32_t n;
    writer *writers;    /* by kind, name, rule */
    CG_VEC(need) needs; /* by reader after sorting */
    uint32_t *first;    /* n + 1: needs of rule i */
    uint32_t *component, *level;
    uint32_t n_components;
} strata;

static int writer_cmp(bool kind_a, cg_str a, bool kind_b, cg_str b)
{
    return kind_a != kind_b ? (kind_a ? 1 : -1) : cg_str_cmp(a, b);
}

static int by_writer(const void *a, const void *b)
{
    const writer *x = a, *y = b;
    int c = writer_cmp(x->kind, x->name, y->kind, y->name);
    return c ? c : x->rule < y->rule ? -1 : x->rule > y->rule;
}

static int by_need(const void *a, const void *b)
{
    const need *x = a, *y = b;
    if (x->reader != y->reader)
        return x->reader < y->reader ? -1 : 1;
    if (x->writer != y->writer)
        return x->writer < y->writer ? -1 : 1;
    return x->negative != y->negative ? (x->negative ? -1 : 1) : cg_str_cmp(x->name, y->name);
}

static int32_t collect_rules(strata *s, cspm_error **err)
{
    s->rules = cg_alloc_array(s->mem, s->rs->n_rules ? s->rs->n_rules : 1, sizeof *s->rules);
    s->writers = cg_alloc_array(s->mem, s->rs->n_rules ? s->rs->n_rules : 1, sizeof *s->writers);
    if (!s->rules || !s->writers)
        return cg_nomem(s->mem, err);
    for (uint32_t i = 0; i < s->rs->n_rules; i++) {
        rule_entry *e = s->rs->rules[i];
        if (!e->rule.enabled || !rule_finds(e))
            continue;
        bool kind = e->rule.form == CG_RULE_EDGE;
        s->writers[s->n] = (writer){ .name = kind ? e->rule.edge_kind : e->rule.label, .kind = kind, .rule = s->n };
        s->rules[s->n++] = e;
    }
    if (s->n)
        qsort(s->writers, s->n, sizeof *s->writers, by_writer);
    return CSPM_OK;
}

static bool add_need(strata *s, uint32_t reader, const writer *w, bool negative)
{
    need item = { .reader = reader, .writer = w->rule, .name = w->name, .negative = negative };
    return cg_vec_push(s->mem, &s->needs, item);
}

/* Needs on everybody who writes one of the names. */
static bool need_names(strata *s, uint32_t reader, const cg_str *names, uint32_t n, bool kind, bool negative)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t low = 0, high = s->n;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (writer_cmp(s->writers[middle].kind, s->writers[middle].name, kind, names[i]) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < s->n && writer_cmp(s->writers[low].kind, s->writers[low].name, kind, names[i]) == 0; low++)
            if (!add_need(s, reader, &s->writers[low], negative))
                return false;
    }
    return true;
}

static bool need_all(strata *s, uint32_t reader, bool labels, bool kinds, bool negative)
{
    for (uint32_t i = 0; i < s->n; i++)
        if ((s->writers[i].kind ? kinds : labels) && !add_need(s, reader, &s->writers[i], negative))
            return false;
    return true;
}

static bool need_rule(strata *s, uint32_t reader)
{
    const rule_entry *e = s->rules[reader];
    if (!e->rule.pattern)
        return need_names(s, reader, e->rule.match_labels, e->rule.n_match_labels, false, false);
    const cg_query_reads *q = cg_query_get_reads(e->rule.pattern);
    return need_names(s, reader, q->labels, q->n_labels, false, false) && need_names(s, reader, q->kinds, q->n_kinds, true, false) &&
           need_names(s, reader, q->negated_labels, q->n_negated_labels, false, true) &&
           need_names(s, reader, q->negated_kinds, q->n_negated_kinds, true, true) &&
           need_all(s, reader, q->any_label, q->any_kind, false) &&
           (!q->negated_any || need_all(s, reader, q->any_label || !q->any_kind, q->any_kind || !q->any_label, true));
}

static int32_t collect_needs(strata *s, cspm_error **err)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (!need_rule(s, i))
            return cg_nomem(s->mem, err);
    if (s->needs.count)
        qsort(s->needs.data, s->needs.count, sizeof *s->needs.data, by_need);
    s->first = cg_calloc(s->mem, (size_t)s->n + 1, sizeof *s->first);
    if (!s->first)
        return cg_nomem(s->mem, err);
    for (size_t i = 0; i < s->needs.count; i++)
        s->first[s->needs.data[i].reader + 1]++;
    for (uint32_t i = 0; i < s->n; i++)
        s->first[i + 1] += s->first[i];
    return CSPM_OK;
}

/* Strongly connected components without recursion; a component gets its number after all it needs. */
static int32_t components(strata *s, cspm_error **err)
{
    uint32_t n = s->n, depth = 0, stacked = 0, clock = 0;
    uint32_t *work = cg_calloc(s->mem, (size_t)n * 5 + 1, sizeof *work);
    s->component = cg_alloc_array(s->mem, n ? n : 1, sizeof *s->component);
    if (!work || !s->component) {
        cg_free(s->mem, work);
        return cg_nomem(s->mem, err);
    }
    uint32_t *seen = work, *low = work + n, *next = work + 2 * (size_t)n, *stack = work + 3 * (size_t)n, *path = work + 4 * (size_t)n;
    for (uint32_t i = 0; i < n; i++)
        s->component[i] = UINT32_MAX;
    for (uint32_t root = 0; root < n; root++) {
        if (seen[root])
            continue;
        path[depth++] = root;
        while (depth) {
            uint32_t v = path[depth - 1];
            if (!seen[v]) {
                seen[v] = low[v] = ++clock;
                next[v] = s->first[v];
                stack[stacked++] = v;
            }
            if (next[v] < s->first[v + 1]) {
                uint32_t w = s->needs.data[next[v]++].writer;
                if (!seen[w])
                    path[depth++] = w;
                else if (s->component[w] == UINT32_MAX && seen[w] < low[v])
                    low[v] = seen[w];
                continue;
            }
            depth--;
            if (depth && low[v] < low[path[depth - 1]])
                low[path[depth - 1]] = low[v];
            if (low[v] != seen[v])
                continue;
            uint32_t member;
            do {
                member = stack[--stacked];
                s->component[member] = s->n_components;
            } while (member != v);
            s->n_components++;
        }
    }
    cg_free(s->mem, work);
    return CSPM_OK;
}

/* The way from `from` back to `to` along needs inside one component, as "a -> b -> c". */
static void write_cycle(const strata *s, uint32_t from, uint32_t to, cg_buf *out)
{
    uint32_t *came = cg_alloc_array(s->mem, s->n, sizeof *came), *queue = cg_alloc_array(s->mem, s->n, sizeof *queue);
    uint32_t head = 0, tail = 0;
    if (!came || !queue) {
        out->failed = true;
        goto done;
    }
    for (uint32_t i = 0; i < s->n; i++)
        came[i] = UINT32_MAX;
    /* Backwards from `to`, so that the chain reads forward. */
    queue[tail++] = from;
    came[from] = from;
    while (head < tail && came[to] == UINT32_MAX) {
        uint32_t v = queue[head++];
        for (uint32_t i = s->first[v]; i < s->first[v + 1]; i++) {
            uint32_t w = s->needs.data[i].writer;
            if (came[w] == UINT32_MAX && s->component[w] == s->component[from]) {
                came[w] = v;
                queue[tail++] = w;
            }
        }
    }
    head = 0;
    for (uint32_t v = to; v != from && came[v] != UINT32_MAX; v = came[v])
        queue[head++] = v;
    cg_buf_str(out, s->rules[to]->rule.id);
    cg_buf_adds(out, " -> ");
    cg_buf_str(out, s->rules[from]->rule.id);
    while (head > 0 && from != to) {
        cg_buf_adds(out, " -> ");
        cg_buf_str(out, s->rules[queue[--head]]->rule.id);
    }
done:
    cg_free(s->mem, came);
    cg_free(s->mem, queue);
}

static int32_t refuse_negative_cycles(const strata *s, cspm_error **err)
{
    for (size_t i = 0; i < s->needs.count; i++) {
        const need *d = &s->needs.data[i];
        if (!d->negative || s->component[d->reader] != s->component[d->writer])
            continue;
        const rule_entry *e = s->rules[d->reader];
        cg_buf b;
        cg_buf_init(&b, s->mem, 0);
        write_cycle(s, d->writer, d->reader, &b);
        int32_t rc = b.failed ? cg_nomem(s->mem, err)
                              : cg_fail_at(s->mem, err, CSPM_E_PARSE, e->rule.source, e->match->pos,
                                           "rule \"%.*s\" negates or counts \"%.*s\", which depends on the rule itself: %.*s",
                                           CG_FMT(e->rule.id), CG_FMT(d->name), CG_FMT(cg_buf_view(&b)));
        cg_buf_free(&b);
        return rc;
    }
    return CSPM_OK;
}

/* Level of each component: above all it needs. With `join`, only a negation raises the level. Returns the number of levels. */
static uint32_t assign_levels(strata *s, const uint32_t *order, bool join)
{
    uint32_t top = 0;
    for (uint32_t at = 0; at < s->n;) {
        uint32_t component = s->component[order[at]], level = 0, end = at;
        for (; end < s->n && s->component[order[end]] == component; end++)
            for (uint32_t i = s->first[order[end]]; i < s->first[order[end] + 1]; i++) {
                const need *d = &s->needs.data[i];
                if (s->component[d->writer] == component)
                    continue;
                uint32_t above = s->level[d->writer] + (!join || d->negative);
                level = above > level ? above : level;
            }
        for (; at < end; at++)
            s->level[order[at]] = level;
        top = level + 1 > top ? level + 1 : top;
    }
    return top;
}

static int32_t levels(strata *s, cspm_error **err)
{
    uint32_t *order = cg_alloc_array(s->mem, s->n ? s->n : 1, sizeof *order),
             *count = cg_calloc(s->mem, (size_t)s->n_components + 1, sizeof *count);
    s->level = cg_calloc(s->mem, s->n ? s->n : 1, sizeof *s->level);
    int32_t rc = order && count && s->level ? CSPM_OK : cg_nomem(s->mem, err);
    if (rc != CSPM_OK)
        goto out;
    for (uint32_t i = 0; i < s->n; i++)
        count[s->component[i] + 1]++;
    for (uint32_t i = 0; i < s->n_components; i++)
        count[i + 1] += count[i];
    for (uint32_t i = 0; i < s->n; i++)
        order[count[s->component[i]]++] = i;
    s->rs->n_strata = assign_levels(s, order, false);
    if (s->rs->n_strata > MAX_STRATA)
        s->rs->n_strata = assign_levels(s, order, true);
    if (s->rs->n_strata > MAX_STRATA)
        rc = cg_fail(s->mem, err, CSPM_E_LIMIT, "the rules negate and count one another over %u strata; %d are possible",
                     (unsigned)s->rs->n_strata, MAX_STRATA);
out:
    cg_free(s->mem, order);
    cg_free(s->mem, count);
    return rc;
}

static int by_stratum(const void *a, const void *b)
{
    const rule_entry *x = *(rule_entry *const *)a, *y = *(rule_entry *const *)b;
    if (x->rule.stratum != y->rule.stratum)
        return x->rule.stratum < y->rule.stratum ? -1 : 1;
    return cg_str_cmp(x->rule.id, y->rule.id);
}

int32_t rule_strata(cg_ruleset *rs, cspm_error **err)
{
    strata s = { .rs = rs, .mem = rs->mem };
    int32_t rc = collect_rules(&s, err);
    if (rc == CSPM_OK)
        rc = collect_needs(&s, err);
    if (rc == CSPM_OK)
        rc = components(&s, err);
    if (rc == CSPM_OK)
        rc = refuse_negative_cycles(&s, err);
    if (rc == CSPM_OK)
        rc = levels(&s, err);
    if (rc == CSPM_OK) {
        for (uint32_t i = 0; i < s.n; i++)
            s.rules[i]->rule.stratum = s.level[i];
        for (size_t i = 0; i < s.needs.count; i++)
            s.rules[s.needs.data[i].reader]->recursive |= s.level[s.needs.data[i].reader] == s.level[s.needs.data[i].writer];
        if (s.n)
            qsort(s.rules, s.n, sizeof *s.rules, by_stratum);
        cg_free(rs->mem, rs->finders);
        rs->finders = s.rules;
        rs->n_finders = s.n;
        s.rules = NULL;
    }
    cg_free(s.mem, s.rules);
    cg_free(s.mem, s.writers);
    cg_vec_free(s.mem, &s.needs);
    cg_free(s.mem, s.first);
    cg_free(s.mem, s.component);
    cg_free(s.mem, s.level);
    return rc;
}
