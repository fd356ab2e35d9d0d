/* Implementations behind the function table. Arguments are never null unless the row says QF_NULLS. */
#ifndef CG_QUERY_FUNC_INTERNAL_H
#define CG_QUERY_FUNC_INTERNAL_H

#include "query/exec.h"

#define Q_FUNC(name) int32_t name(q_eval *e, const q_expr *call, const cg_value *args, uint32_t n, cg_value *out, cspm_error **err)

/* func_graph.c */
Q_FUNC(qf_labels);
Q_FUNC(qf_type);
Q_FUNC(qf_id);
Q_FUNC(qf_element_id);
Q_FUNC(qf_start_node);
Q_FUNC(qf_end_node);
Q_FUNC(qf_nodes);
Q_FUNC(qf_relationships);
Q_FUNC(qf_length);
Q_FUNC(qf_keys);
Q_FUNC(qf_properties);

/* func_list.c */
Q_FUNC(qf_coalesce);
Q_FUNC(qf_size);
Q_FUNC(qf_head);
Q_FUNC(qf_last);
Q_FUNC(qf_tail);
Q_FUNC(qf_reverse);
Q_FUNC(qf_range);

/* func_string.c */
Q_FUNC(qf_to_lower);
Q_FUNC(qf_to_upper);
Q_FUNC(qf_to_string);
Q_FUNC(qf_split);
Q_FUNC(qf_replace);
Q_FUNC(qf_substring);
Q_FUNC(qf_left);
Q_FUNC(qf_right);
Q_FUNC(qf_trim);
Q_FUNC(qf_ltrim);
Q_FUNC(qf_rtrim);

/* func_math.c */
Q_FUNC(qf_to_integer);
Q_FUNC(qf_to_float);
Q_FUNC(qf_to_boolean);
Q_FUNC(qf_abs);
Q_FUNC(qf_ceil);
Q_FUNC(qf_floor);
Q_FUNC(qf_round);
Q_FUNC(qf_sign);
Q_FUNC(qf_sqrt);
Q_FUNC(qf_exp);
Q_FUNC(qf_log);
Q_FUNC(qf_log10);
Q_FUNC(qf_pi);
Q_FUNC(qf_e);
Q_FUNC(qf_rand);

/* func_time.c */
Q_FUNC(qf_date);
Q_FUNC(qf_datetime);
Q_FUNC(qf_timestamp);
Q_FUNC(qf_duration);
Q_FUNC(qf_duration_in_days);
Q_FUNC(qf_duration_in_seconds);

/* Wrong type at run time, in the words of the conformance suite. */
int32_t qf_bad_value(q_eval *e, const q_expr *call, cspm_error **err);
bool qf_range_bounds(const cg_value *args, uint32_t n, int64_t *from, int64_t *to, int64_t *step);

#endif
