/* The HTML report: the attack graph as inline SVG, by columns of hop distance with the rows ordered to reduce crossings, or where a layout
 * put it. */
#include <stdlib.h>

#include "export/cells.h"
#include "export/html.h"

enum { BOX_W = 164, BOX_H = 46, GAP_X = 124, GAP_Y = 22, PAD = 16, NO_VERBS = 56, SWEEPS = 12, NAME_COLUMNS = 15 };

typedef struct place {
    int32_t x, y; /* centre */
} place;

typedef struct picture {
    cg_drawing d;
    place *at;
    uint32_t *row, *best, *order; /* row within the column, the same of the best order so far; vertices by column and row */
    uint64_t *weight;             /* where a vertex wants to be: scaled mean row of its neighbours */
    uint32_t n_columns, most;
    int32_t width, height;
} picture;

static int by_wish(const void *a, const void *b, void *user)
{
    const picture *p = user;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (p->d.column[x] != p->d.column[y])
        return p->d.column[x] < p->d.column[y] ? -1 : 1;
    if (p->weight[x] != p->weight[y])
        return p->weight[x] < p->weight[y] ? -1 : 1;
    return p->row[x] != p->row[y] ? (p->row[x] < p->row[y] ? -1 : 1) : (x < y ? -1 : x > y);
}

static void number_rows(picture *p)
{
    for (uint32_t i = 0, row = 0; i < p->d.n_nodes; i++) {
        row = i && p->d.column[p->order[i]] == p->d.column[p->order[i - 1]] ? row + 1 : 0;
        p->row[p->order[i]] = row;
        if (row + 1 > p->most)
            p->most = row + 1;
    }
}

static uint32_t column_size(const picture *p, uint32_t column)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->d.n_nodes; i++)
        n += p->d.column[i] == column;
    return n;
}

/* Rows as parts of a million of the column's height, so that columns of different sizes compare. */
static uint64_t level_of(const picture *p, uint32_t v)
{
    return ((uint64_t)p->row[v] * 2 + 1) * 1000000 / (2 * (uint64_t)column_size(p, p->d.column[v]));
}

/* Where the vertices of one column want to be: the mean place of their neighbours on the side the sweep comes from. */
static void wish(picture *p, uint32_t column, bool forward)
{
    for (uint32_t v = 0; v < p->d.n_nodes; v++) {
        uint64_t sum = 0, n = 0;
        if (p->d.column[v] != column)
            continue;
        for (uint32_t e = 0; e < p->d.n_edges; e++) {
            uint32_t self = p->d.ends[2 * e + forward], other = p->d.ends[2 * e + !forward];
            if (self != v || (forward ? p->d.column[other] >= column : p->d.column[other] <= column))
                continue;
            sum += level_of(p, other);
            n++;
        }
        p->weight[v] = n ? sum / n : level_of(p, v);
    }
}

static uint32_t crossings(const picture *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->d.n_edges; i++)
        for (uint32_t k = i + 1; k < p->d.n_edges; k++) {
            const uint32_t *a = &p->d.ends[2 * i], *b = &p->d.ends[2 * k];
            if (p->d.column[a[0]] != p->d.column[b[0]] || p->d.column[a[1]] != p->d.column[b[1]])
                continue;
            n += (p->row[a[0]] < p->row[b[0]] && p->row[a[1]] > p->row[b[1]]) ||
                 (p->row[a[0]] > p->row[b[0]] && p->row[a[1]] < p->row[b[1]]);
        }
    return n;
}

static void sweep(picture *p, bool forward)
{
    for (uint32_t i = 0; i < p->n_columns; i++) {
        wish(p, forward ? i : p->n_columns - 1 - i, forward);
        qsort_r(p->order, p->d.n_nodes, sizeof *p->order, by_wish, p);
        number_rows(p);
    }
}

/* Sweeps to and fro; the order with the fewest crossings wins, the first of equals. */
static void order_rows(picture *p)
{
    uint32_t fewest = UINT32_MAX;
    for (uint32_t v = 0; v < p->d.n_nodes; v++) {
        p->order[v] = v;
        p->weight[v] = v;
        if (p->d.column[v] + 1 > p->n_columns)
            p->n_columns = p->d.column[v] + 1;
    }
    qsort_r(p->order, p->d.n_nodes, sizeof *p->order, by_wish, p);
    number_rows(p);
    for (int i = 0; i < SWEEPS && fewest; i++) {
        sweep(p, i % 2 != 0);
        uint32_t n = crossings(p);
        if (n >= fewest)
            continue;
        fewest = n;
        memcpy(p->best, p->row, p->d.n_nodes * sizeof *p->best);
    }
    memcpy(p->row, p->best, p->d.n_nodes * sizeof *p->row);
}

static void place_by_columns(picture *p)
{
    order_rows(p);
    /* The steps from the internet carry no words, so they need less room. */
    int32_t saved = p->n_columns > 1 && p->d.nodes[0] == CG_NO_NODE ? GAP_X - NO_VERBS : 0;
    p->width = (int32_t)p->n_columns * (BOX_W + GAP_X) - GAP_X + 2 * PAD - saved;
    p->height = (int32_t)p->most * (BOX_H + GAP_Y) - GAP_Y + 2 * PAD;
    for (uint32_t v = 0; v < p->d.n_nodes; v++) {
        int32_t n = (int32_t)column_size(p, p->d.column[v]);
        int32_t top = (p->height - (n * (BOX_H + GAP_Y) - GAP_Y)) / 2;
        p->at[v] =
            (place){ PAD + BOX_W / 2 + (int32_t)p->d.column[v] * (BOX_W + GAP_X), top + BOX_H / 2 + (int32_t)p->row[v] * (BOX_H + GAP_Y) };
    }
}

static double within(double v)
{
    return v >= 0 && v <= 1 ? v : v > 1 ? 1 : 0; /* a layout may say anything, NaN too */
}

/* The caller's places, with as much room as the fullest column needs. */
static void place_by_layout(picture *p, const cg_export_style *style)
{
    p->width -= BOX_W + 2 * PAD;
    p->height -= BOX_H + 2 * PAD;
    for (uint32_t v = 0; v < p->d.n_nodes; v++)
        p->at[v] = (place){ PAD + BOX_W / 2 + (int32_t)(within(style->x[v]) * p->width),
                            PAD + BOX_H / 2 + (int32_t)(within(style->y[v]) * p->height) };
    p->width += BOX_W + 2 * PAD;
    p->height += BOX_H + 2 * PAD;
}

static void name_of_edge(cg_analysis_out *o, const picture *p, uint32_t e)
{
    cg_str kind = cg_name_get(o->g, CG_NAMES_KIND, p->d.kinds[e]);
    cg_buf cut;
    cg_buf_init(&cut, o->mem, 0);
    cg_cell_write(&cut, kind, 16);
    o->out->failed |= cut.failed;
    html_text(o, cg_buf_view(&cut));
    cg_buf_free(&cut);
}

/* Labels of edges between the same two vertices are written below each other, the line is drawn once. */
static void draw_edge(cg_analysis_out *o, const picture *p, uint32_t e)
{
    uint32_t from = p->d.ends[2 * e], to = p->d.ends[2 * e + 1], same = 0;
    place a = p->at[from], b = p->at[to];
    for (uint32_t i = e; i-- && p->d.ends[2 * i] == from && p->d.ends[2 * i + 1] == to;)
        same++;
    bool right = b.x > a.x, upright = !right && b.x == a.x;
    int32_t x1 = a.x + (right || upright ? BOX_W / 2 : -BOX_W / 2), x2 = b.x + (right ? -BOX_W / 2 - 7 : BOX_W / 2 + 7);
    int32_t reach = right     ? (x2 - x1) * 2 / 5
                    : upright ? 46
                              : 40,
            c1 = x1 + (right || upright ? reach : -reach), c2 = x2 + (right ? -reach : reach);
    if (!same) {
        cg_buf_printf(o->out, "<path class=\"edge\" d=\"M%d %dC%d %d %d %d %d %d\"/>", x1, a.y, c1, a.y, c2, b.y, x2, b.y);
        cg_buf_printf(o->out, right ? "<path class=\"tip\" d=\"M%d %dl-8 -4v8z\"/>\n" : "<path class=\"tip\" d=\"M%d %dl8 -4v8z\"/>\n",
                      right ? x2 + 6 : x2 - 6, b.y);
    }
}

/* Two edges of one kind that reach one vertex from one side are said once. */
static bool said_together(const picture *p, uint32_t e, uint32_t f)
{
    const uint32_t *a = &p->d.ends[2 * e], *b = &p->d.ends[2 * f];
    return a[1] == b[1] && p->d.kinds[f] != CG_NO_NAME && (p->at[a[0]].x < p->at[a[1]].x) == (p->at[b[0]].x < p->at[b[1]].x);
}

static bool is_said_before(const picture *p, uint32_t e)
{
    for (uint32_t i = 0; i < e; i++)
        if (p->d.kinds[i] == p->d.kinds[e] && said_together(p, e, i))
            return true;
    return false;
}

/* Beside the tip, where the lines of one column have parted; the words at one vertex stand above each other. The step from the internet is
 * the same for all and goes without. */
static void draw_verb(cg_analysis_out *o, const picture *p, uint32_t e)
{
    place a = p->at[p->d.ends[2 * e]], b = p->at[p->d.ends[2 * e + 1]];
    bool right = a.x < b.x;
    int32_t above = 0;
    if (p->d.kinds[e] == CG_NO_NAME || is_said_before(p, e))
        return;
    for (uint32_t i = 0; i < e; i++)
        above += said_together(p, e, i) && !is_said_before(p, i);
    cg_buf_printf(o->out, "<text class=\"verb%s\" x=\"%d\" y=\"%d\">", right ? "" : " back",
                  right ? b.x - BOX_W / 2 - 14 : b.x + BOX_W / 2 + 14, b.y - 5 - above * 12);
    name_of_edge(o, p, e);
    html_raw(o, "</text>\n");
}

static void cut_text(cg_analysis_out *o, cg_str s, uint32_t columns)
{
    cg_buf cut;
    cg_buf_init(&cut, o->mem, 0);
    cg_cell_write(&cut, s, columns);
    o->out->failed |= cut.failed;
    html_text(o, cg_buf_view(&cut));
    cg_buf_free(&cut);
}

static void draw_node(cg_analysis_out *o, const picture *p, uint32_t v)
{
    cg_node n = p->d.nodes[v];
    const cg_node_risk *risk = n == CG_NO_NODE ? NULL : html_risk(o->a, n);
    int32_t x = p->at[v].x - BOX_W / 2, y = p->at[v].y - BOX_H / 2;
    cg_buf_printf(o->out, "<g class=\"%s\"><title>", cg_level_name(risk ? risk->level : (cg_level)0));
    html_text(o, n == CG_NO_NODE ? CG_STR("the internet") : cg_node_id(o->g, n));
    if (risk && risk->paths) {
        html_raw(o, ": score ");
        html_score(o, risk->score);
        html_raw(o, ", on ");
        html_number(o, risk->paths);
        html_raw(o, risk->paths == 1 ? " path" : " paths");
    }
    cg_buf_printf(o->out, "</title><rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>", x, y, BOX_W, BOX_H);
    cg_buf_printf(o->out, "<rect class=\"stripe\" x=\"%d\" y=\"%d\" width=\"4\" height=\"%d\" rx=\"2\"/>", x + 5, y + 8, BOX_H - 16);
    cg_buf_printf(o->out, "<svg x=\"%d\" y=\"%d\" width=\"20\" height=\"20\" class=\"icon\"><use href=\"#i-%s\"/></svg>", x + 15, y + 13,
                  html_icon(o->g, n));
    cg_buf_printf(o->out, "<text x=\"%d\" y=\"%d\">", x + 42, y + 20);
    cut_text(o, cg_export_name(o->g, n), NAME_COLUMNS);
    cg_buf_printf(o->out, "</text><text class=\"sub\" x=\"%d\" y=\"%d\">", x + 42, y + 36);
    cut_text(o, n == CG_NO_NODE ? CG_STR("anybody") : cg_export_kind(o->g, n), NAME_COLUMNS + 3);
    html_raw(o, "</text></g>\n");
}

static int32_t prepare(cg_analysis_out *o, picture *p, cspm_error **err)
{
    int32_t rc = cg_analysis_drawing(o->a, &o->arena, &p->d, err);
    if (rc != CSPM_OK)
        return rc;
    p->at = cg_arena_calloc(&o->arena, p->d.n_nodes + 1u, sizeof *p->at);
    p->row = cg_arena_calloc(&o->arena, p->d.n_nodes + 1u, sizeof *p->row);
    p->best = cg_arena_calloc(&o->arena, p->d.n_nodes + 1u, sizeof *p->best);
    p->order = cg_arena_calloc(&o->arena, p->d.n_nodes + 1u, sizeof *p->order);
    p->weight = cg_arena_calloc(&o->arena, p->d.n_nodes + 1u, sizeof *p->weight);
    if (!p->at || !p->row || !p->best || !p->order || !p->weight)
        return cg_nomem(o->mem, err);
    place_by_columns(p);
    if (o->style.x && o->style.y && o->style.n_places == p->d.n_nodes)
        place_by_layout(p, &o->style);
    return CSPM_OK;
}

int32_t html_picture(cg_analysis_out *o, cspm_error **err)
{
    picture p = { 0 };
    if (!o->a->n_patterns)
        return CSPM_OK;
    int32_t rc = prepare(o, &p, err);
    if (rc != CSPM_OK)
        return rc;
    html_raw(o, "<section id=\"picture\">\n<h2>The ways in one picture</h2>\n<p class=\"hint\">An example of each pattern, riskiest first; "
                "colours show "
                "the highest risk a node is part of.</p>\n<div class=\"sheet picture scroll\" tabindex=\"0\" role=\"group\" "
                "aria-label=\"Attack graph\">\n");
    cg_buf_printf(o->out,
                  "<svg style=\"width:100%%;max-width:%dpx;min-width:%dpx\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%u nodes and "
                  "%u relationships between "
                  "entry points and targets; the paths below tell the same in words\">\n",
                  p.width, p.width * 4 / 5, p.width, p.height, p.d.n_nodes, p.d.n_edges);
    for (uint32_t e = 0; e < p.d.n_edges; e++)
        draw_edge(o, &p, e);
    for (uint32_t v = 0; v < p.d.n_nodes; v++)
        draw_node(o, &p, v);
    for (uint32_t e = 0; e < p.d.n_edges; e++)
        draw_verb(o, &p, e);
    html_raw(o, "</svg>\n</div>\n</section>\n");
    return CSPM_OK;
}
