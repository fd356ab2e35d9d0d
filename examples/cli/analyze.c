/* The main job: attack paths, choke points, fixes. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#ifdef WITH_METRICS
#include <cspmgraph/metrics.h>
#endif

/* The report's picture is placed by the metrics library where this build has it, else by the library's own columns. */
static int html(session *s, cspm_analysis *analysis, cspm_buffer **out)
{
    cspm_error *error = NULL;
    double *places = NULL;
    uint32_t n = 0;
#ifdef WITH_METRICS
    cspm_buffer *drawing;
    const uint32_t *ends, *columns;
    uint32_t n_edges;
    if (cspm_analysis_drawing(analysis, &drawing, &n, &ends, &n_edges, &columns, &error) != CSPM_OK)
        return report(error);
    places = n ? malloc(2 * (size_t)n * sizeof *places) : NULL;
    if (places && cspm_metrics_layout_layered(s->context, n, ends, n_edges, columns, places, places + n, s->op, &error) != CSPM_OK) {
        /* A picture without a layout is still a picture: the library has columns of its own. */
        cspm_error_free(error);
        error = NULL;
        free(places);
        places = NULL;
    }
    cspm_buffer_unref(drawing);
#endif
    int32_t rc = cspm_analysis_html(analysis, places, places ? places + n : NULL, places ? n : 0, s->op, out, &error);
    free(places);
    return rc == CSPM_OK ? EXIT_DONE : report(error);
}

static int render(session *s, cspm_analysis *analysis, const char *format, cspm_buffer **out)
{
    cspm_error *error = NULL;
    cspm_export_options style = { .struct_size = sizeof style, .colour = output_colour(s->o), .width = output_width() };
    if (strcmp(format, "html") == 0)
        return html(s, analysis, out);
    return cspm_analysis_export(analysis, format, &style, s->op, out, &error) == CSPM_OK ? EXIT_DONE : report(error);
}

static int known_format(const char *format)
{
    char known[256] = "";
    const char *name;
    for (uint32_t i = 0; (name = cspm_export_format(1, i)) != NULL; i++) {
        if (strcmp(name, format) == 0)
            return EXIT_DONE;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", name);
    }
    return usage_error("analyze writes %s; not '%s'", known, format);
}

int command_analyze(session *s)
{
    const options *o = s->o;
    cspm_request *request = NULL;
    cspm_analysis *analysis = NULL;
    cspm_buffer *text = NULL;
    cspm_error *error = NULL;
    const char *format = o->format ? o->format : output_is_terminal(o) ? "table" : "json";
    int rc = known_format(format);
    if (rc == EXIT_DONE)
        rc = session_request(s, &request);
    if (rc == EXIT_DONE)
        rc = session_load(s, o->arguments.items, o->arguments.count);
    if (rc == EXIT_DONE) {
        progress_start(s->op, o);
        if (cspm_analyze(s->graph, s->rules, request, s->op, &analysis, &error) != CSPM_OK)
            rc = report(error);
        progress_stop();
    }
    /* Writing must not fail for the deadline that cut the search short. */
    if (rc == EXIT_DONE && cspm_analysis_truncated(analysis) & CSPM_TRUNCATED_TIME)
        cspm_op_set_timeout_ms(s->op, 0);
    if (rc == EXIT_DONE)
        rc = render(s, analysis, format, &text);
    if (rc == EXIT_DONE)
        rc = output_buffer(o, text);
    if (rc == EXIT_DONE && o->fail_on)
        for (uint32_t level = o->fail_on; level <= CSPM_LEVEL_CRITICAL; level++)
            if (cspm_analysis_count(analysis, level))
                rc = EXIT_NEGATIVE;
    if (rc == EXIT_DONE && cspm_analysis_truncated(analysis))
        rc = EXIT_LIMIT;
    cspm_analysis_unref(analysis);
    cspm_request_free(request);
    return rc;
}
