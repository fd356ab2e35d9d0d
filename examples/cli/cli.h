/* What the parts of the command share. Public library headers only. */
#ifndef CLI_H
#define CLI_H

#include <cspmgraph/cspmgraph.h>
#include <stdbool.h>
#include <stdio.h>

/* Exit codes of the command. */
enum {
    EXIT_DONE = 0,
    EXIT_NEGATIVE = 1, /* done, and the answer is no or the gate failed */
    EXIT_USAGE = 2,
    EXIT_INPUT = 3,
    EXIT_LIMIT = 4,
    EXIT_MEMORY = 5,
    EXIT_NOT_BUILT = 6,
    EXIT_INTERNAL = 70,
    EXIT_INTERRUPTED = 130
};

typedef struct text_list {
    const char **items;
    uint32_t count;
} text_list;

typedef enum { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER } when;

typedef struct options {
    const char *command;
    text_list arguments; /* what is no option, after the command */
    text_list rules, parameters, entries, targets, waypoints, exclude_kinds;
    const char *format, *output, *input_format, *language, *weight, *vectors;
    uint32_t top, max_length, fail_on;
    uint64_t max_memory;
    double deadline;
    int64_t now; /* microseconds; INT64_MIN = the system clock */
    bool no_builtin_rules, assume_breach, keep_going, quiet, explain, profile, exclude_conditional, no_fixes, errors_json, help, version;
    when progress, color;
} options;

/* Everything a running command holds; released in one place. */
typedef struct session {
    const options *o;
    cspm_context *context;
    cspm_op *op;
    cspm_ruleset *rules;
    cspm_graph *graph;
} session;

/* args.c: EXIT_DONE, or EXIT_USAGE after a message. The lists point into argv. */
int args_parse(options *o, int argc, char **argv);
void args_free(options *o);

/* help.c */
void help_print(const char *command, FILE *stream);
bool help_knows(const char *command);
const char *help_commands(void); /* names, for messages */

/* report.c: errors and warnings on stderr, and the exit code they mean. */
void report_errors_as_json(bool on);
int report(cspm_error *error); /* prints and frees */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
int exit_of_status(int32_t status);
void warn_diagnostics(cspm_graph *graph, bool quiet);

/* session.c */
int session_open(session *s, const options *o); /* context, operation, signal handling */
int session_rules(session *s);                  /* the rule set the options ask for */
int session_load(session *s, const char *const *inputs, uint32_t count);
int session_request(session *s, cspm_request **out);
void session_close(session *s);
bool session_interrupted(void);

/* progress.c: a bar on stderr while a call runs, polled from a thread of its own. */
void progress_start(cspm_op *op, const options *o);
void progress_stop(void);

/* output.c */
int output_write(const options *o, const void *bytes, size_t length);
int output_buffer(const options *o, cspm_buffer *buffer); /* and unref it */
bool output_is_terminal(const options *o);
bool output_colour(const options *o);
uint32_t output_width(void);

/* rows.c: a cursor as table, json, ndjson or csv. */
int rows_print(const options *o, cspm_cursor *cursor, const char *format, uint32_t *truncated);

/* explorer.c: the text of the graph form that a share link stands for; EXIT_DONE or an exit code after a message. */
int explorer_query(session *s, const char *argument, cspm_buffer **out);

/* commands */
int command_analyze(session *s);
int command_can(session *s);
int command_query(session *s);
int command_path(session *s);
int command_snapshot(session *s);
int command_export(session *s);
int command_formats(session *s);
int command_rules(session *s);

#endif
