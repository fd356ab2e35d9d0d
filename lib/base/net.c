#include "base/net.h"

static const uint8_t v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

static bool parse_number(cg_str s, uint32_t max, uint32_t *out)
{
    if (s.length == 0 || s.length > 5 || (s.length > 1 && s.data[0] == '0'))
        return false;
    uint32_t v = 0;
    for (size_t i = 0; i < s.length; i++) {
        unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';
        if (digit > 9)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return v <= max;
}

/* Four decimal parts without leading zeros: 010 is eight to some readers and ten to others. */
static bool parse_v4(cg_str s, uint8_t out[4])
{
    for (int part = 0; part < 4; part++) {
        size_t end = 0;
        uint32_t v;
        while (end < s.length && s.data[end] != '.')
            end++;
        if (!parse_number((cg_str){ s.data, end }, 255, &v) || (part < 3) != (end < s.length))
            return false;
        out[part] = (uint8_t)v;
        if (part < 3)
            s = (cg_str){ s.data + end + 1, s.length - end - 1 };
    }
    return true;
}

static bool parse_group(cg_str s, uint16_t *out)
{
    if (s.length == 0 || s.length > 4)
        return false;
    unsigned v = 0;
    for (size_t i = 0; i < s.length; i++) {
        unsigned c = (unsigned char)s.data[i];
        unsigned digit = c - '0' <= 9 ? c - '0' : (c | 0x20) - 'a' <= 5 ? (c | 0x20) - 'a' + 10 : 99;
        if (digit > 15)
            return false;
        v = v << 4 | digit;
    }
    *out = (uint16_t)v;
    return true;
}

/* Groups of one side of "::" (or of the whole), the last of which may be dotted IPv4. -1: malformed. */
static int parse_groups(cg_str s, uint16_t groups[8], bool last_side)
{
    int n = 0;
    while (s.length) {
        size_t end = 0;
        while (end < s.length && s.data[end] != ':')
            end++;
        cg_str part = { s.data, end };
        uint8_t v4[4];
        bool last = end == s.length;
        if (last && last_side && n <= 6 && parse_v4(part, v4)) {
            groups[n++] = (uint16_t)(v4[0] << 8 | v4[1]);
            groups[n++] = (uint16_t)(v4[2] << 8 | v4[3]);
            return n;
        }
        if (n == 8 || !parse_group(part, &groups[n]))
            return -1;
        n++;
        if (last)
            return n;
        s = (cg_str){ s.data + end + 1, s.length - end - 1 };
        if (s.length == 0)
            return -1; /* a colon at the end */
    }
    return n;
}

static bool parse_v6(cg_str s, uint8_t out[16])
{
    uint16_t front[8], back[8];
    size_t gap = cg_str_find(s, CG_STR("::"), 0);
    int n_front, n_back = 0;
    if (gap == SIZE_MAX) {
        n_front = parse_groups(s, front, true);
        if (n_front != 8)
            return false;
    } else {
        cg_str rest = { s.data + gap + 2, s.length - gap - 2 };
        n_front = parse_groups((cg_str){ s.data, gap }, front, false);
        n_back = parse_groups(rest, back, true);
        if (n_front < 0 || n_back < 0 || n_front + n_back > 7)
            return false;
    }
    memset(out, 0, 16);
    for (int i = 0; i < n_front; i++) {
        out[2 * i] = (uint8_t)(front[i] >> 8);
        out[2 * i + 1] = (uint8_t)front[i];
    }
    for (int i = 0; i < n_back; i++) {
        int at = 2 * (8 - n_back + i);
        out[at] = (uint8_t)(back[i] >> 8);
        out[at + 1] = (uint8_t)back[i];
    }
    return true;
}

bool cg_ip_parse(cg_str text, cg_ip *out)
{
    cg_ip ip = { .v4 = false };
    if (text.length > 45)
        return false;
    if (parse_v4(text, ip.bytes + 12)) {
        memcpy(ip.bytes, v4_mapped, sizeof v4_mapped);
        ip.v4 = true;
    } else if (parse_v6(text, ip.bytes))
        ip.v4 = memcmp(ip.bytes, v4_mapped, sizeof v4_mapped) == 0; /* ::ffff:a.b.c.d is that IPv4 address */
    else
        return false;
    *out = ip;
    return true;
}

/* Leading bits of the 16 bytes that a block fixes. */
static unsigned fixed_bits(const cg_cidr *c)
{
    return c->base.v4 ? c->prefix + 96u : c->prefix;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xFF00u >> (bits % 8));
    return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

bool cg_cidr_parse(cg_str text, cg_cidr *out)
{
    cg_cidr c = { .host_bits = false };
    size_t slash = cg_str_find(text, CG_STR("/"), 0);
    cg_str address = { text.data, slash == SIZE_MAX ? text.length : slash };
    if (!cg_ip_parse(address, &c.base))
        return false;
    bool mapped = c.base.v4 && cg_str_find(address, CG_STR(":"), 0) != SIZE_MAX;
    uint32_t max = c.base.v4 && !mapped ? 32 : 128;
    uint32_t prefix = max;
    if (slash != SIZE_MAX && !parse_number((cg_str){ text.data + slash + 1, text.length - slash - 1 }, max, &prefix))
        return false;
    if (mapped) {
        /* A block of mapped addresses is an IPv4 block; one that is wider covers other IPv6 space and stays what it is. */
        c.base.v4 = prefix >= 96;
        prefix -= c.base.v4 ? 96 : 0;
    }
    c.prefix = (uint8_t)prefix;
    unsigned bits = fixed_bits(&c);
    for (unsigned i = 0; i < 16; i++) {
        unsigned keep = bits >= 8 * (i + 1) ? 8 : bits > 8 * i ? bits - 8 * i : 0;
        uint8_t kept = (uint8_t)(c.base.bytes[i] & (0xFF00u >> keep));
        c.host_bits |= kept != c.base.bytes[i];
        c.base.bytes[i] = kept;
    }
    *out = c;
    return true;
}

bool cg_cidr_has(const cg_cidr *block, const cg_ip *ip)
{
    /* The families never meet, not even in ::/0: an IPv6 rule says nothing about IPv4 packets. */
    return block->base.v4 == ip->v4 && same_bits(block->base.bytes, ip->bytes, fixed_bits(block));
}

bool cg_cidr_contains(const cg_cidr *outer, const cg_cidr *inner)
{
    return outer->prefix <= inner->prefix && cg_cidr_has(outer, &inner->base);
}

bool cg_cidr_overlap(const cg_cidr *a, const cg_cidr *b)
{
    return cg_cidr_contains(a, b) || cg_cidr_contains(b, a);
}

bool cg_cidr_is_private(const cg_cidr *block)
{
    static const char *const ranges[] = { "10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
                                          "169.254.0.0/16", "fc00::/7",      "::1/128",        "fe80::/10" };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        cg_cidr range;
        if (cg_cidr_parse(cg_str_from(ranges[i]), &range) && cg_cidr_contains(&range, block))
            return true;
    }
    return false;
}

/* RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
static void write_v6(cg_buf *b, const uint8_t bytes[16])
{
    int best = -1, best_length = 1;
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && bytes[2 * (i + n)] == 0 && bytes[2 * (i + n) + 1] == 0)
            n++;
        if (n > best_length) {
            best = i;
            best_length = n;
        }
        i += n;
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            cg_buf_adds(b, "::");
            i += best_length - 1;
            continue;
        }
        if (i && (best < 0 || i != best + best_length))
            cg_buf_char(b, ':');
        cg_buf_printf(b, "%x", bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
}

void cg_cidr_write(cg_buf *b, const cg_cidr *block)
{
    const uint8_t *p = block->base.bytes;
    if (block->base.v4)
        cg_buf_printf(b, "%u.%u.%u.%u", p[12], p[13], p[14], p[15]);
    else
        write_v6(b, p);
    cg_buf_printf(b, "/%u", block->prefix);
}

bool cg_ports_parse(cg_str text, cg_ports *out)
{
    uint32_t from, to;
    if (cg_str_eq(text, CG_STR("*"))) {
        *out = (cg_ports){ 0, UINT16_MAX };
        return true;
    }
    size_t dash = cg_str_find(text, CG_STR("-"), 0);
    cg_str first = { text.data, dash == SIZE_MAX ? text.length : dash };
    if (!parse_number(first, UINT16_MAX, &from))
        return false;
    to = from;
    if (dash != SIZE_MAX && !parse_number((cg_str){ text.data + dash + 1, text.length - dash - 1 }, UINT16_MAX, &to))
        return false;
    if (from > to)
        return false;
    *out = (cg_ports){ (uint16_t)from, (uint16_t)to };
    return true;
}

bool cg_ports_overlap(cg_ports a, cg_ports b)
{
    return a.from <= b.to && b.from <= a.to;
}
