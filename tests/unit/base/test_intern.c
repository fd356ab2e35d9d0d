#include <stdio.h>

#include "base/intern.h"
#include "base_test.h"

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

START_TEST(siphash_matches_published_values)
{
    cg_seed seed = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
    unsigned char bytes[8];
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)i;
    ck_assert_uint_eq(cg_hash(&seed, bytes, 0), 0xabac0158050fc4dcu);
    ck_assert_uint_ne(cg_hash(&seed, bytes, 1), cg_hash(&seed, bytes, 2));
    seed.k0 ^= 1;
    ck_assert_uint_ne(cg_hash(&seed, bytes, 0), 0xabac0158050fc4dcu);
}
END_TEST

START_TEST(sha256_of_known_texts)
{
    char hex[65];
    cg_sha256_hex("abc", 3, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    cg_sha256_hex(NULL, 0, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(ids_are_dense_and_strings_stay)
{
    cg_intern *t = cg_intern_new(mem, 0);
    char text[64];
    const char *first = NULL;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 30000; i++) {
            int n = snprintf(text, sizeof text, "%d/%d", i, i * 7);
            ck_assert_uint_eq(cg_intern_add(t, text, (size_t)n), (uint32_t)i);
            if (i == 0 && !round)
                first = cg_intern_get(t, 0).data;
        }
    ck_assert_uint_eq(cg_intern_count(t), 30000);
    ck_assert_ptr_eq(first, cg_intern_get(t, 0).data);
    ck_assert_str_eq(cg_intern_get(t, 29999).data, "29999/209993");
    ck_assert_uint_eq(cg_intern_find(t, "1/7", 3), 1);
    ck_assert_uint_eq(cg_intern_find(t, "1/8", 3), CG_INTERN_NONE);
    ck_assert_uint_ge(cg_mem_used(mem) + 4096, cg_intern_bytes(t));
    cg_intern_free(t);
    cg_intern_free(NULL);
}
END_TEST

START_TEST(odd_strings)
{
    cg_intern *t = cg_intern_new(mem, 100);
    char *big = malloc(3000000);
    memset(big, 'b', 3000000);
    ck_assert_uint_eq(cg_intern_add(t, "", 0), 0);
    ck_assert_uint_eq(cg_intern_add(t, NULL, 0), 0);
    ck_assert_uint_eq(cg_intern_add(t, "a\0b", 3), 1);
    ck_assert_uint_eq(cg_intern_add(t, "a\0c", 3), 2);
    ck_assert_uint_eq(cg_intern_add(t, "a", 1), 3);
    static const size_t sizes[] = { 126, 127, 128, 129, 16383, 16384, 3000000 };
    for (uint32_t i = 0; i < 7; i++)
        ck_assert_uint_eq(cg_intern_add(t, big, sizes[i]), 4 + i);
    for (uint32_t i = 0; i < 7; i++) {
        cg_str s = cg_intern_get(t, 4 + i);
        ck_assert_uint_eq(s.length, sizes[i]);
        ck_assert_int_eq(s.data[s.length], 0);
        ck_assert_int_eq(memcmp(s.data, big, s.length), 0);
    }
    ck_assert_int_eq(memcmp(cg_intern_get(t, 2).data, "a\0c", 4), 0);
    free(big);
    cg_intern_drop_index(t);
    ck_assert_uint_eq(cg_intern_get(t, 1).length, 3);
    ck_assert_uint_eq(cg_intern_find(t, "a", 1), CG_INTERN_NONE);
    ck_assert_uint_eq(cg_intern_add(t, "new", 3), CG_INTERN_NONE);
    cg_intern_free(t);
}
END_TEST

START_TEST(batches_answer_like_single_adds)
{
    cg_intern *t = cg_intern_new(mem, 0), *check = cg_intern_new(mem, 0);
    cg_intern_batch b;
    ck_assert(cg_intern_batch_init(&b, t, mem));
    char text[9000];
    memset(text, 'x', sizeof text);
    uint32_t x = 1;
    for (int round = 0; round < 300; round++) {
        uint32_t want[CG_INTERN_BATCH];
        uint32_t n = 1 + (uint32_t)round % CG_INTERN_BATCH;
        for (uint32_t i = 0; i < n; i++) {
            x = x * 1664525 + 1013904223;
            size_t length = (size_t)snprintf(text, sizeof text, "%u", (x >> 8) % 5000); /* repeats within a batch too */
            if (x % 97 == 0)
                length = sizeof text;
            ck_assert(cg_intern_batch_push(&b, mem, text, length));
            want[i] = cg_intern_add(check, text, length);
        }
        ck_assert(cg_intern_batch_resolve(&b));
        for (uint32_t i = 0; i < n; i++)
            ck_assert_uint_eq(b.id[i], want[i]);
        cg_intern_batch_clear(&b);
    }
    for (uint32_t i = 0; i < CG_INTERN_BATCH; i++)
        ck_assert(cg_intern_batch_push(&b, mem, "q", 1));
    ck_assert(!cg_intern_batch_push(&b, mem, "q", 1)); /* full */
    cg_intern_batch_free(&b, mem);
    cg_intern_free(t);
    cg_intern_free(check);
}
END_TEST

START_TEST(refused_memory_leaves_a_sound_table)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, 60)
    {
        cg_mem *m = cg_mem_new(&a, 0);
        cg_intern *t = m ? cg_intern_new(m, 0) : NULL;
        char text[32];
        uint32_t next = 0;
        for (int i = 0; t && i < 3000; i++) {
            size_t n = (size_t)snprintf(text, sizeof text, "key %d", i);
            uint32_t id = cg_intern_add(t, text, n);
            if (id == CG_INTERN_NONE)
                id = cg_intern_add(t, text, n); /* the refusal is over: the same call works */
            ck_assert_uint_eq(id, next);
            ck_assert_str_eq(cg_intern_get(t, id).data, text);
            next++;
        }
        cg_intern_free(t);
        cg_mem_unref(m);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
}
END_TEST

Suite *intern_suite(void)
{
    Suite *s = suite_create("intern");
    TCase *t = tcase_create("intern");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, siphash_matches_published_values);
    tcase_add_test(t, sha256_of_known_texts);
    tcase_add_test(t, ids_are_dense_and_strings_stay);
    tcase_add_test(t, odd_strings);
    tcase_add_test(t, batches_answer_like_single_adds);
    tcase_add_test(t, refused_memory_leaves_a_sound_table);
    suite_add_tcase(s, t);
    return s;
}
