/* Packs from the file system: one file, or every *.yaml below a directory in byte order of paths. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "rules/set.h"

#define MAX_PACK_BYTES (16u << 20)
#define MAX_DEPTH 32

typedef struct walk {
    cg_mem *mem;
    cg_arena arena;
    CG_VEC(const char *) files;
    cspm_error **err;
} walk;

static int32_t io_fail(cg_mem *mem, const char *path, int code, cspm_error **err)
{
    char text[128];
    const char *message = strerror_r(code, text, sizeof text);
    return cg_fail_at(mem, err, code == ENOENT ? CSPM_E_NOTFOUND : CSPM_E_IO, cg_str_from(path), (cg_pos){ 0 }, "%s", message);
}

static int32_t read_file(cg_mem *mem, const char *path, cg_buf *out, cspm_error **err)
{
    char part[16384];
    size_t n;
    int32_t rc = CSPM_OK;
    FILE *f = fopen(path, "rb");
    if (!f)
        return io_fail(mem, path, errno, err);
    while (rc == CSPM_OK && (n = fread(part, 1, sizeof part, f)) > 0) {
        if (out->length + n > MAX_PACK_BYTES)
            rc = cg_fail_at(mem, err, CSPM_E_LIMIT, cg_str_from(path), (cg_pos){ 0 }, "a rule pack of more than %u bytes", MAX_PACK_BYTES);
        else
            cg_buf_add(out, part, n);
        if (out->failed)
            rc = cg_nomem(mem, err);
    }
    if (rc == CSPM_OK && ferror(f))
        rc = io_fail(mem, path, errno ? errno : EIO, err);
    fclose(f);
    return rc;
}

static const char *join(walk *w, const char *folder, const char *name)
{
    size_t a = strlen(folder), b = strlen(name);
    while (a > 1 && folder[a - 1] == '/')
        a--;
    char *out = cg_arena_alloc(&w->arena, a + b + 2);
    if (!out)
        return NULL;
    memcpy(out, folder, a);
    out[a] = '/';
    memcpy(out + a + 1, name, b + 1);
    return out;
}

static int32_t walk_folder(walk *w, const char *folder, uint32_t depth);

/* Links to folders are not followed: a rules directory has no business elsewhere, and no cycle can arise. */
static int32_t walk_entry(walk *w, const char *folder, const char *name, uint32_t depth)
{
    struct stat st;
    const char *path = join(w, folder, name);
    if (!path)
        return cg_nomem(w->mem, w->err);
    if (lstat(path, &st) != 0)
        return io_fail(w->mem, path, errno, w->err);
    if (S_ISDIR(st.st_mode))
        return walk_folder(w, path, depth + 1);
    bool yaml = cg_str_ends(cg_str_from(name), CG_STR(".yaml")) || cg_str_ends(cg_str_from(name), CG_STR(".yml"));
    if (!yaml || (S_ISLNK(st.st_mode) && (stat(path, &st) != 0 || !S_ISREG(st.st_mode))))
        return CSPM_OK;
    return cg_vec_push(w->mem, &w->files, path) ? CSPM_OK : cg_nomem(w->mem, w->err);
}

static int32_t walk_folder(walk *w, const char *folder, uint32_t depth)
{
    struct dirent *entry;
    int32_t rc = CSPM_OK;
    if (depth > MAX_DEPTH)
        return cg_fail_at(w->mem, w->err, CSPM_E_LIMIT, cg_str_from(folder), (cg_pos){ 0 }, "folders nest deeper than %d", MAX_DEPTH);
    DIR *d = opendir(folder);
    if (!d)
        return io_fail(w->mem, folder, errno, w->err);
    while (rc == CSPM_OK && (entry = readdir(d)))
        if (entry->d_name[0] != '.')
            rc = walk_entry(w, folder, entry->d_name, depth);
    closedir(d);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int32_t rule_files_each(cg_mem *mem, const char *path, rule_file_visit visit, void *user, cspm_error **err)
{
    struct stat st;
    walk w = { .mem = mem, .err = err };
    int32_t rc = CSPM_OK;
    cg_arena_init(&w.arena, mem);
    if (stat(path, &st) != 0)
        rc = io_fail(mem, path, errno, err);
    else if (S_ISDIR(st.st_mode))
        rc = walk_folder(&w, path, 0);
    else
        rc = cg_vec_push(mem, &w.files, path) ? CSPM_OK : cg_nomem(mem, err);
    if (rc == CSPM_OK && w.files.count == 0)
        rc = cg_fail_at(mem, err, CSPM_E_NOTFOUND, cg_str_from(path), (cg_pos){ 0 }, "no rule pack (*.yaml) in this directory");
    if (rc == CSPM_OK)
        qsort(w.files.data, w.files.count, sizeof *w.files.data, by_path);
    for (size_t i = 0; rc == CSPM_OK && i < w.files.count; i++) {
        cg_buf text;
        cg_buf_init(&text, mem, 0);
        rc = read_file(mem, w.files.data[i], &text, err);
        if (rc == CSPM_OK)
            rc = visit(user, cg_buf_view(&text), cg_str_from(w.files.data[i]), err);
        cg_buf_free(&text);
    }
    cg_vec_free(mem, &w.files);
    cg_arena_free(&w.arena);
    return rc;
}
