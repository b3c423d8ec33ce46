"""What can be called back by name, from outside: by tag, subgraph, partition, type or entity."""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from gateway.errors import RequestError
from gateway.resolvers.cache.tags import Kinship, of_author, of_partition, of_subgraph
from gateway.types import SubgraphName, TypeName


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to invalidate: all that any of these is true of.

    A partition is ``city/3301``; a type is ``Demand``, or ``city/Demand`` for what one subgraph says of it. An entity is its
    ``__typename`` and the fields of one of its keys.
    """

    tags: tuple[str, ...] = ()
    subgraphs: tuple[SubgraphName, ...] = ()
    partitions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    entities: tuple[dict[str, Any], ...] = ()


EVERYONE: Final = None
"""Who may invalidate anything: the holder of a token of the gateway's own."""


def read_targets(body: bytes) -> Targets:
    """Targets from JSON. Raises RequestError for what is none, or names nothing."""
    try:
        targets = msgspec.json.decode(body, type=Targets)
    except msgspec.MsgspecError as error:
        raise RequestError(f"This is not what can be invalidated: {error}.") from error
    if targets == Targets():
        raise RequestError("Say what to invalidate: tags, subgraphs, partitions, types or entities.")
    return targets


def target_tags(targets: Targets, kinship: Kinship) -> tuple[str, ...]:
    """The tags that stand for targets. Raises RequestError for an entity without ``__typename``."""
    return tuple(dict.fromkeys(_tags(targets, kinship)))


def _tags(targets: Targets, kinship: Kinship) -> Iterator[str]:
    yield from (of_author(tag) for tag in targets.tags)
    yield from (of_subgraph(name) for name in targets.subgraphs)
    for partition in targets.partitions:
        subgraph, own_name = _split(partition)
        if not subgraph:
            raise RequestError(f"Write a partition with its subgraph, as in city/3301, not {partition!r}.")
        yield from (of_partition(subgraph, each) for each in (own_name, "*"))
    for written in targets.types:
        subgraph, type_name = _split(written)
        yield from kinship.type_tags(type_name, subgraph or "*")
    for entity in targets.entities:
        name = entity.get("__typename")
        if not isinstance(name, str):
            raise RequestError("An entity needs its __typename and the fields of a key.")
        yield from kinship.entity_tags(name, entity)


def check_rights(targets: Targets, subgraph: SubgraphName | None) -> None:
    """A subgraph speaks for its own answers, and for entities and tags, which may be in others' too. Raises RequestError (403)."""
    if subgraph is EVERYONE:
        return
    if any(name != subgraph for name in _named(targets)):
        message = f"The token of {subgraph} is for its own answers: name {subgraph}, {subgraph}/<partition> or {subgraph}/<type>."
        raise RequestError(message, code="FORBIDDEN", status=403)


def subgraphs_of(targets: Targets) -> tuple[SubgraphName, ...]:
    """The subgraphs that targets are about; an empty name for what can be of any."""
    everybody = ("",) if targets.tags or targets.entities else ()
    return tuple(dict.fromkeys((*_named(targets), *everybody)))


def _named(targets: Targets) -> Iterator[SubgraphName]:
    yield from targets.subgraphs
    yield from (_split(each)[0] for each in (*targets.partitions, *targets.types))


def whose_token(given: str, tokens: tuple[str, ...], of_subgraphs: Mapping[SubgraphName, str]) -> SubgraphName | None:
    """The subgraph whose token it is, or EVERYONE. Raises RequestError (401) for one that is nobody's."""
    if any(hmac.compare_digest(given.encode(), token.encode()) for token in tokens):
        return EVERYONE
    for name, token in of_subgraphs.items():
        if hmac.compare_digest(given.encode(), token.encode()):
            return name
    raise RequestError(
        "Send a token that the settings know: authorization: Bearer …", code="UNAUTHENTICATED", status=401
    )


def _split(text: str) -> tuple[SubgraphName, TypeName]:
    subgraph, slash, name = text.rpartition("/")
    return (subgraph, name) if slash else ("", text)
