/* Sets of addresses, of services (protocol and port), and of packets (which service from which address): canonical, immutable, in an arena.
 * Equal sets have equal bytes, so decisions can be compared and grouped. */
#ifndef CG_BASE_NET_SET_H
#define CG_BASE_NET_SET_H

#include "base/net.h"

typedef struct cg_u128 {
    uint64_t hi, lo;
} cg_u128;
typedef struct cg_range {
    cg_u128 from, to; /* both included */
} cg_range;
/* Ascending, disjoint, with a gap between neighbours. */
typedef struct cg_ranges {
    uint32_t count;
    const cg_range *items;
} cg_ranges;

typedef enum { CG_SET_OR = 0xE, CG_SET_AND = 0x8, CG_SET_MINUS = 0x2 } cg_set_op; /* bit (in a) + 2 * (in b), of a truth table */

int cg_u128_cmp(cg_u128 a, cg_u128 b);
cg_u128 cg_u128_of_ip(const cg_ip *ip); /* IPv4 as IPv4-mapped: both families share one line and never meet */

/* All of these are false when memory is refused. Results may share memory with their arguments. */
bool cg_ranges_combine(cg_arena *arena, cg_ranges a, cg_ranges b, cg_set_op op, cg_ranges *out);
bool cg_ranges_add(cg_arena *arena, cg_ranges *set, cg_u128 from, cg_u128 to);
bool cg_ranges_of_cidr(cg_arena *arena, const cg_cidr *block, cg_ranges *out); /* ::/0 leaves out the IPv4-mapped block */
bool cg_ranges_add_cidr(cg_arena *arena, cg_ranges *set, const cg_cidr *block);
bool cg_ranges_has(cg_ranges set, cg_u128 value);
bool cg_ranges_meet(cg_ranges a, cg_ranges b); /* is there a common value? */
bool cg_ranges_covers(cg_ranges outer, cg_ranges inner);
bool cg_ranges_equal(cg_ranges a, cg_ranges b);
int cg_ranges_cmp(cg_ranges a, cg_ranges b); /* some total order */
/* Addresses of one family: IPv4 counted in addresses, IPv6 in /64 networks (begun ones count); saturates. */
uint64_t cg_ranges_size(cg_ranges set, bool v4);
/* The fewest CIDR blocks, comma-separated; at most `max` of them, then ", …". */
void cg_ranges_write(cg_buf *b, cg_ranges addresses, uint32_t max);
/* Calls `each` for every block of the fewest that make up the set; stops when it returns false. */
bool cg_ranges_blocks(cg_ranges addresses, bool (*each)(void *user, const cg_cidr *block), void *user);

/* Globally routed unicast addresses: not those of cg_cidr_is_private, "this network", benchmarking, multicast and reserved blocks;
 * 2000::/3. Blocks for documentation count, because examples stand for public addresses. */
bool cg_ranges_public(cg_arena *arena, cg_ranges *out);

/* ---- services: protocol * 65536 + port; ICMP has type * 256 + code in place of the port ---- */
#define CG_SERVICE_MAX 0xFFFFFFu
enum { CG_PROTOCOL_ICMP = 1, CG_PROTOCOL_TCP = 6, CG_PROTOCOL_UDP = 17, CG_PROTOCOL_ICMP6 = 58 };
static inline uint32_t cg_service(uint32_t protocol, uint32_t port)
{
    return protocol << 16 | port;
}
/* "tcp", "udp", "icmp", "icmpv6", a number 0..255; "-1" and "all" give -1. False: none of these. */
bool cg_protocol_parse(cg_str text, int32_t *out);
/* Protocol -1: everything. For ICMP `from` is the type and `to` the code; -1 = all. Other ports -1 = all. False: out of range or refused
 * memory. */
bool cg_services_of(cg_arena *arena, int32_t protocol, int64_t from, int64_t to, cg_ranges *out);
/* "tcp/22", "tcp/8000-8080", "udp", "icmp", "all", comma-separated, at most `max`. */
void cg_services_write(cg_buf *b, cg_ranges services, uint32_t max);

/* ---- packets: bands of services that share one address set ---- */
typedef struct cg_band {
    uint32_t from, to; /* services */
    cg_ranges addresses;
} cg_band;
/* Ascending, disjoint, no empty address set, neighbours that touch differ in addresses. */
typedef struct cg_packets {
    uint32_t count;
    const cg_band *bands;
} cg_packets;

bool cg_packets_of(cg_arena *arena, cg_ranges services, cg_ranges addresses, cg_packets *out);
bool cg_packets_combine(cg_arena *arena, cg_packets a, cg_packets b, cg_set_op op, cg_packets *out);
bool cg_packets_only(cg_arena *arena, cg_packets a, cg_ranges addresses, cg_packets *out); /* the part from these addresses */
/* Services open to one of the addresses, and those open to each of them. */
bool cg_packets_services_any(cg_arena *arena, cg_packets a, cg_ranges addresses, cg_ranges *out);
bool cg_packets_services_all(cg_arena *arena, cg_packets a, cg_ranges addresses, cg_ranges *out);
bool cg_packets_addresses(cg_arena *arena, cg_packets a, cg_ranges services, cg_ranges *out); /* addresses that have one of the services */
bool cg_packets_equal(cg_packets a, cg_packets b);

#endif
