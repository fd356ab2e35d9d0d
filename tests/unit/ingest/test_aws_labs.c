/* The collected accounts: every authorization detail and inventory loads, nothing is complained of that is not a gap of the export or of
 * ours, and every principal and policy of an export is a node. */
#include <dirent.h>
#include <sys/stat.h>

#include "aws_helper.h"

static char *data_folder(const char *name)
{
    const char *shared = getenv("CSPM_SHARED");
    char path[1024];
    struct stat st;

    snprintf(path, sizeof path, "%s/data/%s", shared ? shared : CSPM_SHARED_DEFAULT, name);
    return stat(path, &st) == 0 ? strdup(path) : NULL;
}

static bool is_export(const char *name)
{
    return (strncmp(name, "gaad", 4) == 0 || strncmp(name, "dev.gaad", 8) == 0 || strncmp(name, "inventory", 9) == 0 ||
            strcmp(name, "scps.json") == 0) &&
           !strstr(name, "variant");
}

static char *read_whole(const char *path, size_t *length)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
    *length = (size_t)ftell(f);
    rewind(f);
    text = malloc(*length + 1);
    ck_assert_uint_eq(fread(text, 1, *length, f), *length);
    fclose(f);
    return text;
}

/* Every item of a list of the export is a node that is not partial. */
static void expect_nodes(const loaded *l, const cg_tree *details, const char *list, const char *label, const char *path)
{
    const cg_tree *items = cg_tree_get(details, list);
    const uint32_t wanted = cg_name_find(l->graph, CG_NAMES_LABEL, cg_str_from(label));

    for (uint32_t i = 0; items && items->type == CG_TREE_LIST && i < items->list.count; i++) {
        const cg_str arn = cg_tree_string(cg_tree_get(items->list.items[i], "Arn"));
        const cg_node n = cg_node_find(l->graph, arn.data, arn.length);
        ck_assert_msg(n != CG_NO_NODE && wanted != CG_NO_NAME && cg_node_has_label(l->graph, n, wanted), "%s: %.*s is no %s", path,
                      CG_FMT(arn), label);
        char *id = strndup(arn.data, arn.length), *partial = test_prop(l, id, "partial");
        ck_assert_msg(strcmp(partial, "null") == 0, "%s: %s is partial", path, id);
        free(partial);
        free(id);
    }
}

static void expect_all(const loaded *l, const char *path)
{
    cg_arena arena;
    cg_tree *details = NULL;
    size_t length;
    char *text = read_whole(path, &length);

    cg_arena_init(&arena, l->mem);
    ck_assert_int_eq(cg_tree_from_json(&arena, (cg_str){ text, length }, cg_str_from(path), NULL, &details, NULL), CSPM_OK);
    expect_nodes(l, details, "UserDetailList", "AWSUser", path);
    expect_nodes(l, details, "GroupDetailList", "AWSGroup", path);
    expect_nodes(l, details, "RoleDetailList", "AWSRole", path);
    expect_nodes(l, details, "Policies", "AWSPolicy", path);
    cg_arena_free(&arena);
    free(text);
}

/* What an export may be told about it: there is no table for an answer, or something is not in it. */
static void expect_explained(const loaded *l, const char *folder)
{
    for (uint32_t i = 0; i < cg_diag_count(l->graph); i++) {
        const cg_diag d = cg_diag_get(l->graph, i);
        ck_assert_msg(cg_str_eq(d.code, CG_STR("not-modelled")) || cg_str_eq(d.code, CG_STR("not-exported")), "%s: %.*s: %.*s", folder,
                      CG_FMT(d.code), CG_FMT(d.message));
    }
}

/* One folder is one estate; 1 when there was something in it. */
static int load_folder(const char *folder)
{
    struct dirent **names;
    const int n = scandir(folder, &names, NULL, alphasort);
    int exports = 0, done = 0;

    ck_assert_int_ge(n, 0);
    for (int i = 0; i < n; i++)
        exports += is_export(names[i]->d_name);
    if (exports > 0) {
        cg_mem *mem = test_mem(NULL, 0);
        cg_builder *b = test_builder(mem);
        cspm_error *err = NULL;
        int32_t rc = CSPM_OK;
        for (int i = 0; i < n && rc == CSPM_OK; i++)
            if (is_export(names[i]->d_name)) {
                char *path = test_join(folder, names[i]->d_name);
                rc = cg_ingest_path(b, path, NULL, NULL, &err);
                free(path);
            }
        loaded l = test_freeze(mem, b, rc, err);
        ck_assert_msg(l.rc == CSPM_OK, "%s: %s", folder, l.err ? cspm_error_text(l.err, NULL) : "");
        expect_explained(&l, folder);
        for (int i = 0; i < n; i++)
            if (is_export(names[i]->d_name) && strstr(names[i]->d_name, "gaad")) {
                char *path = test_join(folder, names[i]->d_name);
                expect_all(&l, path);
                free(path);
            }
        test_drop(&l);
        done = 1;
    }
    for (int i = 0; i < n; i++) {
        struct stat st;
        char *path = test_join(folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            done += load_folder(path);
        free(path);
        free(names[i]);
    }
    free(names);
    return done;
}

START_TEST(every_collected_account_loads)
{
    char *folder = data_folder("aws-labs");

    if (!folder) {
        printf("# SKIP the collected accounts are not on this machine\n");
        return;
    }
    ck_assert_int_gt(load_folder(folder), 300);
    free(folder);
}
END_TEST

/* Authorization details of other tools' tests: each file an account of its own. */
START_TEST(every_other_export_loads)
{
    static const char *const folders[] = { "cloudsplaining/test/files", "iamspy/tests/files" };
    uint32_t files = 0;

    for (size_t k = 0; k < sizeof folders / sizeof folders[0]; k++) {
        char *folder = data_folder(folders[k]);
        struct dirent **names;
        if (!folder)
            continue;
        const int n = scandir(folder, &names, NULL, alphasort);
        for (int i = 0; i < n; i++) {
            char *path = test_join(folder, names[i]->d_name);
            if (strstr(names[i]->d_name, ".json")) {
                size_t length;
                char *text = read_whole(path, &length);
                if (cg_dialect_aws_gaad.recognise(text, length, true) > 0) {
                    loaded l = test_path(path, 0);
                    ck_assert_msg(l.rc == CSPM_OK, "%s: %s", path, l.err ? cspm_error_text(l.err, NULL) : "");
                    expect_all(&l, path);
                    test_drop(&l);
                    files++;
                }
                free(text);
            }
            free(path);
            free(names[i]);
        }
        free(names);
        free(folder);
    }
    ck_assert(files == 0 || files > 10);
}
END_TEST

Suite *aws_labs_suite(void)
{
    Suite *s = suite_create("aws-labs");
    TCase *t = tcase_create("accounts");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, every_collected_account_loads);
    tcase_add_test(t, every_other_export_loads);
    suite_add_tcase(s, t);
    return s;
}
