#include "base_test.h"

START_TEST(budget_refuses_and_says_so)
{
    cg_mem *mem = cg_mem_new(NULL, 1000);
    void *a = cg_alloc(mem, 500);
    ck_assert_ptr_nonnull(a);
    ck_assert_uint_eq(cg_mem_used(mem), 516);
    ck_assert_ptr_null(cg_alloc(mem, 500));
    ck_assert(cg_mem_over_budget(mem));
    ck_assert_uint_eq(cg_mem_used(mem), 516);
    ck_assert_uint_eq(cg_mem_peak(mem), 516);
    ck_assert_ptr_null(cg_resize_array(mem, a, 2000, 1));
    memset(a, 7, 500); /* still ours */
    a = cg_resize_array(mem, a, 100, 1);
    ck_assert_ptr_nonnull(a);
    ck_assert_int_eq(((unsigned char *)a)[99], 7);
    ck_assert_uint_eq(cg_mem_used(mem), 116);
    cg_free(mem, a);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(system_refusal_is_not_a_budget)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    cg_mem *mem = cg_mem_new(&a, 0);
    f.fail_at = 2;
    ck_assert_ptr_null(cg_alloc(mem, 10));
    ck_assert(!cg_mem_over_budget(mem));
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_nomem(mem, &err), CSPM_E_NOMEM);
    cspm_error_free(err);
    cg_mem_unref(mem);
    ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    ck_assert_ptr_null(cg_alloc(mem, SIZE_MAX));
    ck_assert_ptr_null(cg_alloc(mem, SIZE_MAX - 8));
    ck_assert_ptr_null(cg_calloc(mem, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(cg_alloc_array(mem, SIZE_MAX / 4, 5));
    void *p = cg_alloc(mem, 0);
    ck_assert_ptr_nonnull(p);
    ck_assert_ptr_null(cg_resize_array(mem, p, SIZE_MAX / 8, 9));
    cg_free(mem, p);
    cg_free(mem, NULL);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(child_draws_from_its_parent)
{
    cg_mem *parent = cg_mem_new(NULL, 10000);
    cg_mem *child = cg_mem_child(parent, 1000);
    uint64_t base = cg_mem_used(parent);
    void *a = cg_alloc(child, 484);
    ck_assert_uint_eq(cg_mem_used(child), 500);
    ck_assert_uint_eq(cg_mem_used(parent), base + 500);
    ck_assert_ptr_null(cg_alloc(child, 600)); /* its own budget */
    ck_assert(cg_mem_over_budget(child));
    void *big = cg_alloc(parent, 9000);
    ck_assert_ptr_nonnull(big);
    ck_assert_ptr_null(cg_alloc(child, 400)); /* the parent's */
    ck_assert_uint_eq(cg_mem_used(child), 500);
    cg_free(child, big); /* through the child: accounted to the parent */
    ck_assert_uint_eq(cg_mem_used(child), 500);
    cg_free(child, a);
    ck_assert_uint_eq(cg_mem_used(child), 0);
    cg_mem_unref(parent); /* the child keeps it */
    ck_assert_uint_eq(cg_mem_used(parent), base);
    cg_mem_unref(child);
}
END_TEST

START_TEST(calloc_is_zero_with_any_allocator)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    for (int host = 0; host < 2; host++) {
        cg_mem *mem = cg_mem_new(host ? &a : NULL, 0);
        unsigned char *p = cg_calloc(mem, 100, 3);
        for (int i = 0; i < 300; i++)
            ck_assert_int_eq(p[i], 0);
        cg_free(mem, p);
        cg_mem_unref(mem);
    }
    ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
}
END_TEST

START_TEST(vector_keeps_its_items_when_refused)
{
    cg_mem *mem = cg_mem_new(NULL, 2000);
    CG_VEC(int) v = { 0 };
    int n = 0;
    while (cg_vec_push(mem, &v, n))
        n++;
    ck_assert_int_gt(n, 100);
    ck_assert_uint_eq(v.count, (size_t)n);
    for (int i = 0; i < n; i++)
        ck_assert_int_eq(v.data[i], i);
    ck_assert(!cg_vec_reserve(mem, &v, SIZE_MAX));
    cg_vec_free(mem, &v);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(arena_blocks_are_apart_and_aligned)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_arena arena;
    cg_arena_init(&arena, mem);
    for (int round = 0; round < 3; round++) {
        unsigned char *all[400];
        for (int i = 0; i < 400; i++) {
            size_t size = (size_t)i * (i % 50 == 0 ? 1000 : 1);
            all[i] = cg_arena_alloc(&arena, size);
            ck_assert_ptr_nonnull(all[i]);
            ck_assert_uint_eq((uintptr_t)all[i] % 8, 0);
            memset(all[i], i & 0xFF, size);
        }
        for (int i = 0; i < 400; i++) {
            size_t size = (size_t)i * (i % 50 == 0 ? 1000 : 1), same = 0;
            while (same < size && all[i][same] == (i & 0xFF))
                same++;
            ck_assert_uint_eq(same, size);
        }
        ck_assert_str_eq(cg_arena_strndup(&arena, "abcdef", 3), "abc");
        ck_assert_str_eq(cg_arena_strndup(&arena, NULL, 0), "");
        cg_arena_reset(&arena);
        ck_assert_uint_eq(arena.total, 0);
    }
    ck_assert_ptr_null(cg_arena_calloc(&arena, SIZE_MAX / 2, 4));
    ck_assert_ptr_null(cg_arena_alloc(&arena, SIZE_MAX - 3));
    cg_arena_free(&arena);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(chunks_grow_truncate_and_drain)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_chunks c;
    cg_chunks_init(&c, mem, sizeof(uint32_t), 4);
    uint32_t *first = NULL;
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t *p = cg_chunks_push(&c);
        ck_assert_ptr_nonnull(p);
        *p = i;
        if (i == 0)
            first = p;
    }
    ck_assert_ptr_eq(first, cg_chunks_at(&c, 0)); /* never moved */
    cg_chunks_truncate(&c, 33);
    ck_assert_uint_eq(c.n_chunks, 3);
    cg_chunks_truncate(&c, 500); /* no growth */
    ck_assert_uint_eq(c.count, 33);
    *(uint32_t *)cg_chunks_push(&c) = 77;
    ck_assert_uint_eq(*(uint32_t *)cg_chunks_at(&c, 33), 77);
    cg_chunks_release_below(&c, 20);
    ck_assert_ptr_null(c.chunks[0]);
    ck_assert_ptr_nonnull(c.chunks[1]);
    cg_chunks_release_below(&c, 32);
    cg_chunks_release_below(&c, 32);
    ck_assert_uint_eq(*(uint32_t *)cg_chunks_at(&c, 32), 32);
    cg_chunks_free(&c);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(fault_allocator_sees_damage)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    char *p = a.resize(a.user, NULL, 0, 10);
    ck_assert(!cg_fault_clean(&f));
    ck_assert_str_eq(cg_fault_report(&f), "memory leaked");
    p[10] = 'x';
    a.resize(a.user, p, 10, 0);
    ck_assert(!cg_fault_clean(&f));
    ck_assert_str_eq(cg_fault_report(&f), "written behind the end of a block");
    int runs = 0, refused = 0;
    CG_FAULT_SWEEP(&f, 0)
    {
        void *q = a.resize(a.user, NULL, 0, 1);
        void *r = a.resize(a.user, NULL, 0, 2);
        refused += !q + !r;
        a.resize(a.user, q, 1, 0);
        a.resize(a.user, r, 2, 0);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
        runs++;
    }
    ck_assert_int_eq(runs, 3);
    ck_assert_int_eq(refused, 2);
}
END_TEST

Suite *mem_suite(void)
{
    Suite *s = suite_create("mem");
    TCase *t = tcase_create("mem");
    tcase_add_test(t, budget_refuses_and_says_so);
    tcase_add_test(t, system_refusal_is_not_a_budget);
    tcase_add_test(t, sizes_that_overflow_are_refused);
    tcase_add_test(t, child_draws_from_its_parent);
    tcase_add_test(t, calloc_is_zero_with_any_allocator);
    tcase_add_test(t, vector_keeps_its_items_when_refused);
    tcase_add_test(t, arena_blocks_are_apart_and_aligned);
    tcase_add_test(t, chunks_grow_truncate_and_drain);
    tcase_add_test(t, fault_allocator_sees_damage);
    suite_add_tcase(s, t);
    return s;
}
