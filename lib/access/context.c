/* Condition keys of the request and policy variables. */
#include "access/eval.h"

static void derive(cg_eval *e, const char *name, cg_str value)
{
    cg_access_key *k = &e->derived[e->n_derived];
    e->derived_values[e->n_derived] = value;
    *k = (cg_access_key){ cg_str_from(name), &e->derived_values[e->n_derived], value.data != NULL };
    e->n_derived++;
}

void cg_eval_derive(cg_eval *e)
{
    const cg_subject *s = &e->subject;
    static const char *const types[] = { "User", "AssumedRole", "AssumedRole", "FederatedUser", "Account", NULL, NULL, "Anonymous" };
    if (!e->request->open)
        return;
    if (s->type == CG_SUBJECT_USER || s->type == CG_SUBJECT_ROLE || s->type == CG_SUBJECT_ROOT)
        derive(e, "aws:PrincipalArn", s->text);
    else if (s->type == CG_SUBJECT_SESSION && s->role.data)
        derive(e, "aws:PrincipalArn", s->role);
    if (s->account.data || s->type == CG_SUBJECT_NOBODY)
        derive(e, "aws:PrincipalAccount", s->account);
    if (s->type == CG_SUBJECT_USER || s->type == CG_SUBJECT_ROLE || s->type == CG_SUBJECT_SESSION || s->type == CG_SUBJECT_NOBODY)
        derive(e, "aws:username", s->type == CG_SUBJECT_USER ? s->name : CG_STR_NULL);
    if (types[s->type])
        derive(e, "aws:PrincipalType", cg_str_from(types[s->type]));
    if (e->resource_account.data)
        derive(e, "aws:ResourceAccount", e->resource_account);
}

static const cg_access_key *find(const cg_access_key *keys, uint32_t n, cg_str name)
{
    for (uint32_t i = 0; i < n; i++)
        if (keys[i].name.length == name.length && cg_str_eq_nocase(keys[i].name, name))
            return &keys[i];
    return NULL;
}

cg_tri cg_eval_key(cg_eval *e, cg_str name, const cg_access_key **out)
{
    const cg_access_key *k = find(e->request->keys, e->request->n_keys, name);
    if (!k)
        k = find(e->derived, e->n_derived, name);
    if (k) {
        *out = k;
        return k->n_values ? CG_YES : CG_NO;
    }
    if (!e->request->open)
        return CG_NO;
    if (!cg_vec_push(e->out->mem, &e->out->conditions, name))
        e->nomem = true;
    return CG_MAYBE;
}

/* The tokens with texts for variables. A variable stands for exactly one value, and its text is taken literally. */
static cg_tri resolve(cg_eval *e, const cg_pattern *pattern, cg_token **out)
{
    cg_tri all = CG_YES;
    cg_token *tokens = cg_arena_calloc(&e->out->scratch, pattern->count, sizeof *tokens);
    if (!tokens) {
        e->nomem = true;
        return CG_MAYBE;
    }
    for (uint32_t i = 0; i < pattern->count; i++) {
        const cg_access_key *key = NULL;
        tokens[i] = pattern->tokens[i];
        if (tokens[i].type != CG_TOKEN_VARIABLE)
            continue;
        cg_tri known = cg_eval_key(e, tokens[i].text, &key);
        tokens[i].type = CG_TOKEN_TEXT;
        if (known == CG_YES && key->n_values == 1) {
            tokens[i].text = key->values[0];
        } else if (known == CG_MAYBE) {
            all = cg_tri_and(all, CG_MAYBE);
        } else if (known == CG_NO && tokens[i].fallback.data) {
            tokens[i].text = tokens[i].fallback;
        } else {
            all = CG_NO;
        }
    }
    *out = tokens;
    return all;
}

cg_tri cg_eval_pattern(cg_eval *e, const cg_pattern *pattern, cg_str text, bool *unresolved)
{
    cg_token *tokens = NULL;
    if (!pattern->has_variables)
        return cg_pattern_match(pattern->tokens, pattern->count, pattern->nocase, text) ? CG_YES : CG_NO;
    cg_tri resolved = resolve(e, pattern, &tokens);
    if (resolved == CG_NO && unresolved)
        *unresolved = true;
    if (resolved != CG_YES)
        return resolved;
    return cg_pattern_match(tokens, pattern->count, pattern->nocase, text) ? CG_YES : CG_NO;
}
