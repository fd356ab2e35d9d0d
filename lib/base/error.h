/* Errors travel by value of an out-parameter; there is no thread-local error. */
#ifndef CG_BASE_ERROR_H
#define CG_BASE_ERROR_H

#include "base/mem.h"
#include "base/str.h"
#include "cspmgraph/error.h"

/* Where in a text something is: byte offset from 0, line and column (code points) from 1; line 0 = unknown. */
typedef struct cg_pos {
    uint64_t offset;
    uint32_t line, column;
} cg_pos;

/* All fail functions set *err (when err is not NULL and *err is NULL), and return its code so callers can `return cg_fail(...)`.
 * They never overwrite an error already set: the innermost cause wins, and its code is what they return. When there is no memory for
 * the error object, the error becomes that of cg_nomem. Texts are cleaned: one line, valid UTF-8, no control characters, cut when long. */
int32_t cg_fail(cg_mem *mem, cspm_error **err, int32_t code, const char *format, ...) __attribute__((format(printf, 4, 5)));
int32_t cg_fail_at(cg_mem *mem, cspm_error **err, int32_t code, cg_str source, cg_pos pos, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Out of memory: CSPM_E_LIMIT ("memory") when the budget refused, else CSPM_E_NOMEM; both are static objects, no allocation. */
int32_t cg_nomem(cg_mem *mem, cspm_error **err);
/* CSPM_E_CANCELLED or CSPM_E_TIMEOUT as a static object; stopping never fails for want of memory. */
int32_t cg_fail_stopped(cspm_error **err, int32_t code);

/* Refine an error already set; every setter copies; failures to copy are ignored (the code and message stay). */
void cg_error_set_class(cspm_error *e, const char *error_class, const char *detail); /* e.g. "syntax", "UndefinedVariable" */
void cg_error_set_found(cspm_error *e, cg_str found);
void cg_error_add_expected(cspm_error *e, cg_str token); /* sorted, de-duplicated, at most 16 kept */
void cg_error_set_source(cspm_error *e, cg_str source);
void cg_error_set_source_line(cspm_error *e, cg_str line_text); /* for the caret display */
void cg_error_set_hint(cspm_error *e, cg_str hint);

#endif
