/* Attack paths as rows of `microsoft.security/attackpaths`: the fields Azure Resource Graph documents, and those newer rows carry. */
#include "export/analysis_formats.h"

#include "base/intern.h"

static void key(cg_buf *b, const char *name)
{
    cg_buf_printf(b, ",\"%s\":", name);
}

static void text(cg_buf *b, const char *name, cg_str s)
{
    key(b, name);
    cg_json_write_string(b, s.data ? s : CG_STR(""));
}

static void texts(cg_buf *b, const char *name, const cg_str *items, uint32_t n)
{
    key(b, name);
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_json_write_string(b, items[i]);
    }
    cg_buf_char(b, ']');
}

/* The same node has the same internal id in every row. */
static void internal_id(cg_buf *b, const cg_graph *g, cg_node n)
{
    char hex[65];
    cg_str id = cg_node_id(g, n);
    cg_sha256_hex(id.data, id.length, hex);
    cg_buf_printf(b, "\"%.16s\"", hex);
}

static void lower(cg_buf *b, cg_str s)
{
    cg_buf_char(b, '"');
    for (size_t i = 0; i < s.length; i++) {
        char c = s.data[i];
        if (c >= 'A' && c <= 'Z')
            cg_buf_char(b, (char)(c + 32));
        else if (c != '"' && c != '\\' && (unsigned char)c >= 32)
            cg_buf_char(b, c);
    }
    cg_buf_char(b, '"');
}

/* Nodes of the path in its order, without the internet. Node i is the entry, then where step i leads. */
static uint32_t n_entities(const cg_attack_path *p)
{
    return 1 + p->n_steps - (p->from_internet && p->n_steps ? 1 : 0);
}

static cg_node entity(const cg_attack_path *p, uint32_t i)
{
    uint32_t first = p->from_internet && p->n_steps ? 1 : 0;
    return i ? p->steps[first + i - 1].to : p->entry;
}

static bool seen_before(const cg_attack_path *p, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++) {
        if (entity(p, k) == entity(p, i))
            return true;
    }
    return false;
}

static void write_entities(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    cg_buf_adds(b, "\"entities\":[");
    for (uint32_t i = 0; i < n_entities(p); i++) {
        cg_node n = entity(p, i);
        if (seen_before(p, i))
            continue;
        cg_buf_adds(b, i ? ",{\"entityInternalId\":" : "{\"entityInternalId\":");
        internal_id(b, g, n);
        text(b, "entityName", cg_node_name(g, n));
        key(b, "entityType");
        lower(b, cg_export_kind(g, n));
        cg_buf_adds(b, ",\"entityIdentifiers\":{\"azureResourceId\":");
        cg_json_write_string(b, cg_node_id(g, n));
        text(b, "entityStoreUniqueIdentifier", cg_node_id(g, n));
        cg_buf_adds(b, "}}");
    }
    cg_buf_char(b, ']');
}

static void write_connections(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    uint32_t first = p->from_internet && p->n_steps ? 1 : 0;
    cg_buf_adds(b, ",\"connections\":[");
    for (uint32_t i = first; i < p->n_steps; i++) {
        const cg_step *s = &p->steps[i];
        cg_buf_printf(b, "%s{\"connectionId\":\"%s-%u\",\"sourceEntityInternalId\":", i > first ? "," : "", p->id, i - first + 1);
        internal_id(b, g, s->from);
        key(b, "targetEntityInternalId");
        internal_id(b, g, s->to);
        text(b, "title", s->kind_name);
        text(b, "description", s->story);
        cg_buf_char(b, '}');
    }
    cg_buf_char(b, ']');
}

/* What packs found out about the entities. */
static void write_insights(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    bool any = false;
    cg_buf_adds(b, ",\"insights\":[");
    for (uint32_t i = 0; i < n_entities(p); i++) {
        uint32_t labels[64], count = cg_node_labels(g, entity(p, i), labels, 64), base = cg_node_n_base_labels(g, entity(p, i));
        if (seen_before(p, i))
            continue;
        for (uint32_t k = base; k < count && k < 64; k++) {
            cg_str name = cg_name_get(g, CG_NAMES_LABEL, labels[k]);
            bool sensitive = cg_str_eq(name, CG_STR("SensitiveData"));
            cg_buf_adds(b, any ? ",{\"entityInternalId\":" : "{\"entityInternalId\":");
            internal_id(b, g, entity(p, i));
            text(b, "name", name);
            cg_buf_adds(b, ",\"additionalData\":{\"type\":");
            cg_json_write_string(b, sensitive ? CG_STR("Sensitivity") : name);
            cg_buf_adds(b, sensitive ? ",\"fileSamples\":[]}}" : "}}");
            any = true;
        }
    }
    cg_buf_char(b, ']');
}

static bool is_resource_of(const cg_attack_path *p, cg_node n, uint32_t upto)
{
    for (uint32_t i = 0; i < upto; i++) {
        if (p->recommendations[i].resource == n)
            return true;
    }
    return false;
}

/* Internal id of an entity to the recommendations on it. */
static void write_assessments(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    bool any = false;
    cg_buf_adds(b, ",\"assessments\":{");
    for (uint32_t i = 0; i < p->n_recommendations; i++) {
        cg_node n = p->recommendations[i].resource;
        if (n == CG_NO_NODE || is_resource_of(p, n, i))
            continue;
        cg_buf_adds(b, any ? "," : "");
        internal_id(b, g, n);
        cg_buf_adds(b, ":[");
        any = true;
        for (uint32_t k = i; k < p->n_recommendations; k++) {
            const cg_recommendation *r = &p->recommendations[k];
            if (r->resource != n)
                continue;
            cg_buf full;
            cg_buf_init(&full, b->mem, 0);
            cg_buf_str(&full, cg_node_id(g, n));
            cg_buf_adds(&full, "/providers/Microsoft.Security/assessments/");
            cg_buf_str(&full, r->id);
            cg_buf_adds(b, k > i ? ",{" : "{");
            cg_json_write_string(b, cg_buf_view(&full));
            b->failed |= full.failed;
            cg_buf_free(&full);
            cg_buf_adds(b, ":{\"displayName\":");
            cg_json_write_string(b, r->title);
            text(b, "remediation", r->remediation);
            cg_buf_printf(b, ",\"breaksPath\":%s}}", r->breaks_path ? "true" : "false");
        }
        cg_buf_char(b, ']');
    }
    cg_buf_char(b, '}');
}

static void write_end(cg_buf *b, const char *name, const cg_graph *g, cg_node n)
{
    key(b, name);
    cg_buf_adds(b, "{\"entityName\":");
    cg_json_write_string(b, cg_node_name(g, n));
    key(b, "entityType");
    lower(b, cg_export_kind(g, n));
    cg_buf_char(b, '}');
}

static void write_techniques(cg_buf *b, const cg_attack_path *p)
{
    bool any = false;
    cg_buf_adds(b, ",\"mITRETacticsAndTechniques\":[");
    for (uint32_t i = 0; i < p->n_steps; i++) {
        if (!p->steps[i].technique.length)
            continue;
        cg_buf_adds(b, any ? ",{\"tactic\":" : "{\"tactic\":");
        cg_json_write_string(b, p->steps[i].tactic);
        text(b, "technique", p->steps[i].technique);
        cg_buf_char(b, '}');
        any = true;
    }
    cg_buf_char(b, ']');
}

static void write_properties(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    cg_buf_adds(b, ",\"properties\":{\"displayName\":");
    cg_json_write_string(b, p->title);
    text(b, "description", p->description);
    text(b, "attackPathType", p->type_id);
    text(b, "manualRemediationSteps", p->manual_remediation);
    text(b, "refreshInterval", CG_STR("00:00:00"));
    text(b, "potentialImpact", p->impact);
    texts(b, "riskCategories", p->categories, p->n_categories);
    text(b, "riskLevel", cg_str_from(cg_level_name(p->level)));
    key(b, "riskScore");
    cg_json_write_double(b, p->score.total);
    texts(b, "riskFactors", p->risk_factors, p->n_risk_factors);
    key(b, "entryPointEntityInternalID");
    internal_id(b, g, p->entry);
    key(b, "targetEntityInternalID");
    internal_id(b, g, p->target);
    text(b, "attackPathID", cg_str_from(p->id));
    write_end(b, "entryPoint", g, p->entry);
    write_end(b, "target", g, p->target);
    texts(b, "attackStory", p->story, p->n_story);
    write_techniques(b, p);
    cg_buf_adds(b, ",\"isPartialAttackPath\":false");
    texts(b, "environments", p->environments, p->n_environments);
    write_assessments(b, g, p);
    cg_buf_adds(b, ",\"graphComponent\":{");
    write_entities(b, g, p);
    write_connections(b, g, p);
    write_insights(b, g, p);
    cg_buf_adds(b, "}}");
}

static cg_str location_of(const cg_graph *g, cg_node n)
{
    static const char *const names[] = { "location", "region", "zone" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint32_t name = cg_name_find(g, CG_NAMES_KEY, cg_str_from(names[i]));
        cg_arena arena;
        cg_value v = cg_v_null();
        if (name == CG_NO_NAME)
            continue;
        cg_arena_init(&arena, cg_graph_mem(g));
        bool found = cg_node_prop(g, n, name, &arena, &v, NULL) == CSPM_OK && v.type == CG_STRING;
        cg_arena_free(&arena); /* texts belong to the graph */
        if (found)
            return cg_value_str(v);
    }
    return CG_STR("");
}

void cg_arg_row_write_json(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    cg_buf id;
    cg_buf_init(&id, b->mem, 0);
    cg_buf_adds(&id, "/subscriptions/");
    cg_buf_str(&id, p->subscription);
    cg_buf_adds(&id, "/providers/Microsoft.Security/attackPaths/");
    cg_buf_adds(&id, p->id);
    cg_buf_adds(b, "{\"id\":");
    cg_json_write_string(b, cg_buf_view(&id));
    b->failed |= id.failed;
    cg_buf_free(&id);
    text(b, "name", cg_str_from(p->id));
    text(b, "type", CG_STR("microsoft.security/attackpaths"));
    text(b, "tenantId", p->tenant);
    text(b, "location", location_of(g, p->entry));
    text(b, "subscriptionId", p->subscription);
    write_properties(b, g, p);
    cg_buf_char(b, '}');
}

int32_t cg_analysis_write_arg(cg_analysis_out *o, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_buf_char(o->out, '[');
    for (uint32_t i = 0; i < o->a->n_listed && rc == CSPM_OK; i++) {
        cg_buf_adds(o->out, i ? ",\n" : "\n");
        cg_arg_row_write_json(o->out, o->g, &o->a->paths[i]);
        rc = o->out->failed ? cg_nomem(o->mem, err) : cg_op_check(o->op, o->mem, err);
    }
    cg_buf_adds(o->out, "]\n");
    return rc;
}
