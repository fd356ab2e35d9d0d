/* Where results go: standard output or a file, with every write checked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

int output_write(const options *o, const void *bytes, size_t length)
{
    progress_stop();
    FILE *stream = o->output && strcmp(o->output, "-") != 0 ? fopen(o->output, "wb") : stdout;
    bool good = stream != NULL;
    if (good && length)
        good = fwrite(bytes, 1, length, stream) == length;
    if (good)
        good = fflush(stream) == 0;
    int reason = errno;
    if (stream && stream != stdout && fclose(stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    if (good)
        return EXIT_DONE;
    if (stream == stdout && reason == EPIPE)
        return EXIT_DONE; /* the reader has seen enough */
    fprintf(stderr, "%s: error: cannot write: %s\n", o->output ? o->output : "standard output", strerror(reason));
    return EXIT_INPUT;
}

int output_buffer(const options *o, cspm_buffer *buffer)
{
    size_t length;
    const void *bytes = cspm_buffer_data(buffer, &length);
    int rc = output_write(o, bytes, length);
    cspm_buffer_unref(buffer);
    return rc;
}

bool output_is_terminal(const options *o)
{
    return !o->output && isatty(STDOUT_FILENO);
}

bool output_colour(const options *o)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (o->color != WHEN_AUTO)
        return o->color == WHEN_ALWAYS;
    return output_is_terminal(o) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

uint32_t output_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 100;
}
