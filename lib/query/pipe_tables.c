/* The tables there are, and their columns. */
#include "query/table_source.h"

#define N(array) ((uint32_t)(sizeof(array) / sizeof *(array)))
#define ONE(type) (1u << (type))
#define TEXT (ONE(CG_STRING) | ONE(CG_NULL))
#define ANYTHING ((1u << (CG_DURATION + 1)) - 1)

static const cg_table_column node_columns[] = {
    { "id", TEXT },
    { "name", TEXT },
    { "kind", TEXT },
    { "kinds", ONE(CG_LIST) },
    { "labels", ONE(CG_LIST) },
    { "properties", ONE(CG_MAP) },
};

static const cg_table_column edge_columns[] = {
    { "from", TEXT },
    { "kind", TEXT },
    { "to", TEXT },
    { "conditional", ONE(CG_BOOL) },
    { "likelihood", ONE(CG_FLOAT) },
    { "properties", ONE(CG_MAP) },
};

/* The columns every table of Azure Resource Graph has. */
static const cg_table_column resource_columns[] = {
    { "id", TEXT },        { "name", TEXT },         { "type", TEXT },          { "tenantId", TEXT },
    { "kind", TEXT },      { "location", TEXT },     { "resourceGroup", TEXT }, { "subscriptionId", TEXT },
    { "managedBy", TEXT }, { "sku", ANYTHING },      { "plan", ANYTHING },      { "properties", ANYTHING },
    { "tags", ANYTHING },  { "identity", ANYTHING }, { "zones", ANYTHING },     { "extendedLocation", ANYTHING },
};

static const char *const security_kinds[] = { "microsoft.security/attackpaths" };

static const cg_table_info tables[] = {
    { "edges", edge_columns, N(edge_columns), true, NULL, 0 },
    { "nodes", node_columns, N(node_columns), true, NULL, 0 },
    { "resourcecontainers", resource_columns, N(resource_columns), false, security_kinds, 0 },
    { "resources", resource_columns, N(resource_columns), false, security_kinds, 0 },
    { "securityresources", resource_columns, N(resource_columns), false, security_kinds, N(security_kinds) },
};

uint32_t cg_table_count(void)
{
    return N(tables);
}

const cg_table_info *cg_table_at(uint32_t i)
{
    return i < N(tables) ? &tables[i] : NULL;
}

const cg_table_info *cg_table_find(cg_str name)
{
    for (uint32_t i = 0; i < N(tables); i++) {
        if (cg_str_eq_nocase(name, cg_str_from(tables[i].name)))
            return &tables[i];
    }
    return NULL;
}
