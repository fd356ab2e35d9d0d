/* A JSON document as a stream of items: the reader asks what to enter, hands over what is wanted as a tree, and forgets it afterwards, so
 * that memory follows the largest item and not the file. */
#ifndef CG_INGEST_ITEMS_H
#define CG_INGEST_ITEMS_H

#include "base/tree.h"

typedef enum {
    CG_ITEM_SKIP,  /* nobody needs this value: passed over without building anything */
    CG_ITEM_ENTER, /* an object or array: ask again for each value in it */
    CG_ITEM_TAKE,  /* build the tree of the whole value and hand it over */
    CG_ITEM_BUILD  /* an object or array: take it, but ask for each value in it, and leave out what is passed over */
} cg_item_choice;

/* Where a value stands: one step per open object or array; an array's step has a null key and the index. */
typedef struct cg_item_step {
    cg_str key;
    uint32_t index;
} cg_item_step;
typedef struct cg_item_at {
    const cg_item_step *steps;
    uint32_t depth;    /* 0 = the document itself */
    uint32_t document; /* from 0; several may stand one after another */
} cg_item_at;

typedef struct cg_item_handler {
    /* `opens`: '{', '[', or 0 for a scalar (for which ENTER means SKIP and BUILD means TAKE). In one that is built ENTER means SKIP. */
    cg_item_choice (*choose)(void *user, const cg_item_at *at, char opens);
    /* The tree lives until the call returns. */
    int32_t (*take)(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err);
    /* An entered object or array ends, not one that is built; may be NULL. */
    int32_t (*leave)(void *user, const cg_item_at *at, cspm_error **err);
} cg_item_handler;

typedef struct cg_items cg_items;
int32_t cg_items_new(cg_mem *mem, const cg_json_limits *limits, const cg_item_handler *handler, void *user, cg_str source_name, cg_items **out,
                     cspm_error **err);
int32_t cg_items_feed(cg_items *s, const char *bytes, size_t length, cspm_error **err);
/* In take: the tree handed over lives on in *out, until the caller empties it. Its keys live as long as the stream. */
void cg_items_keep(cg_items *s, cg_arena *out);
int32_t cg_items_finish(cg_items *s, cspm_error **err); /* truncated documents fail here */
void cg_items_free(cg_items *s);

#endif
