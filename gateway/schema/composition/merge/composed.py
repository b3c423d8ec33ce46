"""``@composeDirective``: which of the authors' directives the supergraph carries (federation 2.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import DirectiveDefinitionNode, Node, StringValueNode, print_ast

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.applied import MERGED
from gateway.schema.composition.merge.phrase import say_variants
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.model import Link, SubgraphSchema, elements
from gateway.schema.subgraph.specifications import SPECS


@dataclass(frozen=True, slots=True)
class Request:
    """One ``@composeDirective(name:)`` that can be granted: ``own`` is the name in the directive's own specification."""

    part: Part
    name: str
    own: str
    link: Link
    definition: DirectiveDefinitionNode
    node: Node | None


@dataclass(frozen=True, slots=True)
class Composed:
    """What the supergraph carries: the definitions, and the links with the names imported from each."""

    definitions: tuple[DirectiveDefinitionNode, ...] = ()
    links: tuple[tuple[Link, dict[str, str]], ...] = ()


def find_composed(state: MergeState) -> Composed:
    """Check every request and grant those that all subgraphs agree on."""
    requests = [request for part in state.parts for request in _requests(state, part)]
    wrong = _mismatched_versions(state, requests) | _mismatched_names(state, requests)
    granted = [r for r in requests if r.link.identity not in wrong and r.name not in wrong]
    latest: dict[str, Request] = {}
    for request in granted:
        if request.name not in latest or latest[request.name].link.version <= request.link.version:
            latest[request.name] = request
    for name, request in latest.items():
        state.composed[name] = bool(request.definition.repeatable)
        state.composed_in |= {(p.name, name) for p in state.parts if _means(p.schema, name, request.link)}
        for argument in request.definition.arguments or ():
            state.notes.used_as_input.setdefault(
                print_ast(argument.type).strip("[]!"), f"@{name}({argument.name.value}:)"
            )
    return Composed(tuple(latest[name].definition for name in sorted(latest)), _links(latest))


def _means(schema: SubgraphSchema, name: str, composed: Link) -> bool:
    """Whether a name is the composed directive's here: another major version is another specification."""
    link = link_of(schema, name)
    return link is not None and (link.identity, link.version[0]) == (composed.identity, composed.version[0])


def check_composed_places(state: MergeState, composed: Composed) -> None:
    """The supergraph has one definition of a composed directive: it allows every place where a subgraph applies it."""
    allowed = {node.name.value: {place.value for place in node.locations} for node in composed.definitions}
    for part in state.parts:
        for coordinate, location, element in elements(part.schema):
            for directive in element.directives:
                places = allowed.get(directive.name)
                if places is None or location in places or (part.name, directive.name) not in state.composed_in:
                    continue
                message = (
                    f'@{directive.name} on {coordinate} in subgraph "{part.name}" cannot be composed: subgraphs define the directive '
                    f"for different places, and the definition that the supergraph takes is not for {location}."
                )
                code = ErrorCode.DIRECTIVE_COMPOSITION_ERROR
                state.fail(code, message, coordinate, [(part, directive.node)])


def _links(latest: dict[str, Request]) -> tuple[tuple[Link, dict[str, str]], ...]:
    links: dict[str, Link] = {}
    imports: dict[str, dict[str, str]] = {}
    for name in sorted(latest):
        request = latest[name]
        identity = request.link.identity
        if identity not in links or links[identity].version < request.link.version:
            links[identity] = request.link
        imports.setdefault(identity, {})[f"@{request.own}"] = f"@{name}"
    return tuple((links[identity], imports[identity]) for identity in sorted(links))


def _requests(state: MergeState, part: Part) -> Iterator[Request]:
    schema = part.schema
    for directive in schema.schema_directives:
        if directive.spec != "composeDirective":
            continue
        value = directive.arguments.get("name")
        written = value.value if isinstance(value, StringValueNode) else None
        fault = _fault(schema, written)
        if fault is not None:
            message = f'@composeDirective of {written or "nothing"} in subgraph "{part.name}": {fault}'
            state.fail(ErrorCode.DIRECTIVE_COMPOSITION_ERROR, message, written or "", [(part, directive.node)])
            continue
        name = (written or "").removeprefix("@")
        if schema.spec_names.get(name) in MERGED:
            message = f'@{name} of subgraph "{part.name}" is composed anyway; its @composeDirective can be removed.'
            state.hint(HintCode.DIRECTIVE_COMPOSITION_INFO, message, f"@{name}", [(part, directive.node)])
            continue
        link = link_of(schema, name)
        if link is not None:
            yield Request(part, name, _own_name(link, name), link, schema.definitions[name], directive.node)


def _fault(schema: SubgraphSchema, written: str | None) -> str | None:
    if not written:
        return 'say which directive, as in @composeDirective(name: "@mine").'
    if not written.startswith("@"):
        return f'the name must begin with "@": write "@{written}".'
    name = written.removeprefix("@")
    spec = schema.spec_names.get(name)
    if spec in MERGED:
        return None
    if spec is not None and name not in schema.definitions:
        return "it belongs to a specification whose directives are not composed by request."
    if name not in schema.definitions:
        return "the subgraph does not define this directive."
    link = link_of(schema, name)
    if link is None:
        return "no @link of the subgraph imports this directive, so other subgraphs could not tell whether they mean the same."
    if link.identity in (f"{SPECS}federation", f"{SPECS}link"):
        return "federation's own directives are not composed by request."
    return None


def link_of(schema: SubgraphSchema, name: str) -> Link | None:
    """The link that brings a directive under a local name."""
    for link in schema.links:
        if f"@{name}" in link.imports.values() or name == link.prefix or name.startswith(f"{link.prefix}__"):
            return link
    return None


def _own_name(link: Link, name: str) -> str:
    for own, local in link.imports.items():
        if local == f"@{name}":
            return own.removeprefix("@")
    return name.removeprefix(f"{link.prefix}__") if name != link.prefix else link.name


def _mismatched_versions(state: MergeState, requests: Sequence[Request]) -> set[str]:
    """Major versions are different specifications: an error among those that ask, a hint about those that do not."""
    wrong: set[str] = set()
    for identity in sorted({link.identity for part in state.parts for link in part.schema.links}):
        if identity in (f"{SPECS}federation", f"{SPECS}link"):
            continue
        asking = {r.part.name for r in requests if r.link.identity == identity}
        found = [(part, link) for part in state.parts for link in part.schema.links if link.identity == identity]
        majors: dict[str, list[str]] = {}
        for part, link in found:
            majors.setdefault(f"v{link.version[0]}", []).append(part.name)
        if len(majors) < 2:
            continue
        places = [(part, link.node) for part, link in found]
        message = f"{identity} is linked in different major versions: {say_variants(majors)}."
        if len([major for major, names in majors.items() if asking & set(names)]) > 1:
            state.fail(
                ErrorCode.DIRECTIVE_COMPOSITION_ERROR, f"{message} Its directives cannot be composed.", identity, places
            )
            wrong.add(identity)
        else:
            state.hint(HintCode.DIRECTIVE_COMPOSITION_INFO, message, identity, places)
    return wrong


def _mismatched_names(state: MergeState, requests: Sequence[Request]) -> set[str]:
    """A directive has one name, and a name means one directive, in every subgraph that applies it."""
    wrong: set[str] = set()
    for name in sorted({r.name for r in requests}):
        meanings: dict[tuple[str, str], list[Part]] = {}
        for part in state.parts:
            link = link_of(part.schema, name)
            if link is not None and name in part.schema.definitions:
                meanings.setdefault((link.identity, _own_name(link, name)), []).append(part)
        if len(meanings) > 1:
            said = "; ".join(f"{own} of {url} in {names_of(parts)}" for (url, own), parts in sorted(meanings.items()))
            places = _definitions(name, [part for parts in meanings.values() for part in parts])
            message = f"@{name} does not mean the same directive everywhere: {said}."
            state.fail(ErrorCode.DIRECTIVE_COMPOSITION_ERROR, message, f"@{name}", places)
            wrong.add(name)
    for identity, own in sorted({(r.link.identity, r.own) for r in requests}):
        found = _local_names(state, identity, own)
        asked = {r.name for r in requests if (r.link.identity, r.own) == (identity, own)}
        if len(found) < 2:
            continue
        said = say_variants({f"@{local}": [p.name for p in parts] for local, parts in found.items()})
        places = [place for local, parts in found.items() for place in _definitions(local, parts)]
        message = f"@{own} of {identity} has different names: {said}."
        if len(asked) > 1:
            state.fail(ErrorCode.DIRECTIVE_COMPOSITION_ERROR, message, f"@{own}", places)
            wrong |= set(found)
        else:
            hint = f"{message} It is composed as @{asked.pop()}, and not from where it is called otherwise."
            state.hint(HintCode.DIRECTIVE_COMPOSITION_WARN, hint, f"@{own}", places)
    return wrong


def _definitions(name: str, parts: Sequence[Part]) -> list[tuple[Part, Node | None]]:
    return [(part, part.schema.definitions.get(name)) for part in parts]


def _local_names(state: MergeState, identity: str, own: str) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in state.parts:
        link = next((link for link in part.schema.links if link.identity == identity), None)
        if link is not None and (local := link.local(own)) in part.schema.definitions:
            found.setdefault(local, []).append(part)
    return found
