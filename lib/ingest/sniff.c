#include "ingest/sniff.h"

#include <stdio.h>

/* ---- forms ---- */

/* The header checksum of a tar member: the bytes of the block, with those of the checksum itself counted as blanks. */
static bool is_tar(const unsigned char *head, size_t length)
{
    uint32_t sum = 0, stated = 0;
    size_t i;

    if (length < 512 || head[0] == '\0')
        return false;
    for (i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? ' ' : head[i];
    for (i = 148; i < 156 && head[i] == ' '; i++)
        ;
    for (; i < 156 && head[i] >= '0' && head[i] <= '7'; i++)
        stated = stated * 8 + (head[i] - '0');
    return stated == sum && sum > 8 * ' ';
}

cg_form cg_sniff_form(const char *head, size_t length, const char **name)
{
    static const struct {
        const char *magic;
        uint8_t length;
        uint8_t form;
        const char *name;
    } table[] = {
        { "\x1f\x8b", 2, CG_FORM_COMPRESSED, "gzip" },
        { "\x28\xb5\x2f\xfd", 4, CG_FORM_COMPRESSED, "zstd" },
        { "\xfd"
          "7zXZ\0",
          6, CG_FORM_COMPRESSED, "xz" },
        { "BZh", 3, CG_FORM_COMPRESSED, "bzip2" },
        { "PK\3\4", 4, CG_FORM_ARCHIVE, "zip" },
        { "PK\5\6", 4, CG_FORM_ARCHIVE, "zip" },
        { "PK\x07\x08PK", 6, CG_FORM_ARCHIVE, "zip" },
        { "7z\xbc\xaf\x27\x1c", 6, CG_FORM_UNSUPPORTED, "7-Zip archive" },
        { "Rar!\x1a\x07", 6, CG_FORM_UNSUPPORTED, "RAR archive" },
        { "\x04\x22\x4d\x18", 4, CG_FORM_UNSUPPORTED, "LZ4 stream" },
        { "\xff\xfe", 2, CG_FORM_UTF16, "UTF-16 text" },
        { "\xfe\xff", 2, CG_FORM_UTF16, "UTF-16 text" },
        { "{\0", 2, CG_FORM_UTF16, "UTF-16 text" },
        { "\0{", 2, CG_FORM_UTF16, "UTF-16 text" },
    };

    *name = "";
    if (length == 0)
        return CG_FORM_EMPTY;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (length >= table[i].length && memcmp(head, table[i].magic, table[i].length) == 0) {
            *name = table[i].name;
            return table[i].form;
        }
    if (is_tar((const unsigned char *)head, length)) {
        *name = "tar";
        return CG_FORM_ARCHIVE;
    }
    return CG_FORM_TEXT;
}

/* ---- a look at JSON that need not be whole ---- */

static void skip_space(cg_peek *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

/* Past a string whose opening quote is at p->at; its raw inside through *out. */
static bool take_string(cg_peek *p, cg_str *out)
{
    const char *start = ++p->at;

    for (; p->at < p->end; p->at++) {
        if (*p->at == '\\')
            p->at++;
        else if (*p->at == '"') {
            *out = (cg_str){ start, (size_t)(p->at - start) };
            p->at++;
            return true;
        }
    }
    p->at = p->end;
    return false;
}

/* Past one value of any kind: brackets are counted, not checked. */
static bool skip_value(cg_peek *p)
{
    size_t depth = 0;
    cg_str ignored;

    while (p->at < p->end) {
        char c = *p->at;
        if (c == '"') {
            if (!take_string(p, &ignored))
                return false;
        } else if (c == '{' || c == '[') {
            depth++;
            p->at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return true; /* the end of what surrounds a bare number or word */
            depth--;
            p->at++;
        } else if (c == ',' && depth == 0) {
            return true;
        } else {
            p->at++;
            continue;
        }
        if (depth == 0)
            return true;
    }
    return false;
}

static bool open_with(cg_peek *p, cg_str text, char bracket)
{
    *p = (cg_peek){ .at = text.data, .end = text.data + text.length, .first = true };
    if (text.length >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        p->at += 3;
    skip_space(p);
    if (p->at >= p->end || *p->at != bracket)
        return false;
    p->at++;
    return true;
}

bool cg_peek_object(cg_peek *p, cg_str text)
{
    return open_with(p, text, '{');
}

bool cg_peek_array(cg_peek *p, cg_str text)
{
    return open_with(p, text, '[');
}

/* To the start of the next member or item. */
static bool step(cg_peek *p)
{
    if (!p->first) {
        if (!skip_value(p))
            return false;
        skip_space(p);
        if (p->at >= p->end || *p->at != ',')
            return false;
        p->at++;
    }
    p->first = false;
    skip_space(p);
    return p->at < p->end;
}

bool cg_peek_item(cg_peek *p, cg_str *rest)
{
    if (!step(p) || *p->at == ']')
        return false;
    *rest = (cg_str){ p->at, (size_t)(p->end - p->at) };
    return true;
}

bool cg_peek_member(cg_peek *p, cg_str *key, cg_str *rest)
{
    if (!step(p) || *p->at != '"' || !take_string(p, key))
        return false;
    skip_space(p);
    if (p->at >= p->end || *p->at != ':')
        return false;
    p->at++;
    skip_space(p);
    if (p->at >= p->end)
        return false;
    *rest = (cg_str){ p->at, (size_t)(p->end - p->at) };
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool cg_peek_is(cg_str key, const char *name)
{
    size_t i = 0;

    for (; *name; name++) {
        if (i >= key.length)
            return false;
        char c = key.data[i++];
        if (c == '\\' && i + 5 <= key.length && key.data[i] == 'u') {
            int code = 0;
            for (size_t k = 1; k <= 4; k++) {
                int digit = hex_digit(key.data[i + k]);
                if (digit < 0)
                    return false;
                code = code * 16 + digit;
            }
            if (code != (unsigned char)*name)
                return false;
            i += 5;
        } else if (c != *name) {
            return false;
        }
    }
    return i == key.length;
}

/* ---- reasons ---- */

/* Collectors of BloodHound write "data" and "meta", in either order. */
static bool is_legacy_bloodhound(cg_str text)
{
    cg_peek top, inner;
    cg_str key, rest, item;
    bool meta = false, data = false;

    if (!cg_peek_object(&top, text))
        return false;
    while (cg_peek_member(&top, &key, &rest)) {
        if (cg_peek_is(key, "meta") && cg_peek_object(&inner, rest)) {
            while (cg_peek_member(&inner, &key, &item))
                meta = meta || cg_peek_is(key, "methods") || cg_peek_is(key, "type");
        } else if (cg_peek_is(key, "data") && cg_peek_array(&inner, rest)) {
            data = true;
            if (cg_peek_item(&inner, &item) && cg_peek_object(&inner, item))
                while (!meta && cg_peek_member(&inner, &key, &item))
                    meta = cg_peek_is(key, "Properties") || cg_peek_is(key, "ObjectIdentifier") || cg_peek_is(key, "kind");
        }
    }
    return meta && data;
}

/* Formats people take for a scanner's report, by members of the top level; the second may be any (NULL). */
static const struct {
    const char *keys[2];
    const char *what;
} known[] = {
    { { "bomFormat", NULL }, "a CycloneDX bill of materials" },
    { { "spdxVersion", NULL }, "an SPDX bill of materials" },
    { { "runs", "version" }, "a SARIF log" },
    { { "artifacts", "descriptor" }, "a Syft bill of materials" },
    { { "payloadType", "payload" }, "a signed attestation" },
    { { "Findings", NULL }, "a list of findings in the AWS Security Finding Format" },
};

static const char *known_format(cg_str text)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        cg_peek top, list, item;
        cg_str key, rest, object;
        bool first = false, second = !known[i].keys[1];
        for (cg_peek_object(&top, text); cg_peek_member(&top, &key, &rest);) {
            second = second || cg_peek_is(key, known[i].keys[1]);
            if (!cg_peek_is(key, known[i].keys[0]))
                continue;
            first = strcmp(known[i].keys[0], "Findings") != 0;
            /* The word alone says little. */
            if (!first && cg_peek_array(&list, rest) && cg_peek_item(&list, &object) && cg_peek_object(&item, object))
                while (!first && cg_peek_member(&item, &key, &rest))
                    first = cg_peek_is(key, "ProductArn") || cg_peek_is(key, "AwsAccountId");
        }
        if (first && second)
            return known[i].what;
    }
    return NULL;
}

static const char *describe_object(cg_str text, char *room, size_t size)
{
    cg_peek top;
    cg_str key, rest;
    size_t used;
    int shown = 0;

    if (is_legacy_bloodhound(text)) {
        snprintf(room, size,
                 "it is a BloodHound collector file (\"meta\" and \"data\"), a dialect that is not supported; OpenGraph files are");
        return room;
    }
    if (known_format(text)) {
        snprintf(room, size, "it is %s, a format that is not read; reports in the scanner's own JSON are", known_format(text));
        return room;
    }
    snprintf(room, size, "a JSON object with ");
    used = strlen(room);
    for (cg_peek_object(&top, text); shown < 5 && cg_peek_member(&top, &key, &rest) && used + 50 < size; shown++) {
        room[used] = '\0';
        if (shown > 0)
            used += (size_t)snprintf(room + used, size - used, ", ");
        room[used++] = '"';
        for (size_t i = 0; i < key.length && i < 32; i++)
            room[used++] = (unsigned char)key.data[i] < 0x20 || (unsigned char)key.data[i] >= 0x7F ? '?' : key.data[i];
        room[used++] = '"';
        room[used] = '\0';
    }
    if (shown == 0)
        snprintf(room, size, "a JSON object without members that can be told");
    return room;
}

const char *cg_sniff_reason(const char *head, size_t length, bool whole, char *room, size_t size)
{
    const cg_str text = { head, length };
    const char *name;
    cg_peek p;
    size_t i = 0;

    switch (cg_sniff_form(head, length, &name)) {
    case CG_FORM_EMPTY:
        return "it is empty";
    case CG_FORM_TEXT:
        break;
    default:
        snprintf(room, size, "%s data", name);
        return room;
    }
    if (cg_peek_object(&p, text))
        return describe_object(text, room, size);
    if (cg_peek_array(&p, text))
        return "a JSON array";
    while (i < length && (head[i] == ' ' || head[i] == '\t' || head[i] == '\n' || head[i] == '\r'))
        i++;
    if (i == length)
        return whole ? "only white space" : "it starts with white space only";
    return memchr(head, '\0', length) ? "binary data" : head[i] == '<' ? "markup (XML or HTML)" : "text that is no JSON object";
}
