/* Terraform states and plans, and AWS Config: small documents, the faults they can have, and that all tables lead somewhere. */
#include "ingest/aws/aws_answers.h"
#include "ingest/terraform/terraform.h"
#include "ingest_test.h"

static bool holds(const loaded *l, const char *line)
{
    char *text = test_dump(l->graph, true);
    const bool found = strstr(text, line) != NULL;
    if (!found)
        fprintf(stderr, "# no \"%s\" in\n%s\n", line, text);
    free(text);
    return found;
}

static loaded read_text(const char *json)
{
    loaded l = test_text(json);
    ASSERT_LOADED(l);
    return l;
}

#define ROLE_ARN "arn:aws:iam::111122223333:role/app"
#define TRUST                                                                                                                              \
    "{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"sts:AssumeRole\\\",\\\"Principal\\\":{\\\"Service\\\":\\\"ec2."  \
    "amazonaws.com\\\"}}]}"
#define READ "{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"s3:GetObject\\\",\\\"Resource\\\":\\\"*\\\"}]}"
#define RES(address, type, name, values)                                                                                                   \
    "{\"address\":\"" address "\",\"mode\":\"managed\",\"type\":\"" type "\",\"name\":\"" name "\",\"values\":{" values "}}"
#define STATE(resources)                                                                                                                   \
    "{\"format_version\":\"1.0\",\"terraform_version\":\"1.9.0\",\"values\":{\"root_module\":{\"resources\":[" resources "]}}}"

START_TEST(a_role_comes_together_from_its_pieces)
{
    loaded l = read_text(STATE(
        RES("aws_iam_role.app", "aws_iam_role", "app", "\"arn\":\"" ROLE_ARN "\",\"name\":\"app\",\"path\":\"/\",\"assume_role_policy\":\"" TRUST "\"") "," RES(
            "aws_iam_role_policy.p", "aws_iam_role_policy", "p",
            "\"name\":\"read\",\"role\":\"app\",\"policy\":\"" READ
            "\"") "," RES("aws_iam_role_policy_attachment.a", "aws_iam_role_policy_attachment",
                          "a", "\"role\":\"app\",\"policy_arn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"") "," RES("aws_iam_instance_"
                                                                                                                     "profile.i",
                                                                                                                     "aws_iam_instance_"
                                                                                                                     "profile",
                                                                                                                     "i",
                                                                                                                     "\"name\":\"app\","
                                                                                                                     "\"role\":\"app\","
                                                                                                                     "\"arn\":\"arn:aws:"
                                                                                                                     "iam::111122223333:"
                                                                                                                     "instance-profile/"
                                                                                                                     "app\"") "," RES("aws_"
                                                                                                                                      "inst"
                                                                                                                                      "ance"
                                                                                                                                      ".we"
                                                                                                                                      "b",
                                                                                                                                      "aws_"
                                                                                                                                      "inst"
                                                                                                                                      "anc"
                                                                                                                                      "e",
                                                                                                                                      "web",
                                                                                                                                      "\"id"
                                                                                                                                      "\":"
                                                                                                                                      "\"i-"
                                                                                                                                      "1\","
                                                                                                                                      "\"ia"
                                                                                                                                      "m_"
                                                                                                                                      "inst"
                                                                                                                                      "ance"
                                                                                                                                      "_pro"
                                                                                                                                      "file"
                                                                                                                                      "\":"
                                                                                                                                      "\"ap"
                                                                                                                                      "p\","
                                                                                                                                      "\"in"
                                                                                                                                      "stan"
                                                                                                                                      "ce_"
                                                                                                                                      "stat"
                                                                                                                                      "e\":"
                                                                                                                                      "\"ru"
                                                                                                                                      "nnin"
                                                                                                                                      "g"
                                                                                                                                      "\"")));
    ck_assert(holds(&l, ROLE_ARN "/inline_policy/read"));
    ck_assert(holds(&l, "arn:aws:iam::aws:policy/ReadOnlyAccess"));
    ck_assert_ptr_nonnull(l.graph);
    char *document = test_prop(&l, ROLE_ARN "/inline_policy/read", "document");
    ck_assert_ptr_nonnull(strstr(document, "s3:GetObject"));
    free(document);
    cg_node instance = cg_node_find(l.graph, "i-1", 3),
            profile = cg_node_find(l.graph, "arn:aws:iam::111122223333:instance-profile/app", 46);
    uint64_t cursor = 0;
    cg_edge edge;
    ck_assert_uint_ne(instance, CG_NO_NODE);
    ck_assert_uint_ne(profile, CG_NO_NODE);
    ck_assert(cg_between_next(l.graph, instance, profile, NULL, &cursor, &edge));
    test_drop(&l);
}
END_TEST

START_TEST(a_state_file_is_read_as_well)
{
    loaded l = read_text(
        "{\"version\":4,\"terraform_version\":\"1.9.0\",\"serial\":3,\"lineage\":\"x\",\"resources\":[{\"mode\":\"managed\",\"type\":"
        "\"aws_s3_bucket\",\"name\":\"b\",\"provider\":\"p\",\"instances\":[{\"index_key\":0,\"attributes\":{\"bucket\":\"docs-1\"}},"
        "{\"index_key\":1,\"attributes\":{\"bucket\":\"docs-2\"}}]}]}");
    ck_assert(holds(&l, "arn:aws:s3:::docs-1"));
    ck_assert(holds(&l, "arn:aws:s3:::docs-2"));
    test_drop(&l);
}
END_TEST

/* A plan: the group's id is known after apply; the instance reaches it through a module's variable and another module's output. */
static const char plan[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"planned_values\":{\"root_module\":{\"child_modules\":["
    "{\"address\":\"module.net\",\"resources\":[" RES(
        "module.net.aws_security_group.web", "aws_security_group", "web",
        "\"name\":\"web\",\"ingress\":[{\"from_port\":443,\"to_port\":443,\"protocol\":\"tcp\","
        "\"cidr_blocks\":[\"0.0.0.0/0\"],\"self\":true}]") "]},"
                                                           "{\"address\":\"module.app[0]\",\"resources\":[" RES(
                                                               "module.app[0].aws_instance.web", "aws_instance",
                                                               "web", "\"ami\":\"ami-1\"") "," RES("module.app[0].aws_iam_role.app",
                                                                                                   "aws_iam_role", "app",
                                                                                                   "\"name\":\"app\"") "," RES("module.app["
                                                                                                                               "0].aws_iam_"
                                                                                                                               "role_"
                                                                                                                               "policy.p",
                                                                                                                               "aws_iam_"
                                                                                                                               "role_"
                                                                                                                               "policy",
                                                                                                                               "p",
                                                                                                                               "\"name\":"
                                                                                                                               "\"unknown"
                                                                                                                               "\"") "]}]}}"
                                                                                                                                     ","
                                                                                                                                     "\"con"
                                                                                                                                     "figur"
                                                                                                                                     "ation"
                                                                                                                                     "\":{"
                                                                                                                                     "\"roo"
                                                                                                                                     "t_"
                                                                                                                                     "modul"
                                                                                                                                     "e\":{"
                                                                                                                                     "\"mod"
                                                                                                                                     "ule_"
                                                                                                                                     "calls"
                                                                                                                                     "\":{"
                                                                                                                                     "\"net"
                                                                                                                                     "\":{"
                                                                                                                                     "\"mod"
                                                                                                                                     "ule\""
                                                                                                                                     ":{"
                                                                                                                                     "\"out"
                                                                                                                                     "puts"
                                                                                                                                     "\":{"
                                                                                                                                     "\"gro"
                                                                                                                                     "up\":"
                                                                                                                                     "{\"ex"
                                                                                                                                     "press"
                                                                                                                                     "ion\""
                                                                                                                                     ":{"
                                                                                                                                     "\"ref"
                                                                                                                                     "erenc"
                                                                                                                                     "es\":"
                                                                                                                                     "[\"aw"
                                                                                                                                     "s_"
                                                                                                                                     "secur"
                                                                                                                                     "ity_"
                                                                                                                                     "group"
                                                                                                                                     ".web."
                                                                                                                                     "id\","
                                                                                                                                     "\"aws"
                                                                                                                                     "_secu"
                                                                                                                                     "rity_"
                                                                                                                                     "group"
                                                                                                                                     ".web"
                                                                                                                                     "\"]}}"
                                                                                                                                     "},"
                                                                                                                                     "\"res"
                                                                                                                                     "ource"
                                                                                                                                     "s\":["
                                                                                                                                     "{\"ad"
                                                                                                                                     "dress"
                                                                                                                                     "\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_secu"
                                                                                                                                     "rity_"
                                                                                                                                     "group"
                                                                                                                                     ".web"
                                                                                                                                     "\","
                                                                                                                                     "\"mod"
                                                                                                                                     "e\":"
                                                                                                                                     "\"man"
                                                                                                                                     "aged"
                                                                                                                                     "\","
                                                                                                                                     "\"typ"
                                                                                                                                     "e\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_secu"
                                                                                                                                     "rity_"
                                                                                                                                     "group"
                                                                                                                                     "\","
                                                                                                                                     "\"nam"
                                                                                                                                     "e\":"
                                                                                                                                     "\"web"
                                                                                                                                     "\","
                                                                                                                                     "\"exp"
                                                                                                                                     "ressi"
                                                                                                                                     "ons\""
                                                                                                                                     ":{}}]"
                                                                                                                                     "}},"
                                                                                                                                     "\"app"
                                                                                                                                     "\":{"
                                                                                                                                     "\"exp"
                                                                                                                                     "ressi"
                                                                                                                                     "ons\""
                                                                                                                                     ":{"
                                                                                                                                     "\"gro"
                                                                                                                                     "ups\""
                                                                                                                                     ":{"
                                                                                                                                     "\"ref"
                                                                                                                                     "erenc"
                                                                                                                                     "es\":"
                                                                                                                                     "[\"mo"
                                                                                                                                     "dule."
                                                                                                                                     "net."
                                                                                                                                     "group"
                                                                                                                                     "\","
                                                                                                                                     "\"mod"
                                                                                                                                     "ule."
                                                                                                                                     "net\""
                                                                                                                                     "]},"
                                                                                                                                     "\"acc"
                                                                                                                                     "ount_"
                                                                                                                                     "id\":"
                                                                                                                                     "{\"co"
                                                                                                                                     "nstan"
                                                                                                                                     "t_"
                                                                                                                                     "value"
                                                                                                                                     "\":"
                                                                                                                                     "\"444"
                                                                                                                                     "45555"
                                                                                                                                     "6666"
                                                                                                                                     "\"}},"
                                                                                                                                     "\"mod"
                                                                                                                                     "ule\""
                                                                                                                                     ":{"
                                                                                                                                     "\"var"
                                                                                                                                     "iable"
                                                                                                                                     "s\":{"
                                                                                                                                     "\"gro"
                                                                                                                                     "ups\""
                                                                                                                                     ":{}},"
                                                                                                                                     "\"res"
                                                                                                                                     "ource"
                                                                                                                                     "s\":["
                                                                                                                                     "{\"ad"
                                                                                                                                     "dress"
                                                                                                                                     "\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_inst"
                                                                                                                                     "ance."
                                                                                                                                     "web\""
                                                                                                                                     ",\"mo"
                                                                                                                                     "de\":"
                                                                                                                                     "\"man"
                                                                                                                                     "aged"
                                                                                                                                     "\","
                                                                                                                                     "\"typ"
                                                                                                                                     "e\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_inst"
                                                                                                                                     "ance"
                                                                                                                                     "\","
                                                                                                                                     "\"nam"
                                                                                                                                     "e\":"
                                                                                                                                     "\"web"
                                                                                                                                     "\","
                                                                                                                                     "\"exp"
                                                                                                                                     "ressi"
                                                                                                                                     "ons\""
                                                                                                                                     ":{"
                                                                                                                                     "\"vpc"
                                                                                                                                     "_secu"
                                                                                                                                     "rity_"
                                                                                                                                     "group"
                                                                                                                                     "_ids"
                                                                                                                                     "\":{"
                                                                                                                                     "\"ref"
                                                                                                                                     "erenc"
                                                                                                                                     "es\":"
                                                                                                                                     "[\"va"
                                                                                                                                     "r."
                                                                                                                                     "group"
                                                                                                                                     "s\"]}"
                                                                                                                                     "}},"
                                                                                                                                     "{\"ad"
                                                                                                                                     "dress"
                                                                                                                                     "\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_iam_"
                                                                                                                                     "role."
                                                                                                                                     "app\""
                                                                                                                                     ",\"mo"
                                                                                                                                     "de\":"
                                                                                                                                     "\"man"
                                                                                                                                     "aged"
                                                                                                                                     "\","
                                                                                                                                     "\"typ"
                                                                                                                                     "e\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_iam_"
                                                                                                                                     "role"
                                                                                                                                     "\","
                                                                                                                                     "\"nam"
                                                                                                                                     "e\":"
                                                                                                                                     "\"app"
                                                                                                                                     "\","
                                                                                                                                     "\"exp"
                                                                                                                                     "ressi"
                                                                                                                                     "ons\""
                                                                                                                                     ":{}},"
                                                                                                                                     "{\"ad"
                                                                                                                                     "dress"
                                                                                                                                     "\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_iam_"
                                                                                                                                     "role_"
                                                                                                                                     "polic"
                                                                                                                                     "y."
                                                                                                                                     "p\","
                                                                                                                                     "\"mod"
                                                                                                                                     "e\":"
                                                                                                                                     "\"man"
                                                                                                                                     "aged"
                                                                                                                                     "\","
                                                                                                                                     "\"typ"
                                                                                                                                     "e\":"
                                                                                                                                     "\"aws"
                                                                                                                                     "_iam_"
                                                                                                                                     "role_"
                                                                                                                                     "polic"
                                                                                                                                     "y\","
                                                                                                                                     "\"nam"
                                                                                                                                     "e\":"
                                                                                                                                     "\"p\""
                                                                                                                                     ",\"ex"
                                                                                                                                     "press"
                                                                                                                                     "ions"
                                                                                                                                     "\":{"
                                                                                                                                     "\"rol"
                                                                                                                                     "e\":{"
                                                                                                                                     "\"ref"
                                                                                                                                     "erenc"
                                                                                                                                     "es\":"
                                                                                                                                     "[\"aw"
                                                                                                                                     "s_"
                                                                                                                                     "iam_"
                                                                                                                                     "role."
                                                                                                                                     "app."
                                                                                                                                     "id\","
                                                                                                                                     "\"aws"
                                                                                                                                     "_iam_"
                                                                                                                                     "role."
                                                                                                                                     "app\""
                                                                                                                                     "]}}}]"
                                                                                                                                     "}}}}}"
                                                                                                                                     "}";

START_TEST(a_plan_is_resolved_through_modules)
{
    loaded l = read_text(plan);
    cg_node instance = cg_node_find(l.graph, "module.app[0].aws_instance.web", 30);
    cg_node group = cg_node_find(l.graph, "module.net.aws_security_group.web", 33);
    uint64_t cursor = 0;
    cg_edge edge;
    ck_assert_uint_ne(instance, CG_NO_NODE);
    ck_assert_uint_ne(group, CG_NO_NODE);
    ck_assert(cg_between_next(l.graph, instance, group, NULL, &cursor, &edge));
    ck_assert(holds(&l, "arn:aws:iam::444455556666:role/app"));
    char *partial = test_prop(&l, "arn:aws:iam::444455556666:role/app/inline_policy/unknown", "partial");
    ck_assert_str_eq(partial, "true");
    free(partial);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 0);
    test_drop(&l);
}
END_TEST

START_TEST(references_in_a_circle_end)
{
    loaded l = read_text(
        "{\"format_version\":\"1.2\",\"planned_values\":{\"root_module\":{\"child_modules\":[{\"address\":\"module.a\",\"resources\":[" RES(
            "module.a.aws_instance.web", "aws_instance", "web",
            "\"ami\":\"ami-1\"") "]}]}},\"configuration\":{\"root_module\":{"
                                 "\"module_calls\":{\"a\":{\"expressions\":{\"x\":{\"references\":[\"module.a.y\"]}},\"module\":{"
                                 "\"outputs\":{\"y\":{\"expression\":"
                                 "{\"references\":[\"var.x\",\"var.x\"]}}},\"resources\":[{\"mode\":\"managed\",\"type\":\"aws_instance\","
                                 "\"name\":\"web\","
                                 "\"expressions\":{\"subnet_id\":{\"references\":[\"var.x\"]}}}]}}}}}}");
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph) > 0, 1);
    test_drop(&l);
}
END_TEST

/* The second role has what the first one has, for good texts and bad ones. */
START_TEST(a_policy_that_comes_again_is_the_same)
{
    loaded l = read_text(STATE(RES("aws_iam_role.a", "aws_iam_role", "a", "\"arn\":\"" ROLE_ARN "\",\"name\":\"app\",\"inline_policy\":["
                                   "{\"name\":\"good\",\"policy\":\"" READ "\"},{\"name\":\"bad\",\"policy\":\"{\\\"Statement\"}]") ","
                               RES("aws_iam_role.b", "aws_iam_role", "b", "\"arn\":\"" ROLE_ARN "2\",\"name\":\"app2\",\"inline_policy\":["
                                   "{\"name\":\"good\",\"policy\":\"" READ "\"},{\"name\":\"bad\",\"policy\":\"{\\\"Statement\"}]")));
    static const char *const names[] = { "good", "bad" };
    for (size_t i = 0; i < 2; i++) {
        char first[128], second[128];
        snprintf(first, sizeof first, ROLE_ARN "/inline_policy/%s", names[i]);
        snprintf(second, sizeof second, ROLE_ARN "2/inline_policy/%s", names[i]);
        char *a = test_prop(&l, first, "document"), *b = test_prop(&l, second, "document");
        ck_assert_str_eq(a, b);
        ck_assert_ptr_nonnull(strstr(a, "Statement"));
        free(a);
        free(b);
    }
    ck_assert(holds(&l, ROLE_ARN "/inline_policy/good/statement/1"));
    ck_assert(holds(&l, ROLE_ARN "2/inline_policy/good/statement/1"));
    ck_assert_uint_eq(test_count_diags(&l, "bad-policy"), 2);
    test_drop(&l);
}
END_TEST

/* An answer with several rows: what is parsed out of a text lives for all of them. */
START_TEST(containers_are_read_out_of_a_text)
{
    loaded l = read_text(STATE(RES("aws_ecs_task_definition.t", "aws_ecs_task_definition", "t",
                                   "\"arn\":\"arn:aws:ecs:eu-west-1:111122223333:task-definition/t:1\",\"family\":\"t\",\"revision\":1,"
                                   "\"container_definitions\":\"[{\\\"name\\\":\\\"web\\\",\\\"image\\\":\\\"shop:1\\\",\\\"privileged"
                                   "\\\":true}]\"")));
    ck_assert(holds(&l, "shop:1"));
    test_drop(&l);
}
END_TEST

START_TEST(what_is_not_modelled_is_counted)
{
    loaded l = read_text(STATE(RES("random_id.a", "random_id", "a", "") "," RES("null_resource.b", "null_resource", "b", "")));
    ck_assert_uint_eq(test_count_diags(&l, "not-modelled"), 1);
    cg_diag d = test_diag(&l, "not-modelled");
    ck_assert_ptr_nonnull(strstr(d.message.data, "2 resources of 2 types"));
    test_drop(&l);
}
END_TEST

/* Whatever is wrong inside: the rest is read, nothing is lost in silence or leaked. */
static const char *const odd[] = {
    STATE("{}"),
    STATE("{\"address\":5,\"type\":\"aws_instance\",\"name\":\"x\",\"values\":[]}"),
    STATE(RES("aws_iam_role.a", "aws_iam_role", "a", "\"name\":7,\"inline_policy\":[{\"name\":null},5,[]],\"tags_all\":[1]")),
    STATE(RES("aws_security_group.a", "aws_security_group", "a",
              "\"id\":\"sg-1\",\"ingress\":[5,{\"cidr_blocks\":\"all\",\"security_groups\":{}}]")),
    STATE(RES("aws_lambda_function.a", "aws_lambda_function", "a", "\"function_name\":\"f\",\"environment\":[null],\"vpc_config\":{}")),
    "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{\"child_modules\":[{\"child_modules\":5},7,null]}}}",
    "{\"format_version\":\"1.0\",\"values\":null}",
    "{\"format_version\":\"1.0\",\"planned_values\":{\"root_module\":[]},\"configuration\":{\"root_module\":{\"resources\":{}}}}",
    "{\"configurationItems\":[{},5,null,{\"resourceType\":\"AWS::EC2::VPC\",\"resourceId\":\"vpc-1\"},{\"resourceType\":\"AWS::S3::"
    "Bucket\","
    "\"resourceId\":\"b\",\"configuration\":{\"name\":\"b\"},\"supplementaryConfiguration\":{\"AccessControlList\":\"{\\\"grantList\\\":[{}"
    "]}\","
    "\"BucketPolicy\":5}}]}",
    "{\"configurationItems\":{\"a\":1},\"baseConfigurationItems\":\"x\"}",
};

START_TEST(odd_documents_are_survived)
{
    loaded l = test_text(odd[_i]);
    ASSERT_LOADED(l);
    test_drop(&l);
}
END_TEST

START_TEST(cut_documents_are_errors)
{
    for (size_t cut = 60; cut < sizeof plan - 2; cut += 97) {
        loaded l = test_bytes(plan, cut);
        ck_assert_int_lt(l.rc, 0);
        test_drop(&l);
    }
}
END_TEST

START_TEST(every_table_leads_to_an_answer)
{
    static const tf_type *const tables[] = { tf_types_network, tf_types_data, tf_types_apps };
    for (size_t t = 0; t < 3; t++)
        for (const tf_type *row = tables[t]; row->type; row++) {
            const char *blank = strchr(row->operation, ' ');
            const cg_str name = { row->operation, blank ? (size_t)(blank - row->operation) : strlen(row->operation) };
            bool found = false;
            aws_answer_iter it = { 0 };
            for (const aws_answer *a; (a = aws_answer_next(&it));)
                found = found || (cg_str_eq(cg_str_from(a->operation), name) && (!blank || strcmp(a->items, blank + 1) == 0));
            ck_assert_msg(found, "%s: nothing answers %s", row->type, row->operation);
        }
}
END_TEST

START_TEST(config_items_are_the_answers_of_the_api)
{
    loaded l = read_text(
        "{\"fileVersion\":\"1.0\",\"configurationItems\":[{\"resourceType\":\"AWS::IAM::Role\",\"resourceId\":\"AROAX\",\"awsAccountId\":"
        "\"111122223333\",\"awsRegion\":\"global\",\"configurationItemStatus\":\"OK\",\"tags\":{\"owner\":\"ann\"},\"configuration\":{"
        "\"path\":\"/\","
        "\"roleName\":\"app\",\"roleId\":\"AROAX\",\"arn\":\"" ROLE_ARN
        "\",\"assumeRolePolicyDocument\":\"%7B%22Statement%22%3A%5B%5D%7D\","
        "\"rolePolicyList\":[{\"policyName\":\"read\",\"policyDocument\":\"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%"
        "22%3A%22*%22"
        "%2C%22Resource%22%3A%22*%22%7D%7D\"}]}},{\"resourceType\":\"AWS::S3::Bucket\",\"resourceId\":\"docs\",\"awsAccountId\":"
        "\"111122223333\","
        "\"awsRegion\":\"eu-west-1\",\"configuration\":\"{\\\"name\\\":\\\"docs\\\"}\",\"supplementaryConfiguration\":{"
        "\"AccessControlList\":"
        "\"{\\\"grantList\\\":[{\\\"grantee\\\":\\\"AllUsers\\\",\\\"permission\\\":\\\"Read\\\"}]}\",\"BucketPolicy\":{\"policyText\":"
        "null},"
        "\"PublicAccessBlockConfiguration\":{\"blockPublicAcls\":false}}},{\"resourceType\":\"AWS::EC2::VPC\",\"resourceId\":\"vpc-1\","
        "\"configurationItemStatus\":\"ResourceDeleted\",\"configuration\":null},{\"resourceType\":\"AWS::Odd::Thing\",\"resourceId\":"
        "\"x\"}]}");
    char *document = test_prop(&l, ROLE_ARN "/inline_policy/read", "document"), *acl = test_prop(&l, "arn:aws:s3:::docs", "aclPublic");
    char *owner = test_prop(&l, ROLE_ARN, "tag.owner"), *block = test_prop(&l, "arn:aws:s3:::docs", "block_public_acls");
    ck_assert_ptr_nonnull(strstr(document, "Allow"));
    ck_assert_str_eq(acl, "[\"READ\"]");
    ck_assert_str_eq(owner, "\"ann\"");
    ck_assert_str_eq(block, "false");
    free(document);
    free(acl);
    free(owner);
    free(block);
    ck_assert_uint_eq(cg_node_find(l.graph, "vpc-1", 5), CG_NO_NODE);
    ck_assert_uint_eq(test_count_diags(&l, "not-modelled"), 1);
    test_drop(&l);
}
END_TEST

Suite *terraform_suite(void)
{
    Suite *s = suite_create("terraform");
    TCase *t = tcase_create("terraform");
    tcase_add_loop_test(t, odd_documents_are_survived, 0, (int)(sizeof odd / sizeof odd[0]));
    tcase_add_test(t, cut_documents_are_errors);
    tcase_add_test(t, references_in_a_circle_end);
    tcase_add_test(t, a_role_comes_together_from_its_pieces);
    tcase_add_test(t, a_state_file_is_read_as_well);
    tcase_add_test(t, a_plan_is_resolved_through_modules);
    tcase_add_test(t, a_policy_that_comes_again_is_the_same);
    tcase_add_test(t, containers_are_read_out_of_a_text);
    tcase_add_test(t, what_is_not_modelled_is_counted);
    tcase_add_test(t, every_table_leads_to_an_answer);
    tcase_add_test(t, config_items_are_the_answers_of_the_api);
    suite_add_tcase(s, t);
    return s;
}
