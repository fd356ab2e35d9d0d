/* The mutable half: collects nodes, aliases, labels, properties, edges and diagnostics from inputs, then freezes the inventory layer.
 * One thread at a time. Keys seen before their node is defined are fine; what is never defined is reported at freeze. */
#ifndef CG_GRAPH_BUILDER_H
#define CG_GRAPH_BUILDER_H

#include "base/intern.h"
#include "base/op.h"
#include "graph/graph.h"

typedef struct cspm_builder cg_builder;

int32_t cg_builder_new(cg_mem *mem, const cspm_limits *limits, cg_builder **out, cspm_error **err);
void cg_builder_free(cg_builder *b);
cg_mem *cg_builder_mem(const cg_builder *b);
const cspm_limits *cg_builder_limits(const cg_builder *b); /* effective values, defaults filled in */

/* ---- inputs ---- */
typedef struct cg_source_options {
    cg_str name;
    cg_str dialect;
    uint32_t rank;          /* the better dialect has the higher rank when two sources disagree */
    int64_t stamp;          /* newer wins next; microseconds since the epoch, 0 unknown */
    bool merge_equal_edges; /* two edges equal in every respect are one (dialects); false keeps them apart (host API) */
    bool repeats;           /* defines nodes again wherever it meets them: only values that disagree are worth a diagnostic */
    bool yields;  /* its words on a node are copied from elsewhere: where a better or newer source differs, nobody needs to be told */
    cg_str scope; /* folder of the content below the input it was found in; see cg_builder_scope */
} cg_source_options;
/* Everything added from now on comes from this source. Ids count from 0. */
int32_t cg_builder_begin_source(cg_builder *b, const cg_source_options *o, cspm_error **err);
void cg_builder_set_dialect(cg_builder *b, cg_str dialect, uint32_t rank); /* once recognised */
void cg_builder_source_bytes(cg_builder *b, uint64_t bytes);
void cg_builder_set_repeats(cg_builder *b, bool repeats);
void cg_builder_source_stamp(cg_builder *b, int64_t stamp); /* once the content has told its age */
/* Folder of the current source's content below the file, folder or archive the user named ("prod/eu-west-1"); empty at its top. Tells apart
 * what exports themselves do not: which cluster, which account. */
cg_str cg_builder_scope(const cg_builder *b);

/* Mark and roll back, so that a failed input leaves the builder as before that call. Marks nest like a stack discipline. */
typedef struct cg_builder_mark {
    uint64_t opaque[12];
} cg_builder_mark;
int32_t cg_builder_mark_set(cg_builder *b, cg_builder_mark *m, cspm_error **err);
void cg_builder_rollback(cg_builder *b, const cg_builder_mark *m);

/* ---- names ---- */
uint32_t cg_builder_label(cg_builder *b, const char *name, size_t length); /* CG_NO_NAME when memory is refused */
uint32_t cg_builder_kind(cg_builder *b, const char *name, size_t length);
uint32_t cg_builder_key(cg_builder *b, const char *name, size_t length);

/* ---- items: begin, fill, end; cg_builder_abort drops a malformed one without trace ----
 * `offset` is the byte offset of the item in the current source. */
int32_t cg_builder_begin_node(cg_builder *b, uint64_t offset, cspm_error **err);
int32_t cg_builder_begin_edge(cg_builder *b, uint64_t offset, cspm_error **err);
/* Node: canonical id. Must be set once before end; display NULL = same text. */
int32_t cg_builder_set_id(cg_builder *b, const char *id, size_t length, cspm_error **err);
int32_t cg_builder_add_label(cg_builder *b, uint32_t label, cspm_error **err); /* primary first; repeats ignored */
int32_t cg_builder_add_alias(cg_builder *b, const char *key, size_t length, cspm_error **err);
/* Edge: endpoints by key (id or alias, defined anywhere), batched inside. */
int32_t cg_builder_set_from(cg_builder *b, const char *key, size_t length, cspm_error **err);
int32_t cg_builder_set_to(cg_builder *b, const char *key, size_t length, cspm_error **err);
cg_str cg_builder_end_key(const cg_builder *b, bool from); /* as set; until more is said of the edge than a match by it */
void cg_builder_set_kind(cg_builder *b, uint32_t kind);
/* Edge endpoint by properties instead of key, resolved at freeze: every pair must equal; label CG_NO_NAME = any.
 * With n == 0 the endpoint is the one set by key, and must have the label.
 * No match, or more than one, skips the edge with a diagnostic. */
int32_t cg_builder_match_end(cg_builder *b, bool from, uint32_t label, const uint32_t *keys, const cg_value *values, uint32_t n,
                             bool nocase, cspm_error **err);
/* Should nobody define this end of the open edge: at freeze a node is made for it, with this label and the properties `id` (the key) and
 * `partial` (true), and one diagnostic ("not-exported") a source and label counts them. CG_NO_NAME is memory refused. */
int32_t cg_builder_partial_end(cg_builder *b, bool from, uint32_t label, cspm_error **err);
/* What the open node's definition counts for. A partial one is forgotten when any other definition of the node exists (by id or alias);
 * enrichment is forgotten unless one does: a catalogue may define thousands of nodes nobody refers to. */
typedef enum { CG_STANDING_FULL, CG_STANDING_PARTIAL, CG_STANDING_ENRICHMENT } cg_standing;
void cg_builder_set_standing(cg_builder *b, cg_standing standing);
/* Both: properties. CG_NULL is ignored. Lists must be homogeneous bool, int, float or string, else CSPM_E_INVALID. Same key twice: the last
 * wins. */
int32_t cg_builder_set_prop(cg_builder *b, uint32_t key, cg_value value, cspm_error **err);
int32_t cg_builder_end_item(cg_builder *b, cspm_error **err);
void cg_builder_abort_item(cg_builder *b);

/* Every node of the current source so far carries this label too (last in its list): what an input says of itself behind its nodes. */
int32_t cg_builder_label_source(cg_builder *b, uint32_t label, cspm_error **err);

/* An input says whether a relationship kind can be traversed (extension definitions). */
int32_t cg_builder_declare_kind(cg_builder *b, uint32_t kind, bool traversable, cspm_error **err);

/* ---- diagnostics ---- line and column 0 = computed never; offset UINT64_MAX = none. Equal codes of one source beyond 100 are counted, and
 * summed up in one line. */
int32_t cg_builder_diag(cg_builder *b, cg_severity severity, const char *code, cg_pos pos, cspm_error **err, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

uint64_t cg_builder_n_nodes(const cg_builder *b); /* defined so far, before merging */
uint64_t cg_builder_n_edges(const cg_builder *b);

/* Freeze: resolve aliases and endpoints, merge nodes, settle disagreements (better dialect, newer, smaller bytes win, with a diagnostic),
 * number nodes by id bytes, build CSR both ways. The builder is empty afterwards, whatever the outcome. O((n + m) log n). */
int32_t cg_builder_freeze(cg_builder *b, cspm_op *op, cg_graph **out, cspm_error **err);

/* Set the line and column of a diagnostic of a graph just frozen, before anybody else sees it. */
void cg_graph_place_diag(cg_graph *g, uint32_t i, uint32_t line, uint32_t column);

#endif
