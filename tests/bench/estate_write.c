/* The estate as an OpenGraph document. */
#include <inttypes.h>
#include <stdlib.h>

#include "estate.h"

static const char *const regions[] = { "westeurope", "northeurope", "eastus", "westus2", "swedencentral", "francecentral" };
static const char *const owners[] = { "platform", "payments", "search", "identity", "data", "mobile", "web" };

static uint64_t scramble(uint64_t seed, uint64_t i, uint64_t salt)
{
    uint64_t z = (seed + i * UINT64_C(0x9e3779b97f4a7c15)) ^ (salt * UINT64_C(0xd6e8feb86659fd93));
    z = (z ^ (z >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    z = (z ^ (z >> 32)) * UINT64_C(0xd6e8feb86659fd93);
    return z ^ (z >> 32);
}

static int guid(char *out, size_t room, uint64_t a, uint64_t b)
{
    return snprintf(out, room, "%08" PRIx32 "-%04" PRIx32 "-4%03" PRIx32 "-a%03" PRIx32 "-%012" PRIx64, (uint32_t)a,
                    (uint32_t)(a >> 32) & 0xffff, (uint32_t)(a >> 48) & 0xfff, (uint32_t)b & 0xfff, b >> 16);
}

size_t estate_id(const estate *e, uint32_t node, char id[ESTATE_ID_BYTES])
{
    const char *provider = estate_provider(e->node_kind[node]), *prefix = estate_prefix(e->node_kind[node]);
    char subscription[40];
    if (node == 0)
        return (size_t)snprintf(id, ESTATE_ID_BYTES, "internet");
    if (!*provider)
        return (size_t)guid(id, ESTATE_ID_BYTES, scramble(e->seed, node, 1), scramble(e->seed, node, 2));
    guid(subscription, sizeof subscription, scramble(e->seed, node / 2000, 3), scramble(e->seed, node / 2000, 4));
    return (size_t)snprintf(id, ESTATE_ID_BYTES, "/subscriptions/%s/groups/g%u/%s/%s-%u", subscription,
                            (unsigned)(scramble(e->seed, node, 5) % 40), provider, prefix, node);
}

static void write_node(const estate *e, uint32_t n, FILE *out)
{
    char id[ESTATE_ID_BYTES], tenant[40];
    estate_id(e, n, id);
    uint64_t r = scramble(e->seed, n, 6);
    guid(tenant, sizeof tenant, scramble(e->seed, n % 3, 7), 0);
    const char *kind = estate_node_kind_name(e->node_kind[n]);
    fprintf(
        out,
        "{\"id\":\"%s\",\"kinds\":[\"%s\",\"%s\"],\"properties\":{\"name\":\"%s-%u\",\"tenantid\":\"%s\",\"region\":\"%s\",\"enabled\":%s,",
        id, kind, e->sensitive[n] ? "SensitiveStore" : "Resource",
        *estate_prefix(e->node_kind[n]) ? estate_prefix(e->node_kind[n]) : "principal", n, tenant, regions[r % 6],
        r >> 8 & 1 ? "true" : "false");
    fprintf(
        out,
        "\"createdon\":\"2024-%02u-%02uT%02u:%02u:00Z\",\"cost\":%u.%02u,\"score\":%u,\"owner\":\"%s\",\"tags\":[\"env:%s\",\"tier%u\"]",
        (unsigned)(r >> 10) % 12 + 1, (unsigned)(r >> 14) % 28 + 1, (unsigned)(r >> 20) % 24, (unsigned)(r >> 25) % 60,
        (unsigned)(r >> 30) % 900, (unsigned)(r >> 40) % 100, (unsigned)(r >> 47) % 1000, owners[r % 7], r >> 60 & 1 ? "prod" : "dev",
        (unsigned)(r >> 61) & 3);
    if (r >> 9 & 1)
        fprintf(out, ",\"description\":\"%s %s number %u of the %s team\"", regions[r % 6], kind, n, owners[r % 7]);
    fprintf(out, "}}");
}

static void write_edge(const estate *e, uint32_t i, FILE *out)
{
    char from[ESTATE_ID_BYTES], to[ESTATE_ID_BYTES];
    estate_id(e, e->from[i], from);
    estate_id(e, e->to[i], to);
    fprintf(out, "{\"kind\":\"%s\",\"start\":{\"value\":\"%s\"},\"end\":{\"value\":\"%s\"}}", estate_edge_kind_name(e->edge_kind[i]), from,
            to);
}

/* Edge numbers in source order. */
static uint32_t *by_source(const estate *e)
{
    uint32_t *place = calloc((size_t)e->n_nodes + 1, sizeof *place), *list = malloc((size_t)e->n_edges * sizeof *list);
    if (place && list) {
        for (uint32_t i = 0; i < e->n_edges; i++)
            place[e->from[i] + 1]++;
        for (uint32_t u = 0; u < e->n_nodes; u++)
            place[u + 1] += place[u];
        for (uint32_t i = 0; i < e->n_edges; i++)
            list[place[e->from[i]]++] = i;
    } else {
        free(list);
        list = NULL;
    }
    free(place);
    return list;
}

bool estate_write_opengraph(const estate *e, FILE *out, bool grouped)
{
    uint32_t *list = grouped ? by_source(e) : NULL;
    if (grouped && !list)
        return false;
    fprintf(out, "{\"metadata\":{\"source_kind\":\"Estate\"},\"graph\":{\"nodes\":[");
    for (uint32_t i = 0; i < e->n_nodes; i++) {
        fputs(i ? ",\n" : "\n", out);
        write_node(e, e->order[i], out);
    }
    fprintf(out, "\n],\"edges\":[");
    for (uint32_t i = 0; i < e->n_edges; i++) {
        fputs(i ? ",\n" : "\n", out);
        write_edge(e, list ? list[i] : i, out);
    }
    fprintf(out, "\n]}}\n");
    free(list);
    return !ferror(out);
}
