/* Values as JSON, in the shapes of the contract, and as text for tables and CSV. */
#include "graph/table.h"

#include "base/time.h"

/* Values nest through lists and maps only; parameters are at most 512 deep and a query adds a few levels. */
#define MAX_NESTING 2000u
#define STACK_LABELS 64u

typedef struct writer {
    cg_buf *b;
    const cg_graph *g;
    cg_arena arena; /* property maps; reset after each node or relationship */
    cspm_error **err;
} writer;

static int32_t write_value(writer *w, cg_value v, uint32_t depth);

static int32_t write_map(writer *w, const cg_map *map, uint32_t depth)
{
    int32_t rc = CSPM_OK;
    cg_buf_char(w->b, '{');
    for (uint32_t i = 0; map && i < map->count && rc == CSPM_OK; i++) {
        if (i)
            cg_buf_char(w->b, ',');
        cg_json_write_string(w->b, map->entries[i].key);
        cg_buf_char(w->b, ':');
        rc = write_value(w, map->entries[i].value, depth + 1);
    }
    cg_buf_char(w->b, '}');
    return rc;
}

static int32_t write_kinds(writer *w, cg_node n)
{
    uint32_t few[STACK_LABELS], *labels = few;
    uint32_t count = cg_node_labels(w->g, n, few, STACK_LABELS);
    if (count > STACK_LABELS) {
        labels = cg_arena_alloc(&w->arena, count * sizeof *labels);
        if (!labels)
            return cg_nomem(w->b->mem, w->err);
        cg_node_labels(w->g, n, labels, count);
    }
    cg_buf_char(w->b, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            cg_buf_char(w->b, ',');
        cg_json_write_string(w->b, cg_name_get(w->g, CG_NAMES_LABEL, labels[i]));
    }
    cg_buf_char(w->b, ']');
    return CSPM_OK;
}

static int32_t write_node(writer *w, cg_node n, uint32_t depth)
{
    const cg_map *props = NULL;
    if (n == CG_NO_NODE) {
        cg_buf_adds(w->b, "null");
        return CSPM_OK;
    }
    cg_buf_adds(w->b, "{\"id\":");
    cg_json_write_string(w->b, cg_node_id(w->g, n));
    cg_buf_adds(w->b, ",\"kinds\":");
    int32_t rc = write_kinds(w, n);
    if (rc < 0)
        return rc;
    rc = cg_node_props(w->g, n, &w->arena, &props, w->err);
    if (rc < 0)
        return rc;
    cg_buf_adds(w->b, ",\"properties\":");
    rc = write_map(w, props, depth);
    cg_buf_char(w->b, '}');
    cg_arena_reset(&w->arena);
    return rc;
}

static int32_t write_rel(writer *w, cg_rel r, uint32_t depth)
{
    const cg_map *props = NULL;
    if (r == CG_NO_REL) {
        cg_buf_adds(w->b, "null");
        return CSPM_OK;
    }
    cg_edge e = cg_rel_get(w->g, r);
    cg_buf_adds(w->b, "{\"kind\":");
    cg_json_write_string(w->b, cg_name_get(w->g, CG_NAMES_KIND, e.kind));
    cg_buf_adds(w->b, ",\"start\":");
    cg_json_write_string(w->b, cg_node_id(w->g, e.from));
    cg_buf_adds(w->b, ",\"end\":");
    cg_json_write_string(w->b, cg_node_id(w->g, e.to));
    int32_t rc = cg_rel_props(w->g, r, &w->arena, &props, w->err);
    if (rc < 0)
        return rc;
    cg_buf_adds(w->b, ",\"properties\":");
    rc = write_map(w, props, depth);
    cg_buf_char(w->b, '}');
    cg_arena_reset(&w->arena);
    return rc;
}

static int32_t write_path(writer *w, const cg_path *p, uint32_t depth)
{
    int32_t rc = CSPM_OK;
    cg_buf_adds(w->b, "{\"nodes\":[");
    for (uint32_t i = 0; i <= p->n_rels && rc == CSPM_OK; i++) {
        if (i)
            cg_buf_char(w->b, ',');
        rc = write_node(w, p->nodes[i], depth);
    }
    cg_buf_adds(w->b, "],\"relationships\":[");
    for (uint32_t i = 0; i < p->n_rels && rc == CSPM_OK; i++) {
        if (i)
            cg_buf_char(w->b, ',');
        rc = write_rel(w, p->rels[i], depth);
    }
    cg_buf_adds(w->b, "]}");
    return rc;
}

static int32_t write_list(writer *w, const cg_list *list, uint32_t depth)
{
    int32_t rc = CSPM_OK;
    cg_buf_char(w->b, '[');
    for (uint32_t i = 0; i < list->count && rc == CSPM_OK; i++) {
        if (i)
            cg_buf_char(w->b, ',');
        rc = write_value(w, list->items[i], depth + 1);
    }
    cg_buf_char(w->b, ']');
    return rc;
}

static void write_iso_quoted(cg_buf *b, cg_value v)
{
    cg_buf_char(b, '"');
    cg_value_write_iso(b, v);
    cg_buf_char(b, '"');
}

static int32_t write_value(writer *w, cg_value v, uint32_t depth)
{
    if (depth > MAX_NESTING)
        return cg_fail(w->b->mem, w->err, CSPM_E_LIMIT, "a value is nested deeper than %u levels", MAX_NESTING);
    if ((v.type == CG_NODE || v.type == CG_REL || v.type == CG_PATH) && !w->g)
        return cg_fail(w->b->mem, w->err, CSPM_E_INTERNAL, "a node or relationship without its graph cannot be written");
    switch ((cg_type)v.type) {
    case CG_NULL:
        cg_buf_adds(w->b, "null");
        break;
    case CG_BOOL:
        cg_buf_adds(w->b, v.boolean ? "true" : "false");
        break;
    case CG_INT:
        cg_buf_int(w->b, v.integer);
        break;
    case CG_FLOAT:
        cg_json_write_double(w->b, v.real);
        break;
    case CG_STRING:
        cg_json_write_string(w->b, cg_value_str(v));
        break;
    case CG_LIST:
        return write_list(w, v.list, depth);
    case CG_MAP:
        return write_map(w, v.map, depth);
    case CG_NODE:
        return write_node(w, v.node, depth);
    case CG_REL:
        return write_rel(w, v.rel, depth);
    case CG_PATH:
        return write_path(w, v.path, depth);
    case CG_DATE:
    case CG_DATETIME:
    case CG_DURATION:
        write_iso_quoted(w->b, v);
        break;
    }
    return CSPM_OK;
}

int32_t cg_value_write_json(cg_buf *b, const cg_graph *g, cg_value v, cspm_error **err)
{
    writer w = { .b = b, .g = g, .err = err };
    cg_arena_init(&w.arena, b->mem);
    int32_t rc = write_value(&w, v, 0);
    cg_arena_free(&w.arena);
    if (rc == CSPM_OK && b->failed)
        rc = cg_nomem(b->mem, err);
    return rc;
}

int32_t cg_map_write_json(cg_buf *b, const cg_graph *g, const cg_map *map, cspm_error **err)
{
    if (map)
        return cg_value_write_json(b, g, (cg_value){ .type = CG_MAP, .map = map }, err);
    cg_buf_adds(b, "{}");
    return b->failed ? cg_nomem(b->mem, err) : CSPM_OK;
}

int32_t cg_value_write_text(cg_buf *b, const cg_graph *g, cg_value v, cspm_error **err)
{
    switch ((cg_type)v.type) {
    case CG_NULL:
        break;
    case CG_STRING:
        cg_buf_str(b, cg_value_str(v));
        break;
    case CG_FLOAT:
        cg_buf_double(b, v.real);
        break;
    case CG_DATE:
    case CG_DATETIME:
    case CG_DURATION:
        cg_value_write_iso(b, v);
        break;
    case CG_NODE:
        if (g && v.node != CG_NO_NODE)
            cg_buf_str(b, cg_node_name(g, v.node));
        break;
    default:
        return cg_value_write_json(b, g, v, err);
    }
    return b->failed ? cg_nomem(b->mem, err) : CSPM_OK;
}

#define US_PER_SECOND 1000000
#define US_PER_DAY (86400 * (int64_t)US_PER_SECOND)

static void write_date(cg_buf *b, int64_t microseconds)
{
    int64_t days = microseconds / US_PER_DAY, year;
    int32_t month, day;
    if (microseconds % US_PER_DAY < 0)
        days--;
    cg_civil_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999)
        cg_buf_printf(b, "%c%06lld-%02d-%02d", year < 0 ? '-' : '+', (long long)(year < 0 ? -year : year), (int)month, (int)day);
    else
        cg_buf_printf(b, "%04lld-%02d-%02d", (long long)year, (int)month, (int)day);
}

static void write_part(cg_buf *b, int64_t amount, char unit)
{
    if (amount) {
        cg_buf_int(b, amount);
        cg_buf_char(b, unit);
    }
}

/* Months, days and time stay apart (a month has no fixed number of days); each part carries its own sign. */
static void write_duration(cg_buf *b, const cg_duration *d)
{
    int64_t us = d->microseconds % US_PER_SECOND, seconds = d->microseconds / US_PER_SECOND;
    cg_buf_char(b, 'P');
    write_part(b, d->months / 12, 'Y');
    write_part(b, d->months % 12, 'M');
    write_part(b, d->days, 'D');
    if (d->microseconds) {
        cg_buf_char(b, 'T');
        write_part(b, seconds / 3600, 'H');
        write_part(b, seconds / 60 % 60, 'M');
        seconds %= 60;
        if (us) {
            uint32_t fraction = (uint32_t)(us < 0 ? -us : us);
            int digits = 6;
            for (; fraction % 10 == 0; digits--)
                fraction /= 10;
            cg_buf_printf(b, "%s%lld.%0*uS", us < 0 ? "-" : "", (long long)(seconds < 0 ? -seconds : seconds), digits, fraction);
        } else {
            write_part(b, seconds, 'S');
        }
    } else if (!d->months && !d->days) {
        cg_buf_adds(b, "T0S");
    }
}

void cg_value_write_iso(cg_buf *b, cg_value v)
{
    if (v.type == CG_DATE)
        write_date(b, v.microseconds);
    else if (v.type == CG_DATETIME)
        cg_instant_write(b, (cg_instant){ v.microseconds });
    else if (v.type == CG_DURATION)
        write_duration(b, v.duration);
}
