/* Whose account and which region an input speaks of, and what its name tells. Items mostly say it themselves; this is for those that do
 * not. */
#include "ingest/aws/aws_reader.h"
#include "ingest/aws/aws_state.h"

#define VOTERS 16

typedef struct vote {
    cg_str what;
    uint32_t count;
} vote;

typedef struct ballot {
    vote votes[VOTERS];
    uint32_t n;
} ballot;

static void cast(ballot *b, cg_str what)
{
    uint32_t i = 0;

    while (i < b->n && !cg_str_eq(b->votes[i].what, what))
        i++;
    if (i == VOTERS)
        return;
    if (i == b->n)
        b->votes[b->n++] = (vote){ what, 0 };
    b->votes[i].count++;
}

/* Most votes; the smaller one of equals. */
static cg_str elected(const ballot *b)
{
    const vote *best = NULL;

    for (uint32_t i = 0; i < b->n; i++) {
        const vote *v = &b->votes[i];
        if (!best || v->count > best->count || (v->count == best->count && cg_str_cmp(v->what, best->what) < 0))
            best = v;
    }
    return best ? best->what : CG_STR_NULL;
}

static size_t digits_at(const char *p, const char *end)
{
    const char *start = p;

    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return (size_t)(p - start);
}

static bool is_region(cg_str s)
{
    size_t dashes = 0;

    if (s.length < 8 || s.length > 20 || s.data[s.length - 1] < '1' || s.data[s.length - 1] > '9')
        return false;
    for (size_t i = 0; i < s.length; i++) {
        if (s.data[i] == '-')
            dashes++;
        else if (!(s.data[i] >= 'a' && s.data[i] <= 'z') && i + 1 < s.length)
            return false;
    }
    return (dashes == 2 || dashes == 3) && s.data[2] == '-' && s.data[s.length - 2] == '-';
}

/* The text behind `"KEY": "`, up to its closing quote; null when another kind of value stands there. */
static cg_str string_behind(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == ':' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    if (p == end || *p != '"')
        return CG_STR_NULL;
    p++;
    const char *close = memchr(p, '"', (size_t)(end - p));
    return close ? (cg_str){ p, (size_t)(close - p) } : CG_STR_NULL;
}

/* Every "KEY" in the text whose name ends so. */
static const char *next_key(const char *p, const char *end, const char *ending)
{
    const char *found = p < end ? memmem(p, (size_t)(end - p), ending, strlen(ending)) : NULL;
    return found ? found + strlen(ending) : NULL;
}

static void ask_content(aws_reader *r, cg_str text)
{
    static const char *const arns[] = { "Arn\"", "ARN\"", "\"arn\"" };
    const char *end = text.data + text.length;
    ballot accounts = { 0 }, regions = { 0 };

    for (const char *p = text.data; (p = next_key(p, end, "\"Account\""));) {
        const cg_str said = string_behind(p, end);
        if (said.length == 12 && digits_at(said.data, end) == 12 && memmem(text.data, text.length, "\"UserId\"", 8)) {
            r->account_said = said;
            break;
        }
    }
    for (size_t i = 0; i < sizeof arns / sizeof arns[0]; i++)
        for (const char *p = text.data; (p = next_key(p, end, arns[i]));) {
            const cg_str arn = string_behind(p, end), account = aws_arn_part(arn, 4), region = aws_arn_part(arn, 3);
            if (account.length == 12 && digits_at(account.data, end) == 12)
                cast(&accounts, account);
            if (is_region(region))
                cast(&regions, region);
        }
    for (const char *p = text.data; (p = next_key(p, end, "\"OwnerId\""));) {
        const cg_str owner = string_behind(p, end);
        if (owner.length == 12 && digits_at(owner.data, end) == 12)
            cast(&accounts, owner);
    }
    if (!r->account_said.data)
        r->account_said = elected(&accounts);
    /* One region only: else items without one belong to any of them. */
    if (regions.n == 1)
        r->region_said = regions.votes[0].what;
}

/* Parts of the name between slashes, the last without its ending. */
static void ask_name(aws_reader *r)
{
    const char *p = r->source.data, *end = p + r->source.length;

    while (p < end) {
        const char *slash = memchr(p, '/', (size_t)(end - p));
        const cg_str part = { p, (size_t)((slash ? slash : end) - p) };
        if (!r->region_said.data && is_region(part))
            r->region_said = part;
        for (size_t i = 0; i < part.length && !r->account_said.data; i++) {
            const size_t n = digits_at(part.data + i, part.data + part.length);
            if (n == 12 && (!slash || part.length == 12))
                r->account_said = (cg_str){ part.data + i, n };
            i += n;
        }
        p = slash ? slash + 1 : end;
    }
}

/* "ec2/describe-instances.json", "s3/get-bucket-policy__NAME.json", "ec2.describe-instances.json", "ec2-describe-instances.json". */
static void ask_operation(aws_reader *r)
{
    const char *end = r->source.data + r->source.length;
    const char *slash = memrchr(r->source.data, '/', r->source.length);
    const char *base = slash ? slash + 1 : r->source.data;
    const char *dot = memmem(base, (size_t)(end - base), ".json", 5);
    cg_str name = { base, (size_t)((dot ? dot : end) - base) };
    const char *argument = name.length > 0 ? memmem(base, name.length, "__", 2) : NULL;
    cg_str folder = CG_STR_NULL;
    aws_answer_iter it = { 0 };
    const aws_answer *row;

    if (argument)
        name.length = (size_t)(argument - base);
    if (slash) {
        const char *before = memrchr(r->source.data, '/', (size_t)(slash - r->source.data));
        before = before ? before + 1 : r->source.data;
        folder = (cg_str){ before, (size_t)(slash - before) };
    }
    while ((row = aws_answer_next(&it))) {
        const cg_str operation = cg_str_from(row->operation);
        const size_t service = cg_str_find(operation, CG_STR("."), 0);
        const cg_str command = { operation.data + service + 1, operation.length - service - 1 };
        const cg_str of = { operation.data, service };
        const bool in_folder = cg_str_eq(name, command) && cg_str_starts(of, folder) && folder.length > 0 &&
                               (folder.length == of.length || cg_str_eq(of, CG_STR("s3api")));
        const bool in_name = name.length == operation.length && memcmp(name.data, of.data, service) == 0 && cg_str_ends(name, command) &&
                             strchr(".-_", name.data[service]);
        if (!in_folder && !in_name)
            continue;
        r->hint = operation;
        break;
    }
    if (r->hint.data && argument) {
        argument += 2;
        r->argument = (cg_str){ argument, (size_t)((dot ? dot : end) - argument) };
        if (r->argument.length == 0)
            r->argument = CG_STR_NULL;
    }
}

static bool keep(aws_reader *r, cg_str *s)
{
    if (s->data)
        s->data = cg_arena_strndup(&r->names, s->data, s->length);
    return !s->length || s->data;
}

int32_t aws_place_source(aws_reader *r, const char *bytes, size_t length, cspm_error **err)
{
    ask_content(r, (cg_str){ bytes, length });
    ask_name(r);
    ask_operation(r);
    if (!keep(r, &r->account_said) || !keep(r, &r->region_said))
        return cg_nomem(r->mem, err);
    r->c.account = r->account_said;
    r->c.region = r->region_said;
    if (cg_str_starts(r->c.region, CG_STR("cn-")))
        r->c.partition = CG_STR("aws-cn");
    else if (cg_str_starts(r->c.region, CG_STR("us-gov-")))
        r->c.partition = CG_STR("aws-us-gov");
    else if (memmem(bytes, length, "\"arn:aws-cn:", 12))
        r->c.partition = CG_STR("aws-cn");
    else if (memmem(bytes, length, "\"arn:aws-us-gov:", 16))
        r->c.partition = CG_STR("aws-us-gov");
    return CSPM_OK;
}
