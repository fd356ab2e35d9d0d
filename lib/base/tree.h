/* A small document tree, the same for JSON and YAML, with the position of every value: rule packs, manifests, parameters, small inputs. */
#ifndef CG_BASE_TREE_H
#define CG_BASE_TREE_H

#include "base/json.h"

typedef enum { CG_TREE_NULL, CG_TREE_BOOL, CG_TREE_INT, CG_TREE_FLOAT, CG_TREE_STRING, CG_TREE_LIST, CG_TREE_MAP } cg_tree_type;

typedef struct cg_tree {
    cg_tree_type type;
    cg_pos pos;
    bool quoted; /* the scalar was quoted */
    union {
        struct {
            cg_str raw; /* scalars: the text as written (without quotes), NUL-terminated; null for JSON true, false and null */
            union {
                bool boolean;
                int64_t integer;
                double real;
            };
        };
        cg_str string; /* NUL-terminated; the same as raw */
        struct {
            struct cg_tree **items;
            uint32_t count;
        } list;
        struct {
            cg_str *keys;
            struct cg_tree **values;
            cg_pos *key_pos; /* NULL in items of exports */
            uint32_t count;
        } map;
    };
} cg_tree;

/* Parse one whole document into `arena`. Integers that do not fit int64 become floats. Duplicate keys fail. */
int32_t cg_tree_from_json(cg_arena *arena, cg_str text, cg_str source_name, const cg_json_limits *limits, cg_tree **out, cspm_error **err);
/* YAML 1.2 core schema, one or more documents (a list of documents in *out when more than one; a single one as itself).
 * Anchors and aliases are refused (expansion bombs), tags too; depth and size as in limits. */
int32_t cg_tree_from_yaml(cg_arena *arena, cg_str text, cg_str source_name, const cg_json_limits *limits, cg_tree **out, cspm_error **err);
const cg_tree *cg_tree_get(const cg_tree *map, const char *key); /* NULL when absent or not a map */
cg_str cg_tree_string(const cg_tree *t);                        /* null string when not a string */
cg_str cg_tree_raw(const cg_tree *t);                           /* null string for lists and maps */
void cg_tree_write_json(cg_buf *b, const cg_tree *t);

#endif
