/* Run the .case files of a folder through the C interface. TAP on stdout.
 *
 * A case file is sections that start with a line "=== NAME ARGUMENTS". Inputs come first and hold for all questions after them:
 *   === input [NAME]        an inline input (any dialect)
 *   === file PATH           an input file, relative to the repository root; $SHARED/... is read from the reference data, and the rest of the
 *                           file is skipped with a message when that is absent
 *   === no-rules            derive nothing
 * then any number of questions, each with its answer:
 *   === query               text; optional "=== params" with a JSON object
 *   === rows [ordered]      one JSON array a line; without "ordered" the order does not matter
 *   === error CODE [DETAIL] [LINE:COLUMN]
 *   === analyze             lines "entry QUERY", "target QUERY", "assume-breach", "max-length N", "top N"
 *   === paths               one JSON array a line: entry id, target id, level, length, occurrences; any order
 *   === diagnostics         one "CODE" a line, any order, repeated as often as it occurs
 */
#include <cspmgraph/cspmgraph.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int n_tests, n_failed;
static const char *root, *shared;

typedef struct lines {
    char **items;
    size_t count;
} lines;

typedef struct section {
    char *head; /* after "=== " */
    char *body;
    int line;
} section;

typedef struct state {
    const char *file;
    cspm_context *context;
    cspm_builder *builder;
    cspm_ruleset *rules;
    cspm_graph *graph;
    cspm_error *load_error;
    cspm_error *error; /* of the last question */
    lines rows;        /* of the last question */
    bool no_rules, have_rows;
} state;

static void result(bool good, const state *s, const section *at, const char *what)
{
    n_tests++;
    n_failed += !good;
    printf("%sok %d - %s:%d %s\n", good ? "" : "not ", n_tests, s->file, at->line, what);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    size_t length = 0, capacity = 1 << 16;
    char *text = malloc(capacity);
    for (size_t got; text && (got = fread(text + length, 1, capacity - length - 1, f)) > 0;) {
        length += got;
        if (capacity - length < 2)
            text = realloc(text, capacity *= 2);
    }
    fclose(f);
    if (text)
        text[length] = 0;
    return text;
}

static void clear_rows(state *s)
{
    for (size_t i = 0; i < s->rows.count; i++)
        free(s->rows.items[i]);
    free(s->rows.items);
    s->rows = (lines){ 0 };
}

static void add_row(lines *rows, const char *text)
{
    rows->items = realloc(rows->items, (rows->count + 1) * sizeof *rows->items);
    rows->items[rows->count++] = strdup(text);
}

/* The cells of every row, each as the library writes it: [a,b,c]. `wanted` NULL = all columns. */
static int32_t collect(state *s, cspm_cursor *cursor, const char *const *wanted, uint32_t n_wanted)
{
    cspm_batch *batch;
    int32_t rc;
    uint32_t n = wanted ? n_wanted : cspm_cursor_columns(cursor);
    while ((rc = cspm_cursor_next(cursor, &batch, &s->error)) == CSPM_OK) {
        for (uint64_t row = 0; row < cspm_batch_rows(batch); row++) {
            char *line = NULL;
            size_t size;
            FILE *out = open_memstream(&line, &size);
            fputc('[', out);
            for (uint32_t i = 0; i < n; i++) {
                uint32_t column = i;
                if (wanted)
                    for (column = 0; column < cspm_cursor_columns(cursor) && strcmp(cspm_cursor_column_name(cursor, column, NULL), wanted[i]);)
                        column++;
                cspm_buffer *cell;
                size_t length;
                if (cspm_batch_cell_json(batch, column, row, &cell, &s->error) != CSPM_OK)
                    continue;
                const char *text = cspm_buffer_data(cell, &length);
                fprintf(out, "%s%.*s", i ? "," : "", (int)length, text);
                cspm_buffer_unref(cell);
            }
            fputc(']', out);
            fclose(out);
            if (wanted && n == 1) { /* a lone column reads better bare: strip [" and "] */
                size_t end = strlen(line);
                line[end - 2] = 0;
                add_row(&s->rows, line + 2);
            } else {
                add_row(&s->rows, line);
            }
            free(line);
        }
        cspm_batch_unref(batch);
    }
    s->have_rows = rc == CSPM_DONE;
    return rc;
}

static bool ensure_graph(state *s)
{
    if (s->graph || s->load_error)
        return s->graph != NULL;
    cspm_builder_finish(s->builder, s->no_rules ? NULL : s->rules, NULL, &s->graph, &s->load_error);
    return s->graph != NULL;
}

static void take_load_error(state *s)
{
    s->error = s->load_error;
    s->load_error = NULL;
}

static void run_query(state *s, const char *text, const char *params_json)
{
    cspm_query *query = NULL;
    cspm_params *params = NULL;
    cspm_cursor *cursor = NULL;
    cspm_run_options o;
    cspm_run_options_init(&o, sizeof o);
    o.now_us = 1764547200000000; /* 2025-12-01T00:00:00Z */
    if (!ensure_graph(s)) {
        take_load_error(s);
        return;
    }
    if (cspm_query_compile(s->context, text, CSPM_NUL, CSPM_LANG_GRAPH, &query, &s->error) == CSPM_OK &&
        cspm_params_new(s->context, &params, &s->error) == CSPM_OK) {
        /* {"a":…} with one level of names; each value is handed over as JSON. */
        int32_t rc = CSPM_OK;
        const char *p = params_json;
        while (p && rc == CSPM_OK && (p = strchr(p, '"')) != NULL) {
            const char *end = strchr(p + 1, '"'), *value = end ? strchr(end, ':') : NULL;
            if (!value)
                break;
            const char *stop = value + 1;
            int depth = 0;
            for (bool quoted = false; *stop && (quoted || depth > 0 || (*stop != ',' && *stop != '}')); stop++) {
                if (*stop == '"' && stop[-1] != '\\')
                    quoted = !quoted;
                depth += quoted ? 0 : (*stop == '[' || *stop == '{') - (*stop == ']' || *stop == '}');
            }
            rc = cspm_params_set_json(params, p + 1, (size_t)(end - p - 1), value + 1, (size_t)(stop - value - 1), &s->error);
            p = stop;
        }
        if (rc == CSPM_OK && cspm_query_run(query, s->graph, params, &o, NULL, &cursor, &s->error) == CSPM_OK)
            collect(s, cursor, NULL, 0);
    }
    cspm_cursor_free(cursor);
    cspm_params_free(params);
    cspm_query_unref(query);
}

static void run_analysis(state *s, char *body)
{
    static const char *const columns[] = { "entry", "target", "risk_level", "length", "occurrences" };
    cspm_request *request = NULL;
    cspm_analysis *analysis = NULL;
    cspm_cursor *cursor = NULL;
    cspm_request_options o;
    if (!ensure_graph(s)) {
        take_load_error(s);
        return;
    }
    cspm_request_options_init(&o, sizeof o);
    o.now_us = 1764547200000000;
    char *copy = strdup(body), *save = NULL;
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strcmp(line, "assume-breach") == 0)
            o.flags |= CSPM_REQUEST_ASSUME_BREACH;
        else if (strncmp(line, "max-length ", 11) == 0)
            o.max_length = (uint32_t)atoi(line + 11);
        else if (strncmp(line, "top ", 4) == 0)
            o.top = (uint32_t)atoi(line + 4);
    }
    free(copy);
    int32_t rc = cspm_request_new(s->context, &o, &request, &s->error);
    copy = strdup(body);
    for (char *line = strtok_r(copy, "\n", &save); rc == CSPM_OK && line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "entry ", 6) == 0)
            rc = cspm_request_add_query(request, CSPM_SET_ENTRIES, line + 6, CSPM_NUL, &s->error);
        else if (strncmp(line, "target ", 7) == 0)
            rc = cspm_request_add_query(request, CSPM_SET_TARGETS, line + 7, CSPM_NUL, &s->error);
    }
    free(copy);
    if (rc == CSPM_OK && cspm_analyze(s->graph, s->rules, request, NULL, &analysis, &s->error) == CSPM_OK &&
        cspm_analysis_table(analysis, CSPM_ANALYSIS_PATHS, &cursor, &s->error) == CSPM_OK)
        collect(s, cursor, columns, 5);
    cspm_cursor_free(cursor);
    cspm_analysis_unref(analysis);
    cspm_request_free(request);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Spaces outside strings do not matter in an expected row. */
static void squeeze(char *row)
{
    char *to = row;
    bool quoted = false;
    for (char *from = row; *from; from++) {
        if (*from == '"' && (from == row || from[-1] != '\\'))
            quoted = !quoted;
        if (quoted || *from != ' ')
            *to++ = *from;
    }
    *to = 0;
}

static void expect_rows(state *s, section *at, bool ordered)
{
    lines wanted = { 0 };
    char *save = NULL;
    for (char *line = strtok_r(at->body, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (*line == '#')
            continue;
        squeeze(line);
        add_row(&wanted, line);
    }
    for (size_t i = 0; i < s->rows.count; i++)
        squeeze(s->rows.items[i]);
    if (!ordered && wanted.count)
        qsort(wanted.items, wanted.count, sizeof *wanted.items, by_text);
    if (!ordered && s->rows.count)
        qsort(s->rows.items, s->rows.count, sizeof *s->rows.items, by_text);
    bool good = s->have_rows && wanted.count == s->rows.count;
    for (size_t i = 0; good && i < wanted.count; i++)
        good = strcmp(wanted.items[i], s->rows.items[i]) == 0;
    result(good, s, at, "rows");
    if (!good) {
        if (s->error)
            printf("# error: %s\n", cspm_error_message(s->error, NULL));
        for (size_t i = 0; i < wanted.count; i++)
            printf("# expected %s\n", wanted.items[i]);
        for (size_t i = 0; i < s->rows.count; i++)
            printf("# got      %s\n", s->rows.items[i]);
    }
    for (size_t i = 0; i < wanted.count; i++)
        free(wanted.items[i]);
    free(wanted.items);
}

static void expect_error(state *s, section *at)
{
    char text[512] = "no error";
    bool good = s->error != NULL;
    if (good) {
        uint32_t line, column;
        char *save = NULL;
        cspm_error_position(s->error, NULL, &line, &column);
        snprintf(text, sizeof text, "%s %u:%u %s", cspm_status_name(cspm_error_code(s->error)), line, column, cspm_error_json(s->error, NULL));
        strtok_r(at->head, " ", &save);
        for (char *word = strtok_r(NULL, " ", &save); word; word = strtok_r(NULL, " ", &save))
            good = good && strstr(text, word) != NULL;
    }
    result(good, s, at, "error");
    if (!good)
        printf("# got %s\n", text);
}

static void forget(state *s)
{
    cspm_error_free(s->error);
    s->error = NULL;
    s->have_rows = false;
    clear_rows(s);
}

/* Returns false when the rest of the file is to be skipped. */
static bool run_section(state *s, section *sections, size_t n, size_t i)
{
    section *at = &sections[i];
    char path[4096];
    if (strncmp(at->head, "input", 5) == 0) {
        cspm_builder_add_buffer(s->builder, at->body, strlen(at->body), at->head[5] ? at->head + 6 : "input", NULL, NULL, NULL, &s->load_error);
    } else if (strncmp(at->head, "file ", 5) == 0) {
        bool reference = strncmp(at->head + 5, "$SHARED/", 8) == 0;
        if (reference && !shared) {
            printf("ok %d - %s # SKIP no reference data beside this checkout\n", ++n_tests, s->file);
            return false;
        }
        snprintf(path, sizeof path, "%s/%s", reference ? shared : root, at->head + (reference ? 13 : 5));
        cspm_builder_add_path(s->builder, path, CSPM_NUL, NULL, NULL, NULL, &s->load_error);
    } else if (strcmp(at->head, "no-rules") == 0) {
        s->no_rules = true;
    } else if (strcmp(at->head, "query") == 0) {
        forget(s);
        run_query(s, at->body, i + 1 < n && strcmp(sections[i + 1].head, "params") == 0 ? sections[i + 1].body : NULL);
    } else if (strcmp(at->head, "analyze") == 0) {
        forget(s);
        run_analysis(s, at->body);
    } else if (strncmp(at->head, "rows", 4) == 0 || strcmp(at->head, "paths") == 0) {
        expect_rows(s, at, strstr(at->head, "ordered") != NULL);
    } else if (strncmp(at->head, "error", 5) == 0) {
        if (!s->error && !ensure_graph(s))
            take_load_error(s);
        expect_error(s, at);
    } else if (strcmp(at->head, "diagnostics") == 0) {
        static const char *const code[] = { "code" };
        cspm_cursor *cursor = NULL;
        forget(s);
        if (ensure_graph(s) && cspm_graph_table(s->graph, CSPM_TABLE_DIAGNOSTICS, &cursor, &s->error) == CSPM_OK)
            collect(s, cursor, code, 1);
        cspm_cursor_free(cursor);
        expect_rows(s, at, false);
    } else if (strcmp(at->head, "params") != 0) {
        result(false, s, at, "unknown section");
    }
    return true;
}

static size_t split(char *text, section **out)
{
    size_t n = 0;
    int line = 1;
    *out = NULL;
    for (char *p = text; p && *p;) {
        char *end = strchr(p, '\n');
        if (strncmp(p, "=== ", 4) == 0) {
            *out = realloc(*out, (n + 1) * sizeof **out);
            (*out)[n++] = (section){ .head = p + 4, .body = end ? end + 1 : p + strlen(p), .line = line };
            if (p > text)
                p[-1] = 0;
            if (end)
                *end = 0;
        }
        p = end ? end + 1 : NULL;
        line++;
    }
    return n;
}

static void run_file(const char *folder, const char *name)
{
    char path[4096];
    state s = { .file = name };
    section *sections = NULL;
    cspm_error *error = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *text = read_file(path);
    size_t n = text ? split(text, &sections) : 0;
    if (!n || cspm_context_new(NULL, NULL, &s.context, &error) || cspm_builder_new(s.context, &s.builder, &error) ||
        cspm_ruleset_new(s.context, &s.rules, &error) || cspm_ruleset_add_builtin(s.rules, &error)) {
        printf("not ok %d - %s cannot be read: %s\n", ++n_tests, name, cspm_error_message(error, NULL));
        n_failed++;
        n = 0;
    }
    for (size_t i = 0; i < n && run_section(&s, sections, n, i); i++)
        ;
    forget(&s);
    cspm_error_free(s.load_error);
    cspm_error_free(error);
    cspm_graph_unref(s.graph);
    cspm_ruleset_unref(s.rules);
    cspm_builder_free(s.builder);
    cspm_context_unref(s.context);
    free(sections);
    free(text);
}

static int is_case(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".case") == 0;
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    static char beside[4096];
    if (argc != 3)
        return 2;
    root = argv[1];
    shared = getenv("CSPM_SHARED");
    if (!shared) {
        snprintf(beside, sizeof beside, "%s/../shared", root);
        shared = beside;
    }
    DIR *there = opendir(shared);
    if (there)
        closedir(there);
    else
        shared = NULL;
    int n = scandir(argv[2], &entries, is_case, alphasort);
    for (int i = 0; i < n; i++) {
        run_file(argv[2], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (n <= 0)
        return 1;
    printf("1..%d\n", n_tests);
    return n_failed != 0;
}
