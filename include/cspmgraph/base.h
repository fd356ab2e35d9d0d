/**
 * @file base.h
 * Export macro, opaque handles, status codes and version.
 */
#ifndef CSPMGRAPH_BASE_H
#define CSPMGRAPH_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CSPM_API __attribute__((visibility("default")))

/*
 * Conventions of every header:
 * - Fallible calls return a status and take `cspm_error **err` last. NULL says the caller does not want the error; otherwise *err must be NULL on entry,
 *   is set on failure (the caller frees it with cspm_error_free) and left alone on success.
 * - `out` handles are the caller's, released by the function named after the type; *out is NULL on failure. Every other pointer is borrowed for the
 *   duration said in its comment. Handles are counted references: children keep their parents alive, so any order of release is right.
 * - Texts are UTF-8 with a length in bytes (CSPM_NUL = measure it). Texts given out are NUL-terminated as well.
 * - Every call that allocates can fail with CSPM_E_NOMEM, or CSPM_E_LIMIT when max_memory_bytes refuses; every call that takes a cspm_op can fail
 *   with CSPM_E_CANCELLED or CSPM_E_TIMEOUT. Comments name the other errors. After a failure the objects involved are as before the call.
 * - @thread any: safe from any thread at any time. @thread one: one thread at a time for each object.
 */

/** Pass as a length to say "NUL-terminated, measure it". */
#define CSPM_NUL ((size_t)-1)

typedef struct cspm_error cspm_error;
typedef struct cspm_context cspm_context;
typedef struct cspm_op cspm_op;
typedef struct cspm_builder cspm_builder;
typedef struct cspm_graph cspm_graph;
typedef struct cspm_query cspm_query;
typedef struct cspm_params cspm_params;
typedef struct cspm_language cspm_language;
typedef struct cspm_call cspm_call;
typedef struct cspm_value cspm_value;
typedef struct cspm_cursor cspm_cursor;
typedef struct cspm_batch cspm_batch;
typedef struct cspm_buffer cspm_buffer;
typedef struct cspm_ruleset cspm_ruleset;
typedef struct cspm_request cspm_request;
typedef struct cspm_analysis cspm_analysis;

/** Status codes. Zero is success, positive is a normal non-OK answer, negative an error. Numbers never change. */
enum {
    CSPM_OK = 0,
    CSPM_DONE = 1,
    CSPM_MORE = 2,
    CSPM_E_INVALID = -2,
    CSPM_E_NOMEM = -3,
    CSPM_E_IO = -4,
    CSPM_E_PARSE = -5,
    CSPM_E_LIMIT = -6,
    CSPM_E_CANCELLED = -7,
    CSPM_E_TIMEOUT = -8,
    CSPM_E_NOTFOUND = -9,
    CSPM_E_UNSUPPORTED = -10,
    CSPM_E_ABI = -11,
    CSPM_E_INTERNAL = -12,
    CSPM_E_QUERY = -13,
    CSPM_E_UNRECOGNISED = -14
};

/** Bits of a truncation mask: which limit cut an answer short. */
enum { CSPM_TRUNCATED_ROWS = 1, CSPM_TRUNCATED_WORK = 2, CSPM_TRUNCATED_TIME = 4, CSPM_TRUNCATED_MEMORY = 8 };

#ifdef __cplusplus
}
#endif

#endif
