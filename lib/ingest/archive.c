#include "ingest/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

struct cg_archive {
    cg_mem *mem;
    cg_source *source;
    struct archive *reader;
    bool compressed;
    bool ended;
    cspm_error *source_error; /* reading the source failed: the cause, not what libarchive makes of it */
    int32_t source_status;
    cg_buf name;
    uint64_t members;
    char *buffer;
    size_t held;
    bool again;
};

void cg_printable_name(cg_buf *out, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t good = cg_utf8_check(bytes, length);
        if (good > length)
            good = length;
        for (size_t i = 0; i < good; i++)
            cg_buf_char(out, (unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7F ? '?' : bytes[i]);
        if (good == length)
            return;
        cg_buf_char(out, '?');
        bytes += good + 1;
        length -= good + 1;
    }
}

/* ---- libarchive reads through these ---- */

static la_ssize_t read_source(struct archive *reader, void *user, const void **bytes)
{
    cg_archive *a = user;
    const char *piece = NULL;
    size_t length = 0;

    a->source_status = cg_source_next(a->source, &piece, &length, &a->source_error);
    if (a->source_status < 0) {
        archive_set_error(reader, EIO, "input failed");
        return -1;
    }
    *bytes = piece;
    return (la_ssize_t)length;
}

static la_int64_t skip_source(struct archive *reader, void *user, la_int64_t request)
{
    cg_archive *a = user;
    uint64_t size;

    (void)reader;
    if (request <= 0 || !a->source->seekable || !cg_source_size(a->source, &size) || size < a->source->position)
        return 0;
    if ((uint64_t)request > size - a->source->position)
        request = (la_int64_t)(size - a->source->position);
    return cg_source_seek(a->source, a->source->position + (uint64_t)request) ? request : 0;
}

static la_int64_t seek_source(struct archive *reader, void *user, la_int64_t offset, int whence)
{
    cg_archive *a = user;
    uint64_t size = 0;
    int64_t from = 0;

    if (whence == SEEK_CUR)
        from = (int64_t)a->source->position;
    else if (whence == SEEK_END && cg_source_size(a->source, &size) && size <= INT64_MAX)
        from = (int64_t)size;
    if ((offset < 0 && from < -offset) || (offset > 0 && from > INT64_MAX - offset) ||
        !cg_source_seek(a->source, (uint64_t)(from + offset))) {
        archive_set_error(reader, EINVAL, "cannot seek");
        return ARCHIVE_FATAL;
    }
    return from + offset;
}

/* ---- errors ---- */

static int32_t fail(cg_archive *a, cspm_error **err)
{
    const char *text = archive_error_string(a->reader);

    if (a->source_status < 0) {
        if (err && !*err) {
            *err = a->source_error;
            a->source_error = NULL;
        }
        return a->source_status;
    }
    if (archive_errno(a->reader) == ENOMEM)
        return cg_nomem(a->mem, err);
    return cg_fail_at(a->mem, err, CSPM_E_PARSE, a->source->name, (cg_pos){ 0 }, "damaged %s: %s",
                      a->compressed ? "compressed data" : "archive", text ? text : "it cannot be read");
}

/* ---- the interface ---- */

static bool set_up(cg_archive *a)
{
    struct archive *r = a->reader;
    bool ok = true;

    if (a->compressed) {
        /* Only decoders inside the library: no external programs. A warning means exactly such a fallback. */
        ok = archive_read_support_filter_gzip(r) == ARCHIVE_OK && archive_read_support_filter_zstd(r) == ARCHIVE_OK &&
             archive_read_support_filter_xz(r) == ARCHIVE_OK && archive_read_support_filter_bzip2(r) == ARCHIVE_OK &&
             archive_read_support_format_raw(r) == ARCHIVE_OK && archive_read_support_format_empty(r) == ARCHIVE_OK;
    } else {
        ok = archive_read_support_format_zip_streamable(r) == ARCHIVE_OK;
        if (ok && a->source->seekable)
            ok = archive_read_support_format_zip_seekable(r) == ARCHIVE_OK && archive_read_set_seek_callback(r, seek_source) == ARCHIVE_OK;
    }
    return ok && archive_read_support_format_tar(r) == ARCHIVE_OK && archive_read_set_read_callback(r, read_source) == ARCHIVE_OK &&
           archive_read_set_skip_callback(r, skip_source) == ARCHIVE_OK && archive_read_set_callback_data(r, a) == ARCHIVE_OK;
}

int32_t cg_archive_open(cg_source *source, bool compressed, cg_archive **out, cspm_error **err)
{
    cg_archive *a = cg_calloc(source->mem, 1, sizeof *a);
    int32_t rc = CSPM_OK;

    *out = NULL;
    if (!a)
        return cg_nomem(source->mem, err);
    a->mem = source->mem;
    a->source = source;
    a->compressed = compressed;
    cg_buf_init(&a->name, a->mem, 0);
    a->buffer = cg_alloc(a->mem, CG_SOURCE_PIECE);
    a->reader = archive_read_new();
    if (!a->buffer || !a->reader) {
        rc = cg_nomem(a->mem, err);
        goto out;
    }
    if (!set_up(a)) {
        rc = archive_errno(a->reader) == ENOMEM ? cg_nomem(a->mem, err)
                                                : cg_fail_at(a->mem, err, CSPM_E_UNSUPPORTED, source->name, (cg_pos){ 0 },
                                                             "this build of libarchive lacks a decoder that is needed");
        goto out;
    }
    if (archive_read_open1(a->reader) != ARCHIVE_OK)
        rc = fail(a, err);
out:
    if (rc < 0) {
        cg_archive_close(a);
        a = NULL;
    }
    *out = a;
    return rc;
}

static int32_t member_name(cg_archive *a, struct archive_entry *entry, cspm_error **err)
{
    const char *name = archive_entry_pathname_utf8(entry);

    if (!name)
        name = archive_entry_pathname(entry);
    cg_buf_clear(&a->name);
    if (name && *name)
        cg_printable_name(&a->name, name, strlen(name));
    else
        cg_buf_printf(&a->name, "member %llu", (unsigned long long)a->members);
    return a->name.failed ? cg_nomem(a->mem, err) : CSPM_OK;
}

int32_t cg_archive_next(cg_archive *a, cg_member *out, cspm_error **err)
{
    struct archive_entry *entry;
    int status;
    int32_t rc;

    if (a->ended)
        return CSPM_DONE;
    a->held = 0;
    a->again = false;
    do
        status = archive_read_next_header(a->reader, &entry);
    while (status == ARCHIVE_RETRY);
    if (status == ARCHIVE_EOF)
        return CSPM_DONE;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        a->ended = true; /* there is no way to the members behind the damage */
        return fail(a, err);
    }
    a->members++;
    if ((rc = member_name(a, entry, err)) < 0)
        return rc;
    *out = (cg_member){
        .name = cg_buf_view(&a->name),
        .is_folder = archive_entry_filetype(entry) == AE_IFDIR,
        .is_file = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry),
        .bare = archive_format(a->reader) == ARCHIVE_FORMAT_RAW,
        .encrypted = archive_entry_is_encrypted(entry) > 0,
    };
    return CSPM_OK;
}

int32_t cg_archive_read(cg_archive *a, const char **bytes, size_t *length, cspm_error **err)
{
    *bytes = a->buffer;
    *length = 0;
    if (!a->again) {
        a->held = 0;
        while (a->held < CG_SOURCE_PIECE) {
            la_ssize_t n = archive_read_data(a->reader, a->buffer + a->held, CG_SOURCE_PIECE - a->held);
            if (n == ARCHIVE_RETRY)
                continue;
            if (n < 0)
                return fail(a, err);
            if (n == 0)
                break;
            a->held += (size_t)n;
        }
    }
    a->again = false;
    *length = a->held;
    /* A small compressed input can take long to unpack: the source alone would not check often enough. */
    return cg_op_check(a->source->op, a->mem, err);
}

void cg_archive_unread(cg_archive *a)
{
    a->again = true;
}

void cg_archive_close(cg_archive *a)
{
    if (!a)
        return;
    if (a->reader)
        archive_read_free(a->reader);
    cspm_error_free(a->source_error);
    cg_buf_free(&a->name);
    cg_free(a->mem, a->buffer);
    cg_free(a->mem, a);
}
