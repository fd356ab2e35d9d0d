/* Small networks for tests, in the words of the AWS inventory. */
#ifndef NETWORK_WORLD_H
#define NETWORK_WORLD_H

#include "access/network.h"
#include "access_test.h"
#include "graph/builder.h"

typedef struct net_world {
    cg_mem *mem;
    cg_builder *b;
    cg_graph *below, *g; /* inventory; with the layer of the network */
} net_world;

void net_open(net_world *w);
void net_open_in(net_world *w, cg_mem *mem); /* takes the reference */
void net_close(net_world *w);
/* Properties "key=value" separated by blanks: true, false, whole numbers, "a|b" a list (a single item ends with |), else text. */
void net_node(net_world *w, const char *id, const char *labels, const char *properties);
void net_edge(net_world *w, const char *from, const char *kind, const char *to);
void net_edge_with(net_world *w, const char *from, const char *kind, const char *to, const char *properties);
/* Pieces that need several nodes. */
void net_vpc(net_world *w, const char *id, const char *cidr);
void net_subnet(net_world *w, const char *id, const char *vpc, const char *cidr, const char *table, const char *acl);
void net_table(net_world *w, const char *id, const char *vpc, bool main);
void net_route(net_world *w, const char *table, const char *to, const char *target, const char *state);
void net_gateway(net_world *w, const char *id, const char *vpc);
void net_acl(net_world *w, const char *id); /* allows everything at 100, as a new one */
void net_acl_rule(net_world *w, const char *acl, int number, bool egress, const char *action, const char *protocol, int from, int to,
                  const char *cidr);
void net_group(net_world *w, const char *id, const char *vpc); /* lets everything out */
void net_rule(net_world *w, const char *group, bool egress, const char *protocol, int from, int to, const char *peer);
void net_machine(net_world *w, const char *id, const char *subnet, const char *group, const char *ip, const char *public_ip);
/* vpc-1 10.0.0.0/16, subnet-pub 10.0.1.0/24 with a way to igw-1, subnet-priv 10.0.2.0/24 without, acl-1 for both, sg-web open on tcp/443.
 */
void net_usual(net_world *w);

void net_freeze(net_world *w); /* and run the stage */
cg_node net_find(const net_world *w, const char *id);
bool net_reached(const net_world *w, const char *id);     /* CAN_ACCESS from the internet */
bool net_conditional(const net_world *w, const char *id); /* … and it is conditional */
bool net_connects(const net_world *w, const char *from, const char *to);
const char *net_note(net_world *w, const char *id);                  /* of CAN_ACCESS; "" when there is none. Valid until the next call. */
const char *net_prop(net_world *w, const char *id, const char *key); /* text; lists joined by ", " */

#endif
