"""Compile a prepared operation: classes, generated functions and prebuilt request bodies, so that nothing is interpreted per request."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from gateway.resolvers.executor.compiled.answer_tree import (
    Creator,
    Node,
    find_node,
    grow_tree,
    parts_of,
)
from gateway.resolvers.executor.compiled.places import Place, locate, step_of
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Surprise, SurpriseError, Uncompiled
from gateway.resolvers.executor.compiled.source import (
    Target,
    Writer,
    variable,
    write_collect,
    write_hide,
    write_mend,
    write_spread,
    write_state,
    write_take_root,
)
from gateway.resolvers.executor.compiled.structs import Classes, decoder_of, response_class, root_response_class
from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.prepared import PreparedFetch, PreparedOperation
from gateway.resolvers.query_plan import EntityPart, Fetch, RootPart
from gateway.types import OperationKind, ResponseKey, SubgraphName


@dataclass(frozen=True, slots=True)
class CompiledCall:
    """One ``_entities`` call. ``collect(state)`` gives its representations and, for each group, their objects.

    ``spread`` has a function for each group: it gives the objects of a group what their entities brought.
    """

    alias: ResponseKey
    variable: str
    collect: Callable[[Any], tuple[Any, ...]]
    spread: tuple[Callable[[Any, Any, Any], None], ...]


@dataclass(frozen=True, slots=True)
class CompiledFetch:
    """One request. ``head`` and ``tail`` are the body around the variables.

    ``decoders`` read the answer, once for every group of alike objects. ``take`` puts a root fetch's data into the answer.
    """

    id: int
    subgraph: SubgraphName
    query: str
    operation_name: str | None
    head: bytes
    tail: bytes
    variables: tuple[str, ...]
    decoders: tuple["msgspec.json.Decoder[Any]", ...]
    calls: tuple[CompiledCall, ...]
    take: Callable[[Any, Any], None] | None


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """An operation as functions. ``source`` is their text, for people. ``mend`` and ``hide`` end a run."""

    source: str
    fetches: Mapping[int, CompiledFetch]
    initial: tuple[int, ...]
    dependants: Mapping[int, tuple[int, ...]]
    dependencies: Mapping[int, int]
    new_state: Callable[[], Any]
    mend: Callable[[Any], None]
    hide: Callable[[Any], None]


def compile_operation(prepared: PreparedOperation, variables: Mapping[str, Any]) -> CompiledOperation:
    """Compile an operation for one setting of its conditions, which ``variables`` give.

    Raises ``NotCompiledError`` for operations that only the plain executor can run.
    """
    if prepared.operation.kind is not OperationKind.QUERY:
        raise NotCompiledError(Uncompiled.SUBSCRIPTION, f"a {prepared.operation.kind.value}")
    return _Compiler(prepared, variables).compile()


def fetches_of(fetches: Iterable[Fetch], variables: Mapping[str, Any]) -> tuple[Fetch, ...]:
    """The fetches that are made with these variables. Who waited for one that is left out waits for what it waited for."""
    waited: dict[int, tuple[int, ...]] = {}
    kept = []
    for fetch in fetches:
        needed = (other for each in fetch.depends_on for other in waited.get(each, (each,)))
        depends_on = tuple(dict.fromkeys(needed))
        if hold(fetch.guards, variables):
            kept.append(replace(fetch, depends_on=depends_on))
        else:
            waited[fetch.id] = depends_on
    return tuple(kept)


def dependants_of(fetches: Iterable[Fetch]) -> Mapping[int, tuple[int, ...]]:
    """For each fetch those that wait for it."""
    dependants: dict[int, tuple[int, ...]] = {}
    for fetch in fetches:
        dependants.setdefault(fetch.id, ())
        for needed in fetch.depends_on:
            dependants[needed] = (*dependants.get(needed, ()), fetch.id)
    return MappingProxyType(dependants)


class _Compiler:
    """Holds what the steps of one compilation share."""

    def __init__(self, prepared: PreparedOperation, variables: Mapping[str, Any]) -> None:
        self.prepared = prepared
        self.fetches = fetches_of(prepared.plan.fetches, variables)
        self.root = grow_tree(prepared.projection(variables), self.fetches, prepared.supergraph, variables)
        self.classes = Classes()
        self.groups: dict[tuple[Creator, int], int] = {}
        """The group of each node that a part brings something to."""
        self.members: dict[Creator, list[Node]] = {}
        """A node of each group of each part."""
        for fetch in self.fetches:
            for creator, part in parts_of(fetch):
                self._group(creator, part)

    def compile(self) -> CompiledOperation:
        writer = Writer()
        write_state(
            writer, (variable(creator, g) for creator, nodes in self.members.items() for g in range(len(nodes)))
        )
        for fetch in self.fetches:
            self._write_fetch(writer, fetch)
        places = list(self._places())
        write_mend(writer, places)
        write_hide(writer, places)
        names: dict[str, Any] = {"UNSET": UNSET, "SurpriseError": SurpriseError, "Surprise": Surprise}
        source = writer.text()
        exec(compile(source, "<compiled operation>", "exec"), names)  # noqa: S102  # generated from the plan, by us, above
        state, root = names["State"], self.classes.of_root(self.root)
        return CompiledOperation(
            source=source,
            fetches={fetch.id: self._fetch(self.prepared.fetches[fetch.id], names) for fetch in self.fetches},
            initial=tuple(fetch.id for fetch in self.fetches if not fetch.depends_on),
            dependants=dependants_of(self.fetches),
            dependencies=MappingProxyType({fetch.id: len(fetch.depends_on) for fetch in self.fetches}),
            new_state=lambda: state(root()),
            mend=names["mend"],
            hide=names["hide"],
        )

    def _group(self, creator: Creator, part: RootPart | EntityPart) -> None:
        """Sort the nodes that a part brings something to by what they are like."""
        nodes = [self.root] if isinstance(part, RootPart) else [find_node(self.root, path) for path in part.paths]
        signatures: list[Any] = []
        members = self.members.setdefault(creator, [])
        for node in nodes:
            signature = tuple(slot.signature for slot in node.brought_by(creator))
            if signature not in signatures:
                signatures.append(signature)
                members.append(node)
            self.groups[creator, id(node)] = signatures.index(signature)

    def _write_fetch(self, writer: Writer, fetch: Fetch) -> None:
        for creator, part in parts_of(fetch):
            name = f"{creator[0]}_{creator[1]}"
            if isinstance(part, RootPart):
                write_take_root(writer, f"take_{name}", self.root, creator)
                continue
            write_collect(writer, f"collect_{name}", self._targets(creator, part), len(self.members[creator]))
            for group, node in enumerate(self.members[creator]):
                write_spread(writer, f"spread_{name}_{group}", node, creator, group)

    def _targets(self, creator: Creator, part: EntityPart) -> list[Target]:
        """The places whose objects a part is for, each once."""
        inputs = self.prepared.fetches[creator[0]].inputs[creator[1]]
        targets: dict[Place, Target] = {}
        for path in part.paths:
            found = locate(self.root, path, self.groups)
            reader = inputs.by_type.get(found.node.type_name, inputs.otherwise)
            if reader is None:
                raise NotCompiledError(Uncompiled.INPUT, f"no input for {found.node.type_name}")
            group = self.groups[creator, id(found.node)]
            targets.setdefault(found.place, Target(found.place, group, found.node, reader))
        return list(targets.values())

    def _places(self) -> Iterator[tuple[Place, Node]]:
        """Every place that holds objects, with its node."""
        for creator, members in self.members.items():
            for group, node in enumerate(members):
                yield from self._places_below(Place(creator, group, ()), node)

    def _places_below(self, place: Place, node: Node) -> Iterator[tuple[Place, Node]]:
        for slot in node.brought_by(place.creator):
            if slot.node is not None:
                below = Place(place.creator, place.group, (*place.steps, step_of(slot)))
                yield below, slot.node
                yield from self._places_below(below, slot.node)

    def _fetch(self, prepared: PreparedFetch, names: Mapping[str, Any]) -> CompiledFetch:
        fetch = prepared.fetch
        is_root = isinstance(fetch.parts[0], RootPart)
        name = msgspec.json.encode(fetch.operation_name)
        return CompiledFetch(
            id=fetch.id,
            subgraph=fetch.subgraph,
            query=fetch.operation,
            operation_name=fetch.operation_name,
            head=b'{"query":%b,"variables":' % msgspec.json.encode(fetch.operation),
            tail=b"}" if fetch.operation_name is None else b',"operationName":%b}' % name,
            variables=fetch.variables,
            decoders=self._root_decoders(fetch) if is_root else self._entity_decoders(fetch),
            calls=() if is_root else tuple(self._calls(fetch, names)),
            take=names[f"take_{fetch.id}_0"] if is_root else None,
        )

    def _root_decoders(self, fetch: Fetch) -> tuple["msgspec.json.Decoder[Any]", ...]:
        return (decoder_of(root_response_class(self.classes.of_part(self.root, (fetch.id, 0)))),)

    def _entity_decoders(self, fetch: Fetch) -> tuple["msgspec.json.Decoder[Any]", ...]:
        creators = {creator: part for creator, part in parts_of(fetch) if isinstance(part, EntityPart)}
        passes = max(len(self.members[creator]) for creator in creators)
        return tuple(decoder_of(self._response(creators, number)) for number in range(passes))

    def _response(self, creators: Mapping[Creator, EntityPart], number: int) -> type[Struct]:
        """What one pass over an answer reads: of each call that has so many groups, the group of that number."""
        aliases: dict[ResponseKey, Any] = {}
        for creator, part in creators.items():
            if number < len(self.members[creator]):
                entity = self.classes.of_part(self.members[creator][number], creator)
                aliases[part.alias] = list[entity | None]  # type: ignore[valid-type]  # made at run time
        return response_class(aliases)

    def _calls(self, fetch: Fetch, names: Mapping[str, Any]) -> Iterator[CompiledCall]:
        for creator, part in parts_of(fetch):
            if isinstance(part, EntityPart):
                name, groups = f"{creator[0]}_{creator[1]}", range(len(self.members[creator]))
                spread = tuple(names[f"spread_{name}_{group}"] for group in groups)
                yield CompiledCall(part.alias, part.variable, names[f"collect_{name}"], spread)
