/**
 * @file function.h
 * Scalar functions of the host, for queries of the graph form: `cspm_language_add_function` adds one, and queries compiled with that language
 * call it by its name in WHERE, RETURN, ORDER BY and wherever an expression stands.
 */
#ifndef CSPMGRAPH_FUNCTION_H
#define CSPMGRAPH_FUNCTION_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a value is. Numbers never change; a callback takes a number it does not know as a value it cannot use. */
enum {
    CSPM_VALUE_NULL = 0,
    CSPM_VALUE_BOOL = 1,
    CSPM_VALUE_INT = 2,
    CSPM_VALUE_FLOAT = 3,
    CSPM_VALUE_STRING = 4,
    CSPM_VALUE_LIST = 5,
    CSPM_VALUE_MAP = 6,
    CSPM_VALUE_NODE = 7, /**< opaque, like the two below: the query passes `elementId(n)` or `properties(n)` when more is wanted */
    CSPM_VALUE_RELATIONSHIP = 8,
    CSPM_VALUE_PATH = 9,
    CSPM_VALUE_DATE = 10,     /**< cspm_value_int: microseconds since the epoch, midnight UTC */
    CSPM_VALUE_DATETIME = 11, /**< cspm_value_int: microseconds since the epoch */
    CSPM_VALUE_DURATION = 12  /**< opaque */
};

/** How a function is called. */
enum {
    CSPM_FUNCTION_NULLS = 1,  /**< also with null arguments; otherwise one null argument makes the answer null without a call */
    CSPM_FUNCTION_CHANGES = 2 /**< equal arguments may get different answers; such a function cannot stand inside an aggregate */
};

/**
 * One call: read the arguments, return at most one value (none is null), say whether it went well. The call and every value and text reached
 * through it are valid until the callback returns. The callback must not read or free the cursor whose rows it is called for (reading is
 * CSPM_E_INVALID); other cursors, queries and graphs are fine. It may be called more or less often than there are rows.
 * @param user as given to cspm_language_add_function
 * @return CSPM_OK; what a failed cspm_call_* returned; CSPM_E_NOMEM; any other negative status is reported as failure of the function
 */
typedef int32_t (*cspm_function)(void *user, cspm_call *call);

/**
 * Add a scalar function to a language.
 * @param name letters, digits and _, in parts joined by dots, at most 64 bytes; compared without case; copied
 * @param min_args least number of arguments; any other number is an error when the query is compiled
 * @param max_args most, at most 255
 * @param flags CSPM_FUNCTION_*
 * @param function called on the threads that read cursors, several at once when the host reads several
 * @param user handed to the function; the host's business
 * @param release NULL, or called once with user when neither the language nor a query can call the function any more; also when adding fails
 * @return CSPM_OK or CSPM_E_INVALID (the name is not one, or is taken by the language or an earlier function; the numbers make no sense)
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_language_add_function(cspm_language *language, const char *name, size_t name_length, uint32_t min_args, uint32_t max_args, uint32_t flags, cspm_function function, void *user, void (*release)(void *user), cspm_error **err);

/**
 * Number of arguments of a call.
 * @thread the callback's
 * @since 0.1
 */
CSPM_API uint32_t cspm_call_arg_count(const cspm_call *call);
/**
 * An argument.
 * @return NULL = there is no such argument
 * @thread the callback's
 * @since 0.1
 */
CSPM_API const cspm_value *cspm_call_arg(const cspm_call *call, uint32_t i);
/**
 * Return a boolean; any non-zero value is true.
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_return_bool(cspm_call *call, int32_t value);
/**
 * Return an integer.
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_return_int(cspm_call *call, int64_t value);
/**
 * Return a float.
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_return_double(cspm_call *call, double value);
/**
 * Return a text, copied into the memory of the run.
 * @return CSPM_OK, CSPM_E_QUERY (not UTF-8, or over 4 GiB), CSPM_E_LIMIT (the query's memory), CSPM_E_NOMEM
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_return_string(cspm_call *call, const char *text, size_t length);
/**
 * Return any JSON value, lists and maps included.
 * @return CSPM_OK, CSPM_E_QUERY (not JSON), CSPM_E_LIMIT (the query's memory), CSPM_E_NOMEM
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_return_json(cspm_call *call, const char *json, size_t length);
/**
 * Return an argument or a part of one; the only way to return a node, a relationship or a path.
 * @param value of this call; NULL = null
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_return_value(cspm_call *call, const cspm_value *value);
/**
 * Fail: the query ends with this message behind the name of the function, at its place in the text.
 * @param message UTF-8, one line; NULL = none
 * @return CSPM_E_QUERY, to be returned
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int32_t cspm_call_fail(cspm_call *call, const char *message, size_t length);

/**
 * What a value is.
 * @return CSPM_VALUE_*; NULL is null
 * @thread the callback's
 * @since 0.1
 */
CSPM_API uint32_t cspm_value_type(const cspm_value *value);
/**
 * An integer; a boolean as 0 or 1; a date or datetime.
 * @return 0 when the value is none of these
 * @thread the callback's
 * @since 0.1
 */
CSPM_API int64_t cspm_value_int(const cspm_value *value);
/**
 * A float or an integer.
 * @return 0.0 when the value is neither
 * @thread the callback's
 * @since 0.1
 */
CSPM_API double cspm_value_double(const cspm_value *value);
/**
 * A text. It may hold NUL bytes and is not NUL-terminated.
 * @param[out] length bytes
 * @return NULL when the value is no text, and *length is 0
 * @thread the callback's
 * @since 0.1
 */
CSPM_API const char *cspm_value_string(const cspm_value *value, size_t *length);
/**
 * Number of items of a list, of entries of a map.
 * @return 0 when the value is neither
 * @thread the callback's
 * @since 0.1
 */
CSPM_API uint32_t cspm_value_count(const cspm_value *value);
/**
 * An item of a list, or the value of an entry of a map; entries are in the byte order of their keys.
 * @return NULL = there is no such item
 * @thread the callback's
 * @since 0.1
 */
CSPM_API const cspm_value *cspm_value_item(const cspm_value *value, uint32_t i);
/**
 * The key of an entry of a map, not NUL-terminated.
 * @param[out] length bytes
 * @return NULL = there is no such entry, and *length is 0
 * @thread the callback's
 * @since 0.1
 */
CSPM_API const char *cspm_value_key(const cspm_value *value, uint32_t i, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
