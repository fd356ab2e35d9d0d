/* How a finished graph lies in memory. For the files of lib/graph only: upper floors go through graph.h.
 *
 * A graph is a stack of layers. Layer 0 is the inventory. Every array here is immutable once its layer is finished, so any thread may read
 * it; the layer's owner frees it (or a snapshot's mapping backs it). All arrays are plain and position-independent, so that a snapshot can
 * write and map them as they are. */
#ifndef CG_GRAPH_STORE_H
#define CG_GRAPH_STORE_H

#include <stdatomic.h>

#include "base/error.h"
#include "base/op.h"
#include "graph/graph.h"
#include "graph/layer.h"

#define CG_MAX_LAYERS 16 /* cg_label_iter has a position for each */
#define CG_NONE32 UINT32_MAX

/* ---- ownership ---- */

/* Blocks that live and die with one layer or graph. */
typedef struct cg_owner {
    cg_mem *mem;
    cg_arena arena; /* small things: names, infos, evidence, diagnostics */
    CG_VEC(void *) blocks;
    /* Behind mapped arrays: released after the blocks. */
    void *backing;
    void (*release)(void *backing);
    /* Verify a section of the backing before its first use; idempotent, any thread. NULL: everything is in memory and sound. */
    int32_t (*touch)(void *backing, uint32_t section, cspm_error **err);
} cg_owner;
void cg_owner_init(cg_owner *o, cg_mem *mem); /* takes a reference on mem */
void cg_owner_free(cg_owner *o);
void *cg_owner_alloc(cg_owner *o, size_t count, size_t size);  /* uninitialised; NULL when refused */
void *cg_owner_calloc(cg_owner *o, size_t count, size_t size); /* zeroed */
bool cg_owner_keep(cg_owner *o, void *block);                  /* takes a cg_mem block over; on false the caller still owns it */

/* ---- strings ---- */

/* Strings end to end, each followed by a NUL. String i is bytes[start[i]] up to start[i + 1] - 1. One of the two start arrays is set. */
typedef struct cg_strtab {
    uint32_t count;
    uint64_t n_bytes; /* with the NULs; equals start[count] */
    const char *bytes;
    const uint32_t *start32; /* count + 1 */
    const uint64_t *start64; /* when n_bytes does not fit 32 bits */
} cg_strtab;
static inline cg_str cg_strtab_get(const cg_strtab *t, uint32_t i)
{
    uint64_t a = t->start32 ? t->start32[i] : t->start64[i];
    uint64_t b = t->start32 ? t->start32[i + 1] : t->start64[i + 1];
    return (cg_str){ t->bytes + a, (size_t)(b - a - 1) };
}
/* Position of a string in a table that is in byte order; CG_NONE32 when absent. */
uint32_t cg_strtab_search(const cg_strtab *sorted, const char *bytes, size_t length);

/* ---- which members of 0..domain-1 are there, and as the how-manieth ---- */

typedef struct cg_presence {
    uint32_t domain;
    uint32_t count;
    const uint64_t *bits; /* dense form: (domain + 63) / 64 words, no bit set beyond the domain */
    const uint32_t *rank; /* dense form: ones before each block of 512 bits; (domain + 511) / 512 entries */
    const uint32_t *list; /* sparse form: ascending. Neither form: all (count == domain) or none (count == 0) */
} cg_presence;
/* The compiler's own is a call into a table where the processor is not known to count bits. */
static inline uint32_t cg_popcount(uint64_t v)
{
#ifdef __POPCNT__
    return (uint32_t)__builtin_popcountll(v);
#else
    v -= v >> 1 & 0x5555555555555555ull;
    v = (v & 0x3333333333333333ull) + (v >> 2 & 0x3333333333333333ull);
    return (uint32_t)(((v + (v >> 4)) & 0x0f0f0f0f0f0f0f0full) * 0x0101010101010101ull >> 56);
#endif
}
uint32_t cg_presence_search(const uint32_t *list, uint32_t count, uint32_t i); /* index in an ascending list or CG_NONE32 */
/* Index of member i, or CG_NONE32. */
static inline uint32_t cg_presence_find(const cg_presence *p, uint32_t i)
{
    if (p->bits) {
        uint64_t word = p->bits[i >> 6], bit = 1ull << (i & 63);
        if (!(word & bit))
            return CG_NONE32;
        uint32_t r = p->rank[i >> 9];
        for (uint32_t w = (i >> 9) << 3; w < (i >> 6); w++)
            r += cg_popcount(p->bits[w]);
        return r + cg_popcount(word & (bit - 1));
    }
    if (p->list)
        return cg_presence_search(p->list, p->count, i);
    return p->count ? i : CG_NONE32;
}
static inline bool cg_presence_has(const cg_presence *p, uint32_t i)
{
    if (p->bits)
        return p->bits[i >> 6] >> (i & 63) & 1;
    return cg_presence_find(p, i) != CG_NONE32;
}
/* The first member >= i, or CG_NONE32. */
uint32_t cg_presence_next(const cg_presence *p, uint32_t i);
/* Member number `index` (inverse of find); index < count. */
uint32_t cg_presence_select(const cg_presence *p, uint32_t index);
/* Choose the smaller form for an ascending list (copied) or a bitmap (bits are taken over when dense); count is what is set. */
int32_t cg_presence_from_list(cg_owner *o, cg_presence *p, uint32_t domain, const uint32_t *list, uint32_t count, cspm_error **err);
int32_t cg_presence_from_bits(cg_owner *o, cg_presence *p, uint32_t domain, uint64_t *owned_bits,
                              cspm_error **err); /* cg_mem block, consumed always */

/* ---- properties ---- */

/* All values of one type under one key. Value of member x: number at.find(x) of `values`. */
typedef struct cg_column {
    uint32_t key;
    uint8_t type;     /* CG_BOOL, CG_INT, CG_FLOAT, CG_STRING, CG_LIST */
    uint8_t width;    /* bytes a value: BOOL 0 = bitmap of 64-bit words; INT 1, 2, 4, 8 signed; FLOAT 8;
                         STRING and LIST 1, 2, 4 = number within the column's strings, 0 = value i is string i, `values` is NULL */
    uint32_t section; /* of the owner's backing, 0 = none: see cg_owner.touch */
    cg_presence at;
    const void *values;
    uint32_t first_string, n_strings; /* STRING, LIST: the column's strings are this range of the layer's table, in order of first use */
} cg_column;

/* ---- labels ---- */

typedef struct cg_label_set {
    uint32_t label;
    cg_presence nodes;
    const uint32_t *evidence; /* per member, derived layers only; global evidence ids */
} cg_label_set;

/* ---- edges ---- */

/* Row of a node in a CSR: at.find(node) = r, entries offset[r] .. offset[r + 1]. Dense (every node has a row) in the inventory. */
typedef struct cg_rows {
    cg_presence at;
    const uint32_t *offset; /* at.count + 1 */
} cg_rows;
static inline bool cg_rows_get(const cg_rows *rows, uint32_t node, uint32_t *begin, uint32_t *end)
{
    uint32_t r = cg_presence_find(&rows->at, node);
    if (r == CG_NONE32)
        return false;
    *begin = rows->offset[r];
    *end = rows->offset[r + 1];
    return *begin < *end;
}

typedef struct cg_in_arc {
    uint32_t from;
    uint32_t edge; /* local number: position in the out arrays */
} cg_in_arc;

typedef struct cg_edge_store {
    uint64_t first; /* global number (cg_rel) of local edge 0 */
    uint32_t count;
    cg_rows out; /* edges sorted by (from, kind, to) */
    const uint32_t *to;
    const uint16_t *kind16; /* one of the two is set */
    const uint32_t *kind32;
    const uint32_t *row_hint; /* row in `out` of edge i * 64: (count + 63) / 64 entries */
    cg_rows in;               /* arcs sorted by (to, kind, from, edge) */
    const cg_in_arc *arcs;
    const uint32_t *evidence;    /* derived layers; NULL in the inventory (evidence id = n_nodes + edge) */
    const uint32_t *likelihood;  /* NULL: none has its own */
    const uint64_t *conditional; /* bitmap, NULL: none */
} cg_edge_store;
static inline uint32_t cg_edge_kind(const cg_edge_store *s, uint32_t edge)
{
    return s->kind16 ? s->kind16[edge] : s->kind32[edge];
}
cg_node cg_edge_from(const cg_edge_store *s, uint32_t edge); /* local edge number; near O(1) */

/* ---- hubs ---- */

typedef struct cg_hub {
    uint32_t kind;
    uint32_t evidence;
    uint32_t likelihood; /* 0 = the kind's */
    uint32_t conditional;
} cg_hub;

/* Relationship (s, t) of a hub for every source s and target t except s == t: CG_REL_HUB | in slot << 32 | out slot, slots counted over all
 * layers (first_in + local). */
#define CG_REL_HUB (1ull << 63)
static inline bool cg_rel_is_hub(cg_rel r)
{
    return r >> 63;
}
static inline uint32_t cg_rel_in_slot(cg_rel r)
{
    return (uint32_t)(r >> 32) & 0x7fffffffu;
}
static inline uint32_t cg_rel_out_slot(cg_rel r)
{
    return (uint32_t)r;
}
static inline cg_rel cg_rel_of_slots(uint32_t in_slot, uint32_t out_slot)
{
    return CG_REL_HUB | (uint64_t)in_slot << 32 | out_slot;
}

typedef struct cg_hub_store {
    uint32_t count;
    uint32_t n_in, n_out;         /* memberships */
    uint32_t first_in, first_out; /* global number of local slot 0 */
    uint64_t n_pairs;             /* relationships the hubs stand for, self pairs excluded */
    const cg_hub *hubs;
    const uint32_t *in_offset; /* count + 1: local in slots of a hub, sources ascending */
    const uint32_t *in_node;
    const uint32_t *in_hub;
    const uint32_t *out_offset; /* count + 1: local out slots, targets ascending */
    const uint32_t *out_node;
    const uint32_t *out_hub;
    cg_rows sources; /* node -> local in slots, ascending */
    const uint32_t *source_slot;
    cg_rows targets; /* node -> local out slots, ascending */
    const uint32_t *target_slot;
} cg_hub_store;

/* ---- names, statistics ---- */

/* Names one layer adds; ids first .. first + text.count - 1. */
typedef struct cg_name_store {
    uint32_t first;
    cg_strtab text;
    const uint32_t *sorted; /* local ids in byte order; NULL when ids are in byte order already (inventory) */
} cg_name_store;

/* Of `sampled` relationships of the kind looked at, how many have the label at that end; sorted by (kind, label, dir). */
typedef struct cg_kind_sample {
    uint32_t kind, label;
    uint32_t out, in;
} cg_kind_sample;
typedef struct cg_kind_count_entry {
    uint64_t count;   /* hub pairs included */
    uint32_t sampled; /* stored edges looked at */
} cg_kind_count_entry;

/* ---- the inventory ---- */

typedef struct cg_source {
    cg_source_info info;
    uint64_t first; /* virtual position of its byte 0, see cg_inventory.node_at */
    uint64_t span;  /* positions it takes: largest offset + 2; the last stands for "no offset" */
    /* As given to cg_builder_begin_source; a snapshot keeps them, so that its inputs can be joined with others later. */
    uint32_t rank;
    uint32_t merge_equal_edges;
    int64_t stamp;
} cg_source;

typedef struct cg_inventory {
    uint32_t n_nodes;
    cg_strtab ids;     /* in byte order: node number = position */
    cg_strtab aliases; /* in byte order */
    const uint32_t *alias_node;
    const uint32_t *alias_order; /* alias numbers sorted by (node, alias) */
    /* Labels in given order, shared by nodes with the same list. */
    const uint32_t *node_kindset;
    uint32_t n_kindsets;
    const uint32_t *kindset_offset; /* n_kindsets + 1 */
    const uint32_t *kindset_labels;
    /* Where items were read. All inputs laid end to end in order of their names make one space of positions; evidence id of a node is its
     * number, of an edge n_nodes + its number. One of each two is set. */
    const uint32_t *node_at32;
    const uint64_t *node_at64;
    const uint32_t *edge_at32;
    const uint64_t *edge_at64;
    uint32_t n_sources;
    const cg_source *sources;
    const int8_t *declared; /* per inventory kind: -1, 0, 1 */
    /* Edge columns that mean something by themselves; indices into edge_columns or CG_NONE32. */
    uint32_t likelihood_column, conditional_column;
} cg_inventory;

/* ---- layers and graphs ---- */

typedef struct cg_kind_meaning {
    uint32_t kind;
    cg_kind_info info;
} cg_kind_meaning;

typedef struct cg_layer {
    _Atomic uint32_t refs;
    cg_owner owner;
    cg_str name;
    const cg_inventory *inventory; /* layer 0 only */
    cg_name_store names[3];
    uint32_t n_labels;
    const cg_label_set *labels; /* ascending label */
    cg_edge_store edges;
    cg_hub_store hubs;
    cg_strtab strings; /* of the columns; lists are encoded, see cg_list_decode */
    uint32_t n_node_columns;
    const cg_column *node_columns; /* by (key, type) */
    uint32_t n_edge_columns;
    const cg_column *edge_columns; /* members are local edge numbers */
    const uint32_t *key_new;       /* per distinct key of node_columns, in order: nodes that have the key here and not below */
    uint32_t n_kinds;              /* entries below: kinds 0 .. n_kinds - 1 */
    const cg_kind_count_entry *kind_counts;
    uint32_t n_samples;
    const cg_kind_sample *samples;
    uint32_t first_evidence, n_evidence; /* global ids; layer 0: n_nodes + edges, records are computed */
    const cg_evidence *evidence;
    uint32_t n_meanings;
    const cg_kind_meaning *meanings;
    uint32_t n_disbelieved;
    const uint32_t *disbelieved; /* inventory labels invisible from this layer upward */
    uint32_t n_diags;
    const cg_diag *diags; /* sorted */
} cg_layer;

cg_layer *cg_layer_alloc(cg_mem *mem); /* zeroed, one reference; NULL when refused */
cg_layer *cg_layer_ref(cg_layer *l);
void cg_layer_unref(cg_layer *l);

typedef struct cg_label_ref {
    uint32_t layer;
    const cg_label_set *set;
} cg_label_ref;
typedef struct cg_column_ref {
    const cg_layer *layer;
    const cg_column *column;
} cg_column_ref;

struct cspm_graph {
    _Atomic uint32_t refs;
    cg_owner owner; /* of the tables below */
    uint32_t n_layers;
    cg_layer *layers[CG_MAX_LAYERS]; /* each referenced */
    const cg_inventory *inventory;
    uint32_t n_nodes;
    uint32_t n_names[3];
    /* Per label: its visible sets from the inventory upward, label_refs[label_first[l] .. label_first[l + 1]]. */
    const uint32_t *label_first;
    const cg_label_ref *label_refs;
    const uint64_t *hidden_labels; /* bitmap over labels, NULL none: inventory labels that are not believed */
    /* Per key: its node columns, topmost layer first; edge columns likewise. */
    const uint32_t *key_first;
    const cg_column_ref *key_refs;
    const uint32_t *edge_key_first;
    const cg_column_ref *edge_key_refs;
    const cg_kind_info *const *kind_info; /* per kind, never NULL */
    uint32_t name_keys[3];                /* "name", "displayName", "displayname" or CG_NO_NAME */
    uint64_t n_edges;                     /* stored, all layers */
    uint64_t n_rels;                      /* with hub pairs */
    uint32_t n_diags;
    const cg_diag *diags;
};

/* A graph over these layers (each gets one more reference); layer 0 must carry the inventory. */
int32_t cg_graph_from_layers(cg_mem *mem, cg_layer *const *layers, uint32_t n, cg_graph **out, cspm_error **err);
/* Fill kind_counts and samples of a finished layer; needs its edges, hubs and the label sets of the layers below (NULL: none below). */
int32_t cg_layer_count_kinds(cg_layer *l, const cg_graph *below, uint32_t n_kinds, cspm_error **err);
/* Fill key_new. */
int32_t cg_layer_count_keys(cg_layer *l, const cg_graph *below, cspm_error **err);

/* The layer a global edge or slot number falls into. */
static inline uint32_t cg_graph_layer_of_edge(const cg_graph *g, uint64_t edge)
{
    uint32_t i = g->n_layers - 1;
    while (i && (edge < g->layers[i]->edges.first || !g->layers[i]->edges.count))
        i--;
    return i;
}
static inline uint32_t cg_graph_layer_of_in_slot(const cg_graph *g, uint32_t slot)
{
    uint32_t i = g->n_layers - 1;
    while (i && (slot < g->layers[i]->hubs.first_in || !g->layers[i]->hubs.n_in))
        i--;
    return i;
}

/* ---- values ---- */

/* Value number `index` of a column; lists need an arena. The column's section must have been touched. */
int32_t cg_column_value(const cg_layer *l, const cg_column *c, uint32_t index, cg_arena *arena, cg_value *out, cspm_error **err);
/* STRING, LIST: number of the string in the layer's table. */
uint32_t cg_column_string(const cg_column *c, uint32_t index);
/* Make sure a column's backing is sound. */
static inline int32_t cg_column_touch(const cg_layer *l, const cg_column *c, cspm_error **err)
{
    return l->owner.touch && c->section ? l->owner.touch(l->owner.backing, c->section, err) : CSPM_OK;
}
/* Lists as bytes: one type byte (CG_NULL when empty), then per item 1 byte (bool), 8 bytes little-endian (int, float) or a 32-bit
 * little-endian length and the bytes (string). */
int32_t cg_list_encode(cg_buf *out, const cg_list *list); /* CSPM_E_INVALID when not homogeneous; buffer errors are sticky */
int32_t cg_list_decode(cg_mem *mem, cg_str bytes, cg_arena *arena, cg_value *out, cspm_error **err);

#endif
