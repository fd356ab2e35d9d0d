/* OpenGraph: what becomes of a node, an edge and their properties. Faults of an item cost that item, faults of a property that property. */
#include <stdio.h>

#include "ingest/opengraph_state.h"

/* ---- messages ---- */

const char *og_printable(og_text *room, const char *bytes, size_t length)
{
    size_t n = length < 60 ? length : 57;

    for (size_t i = 0; i < n; i++)
        room->text[i] = (unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7F ? '?' : bytes[i];
    if (n < length) {
        while (n > 0 && ((unsigned char)bytes[n] & 0xC0) == 0x80)
            n--;
        memcpy(room->text + n, "...", 3);
        n += 3;
    }
    room->text[n] = '\0';
    return room->text;
}

cg_pos og_here(const og_state *s)
{
    cg_pos pos = cg_json_pos(s->reader);

    /* Tokens end in a quote, bracket, letter or digit: one column, one byte. */
    pos.offset -= pos.offset > 0;
    pos.column -= pos.column > 1;
    return pos;
}

int32_t og_warn(og_state *s, const char *code, cg_pos pos, const char *format, ...)
{
    char message[320];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return cg_builder_diag(s->b, CG_DIAG_WARNING, code, pos, s->err, "%s", message);
}

/* How many levels inside its item a container is. */
static uint32_t level_in_item(uint8_t in)
{
    switch (in) {
    case IN_NODE:
    case IN_EDGE:
        return 1;
    case IN_KINDS:
    case IN_PROPS:
    case IN_ENDPOINT:
        return 2;
    case IN_LIST:
    case IN_MATCHERS:
        return 3;
    case IN_MATCHER:
        return 4;
    default:
        return 0;
    }
}

int32_t og_item_fail(og_state *s, bool opened, const char *code, const char *format, ...)
{
    char message[256];
    cg_pos pos = cg_json_marked(s->reader);
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (s->item_open) {
        cg_builder_abort_item(s->b);
        s->item_open = false;
    }
    if (s->in == IN_SKIP)
        s->skip_depth += level_in_item(s->skip_to);
    else
        s->skip_depth = level_in_item(s->in) + (opened ? 1 : 0);
    s->skip_to = s->item_is_edge ? IN_EDGES : IN_NODES;
    s->in = IN_SKIP;
    s->want = WANT_SKIP;
    return cg_builder_diag(s->b, CG_DIAG_WARNING, code, pos, s->err, "%s[%llu] skipped: %s", s->item_is_edge ? "edges" : "nodes",
                           (unsigned long long)s->item_index, message);
}

int32_t og_prop_fail(og_state *s, const char *why)
{
    og_text name;
    return og_warn(s, "bad-property", og_here(s), "%s[%llu]: property \"%s\" skipped: %s", s->item_is_edge ? "edges" : "nodes",
                   (unsigned long long)s->item_index, og_printable(&name, s->prop.name.data, s->prop.name.length), why);
}

/* ---- names ---- */

static int32_t cached_name(og_state *s, cg_name_cache *cache, const char *bytes, size_t length,
                           uint32_t (*lookup)(cg_builder *, const char *, size_t), uint32_t *out)
{
    cg_name_slot *slot = cg_name_cache_slot(cache, bytes, length);

    if (cg_name_slot_is(slot, bytes, length)) {
        *out = slot->id;
        return CSPM_OK;
    }
    uint32_t id = lookup(s->b, bytes, length);
    if (id == CG_NO_NAME)
        return cg_nomem(s->mem, s->err);
    cg_name_slot_put(slot, bytes, length, id);
    *out = id;
    return CSPM_OK;
}

/* BloodHound keeps "tag" and "tag_…" for itself, in any case. */
static bool kind_is_reserved(const char *bytes, size_t length)
{
    return length >= 3 && cg_str_eq_nocase((cg_str){ bytes, 3 }, CG_STR("tag")) && (length == 3 || bytes[3] == '_');
}

/* ---- items ---- */

int32_t og_item_begin(og_state *s, bool edge)
{
    s->item_is_edge = edge;
    s->seen = 0;
    s->item_offset = cg_json_offset(s->reader) - 1;
    cg_json_mark(s->reader);
    s->in = edge ? IN_EDGE : IN_NODE;
    s->fields[s->in] = s->last_field[s->in] = 0;
    int32_t rc = edge ? cg_builder_begin_edge(s->b, s->item_offset, s->err) : cg_builder_begin_node(s->b, s->item_offset, s->err);
    s->item_open = rc == CSPM_OK;
    return rc;
}

int32_t og_node_id(og_state *s, const char *bytes, size_t length)
{
    if (length == 0)
        return og_item_fail(s, false, "bad-item", "id is empty");
    s->seen |= SEEN_ID;
    return cg_builder_set_id(s->b, bytes, length, s->err);
}

static int32_t bad_kind(og_state *s, const char *bytes, size_t length)
{
    og_text text;

    if (length == 0)
        return og_item_fail(s, false, "bad-item", "a kind is empty");
    return og_item_fail(s, false, "reserved-kind", "kind \"%s\" is in the reserved namespace \"tag\"", og_printable(&text, bytes, length));
}

int32_t og_node_kind(og_state *s, const char *bytes, size_t length)
{
    uint32_t label;

    if (length == 0 || kind_is_reserved(bytes, length))
        return bad_kind(s, bytes, length);
    int32_t rc = cached_name(s, &s->labels, bytes, length, cg_builder_label, &label);
    return rc < 0 ? rc : cg_builder_add_label(s->b, label, s->err);
}

int32_t og_edge_kind(og_state *s, const char *bytes, size_t length)
{
    uint32_t kind;

    if (length == 0 || kind_is_reserved(bytes, length))
        return bad_kind(s, bytes, length);
    int32_t rc = cached_name(s, &s->kinds, bytes, length, cg_builder_kind, &kind);
    if (rc < 0)
        return rc;
    s->seen |= SEEN_KIND;
    cg_builder_set_kind(s->b, kind);
    return CSPM_OK;
}

int32_t og_item_end(og_state *s)
{
    const uint8_t needed = s->item_is_edge ? SEEN_KIND | SEEN_START | SEEN_END : SEEN_ID | SEEN_KINDS;
    const uint8_t missing = needed & ~s->seen;
    int32_t rc;

    if (missing) {
        const char *what = missing & SEEN_ID      ? "id is missing"
                           : missing & SEEN_KINDS ? "kinds is missing"
                           : missing & SEEN_START ? "start is missing"
                           : missing & SEEN_END   ? "end is missing"
                                                  : "kind is missing";
        rc = og_item_fail(s, false, "bad-item", "%s", what);
        /* The closing bracket has been read: nothing is left to pass over. */
        s->in = s->skip_to;
        s->want = s->item_is_edge ? WANT_EDGE : WANT_NODE;
        s->item_index++;
        return rc;
    }
    if (!s->item_is_edge && s->source_label != CG_NO_NAME && (rc = cg_builder_add_label(s->b, s->source_label, s->err)) < 0)
        return rc;
    s->item_open = false;
    rc = cg_builder_end_item(s->b, s->err);
    s->in = s->item_is_edge ? IN_EDGES : IN_NODES;
    s->want = s->item_is_edge ? WANT_EDGE : WANT_NODE;
    s->item_index++;
    return rc;
}

/* Metadata may also follow the graph it speaks of. */
int32_t og_source_kind(og_state *s, const char *bytes, size_t length)
{
    og_text text;

    if (length == 0 || memchr(bytes, '\0', length) || kind_is_reserved(bytes, length))
        return og_warn(s, length ? "reserved-kind" : "bad-metadata", og_here(s), "metadata.source_kind \"%s\" cannot be a kind: ignored",
                       og_printable(&text, bytes, length));
    s->source_label = cg_builder_label(s->b, bytes, length);
    return s->source_label == CG_NO_NAME ? cg_nomem(s->mem, s->err) : cg_builder_label_source(s->b, s->source_label, s->err);
}

/* ---- endpoints ---- */

int32_t og_endpoint_begin(og_state *s, bool is_end)
{
    og_endpoint *e = &s->end;

    s->endpoint_is_end = is_end;
    s->seen |= is_end ? SEEN_END : SEEN_START;
    e->has_value = e->has_matchers = false;
    e->match_by = MATCH_ID;
    e->label = CG_NO_NAME;
    e->n_matchers = 0;
    s->in = IN_ENDPOINT;
    s->fields[IN_ENDPOINT] = s->last_field[IN_ENDPOINT] = 0;
    return CSPM_OK;
}

int32_t og_endpoint_match_by(og_state *s, const char *bytes, size_t length)
{
    const cg_str by = { bytes, length };
    og_text text;

    if (cg_str_eq(by, CG_STR("id")))
        s->end.match_by = MATCH_ID;
    else if (cg_str_eq(by, CG_STR("name")))
        s->end.match_by = MATCH_NAME;
    else if (cg_str_eq(by, CG_STR("property")))
        s->end.match_by = MATCH_PROPERTY;
    else
        return og_item_fail(s, false, "bad-item", "match_by is \"%s\", not id, name or property", og_printable(&text, bytes, length));
    return CSPM_OK;
}

int32_t og_endpoint_value(og_state *s, const char *bytes, size_t length)
{
    og_endpoint *e = &s->end;

    if (length == 0)
        return og_item_fail(s, false, "bad-item", "%s.value is empty", s->endpoint_is_end ? "end" : "start");
    e->has_value = true;
    /* Kept where it most likely belongs; match_by may still make it a name. */
    return s->endpoint_is_end ? cg_builder_set_to(s->b, bytes, length, s->err) : cg_builder_set_from(s->b, bytes, length, s->err);
}

int32_t og_endpoint_kind(og_state *s, const char *bytes, size_t length)
{
    if (length == 0 || kind_is_reserved(bytes, length))
        return bad_kind(s, bytes, length);
    return cached_name(s, &s->labels, bytes, length, cg_builder_label, &s->end.label);
}

int32_t og_matcher_begin(og_state *s)
{
    og_endpoint *e = &s->end;

    if (e->n_matchers == OG_MATCHERS_MAX)
        return og_item_fail(s, true, "bad-item", "more than %d property matchers", OG_MATCHERS_MAX);
    if (e->n_matchers == 0)
        cg_buf_clear(&e->text);
    e->matcher_seen = 0;
    s->in = IN_MATCHER;
    s->fields[IN_MATCHER] = s->last_field[IN_MATCHER] = 0;
    return CSPM_OK;
}

int32_t og_matcher_key(og_state *s, const char *bytes, size_t length)
{
    if (length == 0)
        return og_item_fail(s, false, "bad-item", "a property matcher has an empty key");
    s->end.matcher_seen |= MATCHER_KEY;
    return cached_name(s, &s->keys, bytes, length, cg_builder_key, &s->end.keys[s->end.n_matchers]);
}

int32_t og_matcher_value(og_state *s, cg_value value)
{
    og_endpoint *e = &s->end;

    if (value.type == CG_STRING) {
        size_t start = e->text.length;
        cg_buf_add(&e->text, value.string, value.length);
        if (e->text.failed)
            return cg_nomem(s->mem, s->err);
        value.integer = (int64_t)start;
    }
    e->values[e->n_matchers] = value;
    e->matcher_seen |= MATCHER_VALUE;
    return CSPM_OK;
}

int32_t og_matcher_end(og_state *s)
{
    if (s->end.matcher_seen != MATCHER_ALL) {
        uint8_t missing = MATCHER_ALL & ~s->end.matcher_seen;
        int32_t rc = og_item_fail(s, false, "bad-item", "a property matcher has no %s",
                                  missing & MATCHER_KEY        ? "key"
                                  : missing & MATCHER_OPERATOR ? "operator"
                                                               : "value");
        s->skip_depth--; /* its closing bracket has been read */
        return rc;
    }
    s->end.n_matchers++;
    s->in = IN_MATCHERS;
    s->want = WANT_MATCHER;
    return CSPM_OK;
}

static const char *endpoint_fault(const og_endpoint *e)
{
    if (e->match_by == MATCH_PROPERTY) {
        if (e->has_value)
            return "has a value beside match_by \"property\"";
        return e->n_matchers > 0 ? NULL : "has no property_matchers";
    }
    if (e->has_matchers)
        return "has property_matchers without match_by \"property\"";
    return e->has_value ? NULL : "has no value";
}

int32_t og_endpoint_end(og_state *s)
{
    og_endpoint *e = &s->end;
    const bool from = !s->endpoint_is_end;
    const char *fault = endpoint_fault(e);
    int32_t rc;

    if (fault) {
        rc = og_item_fail(s, false, "bad-item", "%s %s", from ? "start" : "end", fault);
        s->skip_depth--; /* its closing bracket has been read */
        return rc;
    }
    s->in = IN_EDGE;
    if (e->match_by == MATCH_ID)
        return e->label == CG_NO_NAME ? CSPM_OK : cg_builder_match_end(s->b, from, e->label, NULL, NULL, 0, false, s->err);
    if (e->match_by == MATCH_NAME) {
        cg_value name = cg_v_str(cg_builder_end_key(s->b, from));
        if ((rc = cached_name(s, &s->keys, "name", 4, cg_builder_key, &s->name_key)) < 0)
            return rc;
        return cg_builder_match_end(s->b, from, e->label, &s->name_key, &name, 1, true, s->err);
    }
    for (uint32_t i = 0; i < e->n_matchers; i++)
        if (e->values[i].type == CG_STRING)
            e->values[i].string = e->text.data ? e->text.data + e->values[i].integer : "";
    return cg_builder_match_end(s->b, from, e->label, e->keys, e->values, e->n_matchers, false, s->err);
}

/* ---- properties ---- */

int32_t og_duplicate_key(og_state *s, const char *bytes, size_t length)
{
    og_text text;
    return og_item_fail(s, false, "duplicate-key", "key \"%s\" twice in one object", og_printable(&text, bytes, length));
}

int32_t og_props_begin(og_state *s)
{
    og_property *p = &s->prop;

    s->in = IN_PROPS;
    if (++p->serial == 0) {
        memset(p->seen.data, 0, p->seen.count * sizeof *p->seen.data);
        p->serial = 1;
    }
    return CSPM_OK;
}

static int32_t new_prop_key(og_state *s, const char *bytes, size_t length)
{
    og_property *p = &s->prop;
    int32_t rc;

    p->name = (cg_str){ p->name_copy, length < sizeof p->name_copy ? length : sizeof p->name_copy };
    memcpy(p->name_copy, bytes, p->name.length);
    if ((rc = cached_name(s, &s->keys, bytes, length, cg_builder_key, &p->key)) < 0)
        return rc;
    while (p->seen.count <= p->key)
        if (!cg_vec_push(s->mem, &p->seen, 0))
            return cg_nomem(s->mem, s->err);
    return CSPM_OK;
}

int32_t og_prop_key(og_state *s, const char *bytes, size_t length)
{
    og_property *p = &s->prop;
    cg_name_slot *slot = cg_name_cache_slot(&s->keys, bytes, length);
    int32_t rc;

    s->want = WANT_PROP;
    if (cg_name_slot_is(slot, bytes, length) && slot->id < p->seen.count) {
        p->key = slot->id;
        p->name = (cg_str){ slot->bytes, length };
    } else {
        if (length == 0)
            return og_item_fail(s, false, "bad-item", "a property has an empty name");
        if ((rc = new_prop_key(s, bytes, length)) < 0)
            return rc;
    }
    if (p->seen.data[p->key] == p->serial)
        return og_duplicate_key(s, bytes, length);
    p->seen.data[p->key] = p->serial;
    return CSPM_OK;
}

int32_t og_prop_set(og_state *s, cg_value value)
{
    return cg_builder_set_prop(s->b, s->prop.key, value, s->err);
}

static bool list_grow(og_state *s)
{
    og_property *p = &s->prop;
    uint32_t capacity = p->list_capacity ? p->list_capacity * 2 : 16;
    cg_list *bigger;

    if (capacity <= p->list_capacity)
        return false;
    bigger = cg_resize_array(s->mem, p->list, 1, sizeof *bigger + (size_t)capacity * sizeof bigger->items[0]);
    if (!bigger)
        return false;
    p->list = bigger;
    p->list_capacity = capacity;
    return true;
}

int32_t og_list_begin(og_state *s)
{
    if (!s->prop.list && !list_grow(s))
        return cg_nomem(s->mem, s->err);
    s->prop.list->count = 0;
    cg_buf_clear(&s->prop.text);
    s->in = IN_LIST;
    s->want = WANT_LIST_ITEM;
    return CSPM_OK;
}

int32_t og_list_add(og_state *s, cg_value value)
{
    og_property *p = &s->prop;

    if (p->list->count > 0 && p->list->items[0].type != value.type) {
        s->in = IN_SKIP;
        s->want = WANT_SKIP;
        s->skip_to = IN_PROPS;
        s->skip_depth = 1;
        return og_prop_fail(s, "its list mixes types");
    }
    if (p->list->count == p->list_capacity && !list_grow(s))
        return cg_nomem(s->mem, s->err);
    if (value.type == CG_STRING) {
        size_t start = p->text.length;
        cg_buf_add(&p->text, value.string, value.length);
        if (p->text.failed)
            return cg_nomem(s->mem, s->err);
        value.integer = (int64_t)start;
    }
    p->list->items[p->list->count++] = value;
    return CSPM_OK;
}

int32_t og_list_end(og_state *s)
{
    cg_list *list = s->prop.list;

    if (list->count > 0 && list->items[0].type == CG_STRING)
        for (uint32_t i = 0; i < list->count; i++)
            list->items[i].string = s->prop.text.data ? s->prop.text.data + list->items[i].integer : "";
    s->in = IN_PROPS;
    return og_prop_set(s, (cg_value){ .type = CG_LIST, .list = list });
}

bool og_number(const char *text, size_t length, cg_value *out)
{
    const bool negative = length > 0 && text[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t n = 0;

    if (length - i <= 18) {
        for (; i < length && (unsigned char)(text[i] - '0') <= 9; i++)
            n = n * 10 + (text[i] - '0');
        if (i == length) {
            *out = cg_v_int(negative ? -n : n);
            return true;
        }
    }
    double real;
    const cg_str s = { text, length };
    if (cg_parse_int64(s, &n)) {
        *out = cg_v_int(n);
        return true;
    }
    if (!cg_parse_double(s, &real))
        return false;
    *out = cg_v_float(real);
    return true;
}
