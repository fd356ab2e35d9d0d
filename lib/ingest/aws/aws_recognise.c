/* Telling AWS answers by their members, in the first bytes of the content. */
#include "ingest/aws/aws_reader.h"
#include "ingest/aws/aws_state.h"
#include "ingest/sniff.h"

#define MEMBERS_SEEN 32u

/* An object that rows ask for many members: the text is gone through once for all of them. */
typedef struct seen_object {
    cg_peek more; /* behind the members kept */
    bool ended;   /* nothing is */
    uint32_t count;
    cg_str keys[MEMBERS_SEEN], values[MEMBERS_SEEN];
} seen_object;

static void look_at(seen_object *o, cg_str object)
{
    o->ended = !cg_peek_object(&o->more, object);
    o->count = 0;
}

static bool find_member(seen_object *o, const char *name, cg_str *value)
{
    cg_str key;

    for (uint32_t i = 0; i < o->count; i++)
        if (cg_peek_is(o->keys[i], name)) {
            *value = o->values[i];
            return true;
        }
    while (!o->ended && o->count < MEMBERS_SEEN) {
        o->ended = !cg_peek_member(&o->more, &key, value);
        if (o->ended)
            return false;
        o->keys[o->count] = key;
        o->values[o->count++] = *value;
        if (cg_peek_is(key, name))
            return true;
    }
    cg_peek more = o->more;
    while (!o->ended && cg_peek_member(&more, &key, value))
        if (cg_peek_is(key, name))
            return true;
    return false;
}

static bool has_path(seen_object *object, const char *path)
{
    cg_str name, value;
    bool each;
    seen_object inner;
    char plain[64];

    while (aws_path_next(&path, &name, &each)) {
        if (name.length >= sizeof plain)
            return false;
        memcpy(plain, name.data, name.length);
        plain[name.length] = '\0';
        if (!find_member(object, plain, &value) || cg_str_starts(value, CG_STR("null")))
            return false;
        look_at(&inner, value);
        object = &inner;
    }
    return true;
}

static bool has_sign(seen_object *object, const char *sign)
{
    char path[64];

    while (*sign) {
        const size_t n = strcspn(sign, " ");
        if (n >= sizeof path)
            return false;
        memcpy(path, sign, n);
        path[n] = '\0';
        if (!has_path(object, path))
            return false;
        sign += n + (sign[n] == ' ');
    }
    return true;
}

static bool value_has_sign(cg_str value, const char *sign)
{
    seen_object object;

    look_at(&object, value);
    return has_sign(&object, sign);
}

/* How sure a value below a member makes of a row: 0 = not this row, 1 = nothing to see (an empty list), 2 = the key fits, 3 = the sign is
 * there. `rest`: what is left of the row's path. */
static int row_fits(const aws_answer *row, cg_str value, const char *rest, bool list)
{
    cg_peek p;
    cg_str key, inner, name;
    bool each;

    if (list) {
        if (!cg_peek_array(&p, value))
            return cg_peek_object(&p, value) ? 1 : 0;
        if (!cg_peek_item(&p, &inner))
            return 1;
        value = inner;
    }
    if (!aws_path_next(&rest, &name, &each)) {
        if (!row->sign)
            return 2;
        /* collectors put what several calls answered into one list */
        if (!list && cg_peek_array(&p, value))
            return cg_peek_item(&p, &inner) && value_has_sign(inner, row->sign) ? 3 : 0;
        return value_has_sign(value, row->sign) ? 3 : 0;
    }
    if (!cg_peek_object(&p, value))
        return 0;
    while (cg_peek_member(&p, &key, &inner)) {
        char plain[64];
        if (name.length >= sizeof plain)
            return 0;
        memcpy(plain, name.data, name.length);
        plain[name.length] = '\0';
        if (cg_peek_is(key, plain))
            return row_fits(row, inner, rest, each);
    }
    return list ? 2 : 0;
}

static bool is_operation(cg_str key)
{
    const void *dot = memchr(key.data, '.', key.length);
    return dot && memchr(key.data, '-', key.length) && aws_answer_find(key);
}

static int score_member(cg_str key, cg_str value)
{
    static const int scores[] = { 0, 30, 72, 92 };
    aws_answer_iter it = { 0 };
    const aws_answer *row;
    int best = 0;

    while ((row = aws_answer_next(&it))) {
        const char *rest = row->items;
        cg_str name;
        bool each;
        if (!aws_path_next(&rest, &name, &each) || !cg_str_eq(name, key))
            continue;
        const int fits = scores[row_fits(row, value, rest, each)];
        best = fits > best ? fits : best;
    }
    return best;
}

/* Answers about one thing are told by the member their row names. */
static int score_whole(cg_str object)
{
    aws_answer_iter it = { 0 };
    const aws_answer *row;
    seen_object seen;

    look_at(&seen, object);
    while ((row = aws_answer_next(&it)))
        if (!row->items[0] && row->sign && has_sign(&seen, row->sign))
            return 60;
    return 0;
}

static int score_object(cg_str object)
{
    cg_peek top;
    cg_str key, rest;
    int best = 0;

    cg_peek_object(&top, object);
    while (best < 95 && cg_peek_member(&top, &key, &rest)) {
        int score = 0;
        if (is_operation(key))
            score = 96;
        else if (cg_str_eq(key, CG_STR("ResponseMetadata")))
            score = value_has_sign(rest, "RequestId") || value_has_sign(rest, "HTTPStatusCode") ? 75 : 20;
        else if (key.length < 64)
            score = score_member(key, rest);
        best = score > best ? score : best;
    }
    if (best == 0)
        best = score_whole(object);
    return best;
}

int aws_recognise_answers(const char *head, size_t length, bool whole)
{
    const cg_str text = { head, length };
    cg_peek top;
    cg_str item;

    (void)whole;
    if (cg_peek_object(&top, text))
        return score_object(text);
    if (cg_peek_array(&top, text) && cg_peek_item(&top, &item) && item.data[0] == '{')
        return score_object(item) * 9 / 10;
    return 0;
}

int aws_recognise_gaad(const char *head, size_t length, bool whole)
{
    cg_peek top, inner;
    cg_str key, rest;

    (void)whole;
    if (!cg_peek_object(&top, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&top, &key, &rest))
        if ((cg_peek_is(key, "UserDetailList") || cg_peek_is(key, "GroupDetailList") || cg_peek_is(key, "RoleDetailList")) &&
            cg_peek_array(&inner, rest))
            return 99;
    return 0;
}
