/* Columns and sets against plain models: dense and sparse, few and many distinct strings, all widths. */
#include "graph/build.h"
#include "store_test.h"

static cg_mem *mem;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
}

static void teardown(void)
{
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

/* ---- presence ---- */

static void check_presence(uint32_t domain, const uint32_t *list, uint32_t n, bool from_bits)
{
    cg_owner o;
    cg_presence p;
    cg_owner_init(&o, mem);
    if (from_bits) {
        uint64_t *bits = cg_calloc(mem, (domain + 63) / 64, sizeof *bits);
        for (uint32_t i = 0; i < n; i++)
            bits[list[i] >> 6] |= 1ull << (list[i] & 63);
        OK(cg_presence_from_bits(&o, &p, domain, bits, NULL));
    } else {
        OK(cg_presence_from_list(&o, &p, domain, list, n, NULL));
    }
    ck_assert_uint_eq(p.count, n);
    for (uint32_t i = 0, at = 0; i < domain; i++) {
        bool has = at < n && list[at] == i;
        ck_assert_uint_eq(cg_presence_find(&p, i), has ? at : CG_NONE32);
        ck_assert_int_eq(cg_presence_has(&p, i), has);
        ck_assert_uint_eq(cg_presence_next(&p, i), at < n ? list[at] : CG_NONE32);
        at += has;
    }
    for (uint32_t i = 0; i < n; i++)
        ck_assert_uint_eq(cg_presence_select(&p, i), list[i]);
    ck_assert_uint_eq(cg_presence_next(&p, domain), CG_NONE32);
    cg_owner_free(&o);
}

START_TEST(presence_finds_what_is_there)
{
    static const uint32_t domains[] = { 1, 63, 64, 65, 511, 512, 513, 3000 };
    static uint32_t list[3000];
    rng r = { 3 };
    for (size_t d = 0; d < sizeof domains / sizeof *domains; d++)
        for (uint32_t percent = 0; percent <= 100; percent += percent < 4 ? 1 : 24) {
            uint32_t n = 0;
            for (uint32_t i = 0; i < domains[d]; i++)
                if (rng_below(&r, 100) < percent)
                    list[n++] = i;
            check_presence(domains[d], list, n, false);
            check_presence(domains[d], list, n, true);
        }
}
END_TEST

/* ---- sorting ---- */

static int compare_entries(const void *x, const void *y)
{
    const cg_id_entry *a = x, *b = y;
    return cg_str_cmp((cg_str){ (const char *)a->bytes, a->length }, (cg_str){ (const char *)b->bytes, b->length });
}

START_TEST(ids_sort_as_bytes)
{
    enum { COUNT = 4000 };
    static char text[COUNT][48];
    static cg_id_entry got[COUNT], expected[COUNT];
    static const char *const prefixes[] = { "", "/subscriptions/0000-1111/", "/subscriptions/0000-1111/rg/",
                                            "\xff\xff\xff\xff\xff\xff\xff\xff\xff" };
    rng r = { 11 };
    for (int round = 0; round < 6; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            /* Zero bytes and lengths around eight on purpose; the number keeps ids apart. */
            int n = snprintf(text[i], sizeof text[i], "%s%04x", prefixes[rng_below(&r, round < 3 ? 4 : 1)], i * 7919 % 65536);
            uint32_t zeros = rng_below(&r, 9);
            memset(text[i] + n, round % 2 ? 0 : 'z', zeros);
            got[i] = expected[i] = (cg_id_entry){ .bytes = (unsigned char *)text[i], .length = (uint32_t)n + zeros, .index = i };
        }
        OK(cg_sort_ids(got, COUNT, NULL, mem, NULL));
        qsort(expected, COUNT, sizeof *expected, compare_entries);
        for (uint32_t i = 0; i < COUNT; i++)
            ck_assert_uint_eq(got[i].index, expected[i].index);
    }
}
END_TEST

START_TEST(pairs_sort_stably)
{
    static uint64_t keys[5000], key_scratch[5000];
    static uint32_t values[5000], scratch[5000];
    rng r = { 12 };
    for (size_t n = 0; n <= 5000; n = n < 40 ? n + 1 : n * 5) {
        for (uint32_t i = 0; i < n; i++) {
            keys[i] = rng_next(&r) & (n % 2 ? 0xf0000000000000ffull : 7);
            values[i] = i;
        }
        cg_sort_pairs(keys, values, n, key_scratch, scratch);
        for (size_t i = 1; i < n; i++)
            ck_assert(keys[i - 1] < keys[i] || (keys[i - 1] == keys[i] && values[i - 1] < values[i]));
    }
}
END_TEST

/* ---- values ---- */

enum { NODES = 3000, KEYS = 12 };

/* The value node i has under key k, the same each time it is asked for; arena for lists and text. */
static cg_value value_of(uint32_t i, uint32_t k, cg_arena *arena)
{
    rng r = { (uint64_t)i * 977 + k * 31 + 1 };
    char text[80];
    for (int w = 0; w < 8; w++)
        rng_next(&r);
    static const uint32_t rarity[KEYS] = { 1, 2, 5, 20, 40, 200, 1000, 1, 1, 1, 3, 1 };
    if (rng_below(&r, rarity[k]))
        return cg_v_null();
    switch (k) {
    case 0:
        return cg_v_bool(rng_below(&r, 2));
    case 1:
        return cg_v_int((int64_t)rng_below(&r, 200) - 100);
    case 2:
        return cg_v_int((int64_t)rng_below(&r, 60000) - 30000);
    case 3:
        return cg_v_int(rng_below(&r, 2) ? INT64_MAX : INT64_MIN);
    case 4:
        return cg_v_float((double)rng_below(&r, 1000) / 7);
    case 5:
        return cg_v_str(S("always the same"));
    case 7: { /* mostly distinct */
        int n = snprintf(text, sizeof text, "unique-%u-%.*s", i, (int)rng_below(&r, 40), "........................................");
        return cg_v_str((cg_str){ cg_arena_strndup(arena, text, (size_t)n), (size_t)n });
    }
    case 8: { /* distinct at first, then all alike */
        int n = snprintf(text, sizeof text, "v%u", i < NODES / 3 ? i : i % 5);
        return cg_v_str((cg_str){ cg_arena_strndup(arena, text, (size_t)n), (size_t)n });
    }
    case 9: /* one key, several types */
        return i % 3 == 0 ? cg_v_int(i) : i % 3 == 1 ? cg_v_str(S("")) : cg_v_float(i);
    case 10: {
        uint32_t n = rng_below(&r, 4);
        cg_list *list = cg_arena_calloc(arena, 1, sizeof *list + n * sizeof list->items[0]);
        list->count = n;
        for (uint32_t j = 0; j < n; j++)
            list->items[j] = i % 4 == 0   ? cg_v_bool(j)
                             : i % 4 == 1 ? cg_v_int((int64_t)rng_next(&r))
                             : i % 4 == 2 ? cg_v_float(j / 3.0)
                                          : cg_v_str(j ? S("item") : S(""));
        return (cg_value){ .type = CG_LIST, .list = list };
    }
    case 11: { /* more than 256 distinct ones */
        int n = snprintf(text, sizeof text, "dictionary %u", rng_below(&r, 700));
        return cg_v_str((cg_str){ cg_arena_strndup(arena, text, (size_t)n), (size_t)n });
    }
    default:
        return cg_v_int(rng_below(&r, 2) ? INT32_MAX : -5);
    }
}

static bool equal_values(cg_value a, cg_value b)
{
    if (a.type != b.type)
        return false;
    switch (a.type) {
    case CG_NULL:
        return true;
    case CG_BOOL:
        return a.boolean == b.boolean;
    case CG_STRING:
        return cg_str_eq(cg_value_str(a), cg_value_str(b));
    case CG_LIST:
        for (uint32_t i = 0; i < a.list->count && a.list->count == b.list->count; i++)
            if (!equal_values(a.list->items[i], b.list->items[i]))
                return false;
        return a.list->count == b.list->count;
    default:
        return a.integer == b.integer;
    }
}

static cg_graph *typed_graph(cg_arena *arena, uint32_t *keys)
{
    cg_builder *b = make_builder(mem);
    char id[16];
    source(b, "s", 1, 0);
    for (uint32_t k = 0; k < KEYS; k++) {
        snprintf(id, sizeof id, "key%02u", k);
        keys[k] = cg_builder_key(b, id, 5);
    }
    for (uint32_t j = 0; j < NODES; j++) {
        uint32_t i = (uint32_t)((uint64_t)j * 1709 % NODES);
        snprintf(id, sizeof id, "%05u", i);
        OK(cg_builder_begin_node(b, j, NULL));
        OK(cg_builder_set_id(b, id, 5, NULL));
        for (uint32_t k = 0; k < KEYS; k++)
            OK(cg_builder_set_prop(b, keys[k], value_of(i, k, arena), NULL));
        OK(cg_builder_end_item(b, NULL));
    }
    for (uint32_t j = 0; j < NODES; j++) {
        uint32_t i = (uint32_t)((uint64_t)j * 1013 % NODES);
        snprintf(id, sizeof id, "%05u", i);
        OK(cg_builder_begin_edge(b, j, NULL));
        OK(cg_builder_set_from(b, id, 5, NULL));
        OK(cg_builder_set_to(b, "00000", 5, NULL));
        cg_builder_set_kind(b, cg_builder_kind(b, "K", 1));
        for (uint32_t k = 0; k < KEYS; k++)
            OK(cg_builder_set_prop(b, keys[k], value_of(i, k, arena), NULL));
        OK(cg_builder_end_item(b, NULL));
    }
    cg_graph *g = freeze(b);
    cg_builder_free(b);
    return g;
}

START_TEST(values_come_back_as_they_went_in)
{
    cg_arena arena;
    uint32_t keys[KEYS], n_strings = 0;
    cg_arena_init(&arena, mem);
    cg_graph *g = typed_graph(&arena, keys);
    for (uint32_t i = 0; i < NODES; i++) {
        const cg_map *props, *edge_props;
        uint32_t present = 0;
        ck_assert_uint_eq(cg_rel_get(g, i).from, i);
        OK(cg_node_props(g, i, &arena, &props, NULL));
        OK(cg_rel_props(g, i, &arena, &edge_props, NULL));
        for (uint32_t k = 0; k < KEYS; k++) {
            cg_value expected = value_of(i, k, &arena), got;
            OK(cg_node_prop(g, i, keys[k], &arena, &got, NULL));
            ck_assert_msg(equal_values(expected, got), "node %u key %u", i, k);
            OK(cg_rel_prop(g, i, keys[k], &arena, &got, NULL));
            ck_assert_msg(equal_values(expected, got), "edge %u key %u", i, k);
            if (expected.type == CG_NULL)
                continue;
            ck_assert(equal_values(props->entries[present].value, expected) && equal_values(edge_props->entries[present].value, expected));
            present++;
        }
        ck_assert_uint_eq(props->count, present);
        ck_assert_uint_eq(edge_props->count, present);
    }
    for (uint32_t i = 0; i < g->layers[0]->n_node_columns; i++)
        n_strings += g->layers[0]->node_columns[i].n_strings;
    /* Shared where it pays, whatever the first thousand values looked like. */
    ck_assert_uint_lt(n_strings, NODES + NODES / 3 + 2000);
    ck_assert_uint_eq(cg_key_distinct(g, keys[5]), 1);
    ck_assert_uint_eq(cg_key_distinct(g, keys[0]), 2);
    cg_graph_unref(g);
    cg_arena_free(&arena);
}
END_TEST

START_TEST(long_strings_have_pages_of_their_own)
{
    cg_dict d = { 0 };
    cg_seed seed;
    enum { BIG = 300000 };
    char *big = malloc(BIG);
    uint32_t places[40], lengths[40];
    memset(big, 'x', BIG);
    cg_seed_random(&seed);
    for (uint32_t i = 0; i < 40; i++) {
        lengths[i] = i % 5 == 0 ? BIG - i : i * 1500 + 1;
        big[0] = (char)i;
        places[i] = cg_dict_add(&d, mem, &seed, big, lengths[i]);
        ck_assert_uint_ne(places[i], CG_DICT_NONE);
        ck_assert_uint_eq(cg_dict_add(&d, mem, &seed, big, lengths[i]), places[i]);
    }
    for (uint32_t i = 0; i < 40; i++) {
        cg_str s = cg_dict_get(&d, places[i]);
        ck_assert_uint_eq(s.length, lengths[i]);
        ck_assert_int_eq(s.data[0], (char)i);
        ck_assert(i == 0 || s.data[s.length - 1] == 'x' || s.length == 1);
    }
    ck_assert_uint_eq(d.n_strings, 40);
    cg_dict_free(&d, mem);
    free(big);
}
END_TEST

START_TEST(damaged_lists_are_an_error)
{
    static const char bytes[] = { CG_STRING, 5, 0, 0, 0, 'a' };
    cg_arena arena;
    cg_value v;
    cg_arena_init(&arena, mem);
    ck_assert_int_eq(cg_list_decode(mem, (cg_str){ bytes, sizeof bytes }, &arena, &v, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(cg_list_decode(mem, (cg_str){ "\x02zz", 3 }, &arena, &v, NULL), CSPM_E_PARSE);
    cg_arena_free(&arena);
}
END_TEST

Suite *column_suite(void)
{
    Suite *s = suite_create("columns");
    TCase *t = tcase_create("columns");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, presence_finds_what_is_there);
    tcase_add_test(t, ids_sort_as_bytes);
    tcase_add_test(t, pairs_sort_stably);
    tcase_add_test(t, values_come_back_as_they_went_in);
    tcase_add_test(t, long_strings_have_pages_of_their_own);
    tcase_add_test(t, damaged_lists_are_an_error);
    suite_add_tcase(s, t);
    return s;
}
