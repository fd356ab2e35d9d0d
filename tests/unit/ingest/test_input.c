/* Files, folders, archives, compressed streams and standard input: the same content is the same graph, and damage is reported. */
#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ingest_test.h"

static char *folder;

static void setup(void)
{
    folder = test_folder();
}

static void teardown(void)
{
    test_folder_drop(folder);
}

/* ---- making archives ---- */

typedef struct member {
    const char *name;
    const void *bytes;
    size_t length;
    mode_t type; /* 0: a regular file */
} member;

/* `filter` and `format` are libarchive's codes; writes folder/name. */
static void pack(const char *name, int filter, int format, const char *options, const member *members, size_t n)
{
    char *path = test_join(folder, name);
    struct archive *a = archive_write_new();

    ck_assert_int_eq(archive_write_add_filter(a, filter), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_set_format(a, format), ARCHIVE_OK);
    if (options) {
        ck_assert_int_eq(archive_write_set_options(a, options), ARCHIVE_OK);
        ck_assert_int_eq(archive_write_set_passphrase(a, "secret"), ARCHIVE_OK);
    }
    ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        mode_t type = members[i].type ? members[i].type : S_IFREG;
        archive_entry_set_pathname(e, members[i].name);
        archive_entry_set_filetype(e, type);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_size(e, type == S_IFREG ? (la_int64_t)members[i].length : 0);
        if (type == S_IFLNK)
            archive_entry_set_symlink(e, "/etc/passwd");
        ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
        if (type == S_IFREG)
            ck_assert_int_eq(archive_write_data(a, members[i].bytes, members[i].length), (la_ssize_t)members[i].length);
        archive_entry_free(e);
    }
    ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    free(path);
}

static void pack_text(const char *name, int filter, int format, const char *text)
{
    const member m = { "member.json", text, strlen(text), 0 };
    pack(name, filter, format, NULL, &m, 1);
}

static char *slurp(const char *name, size_t *length)
{
    char *path = test_join(folder, name);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    *length = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*length + 1);
    ck_assert_uint_eq(fread(bytes, 1, *length, f), *length);
    fclose(f);
    free(path);
    return bytes;
}

static loaded load(const char *name, uint32_t flags)
{
    char *path = *name ? test_join(folder, name) : strdup(folder);
    loaded l = test_path(path, flags);
    free(path);
    return l;
}

static void expect_same_as_small(loaded *l)
{
    loaded plain = test_text(SMALL);
    ASSERT_LOADED(*l);
    char *got = test_dump(l->graph, false), *expected = test_dump(plain.graph, false);
    ck_assert_str_eq(got, expected);
    free(got);
    free(expected);
    test_drop(&plain);
}

/* ---- forms ---- */

static const struct {
    const char *name;
    int filter, format;
    const char *source; /* of the one source, below the file's own name */
} forms[] = {
    { "a.dat", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_RAW, "" },
    { "b.dat", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, "" },
    { "c.dat", ARCHIVE_FILTER_ZSTD, ARCHIVE_FORMAT_RAW, "" },
    { "d.dat", ARCHIVE_FILTER_XZ, ARCHIVE_FORMAT_RAW, "" },
    { "e.dat", ARCHIVE_FILTER_BZIP2, ARCHIVE_FORMAT_RAW, "" },
    { "f.dat", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, "/member.json" },
    { "g.dat", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_USTAR, "/member.json" },
    { "h.dat", ARCHIVE_FILTER_ZSTD, ARCHIVE_FORMAT_TAR_GNUTAR, "/member.json" },
    { "i.dat", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, "/member.json" },
    { "j.dat", ARCHIVE_FILTER_XZ, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, "/member.json" },
};

START_TEST(every_form_is_the_same_graph)
{
    char expected[300];
    pack_text(forms[_i].name, forms[_i].filter, forms[_i].format, SMALL);
    loaded l = load(forms[_i].name, 0);
    expect_same_as_small(&l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    ck_assert_uint_eq(cg_source_count(l.graph), 1);
    snprintf(expected, sizeof expected, "%s/%s%s", folder, forms[_i].name, forms[_i].source);
    cg_str name = cg_source_get(l.graph, 0).name;
    ck_assert_msg(cg_str_eq(name, cg_str_from(expected)), "source is %.*s", CG_FMT(name));
    ck_assert_uint_eq(cg_source_get(l.graph, 0).bytes, strlen(SMALL));
    test_drop(&l);

    /* the same bytes from memory and through standard input */
    size_t length;
    char *bytes = slurp(forms[_i].name, &length);
    l = test_bytes(bytes, length);
    expect_same_as_small(&l);
    test_drop(&l);
    free(bytes);
}
END_TEST

/* A child writes `bytes` to our standard input, a few at a time. */
static loaded through_stdin(const char *bytes, size_t length, size_t piece)
{
    int ends[2], saved = dup(STDIN_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(ends[0]);
        for (size_t at = 0; at < length; at += piece)
            if (write(ends[1], bytes + at, length - at < piece ? length - at : piece) < 0)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    loaded l = test_path("-", 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    waitpid(child, NULL, 0);
    return l;
}

START_TEST(standard_input)
{
    loaded l = through_stdin(SMALL, strlen(SMALL), 7);
    expect_same_as_small(&l);
    ck_assert(cg_str_eq(cg_source_get(l.graph, 0).name, CG_STR("<stdin>")));
    test_drop(&l);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t length;
        pack_text(forms[i].name, forms[i].filter, forms[i].format, SMALL);
        char *bytes = slurp(forms[i].name, &length);
        l = through_stdin(bytes, length, 100);
        expect_same_as_small(&l);
        test_drop(&l);
        free(bytes);
    }
    l = through_stdin("", 0, 1);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "empty", 0, 0);
    test_drop(&l);
    l = through_stdin("{\"graph\":{\"nodes\":[\n7,,", 23, 3);
    test_expect_error(&l, CSPM_E_PARSE, "", 2, 3);
    ck_assert_str_eq(cspm_error_source(l.err, NULL), "<stdin>");
    test_drop(&l);
}
END_TEST

/* ---- damage ---- */

START_TEST(damaged_compression)
{
    static const int filters[] = { ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2 };
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        size_t length;
        pack_text("whole", filters[i], ARCHIVE_FORMAT_RAW, SMALL);
        char *bytes = slurp("whole", &length);
        test_write(folder, "cut", bytes, length / 2);
        loaded l = load("cut", 0);
        test_expect_error(&l, CSPM_E_PARSE, "damaged", 0, 0);
        test_drop(&l);
        bytes[length / 2] ^= 0x55;
        test_write(folder, "flipped", bytes, length);
        l = load("flipped", 0);
        ck_assert_msg(l.rc == CSPM_E_PARSE, "filter %d: a flipped bit went unnoticed", filters[i]);
        test_drop(&l);
        free(bytes);
    }
}
END_TEST

START_TEST(damaged_archives)
{
    const member members[] = { { "a.json", SMALL, strlen(SMALL), 0 }, { "b.json", SMALL, strlen(SMALL), 0 } };
    size_t length;

    pack("x.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, NULL, members, 2);
    char *bytes = slurp("x.zip", &length);
    test_write(folder, "cut", bytes, 60);
    loaded l = load("cut", 0);
    ck_assert_int_eq(l.rc, CSPM_E_PARSE);
    test_drop(&l);
    for (size_t at = 40; at < 80; at++) { /* inside the first member's data or name: the checksum or the name tells */
        bytes[at] ^= 0x21;
        test_write(folder, "flipped", bytes, length);
        l = load("flipped", 0);
        if (l.rc == CSPM_OK)
            expect_same_as_small(&l); /* a name or a time has changed, no content */
        else
            ck_assert_int_eq(l.rc, CSPM_E_PARSE);
        test_drop(&l);
        bytes[at] ^= 0x21;
    }
    free(bytes);
    pack("x.tar", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_TAR_USTAR, NULL, members, 2);
    bytes = slurp("x.tar", &length);
    test_write(folder, "cut", bytes, 600);
    l = load("cut", 0);
    ck_assert_int_eq(l.rc, CSPM_E_PARSE);
    test_drop(&l);
    free(bytes);
}
END_TEST

START_TEST(encrypted_member_is_an_error)
{
    const member m = { "a.json", SMALL, strlen(SMALL), 0 };
    pack("x.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, "zip:encryption=zipcrypt", &m, 1);
    loaded l = load("x.zip", 0);
    test_expect_error(&l, CSPM_E_IO, "encrypted", 0, 0);
    test_drop(&l);
}
END_TEST

START_TEST(bombs_meet_the_limit)
{
    enum { SIZE = 8 << 20 };
    char *blank = malloc(SIZE);
    memset(blank, ' ', SIZE);
    memcpy(blank, "{\"graph\":{\"nodes\":[", 19);
    const member members[] = { { "a.json", SMALL, strlen(SMALL), 0 }, { "bomb.json", blank, SIZE, 0 } };
    cspm_limits limits = { .struct_size = sizeof limits, .max_input_bytes = 1 << 20 };
    static const struct {
        int filter, format;
    } rows[] = { { ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW },
                 { ARCHIVE_FILTER_ZSTD, ARCHIVE_FORMAT_RAW },
                 { ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP },
                 { ARCHIVE_FILTER_BZIP2, ARCHIVE_FORMAT_TAR_USTAR } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool raw = rows[i].format == ARCHIVE_FORMAT_RAW;
        pack("bomb", rows[i].filter, rows[i].format, NULL, raw ? members + 1 : members, raw ? 1 : 2);
        cg_mem *mem = test_mem(&limits, 0);
        cg_builder *b = test_builder(mem);
        cspm_error *err = NULL;
        char *path = test_join(folder, "bomb");
        const cg_ingest_options keep = { .flags = CG_INGEST_KEEP_GOING };
        ck_assert_int_eq(cg_ingest_path(b, path, i % 2 ? &keep : NULL, NULL, &err), CSPM_E_LIMIT);
        ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "max_input_bytes"));
        ck_assert_uint_lt(cg_mem_peak(mem), 4 << 20);
        cspm_error_free(err);
        free(path);
        cg_builder_free(b);
        cg_mem_unref(mem);
    }
    free(blank);
}
END_TEST

START_TEST(nested_archives_are_not_opened)
{
    size_t length, zip_length;
    pack_text("inner.gz", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, SMALL);
    pack_text("inner.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, SMALL);
    char *gz = slurp("inner.gz", &length), *zip = slurp("inner.zip", &zip_length);
    const member members[] = { { "a.gz", gz, length, 0 }, { "b.zip", zip, zip_length, 0 }, { "c.json", SMALL, strlen(SMALL), 0 } };

    pack("outer", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, NULL, members, 3);
    loaded l = load("outer", 0);
    expect_same_as_small(&l);
    ck_assert_uint_eq(test_count_diags(&l, "nested-archive"), 2);
    ck_assert(cg_str_ends(test_diag(&l, "nested-archive").source, CG_STR("/outer/a.gz")));
    test_drop(&l);

    pack("outer", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, NULL, members, 2);
    l = load("outer", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "not opened", 0, 0);
    test_drop(&l);
    pack("outer", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, NULL, members + 1, 1);
    l = load("outer", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "not opened", 0, 0);
    test_drop(&l);
    free(gz);
    free(zip);
}
END_TEST

START_TEST(names_in_archives_are_harmless)
{
    const member members[] = { { "../../../../tmp/cspm-escaped.json", SMALL, strlen(SMALL), 0 },
                               { "/etc/cspm-escaped.json", SMALL, strlen(SMALL), 0 },
                               { "bell\a\x1b[31m\nname.json", SMALL, strlen(SMALL), 0 },
                               { "folder/", NULL, 0, S_IFDIR },
                               { "link", NULL, 0, S_IFLNK } };
    static const struct {
        int filter, format;
    } rows[] = { { ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP }, { ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_TAR_USTAR } };
    for (size_t i = 0; i < 2; i++) {
        pack("x", rows[i].filter, rows[i].format, NULL, members, 5);
        loaded l = load("x", 0);
        expect_same_as_small(&l);
        ck_assert_int_ne(access("/tmp/cspm-escaped.json", F_OK), 0);
        ck_assert_int_ne(access("/etc/cspm-escaped.json", F_OK), 0);
        ck_assert_uint_eq(test_count_diags(&l, "not-a-file"), 1);
        for (uint32_t s = 0; s < cg_source_count(l.graph); s++) {
            cg_str name = cg_source_get(l.graph, s).name;
            for (size_t k = 0; k < name.length; k++)
                ck_assert_uint_ge((unsigned char)name.data[k], 0x20);
        }
        test_drop(&l);
    }
}
END_TEST

START_TEST(empty_things)
{
    test_write(folder, "empty", "", 0);
    loaded l = load("empty", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "empty", 0, 0);
    test_drop(&l);
    pack_text("empty.gz", ARCHIVE_FILTER_GZIP, ARCHIVE_FORMAT_RAW, "");
    l = load("empty.gz", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "empty", 0, 0);
    test_drop(&l);
    pack("empty.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, NULL, NULL, 0);
    l = load("empty.zip", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "empty", 0, 0);
    test_drop(&l);
    const member only = { "folder/", NULL, 0, S_IFDIR };
    pack("folders.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, NULL, &only, 1);
    l = load("folders.zip", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "no files", 0, 0);
    test_drop(&l);
}
END_TEST

/* ---- folders ---- */

static void make_folder(const char *name)
{
    char *path = test_join(folder, name);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    free(path);
}

static void make_link(const char *target, const char *name)
{
    char *path = test_join(folder, name);
    ck_assert_int_eq(symlink(target, path), 0);
    free(path);
}

START_TEST(folder_is_read_whole)
{
    make_folder("sub");
    make_folder("sub/deeper");
    test_write_text(folder, "b.json", "{\"graph\":{\"nodes\":[{\"id\":\"b\",\"kinds\":[\"B\"]}]}}");
    test_write_text(folder, "sub/a", "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"]}]}}");
    pack_text("sub/deeper/edges.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP,
              "{\"graph\":{\"edges\":[{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}}]}}");
    loaded l = load("", 0);
    expect_same_as_small(&l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    ck_assert_uint_eq(cg_source_count(l.graph), 3);
    ck_assert(cg_str_ends(cg_source_get(l.graph, 0).name, CG_STR("/b.json")));
    ck_assert(cg_str_ends(cg_source_get(l.graph, 2).name, CG_STR("/sub/deeper/edges.zip/member.json")));
    test_drop(&l);
    char *slash = test_join(folder, "//");
    l = test_path(slash, 0);
    expect_same_as_small(&l);
    ck_assert_ptr_null(memmem(cg_source_get(l.graph, 0).name.data, cg_source_get(l.graph, 0).name.length, "//", 2));
    test_drop(&l);
    free(slash);
}
END_TEST

START_TEST(folder_with_strangers)
{
    char *fifo = test_join(folder, "fifo");
    test_write_text(folder, "good.json", SMALL);
    test_write_text(folder, "notes.txt", "hello");
    test_write_text(folder, "empty", "");
    test_write_text(folder, "other.json", "{\"a\":1,");
    test_write_text(folder, "bad\xff\nname", "{}");
    make_link("/etc/passwd", "out");
    make_link("good.json", "in");
    make_link("nowhere", "broken");
    make_link(".", "loop");
    ck_assert_int_eq(mkfifo(fifo, 0644), 0);
    loaded l = load("", 0);
    expect_same_as_small(&l);
    ck_assert_uint_eq(test_count_diags(&l, "unrecognised"), 4);
    ck_assert_uint_eq(test_count_diags(&l, "link-outside"), 2);
    ck_assert_uint_eq(test_count_diags(&l, "not-a-file"), 1);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 7);
    test_drop(&l);
    free(fifo);
}
END_TEST

START_TEST(folder_with_nothing)
{
    loaded l = load("", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "empty", 0, 0);
    test_drop(&l);
    make_folder("sub");
    test_write_text(folder, "sub/notes.txt", "hello");
    l = load("", 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "notes.txt", 0, 0);
    test_drop(&l);
}
END_TEST

START_TEST(folder_with_a_malformed_file)
{
    test_write_text(folder, "a.json", "{\"graph\":{\"nodes\":[{\"id\":\"x\",\"kinds\":[\"X\"]},\n??");
    test_write_text(folder, "b.json", SMALL);
    loaded l = load("", 0);
    test_expect_error(&l, CSPM_E_PARSE, "", 2, 1);
    ck_assert_ptr_nonnull(strstr(cspm_error_source(l.err, NULL), "/a.json"));
    test_drop(&l);
    l = load("", CG_INGEST_KEEP_GOING);
    expect_same_as_small(&l);
    ck_assert(test_diag(&l, "malformed").severity == CG_DIAG_ERROR);
    test_drop(&l);
    /* the same in an archive */
    const member members[] = { { "a.json", "{\"graph\":{\"nodes\":[}", 20, 0 }, { "b.json", SMALL, strlen(SMALL), 0 } };
    pack("x.zip", ARCHIVE_FILTER_NONE, ARCHIVE_FORMAT_ZIP, NULL, members, 2);
    l = load("x.zip", 0);
    test_expect_error(&l, CSPM_E_PARSE, "", 1, 20);
    test_drop(&l);
    l = load("x.zip", CG_INGEST_KEEP_GOING);
    expect_same_as_small(&l);
    test_drop(&l);
}
END_TEST

START_TEST(folder_nested_too_deep)
{
    char *path = strdup(folder);
    for (int i = 0; i < 70; i++) {
        char *deeper = test_join(path, "d");
        free(path);
        path = deeper;
        ck_assert_int_eq(mkdir(path, 0755), 0);
    }
    test_write_text(path, "lost.json", SMALL);
    test_write_text(folder, "good.json", SMALL);
    loaded l = load("", 0);
    expect_same_as_small(&l);
    ck_assert_uint_eq(test_count_diags(&l, "too-deep"), 1);
    test_drop(&l);
    free(path);
}
END_TEST

START_TEST(unreadable_things)
{
    loaded l = load("absent.json", 0);
    test_expect_error(&l, CSPM_E_IO, "No such file", 0, 0);
    test_drop(&l);
    test_write_text(folder, "secret.json", SMALL);
    test_write_text(folder, "shared.json", SMALL);
    l = load("secret.json/below", 0);
    test_expect_error(&l, CSPM_E_IO, "Not a directory", 0, 0);
    test_drop(&l);

    char *path = test_join(folder, "secret.json");
    ck_assert_int_eq(chmod(path, 0), 0);
    ck_assert_int_eq(chmod(folder, 0755), 0);
    bool root = geteuid() == 0; /* root reads everything: be nobody for a while */
    if (root)
        ck_assert_int_eq(seteuid(65534), 0);
    loaded named = load("secret.json", 0), inside = load("", 0), kept = load("", CG_INGEST_KEEP_GOING);
    if (root)
        ck_assert_int_eq(seteuid(0), 0);
    test_expect_error(&named, CSPM_E_IO, "Permission denied", 0, 0);
    test_expect_error(&inside, CSPM_E_IO, "Permission denied", 0, 0);
    ck_assert_ptr_nonnull(strstr(cspm_error_source(inside.err, NULL), "secret.json"));
    expect_same_as_small(&kept);
    ck_assert(test_diag(&kept, "unreadable").severity == CG_DIAG_ERROR);
    test_drop(&named);
    test_drop(&inside);
    test_drop(&kept);
    free(path);
}
END_TEST

START_TEST(devices_and_fifos_are_refused)
{
    char *fifo = test_join(folder, "fifo");
    ck_assert_int_eq(mkfifo(fifo, 0644), 0);
    loaded l = test_path(fifo, 0);
    test_expect_error(&l, CSPM_E_IO, "neither a file nor a folder", 0, 0);
    test_drop(&l);
    l = test_path("/dev/zero", 0);
    test_expect_error(&l, CSPM_E_IO, "neither a file nor a folder", 0, 0);
    test_drop(&l);
    free(fifo);
}
END_TEST

START_TEST(cancelled_reading_leaves_no_trace)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    cspm_op *op = NULL;
    ck_assert_int_eq(cg_op_new(mem, &op, &err), CSPM_OK);
    cspm_op_cancel(op);
    test_write_text(folder, "a.json", SMALL);
    ck_assert_int_eq(cg_ingest_path(b, folder, NULL, op, &err), CSPM_E_CANCELLED);
    cspm_error_free(err);
    ck_assert_uint_eq(cg_builder_n_nodes(b), 0);
    cspm_op_unref(op);
    cg_builder_free(b);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

Suite *input_suite(void)
{
    Suite *s = suite_create("input");
    TCase *t = tcase_create("inputs");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, every_form_is_the_same_graph, 0, (int)(sizeof forms / sizeof forms[0]));
    tcase_add_test(t, standard_input);
    tcase_add_test(t, damaged_compression);
    tcase_add_test(t, damaged_archives);
    tcase_add_test(t, encrypted_member_is_an_error);
    tcase_add_test(t, bombs_meet_the_limit);
    tcase_add_test(t, nested_archives_are_not_opened);
    tcase_add_test(t, names_in_archives_are_harmless);
    tcase_add_test(t, empty_things);
    tcase_add_test(t, folder_is_read_whole);
    tcase_add_test(t, folder_with_strangers);
    tcase_add_test(t, folder_with_nothing);
    tcase_add_test(t, folder_with_a_malformed_file);
    tcase_add_test(t, folder_nested_too_deep);
    tcase_add_test(t, unreadable_things);
    tcase_add_test(t, devices_and_fifos_are_refused);
    tcase_add_test(t, cancelled_reading_leaves_no_trace);
    suite_add_tcase(s, t);
    return s;
}
