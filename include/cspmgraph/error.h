/**
 * @file error.h
 * Error objects and version.
 */
#ifndef CSPMGRAPH_ERROR_H
#define CSPMGRAPH_ERROR_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** major * 10000 + minor * 100 + patch. */
CSPM_API uint32_t cspm_version_number(void);
CSPM_API const char *cspm_version_string(void);
/** Static name of a status code, such as "CSPM_E_PARSE"; "unknown" for other numbers. */
CSPM_API const char *cspm_status_name(int32_t code);

CSPM_API int32_t cspm_error_code(const cspm_error *error);
/** One line, without position. Borrowed until the error is freed. */
CSPM_API const char *cspm_error_message(const cspm_error *error, size_t *length);
/** File or query name; "" when unknown. */
CSPM_API const char *cspm_error_source(const cspm_error *error, size_t *length);
/** Byte offset from 0, line and column (code points) from 1; line 0 = unknown. Any output may be NULL. */
CSPM_API void cspm_error_position(const cspm_error *error, uint64_t *offset, uint32_t *line, uint32_t *column);
/** The error as one line of JSON, with every field there is (class, detail, found, expected, hint, source line). Borrowed until the error is freed. */
CSPM_API const char *cspm_error_json(cspm_error *error, size_t *length);
/** The error as people read it: "SOURCE:LINE:COL: error: MESSAGE", then the source line and a caret when known. Borrowed until freed. */
CSPM_API const char *cspm_error_text(cspm_error *error, size_t *length);
/**
 * Make an error of your own, for libraries layered on this one.
 * @param context NULL gives the out-of-memory error
 * @param message UTF-8, one line; CSPM_NUL = NUL-terminated
 * @return never NULL; free with cspm_error_free
 * @since 0.1
 */
CSPM_API cspm_error *cspm_error_new(cspm_context *context, int32_t code, const char *message, size_t length);
/** NULL is fine. */
CSPM_API void cspm_error_free(cspm_error *error);

#ifdef __cplusplus
}
#endif

#endif
