"""What of a fetch is kept by itself: each root field's answer, and each entity of an ``_entities`` call. Worked out once per operation text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

import msgspec

from gateway.resolvers.subgraph_client.caching.identities import Node
from gateway.resolvers.subgraph_client.caching.policies import Said
from gateway.resolvers.subgraph_client.caching.tagging import ReadTags
from gateway.schema.selection import Field
from gateway.types import ResponseKey, SubgraphName, TypeName

ENCODER: Final = msgspec.json.Encoder(order="sorted")


@dataclass(slots=True)
class Tally:
    """How often something was found, for one type or root field of one subgraph. ``age`` is the sum of the ages of what was found."""

    hits: int = 0
    stale: int = 0
    misses: int = 0
    uncached: int = 0
    kept: int = 0
    age: float = 0.0


Tallies = dict[tuple[SubgraphName, str], Tally]
"""Counters by subgraph and by type or root field. They outlive supergraphs."""


@dataclass(slots=True)
class Kept:
    """One kind of thing that is kept: the entities of one type in one call, or one root field's answers.

    ``seed`` stands in the key for all that does not change from request to request. ``is_learned`` is set when headers have said that
    it may be kept, ``is_private`` when they, or the schema, have said that it is one person's.
    """

    name: str
    type_name: TypeName
    said: Said
    seed: bytes
    variables: tuple[str, ...]
    static_tags: tuple[str, ...]
    read_tags: ReadTags
    node: Node | None
    tally: Tally
    is_private: bool = False
    is_learned: bool = False

    @property
    def may_be_kept(self) -> bool:
        """Whether it is worth looking for."""
        if self.said.policy.max_age == 0:
            return False
        return self.is_learned or (self.said.is_whole and self.said.policy.allows)

    def prefix(self, variables: Mapping[str, Any], varying: bytes, person: bytes | None) -> bytes | None:
        """The key but for the representation; None where it cannot be kept for this request."""
        if not self.may_be_kept or (self.is_private and person is None):
            return None
        digest = blake2b(self.seed, digest_size=16)
        digest.update(b"\x00private\x00%b" % person if self.is_private and person is not None else b"\x00public")
        digest.update(b"\x00%b\x00" % varying)
        if self.variables:
            given = {name: variables[name] for name in self.variables if name in variables}
            digest.update(ENCODER.encode(given))
        return digest.digest()


@dataclass(frozen=True, slots=True)
class EntityUnit:
    """One ``_entities`` call. ``opening`` begins its answer; ``of_type`` gives what is kept of entities with that ``__typename``."""

    alias: ResponseKey
    opening: bytes
    variable: str
    of_type: Callable[[TypeName], Kept]
    known: dict[TypeName, Kept] = field(default_factory=dict)

    def kept(self, type_name: Any) -> Kept:
        found = self.known.get(type_name)
        if found is None:
            found = self.known[type_name] = self.of_type(str(type_name))
        return found


@dataclass(frozen=True, slots=True)
class FieldUnit:
    """One root field. ``arguments`` gives their values; ``is_there`` whether the field's own conditions hold."""

    alias: ResponseKey
    opening: bytes
    kept: Kept
    arguments: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    field: Field

    def is_there(self, variables: Mapping[str, Any]) -> bool:
        return all(variables.get(guard.variable) is guard.expected for guard in self.field.guards)


Unit = EntityUnit | FieldUnit
