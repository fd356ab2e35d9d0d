/* The smaller commands: query, path, snapshot, export, formats, rules. */
#include <string.h>

#include "cli.h"

static const char *format_of(const options *o)
{
    return o->format ? o->format : output_is_terminal(o) ? "table" : "json";
}

static int set_parameters(session *s, cspm_params **out)
{
    cspm_error *error = NULL;
    *out = NULL;
    if (cspm_params_new(s->context, out, &error) != CSPM_OK)
        return report(error);
    for (uint32_t i = 0; i < s->o->parameters.count; i++) {
        const char *item = s->o->parameters.items[i], *equals = strchr(item, '=');
        if (!equals || equals == item)
            return usage_error("--param needs NAME=JSON, not '%s'", item);
        const char *name = *item == '$' ? item + 1 : item;
        if (cspm_params_set_json(*out, name, (size_t)(equals - name), equals + 1, CSPM_NUL, &error) != CSPM_OK) {
            int rc = exit_of_status(cspm_error_code(error));
            if (rc == EXIT_INPUT || rc == EXIT_USAGE)
                rc =
                    usage_error("--param %s: the value must be JSON (strings in double quotes): %s", item, cspm_error_message(error, NULL));
            else
                return report(error);
            cspm_error_free(error);
            return rc;
        }
    }
    return EXIT_DONE;
}

/* Risk is a property of every node once the graph is analysed; a query that asks for it gets such a graph. */
static int want_risk(session *s, const cspm_query *query)
{
    static const char *const keys[] = { "riskScore", "riskLevel", "attackPaths" };
    cspm_request *request = NULL;
    cspm_analysis *analysis = NULL;
    cspm_error *error = NULL;
    bool asked = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        asked = asked || cspm_query_reads(query, keys[i], CSPM_NUL);
    if (!asked)
        return EXIT_DONE;
    const options *own = s->o;
    options narrowed = *own;
    narrowed.no_fixes = true;
    narrowed.top = 0; /* of the query's rows, not of the paths */
    s->o = &narrowed;
    int rc = session_request(s, &request);
    s->o = own;
    if (rc == EXIT_DONE && cspm_analyze(s->graph, s->rules, request, s->op, &analysis, &error) != CSPM_OK)
        rc = report(error);
    if (rc == EXIT_DONE) {
        cspm_graph *graph = cspm_graph_ref(cspm_analysis_graph(analysis));
        cspm_graph_unref(s->graph);
        s->graph = graph;
    }
    cspm_analysis_unref(analysis);
    cspm_request_free(request);
    return rc;
}

int command_query(session *s)
{
    const options *o = s->o;
    cspm_query *query = NULL;
    cspm_params *params = NULL;
    cspm_cursor *cursor = NULL;
    cspm_buffer *plan = NULL, *imported = NULL;
    cspm_error *error = NULL;
    size_t length = CSPM_NUL;
    uint32_t truncated = 0, language = CSPM_LANG_GRAPH;
    int rc = EXIT_DONE;
    cspm_run_options run;
    if (o->arguments.count < 1)
        return usage_error("no query; see cspmgraph query --help");
    if (o->language && strcmp(o->language, "pipe") == 0)
        language = CSPM_LANG_PIPE;
    else if (o->language && strcmp(o->language, "explorer") == 0)
        rc = explorer_query(s, o->arguments.items[0], &imported);
    else if (o->language && strcmp(o->language, "graph") != 0)
        return usage_error("--lang is graph, pipe or explorer; '%s' is not", o->language);
    if (rc != EXIT_DONE)
        return rc;
    if (imported && o->arguments.count == 1) /* without an input: what the link says */
        return output_buffer(o, imported);
    /* The text is checked before any input is read. */
    const char *text = imported ? cspm_buffer_data(imported, &length) : o->arguments.items[0];
    if (cspm_query_compile(s->context, text, length, language, &query, &error) != CSPM_OK)
        rc = report(error);
    cspm_buffer_unref(imported);
    if (rc != EXIT_DONE)
        return rc;
    for (uint32_t i = 0; i < cspm_query_warning_count(query) && !o->quiet; i++)
        fprintf(stderr, "query: warning: %s\n", cspm_query_warning(query, i, NULL));
    rc = set_parameters(s, &params);
    if (rc == EXIT_DONE)
        rc = session_load(s, o->arguments.items + 1, o->arguments.count - 1);
    if (rc == EXIT_DONE && cspm_params_set_rules(params, s->rules, &error) != CSPM_OK)
        rc = report(error);
    if (rc == EXIT_DONE)
        rc = want_risk(s, query);
    if (rc == EXIT_DONE && o->explain) {
        if (cspm_query_explain(query, s->graph, &plan, &error) != CSPM_OK)
            rc = report(error);
        else
            rc = output_buffer(o, plan);
    } else if (rc == EXIT_DONE) {
        cspm_run_options_init(&run, sizeof run);
        run.now_us = o->now;
        run.max_rows = o->top;
        progress_start(s->op, o);
        if (o->profile && cspm_query_profile(query, s->graph, params, &run, s->op, &plan, &error) == CSPM_OK)
            rc = output_buffer(o, plan);
        else if (error || cspm_query_run(query, s->graph, params, &run, s->op, &cursor, &error) != CSPM_OK)
            rc = report(error);
        else
            rc = rows_print(o, cursor, format_of(o), &truncated);
        /* The reader asked for --top rows and got them: that is an answer, not a limit. */
        if (rc == EXIT_DONE && (truncated & ~(o->top ? CSPM_TRUNCATED_ROWS : 0)))
            rc = EXIT_LIMIT;
    }
    cspm_cursor_free(cursor);
    cspm_params_free(params);
    cspm_query_unref(query);
    return rc;
}

int command_path(session *s)
{
    const options *o = s->o;
    cspm_request *request = NULL;
    cspm_buffer *text = NULL;
    cspm_error *error = NULL;
    uint64_t found = 0;
    uint32_t truncated = 0;
    if (o->arguments.count < 3)
        return usage_error("path needs FROM, TO and an input; see cspmgraph path --help");
    options narrowed = *o;
    narrowed.top = o->top ? o->top : 10;
    s->o = &narrowed;
    int rc = session_load(s, o->arguments.items + 2, o->arguments.count - 2);
    if (rc == EXIT_DONE)
        rc = session_request(s, &request);
    if (rc == EXIT_DONE && (cspm_request_add_id(request, CSPM_SET_ENTRIES, o->arguments.items[0], CSPM_NUL, &error) != CSPM_OK ||
                            cspm_request_add_id(request, CSPM_SET_TARGETS, o->arguments.items[1], CSPM_NUL, &error) != CSPM_OK))
        rc = report(error);
    if (rc == EXIT_DONE) {
        progress_start(s->op, o);
        if (cspm_paths_export(s->graph, s->rules, request, format_of(o), s->op, &found, &truncated, &text, &error) != CSPM_OK)
            rc = report(error);
        else
            rc = output_buffer(o, text);
    }
    if (rc == EXIT_DONE && found == 0)
        rc = EXIT_NEGATIVE;
    if (rc == EXIT_DONE && truncated)
        rc = EXIT_LIMIT;
    cspm_request_free(request);
    s->o = o;
    return rc;
}

int command_snapshot(session *s)
{
    cspm_error *error = NULL;
    if (!s->o->output)
        return usage_error("snapshot needs -o FILE.cspm");
    int rc = session_load(s, s->o->arguments.items, s->o->arguments.count);
    if (rc != EXIT_DONE)
        return rc;
    progress_start(s->op, s->o);
    return cspm_graph_save(s->graph, s->o->output, CSPM_NUL, s->op, &error) == CSPM_OK ? EXIT_DONE : report(error);
}

int command_export(session *s)
{
    cspm_buffer *text;
    cspm_error *error = NULL;
    const char *format = s->o->format ? s->o->format : "opengraph";
    int rc = session_load(s, s->o->arguments.items, s->o->arguments.count);
    if (rc != EXIT_DONE)
        return rc;
    progress_start(s->op, s->o);
    if (cspm_graph_export(s->graph, format, s->op, &text, &error) != CSPM_OK) {
        bool unknown = cspm_error_code(error) == CSPM_E_UNSUPPORTED;
        rc = report(error);
        return unknown ? EXIT_USAGE : rc;
    }
    return output_buffer(s->o, text);
}

int command_formats(session *s)
{
    bool json = s->o->format && strcmp(s->o->format, "json") == 0;
    if (s->o->format && !json && strcmp(s->o->format, "table") != 0)
        return usage_error("formats are printed as table or json, not '%s'", s->o->format);
    if (json)
        printf("[");
    for (uint32_t i = 0; i < cspm_dialect_count(); i++) {
        if (json)
            printf("%s{\"name\":\"%s\",\"title\":\"%s\",\"recognised\":\"%s\"}", i ? "," : "", cspm_dialect_name(i), cspm_dialect_title(i),
                   cspm_dialect_recognised(i));
        else
            printf("%-18s %-34s %s\n", cspm_dialect_name(i), cspm_dialect_title(i), cspm_dialect_recognised(i));
    }
    if (json)
        printf("]\n");
    return EXIT_DONE;
}

static int rules_test(session *s)
{
    cspm_buffer *text;
    cspm_error *error = NULL;
    uint32_t passed = 0, failed = 0;
    size_t length;
    if (cspm_ruleset_test(s->rules, s->op, &passed, &failed, &text, &error) != CSPM_OK)
        return report(error);
    const char *lines = cspm_buffer_data(text, &length);
    fwrite(lines, 1, length, stdout);
    printf("%u passed, %u failed\n", passed, failed);
    cspm_buffer_unref(text);
    return failed ? EXIT_NEGATIVE : EXIT_DONE;
}

/* check and test look at the packs of one folder; with the built-in ones below them unless told otherwise, because packs may build on
 * those. */
static int rules_folder(session *s, const char *what, const char *folder)
{
    cspm_error *error = NULL;
    bool test = strcmp(what, "test") == 0;
    cspm_ruleset *alone = NULL;
    if (cspm_ruleset_new(s->context, &alone, &error) != CSPM_OK)
        return report(error);
    int rc = EXIT_DONE;
    if ((!test && !s->o->no_builtin_rules && cspm_ruleset_add_builtin(alone, &error) != CSPM_OK) ||
        cspm_ruleset_add_path(alone, folder, CSPM_NUL, &error) != CSPM_OK || cspm_ruleset_seal(alone, &error) != CSPM_OK)
        rc = report(error);
    s->rules = alone;
    if (rc == EXIT_DONE && test)
        return rules_test(s);
    if (rc == EXIT_DONE)
        printf("%s: no mistakes found\n", folder);
    return rc;
}

int command_rules(session *s)
{
    const text_list *a = &s->o->arguments;
    const char *what = a->count ? a->items[0] : "list";
    cspm_error *error = NULL;
    cspm_cursor *cursor;
    cspm_buffer *text;
    uint32_t truncated;
    bool list = strcmp(what, "list") == 0, show = strcmp(what, "show") == 0;
    if (!list && !show && strcmp(what, "check") != 0 && strcmp(what, "test") != 0)
        return usage_error("rules list, show ID, check DIR or test DIR; '%s' is none of them", what);
    if (!list && a->count < 2)
        return usage_error("rules %s needs %s", what, show ? "a rule's id" : "a folder of packs");
    if (a->count > (list ? 1 : 2))
        return usage_error("rules %s: '%s' is one argument too many", what, a->items[list ? 1 : 2]);
    if (!list && !show)
        return rules_folder(s, what, a->items[1]);
    int rc = session_rules(s);
    if (rc != EXIT_DONE)
        return rc;
    if (show) {
        if (cspm_ruleset_show(s->rules, a->items[1], CSPM_NUL, &text, &error) != CSPM_OK) {
            report(error);
            return EXIT_USAGE;
        }
        return output_buffer(s->o, text);
    }
    if (cspm_ruleset_table(s->rules, &cursor, &error) != CSPM_OK)
        return report(error);
    rc = rows_print(s->o, cursor, s->o->format ? s->o->format : "table", &truncated);
    cspm_cursor_free(cursor);
    return rc;
}
