/* CISA's catalogue of vulnerabilities known to be exploited. It adds to what scanners found; entries nobody refers to leave no trace. */
#include "base/time.h"
#include "ingest/dialects.h"
#include "ingest/findings/findings.h"
#include "ingest/sniff.h"

typedef struct kev {
    fnd f;
    cg_items *items;
    cg_str released, version;
} kev;

static int kev_recognise(const char *head, size_t length, bool whole)
{
    bool version = false, released = false;
    cg_peek top, list, item;
    cg_str key, rest, object;

    (void)whole;
    if (!cg_peek_object(&top, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        version = version || cg_peek_is(key, "catalogVersion");
        released = released || cg_peek_is(key, "dateReleased");
        if (cg_peek_is(key, "vulnerabilities") && cg_peek_array(&list, rest) && cg_peek_item(&list, &object) &&
            cg_peek_object(&item, object))
            while (cg_peek_member(&item, &key, &rest))
                if (cg_peek_is(key, "cveID"))
                    return 95;
    }
    return version && released ? 90 : 0;
}

static bool in_list(const cg_item_at *at)
{
    return at->depth > 0 && cg_str_eq(at->steps[0].key, CG_STR("vulnerabilities"));
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    (void)user;
    if (at->depth == 0)
        return opens == '{' ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    if (in_list(at))
        return at->depth == 1 ? (opens == '[' ? CG_ITEM_ENTER : CG_ITEM_SKIP) : CG_ITEM_TAKE;
    return opens == 0 ? CG_ITEM_TAKE : CG_ITEM_SKIP;
}

static int32_t take_entry(fnd *f, const cg_tree *item, cspm_error **err)
{
    const cg_str id = fnd_get(item, "cveID");
    const struct {
        fnd_word word;
        const char *key;
    } texts[] = {
        { FND_CISA_ADD, "dateAdded" },
        { FND_CISA_DUE, "dueDate" },
        { FND_CISA_ACTION, "requiredAction" },
        { FND_CISA_NAME, "vulnerabilityName" },
        { FND_RANSOMWARE, "knownRansomwareCampaignUse" },
    };
    int32_t rc;

    if (!fnd_is_cve(id))
        return fnd_warn(f, item, "bad-item", err, "an entry whose cveID is no CVE id: skipped");
    if ((rc = cg_builder_begin_node(f->b, item->pos.offset, err)) < 0 || (rc = cg_builder_set_id(f->b, id.data, id.length, err)) < 0)
        return rc;
    cg_builder_set_standing(f->b, CG_STANDING_ENRICHMENT);
    rc = fnd_flag(f, FND_IS_KEV, true, err);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && rc == CSPM_OK; i++)
        rc = fnd_text(f, texts[i].word, fnd_get(item, texts[i].key), err);
    return rc == CSPM_OK ? fnd_end(f, err) : rc;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    kev *k = user;
    const cg_str text = cg_tree_string(item);
    int32_t rc = CSPM_OK;

    if (in_list(at))
        return take_entry(&k->f, item, err);
    if (cg_str_eq(at->steps[0].key, CG_STR("dateReleased"))) {
        k->released = fnd_keep(&k->f, text, &rc, err);
        return rc == CSPM_OK ? fnd_stamp(&k->f, text) : rc;
    }
    if (cg_str_eq(at->steps[0].key, CG_STR("catalogVersion")))
        k->version = fnd_keep(&k->f, text, &rc, err);
    return rc;
}

static int32_t leave(void *user, const cg_item_at *at, cspm_error **err)
{
    kev *k = user;
    return at->depth > 0 ? CSPM_OK
                         : fnd_take_feed(&k->f, CG_STR("cisa-kev"), "CISA Known Exploited Vulnerabilities", k->released, k->version, err);
}

/* ---- the dialect ---- */

static void kev_close(void *state)
{
    kev *k = state;

    if (!k)
        return;
    cg_items_free(k->items);
    fnd_free(&k->f);
    cg_free(k->f.mem, k);
}

static int32_t kev_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    static const cg_item_handler handler = { .choose = choose, .take = take, .leave = leave };
    const cg_json_limits limits = fnd_json_limits(b, false);
    kev *k = cg_calloc(cg_builder_mem(b), 1, sizeof *k);
    int32_t rc;

    (void)op;
    *out = NULL;
    if (!k)
        return cg_nomem(cg_builder_mem(b), err);
    if ((rc = fnd_init(&k->f, b, "kev", FND_FIX, source, err)) == CSPM_OK)
        rc = cg_items_new(k->f.mem, &limits, &handler, k, k->f.source, &k->items, err);
    if (rc < 0)
        kev_close(k);
    else
        *out = k;
    return rc;
}

static int32_t kev_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    return cg_items_feed(((kev *)state)->items, bytes, length, err);
}

static int32_t kev_finish(void *state, cspm_error **err)
{
    return cg_items_finish(((kev *)state)->items, err);
}

const cg_dialect cg_dialect_kev = {
    .name = "kev",
    .title = "CISA Known Exploited Vulnerabilities catalogue",
    .recognised = "a JSON object with \"catalogVersion\" and \"dateReleased\", or whose \"vulnerabilities\" hold \"cveID\"",
    .rank = 31,
    .repeats = true,
    .yields = true,
    .recognise = kev_recognise,
    .open = kev_open,
    .feed = kev_feed,
    .finish = kev_finish,
    .close = kev_close,
};
