/**
 * @file access.h
 * Who may do what: cloud policies evaluated without a graph.
 */
#ifndef CSPMGRAPH_ACCESS_H
#define CSPMGRAPH_ACCESS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Evaluate self-contained AWS requests: unit tests for policies. The input is a JSON list of objects (or one object) with "id", "principal", "action",
 * "resource" and, where wanted, "resource_account", "principal_id", "context", "identity_policies", "permission_boundaries", "session_policy",
 * "resource_policy", "scps" and "rcps" (lists of {"level", "policies"}). A policy is an object, or a text that holds one, URL-encoded or not. The context is
 * complete: a condition key that is not there is absent. Policies that cannot be read never allow; where one might deny, the answer is Conditional.
 * See doc/access.md for what is evaluated and in which order.
 * @param json the text; borrowed during the call
 * @param length bytes; CSPM_NUL = NUL-terminated
 * @param name what to call the input in messages, such as a file name; NULL = "vectors"
 * @param op may be NULL
 * @param[out] out a line of JSON for each request in input order, {"id":…,"result":…} with the result one of "Allowed", "ImplicitlyDenied",
 *             "ExplicitlyDenied", "Conditional"; the caller's to unref
 * @return CSPM_OK; CSPM_E_PARSE with a position when the input is no JSON or a request misses what it needs; CSPM_E_LIMIT
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_can_vectors(cspm_context *context, const char *json, size_t length, const char *name, cspm_op *op, cspm_buffer **out, cspm_error **err);

#ifdef __cplusplus
}
#endif

#endif
