/* API Gateway: REST APIs with resources, methods, integrations and stages; HTTP and WebSocket APIs with routes. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

#include <string.h>

/* ---- what an integration calls ---- */

/* The function stands in the address as ".../functions/ARN/invocations", or is the address. */
static cg_str function_of(cg_str uri)
{
    size_t at = cg_str_find(uri, CG_STR("/functions/arn:"), 0), end;

    if (at == SIZE_MAX)
        return aws_lambda_of(uri);
    uri = (cg_str){ uri.data + at + 11, uri.length - at - 11 };
    end = cg_str_find(uri, CG_STR("/invocations"), 0);
    if (end != SIZE_MAX)
        uri.length = end;
    return aws_lambda_of(uri);
}

static int32_t invokes(aws_ctx *c, const cg_tree *at, cg_str from, cg_str api, cg_str uri, cspm_error **err)
{
    const cg_str function = function_of(uri);
    int32_t rc;

    if (!function.length)
        return CSPM_OK;
    rc = aws_edge(c, at, from, "INVOKES", function, "AWSLambda", err);
    return rc == CSPM_OK ? aws_edge(c, at, api, "INVOKES", function, "AWSLambda", err) : rc;
}

/* ---- REST APIs ---- */

static const aws_field rest_fields[] = {
    { "id", "id", AWS_AS_IS },
    { "arn", "arn:{partition}:apigateway:{region}::/restapis/{id_}", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },
    { "description", "description", AWS_AS_IS },
    { "createddate", "createdDate", AWS_TIME },
    { "version", "version", AWS_AS_IS },
    { "minimumcompressionsize", "minimumCompressionSize", AWS_AS_IS },
    { "disableexecuteapiendpoint", "disableExecuteApiEndpoint", AWS_AS_IS },
    { "apikeysource", "apiKeySource", AWS_AS_IS },
    { "vpc_endpoint_ids", "endpointConfiguration.vpcEndpointIds", AWS_AS_IS },
    { 0 },
};
static int32_t rest_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape rest = {
    .labels = { "AWSAPIGatewayRestAPI", "APIGatewayRestAPI" },
    .id = "{id_}",
    .aliases = { "arn:{partition}:apigateway:{region}::/restapis/{id_}", "arn:{partition}:execute-api:{region}:{account}:{id_}" },
    .fields = rest_fields,
    .tags = "tags",
    .more = rest_more,
};

/* The API answers with a policy whose quotes are escaped once more than JSON needs. */
static int32_t rest_policy(aws_ctx *c, const cg_tree *value, cg_str *text, cspm_error **err)
{
    const cg_tree *document = NULL;
    cg_tree plain;
    char *copy;
    size_t n = 0;
    int32_t rc = aws_document(c, value, &document, text, err);

    if (rc < 0 || document || value->type != CG_TREE_STRING)
        return rc;
    copy = cg_arena_strndup(c->arena, value->string.data, value->string.length);
    if (!copy)
        return cg_nomem(cg_builder_mem(c->b), err);
    for (size_t i = 0; i < value->string.length; i++)
        if (copy[i] != '\\' || (i + 1 < value->string.length && copy[i + 1] == '\\' && ++i))
            copy[n++] = copy[i];
    plain = *value;
    plain.string = (cg_str){ copy, n };
    rc = aws_document(c, &plain, &document, text, err);
    if (rc == CSPM_OK && !document) {
        *text = CG_STR_NULL;
        rc = aws_skip(c, value, "bad-policy", err, "the policy of API '%.*s' is no policy document", CG_FMT(c->id));
    }
    return rc;
}

static int32_t rest_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *value = aws_get(item, "policy");
    cg_str policy = CG_STR_NULL;
    int32_t rc = value ? rest_policy(c, value, &policy, err) : CSPM_OK;

    if (rc == CSPM_OK)
        rc = aws_again(c, item, c->id, &rest, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "policy", policy, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "endpoint_type", aws_first(c, item, "endpointConfiguration.types[]"), err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

/* {id} in a text is the node just made: the member of that name goes by another. */
static int32_t take_rest(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    item = aws_with_text(c, item, "id_", aws_str(item, "id"));
    return item ? aws_apply(c, &rest, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* Members that name the API an answer is about; "@api" from here on. */
static const cg_tree *with_api(aws_ctx *c, const cg_tree *item)
{
    static const char *const members[] = { "restApiId", "apiId", "api_id", "ApiId", "$argument", NULL };

    return aws_with_text(c, item, "@api", aws_any(item, members));
}

static const aws_field stage_fields[] = {
    { "id", "{arn|@id}", AWS_AS_IS },
    { "arn", "{arn|@id}", AWS_AS_IS },
    { "name", "stageName", AWS_AS_IS },
    { "stagename", "stageName", AWS_AS_IS },
    { "createddate", "createdDate", AWS_TIME },
    { "deploymentid", "deploymentId", AWS_AS_IS },
    { "clientcertificateid", "clientCertificateId", AWS_AS_IS },
    { "cacheclusterenabled", "cacheClusterEnabled", AWS_AS_IS },
    { "cacheclusterstatus", "cacheClusterStatus", AWS_AS_IS },
    { "tracingenabled", "tracingEnabled", AWS_AS_IS },
    { "webaclarn", "webAclArn", AWS_AS_IS },
    { 0 },
};
static const aws_link stage_links[] = {
    { "ASSOCIATED_WITH", true, "@api", NULL, "AWSAPIGatewayRestAPI" },
    { "PROTECTS", true, "webAclArn", NULL, "AWSWAFv2WebACL" },
    { "HAS_CERTIFICATE", false, "clientCertificateId", NULL, "AWSAPIGatewayClientCertificate" },
    { 0 },
};
static int32_t variables_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape stage = {
    .labels = { "AWSAPIGatewayStage", "APIGatewayStage" },
    .id = "{@id}",
    .aliases = { "arn:{partition}:apigateway:{region}::/restapis/{@api}/stages/{stageName}" },
    .fields = stage_fields,
    .links = stage_links,
    .tags = "tags",
    .more = variables_more,
};
/* Of a stage's variables the names, and whether a secret seems to stand among them. */
static int32_t variables_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *variables = aws_get(item, "variables");
    cg_str *names;
    bool secret = false;
    int32_t rc;

    if (!variables || variables->type != CG_TREE_MAP || !variables->map.count)
        return CSPM_OK;
    names = cg_arena_alloc(c->arena, variables->map.count * sizeof *names);
    if (!names)
        return cg_nomem(cg_builder_mem(c->b), err);
    for (uint32_t i = 0; i < variables->map.count; i++) {
        names[i] = variables->map.keys[i];
        secret = secret || aws_plain_secret(names[i], cg_tree_string(variables->map.values[i]));
    }
    rc = aws_again(c, item, c->id, &stage, err);
    if (rc == CSPM_OK)
        rc = aws_prop_set(c, "variables", names, variables->map.count, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "plaintextSecret", secret, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static int32_t take_stage(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    cg_str id;

    item = with_api(c, item);
    if (!item)
        return cg_nomem(cg_builder_mem(c->b), err);
    if (!aws_get(item, "@api"))
        return aws_unnamed(c, item, "API", err);
    id = aws_text(c, item, "arn:{partition}:apigateway:::{@api}/{stageName}");
    item = aws_with_text(c, item, "@id", id);
    return item ? aws_apply(c, &stage, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static const aws_field certificate_fields[] = {
    { "id", "clientCertificateId", AWS_AS_IS },
    { "createddate", "createdDate", AWS_TIME },
    { "expirationdate", "expirationDate", AWS_TIME },
    { 0 },
};
static const aws_link certificate_links[] = {
    { "HAS_CERTIFICATE", true, "stageArn", NULL, "AWSAPIGatewayStage" },
    { 0 },
};
static const aws_shape certificate = {
    .labels = { "AWSAPIGatewayClientCertificate", "APIGatewayClientCertificate" },
    .id = "{clientCertificateId}",
    .fields = certificate_fields,
    .links = certificate_links,
};

static const aws_field deployment_fields[] = {
    { "id", "{@api}/{id_}", AWS_AS_IS },
    { "arn", "{@api}/{id_}", AWS_AS_IS },
    { "description", "description", AWS_AS_IS },
    { 0 },
};
static const aws_link deployment_links[] = {
    { "HAS_DEPLOYMENT", true, "@api", NULL, "AWSAPIGatewayRestAPI" },
    { 0 },
};
static const aws_shape deployment = { .labels = { "AWSAPIGatewayDeployment", "APIGatewayDeployment" },
                                      .id = "{@api}/{id_}",
                                      .fields = deployment_fields,
                                      .links = deployment_links };

/* ---- REST APIs: resources and their methods ---- */

static const aws_field resource_fields[] = {
    { "id", "id", AWS_AS_IS },
    { "name", "path", AWS_AS_IS },
    { "path", "path", AWS_AS_IS },
    { "pathpart", "pathPart", AWS_AS_IS },
    { "parentid", "parentId", AWS_AS_IS },
    { 0 },
};
static const aws_link resource_links[] = {
    { "RESOURCE", true, "@api", NULL, "AWSAPIGatewayRestAPI" },
    { 0 },
};
static const aws_field method_fields[] = {
    { "id", "{@api}/{@resource}/{httpMethod}", AWS_AS_IS },
    { "name", "httpMethod", AWS_AS_IS },
    { "httpmethod", "httpMethod", AWS_AS_IS },
    { "resource_id", "@resource", AWS_AS_IS },
    { "api_id", "@api", AWS_AS_IS },
    { "authorization_type", "authorizationType", AWS_AS_IS },
    { "authorizer_id", "authorizerId", AWS_AS_IS },
    { "request_validator_id", "requestValidatorId", AWS_AS_IS },
    { "operation_name", "operationName", AWS_AS_IS },
    { "api_key_required", "apiKeyRequired", AWS_AS_IS },
    { 0 },
};
static const aws_link method_links[] = {
    { "HAS_METHOD", true, "@resource", "{@api}/{@resource}", "AWSAPIGatewayResource" },
    { 0 },
};
static const aws_shape method = { .labels = { "AWSAPIGatewayMethod", "APIGatewayMethod" },
                                  .id = "{@api}/{@resource}/{httpMethod}",
                                  .fields = method_fields,
                                  .links = method_links };
static const aws_field integration_fields[] = {
    { "id", "{@api}/{@resource}/{@method}", AWS_AS_IS },
    { "httpmethod", "@method", AWS_AS_IS },
    { "integration_http_method", "httpMethod", AWS_AS_IS },
    { "resource_id", "@resource", AWS_AS_IS },
    { "api_id", "@api", AWS_AS_IS },
    { "type", "type", AWS_AS_IS },
    { "uri", "uri", AWS_AS_IS },
    { "connection_type", "connectionType", AWS_AS_IS },
    { "connection_id", "connectionId", AWS_AS_IS },
    { "credentials", "credentials", AWS_AS_IS },
    { 0 },
};
static const aws_link integration_links[] = {
    { "HAS_INTEGRATION", true, "@resource", "{@api}/{@resource}", "AWSAPIGatewayResource" },
    { 0 },
};
static int32_t integration_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str role = aws_str(item, "credentials");
    int32_t rc = invokes(c, item, c->id, aws_str(item, "@api"), aws_str(item, "uri"), err);

    /* With any user for a role the caller's own rights count. */
    if (rc == CSPM_OK && cg_str_starts(aws_arn_part(role, 5), CG_STR("role/")))
        rc = aws_edge(c, item, c->id, "STS_ASSUMEROLE_ALLOW", role, "AWSRole", err);
    return rc;
}
static const aws_shape integration = {
    .labels = { "AWSAPIGatewayIntegration", "APIGatewayIntegration" },
    .id = "{@api}/{@resource}/{@method}/integration",
    .fields = integration_fields,
    .links = integration_links,
    .more = integration_more,
};

static int32_t take_integration(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    item = with_api(c, item);
    item = item ? aws_with_text(c, item, "@resource", aws_str(item, "resourceId")) : NULL;
    item = item ? aws_with_text(c, item, "@method", aws_str(item, "httpMethod")) : NULL;
    return item ? aws_apply(c, &integration, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static int32_t take_method(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *inner;
    int32_t rc;

    item = with_api(c, item);
    item = item ? aws_with_text(c, item, "@resource", aws_str(item, "resourceId")) : NULL;
    if (!item)
        return cg_nomem(cg_builder_mem(c->b), err);
    rc = aws_apply(c, &method, item, err);
    inner = aws_get(item, "methodIntegration");
    if (rc < 0 || !inner || inner->type != CG_TREE_MAP || !aws_get(inner, "type"))
        return rc;
    inner = aws_with_text(c, inner, "@api", aws_str(item, "@api"));
    inner = inner ? aws_with_text(c, inner, "@resource", aws_str(item, "@resource")) : NULL;
    inner = inner ? aws_with_text(c, inner, "@method", aws_str(item, "httpMethod")) : NULL;
    return inner ? aws_apply(c, &integration, inner, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static int32_t resource_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *methods = aws_get(item, "resourceMethods");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; methods && methods->type == CG_TREE_MAP && i < methods->map.count && rc == CSPM_OK; i++) {
        const cg_tree *m = methods->map.values[i];
        /* Without --embed methods the values are empty: nothing is known but that the method exists. */
        if (m->type != CG_TREE_MAP || !m->map.count)
            continue;
        m = aws_with_text(c, m, "restApiId", aws_str(item, "@api"));
        m = m ? aws_with_text(c, m, "resourceId", aws_str(item, "id")) : NULL;
        m = m ? aws_with_text(c, m, "httpMethod", methods->map.keys[i]) : NULL;
        rc = m ? take_method(c, m, err) : cg_nomem(cg_builder_mem(c->b), err);
    }
    return rc;
}
static const aws_shape resource = {
    .labels = { "AWSAPIGatewayResource", "APIGatewayResource" },
    .id = "{@api}/{id_}",
    .fields = resource_fields,
    .links = resource_links,
    .more = resource_more,
};

/* Things of an API that have an id of their own. */
static int32_t take_of_api(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    item = with_api(c, item);
    item = item ? aws_with_text(c, item, "id_", aws_str(item, "id")) : NULL;
    if (!item)
        return cg_nomem(cg_builder_mem(c->b), err);
    if (!aws_get(item, "@api"))
        return aws_unnamed(c, item, "API", err);
    return aws_apply(c, shape, item, err);
}
static int32_t take_resource(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_of_api(c, &resource, item, err);
}
static int32_t take_deployment(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_of_api(c, &deployment, item, err);
}

/* ---- HTTP and WebSocket APIs ---- */

static const aws_field v2_fields[] = {
    { "id", "ApiId", AWS_AS_IS },
    { "arn", "arn:{partition}:apigateway:{region}::/apis/{ApiId}", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "protocoltype", "ProtocolType", AWS_AS_IS },
    { "routeselectionexpression", "RouteSelectionExpression", AWS_AS_IS },
    { "apikeyselectionexpression", "ApiKeySelectionExpression", AWS_AS_IS },
    { "apiendpoint", "ApiEndpoint", AWS_AS_IS },
    { "version", "Version", AWS_AS_IS },
    { "createddate", "CreatedDate", AWS_TIME },
    { "description", "Description", AWS_AS_IS },
    { "disableexecuteapiendpoint", "DisableExecuteApiEndpoint", AWS_AS_IS },
    { 0 },
};
static const aws_shape v2 = {
    .labels = { "AWSAPIGatewayV2API", "APIGatewayV2API" },
    .id = "{ApiId}",
    .aliases = { "arn:{partition}:apigateway:{region}::/apis/{ApiId}", "arn:{partition}:execute-api:{region}:{account}:{ApiId}" },
    .fields = v2_fields,
    .tags = "Tags",
};

static const aws_field route_fields[] = {
    { "id", "{@api}/routes/{RouteId}", AWS_AS_IS },
    { "name", "RouteKey", AWS_AS_IS },
    { "route_key", "RouteKey", AWS_AS_IS },
    { "authorization_type", "AuthorizationType", AWS_AS_IS },
    { "authorizer_id", "AuthorizerId", AWS_AS_IS },
    { "api_key_required", "ApiKeyRequired", AWS_AS_IS },
    { "target", "Target", AWS_AS_IS },
    { 0 },
};
static const aws_link route_links[] = {
    { "HAS_ROUTE", true, "@api", NULL, "AWSAPIGatewayV2API" },
    { "USES_INTEGRATION", false, "Target", "{@api}/{Target}", "AWSAPIGatewayV2Integration" },
    { 0 },
};
static const aws_shape route = {
    .labels = { "AWSAPIGatewayV2Route" }, .id = "{@api}/routes/{RouteId}", .fields = route_fields, .links = route_links
};

static const aws_field v2_integration_fields[] = {
    { "id", "{@api}/integrations/{IntegrationId}", AWS_AS_IS },
    { "name", "IntegrationId", AWS_AS_IS },
    { "type", "IntegrationType", AWS_AS_IS },
    { "uri", "IntegrationUri", AWS_AS_IS },
    { "connection_type", "ConnectionType", AWS_AS_IS },
    { "connection_id", "ConnectionId", AWS_AS_IS },
    { "credentials", "CredentialsArn", AWS_AS_IS },
    { 0 },
};
static const aws_link v2_integration_links[] = {
    { "HAS_INTEGRATION", true, "@api", NULL, "AWSAPIGatewayV2API" },
    { 0 },
};
static int32_t v2_integration_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str role = aws_str(item, "CredentialsArn"), uri = aws_str(item, "IntegrationUri");
    int32_t rc = invokes(c, item, c->id, aws_str(item, "@api"), uri, err);

    if (rc == CSPM_OK && cg_str_starts(aws_arn_part(role, 5), CG_STR("role/")))
        rc = aws_edge(c, item, c->id, "STS_ASSUMEROLE_ALLOW", role, "AWSRole", err);
    /* Private integrations name the listener of a load balancer. */
    if (rc == CSPM_OK && cg_str_starts(aws_arn_part(uri, 5), CG_STR("listener/")))
        rc = aws_edge(c, item, c->id, "FORWARDS_TO", uri, "AWSELBV2Listener", err);
    return rc;
}
static const aws_shape v2_integration = {
    .labels = { "AWSAPIGatewayV2Integration" },
    .id = "{@api}/integrations/{IntegrationId}",
    .fields = v2_integration_fields,
    .links = v2_integration_links,
    .more = v2_integration_more,
};

static const aws_field v2_stage_fields[] = {
    { "id", "{@api}/stages/{StageName}", AWS_AS_IS },
    { "arn", "arn:{partition}:apigateway:{region}::/apis/{@api}/stages/{StageName}", AWS_AS_IS },
    { "name", "StageName", AWS_AS_IS },
    { "stagename", "StageName", AWS_AS_IS },
    { "auto_deploy", "AutoDeploy", AWS_AS_IS },
    { 0 },
};
static const aws_link v2_stage_links[] = {
    { "ASSOCIATED_WITH", true, "@api", NULL, "AWSAPIGatewayV2API" },
    { 0 },
};
static const aws_shape v2_stage = {
    .labels = { "AWSAPIGatewayV2Stage" },
    .id = "{@api}/stages/{StageName}",
    .aliases = { "arn:{partition}:apigateway:{region}::/apis/{@api}/stages/{StageName}" },
    .fields = v2_stage_fields,
    .links = v2_stage_links,
    .tags = "Tags",
};
static int32_t take_route(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_of_api(c, &route, item, err);
}
static int32_t take_v2_integration(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_of_api(c, &v2_integration, item, err);
}
static int32_t take_v2_stage(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_of_api(c, &v2_stage, item, err);
}

#define OF_REST                                                                                                                            \
    {                                                                                                                                      \
        "restApiId", "$argument"                                                                                                           \
    }
#define OF_V2                                                                                                                              \
    {                                                                                                                                      \
        "ApiId", "$argument"                                                                                                               \
    }

const aws_answer aws_answers_api[] = {
    { .operation = "apigateway.get-rest-apis", .items = "items[]", .sign = "id endpointConfiguration", .take = take_rest },
    { .operation = "apigateway.get-rest-api", .items = "", .sign = "id endpointConfiguration", .take = take_rest },
    { .operation = "apigateway.get-stages", .items = "item[]", .sign = "stageName", .take = take_stage, .inherit = OF_REST },
    { .operation = "apigateway.get-resources", .items = "items[]", .sign = "path", .take = take_resource, .inherit = OF_REST },
    { .operation = "apigateway.get-deployments", .items = "items[]", .sign = "apiSummary", .take = take_deployment, .inherit = OF_REST },
    { .operation = "apigateway.get-method", .items = "", .sign = "authorizationType", .take = take_method },
    { .operation = "apigateway.get-integration", .items = "", .sign = "integrationResponses", .take = take_integration },
    { .operation = "apigateway.get-client-certificates", .items = "items[]", .sign = "clientCertificateId", .shape = &certificate },
    { .operation = "apigatewayv2.get-apis", .items = "Items[]", .sign = "ProtocolType", .shape = &v2 },
    { .operation = "apigatewayv2.get-api", .items = "", .sign = "ProtocolType", .shape = &v2 },
    { .operation = "apigatewayv2.get-routes", .items = "Items[]", .sign = "RouteKey", .take = take_route, .inherit = OF_V2 },
    { .operation = "apigatewayv2.get-integrations",
      .items = "Items[]",
      .sign = "IntegrationId",
      .take = take_v2_integration,
      .inherit = OF_V2 },
    { .operation = "apigatewayv2.get-stages", .items = "Items[]", .sign = "StageName", .take = take_v2_stage, .inherit = OF_V2 },
    { .operation = NULL },
};
