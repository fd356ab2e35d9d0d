/* What scanner reports and catalogues become in the graph. */
#include "findings_test.h"

START_TEST(a_report_of_an_image_becomes_findings_packages_and_fixes)
{
    static const char package[] = "maven|org.apache.logging.log4j/log4j-core|2.14.1", fix[] = "2.15.0|log4j-core";
    loaded l = load_one(TRIVY_REPORT(TRIVY_VULNERABILITY));
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    ck_assert_uint_eq(count_label(&l, NULL), 5);
    ck_assert_uint_eq(count_label(&l, "TrivyImageFinding"), 1);
    ck_assert_uint_eq(count_label(&l, "CVE"), 1);
    ck_assert_uint_eq(count_label(&l, "Vulnerability"), 1);
    EXPECT_PROP(&l, "TIF|CVE-2021-44228", "id", "\"TIF|CVE-2021-44228\"");
    EXPECT_PROP(&l, "CVE-2021-44228", "cve_id", "\"CVE-2021-44228\"");
    EXPECT_PROP(&l, "CVE-2021-44228", "ghsa_id", "\"GHSA-jfh8-c2jp-5v3q\"");
    EXPECT_PROP(&l, "CVE-2021-44228", "base_score", "10.0");
    EXPECT_PROP(&l, "CVE-2021-44228", "cvss_nvd_v2_score", "9.3");
    EXPECT_PROP(&l, "CVE-2021-44228", "attack_vector", "\"NETWORK\"");
    EXPECT_PROP(&l, "CVE-2021-44228", "privileges_required", "\"NONE\"");
    EXPECT_PROP(&l, "CVE-2021-44228", "cwe_ids", "[\"CWE-917\"]");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "status", "\"open\"");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "fix_status", "\"fixed\"");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "severity", "\"CRITICAL\"");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "packages", "[\"log4j-core 2.14.1\"]");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "fixed_in", "[\"log4j-core 2.15.0\"]");
    EXPECT_EDGE(&l, package, "SHOULD_UPDATE_TO", fix, "version", "\"2.15.0\"");
    free(edge_prop(&l, "CVE-2021-44228", "AFFECTS", package, "x"));
    free(edge_prop(&l, package, "DEPLOYED", DIGEST, "x"));
    free(edge_prop(&l, fix, "APPLIES_TO", "CVE-2021-44228", "x"));
    free(edge_prop(&l, "registry.example.com/shop:1.0", "IMAGE", DIGEST, "x"));
    test_drop(&l);
}
END_TEST

START_TEST(an_image_is_found_by_digest_id_and_reference)
{
    loaded l = load_one(TRIVY_REPORT(""));
    ASSERT_LOADED(l);
    const cg_node image = cg_node_find(l.graph, DIGEST, strlen(DIGEST));
    ck_assert_uint_ne(image, CG_NO_NODE);
    ck_assert_uint_eq(cg_node_find(l.graph, IMAGE_ID, strlen(IMAGE_ID)), image);
    ck_assert_uint_eq(cg_node_find(l.graph, "registry.example.com/shop@" DIGEST, strlen("registry.example.com/shop@" DIGEST)), image);
    EXPECT_PROP(&l, DIGEST, "os_family", "\"debian\"");
    EXPECT_PROP(&l, DIGEST, "architecture", "\"amd64\"");
    test_drop(&l);

    /* Docker's own registry goes by several names. */
    l = load_one(
        "{\"SchemaVersion\":2,\"ArtifactName\":\"nginx:1.19\",\"ArtifactType\":\"container_image\",\"Metadata\":{\"ImageID\":\"" IMAGE_ID
        "\"}}");
    ASSERT_LOADED(l);
    ck_assert(is_there(&l, "docker.io/library/nginx:1.19"));
    free(edge_prop(&l, "index.docker.io/library/nginx:1.19", "IMAGE", IMAGE_ID, "x"));
    test_drop(&l);
}
END_TEST

START_TEST(one_vulnerability_is_one_node_and_one_relationship)
{
    loaded l =
        load_one(TRIVY_REPORT(TRIVY_VULNERABILITY "," TRIVY_VULNERABILITY
                                                  ",{\"VulnerabilityID\":\"CVE-2021-44228\",\"PkgName\":\"log4j-api\",\"InstalledVersion\":"
                                                  "\"2.14.1\",\"Severity\":\"LOW\",\"Status\":\"will_not_fix\"}"));
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    ck_assert_uint_eq(count_label(&l, "TrivyImageFinding"), 1);
    ck_assert_uint_eq(count_kind(&l, "AFFECTS"), 3); /* the image, two packages */
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "severity", "\"CRITICAL\"");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "packages", "[\"log4j-api 2.14.1\",\"log4j-core 2.14.1\"]");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "fixable", "false");
    test_drop(&l);
}
END_TEST

START_TEST(scanners_and_catalogues_agree_on_one_node)
{
    loaded l = load_all("t.json", TRIVY_REPORT(TRIVY_VULNERABILITY), "g.json", GRYPE_REPORT, "o.json", OCSF_FINDING("1"), "k.json",
                        KEV_CATALOGUE, "e.csv", EPSS_SCORES, NULL);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "property-conflict"), 0);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
    ck_assert_ptr_nonnull(strstr(test_diag(&l, "not-exported").message.data, "i-0123456789abcdef0"));
    ck_assert_uint_eq(count_label(&l, "Vulnerability"), 1);
    ck_assert_uint_eq(count_label(&l, "GrypeFinding"), 1);
    ck_assert_uint_eq(count_label(&l, "Image"), 1);
    ck_assert_uint_eq(count_label(&l, "CVEMetadataFeed"), 2);
    ck_assert(!is_there(&l, "CVE-1999-0001")); /* in both catalogues, found by nobody */
    EXPECT_PROP(&l, "CVE-2021-44228", "is_kev", "true");
    EXPECT_PROP(&l, "CVE-2021-44228", "cisa_exploit_add", "\"2021-12-10\"");
    EXPECT_PROP(&l, "CVE-2021-44228", "epss_score", "0.94358"); /* not the scanner's copy */
    EXPECT_PROP(&l, "CVE-2021-44228", "title", "\"Log4Shell\"");
    EXPECT_PROP(&l, "cisa-kev", "date", "\"2026-11-20T17:00:00Z\"");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", "i-0123456789abcdef0", "status", "\"open\"");
    EXPECT_PROP(&l, "i-0123456789abcdef0", "partial", "true");
    test_drop(&l);
}
END_TEST

START_TEST(the_order_of_inputs_does_not_matter)
{
    loaded a =
        load_all("t.json", TRIVY_REPORT(TRIVY_VULNERABILITY), "g.json", GRYPE_REPORT, "k.json", KEV_CATALOGUE, "e.csv", EPSS_SCORES, NULL);
    loaded b =
        load_all("e.csv", EPSS_SCORES, "k.json", KEV_CATALOGUE, "g.json", GRYPE_REPORT, "t.json", TRIVY_REPORT(TRIVY_VULNERABILITY), NULL);
    ASSERT_LOADED(a);
    ASSERT_LOADED(b);
    char *x = test_dump(a.graph, true), *y = test_dump(b.graph, true);
    ck_assert_str_eq(x, y);
    free(x);
    free(y);
    test_drop(&a);
    test_drop(&b);
}
END_TEST

START_TEST(the_newer_report_is_believed)
{
#define REPORT_OF(date, title)                                                                                                             \
    "{\"SchemaVersion\":2,\"CreatedAt\":\"" date "\",\"ArtifactName\":\"a:1\",\"ArtifactType\":\"container_image\",\"Results\":[{"         \
    "\"Vulnerabilities\":[{\"VulnerabilityID\":\"CVE-2021-1111\",\"Title\":\"" title "\"}]}]}"
    loaded l = load_all("a", REPORT_OF("2026-02-01T00:00:00Z", "zz newer"), "b", REPORT_OF("2026-01-01T00:00:00Z", "aa older"), NULL);
    ASSERT_LOADED(l);
    EXPECT_PROP(&l, "CVE-2021-1111", "title", "\"zz newer\"");
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

START_TEST(what_else_trivy_scans)
{
#define SCAN(type, name, more)                                                                                                             \
    "{\"SchemaVersion\":2,\"ArtifactName\":\"" name "\",\"ArtifactType\":\"" type "\"" more                                                \
    ",\"Results\":[{\"Vulnerabilities\":[" TRIVY_VULNERABILITY "]}]}"
    static const struct {
        const char *name, *text, *key, *label;
    } cases[] = {
        { "r.json", SCAN("vm", "ami:ami-0123456789abcdef0", ""), "ami-0123456789abcdef0", "AWSEC2Image" },
        { "r.json", SCAN("vm", "ebs:snap-0123456789abcdef0", ""), "snap-0123456789abcdef0", "AWSEBSSnapshot" },
        { "r.json", SCAN("vm", "disk.img", ""), "vm:disk.img", "DiskImage" },
        { "r.json", SCAN("filesystem", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", ""), "i-0123456789abcdef0",
          "AWSEC2Instance" },
        { "scans/i-0123456789abcdef0.json", SCAN("filesystem", "/", ""), "i-0123456789abcdef0", "AWSEC2Instance" },
        { "scans/host.json", SCAN("filesystem", "/", ""), "filesystem:host.json", "FileSystem" },
        { "r.json", SCAN("repository", "https://github.com/o/r.git", ""), "https://github.com/o/r", "CodeRepository" },
        { "r.json", SCAN("repository", "x", ",\"Metadata\":{\"RepoURL\":\"https://github.com/o/r\"}"), "https://github.com/o/r",
          "CodeRepository" },
        { "r.json", "[{\"Target\":\"alpine:3.10 (alpine 3.10.2)\",\"Type\":\"alpine\",\"Vulnerabilities\":[" TRIVY_VULNERABILITY "]}]",
          "alpine:3.10", "Image" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        loaded l = load_all(cases[i].name, cases[i].text, NULL);
        ASSERT_LOADED(l);
        ck_assert_msg(is_there(&l, cases[i].key), "case %zu: no %s", i, cases[i].key);
        ck_assert_msg(count_label(&l, cases[i].label) == 1, "case %zu: no %s", i, cases[i].label);
        EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", cases[i].key, "status", "\"open\"");
        test_drop(&l);
    }
}
END_TEST

START_TEST(a_cluster_report_names_workloads_and_images)
{
    loaded l =
        load_one("{\"ClusterName\":\"kind\",\"Resources\":[{\"Namespace\":\"shop\",\"Kind\":\"Deployment\",\"Name\":\"web\",\"Metadata\":[{"
                 "\"ImageID\":\"" IMAGE_ID "\",\"RepoDigests\":[\"r@" DIGEST "\"]}],\"Results\":[{\"Target\":\"web\",\"Class\":\"os-pkgs\","
                 "\"Type\":\"debian\",\"Vulnerabilities\":[" TRIVY_VULNERABILITY "]}]},{\"Namespace\":\"shop\",\"Kind\":\"Deployment\","
                 "\"Name\":\"clean\",\"Results\":[]}]}");
    ASSERT_LOADED(l);
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", "cluster/shop/Deployment/web", "severity", "\"CRITICAL\"");
    EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", DIGEST, "severity", "\"CRITICAL\"");
    EXPECT_PROP(&l, "cluster/shop/Deployment/web", "partial", "true");
    ck_assert_uint_eq(count_label(&l, "KubernetesDeployment"), 1);
    ck_assert(!is_there(&l, "cluster/shop/Deployment/clean"));
    test_drop(&l);
}
END_TEST

START_TEST(resolved_and_suppressed_findings_say_so)
{
    static const struct {
        const char *text, *status;
    } cases[] = {
        { OCSF_FINDING("1"), "\"open\"" },
        { OCSF_FINDING("2"), "\"open\"" },
        { OCSF_FINDING("3"), "\"suppressed\"" },
        { OCSF_FINDING("4"), "\"fixed\"" },
        { OCSF_FINDING("99"), "\"open\"" },
        { OCSF_FINDING("null"), "\"open\"" },
        { OCSF_FINDING("1,\"activity_id\":3"), "\"fixed\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        loaded l = load_one(cases[i].text);
        ASSERT_LOADED(l);
        EXPECT_EDGE(&l, "CVE-2021-44228", "AFFECTS", "i-0123456789abcdef0", "status", cases[i].status);
        test_drop(&l);
    }
}
END_TEST

START_TEST(findings_come_single_as_lines_or_as_a_list)
{
    loaded a = load_one("[" OCSF_FINDING("1") "," PROWLER_FINDING "]"), b = load_one(OCSF_FINDING("1") "\n" PROWLER_FINDING "\n");
    ASSERT_LOADED(a);
    ASSERT_LOADED(b);
    char *x = test_dump(a.graph, false), *y = test_dump(b.graph, false);
    ck_assert_str_eq(x, y);
    free(x);
    free(y);
    test_drop(&a);
    test_drop(&b);
}
END_TEST

START_TEST(detections_hang_on_their_resources)
{
    loaded l = load_one(PROWLER_FINDING);
    ASSERT_LOADED(l);
    free(edge_prop(&l, "arn:aws:s3:::press", "HAS_FINDING", "p-1", "x"));
    ck_assert_uint_eq(count_label(&l, "ProwlerFinding"), 1);
    ck_assert_uint_eq(count_label(&l, "AWSS3Bucket"), 1);
    EXPECT_PROP(&l, "p-1", "status", "\"FAIL\"");
    EXPECT_PROP(&l, "p-1", "severity", "\"high\"");
    EXPECT_PROP(&l, "p-1", "check_id", "\"s3_public\"");
    EXPECT_PROP(&l, "p-1", "first_seen_at", "\"2025-02-14T13:27:03Z\"");
    test_drop(&l);
}
END_TEST

START_TEST(names_of_resources_lead_to_their_nodes)
{
    static const struct {
        const char *uid, *key;
    } cases[] = {
        { "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST", "arn:aws:lambda:eu-west-1:111122223333:function:f" },
        { "arn:aws:ecr:eu-west-1:111122223333:repository/shop/" DIGEST, DIGEST },
        { "arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-0123456789abcdef0", "i-0123456789abcdef0" },
        { "arn:aws:iam::111122223333:root", "111122223333" },
        { "i-01234567", "i-01234567" },
        { "/subscriptions/A/resourceGroups/B", "/subscriptions/a/resourcegroups/b" },
        { "wi-01234567x", "wi-01234567x" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[800];
        snprintf(text, sizeof text,
                 "{\"class_uid\":2002,\"category_uid\":2,\"resources\":[{\"uid\":\"%s\"}],\"vulnerabilities\":[{\"cve\":{\"uid\":\"CVE-"
                 "2021-1111\"}}]}",
                 cases[i].uid);
        loaded l = load_one(text);
        ASSERT_LOADED(l);
        EXPECT_EDGE(&l, "CVE-2021-1111", "AFFECTS", cases[i].key, "status", "\"open\"");
        test_drop(&l);
    }
}
END_TEST

START_TEST(pieces_of_any_size_make_the_same_graph)
{
    static const struct {
        const cg_dialect *dialect;
        const char *text;
    } cases[] = {
        { &cg_dialect_trivy, TRIVY_REPORT(TRIVY_VULNERABILITY) },
        { &cg_dialect_grype, GRYPE_REPORT },
        { &cg_dialect_ocsf, OCSF_FINDING("1") },
        { &cg_dialect_kev, KEV_CATALOGUE },
        { &cg_dialect_epss, EPSS_SCORES },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *dumps[2];
        for (size_t piece = 0; piece < 2; piece++) {
            cg_mem *mem = test_mem(NULL, 0);
            cg_builder *b = test_builder(mem);
            cspm_error *err = NULL;
            const cg_source_options o = { .name = CG_STR("in"), .merge_equal_edges = true, .repeats = true };
            const size_t length = strlen(cases[i].text), step = piece ? 1 : length;
            void *state = NULL;
            int32_t rc = cg_builder_begin_source(b, &o, &err);
            if (rc == CSPM_OK)
                rc = cases[i].dialect->open(b, CG_STR("in"), NULL, &state, &err);
            for (size_t at = 0; at < length && rc == CSPM_OK; at += step)
                rc = cases[i].dialect->feed(state, cases[i].text + at, step, &err);
            if (rc == CSPM_OK)
                rc = cases[i].dialect->finish(state, &err);
            cases[i].dialect->close(state);
            loaded l = test_freeze(mem, b, rc, err);
            ASSERT_LOADED(l);
            dumps[piece] = test_dump(l.graph, true);
            test_drop(&l);
        }
        ck_assert_str_eq(dumps[0], dumps[1]);
        free(dumps[0]);
        free(dumps[1]);
    }
}
END_TEST

START_TEST(package_urls_make_one_key)
{
    static const struct {
        const char *purl, *key;
    } cases[] = {
        { "pkg:pypi/Jaraco.Context@4.1", "pypi|jaraco-context|4.1" },
        { "pkg:npm/%40types/Node@18.0.0", "npm|@types/node|18.0.0" },
        { "pkg:npm/@types/node@18.0.0", "npm|@types/node|18.0.0" },
        { "pkg:deb/debian/openssl@3.0.15-1~deb12u1?arch=amd64&distro=debian-12.8", "deb|debian/openssl|3.0.15-1~deb12u1" },
        { "pkg:golang/github.com/a/b@v1.0.0#sub", "golang|github.com/a/b|v1.0.0" },
        { "not a url", "jar|given|7" },
        { "pkg:npm/node", "jar|given|7" },
        { "pkg:npm/a@%ff", "npm|a|%ff" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "{\"SchemaVersion\":2,\"ArtifactName\":\"a:1\",\"ArtifactType\":\"container_image\",\"Results\":[{\"Type\":\"jar\","
                 "\"Packages\":[{"
                 "\"Name\":\"given\",\"Version\":\"7\",\"Identifier\":{\"PURL\":\"%s\"}}]}]}",
                 cases[i].purl);
        loaded l = load_one(text);
        ASSERT_LOADED(l);
        EXPECT_PROP(&l, cases[i].key, "id", "\"7|given\"");
        free(edge_prop(&l, cases[i].key, "DEPLOYED", "a:1", "x"));
        test_drop(&l);
    }
}
END_TEST

Suite *findings_suite(void)
{
    Suite *s = suite_create("findings");
    TCase *t = tcase_create("findings");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_report_of_an_image_becomes_findings_packages_and_fixes);
    tcase_add_test(t, an_image_is_found_by_digest_id_and_reference);
    tcase_add_test(t, one_vulnerability_is_one_node_and_one_relationship);
    tcase_add_test(t, scanners_and_catalogues_agree_on_one_node);
    tcase_add_test(t, the_order_of_inputs_does_not_matter);
    tcase_add_test(t, the_newer_report_is_believed);
    tcase_add_test(t, what_else_trivy_scans);
    tcase_add_test(t, a_cluster_report_names_workloads_and_images);
    tcase_add_test(t, resolved_and_suppressed_findings_say_so);
    tcase_add_test(t, findings_come_single_as_lines_or_as_a_list);
    tcase_add_test(t, detections_hang_on_their_resources);
    tcase_add_test(t, names_of_resources_lead_to_their_nodes);
    tcase_add_test(t, pieces_of_any_size_make_the_same_graph);
    tcase_add_test(t, package_urls_make_one_key);
    suite_add_tcase(s, t);
    return s;
}
