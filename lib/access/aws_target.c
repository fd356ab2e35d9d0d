/* The nodes a rule is about, and which of them no policy of theirs tells apart. */
#include <stdlib.h>

#include "access/aws_run.h"

static int by_node(const void *a, const void *b)
{
    const aws_target *x = a, *y = b;
    return x->node < y->node ? -1 : x->node > y->node;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* ---- which nodes ---- */

static bool is_linked(const aws_run *r, cg_node n)
{
    const cg_grant *grant = r->grant;
    uint32_t kind = cg_name_find(r->e->g, CG_NAMES_KIND, grant->linked_kind), count = 0;
    cg_adj_iter it;
    cg_edge edge;
    if (!grant->linked_kind.length)
        return true;
    cg_adj_init(&it, r->e->g, n, CG_BOTH, NULL);
    while (kind != CG_NO_NAME && cg_adj_next(&it, &edge))
        count += edge.kind == kind && aws_estate_has_label(r->e, edge.from == n ? edge.to : edge.from, &grant->linked_label, 1);
    return grant->linked_fewer ? count < grant->linked_fewer : count > 0;
}

/* Blocks an account keeps as a node of their own. */
static int32_t has_block(aws_run *r, uint32_t account, cg_str key, bool *out, cspm_error **err)
{
    uint32_t label = cg_name_find(r->e->g, CG_NAMES_LABEL, CG_STR("AWSS3AccountPublicAccessBlock")), owner;
    cg_label_iter it;
    cg_node n;
    int32_t rc = CSPM_OK;
    if (label == CG_NO_NAME)
        return CSPM_OK;
    cg_label_iter_init(&it, r->e->g, label);
    while (rc == CSPM_OK && !*out && cg_label_iter_next(&it, &n)) {
        rc = aws_estate_account_of(r->e, n, &owner, err);
        if (rc == CSPM_OK && owner == account)
            rc = aws_estate_flag(r->e, n, key, out, err);
    }
    return rc;
}

static int32_t has_flags(aws_run *r, cg_node n, uint32_t account, bool *out, cspm_error **err)
{
    cg_node owner = account == AWS_NONE ? CG_NO_NODE : r->e->accounts.data[account].node;
    int32_t rc = CSPM_OK;
    *out = true;
    for (uint32_t i = 0; rc == CSPM_OK && *out && i < r->grant->n_when; i++)
        rc = aws_estate_flag(r->e, n, r->grant->when[i], out, err);
    for (uint32_t i = 0; rc == CSPM_OK && *out && i < r->grant->n_unless; i++) {
        bool here = false, there = false;
        rc = aws_estate_flag(r->e, n, r->grant->unless[i], &here, err);
        if (rc == CSPM_OK && owner != CG_NO_NODE)
            rc = aws_estate_flag(r->e, owner, r->grant->unless[i], &there, err);
        if (rc == CSPM_OK && !here && !there && account != AWS_NONE)
            rc = has_block(r, account, r->grant->unless[i], &there, err);
        *out = !here && !there;
    }
    return rc;
}

static int32_t ask_services(aws_run *r, cg_node role, uint32_t doc, const cg_str *services, uint32_t n, aws_answer_result *out,
                            cspm_error **err)
{
    int32_t rc = CSPM_OK;
    *out = AWS_NO;
    for (uint32_t i = 0; rc == CSPM_OK && i < n && *out != AWS_YES; i++) {
        aws_answer_result one;
        rc = aws_ask_trust(r, role, doc, services[i], &one, err);
        *out = one == AWS_NO ? *out : one;
    }
    return rc;
}

/* A role the service is not trusted by is not one the target runs as, whatever its configuration says. */
static int32_t ask_roles(aws_run *r, cg_node n, aws_answer_result *out, cspm_error **err)
{
    uint32_t kind = cg_name_find(r->e->g, CG_NAMES_KIND, CG_STR("STS_ASSUMEROLE_ALLOW")), doc;
    cg_adj_iter it;
    cg_edge edge;
    aws_answer_result best = AWS_NO;
    bool known = false;
    int32_t rc = CSPM_OK;
    cg_adj_init(&it, r->e->g, n, CG_OUT, NULL);
    while (rc == CSPM_OK && kind != CG_NO_NAME && best != AWS_YES && cg_adj_next(&it, &edge)) {
        aws_answer_result one = AWS_NO;
        if (edge.kind != kind || (rc = aws_estate_resource_doc(r->e, edge.to, &doc, err)) != CSPM_OK || doc == AWS_NONE)
            continue;
        known = true;
        rc = ask_services(r, edge.to, doc, r->grant->role_trusts, r->grant->n_role_trusts, &one, err);
        best = one == AWS_NO ? best : one;
    }
    *out = known ? aws_and(*out, best) : *out;
    return rc;
}

static int32_t ask_trusts(aws_run *r, aws_target *target, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    aws_ground_begin(r);
    target->trust.result = AWS_YES;
    if (r->grant->n_role_trusts)
        rc = ask_roles(r, target->node, &target->trust.result, err);
    aws_ground_begin(r); /* another node's policy is no ground here */
    if (rc == CSPM_OK && r->grant->n_trusts)
        rc = ask_services(r, target->node, target->doc, r->grant->trusts, r->grant->n_trusts, &target->trust.result, err);
    return rc == CSPM_OK ? aws_ground_end(r, &target->trust.ground, err) : rc;
}

static int32_t add_target(aws_run *r, aws_targets *t, cg_node n, cspm_error **err)
{
    aws_target target = { .node = n };
    bool wanted = is_linked(r, n);
    int32_t rc = wanted ? aws_estate_account_of(r->e, n, &target.account, err) : CSPM_OK;
    if (rc == CSPM_OK && wanted)
        rc = has_flags(r, n, target.account, &wanted, err);
    if (rc == CSPM_OK && wanted)
        rc = aws_estate_resource_doc(r->e, n, &target.doc, err);
    if (rc == CSPM_OK && wanted)
        rc = ask_trusts(r, &target, err);
    if (rc == CSPM_OK && wanted && target.trust.result != AWS_NO && !cg_vec_push(r->mem, &t->list, target))
        rc = cg_nomem(r->mem, err);
    return rc;
}

static int32_t find_nodes(aws_run *r, aws_targets *t, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    size_t kept = 0;
    for (uint32_t i = 0; rc == CSPM_OK && i < r->grant->n_labels; i++) {
        uint32_t label = cg_name_find(r->e->g, CG_NAMES_LABEL, r->grant->labels[i]);
        cg_label_iter it;
        cg_node n;
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, r->e->g, label);
        while (rc == CSPM_OK && cg_label_iter_next(&it, &n))
            if ((rc = add_target(r, t, n, err)) == CSPM_OK)
                rc = aws_step(r->e, err);
    }
    if (t->list.count)
        qsort(t->list.data, t->list.count, sizeof *t->list.data, by_node);
    for (size_t i = 0; i < t->list.count; i++)
        if (!kept || t->list.data[kept - 1].node != t->list.data[i].node)
            t->list.data[kept++] = t->list.data[i];
    t->list.count = kept;
    return rc;
}

/* ---- what requests name ---- */

static int32_t fill_arns(aws_run *r, aws_targets *t, cspm_error **err)
{
    uint32_t n = (uint32_t)t->list.count;
    int32_t rc = CSPM_OK;
    t->arns = cg_arena_calloc(&r->arena, r->grant->n_needs ? r->grant->n_needs : 1, sizeof *t->arns);
    if (!t->arns)
        return cg_nomem(r->mem, err);
    for (uint32_t k = 0; rc == CSPM_OK && k < r->grant->n_needs; k++) {
        const cg_grant_need *need = &r->grant->needs[k];
        aws_arns *a = &t->arns[k];
        if (need->on != CG_NEED_TARGET)
            continue;
        *a = (aws_arns){ .n = n, .n_star_places = 2048 };
        a->text = cg_arena_calloc(&r->arena, n ? n : 1, sizeof *a->text);
        a->order = cg_arena_calloc(&r->arena, n ? n : 1, sizeof *a->order);
        a->stars_at = cg_arena_calloc(&r->arena, n ? n : 1, sizeof *a->stars_at);
        a->star_places = cg_arena_calloc(&r->arena, a->n_star_places, 1);
        if (!a->text || !a->order || !a->stars_at || !a->star_places)
            return cg_nomem(r->mem, err);
        for (uint32_t i = 0; rc == CSPM_OK && i < n; i++) {
            const aws_target *target = &t->list.data[i];
            cg_str arn, pattern = need->arn.length ? need->arn : CG_STR("{{arn}}");
            rc = aws_estate_arn(r->e, target->node, &arn, err);
            cg_str partition = arn.length ? cg_arn_part(arn, 1) : CG_STR("aws");
            if (rc == CSPM_OK && !arn.length && !need->arn.length)
                pattern = CG_STR("{{id}}");
            if (rc == CSPM_OK)
                rc = aws_estate_fill(r->e, pattern, target->node, target->account, partition, &a->text[i], err);
            if (rc == CSPM_OK)
                rc = aws_step(r->e, err);
        }
        if (rc == CSPM_OK)
            rc = aws_arns_sort(a, r->e->op, r->mem, err);
    }
    return rc;
}

/* ---- policies on targets ---- */

static bool is_general(const cg_policy_statement *s)
{
    bool general = s->principals.negated || s->principals.unreadable || !s->principals.present;
    for (uint32_t i = 0; i < s->principals.count; i++)
        general |= s->principals.items[i].type == CG_NAMED_ANYONE || s->principals.items[i].type == CG_NAMED_ACCOUNT;
    return general;
}

/* Everybody a statement names one by one. */
static int32_t add_named(aws_run *r, aws_targets *t, const cg_policy_statement *s, uint32_t target, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < s->principals.count; i++) {
        cg_str text = s->principals.items[i].text;
        cg_node n = cg_node_find(r->e->g, text.data, text.length);
        if (n == CG_NO_NODE || r->e->subject_of[n] == AWS_NONE)
            continue;
        uint64_t pair = (uint64_t)r->e->subject_of[n] << 32 | target;
        if (!cg_vec_push(r->mem, &t->named, pair))
            rc = cg_nomem(r->mem, err);
    }
    return rc;
}

/* How the resources of a statement meet what the requests on its own target name: 0 not, 1 exactly, 2 in part. */
static int32_t meets_own(aws_run *r, const aws_targets *t, const cg_policy_statement *s, uint32_t target, cg_buf *key, bool *partly,
                         cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t k = 0; rc == CSPM_OK && k < r->grant->n_needs; k++) {
        uint32_t how = s->resources.present ? 0 : 1;
        if (r->grant->needs[k].on != CG_NEED_TARGET)
            continue;
        for (uint32_t i = 0; rc == CSPM_OK && how != 1 && i < s->resources.count; i++) {
            cg_str witness, text = t->arns[k].text[target];
            const cg_pattern *p = &s->resources.items[i];
            cg_arena_reset(&r->scratch);
            rc = aws_witness(&r->scratch, text, p->tokens, p->count, &witness, err);
            if (!p->has_variables && cg_pattern_match(p->tokens, p->count, false, text))
                how = 1;
            else if (rc == CSPM_OK && witness.data)
                how = 2;
        }
        *partly |= how == 2;
        cg_buf_char(key, (char)('0' + how));
    }
    return rc;
}

static int32_t key_of(aws_run *r, aws_targets *t, uint32_t index, cg_buf *key, bool *opens, cspm_error **err)
{
    aws_target *target = &t->list.data[index];
    bool partly = false;
    int32_t rc = CSPM_OK;
    const aws_view *v = NULL;
    cg_buf_clear(key);
    cg_buf_add(key, &target->account, sizeof target->account);
    cg_buf_add(key, &target->trust, sizeof target->trust);
    if (target->doc != AWS_NONE && !(v = aws_view_of(r, target->doc, err)))
        return CSPM_E_NOMEM;
    for (uint32_t i = 0; rc == CSPM_OK && v && i < v->count; i++) {
        const aws_view_item *item = &v->items[i];
        const aws_effect *effect = &r->e->effects.data[item->effect];
        const cg_policy_statement *s =
            item->statement == UINT32_MAX ? NULL : &r->e->docs.data[target->doc].policy->statements[item->statement];
        if (s)
            rc = add_named(r, t, s, index, err);
        if (rc != CSPM_OK || (s && !is_general(s)))
            continue;
        cg_buf_add(key, &effect->who, sizeof effect->who);
        cg_buf_add(key, &item->actions, sizeof item->actions);
        if (s)
            rc = meets_own(r, t, s, index, key, &partly, err);
        target->alone |= effect->personal;
        *opens |= !effect->deny;
    }
    if (partly)
        cg_buf_add(key, &index, sizeof index);
    return rc;
}

static int32_t make_cells(aws_run *r, aws_targets *t, cspm_error **err)
{
    cg_intern *keys = cg_intern_new(r->mem, 0);
    cg_buf key;
    int32_t rc = keys ? CSPM_OK : cg_nomem(r->mem, err);
    cg_buf_init(&key, r->mem, 0);
    for (uint32_t i = 0; rc == CSPM_OK && i < t->list.count; i++) {
        bool opens = false;
        rc = key_of(r, t, i, &key, &opens, err);
        uint32_t cell = rc != CSPM_OK || key.failed ? CG_INTERN_NONE : cg_intern_add(keys, key.data, key.length);
        if (rc == CSPM_OK && cell == CG_INTERN_NONE)
            rc = cg_nomem(r->mem, err);
        if (rc == CSPM_OK && cell == t->cells.count &&
            !cg_vec_push(r->mem, &t->cells, ((aws_cell){ .account = t->list.data[i].account, .opens = opens })))
            rc = cg_nomem(r->mem, err);
        if (rc != CSPM_OK)
            break;
        t->list.data[i].cell = cell;
        t->cells.data[cell].n++;
        if (t->list.data[i].alone && !cg_vec_push(r->mem, &t->alone, i))
            rc = cg_nomem(r->mem, err);
        if (rc == CSPM_OK)
            rc = aws_step(r->e, err);
    }
    if (rc == CSPM_OK && !cg_vec_reserve(r->mem, &t->cell_members, t->list.count + 1))
        rc = cg_nomem(r->mem, err);
    for (size_t c = 0, at = 0; rc == CSPM_OK && c < t->cells.count; c++) {
        t->cells.data[c].first = (uint32_t)at;
        at += t->cells.data[c].n;
        t->cells.data[c].n = 0;
    }
    for (uint32_t i = 0; rc == CSPM_OK && i < t->list.count; i++) {
        aws_cell *cell = &t->cells.data[t->list.data[i].cell];
        t->cell_members.data[cell->first + cell->n++] = i;
    }
    t->cell_members.count = rc == CSPM_OK ? t->list.count : 0;
    cg_buf_free(&key);
    cg_intern_free(keys);
    return rc;
}

int32_t aws_targets_find(aws_run *r, aws_targets *t, cspm_error **err)
{
    size_t kept = 0;
    int32_t rc = find_nodes(r, t, err);
    if (rc == CSPM_OK)
        rc = fill_arns(r, t, err);
    if (rc == CSPM_OK)
        rc = make_cells(r, t, err);
    if (t->named.count)
        qsort(t->named.data, t->named.count, sizeof *t->named.data, by_number);
    for (size_t i = 0; i < t->named.count; i++)
        if (!kept || t->named.data[kept - 1] != t->named.data[i])
            t->named.data[kept++] = t->named.data[i];
    t->named.count = kept;
    return rc;
}

void aws_targets_free(aws_targets *t, cg_mem *mem)
{
    cg_vec_free(mem, &t->list);
    cg_vec_free(mem, &t->cells);
    cg_vec_free(mem, &t->cell_members);
    cg_vec_free(mem, &t->alone);
    cg_vec_free(mem, &t->named);
}
