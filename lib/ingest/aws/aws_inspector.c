/* Findings of Inspector: vulnerable packages, ports that are open to a network, code. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

static const aws_field finding_fields[] = {
    { "id", "findingArn", AWS_AS_IS },
    { "arn", "findingArn", AWS_AS_IS },
    { "awsaccount", "awsAccountId", AWS_AS_IS },
    { "name", "title", AWS_AS_IS },
    { "description", "description", AWS_AS_IS },
    { "severity", "severity", AWS_AS_IS },
    { "type", "type", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "firstobservedat", "firstObservedAt", AWS_TIME },
    { "updatedat", "updatedAt", AWS_TIME },
    { "fixavailable", "fixAvailable", AWS_AS_IS },
    { "exploitavailable", "exploitAvailable", AWS_AS_IS },
    { "lastknownexploitat", "exploitabilityDetails.lastKnownExploitAt", AWS_TIME },
    { "epss_score_inspector", "epss.score", AWS_AS_IS },
    { "cvssscore", "inspectorScoreDetails.adjustedCvss.score", AWS_AS_IS },
    { "protocol", "networkReachabilityDetails.protocol", AWS_AS_IS },
    { "portrangebegin", "networkReachabilityDetails.openPortRange.begin", AWS_AS_IS },
    { "portrangeend", "networkReachabilityDetails.openPortRange.end", AWS_AS_IS },
    { "portrange", "{networkReachabilityDetails.openPortRange.begin}-{networkReachabilityDetails.openPortRange.end}", AWS_AS_IS },
    { "vulnerabilityid", "packageVulnerabilityDetails.vulnerabilityId", AWS_AS_IS },
    { "cve_id", "packageVulnerabilityDetails.vulnerabilityId", AWS_AS_IS },
    { "referenceurls", "packageVulnerabilityDetails.referenceUrls", AWS_AS_IS },
    { "relatedvulnerabilities", "packageVulnerabilityDetails.relatedVulnerabilities", AWS_AS_IS },
    { "source", "packageVulnerabilityDetails.source", AWS_AS_IS },
    { "sourceurl", "packageVulnerabilityDetails.sourceUrl", AWS_AS_IS },
    { "vendorcreatedat", "packageVulnerabilityDetails.vendorCreatedAt", AWS_TIME },
    { "vendorseverity", "packageVulnerabilityDetails.vendorSeverity", AWS_AS_IS },
    { "vendorupdatedat", "packageVulnerabilityDetails.vendorUpdatedAt", AWS_TIME },
    { 0 },
};
static const aws_link finding_links[] = {
    { "MEMBER", true, "awsAccountId", NULL, "AWSAccount" },
    { 0 },
};
static int32_t finding_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape of_package = {
    .labels = { "AWSInspectorFinding", "Risk", "CVE" },
    .id = "{findingArn}",
    .fields = finding_fields,
    .links = finding_links,
    .more = finding_more,
};
static const aws_shape of_network = {
    .labels = { "AWSInspectorFinding", "Risk", "SecurityIssue" },
    .id = "{findingArn}",
    .fields = finding_fields,
    .links = finding_links,
    .more = finding_more,
};
static const aws_shape of_code = {
    .labels = { "AWSInspectorFinding", "Risk" },
    .id = "{findingArn}",
    .fields = finding_fields,
    .links = finding_links,
    .more = finding_more,
};

/* ---- what is affected ---- */

static cg_str behind_last_slash(cg_str text)
{
    for (size_t i = text.length; i > 0; i--)
        if (text.data[i - 1] == '/')
            return (cg_str){ text.data + i, text.length - i };
    return text;
}

static int32_t affects(aws_ctx *c, const cg_tree *resource, void *user, cspm_error **err)
{
    static const struct {
        const char *type, *label;
    } types[] = { { "AWS_EC2_INSTANCE", "AWSEC2Instance" },
                  { "AWS_ECR_CONTAINER_IMAGE", "AWSECRImage" },
                  { "AWS_ECR_REPOSITORY", "AWSECRRepository" },
                  { "AWS_LAMBDA_FUNCTION", "AWSLambda" } };
    const cg_str type = aws_str(resource, "type"), id = aws_str(resource, "id"), function = aws_lambda_of(id);

    (void)user;
    for (size_t i = 0; id.length && i < sizeof types / sizeof types[0]; i++)
        if (cg_str_eq(type, cg_str_from(types[i].type))) {
            const cg_str to = function.length ? function : i == 1 || i == 0 ? behind_last_slash(id) : id;
            return aws_edge(c, resource, c->id, "AFFECTS", to, types[i].label, err);
        }
    return CSPM_OK;
}

/* ---- packages: named as rpm names them ---- */

static cg_str with(aws_ctx *c, const char *before, cg_str text, const char *after)
{
    return text.length ? aws_format(c, "%s%.*s%s", before, CG_FMT(text), after) : CG_STR("");
}

static int32_t package(aws_ctx *c, const cg_tree *p, void *user, cspm_error **err)
{
    static const char *const labels[] = { "AWSInspectorPackage", NULL };
    static const aws_field fields[] = {
        { "name", "name", AWS_AS_IS }, { "version", "version", AWS_AS_IS }, { "release", "release", AWS_AS_IS },
        { "arch", "arch", AWS_AS_IS }, { "epoch", "epoch", AWS_AS_IS },     { "manager", "packageManager", AWS_AS_IS },
        { 0 },
    };
    const cg_str finding = c->id, name = aws_str(p, "name"), version = aws_str(p, "version");
    const cg_str release = with(c, "-", aws_str(p, "release"), ""), arch = with(c, ".", aws_str(p, "arch"), "");
    const cg_str epoch = with(c, "", aws_text(c, p, "{epoch}"), ":");
    cg_str id;
    int32_t rc;

    (void)user;
    if (!name.length)
        return CSPM_OK;
    id = aws_format(c, "%.*s|%.*s%.*s%.*s%.*s", CG_FMT(name), CG_FMT(epoch), CG_FMT(version), CG_FMT(release), CG_FMT(arch));
    if (!id.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    rc = aws_node(c, p, id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_props(c, fields, p, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, true, err);
    c->id = finding;
    return rc == CSPM_OK ? aws_edge(c, p, finding, "HAS", id, NULL, err) : rc;
}

static int32_t finding_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    int32_t rc = aws_each(c, item, "resources[]", affects, NULL, err);

    return rc == CSPM_OK ? aws_each(c, item, "packageVulnerabilityDetails.vulnerablePackages[]", package, NULL, err) : rc;
}

int32_t aws_take_inspector(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str type = aws_str(item, "type");
    const aws_shape *shape = cg_str_eq(type, CG_STR("PACKAGE_VULNERABILITY"))  ? &of_package
                             : cg_str_eq(type, CG_STR("NETWORK_REACHABILITY")) ? &of_network
                                                                               : &of_code;

    return aws_apply(c, shape, item, err);
}
