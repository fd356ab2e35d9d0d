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

CSPM_API int32_t cspm_ruleset_new(cspm_context *context, cspm_ruleset **out, cspm_error **err);
CSPM_API int32_t cspm_ruleset_add_builtin(cspm_ruleset *rules, cspm_error **err);
/** A pack file or a directory of them. */
CSPM_API int32_t cspm_ruleset_add_path(cspm_ruleset *rules, const char *path, size_t path_length, cspm_error **err);
CSPM_API int32_t cspm_ruleset_add_text(cspm_ruleset *rules, const char *yaml, size_t length, const char *source, cspm_error **err);
/** Switch off one rule or a whole pack by id. */
CSPM_API int32_t cspm_ruleset_disable(cspm_ruleset *rules, const char *id, size_t id_length, cspm_error **err);
/** Compile patterns and order strata. Called by the first use if the host does not. After it the set is immutable and belongs to any thread. */
CSPM_API int32_t cspm_ruleset_seal(cspm_ruleset *rules, cspm_error **err);
/** Rules as a table: id, form, title, severity, label, edge_kind, technique, tactic, pack, stratum, enabled, description, remediation. */
CSPM_API int32_t cspm_ruleset_table(cspm_ruleset *rules, cspm_cursor **out, cspm_error **err);
/** One rule as YAML text as it stands in its pack. CSPM_E_NOTFOUND. */
CSPM_API int32_t cspm_ruleset_show(cspm_ruleset *rules, const char *id, size_t id_length, cspm_buffer **out, cspm_error **err);
/** Run every rule's own examples. `report` gets a line for each failure. */
CSPM_API int32_t cspm_ruleset_test(cspm_ruleset *rules, cspm_op *op, uint32_t *passed, uint32_t *failed, cspm_buffer **report, cspm_error **err);
CSPM_API cspm_ruleset *cspm_ruleset_ref(cspm_ruleset *rules);
CSPM_API void cspm_ruleset_unref(cspm_ruleset *rules);

#ifdef __cplusplus
}
#endif

#endif
