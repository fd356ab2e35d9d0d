/* Conditions against the keys of a request. */
#include "access/eval.h"

static bool ordered(cg_op_order order, int32_t sign)
{
    switch (order) {
    case CG_ORDER_EQUAL:
        return sign == 0;
    case CG_ORDER_LESS:
        return sign < 0;
    case CG_ORDER_LESS_EQUAL:
        return sign <= 0;
    case CG_ORDER_GREATER:
        return sign > 0;
    case CG_ORDER_GREATER_EQUAL:
        return sign >= 0;
    }
    return false;
}

static cg_tri arn_matches(cg_eval *e, const cg_condition_value *v, cg_str text)
{
    cg_tri all = CG_YES;
    if (!cg_arn_part(text, CG_ARN_PARTS - 1).data)
        return CG_NO;
    for (uint32_t i = 0; v->parts && i < CG_ARN_PARTS && all != CG_NO; i++)
        all = cg_tri_and(all, cg_eval_pattern(e, &v->parts[i], cg_arn_part(text, i), NULL));
    return all;
}

static cg_tri instant_matches(const cg_operator *op, cg_instant wanted, cg_str text)
{
    cg_instant have;
    int64_t seconds;
    if (!cg_instant_parse(text, &have)) {
        if (!cg_parse_int64(text, &seconds) || seconds > INT64_MAX / 1000000 || seconds < INT64_MIN / 1000000)
            return CG_NO;
        have.microseconds = seconds * 1000000;
    }
    return ordered(op->order, (have.microseconds > wanted.microseconds) - (have.microseconds < wanted.microseconds)) ? CG_YES : CG_NO;
}

/* Whether a value of the request matches one of the policy, the negation left aside. A value of the wrong type matches nothing. */
static cg_tri value_matches(cg_eval *e, const cg_operator *op, const cg_condition_value *v, cg_str text)
{
    double number;
    cg_cidr block;
    switch (op->type) {
    case CG_OP_STRING:
    case CG_OP_BINARY:
        return cg_eval_pattern(e, &v->pattern, text, NULL);
    case CG_OP_ARN:
        return arn_matches(e, v, text);
    case CG_OP_DATE:
        return instant_matches(op, v->instant, text);
    case CG_OP_NUMERIC:
        if (!cg_parse_double(text, &number))
            return CG_NO;
        return ordered(op->order, (number > v->number) - (number < v->number)) ? CG_YES : CG_NO;
    case CG_OP_IP:
        return cg_cidr_parse(text, &block) && cg_cidr_contains(&v->block, &block) ? CG_YES : CG_NO;
    case CG_OP_BOOL:
        return cg_str_eq_nocase(text, v->boolean ? CG_STR("true") : CG_STR("false")) ? CG_YES : CG_NO;
    case CG_OP_NULL:
        break;
    }
    return CG_NO;
}

static cg_tri any_matches(cg_eval *e, const cg_condition *c, cg_str text)
{
    cg_tri any = CG_NO;
    for (uint32_t i = 0; i < c->n_values && any != CG_YES; i++)
        any = cg_tri_or(any, value_matches(e, &c->op, &c->values[i], text));
    return c->op.negated ? cg_tri_not(any) : any;
}

static cg_tri null_holds(const cg_condition *c, cg_tri present)
{
    cg_tri any = CG_NO;
    for (uint32_t i = 0; i < c->n_values; i++)
        any = cg_tri_or(any, c->values[i].boolean ? cg_tri_not(present) : present);
    return any;
}

static cg_tri absent(const cg_operator *op)
{
    if (op->if_exists || op->quantifier == CG_QUANTIFIER_ALL)
        return CG_YES;
    if (op->quantifier == CG_QUANTIFIER_ANY)
        return CG_NO;
    return op->negated ? CG_YES : CG_NO;
}

static cg_tri holds(cg_eval *e, const cg_condition *c)
{
    const cg_access_key *key = NULL;
    cg_tri present = cg_eval_key(e, c->key, &key);
    if (c->op.type == CG_OP_NULL)
        return null_holds(c, present);
    if (present != CG_YES)
        return present == CG_NO ? absent(&c->op) : CG_MAYBE;
    /* Without a quantifier several values match when one does, and a negation holds when none does. */
    bool all = c->op.quantifier == CG_QUANTIFIER_ALL || (c->op.quantifier == CG_QUANTIFIER_NONE && c->op.negated);
    cg_tri result = all ? CG_YES : CG_NO;
    for (uint32_t i = 0; i < key->n_values; i++) {
        cg_tri one = any_matches(e, c, key->values[i]);
        result = all ? cg_tri_and(result, one) : cg_tri_or(result, one);
    }
    return result;
}

cg_tri cg_eval_conditions(cg_eval *e, const cg_policy_statement *s)
{
    cg_tri all = s->conditions_unreadable ? CG_MAYBE : CG_YES;
    for (uint32_t i = 0; i < s->n_conditions && all != CG_NO; i++)
        all = cg_tri_and(all, holds(e, &s->conditions[i]));
    return all;
}
