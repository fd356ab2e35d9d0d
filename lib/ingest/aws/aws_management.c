/* What watches an account and what it found: CloudTrail, CloudWatch, Config, GuardDuty, Security Hub, Access Analyzer; identity pools of
 * Cognito. Findings of Inspector are in aws_inspector.c. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- CloudTrail ---- */

static const aws_field trail_fields[] = {
    { "id", "TrailARN", AWS_AS_IS },
    { "arn", "TrailARN", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "cloudwatch_logs_log_group_arn", "CloudWatchLogsLogGroupArn", AWS_AS_IS },
    { "cloudwatch_logs_role_arn", "CloudWatchLogsRoleArn", AWS_AS_IS },
    { "has_custom_event_selectors", "HasCustomEventSelectors", AWS_AS_IS },
    { "has_insight_selectors", "HasInsightSelectors", AWS_AS_IS },
    { "home_region", "HomeRegion", AWS_AS_IS },
    { "include_global_service_events", "IncludeGlobalServiceEvents", AWS_AS_IS },
    { "is_multi_region_trail", "IsMultiRegionTrail", AWS_AS_IS },
    { "is_organization_trail", "IsOrganizationTrail", AWS_AS_IS },
    { "is_logging", "IsLogging", AWS_AS_IS },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "log_file_validation_enabled", "LogFileValidationEnabled", AWS_AS_IS },
    { "s3_bucket_name", "S3BucketName", AWS_AS_IS },
    { "s3_key_prefix", "S3KeyPrefix", AWS_AS_IS },
    { "sns_topic_arn", "SnsTopicARN", AWS_AS_IS },
    { "event_selectors", "EventSelectors", AWS_JSON },
    { "advanced_event_selectors", "AdvancedEventSelectors", AWS_JSON },
    { 0 },
};
static const aws_link trail_links[] = {
    { "LOGS_TO", false, "S3BucketName", "arn:{partition}:s3:::{.}", "AWSS3Bucket" },
    { 0 },
};

/* ARNs of log groups come with and without ":*" behind. */
static cg_str log_group_arn(cg_str arn)
{
    return cg_str_ends(arn, CG_STR(":*")) ? (cg_str){ arn.data, arn.length - 2 } : arn;
}
static int32_t trail_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    int32_t rc = aws_tie(c, item, c->id, "SENDS_LOGS_TO_CLOUDWATCH", log_group_arn(aws_str(item, "CloudWatchLogsLogGroupArn")),
                         "AWSCloudWatchLogGroup", err);

    return rc == CSPM_OK ? aws_encrypted_by(c, item, c->id, aws_str(item, "KmsKeyId"), err) : rc;
}
static const aws_shape trail = { .labels = { "AWSCloudTrailTrail", "CloudTrailTrail" },
                                 .id = "{TrailARN}",
                                 .fields = trail_fields,
                                 .links = trail_links,
                                 .more = trail_more };
static int32_t take_trail_status(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "TrailARN", "Name", "$argument", NULL };
    const cg_str arn = aws_any(item, members);

    if (!cg_str_starts(arn, CG_STR("arn:")))
        return aws_unnamed(c, item, "trail", err);
    item = aws_with_text(c, item, "TrailARN", arn);
    if (item && cg_str_eq(aws_str(item, "Name"), arn))
        item = aws_replace_text(c, item, "Name", aws_arn_part(arn, 5));
    return item ? aws_apply(c, &trail, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- CloudWatch ---- */

static const aws_field group_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@", AWS_AS_IS },
    { "log_group_arn", "@", AWS_AS_IS },
    { "name", "logGroupName", AWS_AS_IS },
    { "log_group_name", "logGroupName", AWS_AS_IS },
    { "creation_time", "creationTime", AWS_TIME },
    { "data_protection_status", "dataProtectionStatus", AWS_AS_IS },
    { "inherited_properties", "inheritedProperties", AWS_AS_IS },
    { "kms_key_id", "kmsKeyId", AWS_AS_IS },
    { "log_group_class", "logGroupClass", AWS_AS_IS },
    { "metric_filter_count", "metricFilterCount", AWS_AS_IS },
    { "retention_in_days", "retentionInDays", AWS_AS_IS },
    { "stored_bytes", "storedBytes", AWS_AS_IS },
    { 0 },
};
static int32_t group_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_encrypted_by(c, item, c->id, aws_str(item, "kmsKeyId"), err);
}
static const aws_shape group = {
    .labels = { "AWSCloudWatchLogGroup", "CloudWatchLogGroup" },
    .id = "{@}",
    .aliases = { "arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}" },
    .fields = group_fields,
    .more = group_more,
};
static int32_t take_group(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "logGroupArn", "arn", NULL };
    const cg_str arn = log_group_arn(aws_any(item, members));

    item = aws_with_text(c, item, "@", arn);
    return item ? aws_apply(c, &group, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static const aws_field filter_fields[] = {
    { "id", "{logGroupName}:{filterName}", AWS_AS_IS },
    { "arn", "filterName", AWS_AS_IS },
    { "name", "filterName", AWS_AS_IS },
    { "filter_name", "filterName", AWS_AS_IS },
    { "filter_pattern", "filterPattern", AWS_AS_IS },
    { "log_group_name", "logGroupName", AWS_AS_IS },
    { "metric_name", "metricTransformations[].metricName", AWS_AS_IS },
    { "metric_namespace", "metricTransformations[].metricNamespace", AWS_AS_IS },
    { 0 },
};
static const aws_link filter_links[] = {
    { "METRIC_FILTER_OF", false, "logGroupName", "arn:{partition}:logs:{region}:{account}:log-group:{.}", "AWSCloudWatchLogGroup" },
    { 0 },
};
static const aws_shape filter = {
    .labels = { "AWSCloudWatchLogMetricFilter", "CloudWatchLogMetricFilter" },
    .id = "{logGroupName}:{filterName}",
    .fields = filter_fields,
    .links = filter_links,
};

static const aws_field alarm_fields[] = {
    { "id", "AlarmArn", AWS_AS_IS },
    { "arn", "AlarmArn", AWS_AS_IS },
    { "name", "AlarmName", AWS_AS_IS },
    { "alarm_name", "AlarmName", AWS_AS_IS },
    { "alarm_description", "AlarmDescription", AWS_AS_IS },
    { "state_value", "StateValue", AWS_AS_IS },
    { "state_reason", "StateReason", AWS_AS_IS },
    { "actions_enabled", "ActionsEnabled", AWS_AS_IS },
    { "comparison_operator", "ComparisonOperator", AWS_AS_IS },
    { 0 },
};
static const aws_shape alarm = { .labels = { "AWSCloudWatchMetricAlarm", "CloudWatchMetricAlarm" },
                                 .id = "{AlarmArn}",
                                 .fields = alarm_fields };

/* ---- Config ---- */

static const aws_field recorder_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },
    { "role_arn", "roleARN", AWS_AS_IS },
    { "recording_group_all_supported", "recordingGroup.allSupported", AWS_AS_IS },
    { "recording_group_include_global_resource_types", "recordingGroup.includeGlobalResourceTypes", AWS_AS_IS },
    { "recording_group_resource_types", "recordingGroup.resourceTypes", AWS_AS_IS },
    { "recording", "recording", AWS_AS_IS },
    { "last_status", "lastStatus", AWS_AS_IS },
    { 0 },
};
static const aws_shape recorder = { .labels = { "AWSConfigurationRecorder" }, .id = "{@}", .fields = recorder_fields };
static const aws_field channel_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },
    { "s3_bucket_name", "s3BucketName", AWS_AS_IS },
    { "s3_key_prefix", "s3KeyPrefix", AWS_AS_IS },
    { "s3_kms_key_arn", "s3KmsKeyArn", AWS_AS_IS },
    { "sns_topic_arn", "snsTopicARN", AWS_AS_IS },
    { "config_snapshot_delivery_properties_delivery_frequency", "configSnapshotDeliveryProperties.deliveryFrequency", AWS_AS_IS },
    { 0 },
};
static const aws_link channel_links[] = {
    { "LOGS_TO", false, "s3BucketName", "arn:{partition}:s3:::{.}", "AWSS3Bucket" },
    { 0 },
};
static const aws_shape channel = {
    .labels = { "AWSConfigDeliveryChannel" }, .id = "{@}", .fields = channel_fields, .links = channel_links
};
static const char *const config_ids[] = { "{name}:{account}:{region}", "{name}:{account}", "{name}:config", NULL };
static int32_t take_recorder(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_apply_as(c, &recorder, item, config_ids, err);
}
static int32_t take_channel(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_apply_as(c, &channel, item, config_ids, err);
}
static const aws_field config_rule_fields[] = {
    { "id", "ConfigRuleArn", AWS_AS_IS },
    { "arn", "ConfigRuleArn", AWS_AS_IS },
    { "name", "ConfigRuleName", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "rule_id", "ConfigRuleId", AWS_AS_IS },
    { "source_owner", "Source.Owner", AWS_AS_IS },
    { "source_identifier", "Source.SourceIdentifier", AWS_AS_IS },
    { "created_by", "CreatedBy", AWS_AS_IS },
    { "maximum_execution_frequency", "MaximumExecutionFrequency", AWS_AS_IS },
    { 0 },
};
static const aws_shape config_rule = { .labels = { "AWSConfigRule" }, .id = "{ConfigRuleArn}", .fields = config_rule_fields };

/* ---- GuardDuty ---- */

static const aws_field detector_fields[] = {
    { "id", "@id", AWS_AS_IS },
    { "status", "{Status|status}", AWS_AS_IS },
    { "findingpublishingfrequency", "{FindingPublishingFrequency|findingpublishingfrequency}", AWS_AS_IS },
    { "service_role", "{ServiceRole|service_role}", AWS_AS_IS },
    { "createdat", "{CreatedAt|createdat}", AWS_AS_IS },
    { "updatedat", "{UpdatedAt|updatedat}", AWS_AS_IS },
    { 0 },
};
static const aws_shape detector = {
    .labels = { "AWSGuardDutyDetector", "GuardDutyDetector" },
    .id = "{@id}",
    .aliases = { "arn:{partition}:guardduty:{region}:{account}:detector/{@id}" },
    .fields = detector_fields,
};
static int32_t take_detector(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "DetectorId", "id", "$argument", NULL };
    const cg_str id = aws_any(item, members);

    if (!id.length)
        return aws_unnamed(c, item, "detector", err);
    item = aws_with_text(c, item, "@id", id);
    return item ? aws_apply(c, &detector, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}
static int32_t take_detector_id(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree none = { .type = CG_TREE_MAP, .pos = item->pos };
    const cg_tree *named;

    if (item->type != CG_TREE_STRING)
        return aws_skip(c, item, "bad-item", err, "skipped: it must be a name");
    named = aws_with(c, &none, CG_STR("@id"), item);
    return named ? aws_apply(c, &detector, named, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static const aws_field threat_fields[] = {
    { "id", "Id", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "Title", AWS_AS_IS },
    { "title", "Title", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { "severity", "Severity", AWS_AS_IS },
    { "confidence", "Confidence", AWS_AS_IS },
    { "createdat", "CreatedAt", AWS_AS_IS },
    { "updatedat", "UpdatedAt", AWS_AS_IS },
    { "accountid", "AccountId", AWS_AS_IS },
    { "detectorid", "{DetectorId|Service.DetectorId}", AWS_AS_IS },
    { "resource_type", "Resource.ResourceType", AWS_AS_IS },
    { "resource_id", "{Resource.InstanceDetails.InstanceId|Resource.EksClusterDetails.Arn|Resource.LambdaDetails.FunctionArn}", AWS_AS_IS },
    { "access_key_id", "Resource.AccessKeyDetails.AccessKeyId", AWS_AS_IS },
    { "archived", "Archived", AWS_AS_IS },
    { "service_action_type", "Service.Action.ActionType", AWS_AS_IS },
    { "service_count", "Service.Count", AWS_AS_IS },
    { 0 },
};
static const aws_link threat_links[] = {
    { "DETECTED_BY", false, "DetectorId", NULL, "AWSGuardDutyDetector" },
    { "AFFECTS", false, "Resource.InstanceDetails.InstanceId", NULL, "AWSEC2Instance" },
    { "AFFECTS", false, "Resource.EksClusterDetails.Arn", NULL, "AWSEKSCluster" },
    { "AFFECTS", false, "Resource.LambdaDetails.FunctionArn", NULL, "AWSLambda" },
    { "AFFECTS", false, "Resource.S3BucketDetails[].Name", "arn:{partition}:s3:::{.}", "AWSS3Bucket" },
    { 0 },
};
static const aws_shape threat = {
    .labels = { "AWSGuardDutyFinding", "GuardDutyFinding", "Risk", "SecurityIssue" },
    .id = "{Id}",
    .aliases = { "{Arn}" },
    .fields = threat_fields,
    .links = threat_links,
};

/* ---- Security Hub, Access Analyzer ---- */

static const aws_field hub_fields[] = {
    { "id", "HubArn", AWS_AS_IS },
    { "arn", "HubArn", AWS_AS_IS },
    { "subscribed_at", "SubscribedAt", AWS_TIME },
    { "auto_enable_controls", "AutoEnableControls", AWS_AS_IS },
    { 0 },
};
static const aws_shape hub = { .labels = { "AWSSecurityHub", "SecurityHub" }, .id = "{HubArn}", .fields = hub_fields };
static const aws_field analyzer_fields[] = {
    { "id", "arn", AWS_AS_IS },    { "arn", "arn", AWS_AS_IS },       { "name", "name", AWS_AS_IS },
    { "type", "type", AWS_AS_IS }, { "status", "status", AWS_AS_IS }, { 0 },
};
static const aws_shape analyzer = { .labels = { "AWSAccessAnalyzer" }, .id = "{arn}", .fields = analyzer_fields, .tags = "tags" };

/* ---- Cognito ---- */

static const aws_field identity_pool_fields[] = {
    { "id", "IdentityPoolId", AWS_AS_IS },
    { "arn", "IdentityPoolId", AWS_AS_IS },
    { "name", "IdentityPoolName", AWS_AS_IS },
    { "allow_unauthenticated", "AllowUnauthenticatedIdentities", AWS_AS_IS },
    { "allow_classic_flow", "AllowClassicFlow", AWS_AS_IS },
    { "authenticated_role", "Roles.authenticated", AWS_AS_IS },
    { "unauthenticated_role", "Roles.unauthenticated", AWS_AS_IS },
    { 0 },
};
static const aws_link identity_pool_links[] = {
    { "ASSOCIATED_WITH", false, "Roles.authenticated", NULL, "AWSRole" },
    { "ASSOCIATED_WITH", false, "Roles.unauthenticated", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape identity_pool = {
    .labels = { "AWSCognitoIdentityPool", "CognitoIdentityPool" },
    .id = "{IdentityPoolId}",
    .aliases = { "arn:{partition}:cognito-identity:{region}:{account}:identitypool/{IdentityPoolId}" },
    .fields = identity_pool_fields,
    .links = identity_pool_links,
    .tags = "IdentityPoolTags",
};
static const aws_field user_pool_fields[] = {
    { "id", "Id", AWS_AS_IS },
    { "arn", "Id", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "mfa_configuration", "MfaConfiguration", AWS_AS_IS },
    { "self_sign_up_closed", "AdminCreateUserConfig.AllowAdminCreateUserOnly", AWS_AS_IS },
    { 0 },
};
static const aws_shape user_pool = {
    .labels = { "AWSCognitoUserPool", "CognitoUserPool" },
    .id = "{Id}",
    .aliases = { "arn:{partition}:cognito-idp:{region}:{account}:userpool/{Id}" },
    .fields = user_pool_fields,
    .tags = "UserPoolTags",
};

const aws_answer aws_answers_management[] = {
    { .operation = "cloudtrail.describe-trails", .items = "trailList[]", .sign = "TrailARN", .shape = &trail },
    { .operation = "cloudtrail.get-trail", .items = "Trail", .sign = "TrailARN", .shape = &trail },
    { .operation = "cloudtrail.list-trails", .items = "Trails[]", .sign = "TrailARN", .shape = &trail },
    { .operation = "cloudtrail.get-trail-status", .items = "", .sign = "IsLogging", .take = take_trail_status },
    { .operation = "cloudtrail.get-event-selectors", .items = "", .sign = "EventSelectors", .take = take_trail_status },
    { .operation = "logs.describe-log-groups", .items = "logGroups[]", .sign = "logGroupName", .take = take_group },
    { .operation = "logs.describe-metric-filters", .items = "metricFilters[]", .sign = "filterName", .shape = &filter },
    { .operation = "cloudwatch.describe-alarms", .items = "MetricAlarms[]", .sign = "AlarmArn", .shape = &alarm },
    { .operation = "configservice.describe-configuration-recorders",
      .items = "ConfigurationRecorders[]",
      .sign = "name",
      .take = take_recorder },
    { .operation = "configservice.describe-configuration-recorder-status",
      .items = "ConfigurationRecordersStatus[]",
      .sign = "name",
      .take = take_recorder },
    { .operation = "configservice.describe-delivery-channels", .items = "DeliveryChannels[]", .sign = "name", .take = take_channel },
    { .operation = "configservice.describe-config-rules", .items = "ConfigRules[]", .sign = "ConfigRuleArn", .shape = &config_rule },
    { .operation = "guardduty.list-detectors", .items = "DetectorIds[]", .take = take_detector_id },
    { .operation = "guardduty.get-detector", .items = "", .sign = "FindingPublishingFrequency", .take = take_detector },
    { .operation = "guardduty.get-findings", .items = "Findings[]", .sign = "Resource", .shape = &threat },
    { .operation = "inspector2.list-findings", .items = "findings[]", .sign = "findingArn", .take = aws_take_inspector },
    { .operation = "securityhub.describe-hub", .items = "", .sign = "HubArn", .shape = &hub },
    { .operation = "accessanalyzer.list-analyzers", .items = "analyzers[]", .sign = "arn", .shape = &analyzer },
    { .operation = "cognito-identity.list-identity-pools", .items = "IdentityPools[]", .sign = "IdentityPoolId", .shape = &identity_pool },
    { .operation = "cognito-identity.describe-identity-pool",
      .items = "",
      .sign = "AllowUnauthenticatedIdentities",
      .shape = &identity_pool },
    { .operation = "cognito-identity.get-identity-pool-roles", .items = "", .sign = "Roles", .shape = &identity_pool },
    { .operation = "cognito-idp.list-user-pools", .items = "UserPools[]", .sign = "Id", .shape = &user_pool },
    { .operation = "cognito-idp.describe-user-pool", .items = "UserPool", .sign = "Id", .shape = &user_pool },
    { .operation = NULL },
};
