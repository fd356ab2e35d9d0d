/* Write a snapshot: lay the sections out, stream them block by block, then put header, directory and checksums before them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/snapshot_format.h"

#define TEMPORARY_TRIES 100

typedef struct saver {
    cg_mem *mem;
    cspm_op *op;
    const char *path;
    int fd;
    cg_snap_io io;
    cg_buf streams[CG_MAX_LAYERS];
    cg_snap_header header;
    uint64_t *sums;
    char *block; /* CG_SNAP_BLOCK bytes */
    size_t filled;
    uint64_t written_blocks;
} saver;

static int32_t io_failed(saver *s, const char *what, cspm_error **err)
{
    char text[128];
    const char *reason = strerror_r(errno, text, sizeof text);
    return cg_fail_at(s->mem, err, CSPM_E_IO, cg_str_from(s->path), (cg_pos){ 0 }, "cannot %s: %s", what, reason);
}

/* ---- what goes in ---- */

/* The columns of a graph that came from a snapshot itself may not have been checked yet. */
static int32_t touch_columns(const cg_layer *l, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < l->n_node_columns && rc == CSPM_OK; i++)
        rc = cg_column_touch(l, &l->node_columns[i], err);
    for (uint32_t i = 0; i < l->n_edge_columns && rc == CSPM_OK; i++)
        rc = cg_column_touch(l, &l->edge_columns[i], err);
    return rc;
}

static int32_t collect(saver *s, const cg_graph *g, cspm_error **err)
{
    s->io = (cg_snap_io){ .mem = s->mem, .err = err, .writing = true };
    for (uint32_t i = 0; i < g->n_layers; i++) {
        int32_t rc = touch_columns(g->layers[i], err);
        if (rc < 0)
            return rc;
        cg_layer copy;
        cg_inventory inventory;
        memcpy(&copy, g->layers[i], sizeof copy);
        if (copy.inventory) {
            inventory = *copy.inventory;
            copy.inventory = &inventory;
        }
        s->io.layer = i;
        s->io.stream = &s->streams[i];
        cg_snap_layer(&s->io, &copy);
        if (s->io.rc < 0)
            return s->io.rc;
        cg_snap_out description = { .section = { .layer = i, .kind = CG_SNAP_DESCRIPTION, .element = 1, .bytes = s->streams[i].length },
                                    .data = s->streams[i].data };
        if (!cg_vec_push(s->mem, &s->io.sections, description))
            return cg_nomem(s->mem, err);
    }
    return CSPM_OK;
}

/* In the file, what is checked at open comes first, then what is checked at first touch, so that opening reads one stretch. */
static int compare_place(const void *a, const void *b)
{
    const cg_snap_section *x = &((const cg_snap_out *)a)->section, *y = &((const cg_snap_out *)b)->section;
    bool lazy_x = x->kind >= CG_SNAP_STRING, lazy_y = y->kind >= CG_SNAP_STRING;
    if (lazy_x != lazy_y)
        return lazy_x ? 1 : -1;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static int compare_key(const void *a, const void *b)
{
    const cg_snap_section *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static uint64_t aligned(uint64_t at, uint64_t to)
{
    return (at + to - 1) / to * to;
}

static void lay_out(saver *s, const cg_graph *g)
{
    cg_snap_header *h = &s->header;
    uint64_t bytes = 0, n = s->io.sections.count;
    qsort(s->io.sections.data, n, sizeof *s->io.sections.data, compare_place);
    for (uint64_t i = 0; i < n; i++)
        bytes = aligned(bytes, CG_SNAP_ALIGN) + s->io.sections.data[i].section.bytes;
    *h = (cg_snap_header){ .version = CG_SNAP_VERSION,
                           .header_bytes = sizeof *h,
                           .compat = CG_SNAP_COMPAT,
                           .incompat = CG_SNAP_INCOMPAT,
                           .directory_offset = sizeof *h,
                           .n_sections = n,
                           .n_blocks = (bytes + CG_SNAP_BLOCK - 1) / CG_SNAP_BLOCK,
                           .block_bytes = CG_SNAP_BLOCK,
                           .n_layers = g->n_layers,
                           .n_nodes = g->n_nodes,
                           .n_edges = g->n_edges };
    memcpy(h->magic, CG_SNAPSHOT_MAGIC, sizeof h->magic);
    h->sums_offset = h->directory_offset + n * sizeof(cg_snap_section);
    h->data_offset = aligned(h->sums_offset + h->n_blocks * sizeof *s->sums, CG_SNAP_DATA_ALIGN);
    h->file_bytes = h->data_offset + bytes;
    uint64_t at = h->data_offset;
    for (uint64_t i = 0; i < n; i++) {
        at = aligned(at, CG_SNAP_ALIGN);
        s->io.sections.data[i].section.offset = at;
        at += s->io.sections.data[i].section.bytes;
    }
}

/* ---- writing ---- */

static int32_t write_at(saver *s, const void *bytes, size_t length, uint64_t offset, cspm_error **err)
{
    const char *at = bytes;
    while (length) {
        ssize_t n = pwrite(s->fd, at, length, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return io_failed(s, "write", err);
        at += n;
        length -= (size_t)n;
        offset += (uint64_t)n;
    }
    return CSPM_OK;
}

static int32_t flush_block(saver *s, cspm_error **err)
{
    if (!s->filled)
        return CSPM_OK;
    uint64_t offset = s->header.data_offset + s->written_blocks * CG_SNAP_BLOCK;
    s->sums[s->written_blocks++] = cg_snap_sum(s->block, s->filled);
    int32_t rc = write_at(s, s->block, s->filled, offset, err);
    if (rc == CSPM_OK)
        rc = cg_op_check(s->op, s->mem, err);
    cg_op_advance(s->op, s->filled);
    s->filled = 0;
    return rc;
}

static int32_t put(saver *s, const char *bytes, uint64_t length, cspm_error **err)
{
    while (length) {
        size_t room = CG_SNAP_BLOCK - s->filled, n = length < room ? (size_t)length : room;
        if (bytes) {
            memcpy(s->block + s->filled, bytes, n);
            bytes += n;
        } else {
            memset(s->block + s->filled, 0, n);
        }
        s->filled += n;
        length -= n;
        if (s->filled == CG_SNAP_BLOCK) {
            int32_t rc = flush_block(s, err);
            if (rc < 0)
                return rc;
        }
    }
    return CSPM_OK;
}

static int32_t write_data(saver *s, cspm_error **err)
{
    uint64_t at = s->header.data_offset;
    for (size_t i = 0; i < s->io.sections.count; i++) {
        const cg_snap_out *o = &s->io.sections.data[i];
        int32_t rc = put(s, NULL, o->section.offset - at, err);
        if (rc == CSPM_OK)
            rc = put(s, o->data, o->section.bytes, err);
        if (rc < 0)
            return rc;
        at = o->section.offset + o->section.bytes;
    }
    return flush_block(s, err);
}

static int32_t write_front(saver *s, cspm_error **err)
{
    cg_snap_header *h = &s->header;
    uint64_t n = s->io.sections.count, bytes = h->data_offset - h->directory_offset;
    char *front = cg_calloc(s->mem, bytes, 1); /* zeroed: the gap before the data is zeros */
    if (!front)
        return cg_nomem(s->mem, err);
    cg_snap_section *directory = (cg_snap_section *)(void *)front;
    for (uint64_t i = 0; i < n; i++)
        directory[i] = s->io.sections.data[i].section;
    qsort(directory, n, sizeof *directory, compare_key);
    memcpy(front + n * sizeof *directory, s->sums, h->n_blocks * sizeof *s->sums);
    h->directory_sum = cg_snap_sum(directory, n * sizeof *directory);
    h->sums_sum = cg_snap_sum(s->sums, h->n_blocks * sizeof *s->sums);
    h->header_sum = cg_snap_sum(h, offsetof(cg_snap_header, header_sum));
    int32_t rc = write_at(s, front, bytes, h->directory_offset, err);
    if (rc == CSPM_OK)
        rc = write_at(s, h, sizeof *h, 0, err);
    cg_free(s->mem, front);
    return rc;
}

/* ---- the file itself ---- */

static int32_t check_target(saver *s, cspm_error **err)
{
    struct stat st;
    if (!*s->path)
        return cg_fail(s->mem, err, CSPM_E_INVALID, "the snapshot needs a file name");
    if (stat(s->path, &st) == 0 && !S_ISREG(st.st_mode))
        return cg_fail_at(s->mem, err, CSPM_E_IO, cg_str_from(s->path), (cg_pos){ 0 }, "cannot replace it: not a regular file");
    return CSPM_OK;
}

/* A new file beside the target, so that the rename stays within one file system. */
static int32_t open_temporary(saver *s, cg_buf *name, cspm_error **err)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        cg_buf_clear(name);
        cg_buf_printf(name, "%s.tmp-%ld-%d", s->path, (long)getpid(), i);
        cg_buf_char(name, '\0');
        if (name->failed)
            return cg_nomem(s->mem, err);
        s->fd = open(name->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (s->fd >= 0)
            return CSPM_OK;
        if (errno != EEXIST)
            break;
    }
    return io_failed(s, "create a file beside it", err);
}

/* The new name must survive a power cut too. File systems that cannot sync a folder say so; that is no failure of the save. */
static void sync_folder(saver *s, cg_buf *scratch)
{
    const char *slash = strrchr(s->path, '/');
    cg_buf_clear(scratch);
    if (slash)
        cg_buf_add(scratch, s->path, slash == s->path ? 1 : (size_t)(slash - s->path));
    else
        cg_buf_char(scratch, '.');
    cg_buf_char(scratch, '\0');
    int fd = scratch->failed ? -1 : open(scratch->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
}

static int32_t write_file(saver *s, cspm_error **err)
{
    cg_buf name;
    cg_buf_init(&name, s->mem, 0);
    int32_t rc = open_temporary(s, &name, err);
    if (rc < 0)
        goto out;
    cg_op_phase(s->op, CSPM_PHASE_WRITE, s->header.file_bytes - s->header.data_offset);
    if ((rc = write_data(s, err)) == CSPM_OK && (rc = write_front(s, err)) == CSPM_OK && fsync(s->fd) != 0)
        rc = io_failed(s, "write", err);
    if (close(s->fd) != 0 && rc == CSPM_OK)
        rc = io_failed(s, "write", err);
    if (rc == CSPM_OK && rename(name.data, s->path) != 0)
        rc = io_failed(s, "put the new file in its place", err);
    if (rc < 0)
        unlink(name.data);
    else
        sync_folder(s, &name);
out:
    cg_buf_free(&name);
    return rc;
}

int32_t cg_snapshot_save(cg_graph *g, const char *path, cspm_op *op, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    int32_t rc = CSPM_OK;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    return cg_fail(mem, err, CSPM_E_UNSUPPORTED, "snapshots are written on little-endian machines only");
#endif
    saver *s = cg_calloc(mem, 1, sizeof *s);
    if (!s)
        return cg_nomem(mem, err);
    s->mem = mem;
    s->op = op;
    s->path = path;
    for (uint32_t i = 0; i < CG_MAX_LAYERS; i++)
        cg_buf_init(&s->streams[i], mem, 0);
    if ((rc = check_target(s, err)) < 0 || (rc = collect(s, g, err)) < 0)
        goto out;
    lay_out(s, g);
    s->sums = cg_alloc_array(mem, s->header.n_blocks + 1, sizeof *s->sums);
    s->block = cg_alloc(mem, CG_SNAP_BLOCK);
    rc = s->sums && s->block ? write_file(s, err) : cg_nomem(mem, err);
out:
    for (uint32_t i = 0; i < CG_MAX_LAYERS; i++)
        cg_buf_free(&s->streams[i]);
    for (size_t i = 0; i < s->io.blocks.count; i++)
        cg_free(mem, s->io.blocks.data[i]);
    cg_vec_free(mem, &s->io.blocks);
    cg_vec_free(mem, &s->io.sections);
    cg_free(mem, s->sums);
    cg_free(mem, s->block);
    cg_free(mem, s);
    return rc;
}
