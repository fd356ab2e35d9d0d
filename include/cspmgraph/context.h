/**
 * @file context.h
 * Context: allocator, limits and log sink, fixed at creation and shared by every object made from it.
 */
#ifndef CSPMGRAPH_CONTEXT_H
#define CSPMGRAPH_CONTEXT_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Host allocator. C hosts only; other languages pass NULL and get malloc. */
typedef struct cspm_allocator {
    uint32_t struct_size;
    uint32_t reserved;
    void *user;
    /** Resize `ptr` (NULL: allocate) from `old_size` to `new_size` bytes; `new_size` 0 frees and returns NULL. Any thread. */
    void *(*resize)(void *user, void *ptr, size_t old_size, size_t new_size);
} cspm_allocator;

/** Limits on inputs and answers. 0 = the documented default, UINT64_MAX = none. Hitting one is an error or a truncation flag, never silence. */
typedef struct cspm_limits {
    uint32_t struct_size;
    uint32_t threads;          /**< worker threads the library may start; 0 and 1 = none */
    uint64_t max_input_bytes;  /**< a single input after decompression; default 16 GiB */
    uint64_t max_depth;        /**< nesting of a document; default 512 */
    uint64_t max_string_bytes; /**< one string; default 64 MiB */
    uint64_t max_nodes;        /**< default 2^31 */
    uint64_t max_edges;        /**< default 2^32 - 2 */
    uint64_t max_rows;         /**< rows of one query; default none */
    uint64_t max_paths;        /**< paths enumerated one by one; default 1,000,000 */
    uint64_t max_path_length;  /**< edges of one path; default 32 */
    uint64_t max_memory_bytes; /**< everything this context may hold at once; default none */
    uint64_t max_query_bytes;  /**< memory of one query; default 256 MiB */
    uint64_t max_work;         /**< work units of one query (edges visited, rows made); default 100,000,000 */
    uint64_t reserved[4];
} cspm_limits;

/** Log levels, least severe last. */
enum { CSPM_LOG_ERROR = 1, CSPM_LOG_WARNING = 2, CSPM_LOG_INFO = 3, CSPM_LOG_DEBUG = 4 };
typedef void (*cspm_log_fn)(void *user, int32_t level, const char *message, size_t length);

CSPM_API void cspm_limits_init(cspm_limits *limits, uint32_t struct_size);
CSPM_API int32_t cspm_context_new(const cspm_allocator *allocator, const cspm_limits *limits, cspm_context **out, cspm_error **err);
CSPM_API void cspm_context_set_log(cspm_context *context, int32_t min_level, cspm_log_fn fn, void *user);
CSPM_API cspm_context *cspm_context_ref(cspm_context *context);
CSPM_API void cspm_context_unref(cspm_context *context);
/** Bytes now held, and the most ever held, through this context. */
CSPM_API uint64_t cspm_context_memory(const cspm_context *context, uint64_t *peak);

#ifdef __cplusplus
}
#endif

#endif
