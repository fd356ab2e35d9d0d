/* From items to the rows of the tables that say what they mean. */
#include "ingest/aws/aws_reader.h"
#include "ingest/aws/aws_state.h"

#define INHERIT_MAX (sizeof((aws_answer *)0)->inherit / sizeof(const char *))

/* Length of a row's path up to what is taken from the stream: the first list, or all of it. */
static size_t streamed(const aws_answer *row)
{
    const char *list = strstr(row->items, "[]");
    return list ? (size_t)(list + 2 - row->items) : strlen(row->items);
}

/* Waits with the rest of its answer: a row needs it beside the items. */
bool aws_is_needed(const aws_answer *row, cg_str key)
{
    for (size_t i = 0; i < INHERIT_MAX && row->inherit[i]; i++) {
        const char *path = row->inherit[i];
        cg_str name;
        bool each;
        if (aws_path_next(&path, &name, &each) && !each && cg_str_eq(name, key))
            return true;
    }
    return false;
}

bool aws_is_whole(const aws_answer *row)
{
    const size_t n = streamed(row);

    if (n == 0)
        return true;
    for (size_t i = 0; i < INHERIT_MAX && row->inherit[i]; i++)
        if (strncmp(row->inherit[i], row->items, n) != 0 || row->inherit[i][n] != '.')
            return true;
    return false;
}

/* ---- signs ---- */

static bool has_sign(const aws_answer *row, const cg_tree *item)
{
    char path[64];
    const char *sign = row->sign ? row->sign : "";

    while (*sign) {
        const size_t n = strcspn(sign, " ");
        if (n >= sizeof path)
            return false;
        memcpy(path, sign, n);
        path[n] = '\0';
        if (!aws_get(item, path))
            return false;
        sign += n + (sign[n] == ' ');
    }
    return true;
}

#define LOOK_AT 8u /* items of a list that are asked for their sign */

/* An item below a value that has the row's sign. */
static bool fits_somewhere(const aws_answer *row, const cg_tree *value, const char *rest)
{
    cg_str name;
    bool each = false;

    while (value && !each) {
        if (!aws_path_next(&rest, &name, &each))
            return value->type != CG_TREE_LIST ? has_sign(row, value) : value->list.count > 0 && has_sign(row, value->list.items[0]);
        if (name.length > 0)
            value = aws_member(value, name);
    }
    if (value && value->type == CG_TREE_MAP)
        return fits_somewhere(row, value, rest);
    for (uint32_t i = 0; value && value->type == CG_TREE_LIST && i < value->list.count && i < LOOK_AT; i++)
        if (fits_somewhere(row, value->list.items[i], rest))
            return true;
    return false;
}

static bool is_hinted(const aws_reader *r, const aws_answer *row)
{
    return r->hint.data && cg_str_eq(r->hint, cg_str_from(row->operation));
}

/* ---- to the items of a row ---- */

typedef struct inherited {
    cg_str key;
    const cg_tree *value;
} inherited;

static cg_str last_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return cg_str_from(dot ? dot + 1 : path);
}

/* What the row's items inherit from the object at hand, `consumed` bytes down the row's path. */
static void look_around(const aws_answer *row, const cg_tree *object, size_t consumed, inherited *from)
{
    for (size_t i = 0; i < INHERIT_MAX && row->inherit[i]; i++) {
        const char *path = row->inherit[i];
        if (strncmp(path, row->items, consumed) != 0)
            continue;
        path += consumed;
        if (consumed > 0 && *path++ != '.')
            continue;
        const cg_tree *value = strchr(path, '[') ? NULL : aws_get(object, path);
        if (value)
            from[i] = (inherited){ last_name(path), value };
    }
}

/* No other row of the operation is about these items: one without the sign is malformed. */
static bool is_alone(const aws_answer *row)
{
    aws_answer_iter it = { 0 };
    const aws_answer *other;

    while ((other = aws_answer_next(&it)))
        if (other != row && strcmp(other->operation, row->operation) == 0 && strcmp(other->items, row->items) == 0)
            return false;
    return true;
}

static int32_t take_item(aws_reader *r, const aws_answer *row, const cg_tree *item, const inherited *from, cspm_error **err)
{
    if (!has_sign(row, item)) {
        if (!is_alone(row) || !row->items[0])
            return CSPM_OK;
        r->applied = true;
        return cg_builder_diag(r->c.b, CG_DIAG_WARNING, "bad-item", item->pos, err, "%s: skipped: it must be an object with %s",
                               row->operation, row->sign);
    }
    for (size_t i = 0; i < INHERIT_MAX; i++)
        if (from[i].value) {
            item = aws_with(&r->c, item, from[i].key, from[i].value);
            if (!item)
                return cg_nomem(r->mem, err);
        }
    r->applied = true;
    r->told = row->operation;
    return aws_take(&r->c, row, item, err);
}

static int32_t descend(aws_reader *r, const aws_answer *row, const cg_tree *value, const char *rest, const inherited *outer,
                       cspm_error **err)
{
    inherited from[INHERIT_MAX];
    cg_str name;
    bool each = false;
    int32_t rc = CSPM_OK;

    memcpy(from, outer, sizeof from);
    while (value && value->type != CG_TREE_NULL && !each) {
        size_t consumed = (size_t)(rest - row->items);
        if (consumed > 0 && rest[-1] == '.')
            consumed--;
        look_around(row, value, consumed, from);
        if (!aws_path_next(&rest, &name, &each)) {
            if (value->type != CG_TREE_LIST)
                return take_item(r, row, value, from, err);
            each = true;
            break;
        }
        if (name.length > 0)
            value = aws_member(value, name);
    }
    /* A list where one thing is expected gives its items, one thing where a list is expected itself. */
    if (value && each && value->type == CG_TREE_MAP)
        return descend(r, row, value, rest, from, err);
    if (value && each && value->type == CG_TREE_LIST)
        for (uint32_t i = 0; i < value->list.count && rc == CSPM_OK; i++)
            if (value->list.items[i]->type != CG_TREE_LIST)
                rc = descend(r, row, value->list.items[i], rest, from, err);
    return rc;
}

static int32_t run(aws_reader *r, const aws_answer *row, const cg_tree *value, const char *rest, cspm_error **err)
{
    const inherited none[INHERIT_MAX] = { 0 };
    return descend(r, row, value, rest, none, err);
}

/* ---- which operation it is ---- */

/* The rows agree on one operation: the one the inventory or, where the content leaves it open, the file's name says; the first whose sign
 * is there; the first that needs none. NULL when none fits. */
static const char *operation_of(const aws_reader *r, const aws_candidate *k, size_t n, const cg_tree *item)
{
    const char *plain = NULL, *signed_by = NULL;

    for (size_t i = 0; i < n; i++) {
        if (!fits_somewhere(k[i].row, item, k[i].rest))
            continue;
        if (is_hinted(r, k[i].row))
            return k[i].row->operation;
        if (k[i].row->sign && !signed_by)
            signed_by = k[i].row->operation;
        else if (!k[i].row->sign && !plain)
            plain = k[i].row->operation;
    }
    return signed_by ? signed_by : plain;
}

/* A list within the item that holds nothing: nothing to make of it, and nothing wrong with it. */
static bool is_empty(const aws_candidate *k, size_t n, const cg_tree *item)
{
    for (size_t i = 0; i < n; i++) {
        const char *rest = k[i].rest;
        const cg_tree *value = item;
        cg_str name;
        bool each = false;
        while (value && !each && aws_path_next(&rest, &name, &each))
            if (name.length > 0)
                value = aws_member(value, name);
        if (value && each && value->type == CG_TREE_LIST && value->list.count == 0)
            return true;
    }
    return false;
}

int32_t aws_route_item(aws_reader *r, const aws_candidate *k, size_t n, const cg_tree *item, cspm_error **err)
{
    const char *operation = operation_of(r, k, n, item);
    int32_t rc = CSPM_OK;

    if (item->type == CG_TREE_NULL)
        return CSPM_OK;
    /* Among items of an operation already told, one that fits none is a malformed item of it. */
    for (size_t i = 0; i < n && !operation && r->told; i++)
        if (strcmp(r->told, k[i].row->operation) == 0)
            operation = r->told;
    r->unfit = r->unfit || (!operation && !is_empty(k, n, item));
    for (size_t i = 0; i < n && rc == CSPM_OK; i++)
        if (r->operation.data || (operation && strcmp(operation, k[i].row->operation) == 0))
            rc = run(r, k[i].row, item, k[i].rest, err);
    return rc;
}

/* ---- answers as a whole ---- */

static bool inherits_something(const aws_answer *row, const cg_tree *answer)
{
    inherited from[INHERIT_MAX] = { 0 };

    look_around(row, answer, 0, from);
    for (size_t i = 0; i < INHERIT_MAX; i++)
        if (from[i].value)
            return true;
    return false;
}

/* How well a row fits an answer whose operation nobody named; 0 = not at all. */
static int fit(const aws_reader *r, const aws_answer *row, const cg_tree *answer)
{
    if (!row->items[0] && !row->sign && !is_hinted(r, row))
        return 0;
    if (!fits_somewhere(row, answer, row->items))
        return 0;
    if (row->items[0] && row->inherit[0] && aws_is_whole(row) && !is_hinted(r, row) && !inherits_something(row, answer))
        return 0;
    int score = 1;
    score += is_hinted(r, row) ? 8 : 0;
    score += row->items[0] ? 4 : 0;
    score += row->items[0] && aws_is_whole(row) ? 2 : 0;
    score += row->sign ? 1 : 0;
    return score;
}

/* What the file's name gives beside the operation ("get-bucket-policy__NAME.json") stands in the answer as "$argument". */
static const cg_tree *with_argument(aws_reader *r, const cg_tree *answer)
{
    if (!r->argument.data)
        return answer;
    cg_tree *text = cg_arena_calloc(r->c.arena, 1, sizeof *text);
    if (!text)
        return NULL;
    text->type = CG_TREE_STRING;
    text->pos = answer->pos;
    text->string = r->argument;
    return aws_with(&r->c, answer, CG_STR("$argument"), text);
}

int32_t aws_route_answer(aws_reader *r, const cg_tree *answer, cspm_error **err)
{
    aws_answer_iter it = { 0 };
    const aws_answer *row;
    const char *operation = NULL;
    int best = 0;
    int32_t rc = CSPM_OK;

    /* Members that were streamed are not here: rows that need only those do not fit. */
    while (!r->operation.data && (row = aws_answer_next(&it))) {
        const int score = fit(r, row, answer);
        if (score > best) {
            best = score;
            operation = row->operation;
        }
    }
    for (it = (aws_answer_iter){ 0 }; rc == CSPM_OK && (row = aws_answer_next(&it));) {
        if (r->operation.data ? !cg_str_eq(r->operation, cg_str_from(row->operation))
                              : !operation || strcmp(operation, row->operation) != 0 || fit(r, row, answer) == 0)
            continue;
        r->known = true;
        const cg_tree *whole = row->items[0] && !row->inherit[0] ? answer : with_argument(r, answer);
        if (!whole)
            return cg_nomem(r->mem, err);
        /* What was put beside the answer lasts until its last item. */
        r->c.state->depth++;
        rc = run(r, row, whole, row->items, err);
        if (--r->c.state->depth == 0)
            cg_arena_reset(r->c.arena);
    }
    return rc;
}
