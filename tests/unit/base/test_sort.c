#include "base/sort.h"
#include "base_test.h"

typedef struct item {
    uint32_t key, place;
} item;

static int by_key(const void *a, const void *b)
{
    const item *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* N items with `distinct` keys, numbered in the order they stand in. */
static item *items(size_t n, uint32_t distinct)
{
    item *made = malloc((n + 1) * sizeof *made);
    uint64_t state = 7;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        made[i] = (item){ (uint32_t)(state >> 33) % distinct, (uint32_t)i };
    }
    return made;
}

START_TEST(sorted_and_stable)
{
    static const size_t sizes[] = { 0, 1, 2, 63, 64, 65, 127, 128, 129, 1000, 4097, 100000 };
    cg_mem *mem = cg_mem_new(NULL, 0);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (uint32_t distinct = 1; distinct < 100000; distinct *= 33) {
            item *list = items(sizes[s], distinct);
            ck_assert_int_eq(cg_sort(list, sizes[s], sizeof *list, by_key, NULL, mem, NULL), CSPM_OK);
            for (size_t i = 1; i < sizes[s]; i++)
                ck_assert(list[i - 1].key < list[i].key || (list[i - 1].key == list[i].key && list[i - 1].place < list[i].place));
            free(list);
        }
    }
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(stopped_with_all_items_there)
{
    enum { N = 50000 };
    cg_mem *mem = cg_mem_new(NULL, 0);
    cspm_op *op = NULL;
    cspm_error *err = NULL;
    item *list = items(N, 1000000);
    bool *seen = calloc(N, sizeof *seen);
    ck_assert_int_eq(cg_op_new(mem, &op, NULL), CSPM_OK);
    cspm_op_cancel(op);
    ck_assert_int_eq(cg_sort(list, N, sizeof *list, by_key, op, mem, &err), CSPM_E_CANCELLED);
    ck_assert_int_eq(cspm_error_code(err), CSPM_E_CANCELLED);
    for (size_t i = 0; i < N; i++) {
        ck_assert(!seen[list[i].place]);
        seen[list[i].place] = true;
    }
    cspm_error_free(err);
    cspm_op_unref(op);
    free(seen);
    free(list);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(memory_refused)
{
    cg_mem *mem = cg_mem_new(NULL, 4096);
    cspm_error *err = NULL;
    item *list = items(5000, 10);
    ck_assert_int_eq(cg_sort(list, 5000, sizeof *list, by_key, NULL, mem, &err), CSPM_E_LIMIT);
    cspm_error_free(err);
    for (uint32_t i = 0; i < 5000; i++)
        ck_assert_uint_eq(list[i].place, i);
    free(list);
    cg_mem_unref(mem);
}
END_TEST

Suite *sort_suite(void)
{
    Suite *s = suite_create("sort");
    TCase *t = tcase_create("sort");
    tcase_add_test(t, sorted_and_stable);
    tcase_add_test(t, stopped_with_all_items_there);
    tcase_add_test(t, memory_refused);
    suite_add_tcase(s, t);
    return s;
}
