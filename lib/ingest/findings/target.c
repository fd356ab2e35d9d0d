/* What is scanned: container images, and cloud resources by their names. */
#include "ingest/findings/findings.h"

/* ---- images ---- */

static bool is_digest(cg_str s)
{
    if (!cg_str_starts(s, CG_STR("sha256:")) || s.length > 256 || s.length < 8)
        return false;
    for (size_t i = 7; i < s.length; i++)
        if (!((s.data[i] >= '0' && s.data[i] <= '9') || ((s.data[i] | 32) >= 'a' && (s.data[i] | 32) <= 'z')))
            return false;
    return true;
}

/* The digest in repository@digest, or of a digest itself. */
static cg_str digest_in(cg_str reference)
{
    const char *at = reference.data ? memchr(reference.data, '@', reference.length) : NULL;
    const cg_str digest = at ? (cg_str){ at + 1, reference.length - (size_t)(at + 1 - reference.data) } : reference;
    return is_digest(digest) ? digest : CG_STR_NULL;
}

static uint32_t count_of(const cg_tree *list)
{
    return list && list->type == CG_TREE_LIST ? list->list.count : 0;
}

static cg_str item_of(const cg_tree *list, uint32_t i)
{
    const cg_str s = cg_tree_string(list->list.items[i]);
    return fnd_usable(s) ? s : CG_STR_NULL;
}

/* repository:tag, with neither digest nor path of a file. */
static bool is_tag(cg_str s)
{
    static const char *const files[] = { ".tar", ".tar.gz", ".tgz", ".json", ".img" };
    const size_t slash = s.length;

    if (!fnd_usable(s) || s.length > 1024 || s.data[0] == '/' || s.data[0] == '.' || memchr(s.data, '@', slash) ||
        memchr(s.data, ' ', slash))
        return false;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (cg_str_ends(s, cg_str_from(files[i])))
            return false;
    return memchr(s.data, ':', s.length);
}

static cg_str without(cg_str s, const char *prefix)
{
    const size_t n = strlen(prefix);
    return cg_str_starts(s, cg_str_from(prefix)) ? (cg_str){ s.data + n, s.length - n } : s;
}

static int32_t alias(fnd *f, cg_str key, cg_str id, cspm_error **err)
{
    return key.length && !cg_str_eq(key, id) ? cg_builder_add_alias(f->b, key.data, key.length, err) : CSPM_OK;
}

/* A tag may name another image tomorrow, so it is a node of its own that points to what it named when this was scanned. */
static int32_t take_tag(fnd *f, const fnd_image *image, cg_str tag, cg_str key, cspm_error **err)
{
    const cg_str plain = without(without(without(tag, "index."), "docker.io/"), "library/");
    int32_t rc = CSPM_OK;

    if (!is_tag(tag) || !plain.length || !fnd_first(f, tag, &rc, err))
        return rc;
    if ((rc = fnd_node(f, image->offset, tag, FND_IMAGE_TAG, err)) < 0 || (rc = fnd_text(f, FND_ID, tag, err)) < 0 ||
        (rc = fnd_text(f, FND_URI, tag, err)) < 0 || (rc = alias(f, plain, tag, err)) < 0)
        return rc;
    /* Docker's own registry goes by several names. */
    if (plain.length != tag.length || !memchr(plain.data, '/', plain.length)) {
        const bool official = !memchr(plain.data, '/', plain.length);
        static const char *const hosts[] = { "docker.io/", "index.docker.io/" };
        for (size_t i = 0; i < 2; i++) {
            const cg_str name = fnd_join(f, cg_str_from(hosts[i]), official ? "library/" : "", plain);
            if (!name.data)
                return cg_nomem(f->mem, err);
            if ((rc = alias(f, name, tag, err)) < 0)
                return rc;
        }
    }
    if ((rc = fnd_end(f, err)) < 0 || (rc = fnd_edge(f, image->offset, tag, FND_IMAGE_KIND, key, err)) < 0)
        return rc;
    return fnd_end(f, err);
}

static int32_t take_aliases(fnd *f, const fnd_image *image, cg_str key, cspm_error **err)
{
    int32_t rc = alias(f, is_digest(image->id) ? image->id : CG_STR_NULL, key, err);

    if (rc == CSPM_OK)
        rc = alias(f, digest_in(image->digest), key, err);
    for (uint32_t i = 0; i < count_of(image->digests) && rc == CSPM_OK; i++) {
        const cg_str reference = item_of(image->digests, i), digest = digest_in(reference);
        if (digest.data && (rc = alias(f, digest, key, err)) == CSPM_OK)
            rc = alias(f, reference, key, err);
    }
    return rc;
}

/* Cartography knows images by the digest of the manifest. One that was never pushed has that of its configuration only, or just a name. */
static cg_str image_key(const fnd_image *image)
{
    for (uint32_t i = 0; i < count_of(image->digests); i++) {
        const cg_str digest = digest_in(item_of(image->digests, i));
        if (digest.data)
            return digest;
    }
    if (digest_in(image->name).data)
        return digest_in(image->name);
    return digest_in(image->digest).data ? image->digest : is_digest(image->id) ? image->id : image->name;
}

int32_t fnd_take_image(fnd *f, const fnd_image *image, cg_str *key, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    *key = fnd_keep(f, image_key(image), &rc, err);
    if (rc < 0 || !key->length)
        return rc;
    const bool hashed = is_digest(*key);
    const cg_str tag = count_of(image->tags) ? item_of(image->tags, 0) : image->name;
    if (fnd_first(f, *key, &rc, err)) {
        if ((rc = fnd_node(f, image->offset, *key, FND_IMAGE, err)) < 0 || (rc = take_aliases(f, image, *key, err)) < 0 ||
            (rc = fnd_text(f, FND_ID, *key, err)) < 0 || (rc = fnd_text(f, FND_NAME, tag, err)) < 0 ||
            (hashed && (rc = fnd_text(f, FND_DIGEST, *key, err)) < 0) || (rc = fnd_text(f, FND_IMAGE_ID, image->id, err)) < 0 ||
            (rc = fnd_text(f, FND_OS_FAMILY, image->os_family, err)) < 0 ||
            (rc = fnd_text(f, FND_OS_VERSION, image->os_version, err)) < 0 ||
            (rc = fnd_text(f, FND_ARCHITECTURE, image->architecture, err)) < 0 || (rc = fnd_end(f, err)) < 0)
            return rc;
    }
    for (uint32_t i = 0; hashed && i < count_of(image->tags) && rc == CSPM_OK; i++)
        rc = take_tag(f, image, item_of(image->tags, i), *key, err);
    return rc == CSPM_OK && hashed ? take_tag(f, image, image->name, *key, err) : rc;
}

/* ---- cloud resources ---- */

static const struct {
    const char *prefix;
    fnd_word label;
} plain_ids[] = {
    { "i-", FND_EC2_INSTANCE },
    { "ami-", FND_EC2_IMAGE },
    { "snap-", FND_EC2_SNAPSHOT },
};

static bool is_word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/* An id of the EC2 API that stands anywhere in a text as a word: i-, ami- or snap- and 8 to 32 hexadecimal digits. */
static cg_str plain_id(cg_str s, fnd_word *label)
{
    for (size_t i = 0; i < s.length; i++) {
        if (i > 0 && is_word_char(s.data[i - 1]))
            continue;
        for (size_t k = 0; k < sizeof plain_ids / sizeof plain_ids[0]; k++) {
            const size_t n = strlen(plain_ids[k].prefix);
            size_t end = i + n;
            if (!cg_str_starts((cg_str){ s.data + i, s.length - i }, cg_str_from(plain_ids[k].prefix)))
                continue;
            while (end < s.length && ((s.data[end] >= '0' && s.data[end] <= '9') || (s.data[end] >= 'a' && s.data[end] <= 'f')))
                end++;
            if (end - i - n >= 8 && end - i - n <= 32 && (end == s.length || !is_word_char(s.data[end]))) {
                *label = plain_ids[k].label;
                return (cg_str){ s.data + i, end - i };
            }
        }
    }
    return CG_STR_NULL;
}

/* The parts of arn:partition:service:region:account:rest; 5 is all that is left. */
static cg_str arn_part(cg_str arn, uint32_t part)
{
    size_t begin = 0;

    for (uint32_t i = 0; begin <= arn.length; i++) {
        size_t end = begin;
        while (end < arn.length && (i == 5 || arn.data[end] != ':'))
            end++;
        if (i == part)
            return (cg_str){ arn.data + begin, end - begin };
        begin = end + 1;
    }
    return CG_STR_NULL;
}

/* A function's ARN without the version or alias behind its name. */
static cg_str function_arn(cg_str arn)
{
    const cg_str rest = arn_part(arn, 5); /* function:NAME[:VERSION] */
    const char *version = rest.length > 9 ? memchr(rest.data + 9, ':', rest.length - 9) : NULL;
    return version ? (cg_str){ arn.data, (size_t)(version - arn.data) } : arn;
}

cg_str fnd_resource(fnd *f, cg_str name, fnd_word *label, int32_t *rc, cspm_error **err)
{
    cg_str found = CG_STR_NULL;

    *label = FND_RESOURCE;
    if (!fnd_usable(name) || name.length > 2048)
        return CG_STR_NULL;
    if (cg_str_starts(name, CG_STR("arn:"))) {
        const cg_str service = arn_part(name, 2), rest = arn_part(name, 5);
        found = name;
        if (cg_str_eq(service, CG_STR("ec2")) && plain_id(rest, label).data) {
            found = plain_id(rest, label);
        } else if (cg_str_eq(service, CG_STR("ecr")) && cg_str_find(rest, CG_STR("sha256:"), 0) != SIZE_MAX) {
            const size_t at = cg_str_find(rest, CG_STR("sha256:"), 0);
            found = (cg_str){ rest.data + at, rest.length - at };
            *label = FND_ECR_IMAGE;
        } else if (cg_str_eq(service, CG_STR("iam")) && cg_str_eq(rest, CG_STR("root"))) {
            found = arn_part(name, 4);
            *label = FND_AWS_ACCOUNT;
        } else if (cg_str_eq(service, CG_STR("lambda")) && cg_str_starts(rest, CG_STR("function:"))) {
            found = function_arn(name);
            *label = FND_LAMBDA;
        }
    } else {
        found = plain_id(name, label);
        if (!found.data && digest_in(name).data) {
            found = digest_in(name);
            *label = FND_IMAGE;
        }
    }
    return found.data ? fnd_keep(f, found, rc, err) : CG_STR_NULL;
}

/* ---- what no cloud knows by its name ---- */

static cg_str base_name(cg_str path)
{
    size_t i = path.length;
    while (i > 0 && path.data[i - 1] != '/')
        i--;
    return (cg_str){ path.data + i, path.length - i };
}

/* A file system, a repository or a disk: a node of its own, under an address or under kind and path. Paths that say nothing ("/") take the
 * name of the report and its folder. */
static int32_t on_artifact(fnd *f, uint64_t offset, fnd_word label, cg_str type, cg_str path, cspm_error **err)
{
    const bool anonymous = !path.data || cg_str_eq(path, CG_STR("/")) || cg_str_eq(path, CG_STR("."));
    const cg_str name = anonymous ? base_name(f->source) : path, scope = anonymous ? cg_builder_scope(f->b) : CG_STR_NULL;
    const bool url = cg_str_find(name, CG_STR("://"), 0) != SIZE_MAX;
    int32_t rc = CSPM_OK;

    cg_buf_clear(&f->text);
    if (!url) {
        cg_buf_str(&f->text, type.data ? type : CG_STR("filesystem"));
        cg_buf_char(&f->text, ':');
        cg_buf_str(&f->text, scope);
        cg_buf_adds(&f->text, scope.length ? "/" : "");
    }
    cg_buf_str(&f->text, url && cg_str_ends(name, CG_STR(".git")) ? (cg_str){ name.data, name.length - 4 } : name);
    if (f->text.failed)
        return cg_nomem(f->mem, err);
    const cg_str key = fnd_keep(f, cg_buf_view(&f->text), &rc, err);
    if (rc < 0)
        return rc;
    if (fnd_first(f, key, &rc, err) && ((rc = fnd_node(f, offset, key, label, err)) < 0 || (rc = fnd_text(f, FND_ID, key, err)) < 0 ||
                                        (rc = fnd_text(f, FND_NAME, url ? base_name(key) : name, err)) < 0 ||
                                        (rc = fnd_text(f, FND_URL, url ? key : CG_STR_NULL, err)) < 0 || (rc = fnd_end(f, err)) < 0))
        return rc;
    return rc < 0 ? rc : fnd_found_on(f, key, CG_NO_NAME, true, err);
}

int32_t fnd_found_on_named(fnd *f, uint64_t offset, fnd_word label, cg_str type, cg_str name, cspm_error **err)
{
    fnd_word resource;
    int32_t rc = CSPM_OK;
    cg_str key = fnd_resource(f, name, &resource, &rc, err);

    if (rc == CSPM_OK && !key.data && label != FND_CODE_REPOSITORY)
        key = fnd_resource(f, base_name(f->source), &resource, &rc, err);
    if (rc < 0)
        return rc;
    if (!key.data)
        return on_artifact(f, offset, label, type, name, err);
    const uint32_t partial = fnd_word_label(f, resource);
    return partial == CG_NO_NAME ? cg_nomem(f->mem, err) : fnd_found_on(f, key, partial, true, err);
}
