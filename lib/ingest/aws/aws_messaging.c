/* Messages and events: SQS, SNS, EventBridge, Kinesis, Step Functions. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- SQS ---- */

static const aws_field queue_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "@", AWS_TAIL },
    { "url", "QueueUrl", AWS_AS_IS },
    { "created_timestamp", "CreatedTimestamp", AWS_AS_IS },
    { "last_modified_timestamp", "LastModifiedTimestamp", AWS_AS_IS },
    { "delay_seconds", "DelaySeconds", AWS_AS_IS },
    { "maximum_message_size", "MaximumMessageSize", AWS_AS_IS },
    { "message_retention_period", "MessageRetentionPeriod", AWS_AS_IS },
    { "policy", "Policy", AWS_JSON },
    { "receive_message_wait_time_seconds", "ReceiveMessageWaitTimeSeconds", AWS_AS_IS },
    { "visibility_timeout", "VisibilityTimeout", AWS_AS_IS },
    { "kms_master_key_id", "KmsMasterKeyId", AWS_AS_IS },
    { "kms_data_key_reuse_period_seconds", "KmsDataKeyReusePeriodSeconds", AWS_AS_IS },
    { "fifo_queue", "FifoQueue", AWS_AS_IS },
    { "content_based_deduplication", "ContentBasedDeduplication", AWS_AS_IS },
    { "deduplication_scope", "DeduplicationScope", AWS_AS_IS },
    { "fifo_throughput_limit", "FifoThroughputLimit", AWS_AS_IS },
    { "sqs_managed_sse_enabled", "SqsManagedSseEnabled", AWS_AS_IS },
    { 0 },
};
static int32_t queue_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape queue = {
    .labels = { "AWSSQSQueue", "SQSQueue" },
    .id = "{@}",
    .aliases = { "{QueueUrl}" },
    .fields = queue_fields,
    .tags = "Tags",
    .more = queue_more,
};
/* Where messages go that nobody could handle stands in a document of its own. */
static int32_t queue_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id;
    const cg_tree *redrive;
    int32_t rc = aws_document(c, aws_get(item, "RedrivePolicy"), &redrive, NULL, err);

    if (rc == CSPM_OK && redrive) {
        rc = aws_again(c, item, id, &queue, err);
        if (rc == CSPM_OK)
            rc = aws_prop_text(c, "redrive_policy_dead_letter_target_arn", aws_str(redrive, "deadLetterTargetArn"), err);
        if (rc == CSPM_OK)
            rc = aws_prop_tree(c, "redrive_policy_max_receive_count", aws_get(redrive, "maxReceiveCount"), AWS_AS_IS, err);
        if (rc == CSPM_OK)
            rc = aws_node_end(c, false, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, item, id, "HAS_DEADLETTER_QUEUE", aws_str(redrive, "deadLetterTargetArn"), "AWSSQSQueue", err);
    }
    return rc == CSPM_OK ? aws_encrypted_by(c, item, id, aws_str(item, "KmsMasterKeyId"), err) : rc;
}

/* "https://sqs.eu-west-1.amazonaws.com/111122223333/name" says all of the ARN; other hosts say account and name. */
static cg_str arn_of_url(aws_ctx *c, cg_str url)
{
    const size_t scheme = cg_str_find(url, CG_STR("://"), 0), host = scheme == SIZE_MAX ? 0 : scheme + 3;
    const size_t slash = cg_str_find(url, CG_STR("/"), host),
                 second = slash == SIZE_MAX ? SIZE_MAX : cg_str_find(url, CG_STR("/"), slash + 1);
    cg_str region = c->item_region, at;

    if (second == SIZE_MAX)
        return CG_STR_NULL;
    at = (cg_str){ url.data + host, slash - host };
    if (cg_str_starts(at, CG_STR("sqs.")) && cg_str_find(at, CG_STR(".amazonaws.com"), 4) != SIZE_MAX)
        region = (cg_str){ at.data + 4, cg_str_find(at, CG_STR(".amazonaws.com"), 4) - 4 };
    if (!region.length)
        return CG_STR_NULL;
    return aws_format(c, "arn:%.*s:sqs:%.*s:%.*s:%.*s", CG_FMT(c->item_partition), CG_FMT(region), (int)(second - slash - 1),
                      url.data + slash + 1, (int)(url.length - second - 1), url.data + second + 1);
}

static int32_t apply_queue(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{QueueArn}", "{@url}", "{QueueUrl}", NULL };

    item = aws_with_text(c, item, "@url", arn_of_url(c, aws_str(item, "QueueUrl")));
    return item ? aws_apply_as(c, &queue, item, ids, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* {"Attributes": {...}} of the command line, with the address of the queue beside; or the attributes themselves. */
static int32_t take_queue(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "QueueUrl", "$argument", NULL };
    const cg_tree *attributes = aws_get(item, "Attributes");
    cg_str owner = CG_STR_NULL;
    int32_t rc = CSPM_OK;

    if (attributes && attributes->type == CG_TREE_MAP) {
        attributes = aws_with_text(c, attributes, "QueueUrl", aws_any(item, members));
        if (!attributes)
            return cg_nomem(cg_builder_mem(c->b), err);
        item = attributes;
    }
    if (!aws_get(item, "QueueArn") && !aws_get(item, "QueueUrl")) {
        rc = aws_policy_owner(c, item, "Policy", "sqs", &owner, err);
        if (rc == CSPM_OK && !owner.length)
            return aws_unnamed(c, item, "queue", err);
        item = aws_with_text(c, item, "QueueArn", owner);
    }
    return rc < 0 ? rc : item ? apply_queue(c, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static int32_t take_queue_url(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree none = { .type = CG_TREE_MAP, .pos = item->pos };
    const cg_tree *named;

    if (item->type != CG_TREE_STRING)
        return aws_skip(c, item, "bad-item", err, "skipped: it must be an address");
    named = aws_with(c, &none, CG_STR("QueueUrl"), item);
    return named ? apply_queue(c, named, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- SNS ---- */

static const aws_field topic_fields[] = {
    { "id", "TopicArn", AWS_AS_IS },
    { "arn", "TopicArn", AWS_AS_IS },
    { "name", "TopicArn", AWS_TAIL },
    { "displayname", "DisplayName", AWS_AS_IS },
    { "owner", "Owner", AWS_AS_IS },
    { "subscriptionspending", "SubscriptionsPending", AWS_AS_IS },
    { "subscriptionsconfirmed", "SubscriptionsConfirmed", AWS_AS_IS },
    { "subscriptionsdeleted", "SubscriptionsDeleted", AWS_AS_IS },
    { "deliverypolicy", "DeliveryPolicy", AWS_JSON },
    { "effectivedeliverypolicy", "EffectiveDeliveryPolicy", AWS_JSON },
    { "kmsmasterkeyid", "KmsMasterKeyId", AWS_AS_IS },
    { "policy", "Policy", AWS_JSON },
    { 0 },
};
static int32_t topic_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_encrypted_by(c, item, c->id, aws_str(item, "KmsMasterKeyId"), err);
}
static const aws_shape topic = {
    .labels = { "AWSSNSTopic", "SNSTopic" }, .id = "{TopicArn}", .fields = topic_fields, .tags = "Tags", .more = topic_more
};
static int32_t take_topic(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "TopicArn", "$argument", NULL };
    const cg_tree *attributes = aws_get(item, "Attributes");
    cg_str arn = aws_any(item, members);

    if (attributes && attributes->type == CG_TREE_MAP)
        item = aws_with_text(c, attributes, "TopicArn", arn);
    return item ? aws_apply(c, &topic, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static const aws_field subscription_fields[] = {
    { "id", "SubscriptionArn", AWS_AS_IS },         { "arn", "SubscriptionArn", AWS_AS_IS },
    { "name", "{Protocol} {Endpoint}", AWS_AS_IS }, { "topic_arn", "TopicArn", AWS_AS_IS },
    { "endpoint", "Endpoint", AWS_AS_IS },          { "owner", "Owner", AWS_AS_IS },
    { "protocol", "Protocol", AWS_AS_IS },          { 0 },
};
static const aws_link subscription_links[] = {
    { "HAS_SUBSCRIPTION", false, "TopicArn", NULL, "AWSSNSTopic" },
    { 0 },
};
static int32_t subscription_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str to = aws_str(item, "Endpoint"), function = aws_lambda_of(to);

    if (function.length)
        return aws_edge(c, item, c->id, "DELIVERS_TO", function, "AWSLambda", err);
    return cg_str_eq(aws_arn_part(to, 2), CG_STR("sqs")) ? aws_edge(c, item, c->id, "DELIVERS_TO", to, "AWSSQSQueue", err) : CSPM_OK;
}
static const aws_shape subscription = {
    .labels = { "AWSSNSTopicSubscription", "SNSTopicSubscription" },
    .id = "{SubscriptionArn}",
    .fields = subscription_fields,
    .links = subscription_links,
    .more = subscription_more,
};
/* Until it is confirmed a subscription has no ARN but a word. */
static int32_t take_subscription(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *attributes = aws_get(item, "Attributes");

    if (attributes && attributes->type == CG_TREE_MAP)
        item = attributes;
    if (!cg_str_starts(aws_str(item, "SubscriptionArn"), CG_STR("arn:")))
        return CSPM_OK;
    return aws_apply(c, &subscription, item, err);
}

/* ---- EventBridge ---- */

static const aws_field rule_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "event_pattern", "EventPattern", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "schedule_expression", "ScheduleExpression", AWS_AS_IS },
    { "role_arn", "RoleArn", AWS_AS_IS },
    { "managed_by", "ManagedBy", AWS_AS_IS },
    { "event_bus_name", "EventBusName", AWS_AS_IS },
    { 0 },
};
static const aws_link rule_links[] = {
    { "ASSOCIATED_WITH", false, "RoleArn", NULL, "AWSRole" },
    { "STS_ASSUMEROLE_ALLOW", false, "RoleArn", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape rule = {
    .labels = { "AWSEventBridgeRule", "EventBridgeRule" }, .id = "{Arn}", .fields = rule_fields, .links = rule_links
};

static const aws_field target_fields[] = {
    { "id", "Id", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "Id", AWS_AS_IS },
    { "rule_arn", "RuleArn", AWS_AS_IS },
    { "role_arn", "RoleArn", AWS_AS_IS },
    { 0 },
};
static const aws_link target_links[] = {
    { "LINKED_TO_RULE", false, "RuleArn", NULL, "AWSEventBridgeRule" },
    { "STS_ASSUMEROLE_ALLOW", false, "RoleArn", NULL, "AWSRole" },
    { 0 },
};
static int32_t target_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[][2] = { { "sqs", "AWSSQSQueue" },
                                             { "sns", "AWSSNSTopic" },
                                             { "states", "AWSStepFunction" },
                                             { "codebuild", "AWSCodeBuildProject" },
                                             { "codepipeline", "AWSCodePipeline" },
                                             { "kinesis", "AWSKinesisStream" },
                                             { "ecs", "AWSECSCluster" } };
    const cg_str arn = aws_str(item, "Arn"), service = aws_arn_part(arn, 2), function = aws_lambda_of(arn);

    if (function.length)
        return aws_edge(c, item, c->id, "TARGETS", function, "AWSLambda", err);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (cg_str_eq(service, cg_str_from(labels[i][0])))
            return aws_edge(c, item, c->id, "TARGETS", arn, labels[i][1], err);
    return CSPM_OK;
}
static const aws_shape target = {
    .labels = { "AWSEventBridgeTarget", "EventBridgeTarget" },
    .id = "{@rule}/target/{Id}",
    .fields = target_fields,
    .links = target_links,
    .more = target_more,
};
/* list-targets-by-rule does not say of which rule: its name or ARN stands beside. */
static int32_t take_target(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "RuleArn", "Rule", "$argument", NULL };
    cg_str said = aws_any(item, members), arn = said;

    if (!said.length)
        return aws_unnamed(c, item, "rule", err);
    if (!cg_str_starts(said, CG_STR("arn:"))) {
        const cg_str place = aws_text(c, item, "arn:{partition}:events:{region}:{account}:rule/");
        arn = place.length ? aws_format(c, "%.*s%.*s", CG_FMT(place), CG_FMT(said)) : CG_STR_NULL;
    }
    item = aws_with_text(c, item, "RuleArn", arn);
    item = item ? aws_with_text(c, item, "@rule", arn.length ? arn : said) : NULL;
    return item ? aws_apply(c, &target, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- Kinesis and Step Functions ---- */

static const aws_field stream_fields[] = {
    { "id", "StreamARN", AWS_AS_IS },
    { "arn", "StreamARN", AWS_AS_IS },
    { "name", "StreamName", AWS_AS_IS },
    { "status", "StreamStatus", AWS_AS_IS },
    { "encryption_type", "EncryptionType", AWS_AS_IS },
    { "retention_period_hours", "RetentionPeriodHours", AWS_AS_IS },
    { 0 },
};
static int32_t stream_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_encrypted_by(c, item, c->id, aws_str(item, "KeyId"), err);
}
static const aws_shape stream = { .labels = { "AWSKinesisStream" }, .id = "{StreamARN}", .fields = stream_fields, .more = stream_more };

static const aws_field machine_fields[] = {
    { "id", "stateMachineArn", AWS_AS_IS }, { "arn", "stateMachineArn", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },          { "type", "type", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },      { "creation_date", "creationDate", AWS_TIME },
    { "role_arn", "roleArn", AWS_AS_IS },   { 0 },
};
static const aws_link machine_links[] = {
    { "HAS_EXECUTION_ROLE", false, "roleArn", NULL, "AWSRole" },
    { "STS_ASSUMEROLE_ALLOW", false, "roleArn", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape machine = {
    .labels = { "AWSStepFunction" }, .id = "{stateMachineArn}", .fields = machine_fields, .links = machine_links
};

const aws_answer aws_answers_messaging[] = {
    { .operation = "sqs.list-queues", .items = "QueueUrls[]", .take = take_queue_url },
    { .operation = "sqs.get-queue-attributes", .items = "", .sign = "Attributes.QueueArn", .take = take_queue },
    { .operation = "sqs.get-queue-attributes", .items = "", .sign = "QueueArn", .take = take_queue },
    { .operation = "sns.list-topics", .items = "Topics[]", .sign = "TopicArn", .shape = &topic },
    { .operation = "sns.get-topic-attributes", .items = "", .sign = "Attributes.TopicArn", .take = take_topic },
    { .operation = "sns.get-topic-attributes", .items = "", .sign = "TopicArn", .take = take_topic },
    { .operation = "sns.list-subscriptions", .items = "Subscriptions[]", .sign = "SubscriptionArn", .take = take_subscription },
    { .operation = "sns.list-subscriptions-by-topic", .items = "Subscriptions[]", .sign = "SubscriptionArn", .take = take_subscription },
    { .operation = "sns.get-subscription-attributes", .items = "", .sign = "Attributes.SubscriptionArn", .take = take_subscription },
    { .operation = "events.list-rules", .items = "Rules[]", .sign = "EventBusName", .shape = &rule },
    { .operation = "events.list-targets-by-rule",
      .items = "Targets[]",
      .sign = "Arn",
      .take = take_target,
      .inherit = { "Rule", "RuleArn", "$argument" } },
    { .operation = "kinesis.describe-stream", .items = "StreamDescription", .sign = "StreamARN", .shape = &stream },
    { .operation = "kinesis.describe-stream-summary", .items = "StreamDescriptionSummary", .sign = "StreamARN", .shape = &stream },
    { .operation = "stepfunctions.list-state-machines", .items = "stateMachines[]", .sign = "stateMachineArn", .shape = &machine },
    { .operation = "stepfunctions.describe-state-machine", .items = "", .sign = "stateMachineArn", .shape = &machine },
    { .operation = NULL },
};
