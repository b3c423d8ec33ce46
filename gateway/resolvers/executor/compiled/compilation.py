"""Compile a prepared operation: classes, generated functions and prebuilt request bodies, so that nothing is interpreted per request."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET

from gateway.resolvers.executor.compiled.answer_tree import Creator, Node, parts_of
from gateway.resolvers.executor.compiled.collecting import Target, collected, write_collect
from gateway.resolvers.executor.compiled.growing import find_nodes, grow_tree
from gateway.resolvers.executor.compiled.order import chain_of, dependants_of
from gateway.resolvers.executor.compiled.places import ClassName, Place, locate
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Surprise, SurpriseError, Uncompiled
from gateway.resolvers.executor.compiled.source import Writer, brought
from gateway.resolvers.executor.compiled.structs import Classes, attribute, response_class
from gateway.resolvers.executor.compiled.taking import (
    Teller,
    write_finish,
    write_mend,
    write_spread,
    write_state,
    write_take_root,
    write_tell,
)
from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.introspection import introspect
from gateway.resolvers.executor.prepared import PreparedOperation
from gateway.resolvers.executor.representations import Inputs
from gateway.resolvers.query_plan import EntityPart, Fetch, RootPart
from gateway.types import OperationKind, SubgraphName


@dataclass(frozen=True, slots=True)
class CompiledCall:
    """One ``_entities`` call. ``collect(state)`` gives its representations and, for each group of alike objects, their objects.

    ``spread`` has a function for each group: it gives the objects of a group what their entities brought. ``decoders`` read an entity for
    each group, where there are several; where there is one, the whole answer is read at once.
    """

    attribute: str
    variable: str
    collect: Callable[[Any], tuple[Any, ...]]
    spread: tuple[Callable[[Any, Any, Any], None], ...]
    decoders: tuple["msgspec.json.Decoder[Any]", ...]


@dataclass(frozen=True, slots=True)
class CompiledFetch:
    """One request. ``head`` and ``tail`` are the body around the variables.

    ``decoder`` reads the answer. ``take`` puts the data of a root part into the answer. ``idle`` are the representations' variables of
    calls that are left out.
    """

    id: int
    subgraph: SubgraphName
    kind: OperationKind
    query: str
    operation_name: str | None
    head: bytes
    tail: bytes
    variables: tuple[str, ...]
    decoder: "msgspec.json.Decoder[Any]"
    calls: tuple[CompiledCall, ...]
    take: Callable[[Any, Any], None] | None
    idle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """An operation as functions. ``source`` is their text, for people. ``mend`` and ``finish`` end a run.

    ``chain`` are the fetches in their order, where each waits for the one before; empty where some go side by side. ``introspect`` answers ``__schema`` and ``__type`` for a run's variables, by attribute of the answer; None where they are not asked for.
    """

    source: str
    fetches: Mapping[int, CompiledFetch]
    chain: tuple[CompiledFetch, ...]
    initial: tuple[int, ...]
    dependants: Mapping[int, tuple[int, ...]]
    dependencies: Mapping[int, int]
    new_state: Callable[[], Any]
    mend: Callable[[Any], None]
    finish: Callable[[Any], None]
    introspect: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None


def compile_operation(prepared: PreparedOperation, variables: Mapping[str, Any]) -> CompiledOperation:
    """Compile an operation for one setting of its conditions, which ``variables`` give.

    Raises ``NotCompiledError`` for operations that only the plain executor can run.
    """
    if prepared.operation.kind is OperationKind.SUBSCRIPTION:
        raise NotCompiledError(Uncompiled.SUBSCRIPTION, "a subscription")
    if prepared.plan.deferred:
        raise NotCompiledError(Uncompiled.DEFERRED, "deferred parts")
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


def ancestors_of(fetches: Iterable[Fetch]) -> Mapping[int, frozenset[int]]:
    """For each fetch all that have ended when it starts."""
    ancestors: dict[int, frozenset[int]] = {}
    for fetch in fetches:
        ancestors[fetch.id] = frozenset(fetch.depends_on).union(*(ancestors[each] for each in fetch.depends_on))
    return ancestors


class _Compiler:
    """Holds what the steps of one compilation share."""

    def __init__(self, prepared: PreparedOperation, variables: Mapping[str, Any]) -> None:
        self.prepared = prepared
        self.variables = variables
        self.fetches = fetches_of(prepared.plan.fetches, variables)
        self.root = grow_tree(prepared, self.fetches, variables)
        self.classes = Classes()
        self.ancestors = ancestors_of(self.fetches)
        self.targets_of: dict[Creator, list[Target]] = {}
        self.groups: dict[tuple[Creator, int], int] = {}
        """The group of each node that a part brings something to."""
        self.members: dict[Creator, list[Node]] = {}
        """A node of each group of each part."""
        for fetch in self.fetches:
            for creator, part in self.active_parts(fetch):
                self.sort(creator, part)

    def compile(self) -> CompiledOperation:
        writer = Writer()
        write_state(writer, self.kept())
        for fetch in self.fetches:
            self.write_fetch(writer, fetch)
        places = [(place, node) for place, node in self.places() if node is not None]
        write_mend(writer, self.root, places, [place for place, node in self.places() if node is None])
        write_finish(writer, self.root, [(place, node, self.answer_class(node)) for place, node in places])
        root = self.classes.of_root(self.root)
        source = writer.text()
        names: dict[str, Any] = {
            "UNSET": UNSET,
            "SurpriseError": SurpriseError,
            "Surprise": Surprise,
            "encode": msgspec.json.encode,
            **self.classes.named(),
        }
        exec(compile(source, "<compiled operation>", "exec"), names)  # noqa: S102  # generated from the plan, by us, above
        state = names["State"]
        fetches = {fetch.id: self.fetch(fetch, names) for fetch in self.fetches}
        return CompiledOperation(
            source=source,
            fetches=fetches,
            chain=tuple(fetches[number] for number in chain_of(self.fetches)),
            initial=tuple(fetch.id for fetch in self.fetches if not fetch.depends_on),
            dependants=dependants_of(self.fetches),
            dependencies=MappingProxyType({fetch.id: len(fetch.depends_on) for fetch in self.fetches}),
            new_state=lambda: state(root()),
            mend=names["mend"],
            finish=names["finish"],
            introspect=self.introspection(),
        )

    def kept(self) -> Iterator[str]:
        """The names under which a run keeps what parts have brought, and what they were asked for."""
        for creator, nodes in self.members.items():
            yield from (brought(creator, group) for group in range(len(nodes)))
            yield collected(creator)

    def active_parts(self, fetch: Fetch) -> Iterator[tuple[Creator, RootPart | EntityPart]]:
        """The parts that are not left out by their conditions."""
        for creator, part in parts_of(fetch):
            if isinstance(part, RootPart) or hold(part.guards, self.variables):
                yield creator, part

    def sort(self, creator: Creator, part: RootPart | EntityPart) -> None:
        """Sort the nodes that a part brings something to by what they are like."""
        paths = (part.path,) if isinstance(part, RootPart) else part.paths
        signatures: list[Any] = []
        members = self.members.setdefault(creator, [])
        for node in (node for path in paths for node in find_nodes(self.root, path)):
            told = node.type_name if node.teller == creator else None
            signature = (told, *(slot.signature for slot in node.brought_by(creator)))
            if signature not in signatures:
                signatures.append(signature)
                members.append(node)
            self.groups[creator, id(node)] = signatures.index(signature)
        if len(members) != 1 and isinstance(part, RootPart):
            raise NotCompiledError(Uncompiled.PATH, "root fields for objects that are not alike")

    def class_name(self, node: Node) -> str | None:
        """See ``ClassName``: at the end of a run, when every type is told."""
        return self.classes.of_objects(node).__name__ if node.is_told or node.teller is not None else None

    def class_names_in(self, fetch: Fetch) -> ClassName:
        """The same when this fetch starts."""

        def name(node: Node) -> str | None:
            is_untold = node.teller is not None and node.teller[0] not in self.ancestors[fetch.id]
            return None if is_untold else self.class_name(node)

        return name

    def tells(self, creator: Creator) -> bool:
        """Whether a part tells the types of its objects; raises ``NotCompiledError`` where it does so for some only."""
        told = [node.teller == creator for node in self.members[creator]]
        if any(told) and not all(told):
            raise NotCompiledError(Uncompiled.UNTOLD_TYPE, "a part that tells the types of some of its objects")
        return any(told)

    def answer_class(self, node: Node) -> str | None:
        """The name of the class that objects get at last, if it is another."""
        answer = self.classes.of_answer(node)
        return None if answer is self.classes.of_objects(node) else answer.__name__

    def write_fetch(self, writer: Writer, fetch: Fetch) -> None:
        for creator, part in self.active_parts(fetch):
            name, members = f"{creator[0]}_{creator[1]}", self.members[creator]
            if isinstance(part, RootPart):
                found = locate(self.root, part.path, self.groups, self.class_names_in(fetch))
                places = [each.place for each in found if each.place is not None]
                write_take_root(writer, f"take_{name}", members[0], creator, places if part.path else None)
                continue
            targets = self.targets_of[creator] = self.targets(fetch, creator, part)
            is_telling = self.tells(creator)
            groups = 1 if is_telling else len(members)
            write_collect(writer, creator, self.regrouped(fetch, targets), groups, self.class_names_in(fetch))
            if is_telling:
                write_tell(writer, f"spread_{name}_0", self.tellers(creator), creator)
                continue
            for group, node in enumerate(members):
                write_spread(writer, f"spread_{name}_{group}", node, creator, group)

    def tellers(self, creator: Creator) -> list[Teller]:
        self.classes.of_tellers(self.members[creator], creator)
        return [
            Teller(
                node,
                group,
                f"P_{node.type_name}_{creator[0]}_{creator[1]}",
                self.classes.of_objects(node).__name__,
            )
            for group, node in enumerate(self.members[creator])
        ]

    def targets(self, fetch: Fetch, creator: Creator, part: EntityPart) -> list[Target]:
        """The places whose objects a part is for, each once."""
        inputs = self.entity_inputs(creator)
        is_telling, only = self.tells(creator), self.class_names_in(fetch)
        targets: dict[Place, Target] = {}
        for found in (each for path in part.paths for each in locate(self.root, path, self.groups, only)):
            if found.place is None:
                raise NotCompiledError(Uncompiled.PATH, "entities at the root")
            reader = inputs.by_type.get(found.node.type_name, inputs.otherwise)
            group = 0 if is_telling else self.groups[creator, id(found.node)]
            class_name = self.classes.of_objects(found.node).__name__
            target = Target(found.place, group, found.node, reader, class_name)
            known = targets.setdefault(found.place, target)
            if (known.group, known.input) != (group, reader):
                raise NotCompiledError(
                    Uncompiled.UNTOLD_TYPE, "objects that are treated by types that are not told yet"
                )
        return list(targets.values())

    def regrouped(self, fetch: Fetch, targets: list[Target]) -> list[Target]:
        """The targets, those of them that another part before has collected replaced by what it has collected."""
        best: list[Target] = []
        origin: Creator | None = None
        for creator, others in self.targets_of.items():
            if (
                creator[0] in self.ancestors[fetch.id]
                and len(others) > len(best)
                and self.serve(creator, others, targets)
            ):
                best, origin = others, creator
        if origin is None:
            return targets
        places = {other.place for other in best}
        first = next(target for target in targets if target.place in places)
        return [replace(first, origin=origin), *(target for target in targets if target.place not in places)]

    def serve(self, creator: Creator, others: list[Target], targets: list[Target]) -> bool:
        """Whether the objects that another part has put together as one entity are also one for this part."""
        if len(self.members[creator]) != 1:
            return False
        by_place = {target.place: target for target in targets}
        known = {reader.key for reader in others[0].readers() if not reader.inner}
        kinds = set()
        for other in others:
            target = by_place.get(other.place)
            if (
                target is None
                or target.input is None
                or [r.key for r in other.readers()] != [r.key for r in others[0].readers()]
            ):
                return False
            readers = target.readers()
            kinds.add((target.group, target.typename, target.node.type_name, tuple(readers)))
            slots = [target.node.slots.get(reader.key) for reader in readers]
            if any(reader.inner for reader in readers) or not all(
                slot is not None and (slot.key in known or tuple(slot.wires) == (creator,)) for slot in slots
            ):
                return False
        return len(kinds) == 1

    def entity_inputs(self, creator: Creator) -> Inputs:
        prepared = self.prepared.fetches[creator[0]]
        before = sum(isinstance(part, EntityPart) for part in prepared.fetch.parts[: creator[1]])
        return prepared.inputs[before]

    def places(self) -> Iterator[tuple[Place, Node | None]]:
        """Every place that holds objects which clients see, with its node; with None those whose types should have been told."""
        for creator, members in self.members.items():
            for group, node in enumerate(members):
                yield from self.places_below(Place(creator, group), node)

    def places_below(self, place: Place, node: Node) -> Iterator[tuple[Place, Node | None]]:
        for slot in node.brought_by(place.creator):
            if slot.spot is not None and slot.is_public:
                if slot.spot.is_late:
                    yield place.below(slot, self.classes.of_untold(slot.spot).__name__), None
                for each in slot.spot.nodes.values():
                    below = place.below(slot, self.class_name(each))
                    yield below, each
                    yield from self.places_below(below, each)

    def fetch(self, fetch: Fetch, names: Mapping[str, Any]) -> CompiledFetch:
        active = dict(self.active_parts(fetch))
        roots = [creator for creator, part in active.items() if isinstance(part, RootPart)]
        calls = [self.call(creator, part, names) for creator, part in active.items() if isinstance(part, EntityPart)]
        name = msgspec.json.encode(fetch.operation_name)
        return CompiledFetch(
            id=fetch.id,
            subgraph=fetch.subgraph,
            kind=fetch.kind,
            query=fetch.operation,
            operation_name=fetch.operation_name,
            head=b'{"query":%b,"variables":' % msgspec.json.encode(fetch.operation),
            tail=b"}" if fetch.operation_name is None else b',"operationName":%b}' % name,
            variables=fetch.variables,
            decoder=msgspec.json.Decoder(response_class(self.data_class(active))),
            calls=tuple(calls),
            take=in_turn([names[f"take_{creator[0]}_{creator[1]}"] for creator in roots]),
            idle=tuple(
                part.variable
                for creator, part in parts_of(fetch)
                if isinstance(part, EntityPart) and creator not in active
            ),
        )

    def data_class(self, active: Mapping[Creator, RootPart | EntityPart]) -> Any:
        """What one reading of an answer gives. Entities that are not all alike are left as they came."""
        roots = [(self.members[creator][0], creator) for creator, part in active.items() if isinstance(part, RootPart)]
        entities: dict[str, Any] = {}
        for creator, part in active.items():
            if isinstance(part, EntityPart):
                members = self.members[creator]
                if self.tells(creator):
                    entities[part.alias] = self.classes.of_tellers(members, creator) | None
                elif len(members) == 1:
                    entities[part.alias] = self.classes.of_part(members[0], creator) | None
                else:
                    entities[part.alias] = msgspec.Raw
        return self.classes.data(roots, entities)

    def call(self, creator: Creator, part: EntityPart, names: Mapping[str, Any]) -> CompiledCall:
        name, members = f"{creator[0]}_{creator[1]}", self.members[creator]
        is_alike = len(members) == 1 or self.tells(creator)
        parts = [] if is_alike else [self.classes.of_part(node, creator) for node in members]
        return CompiledCall(
            attribute=attribute(part.alias),
            variable=part.variable,
            collect=names[f"collect_{name}"],
            spread=tuple(names[f"spread_{name}_{group}"] for group in range(len(parts) or 1)),
            decoders=tuple(msgspec.json.Decoder(each | None) for each in parts),
        )

    def introspection(self) -> Callable[[Mapping[str, Any]], Mapping[str, Any]] | None:
        if not any(slot.is_introspection for slot in self.root.public()):
            return None
        schema, operation = self.prepared.supergraph.api_schema, self.prepared.operation
        position = self.prepared.projection(self.variables)

        def answer(variables: Mapping[str, Any]) -> Mapping[str, Any]:
            found = introspect(schema, position, operation.variables, variables)
            return {attribute(key): value for key, value in found.items()}

        return answer


def in_turn(functions: list[Callable[[Any, Any], None]]) -> Callable[[Any, Any], None] | None:
    """One function that calls each; None where there is none."""
    if len(functions) <= 1:
        return functions[0] if functions else None

    def call_all(state: Any, data: Any) -> None:
        for function in functions:
            function(state, data)

    return call_all
