/* Documents that are not as they should be: told where, never allowing, and denying only perhaps. */
#include "access_test.h"

/* A whole document of an identity policy (or a resource's), where and what is told, what it gives to s3:GetObject beside nothing, and what
 * beside a policy that allows all. `clean` = nothing to tell. */
static const struct {
    const char *text;
    cg_policy_kind kind;
    uint32_t line, column;
    const char *code, *message, *alone, *beside;
} cases[] = {
#define V "{'Version':'2012-10-17','Statement':"
#define IDENTITY CG_POLICY_IDENTITY
#define RESOURCE CG_POLICY_RESOURCE
#define CLEAN 0, 0, NULL, NULL
#define NO "ImplicitlyDenied"
#define YES "Allowed"
#define MAYBE "Conditional"
    { V "[]}", IDENTITY, CLEAN, NO, YES },
    { V "{'Effect':'Allow','Action':'*','Resource':'*'}}", IDENTITY, CLEAN, YES, YES },
    { V "{'Sid':'','Effect':'Allow','Action':['s3:*'],'Resource':['*']},'Id':'x'}", IDENTITY, CLEAN, YES, YES },
    { "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22*%22%2C%22Resource%22%3A%"
      "22*%22%7D%7D",
      IDENTITY, CLEAN, YES, YES },
    { " \n" V "{'Effect':'Allow','Action':'*','Resource':'*'}}", IDENTITY, CLEAN, YES, YES },
    { V "{'Effect':'Allow','Principal':'*','Action':'s3:*'}}", RESOURCE, CLEAN, YES, YES },
    { V "{'Effect':'Allow','Principal':'" USER "','Action':'s3:*'}}", RESOURCE, CLEAN, YES, YES },
    /* not even a document */
    { "", IDENTITY, 1, 1, "policy-syntax", "empty", NO, MAYBE },
    { "{'Version'", IDENTITY, 1, 0, "policy-syntax", "", NO, MAYBE },
    { "%7B%2", IDENTITY, 1, 0, "policy-syntax", "", NO, MAYBE },
    { "[]", IDENTITY, 1, 1, "policy-element", "a policy is an object", NO, MAYBE },
    { "'{}'", IDENTITY, 1, 1, "policy-syntax", "a policy is an object", NO, MAYBE },
    { "{'Version':'2012-10-17'}", IDENTITY, 1, 1, "policy-element", "no list of statements", NO, MAYBE },
    { V "'all'}", IDENTITY, 1, 1, "policy-element", "no list of statements", NO, MAYBE },
    { V "[{'Effect':'Allow','Action':'*','Resource':'*','Action':'s3:*'}]}", IDENTITY, 1, 0, "policy-syntax", "duplicate", NO, MAYBE },
    { V "[\n{'Effect':'Allow','Sid':'\xff','Action':'*','Resource':'*'}]}", IDENTITY, 2, 0, "policy-syntax", "UTF-8", NO, MAYBE },
    /* statements that are none */
    { V "[7]}", IDENTITY, 1, 38, "policy-element", "a statement is an object", NO, MAYBE },
    { V "[{}]}", IDENTITY, 1, 38, "policy-element", "no Effect", NO, MAYBE },
    { V "[{'Effect':'allow','Action':'*','Resource':'*'}]}", IDENTITY, 1, 48, "policy-value", "Allow or Deny", NO, MAYBE },
    { V "[{'Effect':'Allow','Action':'*'}]}", IDENTITY, 1, 38, "policy-element", "neither Resource", NO, YES },
    { V "[{'Effect':'Deny','Action':'*'}]}", IDENTITY, 1, 38, "policy-element", "neither Resource", NO, MAYBE },
    { V "[{'Effect':'Allow','Resource':'*'}]}", IDENTITY, 1, 38, "policy-element", "neither Action", NO, YES },
    { V "[{'Effect':'Deny','Resource':'*'}]}", IDENTITY, 1, 38, "policy-element", "neither Action", NO, MAYBE },
    { V "[{'Effect':'Allow','Action':'*','NotAction':'iam:*','Resource':'*'}]}", IDENTITY, 1, 81, "policy-element", "beside", NO, YES },
    { V "[{'Effect':'Allow','Action':'*','Resource':'*','Conditions':{}}]}", IDENTITY, 1, 84, "policy-element", "no element Conditions", NO,
      YES },
    { V "[{'Effect':'Deny','Action':'*','Resource':'*','Conditions':{}}]}", IDENTITY, 1, 83, "policy-element", "no element", NO, MAYBE },
    { V "[{'Effect':'Allow','Action':'*','Resource':'*','Principal':'*'}]}", IDENTITY, 1, 38, "policy-element", "names no principals", NO,
      YES },
    { V "[{'Effect':'Allow','Action':'*','Resource':'*'}]}", RESOURCE, 1, 38, "policy-element", "neither Principal", NO, YES },
    { V "[{'Effect':'Deny','Action':'*','Resource':'*'}]}", RESOURCE, 1, 38, "policy-element", "neither Principal", NO, MAYBE },
    { V "[{'Effect':'Deny','Principal':{'Aws':'*'},'Action':'*','Resource':'*'}]}", RESOURCE, 1, 68, "policy-element", "not Aws", NO,
      MAYBE },
    { V "[{'Effect':'Deny','Principal':{},'Action':'*','Resource':'*'}]}", RESOURCE, 1, 67, "policy-value", "nobody", NO, MAYBE },
    { V "[{'Effect':'Deny','Principal':7,'Action':'*','Resource':'*'}]}", RESOURCE, 1, 67, "policy-value", "nobody", NO, MAYBE },
    { V "[{'Effect':'Allow','Action':'s3','Resource':'*'}]}", IDENTITY, 1, 65, "policy-value", "service:name", NO, YES },
    { V "[{'Effect':'Allow','Action':[],'Resource':'*'}]}", IDENTITY, 1, 65, "policy-element", "empty", NO, YES },
    { V "[{'Effect':'Allow','Action':'','Resource':'*'}]}", IDENTITY, 1, 65, "policy-value", "empty", NO, YES },
    { V "[{'Effect':'Allow','Action':[['*']],'Resource':'*'}]}", IDENTITY, 1, 66, "policy-value", "a text", NO, YES },
    { V "[{'Effect':'Allow','Action':'*','Resource':'${x'}]}", IDENTITY, 1, 80, "policy-value", "not closed", NO, YES },
    { V "[{'Effect':'Allow','Action':'*','Resource':'*','Condition':[]}]}", IDENTITY, 1, 96, "policy-element", "Condition is", NO, YES },
    { "{'Version':'2042-01-01','Statement':[{'Effect':'Allow','Action':'*','Resource':'*'}]}", IDENTITY, 1, 12, "policy-value", "Version",
      NO, YES },
    /* the readable part of a Deny counts: it may only apply where that does */
    { V "[{'Effect':'Deny','Action':['iam','ec2:*'],'NotResource':'*'}]}", IDENTITY, 1, 65, "policy-value", "service:name", NO, YES },
    { V "[{'Effect':'Deny','Action':'ec2:*','Resource':7}]}", IDENTITY, 1, 83, "policy-value", "a text", NO, YES },
    { V "[{'Effect':'Deny','Action':'s3:*','Resource':7}]}", IDENTITY, 1, 82, "policy-value", "a text", NO, MAYBE },
    { V "[7,{'Effect':'Allow','Action':'*','Resource':'*'}]}", IDENTITY, 1, 38, "policy-element", "a statement is", MAYBE, MAYBE },
};

START_TEST(a_document_is_read_or_told_about)
{
    world w;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    const cg_policy *p = world_policy(&w, cases[_i].kind, cases[_i].text);
    ck_assert_msg((p->diags == NULL) == (cases[_i].code == NULL), "%s: %s", cases[_i].text,
                  p->diags ? p->diags->message.data : "nothing told");
    if (p->diags) {
        ck_assert_str_eq(p->diags->code, cases[_i].code);
        ck_assert_msg(strstr(p->diags->message.data, cases[_i].message) != NULL, "%s: %s", cases[_i].text, p->diags->message.data);
        ck_assert_uint_eq(p->diags->pos.line, cases[_i].line);
        if (cases[_i].column)
            ck_assert_msg(p->diags->pos.column == cases[_i].column, "%s: column %u", cases[_i].text, p->diags->pos.column);
    }
    const cg_policy *list[2] = { p, NULL };
    cg_policy_list *layer = cases[_i].kind == CG_POLICY_IDENTITY ? &w.policies.identity : &w.policies.resource;
    *layer = (cg_policy_list){ list, 2 };
    ck_assert_msg(strcmp(world_decide(&w), cases[_i].alone) == 0, "%s alone: %s", cases[_i].text, world_decide(&w));
    const cg_policy *all = world_policy(&w, CG_POLICY_IDENTITY, V "{'Effect':'Allow','Action':'*','Resource':'*'}}");
    const cg_policy *both[2] = { all, p };
    w.policies.identity = cases[_i].kind == CG_POLICY_IDENTITY ? (cg_policy_list){ both, 2 } : (cg_policy_list){ &all, 1 };
    ck_assert_msg(strcmp(world_decide(&w), cases[_i].beside) == 0, "%s beside: %s", cases[_i].text, world_decide(&w));
    world_close(&w);
}
END_TEST

START_TEST(facts_of_statements)
{
    world w;
    cg_statement_facts f;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    const cg_policy *p = world_policy(&w, CG_POLICY_RESOURCE,
                                      V "[{'Sid':'s','Effect':'Allow','Principal':{'AWS':['x','*']},'Action':'a:b'},\n"
                                        "{'Effect':'Deny','Principal':{'AWS':'x'},'Action':'a:b','Condition':{'Bool':{'k':'true'}}},"
                                        "{'Effect':'Maybe','NotPrincipal':{'AWS':'x'},'Action':'a:b'}]}");
    ck_assert_uint_eq(p->n_statements, 3);
    cg_policy_statement_facts(p, 0, &f);
    ck_assert(cg_str_eq(f.sid, CG_STR("s")) && !f.deny && f.readable && !f.conditional && f.any_principal);
    cg_policy_statement_facts(p, 1, &f);
    ck_assert(!f.sid.data && f.deny && f.readable && f.conditional && !f.any_principal);
    ck_assert_uint_eq(f.pos.line, 2);
    cg_policy_statement_facts(p, 2, &f);
    ck_assert(f.deny && !f.readable && f.any_principal);
    ck_assert_uint_eq(p->diags->statement, 2);
    ck_assert_ptr_null(p->diags->next);
    world_close(&w);
}
END_TEST

Suite *document_suite(void)
{
    Suite *s = suite_create("documents");
    TCase *t = tcase_create("malformed");
    tcase_add_loop_test(t, a_document_is_read_or_told_about, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(t, facts_of_statements);
    suite_add_tcase(s, t);
    return s;
}
