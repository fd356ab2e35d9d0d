/* State of the OpenGraph reader: where in the document it stands, and the node or edge it is filling. Shared by opengraph.c (events)
 * and opengraph_item.c (what becomes of an item). */
#ifndef CG_INGEST_OPENGRAPH_STATE_H
#define CG_INGEST_OPENGRAPH_STATE_H

#include "graph/builder.h"
#include "ingest/name_cache.h"

/* The object or array that is open. */
typedef enum {
    IN_TOP,
    IN_ROOT,
    IN_METADATA,
    IN_GRAPH,
    IN_NODES,
    IN_EDGES,
    IN_NODE,
    IN_KINDS,
    IN_EDGE,
    IN_ENDPOINT,
    IN_MATCHERS,
    IN_MATCHER,
    IN_PROPS,
    IN_LIST,
    IN_SKIP, /* a value that is passed over */
    IN_COUNT
} og_in;

/* What the next value is. Kept in the order of og_wants. */
typedef enum {
    WANT_SKIP,
    WANT_ROOT,
    WANT_METADATA,
    WANT_SOURCE_KIND,
    WANT_GRAPH,
    WANT_NODES,
    WANT_EDGES,
    WANT_NODE,
    WANT_EDGE,
    WANT_ID,
    WANT_KINDS,
    WANT_NODE_KIND,
    WANT_EDGE_KIND,
    WANT_START,
    WANT_END,
    WANT_PROPS,
    WANT_MATCH_BY,
    WANT_VALUE,
    WANT_END_KIND,
    WANT_MATCHERS,
    WANT_MATCHER,
    WANT_MATCH_KEY,
    WANT_MATCH_OPERATOR,
    WANT_MATCH_VALUE,
    WANT_PROP,
    WANT_LIST_ITEM,
    WANT_COUNT
} og_want;

typedef struct og_expectation {
    const char *field;    /* as messages name it */
    const char *expected; /* "a string" */
} og_expectation;
extern const og_expectation og_wants[WANT_COUNT];

enum { SEEN_ID = 1, SEEN_KINDS = 2, SEEN_KIND = 4, SEEN_START = 8, SEEN_END = 16 };
enum { MATCH_ID, MATCH_NAME, MATCH_PROPERTY };
enum { MATCHER_KEY = 1, MATCHER_OPERATOR = 2, MATCHER_VALUE = 4, MATCHER_ALL = 7 };
#define OG_MATCHERS_MAX 64
#define OG_FIELDS_MAX 4

typedef struct og_endpoint {
    bool has_value, has_matchers;
    uint8_t match_by;
    uint32_t label; /* kind filter, or CG_NO_NAME */
    uint32_t n_matchers;
    uint8_t matcher_seen;
    uint32_t keys[OG_MATCHERS_MAX];
    cg_value values[OG_MATCHERS_MAX]; /* strings: offset in `text` until the endpoint ends */
    cg_buf text;
} og_endpoint;

typedef struct og_property {
    uint32_t key;
    cg_str name; /* for messages: in the cache, or cut short in `name_copy` */
    char name_copy[64];
    CG_VEC(uint32_t) seen; /* per key: serial of the object that has it */
    uint32_t serial;
    cg_list *list; /* scratch, reused; strings are offsets in `text` until the list ends */
    uint32_t list_capacity;
    cg_buf text;
} og_property;

typedef struct og_state {
    cg_builder *b;
    cg_mem *mem;
    cspm_error **err; /* of the call that is running */
    cg_json_reader *reader;
    uint8_t in, want;
    uint8_t fields[IN_SKIP]; /* per kind of object: bits of the fields read already */
    /* Objects of a kind mostly have their fields in one order: the field read last (its index + 1, 0 = none yet), and the one that followed
     * it last time. */
    uint8_t last_field[IN_SKIP], field_after[IN_SKIP][OG_FIELDS_MAX + 1];
    bool item_is_edge;
    bool endpoint_is_end;
    uint8_t seen;    /* SEEN_ bits of the item */
    uint8_t skip_to; /* IN_SKIP: what is open again after it */
    uint32_t skip_depth;

    uint64_t item_offset, item_index; /* index in its array, from 0 */
    bool item_open;
    og_property prop;
    og_endpoint end;

    bool has_graph, has_nodes, has_edges;
    bool has_legacy; /* a top-level "meta" or "data": not together with "graph" */
    uint32_t source_label;
    uint32_t name_key;
    const char *piece; /* being fed */
    size_t piece_length;
    cg_str source;
    cg_arena arena; /* of its bytes */
    cg_name_cache labels, kinds, keys;
} og_state;

/* Where the token just read ends (its last byte). */
cg_pos og_here(const og_state *s);
/* The item cannot be used: drop it, say so, and pass over the rest of it. `opened`: the offending value is an object or array just entered.
 */
int32_t og_item_fail(og_state *s, bool opened, const char *code, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The property cannot be used; the item can. */
int32_t og_prop_fail(og_state *s, const char *why);
int32_t og_warn(og_state *s, const char *code, cg_pos pos, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Untrusted text as part of a message: printable, at most 60 bytes of it. Returns `room`. */
typedef struct og_text {
    char text[72];
} og_text;
const char *og_printable(og_text *room, const char *bytes, size_t length);

int32_t og_item_begin(og_state *s, bool edge);
int32_t og_item_end(og_state *s);
int32_t og_node_id(og_state *s, const char *bytes, size_t length);
int32_t og_node_kind(og_state *s, const char *bytes, size_t length);
int32_t og_edge_kind(og_state *s, const char *bytes, size_t length);
int32_t og_source_kind(og_state *s, const char *bytes, size_t length);
int32_t og_endpoint_begin(og_state *s, bool is_end);
int32_t og_endpoint_end(og_state *s);
int32_t og_endpoint_match_by(og_state *s, const char *bytes, size_t length);
int32_t og_endpoint_value(og_state *s, const char *bytes, size_t length);
int32_t og_endpoint_kind(og_state *s, const char *bytes, size_t length);
int32_t og_matcher_begin(og_state *s);
int32_t og_matcher_key(og_state *s, const char *bytes, size_t length);
int32_t og_matcher_value(og_state *s, cg_value value);
int32_t og_matcher_end(og_state *s);
int32_t og_props_begin(og_state *s);
int32_t og_duplicate_key(og_state *s, const char *bytes, size_t length);
int32_t og_prop_key(og_state *s, const char *bytes, size_t length);
int32_t og_prop_set(og_state *s, cg_value value);
int32_t og_list_begin(og_state *s);
int32_t og_list_add(og_state *s, cg_value value);
int32_t og_list_end(og_state *s);
/* A JSON number as an int when it is written as one and fits, else as a float; false when out of range. */
bool og_number(const char *text, size_t length, cg_value *out);

#endif
