/* Route 53: zones, records and what they point to. */
#include "ingest/aws/aws_data.h"

#include <stdlib.h>

#include "ingest/aws/aws_part.h"

/* Zone ids come with and without "/hostedzone/". */
#define PREFIX "/hostedzone/"

static cg_str zone_id(aws_ctx *c, cg_str said)
{
    return !said.length || cg_str_starts(said, CG_STR(PREFIX)) ? said : aws_format(c, PREFIX "%.*s", CG_FMT(said));
}

/* Names end with a dot, sometimes; their case does not matter. "\\052" is the star of a wildcard. */
static cg_str plain_name(aws_ctx *c, cg_str name)
{
    char *lower;
    size_t n = 0;

    while (name.length && name.data[name.length - 1] == '.')
        name.length--;
    if (!name.length || !(lower = cg_arena_strndup(c->arena, name.data, name.length)))
        return CG_STR_NULL;
    for (size_t i = 0; i < name.length; i++) {
        if (cg_str_find((cg_str){ name.data + i, name.length - i }, CG_STR("\\052"), 0) == 0) {
            lower[n++] = '*';
            i += 3;
            continue;
        }
        lower[n++] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20) : name.data[i];
    }
    return (cg_str){ lower, n };
}

static const aws_field zone_fields[] = {
    { "id", "Id", AWS_AS_IS },
    { "zoneid", "Id", AWS_AS_IS },
    { "name", "@name", AWS_AS_IS },
    { "comment", "Config.Comment", AWS_AS_IS },
    { "privatezone", "Config.PrivateZone", AWS_AS_IS },
    { 0 },
};
static const aws_link zone_links[] = {
    { "ASSOCIATED_WITH", false, "VPCs[].VPCId", NULL, "AWSVpc" },
    { 0 },
};
static const aws_shape zone = {
    .labels = { "AWSDNSZone", "DNSZone" }, .id = "{@id}", .fields = zone_fields, .links = zone_links, .global = true
};
static int32_t take_zone(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *inner = aws_get(item, "HostedZone"), *vpcs = aws_get(item, "VPCs");
    cg_str name;

    if (inner && vpcs)
        inner = aws_with(c, inner, CG_STR("VPCs"), vpcs);
    item = inner ? inner : item;
    name = plain_name(c, aws_str(item, "Name"));
    item = aws_with_text(c, item, "@id", zone_id(c, aws_str(item, "Id")));
    item = item ? aws_with_text(c, item, "@name", name) : NULL;
    return item ? aws_apply(c, &zone, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- records ---- */

typedef struct record {
    cg_str name, id;
} record;

typedef struct records {
    const cg_tree *list;
    cg_str zone, apex;
    record *known; /* addresses and aliases of this zone, by name: what names may lead on to */
    uint32_t n;
} records;

static int by_name(const void *a, const void *b)
{
    const record *x = a, *y = b;
    const int order = cg_str_cmp(x->name, y->name);

    return order ? order : cg_str_cmp(x->id, y->id);
}

/* How the id of a record ends, as Cartography has it; NULL for types that lead nowhere. */
static const char *kind_of(const cg_tree *r)
{
    static const struct {
        const char *type, *plain, *alias;
    } kinds[] = { { "A", "A", "ALIAS" }, { "AAAA", "AAAA", "ALIAS_AAAA" }, { "CNAME", "CNAME", "WEIGHTED_CNAME" }, { "NS", "NS", "NS" } };
    const cg_str type = aws_str(r, "Type");

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (cg_str_eq(type, cg_str_from(kinds[i].type)))
            return aws_get(r, "AliasTarget") ? kinds[i].alias : kinds[i].plain;
    return NULL;
}

static cg_str record_id(aws_ctx *c, const records *all, cg_str name, const char *kind)
{
    return aws_format(c, "%.*s/%.*s/%s", CG_FMT(all->zone), CG_FMT(name), kind);
}

static int32_t to_address(aws_ctx *c, const cg_tree *at, cg_str from, cg_str address, cspm_error **err)
{
    static const char *const labels[] = { "AWSIp", "Ip", NULL };
    int32_t rc = aws_node(c, at, address, labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", address, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "ip", address, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    c->id = from;
    return rc == CSPM_OK ? aws_edge(c, at, from, "DNS_POINTS_TO", address, NULL, err) : rc;
}

static int32_t to_server(aws_ctx *c, const cg_tree *at, const records *all, cg_str from, cg_str server, bool apex, cspm_error **err)
{
    static const char *const labels[] = { "AWSNameServer", "NameServer", NULL };
    int32_t rc = aws_node(c, at, server, labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", server, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", server, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, true, err);
    c->id = from;
    if (rc == CSPM_OK)
        rc = aws_edge(c, at, from, "DNS_POINTS_TO", server, NULL, err);
    return rc == CSPM_OK && apex ? aws_edge(c, at, all->zone, "NAMESERVER", server, "AWSNameServer", err) : rc;
}

/* A name leads to other records of the same zone, else to what Amazon gives such names. */
static int32_t to_name(aws_ctx *c, const cg_tree *at, const records *all, cg_str from, cg_str target, cspm_error **err)
{
    uint32_t low = 0, high = all->n;
    bool inside = false;
    int32_t rc = CSPM_OK;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (cg_str_cmp(all->known[middle].name, target) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < all->n && cg_str_eq(all->known[low].name, target) && rc == CSPM_OK; low++) {
        inside = true;
        if (!cg_str_eq(all->known[low].id, from))
            rc = aws_edge(c, at, from, "DNS_POINTS_TO", all->known[low].id, NULL, err);
    }
    return inside || rc < 0 ? rc : aws_to_host(c, at, from, "DNS_POINTS_TO", target, err);
}

static int32_t record_targets(aws_ctx *c, const cg_tree *r, const records *all, cg_str id, cg_str name, const char *kind, cspm_error **err)
{
    const cg_tree *values = aws_list(r, "ResourceRecords");
    const cg_str alias = plain_name(c, aws_str(r, "AliasTarget.DNSName"));
    int32_t rc = CSPM_OK;

    if (alias.length) {
        if (cg_str_starts(alias, CG_STR("s3-website"))) {
            const cg_str bucket = aws_format(c, "arn:%.*s:s3:::%.*s", CG_FMT(c->item_partition), CG_FMT(name));
            return aws_edge(c, r, id, "DNS_POINTS_TO", bucket, "AWSS3Bucket", err);
        }
        return to_name(c, r, all, id, cg_str_starts(alias, CG_STR("dualstack.")) ? (cg_str){ alias.data + 10, alias.length - 10 } : alias,
                       err);
    }
    for (uint32_t i = 0; values && i < values->list.count && rc == CSPM_OK; i++) {
        const cg_tree *at = values->list.items[i];
        const cg_str value = plain_name(c, aws_str(at, "Value"));
        if (!value.length)
            continue;
        if (kind[0] == 'A')
            rc = to_address(c, at, id, value, err);
        else if (kind[0] == 'N')
            rc = to_server(c, at, all, id, value, cg_str_eq(name, all->apex), err);
        else
            rc = to_name(c, at, all, id, value, err);
    }
    return rc;
}

#define VALUES_MAX 64u

static int32_t record_node(aws_ctx *c, const cg_tree *r, const records *all, cspm_error **err)
{
    static const char *const labels[] = { "AWSDNSRecord", "DNSRecord", NULL };
    const char *kind = kind_of(r);
    const cg_str name = plain_name(c, aws_str(r, "Name")), type = aws_str(r, "Type");
    const bool alias = aws_get(r, "AliasTarget") != NULL && !cg_str_eq(type, CG_STR("CNAME"));
    cg_str id, value, values[VALUES_MAX];
    uint32_t n = 0;
    int32_t rc;

    if (!kind)
        return CSPM_OK;
    if (!name.length)
        return aws_skip(c, r, "bad-item", err, "skipped: a record without a name");
    id = record_id(c, all, name, kind);
    value = plain_name(c, aws_str(r, "AliasTarget.DNSName"));
    if (!value.length)
        aws_collect(c, r, "ResourceRecords[].Value", values, VALUES_MAX, &n);
    if ((rc = aws_node(c, r, id, labels, err)) == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", name, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "type", alias ? CG_STR("ALIAS") : type, err);
    if (rc == CSPM_OK)
        rc = value.length || n == 1 ? aws_prop_text(c, "value", value.length ? value : plain_name(c, values[0]), err)
                                    : aws_prop_set(c, "values", values, n, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, true, err);
    if (rc == CSPM_OK)
        rc = aws_edge(c, r, id, "MEMBER_OF_DNS_ZONE", all->zone, "AWSDNSZone", err);
    c->id = id;
    return rc == CSPM_OK ? record_targets(c, r, all, id, name, kind, err) : rc;
}

static int32_t take_records(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "HostedZoneId", "$argument", NULL };
    records all = { .list = aws_list(item, "ResourceRecordSets"), .zone = zone_id(c, aws_any(item, members)) };
    int32_t rc = CSPM_OK;

    if (!all.list)
        return CSPM_OK;
    if (!all.zone.length)
        return aws_unnamed(c, item, "hosted zone", err);
    all.known = cg_arena_alloc(c->arena, (all.list->list.count + (size_t)1) * sizeof *all.known);
    if (!all.known)
        return cg_nomem(cg_builder_mem(c->b), err);
    for (uint32_t i = 0; i < all.list->list.count; i++) {
        const cg_tree *r = all.list->list.items[i];
        const char *kind = kind_of(r);
        const cg_str name = plain_name(c, aws_str(r, "Name"));
        if (cg_str_eq(aws_str(r, "Type"), CG_STR("SOA")))
            all.apex = name;
        if (name.length && kind && kind[0] != 'N')
            all.known[all.n++] = (record){ name, record_id(c, &all, name, kind) };
    }
    qsort(all.known, all.n, sizeof *all.known, by_name);
    for (uint32_t i = 0; i < all.list->list.count && rc == CSPM_OK; i++)
        rc = record_node(c, all.list->list.items[i], &all, err);
    return rc;
}

const aws_answer aws_answers_dns[] = {
    { .operation = "route53.list-hosted-zones", .items = "HostedZones[]", .sign = "Id", .take = take_zone },
    { .operation = "route53.get-hosted-zone", .items = "", .sign = "HostedZone", .take = take_zone },
    { .operation = "route53.list-resource-record-sets", .items = "", .sign = "ResourceRecordSets", .take = take_records },
    { .operation = NULL },
};
