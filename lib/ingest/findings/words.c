/* The small languages scanners write: severities, CVSS vectors, package URLs. */
#include "ingest/findings/findings.h"

/* ---- severities and ids ---- */

static const struct {
    const char *word;
    fnd_severity severity;
} severities[] = {
    { "critical", FND_CRITICAL }, { "fatal", FND_CRITICAL },           { "high", FND_HIGH }, { "important", FND_HIGH },
    { "medium", FND_MEDIUM },     { "moderate", FND_MEDIUM },          { "low", FND_LOW },   { "negligible", FND_NEGLIGIBLE },
    { "none", FND_NEGLIGIBLE },   { "informational", FND_NEGLIGIBLE },
};

fnd_severity fnd_severity_of(cg_str word)
{
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        if (cg_str_eq_nocase(word, cg_str_from(severities[i].word)))
            return severities[i].severity;
    return FND_UNKNOWN;
}

const char *fnd_severity_name(fnd_severity s)
{
    static const char *const names[] = { "UNKNOWN", "NEGLIGIBLE", "LOW", "MEDIUM", "HIGH", "CRITICAL" };
    return names[s];
}

fnd_status fnd_status_of(const fnd_status_word *words, cg_str word)
{
    while (words->word && !cg_str_eq_nocase(word, cg_str_from(words->word)))
        words++;
    return words->status;
}

/* CVE-year-number. */
bool fnd_is_cve(cg_str id)
{
    size_t i = 4, digits = 0;

    if (!cg_str_starts(id, CG_STR("CVE-")) || id.length > 32)
        return false;
    for (; i < id.length && i < 8; i++)
        if (id.data[i] < '0' || id.data[i] > '9')
            return false;
    if (i >= id.length || id.data[i++] != '-')
        return false;
    for (; i < id.length; i++, digits++)
        if (id.data[i] < '0' || id.data[i] > '9')
            return false;
    return digits >= 4;
}

/* ---- CVSS ---- */

typedef struct metric_value {
    char letter;
    const char *name;
} metric_value;

static const metric_value vectors[] = { { 'N', "NETWORK" }, { 'A', "ADJACENT_NETWORK" }, { 'L', "LOCAL" }, { 'P', "PHYSICAL" }, { 0 } };
static const metric_value complexities[] = { { 'L', "LOW" }, { 'M', "MEDIUM" }, { 'H', "HIGH" }, { 0 } };
static const metric_value levels[] = { { 'N', "NONE" }, { 'L', "LOW" }, { 'H', "HIGH" }, { 'P', "PARTIAL" }, { 'C', "COMPLETE" }, { 0 } };
static const metric_value authentications[] = { { 'N', "NONE" }, { 'S', "LOW" }, { 'M', "HIGH" }, { 0 } };
static const metric_value interactions[] = { { 'N', "NONE" }, { 'R', "REQUIRED" }, { 'P', "PASSIVE" }, { 'A', "ACTIVE" }, { 0 } };
static const metric_value scopes[] = { { 'U', "UNCHANGED" }, { 'C', "CHANGED" }, { 0 } };

/* 4.0 calls the impact on the vulnerable system VC, VI, VA; 2.0 asks for authentications where the others ask for privileges. */
static const struct {
    const char *name;
    fnd_word word;
    const metric_value *values;
} metrics[] = {
    { "AV", FND_ATTACK_VECTOR, vectors },         { "AC", FND_ATTACK_COMPLEXITY, complexities },
    { "PR", FND_PRIVILEGES_REQUIRED, levels },    { "Au", FND_PRIVILEGES_REQUIRED, authentications },
    { "UI", FND_USER_INTERACTION, interactions }, { "S", FND_SCOPE, scopes },
    { "C", FND_CONFIDENTIALITY_IMPACT, levels },  { "I", FND_INTEGRITY_IMPACT, levels },
    { "A", FND_AVAILABILITY_IMPACT, levels },     { "VC", FND_CONFIDENTIALITY_IMPACT, levels },
    { "VI", FND_INTEGRITY_IMPACT, levels },       { "VA", FND_AVAILABILITY_IMPACT, levels },
};

static int32_t put_metric(fnd *f, cg_str name, cg_str value, cspm_error **err)
{
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        if (value.length != 1 || !cg_str_eq(name, cg_str_from(metrics[i].name)))
            continue;
        for (const metric_value *v = metrics[i].values; v->letter; v++)
            if (v->letter == value.data[0])
                return fnd_text(f, metrics[i].word, cg_str_from(v->name), err);
    }
    return CSPM_OK;
}

int32_t fnd_cvss_metrics(fnd *f, cg_str vector, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (size_t begin = 0, end; begin < vector.length && vector.length < 512 && rc == CSPM_OK; begin = end + 1) {
        size_t colon = SIZE_MAX;
        for (end = begin; end < vector.length && vector.data[end] != '/'; end++)
            if (vector.data[end] == ':' && colon == SIZE_MAX)
                colon = end;
        if (colon != SIZE_MAX)
            rc = put_metric(f, (cg_str){ vector.data + begin, colon - begin }, (cg_str){ vector.data + colon + 1, end - colon - 1 }, err);
    }
    return rc;
}

double fnd_score(fnd *f, const cg_tree *map, const char *key, int32_t *rc, cspm_error **err)
{
    const cg_tree *t = cg_tree_get(map, key);
    const double score = fnd_get_number(map, key);

    if (!t || t->type == CG_TREE_NULL || (score >= 0 && score <= 10))
        return t && t->type != CG_TREE_NULL ? score : -1;
    if (*rc == CSPM_OK)
        *rc = fnd_warn(f, t, "bad-score", err, "%s must be a number from 0 to 10: ignored", key);
    return -1;
}

/* ---- packages ---- */

typedef struct purl {
    cg_str type, namespace, name, version; /* still percent-encoded */
} purl;

static size_t last_of(cg_str s, char c)
{
    size_t i = s.length;
    while (i > 0 && s.data[i - 1] != c)
        i--;
    return i ? i - 1 : SIZE_MAX;
}

static cg_str until(cg_str s, const char *stops)
{
    for (size_t i = 0; i < s.length; i++)
        if (strchr(stops, s.data[i]))
            return (cg_str){ s.data, i };
    return s;
}

/* pkg:type/namespace/name@version?qualifiers#subpath */
static bool purl_parse(cg_str text, purl *p)
{
    *p = (purl){ 0 };
    if (!fnd_usable(text) || !cg_str_starts(text, CG_STR("pkg:")))
        return false;
    cg_str rest = until((cg_str){ text.data + 4, text.length - 4 }, "?#");
    while (rest.length && rest.data[0] == '/')
        rest = (cg_str){ rest.data + 1, rest.length - 1 };
    size_t slash = 0, at;
    while (slash < rest.length && rest.data[slash] != '/')
        slash++;
    if (slash == 0 || slash == rest.length)
        return false;
    p->type = (cg_str){ rest.data, slash };
    rest = (cg_str){ rest.data + slash + 1, rest.length - slash - 1 };
    /* An unencoded @ may start the namespace of a npm package. */
    if ((at = last_of(rest, '@')) != SIZE_MAX && at > 0) {
        p->version = (cg_str){ rest.data + at + 1, rest.length - at - 1 };
        rest.length = at;
    }
    if ((slash = last_of(rest, '/')) != SIZE_MAX) {
        p->namespace = (cg_str){ rest.data, slash };
        rest = (cg_str){ rest.data + slash + 1, rest.length - slash - 1 };
    }
    p->name = rest;
    return p->name.length && p->version.length;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What decodes to nonsense stays as it is written. */
static void add_decoded(cg_buf *out, cg_str s)
{
    const size_t begin = out->length;

    for (size_t i = 0; i < s.length; i++) {
        const bool escape = s.data[i] == '%' && i + 2 < s.length && hex(s.data[i + 1]) >= 0 && hex(s.data[i + 2]) >= 0;
        const char c = escape ? (char)(hex(s.data[i + 1]) * 16 + hex(s.data[i + 2])) : s.data[i];
        cg_buf_char(out, c);
        i += escape ? 2 : 0;
    }
    if (!out->failed &&
        (cg_utf8_check(out->data + begin, out->length - begin) != SIZE_MAX || memchr(out->data + begin, '\0', out->length - begin))) {
        out->length = begin;
        cg_buf_str(out, s);
    }
}

static void lower(cg_buf *out, size_t from)
{
    for (size_t i = from; !out->failed && i < out->length; i++)
        if (out->data[i] >= 'A' && out->data[i] <= 'Z')
            out->data[i] = (char)(out->data[i] - 'A' + 'a');
}

/* PEP 503: runs of dots, dashes and underscores are one dash. */
static void dash(cg_buf *out, size_t from)
{
    size_t to = from;

    for (size_t i = from; !out->failed && i < out->length; i++) {
        const bool mark = strchr(".-_", out->data[i]);
        if (mark && to > from && i > from && strchr(".-_", out->data[i - 1]))
            continue;
        out->data[to++] = mark ? '-' : out->data[i];
    }
    if (!out->failed)
        out->length = to;
}

static bool is_python(cg_str type)
{
    static const char *const names[] = { "pypi", "python", "python-pkg" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (cg_str_eq_nocase(type, cg_str_from(names[i])))
            return true;
    return false;
}

bool fnd_package_key(cg_buf *out, cg_str text, cg_str type, cg_str name, cg_str version)
{
    purl p;
    const bool parsed = purl_parse(text, &p);

    if (!parsed)
        p = (purl){ .type = type, .name = name, .version = version };
    if (!fnd_usable(p.type) || !fnd_usable(p.name) || !fnd_usable(p.version))
        return false;
    size_t from = out->length;
    cg_buf_str(out, p.type);
    lower(out, from);
    cg_buf_char(out, '|');
    if (p.namespace.length) {
        add_decoded(out, p.namespace);
        cg_buf_char(out, '/');
    }
    from = out->length;
    if (parsed)
        add_decoded(out, p.name);
    else
        cg_buf_str(out, p.name);
    lower(out, from);
    if (is_python(p.type))
        dash(out, from);
    cg_buf_char(out, '|');
    if (parsed)
        add_decoded(out, p.version);
    else
        cg_buf_str(out, p.version);
    return true;
}

/* ---- values of a tree ---- */

cg_json_limits fnd_json_limits(const cg_builder *b, bool multiple)
{
    const cspm_limits *limits = cg_builder_limits(b);
    return (cg_json_limits){
        .max_depth = limits->max_depth > UINT32_MAX ? UINT32_MAX : (uint32_t)limits->max_depth,
        .max_string_bytes = limits->max_string_bytes,
        .allow_nul = true, /* costs the value, not the file */
        .own_keys = true,
        .allow_multiple = multiple,
    };
}

cg_str fnd_get(const cg_tree *map, const char *key)
{
    const cg_tree *t = cg_tree_get(map, key);
    const cg_str s = t ? cg_tree_string(t) : CG_STR_NULL;
    return fnd_usable(s) ? s : CG_STR_NULL;
}

double fnd_get_number(const cg_tree *map, const char *key)
{
    const cg_tree *t = cg_tree_get(map, key);
    const double v = !t ? -1 : t->type == CG_TREE_INT ? (double)t->integer : t->type == CG_TREE_FLOAT ? t->real : -1;
    return v >= 0 ? v : -1; /* also when it is no number */
}
