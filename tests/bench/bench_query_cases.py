"""Questions put to both engines; `kuzu` lists ways to put one to Kuzu, over its single tables and over a table for each kind."""
import collections

# Columns of Kuzu's node tables.
PROPERTIES = {"id": "STRING", "kind": "STRING", "sensitive": "BOOLEAN", "name": "STRING", "region": "STRING", "owner": "STRING", "enabled": "BOOLEAN",
              "score": "INT64", "cost": "DOUBLE", "createdon": "STRING", "description": "STRING"}

# whole: a query whose rows include every right row of one that has LIMIT and no order.
Case = collections.namedtuple("Case", "name gate goal ours kuzu params whole", defaults=(None, None))

CASES = [
    Case("point look-up by id", 20, 40,
         "MATCH (n {id: $id}) RETURN n.name, n.region, n.score",
         ["MATCH (n:Node {id: $id}) RETURN n.name, n.region, n.score", "MATCH (n:EntraUser {id: $id}) RETURN n.name, n.region, n.score"],
         params=True),
    Case("neighbours of a node by id", 1, 10,
         "MATCH (n {id: $id})-[r]->(m) RETURN type(r), m.id",
         ["MATCH (n:Node {id: $id})-[r:Attack]->(m:Node) RETURN r.kind, m.id"],
         params=True),
    Case("count paths of at most 6 hops", 25, 30,
         "MATCH (a:Internet)-[*1..6]->(t:SensitiveStore) RETURN count(*)",
         ["MATCH (a:Node {id: 'internet'})-[r:Attack* TRAIL 1..6]->(t:Node) WHERE t.sensitive RETURN count(*)"]),
    Case("shortest path to each target", 20, 30,
         "MATCH p = shortestPath((a:Internet)-[*1..30]->(t:SensitiveStore)) RETURN t.id, length(p)",
         ["MATCH (a:Node {id: 'internet'})-[r:Attack* SHORTEST 1..30]->(t:Node) WHERE t.sensitive RETURN t.id, length(r)"]),
    Case("nodes reached over up to 30 hops, counted", 15, 30,
         "MATCH (a:Internet)-[*1..30]->(b) RETURN count(DISTINCT b)",
         ["MATCH (a:Node {id: 'internet'})-[r:Attack* SHORTEST 1..30]->(b:Node) RETURN count(DISTINCT b)",
          "MATCH (a:Node {id: 'internet'})-[r:Attack* SHORTEST 1..30]->(b:Node) RETURN count(*)"]),
    Case("variable length with LIMIT", 10, 10,
         "MATCH (a:Internet)-[*1..4]->(t:SensitiveStore) RETURN t.id LIMIT 10",
         ["MATCH (a:Node {id: 'internet'})-[r:Attack* TRAIL 1..4]->(t:Node) WHERE t.sensitive RETURN t.id LIMIT 10"],
         whole="MATCH (a:Internet)-[*1..4]->(t:SensitiveStore) RETURN t.id"),
    Case("two-hop join with filters", 1, 5,
         "MATCH (v:AzureVirtualMachine)-[:HasIdentity]->(i:EntraManagedIdentity)-[:CanReadData]->(s:AzureStorageAccount) "
         "WHERE v.region = 'westeurope' AND s.enabled = true RETURN v.id, s.id",
         ["MATCH (v:AzureVirtualMachine)-[:HasIdentity]->(i:EntraManagedIdentity)-[:CanReadData]->(s:AzureStorageAccount) "
          "WHERE v.region = 'westeurope' AND s.enabled = true RETURN v.id, s.id"]),
    Case("three-hop join, counted", 5, 5,
         "MATCH (u:EntraUser)-[:MemberOf]->(g:EntraGroup)-[:AdminTo]->(v:AzureVirtualMachine)-[:HasIdentity]->(i:EntraManagedIdentity) RETURN count(*)",
         ["MATCH (u:EntraUser)-[:MemberOf]->(g:EntraGroup)-[:AdminTo]->(v:AzureVirtualMachine)-[:HasIdentity]->(i:EntraManagedIdentity) "
          "RETURN count(*)"]),
    Case("triangles", 1, 5,
         "MATCH (a:AzureVirtualMachine)-[:CanReach]->(b:AzureVirtualMachine)-[:CanReach]->(c:AzureVirtualMachine), (a)-[:CanReach]->(c) RETURN count(*)",
         ["MATCH (a:AzureVirtualMachine)-[:CanReach]->(b:AzureVirtualMachine)-[:CanReach]->(c:AzureVirtualMachine), (a)-[:CanReach]->(c) "
          "RETURN count(*)"]),
    Case("aggregation of all nodes", 1, 5,
         "MATCH (n) RETURN n.region, n.owner, count(*), sum(n.score), min(n.cost)",
         ["MATCH (n:Node) RETURN n.region, n.owner, count(*), sum(n.score), min(n.cost)"]),
    Case("aggregation over a join", 1, 5,
         "MATCH (u:EntraUser)-[:MemberOf]->(g:EntraGroup) RETURN g.id, count(u)",
         ["MATCH (u:EntraUser)-[:MemberOf]->(g:EntraGroup) RETURN g.id, count(u)"]),
    Case("top 10 of groups by members", 1, 5,
         "MATCH (u:EntraUser)-[:MemberOf]->(g:EntraGroup) RETURN g.id AS id, count(u) AS c ORDER BY c DESC, id LIMIT 10",
         ["MATCH (u:EntraUser)-[:MemberOf]->(g:EntraGroup) RETURN g.id AS id, count(u) AS c ORDER BY c DESC, id LIMIT 10"]),
    Case("top 20 by property", 4, 5,
         "MATCH (v:AzureVirtualMachine) RETURN v.id AS id, v.score AS score ORDER BY score DESC, id LIMIT 20",
         ["MATCH (v:AzureVirtualMachine) RETURN v.id AS id, v.score AS score ORDER BY score DESC, id LIMIT 20"]),
    Case("distinct pairs of values over a join", 1, 5,
         "MATCH (v:AzureVirtualMachine)-[:CanReach]->(w:AzureVirtualMachine) RETURN DISTINCT w.region, w.owner",
         ["MATCH (v:AzureVirtualMachine)-[:CanReach]->(w:AzureVirtualMachine) RETURN DISTINCT w.region, w.owner"]),
    Case("distinct nodes, counted", 1, 5,
         "MATCH (v:AzureVirtualMachine)-[:CanReach]->(w:AzureVirtualMachine) RETURN count(DISTINCT w)",
         ["MATCH (v:AzureVirtualMachine)-[:CanReach]->(w:AzureVirtualMachine) RETURN count(DISTINCT w)"]),
    Case("string filter CONTAINS", 1, 5,
         "MATCH (n) WHERE n.description CONTAINS 'payments' RETURN count(*)",
         ["MATCH (n:Node) WHERE n.description CONTAINS 'payments' RETURN count(*)"]),
    Case("string filter STARTS WITH", 2, 5,
         "MATCH (n) WHERE n.name STARTS WITH 'vm-99' RETURN n.id",
         ["MATCH (n:Node) WHERE n.name STARTS WITH 'vm-99' RETURN n.id"]),
    Case("ranges of numbers", 1, 5,
         "MATCH (n) WHERE n.score >= 990 AND n.cost < 100 RETURN n.id",
         ["MATCH (n:Node) WHERE n.score >= 990 AND n.cost < 100 RETURN n.id"]),
    Case("nodes without a relationship", 1, 5,
         "MATCH (i:EntraManagedIdentity) WHERE NOT EXISTS { MATCH (i)-[:Controls]->(:AzureVirtualMachine) } RETURN count(*)",
         ["MATCH (i:EntraManagedIdentity) WHERE NOT EXISTS { MATCH (i)-[:Controls]->(:AzureVirtualMachine) } RETURN count(*)"]),
]
