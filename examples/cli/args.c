/* Options and arguments. A table says what there is; every mistake gets a message that names it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"

typedef enum { FLAG, TEXT, LIST, COUNT, BYTES, SECONDS, INSTANT, WHEN, LEVEL, CONDITIONAL, ERRORS } shape;

typedef struct option {
    const char *name;
    shape shape;
    size_t offset;
} option;

#define AT(field) offsetof(options, field)
static const option table[] = {
    { "--assume-breach", FLAG, AT(assume_breach) },
    { "--color", WHEN, AT(color) },
    { "--conditional", CONDITIONAL, AT(exclude_conditional) },
    { "--deadline", SECONDS, AT(deadline) },
    { "--entry", LIST, AT(entries) },
    { "--errors", ERRORS, AT(errors_json) },
    { "--exclude-kind", LIST, AT(exclude_kinds) },
    { "--explain", FLAG, AT(explain) },
    { "--fail-on", LEVEL, AT(fail_on) },
    { "--format", TEXT, AT(format) },
    { "--help", FLAG, AT(help) },
    { "--input-format", TEXT, AT(input_format) },
    { "--keep-going", FLAG, AT(keep_going) },
    { "--lang", TEXT, AT(language) },
    { "--max-length", COUNT, AT(max_length) },
    { "--max-memory", BYTES, AT(max_memory) },
    { "--no-builtin-rules", FLAG, AT(no_builtin_rules) },
    { "--no-fixes", FLAG, AT(no_fixes) },
    { "--now", INSTANT, AT(now) },
    { "--output", TEXT, AT(output) },
    { "--param", LIST, AT(parameters) },
    { "--profile", FLAG, AT(profile) },
    { "--progress", WHEN, AT(progress) },
    { "--quiet", FLAG, AT(quiet) },
    { "--rules", LIST, AT(rules) },
    { "--target", LIST, AT(targets) },
    { "--top", COUNT, AT(top) },
    { "--vectors", TEXT, AT(vectors) },
    { "--version", FLAG, AT(version) },
    { "--waypoint", LIST, AT(waypoints) },
    { "--weight", TEXT, AT(weight) },
    { "-h", FLAG, AT(help) },
    { "-o", TEXT, AT(output) },
    { "-q", FLAG, AT(quiet) },
};

static const option *find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0)
            return &table[i];
    return NULL;
}

/* Lists never hold more than argc items, so they are allocated once. */
static void list_add(text_list *list, const char *text)
{
    list->items[list->count++] = text;
}

static int set_count(const char *name, const char *text, uint32_t *out)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || end == text || *end || *text == '-' || value == 0 || value > UINT32_MAX)
        return usage_error("%s needs a whole number above 0, not '%s'", name, text);
    *out = (uint32_t)value;
    return EXIT_DONE;
}

static int set_bytes(const char *name, const char *text, uint64_t *out)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    int shift = 0;
    if (end != text && *end) {
        const char *unit = strchr(units, *end >= 'a' ? *end - 32 : *end);
        if (unit) {
            shift = 10 * (int)(unit - units + 1);
            end += end[1] == 'i' ? 2 : 1;
            end += *end == 'B' || *end == 'b';
        }
    }
    if (errno || end == text || *end || *text == '-' || value == 0 || value > UINT64_MAX >> shift)
        return usage_error("%s needs a number of bytes such as 512M, not '%s'", name, text);
    *out = (uint64_t)value << shift;
    return EXIT_DONE;
}

static int set_seconds(const char *name, const char *text, double *out)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (errno || end == text || *end || !(value > 0) || value > 1e9)
        return usage_error("%s needs a number of seconds above 0, not '%s'", name, text);
    *out = value;
    return EXIT_DONE;
}

static int set_instant(const char *name, const char *text, int64_t *out)
{
    struct tm t = { 0 };
    const char *rest = strptime(text, "%Y-%m-%d", &t);
    long offset = 0;
    if (rest && (*rest == 'T' || *rest == 't' || *rest == ' ')) {
        rest = strptime(rest + 1, "%H:%M:%S", &t);
        if (rest && *rest == '.')
            rest += 1 + strspn(rest + 1, "0123456789");
        int hours, minutes, length;
        if (rest && (*rest == '+' || *rest == '-') && sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &length) == 2 && length == 5) {
            offset = (*rest == '-' ? -1L : 1L) * (hours * 3600L + minutes * 60L);
            rest += 6;
        } else if (rest && (*rest == 'Z' || *rest == 'z')) {
            rest++;
        } else {
            rest = NULL;
        }
    }
    if (!rest || *rest)
        return usage_error("%s needs an instant such as 2026-01-31T12:00:00Z, not '%s'", name, text);
    *out = ((int64_t)timegm(&t) - offset) * 1000000;
    return EXIT_DONE;
}

static int set_word(const char *name, const char *text, const char *const *words, uint32_t n, uint32_t *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (strcasecmp(words[i], text) == 0) {
            *out = i;
            return EXIT_DONE;
        }
    }
    char known[128] = "";
    for (uint32_t i = 0; i < n; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "", words[i]);
    return usage_error("%s is one of %s; '%s' is not", name, known, text);
}

static int set(options *o, const option *op, const char *text)
{
    static const char *const whens[] = { "auto", "always", "never" };
    static const char *const levels[] = { "none", "low", "medium", "high", "critical" };
    static const char *const conditional[] = { "include", "exclude" };
    static const char *const errors[] = { "text", "json" };
    char *field = (char *)o + op->offset;
    uint32_t word = 0;
    int rc = EXIT_DONE;
    switch (op->shape) {
    case FLAG:
        *(bool *)field = true;
        break;
    case TEXT:
        *(const char **)field = text;
        break;
    case LIST:
        list_add((text_list *)field, text);
        break;
    case COUNT:
        return set_count(op->name, text, (uint32_t *)field);
    case BYTES:
        return set_bytes(op->name, text, (uint64_t *)field);
    case SECONDS:
        return set_seconds(op->name, text, (double *)field);
    case INSTANT:
        return set_instant(op->name, text, (int64_t *)field);
    case WHEN:
        rc = set_word(op->name, text, whens, 3, &word);
        *(when *)field = (when)word;
        break;
    case LEVEL:
        return set_word(op->name, text, levels, 5, (uint32_t *)field);
    case CONDITIONAL:
        rc = set_word(op->name, text, conditional, 2, &word);
        *(bool *)field = word == 1;
        break;
    case ERRORS:
        rc = set_word(op->name, text, errors, 2, &word);
        *(bool *)field = word == 1;
        break;
    }
    return rc;
}

static int take_option(options *o, int argc, char **argv, int *i)
{
    const char *arg = argv[*i];
    const char *equals = arg[1] == '-' ? strchr(arg, '=') : NULL;
    size_t length = equals ? (size_t)(equals - arg) : strlen(arg);
    const option *op = find(arg, length);
    if (!op)
        return usage_error("there is no option %.*s; see cspmgraph --help", (int)length, arg);
    if (op->shape == FLAG)
        return equals ? usage_error("%s takes no value", op->name) : set(o, op, NULL);
    if (equals)
        return set(o, op, equals + 1);
    if (*i + 1 >= argc)
        return usage_error("%s needs a value", op->name);
    return set(o, op, argv[++*i]);
}

int args_parse(options *o, int argc, char **argv)
{
    memset(o, 0, sizeof *o);
    o->now = INT64_MIN;
    text_list *lists[] = { &o->arguments, &o->rules, &o->parameters, &o->entries, &o->targets, &o->waypoints, &o->exclude_kinds };
    size_t n_lists = sizeof lists / sizeof *lists;
    const char **block = calloc((size_t)argc * n_lists + 1, sizeof *block);
    if (!block) {
        fprintf(stderr, "error: out of memory\n");
        return EXIT_MEMORY;
    }
    for (size_t i = 0; i < n_lists; i++)
        lists[i]->items = block + i * (size_t)argc;
    bool options_end = false;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (!options_end && strcmp(arg, "--") == 0) {
            options_end = true;
        } else if (!options_end && arg[0] == '-' && arg[1]) {
            int rc = take_option(o, argc, argv, &i);
            if (rc != EXIT_DONE)
                return rc;
            report_errors_as_json(o->errors_json);
        } else if (!o->command) {
            o->command = arg;
        } else {
            list_add(&o->arguments, arg);
        }
    }
    return EXIT_DONE;
}

void args_free(options *o)
{
    free(o->arguments.items);
    memset(o, 0, sizeof *o);
}
