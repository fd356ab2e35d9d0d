/* Freeze: edge endpoints given by properties. Equal questions are asked once; each property's nodes are walked once for all questions. */
#include "graph/build.h"

typedef struct question {
    const cg_match *match;
    uint64_t hash;    /* of the first value, folded when nocase */
    uint32_t next;    /* in the bucket of its hash */
    uint32_t answers; /* 0, 1, 2 = more */
    cg_node node;
} question;

typedef struct asking {
    cg_freeze *f;
    cg_seed seed;
    cg_intern *texts; /* questions as bytes */
    CG_VEC(question) questions;
    uint32_t *question_of; /* per match */
    uint32_t *buckets;
    uint32_t n_buckets;
    cg_buf folded;
} asking;

static uint64_t hash_of(asking *a, const cg_cell *c, bool nocase)
{
    if (c->type != CG_STRING)
        return c->type == CG_LIST ? cg_hash(&a->seed, c->text.data, c->text.length) : cg_hash(&a->seed, &c->word, sizeof c->word);
    if (!nocase)
        return cg_hash(&a->seed, c->text.data, c->text.length);
    cg_buf_clear(&a->folded);
    for (size_t i = 0; i < c->text.length; i++) {
        char ch = c->text.data[i];
        cg_buf_char(&a->folded, ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch);
    }
    return cg_hash(&a->seed, a->folded.data, a->folded.length);
}

/* Value `index` of a column as a cell. */
static void read_cell(const cg_layer *l, const cg_column *c, uint32_t index, cg_cell *out)
{
    *out = (cg_cell){ .key = c->key, .type = c->type };
    if (c->type == CG_BOOL) {
        out->word = ((const uint64_t *)c->values)[index >> 6] >> (index & 63) & 1;
    } else if (c->type == CG_STRING || c->type == CG_LIST) {
        out->text = cg_strtab_get(&l->strings, cg_column_string(c, index));
    } else {
        cg_value v;
        (void)cg_column_value(l, c, index, NULL, &v, NULL);
        memcpy(&out->word, &v.integer, sizeof out->word);
    }
}

static bool same(const cg_cell *a, const cg_cell *b, bool nocase)
{
    if (a->type != b->type)
        return false;
    if (a->type == CG_STRING && nocase)
        return cg_str_eq_nocase(a->text, b->text);
    return cg_cell_cmp(a, b) == 0;
}

static bool has_kind(const asking *a, const cg_match *m, cg_node node)
{
    if (m->label == CG_NO_NAME)
        return true;
    const cg_inventory *inv = a->f->inv;
    uint32_t label = a->f->name_map[CG_NAMES_LABEL][m->label], k = inv->node_kindset[node];
    for (uint32_t i = inv->kindset_offset[k]; i < inv->kindset_offset[k + 1]; i++)
        if (inv->kindset_labels[i] == label)
            return true;
    return false;
}

static bool fits(const asking *a, const cg_match *m, cg_node node)
{
    const cg_layer *l = a->f->layer;
    for (uint32_t i = 0; i < m->n; i++) {
        const cg_cell *wanted = &m->cells[i];
        cg_cell has;
        const cg_column *c = cg_column_find(l->node_columns, l->n_node_columns, a->f->name_map[CG_NAMES_KEY][wanted->key], wanted->type);
        uint32_t at = c ? cg_presence_find(&c->at, node) : CG_NONE32;
        if (at == CG_NONE32)
            return false;
        read_cell(l, c, at, &has);
        if (!same(wanted, &has, m->nocase))
            return false;
    }
    return has_kind(a, m, node);
}

static bool write_question(cg_buf *b, const cg_match *m)
{
    cg_buf_clear(b);
    cg_buf_add(b, &m->label, sizeof m->label);
    cg_buf_char(b, m->nocase);
    for (uint32_t i = 0; i < m->n; i++) {
        const cg_cell *c = &m->cells[i];
        uint64_t length = c->text.length;
        cg_buf_add(b, &c->key, sizeof c->key);
        cg_buf_add(b, &c->type, sizeof c->type);
        cg_buf_add(b, &c->word, sizeof c->word);
        cg_buf_add(b, &length, sizeof length);
        cg_buf_str(b, c->text);
    }
    return !b->failed;
}

static int32_t collect_questions(asking *a, cspm_error **err)
{
    cg_builder *b = a->f->b;
    cg_mem *mem = a->f->mem;
    int32_t rc = CSPM_OK;
    cg_buf text;
    cg_buf_init(&text, mem, 0);
    for (size_t i = 0; i < b->matches.count; i++) {
        const cg_match *m = &b->matches.data[i];
        if (m->n == 0)
            continue; /* the node is known; only its kind is asked for */
        uint32_t id = write_question(&text, m) ? cg_intern_add(a->texts, text.data, text.length) : CG_INTERN_NONE;
        if (id == CG_INTERN_NONE) {
            rc = cg_nomem(mem, err);
            break;
        }
        a->question_of[i] = id;
        question q = { .match = m, .hash = hash_of(a, &m->cells[0], m->nocase) };
        if (a->folded.failed || (id == a->questions.count && !cg_vec_push(mem, &a->questions, q))) {
            rc = cg_nomem(mem, err);
            break;
        }
    }
    cg_buf_free(&text);
    return rc;
}

/* The questions about one first key, type and case rule, by hash of the value. */
static void fill_buckets(asking *a, uint32_t key, uint8_t type, bool nocase)
{
    memset(a->buckets, 0xff, a->n_buckets * sizeof *a->buckets);
    for (uint32_t i = 0; i < a->questions.count; i++) {
        question *q = &a->questions.data[i];
        if (q->match->cells[0].key != key || q->match->cells[0].type != type || q->match->nocase != nocase)
            continue;
        uint32_t *bucket = &a->buckets[q->hash & (a->n_buckets - 1)];
        q->next = *bucket;
        *bucket = i;
    }
}

static void offer(asking *a, cg_node node, uint64_t hash)
{
    uint32_t *link = &a->buckets[hash & (a->n_buckets - 1)];
    while (*link != CG_NONE32) {
        question *q = &a->questions.data[*link];
        if (q->hash == hash && fits(a, q->match, node)) {
            q->node = node;
            if (++q->answers > 1) {
                *link = q->next; /* ambiguous already: ask no more */
                continue;
            }
        }
        link = &q->next;
    }
}

static int32_t walk_column(asking *a, const cg_match *m, cspm_error **err)
{
    const cg_layer *l = a->f->layer;
    const cg_cell *first = &m->cells[0];
    const cg_column *c = cg_column_find(l->node_columns, l->n_node_columns, a->f->name_map[CG_NAMES_KEY][first->key], first->type);
    fill_buckets(a, first->key, first->type, m->nocase);
    uint32_t node = 0;
    for (uint32_t i = 0; c && i < c->at.count; i++, node++) {
        int32_t rc;
        cg_cell has;
        node = cg_presence_next(&c->at, node);
        read_cell(l, c, i, &has);
        uint64_t hash = hash_of(a, &has, m->nocase);
        if (a->folded.failed)
            return cg_nomem(a->f->mem, err);
        offer(a, node, hash);
        if (CG_OP_DUE(a->f->ticks) && (rc = cg_op_check(a->f->op, a->f->mem, err)) < 0)
            return rc;
    }
    return CSPM_OK;
}

static int32_t walk_columns(asking *a, cspm_error **err)
{
    cg_mem *mem = a->f->mem;
    int32_t rc = CSPM_OK;
    /* Which (key, type, case rule) were walked. */
    cg_intern *walked = cg_intern_new(mem, 0);
    if (!walked)
        return cg_nomem(mem, err);
    for (size_t i = 0; i < a->questions.count && rc >= 0; i++) {
        const cg_match *m = a->questions.data[i].match;
        uint32_t name[2] = { m->cells[0].key, (uint32_t)m->cells[0].type << 1 | m->nocase }, before = cg_intern_count(walked);
        if (cg_intern_add(walked, (const char *)name, sizeof name) == CG_INTERN_NONE)
            rc = cg_nomem(mem, err);
        else if (cg_intern_count(walked) != before)
            rc = walk_column(a, m, err);
    }
    cg_intern_free(walked);
    return rc;
}

/* An endpoint given by key that must be of a kind. */
static int32_t check_kind(asking *a, const cg_match *m, cspm_error **err)
{
    cg_freeze *f = a->f;
    cg_builder *b = f->b;
    cg_coo *e = cg_chunks_at(&b->edge_ends, m->edge);
    uint32_t *end = m->from ? &e->from : &e->to, node = *end, source;
    if (node == CG_NONE32 || has_kind(a, m, node))
        return CSPM_OK; /* an end that is nobody was reported as such */
    uint64_t offset = cg_run_offset(&b->edge_runs, &b->edge_offset, m->edge, &source);
    cg_str id = cg_strtab_get(&f->inv->ids, node), label = cg_intern_get(b->names[CG_NAMES_LABEL].table, m->label);
    *end = CG_NONE32;
    return cg_freeze_diag(f, source, "unmatched-end", offset, err, "edge skipped: its %s \"%.*s\" is no %.*s",
                          m->from ? "source" : "target", CG_FMT(id), CG_FMT(label));
}

static int32_t answer(asking *a, cspm_error **err)
{
    cg_freeze *f = a->f;
    cg_builder *b = f->b;
    for (size_t i = 0; i < b->matches.count; i++) {
        const cg_match *m = &b->matches.data[i];
        if (m->n == 0) {
            int32_t checked = check_kind(a, m, err);
            if (checked < 0)
                return checked;
            continue;
        }
        const question *q = &a->questions.data[a->question_of[i]];
        cg_coo *e = cg_chunks_at(&b->edge_ends, m->edge);
        if (q->answers == 1) {
            *(m->from ? &e->from : &e->to) = q->node;
            continue;
        }
        uint32_t source;
        uint64_t offset = cg_run_offset(&b->edge_runs, &b->edge_offset, m->edge, &source);
        cg_str key = cg_intern_get(b->names[CG_NAMES_KEY].table, m->cells[0].key), value = CG_STR("that value");
        const char *quote = m->cells[0].type == CG_STRING ? "\"" : "";
        if (*quote)
            value = m->cells[0].text;
        int32_t rc =
            cg_freeze_diag(f, source, q->answers ? "ambiguous-end" : "unmatched-end", offset, err,
                           "edge skipped: %s node matches its %s by property \"%.*s\" being %s%.*s%s", q->answers ? "more than one" : "no",
                           m->from ? "source" : "target", CG_FMT(key), quote, CG_FMT(value), quote);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

int32_t cg_freeze_matches(cg_freeze *f, cspm_error **err)
{
    size_t n = f->b->matches.count;
    asking a = { .f = f, .n_buckets = 16 };
    int32_t rc;
    if (!n)
        return CSPM_OK;
    cg_seed_random(&a.seed);
    cg_buf_init(&a.folded, f->mem, 0);
    f->layer->strings = cg_strtab_builder_view(&f->strings);
    while (a.n_buckets < n && a.n_buckets < 1u << 30)
        a.n_buckets *= 2;
    a.texts = cg_intern_new(f->mem, 0);
    a.question_of = cg_alloc_array(f->mem, n, sizeof *a.question_of);
    a.buckets = cg_alloc_array(f->mem, a.n_buckets, sizeof *a.buckets);
    if (!a.texts || !a.question_of || !a.buckets) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    if ((rc = collect_questions(&a, err)) < 0 || (rc = walk_columns(&a, err)) < 0)
        goto out;
    rc = answer(&a, err);
out:
    f->layer->strings = (cg_strtab){ 0 };
    cg_intern_free(a.texts);
    cg_vec_free(f->mem, &a.questions);
    cg_free(f->mem, a.question_of);
    cg_free(f->mem, a.buckets);
    cg_buf_free(&a.folded);
    return rc;
}
