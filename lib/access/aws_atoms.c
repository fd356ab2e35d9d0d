/* Many on nearly the same: everything, everything but one, everything but another. Cut along what they share, the common part is stored
 * once. */
#include <stdlib.h>

#include "access/aws_run.h"
#include "base/sort.h"

typedef struct part {
    cg_node target;
    uint32_t bundle;
} part;

/* Targets that the same bundles have. Stored as a hub of its own when that is less than what it adds to those of its bundles. */
typedef struct atom {
    CG_VEC(cg_node) targets;
    bool own;
    const uint32_t *bundles; /* ascending, in the arena */
    uint32_t n_bundles;
    uint64_t n_subjects;
} atom;

typedef struct cutter {
    aws_emit *m;
    cg_mem *mem;
    cg_arena arena;
    CG_VEC(part) parts;
    CG_VEC(atom) atoms;
    uint32_t *rest;      /* by bundle: targets in atoms without a hub of their own */
    uint64_t whole, cut; /* what would be stored */
} cutter;

static int by_part(const void *a, const void *b)
{
    const part *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->bundle < y->bundle ? -1 : x->bundle > y->bundle;
}

static int32_t collect(cutter *c, bool conditional, uint32_t *n, cspm_error **err)
{
    for (uint32_t i = 0; i < c->m->bundles.count; i++) {
        const aws_bundle *b = &c->m->bundles.data[i];
        cg_str list = cg_intern_get(c->m->target_lists, b->targets);
        size_t count = list.length / sizeof(cg_node);
        if (b->conditional != conditional || count <= AWS_OWN_REASON_TARGETS)
            continue;
        ++*n;
        c->whole += aws_bundle_cost(b->subjects.count, count);
        for (size_t k = 0; k < count; k++) {
            part p = { .bundle = i };
            memcpy(&p.target, list.data + k * sizeof(cg_node), sizeof(cg_node));
            if (!cg_vec_push(c->mem, &c->parts, p))
                return cg_nomem(c->mem, err);
        }
    }
    return CSPM_OK;
}

static int32_t add_atom(cutter *c, const part *first, uint32_t n, cspm_error **err)
{
    atom a = { .n_bundles = n };
    uint32_t *bundles = cg_arena_alloc(&c->arena, n * sizeof *bundles);
    if (!bundles)
        return cg_nomem(c->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        bundles[i] = first[i].bundle;
        a.n_subjects += c->m->bundles.data[first[i].bundle].subjects.count;
    }
    a.bundles = bundles;
    return cg_vec_push(c->mem, &c->atoms, a) ? CSPM_OK : cg_nomem(c->mem, err);
}

static int32_t cut(cutter *c, cspm_error **err)
{
    cg_intern *keys = cg_intern_new(c->mem, 0);
    cg_buf key;
    int32_t rc = keys ? CSPM_OK : cg_nomem(c->mem, err);
    cg_buf_init(&key, c->mem, 0);
    if (rc == CSPM_OK)
        rc = cg_sort(c->parts.data, c->parts.count, sizeof *c->parts.data, by_part, c->m->r->e->op, c->mem, err);
    for (size_t i = 0, end; rc == CSPM_OK && i < c->parts.count; i = end) {
        cg_buf_clear(&key);
        for (end = i; end < c->parts.count && c->parts.data[end].target == c->parts.data[i].target; end++)
            cg_buf_add(&key, &c->parts.data[end].bundle, sizeof(uint32_t));
        uint32_t id = key.failed ? CG_INTERN_NONE : cg_intern_add(keys, key.data, key.length);
        if (id == CG_INTERN_NONE)
            rc = cg_nomem(c->mem, err);
        else if (id == c->atoms.count)
            rc = add_atom(c, &c->parts.data[i], (uint32_t)(end - i), err);
        if (rc == CSPM_OK && !cg_vec_push(c->mem, &c->atoms.data[id].targets, c->parts.data[i].target))
            rc = cg_nomem(c->mem, err);
        if (rc == CSPM_OK)
            rc = aws_step(c->m->r->e, err);
    }
    cg_buf_free(&key);
    cg_intern_free(keys);
    return rc;
}

/* Which atoms stand for themselves, and what all would cost then. */
static int32_t weigh(cutter *c, cspm_error **err)
{
    c->rest = cg_calloc(c->mem, c->m->bundles.count, sizeof *c->rest);
    if (!c->rest)
        return cg_nomem(c->mem, err);
    for (size_t i = 0; i < c->atoms.count; i++) {
        atom *a = &c->atoms.data[i];
        uint64_t alone = aws_bundle_cost(a->n_subjects, a->targets.count);
        a->own = alone < (uint64_t)a->n_bundles * a->targets.count;
        c->cut += a->own ? alone : 0;
        for (uint32_t k = 0; !a->own && k < a->n_bundles; k++)
            c->rest[a->bundles[k]] += (uint32_t)a->targets.count;
    }
    for (size_t i = 0; i < c->m->bundles.count; i++)
        c->cut += aws_bundle_cost(c->m->bundles.data[i].subjects.count, c->rest[i]);
    return CSPM_OK;
}

static bool atom_has(const atom *a, uint32_t bundle)
{
    uint32_t low = 0, high = a->n_bundles;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (a->bundles[middle] < bundle)
            low = middle + 1;
        else
            high = middle;
    }
    return low < a->n_bundles && a->bundles[low] == bundle;
}

static int by_node(const void *a, const void *b)
{
    cg_node x = *(const cg_node *)a, y = *(const cg_node *)b;
    return x < y ? -1 : x > y;
}

static int32_t write_rest(cutter *c, uint32_t bundle, aws_bundle_write write, cspm_error **err)
{
    CG_VEC(cg_node) targets = { 0 };
    int32_t rc = cg_vec_reserve(c->mem, &targets, c->rest[bundle]) ? CSPM_OK : cg_nomem(c->mem, err);
    for (size_t i = 0; rc == CSPM_OK && i < c->atoms.count; i++) {
        const atom *a = &c->atoms.data[i];
        if (a->own || !atom_has(a, bundle))
            continue;
        memcpy(targets.data + targets.count, a->targets.data, a->targets.count * sizeof *targets.data);
        targets.count += a->targets.count;
    }
    if (targets.count)
        qsort(targets.data, targets.count, sizeof *targets.data, by_node);
    if (rc == CSPM_OK)
        rc = write(c->m, &c->m->bundles.data[bundle], targets.data, (uint32_t)targets.count, err);
    cg_vec_free(c->mem, &targets);
    return rc;
}

static int32_t write_atom(cutter *c, const atom *a, bool conditional, aws_bundle_write write, cspm_error **err)
{
    aws_bundle joined = { .conditional = conditional };
    int32_t rc = CSPM_OK;
    if (!cg_vec_reserve(c->mem, &joined.subjects, a->n_subjects) || !cg_vec_reserve(c->mem, &joined.grounds, a->n_subjects))
        rc = cg_nomem(c->mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < a->n_bundles; i++) {
        const aws_bundle *b = &c->m->bundles.data[a->bundles[i]];
        for (size_t k = 0; k < b->subjects.count; k++) {
            joined.subjects.data[joined.subjects.count++] = b->subjects.data[k];
            joined.grounds.data[joined.grounds.count++] = b->grounds.data[k];
        }
    }
    if (rc == CSPM_OK)
        rc = write(c->m, &joined, a->targets.data, (uint32_t)a->targets.count, err);
    cg_vec_free(c->mem, &joined.subjects);
    cg_vec_free(c->mem, &joined.grounds);
    return rc;
}

int32_t aws_emit_atoms(aws_emit *m, bool conditional, aws_bundle_write write, bool *done, cspm_error **err)
{
    cutter c = { .m = m, .mem = m->r->mem };
    uint32_t n = 0;
    *done = false;
    if (m->r->grant->yields != CG_YIELDS_TARGET)
        return CSPM_OK;
    cg_arena_init(&c.arena, c.mem);
    int32_t rc = collect(&c, conditional, &n, err);
    if (rc == CSPM_OK && n > 1)
        rc = cut(&c, err);
    if (rc == CSPM_OK && n > 1)
        rc = weigh(&c, err);
    *done = rc == CSPM_OK && n > 1 && c.cut < c.whole;
    for (size_t i = 0; rc == CSPM_OK && *done && i < c.atoms.count; i++)
        if (c.atoms.data[i].own)
            rc = write_atom(&c, &c.atoms.data[i], conditional, write, err);
    for (uint32_t i = 0; rc == CSPM_OK && *done && i < m->bundles.count; i++)
        if (c.rest[i])
            rc = write_rest(&c, i, write, err);
    for (size_t i = 0; i < c.atoms.count; i++)
        cg_vec_free(c.mem, &c.atoms.data[i].targets);
    cg_vec_free(c.mem, &c.atoms);
    cg_vec_free(c.mem, &c.parts);
    cg_free(c.mem, c.rest);
    cg_arena_free(&c.arena);
    return rc;
}
