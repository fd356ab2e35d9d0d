/* What builder, freeze and layer push share: growing columns and string tables, and the builder's own state. For lib/graph only. */
#ifndef CG_GRAPH_BUILD_H
#define CG_GRAPH_BUILD_H

#include "base/intern.h"
#include "graph/builder.h"
#include "graph/store.h"

/* ---- presence under construction ---- */
bool cg_presence_is_sparse(uint32_t domain, uint32_t count);
/* Ranks of a bitmap and the number of its ones; NULL when memory is refused. */
uint32_t *cg_presence_rank_bits(cg_mem *mem, const uint64_t *bits, uint32_t domain, uint32_t *count);

/* ---- string table under construction ---- */
typedef struct cg_strtab_builder {
    cg_mem *mem;
    char *bytes;
    uint64_t used, cap_bytes;
    uint32_t count;
    uint64_t cap_count;
    uint32_t *start32;
    uint64_t *start64;
} cg_strtab_builder;
void cg_strtab_builder_init(cg_strtab_builder *t, cg_mem *mem);
void cg_strtab_builder_free(cg_strtab_builder *t);
bool cg_strtab_builder_reserve(cg_strtab_builder *t, uint64_t strings, uint64_t bytes);
bool cg_strtab_builder_add(cg_strtab_builder *t, const char *bytes, size_t length);
cg_strtab cg_strtab_builder_view(const cg_strtab_builder *t);                                          /* until the next change */
int32_t cg_strtab_builder_finish(cg_strtab_builder *t, cg_owner *o, cg_strtab *out, cspm_error **err); /* consumed always */

/* ---- strings of one growing column ----
 * A string is known by its place: the offset of its length word in 4-byte units. Equal strings share a place until `plain`. */
typedef struct cg_dict {
    char **pages;
    uint32_t n_pages, cap_pages;
    uint32_t first_capacity; /* bytes of page 0, which grows to a full page */
    uint64_t used;           /* bytes, a multiple of 4 */
    uint64_t *slots;         /* hash << 32 | place + 1 */
    uint32_t n_slots, n_strings;
    bool plain; /* mostly distinct: equal strings are no longer looked for */
} cg_dict;
#define CG_DICT_NONE UINT32_MAX
void cg_dict_free(cg_dict *d, cg_mem *mem);
uint32_t cg_dict_add(cg_dict *d, cg_mem *mem, const cg_seed *seed, const char *bytes, size_t length); /* CG_DICT_NONE when refused */
void cg_dict_set_plain(cg_dict *d, cg_mem *mem);
#define CG_DICT_PAGE_SHIFT 16
/* At the length word. */
static inline char *cg_dict_at(const cg_dict *d, uint32_t place)
{
    uint64_t at = (uint64_t)place << 2;
    return d->pages[at >> CG_DICT_PAGE_SHIFT] + (at & ((UINT64_C(1) << CG_DICT_PAGE_SHIFT) - 1));
}
static inline cg_str cg_dict_get(const cg_dict *d, uint32_t place)
{
    const char *p = cg_dict_at(d, place);
    uint32_t length;
    memcpy(&length, p, sizeof length);
    return (cg_str){ p + sizeof length, length };
}

/* ---- growing columns: (item, value) pairs by key and type ---- */
typedef struct cg_build_column {
    uint32_t key;
    uint8_t type;
    cg_chunks items;  /* uint32_t, never falling */
    cg_chunks values; /* BOOL uint8_t; INT, FLOAT 8 bytes; STRING, LIST uint32_t place */
    cg_dict dict;
    uint64_t next_check; /* number of values at which to ask whether sharing strings pays */
} cg_build_column;
typedef struct cg_colset {
    cg_mem *mem;
    cg_seed seed;
    CG_VEC(cg_build_column) columns;
    CG_VEC(uint32_t) index; /* key * 5 + (type - 1): column + 1 */
} cg_colset;
/* A value on its way into a column: scalars in `word` (bool 0/1, the int64, the bits of the double), strings and encoded lists in `text`.
 */
typedef struct cg_cell {
    uint32_t key;
    uint8_t type;
    uint64_t word;
    cg_str text;
} cg_cell;
void cg_build_column_free(cg_build_column *c, cg_mem *mem); /* may be freed again with the set */
void cg_colset_init(cg_colset *cs, cg_mem *mem);
void cg_colset_free(cg_colset *cs);
/* False when memory is refused, or the strings of one column exceed 16 GiB. */
bool cg_colset_add(cg_colset *cs, uint32_t item, const cg_cell *cell);
void cg_colset_undo(cg_colset *cs, const cg_cell *cell);                    /* the last cell of that column */
void cg_colset_truncate(cg_colset *cs, uint32_t first_item);                /* drop all cells of items >= first_item */
void cg_colset_read(const cg_build_column *c, uint64_t pair, cg_cell *out); /* key as in the column */
int cg_cell_cmp(const cg_cell *a, const cg_cell *b); /* by type, then value; a total order in which equal means the same value */
/* Turn all columns into finished ones. item_map: item -> member, CG_NONE32 = dropped (NULL: the same number); each member at most once per
 * key. key_map: new key ids (NULL: the same). Strings go to `strings`. The set is empty afterwards, whatever the outcome. */
int32_t cg_colset_finish(cg_colset *cs, const uint32_t *item_map, uint32_t domain, const uint32_t *key_map, cg_owner *o,
                         cg_strtab_builder *strings, const cg_column **columns, uint32_t *n_columns, cspm_op *op, cspm_error **err);

/* ---- sorting ---- */
typedef struct cg_id_entry {
    const unsigned char *bytes;
    uint64_t prefix; /* set by the sort */
    uint32_t length;
    uint32_t index;
} cg_id_entry;
/* Sort by bytes, shorter first; entries equal in all bytes keep no order. */
int32_t cg_sort_ids(cg_id_entry *entries, uint32_t n, cspm_op *op, cg_mem *mem, cspm_error **err);
/* Stable sort of keys with their values; scratch arrays of n elements each. */
void cg_sort_pairs(uint64_t *keys, uint32_t *values, size_t n, uint64_t *key_scratch, uint32_t *value_scratch);

/* Stable sort of numbers by a comparison; scratch of n elements. */
typedef int (*cg_number_cmp)(const void *context, uint32_t a, uint32_t b);
void cg_sort_numbers(uint32_t *numbers, uint32_t n, uint32_t *scratch, cg_number_cmp cmp, const void *context);

/* ---- edges ---- */
/* The column of a key and type among columns sorted so, or NULL. */
const cg_column *cg_column_find(const cg_column *columns, uint32_t n, uint32_t key, uint8_t type);
/* out, to, kind and count of `s` are set: fill row_hint and the incoming side. A dense outgoing side makes the incoming one dense. */
int32_t cg_edges_finish(cg_owner *o, cg_edge_store *s, uint32_t n_nodes, uint32_t n_kinds, cspm_op *op, cspm_error **err);
/* Rows from offsets of all `domain` nodes (a cg_mem block, consumed always); keeps only nodes with entries when those are few and not
 * `dense`. */
int32_t cg_rows_from_offsets(cg_owner *o, cg_rows *rows, uint32_t domain, uint32_t *owned_offsets, bool dense, cspm_error **err);

/* ---- diagnostics under construction ---- */
#define CG_DIAG_PER_CODE 100 /* of one code and source that are kept word for word */
typedef struct cg_build_diag {
    uint32_t group;
    cg_pos pos;
    cg_str message;
} cg_build_diag;
/* Diagnostics of one source, severity and code. */
typedef struct cg_diag_group {
    uint32_t source; /* CG_NONE32 none */
    uint32_t severity;
    const char *code;
    uint32_t kept;
} cg_diag_group;
typedef struct cg_diag_tally {
    uint32_t group;
    uint32_t count; /* beyond CG_DIAG_PER_CODE, one after another */
} cg_diag_tally;
typedef struct cg_diag_list {
    cg_mem *mem;
    cg_arena arena;
    cg_intern *names; /* of groups: source, severity, code as bytes */
    CG_VEC(cg_diag_group) groups;
    CG_VEC(cg_build_diag) kept;
    CG_VEC(cg_diag_tally) beyond;
} cg_diag_list;
void cg_diag_list_init(cg_diag_list *l, cg_mem *mem);
void cg_diag_list_truncate(cg_diag_list *l, uint32_t kept, uint32_t beyond, uint32_t last_beyond);
void cg_diag_list_free(cg_diag_list *l);
int32_t cg_diag_list_add(cg_diag_list *l, uint32_t source, uint32_t severity, const char *code, cg_pos pos, cspm_error **err,
                         const char *format, va_list args);
/* Copy to an owner, sorted as graph.h says; sources[i] are the names. */
int32_t cg_diag_list_finish(cg_diag_list *l, const cg_str *sources, cg_owner *o, const cg_diag **out, uint32_t *n, cspm_error **err);
int cg_diag_cmp(const cg_diag *a, const cg_diag *b);
void cg_diag_sort(cg_diag *d, uint32_t n);

/* ---- the builder ---- */
typedef struct cg_build_source {
    cg_str name, dialect, scope; /* in the builder's arena */
    uint32_t rank;
    bool merge_equal_edges, repeats, yields;
    int64_t stamp;
    uint64_t bytes;
} cg_build_source;

/* Where items come from: items from first_item up to the next run have offset base + their low half. */
typedef struct cg_run {
    uint32_t first_item;
    uint32_t source;
    uint64_t base; /* UINT64_MAX: these items have no offset */
} cg_run;
typedef CG_VEC(cg_run) cg_runs;

typedef struct cg_coo {
    uint32_t from, to; /* key ids, then node numbers; CG_NONE32 = not known (yet) */
} cg_coo;

typedef struct cg_alias_pair {
    uint32_t def, key;
} cg_alias_pair;

/* An endpoint to be found by properties. */
typedef struct cg_match {
    uint32_t edge;
    uint32_t label;
    uint32_t n;
    bool from, nocase;
    const cg_cell *cells; /* in the builder's arena */
} cg_match;

/* A definition that does not stand for itself, in order of `def`. */
typedef struct cg_weak {
    uint32_t def;
    cg_standing standing;
} cg_weak;
/* An end of an edge that is made up for when nobody defines it. */
typedef struct cg_partial_end {
    uint32_t edge;
    uint32_t label : 31;
    uint32_t from : 1;
} cg_partial_end;

typedef struct cg_declared {
    uint32_t kind;
    bool traversable;
} cg_declared;

typedef struct cg_staged_match {
    bool from, nocase;
    uint32_t label, n;
    cg_cell *cells;
} cg_staged_match;

/* The item being filled; nothing of it is in the builder's tables before its end. */
typedef enum { CG_ITEM_NONE, CG_ITEM_NODE, CG_ITEM_EDGE } cg_item_type;
typedef struct cg_item {
    cg_item_type type;
    uint64_t offset;
    uint32_t kind;
    uint32_t n_matches;
    cg_standing standing;
    uint32_t partial[2]; /* label of the end `to`, `from`; CG_NO_NAME none */
    bool has_id, has_from, has_to, has_kind;
    size_t id, id_length, from, from_length, to, to_length; /* in text */
    uint32_t serial;
    CG_VEC(uint32_t) labels;
    CG_VEC(struct cg_staged) cells;
    CG_VEC(struct cg_span) aliases;
    cg_buf text;
    cg_staged_match matches[2];
    CG_VEC(uint32_t) label_seen; /* per label: serial of the item that has it */
    CG_VEC(struct cg_seen) key_seen;
} cg_item;
struct cg_staged {
    uint32_t key;
    uint8_t type;
    uint64_t word;
    size_t at, length; /* in text */
};
struct cg_span {
    size_t at, length;
};
struct cg_seen {
    uint32_t serial, index;
};

typedef struct cg_name_table {
    cg_intern *table;
    uint32_t last;          /* the name asked for before */
    CG_VEC(uint32_t) after; /* per name: the one that followed it last time */
} cg_name_table;
uint32_t cg_name_table_add(cg_name_table *t, cg_mem *mem, const char *name, size_t length);

struct cspm_builder {
    cg_mem *mem;
    cspm_limits limits;
    cg_arena arena;
    cg_intern *keys; /* ids and aliases: one space */
    cg_intern_batch batch;
    uint32_t *batch_target[CG_INTERN_BATCH];
    cg_name_table names[3];
    cg_intern *kindsets; /* sequences of label ids as bytes */
    cg_chunks def_key, def_kindset, def_offset;
    cg_runs node_runs;
    cg_chunks edge_ends; /* cg_coo */
    cg_chunks edge_kind; /* uint16_t, or uint32_t once wide_kinds */
    cg_chunks edge_offset;
    cg_runs edge_runs;
    bool wide_kinds;
    bool has_partial_key; /* "partial" is among the keys */
    CG_VEC(cg_alias_pair) aliases;
    CG_VEC(cg_match) matches;
    CG_VEC(cg_weak) weak;
    CG_VEC(cg_partial_end) partial_ends;
    CG_VEC(cg_declared) declared;
    CG_VEC(cg_build_source) sources;
    cg_colset node_props, edge_props;
    cg_diag_list diags;
    cg_item item;
};
int32_t cg_builder_flush(cg_builder *b, cspm_error **err); /* resolve what waits in the batch */
int32_t cg_builder_reset(cg_builder *b, cspm_error **err); /* to empty; on error only free is allowed */
void cg_builder_clear(cg_builder *b);

/* ---- freeze ---- */
typedef struct cg_freeze {
    cg_builder *b;
    cspm_op *op;
    cg_mem *mem;
    uint32_t ticks;
    cg_layer *layer;
    cg_inventory *inv;
    uint32_t n_defs, n_nodes;
    uint32_t *source_order; /* new -> old */
    uint32_t *source_place; /* old -> new */
    cg_source *sources;
    uint32_t *name_map[3]; /* old -> new, by bytes */
    uint32_t *key_node;    /* key id -> node, while keys are there */
    uint32_t *def_node;  /* CG_NONE32: forgotten */
    uint64_t *forgotten; /* bitmap over definitions that do not count; NULL: none */
    uint64_t *shared;    /* bitmap over nodes with more than one definition; NULL: none */
    uint32_t *def_order; /* definitions of shared nodes, by (node, best first) */
    uint32_t n_def_order;
    cg_strtab_builder strings;
} cg_freeze;
/* After each of many small steps: once in a while, whether to go on. */
static inline int32_t cg_freeze_step(cg_freeze *f, cspm_error **err)
{
    return CG_OP_DUE(f->ticks) ? cg_op_check(f->op, f->mem, err) : CSPM_OK;
}
int32_t cg_freeze_partial(cg_builder *b, cspm_error **err);   /* definitions for ends nobody defines */
int32_t cg_freeze_forget(cg_freeze *f, cspm_error **err);     /* which definitions do not count */
int32_t cg_freeze_sources(cg_freeze *f, cspm_error **err);
int32_t cg_freeze_names(cg_freeze *f, cspm_error **err);
int32_t cg_freeze_nodes(cg_freeze *f, cspm_error **err);  /* keys to nodes, endpoints to nodes; ids, aliases, positions */
int32_t cg_freeze_kinds(cg_freeze *f, cspm_error **err);  /* kind lists and label sets */
int32_t cg_freeze_settle(cg_freeze *f, cspm_error **err); /* one value a node and key */
int32_t cg_freeze_matches(cg_freeze *f, cspm_error **err);
int32_t cg_freeze_edges(cg_freeze *f, cspm_error **err);
int32_t cg_freeze_diag(cg_freeze *f, uint32_t source, const char *code, uint64_t offset, cspm_error **err, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Source (builder's numbering) and offset of an item; offset UINT64_MAX = none. */
uint64_t cg_run_offset(const cg_runs *runs, const cg_chunks *low, uint32_t item, uint32_t *source);
uint64_t cg_freeze_position(const cg_freeze *f, const cg_runs *runs, const cg_chunks *low, uint32_t item);
/* Order of sources when they disagree: better rank, newer stamp; 0 when neither decides. */
int cg_source_better(const cg_build_source *a, const cg_build_source *b);
/* Label sets and kind lists from lists per node. */
int32_t cg_labels_from_kindsets(cg_layer *l, cg_inventory *inv, uint32_t n_labels, cspm_error **err);

#endif
