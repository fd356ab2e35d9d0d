/**
 * @file rules.h
 * Rule packs: what makes a node risky, an edge an attack, a path a finding.
 */
#ifndef CSPMGRAPH_RULES_H
#define CSPMGRAPH_RULES_H

#include "base.h"
#include "table.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Make an empty rule set.
 * @param[out] out the caller's to unref
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_new(cspm_context *context, cspm_ruleset **out, cspm_error **err);
/**
 * Add the packs that ship inside the library.
 * @thread one, before sealing
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_add_builtin(cspm_ruleset *rules, cspm_error **err);
/**
 * Add a pack file, or every *.yaml below a directory in byte order of paths. A rule with an id that is there already replaces it.
 * @return CSPM_OK, CSPM_E_IO, CSPM_E_PARSE (with position)
 * @thread one, before sealing
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_add_path(cspm_ruleset *rules, const char *path, size_t path_length, cspm_error **err);
/**
 * Add one pack from memory.
 * @param source what errors call it; NULL = "pack"
 * @thread one, before sealing
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_add_text(cspm_ruleset *rules, const char *yaml, size_t length, const char *source, cspm_error **err);
/**
 * Switch off one rule, or a whole pack, by id.
 * @return CSPM_OK or CSPM_E_NOTFOUND
 * @thread one, before sealing
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_disable(cspm_ruleset *rules, const char *id, size_t id_length, cspm_error **err);
/**
 * Compile the patterns and order the strata. The first use does it if the host has not. Afterwards the set is immutable.
 * @return CSPM_OK, CSPM_E_QUERY (a pattern), CSPM_E_PARSE (rules that negate what they derive; the cycle is named)
 * @thread one; afterwards any
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_seal(cspm_ruleset *rules, cspm_error **err);
/**
 * The rules as a table: id, form, title, severity, label, edge_kind, technique, tactic, pack, stratum, enabled, description, remediation.
 * @param[out] out the caller's to free
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_table(cspm_ruleset *rules, cspm_cursor **out, cspm_error **err);
/**
 * One rule as it stands in its pack.
 * @return CSPM_OK or CSPM_E_NOTFOUND
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_show(cspm_ruleset *rules, const char *id, size_t id_length, cspm_buffer **out, cspm_error **err);
/**
 * Run every rule's own matching and non-matching example.
 * @param[out] passed,failed counts; may be NULL
 * @param[out] report a line for each failure; the caller's to unref
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_ruleset_test(cspm_ruleset *rules, cspm_op *op, uint32_t *passed, uint32_t *failed, cspm_buffer **report, cspm_error **err);
/**
 * One more reference.
 * @return the same set
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_ruleset *cspm_ruleset_ref(cspm_ruleset *rules);
/**
 * One reference less. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_ruleset_unref(cspm_ruleset *rules);

#ifdef __cplusplus
}
#endif

#endif
