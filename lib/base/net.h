/* Addresses, CIDR blocks, port ranges. */
#ifndef CG_BASE_NET_H
#define CG_BASE_NET_H

#include "base/str.h"

/* IPv4 is held as an IPv4-mapped IPv6 address, so one type serves both. */
typedef struct cg_ip {
    uint8_t bytes[16];
    bool v4;
} cg_ip;
typedef struct cg_cidr {
    cg_ip base;      /* host bits cleared */
    uint8_t prefix;  /* 0..32 for v4, 0..128 for v6 */
    bool host_bits;  /* the text had host bits set */
} cg_cidr;
typedef struct cg_ports {
    uint16_t from, to;
} cg_ports;

bool cg_ip_parse(cg_str text, cg_ip *out);
bool cg_cidr_parse(cg_str text, cg_cidr *out); /* "10.0.0.0/8", "::/0", or a bare address */
bool cg_cidr_contains(const cg_cidr *outer, const cg_cidr *inner);
bool cg_cidr_has(const cg_cidr *block, const cg_ip *ip);
bool cg_cidr_overlap(const cg_cidr *a, const cg_cidr *b);
bool cg_cidr_is_private(const cg_cidr *block); /* RFC 1918, 4193, 6598, loopback, link-local */
void cg_cidr_write(cg_buf *b, const cg_cidr *block);
bool cg_ports_parse(cg_str text, cg_ports *out); /* "443", "1-1024", "*" */
bool cg_ports_overlap(cg_ports a, cg_ports b);

#endif
