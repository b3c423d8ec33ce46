"""The tags that follow from what was asked: from an entity's representation, or from a root field's arguments."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from gateway.resolvers.cache.directives import Directives
from gateway.resolvers.cache.tags import ANY, Kinship, of_author, of_entity, of_partition
from gateway.types import FieldName, SubgraphName, TypeName

ReadTags = Callable[[Mapping[str, Any]], Iterator[str]]
"""Gives the tags that follow from a representation, or from the values of arguments."""


class Tagging:
    """Makes the readers of tags for one subgraph."""

    def __init__(self, subgraph: SubgraphName, kinship: Kinship, directives: Directives) -> None:
        self._subgraph, self._kinship, self._directives = subgraph, kinship, directives
        self._is_partitioned = any(
            True
            for coordinate in directives.by_coordinate
            for name in ("partition", "partitionedBy")
            for _ in directives.of(name, coordinate, subgraph)
        )

    def of_representation(self, type_name: TypeName) -> ReadTags:
        """The tags of one entity: its keys, its authors' tags, its partition."""
        formats = self._formats(type_name)
        places = [(str(p.get("key", "")), p.get("prefix")) for p in self._said("partition", type_name)]

        def read(representation: Mapping[str, Any]) -> Iterator[str]:
            for key in self._kinship.keys_of(type_name, representation):
                yield of_entity(type_name, key)
            yield from (of_author(fill(text, "$key", representation)) for text in formats)
            yield from self._partitions([(representation.get(key), prefix) for key, prefix in places])

        return read

    def of_arguments(self, type_name: TypeName, name: FieldName) -> ReadTags:
        """The tags of a root field's answer."""
        coordinate = f"{type_name}.{name}"
        formats = self._formats(coordinate)
        places = [
            (str(p.get("argument", "")).split("."), p.get("prefix")) for p in self._said("partitionedBy", coordinate)
        ]

        def read(arguments: Mapping[str, Any]) -> Iterator[str]:
            yield from (of_author(fill(text, "$args", arguments)) for text in formats)
            yield from self._partitions([(step_down(arguments, path), prefix) for path, prefix in places])

        return read

    def _partitions(self, found: list[tuple[Any, Any]]) -> Iterator[str]:
        """The tags of the partitions that these values name; where none is named it can be any."""
        if not self._is_partitioned:
            return
        values = [(one, prefix) for value, prefix in found for one in (value if isinstance(value, list) else [value])]
        names = {str(value)[:prefix] for value, prefix in values if value is not None}
        yield from (of_partition(self._subgraph, name) for name in sorted(names) or (ANY,))

    def _formats(self, coordinate: str) -> tuple[str, ...]:
        return tuple(str(arguments.get("format", "")) for arguments in self._said("cacheTag", coordinate))

    def _said(self, name: str, coordinate: str) -> Iterator[Mapping[str, Any]]:
        return self._directives.of(name, coordinate, self._subgraph)


def fill(text: str, root: str, values: Any) -> str:
    """``profile-{$key.id}`` with its places filled (federation 2.12, ``@cacheTag(format:)``). What has no value is empty."""
    first, *parts = text.split("{")
    filled = [first]
    for part in parts:
        path, _, rest = part.partition("}")
        start, *steps = path.strip().split(".")
        filled.append(_spell(step_down(values, steps) if start == root else None) + rest)
    return "".join(filled)


def step_down(value: Any, steps: list[str]) -> Any:
    """What is found inside ``value`` by these names; None where there is nothing."""
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _spell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
