/* A cursor as table, json, ndjson or csv. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Text that grows; `failed` once memory is refused. */
typedef struct text {
    char *data;
    size_t length, capacity;
    bool failed;
} text;

static void add(text *t, const void *bytes, size_t length)
{
    if (t->length + length + 1 > t->capacity && !t->failed) {
        size_t capacity = (t->capacity + length + 64) * 2;
        char *data = realloc(t->data, capacity);
        if (data) {
            t->data = data;
            t->capacity = capacity;
        }
        t->failed = !data;
    }
    if (t->failed)
        return;
    if (length)
        memcpy(t->data + t->length, bytes, length);
    t->length += length;
    t->data[t->length] = 0;
}

static void adds(text *t, const char *s)
{
    add(t, s, strlen(s));
}

/* Bytes of a table cell: control characters shown as blanks, so a name cannot steer the terminal. */
static size_t add_plain(text *t, const char *s, size_t length, size_t most)
{
    size_t columns = 0, start = t->length;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)s[i];
        bool continuation = (c & 0xc0) == 0x80;
        bool c1 = c == 0xc2 && i + 1 < length && (unsigned char)s[i + 1] < 0xa0;
        /* U+200E/F, U+202A..E and U+2066..9 turn text around. */
        bool turn = c == 0xe2 && i + 2 < length &&
                    (((unsigned char)s[i + 1] == 0x80 && ((unsigned char)s[i + 2] == 0x8e || (unsigned char)s[i + 2] == 0x8f ||
                                                          ((unsigned char)s[i + 2] >= 0xaa && (unsigned char)s[i + 2] <= 0xae))) ||
                     ((unsigned char)s[i + 1] == 0x81 && (unsigned char)s[i + 2] >= 0xa6 && (unsigned char)s[i + 2] <= 0xa9));
        if (!continuation && columns + 1 > most) {
            t->length = start + (t->length - start);
            adds(t, "…");
            return columns + 1;
        }
        columns += !continuation;
        if (c < 0x20 || c == 0x7f) {
            adds(t, " ");
        } else if (c1 || turn) {
            adds(t, " ");
            i += c1 ? 1 : 2;
        } else {
            add(t, s + i, 1);
        }
    }
    return columns;
}

static void add_csv(text *t, const char *s, size_t length)
{
    /* A leading sign would make a spreadsheet run the cell as a formula. */
    bool formula = length && memchr("=+-@\t\r", s[0], 6);
    bool quote = formula;
    for (size_t i = 0; i < length && !quote; i++)
        quote = s[i] == '"' || s[i] == ',' || s[i] == '\n' || s[i] == '\r';
    if (quote)
        adds(t, "\"");
    if (formula)
        adds(t, "'");
    for (size_t i = 0; i < length; i++)
        add(t, s[i] == '"' ? "\"\"" : s + i, s[i] == '"' ? 2 : 1);
    if (quote)
        adds(t, "\"");
}

/* The bare text of a string cell, or NULL when it is of another type or null. */
static const char *string_cell(const cspm_column *c, uint64_t row, size_t *length)
{
    uint64_t at = c->offset + row;
    if (c->validity && !(c->validity[at >> 3] >> (at & 7) & 1))
        return NULL;
    const cspm_column *strings = c;
    if (c->type == CSPM_TYPE_DICT_STRING) {
        strings = c->children[0];
        at = (uint64_t)((const int32_t *)c->values)[at];
    }
    if (strings->type != CSPM_TYPE_STRING)
        return NULL;
    *length = (size_t)(strings->offsets[at + 1] - strings->offsets[at]);
    return (const char *)strings->values + strings->offsets[at];
}

typedef void (*cell_writer)(text *t, const char *s, size_t length, bool json, void *user);

/* Hand the text of one cell to `write`: nulls empty, texts of a text column bare, the rest as JSON. */
static int each_cell(cspm_batch *batch, uint32_t column, uint64_t row, text *t, cell_writer write, void *user)
{
    cspm_column c = { .struct_size = sizeof c };
    cspm_buffer *json;
    cspm_error *error = NULL;
    size_t length = 0;
    if (cspm_batch_column(batch, column, &c) != CSPM_OK)
        return EXIT_INTERNAL;
    const char *s = string_cell(&c, row, &length);
    if (s) {
        write(t, s, length, false, user);
        return EXIT_DONE;
    }
    if (cspm_batch_cell_json(batch, column, row, &json, &error) != CSPM_OK)
        return report(error);
    s = cspm_buffer_data(json, &length);
    write(t, s, length == 4 && memcmp(s, "null", 4) == 0 ? 0 : length, true, user);
    cspm_buffer_unref(json);
    return EXIT_DONE;
}

/* Four hexadecimal digits, or -1. */
static long hex4(const char *s)
{
    long value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", *at = s[i] ? strchr(digits, s[i] | (s[i] >= 'A' && s[i] <= 'F' ? 32 : 0)) : NULL;
        if (!at || !*at)
            return -1;
        value = value * 16 + (at - digits);
    }
    return value;
}

static void add_utf8(text *t, long c)
{
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(n == 1 ? c : (0xf00 >> n & 0xff) | c);
    add(t, bytes, n);
}

/* A cell that is one JSON string reads better bare: its text goes into `bare`. False when it is something else. */
static bool unquote(const char *s, size_t length, text *bare)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (length < 2 || s[0] != '"' || s[length - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < length; i++) {
        const char *plain = s[i] == '\\' && i + 2 < length ? strchr(from, s[i + 1]) : NULL;
        if (plain) {
            add(bare, &to[plain - from], 1);
            i++;
        } else if (s[i] == '\\' && i + 6 < length && s[i + 1] == 'u') {
            long c = hex4(s + i + 2), low = c >= 0xd800 && c < 0xdc00 && s[i + 6] == '\\' ? hex4(s + i + 8) : -1;
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                i += 6;
            }
            add_utf8(bare, c < 0 ? 0xfffd : c);
            i += 5;
        } else {
            add(bare, s + i, 1);
        }
    }
    return true;
}

static void csv_writer(text *t, const char *s, size_t length, bool json, void *user)
{
    text bare = { 0 };
    (void)user;
    if (json && unquote(s, length, &bare))
        add_csv(t, bare.data ? bare.data : "", bare.length);
    else
        add_csv(t, s, length);
    t->failed |= bare.failed;
    free(bare.data);
}

/* Table cells are collected first: column widths depend on all of them. */
typedef struct grid {
    text cells;
    size_t *start; /* of each cell, and its width in columns */
    uint32_t *width;
    size_t count, capacity;
    uint32_t *column_width, n_columns, most;
} grid;

static bool grid_add(grid *g, const char *s, size_t length)
{
    if (g->count + 1 >= g->capacity) {
        size_t capacity = g->capacity ? g->capacity * 2 : 256;
        size_t *start = realloc(g->start, capacity * sizeof *start);
        if (start)
            g->start = start;
        uint32_t *width = realloc(g->width, capacity * sizeof *width);
        if (width)
            g->width = width;
        if (!start || !width)
            return false;
        g->capacity = capacity;
    }
    g->start[g->count] = g->cells.length;
    g->width[g->count] = (uint32_t)add_plain(&g->cells, s, length, g->most);
    uint32_t *column = &g->column_width[g->count % g->n_columns];
    *column = g->width[g->count] > *column ? g->width[g->count] : *column;
    g->count++;
    g->start[g->count] = g->cells.length;
    return !g->cells.failed;
}

static void table_writer(text *t, const char *s, size_t length, bool json, void *user)
{
    text bare = { 0 };
    bool quoted = json && unquote(s, length, &bare);
    if (bare.failed || !grid_add(user, quoted ? (bare.data ? bare.data : "") : s, quoted ? bare.length : length))
        t->failed = true;
    free(bare.data);
}

static void grid_print(const grid *g, text *out, bool colour)
{
    for (size_t i = 0; i < g->count; i++) {
        uint32_t column = (uint32_t)(i % g->n_columns);
        bool head = i < g->n_columns;
        if (head && colour)
            adds(out, "\033[1m");
        add(out, g->cells.data + g->start[i], g->start[i + 1] - g->start[i]);
        if (head && colour)
            adds(out, "\033[0m");
        if (column + 1 < g->n_columns) {
            for (uint32_t pad = g->width[i]; pad < g->column_width[column] + 2; pad++)
                adds(out, " ");
            continue;
        }
        adds(out, "\n");
        if (i + 1 == g->n_columns) {
            for (uint32_t c = 0; c < g->n_columns; c++) {
                for (uint32_t w = 0; w < g->column_width[c]; w++)
                    adds(out, "─");
                adds(out, c + 1 < g->n_columns ? "  " : "\n");
            }
        }
    }
}

static void json_name(text *t, const char *s)
{
    adds(t, "\"");
    for (; *s; s++) {
        char escape[8];
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\' || c < 0x20) {
            snprintf(escape, sizeof escape, c < 0x20 ? "\\u%04x" : "\\%c", c);
            adds(t, escape);
        } else {
            add(t, s, 1);
        }
    }
    adds(t, "\"");
}

static const char *truncated_name(uint32_t mask)
{
    if (mask & CSPM_TRUNCATED_MEMORY)
        return "memory";
    if (mask & CSPM_TRUNCATED_TIME)
        return "time";
    return mask & CSPM_TRUNCATED_WORK ? "work" : mask & CSPM_TRUNCATED_ROWS ? "rows" : NULL;
}

/* JSON rows come ready-made from the library: a batch is one array of arrays, or one object a line. */
static int add_json(cspm_batch *batch, bool lines, bool *first, text *t)
{
    cspm_buffer *json;
    cspm_error *error = NULL;
    size_t length;
    if (cspm_batch_json(batch, lines, &json, &error) != CSPM_OK)
        return report(error);
    const char *s = cspm_buffer_data(json, &length);
    if (lines) {
        add(t, s, length);
    } else if (length > 2) {
        if (!*first)
            adds(t, ",");
        add(t, s + 1, length - 2);
        *first = false;
    }
    cspm_buffer_unref(json);
    return EXIT_DONE;
}

typedef enum { TABLE, JSON, NDJSON, CSV } row_format;

static int add_batch(cspm_batch *batch, row_format format, uint32_t n, bool *first, text *t, grid *g)
{
    if (format == JSON || format == NDJSON)
        return add_json(batch, format == NDJSON, first, t);
    for (uint64_t row = 0; row < cspm_batch_rows(batch); row++) {
        for (uint32_t c = 0; c < n; c++) {
            int rc = each_cell(batch, c, row, t, format == CSV ? csv_writer : table_writer, g);
            if (rc != EXIT_DONE)
                return rc;
            if (format == CSV)
                adds(t, c + 1 < n ? "," : "\r\n");
        }
    }
    return EXIT_DONE;
}

static void add_head(cspm_cursor *cursor, row_format format, uint32_t n, text *t, grid *g)
{
    if (format == JSON)
        adds(t, "{\"columns\":[");
    for (uint32_t i = 0; i < n; i++) {
        const char *name = cspm_cursor_column_name(cursor, i, NULL);
        if (format == JSON) {
            adds(t, i ? "," : "");
            json_name(t, name);
        } else if (format == CSV) {
            add_csv(t, name, strlen(name));
            adds(t, i + 1 < n ? "," : "\r\n");
        } else if (format == TABLE) {
            t->failed |= !grid_add(g, name, strlen(name));
        }
    }
    if (format == JSON)
        adds(t, "],\"rows\":[");
}

int rows_print(const options *o, cspm_cursor *cursor, const char *format, uint32_t *truncated)
{
    static const char *const names[] = { "table", "json", "ndjson", "csv" };
    uint32_t n = cspm_cursor_columns(cursor), f = 0;
    cspm_error *error = NULL;
    cspm_batch *batch;
    text t = { 0 };
    grid g = { .n_columns = n, .most = output_is_terminal(o) ? 60 : 200 };
    bool first = true;
    int rc = EXIT_DONE;
    int32_t status;
    while (f < 4 && strcmp(names[f], format) != 0)
        f++;
    if (f == 4)
        return usage_error("rows are printed as table, json, ndjson or csv, not '%s'", format);
    g.column_width = calloc(n ? n : 1, sizeof *g.column_width);
    t.failed = !g.column_width;
    add_head(cursor, (row_format)f, n, &t, &g);
    while (rc == EXIT_DONE && !t.failed && (status = cspm_cursor_next(cursor, &batch, &error)) != CSPM_DONE) {
        if (status < 0) {
            rc = report(error);
            break;
        }
        if (status == CSPM_OK) {
            rc = add_batch(batch, (row_format)f, n, &first, &t, &g);
            cspm_batch_unref(batch);
        }
    }
    *truncated = cspm_cursor_truncated(cursor);
    if (f == JSON) {
        const char *cut = truncated_name(*truncated);
        adds(&t, "],\"truncated\":");
        adds(&t, cut ? "\"" : "null");
        adds(&t, cut ? cut : "");
        adds(&t, cut ? "\"}\n" : "}\n");
    } else if (f == TABLE && rc == EXIT_DONE && n) {
        grid_print(&g, &t, output_colour(o));
    }
    if (t.failed || g.cells.failed) {
        fprintf(stderr, "error: out of memory\n");
        rc = EXIT_MEMORY;
    }
    if (rc == EXIT_DONE)
        rc = output_write(o, t.data, t.length);
    if (rc == EXIT_DONE && *truncated && f != JSON)
        fprintf(stderr, "warning: the answer is cut short (%s)\n", truncated_name(*truncated));
    free(t.data);
    free(g.cells.data);
    free(g.start);
    free(g.width);
    free(g.column_width);
    return rc;
}
