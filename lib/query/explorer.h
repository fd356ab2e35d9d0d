/* Share links of the Cloud Security Explorer as queries of the graph form. */
#ifndef CG_QUERY_EXPLORER_H
#define CG_QUERY_EXPLORER_H

#include "base/tree.h"

/* `link`: the JSON of a link ("securitygraphquery", version 2), or the whole URL with the JSON percent-encoded. The query's text goes onto
 * `out`. Names nobody knows are CSPM_E_QUERY, named and with their position in the JSON. */
int32_t cg_explorer_to_query(cg_mem *mem, cg_str link, cg_buf *out, cspm_error **err);

extern const cg_str cg_explorer_names; /* explorer.yaml */

#endif
