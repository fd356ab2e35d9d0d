/**
 * @file context.h
 * Context: allocator and limits, fixed at creation and shared by every object made from it.
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
    uint64_t max_path_length;  /**< edges of one path in a query; default none (a request has a max_length of its own) */
    uint64_t max_memory_bytes; /**< everything this context may hold at once; default none */
    uint64_t max_query_bytes;  /**< memory of one query; default 256 MiB */
    uint64_t max_work;         /**< work units of one query (edges visited, rows made); default 100,000,000 */
    uint64_t reserved[4];
} cspm_limits;

/**
 * Fill a limits structure with zeros (every default) and its size.
 * @param limits the structure to fill
 * @param struct_size sizeof(cspm_limits) as the caller was compiled
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_limits_init(cspm_limits *limits, uint32_t struct_size);

/**
 * Make a context. Everything else is made from one; contexts share nothing.
 * @param allocator NULL = the C library's; must outlive every object made from the context
 * @param limits NULL = defaults
 * @param[out] out the context, the caller's to unref
 * @param[out] err the reason on failure; NULL = not wanted
 * @return CSPM_OK, CSPM_E_NOMEM, or CSPM_E_ABI when a struct_size is not one this library knows
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_context_new(const cspm_allocator *allocator, const cspm_limits *limits, cspm_context **out, cspm_error **err);

/**
 * One more reference.
 * @return the same context
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_context *cspm_context_ref(cspm_context *context);

/**
 * One reference less; objects made from the context stay valid after the last one. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_context_unref(cspm_context *context);

/**
 * Bytes held now by everything made from this context.
 * @param[out] peak the most ever held; may be NULL
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_context_memory(const cspm_context *context, uint64_t *peak);

/**
 * Bytes that may still be allocated before max_memory_bytes is reached; UINT64_MAX = no such limit.
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_context_memory_left(const cspm_context *context);

#ifdef __cplusplus
}
#endif

#endif
