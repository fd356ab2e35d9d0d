/* Sixty lines from an export to its worst attack path. Build: cc embed.c $(pkg-config --cflags --libs cspmgraph) */
#include <cspmgraph/cspmgraph.h>
#include <stdio.h>

static int fail(cspm_error *error)
{
    fprintf(stderr, "%s\n", cspm_error_text(error, NULL));
    cspm_error_free(error);
    return 1;
}

static int print_rows(cspm_cursor *cursor, cspm_error **error)
{
    cspm_batch *batch;
    cspm_buffer *json;
    int32_t status;
    while ((status = cspm_cursor_next(cursor, &batch, error)) == CSPM_OK) {
        size_t length;
        if ((status = cspm_batch_json(batch, 1, &json, error)) == CSPM_OK) {
            const char *lines = cspm_buffer_data(json, &length);
            fwrite(lines, 1, length, stdout);
            cspm_buffer_unref(json);
        }
        cspm_batch_unref(batch);
        if (status != CSPM_OK)
            return status;
    }
    return status == CSPM_DONE ? CSPM_OK : status;
}

int main(int argc, char **argv)
{
    static const char text[] = "MATCH (n) WHERE n.attackPaths > 0 RETURN n.name AS name, n.riskLevel AS level, n.attackPaths AS paths "
                               "ORDER BY n.riskScore DESC LIMIT 5";
    cspm_context *context = NULL;
    cspm_builder *builder = NULL;
    cspm_ruleset *rules = NULL;
    cspm_graph *graph = NULL;
    cspm_request *request = NULL;
    cspm_analysis *analysis = NULL;
    cspm_query *query = NULL;
    cspm_cursor *cursor = NULL;
    cspm_error *error = NULL;
    int failed = argc != 2 || cspm_context_new(NULL, NULL, &context, &error) || cspm_ruleset_new(context, &rules, &error) ||
                 cspm_ruleset_add_builtin(rules, &error) || cspm_builder_new(context, &builder, &error) ||
                 cspm_builder_add_path(builder, argv[1], CSPM_NUL, NULL, NULL, NULL, &error) ||
                 cspm_builder_finish(builder, rules, NULL, &graph, &error) || cspm_request_new(context, NULL, &request, &error) ||
                 cspm_analyze(graph, rules, request, NULL, &analysis, &error) ||
                 cspm_query_compile(context, text, CSPM_NUL, CSPM_LANG_GRAPH, &query, &error) ||
                 cspm_query_run(query, cspm_analysis_graph(analysis), NULL, NULL, NULL, &cursor, &error) || print_rows(cursor, &error);
    cspm_cursor_free(cursor);
    cspm_query_unref(query);
    cspm_analysis_unref(analysis);
    cspm_request_free(request);
    cspm_graph_unref(graph);
    cspm_builder_free(builder);
    cspm_ruleset_unref(rules);
    cspm_context_unref(context);
    return argc != 2 ? (fprintf(stderr, "usage: %s INPUT\n", argv[0]), 2) : failed ? fail(error) : 0;
}
