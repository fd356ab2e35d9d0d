/* Files below a folder, in byte order of names, without leaving it. */
#ifndef CG_INGEST_WALK_H
#define CG_INGEST_WALK_H

#include "base/op.h"

#define CG_WALK_DEPTH_MAX 64

typedef struct cg_walk_events {
    void *user;
    /* A regular file. `path` is the root as given, a slash and the way below it; `fd` is closed by the walk. */
    int32_t (*file)(void *user, const char *path, int fd, cspm_error **err);
    /* Something that is passed over: `code` is "link-outside", "not-a-file" or "too-deep". */
    int32_t (*passed)(void *user, const char *path, const char *code, const char *why, cspm_error **err);
    /* A file or folder that the system does not let us read. */
    int32_t (*unreadable)(void *user, const char *path, const char *why, cspm_error **err);
} cg_walk_events;

int32_t cg_walk(cg_mem *mem, const char *root, cspm_op *op, const cg_walk_events *events, cspm_error **err);

#endif
