/* The pipe form's table of functions and operators. Most take null and answer something, so nearly all have QF_NULLS; QF_VOLATILE marks
 * those that keep compiled patterns. */
#include "query/pipe_func.h"

#include "query/pipe.h"

#define N QF_NULLS
#define R (QF_NULLS | QF_VOLATILE)
#define ROW(name, least, most, flags, types, fn)                                                                                           \
    {                                                                                                                                      \
        name, least, most, flags, QA_NONE, { 0 }, types, fn                                                                                \
    }
#define BOOL (QT_BOOL | QT_NULL)
#define TEXT (QT_STRING | QT_NULL)
#define TIME (QT_DATETIME | QT_NULL)
#define SPAN (QT_DURATION | QT_NULL)
#define LIST (QT_LIST | QT_NULL)
#define WHOLE (QT_INT | QT_NULL)
#define REAL (QT_FLOAT | QT_NULL)
#define NUMBER (QT_NUMBER | QT_NULL)

/* By name, in byte order. */
static const q_func functions[] = {
    ROW("abs", 1, 1, N, NUMBER, pf_abs),
    ROW("ago", 1, 1, N, TIME, pf_ago),
    ROW("array_concat", 1, 255, N, LIST, pf_array_concat),
    ROW("array_index_of", 2, 2, N, WHOLE, pf_array_index_of),
    ROW("array_length", 1, 1, N, WHOLE, pf_array_length),
    ROW("array_slice", 3, 3, N, LIST, pf_array_slice),
    ROW("array_sort_asc", 1, 1, N, LIST, pf_array_sort_asc),
    ROW("array_sort_desc", 1, 1, N, LIST, pf_array_sort_desc),
    ROW("array_strcat", 2, 2, N, TEXT, pf_strcat_array),
    ROW("bag_has_key", 2, 2, N, BOOL, pf_bag_has_key),
    ROW("bag_keys", 1, 1, N, LIST, pf_bag_keys),
    ROW("bag_pack", 2, 254, N, QT_MAP, pf_bag_pack),
    ROW("bin", 2, 2, N, QT_ANY, pf_bin),
    ROW("ceiling", 1, 1, N, REAL, pf_ceiling),
    ROW("coalesce", 1, 255, N, QT_ANY, pf_coalesce),
    ROW("datetime_diff", 3, 3, N, WHOLE, pf_datetime_diff),
    ROW("dayofmonth", 1, 1, N, WHOLE, pf_dayofmonth),
    ROW("extract", 3, 4, R, QT_ANY, pf_extract),
    ROW("extract_all", 2, 2, R, LIST, pf_extract_all),
    ROW("floor", 1, 2, N, QT_ANY, pf_bin),
    ROW("format_datetime", 2, 2, N, TEXT, pf_format_datetime),
    ROW("getmonth", 1, 1, N, WHOLE, pf_getmonth),
    ROW("gettype", 1, 1, N, QT_STRING, pf_gettype),
    ROW("getyear", 1, 1, N, WHOLE, pf_getyear),
    ROW("hourofday", 1, 1, N, WHOLE, pf_hourofday),
    ROW("indexof", 2, 3, N, QT_INT, pf_indexof),
    ROW("isempty", 1, 1, N, QT_BOOL, pf_isempty),
    ROW("isnotempty", 1, 1, N, QT_BOOL, pf_isnotempty),
    ROW("isnotnull", 1, 1, N, QT_BOOL, pf_isnotnull),
    ROW("isnull", 1, 1, N, QT_BOOL, pf_isnull),
    ROW("log", 1, 1, N, REAL, pf_log),
    ROW("max_of", 1, 255, N, QT_ANY, pf_max_of),
    ROW("min_of", 1, 255, N, QT_ANY, pf_min_of),
    ROW("monthofyear", 1, 1, N, WHOLE, pf_getmonth),
    ROW("notempty", 1, 1, N, QT_BOOL, pf_isnotempty),
    ROW("notnull", 1, 1, N, QT_BOOL, pf_isnotnull),
    ROW("now", 0, 1, N, TIME, pf_now),
    ROW("pack", 2, 254, N, QT_MAP, pf_bag_pack),
    ROW("pack_array", 0, 255, N, LIST, pf_pack_array),
    ROW("parse_json", 1, 1, N, QT_ANY, pf_parse_json),
    ROW("parse_version", 1, 1, N, LIST, pf_parse_version),
    ROW("parsejson", 1, 1, N, QT_ANY, pf_parse_json),
    ROW("pow", 2, 2, N, REAL, pf_pow),
    ROW("replace", 3, 3, R, TEXT, pf_replace),
    ROW("replace_regex", 3, 3, R, TEXT, pf_replace_regex),
    ROW("replace_string", 3, 3, N, TEXT, pf_replace_string),
    ROW("round", 1, 2, N, NUMBER, pf_round),
    ROW("set_difference", 2, 255, N, LIST, pf_set_difference),
    ROW("set_has_element", 2, 2, N, BOOL, pf_set_has_element),
    ROW("set_intersect", 2, 2, N, LIST, pf_set_intersect),
    ROW("set_union", 1, 255, N, LIST, pf_set_union),
    ROW("split", 2, 3, N, LIST, pf_split),
    ROW("sqrt", 1, 1, N, REAL, pf_sqrt),
    ROW("startofday", 1, 1, N, TIME, pf_startofday),
    ROW("startofmonth", 1, 1, N, TIME, pf_startofmonth),
    ROW("startofyear", 1, 1, N, TIME, pf_startofyear),
    ROW("strcat", 1, 255, N, TEXT, pf_strcat),
    ROW("strcat_array", 2, 2, N, TEXT, pf_strcat_array),
    ROW("strcat_delim", 2, 255, N, TEXT, pf_strcat_delim),
    ROW("strlen", 1, 1, N, WHOLE, pf_strlen),
    ROW("substring", 2, 3, N, TEXT, pf_substring),
    ROW("tobool", 1, 1, N, BOOL, pf_to_bool),
    ROW("toboolean", 1, 1, N, BOOL, pf_to_bool),
    ROW("todatetime", 1, 1, N, TIME, pf_to_datetime),
    ROW("todecimal", 1, 1, N, REAL, pf_to_real),
    ROW("todouble", 1, 1, N, REAL, pf_to_real),
    ROW("todynamic", 1, 1, N, QT_ANY, pf_parse_json),
    ROW("toguid", 1, 1, N, TEXT, pf_to_string),
    ROW("toint", 1, 1, N, WHOLE, pf_to_long),
    ROW("tolong", 1, 1, N, WHOLE, pf_to_long),
    ROW("tolower", 1, 1, N, TEXT, pf_to_lower),
    ROW("toobject", 1, 1, N, QT_ANY, pf_parse_json),
    ROW("toreal", 1, 1, N, REAL, pf_to_real),
    ROW("tostring", 1, 1, N, QT_STRING, pf_to_string),
    ROW("totimespan", 1, 1, N, SPAN, pf_to_timespan),
    ROW("toupper", 1, 1, N, TEXT, pf_to_upper),
    ROW("trim", 2, 2, R, TEXT, pf_trim),
    ROW("trim_end", 2, 2, R, TEXT, pf_trim_end),
    ROW("trim_start", 2, 2, R, TEXT, pf_trim_start),
    ROW("unixtime_seconds_todatetime", 1, 1, N, TIME, pf_from_unix),
};

static const q_func text_operators[] = {
    ROW("!between", 3, 3, N, BOOL, pf_not_between),
    ROW("!contains", 2, 2, N, BOOL, pf_not_contains),
    ROW("!contains_cs", 2, 2, N, BOOL, pf_not_contains_cs),
    ROW("!endswith", 2, 2, N, BOOL, pf_not_ends),
    ROW("!endswith_cs", 2, 2, N, BOOL, pf_not_ends_cs),
    ROW("!has", 2, 2, N, BOOL, pf_not_has),
    ROW("!has_cs", 2, 2, N, BOOL, pf_not_has_cs),
    ROW("!hasprefix", 2, 2, N, BOOL, pf_not_has_prefix),
    ROW("!hassuffix", 2, 2, N, BOOL, pf_not_has_suffix),
    ROW("!in", 1, 255, N, BOOL, pf_not_in),
    ROW("!in~", 1, 255, N, BOOL, pf_not_in_nocase),
    ROW("!startswith", 2, 2, N, BOOL, pf_not_starts),
    ROW("!startswith_cs", 2, 2, N, BOOL, pf_not_starts_cs),
    ROW("between", 3, 3, N, BOOL, pf_between),
    ROW("contains", 2, 2, N, BOOL, pf_contains),
    ROW("contains_cs", 2, 2, N, BOOL, pf_contains_cs),
    ROW("endswith", 2, 2, N, BOOL, pf_ends),
    ROW("endswith_cs", 2, 2, N, BOOL, pf_ends_cs),
    ROW("has", 2, 2, N, BOOL, pf_has),
    ROW("has_all", 1, 255, N, BOOL, pf_has_all),
    ROW("has_any", 1, 255, N, BOOL, pf_has_any),
    ROW("has_cs", 2, 2, N, BOOL, pf_has_cs),
    ROW("hasprefix", 2, 2, N, BOOL, pf_has_prefix),
    ROW("hassuffix", 2, 2, N, BOOL, pf_has_suffix),
    ROW("in", 1, 255, N, BOOL, pf_in),
    ROW("in~", 1, 255, N, BOOL, pf_in_nocase),
    ROW("startswith", 2, 2, N, BOOL, pf_starts),
    ROW("startswith_cs", 2, 2, N, BOOL, pf_starts_cs),
};

static const q_func signs[] = {
    ROW("!=", 2, 2, N, BOOL, pf_ne),
    ROW("!~", 2, 2, N, BOOL, pf_ne_nocase),
    ROW("%", 2, 2, N, NUMBER, pf_mod),
    ROW("*", 2, 2, N, QT_ANY, pf_mul),
    ROW("+", 2, 2, N, QT_ANY, pf_add),
    ROW("-", 2, 2, N, QT_ANY, pf_sub),
    ROW("/", 2, 2, N, QT_ANY, pf_div),
    ROW("<", 2, 2, N, BOOL, pf_lt),
    ROW("<=", 2, 2, N, BOOL, pf_le),
    ROW("==", 2, 2, N, BOOL, pf_eq),
    ROW("=~", 2, 2, N, BOOL, pf_eq_nocase),
    ROW(">", 2, 2, N, BOOL, pf_gt),
    ROW(">=", 2, 2, N, BOOL, pf_ge),
    ROW("[]", 2, 2, N, QT_ANY, pf_member),
    ROW("head", 2, 2, N, LIST, pf_head),
    ROW("is null", 1, 1, N, QT_BOOL, pf_is_null),
    ROW("matches regex", 2, 2, R, BOOL, pf_matches),
    ROW("neg", 1, 1, N, QT_ANY, pf_neg),
    ROW("number", 1, 1, N, NUMBER, pf_number),
    ROW("pack all", 1, 255, N, LIST, pf_pack_any),
    ROW("pack", 1, 255, N, LIST, pf_pack_row),
    ROW("truth", 1, 1, N, BOOL, pf_truth),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const q_func *in_table(const q_func *table, size_t n, cg_str name)
{
    for (size_t i = 0; i < n; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(table[i].name)))
            return &table[i];
    }
    return NULL;
}

const q_func *pipe_func_find(cg_str name)
{
    return in_table(functions, COUNT(functions), name);
}

const q_func *pipe_op_text(cg_str name)
{
    return in_table(text_operators, COUNT(text_operators), name);
}

const q_func *pipe_op_find(const char *name)
{
    const q_func *f = in_table(signs, COUNT(signs), cg_str_from(name));
    return f ? f : pipe_op_text(cg_str_from(name));
}

const char *pipe_func_nearest(cg_str name)
{
    const char *best = NULL;
    uint32_t least = name.length > 4 ? 3 : 2;
    for (size_t i = 0; i < COUNT(functions); i++) {
        uint32_t d = pipe_distance(name, cg_str_from(functions[i].name));
        if (d < least) {
            least = d;
            best = functions[i].name;
        }
    }
    return best;
}
