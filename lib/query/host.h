/* Scalar functions of the host: what a callback is given, and how it answers. include/cspmgraph/function.h is the same for everybody else.
 */
#ifndef CG_QUERY_HOST_H
#define CG_QUERY_HOST_H

#include "query/func.h"
#include "query/query.h"

#define Q_MAX_FUNCTION_NAME 64u /* bytes */

typedef struct cspm_call cg_call;
typedef int32_t (*cg_host_fn)(void *user, cg_call *call);

/* One function, shared by the language and by every query that calls it. */
typedef struct q_host_func {
    q_func func; /* first: what expressions point to */
    uint32_t refs;
    cg_mem *mem;
    cg_host_fn fn;
    void *user;
    void (*release)(void *user);
    char name[];
} q_host_func;

/* `fn` is called with `user`, from any thread that runs a query, by several at once; `release` once, when nothing can call it any more, and
 * also when adding fails. CSPM_E_INVALID: no such name may be, it is taken, or the numbers of arguments make no sense. */
int32_t cg_language_add_function(cg_language *l, cg_str name, uint32_t min_args, uint32_t max_args, bool nulls, bool changes, cg_host_fn fn,
                                 void *user, void (*release)(void *user), cspm_error **err);
q_host_func *q_host_find(const cg_language *l, cg_str name);
q_host_func *q_host_ref(q_host_func *f);
void q_host_unref(q_host_func *f);

/* ---- for the callback; the first failure of a call stays, whatever the callback returns ---- */
uint32_t cg_call_count(const cg_call *call);
const cg_value *cg_call_arg(const cg_call *call, uint32_t i); /* NULL = there is none */
int32_t cg_call_return(cg_call *call, cg_value value);        /* as it is: a part of an argument, or something simple */
int32_t cg_call_return_text(cg_call *call, cg_str text);      /* copied */
int32_t cg_call_return_json(cg_call *call, cg_str json);
int32_t cg_call_fail(cg_call *call, cg_str message);

#endif
