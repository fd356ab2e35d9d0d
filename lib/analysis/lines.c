/* Line numbers of places in input files: newlines counted block by block in one pass, when somebody first asks. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/analysis.h"

#define BLOCK 65536u
#define LARGEST ((uint64_t)1 << 30)

typedef struct file {
    cg_str name;
    int fd;           /* -1: cannot be counted */
    uint32_t *before; /* newlines before each block */
    uint64_t size;
} file;

struct cg_lines {
    cg_mem *mem;
    const cg_graph *g;
    cspm_op *op;
    CG_VEC(file) files;
    char *block;
};

int32_t cg_lines_new(const cg_graph *g, cspm_op *op, cg_lines **out, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    cg_lines *l = cg_calloc(mem, 1, sizeof *l);
    *out = NULL;
    if (!l || !(l->block = cg_alloc(mem, BLOCK))) {
        cg_free(mem, l);
        return cg_nomem(mem, err);
    }
    l->mem = mem;
    l->g = g;
    l->op = op;
    *out = l;
    return CSPM_OK;
}

void cg_lines_free(cg_lines *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->files.count; i++) {
        if (l->files.data[i].fd >= 0)
            close(l->files.data[i].fd);
        cg_free(l->mem, l->files.data[i].before);
    }
    cg_vec_free(l->mem, &l->files);
    cg_free(l->mem, l->block);
    cg_free(l->mem, l);
}

static uint64_t bytes_read_from(const cg_lines *l, cg_str name)
{
    for (uint32_t i = 0; i < cg_source_count(l->g); i++) {
        cg_source_info info = cg_source_get(l->g, i);
        if (cg_str_eq(info.name, name))
            return info.bytes;
    }
    return 0;
}

static uint32_t newlines(const char *bytes, size_t n)
{
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += bytes[i] == '\n';
    return count;
}

/* Full blocks, the last one shorter; false when the file is not what it was. */
static bool read_block(cg_lines *l, const file *f, uint64_t block, size_t *n)
{
    uint64_t at = block * BLOCK;
    size_t want = f->size - at < BLOCK ? (size_t)(f->size - at) : BLOCK;
    *n = 0;
    while (*n < want) {
        ssize_t got = pread(f->fd, l->block + *n, want - *n, (off_t)(at + *n));
        if (got <= 0)
            return false;
        *n += (size_t)got;
    }
    return true;
}

static bool index_file(cg_lines *l, file *f)
{
    uint64_t blocks = (f->size + BLOCK - 1) / BLOCK;
    uint32_t count = 0;
    size_t n;
    f->before = cg_alloc_array(l->mem, blocks + 1, sizeof *f->before);
    if (!f->before)
        return false;
    for (uint64_t i = 0; i < blocks; i++) {
        f->before[i] = count;
        if (cg_op_check(l->op, l->mem, NULL) < 0 || !read_block(l, f, i, &n))
            return false;
        count += newlines(l->block, n);
    }
    return true;
}

static void open_file(cg_lines *l, file *f)
{
    struct stat st;
    char *path = cg_alloc(l->mem, f->name.length + 1);
    f->fd = -1;
    f->size = bytes_read_from(l, f->name);
    if (!path || !f->size || f->size > LARGEST || memchr(f->name.data, 0, f->name.length))
        goto done;
    memcpy(path, f->name.data, f->name.length);
    path[f->name.length] = 0;
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (f->fd >= 0 && (fstat(f->fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != f->size || !index_file(l, f))) {
        close(f->fd);
        f->fd = -1;
    }
done:
    cg_free(l->mem, path);
}

uint32_t cg_lines_find(cg_lines *l, cg_str source, uint64_t offset)
{
    file *f = NULL;
    size_t n;
    if (!l || !source.length)
        return 0;
    for (size_t i = 0; i < l->files.count && !f; i++)
        if (cg_str_eq(l->files.data[i].name, source))
            f = &l->files.data[i];
    if (!f) {
        file fresh = { .name = source };
        open_file(l, &fresh);
        if (!cg_vec_push(l->mem, &l->files, fresh)) {
            if (fresh.fd >= 0)
                close(fresh.fd);
            cg_free(l->mem, fresh.before);
            return 0;
        }
        f = &l->files.data[l->files.count - 1];
    }
    if (f->fd < 0 || offset >= f->size || !read_block(l, f, offset / BLOCK, &n))
        return 0;
    return 1 + f->before[offset / BLOCK] + newlines(l->block, (size_t)(offset % BLOCK));
}
