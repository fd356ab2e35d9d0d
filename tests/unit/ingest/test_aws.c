/* What AWS answers mean: identities, policies, organizations, and the ways answers are written down. */
#include "aws_helper.h"

#define DOC "{'Version':'2012-10-17','Statement':[{'Sid':'S','Effect':'Allow','Action':'s3:GetObject','Resource':['*']}]}"
#define USER(name)                                                                                                                         \
    "{'UserName':'" name "','UserId':'AIDA" name "','Arn':'" IAM "user/" name "','Path':'/','CreateDate':'2024-01-02T03:04:05Z'"

START_TEST(users_groups_and_policies)
{
    loaded l = aws_load("{'UserDetailList':[" USER(
        "ann") ",'GroupList':['devs'],'UserPolicyList':[{'PolicyName':'p','PolicyDocument':" DOC "}],"
               "'AttachedManagedPolicies':[{'PolicyName':'m','PolicyArn':'" IAM "policy/m'}],"
               "'PermissionsBoundary':{'PermissionsBoundaryType':'Policy','PermissionsBoundaryArn':'" IAM "policy/m'},"
               "'Tags':[{'Key':'team','Value':'red'}]}],"
               "'GroupDetailList':[{'GroupName':'devs','GroupId':'AGPA1','Arn':'" IAM "group/eng/devs','Path':'/eng/','GroupPolicyList':[],"
               "'AttachedManagedPolicies':[]}],'RoleDetailList':[],"
               "'Policies':[{'PolicyName':'m','PolicyId':'ANPA1','Arn':'" IAM "policy/m','DefaultVersionId':'v2','PolicyVersionList':["
               "{'VersionId':'v1','IsDefaultVersion':false,'Document':{'Statement':[]}},"
               "{'VersionId':'v2','IsDefaultVersion':true,'Document':" DOC "}]}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    aws_expect_labels(&l, IAM "user/ann", "AWSUser AWSPrincipal");
    aws_expect_prop(&l, IAM "user/ann", "name", "'ann'");
    aws_expect_prop(&l, IAM "user/ann", "createdate", "'2024-01-02T03:04:05Z'");
    aws_expect_prop(&l, IAM "user/ann", "tags", "['team=red']");
    aws_expect_prop(&l, IAM "user/ann", "tag.team", "'red'");
    aws_expect_edge(&l, ME, "RESOURCE", IAM "user/ann");
    /* by name, whatever the group's path */
    aws_expect_edge(&l, IAM "user/ann", "MEMBER_AWS_GROUP", IAM "group/eng/devs");
    aws_expect_edge(&l, IAM "user/ann", "POLICY", IAM "user/ann/inline_policy/p");
    aws_expect_edge(&l, IAM "user/ann", "POLICY", IAM "policy/m");
    aws_expect_edge(&l, IAM "user/ann", "PERMISSIONS_BOUNDARY", IAM "policy/m");
    aws_expect_labels(&l, IAM "user/ann/inline_policy/p", "AWSPolicy AWSInlinePolicy");
    aws_expect_labels(&l, IAM "policy/m", "AWSPolicy AWSManagedPolicy");
    aws_expect_prop(&l, IAM "policy/m", "partial", "null");
    aws_expect_edge(&l, IAM "policy/m", "STATEMENT", IAM "policy/m/statement/S");
    aws_expect_prop(&l, IAM "policy/m/statement/S", "effect", "'Allow'");
    aws_expect_prop(&l, IAM "policy/m/statement/S", "action", "['s3:GetObject']");
    aws_expect_prop(&l, IAM "policy/m/statement/S", "resource", "['*']");
    aws_expect_edge(&l, IAM "policy/m/statement/S", "HAS_ACTION", "action:s3:GetObject");
    aws_expect_edge(&l, IAM "policy/m/statement/S", "HAS_RESOURCE", "resource:*");
    aws_expect_prop(&l, "action:s3:GetObject", "value", "'s3:GetObject'");
    test_drop(&l);
}
END_TEST

START_TEST(documents_are_the_same_text_however_written)
{
    static const char *const forms[] = {
        "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'a:B','Resource':'*'}]}",
        "'{ \\'Statement\\' : [ {\\'Resource\\':\\'*\\', \\'Action\\':\\'a:B\\', \\'Effect\\':\\'Allow\\'}], "
        "\\'Version\\':\\'2012-10-17\\'}'",
        "'%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a%3AB%22%2C%"
        "22Resource%22%3A%22%2A%22%7D%5D%7D'",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, "{'RoleName':'r','PolicyName':'p','PolicyDocument':%s,'PolicyArn':'" IAM "policy/x'}", forms[i]);
        /* a text in a text: the inner quotes are escaped */
        loaded l = aws_load(text);
        ASSERT_LOADED(l);
        test_drop(&l);
        snprintf(text, sizeof text, "{'Roles':[{'RoleName':'r','Arn':'" IAM "role/r','AssumeRolePolicyDocument':%s}]}", forms[i]);
        l = aws_load(text);
        ASSERT_LOADED(l);
        char *got = test_prop(&l, IAM "role/r", "assumerolepolicydocument");
        ck_assert_str_eq(got, "\"{\\\"Statement\\\":[{\\\"Action\\\":\\\"a:B\\\",\\\"Effect\\\":\\\"Allow\\\",\\\"Resource\\\":\\\"*\\\"}],"
                              "\\\"Version\\\":\\\"2012-10-17\\\"}\"");
        free(got);
        test_drop(&l);
    }
}
END_TEST

START_TEST(trust_names_its_principals)
{
    loaded l =
        aws_load("{'Roles':[{'RoleName':'r','RoleId':'AROA1','Arn':'" IAM "role/r','Path':'/','AssumeRolePolicyDocument':{'Statement':["
                 "{'Effect':'Allow','Principal':{'AWS':['" IAM "user/ann','999988887777','arn:aws:iam::444455556666:root'],"
                 "'Service':'ec2.amazonaws.com','Federated':'" IAM "saml-provider/idp'},'Action':'sts:AssumeRole'},"
                 "{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole'},"
                 "{'Effect':'Deny','Principal':{'AWS':'" IAM "user/bob'},'Action':'sts:AssumeRole'}]}}]}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, IAM "role/r", "TRUSTS_AWS_PRINCIPAL", IAM "user/ann");
    aws_expect_labels(&l, IAM "user/ann", "AWSUser AWSPrincipal");
    aws_expect_prop(&l, IAM "user/ann", "partial", "true");
    aws_expect_edge(&l, IAM "role/r", "TRUSTS_AWS_PRINCIPAL", "arn:aws:iam::999988887777:root");
    aws_expect_edge(&l, "999988887777", "RESOURCE", "arn:aws:iam::999988887777:root");
    aws_expect_prop(&l, "999988887777", "partial", "true");
    aws_expect_edge(&l, IAM "role/r", "TRUSTS_AWS_PRINCIPAL", "arn:aws:iam::444455556666:root");
    aws_expect_labels(&l, "ec2.amazonaws.com", "AWSServicePrincipal AWSPrincipal");
    aws_expect_labels(&l, IAM "saml-provider/idp", "AWSFederatedPrincipal AWSPrincipal");
    aws_expect_edge(&l, IAM "role/r", "TRUSTS_AWS_PRINCIPAL", "*");
    ck_assert_uint_eq(cg_node_find(l.graph, IAM "user/bob", strlen(IAM "user/bob")), CG_NO_NODE);
    test_drop(&l);
}
END_TEST

START_TEST(profiles_keys_and_devices_meet_their_principals)
{
    loaded l = aws_load("{'iam.list-users':{'Users':[" USER(
        "ann") "}]},"
               "'iam.list-access-keys':{'AccessKeyMetadata':[{'UserName':'ann','AccessKeyId':'AKIA1','Status':'Active'}]},"
               "'iam.list-mfa-devices':{'MFADevices':[{'UserName':'ann','SerialNumber':'" IAM "mfa/ann'}]},"
               "'iam.get-login-profile':{'LoginProfile':{'UserName':'ann','CreateDate':1700000000}},"
               "'iam.list-instance-profiles':{'InstanceProfiles':[{'InstanceProfileName':'ip','InstanceProfileId':'AIPA1','Arn':'" IAM
               "instance-profile/ip','Roles':[{'RoleName':'r','Arn':'" IAM "role/r','AssumeRolePolicyDocument':{'Statement':[]}}]}]},"
               "'iam.get-account-summary':{'SummaryMap':{'AccountMFAEnabled':1,'Users':1}},"
               "'sts.get-caller-identity':{'UserId':'AIDAann','Account':'" ME "','Arn':'" IAM "user/ann'}}");
    ASSERT_LOADED(l);
    char *dump = test_dump(l.graph, true);
    ck_assert_msg(test_count_diags(&l, NULL) == 0, "%s", dump);
    free(dump);
    aws_expect_edge(&l, IAM "user/ann", "AWS_ACCESS_KEY", "AKIA1");
    aws_expect_labels(&l, "AKIA1", "AWSAccountAccessKey AccountAccessKey");
    aws_expect_edge(&l, IAM "user/ann", "MFA_DEVICE", IAM "mfa/ann");
    aws_expect_prop(&l, IAM "user/ann", "loginprofile", "true");
    aws_expect_edge(&l, IAM "instance-profile/ip", "ASSOCIATED_WITH", IAM "role/r");
    aws_expect_prop(&l, IAM "role/r", "name", "'r'");
    aws_expect_prop(&l, ME, "account_mfa_enabled", "1");
    ck_assert_uint_eq(aws_count_label(&l, "AWSUser"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(details_win_over_what_is_told_in_passing)
{
    loaded l =
        aws_load("{'InstanceProfiles':[{'InstanceProfileName':'ip','InstanceProfileId':'AIPA1','Arn':'" IAM "instance-profile/ip',"
                 "'Roles':[{'RoleName':'r','RoleId':'AROAOLD','Arn':'" IAM "role/r','AssumeRolePolicyDocument':{'Statement':[]}}]}]}"
                 "{'Roles':[{'RoleName':'r','RoleId':'AROANEW','Arn':'" IAM "role/r','AssumeRolePolicyDocument':{'Statement':[]}}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    aws_expect_prop(&l, IAM "role/r", "roleid", "'AROANEW'");
    test_drop(&l);
}
END_TEST

/* One list of users in every way people have it. */
START_TEST(the_same_answer_in_every_form)
{
    static const char *const forms[] = {
        "{'Users':[" USER("ann") "}," USER("bob") "}]}",
        "{'Users':[" USER("ann") "}," USER("bob") "}],'ResponseMetadata':{'RequestId':'x','HTTPStatusCode':200},'IsTruncated':false}",
        "[{'Users':[" USER("ann") "}],'IsTruncated':true,'Marker':'m'},{'Users':[" USER("bob") "}]}]",
        "{'Users':[" USER("ann") "}],'Marker':'m','IsTruncated':true}\n{'Users':[" USER("bob") "}]}",
        "{'iam.list-users':{'Users':[" USER("ann") "}," USER("bob") "}]}}",
        "{'iam.list-users':[{'Users':[" USER("ann") "}]},{'Users':[" USER("bob") "}]}]}",
        "{'iam.get-user':[{'User':" USER("ann") "}},{'User':" USER("bob") "}}]}",
        "{'User':" USER("ann") "}}{'User':" USER("bob") "}}",
    };
    char *first = NULL;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        loaded l = aws_load(forms[i]);
        ck_assert_msg(l.rc == CSPM_OK, "form %zu: %s", i, l.err ? cspm_error_text(l.err, NULL) : "");
        char *dump = test_dump(l.graph, true);
        if (!first)
            first = strdup(dump);
        ck_assert_msg(strcmp(dump, first) == 0, "form %zu:\n%s\ninstead of\n%s", i, dump, first);
        free(dump);
        test_drop(&l);
    }
    free(first);
}
END_TEST

START_TEST(members_of_a_group_need_the_group)
{
    loaded l = aws_load("{'Users':[" USER("ann") "}],'Group':{'GroupName':'g','GroupId':'AGPA1','Arn':'" IAM "group/g','Path':'/'}}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, IAM "user/ann", "MEMBER_AWS_GROUP", IAM "group/g");
    aws_expect_labels(&l, IAM "group/g", "AWSGroup AWSPrincipal");
    test_drop(&l);
}
END_TEST

START_TEST(the_account_comes_from_where_it_can_be_known)
{
    /* the ARN of the item, though the file speaks of another account */
    loaded l = aws_load_as("444455556666/users.json", "{'Users':[" USER("ann") "}]}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, ME, "RESOURCE", IAM "user/ann");
    test_drop(&l);
    /* a folder of twelve digits, for an answer that says nothing */
    l = aws_load_as("estate/" ME "/list-access-keys.json", "{'AccessKeyMetadata':[{'UserName':'ann','AccessKeyId':'AKIA1'}]}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, ME, "RESOURCE", "AKIA1");
    test_drop(&l);
    l = aws_load_as("gaad_" ME ".json", "{'AccessKeyMetadata':[{'UserName':'ann','AccessKeyId':'AKIA1'}]}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, ME, "RESOURCE", "AKIA1");
    test_drop(&l);
    /* longer runs of digits are no account */
    l = aws_load_as("export-20260101123456.json", "{'AccessKeyMetadata':[{'UserName':'ann','AccessKeyId':'AKIA1'}]}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(aws_count_label(&l, "AWSAccount"), 0);
    test_drop(&l);
}
END_TEST

START_TEST(partitions_make_their_own_arns)
{
    loaded l = aws_load("{'iam.list-roles':{'Roles':[{'RoleName':'r','Arn':'arn:aws-cn:iam::" ME ":role/r','AssumeRolePolicyDocument':"
                        "{'Statement':[{'Effect':'Allow','Principal':{'AWS':'444455556666'}}]}}]},"
                        "'iam.list-access-keys':{'AccessKeyMetadata':[{'UserName':'ann','AccessKeyId':'AKIA1'}]}}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, "arn:aws-cn:iam::" ME ":role/r", "TRUSTS_AWS_PRINCIPAL", "arn:aws-cn:iam::444455556666:root");
    aws_expect_edge(&l, "arn:aws-cn:iam::" ME ":user/ann", "AWS_ACCESS_KEY", "AKIA1");
    test_drop(&l);
}
END_TEST

START_TEST(file_names_help_only_where_content_is_silent)
{
    const char *json = "{'AttachedPolicies':[{'PolicyName':'m','PolicyArn':'" IAM "policy/m'}]}";
    loaded l = aws_load_as(ME "/iam/list-attached-user-policies__ann.json", json);
    ASSERT_LOADED(l);
    aws_expect_edge(&l, IAM "user/ann", "POLICY", IAM "policy/m");
    test_drop(&l);
    l = aws_load(json);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "no-owner"), 1);
    test_drop(&l);
    /* a wrong name does not change what the content says */
    l = aws_load_as("ec2/describe-vpcs.json", "{'Users':[" USER("ann") "}]}");
    ASSERT_LOADED(l);
    aws_expect_labels(&l, IAM "user/ann", "AWSUser AWSPrincipal");
    test_drop(&l);
}
END_TEST

#define ORG "arn:aws:organizations::" ME ":"

START_TEST(organizations_and_control_policies)
{
    loaded l = aws_load(
        "{'organizations.describe-organization':{'Organization':{'Id':'o-x','Arn':'" ORG "organization/o-x','MasterAccountId':'" ME "'}},"
        "'organizations.list-roots':{'Roots':[{'Id':'r-1','Arn':'" ORG "root/o-x/r-1','Name':'Root','PolicyTypes':[]}]},"
        "'organizations.list-organizational-units-for-parent':[{'ParentId':'r-1','OrganizationalUnits':[{'Id':'ou-1-a','Arn':'" ORG
        "ou/o-x/ou-1-a','Name':'prod'}]}],"
        "'organizations.list-accounts-for-parent':[{'ParentId':'ou-1-a','Accounts':[{'Id':'444455556666','Arn':'" ORG
        "account/o-x/444455556666','Name':'shop','JoinedMethod':'CREATED'}]}],"
        "'organizations.describe-policy':[{'Policy':{'PolicySummary':{'Id':'p-1','Arn':'" ORG
        "policy/o-x/service_control_policy/p-1','Name':'deny','Type':'SERVICE_CONTROL_POLICY','AwsManaged':false},'Content':"
        "'{\\'Statement\\':{\\'Effect\\':\\'Deny\\',\\'NotAction\\':\\'iam:*\\',\\'Resource\\':\\'*\\'}}'}}],"
        "'organizations.list-targets-for-policy':[{'PolicyId':'p-1','Targets':[{'TargetId':'ou-1-a','Type':'ORGANIZATIONAL_UNIT'}]}]}");
    ASSERT_LOADED(l);
    aws_expect_edge(&l, "o-x/r-1", "CONTAINS", "o-x/ou-1-a");
    aws_expect_edge(&l, "o-x/ou-1-a", "CONTAINS", "444455556666");
    aws_expect_edge(&l, "444455556666", "PARENT", "o-x/ou-1-a");
    aws_expect_edge(&l, "o-x/ou-1-a", "SCP", "p-1");
    aws_expect_prop(&l, ME, "is_management_account", "true");
    aws_expect_prop(&l, "444455556666", "name", "'shop'");
    aws_expect_labels(&l, "p-1", "AWSPolicy AWSServiceControlPolicy");
    aws_expect_prop(&l, "p-1/statement/1", "notaction", "['iam:*']");
    test_drop(&l);
}
END_TEST

START_TEST(levels_of_control_policies_limit_the_account_beside_them)
{
    char *folder = test_folder(), *text = aws_quoted("[{'level':'root','policies':[{'Statement':[]},{'Statement':[]}]}]");
    test_write_text(folder, "scps.json", text);
    free(text);
    text = aws_quoted("{'UserDetailList':[" USER("ann") "}],'GroupDetailList':[]}");
    test_write_text(folder, "gaad.json", text);
    free(text);
    loaded l = test_path(folder, 0);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    aws_expect_edge(&l, "scps/root", "SCP", "scps/root/policy/2");
    aws_expect_edge(&l, "scps/root", "CONTAINS", ME);
    test_drop(&l);
    test_folder_drop(folder);
}
END_TEST

START_TEST(identity_center)
{
    loaded l = aws_load(
        "{'identitystore.list-users':{'Users':[{'UserName':'ann','UserId':'u-1','IdentityStoreId':'d-1','ExternalIds':[{'Id':'ext'}]}]},"
        "'identitystore.list-groups':{'Groups':[{'GroupId':'g-1','DisplayName':'Admins','IdentityStoreId':'d-1'}]},"
        "'identitystore.list-group-memberships':{'GroupMemberships':[{'GroupId':'g-1','MemberId':{'UserId':'u-1'}}]},"
        "'sso-admin.describe-permission-set':[{'PermissionSet':{'Name':'Admin','PermissionSetArn':"
        "'arn:aws:sso:::permissionSet/ssoins-1/ps-1'}}],"
        "'sso-admin.list-account-assignments':{'AccountAssignments':[{'AccountId':'" ME "','PermissionSetArn':"
        "'arn:aws:sso:::permissionSet/ssoins-1/ps-1','PrincipalType':'GROUP','PrincipalId':'g-1'}]},"
        "'iam.list-roles':{'Roles':[{'RoleName':'AWSReservedSSO_Admin_0a1b','Arn':'" IAM
        "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b','AssumeRolePolicyDocument':{'Statement':[]}}]}}");
    ASSERT_LOADED(l);
    aws_expect_prop(&l, "u-1", "external_id", "'ext'");
    aws_expect_edge(&l, "u-1", "MEMBER_OF_SSO_GROUP", "g-1");
    aws_expect_edge(&l, "g-1", "HAS_PERMISSION_SET", "arn:aws:sso:::permissionSet/ssoins-1/ps-1");
    aws_expect_edge(&l, "arn:aws:sso:::permissionSet/ssoins-1/ps-1", "ASSIGNED_TO_ROLE",
                    IAM "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b");
    test_drop(&l);
}
END_TEST

START_TEST(split_and_merged_inputs_are_the_same_graph)
{
    char *folder = test_folder(), *a = aws_quoted("{'Users':[" USER("ann") "}]}"), *b = aws_quoted("{'Users':[" USER("bob") "}]}");
    test_write_text(folder, "b.json", a);
    test_write_text(folder, "a.json", b);
    loaded split = test_path(folder, 0), merged = aws_load("{'Users':[" USER("bob") "}," USER("ann") "}]}");
    ASSERT_LOADED(split);
    ASSERT_LOADED(merged);
    char *x = test_dump(split.graph, true), *y = test_dump(merged.graph, true);
    ck_assert_str_eq(x, y);
    free(x);
    free(y);
    free(a);
    free(b);
    test_drop(&split);
    test_drop(&merged);
    test_folder_drop(folder);
}
END_TEST

Suite *aws_suite(void)
{
    Suite *s = suite_create("aws");
    TCase *t = tcase_create("identities");

    tcase_add_test(t, users_groups_and_policies);
    tcase_add_test(t, documents_are_the_same_text_however_written);
    tcase_add_test(t, trust_names_its_principals);
    tcase_add_test(t, profiles_keys_and_devices_meet_their_principals);
    tcase_add_test(t, details_win_over_what_is_told_in_passing);
    tcase_add_test(t, members_of_a_group_need_the_group);
    tcase_add_test(t, organizations_and_control_policies);
    tcase_add_test(t, levels_of_control_policies_limit_the_account_beside_them);
    tcase_add_test(t, identity_center);
    suite_add_tcase(s, t);
    t = tcase_create("forms");
    tcase_add_test(t, the_same_answer_in_every_form);
    tcase_add_test(t, the_account_comes_from_where_it_can_be_known);
    tcase_add_test(t, partitions_make_their_own_arns);
    tcase_add_test(t, file_names_help_only_where_content_is_silent);
    tcase_add_test(t, split_and_merged_inputs_are_the_same_graph);
    suite_add_tcase(s, t);
    return s;
}
