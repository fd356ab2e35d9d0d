/* Enough of JSON Schema for doc/schema: type, const, enum, required, properties, additionalProperties (a schema), items, minItems,
 * maxItems, minimum, maximum, pattern (^[0-9a-f]{N}$ only), oneOf of required, $ref into $defs. An unknown keyword fails, so that nothing
 * is passed over. */
#ifndef EXPORT_SCHEMA_H
#define EXPORT_SCHEMA_H

#include "base/tree.h"

/* False with the place and the reason in `why`. */
bool schema_check(const cg_tree *root, const cg_tree *schema, const cg_tree *value, const char *where, cg_buf *why);

#endif
