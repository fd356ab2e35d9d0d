/* Who may do what: policies compiled once, requests decided against them. Nothing here knows a graph. */
#ifndef CG_ACCESS_ACCESS_H
#define CG_ACCESS_ACCESS_H

#include "base/tree.h"

/* What a document is attached to: decides which elements a statement must have. */
typedef enum {
    CG_POLICY_IDENTITY, /* also permission boundary, session policy and service control policy: no Principal, Resource needed */
    CG_POLICY_RESOURCE  /* also role trust and resource control policy: Principal needed, Resource may be left out */
} cg_policy_kind;

typedef struct cg_policy_statement cg_policy_statement;

/* A mistake in a document. The statement it is in never allows; a Deny that cannot be read may apply. */
typedef struct cg_policy_diag {
    cg_pos pos;
    uint32_t statement; /* index; UINT32_MAX = the document */
    const char *code;   /* static: "policy-syntax", "policy-element", "policy-value" or "policy-operator" */
    cg_str message;
    struct cg_policy_diag *next;
} cg_policy_diag;

/* A compiled document; immutable, any thread, lives as long as its arena and the tree it was compiled from. */
typedef struct cg_policy {
    cg_str source; /* where it came from, for people: "GAAD user/alice Inline", a file name */
    cg_policy_kind kind;
    bool unreadable; /* not even statements could be told apart: counts as one Deny that cannot be read */
    cg_pos pos;
    const cg_policy_statement *statements;
    uint32_t n_statements;
    const cg_policy_diag *diags; /* in document order */
} cg_policy;

/* Compile a document: a map, or a string holding JSON or URL-encoded JSON. Fails only when memory is refused; what cannot be read becomes
 * diagnostics. `source` is borrowed. */
int32_t cg_policy_compile(cg_arena *arena, const cg_tree *document, cg_policy_kind kind, cg_str source, cg_policy **out, cspm_error **err);
/* The same from text: JSON, or URL-encoded JSON as IAM answers it (positions are then those of the decoded text). */
int32_t cg_policy_parse(cg_arena *arena, cg_str text, cg_policy_kind kind, cg_str source, cg_policy **out, cspm_error **err);
/* Facts of a statement for those who show or prefilter it. */
typedef struct cg_statement_facts {
    cg_str sid; /* null when there is none */
    cg_pos pos;
    bool deny;
    bool readable;
    bool conditional;   /* has a Condition */
    bool any_principal; /* Principal "*" or NotPrincipal */
} cg_statement_facts;
void cg_policy_statement_facts(const cg_policy *policy, uint32_t index, cg_statement_facts *out);

/* A condition key of the request. No values: the key is known to be absent. Names are compared without case. */
typedef struct cg_access_key {
    cg_str name;
    const cg_str *values;
    uint32_t n_values;
} cg_access_key;

typedef struct cg_access_request {
    cg_str principal;    /* ARN of a user, role, role session, federated user or account root; a service host name; a federated provider;
                            "*" = nobody in particular, without credentials */
    cg_str principal_id; /* AIDA… or AROA…; may be null */
    cg_str action;       /* "s3:GetObject", any case */
    cg_str resource;     /* ARN; "*" for actions that take none */
    cg_str resource_account; /* may be null: the account in `resource`, else the principal's own */
    const cg_access_key *keys;
    uint32_t n_keys;
    /* false: a key that is not listed is absent. true: it is unknown, and statements that depend on it make the answer Conditional; keys
     * that follow from principal and resource (aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:username,
     * aws:ResourceAccount) are then known without being listed. */
    bool open;
} cg_access_request;

/* Policies are borrowed pointers; NULL items are skipped. */
typedef struct cg_policy_list {
    const cg_policy *const *items;
    uint32_t count;
} cg_policy_list;

typedef struct cg_access_policies {
    cg_policy_list identity;    /* of the user and its groups, or of the role */
    cg_policy_list boundaries;  /* each must allow; none = no boundary */
    cg_policy_list session;     /* together they must allow; none = no session policy */
    cg_policy_list resource;    /* on the resource; for sts:AssumeRole the trust policy */
    const cg_policy_list *scps; /* one list a level (root, units, account); each level must allow; leave out for the management account */
    uint32_t n_scps;
    const cg_policy_list *rcps; /* likewise; these only deny */
    uint32_t n_rcps;
} cg_access_policies;

typedef enum { CG_ACCESS_ALLOWED, CG_ACCESS_IMPLICITLY_DENIED, CG_ACCESS_EXPLICITLY_DENIED, CG_ACCESS_CONDITIONAL } cg_access_result;
const char *cg_access_result_name(cg_access_result result); /* "Allowed", "ImplicitlyDenied" … */

typedef enum {
    CG_LAYER_IDENTITY,
    CG_LAYER_BOUNDARY,
    CG_LAYER_SESSION,
    CG_LAYER_RESOURCE,
    CG_LAYER_SCP,
    CG_LAYER_RCP,
    CG_N_LAYERS
} cg_access_layer;

typedef struct cg_deciding {
    const cg_policy *policy;
    uint32_t statement; /* index; UINT32_MAX = the whole unreadable document */
    cg_access_layer layer;
    bool deny;
    bool conditional; /* whether it applies is not known */
    cg_str sid;       /* null when there is none */
    cg_pos pos;
} cg_deciding;

/* An answer; reused from call to call. */
typedef struct cg_decision {
    cg_mem *mem;
    cg_arena scratch;
    cg_access_result result;
    /* The statements behind the answer, in the order of layers, policies and statements: ExplicitlyDenied the denies, Allowed the allows,
     * Conditional the allows and whatever may or may not apply. */
    CG_VEC(cg_deciding) deciding;
    CG_VEC(cg_str) conditions; /* Conditional: the keys whose values are not known, sorted, as the policies spell them */
    uint32_t missing;          /* ImplicitlyDenied: bits 1 << cg_access_layer of the layers that did not allow */
} cg_decision;
void cg_decision_init(cg_decision *d, cg_mem *mem);
void cg_decision_free(cg_decision *d);

/* Decide one request. CSPM_OK, CSPM_E_INVALID (a request no policy could be asked about: empty principal or action, an action longer than
 * 256 bytes), or no memory. Strings in the decision are borrowed from the policies. Different decisions: any thread. */
int32_t cg_aws_decide(const cg_access_request *request, const cg_access_policies *policies, cg_decision *out, cspm_error **err);

/* Evaluate a file of requests, each with its own policies, and add a line of JSON for each to `out`. */
int32_t cg_access_vectors(cg_mem *mem, cg_str json, cg_str source, cspm_op *op, cg_buf *out, cspm_error **err);

#endif
