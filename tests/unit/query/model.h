/* A small graph in the making, from CREATE statements, through the library's own lexer and parser: what a test writes down, the builder
 * gets. */
#ifndef TEST_QUERY_MODEL_H
#define TEST_QUERY_MODEL_H

#include "graph/builder.h"
#include "query/query.h"

typedef struct model_prop {
    cg_str key;
    cg_value value;
} model_prop;
typedef struct model_node {
    cg_str *labels;
    model_prop *props;
    uint32_t n_labels, n_props;
} model_node;
typedef struct model_edge {
    uint32_t from, to;
    cg_str kind;
    model_prop *props;
    uint32_t n_props;
    bool deleted;
} model_edge;
typedef struct model {
    cg_mem *mem;
    cg_arena arena;
    CG_VEC(model_node) nodes;
    CG_VEC(model_edge) edges;
} model;

void model_init(model *m, cg_mem *mem);
void model_free(model *m);
/* CREATE, perhaps after UNWIND or MATCH, perhaps with DELETE of relationships. False when the statement is something else. */
bool model_run(model *m, cg_str statement);
/* `numbered` gives nodes and relationships the property __i. NULL on failure. Node i has the id n00000i. */
cg_graph *model_graph(const model *m, bool numbered);
cg_graph *model_make(cg_mem *mem, const char *statement);

#endif
