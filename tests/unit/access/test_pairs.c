/* Whole estates: what the stage writes through classes, cells and hubs is what one decision a pair says; and more rights never take a
 * relationship away, nor do fewer bring one. */
#include <stdlib.h>

#include "estate.h"

#define N_ESTATES 400

typedef struct dice {
    uint64_t state;
} dice;

static uint32_t roll(dice *d, uint32_t n)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (uint32_t)((d->state >> 11) % n);
}

static const char *pick(dice *d, const char *const *from, uint32_t n)
{
    return from[roll(d, n)];
}
#define PICK(d, list) pick(d, list, sizeof(list) / sizeof *(list))

static const char *const action_texts[] = {
    "'sqs:ReceiveMessage'", "'sqs:*'",           "'*'",           "['sqs:ReceiveMessage','sqs:SendMessage']",
    "'sqs:Rec*'",           "'sqs:SendMessage'", "'s3:GetObject'"
};
static const char *const resource_texts[] = { "'*'",
                                              "'*'",
                                              "'arn:aws:sqs:*:*:*'",
                                              "'arn:aws:sqs:us-east-1:111111111111:a*'",
                                              "'arn:aws:sqs:us-east-1:111111111111:a1'",
                                              "['arn:aws:sqs:us-east-1:222222222222:*','arn:aws:sqs:*:111111111111:b?']",
                                              "'arn:aws:sqs:*:*:*1'",
                                              "'arn:aws:sqs:*:*:${aws:username}'",
                                              "'arn:aws:sqs:*:*:p0${aws:PrincipalTag/team}'",
                                              "'arn:aws:s3:::x'" };
static const char *const condition_texts[] = { "{'StringLike':{'aws:PrincipalArn':'arn:aws:iam::*:user/p0*'}}",
                                               "{'IpAddress':{'aws:SourceIp':'10.0.0.0/8'}}",
                                               "{'Bool':{'aws:SecureTransport':'false'}}",
                                               "{'Bool':{'aws:SecureTransport':'true'}}",
                                               "{'StringEquals':{'aws:username':'p01'}}",
                                               "{'StringNotEquals':{'aws:PrincipalAccount':'111111111111'}}",
                                               "{'StringEquals':{'aws:ResourceAccount':'111111111111'}}" };

static void random_statements(dice *d, char *out, size_t size, uint32_t deny_in, bool resource_policy)
{
    static const char *const principal_texts[] = {
        "'Principal':'*'",
        "'Principal':{'AWS':'111111111111'}",
        "'Principal':{'AWS':'arn:aws:iam::222222222222:root'}",
        "'Principal':{'AWS':'arn:aws:iam::111111111111:user/p01'}",
        "'Principal':{'AWS':['arn:aws:iam::111111111111:role/p02','arn:aws:iam::222222222222:user/p03']}",
        "'Principal':{'Service':'sns.amazonaws.com'}",
        "'Principal':{'AWS':'arn:aws:iam::222222222222:role/p04'}"
    };
    uint32_t n = 1 + roll(d, 2);
    size_t used = 0;
    out[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool deny = roll(d, deny_in) == 0;
        char principal[160] = "", condition[160] = "";
        if (resource_policy) {
            const char *who = PICK(d, principal_texts);
            if (deny && roll(d, 4) == 0)
                who = "'NotPrincipal':{'AWS':['arn:aws:iam::111111111111:user/p01','arn:aws:iam::111111111111:root']}";
            snprintf(principal, sizeof principal, ",%s", who);
        }
        if (roll(d, 3) == 0)
            snprintf(condition, sizeof condition, ",'Condition':%s", PICK(d, condition_texts));
        used += (size_t)snprintf(out + used, size - used, "%s{'Effect':'%s','%s':%s,'%s':%s%s%s}", i ? "," : "", deny ? "Deny" : "Allow",
                                 roll(d, 8) == 0 ? "NotAction" : "Action", PICK(d, action_texts),
                                 roll(d, 8) == 0 ? "NotResource" : "Resource", PICK(d, resource_texts), principal, condition);
    }
    ck_assert_uint_lt(used, size);
}

static void random_estate(dice *d, estate *e)
{
    static const char *const names[] = { "a", "b", "p0" };
    memset(e, 0, sizeof *e);
    e->n_accounts = 2;
    e->n_policies = 10;
    for (uint32_t i = 0; i < e->n_policies; i++)
        random_statements(d, e->policies[i].statements, sizeof e->policies[i].statements, 5, false);
    e->n_principals = 6 + roll(d, 8);
    for (uint32_t i = 0; i < e->n_principals; i++) {
        e->principals[i].role = roll(d, 3) == 0;
        e->principals[i].account = roll(d, 3) == 0;
        e->principals[i].n_attached = roll(d, 3);
        for (uint32_t k = 0; k < e->principals[i].n_attached; k++)
            e->principals[i].attached[k] = roll(d, e->n_policies);
        e->principals[i].boundary = roll(d, 5) == 0 ? (int32_t)roll(d, e->n_policies) : -1;
        e->principals[i].group = !e->principals[i].role && roll(d, 4) == 0 ? (int32_t)roll(d, 2) : -1;
    }
    e->group_policies[0] = (int32_t)roll(d, e->n_policies);
    e->group_policies[1] = (int32_t)roll(d, e->n_policies);
    e->n_queues = 6 + roll(d, 10);
    for (uint32_t i = 0; i < e->n_queues; i++) {
        e->queues[i].account = roll(d, 3) == 0;
        snprintf(e->queues[i].name, sizeof e->queues[i].name, "%s%u", PICK(d, names), i);
        if (roll(d, 3) == 0)
            random_statements(d, e->queues[i].statements, sizeof e->queues[i].statements, 3, true);
    }
    e->scp_root = roll(d, 4) == 0 ? (int32_t)roll(d, e->n_policies) : -1;
    e->scp_account[0] = roll(d, 5) == 0 ? (int32_t)roll(d, e->n_policies) : -1;
    e->scp_account[1] = -1;
}

static const cg_str one_action[] = { { "sqs:ReceiveMessage", 18 } },
                    two_actions[] = { { "sqs:ReceiveMessage", 18 }, { "sqs:SendMessage", 15 } };
static const char *const action_names[] = { "sqs:ReceiveMessage", "sqs:SendMessage" };

static void derive_estate(cg_mem *mem, const estate *e, uint32_t n_actions, uint8_t out[MAX_PRINCIPALS][MAX_QUEUES])
{
    cg_grant_need need = { .on = CG_NEED_TARGET, .actions = n_actions == 1 ? one_action : two_actions, .n_actions = n_actions };
    cg_grant grant = estate_grant(&need);
    cg_graph *g = estate_graph(mem, e), *derived = estate_derive(g, &grant, 1);
    estate_found(derived, e, out);
    cg_graph_unref(derived);
    cg_graph_unref(g);
}

static void compare(const estate *e, uint32_t seed, uint8_t a[MAX_PRINCIPALS][MAX_QUEUES], uint8_t b[MAX_PRINCIPALS][MAX_QUEUES])
{
    for (uint32_t p = 0; p < e->n_principals; p++)
        for (uint32_t q = 0; q < e->n_queues; q++)
            ck_assert_msg(a[p][q] == b[p][q], "estate %u: p%02u to %s is %u, alone %u", seed, p, e->queues[q].name, a[p][q], b[p][q]);
}

START_TEST(derived_is_decided)
{
    uint32_t seed = (uint32_t)_i + 1, reached = 0;
    cg_mem *mem = cg_mem_new(NULL, 0);
    estate *e = cg_alloc(mem, sizeof *e);
    uint8_t found[MAX_PRINCIPALS][MAX_QUEUES], decided[MAX_PRINCIPALS][MAX_QUEUES];
    for (uint32_t i = 0; i < N_ESTATES / 10; i++) {
        dice d = { (uint64_t)seed * 1000003 + i * 7919 + 12345 };
        random_estate(&d, e);
        for (uint32_t n = 1; n <= 2; n++) {
            derive_estate(mem, e, n, found);
            estate_decided(mem, e, action_names, n, decided);
            compare(e, seed * 1000 + i, found, decided);
            for (uint32_t p = 0; p < e->n_principals; p++)
                for (uint32_t q = 0; q < e->n_queues; q++)
                    reached += found[p][q] > 0;
        }
    }
    ck_assert_msg(reached > 200, "only %u relationships: the estates test nothing", reached);
    cg_free(mem, e);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

static void expect_not_less(const estate *e, uint32_t seed, const char *what, uint8_t less[MAX_PRINCIPALS][MAX_QUEUES],
                            uint8_t more[MAX_PRINCIPALS][MAX_QUEUES])
{
    for (uint32_t p = 0; p < e->n_principals; p++)
        for (uint32_t q = 0; q < e->n_queues; q++)
            ck_assert_msg(less[p][q] <= more[p][q], "estate %u, %s: p%02u to %s", seed, what, p, e->queues[q].name);
}

/* A policy of its own for one principal; the index of the new policy. */
static uint32_t add_policy(estate *e, const char *statement)
{
    snprintf(e->policies[e->n_policies].statements, sizeof e->policies[0].statements, "%s", statement);
    return e->n_policies++;
}

START_TEST(more_rights_reach_more)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    estate *e = cg_alloc(mem, sizeof *e), *changed = cg_alloc(mem, sizeof *e);
    uint8_t before[MAX_PRINCIPALS][MAX_QUEUES], after[MAX_PRINCIPALS][MAX_QUEUES];
    for (uint32_t seed = 1; seed <= N_ESTATES / 4; seed++) {
        dice d = { (uint64_t)seed * 977 + 31 };
        char statement[400];
        random_estate(&d, e);
        derive_estate(mem, e, 1, before);
        uint32_t p = roll(&d, e->n_principals);
        *changed = *e;
        snprintf(statement, sizeof statement, "{'Effect':'Allow','Action':%s,'Resource':%s}", PICK(&d, action_texts),
                 PICK(&d, resource_texts));
        changed->principals[p].attached[changed->principals[p].n_attached++] = add_policy(changed, statement);
        derive_estate(mem, changed, 1, after);
        expect_not_less(e, seed, "one more Allow", before, after);
        *changed = *e;
        snprintf(statement, sizeof statement, "{'Effect':'Deny','Action':%s,'Resource':%s}", PICK(&d, action_texts),
                 PICK(&d, resource_texts));
        changed->principals[p].attached[changed->principals[p].n_attached++] = add_policy(changed, statement);
        derive_estate(mem, changed, 1, after);
        expect_not_less(e, seed, "one more Deny", after, before);
        *changed = *e;
        if (changed->principals[p].boundary < 0) {
            changed->principals[p].boundary = (int32_t)roll(&d, e->n_policies);
            derive_estate(mem, changed, 1, after);
            expect_not_less(e, seed, "a boundary", after, before);
        }
        *changed = *e;
        if (changed->scp_root < 0) {
            changed->scp_root = (int32_t)roll(&d, e->n_policies);
            derive_estate(mem, changed, 1, after);
            expect_not_less(e, seed, "a control policy", after, before);
        }
    }
    cg_free(mem, e);
    cg_free(mem, changed);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(order_of_telling_is_nothing)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    estate *e = cg_alloc(mem, sizeof *e);
    uint8_t first[MAX_PRINCIPALS][MAX_QUEUES], other[MAX_PRINCIPALS][MAX_QUEUES];
    for (uint32_t seed = 1; seed <= 40; seed++) {
        dice d = { (uint64_t)seed * 7561 + 3 };
        random_estate(&d, e);
        derive_estate(mem, e, 2, first);
        for (e->order = 1; e->order < 8; e->order++) {
            derive_estate(mem, e, 2, other);
            compare(e, seed, other, first);
        }
    }
    cg_free(mem, e);
    cg_mem_unref(mem);
}
END_TEST

/* ---- storage ---- */

START_TEST(wildcards_are_stored_as_hubs)
{
    enum { PRINCIPALS = 300, BUCKETS = 2000 };
    cg_mem *mem = cg_mem_new(NULL, 0);
    hand h;
    char id[96], policy[128];
    hand_open(&h, mem);
    hand_node(&h, "111111111111", "AWSAccount", NULL, NULL);
    for (uint32_t i = 0; i < PRINCIPALS; i++) {
        /* Each its own document: most say everything, some all but one bucket, some a prefix, some one bucket. */
        char statements[400];
        snprintf(id, sizeof id, "arn:aws:iam::111111111111:role/r%04u", i);
        snprintf(policy, sizeof policy, "%s/inline_policy/p", id);
        if (i % 10 == 0)
            snprintf(statements, sizeof statements, "{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:::b0%03u/*'}", i);
        else if (i % 10 == 1)
            snprintf(statements, sizeof statements, "{'Effect':'Allow','Action':'s3:Get*','Resource':'arn:aws:s3:::b00*'}");
        else if (i % 100 == 2)
            snprintf(
                statements, sizeof statements,
                "{'Effect':'Allow','Action':'s3:*','Resource':'*'},{'Effect':'Deny','Action':'s3:*','Resource':'arn:aws:s3:::b0%03u/*'}",
                i);
        else
            snprintf(statements, sizeof statements,
                     "{'Sid':'s%u','Effect':'Allow','Action':['s3:Get*','logs:PutLogEvents'],'Resource':'*'}", i);
        char *document = hand_document(mem, statements);
        hand_node(&h, id, "AWSRole", NULL, NULL);
        hand_node(&h, policy, "AWSPolicy", "document", document);
        hand_edge(&h, id, "POLICY", policy);
        hand_edge(&h, "111111111111", "RESOURCE", id);
        cg_free(mem, document);
    }
    for (uint32_t i = 0; i < BUCKETS; i++) {
        snprintf(id, sizeof id, "arn:aws:s3:::b%04u", i);
        hand_node(&h, id, "AWSS3Bucket", NULL, NULL);
        hand_edge(&h, "111111111111", "RESOURCE", id);
    }
    cg_graph *g = hand_close(&h);
    const cg_str actions[] = { CG_STR("s3:GetObject") }, labels[] = { CG_STR("AWSS3Bucket") };
    cg_grant_need need = { .on = CG_NEED_TARGET, .actions = actions, .n_actions = 1, .arn = CG_STR("{{arn}}/*") };
    cg_grant grant = estate_grant(&need);
    grant.labels = labels;
    cg_graph *derived = estate_derive(g, &grant, 1);
    uint64_t pairs = cg_graph_n_derived(derived), stored = cg_graph_n_stored(derived) - cg_graph_n_stored(g);
    /* 30 single buckets, 30 of the ten that begin with b00 … b009x: 100 buckets, 3 all but one, 237 all. */
    ck_assert_uint_eq(pairs, 30 + 30 * 100 + 3 * (BUCKETS - 1) + 237 * BUCKETS);
    ck_assert_msg(stored <= 2 * cg_graph_n_base_rels(g), "%llu pairs are stored as %llu memberships and edges over %llu of the inventory",
                  (unsigned long long)pairs, (unsigned long long)stored, (unsigned long long)cg_graph_n_base_rels(g));
    cg_graph_unref(derived);
    cg_graph_unref(g);
    cg_mem_unref(mem);
}
END_TEST

Suite *pairs_suite(void)
{
    Suite *s = suite_create("pairs");
    TCase *t = tcase_create("pairs");
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, derived_is_decided, 0, getenv("CSPM_SLOW_MACHINE") ? 3 : 10);
    tcase_add_test(t, more_rights_reach_more);
    tcase_add_test(t, order_of_telling_is_nothing);
    tcase_add_test(t, wildcards_are_stored_as_hubs);
    suite_add_tcase(s, t);
    return s;
}
