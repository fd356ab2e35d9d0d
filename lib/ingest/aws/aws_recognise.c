/* Telling AWS answers by their members, in the first bytes of the content. */
#include "ingest/aws/aws_reader.h"
#include "ingest/aws/aws_state.h"
#include "ingest/sniff.h"

static bool has_path(cg_str object, const char *path)
{
    cg_str name, key, rest;
    bool each;
    cg_peek p;
    char plain[64];

    while (aws_path_next(&path, &name, &each)) {
        bool found = false;
        if (name.length >= sizeof plain || !cg_peek_object(&p, object))
            return false;
        memcpy(plain, name.data, name.length);
        plain[name.length] = '\0';
        while (!found && cg_peek_member(&p, &key, &rest))
            found = cg_peek_is(key, plain);
        if (!found || cg_str_starts(rest, CG_STR("null")))
            return false;
        object = rest;
    }
    return true;
}

static bool has_sign(cg_str object, const char *sign)
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
            return cg_peek_item(&p, &inner) && has_sign(inner, row->sign) ? 3 : 0;
        return has_sign(value, row->sign) ? 3 : 0;
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

    while ((row = aws_answer_next(&it)))
        if (!row->items[0] && row->sign && has_sign(object, row->sign))
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
            score = has_path(rest, "RequestId") || has_path(rest, "HTTPStatusCode") ? 75 : 20;
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
