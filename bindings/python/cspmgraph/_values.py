"""Values of rows that are more than text and numbers: nodes, relationships, paths."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Iterator


class Node(Mapping[str, Any]):
    """A node as it stood in its graph. As a mapping it is its properties."""

    __slots__ = ("id", "kinds", "properties")

    def __init__(self, id: str, kinds: list[str], properties: dict[str, Any]) -> None:
        self.id, self.kinds, self.properties = id, kinds, properties

    def __getitem__(self, key: str) -> Any:
        return self.properties[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.properties)

    def __len__(self) -> int:
        return len(self.properties)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and (self.id, self.kinds, self.properties) == (other.id, other.kinds, other.properties)

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def name(self) -> str:
        name = self.properties.get("name")
        return name if isinstance(name, str) else self.id

    def to_dict(self) -> dict[str, Any]:
        """In the shape of query results."""
        return {"id": self.id, "kinds": self.kinds, "properties": self.properties}

    def __repr__(self) -> str:
        return f"<Node {self.id!r} {':'.join(self.kinds)}>"

    def _repr_html_(self) -> str:
        from ._html import node_html
        return node_html(self)


class Relationship(Mapping[str, Any]):
    """A relationship; `start` and `end` are node ids. As a mapping it is its properties."""

    __slots__ = ("end", "kind", "properties", "start")

    def __init__(self, kind: str, start: str, end: str, properties: dict[str, Any]) -> None:
        self.kind, self.start, self.end, self.properties = kind, start, end, properties

    def __getitem__(self, key: str) -> Any:
        return self.properties[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.properties)

    def __len__(self) -> int:
        return len(self.properties)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Relationship) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.kind, self.start, self.end))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "start": self.start, "end": self.end, "properties": self.properties}

    def __repr__(self) -> str:
        return f"<Relationship {self.start!r} -[{self.kind}]-> {self.end!r}>"


class Path:
    """Nodes and the relationships between them."""

    __slots__ = ("nodes", "relationships")

    def __init__(self, nodes: list[Node], relationships: list[Relationship]) -> None:
        self.nodes, self.relationships = nodes, relationships

    def __len__(self) -> int:
        return len(self.relationships)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Path) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(tuple(node.id for node in self.nodes))

    def to_dict(self) -> dict[str, Any]:
        return {"nodes": [n.to_dict() for n in self.nodes], "relationships": [r.to_dict() for r in self.relationships]}

    def __repr__(self) -> str:
        return f"<Path {' -> '.join(node.id for node in self.nodes)}>"

    def to_svg(self) -> str:
        from ._draw import path_svg
        steps = [(r.start, r.kind, r.end) for r in self.relationships]
        return path_svg([n.id for n in self.nodes], {n.id: (n.name, n.kinds) for n in self.nodes}, steps)

    def _repr_html_(self) -> str:
        return f"<div>{self.to_svg()}</div>"  # as HTML it shrinks with the page


def from_json(value: Any) -> Any:
    """Parsed JSON with nodes, relationships and paths in it made what they are. A map of the query's own with the same keys looks alike."""
    if isinstance(value, dict):
        keys = value.keys()
        if keys == {"id", "kinds", "properties"}:
            return Node(value["id"], value["kinds"], value["properties"])
        if keys == {"kind", "start", "end", "properties"}:
            return Relationship(value["kind"], value["start"], value["end"], value["properties"])
        if keys == {"nodes", "relationships"}:
            return Path([from_json(n) for n in value["nodes"]], [from_json(r) for r in value["relationships"]])
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """The other way: what JSON and frames can hold."""
    if isinstance(value, (Node, Relationship, Path)):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
