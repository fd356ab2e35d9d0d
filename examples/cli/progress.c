/* A progress bar on stderr, polled from a thread of its own while a library call runs. */
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    cspm_op *op;
    bool running, stop, drawn, terminal;
} bar = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static const char *phase_name(uint32_t phase)
{
    static const char *const names[] = { "starting",  "reading",         "freezing", "deriving",
                                         "searching", "verifying fixes", "querying", "writing" };
    return phase < sizeof names / sizeof *names ? names[phase] : "working";
}

static void amount(char *out, size_t size, uint64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    double value = (double)bytes;
    int unit = 0;
    for (; value >= 1024 && unit < 4; unit++)
        value /= 1024;
    snprintf(out, size, unit && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void draw(void)
{
    enum { CELLS = 24 };
    cspm_progress p = { .struct_size = sizeof p };
    char cells[CELLS * 3 + 1] = "", memory[32];
    cspm_op_progress(bar.op, &p);
    amount(memory, sizeof memory, p.memory_bytes);
    if (p.total) {
        uint64_t done = p.done < p.total ? p.done : p.total;
        int full = (int)((double)done / (double)p.total * CELLS);
        for (int i = 0; i < CELLS; i++)
            strcat(cells, i < full ? "█" : "░");
        fprintf(stderr, "%s%-15s %s %3d%%  %s held%s", bar.terminal ? "\r\033[K" : "", phase_name(p.phase), cells,
                (int)((double)done / (double)p.total * 100), memory, bar.terminal ? "" : "\n");
    } else {
        fprintf(stderr, "%s%-15s %llu done  %s held%s", bar.terminal ? "\r\033[K" : "", phase_name(p.phase), (unsigned long long)p.done,
                memory, bar.terminal ? "" : "\n");
    }
    fflush(stderr);
    bar.drawn = true;
}

static void *run(void *unused)
{
    struct timespec until;
    (void)unused;
    pthread_mutex_lock(&bar.lock);
    clock_gettime(CLOCK_REALTIME, &until);
    long pause = 300; /* nothing is drawn for a call that ends at once */
    while (!bar.stop) {
        until.tv_nsec += pause * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        while (!bar.stop && pthread_cond_timedwait(&bar.wake, &bar.lock, &until) == 0)
            ;
        if (!bar.stop)
            draw();
        pause = bar.terminal ? 100 : 2000;
    }
    pthread_mutex_unlock(&bar.lock);
    return NULL;
}

void progress_start(cspm_op *op, const options *o)
{
    bool terminal = isatty(STDERR_FILENO) != 0;
    if (bar.running || o->progress == WHEN_NEVER || (o->progress == WHEN_AUTO && (!terminal || o->quiet)))
        return;
    bar.op = op;
    bar.stop = bar.drawn = false;
    bar.terminal = terminal;
    bar.running = pthread_create(&bar.thread, NULL, run, NULL) == 0;
}

void progress_stop(void)
{
    if (!bar.running)
        return;
    pthread_mutex_lock(&bar.lock);
    bar.stop = true;
    pthread_cond_signal(&bar.wake);
    pthread_mutex_unlock(&bar.lock);
    pthread_join(bar.thread, NULL);
    bar.running = false;
    if (bar.drawn && bar.terminal)
        fprintf(stderr, "\r\033[K");
}
