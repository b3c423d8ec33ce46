"""The specifications that the supergraph is written in: their links, definitions, and names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from graphql import (
    ConstListValueNode,
    ConstObjectFieldNode,
    ConstObjectValueNode,
    ConstValueNode,
    DefinitionNode,
    EnumValueNode,
    NameNode,
    StringValueNode,
    parse,
)

from gateway.schema.codes import ErrorCode
from gateway.schema.composition.merge.applied import MERGED
from gateway.schema.composition.merge.carried import CARRIED, CARRIED_BY_NAME
from gateway.schema.composition.merge.composed import Composed
from gateway.schema.composition.merge.phrase import say_variants
from gateway.schema.composition.merge.state import MergeState
from gateway.schema.subgraph.model import Applied, SubgraphSchema, elements
from gateway.schema.subgraph.specifications import (
    LATEST_FEDERATION,
    LINK_DEFINITION,
    SPECS,
    Version,
    define,
    federation_directives,
)

JOIN_VERSIONS: Final = (((2, 8), (0, 5)), ((2, 7), (0, 4)), ((2, 0), (0, 3)))
"""The join version that each federation version needs, latest first."""

CARRYING: Final = (2, 7)
"""The federation version that brought ``@join__directive``."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A specification that the supergraph links where a subgraph applies one of its directives."""

    name: str
    version: Version
    directives: tuple[str, ...]
    types: tuple[str, ...] = ()
    purpose: str | None = None


SPECIFICATIONS: Final = (
    Specification("tag", (0, 3), ("tag",)),
    Specification("inaccessible", (0, 2), ("inaccessible",), purpose="SECURITY"),
    Specification("authenticated", (0, 1), ("authenticated",), purpose="SECURITY"),
    Specification("requiresScopes", (0, 1), ("requiresScopes",), ("Scope",), purpose="SECURITY"),
    Specification("policy", (0, 1), ("policy",), ("Policy",), purpose="SECURITY"),
    Specification("cost", (0, 1), ("cost", "listSize")),
    Specification("cacheTag", (0, 1), ("cacheTag",)),
    Specification("context", (0, 1), ("context",), ("ContextFieldValue",), purpose="SECURITY"),
)

_LINK_TYPES: Final = """
enum link__Purpose {
  "What the gateway needs to understand to keep data secure."
  SECURITY
  "What the gateway needs to understand to execute operations."
  EXECUTION
}
scalar link__Import
"""
_FIELD_ARGUMENTS: Final = {
    (0, 3): "",
    (0, 4): " overrideLabel: String",
    (0, 5): " overrideLabel: String contextArguments: [join__ContextArgument!]",
}


def name_directives(state: MergeState) -> None:
    """Find the supergraph's name of every specification's directive that a subgraph applies."""
    for spec in (*MERGED, *CARRIED, "context"):
        used: dict[str, list[str]] = {}
        for part in state.parts:
            for local in sorted(part.applied.get(spec, ())):
                used.setdefault(local, []).append(part.name)
        if not used:
            continue
        state.names[spec] = min(used)
        if len(used) > 1:
            said = say_variants({f"@{local}": names for local, names in used.items()})
            message = f"The directive @{spec} is imported under different names: {said}."
            places = [(part, None) for part in state.parts if any(part.name in names for names in used.values())]
            state.fail(ErrorCode.LINK_IMPORT_NAME_MISMATCH, message, f"@{spec}", places)


def join_version(schemas: Iterable[SubgraphSchema]) -> Version:
    """The least join version that has what the subgraphs' federation versions may use, and what their own directives need."""
    known = list(schemas)
    latest = max((schema.version or (2, 0) for schema in known), default=(2, 0))
    if latest < CARRYING and any(map(_carries, known)):
        latest = CARRYING
    return next(join for federation, join in JOIN_VERSIONS if latest >= federation)


def _carries(schema: SubgraphSchema) -> bool:
    """Whether a subgraph has directives that are carried for gateways, whatever its federation version."""
    found = (each for _, _, element in elements(schema) for each in element.directives)
    return any((each.spec or each.name) in CARRIED_BY_NAME for each in found)


def links(state: MergeState, composed: Composed) -> list[Applied]:
    """The applications of ``@link`` on the supergraph's schema."""
    major, minor = join_version(part.schema for part in state.parts)
    found = [_link("link", (1, 0)), _link("join", (major, minor), purpose="EXECUTION")]
    for spec in SPECIFICATIONS:
        used = [name for name in spec.directives if name in state.names]
        if used:
            imports = {f"@{n}": f"@{state.names[n]}" for n in used if state.names[n] != n or n != spec.name}
            found.append(_link(spec.name, spec.version, purpose=spec.purpose, imports=imports))
    for link, imported in composed.links:
        found.append(Applied("link", "link", {"url": StringValueNode(value=link.url), **_import_argument(imported)}))
    return found


def _link(name: str, version: Version, *, purpose: str | None = None, imports: dict[str, str] | None = None) -> Applied:
    arguments: dict[str, ConstValueNode] = {"url": StringValueNode(value=f"{SPECS}{name}/v{version[0]}.{version[1]}")}
    if purpose is not None:
        arguments["for"] = EnumValueNode(value=purpose)
    return Applied("link", "link", {**arguments, **_import_argument(imports or {})})


def _import_argument(imports: dict[str, str]) -> dict[str, ConstValueNode]:
    if not imports:
        return {}
    return {"import": ConstListValueNode(values=tuple(_import(own, local) for own, local in sorted(imports.items())))}


def _import(own: str, local: str) -> ConstValueNode:
    if own == local:
        return StringValueNode(value=own)
    parts = (("name", own), ("as", local))
    return ConstObjectValueNode(
        fields=tuple(ConstObjectFieldNode(name=NameNode(value=n), value=StringValueNode(value=v)) for n, v in parts)
    )


def definitions(state: MergeState) -> Iterator[DefinitionNode]:
    """The definitions that the linked specifications bring."""
    version = join_version(part.schema for part in state.parts)
    yield define("link", LINK_DEFINITION, {})
    yield from parse(_LINK_TYPES, no_location=True).definitions
    yield from parse(_join_text(version), no_location=True).definitions
    known = federation_directives(LATEST_FEDERATION)
    for spec in SPECIFICATIONS:
        types = {name: f"{spec.name}__{name}" for name in spec.types}
        used = [name for name in spec.directives if name in state.names]
        for name in used:
            yield define(state.names[name], known[name].text, types)
        if used and spec.name == "context":
            yield define("context__fromContext", known["fromContext"].text, types)
        if used and types:
            yield from parse(" ".join(f"scalar {t}" for t in types.values()), no_location=True).definitions


def _join_text(version: Version) -> str:
    text = f"""
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph requires: join__FieldSet provides: join__FieldSet type: String external: Boolean
  override: String usedOverridden: Boolean{_FIELD_ARGUMENTS[version]}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String! url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph! interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph! key: join__FieldSet extension: Boolean! = false resolvable: Boolean! = true
  isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph! member: String!) repeatable on UNION
scalar join__FieldSet
"""
    if version >= (0, 4):
        text += """
directive @join__directive(graphs: [join__Graph!] name: String! args: join__DirectiveArguments) repeatable on
  SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
scalar join__DirectiveArguments
"""
    if version >= (0, 5):
        text += """
input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }
scalar join__FieldValue
"""
    return text
