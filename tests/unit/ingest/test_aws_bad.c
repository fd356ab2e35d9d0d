/* AWS answers that are cut, mixed, hostile or wrong: a diagnostic for each fault, and everything else kept. */
#include "aws_helper.h"
#include "fault.h"

#define ANN "{'UserName':'ann','Arn':'" IAM "user/ann'}"
#define WRAP(items) "{'Users':[" items "]}"

START_TEST(truncated_text_fails_as_a_whole)
{
    static const char *const cuts[] = {
        "{'Users':[" ANN,
        "{'Users':[" ANN "]",
        "{'iam.list-users':{'Users':[" ANN "]}",
        "{'Users':[" ANN "]}{'Users':",
        "[{'Users':[" ANN "]},",
        "{'UserDetailList':[" ANN ",{'UserName",
    };
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        loaded l = aws_load(cuts[i]);
        ck_assert_msg(l.rc == CSPM_E_PARSE, "cut %zu: %d", i, l.rc);
        test_drop(&l);
    }
}
END_TEST

START_TEST(a_page_cut_off_is_reported_once)
{
    loaded l = aws_load("{'Users':[" ANN "],'IsTruncated':true,'Marker':'more'}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
    ck_assert_ptr_nonnull(
        memmem(test_diag(&l, "answer-cut-off").message.data, test_diag(&l, "answer-cut-off").message.length, "iam.list-users", 14));
    test_drop(&l);
    /* another answer in between: the first one is still cut off */
    l = aws_load("{'Users':[" ANN "],'Marker':'m'}{'AccessKeyMetadata':[]}{'Users':[" ANN "]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "answer-cut-off"), 1);
    test_drop(&l);
    /* tokens that say it is the end */
    l = aws_load("{'Users':[" ANN "],'NextToken':null,'IsTruncated':false,'Marker':''}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

START_TEST(wrong_types_cost_one_item_each)
{
    loaded l = aws_load("{'iam.list-users':{'Users':[" ANN
                        ",7,null,'x',[],{'UserName':'noarn'},{'UserName':1,'Arn':{}},{'UserName':['b'],'Arn':'" IAM
                        "user/b','CreateDate':{},'Path':7,'Tags':[7,{'Key':1},{'Key':'k'},null]}]}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSUser"), 2);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 4); /* 7, 'x', without Arn, Arn no text */
    test_drop(&l);
    l = aws_load("{'UserDetailList':[" ANN ",7,{'UserName':'noarn'},{'UserName':['b'],'Arn':'" IAM "user/b','CreateDate':{},'Path':7,"
                 "'GroupList':[7,{},'g'],'UserPolicyList':[7,{'PolicyName':'p'},{'PolicyName':'q','PolicyDocument':'no json'},"
                 "{'PolicyName':'s','PolicyDocument':{'Statement':[7,{'Effect':5,'Action':[1,true],'Resource':{}}]}}],"
                 "'AttachedManagedPolicies':{'PolicyArn':'x'},'Tags':[7,{'Key':1},{'Key':'k'},null]}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 4); /* 7, without Arn, policy 7, policy without document */
    ck_assert_uint_eq(test_count_diags(&l, "bad-policy"), 2);
    aws_expect_prop(&l, IAM "user/b", "path", "7");
    aws_expect_prop(&l, IAM "user/b", "tags", "['k=']");
    aws_expect_prop(&l, IAM "user/b/inline_policy/q", "document", "'no json'");
    aws_expect_prop(&l, IAM "user/b/inline_policy/s/statement/1", "action", "['1','true']");
    aws_expect_edge(&l, IAM "user/b", "MEMBER_AWS_GROUP", IAM "group/g");
    test_drop(&l);
}
END_TEST

START_TEST(lists_and_objects_in_each_others_place)
{
    static const char *const shapes[] = {
        "{'Users':" ANN "}",
        "{'User':[" ANN "]}",
        "{'iam.get-user':{'User':[" ANN "]}}",
        "{'iam.list-users':{'Users':" ANN "}}",
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        loaded l = aws_load_as("iam/list-users.json", shapes[i]);
        ck_assert_msg(l.rc == CSPM_OK, "%s", shapes[i]);
        ck_assert_msg(aws_count_label(&l, "AWSUser") == 1, "%s", shapes[i]);
        test_drop(&l);
    }
    static const char *const scalars[] = { "{'Users':7,'ResponseMetadata':{'RequestId':'x'}}", "{'iam.list-users':7}",
                                           "{'iam.list-users':[7,[],null]}", "{'iam.list-users':{'Users':null}}" };
    for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++) {
        loaded l = aws_load(scalars[i]);
        ck_assert_msg(l.rc == CSPM_OK, "%s: %s", scalars[i], l.err ? cspm_error_text(l.err, NULL) : "");
        ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 0);
        test_drop(&l);
    }
}
END_TEST

START_TEST(hostile_names_stay_names)
{
    loaded l =
        aws_load("{'UserDetailList':[{'UserName':'<script>','Arn':'" IAM "user/\\u003cscript\\u003e','UserPolicyList':[{'PolicyName':"
                 "'../{account}/%s%n','PolicyDocument':{'Statement':[{'Sid':'a/b\\n','Effect':'Allow','Action':'*','Resource':'{id}'}]}}],"
                 "'Tags':[{'Key':'partial','Value':'true'},{'Key':'id','Value':'x'},{'Key':'','Value':'y'},{'Key':'a\\u0000b','Value':'z'},"
                 "{'Key':'n','Value':'a\\u0000b'}]},{'UserName':'nul','Arn':'" IAM "user/nul\\u0000'}]}");
    ASSERT_LOADED(l);
    aws_expect_prop(&l, IAM "user/<script>", "partial", "null");
    aws_expect_prop(&l, IAM "user/<script>", "id", "'" IAM "user/\\u003cscript\\u003e'");
    aws_expect_prop(&l, IAM "user/<script>", "tags", "['partial=true','id=x']");
    aws_expect_prop(&l, IAM "user/<script>/inline_policy/../{account}/%s%n/statement/a/b\n", "resource", "['{id}']");
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(the_same_thing_twice_with_different_content)
{
    loaded l = aws_load("{'Users':[" ANN ",{'UserName':'ann','Arn':'" IAM "user/ann','Path':'/x/'},{'UserName':'ann','Arn':'" IAM
                        "user/ann','Path':'/y/'}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSUser"), 1);
    ck_assert_uint_eq(test_count_diags(&l, "property-conflict"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(equal_sids_are_two_statements)
{
    loaded l = aws_load("{'RoleName':'r','PolicyName':'p','PolicyDocument':{'Statement':[{'Sid':'S','Effect':'Allow','Action':'a:A'},"
                        "{'Sid':'S','Effect':'Deny','Action':'a:A'},{'Effect':'Deny','Action':'a:A'}]}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "no-owner"), 1); /* no account says which role */
    test_drop(&l);
    l = aws_load_as(ME "/x.json",
                    "{'RoleName':'r','PolicyName':'p','PolicyDocument':{'Statement':[{'Sid':'S','Effect':'Allow','Action':'a:A'},"
                    "{'Sid':'S','Effect':'Deny','Action':'a:A'},{'Effect':'Deny','Action':'a:B'}]}}");
    ASSERT_LOADED(l);
    aws_expect_prop(&l, IAM "role/r/inline_policy/p/statement/S", "effect", "'Allow'");
    aws_expect_prop(&l, IAM "role/r/inline_policy/p/statement/1", "effect", "'Deny'");
    aws_expect_prop(&l, IAM "role/r/inline_policy/p/statement/2", "action", "['a:B']");
    test_drop(&l);
}
END_TEST

START_TEST(blanked_ids_do_not_join_principals)
{
    loaded l =
        aws_load("{'Users':[{'UserName':'a','UserId':'X','Arn':'" IAM "user/a'},{'UserName':'b','UserId':'X','Arn':'" IAM "user/b'}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSUser"), 2);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

START_TEST(what_is_referred_to_but_not_exported_is_summed_up)
{
    loaded l = aws_load(
        "{'iam.list-access-keys':{'AccessKeyMetadata':[{'UserName':'a','AccessKeyId':'K1'},{'UserName':'b','AccessKeyId':'K2'},"
        "{'UserName':'c','AccessKeyId':'K3'}]},'sts.get-caller-identity':{'UserId':'x','Account':'" ME "','Arn':'" IAM "user/x'}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "not-exported"), 1);
    aws_expect_prop(&l, IAM "user/b", "partial", "true");
    test_drop(&l);
}
END_TEST

START_TEST(what_is_not_modelled_is_named)
{
    loaded l = aws_load("{'polly.describe-voices':{'Voices':[{'Gender':'Female'}]},'iam.list-users':{'Users':[" ANN "]}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
    ck_assert_ptr_nonnull(
        memmem(test_diag(&l, "not-modelled").message.data, test_diag(&l, "not-modelled").message.length, "polly.describe-voices", 21));
    test_drop(&l);
    l = aws_load("{'Voices':[{'Gender':'Female'}],'ResponseMetadata':{'RequestId':'x','HTTPStatusCode':200}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "not-modelled"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(other_peoples_json_is_left_alone)
{
    static const char *const others[] = {
        "{}",
        "[]",
        "{'Users':[{'name':'x'}]}",
        "{'Policies':[{'a':1}]}",
        "{'users':[{'UserName':'x','Arn':'y'}]}",
        "{'version':'2.1.0','runs':[]}",
        "{'a.b-c':{'Users':[]}}",
        "{'State':'COMPLETE'}",
        "{'apiVersion':'v1','kind':'List','items':[{'kind':'Pod'}]}",
        "{'Type':'AWS::S3::Bucket','Resources':{}}",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char *text = aws_quoted(others[i]);
        ck_assert_msg(cg_dialect_aws.recognise(text, strlen(text), true) <= 30, "%s", text);
        ck_assert_int_eq(cg_dialect_aws_gaad.recognise(text, strlen(text), true), 0);
        free(text);
    }
}
END_TEST

START_TEST(recognition_needs_no_more_than_the_head)
{
    static const char *const heads[] = { "{'Users':[" ANN ",{'UserName':'b", "{'iam.list-users':{'Us", "{'UserDetailList':[{'Pa",
                                         "\xEF\xBB\xBF {'Users':[" ANN, "[{'Users':[" ANN };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char *text = aws_quoted(heads[i]);
        const cg_dialect *d = cg_dialect_recognise(text, strlen(text), false);
        ck_assert_msg(d && strncmp(d->name, "aws", 3) == 0, "%s", text);
        free(text);
    }
}
END_TEST

static char *repeat(const char *unit, size_t n, const char *before, const char *after)
{
    const size_t length = strlen(unit);
    char *text = malloc(strlen(before) + length * n + strlen(after) + 1), *p = text;

    p = stpcpy(p, before);
    for (size_t i = 0; i < n; i++)
        p = stpcpy(p, unit);
    strcpy(p, after);
    return text;
}

START_TEST(deep_nesting_is_a_fault_not_a_crash)
{
    char *deep = repeat("[", 100000, "{'Users':[" ANN "],'x':", ""), *policy = repeat("{'Statement':", 300, "", "7");
    loaded l = aws_load(deep);
    ck_assert_int_eq(l.rc, CSPM_E_PARSE);
    test_drop(&l);
    free(deep);
    /* a policy nested beyond reason is text, no document */
    char *whole = repeat("}", 300, policy, ""), *inner = repeat("", 0, "", "");
    size_t n = 0;
    inner = realloc(inner, strlen(whole) * 2 + 300);
    n = (size_t)sprintf(inner,
                        "{'UserDetailList':[{'UserName':'a','Arn':'" IAM "user/a','UserPolicyList':[{'PolicyName':'p','PolicyDocument':'");
    for (const char *p = whole; *p; p++) {
        if (*p == '\'')
            inner[n++] = '\\';
        inner[n++] = *p;
    }
    strcpy(inner + n, "'}]}]}");
    l = aws_load(inner);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-policy"), 1);
    test_drop(&l);
    free(policy);
    free(whole);
    free(inner);
}
END_TEST

START_TEST(huge_strings_and_lists)
{
    char *name = repeat("x", 300000, "{'Users':[{'UserName':'b','Arn':'" IAM "user/b','Path':'", "'}," ANN "]}");
    loaded l = aws_load(name);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSUser"), 2);
    test_drop(&l);
    free(name);
    char *tags = repeat("{'Key':'k','Value':'v'},", 20000, "{'UserDetailList':[{'UserName':'b','Arn':'" IAM "user/b','Tags':[",
                        "{'Key':'last','Value':'v'}]}]}");
    l = aws_load(tags);
    ASSERT_LOADED(l);
    aws_expect_prop(&l, IAM "user/b", "tag.last", "'v'");
    test_drop(&l);
    free(tags);
    char *statements = repeat("{'Sid':'S','Effect':'Allow','Action':'a:B','Resource':'*'},", 5000,
                              "{'UserDetailList':[{'UserName':'b','Arn':'" IAM
                              "user/b','UserPolicyList':[{'PolicyName':'p','PolicyDocument':{'Statement':[",
                              "{'Effect':'Deny'}]}}]}]}");
    l = aws_load(statements);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSPolicyStatement"), 5001);
    test_drop(&l);
    free(statements);
}
END_TEST

START_TEST(pieces_of_any_size_make_the_same_graph)
{
    char *text =
        aws_quoted("{'iam.list-access-keys':{'AccessKeyMetadata':[{'UserName':'ann','AccessKeyId':'K1'}]},'iam.list-users':{'Users':[" ANN
                   "]},'sts.get-caller-identity':{'UserId':'x','Account':'" ME "','Arn':'" IAM "user/x'}}");
    char *first = NULL;
    for (size_t piece = 1; piece < 40; piece += 3) {
        cg_mem *mem = test_mem(NULL, 0);
        cg_builder *b = test_builder(mem);
        const cg_source_options o = { .name = CG_STR("x"), .merge_equal_edges = true };
        void *state = NULL;
        ck_assert_int_eq(cg_builder_begin_source(b, &o, NULL), CSPM_OK);
        ck_assert_int_eq(cg_dialect_aws.open(b, o.name, NULL, &state, NULL), CSPM_OK);
        for (size_t at = 0; at < strlen(text); at += piece)
            ck_assert_int_eq(cg_dialect_aws.feed(state, text + at, strlen(text) - at < piece ? strlen(text) - at : piece, NULL), CSPM_OK);
        ck_assert_int_eq(cg_dialect_aws.finish(state, NULL), CSPM_OK);
        cg_dialect_aws.close(state);
        loaded l = test_freeze(mem, b, CSPM_OK, NULL);
        char *dump = test_dump(l.graph, true);
        if (!first)
            first = strdup(dump);
        ck_assert_str_eq(dump, first);
        free(dump);
        test_drop(&l);
    }
    free(first);
    free(text);
}
END_TEST

/* `size`: something that changes when anything is missing. */
static int32_t read_all(const cspm_allocator *allocator, const char *const *texts, size_t n, uint64_t *size)
{
    cg_mem *mem = cg_mem_new(allocator, 0);
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cspm_error *err = NULL;
    int32_t rc = mem ? cg_builder_new(mem, NULL, &b, &err) : CSPM_E_NOMEM;

    for (size_t i = 0; i < n && rc == CSPM_OK; i++)
        rc = cg_ingest_bytes(b, texts[i], strlen(texts[i]), CG_STR("input"), NULL, NULL, &err);
    if (rc == CSPM_OK)
        rc = cg_builder_freeze(b, NULL, &g, &err);
    *size = g ? cg_graph_n_nodes(g) * 1000000ull + cg_graph_n_rels(g) * 1000 + cg_diag_count(g) : 0;
    if (mem && (err ? cspm_error_code(err) : CSPM_OK) != rc)
        rc = SCENARIO_WRONG;
    cspm_error_free(err);
    cg_graph_unref(g);
    cg_builder_free(b);
    if (mem && cg_mem_used(mem) != 0)
        rc = SCENARIO_WRONG;
    if (mem)
        cg_mem_unref(mem);
    return rc;
}

/* Memory refused at every single request: an error each time, and nothing left behind. */
START_TEST(every_refusal_is_survived)
{
    static const char *const inputs[] = {
        "{'UserDetailList':[{'UserName':'a','Arn':'" IAM "user/a','GroupList':['g'],'Tags':[{'Key':'k','Value':'v'}],'UserPolicyList':["
        "{'PolicyName':'p','PolicyDocument':'%7B%22Statement%22%3A%7B%22Action%22%3A%22a%3AB%22%7D%7D'}]}],'RoleDetailList':[{'RoleName':'"
        "r',"
        "'Arn':'" IAM "role/r','AssumeRolePolicyDocument':{'Statement':[{'Effect':'Allow','Principal':{'AWS':'999988887777'}}]}}]}",
        "{'iam.list-access-keys':{'AccessKeyMetadata':[{'UserName':'a','AccessKeyId':'K'}]},'polly.describe-voices':{},"
        "'organizations.list-children':[{'ParentId':'r-1','Children':[{'Id':'" ME "'}]}]}",
        "[{'Users':[{'UserName':'b','Arn':'" IAM "user/b'},7],'NextToken':'x'}]",
        "[{'level':'root','policies':[{'Statement':[]}]}]",
    };
    enum { N = sizeof inputs / sizeof inputs[0] };
    char *texts[N];
    uint64_t whole = 0;
    cg_fault f = CG_FAULT_INIT;
    f.persistent = _i == 1;
    cspm_allocator a = cg_fault_allocator(&f);

    for (size_t i = 0; i < N; i++)
        texts[i] = aws_quoted(inputs[i]);
    CG_FAULT_SWEEP(&f, 0)
    {
        uint64_t size = 0;
        const int32_t rc = read_all(&a, (const char *const *)texts, N, &size);
        if (!f.fail_at)
            whole = size;
        /* A table that could not grow may go on as it is: then nothing is missing. */
        const bool fine = rc == CSPM_OK && size == whole;
        ck_assert_msg(atomic_load(&f.refused) ? rc == CSPM_E_NOMEM || fine : fine, "request %llu: %d", (unsigned long long)f.fail_at, rc);
        ck_assert_msg(cg_fault_clean(&f), "request %llu: %s", (unsigned long long)f.fail_at, cg_fault_report(&f));
    }
    ck_assert_uint_gt(f.total, 100);
    for (size_t i = 0; i < N; i++)
        free(texts[i]);
}
END_TEST

Suite *aws_bad_suite(void)
{
    Suite *s = suite_create("aws-bad");
    TCase *t = tcase_create("bad");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, truncated_text_fails_as_a_whole);
    tcase_add_test(t, a_page_cut_off_is_reported_once);
    tcase_add_test(t, wrong_types_cost_one_item_each);
    tcase_add_test(t, lists_and_objects_in_each_others_place);
    tcase_add_test(t, hostile_names_stay_names);
    tcase_add_test(t, the_same_thing_twice_with_different_content);
    tcase_add_test(t, equal_sids_are_two_statements);
    tcase_add_test(t, blanked_ids_do_not_join_principals);
    tcase_add_test(t, what_is_referred_to_but_not_exported_is_summed_up);
    tcase_add_test(t, what_is_not_modelled_is_named);
    tcase_add_test(t, other_peoples_json_is_left_alone);
    tcase_add_test(t, recognition_needs_no_more_than_the_head);
    tcase_add_test(t, deep_nesting_is_a_fault_not_a_crash);
    tcase_add_test(t, huge_strings_and_lists);
    tcase_add_test(t, pieces_of_any_size_make_the_same_graph);
    suite_add_tcase(s, t);
    t = tcase_create("refused");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_refusal_is_survived, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
