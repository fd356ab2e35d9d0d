/* Any bytes as a policy document, of every kind, asked in complete and open contexts; and as a file of requests. */
#include <stdlib.h>

#include "access/access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const cg_policy *p, const cg_decision *d, bool open)
{
    for (const cg_policy_diag *diag = p->diags; diag; diag = diag->next)
        if (!diag->code || !diag->message.data || (diag->statement != UINT32_MAX && diag->statement >= p->n_statements))
            abort();
    if (p->unreadable && (!p->diags || p->n_statements))
        abort();
    for (size_t i = 0; i < d->deciding.count; i++) {
        const cg_deciding *one = &d->deciding.data[i];
        cg_statement_facts facts;
        if (one->statement == UINT32_MAX)
            continue;
        cg_policy_statement_facts(one->policy, one->statement, &facts);
        /* What cannot be read allows nothing and denies nothing for certain. */
        if (!facts.readable && (!one->deny || !one->conditional))
            abort();
    }
    if (!open && d->conditions.count)
        abort();
    if ((d->missing != 0) != (d->result == CG_ACCESS_IMPLICITLY_DENIED))
        abort();
}

static void decide(cg_mem *mem, const cg_policy *p, bool open)
{
    static const char *const principals[] = { "arn:aws:iam::111111111111:user/a/b", "arn:aws:sts::111111111111:assumed-role/r/s",
                                              "lambda.amazonaws.com", "*" };
    static const cg_str values[] = { { "red", 3 }, { "5", 1 } };
    static const cg_access_key keys[] = { { { "aws:TagKeys", 11 }, values, 2 }, { { "s3:max-keys", 11 }, values + 1, 1 } };
    cg_decision d;
    cg_decision_init(&d, mem);
    for (size_t i = 0; i < sizeof principals / sizeof *principals; i++) {
        cg_access_request r = { .principal = cg_str_from(principals[i]),
                                .action = CG_STR("s3:GetObject"),
                                .resource = CG_STR("arn:aws:s3:::b/k"),
                                .keys = keys,
                                .n_keys = 2,
                                .open = open };
        cg_policy_list one = { &p, 1 };
        cg_access_policies policies = { .identity = one };
        if (p->kind == CG_POLICY_RESOURCE)
            policies = (cg_access_policies){ .resource = one, .rcps = &one, .n_rcps = 1 };
        else if (i & 1)
            policies = (cg_access_policies){ .identity = one, .boundaries = one, .session = one, .scps = &one, .n_scps = 1 };
        if (cg_aws_decide(&r, &policies, &d, NULL) != CSPM_OK)
            abort();
        check(p, &d, open);
    }
    cg_decision_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cg_str text = { (const char *)data, size };
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_arena arena;
    cg_buf out;
    cspm_error *err = NULL;
    if (!mem || size > 65536) {
        cg_mem_unref(mem);
        return 0;
    }
    cg_arena_init(&arena, mem);
    for (uint32_t kind = CG_POLICY_IDENTITY; kind <= CG_POLICY_RESOURCE; kind++) {
        cg_policy *p = NULL;
        if (cg_policy_parse(&arena, text, (cg_policy_kind)kind, CG_STR("fuzz"), &p, NULL) != CSPM_OK)
            abort();
        decide(mem, p, false);
        decide(mem, p, true);
    }
    cg_arena_free(&arena);
    cg_buf_init(&out, mem, 0);
    int32_t rc = cg_access_vectors(mem, text, CG_STR("fuzz"), NULL, &out, &err);
    if ((rc == CSPM_OK) != (err == NULL) || rc == CSPM_E_INVALID)
        abort();
    cspm_error_free(err);
    cg_buf_free(&out);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
