/* Snapshot files: what is written comes back; what is damaged, cut short or made to harm is refused. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "sample_graph.h"
#include "snapshot_seal.h"

static cg_mem *mem;
static cspm_error *err;
static char folder[64], file_name[96];

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    err = NULL;
    strcpy(folder, "/tmp/cg-snapshot-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file_name, sizeof file_name, "%s/graph.cspm", folder);
}

static void teardown(void)
{
    unlink(file_name);
    ck_assert_msg(rmdir(folder) == 0, "something was left in %s", folder);
    cspm_error_free(err);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static void ok(int32_t rc)
{
    ck_assert_msg(rc == CSPM_OK, "%d %s", rc, err ? cspm_error_text(err, NULL) : "");
}

static void expect_error(int32_t rc, int32_t code, const char *part)
{
    ck_assert_msg(rc == code, "%d instead of %d: %s", rc, code, err ? cspm_error_text(err, NULL) : "");
    ck_assert_ptr_nonnull(err);
    ck_assert_msg(strstr(cspm_error_message(err, NULL), part) != NULL, "\"%s\" not in \"%s\"", part, cspm_error_message(err, NULL));
    cspm_error_free(err);
    err = NULL;
}

static cg_str dump(const cg_graph *g)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    ok(sample_dump(g, &b, &err));
    cg_buf_char(&b, '\0');
    return (cg_str){ b.data, b.length };
}

static void expect_same(const cg_graph *a, const cg_graph *b)
{
    cg_str x = dump(a), y = dump(b);
    size_t i = 0;
    while (x.data[i] && x.data[i] == y.data[i])
        i++;
    size_t from = i > 200 ? i - 200 : 0;
    ck_assert_msg(x.data[i] == y.data[i], "expected …%.400s\nbut got …%.400s", x.data + from, y.data + from);
    cg_free(mem, (char *)(uintptr_t)x.data);
    cg_free(mem, (char *)(uintptr_t)y.data);
}

static char *read_file(size_t *length)
{
    int fd = open(file_name, O_RDONLY);
    struct stat st;
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    char *bytes = malloc((size_t)st.st_size + 1);
    ck_assert_int_eq(read(fd, bytes, (size_t)st.st_size), st.st_size);
    close(fd);
    *length = (size_t)st.st_size;
    return bytes;
}

static void write_file(const void *bytes, size_t length)
{
    int fd = open(file_name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
    close(fd);
}

static char *sample_bytes(size_t *length)
{
    cg_graph *g;
    ok(sample_graph(mem, &g, &err));
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    cg_graph_unref(g);
    return read_file(length);
}

static int32_t open_bytes(const void *bytes, size_t length, cg_graph **out)
{
    return cg_snapshot_open_bytes(mem, bytes, length, CG_STR("x.cspm"), NULL, out, &err);
}

/* ---- what is no snapshot ---- */

START_TEST(other_files_are_refused)
{
    cg_graph *g = (cg_graph *)&mem;
    expect_error(cg_snapshot_open(mem, file_name, NULL, &g, &err), CSPM_E_IO, "cannot read: No such file");
    ck_assert_ptr_null(g);
    expect_error(cg_snapshot_open(mem, folder, NULL, &g, &err), CSPM_E_IO, "not a regular file");
    write_file("", 0);
    expect_error(cg_snapshot_open(mem, file_name, NULL, &g, &err), CSPM_E_UNRECOGNISED, "empty");
    write_file("{\"graph\":{\"nodes\":[],\"edges\":[]}}", 33);
    expect_error(cg_snapshot_open(mem, file_name, NULL, &g, &err), CSPM_E_UNRECOGNISED, "not a snapshot");
    const char text[140] = CG_SNAPSHOT_MAGIC "and then something else that is long enough for a header";
    write_file(text, sizeof text);
    ck_assert_int_eq(cg_snapshot_open(mem, file_name, NULL, &g, &err), CSPM_E_UNSUPPORTED); /* the version is what comes first */
    ck_assert_ptr_null(g);
    ck_assert(cg_snapshot_recognise(CG_SNAPSHOT_MAGIC, 8));
    ck_assert(!cg_snapshot_recognise(CG_SNAPSHOT_MAGIC, 7));
    ck_assert(!cg_snapshot_recognise("CSPMGRF\n", 8));
}
END_TEST

START_TEST(newer_files_are_named_as_such)
{
    size_t length;
    cg_graph *g;
    char *bytes = sample_bytes(&length);
    cg_snap_header *h = (cg_snap_header *)(void *)bytes;
    h->version = 2;
    snapshot_seal(bytes, length);
    expect_error(open_bytes(bytes, length, &g), CSPM_E_UNSUPPORTED, "version 2 was written by a newer version");
    h->version = 1;
    h->incompat = 8;
    snapshot_seal(bytes, length);
    expect_error(open_bytes(bytes, length, &g), CSPM_E_UNSUPPORTED, "features this version does not know (mask 8)");
    h->incompat = 0;
    h->compat = UINT64_MAX; /* compatible additions are none of our business */
    snapshot_seal(bytes, length);
    ok(open_bytes(bytes, length, &g));
    cg_graph_unref(g);
    free(bytes);
}
END_TEST

START_TEST(truncated_at_any_length)
{
    size_t length;
    cg_graph *g;
    char *bytes = sample_bytes(&length);
    for (size_t n = 0; n < length; n += n < 700 ? 1 : 37) {
        int32_t rc = open_bytes(bytes, n, &g);
        ck_assert_int_eq(rc, n < 8 ? CSPM_E_UNRECOGNISED : CSPM_E_PARSE);
        if (n >= sizeof(cg_snap_header))
            ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "truncated"));
        ck_assert_str_eq(cspm_error_source(err, NULL), "x.cspm");
        cspm_error_free(err);
        err = NULL;
        ck_assert_ptr_null(g);
    }
    write_file(bytes, length - 1);
    expect_error(cg_snapshot_open(mem, file_name, NULL, &g, &err), CSPM_E_PARSE, "truncated");
    char *longer = calloc(1, length + 5);
    memcpy(longer, bytes, length);
    expect_error(open_bytes(longer, length + 5, &g), CSPM_E_PARSE, "bytes follow its end");
    free(longer);
    free(bytes);
}
END_TEST

/* ---- damage ---- */

/* An error, or exactly the data that was saved. */
static void open_damaged(const char *bytes, size_t length, cg_str expected, size_t at)
{
    cg_graph *g = NULL;
    cg_buf b;
    int32_t rc = open_bytes(bytes, length, &g);
    cg_buf_init(&b, mem, 0);
    if (rc == CSPM_OK)
        rc = sample_dump(g, &b, &err);
    if (rc == CSPM_OK) {
        cg_buf_char(&b, '\0');
        ck_assert_msg(b.length == expected.length && memcmp(b.data, expected.data, b.length) == 0, "byte %zu: other data without an error",
                      at);
    } else {
        ck_assert_msg(rc == CSPM_E_PARSE || (at < 32 && (rc == CSPM_E_UNRECOGNISED || rc == CSPM_E_UNSUPPORTED)), "byte %zu gives %d %s",
                      at, rc, cspm_error_message(err, NULL));
        cspm_error_free(err);
        err = NULL;
    }
    cg_buf_free(&b);
    cg_graph_unref(g);
}

START_TEST(flipped_bytes_are_noticed)
{
    size_t length;
    cg_graph *g;
    char *bytes = sample_bytes(&length);
    ok(open_bytes(bytes, length, &g));
    cg_str expected = dump(g);
    cg_graph_unref(g);
    cg_snap_header h;
    memcpy(&h, bytes, sizeof h);
    size_t front = h.sums_offset + h.n_blocks * 8;
    for (size_t i = 0; i < length; i += i < sizeof h ? 1 : i < front ? 13 : 29) {
        bytes[i] ^= (char)(1 << (i % 8));
        open_damaged(bytes, length, expected, i);
        bytes[i] ^= (char)(1 << (i % 8));
    }
    cg_free(mem, (char *)(uintptr_t)expected.data);
    free(bytes);
}
END_TEST

START_TEST(every_block_is_checked)
{
    size_t length;
    cg_graph *g;
    ok(sample_large(mem, 12000, &g, &err));
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    cg_str expected = dump(g);
    cg_graph_unref(g);
    char *bytes = read_file(&length);
    cg_snap_header h;
    memcpy(&h, bytes, sizeof h);
    ck_assert_uint_gt(h.n_blocks, 20);
    for (uint64_t i = 0; i < h.n_blocks; i++) {
        size_t at = h.data_offset + i * CG_SNAP_BLOCK + (i * 7919) % 1000;
        cg_buf b;
        if (at >= length)
            at = length - 1;
        bytes[at] ^= 0x10;
        int32_t rc = open_bytes(bytes, length, &g);
        cg_buf_init(&b, mem, 0);
        if (rc == CSPM_OK)
            rc = sample_dump(g, &b, &err);
        if (rc == CSPM_OK) { /* a gap between sections */
            ck_assert_uint_eq(b.length + 1, expected.length);
        } else {
            char block[96];
            snprintf(block, sizeof block, "block %llu does not have the bytes that were written", (unsigned long long)i);
            expect_error(rc, CSPM_E_PARSE, block);
        }
        cg_buf_free(&b);
        cg_graph_unref(g);
        g = NULL;
        bytes[at] ^= 0x10;
    }
    cg_free(mem, (char *)(uintptr_t)expected.data);
    free(bytes);
}
END_TEST

START_TEST(a_damaged_column_is_found_at_first_use)
{
    size_t length;
    uint64_t offset = 0;
    cg_graph *g, *base;
    cg_arena arena;
    cg_value v;
    ok(sample_large(mem, 12000, &g, &err));
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    cg_graph_unref(g);
    char *bytes = read_file(&length);
    bytes[length - 1] ^= 1; /* columns come last */
    write_file(bytes, length);
    free(bytes);
    ok(cg_snapshot_open(mem, file_name, NULL, &g, &err));
    ck_assert_uint_eq(cg_graph_n_nodes(g), 12000);
    cg_arena_init(&arena, mem);
    int damaged = 0, sound = 0;
    for (uint32_t key = 0; key < cg_name_count(g, CG_NAMES_KEY); key++) {
        for (int again = 0; again < 2; again++) {
            int32_t rc = cg_node_prop(g, 10, key, &arena, &v, &err);
            if (rc == CSPM_OK) {
                sound++;
                continue;
            }
            damaged++;
            cspm_error_position(err, &offset, NULL, NULL);
            ck_assert_uint_gt(offset, 0);
            ck_assert_str_eq(cspm_error_source(err, NULL), file_name);
            expect_error(rc, CSPM_E_PARSE, "does not have the bytes that were written");
        }
    }
    ck_assert_int_gt(damaged, 0);
    ck_assert_int_gt(sound, 0);
    ck_assert_uint_gt(cg_node_name(g, 10).length, 0); /* never fails */
    const char *other = "/tmp/cg-snapshot-never";
    expect_error(cg_snapshot_save(g, other, NULL, &err), CSPM_E_PARSE, "does not have the bytes that were written");
    ck_assert_int_ne(access(other, F_OK), 0);
    ok(cg_graph_drop_layers(g, 1, &base, &err));
    cg_graph_unref(g); /* the mapping stays as long as a layer needs it */
    ck_assert_uint_eq(cg_node_find(base, "node-0000077", 12), 77);
    cg_graph_unref(base);
    cg_arena_free(&arena);
}
END_TEST

/* xorshift: the same mutations on every machine */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Files made to harm have right checksums: whatever the numbers say, nothing outside the file may be touched. */
START_TEST(sealed_changes_cause_no_harm)
{
    static const uint64_t interesting[] = { 0,     1,     2,          7,          63,         64,         255,
                                            65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, UINT64_MAX };
    size_t length;
    uint64_t state = 88172645463325252u;
    int opened = 0, refused = 0;
    char *bytes = sample_bytes(&length), *copy = malloc(length);
    const char *rounds_text = getenv("CSPM_SLOW_MACHINE");
    int rounds = rounds_text ? 300 : 6000;
    cg_snap_header h;
    memcpy(&h, bytes, sizeof h);
    for (int i = 0; i < rounds; i++) {
        memcpy(copy, bytes, length);
        for (uint64_t n = next_random(&state) % 3; n < 3; n++) {
            bool front = next_random(&state) % 4 == 0;
            size_t begin = front ? 24 : h.data_offset, end = front ? h.sums_offset : length;
            size_t width = next_random(&state) % 2   ? 4
                           : next_random(&state) % 2 ? 1
                                                     : 8,
                   at = begin + next_random(&state) % (end - begin - 8);
            uint64_t value =
                next_random(&state) % 4 ? interesting[next_random(&state) % (sizeof interesting / 8)] : next_random(&state) % (2 * length);
            at -= width > 1 ? at % width : 0;
            memcpy(copy + at, &value, width);
        }
        snapshot_seal(copy, length);
        cg_graph *g = NULL;
        cg_buf b;
        cg_buf_init(&b, mem, 64 << 20);
        int32_t rc = open_bytes(copy, length, &g);
        if (rc == CSPM_OK) {
            opened++;
            rc = sample_dump(g, &b, &err);
            for (cg_node n = 0; n < cg_graph_n_nodes(g); n++) {
                cg_adj_iter it;
                cg_edge e;
                for (cg_adj_init(&it, g, n, CG_BOTH, NULL); cg_adj_next(&it, &e);)
                    ck_assert(e.from < cg_graph_n_nodes(g) && e.to < cg_graph_n_nodes(g));
            }
        } else {
            refused++;
        }
        cg_buf_free(&b);
        cg_graph_unref(g);
        cspm_error_free(err);
        err = NULL;
    }
    ck_assert_int_gt(opened, rounds / 100);
    ck_assert_int_gt(refused, rounds / 100);
    free(copy);
    free(bytes);
}
END_TEST

/* ---- round trips ---- */

static void round_trip(cg_graph *g)
{
    cg_graph *back;
    size_t first_length, second_length;
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    char *first = read_file(&first_length);
    ok(cg_snapshot_open(mem, file_name, NULL, &back, &err));
    expect_same(g, back);
    ok(cg_snapshot_save(back, file_name, NULL, &err)); /* over the file it is mapped from */
    expect_same(g, back);
    char *second = read_file(&second_length);
    ck_assert_uint_eq(first_length, second_length);
    ck_assert_mem_eq(first, second, first_length);
    cg_graph_unref(back);
    ok(open_bytes(first, first_length, &back));
    expect_same(g, back);
    cg_graph_unref(back);
    free(first);
    free(second);
}

START_TEST(what_is_saved_comes_back)
{
    cg_graph *g;
    ok(sample_graph(mem, &g, &err));
    round_trip(g);
    cg_graph_unref(g);
    ok(sample_inventory(mem, false, &g, &err));
    round_trip(g);
    cg_graph_unref(g);
    ok(sample_large(mem, 3000, &g, &err));
    round_trip(g);
    cg_graph_unref(g);
}
END_TEST

START_TEST(an_empty_graph_comes_back)
{
    cg_graph *g;
    cg_builder *b;
    ok(cg_builder_new(mem, NULL, &b, &err));
    ok(cg_builder_freeze(b, NULL, &g, &err));
    cg_builder_free(b);
    round_trip(g);
    cg_graph_unref(g);
}
END_TEST

START_TEST(the_order_of_inputs_leaves_no_trace)
{
    cg_graph *g;
    size_t a_length, b_length;
    ok(sample_inventory(mem, false, &g, &err));
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    cg_graph_unref(g);
    char *a = read_file(&a_length);
    ok(sample_inventory(mem, true, &g, &err));
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    cg_graph_unref(g);
    char *b = read_file(&b_length);
    ck_assert_uint_eq(a_length, b_length);
    ck_assert_mem_eq(a, b, a_length);
    free(a);
    free(b);
}
END_TEST

START_TEST(layers_can_go_on_top_of_an_opened_snapshot)
{
    cg_graph *inventory, *derived, *opened, *again;
    ok(sample_inventory(mem, false, &inventory, &err));
    ok(sample_derive(inventory, &derived, &err));
    ok(cg_snapshot_save(derived, file_name, NULL, &err));
    ok(cg_snapshot_open(mem, file_name, NULL, &opened, &err));
    cg_graph *base;
    ok(cg_graph_drop_layers(opened, 1, &base, &err));
    cg_graph_unref(opened);
    expect_same(base, inventory);
    ok(sample_derive(base, &again, &err));
    expect_same(again, derived);
    cg_graph_unref(base);
    cg_graph_unref(again);
    cg_graph_unref(derived);
    cg_graph_unref(inventory);
}
END_TEST

/* ---- feeding a builder ---- */

static cg_graph *ingest(cg_graph *snapshot)
{
    cg_builder *b;
    cg_graph *g;
    ok(cg_builder_new(mem, NULL, &b, &err));
    ok(cg_snapshot_ingest(b, snapshot, NULL, &err));
    ok(cg_builder_freeze(b, NULL, &g, &err));
    cg_builder_free(b);
    return g;
}

/* How much an input had counts what was read, before merging and skipping; fed again there is only what came of it. */
static cg_str dump_without_counts(const cg_graph *g)
{
    cg_str d = dump(g);
    char *sources = strstr(d.data, "\nsource "), *diags = strstr(d.data, "\ndiag ");
    ck_assert(sources && diags && sources < diags);
    memmove(sources, diags, strlen(diags) + 1);
    return d;
}

START_TEST(ingested_it_is_the_same_inventory)
{
    cg_graph *inventory, *derived, *opened;
    ok(sample_inventory(mem, false, &inventory, &err));
    ok(sample_derive(inventory, &derived, &err));
    ok(cg_snapshot_save(derived, file_name, NULL, &err));
    cg_graph_unref(derived);
    ok(cg_snapshot_open(mem, file_name, NULL, &opened, &err));
    cg_graph *again = ingest(opened);
    cg_graph_unref(opened);
    cg_str before = dump_without_counts(inventory), after = dump_without_counts(again);
    ck_assert(strcmp(before.data, after.data) == 0);
    cg_free(mem, (char *)(uintptr_t)before.data);
    cg_free(mem, (char *)(uintptr_t)after.data);
    ck_assert_uint_eq(cg_source_count(again), 2);
    ck_assert_uint_eq(cg_source_get(again, 0).bytes, 1000);
    ck_assert(cg_str_eq(cg_source_get(again, 1).dialect, CG_STR("host")));
    cg_graph_unref(again);
    cg_graph_unref(inventory);
}
END_TEST

START_TEST(ingested_it_joins_other_inputs_by_rank)
{
    cg_graph *inventory, *joined;
    cg_builder *b;
    cg_arena arena;
    cg_value v;
    const cg_source_options better = { .name = CG_STR("c.json"), .dialect = CG_STR("x"), .rank = 99 },
                            worse = { .name = CG_STR("d.json"), .rank = 5 };
    ok(sample_inventory(mem, false, &inventory, &err));
    ok(cg_builder_new(mem, NULL, &b, &err));
    ok(cg_snapshot_ingest(b, inventory, NULL, &err)); /* any graph will do, not only an opened one */
    uint32_t age = cg_builder_key(b, "age", 3), colour = cg_builder_key(b, "colour", 6);
    ok(cg_builder_begin_source(b, &better, &err));
    ok(cg_builder_begin_node(b, 1, &err));
    ok(cg_builder_set_id(b, "bob", 3, &err));
    ok(cg_builder_set_prop(b, age, cg_v_int(55), &err));
    ok(cg_builder_end_item(b, &err));
    ok(cg_builder_begin_source(b, &worse, &err));
    ok(cg_builder_begin_node(b, 2, &err));
    ok(cg_builder_set_id(b, "alice", 5, &err));
    ok(cg_builder_set_prop(b, age, cg_v_int(1), &err));
    ok(cg_builder_set_prop(b, colour, cg_v_int(2), &err));
    ok(cg_builder_end_item(b, &err));
    ok(cg_builder_freeze(b, NULL, &joined, &err));
    cg_builder_free(b);
    cg_arena_init(&arena, mem);
    age = cg_name_find(joined, CG_NAMES_KEY, CG_STR("age"));
    ok(cg_node_prop(joined, cg_node_find(joined, "bob", 3), age, &arena, &v, &err));
    ck_assert_int_eq(v.integer, 55);
    ok(cg_node_prop(joined, cg_node_find(joined, "AIDA1", 5), age, &arena, &v, &err)); /* alice, by her alias */
    ck_assert_int_eq(v.integer, 42);
    ck_assert_uint_eq(cg_source_count(joined), 4);
    cg_arena_free(&arena);
    cg_graph_unref(joined);
    cg_graph_unref(inventory);
}
END_TEST

/* ---- saving ---- */

START_TEST(a_failed_save_leaves_the_old_file)
{
    cg_graph *g;
    cspm_op *op;
    char missing[128];
    size_t length;
    ok(sample_graph(mem, &g, &err));
    expect_error(cg_snapshot_save(g, "", NULL, &err), CSPM_E_INVALID, "file name");
    expect_error(cg_snapshot_save(g, folder, NULL, &err), CSPM_E_IO, "not a regular file");
    snprintf(missing, sizeof missing, "%s/none/graph.cspm", folder);
    expect_error(cg_snapshot_save(g, missing, NULL, &err), CSPM_E_IO, "cannot create");
    write_file("old", 3);
    ok(cg_op_new(mem, &op, &err));
    cspm_op_cancel(op);
    expect_error(cg_snapshot_save(g, file_name, op, &err), CSPM_E_CANCELLED, "");
    cspm_op_unref(op);
    char *bytes = read_file(&length);
    ck_assert_uint_eq(length, 3);
    ck_assert_mem_eq(bytes, "old", 3);
    free(bytes); /* and teardown finds no other file in the folder */
    ok(cg_snapshot_save(g, file_name, NULL, &err));
    cg_graph_unref(g);
}
END_TEST

/* ---- refused memory ---- */

static int32_t save_open_ingest(const cspm_allocator *a)
{
    cspm_error *e = NULL;
    cg_graph *g = NULL, *back = NULL, *again = NULL;
    cg_builder *b = NULL;
    cg_buf text;
    cg_mem *m = cg_mem_new(a, 0);
    if (!m)
        return CSPM_E_NOMEM;
    cg_buf_init(&text, m, 0);
    int32_t rc = sample_graph(m, &g, &e);
    if (rc == CSPM_OK && (rc = cg_snapshot_save(g, file_name, NULL, &e)) == CSPM_OK &&
        (rc = cg_snapshot_open(m, file_name, NULL, &back, &e)) == CSPM_OK && (rc = sample_dump(back, &text, &e)) == CSPM_OK &&
        (rc = cg_builder_new(m, NULL, &b, &e)) == CSPM_OK && (rc = cg_snapshot_ingest(b, back, NULL, &e)) == CSPM_OK)
        rc = cg_builder_freeze(b, NULL, &again, &e);
    cg_buf_free(&text);
    cg_builder_free(b);
    cg_graph_unref(again);
    cg_graph_unref(back);
    cg_graph_unref(g);
    cspm_error_free(e);
    cg_mem_unref(m);
    return rc;
}

START_TEST(refused_memory_is_an_error)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, getenv("CSPM_SLOW_MACHINE") ? 60 : 900)
    {
        int32_t rc = save_open_ingest(&a);
        ck_assert_msg(rc == CSPM_OK || (f.refused && rc == CSPM_E_NOMEM), "%d", rc);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snapshot");
    TCase *t = tcase_create("snapshot");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, other_files_are_refused);
    tcase_add_test(t, newer_files_are_named_as_such);
    tcase_add_test(t, truncated_at_any_length);
    tcase_add_test(t, flipped_bytes_are_noticed);
    tcase_add_test(t, every_block_is_checked);
    tcase_add_test(t, a_damaged_column_is_found_at_first_use);
    tcase_add_test(t, sealed_changes_cause_no_harm);
    tcase_add_test(t, what_is_saved_comes_back);
    tcase_add_test(t, an_empty_graph_comes_back);
    tcase_add_test(t, the_order_of_inputs_leaves_no_trace);
    tcase_add_test(t, layers_can_go_on_top_of_an_opened_snapshot);
    tcase_add_test(t, ingested_it_is_the_same_inventory);
    tcase_add_test(t, ingested_it_joins_other_inputs_by_rank);
    tcase_add_test(t, a_failed_save_leaves_the_old_file);
    tcase_add_test(t, refused_memory_is_an_error);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
