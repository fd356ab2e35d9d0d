/* BloodHound's OpenGraph: {"metadata": {"source_kind"}, "graph": {"nodes": [...], "edges": [...]}}, read as a stream of JSON events.
 * The reader keeps two small numbers, what is open and what the next value is, and switches on them; nothing is allocated for an item. */
#include <stdio.h>

#include "ingest/dialects.h"
#include "ingest/opengraph_state.h"
#include "ingest/sniff.h"

const og_expectation og_wants[WANT_COUNT] = {
    [WANT_ROOT] = { "the top level", "an object" },
    [WANT_METADATA] = { "metadata", "an object" },
    [WANT_SOURCE_KIND] = { "metadata.source_kind", "a string" },
    [WANT_GRAPH] = { "graph", "an object" },
    [WANT_NODES] = { "graph.nodes", "an array" },
    [WANT_EDGES] = { "graph.edges", "an array" },
    [WANT_NODE] = { "it", "an object" },
    [WANT_EDGE] = { "it", "an object" },
    [WANT_ID] = { "id", "a string" },
    [WANT_KINDS] = { "kinds", "an array of strings" },
    [WANT_NODE_KIND] = { "a kind", "a string" },
    [WANT_EDGE_KIND] = { "kind", "a string" },
    [WANT_START] = { "start", "an object" },
    [WANT_END] = { "end", "an object" },
    [WANT_PROPS] = { "properties", "an object or null" },
    [WANT_MATCH_BY] = { "match_by", "a string" },
    [WANT_VALUE] = { "value", "a string" },
    [WANT_END_KIND] = { "kind", "a string" },
    [WANT_MATCHERS] = { "property_matchers", "an array" },
    [WANT_MATCHER] = { "a property matcher", "an object" },
    [WANT_MATCH_KEY] = { "key of a property matcher", "a string" },
    [WANT_MATCH_OPERATOR] = { "operator of a property matcher", "\"equals\"" },
    [WANT_MATCH_VALUE] = { "value of a property matcher", "a string, number or boolean" },
};

/* ---- values that do not fit ---- */

static int32_t document_fault(og_state *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int32_t document_fault(og_state *s, const char *format, ...)
{
    char message[256];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return cg_fail_at(s->mem, s->err, CSPM_E_PARSE, s->source, og_here(s), "%s", message);
}

static void skip_from(og_state *s, uint8_t to, uint32_t depth)
{
    if (depth == 0)
        return;
    s->in = IN_SKIP;
    s->want = WANT_SKIP;
    s->skip_to = to;
    s->skip_depth = depth;
}

/* An array that continues expects its next element; an object expects a key first. */
static void leave_skip(og_state *s)
{
    s->in = s->skip_to;
    if (s->in == IN_NODES || s->in == IN_EDGES) {
        s->want = s->in == IN_EDGES ? WANT_EDGE : WANT_NODE;
        s->item_index++;
    }
}

static __attribute__((noinline)) int32_t mismatch(og_state *s, bool opened, const char *got)
{
    const og_expectation *want = &og_wants[s->want];
    int32_t rc;

    switch (s->want) {
    case WANT_PROP:
        rc = og_prop_fail(s, opened ? "its value is an object" : "its value is of no known type");
        skip_from(s, IN_PROPS, opened ? 1 : 0);
        return rc;
    case WANT_LIST_ITEM:
        rc = og_prop_fail(s, opened ? "its list is nested" : "its list holds null");
        skip_from(s, IN_PROPS, opened ? 2 : 1);
        return rc;
    case WANT_SOURCE_KIND:
        rc = og_warn(s, "bad-metadata", og_here(s), "metadata.source_kind must be a string or null, not %s: ignored", got);
        skip_from(s, IN_METADATA, opened ? 1 : 0);
        return rc;
    case WANT_NODE:
    case WANT_EDGE:
        s->item_is_edge = s->want == WANT_EDGE;
        cg_json_mark(s->reader);
        rc = og_item_fail(s, opened, "bad-item", "it must be an object, not %s", got);
        if (!opened)
            leave_skip(s);
        return rc;
    case WANT_ROOT:
    case WANT_METADATA:
    case WANT_GRAPH:
    case WANT_NODES:
    case WANT_EDGES:
        return document_fault(s, "%s must be %s, not %s", want->field, want->expected, got);
    default:
        return og_item_fail(s, opened, "bad-item", "%s%s must be %s, not %s",
                            s->in == IN_ENDPOINT ? (s->endpoint_is_end ? "end." : "start.") : "", want->field, want->expected, got);
    }
}

/* Strings without escapes arrive as they stand in the input, where a raw NUL is no valid JSON: only the others are searched. */
static inline bool in_piece(const og_state *s, const char *bytes)
{
    return (uintptr_t)bytes - (uintptr_t)s->piece < s->piece_length;
}

static bool has_nul(const og_state *s, const char *bytes, size_t length)
{
    return !in_piece(s, bytes) && length > 0 && memchr(bytes, '\0', length);
}

static __attribute__((noinline)) int32_t nul_in_item(og_state *s)
{
    return og_item_fail(s, false, "nul-in-string", "a string holds the character U+0000");
}

/* ---- scalar events ---- */

static int32_t on_null(void *user)
{
    og_state *s = user;

    switch (s->want) {
    case WANT_SKIP:
    case WANT_PROP: /* no value: as if it were not there */
    case WANT_PROPS:
    case WANT_METADATA:
    case WANT_SOURCE_KIND:
    case WANT_MATCH_BY:
    case WANT_VALUE:
    case WANT_END_KIND:
    case WANT_MATCHERS:
        return CSPM_OK;
    case WANT_NODES:
        s->has_nodes = true;
        return CSPM_OK;
    case WANT_EDGES:
        s->has_edges = true;
        return CSPM_OK;
    default:
        return mismatch(s, false, "null");
    }
}

static int32_t on_boolean(void *user, bool value)
{
    og_state *s = user;

    switch (s->want) {
    case WANT_SKIP:
        return CSPM_OK;
    case WANT_PROP:
        return og_prop_set(s, cg_v_bool(value));
    case WANT_LIST_ITEM:
        return og_list_add(s, cg_v_bool(value));
    case WANT_MATCH_VALUE:
        return og_matcher_value(s, cg_v_bool(value));
    default:
        return mismatch(s, false, "a boolean");
    }
}

static int32_t on_number(void *user, const char *text, size_t length)
{
    og_state *s = user;
    cg_value value;
    int32_t rc;

    switch (s->want) {
    case WANT_SKIP:
        return CSPM_OK;
    case WANT_PROP:
        return og_number(text, length, &value) ? og_prop_set(s, value) : og_prop_fail(s, "its number is out of range");
    case WANT_LIST_ITEM:
        if (og_number(text, length, &value))
            return og_list_add(s, value);
        rc = og_prop_fail(s, "a number in its list is out of range");
        skip_from(s, IN_PROPS, 1);
        return rc;
    case WANT_MATCH_VALUE:
        if (og_number(text, length, &value))
            return og_matcher_value(s, value);
        return og_item_fail(s, false, "bad-item", "the number of a property matcher is out of range");
    default:
        return mismatch(s, false, "a number");
    }
}

static int32_t on_string(void *user, const char *bytes, size_t length)
{
    og_state *s = user;

    if (s->want == WANT_SKIP)
        return CSPM_OK;
    if (s->in >= IN_NODE && has_nul(s, bytes, length))
        return nul_in_item(s);
    switch (s->want) {
    case WANT_PROP:
        if (length > UINT32_MAX)
            return og_prop_fail(s, "its string is longer than 4 GiB");
        return og_prop_set(s, cg_v_str((cg_str){ bytes, length }));
    case WANT_VALUE:
        return og_endpoint_value(s, bytes, length);
    case WANT_MATCH_BY:
        return og_endpoint_match_by(s, bytes, length);
    case WANT_EDGE_KIND:
        return og_edge_kind(s, bytes, length);
    case WANT_ID:
        return og_node_id(s, bytes, length);
    case WANT_NODE_KIND:
        return og_node_kind(s, bytes, length);
    case WANT_LIST_ITEM:
        if (length > UINT32_MAX) {
            skip_from(s, IN_PROPS, 1);
            return og_prop_fail(s, "a string in its list is longer than 4 GiB");
        }
        return og_list_add(s, cg_v_str((cg_str){ bytes, length }));
    case WANT_END_KIND:
        return og_endpoint_kind(s, bytes, length);
    case WANT_MATCH_KEY:
        return og_matcher_key(s, bytes, length);
    case WANT_MATCH_OPERATOR:
        if (!cg_str_eq((cg_str){ bytes, length }, CG_STR("equals")))
            return mismatch(s, false, "another operator");
        s->end.matcher_seen |= MATCHER_OPERATOR;
        return CSPM_OK;
    case WANT_MATCH_VALUE:
        if (length > UINT32_MAX)
            return mismatch(s, false, "a string longer than 4 GiB");
        return og_matcher_value(s, cg_v_str((cg_str){ bytes, length }));
    case WANT_SOURCE_KIND:
        return og_source_kind(s, bytes, length);
    default:
        return mismatch(s, false, "a string");
    }
}

/* ---- keys ---- */

typedef struct og_field {
    uint8_t length, want;
    char name[18];
} og_field;

static const og_field root_fields[] = { { 5, WANT_GRAPH, "graph" }, { 8, WANT_METADATA, "metadata" }, { 7, WANT_SKIP, "$schema" }, { 0 } };
static const og_field metadata_fields[] = { { 11, WANT_SOURCE_KIND, "source_kind" }, { 0 } };
static const og_field graph_fields[] = { { 5, WANT_NODES, "nodes" }, { 5, WANT_EDGES, "edges" }, { 0 } };
static const og_field node_fields[] = { { 2, WANT_ID, "id" }, { 5, WANT_KINDS, "kinds" }, { 10, WANT_PROPS, "properties" }, { 0 } };
static const og_field edge_fields[] = {
    { 5, WANT_START, "start" }, { 3, WANT_END, "end" }, { 4, WANT_EDGE_KIND, "kind" }, { 10, WANT_PROPS, "properties" }, { 0 }
};
static const og_field endpoint_fields[] = { { 5, WANT_VALUE, "value" },
                                            { 8, WANT_MATCH_BY, "match_by" },
                                            { 4, WANT_END_KIND, "kind" },
                                            { 17, WANT_MATCHERS, "property_matchers" },
                                            { 0 } };
static const og_field matcher_fields[] = {
    { 3, WANT_MATCH_KEY, "key" }, { 8, WANT_MATCH_OPERATOR, "operator" }, { 5, WANT_MATCH_VALUE, "value" }, { 0 }
};

static const og_field *const fields_of[IN_COUNT] = {
    [IN_ROOT] = root_fields, [IN_METADATA] = metadata_fields, [IN_GRAPH] = graph_fields,     [IN_NODE] = node_fields,
    [IN_EDGE] = edge_fields, [IN_ENDPOINT] = endpoint_fields, [IN_MATCHER] = matcher_fields,
};
static const char *const names_of[IN_COUNT] = {
    [IN_ROOT] = "the top level",   [IN_METADATA] = "metadata",          [IN_GRAPH] = "graph", [IN_NODE] = "a node", [IN_EDGE] = "an edge",
    [IN_ENDPOINT] = "an endpoint", [IN_MATCHER] = "a property matcher",
};

static __attribute__((noinline)) int32_t mixed_format(og_state *s)
{
    return document_fault(s, "mixed format: \"graph\" beside \"meta\" or \"data\" in one file");
}

static __attribute__((noinline)) int32_t repeated_field(og_state *s, const char *bytes, size_t length)
{
    og_text text;

    if (s->in >= IN_NODE)
        return og_duplicate_key(s, bytes, length);
    return document_fault(s, "duplicate key \"%s\" in %s", og_printable(&text, bytes, length), names_of[s->in]);
}

static __attribute__((noinline)) int32_t unknown_field(og_state *s, const char *bytes, size_t length)
{
    og_text text;

    s->want = WANT_SKIP;
    if (s->in == IN_ROOT &&
        (cg_str_eq((cg_str){ bytes, length }, CG_STR("meta")) || cg_str_eq((cg_str){ bytes, length }, CG_STR("data")))) {
        s->has_legacy = true;
        return s->has_graph ? mixed_format(s) : CSPM_OK;
    }
    return og_warn(s, "unknown-field", og_here(s), "field \"%s\" of %s is not part of OpenGraph: ignored",
                   og_printable(&text, bytes, length), names_of[s->in]);
}

static int32_t take_field(og_state *s, const og_field *table, const og_field *f, const char *bytes, size_t length)
{
    const uint8_t in = s->in, bit = (uint8_t)(1u << (f - table));

    if (s->fields[in] & bit)
        return repeated_field(s, bytes, length);
    s->fields[in] |= bit;
    s->last_field[in] = (uint8_t)(f - table + 1);
    s->want = f->want;
    return f->want == WANT_GRAPH && s->has_legacy ? mixed_format(s) : CSPM_OK;
}

/* A field in another order than last time, and keys that hold an escape or are cut in two by the end of a piece. */
static __attribute__((noinline)) int32_t any_key(og_state *s, const char *bytes, size_t length)
{
    if (s->in >= IN_NODE && has_nul(s, bytes, length))
        return nul_in_item(s);
    if (s->in == IN_PROPS)
        return og_prop_key(s, bytes, length);
    const og_field *table = fields_of[s->in];
    for (const og_field *f = table; f->length; f++)
        if (f->length == length && memcmp(f->name, bytes, length) == 0) {
            s->field_after[s->in][s->last_field[s->in]] = (uint8_t)(f - table);
            return take_field(s, table, f, bytes, length);
        }
    return unknown_field(s, bytes, length);
}

static int32_t on_key(void *user, const char *bytes, size_t length)
{
    og_state *s = user;
    const uint8_t in = s->in;

    if (in == IN_SKIP)
        return CSPM_OK;
    if (!in_piece(s, bytes))
        return any_key(s, bytes, length);
    if (in == IN_PROPS)
        return og_prop_key(s, bytes, length);
    const og_field *table = fields_of[in], *f = &table[s->field_after[in][s->last_field[in]]];
    if (f->length != length || length > 16 || !cg_bytes_same(f->name, bytes, length))
        return any_key(s, bytes, length);
    return take_field(s, table, f, bytes, length);
}

/* ---- brackets ---- */

static int32_t enter(og_state *s, uint8_t in, uint8_t want)
{
    s->in = in;
    s->want = want;
    return CSPM_OK;
}

static int32_t skip_opened(og_state *s)
{
    if (s->in == IN_SKIP)
        s->skip_depth++;
    else
        skip_from(s, s->in, 1);
    return CSPM_OK;
}

static int32_t on_start_object(void *user)
{
    og_state *s = user;

    switch (s->want) {
    case WANT_SKIP:
        return skip_opened(s);
    case WANT_EDGE:
        return og_item_begin(s, true);
    case WANT_NODE:
        return og_item_begin(s, false);
    case WANT_START:
        return og_endpoint_begin(s, false);
    case WANT_END:
        return og_endpoint_begin(s, true);
    case WANT_PROPS:
        return og_props_begin(s);
    case WANT_MATCHER:
        return og_matcher_begin(s);
    case WANT_ROOT:
        return enter(s, IN_ROOT, WANT_SKIP);
    case WANT_METADATA:
        return enter(s, IN_METADATA, WANT_SKIP);
    case WANT_GRAPH:
        s->has_graph = true;
        return enter(s, IN_GRAPH, WANT_SKIP);
    default:
        return mismatch(s, true, "an object");
    }
}

static int32_t on_end_object(void *user)
{
    og_state *s = user;

    switch (s->in) {
    case IN_SKIP:
        if (--s->skip_depth == 0)
            leave_skip(s);
        return CSPM_OK;
    case IN_EDGE:
    case IN_NODE:
        return og_item_end(s);
    case IN_ENDPOINT:
        return og_endpoint_end(s);
    case IN_MATCHER:
        return og_matcher_end(s);
    case IN_PROPS:
        s->in = s->item_is_edge ? IN_EDGE : IN_NODE;
        return CSPM_OK;
    case IN_METADATA:
        s->in = IN_ROOT;
        return CSPM_OK;
    case IN_GRAPH:
        s->in = IN_ROOT;
        return CSPM_OK;
    default:
        s->in = IN_TOP;
        return CSPM_OK;
    }
}

static int32_t on_start_array(void *user)
{
    og_state *s = user;

    switch (s->want) {
    case WANT_SKIP:
        return skip_opened(s);
    case WANT_KINDS:
        s->seen |= SEEN_KINDS;
        return enter(s, IN_KINDS, WANT_NODE_KIND);
    case WANT_PROP:
        return og_list_begin(s);
    case WANT_MATCHERS:
        s->end.has_matchers = true;
        return enter(s, IN_MATCHERS, WANT_MATCHER);
    case WANT_NODES:
        s->has_nodes = true;
        s->item_index = 0;
        return enter(s, IN_NODES, WANT_NODE);
    case WANT_EDGES:
        s->has_edges = true;
        s->item_index = 0;
        return enter(s, IN_EDGES, WANT_EDGE);
    default:
        return mismatch(s, true, "an array");
    }
}

static int32_t on_end_array(void *user)
{
    og_state *s = user;

    switch (s->in) {
    case IN_SKIP:
        if (--s->skip_depth == 0)
            leave_skip(s);
        return CSPM_OK;
    case IN_KINDS:
        s->in = IN_NODE;
        return CSPM_OK;
    case IN_LIST:
        return og_list_end(s);
    case IN_MATCHERS:
        s->in = IN_ENDPOINT;
        return CSPM_OK;
    default:
        s->in = IN_GRAPH;
        return CSPM_OK;
    }
}

/* ---- the dialect ---- */

static const cg_json_handler handler = {
    .null = on_null,
    .boolean = on_boolean,
    .number = on_number,
    .string = on_string,
    .key = on_key,
    .start_object = on_start_object,
    .end_object = on_end_object,
    .start_array = on_start_array,
    .end_array = on_end_array,
};

static int opengraph_recognise(const char *head, size_t length, bool whole)
{
    cg_peek top, graph;
    cg_str key, rest, inner;
    int score = 0;

    if (!cg_peek_object(&top, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        if (cg_peek_is(key, "graph") && cg_peek_object(&graph, rest)) {
            while (cg_peek_member(&graph, &key, &inner))
                if ((cg_peek_is(key, "nodes") || cg_peek_is(key, "edges")) && (inner.data[0] == '[' || inner.data[0] == 'n'))
                    return 100;
            return 60;
        }
        if (cg_peek_is(key, "metadata") && cg_peek_object(&graph, rest))
            while (cg_peek_member(&graph, &key, &inner))
                if (cg_peek_is(key, "source_kind"))
                    score = 50;
    }
    return whole ? score / 2 : score;
}

static void opengraph_close(void *state)
{
    og_state *s = state;

    if (!s)
        return;
    cg_json_reader_free(s->reader);
    cg_buf_free(&s->end.text);
    cg_buf_free(&s->prop.text);
    cg_free(s->mem, s->prop.list);
    cg_vec_free(s->mem, &s->prop.seen);
    cg_arena_free(&s->arena);
    cg_free(s->mem, s);
}

static int32_t opengraph_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    const cspm_limits *limits = cg_builder_limits(b);
    const cg_json_limits json_limits = {
        .max_depth = limits->max_depth > UINT32_MAX ? UINT32_MAX : (uint32_t)limits->max_depth,
        .max_string_bytes = limits->max_string_bytes,
        .allow_nul = true, /* costs the item, not the file */
        .own_keys = true,
    };
    og_state *s = cg_calloc(mem, 1, sizeof *s);
    int32_t rc = CSPM_OK;

    (void)op; /* the caller checks it once a piece */
    if (!s)
        return cg_nomem(mem, err);
    s->b = b;
    s->mem = mem;
    s->err = err;
    s->in = IN_TOP;
    s->want = WANT_ROOT;
    s->source_label = CG_NO_NAME;
    cg_buf_init(&s->end.text, mem, 0);
    cg_buf_init(&s->prop.text, mem, 0);
    cg_arena_init(&s->arena, mem);
    char *name = cg_arena_strndup(&s->arena, source.data, source.length);
    if (!name) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    s->source = (cg_str){ name, source.length };
    rc = cg_json_reader_new(mem, &json_limits, &handler, s, s->source, &s->reader, err);
out:
    if (rc < 0) {
        opengraph_close(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

static int32_t opengraph_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    og_state *s = state;

    s->err = err;
    s->piece = bytes;
    s->piece_length = length;
    return cg_json_feed(s->reader, bytes, length, err);
}

static int32_t opengraph_finish(void *state, cspm_error **err)
{
    og_state *s = state;

    s->err = err;
    s->piece_length = 0;
    int32_t rc = cg_json_finish(s->reader, err);
    if (rc < 0)
        return rc;
    if (!s->has_graph)
        return document_fault(s, "no \"graph\" object");
    if (!s->has_nodes && !s->has_edges)
        return document_fault(s, "\"graph\" holds neither \"nodes\" nor \"edges\"");
    return CSPM_OK;
}

const cg_dialect cg_dialect_opengraph = {
    .name = "opengraph",
    .title = "BloodHound OpenGraph",
    .recognised = "a JSON object whose \"graph\" object holds \"nodes\" or \"edges\"",
    .rank = 50,
    .recognise = opengraph_recognise,
    .open = opengraph_open,
    .feed = opengraph_feed,
    .finish = opengraph_finish,
    .close = opengraph_close,
};
