"""The specifications a supergraph is written in: what ``@link`` (or Federation 1's ``@core``) names, and by which local names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)

from gateway.errors import SupergraphError
from gateway.schema.subgraph.specifications import PARTITION_SPECIFICATION, PARTITION_TYPES

KNOWN = frozenset(
    {
        "authenticated",
        "cacheTag",
        "context",
        "core",
        "cost",
        "federation",
        "inaccessible",
        "join",
        "link",
        "policy",
        "requiresScopes",
        "source",
        "tag",
    }
)
"""Specifications of https://specs.apollo.dev that a gateway may meet with ``for: SECURITY`` or ``for: EXECUTION``."""

_URL = re.compile(r"^(?P<identity>.*?/?(?P<name>[^/]+))/v(?P<major>\d+)\.(?P<minor>\d+)/?$")


@dataclass(frozen=True, slots=True)
class Feature:
    """One linked specification.

    ``prefix`` is its local namespace; ``imports`` maps its own names (``@`` before a directive's) to local ones.
    """

    url: str
    identity: str
    name: str
    version: tuple[int, int]
    purpose: str | None
    prefix: str
    imports: Mapping[str, str] = field(default_factory=dict)

    def directive(self, element: str) -> str:
        """The local name of one of its directives, without ``@`` (link specification, section "Name conventions")."""
        if (imported := self.imports.get(f"@{element}")) is not None:
            return imported.removeprefix("@")
        return self.prefix if element == self.name else f"{self.prefix}__{element}"

    def type(self, element: str) -> str:
        """The local name of one of its types."""
        return self.imports.get(element, f"{self.prefix}__{element}")

    def defines_directive(self, name: str) -> bool:
        return name == self.prefix or name.startswith(f"{self.prefix}__") or f"@{name}" in self.imports.values()

    def defines_type(self, name: str) -> bool:
        if name.startswith(f"{self.prefix}__") or name in self.imports.values():
            return True
        return self.identity == PARTITION_SPECIFICATION and name in PARTITION_TYPES and name not in self.imports


def read_features(document: DocumentNode) -> dict[str, Feature]:
    """Every linked specification by its own name.

    Raises SupergraphError where a specification that is needed for security or execution is not one this gateway knows.
    """
    features = {feature.name: feature for node in _schema_directives(document) for feature in _read_link(node)}
    for feature in features.values():
        if feature.purpose in ("SECURITY", "EXECUTION") and not _is_known(feature):
            raise SupergraphError(
                f"The supergraph needs {feature.url} for {feature.purpose}, which this gateway does not know; "
                "compose without that feature, or serve it with a gateway that has it."
            )
    return features


def _is_known(feature: Feature) -> bool:
    return feature.name in KNOWN and feature.identity == f"https://specs.apollo.dev/{feature.name}"


def _schema_directives(document: DocumentNode) -> Iterator[DirectiveNode]:
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            yield from definition.directives or ()


def _read_link(node: DirectiveNode) -> Iterator[Feature]:
    arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
    url = _text(arguments.get("url")) or _text(arguments.get("feature"))
    match = _URL.match(url or "")
    if url is None or match is None:
        return
    yield Feature(
        url=url,
        identity=match["identity"],
        name=match["name"],
        version=(int(match["major"]), int(match["minor"])),
        purpose=_text(arguments.get("for")),
        prefix=_text(arguments.get("as")) or match["name"],
        imports=dict(_read_imports(arguments.get("import"))),
    )


def _read_imports(node: ValueNode | None) -> Iterator[tuple[str, str]]:
    items: Iterable[ValueNode] = node.values if isinstance(node, ListValueNode) else ()
    for item in items:
        if isinstance(item, ObjectValueNode):
            parts = {f.name.value: _text(f.value) for f in item.fields}
            name = parts.get("name")
            if name is not None:
                yield name, parts.get("as") or name
        elif (text := _text(item)) is not None:
            yield text, text


def _text(node: ValueNode | None) -> str | None:
    return node.value if isinstance(node, StringValueNode | EnumValueNode) else None
