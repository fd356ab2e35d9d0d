/* The streaming JSON reader, and the only file that knows yajl.
 *
 * Fences around the parser:
 * - it crashes when its allocator returns NULL: ours never returns then, it jumps back to feed or finish, and the blocks are freed as a
 * list;
 * - it has no limits: depth, string and input bytes are counted here;
 * - it takes invalid UTF-8 and turns lone surrogate escapes into other characters: raw bytes are checked before it sees them, and it is
 *   fed only up to the first bad one, so that errors come in the order of the text;
 * - it takes vertical tabs and form feeds for white space, and an unterminated string behind the document for nothing;
 * - it reads an unfinished token again from its start with every piece: pieces double until the token ends. */
#include <setjmp.h>
#include <stdio.h>
#include <yajl/yajl_parse.h>

#include "base/json.h"
#include "base/json_parts.h"

#define WINDOW ((size_t)64 * 1024)

typedef struct heap_block {
    struct heap_block *next, *prev;
} heap_block;

/* The last event decides which separator may follow it. */
enum { AFTER_NOTHING, AFTER_OPEN, AFTER_KEY, AFTER_VALUE };
/* What stands between the last event and the end of the bytes so far. */
enum { GAP_BLANK, GAP_SEPARATOR, GAP_TOKEN };

struct cg_json_reader {
    cg_mem *mem;
    const cg_json_handler *handler;
    void *user;
    cg_json_limits limits;
    char *source;
    size_t source_length;

    yajl_handle parser;
    yajl_callbacks callbacks;
    yajl_alloc_funcs alloc;
    heap_block heap; /* everything the parser holds */
    jmp_buf no_memory;

    int32_t rc; /* not OK: stopped for good */
    cspm_error **err;
    bool begun; /* past the byte order mark */
    bool finished;
    bool probing;
    bool last_scalar; /* the last top-level value was a number or a literal */
    uint8_t after, gap;
    uint32_t depth;
    uint64_t documents;
    uint64_t fed;
    cg_json_keys keys;
    cg_json_escapes escapes;
    cg_pos escape_pos; /* of an escape begun in an earlier window */

    const char *window; /* bytes now with the parser */
    size_t window_length;
    bool window_high;    /* not all ASCII */
    cg_pos start;        /* of the window */
    uint64_t event_end;  /* offset behind the last event's token */
    uint64_t before;     /* and behind that of the one before */
    cg_pos stop;         /* once stopped: behind the last event's token */
    cg_pos token;        /* with GAP_TOKEN: start of the unfinished or bad token */
    cg_pos mark;         /* remembered for the handler; line 0: in this window, not counted yet */
    uint64_t lines_seen; /* newlines of this window before lines_upto */
    size_t lines_upto;

    cg_buf held; /* bytes waiting for more */
};

/* ---- memory of the parser ---- */

static void *heap_take(void *ctx, size_t size)
{
    cg_json_reader *r = ctx;
    heap_block *b = cg_alloc(r->mem, size > SIZE_MAX - sizeof *b ? SIZE_MAX : size + sizeof *b);
    if (!b)
        longjmp(r->no_memory, 1);
    b->prev = &r->heap;
    b->next = r->heap.next;
    b->next->prev = b;
    b->prev->next = b;
    return b + 1;
}

static void *heap_resize(void *ctx, void *ptr, size_t size)
{
    cg_json_reader *r = ctx;
    if (!ptr)
        return heap_take(ctx, size);
    heap_block *b = cg_resize_array(r->mem, (heap_block *)ptr - 1, size > SIZE_MAX - sizeof *b ? SIZE_MAX : size + sizeof *b, 1);
    if (!b)
        longjmp(r->no_memory, 1);
    b->next->prev = b;
    b->prev->next = b;
    return b + 1;
}

static void heap_free(void *ctx, void *ptr)
{
    cg_json_reader *r = ctx;
    if (!ptr)
        return;
    heap_block *b = (heap_block *)ptr - 1;
    b->prev->next = b->next;
    b->next->prev = b->prev;
    cg_free(r->mem, b);
}

/* ---- positions ---- */

/* Column of an offset in the current window or just behind it. */
static uint32_t column_in_window(const cg_json_reader *r, uint64_t offset)
{
    size_t n = (size_t)(offset - r->start.offset);
    const char *newline = n ? memrchr(r->window, '\n', n) : NULL;
    const char *from = newline ? newline + 1 : r->window;
    size_t tail = (size_t)(r->window + n - from);
    return (newline ? 1 : r->start.column) + (uint32_t)(r->window_high ? cg_utf8_count(from, tail) : tail);
}

/* Position of an offset in the current window or just behind it. */
static cg_pos pos_in_window(const cg_json_reader *r, uint64_t offset)
{
    size_t n = (size_t)(offset - r->start.offset);
    uint32_t line = r->start.line + (uint32_t)(n ? cg_json_survey_bytes(r->window, n).newlines : 0);
    return (cg_pos){ offset, line, column_in_window(r, offset) };
}

/* The same, counted from the end of the window: for what is near it. */
static cg_pos pos_from_end(const cg_json_reader *r, uint64_t offset, const cg_pos *end)
{
    size_t n = (size_t)(offset - r->start.offset);
    uint32_t line = end->line - (uint32_t)cg_json_survey_bytes(r->window + n, r->window_length - n).newlines;
    return (cg_pos){ offset, line, column_in_window(r, offset) };
}

uint64_t cg_json_offset(const cg_json_reader *r)
{
    return r->event_end;
}

/* Bytes from `bytes` to the end of the window; 0 when it points elsewhere (tokens with escapes or from several windows are copies). */
static inline size_t room_at(const cg_json_reader *r, const char *bytes)
{
    uintptr_t at = (uintptr_t)bytes - (uintptr_t)r->window;
    return at < r->window_length ? r->window_length - at : 0;
}

uint64_t cg_json_string_start(const cg_json_reader *r, const char *bytes)
{
    size_t room = room_at(r, bytes), i = r->before > r->start.offset ? (size_t)(r->before - r->start.offset) : 0;
    if (room)
        return r->start.offset + (r->window_length - room) - 1;
    if (r->token.offset >= r->before && r->token.offset < r->start.offset)
        return r->token.offset; /* begun in an earlier window */
    while (i < r->window_length && r->window[i] != '"')
        i++;
    return r->start.offset + i;
}

uint32_t cg_json_line(const cg_json_reader *r)
{
    /* Asked once an item, so it goes on from where it stopped; the cache is not part of the reader's visible state. */
    cg_json_reader *cache = (cg_json_reader *)(uintptr_t)r;
    size_t upto = r->event_end > r->start.offset ? (size_t)(r->event_end - r->start.offset) : 0;
    if (upto > r->lines_upto) {
        cache->lines_seen += cg_json_survey_bytes(r->window + r->lines_upto, upto - r->lines_upto).newlines;
        cache->lines_upto = upto;
    }
    return r->start.line + (uint32_t)r->lines_seen;
}

cg_pos cg_json_pos(const cg_json_reader *r)
{
    if (r->rc != CSPM_OK)
        return r->stop;
    return r->event_end > r->start.offset ? pos_in_window(r, r->event_end) : r->start;
}

void cg_json_mark(cg_json_reader *r)
{
    r->mark = (cg_pos){ r->event_end - 1, 0, 0 };
}

cg_pos cg_json_marked(const cg_json_reader *r)
{
    return r->mark.line ? r->mark : pos_in_window(r, r->mark.offset);
}

uint32_t cg_json_depth(const cg_json_reader *r)
{
    return r->depth;
}

/* Find the token behind the last event, past the separator that may stand there. Run before a window goes, so that an error in a later
 * one still knows where its token began. `end`: of the window, when it is known. */
static void scan_gap(cg_json_reader *r, const cg_pos *end)
{
    size_t i = r->event_end > r->start.offset ? (size_t)(r->event_end - r->start.offset) : 0;
    for (; r->gap != GAP_TOKEN && i < r->window_length; i++) {
        char c = r->window[i];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        bool separates = r->gap == GAP_BLANK && (c == ',' ? r->after == AFTER_VALUE && r->depth : c == ':' && r->after == AFTER_KEY);
        r->gap = separates ? GAP_SEPARATOR : GAP_TOKEN;
        if (!separates)
            r->token = end ? pos_from_end(r, r->start.offset + i, end) : pos_in_window(r, r->start.offset + i);
    }
}

/* Bytes of the unfinished token before the next window. */
static uint64_t unfinished(const cg_json_reader *r)
{
    return r->gap == GAP_TOKEN ? r->start.offset - r->token.offset : 0;
}

/* ---- failing ---- */

static int32_t fail(cg_json_reader *r, int32_t code, cg_pos pos, const char *detail, const char *message)
{
    bool fresh = r->err && !*r->err;
    r->rc = cg_fail_at(r->mem, r->err, code, (cg_str){ r->source, r->source_length }, pos, "%s", message);
    if (fresh)
        cg_error_set_class(*r->err, NULL, detail);
    return r->rc;
}

/* A document past the fences on its shape is refused like a malformed one: a hostile file is bad input, not a run cut short. */
static int32_t fail_limit(cg_json_reader *r, int32_t code, cg_pos pos, const char *detail, const char *what, uint64_t limit)
{
    char message[128];
    snprintf(message, sizeof message, "%s (limit %llu)", what, (unsigned long long)limit);
    return fail(r, code, pos, detail, message);
}

static int32_t fail_nomem(cg_json_reader *r)
{
    return r->rc = cg_nomem(r->mem, r->err);
}

/* Position of the token whose event is being handled; only before that event is noted. */
static cg_pos token_in_hand(cg_json_reader *r)
{
    scan_gap(r, NULL);
    return r->gap == GAP_TOKEN ? r->token : r->start;
}

/* Name the token at the error. */
static void show_found(cg_json_reader *r, cg_pos pos)
{
    if (!r->err || !*r->err || pos.offset < r->start.offset || pos.offset >= r->start.offset + r->window_length)
        return;
    const char *p = r->window + (pos.offset - r->start.offset);
    cg_error_set_found(*r->err, cg_json_shown(p, r->window_length - (size_t)(p - r->window)));
}

static int32_t fail_expected(cg_json_reader *r, const char *detail, const char *message, const char *const *expected)
{
    cg_pos pos = r->gap == GAP_TOKEN ? r->token : r->start;
    bool fresh = r->err && !*r->err;
    fail(r, CSPM_E_PARSE, pos, detail, message);
    if (fresh) {
        show_found(r, pos);
        for (; *expected; expected++)
            cg_error_add_expected(*r->err, cg_str_from(*expected));
    }
    return r->rc;
}

/* `at` is where the parser stopped. */
static int32_t fail_parser(cg_json_reader *r, size_t at)
{
    if (setjmp(r->no_memory))
        return fail_nomem(r);
    unsigned char *theirs = yajl_get_error(r->parser, 0, NULL, 0);
    const cg_json_complaint *c = cg_json_complaint_of((char *)theirs);
    yajl_free_error(r->parser, theirs);
    scan_gap(r, NULL);
    if (c && c->expected[0])
        return fail_expected(r, c->detail, c->ours, c->expected);
    return fail(r, CSPM_E_PARSE, pos_in_window(r, r->start.offset + at), c ? c->detail : "Invalid", c ? c->ours : "malformed JSON");
}

static int32_t fail_end(cg_json_reader *r)
{
    char message[160];
    if (r->gap == GAP_TOKEN)
        snprintf(message, sizeof message, "the text ends inside a token begun at %u:%u", r->token.line, r->token.column);
    else if (r->depth)
        snprintf(message, sizeof message, "the text ends with %u object%s or array%s still open", r->depth, r->depth > 1 ? "s" : "",
                 r->depth > 1 ? "s" : "");
    else
        snprintf(message, sizeof message, "the document is empty");
    return fail(r, CSPM_E_PARSE, r->start, r->documents || r->depth || r->gap ? "UnexpectedEnd" : "Empty", message);
}

/* ---- events ---- */

static inline uint64_t token_end(const cg_json_reader *r)
{
    return r->start.offset + yajl_get_bytes_consumed(r->parser);
}

/* The same for a token whose text is at hand, mostly without asking the parser. `quote`: bytes behind the text. */
static inline uint64_t text_end(const cg_json_reader *r, const char *bytes, size_t length, size_t quote)
{
    size_t room = room_at(r, bytes);
    return room ? r->start.offset + (r->window_length - room) + length + quote : token_end(r);
}

static inline void mark(cg_json_reader *r, uint64_t end, uint8_t after)
{
    r->before = r->event_end;
    r->event_end = end;
    r->after = after;
    r->gap = GAP_BLANK;
}

/* Go on, or stop with what the handler returned. */
static inline int answer(cg_json_reader *r, int32_t rc)
{
    if (__builtin_expect(rc == CSPM_OK, 1))
        return 1;
    r->rc = rc;
    return 0;
}

/* scalar_length: of a number or literal, else 0. */
static __attribute__((noinline)) bool begin_document(cg_json_reader *r, uint64_t end, size_t scalar_length)
{
    if (r->probing)
        return false;
    if (scalar_length && r->last_scalar && end - scalar_length == r->event_end) {
        /* The parser would take 01 for two documents. */
        static const char *const expected[] = { "end of text", NULL };
        token_in_hand(r);
        fail_expected(r, "UnexpectedToken", "no blank between two documents", expected);
        return false;
    }
    r->documents++;
    r->last_scalar = scalar_length != 0;
    return true;
}

static inline bool begin_value(cg_json_reader *r, uint64_t end, size_t scalar_length, uint8_t after)
{
    if (__builtin_expect(r->depth == 0, 0) && !begin_document(r, end, scalar_length))
        return false;
    mark(r, end, after);
    return true;
}

static int on_null(void *ctx)
{
    cg_json_reader *r = ctx;
    return begin_value(r, token_end(r), 4, AFTER_VALUE) && (!r->handler->null || answer(r, r->handler->null(r->user)));
}

static int on_boolean(void *ctx, int value)
{
    cg_json_reader *r = ctx;
    return begin_value(r, token_end(r), value ? 4 : 5, AFTER_VALUE) &&
           (!r->handler->boolean || answer(r, r->handler->boolean(r->user, value != 0)));
}

static int on_number(void *ctx, const char *text, size_t length)
{
    cg_json_reader *r = ctx;
    return begin_value(r, text_end(r, text, length, 0), length, AFTER_VALUE) &&
           (!r->handler->number || answer(r, r->handler->number(r->user, text, length)));
}

static __attribute__((noinline)) void fail_long(cg_json_reader *r)
{
    fail_limit(r, CSPM_E_PARSE, token_in_hand(r), "MaxStringBytes", "string too long", r->limits.max_string_bytes);
}

static inline bool too_long(cg_json_reader *r, size_t length)
{
    if (__builtin_expect(length <= r->limits.max_string_bytes, 1))
        return false;
    fail_long(r);
    return true;
}

static __attribute__((noinline)) int any_string(cg_json_reader *r, const char *text, size_t length)
{
    return !too_long(r, length) && begin_value(r, text_end(r, text, length, 1), 0, AFTER_VALUE) &&
           (!r->handler->string || answer(r, r->handler->string(r->user, text, length)));
}

/* Most strings lie whole in the window, somewhere inside a document, and are wanted: nothing to call but the handler. */
static int on_string(void *ctx, const unsigned char *bytes, size_t length)
{
    cg_json_reader *r = ctx;
    const char *text = (const char *)bytes;
    size_t room = room_at(r, text);
    if (__builtin_expect(!room || !r->depth || length > r->limits.max_string_bytes || !r->handler->string, 0))
        return any_string(r, text, length);
    mark(r, r->start.offset + (r->window_length - room) + length + 1, AFTER_VALUE);
    return answer(r, r->handler->string(r->user, text, length));
}

static __attribute__((noinline)) int any_key(cg_json_reader *r, const char *key, size_t length)
{
    if (too_long(r, length))
        return 0;
    mark(r, text_end(r, key, length, 1), AFTER_KEY);
    return !r->handler->key || answer(r, r->handler->key(r->user, key, length));
}

/* The handler finds repeated keys itself. */
static int on_own_key(void *ctx, const unsigned char *bytes, size_t length)
{
    cg_json_reader *r = ctx;
    const char *key = (const char *)bytes;
    size_t room = room_at(r, key);
    if (__builtin_expect(!room || length > r->limits.max_string_bytes || !r->handler->key, 0))
        return any_key(r, key, length);
    mark(r, r->start.offset + (r->window_length - room) + length + 1, AFTER_KEY);
    return answer(r, r->handler->key(r->user, key, length));
}

static int on_key(void *ctx, const unsigned char *bytes, size_t length)
{
    cg_json_reader *r = ctx;
    const char *key = (const char *)bytes;
    if (too_long(r, length))
        return 0;
    cg_key_answer seen = cg_json_keys_add(&r->keys, key, length, room_at(r, key));
    if (__builtin_expect(seen != CG_KEY_NEW, 0)) {
        if (seen == CG_KEY_NOMEM) {
            fail_nomem(r);
            return 0;
        }
        if (!r->handler->duplicate_key) {
            cg_pos pos = token_in_hand(r);
            fail(r, CSPM_E_PARSE, pos, "DuplicateKey", "duplicate key");
            show_found(r, pos);
            return 0;
        }
    }
    mark(r, text_end(r, key, length, 1), AFTER_KEY);
    if (seen == CG_KEY_SEEN && !answer(r, r->handler->duplicate_key(r->user, key, length)))
        return 0;
    return !r->handler->key || answer(r, r->handler->key(r->user, key, length));
}

static __attribute__((noinline)) bool fail_deep(cg_json_reader *r)
{
    fail_limit(r, CSPM_E_PARSE, token_in_hand(r), "MaxDepth", "nested too deep", r->limits.max_depth);
    return false;
}

static inline bool open_container(cg_json_reader *r)
{
    if (r->depth >= r->limits.max_depth)
        return fail_deep(r);
    if (!begin_value(r, token_end(r), 0, AFTER_OPEN))
        return false;
    r->depth++;
    return true;
}

static int on_start_own_object(void *ctx)
{
    cg_json_reader *r = ctx;
    return open_container(r) && (!r->handler->start_object || answer(r, r->handler->start_object(r->user)));
}

static int on_start_object(void *ctx)
{
    cg_json_reader *r = ctx;
    if (!open_container(r))
        return 0;
    if (!cg_json_keys_open(&r->keys)) {
        fail_nomem(r);
        return 0;
    }
    return !r->handler->start_object || answer(r, r->handler->start_object(r->user));
}

static int on_start_array(void *ctx)
{
    cg_json_reader *r = ctx;
    return open_container(r) && (!r->handler->start_array || answer(r, r->handler->start_array(r->user)));
}

static int on_end_own_object(void *ctx)
{
    cg_json_reader *r = ctx;
    mark(r, token_end(r), AFTER_VALUE);
    r->depth--;
    return !r->handler->end_object || answer(r, r->handler->end_object(r->user));
}

static int on_end_object(void *ctx)
{
    cg_json_keys_close(&((cg_json_reader *)ctx)->keys);
    return on_end_own_object(ctx);
}

static int on_end_array(void *ctx)
{
    cg_json_reader *r = ctx;
    mark(r, token_end(r), AFTER_VALUE);
    r->depth--;
    return !r->handler->end_array || answer(r, r->handler->end_array(r->user));
}

static const yajl_callbacks fenced = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end_object,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end_array,
};

/* ---- windows ---- */

static yajl_status run(cg_json_reader *r, bool complete)
{
    if (setjmp(r->no_memory)) {
        fail_nomem(r);
        return yajl_status_client_canceled;
    }
    return complete ? yajl_complete_parse(r->parser) : yajl_parse(r->parser, (const unsigned char *)r->window, r->window_length);
}

/* The first byte of the window the parser must not see, by offset; UINT64_MAX when all are fine. */
static uint64_t first_bad(cg_json_reader *r, const cg_json_survey *seen, const char **detail, const char **what)
{
    uint64_t bad = UINT64_MAX;
    size_t n = r->window_length;
    if (seen->high) {
        size_t at = cg_utf8_check(r->window, n);
        if (at != SIZE_MAX) {
            n = at;
            bad = r->start.offset + at;
            *detail = "InvalidUtf8";
            *what = "invalid UTF-8";
        }
    }
    for (size_t i = 0; seen->odd_blank && i < n; i++)
        if (r->window[i] == '\v' || r->window[i] == '\f') {
            n = i;
            bad = r->start.offset + i;
            *detail = "ControlCharacter";
            *what = "control character";
        }
    if (seen->backslash || cg_json_escapes_open(&r->escapes)) {
        const char *fault;
        uint64_t at = cg_json_escapes_scan(&r->escapes, r->window, n, r->start.offset, r->limits.allow_nul, &fault);
        if (at != UINT64_MAX) {
            bad = at;
            *detail = "InvalidEscape";
            *what = fault;
        } else if (cg_json_escapes_open(&r->escapes) && r->escapes.at >= r->start.offset)
            r->escape_pos = pos_in_window(r, r->escapes.at);
    }
    return bad;
}

static void leave_window(cg_json_reader *r, uint64_t newlines)
{
    cg_pos end = { r->start.offset + r->window_length, r->start.line + (uint32_t)newlines, 0 };
    end.column = column_in_window(r, end.offset);
    scan_gap(r, &end);
    if (!r->mark.line)
        r->mark = pos_from_end(r, r->mark.offset, &end);
    r->start = end;
    r->window_length = 0;
    r->lines_seen = 0;
    r->lines_upto = 0;
}

static int32_t parse_window(cg_json_reader *r, const char *bytes, size_t length)
{
    if (!r->begun) {
        r->begun = true;
        if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
            bytes += 3;
            length -= 3;
            r->start.offset = 3;
            r->event_end = 3;
        }
    }
    if (length == 0)
        return CSPM_OK;
    cg_json_survey seen = cg_json_survey_bytes(bytes, length);
    r->window = bytes;
    r->window_length = length;
    r->window_high = seen.high;
    const char *detail = NULL, *what = NULL;
    uint64_t bad = first_bad(r, &seen, &detail, &what);
    if (bad != UINT64_MAX) {
        /* A backslash goes in: outside strings it ends the token before it, and is the parser's own error. */
        r->window_length = bad >= r->start.offset ? (size_t)(bad - r->start.offset) : 0;
        r->window_length += bad >= r->start.offset && bytes[r->window_length] == '\\';
    }
    yajl_status status = r->window_length ? run(r, false) : yajl_status_ok;
    if (status == yajl_status_client_canceled)
        return r->rc;
    if (status != yajl_status_ok)
        return fail_parser(r, yajl_get_bytes_consumed(r->parser));
    if (bad != UINT64_MAX)
        return fail(r, CSPM_E_PARSE, bad >= r->start.offset ? pos_in_window(r, bad) : r->escape_pos, detail, what);
    leave_window(r, seen.newlines);
    /* Six raw bytes make at least one byte of string. */
    if (unfinished(r) / 6 > r->limits.max_string_bytes)
        return fail_limit(r, CSPM_E_PARSE, r->token, "MaxStringBytes", "string too long", r->limits.max_string_bytes);
    return CSPM_OK;
}

/* A stopped reader still answers where it stopped, without the bytes. */
static int32_t take_window(cg_json_reader *r, const char *bytes, size_t length)
{
    int32_t rc = parse_window(r, bytes, length);
    if (rc != CSPM_OK) {
        r->stop = r->event_end > r->start.offset ? pos_in_window(r, r->event_end) : r->start;
        cg_json_line(r);
    }
    return rc;
}

static int32_t take_held(cg_json_reader *r, size_t length)
{
    int32_t rc = take_window(r, r->held.data, length);
    size_t rest = r->held.length - length;
    memmove(r->held.data, r->held.data + length, rest);
    r->held.length = rest;
    if (r->held.capacity > 4 * WINDOW && rest == 0)
        cg_buf_free(&r->held);
    return rc;
}

static int32_t take_bytes(cg_json_reader *r, const char *bytes, size_t length)
{
    while (length) {
        size_t least = r->begun ? 1 : 3;
        if (unfinished(r) > least)
            least = (size_t)unfinished(r);
        size_t most = least > WINDOW ? least : WINDOW;
        size_t n = 0;
        if (r->held.length == 0 && length >= least) {
            n = length < most ? length : most;
            n -= cg_json_cut_sequence(bytes, n);
        }
        if (n) {
            if (take_window(r, bytes, n) != CSPM_OK)
                return r->rc;
            bytes += n;
            length -= n;
            continue;
        }
        n = r->held.length < most ? most - r->held.length : 1;
        if (n > length)
            n = length;
        cg_buf_add(&r->held, bytes, n);
        if (r->held.failed)
            return fail_nomem(r);
        bytes += n;
        length -= n;
        n = r->held.length < least ? 0 : r->held.length - cg_json_cut_sequence(r->held.data, r->held.length);
        if (n && take_held(r, n) != CSPM_OK)
            return r->rc;
    }
    return CSPM_OK;
}

/* ---- the reader ---- */

int32_t cg_json_reader_new(cg_mem *mem, const cg_json_limits *limits, const cg_json_handler *handler, void *user, cg_str source_name,
                           cg_json_reader **out, cspm_error **err)
{
    *out = NULL;
    cg_json_reader *r = cg_calloc(mem, 1, sizeof *r);
    if (!r)
        return cg_nomem(mem, err);
    r->mem = mem;
    r->handler = handler;
    r->user = user;
    if (limits)
        r->limits = *limits;
    if (!r->limits.max_depth)
        r->limits.max_depth = 512;
    if (!r->limits.max_string_bytes)
        r->limits.max_string_bytes = (uint64_t)64 << 20;
    if (!r->limits.max_input_bytes)
        r->limits.max_input_bytes = UINT64_MAX;
    r->start = (cg_pos){ 0, 1, 1 };
    r->mark = r->start;
    r->heap.next = r->heap.prev = &r->heap;
    r->err = err;
    cg_json_keys_init(&r->keys, mem);
    cg_buf_init(&r->held, mem, 0);
    r->source_length = source_name.length;
    r->source = cg_alloc(mem, source_name.length + 1);
    if (!r->source || setjmp(r->no_memory)) {
        cg_json_reader_free(r);
        return cg_nomem(mem, err);
    }
    if (source_name.length)
        memcpy(r->source, source_name.data, source_name.length);
    r->alloc = (yajl_alloc_funcs){ .malloc = heap_take, .realloc = heap_resize, .free = heap_free, .ctx = r };
    r->callbacks = fenced;
    if (r->limits.own_keys) {
        r->callbacks.yajl_start_map = on_start_own_object;
        r->callbacks.yajl_map_key = on_own_key;
        r->callbacks.yajl_end_map = on_end_own_object;
    }
    r->parser = yajl_alloc(&r->callbacks, &r->alloc, r);
    yajl_config(r->parser, yajl_dont_validate_strings, 1); /* checked here, strictly */
    yajl_config(r->parser, yajl_allow_multiple_values, r->limits.allow_multiple ? 1 : 0);
    *out = r;
    return CSPM_OK;
}

static int32_t stopped(cg_json_reader *r, cspm_error **err)
{
    if (r->rc > CSPM_OK)
        return r->rc;
    return cg_fail(r->mem, err, r->rc < 0 ? r->rc : CSPM_E_INVALID,
                   r->rc < 0 ? "reading stopped at an earlier error" : "reading is finished");
}

int32_t cg_json_feed(cg_json_reader *r, const char *bytes, size_t length, cspm_error **err)
{
    if (r->rc != CSPM_OK || r->finished)
        return stopped(r, err);
    r->err = err;
    uint64_t room = r->limits.max_input_bytes - r->fed;
    bool over = length > room;
    if (over)
        length = (size_t)room;
    r->fed += length;
    if (take_bytes(r, bytes, length) == CSPM_OK && over)
        fail_limit(r, CSPM_E_LIMIT, r->start, "MaxInputBytes", "input too large", r->limits.max_input_bytes);
    r->err = NULL;
    return r->rc;
}

static int32_t finish(cg_json_reader *r)
{
    if (r->held.length && take_held(r, r->held.length) != CSPM_OK)
        return r->rc;
    r->window = " "; /* what the parser gives itself to end a number */
    r->window_length = 0;
    r->window_high = false;
    yajl_status status = run(r, true);
    if (status == yajl_status_client_canceled)
        return r->rc;
    if (status != yajl_status_ok) {
        unsigned char *theirs = setjmp(r->no_memory) ? NULL : yajl_get_error(r->parser, 0, NULL, 0);
        if (!theirs)
            return fail_nomem(r);
        bool ended = strstr((char *)theirs, "premature EOF") || strncmp((char *)theirs, "lexical", 7) == 0;
        yajl_free_error(r->parser, theirs);
        return ended ? fail_end(r) : fail_parser(r, 0);
    }
    /* A quote begins a string, unless it ends one that the parser has forgotten about. */
    r->probing = true;
    r->window = "\"";
    r->window_length = 1;
    status = run(r, false);
    r->window_length = 0;
    if (r->rc != CSPM_OK)
        return r->rc;
    return status == yajl_status_ok ? CSPM_OK : fail_end(r);
}

int32_t cg_json_finish(cg_json_reader *r, cspm_error **err)
{
    if (r->rc != CSPM_OK || r->finished)
        return stopped(r, err);
    r->err = err;
    r->finished = true;
    int32_t rc = finish(r);
    r->err = NULL;
    return rc;
}

void cg_json_reader_free(cg_json_reader *r)
{
    if (!r)
        return;
    /* After a jump the parser's own idea of its blocks is not to be trusted; the list is complete. */
    while (r->heap.next != &r->heap)
        heap_free(r, r->heap.next + 1);
    cg_json_keys_free(&r->keys);
    cg_buf_free(&r->held);
    cg_free(r->mem, r->source);
    cg_free(r->mem, r);
}
