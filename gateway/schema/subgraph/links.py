"""Resolve ``@link``: which specifications a subgraph uses, in which version and under which names (link specification v1.0)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.link_names import name_clashes
from gateway.schema.subgraph.model import Link
from gateway.schema.subgraph.report import subgraph_error
from gateway.schema.subgraph.specifications import (
    FEDERATION_TYPES,
    LATEST_FEDERATION,
    OTHER_SPECIFICATIONS,
    SPECS,
    Version,
    federation_directives,
    first_version,
)
from gateway.types import SubgraphName

_VERSION = re.compile(r"v(\d+)\.(\d+)")
_PURPOSES: Final = ("SECURITY", "EXECUTION")
_LINK_VERSIONS: Final = frozenset({(1, 0)})


def schema_nodes(document: DocumentNode) -> Iterator[SchemaDefinitionNode | SchemaExtensionNode]:
    """The schema definition and its extensions."""
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield node


def read_links(document: DocumentNode, subgraph: SubgraphName) -> tuple[tuple[Link, ...], list[CompositionError]]:
    """Every ``@link`` of a document, in order, and what is wrong with them."""
    links: list[Link] = []
    errors: list[CompositionError] = []
    for node in _link_nodes(document):
        found = _read_link(node, subgraph)
        if isinstance(found, CompositionError):
            errors.append(found)
            continue
        errors += _check_link(found, links, subgraph)
        links.append(found)
    if not any(_is_core(node) for node in _link_nodes(document)):
        return (), []  # Without the specification that gives it a meaning, @link is a directive like another.
    return tuple(links), errors


def _link_nodes(document: DocumentNode) -> list[ConstDirectiveNode]:
    """The applications of ``@link``, which may itself be renamed by the link to its own specification."""
    applied = [d for node in schema_nodes(document) for d in node.directives or ()]
    name = next((_argument_text(d, "as") or "link" for d in applied if _links_itself(d)), "link")
    return [d for d in applied if d.name.value == name]


def _is_core(node: ConstDirectiveNode) -> bool:
    url = f"{_argument_text(node, 'url')}/"
    return url.startswith((f"{SPECS}link/", f"{SPECS}federation/"))


def _links_itself(node: ConstDirectiveNode) -> bool:
    url = _argument_text(node, "url") or ""
    renamed = _argument_text(node, "as")
    return url.startswith(f"{SPECS}link/") and (renamed is None or renamed == node.name.value)


def _read_link(node: ConstDirectiveNode, subgraph: SubgraphName) -> Link | CompositionError:
    url = _argument_text(node, "url")
    if url is None:
        return _invalid_usage(subgraph, node, "a @link has no url.")
    identity, name, version = _split_url(url)
    if version is None:
        return subgraph_error(
            ErrorCode.INVALID_LINK_IDENTIFIER,
            subgraph,
            f'The url "{url}" of a @link does not name a specification and a version, as in "https://host/name/v1.2".',
            nodes=[node],
        )
    imports = _read_imports(_argument(node, "import"))
    if isinstance(imports, str):
        return _invalid_usage(subgraph, node, f'the import argument of the @link to "{url}" {imports}.')
    purpose = _argument(node, "for")
    if purpose is not None and _text(purpose) not in _PURPOSES and purpose.kind != "null_value":
        message = f'The purpose of the @link to "{url}" is {print_ast(purpose)}, and not SECURITY or EXECUTION.'
        return subgraph_error(ErrorCode.INVALID_GRAPHQL, subgraph, message, nodes=[node])
    prefix = _argument_text(node, "as")
    if prefix == "":
        return _invalid_usage(subgraph, node, f'"{url}" cannot be linked as "": that is not a name.')
    return Link(url, identity, name, version, prefix or name, imports, node)


def _split_url(url: str) -> tuple[str, str, Version | None]:
    """Identity, name and version of a specification's url; without version where there is none."""
    path = url.split("?")[0].split("#")[0]
    rest, _, last = path.rpartition("/")
    match = _VERSION.fullmatch(last)
    name = rest.rpartition("/")[2]
    if match is None or not name or not rest:
        return path, last, None
    return rest, name, (int(match[1]), int(match[2]))


def _read_imports(node: ValueNode | None) -> dict[str, str] | str:
    """Local names by the specification's, or what is wrong."""
    if node is None or node.kind == "null_value":
        return {}
    if not isinstance(node, ListValueNode):
        return "is not a list of names or of {name, as}"
    imports: dict[str, str] = {}
    for item in node.values:
        parts = {f.name.value: _text(f.value) for f in item.fields} if isinstance(item, ObjectValueNode) else {}
        name = parts.get("name") or _text(item)
        if name is None:
            return "is not a list of names or of {name, as}"
        if unknown := sorted(parts.keys() - {"name", "as"}):
            return f'has "{unknown[0]}" beside name and as'
        if parts.get("as") == "":
            return f'renames "{name}" to "", which is not a name'
        local = parts.get("as") or name
        if imports.get(name, local) != local:
            return f'imports "{name}" twice, as "{imports[name]}" and as "{local}"'
        imports[name] = local
    return imports


def _check_link(link: Link, before: Sequence[Link], subgraph: SubgraphName) -> Iterator[CompositionError]:
    if any(link.identity == other.identity for other in before):
        yield _invalid_usage(subgraph, link.node, f'"{link.identity}" is linked more than once.')
    if link.identity == f"{SPECS}link" and link.version not in _LINK_VERSIONS:
        yield subgraph_error(
            ErrorCode.UNKNOWN_LINK_VERSION,
            subgraph,
            f"The link specification has no version v{link.version[0]}.{link.version[1]}.",
            nodes=[link.node],
        )
    if link.identity == f"{SPECS}connect":
        yield subgraph_error(
            ErrorCode.UNSUPPORTED_FEATURE,
            subgraph,
            "Connectors (@connect, @source) are not supported: they need a gateway that calls REST services itself.",
            nodes=[link.node],
        )
    if "__" in link.prefix:
        yield _invalid_usage(
            subgraph,
            link.node,
            f'{link.url} cannot be linked as "{link.prefix}": a name with "__" is a namespaced name.',
        )
    yield from _check_renames(link, subgraph)
    for message in name_clashes(link, before):
        yield _invalid_usage(subgraph, link.node, message)
    if link.identity == f"{SPECS}federation":
        yield from _check_federation(link, subgraph)
    elif link.identity.startswith(SPECS) and link.name in OTHER_SPECIFICATIONS:
        yield from _check_imports(link, {f"@{name}" for name in OTHER_SPECIFICATIONS[link.name]}, subgraph)


def _check_renames(link: Link, subgraph: SubgraphName) -> Iterator[CompositionError]:
    for name, local in link.imports.items():
        if _looks_namespaced(link, name, local):
            message = (
                f'"{name}" cannot be imported as "{local}": that is how names of {link.url} look that are not imported.'
            )
            yield _invalid_usage(subgraph, link.node, message)
        if name.startswith("@") != local.startswith("@"):
            yield _invalid_usage(
                subgraph, link.node, f'"{name}" cannot be imported as "{local}": both or neither begin with "@".'
            )


def _looks_namespaced(link: Link, name: str, local: str) -> bool:
    if name == local:
        return False
    is_default = local == f"@{link.prefix}" and name != f"@{link.name}"
    return is_default or local.removeprefix("@").startswith(f"{link.prefix}__")


def _check_federation(link: Link, subgraph: SubgraphName) -> Iterator[CompositionError]:
    if not (2, 0) <= link.version <= LATEST_FEDERATION:
        yield subgraph_error(
            ErrorCode.UNKNOWN_FEDERATION_LINK_VERSION,
            subgraph,
            f"The federation specification has no version v{link.version[0]}.{link.version[1]}; "
            f"the latest is v{LATEST_FEDERATION[0]}.{LATEST_FEDERATION[1]}.",
            nodes=[link.node],
        )
        return
    known = {f"@{name}" for name in federation_directives(link.version)} | set(FEDERATION_TYPES)
    yield from _check_imports(link, known, subgraph)


def _check_imports(link: Link, known: set[str], subgraph: SubgraphName) -> Iterator[CompositionError]:
    for name in link.imports:
        if name in known:
            continue
        since = first_version(name.removeprefix("@")) if name.startswith("@") else None
        if since is not None and link.name == "federation" and since > link.version:
            detail = f'"{name}" came with federation v{since[0]}.{since[1]}; link that version or a later one.'
        elif f"@{name}" in known:
            detail = f'write "@{name}": it is a directive.'
        else:
            detail = f'"{name}" is not a name of {link.url}.'
        yield _invalid_usage(subgraph, link.node, f'"{name}" cannot be imported: {detail}')


def _invalid_usage(subgraph: SubgraphName, node: Node | None, message: str) -> CompositionError:
    return subgraph_error(
        ErrorCode.INVALID_LINK_DIRECTIVE_USAGE, subgraph, message[0].upper() + message[1:], nodes=[node]
    )


def _argument(node: ConstDirectiveNode, name: str) -> ValueNode | None:
    return next((a.value for a in node.arguments or () if a.name.value == name), None)


def _argument_text(node: ConstDirectiveNode, name: str) -> str | None:
    return _text(_argument(node, name))


def _text(node: ValueNode | None) -> str | None:
    return node.value if isinstance(node, StringValueNode | EnumValueNode) else None
