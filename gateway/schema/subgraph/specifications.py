"""What each specification of https://specs.apollo.dev brings: its directives, since which version, and its types."""

from dataclasses import dataclass
from typing import Final

from graphql import DirectiveDefinitionNode, parse

Version = tuple[int, int]

SPECS: Final = "https://specs.apollo.dev/"
LATEST_FEDERATION: Final[Version] = (2, 14)

_PLACES = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT"
    " | INPUT_FIELD_DEFINITION"
)
_ACCESS_PLACES = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"


@dataclass(frozen=True, slots=True)
class SpecDirective:
    """A directive of a specification: since which federation version, and its definition.

    In ``text`` the types written ``%FieldSet`` and so on stand for the local name of a type of the specification.
    """

    name: str
    since: Version
    text: str
    until: Version = (99, 0)


FEDERATION: Final = (
    SpecDirective("key", (2, 0), "(fields: %FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"),
    SpecDirective("requires", (2, 0), "(fields: %FieldSet!) on FIELD_DEFINITION"),
    SpecDirective("provides", (2, 0), "(fields: %FieldSet!) on FIELD_DEFINITION"),
    SpecDirective("external", (2, 0), "(reason: String) on OBJECT | FIELD_DEFINITION"),
    SpecDirective("extends", (2, 0), " on OBJECT | INTERFACE"),
    SpecDirective("tag", (2, 0), f"(name: String!) repeatable on {_PLACES}", until=(2, 2)),
    SpecDirective("tag", (2, 3), f"(name: String!) repeatable on {_PLACES} | SCHEMA"),
    SpecDirective("inaccessible", (2, 0), f" on {_PLACES}"),
    SpecDirective("shareable", (2, 0), " on OBJECT | FIELD_DEFINITION", until=(2, 1)),
    SpecDirective("shareable", (2, 2), " repeatable on OBJECT | FIELD_DEFINITION"),
    SpecDirective("override", (2, 0), "(from: String!) on FIELD_DEFINITION", until=(2, 6)),
    SpecDirective("override", (2, 7), "(from: String!, label: String) on FIELD_DEFINITION"),
    SpecDirective("composeDirective", (2, 1), "(name: String) repeatable on SCHEMA"),
    SpecDirective("interfaceObject", (2, 3), " on OBJECT"),
    SpecDirective("authenticated", (2, 5), f" on {_ACCESS_PLACES}"),
    SpecDirective("requiresScopes", (2, 5), f"(scopes: [[%Scope!]!]!) on {_ACCESS_PLACES}"),
    SpecDirective("policy", (2, 6), f"(policies: [[%Policy!]!]!) on {_ACCESS_PLACES}"),
    SpecDirective("context", (2, 8), "(name: String!) repeatable on INTERFACE | OBJECT | UNION"),
    SpecDirective("fromContext", (2, 8), "(field: %ContextFieldValue) on ARGUMENT_DEFINITION"),
    SpecDirective(
        "cost",
        (2, 9),
        "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    ),
    SpecDirective(
        "listSize",
        (2, 9),
        "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
        " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    ),
    SpecDirective("cacheTag", (2, 12), "(format: String!) repeatable on OBJECT | FIELD_DEFINITION"),
)
"""Directives by the federation version that has them."""

FEDERATION_1: Final = ("key", "requires", "provides", "external", "extends", "tag")
"""The directives that a Federation 1 subgraph has without asking."""

FEDERATION_TYPES: Final = ("FieldSet", "Scope", "Policy", "ContextFieldValue")

OTHER_SPECIFICATIONS: Final = {
    "tag": ("tag",),
    "inaccessible": ("inaccessible",),
    "authenticated": ("authenticated",),
    "requiresScopes": ("requiresScopes",),
    "policy": ("policy",),
    "cost": ("cost", "listSize"),
    "context": ("context", "fromContext"),
    "cacheTag": ("cacheTag",),
}
"""Specifications that a subgraph may also link by themselves, with the federation directives that they are."""

PARTITION_SPECIFICATION: Final = "https://specs.tongfen.dev/partition"
"""Our own specification: which member of a subgraph has what, and how the members' answers become one."""

PARTITION_DIRECTIVES: Final = {
    "partition": "(key: String!, prefix: Int, whole: [String!]) repeatable on OBJECT | INTERFACE",
    "partitionedBy": "(argument: String!, prefix: Int, whole: [String!]) repeatable on FIELD_DEFINITION",
    "gather": "(strategy: %GatherStrategy!, order: [%GatherOrder!], group: String, limit: String, sharedCursors: Boolean)"
    " on FIELD_DEFINITION | OBJECT",
}
"""Its directives (v0.1). A subgraph that links it need not define them."""

PARTITION_TYPES: Final = ("GatherStrategy", "GatherOrder")

LINK_DEFINITION: Final = "(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA"
BUILT_IN: Final = """
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @deprecated(reason: String = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
directive @specifiedBy(url: String!) on SCALAR
"""
BUILT_IN_NAMES: Final = ("skip", "include", "deprecated", "specifiedBy")

EXECUTABLE_LOCATIONS: Final = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
"""Where clients may write directives (GraphQL specification, section 3.13)."""

BUILT_IN_SCALARS: Final = frozenset({"String", "Int", "Float", "Boolean", "ID"})


def federation_directives(version: Version) -> dict[str, SpecDirective]:
    """The directives that a federation version has, by name."""
    return {d.name: d for d in FEDERATION if d.since <= version <= d.until}


def first_version(name: str) -> Version | None:
    """The first federation version that has a directive, or None where none has."""
    return min((d.since for d in FEDERATION if d.name == name), default=None)


def define(local: str, text: str, types: dict[str, str]) -> DirectiveDefinitionNode:
    """The definition of a specification's directive under local names."""
    for name, local_type in types.items():
        text = text.replace(f"%{name}", local_type)
    (node,) = parse(f"directive @{local}{text}", no_location=True).definitions
    assert isinstance(node, DirectiveDefinitionNode)  # noqa: S101  # the text says so
    return node
