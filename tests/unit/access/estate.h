/* Small estates of AWS for tests: described as tables, built as graphs, and decided pair by pair without any cleverness. */
#ifndef ACCESS_ESTATE_H
#define ACCESS_ESTATE_H

#include "access/derive.h"
#include "access_test.h"
#include "graph/builder.h"

#define MAX_PRINCIPALS 24
#define MAX_QUEUES 24
#define MAX_POLICIES 40
#define MAX_ATTACHED 4

/* Statements only, single quotes for double ones; "" = none. */
typedef struct estate {
    uint32_t n_accounts; /* 111111111111, 222222222222 */
    struct {
        char statements[1200];
    } policies[MAX_POLICIES];
    uint32_t n_policies;
    struct {
        bool role;
        uint32_t account, n_attached, attached[MAX_ATTACHED];
        int32_t boundary, group; /* -1 none; a group brings the policies of group_policies */
    } principals[MAX_PRINCIPALS];
    uint32_t n_principals;
    int32_t group_policies[2];
    struct {
        uint32_t account;
        char name[24];
        char statements[1200]; /* of the queue's own policy */
    } queues[MAX_QUEUES];
    uint32_t n_queues;
    int32_t scp_root, scp_account[2]; /* -1 none */
    uint32_t order;                   /* seed of the order in which things are told */
} estate;

void estate_principal(const estate *e, uint32_t i, char out[96]);
void estate_queue(const estate *e, uint32_t i, char out[96]);
cg_graph *estate_graph(cg_mem *mem, const estate *e);
cg_graph *estate_derive(cg_graph *g, const cg_grant *grants, uint32_t n);
/* 0 no, 1 conditional, 2 yes; by what cg_access_derive wrote. Fails the test when a pair is written twice. */
void estate_found(cg_graph *g, const estate *e, uint8_t out[MAX_PRINCIPALS][MAX_QUEUES]);
/* The same by one decision a pair. */
void estate_decided(cg_mem *mem, const estate *e, const char *const *actions, uint32_t n_actions, uint8_t out[MAX_PRINCIPALS][MAX_QUEUES]);
cg_grant estate_grant(const cg_grant_need *need);

/* ---- graphs by hand ---- */
typedef struct hand {
    cg_mem *mem;
    cg_builder *b;
} hand;
void hand_open(hand *h, cg_mem *mem);
void hand_node(hand *h, const char *id, const char *labels, const char *key, const char *value); /* labels by spaces; key may be NULL */
void hand_edge(hand *h, const char *from, const char *kind, const char *to);
cg_graph *hand_close(hand *h);
char *hand_document(cg_mem *mem, const char *statements); /* cg_free */

#endif
