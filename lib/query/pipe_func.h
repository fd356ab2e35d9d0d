/* Implementations behind the pipe form's table of functions. */
#ifndef CG_QUERY_PIPE_FUNC_H
#define CG_QUERY_PIPE_FUNC_H

#include "query/func_internal.h"
#include "query/pipe_value.h"

/* pipe_func_ops.c */
Q_FUNC(pf_eq);
Q_FUNC(pf_ne);
Q_FUNC(pf_lt);
Q_FUNC(pf_le);
Q_FUNC(pf_gt);
Q_FUNC(pf_ge);
Q_FUNC(pf_add);
Q_FUNC(pf_sub);
Q_FUNC(pf_mul);
Q_FUNC(pf_div);
Q_FUNC(pf_mod);
Q_FUNC(pf_neg);
Q_FUNC(pf_between);
Q_FUNC(pf_not_between);
Q_FUNC(pf_member);
Q_FUNC(pf_truth);
Q_FUNC(pf_number);
Q_FUNC(pf_is_null);
Q_FUNC(pf_pack_row);
Q_FUNC(pf_pack_any);
Q_FUNC(pf_head);

/* pipe_func_match.c */
Q_FUNC(pf_eq_nocase);
Q_FUNC(pf_ne_nocase);
Q_FUNC(pf_contains);
Q_FUNC(pf_not_contains);
Q_FUNC(pf_contains_cs);
Q_FUNC(pf_not_contains_cs);
Q_FUNC(pf_starts);
Q_FUNC(pf_not_starts);
Q_FUNC(pf_starts_cs);
Q_FUNC(pf_not_starts_cs);
Q_FUNC(pf_ends);
Q_FUNC(pf_not_ends);
Q_FUNC(pf_ends_cs);
Q_FUNC(pf_not_ends_cs);
Q_FUNC(pf_has);
Q_FUNC(pf_not_has);
Q_FUNC(pf_has_cs);
Q_FUNC(pf_not_has_cs);
Q_FUNC(pf_has_prefix);
Q_FUNC(pf_not_has_prefix);
Q_FUNC(pf_has_suffix);
Q_FUNC(pf_not_has_suffix);
Q_FUNC(pf_has_any);
Q_FUNC(pf_has_all);
Q_FUNC(pf_in);
Q_FUNC(pf_not_in);
Q_FUNC(pf_in_nocase);
Q_FUNC(pf_not_in_nocase);
Q_FUNC(pf_matches);
Q_FUNC(pf_extract);
Q_FUNC(pf_extract_all);
Q_FUNC(pf_replace);
Q_FUNC(pf_replace_regex);
Q_FUNC(pf_trim);
Q_FUNC(pf_trim_start);
Q_FUNC(pf_trim_end);

/* pipe_func_text.c */
Q_FUNC(pf_to_string);
Q_FUNC(pf_to_long);
Q_FUNC(pf_to_real);
Q_FUNC(pf_to_bool);
Q_FUNC(pf_to_datetime);
Q_FUNC(pf_to_timespan);
Q_FUNC(pf_to_lower);
Q_FUNC(pf_to_upper);
Q_FUNC(pf_strlen);
Q_FUNC(pf_strcat);
Q_FUNC(pf_strcat_delim);
Q_FUNC(pf_strcat_array);
Q_FUNC(pf_substring);
Q_FUNC(pf_split);
Q_FUNC(pf_replace_string);
Q_FUNC(pf_indexof);
Q_FUNC(pf_isempty);
Q_FUNC(pf_isnotempty);
Q_FUNC(pf_isnull);
Q_FUNC(pf_isnotnull);
Q_FUNC(pf_coalesce);

/* pipe_func_dynamic.c */
Q_FUNC(pf_parse_json);
Q_FUNC(pf_array_length);
Q_FUNC(pf_array_concat);
Q_FUNC(pf_array_slice);
Q_FUNC(pf_array_index_of);
Q_FUNC(pf_array_sort_asc);
Q_FUNC(pf_array_sort_desc);
Q_FUNC(pf_set_has_element);
Q_FUNC(pf_set_union);
Q_FUNC(pf_set_intersect);
Q_FUNC(pf_set_difference);
Q_FUNC(pf_bag_keys);
Q_FUNC(pf_bag_has_key);
Q_FUNC(pf_bag_pack);
Q_FUNC(pf_pack_array);
Q_FUNC(pf_gettype);
Q_FUNC(pf_parse_version);

/* pipe_func_time.c */
Q_FUNC(pf_now);
Q_FUNC(pf_ago);
Q_FUNC(pf_bin);
Q_FUNC(pf_round);
Q_FUNC(pf_ceiling);
Q_FUNC(pf_abs);
Q_FUNC(pf_sqrt);
Q_FUNC(pf_pow);
Q_FUNC(pf_log);
Q_FUNC(pf_min_of);
Q_FUNC(pf_max_of);
Q_FUNC(pf_format_datetime);
Q_FUNC(pf_datetime_diff);
Q_FUNC(pf_startofday);
Q_FUNC(pf_startofmonth);
Q_FUNC(pf_startofyear);
Q_FUNC(pf_getyear);
Q_FUNC(pf_getmonth);
Q_FUNC(pf_dayofmonth);
Q_FUNC(pf_hourofday);
Q_FUNC(pf_from_unix);

/* Equal as the pipe form sees it: texts meet other types as text; nothing equals nothing else but the empty text. */
int32_t pipe_equal(q_eval *e, cg_value a, cg_value b, q_truth *out, cspm_error **err);
/* What the list operators compare with: the arguments from the second on, lists among them taken apart. */
typedef struct pipe_items {
    const cg_value *args;
    uint32_t n, at, inside;
} pipe_items;
bool pipe_items_next(pipe_items *it, cg_value *out);

#endif
