/* Steps that the tables of storage, databases, secrets, messaging, edge, build, ML and management services share. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

#include <stdlib.h>
#include <string.h>

const cg_tree *aws_with_text(aws_ctx *c, const cg_tree *item, const char *key, cg_str text)
{
    cg_tree *member;

    if (!text.data)
        return item;
    member = cg_arena_calloc(c->arena, 1, sizeof *member);
    if (!member)
        return NULL;
    *member = (cg_tree){ .type = CG_TREE_STRING, .pos = item->pos, .quoted = true, .string = text };
    return aws_with(c, item, cg_str_from(key), member);
}

const cg_tree *aws_replace_text(aws_ctx *c, const cg_tree *item, const char *key, cg_str text)
{
    cg_tree *copy = cg_arena_alloc(c->arena, sizeof *copy), *member = cg_arena_calloc(c->arena, 1, sizeof *member);
    cg_tree **values = cg_arena_alloc(c->arena, (item->map.count + (size_t)1) * sizeof(cg_tree *));

    if (!copy || !member || !values)
        return NULL;
    *copy = *item;
    *member = (cg_tree){ .type = CG_TREE_STRING, .pos = item->pos, .quoted = true, .string = text };
    copy->map.values = values;
    for (uint32_t i = 0; i < item->map.count; i++)
        values[i] = cg_str_eq(item->map.keys[i], cg_str_from(key)) ? member : item->map.values[i];
    return copy;
}

typedef struct text_list {
    cg_str *out;
    uint32_t n, cap;
} text_list;

static int32_t keep_found(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    text_list *f = user;
    cg_str text = cg_tree_string(value);

    (void)c;
    (void)err;
    if (text.length && f->n < f->cap)
        f->out[f->n++] = text;
    return CSPM_OK;
}

void aws_collect(aws_ctx *c, const cg_tree *item, const char *path, cg_str *out, uint32_t cap, uint32_t *n)
{
    text_list f = { .out = out, .cap = cap };

    aws_each(c, item, path, keep_found, &f, NULL);
    *n = f.n;
}

cg_str aws_first(aws_ctx *c, const cg_tree *item, const char *path)
{
    cg_str text = CG_STR_NULL;
    uint32_t n;

    aws_collect(c, item, path, &text, 1, &n);
    return text;
}

cg_str aws_any(const cg_tree *item, const char *const *members)
{
    for (; *members; members++) {
        cg_str text = aws_str(item, *members);

        if (text.length)
            return text;
    }
    return CG_STR_NULL;
}

/* The resource an ARN in a policy is about: without the object of a bucket, the index of a table, a trailing wildcard. */
static cg_str subject_of(cg_str arn, const char *service)
{
    cg_str rest = aws_arn_part(arn, 5);
    size_t cut = SIZE_MAX;

    if (!rest.length || !cg_str_eq(aws_arn_part(arn, 2), cg_str_from(service)))
        return CG_STR_NULL;
    if (strcmp(service, "s3") == 0)
        cut = cg_str_find(rest, CG_STR("/"), 0);
    else if (cg_str_starts(rest, CG_STR("table/")))
        cut = cg_str_find(rest, CG_STR("/"), 6);
    else if (strcmp(service, "es") == 0)
        cut = cg_str_find(rest, CG_STR("/"), 7);
    if (cut != SIZE_MAX)
        rest.length = cut;
    if (cg_str_find(rest, CG_STR("*"), 0) != SIZE_MAX)
        return CG_STR_NULL;
    return (cg_str){ arn.data, (size_t)(rest.data - arn.data) + rest.length };
}

static bool agree(const cg_tree *resource, const char *service, cg_str *subject)
{
    if (resource && resource->type == CG_TREE_LIST) {
        for (uint32_t i = 0; i < resource->list.count; i++)
            if (!agree(resource->list.items[i], service, subject))
                return false;
    } else if (resource) {
        cg_str one = subject_of(cg_tree_string(resource), service);

        if (one.length && subject->length && !cg_str_eq(one, *subject))
            return false;
        if (one.length)
            *subject = one;
    }
    return true;
}

cg_str aws_policy_subject(const cg_tree *policy, const char *service)
{
    const cg_tree *statements = policy ? cg_tree_get(policy, "Statement") : NULL;
    cg_str subject = CG_STR_NULL;

    if (!statements)
        return subject;
    if (statements->type == CG_TREE_MAP)
        return agree(cg_tree_get(statements, "Resource"), service, &subject) ? subject : CG_STR_NULL;
    if (statements->type == CG_TREE_LIST)
        for (uint32_t i = 0; i < statements->list.count; i++)
            if (!agree(cg_tree_get(statements->list.items[i], "Resource"), service, &subject))
                return CG_STR_NULL;
    return subject;
}

int32_t aws_policy_owner(aws_ctx *c, const cg_tree *item, const char *member, const char *service, cg_str *out, cspm_error **err)
{
    const cg_tree *policy;
    int32_t status = aws_document(c, aws_get(item, member), &policy, NULL, err);

    *out = status == CSPM_OK ? aws_policy_subject(policy, service) : CG_STR_NULL;
    return status;
}

int32_t aws_unnamed(aws_ctx *c, const cg_tree *item, const char *what, cspm_error **err)
{
    return aws_skip(c, item, "unnamed-resource", err, "the answer does not say which %s it is about", what);
}

int32_t aws_apply_as(aws_ctx *c, const aws_shape *shape, const cg_tree *item, const char *const *ids, cspm_error **err)
{
    cg_str id = CG_STR_NULL;

    if (item->type != CG_TREE_MAP)
        return aws_skip(c, item, "bad-item", err, "skipped: it must be an object");
    for (; *ids && !id.length; ids++)
        id = aws_text(c, item, *ids);
    if (!id.length)
        return aws_skip(c, item, "bad-item", err, "skipped: %s is missing or no plain text", ids[-1]);
    item = aws_with_text(c, item, "@", id);
    if (item && cg_str_starts(id, CG_STR("arn:")))
        item = aws_with_text(c, item, "@arn", id);
    return item ? aws_apply(c, shape, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

int32_t aws_apply_name(aws_ctx *c, const aws_shape *shape, const cg_tree *name, const char *const *ids, cspm_error **err)
{
    cg_tree *item = cg_arena_calloc(c->arena, 1, sizeof *item);
    const cg_tree *named;

    if (name->type != CG_TREE_STRING)
        return aws_skip(c, name, "bad-item", err, "skipped: it must be a name");
    if (!item)
        return cg_nomem(cg_builder_mem(c->b), err);
    item->type = CG_TREE_MAP;
    item->pos = name->pos;
    named = aws_with(c, item, CG_STR("Name"), name);
    return named ? aws_apply_as(c, shape, named, ids, err) : cg_nomem(cg_builder_mem(c->b), err);
}

int32_t aws_apply_policy(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cg_str id, const char *member, const char *service,
                         const char *what, cspm_error **err)
{
    const cg_tree *value = aws_get(item, member), *policy;
    int32_t rc = aws_document(c, value, &policy, NULL, err);

    if (rc < 0 || !value)
        return rc;
    if (!policy || policy->type != CG_TREE_MAP)
        return aws_skip(c, value, "bad-policy", err, "the policy of a %s is no policy document", what);
    if (!id.length)
        id = aws_policy_subject(policy, service);
    if (!id.length)
        return aws_unnamed(c, item, what, err);
    rc = aws_again(c, item, id, shape, err);
    if (rc == CSPM_OK)
        rc = aws_prop_tree(c, "policy", value, AWS_JSON, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", cg_str_starts(id, CG_STR("arn:")) ? id : CG_STR_NULL, err);
    return rc == CSPM_OK ? aws_node_end(c, true, err) : rc;
}

int32_t aws_again(aws_ctx *c, const cg_tree *at, cg_str id, const aws_shape *shape, cspm_error **err)
{
    return aws_node(c, at, id, shape->labels, err);
}

int32_t aws_prop_bool(aws_ctx *c, const char *property, bool value, cspm_error **err)
{
    return aws_prop(c, property, cg_v_bool(value), err);
}

static int by_text(const void *a, const void *b)
{
    return cg_str_cmp(*(const cg_str *)a, *(const cg_str *)b);
}

int32_t aws_prop_set(aws_ctx *c, const char *property, cg_str *items, uint32_t n, cspm_error **err)
{
    cg_list *list = cg_arena_alloc(c->arena, sizeof *list + n * sizeof *list->items);

    if (!list)
        return cg_nomem(cg_builder_mem(c->b), err);
    if (n > 1)
        qsort(items, n, sizeof *items, by_text);
    list->count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || !cg_str_eq(items[i], items[i - 1]))
            list->items[list->count++] = cg_v_str(items[i]);
    return aws_prop(c, property, (cg_value){ .type = CG_LIST, .list = list }, err);
}

int32_t aws_encrypted_by(aws_ctx *c, const cg_tree *at, cg_str from, cg_str key, cspm_error **err)
{
    cg_str name = key, target = key;
    bool alias;

    if (!key.length || !from.length)
        return CSPM_OK;
    if (cg_str_starts(key, CG_STR("arn:")))
        name = aws_arn_part(key, 5);
    alias = cg_str_starts(name, CG_STR("alias/"));
    if (cg_str_starts(name, CG_STR("alias/aws/")))
        return CSPM_OK;
    if (name.data == key.data) {
        const cg_str prefix =
            aws_text(c, at, alias ? "arn:{partition}:kms:{region}:{account}:" : "arn:{partition}:kms:{region}:{account}:key/");

        target = prefix.length ? aws_format(c, "%.*s%.*s", CG_FMT(prefix), CG_FMT(key)) : CG_STR_NULL;
        if (!target.length && !alias)
            target = key;
    }
    return target.length ? aws_edge(c, at, from, "ENCRYPTED_BY", target, alias ? "AWSKMSAlias" : "AWSKMSKey", err) : CSPM_OK;
}

/* "bucket.s3.eu-west-1.amazonaws.com": the length of the bucket's name; 0 when the host is none of S3's. */
static size_t hosted_bucket(cg_str host)
{
    static const char *const signs[] = { ".s3.", ".s3-website-", ".s3-website.", ".s3-" };

    if (!cg_str_ends(host, CG_STR(".amazonaws.com")) && !cg_str_ends(host, CG_STR(".amazonaws.com.cn")))
        return 0;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t at = cg_str_find(host, cg_str_from(signs[i]), 0);

        if (at != SIZE_MAX)
            return at;
    }
    return 0;
}

cg_str aws_bucket_of(aws_ctx *c, cg_str location)
{
    static const cg_str schemes[] = { CG_STR("s3://"), CG_STR("s3a://"), CG_STR("https://"), CG_STR("http://") };
    cg_str name = location;
    bool web = false;
    size_t end, hosted;

    if (cg_str_starts(location, CG_STR("arn:")))
        return cg_str_eq(aws_arn_part(location, 2), CG_STR("s3")) ? subject_of(location, "s3") : CG_STR_NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (cg_str_starts(location, schemes[i])) {
            name = (cg_str){ location.data + schemes[i].length, location.length - schemes[i].length };
            web = i >= 2;
            break;
        }
    end = cg_str_find(name, CG_STR("/"), 0);
    hosted = hosted_bucket((cg_str){ name.data, end == SIZE_MAX ? name.length : end });
    if (hosted) {
        name.length = hosted;
    } else if (web) {
        cg_str host = { name.data, end == SIZE_MAX ? name.length : end };

        if (end == SIZE_MAX || !(cg_str_starts(host, CG_STR("s3.")) || cg_str_starts(host, CG_STR("s3-"))) ||
            !cg_str_ends(host, CG_STR(".amazonaws.com")))
            return CG_STR_NULL;
        name = (cg_str){ name.data + end + 1, name.length - end - 1 };
        end = cg_str_find(name, CG_STR("/"), 0);
        name.length = end == SIZE_MAX ? name.length : end;
    } else if (end != SIZE_MAX) {
        name.length = end;
    }
    if (!name.length)
        return CG_STR_NULL;
    return aws_format(c, "arn:%.*s:s3:::%.*s", CG_FMT(c->item_partition), CG_FMT(name));
}

cg_str aws_bucket_of_host(aws_ctx *c, cg_str host)
{
    const size_t n = hosted_bucket(host);

    return n ? aws_format(c, "arn:%.*s:s3:::%.*s", CG_FMT(c->item_partition), (int)n, host.data) : CG_STR_NULL;
}

cg_str aws_lambda_of(cg_str arn)
{
    cg_str name = aws_arn_part(arn, 5);
    size_t end;

    if (!cg_str_eq(aws_arn_part(arn, 2), CG_STR("lambda")) || !cg_str_starts(name, CG_STR("function:")) ||
        cg_str_find(name, CG_STR("${"), 0) != SIZE_MAX)
        return CG_STR_NULL;
    end = cg_str_find(name, CG_STR(":"), 9);
    return (cg_str){ arn.data, (size_t)(name.data - arn.data) + (end == SIZE_MAX ? name.length : end) };
}

cg_str aws_secret_of(cg_str arn)
{
    const cg_str rest = aws_arn_part(arn, 5);
    size_t end = cg_str_starts(rest, CG_STR("secret:")) ? cg_str_find(rest, CG_STR(":"), 7) : SIZE_MAX;

    return end == SIZE_MAX ? arn : (cg_str){ arn.data, (size_t)(rest.data - arn.data) + end };
}

int32_t aws_to_host(aws_ctx *c, const cg_tree *at, cg_str from, const char *kind, cg_str host, cspm_error **err)
{
    static const struct {
        const char *sign, *label;
        bool first; /* the first part of the name is the id */
    } hosts[] = { { ".elb.", "AWSLoadBalancerV2", false },
                  { ".cloudfront.net", "AWSCloudFrontDistribution", false },
                  { ".execute-api.", "AWSAPIGatewayRestAPI", true } };
    const cg_str bucket = aws_bucket_of_host(c, host);

    if (bucket.length)
        return aws_edge(c, at, from, kind, bucket, "AWSS3Bucket", err);
    for (size_t i = 0; host.length && i < sizeof hosts / sizeof hosts[0]; i++) {
        const size_t found = cg_str_find(host, cg_str_from(hosts[i].sign), 0);
        char *lower;

        if (found == SIZE_MAX || (i != 1 && cg_str_find(host, CG_STR(".amazonaws.com"), found) == SIZE_MAX))
            continue;
        lower = cg_arena_strndup(c->arena, host.data, hosts[i].first ? found : host.length);
        if (!lower)
            return cg_nomem(cg_builder_mem(c->b), err);
        for (char *p = lower; *p; p++)
            if (*p >= 'A' && *p <= 'Z')
                *p |= 0x20;
        host = cg_str_from(lower);
        if (cg_str_starts(host, CG_STR("dualstack.")))
            host = (cg_str){ host.data + 10, host.length - 10 };
        return aws_edge(c, at, from, kind, host, hosts[i].label, err);
    }
    return CSPM_OK;
}

bool aws_plain_secret(cg_str name, cg_str value)
{
    static const char *const references[] = { "arn", "name", "id", "path", "url", "uri", "endpoint", "ttl", "file", NULL };

    if (!value.length || cg_str_starts(value, CG_STR("arn:")) || cg_str_starts(value, CG_STR("{{resolve:")))
        return false;
    if (aws_looks_secret(value))
        return true;
    for (const char *const *r = references; *r; r++) {
        const cg_str end = cg_str_from(*r);
        if (name.length > end.length && cg_str_eq_nocase((cg_str){ name.data + name.length - end.length, end.length }, end))
            return false;
    }
    return aws_secret_name(name);
}
