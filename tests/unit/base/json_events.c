#include "json_events.h"

static int32_t note(json_events *e, const char *what, const char *bytes, size_t length)
{
    if (bytes)
        cg_buf_printf(&e->log, "%s:%.*s", what, (int)length, bytes);
    else
        cg_buf_adds(&e->log, what);
    if (e->places)
        cg_buf_printf(&e->log, "@%llu/%u/%u/%u", (unsigned long long)cg_json_offset(e->reader), cg_json_line(e->reader),
                      cg_json_pos(e->reader).column, cg_json_depth(e->reader));
    cg_buf_char(&e->log, ' ');
    return ++e->count == e->stop_at ? e->stop_rc : CSPM_OK;
}

static int32_t on_null(void *u)
{
    return note(u, "null", NULL, 0);
}

static int32_t on_boolean(void *u, bool v)
{
    return note(u, v ? "true" : "false", NULL, 0);
}

static int32_t on_number(void *u, const char *p, size_t n)
{
    return note(u, "n", p, n);
}

static int32_t on_string(void *u, const char *p, size_t n)
{
    return note(u, "s", n ? p : "", n);
}

static int32_t on_key(void *u, const char *p, size_t n)
{
    return note(u, "k", n ? p : "", n);
}

static int32_t on_open_object(void *u)
{
    return note(u, "{", NULL, 0);
}

static int32_t on_close_object(void *u)
{
    return note(u, "}", NULL, 0);
}

static int32_t on_open_array(void *u)
{
    return note(u, "[", NULL, 0);
}

static int32_t on_close_array(void *u)
{
    return note(u, "]", NULL, 0);
}

static int32_t on_duplicate(void *u, const char *p, size_t n)
{
    return note(u, "dup", n ? p : "", n);
}

#define EVENTS                                                                                                                             \
    .null = on_null, .boolean = on_boolean, .number = on_number, .string = on_string, .key = on_key, .start_object = on_open_object,       \
    .end_object = on_close_object, .start_array = on_open_array, .end_array = on_close_array
const cg_json_handler json_events_handler = { EVENTS };
const cg_json_handler json_events_lenient = { EVENTS, .duplicate_key = on_duplicate };

int32_t json_events_run(cg_mem *mem, json_events *e, const cg_json_handler *handler, cg_str text, size_t piece,
                        const cg_json_limits *limits, cspm_error **err)
{
    e->count = 0;
    cg_buf_clear(&e->log);
    int32_t rc = cg_json_reader_new(mem, limits, handler, e, CG_STR("in"), &e->reader, err);
    for (size_t i = 0; rc == CSPM_OK && i < text.length;) {
        size_t n = piece && piece < text.length - i ? piece : text.length - i;
        rc = cg_json_feed(e->reader, text.data + i, n, err);
        i += n;
    }
    if (rc == CSPM_OK)
        rc = cg_json_finish(e->reader, err);
    cg_json_reader_free(e->reader);
    e->reader = NULL;
    return rc;
}
