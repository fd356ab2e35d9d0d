/* FIRST's Exploit Prediction Scoring System as it is published: a comment line, a header, one line a CVE. It adds to what scanners found.
 */
#include "base/time.h"
#include "ingest/dialects.h"
#include "ingest/findings/findings.h"

#define LINE_MAX_BYTES 4096u

typedef struct epss {
    fnd f;
    cg_buf line;
    uint64_t offset, read; /* of the line at hand; of what comes next */
    uint32_t number;
    bool header, too_long;
    cg_str date, version;
} epss;

static const cg_str byte_order_mark = CG_STR("\xEF\xBB\xBF");

static cg_str trimmed(cg_str s)
{
    while (s.length && strchr(" \t\r", s.data[s.length - 1]))
        s.length--;
    while (s.length && strchr(" \t", s.data[0]))
        s = (cg_str){ s.data + 1, s.length - 1 };
    return s;
}

static bool is_header(cg_str line)
{
    return cg_str_starts(line, CG_STR("cve,epss,percentile"));
}

static int epss_recognise(const char *head, size_t length, bool whole)
{
    cg_str text = { head, length };

    (void)whole;
    if (cg_str_starts(text, byte_order_mark))
        text = (cg_str){ head + byte_order_mark.length, length - byte_order_mark.length };
    if (is_header(text))
        return 90;
    if (!cg_str_starts(text, CG_STR("#")))
        return 0;
    const char *end = memchr(text.data, '\n', text.length);
    if (!end)
        return 0;
    return is_header((cg_str){ end + 1, text.length - (size_t)(end + 1 - text.data) }) ? 95 : 0;
}

/* The value behind a name in "#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z". */
static cg_str value_of(cg_str line, cg_str name)
{
    size_t at = cg_str_find(line, name, 0), end;

    if (at == SIZE_MAX)
        return CG_STR_NULL;
    at += name.length;
    for (end = at; end < line.length && line.data[end] != ','; end++)
        ;
    return trimmed((cg_str){ line.data + at, end - at });
}

static int32_t take_comment(epss *e, cg_str line, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_str date = value_of(line, CG_STR("score_date:"));

    e->version = fnd_keep(&e->f, value_of(line, CG_STR("model_version:")), &rc, err);
    if (rc == CSPM_OK)
        e->date = fnd_keep(&e->f, date, &rc, err);
    if (date.length > 10)
        date.length = 10; /* its time zone is written in a way of its own */
    return rc == CSPM_OK ? fnd_stamp(&e->f, date) : rc;
}

static int32_t bad_line(epss *e, const char *what, cspm_error **err)
{
    const cg_pos pos = { e->offset, e->number, 1 };
    return cg_builder_diag(e->f.b, CG_DIAG_WARNING, "bad-item", pos, err, "%s: line skipped", what);
}

static bool probability(cg_str s, double *out)
{
    return cg_parse_double(s, out) && *out >= 0 && *out <= 1;
}

static int32_t take_score(epss *e, cg_str line, cspm_error **err)
{
    fnd *f = &e->f;
    cg_str cells[3] = { CG_STR_NULL, CG_STR_NULL, CG_STR_NULL };
    size_t begin = 0;
    double score, percentile;
    int32_t rc;

    for (uint32_t i = 0; i < 3; i++) {
        size_t end = begin;
        while (end < line.length && line.data[end] != ',')
            end++;
        cells[i] = trimmed((cg_str){ line.data + begin, end - begin });
        begin = end < line.length ? end + 1 : end;
    }
    if (!fnd_is_cve(cells[0]))
        return bad_line(e, "the first column is no CVE id", err);
    if (!probability(cells[1], &score) || !probability(cells[2], &percentile))
        return bad_line(e, "a score must be a number from 0 to 1", err);
    if ((rc = cg_builder_begin_node(f->b, e->offset, err)) < 0 || (rc = cg_builder_set_id(f->b, cells[0].data, cells[0].length, err)) < 0)
        return rc;
    cg_builder_set_standing(f->b, CG_STANDING_ENRICHMENT);
    if ((rc = fnd_number(f, FND_EPSS_SCORE, score, err)) < 0 || (rc = fnd_number(f, FND_EPSS_PERCENTILE, percentile, err)) < 0)
        return rc;
    return fnd_end(f, err);
}

static int32_t take_line(epss *e, cspm_error **err)
{
    cg_str line = cg_buf_view(&e->line);
    const bool too_long = e->too_long;

    e->too_long = false;
    e->number++;
    if (e->number == 1 && cg_str_starts(line, byte_order_mark))
        line = (cg_str){ line.data + byte_order_mark.length, line.length - byte_order_mark.length };
    line = trimmed(line);
    if (too_long)
        return bad_line(e, "it is too long", err);
    if (line.length == 0)
        return CSPM_OK;
    if (line.data[0] == '#')
        return take_comment(e, line, err);
    if (is_header(line)) {
        e->header = true;
        return CSPM_OK;
    }
    return take_score(e, line, err);
}

/* ---- the dialect ---- */

static void epss_close(void *state)
{
    epss *e = state;

    if (!e)
        return;
    cg_buf_free(&e->line);
    fnd_free(&e->f);
    cg_free(e->f.mem, e);
}

static int32_t epss_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    epss *e = cg_calloc(cg_builder_mem(b), 1, sizeof *e);
    int32_t rc;

    (void)op;
    *out = NULL;
    if (!e)
        return cg_nomem(cg_builder_mem(b), err);
    cg_buf_init(&e->line, cg_builder_mem(b), 0);
    if ((rc = fnd_init(&e->f, b, "epss", FND_FIX, source, err)) < 0)
        epss_close(e);
    else
        *out = e;
    return rc;
}

static int32_t epss_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    epss *e = state;
    int32_t rc = CSPM_OK;

    while (length && rc == CSPM_OK) {
        const char *end = memchr(bytes, '\n', length);
        const size_t n = end ? (size_t)(end - bytes) : length;
        if (e->line.length + n > LINE_MAX_BYTES)
            e->too_long = true;
        else
            cg_buf_add(&e->line, bytes, n);
        if (e->line.failed)
            return cg_nomem(e->f.mem, err);
        if (!end) {
            e->read += n;
            return CSPM_OK;
        }
        rc = take_line(e, err);
        e->offset = e->read + n + 1;
        cg_buf_clear(&e->line);
        bytes += n + 1;
        length -= n + 1;
        e->read += n + 1;
    }
    return rc;
}

static int32_t epss_finish(void *state, cspm_error **err)
{
    epss *e = state;
    int32_t rc = e->line.length || e->too_long ? take_line(e, err) : CSPM_OK;

    if (rc == CSPM_OK && !e->header)
        return cg_fail_at(e->f.mem, err, CSPM_E_PARSE, e->f.source, (cg_pos){ 0 }, "no line \"cve,epss,percentile\"");
    return rc == CSPM_OK ? fnd_take_feed(&e->f, CG_STR("first-epss"), "FIRST EPSS scores", e->date, e->version, err) : rc;
}

const cg_dialect cg_dialect_epss = {
    .name = "epss",
    .title = "EPSS scores",
    .recognised = "text that starts with \"cve,epss,percentile\", a comment line before it or not",
    .rank = 31,
    .repeats = true,
    .yields = true,
    .recognise = epss_recognise,
    .open = epss_open,
    .feed = epss_feed,
    .finish = epss_finish,
    .close = epss_close,
};
