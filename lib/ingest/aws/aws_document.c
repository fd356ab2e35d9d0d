/* JSON documents inside items, as objects or as texts: policies, mostly. */
#include "ingest/aws/aws_state.h"

static int32_t nomem(aws_ctx *c, cspm_error **err)
{
    return cg_nomem(c->state->mem, err);
}

/* The scratch text, kept. */
static int32_t keep_text(aws_ctx *c, cg_arena *arena, cg_str *out, cspm_error **err)
{
    const cg_buf *text = &c->state->text;

    if (text->failed)
        return nomem(c, err);
    *out = (cg_str){ cg_arena_strndup(arena, text->data, text->length), text->length };
    return out->data ? CSPM_OK : nomem(c, err);
}

/* ---- one way to write them ---- */

#define SORTED_KEYS_MAX 64u /* objects with more members are no policy: written as they came */

static void write_sorted(cg_buf *b, const cg_tree *t)
{
    uint32_t order[SORTED_KEYS_MAX];

    if (t->type == CG_TREE_LIST) {
        cg_buf_char(b, '[');
        for (uint32_t i = 0; i < t->list.count; i++) {
            if (i > 0)
                cg_buf_char(b, ',');
            write_sorted(b, t->list.items[i]);
        }
        cg_buf_char(b, ']');
        return;
    }
    if (t->type != CG_TREE_MAP) {
        cg_tree_write_json(b, t);
        return;
    }
    const uint32_t n = t->map.count;
    for (uint32_t i = 0; i < n && n <= SORTED_KEYS_MAX; i++) {
        uint32_t k = i;
        for (; k > 0 && cg_str_cmp(t->map.keys[order[k - 1]], t->map.keys[i]) > 0; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    cg_buf_char(b, '{');
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = n <= SORTED_KEYS_MAX ? order[i] : i;
        if (i > 0)
            cg_buf_char(b, ',');
        cg_json_write_string(b, t->map.keys[at]);
        cg_buf_char(b, ':');
        write_sorted(b, t->map.values[at]);
    }
    cg_buf_char(b, '}');
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch |= 0x20;
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* URL-encoded JSON starts with an encoded brace, blank or line end; no other text of these services does. */
static bool is_encoded(cg_str s)
{
    return s.length >= 3 && s.data[0] == '%' && hex_digit(s.data[1]) >= 0 && hex_digit(s.data[2]) >= 0;
}

static void decode(cg_buf *b, cg_str s)
{
    for (size_t i = 0; i < s.length; i++) {
        const int high = s.data[i] == '%' && i + 2 < s.length ? hex_digit(s.data[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(s.data[i + 2]) : -1;
        if (low >= 0) {
            cg_buf_char(b, (char)(high << 4 | low));
            i += 2;
        } else {
            cg_buf_char(b, s.data[i] == '+' ? ' ' : s.data[i]);
        }
    }
}

static bool is_document(cg_str s)
{
    size_t i = 0;

    while (i < s.length && (s.data[i] == ' ' || s.data[i] == '\t' || s.data[i] == '\n' || s.data[i] == '\r'))
        i++;
    return i < s.length && (s.data[i] == '{' || s.data[i] == '[');
}

/* ---- texts ---- */

/* The document in a string; NULL when it holds none. */
static int32_t parse(aws_ctx *c, cg_arena *arena, cg_str s, const cg_tree **out, cspm_error **err)
{
    const cspm_limits *limits = cg_builder_limits(c->b);
    const cg_json_limits json_limits = { .max_depth = limits->max_depth > 64 ? 64 : (uint32_t)limits->max_depth };
    cg_tree *tree = NULL;
    cspm_error *fault = NULL;

    *out = NULL;
    if (!is_document(s))
        return CSPM_OK;
    const int32_t rc = cg_tree_from_json(arena, s, CG_STR("policy"), &json_limits, &tree, &fault);
    if (rc == CSPM_OK) {
        *out = tree;
        return CSPM_OK;
    }
    if (rc == CSPM_E_PARSE) {
        cspm_error_free(fault);
        return CSPM_OK;
    }
    if (err && !*err)
        *err = fault;
    else
        cspm_error_free(fault);
    return rc;
}

/* What a text comes to: its document, and as long as there is none the text without its encoding. */
static int32_t read_text(aws_ctx *c, cg_arena *arena, cg_str given, aws_document_read *out, cspm_error **err)
{
    cg_buf *scratch = &c->state->text;
    int32_t rc = CSPM_OK;

    out->text = given;
    if (is_encoded(given)) {
        cg_buf_clear(scratch);
        decode(scratch, given);
        rc = keep_text(c, arena, &out->text, err);
        /* What is no text after all stays as it was. */
        if (rc == CSPM_OK && cg_utf8_check(out->text.data, out->text.length) != SIZE_MAX)
            out->text = given;
    }
    return rc < 0 ? rc : parse(c, arena, out->text, &out->tree, err);
}

/* ---- those read before ---- */

#define LONGEST_REMEMBERED 16384u
#define MOST_REMEMBERED ((uint64_t)8 << 20) /* bytes, of texts and trees */

/* Roles of an account trust the same services, pools of machines carry the same policy: a text that comes again is not read again. NULL
 * when this one is not to be remembered. */
static int32_t remembered(aws_ctx *c, cg_str given, aws_document_read **out, cspm_error **err)
{
    aws_documents *d = &c->state->documents;

    *out = NULL;
    if (given.length > LONGEST_REMEMBERED)
        return CSPM_OK;
    if (!d->texts && !(d->texts = cg_intern_new(c->state->mem, 0)))
        return nomem(c, err);
    if (!cg_vec_reserve(c->state->mem, &d->read, 1))
        return nomem(c, err);
    const uint32_t id = cg_intern_add(d->texts, given.data, given.length);
    if (id == CG_INTERN_NONE)
        return nomem(c, err);
    *out = &d->read.data[id];
    if (id < d->read.count)
        return CSPM_OK;
    d->read.data[d->read.count++] = (aws_document_read){ 0 };
    return read_text(c, &d->arena, cg_intern_get(d->texts, id), *out, err);
}

void aws_documents_free(aws_state *s)
{
    cg_intern_free(s->documents.texts);
    cg_vec_free(s->mem, &s->documents.read);
    cg_arena_free(&s->documents.arena);
    s->documents.texts = NULL;
}

void aws_documents_trim(aws_state *s)
{
    const aws_documents *d = &s->documents;

    if (d->texts && d->arena.total + cg_intern_bytes(d->texts) > MOST_REMEMBERED)
        aws_documents_free(s);
}

/* ---- use ---- */

static int32_t canonical(aws_ctx *c, cg_arena *arena, const cg_tree *document, cg_str *text, cspm_error **err)
{
    cg_buf_clear(&c->state->text);
    write_sorted(&c->state->text, document);
    return keep_text(c, arena, text, err);
}

static int32_t document_in(aws_ctx *c, cg_str given, const cg_tree **document, cg_str *text, cspm_error **err)
{
    aws_document_read once = { 0 }, *read = NULL;
    cg_arena *arena = &c->state->documents.arena;
    int32_t rc = is_document(given) || is_encoded(given) ? remembered(c, given, &read, err) : CSPM_OK;

    if (rc == CSPM_OK && !read) {
        arena = c->arena;
        read = &once;
        rc = read_text(c, arena, given, read, err);
    }
    if (rc < 0)
        return rc;
    if (text && read->tree && !read->written) {
        if ((rc = canonical(c, arena, read->tree, &read->text, err)) < 0)
            return rc;
        read->written = true;
    }
    *document = read->tree;
    if (text)
        *text = read->text;
    return CSPM_OK;
}

int32_t aws_document(aws_ctx *c, const cg_tree *value, const cg_tree **document, cg_str *text, cspm_error **err)
{
    *document = NULL;
    if (text)
        *text = CG_STR_NULL;
    if (!value || value->type == CG_TREE_NULL)
        return CSPM_OK;
    if (value->type == CG_TREE_STRING)
        return document_in(c, value->string, document, text, err);
    *document = value;
    return text ? canonical(c, c->arena, value, text, err) : CSPM_OK;
}
