/* --lang explorer: a share link, the JSON in it, or a file with either. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define MOST (1u << 20)

static int read_file(const char *path, char **out, size_t *length)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "%s: error: %s\n", path, strerror(errno));
        return EXIT_INPUT;
    }
    *out = malloc(MOST + 1);
    *length = *out ? fread(*out, 1, MOST + 1, f) : 0;
    bool bad = ferror(f) != 0;
    fclose(f);
    if (!*out)
        return EXIT_MEMORY;
    if (!bad && *length <= MOST)
        return EXIT_DONE;
    fprintf(stderr, "%s: error: %s\n", path, bad ? "cannot be read" : "too large for a link");
    return EXIT_INPUT;
}

int explorer_query(session *s, const char *argument, cspm_buffer **out)
{
    cspm_error *error = NULL;
    char *file = NULL;
    size_t length = strlen(argument);
    bool literal = argument[strspn(argument, " \t\r\n")] == '{' || strncmp(argument, "http", 4) == 0;
    int rc = literal ? EXIT_DONE : read_file(argument, &file, &length);
    if (rc == EXIT_DONE && cspm_explorer_query(s->context, file ? file : argument, length, out, &error) != CSPM_OK) {
        report(error);
        rc = EXIT_USAGE; /* whatever is wrong with it, it is the query */
    }
    free(file);
    return rc;
}
