/* Trivy's JSON reports: of images, repositories, file systems, machines and clusters; schema 2, and the bare list of results before it. */
#include "ingest/dialects.h"
#include "ingest/findings/findings.h"
#include "ingest/sniff.h"

typedef struct trivy {
    fnd f;
    cg_items *items;
    cg_str target, class_name, type; /* of the result at hand */
    /* Of the report, or of a cluster's resource: what is scanned. Forgotten at its end. */
    struct scanned {
        uint64_t offset;
        cg_str name, artifact_type, kind, ns, resource, repository, image;
        bool seen;
    } at;
} trivy;

/* ---- recognising ---- */

static bool first_item_has(cg_str rest, const char *a, const char *b)
{
    cg_peek list, item;
    cg_str key, value, object;
    bool has_a = false, has_b = false;

    if (!cg_peek_array(&list, rest) || !cg_peek_item(&list, &object) || !cg_peek_object(&item, object))
        return false;
    while (!(has_a && has_b) && cg_peek_member(&item, &key, &value)) {
        has_a = has_a || cg_peek_is(key, a);
        has_b = has_b || cg_peek_is(key, b);
    }
    return has_a && has_b;
}

static int trivy_recognise(const char *head, size_t length, bool whole)
{
    const cg_str text = { head, length };
    bool schema = false, name = false, type = false, results = false, cluster = false, resources = false;
    cg_peek top;
    cg_str key, rest;

    (void)whole;
    if (cg_peek_array(&top, text))
        return first_item_has(text, "Target", "Vulnerabilities") ? 80 : first_item_has(text, "Target", "Type") ? 60 : 0;
    if (!cg_peek_object(&top, text))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        schema = schema || cg_peek_is(key, "SchemaVersion");
        name = name || cg_peek_is(key, "ArtifactName");
        type = type || cg_peek_is(key, "ArtifactType");
        results = results || cg_peek_is(key, "Results");
        cluster = cluster || cg_peek_is(key, "ClusterName");
        resources = resources || cg_peek_is(key, "Resources") || cg_peek_is(key, "Findings") || cg_peek_is(key, "Vulnerabilities") ||
                    cg_peek_is(key, "Misconfigurations");
    }
    if (cluster && resources)
        return 90;
    return (name && type) || (schema && (name || type || results)) ? 95 : 0;
}

/* ---- where things stand ---- */

static bool is(cg_str key, const char *name)
{
    return cg_str_eq(key, cg_str_from(name));
}

static bool is_resources(cg_str key)
{
    return is(key, "Resources") || is(key, "Vulnerabilities") || is(key, "Misconfigurations") || is(key, "Findings");
}

typedef enum { AT_OTHER, AT_LIST, AT_SCANNED, AT_FACT, AT_RESULT, AT_RESULT_FACT, AT_FINDING } place;

/* What stands there, and its key: of a fact, or of the list a finding is in. A report holds results; a cluster's holds resources that do;
 * the oldest is nothing but a list of results. */
static place place_of(const cg_item_at *at, cg_str *key)
{
    uint32_t i = 0, depth = at->depth;

    *key = CG_STR_NULL;
    if (depth == 0)
        return AT_SCANNED;
    if (at->steps[0].key.data) {
        if (is_resources(at->steps[0].key)) {
            if (depth <= 2)
                return depth == 1 ? AT_LIST : AT_SCANNED;
            i = 2;
        }
        *key = at->steps[i].key;
        if (depth == i + 1)
            return is(*key, "Results") ? AT_LIST : AT_FACT;
        if (!is(*key, "Results"))
            return AT_OTHER;
        i += 2;
    } else {
        i = 1;
    }
    if (depth == i)
        return AT_RESULT;
    *key = at->steps[i].key;
    return depth == i + 1 ? AT_RESULT_FACT : depth == i + 2 ? AT_FINDING : AT_OTHER;
}

static bool is_one_of(cg_str key, const char *const *names)
{
    for (; *names; names++)
        if (is(key, *names))
            return true;
    return false;
}

static const char *const facts[] = { "SchemaVersion", "CreatedAt", "ArtifactName", "ArtifactType", "Metadata", "Namespace", "Kind",
                                     "Name",          NULL };
static const char *const result_facts[] = { "Target", "Class", "Type", NULL };
static const char *const finding_lists[] = { "Vulnerabilities", "Misconfigurations", "Secrets", "Packages", NULL };

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    cg_str key;

    (void)user;
    switch (place_of(at, &key)) {
    case AT_SCANNED:
        return CG_ITEM_ENTER;
    case AT_LIST:
        return opens == '[' ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    case AT_FACT:
        return is_one_of(key, facts) ? CG_ITEM_TAKE : CG_ITEM_SKIP;
    case AT_RESULT:
        return opens == '{' ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    case AT_RESULT_FACT:
        return is_one_of(key, result_facts) ? CG_ITEM_TAKE : opens == '[' && is_one_of(key, finding_lists) ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    case AT_FINDING:
        return CG_ITEM_TAKE;
    default:
        return CG_ITEM_SKIP;
    }
}

/* ---- vulnerabilities ---- */

/* Which assessment is the base score: version 3 before 4 and 2, and the national database before vendors. */
static uint32_t provider_rank(cg_str provider)
{
    return is(provider, "nvd") ? 3 : is(provider, "ghsa") ? 2 : is(provider, "redhat") ? 1 : 0;
}

static int32_t take_cvss(fnd *f, const cg_tree *all, fnd_vulnerability *v, cspm_error **err)
{
    static const struct {
        const char *score, *vector;
        uint32_t rank;
    } versions[] = { { "V3Score", "V3Vector", 30 }, { "V40Score", "V40Vector", 20 }, { "V2Score", "V2Vector", 10 } };
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; all && all->type == CG_TREE_MAP && i < all->map.count; i++) {
        const cg_str provider = all->map.keys[i];
        const cg_tree *one = all->map.values[i];
        for (size_t k = 0; k < sizeof versions / sizeof versions[0] && rc == CSPM_OK; k++) {
            fnd_cvss c = { fnd_get(one, versions[k].vector), fnd_score(f, one, versions[k].score, &rc, err),
                           versions[k].rank + provider_rank(provider) };
            if (c.score < 0 && !c.vector.data)
                continue;
            if (c.rank > v->base.rank)
                v->base = c;
            if (is(provider, "nvd") && k != 1)
                *(k == 0 ? &v->nvd3 : &v->nvd2) = c;
            else if (is(provider, "redhat") && k == 0)
                v->redhat3 = c;
            else if (is(provider, "ubuntu") && k == 0)
                v->ubuntu3 = c;
        }
    }
    return rc;
}

static const fnd_status_word status_words[] = {
    { "fixed", FND_STATUS_OPEN }, /* a version that fixes it exists; what is installed is older */
    { "affected", FND_STATUS_OPEN },
    { "will_not_fix", FND_STATUS_OPEN },
    { "fix_deferred", FND_STATUS_OPEN },
    { "end_of_life", FND_STATUS_OPEN },
    { "under_investigation", FND_STATUS_INVESTIGATED },
    { "not_affected", FND_STATUS_NOT_AFFECTED },
    { NULL, FND_STATUS_OPEN },
};

/* What the record of the vulnerability says of it, wherever it was found. */
static int32_t describe(trivy *t, const cg_tree *item, fnd_vulnerability *v, cspm_error **err)
{
    const cg_tree *source = cg_tree_get(item, "DataSource"), *layer = cg_tree_get(item, "Layer");
    const int32_t rc = take_cvss(&t->f, cg_tree_get(item, "CVSS"), v, err);

    v->label = FND_TRIVY_FINDING;
    v->prefix = "TIF|";
    v->title = fnd_get(item, "Title");
    v->description = fnd_get(item, "Description");
    v->url = fnd_get(item, "PrimaryURL");
    v->published = fnd_get(item, "PublishedDate");
    v->modified = fnd_get(item, "LastModifiedDate");
    v->severity_source = fnd_get(item, "SeveritySource");
    v->class_name = t->class_name;
    v->type = t->type;
    v->data_source_id = fnd_get(source, "ID");
    v->data_source_name = fnd_get(source, "Name");
    v->layer_digest = fnd_get(layer, "Digest");
    v->layer_diff_id = fnd_get(layer, "DiffID");
    v->cwes = cg_tree_get(item, "CweIDs");
    v->references = cg_tree_get(item, "References");
    return rc == CSPM_OK ? fnd_take_vulnerability(&t->f, v, err) : rc;
}

static int32_t take_vulnerability(trivy *t, const cg_tree *item, cspm_error **err)
{
    fnd *f = &t->f;
    const cg_tree *ids = cg_tree_get(item, "VendorIDs");
    fnd_vulnerability v = FND_VULNERABILITY_NONE;
    int32_t rc = CSPM_OK;

    fnd_add_id(&v, fnd_get(item, "VulnerabilityID"));
    if (v.n_ids == 0)
        return fnd_warn(f, item, "bad-item", err, "a vulnerability without VulnerabilityID: skipped");
    for (uint32_t i = 0; ids && ids->type == CG_TREE_LIST && i < ids->list.count; i++)
        fnd_add_id(&v, cg_tree_string(ids->list.items[i]));
    v.offset = item->pos.offset;
    v.severity = fnd_severity_of(fnd_get(item, "Severity"));
    v.status = fnd_get(item, "Status");
    if (fnd_is_new(f, &v, &rc, err))
        rc = describe(t, item, &v, err);
    const fnd_package p = { item->pos.offset,
                            FND_TRIVY_PACKAGE,
                            fnd_get(item, "PkgName"),
                            fnd_get(item, "InstalledVersion"),
                            fnd_get(cg_tree_get(item, "PkgIdentifier"), "PURL"),
                            fnd_get(item, "PkgID"),
                            t->class_name,
                            t->type };
    const fnd_hit hit = { v.offset, v.severity, fnd_status_of(status_words, v.status), v.status, fnd_get(item, "FixedVersion") };
    if (rc < 0 || (rc = fnd_take_package(f, &p, err)) < 0)
        return rc;
    return fnd_take_hit(f, &hit, err);
}

static int32_t take_package(trivy *t, const cg_tree *item, cspm_error **err)
{
    const fnd_package p = { item->pos.offset,
                            FND_TRIVY_PACKAGE,
                            fnd_get(item, "Name"),
                            fnd_get(item, "Version"),
                            fnd_get(cg_tree_get(item, "Identifier"), "PURL"),
                            fnd_get(item, "ID"),
                            t->class_name,
                            t->type };
    return fnd_take_package(&t->f, &p, err);
}

/* ---- misconfigurations and secrets: that they are there ---- */

static int32_t take_check(trivy *t, const cg_tree *item, fnd_word label, const char *prefix, cg_str rule, cg_str path, cspm_error **err)
{
    fnd *f = &t->f;
    const fnd_severity severity = fnd_severity_of(fnd_get(item, "Severity"));
    int32_t rc = CSPM_OK;
    cg_str id = fnd_join(f, cg_str_from(prefix), "", rule);

    if (id.data && path.data) {
        cg_buf_char(&f->text, '|');
        cg_buf_str(&f->text, path);
        id = f->text.failed ? CG_STR_NULL : cg_buf_view(&f->text);
    }
    if (!id.data)
        return cg_nomem(f->mem, err);
    const fnd_vulnerability named = { .ids = { id }, .n_ids = 1 };
    const bool first = fnd_is_new(f, &named, &rc, err);
    if (rc < 0)
        return rc;
    if (first &&
        ((rc = fnd_node(f, item->pos.offset, f->vulnerability, label, err)) < 0 || (rc = fnd_label(f, FND_RISK, err)) < 0 ||
         (rc = fnd_text(f, FND_ID, f->vulnerability, err)) < 0 || (rc = fnd_text(f, FND_NAME, rule, err)) < 0 ||
         (rc = fnd_text(f, FND_TITLE, fnd_get(item, "Title"), err)) < 0 ||
         (rc = fnd_text(f, FND_SEVERITY, cg_str_from(fnd_severity_name(severity)), err)) < 0 ||
         (rc = fnd_text(f, FND_CATEGORY, fnd_get(item, "Category"), err)) < 0 ||
         (rc = fnd_text(f, FND_RESOLUTION, fnd_get(item, "Resolution"), err)) < 0 ||
         (rc = fnd_text(f, FND_PRIMARY_URL, fnd_get(item, "PrimaryURL"), err)) < 0 || (rc = fnd_text(f, FND_TYPE, t->type, err)) < 0 ||
         (rc = fnd_text(f, FND_PATH, path, err)) < 0 || (rc = fnd_end(f, err)) < 0))
        return rc;
    const fnd_hit hit = { item->pos.offset, severity, FND_STATUS_OPEN, CG_STR_NULL, CG_STR_NULL };
    return fnd_take_hit(f, &hit, err);
}

static int32_t take_misconfiguration(trivy *t, const cg_tree *item, cspm_error **err)
{
    const cg_str status = fnd_get(item, "Status"), id = fnd_get(item, "ID");

    if (status.data && !is(status, "FAIL"))
        return CSPM_OK;
    if (!id.data)
        return fnd_warn(&t->f, item, "bad-item", err, "a misconfiguration without ID: skipped");
    return take_check(t, item, FND_TRIVY_MISCONFIGURATION, "TMC|", id, CG_STR_NULL, err);
}

/* What was found stands in Match and Code: neither is looked at. */
static int32_t take_secret(trivy *t, const cg_tree *item, cspm_error **err)
{
    const cg_str rule = fnd_get(item, "RuleID");

    if (!rule.data)
        return fnd_warn(&t->f, item, "bad-item", err, "a secret without RuleID: skipped");
    return take_check(t, item, FND_TRIVY_SECRET, "TSF|", rule, t->target, err);
}

static int32_t take_finding(trivy *t, cg_str list, const cg_tree *item, cspm_error **err)
{
    if (item->type != CG_TREE_MAP)
        return fnd_warn(&t->f, item, "bad-item", err, "an item of %.*s must be an object: skipped", CG_FMT(list));
    return is(list, "Vulnerabilities") ? take_vulnerability(t, item, err)
           : is(list, "Packages")      ? take_package(t, item, err)
           : is(list, "Secrets")       ? take_secret(t, item, err)
                                       : take_misconfiguration(t, item, err);
}

/* ---- what is scanned ---- */

static int32_t take_image(trivy *t, const cg_tree *meta, cspm_error **err)
{
    const cg_tree *os = cg_tree_get(meta, "OS"), *config = cg_tree_get(meta, "ImageConfig");
    const fnd_image image = { .offset = meta->pos.offset,
                              .id = fnd_get(meta, "ImageID"),
                              .digests = cg_tree_get(meta, "RepoDigests"),
                              .tags = cg_tree_get(meta, "RepoTags"),
                              .name = t->at.name,
                              .os_family = fnd_get(os, "Family"),
                              .os_version = fnd_get(os, "Name"),
                              .architecture = fnd_get(config, "architecture") };
    return fnd_take_image(&t->f, &image, &t->at.image, err);
}

static bool names_image(const cg_tree *meta)
{
    return cg_tree_get(meta, "ImageID") || cg_tree_get(meta, "RepoDigests") || cg_tree_get(meta, "RepoTags");
}

static int32_t take_metadata(trivy *t, const cg_tree *meta, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    if (meta->type == CG_TREE_LIST) { /* of a workload: one for each of its containers */
        for (uint32_t i = 0; i < meta->list.count && rc == CSPM_OK; i++)
            if (names_image(meta->list.items[i]))
                rc = take_image(t, meta->list.items[i], err);
        if (meta->list.count > 1)
            t->at.image = CG_STR_NULL; /* results do not say which of them they belong to */
        return rc;
    }
    t->at.repository = fnd_keep(&t->f, fnd_get(meta, "RepoURL"), &rc, err);
    return rc == CSPM_OK && names_image(meta) ? take_image(t, meta, err) : rc;
}

static int32_t take_fact(trivy *t, cg_str key, const cg_tree *item, cspm_error **err)
{
    const struct {
        const char *key;
        cg_str *to;
    } texts[] = {
        { "ArtifactName", &t->at.name }, { "ArtifactType", &t->at.artifact_type }, { "Namespace", &t->at.ns }, { "Kind", &t->at.kind },
        { "Name", &t->at.resource },
    };
    const cg_str text = cg_tree_string(item), number = cg_tree_raw(item);
    int32_t rc = CSPM_OK;

    t->at.seen = true;
    if (is(key, "Metadata"))
        return take_metadata(t, item, err);
    if (is(key, "SchemaVersion") && (item->type != CG_TREE_INT || item->integer > 2))
        return fnd_warn(&t->f, item, "schema-version", err, "SchemaVersion %.*s is not known; read as version 2", CG_FMT(number));
    if (is(key, "CreatedAt"))
        return fnd_stamp(&t->f, text);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (is(key, texts[i].key) && fnd_usable(text))
            *texts[i].to = fnd_keep(&t->f, text, &rc, err);
    return rc;
}

static int32_t take_result_fact(trivy *t, cg_str key, const cg_tree *item, cspm_error **err)
{
    cg_str *to = is(key, "Target") ? &t->target : is(key, "Class") ? &t->class_name : &t->type;
    const cg_str text = cg_tree_string(item);
    int32_t rc = CSPM_OK;

    *to = fnd_usable(text) ? fnd_keep(&t->f, text, &rc, err) : CG_STR_NULL;
    /* "alpine:3.10 (alpine 3.10.2)": the name of what is scanned, in the oldest reports the only one. */
    const size_t open = to == &t->target ? cg_str_find(text, CG_STR(" ("), 0) : SIZE_MAX;
    if (rc == CSPM_OK && !t->at.name.data && open != SIZE_MAX && open > 0)
        t->at.name = (cg_str){ to->data, to->data ? open : 0 };
    return rc;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    trivy *t = user;
    cg_str key;

    switch (place_of(at, &key)) {
    case AT_FACT:
        return take_fact(t, key, item, err);
    case AT_RESULT_FACT:
        return take_result_fact(t, key, item, err);
    case AT_FINDING:
        t->at.seen = true;
        return take_finding(t, key, item, err);
    default:
        return CSPM_OK;
    }
}

/* ---- the end of a report, or of a cluster's resource ---- */

static int32_t on_resource(trivy *t, cspm_error **err)
{
    fnd *f = &t->f;
    const cg_str scope = cg_builder_scope(f->b);
    int32_t rc = CSPM_OK;
    cg_str label = fnd_join(f, CG_STR("Kubernetes"), "", t->at.kind);
    const uint32_t partial = label.data ? cg_builder_label(f->b, label.data, label.length) : CG_NO_NAME;

    cg_buf_clear(&f->text);
    cg_buf_str(&f->text, scope.length ? scope : CG_STR("cluster"));
    const cg_str parts[] = { t->at.ns, t->at.kind, t->at.resource };
    for (size_t i = 0; i < 3; i++)
        if (parts[i].length) {
            cg_buf_char(&f->text, '/');
            cg_buf_str(&f->text, parts[i]);
        }
    if (partial == CG_NO_NAME || f->text.failed)
        return cg_nomem(f->mem, err);
    const cg_str key = fnd_keep(f, cg_buf_view(&f->text), &rc, err);
    return rc == CSPM_OK ? fnd_found_on(f, key, partial, !t->at.image.data, err) : rc;
}

static int32_t finish_scanned(trivy *t, cspm_error **err)
{
    fnd *f = &t->f;
    const cg_str type = t->at.artifact_type;
    int32_t rc = CSPM_OK;

    if (t->at.resource.data && t->at.kind.data && (rc = on_resource(t, err)) < 0)
        return rc;
    if (!t->at.image.data && !t->at.resource.data && (is(type, "container_image") || (!type.data && t->at.name.data))) {
        const fnd_image image = { .offset = t->at.offset, .name = t->at.name };
        if ((rc = fnd_take_image(f, &image, &t->at.image, err)) < 0)
            return rc;
    }
    if (t->at.image.data || t->at.resource.data)
        return fnd_found_on(f, t->at.image, CG_NO_NAME, true, err);
    if (is(type, "repository"))
        return fnd_found_on_named(f, t->at.offset, FND_CODE_REPOSITORY, type, t->at.repository.data ? t->at.repository : t->at.name, err);
    return fnd_found_on_named(f, t->at.offset, is(type, "vm") ? FND_DISK_IMAGE : FND_FILE_SYSTEM, type, t->at.name, err);
}

static int32_t leave(void *user, const cg_item_at *at, cspm_error **err)
{
    trivy *t = user;
    cg_str key;
    int32_t rc = CSPM_OK;
    const place p = place_of(at, &key);

    if (p == AT_RESULT)
        t->target = t->class_name = t->type = CG_STR_NULL;
    if (p != AT_SCANNED)
        return CSPM_OK;
    if (t->at.seen)
        rc = finish_scanned(t, err);
    t->at = (struct scanned){ 0 };
    return rc;
}

/* ---- the dialect ---- */

static void trivy_close(void *state)
{
    trivy *t = state;

    if (!t)
        return;
    cg_items_free(t->items);
    fnd_free(&t->f);
    cg_free(t->f.mem, t);
}

static int32_t trivy_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    static const cg_item_handler handler = { .choose = choose, .take = take, .leave = leave };
    const cg_json_limits limits = fnd_json_limits(b, true);
    trivy *t = cg_calloc(cg_builder_mem(b), 1, sizeof *t);
    int32_t rc;

    (void)op;
    *out = NULL;
    if (!t)
        return cg_nomem(cg_builder_mem(b), err);
    if ((rc = fnd_init(&t->f, b, "trivy", FND_TRIVY_FIX, source, err)) == CSPM_OK)
        rc = cg_items_new(t->f.mem, &limits, &handler, t, t->f.source, &t->items, err);
    if (rc < 0)
        trivy_close(t);
    else
        *out = t;
    return rc;
}

static int32_t trivy_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    return cg_items_feed(((trivy *)state)->items, bytes, length, err);
}

static int32_t trivy_finish(void *state, cspm_error **err)
{
    return cg_items_finish(((trivy *)state)->items, err);
}

const cg_dialect cg_dialect_trivy = {
    .name = "trivy",
    .title = "Trivy report",
    .recognised =
        "a JSON object with \"ArtifactName\" and \"ArtifactType\" or \"Results\", or \"ClusterName\" and \"Resources\"; a list of results",
    .rank = 30,
    .repeats = true,
    .yields = true,
    .recognise = trivy_recognise,
    .open = trivy_open,
    .feed = trivy_feed,
    .finish = trivy_finish,
    .close = trivy_close,
};
