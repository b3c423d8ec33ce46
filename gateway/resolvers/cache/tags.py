"""The names under which entries can be called back. Each entry has all that are true of it; an invalidation names those it is about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import SubgraphName, TypeName

ANY: Final = "*"
"""Stands for all entities of a type, or all partitions: the tag of what may hold any of them."""


def of_subgraph(subgraph: SubgraphName) -> str:
    return f"s:{subgraph}"


def of_partition(subgraph: SubgraphName, partition: str) -> str:
    return f"p:{subgraph}/{partition}"


def of_type(type_name: TypeName, subgraph: SubgraphName = ANY) -> str:
    return f"t:{subgraph}/{type_name}"


def of_entity(type_name: TypeName, key: str) -> str:
    return f"e:{type_name}:{key}"


def of_author(text: str) -> str:
    """A tag that a subgraph's author has chosen."""
    return f"u:{text}"


def write_key(selections: SelectionSet, value: Any, names: Mapping[str, str] | None = None) -> str | None:
    """An entity's key as text, the same however it is written; None where the object lacks a part of it.

    ``names`` gives response keys of the object's own fields where these are called otherwise.
    """
    read = _read_key(selections, value, names)
    return None if read is None else msgspec.json.encode(read, order="sorted").decode()


def _read_key(selections: SelectionSet, value: Any, names: Mapping[str, str] | None) -> Any:
    if not isinstance(value, dict):
        return None
    read: dict[str, Any] = {}
    for field in selections:
        if not isinstance(field, Field):
            return None
        found = value.get(field.name if names is None else names.get(field.name, ""))
        if isinstance(found, list):
            found = [_read_key(field.selections, item, None) if field.selections else item for item in found]
        elif field.selections:
            found = _read_key(field.selections, found, None)
        elif isinstance(found, int | float) and not isinstance(found, bool):
            found = str(found)  # an ID may be written as a number
        if found is None:
            return None
        read[field.name] = found
    return read


class Kinship:
    """Which types an invalidation means beside the one it names, and the keys by which entities are told apart."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._above: dict[TypeName, list[TypeName]] = {}
        for name, kinds in supergraph.possible_types.items():
            for kind in kinds:
                self._above.setdefault(kind, []).append(name)
        self.keys: dict[TypeName, tuple[SelectionSet, ...]] = {}
        """Every key of every entity type, of whichever subgraph."""
        for view in supergraph.subgraphs.values():
            for name, declared in view.types.items():
                found = dict.fromkeys((*self.keys.get(name, ()), *(key.selections for key in declared.keys)))
                if found:
                    self.keys[name] = tuple(found)
        for name, keys in list(self.keys.items()):
            for kind in supergraph.possible_types.get(name, ()):
                self.keys[kind] = tuple(dict.fromkeys((*self.keys.get(kind, ()), *keys)))

    def related(self, type_name: TypeName) -> tuple[TypeName, ...]:
        """The type, its concrete types, and every interface and union of it: an entity can be known by any of these names."""
        return tuple(dict.fromkeys((type_name, *self.below(type_name), *self._above.get(type_name, ()))))

    def below(self, type_name: TypeName) -> tuple[TypeName, ...]:
        """The type's concrete types."""
        return self._supergraph.possible_types.get(type_name, ())

    def entity_tags(self, type_name: TypeName, value: Mapping[str, Any]) -> Iterator[str]:
        """The tags by which an invalidation of one entity calls back all that holds it, or may hold it.

        Where ``value`` has no whole key, that is every entity of its type.
        """
        keys = tuple(self.keys_of(type_name, value))
        for name in self.related(type_name):
            yield from self.key_tags(name, keys)

    def key_tags(self, type_name: TypeName, keys: tuple[str, ...]) -> Iterator[str]:
        """The same for one of an entity's types and its keys as they are written."""
        if not keys:
            yield of_type(type_name)
            return
        yield of_entity(type_name, ANY)
        yield from (of_entity(type_name, key) for key in keys)

    def keys_of(self, type_name: TypeName, value: Any, names: Mapping[str, str] | None = None) -> Iterator[str]:
        """Every key of an entity that its fields give."""
        for selections in self.keys.get(type_name, ()):
            key = write_key(selections, value, names)
            if key is not None:
                yield key

    def type_tags(self, type_name: TypeName, subgraph: SubgraphName = ANY) -> Iterable[str]:
        """The tags by which an invalidation of a type calls back all that holds objects of it."""
        return [of_type(name, subgraph) for name in dict.fromkeys((type_name, *self.below(type_name)))]
