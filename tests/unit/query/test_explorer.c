/* Share links of the Cloud Security Explorer: what they become, that it is a query, and what is refused by name. */
#include <stdio.h>
#include <stdlib.h>

#include "pipe_test.h"
#include "query/explorer.h"
#include "query_test.h"

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

#define SOURCES(list) "\"sources\":[" list "]"
#define ENTITY(name) "{\"type\":\"entity\",\"properties\":{\"source\":\"" name "\"}}"
#define FAMILY(name) "{\"type\":\"family\",\"properties\":{\"source\":\"" name "\"}}"
#define DATA(sources, rest) "{\"type\":\"datasource\",\"properties\":{" SOURCES(sources) rest "}}"
#define GROUP(op, list) ",\"conditions\":{\"type\":\"conditiongroup\",\"properties\":{\"operator\":\"" op "\",\"conditions\":[" list "]}}"
#define INSIGHT(name) "{\"type\":\"insights\",\"properties\":{\"name\":\"" name "\"}}"
#define CONNECTION(name, direction, target)                                                                                                \
    "{\"type\":\"connection\",\"properties\":{\"name\":\"" name "\",\"direction\":\"" direction "\",\"target\":" target "}}"
#define LINK(source) "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":" source "}}"

static char *text_of(const char *link)
{
    cg_buf out;
    cspm_error *err = NULL;
    cg_buf_init(&out, mem, 0);
    ck_assert_msg(cg_explorer_to_query(mem, cg_str_from(link), &out, &err) == CSPM_OK, "%s", err ? cspm_error_text(err, NULL) : "?");
    char *text = strdup(out.data);
    cg_buf_free(&out);
    return text;
}

static void expect(const char *link, const char *part)
{
    char *text = text_of(link);
    cg_query *query = NULL;
    cspm_error *err = NULL;
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in\n%s", part, text);
    ck_assert_msg(cg_query_compile(mem, cg_str_from(text), CG_LANG_GRAPH, CG_STR("query"), (cg_pos){ 0 }, &query, &err) == CSPM_OK,
                  "%s\n%s", text, err ? cspm_error_text(err, NULL) : "?");
    cg_query_unref(query);
    free(text);
}

static void refuse(const char *link, int32_t code, const char *part)
{
    cg_buf out;
    cspm_error *err = NULL;
    cg_buf_init(&out, mem, 0);
    ck_assert_int_eq(cg_explorer_to_query(mem, cg_str_from(link), &out, &err), code);
    ck_assert_ptr_nonnull(err);
    ck_assert_msg(strstr(cspm_error_message(err, NULL), part) != NULL, "\"%s\" is not in \"%s\"", part, cspm_error_message(err, NULL));
    cspm_error_free(err);
    cg_buf_free(&out);
}

START_TEST(faults_are_named)
{
    refuse("", CSPM_E_PARSE, "");
    refuse("{", CSPM_E_PARSE, "");
    refuse("[]", CSPM_E_QUERY, "securitygraphquery");
    refuse("{\"type\":\"other\",\"version\":2,\"properties\":{}}", CSPM_E_QUERY, "securitygraphquery");
    refuse("{\"type\":\"securitygraphquery\",\"version\":3,\"properties\":{}}", CSPM_E_QUERY, "version 2");
    refuse(LINK("null"), CSPM_E_QUERY, "datasource");
    refuse(LINK(DATA("", "")), CSPM_E_QUERY, "at least one");
    refuse(LINK(DATA(ENTITY("toaster"), "")), CSPM_E_QUERY, "\"toaster\"");
    refuse(LINK(DATA(FAMILY("toasters"), "")), CSPM_E_QUERY, "family of resources \"toasters\"");
    refuse(LINK(DATA(ENTITY("awsec2instance"), GROUP("and", INSIGHT("smells bad")))), CSPM_E_QUERY, "\"smells bad\"");
    refuse(LINK(DATA(ENTITY("awsec2instance"), GROUP("xor", INSIGHT("has tags")))), CSPM_E_QUERY, "\"and\" or \"or\"");
    refuse(LINK(DATA(ENTITY("awsec2instance"), GROUP("and", "{\"type\":\"mood\",\"properties\":{}}"))), CSPM_E_QUERY, "\"mood\"");
    refuse(LINK(DATA(ENTITY("awsec2instance"), GROUP("and", CONNECTION("likes", "outgoing", DATA(ENTITY("awss3bucket"), ""))))),
           CSPM_E_QUERY, "\"likes\"");
    refuse(LINK(DATA(ENTITY("awsec2instance"), GROUP("and", CONNECTION("contains", "sideways", DATA(ENTITY("awss3bucket"), ""))))),
           CSPM_E_QUERY, "outgoing");
}
END_TEST

START_TEST(depth_and_size_are_bounded)
{
    enum { DEPTH = 5000 };
    char *deep = malloc(DEPTH * 2 + 1);
    memset(deep, '[', DEPTH);
    memset(deep + DEPTH, ']', DEPTH);
    deep[DEPTH * 2] = '\0';
    refuse(deep, CSPM_E_PARSE, "deep");
    free(deep);
    char *wide = malloc(400000);
    char *at = wide + sprintf(wide, "%s",
                              "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":{\"type\":\"datasource\","
                              "\"properties\":{" SOURCES(ENTITY("awsvpc")) ",\"conditions\":{\"type\":\"conditiongroup\","
                                                                           "\"properties\":{\"operator\":\"and\",\"conditions\":[");
    for (int i = 0; i < 100; i++)
        at += sprintf(at, "%s%s", i ? "," : "", CONNECTION("contains", "outgoing", DATA(ENTITY("subnet"), "")));
    strcpy(at, "]}}}}}}");
    refuse(wide, CSPM_E_QUERY, "more than 64 resources");
    free(wide);
}
END_TEST

START_TEST(sources_conditions_and_connections)
{
    expect(LINK(DATA(ENTITY("awsec2instance"), "")), "EC2Instance");
    expect(LINK(DATA(ENTITY("AWS EC2-instance"), "")), "EC2Instance");
    expect(LINK(DATA(ENTITY("awsec2instance") "," FAMILY("object_storage"), "")), "ObjectStorage");
    expect(LINK(DATA(ENTITY("awsec2instance"), GROUP("and", INSIGHT("exposed to the internet")))), "WHERE n:InternetExposed");
    expect(LINK(DATA(ENTITY("awsec2instance"), GROUP("or", INSIGHT("exposed to the internet") "," INSIGHT("contains sensitive data")))),
           "(n:InternetExposed OR n:SensitiveData)");
    expect(LINK(DATA(ENTITY("azuredevopsrepository"), GROUP("and", INSIGHT("6b8f221b-c0ce-48e3-9fbb-16f917b1c095")))), "n.enabled");
    /* and: a pattern of its own, whose end is a column; or: it only has to be there */
    expect(LINK(DATA(ENTITY("awsvpc"), GROUP("and", CONNECTION("contains", "outgoing", DATA(ENTITY("subnet"), ""))))), "AS connected_1");
    expect(LINK(DATA(ENTITY("awsvpc"), GROUP("or", CONNECTION("contains", "outgoing", DATA(ENTITY("subnet"), ""))))), "EXISTS {");
    expect(LINK(DATA(ENTITY("subnet"), GROUP("and", CONNECTION("contains", "incoming", DATA(ENTITY("awsvpc"), ""))))), "(n)<-[");
    expect(LINK(DATA(ENTITY("subnet"), GROUP("and", CONNECTION("contained in", "outgoing", DATA(ENTITY("awsvpc"), ""))))), "(n)<-[");
    expect(LINK(DATA(ENTITY("awss3bucket"),
                     GROUP("and", CONNECTION("has permission to", "incoming",
                                             DATA(ENTITY("awsiamuser"), GROUP("and", INSIGHT("doesn't have MFA enabled"))))))),
           "WHERE n1:NoMfa");
    expect(LINK(DATA(ENTITY("awsvpc"), GROUP("and", ""))), "RETURN DISTINCT");
}
END_TEST

START_TEST(a_link_is_decoded)
{
    expect("https://portal.example/#view/Query/query/"
           "%7B%22type%22%3A%22securitygraphquery%22%2C%22version%22%3A2%2C%22properties%22%3A%7B%22source%22%3A%7B%22type%22%3A%"
           "22datasource%22%2C"
           "%22properties%22%3A%7B%22sources%22%3A%5B%7B%22type%22%3A%22entity%22%2C%22properties%22%3A%7B%22source%22%3A%22awss3bucket%22%"
           "7D%7D%5D"
           "%7D%7D%7D%7D",
           "S3Bucket");
    refuse("https://portal.example/nothing", CSPM_E_PARSE, "");
    refuse("https://portal.example/%7B%2", CSPM_E_PARSE, "");
}
END_TEST

/* Every name of explorer.yaml, in the place it is for, gives a query that compiles. */
START_TEST(every_known_name_compiles)
{
    static const struct {
        const char *section, *before, *behind;
    } places[] = {
        { "entities",
          "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":{\"type\":\"datasource\",\"properties\":{"
          "\"sources\":[{\"type\":\"entity\",\"properties\":{\"source\":\"",
          "\"}}]}}}}" },
        { "families",
          "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":{\"type\":\"datasource\",\"properties\":{"
          "\"sources\":[{\"type\":\"family\",\"properties\":{\"source\":\"",
          "\"}}]}}}}" },
        { "connections",
          "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":{\"type\":\"datasource\",\"properties\":{"
          "\"sources\":[" ENTITY("awsvpc") "],\"conditions\":{\"type\":\"conditiongroup\",\"properties\":{\"operator\":\"and\","
                                           "\"conditions\":[{\"type\":\"connection\",\"properties\":{\"target\":" DATA(ENTITY("subnet"),
                                                                                                                       "") ",\"name\":\"",
          "\"}}]}}}}}}" },
        { "inverses",
          "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":{\"type\":\"datasource\",\"properties\":{"
          "\"sources\":[" ENTITY("awsvpc") "],\"conditions\":{\"type\":\"conditiongroup\",\"properties\":{\"operator\":\"or\","
                                           "\"conditions\":[{\"type\":\"connection\",\"properties\":{\"target\":" DATA(ENTITY("subnet"),
                                                                                                                       "") ",\"name\":\"",
          "\"}}]}}}}}}" },
        { "insights",
          "{\"type\":\"securitygraphquery\",\"version\":2,\"properties\":{\"source\":{\"type\":\"datasource\",\"properties\":{"
          "\"sources\":[" ENTITY("awsvpc") "],\"conditions\":{\"type\":\"conditiongroup\",\"properties\":{\"operator\":\"and\","
                                           "\"conditions\":[{\"type\":\"insights\",\"properties\":{\"name\":\"",
          "\"}}]}}}}}}" },
    };
    cg_arena arena;
    cg_tree *names;
    cg_arena_init(&arena, mem);
    ck_assert_int_eq(cg_tree_from_yaml(&arena, cg_explorer_names, CG_STR("names"), NULL, &names, NULL), CSPM_OK);
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        const cg_tree *section = cg_tree_get(names, places[p].section);
        ck_assert_ptr_nonnull(section);
        ck_assert_uint_gt(section->map.count, 5);
        for (uint32_t i = 0; i < section->map.count; i++) {
            char link[2000];
            snprintf(link, sizeof link, "%s%.*s%s", places[p].before, CG_FMT(section->map.keys[i]), places[p].behind);
            expect(link, "RETURN DISTINCT");
        }
    }
    cg_arena_free(&arena);
}
END_TEST

/* Memory refused anywhere is an error, and nothing is kept. */
START_TEST(memory_refused_is_an_error)
{
    const char *link =
        LINK(DATA(ENTITY("awsvpc"), GROUP("and", CONNECTION("contains", "outgoing", DATA(ENTITY("subnet"), "")) "," INSIGHT("has tags"))));
    bool done = false;
    for (uint64_t budget = 64; !done && budget < 4u << 20; budget += budget / 4 + 64) {
        cg_mem *small = cg_mem_new(NULL, budget);
        if (!small)
            continue;
        cg_buf out;
        cspm_error *err = NULL;
        cg_buf_init(&out, small, 0);
        int32_t rc = cg_explorer_to_query(small, cg_str_from(link), &out, &err);
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_LIMIT || rc == CSPM_E_NOMEM, "%d", rc);
        done = rc == CSPM_OK;
        cspm_error_free(err);
        cg_buf_free(&out);
        ck_assert_uint_eq(cg_mem_used(small), 0);
        cg_mem_unref(small);
    }
    ck_assert(done);
}
END_TEST

Suite *explorer_suite(void)
{
    Suite *s = suite_create("explorer");
    TCase *t = tcase_create("explorer");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, faults_are_named);
    tcase_add_test(t, depth_and_size_are_bounded);
    tcase_add_test(t, sources_conditions_and_connections);
    tcase_add_test(t, a_link_is_decoded);
    tcase_add_test(t, every_known_name_compiles);
    tcase_add_test(t, memory_refused_is_an_error);
    suite_add_tcase(s, t);
    return s;
}
