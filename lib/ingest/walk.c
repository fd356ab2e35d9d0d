#include "ingest/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct walk {
    cg_mem *mem;
    cspm_op *op;
    const cg_walk_events *events;
    cg_buf path; /* of the entry at hand, NUL-terminated */
    char real_root[PATH_MAX];
} walk;

typedef CG_VEC(char *) names;

static const char *why(int error)
{
    const char *text = strerrordesc_np(error);
    return text ? text : "unknown error";
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of a folder, sorted; they live in `arena`. Returns 0, an errno, or -1 when memory is refused. */
static int list(DIR *dir, cg_arena *arena, names *out)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *name = cg_arena_strndup(arena, entry->d_name, strlen(entry->d_name));
        if (!name || !cg_vec_push(arena->mem, out, name))
            return -1;
    }
    int error = errno;
    if (out->count > 1)
        qsort(out->data, out->count, sizeof out->data[0], by_bytes);
    return error;
}

static int32_t passed(walk *w, const char *code, const char *text, cspm_error **err)
{
    return w->events->passed(w->events->user, w->path.data, code, text, err);
}

static int32_t unreadable(walk *w, int error, cspm_error **err)
{
    if (error == ENOMEM)
        return cg_nomem(w->mem, err);
    return w->events->unreadable(w->events->user, w->path.data, why(error), err);
}

/* What a link inside the folder points to is read under its own name; what lies outside is not ours to read. */
static int32_t visit_link(walk *w, cspm_error **err)
{
    char target[PATH_MAX];
    size_t root = strlen(w->real_root);

    if (!realpath(w->path.data, target))
        return passed(w, "link-outside", "the link leads nowhere", err);
    if (strncmp(target, w->real_root, root) == 0 && (target[root] == '/' || target[root] == '\0' || root == 1))
        return CSPM_OK;
    return passed(w, "link-outside", "the link leads out of the folder", err);
}

static int32_t visit_folder(walk *w, int fd, uint32_t depth, cspm_error **err);

static int32_t visit(walk *w, int folder, const char *name, uint32_t depth, cspm_error **err)
{
    struct stat st;
    int32_t rc = cg_op_check(w->op, w->mem, err);

    if (rc < 0)
        return rc;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return unreadable(w, errno, err);
    if (S_ISLNK(st.st_mode))
        return visit_link(w, err);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return passed(w, "not-a-file", "it is neither a file nor a folder", err);
    if (S_ISDIR(st.st_mode) && depth == CG_WALK_DEPTH_MAX)
        return passed(w, "too-deep", "the folder is nested too deep", err);

    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return unreadable(w, errno, err);
    if (S_ISDIR(st.st_mode))
        return visit_folder(w, fd, depth + 1, err); /* closes fd */
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        rc = w->events->file(w->events->user, w->path.data, fd, err);
    else
        rc = passed(w, "not-a-file", "it is not a file any more", err);
    close(fd);
    return rc;
}

static int32_t visit_folder(walk *w, int fd, uint32_t depth, cspm_error **err)
{
    const size_t length = w->path.length;
    cg_arena arena;
    names entries = { 0 };
    int32_t rc = CSPM_OK;
    DIR *dir = fdopendir(fd);

    cg_arena_init(&arena, w->mem);
    if (!dir) {
        rc = unreadable(w, errno, err);
        close(fd);
        goto out;
    }
    int error = list(dir, &arena, &entries);
    if (error != 0) {
        rc = error < 0 ? cg_nomem(w->mem, err) : unreadable(w, error, err);
        goto out;
    }
    for (size_t i = 0; i < entries.count && rc == CSPM_OK; i++) {
        w->path.length = length;
        if (length == 0 || w->path.data[length - 1] != '/')
            cg_buf_char(&w->path, '/');
        cg_buf_add(&w->path, entries.data[i], strlen(entries.data[i]) + 1);
        if (w->path.failed) {
            rc = cg_nomem(w->mem, err);
            goto out;
        }
        w->path.length--; /* the NUL stays behind the text, not in it */
        rc = visit(w, dirfd(dir), entries.data[i], depth, err);
    }
out:
    if (dir)
        closedir(dir);
    w->path.length = length;
    cg_vec_free(w->mem, &entries);
    cg_arena_free(&arena);
    return rc;
}

int32_t cg_walk(cg_mem *mem, const char *root, cspm_op *op, const cg_walk_events *events, cspm_error **err)
{
    walk w = { .mem = mem, .op = op, .events = events };
    int32_t rc;
    int fd = -1;

    cg_buf_init(&w.path, mem, 0);
    cg_buf_add(&w.path, root, strlen(root) + 1);
    if (w.path.failed) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    w.path.length--;
    fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || !realpath(root, w.real_root)) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        rc = error == ENOMEM ? cg_nomem(mem, err)
                             : cg_fail_at(mem, err, CSPM_E_IO, cg_str_from(root), (cg_pos){ 0 }, "cannot open: %s", why(error));
        goto out;
    }
    rc = visit_folder(&w, fd, 0, err); /* closes fd */
out:
    cg_buf_free(&w.path);
    return rc;
}
