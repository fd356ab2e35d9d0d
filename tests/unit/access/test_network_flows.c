/* Flows of real exports with the answer their authors give: which of them arrive, and what stops the others. */
#include <sys/stat.h>

#include "ingest/ingest.h"
#include "network_world.h"

Suite *network_flows_suite(void);

static const char *shared(void)
{
    const char *root = getenv("CSPM_SHARED");
    return root ? root : CSPM_SHARED_DEFAULT;
}

static char *read_file(cg_mem *mem, const char *path, size_t *length)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *text = cg_alloc(mem, (size_t)size + 1);
    *length = fread(text, 1, (size_t)size, f);
    fclose(f);
    return text;
}

static cg_graph *load(cg_mem *mem, const char *folder)
{
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cg_ingest_options o = { .flags = CG_INGEST_KEEP_GOING };
    ck_assert_int_eq(cg_builder_new(mem, NULL, &b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_ingest_path(b, folder, &o, NULL, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_freeze(b, NULL, &g, NULL), CSPM_OK);
    cg_builder_free(b);
    return g;
}

static cg_str text_at(const cg_tree *t, const char *key)
{
    return cg_tree_string(cg_tree_get(t, key));
}

typedef struct tally {
    int asked, right, exact, possible, unasked;
} tally;

/* What a disposition of the other tool is here. */
static int end_of(cg_str disposition)
{
    if (cg_str_starts(disposition, CG_STR("DENIED")))
        return CG_REACH_DENIED;
    if (cg_str_starts(disposition, CG_STR("ACCEPTED")) || cg_str_starts(disposition, CG_STR("EXITS")))
        return CG_REACH_ARRIVES;
    return CG_REACH_NO_WAY;
}

/* True when the flow is one between machines and the internet; routers on premises and half-written flows are not ours. */
static bool endpoints_of(const cg_tree *flow, cg_str *from, cg_str *to)
{
    cg_str port = text_at(flow, "dst_port");
    *from = text_at(flow, "ingress");
    *to = text_at(flow, "dst_ip");
    if (!from->data || !to->data || !(cg_str_starts(*from, CG_STR("i-")) || cg_str_eq(*from, CG_STR("internet"))))
        return false;
    if (cg_str_find(port, CG_STR("."), 0) != SIZE_MAX) {
        /* The source stands where the destination should. */
        *from = *to;
        *to = port;
    }
    if (text_at(flow, "src_ip").data)
        *from = text_at(flow, "src_ip");
    return true;
}

static void one_flow(cg_mem *mem, const cg_tree *t, tally *sum)
{
    const cg_tree *flow = cg_tree_get(t, "flow"), *port = cg_tree_get(flow, "dst_port"), *wanted = cg_tree_get(t, "reachable");
    cg_str from, to, snapshot = text_at(t, "snapshot"), protocol = text_at(flow, "protocol");
    char folder[1024];
    cg_network *n = NULL;
    cg_reach r;
    int32_t number = -1;
    if (cg_str_find(snapshot, CG_STR("/aws/"), 0) == SIZE_MAX || !endpoints_of(flow, &from, &to)) {
        sum->unasked++;
        return;
    }
    snprintf(folder, sizeof folder, "%s/data/batfish/%.*s", shared(), CG_FMT(snapshot));
    cg_graph *g = load(mem, folder);
    ck_assert_int_eq(cg_network_new(g, NULL, &n, NULL), CSPM_OK);
    /* "any" is a packet of no protocol in particular: only what lets everything through lets it through. */
    if (cg_str_eq(protocol, CG_STR("any")) || !cg_protocol_parse(protocol, &number))
        number = 0;
    int64_t service = port && port->type == CG_TREE_INT ? port->integer : 0;
    ck_assert_int_eq(cg_network_reach(n, from, to, number, service, &r, NULL), CSPM_OK);
    bool arrives = r.result == CG_REACH_YES;
    bool possible = r.result == CG_REACH_POSSIBLE, right = !possible && arrives == (wanted && wanted->boolean);
    sum->asked++;
    sum->right += right;
    sum->possible += possible;
    /* Possible is an answer only where a piece is missing. */
    ck_assert(!possible || r.missing);
    sum->exact += right && (int)r.end == end_of(text_at(t, "disposition"));
    if (!right || (int)r.end != end_of(text_at(t, "disposition")))
        fprintf(stderr, "# %.*s: %.*s to %.*s: wanted %.*s, got %s, end %d, missing %x, %.*s\n", CG_FMT(text_at(t, "test")), CG_FMT(from),
                CG_FMT(to), CG_FMT(text_at(t, "disposition")),
                right     ? "the same"
                : arrives ? "arrives"
                          : "stopped",
                r.end, r.missing, CG_FMT(r.reason));
    cg_vec_free(mem, &r.hops);
    cg_network_free(n);
    cg_graph_unref(g);
}

START_TEST(flows_of_other_tools)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_arena arena;
    char path[1024];
    size_t length = 0;
    cg_tree *flows = NULL;
    tally sum = { 0, 0, 0, 0, 0 };
    cg_arena_init(&arena, mem);
    snprintf(path, sizeof path, "%s/data/batfish/expected_traces.dev.json", shared());
    char *text = read_file(mem, path, &length);
    if (!text) {
        fprintf(stderr, "skipped: %s is not there\n", path);
    } else {
        ck_assert_int_eq(cg_tree_from_json(&arena, (cg_str){ text, length }, CG_STR("flows"), NULL, &flows, NULL), CSPM_OK);
        for (uint32_t i = 0; i < flows->list.count; i++)
            one_flow(mem, flows->list.items[i], &sum);
        fprintf(stderr, "# flows asked %d, right %d, for the same reason %d, only possible %d, not asked %d\n", sum.asked, sum.right,
                sum.exact, sum.possible, sum.unasked);
        ck_assert_int_ge(sum.asked, 20);
        /* One flow goes to a public address of nobody in the export: for the other tool the cloud drops it, for us it is outside. */
        ck_assert_int_le(sum.asked - sum.right - sum.possible, 1);
        ck_assert_int_ge(sum.right, 18);
    }
    cg_free(mem, text);
    cg_arena_free(&arena);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

Suite *network_flows_suite(void)
{
    Suite *s = suite_create("network-flows");
    TCase *t = tcase_create("flows");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, flows_of_other_tools);
    suite_add_tcase(s, t);
    return s;
}
