/* From what the user names to a dialect that reads it: files, folders, archives, compressed streams, standard input, buffers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/archive.h"
#include "ingest/dialects.h"
#include "ingest/sniff.h"
#include "ingest/utf16.h"
#include "ingest/walk.h"

typedef struct job {
    cg_builder *b;
    cg_mem *mem;
    cspm_op *op;
    const cg_dialect *forced;
    bool keep_going;
    size_t root;            /* length of the name of what the user named */
    uint64_t bytes_left;    /* of the input at hand, unpacked */
    uint64_t recognised;    /* inputs some dialect took */
    uint64_t passed_over;   /* inputs none did */
    char first_reason[256]; /* why the first of those was passed over */
} job;

/* Where content comes from: a source as it is, or the member an archive stands at. */
typedef struct content {
    cg_source *source;
    cg_archive *archive; /* NULL: the source itself */
    cg_str name;
    const char *path; /* of a plain file, for dialects that open it themselves; NULL */
    cg_utf16 *utf16;  /* NULL: the bytes are the text */
    cg_buf *text;     /* of utf16: the current piece as UTF-8 */
    bool named;       /* the user named it, alone: what is wrong with it is an error */
} content;

static int32_t raw_next(content *c, const char **bytes, size_t *length, cspm_error **err)
{
    return c->archive ? cg_archive_read(c->archive, bytes, length, err) : cg_source_next(c->source, bytes, length, err);
}

static int32_t broken_utf16(content *c, cspm_error **err)
{
    return cg_fail_at(c->source->mem, err, CSPM_E_PARSE, c->name, (cg_pos){ 0 }, "half a character of UTF-16 at byte %llu",
                      (unsigned long long)c->utf16->offset);
}

static int32_t content_next(content *c, const char **bytes, size_t *length, cspm_error **err)
{
    int32_t rc = raw_next(c, bytes, length, err);

    if (rc < 0 || !c->utf16)
        return rc;
    cg_buf_clear(c->text);
    while (rc == CSPM_OK && *length > 0 && c->text->length == 0) { /* a piece may hold no more than a byte order mark */
        if (!cg_utf16_feed(c->utf16, *bytes, *length, c->text))
            return broken_utf16(c, err);
        if (c->text->failed)
            return cg_nomem(c->source->mem, err);
        if (c->text->length == 0)
            rc = raw_next(c, bytes, length, err);
    }
    if (rc == CSPM_OK && c->text->length == 0 && !cg_utf16_ends(c->utf16))
        return broken_utf16(c, err);
    *bytes = c->text->data;
    *length = c->text->length;
    return rc;
}

/* The piece just read will be read again; only the first one of decoded text can be, by starting over. */
static void content_unread(content *c)
{
    if (c->utf16)
        *c->utf16 = (cg_utf16){ .big = c->utf16->big };
    if (c->archive)
        cg_archive_unread(c->archive);
    else
        cg_source_unread(c->source);
}

static int32_t fail(job *j, cspm_error **err, int32_t code, cg_str name, const char *message)
{
    return cg_fail_at(j->mem, err, code, name, (cg_pos){ 0 }, "%s", message);
}

/* ---- what is passed over, and what is reported instead of failing ---- */

static int32_t report(job *j, cg_severity severity, cg_str name, const char *code, cg_pos pos, cspm_error **err, const char *message)
{
    const cg_source_options o = { .name = name };
    int32_t rc = cg_builder_begin_source(j->b, &o, err);
    return rc < 0 ? rc : cg_builder_diag(j->b, severity, code, pos, err, "%s", message);
}

static const cg_pos nowhere = { .offset = UINT64_MAX };

/* Content that no dialect reads: an error when the user named it, else a warning. */
static int32_t pass_over(job *j, cg_str name, bool named, const char *code, const char *why, cspm_error **err)
{
    char message[400];

    if (named) {
        snprintf(message, sizeof message, "not recognised: %s", why);
        return fail(j, err, CSPM_E_UNRECOGNISED, name, message);
    }
    j->passed_over++;
    if (!j->first_reason[0])
        snprintf(j->first_reason, sizeof j->first_reason, "%.*s: %s", (int)(name.length < 120 ? name.length : 120), name.data, why);
    snprintf(message, sizeof message, "passed over: %s", why);
    return report(j, CG_DIAG_WARNING, name, code, nowhere, err, message);
}

static bool is_input_fault(int32_t rc)
{
    return rc == CSPM_E_PARSE || rc == CSPM_E_IO;
}

/* With "keep going" a fault of one input becomes a diagnostic; takes over *inner either way. */
static int32_t settle(job *j, cg_str name, int32_t rc, cspm_error *inner, cspm_error **err)
{
    if (rc < 0 && j->keep_going && is_input_fault(rc)) {
        cg_pos pos = nowhere;
        size_t length;
        uint32_t line, column;
        uint64_t offset;
        const char *message = cspm_error_message(inner, &length);
        cspm_error_position(inner, &offset, &line, &column);
        if (line > 0)
            pos = (cg_pos){ offset, line, column };
        rc = report(j, CG_DIAG_ERROR, name, rc == CSPM_E_IO ? "unreadable" : "malformed", pos, err, message);
        cspm_error_free(inner);
        return rc;
    }
    if (rc < 0 && err && !*err)
        *err = inner;
    else
        cspm_error_free(inner);
    return rc;
}

/* ---- JSON that nobody recognised: is it at least JSON? ---- */

static int32_t ignore(void *user)
{
    (void)user;
    return CSPM_OK;
}

static int32_t ignore_boolean(void *user, bool value)
{
    (void)value;
    return ignore(user);
}

static int32_t ignore_text(void *user, const char *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return ignore(user);
}

static int32_t count_bytes(job *j, cg_str name, size_t length, cspm_error **err)
{
    if (length > j->bytes_left)
        return fail(j, err, CSPM_E_LIMIT, name, "larger than max_input_bytes allows, unpacked");
    j->bytes_left -= length;
    return CSPM_OK;
}

/* A fault of syntax explains better than "not recognised" why a file could not be used. */
static int32_t check_syntax(job *j, content *c, cspm_error **err)
{
    static const cg_json_handler handler = {
        .null = ignore,
        .boolean = ignore_boolean,
        .number = ignore_text,
        .string = ignore_text,
        .key = ignore_text,
        .start_object = ignore,
        .end_object = ignore,
        .start_array = ignore,
        .end_array = ignore,
        .duplicate_key = ignore_text,
    };
    const cg_json_limits limits = { .allow_nul = true, .allow_multiple = true };
    cg_json_reader *reader;
    const char *bytes;
    size_t length;
    int32_t rc = cg_json_reader_new(j->mem, &limits, &handler, NULL, c->name, &reader, err);

    if (rc < 0)
        return rc;
    for (;;) {
        if ((rc = content_next(c, &bytes, &length, err)) < 0 || length == 0)
            break;
        if ((rc = count_bytes(j, c->name, length, err)) < 0 || (rc = cg_json_feed(reader, bytes, length, err)) < 0)
            break;
    }
    if (rc == CSPM_OK)
        rc = cg_json_finish(reader, err);
    cg_json_reader_free(reader);
    return rc;
}

static int32_t unrecognised(job *j, content *c, const char *head, size_t length, bool whole, cspm_error **err)
{
    char room[256];
    const char *reason = cg_sniff_reason(head, length, whole, room, sizeof room);
    const char *name;
    size_t i = 0;
    int32_t rc;

    if (c->named && cg_sniff_form(head, length, &name) == CG_FORM_TEXT) {
        while (i < length && memchr(" \t\r\n\xEF\xBB\xBF", head[i], 7))
            i++;
        if (i < length && (head[i] == '{' || head[i] == '[')) {
            content_unread(c);
            if ((rc = check_syntax(j, c, err)) < 0)
                return rc;
        }
    }
    return pass_over(j, c->name, c->named, "unrecognised", reason, err);
}

/* ---- content through a dialect ---- */

static int32_t stream(job *j, content *c, const cg_dialect *d, cspm_error **err)
{
    void *state = NULL;
    const char *bytes;
    size_t length;
    uint64_t total = 0;
    int32_t rc = d->open(j->b, c->name, j->op, &state, err);

    while (rc == CSPM_OK) {
        if ((rc = content_next(c, &bytes, &length, err)) < 0 || length == 0)
            break;
        total += length;
        if ((rc = count_bytes(j, c->name, length, err)) == CSPM_OK)
            rc = d->feed(state, bytes, length, err);
    }
    if (rc == CSPM_OK)
        rc = d->finish(state, err);
    if (state)
        d->close(state);
    cg_builder_source_bytes(j->b, total);
    return rc;
}

/* The folder a name stands in, below what the user named. */
static cg_str scope_of(const job *j, cg_str name)
{
    size_t begin = j->root < name.length ? j->root : name.length, end = name.length;

    while (begin < end && name.data[begin] == '/')
        begin++;
    while (end > begin && name.data[end - 1] != '/')
        end--;
    return (cg_str){ name.data + begin, end > begin ? end - begin - 1 : 0 };
}

static int32_t read_with(job *j, content *c, const cg_dialect *d, cspm_error **err)
{
    const cg_source_options o = { .name = c->name,
                                  .dialect = cg_str_from(d->name),
                                  .rank = d->rank,
                                  .merge_equal_edges = true,
                                  .repeats = d->repeats,
                                  .yields = d->yields,
                                  .scope = scope_of(j, c->name) };
    cg_builder_mark mark;
    cspm_error *inner = NULL;
    int32_t rc = cg_builder_mark_set(j->b, &mark, err);

    if (rc < 0)
        return rc;
    if (d->load)
        rc = d->load(j->b, c->path, j->op, &inner);
    else if ((rc = cg_builder_begin_source(j->b, &o, &inner)) == CSPM_OK)
        rc = stream(j, c, d, &inner);
    if (rc < 0)
        cg_builder_rollback(j->b, &mark);
    j->recognised++;
    return settle(j, c->name, rc, inner, err);
}

static int32_t read_text(job *j, content *c, cspm_error **err)
{
    const cg_dialect *d = j->forced;
    const char *bytes, *form_name;
    size_t length;
    int32_t rc = content_next(c, &bytes, &length, err);

    if (rc < 0)
        return rc;
    const bool whole = length <= CG_SNIFF_BYTES;
    const size_t head = whole ? length : CG_SNIFF_BYTES;
    const cg_form form = cg_sniff_form(bytes, head, &form_name);
    if (c->archive && (form == CG_FORM_ARCHIVE || form == CG_FORM_COMPRESSED))
        return pass_over(j, c->name, c->named, "nested-archive", "archives inside archives are not opened", err);
    if (form == CG_FORM_TEXT && !d)
        d = cg_dialect_recognise(bytes, head, whole);
    if (form != CG_FORM_TEXT || !d)
        return unrecognised(j, c, bytes, head, whole, err);
    if (d->load && !c->path)
        return pass_over(j, c->name, c->named, "unrecognised", "a snapshot must be a plain file, not a stream or part of an archive", err);
    content_unread(c);
    return read_with(j, c, d, err);
}

static int32_t read_content(job *j, content *c, cspm_error **err)
{
    const char *bytes, *form_name;
    size_t length;
    int32_t rc = content_next(c, &bytes, &length, err);

    if (rc < 0)
        return rc;
    content_unread(c);
    if (cg_sniff_form(bytes, length < CG_SNIFF_BYTES ? length : CG_SNIFF_BYTES, &form_name) != CG_FORM_UTF16)
        return read_text(j, c, err);
    cg_utf16 utf16;
    cg_buf text;
    cg_utf16_start(&utf16, bytes, length);
    cg_buf_init(&text, j->mem, 0);
    content decoded = *c;
    decoded.utf16 = &utf16;
    decoded.text = &text;
    decoded.path = NULL; /* what stands in the file is not the text */
    rc = read_text(j, &decoded, err);
    cg_buf_free(&text);
    return rc;
}

/* ---- archives ---- */

static int32_t read_member(job *j, content *outer, cg_archive *a, const cg_member *m, cspm_error **err)
{
    content inner = { .source = outer->source, .archive = a, .name = outer->name, .named = m->bare && outer->named };
    cspm_error *fault = NULL;
    cg_buf name;
    int32_t rc;

    cg_buf_init(&name, j->mem, 0);
    if (!m->bare) {
        cg_buf_str(&name, outer->name);
        cg_buf_char(&name, '/');
        cg_buf_str(&name, m->name);
        inner.name = cg_buf_view(&name);
    }
    if (name.failed) {
        rc = cg_nomem(j->mem, err);
    } else if (!m->is_file && !m->bare) {
        rc = pass_over(j, inner.name, false, "not-a-file", "it is a link or a device", err);
    } else {
        rc = m->encrypted ? fail(j, &fault, CSPM_E_IO, inner.name, "the member is encrypted") : read_content(j, &inner, &fault);
        rc = settle(j, inner.name, rc, fault, err);
    }
    cg_buf_free(&name);
    return rc;
}

static int32_t read_archive(job *j, content *c, bool compressed, cspm_error **err)
{
    const uint64_t recognised = j->recognised;
    cg_archive *a;
    cg_member member;
    uint64_t members = 0;
    cspm_error *fault = NULL;
    int32_t rc = cg_archive_open(c->source, compressed, &a, &fault);

    while (rc == CSPM_OK && (rc = cg_archive_next(a, &member, &fault)) == CSPM_OK) {
        members++;
        if (!member.is_folder)
            rc = read_member(j, c, a, &member, &fault);
    }
    cg_archive_close(a);
    if (rc < 0)
        return settle(j, c->name, rc, fault, err);
    if (j->recognised > recognised)
        return CSPM_OK;
    if (members == 0)
        return pass_over(j, c->name, c->named, "unrecognised", compressed ? "it is empty" : "the archive is empty", err);
    if (c->named && !j->first_reason[0])
        return pass_over(j, c->name, true, "unrecognised", "the archive holds no files", err);
    return CSPM_OK; /* each member was reported; a named archive fails at the end for want of anything recognised */
}

/* ---- whole inputs ---- */

static int32_t read_source(job *j, content *c, cspm_error **err)
{
    const char *bytes, *form_name;
    size_t length;
    int32_t rc = cg_source_next(c->source, &bytes, &length, err);

    if (rc < 0)
        return rc;
    cg_source_unread(c->source);
    switch (cg_sniff_form(bytes, length < CG_SNIFF_BYTES ? length : CG_SNIFF_BYTES, &form_name)) {
    case CG_FORM_COMPRESSED:
        return read_archive(j, c, true, err);
    case CG_FORM_ARCHIVE:
        return read_archive(j, c, false, err);
    default:
        return read_content(j, c, err);
    }
}

static void start_input(job *j)
{
    j->bytes_left = cg_builder_limits(j->b)->max_input_bytes;
}

static int32_t read_fd(job *j, int fd, cg_str name, const char *path, bool named, cspm_error **err)
{
    cg_source source;
    content c = { .source = &source, .name = name, .path = path, .named = named };
    int32_t rc = cg_source_open_fd(&source, j->mem, j->op, name, fd, err);

    if (rc == CSPM_OK) {
        uint64_t size = 0;
        start_input(j);
        if (named && cg_source_size(&source, &size))
            cg_op_phase(j->op, CSPM_PHASE_READ, size);
        rc = read_source(j, &c, err);
    }
    cg_source_close(&source);
    return rc;
}

/* ---- folders ---- */

/* A name for people and for the graph: printable, whatever bytes the system allowed. */
static int32_t shown_name(job *j, const char *path, cg_buf *out, cspm_error **err)
{
    cg_buf_init(out, j->mem, 0);
    cg_printable_name(out, path, strlen(path));
    return out->failed ? cg_nomem(j->mem, err) : CSPM_OK;
}

static int32_t folder_file(void *user, const char *path, int fd, cspm_error **err)
{
    job *j = user;
    cspm_error *fault = NULL;
    cg_buf name;
    int32_t rc = shown_name(j, path, &name, err);

    if (rc == CSPM_OK) {
        rc = read_fd(j, fd, cg_buf_view(&name), path, false, &fault);
        rc = settle(j, cg_buf_view(&name), rc, fault, err);
    }
    cg_buf_free(&name);
    return rc;
}

static int32_t folder_passed(void *user, const char *path, const char *code, const char *why, cspm_error **err)
{
    job *j = user;
    cg_buf name;
    int32_t rc = shown_name(j, path, &name, err);

    if (rc == CSPM_OK)
        rc = pass_over(j, cg_buf_view(&name), false, code, why, err);
    cg_buf_free(&name);
    return rc;
}

static int32_t folder_unreadable(void *user, const char *path, const char *why, cspm_error **err)
{
    job *j = user;
    cspm_error *fault = NULL;
    cg_buf name;
    int32_t rc = shown_name(j, path, &name, err);

    if (rc == CSPM_OK) {
        rc = cg_fail_at(j->mem, &fault, CSPM_E_IO, cg_buf_view(&name), (cg_pos){ 0 }, "cannot read: %s", why);
        rc = settle(j, cg_buf_view(&name), rc, fault, err);
    }
    cg_buf_free(&name);
    return rc;
}

static int32_t read_folder(job *j, const char *path, cspm_error **err)
{
    const cg_walk_events events = { .user = j, .file = folder_file, .passed = folder_passed, .unreadable = folder_unreadable };
    cg_buf root;
    int32_t rc;

    cg_buf_init(&root, j->mem, 0);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    cg_buf_add(&root, path, length);
    cg_buf_char(&root, '\0');
    cg_op_phase(j->op, CSPM_PHASE_READ, 0);
    cg_buf name;
    cg_buf_init(&name, j->mem, 0);
    cg_printable_name(&name, path, length);
    j->root = name.length;
    rc = root.failed || name.failed ? cg_nomem(j->mem, err) : cg_walk(j->mem, root.data, j->op, &events, err);
    cg_buf_free(&root);
    cg_buf_free(&name);
    return rc;
}

/* ---- entry points ---- */

static int32_t read_named(job *j, const char *path, cg_str name, cspm_error **err)
{
    char message[200];
    struct stat st;
    int fd = -1;

    if (strcmp(path, "-") == 0) {
        cg_op_phase(j->op, CSPM_PHASE_READ, 0);
        return read_fd(j, STDIN_FILENO, name, NULL, true, err);
    }
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return read_folder(j, path, err);
        if (!S_ISREG(st.st_mode))
            return fail(j, err, CSPM_E_IO, name, "neither a file nor a folder; pipe it in and name it \"-\"");
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }
    if (fd < 0) {
        const char *why = strerrordesc_np(errno);
        if (errno == ENOMEM)
            return cg_nomem(j->mem, err);
        snprintf(message, sizeof message, "cannot open: %s", why ? why : "unknown error");
        return fail(j, err, CSPM_E_IO, name, message);
    }
    int32_t rc = read_fd(j, fd, name, path, true, err);
    close(fd);
    return rc;
}

static int32_t begin(job *j, cg_builder *b, const cg_ingest_options *o, cspm_op *op, cspm_error **err)
{
    *j = (job){ .b = b, .mem = cg_builder_mem(b), .op = op, .keep_going = o && (o->flags & CG_INGEST_KEEP_GOING) };
    if (!o || !o->format.data)
        return CSPM_OK;
    j->forced = cg_dialect_find(o->format);
    if (j->forced)
        return CSPM_OK;
    return cg_fail(j->mem, err, CSPM_E_INVALID, "no input format is called \"%.*s\"", CG_FMT(o->format));
}

static int32_t end(job *j, cg_str name, const cg_builder_mark *mark, int32_t rc, cspm_error **err)
{
    if (rc == CSPM_OK && j->recognised == 0) {
        if (j->first_reason[0])
            rc =
                cg_fail_at(j->mem, err, CSPM_E_UNRECOGNISED, name, (cg_pos){ 0 },
                           "nothing in it is recognised (%llu passed over, first %s)", (unsigned long long)j->passed_over, j->first_reason);
        else
            rc = fail(j, err, CSPM_E_UNRECOGNISED, name, "nothing in it is recognised: it is empty");
    }
    if (rc < 0)
        cg_builder_rollback(j->b, mark);
    return rc;
}

int32_t cg_ingest_path(cg_builder *b, const char *path, const cg_ingest_options *o, cspm_op *op, cspm_error **err)
{
    cg_builder_mark mark;
    cg_buf name;
    job j;
    int32_t rc = begin(&j, b, o, op, err);

    if (rc < 0 || (rc = cg_builder_mark_set(b, &mark, err)) < 0)
        return rc;
    rc = shown_name(&j, strcmp(path, "-") == 0 ? "<stdin>" : path, &name, err);
    j.root = name.length;
    if (rc == CSPM_OK)
        rc = read_named(&j, path, cg_buf_view(&name), err);
    rc = end(&j, cg_buf_view(&name), &mark, rc, err);
    cg_buf_free(&name);
    return rc;
}

int32_t cg_ingest_bytes(cg_builder *b, const void *bytes, size_t length, cg_str name, const cg_ingest_options *o, cspm_op *op,
                        cspm_error **err)
{
    cg_builder_mark mark;
    cg_source source;
    job j;
    int32_t rc = begin(&j, b, o, op, err);

    if (rc < 0 || (rc = cg_builder_mark_set(b, &mark, err)) < 0)
        return rc;
    content c = { .source = &source, .name = name, .named = true };
    j.root = name.length;
    cg_source_open_memory(&source, j.mem, op, name, bytes, length);
    start_input(&j);
    cg_op_phase(op, CSPM_PHASE_READ, length);
    rc = read_source(&j, &c, err);
    cg_source_close(&source);
    return end(&j, name, &mark, rc, err);
}
