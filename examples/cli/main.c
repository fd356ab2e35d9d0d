/* cspmgraph: the command. */
#include <locale.h>
#include <string.h>

#include "cli.h"

static const struct {
    const char *name;
    int (*run)(session *);
} commands[] = {
    { "analyze", command_analyze }, { "query", command_query },     { "path", command_path },   { "snapshot", command_snapshot },
    { "export", command_export },   { "formats", command_formats }, { "rules", command_rules }, { "can", command_can },
};

/* Commands of the contract that a later build brings. */
static const char *const later[] = { "who-can", "reach", "diff", "posture" };

static int run(const options *o)
{
    session s;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, o->command) != 0)
            continue;
        int rc = session_open(&s, o);
        if (rc == EXIT_DONE)
            rc = commands[i].run(&s);
        session_close(&s);
        return rc != EXIT_DONE && session_interrupted() ? EXIT_INTERRUPTED : rc;
    }
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (strcmp(later[i], o->command) == 0) {
            fprintf(stderr, "cspmgraph: error: the command %s is not in this build\n", o->command);
            return EXIT_NOT_BUILT;
        }
    }
    return usage_error("there is no command %s; there are %s", o->command, help_commands());
}

int main(int argc, char **argv)
{
    options o;
    setlocale(LC_CTYPE, "");
    int rc = args_parse(&o, argc, argv);
    if (rc == EXIT_DONE && o.version) {
        printf("cspmgraph %s\n", cspm_version_string());
    } else if (rc == EXIT_DONE && (o.help || (o.command && strcmp(o.command, "help") == 0))) {
        const char *about = o.command && strcmp(o.command, "help") == 0 ? (o.arguments.count ? o.arguments.items[0] : NULL) : o.command;
        if (about && !help_knows(about))
            rc = usage_error("there is no command %s; there are %s", about, help_commands());
        else
            help_print(about, stdout);
    } else if (rc == EXIT_DONE && !o.command) {
        help_print(NULL, stderr);
        rc = EXIT_USAGE;
    } else if (rc == EXIT_DONE) {
        rc = run(&o);
    }
    args_free(&o);
    return rc;
}
