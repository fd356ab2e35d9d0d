/* Open a snapshot: map it, check header, directory and structure, and let the graph's arrays point into it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "graph/snapshot_format.h"

uint64_t cg_snap_sum(const void *bytes, size_t length)
{
    return XXH3_64bits(bytes, length);
}

bool cg_snapshot_recognise(const char *bytes, size_t length)
{
    return length >= 8 && memcmp(bytes, CG_SNAPSHOT_MAGIC, 8) == 0;
}

/* ---- the file ---- */

static void file_ref(cg_snap_file *f)
{
    atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
}

void cg_snap_file_unref(void *file)
{
    cg_snap_file *f = file;
    if (!f || atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = f->mem;
    if (f->mapping)
        munmap(f->mapping, f->bytes);
    cg_free(mem, f->copy);
    cg_free(mem, f->name);
    cg_free(mem, (void *)f->block_sound);
    cg_vec_free(mem, &f->units);
    cg_free(mem, f);
    cg_mem_unref(mem);
}

int32_t cg_snap_damaged(const cg_snap_file *f, uint64_t offset, cspm_error **err, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cg_pos pos = { .offset = offset == UINT64_MAX ? 0 : offset };
    if (offset == UINT64_MAX)
        return cg_fail_at(f->mem, err, CSPM_E_PARSE, cg_str_from(f->name), pos, "damaged snapshot: %s", text);
    return cg_fail_at(f->mem, err, CSPM_E_PARSE, cg_str_from(f->name), pos, "damaged snapshot: %s (at byte %llu)", text,
                      (unsigned long long)offset);
}

static int32_t refused(const cg_snap_file *f, int32_t code, cspm_error **err, const char *text)
{
    return cg_fail_at(f->mem, err, code, cg_str_from(f->name), (cg_pos){ 0 }, "%s", text);
}

/* ---- checksums ---- */

int32_t cg_snap_verify(cg_snap_file *f, uint64_t offset, uint64_t bytes, cspm_error **err)
{
    const cg_snap_header *h = &f->header;
    if (!bytes)
        return CSPM_OK;
    uint64_t first = (offset - h->data_offset) / CG_SNAP_BLOCK, last = (offset + bytes - 1 - h->data_offset) / CG_SNAP_BLOCK;
    for (uint64_t i = first; i <= last; i++) {
        if (atomic_load_explicit(&f->block_sound[i], memory_order_relaxed))
            continue;
        uint64_t at = h->data_offset + i * CG_SNAP_BLOCK, end = at + CG_SNAP_BLOCK < f->bytes ? at + CG_SNAP_BLOCK : f->bytes;
        if (cg_snap_sum(f->base + at, (size_t)(end - at)) != f->sums[i])
            return cg_snap_damaged(f, at, err, "block %llu does not have the bytes that were written", (unsigned long long)i);
        atomic_store_explicit(&f->block_sound[i], 1, memory_order_relaxed);
    }
    return CSPM_OK;
}

/* Columns are checked when they are first used, by whichever thread comes first; two that come together both check, which does no harm. */
static int32_t touch(void *backing, uint32_t section, cspm_error **err)
{
    cg_snap_file *f = backing;
    cg_snap_unit *unit = &f->units.data[section - 1];
    if (atomic_load_explicit(&unit->sound, memory_order_acquire))
        return CSPM_OK;
    int32_t rc = cg_snap_check_column(f, unit, err);
    if (rc == CSPM_OK)
        atomic_store_explicit(&unit->sound, 1, memory_order_release);
    return rc;
}

/* ---- header and directory ---- */

static int32_t read_header(cg_snap_file *f, cspm_error **err)
{
    cg_snap_header *h = &f->header;
    if (!cg_snapshot_recognise(f->base, f->bytes < 8 ? f->bytes : 8))
        return refused(f, CSPM_E_UNRECOGNISED, err, "not a snapshot of this library");
    if (f->bytes < sizeof *h)
        return refused(f, CSPM_E_PARSE, err, "damaged snapshot: truncated within its header");
    memcpy(h, f->base, sizeof *h);
    if (h->version > CG_SNAP_VERSION)
        return cg_fail_at(f->mem, err, CSPM_E_UNSUPPORTED, cg_str_from(f->name), (cg_pos){ 0 },
                          "snapshot version %u was written by a newer version of this library, which reads up to %u", h->version,
                          CG_SNAP_VERSION);
    if (h->incompat & ~(uint64_t)CG_SNAP_INCOMPAT)
        return cg_fail_at(f->mem, err, CSPM_E_UNSUPPORTED, cg_str_from(f->name), (cg_pos){ 0 },
                          "the snapshot needs features this version does not know (mask %llx)", (unsigned long long)h->incompat);
    if (h->header_bytes != sizeof *h || h->version == 0 || cg_snap_sum(f->base, offsetof(cg_snap_header, header_sum)) != h->header_sum)
        return refused(f, CSPM_E_PARSE, err, "damaged snapshot: its header does not have the bytes that were written");
    if (h->file_bytes > f->bytes)
        return cg_fail_at(f->mem, err, CSPM_E_PARSE, cg_str_from(f->name), (cg_pos){ 0 },
                          "damaged snapshot: truncated, %llu of %llu bytes are there", (unsigned long long)f->bytes,
                          (unsigned long long)h->file_bytes);
    if (h->file_bytes < f->bytes)
        return refused(f, CSPM_E_PARSE, err, "damaged snapshot: bytes follow its end");
    return CSPM_OK;
}

/* A table inside the file that ends before the data. */
static bool lies_before_data(const cg_snap_header *h, uint64_t offset, uint64_t count, uint64_t element)
{
    return offset % 8 == 0 && offset >= sizeof *h && offset <= h->data_offset && count <= (h->data_offset - offset) / element;
}

static int32_t read_directory(cg_snap_file *f, cspm_error **err)
{
    const cg_snap_header *h = &f->header;
    if (h->block_bytes != CG_SNAP_BLOCK || h->data_offset > f->bytes || h->data_offset % 8 ||
        h->n_blocks != (f->bytes - h->data_offset + CG_SNAP_BLOCK - 1) / CG_SNAP_BLOCK || h->n_layers == 0 || h->n_layers > CG_MAX_LAYERS ||
        !lies_before_data(h, h->directory_offset, h->n_sections, sizeof(cg_snap_section)) ||
        !lies_before_data(h, h->sums_offset, h->n_blocks, sizeof(uint64_t)))
        return cg_snap_damaged(f, UINT64_MAX, err, "its header contradicts itself");
    f->sections = (const cg_snap_section *)(const void *)(f->base + h->directory_offset);
    f->sums = (const uint64_t *)(const void *)(f->base + h->sums_offset);
    if (cg_snap_sum(f->sections, h->n_sections * sizeof *f->sections) != h->directory_sum)
        return cg_snap_damaged(f, h->directory_offset, err, "the directory does not have the bytes that were written");
    if (cg_snap_sum(f->sums, h->n_blocks * sizeof *f->sums) != h->sums_sum)
        return cg_snap_damaged(f, h->sums_offset, err, "the checksums do not have the bytes that were written");
    for (uint64_t i = 0; i < h->n_sections; i++) {
        const cg_snap_section *s = &f->sections[i], *p = i ? s - 1 : NULL;
        bool ascending =
            !p || p->layer < s->layer || (p->layer == s->layer && (p->kind < s->kind || (p->kind == s->kind && p->index < s->index)));
        if (!ascending || s->offset % 8 || s->offset < h->data_offset || s->offset > f->bytes || s->bytes > f->bytes - s->offset ||
            !s->element)
            return cg_snap_damaged(f, h->directory_offset + i * sizeof *s, err, "directory entry %llu is not possible",
                                   (unsigned long long)i);
    }
    f->block_sound = cg_calloc(f->mem, h->n_blocks + 1, sizeof *f->block_sound);
    return f->block_sound ? CSPM_OK : cg_nomem(f->mem, err);
}

const cg_snap_section *cg_snap_find(const cg_snap_file *f, uint32_t layer, uint32_t kind, uint32_t index)
{
    uint64_t low = 0, high = f->header.n_sections;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const cg_snap_section *s = &f->sections[middle];
        if (s->layer == layer && s->kind == kind && s->index == index)
            return s;
        if (s->layer < layer || (s->layer == layer && (s->kind < kind || (s->kind == kind && s->index < index))))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* ---- layers ---- */

static int32_t read_layer(cg_snap_file *f, uint32_t i, cg_snap_totals *below, cspm_op *op, cg_layer **out, cspm_error **err)
{
    const cg_snap_section *s = cg_snap_find(f, i, CG_SNAP_DESCRIPTION, 0);
    if (!s)
        return cg_snap_damaged(f, UINT64_MAX, err, "the description of layer %u is missing", i);
    int32_t rc = cg_snap_verify(f, s->offset, s->bytes, err);
    if (rc < 0)
        return rc;
    cg_layer *l = cg_layer_alloc(f->mem);
    if (!l)
        return cg_nomem(f->mem, err);
    file_ref(f);
    l->owner.backing = f;
    l->owner.release = cg_snap_file_unref;
    l->owner.touch = touch;
    cg_snap_io io = { .mem = f->mem, .err = err, .layer = i, .file = f, .owner = &l->owner, .at = f->base + s->offset };
    io.end = io.at + s->bytes;
    cg_snap_layer(&io, l);
    rc = io.rc;
    if (rc == CSPM_OK && io.at != io.end)
        rc = cg_snap_damaged(f, s->offset, err, "the description of layer %u is longer than its fields", i);
    if (rc == CSPM_OK)
        rc = cg_snap_check_layer(f, l, i, below, op, err);
    if (rc < 0) {
        cg_layer_unref(l);
        return rc;
    }
    *out = l;
    return CSPM_OK;
}

/* The file's own reference is consumed, whatever the outcome. */
static int32_t open_file(cg_snap_file *f, cspm_op *op, cg_graph **out, cspm_error **err)
{
    cg_layer *layers[CG_MAX_LAYERS] = { NULL };
    cg_snap_totals totals = { 0 };
    int32_t rc;
    if ((rc = read_header(f, err)) < 0 || (rc = read_directory(f, err)) < 0)
        goto out;
    for (uint32_t i = 0; i < f->header.n_layers; i++) {
        if ((rc = read_layer(f, i, &totals, op, &layers[i], err)) < 0)
            goto out;
    }
    rc = cg_graph_from_layers(f->mem, layers, f->header.n_layers, out, err);
out:
    for (uint32_t i = 0; i < CG_MAX_LAYERS; i++)
        cg_layer_unref(layers[i]);
    cg_snap_file_unref(f);
    return rc;
}

static cg_snap_file *file_new(cg_mem *mem, const char *name)
{
    cg_snap_file *f = cg_calloc(mem, 1, sizeof *f);
    size_t length = strlen(name);
    if (!f)
        return NULL;
    atomic_init(&f->refs, 1);
    f->mem = cg_mem_ref(mem);
    f->name = cg_alloc(mem, length + 1);
    if (!f->name) {
        cg_snap_file_unref(f);
        return NULL;
    }
    memcpy(f->name, name, length + 1);
    return f;
}

static int32_t map_failed(cg_mem *mem, const char *path, int fd, cspm_error **err)
{
    char text[128];
    const char *reason = strerror_r(errno, text, sizeof text);
    if (fd >= 0)
        close(fd);
    return cg_fail_at(mem, err, CSPM_E_IO, cg_str_from(path), (cg_pos){ 0 }, "cannot read: %s", reason);
}

int32_t cg_snapshot_open(cg_mem *mem, const char *path, cspm_op *op, cg_graph **out, cspm_error **err)
{
    struct stat st;
    *out = NULL;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    return cg_fail(mem, err, CSPM_E_UNSUPPORTED, "snapshots are mapped on little-endian machines only");
#endif
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return map_failed(mem, path, fd, err);
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return cg_fail_at(mem, err, CSPM_E_IO, cg_str_from(path), (cg_pos){ 0 }, "cannot read: not a regular file");
    }
    if (st.st_size == 0) {
        close(fd);
        return cg_fail_at(mem, err, CSPM_E_UNRECOGNISED, cg_str_from(path), (cg_pos){ 0 },
                          "not a snapshot of this library: the file is empty");
    }
    void *mapping = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping == MAP_FAILED)
        return map_failed(mem, path, fd, err);
    close(fd);
    cg_snap_file *f = file_new(mem, path);
    if (!f) {
        munmap(mapping, (size_t)st.st_size);
        return cg_nomem(mem, err);
    }
    f->mapping = mapping;
    f->base = mapping;
    f->bytes = (uint64_t)st.st_size;
    return open_file(f, op, out, err);
}

int32_t cg_snapshot_open_bytes(cg_mem *mem, const void *bytes, size_t length, cg_str name, cspm_op *op, cg_graph **out, cspm_error **err)
{
    *out = NULL;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    return cg_fail(mem, err, CSPM_E_UNSUPPORTED, "snapshots are mapped on little-endian machines only");
#endif
    cg_buf text;
    cg_buf_init(&text, mem, 0);
    cg_buf_str(&text, name);
    cg_buf_char(&text, '\0');
    cg_snap_file *f = text.failed ? NULL : file_new(mem, text.data);
    cg_buf_free(&text);
    void *copy = f ? cg_alloc(mem, length ? length : 1) : NULL;
    if (!copy) {
        cg_snap_file_unref(f);
        return cg_nomem(mem, err);
    }
    if (length)
        memcpy(copy, bytes, length);
    f->copy = copy;
    f->base = copy;
    f->bytes = length;
    return open_file(f, op, out, err);
}
