/* Fixes: facts picked one after another by how many routes rest on them, each verified by analysing again without it. */
#include <stdlib.h>

#include "analysis/facts.h"
#include "base/intern.h"
#include "base/sort.h"

enum {
    TRIED_PER_ROUND = 3, /* candidates analysed again before one is taken */
    IDLE_ROUNDS = 3,     /* rounds that close nothing by themselves before giving up: two ways round need two fixes */
};
/* Beyond this many paths a fix is verified by counting the pairs that are still joined, not by finding each one's best path again. */
#define MANY_PATHS 20000u
/* Relationships that counting may visit for all fixes together. */
#define COUNTING_WORK ((uint64_t)1000000000)

typedef struct fixer {
    cg_run_state *r;
    cg_facts facts;
    cg_rel_vec rels;     /* gone so far */
    cg_node_vec entries; /* no longer exposed */
    cg_search current;   /* with those gone */
    bool has_current;
    bool many;
    uint32_t tries; /* left, when there are many paths */
    uint64_t initial, remaining;
    CG_VEC(cg_fix) fixes;
    CG_VEC(cg_fact) taken;
    cspm_op *op;
    cspm_error **err;
} fixer;

typedef struct trial {
    cg_rel_vec rels, own;
    cg_node_vec entries, own_entries;
    cg_search search;
    bool ran;
    uint64_t closed;
} trial;

static void trial_free(trial *t, cg_mem *mem)
{
    cg_vec_free(mem, &t->rels);
    cg_vec_free(mem, &t->own);
    cg_vec_free(mem, &t->entries);
    cg_vec_free(mem, &t->own_entries);
    if (t->search.mem)
        cg_search_free(&t->search);
    *t = (trial){ 0 };
}

static const cg_search *current(const fixer *f)
{
    return f->has_current ? &f->current : &f->r->search;
}

static int by_key(const void *a, const void *b)
{
    const cg_triple *x = *(const cg_triple *const *)a, *y = *(const cg_triple *const *)b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->type < y->type ? -1 : x->type > y->type;
}

static int32_t sorted_keys(const cg_search *x, cg_mem *mem, cspm_op *op, const cg_triple ***out, cspm_error **err)
{
    const cg_triple **keys = cg_alloc_array(mem, x->triples.count + 1, sizeof *keys);
    if (!keys)
        return cg_nomem(mem, err);
    for (size_t i = 0; i < x->triples.count; i++)
        keys[i] = &x->triples.data[i];
    const int32_t rc = cg_sort(keys, x->triples.count, sizeof *keys, by_key, op, mem, err);
    if (rc != CSPM_OK)
        cg_free(mem, keys);
    else
        *out = keys;
    return rc;
}

/* How many (type, entry, target) of `before` are not in `after`. */
static int32_t count_closed(const cg_search *before, const cg_search *after, cg_mem *mem, cspm_op *op, uint64_t *closed, cspm_error **err)
{
    const cg_triple **b = NULL, **a = NULL;
    size_t i = 0, k = 0;
    uint32_t ticks = 0;
    int32_t rc = sorted_keys(before, mem, op, &b, err);
    if (rc == CSPM_OK)
        rc = sorted_keys(after, mem, op, &a, err);
    *closed = 0;
    while (rc == CSPM_OK && i < before->triples.count) {
        if (CG_OP_DUE(ticks) && (rc = cg_op_check(op, mem, err)) != CSPM_OK)
            break;
        int order = k < after->triples.count ? by_key(&b[i], &a[k]) : -1;
        *closed += order < 0;
        i += order <= 0;
        k += order >= 0;
    }
    cg_free(mem, b);
    cg_free(mem, a);
    return rc;
}

static int32_t join(fixer *f, trial *t)
{
    cg_mem *mem = f->r->scope.mem;
    bool ok = cg_vec_reserve(mem, &t->rels, f->rels.count + t->own.count + 1) &&
              cg_vec_reserve(mem, &t->entries, f->entries.count + t->own_entries.count + 1);
    if (!ok)
        return cg_nomem(mem, f->err);
    for (size_t i = 0; i < f->rels.count; i++)
        t->rels.data[t->rels.count++] = f->rels.data[i];
    for (size_t i = 0; i < t->own.count; i++)
        t->rels.data[t->rels.count++] = t->own.data[i];
    for (size_t i = 0; i < f->entries.count; i++)
        t->entries.data[t->entries.count++] = f->entries.data[i];
    for (size_t i = 0; i < t->own_entries.count; i++)
        t->entries.data[t->entries.count++] = t->own_entries.data[i];
    cg_rels_sort(&t->rels);
    cg_nodes_sort(&t->entries);
    return CSPM_OK;
}

/* Analyse again without the fact and all that was taken before it. */
static int32_t try_fact(fixer *f, const cg_fact *fact, trial *t)
{
    cg_run_state *r = f->r;
    uint64_t left;
    int32_t rc = cg_facts_expand(&f->facts, r, fact, &t->own, &t->own_entries, f->err);
    if (rc == CSPM_OK)
        rc = join(f, t);
    if (rc != CSPM_OK)
        return rc;
    cg_removal removal = { t->rels.data, (uint32_t)t->rels.count, t->entries.data, (uint32_t)t->entries.count };
    if (f->many) {
        rc = cg_pairs_count(&r->scope, &removal, f->op, &left, f->err);
        t->ran = rc == CSPM_OK;
        t->closed = t->ran && left < f->remaining ? f->remaining - left : 0;
        return rc;
    }
    rc = cg_search_run(&t->search, &r->scope, &r->types, &removal, f->op, f->err);
    if (rc != CSPM_OK)
        return rc;
    t->ran = true;
    return count_closed(current(f), &t->search, r->scope.mem, f->op, &t->closed, f->err);
}

static bool was_taken(const fixer *f, const cg_fact *fact)
{
    for (size_t i = 0; i < f->taken.count; i++)
        if (cg_facts_same(&f->taken.data[i], fact))
            return true;
    return false;
}

static cg_str fix_title(fixer *f, const cg_fact *fact, size_t n_removed)
{
    cg_run_state *r = f->r;
    const cg_graph *g = r->scope.g;
    cg_buf b;
    cg_buf_init(&b, r->scope.mem, 0);
    if (fact->form == CG_FACT_EXPOSURE) {
        cg_str title = fact->advice ? cg_run_text(r, fact->advice->title, NULL, fact->resource, CG_NO_REL) : CG_STR_NULL;
        if (fact->advice)
            cg_buf_printf(&b, "%.*s: %.*s", CG_FMT(cg_node_name(g, fact->resource)), CG_FMT(title));
        else
            cg_buf_printf(&b, "Close every way from outside into %.*s", CG_FMT(cg_node_name(g, fact->resource)));
    } else if (fact->form == CG_FACT_NODE) {
        cg_buf_printf(&b, "Remedy %.*s", CG_FMT(cg_node_name(g, fact->resource)));
    } else {
        cg_edge e = cg_rel_get(g, fact->sample);
        cg_buf_printf(&b, "Remove %.*s from %.*s to %.*s", CG_FMT(cg_name_get(g, CG_NAMES_KIND, e.kind)), CG_FMT(cg_node_name(g, e.from)),
                      CG_FMT(cg_node_name(g, e.to)));
        if (n_removed > 1)
            cg_buf_printf(&b, " and %zu more that rest on the same fact", n_removed - 1);
    }
    cg_str out = cg_arena_text(r->text, &b);
    cg_buf_free(&b);
    return out;
}

static bool fix_id(fixer *f, const cg_fact *fact, char out[17])
{
    const cg_graph *g = f->r->scope.g;
    char hex[65];
    cg_buf b;
    cg_buf_init(&b, f->r->scope.mem, 0);
    cg_buf_char(&b, (char)('0' + (int)fact->form));
    cg_buf_str(&b, fact->rule ? fact->rule->id : CG_STR(""));
    cg_buf_char(&b, '\xff');
    cg_buf_str(&b, cg_node_id(g, fact->resource));
    if (fact->sample != CG_NO_REL) {
        cg_edge e = cg_rel_get(g, fact->sample);
        cg_buf_char(&b, '\xff');
        cg_buf_str(&b, cg_name_get(g, CG_NAMES_KIND, e.kind));
        cg_buf_char(&b, '\xff');
        cg_buf_str(&b, cg_node_id(g, e.to));
    }
    if (!b.failed)
        cg_sha256_hex(b.data, b.length, hex);
    bool ok = !b.failed;
    cg_buf_free(&b);
    if (ok)
        memcpy(out, hex, 16);
    out[16] = 0;
    return ok;
}

static int32_t write_fix(fixer *f, const cg_fact *fact, const trial *t)
{
    cg_run_state *r = f->r;
    cg_fix fix = { .resource = fact->resource, .closes = fact->form == CG_FACT_EXPOSURE ? fact->resource : CG_NO_NODE, .rule = fact->rule };
    cg_rel *removes = cg_arena_alloc(r->text, (t->own.count + 1) * sizeof *removes);
    fix.title = fix_title(f, fact, t->own.count);
    const cg_rule *source = fact->advice ? fact->advice : fact->rule;
    fix.remediation = source ? cg_run_text(r, source->remediation, NULL, fact->resource, fact->sample) : CG_STR("");
    if (!removes || !fix.title.data || !fix.remediation.data || !fix_id(f, fact, fix.id))
        return cg_nomem(r->scope.mem, f->err);
    if (t->own.count)
        memcpy(removes, t->own.data, t->own.count * sizeof *removes);
    fix.removes = removes;
    fix.n_removes = (uint32_t)t->own.count;
    fix.paths_closed = t->closed;
    fix.cumulative_closed = f->initial - f->remaining;
    fix.verified = true;
    return cg_vec_push(r->scope.mem, &f->fixes, fix) && cg_vec_push(r->scope.mem, &f->taken, *fact) ? CSPM_OK
                                                                                                    : cg_nomem(r->scope.mem, f->err);
}

static int32_t adopt(fixer *f, const cg_fact *fact, trial *t)
{
    f->remaining -= t->closed < f->remaining ? t->closed : f->remaining;
    int32_t rc = write_fix(f, fact, t);
    if (rc != CSPM_OK)
        return rc;
    if (!f->many) {
        if (f->has_current)
            cg_search_free(&f->current);
        f->current = t->search; /* lives on */
        f->has_current = true;
        t->search = (cg_search){ 0 };
    }
    cg_rel_vec rels = f->rels;
    cg_node_vec entries = f->entries;
    f->rels = t->rels;
    f->entries = t->entries;
    t->rels = rels;
    t->entries = entries;
    return CSPM_OK;
}

/* One round. *more is false when nothing is left to try or the search was cut short. */
static int32_t take_next(fixer *f, bool *more)
{
    cg_run_state *r = f->r;
    trial best = { 0 }, t = { 0 };
    cg_fact chosen = { 0 };
    cg_removal gone = { f->rels.data, (uint32_t)f->rels.count, f->entries.data, (uint32_t)f->entries.count };
    uint32_t tried = 0, most = !f->many ? TRIED_PER_ROUND : f->tries < r->scope.o.max_fixes * TRIED_PER_ROUND ? 1 : TRIED_PER_ROUND;
    *more = false;
    int32_t rc = cg_facts_gather(&f->facts, r, current(f), &gone, f->err);
    for (size_t i = 0; i < f->facts.items.count && tried < most && rc == CSPM_OK; i++) {
        const cg_fact *fact = &f->facts.items.data[i];
        if (was_taken(f, fact))
            continue;
        tried++;
        rc = try_fact(f, fact, &t);
        if (rc == CSPM_OK && !f->many && t.search.truncated & ~r->search.truncated) {
            r->a->truncated |= t.search.truncated; /* an answer cut short verifies nothing */
            break;
        }
        if (rc == CSPM_OK && (!best.ran || t.closed > best.closed)) {
            trial_free(&best, r->scope.mem);
            best = t;
            chosen = *fact;
            t = (trial){ 0 };
        }
        trial_free(&t, r->scope.mem);
        cg_op_advance(f->op, 1);
    }
    trial_free(&t, r->scope.mem);
    if (rc == CSPM_OK && best.ran && !(r->a->truncated & (CSPM_TRUNCATED_TIME | CSPM_TRUNCATED_MEMORY))) {
        rc = adopt(f, &chosen, &best);
        *more = rc == CSPM_OK;
    }
    trial_free(&best, r->scope.mem);
    return rc;
}

/* Fixes at the end that close nothing help nobody. */
static int32_t keep(fixer *f)
{
    while (f->fixes.count && !f->fixes.data[f->fixes.count - 1].paths_closed)
        f->fixes.count--;
    cg_fix *kept = cg_arena_alloc(f->r->text, (f->fixes.count + 1) * sizeof *kept);
    if (!kept)
        return cg_nomem(f->r->scope.mem, f->err);
    if (f->fixes.count)
        memcpy(kept, f->fixes.data, f->fixes.count * sizeof *kept);
    f->r->a->fixes = kept;
    f->r->a->n_fixes = (uint32_t)f->fixes.count;
    return CSPM_OK;
}

/* How much counting costs, and so how much of it there may be; said where it is less than what was asked for. */
static int32_t plan_counting(fixer *f)
{
    cg_run_state *r = f->r;
    uint64_t once = (uint64_t)r->a->n_entries * r->search.view->n_arcs + cg_graph_n_stored(r->scope.g) + 1;
    cg_removal nothing = { 0 };
    f->tries = (uint32_t)(COUNTING_WORK / once > UINT16_MAX ? UINT16_MAX : COUNTING_WORK / once);
    if (f->tries < r->scope.o.max_fixes) {
        r->scope.o.max_fixes = f->tries;
        int32_t rc =
            cg_scope_diag(&r->scope, "fewer-fixes", f->err,
                          "verifying a fix on this estate takes %llu steps, so at most %u were looked for; narrow the entries or the "
                          "targets, or shorten the longest path, for more",
                          (unsigned long long)once, f->tries);
        if (rc != CSPM_OK || !f->tries)
            return rc;
    }
    return cg_pairs_count(&r->scope, &nothing, f->op, &f->initial, f->err);
}

int32_t cg_run_fixes(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    fixer f = { .r = r, .op = op, .err = err };
    uint32_t idle = 0;
    bool more = true;
    f.initial = f.remaining = r->search.triples.count;
    /* A list of paths that is itself cut by time or memory cannot show that one is gone. */
    if (r->scope.o.no_fixes || !f.initial || r->search.truncated & (CSPM_TRUNCATED_TIME | CSPM_TRUNCATED_MEMORY))
        return CSPM_OK;
    f.many = f.initial > MANY_PATHS || r->search.truncated;
    if (f.many && r->scope.waypoints.count)
        return CSPM_OK; /* counting pairs knows no way points */
    cg_op_phase(op, CSPM_PHASE_VERIFY, (uint64_t)r->scope.o.max_fixes * TRIED_PER_ROUND);
    int32_t rc = f.many ? plan_counting(&f) : CSPM_OK;
    f.remaining = f.initial;
    if (rc == CSPM_OK)
        rc = cg_facts_init(&f.facts, r, op, err);
    while (rc == CSPM_OK && more && f.remaining && idle < IDLE_ROUNDS && f.fixes.count < r->scope.o.max_fixes) {
        rc = take_next(&f, &more);
        if (rc == CSPM_OK && more)
            idle = f.fixes.data[f.fixes.count - 1].paths_closed ? 0 : idle + 1;
    }
    cg_soften(&rc, &r->a->truncated, err);
    if (rc == CSPM_OK)
        rc = keep(&f);
    if (f.has_current)
        cg_search_free(&f.current);
    cg_facts_free(&f.facts, r->scope.mem);
    cg_vec_free(r->scope.mem, &f.rels);
    cg_vec_free(r->scope.mem, &f.entries);
    cg_vec_free(r->scope.mem, &f.fixes);
    cg_vec_free(r->scope.mem, &f.taken);
    return rc;
}
