#include "ingest/source.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int32_t cg_source_open_fd(cg_source *s, cg_mem *mem, cspm_op *op, cg_str name, int fd, cspm_error **err)
{
    struct stat st;

    *s = (cg_source){ .mem = mem, .op = op, .name = name, .fd = fd };
    s->seekable = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0;
    s->buffer = cg_alloc(mem, CG_SOURCE_PIECE);
    return s->buffer ? CSPM_OK : cg_nomem(mem, err);
}

void cg_source_open_memory(cg_source *s, cg_mem *mem, cspm_op *op, cg_str name, const void *bytes, size_t length)
{
    *s = (cg_source){ .mem = mem, .op = op, .name = name, .fd = -1, .bytes = bytes, .length = length, .seekable = true };
}

void cg_source_close(cg_source *s)
{
    cg_free(s->mem, s->buffer);
    s->buffer = NULL;
}

/* Fill the whole buffer, however short the reads of a pipe are. */
static int32_t fill(cg_source *s, cspm_error **err)
{
    s->held = 0;
    while (s->held < CG_SOURCE_PIECE) {
        ssize_t n = read(s->fd, s->buffer + s->held, CG_SOURCE_PIECE - s->held);
        if (n == 0)
            break;
        if (n > 0) {
            s->held += (size_t)n;
            continue;
        }
        if (errno != EINTR)
            return cg_fail_at(s->mem, err, CSPM_E_IO, s->name, (cg_pos){ 0 }, "cannot read: %s", strerrordesc_np(errno));
        int32_t rc = cg_op_check(s->op, s->mem, err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

int32_t cg_source_next(cg_source *s, const char **bytes, size_t *length, cspm_error **err)
{
    int32_t rc = cg_op_check(s->op, s->mem, err);

    *length = 0;
    if (rc < 0)
        return rc;
    if (s->fd < 0) {
        uint64_t left = s->length - s->position;
        *bytes = s->bytes + s->position;
        *length = left < CG_SOURCE_PIECE ? (size_t)left : CG_SOURCE_PIECE;
        s->position += *length;
        s->held = *length;
        cg_op_advance(s->op, *length);
        return CSPM_OK;
    }
    if (!s->again) {
        if ((rc = fill(s, err)) < 0)
            return rc;
        s->position += s->held;
        cg_op_advance(s->op, s->held);
    }
    s->again = false;
    *bytes = s->buffer;
    *length = s->held;
    return CSPM_OK;
}

void cg_source_unread(cg_source *s)
{
    if (s->fd < 0)
        s->position -= s->held;
    else
        s->again = true;
}

bool cg_source_seek(cg_source *s, uint64_t offset)
{
    if (!s->seekable || offset > INT64_MAX)
        return false;
    if (s->fd >= 0) {
        if (lseek(s->fd, (off_t)offset, SEEK_SET) < 0)
            return false;
    } else if (offset > s->length) {
        return false;
    }
    s->again = false;
    s->position = offset;
    return true;
}

bool cg_source_size(const cg_source *s, uint64_t *size)
{
    struct stat st;

    if (s->fd < 0) {
        *size = s->length;
        return true;
    }
    if (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    *size = (uint64_t)st.st_size;
    return true;
}
