#include "base/net_set.h"
#include "base_test.h"

static cg_mem *mem;
static cg_arena arena;
static cg_buf buf;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    cg_arena_init(&arena, mem);
    cg_buf_init(&buf, mem, 0);
}

static void teardown(void)
{
    cg_buf_free(&buf);
    cg_arena_free(&arena);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static cg_ranges blocks(const char *list)
{
    cg_ranges set = { 0, NULL };
    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        cg_cidr c;
        ck_assert(cg_cidr_parse((cg_str){ at, n }, &c));
        ck_assert(cg_ranges_add_cidr(&arena, &set, &c));
        at += n;
    }
    return set;
}

static const char *written(cg_ranges set)
{
    cg_buf_clear(&buf);
    cg_ranges_write(&buf, set, 8);
    cg_buf_char(&buf, 0);
    return buf.data;
}

static const char *services(cg_ranges set, uint32_t max)
{
    cg_buf_clear(&buf);
    cg_services_write(&buf, set, max);
    cg_buf_char(&buf, 0);
    return buf.data;
}

START_TEST(services_that_are_none)
{
    cg_ranges set;
    int32_t protocol;
    ck_assert(!cg_services_of(&arena, -2, -1, -1, &set));
    ck_assert(!cg_services_of(&arena, 256, -1, -1, &set));
    ck_assert(!cg_services_of(&arena, CG_PROTOCOL_TCP, 70000, 70000, &set));
    ck_assert(!cg_services_of(&arena, CG_PROTOCOL_TCP, 10, 9, &set));
    ck_assert(!cg_services_of(&arena, CG_PROTOCOL_ICMP, 256, 0, &set));
    static const char *const bad[] = { "", "256", "-2", "tcpp", "6 ", "1e1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!cg_protocol_parse(cg_str_from(bad[i]), &protocol), "%s", bad[i]);
    ck_assert(cg_protocol_parse(CG_STR("TCP"), &protocol) && protocol == 6);
    ck_assert(cg_protocol_parse(CG_STR("-1"), &protocol) && protocol == -1);
    ck_assert(cg_protocol_parse(CG_STR("50"), &protocol) && protocol == 50);
}
END_TEST

START_TEST(blocks_join_and_split)
{
    ck_assert_str_eq(written(blocks("10.0.0.0/9 10.128.0.0/9")), "10.0.0.0/8");
    ck_assert_str_eq(written(blocks("10.0.0.1 10.0.0.2 10.0.0.3")), "10.0.0.1/32, 10.0.0.2/31");
    ck_assert_str_eq(written(blocks("::/0")), "::/0");
    ck_assert_str_eq(written(blocks("0.0.0.0/0 ::/0")), "0.0.0.0/0, ::/0");
    ck_assert_str_eq(written(blocks("2001:db8::/32 1.2.3.4")), "1.2.3.4/32, 2001:db8::/32");
    cg_ranges out;
    ck_assert(cg_ranges_combine(&arena, blocks("10.0.0.0/8"), blocks("10.0.0.0/10"), CG_SET_MINUS, &out));
    ck_assert_str_eq(written(out), "10.64.0.0/10, 10.128.0.0/9");
    ck_assert(!cg_ranges_meet(blocks("::/0"), blocks("0.0.0.0/0"))); /* the families never meet */
    ck_assert(cg_ranges_covers(blocks("10.0.0.0/8"), blocks("10.1.0.0/16 10.200.0.0/16")));
    ck_assert(!cg_ranges_covers(blocks("10.0.0.0/9"), blocks("10.1.0.0/16 10.200.0.0/16")));
    ck_assert_uint_eq(cg_ranges_size(blocks("10.0.0.0/8 1.2.3.4"), true), (1u << 24) + 1);
    ck_assert_uint_eq(cg_ranges_size(blocks("2001:db8::/32"), false), UINT64_C(1) << 32);
}
END_TEST

START_TEST(public_addresses)
{
    cg_ranges open;
    ck_assert(cg_ranges_public(&arena, &open));
    static const char *const in[] = { "8.8.8.8", "203.0.113.7", "2600:1f18::1", "2001:db8::1", "1.0.0.0", "223.255.255.255" };
    static const char *const out[] = { "10.1.2.3",        "172.31.0.1", "192.168.1.1", "100.64.0.1",      "127.0.0.1",
                                       "169.254.169.254", "0.1.2.3",    "224.0.0.1",   "255.255.255.255", "fd00::1",
                                       "fe80::1",         "::1",        "ff02::1" };
    cg_ip ip;
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        ck_assert_msg(cg_ip_parse(cg_str_from(in[i]), &ip) && cg_ranges_has(open, cg_u128_of_ip(&ip)), "%s", in[i]);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        ck_assert_msg(cg_ip_parse(cg_str_from(out[i]), &ip) && !cg_ranges_has(open, cg_u128_of_ip(&ip)), "%s", out[i]);
}
END_TEST

START_TEST(services_are_written_as_people_say_them)
{
    cg_ranges set, more;
    ck_assert(cg_services_of(&arena, CG_PROTOCOL_TCP, 22, 22, &set));
    ck_assert_str_eq(services(set, 4), "tcp/22");
    ck_assert(cg_services_of(&arena, CG_PROTOCOL_UDP, 1000, 2000, &more) && cg_ranges_combine(&arena, set, more, CG_SET_OR, &set));
    ck_assert_str_eq(services(set, 4), "tcp/22, udp/1000-2000");
    ck_assert_str_eq(services(set, 1), "tcp/22, \xE2\x80\xA6");
    ck_assert(cg_services_of(&arena, -1, -1, -1, &set));
    ck_assert_str_eq(services(set, 4), "all");
    ck_assert(cg_services_of(&arena, CG_PROTOCOL_TCP, 0, 22, &more) && cg_ranges_combine(&arena, set, more, CG_SET_MINUS, &set));
    ck_assert_str_eq(services(set, 8), "protocols 0-5, tcp/23-65535, protocols 7-255");
    ck_assert(cg_services_of(&arena, CG_PROTOCOL_ICMP, 8, -1, &set));
    ck_assert_str_eq(services(set, 4), "icmp type 8");
    ck_assert(cg_services_of(&arena, CG_PROTOCOL_ICMP, -1, -1, &set));
    ck_assert_str_eq(services(set, 4), "icmp");
    ck_assert(cg_services_of(&arena, 50, -1, -1, &set));
    ck_assert_str_eq(services(set, 4), "esp");
}
END_TEST

/* ---- against bits: values 0..15 at both ends of the line, services 0..7 ---- */

static uint64_t seed = 7;
static uint32_t pick(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

static cg_u128 value(uint32_t i)
{
    return i < 8 ? (cg_u128){ 0, i } : (cg_u128){ UINT64_MAX, UINT64_MAX - (15 - i) };
}

static cg_ranges random_set(uint32_t *bits)
{
    cg_ranges set = { 0, NULL };
    *bits = pick(1 << 16);
    for (uint32_t i = 0; i < 16; i++)
        if (*bits >> i & 1)
            ck_assert(cg_ranges_add(&arena, &set, value(i), value(i)));
    return set;
}

static uint32_t bits_of(cg_ranges set)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < 16; i++)
        bits |= (uint32_t)cg_ranges_has(set, value(i)) << i;
    return bits;
}

static uint32_t by_table(uint32_t a, uint32_t b, cg_set_op op)
{
    return op == CG_SET_OR ? a | b : op == CG_SET_AND ? a & b : a & ~b;
}

START_TEST(sets_agree_with_bits)
{
    static const cg_set_op ops[] = { CG_SET_OR, CG_SET_AND, CG_SET_MINUS };
    for (int round = 0; round < 2000; round++) {
        uint32_t a, b;
        cg_ranges x = random_set(&a), y = random_set(&b), z;
        cg_set_op op = ops[round % 3];
        ck_assert(cg_ranges_combine(&arena, x, y, op, &z));
        ck_assert_uint_eq(bits_of(z), by_table(a, b, op));
        ck_assert_int_eq(cg_ranges_meet(x, y), (a & b) != 0);
        ck_assert_int_eq(cg_ranges_covers(x, y), (b & ~a) == 0);
        ck_assert_int_eq(cg_ranges_equal(x, y), a == b);
        for (uint32_t i = 1; i < z.count; i++) {
            cg_u128 gap = { z.items[i - 1].to.hi + (z.items[i - 1].to.lo == UINT64_MAX), z.items[i - 1].to.lo + 1 };
            ck_assert_int_lt(cg_u128_cmp(gap, z.items[i].from), 0); /* canonical: never adjacent */
        }
        cg_arena_reset(&arena);
    }
}
END_TEST

START_TEST(packets_agree_with_bits)
{
    static const cg_set_op ops[] = { CG_SET_OR, CG_SET_AND, CG_SET_MINUS };
    for (int round = 0; round < 1000; round++) {
        uint32_t table[2][8] = { { 0 }, { 0 } };
        cg_packets p[2] = { { 0, NULL }, { 0, NULL } }, z, again;
        for (int k = 0; k < 2; k++)
            for (int n = 0; n < 3; n++) {
                uint32_t bits, from = pick(8), to = from + pick(8 - from);
                cg_range range = { { 0, from }, { 0, to } };
                cg_packets one;
                cg_ranges addresses = random_set(&bits);
                ck_assert(cg_packets_of(&arena, (cg_ranges){ 1, &range }, addresses, &one) &&
                          cg_packets_combine(&arena, p[k], one, CG_SET_OR, &p[k]));
                for (uint32_t s = from; s <= to; s++)
                    table[k][s] |= bits;
            }
        cg_set_op op = ops[round % 3];
        ck_assert(cg_packets_combine(&arena, p[0], p[1], op, &z) && cg_packets_combine(&arena, p[0], p[1], op, &again));
        ck_assert(cg_packets_equal(z, again));
        uint32_t all = 0;
        for (uint32_t s = 0; s < 8; s++) {
            uint32_t bits = 0;
            for (uint32_t i = 0; i < z.count; i++)
                if (z.bands[i].from <= s && s <= z.bands[i].to)
                    bits |= bits_of(z.bands[i].addresses);
            ck_assert_uint_eq(bits, by_table(table[0][s], table[1][s], op));
            all |= bits;
        }
        cg_ranges everything, addresses;
        ck_assert(cg_services_of(&arena, -1, -1, -1, &everything) && cg_packets_addresses(&arena, z, everything, &addresses));
        ck_assert_uint_eq(bits_of(addresses), all);
        cg_arena_reset(&arena);
    }
}
END_TEST

Suite *net_set_suite(void)
{
    Suite *s = suite_create("net-set");
    TCase *t = tcase_create("sets");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, services_that_are_none);
    tcase_add_test(t, blocks_join_and_split);
    tcase_add_test(t, public_addresses);
    tcase_add_test(t, services_are_written_as_people_say_them);
    tcase_add_test(t, sets_agree_with_bits);
    tcase_add_test(t, packets_agree_with_bits);
    suite_add_tcase(s, t);
    return s;
}
