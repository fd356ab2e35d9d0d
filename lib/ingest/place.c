#include "ingest/place.h"

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

void cg_place_init(cg_place *p)
{
    *p = (cg_place){ .line = 1, .column = 1 };
}

void cg_place_begin(cg_place *p, const char *chunk, size_t length)
{
    p->chunk = chunk;
    p->length = length;
    /* A byte order mark takes no column; any other content that starts with this byte is no JSON. */
    if (p->base == 0 && length > 0 && chunk[0] == '\xEF')
        p->column = 0;
}

/* Sum of eight byte lanes. */
static uint64_t lane_sum(uint64_t lanes)
{
    uint64_t pairs = (lanes & UINT64_C(0x00FF00FF00FF00FF)) + (lanes >> 8 & UINT64_C(0x00FF00FF00FF00FF));
    return (pairs * UINT64_C(0x0001000100010001)) >> 48;
}

static uint64_t newline_lanes(uint64_t word)
{
    word ^= EVERY_BYTE('\n');
    return ~(((word & EVERY_BYTE(0x7F)) + EVERY_BYTE(0x7F)) | word | EVERY_BYTE(0x7F)) >> 7;
}

static uint64_t continuation_lanes(uint64_t word)
{
    return (word >> 7) & ~(word >> 6) & EVERY_BYTE(1);
}

/* Eight bytes at a time, since every byte of every input passes here; a lane holds 255 before it is summed up. */
static inline uint64_t count_lanes(const char *bytes, size_t length, uint64_t (*lanes_of)(uint64_t))
{
    uint64_t n = 0, word;
    size_t i = 0;

    while (i + 8 <= length) {
        uint64_t lanes = 0;
        for (int k = 0; k < 255 && i + 8 <= length; k++, i += 8) {
            memcpy(&word, bytes + i, 8);
            lanes += lanes_of(word);
        }
        n += lane_sum(lanes);
    }
    word = 0; /* zero bytes count for nothing */
    memcpy(&word, bytes + i, length - i);
    return n + lane_sum(lanes_of(word));
}

static uint32_t add_capped(uint32_t a, uint64_t b)
{
    return b < UINT32_MAX - a ? a + (uint32_t)b : UINT32_MAX;
}

cg_pos cg_place_at(const cg_place *p, uint64_t offset)
{
    cg_pos pos = { .offset = offset, .line = p->line, .column = p->column };
    size_t length = offset <= p->base ? 0 : offset - p->base < p->length ? (size_t)(offset - p->base) : p->length;
    const char *last = length > 0 ? memrchr(p->chunk, '\n', length) : NULL;
    const char *start = p->chunk;

    if (last) {
        pos.line = add_capped(pos.line, count_lanes(p->chunk, (size_t)(last + 1 - p->chunk), newline_lanes));
        pos.column = 1;
        start = last + 1;
    }
    if (length > 0) {
        size_t rest = length - (size_t)(start - p->chunk);
        pos.column = add_capped(pos.column, rest - count_lanes(start, rest, continuation_lanes));
    }
    return pos;
}

void cg_place_end(cg_place *p)
{
    cg_pos next = cg_place_at(p, p->base + p->length);

    p->base = next.offset;
    p->line = next.line;
    p->column = next.column;
    p->chunk = NULL;
    p->length = 0;
}
