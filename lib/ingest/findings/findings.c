/* Vulnerabilities, packages, fixes and what they were found on, as nodes and edges. */
#include "ingest/findings/findings.h"

#include <stdio.h>

#include "base/time.h"

#define LIST_MAX 64u /* packages and fixes named on one relationship */

/* ---- the state of one file ---- */

int32_t fnd_init(fnd *f, cg_builder *b, const char *scanner, fnd_word fix, cg_str source, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    *f = (fnd){ .b = b, .mem = cg_builder_mem(b), .scanner = cg_str_from(scanner), .fix = fix };
    memset(f->words, 0xff, sizeof f->words);
    cg_arena_init(&f->arena, f->mem);
    cg_buf_init(&f->text, f->mem, 0);
    f->source = fnd_keep(f, source, &rc, err);
    f->defined = cg_intern_new(f->mem, 0);
    f->pairs = cg_intern_new(f->mem, 0);
    f->list = cg_alloc(f->mem, sizeof *f->list + LIST_MAX * sizeof f->list->items[0]);
    return rc < 0 || (f->defined && f->pairs && f->list) ? rc : cg_nomem(f->mem, err);
}

static void forget_target(fnd *f)
{
    f->target++;
    f->sums.count = f->details.count = f->deployed.count = 0;
}

void fnd_free(fnd *f)
{
    forget_target(f);
    cg_vec_free(f->mem, &f->sums);
    cg_vec_free(f->mem, &f->details);
    cg_vec_free(f->mem, &f->deployed);
    cg_vec_free(f->mem, &f->marks);
    cg_intern_free(f->defined);
    cg_intern_free(f->pairs);
    cg_free(f->mem, f->list);
    cg_buf_free(&f->text);
    cg_arena_free(&f->arena);
}

cg_str fnd_keep(fnd *f, cg_str s, int32_t *rc, cspm_error **err)
{
    char *copy = s.data ? cg_arena_strndup(&f->arena, s.data, s.length) : NULL;

    if (s.data && !copy)
        *rc = cg_nomem(f->mem, err);
    return (cg_str){ copy, copy ? s.length : 0 };
}

cg_str fnd_join(fnd *f, cg_str a, const char *between, cg_str b)
{
    cg_buf_clear(&f->text);
    cg_buf_str(&f->text, a);
    cg_buf_adds(&f->text, between);
    cg_buf_str(&f->text, b);
    return f->text.failed ? CG_STR_NULL : cg_buf_view(&f->text);
}

bool fnd_usable(cg_str s)
{
    return s.length > 0 && s.length <= UINT32_MAX && !memchr(s.data, '\0', s.length);
}

int32_t fnd_stamp(fnd *f, cg_str time)
{
    cg_instant at;

    if (time.data && cg_instant_parse(time, &at))
        cg_builder_source_stamp(f->b, at.microseconds);
    return CSPM_OK;
}

/* ---- words and items ---- */

static const char *const word_texts[] = {
#define FND_WORD_TEXT(id, text) text,
    FND_WORD_LIST(FND_WORD_TEXT)
};

typedef uint32_t (*look_up)(cg_builder *b, const char *name, size_t length);

static uint32_t word_id(fnd *f, fnd_word w, look_up look)
{
    if (f->words[w] == CG_NO_NAME)
        f->words[w] = look(f->b, word_texts[w], strlen(word_texts[w]));
    return f->words[w];
}

uint32_t fnd_word_label(fnd *f, fnd_word w)
{
    return word_id(f, w, cg_builder_label);
}

uint32_t fnd_word_kind(fnd *f, fnd_word w)
{
    return word_id(f, w, cg_builder_kind);
}

int32_t fnd_label(fnd *f, fnd_word w, cspm_error **err)
{
    uint32_t label = fnd_word_label(f, w);
    return label == CG_NO_NAME ? cg_nomem(f->mem, err) : cg_builder_add_label(f->b, label, err);
}

int32_t fnd_node(fnd *f, uint64_t offset, cg_str id, fnd_word label, cspm_error **err)
{
    int32_t rc = cg_builder_begin_node(f->b, offset, err);

    if (rc == CSPM_OK)
        rc = cg_builder_set_id(f->b, id.data, id.length, err);
    return rc == CSPM_OK ? fnd_label(f, label, err) : rc;
}

int32_t fnd_edge(fnd *f, uint64_t offset, cg_str from, fnd_word kind, cg_str to, cspm_error **err)
{
    const uint32_t id = fnd_word_kind(f, kind);
    int32_t rc = id == CG_NO_NAME ? cg_nomem(f->mem, err) : cg_builder_begin_edge(f->b, offset, err);

    if (rc == CSPM_OK && (rc = cg_builder_set_from(f->b, from.data, from.length, err)) == CSPM_OK)
        rc = cg_builder_set_to(f->b, to.data, to.length, err);
    if (rc == CSPM_OK)
        cg_builder_set_kind(f->b, id);
    return rc;
}

int32_t fnd_end(fnd *f, cspm_error **err)
{
    return cg_builder_end_item(f->b, err);
}

static int32_t put(fnd *f, fnd_word w, cg_value value, cspm_error **err)
{
    const uint32_t key = word_id(f, w, cg_builder_key);
    return key == CG_NO_NAME ? cg_nomem(f->mem, err) : cg_builder_set_prop(f->b, key, value, err);
}

int32_t fnd_text(fnd *f, fnd_word w, cg_str value, cspm_error **err)
{
    return fnd_usable(value) ? put(f, w, cg_v_str(value), err) : CSPM_OK;
}

int32_t fnd_number(fnd *f, fnd_word w, double value, cspm_error **err)
{
    return value >= 0 ? put(f, w, cg_v_float(value), err) : CSPM_OK;
}

int32_t fnd_flag(fnd *f, fnd_word w, bool value, cspm_error **err)
{
    return put(f, w, cg_v_bool(value), err);
}

int32_t fnd_strings(fnd *f, fnd_word w, const cg_tree *list, cspm_error **err)
{
    uint32_t n = list && list->type == CG_TREE_LIST ? list->list.count : 0;
    cg_list *values = n ? cg_alloc(f->mem, sizeof *values + n * sizeof values->items[0]) : NULL;
    int32_t rc = CSPM_OK;

    if (n == 0)
        return CSPM_OK;
    if (!values)
        return cg_nomem(f->mem, err);
    values->count = 0;
    for (uint32_t i = 0; i < n; i++) {
        cg_str s = cg_tree_string(list->list.items[i]);
        if (fnd_usable(s))
            values->items[values->count++] = cg_v_str(s);
    }
    if (values->count)
        rc = put(f, w, (cg_value){ .type = CG_LIST, .list = values }, err);
    cg_free(f->mem, values);
    return rc;
}

/* A string the first time it is met; its id through *id, when wanted. */
static bool met_first(fnd *f, cg_intern *table, cg_str key, uint32_t *id, int32_t *rc, cspm_error **err)
{
    const uint32_t before = cg_intern_count(table), found = cg_intern_add(table, key.data, key.length);

    if (found == CG_INTERN_NONE)
        *rc = cg_nomem(f->mem, err);
    if (id)
        *id = found;
    return found != CG_INTERN_NONE && found == before;
}

bool fnd_first(fnd *f, cg_str key, int32_t *rc, cspm_error **err)
{
    return met_first(f, f->defined, key, NULL, rc, err);
}

/* The vulnerability and the package at hand, and what fixes them, have not met in this file yet: what they say of each other does not
 * change. */
static bool first_meeting(fnd *f, cg_str fixed_version, int32_t *rc, cspm_error **err)
{
    cg_buf_clear(&f->text);
    cg_buf_add(&f->text, &f->vulnerability_id, sizeof f->vulnerability_id);
    cg_buf_add(&f->text, &f->package_id, sizeof f->package_id);
    cg_buf_str(&f->text, fixed_version);
    if (f->text.failed)
        *rc = cg_nomem(f->mem, err);
    return *rc == CSPM_OK && met_first(f, f->pairs, cg_buf_view(&f->text), NULL, rc, err);
}

int32_t fnd_warn(fnd *f, const cg_tree *at, const char *code, cspm_error **err, const char *format, ...)
{
    char message[256];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return cg_builder_diag(f->b, CG_DIAG_WARNING, code, at->pos, err, "%s", message);
}

/* ---- vulnerabilities ---- */

void fnd_add_id(fnd_vulnerability *v, cg_str id)
{
    if (!fnd_usable(id) || v->n_ids == FND_IDS_MAX)
        return;
    for (uint32_t i = 0; i < v->n_ids; i++)
        if (cg_str_eq(v->ids[i], id))
            return;
    v->ids[v->n_ids++] = id;
}

static int32_t put_ids(fnd *f, const fnd_vulnerability *v, cg_str cve, cspm_error **err)
{
    int32_t rc = fnd_text(f, FND_NAME, v->ids[0], err);
    cg_str ghsa = CG_STR_NULL;

    f->list->count = 0;
    for (uint32_t i = 0; i < v->n_ids; i++) {
        f->list->items[f->list->count++] = cg_v_str(v->ids[i]);
        if (!ghsa.data && cg_str_starts(v->ids[i], CG_STR("GHSA-")))
            ghsa = v->ids[i];
    }
    if (rc == CSPM_OK)
        rc = put(f, FND_VULNERABILITY_IDS, (cg_value){ .type = CG_LIST, .list = f->list }, err);
    if (rc == CSPM_OK && (rc = fnd_text(f, FND_CVE_ID, cve, err)) == CSPM_OK)
        rc = fnd_text(f, FND_GHSA_ID, ghsa, err);
    /* Text, as Cartography has it. */
    return rc == CSPM_OK ? fnd_text(f, FND_HAS_CVE, cve.data ? CG_STR("true") : CG_STR("false"), err) : rc;
}

static int32_t put_words(fnd *f, const fnd_vulnerability *v, cspm_error **err)
{
    const struct {
        fnd_word word;
        cg_str text;
    } texts[] = {
        { FND_TITLE, v->title },
        { FND_DESCRIPTION, v->description },
        { FND_PRIMARY_URL, v->url },
        { FND_PUBLISHED_DATE, v->published },
        { FND_LAST_MODIFIED_DATE, v->modified },
        { FND_SEVERITY, cg_str_from(fnd_severity_name(v->severity)) },
        { FND_SEVERITY_SOURCE, v->severity_source },
        { FND_CLASS_NAME, v->class_name },
        { FND_TYPE, v->type },
        { FND_STATUS, v->status },
        { FND_DATA_SOURCE_ID, v->data_source_id },
        { FND_DATA_SOURCE_NAME, v->data_source_name },
        { FND_LAYER_DIGEST, v->layer_digest },
        { FND_LAYER_DIFF_ID, v->layer_diff_id },
    };
    int32_t rc = CSPM_OK;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == CSPM_OK; i++)
        rc = fnd_text(f, texts[i].word, texts[i].text, err);
    if (rc == CSPM_OK && (rc = fnd_strings(f, FND_CWE_IDS, v->cwes, err)) == CSPM_OK)
        rc = fnd_strings(f, FND_REFERENCES, v->references, err);
    return rc;
}

static int32_t put_scores(fnd *f, const fnd_vulnerability *v, cspm_error **err)
{
    const struct {
        fnd_word score, vector;
        const fnd_cvss *cvss;
    } scores[] = {
        { FND_NVD_V2_SCORE, FND_NVD_V2_VECTOR, &v->nvd2 },
        { FND_NVD_V3_SCORE, FND_NVD_V3_VECTOR, &v->nvd3 },
        { FND_REDHAT_V3_SCORE, FND_REDHAT_V3_VECTOR, &v->redhat3 },
        { FND_UBUNTU_V3_SCORE, FND_UBUNTU_V3_VECTOR, &v->ubuntu3 },
        { FND_BASE_SCORE, FND_VECTOR_STRING, &v->base },
    };
    int32_t rc = CSPM_OK;

    for (size_t i = 0; i < sizeof scores / sizeof scores[0] && rc == CSPM_OK; i++)
        if ((rc = fnd_number(f, scores[i].score, scores[i].cvss->score, err)) == CSPM_OK)
            rc = fnd_text(f, scores[i].vector, scores[i].cvss->vector, err);
    if (rc == CSPM_OK && (rc = fnd_cvss_metrics(f, v->base.vector, err)) == CSPM_OK)
        rc = fnd_number(f, FND_EPSS_SCORE, v->epss, err);
    if (rc == CSPM_OK)
        rc = fnd_number(f, FND_EPSS_PERCENTILE, v->percentile, err);
    return rc == CSPM_OK && v->known_exploited ? fnd_flag(f, FND_IS_KEV, true, err) : rc;
}

/* One CVE is one node whoever reports it, under whichever of its names; what names no CVE, or several, keeps its own. */
static cg_str key_of(const fnd_vulnerability *v, cg_str *cve)
{
    uint32_t n = 0;

    *cve = CG_STR_NULL;
    for (uint32_t i = 0; i < v->n_ids; i++)
        if (fnd_is_cve(v->ids[i]) && n++ == 0)
            *cve = v->ids[i];
    return n == 1 || fnd_is_cve(v->ids[0]) ? *cve : v->ids[0];
}

bool fnd_is_new(fnd *f, const fnd_vulnerability *v, int32_t *rc, cspm_error **err)
{
    cg_str cve;
    const bool first = met_first(f, f->defined, key_of(v, &cve), &f->vulnerability_id, rc, err);

    f->package = CG_STR_NULL;
    f->vulnerability = *rc == CSPM_OK ? cg_intern_get(f->defined, f->vulnerability_id) : CG_STR_NULL;
    return first;
}

int32_t fnd_take_vulnerability(fnd *f, const fnd_vulnerability *v, cspm_error **err)
{
    int32_t rc;
    cg_str cve, key = key_of(v, &cve);

    const cg_str id = fnd_join(f, cg_str_from(v->prefix), "", v->ids[0]);
    if (!id.data)
        return cg_nomem(f->mem, err);
    if ((rc = fnd_node(f, v->offset, key, v->label, err)) < 0 || (cve.data && (rc = fnd_label(f, FND_CVE, err)) < 0) ||
        (rc = fnd_label(f, FND_RISK, err)) < 0 || (rc = fnd_label(f, FND_VULNERABILITY, err)) < 0 ||
        (rc = fnd_text(f, FND_ID, id, err)) < 0)
        return rc;
    if (!cg_str_eq(id, key))
        rc = cg_builder_add_alias(f->b, id.data, id.length, err);
    if (rc == CSPM_OK && (rc = put_ids(f, v, cve, err)) == CSPM_OK && (rc = put_words(f, v, err)) == CSPM_OK)
        rc = put_scores(f, v, err);
    return rc == CSPM_OK ? fnd_end(f, err) : rc;
}

/* ---- packages ---- */

/* What stands on the target at hand for a node this file has made. */
static fnd_mark *mark_of(fnd *f, uint32_t id, int32_t *rc, cspm_error **err)
{
    if (id >= f->marks.count) {
        const size_t more = id + 1 - f->marks.count;
        if (!cg_vec_reserve(f->mem, &f->marks, more)) {
            *rc = cg_nomem(f->mem, err);
            return NULL;
        }
        memset(f->marks.data + f->marks.count, 0xff, more * sizeof f->marks.data[0]);
        f->marks.count += more;
    }
    return &f->marks.data[id];
}

static int32_t define_package(fnd *f, const fnd_package *p, cg_str key, cspm_error **err)
{
    const struct {
        fnd_word word;
        cg_str text;
    } texts[] = {
        { FND_NAME, p->name },       { FND_INSTALLED_VERSION, p->version },
        { FND_VERSION, p->version }, { FND_CLASS_NAME, p->class_name },
        { FND_TYPE, p->type },       { FND_PURL, p->purl },
        { FND_PKG_ID, p->pkg_id },   { FND_NORMALIZED_ID, key },
    };
    int32_t rc = fnd_node(f, p->offset, key, p->label, err);

    if (rc == CSPM_OK)
        rc = fnd_label(f, FND_PACKAGE, err);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == CSPM_OK; i++)
        rc = fnd_text(f, texts[i].word, texts[i].text, err);
    if (rc < 0)
        return rc;
    const cg_str id = fnd_join(f, p->version, "|", p->name);
    if (!id.data)
        return cg_nomem(f->mem, err);
    return (rc = fnd_text(f, FND_ID, id, err)) == CSPM_OK ? fnd_end(f, err) : rc;
}

int32_t fnd_take_package(fnd *f, const fnd_package *p, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    f->package = CG_STR_NULL;
    f->package_name = p->name;
    f->package_version = p->version;
    if (!fnd_usable(p->name) || !fnd_usable(p->version))
        return CSPM_OK;
    cg_buf_clear(&f->text);
    if (!fnd_package_key(&f->text, p->purl, p->type, p->name, p->version)) {
        cg_buf_clear(&f->text);
        cg_buf_str(&f->text, p->version);
        cg_buf_char(&f->text, '|');
        cg_buf_str(&f->text, p->name);
    }
    if (f->text.failed)
        return cg_nomem(f->mem, err);
    const bool first = met_first(f, f->defined, cg_buf_view(&f->text), &f->package_id, &rc, err);
    if (rc < 0)
        return rc;
    f->package = cg_intern_get(f->defined, f->package_id);
    if (first && (rc = define_package(f, p, f->package, err)) < 0)
        return rc;
    fnd_mark *mark = mark_of(f, f->package_id, &rc, err);
    if (rc < 0 || mark->target == f->target)
        return rc;
    mark->target = f->target;
    return cg_vec_push(f->mem, &f->deployed, ((fnd_deployed){ f->package, p->offset })) ? CSPM_OK : cg_nomem(f->mem, err);
}

/* ---- what fixes them ---- */

static int32_t take_fix(fnd *f, const fnd_hit *h, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    const cg_str name = f->package_name, id = fnd_join(f, h->fixed_version, "|", name);

    if (!id.data)
        return cg_nomem(f->mem, err);
    uint32_t fix;
    const bool first = met_first(f, f->defined, id, &fix, &rc, err);
    if (rc < 0)
        return rc;
    const cg_str key = cg_intern_get(f->defined, fix);
    if (first) {
        if ((rc = fnd_node(f, h->offset, key, f->fix, err)) < 0 || (rc = fnd_label(f, FND_FIX, err)) < 0 ||
            (rc = fnd_text(f, FND_ID, key, err)) < 0 || (rc = fnd_text(f, FND_NAME, fnd_join(f, name, " ", h->fixed_version), err)) < 0 ||
            (rc = fnd_text(f, FND_VERSION, h->fixed_version, err)) < 0 || (rc = fnd_end(f, err)) < 0)
            return rc;
    }
    if ((rc = fnd_edge(f, h->offset, f->package, FND_SHOULD_UPDATE_TO, key, err)) < 0 ||
        (rc = fnd_text(f, FND_VERSION, h->fixed_version, err)) < 0 || (rc = fnd_end(f, err)) < 0 ||
        (rc = fnd_edge(f, h->offset, key, FND_APPLIES_TO, f->vulnerability, err)) < 0)
        return rc;
    return fnd_end(f, err);
}

/* ---- findings on what is scanned ---- */

static int32_t add_detail(fnd *f, uint32_t *list, cg_str a, cg_str b, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    const cg_str text = fnd_join(f, a, " ", b);
    uint32_t n = 0;

    if (!text.data)
        return cg_nomem(f->mem, err);
    for (uint32_t i = *list; i; i = f->details.data[i - 1].next, n++)
        if (cg_str_eq(f->details.data[i - 1].text, text))
            return CSPM_OK;
    if (n >= LIST_MAX)
        return CSPM_OK;
    const fnd_detail detail = { fnd_keep(f, text, &rc, err), *list };
    if (rc == CSPM_OK && !cg_vec_push(f->mem, &f->details, detail))
        rc = cg_nomem(f->mem, err);
    if (rc == CSPM_OK)
        *list = (uint32_t)f->details.count;
    return rc;
}

static fnd_sum *sum_of(fnd *f, const fnd_hit *h, int32_t *rc, cspm_error **err)
{
    fnd_mark *mark = mark_of(f, f->vulnerability_id, rc, err);
    const fnd_sum fresh = { .vulnerability = f->vulnerability, .offset = h->offset, .fixable = true };

    if (*rc < 0)
        return NULL;
    if (mark->target != f->target) {
        *mark = (fnd_mark){ f->target, (uint32_t)f->sums.count };
        if (!cg_vec_push(f->mem, &f->sums, fresh)) {
            *rc = cg_nomem(f->mem, err);
            return NULL;
        }
    }
    return &f->sums.data[mark->sum];
}

int32_t fnd_take_hit(fnd *f, const fnd_hit *h, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    fnd_sum *sum = sum_of(f, h, &rc, err);

    if (rc < 0)
        return rc;
    if (!sum->stated.data || h->status > sum->status) {
        sum->stated = fnd_keep(f, h->stated, &rc, err);
        sum->status = h->status;
    }
    if (h->severity > sum->severity)
        sum->severity = h->severity;
    sum->fixable = sum->fixable && h->fixed_version.data;
    if (rc < 0 || !f->package.data)
        return rc;
    const bool fixed = fnd_usable(h->fixed_version);
    if ((rc = add_detail(f, &sum->packages, f->package_name, f->package_version, err)) < 0 ||
        (fixed && (rc = add_detail(f, &sum->fixed_in, f->package_name, h->fixed_version, err)) < 0))
        return rc;
    if (!first_meeting(f, h->fixed_version, &rc, err))
        return rc;
    if ((rc = fnd_edge(f, h->offset, f->vulnerability, FND_AFFECTS, f->package, err)) < 0 || (rc = fnd_end(f, err)) < 0)
        return rc;
    return fixed ? take_fix(f, h, err) : CSPM_OK;
}

static int32_t put_details(fnd *f, fnd_word w, uint32_t first, cspm_error **err)
{
    cg_value *items = f->list->items;
    uint32_t n = 0;

    for (uint32_t i = first; i && n < LIST_MAX; i = f->details.data[i - 1].next) {
        const cg_str text = f->details.data[i - 1].text;
        uint32_t at = n++;
        for (; at > 0 && cg_str_cmp(text, cg_value_str(items[at - 1])) < 0; at--)
            items[at] = items[at - 1];
        items[at] = cg_v_str(text);
    }
    f->list->count = n;
    return n ? put(f, w, (cg_value){ .type = CG_LIST, .list = f->list }, err) : CSPM_OK;
}

static const char *const status_names[] = { "fixed", "not_affected", "suppressed", "under_investigation", "open" };

static int32_t found(fnd *f, const fnd_sum *s, cg_str key, uint32_t partial, cspm_error **err)
{
    int32_t rc = fnd_edge(f, s->offset, s->vulnerability, FND_AFFECTS, key, err);

    if (rc == CSPM_OK && partial != CG_NO_NAME)
        rc = cg_builder_partial_end(f->b, false, partial, err);
    if (rc == CSPM_OK && (rc = fnd_text(f, FND_SCANNER, f->scanner, err)) == CSPM_OK &&
        (rc = fnd_text(f, FND_SEVERITY, cg_str_from(fnd_severity_name(s->severity)), err)) == CSPM_OK &&
        (rc = fnd_text(f, FND_STATUS, cg_str_from(status_names[s->status]), err)) == CSPM_OK &&
        (rc = fnd_text(f, FND_FIX_STATUS, s->stated, err)) == CSPM_OK && (rc = fnd_flag(f, FND_FIXABLE, s->fixable, err)) == CSPM_OK &&
        (rc = put_details(f, FND_PACKAGES, s->packages, err)) == CSPM_OK)
        rc = put_details(f, FND_FIXED_IN, s->fixed_in, err);
    return rc == CSPM_OK ? fnd_end(f, err) : rc;
}

int32_t fnd_found_on(fnd *f, cg_str key, uint32_t partial, bool last, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (size_t i = 0; key.data && i < f->sums.count && rc == CSPM_OK; i++)
        rc = found(f, &f->sums.data[i], key, partial, err);
    for (size_t i = 0; key.data && i < f->deployed.count && rc == CSPM_OK; i++) {
        rc = fnd_edge(f, f->deployed.data[i].offset, f->deployed.data[i].key, FND_DEPLOYED, key, err);
        if (rc == CSPM_OK && partial != CG_NO_NAME)
            rc = cg_builder_partial_end(f->b, false, partial, err);
        if (rc == CSPM_OK)
            rc = fnd_end(f, err);
    }
    if (last)
        forget_target(f);
    return rc;
}

int32_t fnd_take_feed(fnd *f, cg_str id, const char *name, cg_str date, cg_str version, cspm_error **err)
{
    int32_t rc = fnd_node(f, 0, id, FND_FEED, err);

    if (rc == CSPM_OK && (rc = fnd_text(f, FND_ID, id, err)) == CSPM_OK &&
        (rc = fnd_text(f, FND_NAME, cg_str_from(name), err)) == CSPM_OK && (rc = fnd_text(f, FND_DATE, date, err)) == CSPM_OK)
        rc = fnd_text(f, FND_CATALOG_VERSION, version, err);
    return rc == CSPM_OK ? fnd_end(f, err) : rc;
}
