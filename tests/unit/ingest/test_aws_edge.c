/* Distributions, APIs, names, queues, builds, jobs and models of AWS: what their answers become. */
#include "aws_helper.h"

#define WHO "'sts.get-caller-identity':{'Account':'" ME "','Arn':'arn:aws:iam::" ME ":user/me','UserId':'AIDA'}"
#define FUNCTION "arn:aws:lambda:eu-west-1:" ME ":function:f"

static void expect_nowhere(const loaded *l, const char *text)
{
    char *dump = test_dump(l->graph, true);

    ck_assert_msg(strstr(dump, text) == NULL, "\"%s\" is in:\n%s", text, dump);
    free(dump);
}

/* ---- where the outside comes in ---- */

#define CDN "arn:aws:cloudfront::" ME ":distribution/E1"
#define ACL "arn:aws:wafv2:us-east-1:" ME ":global/webacl/w/1"
#define ORIGINS                                                                                                                            \
    "'Origins':{'Quantity':3,'Items':[{'Id':'a','DomainName':'alpha.s3.eu-west-1.amazonaws.com'},"                                         \
    "{'Id':'b','DomainName':'Shop-1.eu-west-1.elb.amazonaws.com'},{'Id':'c','DomainName':'origin.example.com'}]}"
#define BEHAVIOUR                                                                                                                          \
    "'DefaultCacheBehavior':{'ViewerProtocolPolicy':'allow-all','LambdaFunctionAssociations':{'Quantity':1,'Items':["                      \
    "{'LambdaFunctionARN':'" FUNCTION ":3','EventType':'viewer-request'}]}}"

START_TEST(distributions_lead_to_their_origins)
{
    static const char *const inputs[] = {
        "{'DistributionList':{'Items':[{'Id':'E1','ARN':'" CDN "','DomainName':'d1.cloudfront.net','Enabled':true,'WebACLId':'" ACL
        "'," ORIGINS "," BEHAVIOUR "},{'Id':'E2'," ORIGINS "},7]}}",
        "{'Distribution':{'Id':'E1','ARN':'" CDN "','DomainName':'d1.cloudfront.net','DistributionConfig':{'Enabled':true,'WebACLId':'" ACL
        "'," ORIGINS "," BEHAVIOUR "}},'ETag':'x'}",
    };

    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        loaded l = aws_load(inputs[i]);
        ASSERT_LOADED(l);
        aws_expect_labels(&l, CDN, "AWSCloudFrontDistribution CloudFrontDistribution");
        aws_expect_prop(&l, CDN, "enabled", "true");
        aws_expect_prop(&l, CDN, "viewer_protocol_policy", "'allow-all'");
        aws_expect_edge(&l, CDN, "SERVES_FROM", "arn:aws:s3:::alpha");
        aws_expect_edge(&l, CDN, "FORWARDS_TO", "shop-1.eu-west-1.elb.amazonaws.com");
        aws_expect_edge(&l, CDN, "USES_LAMBDA_EDGE", FUNCTION);
        aws_expect_edge(&l, ACL, "PROTECTS", CDN);
        aws_expect_edge(&l, ME, "RESOURCE", CDN);
        ck_assert_uint_eq(aws_count_label(&l, "CloudFrontDistribution"), 1);
        test_drop(&l);
    }
}
END_TEST

START_TEST(firewalls_protect_what_they_are_attached_to)
{
    const char *balancer = "arn:aws:elasticloadbalancing:eu-west-1:" ME ":loadbalancer/app/a/1";
    loaded l =
        aws_load("{'wafv2.get-web-acl':[{'WebACL':{'Name':'w','ARN':'" ACL "','DefaultAction':{'Block':{}},'Rules':[{'Name':'r'}]}}],"
                 "'wafv2.list-resources-for-web-acl':[{'WebACLArn':'" ACL "','ResourceArns':["
                 "'arn:aws:elasticloadbalancing:eu-west-1:" ME ":loadbalancer/app/a/1','strange',7]},{'ResourceArns':[]}]}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, ACL, "default_action", "'BLOCK'");
    aws_expect_prop(&l, ACL, "scope", "'CLOUDFRONT'");
    aws_expect_prop(&l, ACL, "rules", "['r']");
    aws_expect_edge(&l, ACL, "PROTECTS", balancer);
    ck_assert_uint_eq(test_count_diags(&l, "unnamed-resource"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(apis_know_who_may_call_what)
{
    loaded l = aws_load(
        "{" WHO ",'apigateway.get-rest-apis':{'items':[{'id':'api1','name':'shop','endpointConfiguration':{'types':['REGIONAL']},"
        "'policy':'{\\\\\\'Statement\\\\\\':[{\\\\\\'Effect\\\\\\':\\\\\\'Allow\\\\\\',\\\\\\'Resource\\\\\\':"
        "\\\\\\'execute-api:\\\\/*\\\\\\'}]}'},{'id':'api2','endpointConfiguration':{},'policy':'nonsense'},{'endpointConfiguration':{}}]},"
        "'apigateway.get-resources':[{'restApiId':'api1','items':[{'id':'r1','path':'/','resourceMethods':{'GET':{'httpMethod':'GET',"
        "'authorizationType':'NONE','apiKeyRequired':false,'methodIntegration':{'type':'AWS_PROXY','httpMethod':'POST',"
        "'uri':'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" FUNCTION "/invocations'}},'POST':{}}}]}],"
        "'apigateway.get-stages':[{'restApiId':'api1','item':[{'stageName':'prod','webAclArn':'" ACL
        "','variables':{'db_password':'hunter2hunter2','n':'1'}}]},{'item':[{'stageName':'lost'}]}]}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, "api1", "endpoint_type", "'REGIONAL'");
    aws_expect_prop(&l, "api1", "policy", "'{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Resource\\':\\'execute-api:/*\\'}]}'");
    aws_expect_prop(&l, "api2", "policy", "null");
    ck_assert_uint_eq(test_count_diags(&l, "bad-policy"), 1);
    aws_expect_prop(&l, "api1/r1/GET", "authorization_type", "'NONE'");
    aws_expect_edge(&l, "api1", "RESOURCE", "api1/r1");
    aws_expect_edge(&l, "api1/r1", "HAS_METHOD", "api1/r1/GET");
    aws_expect_edge(&l, "api1/r1", "HAS_INTEGRATION", "api1/r1/GET/integration");
    aws_expect_edge(&l, "api1/r1/GET/integration", "INVOKES", FUNCTION);
    aws_expect_edge(&l, "api1", "INVOKES", FUNCTION);
    aws_expect_edge(&l, "api1", "ASSOCIATED_WITH", "arn:aws:apigateway:::api1/prod");
    aws_expect_edge(&l, ACL, "PROTECTS", "arn:aws:apigateway:::api1/prod");
    aws_expect_prop(&l, "arn:aws:apigateway:::api1/prod", "plaintextSecret", "true");
    aws_expect_prop(&l, "arn:aws:apigateway:::api1/prod", "variables", "['db_password','n']");
    ck_assert_uint_eq(test_count_diags(&l, "unnamed-resource"), 1);
    expect_nowhere(&l, "hunter2");
    test_drop(&l);
}
END_TEST

START_TEST(http_apis_have_routes)
{
    loaded l =
        aws_load("{" WHO ",'apigatewayv2.get-apis':{'Items':[{'ApiId':'h1','Name':'h','ProtocolType':'HTTP','ApiEndpoint':'https://h1'}]},"
                 "'apigatewayv2.get-routes':[{'ApiId':'h1','Items':[{'RouteId':'r','RouteKey':'GET /x','AuthorizationType':'NONE',"
                 "'Target':'integrations/i'}]}],"
                 "'apigatewayv2.get-integrations':[{'ApiId':'h1','Items':[{'IntegrationId':'i','IntegrationType':'AWS_PROXY',"
                 "'IntegrationUri':'" FUNCTION "'}]}]}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, "h1", "protocoltype", "'HTTP'");
    aws_expect_edge(&l, "h1", "HAS_ROUTE", "h1/routes/r");
    aws_expect_prop(&l, "h1/routes/r", "authorization_type", "'NONE'");
    aws_expect_edge(&l, "h1/routes/r", "USES_INTEGRATION", "h1/integrations/i");
    aws_expect_edge(&l, "h1/integrations/i", "INVOKES", FUNCTION);
    aws_expect_edge(&l, "h1", "INVOKES", FUNCTION);
    test_drop(&l);
}
END_TEST

START_TEST(names_lead_where_they_point)
{
    const char *zone = "/hostedzone/Z1";
    loaded l = aws_load(
        "{" WHO
        ",'route53.list-hosted-zones':{'HostedZones':[{'Id':'/hostedzone/Z1','Name':'Example.com.','Config':{'PrivateZone':false}}]},"
        "'route53.list-resource-record-sets':[{'HostedZoneId':'Z1','ResourceRecordSets':["
        "{'Name':'example.com.','Type':'SOA','ResourceRecords':[{'Value':'x'}]},"
        "{'Name':'example.com.','Type':'NS','ResourceRecords':[{'Value':'ns1.example.net.'}]},"
        "{'Name':'example.com.','Type':'A','ResourceRecords':[{'Value':'192.0.2.1'}]},"
        "{'Name':'www.example.com.','Type':'CNAME','ResourceRecords':[{'Value':'Example.com.'}]},"
        "{'Name':'shop.example.com.','Type':'A','AliasTarget':{'DNSName':'dualstack.shop-1.eu-west-1.elb.amazonaws.com.'}},"
        "{'Name':'cdn.example.com.','Type':'AAAA','AliasTarget':{'DNSName':'d1.cloudfront.net.'}},"
        "{'Name':'alpha','Type':'A','AliasTarget':{'DNSName':'s3-website-eu-west-1.amazonaws.com.'}},"
        "{'Name':'\\\\052.example.com.','Type':'CNAME','ResourceRecords':[{'Value':'elsewhere.test'}]},"
        "{'Type':'A'},7,{'Name':7,'Type':'A'}]},{'ResourceRecordSets':[]}],"
        "'cloudfront.list-distributions':{'DistributionList':{'Items':[{'Id':'E1','ARN':'" CDN "','DomainName':'d1.cloudfront.net'," ORIGINS
        "}]}}}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, zone, "name", "'example.com'");
    aws_expect_edge(&l, "/hostedzone/Z1/example.com/A", "MEMBER_OF_DNS_ZONE", zone);
    aws_expect_edge(&l, "/hostedzone/Z1/example.com/A", "DNS_POINTS_TO", "192.0.2.1");
    aws_expect_edge(&l, "/hostedzone/Z1/www.example.com/CNAME", "DNS_POINTS_TO", "/hostedzone/Z1/example.com/A");
    aws_expect_edge(&l, "/hostedzone/Z1/shop.example.com/ALIAS", "DNS_POINTS_TO", "shop-1.eu-west-1.elb.amazonaws.com");
    aws_expect_edge(&l, "/hostedzone/Z1/cdn.example.com/ALIAS_AAAA", "DNS_POINTS_TO", CDN);
    aws_expect_edge(&l, "/hostedzone/Z1/alpha/ALIAS", "DNS_POINTS_TO", "arn:aws:s3:::alpha");
    aws_expect_edge(&l, zone, "NAMESERVER", "ns1.example.net");
    aws_expect_prop(&l, "/hostedzone/Z1/*.example.com/CNAME", "value", "'elsewhere.test'");
    ck_assert_uint_eq(test_count_diags(&l, "unnamed-resource"), 1);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 2);
    test_drop(&l);
}
END_TEST

/* ---- messages ---- */

#define QUEUE "arn:aws:sqs:eu-west-1:" ME ":q"

START_TEST(queues_are_one_node_by_address_and_arn)
{
    loaded l = aws_load("{" WHO ",'sqs.list-queues':{'QueueUrls':['https://sqs.eu-west-1.amazonaws.com/" ME "/q',7,'nonsense']},"
                        "'sqs.get-queue-attributes':[{'QueueUrl':'https://sqs.eu-west-1.amazonaws.com/" ME
                        "/q','Attributes':{'QueueArn':'" QUEUE "','Policy':'{\\'Statement\\':[]}','KmsMasterKeyId':'alias/mine',"
                        "'RedrivePolicy':'{\\'deadLetterTargetArn\\':\\'" QUEUE "-dead\\',\\'maxReceiveCount\\':3}'}},"
                        "{'QueueArn':'" QUEUE "-dead','QueueUrl':'http://localhost:1/" ME "/q-dead'}]}");

    ASSERT_LOADED(l);
    aws_expect_labels(&l, QUEUE, "AWSSQSQueue SQSQueue");
    aws_expect_prop(&l, QUEUE, "name", "'q'");
    aws_expect_prop(&l, QUEUE, "policy", "'{\\'Statement\\':[]}'");
    aws_expect_prop(&l, QUEUE, "redrive_policy_max_receive_count", "3");
    aws_expect_edge(&l, QUEUE, "HAS_DEADLETTER_QUEUE", QUEUE "-dead");
    aws_expect_edge(&l, QUEUE, "ENCRYPTED_BY", "arn:aws:kms:eu-west-1:" ME ":alias/mine");
    aws_expect_edge(&l, ME, "RESOURCE", QUEUE);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(topics_rules_and_machines)
{
    const char *topic = "arn:aws:sns:eu-west-1:" ME ":t", *sub = "arn:aws:sns:eu-west-1:" ME ":t:1";
    const char *rule = "arn:aws:events:eu-west-1:" ME ":rule/r", *machine = "arn:aws:states:eu-west-1:" ME ":stateMachine:m";
    loaded l =
        aws_load("{" WHO ",'sns.get-topic-attributes':[{'Attributes':{'TopicArn':'arn:aws:sns:eu-west-1:" ME
                 ":t','Policy':'{\\'Statement\\':[]}'}}],"
                 "'sns.list-subscriptions':{'Subscriptions':[{'SubscriptionArn':'arn:aws:sns:eu-west-1:" ME ":t:1','Protocol':'sqs',"
                 "'Endpoint':'" QUEUE "','TopicArn':'arn:aws:sns:eu-west-1:" ME ":t'},{'SubscriptionArn':'PendingConfirmation'}]},"
                 "'events.list-rules':{'Rules':[{'Name':'r','Arn':'arn:aws:events:eu-west-1:" ME ":rule/r','EventBusName':'default',"
                 "'RoleArn':'" IAM "role/events'}]},"
                 "'events.list-targets-by-rule':[{'RuleArn':'arn:aws:events:eu-west-1:" ME ":rule/r','Targets':[{'Id':'1','Arn':'" FUNCTION
                 ":live'}]},{'Targets':[{'Id':'2','Arn':'" FUNCTION "'}]}],"
                 "'stepfunctions.describe-state-machine':[{'stateMachineArn':'arn:aws:states:eu-west-1:" ME ":stateMachine:m','name':'m',"
                 "'roleArn':'" IAM "role/steps'}]}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, topic, "policy", "'{\\'Statement\\':[]}'");
    aws_expect_edge(&l, sub, "HAS_SUBSCRIPTION", topic);
    aws_expect_edge(&l, sub, "DELIVERS_TO", QUEUE);
    aws_expect_edge(&l, rule, "ASSOCIATED_WITH", IAM "role/events");
    aws_expect_edge(&l, "arn:aws:events:eu-west-1:" ME ":rule/r/target/1", "LINKED_TO_RULE", rule);
    aws_expect_edge(&l, "arn:aws:events:eu-west-1:" ME ":rule/r/target/1", "TARGETS", FUNCTION);
    aws_expect_edge(&l, machine, "STS_ASSUMEROLE_ALLOW", IAM "role/steps");
    ck_assert_uint_eq(test_count_diags(&l, "unnamed-resource"), 1);
    test_drop(&l);
}
END_TEST

/* ---- builds, jobs and models ---- */

#define BUILD "arn:aws:codebuild:eu-west-1:" ME ":project/b"

START_TEST(builds_tell_that_secrets_are_in_them_not_which)
{
    loaded l =
        aws_load("{" WHO ",'codebuild.batch-get-projects':{'projects':[{'name':'b','arn':'" BUILD "','serviceRole':'" IAM "role/build',"
                 "'source':{'type':'S3','location':'alpha/source.zip'},'environment':{'privilegedMode':true,'environmentVariables':["
                 "{'name':'DB_PASSWORD','value':'hunter2hunter2','type':'PLAINTEXT'},{'name':'ID','value':'AKIAABCDEFGHIJKLMNOP'},"
                 "{'name':'TOKEN','value':'arn:aws:secretsmanager:eu-west-1:" ME ":secret:tok-AbCdEf:key','type':'SECRETS_MANAGER'},"
                 "{'name':'SECRET_NAME','value':'prod/db'},{'name':'STAGE','value':'prod'}]},"
                 "'vpcConfig':{'vpcId':'vpc-1','subnets':['subnet-1'],'securityGroupIds':['sg-1']}},{'name':'c','arn':'" BUILD "c',"
                 "'environment':{'environmentVariables':[{'name':'STAGE','value':'prod'},7]}},{'name':'x'},7]},"
                 "'codebuild.list-projects':{'projects':['b']}}");

    ASSERT_LOADED(l);
    aws_expect_labels(&l, BUILD, "AWSCodeBuildProject CodeBuildProject CICDPipeline");
    aws_expect_prop(&l, BUILD, "environment_variables", "['DB_PASSWORD','ID','TOKEN','SECRET_NAME','STAGE']");
    aws_expect_prop(&l, BUILD, "plaintextSecret", "true");
    aws_expect_prop(&l, BUILD, "plaintextSecretNames", "['DB_PASSWORD','ID']");
    aws_expect_prop(&l, BUILD, "privileged_mode", "true");
    aws_expect_prop(&l, BUILD "c", "plaintextSecret", "false");
    aws_expect_edge(&l, BUILD, "STS_ASSUMEROLE_ALLOW", IAM "role/build");
    aws_expect_edge(&l, BUILD, "USES_SECRET", "arn:aws:secretsmanager:eu-west-1:" ME ":secret:tok-AbCdEf");
    aws_expect_edge(&l, BUILD, "READS_SOURCE_FROM", "arn:aws:s3:::alpha");
    aws_expect_edge(&l, BUILD, "MEMBER_OF_EC2_SECURITY_GROUP", "sg-1");
    ck_assert_uint_eq(aws_count_label(&l, "CodeBuildProject"), 2);
    expect_nowhere(&l, "hunter2");
    expect_nowhere(&l, "AKIA");
    test_drop(&l);
}
END_TEST

#define STACK "arn:aws:cloudformation:eu-west-1:" ME ":stack/s/1"

START_TEST(stacks_run_with_their_role)
{
    loaded l = aws_load(
        "{" WHO ",'cloudformation.describe-stacks':{'Stacks':[{'StackId':'" STACK "','StackName':'s','RoleARN':'" IAM "role/deploy',"
        "'Parameters':[{'ParameterKey':'DbPassword','ParameterValue':'****'},{'ParameterKey':'ApiToken','ParameterValue':'hunter2hunter2'}]"
        ","
        "'Outputs':[{'OutputKey':'Url','OutputValue':'https://x'}]},{'StackId':'" STACK "2','StackName':'t','Parameters':["
        "{'ParameterKey':'DbPassword','ParameterValue':'****'}]}]},"
        "'cloudformation.describe-stack-set':[{'StackSet':{'StackSetId':'set:1','StackSetName':'set','StackSetARN':'arn:aws:cloudformation:"
        "eu-west-1:" ME ":stackset/set:1','AdministrationRoleARN':'" IAM "role/admin'}}]}");

    ASSERT_LOADED(l);
    aws_expect_edge(&l, STACK, "HAS_EXECUTION_ROLE", IAM "role/deploy");
    aws_expect_edge(&l, STACK, "STS_ASSUMEROLE_ALLOW", IAM "role/deploy");
    aws_expect_prop(&l, STACK, "parameters", "['DbPassword','ApiToken']");
    aws_expect_prop(&l, STACK, "plaintextSecret", "true");
    aws_expect_prop(&l, STACK "2", "plaintextSecret", "false");
    aws_expect_edge(&l, "arn:aws:cloudformation:eu-west-1:" ME ":stackset/set:1", "HAS_ADMINISTRATION_ROLE", IAM "role/admin");
    expect_nowhere(&l, "hunter2");
    test_drop(&l);
}
END_TEST

START_TEST(what_runs_with_a_role_says_so)
{
    loaded l = aws_load(
        "{" WHO ",'glue.get-dev-endpoints':{'DevEndpoints':[{'EndpointName':'e','RoleArn':'" IAM "role/glue','PublicKeys':['ssh-rsa x'],"
        "'SubnetId':'subnet-1','Arguments':{}}]},"
        "'glue.get-connections':{'ConnectionList':[{'Name':'c','ConnectionType':'JDBC','ConnectionProperties':{'USERNAME':'u',"
        "'PASSWORD':'hunter2hunter2'}}]},"
        "'glue.get-jobs':{'Jobs':[{'Name':'j','Role':'glue','Command':{'ScriptLocation':'s3://scripts/j.py'},"
        "'Connections':{'Connections':['c']},'DefaultArguments':{'--password':'hunter2hunter2'}}]},"
        "'sagemaker.describe-notebook-instance':[{'NotebookInstanceArn':'arn:aws:sagemaker:eu-west-1:" ME ":notebook-instance/n',"
        "'NotebookInstanceName':'n','RoleArn':'" IAM "role/lab','RootAccess':'Enabled','DirectInternetAccess':'Enabled'}],"
        "'bedrock-agentcore-control.get-code-interpreter':[{'codeInterpreterArn':'arn:aws:bedrock-agentcore:eu-west-1:" ME
        ":code-interpreter/i','executionRoleArn':'" IAM "role/code','networkConfiguration':{'networkMode':'PUBLIC'}}]}");

    ASSERT_LOADED(l);
    aws_expect_edge(&l, "arn:aws:glue:eu-west-1:" ME ":devEndpoint/e", "STS_ASSUMEROLE_ALLOW", IAM "role/glue");
    aws_expect_prop(&l, "arn:aws:glue:eu-west-1:" ME ":devEndpoint/e", "public_keys", "1");
    aws_expect_prop(&l, "arn:aws:glue:eu-west-1:" ME ":connection/c", "plaintextSecret", "true");
    aws_expect_edge(&l, "arn:aws:glue:eu-west-1:" ME ":job/j", "USES", "arn:aws:glue:eu-west-1:" ME ":connection/c");
    aws_expect_edge(&l, "arn:aws:glue:eu-west-1:" ME ":job/j", "STS_ASSUMEROLE_ALLOW", IAM "role/glue");
    aws_expect_edge(&l, "arn:aws:glue:eu-west-1:" ME ":job/j", "READS_SOURCE_FROM", "arn:aws:s3:::scripts");
    aws_expect_prop(&l, "arn:aws:glue:eu-west-1:" ME ":job/j", "plaintextSecret", "true");
    aws_expect_edge(&l, "arn:aws:sagemaker:eu-west-1:" ME ":notebook-instance/n", "HAS_EXECUTION_ROLE", IAM "role/lab");
    aws_expect_prop(&l, "arn:aws:sagemaker:eu-west-1:" ME ":notebook-instance/n", "root_access", "'Enabled'");
    aws_expect_edge(&l, "arn:aws:bedrock-agentcore:eu-west-1:" ME ":code-interpreter/i", "STS_ASSUMEROLE_ALLOW", IAM "role/code");
    aws_expect_prop(&l, "arn:aws:bedrock-agentcore:eu-west-1:" ME ":code-interpreter/i", "network_mode", "'PUBLIC'");
    expect_nowhere(&l, "hunter2");
    test_drop(&l);
}
END_TEST

/* ---- what watches ---- */

START_TEST(trails_and_findings)
{
    const char *finding = "arn:aws:inspector2:eu-west-1:" ME ":finding/1";
    loaded l =
        aws_load("{" WHO ",'cloudtrail.describe-trails':{'trailList':[{'Name':'t','TrailARN':'arn:aws:cloudtrail:eu-west-1:" ME ":trail/t',"
                 "'S3BucketName':'logs','IsMultiRegionTrail':true,"
                 "'CloudWatchLogsLogGroupArn':'arn:aws:logs:eu-west-1:" ME ":log-group:g:*'}]},"
                 "'logs.describe-log-groups':{'logGroups':[{'logGroupName':'g','arn':'arn:aws:logs:eu-west-1:" ME ":log-group:g:*'}]},"
                 "'inspector2.list-findings':{'findings':[{'findingArn':'arn:aws:inspector2:eu-west-1:" ME ":finding/1','awsAccountId':'" ME
                 "','type':'PACKAGE_VULNERABILITY','severity':'HIGH','title':'x','packageVulnerabilityDetails':{"
                 "'vulnerabilityId':'CVE-2024-1','vulnerablePackages':[{'name':'openssl','version':'1.0','release':'2','arch':'X86_64','"
                 "epoch':0},7,{}]},"
                 "'resources':[{'type':'AWS_EC2_INSTANCE','id':'i-1'},{'type':'AWS_ECR_CONTAINER_IMAGE',"
                 "'id':'arn:aws:ecr:eu-west-1:" ME ":repository/a/b/sha256:00'},{'type':'OTHER','id':'x'},7]},7,{'type':'x'}]}}");

    ASSERT_LOADED(l);
    aws_expect_edge(&l, "arn:aws:cloudtrail:eu-west-1:" ME ":trail/t", "LOGS_TO", "arn:aws:s3:::logs");
    aws_expect_edge(&l, "arn:aws:cloudtrail:eu-west-1:" ME ":trail/t", "SENDS_LOGS_TO_CLOUDWATCH",
                    "arn:aws:logs:eu-west-1:" ME ":log-group:g");
    aws_expect_prop(&l, "arn:aws:logs:eu-west-1:" ME ":log-group:g", "log_group_name", "'g'");
    aws_expect_labels(&l, finding, "AWSInspectorFinding Risk CVE");
    aws_expect_prop(&l, finding, "cve_id", "'CVE-2024-1'");
    aws_expect_edge(&l, finding, "AFFECTS", "i-1");
    aws_expect_edge(&l, finding, "AFFECTS", "sha256:00");
    aws_expect_edge(&l, finding, "HAS", "openssl|0:1.0-2.X86_64");
    aws_expect_edge(&l, ME, "MEMBER", finding);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 2);
    test_drop(&l);
}
END_TEST

Suite *aws_edge_suite(void)
{
    Suite *s = suite_create("aws edge");
    TCase *c = tcase_create("answers");

    tcase_add_test(c, distributions_lead_to_their_origins);
    tcase_add_test(c, firewalls_protect_what_they_are_attached_to);
    tcase_add_test(c, apis_know_who_may_call_what);
    tcase_add_test(c, http_apis_have_routes);
    tcase_add_test(c, names_lead_where_they_point);
    tcase_add_test(c, queues_are_one_node_by_address_and_arn);
    tcase_add_test(c, topics_rules_and_machines);
    tcase_add_test(c, builds_tell_that_secrets_are_in_them_not_which);
    tcase_add_test(c, stacks_run_with_their_role);
    tcase_add_test(c, what_runs_with_a_role_says_so);
    tcase_add_test(c, trails_and_findings);
    suite_add_tcase(s, c);
    return s;
}
