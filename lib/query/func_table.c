/* Every function, in alphabetical order. */
#include "query/func_internal.h"

#define NUM QT_NUMBER
#define LST QT_LIST
#define STR QT_STRING

const q_func q_count_star = { "count", 0, 0, QF_NULLS, QA_COUNT_STAR, { 0 }, QT_INT, NULL };

static const q_func table[] = {
    { "abs", 1, 1, QF_AS_ARGS, 0, { NUM }, NUM, qf_abs },
    { "avg", 1, 1, 0, QA_AVG, { NUM | QT_DURATION }, QT_FLOAT, NULL },
    { "ceil", 1, 1, 0, 0, { NUM }, QT_FLOAT, qf_ceil },
    { "coalesce", 1, 255, QF_NULLS | QF_AS_ARGS, 0, { 0 }, QT_ANY, qf_coalesce },
    { "collect", 1, 1, QF_NULLS, QA_COLLECT, { 0 }, QT_LIST, NULL },
    { "count", 1, 1, QF_NULLS, QA_COUNT, { 0 }, QT_INT, NULL },
    { "date", 0, 1, 0, 0, { STR | QT_MAP | QT_DATE | QT_DATETIME }, QT_DATE, qf_date },
    { "datetime", 0, 1, 0, 0, { STR | QT_MAP | QT_DATE | QT_DATETIME }, QT_DATETIME, qf_datetime },
    { "duration", 1, 1, 0, 0, { STR | QT_MAP | QT_DURATION }, QT_DURATION, qf_duration },
    { "duration.inDays", 2, 2, 0, 0, { QT_DATE | QT_DATETIME, QT_DATE | QT_DATETIME }, QT_DURATION, qf_duration_in_days },
    { "duration.inSeconds", 2, 2, 0, 0, { QT_DATE | QT_DATETIME, QT_DATE | QT_DATETIME }, QT_DURATION, qf_duration_in_seconds },
    { "e", 0, 0, 0, 0, { 0 }, QT_FLOAT, qf_e },
    { "elementId", 1, 1, 0, 0, { QT_NODE | QT_REL }, STR, qf_element_id },
    { "endNode", 1, 1, 0, 0, { QT_REL }, QT_NODE, qf_end_node },
    { "exp", 1, 1, 0, 0, { NUM }, QT_FLOAT, qf_exp },
    { "floor", 1, 1, 0, 0, { NUM }, QT_FLOAT, qf_floor },
    { "head", 1, 1, 0, 0, { LST }, QT_ANY, qf_head },
    { "id", 1, 1, 0, 0, { QT_NODE | QT_REL }, QT_INT, qf_id },
    { "keys", 1, 1, 0, 0, { QT_NODE | QT_REL | QT_MAP }, LST, qf_keys },
    { "labels", 1, 1, 0, 0, { QT_NODE }, LST, qf_labels },
    { "last", 1, 1, 0, 0, { LST }, QT_ANY, qf_last },
    { "left", 2, 2, 0, 0, { STR, QT_INT }, STR, qf_left },
    { "length", 1, 1, 0, 0, { QT_PATH }, QT_INT, qf_length },
    { "log", 1, 1, 0, 0, { NUM }, QT_FLOAT, qf_log },
    { "log10", 1, 1, 0, 0, { NUM }, QT_FLOAT, qf_log10 },
    { "lower", 1, 1, 0, 0, { STR }, STR, qf_to_lower },
    { "ltrim", 1, 2, 0, 0, { STR, STR }, STR, qf_ltrim },
    { "max", 1, 1, QF_AS_ARGS, QA_MAX, { 0 }, QT_ANY, NULL },
    { "min", 1, 1, QF_AS_ARGS, QA_MIN, { 0 }, QT_ANY, NULL },
    { "nodes", 1, 1, 0, 0, { QT_PATH }, LST, qf_nodes },
    { "percentileCont", 2, 2, 0, QA_PERCENTILE_CONT, { NUM, NUM }, QT_FLOAT, NULL },
    { "percentileDisc", 2, 2, 0, QA_PERCENTILE_DISC, { NUM, NUM }, NUM, NULL },
    { "pi", 0, 0, 0, 0, { 0 }, QT_FLOAT, qf_pi },
    { "properties", 1, 1, 0, 0, { QT_NODE | QT_REL | QT_MAP }, QT_MAP, qf_properties },
    { "rand", 0, 0, QF_VOLATILE, 0, { 0 }, QT_FLOAT, qf_rand },
    { "range", 2, 3, 0, 0, { 0 }, LST, qf_range },
    { "relationships", 1, 1, 0, 0, { QT_PATH }, LST, qf_relationships },
    { "rels", 1, 1, 0, 0, { QT_PATH }, LST, qf_relationships },
    { "replace", 3, 3, 0, 0, { STR, STR, STR }, STR, qf_replace },
    { "reverse", 1, 1, 0, 0, { LST | STR }, LST | STR, qf_reverse },
    { "right", 2, 2, 0, 0, { STR, QT_INT }, STR, qf_right },
    { "round", 1, 2, 0, 0, { NUM, QT_INT }, QT_FLOAT, qf_round },
    { "rtrim", 1, 2, 0, 0, { STR, STR }, STR, qf_rtrim },
    { "sign", 1, 1, 0, 0, { NUM }, QT_INT, qf_sign },
    { "size", 1, 1, 0, 0, { LST | STR | QT_MAP }, QT_INT, qf_size },
    { "split", 2, 2, 0, 0, { STR, STR | LST }, LST, qf_split },
    { "sqrt", 1, 1, 0, 0, { NUM }, QT_FLOAT, qf_sqrt },
    { "startNode", 1, 1, 0, 0, { QT_REL }, QT_NODE, qf_start_node },
    { "stDev", 1, 1, 0, QA_STDEV, { NUM }, QT_FLOAT, NULL },
    { "stDevP", 1, 1, 0, QA_STDEVP, { NUM }, QT_FLOAT, NULL },
    { "substring", 2, 3, 0, 0, { STR, QT_INT, QT_INT }, STR, qf_substring },
    { "sum", 1, 1, QF_NULLS, QA_SUM, { NUM | QT_DURATION }, NUM, NULL },
    { "tail", 1, 1, 0, 0, { LST }, LST, qf_tail },
    { "timestamp", 0, 0, 0, 0, { 0 }, QT_INT, qf_timestamp },
    { "toBoolean", 1, 1, 0, 0, { STR | QT_BOOL | QT_INT }, QT_BOOL, qf_to_boolean },
    { "toFloat", 1, 1, 0, 0, { STR | NUM }, QT_FLOAT, qf_to_float },
    { "toInteger", 1, 1, 0, 0, { STR | NUM | QT_BOOL }, QT_INT, qf_to_integer },
    { "toLower", 1, 1, 0, 0, { STR }, STR, qf_to_lower },
    { "toString", 1, 1, 0, 0, { STR | NUM | QT_BOOL | QT_DATE | QT_DATETIME | QT_DURATION }, STR, qf_to_string },
    { "toUpper", 1, 1, 0, 0, { STR }, STR, qf_to_upper },
    { "trim", 1, 2, 0, 0, { STR, STR }, STR, qf_trim },
    { "type", 1, 1, 0, 0, { QT_REL }, STR, qf_type },
    { "upper", 1, 1, 0, 0, { STR }, STR, qf_to_upper },
};

const q_func *q_func_find(cg_str name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(table[i].name)))
            return &table[i];
    }
    return NULL;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Edit distance, at most `limit`; names here are short. */
static uint32_t distance(cg_str a, const char *b, uint32_t limit)
{
    uint32_t row[32];
    uint32_t nb = (uint32_t)strlen(b);
    if (a.length > 30 || nb > 30)
        return limit + 1;
    for (uint32_t j = 0; j <= nb; j++)
        row[j] = j;
    for (uint32_t i = 1; i <= a.length; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= nb; j++) {
            uint32_t best = diagonal + (lower(a.data[i - 1]) != lower(b[j - 1]));
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

const char *q_func_nearest(cg_str name)
{
    const char *best = NULL;
    uint32_t least = name.length < 5 ? 2 : 3;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint32_t d = distance(name, table[i].name, least);
        if (d < least) {
            least = d;
            best = table[i].name;
        }
    }
    return best;
}

int32_t qf_bad_value(q_eval *e, const q_expr *call, cspm_error **err)
{
    return q_run_error(e->run, err, call, "type", "InvalidArgumentValue", "%s cannot take this type of value", call->func->name);
}
