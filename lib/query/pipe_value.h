/* Values as the pipe form sees them: what cannot be turned into what is asked for is null, never an error. */
#ifndef CG_QUERY_PIPE_VALUE_H
#define CG_QUERY_PIPE_VALUE_H

#include "query/exec.h"

#define PIPE_DAY 86400000000ll

/* Text of any value: of null nothing, of lists and maps JSON. False when memory is refused. */
bool pipe_text(q_eval *e, cg_value v, cg_str *out);
void pipe_write(cg_buf *b, cg_value v);
/* To QT_STRING, QT_INT, QT_FLOAT, QT_BOOL, QT_DATETIME, QT_DURATION; any other type leaves the value. */
int32_t pipe_convert(q_eval *e, cg_value v, uint32_t type, cg_value *out, cspm_error **err);
bool pipe_to_double(cg_value v, double *out); /* numbers, and texts of numbers */
int64_t pipe_span(const cg_duration *d);      /* microseconds */
bool pipe_new_span(q_eval *e, int64_t microseconds, cg_value *out);
bool pipe_read_span(cg_str s, int64_t *out); /* [d.]hh:mm[:ss[.ffffff]] */
/* Result of a buffer, which is freed. */
int32_t pipe_finish(q_eval *e, cg_buf *b, cg_value *out, cspm_error **err);
/* -1, 0, 1, or 2 when the two have no common order. */
int pipe_order(const q_eval *e, cg_value a, cg_value b);

#endif
