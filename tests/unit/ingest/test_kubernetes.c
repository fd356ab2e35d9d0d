/* Kubernetes objects: what is no object, what two say differently, and what each kind becomes. Inputs are of the project's own making. */
#include <string.h>
#include <sys/stat.h>

#include "ingest_test.h"

#define POD(name, more)                                                                                                                    \
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name "\",\"namespace\":\"shop\",\"uid\":\"u-" name                 \
    "\"},\"spec\":{" more "}}"
#define WEB "\"containers\":[{\"name\":\"web\",\"image\":\"docker.io/library/nginx:1.27\"}]"
#define LIST(items) "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" items "]}"

static bool has_node(const loaded *l, const char *id)
{
    return cg_node_find(l->graph, id, strlen(id)) != CG_NO_NODE;
}

static bool has_label(const loaded *l, const char *id, const char *label)
{
    const cg_node n = cg_node_find(l->graph, id, strlen(id));
    const uint32_t name = cg_name_find(l->graph, CG_NAMES_LABEL, cg_str_from(label));
    return n != CG_NO_NODE && name != CG_NO_NAME && cg_node_has_label(l->graph, n, name);
}

static bool has_edge(const loaded *l, const char *from, const char *kind, const char *to)
{
    const cg_node a = cg_node_find(l->graph, from, strlen(from)), b = cg_node_find(l->graph, to, strlen(to));
    const uint32_t name = cg_name_find(l->graph, CG_NAMES_KIND, cg_str_from(kind));
    cg_adj_iter it;
    cg_edge e;

    if (a == CG_NO_NODE || b == CG_NO_NODE || name == CG_NO_NAME)
        return false;
    for (cg_adj_init(&it, l->graph, a, CG_OUT, NULL); cg_adj_next(&it, &e);)
        if (e.kind == name && e.to == b)
            return true;
    return false;
}

static void expect_prop(const loaded *l, const char *id, const char *key, const char *json)
{
    char *have = test_prop(l, id, key);
    ck_assert_msg(strcmp(have, json) == 0, "%s of %s is %s, not %s", key, id, have, json);
    free(have);
}

/* The whole graph holds this text nowhere, neither in a value nor in a message. */
static void expect_nowhere(const loaded *l, const char *text)
{
    char *dump = test_dump(l->graph, true);
    ck_assert_msg(!strstr(dump, text), "\"%s\" is in:\n%s", text, dump);
    free(dump);
}

/* ---- what is broken ---- */

START_TEST(cut_off_list_fails)
{
    const char whole[] = LIST(POD("a", WEB) "," POD("b", WEB));

    for (size_t n = 60; n < sizeof whole - 2; n += 13) {
        loaded l = test_bytes(whole, n);
        ck_assert_msg(l.rc == CSPM_E_PARSE || l.rc == CSPM_E_UNRECOGNISED, "cut at %zu: %d", n, l.rc);
        test_drop(&l);
    }
}
END_TEST

START_TEST(items_that_are_none_are_skipped)
{
    loaded l = test_text(LIST(POD("a", WEB) ",17,null,[],{},{\"kind\":\"Pod\",\"apiVersion\":\"v1\"},"
                                            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a/b\"}},"
                                            "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":7}},"
                                            "{\"kind\":\"Role\",\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"metadata\":[]}"));
    ASSERT_LOADED(l);
    ck_assert(has_node(&l, "cluster/shop/Pod/a"));
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 8);
    ck_assert(!has_node(&l, "cluster/default/Pod/a/b"));
    test_drop(&l);
}
END_TEST

START_TEST(wrong_types_inside_are_as_if_absent)
{
    loaded l = test_text(LIST(POD("a", "\"containers\":{\"x\":1},\"volumes\":\"no\",\"nodeName\":[]") "," POD(
        "b",
        "\"containers\":[7,{\"name\":\"\"},{\"name\":\"c\",\"image\":[],\"env\":[[],{\"name\":5}],\"ports\":[{\"containerPort\":\"x\"}],"
        "\"securityContext\":\"root\",\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":3},null]}]") ","
                                                                                                   "{\"apiVersion\":\"rbac.authorization."
                                                                                                   "k8s.io/"
                                                                                                   "v1\",\"kind\":\"RoleBinding\","
                                                                                                   "\"metadata\":{\"name\":\"r\"},"
                                                                                                   "\"roleRef\":[],\"subjects\":7},"
                                                                                                   "{\"apiVersion\":\"v1\",\"kind\":"
                                                                                                   "\"Service\",\"metadata\":{\"name\":"
                                                                                                   "\"s\"},\"spec\":[]}"));
    ASSERT_LOADED(l);
    ck_assert(has_node(&l, "cluster/shop/Pod/a"));
    ck_assert(has_node(&l, "cluster/shop/Pod/b/Container/c"));
    expect_prop(&l, "cluster/shop/Pod/b/Container/c", "privileged", "false");
    ck_assert(has_node(&l, "cluster/default/RoleBinding/r"));
    ck_assert_uint_ge(test_count_diags(&l, "bad-item"), 3);
    test_drop(&l);
}
END_TEST

START_TEST(hostile_names_stay_names)
{
    loaded l = test_text(
        LIST("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\\u0000b\",\"namespace\":\"x\"},\"spec\":{}},"
             "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"<script>'\\\"\\u202e\",\"namespace\":\"%s%n\"},\"spec\":{}},"
             "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"../../etc\"}}"));
    ASSERT_LOADED(l);
    ck_assert(has_node(&l, "cluster/%s%n/Pod/<script>'\"\xE2\x80\xAE"));
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 2);
    test_drop(&l);
}
END_TEST

START_TEST(yaml_bomb_fails)
{
    loaded l = test_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n");
    ck_assert_int_eq(l.rc, CSPM_E_PARSE);
    test_drop(&l);
}
END_TEST

START_TEST(deep_yaml_fails)
{
    char text[4096] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\nd: ";
    size_t n = strlen(text);

    memset(text + n, '[', 2000);
    text[n + 2000] = '\0';
    loaded l = test_text(text);
    ck_assert_int_lt(l.rc, 0);
    test_drop(&l);
}
END_TEST

START_TEST(template_is_said_to_be_one)
{
    loaded l = test_text("apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n  {{- with .Values.labels }}\n");
    ASSERT_LOADED(l);
    test_diag(&l, "template");
    test_drop(&l);
}
END_TEST

START_TEST(arm_template_is_not_ours)
{
    loaded l = test_text("{\"apiVersion\":\"2023-01-01\",\"kind\":\"StorageV2\",\"metadata\":{\"name\":\"x\"}}");
    ck_assert_int_eq(l.rc, CSPM_E_UNRECOGNISED);
    test_drop(&l);
}
END_TEST

START_TEST(unknown_kinds_are_said_once)
{
    loaded l = test_text(LIST("{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"a\"}},"
                              "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Widget\",\"metadata\":{\"name\":\"b\"}},"
                              "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{\"name\":\"c\"}}"));
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "not-modelled"), 1);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
    test_drop(&l);
}
END_TEST

/* ---- what two say ---- */

START_TEST(same_object_twice_is_settled)
{
    loaded l = test_text(LIST(POD("a", WEB ",\"nodeName\":\"n1\"") "," POD("a", WEB ",\"nodeName\":\"n2\"")));
    ASSERT_LOADED(l);
    cg_diag d = test_diag(&l, "property-conflict");
    ck_assert(cg_str_find(d.message, CG_STR("\"node\""), 0) != SIZE_MAX);
    expect_prop(&l, "cluster/shop/Pod/a", "node", "\"n1\"");
    test_drop(&l);
}
END_TEST

START_TEST(same_object_twice_alike_is_silent)
{
    loaded l = test_text(LIST(POD("a", WEB) "," POD("a", WEB)));
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

/* ---- forms ---- */

static char *dump_of(const char *text)
{
    loaded l = test_text(text);
    ASSERT_LOADED(l);
    char *dump = test_dump(l.graph, false);
    test_drop(&l);
    return dump;
}

START_TEST(every_form_says_the_same)
{
    static const char *const forms[] = {
        POD("a", WEB) POD("b", WEB),
        "[" POD("a", WEB) "," POD("b", WEB) "]",
        "{\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\",\"uid\":\"u-a\"},\"spec\":{" WEB
        "}},{\"metadata\":{\"name\":\"b\",\"namespace\":\"shop\",\"uid\":\"u-b\"},\"spec\":{" WEB "}}],\"kind\":\"PodList\"}",
        "{\"spec\":{" WEB
        "},\"metadata\":{\"name\":\"b\",\"namespace\":\"shop\",\"uid\":\"u-b\"},\"kind\":\"Pod\",\"apiVersion\":\"v1\"}\n" POD("a", WEB),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop, uid: u-a}\nspec:\n  containers:\n  - name: web\n    image: "
        "docker.io/library/nginx:1.27\n"
        "---\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: shop, uid: u-b}\nspec: {containers: [{name: web, image: "
        "'docker.io/library/nginx:1.27'}]}\n",
        "apiVersion: v1\nkind: List\nitems:\n- " POD("b", WEB) "\n- " POD("a", WEB) "\n",
    };
    char *want = dump_of(LIST(POD("a", WEB) "," POD("b", WEB)));

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        /* An array of objects is not told from other arrays: it is read when asked for. */
        if (forms[i][0] == '[')
            continue;
        char *have = dump_of(forms[i]);
        ck_assert_msg(strcmp(want, have) == 0, "form %zu:\n%s\nnot\n%s", i, have, want);
        free(have);
    }
    free(want);
}
END_TEST

START_TEST(mixed_versions_are_one_vocabulary)
{
    loaded l = test_text(LIST(
        "{\"apiVersion\":\"extensions/"
        "v1beta1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":\"old\"},\"spec\":{\"backend\":{\"serviceName\":\"s\"}}},"
        "{\"apiVersion\":\"networking.k8s.io/"
        "v1\",\"kind\":\"Ingress\",\"metadata\":{\"name\":\"new\"},\"spec\":{\"defaultBackend\":{\"service\":"
        "{\"name\":\"s\"}}}},"
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s\"},\"spec\":{}},"
        "{\"apiVersion\":\"batch/v1beta1\",\"kind\":\"CronJob\",\"metadata\":{\"name\":\"c\"},\"spec\":{\"schedule\":\"* * * * *\"}}"));
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    ck_assert(has_edge(&l, "cluster/default/Ingress/old", "TARGETS", "cluster/default/Service/s"));
    ck_assert(has_edge(&l, "cluster/default/Ingress/new", "TARGETS", "cluster/default/Service/s"));
    ck_assert(has_label(&l, "cluster/default/CronJob/c", "KubernetesCronJob"));
    test_drop(&l);
}
END_TEST

/* ---- what it becomes ---- */

START_TEST(secrets_keep_names_only)
{
    loaded l = test_text(LIST(
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\",\"namespace\":\"shop\",\"annotations\":"
        "{\"kubectl.kubernetes.io/last-applied-configuration\":\"hunter2\"}},\"type\":\"Opaque\",\"data\":{\"password\":\"aHVudGVyMg==\"}},"
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\",\"namespace\":\"shop\"},\"data\":{\"k\":\"hunter2\"}}"
        "," POD("a", "\"containers\":[{\"name\":\"web\",\"args\":[\"--token=hunter2\"],\"env\":["
                     "{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"},{\"name\":\"DB_PASSWORD_FILE\",\"value\":\"/run/p\"},"
                     "{\"name\":\"URL\",\"value\":\"postgres://u:hunter2@db/x\"},{\"name\":\"LEVEL\",\"value\":\"debug\"},"
                     "{\"name\":\"API_TOKEN\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"password\"}}}]}]")));
    ASSERT_LOADED(l);
    expect_nowhere(&l, "hunter2");
    expect_nowhere(&l, "aHVudGVyMg");
    expect_prop(&l, "cluster/shop/Secret/s", "keys", "[\"password\"]");
    expect_prop(&l, "cluster/shop/Pod/a/Container/web", "plaintextSecret", "true");
    expect_prop(&l, "cluster/shop/Pod/a/Container/web", "secret_env_names", "[\"DB_PASSWORD\",\"URL\"]");
    ck_assert(has_edge(&l, "cluster/shop/Pod/a", "USES_SECRET", "cluster/shop/Secret/s"));
    test_drop(&l);
}
END_TEST

START_TEST(bindings_become_permission_sets)
{
    loaded l = test_text(LIST(
        "{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",\"kind\":\"RoleBinding\",\"metadata\":{\"name\":\"b\",\"namespace\":\"shop\"},"
        "\"roleRef\":{\"kind\":\"ClusterRole\",\"name\":\"view\"},\"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"web\"},"
        "{\"kind\":\"User\",\"name\":\"https://issuer#eve\"},{\"kind\":\"Group\",\"name\":\"dev\"},{\"kind\":\"Robot\",\"name\":\"x\"},"
        "{\"kind\":\"User\",\"name\":\"system:serviceaccount:other:job\"}]}"));
    ASSERT_LOADED(l);
    const char *set = "cluster/shop/PermissionSet/view::b";
    ck_assert(has_label(&l, set, "KubernetesPermissionSet") && has_label(&l, set, "PermissionSet"));
    ck_assert(has_edge(&l, "cluster/shop/RoleBinding/b", "GRANTS", set));
    ck_assert(has_edge(&l, set, "ROLE_REF", "cluster/ClusterRole/view"));
    ck_assert(has_edge(&l, "cluster/shop/RoleBinding/b", "SUBJECT", "cluster/shop/ServiceAccount/web"));
    ck_assert(has_edge(&l, "cluster/shop/RoleBinding/b", "SUBJECT", "cluster/User/https://issuer#eve"));
    ck_assert(has_edge(&l, "cluster/shop/RoleBinding/b", "SUBJECT", "cluster/Group/dev"));
    ck_assert(has_edge(&l, "cluster/shop/RoleBinding/b", "SUBJECT", "cluster/other/ServiceAccount/job"));
    expect_prop(&l, "cluster/ClusterRole/view", "partial", "true");
    expect_prop(&l, "cluster/shop/ServiceAccount/web", "partial", "true");
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 1);
    ck_assert_uint_eq(test_count_diags(&l, "not-exported"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(pods_find_their_deployment)
{
    loaded l = test_text(
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-7d9f-x\",\"namespace\":\"shop\",\"labels\":{\"pod-template-"
        "hash\":\"7d9f\"},"
        "\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"web-7d9f\",\"controller\":true}]},\"spec\":{" WEB "}}"
        "{\"apiVersion\":\"apps/"
        "v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\"},\"spec\":{\"template\":{\"spec\":{" WEB
        "}}}}");
    ASSERT_LOADED(l);
    ck_assert(has_edge(&l, "cluster/shop/Pod/web-7d9f-x", "WORKLOAD_PARENT", "cluster/shop/Deployment/web"));
    ck_assert(has_edge(&l, "cluster/shop/Pod/web-7d9f-x", "OWNED_BY", "cluster/shop/ReplicaSet/web-7d9f"));
    ck_assert(has_label(&l, "cluster/shop/Deployment/web/Pod", "KubernetesPodTemplate"));
    ck_assert(!has_label(&l, "cluster/shop/Deployment/web/Pod", "KubernetesPod"));
    test_drop(&l);
}
END_TEST

START_TEST(images_are_known_by_digest)
{
    static const char text[] =
        LIST("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\"},\"spec\":{" WEB
             "},\"status\":{\"containerStatuses\":["
             "{\"name\":\"web\",\"imageID\":\"docker-pullable://docker.io/library/"
             "nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}}," POD("b", WEB));
    const char *id = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    loaded l = test_text(text);
    ASSERT_LOADED(l);
    ck_assert(has_edge(&l, "cluster/shop/Pod/a/Container/web", "HAS_IMAGE", id));
    ck_assert(has_edge(&l, "cluster/shop/Pod/b/Container/web", "HAS_IMAGE", id)); /* by the tag of the same version */
    ck_assert(has_node(&l, "docker.io/library/nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"));
    const cg_node n = cg_node_find(l.graph, id, strlen(id));
    ck_assert(cg_str_eq(cg_node_id(l.graph, n), cg_str_from(id)));
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

START_TEST(accounts_and_nodes_point_into_the_cloud)
{
    loaded l = test_text(
        LIST("{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"s\",\"namespace\":\"shop\",\"annotations\":"
             "{\"eks.amazonaws.com/role-arn\":\"arn:aws:iam::111122223333:role/shop\"}}},"
             "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\",\"labels\":{\"node-role.kubernetes.io/"
             "control-plane\":\"\"}},\"spec\":"
             "{\"providerID\":\"aws:///eu-west-1a/i-0123456789abcdef0\"}},"
             "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"f\"},\"spec\":{\"providerID\":\"aws:///eu-west-1a/abc/"
             "fargate-ip-10-0-0-1\"}},"
             "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"aws-auth\",\"namespace\":\"kube-system\"},\"data\":{"
             "\"mapRoles\":"
             "\"- rolearn: arn:aws:iam::111122223333:role/ops\\n  username: ops:{{SessionName}}\\n  groups: "
             "[system:masters]\\n\",\"mapUsers\":\"{{nonsense\"}}"));
    ASSERT_LOADED(l);
    ck_assert(has_edge(&l, "cluster/shop/ServiceAccount/s", "ASSUMES_ROLE", "arn:aws:iam::111122223333:role/shop"));
    ck_assert(has_edge(&l, "cluster/Node/n", "IS_INSTANCE", "i-0123456789abcdef0"));
    expect_prop(&l, "cluster/Node/n", "control_plane", "true");
    expect_prop(&l, "cluster/Node/f", "instance_id", "null");
    ck_assert(has_edge(&l, "arn:aws:iam::111122223333:role/ops", "MAPS_TO", "cluster/Group/system:masters"));
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(folders_tell_clusters_apart)
{
    char *folder = test_folder(), *sub = test_join(folder, "west");
    char command[4096];

    snprintf(command, sizeof command, "%s/east", folder);
    ck_assert_int_eq(mkdir(command, 0700), 0);
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    test_write_text(folder, "east/pods.json", LIST(POD("a", WEB)));
    test_write_text(folder, "west/pods.json", LIST(POD("a", WEB)));
    loaded l = test_path(folder, 0);
    ASSERT_LOADED(l);
    ck_assert(has_label(&l, "east", "KubernetesCluster"));
    ck_assert(has_node(&l, "west/shop/Namespace") == false);
    ck_assert(has_edge(&l, "west", "RESOURCE", "west/Namespace/shop"));
    test_drop(&l);
    free(sub);
    test_folder_drop(folder);
}
END_TEST

Suite *kubernetes_suite(void)
{
    Suite *s = suite_create("kubernetes");
    TCase *t = tcase_create("kubernetes");

    tcase_add_test(t, cut_off_list_fails);
    tcase_add_test(t, items_that_are_none_are_skipped);
    tcase_add_test(t, wrong_types_inside_are_as_if_absent);
    tcase_add_test(t, hostile_names_stay_names);
    tcase_add_test(t, yaml_bomb_fails);
    tcase_add_test(t, deep_yaml_fails);
    tcase_add_test(t, template_is_said_to_be_one);
    tcase_add_test(t, arm_template_is_not_ours);
    tcase_add_test(t, unknown_kinds_are_said_once);
    tcase_add_test(t, same_object_twice_is_settled);
    tcase_add_test(t, same_object_twice_alike_is_silent);
    tcase_add_test(t, every_form_says_the_same);
    tcase_add_test(t, mixed_versions_are_one_vocabulary);
    tcase_add_test(t, secrets_keep_names_only);
    tcase_add_test(t, bindings_become_permission_sets);
    tcase_add_test(t, pods_find_their_deployment);
    tcase_add_test(t, images_are_known_by_digest);
    tcase_add_test(t, accounts_and_nodes_point_into_the_cloud);
    tcase_add_test(t, folders_tell_clusters_apart);
    suite_add_tcase(s, t);
    return s;
}
