#include "base/net.h"
#include "base/time.h"
#include "base_test.h"

static cg_mem *mem;
static cg_buf buf;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    cg_buf_init(&buf, mem, 0);
}

static void teardown(void)
{
    cg_buf_free(&buf);
    cg_mem_unref(mem);
}

static cg_cidr block(const char *text)
{
    cg_cidr c;
    ck_assert_msg(cg_cidr_parse(cg_str_from(text), &c), "%s", text);
    return c;
}

START_TEST(addresses_that_are_none)
{
    static const char *const bad[] = { "",
                                       ".",
                                       "1",
                                       "1.2.3",
                                       "1.2.3.4.5",
                                       "256.1.1.1",
                                       "1.2.3.04",
                                       "01.2.3.4",
                                       "1..2.3",
                                       "1.2.3.4 ",
                                       " 1.2.3.4",
                                       "0x1.2.3.4",
                                       ":",
                                       ":::",
                                       "1::2::3",
                                       "1:2:3:4:5:6:7",
                                       "1:2:3:4:5:6:7:8:9",
                                       "12345::",
                                       "g::",
                                       "::1%eth0",
                                       "1:",
                                       ":1",
                                       "1:2:3:4:5:6:7:8::",
                                       "::1.2.3",
                                       "1.2.3.4::",
                                       "::1.2.3.4:5",
                                       "1:2:3:4:5:6:7:1.2.3.4",
                                       "-1.2.3.4" };
    cg_ip ip;
    cg_cidr c;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!cg_ip_parse(cg_str_from(bad[i]), &ip), "%s was taken", bad[i]);
        ck_assert_msg(!cg_cidr_parse(cg_str_from(bad[i]), &c), "%s was taken", bad[i]);
    }
    static const char *const blocks[] = { "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1",        "1.2.3.4/08",
                                          "/8",         "::/129",   "1.2.3.4/255.0.0.0", "1.2.3.4/8/8" };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        ck_assert_msg(!cg_cidr_parse(cg_str_from(blocks[i]), &c), "%s was taken", blocks[i]);
}
END_TEST

START_TEST(blocks_are_written_canonically)
{
    static const char *const pairs[][2] = {
        { "10.1.2.3/8", "10.0.0.0/8" },
        { "0.0.0.0/0", "0.0.0.0/0" },
        { "1.2.3.4", "1.2.3.4/32" },
        { "::", "::/128" },
        { "::/0", "::/0" },
        { "1::", "1::/128" },
        { "::1", "::1/128" },
        { "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1/128" },
        { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1/128" },
        { "2001:db8:ffff::/33", "2001:db8:8000::/33" },
        { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8/128" },
        { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0/128" },
        { "64:ff9b::1.2.3.4", "64:ff9b::102:304/128" },
        { "::ffff:1.2.3.4", "1.2.3.4/32" },
        { "::ffff:10.0.0.0/104", "10.0.0.0/8" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cg_cidr c = block(pairs[i][0]);
        cg_buf_clear(&buf);
        cg_cidr_write(&buf, &c);
        ck_assert_cg_str(cg_buf_view(&buf), pairs[i][1]);
    }
    ck_assert(block("10.1.2.3/8").host_bits);
    ck_assert(!block("10.0.0.0/8").host_bits);
}
END_TEST

START_TEST(containment)
{
    cg_cidr ten = block("10.0.0.0/8"), sub = block("10.200.0.0/13"), host = block("10.207.255.255"), all = block("0.0.0.0/0");
    cg_cidr six = block("::/0"), lan = block("fd00::/8");
    ck_assert(cg_cidr_contains(&ten, &sub) && !cg_cidr_contains(&sub, &ten));
    ck_assert(cg_cidr_contains(&sub, &host) && cg_cidr_contains(&all, &ten) && cg_cidr_contains(&ten, &ten));
    ck_assert(cg_cidr_overlap(&sub, &ten) && cg_cidr_overlap(&ten, &sub));
    cg_cidr next = block("10.208.0.0/13");
    ck_assert(!cg_cidr_overlap(&sub, &next));
    ck_assert(!cg_cidr_contains(&six, &ten) && !cg_cidr_contains(&all, &lan) && !cg_cidr_overlap(&six, &all));
    ck_assert(cg_cidr_has(&sub, &host.base) && !cg_cidr_has(&next, &host.base) && cg_cidr_has(&six, &lan.base));
    static const char *const private_blocks[] = { "10.0.0.0/8",      "172.31.255.0/24", "192.168.1.1", "100.127.0.0/16", "127.0.0.1",
                                                  "169.254.169.254", "fd12::/16",       "::1",         "fe80::1" };
    static const char *const public_blocks[] = { "0.0.0.0/0",  "8.0.0.0/6",      "172.0.0.0/8", "172.32.0.0/16",
                                                 "11.0.0.0/8", "100.128.0.0/10", "::/0",        "2001:db8::/32" };
    for (size_t i = 0; i < sizeof private_blocks / sizeof *private_blocks; i++) {
        cg_cidr c = block(private_blocks[i]);
        ck_assert_msg(cg_cidr_is_private(&c), "%s", private_blocks[i]);
    }
    for (size_t i = 0; i < sizeof public_blocks / sizeof *public_blocks; i++) {
        cg_cidr c = block(public_blocks[i]);
        ck_assert_msg(!cg_cidr_is_private(&c), "%s", public_blocks[i]);
    }
}
END_TEST

START_TEST(ports)
{
    static const char *const bad[] = { "", "-", "65536", "1-", "-1", "2-1", "a", "1-2-3", "080", " 80", "**" };
    cg_ports p, q;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!cg_ports_parse(cg_str_from(bad[i]), &p), "%s was taken", bad[i]);
    ck_assert(cg_ports_parse(CG_STR("*"), &p) && p.from == 0 && p.to == 65535);
    ck_assert(cg_ports_parse(CG_STR("0-1023"), &p) && cg_ports_parse(CG_STR("1023"), &q) && cg_ports_overlap(p, q));
    ck_assert(cg_ports_parse(CG_STR("1024-65535"), &q) && !cg_ports_overlap(p, q) && !cg_ports_overlap(q, p));
}
END_TEST

START_TEST(instants_that_are_none)
{
    static const char *const bad[] = { "",
                                       "2024",
                                       "2024-13-01",
                                       "2024-00-01",
                                       "2023-02-29",
                                       "1900-02-29",
                                       "2024-01-32",
                                       "2024-1-1",
                                       "2024-01-01T",
                                       "2024-01-01T00:00",
                                       "2024-01-01T00:00:00",
                                       "2024-01-01T24:00:00Z",
                                       "2024-01-01T00:60:00Z",
                                       "2024-01-01T00:00:61Z",
                                       "2024-01-01T00:00:60Z",
                                       "2024-01-01T00:00:00.Z",
                                       "2024-01-01T00:00:00+1:00",
                                       "2024-01-01T00:00:00+24:00",
                                       "2024-01-01T00:00:00Z ",
                                       "+2024-01-01",
                                       "2024-01-01Z" };
    cg_instant t;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!cg_instant_parse(cg_str_from(bad[i]), &t), "%s was taken", bad[i]);
}
END_TEST

START_TEST(instants_round_trip)
{
    static const char *const pairs[][2] = {
        { "1970-01-01", "1970-01-01T00:00:00Z" },
        { "2024-02-29T23:59:59.5Z", "2024-02-29T23:59:59.5Z" },
        { "2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z" },
        { "2024-01-01t00:30:00-00:45", "2024-01-01T01:15:00Z" },
        { "1969-12-31 23:59:59.000001Z", "1969-12-31T23:59:59.000001Z" },
        { "0000-03-01T00:00:00Z", "0000-03-01T00:00:00Z" },
        { "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z" },
        { "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cg_instant t;
        ck_assert_msg(cg_instant_parse(cg_str_from(pairs[i][0]), &t), "%s", pairs[i][0]);
        cg_buf_clear(&buf);
        cg_instant_write(&buf, t);
        ck_assert_cg_str(cg_buf_view(&buf), pairs[i][1]);
    }
    ck_assert_int_gt(cg_now().microseconds, INT64_C(1600000000000000));
}
END_TEST

START_TEST(calendar_days_count_on)
{
    ck_assert_int_eq(cg_days_from_civil(1970, 1, 1), 0);
    ck_assert_int_eq(cg_days_from_civil(2000, 3, 1), 11017);
    ck_assert_int_eq(cg_days_from_civil(-1, 12, 31), cg_days_from_civil(0, 1, 1) - 1);
    int64_t year;
    int32_t month, day;
    for (int64_t days = -800000; days < 800000; days += 37) {
        cg_civil_from_days(days, &year, &month, &day);
        ck_assert_int_eq(cg_days_from_civil(year, month, day), days);
        ck_assert(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    }
}
END_TEST

Suite *net_suite(void)
{
    Suite *s = suite_create("net-time");
    TCase *t = tcase_create("net-time");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, addresses_that_are_none);
    tcase_add_test(t, blocks_are_written_canonically);
    tcase_add_test(t, containment);
    tcase_add_test(t, ports);
    tcase_add_test(t, instants_that_are_none);
    tcase_add_test(t, instants_round_trip);
    tcase_add_test(t, calendar_days_count_on);
    suite_add_tcase(s, t);
    return s;
}
