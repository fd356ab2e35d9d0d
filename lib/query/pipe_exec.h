/* Constructors of the pipe form's own operators; NULL = memory refused. */
#ifndef CG_QUERY_PIPE_EXEC_H
#define CG_QUERY_PIPE_EXEC_H

#include "query/exec.h"
#include "query/pipe.h"

q_op *q_op_table(cg_run *r, const pipe_stage *s);
q_op *q_op_mv_expand(cg_run *r, q_op *input, const pipe_stage *s);
q_op *q_op_parse(cg_run *r, q_op *input, const pipe_stage *s);
q_op *q_op_join(cg_run *r, q_op *input, q_op *right, const pipe_stage *s);

#endif
