/* What the tests of access/ share. */
#ifndef ACCESS_TEST_H
#define ACCESS_TEST_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "access/access.h"

Suite *condition_suite(void);
Suite *decide_suite(void);
Suite *document_suite(void);
Suite *hostile_suite(void);
Suite *iamspy_suite(void);
Suite *memory_suite(void);
Suite *pairs_suite(void);
Suite *vectors_suite(void);

/* A file of the shared data into memory of its own; NULL when there is none, with the reason printed. Release with cg_free(mem, …). */
char *shared_file(cg_mem *mem, const char *name, size_t *length);

/* JSON is written with single quotes here; ` stands for a single quote inside. */
typedef struct world {
    cg_mem *mem;
    cg_arena arena;
    cg_decision decision;
    const cg_policy *lists[8][4]; /* identity, boundary, session, resource, SCP levels 0 and 1, RCP */
    cg_policy_list scps[2], rcps[1];
    cg_access_policies policies;
    cg_access_key keys[16];
    cg_str values[16][4];
    cg_access_request request;
} world;
void world_open(world *w, const char *principal, const char *action, const char *resource);
void world_close(world *w);
cg_policy *world_policy(world *w, cg_policy_kind kind, const char *text);
/* Statements of a document of version 2012-10-17, added to a layer. */
void world_identity(world *w, const char *statements);
void world_boundary(world *w, const char *statements);
void world_session(world *w, const char *statements);
void world_resource(world *w, const char *statements);
void world_scp(world *w, uint32_t level, const char *statements);
void world_rcp(world *w, const char *statements);
/* A condition key with up to four values between |; NULL = known to be absent. */
void world_key(world *w, const char *name, const char *values);
const char *world_decide(world *w);

#define expect_result(w, wanted) ck_assert_str_eq(world_decide(w), wanted)

#define USER "arn:aws:iam::111111111111:user/team/bob"
#define ROLE "arn:aws:iam::111111111111:role/app"
#define SESSION "arn:aws:sts::111111111111:assumed-role/app/s1"
#define BUCKET "arn:aws:s3:::data/report"

#endif
