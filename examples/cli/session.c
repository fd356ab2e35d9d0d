/* What every command needs: context, rules, a loaded graph, a request; and Ctrl-C. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* The running operation, for the signal handler; cspm_op_cancel is async-signal-safe. */
static cspm_op *volatile signal_op;
static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    interrupted = 1;
    if (signal_op)
        cspm_op_cancel(signal_op);
    signal(number, SIG_DFL); /* a second Ctrl-C ends the process */
}

bool session_interrupted(void)
{
    return interrupted != 0;
}

int session_open(session *s, const options *o)
{
    cspm_error *error = NULL;
    cspm_limits limits;
    memset(s, 0, sizeof *s);
    s->o = o;
    cspm_limits_init(&limits, sizeof limits);
    limits.max_memory_bytes = o->max_memory;
    if (cspm_context_new(NULL, &limits, &s->context, &error) != CSPM_OK || cspm_op_new(s->context, &s->op, &error) != CSPM_OK)
        return report(error);
    if (o->deadline > 0)
        cspm_op_set_timeout_ms(s->op, (uint64_t)(o->deadline * 1000) + 1);
    signal_op = s->op;
    struct sigaction action = { .sa_handler = on_interrupt };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    return EXIT_DONE;
}

int session_rules(session *s)
{
    cspm_error *error = NULL;
    if (cspm_ruleset_new(s->context, &s->rules, &error) != CSPM_OK)
        return report(error);
    if (!s->o->no_builtin_rules && cspm_ruleset_add_builtin(s->rules, &error) != CSPM_OK)
        return report(error);
    for (uint32_t i = 0; i < s->o->rules.count; i++)
        if (cspm_ruleset_add_path(s->rules, s->o->rules.items[i], CSPM_NUL, &error) != CSPM_OK)
            return report(error);
    return cspm_ruleset_seal(s->rules, &error) == CSPM_OK ? EXIT_DONE : report(error);
}

/* A lone snapshot under unchanged rules is used as it is. */
static bool open_snapshot(session *s, const char *path)
{
    cspm_error *error = NULL;
    if (s->o->rules.count || s->o->no_builtin_rules || s->o->input_format || strcmp(path, "-") == 0)
        return false;
    int32_t rc = cspm_graph_open(s->context, path, CSPM_NUL, s->op, &s->graph, &error);
    if (rc == CSPM_OK)
        return true;
    cspm_error_free(error); /* not a snapshot, or not a good one: the general reader says which */
    return false;
}

int session_load(session *s, const char *const *inputs, uint32_t count)
{
    cspm_builder *builder = NULL;
    cspm_error *error = NULL;
    cspm_load_options load = { .struct_size = sizeof load, .flags = s->o->keep_going ? CSPM_LOAD_KEEP_GOING : 0 };
    if (count == 0)
        return usage_error("no input; see cspmgraph %s --help", s->o->command);
    int rc = session_rules(s);
    if (rc != EXIT_DONE)
        return rc;
    if (count == 1 && open_snapshot(s, inputs[0])) {
        warn_diagnostics(s->graph, s->o->quiet);
        return EXIT_DONE;
    }
    progress_start(s->op, s->o);
    int32_t status = cspm_builder_new(s->context, &builder, &error);
    for (uint32_t i = 0; status == CSPM_OK && i < count; i++)
        status = cspm_builder_add_path(builder, inputs[i], CSPM_NUL, s->o->input_format, &load, s->op, &error);
    if (status == CSPM_OK)
        status = cspm_builder_finish(builder, s->rules, s->op, &s->graph, &error);
    cspm_builder_free(builder);
    progress_stop();
    if (status != CSPM_OK)
        return report(error);
    warn_diagnostics(s->graph, s->o->quiet);
    return EXIT_DONE;
}

int session_request(session *s, cspm_request **out)
{
    const options *o = s->o;
    const struct {
        const text_list *list;
        uint32_t set;
    } sets[] = { { &o->entries, CSPM_SET_ENTRIES }, { &o->targets, CSPM_SET_TARGETS }, { &o->waypoints, CSPM_SET_WAYPOINTS } };
    cspm_error *error = NULL;
    cspm_request_options known;
    cspm_request_options_init(&known, sizeof known);
    known.flags = (o->assume_breach ? CSPM_REQUEST_ASSUME_BREACH : 0) | (o->exclude_conditional ? CSPM_REQUEST_EXCLUDE_CONDITIONAL : 0) |
                  (o->no_fixes ? CSPM_REQUEST_NO_FIXES : 0);
    known.top = o->top;
    known.max_length = o->max_length;
    known.now_us = o->now;
    if (cspm_request_new(s->context, &known, out, &error) != CSPM_OK)
        return report(error);
    for (size_t k = 0; k < sizeof sets / sizeof *sets; k++)
        for (uint32_t i = 0; i < sets[k].list->count; i++)
            if (cspm_request_add_query(*out, sets[k].set, sets[k].list->items[i], CSPM_NUL, &error) != CSPM_OK)
                return report(error);
    for (uint32_t i = 0; i < o->exclude_kinds.count; i++)
        if (cspm_request_exclude_kind(*out, o->exclude_kinds.items[i], CSPM_NUL, &error) != CSPM_OK)
            return report(error);
    if (o->weight && cspm_request_set_weight(*out, strcmp(o->weight, "hops") == 0 ? "" : o->weight, CSPM_NUL, &error) != CSPM_OK)
        return report(error);
    return EXIT_DONE;
}

void session_close(session *s)
{
    progress_stop();
    signal_op = NULL;
    cspm_graph_unref(s->graph);
    cspm_ruleset_unref(s->rules);
    cspm_op_unref(s->op);
    cspm_context_unref(s->context);
    memset(s, 0, sizeof *s);
}
