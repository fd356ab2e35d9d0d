/* Buckets, databases, secrets and keys of AWS: what their answers become. */
#include "aws_helper.h"

#define WHO "'sts.get-caller-identity':{'Account':'" ME "','Arn':'arn:aws:iam::" ME ":user/me','UserId':'AIDA'}"
#define EVERYBODY                                                                                                                          \
    "{\\'Version\\':\\'2012-10-17\\',\\'Statement\\':[{\\'Sid\\':\\'a\\',\\'Effect\\':\\'Allow\\',\\'Principal\\':\\'*\\',"                \
    "\\'Action\\':\\'s3:GetObject\\',\\'Resource\\':\\'arn:aws:s3:::alpha/*\\'}]}"
#define EVERYBODY_JSON                                                                                                                     \
    "'{\\'Statement\\':[{\\'Action\\':\\'s3:GetObject\\',\\'Effect\\':\\'Allow\\',\\'Principal\\':\\'*\\',"                                \
    "\\'Resource\\':\\'arn:aws:s3:::alpha/*\\',\\'Sid\\':\\'a\\'}],\\'Version\\':\\'2012-10-17\\'}'"
#define ALPHA "arn:aws:s3:::alpha"
#define ALL_USERS "'http://acs.amazonaws.com/groups/global/AllUsers'"
#define ANY_ACCOUNT "'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'"

static void expect_nowhere(const loaded *l, const char *text)
{
    char *dump = test_dump(l->graph, true);

    ck_assert_msg(strstr(dump, text) == NULL, "\"%s\" is in:\n%s", text, dump);
    free(dump);
}

/* ---- S3 ---- */

START_TEST(answers_about_a_bucket_become_one_node)
{
    loaded l = aws_load(
        "{" WHO ",'s3api.list-buckets':{'Buckets':[{'Name':'alpha','CreationDate':'2024-01-02T03:04:05+00:00'}],'Owner':{'ID':'o'}},"
        "'s3api.get-bucket-policy':[{'Bucket':'alpha','Policy':'" EVERYBODY "'}],"
        "'s3api.get-public-access-block':[{'Bucket':'alpha','PublicAccessBlockConfiguration':{'BlockPublicAcls':false,"
        "'IgnorePublicAcls':true,'BlockPublicPolicy':false,'RestrictPublicBuckets':false}}],"
        "'s3api.get-bucket-acl':[{'Bucket':'alpha','Owner':{'ID':'o','DisplayName':'me'},'Grants':["
        "{'Grantee':{'Type':'Group','URI':" ALL_USERS "},'Permission':'WRITE'},"
        "{'Grantee':{'Type':'Group','URI':" ANY_ACCOUNT "},'Permission':'READ'},"
        "{'Grantee':{'Type':'CanonicalUser','ID':'o'},'Permission':'FULL_CONTROL'}]}],"
        "'s3api.get-bucket-versioning':[{'Bucket':'alpha','Status':'Enabled','MFADelete':'Disabled'}],"
        "'s3api.get-bucket-encryption':[{'Bucket':'alpha','ServerSideEncryptionConfiguration':{'Rules':[{"
        "'ApplyServerSideEncryptionByDefault':{'SSEAlgorithm':'aws:kms','KMSMasterKeyID':'arn:aws:kms:eu-west-1:" ME ":key/k1'},"
        "'BucketKeyEnabled':true}]}}],"
        "'s3api.get-bucket-logging':[{'Bucket':'alpha','LoggingEnabled':{'TargetBucket':'logs','TargetPrefix':''}}],"
        "'s3api.get-bucket-replication':[{'Bucket':'alpha','ReplicationConfiguration':{'Role':'r','Rules':[{'Status':'Enabled',"
        "'Destination':{'Bucket':'arn:aws:s3:::mirror'}}]}}],"
        "'s3api.get-bucket-notification-configuration':[{'Bucket':'alpha','LambdaFunctionConfigurations':[{"
        "'LambdaFunctionArn':'arn:aws:lambda:eu-west-1:" ME ":function:f','Events':['s3:ObjectCreated:*']}]}],"
        "'s3api.get-bucket-tagging':[{'Bucket':'alpha','TagSet':[{'Key':'DataClassification','Value':'secret'}]}]}");

    ASSERT_LOADED(l);
    aws_expect_labels(&l, ALPHA, "AWSS3Bucket S3Bucket ObjectStorage");
    ck_assert_uint_eq(cg_node_find(l.graph, "alpha", 5), cg_node_find(l.graph, ALPHA, strlen(ALPHA)));
    aws_expect_prop(&l, ALPHA, "id", "'alpha'");
    aws_expect_prop(&l, ALPHA, "arn", "'" ALPHA "'");
    aws_expect_prop(&l, ALPHA, "creationdate", "'2024-01-02T03:04:05Z'");
    aws_expect_prop(&l, ALPHA, "policy", EVERYBODY_JSON);
    aws_expect_prop(&l, ALPHA, "aclPublic", "['READ','WRITE']");
    aws_expect_prop(&l, ALPHA, "block_public_acls", "false");
    aws_expect_prop(&l, ALPHA, "ignore_public_acls", "true");
    aws_expect_prop(&l, ALPHA, "versioning_status", "'Enabled'");
    aws_expect_prop(&l, ALPHA, "encryption_algorithm", "'aws:kms'");
    aws_expect_prop(&l, ALPHA, "bucket_key_enabled", "true");
    aws_expect_prop(&l, ALPHA, "logging_target_bucket", "'logs'");
    aws_expect_prop(&l, ALPHA, "tag.DataClassification", "'secret'");
    aws_expect_prop(&l, "alpha/policy_statement/1/a", "action", "'s3:GetObject'");
    aws_expect_edge(&l, ALPHA, "POLICY_STATEMENT", "alpha/policy_statement/1/a");
    aws_expect_edge(&l, ALPHA, "ENCRYPTED_BY", "arn:aws:kms:eu-west-1:" ME ":key/k1");
    aws_expect_edge(&l, ALPHA, "LOGS_TO", "arn:aws:s3:::logs");
    aws_expect_edge(&l, ALPHA, "REPLICATES_TO", "arn:aws:s3:::mirror");
    aws_expect_edge(&l, ALPHA, "SENDS_EVENTS_TO", "arn:aws:lambda:eu-west-1:" ME ":function:f");
    aws_expect_edge(&l, ALPHA "/acl/o/FULL_CONTROL", "APPLIES_TO", ALPHA);
    aws_expect_edge(&l, ME, "RESOURCE", ALPHA);
    ck_assert_uint_eq(aws_count_label(&l, "AWSS3Acl"), 3);
    ck_assert_uint_eq(test_count_diags(&l, "property-conflict"), 0);
    test_drop(&l);
}
END_TEST

/* What an answer is silent about stays open: another answer may say it. */
START_TEST(what_nobody_asked_is_not_denied)
{
    loaded l = aws_load("{" WHO ",'s3api.list-buckets':{'Buckets':[{'Name':'alpha'}]}}");

    ASSERT_LOADED(l);
    static const char *const open[] = {
        "default_encryption", "logging_enabled", "website", "replicates", "aclPublic", "block_public_acls"
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        aws_expect_prop(&l, ALPHA, open[i], "null");
    test_drop(&l);
}
END_TEST

START_TEST(a_policy_alone_says_whose_it_is)
{
    loaded l = aws_load_as("s3api/get-bucket-policy.json", "{'Policy':'" EVERYBODY "'}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, ALPHA, "policy", EVERYBODY_JSON);
    test_drop(&l);
    /* The file's name says it, where the content does not. */
    l = aws_load_as("s3api/get-public-access-block__beta.json", "{'PublicAccessBlockConfiguration':{'BlockPublicPolicy':true}}");
    ASSERT_LOADED(l);
    aws_expect_prop(&l, "arn:aws:s3:::beta", "block_public_policy", "true");
    test_drop(&l);
    /* Nobody says it. */
    l = aws_load("{'s3api.get-bucket-acl':[{'Owner':{'ID':'o'},'Grants':[]}],'s3api.get-bucket-policy':[{'Policy':'{\\'Statement\\':["
                 "{\\'Effect\\':\\'Allow\\',\\'Resource\\':[\\'arn:aws:s3:::a\\',\\'arn:aws:s3:::b\\']}]}'}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "unnamed-resource"), 2);
    ck_assert_uint_eq(aws_count_label(&l, "S3Bucket"), 0);
    test_drop(&l);
}
END_TEST

START_TEST(malformed_buckets_are_named_and_leave_the_rest)
{
    loaded l = aws_load(
        "{" WHO ",'s3api.list-buckets':{'Buckets':[{'Name':'alpha'},{'Name':7},{'Name':null},'beta',null,{'Name':''},"
        "{'Name':'gamma','CreationDate':[1]}]},"
        "'s3api.get-bucket-policy':[{'Bucket':'alpha','Policy':'{\\'Statement\\':'},{'Bucket':'gamma','Policy':{'Statement':7}},"
        "{'Bucket':'alpha','Policy':'[]'}],"
        "'s3api.get-bucket-acl':[{'Bucket':'gamma','Owner':7,'Grants':[7,{'Permission':'READ'},{'Grantee':7,'Permission':'READ'}]}],"
        "'s3api.get-bucket-encryption':[{'Bucket':'gamma','ServerSideEncryptionConfiguration':{'Rules':[7]}}]}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "S3Bucket"), 2);
    ck_assert_uint_ge(test_count_diags(&l, "bad-policy"), 2);
    ck_assert_uint_ge(test_count_diags(&l, NULL), 5);
    aws_expect_prop(&l, "arn:aws:s3:::gamma", "aclPublic", "[]");
    test_drop(&l);
}
END_TEST

START_TEST(the_same_bucket_twice_keeps_one_and_says_so)
{
    loaded l = aws_load("{'s3.buckets-detail':[{'Name':'alpha','Status':'Enabled'},{'Name':'alpha','Status':'Suspended'}]}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, ALPHA, "versioning_status", "'Enabled'");
    ck_assert_uint_eq(test_count_diags(&l, "property-conflict"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(other_partitions_have_other_names)
{
    loaded l = aws_load("{'sts.get-caller-identity':{'Account':'" ME "','Arn':'arn:aws-cn:iam::" ME ":user/me','UserId':'A'},"
                        "'s3api.list-buckets':{'Buckets':[{'Name':'alpha'}]}}");

    ASSERT_LOADED(l);
    aws_expect_edge(&l, ME, "RESOURCE", "arn:aws-cn:s3:::alpha");
    test_drop(&l);
}
END_TEST

START_TEST(an_account_blocks_for_all_its_buckets)
{
    loaded l = aws_load("{" WHO ",'s3control.get-public-access-block':{'PublicAccessBlockConfiguration':{'BlockPublicAcls':true,"
                        "'IgnorePublicAcls':true,'BlockPublicPolicy':true,'RestrictPublicBuckets':false}}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSS3AccountPublicAccessBlock"), 1);
    aws_expect_prop(&l, ME ":s3", "restrict_public_buckets", "false");
    aws_expect_edge(&l, ME, "RESOURCE", ME ":s3");
    test_drop(&l);
}
END_TEST

/* ---- databases ---- */

#define RDS "arn:aws:rds:eu-west-1:" ME ":"

START_TEST(databases_know_network_cluster_and_key)
{
    loaded l =
        aws_load("{" WHO ",'rds.describe-db-instances':{'DBInstances':[{'DBInstanceIdentifier':'one','DBInstanceArn':'" RDS "db:one',"
                 "'Engine':'postgres','MasterUsername':'admin','PubliclyAccessible':true,'StorageEncrypted':true,'KmsKeyId':'k1',"
                 "'IAMDatabaseAuthenticationEnabled':false,'Endpoint':{'Address':'one.rds.example','Port':5432},"
                 "'PendingModifiedValues':{'MasterUserPassword':'hunter2hunter2'},"
                 "'MasterUserSecret':{'SecretArn':'arn:aws:secretsmanager:eu-west-1:" ME ":secret:rds-1'},"
                 "'DBClusterIdentifier':'c','ReadReplicaSourceDBInstanceIdentifier':'zero',"
                 "'AssociatedRoles':[{'RoleArn':'" IAM "role/import'}],"
                 "'VpcSecurityGroups':[{'VpcSecurityGroupId':'sg-1','Status':'active'}],"
                 "'DBSubnetGroup':{'DBSubnetGroupName':'g','VpcId':'vpc-1','Subnets':[{'SubnetIdentifier':'subnet-1'}]},"
                 "'TagList':[{'Key':'k','Value':'v'}]}]},"
                 "'rds.describe-db-clusters':{'DBClusters':[{'DBClusterIdentifier':'c','DBClusterArn':'" RDS "cluster:c',"
                 "'DBSubnetGroup':'g','Engine':'aurora'}]}}");
    const char *one = RDS "db:one";

    ASSERT_LOADED(l);
    aws_expect_labels(&l, one, "AWSRDSInstance RDSInstance Database");
    aws_expect_prop(&l, one, "publicly_accessible", "true");
    aws_expect_prop(&l, one, "endpoint_port", "5432");
    aws_expect_prop(&l, one, "master_username", "'admin'");
    aws_expect_prop(&l, one, "region", "'eu-west-1'");
    aws_expect_prop(&l, one, "tag.k", "'v'");
    aws_expect_edge(&l, one, "MEMBER_OF_EC2_SECURITY_GROUP", "sg-1");
    aws_expect_edge(&l, one, "IS_CLUSTER_MEMBER_OF", RDS "cluster:c");
    aws_expect_edge(&l, one, "IS_READ_REPLICA_OF", RDS "db:zero");
    aws_expect_edge(&l, one, "MEMBER_OF_DB_SUBNET_GROUP", RDS "subgrp:g");
    aws_expect_edge(&l, RDS "cluster:c", "MEMBER_OF_DB_SUBNET_GROUP", RDS "subgrp:g");
    aws_expect_edge(&l, RDS "subgrp:g", "RESOURCE", "subnet-1");
    aws_expect_edge(&l, one, "ENCRYPTED_BY", "arn:aws:kms:eu-west-1:" ME ":key/k1");
    aws_expect_edge(&l, one, "STS_ASSUMEROLE_ALLOW", IAM "role/import");
    aws_expect_edge(&l, one, "USES_SECRET", "arn:aws:secretsmanager:eu-west-1:" ME ":secret:rds-1");
    expect_nowhere(&l, "hunter2");
    test_drop(&l);
}
END_TEST

START_TEST(snapshots_say_with_whom_they_are_shared)
{
    loaded l =
        aws_load("{" WHO ",'rds.describe-db-snapshots':{'DBSnapshots':[{'DBSnapshotIdentifier':'s','DBSnapshotArn':'" RDS "snapshot:s',"
                 "'DBInstanceIdentifier':'one','Encrypted':false},{'DBSnapshotIdentifier':'t','DBSnapshotArn':'" RDS "snapshot:t'}]},"
                 "'rds.describe-db-snapshot-attributes':[{'Region':'eu-west-1','DBSnapshotAttributesResult':{'DBSnapshotIdentifier':'s',"
                 "'DBSnapshotAttributes':[{'AttributeName':'restore','AttributeValues':['444455556666','all']}]}},"
                 "{'Region':'eu-west-1','DBSnapshotAttributesResult':{'DBSnapshotIdentifier':'t','DBSnapshotAttributes':["
                 "{'AttributeName':'other','AttributeValues':['all']}]}},"
                 "{'DBSnapshotAttributesResult':{'DBSnapshotAttributes':7}}]}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, RDS "snapshot:s", "publicToAll", "true");
    aws_expect_prop(&l, RDS "snapshot:s", "ispublic", "true");
    aws_expect_prop(&l, RDS "snapshot:s", "sharedWith", "['444455556666']");
    aws_expect_prop(&l, RDS "snapshot:t", "publicToAll", "null");
    aws_expect_edge(&l, RDS "snapshot:s", "IS_SNAPSHOT_SOURCE", RDS "db:one");
    ck_assert_uint_eq(aws_count_label(&l, "AWSRDSSnapshot"), 2);
    test_drop(&l);
}
END_TEST

START_TEST(tables_domains_and_warehouses)
{
    loaded l = aws_load(
        "{" WHO ",'dynamodb.describe-table':[{'Table':{'TableName':'t','TableArn':'arn:aws:dynamodb:eu-west-1:" ME ":table/t',"
        "'ItemCount':3,'GlobalSecondaryIndexes':[{'IndexName':'i','IndexArn':'arn:aws:dynamodb:eu-west-1:" ME ":table/t/index/i'}]}}],"
        "'dynamodb.get-resource-policy':[{'Policy':'{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Principal\\':\\'*\\',"
        "\\'Action\\':\\'dynamodb:*\\',\\'Resource\\':\\'arn:aws:dynamodb:eu-west-1:" ME ":table/t/index/*\\'}]}'}],"
        "'es.describe-elasticsearch-domains':{'DomainStatusList':[{'DomainId':'" ME "/d','DomainName':'d',"
        "'ARN':'arn:aws:es:eu-west-1:" ME ":domain/d','AccessPolicies':'{\\'Statement\\':[]}','ElasticsearchVersion':'7.10'},"
        "{'DomainId':'" ME "/e','DomainName':'e','ARN':'arn:aws:es:eu-west-1:" ME
        ":domain/e','VPCOptions':{'VPCId':'vpc-1','SubnetIds':['subnet-1'],'SecurityGroupIds':['sg-1']}}]},"
        "'redshift.describe-clusters':{'Clusters':[{'ClusterIdentifier':'w','AvailabilityZone':'eu-west-1b',"
        "'PubliclyAccessible':true,'IamRoles':[{'IamRoleArn':'" IAM "role/copy'}]}]}}");

    ASSERT_LOADED(l);
    aws_expect_prop(&l, "arn:aws:dynamodb:eu-west-1:" ME ":table/t", "rows", "3");
    aws_expect_edge(&l, "arn:aws:dynamodb:eu-west-1:" ME ":table/t", "GLOBAL_SECONDARY_INDEX",
                    "arn:aws:dynamodb:eu-west-1:" ME ":table/t/index/i");
    ck_assert_uint_eq(aws_count_label(&l, "DynamoDBTable"), 1);
    char *policy = test_prop(&l, "arn:aws:dynamodb:eu-west-1:" ME ":table/t", "policy");
    ck_assert_str_ne(policy, "null");
    free(policy);
    aws_expect_prop(&l, "arn:aws:es:eu-west-1:" ME ":domain/d", "publicly_accessible", "true");
    aws_expect_prop(&l, "arn:aws:es:eu-west-1:" ME ":domain/d", "policy", "'{\\'Statement\\':[]}'");
    aws_expect_prop(&l, "arn:aws:es:eu-west-1:" ME ":domain/e", "publicly_accessible", "false");
    aws_expect_edge(&l, "arn:aws:es:eu-west-1:" ME ":domain/e", "MEMBER_OF_EC2_SECURITY_GROUP", "sg-1");
    aws_expect_edge(&l, "arn:aws:redshift:eu-west-1:" ME ":cluster:w", "STS_ASSUMEROLE_ALLOW", IAM "role/copy");
    test_drop(&l);
}
END_TEST

START_TEST(malformed_databases_are_named_and_leave_the_rest)
{
    loaded l = aws_load("{" WHO ",'rds.describe-db-instances':{'DBInstances':[7,{'DBInstanceIdentifier':'x'},{'DBInstanceIdentifier':'one',"
                        "'DBInstanceArn':'" RDS "db:one','VpcSecurityGroups':7,'DBSubnetGroup':[1],'Endpoint':'x','TagList':'y',"
                        "'PubliclyAccessible':'yes'}]},'dynamodb.list-tables':{'TableNames':['t',7,null,{}]}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "RDSInstance"), 1);
    ck_assert_uint_ge(test_count_diags(&l, "bad-item"), 3);
    aws_expect_prop(&l, RDS "db:one", "endpoint_port", "null");
    test_drop(&l);
}
END_TEST

/* ---- secrets and keys ---- */

START_TEST(secrets_are_there_but_not_what_they_hold)
{
    loaded l = aws_load(
        "{" WHO ",'secretsmanager.list-secrets':{'SecretList':[{'ARN':'arn:aws:secretsmanager:eu-west-1:" ME ":secret:db-AbCdEf',"
        "'Name':'db','SecretString':'open-sesame','KmsKeyId':'alias/mine','RotationLambdaARN':'arn:aws:lambda:eu-west-1:" ME
        ":function:r'}]},"
        "'secretsmanager.get-resource-policy':[{'ARN':'arn:aws:secretsmanager:eu-west-1:" ME ":secret:db-AbCdEf','Name':'db',"
        "'ResourcePolicy':'{\\'Statement\\':[]}'}],"
        "'ssm.describe-parameters':{'Parameters':[{'Name':'/a/b','Type':'SecureString','KeyId':'alias/aws/ssm','Value':'open-sesame',"
        "'ARN':'arn:aws:ssm:eu-west-1:" ME ":parameter/a/b'},{'Name':'plain','Type':'String'}]}}");

    ASSERT_LOADED(l);
    aws_expect_labels(&l, "arn:aws:secretsmanager:eu-west-1:" ME ":secret:db-AbCdEf", "AWSSecretsManagerSecret SecretsManagerSecret");
    aws_expect_prop(&l, "arn:aws:secretsmanager:eu-west-1:" ME ":secret:db-AbCdEf", "policy", "'{\\'Statement\\':[]}'");
    aws_expect_edge(&l, "arn:aws:secretsmanager:eu-west-1:" ME ":secret:db-AbCdEf", "ENCRYPTED_BY",
                    "arn:aws:kms:eu-west-1:" ME ":alias/mine");
    aws_expect_edge(&l, "arn:aws:secretsmanager:eu-west-1:" ME ":secret:db-AbCdEf", "ROTATED_BY",
                    "arn:aws:lambda:eu-west-1:" ME ":function:r");
    aws_expect_prop(&l, "arn:aws:ssm:eu-west-1:" ME ":parameter/a/b", "type", "'SecureString'");
    aws_expect_prop(&l, "arn:aws:ssm:eu-west-1:" ME ":parameter/plain", "type", "'String'");
    ck_assert_uint_eq(aws_count_label(&l, "AWSKMSKey"), 0);
    expect_nowhere(&l, "open-sesame");
    test_drop(&l);
}
END_TEST

START_TEST(parameters_without_a_region_still_have_a_name)
{
    loaded l = aws_load("{" WHO ",'ssm.describe-parameters':{'Parameters':[{'Name':'/a/b','Type':'String'},{'Name':'/a/b','Type':'String'},"
                        "{'Type':'String'},{'Name':['x']}]}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "SSMParameter"), 1);
    aws_expect_prop(&l, "ssm:" ME ":parameter/a/b", "name", "'/a/b'");
    aws_expect_prop(&l, "ssm:" ME ":parameter/a/b", "arn", "null");
    test_drop(&l);
}
END_TEST

#define KEY "0a1b2c3d-0000-4000-8000-00000000aaaa"
#define KMS "arn:aws:kms:eu-west-1:" ME ":"

/* The ARN stays, though the id stands before it in byte order and answers without a region know nothing else. */
START_TEST(keys_are_one_node_by_arn_and_by_id)
{
    static const char *const orders[] = {
        "{" WHO ",'kms.describe-key':[{'KeyMetadata':{'KeyId':'" KEY "','Arn':'" KMS "key/" KEY "','KeyState':'Enabled'}}]}"
        "{" WHO ",'kms.get-key-policy':[{'KeyId':'" KEY "','Policy':'{\\'Statement\\':[]}'}]}",
        "{" WHO ",'kms.get-key-policy':[{'KeyId':'" KEY "','Policy':'{\\'Statement\\':[]}'}]}"
        "{" WHO ",'kms.describe-key':[{'KeyMetadata':{'KeyId':'" KEY "','Arn':'" KMS "key/" KEY "','KeyState':'Enabled'}}]}",
    };

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        loaded l = aws_load(orders[i]);
        ASSERT_LOADED(l);
        ck_assert_uint_eq(aws_count_label(&l, "KMSKey"), 1);
        const cg_str id = cg_node_id(l.graph, cg_node_find(l.graph, KEY, strlen(KEY)));
        ck_assert_msg(cg_str_eq(id, CG_STR(KMS "key/" KEY)), "%.*s", CG_FMT(id));
        aws_expect_prop(&l, KEY, "policy", "'{\\'Statement\\':[]}'");
        aws_expect_prop(&l, KEY, "id", "'" KEY "'");
        aws_expect_prop(&l, KEY, "key_state", "'Enabled'");
        test_drop(&l);
    }
}
END_TEST

START_TEST(a_key_of_many_regions_is_a_node_in_each)
{
    loaded l = aws_load("{" WHO ",'kms.list-keys':{'Keys':[{'KeyId':'mrk-1','KeyArn':'" KMS "key/mrk-1'},"
                        "{'KeyId':'mrk-1','KeyArn':'arn:aws:kms:us-east-1:" ME ":key/mrk-1'}]}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "KMSKey"), 2);
    test_drop(&l);
}
END_TEST

START_TEST(aliases_and_grants_lead_to_their_key)
{
    loaded l = aws_load(
        "{" WHO ",'kms.list-aliases':{'Aliases':[{'AliasName':'alias/mine','AliasArn':'" KMS "alias/mine','TargetKeyId':'" KEY "'},"
        "{'AliasName':'alias/aws/s3','AliasArn':'" KMS "alias/aws/s3'}]},"
        "'kms.list-grants':[{'Grants':[{'KeyId':'" KMS "key/" KEY "','GrantId':'g1','GranteePrincipal':'" IAM "role/r',"
        "'Operations':['Decrypt']},{'KeyId':'" KMS "key/" KEY "','GrantId':'g2','GranteePrincipal':'rds.amazonaws.com'},7,{}]}]}");

    ASSERT_LOADED(l);
    aws_expect_edge(&l, KMS "alias/mine", "KNOWN_AS", KMS "key/" KEY);
    ck_assert_uint_eq(aws_count_label(&l, "KMSAlias"), 1);
    aws_expect_edge(&l, "g1", "APPLIED_ON", KMS "key/" KEY);
    aws_expect_edge(&l, IAM "role/r", "HAS_KMS_GRANT", "g1");
    aws_expect_prop(&l, "g2", "grantee_principal", "'rds.amazonaws.com'");
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 2);
    test_drop(&l);
}
END_TEST

START_TEST(malformed_keys_are_named_and_leave_the_rest)
{
    loaded l = aws_load("{" WHO ",'kms.get-key-policy':[{'Policy':'{\\'Statement\\':[]}'},{'KeyId':'" KEY "','Policy':'no policy'},"
                        "{'KeyId':'" KMS "alias/x','Policy':'{}'}],"
                        "'secretsmanager.list-secrets':{'SecretList':[{'Name':'x'},7,{'ARN':[7]}]}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "unnamed-resource"), 2);
    ck_assert_uint_eq(test_count_diags(&l, "bad-policy"), 1);
    ck_assert_uint_eq(aws_count_label(&l, "KMSKey"), 1);
    ck_assert_uint_eq(aws_count_label(&l, "SecretsManagerSecret"), 0);
    test_drop(&l);
}
END_TEST

Suite *aws_data_suite(void)
{
    Suite *s = suite_create("aws data");
    TCase *c = tcase_create("answers");

    tcase_add_test(c, answers_about_a_bucket_become_one_node);
    tcase_add_test(c, what_nobody_asked_is_not_denied);
    tcase_add_test(c, a_policy_alone_says_whose_it_is);
    tcase_add_test(c, malformed_buckets_are_named_and_leave_the_rest);
    tcase_add_test(c, the_same_bucket_twice_keeps_one_and_says_so);
    tcase_add_test(c, other_partitions_have_other_names);
    tcase_add_test(c, an_account_blocks_for_all_its_buckets);
    tcase_add_test(c, databases_know_network_cluster_and_key);
    tcase_add_test(c, snapshots_say_with_whom_they_are_shared);
    tcase_add_test(c, tables_domains_and_warehouses);
    tcase_add_test(c, malformed_databases_are_named_and_leave_the_rest);
    tcase_add_test(c, secrets_are_there_but_not_what_they_hold);
    tcase_add_test(c, parameters_without_a_region_still_have_a_name);
    tcase_add_test(c, keys_are_one_node_by_arn_and_by_id);
    tcase_add_test(c, a_key_of_many_regions_is_a_node_in_each);
    tcase_add_test(c, aliases_and_grants_lead_to_their_key);
    tcase_add_test(c, malformed_keys_are_named_and_leave_the_rest);
    suite_add_tcase(s, c);
    return s;
}
