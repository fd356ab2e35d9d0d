/* What the tests of findings share: several inputs in one graph, and small reports to cut and bend. */
#ifndef FINDINGS_TEST_H
#define FINDINGS_TEST_H

#include "ingest_test.h"

/* Named texts, read one after another into one graph; NULL-terminated pairs of name and text. */
loaded load_all(const char *name, ...) __attribute__((sentinel));
/* The only text, as "in.json". */
loaded load_one(const char *text);
/* Rows of the graph that match: nodes with the label (NULL any), relationships of the kind. */
uint32_t count_label(const loaded *l, const char *label);
uint32_t count_kind(const loaded *l, const char *kind);
/* A property of the first relationship of a kind between two keys, as JSON; to free(). */
char *edge_prop(const loaded *l, const char *from, const char *kind, const char *to, const char *key);
bool is_there(const loaded *l, const char *key);
/* JSON of a property, checked and freed. */
#define EXPECT_PROP(l, id, key, json)                                                                                                      \
    do {                                                                                                                                   \
        char *got_ = test_prop((l), (id), (key));                                                                                          \
        ck_assert_str_eq(got_, (json));                                                                                                    \
        free(got_);                                                                                                                        \
    } while (0)
#define EXPECT_EDGE(l, from, kind, to, key, json)                                                                                          \
    do {                                                                                                                                   \
        char *got_ = edge_prop((l), (from), (kind), (to), (key));                                                                          \
        ck_assert_str_eq(got_, (json));                                                                                                    \
        free(got_);                                                                                                                        \
    } while (0)

#define DIGEST "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define IMAGE_ID "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define VECTOR "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
#define TRIVY_VULNERABILITY                                                                                                                \
    "{\"VulnerabilityID\":\"CVE-2021-44228\",\"VendorIDs\":[\"GHSA-jfh8-c2jp-5v3q\"],\"PkgName\":\"log4j-core\",\"PkgIdentifier\":{"       \
    "\"PURL\":"                                                                                                                            \
    "\"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1\"},\"InstalledVersion\":\"2.14.1\",\"FixedVersion\":\"2.15.0\",\"Status\":"    \
    "\"fixed\",\"Severity\":\"CRITICAL\",\"Title\":\"Log4Shell\",\"CweIDs\":[\"CWE-917\"],\"CVSS\":{\"ghsa\":{\"V3Score\":9.0},\"nvd\":{"  \
    "\"V2Vector\":\"AV:N/AC:M/Au:N/C:C/I:C/A:C\",\"V2Score\":9.3,\"V3Vector\":\"" VECTOR "\",\"V3Score\":10}}}"
#define TRIVY_REPORT(vulnerabilities)                                                                                                      \
    "{\"SchemaVersion\":2,\"CreatedAt\":\"2026-09-14T08:12:31Z\",\"ArtifactName\":\"registry.example.com/shop:1.0\",\"ArtifactType\":"     \
    "\"container_image\",\"Metadata\":{\"OS\":{\"Family\":\"debian\",\"Name\":\"12\"},\"ImageID\":\"" IMAGE_ID "\",\"RepoTags\":["         \
    "\"registry.example.com/shop:1.0\"],\"RepoDigests\":[\"registry.example.com/shop@" DIGEST "\"],\"ImageConfig\":{\"architecture\":"     \
    "\"amd64\"}},\"Results\":[{\"Target\":\"app.jar\",\"Class\":\"lang-pkgs\",\"Type\":\"jar\",\"Vulnerabilities\":[" vulnerabilities      \
    "]}]}"
#define GRYPE_REPORT                                                                                                                       \
    "{\"matches\":[{\"vulnerability\":{\"id\":\"GHSA-jfh8-c2jp-5v3q\",\"severity\":\"High\",\"description\":\"other words\",\"fix\":{"     \
    "\"versions\":[\"2.15.0\",\"2.12.2\"],\"state\":\"fixed\"},\"epss\":[{\"cve\":\"CVE-2021-44228\",\"epss\":0.5,\"percentile\":0.6}]},"  \
    "\"relatedVulnerabilities\":[{\"id\":\"CVE-2021-44228\",\"cvss\":[{\"source\":\"nvd@nist.gov\",\"version\":\"3.1\",\"vector\":"        \
    "\"" VECTOR "\",\"metrics\":{\"baseScore\":10}}]}],\"artifact\":{\"name\":\"log4j-core\",\"version\":\"2.14.1\",\"type\":\"java-"      \
                "archive\",\"purl\":"                                                                                                      \
    "\"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1\"}}],\"source\":{\"type\":\"image\",\"target\":{\"userInput\":"                \
    "\"registry.example.com/shop:1.0\",\"imageID\":\"" IMAGE_ID "\",\"repoDigests\":[\"registry.example.com/shop@" DIGEST                  \
    "\"],\"tags\":[\"registry.example.com/shop:1.0\"]}},\"descriptor\":{\"name\":\"grype\"}}"
#define OCSF_FINDING(status)                                                                                                               \
    "{\"class_uid\":2002,\"category_uid\":2,\"metadata\":{\"product\":{\"name\":\"Inspector\"}},\"status_id\":" status                     \
    ",\"severity\":\"Critical\",\"finding_info\":{\"uid\":\"f-1\"},\"resources\":[{\"uid\":"                                               \
    "\"arn:aws:ec2:eu-west-1:111122223333:instance/"                                                                                       \
    "i-0123456789abcdef0\",\"type\":\"AwsEc2Instance\"}],\"vulnerabilities\":[{\"severity\":"                                              \
    "\"Critical\",\"cve\":{\"uid\":\"CVE-2021-44228\",\"cvss\":[{\"version\":\"3.1\",\"base_score\":10.0,\"vector_string\":\"" VECTOR      \
    "\"}],\"related_cwes\":[{\"uid\":\"CWE-917\"}]},\"affected_packages\":[{\"name\":\"log4j-core\",\"version\":\"2.14.1\","               \
    "\"fixed_in_version\":\"2.15.0\"}]}]}"
#define PROWLER_FINDING                                                                                                                    \
    "{\"class_uid\":2004,\"category_uid\":2,\"metadata\":{\"event_code\":\"s3_public\",\"product\":{\"name\":\"Prowler\"}},\"severity\":"  \
    "\"High\",\"status\":\"New\",\"status_id\":1,\"status_code\":\"FAIL\",\"finding_info\":{\"uid\":\"p-1\",\"title\":\"Public bucket\","  \
    "\"created_time\":1739539623},\"cloud\":{\"account\":{\"uid\":\"111122223333\"},\"region\":\"eu-west-1\"},\"resources\":[{\"uid\":"    \
    "\"arn:aws:s3:::press\",\"type\":\"AwsS3Bucket\"}]}"
#define KEV_CATALOGUE                                                                                                                      \
    "{\"title\":\"t\",\"catalogVersion\":\"2026.11.20\",\"dateReleased\":\"2026-11-20T17:00:00Z\",\"count\":2,\"vulnerabilities\":[{"      \
    "\"cveID\":"                                                                                                                           \
    "\"CVE-2021-44228\",\"dateAdded\":\"2021-12-10\",\"dueDate\":\"2021-12-24\",\"knownRansomwareCampaignUse\":\"Known\"},{\"cveID\":"     \
    "\"CVE-1999-0001\"}]}"
#define EPSS_SCORES                                                                                                                        \
    "#model_version:v2026.03.01,score_date:2026-11-21T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.94358,0.99945\n"                \
    "CVE-1999-0001,0.01,0.02\n"

Suite *findings_suite(void);
Suite *findings_bad_suite(void);

#endif
