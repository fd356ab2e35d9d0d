/* Grype's JSON: matches, and what was scanned behind them. */
#include "ingest/dialects.h"
#include "ingest/findings/findings.h"
#include "ingest/sniff.h"

typedef struct grype {
    fnd f;
    cg_items *items;
    cg_str os_family, os_version, type, path;
    cg_str image;
    uint64_t offset; /* of the source */
} grype;

static int grype_recognise(const char *head, size_t length, bool whole)
{
    bool matches = false, source = false, descriptor = false;
    cg_peek top, list, item, inner;
    cg_str key, rest, object;

    if (!cg_peek_object(&top, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        if (cg_peek_is(key, "matches") && cg_peek_array(&list, rest)) {
            matches = true;
            /* The list is often longer than what is looked at. */
            if (cg_peek_item(&list, &object) && cg_peek_object(&item, object))
                while (cg_peek_member(&item, &key, &rest))
                    if (cg_peek_is(key, "vulnerability") && cg_peek_object(&inner, rest))
                        return 95;
        }
        source = source || cg_peek_is(key, "source");
        descriptor = descriptor || cg_peek_is(key, "descriptor");
    }
    return matches && descriptor && (source || whole) ? 90 : 0;
}

static bool at_key(const cg_item_at *at, uint32_t step, const char *name)
{
    return at->depth > step && cg_str_eq(at->steps[step].key, cg_str_from(name));
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    (void)user;
    if (at->depth == 0)
        return opens == '{' ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    if (at_key(at, 0, "matches"))
        return at->depth == 1 ? (opens == '[' ? CG_ITEM_ENTER : CG_ITEM_SKIP) : CG_ITEM_TAKE;
    return at_key(at, 0, "source") || at_key(at, 0, "distro") || at_key(at, 0, "descriptor") ? CG_ITEM_TAKE : CG_ITEM_SKIP;
}

/* ---- a match ---- */

static uint32_t cvss_rank(const cg_tree *c)
{
    const cg_str version = fnd_get(c, "version"), source = fnd_get(c, "source");
    const uint32_t rank = !version.data ? 5 : version.data[0] == '3' ? 30 : version.data[0] == '4' ? 20 : 10;
    return rank + (cg_str_find(source, CG_STR("nvd"), 0) != SIZE_MAX ? 3 : 0);
}

static int32_t take_cvss(fnd *f, const cg_tree *list, fnd_vulnerability *v, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count && rc == CSPM_OK; i++) {
        const cg_tree *one = list->list.items[i];
        const fnd_cvss c = { fnd_get(one, "vector"), fnd_score(f, cg_tree_get(one, "metrics"), "baseScore", &rc, err), cvss_rank(one) };
        if ((c.score >= 0 || c.vector.data) && c.rank > v->base.rank)
            v->base = c;
    }
    return rc;
}

/* What the distribution's record leaves open, the record of the same vulnerability elsewhere may say. */
static int32_t take_related(fnd *f, const cg_tree *list, fnd_vulnerability *v, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count && rc == CSPM_OK; i++) {
        const cg_tree *one = list->list.items[i];
        if (!v->description.data)
            v->description = fnd_get(one, "description");
        rc = take_cvss(f, cg_tree_get(one, "cvss"), v, err);
    }
    return rc;
}

static const cg_tree *first_of(const cg_tree *list)
{
    return list && list->type == CG_TREE_LIST && list->list.count ? list->list.items[0] : NULL;
}

static int32_t describe(fnd *f, const cg_tree *vulnerability, const cg_tree *related, fnd_vulnerability *v, cspm_error **err)
{
    const cg_tree *epss = first_of(cg_tree_get(vulnerability, "epss"));
    int32_t rc;

    v->label = FND_GRYPE_FINDING;
    v->prefix = "";
    v->description = fnd_get(vulnerability, "description");
    v->url = fnd_get(vulnerability, "dataSource");
    v->data_source_id = fnd_get(vulnerability, "namespace");
    v->references = cg_tree_get(vulnerability, "urls");
    v->epss = fnd_get_number(epss, "epss");
    v->percentile = fnd_get_number(epss, "percentile");
    v->known_exploited = first_of(cg_tree_get(vulnerability, "knownExploited"));
    if ((rc = take_cvss(f, cg_tree_get(vulnerability, "cvss"), v, err)) < 0 || (rc = take_related(f, related, v, err)) < 0)
        return rc;
    return fnd_take_vulnerability(f, v, err);
}

/* Versions that fix it, one after another as Trivy writes them; kept until the file ends. */
static cg_str fixed_versions(fnd *f, const cg_tree *versions, int32_t *rc, cspm_error **err)
{
    cg_buf_clear(&f->text);
    for (uint32_t i = 0; versions && versions->type == CG_TREE_LIST && i < versions->list.count; i++) {
        const cg_str version = cg_tree_string(versions->list.items[i]);
        if (fnd_usable(version)) {
            cg_buf_adds(&f->text, f->text.length ? ", " : "");
            cg_buf_str(&f->text, version);
        }
    }
    if (f->text.failed)
        *rc = cg_nomem(f->mem, err);
    return *rc == CSPM_OK && f->text.length ? fnd_keep(f, cg_buf_view(&f->text), rc, err) : CG_STR_NULL;
}

static int32_t take_match(grype *g, const cg_tree *item, cspm_error **err)
{
    static const fnd_status_word words[] = { { NULL, FND_STATUS_OPEN } }; /* "fixed": a version that does exists */
    fnd *f = &g->f;
    const cg_tree *vulnerability = cg_tree_get(item, "vulnerability"), *artifact = cg_tree_get(item, "artifact");
    const cg_tree *fix = cg_tree_get(vulnerability, "fix"), *related = cg_tree_get(item, "relatedVulnerabilities");
    fnd_vulnerability v = FND_VULNERABILITY_NONE;
    int32_t rc = CSPM_OK;

    fnd_add_id(&v, fnd_get(vulnerability, "id"));
    if (v.n_ids == 0)
        return fnd_warn(f, item, "bad-item", err, "a match without the id of a vulnerability: skipped");
    for (uint32_t i = 0; related && related->type == CG_TREE_LIST && i < related->list.count; i++)
        fnd_add_id(&v, fnd_get(related->list.items[i], "id"));
    v.offset = item->pos.offset;
    v.severity = fnd_severity_of(fnd_get(vulnerability, "severity"));
    v.type = fnd_get(artifact, "type");
    v.status = fnd_get(fix, "state");
    for (uint32_t i = 0; v.severity == FND_UNKNOWN && related && related->type == CG_TREE_LIST && i < related->list.count; i++)
        v.severity = fnd_severity_of(fnd_get(related->list.items[i], "severity"));
    if (fnd_is_new(f, &v, &rc, err))
        rc = describe(f, vulnerability, related, &v, err);
    if (rc < 0)
        return rc;
    const fnd_package p = { .offset = v.offset,
                            .label = FND_GRYPE_PACKAGE,
                            .name = fnd_get(artifact, "name"),
                            .version = fnd_get(artifact, "version"),
                            .purl = fnd_get(artifact, "purl"),
                            .type = v.type };
    if ((rc = fnd_take_package(f, &p, err)) < 0)
        return rc;
    const cg_str fixed = fixed_versions(f, cg_tree_get(fix, "versions"), &rc, err);
    const fnd_hit hit = { v.offset, v.severity, fnd_status_of(words, v.status), v.status, fixed };
    return rc == CSPM_OK ? fnd_take_hit(f, &hit, err) : rc;
}

/* ---- what was scanned ---- */

static int32_t take_source(grype *g, const cg_tree *item, cspm_error **err)
{
    fnd *f = &g->f;
    const cg_tree *target = cg_tree_get(item, "target");
    const cg_str path = target ? cg_tree_string(target) : CG_STR_NULL;
    int32_t rc = CSPM_OK;

    g->offset = item->pos.offset;
    g->type = fnd_keep(f, fnd_get(item, "type"), &rc, err);
    if (rc < 0)
        return rc;
    if (target && target->type == CG_TREE_MAP && (cg_tree_get(target, "imageID") || cg_tree_get(target, "manifestDigest"))) {
        const fnd_image image = { .offset = g->offset,
                                  .id = fnd_get(target, "imageID"),
                                  .digest = fnd_get(target, "manifestDigest"),
                                  .digests = cg_tree_get(target, "repoDigests"),
                                  .tags = cg_tree_get(target, "tags"),
                                  .name = fnd_get(target, "userInput"),
                                  .architecture = fnd_get(target, "architecture") };
        return fnd_take_image(f, &image, &g->image, err);
    }
    g->path = fnd_keep(f, fnd_usable(path) ? path : fnd_get(target, "path"), &rc, err);
    return rc;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    grype *g = user;

    if (at_key(at, 0, "matches"))
        return item->type == CG_TREE_MAP ? take_match(g, item, err)
                                         : fnd_warn(&g->f, item, "bad-item", err, "an item of matches must be an object: skipped");
    if (at_key(at, 0, "source"))
        return take_source(g, item, err);
    return at_key(at, 0, "descriptor") ? fnd_stamp(&g->f, fnd_get(item, "timestamp")) : CSPM_OK;
}

static int32_t leave(void *user, const cg_item_at *at, cspm_error **err)
{
    grype *g = user;
    int32_t rc;

    if (at->depth > 0)
        return CSPM_OK;
    rc = g->image.data ? fnd_found_on(&g->f, g->image, CG_NO_NAME, true, err)
                       : fnd_found_on_named(&g->f, g->offset, FND_FILE_SYSTEM, g->type, g->path, err);
    g->image = g->path = g->type = CG_STR_NULL;
    return rc;
}

/* ---- the dialect ---- */

static void grype_close(void *state)
{
    grype *g = state;

    if (!g)
        return;
    cg_items_free(g->items);
    fnd_free(&g->f);
    cg_free(g->f.mem, g);
}

static int32_t grype_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    static const cg_item_handler handler = { .choose = choose, .take = take, .leave = leave };
    const cg_json_limits limits = fnd_json_limits(b, true);
    grype *g = cg_calloc(cg_builder_mem(b), 1, sizeof *g);
    int32_t rc;

    (void)op;
    *out = NULL;
    if (!g)
        return cg_nomem(cg_builder_mem(b), err);
    if ((rc = fnd_init(&g->f, b, "grype", FND_FIX, source, err)) == CSPM_OK)
        rc = cg_items_new(g->f.mem, &limits, &handler, g, g->f.source, &g->items, err);
    if (rc < 0)
        grype_close(g);
    else
        *out = g;
    return rc;
}

static int32_t grype_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    return cg_items_feed(((grype *)state)->items, bytes, length, err);
}

static int32_t grype_finish(void *state, cspm_error **err)
{
    return cg_items_finish(((grype *)state)->items, err);
}

const cg_dialect cg_dialect_grype = {
    .name = "grype",
    .title = "Grype report",
    .recognised = "a JSON object whose \"matches\" hold \"vulnerability\", or with \"matches\" and \"descriptor\"",
    .rank = 29,
    .repeats = true,
    .yields = true,
    .recognise = grype_recognise,
    .open = grype_open,
    .feed = grype_feed,
    .finish = grype_finish,
    .close = grype_close,
};
