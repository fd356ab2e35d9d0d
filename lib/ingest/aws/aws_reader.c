/* The dialects of AWS answers. A document is an answer, an array of pages of answers, or an object of answers by operation
 * ("ec2.describe-instances"); several documents may follow one another. Lists are streamed item by item; what only makes sense together
 * (an item list that needs its neighbours, answers about one thing) waits for the end of its answer. */
#include "ingest/aws/aws_reader.h"

#include "ingest/aws/aws_state.h"
#include "ingest/dialects.h"
#include "ingest/source.h"

static int32_t nomem(aws_reader *r, cspm_error **err)
{
    return cg_nomem(r->mem, err);
}

/* ---- pages ---- */

static bool is_something(const cg_tree *t)
{
    return t && (t->type == CG_TREE_MAP || t->type == CG_TREE_LIST || (t->type == CG_TREE_STRING && t->string.length > 0) ||
                 (t->type == CG_TREE_BOOL && t->boolean));
}

static bool goes_on(const cg_tree *answer)
{
    static const char *const tokens[] = {
        "NextToken",      "nextToken", "NextMarker", "NextContinuationToken", "PaginationToken", "position", "LastEvaluatedTableName",
        "NextPageMarker",
    };

    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (is_something(cg_tree_get(answer, tokens[i])))
            return true;
    return is_something(cg_tree_get(answer, "IsTruncated")) || is_something(cg_tree_get(answer, "Marker"));
}

static int32_t report_cut(aws_reader *r, cspm_error **err)
{
    const cg_str what = r->cut;

    r->cut = CG_STR_NULL;
    if (!what.data)
        return CSPM_OK;
    return cg_builder_diag(r->c.b, CG_DIAG_WARNING, "answer-cut-off", r->cut_at, err,
                           "the answer \"%.*s\" goes on behind this page: unless the rest is among the inputs, what it lists is missing",
                           (int)(what.length < 80 ? what.length : 80), what.data);
}

/* A page is followed up by the next page of the same answer. */
static int32_t note_page(aws_reader *r, const cg_tree *answer, cspm_error **err)
{
    const cg_str what = r->operation.data ? r->operation : r->told ? cg_str_from(r->told) : r->first_key;
    int32_t rc = CSPM_OK;

    if (r->cut.data && !cg_str_eq(r->cut, what))
        rc = report_cut(r, err);
    r->cut = CG_STR_NULL;
    if (rc < 0 || !what.data || !r->known || !goes_on(answer))
        return rc;
    const char *copy = cg_arena_strndup(&r->names, what.data, what.length);
    if (!copy)
        return nomem(r, err);
    r->cut = (cg_str){ copy, what.length };
    r->cut_at = r->at;
    return CSPM_OK;
}

/* ---- answers ---- */

static void drop_kept(aws_reader *r)
{
    cg_arena_reset(&r->kept);
    for (size_t i = 0; i < r->arenas.count; i++)
        cg_arena_free(&r->arenas.data[i]);
    r->arenas.count = 0;
}

static void begin_answer(aws_reader *r, uint32_t base)
{
    r->answer = true;
    r->base = base;
    r->known = r->applied = r->unfit = false;
    r->first_key = CG_STR_NULL;
    r->told = NULL;
    r->candidates.count = r->levels.count = 0;
    r->keys.count = r->values.count = 0;
}

static int32_t not_modelled(aws_reader *r, cg_str what, cg_pos at, cspm_error **err)
{
    return cg_builder_diag(r->c.b, CG_DIAG_WARNING, "not-modelled", at, err,
                           "the answer \"%.*s\" has no meaning for the graph yet: passed over", (int)(what.length < 80 ? what.length : 80),
                           what.data);
}

static int32_t end_answer(aws_reader *r, cspm_error **err)
{
    cg_tree answer = { .type = CG_TREE_MAP, .pos = r->at };
    int32_t rc;

    r->answer = false;
    answer.map.keys = r->keys.data;
    answer.map.values = r->values.data;
    answer.map.count = (uint32_t)r->keys.count;
    rc = aws_route_answer(r, &answer, err);
    if (rc == CSPM_OK)
        rc = note_page(r, &answer, err);
    if (rc == CSPM_OK && !r->applied && (r->unfit || !r->known) && r->first_key.data)
        rc = not_modelled(r, r->operation.data ? r->operation : r->first_key, r->at, err);
    drop_kept(r);
    return rc;
}

/* ---- where the reader goes ---- */

/* "ec2.describe-instances": a service, a dot, a command. */
static bool is_operation(cg_str key)
{
    size_t dots = 0, dashes = 0;

    for (size_t i = 0; i < key.length; i++) {
        const char ch = key.data[i];
        dots += ch == '.';
        dashes += ch == '-' && dots > 0;
        if (!(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9') && ch != '-' && ch != '.')
            return false;
    }
    return dots == 1 && dashes > 0 && key.data[0] != '.' && key.data[key.length - 1] != '.';
}

static bool push_level(aws_reader *r)
{
    return cg_vec_push(r->mem, &r->levels, r->candidates.count);
}

static bool push_candidate(aws_reader *r, const aws_answer *row, const char *rest)
{
    return cg_vec_push(r->mem, &r->candidates, ((aws_candidate){ row, rest }));
}

/* Rows whose path begins with a member of the answer. False when memory is refused. */
static bool first_level(aws_reader *r, cg_str key, bool *whole)
{
    aws_answer_iter it = { 0 };
    const aws_answer *row;

    *whole = false;
    r->candidates.count = r->levels.count = 0;
    if (!push_level(r))
        return false;
    while ((row = aws_answer_next(&it))) {
        const char *rest = row->items;
        cg_str name;
        bool each;
        if (r->operation.data && !cg_str_eq(r->operation, cg_str_from(row->operation)))
            continue;
        *whole = *whole || aws_is_needed(row, key);
        if (!aws_path_next(&rest, &name, &each) || !cg_str_eq(name, key))
            continue;
        *whole = *whole || aws_is_whole(row);
        if (!push_candidate(r, row, rest))
            return false;
    }
    return true;
}

/* Those of the innermost level that go on with a member. */
static bool next_level(aws_reader *r, cg_str key)
{
    const size_t begin = r->levels.data[r->levels.count - 1], end = r->candidates.count;

    if (!push_level(r))
        return false;
    for (size_t i = begin; i < end; i++) {
        const char *rest = r->candidates.data[i].rest;
        cg_str name;
        bool each;
        if (aws_path_next(&rest, &name, &each) && cg_str_eq(name, key) && !push_candidate(r, r->candidates.data[i].row, rest))
            return false;
    }
    return true;
}

static void drop_level(aws_reader *r)
{
    if (r->levels.count > 0)
        r->candidates.count = r->levels.data[--r->levels.count];
}

/* Did the step just taken go over a list, in every row? */
static bool all_lists(const aws_reader *r, bool *any)
{
    bool all = true;

    *any = false;
    for (size_t i = r->levels.data[r->levels.count - 1]; i < r->candidates.count; i++) {
        const aws_candidate *k = &r->candidates.data[i];
        const bool list = k->rest > k->row->items && (k->rest[-1] == ']' || (k->rest[-1] == '.' && k->rest[-2] == ']'));
        *any = true;
        all = all && list;
    }
    return all;
}

/* A member on the way to the items: a list is entered and its items taken, an object entered when the way goes on inside, taken when it
 * ends there. A list that stands where an object is expected, or the other way round, is taken as it is: the rows see what fits them. */
static cg_item_choice choose_member(aws_reader *r, char opens)
{
    bool any;
    const bool list = all_lists(r, &any);

    if (!any) {
        drop_level(r);
        return CG_ITEM_SKIP;
    }
    r->known = true;
    if (opens == '[' && list)
        return CG_ITEM_ENTER;
    if (opens == '{' && !list) {
        for (size_t i = r->levels.data[r->levels.count - 1]; i < r->candidates.count; i++)
            if (r->candidates.data[i].rest[0] == '\0')
                return CG_ITEM_TAKE;
        return CG_ITEM_ENTER;
    }
    if (opens)
        return CG_ITEM_TAKE;
    drop_level(r);
    return CG_ITEM_SKIP;
}

static cg_item_choice choose_top_member(aws_reader *r, cg_str key, char opens)
{
    bool whole;

    if (cg_str_eq(key, CG_STR("ResponseMetadata")))
        return CG_ITEM_SKIP;
    if (!r->first_key.data) {
        const char *copy = cg_arena_strndup(&r->kept, key.data, key.length);
        r->c.state->refused = r->c.state->refused || !copy;
        r->first_key = (cg_str){ copy, copy ? key.length : 0 };
    }
    if (!first_level(r, key, &whole)) {
        r->c.state->refused = true;
        return CG_ITEM_SKIP;
    }
    const bool some = r->candidates.count > 0;
    r->known = r->known || some;
    if (some && !whole && opens)
        return choose_member(r, opens);
    r->levels.count = r->candidates.count = 0;
    r->waits = some;
    /* Waits for the end of the answer. */
    return CG_ITEM_TAKE;
}

/* A member of an inventory. False when it is passed over. */
static bool choose_operation(aws_reader *r, cg_str key)
{
    if (!is_operation(key))
        return false;
    const char *copy = cg_arena_strndup(&r->names, key.data, key.length);
    r->operation = (cg_str){ copy, copy ? key.length : 0 };
    if (copy && aws_answer_find(key))
        return true;
    if (!copy || !cg_vec_push(r->mem, &r->unknown, r->operation))
        r->c.state->refused = true;
    return false;
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    aws_reader *r = user;
    const cg_item_step *inner = at->depth > 0 ? &at->steps[at->depth - 1] : NULL;

    if (at->depth == 0) {
        r->pages = opens == '[';
        r->inventory = r->answer = false;
        r->operation = r->fixed;
        if (opens == '{')
            begin_answer(r, 0);
        return opens ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    }
    if (r->answer && at->depth == r->base + 1) {
        if (r->base != 0 || !is_operation(inner->key))
            return choose_top_member(r, inner->key, opens);
        r->inventory = true;
        r->answer = false;
    }
    if (r->inventory && at->depth == 1 && !choose_operation(r, inner->key))
        return CG_ITEM_SKIP;
    if (!r->answer && (r->inventory || r->pages)) {
        if (opens == '{') {
            begin_answer(r, at->depth);
            return CG_ITEM_ENTER;
        }
        return opens == '[' && r->inventory && at->depth == 1 ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    }
    if (!r->answer || r->levels.count == 0)
        return CG_ITEM_SKIP;
    if (!inner->key.data)
        return CG_ITEM_TAKE;
    if (next_level(r, inner->key))
        return choose_member(r, opens);
    r->c.state->refused = true;
    return CG_ITEM_SKIP;
}

/* ---- what is handed over ---- */

static cg_tree *copy_tree(cg_arena *arena, const cg_tree *t)
{
    cg_tree *copy = cg_arena_alloc(arena, sizeof *copy);

    if (!copy)
        return NULL;
    *copy = *t;
    if (t->type == CG_TREE_LIST || t->type == CG_TREE_MAP) {
        const uint32_t n = t->type == CG_TREE_LIST ? t->list.count : t->map.count;
        cg_tree **values = cg_arena_alloc(arena, (n + (size_t)1) * sizeof(cg_tree *));
        cg_tree *const *from = t->type == CG_TREE_LIST ? t->list.items : t->map.values;
        cg_str *keys = t->type == CG_TREE_MAP ? cg_arena_alloc(arena, (n + (size_t)1) * sizeof *keys) : NULL;
        if (!values || (t->type == CG_TREE_MAP && !keys))
            return NULL;
        for (uint32_t i = 0; i < n; i++) {
            if (!(values[i] = copy_tree(arena, from[i])))
                return NULL;
            if (!keys)
                continue;
            keys[i] = (cg_str){ cg_arena_strndup(arena, t->map.keys[i].data, t->map.keys[i].length), t->map.keys[i].length };
            if (!keys[i].data)
                return NULL;
        }
        if (t->type == CG_TREE_LIST) {
            copy->list.items = values;
            return copy;
        }
        copy->map.values = values;
        copy->map.keys = keys;
        copy->map.key_pos = NULL;
        return copy;
    }
    if (t->raw.data && !(copy->raw.data = cg_arena_strndup(arena, t->raw.data, t->raw.length)))
        return NULL;
    return copy;
}

static int32_t keep(aws_reader *r, cg_str key, const cg_tree *item, cspm_error **err)
{
    cg_tree *copy = NULL;
    const cg_str name = { cg_arena_strndup(&r->kept, key.data, key.length), key.length };

    /* Long lists are not copied. */
    if (item->type == CG_TREE_LIST && item->list.count >= 8 && cg_vec_reserve(r->mem, &r->arenas, 1)) {
        copy = (cg_tree *)(uintptr_t)item;
        cg_items_keep(r->items, &r->arenas.data[r->arenas.count++]);
    } else {
        copy = copy_tree(&r->kept, item);
    }
    r->unfit = r->unfit || (r->waits && (is_something(item) && !(item->type == CG_TREE_LIST && item->list.count == 0)));
    if (!copy || !name.data || !cg_vec_reserve(r->mem, &r->keys, 1) || !cg_vec_push(r->mem, &r->values, copy))
        return nomem(r, err);
    r->keys.data[r->keys.count++] = name;
    return CSPM_OK;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    aws_reader *r = user;
    const cg_item_step *inner = &at->steps[at->depth - 1];

    if (r->c.state->refused)
        return nomem(r, err);
    if (!r->answer)
        return CSPM_OK;
    if (r->keys.count == 0 && !r->applied)
        r->at = item->pos;
    if (at->depth == r->base + 1 && r->levels.count == 0)
        return keep(r, inner->key, item, err);
    const size_t begin = r->levels.data[r->levels.count - 1];
    int32_t rc = CSPM_OK;
    /* A list where one thing is expected gives its items. */
    if (item->type == CG_TREE_LIST)
        for (uint32_t i = 0; i < item->list.count && rc == CSPM_OK; i++)
            rc = aws_route_item(r, r->candidates.data + begin, r->candidates.count - begin, item->list.items[i], err);
    else
        rc = aws_route_item(r, r->candidates.data + begin, r->candidates.count - begin, item, err);
    if (inner->key.data)
        drop_level(r);
    return rc;
}

static int32_t leave(void *user, const cg_item_at *at, cspm_error **err)
{
    aws_reader *r = user;

    if (r->c.state->refused)
        return nomem(r, err);
    if (r->answer && at->depth == r->base)
        return end_answer(r, err);
    if (r->answer)
        drop_level(r);
    return CSPM_OK;
}

/* ---- the stream ---- */

static const cg_item_handler handler = { .choose = choose, .take = take, .leave = leave };

static void reader_close(void *state)
{
    aws_reader *r = state;

    if (!r)
        return;
    cg_items_free(r->items);
    aws_close(&r->c);
    cg_vec_free(r->mem, &r->candidates);
    cg_vec_free(r->mem, &r->levels);
    cg_vec_free(r->mem, &r->keys);
    cg_vec_free(r->mem, &r->unknown);
    cg_vec_free(r->mem, &r->values);
    drop_kept(r);
    cg_vec_free(r->mem, &r->arenas);
    cg_buf_free(&r->head);
    cg_arena_free(&r->kept);
    cg_arena_free(&r->names);
    cg_free(r->mem, r);
}

static int32_t reader_open(cg_builder *b, cg_str source, cspm_op *op, void **state, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    const cspm_limits *limits = cg_builder_limits(b);
    const cg_json_limits json_limits = {
        .max_depth = limits->max_depth > UINT32_MAX ? UINT32_MAX : (uint32_t)limits->max_depth,
        .max_string_bytes = limits->max_string_bytes,
        .allow_nul = true,
        .allow_multiple = true,
    };
    aws_reader *r = cg_calloc(mem, 1, sizeof *r);

    (void)op;
    *state = r;
    if (!r)
        return cg_nomem(mem, err);
    r->mem = mem;
    cg_arena_init(&r->names, mem);
    cg_arena_init(&r->kept, mem);
    cg_buf_init(&r->head, mem, 0);
    int32_t rc = aws_open(&r->c, b, err);
    if (rc < 0)
        return rc;
    r->c.owner = r;
    r->source = (cg_str){ cg_arena_strndup(&r->names, source.data, source.length), source.length };
    if (!r->source.data)
        return nomem(r, err);
    return cg_items_new(mem, &json_limits, &handler, r, source, &r->items, err);
}

static int32_t gaad_open(cg_builder *b, cg_str source, cspm_op *op, void **state, cspm_error **err)
{
    const int32_t rc = reader_open(b, source, op, state, err);

    if (rc == CSPM_OK)
        ((aws_reader *)*state)->fixed = CG_STR("iam.get-account-authorization-details");
    return rc;
}

/* The beginning tells whose account it is: read when there is enough of it, however small the pieces come. */
static int32_t begin(aws_reader *r, const char *bytes, size_t length, cspm_error **err)
{
    int32_t rc = aws_place_source(r, bytes, length < CG_SOURCE_PIECE ? length : CG_SOURCE_PIECE, err);

    r->begun = true;
    return rc < 0 ? rc : cg_items_feed(r->items, bytes, length, err);
}

static int32_t begin_with_head(aws_reader *r, cspm_error **err)
{
    const int32_t rc = begin(r, r->head.length ? r->head.data : "", r->head.length, err);

    cg_buf_free(&r->head);
    return rc;
}

static int32_t reader_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    aws_reader *r = state;

    if (r->begun)
        return cg_items_feed(r->items, bytes, length, err);
    if (r->head.length == 0 && length >= CG_SOURCE_PIECE)
        return begin(r, bytes, length, err);
    cg_buf_add(&r->head, bytes, length);
    if (r->head.failed)
        return nomem(r, err);
    return r->head.length >= CG_SOURCE_PIECE ? begin_with_head(r, err) : CSPM_OK;
}

static int32_t reader_finish(void *state, cspm_error **err)
{
    aws_reader *r = state;
    int32_t rc = r->begun ? CSPM_OK : begin_with_head(r, err);

    if (rc == CSPM_OK)
        rc = cg_items_finish(r->items, err);
    if (rc == CSPM_OK && r->c.state->refused)
        rc = nomem(r, err);
    for (size_t i = 0; i < r->unknown.count && rc == CSPM_OK; i++)
        rc = not_modelled(r, r->unknown.data[i], (cg_pos){ .offset = UINT64_MAX }, err);
    return rc < 0 ? rc : report_cut(r, err);
}

const cg_dialect cg_dialect_aws = {
    .name = "aws",
    .title = "AWS command-line and boto3 answers",
    .recognised = "JSON with the members of a known answer (\"Reservations\", \"Vpcs\", ...), or keys such as \"ec2.describe-instances\"",
    .rank = 80,
    .repeats = true,
    .recognise = aws_recognise_answers,
    .open = reader_open,
    .feed = reader_feed,
    .finish = reader_finish,
    .close = reader_close,
};

const cg_dialect cg_dialect_aws_gaad = {
    .name = "aws-gaad",
    .title = "AWS account authorization details",
    .recognised = "a JSON object with \"UserDetailList\", \"GroupDetailList\" or \"RoleDetailList\"",
    .rank = 82,
    .repeats = true,
    .recognise = aws_recognise_gaad,
    .open = gaad_open,
    .feed = reader_feed,
    .finish = reader_finish,
    .close = reader_close,
};
