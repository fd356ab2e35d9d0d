/* How the layers meet, who is named, and what stands behind an answer. */
#include "access_test.h"

#define ALLOW_ALL "{'Effect':'Allow','Action':'*','Resource':'*'}"
#define DENY_ALL "{'Effect':'Deny','Action':'*','Resource':'*'}"
#define ALLOW_OTHER "{'Effect':'Allow','Action':'sqs:*','Resource':'*'}"
#define NAMES(who) "{'Effect':'Allow','Principal':" who ",'Action':'*','Resource':'*'}"
#define ROOT "{'AWS':'arn:aws:iam::111111111111:root'}"
#define KEY "arn:aws:kms:eu-west-1:111111111111:key/1"
#define TARGET "arn:aws:iam::111111111111:role/target"
#define QUEUE_ELSEWHERE "arn:aws:sqs:eu-west-1:222222222222:jobs"

/* One row: who, what, to what; statements of each layer (NULL = the layer is not there); the answer. */
static const struct {
    const char *principal, *action, *resource, *identity, *boundary, *session, *attached, *scp0, *scp1, *rcp, *result;
} rows[] = {
    /* the layers of one account */
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL "," DENY_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "ExplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, ALLOW_OTHER, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, NULL, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, DENY_ALL, NULL, NULL, NULL, NULL, NULL, "ExplicitlyDenied" },
    { SESSION, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, ALLOW_OTHER, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { SESSION, "s3:GetObject", BUCKET, ALLOW_ALL, ALLOW_ALL, ALLOW_ALL, NULL, NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, ALLOW_ALL, ALLOW_OTHER, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, ALLOW_ALL, ALLOW_ALL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, ALLOW_ALL, ALLOW_ALL "," DENY_ALL, NULL, "ExplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NAMES("'*'"), "Allowed" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NULL, NULL, NULL, NAMES("'*'"), "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL,
      "{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}", "ExplicitlyDenied" },
    /* a resource's policy that names the subject needs no identity policy, and limits differ by how it names */
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, NULL, ALLOW_OTHER, NULL, NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, NULL, DENY_ALL, NULL, NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "ExplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'" USER "'}"), ALLOW_OTHER, NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'" USER "x'}"), NULL, NULL, NULL, "ImplicitlyDenied" },
    { ROLE, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'" ROLE "'}"), NULL, NULL, NULL, "Allowed" },
    { ROLE, "s3:GetObject", BUCKET, NULL, ALLOW_OTHER, NULL, NAMES("{'AWS':'" ROLE "'}"), NULL, NULL, NULL, "ImplicitlyDenied" },
    { SESSION, "s3:GetObject", BUCKET, NULL, ALLOW_ALL, ALLOW_OTHER, NAMES("{'AWS':'" ROLE "'}"), NULL, NULL, NULL, "ImplicitlyDenied" },
    { SESSION, "s3:GetObject", BUCKET, NULL, ALLOW_OTHER, ALLOW_OTHER, NAMES("{'AWS':'" SESSION "'}"), NULL, NULL, NULL, "Allowed" },
    { SESSION, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':['x','" SESSION "']}"), NULL, NULL, NULL, "Allowed" },
    { SESSION, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'arn:aws:sts::111111111111:assumed-role/app/s2'}"), NULL, NULL, NULL,
      "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("'*'"), NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'*'}"), NULL, NULL, NULL, "Allowed" },
    { ROLE, "s3:GetObject", BUCKET, NULL, ALLOW_OTHER, NULL, NAMES("'*'"), NULL, NULL, NULL, "ImplicitlyDenied" },
    /* the account's root only hands over to identity policies */
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES(ROOT), NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NAMES(ROOT), NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("{'AWS':'111111111111'}"), NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, "{'Effect':'Deny','Principal':" ROOT ",'Action':'*','Resource':'*'}", NULL, NULL,
      NULL, "ExplicitlyDenied" },
    /* keys and roles always ask their own policy */
    { USER, "kms:Decrypt", KEY, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "kms:Decrypt", KEY, ALLOW_ALL, NULL, NULL, NAMES(ROOT), NULL, NULL, NULL, "Allowed" },
    { USER, "kms:Decrypt", KEY, NULL, NULL, NULL, NAMES(ROOT), NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "kms:Decrypt", KEY, NULL, NULL, NULL, NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "Allowed" },
    { USER, "kms:CreateKey", "*", ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "Allowed" },
    { USER, "STS:assumerole", TARGET, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "sts:AssumeRole", TARGET, NULL, NULL, NULL, "{'Effect':'Allow','Principal':" ROOT ",'Action':'sts:AssumeRole'}", NULL, NULL,
      NULL, "ImplicitlyDenied" },
    { USER, "sts:AssumeRole", TARGET, ALLOW_ALL, NULL, NULL, "{'Effect':'Allow','Principal':" ROOT ",'Action':'sts:AssumeRole'}", NULL,
      NULL, NULL, "Allowed" },
    { USER, "sts:AssumeRole", TARGET, NULL, NULL, NULL, "{'Effect':'Allow','Principal':{'AWS':'" USER "'},'Action':'sts:AssumeRole'}", NULL,
      NULL, NULL, "Allowed" },
    { USER, "sts:GetCallerIdentity", "*", ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "Allowed" },
    /* two accounts: both sides */
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, NULL, NULL, NULL, NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "ImplicitlyDenied" },
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, ALLOW_ALL, NULL, NULL, NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "Allowed" },
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, ALLOW_ALL, NULL, NULL, NAMES(ROOT), NULL, NULL, NULL, "Allowed" },
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, ALLOW_ALL, NULL, NULL, NAMES("{'AWS':'222222222222'}"), NULL, NULL, NULL,
      "ImplicitlyDenied" },
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, ALLOW_ALL, DENY_ALL, NULL, NAMES("'*'"), NULL, NULL, NULL, "ExplicitlyDenied" },
    { USER, "sqs:SendMessage", QUEUE_ELSEWHERE, ALLOW_ALL, "{'Effect':'Allow','Action':'s3:*','Resource':'*'}", NULL,
      NAMES("{'AWS':'" USER "'}"), NULL, NULL, NULL, "ImplicitlyDenied" },
    /* roots, services, providers, anybody */
    { "arn:aws:iam::111111111111:root", "s3:GetObject", BUCKET, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "Allowed" },
    { "111111111111", "s3:GetObject", BUCKET, NULL, NULL, NULL, NULL, ALLOW_OTHER, NULL, NULL, "ImplicitlyDenied" },
    { "arn:aws:iam::111111111111:root", "kms:Decrypt", KEY, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    { "lambda.amazonaws.com", "sts:AssumeRole", TARGET, NULL, NULL, NULL,
      "{'Effect':'Allow','Principal':{'Service':['ec2.amazonaws.com','lambda.amazonaws.com']},'Action':'sts:AssumeRole'}", NULL, NULL, NULL,
      "Allowed" },
    { "lambda.amazonaws.com", "sts:AssumeRole", TARGET, ALLOW_ALL, NULL, NULL,
      "{'Effect':'Allow','Principal':{'Service':'ec2.amazonaws.com'},'Action':'sts:AssumeRole'}", NULL, NULL, NULL, "ImplicitlyDenied" },
    { "arn:aws:iam::111111111111:saml-provider/idp", "sts:AssumeRoleWithSAML", TARGET, NULL, NULL, NULL,
      "{'Effect':'Allow','Principal':{'Federated':'arn:aws:iam::111111111111:saml-provider/idp'},'Action':'sts:AssumeRoleWithSAML'}", NULL,
      NULL, NULL, "Allowed" },
    { "cognito-identity.amazonaws.com", "sts:AssumeRoleWithWebIdentity", TARGET, NULL, NULL, NULL,
      "{'Effect':'Allow','Principal':{'Federated':'cognito-identity.amazonaws.com'},'Action':'sts:AssumeRoleWithWebIdentity'}", NULL, NULL,
      NULL, "Allowed" },
    { "*", "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES("'*'"), NULL, NULL, NULL, "Allowed" },
    { "*", "s3:GetObject", BUCKET, NULL, NULL, NULL, NAMES(ROOT), NULL, NULL, NULL, "ImplicitlyDenied" },
    { "*", "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL, NULL, NULL, NULL, NULL, "ImplicitlyDenied" },
    /* all but some */
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','NotAction':'s3:Put*','Resource':'*'}", NULL, NULL, NULL, NULL, NULL, NULL,
      "Allowed" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','NotAction':['iam:*','S3:get*'],'Resource':'*'}", NULL, NULL, NULL, NULL, NULL, NULL,
      "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','NotAction':['*'],'Resource':'*'}", NULL, NULL, NULL, NULL, NULL, NULL,
      "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','Action':'*','NotResource':'" BUCKET "'}", NULL, NULL, NULL, NULL, NULL, NULL,
      "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','Action':'*','NotResource':'arn:aws:s3:::other/*'}", NULL, NULL, NULL, NULL, NULL,
      NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','Action':'*','NotResource':'arn:aws:s3:::${none}/*'}", NULL, NULL, NULL, NULL, NULL,
      NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL,
      "{'Effect':'Deny','NotPrincipal':{'AWS':['" USER "','111111111111']},'Action':'*','Resource':'*'}", NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL,
      "{'Effect':'Deny','NotPrincipal':{'AWS':'" USER "'},'Action':'*','Resource':'*'}", NULL, NULL, NULL, "ExplicitlyDenied" },
    { SESSION, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL,
      "{'Effect':'Deny','NotPrincipal':{'AWS':['" SESSION "','" ROLE "','111111111111']},'Action':'*','Resource':'*'}", NULL, NULL, NULL,
      "Allowed" },
    { SESSION, "s3:GetObject", BUCKET, ALLOW_ALL, NULL, NULL,
      "{'Effect':'Deny','NotPrincipal':{'AWS':['" ROLE "','111111111111']},'Action':'*','Resource':'*'}", NULL, NULL, NULL,
      "ExplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL, "{'Effect':'Allow','NotPrincipal':{'AWS':'" ROLE "'},'Action':'*','Resource':'*'}",
      NULL, NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, NULL, NULL, NULL,
      "{'Effect':'Allow','NotPrincipal':{'AWS':'111111111111'},'Action':'*','Resource':'*'}", NULL, NULL, NULL, "ImplicitlyDenied" },
    /* letters */
    { USER, "S3:GETOBJECT", BUCKET, "{'Effect':'Allow','Action':'s3:getobject','Resource':'*'}", NULL, NULL, NULL, NULL, NULL, NULL,
      "Allowed" },
    { USER, "s3:GetObject", "arn:aws:s3:::Data/report", "{'Effect':'Allow','Action':'*','Resource':'" BUCKET "'}", NULL, NULL, NULL, NULL,
      NULL, NULL, "ImplicitlyDenied" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','Action':'s3:G?tO*t','Resource':'arn:aws:s3:::*/rep??t'}", NULL, NULL, NULL, NULL,
      NULL, NULL, "Allowed" },
    { USER, "s3:GetObject", BUCKET, "{'Effect':'Allow','Action':'s3:*','Resource':'arn:*'}", NULL, NULL, NULL, NULL, NULL, NULL,
      "Allowed" },
};

START_TEST(layers_meet)
{
    world w;
    world_open(&w, rows[_i].principal, rows[_i].action, rows[_i].resource);
    if (rows[_i].identity)
        world_identity(&w, rows[_i].identity);
    if (rows[_i].boundary)
        world_boundary(&w, rows[_i].boundary);
    if (rows[_i].session)
        world_session(&w, rows[_i].session);
    if (rows[_i].attached)
        world_resource(&w, rows[_i].attached);
    if (rows[_i].scp0)
        world_scp(&w, 0, rows[_i].scp0);
    if (rows[_i].scp1)
        world_scp(&w, 1, rows[_i].scp1);
    if (rows[_i].rcp)
        world_rcp(&w, rows[_i].rcp);
    expect_result(&w, rows[_i].result);
    ck_assert_uint_eq(w.decision.missing != 0, strcmp(rows[_i].result, "ImplicitlyDenied") == 0);
    world_close(&w);
}
END_TEST

START_TEST(deciding_statements_say_where_they_stand)
{
    world w;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    world_identity(&w, "{'Sid':'one','Effect':'Allow','Action':'s3:*','Resource':'*'},\n"
                       "{'Sid':'two','Effect':'Allow','Action':'iam:*','Resource':'*'},\n {'Sid':'no','Effect':'Deny','Action':'s3:Get*',"
                       "'Resource':'*'}");
    world_scp(&w, 0, ALLOW_ALL);
    expect_result(&w, "ExplicitlyDenied");
    ck_assert_uint_eq(w.decision.deciding.count, 1);
    const cg_deciding *d = &w.decision.deciding.data[0];
    ck_assert(d->deny && !d->conditional && d->layer == CG_LAYER_IDENTITY);
    ck_assert(cg_str_eq(d->sid, CG_STR("no")) && d->statement == 2 && cg_str_eq(d->policy->source, CG_STR("test")));
    ck_assert_uint_eq(d->pos.line, 3);
    ck_assert_uint_eq(d->pos.column, 2);
    /* Without the Deny, the allows of every layer. */
    w.request.action = CG_STR("s3:PutObject");
    expect_result(&w, "Allowed");
    ck_assert_uint_eq(w.decision.deciding.count, 2);
    ck_assert(cg_str_eq(w.decision.deciding.data[0].sid, CG_STR("one")));
    ck_assert_int_eq(w.decision.deciding.data[1].layer, CG_LAYER_SCP);
    /* Nobody allowed: which layer it was. */
    w.request.action = CG_STR("ec2:RunInstances");
    expect_result(&w, "ImplicitlyDenied");
    ck_assert_uint_eq(w.decision.deciding.count, 0);
    ck_assert_uint_eq(w.decision.missing, 1u << CG_LAYER_IDENTITY);
    world_close(&w);
}
END_TEST

START_TEST(an_open_context_knows_what_follows)
{
    world w;
    world_open(&w, USER, "s3:GetObject", "arn:aws:s3:::home/bob");
    w.request.open = true;
    world_identity(&w, "{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::home/${aws:username}',"
                       "'Condition':{'StringEquals':{'aws:PrincipalAccount':'111111111111','aws:PrincipalType':'User'},"
                       "'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:user/team/*'}}}");
    expect_result(&w, "Allowed");
    /* A role has no user name, and that is known. */
    w.request.principal = CG_STR(ROLE);
    expect_result(&w, "ImplicitlyDenied");
    /* The path of a session's role is not in its name. */
    w.request.principal = CG_STR(SESSION);
    w.policies.identity.count = 0;
    world_identity(&w, "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'" ROLE "'}}}");
    expect_result(&w, "Conditional");
    world_key(&w, "aws:PrincipalArn", ROLE);
    expect_result(&w, "Allowed");
    world_close(&w);
}
END_TEST

START_TEST(a_condition_nobody_knows)
{
    world w;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    w.request.open = true;
    world_identity(&w, ALLOW_ALL);
    world_scp(&w, 0, "{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'true'}}}");
    expect_result(&w, "Conditional");
    /* A Deny that may apply does not help where nothing allows. */
    world_boundary(&w, ALLOW_OTHER);
    world_resource(&w,
                   "{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':'false'}}}");
    expect_result(&w, "ImplicitlyDenied");
    ck_assert_uint_eq(w.decision.conditions.count, 0);
    ck_assert_uint_eq(w.decision.missing, 1u << CG_LAYER_BOUNDARY);
    world_close(&w);
}
END_TEST

START_TEST(names_of_roles_and_ids)
{
    world w;
    world_open(&w, SESSION, "s3:GetObject", BUCKET);
    world_resource(&w, NAMES("{'AWS':'arn:aws:iam::111111111111:role/path/app'}"));
    expect_result(&w, "Allowed"); /* only one role of that name can be there */
    world_key(&w, "aws:PrincipalArn", "arn:aws:iam::111111111111:role/else/app");
    expect_result(&w, "ImplicitlyDenied");
    w.policies.resource.count = 0;
    world_resource(&w, NAMES("{'AWS':'AROAEXAMPLE'}"));
    expect_result(&w, "ImplicitlyDenied");
    w.request.principal_id = CG_STR("AROAEXAMPLE");
    expect_result(&w, "Allowed");
    world_boundary(&w, ALLOW_OTHER);
    expect_result(&w, "ImplicitlyDenied");
    world_close(&w);
}
END_TEST

START_TEST(requests_nobody_can_answer)
{
    static const char long_action[300] = { [0 ... 298] = 'a' };
    world w;
    cspm_error *err = NULL;
    world_open(&w, "", "s3:GetObject", BUCKET);
    ck_assert_int_eq(cg_aws_decide(&w.request, &w.policies, &w.decision, &err), CSPM_E_INVALID);
    cspm_error_free(err);
    w.request.principal = CG_STR(USER);
    w.request.action = cg_str_from(long_action);
    ck_assert_int_eq(cg_aws_decide(&w.request, &w.policies, &w.decision, NULL), CSPM_E_INVALID);
    w.request.action = CG_STR_NULL;
    ck_assert_int_eq(cg_aws_decide(&w.request, &w.policies, &w.decision, NULL), CSPM_E_INVALID);
    world_close(&w);
}
END_TEST

Suite *decide_suite(void)
{
    Suite *s = suite_create("decisions");
    TCase *t = tcase_create("layers");
    tcase_add_loop_test(t, layers_meet, 0, (int)(sizeof rows / sizeof *rows));
    tcase_add_test(t, deciding_statements_say_where_they_stand);
    tcase_add_test(t, an_open_context_knows_what_follows);
    tcase_add_test(t, a_condition_nobody_knows);
    tcase_add_test(t, names_of_roles_and_ids);
    tcase_add_test(t, requests_nobody_can_answer);
    suite_add_tcase(s, t);
    return s;
}
