/* Arrow C data interface: batches and cursors as structs other libraries import without a copy.
 * Every exported struct, children included, owns its private data alone, because a consumer may move a child out and release it later. */
#include "cspmgraph/arrow.h"

#include <errno.h>

#include "graph/table_internal.h"

/* ---- schemas ---- */

typedef struct schema_private {
    cg_mem *mem;
    char *name;
    struct ArrowSchema *child_structs;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
} schema_private;

static void schema_release(struct ArrowSchema *s)
{
    schema_private *p = s->private_data;
    cg_mem *mem = p->mem;
    for (int64_t i = 0; i < s->n_children; i++) {
        if (s->children[i]->release)
            s->children[i]->release(s->children[i]);
    }
    if (s->dictionary && s->dictionary->release)
        s->dictionary->release(s->dictionary);
    cg_free(mem, p->child_structs);
    cg_free(mem, p->children);
    cg_free(mem, p->dictionary);
    cg_free(mem, p->name);
    cg_free(mem, p);
    s->release = NULL;
    cg_mem_unref(mem);
}

/* A schema with room for n children and, when asked, a dictionary; releasing it is right from here on. */
static bool schema_start(cg_mem *mem, const char *format, cg_str name, uint32_t n, bool dictionary, struct ArrowSchema *out)
{
    memset(out, 0, sizeof *out);
    schema_private *p = cg_calloc(mem, 1, sizeof *p);
    if (!p)
        return false;
    p->mem = cg_mem_ref(mem);
    *out = (struct ArrowSchema){ .format = format, .release = schema_release, .private_data = p };
    p->name = cg_alloc(mem, name.length + 1);
    p->child_structs = n ? cg_calloc(mem, n, sizeof *p->child_structs) : NULL;
    p->children = n ? cg_calloc(mem, n, sizeof *p->children) : NULL;
    p->dictionary = dictionary ? cg_calloc(mem, 1, sizeof *p->dictionary) : NULL;
    if (!p->name || (n && (!p->child_structs || !p->children)) || (dictionary && !p->dictionary)) {
        schema_release(out);
        return false;
    }
    if (name.length)
        memcpy(p->name, name.data, name.length);
    p->name[name.length] = '\0';
    out->name = p->name;
    for (uint32_t i = 0; i < n; i++)
        p->children[i] = &p->child_structs[i];
    out->children = p->children;
    out->n_children = n;
    out->dictionary = p->dictionary;
    return true;
}

static const char *arrow_format(uint32_t type)
{
    static const char *const formats[] = { [CSPM_TYPE_NULL] = "n",     [CSPM_TYPE_BOOL] = "b",
                                           [CSPM_TYPE_INT64] = "l",    [CSPM_TYPE_DOUBLE] = "g",
                                           [CSPM_TYPE_STRING] = "u",   [CSPM_TYPE_DICT_STRING] = "i",
                                           [CSPM_TYPE_NODE] = "I",     [CSPM_TYPE_EDGE] = "L",
                                           [CSPM_TYPE_LIST] = "+l",    [CSPM_TYPE_TIMESTAMP_US] = "tsu:UTC",
                                           [CSPM_TYPE_PATH] = "u",     [CSPM_TYPE_DATE] = "tdD",
                                           [CSPM_TYPE_DURATION] = "u", [CSPM_TYPE_VARIANT] = "u" };
    return formats[type];
}

/* Field metadata that names the canonical JSON extension type: a count, then length-prefixed keys and values, all int32 in this machine's
 * byte order. */
static const char *json_extension(void)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return "\2\0\0\0"
           "\x14\0\0\0"
           "ARROW:extension:name"
           "\x0a\0\0\0"
           "arrow.json"
           "\x18\0\0\0"
           "ARROW:extension:metadata"
           "\0\0\0\0";
#else
    return "\0\0\0\2"
           "\0\0\0\x14"
           "ARROW:extension:name"
           "\0\0\0\x0a"
           "arrow.json"
           "\0\0\0\x18"
           "ARROW:extension:metadata"
           "\0\0\0\0";
#endif
}

static bool schema_field(cg_mem *mem, cg_str name, uint32_t type, uint32_t item, struct ArrowSchema *out)
{
    if (!schema_start(mem, arrow_format(type), name, type == CSPM_TYPE_LIST, type == CSPM_TYPE_DICT_STRING, out))
        return false;
    out->flags = ARROW_FLAG_NULLABLE;
    if (type == CSPM_TYPE_VARIANT || type == CSPM_TYPE_PATH)
        out->metadata = json_extension();
    bool fine = true;
    if (type == CSPM_TYPE_LIST)
        fine = schema_field(mem, CG_STR("item"), item, 0, out->children[0]);
    else if (type == CSPM_TYPE_DICT_STRING)
        fine = schema_field(mem, CG_STR(""), CSPM_TYPE_STRING, 0, out->dictionary);
    if (!fine)
        schema_release(out);
    return fine;
}

static bool schema_table(cg_mem *mem, const cg_table_schema *table, struct ArrowSchema *out)
{
    if (!schema_start(mem, "+s", CG_STR(""), table->n, false, out))
        return false;
    for (uint32_t i = 0; i < table->n; i++) {
        const cg_column_spec *c = &table->columns[i];
        if (!schema_field(mem, c->name, c->type, c->item, out->children[i])) {
            schema_release(out);
            return false;
        }
    }
    return true;
}

/* ---- arrays ---- */

typedef struct array_private {
    cg_mem *mem;
    cspm_batch *batch; /* owns every byte the buffers point to */
    const void *buffers[3];
    struct ArrowArray *child_structs;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
} array_private;

static void array_release(struct ArrowArray *a)
{
    array_private *p = a->private_data;
    cg_mem *mem = p->mem;
    for (int64_t i = 0; i < a->n_children; i++) {
        if (a->children[i]->release)
            a->children[i]->release(a->children[i]);
    }
    if (a->dictionary && a->dictionary->release)
        a->dictionary->release(a->dictionary);
    cg_free(mem, p->child_structs);
    cg_free(mem, p->children);
    cg_free(mem, p->dictionary);
    cspm_batch_unref(p->batch);
    cg_free(mem, p);
    a->release = NULL;
    cg_mem_unref(mem);
}

static array_private *array_start(cspm_batch *batch, uint64_t rows, uint64_t n, bool dictionary, struct ArrowArray *out)
{
    cg_mem *mem = batch->mem;
    memset(out, 0, sizeof *out);
    array_private *p = cg_calloc(mem, 1, sizeof *p);
    if (!p)
        return NULL;
    p->mem = cg_mem_ref(mem);
    p->batch = cspm_batch_ref(batch);
    *out =
        (struct ArrowArray){ .length = (int64_t)rows, .n_buffers = 1, .buffers = p->buffers, .release = array_release, .private_data = p };
    p->child_structs = n ? cg_calloc(mem, n, sizeof *p->child_structs) : NULL;
    p->children = n ? cg_calloc(mem, n, sizeof *p->children) : NULL;
    p->dictionary = dictionary ? cg_calloc(mem, 1, sizeof *p->dictionary) : NULL;
    if ((n && (!p->child_structs || !p->children)) || (dictionary && !p->dictionary)) {
        array_release(out);
        return NULL;
    }
    for (uint64_t i = 0; i < n; i++)
        p->children[i] = &p->child_structs[i];
    out->children = p->children;
    out->n_children = (int64_t)n;
    out->dictionary = p->dictionary;
    return p;
}

static bool array_column(cspm_batch *batch, const cspm_column *c, struct ArrowArray *out)
{
    bool list = c->type == CSPM_TYPE_LIST, dictionary = c->type == CSPM_TYPE_DICT_STRING;
    array_private *p = array_start(batch, c->length, list ? 1 : 0, dictionary, out);
    if (!p)
        return false;
    out->null_count = (int64_t)c->null_count;
    out->offset = (int64_t)c->offset;
    out->n_buffers = c->type == CSPM_TYPE_NULL ? 0 : cg_column_is_text(c->type) ? 3 : 2;
    p->buffers[0] = c->validity;
    p->buffers[1] = c->offsets ? (const void *)c->offsets : c->values;
    p->buffers[2] = c->values;
    if ((list && !array_column(batch, c->children[0], out->children[0])) ||
        (dictionary && !array_column(batch, c->children[0], out->dictionary))) {
        array_release(out);
        return false;
    }
    return true;
}

static bool array_batch(cspm_batch *batch, struct ArrowArray *out)
{
    if (!array_start(batch, batch->rows, batch->n, false, out))
        return false;
    for (uint32_t i = 0; i < batch->n; i++) {
        if (!array_column(batch, &batch->columns[i].view, out->children[i])) {
            array_release(out);
            return false;
        }
    }
    return true;
}

int32_t cspm_batch_export_arrow(cspm_batch *batch, struct ArrowSchema *schema, struct ArrowArray *array, cspm_error **err)
{
    if (!batch || (!schema && !array))
        return CSPM_E_INVALID;
    if (schema && !schema_table(batch->mem, batch->schema, schema))
        return cg_nomem(batch->mem, err);
    if (array && !array_batch(batch, array)) {
        if (schema)
            schema_release(schema);
        return cg_nomem(batch->mem, err);
    }
    return CSPM_OK;
}

/* ---- streams ---- */

typedef struct stream_private {
    cg_mem *mem;
    cspm_cursor *cursor;
    cspm_error *error; /* of the last failed call */
} stream_private;

static int stream_failed(stream_private *p, int32_t code, cspm_error *error)
{
    cspm_error_free(p->error);
    p->error = error;
    switch (code) {
    case CSPM_E_NOMEM:
    case CSPM_E_LIMIT:
        return ENOMEM;
    case CSPM_E_CANCELLED:
        return ECANCELED;
    case CSPM_E_TIMEOUT:
        return ETIMEDOUT;
    case CSPM_E_IO:
    case CSPM_E_PARSE:
        return EIO;
    default:
        return EINVAL;
    }
}

static int stream_get_schema(struct ArrowArrayStream *s, struct ArrowSchema *out)
{
    stream_private *p = s->private_data;
    cspm_error *error = NULL;
    if (schema_table(p->mem, cg_cursor_schema(p->cursor), out))
        return 0;
    return stream_failed(p, cg_nomem(p->mem, &error), error);
}

/* A batch that does not have the columns its cursor promised would be read with the wrong types: refuse it. */
static bool same_columns(const cg_table_schema *a, const cg_table_schema *b)
{
    for (uint32_t i = 0; a->n == b->n && i < a->n; i++) {
        if (a->columns[i].type != b->columns[i].type || a->columns[i].item != b->columns[i].item)
            return false;
    }
    return a->n == b->n;
}

static int stream_get_next(struct ArrowArrayStream *s, struct ArrowArray *out)
{
    stream_private *p = s->private_data;
    cspm_batch *batch = NULL;
    cspm_error *error = NULL;
    int32_t rc;
    memset(out, 0, sizeof *out);
    do /* a time slice means nothing to an Arrow consumer */
        rc = cspm_cursor_next(p->cursor, &batch, &error);
    while (rc == CSPM_MORE);
    if (rc == CSPM_DONE)
        return 0; /* out->release NULL says: no more */
    if (rc == CSPM_OK && !same_columns(cg_cursor_schema(p->cursor), batch->schema))
        rc = cg_fail(p->mem, &error, CSPM_E_INTERNAL, "a batch has other columns than its table");
    if (rc == CSPM_OK && !array_batch(batch, out))
        rc = cg_nomem(p->mem, &error);
    cspm_batch_unref(batch);
    return rc < 0 ? stream_failed(p, rc, error) : 0;
}

static const char *stream_last_error(struct ArrowArrayStream *s)
{
    stream_private *p = s->private_data;
    return p->error ? cspm_error_message(p->error, NULL) : NULL;
}

static void stream_release(struct ArrowArrayStream *s)
{
    stream_private *p = s->private_data;
    cg_mem *mem = p->mem;
    cspm_cursor_free(p->cursor);
    cspm_error_free(p->error);
    cg_free(mem, p);
    s->release = NULL;
    cg_mem_unref(mem);
}

int32_t cspm_cursor_export_arrow(cspm_cursor *cursor, struct ArrowArrayStream *stream, cspm_error **err)
{
    if (!cursor || !stream)
        return CSPM_E_INVALID;
    cg_mem *mem = cg_cursor_mem(cursor);
    stream_private *p = cg_calloc(mem, 1, sizeof *p);
    if (!p)
        return cg_nomem(mem, err);
    p->mem = cg_mem_ref(mem);
    p->cursor = cursor;
    *stream = (struct ArrowArrayStream){ .get_schema = stream_get_schema,
                                         .get_next = stream_get_next,
                                         .get_last_error = stream_last_error,
                                         .release = stream_release,
                                         .private_data = p };
    return CSPM_OK;
}
