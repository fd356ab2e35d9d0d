#include "estate.h"

/* ---- graphs by hand ---- */

void hand_open(hand *h, cg_mem *mem)
{
    const cg_source_options source = { .name = CG_STR("test"), .dialect = CG_STR("test") };
    h->mem = mem;
    ck_assert_int_eq(cg_builder_new(mem, NULL, &h->b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_begin_source(h->b, &source, NULL), CSPM_OK);
}

void hand_node(hand *h, const char *id, const char *labels, const char *key, const char *value)
{
    ck_assert_int_eq(cg_builder_begin_node(h->b, 0, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_set_id(h->b, id, strlen(id), NULL), CSPM_OK);
    for (const char *from = labels; *from;) {
        size_t n = strcspn(from, " ");
        ck_assert_int_eq(cg_builder_add_label(h->b, cg_builder_label(h->b, from, n), NULL), CSPM_OK);
        from += n + (from[n] == ' ');
    }
    if (key) {
        cg_value v = strcmp(value, "true") == 0 ? cg_v_bool(true) : cg_v_str(cg_str_from(value));
        ck_assert_int_eq(cg_builder_set_prop(h->b, cg_builder_key(h->b, key, strlen(key)), v, NULL), CSPM_OK);
    }
    ck_assert_int_eq(cg_builder_end_item(h->b, NULL), CSPM_OK);
}

void hand_edge(hand *h, const char *from, const char *kind, const char *to)
{
    ck_assert_int_eq(cg_builder_begin_edge(h->b, 0, NULL), CSPM_OK);
    cg_builder_set_kind(h->b, cg_builder_kind(h->b, kind, strlen(kind)));
    ck_assert_int_eq(cg_builder_set_from(h->b, from, strlen(from), NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_set_to(h->b, to, strlen(to), NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_end_item(h->b, NULL), CSPM_OK);
}

cg_graph *hand_close(hand *h)
{
    cg_graph *g = NULL;
    ck_assert_int_eq(cg_builder_freeze(h->b, NULL, &g, NULL), CSPM_OK);
    cg_builder_free(h->b);
    return g;
}

char *hand_document(cg_mem *mem, const char *statements)
{
    size_t n = strlen(statements) + 64;
    char *text = cg_alloc(mem, n);
    ck_assert_ptr_nonnull(text);
    snprintf(text, n, "{'Version':'2012-10-17','Statement':[%s]}", statements);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return text;
}

/* ---- estates ---- */

static const char *const accounts[] = { "111111111111", "222222222222" };

void estate_principal(const estate *e, uint32_t i, char out[96])
{
    snprintf(out, 96, "arn:aws:iam::%s:%s/p%02u", accounts[e->principals[i].account], e->principals[i].role ? "role" : "user", i);
}

void estate_queue(const estate *e, uint32_t i, char out[96])
{
    snprintf(out, 96, "arn:aws:sqs:us-east-1:%s:%s", accounts[e->queues[i].account], e->queues[i].name);
}

static void policy_id(uint32_t i, char out[96])
{
    snprintf(out, 96, "arn:aws:iam::aws:policy/p%u", i);
}

static void tell_principal(hand *h, const estate *e, uint32_t i)
{
    char id[96], other[96];
    estate_principal(e, i, id);
    hand_node(h, id, e->principals[i].role ? "AWSRole" : "AWSUser", NULL, NULL);
    hand_edge(h, accounts[e->principals[i].account], "RESOURCE", id);
    for (uint32_t k = 0; k < e->principals[i].n_attached; k++) {
        policy_id(e->principals[i].attached[k], other);
        hand_edge(h, id, "POLICY", other);
    }
    if (e->principals[i].boundary >= 0) {
        policy_id((uint32_t)e->principals[i].boundary, other);
        hand_edge(h, id, "PERMISSIONS_BOUNDARY", other);
    }
    if (e->principals[i].group >= 0) {
        snprintf(other, sizeof other, "arn:aws:iam::%s:group/g%d", accounts[e->principals[i].account], (int)e->principals[i].group);
        hand_edge(h, id, "MEMBER_AWS_GROUP", other);
    }
}

static void tell_queue(hand *h, const estate *e, uint32_t i)
{
    char id[96];
    estate_queue(e, i, id);
    char *document = e->queues[i].statements[0] ? hand_document(h->mem, e->queues[i].statements) : NULL;
    hand_node(h, id, "AWSSQSQueue", document ? "policy" : NULL, document);
    hand_edge(h, accounts[e->queues[i].account], "RESOURCE", id);
    cg_free(h->mem, document);
}

static void tell_rest(hand *h, const estate *e)
{
    char id[96];
    hand_node(h, "r-root", "AWSOrganizationRoot", NULL, NULL);
    if (e->scp_root >= 0) {
        policy_id((uint32_t)e->scp_root, id);
        hand_edge(h, "r-root", "SCP", id);
    }
    for (uint32_t a = 0; a < e->n_accounts; a++) {
        hand_node(h, accounts[a], "AWSAccount", NULL, NULL);
        hand_edge(h, "r-root", "CONTAINS", accounts[a]);
        if (e->scp_account[a] >= 0) {
            policy_id((uint32_t)e->scp_account[a], id);
            hand_edge(h, accounts[a], "SCP", id);
        }
        for (uint32_t g = 0; g < 2; g++) {
            char group[96];
            snprintf(group, sizeof group, "arn:aws:iam::%s:group/g%u", accounts[a], g);
            hand_node(h, group, "AWSGroup", NULL, NULL);
            policy_id((uint32_t)e->group_policies[g], id);
            hand_edge(h, group, "POLICY", id);
        }
    }
    for (uint32_t i = 0; i < e->n_policies; i++) {
        char *document = hand_document(h->mem, e->policies[i].statements);
        policy_id(i, id);
        hand_node(h, id, "AWSPolicy", "document", document);
        cg_free(h->mem, document);
    }
}

cg_graph *estate_graph(cg_mem *mem, const estate *e)
{
    hand h;
    hand_open(&h, mem);
    if (e->order & 1)
        tell_rest(&h, e);
    for (uint32_t i = 0; i < e->n_principals; i++)
        tell_principal(&h, e, e->order & 2 ? e->n_principals - 1 - i : i);
    for (uint32_t i = 0; i < e->n_queues; i++)
        tell_queue(&h, e, e->order & 4 ? e->n_queues - 1 - i : i);
    if (!(e->order & 1))
        tell_rest(&h, e);
    return hand_close(&h);
}

cg_grant estate_grant(const cg_grant_need *need)
{
    static const cg_str labels[] = { { "AWSSQSQueue", 11 } };
    return (cg_grant){ .rule = CG_STR("rule"),
                       .kind = CG_STR("CAN_READ"),
                       .likelihood = 900000,
                       .labels = labels,
                       .n_labels = 1,
                       .needs = need,
                       .n_needs = 1 };
}

cg_graph *estate_derive(cg_graph *g, const cg_grant *grants, uint32_t n)
{
    cg_derive_request request = { .grants = grants, .n_grants = n, .now = INT64_MIN };
    cg_graph *out = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_access_derive(g, &request, NULL, &out, &err), CSPM_OK);
    ck_assert_ptr_null(err);
    return out;
}

void estate_found(cg_graph *g, const estate *e, uint8_t out[MAX_PRINCIPALS][MAX_QUEUES])
{
    uint32_t kind = cg_name_find(g, CG_NAMES_KIND, CG_STR("CAN_READ"));
    cg_node principals[MAX_PRINCIPALS], queues[MAX_QUEUES];
    char id[96];
    cg_rel_iter it;
    cg_edge edge;
    memset(out, 0, MAX_PRINCIPALS * sizeof *out);
    for (uint32_t i = 0; i < e->n_principals; i++) {
        estate_principal(e, i, id);
        principals[i] = cg_node_find(g, id, strlen(id));
    }
    for (uint32_t i = 0; i < e->n_queues; i++) {
        estate_queue(e, i, id);
        queues[i] = cg_node_find(g, id, strlen(id));
    }
    cg_rel_iter_init(&it, g);
    while (cg_rel_iter_next(&it, &edge)) {
        if (edge.kind != kind)
            continue;
        for (uint32_t p = 0; p < e->n_principals; p++)
            for (uint32_t q = 0; q < e->n_queues; q++)
                if (principals[p] == edge.from && queues[q] == edge.to) {
                    ck_assert_msg(out[p][q] == 0, "p%02u to %s is written twice", p, e->queues[q].name);
                    out[p][q] = cg_rel_conditional(g, edge.rel) ? 1 : 2;
                }
    }
}

typedef struct pair_world {
    cg_arena arena;
    const cg_policy *lists[16];
    uint32_t n;
} pair_world;

static cg_policy_list list_of(pair_world *w, cg_mem *mem, const char *const *statements, uint32_t n, cg_policy_kind kind)
{
    cg_policy_list list = { w->lists + w->n, n };
    for (uint32_t i = 0; i < n; i++) {
        char *text = hand_document(mem, statements[i]);
        char *copy = cg_arena_strndup(&w->arena, text, strlen(text));
        cg_policy *p = NULL;
        cg_free(mem, text);
        ck_assert_int_eq(cg_policy_parse(&w->arena, cg_str_from(copy), kind, CG_STR("test"), &p, NULL), CSPM_OK);
        w->lists[w->n++] = p;
    }
    return list;
}

static uint8_t decide_pair(cg_mem *mem, const estate *e, uint32_t p, uint32_t q, const char *action)
{
    static const cg_str yes = { "true", 4 }, no = { "false", 5 };
    const cg_access_key keys[] = { { CG_STR("aws:SecureTransport"), &yes, 1 },
                                   { CG_STR("aws:PrincipalIsAWSService"), &no, 1 },
                                   { CG_STR("aws:ViaAWSService"), &no, 1 } };
    const char *texts[8];
    uint32_t n = 0, account = e->principals[p].account;
    char principal[96], queue[96];
    pair_world w = { .n = 0 };
    cg_access_policies policies = { 0 };
    cg_policy_list levels[2];
    cg_decision d;
    cg_arena_init(&w.arena, mem);
    cg_decision_init(&d, mem);
    estate_principal(e, p, principal);
    estate_queue(e, q, queue);
    for (uint32_t k = 0; k < e->principals[p].n_attached; k++)
        texts[n++] = e->policies[e->principals[p].attached[k]].statements;
    if (!e->principals[p].role && e->principals[p].group >= 0)
        texts[n++] = e->policies[e->group_policies[e->principals[p].group]].statements;
    policies.identity = list_of(&w, mem, texts, n, CG_POLICY_IDENTITY);
    if (e->principals[p].boundary >= 0)
        policies.boundaries =
            list_of(&w, mem, (const char *[]){ e->policies[e->principals[p].boundary].statements }, 1, CG_POLICY_IDENTITY);
    if (e->queues[q].statements[0])
        policies.resource = list_of(&w, mem, (const char *[]){ e->queues[q].statements }, 1, CG_POLICY_RESOURCE);
    if (e->scp_root >= 0)
        levels[policies.n_scps++] = list_of(&w, mem, (const char *[]){ e->policies[e->scp_root].statements }, 1, CG_POLICY_IDENTITY);
    if (e->scp_account[account] >= 0)
        levels[policies.n_scps++] =
            list_of(&w, mem, (const char *[]){ e->policies[e->scp_account[account]].statements }, 1, CG_POLICY_IDENTITY);
    policies.scps = levels;
    cg_access_request request = { .principal = cg_str_from(principal),
                                  .action = cg_str_from(action),
                                  .resource = cg_str_from(queue),
                                  .resource_account = cg_str_from(accounts[e->queues[q].account]),
                                  .keys = keys,
                                  .n_keys = 3,
                                  .open = true };
    ck_assert_int_eq(cg_aws_decide(&request, &policies, &d, NULL), CSPM_OK);
    uint8_t result = d.result == CG_ACCESS_ALLOWED ? 2 : d.result == CG_ACCESS_CONDITIONAL ? 1 : 0;
    cg_decision_free(&d);
    cg_arena_free(&w.arena);
    return result;
}

void estate_decided(cg_mem *mem, const estate *e, const char *const *actions, uint32_t n_actions, uint8_t out[MAX_PRINCIPALS][MAX_QUEUES])
{
    memset(out, 0, MAX_PRINCIPALS * sizeof *out);
    for (uint32_t p = 0; p < e->n_principals; p++)
        for (uint32_t q = 0; q < e->n_queues; q++) {
            out[p][q] = 2;
            for (uint32_t a = 0; a < n_actions; a++) {
                uint8_t one = decide_pair(mem, e, p, q, actions[a]);
                out[p][q] = one < out[p][q] ? one : out[p][q];
            }
        }
}
