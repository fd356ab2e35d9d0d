/* Types of a run's columns. The binder knows what every graph allows; a run knows its graph and its parameters besides: a property whose
 * values are all integers there makes a column of integers. A set of types is never too small: what it leaves out cannot come. */
#include "query/bind.h"
#include "query/exec.h"

typedef struct typer {
    const cg_run *r;
    uint32_t *slots; /* types of what a slot holds; 0 = as the binder says */
} typer;

static uint32_t type_of(const typer *t, const q_expr *e);

static uint32_t property_type(const typer *t, const q_expr *e)
{
    const cg_run *r = t->r;
    const uint32_t base = type_of(t, e->args[0]) & ~(uint32_t)QT_NULL, key = r->names[e->index];
    if (!base)
        return QT_NULL;
    if (base != QT_NODE && base != QT_REL)
        return e->type;
    if (base == QT_NODE && (e->index == r->id_key || e->index == r->objectid_key))
        return QT_STRING | QT_NULL;
    return QT_NULL | (key == CG_NO_NAME ? 0 : base == QT_NODE ? cg_node_key_types(r->g, key) : cg_rel_key_types(r->g, key));
}

static uint32_t call_type(const typer *t, const q_expr *e)
{
    uint32_t type = QT_NULL;
    if (e->func->aggregate == QA_SUM) /* of nothing it is the integer 0 */
        return type_of(t, e->args[0]) & ~(uint32_t)(QT_INT | QT_NULL) ? e->type : QT_INT;
    if (!(e->func->flags & QF_AS_ARGS))
        return e->type;
    for (uint32_t i = 0; i < e->n; i++)
        type |= type_of(t, e->args[i]);
    return type;
}

static uint32_t case_type(const typer *t, const q_expr *e)
{
    uint32_t type = e->args[e->n - 1] ? 0 : QT_NULL;
    for (uint32_t i = 2; i < e->n; i += 2)
        type |= type_of(t, e->args[i]);
    return e->args[e->n - 1] ? type | type_of(t, e->args[e->n - 1]) : type;
}

static uint32_t refined(const typer *t, const q_expr *e)
{
    uint32_t type;
    switch (e->kind) {
    case X_VAR:
        return t->slots[e->slot] ? t->slots[e->slot] : e->type;
    case X_PARAM:
        return t->r->has_param[e->index] ? 1u << t->r->params[e->index].type : e->type;
    case X_PROP:
        return property_type(t, e);
    case X_ARITH:
        type = type_of(t, e->args[0]);
        for (uint32_t i = 1; i < e->n; i++)
            type = qb_arith_type(type, e->ops[i - 1], type_of(t, e->args[i]));
        return type ? type : QT_NULL;
    case X_NEG:
    case X_PLUS:
        return type_of(t, e->args[0]);
    case X_CASE:
        return case_type(t, e);
    case X_CALL:
    case X_AGG:
        return call_type(t, e);
    default:
        return e->type;
    }
}

static uint32_t type_of(const typer *t, const q_expr *e)
{
    return refined(t, e) & e->type;
}

/* ---- clauses ---- */

static uint32_t item_types(const typer *t, const q_expr *list)
{
    const cg_run *r = t->r;
    if (list->kind != X_PARAM || !r->has_param[list->index] || r->params[list->index].type != CG_LIST)
        return 0;
    const cg_list *items = r->params[list->index].list;
    uint32_t type = QT_NULL;
    for (uint32_t i = 0; i < items->count; i++)
        type |= 1u << items->items[i].type;
    return type;
}

static void type_regular(const typer *t, const q_regular *query, uint32_t *out);

static void type_clause(const typer *t, const q_clause *clause, uint32_t *out)
{
    const q_projection *p = clause->proj;
    switch (clause->kind) {
    case QC_UNWIND:
        t->slots[clause->slot] = item_types(t, clause->list);
        return;
    case QC_CALL:
        type_regular(t, clause->sub->query, t->slots + clause->slot);
        for (uint32_t i = 0; clause->optional && i < clause->sub->query->n_columns; i++)
            t->slots[clause->slot + i] |= QT_NULL;
        return;
    case QC_WITH:
    case QC_RETURN:
        for (uint32_t i = 0; i < p->n_items; i++) {
            const uint32_t type = type_of(t, p->items[i].expr);
            t->slots[p->items[i].slot] = type;
            if (clause->kind == QC_RETURN)
                out[i] |= type;
        }
        return;
    default:
        return;
    }
}

static void type_regular(const typer *t, const q_regular *query, uint32_t *out)
{
    memset(out, 0, query->n_columns * sizeof *out);
    for (uint32_t i = 0; i < query->n; i++) {
        for (uint32_t k = 0; k < query->parts[i]->n; k++)
            type_clause(t, query->parts[i]->clauses[k], out);
    }
}

int32_t q_column_types(cg_run *r, const uint32_t **out, cspm_error **err)
{
    const q_regular *root = r->q->root;
    *out = root->types;
    if (r->q->pipe)
        return CSPM_OK;
    uint32_t *types = cg_arena_calloc(&r->arena, r->n_slots + root->n_columns + 1u, sizeof *types);
    if (!types)
        return cg_nomem(r->mem, err);
    type_regular(&(typer){ r, types + root->n_columns }, root, types);
    *out = types;
    return CSPM_OK;
}
