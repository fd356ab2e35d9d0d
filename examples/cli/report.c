/* Errors and warnings on stderr, and the exit code they mean. */
#include <stdarg.h>
#include <string.h>

#include "cli.h"

static bool as_json;

void report_errors_as_json(bool on)
{
    as_json = on;
}

int exit_of_status(int32_t status)
{
    switch (status) {
    case CSPM_E_QUERY:
    case CSPM_E_INVALID:
        return EXIT_USAGE;
    case CSPM_E_IO:
    case CSPM_E_PARSE:
    case CSPM_E_NOTFOUND:
    case CSPM_E_UNRECOGNISED:
        return EXIT_INPUT;
    case CSPM_E_LIMIT:
    case CSPM_E_TIMEOUT:
        return EXIT_LIMIT;
    case CSPM_E_NOMEM:
        return EXIT_MEMORY;
    case CSPM_E_UNSUPPORTED:
        return EXIT_NOT_BUILT;
    case CSPM_E_CANCELLED:
        return EXIT_INTERRUPTED;
    default:
        return status >= 0 ? EXIT_DONE : EXIT_INTERNAL;
    }
}

int report(cspm_error *error)
{
    size_t length;
    int32_t code = cspm_error_code(error);
    progress_stop();
    const char *text = as_json ? cspm_error_json(error, &length) : cspm_error_text(error, &length);
    fwrite(text, 1, length, stderr);
    if (length == 0 || text[length - 1] != '\n')
        fputc('\n', stderr);
    cspm_error_free(error);
    return exit_of_status(code);
}

static void json_string(const char *text)
{
    fputc('"', stderr);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(stderr, "\\%c", c);
        else if (c < 0x20)
            fprintf(stderr, "\\u%04x", c);
        else
            fputc(c, stderr);
    }
    fputc('"', stderr);
}

int usage_error(const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (as_json) {
        fputs("{\"error\":{\"code\":\"usage\",\"class\":\"usage\",\"detail\":null,\"message\":", stderr);
        json_string(message);
        fputs(",\"source\":\"command line\",\"offset\":null,\"line\":null,\"column\":null,\"found\":null,\"expected\":[]}}\n", stderr);
    } else {
        fprintf(stderr, "cspmgraph: error: %s\n", message);
    }
    return EXIT_USAGE;
}

/* The text of a cell of a string or dictionary column; "" for null. */
static const char *cell(cspm_batch *batch, uint32_t column, uint64_t row, int *length)
{
    cspm_column c = { .struct_size = sizeof c };
    *length = 0;
    if (cspm_batch_column(batch, column, &c) != CSPM_OK ||
        (c.validity && !(c.validity[(c.offset + row) >> 3] >> ((c.offset + row) & 7) & 1)))
        return "";
    row += c.offset;
    const cspm_column *text = &c;
    if (c.type == CSPM_TYPE_DICT_STRING) {
        text = c.children[0];
        row = (uint64_t)((const int32_t *)c.values)[row];
    }
    if (text->type != CSPM_TYPE_STRING)
        return "";
    *length = text->offsets[row + 1] - text->offsets[row];
    return (const char *)text->values + text->offsets[row];
}

static int64_t whole(cspm_batch *batch, uint32_t column, uint64_t row)
{
    cspm_column c = { .struct_size = sizeof c };
    if (cspm_batch_column(batch, column, &c) != CSPM_OK || c.type != CSPM_TYPE_INT64 ||
        (c.validity && !(c.validity[(c.offset + row) >> 3] >> ((c.offset + row) & 7) & 1)))
        return 0;
    return ((const int64_t *)c.values)[c.offset + row];
}

static uint32_t column_named(cspm_cursor *cursor, const char *name)
{
    for (uint32_t i = 0; i < cspm_cursor_columns(cursor); i++)
        if (strcmp(cspm_cursor_column_name(cursor, i, NULL), name) == 0)
            return i;
    return UINT32_MAX;
}

/* One line each, at most twenty; the rest is counted. They are all in the JSON report. */
void warn_diagnostics(cspm_graph *graph, bool quiet)
{
    enum { SHOWN = 20 };
    cspm_cursor *cursor;
    cspm_batch *batch;
    uint64_t n = 0;
    if (quiet || as_json || cspm_graph_table(graph, CSPM_TABLE_DIAGNOSTICS, &cursor, NULL) != CSPM_OK)
        return;
    uint32_t source = column_named(cursor, "source"), line = column_named(cursor, "line"), at = column_named(cursor, "column");
    uint32_t code = column_named(cursor, "code"), message = column_named(cursor, "message"), severity = column_named(cursor, "severity");
    progress_stop();
    while (cspm_cursor_next(cursor, &batch, NULL) == CSPM_OK) {
        for (uint64_t row = 0; row < cspm_batch_rows(batch); row++, n++) {
            int lengths[4];
            if (n >= SHOWN)
                continue;
            const char *where = cell(batch, source, row, &lengths[0]), *what = cell(batch, message, row, &lengths[1]);
            const char *level = cell(batch, severity, row, &lengths[2]), *name = cell(batch, code, row, &lengths[3]);
            int64_t number = whole(batch, line, row);
            fprintf(stderr, "%.*s%s", lengths[0], where, lengths[0] ? ":" : "");
            if (number)
                fprintf(stderr, "%lld:%lld:", (long long)number, (long long)whole(batch, at, row));
            fprintf(stderr, "%s%.*s: %.*s [%.*s]\n", lengths[0] ? " " : "", lengths[2], level, lengths[1], what, lengths[3], name);
        }
        cspm_batch_unref(batch);
    }
    cspm_cursor_free(cursor);
    if (n > SHOWN)
        fprintf(stderr, "… and %llu more warnings; --format json lists them all, --quiet hides them\n", (unsigned long long)(n - SHOWN));
}
