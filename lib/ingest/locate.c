/* Line and column of diagnostics that know only a byte offset: found on demand by reading the source once more. */
#include <fcntl.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "ingest/sniff.h"

#define PIECE 65536

typedef struct cursor {
    int fd;
    uint64_t offset;
    uint32_t line, column;
    char bytes[PIECE];
} cursor;

/* Columns count code points: every byte that does not continue one. */
static void pass(cursor *c, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            c->line++;
            c->column = 1;
        } else if (((unsigned char)bytes[i] & 0xc0) != 0x80) {
            c->column++;
        }
    }
}

static bool move_to(cursor *c, uint64_t offset)
{
    while (c->offset < offset) {
        size_t want = offset - c->offset < PIECE ? (size_t)(offset - c->offset) : PIECE;
        ssize_t got = pread(c->fd, c->bytes, want, (off_t)c->offset);
        if (got <= 0)
            return false;
        pass(c, c->bytes, (size_t)got);
        c->offset += (uint64_t)got;
    }
    return true;
}

/* The offset counts bytes of the content, so a file whose bytes are not its content (compressed, an archive) is left alone. */
static bool is_plain(int fd)
{
    char head[512];
    const char *form;
    ssize_t n = pread(fd, head, sizeof head, 0);
    return n > 0 && cg_sniff_form(head, (size_t)n, &form) == CG_FORM_TEXT;
}

/* A name that is no regular file any more (standard input, a member, a pipe) must neither block nor surprise. */
static int32_t open_source(cursor *c, cg_mem *mem, cg_str name, cspm_error **err)
{
    cg_arena arena;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->offset = 0;
    c->line = c->column = 1;
    cg_arena_init(&arena, mem);
    char *path = cg_arena_strndup(&arena, name.data, name.length);
    if (path)
        c->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    cg_arena_free(&arena);
    if (c->fd >= 0 && !is_plain(c->fd)) {
        close(c->fd);
        c->fd = -1;
    }
    return path ? CSPM_OK : cg_nomem(mem, err);
}

int32_t cg_ingest_locate(cg_graph *g, cspm_op *op, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    cg_str current = CG_STR_NULL;
    cursor *c = NULL;
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < cg_diag_count(g) && rc == CSPM_OK; i++) {
        cg_diag d = cg_diag_get(g, i); /* sorted by source, then offset: one pass over each file */
        if (d.line || d.offset == UINT64_MAX || !d.source.length)
            continue;
        if (!c) {
            if (!(c = cg_alloc(mem, sizeof *c)))
                return cg_nomem(mem, err);
            c->fd = -1;
        }
        if (!cg_str_eq(current, d.source)) {
            current = d.source;
            rc = open_source(c, mem, current, err);
        }
        if (rc == CSPM_OK && c->fd >= 0 && c->offset <= d.offset && move_to(c, d.offset))
            cg_graph_place_diag(g, i, c->line, c->column);
        if (rc == CSPM_OK)
            rc = cg_op_check(op, mem, err);
    }
    if (c && c->fd >= 0)
        close(c->fd);
    cg_free(mem, c);
    return rc;
}
