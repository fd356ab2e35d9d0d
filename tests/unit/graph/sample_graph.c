#include "sample_graph.h"

#include <stdio.h>

const char *const sample_hostile[] = {
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\tTab",
    "\rReturn",
    "a,b\"c\"\r\nd",
    "</data><node id=\"n0\"/>",
    "]]>&amp;",
    "\\N\\\"; evil [x=1]",
    "\"quote",
    "back\\slash\\",
    "<b>html</b>",
    "line\nbreak",
    "\x01\x02\x1f",
    "\xef\xbf\xbe",
    "caf\xc3\xa9 \xf0\x9f\x90\x98",
    "$(touch x)`y`",
    "{\"json\":1}",
};
const uint32_t sample_n_hostile = sizeof sample_hostile / sizeof sample_hostile[0];

#define TRY(call)                                                                                                                          \
    do {                                                                                                                                   \
        if ((rc = (call)) < 0)                                                                                                             \
            goto out;                                                                                                                      \
    } while (0)

static int32_t prop(cg_builder *b, const char *key, cg_value v, cspm_error **err)
{
    uint32_t id = cg_builder_key(b, key, strlen(key));
    return id == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_set_prop(b, id, v, err);
}

static int32_t label(cg_builder *b, const char *name, cspm_error **err)
{
    uint32_t id = cg_builder_label(b, name, strlen(name));
    return id == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_add_label(b, id, err);
}

static cg_value text(const char *s)
{
    return cg_v_str(cg_str_from(s));
}

static int32_t list_prop(cg_builder *b, const char *key, const cg_value *items, uint32_t n, cspm_error **err)
{
    _Alignas(cg_list) char room[sizeof(cg_list) + 8 * sizeof(cg_value)];
    cg_list *list = (cg_list *)(void *)room;
    list->count = n;
    for (uint32_t i = 0; i < n; i++)
        list->items[i] = items[i];
    return prop(b, key, (cg_value){ .type = CG_LIST, .list = list }, err);
}

static int32_t begin_node(cg_builder *b, uint64_t offset, const char *id, const char *kind, cspm_error **err)
{
    int32_t rc = cg_builder_begin_node(b, offset, err);
    if (rc == CSPM_OK)
        rc = cg_builder_set_id(b, id, strlen(id), err);
    return rc == CSPM_OK && kind ? label(b, kind, err) : rc;
}

static int32_t begin_edge(cg_builder *b, uint64_t offset, const char *from, const char *kind, const char *to, cspm_error **err)
{
    int32_t rc = cg_builder_begin_edge(b, offset, err);
    uint32_t id = cg_builder_kind(b, kind, strlen(kind));
    if (rc == CSPM_OK && id == CG_NO_NAME)
        rc = cg_nomem(cg_builder_mem(b), err);
    if (rc < 0)
        return rc;
    cg_builder_set_kind(b, id);
    rc = cg_builder_set_from(b, from, strlen(from), err);
    return rc == CSPM_OK ? cg_builder_set_to(b, to, strlen(to), err) : rc;
}

static int32_t edge(cg_builder *b, uint64_t offset, const char *from, const char *kind, const char *to, cspm_error **err)
{
    int32_t rc = begin_edge(b, offset, from, kind, to, err);
    return rc == CSPM_OK ? cg_builder_end_item(b, err) : rc;
}

static int32_t first_input(cg_builder *b, cspm_error **err)
{
    const cg_source_options o = {
        .name = CG_STR("a.json"), .dialect = CG_STR("opengraph"), .rank = 10, .stamp = 5000, .merge_equal_edges = true
    };
    const cg_value words[] = { text("red"), text("green, \"blue\""), text("") },
                   numbers[] = { cg_v_int(1), cg_v_int(-70000), cg_v_int(INT64_MAX) };
    const cg_value reals[] = { cg_v_float(0.5), cg_v_float(-1e300) }, bits[] = { cg_v_bool(true), cg_v_bool(false) };
    int32_t rc;
    TRY(cg_builder_begin_source(b, &o, err));
    cg_builder_source_bytes(b, 1000);
    TRY(begin_node(b, 10, "alice", "User", err));
    TRY(label(b, "Identity", err));
    TRY(cg_builder_add_alias(b, "AIDA1", 5, err));
    TRY(cg_builder_add_alias(b, "alice@example", 13, err));
    TRY(prop(b, "name", text("Alice"), err));
    TRY(prop(b, "admin", cg_v_bool(true), err));
    TRY(prop(b, "age", cg_v_int(42), err));
    TRY(prop(b, "score", cg_v_float(2.0), err));
    TRY(list_prop(b, "colours", words, 3, err));
    TRY(cg_builder_end_item(b, err));
    TRY(begin_node(b, 120, "bob", "User", err));
    TRY(prop(b, "age", cg_v_int(-7), err));
    TRY(prop(b, "score", cg_v_int(7), err)); /* another type under the same key */
    TRY(list_prop(b, "numbers", numbers, 3, err));
    TRY(list_prop(b, "reals", reals, 2, err));
    TRY(list_prop(b, "bits", bits, 2, err));
    TRY(list_prop(b, "empty", bits, 0, err));
    TRY(cg_builder_end_item(b, err));
    TRY(begin_node(b, 300, "bucket", "Bucket", err));
    TRY(prop(b, "displayName", text("Customer data"), err));
    TRY(prop(b, "huge", cg_v_float(1e22), err));
    TRY(prop(b, "big", cg_v_int(INT64_MIN), err));
    TRY(cg_builder_end_item(b, err));
    TRY(begin_node(b, 400, "bare", NULL, err));
    TRY(cg_builder_end_item(b, err));
    TRY(edge(b, 500, "alice", "OWNS", "bucket", err));
    TRY(begin_edge(b, 510, "bob", "CAN_READ", "bucket", err));
    TRY(prop(b, "conditional", cg_v_bool(true), err));
    TRY(prop(b, "likelihood", cg_v_float(0.25), err));
    TRY(prop(b, "note", text("via \"policy\""), err));
    TRY(cg_builder_end_item(b, err));
    TRY(edge(b, 520, "AIDA1", "KNOWS", "bob", err));
    TRY(edge(b, 530, "bob", "KNOWS", "bob", err));
    TRY(edge(b, 540, "bob", "KNOWS", "nobody", err)); /* dangling */
    uint32_t kind = cg_builder_kind(b, "OWNS", 4);
    TRY(kind == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_declare_kind(b, kind, true, err));
    kind = cg_builder_kind(b, "KNOWS", 5);
    TRY(kind == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_declare_kind(b, kind, false, err));
    TRY(cg_builder_diag(b, CG_DIAG_WARNING, "bad-item", (cg_pos){ 700, 12, 3 }, err, "item %d skipped", 7));
out:
    return rc;
}

static int32_t second_input(cg_builder *b, cspm_error **err)
{
    const cg_source_options o = { .name = CG_STR("z/b.json"), .dialect = CG_STR("host"), .rank = 3, .stamp = 9000 };
    char id[32];
    int32_t rc;
    TRY(cg_builder_begin_source(b, &o, err));
    cg_builder_source_bytes(b, 77);
    TRY(begin_node(b, 0, "alice", "Person", err));
    TRY(prop(b, "age", cg_v_int(41), err)); /* the other input has the better dialect */
    TRY(cg_builder_end_item(b, err));
    for (uint32_t i = 0; i < sample_n_hostile; i++) {
        snprintf(id, sizeof id, "host-%02u", i);
        TRY(begin_node(b, 100 + i, id, i % 2 ? "Host" : "Machine", err));
        TRY(prop(b, "name", text(sample_hostile[i]), err));
        TRY(prop(b, "index", cg_v_int(i), err));
        TRY(cg_builder_end_item(b, err));
        TRY(begin_node(b, 200 + i, sample_hostile[i], "Hostile", err));
        TRY(cg_builder_end_item(b, err));
        TRY(edge(b, 300 + i, id, "RUNS", sample_hostile[i], err));
    }
    TRY(edge(b, 900, "alice", "USES", "host-01", err));
    TRY(edge(b, 900, "alice", "USES", "host-01", err)); /* parallel and equal: kept apart in this input */
out:
    return rc;
}

int32_t sample_inventory(cg_mem *mem, bool second_first, cg_graph **out, cspm_error **err)
{
    cg_builder *b = NULL;
    int32_t rc;
    *out = NULL;
    TRY(cg_builder_new(mem, cg_mem_limits(mem), &b, err));
    if (second_first)
        TRY(second_input(b, err));
    TRY(first_input(b, err));
    if (!second_first)
        TRY(second_input(b, err));
    rc = cg_builder_freeze(b, NULL, out, err);
out:
    cg_builder_free(b);
    return rc;
}

static cg_node node(const cg_graph *g, const char *id)
{
    return cg_node_find(g, id, strlen(id));
}

static int32_t label_layer(cg_graph *below, cg_graph **out, cspm_error **err)
{
    cg_layer_builder *l = NULL;
    int32_t rc;
    TRY(cg_layer_new(below, CG_STR("labels"), &l, err));
    cg_node alice = node(below, "alice"), bucket = node(below, "bucket");
    uint32_t sensitive = cg_layer_label(l, CG_STR("SensitiveData")), exposed = cg_layer_label(l, CG_STR("InternetExposed"));
    uint32_t host = cg_layer_label(l, CG_STR("Host")), risk = cg_layer_key(l, CG_STR("riskScore"));
    const cg_evidence e = { .rule = CG_STR("rule-1"), .nodes = &alice, .n_nodes = 1, .note = CG_STR("because") };
    uint32_t evidence = cg_layer_evidence(l, &e);
    if (sensitive == CG_NO_NAME || exposed == CG_NO_NAME || host == CG_NO_NAME || risk == CG_NO_NAME || evidence == CG_NO_EVIDENCE) {
        rc = cg_nomem(cg_graph_mem(below), err);
        goto out;
    }
    TRY(cg_layer_add_label(l, bucket, sensitive, evidence, err));
    TRY(cg_layer_add_label(l, bucket, exposed, CG_NO_EVIDENCE, err));
    TRY(cg_layer_add_label(l, alice, exposed, evidence, err));
    TRY(cg_layer_disbelieve_label(l, host, err));
    TRY(cg_layer_set_prop(l, bucket, risk, cg_v_float(87.5), err));
    TRY(cg_layer_diag(l, CG_DIAG_WARNING, "claimed-label", err, "label %s came in with the data", "Host"));
    cg_layer_builder *done = l;
    l = NULL;
    rc = cg_layer_push(done, NULL, out, err);
out:
    cg_layer_free(l);
    return rc;
}

static int32_t attack_layer(cg_graph *below, cg_graph **out, cspm_error **err)
{
    cg_layer_builder *l = NULL;
    cg_adj_iter it;
    cg_edge owns = { .rel = CG_NO_REL };
    int32_t rc;
    TRY(cg_layer_new(below, CG_STR("attacks"), &l, err));
    cg_node from[] = { node(below, "alice"), node(below, "bob"), node(below, "host-00") };
    cg_node to[] = { node(below, "bob"), node(below, "bucket"), node(below, "host-02") };
    cg_adj_init(&it, below, from[0], CG_OUT, NULL);
    cg_adj_next(&it, &owns);
    uint32_t attack = cg_layer_kind(l, CG_STR("CAN_ATTACK")), lateral = cg_layer_kind(l, CG_STR("LATERAL")),
             owner = cg_layer_kind(l, CG_STR("OWNS"));
    const cg_evidence e = {
        .rule = CG_STR("rule-2"), .source = CG_STR("a.json"), .offset = 500, .nodes = from, .n_nodes = 2, .rels = &owns.rel, .n_rels = 1
    };
    uint32_t evidence = cg_layer_evidence(l, &e);
    if (attack == CG_NO_NAME || lateral == CG_NO_NAME || owner == CG_NO_NAME || evidence == CG_NO_EVIDENCE) {
        rc = cg_nomem(cg_graph_mem(below), err);
        goto out;
    }
    TRY(cg_layer_add_edge(l, &(cg_layer_edge){ from[1], to[1], attack, evidence, 123456, true }, err));
    TRY(cg_layer_add_edge(l, &(cg_layer_edge){ from[0], to[0], attack, evidence, 0, false }, err));
    TRY(cg_layer_add_hub(l, &(cg_layer_edge){ .kind = lateral, .evidence = evidence, .likelihood = 500000 }, from, 3, to, 3, err));
    const cg_kind_info info = { .traversable = true,
                                .needs = CG_CAP_CONTROL,
                                .gives = CG_CAP_READ,
                                .likelihood = 900000,
                                .technique = CG_STR("T1078"),
                                .tactic = CG_STR("initial-access"),
                                .title = CG_STR("can attack") };
    TRY(cg_layer_set_kind_info(l, attack, &info, err));
    TRY(cg_layer_set_kind_info(l, lateral, &info, err));
    cg_layer_builder *done = l;
    l = NULL;
    rc = cg_layer_push(done, NULL, out, err);
out:
    cg_layer_free(l);
    return rc;
}

int32_t sample_derive(cg_graph *inventory, cg_graph **out, cspm_error **err)
{
    cg_graph *labelled = NULL;
    *out = NULL;
    int32_t rc = label_layer(inventory, &labelled, err);
    if (rc == CSPM_OK)
        rc = attack_layer(labelled, out, err);
    cg_graph_unref(labelled);
    return rc;
}

int32_t sample_graph(cg_mem *mem, cg_graph **out, cspm_error **err)
{
    cg_graph *inventory = NULL;
    *out = NULL;
    int32_t rc = sample_inventory(mem, false, &inventory, err);
    if (rc == CSPM_OK)
        rc = sample_derive(inventory, out, err);
    cg_graph_unref(inventory);
    return rc;
}

int32_t sample_large(cg_mem *mem, uint32_t n, cg_graph **out, cspm_error **err)
{
    const cg_source_options o = { .name = CG_STR("large.json"), .dialect = CG_STR("opengraph"), .rank = 10, .merge_equal_edges = true };
    cg_builder *b = NULL;
    char id[32], other[32], name[64];
    int32_t rc;
    *out = NULL;
    TRY(cg_builder_new(mem, cg_mem_limits(mem), &b, err));
    TRY(cg_builder_begin_source(b, &o, err));
    for (uint32_t i = 0; i < n; i++) {
        snprintf(id, sizeof id, "node-%07u", i);
        snprintf(name, sizeof name, "machine number %u of the estate", i);
        TRY(begin_node(b, 100ull * i, id, "Machine", err));
        TRY(prop(b, "name", text(name), err));
        TRY(prop(b, "index", cg_v_int(i), err));
        TRY(prop(b, "region", text(i % 3 ? "north" : "south"), err));
        if (i % 5 == 0)
            TRY(prop(b, "public", cg_v_bool(i % 2), err));
        TRY(cg_builder_end_item(b, err));
        for (uint32_t k = 1; k <= 2; k++) {
            snprintf(other, sizeof other, "node-%07u", (uint32_t)(((uint64_t)i * 7919 + k * 104729) % n));
            TRY(edge(b, 100ull * i + k, id, k == 1 ? "REACHES" : "RUNS", other, err));
        }
    }
    rc = cg_builder_freeze(b, NULL, out, err);
out:
    cg_builder_free(b);
    return rc;
}

/* ---- dump ---- */

static void dump_evidence(const cg_graph *g, uint32_t id, cg_buf *out)
{
    cg_evidence e;
    if (!cg_evidence_get(g, id, &e))
        return;
    cg_buf_printf(out, "  evidence rule=%.*s source=%.*s offset=%llu note=%.*s nodes", CG_FMT(e.rule), CG_FMT(e.source),
                  (unsigned long long)e.offset, CG_FMT(e.note));
    for (uint32_t i = 0; i < e.n_nodes; i++)
        cg_buf_printf(out, " %u", e.nodes[i]);
    cg_buf_adds(out, " rels");
    for (uint32_t i = 0; i < e.n_rels; i++)
        cg_buf_printf(out, " %llx", (unsigned long long)e.rels[i]);
    cg_buf_char(out, '\n');
}

static int32_t dump_node(const cg_graph *g, cg_node n, cg_buf *out, cspm_error **err)
{
    cg_str aliases[8];
    uint32_t n_aliases = cg_node_aliases(g, n, aliases, 8);
    int32_t rc = cg_value_write_json(out, g, cg_v_node(n), err);
    cg_buf_printf(out, " base=%u", cg_node_n_base_labels(g, n));
    for (uint32_t i = 0; i < n_aliases; i++)
        cg_buf_printf(out, " alias=%.*s/%d", CG_FMT(aliases[i]), cg_node_find(g, aliases[i].data, aliases[i].length) == n);
    cg_buf_char(out, '\n');
    dump_evidence(g, cg_node_evidence(g, n), out);
    for (uint32_t l = 0; l < cg_name_count(g, CG_NAMES_LABEL); l++) {
        if (cg_node_has_label(g, n, l))
            dump_evidence(g, cg_label_evidence(g, n, l), out);
    }
    return rc;
}

static void dump_names(const cg_graph *g, cg_buf *out)
{
    for (uint32_t i = 0; i < cg_name_count(g, CG_NAMES_LABEL); i++) {
        cg_label_iter it;
        cg_node n;
        cg_buf_printf(out, "label %.*s %llu:", CG_FMT(cg_name_get(g, CG_NAMES_LABEL, i)), (unsigned long long)cg_label_count(g, i));
        for (cg_label_iter_init(&it, g, i); cg_label_iter_next(&it, &n);)
            cg_buf_printf(out, " %u", n);
        cg_buf_char(out, '\n');
    }
    for (uint32_t i = 0; i < cg_name_count(g, CG_NAMES_KIND); i++) {
        const cg_kind_info *k = cg_kind_get_info(g, i);
        cg_buf_printf(out, "kind %.*s %llu %d/%d/%d/%d/%u %.*s %.*s %.*s\n", CG_FMT(cg_name_get(g, CG_NAMES_KIND, i)),
                      (unsigned long long)cg_kind_count(g, i), k->traversable, k->needs, k->gives, cg_kind_declared_traversable(g, i),
                      k->likelihood, CG_FMT(k->technique), CG_FMT(k->tactic), CG_FMT(k->title));
    }
    for (uint32_t i = 0; i < cg_name_count(g, CG_NAMES_KEY); i++)
        cg_buf_printf(out, "key %.*s %llu\n", CG_FMT(cg_name_get(g, CG_NAMES_KEY, i)), (unsigned long long)cg_key_count(g, i));
}

int32_t sample_dump(const cg_graph *g, cg_buf *out, cspm_error **err)
{
    cg_rel_iter rels;
    cg_edge e;
    int32_t rc = CSPM_OK;
    cg_buf_printf(out, "%u nodes, %llu relationships, %llu derived, %u layers\n", cg_graph_n_nodes(g),
                  (unsigned long long)cg_graph_n_rels(g), (unsigned long long)cg_graph_n_derived(g), cg_graph_n_layers(g));
    for (cg_node n = 0; n < cg_graph_n_nodes(g) && rc == CSPM_OK; n++)
        rc = dump_node(g, n, out, err);
    for (cg_rel_iter_init(&rels, g); rc == CSPM_OK && cg_rel_iter_next(&rels, &e);) {
        rc = cg_value_write_json(out, g, cg_v_rel(e.rel), err);
        cg_buf_printf(out, " %llx %u %d\n", (unsigned long long)e.rel, cg_rel_likelihood(g, e.rel), cg_rel_conditional(g, e.rel));
        dump_evidence(g, cg_rel_evidence(g, e.rel), out);
    }
    for (cg_node n = 0; n < cg_graph_n_nodes(g) && rc == CSPM_OK; n++) {
        cg_adj_iter in;
        cg_buf_printf(out, "into %u:", n);
        for (cg_adj_init(&in, g, n, CG_IN, NULL); cg_adj_next(&in, &e);)
            cg_buf_printf(out, " %u-%u", e.from, e.kind);
        cg_buf_char(out, '\n');
    }
    dump_names(g, out);
    for (uint32_t i = 0; i < cg_source_count(g); i++) {
        cg_source_info s = cg_source_get(g, i);
        cg_buf_printf(out, "source %.*s %.*s %llu %llu %llu\n", CG_FMT(s.name), CG_FMT(s.dialect), (unsigned long long)s.bytes,
                      (unsigned long long)s.nodes, (unsigned long long)s.edges);
    }
    for (uint32_t i = 0; i < cg_diag_count(g); i++) {
        cg_diag d = cg_diag_get(g, i);
        cg_buf_printf(out, "diag %d %.*s %llu %u %u %.*s %.*s\n", (int)d.severity, CG_FMT(d.source), (unsigned long long)d.offset, d.line,
                      d.column, CG_FMT(d.code), CG_FMT(d.message));
    }
    return rc < 0 ? rc : out->failed ? cg_nomem(out->mem, err) : CSPM_OK;
}
