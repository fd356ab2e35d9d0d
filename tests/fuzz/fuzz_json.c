/* The JSON reader under any bytes: whole, in pieces and under a small budget it must give the same events or a clean error. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct trace {
    uint64_t hash;
    cg_json_reader *reader;
} trace;

static int32_t note(trace *t, char kind, const char *bytes, size_t length)
{
    t->hash = (t->hash ^ (unsigned char)kind) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < length; i++)
        t->hash = (t->hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    t->hash = (t->hash ^ cg_json_offset(t->reader) ^ (uint64_t)cg_json_line(t->reader) << 40) * UINT64_C(0x100000001b3);
    if (kind != 'n' && cg_utf8_check(bytes, length) != SIZE_MAX)
        abort();
    return CSPM_OK;
}

static int32_t on_null(void *u)
{
    return note(u, '0', NULL, 0);
}

static int32_t on_boolean(void *u, bool v)
{
    return note(u, v ? 't' : 'f', NULL, 0);
}

static int32_t on_number(void *u, const char *p, size_t n)
{
    return note(u, 'n', p, n);
}

static int32_t on_string(void *u, const char *p, size_t n)
{
    return note(u, 's', p, n);
}

static int32_t on_key(void *u, const char *p, size_t n)
{
    return note(u, 'k', p, n);
}

static int32_t on_open_object(void *u)
{
    return note(u, '{', NULL, 0);
}

static int32_t on_close_object(void *u)
{
    return note(u, '}', NULL, 0);
}

static int32_t on_open_array(void *u)
{
    return note(u, '[', NULL, 0);
}

static int32_t on_close_array(void *u)
{
    return note(u, ']', NULL, 0);
}

static const cg_json_handler handler = {
    .null = on_null,
    .boolean = on_boolean,
    .number = on_number,
    .string = on_string,
    .key = on_key,
    .start_object = on_open_object,
    .end_object = on_close_object,
    .start_array = on_open_array,
    .end_array = on_close_array,
};

/* One reading, boiled down to a number. */
static uint64_t run(cg_mem *mem, const char *text, size_t size, size_t piece, const cg_json_limits *limits, int32_t *code)
{
    trace t = { .hash = UINT64_C(0xcbf29ce484222325) };
    cspm_error *err = NULL;
    int32_t rc = cg_json_reader_new(mem, limits, &handler, &t, CG_STR("in"), &t.reader, &err);
    for (size_t i = 0; rc == CSPM_OK && i < size;) {
        size_t n = piece < size - i ? piece : size - i;
        char *copy = malloc(n); /* exact bounds for the sanitizer */
        memcpy(copy, text + i, n);
        rc = cg_json_feed(t.reader, copy, n, &err);
        free(copy);
        i += n;
    }
    if (rc == CSPM_OK)
        rc = cg_json_finish(t.reader, &err);
    if (rc != cspm_error_code(err))
        abort();
    uint64_t offset;
    uint32_t line, column;
    cspm_error_position(err, &offset, &line, &column);
    cspm_error_text(err, NULL);
    cspm_error_json(err, NULL);
    cspm_error_free(err);
    cg_json_reader_free(t.reader);
    if (cg_mem_used(mem) != 0)
        abort();
    *code = rc;
    return t.hash ^ offset ^ (uint64_t)line << 32 ^ (uint64_t)column << 48;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    cg_json_limits limits = { .max_depth = 64, .max_string_bytes = 4096, .allow_nul = data[0] & 1, .allow_multiple = data[0] & 2 };
    const char *text = (const char *)data + 1;
    size--;
    cg_mem *mem = cg_mem_new(NULL, 0), *tight = cg_mem_new(NULL, 3000 + (uint64_t)data[0] * 16);
    if (mem && tight) {
        int32_t whole, pieces, limited;
        uint64_t one = run(mem, text, size, size + 1, &limits, &whole);
        uint64_t two = run(mem, text, size, 1 + (data[0] >> 2) % 17, &limits, &pieces);
        /* A string above the limit is seen sooner or later as the pieces fall. */
        if (whole != pieces || (one != two && whole != CSPM_E_LIMIT))
            abort();
        run(tight, text, size, 5, &limits, &limited);
        if (limited != whole && limited != CSPM_E_LIMIT)
            abort();
        cg_arena arena;
        cg_arena_init(&arena, mem);
        cg_tree *tree;
        cg_tree_from_json(&arena, (cg_str){ text, size }, CG_STR("in"), &limits, &tree, NULL);
        cg_arena_free(&arena);
    }
    cg_mem_unref(mem);
    cg_mem_unref(tight);
    return 0;
}
