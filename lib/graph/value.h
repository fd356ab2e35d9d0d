/* Values of properties, query rows and parameters. */
#ifndef CG_GRAPH_VALUE_H
#define CG_GRAPH_VALUE_H

#include "base/json.h"
#include "base/tree.h"

typedef uint32_t cg_node;
#define CG_NO_NODE UINT32_MAX
/* Identity of a relationship: an edge of a layer, or a pair joined by a hub (in-edge, out-edge). Opaque; compare with ==. */
typedef uint64_t cg_rel;
#define CG_NO_REL UINT64_MAX

typedef enum {
    CG_NULL, CG_BOOL, CG_INT, CG_FLOAT, CG_STRING, CG_LIST, CG_MAP, CG_NODE, CG_REL, CG_PATH, CG_DATE, CG_DATETIME, CG_DURATION
} cg_type;

struct cg_list;
struct cg_map;
struct cg_path;

/* 16 bytes, passed by value inside the library. Strings, lists, maps and paths are borrowed (from the graph, an arena or a parameter). */
typedef struct cg_value {
    uint8_t type;
    uint8_t flags;
    uint16_t reserved;
    uint32_t length; /* bytes of a string */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *string;
        const struct cg_list *list;
        const struct cg_map *map;
        cg_node node;
        cg_rel rel;
        const struct cg_path *path;
        int64_t microseconds; /* datetime: since the epoch; date: midnight UTC */
        const struct cg_duration *duration;
    };
} cg_value;

typedef struct cg_list {
    uint32_t count;
    cg_value items[];
} cg_list;
typedef struct cg_map {
    uint32_t count;
    struct cg_map_entry {
        cg_str key;
        cg_value value;
    } entries[]; /* sorted by key bytes */
} cg_map;
typedef struct cg_path {
    uint32_t n_rels; /* nodes: n_rels + 1 */
    cg_node *nodes;
    cg_rel *rels;
} cg_path;
typedef struct cg_duration {
    int64_t months, days, microseconds;
} cg_duration;

static inline cg_value cg_v_null(void) { return (cg_value){ .type = CG_NULL }; }
static inline cg_value cg_v_bool(bool b) { return (cg_value){ .type = CG_BOOL, .boolean = b }; }
static inline cg_value cg_v_int(int64_t i) { return (cg_value){ .type = CG_INT, .integer = i }; }
static inline cg_value cg_v_float(double d) { return (cg_value){ .type = CG_FLOAT, .real = d }; }
static inline cg_value cg_v_str(cg_str s) { return (cg_value){ .type = CG_STRING, .length = (uint32_t)s.length, .string = s.data }; }
static inline cg_value cg_v_node(cg_node n) { return (cg_value){ .type = CG_NODE, .node = n }; }
static inline cg_value cg_v_rel(cg_rel r) { return (cg_value){ .type = CG_REL, .rel = r }; }
static inline cg_str cg_value_str(cg_value v) { return (cg_str){ v.string, v.length }; }

#endif
