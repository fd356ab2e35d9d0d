/* The analysis for a person at a terminal: patterns first, the best path told, then choke points and fixes. */
#include "export/analysis_formats.h"
#include "export/cells.h"

enum { ONE_LINE = 140, LEAST = 48, MOST_CHOKES = 8, MARGIN = 2 };

typedef struct pen {
    cg_buf *b;
    const cg_graph *g;
    bool colour;
    uint32_t width;
} pen;

static void paint(const pen *p, const char *code)
{
    if (p->colour)
        cg_buf_printf(p->b, "\x1b[%sm", code);
}

static const char *level_colour(cg_level level)
{
    return level == CG_LEVEL_CRITICAL ? "1;31" : level == CG_LEVEL_HIGH ? "31" : level == CG_LEVEL_MEDIUM ? "33" : "36";
}

static void heading(const pen *p, const char *title)
{
    paint(p, "1");
    cg_buf_printf(p->b, "\n%s\n", title);
    paint(p, "0");
}

static void level_cell(const pen *p, cg_level level)
{
    paint(p, level_colour(level));
    cg_buf_printf(p->b, "%-8s", cg_level_name(level));
    paint(p, "0");
}

static void score_cell(const pen *p, double score)
{
    uint32_t tenths = (uint32_t)(score * 10 + 0.5);
    cg_buf_printf(p->b, "  %3u.%u", tenths / 10, tenths % 10);
}

static void count_cell(const pen *p, uint64_t count)
{
    if (count < 1000000)
        cg_buf_printf(p->b, "  %6llu", (unsigned long long)count);
    else if (count < 1000000000)
        cg_buf_printf(p->b, "  %5lluM", (unsigned long long)(count / 1000000));
    else if (count < 1000000000000000)
        cg_buf_printf(p->b, "  %5lluG", (unsigned long long)(count / 1000000000));
    else
        cg_buf_adds(p->b, "  >10^15");
}

/* "first +3", cut so that the "+3" stays. */
static uint32_t group_cell(const pen *p, const cg_node *nodes, uint32_t n, uint32_t columns)
{
    cg_buf more;
    uint32_t used = 0;
    if (!n)
        return 0;
    cg_buf_init(&more, p->b->mem, 0);
    if (n > 1)
        cg_buf_printf(&more, " +%u", n - 1);
    p->b->failed |= more.failed;
    if (columns > more.length)
        used = cg_cell_write(p->b, cg_node_name(p->g, nodes[0]), columns - (uint32_t)more.length);
    cg_buf_str(p->b, cg_buf_view(&more));
    used += (uint32_t)more.length;
    cg_buf_free(&more);
    return used;
}

static void ends_cell(const pen *p, const cg_pattern_row *row, uint32_t columns)
{
    uint32_t half = (columns - 3) / 2;
    uint32_t used = group_cell(p, row->entries, row->n_entries, half);
    cg_buf_adds(p->b, " \xe2\x86\x92 ");
    group_cell(p, row->targets, row->n_targets, columns - used - 3);
}

/* Title and ends share a line where there is room for both, else the ends stand below. */
static void pattern_lines(const pen *p, const cg_analysis *a)
{
    uint32_t fixed = 30, rest = p->width - fixed;
    bool one_line = p->width >= ONE_LINE;
    uint32_t title = one_line ? rest * 5 / 8 : rest;
    heading(p, "ATTACK PATHS");
    paint(p, "2");
    cg_buf_adds(p->b, "  #  Level     Score   Count  ");
    cg_cell_pad(p->b, CG_STR("Pattern"), one_line ? title : 7);
    cg_buf_adds(p->b, one_line ? "  From \xe2\x86\x92 to\n" : ", from \xe2\x86\x92 to\n");
    paint(p, "0");
    for (uint32_t i = 0; i < a->n_patterns; i++) {
        const cg_pattern_row *row = &a->patterns[i];
        cg_buf_printf(p->b, "%3u  ", i + 1);
        level_cell(p, row->level);
        score_cell(p, row->score);
        count_cell(p, row->count);
        cg_buf_adds(p->b, "  ");
        if (one_line) {
            cg_cell_pad(p->b, row->title, title);
            cg_buf_adds(p->b, "  ");
            ends_cell(p, row, rest - title - 2);
        } else {
            cg_cell_wrap(p->b, row->title, rest, fixed);
            cg_buf_char(p->b, '\n');
            cg_cell_spaces(p->b, fixed);
            paint(p, "2");
            ends_cell(p, row, rest);
            paint(p, "0");
        }
        cg_buf_char(p->b, '\n');
    }
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void wrapped(const pen *p, cg_buf *text, uint32_t indent)
{
    p->b->failed |= text->failed;
    cg_cell_wrap(p->b, cg_buf_view(text), p->width, indent);
    cg_buf_char(p->b, '\n');
    cg_buf_clear(text);
}

static void summary_lines(const pen *p, const cg_analysis *a)
{
    const char *truncated = cg_truncated_name(a->truncated);
    cg_buf text;
    cg_buf_init(&text, p->b->mem, 0);
    cg_buf_printf(&text, "%llu attack path%s from %u entry point%s to %u target%s, at most %u steps%s", (unsigned long long)a->n_paths,
                  plural(a->n_paths), a->n_entries, plural(a->n_entries), a->n_targets, plural(a->n_targets), a->max_length,
                  a->estimated ? " (counts are estimates)" : "");
    paint(p, "1");
    wrapped(p, &text, 0);
    paint(p, "0");
    for (int level = CG_LEVEL_CRITICAL; level >= CG_LEVEL_LOW; level--) {
        paint(p, level_colour((cg_level)level));
        cg_buf_printf(p->b, "%s%llu %s", level == CG_LEVEL_CRITICAL ? "" : "   ", (unsigned long long)a->by_level[level],
                      cg_level_name((cg_level)level));
        paint(p, "0");
    }
    cg_buf_char(p->b, '\n');
    if (truncated) {
        paint(p, "33");
        cg_buf_printf(&text, "Incomplete: the %s limit stopped the analysis; what was found until then is shown.", truncated);
        wrapped(p, &text, 0);
        paint(p, "0");
    }
    if (a->targets_beyond) {
        cg_buf_printf(&text, "%u more target%s can be reached, but only in more steps.", a->targets_beyond, plural(a->targets_beyond));
        wrapped(p, &text, 0);
    }
    cg_buf_free(&text);
}

static void story_lines(const pen *p, const cg_attack_path *path)
{
    heading(p, "THE FIRST OF THEM");
    cg_buf_adds(p->b, "  ");
    cg_cell_wrap(p->b, path->description, p->width - MARGIN, MARGIN);
    cg_buf_char(p->b, '\n');
    for (uint32_t i = 0; i < path->n_story; i++) {
        cg_buf_adds(p->b, "  ");
        cg_cell_wrap(p->b, path->story[i], p->width - MARGIN, 5);
        cg_buf_char(p->b, '\n');
    }
}

static void choke_lines(const pen *p, const cg_analysis *a)
{
    heading(p, "CHOKE POINTS");
    paint(p, "2");
    cg_buf_adds(p->b, "   Paths  Targets  Entries  \n");
    paint(p, "0");
    for (uint32_t i = 0; i < a->n_chokes && i < MOST_CHOKES; i++) {
        const cg_choke *c = &a->chokes[i];
        count_cell(p, c->paths);
        cg_buf_printf(p->b, "  %7u  %7u  ", c->targets, c->entries);
        uint32_t rest = p->width - 28;
        if (c->node != CG_NO_NODE) {
            uint32_t used = cg_cell_write(p->b, cg_export_name(p->g, c->node), rest);
            if (rest - used > 6) {
                paint(p, "2");
                cg_buf_char(p->b, ' ');
                cg_cell_write(p->b, cg_export_kind(p->g, c->node), rest - used - 1);
                paint(p, "0");
            }
        } else {
            cg_edge e = cg_rel_get(p->g, c->rel);
            uint32_t used = cg_cell_write(p->b, cg_node_name(p->g, e.from), rest / 3);
            cg_buf_adds(p->b, " -");
            used += cg_cell_write(p->b, cg_name_get(p->g, CG_NAMES_KIND, e.kind), rest / 3);
            cg_buf_adds(p->b, "\xe2\x86\x92 ");
            cg_cell_write(p->b, cg_node_name(p->g, e.to), rest - used > 4 ? rest - used - 4 : 1);
        }
        cg_buf_adds(p->b, c->cuts_all ? "  *\n" : "\n");
    }
    if (a->n_chokes && a->chokes[0].cuts_all)
        cg_buf_adds(p->b, "  * every path passes here\n");
}

static void fix_lines(const pen *p, const cg_analysis *a)
{
    heading(p, "FIXES, each verified by analysing again");
    paint(p, "2");
    cg_buf_adds(p->b, "  #   Closes   In all  \n");
    paint(p, "0");
    for (uint32_t i = 0; i < a->n_fixes; i++) {
        const cg_fix *f = &a->fixes[i];
        uint64_t percent = a->n_paths ? f->cumulative_closed * 100 / a->n_paths : 0;
        cg_buf_printf(p->b, "%3u  %7llu  %5llu %%  ", i + 1, (unsigned long long)f->paths_closed, (unsigned long long)percent);
        cg_cell_wrap(p->b, f->title, p->width - 23, 23);
        cg_buf_char(p->b, '\n');
    }
}

static void diag_lines(const pen *p, const cg_analysis *a)
{
    uint32_t of_inputs = cg_diag_count(p->g);
    if (a->n_diags || of_inputs)
        cg_buf_char(p->b, '\n');
    for (uint32_t i = 0; i < a->n_diags; i++) {
        paint(p, "33");
        cg_buf_adds(p->b, a->diags[i].severity == CG_DIAG_ERROR ? "error: " : "warning: ");
        paint(p, "0");
        cg_cell_wrap(p->b, a->diags[i].message, p->width - 9, 9);
        cg_buf_char(p->b, '\n');
    }
    if (of_inputs)
        cg_buf_printf(p->b, "%u note%s about the inputs; --format json lists them.\n", of_inputs, of_inputs == 1 ? "" : "s");
}

int32_t cg_analysis_write_table(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    pen p = { .b = o->out, .g = o->g, .colour = o->style.colour, .width = o->style.width < LEAST ? LEAST : o->style.width };
    summary_lines(&p, a);
    if (a->n_patterns)
        pattern_lines(&p, a);
    if (a->n_listed)
        story_lines(&p, &a->paths[0]);
    if (a->n_chokes)
        choke_lines(&p, a);
    if (a->n_fixes)
        fix_lines(&p, a);
    diag_lines(&p, a);
    return CSPM_OK;
}

void cg_between_write_table(const cg_between *b, const cg_graph *g, const cg_export_style *style, cg_buf *out)
{
    pen p = { .b = out, .g = g, .colour = style && style->colour, .width = style && style->width ? style->width : 100 };
    const char *truncated = cg_truncated_name(b->truncated);
    if (p.width < LEAST)
        p.width = LEAST;
    if (!b->n_paths)
        cg_buf_adds(out, "No path.\n");
    for (uint32_t i = 0; i < b->n_paths; i++) {
        const struct cg_between_path *path = &b->paths[i];
        paint(&p, "1");
        cg_buf_printf(out, "%sPath %u", i ? "\n" : "", i + 1);
        paint(&p, "0");
        cg_buf_printf(out, ": %u step%s, likelihood ", path->n_steps, path->n_steps == 1 ? "" : "s");
        cg_buf_double(out, path->likelihood);
        cg_buf_adds(out, path->conditional ? ", conditional\n" : "\n");
        for (uint32_t k = 0; k < path->n_steps; k++) {
            cg_buf_printf(out, "%4u. ", k + 1);
            cg_cell_wrap(out, path->steps[k].story, p.width - 6, 6);
            cg_buf_char(out, '\n');
        }
    }
    if (truncated)
        cg_buf_printf(out, "Incomplete: the %s limit stopped the search.\n", truncated);
}
