/* Values as the conformance vectors write them: (:A {k: 1}), [:T], <(a)-[:T]->(b)>. Labels and map keys sorted. */
#ifndef TEST_QUERY_SHOW_H
#define TEST_QUERY_SHOW_H

#include "query/query.h"

void show_value(cg_buf *b, const cg_graph *g, cg_value v, bool lists_unordered);
/* An expected cell in the same normal form; false when it cannot be read. */
bool show_expected(cg_buf *b, cg_str text, bool lists_unordered);

#endif
