/* Memory refused at any request of reading and deciding: an error, nothing leaked. */
#include "access_test.h"
#include "fault.h"

static const char vectors[] =
    "[{\"id\":\"a\",\"principal\":\"" SESSION "\",\"action\":\"s3:GetObject\",\"resource\":\"" BUCKET
    "\",\"resource_account\":\"111111111111\","
    "\"context\":{\"aws:PrincipalArn\":\"" ROLE "\",\"k\":[\"a\",\"b\"],\"n\":7,\"v\":true},"
    "\"identity_policies\":[{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"x\",\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"bad\"],"
    "\"Resource\":\"arn:aws:s3:::${v}/*\"},{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"NotResource\":\"arn:aws:s3:::${n}/"
    "*\",\"Condition\":"
    "{\"ForAnyValue:StringLike\":{\"k\":[\"${n, 'x'}*\",\"a\"]},\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/*\"},"
    "\"NumericLessThan\":{\"n\":\"8\"}}}]},\"%7B%22Version%22:%222012-10-17%22,%22Statement%22:[]%7D\",\"{\",7],"
    "\"session_policy\":{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}},"
    "\"permission_boundaries\":[{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}],"
    "\"resource_policy\":{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[\"" ROLE
    "\"],\"Service\":\"x\"},"
    "\"Action\":\"*\",\"Condition\":{\"Odd\":{\"k\":\"1\"}}}},"
    "\"scps\":[{\"level\":\"r\",\"policies\":[{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
    "\"Resource\":\"*\"}}]}],"
    "\"rcps\":[{\"level\":\"r\",\"policies\":[]}]}]";

START_TEST(every_refusal_is_an_error)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    uint32_t refused = 0;
    CG_FAULT_SWEEP(&f, 0)
    {
        cg_mem *mem = cg_mem_new(&a, 0);
        if (!mem)
            continue;
        cspm_error *err = NULL;
        cg_buf out;
        cg_buf_init(&out, mem, 0);
        int32_t rc = cg_access_vectors(mem, cg_str_from(vectors), CG_STR("v"), NULL, &out, &err);
        ck_assert_msg(rc == CSPM_OK || (rc == CSPM_E_NOMEM && atomic_load(&f.refused)), "%d at request %llu", (int)rc,
                      (unsigned long long)f.fail_at);
        ck_assert_msg((rc == CSPM_OK) == (err == NULL), "error object at request %llu", (unsigned long long)f.fail_at);
        if (rc == CSPM_OK)
            ck_assert_str_eq(out.data ? strstr(out.data, "result") : "", "result\":\"Conditional\"}\n");
        cspm_error_free(err);
        cg_buf_free(&out);
        cg_mem_unref(mem);
        ck_assert_msg(cg_fault_clean(&f), "%s at request %llu", cg_fault_report(&f), (unsigned long long)f.fail_at);
        refused += rc == CSPM_E_NOMEM;
    }
    ck_assert_uint_gt(refused, 15);
}
END_TEST

/* Small blocks come from arenas, so the sweep above sees few requests; a budget cuts at every size instead. */
START_TEST(every_budget_is_an_error_or_enough)
{
    uint32_t short_of = 0, enough = 0;
    for (uint64_t budget = 64; budget < 200000; budget += budget < 20000 ? 64 : 1024) {
        cg_mem *mem = cg_mem_new(NULL, budget);
        if (!mem)
            continue;
        cspm_error *err = NULL;
        cg_buf out;
        cg_buf_init(&out, mem, 0);
        int32_t rc = cg_access_vectors(mem, cg_str_from(vectors), CG_STR("v"), NULL, &out, &err);
        ck_assert(rc == CSPM_OK || rc == CSPM_E_LIMIT);
        ck_assert((rc == CSPM_OK) == (err == NULL));
        short_of += rc != CSPM_OK;
        enough += rc == CSPM_OK;
        cspm_error_free(err);
        cg_buf_free(&out);
        ck_assert_uint_eq(cg_mem_used(mem), 0);
        cg_mem_unref(mem);
    }
    ck_assert_uint_gt(short_of, 10);
    ck_assert_uint_gt(enough, 10);
}
END_TEST

START_TEST(a_stopped_operation_stops)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cspm_op *op = NULL;
    cg_buf out;
    cg_buf_init(&out, mem, 0);
    ck_assert_int_eq(cg_op_new(mem, &op, NULL), CSPM_OK);
    cspm_op_cancel(op);
    ck_assert_int_eq(cg_access_vectors(mem, cg_str_from(vectors), CG_STR("v"), op, &out, NULL), CSPM_E_CANCELLED);
    cspm_op_unref(op);
    cg_buf_free(&out);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("refused");
    tcase_set_timeout(t, 240);
    tcase_add_test(t, every_refusal_is_an_error);
    tcase_add_test(t, every_budget_is_an_error_or_enough);
    tcase_add_test(t, a_stopped_operation_stops);
    suite_add_tcase(s, t);
    return s;
}
