#include "estate.h"

#include <stdlib.h>
#include <string.h>

#define SUBSCRIPTION 2000u
#define ALIKE 8u /* percent of edges whose target is popular as a source too; sets how fast the number of paths grows with their length */

/* ---- random numbers: integers only, so that every machine makes the same estate ---- */

typedef struct rng {
    uint64_t state;
} rng;

static uint64_t next(rng *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(rng *r, uint32_t n)
{
    return (uint32_t)((next(r) >> 32) * n >> 32);
}

/* An index below n with a heavy tail: a few indices come up very often. `skew` 1 is uniform. */
static uint32_t skewed(rng *r, uint32_t n, uint32_t skew)
{
    uint64_t u = next(r) >> 32, p = u;
    for (uint32_t i = 1; i < skew; i++)
        p = p * u >> 32;
    return (uint32_t)(p * n >> 32);
}

/* ---- what there is ---- */

enum {
    INTERNET,
    PUBLIC_IP,
    LOAD_BALANCER,
    VM,
    SCALE_SET,
    APP,
    FUNCTION,
    CLUSTER,
    POD,
    CONTAINER,
    SERVICE_ACCOUNT,
    IDENTITY,
    PRINCIPAL,
    USER,
    GROUP,
    VAULT,
    SECRET,
    STORAGE,
    SQL_SERVER,
    SQL_DB,
    COSMOS,
    NIC,
    SUBNET,
    VNET,
    DISK,
    RESOURCE_GROUP,
    ALERT
};

static const struct {
    const char *name, *provider, *prefix;
    uint32_t share; /* of 1000 nodes */
} node_kinds[ESTATE_NODE_KINDS] = {
    { "Internet", "", "", 0 },
    { "AzurePublicIp", "Microsoft.Network", "pip", 12 },
    { "AzureLoadBalancer", "Microsoft.Network", "lb", 8 },
    { "AzureVirtualMachine", "Microsoft.Compute", "vm", 130 },
    { "AzureScaleSet", "Microsoft.Compute", "vmss", 10 },
    { "AzureAppService", "Microsoft.Web", "app", 30 },
    { "AzureFunctionApp", "Microsoft.Web", "func", 25 },
    { "AzureCluster", "Microsoft.Aks", "aks", 4 },
    { "KubernetesPod", "Kubernetes.Core", "pod", 90 },
    { "KubernetesContainer", "Kubernetes.Core", "c", 60 },
    { "KubernetesServiceAccount", "Kubernetes.Rbac", "sa", 45 },
    { "EntraManagedIdentity", "", "", 60 },
    { "EntraServicePrincipal", "", "", 45 },
    { "EntraUser", "", "", 110 },
    { "EntraGroup", "", "", 35 },
    { "AzureKeyVault", "Microsoft.KeyVault", "kv", 20 },
    { "AzureSecret", "Microsoft.KeyVault", "s", 50 },
    { "AzureStorageAccount", "Microsoft.Storage", "st", 30 },
    { "AzureSqlServer", "Microsoft.Sql", "sql", 12 },
    { "AzureSqlDatabase", "Microsoft.Sql", "db", 25 },
    { "AzureCosmosDb", "Microsoft.DocumentDB", "cos", 8 },
    { "AzureNetworkInterface", "Microsoft.Network", "nic", 75 },
    { "AzureSubnet", "Microsoft.Network", "snet", 20 },
    { "AzureVirtualNetwork", "Microsoft.Network", "vnet", 6 },
    { "AzureDisk", "Microsoft.Compute", "disk", 65 },
    { "AzureResourceGroup", "Microsoft.Resources", "g", 20 },
    { "AzureAlert", "Microsoft.Insights", "alert", 5 },
};

static const struct {
    const char *name;
    uint32_t likelihood;
} edge_kinds[ESTATE_EDGE_KINDS] = {
    { "ExposedTo", 900000 },   { "RoutesTo", 950000 },    { "ForwardsTo", 930000 }, { "CanReach", 400000 },  { "CanConnect", 350000 },
    { "HasIdentity", 920000 }, { "RunsAs", 910000 },      { "UsesToken", 940000 },  { "CanAssume", 850000 }, { "Controls", 800000 },
    { "CanReadData", 880000 }, { "GetsSecrets", 870000 }, { "Opens", 750000 },      { "MemberOf", 990000 },  { "AdminTo", 820000 },
    { "AddSecret", 700000 },   { "ExecInto", 720000 },    { "Contains", 0 },        { "InSubnet", 0 },       { "AttachedTo", 0 },
    { "PeersWith", 0 },        { "LogsTo", 0 },           { "TaggedLike", 0 },
};

/* Which kinds an edge joins, and how many of a thousand attack edges (or of the others) are like that, per density. */
typedef struct shape {
    uint8_t kind, from, to;
    uint16_t g, d;
} shape;

static const shape attack[] = {
    { 1, PUBLIC_IP, VM, 8, 6 },
    { 1, PUBLIC_IP, APP, 3, 2 },
    { 2, LOAD_BALANCER, SCALE_SET, 7, 5 },
    { 2, LOAD_BALANCER, POD, 16, 12 },
    { 3, VM, VM, 120, 270 },
    { 3, POD, POD, 55, 130 },
    { 3, SCALE_SET, VM, 14, 14 },
    { 4, VM, SQL_SERVER, 22, 18 },
    { 4, APP, SQL_DB, 14, 10 },
    { 4, POD, COSMOS, 8, 6 },
    { 5, VM, IDENTITY, 62, 45 },
    { 5, FUNCTION, IDENTITY, 16, 12 },
    { 5, POD, IDENTITY, 14, 10 },
    { 6, APP, PRINCIPAL, 20, 15 },
    { 7, POD, SERVICE_ACCOUNT, 62, 45 },
    { 7, CONTAINER, POD, 40, 28 },
    { 8, SERVICE_ACCOUNT, IDENTITY, 26, 20 },
    { 9, IDENTITY, VM, 62, 52 },
    { 9, PRINCIPAL, FUNCTION, 24, 18 },
    { 9, IDENTITY, STORAGE, 22, 16 },
    { 10, IDENTITY, STORAGE, 30, 22 },
    { 10, PRINCIPAL, STORAGE, 16, 12 },
    { 10, SQL_SERVER, SQL_DB, 14, 10 },
    { 11, IDENTITY, VAULT, 26, 19 },
    { 11, PRINCIPAL, VAULT, 14, 10 },
    { 12, VAULT, SECRET, 30, 22 },
    { 12, SECRET, PRINCIPAL, 18, 14 },
    { 12, SECRET, SQL_DB, 16, 12 },
    { 13, USER, GROUP, 130, 94 },
    { 13, PRINCIPAL, GROUP, 20, 15 },
    { 14, GROUP, VM, 40, 30 },
    { 14, GROUP, APP, 8, 6 },
    { 15, GROUP, PRINCIPAL, 12, 9 },
    { 15, PRINCIPAL, PRINCIPAL, 8, 6 },
    { 16, SERVICE_ACCOUNT, POD, 24, 22 },
};

static const shape others[] = {
    { 17, RESOURCE_GROUP, VM, 150, 150 },
    { 17, RESOURCE_GROUP, DISK, 120, 120 },
    { 17, RESOURCE_GROUP, NIC, 110, 110 },
    { 17, RESOURCE_GROUP, STORAGE, 60, 60 },
    { 17, CLUSTER, POD, 70, 70 },
    { 18, NIC, SUBNET, 130, 130 },
    { 18, SUBNET, VNET, 40, 40 },
    { 19, DISK, VM, 110, 110 },
    { 19, NIC, VM, 90, 90 },
    { 20, VNET, VNET, 10, 10 },
    { 21, VM, STORAGE, 60, 60 },
    { 21, ALERT, VM, 20, 20 },
    { 22, APP, FUNCTION, 30, 30 },
};

const char *estate_node_kind_name(uint32_t kind)
{
    return node_kinds[kind].name;
}

const char *estate_provider(uint32_t kind)
{
    return node_kinds[kind].provider;
}

const char *estate_prefix(uint32_t kind)
{
    return node_kinds[kind].prefix;
}

const char *estate_edge_kind_name(uint32_t kind)
{
    return edge_kinds[kind].name;
}

uint32_t estate_likelihood(uint32_t edge_kind)
{
    return edge_kinds[edge_kind].likelihood;
}

/* ---- making it ---- */

/* Nodes of each kind in each subscription. */
typedef struct places {
    uint32_t n_subscriptions;
    uint32_t *first; /* (subscription, kind) -> range of nodes */
    uint32_t *nodes;
} places;

static void place_nodes(estate *e, rng *r, places *p)
{
    for (uint32_t i = 0; i < e->n_nodes; i++) {
        uint32_t pick = below(r, 1000), kind = 1;
        while (kind + 1 < ESTATE_NODE_KINDS && pick >= node_kinds[kind].share)
            pick -= node_kinds[kind++].share;
        e->node_kind[i] = (uint8_t)(i ? kind : INTERNET);
        p->first[(i / SUBSCRIPTION) * ESTATE_NODE_KINDS + e->node_kind[i] + 1]++;
    }
    uint32_t cells = p->n_subscriptions * ESTATE_NODE_KINDS;
    for (uint32_t c = 0; c < cells; c++)
        p->first[c + 1] += p->first[c];
    for (uint32_t i = e->n_nodes; i-- > 0;) {
        uint32_t cell = (i / SUBSCRIPTION) * ESTATE_NODE_KINDS + e->node_kind[i];
        p->nodes[--p->first[cell + 1]] = i;
    }
    /* first[c + 1] now holds the beginning of cell c. */
    memmove(p->first, p->first + 1, cells * sizeof *p->first);
    p->first[cells] = e->n_nodes;
}

/* A node of this kind in this subscription, popular ones more often; UINT32_MAX when there is none. Who is popular as a source is not
 * popular as a target: `mirror` counts popularity from the other end. */
static uint32_t pick_node(const places *p, rng *r, uint32_t subscription, uint32_t kind, uint32_t skew, bool mirror)
{
    uint32_t cell = subscription * ESTATE_NODE_KINDS + kind, n = p->first[cell + 1] - p->first[cell];
    uint32_t i = n ? skewed(r, n, skew) : 0;
    return n ? p->nodes[p->first[cell] + (mirror ? n - 1 - i : i)] : UINT32_MAX;
}

/* Pairs of nodes already joined; each pair gets one edge, as peers that know no parallel edges would otherwise count other paths. */
typedef struct pair_set {
    uint64_t *pairs, mask; /* 0: free, for no edge leads from node 0 to itself */
} pair_set;

static bool pair_new(pair_set *s, uint32_t from, uint32_t to)
{
    uint64_t pair = (uint64_t)from << 32 | to, at = pair * UINT64_C(0x9e3779b97f4a7c15) >> 20 & s->mask;
    for (; s->pairs[at]; at = (at + 1) & s->mask)
        if (s->pairs[at] == pair)
            return false;
    s->pairs[at] = pair;
    return true;
}

static void add_edge(estate *e, uint32_t from, uint32_t to, uint32_t kind)
{
    e->from[e->n_edges] = from;
    e->to[e->n_edges] = to;
    e->edge_kind[e->n_edges++] = (uint8_t)kind;
}

static void add_shaped(estate *e, rng *r, const places *p, pair_set *seen, const shape *shapes, size_t n, uint32_t count)
{
    uint32_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += e->density == 'd' ? shapes[i].d : shapes[i].g;
    for (uint32_t made = 0; made < count;) {
        uint32_t pick = below(r, total), i = 0, weight;
        while (pick >= (weight = e->density == 'd' ? shapes[i].d : shapes[i].g)) {
            pick -= weight;
            i++;
        }
        uint32_t here = below(r, p->n_subscriptions), there = below(r, 10) ? here : below(r, p->n_subscriptions);
        uint32_t from = pick_node(p, r, here, shapes[i].from, 2, false),
                 to = pick_node(p, r, there, shapes[i].to, 2, below(r, 100) >= ALIKE);
        if (from == UINT32_MAX || to == UINT32_MAX || from == to || !pair_new(seen, from, to))
            continue;
        add_edge(e, from, to, shapes[i].kind);
        made++;
    }
}

static void add_exposure(estate *e, rng *r, const places *p, pair_set *seen, uint32_t count)
{
    static const uint8_t exposed[] = { PUBLIC_IP, PUBLIC_IP, LOAD_BALANCER, APP, VM, POD };
    for (uint32_t made = 0; made < count;) {
        uint32_t to = pick_node(p, r, below(r, p->n_subscriptions), exposed[below(r, 6)], 1, false);
        if (to == UINT32_MAX || !pair_new(seen, 0, to))
            continue;
        add_edge(e, 0, to, 0);
        made++;
    }
}

static void choose_targets(estate *e, rng *r)
{
    uint32_t want = e->n_nodes * 8u / 1000u;
    while (e->n_targets < want) {
        uint32_t n = below(r, e->n_nodes), kind = e->node_kind[n];
        if ((kind != VAULT && kind != STORAGE && kind != SQL_DB && kind != COSMOS) || e->sensitive[n])
            continue;
        e->sensitive[n] = true;
        e->n_targets++;
    }
}

static void shuffle(estate *e, rng *r)
{
    for (uint32_t i = e->n_edges; i > 1; i--) {
        uint32_t j = below(r, i), from = e->from[i - 1], to = e->to[i - 1];
        uint8_t kind = e->edge_kind[i - 1];
        e->from[i - 1] = e->from[j];
        e->to[i - 1] = e->to[j];
        e->edge_kind[i - 1] = e->edge_kind[j];
        e->from[j] = from;
        e->to[j] = to;
        e->edge_kind[j] = kind;
    }
    for (uint32_t i = 0; i < e->n_nodes; i++)
        e->order[i] = i;
    for (uint32_t i = e->n_nodes; i > 1; i--) {
        uint32_t j = below(r, i), n = e->order[i - 1];
        e->order[i - 1] = e->order[j];
        e->order[j] = n;
    }
}

estate *estate_make(uint32_t n_nodes, char density, uint64_t seed)
{
    rng r = { seed };
    estate *e = calloc(1, sizeof *e);
    uint64_t edges = (uint64_t)n_nodes * 445 / 100, attacks = (uint64_t)n_nodes * (density == 'd' ? 248 : 178) / 100;
    uint32_t exposures = (uint32_t)((uint64_t)n_nodes * (density == 'd' ? 1041 : 858) / 100000);
    places p = { .n_subscriptions = (n_nodes + SUBSCRIPTION - 1) / SUBSCRIPTION };
    pair_set seen = { .mask = 255 };
    while (seen.mask < 2 * edges)
        seen.mask = 2 * seen.mask + 1;
    seen.pairs = calloc(seen.mask + 1, sizeof *seen.pairs);
    p.first = calloc((size_t)p.n_subscriptions * ESTATE_NODE_KINDS + 2, sizeof *p.first);
    p.nodes = malloc((size_t)n_nodes * sizeof *p.nodes);
    if (e) {
        *e = (estate){ .n_nodes = n_nodes, .seed = seed, .density = density };
        e->from = malloc(edges * sizeof *e->from);
        e->to = malloc(edges * sizeof *e->to);
        e->edge_kind = malloc(edges);
        e->node_kind = malloc(n_nodes);
        e->sensitive = calloc(n_nodes, sizeof *e->sensitive);
        e->order = malloc((size_t)n_nodes * sizeof *e->order);
    }
    if (!e || !p.first || !p.nodes || !seen.pairs || !e->from || !e->to || !e->edge_kind || !e->node_kind || !e->sensitive || !e->order) {
        estate_free(e);
        e = NULL;
    } else {
        place_nodes(e, &r, &p);
        add_exposure(e, &r, &p, &seen, exposures);
        add_shaped(e, &r, &p, &seen, attack, sizeof attack / sizeof *attack, (uint32_t)attacks - exposures);
        e->n_attack_edges = e->n_edges;
        add_shaped(e, &r, &p, &seen, others, sizeof others / sizeof *others, (uint32_t)(edges - attacks));
        choose_targets(e, &r);
        shuffle(e, &r);
    }
    free(p.first);
    free(p.nodes);
    free(seen.pairs);
    return e;
}

void estate_free(estate *e)
{
    if (!e)
        return;
    free(e->from);
    free(e->to);
    free(e->edge_kind);
    free(e->node_kind);
    free(e->sensitive);
    free(e->order);
    free(e);
}

/* ---- its own check ---- */

typedef struct counter {
    uint32_t *first, *to;
    uint8_t *left; /* hops to the nearest target, 255 too far */
    bool *on;
    const estate *e;
} counter;

static uint64_t count_from(counter *c, uint32_t u, uint32_t hops)
{
    uint64_t n = 0;
    c->on[u] = true;
    for (uint32_t a = c->first[u]; a < c->first[u + 1]; a++) {
        uint32_t w = c->to[a];
        if (c->on[w] || c->left[w] > hops - 1)
            continue;
        n += c->e->sensitive[w];
        if (hops > 1)
            n += count_from(c, w, hops - 1);
    }
    c->on[u] = false;
    return n;
}

uint64_t estate_count_paths(const estate *e, uint32_t hops)
{
    counter c = { .e = e };
    c.first = calloc((size_t)e->n_nodes + 2, sizeof *c.first);
    c.to = malloc((size_t)e->n_edges * sizeof *c.to);
    c.left = malloc(e->n_nodes);
    c.on = calloc(e->n_nodes, sizeof *c.on);
    uint64_t n = 0;
    if (c.first && c.to && c.left && c.on) {
        for (uint32_t i = 0; i < e->n_edges; i++)
            if (e->edge_kind[i] < ESTATE_TRAVERSABLE)
                c.first[e->from[i] + 2]++;
        for (uint32_t u = 0; u < e->n_nodes; u++)
            c.first[u + 2] += c.first[u + 1];
        for (uint32_t i = 0; i < e->n_edges; i++)
            if (e->edge_kind[i] < ESTATE_TRAVERSABLE)
                c.to[c.first[e->from[i] + 1]++] = e->to[i];
        for (uint32_t u = 0; u < e->n_nodes; u++)
            c.left[u] = e->sensitive[u] ? 0 : 255;
        for (uint32_t round = 0; round < hops; round++) /* plain relaxation: the check must not share code with what it checks */
            for (uint32_t u = 0; u < e->n_nodes; u++)
                for (uint32_t a = c.first[u]; a < c.first[u + 1]; a++)
                    if (c.left[c.to[a]] == round && c.left[u] > round + 1)
                        c.left[u] = (uint8_t)(round + 1);
        n = hops ? count_from(&c, 0, hops) : 0;
    }
    free(c.first);
    free(c.to);
    free(c.left);
    free(c.on);
    return n;
}

bool estate_check(const estate *e, uint64_t *counted, uint64_t *expected)
{
    /* Measured at 100,000 nodes for 6 hops; the number grows with the estate, because its subscriptions are alike. */
    *expected = (uint64_t)(e->density == 'd' ? 13450 : 1663) * e->n_nodes / 100000;
    *counted = estate_count_paths(e, 6);
    return *counted >= *expected / 2 && *counted <= *expected * 2;
}
