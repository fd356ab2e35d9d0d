/* OCSF findings, one after another or as a list: vulnerability findings (class 2002) of any product, and detection findings (class 2004) as
 * posture scanners write them. */
#include "base/time.h"
#include "ingest/dialects.h"
#include "ingest/findings/findings.h"
#include "ingest/sniff.h"

#define CLASS_VULNERABILITY 2002
#define CLASS_DETECTION 2004

typedef struct ocsf {
    fnd f;
    cg_items *items;
} ocsf;

/* ---- recognising ---- */

static int score_object(cg_str text)
{
    bool class = false, category = false, metadata = false, finding = false;
    cg_peek top;
    cg_str key, rest;

    if (!cg_peek_object(&top, text))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        class = class || cg_peek_is(key, "class_uid");
        category = category || cg_peek_is(key, "category_uid") || cg_peek_is(key, "type_uid");
        metadata = metadata || cg_peek_is(key, "metadata");
        finding = finding || cg_peek_is(key, "finding_info") || cg_peek_is(key, "vulnerabilities");
    }
    return class && (category || metadata) ? 95 : finding && metadata && category ? 80 : 0;
}

static int ocsf_recognise(const char *head, size_t length, bool whole)
{
    const cg_str text = { head, length };
    cg_peek list;
    cg_str item;

    (void)whole;
    if (!cg_peek_array(&list, text))
        return score_object(text);
    return cg_peek_item(&list, &item) ? score_object(item) : 0;
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    (void)user;
    return at->depth == 0 && opens == '[' ? CG_ITEM_ENTER : CG_ITEM_TAKE;
}

/* ---- what it was found on ---- */

static const struct {
    const char *type; /* of the resource, as the product names it */
    const char *label;
} resource_labels[] = {
    { "AwsEc2Instance", "AWSEC2Instance" },
    { "AwsLambdaFunction", "AWSLambda" },
    { "AwsEcrContainerImage", "AWSECRImage" },
    { "AwsS3Bucket", "AWSS3Bucket" },
    { "AwsIamUser", "AWSUser" },
    { "AwsIamRole", "AWSRole" },
    { "AwsIamGroup", "AWSGroup" },
    { "AwsIamPolicy", "AWSPolicy" },
    { "AwsAccount", "AWSAccount" },
    { "AwsRdsDbInstance", "AWSRDSInstance" },
    { "AwsKmsKey", "AWSKMSKey" },
    { "AwsEc2SecurityGroup", "AWSEC2SecurityGroup" },
    { "AwsEc2Subnet", "AWSEC2Subnet" },
    { "AwsEc2Vpc", "AWSVpc" },
    { "AwsSecretsManagerSecret", "AWSSecretsManagerSecret" },
};

static uint32_t label_of(fnd *f, cg_str type, fnd_word word)
{
    for (size_t i = 0; i < sizeof resource_labels / sizeof resource_labels[0]; i++)
        if (cg_str_eq(type, cg_str_from(resource_labels[i].type)))
            return cg_builder_label(f->b, resource_labels[i].label, strlen(resource_labels[i].label));
    return fnd_word_label(f, word);
}

/* Key of a resource and the label it has should nobody define it. A null key: it names nothing. */
static cg_str resource_key(fnd *f, const cg_tree *resource, uint32_t *partial, int32_t *rc, cspm_error **err)
{
    const cg_str uid = fnd_get(resource, "uid"), name = fnd_get(resource, "name"), type = fnd_get(resource, "type");
    const cg_str instance = fnd_get(resource, "instance_uid"); /* of a device */
    fnd_word label = FND_RESOURCE;
    cg_str key = fnd_resource(f, instance.data ? instance : uid.data ? uid : name, &label, rc, err);

    if (*rc == CSPM_OK && !key.data && (uid.data || name.data))
        key = fnd_keep(f, uid.data ? uid : name, rc, err);
    *partial = label_of(f, type, label);
    if (*rc == CSPM_OK && *partial == CG_NO_NAME)
        *rc = cg_nomem(f->mem, err);
    /* Azure's ids are the same in any case. */
    if (key.data && cg_str_starts(key, CG_STR("/subscriptions/")))
        for (size_t i = 0; i < key.length; i++)
            if (key.data[i] >= 'A' && key.data[i] <= 'Z')
                ((char *)key.data)[i] = (char)(key.data[i] - 'A' + 'a'); /* a copy of our own */
    return *rc == CSPM_OK ? key : CG_STR_NULL;
}

/* Resources of a finding: a list since 1.1, one before; else the device of the host profile. */
static const cg_tree *resource_at(const cg_tree *item, uint32_t i)
{
    static const char *const members[] = { "resources", "resource", "device", "affected_resource" };

    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++) {
        const cg_tree *t = cg_tree_get(item, members[k]);
        if (t && t->type == CG_TREE_LIST && t->list.count)
            return i < t->list.count ? t->list.items[i] : NULL;
        if (t && t->type == CG_TREE_MAP)
            return i == 0 ? t : NULL;
    }
    return NULL;
}

/* ---- vulnerability findings ---- */

static int64_t number_of(const cg_tree *item, const char *key)
{
    const cg_tree *t = cg_tree_get(item, key);
    return t && t->type == CG_TREE_INT ? t->integer : -1;
}

/* Suppressed and resolved findings are kept, and do not count. */
static fnd_status status_of(const cg_tree *item)
{
    const int64_t status = number_of(item, "status_id");
    const cg_str word = fnd_get(item, "status");

    if (status == 4 || number_of(item, "activity_id") == 3 || (status < 0 && cg_str_eq_nocase(word, CG_STR("Resolved"))))
        return FND_STATUS_FIXED;
    if (status == 3 || status == 5 || (status < 0 && cg_str_eq_nocase(word, CG_STR("Suppressed"))))
        return FND_STATUS_SUPPRESSED;
    return FND_STATUS_OPEN;
}

static int32_t take_cvss(fnd *f, const cg_tree *list, fnd_vulnerability *v, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count && rc == CSPM_OK; i++) {
        const cg_tree *one = list->list.items[i];
        const cg_str version = fnd_get(one, "version"), vendor = fnd_get(one, "vendor_name");
        const uint32_t rank = !version.data ? 5 : version.data[0] == '3' ? 30 : version.data[0] == '4' ? 20 : 10;
        const fnd_cvss c = { fnd_get(one, "vector_string"), fnd_score(f, one, "base_score", &rc, err),
                             rank + (cg_str_eq_nocase(vendor, CG_STR("nvd")) ? 3 : 0) };
        if ((c.score >= 0 || c.vector.data) && c.rank > v->base.rank)
            v->base = c;
    }
    return rc;
}

/* The CWE ids of a vulnerability, which versions of the schema keep in different places, as one list. */
static const cg_tree *weaknesses(const cg_tree *item, cg_tree *list, cg_tree **items, uint32_t room)
{
    const cg_tree *cve = cg_tree_get(item, "cve"), *related = cg_tree_get(cve, "related_cwes");
    const cg_tree *const single[] = { cg_tree_get(cg_tree_get(item, "cwe"), "uid"), cg_tree_get(cg_tree_get(cve, "cwe"), "uid"),
                                      cg_tree_get(cve, "cwe_uid") };
    uint32_t n = 0;

    for (size_t i = 0; i < sizeof single / sizeof single[0] && n < room; i++)
        if (single[i] && fnd_usable(cg_tree_string(single[i])))
            items[n++] = (cg_tree *)single[i];
    for (uint32_t i = 0; related && related->type == CG_TREE_LIST && i < related->list.count && n < room; i++) {
        const cg_tree *uid = cg_tree_get(related->list.items[i], "uid");
        if (uid && fnd_usable(cg_tree_string(uid)))
            items[n++] = (cg_tree *)uid;
    }
    *list = (cg_tree){ .type = CG_TREE_LIST, .list = { items, n } };
    return list;
}

static int32_t take_packages(fnd *f, const cg_tree *item, const fnd_vulnerability *v, fnd_status status, cg_str stated, cspm_error **err)
{
    const cg_tree *packages = cg_tree_get(item, "affected_packages");
    int32_t rc = CSPM_OK;

    if (!packages)
        packages = cg_tree_get(item, "packages");
    const uint32_t n = packages && packages->type == CG_TREE_LIST ? packages->list.count : 0;
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        const cg_tree *one = packages->list.items[i];
        const fnd_package p = { .offset = v->offset,
                                .label = FND_PACKAGE,
                                .name = fnd_get(one, "name"),
                                .version = fnd_get(one, "version"),
                                .purl = fnd_get(one, "purl"),
                                .type = fnd_get(one, "package_manager") };
        const fnd_hit hit = { v->offset, v->severity, status, stated, fnd_get(one, "fixed_in_version") };
        if ((rc = fnd_take_package(f, &p, err)) == CSPM_OK)
            rc = fnd_take_hit(f, &hit, err);
    }
    const fnd_hit bare = { v->offset, v->severity, status, stated, CG_STR_NULL };
    return n == 0 && rc == CSPM_OK ? fnd_take_hit(f, &bare, err) : rc;
}

static int32_t describe(fnd *f, const cg_tree *finding, const cg_tree *item, fnd_vulnerability *v, cspm_error **err)
{
    const cg_tree *cve = cg_tree_get(item, "cve"), *epss = cg_tree_get(cve, "epss");
    cg_tree cwes, *cwe_items[16];
    int32_t rc;

    v->label = FND_OCSF_FINDING;
    v->prefix = "";
    v->title = fnd_get(item, "title");
    v->description = fnd_get(item, "desc");
    v->severity_source = fnd_get(item, "vendor_name");
    v->data_source_name = fnd_get(cg_tree_get(cg_tree_get(finding, "metadata"), "product"), "name");
    v->references = cg_tree_get(item, "references");
    v->cwes = weaknesses(item, &cwes, cwe_items, sizeof cwe_items / sizeof cwe_items[0]);
    v->epss = fnd_get_number(epss, "score");
    v->percentile = fnd_get_number(epss, "percentile");
    if ((rc = take_cvss(f, cg_tree_get(cve, "cvss"), v, err)) < 0)
        return rc;
    return fnd_take_vulnerability(f, v, err);
}

static int32_t take_vulnerability(fnd *f, const cg_tree *finding, const cg_tree *item, cspm_error **err)
{
    const cg_tree *cve = cg_tree_get(item, "cve");
    fnd_vulnerability v = FND_VULNERABILITY_NONE;
    int32_t rc = CSPM_OK;

    fnd_add_id(&v, fnd_get(cve, "uid"));
    fnd_add_id(&v, fnd_get(cg_tree_get(item, "advisory"), "uid"));
    if (v.n_ids == 0)
        fnd_add_id(&v, fnd_get(item, "title"));
    if (v.n_ids == 0)
        return fnd_warn(f, item, "bad-item", err, "a vulnerability with neither CVE, advisory nor title: skipped");
    v.offset = finding->pos.offset;
    v.severity = fnd_severity_of(fnd_get(item, "severity"));
    if (v.severity == FND_UNKNOWN)
        v.severity = fnd_severity_of(fnd_get(finding, "severity"));
    if (fnd_is_new(f, &v, &rc, err))
        rc = describe(f, finding, item, &v, err);
    if (rc < 0)
        return rc;
    return take_packages(f, item, &v, status_of(finding), fnd_get(finding, "status"), err);
}

static int32_t take_vulnerability_finding(fnd *f, const cg_tree *item, cspm_error **err)
{
    const cg_tree *list = cg_tree_get(item, "vulnerabilities"), *resource;
    int32_t rc = CSPM_OK;
    uint32_t partial;

    if (!list || list->type != CG_TREE_LIST)
        return fnd_warn(f, item, "bad-item", err, "a vulnerability finding without a list of vulnerabilities: skipped");
    if (!resource_at(item, 0))
        rc = fnd_warn(f, item, "no-resource", err, "a vulnerability finding that does not say what it was found on");
    for (uint32_t i = 0; i < list->list.count && rc == CSPM_OK; i++)
        rc = take_vulnerability(f, item, list->list.items[i], err);
    for (uint32_t i = 0; rc == CSPM_OK && (resource = resource_at(item, i)); i++) {
        const cg_str key = resource_key(f, resource, &partial, &rc, err);
        if (rc == CSPM_OK && key.data)
            rc = fnd_found_on(f, key, partial, false, err);
    }
    return rc == CSPM_OK ? fnd_found_on(f, CG_STR_NULL, CG_NO_NAME, true, err) : rc;
}

/* ---- detection findings ---- */

static int32_t put_time(fnd *f, fnd_word w, const cg_tree *info, cspm_error **err)
{
    const int64_t time = number_of(info, "created_time");
    /* Seconds, or milliseconds as the schema wants them. */
    const cg_instant at = { time > 100000000000 ? time * 1000 : time * 1000000 };

    if (time <= 0 || time > 100000000000000)
        return fnd_text(f, w, fnd_get(info, "created_time_dt"), err);
    cg_buf_clear(&f->text);
    cg_instant_write(&f->text, at);
    return f->text.failed ? cg_nomem(f->mem, err) : fnd_text(f, w, cg_buf_view(&f->text), err);
}

static int32_t put_lower(fnd *f, fnd_word w, cg_str text, cspm_error **err)
{
    cg_buf_clear(&f->text);
    cg_buf_str(&f->text, text);
    if (f->text.failed)
        return cg_nomem(f->mem, err);
    for (size_t i = 0; i < f->text.length; i++)
        if (f->text.data[i] >= 'A' && f->text.data[i] <= 'Z')
            f->text.data[i] = (char)(f->text.data[i] - 'A' + 'a');
    return fnd_text(f, w, cg_buf_view(&f->text), err);
}

static int32_t put_detection(fnd *f, const cg_tree *item, cg_str uid, cspm_error **err)
{
    const cg_tree *info = cg_tree_get(item, "finding_info"), *metadata = cg_tree_get(item, "metadata"), *cloud = cg_tree_get(item, "cloud");
    const cg_str status = fnd_get(item, "status_code");
    const struct {
        fnd_word word;
        cg_str text;
    } texts[] = {
        { FND_ID, uid },
        { FND_UID, uid },
        { FND_NAME, fnd_get(info, "title") },
        { FND_CHECK_ID, fnd_get(metadata, "event_code") },
        { FND_CHECK_TITLE, fnd_get(info, "title") },
        { FND_STATUS, status.data ? status : fnd_get(item, "status") },
        { FND_STATUS_EXTENDED, fnd_get(item, "status_detail") },
        { FND_PROVIDER_UID, fnd_get(cg_tree_get(cloud, "account"), "uid") },
        { FND_REGION, fnd_get(cloud, "region") },
        { FND_RISK_DETAILS, fnd_get(item, "risk_details") },
        { FND_REMEDIATION, fnd_get(cg_tree_get(item, "remediation"), "desc") },
        { FND_PRODUCT, fnd_get(cg_tree_get(metadata, "product"), "name") },
    };
    int32_t rc = CSPM_OK;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == CSPM_OK; i++)
        rc = fnd_text(f, texts[i].word, texts[i].text, err);
    if (rc == CSPM_OK && (rc = put_lower(f, FND_SEVERITY, fnd_get(item, "severity"), err)) == CSPM_OK &&
        (rc = put_time(f, FND_FIRST_SEEN, info, err)) == CSPM_OK)
        rc = fnd_flag(f, FND_MUTED, status_of(item) == FND_STATUS_SUPPRESSED, err);
    return rc;
}

/* A finding without an id of its own is told by its check and what it is about. */
static cg_str finding_key(fnd *f, const cg_tree *item, int32_t *rc, cspm_error **err)
{
    const cg_tree *info = cg_tree_get(item, "finding_info"), *resource = resource_at(item, 0);
    const cg_str uid = fnd_get(info, "uid"), check = fnd_get(cg_tree_get(item, "metadata"), "event_code");
    const cg_str about = resource ? fnd_get(resource, "uid") : CG_STR_NULL;

    if (uid.data)
        return fnd_keep(f, uid, rc, err);
    if (!check.data)
        return CG_STR_NULL;
    const cg_str text = fnd_join(f, check, "|", about);
    if (!text.data)
        *rc = cg_nomem(f->mem, err);
    return text.data ? fnd_keep(f, text, rc, err) : CG_STR_NULL;
}

static int32_t take_detection(fnd *f, const cg_tree *item, cspm_error **err)
{
    const cg_str product = fnd_get(cg_tree_get(cg_tree_get(item, "metadata"), "product"), "name");
    const fnd_word label = cg_str_eq_nocase(product, CG_STR("Prowler")) ? FND_PROWLER_FINDING : FND_DETECTION_FINDING;
    const cg_tree *resource;
    int32_t rc = CSPM_OK;
    uint32_t partial;
    const cg_str key = finding_key(f, item, &rc, err);

    if (rc == CSPM_OK && !key.data)
        return fnd_warn(f, item, "bad-item", err, "a detection finding with neither id nor check: skipped");
    if (rc < 0 || (rc = fnd_node(f, item->pos.offset, key, label, err)) < 0 || (rc = put_detection(f, item, key, err)) < 0 ||
        (rc = fnd_end(f, err)) < 0)
        return rc;
    for (uint32_t i = 0; rc == CSPM_OK && (resource = resource_at(item, i)); i++) {
        const cg_str about = resource_key(f, resource, &partial, &rc, err);
        if (rc < 0 || !about.data)
            continue;
        if ((rc = fnd_edge(f, item->pos.offset, about, FND_HAS_FINDING, key, err)) == CSPM_OK &&
            (rc = cg_builder_partial_end(f->b, true, partial, err)) == CSPM_OK)
            rc = fnd_end(f, err);
    }
    return rc;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    ocsf *o = user;
    const int64_t class = number_of(item, "class_uid");

    (void)at;
    if (item->type != CG_TREE_MAP)
        return fnd_warn(&o->f, item, "bad-item", err, "a finding must be an object: skipped");
    if (class == CLASS_VULNERABILITY || (class < 0 && cg_tree_get(item, "vulnerabilities")))
        return take_vulnerability_finding(&o->f, item, err);
    if (class == CLASS_DETECTION)
        return take_detection(&o->f, item, err);
    return fnd_warn(&o->f, item, "not-modelled", err, "class_uid %lld: only vulnerability (2002) and detection findings (2004) are used",
                    (long long)class);
}

/* ---- the dialect ---- */

static void ocsf_close(void *state)
{
    ocsf *o = state;

    if (!o)
        return;
    cg_items_free(o->items);
    fnd_free(&o->f);
    cg_free(o->f.mem, o);
}

static int32_t ocsf_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    static const cg_item_handler handler = { .choose = choose, .take = take };
    const cg_json_limits limits = fnd_json_limits(b, true);
    ocsf *o = cg_calloc(cg_builder_mem(b), 1, sizeof *o);
    int32_t rc;

    (void)op;
    *out = NULL;
    if (!o)
        return cg_nomem(cg_builder_mem(b), err);
    if ((rc = fnd_init(&o->f, b, "ocsf", FND_FIX, source, err)) == CSPM_OK)
        rc = cg_items_new(o->f.mem, &limits, &handler, o, o->f.source, &o->items, err);
    if (rc < 0)
        ocsf_close(o);
    else
        *out = o;
    return rc;
}

static int32_t ocsf_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    return cg_items_feed(((ocsf *)state)->items, bytes, length, err);
}

static int32_t ocsf_finish(void *state, cspm_error **err)
{
    return cg_items_finish(((ocsf *)state)->items, err);
}

const cg_dialect cg_dialect_ocsf = {
    .name = "ocsf",
    .title = "OCSF findings",
    .recognised = "JSON objects with \"class_uid\" and \"category_uid\" or \"metadata\", one, several or a list",
    .rank = 28,
    .repeats = true,
    .yields = true,
    .recognise = ocsf_recognise,
    .open = ocsf_open,
    .feed = ocsf_feed,
    .finish = ocsf_finish,
    .close = ocsf_close,
};
