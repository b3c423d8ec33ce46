"""A plan made ready to run: whatever can be known before the first request comes is worked out once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.resolvers.executor.contexts import required_variables
from gateway.resolvers.executor.paths import JsonObject
from gateway.resolvers.executor.projection import Position
from gateway.resolvers.executor.representations import Inputs, read_inputs
from gateway.resolvers.operation import Operation
from gateway.resolvers.query_plan import EntityPart, Fetch, QueryPlan, RootPart
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import FieldName, ResponseKey, SubgraphName, TypeName

MAX_PROJECTIONS: Final = 32
"""For how many settings of its conditions an operation keeps its projection."""


@dataclass(frozen=True, slots=True)
class PreparedFetch:
    """A fetch with its inputs read.

    ``hidden_typenames`` are names that this subgraph has for interfaces it knows as objects; ``required`` are the fetch's variables that may not be null.
    """

    fetch: Fetch
    inputs: tuple[Inputs, ...]
    hidden_typenames: frozenset[TypeName]
    required: frozenset[str]

    @property
    def root_part(self) -> RootPart | None:
        """Its root fields; None where it asks for entities alone."""
        first = self.fetch.parts[0]
        return first if isinstance(first, RootPart) else None

    @property
    def entity_parts(self) -> tuple[EntityPart, ...]:
        """Its ``_entities`` calls, in the order of ``inputs``."""
        return tuple(part for part in self.fetch.parts if isinstance(part, EntityPart))

    @property
    def has_contexts(self) -> bool:
        return any(part.contexts for part in self.entity_parts)


KeyTree = Mapping[ResponseKey, "KeyTree"]
"""All response keys of an operation, whatever their types and conditions."""


@dataclass(slots=True)
class PreparedOperation:
    """An operation with its plan.

    ``dependants`` gives for each fetch those that wait for it. ``forbidden`` fields are null in the answer, whatever was fetched.
    """

    operation: Operation
    plan: QueryPlan
    supergraph: Supergraph
    fetches: Mapping[int, PreparedFetch]
    dependants: Mapping[int, tuple[int, ...]]
    keys: KeyTree
    condition_variables: tuple[str, ...]
    forbidden: frozenset[tuple[TypeName, FieldName]] = frozenset()
    _projections: dict[tuple[Any, ...], Position] = field(default_factory=dict)

    def projection(self, variables: Mapping[str, Any]) -> Position:
        """The root of the response for these coerced variables."""
        setting = tuple(variables.get(name) for name in self.condition_variables)
        found = self._projections.get(setting)
        if found is None:
            if len(self._projections) >= MAX_PROJECTIONS:
                self._projections.clear()
            conditions = dict(zip(self.condition_variables, setting, strict=True))
            found = self._projections[setting] = self._project(conditions)
        return found

    def _project(self, conditions: Mapping[str, Any]) -> Position:
        root = self.supergraph.root_types[self.operation.kind]
        return Position(self.supergraph.api_schema, root, self.operation.selections, conditions, self.forbidden)

    def clip_error(self, error: JsonObject) -> JsonObject:
        """The error with as much of its path as leads through what the client asked for: a plan's own keys are nobody's business."""
        path = self._clip(error.get("path", []))
        return {"message": error["message"], **({"path": path} if path else {}), "extensions": error["extensions"]}

    def _clip(self, path: list[str | int]) -> list[str | int]:
        tree = self.keys
        for length, element in enumerate(path):
            if isinstance(element, str):
                if element not in tree:
                    return path[:length]
                tree = tree[element]
        return path


def prepare(
    operation: Operation,
    plan: QueryPlan,
    supergraph: Supergraph,
    *,
    forbidden: frozenset[tuple[TypeName, FieldName]] = frozenset(),
) -> PreparedOperation:
    """Make an operation and its plan ready to run on ``supergraph``. ``forbidden`` fields of object types are null in the answer."""
    dependants: dict[int, list[int]] = {fetch.id: [] for fetch in plan.fetches}
    for fetch in plan.fetches:
        for needed in fetch.depends_on:
            dependants[needed].append(fetch.id)
    return PreparedOperation(
        operation=operation,
        plan=plan,
        supergraph=supergraph,
        fetches={fetch.id: _prepare_fetch(fetch, supergraph) for fetch in plan.fetches},
        dependants={needed: tuple(waiting) for needed, waiting in dependants.items()},
        keys=key_tree(operation.selections),
        condition_variables=tuple(sorted(set(_condition_variables(operation.selections)))),
        forbidden=forbidden,
    )


def _prepare_fetch(fetch: Fetch, supergraph: Supergraph) -> PreparedFetch:
    entity_parts = [part for part in fetch.parts if isinstance(part, EntityPart)]
    has_contexts = any(part.contexts for part in entity_parts)
    return PreparedFetch(
        fetch=fetch,
        inputs=tuple(read_inputs(part, supergraph) for part in entity_parts),
        hidden_typenames=_interface_objects(fetch.subgraph, supergraph),
        required=required_variables(fetch.operation) if has_contexts else frozenset(),
    )


def _interface_objects(subgraph: SubgraphName, supergraph: Supergraph) -> frozenset[TypeName]:
    types = supergraph.subgraphs[subgraph].types if subgraph in supergraph.subgraphs else {}
    return frozenset(name for name, view in types.items() if view.is_interface_object)


def key_tree(selections: SelectionSet) -> KeyTree:
    tree: dict[ResponseKey, Any] = {}
    _grow(tree, selections)
    return tree


def _grow(tree: dict[ResponseKey, Any], selections: SelectionSet) -> None:
    for selection in selections:
        if isinstance(selection, Field):
            _grow(tree.setdefault(selection.response_key, {}), selection.selections)
        else:
            _grow(tree, selection.selections)


def _condition_variables(selections: SelectionSet) -> Iterator[str]:
    for selection in selections:
        yield from (guard.variable for guard in selection.guards)
        yield from _condition_variables(selection.selections)
