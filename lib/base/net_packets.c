#include "base/net_set.h"

static const struct {
    const char *name;
    uint8_t number;
} protocols[] = { { "icmp", CG_PROTOCOL_ICMP },
                  { "tcp", CG_PROTOCOL_TCP },
                  { "udp", CG_PROTOCOL_UDP },
                  { "icmpv6", CG_PROTOCOL_ICMP6 },
                  { "esp", 50 },
                  { "ah", 51 },
                  { "gre", 47 },
                  { "sctp", 132 } };

bool cg_protocol_parse(cg_str text, int32_t *out)
{
    int64_t number;
    if (cg_str_eq(text, CG_STR("-1")) || cg_str_eq_nocase(text, CG_STR("all"))) {
        *out = -1;
        return true;
    }
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (cg_str_eq_nocase(text, cg_str_from(protocols[i].name))) {
            *out = protocols[i].number;
            return true;
        }
    if (!cg_parse_int64(text, &number) || number < 0 || number > 255)
        return false;
    *out = (int32_t)number;
    return true;
}

static bool is_icmp(int32_t protocol)
{
    return protocol == CG_PROTOCOL_ICMP || protocol == CG_PROTOCOL_ICMP6;
}

bool cg_services_of(cg_arena *arena, int32_t protocol, int64_t from, int64_t to, cg_ranges *out)
{
    uint32_t first = 0, last = CG_SERVICE_MAX;
    if (protocol < -1 || protocol > 255)
        return false;
    if (protocol >= 0) {
        first = cg_service((uint32_t)protocol, 0);
        last = cg_service((uint32_t)protocol, UINT16_MAX);
    }
    if (is_icmp(protocol) && from >= 0) {
        if (from > 255 || to > 255)
            return false;
        last = first + (uint32_t)from * 256 + (to >= 0 ? (uint32_t)to : 255);
        first += (uint32_t)from * 256 + (to >= 0 ? (uint32_t)to : 0);
    } else if (protocol >= 0 && !is_icmp(protocol)) {
        if (from > UINT16_MAX || to > UINT16_MAX || (from >= 0 && to >= 0 && from > to))
            return false;
        last = to >= 0 ? first + (uint32_t)to : last;
        first += from >= 0 ? (uint32_t)from : 0;
    }
    cg_ranges set = { 0, NULL };
    if (!cg_ranges_add(arena, &set, (cg_u128){ 0, first }, (cg_u128){ 0, last }))
        return false;
    *out = set;
    return true;
}

static void write_service(cg_buf *b, uint32_t protocol, uint32_t from, uint32_t to)
{
    const char *name = NULL;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (protocols[i].number == protocol)
            name = protocols[i].name;
    if (name)
        cg_buf_adds(b, name);
    else
        cg_buf_printf(b, "protocol %u", protocol);
    if (from == 0 && to == UINT16_MAX)
        return;
    if (is_icmp((int32_t)protocol)) {
        cg_buf_printf(b, " type %u", from >> 8);
        if (to >> 8 != from >> 8)
            cg_buf_printf(b, "-%u", to >> 8);
        else if ((from & 255) == (to & 255))
            cg_buf_printf(b, " code %u", from & 255);
        return;
    }
    cg_buf_printf(b, "/%u", from);
    if (to != from)
        cg_buf_printf(b, "-%u", to);
}

void cg_services_write(cg_buf *b, cg_ranges services, uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < services.count; i++) {
        uint32_t from = (uint32_t)services.items[i].from.lo, to = (uint32_t)services.items[i].to.lo;
        while (from <= to) {
            if (n)
                cg_buf_adds(b, ", ");
            if (n++ == max) {
                cg_buf_adds(b, "\xE2\x80\xA6");
                return;
            }
            if (from == 0 && to >= CG_SERVICE_MAX) {
                cg_buf_adds(b, "all");
                break;
            }
            /* Whole protocols in a row are one piece, else one piece a protocol. */
            uint32_t whole_to = (to & 0xFFFF) == 0xFFFF ? to >> 16 : (to >> 16) - 1;
            if ((from & 0xFFFF) == 0 && from >> 16 < whole_to && from >> 16 != to >> 16) {
                cg_buf_printf(b, "protocols %u-%u", from >> 16, whole_to);
                from = (whole_to + 1) << 16;
                continue;
            }
            uint32_t end = from >> 16 == to >> 16 ? to : (from | 0xFFFF);
            write_service(b, from >> 16, from & 0xFFFF, end & 0xFFFF);
            from = end + 1;
        }
    }
}

bool cg_packets_of(cg_arena *arena, cg_ranges services, cg_ranges addresses, cg_packets *out)
{
    cg_band *bands = cg_arena_alloc(arena, ((size_t)services.count + 1) * sizeof *bands);
    if (!bands)
        return false;
    uint32_t n = addresses.count ? services.count : 0;
    for (uint32_t i = 0; i < n; i++)
        bands[i] = (cg_band){ (uint32_t)services.items[i].from.lo, (uint32_t)services.items[i].to.lo, addresses };
    *out = (cg_packets){ n, bands };
    return true;
}

static uint32_t stretch(const cg_band *band, uint32_t at, cg_ranges *addresses)
{
    bool inside = band && band->from <= at;
    *addresses = inside ? band->addresses : (cg_ranges){ 0, NULL };
    return !band ? CG_SERVICE_MAX : inside ? band->to : band->from - 1;
}

bool cg_packets_combine(cg_arena *arena, cg_packets a, cg_packets b, cg_set_op op, cg_packets *out)
{
    cg_band *bands = cg_arena_alloc(arena, (2 * ((size_t)a.count + b.count) + 1) * sizeof *bands);
    if (!bands)
        return false;
    uint32_t i = 0, j = 0, n = 0;
    for (uint32_t at = 0;;) {
        cg_ranges from_a, from_b, both;
        uint32_t end_a = stretch(i < a.count ? &a.bands[i] : NULL, at, &from_a),
                 end_b = stretch(j < b.count ? &b.bands[j] : NULL, at, &from_b);
        uint32_t end = end_a < end_b ? end_a : end_b;
        if (!cg_ranges_combine(arena, from_a, from_b, op, &both))
            return false;
        if (both.count && n && bands[n - 1].to + 1 == at && cg_ranges_equal(bands[n - 1].addresses, both))
            bands[n - 1].to = end;
        else if (both.count)
            bands[n++] = (cg_band){ at, end, both };
        i += i < a.count && a.bands[i].to == end;
        j += j < b.count && b.bands[j].to == end;
        if (end == CG_SERVICE_MAX)
            break;
        at = end + 1;
    }
    *out = (cg_packets){ n, bands };
    return true;
}

bool cg_packets_only(cg_arena *arena, cg_packets a, cg_ranges addresses, cg_packets *out)
{
    cg_ranges all = { 0, NULL };
    cg_packets filter;
    return cg_services_of(arena, -1, -1, -1, &all) && cg_packets_of(arena, all, addresses, &filter) &&
           cg_packets_combine(arena, a, filter, CG_SET_AND, out);
}

static bool services_where(cg_arena *arena, cg_packets a, cg_ranges addresses, bool (*test)(cg_ranges, cg_ranges), cg_ranges *out)
{
    cg_range *items = cg_arena_alloc(arena, ((size_t)a.count + 1) * sizeof *items);
    if (!items)
        return false;
    uint32_t n = 0;
    for (uint32_t i = 0; i < a.count; i++) {
        if (!test(a.bands[i].addresses, addresses))
            continue;
        if (n && items[n - 1].to.lo + 1 == a.bands[i].from)
            items[n - 1].to.lo = a.bands[i].to;
        else
            items[n++] = (cg_range){ { 0, a.bands[i].from }, { 0, a.bands[i].to } };
    }
    *out = (cg_ranges){ n, items };
    return true;
}

bool cg_packets_services_any(cg_arena *arena, cg_packets a, cg_ranges addresses, cg_ranges *out)
{
    return services_where(arena, a, addresses, cg_ranges_meet, out);
}

bool cg_packets_services_all(cg_arena *arena, cg_packets a, cg_ranges addresses, cg_ranges *out)
{
    return services_where(arena, a, addresses, cg_ranges_covers, out);
}

bool cg_packets_addresses(cg_arena *arena, cg_packets a, cg_ranges services, cg_ranges *out)
{
    cg_ranges found = { 0, NULL };
    for (uint32_t i = 0; i < a.count; i++) {
        cg_range band = { { 0, a.bands[i].from }, { 0, a.bands[i].to } };
        if (cg_ranges_meet((cg_ranges){ 1, &band }, services) && !cg_ranges_combine(arena, found, a.bands[i].addresses, CG_SET_OR, &found))
            return false;
    }
    *out = found;
    return true;
}

bool cg_packets_equal(cg_packets a, cg_packets b)
{
    bool equal = a.count == b.count;
    for (uint32_t i = 0; equal && i < a.count; i++)
        equal = a.bands[i].from == b.bands[i].from && a.bands[i].to == b.bands[i].to &&
                cg_ranges_equal(a.bands[i].addresses, b.bands[i].addresses);
    return equal;
}
