/* can: requests against policies. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* The whole file; NULL after a message, with the exit code in *rc. */
static char *read_whole(const char *path, size_t *length, int *rc)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *text = NULL;
    size_t capacity = 0, got = 1;
    *length = 0;
    *rc = EXIT_INPUT;
    while (stream && got && *rc != EXIT_MEMORY) {
        if (*length == capacity) {
            capacity = capacity ? 2 * capacity : 65536;
            char *more = realloc(text, capacity);
            if (!more) {
                *rc = EXIT_MEMORY;
                break;
            }
            text = more;
        }
        got = fread(text + *length, 1, capacity - *length, stream);
        *length += got;
    }
    bool good = stream && *rc != EXIT_MEMORY && !ferror(stream);
    int reason = errno;
    if (stream && stream != stdin)
        fclose(stream);
    if (good) {
        *rc = EXIT_DONE;
        return text;
    }
    fprintf(stderr, "%s: error: %s\n", path, *rc == EXIT_MEMORY ? "out of memory" : strerror(reason));
    free(text);
    return NULL;
}

int command_can(session *s)
{
    const options *o = s->o;
    cspm_buffer *lines = NULL;
    cspm_error *error = NULL;
    size_t length;
    int rc;
    if (!o->vectors) {
        fprintf(stderr, "cspmgraph: error: can without --vectors is not in this build\n");
        return EXIT_NOT_BUILT;
    }
    if (o->arguments.count)
        return usage_error("can --vectors takes one file and nothing else; '%s' is one argument too many", o->arguments.items[0]);
    char *text = read_whole(o->vectors, &length, &rc);
    if (!text)
        return rc;
    progress_start(s->op, o);
    int32_t status = cspm_can_vectors(s->context, text, length, strcmp(o->vectors, "-") == 0 ? "stdin" : o->vectors, s->op, &lines, &error);
    progress_stop();
    free(text);
    return status == CSPM_OK ? output_buffer(o, lines) : report(error);
}
