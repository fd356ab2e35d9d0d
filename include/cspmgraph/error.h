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

/**
 * Version of the library that is linked now: major * 10000 + minor * 100 + patch.
 * @thread any
 * @since 0.1
 */
CSPM_API uint32_t cspm_version_number(void);
/**
 * The same as text, "major.minor.patch"; static.
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_version_string(void);
/**
 * Name of a status code, such as "CSPM_E_PARSE"; "unknown" for other numbers.
 * @return a static string
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_status_name(int32_t code);

/**
 * Status code of an error.
 * @param error NULL gives CSPM_OK
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_error_code(const cspm_error *error);
/**
 * What went wrong, one line without position.
 * @param[out] length bytes; may be NULL
 * @return borrowed until the error is freed
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_error_message(const cspm_error *error, size_t *length);
/**
 * Name of the file, query or rule pack the error is about; "" when unknown.
 * @param[out] length bytes; may be NULL
 * @return borrowed until the error is freed
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_error_source(const cspm_error *error, size_t *length);
/**
 * Where in the source.
 * @param[out] offset bytes from 0; may be NULL
 * @param[out] line from 1, 0 = unknown; may be NULL
 * @param[out] column code points from 1; may be NULL
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_error_position(const cspm_error *error, uint64_t *offset, uint32_t *line, uint32_t *column);
/**
 * The error as one line of JSON with every field there is, also those without a getter: class, detail, found, expected, hint.
 * @param[out] length bytes; may be NULL
 * @return borrowed until the error is freed; "{}" when memory is refused
 * @thread one: the text is made at the first call
 * @since 0.1
 */
CSPM_API const char *cspm_error_json(cspm_error *error, size_t *length);
/**
 * The error as people read it: "SOURCE:LINE:COL: error: MESSAGE", then the source line and a caret where they are known.
 * @param[out] length bytes; may be NULL
 * @return borrowed until the error is freed; the bare message when memory is refused
 * @thread one: the text is made at the first call
 * @since 0.1
 */
CSPM_API const char *cspm_error_text(cspm_error *error, size_t *length);
/**
 * Make an error of your own, for libraries layered on this one.
 * @param context NULL gives the out-of-memory error
 * @param message UTF-8, one line; CSPM_NUL = NUL-terminated
 * @return never NULL; free with cspm_error_free
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_error *cspm_error_new(cspm_context *context, int32_t code, const char *message, size_t length);
/**
 * Release an error. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_error_free(cspm_error *error);

#ifdef __cplusplus
}
#endif

#endif
