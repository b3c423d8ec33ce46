"""The directives that may be applied in a subgraph: GraphQL's, those of the linked specifications under their local names, the author's."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from graphql import DirectiveDefinitionNode, parse

from gateway.schema.subgraph.model import Link
from gateway.schema.subgraph.specifications import (
    BUILT_IN,
    BUILT_IN_NAMES,
    FEDERATION_1,
    FEDERATION_TYPES,
    LATEST_FEDERATION,
    LINK_DEFINITION,
    OTHER_SPECIFICATIONS,
    PARTITION_DIRECTIVES,
    PARTITION_SPECIFICATION,
    PARTITION_TYPES,
    SPECS,
    Version,
    define,
    federation_directives,
)

_UPGRADED_TO: Final[Version] = (2, 4)
"""The version whose directives a Federation 1 subgraph is upgraded to."""


@dataclass(frozen=True, slots=True)
class Names:
    """``spec_names``: local directive name → the specification's; ``types``: type names that specifications own."""

    version: Version | None
    spec_names: dict[str, str]
    specified: dict[str, DirectiveDefinitionNode]
    types: frozenset[str]


@cache
def _built_in() -> dict[str, DirectiveDefinitionNode]:
    found = (n for n in parse(BUILT_IN, no_location=True).definitions if isinstance(n, DirectiveDefinitionNode))
    return {node.name.value: node for node in found}


def read_names(links: tuple[Link, ...], defined: Iterable[str]) -> Names:
    """Resolve what every directive name means, by the links of one subgraph and the directives its author defined."""
    federation = next((link for link in links if link.identity == f"{SPECS}federation"), None)
    spec_names = {name: name for name in BUILT_IN_NAMES}
    specified = dict(_built_in())
    types: set[str] = {"_Any", "_Entity", "_Service", "link__Purpose", "link__Import"}
    _add_link(links, spec_names, specified)
    if federation is None:
        types |= {"_FieldSet", "FieldSet"}
        _add_federation_1(spec_names, specified, defined)
    else:
        local_types = {name: federation.imports.get(name, f"{federation.prefix}__{name}") for name in FEDERATION_TYPES}
        types |= set(local_types.values())
        _add_federation(federation, spec_names, specified, local_types)
    for link in links:
        if link.identity.startswith(SPECS) and link.name in OTHER_SPECIFICATIONS:
            _add_other(link, spec_names, specified, types)
        elif link.identity == PARTITION_SPECIFICATION:
            _add_partition(link, spec_names, specified)
    version = federation.version if federation else None
    return Names(version, spec_names, specified, frozenset(types))


def _add_link(
    links: tuple[Link, ...], spec_names: dict[str, str], specified: dict[str, DirectiveDefinitionNode]
) -> None:
    local = next((link.prefix for link in links if link.identity == f"{SPECS}link"), "link")
    spec_names[local] = "link"
    specified[local] = define(local, LINK_DEFINITION, {})


def _add_federation_1(
    spec_names: dict[str, str], specified: dict[str, DirectiveDefinitionNode], defined: Iterable[str]
) -> None:
    """Federation 1 has a few directives; a later one counts where the author defined it, for tools wrote such SDL."""
    known = federation_directives(_UPGRADED_TO)
    for name in dict.fromkeys((*FEDERATION_1, *(name for name in defined if name in known))):
        spec_names[name] = name
        specified[name] = define(name, known[name].text, {"FieldSet": "_FieldSet"})


def _add_federation(
    link: Link,
    spec_names: dict[str, str],
    specified: dict[str, DirectiveDefinitionNode],
    local_types: dict[str, str],
) -> None:
    version = link.version if link.version <= LATEST_FEDERATION else LATEST_FEDERATION
    for name, directive in federation_directives(version).items():
        local = link.local(name)
        spec_names[local] = name
        specified[local] = define(local, directive.text, local_types)


def _add_other(
    link: Link,
    spec_names: dict[str, str],
    specified: dict[str, DirectiveDefinitionNode],
    types: set[str],
) -> None:
    known = federation_directives(LATEST_FEDERATION)
    local_types = {name: link.imports.get(name, f"{link.prefix}__{name}") for name in FEDERATION_TYPES}
    types |= set(local_types.values())
    for name in OTHER_SPECIFICATIONS[link.name]:
        local = link.local(name)
        spec_names[local] = name
        specified[local] = define(local, known[name].text, local_types)


def _add_partition(link: Link, spec_names: dict[str, str], specified: dict[str, DirectiveDefinitionNode]) -> None:
    """Its types stay the author's, who may define them for composers that do not know the specification."""
    local_types = {name: link.imports.get(name, name) for name in PARTITION_TYPES}
    for name, text in PARTITION_DIRECTIVES.items():
        local = link.local(name)
        spec_names[local] = name
        specified[local] = define(local, text, local_types)
