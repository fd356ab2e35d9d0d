/* Help texts. */
#include <string.h>

#include "cli.h"

typedef struct page {
    const char *name, *usage, *summary, *body;
} page;

#define INPUT_TEXT                                                                                                                         \
    "INPUT is a file, a directory, an archive (.zip, .tar.*), a compressed file (.gz, .zst), a snapshot (.cspm), or - for standard "       \
    "input.\n"                                                                                                                             \
    "Its dialect is told from its content; see 'cspmgraph formats'.\n"

#define LOAD_OPTIONS                                                                                                                       \
    "  --input-format NAME    read every input as this dialect\n"                                                                          \
    "  --keep-going           skip malformed content with a warning instead of failing\n"                                                  \
    "  --rules DIR            add rule packs (may be repeated)\n"                                                                          \
    "  --no-builtin-rules     leave out the packs that ship with the library\n"

#define PATH_OPTIONS                                                                                                                       \
    "  --entry QUERY          where attacks start: a query that returns one node column (may be repeated)\n"                               \
    "  --target QUERY         what is worth protecting, likewise\n"                                                                        \
    "  --waypoint QUERY       nodes every path must visit, likewise\n"                                                                     \
    "  --exclude-kind KIND    relationship kinds to ignore (may be repeated)\n"                                                            \
    "  --conditional exclude  leave out edges whose condition could not be decided\n"                                                      \
    "  --max-length N         longest path in hops (default 10)\n"                                                                         \
    "  --top N                how many paths to list (default 50)\n"

static const page pages[] = {
    { "analyze", "cspmgraph analyze [OPTIONS] INPUT...", "attack paths, choke points and fixes",
      INPUT_TEXT "\nOptions:\n" PATH_OPTIONS "  --assume-breach        entry points inside too\n"
                 "  --no-fixes             do not look for fixes (each is verified by analysing again)\n"
                 "  --fail-on LEVEL        exit 1 when a path of this level or above exists (low, medium, high, critical)\n"
                 "  --format NAME          table (default on a terminal), json (default elsewhere), ndjson, csv, html, dot, graphml, "
                 "opengraph, arg\n" LOAD_OPTIONS "\nExample:\n  cspmgraph analyze exports/ --format html -o report.html\n" },
    { "query", "cspmgraph query [OPTIONS] QUERY INPUT...", "rows that match a query",
      INPUT_TEXT "\nOptions:\n"
                 "  --lang NAME            graph (default): patterns; pipe: operators on the tables securityresources, nodes, edges;\n"
                 "                         explorer: QUERY is a Cloud Security Explorer link, its JSON, or a file with either;\n"
                 "                         without INPUT its text in the graph language is printed\n"
                 "  --param NAME=JSON      a value for $NAME (may be repeated)\n"
                 "  --explain              print the plan instead of running it\n"
                 "  --profile              run it and print the plan with the rows each step made\n"
                 "  --top N                at most N rows\n"
                 "  --format NAME          table (default on a terminal), json (default elsewhere), ndjson, csv\n" LOAD_OPTIONS
                 "\nExample:\n  cspmgraph query 'MATCH (u:Identity)-[r]->(s:Secret) RETURN u.name, type(r), s.name' exports/\n" },
    { "path", "cspmgraph path [OPTIONS] FROM TO INPUT...", "the best paths between two nodes",
      "FROM and TO are a node id or alias, or label:NAME for every node of a label, such as label:Administrator.\n" INPUT_TEXT
      "\nOptions:\n"
      "  --weight NAME          likelihood (default), hops, or a numeric relationship property\n"
      "  --exclude-kind KIND    relationship kinds to ignore (may be repeated)\n"
      "  --waypoint QUERY       nodes every path must visit\n"
      "  --conditional exclude  leave out edges whose condition could not be decided\n"
      "  --max-length N         longest path in hops (default 10)\n"
      "  --top N                how many paths to list (default 10)\n"
      "  --format NAME          table (default on a terminal), json (default elsewhere)\n" LOAD_OPTIONS
      "\nExit status 1 when there is no path.\n" },
    { "can", "cspmgraph can --vectors FILE.json [OPTIONS]", "evaluate self-contained requests: unit tests for policies",
      "FILE.json (- for standard input) is a list of requests, each with its principal, action, resource, context and policies; see\n"
      "doc/access.md. One line of JSON is printed for each, in their order: {\"id\":\"...\",\"result\":\"Allowed\"}.\n"
      "Results: Allowed, ImplicitlyDenied, ExplicitlyDenied, Conditional (depends on what is not known).\n" },
    { "snapshot", "cspmgraph snapshot [OPTIONS] INPUT... -o FILE.cspm", "freeze the security graph into one file",
      INPUT_TEXT "\nOptions:\n  -o FILE                where to write (needed)\n" LOAD_OPTIONS
                 "\nA snapshot is an INPUT of every command. Alone it is used as it is; with other inputs or other rules its derived "
                 "layers are rebuilt.\n" },
    { "export", "cspmgraph export [OPTIONS] INPUT...", "the graph in another format",
      INPUT_TEXT "\nOptions:\n  --format NAME          opengraph (default), ndjson, graphml, dot, csv\n" LOAD_OPTIONS },
    { "rules", "cspmgraph rules list|show ID|check DIR|test DIR [OPTIONS]", "look at, check and test rule packs",
      "  list                   every rule in force\n"
      "  show ID                one rule as it stands in its pack\n"
      "  check DIR              read packs and report mistakes\n"
      "  test DIR               run the packs' own examples; exit status 1 when one fails\n"
      "\nOptions:\n  --format NAME          for list: table, json, ndjson, csv\n"
      "  --rules DIR            add rule packs (may be repeated)\n"
      "  --no-builtin-rules     leave out the packs that ship with the library\n" },
    { "formats", "cspmgraph formats [OPTIONS]", "the input dialects, and how each is recognised", "" },
};

static const char general[] =
    "\nCommon options:\n"
    "  -o, --output FILE      write there instead of standard output\n"
    "  --deadline SECONDS     stop after this long; what was found is printed, marked truncated\n"
    "  --max-memory BYTES     hold at most this much memory (512M, 4G)\n"
    "  --now INSTANT          the clock, for reproducible runs (RFC 3339)\n"
    "  -q, --quiet            no warnings\n"
    "  --progress WHEN        auto (default), always, never\n"
    "  --color WHEN           auto (default), always, never\n"
    "  --errors FORM          text (default) or json\n"
    "  --version, -h, --help\n"
    "\nExit status: 0 done, 1 the answer is negative or a gate failed, 2 wrong usage or query, 3 bad input,\n"
    "4 stopped by a limit or the deadline, 5 out of memory, 6 not in this build, 70 internal error, 130 interrupted.\n";

static const page *find(const char *command)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(pages[i].name, command) == 0)
            return &pages[i];
    return NULL;
}

bool help_knows(const char *command)
{
    return find(command) != NULL;
}

const char *help_commands(void)
{
    return "analyze, query, path, can, snapshot, export, rules, formats";
}

void help_print(const char *command, FILE *stream)
{
    const page *p = command ? find(command) : NULL;
    if (p) {
        fprintf(stream, "usage: %s\n\n%s.\n\n%s%s", p->usage, p->summary, p->body, general);
        return;
    }
    fprintf(
        stream,
        "cspmgraph %s: the exports your clouds and scanners write become ranked attack paths and the fixes that break them.\n\nusage:\n",
        cspm_version_string());
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        fprintf(stream, "  %-58s %s\n", pages[i].usage, pages[i].summary);
    fprintf(stream, "%s\n'cspmgraph COMMAND --help' tells more.\n", general);
}
