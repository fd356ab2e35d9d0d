/* Scanner reports and catalogues that are cut, bent, hostile or too large. */
#include "fault.h"
#include "findings_test.h"

static const char *const samples[] = { TRIVY_REPORT(TRIVY_VULNERABILITY), GRYPE_REPORT,  OCSF_FINDING("1"),
                                       "[" PROWLER_FINDING "]",           KEV_CATALOGUE, EPSS_SCORES };
#define N_SAMPLES (sizeof samples / sizeof samples[0])

START_TEST(a_report_cut_off_is_an_error)
{
    for (size_t i = 0; i < N_SAMPLES - 1; i++) {
        loaded l = test_bytes(samples[i], strlen(samples[i]) - 1);
        ck_assert_int_eq(l.rc, CSPM_E_PARSE);
        test_drop(&l);
    }
}
END_TEST

START_TEST(cut_anywhere_it_is_an_error_or_less)
{
    for (size_t i = 0; i < N_SAMPLES; i++)
        for (size_t n = 0; n < strlen(samples[i]); n++) {
            loaded l = test_bytes(samples[i], n);
            ck_assert_msg(l.rc == CSPM_OK ? i == N_SAMPLES - 1 : l.rc == CSPM_E_PARSE || l.rc == CSPM_E_UNRECOGNISED,
                          "sample %zu, %zu bytes: %d", i, n, l.rc);
            test_drop(&l);
        }
}
END_TEST

START_TEST(values_of_a_wrong_type_cost_their_item)
{
    loaded l =
        load_one("{\"SchemaVersion\":2,\"ArtifactName\":\"x:1\",\"ArtifactType\":\"container_image\",\"Metadata\":7,\"Results\":[3,null,"
                 "{\"Target\":4,\"Class\":[],\"Type\":{},\"Vulnerabilities\":[1,null,\"v\",[],{},{\"VulnerabilityID\":5},{"
                 "\"VulnerabilityID\":\"CVE-2021-1111\",\"PkgName\":7,\"InstalledVersion\":[],\"Severity\":3,\"CVSS\":\"no\",\"CweIDs\":{}"
                 ",\"References\":[1,null],\"Layer\":1,\"DataSource\":2}],\"Secrets\":{\"a\":1},\"Packages\":[{\"Name\":1},{}],"
                 "\"Misconfigurations\":[{\"Status\":\"FAIL\"},{\"Status\":\"PASS\"}]}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 7);
    ck_assert_uint_eq(count_label(&l, "TrivyImageFinding"), 1);
    ck_assert_uint_eq(count_label(&l, "TrivyPackage"), 0);
    EXPECT_PROP(&l, "CVE-2021-1111", "severity", "\"UNKNOWN\"");
    EXPECT_EDGE(&l, "CVE-2021-1111", "AFFECTS", "x:1", "packages", "null");
    test_drop(&l);

    l = load_one(
        "{\"matches\":[4,{},{\"vulnerability\":{\"id\":[]}},{\"vulnerability\":{\"id\":\"CVE-2021-1111\",\"fix\":4,\"cvss\":{},\"epss\":[1]"
        "},\"artifact\":[],\"relatedVulnerabilities\":[2]}],\"source\":{\"type\":1,\"target\":[]},\"descriptor\":4}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 3);
    ck_assert_uint_eq(count_label(&l, "GrypeFinding"), 1);
    test_drop(&l);

    l = load_one("[" OCSF_FINDING(
        "1") ",3,{\"class_uid\":2002,\"category_uid\":2,\"vulnerabilities\":5},{\"class_uid\":2002,\"vulnerabilities\":[{},7]},"
             "{\"class_uid\":6003,\"category_uid\":6},{\"class_uid\":2004,\"category_uid\":2}]");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 5);
    ck_assert_uint_eq(test_count_diags(&l, "no-resource"), 1);
    ck_assert_uint_eq(test_count_diags(&l, "not-modelled"), 1);
    test_drop(&l);

    l = load_one(
        "{\"catalogVersion\":1,\"dateReleased\":[],\"vulnerabilities\":[1,{\"cveID\":\"CVE-21-1\"},{\"cveID\":\"CVE-2021-12x4\"}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 3);
    test_drop(&l);
}
END_TEST

START_TEST(a_schema_nobody_knows_is_read_with_a_warning)
{
    loaded l = load_one("{\"SchemaVersion\":3,\"ArtifactName\":\"a\",\"ArtifactType\":\"filesystem\",\"Results\":[{\"Vulnerabilities\":"
                        "[" TRIVY_VULNERABILITY "]}]}");
    ASSERT_LOADED(l);
    ck_assert_ptr_nonnull(strstr(test_diag(&l, "schema-version").message.data, "SchemaVersion 3"));
    ck_assert_uint_eq(count_label(&l, "TrivyImageFinding"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(scores_out_of_range_are_ignored)
{
    static const char *const scores[] = { "\"NaN\"", "11", "-1", "1e400", "true" };
    for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "{\"SchemaVersion\":2,\"ArtifactName\":\"a:1\",\"Results\":[{\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-2021-1111\","
                 "\"CVSS\":{"
                 "\"nvd\":{\"V3Score\":%s,\"V3Vector\":\"CVSS:3.1/AV:Q/PR/::/UI:NN\"}}}]}]}",
                 scores[i]);
        loaded l = load_one(text);
        ASSERT_LOADED(l);
        EXPECT_PROP(&l, "CVE-2021-1111", "base_score", "null");
        EXPECT_PROP(&l, "CVE-2021-1111", "attack_vector", "null");
        ck_assert_uint_eq(test_count_diags(&l, "bad-score"), i == 3 ? 0 : 1); /* a number too large for any is none */
        test_drop(&l);
    }
}
END_TEST

START_TEST(hostile_names_stay_names)
{
    loaded l =
        load_one("{\"SchemaVersion\":2,\"ArtifactName\":\"../../etc/passwd:<script>\",\"ArtifactType\":\"container_image\",\"Results\":[{"
                 "\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-2021-1111' OR 1=1\",\"PkgName\":\"a|b|c\",\"InstalledVersion\":\"1\\n2\","
                 "\"FixedVersion\":\"x\\u0000y\",\"Title\":\"nul \\u0000 inside\",\"Description\":\"\\u202e\"},{\"VulnerabilityID\":\"\"},{"
                 "\"VulnerabilityID\":\"\\u0000\"}]}]}");
    ASSERT_LOADED(l);
    EXPECT_PROP(&l, "CVE-2021-1111' OR 1=1", "title", "null");
    EXPECT_PROP(&l, "CVE-2021-1111' OR 1=1", "has_cve", "\"false\"");
    EXPECT_PROP(&l, "1\n2|a|b|c", "name", "\"a|b|c\"");
    ck_assert_uint_eq(count_label(&l, "CVE"), 0);
    ck_assert_uint_eq(count_label(&l, "Fix"), 0);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 2);
    test_drop(&l);
}
END_TEST

START_TEST(the_value_of_a_secret_goes_nowhere)
{
    loaded l = load_one(
        "{\"SchemaVersion\":2,\"ArtifactName\":\"a:1\",\"ArtifactType\":\"container_image\",\"Results\":[{\"Target\":\"/app/.env\","
        "\"Class\":\"secret\",\"Secrets\":[{\"RuleID\":\"aws-access-key-id\",\"Category\":\"AWS\",\"Severity\":\"CRITICAL\",\"Title\":"
        "\"AWS Access Key ID\",\"StartLine\":3,\"Match\":\"KEY=hunter2\",\"Code\":{\"Lines\":[{\"Content\":\"KEY=hunter2\"}]}}]}]}");
    ASSERT_LOADED(l);
    char *dump = test_dump(l.graph, true);
    ck_assert_ptr_null(strstr(dump, "hunter2"));
    free(dump);
    EXPECT_PROP(&l, "TSF|aws-access-key-id|/app/.env", "category", "\"AWS\"");
    EXPECT_EDGE(&l, "TSF|aws-access-key-id|/app/.env", "AFFECTS", "a:1", "severity", "\"CRITICAL\"");
    ck_assert_uint_eq(count_label(&l, "Vulnerability"), 0);
    test_drop(&l);
}
END_TEST

START_TEST(lines_that_are_no_scores_are_named)
{
    char text[8192];
    int n = snprintf(text, sizeof text,
                     "\xEF\xBB\xBF"
                     "cve,epss,percentile\r\nCVE-2021-44228,0.5,0.5\r\n\r\nCVE-2021-1111,nan,0.1\nCVE-2021-1111,1.5,0.1\nCVE-2021-1111\n"
                     "x,0.1,0.1\nCVE-2021-1112,0.1,0.1,");
    memset(text + n, 'y', 5000);
    memcpy(text + n + 5000, "\nCVE-2021-1113,0.1,0.1", 23);
    loaded l = load_all("r.json", TRIVY_REPORT(TRIVY_VULNERABILITY), "e.csv", text, NULL);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 5);
    ck_assert_uint_eq(test_diag(&l, "bad-item").line, 4);
    EXPECT_PROP(&l, "CVE-2021-44228", "epss_score", "0.5");
    test_drop(&l);
}
END_TEST

START_TEST(long_strings_pass_up_to_the_limit)
{
    const size_t n = 10u << 20;
    char *text = malloc(n + 400);
    static const char head[] = "{\"SchemaVersion\":2,\"ArtifactName\":\"a:1\",\"Results\":[{\"Vulnerabilities\":[{\"VulnerabilityID\":"
                               "\"CVE-2021-1111\",\"Description\":\"",
                      tail[] = "\"}]}]}";
    ck_assert_ptr_nonnull(text);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, 'd', n);
    memcpy(text + sizeof head - 1 + n, tail, sizeof tail);
    loaded l = load_one(text);
    ASSERT_LOADED(l);
    char *description = test_prop(&l, "CVE-2021-1111", "description");
    ck_assert_uint_eq(strlen(description), n + 2);
    free(description);
    test_drop(&l);

    const cspm_limits limits = { .struct_size = sizeof limits, .max_string_bytes = 1 << 20 };
    cg_mem *mem = test_mem(&limits, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    const int32_t rc = cg_ingest_bytes(b, text, strlen(text), CG_STR("in.json"), NULL, NULL, &err);
    l = test_freeze(mem, b, rc, err);
    ck_assert_int_lt(l.rc, 0);
    test_drop(&l);
    free(text);
}
END_TEST

static int32_t scenario(const cspm_allocator *a, const char *text)
{
    cg_mem *mem = cg_mem_new(a, 0);
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    int32_t rc = mem ? cg_builder_new(mem, cg_mem_limits(mem), &b, NULL) : CSPM_E_NOMEM;

    if (rc == CSPM_OK && (rc = cg_ingest_bytes(b, text, strlen(text), CG_STR("in"), NULL, NULL, NULL)) == CSPM_OK)
        rc = cg_builder_freeze(b, NULL, &g, NULL);
    cg_graph_unref(g);
    cg_builder_free(b);
    if (mem)
        cg_mem_unref(mem);
    return rc;
}

START_TEST(refused_memory_is_an_error_and_leaves_nothing)
{
    for (size_t i = 0; i < N_SAMPLES; i++) {
        cg_fault f = CG_FAULT_INIT;
        const cspm_allocator a = cg_fault_allocator(&f);
        CG_FAULT_SWEEP(&f, 200)
        {
            const int32_t rc = scenario(&a, samples[i]);
            ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM, "sample %zu: %d", i, rc);
            ck_assert_msg(cg_fault_clean(&f), "sample %zu: %s", i, cg_fault_report(&f));
        }
    }
}
END_TEST

START_TEST(what_is_no_report_is_called_by_its_name)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "{\"version\":\"2.1.0\",\"$schema\":\"s\",\"runs\":[]}", "SARIF" },
        { "{\"bomFormat\":\"CycloneDX\",\"components\":[]}", "CycloneDX" },
        { "{\"spdxVersion\":\"SPDX-2.3\"}", "SPDX" },
        { "{\"artifacts\":[],\"descriptor\":{\"name\":\"syft\"}}", "Syft" },
        { "{\"Findings\":[{\"SchemaVersion\":\"2018-10-08\",\"ProductArn\":\"a\"}]}", "AWS Security Finding Format" },
        { "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"e30=\"}", "attestation" },
        { "{\"matches\":[1]}", "\"matches\"" },
        { "{\"vulnerabilities\":[{\"id\":\"CVE-2021-1111\"}]}", "\"vulnerabilities\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        loaded l = load_one(cases[i].text);
        test_expect_error(&l, CSPM_E_UNRECOGNISED, cases[i].part, 0, 0);
        test_drop(&l);
    }
}
END_TEST

Suite *findings_bad_suite(void)
{
    Suite *s = suite_create("findings-bad");
    TCase *t = tcase_create("findings-bad");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_report_cut_off_is_an_error);
    tcase_add_test(t, cut_anywhere_it_is_an_error_or_less);
    tcase_add_test(t, values_of_a_wrong_type_cost_their_item);
    tcase_add_test(t, a_schema_nobody_knows_is_read_with_a_warning);
    tcase_add_test(t, scores_out_of_range_are_ignored);
    tcase_add_test(t, hostile_names_stay_names);
    tcase_add_test(t, the_value_of_a_secret_goes_nowhere);
    tcase_add_test(t, lines_that_are_no_scores_are_named);
    tcase_add_test(t, long_strings_pass_up_to_the_limit);
    tcase_add_test(t, refused_memory_is_an_error_and_leaves_nothing);
    tcase_add_test(t, what_is_no_report_is_called_by_its_name);
    suite_add_tcase(s, t);
    return s;
}
