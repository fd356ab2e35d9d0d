/* A folder with every kind of input in it, read under an allocator that may refuse. */
#include <archive.h>
#include <archive_entry.h>

#include "ingest_test.h"

static const char text[] =
    "{\"graph\":{\"edges\":[{\"kind\":\"R\",\"start\":{\"match_by\":\"name\",\"value\":\"a\"},\"end\":{\"value\":\"b\"},\"properties\":{"
    "\"w\":[1,2]}},"
    "{\"kind\":\"R\",\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"name\",\"operator\":\"equals\",\"value\":\"B\"}"
    "]},\"end\":{\"value\":\"a\"}},"
    "{\"kind\":\"R\",\"start\":{}},{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"gone\"}}],"
    "\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"],\"properties\":{\"name\":\"A\",\"list\":[\"x\",\"y\"],\"esc\":\"\\u00e9\",\"bad\":{}}},"
    "{\"id\":\"b\",\"kinds\":[\"K\",\"L\"],\"properties\":{\"name\":\"B\",\"list\":[\"z\"]}}],\"more\":1},"
    "\"metadata\":{\"source_kind\":\"Src\"}}";
static const char definition[] =
    "{\"schema\":{\"name\":\"X\"},\"relationship_kinds\":[{\"name\":\"R\",\"is_traversable\":true},{\"name\":7},{\"name\":\"S\"}]}";

char *scenario_folder;

void scenario_setup(void)
{
    scenario_folder = test_folder();
    test_write_text(scenario_folder, "a.json", text);
    test_write_text(scenario_folder, "b.json", definition);
    test_write_text(scenario_folder, "c.txt", "hello");
    char *path = test_join(scenario_folder, "d.zip");
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_open_filename(a, path);
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, "member.json");
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, (la_int64_t)strlen(SMALL));
    archive_write_header(a, e);
    archive_write_data(a, SMALL, strlen(SMALL));
    archive_entry_free(e);
    archive_write_close(a);
    archive_write_free(a);
    free(path);
}

void scenario_teardown(void)
{
    test_folder_drop(scenario_folder);
}

/* No assertions in here: they allocate. */
int32_t scenario_run(const cspm_allocator *allocator)
{
    cg_mem *mem = cg_mem_new(allocator, 0);
    cg_builder *b = NULL;
    cspm_error *err = NULL;
    int32_t rc = CSPM_E_NOMEM;

    if (!mem)
        return rc;
    rc = cg_builder_new(mem, NULL, &b, &err);
    if (rc == CSPM_OK) {
        rc = cg_ingest_path(b, scenario_folder, NULL, NULL, &err);
        if (rc < 0 && cg_builder_n_nodes(b) != 0)
            rc = SCENARIO_WRONG;
    }
    if ((err ? cspm_error_code(err) : CSPM_OK) != rc)
        rc = SCENARIO_WRONG;
    cspm_error_free(err);
    cg_builder_free(b);
    if (cg_mem_used(mem) != 0)
        rc = SCENARIO_WRONG;
    cg_mem_unref(mem);
    return rc;
}
