/* Lists as bytes in a string table. */
#include "graph/store.h"

static int32_t put_item(cg_buf *out, cg_value v)
{
    uint32_t n = v.length;
    if (v.type == CG_BOOL) {
        cg_buf_char(out, v.boolean ? 1 : 0);
    } else if (v.type == CG_INT || v.type == CG_FLOAT) {
        uint64_t word;
        memcpy(&word, &v.integer, sizeof word);
        unsigned char bytes[8];
        for (int i = 0; i < 8; i++)
            bytes[i] = (unsigned char)(word >> (8 * i));
        cg_buf_add(out, bytes, sizeof bytes);
    } else if (v.type == CG_STRING) {
        unsigned char bytes[4] = { (unsigned char)n, (unsigned char)(n >> 8), (unsigned char)(n >> 16), (unsigned char)(n >> 24) };
        cg_buf_add(out, bytes, sizeof bytes);
        cg_buf_add(out, v.string, n);
    } else {
        return CSPM_E_INVALID;
    }
    return CSPM_OK;
}

int32_t cg_list_encode(cg_buf *out, const cg_list *list)
{
    uint8_t type = list && list->count ? list->items[0].type : CG_NULL;
    cg_buf_char(out, (char)type);
    for (uint32_t i = 0; list && i < list->count; i++)
        if (list->items[i].type != type || put_item(out, list->items[i]) < 0)
            return CSPM_E_INVALID;
    return CSPM_OK;
}

static uint64_t get_le(const char *p, int n)
{
    uint64_t word = 0;
    for (int i = 0; i < n; i++)
        word |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return word;
}

/* Size of the item at p, or 0 when it does not fit. */
static size_t item_size(uint8_t type, const char *p, size_t left)
{
    if (type == CG_BOOL)
        return left >= 1 ? 1 : 0;
    if (type == CG_INT || type == CG_FLOAT)
        return left >= 8 ? 8 : 0;
    if (type != CG_STRING || left < 4)
        return 0;
    size_t n = (size_t)get_le(p, 4) + 4;
    return n <= left ? n : 0;
}

static cg_value get_item(uint8_t type, const char *p)
{
    cg_value v = { .type = type };
    if (type == CG_BOOL) {
        v.boolean = *p != 0;
    } else if (type == CG_STRING) {
        v.length = (uint32_t)get_le(p, 4);
        v.string = p + 4;
    } else {
        uint64_t word = get_le(p, 8);
        memcpy(&v.integer, &word, sizeof word);
    }
    return v;
}

int32_t cg_list_decode(cg_mem *mem, cg_str bytes, cg_arena *arena, cg_value *out, cspm_error **err)
{
    uint8_t type = bytes.length ? (uint8_t)bytes.data[0] : CG_NULL;
    uint32_t count = 0;
    for (size_t at = 1; at < bytes.length; count++) {
        size_t n = item_size(type, bytes.data + at, bytes.length - at);
        if (!n)
            return cg_fail(mem, err, CSPM_E_PARSE, "a list value is damaged");
        at += n;
    }
    cg_list *list = cg_arena_alloc(arena, sizeof *list + (size_t)count * sizeof list->items[0]);
    if (!list)
        return cg_nomem(mem, err);
    list->count = count;
    size_t at = 1;
    for (uint32_t i = 0; i < count; i++) {
        list->items[i] = get_item(type, bytes.data + at);
        at += item_size(type, bytes.data + at, bytes.length - at);
    }
    *out = (cg_value){ .type = CG_LIST, .list = list };
    return CSPM_OK;
}
