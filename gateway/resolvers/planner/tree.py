"""The operation as a tree of positions: equal response keys merged, type conditions expanded to concrete types."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property

from gateway.resolvers.planner.budget import Budget
from gateway.resolvers.planner.defers import Defers, Guards
from gateway.resolvers.planner.scope import Scope
from gateway.resolvers.query_plan import EACH_ITEM, OnTypes, Path
from gateway.schema.query_graph import TYPENAME, Position, QueryGraph
from gateway.schema.selection import Field, InlineFragment, Selection, SelectionSet
from gateway.schema.supergraph import TypeKind
from gateway.types import ResponseKey, TypeName

Source = tuple[SelectionSet, Guards]
"""A selection set, and the guards around it."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What all positions of one operation share."""

    graph: QueryGraph
    budget: Budget
    defers: Defers = default(default_factory=Defers)


class OperationPosition(Position):
    """A position with what the client selects there, and what its data is called.

    ``guards`` are those of the selection that leads here. ``leaves`` and ``composites`` are in the client's order; a leaf has one
    set of guards for each way in which it is wanted. ``order`` ranks the client's response keys.
    """

    parent: "OperationPosition | None"

    def __init__(
        self,
        tree: Tree,
        type_name: TypeName,
        parent: "OperationPosition | None" = None,
        *,
        field: Field | None = None,
        branch: TypeName | None = None,
        guards: Guards = (),
        is_internal: bool = False,
    ) -> None:
        tree.budget.spend()
        super().__init__(type_name, parent, field=field, branch=branch)
        self.tree = tree
        self.graph = tree.graph
        self.guards = guards
        self.is_internal = is_internal
        self.leaves: dict[ResponseKey, tuple[Field, list[Guards]]] = {}
        self.composites: list[OperationPosition] = []
        self.branches: dict[TypeName, OperationPosition] = {}
        self.order: dict[ResponseKey, int] = {}

    @cached_property
    def absolute_guards(self) -> Guards:
        """The guards of everything that leads here."""
        outer = self.parent.absolute_guards if self.parent is not None else ()
        return tuple(sorted({*outer, *self.guards})) if self.guards else outer

    @cached_property
    def key(self) -> ResponseKey:
        """The response key of the object here in the merged data; a branch has its parent's."""
        if self.parent is None:
            return ""
        if self.field is None:
            return self.parent.key
        return self.parent.scope.key_for(self.field) if self.is_internal else self.field.response_key

    @cached_property
    def scope(self) -> Scope:
        """The response keys of the object here, shared with its branches and with other positions at the same path."""
        if self.parent is None:
            return Scope()
        return self.parent.scope if self.field is None else self.parent.scope.child(self.key)

    @cached_property
    def list_depth(self) -> int:
        if self.parent is None or self.field is None:
            return 0
        return self.graph.supergraph.field_types[self.parent.type][self.field.name].count("[")

    @cached_property
    def path(self) -> Path:
        """The way here in the merged data, with a type condition for every branch."""
        if self.parent is None:
            return ()
        if self.field is None:
            return (*self.parent.path, OnTypes((self.type,)))
        return (*self.parent.path, self.key, *(EACH_ITEM,) * self.list_depth)

    @property
    def object_position(self) -> "OperationPosition":
        """The position of the same object without its type conditions."""
        return self.parent.object_position if self.field is None and self.parent is not None else self

    def inner(self, field: Field, type_name: TypeName) -> Position:
        """The client's own position behind that field where it is always selected, or else one of the planner's."""
        for child in self.composites:
            own = child.field
            if own is not None and own.name == field.name and own.arguments == field.arguments and not child.guards:
                return child
        return super().inner(field, type_name)

    def make(self, type_name: TypeName, *, field: Field | None = None, branch: TypeName | None = None) -> Position:
        return OperationPosition(self.tree, type_name, self, field=field, branch=branch, is_internal=True)


def read_tree(tree: Tree, type_name: TypeName, selections: SelectionSet) -> OperationPosition:
    """The positions of an operation's selections on a root type.

    Type conditions inside one another multiply: each position is paid for from the budget, which raises PlanningError.
    """
    root = OperationPosition(tree, type_name)
    load(root, [(selections, ())])
    return root


def load(position: OperationPosition, sources: Iterable[Source]) -> None:
    """Add selections to a position and to the positions below it."""
    fields: dict[ResponseKey, list[tuple[Field, Guards]]] = {}
    branches: dict[TypeName, list[Source]] = {}
    for selections, guards in sources:
        _sort(position, selections, guards, fields, branches)
    for key, found in fields.items():
        position.order.setdefault(key, len(position.order))
        _load_field(position, key, found)
    for name in sorted(branches):
        load(branch_of(position, name), branches[name])


def branch_of(position: OperationPosition, type_name: TypeName) -> OperationPosition:
    """The client's branch for one concrete type."""
    branch = position.branches.get(type_name)
    if branch is None:
        branch = OperationPosition(position.tree, type_name, position, branch=type_name)
        position.branches[type_name] = branch
    return branch


def _sort(
    position: OperationPosition,
    selections: SelectionSet,
    guards: Guards,
    fields: dict[ResponseKey, list[tuple[Field, Guards]]],
    branches: dict[TypeName, list[Source]],
) -> None:
    """Sort selections into those of the object itself and those of one of its types, with all guards around each."""
    for selection in selections:
        inner = _join_guards(guards, selection.guards)
        if inner is None:
            continue
        if isinstance(selection, InlineFragment) and selection.directives:
            inner = _defer(position, selection, inner)
        if isinstance(selection, Field):
            fields.setdefault(_key_of(selection), []).append((selection, inner))
            continue
        types = _branch_types(position, selection)
        if types is None:
            _sort(position, selection.selections, inner, fields, branches)
        else:
            for name in types:
                branches.setdefault(name, []).append((selection.selections, inner))


def _defer(position: OperationPosition, fragment: InlineFragment, guards: Guards) -> Guards:
    """The guards inside a fragment, with one of its own where it is deferred."""
    path = tuple(segment for segment in position.path if not isinstance(segment, OnTypes))
    guard = position.tree.defers.guard(fragment, path, (*position.absolute_guards, *guards))
    return guards if guard is None else tuple(sorted({*guards, guard}))


def _key_of(field: Field) -> ResponseKey:
    """One stored ``__typename`` answers all aliases of it."""
    return TYPENAME if field.name == TYPENAME else field.response_key


def _branch_types(position: OperationPosition, fragment: InlineFragment) -> tuple[TypeName, ...] | None:
    """The concrete types a fragment is for, or None where it may stay on the object itself."""
    condition, graph = fragment.type_condition, position.graph
    if condition is None or condition in graph.types_of(position.type):
        return None
    picked = set(graph.possible_types[condition])
    if graph.kinds[position.type] is TypeKind.OBJECT:
        return None if position.type in picked else ()
    return tuple(name for name in graph.possible_types[position.type] if name in picked)


def _join_guards(outer: Guards, inner: Guards) -> Guards | None:
    """Both, or None where they contradict each other."""
    if not inner:
        return outer
    joined = {*outer, *inner}
    return tuple(sorted(joined)) if len({guard.variable for guard in joined}) == len(joined) else None


def _load_field(position: OperationPosition, key: ResponseKey, found: list[tuple[Field, Guards]]) -> None:
    first = found[0][0]
    position.scope.claim(key, first)
    if not _is_composite(position, first):
        field = Field(first.name, key if key != first.name else None, first.arguments, (), first.directives)
        _, wanted = position.leaves.setdefault(key, (field, []))
        wanted[:] = _weakest([*wanted, *(guards for _, guards in found)])
        return
    for base in _weakest(guards for _, guards in found):
        child = _composite(position, first, key, base)
        load(child, [(f.selections, _without(g, base)) for f, g in found if _first_base(g, found) == base])


def _is_composite(position: OperationPosition, field: Field) -> bool:
    """By its type: constant conditions can leave a composite field without any selection."""
    type_name = position.graph.field_types.get((position.type, field.name))
    return type_name is not None and type_name in position.graph.possible_types


def _composite(position: OperationPosition, field: Field, key: ResponseKey, guards: Guards) -> OperationPosition:
    for child in position.composites:
        if child.key == key and child.guards == guards:
            return child
    own = Field(field.name, key if key != field.name else None, field.arguments, (), field.directives)
    type_name = position.graph.field_types[position.type, field.name]
    child = OperationPosition(position.tree, type_name, position, field=own, guards=guards)
    position.composites.append(child)
    return child


def _weakest(guards: Iterable[Guards]) -> list[Guards]:
    """The guard sets that no other one includes: a selection under more guards is part of one under fewer."""
    found = list(dict.fromkeys(guards))
    return [g for g in found if not any(set(other) < set(g) for other in found)]


def _first_base(guards: Guards, found: Iterable[tuple[Field, Guards]]) -> Guards:
    return next(base for base in _weakest(g for _, g in found) if set(base) <= set(guards))


def _without(guards: Guards, base: Guards) -> Guards:
    return tuple(guard for guard in guards if guard not in base)


def copy_into(composite: OperationPosition, branch: OperationPosition) -> None:
    """Give a branch of the same object a composite field with everything selected below it."""
    load(branch, [((_field_of(composite),), ())])


def _field_of(composite: OperationPosition) -> Field:
    field = composite.field
    assert field is not None  # noqa: S101  # a composite position is led to by its field
    below = tuple(_selections_of(composite))
    return Field(field.name, field.alias, field.arguments, composite.guards, field.directives, below)


def _selections_of(position: OperationPosition) -> Iterator[Selection]:
    for field, wanted in position.leaves.values():
        for guards in wanted:
            yield Field(field.name, field.alias, field.arguments, guards, field.directives)
    for child in position.composites:
        yield _field_of(child)
    for name, branch in position.branches.items():
        yield InlineFragment(name, (), (), tuple(_selections_of(branch)))
