#include "ingest/items.h"

#include "base/tree_build.h"
#include "ingest/name_cache.h"

#define KEPT_KEYS 4096u /* keys of items held for the whole input; what comes after is copied into each item */

typedef struct level {
    cg_buf key; /* of the member at hand, in an object */
    bool list;
    bool built; /* into the tree */
} level;

struct cg_items {
    cg_mem *mem;
    const cg_item_handler *handler;
    void *user;
    cg_json_reader *reader;
    cspm_error **err; /* of the call that is running */
    CG_VEC(cg_item_step) steps;
    CG_VEC(level) levels; /* as many as the deepest entered so far; buffers are used again */
    uint32_t skipping;    /* open objects and arrays of a value that is passed over */
    uint32_t taking;      /* of one that is built */
    uint32_t document;
    cg_arena arena; /* of the item at hand */
    cg_tree_builder build;
    cg_arena kept; /* keys */
    uint32_t n_kept;
    const char *keys[KEPT_KEYS];
    cg_name_cache cache;
};

static int32_t nomem(cg_items *s)
{
    return cg_nomem(s->mem, s->err);
}

static cg_item_at here(const cg_items *s)
{
    return (cg_item_at){ s->steps.data, (uint32_t)s->steps.count, s->document };
}

/* A value of the entered part is over. */
static void step_on(cg_items *s)
{
    if (s->steps.count == 0)
        s->document++;
    else if (s->levels.data[s->steps.count - 1].list)
        s->steps.data[s->steps.count - 1].index++;
}

static int32_t hand_over(cg_items *s)
{
    const cg_item_at at = here(s);
    const int32_t rc = s->handler->take(s->user, &at, s->build.items.data[0].value, s->err);

    s->build.items.count = 0;
    s->build.open.count = 0;
    cg_arena_reset(&s->arena);
    step_on(s);
    return rc;
}

static inline bool in_built(const cg_items *s)
{
    return s->steps.count && s->levels.data[s->steps.count - 1].built;
}

/* A value that is wanted is complete. */
static int32_t taken(cg_items *s)
{
    if (s->taking)
        return CSPM_OK;
    if (!in_built(s))
        return hand_over(s);
    step_on(s);
    return CSPM_OK;
}

static cg_pos behind(const cg_items *s, size_t length)
{
    const uint64_t end = cg_json_offset(s->reader);
    return (cg_pos){ end > length ? end - length : 0, 0, 0 };
}

/* ---- scalars ---- */

/* NULL and *rc: the value is not wanted (CSPM_OK), or memory is refused. */
static cg_tree *scalar(cg_items *s, cg_tree_type type, cg_pos pos, int32_t *rc)
{
    *rc = CSPM_OK;
    if (s->skipping)
        return NULL;
    if (!s->taking) {
        const cg_item_at at = here(s);
        const cg_item_choice choice = s->handler->choose(s->user, &at, 0);
        if (choice == CG_ITEM_SKIP || choice == CG_ITEM_ENTER) {
            step_on(s);
            return NULL;
        }
    }
    cg_tree *node = cg_tree_builder_add(&s->build, type, pos);
    if (!node)
        *rc = nomem(s);
    return node;
}

static int32_t on_null(void *user)
{
    int32_t rc;
    return scalar(user, CG_TREE_NULL, behind(user, 4), &rc) ? taken(user) : rc;
}

static int32_t on_boolean(void *user, bool value)
{
    int32_t rc;
    cg_tree *node = scalar(user, CG_TREE_BOOL, behind(user, value ? 4 : 5), &rc);

    if (!node)
        return rc;
    node->boolean = value;
    return taken(user);
}

static int32_t on_number(void *user, const char *text, size_t length)
{
    cg_items *s = user;
    int32_t rc;
    cg_tree *node = scalar(s, CG_TREE_INT, behind(s, length), &rc);

    if (!node)
        return rc;
    node->raw = (cg_str){ cg_arena_strndup(&s->arena, text, length), length };
    if (!node->raw.data)
        return nomem(s);
    if (!cg_parse_int64((cg_str){ text, length }, &node->integer)) {
        node->type = CG_TREE_FLOAT;
        /* Out of range: no number the graph can hold, so no value. */
        if (!cg_parse_double((cg_str){ text, length }, &node->real))
            node->type = CG_TREE_NULL;
    }
    return taken(s);
}

static int32_t on_string(void *user, const char *bytes, size_t length)
{
    cg_items *s = user;
    int32_t rc;

    if (s->skipping)
        return CSPM_OK;
    cg_tree *node = scalar(s, CG_TREE_STRING, (cg_pos){ cg_json_string_start(s->reader, bytes), 0, 0 }, &rc);

    if (!node)
        return rc;
    node->quoted = true;
    node->string = (cg_str){ cg_arena_strndup(&s->arena, bytes, length), length };
    return node->string.data ? taken(s) : nomem(s);
}

/* ---- keys ---- */

/* The same key comes back with every item: one copy serves them all. */
static const char *kept_key(cg_items *s, const char *bytes, size_t length)
{
    cg_name_slot *slot = cg_name_cache_slot(&s->cache, bytes, length);

    if (cg_name_slot_is(slot, bytes, length))
        return s->keys[slot->id];
    if (s->n_kept == KEPT_KEYS || length == 0 || length > sizeof slot->bytes)
        return cg_arena_strndup(&s->arena, bytes, length);
    const char *copy = cg_arena_strndup(&s->kept, bytes, length);
    if (copy) {
        s->keys[s->n_kept] = copy;
        cg_name_slot_put(slot, bytes, length, s->n_kept++);
    }
    return copy;
}

static int32_t on_key(void *user, const char *bytes, size_t length)
{
    cg_items *s = user;

    if (s->skipping)
        return CSPM_OK;
    if (s->taking) {
        s->build.key = (cg_str){ kept_key(s, bytes, length), length };
        return s->build.key.data ? CSPM_OK : nomem(s);
    }
    level *l = &s->levels.data[s->steps.count - 1];
    if (l->built) {
        s->build.key = (cg_str){ kept_key(s, bytes, length), length };
        s->steps.data[s->steps.count - 1].key = s->build.key;
        return s->build.key.data ? CSPM_OK : nomem(s);
    }
    cg_buf_clear(&l->key);
    cg_buf_add(&l->key, bytes, length);
    cg_buf_char(&l->key, '\0');
    s->steps.data[s->steps.count - 1].key = (cg_str){ l->key.data, length };
    return l->key.failed ? nomem(s) : CSPM_OK;
}

/* ---- brackets ---- */

static int32_t enter(cg_items *s, bool list, bool built)
{
    const size_t n = s->steps.count;

    if (!cg_vec_reserve(s->mem, &s->levels, 1) || !cg_vec_reserve(s->mem, &s->steps, 1))
        return nomem(s);
    if (n == s->levels.count) {
        cg_buf_init(&s->levels.data[n].key, s->mem, 0);
        s->levels.count++;
    }
    s->levels.data[n].list = list;
    s->levels.data[n].built = built;
    s->steps.data[n] = (cg_item_step){ CG_STR_NULL, 0 };
    s->steps.count++;
    return CSPM_OK;
}

static int32_t start(cg_items *s, bool list)
{
    bool build = false;

    if (s->skipping) {
        s->skipping++;
        return CSPM_OK;
    }
    if (!s->taking) {
        const cg_item_at at = here(s);
        const cg_item_choice choice = s->handler->choose(s->user, &at, list ? '[' : '{');
        if (choice == CG_ITEM_SKIP || (choice == CG_ITEM_ENTER && in_built(s))) {
            s->skipping = 1;
            return CSPM_OK;
        }
        if (choice == CG_ITEM_ENTER)
            return enter(s, list, false);
        build = choice == CG_ITEM_BUILD;
    }
    if (!cg_tree_builder_add(&s->build, list ? CG_TREE_LIST : CG_TREE_MAP, behind(s, 1)))
        return nomem(s);
    if (build)
        return enter(s, list, true);
    s->taking++;
    return CSPM_OK;
}

static int32_t end(cg_items *s)
{
    if (s->skipping) {
        if (--s->skipping == 0)
            step_on(s);
        return CSPM_OK;
    }
    if (s->taking) {
        if (!cg_tree_builder_close(&s->build))
            return nomem(s);
        s->taking--;
        return taken(s);
    }
    /* What is left stands where it was entered. */
    s->steps.count--;
    if (s->levels.data[s->steps.count].built)
        return cg_tree_builder_close(&s->build) ? taken(s) : nomem(s);
    const cg_item_at at = here(s);
    const int32_t rc = s->handler->leave ? s->handler->leave(s->user, &at, s->err) : CSPM_OK;
    step_on(s);
    return rc;
}

static int32_t on_start_object(void *user)
{
    return start(user, false);
}

static int32_t on_start_array(void *user)
{
    return start(user, true);
}

static int32_t on_end(void *user)
{
    return end(user);
}

static const cg_json_handler json_handler = {
    .null = on_null,
    .boolean = on_boolean,
    .number = on_number,
    .string = on_string,
    .key = on_key,
    .start_object = on_start_object,
    .end_object = on_end,
    .start_array = on_start_array,
    .end_array = on_end,
};

/* ---- the stream ---- */

int32_t cg_items_new(cg_mem *mem, const cg_json_limits *limits, const cg_item_handler *handler, void *user, cg_str source_name,
                     cg_items **out, cspm_error **err)
{
    cg_items *s = cg_calloc(mem, 1, sizeof *s);

    *out = NULL;
    if (!s)
        return cg_nomem(mem, err);
    s->mem = mem;
    s->handler = handler;
    s->user = user;
    cg_arena_init(&s->arena, mem);
    cg_arena_init(&s->kept, mem);
    cg_tree_builder_init(&s->build, &s->arena);
    s->build.no_key_pos = true;
    const int32_t rc = cg_json_reader_new(mem, limits, &json_handler, s, source_name, &s->reader, err);
    if (rc < 0)
        cg_items_free(s);
    else
        *out = s;
    return rc;
}

int32_t cg_items_feed(cg_items *s, const char *bytes, size_t length, cspm_error **err)
{
    s->err = err;
    return cg_json_feed(s->reader, bytes, length, err);
}

void cg_items_keep(cg_items *s, cg_arena *out)
{
    *out = s->arena;
    cg_arena_init(&s->arena, s->mem);
}

int32_t cg_items_finish(cg_items *s, cspm_error **err)
{
    s->err = err;
    return cg_json_finish(s->reader, err);
}

void cg_items_free(cg_items *s)
{
    if (!s)
        return;
    cg_json_reader_free(s->reader);
    for (size_t i = 0; i < s->levels.count; i++)
        cg_buf_free(&s->levels.data[i].key);
    cg_vec_free(s->mem, &s->levels);
    cg_vec_free(s->mem, &s->steps);
    cg_tree_builder_free(&s->build);
    cg_arena_free(&s->arena);
    cg_arena_free(&s->kept);
    cg_free(s->mem, s);
}
