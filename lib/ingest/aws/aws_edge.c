/* Where the outside comes in: CloudFront and web application firewalls. API Gateway is in aws_api.c, Route 53 in aws_dns.c. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- CloudFront ---- */

static const aws_field distribution_fields[] = {
    { "id", "ARN", AWS_AS_IS },
    { "arn", "ARN", AWS_AS_IS },
    { "name", "DomainName", AWS_AS_IS },
    { "distribution_id", "Id", AWS_AS_IS },
    { "etag", "ETag", AWS_AS_IS },
    { "domain_name", "DomainName", AWS_AS_IS },
    { "aliases", "Aliases.Items", AWS_AS_IS },
    { "comment", "Comment", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "enabled", "Enabled", AWS_AS_IS },
    { "price_class", "PriceClass", AWS_AS_IS },
    { "http_version", "HttpVersion", AWS_AS_IS },
    { "is_ipv6_enabled", "IsIPV6Enabled", AWS_AS_IS },
    { "staging", "Staging", AWS_AS_IS },
    { "last_modified_time", "LastModifiedTime", AWS_TIME },
    { "viewer_protocol_policy", "DefaultCacheBehavior.ViewerProtocolPolicy", AWS_AS_IS },
    { "acm_certificate_arn", "ViewerCertificate.ACMCertificateArn", AWS_AS_IS },
    { "cloudfront_default_certificate", "ViewerCertificate.CloudFrontDefaultCertificate", AWS_AS_IS },
    { "minimum_protocol_version", "ViewerCertificate.MinimumProtocolVersion", AWS_AS_IS },
    { "ssl_support_method", "ViewerCertificate.SSLSupportMethod", AWS_AS_IS },
    { "iam_certificate_id", "ViewerCertificate.IAMCertificateId", AWS_AS_IS },
    { "geo_restriction_type", "Restrictions.GeoRestriction.RestrictionType", AWS_AS_IS },
    { "geo_restriction_locations", "Restrictions.GeoRestriction.Items", AWS_AS_IS },
    { "web_acl_id", "WebACLId", AWS_AS_IS },
    { "origin_domain_names", "Origins.Items[].DomainName", AWS_AS_IS },
    { 0 },
};
static const aws_link distribution_links[] = {
    { "USES_CERTIFICATE", false, "ViewerCertificate.ACMCertificateArn", NULL, "AWSACMCertificate" },
    { 0 },
};

static int32_t origin(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_str host = cg_tree_string(value), bucket = aws_bucket_of_host(c, host);

    (void)user;
    if (bucket.length)
        return aws_edge(c, value, c->id, "SERVES_FROM", bucket, "AWSS3Bucket", err);
    return aws_to_host(c, value, c->id, "FORWARDS_TO", host, err);
}

static int32_t lambda_at_edge(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    (void)user;
    return aws_tie(c, value, c->id, "USES_LAMBDA_EDGE", aws_lambda_of(cg_tree_string(value)), "AWSLambda", err);
}

static int32_t distribution_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const paths[] = { "DefaultCacheBehavior.LambdaFunctionAssociations.Items[].LambdaFunctionARN",
                                         "CacheBehaviors.Items[].LambdaFunctionAssociations.Items[].LambdaFunctionARN" };
    const cg_str acl = aws_str(item, "WebACLId");
    int32_t rc = aws_each(c, item, "Origins.Items[].DomainName", origin, NULL, err);

    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && rc == CSPM_OK; i++)
        rc = aws_each(c, item, paths[i], lambda_at_edge, NULL, err);
    if (rc == CSPM_OK && acl.length)
        rc = aws_edge_from(c, item, acl, cg_str_starts(acl, CG_STR("arn:")) ? "AWSWAFv2WebACL" : "AWSWAFWebACL", "PROTECTS", c->id, err);
    return rc;
}
static const aws_shape distribution = {
    .labels = { "AWSCloudFrontDistribution", "CloudFrontDistribution" },
    .id = "{ARN}",
    .aliases = { "{Id}", "{DomainName}" },
    .fields = distribution_fields,
    .links = distribution_links,
    .tags = "Tags.Items",
    .global = true,
    .more = distribution_more,
};

/* get-distribution keeps what can be set one level deeper than list-distributions does. */
static int32_t take_distribution(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const outer[] = { "Id", "ARN", "Status", "DomainName", "LastModifiedTime", "ETag", NULL };
    const cg_tree *flat = aws_get(item, "DistributionConfig");

    if (!flat || flat->type != CG_TREE_MAP)
        return aws_apply(c, &distribution, item, err);
    for (const char *const *m = outer; *m && flat; m++) {
        const cg_tree *value = aws_get(item, *m);
        if (value)
            flat = aws_with(c, flat, cg_str_from(*m), value);
    }
    return flat ? aws_apply(c, &distribution, flat, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- WAF ---- */

static const aws_field acl_fields[] = {
    { "id", "ARN", AWS_AS_IS },
    { "arn", "ARN", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "capacity", "Capacity", AWS_AS_IS },
    { "rules", "Rules[].Name", AWS_AS_IS },
    { 0 },
};
static int32_t acl_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape acl = { .labels = { "AWSWAFv2WebACL" }, .id = "{ARN}", .fields = acl_fields, .tags = "Tags", .more = acl_more };
static int32_t acl_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const bool global = cg_str_starts(aws_arn_part(c->id, 5), CG_STR("global/"));
    int32_t rc = aws_again(c, item, c->id, &acl, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "scope", global ? CG_STR("CLOUDFRONT") : CG_STR("REGIONAL"), err);
    if (rc == CSPM_OK && aws_get(item, "DefaultAction"))
        rc = aws_prop_text(c, "default_action", aws_get(item, "DefaultAction.Block") ? CG_STR("BLOCK") : CG_STR("ALLOW"), err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static int32_t protects(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    static const char *const labels[][2] = { { "elasticloadbalancing", "AWSLoadBalancerV2" },
                                             { "apigateway", "AWSAPIGatewayStage" },
                                             { "cloudfront", "AWSCloudFrontDistribution" },
                                             { "cognito-idp", "AWSCognitoUserPool" },
                                             { "apprunner", "AWSAppRunnerService" } };
    const cg_str *from = user;
    const cg_str arn = cg_tree_string(value), service = aws_arn_part(arn, 2);

    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (cg_str_eq(service, cg_str_from(labels[i][0])))
            return aws_edge(c, value, *from, "PROTECTS", arn, labels[i][1], err);
    return CSPM_OK;
}
static int32_t take_protected(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "WebACLArn", "WebAclArn", "$argument", NULL };
    cg_str arn = aws_any(item, members);
    int32_t rc;

    if (!cg_str_starts(arn, CG_STR("arn:")))
        return aws_unnamed(c, item, "web ACL", err);
    rc = aws_again(c, item, arn, &acl, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", arn, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc == CSPM_OK ? aws_each(c, item, "ResourceArns[]", protects, &arn, err) : rc;
}

static const aws_field classic_fields[] = {
    { "id", "WebACLId", AWS_AS_IS }, { "arn", "WebACLArn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },   { "default_action", "DefaultAction.Type", AWS_AS_IS },
    { 0 },
};
static const aws_shape classic = {
    .labels = { "AWSWAFWebACL" }, .id = "{WebACLId}", .aliases = { "{WebACLArn}" }, .fields = classic_fields
};

const aws_answer aws_answers_edge[] = {
    { .operation = "cloudfront.list-distributions", .items = "DistributionList.Items[]", .sign = "Origins", .shape = &distribution },
    { .operation = "cloudfront.get-distribution", .items = "Distribution", .sign = "DomainName", .take = take_distribution },
    { .operation = "wafv2.list-web-acls", .items = "WebACLs[]", .sign = "ARN", .shape = &acl },
    { .operation = "wafv2.get-web-acl", .items = "WebACL", .sign = "ARN", .shape = &acl },
    { .operation = "wafv2.list-resources-for-web-acl", .items = "", .sign = "ResourceArns", .take = take_protected },
    { .operation = "waf.list-web-acls", .items = "WebACLs[]", .sign = "WebACLId", .shape = &classic },
    { .operation = "waf-regional.list-web-acls", .items = "WebACLs[]", .sign = "WebACLId", .shape = &classic },
    { .operation = "waf.get-web-acl", .items = "WebACL", .sign = "WebACLId", .shape = &classic },
    { .operation = "waf-regional.get-web-acl", .items = "WebACL", .sign = "WebACLId", .shape = &classic },
    { .operation = NULL },
};
