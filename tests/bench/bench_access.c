/* An estate of wildcards through the access rules of the library: pairs that hold, and what is stored for them. One JSON line; the exit
 * status is 1 when more than twice the inventory is stored. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/builder.h"
#include "reading.h"
#include "rules/rules.h"

#define GATE 2.0
#define ACCOUNT "111111111111"

typedef struct writer {
    cg_builder *b;
    uint64_t seed;
} writer;

static void must(int32_t rc)
{
    if (rc != CSPM_OK)
        bench_die("the estate cannot be built");
}

static void node(writer *w, const char *id, const char *label, const char *key, const char *value)
{
    must(cg_builder_begin_node(w->b, 0, NULL));
    must(cg_builder_set_id(w->b, id, strlen(id), NULL));
    must(cg_builder_add_label(w->b, cg_builder_label(w->b, label, strlen(label)), NULL));
    if (key)
        must(cg_builder_set_prop(w->b, cg_builder_key(w->b, key, strlen(key)), cg_v_str(cg_str_from(value)), NULL));
    must(cg_builder_end_item(w->b, NULL));
}

static void edge(writer *w, const char *from, const char *kind, const char *to)
{
    must(cg_builder_begin_edge(w->b, 0, NULL));
    cg_builder_set_kind(w->b, cg_builder_kind(w->b, kind, strlen(kind)));
    must(cg_builder_set_from(w->b, from, strlen(from), NULL));
    must(cg_builder_set_to(w->b, to, strlen(to), NULL));
    must(cg_builder_end_item(w->b, NULL));
}

/* A document of its own for each role: everything, everything but one bucket, a prefix, one bucket, or nothing of the sort. */
static void role(writer *w, uint32_t i, uint32_t n_buckets)
{
    static const char trust[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":"
                                "\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}";
    char id[96], policy[160], document[640], statement[480];
    snprintf(id, sizeof id, "arn:aws:iam::" ACCOUNT ":role/role-%06u", i);
    snprintf(policy, sizeof policy, "%s/inline_policy/p", id);
    w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint32_t which = (uint32_t)(w->seed >> 33) % 100, bucket = (uint32_t)(w->seed >> 20) % n_buckets;
    if (which < 20)
        snprintf(statement, sizeof statement, "{\"Sid\":\"s%u\",\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}", i);
    else if (which == 20)
        snprintf(statement, sizeof statement,
                 "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"},"
                 "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::bucket-%06u/*\"}",
                 bucket);
    else if (which < 26)
        snprintf(statement, sizeof statement, "{\"Effect\":\"Allow\",\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::bucket-00%u*\"}",
                 bucket % 10);
    else if (which < 60)
        snprintf(statement, sizeof statement,
                 "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"arn:aws:s3:::bucket-%06u/*\"}",
                 bucket);
    else
        snprintf(statement, sizeof statement,
                 "{\"Effect\":\"Allow\",\"Action\":\"logs:PutLogEvents\",\"Resource\":\"arn:aws:logs:*:*:log-group:/role/%u*\"}", i);
    snprintf(document, sizeof document, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statement);
    node(w, id, "AWSRole", "assumerolepolicydocument", trust);
    node(w, policy, "AWSPolicy", "document", document);
    edge(w, id, "POLICY", policy);
    edge(w, ACCOUNT, "RESOURCE", id);
    edge(w, ACCOUNT, "RESOURCE", policy);
}

static cg_graph *make(cg_mem *mem, uint32_t n_roles, uint32_t n_buckets)
{
    const cg_source_options source = { .name = CG_STR("estate"), .dialect = CG_STR("bench") };
    writer w = { .seed = 7 };
    cg_graph *g = NULL;
    char id[64];
    must(cg_builder_new(mem, NULL, &w.b, NULL));
    must(cg_builder_begin_source(w.b, &source, NULL));
    node(&w, ACCOUNT, "AWSAccount", NULL, NULL);
    for (uint32_t i = 0; i < n_buckets; i++) {
        snprintf(id, sizeof id, "arn:aws:s3:::bucket-%06u", i);
        node(&w, id, "AWSS3Bucket", NULL, NULL);
        edge(&w, ACCOUNT, "RESOURCE", id);
    }
    for (uint32_t i = 0; i < n_roles; i++)
        role(&w, i, n_buckets);
    must(cg_builder_freeze(w.b, NULL, &g, NULL));
    cg_builder_free(w.b);
    return g;
}

int main(int argc, char **argv)
{
    bool full = argc > 1 && strcmp(argv[1], "--full") == 0;
    uint32_t n_roles = full ? 10000 : 2000, n_buckets = full ? 20000 : 5000;
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_graph *g = make(mem, n_roles, n_buckets), *derived = NULL;
    cg_ruleset *rs = NULL;
    must(cg_ruleset_new(mem, &rs, NULL));
    must(cg_ruleset_add_builtin(rs, NULL));
    must(cg_ruleset_seal(rs, NULL));
    double start = bench_cpu_seconds();
    must(cg_rules_derive(rs, g, NULL, NULL, &derived, NULL));
    double seconds = bench_cpu_seconds() - start;
    uint64_t inventory = cg_graph_n_base_rels(g), pairs = cg_graph_n_derived(derived),
             stored = cg_graph_n_stored(derived) - cg_graph_n_stored(g);
    double ratio = (double)stored / (double)inventory;
    bool ok = ratio <= GATE;
    fprintf(stderr,
            "%u roles, %u buckets: %" PRIu64 " pairs, stored as %" PRIu64 " over %" PRIu64 " relationships of the inventory, in %.2f s\n",
            n_roles, n_buckets, pairs, stored, inventory, seconds);
    printf("{\"name\":\"access-wildcards\",\"size\":\"%u roles, %u buckets, %" PRIu64 " pairs\",\"ours\":%" PRIu64 ",\"peer\":%" PRIu64
           ",\"ratio\":%.4f,\"gate\":%.2f,\"goal\":%.2f,\"extrapolated\":false,\"better\":\"lower\",\"ok\":%s}\n",
           n_roles, n_buckets, pairs, stored, inventory, ratio, GATE, GATE, ok ? "true" : "false");
    cg_graph_unref(derived);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
    cg_mem_unref(mem);
    return ok ? 0 : 1;
}
